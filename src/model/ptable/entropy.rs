//! Perturbation tables of maximum entropy. Comes in: the largest change, the variance, which small figures are never
//! published. Goes out: a table. Deliberately absent: tables for magnitudes.
//!
//! Of all distributions of a count's change that are unbiased, bounded, of at most the variance, and in which no change is
//! likelier than a smaller one of the same sign or than none, the one of greatest entropy: it says least about the count.
//! These are the conditions of the package ptable (its `mono = TRUE`). Where the second and last condition leave the
//! greatest entropy at a smaller variance, as for a count of 1, the variance is smaller.
//!
//! Source: Marley and Leaver (2011), A method for confidentialising user-defined tables: statistical properties and a
//! risk-utility analysis; Giessing (2016), Computational issues in the design of transition probabilities.
//!
//! The probability of a change d is proportional to exp(a d + b d^2), b not above 0; where the order of two of them would
//! be wrong they are equal, at the mean of their exponents.

use super::{MOST, PTable, PTableError, Row, WHOLE};

/// Halvings of a range of multipliers; more than a double has digits for.
const HALVINGS: usize = 200;

/// The steepest multiplier of the squares: a change of 1 is then e^60 times rarer than none.
const STEEPEST: f64 = 60.0;

impl PTable {
    /// The table of maximum entropy in which figures change by at most `most`, with `variance` for large counts, and no
    /// figure from 1 to `never` is published.
    ///
    /// # Errors
    /// [`PTableError::TooQuiet`] where a count cannot be moved out of the figures that are never published with so small a
    /// variance.
    pub fn of_entropy(most: u64, variance: f64, never: u64) -> Result<Self, PTableError> {
        if !(1..=MOST).contains(&most) || never > most {
            return Err(PTableError::Deviation);
        }
        // From here on every change is possible.
        let last = if never == 0 { most } else { most + never + 1 };
        let mut rows = vec![vec![(0, WHOLE)]];
        for count in 1..=last {
            let changes = changes(count, most, never);
            let too_quiet = |least_thousandths| PTableError::TooQuiet { count, least_thousandths };
            let blocks = solved(&changes, variance).map_err(too_quiet)?;
            rows.push(in_billionths(&changes, &blocks));
        }
        Self::new(rows)
    }
}

/// By how much a count may change.
fn changes(count: u64, most: u64, never: u64) -> Vec<i64> {
    let figures = count.saturating_sub(most)..=count + most;
    let figures = figures.filter(|figure| *figure == 0 || *figure > never);
    figures.map(|figure| figure.cast_signed() - count.cast_signed()).collect()
}

/// Changes of one probability: how many, and the means of them and of their squares.
#[derive(Clone, Copy)]
struct Block {
    size: usize,
    change: f64,
    square: f64,
}

impl Block {
    fn with(self, other: Self) -> Self {
        let [one, two] = [self, other].map(|block| small(block.size));
        Self {
            size: self.size + other.size,
            change: (self.change * one + other.change * two) / (one + two),
            square: (self.square * one + other.square * two) / (one + two),
        }
    }
}

/// At most a few hundred.
#[allow(clippy::cast_precision_loss)]
fn small(number: usize) -> f64 {
    number as f64
}

#[allow(clippy::cast_precision_loss)]
fn whole(number: i64) -> f64 {
    number as f64
}

/// The probability of each change; the least possible variance in thousandths where `variance` is smaller.
fn solved(changes: &[i64], variance: f64) -> Result<Vec<f64>, u64> {
    let single = |&change: &i64| Block { size: 1, change: whole(change), square: whole(change * change) };
    let mut blocks: Vec<Block> = changes.iter().map(single).collect();
    loop {
        let found = at_most(&blocks, variance)?;
        let Some(at) = out_of_order(changes, &blocks, &found) else {
            let each = blocks.iter().zip(found).flat_map(|(block, each)| std::iter::repeat_n(each, block.size));
            return Ok(each.collect());
        };
        let merged = blocks[at].with(blocks[at + 1]);
        blocks.splice(at..at + 2, [merged]);
    }
}

/// The first of two neighbouring blocks of which the one further from no change is likelier. None where staying is not
/// possible: then the count is one that is never published, and there is no order.
fn out_of_order(changes: &[i64], blocks: &[Block], each: &[f64]) -> Option<usize> {
    let mut place = changes.iter().position(|&change| change == 0)?;
    let centre = blocks.iter().position(|block| {
        let is_here = place < block.size;
        place = place.saturating_sub(if is_here { 0 } else { block.size });
        is_here
    })?;
    let is_wrong = |at: &usize| if *at < centre { each[*at] > each[at + 1] } else { each[*at] < each[at + 1] };
    (0..blocks.len().saturating_sub(1)).find(is_wrong)
}

/// Probabilities of greatest entropy with mean 0 and at most the variance.
fn at_most(blocks: &[Block], variance: f64) -> Result<Vec<f64>, u64> {
    let spread = |each: &[f64]| -> f64 { total(blocks, each, |block| block.square) };
    let free = unbiased(blocks, 0.0);
    if spread(&free) <= variance {
        return Ok(free);
    }
    let least = spread(&unbiased(blocks, -STEEPEST));
    if variance.is_nan() || least > variance + 1e-9 {
        return Err(thousandths(least));
    }
    let (mut steep, mut flat) = (-STEEPEST, 0.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(steep, flat);
        if spread(&unbiased(blocks, middle)) <= variance { steep = middle } else { flat = middle }
    }
    Ok(unbiased(blocks, steep))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a variance is at most that of a hundred")]
fn thousandths(variance: f64) -> u64 {
    (variance * 1_000.0).ceil() as u64
}

/// The probability of one change in each block at a multiplier of the squares: that of the changes makes the mean 0.
fn unbiased(blocks: &[Block], squares: f64) -> Vec<f64> {
    let reach = STEEPEST * 4.0 * small(blocks.iter().map(|block| block.size).sum::<usize>() + 1);
    let (mut low, mut high) = (-reach, reach);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        let each = weights(blocks, middle, squares);
        if total(blocks, &each, |block| block.change) > 0.0 { high = middle } else { low = middle }
    }
    weights(blocks, low, squares)
}

fn weights(blocks: &[Block], change: f64, squares: f64) -> Vec<f64> {
    let exponent = |block: &Block| change * block.change + squares * block.square;
    let largest = blocks.iter().map(exponent).fold(f64::NEG_INFINITY, f64::max);
    let each: Vec<f64> = blocks.iter().map(|block| (exponent(block) - largest).exp()).collect();
    let sum = total(blocks, &each, |_| 1.0);
    each.into_iter().map(|weight| weight / sum).collect()
}

fn total(blocks: &[Block], each: &[f64], of: impl Fn(&Block) -> f64) -> f64 {
    blocks.iter().zip(each).map(|(block, each)| small(block.size) * of(block) * each).sum()
}

/// Probabilities in billionths, 1 at least: what is possible is possible.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "billionths of 1")]
fn in_billionths(changes: &[i64], each: &[f64]) -> Row {
    let billionths = |each: &f64| ((each * 1e9).round() as u64).max(1);
    super::read::whole(changes.iter().copied().zip(each.iter().map(billionths)).collect())
}
