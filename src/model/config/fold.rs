//! What typing adds to a value or a header, taken off, so that two spellings meet. Comes in and goes out: text.

use std::borrow::Cow;

/// A value without the differences that typing makes: no case, no space at the ends, single spaces within, one kind of dash.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split(blank).filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().map(undashed).flat_map(char::to_lowercase));
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

/// Whether a character is a dash of any length, or a minus.
#[must_use]
pub fn dash(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

fn undashed(character: char) -> char {
    if dash(character) { '-' } else { character }
}

/// A text in the signs of a keyboard: one kind of space, of dash and of stroke, and nothing that shows nothing. Borrowed where
/// it is so already.
#[must_use]
pub fn with_plain_signs(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let plain = |character: char| match character {
        '\u{200b}' | '\u{2060}' | '\u{feff}' => None,
        '\u{2044}' | '\u{2215}' | '\u{ff0f}' => Some('/'),
        _ if blank(character) => Some(' '),
        _ => Some(undashed(character)),
    };
    Cow::Owned(text.chars().filter_map(plain).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_of_every_kind_and_case_are_no_difference() {
        assert_eq!(fold(" ASD\u{a0} or\u{200b}  Autism\t"), "asd or autism");
        assert_eq!(fold("Year\u{2013}7 \u{2212} x"), "year-7 - x");
        assert_eq!(with_plain_signs("7\u{a0}\u{2013}\u{200b}4\u{2044}25"), "7 -4/25");
        assert_eq!(fold_header("Primary need (code)"), fold_header("PRIMARY_NEED CODE"));
    }
}
