//! Reads whole numbers, lengths of time, yes and no. Comes in: text. Goes out: the value, or none where a person has to
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

/// Minutes: `95`, `95 mins`, `1h35`, `1 hr 35 min`, `1.5 hrs`, `1:35`. A bare `1.5` is none: hours or minutes?
pub(super) fn minutes(text: &str) -> Option<i64> {
    let text: String = text.trim().to_lowercase();
    if let Some(number) = whole(&text) {
        return (number >= 0).then_some(number);
    }
    if let Some((hours, minutes)) = text.split_once(':') {
        let (hours, minutes): (i64, i64) = (hours.trim().parse().ok()?, minutes.trim().parse().ok()?);
        return (hours >= 0 && (0..60).contains(&minutes)).then_some(hours.checked_mul(60)?.checked_add(minutes)?);
    }
    let mut total = 0.0;
    let mut rest = text.as_str();
    let mut in_hours = false;
    while !rest.trim_start().is_empty() {
        rest = rest.trim_start();
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(rest.len());
        let number: f64 = rest[..end].parse().ok()?;
        rest = rest[end..].trim_start();
        let end = rest.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(rest.len());
        total += match &rest[..end] {
            "h" | "hr" | "hrs" | "hour" | "hours" => number * 60.0,
            "m" | "min" | "mins" | "minute" | "minutes" => number,
            // `1h35`: what follows hours without a unit are minutes.
            "" if in_hours => number,
            _ => return None,
        };
        in_hours = rest[..end].starts_with('h');
        rest = &rest[end..];
    }
    (total.fract() == 0.0 && (0.0..1e9).contains(&total)).then_some(total as i64)
}

/// Minutes of a part of a day, where a spreadsheet made a time of it.
pub(super) fn minutes_of_days(days: f64) -> Option<i64> {
    let minutes = (days * 1440.0).round();
    (0.0..1e9).contains(&minutes).then_some(minutes as i64)
}

/// Yes or no, of a closed set of words.
pub(super) fn truth(folded: &str) -> Option<bool> {
    match folded {
        "y" | "yes" | "true" | "t" | "1" | "1.0" | "✓" | "✔" | "☑" | "🗸" => Some(true),
        "n" | "no" | "false" | "f" | "0" | "0.0" | "✗" | "✘" | "☐" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_in_minutes() {
        let forms = ["95", "1h35", "1 hr 35 min", "1:35", "95.0", "95 mins", "1h35m"];
        assert!(forms.iter().all(|form| minutes(form) == Some(95)), "{:?}", forms.map(minutes));
        assert_eq!(minutes("1.5 hrs"), Some(90));
        assert_eq!(minutes("2 hours"), Some(120));
    }

    #[test]
    fn a_length_of_time_that_could_mean_two_things_is_none() {
        assert_eq!(minutes("1.5"), None);
        assert_eq!(minutes("an hour or so"), None);
        assert_eq!(minutes("1:75"), None);
        assert_eq!(minutes("-5"), None);
    }

    #[test]
    fn whole_numbers_may_be_grouped_and_carry_an_empty_fraction() {
        assert_eq!([whole("1,200"), whole("12.0"), whole("12.5"), whole("1,2")], [Some(1200), Some(12), None, None]);
    }
}
