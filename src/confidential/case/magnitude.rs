//! Sums of a column in place of counts: minutes spent, by district and need, with what each family contributes. Comes in:
//! records with a unit and a value. Goes out: of any cell the sum, the units that contribute to it, and the most of one; and
//! what each contributes. Deliberately absent: rules. A unit that contributes nothing to a cell is not in it.
//!
//! The unit is one more dimension, of which no cell names a code; cells are rolled up over the others and then taken apart
//! by unit.

use std::collections::{BTreeMap, BTreeSet};

use super::rollup::Inner;
use crate::tabulate::{Counter, Counts, Key, Row};

/// What is summed, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Magnitude {
    /// The column of values: whole numbers.
    pub column: String,
    /// The column that names the protected unit of a record.
    pub unit: String,
}

/// Sums of finest combinations by unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sums {
    /// With the units as its last dimension.
    inner: Inner,
    /// The place of that dimension.
    units: usize,
}

impl Sums {
    pub(super) fn new(inner: Inner, units: usize) -> Self {
        Self { inner, units }
    }

    /// Each unit and what it contributes to each cell.
    pub(super) fn contributions(&self, keys: &[Key]) -> Vec<Vec<(u64, u64)>> {
        let shapes: Vec<u64> = keys.iter().map(|key| self.inner.shape(key)).collect();
        let mut all = vec![Vec::new(); keys.len()];
        for shape in shapes.iter().copied().collect::<BTreeSet<u64>>() {
            let mut cells: BTreeMap<u128, Vec<(u64, u64)>> = BTreeMap::new();
            for (cell, value) in self.inner.rolled_up(shape | 1 << self.units) {
                let unit = u32::try_from(self.inner.packing.code(cell, self.units)).unwrap_or(u32::MAX);
                cells
                    .entry(cell - self.inner.packing.part(self.units, unit))
                    .or_default()
                    .push((u64::from(unit), value));
            }
            let own = keys.iter().zip(&mut all).zip(&shapes).filter(|(_, of_key)| **of_key == shape);
            for ((key, of_units), _) in own {
                *of_units = cells.get(&self.inner.number(key)).cloned().unwrap_or_default();
            }
        }
        all
    }

    /// What is summed in any of `keys`, a row for values alike in every dimension and of one unit.
    pub(super) fn rows(&self, keys: &[Key]) -> Vec<Row> {
        self.inner.rows(keys)
    }

    pub(super) fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let counts = |of_units: Vec<(u64, u64)>| Counts {
            counted: of_units.iter().map(|(_, value)| value).sum(),
            protected: of_units.len() as u64,
            largest: of_units.iter().map(|&(_, value)| value).max().unwrap_or(0),
        };
        self.contributions(keys).into_iter().map(counts).collect()
    }
}
