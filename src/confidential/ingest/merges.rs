//! Cells merged downwards among the cases: one value that a person sees in several rows, and that a file holds in the first
//! alone. Comes in: a sheet with its header. Goes out: rows in which a field that the source fills down has the value in
//! each of them, and the places of those that it does not. Deliberately absent: what becomes of the latter.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use model::config::source::Source;

use crate::ingest::error::IngestError;
use crate::ingest::header::{Header, Role};
use crate::ingest::table::{Cell, EachRow, Merged, Rows, Sheet};

/// What is merged under the header.
#[derive(Default)]
pub(super) struct Merges {
    /// First and last row of the blocks to fill, by column from 0.
    fill: BTreeMap<usize, Vec<(u64, u64)>>,
    /// Field, row and column from 0 of the blocks that the source does not fill down.
    pub(super) others: Vec<(usize, u64, usize)>,
}

impl Merges {
    /// What is merged downwards in the columns of fields. A block of several columns says nothing of which of them its value
    /// is; one in whose further rows nothing else stands is a remark of several lines.
    pub(super) fn of(sheet: &Sheet, header: &Header, source: &Source) -> Result<Self, IngestError> {
        let last = header.rows.last().copied().unwrap_or(0);
        let merged = sheet.merged.iter().flatten();
        let mut blocks: Vec<&Merged> =
            merged.filter(|block| block.rows.0 > last && block.rows.1 > block.rows.0).collect();
        let mut merges = Self::default();
        if blocks.is_empty() {
            return Ok(merges);
        }
        blocks.sort_by_key(|block| (block.rows, block.columns));
        let filled = filled(sheet, last)?;
        let of_cases = |block: &&&Merged| {
            let at = filled.partition_point(|row| *row <= block.rows.0);
            filled.get(at).is_some_and(|row| *row <= block.rows.1)
        };
        for block in blocks.iter().filter(of_cases) {
            let columns = header.columns.iter().enumerate();
            let within = columns.filter(|(at, _)| (block.columns.0..=block.columns.1).contains(&(at + 1)));
            for (column, (_, role)) in within {
                let Role::Field(field) = *role else { continue };
                if source.fields[field].fill_down && block.columns.0 == block.columns.1 {
                    merges.fill.entry(column).or_default().push(block.rows);
                } else {
                    merges.others.push((field, block.rows.0, column));
                }
            }
        }
        Ok(merges)
    }

    /// The rows of the sheet with what is to be filled down.
    pub(super) fn filled(&mut self, rows: Box<dyn Rows>) -> Box<dyn Rows> {
        if self.fill.is_empty() {
            return rows;
        }
        Box::new(Filled { rows, blocks: std::mem::take(&mut self.fill) })
    }
}

/// Numbers of the rows under the header in which something stands.
fn filled(sheet: &Sheet, last: u64) -> Result<Vec<u64>, IngestError> {
    let mut filled = Vec::new();
    sheet.rows.walk(&mut |row, cells| {
        if row > last && cells.iter().any(|cell| *cell != Cell::Blank) {
            filled.push(row);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(filled)
}

struct Filled {
    rows: Box<dyn Rows>,
    blocks: BTreeMap<usize, Vec<(u64, u64)>>,
}

/// A cell that outlives its row.
enum Kept {
    Text(String),
    Shown(f64, String),
    Other(Cell<'static>),
}

impl Kept {
    fn of(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Shown(number, text) => Self::Shown(number, text.to_owned()),
            Cell::Blank => Self::Other(Cell::Blank),
            Cell::Number(number) => Self::Other(Cell::Number(number)),
            Cell::Serial(days) => Self::Other(Cell::Serial(days)),
            Cell::Length(days) => Self::Other(Cell::Length(days)),
            Cell::Truth(truth) => Self::Other(Cell::Truth(truth)),
            Cell::Fault => Self::Other(Cell::Fault),
            Cell::NoResult => Self::Other(Cell::NoResult),
        }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Text(text) => Cell::Text(text),
            Self::Shown(number, text) => Cell::Shown(*number, text),
            Self::Other(cell) => *cell,
        }
    }
}

impl Rows for Filled {
    fn walk(&self, each: &mut EachRow<'_>) -> Result<(), IngestError> {
        let mut kept: BTreeMap<usize, (u64, Kept)> = BTreeMap::new();
        self.rows.walk(&mut |row, cells| {
            if cells.iter().all(|cell| *cell == Cell::Blank) {
                return each(row, cells);
            }
            for (column, blocks) in &self.blocks {
                let at = blocks.partition_point(|block| block.0 <= row);
                let Some(block) = at.checked_sub(1).and_then(|at| blocks.get(at)).filter(|block| row <= block.1) else {
                    continue;
                };
                // The first row of a block may itself be blank, which its value then is.
                if block.0 == row || kept.get(column).is_none_or(|(first, _)| *first != block.0) {
                    let cell = if block.0 == row { cells.get(*column).copied() } else { None };
                    kept.insert(*column, (block.0, Kept::of(cell.unwrap_or(Cell::Blank))));
                }
            }
            let within = |column: &usize, first: u64| {
                let blocks = self.blocks.get(column).map_or(&[][..], Vec::as_slice);
                blocks.binary_search_by_key(&first, |block| block.0).is_ok_and(|at| row <= blocks[at].1)
            };
            let mut whole: Vec<Cell<'_>> = cells.to_vec();
            for (column, (first, value)) in kept.iter().filter(|(column, (first, _))| within(column, *first)) {
                if whole.len() <= *column {
                    whole.resize(column + 1, Cell::Blank);
                }
                if *first < row && whole[*column] == Cell::Blank {
                    whole[*column] = value.cell();
                }
            }
            each(row, &whole)
        })
    }
}
