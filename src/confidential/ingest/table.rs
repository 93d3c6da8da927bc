//! What every format is read into: sheets of rows of cells. Deliberately absent: fields and meaning.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::ingest::error::IngestError;
use crate::ingest::place::Place;

/// A cell as its format gives it; it cannot be printed.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    /// Nothing, or only spaces.
    Blank,
    /// Text with something in it.
    Text(&'a str),
    /// A number without a date format.
    Number(f64),
    /// A number whose format adds text or zeros: what it is, and what a person sees.
    Shown(f64, &'a str),
    /// A number with a date format, in days of the 1900 system.
    Serial(f64),
    /// A length of time, in days.
    Length(f64),
    /// A truth value.
    Truth(bool),
    /// An error value.
    Fault,
    /// A formula whose result is not stored.
    NoResult,
}

impl Cell<'_> {
    /// Whether it is more than text: a number, a date, a truth value, or what stands where one should.
    pub(super) fn is_typed(&self) -> bool {
        !matches!(self, Self::Blank | Self::Text(_))
    }
}

/// What a row is handed to: the row's number from 1, its cells from column 1.
pub(super) type EachRow<'r> = dyn FnMut(u64, &[Cell<'_>]) -> Result<ControlFlow<()>, IngestError> + 'r;

/// Rows in their order; may be walked again.
pub(super) trait Rows {
    /// Hands every row that is there to `each`, until it breaks.
    fn walk(&self, each: &mut EachRow<'_>) -> Result<(), IngestError>;

    /// What the reader of the format doubts, by check and row; in order of rows.
    fn doubts(&self) -> &[Doubt] {
        &[]
    }

    /// Cells that most rows have, where rows say how many they have.
    fn usual_cells(&self) -> Option<usize> {
        None
    }

    /// The last row, where a text ends within it.
    fn cut_off(&self) -> Option<u64> {
        None
    }
}

/// A row that its format's reader doubts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Doubt {
    /// The check that says what it is.
    pub(super) check: &'static str,
    /// The row or line, from 1.
    pub(super) line: u64,
}

/// No row at all.
pub(super) struct NoRows;

impl Rows for NoRows {
    fn walk(&self, _: &mut EachRow<'_>) -> Result<(), IngestError> {
        Ok(())
    }
}

/// A block of merged cells, rows and columns from 1, both ends inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) rows: (u64, u64),
    pub(super) columns: (usize, usize),
}

impl Merged {
    /// Whether a column, from 0, is within.
    pub(super) fn columns_hold(&self, at: usize) -> bool {
        (self.columns.0..=self.columns.1).contains(&(at + 1))
    }
}

/// Why a sheet could not be read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SheetFault {
    /// The workbook names it and does not hold it.
    Missing,
    /// Its part cannot be read from here on.
    Damaged { after_row: u64 },
    /// A cell so far from all others that the sheet is no table.
    Far { row: u64, column: usize },
    /// A filled row that is said to stand there very many times.
    Repeated { row: u64 },
    /// More cells, or more text in them, than a case export ever has.
    Crowded { row: u64, column: usize },
}

/// Whether people see a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visibility {
    Visible,
    Hidden,
    /// Hidden so that only a macro shows it.
    VeryHidden,
}

/// One sheet, or the whole of a text file.
pub(super) struct Sheet {
    /// Empty for text files.
    pub(super) name: String,
    pub(super) visibility: Visibility,
    pub(super) rows: Box<dyn Rows>,
    /// None where the format does not say.
    pub(super) merged: Option<Vec<Merged>>,
    pub(super) hidden_rows: u64,
    pub(super) hidden_columns: u64,
    pub(super) fault: Option<SheetFault>,
}

/// An opened file.
pub(super) struct Export {
    pub(super) file: String,
    /// SHA-256 of its bytes as they lie on disk.
    pub(super) digest: String,
    pub(super) format: &'static str,
    /// For text files.
    pub(super) encoding: Option<&'static str>,
    pub(super) delimiter: Option<&'static str>,
    pub(super) sheets: Vec<Sheet>,
    /// Parts of the workbook that hold comments.
    pub(super) comments: u64,
    /// Whether its numbers of days count from 1904.
    pub(super) from_1904: bool,
    /// Rows of its sheets in which something stands, as another reader counted them.
    pub(super) counted: BTreeMap<String, u64>,
}

impl Export {
    pub(super) fn place(&self, sheet: &Sheet, row: u64, column: Option<usize>) -> Place {
        Place { file: self.file.clone(), sheet: sheet.name.clone(), row, column }
    }
}
