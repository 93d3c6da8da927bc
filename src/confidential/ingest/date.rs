//! Reads dates as people and spreadsheets write them. Comes in: text or a number of days, the order of the column's dates,
//! the service's time zone. Goes out: a date and how it was written. Deliberately absent: what order a column has; that is
//! for `evidence` to say, from all of its rows.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{Offset, TimeZone};
use model::config::fold::with_plain_signs;
use model::config::source::{Dates, Order};

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
    /// `03/04/2025`, read in the order of its column; in the other it would be another day.
    Ambiguous,
    /// `3 Apr 2025`.
    Words,
    /// `04/25/2025`, read month first.
    MonthFirst,
    /// `25-04-03`, read year first.
    YearFirst,
    /// A time in another zone, moved to the service's.
    Zoned,
}

/// Every form.
pub(super) const FORMS: [Form; 9] = [
    Form::Iso,
    Form::Cell,
    Form::Serial,
    Form::DayFirst,
    Form::Ambiguous,
    Form::Words,
    Form::MonthFirst,
    Form::YearFirst,
    Form::Zoned,
];

impl Form {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Iso => "year first",
            Self::Cell => "date cell",
            Self::Serial => "number of days",
            Self::DayFirst => "day first",
            Self::Ambiguous => "in figures, ambiguous",
            Self::Words => "month in words",
            Self::MonthFirst => "month first",
            Self::YearFirst => "year first, of two digits",
            Self::Zoned => "moved from another time zone",
        }
    }
}

/// Days between the two systems in which workbooks count days.
pub(super) const DAYS_1904: f64 = 1462.0;

/// What a cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// A date.
    Day(Read),
    /// `00/01/1900` and its like: what a program shows where there is nothing.
    Nothing,
    /// A time in another zone, and nobody said which is ours.
    NoZone,
}

/// A date as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) date: Date,
    pub(super) form: Form,
    pub(super) two_digits: bool,
}

/// How a column is read.
#[derive(Debug, Clone)]
pub(super) struct Way<'a> {
    pub(super) dates: &'a Dates,
    pub(super) order: Order,
    /// The service's.
    pub(super) zone: Option<TimeZone>,
}

/// Days of the 1900 system; spreadsheets count a 29 February 1900, which never was, so the days before it shift. A
/// computed number just below midnight is the next day, as a spreadsheet shows it.
pub(super) fn serial(days: f64, form: Form) -> Option<Said> {
    const SECONDS: f64 = 86_400.0;
    let days = (days * SECONDS).round() / SECONDS;
    if days == 0.0 {
        return Some(Said::Nothing);
    }
    if !(1.0..2_958_466.0).contains(&days) {
        return None;
    }
    let whole = days.floor() as i64;
    let shift = i64::from(whole < 60);
    let epoch = Date::new(1899, 12, 30).ok()?;
    let date = epoch.checked_add(jiff::Span::new().days(whole + shift)).ok()?;
    Some(Said::Day(Read { date, form, two_digits: false }))
}

/// A date in text; none where it is no date of the calendar.
pub(super) fn text(text: &str, way: &Way<'_>) -> Option<Said> {
    let plain_signs = with_plain_signs(text);
    let text = plain_signs.trim();
    if is_zero(text) {
        return Some(Said::Nothing);
    }
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.len() == 5 && text.parse::<f64>().is_ok()) || (text.len() == 8 && digits(text)) {
        return in_digits(text);
    }
    if let Some(zoned) = zoned(text, way) {
        return zoned;
    }
    plain(text, way).map(Said::Day)
}

/// Five digits are a number of days that lost its format on the way into a text file, eight are year, month and day.
fn in_digits(text: &str) -> Option<Said> {
    if text.len() != 8 || text.contains('.') {
        return serial(text.parse().ok()?, Form::Serial);
    }
    let number = |part: &str| part.parse::<i16>().ok();
    let date = civil(number(&text[..4])?, number(&text[4..6])?, number(&text[6..])?)?;
    Some(Said::Day(Read { date, form: Form::Iso, two_digits: false }))
}

