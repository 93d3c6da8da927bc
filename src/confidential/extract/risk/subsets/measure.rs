//! Counts classes for subsets of columns. Comes in: rows in codes. Goes out: what each subset has. Deliberately absent: names.
//!
//! All subsets are one walk from the full set down: each is its parent without one column, rolled up from the parent's classes. The
//! columns with most values go first, so the parent of a subset is the full one without the others of its missing columns that
//! have the most values: as a rule the smallest superset of one column more.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::groups::Groups;
use super::super::project::{Count, Key, Keys};
use super::super::real;
use crate::extract::microdata::distinct::distinct;

/// What a subset has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Measured {
    /// A bit a column, the first lowest.
    pub(super) mask: u128,
    pub(super) classes: u64,
    pub(super) uniques: u64,
    /// Members of the smallest class.
    pub(super) smallest: u64,
    pub(super) members: u64,
    /// Ordered pairs of members that are in one class.
    pub(super) together: u128,
}

/// What is counted: groups with their records, or each pair of a group and a family.
#[derive(Debug)]
pub(super) struct Rows {
    /// `[column][row]`, dense.
    columns: Vec<Vec<u32>>,
    /// By column, how many codes there are.
    domains: Vec<u32>,
    /// By row.
    counts: Vec<u32>,
    /// The family of each row; empty where records are counted.
    units: Vec<u32>,
}

/// All columns of so many.
pub(super) const fn full(columns: usize) -> u128 {
    if columns >= 128 { u128::MAX } else { (1 << columns) - 1 }
}

/// Beyond so many columns not even the number of entries of all subsets is added up.
const MOST_COLUMNS: usize = 20;

impl Rows {
    pub(super) fn new(groups: &Groups) -> Self {
        let rows: Vec<usize> = if groups.has_units() {
            groups.pairs.iter().map(|(_, group)| *group as usize).collect()
        } else {
            (0..groups.records.len()).collect()
        };
        let dense = |cells: &Vec<u32>| {
            let mut codes = vec![u32::MAX; cells.iter().max().map_or(0, |most| *most as usize + 1)];
            let mut next = 0;
            let mut code = |cell: u32| {
                let known = &mut codes[cell as usize];
                if *known == u32::MAX {
                    *known = next;
                    next += 1;
                }
                *known
            };
            let column: Vec<u32> = rows.iter().map(|row| code(cells[*row])).collect();
            (column, next)
        };
        let (columns, domains) = groups.cells.iter().map(dense).unzip();
        let count = |row: &usize| u32::try_from(groups.records[*row]).unwrap_or(u32::MAX);
        let counts = if groups.has_units() { vec![1; rows.len()] } else { rows.iter().map(count).collect() };
        let mut units = Vec::new();
        for (number, family) in (0..).zip(groups.pairs.chunk_by(|one, next| one.0 == next.0)) {
            units.extend(family.iter().map(|_| number));
        }
        Self { columns, domains, counts, units }
    }

    fn families(&self) -> u32 {
        self.units.last().map_or(0, |last| last + 1)
    }

    /// Columns from the one with most values to the one with fewest.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.columns.len()).collect();
        order.sort_by_key(|column| std::cmp::Reverse(self.domains[*column]));
        order
    }

    /// At most so many entries are counted for all subsets: each reads its parent, which has no more entries than rows, nor than
    /// combinations of values.
    fn bound(&self) -> f64 {
        let order: Vec<f64> = self.order().into_iter().map(|column| f64::from(self.domains[column].max(1))).collect();
        let kept = order.iter().product::<f64>() * f64::from(self.families().max(1));
        below(&order, kept, real(self.counts.len() as u64))
    }
}

/// Entries that are read below a set with at most `kept` combinations, of which columns of `order` may still be left out.
fn below(order: &[f64], kept: f64, rows: f64) -> f64 {
    let children = order.iter().enumerate();
    children.map(|(at, domain)| kept.min(rows) + below(&order[at + 1..], kept / domain, rows)).sum()
}

