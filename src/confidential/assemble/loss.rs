//! What the readers of a planned table lose. Comes in: a draft and its pattern. Goes out: sums a table, and the places of
//! hidden totals. Deliberately absent: the count of any one cell. For people inside the service.

use super::plan::{Planned, PlannedCell, PlannedDimension};
use super::{AssembleError, Draft};
use crate::protect::{Pattern, Reason, Shown};
use crate::tabulate::axes::Source;
use crate::tabulate::{Counter, Key, Tabulation};

/// What a table's readers lose to cells that are hidden only so that others cannot be recovered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loss {
    /// The counts of the cells that have no part in the table, added up.
    pub inner: u64,
    /// Those of them that secondary suppression hides, added up.
    pub lost: u64,
    /// Those of them that are shown, added up.
    pub shown: u64,
    /// Totals that secondary suppression hides, by their codes: `borough=Total, issue=Housing`.
    pub headlines: Vec<String>,
}

impl Draft {
    /// What `pattern` takes from the readers of each table, in the order of the tables.
    ///
    /// # Errors
    /// [`AssembleError::Tabulate`] where the cases cannot be counted.
    pub fn losses(&self, pattern: &Pattern) -> Result<Vec<Loss>, AssembleError> {
        let tabulation = Tabulation::new(&self.axes, &self.frame)?;
        Ok(self.tables.iter().map(|table| self.loss(table, pattern, &tabulation)).collect())
    }

    fn loss(&self, table: &Planned, pattern: &Pattern, counter: &dyn Counter) -> Loss {
        let is_inner: Vec<Vec<bool>> = table.dims.iter().map(inner).collect();
        let mut loss = Loss::default();
        let mut inner: Vec<Key> = Vec::new();
        for (at, cell) in table.cells.iter().enumerate() {
            let PlannedCell::Counted(key) = cell else { continue };
            let place = place(table, at);
            if place.iter().zip(&is_inner).all(|(code, is_inner)| is_inner[*code]) {
                inner.push(key.clone());
            }
            if is_secondary(pattern, key) && self.is_headline(table, &place) {
                loss.headlines.push(self.name(table, &place));
            }
        }
        for (key, counts) in inner.iter().zip(counter.count(&inner)) {
            loss.inner += counts.counted;
            if is_secondary(pattern, key) {
                loss.lost += counts.counted;
            }
            if matches!(pattern.cells.get(key), Some(Shown::Count(_) | Shown::Rounded(..) | Shown::Impossible)) {
                loss.shown += counts.counted;
            }
        }
        loss
    }

    /// Whether a cell stands at the total of a dimension other than the period, or the table has none.
    fn is_headline(&self, table: &Planned, place: &[usize]) -> bool {
        let is_coded = |dim: &PlannedDimension| self.axes.axes[dim.axis].source != Source::Months;
        let mut coded = table.dims.iter().zip(place).filter(|(dim, _)| is_coded(dim)).peekable();
        coded.peek().is_none() || coded.any(|(dim, code)| dim.codes[*code].1.depth == 0)
    }

    fn name(&self, table: &Planned, place: &[usize]) -> String {
        let name = |(dim, code): (&PlannedDimension, &usize)| {
            format!("{}={}", self.axes.axes[dim.axis].space.name, dim.codes[*code].1.code)
        };
        table.dims.iter().zip(place).map(name).collect::<Vec<_>>().join(", ")
    }
}

/// Cells without a decision are hidden, and no rule hid them.
fn is_secondary(pattern: &Pattern, key: &Key) -> bool {
    matches!(pattern.cells.get(key), Some(Shown::Hidden(Reason::Secondary)) | None)
}

/// Of the codes, which have no part among them: in a tree's order, those that nothing deeper follows.
fn inner(dim: &PlannedDimension) -> Vec<bool> {
    let depths: Vec<u8> = dim.codes.iter().map(|(_, code)| code.depth).collect();
    (0..depths.len()).map(|at| depths.get(at + 1).is_none_or(|next| *next <= depths[at])).collect()
}

/// The code of each dimension at a cell.
fn place(table: &Planned, cell: usize) -> Vec<usize> {
    let mut left = cell;
    let mut place: Vec<usize> = table
        .dims
        .iter()
        .rev()
        .map(|dim| {
            let codes = dim.codes.len().max(1);
            let code = left % codes;
            left /= codes;
            code
        })
        .collect();
    place.reverse();
    place
}
