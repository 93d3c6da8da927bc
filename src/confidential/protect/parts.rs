//! The parts into which a system falls. Comes in: the system and what everybody has of it. Goes out: the part of each cell, and
//! the cells and rows of each part. Deliberately absent: searches; each looks at one part at a time.
//!
//! What earlier releases published stands for ever and cuts the sums that it is in. A move of one part has no cell of another, so
//! every search is as large as its part: a year after a large correction is a few of them, not one of all.

use linear::Component;

use super::primary::{Primary, State};
use super::system::System;
use super::touched;

/// Larger parts are left to the searches that begin with what is near: a first basis of theirs takes too long.
const MOST_CELLS: usize = 16_000;

/// Which cells sums tie together.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts {
    /// By cell; none where everybody has it.
    of: Vec<Option<u32>>,
    parts: Vec<Part>,
}

/// Cells that sums tie together, and these sums.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    pub component: Component,
    has_needs: bool,
}

impl Part {
    /// Whether something in it is to be protected, and it is small enough for the simplex method.
    pub(super) fn is_searched(&self) -> bool {
        self.has_needs && !self.is_large()
    }

    fn is_large(&self) -> bool {
        self.component.variables.len() > MOST_CELLS
    }
}

impl Parts {
    pub(super) fn of(system: &System, primary: &Primary) -> Self {
        let known: Vec<bool> = primary.states.iter().map(|&state| state == State::Fixed).collect();
        let mut parts = Self { of: vec![None; system.len()], parts: Vec::new() };
        for (cell, first) in touched::parts(system, &known).into_iter().enumerate().filter(|&(cell, _)| !known[cell]) {
            // The first of a part comes before its others.
            if first as usize == cell {
                parts.of[cell] = u32::try_from(parts.parts.len()).ok();
                parts.parts.push(Part::default());
            }
            parts.of[cell] = parts.of[first as usize];
            if let Some(part) = parts.of[cell].and_then(|part| parts.parts.get_mut(part as usize)) {
                part.component.variables.push(cell);
                part.has_needs |= primary.needs[cell].is_some();
            }
        }
        for row in (0_u32..).take(system.rows.len()) {
            let of = system.rows.of(row).iter().find_map(|&(cell, _)| parts.of[cell as usize]);
            if let Some(part) = of.and_then(|part| parts.parts.get_mut(part as usize)) {
                part.component.rows.push(row as usize);
            }
        }
        parts
    }

    /// The part of a cell.
    pub(super) fn part(&self, cell: u32) -> Option<u32> {
        self.of[cell as usize]
    }

    /// All parts.
    pub(super) fn all(&self) -> &[Part] {
        &self.parts
    }

    /// Whether something is to be protected in a part that is too large for the simplex method.
    pub(super) fn are_out_of_reach(&self) -> bool {
        self.parts.iter().any(|part| part.has_needs && part.is_large())
    }
}
