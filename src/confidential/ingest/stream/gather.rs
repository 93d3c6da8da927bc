//! The listening end: believes no length and no text. Comes in: bytes as they arrive. Goes out: sheets whose rows can be
//! walked, or that the stream is broken. What is kept is the bytes of the rows, which is a tenth of what cells would need.

use std::ops::ControlFlow;
use std::rc::Rc;

use crate::ingest::error::IngestError;
use crate::ingest::stream::{BLOCKS, COLUMNS, FRAME, Kind, MAGIC, ROWS, Refused, mark, tag};
use crate::ingest::table::{Cell, EachRow, Merged, Rows, Sheet, SheetFault, Visibility};

/// Bytes of one stream: all text that cells may hold, and what is around it.
const STREAM: u64 = 768 << 20;

/// The stream does not say what a stream says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ingest) struct Broken;

/// A workbook as it arrived.
pub(in crate::ingest) struct Book {
    pub(in crate::ingest) kind: Kind,
    pub(in crate::ingest) refused: Option<Refused>,
    pub(in crate::ingest) sheets: Vec<Sheet>,
    pub(in crate::ingest) comments: u64,
    pub(in crate::ingest) from_1904: bool,
}

/// A stream on its way.
#[derive(Default)]
pub(in crate::ingest) struct Gather {
    waiting: Vec<u8>,
    total: u64,
    begun: bool,
    kind: Option<Kind>,
    refused: Option<Refused>,
    texts: Texts,
    sheets: Vec<Half>,
    open: bool,
    cells: u64,
    end: Option<(u64, bool)>,
}

/// Texts that cells refer to.
#[derive(Default)]
struct Texts {
    bytes: String,
    ends: Vec<usize>,
}

impl Texts {
    fn get(&self, at: usize) -> Option<&str> {
        let start = if at == 0 { 0 } else { *self.ends.get(at - 1)? };
        self.bytes.get(start..*self.ends.get(at)?)
    }
}

/// A sheet on its way.
struct Half {
    name: String,
    visibility: Visibility,
    grid: Grid,
    notes: (u64, u64),
    merged: Vec<Merged>,
    fault: Option<SheetFault>,
}

/// The rows of a sheet: their bytes, and the number and end of each.
#[derive(Default)]
struct Grid {
    bytes: Vec<u8>,
    rows: Vec<(u64, usize, usize)>,
    texts: Rc<Texts>,
}

impl Gather {
    /// Takes the next bytes.
    pub(in crate::ingest) fn take(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.total += bytes.len() as u64;
        if self.total > STREAM || self.end.is_some() || self.refused.is_some() {
            return Err(Broken);
        }
        self.waiting.extend_from_slice(bytes);
        let waiting = std::mem::take(&mut self.waiting);
        let mut rest = waiting.as_slice();
        if !self.begun {
            if rest.len() < MAGIC.len() {
                self.waiting = waiting;
                return Ok(());
            }
            rest = rest.strip_prefix(MAGIC).ok_or(Broken)?;
            self.begun = true;
        }
        while let Some((tag, content, after)) = frame(rest)? {
            self.frame(tag, content)?;
            rest = after;
        }
        self.waiting.extend_from_slice(rest);
        Ok(())
    }

    /// The workbook, once the stream has ended.
    pub(in crate::ingest) fn book(self) -> Result<Book, Broken> {
        let kind = self.kind.ok_or(Broken)?;
        let empty = Book { kind, refused: self.refused, sheets: Vec::new(), comments: 0, from_1904: false };
        if self.refused.is_some() {
            return Ok(empty);
        }
        let (comments, from_1904) = self.end.ok_or(Broken)?;
        if !self.waiting.is_empty() || self.open {
            return Err(Broken);
        }
        let texts = Rc::new(self.texts);
        let sheets = self.sheets.into_iter().map(|half| half.sheet(&texts)).collect();
        Ok(Book { sheets, comments, from_1904, ..empty })
    }

