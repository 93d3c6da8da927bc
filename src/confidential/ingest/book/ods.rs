//! ODS. Comes in: an archive. Goes out: cells. What a format shows of a number stands beside it, so that no format has to
//! be carried out. A row or cell that stands several times is written once, with a count: counts are bounded before
//! anything is made of them. Deliberately absent: shapes, changes that were tracked, scripts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::QName;

use crate::ingest::book::package::{Package, Xml};
use crate::ingest::book::text::{self, attribute, elements, entity, iso_date, iso_length};
use crate::ingest::book::{Failed, SHEETS, Whole, fault};
use crate::ingest::stream::{COLUMNS, Notes, ROWS, Refused, Sender, Stop, Value};
use crate::ingest::table::{Merged, SheetFault, Visibility};

/// Times that a filled row may stand in sequence; checkboxes and the like are filled far down.
const REPEATED: u64 = 10_000;
/// Names of looks that are kept.
const STYLES: usize = 100_000;
/// Spaces that one element stands for.
const SPACES: usize = 10_000;

/// Sends the cells of all visible sheets.
pub(super) fn send<W: Write>(package: &mut Package<'_>, sender: &mut Sender<W>) -> Result<Whole, Failed> {
    if is_encrypted(package) {
        return Err(Refused::Password.into());
    }
    let mut xml = package.xml("content.xml").ok_or(Refused::Damaged)?;
    let mut reader = Content { xml: &mut xml, buffer: Vec::new(), comments: 0 };
    let (mut styles, mut style, mut sheets) = (HashMap::new(), String::new(), 0);
    loop {
        let Ok(step) = reader.next() else {
            return Err(Refused::Damaged.into());
        };
        match step {
            Step::Start(Tag::Style, element) => style = attribute(&element, "name"),
            Step::Start(Tag::TableProperties, element) if styles.len() < STYLES => {
                let is_hidden = attribute(&element, "display") == "false";
                styles.insert(style.clone(), if is_hidden { Visibility::Hidden } else { Visibility::Visible });
            }
            Step::Start(Tag::Tracked, _) => reader.skip(Tag::Tracked).map_err(|()| Refused::Damaged)?,
            Step::Start(Tag::Table, element) => {
                sheets += 1;
                if sheets > SHEETS {
                    return Err(Refused::Parts.into());
                }
                let look = styles.get(&attribute(&element, "style-name")).copied();
                let visibility = look.unwrap_or(Visibility::Visible);
                sender.sheet(&attribute(&element, "name"), visibility)?;
                sheet(&mut reader, visibility, sender)?;
            }
            Step::Start(..) | Step::End(_) | Step::Text(_) | Step::Nothing => {}
            Step::Eof if sheets == 0 => return Err(Refused::Damaged.into()),
            Step::Eof => return Ok(Whole { comments: reader.comments, from_1904: false }),
        }
    }
}

fn is_encrypted(package: &mut Package<'_>) -> bool {
    let mut found = package.has("encrypted-package");
    if let Some(mut xml) = package.xml("meta-inf/manifest.xml") {
        // A manifest that cannot be read says nothing of it.
        let _ = elements(&mut xml, |element| {
            found |= element.local_name().as_ref() == "encryption-data";
            !found
        });
    }
    found
}

/// The one part that holds all sheets.
struct Content<'x, 'p> {
    xml: &'x mut Xml<'p>,
    buffer: Vec<u8>,
    comments: u64,
}

/// Elements that matter here, by the local part of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Style,
    TableProperties,
    Table,
    Column,
    Row,
    Cell,
    Covered,
    Annotation,
    Paragraph,
    Spaces,
    Tab,
    LineBreak,
    /// What was tracked of changes, and shapes: what stands in them is no cell.
    Tracked,
    Shapes,
    Drawn,
    Other,
}

impl Tag {
    fn of(name: QName<'_>) -> Self {
        match name.local_name().as_ref() {
            "style" => Self::Style,
            "table-properties" => Self::TableProperties,
            "table" => Self::Table,
            "table-column" => Self::Column,
            "table-row" => Self::Row,
            "table-cell" => Self::Cell,
            "covered-table-cell" => Self::Covered,
            "annotation" => Self::Annotation,
            "p" | "h" => Self::Paragraph,
            "s" => Self::Spaces,
            "tab" => Self::Tab,
            "line-break" => Self::LineBreak,
            "tracked-changes" => Self::Tracked,
            "shapes" => Self::Shapes,
            _ if name.prefix().is_some_and(|prefix| prefix.as_ref() == "draw") => Self::Drawn,
            _ => Self::Other,
        }
    }
}

