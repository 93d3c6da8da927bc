//! Reads whole numbers, yes and no. Comes in: text. Goes out: the value, or none where a person has to
//! look. A form that could mean two things is none.

/// A whole number: `12`, `12.0`, `1,200`.
pub(super) fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    let grouped = text.contains(',');
    if grouped && !text.split(',').skip(1).all(|group| group.len() == 3) {
        return None;
    }
    text.replace(',', "").parse().ok()
}

/// A number as text, without a fraction where it has none.
pub(super) fn plain(number: f64) -> String {
    // Display of a float never writes an exponent, and writes no fraction where there is none.
    number.to_string()
}

/// Yes or no, of a closed set of words.
pub(super) fn truth(folded: &str) -> Option<bool> {
    match folded.trim_end_matches('.') {
        "y" | "yes" | "true" | "t" | "1" | "1.0" | "-1" | "checked" | "ticked" | "✓" | "✔" | "☑" | "🗸" => {
            Some(true)
        }
        "n" | "no" | "false" | "f" | "0" | "0.0" | "unchecked" | "unticked" | "✗" | "✘" | "☐" => Some(false),
        "none" | "no request" | "not requested" | "none requested" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_may_be_grouped_and_carry_an_empty_fraction() {
        assert_eq!([whole("1,200"), whole("12.0"), whole("12.5"), whole("1,2")], [Some(1200), Some(12), None, None]);
    }
}
