//! A statistician's case: a folder with a description of hierarchies and tables, and the counts of distinct combinations.
//! Comes in: a folder. Goes out: a problem for protect, a counter, and the sealed release of a pattern. Deliberately
//! absent: the store; whoever has only counts needs none, and every record is its own protected unit.

mod asked;
mod codes;
mod columns;
mod description;
mod earlier;
mod error;
mod impossible;
mod inner;
mod magnitude;
mod relations;
mod rollup;
mod sealing;
#[cfg(test)]
mod tests;
mod tie_key;

use std::collections::BTreeSet;
use std::path::Path;

use model::hierarchy::Hierarchy;
use model::release::Zeros;

use crate::protect::{HiddenZeros, Impossible, PlannedTable, Problem, Reason, Relation, Rules, Shown, Space, Weight};
use crate::tabulate::{Counter, Counts, Key, Row};

pub use earlier::Earlier;
pub use error::{CaseError, DescriptionFault, EarlierFault, InnerFault};
use magnitude::Sums;
use rollup::Inner;
pub use tie_key::TieKey;

/// Breaks ties where nothing is published; who publishes puts a secret one in its place ([`TieKey`]).
const TIE_KEY: [u8; 32] = [7; 32];

/// A case, read and found consistent.
#[derive(Debug)]
pub struct Case {
    /// Its own name, empty where it has none.
    name: String,
    threshold: u64,
    /// The dimensions that some table uses, by name.
    spaces: Vec<Space>,
    /// The same dimensions as `release.json` states them.
    hierarchies: Vec<Hierarchy>,
    tables: Vec<CaseTable>,
    rules: Rules,
    /// As the description states them, and in the space.
    relations: Vec<(model::manifest::Relation, Relation)>,
    impossible: Vec<(model::manifest::Impossible, Impossible)>,
    inner: Inner,
    /// Sums of record keys in place of counts.
    record_keys: Option<Inner>,
    /// What tables show where they do not count.
    sums: Option<Sums>,
    /// Lines read, the header aside.
    lines: u64,
}

/// A table to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CaseTable {
    /// File names are made of it: letters, digits and hyphens.
    id: String,
    /// As the description calls it.
    title: String,
    /// Indices of the dimensions that are its columns, in the description's order.
    dims: Vec<usize>,
    /// Dimensions that stand at another code than their total in the whole table.
    fixed: Vec<(usize, u32)>,
}

/// What a pattern costs, for whoever chooses among patterns. Says what a release never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Loss {
    /// Lines read, the header aside.
    pub lines: u64,
    /// Records in the case: the lines, or what their counts add up to.
    pub records: u64,
    /// Distinct combinations of finest codes that hold any.
    pub combinations: usize,
    /// The counts of the cells that are hidden so that others cannot be recovered, added up.
    pub secondary_sum: u64,
}

impl Case {
    /// Reads `case.json`, and `inner.csv.gz` or `inner.csv` beside it.
    ///
    /// # Errors
    /// [`CaseError`] names the file, the place in it and what is wrong there.
    pub fn read(folder: &Path) -> Result<Self, CaseError> {
        let description = description::read(&folder.join(description::FILE))?;
        let inner::Lines { counts: inner, record_keys, sums, lines } = inner::read(folder, &description)?;
        let description::Description { name, threshold, dimensions, tables, rules, relations, impossible, .. } =
            description;
        let (spaces, hierarchies) =
            dimensions.into_iter().map(|dimension| (dimension.space, dimension.hierarchy)).unzip();
        Ok(Self {
            name,
            threshold,
            spaces,
            hierarchies,
            tables,
            rules,
            relations,
            impossible,
            inner,
            record_keys,
            sums,
            lines,
        })
    }

    /// `MinimumFrequency(threshold)`.
    #[must_use]
    pub fn threshold(&self) -> u64 {
        self.threshold
    }