enum Step<'b> {
    Start(Tag, BytesStart<'b>),
    End(Tag),
    Text(Cow<'b, str>),
    Nothing,
    Eof,
}

impl Content<'_, '_> {
    fn next(&mut self) -> Result<Step<'_>, ()> {
        self.buffer.clear();
        Ok(match self.xml.read_event_into(&mut self.buffer).map_err(drop)? {
            Event::Start(element) => Step::Start(Tag::of(element.name()), element),
            Event::End(element) => Step::End(Tag::of(element.name())),
            Event::Text(text) => Step::Text(Cow::Owned(text.xml10_content().into_owned())),
            Event::CData(text) => Step::Text(Cow::Owned(text.xml10_content().into_owned())),
            Event::GeneralRef(reference) => {
                let mut text = String::new();
                entity(&reference, &mut text);
                Step::Text(Cow::Owned(text))
            }
            Event::Eof => Step::Eof,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Empty(_) => Step::Nothing,
        })
    }

    /// Goes on to the end of an element that was begun.
    fn skip(&mut self, tag: Tag) -> Result<(), ()> {
        let mut depth = 1_u64;
        while depth > 0 {
            match self.next()? {
                Step::Start(started, _) if started == tag => depth += 1,
                Step::End(ended) if ended == tag => depth -= 1,
                Step::Eof => return Err(()),
                Step::Start(..) | Step::End(_) | Step::Text(_) | Step::Nothing => {}
            }
        }
        Ok(())
    }
}

/// What has been seen of a sheet.
#[derive(Default)]
struct Seen {
    /// The next row and column, from 0.
    row: u64,
    column: u64,
    /// Columns up to the last one that is filled.
    width: u64,
    columns: u64,
    hidden: Vec<(u64, u64)>,
    cells: Vec<Held>,
    texts: String,
}

