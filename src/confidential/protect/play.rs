//! One game of hiding: what is hidden so far, what that proves, and the ways to prove one cell more. Comes in: the system
//! and the primary pattern. Goes out: moves of the game. Deliberately absent: the order of play (`secondary`, `improve`).

mod ends;

use std::sync::Arc;

use super::board::Board;
use super::certificate::Certificate;
use super::cost::guides;
use super::cube::{self, Cubes};
use super::flow;
use super::layers::Layers;
use super::means::{CUBES, HARD, Means};
use super::parts::Parts;
use super::primary::{Need, Primary, State};
use super::route::Routes;
use super::search::{Move, climb, find};
use super::slice::{Slice, Stack};
use super::system::System;
use super::witness::{Range, Standing, Witnesses};

#[derive(Clone)]
pub(super) struct Play<'a> {
    pub board: Board<'a>,
    pub parts: Arc<Parts>,
    cubes: Cubes,
    stack: Stack<'a>,
    vertices: Layers,
    routes: Routes,
    pub witnesses: Witnesses,
    /// Protected cells, the most demanding first.
    pub targets: Vec<u32>,
    /// Place of each cell among the targets.
    pub ranks: Vec<u32>,
    pub by_programme: usize,
    /// Cells that swaps among hidden cells cleared before anything was hidden.
    pub by_witness: usize,
    /// Whether free moves are looked for beyond the slices.
    pub is_whole: bool,
    /// Whether free moves are looked for by programmes at all.
    pub has_programmes: bool,
    /// What all cells hidden beyond the rules cost.
    pub cost: u64,
    /// What was hidden (true) and given back since the last [`Self::settle`].
    journal: Vec<(u32, bool)>,
}

