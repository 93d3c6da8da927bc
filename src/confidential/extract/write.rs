//! The rows of an extract as CSV. Comes in: the table, the roles of its columns, classes. Goes out: bytes. Deliberately
//! absent: every column that has no role; it is not passed on.

use super::hierarchy::SUPPRESSED;
use super::microdata::{Microdata, Roles};
use super::outcome::Classes;
use super::table::{Column, Table};

/// How the sensitive attributes of suppressed records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remainder {
    /// As they are: the suppressed records together keep every model that a class must keep.
    Kept,
    /// As `*`: whoever knows that somebody is among them would else learn what a class must not tell.
    Hidden,
}

/// Where a column's cells come from.
enum Source<'t> {
    Quasi(usize),
    Sensitive(&'t Column),
    Plain(&'t Column),
}

/// The file: a header, and the records in the order of the table. In a suppressed record every quasi-identifier is `*`.
/// `plain`: columns to pass on as they are.
#[must_use]
pub fn write(
    table: &Table,
    microdata: &Microdata,
    roles: &Roles,
    plain: &[String],
    classes: &Classes,
    remainder: Remainder,
) -> Vec<u8> {
    let separator = table.separator();
    let mut names = Vec::new();
    let mut sources = Vec::new();
    for column in table.columns() {
        let source = if let Some(at) = roles.quasi.iter().position(|name| *name == column.name) {
            Source::Quasi(at)
        } else if roles.sensitive.contains(&column.name) {
            Source::Sensitive(column)
        } else if plain.contains(&column.name) {
            Source::Plain(column)
        } else {
            continue;
        };
        names.push(quoted(&column.name, separator));
        sources.push(source);
    }
    let mut text = names.join(separator.encode_utf8(&mut [0; 4])).into_bytes();
    text.push(b'\n');
    let cells: Vec<Cells> = sources.iter().map(|source| Cells::new(source, classes, separator)).collect();
    for (record, row) in microdata.distinct.of_record.iter().enumerate() {
        let class = classes.of_row.get(*row as usize).copied().flatten();
        let begins = text.len();
        for (at, cells) in cells.iter().enumerate() {
            if at > 0 {
                // One of ; , | and the tab.
                text.push(u8::try_from(separator).unwrap_or(b';'));
            }
            text.extend_from_slice(cells.cell(record, class, remainder));
        }
        if text[begins..].iter().all(u8::is_ascii_whitespace) {
            // A line that looks blank is no record to most readers.
            quote_first(&mut text, begins, separator);
        }
        text.push(b'\n');
    }
    text
}

/// The texts of a column, quoted where they must be, and which of them stands where.
struct Cells<'t> {
    texts: Vec<String>,
    by: By<'t>,
}

/// What decides which text a record has.
enum By<'t> {
    /// Its class.
    Class(&'t [u32]),
    /// Its own value, unless it is suppressed and those are hidden.
    SensitiveValue(&'t [u32]),
    /// Its own value.
    Value(&'t [u32]),
}

impl<'t> Cells<'t> {
    fn new(source: &Source<'t>, classes: &'t Classes, separator: char) -> Self {
        let quote = |text: &String| quoted(text, separator);
        match source {
            Source::Quasi(at) => Self {
                texts: classes.labels[*at].iter().map(|label| quote(&label.text)).collect(),
                by: By::Class(&classes.cells[*at]),
            },
            Source::Sensitive(column) => {
                Self { texts: column.values.iter().map(quote).collect(), by: By::SensitiveValue(&column.codes) }
            }
            Source::Plain(column) => {
                Self { texts: column.values.iter().map(quote).collect(), by: By::Value(&column.codes) }
            }
        }
    }

    fn cell(&self, record: usize, class: Option<u32>, remainder: Remainder) -> &[u8] {
        let code = match (&self.by, class) {
            (By::Class(cells), Some(class)) => cells.get(class as usize),
            (By::Class(_), None) => None,
            (By::SensitiveValue(_), None) if remainder == Remainder::Hidden => None,
            (By::SensitiveValue(codes) | By::Value(codes), _) => codes.get(record),
        };
        code.and_then(|code| self.texts.get(*code as usize)).map_or(SUPPRESSED.as_bytes(), |text| text.as_bytes())
    }
}

/// Puts the first field of a line in quotation marks: there are none in it, nor anything else that would need them.
fn quote_first(text: &mut Vec<u8>, begins: usize, separator: char) {
    let first = text[begins..].iter().position(|byte| char::from(*byte) == separator);
    let ends = first.map_or(text.len(), |length| begins + length);
    text.insert(ends, b'"');
    text.insert(begins, b'"');
}

/// As in a CSV file: in quotation marks where a separator, a quotation mark or a line break is in it.
fn quoted(text: &str, separator: char) -> String {
    if text.contains([separator, '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
