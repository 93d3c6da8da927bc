//! Measures of what a recoding loses, by record and column or by class. Comes in: microdata, weights. Goes out: what each
//! value costs at each level, and scores. Deliberately absent: the lattice.

use super::hierarchy::share;
use super::microdata::Microdata;

/// What is to be as small as possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Metric {
    /// Loss (the normalised certainty penalty), geometric mean over columns.
    #[default]
    Loss,
    /// Loss, arithmetic mean over columns.
    LossArithmetic,
    /// Sum of squared class sizes; a suppressed record costs as many as there are records. Source: Bayardo and Agrawal (2005).
    Discernibility,
    /// Records per class; suppressed ones together are one class more. Source: LeFevre et al. (2006).
    AverageClassSize,
    /// Bits that it would take to tell the values back, by the frequencies of values and groups in all records; of a
    /// suppressed record nothing is known. Source: de Waal and Willenborg (1999).
    Entropy,
    /// Mean height of the levels in their hierarchies; 1 for a suppressed record. Source: Sweeney (2002).
    Precision,
}

impl Metric {
    /// Its name on the command line and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::LossArithmetic => "loss-arithmetic",
            Self::Discernibility => "discernibility",
            Self::AverageClassSize => "class-size",
            Self::Entropy => "entropy",
            Self::Precision => "precision",
        }
    }

    /// Every metric.
    pub const ALL: [Self; 6] = [
        Self::Loss,
        Self::LossArithmetic,
        Self::Discernibility,
        Self::AverageClassSize,
        Self::Entropy,
        Self::Precision,
    ];

    /// Whether it adds up over records and columns, so that it is known before classes are.
    #[must_use]
    pub const fn is_by_column(self) -> bool {
        match self {
            Self::Loss | Self::LossArithmetic | Self::Entropy | Self::Precision => true,
            Self::Discernibility | Self::AverageClassSize => false,
        }
    }
}

/// A column's costs. A suppressed record costs at least as much as it does at any level.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ColumnCosts {
    /// `[level][value]`.
    pub(super) by_level: Vec<Vec<f64>>,
    /// `[value]`, of a suppressed record.
    pub(super) suppressed: Vec<f64>,
    /// Records by value.
    pub(super) records: Vec<u64>,
    /// Its share of the score.
    pub(super) weight: f64,
}

/// What records cost by column, and how columns come together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Costs {
    pub(super) metric: Metric,
    pub(super) columns: Vec<ColumnCosts>,
    pub(super) records: f64,
}

impl Costs {
    /// `weights`: one a quasi-identifier, none negative; empty where all weigh alike.
    pub(super) fn new(microdata: &Microdata, metric: Metric, weights: &[f64]) -> Self {
        let number_of_columns = count(microdata.hierarchies.len());
        let all: f64 = if weights.is_empty() { number_of_columns } else { weights.iter().sum() };
        let records = count(microdata.records);
        let column = |(at, (hierarchy, codes)): (usize, (&super::hierarchy::Hierarchy, &Vec<u32>))| {
            let domain = hierarchy.domain();
            let mut of_value = vec![0_u64; domain as usize];
            for (code, count) in codes.iter().zip(&microdata.distinct.counts) {
                of_value[*code as usize] += u64::from(*count);
            }
            let bits = |group: u64, value: u64| if value == 0 { 0.0 } else { (whole(group) / whole(value)).log2() };
            let last = count(hierarchy.height() - 1);
            let by_level = hierarchy.levels().iter().enumerate().map(|(height, level)| {
                let mut of_group = vec![0_u64; level.labels.len()];
                for (group, count) in level.codes.iter().zip(&of_value) {
                    of_group[*group as usize] += count;
                }
                let cost = |(group, value): (&u32, &u64)| match metric {
                    Metric::Loss | Metric::LossArithmetic => share(level.leaves[*group as usize], domain),
                    Metric::Entropy => bits(of_group[*group as usize], *value),
                    Metric::Precision => count(height) / last,
                    Metric::Discernibility | Metric::AverageClassSize => 0.0,
                };
                level.codes.iter().zip(&of_value).map(cost).collect()
            });
            let suppressed = |value: &u64| match metric {
                Metric::Loss | Metric::LossArithmetic | Metric::Precision => 1.0,
                Metric::Entropy => bits(microdata.records as u64, *value),
                Metric::Discernibility | Metric::AverageClassSize => 0.0,
            };
            // Entropy is a sum over columns; the others are means.
            let share = if metric == Metric::Entropy { 1.0 } else { all.recip() };
            let weight = weights.get(at).copied().unwrap_or(1.0) * share;
            ColumnCosts {
                by_level: by_level.collect(),
                suppressed: of_value.iter().map(suppressed).collect(),
                records: of_value,
                weight,
            }
        };
        let columns = microdata.hierarchies.iter().zip(&microdata.distinct.codes).enumerate().map(column).collect();
        Self { metric, columns, records }
    }

    /// `[column][level]`, what each column adds to the score where the records of `hidden[column][value]` are suppressed
    /// and all others are generalised to that level.
    pub(super) fn terms(&self, hidden: &[Vec<u64>]) -> Vec<Vec<f64>> {
        let of_column = |(column, hidden): (&ColumnCosts, &Vec<u64>)| {
            let lost: f64 = hidden.iter().zip(&column.suppressed).map(|(count, cost)| whole(*count) * cost).sum();
            let kept: Vec<f64> = column.records.iter().zip(hidden).map(|(all, hidden)| whole(all - hidden)).collect();
            let of_level = |costs: &Vec<f64>| {
                let sum = lost + kept.iter().zip(costs).map(|(count, cost)| count * cost).sum::<f64>();
                self.term(sum, column.weight)
            };
            column.by_level.iter().map(of_level).collect()
        };
        self.columns.iter().zip(hidden).map(of_column).collect()
    }

    fn term(&self, sum: f64, weight: f64) -> f64 {
        match self.metric {
            Metric::Loss => weight * (sum / self.records).ln_1p(),
            Metric::LossArithmetic | Metric::Precision => weight * (sum / self.records),
            Metric::Entropy => weight * sum,
            Metric::Discernibility | Metric::AverageClassSize => 0.0,
        }
    }

    /// The score of a sum of terms.
    pub(super) fn score(&self, sum: f64) -> f64 {
        match self.metric {
            Metric::Loss => sum.exp_m1(),
            Metric::LossArithmetic
            | Metric::Precision
            | Metric::Entropy
            | Metric::Discernibility
            | Metric::AverageClassSize => sum,
        }
    }
}

#[allow(clippy::cast_precision_loss)]
const fn count(count: usize) -> f64 {
    count as f64
}

#[allow(clippy::cast_precision_loss)]
const fn whole(count: u64) -> f64 {
    count as f64
}
