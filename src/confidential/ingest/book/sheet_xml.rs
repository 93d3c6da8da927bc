//! The cells of one sheet of an XLSX workbook. Comes in: its XML, as a stream. Goes out: cells, and what is noteworthy of
//! the sheet. One odd cell is the fault of that cell; what is read beyond it is unharmed.

use std::io::Write;

use quick_xml::events::{BytesStart, Event};

use crate::ingest::book::numbers::Format;
use crate::ingest::book::package::Xml;
use crate::ingest::book::text::{attribute, entity, iso_date, without_escapes};
use crate::ingest::book::xlsx::Rich;
use crate::ingest::stream::{Notes, Sender, Stop, Value};
use crate::ingest::table::{Merged, SheetFault};

/// What cells refer to.
pub(super) struct Book<'b> {
    pub(super) formats: &'b [Format],
    pub(super) from_1904: bool,
    /// Whether no formula was computed: its result is 0, whatever it is.
    pub(super) uncomputed: bool,
}

/// How a cell says what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Type {
    #[default]
    Number,
    Shared,
    Inline,
    Text,
    Truth,
    Fault,
    Date,
    Unknown,
}

/// The cell that is being read.
#[derive(Default)]
struct Current {
    row: u32,
    column: u32,
    format: usize,
    kind: Type,
    value: String,
    in_value: bool,
    has_formula: bool,
    inline: Rich,
    in_inline: bool,
}

/// Sends the cells of a sheet.
pub(super) fn send<W: Write>(
    xml: &mut Xml<'_>,
    book: &Book<'_>,
    sender: &mut Sender<W>,
    notes: &mut Notes,
) -> Result<(), Stop> {
    let mut buffer = Vec::new();
    let mut cell = Current::default();
    let (mut next_row, mut next_column) = (0, 0);
    let (mut in_cell, mut is_whole) = (false, false);
    let mut shown = String::new();
    loop {
        buffer.clear();
        let damaged = SheetFault::Damaged { after_row: u64::from(cell.row) + 1 };
        let Ok(event) = xml.read_event_into(&mut buffer) else {
            return Err(Stop::Sheet(damaged));
        };
        match &event {
            Event::Start(element) => match element.local_name().as_ref() {
                "c" => {
                    in_cell = true;
                    cell.begin(element, next_row, next_column);
                    next_column = cell.column.saturating_add(1);
                }
                "v" if in_cell => cell.in_value = true,
                "f" if in_cell => cell.has_formula = true,
                "is" if in_cell => {
                    cell.inline.clear();
                    cell.in_inline = true;
                }
                "row" => {
                    let number = attribute(element, "r").trim().parse::<u32>().ok().and_then(|row| row.checked_sub(1));
                    next_row = number.unwrap_or(next_row);
                    next_column = 0;
                    notes.hidden_rows += u64::from(hidden(element));
                }
                _ if cell.in_inline => cell.inline.event(&event),
                other => beside(other, element, notes),
            },
            Event::End(element) => match element.local_name().as_ref() {
                "c" if in_cell => {
                    in_cell = false;
                    if let Some(value) = cell.value(book, &mut shown) {
                        sender.cell(cell.row, cell.column, value)?;
                    }
                }
                "v" => cell.in_value = false,
                "is" => cell.in_inline = false,
                "row" => next_row = next_row.saturating_add(1),
                "sheetData" => is_whole = true,
                _ if cell.in_inline => cell.inline.event(&event),
                _ => {}
            },
            Event::Text(text) if cell.in_value => cell.value.push_str(&text.xml10_content()),
            Event::CData(text) if cell.in_value => cell.value.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) if cell.in_value => entity(reference, &mut cell.value),
            Event::Eof if is_whole => return Ok(()),
            Event::Eof => return Err(Stop::Sheet(damaged)),
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) if cell.in_inline => cell.inline.event(&event),
            Event::Empty(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
}

/// What stands beside the cells: hidden columns, merged blocks.
fn beside(name: &str, element: &BytesStart<'_>, notes: &mut Notes) {
    match name {
        "col" if hidden(element) => {
            let number = |name| attribute(element, name).parse::<u64>().unwrap_or(0).min(u64::from(u32::MAX));
            notes.hidden_columns += (number("max") + 1).saturating_sub(number("min"));
        }
        "mergeCell" => {
            let reference = attribute(element, "ref");
            let (from, to) = reference.split_once(':').unwrap_or((&reference, &reference));
            if let (Some(from), Some(to)) = (place(from), place(to)) {
                let rows = (u64::from(from.0) + 1, u64::from(to.0) + 1);
                notes.merged.push(Merged { rows, columns: (from.1 as usize + 1, to.1 as usize + 1) });
            }
        }
        _ => {}
    }
}

impl Current {
    /// A cell without a place stands beside the one before it.
    fn begin(&mut self, element: &BytesStart<'_>, row: u32, column: u32) {
        (self.row, self.column) = (row, column);
        (self.format, self.kind) = (0, Type::Number);
        (self.in_value, self.in_inline, self.has_formula) = (false, false, false);
        self.value.clear();
        self.inline.clear();
        for attribute in element.attributes().with_checks(false).flatten() {
            let value = attribute.value.trim();
            match attribute.key.local_name().as_ref() {
                "r" => (self.row, self.column) = place(value).unwrap_or((row, column)),
                "s" => self.format = value.parse().unwrap_or(0),
                "t" => self.kind = Type::of(value),
                _ => {}
            }
        }
    }

    /// What the cell holds; none where it is blank.
    fn value<'v>(&'v self, book: &Book<'_>, shown: &'v mut String) -> Option<Value<'v>> {
        let raw = match self.kind {
            Type::Text => self.value.as_str(),
            Type::Number | Type::Shared | Type::Inline | Type::Truth | Type::Fault | Type::Date | Type::Unknown => {
                self.value.trim()
            }
        };
        if raw.is_empty() && self.kind != Type::Inline {
            // An empty text is a result, too.
            return (self.has_formula && self.kind != Type::Text).then_some(Value::NoResult);
        }
        if book.uncomputed && self.has_formula && raw == "0" {
            return Some(Value::NoResult);
        }
        Some(match self.kind {
            Type::Number => match raw.parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    book.formats.get(self.format).unwrap_or(&Format::Plain).cell(number, book.from_1904, shown)
                }
                Ok(_) | Err(_) => Value::Fault,
            },
            Type::Shared => raw.parse().map_or(Value::Fault, Value::Shared),
            Type::Inline if self.inline.whole.is_empty() => return self.has_formula.then_some(Value::NoResult),
            Type::Inline => Value::Text(&self.inline.whole),
            Type::Text => {
                shown.clear();
                shown.push_str(&without_escapes(raw));
                Value::Text(shown)
            }
            Type::Truth if matches!(raw, "1" | "true" | "TRUE") => Value::Truth(true),
            Type::Truth if matches!(raw, "0" | "false" | "FALSE") => Value::Truth(false),
            Type::Truth | Type::Fault | Type::Unknown => Value::Fault,
            Type::Date => iso_date(raw),
        })
    }
}