/// The day of a date that no order can exchange, and whether its month is in words; the others are numbers of days and eight
/// digits.
pub(super) fn fixed_day(text: &str) -> Option<(bool, i8)> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    if matches!(whole.len(), 5 | 8) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        let Some(Said::Day(read)) = in_digits(text) else { return None };
        return Some((false, read.date.day()));
    }
    let [first, second, _] = parts(text)?;
    let day = if month_in_words(second).is_some() { first } else { month_in_words(first).map(|_| second)? };
    let day = day.trim_end_matches(|character: char| character.is_ascii_alphabetic()).parse().ok()?;
    Some((true, day))
}

/// `0`, `00/01/1900`, `0000-00-00`, `30/12/1899`, `01/01/0001`: the day before all days, in one program or another, also
/// with a time of midnight behind it.
pub(super) fn is_zero(text: &str) -> bool {
    const DAYS: [&str; 9] = [
        "0 1 1900",
        "1900 1 0",
        "1 0 1900",
        "30 12 1899",
        "1899 12 30",
        "12 30 1899",
        "31 12 1899",
        "1899 12 31",
        "12 31 1899",
    ];
    if !text.starts_with(|character: char| character.is_ascii_digit() || matches!(character, '/' | '-' | '.')) {
        return false;
    }
    let (day, time) = match text.split_once([' ', 'T']) {
        Some((day, time)) if time.contains(':') => (day, time),
        _ => (text, ""),
    };
    if !time.bytes().filter(u8::is_ascii_digit).all(|digit| digit == b'0') {
        return false;
    }
    let parts: Vec<&str> = day.split(['/', '-', '.', ' ']).filter(|part| !part.is_empty()).collect();
    let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !parts.iter().all(digits) || parts.len() > 3 {
        return false;
    }
    let bare: Vec<&str> = parts.iter().map(|part| part.trim_start_matches('0')).collect();
    let padded: Vec<&str> = bare.iter().map(|part| if part.is_empty() { "0" } else { part }).collect();
    // `01/01/01` is a day like others.
    let first_of_all = padded == ["1", "1", "1"] && parts.iter().any(|part| part.len() == 4);
    first_of_all || bare.iter().all(|part| part.is_empty()) || DAYS.contains(&padded.join(" ").as_str())
}

/// A date with a time and a zone, moved to the service's; none where no zone stands in the text.
fn zoned(text: &str, way: &Way<'_>) -> Option<Option<Said>> {
    let (day, rest) = at_its_time(text)?;
    let end = rest
        .find(|character: char| !(character.is_ascii_digit() || matches!(character, ':' | '.')))
        .unwrap_or(rest.len());
    let (time, zone) = (&rest[..end], rest[end..].split('(').next().unwrap_or_default().trim());
    let (zone, afternoon) = match zone.get(..2).map(str::to_uppercase).as_deref() {
        Some("PM") => (zone[2..].trim(), Some(12)),
        Some("AM") => (zone[2..].trim(), Some(0)),
        _ => (zone, None),
    };
    if zone.is_empty() {
        return None;
    }
    let named = (2..=5).contains(&zone.len()) && zone.bytes().all(|byte| byte.is_ascii_uppercase());
    let Some(offset) = offset(zone) else { return named.then_some(None) };
    let Some(read) = plain(day, way) else { return Some(None) };
    let Some(ours) = &way.zone else { return Some(Some(Said::NoZone)) };
    let moved = || {
        let parts: Vec<i8> = time.split([':', '.']).take(3).map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let hour = afternoon.map_or(parts[0], |add| parts[0] % 12 + add);
        let second = parts.get(2).copied().unwrap_or(0);
        let then = DateTime::new(read.date.year(), read.date.month(), read.date.day(), hour, *parts.get(1)?, second, 0)
            .ok()?;
        Some(offset.to_timestamp(then).ok()?.to_zoned_datetime(ours.clone()).date())
    };
    Some(moved().map(|date| Said::Day(Read { date, form: Form::Zoned, two_digits: read.two_digits })))
}

