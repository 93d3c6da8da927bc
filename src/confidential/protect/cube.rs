//! The first way to find a swap: hypercubes. In every dimension a cell trades with one other code; the corners alternate
//! in sign, so every sum holds. Comes in: a board, a cell and how far it shall move. Goes out: the cheapest balanced move
//! of this shape that a bounded search meets. Deliberately absent: swaps of other shapes; `search` and `flow` find those.
//!
//! The idea is the hypercube method's (Giessing and Repsilber 2002, GHMITER). Here a cube may span groups and totals of
//! hierarchies, costs nothing for what is hidden already, and is a proof rather than a rule of thumb.

mod trades;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use super::board::Board;
use super::flow;
use super::relations;
use super::search::Move;
use super::system::System;
use trades::Trades;

/// Where every variable lies, and what can be traded for what; the same for all who play.
#[derive(Clone)]
pub(super) struct Cubes(Arc<Ground>);

struct Ground {
    index: HashMap<i128, u32, BuildHasherDefault<Mixer>>,
    places: Vec<i128>,
    /// By dimension: from one code to the next in a place number.
    strides: Vec<i128>,
    /// By dimension.
    trades: Vec<Trades>,
    /// Dimension along which each row adds up.
    directions: Vec<usize>,
}

/// A corner on the way.
#[derive(Debug, Clone, Copy)]
struct Corner {
    place: i128,
    /// None where no table has it: nothing is known of it.
    cell: Option<u32>,
    sign: i64,
}

/// How hard to look, in counted work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Width {
    /// Trades followed in each dimension, the cheapest first.
    pub trades: usize,
    /// Most steps in all.
    pub steps: usize,
}

struct Search<'a> {
    cubes: &'a Cubes,
    board: &'a Board<'a>,
    amount: i64,
    width: Width,
    steps: usize,
    budget: u64,
    /// Most corners: no move needs more, and larger ones are rarely cheap.
    best: Option<Move>,
}

/// Most cubes one after the other: amounts that count people take far fewer.
const STEPS: usize = 10_000;

const CORNERS: usize = 128;

impl Cubes {
    pub(super) fn new(system: &System) -> Self {
        let spaces = &system.problem.spaces;
        let mut strides = Vec::with_capacity(spaces.len());
        let mut stride: i128 = 1;
        for dimension in 0..spaces.len() {
            strides.push(stride);
            // Codes that no cell has need no room: with a code for every relation and every complement they would be too many.
            let last = system.keys.iter().map(|key| key[dimension]).max().unwrap_or(0);
            stride = stride.saturating_mul(i128::from(last) + 1);
        }
        let place =
            |key: &[u32]| -> i128 { key.iter().zip(&strides).map(|(&code, stride)| i128::from(code) * stride).sum() };
        let places: Vec<i128> = system.keys.iter().map(|key| place(key)).collect();
        let index = places.iter().copied().zip(0_u32..).collect();
        let directions = (0_u32..).take(system.rows.len()).map(|row| direction(system, row)).collect();
        let trades = (0..spaces.len()).map(|dimension| Trades::new(system, dimension)).collect();
        Self(Arc::new(Ground { index, places, strides, trades, directions }))
    }

    /// The dimensions in which a cell is part of a sum, with its code there.
    fn dimensions(&self, board: &Board, cell: u32) -> Vec<(usize, u32)> {
        let rows = board.system.rows_of.of(cell).iter();
        // The room of a relation follows from its cells; nothing is traded for it.
        let sums = rows.map(|&(row, _)| row).filter(|&row| relations::room_of(board.system, row).is_none());
        let dimensions: BTreeSet<usize> = sums.map(|row| self.0.directions[row as usize]).collect();
        let key = &board.system.keys[cell as usize];
        dimensions.into_iter().map(|at| (at, key[at])).collect()
    }

    /// The cheapest cube found that moves `cell` by `amount` (negative: downwards) for at most `budget`.
    pub(super) fn find(&self, board: &Board, cell: u32, amount: i64, budget: u64, width: Width) -> Option<Move> {
        let price = board.price(cell).filter(|&price| price <= budget)?;
        if board.reach(cell, amount).is_some_and(|reach| reach < amount.abs()) {
            return None;
        }
        let mut dimensions = self.dimensions(board, cell);
        // Where there is least choice first: what must be opened is known early.
        let spaces = &board.system.problem.spaces;
        dimensions.sort_by_key(|&(at, code)| (self.0.trades[at].of(code).len(), spaces[at].name.as_str()));
        let mut search = Search { cubes: self, board, amount, width, steps: 0, budget, best: None };
        search.grow(&dimensions, &[Corner { place: self.0.places[cell as usize], cell: Some(cell), sign: 1 }], price);
        search.best
    }
}

