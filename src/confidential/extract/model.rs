//! Privacy models: what must hold of every equivalence class, or of all together. Comes in: one class's records by
//! sensitive value, protected unit and population. Goes out: whether it may stand. Deliberately absent: search.

mod closeness;
#[cfg(test)]
mod tests;

use thiserror::Error;

pub use closeness::{Closeness, Distance};

/// A model that makes no sense, with its limits.
#[derive(Debug, Error, Clone, PartialEq)]
pub enum ModelError {
    /// A parameter outside its range.
    #[error("{model}: {parameter} must be {allowed}")]
    Range {
        /// The model.
        model: &'static str,
        /// Its parameter.
        parameter: &'static str,
        /// What it may be.
        allowed: &'static str,
    },
    /// A model of an attribute that is not sensitive here.
    #[error("{model} needs a sensitive attribute")]
    NoAttribute {
        /// The model.
        model: &'static str,
    },
    /// An order over values that have none.
    #[error("the values of {column:?} are no numbers and there is no hierarchy that orders them")]
    NoOrder {
        /// The column.
        column: String,
    },
    /// Closeness by hierarchy without one.
    #[error("there is no hierarchy of the sensitive attribute {column:?}")]
    NoHierarchy {
        /// The column.
        column: String,
    },
    /// A model that compares with a population, without one.
    #[error("{model} needs a population table")]
    NoPopulation {
        /// The model.
        model: &'static str,
    },
    /// A sensitive attribute that no model protects.
    #[error("the sensitive attribute {column:?} has no model of its own: diversity or closeness")]
    Unprotected {
        /// The column.
        column: String,
    },
    /// No model at all.
    #[error("no privacy model is named")]
    None,
}

/// What must hold of the classes. Attributes are numbered as in the microdata.
#[derive(Debug, Clone, PartialEq)]
pub enum Model {
    /// At least `k` protected units in each class. Source: Samarati (2001).
    KAnonymity {
        /// 2 or more.
        k: u64,
    },
    /// At least `k` people of the population in each class. Source: Sweeney (2001).
    KMap {
        /// 2 or more.
        k: u64,
    },
    /// At least `l` values. Source: Machanavajjhala et al. (2007).
    DistinctDiversity {
        /// The sensitive attribute.
        attribute: usize,
        /// 2 or more.
        l: u64,
    },
    /// An entropy of at least log `l`. Source: Machanavajjhala et al. (2007).
    EntropyDiversity {
        /// The sensitive attribute.
        attribute: usize,
        /// Above 1.
        l: f64,
    },
    /// The commonest value is rarer than `c` times all from the `l`-th commonest on. Source: Machanavajjhala et al. (2007).
    RecursiveDiversity {
        /// The sensitive attribute.
        attribute: usize,
        /// Above 0.
        c: f64,
        /// 2 or more.
        l: u64,
    },
    /// The distribution in each class is within `t` of the one in all records. Source: Li et al. (2007).
    TCloseness(Closeness),
    /// The share of the population's class that is in the data is from `low` to `high`. Source: Nergiz et al. (2007).
    DeltaPresence {
        /// 0 or more.
        low: f64,
        /// At most 1.
        high: f64,
    },
    /// Classes per protected unit, at most `most` over all classes.
    AverageRisk {
        /// Above 0, at most 1.
        most: f64,
    },
    /// One over the units of the smallest class, at most `most`.
    HighestRisk {
        /// Above 0, at most 1.
        most: f64,
    },
}

/// One equivalence class.
#[derive(Debug, Clone, Copy)]
pub struct Class<'c> {
    /// Protected units.
    pub units: u64,
    /// People of the population alike; 0 without a population table.
    pub population: u64,
    /// Records in the data.
    pub records: u64,
    /// `[sensitive attribute]`, how many units have each value; values in order, none twice.
    pub values: &'c [Vec<(u32, u64)>],
}

impl Model {
    /// Whether the class may stand. [`Model::AverageRisk`] asks nothing of one class.
    #[must_use]
    pub fn holds(&self, class: &Class<'_>) -> bool {
        let values = |attribute: usize| class.values.get(attribute).map_or(&[][..], Vec::as_slice);
        match self {
            Self::KAnonymity { k } => class.units >= *k,
            Self::KMap { k } => class.population >= *k,
            Self::DistinctDiversity { attribute, l } => count(values(*attribute).len()) >= *l,
            Self::EntropyDiversity { attribute, l } => entropy(values(*attribute)) >= l.ln() - ROUNDING,
            Self::RecursiveDiversity { attribute, c, l } => recursive(values(*attribute), *c, *l),
            Self::TCloseness(closeness) => closeness.of(values(closeness.attribute)) <= closeness.t + ROUNDING,
            Self::DeltaPresence { low, high } => {
                let presence = number(class.records) / number(class.population.max(1));
                (*low..=*high).contains(&presence)
            }
            Self::AverageRisk { .. } => true,
            Self::HighestRisk { most } => number(class.units) * most >= 1.0 - ROUNDING,
        }
    }

