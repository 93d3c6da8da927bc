//! Protect under test. Here: systems small enough for a pencil. `pencil` holds the worked examples; `oracle` a reader who
//! tries every table; `definition` what "safe" means, read off the design once more; the others hold properties.
//! Deliberately absent: files and stores.

mod answers;
mod choices;
mod contributors;
mod definition;
mod dominance;
mod every_table;
mod handbook;
mod impossible;
mod joint;
mod last_resort;
mod layers;
mod oracle;
mod orders;
mod pencil;
mod random;
mod relations;
mod releases;
mod safety;

use std::collections::BTreeSet;

use model::release::Zeros;

use super::*;
use crate::tabulate::{Counts, Row};

/// Counts of the finest combinations; each case is its own unit.
pub(super) struct Pencil<'a> {
    pub spaces: &'a [Space],
    pub inner: Vec<(Vec<u32>, u64)>,
}

impl Pencil<'_> {
    pub(super) fn is_under(&self, dimension: usize, code: u32, leaf: u32) -> bool {
        under(&self.spaces[dimension], code, leaf)
    }
}

/// Whether `leaf` is `code` or below it.
pub(super) fn under(space: &Space, code: u32, leaf: u32) -> bool {
    let below = |children: &Vec<u32>| children.iter().any(|&child| under(space, child, leaf));
    code == leaf || space.sums.iter().any(|(parent, children)| *parent == code && below(children))
}

impl Counter for Pencil<'_> {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let inside = |key: &Key, codes: &[u32]| {
            codes.iter().enumerate().all(|(dimension, &leaf)| self.is_under(dimension, key[dimension], leaf))
        };
        keys.iter()
            .map(|key| {
                let counted = self.inner.iter().filter(|(codes, _)| inside(key, codes)).map(|(_, count)| count).sum();
                Counts { counted, protected: counted, largest: u64::from(counted > 0) }
            })
            .collect()
    }

    fn rows(&self, keys: &[Key]) -> Vec<Row> {
        rows_in(self.spaces, keys, self.inner.iter().map(|(codes, count)| (codes.as_slice(), None, *count)))
    }
}

/// The rows of `keys` among finest cells and their counts.
pub(super) fn rows_in<'a>(
    spaces: &[Space],
    keys: &[Key],
    inner: impl Iterator<Item = (&'a [u32], Option<u64>, u64)>,
) -> Vec<Row> {
    let row = |(codes, unit, cases): (&[u32], Option<u64>, u64)| {
        let holding = |(space, &leaf): (&Space, &u32)| {
            let all = 0..u32::try_from(space.codes.len()).expect("a handful of codes");
            all.filter(|&code| under(space, code, leaf)).collect::<Vec<u32>>()
        };
        let holders: Vec<Vec<u32>> = spaces.iter().zip(codes).map(holding).collect();
        let is_in = |key: &Key| key.iter().zip(&holders).all(|(code, holders)| holders.contains(code));
        let of: Vec<u32> = (0_u32..).zip(keys).filter(|(_, key)| is_in(key)).map(|(at, _)| at).collect();
        (cases > 0).then_some(Row { unit, holders, cases, of })
    };
    of_those_there(inner.filter_map(row).collect())
}

/// The rows that are counted in a key, and those of the same units.
pub(super) fn of_those_there(mut rows: Vec<Row>) -> Vec<Row> {
    let there = rows.iter().filter(|row| !row.of.is_empty());
    let units: BTreeSet<u64> = there.filter_map(|row| row.unit).collect();
    rows.retain(|row| !row.of.is_empty() || row.unit.is_some_and(|unit| units.contains(&unit)));
    rows
}

/// A dimension of a total (code 0) and `leaves` below it.
pub(super) fn flat(name: &str, leaves: u32) -> Space {
    let codes = (0..=leaves).map(|code| format!("{name}{code}")).collect();
    Space { name: name.to_owned(), codes, total: 0, sums: vec![(0, (1..=leaves).collect())] }
}

