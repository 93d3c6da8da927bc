//! The parts into which a system falls. Comes in: the system and what everybody has of it. Goes out: the part of each cell, and
//! the cells and sums of each part. Deliberately absent: searches; each looks at one part at a time.
//!
//! What earlier releases published stands for ever and cuts the sums that it is in. A move of one part has no cell of another, so
//! every search is as large as its part: a year after a large correction is a few of them, not one of all.

use super::primary::{Primary, State};
use super::system::System;
use super::touched;

/// Larger parts are left to the searches that begin with what is near: a first basis of theirs takes too long.
const MOST_CELLS: usize = 16_000;

/// A cell of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub part: usize,
    /// Among the cells of the part.
    pub at: usize,
}

/// Which cells sums tie together.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts {
    /// By cell; none where everybody has it.
    places: Vec<Option<Place>>,
    parts: Vec<Part>,
}

/// Cells that sums tie together, and these sums.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// Rising.
    pub cells: Vec<u32>,
    /// Rising.
    pub rows: Vec<u32>,
    has_needs: bool,
}

impl Part {
    /// Whether something in it is to be protected, and it is small enough for the simplex method.
    pub(super) fn is_searched(&self) -> bool {
        self.has_needs && !self.is_large()
    }

    fn is_large(&self) -> bool {
        self.cells.len() > MOST_CELLS
    }
}

impl Parts {
    pub(super) fn of(system: &System, primary: &Primary) -> Self {
        let known: Vec<bool> = primary.states.iter().map(|&state| state == State::Fixed).collect();
        let mut parts = Self { places: vec![None; system.len()], parts: Vec::new() };
        let firsts = (0_u32..).zip(touched::parts(system, &known)).zip(known);
        for ((cell, first), _) in firsts.filter(|(_, is_known)| !is_known) {
            // The first of a part comes before its others.
            let part = parts.place(first).map_or(parts.parts.len(), |place| place.part);
            if part == parts.parts.len() {
                parts.parts.push(Part::default());
            }
            let own = &mut parts.parts[part];
            parts.places[cell as usize] = Some(Place { part, at: own.cells.len() });
            own.cells.push(cell);
            own.has_needs |= primary.needs[cell as usize].is_some();
        }
        for row in (0_u32..).take(system.rows.len()) {
            let place = system.rows.of(row).iter().find_map(|&(cell, _)| parts.place(cell));
            if let Some(Place { part, .. }) = place {
                parts.parts[part].rows.push(row);
            }
        }
        parts
    }

    /// The place of a cell.
    pub(super) fn place(&self, cell: u32) -> Option<Place> {
        self.places[cell as usize]
    }

    /// All parts.
    pub(super) fn all(&self) -> &[Part] {
        &self.parts
    }

    /// A sum of a part, by the places of its cells; what everybody has of it does not move.
    pub(super) fn row<'a>(&'a self, system: &'a System, row: u32) -> impl Iterator<Item = (usize, i64)> + 'a {
        system.rows.of(row).iter().filter_map(|&(cell, by)| Some((self.place(cell)?.at, by)))
    }

    /// Whether something is to be protected in a part that is too large for the simplex method.
    pub(super) fn are_out_of_reach(&self) -> bool {
        self.parts.iter().any(|part| part.has_needs && part.is_large())
    }
}
