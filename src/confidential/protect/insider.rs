//! Who knows a cell from the inside. Comes in: the system and what is not published. Goes out: insiders, and the cells that
//! each of them knows. Deliberately absent: two insiders who tell each other.
//!
//! A family that is the only one in a cell knows its count, and the counts of all cells below: what is in them is its own,
//! and the rest is zero. It is no secret from the family, so those cells need no protection from it; every other cell does,
//! with all of these held at their truth. In cells above its own only the cases of others could be absent. Worked example: a need with one case, in one district. The family knows the
//! need's total, the 1 in that district and the zeros in the others; it must not learn how many cases another need has.

use std::collections::{BTreeMap, BTreeSet};

use super::primary::{Need, State};
use super::system::System;

/// For each variable, the insiders who know it; an insider is named by the first cell that it is alone in.
#[derive(Debug, Default)]
pub(super) struct Insiders {
    known_to: Vec<Vec<u32>>,
    /// By insider: what it knows, rising.
    knows: Vec<Vec<u32>>,
    /// By insider: the cells in which cases of its own are counted, rising, and how many those are for certain.
    within: Vec<BTreeMap<u32, i64>>,
    /// By cell: the true count.
    counts: Vec<i64>,
}

impl Insiders {
    /// Nobody inside.
    pub(super) fn none(cells: usize) -> Self {
        let none = vec![Vec::new(); cells];
        Self { known_to: none.clone(), knows: none, within: vec![BTreeMap::new(); cells], counts: Vec::new() }
    }

    /// Everybody who is alone in a cell that is not published.
    pub(super) fn of(system: &System, states: &[State]) -> Self {
        let mut insiders = Self::none(system.len());
        insiders.counts = (0..system.len()).map(|cell| system.value(cell)).collect();
        // Whoever is alone in a cell that nobody is told of does not know it.
        let is_alone = |cell: u32| {
            let cell = cell as usize;
            system.counts[cell].protected == 1
                && !system.origins[cell].is_joint
                && matches!(states[cell], State::Hidden | State::Rounded | State::Derived)
        };
        let mut seen = BTreeSet::new();
        for cell in (0_u32..).take(system.len()).filter(|&cell| is_alone(cell)) {
            if seen.contains(&cell) {
                continue;
            }
            // Alone in a sum and in a part of it that is not empty: the same family, in either direction.
            let is_same = |&other: &u32| is_alone(other) && system.value(other as usize) > 0;
            let family = reached(cell, |at| {
                parents(system, at).into_iter().chain(children(system, at)).filter(is_same).collect()
            });
            let known: BTreeSet<u32> = family.iter().flat_map(|&own| reached(own, |at| children(system, at))).collect();
            for &own in &family {
                for above in reached(own, |at| parents(system, at)) {
                    let most = insiders.within[cell as usize].entry(above).or_default();
                    *most = system.value(own as usize).max(*most);
                }
            }
            for &other in &known {
                insiders.known_to[other as usize].push(cell);
            }
            insiders.knows[cell as usize] = known.into_iter().collect();
            seen.extend(family);
        }
        insiders
    }

    /// The insiders who know a cell, rising.
    pub(super) fn who_know(&self, cell: u32) -> &[u32] {
        &self.known_to[cell as usize]
    }

    /// All of them, rising.
    pub(super) fn all(&self) -> impl Iterator<Item = u32> {
        (0_u32..).zip(&self.knows).filter(|(_, known)| !known.is_empty()).map(|(insider, _)| insider)
    }

    /// What a cell needs against an insider who does not know it.
    pub(super) fn need(&self, insider: u32, cell: u32, need: Need) -> Need {
        let own = self.within[insider as usize].get(&cell).copied().unwrap_or(0);
        let others = self.counts.get(cell as usize).map_or(need.down, |count| count - own);
        Need { down: need.down.min(others), ..need }
    }

    /// What an insider knows, rising.
    pub(super) fn known_by(&self, insider: u32) -> &[u32] {
        &self.knows[insider as usize]
    }

    /// Whether an insider knows a cell.
    pub(super) fn knows(&self, insider: u32, cell: u32) -> bool {
        self.who_know(cell).binary_search(&insider).is_ok()
    }
}

/// The cells that stand for a sum in which `cell` is counted, or of which it is a part.
fn parents(system: &System, cell: u32) -> Vec<u32> {
    let is_above = |&&(row, coefficient): &&(u32, i64)| coefficient > 0 && system.adds_up[row as usize];
    let rows = system.rows_of.of(cell).iter().filter(is_above);
    let parents = rows.flat_map(|&(row, _)| system.rows.of(row)).filter(|&&(_, coefficient)| coefficient < 0);
    parents.map(|&(parent, _)| parent).collect()
}

/// The cells that are counted in a cell, one sum down.
fn children(system: &System, cell: u32) -> Vec<u32> {
    let is_below = |&&(row, coefficient): &&(u32, i64)| coefficient < 0 && system.adds_up[row as usize];
    let rows = system.rows_of.of(cell).iter().filter(is_below);
    let children = rows.flat_map(|&(row, _)| system.rows.of(row)).filter(|&&(_, coefficient)| coefficient > 0);
    children.map(|&(child, _)| child).collect()
}

/// A cell and all that steps lead to from it, rising.
fn reached(cell: u32, step: impl Fn(u32) -> Vec<u32>) -> Vec<u32> {
    let mut found = BTreeSet::from([cell]);
    let mut open = vec![cell];
    while let Some(at) = open.pop() {
        open.extend(step(at).into_iter().filter(|&next| found.insert(next)));
    }
    found.into_iter().collect()
}