    fn frame(&mut self, tag: u8, content: &[u8]) -> Result<(), Broken> {
        if self.end.is_some() || self.refused.is_some() || (self.kind.is_none() != (tag == tag::KIND)) {
            return Err(Broken);
        }
        match tag {
            tag::KIND => self.kind = Some(*one_of(&Kind::ALL, content)?),
            tag::REFUSED => self.refused = Some(*one_of(&Refused::ALL, content)?),
            tag::TEXTS if !self.open => self.texts(content)?,
            tag::SHEET if !self.open => self.sheet(content)?,
            tag::ROWS if self.open => self.rows(content)?,
            tag::NOTES if self.open => self.notes(content)?,
            tag::END if !self.open => {
                let (from_1904, mut rest) = content.split_first().ok_or(Broken)?;
                let (comments, cells) = (varint(&mut rest)?, varint(&mut rest)?);
                // What was sent is what arrived.
                if cells != self.cells || !rest.is_empty() {
                    return Err(Broken);
                }
                self.end = Some((comments, *from_1904 == 1));
            }
            _ => return Err(Broken),
        }
        Ok(())
    }

    fn texts(&mut self, mut content: &[u8]) -> Result<(), Broken> {
        while !content.is_empty() {
            let text = text(&mut content)?;
            self.texts.bytes.push_str(text);
            self.texts.ends.push(self.texts.bytes.len());
        }
        Ok(())
    }

    fn sheet(&mut self, content: &[u8]) -> Result<(), Broken> {
        let (visibility, name) = content.split_first().ok_or(Broken)?;
        let visibility = match visibility {
            0 => Visibility::Visible,
            1 => Visibility::Hidden,
            2 => Visibility::VeryHidden,
            _ => return Err(Broken),
        };
        let name = std::str::from_utf8(name).map_err(|_| Broken)?.to_owned();
        let grid = Grid::default();
        self.sheets.push(Half { name, visibility, grid, notes: (0, 0), merged: Vec::new(), fault: None });
        self.open = true;
        Ok(())
    }

    fn rows(&mut self, mut content: &[u8]) -> Result<(), Broken> {
        let grid = &mut self.sheets.last_mut().ok_or(Broken)?.grid;
        while !content.is_empty() {
            let (number, length) = (varint(&mut content)?, varint(&mut content)? as usize);
            let row = content.get(..length).ok_or(Broken)?;
            content = &content[length..];
            if number == 0 || number > u64::from(ROWS) {
                return Err(Broken);
            }
            self.cells += checked(row, self.texts.ends.len())?;
            let start = grid.bytes.len();
            grid.bytes.extend_from_slice(row);
            grid.rows.push((number, start, grid.bytes.len()));
        }
        Ok(())
    }

    fn notes(&mut self, mut content: &[u8]) -> Result<(), Broken> {
        let half = self.sheets.last_mut().ok_or(Broken)?;
        half.notes = (varint(&mut content)?, varint(&mut content)?);
        let filled = varint(&mut content)?;
        let (fault, row, column) = (varint(&mut content)?, varint(&mut content)?, varint(&mut content)? as usize);
        half.fault = match fault {
            0 => None,
            1 => Some(SheetFault::Missing),
            2 => Some(SheetFault::Damaged { after_row: row }),
            3 => Some(SheetFault::Far { row, column }),
            4 => Some(SheetFault::Repeated { row }),
            5 => Some(SheetFault::Crowded { row, column }),
            _ => return Err(Broken),
        };
        while !content.is_empty() {
            let mut next = || varint(&mut content);
            let (rows, columns) = ((next()?, next()?), (next()? as usize, next()? as usize));
            if half.merged.len() == BLOCKS {
                return Err(Broken);
            }
            half.merged.push(Merged { rows, columns });
        }
        half.grid.sort();
        // Rows sent are rows here.
        if half.grid.rows.len() as u64 != filled {
            return Err(Broken);
        }
        if half.grid.rows.windows(2).any(|rows| rows[0].0 == rows[1].0) {
            half.fault.get_or_insert(SheetFault::Damaged { after_row: 0 });
        }
        self.open = false;
        Ok(())
    }
}

impl Half {
    fn sheet(self, texts: &Rc<Texts>) -> Sheet {
        Sheet {
            name: self.name,
            visibility: self.visibility,
            rows: Box::new(Grid { texts: Rc::clone(texts), ..self.grid }),
            merged: Some(self.merged),
            hidden_rows: self.notes.0,
            hidden_columns: self.notes.1,
            fault: self.fault,
        }
    }
}

