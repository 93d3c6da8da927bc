//! XLS, from Excel 5 on. Comes in: the stream of records of a workbook. Goes out: cells, and what is noteworthy of sheets.
//! Deliberately absent: formulas, of which only the result is read, drawings, macros.

use std::collections::HashMap;
use std::io::Write;

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::ingest::book::numbers::{self, Format};
use crate::ingest::book::xls_records::{Record, Records, Through, code_page, f64_at, short_number, u16_at, u32_at};
use crate::ingest::book::{Failed, SHEETS, Whole, fault, password};
use crate::ingest::stream::{Notes, Refused, Sender, Stop, Value};
use crate::ingest::table::{Merged, SheetFault, Visibility};

/// Numbers of records.
mod kind {
    pub(super) const BEGIN: u16 = 0x0809;
    pub(super) const END: u16 = 0x000A;
    pub(super) const FILE_PASS: u16 = 0x002F;
    pub(super) const CODE_PAGE: u16 = 0x0042;
    pub(super) const DATE_MODE: u16 = 0x0022;
    pub(super) const SHEET: u16 = 0x0085;
    pub(super) const FORMAT: u16 = 0x041E;
    pub(super) const EXTENDED_FORMAT: u16 = 0x00E0;
    pub(super) const SHARED_TEXTS: u16 = 0x00FC;
    pub(super) const ROW: u16 = 0x0208;
    pub(super) const COLUMNS: u16 = 0x007D;
    pub(super) const NOTE: u16 = 0x001C;
    pub(super) const MERGED: u16 = 0x00E5;
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const FORMULA_TEXT: u16 = 0x0207;
    pub(super) const LABEL: u16 = 0x0204;
    pub(super) const RICH_LABEL: u16 = 0x00D6;
    pub(super) const LABEL_SHARED: u16 = 0x00FD;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const SHORT_NUMBER: u16 = 0x027E;
    pub(super) const SHORT_NUMBERS: u16 = 0x00BD;
    pub(super) const TRUTH_OR_FAULT: u16 = 0x0205;
}

/// What the head of the workbook says.
struct Globals {
    /// Texts carry a byte that says how wide their characters are.
    wide: bool,
    encoding: &'static Encoding,
    from_1904: bool,
    formats: Vec<Format>,
    sheets: Vec<(usize, Visibility, String)>,
}

/// A cell until its sheet has been read: records may stand in any order.
struct Held {
    row: u16,
    column: u16,
    value: What,
}

enum What {
    Number(f64, u16),
    Shared(u32),
    Text(String),
    NoResult,
    Truth(bool),
    Fault,
}

/// Sends the cells of all visible sheets.
pub(super) fn send<W: Write>(stream: &[u8], sender: &mut Sender<W>) -> Result<Whole, Failed> {
    let globals = globals(stream, sender)?;
    let mut comments = 0;
    for (start, visibility, name) in &globals.sheets {
        sender.sheet(name, *visibility)?;
        let mut notes = Notes::default();
        if *visibility == Visibility::Visible {
            match stream.get(*start..).filter(|stream| u16_at(stream, 0) == Some(kind::BEGIN)) {
                None => notes.fault = Some(SheetFault::Missing),
                Some(stream) => {
                    if let Err(stop) = sheet(stream, &globals, sender, &mut notes, &mut comments) {
                        notes.fault = Some(fault(stop)?);
                    }
                }
            }
        }
        sender.end_sheet(&notes)?;
    }
    Ok(Whole { comments, from_1904: globals.from_1904 })
}