/// A text parted where a time begins: `2025-04-07T` and `09:30`; none where no time stands behind anything.
fn at_its_time(text: &str) -> Option<(&str, &str)> {
    let (before, _) = text.split_once(':')?;
    let day = before.trim_end_matches(|character: char| character.is_ascii_digit());
    (!day.is_empty()).then(|| (day.trim_end_matches(['T', 't', ' ', ',']), &text[day.len()..]))
}

/// Seconds since midnight of a time behind a date, where no zone and no half of the day stands behind it.
pub(super) fn clock(text: &str) -> Option<u32> {
    let (_, time) = at_its_time(text.trim())?;
    if !time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.')) {
        return None;
    }
    let mut parts = time.split([':', '.']).map(|part| part.parse::<u32>().ok());
    let (hours, minutes) = (parts.next()??, parts.next()??);
    let seconds = parts.next().flatten().unwrap_or(0);
    hours.checked_mul(60)?.checked_add(minutes)?.checked_mul(60)?.checked_add(seconds)
}

/// The same of a date cell, rounded as a spreadsheet shows it.
pub(super) fn seconds(days: f64) -> Option<u32> {
    const DAY: f64 = 86_400.0;
    let seconds = (days.fract() * DAY).round() % DAY;
    (seconds >= 0.0).then_some(seconds as u32)
}

/// `Z`, `UTC`, `+01:00`, `-0500`, `+01`, `UTC+1`.
fn offset(zone: &str) -> Option<Offset> {
    let upper = zone.to_uppercase();
    let named = ["Z", "UTC", "GMT", "UT"].iter().find_map(|name| upper.strip_prefix(name));
    let rest = named.unwrap_or(&upper).trim();
    if rest.is_empty() {
        return named.map(|_| Offset::UTC);
    }
    if rest == "BST" {
        return Some(Offset::constant(1));
    }
    let minus = rest.starts_with(['-', '\u{2212}']);
    let digits = rest.strip_prefix(['+', '-', '\u{2212}'])?;
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "0"),
    };
    let seconds =
        hours.parse::<i32>().ok()?.checked_mul(60)?.checked_add(minutes.parse::<i32>().ok()?)?.checked_mul(60)?;
    Offset::from_seconds(if minus { -seconds } else { seconds }).ok()
}

/// A date without a zone; none where its weekday is another day's: then day and month may be exchanged, or one of them is mistyped.
fn plain(text: &str, way: &Way<'_>) -> Option<Read> {
    let read = without_weekday(text, way)?;
    weekday(text).is_none_or(|day| day == read.date.weekday()).then_some(read)
}

/// The first weekday that a text names.
fn weekday(text: &str) -> Option<Weekday> {
    // Most dates have no letter.
    if !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    text.split(|character: char| !character.is_alphabetic()).find_map(weekday_named)
}

/// `Mon`, `monday`.
fn weekday_named(word: &str) -> Option<Weekday> {
    const FROM_MONDAY: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let word = word.to_lowercase();
    let at = FROM_MONDAY.iter().position(|day| word.starts_with(day))?;
    Weekday::from_monday_zero_offset(i8::try_from(at).ok()?).ok()
}

fn without_weekday(text: &str, way: &Way<'_>) -> Option<Read> {
    let [first, second, third] = parts(text)?;
    let number = |part: &str| part.parse::<i16>().ok();
    // `June` and `14th` have four signs too.
    if first.len() == 4 && first.bytes().all(|byte| byte.is_ascii_digit()) {
        let date = civil(number(first)?, number(second).or_else(|| month_in_words(second))?, number(third)?)?;
        return Some(Read { date, form: Form::Iso, two_digits: false });
    }
    // `April 7, 2025`.
    let (first, second) = if month_in_words(first).is_some() { (second, first) } else { (first, second) };
    let short = |part: &str| part.len() == 2;
    let year = |part: &str| {
        let windowed = |year| windowed(year, way.dates.two_digit_from);
        number(part).map(|year| if short(part) { windowed(year) } else { year })
    };
    let sound = |part: &str| short(part) || part.len() == 4;
    let day = |part: &str| number(part.trim_end_matches(|character: char| character.is_ascii_alphabetic()));
    if let Some(month) = month_in_words(second) {
        let date = civil(year(third).filter(|_| sound(third))?, month, day(first)?)?;
        return Some(Read { date, form: Form::Words, two_digits: short(third) });
    }
    if way.order == Order::YearFirst && short(first) {
        let date = civil(year(first)?, number(second)?, number(third)?)?;
        return Some(Read { date, form: Form::YearFirst, two_digits: true });
    }
    if !sound(third) {
        return None;
    }
    let (day, month, form) = match way.order {
        Order::DayFirst | Order::YearFirst => (day(first)?, number(second)?, Form::DayFirst),
        Order::MonthFirst => (number(second)?, number(first)?, Form::MonthFirst),
    };
    let form = if day <= 12 && day != month { Form::Ambiguous } else { form };
    Some(Read { date: civil(year(third)?, month, day)?, form, two_digits: short(third) })
}

