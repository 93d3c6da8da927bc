//! How likely it is that somebody is recognised in microdata, before and after recoding. Comes in: microdata, classes, what is
//! known of the population. Goes out: numbers. Deliberately absent: any value or label, so a report of them shows nobody.

mod attack;
mod chance;
mod groups;
mod population;
mod project;
mod sizes;
mod subsets;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use attack::{Attack, Ground, Risks};
pub use population::{Estimate, Estimates, Estimator};
pub use sizes::{Band, Sizes};
pub use subsets::{Attribute, Scope, Singled, Subsets};

use super::microdata::Microdata;
use super::outcome::Classes;
use groups::Groups;

/// What a reader of the report wants to know, and what is known besides the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// A record is at risk above this: one over the least size of a class. None where nobody set one.
    pub threshold: Option<f64>,
    /// The share of the population that the data are, above 0 and at most 1.
    pub fraction: f64,
    /// Entries that the attribute subsets may take to count; none where they are not wanted.
    pub work: Option<u64>,
}

/// The share of the population that is assumed where nobody says one: one in ten. A higher share is more cautious.
pub const FRACTION: f64 = 0.1;

/// Enough for all subsets of nine attributes of almost a million different records.
pub const WORK: u64 = 500_000_000;

/// The risk of a file as it was, and as it goes out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Risk {
    /// Above this a record is at risk.
    pub threshold: Option<f64>,
    /// The share of the population that the data are, as told or as the population table has it.
    pub sampling_fraction: f64,
    /// Against what journalist and marketer risk are measured.
    pub population: Ground,
    /// Whether families (protected units) are known.
    pub families_known: bool,
    /// The records as they came.
    pub before: Side,
    /// The records as they go out.
    pub after: Side,
}

/// The risk of one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// Records that show their quasi-identifiers.
    pub records: u64,
    /// Records that are suppressed. They are no class, and in none of the figures below.
    pub suppressed: u64,
    /// The risk of a suppressed record for a reader who knows that it is one: one over their number, families where known.
    pub suppressed_highest: Option<f64>,
    /// Classes by their size.
    pub class_sizes: Sizes,
    /// The risk of records.
    pub risk: Risks,
    /// Families, where they are known; a family counts with the smallest class it is in.
    pub families: Option<Families>,
    /// Protected units (families where known, else records) that are alone in a class of the population.
    pub population_uniques: Estimates,
    /// Which attributes single out, where that is wanted.
    pub subsets: Option<Subsets>,
}

/// The same for families.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Families {
    /// Families that are in a class.
    pub families: u64,
    /// Classes by their number of families.
    pub class_sizes: Sizes,
    /// The risk of families.
    pub risk: Risks,
}

impl Risk {
    /// Measures `microdata` as it came and as `classes` make it. `levels`: the level of each quasi-identifier, where all
    /// records have the same; people of the population are then counted in the classes they fall into. Else only those count
    /// who are alike to a record before recoding, which makes risks higher, never lower.
    #[must_use]
    pub fn new(microdata: &Microdata, classes: &Classes, levels: Option<&[usize]>, terms: &Terms) -> Self {
        let before = Groups::before(microdata);
        let after = Groups::after(microdata, classes, levels);
        let people: u64 = microdata.distinct.population.iter().map(|count| u64::from(*count)).sum();
        let has_table = people > 0;
        let fraction = if has_table {
            (real(microdata.records as u64) / real(people)).min(1.0)
        } else {
            terms.fraction.clamp(f64::MIN_POSITIVE, 1.0)
        };
        let ground = if has_table { Ground::Table } else { Ground::Estimated };
        let side = |groups: &Groups| Side::new(groups, ground, &Terms { fraction, ..*terms });
        Self {
            threshold: terms.threshold,
            sampling_fraction: fraction,
            population: ground,
            families_known: !microdata.distinct.units.is_empty(),
            before: side(&before),
            after: side(&after),
        }
    }
}

impl Side {
    fn new(groups: &Groups, ground: Ground, terms: &Terms) -> Self {
        let protected = groups.protected_sizes();
        Self {
            records: groups.records.iter().sum(),
            suppressed: groups.suppressed_records,
            suppressed_highest: (groups.suppressed_units > 0).then(|| 1.0 / real(groups.suppressed_units)),
            class_sizes: Sizes::new(&groups.records),
            risk: Risks::of_records(groups, ground, terms),
            families: groups.has_units().then(|| Families {
                families: groups.families(),
                class_sizes: Sizes::new(&groups.units),
                risk: Risks::of_families(groups, terms),
            }),
            population_uniques: Estimates::new(&protected, terms.fraction),
            subsets: terms.work.map(|work| Subsets::new(groups, work)),
        }
    }
}

/// Counts of records are far below 2^52.
#[allow(clippy::cast_precision_loss)]
const fn real(count: u64) -> f64 {
    count as f64
}
