//! What formats of XML write in common: texts with entities, dates and lengths of time. Comes in: events and attributes.
//! Goes out: text and days.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};
use jiff::{Span, SpanRelativeTo, Unit};
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::ingest::book::numbers::rounded;
use crate::ingest::book::package::Xml;
use crate::ingest::stream::Value;

/// An attribute by the local part of its name; empty where it is not there.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    let mut attributes = element.attributes();
    let found = attributes.with_checks(false).flatten().find(|attribute| attribute.key.local_name().as_ref() == name);
    found.map(|attribute| value(&attribute.value)).unwrap_or_default()
}

/// The value of an attribute; one with an entity that XML does not have is left as it stands: it then names nothing.
pub(super) fn value(raw: &str) -> String {
    unescape(raw).map_or_else(|_| raw.to_owned(), Cow::into_owned)
}

/// Adds what an entity stands for; one that XML does not have stands for itself.
pub(super) fn entity(reference: &BytesRef<'_>, text: &mut String) {
    if let Some(known) = resolve_xml_entity(reference) {
        text.push_str(known);
    } else if let Ok(Some(character)) = reference.resolve_char_ref() {
        text.push(character);
    } else {
        text.push('&');
        text.push_str(reference);
        text.push(';');
    }
}

/// Hands every element of a part to `each`, until it is false; none where the part is no XML.
pub(super) fn elements(xml: &mut Xml<'_>, mut each: impl FnMut(&BytesStart<'_>) -> bool) -> Option<()> {
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = xml.read_event_into(&mut buffer).ok()?;
        let is_over = matches!(event, Event::Eof);
        if is_over || matches!(&event, Event::Start(element) if !each(element)) {
            return Some(());
        }
    }
}

/// Text without what Excel writes for characters that XML does not have: `_x000D_` is a carriage return.
pub(super) fn without_escapes(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let escape = rest.strip_prefix("_x").and_then(|hex| Some((hex.get(..4)?, hex.get(4..)?.strip_prefix('_')?)));
        let unit =
            |hex: &str| hex.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(hex, 16).ok());
        match escape.and_then(|(hex, after)| Some((unit(hex)??, after))) {
            Some((unit, after)) => {
                units.push(unit);
                rest = after;
            }
            None => {
                units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
                rest = &rest[character.len_utf8()..];
            }
        }
    }
    Cow::Owned(String::from_utf16_lossy(&units))
}

/// The cell of a date such as `2025-04-07T09:30:00`; text where it has a zone, or is none, so that it is looked at as text.
pub(super) fn iso_date(text: &str) -> Value<'_> {
    let trimmed = text.trim();
    // A zone or a calendar behind it has other signs.
    let is_plain = trimmed.bytes().all(|byte| byte.is_ascii_digit() || b"-:T. ".contains(&byte));
    let Some(time) = trimmed.parse::<DateTime>().ok().filter(|_| is_plain) else { return Value::Text(text) };
    let clock = time.time();
    let seconds = f64::from(clock.hour()) * 3600.0 + f64::from(clock.minute()) * 60.0 + f64::from(clock.second());
    let day = time.date().since(Date::constant(1899, 12, 30)).map(|span| f64::from(span.get_days()));
    match day.map(|day| day + seconds / 86_400.0) {
        // Spreadsheets count a 29 February 1900, which never was.
        Ok(days) if (2.0..61.0).contains(&days) => Value::Serial(rounded(days - 1.0)),
        Ok(days) if days >= 61.0 => Value::Serial(rounded(days)),
        // Before the days that spreadsheets count.
        Ok(_) | Err(_) => Value::Text(text),
    }
}

/// Days of a length of time such as `PT01H35M00S`, or of a time of day such as `01:35:00`.
pub(super) fn iso_length(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, length) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    if !length.starts_with('P') {
        return clock(length).map(|days| sign * days);
    }
    // A month or a year has no length of its own: of those there is no total.
    let span: Span = length.parse().ok()?;
    span.total((Unit::Day, SpanRelativeTo::days_are_24_hours())).ok().map(|days| sign * days)
}

fn clock(text: &str) -> Option<f64> {
    let mut parts = text.split(':');
    let mut next = || parts.next().map(str::parse::<f64>);
    let (hours, minutes, seconds) = (next()?.ok()?, next()?.ok()?, next().unwrap_or(Ok(0.0)).ok()?);
    Some(hours / 24.0 + minutes / 1440.0 + seconds / 86_400.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serial(text: &str) -> Option<f64> {
        if let Value::Serial(days) = iso_date(text) { Some(days) } else { None }
    }

    #[test]
    fn dates_become_the_days_that_spreadsheets_count() {
        assert_eq!((serial("2025-04-01"), serial("2025-04-01T12:00:00")), (Some(45_748.0), Some(45_748.5)));
        assert_eq!((serial("1900-01-01"), serial("1900-03-01")), (Some(1.0), Some(61.0)));
        assert_eq!((serial("1899-12-30"), serial("2025-04-01T12:00:00Z"), serial("soon")), (None, None, None));
    }

    #[test]
    fn lengths_of_time_are_read_in_the_ways_that_formats_write_them() {
        let minutes = |text| iso_length(text).map(|days| (days * 1440.0).round());
        assert_eq!(
            (minutes("PT01H35M00S"), minutes("01:35:00"), minutes("P1DT1H")),
            (Some(95.0), Some(95.0), Some(1500.0))
        );
        assert_eq!((minutes("P1M"), minutes("PT5"), minutes("soon")), (None, None, None));
    }

    #[test]
    fn escapes_of_characters_are_undone_and_text_that_only_looks_like_one_stays() {
        assert_eq!(without_escapes("a_x000D_b_x005F_x000D_ _x12 é_xD83D__xDCF7_"), "a\rb_x000D_ _x12 é📷");
    }
}