/// Whether three texts of digits are a day of the calendar.
pub(super) fn is_day(year: &str, month: &str, day: &str) -> bool {
    let number = |part: &str| part.parse::<i16>().ok();
    let date = || civil(number(year)?, number(month)?, number(day)?);
    date().is_some()
}

/// Whether a text is a date with the month in words.
pub(super) fn in_words(text: &str) -> bool {
    parts(text).is_some_and(|[_, month, _]| month_in_words(month).is_some())
}

/// The three numbers of a date in figures, and what parts them; none where a part is no number of a date.
pub(super) fn figures(text: &str) -> Option<([&str; 3], char)> {
    let parts = parts(text.trim())?;
    let number = |part: &str| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    let separator = text.trim().chars().find(|character| !character.is_ascii_digit())?;
    parts.iter().all(|part| number(part)).then_some((parts, separator))
}

fn civil(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The three parts of a date; a time after it is let go, a weekday before or after it too.
fn parts(text: &str) -> Option<[&str; 3]> {
    let text = at_its_time(text).map_or(text, |(day, _)| day);
    if let Some(parts) = in_one_word(text) {
        return Some(parts);
    }
    let separator = |character: char| matches!(character, '/' | '-' | '.' | ' ' | ',');
    let mut words = text.split(separator).filter(|word| !word.is_empty()).peekable();
    let weekday = |word: &&str| weekday_named(word.trim_matches(['(', ')'])).is_some();
    words.next_if(weekday);
    let first = words.next()?;
    words.next_if_eq(&"of");
    let (second, third) = (words.next()?, words.next()?);
    words.next_if(weekday);
    (words.next().is_none() || is_time_with_points(text)).then_some([first, second, third])
}

/// `7APR2025`.
fn in_one_word(text: &str) -> Option<[&str; 3]> {
    let (day, rest) = text.split_at(text.find(|character: char| character.is_ascii_alphabetic())?);
    let (month, year) = rest.split_at(rest.find(|character: char| character.is_ascii_digit())?);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let sound = (1..=2).contains(&day.len()) && matches!(year.len(), 2 | 4) && digits(day) && digits(year);
    (sound && month_in_words(month).is_some()).then_some([day, month, year])
}

/// Whether a time with points stands behind the first word: `07-APR-25 02.30.00.000000 PM`.
fn is_time_with_points(text: &str) -> bool {
    let mut words = text.split(' ');
    let day = words.next().unwrap_or_default();
    let time: Vec<&str> = words.next().unwrap_or_default().split('.').collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let sound = matches!(time.as_slice(), [hour, minute, second, ..] if [hour, minute, second].iter().all(|part| part.len() == 2));
    let noon = words.next().is_none_or(|word| matches!(word, "AM" | "PM"));
    day.contains(['-', '/']) && sound && time.len() <= 4 && time.iter().all(number) && noon && words.next().is_none()
}

const fn windowed(year: i16, from: i16) -> i16 {
    let century = from - from.rem_euclid(100);
    if century + year >= from { century + year } else { century + year + 100 }
}

pub(super) fn month_in_words(word: &str) -> Option<i16> {
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
mod tests;