/// A cell of the row that is being read.
struct Held {
    column: u64,
    times: u64,
    kind: Holds,
    number: f64,
    text: (usize, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    Number,
    Shown,
    Date,
    Length,
    Truth,
    Fault,
    NoResult,
}

fn sheet<W: Write>(reader: &mut Content<'_, '_>, visibility: Visibility, sender: &mut Sender<W>) -> Result<(), Failed> {
    let mut notes = Notes::default();
    if visibility == Visibility::Visible {
        let mut seen = Seen::default();
        match rows(reader, &mut seen, sender, &mut notes) {
            Ok(()) => {}
            Err(Stop::Sheet(fault @ SheetFault::Damaged { .. })) => {
                // All sheets stand in one part, so that no other follows.
                notes.fault = Some(fault);
                sender.end_sheet(&notes)?;
                return Err(Refused::Damaged.into());
            }
            Err(stop) => {
                notes.fault = Some(fault(stop)?);
                reader.skip(Tag::Table).map_err(|()| Refused::Damaged)?;
            }
        }
        let within = |(from, to): &(u64, u64)| (*to).min(seen.width).saturating_sub(*from);
        notes.hidden_columns = seen.hidden.iter().map(within).sum();
    } else {
        reader.skip(Tag::Table).map_err(|()| Refused::Damaged)?;
    }
    Ok(sender.end_sheet(&notes)?)
}

fn rows<W: Write>(
    reader: &mut Content<'_, '_>,
    seen: &mut Seen,
    sender: &mut Sender<W>,
    notes: &mut Notes,
) -> Result<(), Stop> {
    let mut row = (1, false);
    loop {
        let damaged = |()| Stop::Sheet(SheetFault::Damaged { after_row: seen.row });
        match reader.next().map_err(damaged)? {
            Step::Start(Tag::Column, element) => {
                let times = count(&element, "number-columns-repeated");
                if seen.hidden.len() < COLUMNS as usize && is_hidden(&element) {
                    seen.hidden.push((seen.columns, seen.columns + times));
                }
                seen.columns += times;
            }
            Step::Start(Tag::Row, element) => {
                row = (count(&element, "number-rows-repeated"), is_hidden(&element));
                seen.column = 0;
                seen.cells.clear();
                seen.texts.clear();
            }
            Step::Start(tag @ (Tag::Cell | Tag::Covered), element) => {
                let said = Said::of(&element);
                cell(reader, tag, &said, seen, notes)?;
            }
            Step::Start(tag @ (Tag::Annotation | Tag::Table | Tag::Shapes | Tag::Tracked), _) => {
                // Tables within cells, shapes, what was tracked: none of it is a row of this sheet.
                reader.comments += u64::from(tag == Tag::Annotation);
                reader.skip(tag).map_err(damaged)?;
            }
            Step::End(Tag::Row) => send_row(seen, row, sender, notes)?,
            Step::End(Tag::Table) => return Ok(()),
            Step::Eof => return Err(damaged(())),
            Step::Start(..) | Step::End(_) | Step::Text(_) | Step::Nothing => {}
        }
    }
}

fn is_hidden(element: &BytesStart<'_>) -> bool {
    matches!(attribute(element, "visibility").as_str(), "collapse" | "filter")
}

/// A count, which is one where it does not stand there; no larger than a sheet.
fn count(element: &BytesStart<'_>, name: &str) -> u64 {
    attribute(element, name).trim().parse::<u64>().unwrap_or(1).clamp(1, u64::from(ROWS))
}

fn send_row<W: Write>(
    seen: &mut Seen,
    (times, is_hidden): (u64, bool),
    sender: &mut Sender<W>,
    notes: &mut Notes,
) -> Result<(), Stop> {
    let first = seen.row;
    seen.row = (seen.row + times).min(u64::from(ROWS));
    if seen.cells.is_empty() {
        return Ok(());
    }
    if times > REPEATED {
        return Err(Stop::Sheet(SheetFault::Repeated { row: first + 1 }));
    }
    if is_hidden {
        notes.hidden_rows += times;
    }
    for row in first..first + times {
        for held in &seen.cells {
            let text = &seen.texts[held.text.0..held.text.1];
            let value = match held.kind {
                Holds::Text => Value::Text(text),
                Holds::Number => Value::Number(held.number),
                Holds::Shown => Value::Shown(held.number, text),
                Holds::Date => iso_date(text),
                Holds::Length => Value::Length(held.number),
                Holds::Truth => Value::Truth(held.number != 0.0),
                Holds::Fault => Value::Fault,
                Holds::NoResult => Value::NoResult,
            };
            for column in held.column..held.column + held.times {
                // Both are below what a sheet has; the sender refuses a place beyond it.
                sender.cell(row as u32, column as u32, value)?;
            }
            seen.width = seen.width.max(held.column + held.times);
        }
    }
    Ok(())
}

/// What the attributes of a cell say.
#[derive(Default)]
struct Said {
    kind: String,
    value: Option<String>,
    text: Option<String>,
    date: Option<String>,
    time: Option<String>,
    truth: Option<String>,
    is_fault: bool,
    has_formula: bool,
    times: u64,
    spanned: (u64, u64),
}

impl Said {
    fn of(element: &BytesStart<'_>) -> Self {
        let mut said = Self { times: 1, spanned: (1, 1), ..Self::default() };
        for attribute in element.attributes().with_checks(false).flatten() {
            let name = attribute.key.local_name();
            let value = || text::value(&attribute.value);
            let number = || value().trim().parse::<u64>().unwrap_or(1).clamp(1, u64::from(ROWS));
            match name.as_ref() {
                "value-type" if attribute.key.as_ref().starts_with("calcext") => {
                    said.is_fault |= attribute.value.as_ref() == "error";
                }
                "value-type" => said.kind = attribute.value.trim().to_owned(),
                "value" => said.value = Some(value()),
                "string-value" => said.text = Some(value()),
                "date-value" => said.date = Some(value()),
                "time-value" => said.time = Some(value()),
                "boolean-value" => said.truth = Some(value()),
                "formula" => said.has_formula = true,
                "number-columns-repeated" => said.times = number(),
                "number-columns-spanned" => said.spanned.1 = number(),
                "number-rows-spanned" => said.spanned.0 = number(),
                _ => {}
            }
        }
        said
    }
}

fn cell(reader: &mut Content<'_, '_>, tag: Tag, said: &Said, seen: &mut Seen, notes: &mut Notes) -> Result<(), Stop> {
    let damaged = |()| Stop::Sheet(SheetFault::Damaged { after_row: seen.row });
    let mut content = String::new();
    paragraphs(reader, tag, &mut content).map_err(damaged)?;
    let column = seen.column;
    seen.column = (seen.column + said.times).min(u64::from(COLUMNS));
    if said.spanned != (1, 1) && seen.row < u64::from(ROWS) {
        let rows = (seen.row + 1, seen.row + said.spanned.0);
        notes.merged.push(Merged { rows, columns: (column as usize + 1, (column + said.spanned.1) as usize) });
    }
    let Some((kind, number, text)) = holds(said, &content) else {
        return Ok(());
    };
    let start = seen.texts.len();
    seen.texts.push_str(text);
    let text = (start, seen.texts.len());
    seen.cells.push(Held { column, times: said.times, kind, number, text });
    Ok(())
}

/// What a cell holds, as its attributes and its paragraphs say; none where it is blank.
fn holds<'t>(said: &'t Said, content: &'t str) -> Option<(Holds, f64, &'t str)> {
    const FAULTS: [&str; 7] = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"];
    let wrong = || FAULTS.contains(&content) || content.starts_with("Err:");
    if said.is_fault || (said.has_formula && said.kind != "string" && wrong()) {
        return Some((Holds::Fault, 0.0, ""));
    }
    if let Some(date) = &said.date {
        return Some((Holds::Date, 0.0, date));
    }
    if let Some(time) = &said.time {
        return Some(iso_length(time).map_or((Holds::Text, 0.0, time.as_str()), |days| (Holds::Length, days, "")));
    }
    if let Some(truth) = &said.truth {
        let number = if truth.eq_ignore_ascii_case("true") { 1.0 } else { 0.0 };
        return Some((Holds::Truth, number, ""));
    }
    if let Some(value) = &said.value {
        return Some(match value.trim().parse::<f64>() {
            Ok(number) if said.kind == "float" && adds(number, content) => (Holds::Shown, number, content),
            Ok(number) if number.is_finite() => (Holds::Number, number, ""),
            Ok(_) | Err(_) => (Holds::Fault, 0.0, ""),
        });
    }
    let text = said.text.as_deref().filter(|text| !text.is_empty()).unwrap_or(content);
    if !text.is_empty() {
        return Some((Holds::Text, 0.0, text));
    }
    // A formula whose result is an empty text has one.
    (said.has_formula && said.kind != "string").then_some((Holds::NoResult, 0.0, ""))
}

