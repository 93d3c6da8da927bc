//! A data file in memory. Comes in: CSV with a header line, plain or gzip'd. Goes out: columns, each value once and a
//! code a record. Deliberately absent: types; to a hierarchy every value is a word. No error shows a value.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use thiserror::Error;

use super::hierarchy::SUPPRESSED;
use super::separated::{Separated, line_of};

/// A data file that cannot be used.
#[derive(Debug, Error)]
pub enum TableError {
    /// It cannot be read, or its compression is broken.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// What stands in it is wrong.
    #[error("{path}: {fault}", path = path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// What, and where.
        fault: TableFault,
    },
}

/// What is wrong in a data file, and where. Lines count from 1, the header's included.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum TableFault {
    /// Not UTF-8.
    #[error("line {line} is not UTF-8")]
    Encoding {
        /// Its line.
        line: u64,
    },
    /// A quotation mark that is never closed.
    #[error("line {line}: a quotation mark is not closed")]
    Quote {
        /// Its line.
        line: u64,
    },
    /// No line, or a header and no record.
    #[error("the file has no records")]
    Empty,
    /// A column without a name, perhaps because each line ends in a separator.
    #[error("line 1: column {column} has no name; a separator at the end of the line makes one")]
    Nameless {
        /// Its place, from 1.
        column: usize,
    },
    /// Two columns of one name.
    #[error("line 1: two columns are called {column:?}")]
    Double {
        /// The name.
        column: String,
    },
    /// More or fewer fields than the header.
    #[error("line {line}: {fields} fields, but the header has {expected}")]
    Ragged {
        /// Its line.
        line: u64,
        /// Fields on it.
        fields: usize,
        /// Fields of the header.
        expected: usize,
    },
    /// More records than codes.
    #[error("more than {most} records")]
    TooMany {
        /// The limit.
        most: u32,
    },
}

/// One column: its values once, and which of them each record has. Debug output shows how many, never which.
#[derive(Clone, PartialEq, Eq)]
pub struct Column {
    /// From the header.
    pub name: String,
    /// In order of first appearance.
    pub values: Vec<String>,
    /// By record, an index into `values`.
    pub codes: Vec<u32>,
}

impl fmt::Debug for Column {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (values, records) = (self.values.len(), self.codes.len());
        write!(formatter, "Column {{ name: {:?}, values: {values}, records: {records} }}", self.name)
    }
}

/// A data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    columns: Vec<Column>,
    records: usize,
    separator: char,
    /// By record; empty where record `r` stands on line `r + 2`.
    lines: Vec<u64>,
}

impl Table {
    /// Reads a CSV file with a header line; gzip is known by its first bytes.
    ///
    /// # Errors
    /// [`TableError`] names the file and the line.
    pub fn read(path: &Path) -> Result<Self, TableError> {
        let unreadable = |source| TableError::Unreadable { path: path.to_owned(), source };
        let mut bytes = disk::read_all_given(path).map_err(unreadable)?;
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut text = Vec::new();
            MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut text).map_err(unreadable)?;
            bytes = text;
        }
        Self::parse(&bytes).map_err(|fault| TableError::Wrong { path: path.to_owned(), fault })
    }

    /// The same of bytes in memory.
    ///
    /// # Errors
    /// [`TableFault`] names the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, TableFault> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| TableFault::Encoding { line: line_of(bytes, error.valid_up_to()) })?;
        let text = Separated::new(text, SAMPLE).map_err(|line| TableFault::Quote { line })?;
        let mut columns: Vec<Column> = Vec::new();
        let mut known: Vec<Known> = Vec::new();
        let (mut records, mut lines) = (0_u32, Vec::new());
        let mut regular = true;
        text.each(|line, fields| {
            if columns.is_empty() {
                columns = header(fields)?;
                known = columns.iter().map(|_| Known::default()).collect();
                return Ok(());
            }
            let mut count = 0;
            for field in fields {
                if let (Some(column), Some(known)) = (columns.get_mut(count), known.get_mut(count)) {
                    column.codes.push(known.code(field, &mut column.values));
                }
                count += 1;
            }
            if count != columns.len() {
                return Err(TableFault::Ragged { line, fields: count, expected: columns.len() });
            }
            if regular && line != u64::from(records) + 2 {
                regular = false;
                lines = (2..).take(records as usize).collect();
            }
            if !regular {
                lines.push(line);
            }
            records = records.checked_add(1).ok_or(TableFault::TooMany { most: u32::MAX })?;
            Ok(())
        })?;
        if records == 0 {
            return Err(TableFault::Empty);
        }
        Ok(Self { columns, records: records as usize, separator: text.separator(), lines })
    }
}

impl Table {
    /// A table that comes from no file; its columns have as many codes.
    #[must_use]
    pub fn of_columns(columns: Vec<Column>) -> Self {
        let records = columns.first().map_or(0, |column| column.codes.len());
        Self { columns, records, separator: ',', lines: Vec::new() }
    }

    /// Says nothing of a column in some records: they are written as `*`.
    pub fn silence(&mut self, column: &str, records: &[usize]) {
        let Some(column) = self.columns.iter_mut().find(|own| own.name == column).filter(|_| !records.is_empty())
        else {
            return;
        };
        let none = u32::try_from(column.values.len()).unwrap_or(FREE);
        column.values.push(SUPPRESSED.to_owned());
        for record in records {
            if let Some(code) = column.codes.get_mut(*record) {
                *code = none;
            }
        }
    }

    /// The columns, in the order of the file.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// How many records there are.
    #[must_use]
    pub fn records(&self) -> usize {
        self.records
    }

