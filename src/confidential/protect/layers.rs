//! The simplex search for amounts of any size: one search a grain, the coarsest first, each for what those before left.
//! Comes in: a board, kept up with, a cell and how far it shall move. Goes out: a balanced move of whole numbers.
//! Deliberately absent: the search (`vertices`). Counts of people have one layer.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::board::Board;
use super::flow::holds;
use super::grain::Grain;
use super::parts::Parts;
use super::search::Move;
use super::vertices::{Furthest, Vertices};

/// The search in units, and coarser ones, readied when an amount first needs them.
#[derive(Clone)]
pub(super) struct Layers {
    fine: Vertices,
    coarse: Vec<(Grain, Vertices)>,
}

impl Layers {
    pub(super) fn new(board: &Board, parts: &Arc<Parts>) -> Self {
        Self { fine: Vertices::new(board, parts, Grain::ONE), coarse: Vec::new() }
    }

    /// See [`Vertices::is_ready`].
    pub(super) fn is_ready(&self, cell: u32) -> bool {
        self.fine.is_ready(cell)
    }

    /// See [`Vertices::is_worthwhile`].
    pub(super) fn is_worthwhile(&self, board: &Board) -> bool {
        self.fine.is_worthwhile(board)
    }

    /// See [`Vertices::note`].
    pub(super) fn note(&mut self, is_met: bool) {
        self.fine.note(is_met);
    }

    /// See [`Vertices::note_change`].
    pub(super) fn note_change(&mut self, board: &Board, cell: u32) {
        self.fine.note_change(board, cell);
        self.coarse.iter_mut().for_each(|(_, layer)| layer.note_change(board, cell));
    }

    /// A move of `cell` in the direction of `amount`, by as much as that or as far as it goes.
    pub(super) fn find(&mut self, board: &mut Board, cell: u32, amount: i64) -> Option<Move> {
        match Grain::of(amount) {
            Grain::ONE => self.fine.find(board, cell, amount),
            coarsest => self.descend(board, cell, amount, coarsest),
        }
    }

    /// See [`Vertices::is_there`].
    pub(super) fn is_there(&self, cell: u32) -> bool {
        self.fine.is_there(cell)
    }

    /// The same with all the pivots it takes, and what it proves: of amounts that take more than one layer nothing.
    pub(super) fn furthest(&mut self, board: &mut Board, cell: u32, amount: i64) -> Furthest {
        match Grain::of(amount) {
            Grain::ONE => self.fine.furthest(board, cell, amount),
            coarsest => Furthest { found: self.descend(board, cell, amount, coarsest), most: None },
        }
    }

    /// Moves by whole grains, takes that for the truth, and goes on with what is left in the next finer ones.
    fn descend(&mut self, board: &mut Board, cell: u32, amount: i64, coarsest: Grain) -> Option<Move> {
        let mut moved: Vec<Vec<(u32, i64)>> = Vec::new();
        let (mut left, mut next) = (amount, Some(coarsest));
        while let Some(grain) = next.filter(|_| left != 0) {
            // Every layer is asked for no more than it can tell, also where the one before it found nothing.
            let most = grain.units(1 << 24).unwrap_or(i64::MAX);
            let wanted = left.clamp(-most, most);
            if let Some(Move { cells, .. }) = self.layer(board, grain).find(board, cell, wanted) {
                left -= by(&cells, cell);
                self.shift(board, &cells, 1);
                moved.push(cells);
            }
            next = grain.finer();
        }
        moved.iter().rev().for_each(|cells| self.shift(board, cells, -1));
        let mut sums: BTreeMap<u32, i64> = BTreeMap::new();
        for (at, by) in moved.into_iter().flatten() {
            let sum = sums.entry(at).or_default();
            *sum = sum.checked_add(by)?;
        }
        let cells: Vec<(u32, i64)> = sums.into_iter().filter(|&(_, by)| by != 0).collect();
        (by(&cells, cell) != 0 && holds(board, &cells)).then_some(Move { cells, cost: 0 })
    }

    fn layer(&mut self, board: &Board, grain: Grain) -> &mut Vertices {
        if grain == Grain::ONE {
            return &mut self.fine;
        }
        let at = self.coarse.iter().position(|(own, _)| *own == grain).unwrap_or_else(|| {
            self.coarse.push((grain, self.fine.in_grain(board, grain)));
            self.coarse.len() - 1
        });
        &mut self.coarse[at].1
    }

    fn shift(&mut self, board: &mut Board, cells: &[(u32, i64)], times: i64) {
        board.shift(cells, times);
        cells.iter().for_each(|&(cell, _)| self.note_change(board, cell));
    }
}

/// By how much a move takes a cell.
fn by(cells: &[(u32, i64)], cell: u32) -> i64 {
    cells.iter().filter(|moved| moved.0 == cell).map(|moved| moved.1).sum()
}
