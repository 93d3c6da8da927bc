//! Generalisation hierarchies. Comes in: CSV without a header, a line a value: value, level 1, level 2 and so on up to one
//! value for all. Goes out: codes by level, nested. Deliberately absent: a value in an error; column, line and level are told.

mod error;
mod folder;
mod read;
mod ready;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;

pub use error::{Fault, HierarchyError};
pub use folder::find;
pub use read::read;
pub use ready::Ready;

/// A generalisation hierarchy of one quasi-identifier: village, district, region, any.
///
/// Each level is a partition of the values, and each level's parts lie wholly in one part of the next. Its values may be
/// those of people, so debug output shows how many.
#[derive(Clone, PartialEq, Eq)]
pub struct Hierarchy {
    column: String,
    levels: Vec<Level>,
    index: HashMap<String, u32>,
}

impl fmt::Debug for Hierarchy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Hierarchy {{ column: {:?}, levels: {:?} }}", self.column, self.levels)
    }
}

/// One level of a hierarchy. Level 0 is the values themselves, in the order of the file.
#[derive(Clone, PartialEq, Eq)]
pub struct Level {
    /// By code of this level, in order of first appearance.
    pub labels: Vec<String>,
    /// The code of this level by value (code of level 0).
    pub codes: Vec<u32>,
    /// How many values each code covers.
    pub leaves: Vec<u32>,
    /// The code one level up of each code; empty on the last level.
    pub parents: Vec<u32>,
}

impl fmt::Debug for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} groups", self.labels.len())
    }
}

impl Hierarchy {
    /// Of lines as they are read: `rows[line][level]`, with the place of each line in `lines` for the errors.
    ///
    /// # Errors
    /// [`Fault`] says what is wrong and at which line and level.
    pub fn new(column: &str, rows: &[(u64, Vec<String>)]) -> Result<Self, Fault> {
        let (first_line, first) = rows.first().ok_or(Fault::Empty)?;
        let height = first.len();
        if height < 2 {
            return Err(Fault::OneLevel { line: *first_line });
        }
        for (line, row) in rows {
            if row.len() != height {
                return Err(Fault::Ragged { line: *line, fields: row.len(), expected: height });
            }
            // A value may be empty: that is how most exports write what is missing. A level may not.
            if let Some(level) = row.iter().skip(1).position(String::is_empty) {
                return Err(Fault::EmptyCell { line: *line, level: level + 1 });
            }
        }
        let index = values(column, rows)?;
        let mut levels: Vec<Level> = Vec::with_capacity(height);
        for at in 0..height {
            let level = level(rows, at);
            if let Some(below) = levels.last_mut() {
                below.parents = parents(below, &level, rows, at)?;
            }
            levels.push(level);
        }
        let tops = levels.last().map_or(0, |level| level.labels.len());
        if tops != 1 {
            return Err(Fault::NoTop { level: height - 1, labels: tops });
        }
        Ok(Self { column: column.to_owned(), levels, index })
    }

    /// The column it is for.
    #[must_use]
    pub fn column(&self) -> &str {
        &self.column
    }

    /// All levels, the values first and the single top last.
    #[must_use]
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// How many levels there are, the values included; at least 2.
    #[must_use]
    pub fn height(&self) -> usize {
        self.levels.len()
    }

    /// How many values there are.
    #[must_use]
    pub fn domain(&self) -> u32 {
        self.levels.last().and_then(|top| top.leaves.first()).copied().unwrap_or(0)
    }

    /// The code of a value.
    #[must_use]
    pub fn code(&self, value: &str) -> Option<u32> {
        self.index.get(value).copied()
    }

    /// What a record loses whose value is generalised to `code` of `level`: (values covered - 1) / (domain - 1), 0 to 1.
    /// Source: Iyengar (2002), Transforming data to satisfy privacy constraints.
    #[must_use]
    pub fn loss(&self, level: usize, code: u32) -> f64 {
        let leaves = self.levels.get(level).and_then(|level| level.leaves.get(code as usize)).copied().unwrap_or(1);
        share(leaves, self.domain())
    }
}

/// (covered - 1) / (domain - 1); nothing is lost where there is one value only.
#[must_use]
pub fn share(leaves: u32, domain: u32) -> f64 {
    if domain < 2 { 0.0 } else { f64::from(leaves.saturating_sub(1)) / f64::from(domain - 1) }
}

/// The values with their codes.
fn values(column: &str, rows: &[(u64, Vec<String>)]) -> Result<HashMap<String, u32>, Fault> {
    let mut index: HashMap<String, u32> = HashMap::with_capacity(rows.len());
    for ((line, row), code) in rows.iter().zip(0_u32..) {
        let Some(value) = row.first() else { continue };
        if value == column {
            return Err(Fault::Header { line: *line });
        }
        if value == SUPPRESSED {
            return Err(Fault::Reserved { line: *line });
        }
        if let Some(earlier) = index.insert(value.clone(), code) {
            let first = rows.get(earlier as usize).map_or(0, |(line, _)| *line);
            return Err(Fault::Duplicate { line: *line, first });
        }
    }
    Ok(index)
}

/// What stands in the cells of a suppressed row. A hierarchy's top may be called so, a value may not.
pub const SUPPRESSED: &str = model::extract::SUPPRESSED;

/// The codes of level `at`.
fn level(rows: &[(u64, Vec<String>)], at: usize) -> Level {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let (mut labels, mut leaves, mut codes) = (Vec::new(), Vec::new(), Vec::with_capacity(rows.len()));
    for label in rows.iter().filter_map(|(_, row)| row.get(at)) {
        let next = known.len();
        let code = *known.entry(label).or_insert_with(|| {
            labels.push(label.clone());
            leaves.push(0_u32);
            u32::try_from(next).unwrap_or(u32::MAX)
        });
        if let Some(leaves) = leaves.get_mut(code as usize) {
            *leaves += 1;
        }
        codes.push(code);
    }
    Level { labels, codes, leaves, parents: Vec::new() }
}

/// The code in `above` of each code of `below`, or the place where one has a second.
fn parents(below: &Level, above: &Level, rows: &[(u64, Vec<String>)], at: usize) -> Result<Vec<u32>, Fault> {
    let mut parents: Vec<Option<(u32, u64)>> = vec![None; below.labels.len()];
    for ((code, parent), (line, _)) in below.codes.iter().zip(&above.codes).zip(rows) {
        let Some(slot) = parents.get_mut(*code as usize) else { continue };
        match slot {
            None => *slot = Some((*parent, *line)),
            Some((known, first)) if known != parent => {
                return Err(Fault::SeveralParents { line: *line, first: *first, level: at - 1 });
            }
            Some(_) => {}
        }
    }
    Ok(parents.into_iter().flatten().map(|(parent, _)| parent).collect())
}
