//! The cells of a workbook as a stream of bytes, from the process that reads it to the one that believes nothing of it.
//! Comes in: sheets and cells; on the other side bytes. Goes out: frames; on the other side sheets. A frame is a tag, the
//! length of its content in four bytes, its content. Deliberately absent: what a workbook looks like.

mod gather;

use std::io::{self, Write};

use crate::ingest::table::{Merged, SheetFault, Visibility};
use model::config::fold::blank;

pub(super) use gather::{Book, Broken, Gather};

/// What the stream begins with; the number is its version.
const MAGIC: &[u8] = b"takeup cells 1\n";
/// Content of a frame at most; rows are gathered up to [`FULL`], and no cell is longer than [`LONGEST`].
const FRAME: usize = 4 << 20;
const FULL: usize = 64 << 10;
/// Bytes of one cell; spreadsheets hold 32,767 characters in one.
const LONGEST: usize = 1 << 20;
/// Bytes of one row before its last cell, so that a row always fits into a frame.
const WIDEST: usize = 2 << 20;
/// Merged blocks of one sheet.
const BLOCKS: usize = 200_000;
/// Bytes of text in the cells of one workbook, a text counted as often as it stands there.
const TEXT: u64 = 512 << 20;
/// Filled cells of one workbook.
const CELLS: u64 = 100_000_000;
/// Cells of the rectangle from the first cell to the last, beyond which most of them must be filled.
const AREA: u64 = 50_000_000;
/// Of so many cells of a rectangle beyond [`AREA`] one is filled at least.
const SPARSE: u64 = 100;
/// Rows of all sheets from the first to the last of each, blank ones included, which somebody walks through.
const SPANNED: u64 = 16 << 20;
/// Rows and columns that a spreadsheet has at most.
pub(super) const ROWS: u32 = 1_048_576;
pub(super) const COLUMNS: u32 = 16_384;

/// Tags of frames.
mod tag {
    pub(super) const REFUSED: u8 = b'F';
    pub(super) const KIND: u8 = b'K';
    pub(super) const TEXTS: u8 = b'T';
    pub(super) const SHEET: u8 = b'S';
    pub(super) const ROWS: u8 = b'R';
    pub(super) const NOTES: u8 = b'N';
    pub(super) const END: u8 = b'E';
}

/// Tags of cells.
mod mark {
    pub(super) const TEXT: u8 = 1;
    pub(super) const SHARED: u8 = 2;
    pub(super) const NUMBER: u8 = 3;
    pub(super) const SHOWN: u8 = 4;
    pub(super) const SERIAL: u8 = 5;
    pub(super) const LENGTH: u8 = 6;
    pub(super) const TRUE: u8 = 7;
    pub(super) const FALSE: u8 = 8;
    pub(super) const FAULT: u8 = 9;
    pub(super) const NO_RESULT: u8 = 10;
}

/// What kind of file the reader found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Xlsx,
    Xlsb,
    Xls,
    Ods,
    /// A zip archive without a workbook.
    OtherZip,
    /// A compound file without a workbook.
    OtherCompound,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Xlsx, Self::Xlsb, Self::Xls, Self::Ods, Self::OtherZip, Self::OtherCompound];
}

/// Why a workbook gives no cells at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    Damaged,
    Password,
    /// Encrypted under the password that spreadsheet programs try by themselves.
    DefaultPassword,
    /// Unpacks to more than the limit.
    Unpacks,
    /// More parts than the limit.
    Parts,
}

impl Refused {
    const ALL: [Self; 5] = [Self::Damaged, Self::Password, Self::DefaultPassword, Self::Unpacks, Self::Parts];
}

/// A cell on its way; blank ones are not sent.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Text(&'a str),
    /// The place of a text among those sent before.
    Shared(u32),
    Number(f64),
    Shown(f64, &'a str),
    Serial(f64),
    Length(f64),
    Truth(bool),
    Fault,
    NoResult,
}

/// What else is to be known of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Notes {
    pub(super) hidden_rows: u64,
    pub(super) hidden_columns: u64,
    pub(super) merged: Vec<Merged>,
    pub(super) fault: Option<SheetFault>,
}

/// Why no further cell of a sheet, or of the workbook, is taken.
#[derive(Debug)]
pub(super) enum Stop {
    Sheet(SheetFault),
    /// Nobody listens any more.
    Closed(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Closed(error)
    }
}

/// The writing end.
pub(super) struct Sender<W> {
    out: W,
    /// Bytes of each shared text; none where it shows nothing.
    shared: Vec<Option<u32>>,
    shared_text: u64,
    texts: Vec<u8>,
    rows: Vec<u8>,
    row: Row,
    extent: Extent,
    text: u64,
    cells: u64,
    spanned: u64,
}

/// The row that is being written; its cells may come in any order.
#[derive(Default)]
struct Row {
    number: u32,
    bytes: Vec<u8>,
    cells: Vec<(u32, usize, usize)>,
}

