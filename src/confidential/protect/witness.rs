//! What every swap found proves, for all the cells in it. Comes in: balanced moves, and which cells are hidden or
//! published again. Goes out: for each protected cell the highest and the lowest table that stand at the moment.
//! Deliberately absent: search; most cells are cleared by moves that were found for others.
//!
//! A swap stands while all its cells are hidden. It is kept when one of them is published again, because the cell may be
//! hidden anew: so a change of the pattern is undone by undoing it, and no proof has to be found twice.

use std::cell::Cell;
use std::collections::HashSet;

use super::board::Board;
use super::certificate::Certificate;
use super::insider::Insiders;
use super::primary::{Need, State};
use super::search::Move;

/// A move in lowest terms, and how often it can be applied in either direction before a cell reaches a limit.
#[derive(Debug, Clone)]
struct Swap {
    unit: Vec<(u32, i64)>,
    forwards: i64,
    backwards: i64,
    /// How many of its cells are published at the moment.
    published: u32,
}

/// The best table for one cell in one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Best {
    /// How far the cell moves in it.
    by: i64,
    swap: u32,
    times: i64,
}

/// How far one cell is proven to move.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Range {
    up: Best,
    down: Best,
}

impl Range {
    pub(super) fn up(&self) -> i64 {
        self.up.by
    }
    pub(super) fn down(&self) -> i64 {
        self.down.by
    }
    pub(super) fn meets(&self, need: Need) -> bool {
        self.up.by >= need.up && self.down.by >= need.down && self.up.by + self.down.by >= need.width
    }

    fn consider(&mut self, swap: &Swap, (forwards, backwards): (i64, i64), at: u32, cell: u32) {
        let Some(unit) = swap.unit_of(cell) else { return };
        for times in [forwards, -backwards] {
            let by = unit * times;
            let best = if by > 0 { &mut self.up } else { &mut self.down };
            if by.abs() > best.by {
                *best = Best { by: by.abs(), swap: at, times };
            }
        }
    }
}

impl Swap {
    fn unit_of(&self, cell: u32) -> Option<i64> {
        self.unit.binary_search_by_key(&cell, |&(cell, _)| cell).ok().map(|place| self.unit[place].1)
    }

    /// How often it can be applied either way before an insider could tell; none where it moves what the insider knows.
    fn before(&self, insider: u32, insiders: &Insiders) -> Option<(i64, i64)> {
        let (mut forwards, mut backwards) = (self.forwards, self.backwards);
        for &(moved, by) in &self.unit {
            let depth = insiders.depth(insider, moved)?;
            // Most moves are by one, and a division takes longer than all the rest.
            let often = if by.abs() == 1 { depth } else { depth / by.abs() };
            let limit = if by < 0 { &mut forwards } else { &mut backwards };
            *limit = often.min(*limit);
        }
        Some((forwards, backwards))
    }
}

/// What is known of one protected cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Safe,
    /// The tables known do not meet its need.
    Short,
    /// They do for a stranger, not for whoever knows this cell.
    Insider(u32),
}

/// All swaps, and what they prove.
#[derive(Debug, Clone, Default)]
pub(super) struct Witnesses {
    swaps: Vec<Swap>,
    known: HashSet<u64>,
    /// By cell: the swaps through it, where it is protected or could be published.
    through: Vec<Vec<u32>>,
    ranges: Vec<Range>,
    /// Most times that a swap counts.
    often: i64,
    /// Swaps looked at, one cell each, since it was last asked: steps of search like others.
    looked: Cell<usize>,
}

/// As often as a swap counts where nothing limits it, unless some need is greater: no need of people is anywhere near.
const OFTEN: i64 = 1 << 24;
/// No swap takes a cell further: keeps products inside 64 bits.
const FURTHEST: i64 = 1 << 60;

impl Witnesses {
    pub(super) fn new(cells: usize) -> Self {
        let (through, ranges) = (vec![Vec::new(); cells], vec![Range::default(); cells]);
        Self { through, ranges, often: OFTEN, ..Self::default() }
    }

    /// The same where cells may need to move as far as this.
    pub(super) fn for_needs(self, needs: &[Option<Need>]) -> Self {
        let furthest = needs.iter().flatten().map(|need| need.up.max(need.width)).max();
        Self { often: furthest.unwrap_or(0).max(OFTEN), ..self }
    }

    /// How far a cell is proven to move, for a stranger, or for whoever knows the cell `insider`.
    pub(super) fn range(&self, cell: u32, need: Need, insider: Option<u32>, insiders: &Insiders) -> Range {
        let range = self.ranges[cell as usize];
        let Some(insider) = insider else { return range };
        let is_clear = |best: Best| {
            let unit = &self.swaps.get(best.swap as usize).map_or(&[][..], |swap| &swap.unit);
            best.by == 0 || unit.iter().all(|&(moved, by)| insiders.allow(insider, moved, by * best.times))
        };
        if is_clear(range.up) && is_clear(range.down) {
            return range;
        }
        self.best_of(cell, need, |swap| swap.before(insider, insiders))
    }

