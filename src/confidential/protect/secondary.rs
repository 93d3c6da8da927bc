//! Secondary suppression: hides further cells until every protected one is safe, then gives back what the proof does
//! not need. Comes in: the system and the primary pattern. Goes out: cells hidden beyond the rules, and a certificate a
//! protected cell. Deliberately absent: the check of those certificates.

use super::board::Board;
use super::certificate::Certificate;
use super::error::ProtectError;
use super::flow;
use super::primary::{Need, Primary, State};
use super::search::{Effort, Move, climb, find};
use super::slice::{Slice, Stack, slices};
use super::system::System;
use super::witness::Witnesses;

/// What came of it.
pub(super) struct Outcome {
    /// Cells hidden beyond the rules.
    pub secondary: Vec<bool>,
    /// Of protected cells, by variable.
    pub certificates: Vec<(u32, Certificate)>,
    /// Cells that a swap found for another cell, or a swap among hidden cells, had cleared before anything was hidden.
    pub by_witness: usize,
    /// Cells that took a linear programme.
    pub by_programme: usize,
}

/// Among hidden cells only: quick, because most cells are cleared by the first swap.
const FREE: Effort = Effort { beam: 10, width: 6, rounds: 40, budget: 0 };
/// Once more among hidden cells, to give one of them back.
const CLEAN: Effort = Effort { beam: 30, width: 8, rounds: 40, budget: 0 };
/// With cells to hide.
const PAID: Effort = Effort { beam: 24, width: 8, rounds: 40, budget: 1 << 40 };
/// Where nothing was found yet.
const HARD: Effort = Effort { beam: 150, width: 16, rounds: 40, budget: 1 << 40 };

/// Finds a safe pattern.
pub(super) fn protect(system: &System, primary: &Primary) -> Result<Outcome, ProtectError> {
    let slices = slices(system, primary);
    let mut play = Play::new(system, primary, &slices);
    // Where there are slices they clear most cells, and what they leave is searched for in the whole only once.
    play.is_whole = slices.is_empty();
    for at in 0..play.targets.len() {
        play.try_free(play.targets[at], FREE);
    }
    play.is_whole = true;
    let by_witness = play.targets.iter().filter(|&&target| play.is_safe(target)).count();
    for at in 0..play.targets.len() {
        let target = play.targets[at];
        if !(play.try_free(target, FREE) || play.try_paid(target, PAID) || play.try_programme(target)) {
            play.widen(target)?;
        }
    }
    play.clean_up();
    let certificates = play.targets.iter().map(|&target| (target, play.witnesses.certificate(target))).collect();
    Ok(Outcome { secondary: play.board.secondary, certificates, by_witness, by_programme: play.by_programme })
}

struct Play<'a> {
    board: Board<'a>,
    stack: Stack<'a>,
    witnesses: Witnesses,
    /// Protected cells, the most demanding first.
    targets: Vec<u32>,
    by_programme: usize,
    /// Whether free moves are looked for beyond the slices.
    is_whole: bool,
}