/// What of a sheet has been seen.
#[derive(Default)]
struct Extent {
    rows: u32,
    columns: u32,
    cells: u64,
    filled_rows: u64,
}

impl<W: Write> Sender<W> {
    /// Begins the stream with what the file is.
    pub(super) fn new(mut out: W, kind: Kind) -> io::Result<Self> {
        out.write_all(MAGIC)?;
        let at = Kind::ALL.iter().position(|other| *other == kind).unwrap_or(0);
        frame(&mut out, tag::KIND, &[at as u8])?;
        Ok(Self {
            out,
            shared: Vec::new(),
            shared_text: 0,
            texts: Vec::new(),
            rows: Vec::new(),
            row: Row::default(),
            extent: Extent::default(),
            text: 0,
            cells: 0,
            spanned: 0,
        })
    }

    /// Ends the stream without a sheet.
    pub(super) fn refuse(mut self, refused: Refused) -> io::Result<()> {
        let at = Refused::ALL.iter().position(|other| *other == refused).unwrap_or(0);
        frame(&mut self.out, tag::REFUSED, &[at as u8])?;
        self.out.flush()
    }

    /// Adds a text that cells refer to by its place.
    pub(super) fn share(&mut self, text: &str) -> Result<(), Refused> {
        let shows = !text.chars().all(blank);
        self.shared.push(shows.then(|| u32::try_from(text.len()).unwrap_or(u32::MAX)));
        self.shared_text += text.len() as u64;
        if self.shared_text > TEXT {
            return Err(Refused::Unpacks);
        }
        // One that is too long is the fault of the first cell that holds it.
        let text = if text.len() > LONGEST { "" } else { text };
        varint(&mut self.texts, text.len() as u64);
        self.texts.extend_from_slice(text.as_bytes());
        if self.texts.len() >= FULL {
            self.flush_texts().map_err(|_| Refused::Damaged)?;
        }
        Ok(())
    }

    fn flush_texts(&mut self) -> io::Result<()> {
        if !self.texts.is_empty() {
            frame(&mut self.out, tag::TEXTS, &self.texts)?;
            self.texts.clear();
        }
        Ok(())
    }

    /// Begins a sheet.
    pub(super) fn sheet(&mut self, name: &str, visibility: Visibility) -> io::Result<()> {
        self.flush_texts()?;
        self.extent = Extent::default();
        self.row = Row::default();
        let mut content = vec![match visibility {
            Visibility::Visible => 0,
            Visibility::Hidden => 1,
            Visibility::VeryHidden => 2,
        }];
        // Spreadsheets allow 31 characters; a name is shown to people, so that a long one is cut.
        content.extend(name.chars().take(200).collect::<String>().into_bytes());
        frame(&mut self.out, tag::SHEET, &content)
    }

    /// Adds a cell, row and column from 0. Rows that are begun again later are a fault of the sheet.
    pub(super) fn cell(&mut self, row: u32, column: u32, value: Value<'_>) -> Result<(), Stop> {
        let length = match value {
            Value::Text(text) | Value::Shown(_, text) if text.chars().all(blank) => return Ok(()),
            Value::Text(text) | Value::Shown(_, text) => text.len(),
            Value::Shared(at) => match self.shared.get(at as usize) {
                Some(Some(length)) => *length as usize,
                Some(None) => return Ok(()),
                // A text that is not there is the fault of this cell.
                None => return self.cell(row, column, Value::Fault),
            },
            Value::Number(number) | Value::Serial(number) | Value::Length(number) if !number.is_finite() => {
                return self.cell(row, column, Value::Fault);
            }
            Value::Number(_)
            | Value::Serial(_)
            | Value::Length(_)
            | Value::Truth(_)
            | Value::Fault
            | Value::NoResult => 0,
        };
        if row >= ROWS || column >= COLUMNS {
            return Err(Stop::Sheet(SheetFault::Damaged { after_row: u64::from(self.extent.rows) }));
        }
        if row != self.row.number {
            self.end_row()?;
            self.row.number = row;
        }
        self.bounds(row, column, length)?;
        let start = self.row.bytes.len();
        encode(&mut self.row.bytes, value);
        self.row.cells.push((column, start, self.row.bytes.len()));
        Ok(())
    }

    /// Keeps a sheet from being more than a table of cases ever is.
    fn bounds(&mut self, row: u32, column: u32, length: usize) -> Result<(), Stop> {
        let place = || (u64::from(row) + 1, column as usize + 1);
        let extent = &mut self.extent;
        extent.cells += 1;
        self.text += length as u64;
        self.spanned += u64::from((row + 1).saturating_sub(extent.rows));
        let long = length > LONGEST || self.row.bytes.len() > WIDEST;
        if long || self.spanned > SPANNED || self.text > TEXT || self.cells + self.row.cells.len() as u64 >= CELLS {
            let (row, column) = place();
            return Err(Stop::Sheet(SheetFault::Crowded { row, column }));
        }
        if row >= extent.rows || column >= extent.columns {
            extent.rows = extent.rows.max(row + 1);
            extent.columns = extent.columns.max(column + 1);
            let area = u64::from(extent.rows) * u64::from(extent.columns);
            if area > AREA && extent.cells * SPARSE < area {
                let (row, column) = place();
                return Err(Stop::Sheet(SheetFault::Far { row, column }));
            }
        }
        Ok(())
    }