/// Total 0 of a group 1 and a leaf 2; the group of leaves 3 and 4.
pub(super) fn grouped(name: &str) -> Space {
    let codes = (0..5).map(|code| format!("{name}{code}")).collect();
    Space { name: name.to_owned(), codes, total: 0, sums: vec![(0, vec![1, 2]), (1, vec![3, 4])] }
}

pub(super) fn leaves(space: &Space) -> Vec<u32> {
    let is_parent = |code: &u32| space.sums.iter().any(|(parent, _)| parent == code);
    (0..u32::try_from(space.codes.len()).expect("a handful of codes")).filter(|code| !is_parent(code)).collect()
}

pub(super) fn product(lists: &[Vec<u32>]) -> Vec<Key> {
    let mut keys: Vec<Vec<u32>> = vec![Vec::new()];
    for list in lists {
        keys = keys.iter().flat_map(|key| list.iter().map(|&code| [key.as_slice(), &[code]].concat())).collect();
    }
    keys.into_iter().map(Vec::into_boxed_slice).collect()
}

pub(super) fn every_cell(spaces: &[Space]) -> Vec<Key> {
    let all = |space: &Space| (0..u32::try_from(space.codes.len()).expect("a handful of codes")).collect();
    product(&spaces.iter().map(all).collect::<Vec<_>>())
}

pub(super) fn table(id: &str, cells: Vec<Key>, zeros: Zeros) -> PlannedTable {
    PlannedTable { id: id.to_owned(), threshold: 5, zeros, cells, impossible: Vec::new() }
}

pub(super) fn inner(spaces: &[Space], counts: &[u64]) -> Vec<(Vec<u32>, u64)> {
    let keys = product(&spaces.iter().map(leaves).collect::<Vec<_>>());
    keys.into_iter().map(Vec::from).zip(counts.iter().copied().cycle()).collect()
}

pub(super) fn hidden(pattern: &Pattern) -> Vec<(Vec<u32>, Reason)> {
    let mut cells: Vec<(Vec<u32>, Reason)> = pattern
        .cells
        .iter()
        .filter_map(|(key, shown)| match shown {
            Shown::Hidden(reason) => Some((key.to_vec(), *reason)),
            Shown::Count(_) | Shown::Rounded(..) | Shown::Impossible => None,
        })
        .collect();
    cells.sort_by(|left, right| left.0.cmp(&right.0));
    cells
}

/// ```text
///          1    2  all
///   1      3   12   15
///   2      9   20   29
///   all   12   32   44
/// ```
pub(super) fn pencil() -> (Vec<Space>, Vec<u64>) {
    (vec![flat("district", 2), flat("age", 2)], vec![3, 12, 9, 20])
}

/// A problem under the minimum frequency rule alone.
pub(super) fn plain() -> Problem {
    Problem { hidden_zeros: HiddenZeros::Unprotected, insiders: Insiders::Ignored, ..Problem::default() }
}

/// Counts of cases of families: codes of the finest cell, the family, its cases there.
pub(super) struct Families<'a> {
    pub spaces: &'a [Space],
    pub rows: Vec<(Vec<u32>, u32, u64)>,
}

impl Counter for Families<'_> {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let counts = |key: &Key| {
            let mut cases: std::collections::BTreeMap<u32, u64> = std::collections::BTreeMap::new();
            let inside = |codes: &[u32]| {
                codes.iter().zip(key).zip(self.spaces).all(|((&leaf, &code), space)| under(space, code, leaf))
            };
            for (_, family, count) in self.rows.iter().filter(|(codes, _, count)| *count > 0 && inside(codes)) {
                *cases.entry(*family).or_default() += count;
            }
            let largest = cases.values().copied().max().unwrap_or(0);
            Counts { counted: cases.values().sum(), protected: cases.len() as u64, largest }
        };
        keys.iter().map(counts).collect()
    }

    fn rows(&self, keys: &[Key]) -> Vec<Row> {
        rows_in(
            self.spaces,
            keys,
            self.rows.iter().map(|(codes, family, count)| (codes.as_slice(), Some(u64::from(*family)), *count)),
        )
    }
}
