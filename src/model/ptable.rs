//! Perturbation tables of the cell-key method: for each true count, by how much a published figure may differ from it and
//! how often it does. Comes in: rows of probabilities, from a file or made ([`PTable::of_entropy`]). Goes out: a table that
//! is unbiased, bounded and leaves zeros alone. Deliberately absent: keys, and who decides them.
//!
//! Source: Fraser and Wooton (2005), A proposed method for confidentialising tabular output to protect against
//! differencing; Thompson, Broadfoot and Elazar (2013); the packages cellKey and ptable of the sdcTools project.
//!
//! | count | -2 | -1 | 0 | +1 | +2 |
//! |---|---|---|---|---|---|
//! | 0 | | | 1 | | |
//! | 1 | | 0.3665 | 0.3665 | 0.1676 | 0.0995 |
//! | 2 and more | 0.0638 | 0.2447 | 0.3830 | 0.2447 | 0.0638 |

mod entropy;
mod read;

use thiserror::Error;

/// Probabilities are kept in billionths, so that a draw is the same on every machine.
pub const WHOLE: u64 = 1_000_000_000;

/// What a row may be biased by, in billionths of a count: thirds are not whole in billionths.
const BIAS: u64 = 1_000;

/// The largest difference that a table may have.
const MOST: u64 = 100;

/// By how much a count may change, and how often: changes rising, their probabilities in billionths.
pub type Row = Vec<(i64, u64)>;

/// A perturbation table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PTable {
    /// By count, from 0; the last row serves all larger counts.
    rows: Vec<Row>,
    most: u64,
}

/// What is wrong with a perturbation table.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PTableError {
    /// There is nothing to perturb with.
    #[error("the table has no row for counts from 1, or changes none")]
    Empty,
    /// A reader takes a published 0 for none or a few, and a table that invents cases from none is biased.
    #[error("a count of 0 stays 0")]
    ZeroMoves,
    /// A count has no row.
    #[error("there is no row for a count of {count}, between others")]
    Missing {
        /// The count.
        count: u64,
    },
    /// A row is no distribution.
    #[error("the probabilities of a count of {count} add up to {sum} billionths in place of 1")]
    Sum {
        /// The count.
        count: u64,
        /// Of its probabilities, in billionths.
        sum: u64,
    },
    /// A row is biased.
    #[error("a count of {count} changes by {bias} billionths on average, which should be none")]
    Bias {
        /// The count.
        count: u64,
        /// The mean change, in billionths.
        bias: i64,
    },
    /// Fewer than none would be published.
    #[error("a count of {count} would become less than 0")]
    Negative {
        /// The count.
        count: u64,
    },
    /// A row varies more than the row of large counts.
    #[error("a count of {count} varies more than large counts do; small ones vary as much, or less")]
    Variance {
        /// The count.
        count: u64,
    },
    /// Someone who reads a figure would know counts in between that it does not stand for.
    #[error(
        "the counts that are published as {value} leave one out between them, so a range does not say what a reader knows"
    )]
    Gap {
        /// The published figure.
        value: u64,
    },
    /// No row can have these properties.
    #[error(
        "no unbiased change of a count of {count} has so small a variance; at least {least_thousandths} thousandths"
    )]
    TooQuiet {
        /// The count.
        count: u64,
        /// The least variance, in thousandths.
        least_thousandths: u64,
    },
    /// Figures changed further say nothing any more.
    #[error("a figure changes by 1 to 100 at most, and figures that are never published are fewer than that")]
    Deviation,
    /// A line of a file.
    #[error("line {line}: {what}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong in it.
        what: &'static str,
    },
}

impl PTable {
    /// A table of rows by count, from 0; the last serves all larger counts.
    ///
    /// # Errors
    /// [`PTableError`] where it is no table that leaves zeros alone, is unbiased, and varies least for small counts.
    pub fn new(rows: Vec<Row>) -> Result<Self, PTableError> {
        let changes = rows.iter().flatten().map(|(change, _)| change.unsigned_abs());
        let most = changes.max().unwrap_or(0);
        match rows.split_first() {
            Some((none, others)) if !others.is_empty() && most > 0 => {
                if none.as_slice() != [(0, WHOLE)] {
                    return Err(PTableError::ZeroMoves);
                }
            }
            Some(_) | None => return Err(PTableError::Empty),
        }
        if most > MOST {
            return Err(PTableError::Deviation);
        }
        let large = rows.last().map_or(0, variance);
        for (row, count) in rows.iter().zip(0..) {
            check(row, count, large)?;
        }
        let table = Self { rows, most };
        table.check_ranges()?;
        Ok(table)
    }

    /// The furthest that a published figure is from its count (D).
    #[must_use]
    pub const fn most(&self) -> u64 {
        self.most
    }

    /// The figure that `count` is published as under a cell key. Every key below 2^32 is as likely as any other.
    #[must_use]
    pub fn perturbed(&self, count: u64, key: u32) -> u64 {
        let mut drawn = (u64::from(key) * WHOLE) >> 32;
        for &(change, probability) in self.row(count) {
            if drawn < probability {
                return count.saturating_add_signed(change);
            }
            drawn -= probability;
        }
        count
    }

    /// Lowest and highest count that are ever published as `value`; none where nothing is.
    ///
    /// D 2, no figures of 1: 0 stands for 0 to 2, 2 for 1 to 4.
    #[must_use]
    pub fn counts_of(&self, value: u64) -> Option<(u64, u64)> {
        let mut counts = self.candidates(value);
        let lowest = counts.next()?;
        Some((lowest, counts.last().unwrap_or(lowest)))
    }

    /// The rows by count, from 0; for whoever prints them.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    fn row(&self, count: u64) -> &[(i64, u64)] {
        let last = self.rows.len() - 1;
        &self.rows[usize::try_from(count).unwrap_or(last).min(last)]
    }

    fn candidates(&self, value: u64) -> impl Iterator<Item = u64> {
        let counts = value.saturating_sub(self.most)..=value.saturating_add(self.most);
        counts.filter(move |&count| {
            self.row(count).iter().any(|&(change, _)| count.checked_add_signed(change) == Some(value))
        })
    }

    fn check_ranges(&self) -> Result<(), PTableError> {
        // Beyond these all counts have the last row.
        let end = self.rows.len() as u64 + 2 * self.most;
        for value in 0..=end {
            let counts: Vec<u64> = self.candidates(value).collect();
            if counts.windows(2).any(|pair| pair[0] + 1 < pair[1]) {
                return Err(PTableError::Gap { value });
            }
        }
        Ok(())
    }
}

/// The mean square of a row's changes, in billionths.
fn variance(row: &Row) -> u64 {
    row.iter().map(|(change, probability)| change.unsigned_abs().pow(2) * probability).sum()
}

fn check(row: &Row, count: u64, large: u64) -> Result<(), PTableError> {
    let sum = row.iter().map(|(_, probability)| probability).sum();
    if sum != WHOLE {
        return Err(PTableError::Sum { count, sum });
    }
    if row.iter().any(|(change, _)| count.checked_add_signed(*change).is_none()) {
        return Err(PTableError::Negative { count });
    }
    let bias: i64 = row.iter().map(|(change, probability)| change * probability.cast_signed()).sum();
    if bias.unsigned_abs() > BIAS {
        return Err(PTableError::Bias { count, bias });
    }
    // Billionths of the squares of a hundred.
    if variance(row) > large + 10_000_000 {
        return Err(PTableError::Variance { count });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
