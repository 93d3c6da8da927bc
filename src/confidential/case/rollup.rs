//! Adds counts up over hierarchies. Comes in: counts of finest combinations. Goes out: the count of any cell.
//! Deliberately absent: files, and what the cells are for.
//!
//! Cells are asked for by the table. For each set of dimensions that some cell names, the finest combinations are
//! projected once and rolled up one dimension at a time, so that the work is that of the table's cells and not of cells
//! times combinations. Lists are sorted; no order of a hash table reaches a sum.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::tabulate::{Counter, Counts, Key, Row};

/// Numbers combinations of codes, mixed radix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packing {
    strides: Vec<u128>,
    sizes: Vec<u128>,
}

impl Packing {
    /// For dimensions of so many codes; their product must fit.
    pub(super) fn new(sizes: impl Iterator<Item = usize>) -> Self {
        let mut packing = Self { strides: Vec::new(), sizes: Vec::new() };
        let mut stride = 1_u128;
        for size in sizes {
            packing.strides.push(stride);
            packing.sizes.push(size as u128);
            stride = stride.saturating_mul(size as u128);
        }
        packing
    }

    /// What `code` of dimension `at` adds to a combination's number.
    pub(super) fn part(&self, at: usize, code: u32) -> u128 {
        self.strides[at] * u128::from(code)
    }

    /// How many combinations there are.
    pub(super) fn size(&self) -> u128 {
        self.sizes.iter().fold(1, |all, size| all.saturating_mul(*size))
    }

    /// The code of dimension `at`.
    pub(super) fn code(&self, combination: u128, at: usize) -> usize {
        usize::try_from(combination / self.strides[at] % self.sizes[at]).unwrap_or(usize::MAX)
    }
}

/// Counts of finest combinations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inner {
    pub(super) packing: Packing,
    totals: Vec<u32>,
    /// By dimension and finest code: itself and every code above it, rising.
    above: Vec<Vec<Vec<u32>>>,
    /// By rising number.
    rows: Vec<(u128, u64)>,
}

impl Inner {
    /// Takes the counts; combinations without any record are left out.
    pub(super) fn new(
        packing: Packing,
        totals: Vec<u32>,
        above: Vec<Vec<Vec<u32>>>,
        counts: HashMap<u128, u64>,
    ) -> Self {
        let mut rows: Vec<(u128, u64)> = counts.into_iter().filter(|&(_, count)| count > 0).collect();
        rows.sort_unstable();
        Self { packing, totals, above, rows }
    }

    /// All records.
    pub(super) fn records(&self) -> u64 {
        self.rows.iter().map(|&(_, count)| count).sum()
    }

    /// Combinations with a record.
    pub(super) fn combinations(&self) -> usize {
        self.rows.len()
    }

    /// The dimensions that `key` does not leave at their total, a bit each.
    pub(super) fn shape(&self, key: &Key) -> u64 {
        let named = key.iter().zip(&self.totals).enumerate().filter(|(_, (code, total))| code != total);
        named.fold(0, |shape, (at, _)| shape | 1 << at)
    }

    pub(super) fn number(&self, key: &Key) -> u128 {
        key.iter().enumerate().map(|(at, &code)| self.packing.part(at, code)).sum()
    }

    /// Every cell over the dimensions of `shape` that holds a record.
    pub(super) fn rolled_up(&self, shape: u64) -> Vec<(u128, u64)> {
        let dimensions = 0..self.totals.len();
        let (kept, dropped): (Vec<usize>, Vec<usize>) = dimensions.partition(|at| shape >> at & 1 == 1);
        let project = |&(combination, count): &(u128, u64)| {
            let at_total = dropped.iter().fold(combination, |number, &at| {
                number - self.packing.strides[at] * self.packing.code(combination, at) as u128
                    + self.packing.part(at, self.totals[at])
            });
            (at_total, count)
        };
        let mut cells = merged(self.rows.iter().map(project).collect());
        for at in kept {
            let lift = |&(cell, count): &(u128, u64)| {
                let finest = self.packing.code(cell, at);
                let rest = cell - self.packing.strides[at] * finest as u128;
                self.above[at][finest].iter().map(move |&code| (rest + self.packing.part(at, code), count))
            };
            cells = merged(cells.iter().flat_map(lift).collect());
        }
        cells
    }
}

