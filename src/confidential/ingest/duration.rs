//! Reads lengths of time. Comes in: text, or a number of a spreadsheet. Goes out: minutes, or none where a person has to
//! look. A form that could mean two things is none, unless the source says what it means.

use std::borrow::Cow;

use model::config::fold::with_plain_signs;
use model::config::source::{Bare, Colon};

use crate::ingest::date;
use crate::ingest::number::whole;

/// What the source, and the other rows of a column, say of forms that could mean two things.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said {
    pub(super) colon: Option<Colon>,
    pub(super) number: Option<Bare>,
    /// Whether all numbers of the column that are not whole are parts of a day.
    pub(super) in_days: bool,
}

/// Nobody works so many hours for a case at once.
pub(super) const LONGEST_HOURS: f64 = 24.0;

/// Minutes: `95`, `95 mins`, `1h35`, `1 hr 35 min`, `1.5 hrs`, `01:35:00`, `26:30:00`, `1 day, 2:30:00`, `PT1H35M`; `1:35`
/// as the source says, else hours and minutes. A bare `1.5` is none, unless the source says so: hours or minutes?
pub(super) fn minutes(text: &str, said: Said) -> Option<i64> {
    let text = with_plain_signs(text).trim().to_lowercase();
    let text = without_groups(&text);
    if let Some(number) = whole(&text) {
        return if said.number == Some(Bare::Hours) { number.checked_mul(60) } else { Some(number) }
            .filter(|read| *read >= 0);
    }
    if text.contains(':') {
        let bare = text.trim_end_matches(|sign: char| sign.is_ascii_alphabetic() || sign == ' ' || sign == '.');
        let unit = text[bare.len()..].trim();
        let is_hours = matches!(unit, "h" | "hr" | "hrs" | "hours" | "hour");
        let colon = if is_hours { Some(Colon::Hours) } else { said.colon };
        return without_day_of_none(if is_hours { bare } else { &text }).and_then(|time| with_colons(time, colon));
    }
    if let Ok(number) = text.parse::<f64>() {
        let written = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        return of_decimals(number, written, said);
    }
    in_units(&text)
}

/// `1,250.00`, `1 250` and `95,0` without what parts their digits; `1,5 h` and `1\u{bd} hrs` with a point.
fn without_groups(text: &str) -> Cow<'_, str> {
    const HALVES: [(char, &str); 3] = [('\u{bc}', ".25"), ('\u{bd}', ".5"), ('\u{be}', ".75")];
    let end = text.find(|sign: char| sign.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    if let Some((half, point)) = HALVES.iter().find(|(half, _)| number.contains(*half)) {
        let whole = number.split(*half).next().unwrap_or_default().trim();
        return Cow::Owned(format!("{}{point} {unit}", if whole.is_empty() { "0" } else { whole }));
    }
    let number = number.trim();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let groups: Vec<&str> = whole.split([',', ' ']).collect();
    let grouped =
        groups.len() > 1 && (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3);
    if grouped && groups.iter().all(|group| digits(group)) && digits(fraction) {
        let point = if fraction.is_empty() { "" } else { "." };
        return Cow::Owned(format!("{}{point}{fraction} {unit}", groups.concat()).trim_end().to_owned());
    }
    // Three digits behind a comma would be a group.
    match number.split_once(',') {
        Some((whole, fraction))
            if !whole.is_empty() && digits(whole) && digits(fraction) && (1..=2).contains(&fraction.len()) =>
        {
            Cow::Owned(format!("{whole}.{fraction} {unit}").trim_end().to_owned())
        }
        _ => Cow::Borrowed(text),
    }
}

