//! What a family that is a cell's only contributor knows. Comes in: the system, which cells such a family has. Goes out:
//! of every other cell, whether knowing the first could tell it something of somebody else. Deliberately absent: proofs.
//!
//! It knows its own cases, so it knows every cell below its own: there is nobody else in them, and no pattern could keep
//! them from it. It also knows what every reader knows to be the same figure: a group of one code, or a sum whose other
//! parts are published zeros.
//!
//! | district | COG | SPLD | all |
//! |---|---|---|---|
//! | North    |   3 |    0 |   3 |
//!
//! All three of North are one family's. Whoever knows 3 cases in North knows COG and SPLD of North without a table.

use std::collections::{BTreeMap, BTreeSet};

use super::system::System;

/// Of every cell with a single contributor, the cells that this contributor needs no table to know, rising.
#[derive(Debug, Default)]
pub(super) struct Circles {
    own: BTreeMap<u32, Vec<u32>>,
}

impl Circles {
    /// `single`: cells of one contributor that no table shows. `is_zero`: cells that every reader knows to be zero.
    pub(super) fn new(system: &System, single: impl Iterator<Item = u32>, is_zero: &dyn Fn(u32) -> bool) -> Self {
        Self { own: single.map(|cell| (cell, own(system, cell, is_zero))).collect() }
    }

    /// Whether a single contributor knows `known`, and could learn of others from what it tells of `cell`.
    pub(super) fn is_told(&self, known: u32, cell: u32) -> bool {
        self.own.get(&known).is_some_and(|own| own.binary_search(&cell).is_err())
    }
}

/// `cell`, what is the same figure, and all below them.
fn own(system: &System, cell: u32, is_zero: &dyn Fn(u32) -> bool) -> Vec<u32> {
    let mut own = BTreeSet::from([cell]);
    let mut left = vec![cell];
    while let Some(at) = left.pop() {
        for &(row, coefficient) in system.rows_of.of(at) {
            let cells = || system.rows.of(row).iter();
            let is_parent = coefficient < 0;
            let is_alone = || cells().all(|&(other, times)| other == at || times < 0 || is_zero(other));
            if is_parent || is_alone() {
                left.extend(cells().map(|&(other, _)| other).filter(|&other| own.insert(other)));
            }
        }
    }
    own.into_iter().collect()
}