/// Moves a cell by several cubes, each from where the one before ended: where no single cube has room for 4, two may have
/// room for 2 each. Takes the way that costs least a unit, the longest step among equals.
pub(super) fn climb(
    cubes: &Cubes,
    board: &mut Board,
    cell: u32,
    amount: i64,
    budget: u64,
    width: Width,
) -> Option<Move> {
    let (mut total, mut opened, mut spent) = (BTreeMap::<u32, i64>::new(), Vec::new(), 0);
    let mut missing = amount.abs();
    for _ in 0..STEPS {
        if missing == 0 {
            break;
        }
        let Some((step, found)) = step(cubes, board, cell, missing * amount.signum(), budget - spent, width) else {
            break;
        };
        board.shift(&found.cells, 1);
        for (moved, by) in found.cells {
            *total.entry(moved).or_default() += by;
            if board.price(moved) > Some(0) {
                board.hide(moved);
                opened.push(moved);
            }
        }
        missing -= step;
        spent += found.cost;
    }
    let cells: Vec<(u32, i64)> = total.into_iter().filter(|&(_, by)| by != 0).collect();
    board.shift(&cells, -1);
    for moved in opened {
        board.give_back(moved);
    }
    let cost = cells.iter().filter_map(|&(moved, _)| board.price(moved)).sum();
    (missing == 0).then_some(Move { cells, cost })
}

/// The best next step: its length and its move.
fn step(cubes: &Cubes, board: &Board, cell: u32, amount: i64, budget: u64, width: Width) -> Option<(i64, Move)> {
    let mut best: Option<(i64, Move)> = None;
    let mut length = amount.abs();
    loop {
        if let Some(found) = cubes.find(board, cell, length * amount.signum(), budget, width) {
            let is_free = found.cost == 0;
            // Both products are far below 2^64: prices are at most 2^40 and lengths thresholds.
            let is_better = |best: &(i64, Move)| {
                found.cost.saturating_mul(best.0.unsigned_abs()) < best.1.cost.saturating_mul(length.unsigned_abs())
            };
            if best.as_ref().is_none_or(is_better) {
                best = Some((length, found));
            }
            if is_free {
                return best;
            }
        }
        if length == 1 {
            return best;
        }
        length = (length + 1) / 2;
    }
}

impl Search<'_> {
    fn ceiling(&self) -> Option<u64> {
        match &self.best {
            Some(best) => best.cost.checked_sub(1),
            None => Some(self.budget),
        }
    }

    /// Trades in the next dimension, the cheapest ways first.
    fn grow(&mut self, dimensions: &[(usize, u32)], corners: &[Corner], cost: u64) {
        self.steps += 1;
        let cubes = self.cubes;
        let Some(((dimension, code), rest)) = dimensions.split_first() else { return self.finish(corners, cost) };
        let mut ways: Vec<(u64, u32, Vec<Corner>)> = Vec::new();
        let stride = cubes.0.strides[*dimension];
        let mut trade: Vec<(i128, i64)> = Vec::new();
        for way in cubes.0.trades[*dimension].of(*code).iter() {
            let Some(ceiling) = self.ceiling() else { return };
            let step = |&(other, sign): &(u32, i8)| ((i128::from(other) - i128::from(*code)) * stride, i64::from(sign));
            trade.clear();
            trade.extend(way.iter().map(step));
            if let Some((added, new)) = self.corners(corners, &trade, ceiling.saturating_sub(cost)) {
                // Variables lie in an order that the key decides: so do equals here.
                let first = new.iter().filter_map(|corner| corner.cell).min().unwrap_or(u32::MAX);
                ways.push((added, first, new));
            }
        }
        ways.sort_by_key(|&(added, first, _)| (added, first));
        ways.truncate(self.width.trades);
        for (added, _, mut all) in ways {
            let is_dear = self.ceiling().is_none_or(|ceiling| cost + added > ceiling);
            if is_dear || self.steps > self.width.steps {
                return;
            }
            all.extend_from_slice(corners);
            self.grow(rest, &all, cost + added);
        }
    }

    /// The corners that a trade adds, and what opening them costs; none where one cannot move so, or it costs too much.
    fn corners(&self, corners: &[Corner], trade: &[(i128, i64)], most: u64) -> Option<(u64, Vec<Corner>)> {
        if corners.len() * (trade.len() + 1) > CORNERS {
            return None;
        }
        let mut new = Vec::with_capacity(corners.len() * trade.len());
        self.board.count_steps(1);
        let mut added = 0;
        for corner in corners {
            for &(step, sign) in trade {
                let place = corner.place + step;
                let cell = self.cubes.0.index.get(&place).copied();
                let sign = corner.sign * sign;
                if let Some(cell) = cell {
                    added += self.board.price(cell)?;
                    let reach = self.board.reach(cell, sign * self.amount);
                    if added > most || reach.is_some_and(|reach| reach < self.amount.abs()) {
                        return None;
                    }
                }
                new.push(Corner { place, cell, sign });
            }
        }
        Some((added, new))
    }

    fn finish(&mut self, corners: &[Corner], cost: u64) {
        let mut cells: Vec<(u32, i64)> =
            corners.iter().filter_map(|corner| Some((corner.cell?, corner.sign * self.amount))).collect();
        cells.sort_unstable();
        let is_simple = cells.windows(2).all(|pair| pair[0].0 != pair[1].0);
        if let Some(cells) = is_simple.then_some(cells).and_then(|cells| flow::with_rooms(self.board, cells)) {
            self.best = Some(Move { cells, cost });
        }
    }
}

/// The dimension in which the cells of a row differ.
fn direction(system: &System, row: u32) -> usize {
    let cells = system.rows.of(row);
    let key = |at: usize| cells.get(at).map(|&(cell, _)| &system.keys[cell as usize]);
    let (Some(parent), Some(child)) = (key(0), key(1)) else { return 0 };
    parent.iter().zip(child).position(|(above, below)| above != below).unwrap_or(0)
}

/// Place numbers need no defence against whoever chose them, only spreading.
#[derive(Debug, Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}
