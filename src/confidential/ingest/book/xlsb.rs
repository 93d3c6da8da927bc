//! XLSB: the same parts as XLSX, in records instead of XML. Comes in: an archive. Goes out: cells. Deliberately absent:
//! formulas, of which only the result is read.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, Read, Write};

use crate::ingest::book::numbers::{self, Format};
use crate::ingest::book::package::{Package, folded};
use crate::ingest::book::xls_records::{f64_at, short_number, u16_at, u32_at};
use crate::ingest::book::xlsx::{Named, Relationship, main_part, relationships, send_sheets};
use crate::ingest::book::{Failed, SHEETS, Whole};
use crate::ingest::stream::{Notes, Refused, Sender, Stop, Value};
use crate::ingest::table::{Merged, SheetFault, Visibility};

/// Bytes of one record; the longest that a cell needs is 64 KiB of text.
const RECORD: u64 = 16 << 20;

/// Numbers of records.
mod kind {
    pub(super) const ROW: u32 = 0;
    pub(super) const FIRST_CELL: u32 = 1;
    pub(super) const LAST_CELL: u32 = 11;
    pub(super) const FIRST_SHORT: u32 = 12;
    pub(super) const LAST_SHORT: u32 = 18;
    pub(super) const SHARED_TEXT: u32 = 19;
    pub(super) const FORMAT: u32 = 44;
    pub(super) const LOOK: u32 = 47;
    pub(super) const COLUMNS: u32 = 60;
    pub(super) const RICH_TEXT: u32 = 62;
    pub(super) const END_OF_CELLS: u32 = 146;
    pub(super) const PROPERTIES: u32 = 153;
    pub(super) const SHEET: u32 = 156;
    pub(super) const MERGED: u32 = 176;
    pub(super) const LOOKS: u32 = 617;
    pub(super) const END_OF_LOOKS: u32 = 618;
    pub(super) const COMMENT: u32 = 635;
}

/// Sends the cells of all visible sheets.
pub(super) fn send<W: Write>(package: &mut Package<'_>, sender: &mut Sender<W>) -> Result<Whole, Failed> {
    let main = main_part(package).ok_or(Refused::Damaged)?;
    let related = relationships(package, &main);
    let (sheets, from_1904) = workbook(package, &main, &related).ok_or(Refused::Damaged)?;
    if sheets.len() > SHEETS {
        return Err(Refused::Parts.into());
    }
    let of_kind =
        |kind: &str| related.values().find(|related| related.kind == kind).map(|related| related.target.clone());
    let part = |kind: &str, usual: &str| of_kind(kind).unwrap_or_else(|| folded(&main, usual));
    let formats = formats(package, &part("styles", "styles.bin"));
    if let Some(part) = package.bytes(&part("sharedStrings", "sharedStrings.bin")) {
        let mut records = Records::new(part);
        while let Some((kind, data)) = records.next().map_err(|()| Refused::Damaged)? {
            if kind == kind::SHARED_TEXT {
                sender.share(&text(data, 1).unwrap_or_default())?;
            }
        }
    }
    send_sheets(&sheets, sender, |part, sender, notes| {
        let part = package.bytes(part)?;
        Some(sheet(part, &formats, from_1904, sender, notes))
    })?;
    Ok(Whole { comments: comments(package), from_1904 })
}

/// Records one after another.
struct Records<'p> {
    part: Box<dyn BufRead + 'p>,
    data: Vec<u8>,
}

impl<'p> Records<'p> {
    fn new(part: Box<dyn BufRead + 'p>) -> Self {
        Self { part, data: Vec::new() }
    }

    /// The next record; none at the end, a fault where it is cut off.
    fn next(&mut self) -> Result<Option<(u32, &[u8])>, ()> {
        if self.part.fill_buf().map_err(drop)?.is_empty() {
            return Ok(None);
        }
        let kind = self.number(2)?;
        let length = u64::from(self.number(4)?);
        if length > RECORD {
            return Err(());
        }
        self.data.clear();
        (&mut self.part).take(length).read_to_end(&mut self.data).map_err(drop)?;
        if (self.data.len() as u64) < length { Err(()) } else { Ok(Some((kind, &self.data))) }
    }

