//! How far a cell goes among what is hidden: the thorough way, by the simplex method to its ends. Comes in: a game and a cell. Goes
//! out: the first point of view from which the cell gets less than it needs. Deliberately absent: hiding more.

use super::super::flow;
use super::super::search::Move;
use super::super::vertices::Furthest;
use super::super::witness::{Range, Standing};
use super::Play;

/// Whole steps looked for before an end that is not whole: each is a programme.
const STEPS_BACK: usize = 4;
/// Shortest ways tried for one such step: each weighs the cells a little otherwise.
const WAYS: usize = 3;

/// How far a cell was found to go either way.
#[derive(Debug, Clone, Copy)]
pub(in crate::protect) struct Stretch {
    pub range: Range,
    /// Whether that is what it needs.
    pub is_met: bool,
    /// Whether it is proven to go no further, of what it was asked for.
    pub is_all: bool,
}

impl Play<'_> {
    /// Whether the simplex method can tell how far a cell goes.
    pub(in crate::protect) fn has_end(&self, cell: u32) -> bool {
        self.vertices.is_there(cell)
    }

    /// How far a cell goes either way among hidden cells, up to what it needs; the thorough way.
    fn stretch(&mut self, cell: u32, insider: Option<u32>) -> Stretch {
        let is_all = match insider {
            None => self.stretch_both(cell, None),
            Some(insider) => self.as_seen_by(insider, |play| play.stretch_both(cell, Some(insider))),
        };
        let range = self.range(cell, insider);
        Stretch { range, is_met: range.meets(self.need_before(cell, insider)), is_all }
    }

    fn stretch_both(&mut self, cell: u32, insider: Option<u32>) -> bool {
        let need = self.need_before(cell, insider);
        let is_all_down = self.stretch_one(cell, insider, -self.board.depth(cell).min(need.width));
        let up = need.up.max(need.width - self.range(cell, insider).down());
        self.stretch_one(cell, insider, up) && is_all_down
    }

    /// By the simplex method, to the end; whether it is proven that there is no more of it, or all that was asked for was found. Not
    /// every end is whole: then the furthest whole steps before it are looked for.
    fn stretch_one(&mut self, cell: u32, insider: Option<u32>, amount: i64) -> bool {
        let reached = |play: &Self| {
            let range = play.range(cell, insider);
            if amount < 0 { range.down() } else { range.up() }
        };
        let asked = amount.abs();
        if reached(self) >= asked {
            return true;
        }
        let Furthest { found, most } = self.vertices.furthest(&mut self.board, cell, amount);
        found.iter().for_each(|found| self.take(found));
        let end = most.unwrap_or(asked);
        for by in (1..=end).rev().take(STEPS_BACK) {
            if by <= reached(self) {
                break;
            }
            if let Some(found) = self.whole_way(cell, by * amount.signum()) {
                self.take(&found);
                break;
            }
        }
        reached(self) >= end && (most.is_some() || end == reached(self))
    }

    /// A move among hidden cells that the edges do not end at: the shortest ways, which a dive makes whole, and then the programmes'.
    fn whole_way(&mut self, cell: u32, amount: i64) -> Option<Move> {
        let way = (0..WAYS).find_map(|_| self.routes.find_free(&self.board, cell, amount));
        way.or_else(|| flow::find_free(&self.board, cell, amount))
    }

    /// Proves a cell among what is hidden, for strangers and for every insider, by the simplex method to its ends.
    pub(in crate::protect) fn prove_thoroughly(&mut self, cell: u32) -> bool {
        self.falls_short(cell).is_none()
    }

    /// The first point of view from which a cell gets less than it needs among what is hidden, everybody's before each insider's, and
    /// what it gets there.
    pub(in crate::protect) fn falls_short(&mut self, cell: u32) -> Option<(Option<u32>, Stretch)> {
        loop {
            let insider = match self.standing(cell) {
                Standing::Safe => return None,
                Standing::Short => None,
                Standing::Insider(insider) => Some(insider),
            };
            let stretch = self.stretch(cell, insider);
            if !stretch.is_met {
                return Some((insider, stretch));
            }
        }
    }
}