/// The same cells, each once.
fn merged(mut cells: Vec<(u128, u64)>) -> Vec<(u128, u64)> {
    cells.sort_unstable();
    cells.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        kept.1 += if is_same { next.1 } else { 0 };
        is_same
    });
    cells
}

impl Counter for Inner {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let shapes: Vec<u64> = keys.iter().map(|key| self.shape(key)).collect();
        let distinct: BTreeSet<u64> = shapes.iter().copied().collect();
        // What a larger set of dimensions has been rolled up for holds the cells of a smaller one too.
        let is_widest = |shape: &&u64| !distinct.iter().any(|other| other != *shape && *shape & other == **shape);
        let mut counts = vec![None; keys.len()];
        for &widest in distinct.iter().filter(is_widest) {
            let cells = self.rolled_up(widest);
            for ((key, shape), count) in keys.iter().zip(&shapes).zip(&mut counts) {
                if count.is_none() && shape & widest == *shape {
                    let found = cells.binary_search_by_key(&self.number(key), |&(cell, _)| cell);
                    *count = Some(found.map_or(0, |at| cells[at].1));
                }
            }
        }
        let own_units = |counted: Option<u64>| {
            let counted = counted.unwrap_or(0);
            Counts { counted, protected: counted, largest: counted.min(1) }
        };
        counts.into_iter().map(own_units).collect()
    }

    fn rows(&self, keys: &[Key]) -> Vec<Row> {
        let mut shapes: BTreeMap<u64, HashMap<u128, u32>> = BTreeMap::new();
        for (slot, key) in (0_u32..).zip(keys) {
            shapes.entry(self.shape(key)).or_default().insert(self.number(key), slot);
        }
        // A dimension that no key has, of units, tells rows and whose they are apart and holds no cell.
        let dimensions = keys.first().map_or(0, |key| key.len());
        let holders = |combination: u128| -> Vec<&Vec<u32>> {
            (0..dimensions).map(|at| &self.above[at][self.packing.code(combination, at)]).collect()
        };
        let row = |&(combination, cases): &(u128, u64)| {
            let holders = holders(combination);
            let mut of = Vec::new();
            for (&shape, wanted) in &shapes {
                let mut cells = vec![0_u128];
                for (at, above) in holders.iter().enumerate() {
                    let is_named = shape >> at & 1 == 1;
                    let codes: &[u32] = if is_named { above } else { std::slice::from_ref(&self.totals[at]) };
                    cells = cells
                        .iter()
                        .flat_map(|cell| codes.iter().map(move |&code| cell + self.packing.part(at, code)))
                        .collect();
                }
                of.extend(cells.iter().filter_map(|cell| wanted.get(cell)).copied());
            }
            of.sort_unstable();
            (combination, cases, of)
        };
        let all: Vec<(u128, u64, Vec<u32>)> = self.rows.iter().map(row).collect();
        let unit = |combination: u128| {
            (dimensions < self.totals.len()).then(|| self.packing.code(combination, dimensions) as u64)
        };
        let there = all.iter().filter(|(_, _, of)| !of.is_empty());
        let units: BTreeSet<u64> = there.filter_map(|&(combination, _, _)| unit(combination)).collect();
        let found = |(combination, cases, of): (u128, u64, Vec<u32>)| {
            let unit = unit(combination);
            (!of.is_empty() || unit.is_some_and(|unit| units.contains(&unit))).then(|| Row {
                unit,
                holders: holders(combination).into_iter().cloned().collect(),
                cases,
                of,
            })
        };
        all.into_iter().filter_map(found).collect()
    }
}
