//! Who knows a cell from the inside. Comes in: the system and what is not published. Goes out: insiders, and the cells that
//! each of them knows. Deliberately absent: two insiders who tell each other.
//!
//! A family that is the only one in a cell knows its count, and the counts of all cells below: what is in them is its own,
//! and the rest is zero. It is no secret from the family, so those cells need no protection from it; every other cell does,
//! with all of these held at their truth. Worked example: a need with one case, in one district. The family knows the
//! need's total, the 1 in that district and the zeros in the others; it must not learn how many cases another need has.

use super::primary::State;
use super::system::System;

/// For each variable, the insiders who know it; an insider is named by the topmost cell that it is alone in.
#[derive(Debug, Default)]
pub(super) struct Insiders {
    known_to: Vec<Vec<u32>>,
    /// By insider: what it knows, rising.
    knows: Vec<Vec<u32>>,
}

impl Insiders {
    /// Nobody inside.
    pub(super) fn none(cells: usize) -> Self {
        Self { known_to: vec![Vec::new(); cells], knows: vec![Vec::new(); cells] }
    }

    pub(super) fn new(system: &System, states: &[State]) -> Self {
        let mut insiders = Self::none(system.len());
        if system.problem.insiders == super::Insiders::Ignored {
            return insiders;
        }
        let is_alone = |cell: u32| {
            let cell = cell as usize;
            system.counts[cell].protected == 1 && matches!(states[cell], State::Hidden | State::Derived)
        };
        for cell in (0_u32..).take(system.len()).filter(|&cell| is_alone(cell)) {
            // Whoever is alone in the sum above is the same family, and knows more.
            let above = parents(system, cell);
            if above.into_iter().any(is_alone) {
                continue;
            }
            let known = below(system, cell);
            for &other in &known {
                insiders.known_to[other as usize].push(cell);
            }
            insiders.knows[cell as usize] = known;
        }
        insiders
    }

    /// The insiders who know a cell, rising.
    pub(super) fn who_know(&self, cell: u32) -> &[u32] {
        &self.known_to[cell as usize]
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

/// The cells that stand for a sum in which `cell` is counted.
fn parents(system: &System, cell: u32) -> Vec<u32> {
    let rows = system.rows_of.of(cell).iter().filter(|&&(_, coefficient)| coefficient > 0);
    let parents = rows.flat_map(|&(row, _)| system.rows.of(row)).filter(|&&(_, coefficient)| coefficient < 0);
    parents.map(|&(parent, _)| parent).collect()
}

/// A cell and every cell that is counted in it, rising.
fn below(system: &System, cell: u32) -> Vec<u32> {
    let mut found = std::collections::BTreeSet::from([cell]);
    let mut open = vec![cell];
    while let Some(parent) = open.pop() {
        for &(row, _) in system.rows_of.of(parent).iter().filter(|&&(_, coefficient)| coefficient < 0) {
            for &(child, _) in system.rows.of(row).iter().filter(|&&(_, coefficient)| coefficient > 0) {
                if found.insert(child) {
                    open.push(child);
                }
            }
        }
    }
    found.into_iter().collect()
}
