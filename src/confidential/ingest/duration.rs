//! Reads lengths of time. Comes in: text, or a number of a spreadsheet. Goes out: minutes, or none where a person has to
//! look. A form that could mean two things is none, unless the source says what it means.

use model::config::source::Colon;

use crate::ingest::date;
use crate::ingest::number::whole;

/// Minutes: `95`, `95 mins`, `1h35`, `1 hr 35 min`, `1.5 hrs`, `01:35:00`, `26:30:00`, `1 day, 2:30:00`, `PT1H35M`; `1:35`
/// as the source says, else hours and minutes. A bare `1.5` is none: hours or minutes? `in_days`: whether all numbers of the
/// column that are not whole are parts of a day.
pub(super) fn minutes(text: &str, colon: Option<Colon>, in_days: bool) -> Option<i64> {
    let text: String = text.trim().to_lowercase();
    if let Some(number) = whole(&text) {
        return (number >= 0).then_some(number);
    }
    if text.contains(':') {
        return without_day_of_none(&text).and_then(|time| with_colons(time, colon));
    }
    if let Ok(number) = text.parse::<f64>() {
        let written = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        return of_decimals(number, written, in_days);
    }
    in_units(&text)
}

/// The time behind the day from which a program counts: `1899-12-30 01:35:00`; none behind another day. A time after noon
/// would say so, since a length of time has none.
fn without_day_of_none(text: &str) -> Option<&str> {
    let (day, time) = text.split_once([' ', 't']).unwrap_or(("", text));
    let is_date = day.len() >= 8 && day.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/'));
    match (is_date, date::is_zero(day)) {
        (false, _) => Some(text),
        (true, true) => Some(time.trim_start()),
        (true, false) => None,
    }
}

/// Minutes of a number: whole, but for what a computer adds to it, or a part of a day that lost its format.
pub(super) fn of_number(number: f64, in_days: bool) -> Option<i64> {
    let decimals = number.to_string().split_once('.').map_or(0, |(_, fraction)| fraction.len());
    of_decimals(number, decimals, in_days)
}

fn of_decimals(number: f64, decimals: usize, in_days: bool) -> Option<i64> {
    const TAIL: f64 = 1e-6;
    if !(0.0..1e9).contains(&number) {
        return None;
    }
    if (number - number.round()).abs() < TAIL {
        return Some(number.round() as i64);
    }
    // `0.0659722` is a part of a day and 95 minutes; `0.5` may be half an hour, half a minute or half a day. Nobody counts
    // in ten-thousandths of hours, so that many decimals that make whole minutes are a day's.
    let minutes = number * 1440.0;
    let is_day =
        number < 31.0 && (in_days || decimals >= 4) && (minutes - minutes.round()).abs() < 0.02 && minutes >= 1.0;
    is_day.then_some(minutes.round() as i64)
}

/// Minutes of a part of a day, where a spreadsheet made a time of it.
pub(super) fn of_days(days: f64) -> Option<i64> {
    let minutes = (days * 1440.0).round();
    (0.0..1e9).contains(&minutes).then_some(minutes as i64)
}

/// Two numbers with a colon between them: the first, where nothing but a length of time it could be.
pub(super) fn two_parts(text: &str) -> Option<i64> {
    let (first, second) = text.trim().split_once(':')?;
    let part = |text: &str| text.parse::<i64>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    part(second.trim()).filter(|second| *second < 60)?;
    part(first.trim())
}

fn with_colons(text: &str, colon: Option<Colon>) -> Option<i64> {
    let (days, time) = match text.split_once("day") {
        Some((days, time)) => (days.trim().parse::<i64>().ok()?, time.trim_start_matches('s').trim_matches([',', ' '])),
        None => (0, text),
    };
    let parts: Vec<&str> = time.split(':').map(str::trim).collect();
    let count = |text: &str| text.parse::<i64>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let seconds = |text: &str| text.parse::<f64>().ok().filter(|seconds| (0.0..60.0).contains(seconds));
    let below_60 = |text: &str| count(text).filter(|count| *count < 60);
    let (hours, minutes, seconds) = match (parts.as_slice(), colon) {
        ([hours, minutes, rest], _) => (count(hours)?, below_60(minutes)?, seconds(rest)?),
        ([minutes, rest], Some(Colon::Minutes)) => (0, count(minutes)?, seconds(rest)?),
        ([hours, minutes], Some(Colon::Hours) | None) => (count(hours)?, below_60(minutes)?, 0.0),
        _ => return None,
    };
    let whole = days.checked_mul(24)?.checked_add(hours)?.checked_mul(60)?.checked_add(minutes)?;
    // Seconds are no minute, but for what a computer takes off the last one.
    whole.checked_add(i64::from(seconds > 59.5))
}

