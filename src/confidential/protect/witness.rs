//! What every swap found proves, for all the cells in it. Comes in: balanced moves. Goes out: for each protected cell the
//! highest and the lowest table known so far. Deliberately absent: search; most cells are cleared by moves that were
//! found for others.

use super::board::Board;
use super::certificate::Certificate;
use super::primary::Need;

/// A move in lowest terms, and how often it can be applied in either direction before a cell reaches its floor.
#[derive(Debug, Clone)]
struct Swap {
    unit: Vec<(u32, i64)>,
    forwards: i64,
    backwards: i64,
}

/// The best known table for one cell in one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Best {
    /// How far the cell moves in it.
    pub by: i64,
    swap: u32,
    times: i64,
}

/// All swaps, and what they prove.
#[derive(Debug, Default)]
pub(super) struct Witnesses {
    swaps: Vec<Swap>,
    /// Swaps through each protected cell.
    through: Vec<Vec<u32>>,
    pub high: Vec<Best>,
    pub low: Vec<Best>,
}

/// No need is anywhere near; keeps products inside 64 bits where nothing limits a swap.
const OFTEN: i64 = 1 << 24;

impl Witnesses {
    pub(super) fn new(cells: usize) -> Self {
        Self {
            swaps: Vec::new(),
            through: vec![Vec::new(); cells],
            high: vec![Best::default(); cells],
            low: vec![Best::default(); cells],
        }
    }

    /// Whether what is known meets a need.
    pub(super) fn meets(&self, cell: u32, need: Need) -> bool {
        let (high, low) = (self.high[cell as usize].by, self.low[cell as usize].by);
        high >= need.up && low >= need.down && high + low >= need.width
    }

    /// Takes a balanced move in. All its cells must be hidden on `board`.
    pub(super) fn add(&mut self, board: &Board, cells: &[(u32, i64)]) {
        let divisor = cells.iter().fold(0, |divisor, &(_, by)| gcd(divisor, by.abs()));
        if divisor == 0 {
            return;
        }
        let unit: Vec<(u32, i64)> = cells.iter().map(|&(cell, by)| (cell, by / divisor)).collect();
        let often = |sign: i64| {
            let limits = unit.iter().filter(|&&(_, by)| by * sign < 0);
            limits.map(|&(cell, by)| board.depth(cell) / by.abs()).min().unwrap_or(OFTEN).min(OFTEN)
        };
        let (forwards, backwards) = (often(1), often(-1));
        let at = u32::try_from(self.swaps.len()).unwrap_or(u32::MAX);
        for &(cell, _) in &unit {
            if board.primary.needs[cell as usize].is_some() {
                self.through[cell as usize].push(at);
            }
        }
        let touched: Vec<u32> = unit.iter().map(|&(cell, _)| cell).collect();
        self.swaps.push(Swap { unit, forwards, backwards });
        for cell in touched {
            self.consider(cell, at);
        }
    }

    /// Number of swaps found so far.
    pub(super) fn len(&self) -> usize {
        self.swaps.len()
    }

    /// Every cell of every swap found after the first `known`, rising.
    pub(super) fn cells_since(&self, known: usize) -> Vec<u32> {
        let mut cells: Vec<u32> =
            self.swaps[known..].iter().flat_map(|swap| &swap.unit).map(|&(cell, _)| cell).collect();
        cells.sort_unstable();
        cells.dedup();
        cells
    }

    /// The two tables for a cell.
    pub(super) fn certificate(&self, cell: u32) -> Certificate {
        let table = |best: Best| match self.swaps.get(best.swap as usize) {
            Some(swap) if best.by > 0 => swap.unit.iter().map(|&(cell, by)| (cell, by * best.times)).collect(),
            Some(_) | None => Vec::new(),
        };
        Certificate { high: table(self.high[cell as usize]), low: table(self.low[cell as usize]) }
    }

    /// Whether what is known of `cell` rests on `other`.
    pub(super) fn rests_on(&self, cell: u32, other: u32) -> bool {
        [self.high[cell as usize], self.low[cell as usize]]
            .into_iter()
            .any(|best| best.by > 0 && self.uses(best.swap, other))
    }

    /// Forgets what rests on `other`, and falls back on other swaps through the cell. Gives what was known before.
    pub(super) fn without(&mut self, cell: u32, other: u32) -> (Best, Best) {
        let at = cell as usize;
        let known = (self.high[at], self.low[at]);
        self.high[at] = Best::default();
        self.low[at] = Best::default();
        let swaps = std::mem::take(&mut self.through[at]);
        for &swap in &swaps {
            if !self.uses(swap, other) && self.is_alive(swap) {
                self.consider(cell, swap);
            }
        }
        self.through[at] = swaps;
        known
    }

    /// Goes back to what was known.
    pub(super) fn restore(&mut self, cell: u32, known: (Best, Best)) {
        (self.high[cell as usize], self.low[cell as usize]) = known;
    }

    /// Ends the use of every swap through a cell that is published again.
    pub(super) fn bury(&mut self, other: u32) {
        for swap in &mut self.swaps {
            if swap.unit.binary_search_by_key(&other, |&(cell, _)| cell).is_ok() {
                (swap.forwards, swap.backwards) = (0, 0);
            }
        }
    }

    fn is_alive(&self, swap: u32) -> bool {
        let swap = &self.swaps[swap as usize];
        swap.forwards > 0 || swap.backwards > 0
    }

    fn uses(&self, swap: u32, cell: u32) -> bool {
        self.swaps[swap as usize].unit.binary_search_by_key(&cell, |&(cell, _)| cell).is_ok()
    }

    fn consider(&mut self, cell: u32, at: u32) {
        let swap = &self.swaps[at as usize];
        let Ok(place) = swap.unit.binary_search_by_key(&cell, |&(cell, _)| cell) else { return };
        let unit = swap.unit[place].1;
        for times in [swap.forwards, -swap.backwards] {
            let by = unit * times;
            let best = if by > 0 { &mut self.high[cell as usize] } else { &mut self.low[cell as usize] };
            if by.abs() > best.by {
                *best = Best { by: by.abs(), swap: at, times };
            }
        }
    }
}

fn gcd(left: i64, right: i64) -> i64 {
    if right == 0 { left } else { gcd(right, left % right) }
}
