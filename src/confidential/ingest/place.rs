//! A place in an export. Comes in: a row and a column. Goes out: `cases.xlsx, Cases!D17` or `cases.csv, line 17`.
//! Deliberately absent: what stands there.

use std::fmt;

use serde::{Serialize, Serializer};

/// A file, a sheet, a row, a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Name of the file, without its folder.
    pub file: String,
    /// Name of the sheet; empty for text files.
    pub sheet: String,
    /// Row or line, from 1; 0 where the whole sheet is meant.
    pub row: u64,
    /// Column, from 1; none where the whole row is meant.
    pub column: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.file)?;
        match (self.sheet.is_empty(), self.row, self.column) {
            (true, 0, _) => Ok(()),
            (true, row, None) => write!(formatter, ", line {row}"),
            (true, row, Some(column)) => write!(formatter, ", line {row}, column {column}"),
            (false, 0, None) => write!(formatter, ", sheet {}", self.sheet),
            (false, 0, Some(column)) => write!(formatter, ", {}!{}", self.sheet, letters(column)),
            (false, row, None) => write!(formatter, ", {}!{row}", self.sheet),
            (false, row, Some(column)) => write!(formatter, ", {}!{}{row}", self.sheet, letters(column)),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The letters of a column, as a spreadsheet shows them: 1 is A, 27 is AA.
fn letters(column: usize) -> String {
    let (mut rest, mut text) = (column, Vec::new());
    while rest > 0 {
        rest -= 1;
        text.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    text.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_as_a_spreadsheet_shows_it() {
        let place = |sheet: &str, column| Place { file: "a.xlsx".into(), sheet: sheet.into(), row: 17, column };
        assert_eq!(place("Cases", Some(4)).to_string(), "a.xlsx, Cases!D17");
        assert_eq!(place("Cases", Some(28)).to_string(), "a.xlsx, Cases!AB17");
        assert_eq!(place("", None).to_string(), "a.xlsx, line 17");
    }
}