impl Grid {
    /// Rows in their order; some programs write them in another.
    fn sort(&mut self) {
        if !self.rows.is_sorted_by_key(|row| row.0) {
            self.rows.sort_by_key(|row| row.0);
        }
        self.bytes.shrink_to_fit();
    }
}

impl Rows for Grid {
    fn walk(&self, each: &mut EachRow<'_>) -> Result<(), IngestError> {
        let mut cells: Vec<Cell<'_>> = Vec::new();
        let Some(mut next) = self.rows.first().map(|row| row.0) else {
            return Ok(());
        };
        for &(number, start, end) in &self.rows {
            while next < number {
                if each(next, &[])?.is_break() {
                    return Ok(());
                }
                next += 1;
            }
            cells.clear();
            let mut rest = &self.bytes[start..end];
            // Every row was decoded once as it arrived, so that none fails here.
            while let Ok(Some((column, cell))) = cell(&mut rest, cells.len(), &self.texts) {
                cells.resize(column, Cell::Blank);
                cells.push(cell);
            }
            if each(number, &cells)? == ControlFlow::Break(()) {
                return Ok(());
            }
            next = number + 1;
        }
        Ok(())
    }
}

/// Tag and content of a frame, and what follows it.
type Frame<'b> = (u8, &'b [u8], &'b [u8]);

/// The next frame; none where it has not all arrived.
fn frame(bytes: &[u8]) -> Result<Option<Frame<'_>>, Broken> {
    let Some((head, rest)) = bytes.split_at_checked(5) else {
        return Ok(None);
    };
    let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if length > FRAME {
        return Err(Broken);
    }
    Ok(rest.split_at_checked(length).map(|(content, after)| (head[0], content, after)))
}

fn one_of<'k, K>(all: &'k [K], content: &[u8]) -> Result<&'k K, Broken> {
    let [at] = content else { return Err(Broken) };
    all.get(usize::from(*at)).ok_or(Broken)
}

/// Decodes a row once, so that it can be walked later; gives its cells.
fn checked(mut row: &[u8], shared: usize) -> Result<u64, Broken> {
    let (mut next, mut cells) = (0, 0);
    while let Some((column, raw)) = raw(&mut row, next)? {
        if matches!(raw, Raw::Shared(at) if at >= shared) {
            return Err(Broken);
        }
        next = column + 1;
        cells += 1;
    }
    Ok(cells)
}

enum Raw<'b> {
    Shared(usize),
    Cell(Cell<'b>),
}

fn cell<'b>(rest: &mut &'b [u8], next: usize, texts: &'b Texts) -> Result<Option<(usize, Cell<'b>)>, Broken> {
    Ok(match raw(rest, next)? {
        None => None,
        Some((column, Raw::Shared(at))) => Some((column, Cell::Text(texts.get(at).ok_or(Broken)?))),
        Some((column, Raw::Cell(cell))) => Some((column, cell)),
    })
}

/// The next cell of a row, whose column is `next` or later; none at its end.
fn raw<'b>(rest: &mut &'b [u8], next: usize) -> Result<Option<(usize, Raw<'b>)>, Broken> {
    if rest.is_empty() {
        return Ok(None);
    }
    let column = varint(rest)?.saturating_add(next as u64);
    if column >= u64::from(COLUMNS) {
        return Err(Broken);
    }
    let (mark, after) = rest.split_first().ok_or(Broken)?;
    *rest = after;
    let cell = match *mark {
        mark::TEXT => Cell::Text(text(rest)?),
        mark::SHARED => return Ok(Some((column as usize, Raw::Shared(varint(rest)? as usize)))),
        mark::NUMBER => Cell::Number(number(rest)?),
        mark::SHOWN => Cell::Shown(number(rest)?, text(rest)?),
        mark::SERIAL => Cell::Serial(number(rest)?),
        mark::LENGTH => Cell::Length(number(rest)?),
        mark::TRUE => Cell::Truth(true),
        mark::FALSE => Cell::Truth(false),
        mark::FAULT => Cell::Fault,
        mark::NO_RESULT => Cell::NoResult,
        _ => return Err(Broken),
    };
    Ok(Some((column as usize, Raw::Cell(cell))))
}

