//! The way to find a swap that misses none: from the truth along the edges of what the hidden cells can be, by the simplex
//! method. Comes in: a board, kept up with, a cell and how far it shall move. Goes out: a balanced move of whole numbers.
//! Deliberately absent: prices, and trust in the solver: what is not whole, or does not add up, is no move.

use linear::{Component, Push, Simplex, System as Equations};

use super::board::Board;
use super::bound::float;
use super::flow::{holds, rounded};
use super::search::Move;

/// Systems of more cells than this are left to the other searches: their first basis takes too long.
const MOST_CELLS: usize = 12_000;
/// Pivots for one push.
const PIVOTS: u64 = 400;
/// Steps of the other searches that a pivot takes the time of among so many cells; the basis that it passes through grows
/// with them along both sides.
const WORTH: usize = 200;
const WORTH_AMONG: usize = 2_000;
/// Pivots times cells, some twenty seconds, after which only the last resort still searches here.
const WORK: u64 = 250_000_000;
/// A number this near to a whole one is meant to be it.
const WHOLE: f64 = 1e-3;

/// A simplex search that rests at the truth, with every published cell held there.
pub(super) struct Vertices {
    simplex: Option<Simplex>,
    is_free: Vec<bool>,
    /// Pivots times cells so far.
    work: u64,
}

impl Vertices {
    pub(super) fn new(board: &Board) -> Self {
        let size = board.system.len();
        let is_free: Vec<bool> = (0_u32..).take(size).map(|cell| board.price(cell) == Some(0)).collect();
        if size > MOST_CELLS {
            return Self { simplex: None, is_free, work: 0 };
        }
        let mut equations = Equations::default();
        for cell in (0_u32..).take(size) {
            match board.price(cell) {
                Some(_) => equations.variable(-board.depth(cell), board.height(cell)),
                None => equations.variable(0, Some(0)),
            };
        }
        for row in (0_u32..).take(board.system.rows.len()) {
            let terms = board.system.rows.of(row).iter();
            equations.equation(terms.map(|&(cell, coefficient)| (cell as usize, coefficient)), 0);
        }
        let bounds = equations.stated();
        let component = Component { variables: (0..size).collect(), rows: (0..equations.rows.len()).collect() };
        let mut simplex = Simplex::new(&equations, &bounds, &component);
        let truth: Vec<(usize, i64)> = (0..size).map(|cell| (cell, 0)).collect();
        let is_there = simplex.rest_at(&truth, |cell| is_free[cell])
            && (0..size).filter(|&cell| !is_free[cell]).all(|cell| simplex.hold(cell));
        Self { simplex: is_there.then_some(simplex), is_free, work: 0 }
    }

    /// Whether the system is small enough, and the search has not yet taken its time.
    pub(super) fn is_ready(&self) -> bool {
        self.simplex.is_some() && self.work < WORK
    }

    /// Follows the board in what it has hidden, published or held since.
    pub(super) fn follow(&mut self, board: &Board, cell: u32) {
        let (at, is_free) = (cell as usize, board.price(cell) == Some(0));
        let Some(simplex) = self.simplex.as_mut().filter(|_| self.is_free[at] != is_free) else { return };
        self.is_free[at] = is_free;
        let is_sound =
            if is_free { simplex.release(at, -board.depth(cell), board.height(cell)) } else { simplex.hold(at) };
        if !is_sound {
            self.simplex = None;
        }
    }

    /// Follows the board in how far a cell can go down.
    pub(super) fn deepen(&mut self, board: &Board, cell: u32) {
        let Some(simplex) = self.simplex.as_mut().filter(|_| self.is_free[cell as usize]) else { return };
        simplex.within(cell as usize, -board.depth(cell), board.height(cell));
    }

    /// A move of `cell` in the direction of `amount`, by as much as that or as far as it goes.
    pub(super) fn find(&mut self, board: &Board, cell: u32, amount: i64) -> Option<Move> {
        let simplex = self.simplex.as_mut()?;
        simplex.rest();
        let before = simplex.pivots;
        let sense = if amount < 0 { -1.0 } else { 1.0 };
        let push = simplex.push(cell as usize, sense, PIVOTS, float(amount));
        let pivots = simplex.pivots - before;
        self.work += pivots * u64::try_from(self.is_free.len()).unwrap_or(u64::MAX >> 32);
        let worth = WORTH * (self.is_free.len() / WORTH_AMONG).max(1).pow(2);
        board.count_steps(worth * usize::try_from(pivots).unwrap_or(0));
        if push == Push::Lost {
            return None;
        }
        let cells: Option<Vec<(u32, i64)>> = (0_u32..)
            .zip(simplex.point()?)
            .filter(|(_, (_, by))| by.abs() > WHOLE)
            .map(|(cell, (_, by))| ((by - by.round()).abs() < WHOLE).then(|| (cell, rounded(by))))
            .collect();
        let cells = cells?;
        let is_moved = cells.iter().any(|&(moved, by)| moved == cell && by * amount > 0);
        (is_moved && holds(board, &cells)).then_some(Move { cells, cost: 0 })
    }
}