impl<'a> Play<'a> {
    pub(super) fn new(system: &'a System<'a>, primary: &'a Primary, slices: &'a [Slice<'a>]) -> Self {
        let board = Board::priced(system, primary, guides(system));
        let stack = Stack::new(slices, &board);
        let parts = Arc::new(Parts::of(system, primary));
        let vertices = Layers::new(&board, &parts);
        let routes = Routes::new(&board, &parts);
        let mut targets: Vec<u32> =
            (0_u32..).zip(&primary.needs).filter(|(_, need)| need.is_some()).map(|(cell, _)| cell).collect();
        targets.sort_by_key(|&cell| std::cmp::Reverse(primary.needs[cell as usize].map(|need| need.width + need.up)));
        let mut ranks = vec![u32::MAX; system.len()];
        for (rank, &target) in (0_u32..).zip(&targets) {
            ranks[target as usize] = rank;
        }
        Self {
            board,
            parts,
            cubes: Cubes::new(system),
            stack,
            vertices,
            routes,
            witnesses: Witnesses::new(system.len()).for_needs(&primary.needs),
            targets,
            ranks,
            by_programme: 0,
            by_witness: 0,
            is_whole: true,
            has_programmes: true,
            cost: 0,
            journal: Vec::new(),
        }
    }

    /// Whether the cheapest way of a cell is worth looking for.
    pub(super) fn has_routes(&self, cell: u32) -> bool {
        self.routes.is_ready(cell)
    }

    fn need(&self, cell: u32) -> Need {
        self.board.primary.needs[cell as usize].unwrap_or(Need { up: 0, down: 0, width: 0 })
    }

    fn need_before(&self, cell: u32, insider: Option<u32>) -> Need {
        let need = self.need(cell);
        insider.map_or(need, |insider| self.board.primary.insiders.need(insider, cell, need))
    }

    pub(super) fn standing(&self, cell: u32) -> Standing {
        self.witnesses.standing(cell, self.need(cell), &self.board.primary.insiders)
    }

    /// Tables that prove a cell, for strangers and for insiders.
    pub(super) fn certificates(&self, cell: u32) -> Vec<Certificate> {
        self.witnesses.certificates(cell, self.need(cell), &self.board.primary.insiders)
    }

    pub(super) fn is_safe(&self, cell: u32) -> bool {
        self.standing(cell) == Standing::Safe
    }

    pub(super) fn hide(&mut self, cell: u32) {
        if self.board.price(cell).is_some_and(|price| price > 0) {
            self.cost += self.board.worth(cell);
            self.board.hide(cell);
            self.stack.refresh(&self.board, cell);
            self.vertices.note_change(&self.board, cell);
            self.witnesses.hidden(cell, &self.board);
            self.journal.push((cell, true));
        }
    }

    /// Publishes a cell again. Gives the protected cells that are no longer proven, the most demanding first.
    pub(super) fn give_back(&mut self, cell: u32) -> Vec<u32> {
        if !self.board.is_hidden(cell) {
            return Vec::new();
        }
        self.cost -= self.board.worth(cell);
        self.board.give_back(cell);
        self.stack.refresh(&self.board, cell);
        self.vertices.note_change(&self.board, cell);
        self.journal.push((cell, false));
        let mut lost = self.witnesses.published(cell, &self.board);
        lost.retain(|&target| !self.is_safe(target));
        self.board.count_steps(self.witnesses.take_looked());
        lost.sort_by_key(|&target| self.ranks[target as usize]);
        lost
    }

    /// Forgets how to go back.
    pub(super) fn settle(&mut self) -> Vec<(u32, bool)> {
        std::mem::take(&mut self.journal)
    }

    /// A place to go back to.
    pub(super) fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Cells hidden since a mark and not given back, by the journal's order.
    pub(super) fn hidden_since(&self, mark: usize) -> Vec<u32> {
        let since = self.journal[mark..].iter().filter(|(_, is_hidden)| *is_hidden).map(|&(cell, _)| cell);
        let mut cells: Vec<u32> = since.filter(|&cell| self.board.is_hidden(cell)).collect();
        cells.sort_unstable();
        cells.dedup();
        cells
    }

    /// Cells hidden or given back since a mark.
    pub(super) fn changed_since(&self, mark: usize) -> impl Iterator<Item = u32> {
        self.journal[mark..].iter().map(|&(cell, _)| cell)
    }

    /// Undoes everything since a mark. What was proven then is proven again.
    pub(super) fn back_to(&mut self, mark: usize) {
        while self.journal.len() > mark {
            let Some((cell, was_hidden)) = self.journal.pop() else { return };
            if was_hidden {
                self.give_back(cell);
            } else {
                self.hide(cell);
            }
            self.journal.pop();
        }
    }

    /// Takes in moves that were found before.
    pub(super) fn recall(&mut self, known: &[Move]) {
        known.iter().for_each(|found| self.witnesses.add(&self.board, &found.cells));
    }

    /// Hides the open cells of a move and notes what it proves.
    fn take(&mut self, found: &Move) {
        for &(moved, _) in &found.cells {
            self.hide(moved);
        }
        self.witnesses.add(&self.board, &found.cells);
    }

    /// Proves a cell, for strangers and for every insider, with the means given. What it hides for a proof that does not
    /// come about stays hidden.
    pub(super) fn prove(&mut self, cell: u32, means: Means) -> bool {
        let spent = self.cost;
        loop {
            let left = means.at_most(means.effort.budget.saturating_sub(self.cost.saturating_sub(spent)));
            match self.standing(cell) {
                Standing::Safe => return true,
                Standing::Short => {
                    if !self.reach(cell, None, left) {
                        return false;
                    }
                }
                Standing::Insider(insider) => {
                    if !self.reach_before(insider, cell, left) {
                        return false;
                    }
                }
            }
        }
    }

    /// Proves a cell to an insider, who knows some cells and how much of others is its own.
    fn reach_before(&mut self, insider: u32, cell: u32, means: Means) -> bool {
        self.as_seen_by(insider, |play| play.reach(cell, Some(insider), means))
    }

    /// Does something while all that an insider knows stands as it is.
    fn as_seen_by<T>(&mut self, insider: u32, act: impl FnOnce(&mut Self) -> T) -> T {
        let insiders = &self.board.primary.insiders;
        let known = insiders.known_by(insider);
        let floors: Vec<(u32, i64)> = insiders.own(insider).filter(|&(at, _)| !insiders.knows(insider, at)).collect();
        known.iter().for_each(|&known| self.hold(known));
        let before: Vec<(u32, i64)> =
            floors.into_iter().map(|(at, own)| (at, self.set_floor(at, own.max(self.board.floor(at))))).collect();
        let done = act(self);
        for (at, floor) in before {
            self.set_floor(at, floor);
        }
        known.iter().for_each(|&known| self.let_go(known));
        done
    }

    fn set_floor(&mut self, cell: u32, floor: i64) -> i64 {
        let before = self.board.set_floor(cell, floor);
        if before != floor {
            self.vertices.note_change(&self.board, cell);
        }
        before
    }

    fn hold(&mut self, cell: u32) {
        self.board.hold(cell);
        self.vertices.note_change(&self.board, cell);
    }

    fn let_go(&mut self, cell: u32) {
        self.board.let_go(cell);
        self.vertices.note_change(&self.board, cell);
    }

    fn range(&self, cell: u32, insider: Option<u32>) -> Range {
        self.witnesses.range(cell, self.need_before(cell, insider), insider, &self.board.primary.insiders)
    }

    fn reach(&mut self, cell: u32, insider: Option<u32>, means: Means) -> bool {
        // Where the edges are searched after them, the searches before need not be thorough; but not every end of an edge
        // is whole, so in the last resort they are.
        let free = if self.vertices.is_ready(cell) && !means.programmes { CUBES } else { means.at_most(0) };
        if self.reach_free(cell, insider, free) {
            return true;
        }
        means.effort.budget > 0 && self.reach_paid(cell, insider, means)
    }

    /// How far up a cell must still be shown to go, given how far down it can.
    fn missing_up(&self, cell: u32, insider: Option<u32>) -> i64 {
        let need = self.need_before(cell, insider);
        need.up.max(need.width - self.range(cell, insider).down())
    }

    /// By swaps among hidden cells, quick ones first.
    fn reach_free(&mut self, cell: u32, insider: Option<u32>, means: Means) -> bool {
        if self.reach_quick(cell, insider, means) {
            return true;
        }
        let need = self.need_before(cell, insider);
        if !self.vertices.is_ready(cell) && !means.is_last() {
            return false;
        }
        if !means.programmes && !self.vertices.is_worthwhile(&self.board) {
            return false;
        }
        let deepest = self.board.depth(cell).min(need.width);
        if self.range(cell, insider).down() < deepest {
            self.edge(cell, -deepest);
        }
        if self.range(cell, insider).down() >= need.down {
            let up = self.missing_up(cell, insider);
            if self.range(cell, insider).up() < up {
                self.edge(cell, up);
            }
        }
        let is_met = self.range(cell, insider).meets(need);
        self.vertices.note(is_met);
        is_met
    }

    fn edge(&mut self, cell: u32, amount: i64) {
        if let Some(found) = self.vertices.find(&mut self.board, cell, amount) {
            self.take(&found);
        }
    }

    /// By cubes and searches, as far down as it goes and then up.
    fn reach_quick(&mut self, cell: u32, insider: Option<u32>, means: Means) -> bool {
        let need = self.need_before(cell, insider);
        let deepest = self.board.depth(cell).min(need.width);
        let mut amounts = vec![deepest, (deepest + need.down.max(1)) / 2, need.down];
        amounts.dedup();
        for amount in amounts {
            if amount <= self.range(cell, insider).down() || self.swap(cell, -amount, means) {
                break;
            }
        }
        if self.range(cell, insider).down() < need.down {
            return false;
        }
        let up = self.missing_up(cell, insider);
        if self.range(cell, insider).up() < up {
            self.swap(cell, up, means);
        }
        self.range(cell, insider).meets(need)
    }

    /// Hiding others where it must.
    fn reach_paid(&mut self, cell: u32, insider: Option<u32>, means: Means) -> bool {
        let need = self.need_before(cell, insider);
        let spent = self.cost;
        for _ in 0..2 {
            let left = |play: &Self| means.at_most(means.effort.budget.saturating_sub(play.cost - spent));
            let up = self.missing_up(cell, insider);
            if self.range(cell, insider).up() < up && !self.swap(cell, up, left(self)) {
                return false;
            }
            if self.range(cell, insider).down() < need.down && !self.swap(cell, -need.down, left(self)) {
                return false;
            }
        }
        self.range(cell, insider).meets(need)
    }

    /// Moves a cell, hiding what the move needs.
    fn swap(&mut self, cell: u32, amount: i64, means: Means) -> bool {
        if amount == 0 {
            return true;
        }
        let found = if means.effort.budget == 0 {
            self.free_move(cell, amount, means)
        } else {
            self.paid_move(cell, amount, means)
        };
        let found = match found {
            Some(found) if found.cost == 0 => Some(found),
            found if means.programmes => {
                let most = found.as_ref().map_or(means.effort.budget, |found| found.cost - 1);
                self.programme(cell, amount, most).or(found)
            }
            found => found,
        };
        if let Some(found) = &found {
            self.take(found);
        }
        found.is_some()
    }

    fn free_move(&mut self, cell: u32, amount: i64, means: Means) -> Option<Move> {
        let cube = cube::climb(&self.cubes, &mut self.board, cell, amount, 0, means.cubes);
        if means.effort.beam == 0 {
            return cube;
        }
        let carried = cube.or_else(|| self.stack.climb(&self.board, cell, amount, means.effort));
        match carried {
            None if self.is_whole => climb(&mut self.board, cell, amount, means.effort),
            carried => carried,
        }
    }

    fn paid_move(&mut self, cell: u32, amount: i64, means: Means) -> Option<Move> {
        let mut effort = means.effort;
        let recalled = self.witnesses.recall(&self.board, cell, amount, effort.budget);
        if let Some(found) = &recalled {
            effort.budget = found.cost.saturating_sub(1);
        }
        let cube = cube::climb(&self.cubes, &mut self.board, cell, amount, effort.budget, means.cubes);
        let mut best = cube.or(recalled);
        if means.routes {
            let left = best.as_ref().map_or(effort.budget, |found| found.cost.saturating_sub(1));
            best = self.routes.find(&self.board, cell, amount, left).or(best);
        }
        for way in 0..2 {
            if let Some(found) = &best {
                effort.budget = found.cost.saturating_sub(1);
            }
            if effort.beam == 0 || best.as_ref().is_some_and(|found| found.cost == 0) {
                break;
            }
            let found = match way {
                0 => self.stack.find(&self.board, cell, amount, effort),
                _ => find(&self.board, cell, amount, effort),
            };
            best = found.or(best);
        }
        best
    }

    fn programme(&mut self, cell: u32, amount: i64, budget: u64) -> Option<Move> {
        let mut found = None;
        if self.has_programmes {
            let carried = self.stack.programme(&self.board, cell, amount);
            found = carried.or_else(|| flow::find_free(&self.board, cell, amount));
        }
        if found.is_none() && budget > 0 {
            found = flow::find_paid(&self.board, cell, amount);
        }
        let found = found.filter(|found| found.cost <= budget);
        self.by_programme += usize::from(found.is_some());
        found
    }

    /// Swaps found long before may stand again by now, so the proof itself is asked what it needs.
    fn give_back_what_is_not_needed(&mut self, cell: u32, tried: Vec<u32>) {
        for other in tried {
            self.give_back(other);
            if !self.is_safe(cell) {
                self.hide(other);
            }
        }
    }

    /// Hides whole sums around a cell, further and further out, until it is safe; then keeps what its proof needs. Gives
    /// the cells looked at where that was not enough.
    pub(super) fn widen(&mut self, cell: u32) -> Result<(), Vec<bool>> {
        let system = self.board.system;
        let mut rows_seen = vec![false; system.rows.len()];
        let mut cells_seen = vec![false; system.len()];
        let mut edge = vec![cell];
        let mut tried = Vec::new();
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
            if self.prove(cell, HARD.at_most(0)) {
                self.give_back_what_is_not_needed(cell, tried);
                return Ok(());
            }
            edge = next;
        }
        // Everything around is hidden: what can be proven at all is proven now.
        if self.prove_thoroughly(cell) {
            self.give_back_what_is_not_needed(cell, tried);
            return Ok(());
        }
        Err(cells_seen)
    }
}