fn in_units(text: &str) -> Option<i64> {
    // `PT1H35M`, as machines write it.
    let text = text.strip_prefix("pt").unwrap_or(text);
    let mut total = 0.0;
    let mut rest = text;
    let (mut in_hours, mut in_seconds) = (false, false);
    while !rest.trim_start().is_empty() {
        rest = rest.trim_start();
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(rest.len());
        let number: f64 = rest[..end].parse().ok()?;
        rest = rest[end..].trim_start();
        let end = rest.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(rest.len());
        total += match &rest[..end] {
            "h" | "hr" | "hrs" | "hour" | "hours" => number * 60.0,
            "m" | "min" | "mins" | "minute" | "minutes" => number,
            "s" | "sec" | "secs" | "second" | "seconds" => number / 60.0,
            // `1h35`: what follows hours without a unit are minutes.
            "" if in_hours => number,
            _ => return None,
        };
        in_hours = rest[..end].starts_with('h');
        in_seconds |= rest[..end].starts_with('s');
        rest = rest[end..].trim_start_matches([',', ' ']);
    }
    let whole = (total - total.round()).abs() < 1e-6;
    let total = if in_seconds && !whole { total.floor() } else { total.round() };
    ((whole || in_seconds) && (0.0..1e9).contains(&total)).then_some(total as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<i64> {
        minutes(text, None, false)
    }

    #[test]
    fn lengths_of_time_are_read_in_minutes() {
        let forms = [
            "95",
            "1h35",
            "1 hr 35 min",
            "1:35",
            "95.0",
            "95 mins",
            "1h35m",
            "01:35:00",
            "1:35:29",
            "0:95:00",
            "PT1H35M",
            "PT01H35M00S",
            "94.99999999999999",
            "95.00000000000001",
            "0.0659722",
            "0.06597222222222222",
            "1 hour, 35 minutes",
            "1899-12-30 01:35:00",
            "30/12/1899 1:35",
            "1900-01-00 01:35:00",
            "0 days 01:35:00",
        ];
        for form in forms {
            assert_eq!(read(form), (form != "0:95:00").then_some(95), "{form}");
        }
        assert_eq!(
            [read("1.5 hrs"), read("2 hours"), read("26:30:00"), read("1 day, 2:30:00")],
            [Some(90), Some(120), Some(1590), Some(1590)]
        );
        assert_eq!([95.0, 0.0659722, f64::NAN].map(|number| of_number(number, false)), [Some(95), Some(95), None]);
        assert_eq!(of_days(1.0 / 24.0), Some(60));
    }

    #[test]
    fn a_length_of_time_that_could_mean_two_things_is_none() {
        let forms = ["1.5", "0.5", "0.25", "an hour or so", "1:75", "-5", "-1:30", "1:30:75", "1:2:3:4"];
        for form in forms.into_iter().chain(["2025-04-07 01:35:00", "1900-01-01 01:35:00"]) {
            assert_eq!(read(form), None, "{form}");
        }
    }

    #[test]
    fn in_a_column_of_parts_of_a_day_a_short_one_is_one_too() {
        assert_eq!([minutes("0.05", None, true), minutes("0.05", None, false)], [Some(72), None]);
        assert_eq!(minutes("0.0500000", None, false), Some(72), "its zeros say so by themselves");
        assert_eq!([of_number(0.5, true), of_number(0.5, false), of_number(30.0, true)], [Some(720), None, Some(30)]);
    }

    #[test]
    fn two_numbers_with_a_colon_are_what_the_source_says() {
        assert_eq!(
            [minutes("45:30", Some(Colon::Minutes), false), minutes("45:30", Some(Colon::Hours), false)],
            [Some(45), Some(2730)]
        );
        assert_eq!(
            [two_parts("45:30"), two_parts("1:35"), two_parts("01:35:00"), two_parts("95")],
            [Some(45), Some(1), None, None]
        );
    }
}
