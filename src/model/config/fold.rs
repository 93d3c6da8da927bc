//! What typing adds to a value or a header, taken off, so that two spellings meet. Comes in and goes out: text.

/// A value without the differences that typing makes: no case, no space at the ends, single spaces within.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split(blank).filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}

/// A header without case, spaces and punctuation.
#[must_use]
pub fn fold_header(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a character shows nothing: spaces, also those that do not break or have no width.
#[must_use]
pub fn blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_of_every_kind_and_case_are_no_difference() {
        assert_eq!(fold(" ASD\u{a0} or\u{200b}  Autism\t"), "asd or autism");
        assert_eq!(fold_header("Primary need (code)"), fold_header("PRIMARY_NEED CODE"));
    }
}
