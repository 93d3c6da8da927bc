//! Finds a swap: a whole-number move of cells under which every sum still holds. Comes in: a board, a cell and how far
//! it shall move. Goes out: the move, and what hiding its open cells costs. Deliberately absent: any change of the board.
//!
//! A move begins at the cell and puts the sums right that it upset, one cell a round; the most promising half-done moves
//! go on. Cycles in two dimensions, cubes in three, and detours over parents of hierarchies and over period sums
//! all come out of the same rule. It is a heuristic: what it does not find may exist.

use std::collections::{BTreeMap, HashSet};

use super::board::Board;

/// How hard to search, in counted work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// Half-done moves that are kept a round.
    pub beam: usize,
    /// Ways to go on that are followed from each.
    pub width: usize,
    /// Most rounds before a move is given up.
    pub rounds: usize,
    /// Most that newly hidden cells may cost; 0: only what is hidden already.
    pub budget: u64,
}

/// A balanced move.
#[derive(Debug, Clone)]
pub(super) struct Move {
    /// `(cell, deviation)`, by rising cell.
    pub cells: Vec<(u32, i64)>,
    /// Price of the open cells in it.
    pub cost: u64,
}

/// A sum out of balance.
#[derive(Debug, Clone, Copy)]
struct Gap {
    row: u32,
    by: i64,
    /// An estimate of what closing it costs.
    estimate: u64,
}

#[derive(Debug, Clone)]
struct Half {
    cells: Vec<(u32, i64)>,
    gaps: Vec<Gap>,
    cost: u64,
    /// Cost so far and estimates of what is missing.
    score: u64,
    /// A fingerprint of `cells`.
    mark: u64,
}

/// What one more cell in a move, and one more sum to put right, weigh against prices in thousandths.
const STEP: u64 = 40;
const GAP: u64 = 300;

/// Most steps of one climb: those of amounts that count people are far fewer.
const STEPS: usize = 10_000;

/// Rounds in which a cheaper move than the first may still turn up.
const LATE: usize = 4;

/// Looks for a move of `cell` by `amount` (negative: downwards).
pub(super) fn find(board: &Board, cell: u32, amount: i64, effort: Effort) -> Option<Move> {
    let is_out_of_reach = board.reach(cell, amount).is_some_and(|reach| reach < amount.abs());
    if is_out_of_reach || board.price(cell).is_none_or(|price| price > effort.budget) {
        return None;
    }
    let mut search = Search::new(board, cell, effort);
    let mut beam = Vec::new();
    search.step(&Half { cells: Vec::new(), gaps: Vec::new(), cost: 0, score: 0, mark: 0 }, cell, amount, &mut beam);
    let mut since = 0;
    for _ in 0..effort.rounds {
        since += usize::from(search.best.is_some());
        if since > LATE {
            break;
        }
        let mut next = Vec::new();
        for half in &beam {
            search.expand(half, &mut next);
            if search.best.is_some() && effort.budget == 0 {
                return search.best;
            }
        }
        let ceiling = search.ceiling();
        next.retain(|half| half.cost <= ceiling);
        // Equals in an order of chance, or one corner of the tables would fill the beam.
        if next.len() > effort.beam {
            next.select_nth_unstable_by_key(effort.beam, |half| (half.score, half.mark));
            next.truncate(effort.beam);
        }
        next.sort_unstable_by_key(|half| (half.score, half.mark));
        if next.is_empty() {
            break;
        }
        beam = next;
    }
    search.best
}

/// Looks for a move of `cell` by `amount` among hidden cells, step by step: where 4 at once would take a dozen cells,
/// four moves of 1, each from where the one before ended, take a few each.
pub(super) fn climb(board: &mut Board, cell: u32, amount: i64, effort: Effort) -> Option<Move> {
    let effort = Effort { budget: 0, ..effort };
    let mut total: BTreeMap<u32, i64> = BTreeMap::new();
    let mut missing = amount.abs();
    for _ in 0..STEPS {
        if missing == 0 {
            break;
        }
        let Some(found) = find(board, cell, amount.signum(), effort) else { break };
        let limits = found.cells.iter().filter_map(|&(cell, by)| Some(board.reach(cell, by)? / by.abs()));
        let often = limits.min().unwrap_or(missing);
        let times = often.clamp(1, missing);
        board.shift(&found.cells, times);
        for (cell, by) in found.cells {
            *total.entry(cell).or_default() += by * times;
        }
        missing -= times;
    }
    let cells: Vec<(u32, i64)> = total.into_iter().filter(|&(_, by)| by != 0).collect();
    board.shift(&cells, -1);
    (missing == 0).then_some(Move { cells, cost: 0 })
}

struct Search<'a> {
    board: &'a Board<'a>,
    target: u32,
    effort: Effort,
    best: Option<Move>,
    seen: HashSet<u64>,
    /// By row: the gap of the half-done move that is looked at, and its estimate; nothing where there is none. A cell of a closed
    /// system is in dozens of rows, and looking each up among dozens of gaps was most of the time.
    gaps: Vec<i64>,
    estimates: Vec<u64>,
}

impl<'a> Search<'a> {
    fn new(board: &'a Board<'a>, target: u32, effort: Effort) -> Self {
        let rows = board.system.rows.len();
        Self { board, target, effort, best: None, seen: HashSet::new(), gaps: vec![0; rows], estimates: vec![0; rows] }
    }

