//! What a recoding loses, from its classes alone. Comes in: microdata, classes. Goes out: Loss (the normalised certainty
//! penalty) by column and over columns. Deliberately absent: the search, which bounds the same figures in its own way.

use super::hierarchy::share;
use super::metric::Metric;
use super::microdata::Microdata;
use super::outcome::Classes;

/// What is lost, 0 (nothing) to 1 (everything).
#[derive(Debug, Clone, PartialEq)]
pub struct Loss {
    /// By quasi-identifier: the mean over all records of (values covered - 1) / (domain - 1); a suppressed record counts 1.
    pub columns: Vec<f64>,
    /// The geometric mean of (1 + column), less 1.
    pub geometric: f64,
    /// The mean of the columns.
    pub arithmetic: f64,
}

impl Loss {
    /// Over columns that weigh alike.
    #[must_use]
    pub fn of_columns(columns: Vec<f64>) -> Self {
        let number = number(columns.len().max(1));
        let geometric = (columns.iter().map(|loss| loss.ln_1p()).sum::<f64>() / number).exp_m1();
        let arithmetic = columns.iter().sum::<f64>() / number;
        Self { columns, geometric, arithmetic }
    }

    /// The mean under `metric` (geometric, or arithmetic for any other than [`Metric::Loss`]) with a weight a column; empty
    /// where all weigh alike.
    #[must_use]
    pub fn score(&self, metric: Metric, weights: &[f64]) -> f64 {
        let weight = |at: usize| weights.get(at).copied().unwrap_or(1.0);
        let all: f64 = (0..self.columns.len()).map(weight).sum();
        let mean = |of: fn(f64) -> f64| {
            self.columns.iter().enumerate().map(|(at, loss)| weight(at) * of(*loss)).sum::<f64>() / all
        };
        if metric == Metric::Loss { mean(f64::ln_1p).exp_m1() } else { mean(|loss| loss) }
    }

    /// What `classes` lose.
    #[must_use]
    pub fn of(microdata: &Microdata, classes: &Classes) -> Self {
        let records = number(microdata.records.max(1));
        let suppressed = number(suppressed(microdata, classes));
        let columns = microdata.hierarchies.iter().zip(&classes.cells).zip(&classes.labels).map(
            |((hierarchy, cells), labels)| {
                let lost = |(cell, size): (&u32, &u64)| {
                    let leaves = labels.get(*cell as usize).map_or(1, |label| label.leaves);
                    share(leaves, hierarchy.domain()) * count(*size)
                };
                (cells.iter().zip(&classes.records).map(lost).sum::<f64>() + suppressed) / records
            },
        );
        Self::of_columns(columns.collect())
    }
}

/// Records in no class.
#[must_use]
pub fn suppressed(microdata: &Microdata, classes: &Classes) -> usize {
    let rows = classes.of_row.iter().zip(&microdata.distinct.counts);
    rows.filter(|(class, _)| class.is_none()).map(|(_, count)| *count as usize).sum()
}

#[allow(clippy::cast_precision_loss)]
const fn number(count: usize) -> f64 {
    count as f64
}

#[allow(clippy::cast_precision_loss)]
const fn count(count: u64) -> f64 {
    count as f64
}