/// Every subset, or all of up to as many columns as `work` allows; and up to how many columns all are there.
pub(super) fn all(rows: &Rows, work: u64) -> (Vec<Measured>, usize) {
    let columns = rows.columns.len();
    let bits: u32 = rows.domains.iter().map(|domain| width(*domain)).sum::<u32>() + width(rows.families());
    if columns <= MOST_COLUMNS && bits <= 128 && rows.bound() <= real(work) {
        let found = if bits <= 64 { Walk::<u64>::new(rows).run() } else { Walk::<u128>::new(rows).run() };
        return (found, columns);
    }
    by_size(rows, work)
}

/// Bits that hold every code of so many; none where there is one.
const fn width(codes: u32) -> u32 {
    if codes <= 1 { 0 } else { u32::BITS - (codes - 1).leading_zeros() }
}

/// A column in a key.
#[derive(Debug, Clone, Copy)]
struct Place {
    column: usize,
    width: u32,
}

/// The walk over all subsets.
struct Walk<K> {
    root: Keys<K>,
    /// From the column with most values to the one with fewest; in keys the first is lowest, above the family.
    places: Vec<Place>,
    family: u32,
}

impl<K: Key> Walk<K> {
    fn new(rows: &Rows) -> Self {
        let family = width(rows.families());
        let places: Vec<Place> =
            rows.order().into_iter().map(|column| Place { column, width: width(rows.domains[column]) }).collect();
        let mut keys = vec![K::ZERO; rows.counts.len()];
        for (key, unit) in keys.iter_mut().zip(&rows.units) {
            *key = key.with(0, *unit);
        }
        let mut at = family;
        for place in &places {
            for (key, code) in keys.iter_mut().zip(&rows.columns[place.column]) {
                *key = key.with(at, *code);
            }
            at += place.width;
        }
        Self { root: Keys { keys, counts: rows.counts.clone(), bits: at }, places, family }
    }

    /// The full set, each set without one column, and below those, two by two, everything else.
    fn run(&self) -> Vec<Measured> {
        let all: Vec<usize> = (0..self.places.len()).collect();
        let mut slots = Vec::new();
        let mut found = vec![self.measure(&self.root, &all, &mut slots)];
        if all.len() == 1 {
            return found;
        }
        let firsts = in_parallel(all.len(), |at, slots| (at, self.child(&self.root, &all, at, slots)));
        let mut firsts: Vec<(usize, Keys<K>)> = firsts;
        firsts.sort_by_key(|(at, _)| *at);
        let without = |at: usize| all.iter().copied().filter(|place| *place != at).collect::<Vec<usize>>();
        found.extend(firsts.iter().map(|(at, keys)| self.measure(keys, &without(*at), &mut slots)));
        let pairs: Vec<(usize, usize)> =
            all.iter().flat_map(|first| (first + 1..all.len()).map(move |second| (*first, second))).collect();
        let below = in_parallel(pairs.len(), |at, slots| {
            let (first, second) = pairs[at];
            let mut found = Vec::new();
            let kept = without(first);
            if kept.len() > 1 {
                // Behind `first` places have moved down by one.
                self.walk(&firsts[first].1, &kept, second - 1, slots, &mut found);
            }
            found
        });
        found.extend(below.into_iter().flatten());
        found
    }