fn globals<W: Write>(stream: &[u8], sender: &mut Sender<W>) -> Result<Globals, Failed> {
    let mut globals =
        Globals { wide: true, encoding: WINDOWS_1252, from_1904: false, formats: Vec::new(), sheets: Vec::new() };
    let mut codes: HashMap<u16, Format> = HashMap::new();
    let mut looks = Vec::new();
    let mut records = Records::new(stream);
    let mut ended = false;
    for record in &mut records {
        let data = record.data();
        match record.kind {
            kind::BEGIN => globals.wide = u16_at(data, 0).is_none_or(|version| version >= 0x0600),
            kind::FILE_PASS if password::is_default_of_xls(data) => return Err(Refused::DefaultPassword.into()),
            kind::FILE_PASS => return Err(Refused::Password.into()),
            kind::CODE_PAGE => globals.encoding = u16_at(data, 0).map_or(WINDOWS_1252, code_page),
            kind::DATE_MODE => globals.from_1904 = u16_at(data, 0) == Some(1),
            kind::SHEET => {
                let found = globals.named(&record);
                if globals.sheets.len() == SHEETS {
                    return Err(Refused::Parts.into());
                }
                // Charts and sheets of macros hold no table.
                let is_table = data.get(5) == Some(&0);
                globals.sheets.extend(found.filter(|_| is_table));
            }
            kind::FORMAT => {
                if let (Some(id), Some(code)) = (u16_at(data, 0), globals.text(&record, 2, 2)) {
                    codes.insert(id, Format::of(&code));
                }
            }
            kind::EXTENDED_FORMAT => looks.push(u16_at(data, 2).unwrap_or(0)),
            kind::SHARED_TEXTS => shared_texts(&record, sender)?,
            kind::END => {
                ended = true;
                break;
            }
            _ => {}
        }
    }
    if !ended || globals.sheets.is_empty() {
        return Err(Refused::Damaged.into());
    }
    let format = |id: &u16| codes.get(id).cloned().unwrap_or_else(|| numbers::built_in(u32::from(*id)));
    globals.formats = looks.iter().map(format).collect();
    Ok(globals)
}

/// Sends the texts that cells refer to; where they are cut off, cells that refer to a later one are faults.
fn shared_texts<W: Write>(record: &Record<'_>, sender: &mut Sender<W>) -> Result<(), Refused> {
    let count = u32_at(record.data(), 4).unwrap_or(0);
    let mut through = Through::new(&record.parts, 8);
    for _ in 0..count {
        let Some(text) = through.text(2) else {
            return Ok(());
        };
        sender.share(&text)?;
    }
    Ok(())
}

impl Globals {
    fn text(&self, record: &Record<'_>, at: usize, length_bytes: usize) -> Option<String> {
        let mut through = Through::new(&record.parts, at);
        // Only the names of formats have a short length in older workbooks.
        let is_format = record.kind == kind::FORMAT;
        match (self.wide, is_format) {
            (true, _) => through.text(length_bytes),
            (false, true) => through.bytes_text(1, self.encoding),
            (false, false) => through.bytes_text(length_bytes, self.encoding),
        }
    }

    fn named(&self, record: &Record<'_>) -> Option<(usize, Visibility, String)> {
        let data = record.data();
        let visibility = match data.get(4)? & 3 {
            0 => Visibility::Visible,
            1 => Visibility::Hidden,
            _ => Visibility::VeryHidden,
        };
        let name = self.text(record, 6, 1)?.replace('\0', "");
        Some((u32_at(data, 0)? as usize, visibility, name))
    }
}

fn sheet<W: Write>(
    stream: &[u8],
    globals: &Globals,
    sender: &mut Sender<W>,
    notes: &mut Notes,
    comments: &mut u64,
) -> Result<(), Stop> {
    let mut cells: Vec<Held> = Vec::new();
    let mut formulas = Formulas::default();
    let mut depth = 0_u64;
    let mut records = Records::new(stream);
    for record in &mut records {
        match record.kind {
            kind::BEGIN => depth += 1,
            kind::END => depth = depth.saturating_sub(1),
            // A chart within the sheet has records of its own, which look like cells.
            _ if depth > 1 => {}
            kind::NOTE => *comments += 1,
            kind::FORMULA_TEXT => {
                if let (Some((row, column)), Some(text)) = (formulas.awaits.take(), globals.text(&record, 0, 2)) {
                    formulas.have_results = true;
                    cells.push(Held { row, column, value: What::Text(text) });
                }
            }
            _ => {
                cell(&record, globals, &mut cells, &mut formulas);
                beside(&record, notes);
            }
        }
        if depth == 0 {
            break;
        }
    }
    cells.extend(formulas.without_result());
    if !cells.is_sorted_by_key(|held| (held.row, held.column)) {
        cells.sort_by_key(|held| (held.row, held.column));
    }
    let mut shown = String::new();
    for held in &cells {
        let value = match &held.value {
            What::Number(number, look) => {
                let format = globals.formats.get(usize::from(*look)).unwrap_or(&Format::Plain);
                format.cell(*number, globals.from_1904, &mut shown)
            }
            What::Shared(at) => Value::Shared(*at),
            What::Text(text) => Value::Text(text),
            What::Truth(truth) => Value::Truth(*truth),
            What::Fault => Value::Fault,
            What::NoResult => Value::NoResult,
        };
        sender.cell(u32::from(held.row), u32::from(held.column), value)?;
    }
    if depth > 0 {
        let after_row = cells.last().map_or(0, |held| u64::from(held.row) + 1);
        return Err(Stop::Sheet(SheetFault::Damaged { after_row }));
    }
    Ok(())
}

