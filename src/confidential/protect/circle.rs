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
//! All three of North are one family's. Whoever knows 3 cases in North knows COG and SPLD of North without a table. And who
//! knows 3 cases of COG in North knows that North is 3 or more: there only another family could be absent.

use std::collections::{BTreeMap, BTreeSet};

use super::primary::Need;
use super::system::System;

/// What each single contributor knows, by the cell that only it contributes to.
#[derive(Debug, Default)]
pub(super) struct Circles {
    of: BTreeMap<u32, Circle>,
}

#[derive(Debug)]
struct Circle {
    /// Known without a table, rising.
    own: Vec<u32>,
    /// Cells that hold it among others, and how many cases those others have.
    above: BTreeMap<u32, i64>,
}

impl Circles {
    /// `single`: cells of one contributor that no table shows. `is_zero`: cells that every reader knows to be zero.
    pub(super) fn new(system: &System, single: impl Iterator<Item = u32>, is_zero: &dyn Fn(u32) -> bool) -> Self {
        let circle = |cell: u32| {
            let same = closure(system, BTreeSet::from([cell]), &|row, at| is_same(system, row, at, is_zero));
            let leads_down = |row, at| parent(system, row) == Some(at) || is_same(system, row, at, is_zero);
            let own = closure(system, same.clone(), &leads_down);
            let above = closure(system, same, &|row, at| parent(system, row) != Some(at));
            let others = |at: u32| system.value(at as usize) - system.value(cell as usize);
            let above = above.into_iter().map(|at| (at, others(at))).filter(|&(_, others)| others >= 0).collect();
            Circle { own: own.into_iter().collect(), above }
        };
        Self { of: single.map(|cell| (cell, circle(cell))).collect() }
    }

    /// Whether a single contributor knows `known`, and could learn of others from what it tells of `cell`.
    pub(super) fn is_told(&self, known: u32, cell: u32) -> bool {
        self.of.get(&known).is_some_and(|circle| circle.own.binary_search(&cell).is_err())
    }

    /// What `cell` needs before the contributor to `known`. It knows that itself is not absent: where `cell` holds
    /// `known`, no more than the other cases could be missing.
    pub(super) fn need(&self, known: u32, cell: u32, need: Need) -> Need {
        let others = self.of.get(&known).and_then(|circle| circle.above.get(&cell));
        others.map_or(need, |&others| Need { down: need.down.min(others), ..need })
    }
}

/// What can be reached from `cells` along rows that lead on, as a row and the cell from which it is met. Of a row that
/// leads up only the parent is reached.
fn closure(system: &System, cells: BTreeSet<u32>, leads_on: &dyn Fn(u32, u32) -> bool) -> BTreeSet<u32> {
    let mut left: Vec<u32> = cells.iter().copied().collect();
    let mut found = cells;
    while let Some(at) = left.pop() {
        for &(row, _) in system.rows_of.of(at).iter().filter(|&&(row, _)| leads_on(row, at)) {
            let is_down = parent(system, row) == Some(at);
            let reached = system.rows.of(row).iter().filter(|&&(_, coefficient)| is_down || coefficient < 0);
            left.extend(reached.map(|&(other, _)| other).filter(|&other| found.insert(other)));
        }
    }
    found
}

fn parent(system: &System, row: u32) -> Option<u32> {
    system.rows.of(row).iter().find(|&&(_, coefficient)| coefficient < 0).map(|&(cell, _)| cell)
}

/// Whether a row says that its parent and the one child that is not known to be zero are one figure, `at` among them.
fn is_same(system: &System, row: u32, at: u32, is_zero: &dyn Fn(u32) -> bool) -> bool {
    let children = system.rows.of(row).iter().filter(|&&(other, coefficient)| coefficient > 0 && !is_zero(other));
    !is_zero(at) && children.count() == 1
}
