//! The cheapest way to move a cell, by a linear programme over the whole system. Comes in: a board, a cell, how far it
//! shall move, and what that may cost. Goes out: a balanced move of whole numbers. Deliberately absent: trust in the
//! solver: what does not add up is no move.
//!
//! A programme pays by the unit, a pattern by the cell: so a cell costs its price for as many units as the protected cell
//! moves. One such programme for each cell is how Kelly, Golden and Assad (1992) and Fischetti and Salazar (2001) begin.

use std::sync::Arc;

use linear::{Cheapest, Limit, Way};

use super::board::Board;
use super::bound::float;
use super::flow::holds;
use super::grain::Grain;
use super::parts::{Part, Parts};
use super::search::Move;

/// Steps for one move, a fifth of a second.
const MOST_STEPS: usize = 2_000_000;
/// Whole numbers that a dive for a move that hides nothing may take back: one that is not found leaves hidden all that is new in its
/// part. Five times the steps and the turns took twice the time of a year of the casework and found nothing that showed more.
const TURNS: usize = 60;
/// Of the work of a pivot, what the other searches do in a step.
const WORTH: usize = 20;
/// Moves given up for taking too long, beyond one in so many, after which no more are looked for: in tables of four dimensions
/// the ways are long, and a cube is mostly near.
const GIVEN_UP: u64 = 3;
const SELDOM: u64 = 8;
/// What a unit of any cell weighs beside prices, so that moves stay short.
const UNIT: f64 = 0.02;
/// Prices differ by up to this part, so that few ways cost the same.
const SPREAD: f64 = 0.02;
/// A way may cost this much more by the unit than by the cell.
const BY_THE_UNIT: f64 = 1.5;

/// The sums of a system, part by part, ready to be asked for a move.
#[derive(Clone)]
pub(super) struct Routes {
    parts: Arc<Parts>,
    /// By part; none where there is nothing to look for, or too much to look through.
    programmes: Vec<Option<Cheapest>>,
    asked: u64,
    given_up: u64,
}

impl Routes {
    pub(super) fn new(board: &Board, parts: &Arc<Parts>) -> Self {
        let row = |&row: &u32| parts.row(board.system, row).map(|(at, by)| (at, float(by))).collect();
        let programme = |part: &Part| {
            part.is_searched().then(|| Cheapest::new(part.cells.len(), part.rows.iter().map(row).collect()))
        };
        let programmes = parts.all().iter().map(programme).collect();
        Self { parts: Arc::clone(parts), programmes, asked: 0, given_up: 0 }
    }

    /// Whether ways of a cell are found in time.
    pub(super) fn is_ready(&self, cell: u32) -> bool {
        let is_there = self.parts.place(cell).is_some_and(|place| self.programmes[place.part].is_some());
        is_there && self.given_up <= GIVEN_UP + self.asked / SELDOM
    }

    /// A move of `cell` by `amount` (negative: downwards) that hides cells for at most `budget`.
    pub(super) fn find(&mut self, board: &Board, cell: u32, amount: i64, budget: u64) -> Option<Move> {
        self.within(board, cell, amount, (budget, whole(budget) * BY_THE_UNIT + 1.0))
    }

    /// One that hides nothing, however long it is.
    pub(super) fn find_free(&mut self, board: &Board, cell: u32, amount: i64) -> Option<Move> {
        self.within(board, cell, amount, (0, f64::INFINITY))
    }

    /// One that costs at most `budget` by the cell, and `most` by the unit.
    fn within(&mut self, board: &Board, cell: u32, amount: i64, (budget, most): (u64, f64)) -> Option<Move> {
        let grain = Grain::of(amount);
        let amount = grain.whole(amount);
        let is_out_of_reach = board.reach(cell, amount).is_some_and(|reach| grain.within(reach) < amount.abs());
        if is_out_of_reach || (budget > 0 && !self.is_ready(cell)) {
            return None;
        }
        let place = self.parts.place(cell)?;
        let cells = &self.parts.all()[place.part].cells;
        let programme = self.programmes[place.part].as_mut()?;
        self.asked += 1;
        let (salt, units) = (self.asked, float(amount.abs()));
        let way = |at: u32| match board.price(at).filter(|&price| price <= budget) {
            None => Way::default(),
            Some(price) => {
                let chance = fraction(at, salt);
                Way {
                    down: float(grain.within(board.depth(at))),
                    up: board.height(at).map_or(f64::INFINITY, |height| float(grain.within(height))),
                    cost: whole(price) / units * (1.0 + SPREAD * chance) + UNIT * (1.0 + chance),
                }
            }
        };
        let turns = if budget == 0 { TURNS } else { 0 };
        let limit = Limit { cost: most, work: MOST_STEPS * WORTH, turns };
        let found = programme.find(place.at, amount, |at| way(cells[at]), limit);
        board.count_steps(programme.work / WORTH + cells.len() / 10);
        self.given_up += u64::from(budget > 0 && programme.work >= limit.work);
        let cells = grain.move_of(found?.into_iter().map(|(at, by)| (cells[at], by)).collect())?;
        let cost = cells.iter().filter_map(|&(at, _)| board.price(at)).sum();
        (cost <= budget && holds(board, &cells)).then_some(Move { cells, cost })
    }
}

/// Prices are in thousandths, and far below 2^53.
#[allow(clippy::cast_precision_loss)]
fn whole(price: u64) -> f64 {
    price as f64 / 1000.0
}

/// Between 0 and 1, another for every cell and salt.
#[allow(clippy::cast_precision_loss)]
fn fraction(cell: u32, salt: u64) -> f64 {
    let mixed = (u64::from(cell) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15 ^ salt.wrapping_mul(0xbf58_476d_1ce4_e5b9));
    let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed >> 32) as f64 / f64::from(u32::MAX)
}