    /// Seven bits a byte, the lowest first; the kind keeps the bit that says that another byte follows.
    fn number(&mut self, bytes: u32) -> Result<u32, ()> {
        let mut number = 0;
        for at in 0..bytes {
            let mut byte = [0];
            self.part.read_exact(&mut byte).map_err(drop)?;
            number |= u32::from(byte[0] & 0x7F) << (7 * at);
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        Ok(number)
    }
}

/// A text behind its length in characters.
fn text(data: &[u8], at: usize) -> Option<String> {
    let length = u32_at(data, at)? as usize;
    let bytes = data.get(at + 4..)?.get(..length.checked_mul(2)?)?;
    let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    Some(String::from_utf16_lossy(&units))
}

fn workbook(
    package: &mut Package<'_>,
    main: &str,
    related: &BTreeMap<String, Relationship>,
) -> Option<(Vec<Named>, bool)> {
    let (mut sheets, mut from_1904) = (Vec::new(), false);
    let mut records = Records::new(package.bytes(main)?);
    while let Some((kind, data)) = records.next().ok()? {
        match kind {
            kind::PROPERTIES => from_1904 = data.first().is_some_and(|flags| flags & 1 != 0),
            kind::SHEET if sheets.len() <= SHEETS => {
                let visibility = match u32_at(data, 0)? {
                    0 => Visibility::Visible,
                    1 => Visibility::Hidden,
                    _ => Visibility::VeryHidden,
                };
                let id = text(data, 8)?;
                let name = text(data, 12 + id.encode_utf16().count() * 2)?;
                let target = related.get(&id);
                if target.is_none_or(|target| target.kind == "worksheet") {
                    sheets.push(Named { name, visibility, part: target.map(|target| target.target.clone()) });
                }
            }
            _ => {}
        }
    }
    Some((sheets, from_1904))
}

/// The format of each kind of cell; what cannot be read of them changes no number.
fn formats(package: &mut Package<'_>, part: &str) -> Vec<Format> {
    let mut codes: HashMap<u16, Format> = HashMap::new();
    let (mut formats, mut in_cells) = (Vec::new(), false);
    let Some(part) = package.bytes(part) else {
        return formats;
    };
    let mut records = Records::new(part);
    while let Ok(Some((kind, data))) = records.next() {
        match kind {
            kind::FORMAT => {
                if let (Some(id), Some(code)) = (u16_at(data, 0), text(data, 2)) {
                    codes.insert(id, Format::of(&code));
                }
            }
            kind::LOOKS => in_cells = true,
            kind::END_OF_LOOKS => in_cells = false,
            kind::LOOK if in_cells => {
                let id = u16_at(data, 2).unwrap_or(0);
                formats.push(codes.get(&id).cloned().unwrap_or_else(|| numbers::built_in(u32::from(id))));
            }
            _ => {}
        }
    }
    formats
}

fn sheet<W: Write>(
    part: Box<dyn BufRead + '_>,
    formats: &[Format],
    from_1904: bool,
    sender: &mut Sender<W>,
    notes: &mut Notes,
) -> Result<(), Stop> {
    let (mut row, mut column) = (0, 0);
    let (mut is_whole, mut shown) = (false, String::new());
    let mut records = Records::new(part);
    loop {
        let damaged = |()| Stop::Sheet(SheetFault::Damaged { after_row: u64::from(row) + 1 });
        let Some((kind, data)) = records.next().map_err(damaged)? else {
            return if is_whole { Ok(()) } else { Err(damaged(())) };
        };
        match kind {
            kind::ROW => {
                row = u32_at(data, 0).ok_or(()).map_err(damaged)?;
                column = 0;
                notes.hidden_rows += u64::from(data.get(11).is_some_and(|flags| flags & 0x10 != 0));
            }
            kind::FIRST_CELL..=kind::LAST_CELL | kind::RICH_TEXT => {
                column = u32_at(data, 0).ok_or(()).map_err(damaged)?;
                if let Some(value) = value(kind, data, 4, formats, from_1904, &mut shown) {
                    sender.cell(row, column, value)?;
                }
                column = column.saturating_add(1);
            }
            kind::FIRST_SHORT..=kind::LAST_SHORT => {
                // The same without a column: it is the next one.
                if let Some(value) = value(kind - kind::FIRST_SHORT + 1, data, 0, formats, from_1904, &mut shown) {
                    sender.cell(row, column, value)?;
                }
                column = column.saturating_add(1);
            }
            kind::END_OF_CELLS => is_whole = true,
            _ => beside(kind, data, notes),
        }
    }
}

/// What a cell holds; its look stands at `at`, its value after that. What is too short for its value is a fault.
fn value<'v>(
    kind: u32,
    data: &[u8],
    at: usize,
    formats: &[Format],
    from_1904: bool,
    shown: &'v mut String,
) -> Option<Value<'v>> {
    let look = u32_at(data, at).map_or(0, |look| (look & 0x00FF_FFFF) as usize);
    let at = at + 4;
    let texts = match kind {
        6 | 8 => text(data, at),
        kind::RICH_TEXT => text(data, at + 1),
        _ => None,
    };
    let number = match kind {
        2 => u32_at(data, at).map(short_number),
        5 | 9 => f64_at(data, at),
        _ => None,
    };
    if let Some(number) = number {
        return Some(formats.get(look).unwrap_or(&Format::Plain).cell(number, from_1904, shown));
    }
    if let Some(text) = texts {
        *shown = text;
        return Some(Value::Text(shown));
    }
    Some(match kind {
        1 => return None,
        4 | 10 => data.get(at).map_or(Value::Fault, |truth| Value::Truth(*truth != 0)),
        7 => u32_at(data, at).map_or(Value::Fault, Value::Shared),
        _ => Value::Fault,
    })
}

/// What stands beside the cells: hidden columns, merged blocks.
fn beside(kind: u32, data: &[u8], notes: &mut Notes) {
    let number = |at| u32_at(data, at).unwrap_or(0);
    match kind {
        kind::COLUMNS if u16_at(data, 16).is_some_and(|flags| flags & 1 != 0) => {
            notes.hidden_columns += (u64::from(number(4)) + 1).saturating_sub(u64::from(number(0)));
        }
        kind::MERGED => {
            let rows = (u64::from(number(0)) + 1, u64::from(number(4)) + 1);
            notes.merged.push(Merged { rows, columns: (number(8) as usize + 1, number(12) as usize + 1) });
        }
        _ => {}
    }
}

/// Comments in the workbook.
fn comments(package: &mut Package<'_>) -> u64 {
    let mut count = 0;
    for name in package.names() {
        let file = name.rsplit('/').next().unwrap_or_default();
        if !file.starts_with("comments") || !file.ends_with(".bin") {
            continue;
        }
        if let Some(part) = package.bytes(&name) {
            let mut records = Records::new(part);
            while let Ok(Some((kind, _))) = records.next() {
                count += u64::from(kind == kind::COMMENT);
            }
        }
    }
    count
}