    /// Lays out the gaps of a half-done move, or takes them away again.
    fn lay_out(&mut self, half: &Half, is_there: bool) {
        for gap in &half.gaps {
            let row = gap.row as usize;
            (self.gaps[row], self.estimates[row]) = if is_there { (gap.by, gap.estimate) } else { (0, 0) };
        }
    }

    /// The most that a move may still cost to be of interest.
    fn ceiling(&self) -> u64 {
        self.best.as_ref().map_or(self.effort.budget, |best| best.cost.saturating_sub(1))
    }

    /// Puts right the sum that leaves the least choice, in its most promising ways.
    fn expand(&mut self, half: &Half, next: &mut Vec<Half>) {
        let board = self.board;
        self.lay_out(half, true);
        let mut chosen: Option<Vec<(i64, u32, i64)>> = None;
        for &gap in &half.gaps {
            let row = board.system.rows.of(gap.row).iter();
            board.count_steps(row.len());
            let options: Vec<(i64, u32, i64)> = row
                .filter_map(|&(cell, coefficient)| {
                    self.option(half, gap, cell, coefficient).map(|(score, amount)| (score, cell, amount))
                })
                .collect();
            if chosen.as_ref().is_none_or(|chosen| choice(&options) < choice(chosen)) {
                chosen = Some(options);
            }
        }
        let mut options = chosen.unwrap_or_default();
        let width = self.effort.width;
        if options.len() > width {
            options.select_nth_unstable(width);
            options.truncate(width);
        }
        options.sort_unstable();
        for (_, cell, amount) in options {
            self.step(half, cell, amount, next);
        }
        self.lay_out(half, false);
    }

    /// How far a cell would have to move to close a gap as far as it can, and how good that looks.
    fn option(&self, half: &Half, gap: Gap, cell: u32, coefficient: i64) -> Option<(i64, i64)> {
        let board = self.board;
        let price = board.price(cell)?;
        if price > self.effort.budget || cell == self.target || gap.by % coefficient != 0 {
            return None;
        }
        let before = half.cells.iter().find(|moved| moved.0 == cell).map_or(0, |moved| moved.1);
        let mut amount = -gap.by / coefficient;
        if before.signum() * amount.signum() < 0 {
            return None;
        }
        if let Some(reach) = board.reach(cell, amount) {
            // What it moved before is taken from (or, against it, given to) what is left.
            amount = amount.signum() * amount.abs().min(reach - before * amount.signum());
        }
        let paid = if before == 0 { price } else { 0 };
        if amount == 0 || half.cost + paid > self.ceiling() {
            return None;
        }
        let mut score = paid + STEP;
        let mut credit = 0;
        for &(row, coefficient) in board.system.rows_of.of(cell) {
            let by = coefficient.checked_mul(amount)?.checked_add(self.gaps[row as usize])?;
            credit += self.estimates[row as usize];
            if by != 0 {
                score += self.estimate(row, by, (cell, coefficient))?;
            }
        }
        // Both are sums of a few prices, far below 2^62.
        Some((score.cast_signed() - credit.cast_signed(), amount))
    }

    /// What closing a gap is likely to cost; none where it cannot be closed within the budget.
    fn estimate(&self, row: u32, by: i64, moved: (u32, i64)) -> Option<u64> {
        if self.board.can_absorb(row, by, moved) {
            return Some(GAP);
        }
        let cheapest = self.board.cheapest(row);
        (cheapest <= self.effort.budget).then_some(GAP + cheapest / 2)
    }

    /// Adds one cell to a half-done move.
    fn step(&mut self, half: &Half, cell: u32, amount: i64, into: &mut Vec<Half>) {
        let mut next = half.clone();
        match next.cells.iter_mut().find(|moved| moved.0 == cell) {
            Some(moved) => moved.1 += amount,
            None => {
                next.cost += self.board.price(cell).unwrap_or(0);
                next.cells.push((cell, amount));
            }
        }
        for &(row, coefficient) in self.board.system.rows_of.of(cell) {
            let was = self.gaps[row as usize];
            let Some(by) = coefficient.checked_mul(amount).and_then(|by| by.checked_add(was)) else { return };
            if was != 0 {
                next.gaps.retain(|gap| gap.row != row);
            }
            if by != 0 {
                let Some(estimate) = self.estimate(row, by, (cell, coefficient)) else { return };
                next.gaps.push(Gap { row, by, estimate });
            }
        }
        next.mark = fingerprint(&next.cells);
        if !self.seen.insert(next.mark) {
            return;
        }
        if next.gaps.is_empty() {
            next.cells.sort_unstable();
            if self.best.as_ref().is_none_or(|best| next.cost < best.cost) {
                self.best = Some(Move { cells: next.cells, cost: next.cost });
            }
            return;
        }
        let ahead: u64 = next.gaps.iter().map(|gap| gap.estimate).sum();
        next.score = next.cost + ahead;
        into.push(next);
    }
}

/// How much choice there is: dear options count for little.
fn choice(options: &[(i64, u32, i64)]) -> i64 {
    options.iter().map(|option| 1_000_000_000 / (option.0 + 100_000).max(1_000)).sum()
}

/// Does not depend on the order in which cells were added.
fn fingerprint(cells: &[(u32, i64)]) -> u64 {
    cells.iter().fold(0, |sum, &(cell, amount)| {
        let mut bits = (u64::from(cell) << 32) ^ amount.cast_unsigned();
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        sum.wrapping_add(bits ^ (bits >> 31))
    })
}
