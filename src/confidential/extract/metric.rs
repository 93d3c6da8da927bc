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
    /// Non-uniform entropy: the bits that tell a value from the others of its group, by their frequencies in all records;
    /// for suppressed records also those that tell their groups from each other. Source: de Waal and Willenborg (1999).
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

/// A column's costs. Suppressing more records never costs less, at any level.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ColumnCosts {
    /// `[level][value]`.
    pub(super) by_level: Vec<Vec<f64>>,
    /// `[level][value]`, the group; for [`Metric::Entropy`] alone.
    groups: Vec<Vec<u32>>,
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
            // Entropy is a sum over columns; the others are means.
            let share = if metric == Metric::Entropy { 1.0 } else { all.recip() };
            let weight = weights.get(at).copied().unwrap_or(1.0) * share;
            ColumnCosts {
                by_level: by_level.collect(),
                groups: hierarchy.levels().iter().map(|level| level.codes.clone()).collect(),
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
            let gone = whole(hidden.iter().sum());
            let kept: Vec<f64> = column.records.iter().zip(hidden).map(|(all, hidden)| whole(all - hidden)).collect();
            let of_level = |(costs, groups): (&Vec<f64>, &Vec<u32>)| {
                let sum = match self.metric {
                    // A suppressed record loses all there is to lose of it.
                    Metric::Loss | Metric::LossArithmetic | Metric::Precision => gone + product(&kept, costs),
                    Metric::Entropy => {
                        let of_groups =
                            product(&kept, costs) + hidden.iter().zip(costs).map(|(h, c)| whole(*h) * c).sum::<f64>();
                        of_groups + bits_among(hidden, groups)
                    }
                    Metric::Discernibility | Metric::AverageClassSize => 0.0,
                };
                self.term(sum, column.weight)
            };
            column.by_level.iter().zip(&column.groups).map(of_level).collect()
        };
        self.columns.iter().zip(hidden).map(of_column).collect()
    }

    /// What each column comes to at the levels of `node` with the records of `hidden[column][value]` suppressed, ready for one
    /// class more.
    pub(super) fn standing(&self, node: &[u8], hidden: &[Vec<u64>]) -> Vec<Standing> {
        let of_column = |((column, hidden), level): ((&ColumnCosts, &Vec<u64>), &u8)| {
            let level = usize::from(*level);
            let (costs, groups) = (&column.by_level[level], &column.groups[level]);
            let gone: u64 = hidden.iter().sum();
            let kept: Vec<f64> = column.records.iter().zip(hidden).map(|(all, hidden)| whole(all - hidden)).collect();
            let sum = match self.metric {
                Metric::Loss | Metric::LossArithmetic | Metric::Precision => whole(gone) + product(&kept, costs),
                Metric::Entropy => {
                    let all: Vec<f64> = column.records.iter().map(|all| whole(*all)).collect();
                    product(&all, costs)
                }
                Metric::Discernibility | Metric::AverageClassSize => 0.0,
            };
            let mut of_group = vec![0_u64; groups.iter().max().map_or(0, |most| *most as usize + 1)];
            for (count, group) in hidden.iter().zip(groups) {
                of_group[*group as usize] += count;
            }
            let inside = of_group.iter().map(|count| bits(*count)).sum();
            Standing { sum, of_group, inside, gone }
        };
        self.columns.iter().zip(hidden).zip(node).map(of_column).collect()
    }

    /// The sum of terms where a class of so many `records`, alike in the groups of `values` (one a column), is suppressed too.
    pub(super) fn with_class(&self, node: &[u8], standing: &[Standing], values: &[u32], records: u64) -> f64 {
        let term = |(((column, standing), value), level): (((&ColumnCosts, &Standing), &u32), &u8)| {
            let (level, value) = (usize::from(*level), *value as usize);
            let sum = match self.metric {
                Metric::Loss | Metric::LossArithmetic | Metric::Precision => {
                    standing.sum + whole(records) * (1.0 - column.by_level[level][value])
                }
                // The bits among all suppressed: those of all of them less those within each group.
                Metric::Entropy => {
                    let group = standing.of_group[column.groups[level][value] as usize];
                    let inside = standing.inside - bits(group) + bits(group + records);
                    standing.sum + bits(standing.gone + records) - inside
                }
                Metric::Discernibility | Metric::AverageClassSize => 0.0,
            };
            self.term(sum, column.weight)
        };
        self.columns.iter().zip(standing).zip(values).zip(node).map(term).sum()
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

/// What a column comes to at one level.
pub(super) struct Standing {
    /// Without the bits among suppressed records.
    sum: f64,
    /// Suppressed records by group, `count x log2(count)` of them added up, and all of them.
    of_group: Vec<u64>,
    inside: f64,
    gone: u64,
}

/// `count x log2(count)`.
fn bits(count: u64) -> f64 {
    if count == 0 { 0.0 } else { whole(count) * whole(count).log2() }
}

fn product(counts: &[f64], costs: &[f64]) -> f64 {
    counts.iter().zip(costs).map(|(count, cost)| count * cost).sum()
}

/// The bits that tell the group of each of these records from the groups of the others. More records, or finer groups, are
/// never fewer bits.
fn bits_among(values: &[u64], groups: &[u32]) -> f64 {
    let all: u64 = values.iter().sum();
    let mut of_group = vec![0_u64; groups.iter().max().map_or(0, |most| *most as usize + 1)];
    for (count, group) in values.iter().zip(groups) {
        of_group[*group as usize] += count;
    }
    let bits = |count: &u64| whole(*count) * (whole(all) / whole(*count)).log2();
    of_group.iter().filter(|count| **count > 0).map(bits).sum()
}

#[allow(clippy::cast_precision_loss)]
const fn count(count: usize) -> f64 {
    count as f64
}

#[allow(clippy::cast_precision_loss)]
const fn whole(count: u64) -> f64 {
    count as f64
}