/// Whether what is shown of a whole number has more in it than the number: text, or zeros before it.
fn adds(number: f64, shown: &str) -> bool {
    let shown = shown.trim();
    let digits = shown.strip_prefix(['-', '+']).unwrap_or(shown);
    let has_text = digits.chars().any(|character| {
        !character.is_ascii_digit()
            && !matches!(character, '.' | ',' | ' ' | '\u{a0}' | '\u{202f}' | '\'' | '\u{2019}' | '%' | 'E' | '+')
    });
    let has_zeros = digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    number.fract() == 0.0 && !shown.is_empty() && !digits.contains("E+") && (has_text || has_zeros)
}

/// The text of a cell, a line a paragraph; what is remarked on it, and shapes that hang on it, are left out.
fn paragraphs(reader: &mut Content<'_, '_>, cell: Tag, text: &mut String) -> Result<(), ()> {
    let (mut depth, mut paragraphs) = (0_u64, 0_u64);
    loop {
        match reader.next()? {
            Step::Start(Tag::Paragraph, _) => {
                if paragraphs > 0 && depth == 0 {
                    text.push('\n');
                }
                paragraphs += 1;
                depth += 1;
            }
            Step::Start(Tag::Spaces, element) => {
                let times = attribute(&element, "c").parse().unwrap_or(1_usize).min(SPACES);
                text.extend(std::iter::repeat_n(' ', times));
            }
            Step::Start(Tag::Tab, _) => text.push('\t'),
            Step::Start(Tag::LineBreak, _) => text.push('\n'),
            Step::Start(tag @ (Tag::Annotation | Tag::Drawn | Tag::Table), _) => {
                reader.comments += u64::from(tag == Tag::Annotation);
                reader.skip(tag)?;
            }
            Step::End(Tag::Paragraph) => depth = depth.saturating_sub(1),
            Step::End(tag) if tag == cell => return Ok(()),
            Step::Text(run) if depth > 0 => text.push_str(&run),
            Step::Start(..) | Step::End(_) | Step::Text(_) | Step::Nothing => {}
            Step::Eof => return Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::adds;

    #[test]
    fn what_a_format_adds_to_an_identifier_is_told_from_how_a_number_is_written() {
        for shown in ["SP-00001", "00001", "1/A", "no 1"] {
            assert!(adds(1.0, shown), "{shown}");
        }
        for shown in ["1", "-1", "1.00", "1,000", "1 000", "100%", "1E+03", "", "0"] {
            assert!(!adds(1.0, shown), "{shown}");
        }
    }
}