    /// What was looked at since the last call.
    pub(super) fn take_looked(&self) -> usize {
        self.looked.take()
    }

    /// Whether a cell is proven, for strangers and for all `insiders`.
    pub(super) fn standing(&self, cell: u32, need: Need, insiders: &Insiders) -> Standing {
        let range = self.ranges[cell as usize];
        if !range.meets(need) {
            return Standing::Short;
        }
        let known = |insider: &u32| {
            let need = insiders.need(*insider, cell, need);
            !self.range(cell, need, Some(*insider), insiders).meets(need)
        };
        self.insiders_in(cell, range, insiders).into_iter().find(known).map_or(Standing::Safe, Standing::Insider)
    }

    /// The insiders who can tell the best tables from the truth, unless they know the cell itself.
    fn insiders_in(&self, cell: u32, range: Range, insiders: &Insiders) -> Vec<u32> {
        let bests = [range.up, range.down].into_iter().filter(|best| best.by > 0);
        let moves = bests.flat_map(|best| {
            self.swaps[best.swap as usize].unit.iter().map(move |&(other, by)| (other, by * best.times))
        });
        let mut found: Vec<u32> = moves.flat_map(|(other, by)| insiders.who_see(other, by)).collect();
        found.retain(|&insider| !insiders.knows(insider, cell));
        found.sort_unstable();
        found.dedup();
        found
    }

    fn rests_on(&self, range: Range, other: u32) -> bool {
        let uses = |best: Best| best.by > 0 && self.swaps[best.swap as usize].unit_of(other).is_some();
        uses(range.up) || uses(range.down)
    }

    /// The best of the swaps that stand and fit, the latest first, until they are good enough.
    fn best_of(&self, cell: u32, need: Need, often: impl Fn(&Swap) -> Option<(i64, i64)>) -> Range {
        let mut range = Range::default();
        for &at in self.through[cell as usize].iter().rev() {
            let swap = &self.swaps[at as usize];
            self.looked.set(self.looked.get() + 1);
            if swap.published > 0 {
                continue;
            }
            let mut better = range;
            better.consider(swap, (swap.forwards, swap.backwards), at, cell);
            if better == range {
                continue;
            }
            // As often as nobody can tell, which may be less than it could be.
            self.looked.set(self.looked.get() + swap.unit.len());
            if let Some(often) = often(swap) {
                range.consider(swap, often, at, cell);
            }
            if range.meets(need) {
                break;
            }
        }
        range
    }

    /// Takes a balanced move in.
    pub(super) fn add(&mut self, board: &Board, cells: &[(u32, i64)]) {
        let divisor = cells.iter().fold(0, |divisor, &(_, by)| gcd(divisor, by.abs()));
        // The same swap forwards and backwards is one.
        let sign = cells.first().map_or(1, |&(_, by)| by.signum());
        if divisor == 0 || !self.known.insert(fingerprint(cells, divisor * sign)) {
            return;
        }
        let unit: Vec<(u32, i64)> = cells.iter().map(|&(cell, by)| (cell, by / divisor)).collect();
        let largest = unit.iter().map(|&(_, by)| by.abs()).max().unwrap_or(1);
        let most = self.often.min(FURTHEST / largest);
        // For a stranger, whoever it was found for.
        let often = |sign: i64| {
            let limits = unit.iter().filter_map(|&(cell, by)| Some(board.open_reach(cell, by * sign)? / by.abs()));
            limits.min().unwrap_or(most).min(most)
        };
        let (forwards, backwards) = (often(1), often(-1));
        let is_published = |cell: u32| board.primary.states[cell as usize] == State::Open && !board.is_hidden(cell);
        let published = unit.iter().map(|&(cell, _)| u32::from(is_published(cell))).sum();
        let at = u32::try_from(self.swaps.len()).unwrap_or(u32::MAX);
        let swap = Swap { unit, forwards, backwards, published };
        for &(cell, _) in &swap.unit {
            let is_protected = board.primary.needs[cell as usize].is_some();
            if is_protected || board.primary.states[cell as usize] == State::Open {
                self.through[cell as usize].push(at);
            }
            if is_protected && published == 0 {
                self.ranges[cell as usize].consider(&swap, (forwards, backwards), at, cell);
            }
        }
        self.swaps.push(swap);
    }

    /// What was found so far, each swap once.
    pub(super) fn units(&self) -> impl Iterator<Item = &[(u32, i64)]> {
        self.swaps.iter().map(|swap| &swap.unit[..])
    }

    /// Number of swaps found so far.
    pub(super) fn len(&self) -> usize {
        self.swaps.len()
    }

    /// A cell was hidden: its swaps may stand again.
    pub(super) fn hidden(&mut self, cell: u32, board: &Board) {
        for &at in &self.through[cell as usize] {
            let swap = &mut self.swaps[at as usize];
            swap.published -= 1;
            if swap.published > 0 {
                continue;
            }
            for &(moved, _) in &swap.unit {
                if board.primary.needs[moved as usize].is_some() {
                    self.ranges[moved as usize].consider(swap, (swap.forwards, swap.backwards), at, moved);
                }
            }
        }
    }