fn number(rest: &mut &[u8]) -> Result<f64, Broken> {
    let (number, after) = rest.split_first_chunk::<8>().ok_or(Broken)?;
    *rest = after;
    Some(f64::from_le_bytes(*number)).filter(|number| number.is_finite()).ok_or(Broken)
}

fn text<'b>(rest: &mut &'b [u8]) -> Result<&'b str, Broken> {
    let length = varint(rest)?;
    let (text, after) = rest.split_at_checked(usize::try_from(length).map_err(|_| Broken)?).ok_or(Broken)?;
    *rest = after;
    std::str::from_utf8(text).map_err(|_| Broken)
}

fn varint(rest: &mut &[u8]) -> Result<u64, Broken> {
    let mut number = 0_u64;
    for shift in (0..63).step_by(7) {
        let (byte, after) = rest.split_first().ok_or(Broken)?;
        *rest = after;
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::stream::{Notes, Sender, Value};

    /// A stream of every kind of frame and cell.
    fn sound() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut sender = Sender::new(&mut bytes, Kind::Xlsx).expect("memory");
        sender.share("a text").expect("short");
        sender.sheet("Cases", Visibility::Visible).expect("memory");
        let values = [
            Value::Text("Zoë"),
            Value::Shared(0),
            Value::Number(95.5),
            Value::Shown(1.0, "SP-1"),
            Value::Serial(45_748.0),
            Value::Length(0.5),
            Value::Truth(true),
            Value::Fault,
            Value::NoResult,
        ];
        for row in 0..3 {
            for (column, value) in (0..).step_by(2).zip(values) {
                sender.cell(row * 2, column, value).expect("a table");
            }
        }
        let merged = vec![Merged { rows: (1, 2), columns: (1, 1) }];
        sender.end_sheet(&Notes { hidden_rows: 1, merged, ..Notes::default() }).expect("memory");
        sender.end(2, true).expect("memory");
        bytes
    }

    fn gathered(bytes: &[u8]) -> Result<Book, Broken> {
        let mut gather = Gather::default();
        bytes.chunks(7).try_for_each(|chunk| gather.take(chunk))?;
        gather.book()
    }

    fn rows(book: &Book) -> Vec<(u64, usize)> {
        let mut rows = Vec::new();
        for sheet in &book.sheets {
            let walked = sheet.rows.walk(&mut |row, cells| {
                rows.push((row, cells.len()));
                Ok(ControlFlow::Continue(()))
            });
            walked.expect("nothing fails");
        }
        rows
    }

    #[test]
    fn what_is_sent_arrives() {
        let book = gathered(&sound()).expect("a sound stream");
        assert_eq!(rows(&book), [(1, 17), (2, 0), (3, 17), (4, 0), (5, 17)]);
        assert_eq!((book.comments, book.from_1904, book.sheets[0].hidden_rows), (2, true, 1));
    }

    #[test]
    fn a_stream_that_ends_early_or_goes_on_is_broken() {
        let whole = sound();
        for end in 0..whole.len() {
            assert_eq!(gathered(&whole[..end]).err(), Some(Broken), "{end} bytes");
        }
        assert_eq!(gathered(&[&whole[..], b"E"].concat()).err(), Some(Broken));
    }

    #[test]
    fn no_byte_that_is_changed_makes_the_listener_fail_or_hold_more_than_it_heard() {
        let whole = sound();
        let (mut refused, mut taken) = (0, 0);
        for at in 0..whole.len() {
            for change in [0x01, 0x80, 0xFF, 0x7F] {
                let mut bytes = whole.clone();
                bytes[at] ^= change;
                match gathered(&bytes) {
                    Err(Broken) => refused += 1,
                    Ok(book) => {
                        taken += 1;
                        assert!(rows(&book).len() < ROWS as usize);
                    }
                }
            }
        }
        assert!(refused > 100 && taken > 100, "{refused} refused, {taken} taken");
    }

    #[test]
    fn a_frame_longer_than_any_is_refused_before_it_has_arrived() {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([tag::KIND, 0xFF, 0xFF, 0xFF, 0xFF]);
        let mut gather = Gather::default();
        assert_eq!(gather.take(&bytes), Err(Broken));
    }
}
