//! Cells merged among the cases: one value that a person sees in several rows or columns, and that a file holds in the first
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
    /// What is merged in the columns of fields. A block of several columns says nothing of which of them its value is; one in
    /// whose rows nothing else stands is a heading or a remark.
    pub(super) fn of(sheet: &Sheet, header: &Header, source: &Source) -> Result<Self, IngestError> {
        let last = header.rows.last().copied().unwrap_or(0);
        let several = |block: &&Merged| block.rows.1 > block.rows.0 || block.columns.1 > block.columns.0;
        let merged = sheet.merged.iter().flatten();
        let mut blocks: Vec<&Merged> = merged.filter(|block| block.rows.0 > last).filter(several).collect();
        let mut merges = Self::default();
        if blocks.is_empty() {
            return Ok(merges);
        }
        blocks.sort_by_key(|block| (block.rows, block.columns));
        let filled = filled(sheet, last)?;
        for block in blocks {
            merges.add(block, header, source, &filled);
        }
        Ok(merges)
    }

    fn add(&mut self, block: &Merged, header: &Header, source: &Source, filled: &[Filled]) {
        let fields = header.columns.iter().enumerate().filter_map(|(at, (_, role))| match role {
            Role::Field(field) => Some((at, *field)),
            Role::Ignored | Role::Unnamed | Role::Undescribed => None,
        });
        let within: Vec<(usize, usize)> = fields.filter(|(at, _)| block.columns_hold(*at)).collect();
        let from = filled.partition_point(|row| row.number < block.rows.0);
        let mut rows = filled[from..].iter().take_while(|row| row.number <= block.rows.1);
        if block.rows.1 == block.rows.0 {
            // Its value is in the first column; where the second is a field's too, that cell is not what it seems. A total or a
            // heading has not what every case has; neither has a row of which a block leaves one value for two such fields.
            let has = |row: &Filled, at: usize| row.columns & bit(at) != 0;
            let required = |(at, role): (usize, &Role)| match role {
                Role::Field(field) if source.fields[*field].required && !block.columns_hold(at) => Some(at),
                Role::Field(_) | Role::Ignored | Role::Unnamed | Role::Undescribed => None,
            };
            let columns = header.columns.iter().map(|(_, role)| role).enumerate();
            let required: Vec<usize> = columns.filter_map(required).collect();
            let left = within.iter().filter(|(_, field)| source.fields[*field].required).count();
            let is_case = left < 2 && rows.any(|row| required.iter().all(|at| has(row, *at)));
            let covered = within.iter().filter(|(at, _)| at + 1 > block.columns.0).filter(|_| is_case);
            self.others.extend(covered.map(|(at, field)| (*field, block.rows.0, *at)));
            return;
        }
        if !rows.any(|row| row.number > block.rows.0) {
            return;
        }
        for (at, field) in within {
            if source.fields[field].fill_down && block.columns.0 == block.columns.1 {
                self.fill.entry(at).or_default().push(block.rows);
            } else {
                self.others.push((field, block.rows.0, at));
            }
        }
    }

    /// The rows of the sheet with what is to be filled down.
    pub(super) fn filled(&mut self, rows: Box<dyn Rows>) -> Box<dyn Rows> {
        if self.fill.is_empty() {
            return rows;
        }
        Box::new(FilledDown { rows, blocks: std::mem::take(&mut self.fill) })
    }
}

/// A row in which something stands, and in which of its first columns.
struct Filled {
    number: u64,
    columns: u128,
}

/// The sign of a column from 0; those beyond share the last one, which no export is wide enough to use.
fn bit(column: usize) -> u128 {
    1 << column.min(127)
}

/// The rows under the header in which something stands.
fn filled(sheet: &Sheet, last: u64) -> Result<Vec<Filled>, IngestError> {
    let mut filled = Vec::new();
    sheet.rows.walk(&mut |number, cells| {
        let columns = cells.iter().enumerate().filter(|(_, cell)| **cell != Cell::Blank);
        let columns = columns.fold(0, |columns, (at, _)| columns | bit(at));
        if number > last && columns != 0 {
            filled.push(Filled { number, columns });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(filled)
}

struct FilledDown {
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

impl Rows for FilledDown {
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
