//! Reads dates as people and spreadsheets write them. Comes in: text or a number of days. Goes out: a date and how it
//! was written. Day first, always: `03/04/2025` is 3 April.

use jiff::civil::Date;
use model::config::source::Dates;

/// How a date was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// `2025-04-03`, also with a time after it.
    Iso,
    /// A cell with a date format.
    Cell,
    /// A number of days without a date format.
    Serial,
    /// `12/04/2025`, read day first; the day is beyond 12, or equal to the month.
    DayFirst,
    /// `03/04/2025`, read day first; month first would be another day.
    Ambiguous,
    /// `3 Apr 2025`.
    Words,
}

impl Form {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Iso => "year first",
            Self::Cell => "date cell",
            Self::Serial => "number of days",
            Self::DayFirst => "day first",
            Self::Ambiguous => "day first, ambiguous",
            Self::Words => "month in words",
        }
    }
}

/// A date as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) date: Date,
    pub(super) form: Form,
    pub(super) two_digits: bool,
}

/// Days of the 1900 system; spreadsheets count a 29 February 1900, which never was, so the days before it shift.
pub(super) fn serial(days: f64, form: Form) -> Option<Read> {
    if !(1.0..2_958_466.0).contains(&days) {
        return None;
    }
    let whole = days.floor() as i64;
    let shift = i64::from(whole < 60);
    let epoch = Date::new(1899, 12, 30).ok()?;
    let date = epoch.checked_add(jiff::Span::new().days(whole + shift)).ok()?;
    Some(Read { date, form, two_digits: false })
}

/// A date in text; none where it is no date of the calendar.
pub(super) fn text(text: &str, dates: &Dates) -> Option<Read> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.split('.').next()?.len() == 5 {
        // Five digits are a number of days that lost its format on the way into a text file.
        if let Ok(days) = text.parse::<f64>() {
            return serial(days, Form::Serial);
        }
    }
    let parts = parts(text)?;
    let number = |part: &str| part.parse::<i16>().ok();
    let [first, second, third] = parts;
    if first.len() == 4 {
        let date = civil(number(first)?, number(second)?, number(third)?)?;
        return Some(Read { date, form: Form::Iso, two_digits: false });
    }
    let two_digits = third.len() == 2;
    if !two_digits && third.len() != 4 {
        return None;
    }
    let year = if two_digits { windowed(number(third)?, dates.two_digit_from) } else { number(third)? };
    let day = number(first.trim_end_matches(|character: char| character.is_ascii_alphabetic()))?;
    let (month, form) = match number(second) {
        Some(month) if day <= 12 && day != month => (month, Form::Ambiguous),
        Some(month) => (month, Form::DayFirst),
        None => (month_in_words(second)?, Form::Words),
    };
    Some(Read { date: civil(year, month, day)?, form, two_digits })
}

fn civil(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The three parts of a date; a time after it is let go, a weekday before it too.
fn parts(text: &str) -> Option<[&str; 3]> {
    let separator = |character: char| matches!(character, '/' | '-' | '.' | ' ' | ',');
    let mut words = text.split(separator).filter(|word| !word.is_empty()).peekable();
    let weekday = |word: &&str| {
        let lower = word.to_lowercase();
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().any(|day| lower.starts_with(day))
    };
    words.next_if(weekday);
    let (first, second, third) = (words.next()?, words.next()?, words.next()?);
    let third = third.split_once('T').map_or(third, |(date, _)| date);
    match words.next() {
        Some(time) if !time.contains(':') && time.parse::<u32>().is_ok() => None,
        Some(time) if !time.contains(':') => None,
        _ => Some([first, second, third]),
    }
}

const fn windowed(year: i16, from: i16) -> i16 {
    let century = from - from.rem_euclid(100);
    if century + year >= from { century + year } else { century + year + 100 }
}

fn month_in_words(word: &str) -> Option<i16> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let lower = word.to_lowercase();
    let lower = if lower == "sept" { "sep" } else { lower.as_str() };
    let at = MONTHS.iter().position(|month| lower == *month || (lower.len() == 3 && month.starts_with(lower)))?;
    i16::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Option<(String, Form)> {
        let dates = Dates { first: String::new(), last: String::new(), two_digit_from: 1980, placeholders: vec![] };
        text(value, &dates).map(|read| (read.date.to_string(), read.form))
    }
    fn is(date: &str, form: Form) -> Option<(String, Form)> {
        Some((date.to_owned(), form))
    }

    #[test]
    fn the_day_comes_first_and_doubt_is_said() {
        assert_eq!(read("01/02/2015"), is("2015-02-01", Form::Ambiguous));
        assert_eq!(read("25/12/2025"), is("2025-12-25", Form::DayFirst));
        assert_eq!(read("3.3.2025"), is("2025-03-03", Form::DayFirst));
        assert_eq!(read("12/25/2025"), None, "there is no month 25");
        assert_eq!(read("31/02/2025"), None);
    }

    #[test]
    fn years_of_two_digits_fall_in_the_window() {
        assert_eq!(read("1/4/09"), is("2009-04-01", Form::Ambiguous));
        assert_eq!(read("30/4/85"), is("1985-04-30", Form::DayFirst));
    }

    #[test]
    fn other_ways_to_write_a_date_are_read() {
        assert_eq!(read("2025-04-07"), is("2025-04-07", Form::Iso));
        assert_eq!(read("2025-04-07T09:30:00"), is("2025-04-07", Form::Iso));
        assert_eq!(read("07/04/2025 09:30"), is("2025-04-07", Form::Ambiguous));
        assert_eq!(read("Mon 7th Apr 2025"), is("2025-04-07", Form::Words));
        assert_eq!(read("7-Sept-2025"), is("2025-09-07", Form::Words));
        assert_eq!(read("last week"), None);
    }

    #[test]
    fn a_number_of_days_is_a_date() {
        let date = |days| serial(days, Form::Serial).map(|read| read.date.to_string());
        assert_eq!(date(45748.0).as_deref(), Some("2025-04-01"));
        assert_eq!(date(1.0).as_deref(), Some("1900-01-01"));
        assert_eq!(date(61.0).as_deref(), Some("1900-03-01"));
        assert_eq!(date(-3.0), None);
        assert_eq!(read("45748"), is("2025-04-01", Form::Serial));
    }
}
