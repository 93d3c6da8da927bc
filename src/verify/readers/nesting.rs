//! Whether a page can be parsed in the time that a page of ours takes. Comes in: HTML. Goes out: yes or no. Deliberately absent: a
//! parser; the library's takes time with the square of how deep elements stand and of how many attributes one has.

/// Elements within elements; a page of ours is some fifteen deep.
const DEEPEST: usize = 200;
/// Blanks within a tag outside of quotation marks, each of which may begin an attribute.
const MOST_BLANKS: usize = 1_000;

/// Elements that hold nothing and are not closed.
const EMPTY: [&str; 8] = ["meta", "link", "br", "hr", "img", "input", "wbr", "col"];

/// Whether no element stands deeper, and no tag has more attributes, than a page of tables needs.
#[must_use]
pub fn is_bounded(text: &str) -> bool {
    let mut depth = 0_usize;
    for part in text.split('<').skip(1) {
        let name: String = part
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric())
            .take(12)
            .collect::<String>()
            .to_lowercase();
        if part.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !name.is_empty() {
            let (tag, _) = part.split_once('>').unwrap_or((part, ""));
            depth += usize::from(!EMPTY.contains(&name.as_str()) && !tag.ends_with('/'));
            let outside = tag.split('"').step_by(2);
            if outside.map(|text| text.split_whitespace().count()).sum::<usize>() > MOST_BLANKS {
                return false;
            }
        }
        if depth > DEEPEST {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::is_bounded;

    #[test]
    fn pages_of_any_length_are_bounded_and_deep_ones_are_not() {
        assert!(is_bounded(&"<p class=\"a b\">1 &lt; 2<br></p>".repeat(5_000)));
        assert!(is_bounded(&format!("<div>{}", "<path d=\"M 0 0 L 1 1\"/>".repeat(5_000))));
        assert!(!is_bounded(&"<div>".repeat(300)));
        assert!(!is_bounded(&format!("<div {}>", (0..2_000).map(|at| format!("a{at} ")).collect::<String>())));
    }
}