impl Type {
    fn of(text: &str) -> Self {
        match text {
            "n" | "" => Self::Number,
            "s" => Self::Shared,
            "inlineStr" | "is" => Self::Inline,
            "str" => Self::Text,
            "b" => Self::Truth,
            "e" => Self::Fault,
            "d" => Self::Date,
            _ => Self::Unknown,
        }
    }
}

fn hidden(element: &BytesStart<'_>) -> bool {
    matches!(attribute(element, "hidden").as_str(), "1" | "true")
}

/// Row and column, from 0, of a reference such as `D17` or `$D$17`.
fn place(text: &str) -> Option<(u32, u32)> {
    let text = text.strip_prefix('$').unwrap_or(text);
    let split = text.find(|character: char| !character.is_ascii_alphabetic())?;
    let (letters, digits) = text.split_at(split);
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let letter = |sum: u32, byte: u8| sum * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1;
    let row: u32 = digits.strip_prefix('$').unwrap_or(digits).parse().ok()?;
    Some((row.checked_sub(1)?, letters.bytes().fold(0, letter) - 1))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_reference_is_a_row_and_a_column() {
        assert_eq!((place("A1"), place("$XFD$1048576")), (Some((0, 0)), Some((1_048_575, 16_383))));
        assert_eq!(
            (place("17"), place("A0"), place("AAAA1"), place("A"), place("A1B")),
            (None, None, None, None, None)
        );
    }
}
