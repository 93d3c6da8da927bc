//! The way to find a swap that misses none: from the truth along the edges of what the hidden cells can be, by the simplex
//! method. Comes in: a board, kept up with, a cell and how far it shall move. Goes out: a balanced move of whole numbers.
//! Deliberately absent: prices, and trust in the solver: what is not whole, or does not add up, is no move.

use std::sync::Arc;

use linear::{Component, Push, Simplex, System as Equations};

use super::board::Board;
use super::bound::float;
use super::flow::{holds, rounded};
use super::grain::Grain;
use super::parts::{Part, Parts, Place};
use super::search::Move;

/// Pivots for one push, and where it shall go as far as it can.
const PIVOTS: u64 = 400;
const MANY_PIVOTS: u64 = 20_000;
/// Steps of the other searches that a pivot takes the time of, and one more for so many entries of the factored basis.
const PIVOT: usize = 50;
const ENTRIES: usize = 20;
/// Steps, some six seconds, after which only the last resort still searches here.
const MOST_STEPS: u64 = 60_000_000;
/// Of one cell in so many that it is asked for lately, the search must find what was asked to go beyond its share.
const SELDOM_MET: u32 = 8;
/// One step in so many of all may be taken here whatever comes of it.
const SHARE: u64 = 3;
/// Up to so many cells the search is always asked, and follows every change at once, from which its pushes are shorter; in
/// larger systems that takes too long, and most changes are undone before the next push.
const SMALL: usize = 2_000;
/// Cells that the record goes back.
const RECENT: u32 = 48;
/// A number this near to a whole one is meant to be it.
const WHOLE: f64 = 1e-3;

/// Lowest and highest, unless held.
type Stand = Option<(i64, Option<i64>)>;

fn stand(board: &Board, cell: u32, grain: Grain) -> Stand {
    (board.price(cell) == Some(0)).then(|| reaches(board, cell, grain))
}

fn reaches(board: &Board, cell: u32, grain: Grain) -> (i64, Option<i64>) {
    (-grain.within(board.depth(cell)), board.height(cell).map(|height| grain.within(height)))
}

/// A search of one part at the truth, with what is published held there.
fn resting(board: &Board, (parts, part): (&Parts, &Part), (grain, stands): (Grain, &[Stand])) -> Option<Simplex> {
    let mut equations = Equations::default();
    for &cell in &part.cells {
        let (lowest, highest) = board.price(cell).map_or((0, Some(0)), |_| reaches(board, cell, grain));
        equations.variable(lowest, highest);
    }
    for &row in &part.rows {
        equations.equation(parts.row(board.system, row), 0);
    }
    let all = Component { variables: (0..part.cells.len()).collect(), rows: (0..equations.rows.len()).collect() };
    let mut simplex = Simplex::new(&equations, &equations.stated(), &all);
    let truth: Vec<(usize, i64)> = all.variables.iter().map(|&at| (at, 0)).collect();
    let is_free = |at: usize| stands[part.cells[at] as usize].is_some();
    let is_there = simplex.rest_at(&truth, is_free)
        && all.variables.iter().filter(|&&at| !is_free(at)).all(|&at| simplex.hold(at));
    is_there.then_some(simplex)
}

/// What a push to the end comes to.
#[derive(Debug, Default)]
pub(super) struct Furthest {
    /// The move, where it is one of whole numbers.
    pub found: Option<Move>,
    /// Proven from the duals: the cell goes no further than so many, of as many as it was asked for. None where that was not shown.
    pub most: Option<i64>,
}

/// Simplex searches, one a part, that rest at the truth, with every published cell held there.
#[derive(Clone)]
pub(super) struct Vertices {
    parts: Arc<Parts>,
    /// By part; none where there is nothing to look for, too much to look through, or rounding spoiled it.
    searches: Vec<Option<Simplex>>,
    /// In which everything in the search is counted.
    grain: Grain,
    /// Between what each cell may move in the search, from the truth; none where it is held there.
    stands: Vec<Stand>,
    /// Cells of which the board may think otherwise by now, each once.
    changed: Vec<u32>,
    is_changed: Vec<bool>,
    /// Steps so far.
    steps: u64,
    /// Cells that it was asked for lately, and those for which it found what was asked.
    asked: u32,
    met: u32,
}

impl Vertices {
    pub(super) fn new(board: &Board, parts: &Arc<Parts>, grain: Grain) -> Self {
        let size = board.system.len();
        let stands: Vec<Stand> = (0_u32..).take(size).map(|cell| stand(board, cell, grain)).collect();
        let searched =
            |part: &Part| part.is_searched().then(|| resting(board, (parts, part), (grain, &stands))).flatten();
        let searches = parts.all().iter().map(searched).collect();
        let (parts, changed, is_changed) = (Arc::clone(parts), Vec::new(), vec![false; size]);
        Self { parts, searches, grain, stands, changed, is_changed, steps: 0, asked: 0, met: 0 }
    }

    /// The same search in another grain.
    pub(super) fn in_grain(&self, board: &Board, grain: Grain) -> Self {
        Self::new(board, &self.parts, grain)
    }