    /// A condition that the model implies, and that stays true when records are added to a class; so a class without it
    /// is inside no class that holds, at this node or any below it.
    #[must_use]
    pub fn core_holds(&self, class: &Class<'_>) -> bool {
        let distinct = |attribute: usize| class.values.get(attribute).map_or(0, |values| count(values.len()));
        match self {
            Self::KAnonymity { .. } | Self::KMap { .. } | Self::DistinctDiversity { .. } | Self::HighestRisk { .. } => {
                self.holds(class)
            }
            // An entropy of log l needs l values; the commonest can only be outweighed where there are l values.
            Self::EntropyDiversity { attribute, l } => number(distinct(*attribute)) >= l - ROUNDING,
            Self::RecursiveDiversity { attribute, l, .. } => distinct(*attribute) >= *l,
            Self::TCloseness(_) | Self::DeltaPresence { .. } | Self::AverageRisk { .. } => true,
        }
    }

    /// Whether its core condition looks at more than how many records and people a class has.
    #[must_use]
    pub fn core_looks_inside(&self) -> bool {
        match self {
            Self::DistinctDiversity { .. } | Self::EntropyDiversity { .. } | Self::RecursiveDiversity { .. } => true,
            Self::KAnonymity { .. }
            | Self::KMap { .. }
            | Self::TCloseness(_)
            | Self::DeltaPresence { .. }
            | Self::AverageRisk { .. }
            | Self::HighestRisk { .. } => false,
        }
    }

    /// Whether it looks at more than how many units a class has.
    #[must_use]
    pub fn looks_inside(&self) -> bool {
        match self {
            Self::KAnonymity { .. } | Self::HighestRisk { .. } | Self::AverageRisk { .. } => false,
            Self::KMap { .. }
            | Self::DistinctDiversity { .. }
            | Self::EntropyDiversity { .. }
            | Self::RecursiveDiversity { .. }
            | Self::TCloseness(_)
            | Self::DeltaPresence { .. } => true,
        }
    }

    /// The fewest units a class may have under this model alone.
    #[must_use]
    pub fn units_min(&self) -> u64 {
        match self {
            Self::KAnonymity { k } => *k,
            Self::HighestRisk { most } => {
                // What the division rounds away is at most a part in 2^52, which a few steps make up for.
                let enough = |units: &u64| number(*units) * most >= 1.0 - ROUNDING;
                let nearly = whole(((1.0 - ROUNDING) / most).floor());
                let from = nearly.saturating_sub(nearly >> 50).saturating_sub(1).max(1);
                (from..=from.saturating_add(16)).find(enough).unwrap_or(u64::MAX)
            }
            Self::KMap { .. }
            | Self::DistinctDiversity { .. }
            | Self::EntropyDiversity { .. }
            | Self::RecursiveDiversity { .. }
            | Self::TCloseness(_)
            | Self::DeltaPresence { .. }
            | Self::AverageRisk { .. } => 1,
        }
    }
}

/// What is lost in adding floating numbers; a model's limit is met when it is met this nearly.
pub(super) const ROUNDING: f64 = 1e-12;

fn recursive(values: &[(u32, u64)], c: f64, l: u64) -> bool {
    let mut counts: Vec<u64> = values.iter().map(|(_, count)| *count).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let from = usize::try_from(l).unwrap_or(usize::MAX).saturating_sub(1);
    let rest: u64 = counts.iter().skip(from).sum();
    counts.first().is_some_and(|most| number(*most) < c * number(rest))
}

fn entropy(values: &[(u32, u64)]) -> f64 {
    let all = number(values.iter().map(|(_, count)| count).sum());
    let term = |(_, count): &(u32, u64)| number(*count) / all * (number(*count) / all).ln();
    -values.iter().map(term).sum::<f64>()
}

#[allow(clippy::cast_precision_loss)]
pub(super) const fn number(count: u64) -> f64 {
    count as f64
}

/// Of what is not negative; as many as can be counted where there are more.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
const fn whole(number: f64) -> u64 {
    number as u64
}

fn count(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