    /// A cell is published again: its swaps fall. Gives the protected cells that may have lost their proof, rising.
    pub(super) fn published(&mut self, cell: u32, board: &Board) -> Vec<u32> {
        let mut lost = Vec::new();
        for &at in &self.through[cell as usize] {
            let swap = &mut self.swaps[at as usize];
            swap.published += 1;
            if swap.published == 1 {
                let is_protected = |&&(moved, _): &&(u32, i64)| board.primary.needs[moved as usize].is_some();
                lost.extend(swap.unit.iter().filter(is_protected).map(|&(moved, _)| moved));
            }
        }
        lost.sort_unstable();
        lost.dedup();
        for &moved in &lost {
            if self.rests_on(self.ranges[moved as usize], cell) {
                let need = board.primary.needs[moved as usize].unwrap_or(Need { up: 0, down: 0, width: 0 });
                self.ranges[moved as usize] = self.best_of(moved, need, |swap| Some((swap.forwards, swap.backwards)));
            }
        }
        lost
    }

    /// The cheapest known swap, standing or not, that moves `cell` by `amount` (negative: downwards) and costs at most
    /// `budget`, as often as the amount takes.
    pub(super) fn recall(&self, board: &Board, cell: u32, amount: i64, budget: u64) -> Option<Move> {
        let mut best: Option<(u64, &Swap, i64)> = None;
        for &at in &self.through[cell as usize] {
            let swap = &self.swaps[at as usize];
            let Some(unit) = swap.unit_of(cell) else { continue };
            let times = (amount.abs() + unit.abs() - 1) / unit.abs();
            let is_forwards = unit.signum() == amount.signum();
            if times > if is_forwards { swap.forwards } else { swap.backwards } {
                continue;
            }
            let prices = swap.unit.iter().map(|&(moved, _)| board.price(moved));
            let Some(cost) = prices.sum::<Option<u64>>() else { continue };
            if cost <= budget && best.is_none_or(|(least, _, _)| cost < least) {
                best = Some((cost, swap, if is_forwards { times } else { -times }));
            }
        }
        let (cost, swap, times) = best?;
        Some(Move { cells: swap.unit.iter().map(|&(moved, by)| (moved, by * times)).collect(), cost })
    }

    /// Swaps that stand and touch `cell`.
    pub(super) fn partners(&self, cell: u32) -> impl Iterator<Item = u32> {
        let swaps = self.through[cell as usize].iter().map(|&at| &self.swaps[at as usize]);
        swaps.filter(|swap| swap.published == 0).flat_map(|swap| &swap.unit).map(|&(moved, _)| moved)
    }

    /// Forgets swaps that do not stand.
    pub(super) fn compact(&mut self) {
        let mut place = vec![u32::MAX; self.swaps.len()];
        let mut kept = 0;
        for (at, swap) in self.swaps.iter().enumerate() {
            if swap.published == 0 {
                place[at] = kept;
                kept += 1;
            }
        }
        self.swaps.retain(|swap| swap.published == 0);
        for list in &mut self.through {
            list.retain_mut(|at| {
                *at = place[*at as usize];
                *at != u32::MAX
            });
        }
        for best in self.ranges.iter_mut().flat_map(|range| [&mut range.up, &mut range.down]) {
            if best.by > 0 {
                best.swap = place[best.swap as usize];
            }
        }
        let sign = |unit: &[(u32, i64)]| unit.first().map_or(1, |&(_, by)| by.signum());
        self.known = self.swaps.iter().map(|swap| fingerprint(&swap.unit, sign(&swap.unit))).collect();
    }

    /// Tables for a cell: one pair for strangers, then one for each insider that the pair moves.
    pub(super) fn certificates(&self, cell: u32, need: Need, insiders: &Insiders) -> Vec<Certificate> {
        let table = |best: Best| match self.swaps.get(best.swap as usize) {
            Some(swap) if best.by > 0 => swap.unit.iter().map(|&(cell, by)| (cell, by * best.times)).collect(),
            Some(_) | None => Vec::new(),
        };
        let certificate = |range: Range| Certificate { high: table(range.up), low: table(range.down) };
        let range = self.ranges[cell as usize];
        let others = self
            .insiders_in(cell, range, insiders)
            .into_iter()
            .map(|other| self.range(cell, insiders.need(other, cell, need), Some(other), insiders));
        let mut ranges = vec![range];
        ranges.extend(others);
        ranges.into_iter().map(certificate).collect()
    }
}

/// The greatest common divisor of two counts.
pub(super) fn gcd(left: i64, right: i64) -> i64 {
    if right == 0 { left } else { gcd(right, left % right) }
}

/// Of a move in lowest terms; a clash of two in 2^64 would only lose a swap.
fn fingerprint(cells: &[(u32, i64)], divisor: i64) -> u64 {
    cells.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &(cell, by)| {
        let mixed = (hash ^ u64::from(cell)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((mixed ^ (mixed >> 29)) ^ (by / divisor).cast_unsigned()).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    })
}