    /// What stands between fields.
    #[must_use]
    pub fn separator(&self) -> char {
        self.separator
    }

    /// The line of a record; the header is line 1.
    #[must_use]
    pub fn line(&self, record: usize) -> u64 {
        let regular = || u64::try_from(record).unwrap_or(u64::MAX - 2) + 2;
        self.lines.get(record).copied().unwrap_or_else(regular)
    }
}

/// How many lines are looked at to find the separator.
const SAMPLE: usize = 100;

/// The columns that the header names.
fn header(fields: &mut dyn Iterator<Item = &str>) -> Result<Vec<Column>, TableFault> {
    let mut columns: Vec<Column> = Vec::new();
    for (name, at) in fields.zip(1..) {
        if name.is_empty() {
            return Err(TableFault::Nameless { column: at });
        }
        if columns.iter().any(|column| column.name == name) {
            return Err(TableFault::Double { column: name.to_owned() });
        }
        columns.push(Column { name: name.to_owned(), values: Vec::new(), codes: Vec::new() });
    }
    Ok(columns)
}

/// Finds the code of a value: open addressing over codes, at most half full.
struct Known {
    slots: Vec<u32>,
}

/// A slot without a code.
const FREE: u32 = u32::MAX;

impl Default for Known {
    fn default() -> Self {
        Self { slots: vec![FREE; 64] }
    }
}

impl Known {
    /// The code of `value`, which gets the next one where it is new.
    fn code(&mut self, value: &str, values: &mut Vec<String>) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = hash(value) & mask;
        while let Some(&code) = self.slots.get(at).filter(|code| **code != FREE) {
            if values.get(code as usize).is_some_and(|known| known == value) {
                return code;
            }
            at = (at + 1) & mask;
        }
        // Fewer values than records, and of those there are fewer than 2^32 - 1.
        let code = u32::try_from(values.len()).unwrap_or(FREE);
        values.push(value.to_owned());
        self.slots[at] = code;
        if values.len() * 2 > self.slots.len() {
            self.grow(values);
        }
        code
    }

    fn grow(&mut self, values: &[String]) {
        let mask = self.slots.len() * 2 - 1;
        self.slots = vec![FREE; mask + 1];
        for (value, code) in values.iter().zip(0_u32..) {
            let mut at = hash(value) & mask;
            while self.slots[at] != FREE {
                at = (at + 1) & mask;
            }
            self.slots[at] = code;
        }
    }
}

/// A multiplicative hash of eight bytes at a time. It decides about speed only, never about an order.
fn hash(value: &str) -> usize {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
    let mix = |hash: u64, bytes: &[u8]| (hash.rotate_left(5) ^ word(bytes)).wrapping_mul(FACTOR);
    let hash = value.as_bytes().chunks(8).fold(value.len() as u64, mix);
    // The high bits are the mixed ones.
    high(hash)
}

#[allow(clippy::cast_possible_truncation)]
const fn high(hash: u64) -> usize {
    (hash >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::{Table, TableFault};

    #[test]
    fn values_are_kept_once_and_records_by_code() {
        let table = Table::parse(b"sex;age\nf;30\nm;40\nf;40\n").expect("a table");
        let told: Vec<_> = table.columns().iter().map(|column| (&column.values[..], &column.codes[..])).collect();
        let (sex, age) = (["f".to_owned(), "m".to_owned()], ["30".to_owned(), "40".to_owned()]);
        assert_eq!(told, [(&sex[..], &[0, 1, 0][..]), (&age[..], &[0, 1, 1][..])]);
        assert_eq!((table.records(), table.separator(), table.line(2)), (3, ';', 4));
    }

    #[test]
    fn debug_output_shows_no_value() {
        let table = Table::parse(b"name;age\nMary;39\n").expect("a table");
        let told = format!("{table:?}");
        assert!(told.contains("name") && !told.contains("Mary") && !told.contains("39"), "{told}");
    }

    #[test]
    fn a_quoted_separator_does_not_separate_and_blank_lines_do_not_count() {
        let table = Table::parse(b"\xef\xbb\xbfplace,age\r\n\"Leek, Staffs\",30\r\n\r\nStone,40\r\n").expect("a table");
        let place = table.column("place").expect("a column");
        assert_eq!(place.values, ["Leek, Staffs", "Stone"]);
        assert_eq!((table.line(0), table.line(1)), (2, 4));
    }

    #[test]
    fn many_values_are_told_apart() {
        let text: String = (0..5_000).map(|value| format!("{value}\n")).collect();
        let table = Table::parse(format!("n\n{text}{text}").as_bytes()).expect("a table");
        let column = &table.columns()[0];
        assert_eq!((column.values.len(), column.codes.len()), (5_000, 10_000));
        assert_eq!(column.codes[..5_000], column.codes[5_000..]);
    }

    #[test]
    fn what_is_wrong_is_told_by_line() {
        let fault = |bytes: &[u8]| Table::parse(bytes).expect_err("a fault");
        assert_eq!(fault(b""), TableFault::Empty);
        assert_eq!(fault(b"a;b\n"), TableFault::Empty);
        assert_eq!(fault(b"a;b;\n1;2;\n"), TableFault::Nameless { column: 3 });
        assert_eq!(fault(b"a;a\n1;2\n"), TableFault::Double { column: "a".into() });
        assert_eq!(fault(b"a;b\n1;2\n1;2;3\n"), TableFault::Ragged { line: 3, fields: 3, expected: 2 });
        assert_eq!(fault(b"a;b\n1;\xff\n"), TableFault::Encoding { line: 2 });
        assert_eq!(fault(b"a;b\n1;\"2\n"), TableFault::Quote { line: 2 });
    }
}
