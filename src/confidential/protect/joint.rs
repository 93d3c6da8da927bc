//! Cells behind overlapping tables that must stay open. Comes in: a cell by its codes, and the dimensions in which the tables
//! around it differ. Goes out: the cells of the joint table through which it hangs together with theirs. Deliberately
//! absent: finding out which cells are forced; that is the attack's work, which sends them here.
//!
//! No table shows such a cell, and no sum of published cells gives it away. But every case in it is in all the tables
//! around it, and these can leave so little room that it must hold a few. Then it is protected like a small count: it becomes
//! a variable, with all cells of the joint table that sums tie to it, and there must be a table in which it reaches the
//! threshold. The other cells of the joint table need nothing; nobody is told of them.
//!
//! Worked example (`tests/joint.rs`): three tables of place, sex and need in pairs, every figure 5 or more, and between
//! 1 and 4 cases are in the north, male and of need B, whatever the truth.
//!
//! Source: Dobra and Fienberg (2000) for the bounds that a reader has; its attack: `verify/attacks/reconstruction`.

use std::collections::{BTreeMap, BTreeSet};

use super::Space;
use crate::tabulate::Key;

/// A cell of a table that nobody publishes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct JointCell {
    /// In the space of the problem.
    pub key: Key,
    /// The dimensions of its table, rising; in the others it stands still.
    pub dims: Vec<usize>,
}

impl JointCell {
    /// The cell that stands at the codes of `at`, at the total where `at` names no dimension, in a table of the dimensions
    /// `varies`; none where the space lacks one of them.
    #[must_use]
    pub fn named(spaces: &[Space], at: &BTreeMap<String, String>, varies: &BTreeSet<String>) -> Option<Self> {
        let is_known = |name: &String| spaces.iter().any(|space| space.name == *name);
        if !at.keys().chain(varies).all(is_known) {
            return None;
        }
        let code = |space: &Space| match at.get(&space.name) {
            Some(code) => space.codes.iter().position(|known| known == code).and_then(|at| u32::try_from(at).ok()),
            None => Some(space.total),
        };
        let key: Option<Key> = spaces.iter().map(code).collect();
        let dims = (0..spaces.len()).filter(|&at| varies.contains(&spaces[at].name)).collect();
        Some(Self { key: key?, dims })
    }

    /// The cell and all cells of its table that it is counted in: what ties it to published ones.
    pub(super) fn with_ancestors(&self, spaces: &[Space]) -> Vec<Key> {
        let mut keys = vec![self.key.clone()];
        for &dim in &self.dims {
            let above = above(&spaces[dim], self.key[dim]);
            keys = keys
                .iter()
                .flat_map(|key| {
                    above.iter().map(move |&code| {
                        let mut key = key.clone();
                        key[dim] = code;
                        key
                    })
                })
                .collect();
        }
        keys
    }
}

/// A code and all codes whose sums it is part of, rising.
fn above(space: &Space, code: u32) -> BTreeSet<u32> {
    let mut found = BTreeSet::from([code]);
    let mut open = vec![code];
    while let Some(at) = open.pop() {
        let parents = space.sums.iter().filter(|(_, children)| children.contains(&at)).map(|(parent, _)| *parent);
        open.extend(parents.filter(|parent| found.insert(*parent)));
    }
    found
}