    /// What protect decides about: every cell of every table, totals and groups included.
    #[must_use]
    pub fn problem(&self, zeros: Zeros, hidden_zeros: HiddenZeros, weight: Weight) -> Problem {
        let planned = |table: &CaseTable| PlannedTable {
            id: table.id.clone(),
            threshold: self.threshold,
            zeros,
            cells: self.cells(table),
            impossible: Vec::new(),
        };
        Problem {
            spaces: self.spaces.clone(),
            tables: self.tables.iter().map(planned).collect(),
            hidden_zeros,
            weight,
            rules: self.rules.clone(),
            relations: self.relations.iter().map(|(_, relation)| relation.clone()).collect(),
            impossible: self.impossible.iter().map(|(_, rule)| rule.clone()).collect(),
            tie_key: TIE_KEY,
            ..Problem::default()
        }
    }

    /// Names of the cells that hold fewer records than the threshold, `area=North, need=MLD`, as a stranger spells them.
    #[must_use]
    pub fn small_cells(&self, pattern: &crate::protect::Pattern) -> BTreeSet<String> {
        let small = pattern.cells.iter().filter(|(_, shown)| match shown {
            Shown::Hidden(reason) | Shown::Rounded(_, Some(reason)) => *reason == Reason::MinimumFrequency,
            Shown::Count(_) | Shown::Rounded(_, None) | Shown::Impossible => false,
        });
        let name = |key: &Key| {
            let named = self.spaces.iter().zip(key).filter(|(space, code)| space.total != **code);
            let named = named.map(|(space, &code)| format!("{}={}", space.name, space.codes[code as usize]));
            named.collect::<Vec<_>>().join(", ")
        };
        small.map(|(key, _)| name(key)).collect()
    }

    /// Row-major over the table's dimensions: the last one varies fastest.
    fn cells(&self, table: &CaseTable) -> Vec<Key> {
        let mut base: Vec<u32> = self.spaces.iter().map(|space| space.total).collect();
        for &(dimension, code) in &table.fixed {
            base[dimension] = code;
        }
        let mut cells = vec![base];
        for &dimension in &table.dims {
            let codes = (0_u32..).take(self.spaces[dimension].codes.len());
            let with_code = |cell: &Vec<u32>, code: u32| {
                let mut cell = cell.clone();
                cell[dimension] = code;
                cell
            };
            cells = cells.iter().flat_map(|cell| codes.clone().map(|code| with_code(cell, code))).collect();
        }
        cells.into_iter().map(Vec::into_boxed_slice).collect()
    }

    /// What `pattern` loses.
    #[must_use]
    pub fn loss(&self, pattern: &crate::protect::Pattern) -> Loss {
        let is_secondary = |shown: &Shown| match shown {
            Shown::Hidden(Reason::Secondary) => true,
            Shown::Hidden(
                Reason::MinimumFrequency
                | Reason::HiddenZero
                | Reason::Group
                | Reason::LowTotal
                | Reason::Dominance
                | Reason::Earlier,
            )
            | Shown::Count(_)
            | Shown::Rounded(..)
            | Shown::Impossible => false,
        };
        let secondary = pattern.cells.iter().filter(|(_, shown)| is_secondary(shown));
        let keys: Vec<Key> = secondary.map(|(key, _)| key.clone()).collect();
        Loss {
            lines: self.lines,
            records: self.inner.records(),
            combinations: self.inner.combinations(),
            secondary_sum: self.count(&keys).iter().map(|counts| counts.counted).sum(),
        }
    }
}

impl Counter for Case {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        self.sums.as_ref().map_or_else(|| self.inner.count(keys), |sums| sums.count(keys))
    }

    fn contributions(&self, keys: &[Key]) -> Option<Vec<Vec<(u64, u64)>>> {
        Some(self.sums.as_ref()?.contributions(keys))
    }

    fn cell_keys(&self, keys: &[Key]) -> Option<Vec<u32>> {
        let sums = self.record_keys.as_ref()?.count(keys).into_iter();
        // Modulo 2^32.
        Some(sums.map(|sum| u32::try_from(sum.counted & u64::from(u32::MAX)).unwrap_or_default()).collect())
    }

    fn rows(&self, keys: &[Key]) -> Vec<Row> {
        self.sums.as_ref().map_or_else(|| self.inner.rows(keys), |sums| sums.rows(keys))
    }
}