/// The cells that a record holds; none where it is too short for what it says.
fn cell(record: &Record<'_>, globals: &Globals, cells: &mut Vec<Held>, formulas: &mut Formulas) {
    let data = record.data();
    let (Some(row), Some(column)) = (u16_at(data, 0), u16_at(data, 2)) else {
        return;
    };
    let look = u16_at(data, 4).unwrap_or(0);
    let value = match record.kind {
        kind::NUMBER => f64_at(data, 6).map(|number| What::Number(number, look)),
        kind::SHORT_NUMBER => u32_at(data, 6).map(|bits| What::Number(short_number(bits), look)),
        kind::LABEL_SHARED => u32_at(data, 6).map(What::Shared),
        kind::LABEL | kind::RICH_LABEL => globals.text(record, 6, 2).map(What::Text),
        kind::TRUTH_OR_FAULT => Some(truth_or_fault(data.get(7) == Some(&0), data.get(6).copied())),
        kind::FORMULA => match data.get(6..14) {
            // The text of a formula follows in a record of its own.
            Some([0, .., 0xFF, 0xFF]) => {
                formulas.none.extend(formulas.awaits.replace((row, column)));
                return;
            }
            Some([1, _, truth, .., 0xFF, 0xFF]) => formulas.result(What::Truth(*truth != 0)),
            Some([2, .., 0xFF, 0xFF]) => formulas.result(What::Fault),
            Some([.., 0xFF, 0xFF]) => {
                formulas.empty.push((row, column));
                return;
            }
            None => return,
            Some(_) => f64_at(data, 6).and_then(|number| formulas.result(What::Number(number, look))),
        },
        kind::SHORT_NUMBERS => {
            let numbers = data.get(4..).unwrap_or_default().as_chunks::<6>().0;
            for (column, number) in (column..).zip(numbers) {
                let bits = u32_at(number, 2).map_or(0.0, short_number);
                let look = u16_at(number, 0).unwrap_or(0);
                cells.push(Held { row, column, value: What::Number(bits, look) });
            }
            return;
        }
        _ => return,
    };
    cells.extend(value.map(|value| Held { row, column, value }));
}

/// The results of a sheet's formulas.
#[derive(Default)]
struct Formulas {
    /// Whose text follows.
    awaits: Option<(u16, u16)>,
    /// Whose text did not follow.
    none: Vec<(u16, u16)>,
    /// Whose result is an empty text, or none: programs that do not compute write the same.
    empty: Vec<(u16, u16)>,
    /// Whether one of them has another result, so that the program computed.
    have_results: bool,
}

impl Formulas {
    fn result(&mut self, result: What) -> Option<What> {
        self.have_results = true;
        Some(result)
    }

    /// The cells whose results the file does not hold.
    fn without_result(self) -> impl Iterator<Item = Held> {
        let empty = if self.have_results { Vec::new() } else { self.empty };
        let cells = self.none.into_iter().chain(self.awaits).chain(empty);
        cells.map(|(row, column)| Held { row, column, value: What::NoResult })
    }
}

fn truth_or_fault(is_truth: bool, value: Option<u8>) -> What {
    match value {
        Some(truth) if is_truth => What::Truth(truth != 0),
        Some(_) | None => What::Fault,
    }
}

/// What stands beside the cells: hidden rows and columns, merged blocks.
fn beside(record: &Record<'_>, notes: &mut Notes) {
    let data = record.data();
    match record.kind {
        kind::ROW => notes.hidden_rows += u64::from(u16_at(data, 12).is_some_and(|flags| flags & 0x20 != 0)),
        kind::COLUMNS if u16_at(data, 8).is_some_and(|flags| flags & 1 != 0) => {
            let (first, last) = (u16_at(data, 0).unwrap_or(0), u16_at(data, 2).unwrap_or(0).min(255));
            notes.hidden_columns += (u64::from(last) + 1).saturating_sub(u64::from(first));
        }
        kind::MERGED => {
            for block in data.get(2..).unwrap_or_default().as_chunks::<8>().0 {
                let number = |at| u16_at(block, at).unwrap_or(0);
                let rows = (u64::from(number(0)) + 1, u64::from(number(2)) + 1);
                let columns = (usize::from(number(4)) + 1, usize::from(number(6)) + 1);
                notes.merged.push(Merged { rows, columns });
            }
        }
        _ => {}
    }
}