    fn end_row(&mut self) -> io::Result<()> {
        let row = &mut self.row;
        if row.cells.is_empty() {
            return Ok(());
        }
        if !row.cells.is_sorted_by_key(|cell| cell.0) {
            row.cells.sort_by_key(|cell| cell.0);
        }
        let mut content = Vec::with_capacity(row.bytes.len() + row.cells.len());
        let mut next = 0;
        for (at, (column, start, end)) in row.cells.iter().enumerate() {
            // Of a cell that stands twice the later one holds.
            if row.cells.get(at + 1).is_some_and(|following| following.0 == *column) {
                continue;
            }
            varint(&mut content, u64::from(column - next));
            next = column + 1;
            content.extend_from_slice(&row.bytes[*start..*end]);
            self.cells += 1;
        }
        varint(&mut self.rows, u64::from(row.number) + 1);
        varint(&mut self.rows, content.len() as u64);
        self.rows.extend_from_slice(&content);
        self.extent.filled_rows += 1;
        row.cells.clear();
        row.bytes.clear();
        if self.rows.len() >= FULL {
            self.flush_rows()?;
        }
        Ok(())
    }

    fn flush_rows(&mut self) -> io::Result<()> {
        if !self.rows.is_empty() {
            frame(&mut self.out, tag::ROWS, &self.rows)?;
            self.rows.clear();
        }
        Ok(())
    }

    /// Ends a sheet.
    pub(super) fn end_sheet(&mut self, notes: &Notes) -> io::Result<()> {
        self.end_row()?;
        self.flush_rows()?;
        let mut content = Vec::new();
        for number in [notes.hidden_rows, notes.hidden_columns, self.extent.filled_rows] {
            varint(&mut content, number);
        }
        let crowded = notes.merged.len() > BLOCKS;
        let fault = notes.fault.or_else(|| crowded.then_some(SheetFault::Crowded { row: 1, column: 1 }));
        let fault = match fault {
            None => [0, 0, 0],
            Some(SheetFault::Missing) => [1, 0, 0],
            Some(SheetFault::Damaged { after_row }) => [2, after_row, 0],
            Some(SheetFault::Far { row, column }) => [3, row, column as u64],
            Some(SheetFault::Repeated { row }) => [4, row, 0],
            Some(SheetFault::Crowded { row, column }) => [5, row, column as u64],
        };
        fault.into_iter().for_each(|number| varint(&mut content, number));
        for merged in notes.merged.iter().take(BLOCKS) {
            for number in [merged.rows.0, merged.rows.1, merged.columns.0 as u64, merged.columns.1 as u64] {
                varint(&mut content, number);
            }
        }
        frame(&mut self.out, tag::NOTES, &content)
    }

    /// Ends the stream.
    pub(super) fn end(mut self, comments: u64, from_1904: bool) -> io::Result<()> {
        self.flush_texts()?;
        let mut content = vec![u8::from(from_1904)];
        varint(&mut content, comments);
        varint(&mut content, self.cells);
        frame(&mut self.out, tag::END, &content)?;
        self.out.flush()
    }
}

fn encode(bytes: &mut Vec<u8>, value: Value<'_>) {
    let mut number = |mark: u8, number: f64| {
        bytes.push(mark);
        bytes.extend_from_slice(&number.to_le_bytes());
    };
    match value {
        Value::Text(text) => {
            bytes.push(mark::TEXT);
            varint(bytes, text.len() as u64);
            bytes.extend_from_slice(text.as_bytes());
        }
        Value::Shared(at) => {
            bytes.push(mark::SHARED);
            varint(bytes, u64::from(at));
        }
        Value::Number(value) => number(mark::NUMBER, value),
        Value::Shown(value, text) => {
            number(mark::SHOWN, value);
            varint(bytes, text.len() as u64);
            bytes.extend_from_slice(text.as_bytes());
        }
        Value::Serial(days) => number(mark::SERIAL, days),
        Value::Length(days) => number(mark::LENGTH, days),
        Value::Truth(true) => bytes.push(mark::TRUE),
        Value::Truth(false) => bytes.push(mark::FALSE),
        Value::Fault => bytes.push(mark::FAULT),
        Value::NoResult => bytes.push(mark::NO_RESULT),
    }
}

fn frame(out: &mut impl Write, tag: u8, content: &[u8]) -> io::Result<()> {
    let length = u32::try_from(content.len()).map_err(io::Error::other)?;
    out.write_all(&[tag])?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(content)
}

/// A number in as few bytes as it needs, seven bits a byte, the lowest first.
fn varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}