impl<'a> Play<'a> {
    fn new(system: &'a System<'a>, primary: &'a Primary, slices: &'a [Slice<'a>]) -> Self {
        let board = Board::new(system, primary);
        let stack = Stack::new(slices, &board);
        let mut targets: Vec<u32> =
            (0_u32..).zip(&primary.needs).filter(|(_, need)| need.is_some()).map(|(cell, _)| cell).collect();
        targets.sort_by_key(|&cell| std::cmp::Reverse(primary.needs[cell as usize].map(|need| need.width + need.up)));
        Self { board, stack, witnesses: Witnesses::new(system.len()), targets, by_programme: 0, is_whole: true }
    }

    fn need(&self, cell: u32) -> Need {
        self.board.primary.needs[cell as usize].unwrap_or(Need { up: 0, down: 0, width: 0 })
    }

    fn is_safe(&self, cell: u32) -> bool {
        self.witnesses.meets(cell, self.need(cell))
    }

    /// Moves a cell, hiding what the move needs.
    fn swap(&mut self, cell: u32, amount: i64, effort: Effort) -> bool {
        if amount == 0 {
            return true;
        }
        let found = if effort.budget == 0 {
            let carried = self.stack.climb(&self.board, cell, amount, effort);
            match carried {
                None if self.is_whole => climb(&mut self.board, cell, amount, effort),
                carried => carried,
            }
        } else {
            let carried = self.stack.find(&self.board, cell, amount, effort);
            let budget = carried.as_ref().map_or(effort.budget, |found| found.cost.saturating_sub(1));
            let is_free = carried.as_ref().is_some_and(|found| found.cost == 0);
            let plain = if is_free { None } else { find(&self.board, cell, amount, Effort { budget, ..effort }) };
            plain.or(carried)
        };
        found.is_some_and(|found| self.take(&found))
    }

    fn hide(&mut self, cell: u32) {
        self.board.hide(cell);
        self.stack.refresh(&self.board, cell);
    }

    fn give_back(&mut self, cell: u32) {
        self.board.give_back(cell);
        self.stack.refresh(&self.board, cell);
    }

    /// Hides the open cells of a move.
    fn take(&mut self, found: &Move) -> bool {
        for &(moved, _) in &found.cells {
            self.hide(moved);
        }
        self.witnesses.add(&self.board, &found.cells);
        true
    }

    /// How far up a cell must still be shown to go, given how far down it can.
    fn missing_up(&self, cell: u32) -> i64 {
        let need = self.need(cell);
        need.up.max(need.width - self.witnesses.low[cell as usize].by)
    }

    /// Proves a cell by swaps among hidden cells, as far down as it goes and then up.
    fn try_free(&mut self, cell: u32, effort: Effort) -> bool {
        if self.is_safe(cell) {
            return true;
        }
        let effort = Effort { budget: 0, ..effort };
        let need = self.need(cell);
        let deepest = self.board.depth(cell).min(need.width);
        let mut amounts = vec![deepest, (deepest + need.down.max(1)) / 2, need.down];
        amounts.dedup();
        for amount in amounts {
            if amount <= self.witnesses.low[cell as usize].by || self.swap(cell, -amount, effort) {
                break;
            }
        }
        if self.witnesses.low[cell as usize].by < need.down {
            return false;
        }
        let up = self.missing_up(cell);
        if self.witnesses.high[cell as usize].by < up {
            self.swap(cell, up, effort);
        }
        self.is_safe(cell)
    }

    /// Proves a cell, hiding others where it must.
    fn try_paid(&mut self, cell: u32, effort: Effort) -> bool {
        let need = self.need(cell);
        for _ in 0..2 {
            let up = self.missing_up(cell);
            if self.witnesses.high[cell as usize].by < up && !self.swap(cell, up, effort) {
                return false;
            }
            if self.witnesses.low[cell as usize].by < need.down && !self.swap(cell, -need.down, effort) {
                return false;
            }
        }
        self.is_safe(cell)
    }

    /// Proves a cell by linear programmes.
    fn try_programme(&mut self, cell: u32) -> bool {
        let need = self.need(cell);
        for _ in 0..2 {
            for amount in [self.missing_up(cell), -need.down] {
                let known =
                    if amount > 0 { self.witnesses.high[cell as usize] } else { self.witnesses.low[cell as usize] };
                if amount == 0 || known.by >= amount.abs() {
                    continue;
                }
                let carried = self.stack.programme(&self.board, cell, amount);
                let Some(found) = carried.or_else(|| flow::find(&self.board, cell, amount)) else { return false };
                self.take(&found);
            }
        }
        let is_safe = self.is_safe(cell);
        self.by_programme += usize::from(is_safe);
        is_safe
    }

    /// Hides whole sums around a cell, further and further out, until it is safe; then keeps what its proof needs.
    fn widen(&mut self, cell: u32) -> Result<(), ProtectError> {
        let system = self.board.system;
        let mut rows_seen = vec![false; system.rows.len()];
        let mut cells_seen = vec![false; system.len()];
        let mut edge = vec![cell];
        let mut tried = Vec::new();
        let known = self.witnesses.len();
        while !edge.is_empty() {
            let mut next = Vec::new();
            for &(row, _) in edge.iter().flat_map(|&from| system.rows_of.of(from)) {
                if std::mem::replace(&mut rows_seen[row as usize], true) {
                    continue;
                }
                for &(other, _) in system.rows.of(row) {
                    let is_known = self.board.primary.states[other as usize] == State::Fixed;
                    if !is_known && !std::mem::replace(&mut cells_seen[other as usize], true) {
                        if self.board.price(other) > Some(0) {
                            self.hide(other);
                            tried.push(other);
                        }
                        next.push(other);
                    }
                }
            }
            if self.try_free(cell, HARD) || self.try_programme(cell) {
                let needed = self.witnesses.cells_since(known);
                for other in tried.into_iter().filter(|other| needed.binary_search(other).is_err()) {
                    self.board.give_back(other);
                }
                return Ok(());
            }
            edge = next;
        }
        Err(ProtectError::Impossible {
            table: system.table(cell as usize),
            place: system.place(cell as usize),
            earlier: in_the_way(system, self.board.primary, &cells_seen),
        })
    }

    /// Gives back hidden cells, the dearest first, where the cells whose proof used them can be proven without.
    fn clean_up(&mut self) {
        let mut hidden: Vec<u32> =
            (0_u32..).zip(&self.board.secondary).filter(|(_, is_hidden)| **is_hidden).map(|(cell, _)| cell).collect();
        hidden.sort_by_key(|&cell| std::cmp::Reverse(self.board.worth(cell)));
        for cell in hidden {
            self.try_without(cell);
        }
    }

    fn try_without(&mut self, cell: u32) -> bool {
        let resting: Vec<u32> =
            self.targets.iter().copied().filter(|&target| self.witnesses.rests_on(target, cell)).collect();
        self.give_back(cell);
        let known: Vec<_> = resting.iter().map(|&target| self.witnesses.without(target, cell)).collect();
        if resting.iter().all(|&target| self.try_free(target, CLEAN)) {
            self.witnesses.bury(cell);
            return true;
        }
        self.hide(cell);
        for (&target, known) in resting.iter().zip(known) {
            self.witnesses.restore(target, known);
        }
        false
    }
}

/// An earlier release that published a cell in a sum with one of `cells`.
fn in_the_way(system: &System, primary: &Primary, cells: &[bool]) -> Option<String> {
    let fixed = (0_u32..).take(system.len()).filter(|&cell| primary.states[cell as usize] == State::Fixed);
    let mut names = fixed.filter(|&cell| {
        let rows = system.rows_of.of(cell).iter();
        rows.flat_map(|&(row, _)| system.rows.of(row)).any(|&(other, _)| cells[other as usize])
    });
    names.find_map(|cell| {
        let earlier = system.origins[cell as usize].earlier.first()?;
        Some(system.problem.earlier[*earlier as usize].release.clone())
    })
}