    /// The set without its `at`th column, and everything below that leaves out later ones.
    fn walk(&self, keys: &Keys<K>, kept: &[usize], at: usize, slots: &mut Vec<u32>, found: &mut Vec<Measured>) {
        let child = self.child(keys, kept, at, slots);
        let kept: Vec<usize> =
            kept.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, kept)| *kept).collect();
        found.push(self.measure(&child, &kept, slots));
        if kept.len() > 1 {
            for next in at..kept.len() {
                self.walk(&child, &kept, next, slots, found);
            }
        }
    }

    fn child(&self, keys: &Keys<K>, kept: &[usize], at: usize, slots: &mut Vec<u32>) -> Keys<K> {
        let begins = self.family + kept.iter().take(at).map(|place| self.places[*place].width).sum::<u32>();
        keys.without(begins, self.places[kept[at]].width, Count::Sum, slots)
    }

    fn measure(&self, keys: &Keys<K>, kept: &[usize], slots: &mut Vec<u32>) -> Measured {
        let mask = kept.iter().fold(0_u128, |mask, place| mask | 1 << self.places[*place].column);
        if self.family == 0 {
            return Measured::new(mask, keys);
        }
        Measured::new(mask, &keys.without(0, self.family, Count::Keys, slots))
    }
}

impl Measured {
    fn new<K: Key>(mask: u128, keys: &Keys<K>) -> Self {
        let (uniques, smallest, members, together) = keys.tally();
        let smallest = if keys.keys.is_empty() { 0 } else { u64::from(smallest) };
        Self { mask, classes: keys.keys.len() as u64, uniques, smallest, members, together }
    }
}

/// What `task` makes of each of `count` numbers, in no order, on as many threads as there are processors (four at most).
fn in_parallel<T: Send>(count: usize, task: impl Fn(usize, &mut Vec<u32>) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let made = Mutex::new(Vec::with_capacity(count));
    let work = || {
        let mut slots = Vec::new();
        let mut own = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                break;
            }
            own.push(task(at, &mut slots));
        }
        made.lock().unwrap_or_else(PoisonError::into_inner).append(&mut own);
    };
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get().min(4));
    std::thread::scope(|scope| {
        for _ in 1..threads.min(count) {
            scope.spawn(work);
        }
        work();
    });
    made.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// All subsets of up to as many columns as `work` allows, one at least, each counted from the rows.
fn by_size(rows: &Rows, work: u64) -> (Vec<Measured>, usize) {
    // A mask has 128 bits; of more columns the first are examined.
    let columns = rows.columns.len().min(128);
    let entries = (rows.counts.len() as u64).max(1);
    let mut masks: Vec<u128> = Vec::new();
    let mut complete = 0;
    let mut subsets = 1_u64;
    for size in 1..=columns {
        subsets = subsets.saturating_mul((columns - size + 1) as u64) / size as u64;
        let all = (masks.len() as u64).saturating_add(subsets);
        if size > 1 && all.saturating_mul(entries) > work {
            break;
        }
        choose(columns, size, 0, 0, &mut masks);
        complete = size;
    }
    if complete < columns {
        // What is known if everything is.
        masks.push(full(columns));
    }
    (in_parallel(masks.len(), |at, _| of_mask(rows, masks[at])), complete)
}

/// Every mask of `size` columns from `next` on, with those of `mask`.
fn choose(columns: usize, size: usize, next: usize, mask: u128, masks: &mut Vec<u128>) {
    if size == 0 {
        masks.push(mask);
        return;
    }
    for column in next..=columns - size {
        choose(columns, size - 1, column + 1, mask | 1 << column, masks);
    }
}

fn of_mask(rows: &Rows, mask: u128) -> Measured {
    let columns: Vec<&[u32]> = rows
        .columns
        .iter()
        .enumerate()
        .filter(|(at, _)| mask >> at & 1 == 1)
        .map(|(_, codes)| codes.as_slice())
        .collect();
    let (firsts, _, class) = distinct(&columns);
    let mut counts = vec![0_u32; firsts.len()];
    if rows.units.is_empty() {
        class.iter().zip(&rows.counts).for_each(|(class, count)| counts[*class as usize] += count);
    } else {
        let mut pairs: Vec<(u32, u32)> = class.into_iter().zip(rows.units.iter().copied()).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs.iter().for_each(|(class, _)| counts[*class as usize] += 1);
    }
    Measured::new(mask, &Keys::<u64> { keys: vec![0; counts.len()], counts, bits: 0 })
}
