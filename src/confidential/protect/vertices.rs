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
/// Cells after which a record speaks.
const TRIED: usize = 24;
/// One cell met in so many is too few.
const SELDOM_MET: usize = 8;
/// Cells passed over before the next is tried.
const SKIPPED: usize = 64;
/// A number this near to a whole one is meant to be it.
const WHOLE: f64 = 1e-3;

/// How often the search met what was asked of it lately.
#[derive(Debug, Clone, Copy, Default)]
struct Record {
    tried: usize,
    met: usize,
    /// Times it was not tried since.
    skipped: usize,
}

/// Lowest and highest, unless held.
type Stand = Option<(i64, Option<i64>)>;

fn stand(board: &Board, cell: u32) -> Stand {
    (board.price(cell) == Some(0)).then(|| (-board.depth(cell), board.height(cell)))
}

/// A simplex search that rests at the truth, with every published cell held there.
#[derive(Clone)]
pub(super) struct Vertices {
    simplex: Option<Simplex>,
    /// Between what each cell may move in the search, from the truth; none where it is held there.
    stands: Vec<Stand>,
    /// Cells of which the board may think otherwise by now, each once.
    changed: Vec<u32>,
    is_changed: Vec<bool>,
    /// Pivots times cells so far.
    work: u64,
    record: Record,
}

impl Vertices {
    pub(super) fn new(board: &Board) -> Self {
        let size = board.system.len();
        let stands: Vec<Stand> = (0_u32..).take(size).map(|cell| stand(board, cell)).collect();
        let is_changed = vec![false; size];
        let record = Record::default();
        if size > MOST_CELLS {
            return Self { simplex: None, stands, changed: Vec::new(), is_changed, work: 0, record };
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
        let is_there = simplex.rest_at(&truth, |cell| stands[cell].is_some())
            && (0..size).filter(|&cell| stands[cell].is_none()).all(|cell| simplex.hold(cell));
        Self { simplex: is_there.then_some(simplex), stands, changed: Vec::new(), is_changed, work: 0, record }
    }

    /// Whether the system is small enough, and the search has not yet taken its time.
    pub(super) fn is_ready(&self) -> bool {
        self.simplex.is_some() && self.work < WORK
    }

    /// Whether the search meets often enough what is asked of it to be asked; else only now and then.
    pub(super) fn is_worthwhile(&mut self) -> bool {
        let Record { tried, met, skipped } = self.record;
        let thousands = (self.stands.len() / 1_000).max(1);
        let is_good = tried < TRIED / thousands || met * SELDOM_MET >= tried || skipped >= SKIPPED * thousands;
        self.record.skipped = if is_good { 0 } else { skipped + 1 };
        is_good
    }

    /// Notes whether it did.
    pub(super) fn note(&mut self, is_met: bool) {
        self.record.tried += 1;
        self.record.met += usize::from(is_met);
        if self.record.tried >= 2 * TRIED {
            self.record.tried /= 2;
            self.record.met /= 2;
        }
    }

    /// Takes note that the board hides, publishes, holds or bounds a cell in another way than before.
    pub(super) fn note_change(&mut self, cell: u32) {
        if !std::mem::replace(&mut self.is_changed[cell as usize], true) {
            self.changed.push(cell);
        }
    }

    /// Follows the board in what changed since the last search; most of it was undone before it mattered.
    fn follow(&mut self, board: &Board) {
        let mut changed = std::mem::take(&mut self.changed);
        changed.iter().for_each(|&cell| self.is_changed[cell as usize] = false);
        changed.retain(|&cell| self.stands[cell as usize] != stand(board, cell));
        // What is let go first is there to take the places of what is held.
        changed.sort_unstable_by_key(|&cell| (stand(board, cell).is_none(), cell));
        for cell in changed {
            let (at, after) = (cell as usize, stand(board, cell));
            let Some(simplex) = self.simplex.as_mut() else { return };
            let is_sound = match (std::mem::replace(&mut self.stands[at], after), after) {
                (None, Some((lowest, highest))) => simplex.release(at, lowest, highest),
                (Some(_), Some((lowest, highest))) => {
                    simplex.within(at, lowest, highest);
                    true
                }
                (_, None) => simplex.hold(at),
            };
            if !is_sound {
                self.simplex = None;
            }
        }
    }

    /// A move of `cell` in the direction of `amount`, by as much as that or as far as it goes.
    pub(super) fn find(&mut self, board: &Board, cell: u32, amount: i64) -> Option<Move> {
        self.follow(board);
        let simplex = self.simplex.as_mut()?;
        simplex.rest();
        let before = simplex.pivots;
        let sense = if amount < 0 { -1.0 } else { 1.0 };
        let push = simplex.push(cell as usize, sense, PIVOTS, float(amount));
        let pivots = simplex.pivots - before;
        self.work += pivots * u64::try_from(self.stands.len()).unwrap_or(u64::MAX >> 32);
        let worth = WORTH * (self.stands.len() / WORTH_AMONG).max(1).pow(2);
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