    /// Whether ends of a cell can be looked for.
    pub(super) fn is_there(&self, cell: u32) -> bool {
        self.parts.place(cell).is_some_and(|place| self.searches[place.part].is_some())
    }

    /// The same, while the searches have not yet taken their time.
    pub(super) fn is_ready(&self, cell: u32) -> bool {
        self.is_there(cell) && self.steps < MOST_STEPS
    }

    fn is_small(&self) -> bool {
        self.stands.len() <= SMALL
    }

    /// Whether the search has not taken more than its share of all steps, or finds often enough what it is asked for.
    pub(super) fn is_worthwhile(&self, board: &Board) -> bool {
        self.is_small() || self.steps * SHARE <= board.steps() || self.met * SELDOM_MET >= self.asked
    }

    /// Notes whether it found what it was asked for.
    pub(super) fn note(&mut self, is_met: bool) {
        self.asked += 1;
        self.met += u32::from(is_met);
        if self.asked >= RECENT {
            (self.asked, self.met) = (self.asked / 2, self.met / 2);
        }
    }

    /// Takes note that the board hides, publishes, holds or bounds a cell in another way than before.
    pub(super) fn note_change(&mut self, board: &Board, cell: u32) {
        if !std::mem::replace(&mut self.is_changed[cell as usize], true) {
            self.changed.push(cell);
        }
        if self.is_small() {
            self.follow(board);
        }
    }

    /// Follows the board in what changed since the last search; most of it was undone before it mattered.
    fn follow(&mut self, board: &Board) {
        let grain = self.grain;
        let mut changed = std::mem::take(&mut self.changed);
        changed.iter().for_each(|&cell| self.is_changed[cell as usize] = false);
        changed.retain(|&cell| self.stands[cell as usize] != stand(board, cell, grain));
        // In an order that the way here does not decide; holding first was found to keep the pushes shorter.
        changed.sort_unstable_by_key(|&cell| (stand(board, cell, grain).is_some(), cell));
        for cell in changed {
            let after = stand(board, cell, grain);
            let before = std::mem::replace(&mut self.stands[cell as usize], after);
            let Some(Place { part, at }) = self.parts.place(cell) else { continue };
            let Some(simplex) = &mut self.searches[part] else { continue };
            let is_sound = match (before, after) {
                (None, Some((lowest, highest))) => simplex.release(at, lowest, highest),
                (Some(_), Some((lowest, highest))) => {
                    simplex.within(at, lowest, highest);
                    true
                }
                (_, None) => simplex.hold(at),
            };
            if !is_sound {
                self.searches[part] = None;
            }
        }
    }

    /// A move of `cell` in the direction of `amount`, by as much as that or as far as it goes.
    pub(super) fn find(&mut self, board: &Board, cell: u32, amount: i64) -> Option<Move> {
        self.push(board, cell, amount, PIVOTS)?.found
    }

    /// The same with all the pivots it takes, and what it proves.
    pub(super) fn furthest(&mut self, board: &Board, cell: u32, amount: i64) -> Furthest {
        self.push(board, cell, amount, MANY_PIVOTS).unwrap_or_default()
    }

    fn push(&mut self, board: &Board, cell: u32, amount: i64, pivots: u64) -> Option<Furthest> {
        self.follow(board);
        let Place { part, at } = self.parts.place(cell)?;
        let simplex = self.searches[part].as_mut()?;
        simplex.rest();
        let before = simplex.pivots;
        let sense = if amount < 0 { -1.0 } else { 1.0 };
        let push = simplex.push(at, sense, pivots, float(self.grain.part(amount)));
        let pivots = simplex.pivots - before;
        let steps = (PIVOT + simplex.fill() / ENTRIES) * usize::try_from(pivots).unwrap_or(0);
        self.steps += u64::try_from(steps).unwrap_or(0);
        board.count_steps(steps);
        let most = match push {
            Push::Lost => return None,
            Push::Reached | Push::Unlimited => Some(self.grain.part(amount.abs())),
            // The bound is outside of what is possible by as much as rounding can have done: no whole number is lost to it.
            Push::End(Some(end)) => Some(rounded((end * sense + WHOLE).floor()).min(self.grain.part(amount.abs()))),
            Push::End(None) | Push::Unknown => None,
        };
        let moved = simplex.point()?.into_iter().filter(|(_, by)| by.abs() > WHOLE);
        let moved = moved.map(|(at, by)| (self.parts.all()[part].cells[at], by));
        let cells: Option<Vec<(u32, i64)>> =
            moved.map(|(cell, by)| ((by - by.round()).abs() < WHOLE).then(|| (cell, rounded(by)))).collect();
        let is_moved =
            |cells: &Vec<(u32, i64)>| cells.iter().any(|&(moved, by)| moved == cell && by.signum() == amount.signum());
        let cells = cells.and_then(|cells| self.grain.move_of(cells));
        let cells = cells.filter(|cells| is_moved(cells) && holds(board, cells));
        let most = most.and_then(|most| self.grain.units(most));
        Some(Furthest { found: cells.map(|cells| Move { cells, cost: 0 }), most })
    }
}