/// Whether a length of time names hours: `1.5 h`, `2 hrs`.
pub(super) fn in_hours(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let unit = text.trim_start_matches(|sign: char| sign.is_ascii_digit() || matches!(sign, '.' | ',' | ' '));
    unit.len() < text.len() && unit.starts_with('h')
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
pub(super) fn of_number(number: f64, said: Said) -> Option<i64> {
    let decimals = number.to_string().split_once('.').map_or(0, |(_, fraction)| fraction.len());
    of_decimals(number, decimals, said)
}

fn of_decimals(number: f64, decimals: usize, said: Said) -> Option<i64> {
    const TAIL: f64 = 1e-6;
    if !(0.0..1e9).contains(&number) {
        return None;
    }
    if said.number == Some(Bare::Hours) {
        let minutes = number * 60.0;
        return ((minutes - minutes.round()).abs() < 0.5).then_some(minutes.round() as i64);
    }
    if (number - number.round()).abs() < TAIL {
        return Some(number.round() as i64);
    }
    if number > LONGEST_HOURS && !said.in_days || said.number == Some(Bare::Minutes) && number >= 1.0 {
        // Minutes with seconds, which are no minute.
        return Some(number.floor() as i64);
    }
    // `0.0659722` is a part of a day and 95 minutes; `0.5` may be half an hour, half a minute or half a day. Nobody counts
    // in ten-thousandths of hours, so that many decimals that make whole minutes are a day's.
    let minutes = number * 1440.0;
    let is_day =
        number < 31.0 && (said.in_days || decimals >= 4) && (minutes - minutes.round()).abs() < 0.02 && minutes >= 1.0;
    is_day.then_some(minutes.round() as i64)
}

/// Minutes of a part of a day, where a spreadsheet made a time of it.
pub(super) fn of_days(days: f64) -> Option<i64> {
    // Seconds are no minute, as in a text: but for what a computer takes off the last one.
    let minutes = ((days * 86_400.0).round() / 60.0).floor();
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
        minutes(text, Said::default())
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
        assert_eq!(
            [95.0, 0.0659722, f64::NAN].map(|number| of_number(number, Said::default())),
            [Some(95), Some(95), None]
        );
        assert_eq!(of_days(1.0 / 24.0), Some(60));
        let stated = Said { number: Some(Bare::Minutes), ..Said::default() };
        assert_eq!(
            [read("30.5"), read("15.5"), minutes("15.5", stated), minutes("0.5", stated)],
            [Some(30), None, Some(15), None]
        );
    }

    #[test]
    fn digits_in_groups_halves_and_seconds_are_read_by_one_rule() {
        let forms = ["1,250", "1,250.00", "1 250", "1\u{a0}250", "1250.00"];
        assert_eq!(forms.map(read), [Some(1250); 5]);
        assert_eq!(["95,0", "95,00", "1:35 hrs", "1:35h"].map(read), [Some(95); 4]);
        assert_eq!(["1,5 h", "1\u{bd} hrs", "1.5h"].map(read), [Some(90); 3]);
        assert_eq!(["1,5", "30-45", "an hour", "\u{bd}"].map(read), [None; 4], "hours or minutes?");
        for (text, days) in [("0:45:30", 45.5 / 1440.0), ("0:45:59", 2759.0 / 86_400.0), ("0:45:00", 45.0 / 1440.0)] {
            assert_eq!((read(text), of_days(days)), (Some(45), Some(45)), "{text}");
        }
        let hours = Said { number: Some(Bare::Hours), ..Said::default() };
        assert_eq!(
            ["1.5", "2", "0.75", "20 min"].map(|text| minutes(text, hours)),
            [Some(90), Some(120), Some(45), Some(20)]
        );
        assert_eq!([of_number(0.25, hours), of_number(3.0, hours)], [Some(15), Some(180)]);
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
        let in_days = Said { in_days: true, ..Said::default() };
        assert_eq!([minutes("0.05", in_days), read("0.05")], [Some(72), None]);
        assert_eq!(read("0.0500000"), Some(72), "its zeros say so by themselves");
        assert_eq!(
            [of_number(0.5, in_days), of_number(0.5, Said::default()), of_number(30.0, in_days)],
            [Some(720), None, Some(30)]
        );
    }

    #[test]
    fn two_numbers_with_a_colon_are_what_the_source_says() {
        assert_eq!(
            [Colon::Minutes, Colon::Hours]
                .map(|colon| minutes("45:30", Said { colon: Some(colon), ..Said::default() })),
            [Some(45), Some(2730)]
        );
        assert_eq!(
            [two_parts("45:30"), two_parts("1:35"), two_parts("01:35:00"), two_parts("95")],
            [Some(45), Some(1), None, None]
        );
    }
}
