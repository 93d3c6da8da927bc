//! Full-domain generalisation: one level a quasi-identifier for all records, the best of all combinations. Comes in:
//! microdata, privacy models, a metric, a limit of suppression. Goes out: the levels, the classes, and whether they are
//! proven to be the best. Deliberately absent: reading and writing.

mod anytime;
mod apply;
mod base;
mod grouper;
mod half;
mod joining;
mod judge;
mod lattice;
mod payload;
mod run;
mod search;
mod tally;

#[cfg(test)]
mod tests;

use thiserror::Error;

use super::hierarchy::Hierarchy;
use super::metric::{Costs, Metric};
use super::microdata::Microdata;
use super::model::Model;
use super::outcome::Classes;
use grouper::Grouper;
use judge::Judge;
use lattice::{Lattice, Levels};
use search::Search;

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// All must hold.
    pub models: Vec<Model>,
    /// What is to be small.
    pub metric: Metric,
    /// One a quasi-identifier; empty where all weigh alike.
    pub weights: Vec<f64>,
    /// Records that may be suppressed. Fewer than the models ask of a class, but some, are never: then the smallest class is
    /// suppressed too, so that who is missing is one of as many.
    pub limit: u64,
    /// Nodes that may be checked; without one as many as the proof takes, or 20,000 where the lattice has millions of nodes.
    pub budget: Option<u64>,
}

/// A node of the lattice and what it took to find it.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimum {
    /// One a quasi-identifier, 0 for the values themselves.
    pub levels: Vec<usize>,
    /// Under the metric.
    pub score: f64,
    /// No node has a lower score than this; the score itself where the node is proven to be the best.
    pub bound: f64,
    /// Nodes whose classes were formed.
    pub checked: u64,
    /// Nodes of the lattice.
    pub lattice: u128,
    /// The classes at the node.
    pub classes: Classes,
}

impl Optimum {
    /// Whether no node is better.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.bound >= self.score
    }
}

/// Why there is no best node.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum GlobalError {
    /// Every node suppresses too much.
    #[error("no combination of levels keeps the models with at most {limit} suppressed records")]
    None {
        /// Records that may be suppressed.
        limit: u64,
    },
    /// Whoever is suppressed would be one of fewer than a class must have, and so would anybody who is not.
    #[error("there are {units} protected units and a class must have {least}: too few for any extract")]
    Few {
        /// In all records.
        units: u64,
        /// What the models ask for.
        least: u64,
    },
    /// None was found: the budget was used up, or a rule chose what to suppress and suppressed too much.
    #[error("no combination of levels was found in {checked} checks")]
    Budget {
        /// Nodes checked.
        checked: u64,
    },
}

/// Nodes of the largest lattice that is searched as a whole; a larger one is searched box by box.
const NODES_MAX: usize = 1 << 22;

/// Nodes that are checked of a larger lattice, where no budget is set.
const BUDGET: u64 = 20_000;

/// The best node.
///
/// # Errors
/// [`GlobalError`] where no node keeps the models within the limit.
pub fn optimum(microdata: &Microdata, settings: &Settings) -> Result<Optimum, GlobalError> {
    search_up_to(microdata, settings, NODES_MAX)
}

/// The same, with lattices up to `nodes_max` nodes searched as a whole.
fn search_up_to(microdata: &Microdata, settings: &Settings, nodes_max: usize) -> Result<Optimum, GlobalError> {
    let least = settings.models.iter().map(Model::units_min).max().unwrap_or(1);
    let units = units(microdata);
    if units < least && microdata.records > 0 {
        return Err(GlobalError::Few { units, least });
    }
    let heights: Vec<usize> = microdata.hierarchies.iter().map(Hierarchy::height).collect();
    let nodes = heights.iter().fold(1_u128, |nodes, height| nodes.saturating_mul(*height as u128));
    let costs = Costs::new(microdata, settings.metric, &settings.weights);
    let grouper = Grouper::new(microdata, &settings.models);
    let judge = Judge { grouper: &grouper, costs: &costs, models: &settings.models, limit: settings.limit };
    let lattice = Lattice::new(&heights).filter(|lattice| lattice.nodes() <= nodes_max);
    let Found { best, open, checked } = if let Some(lattice) = lattice {
        let mut search = Search::new(&lattice, &judge);
        let budget = settings.budget.unwrap_or(u64::MAX);
        search.run(budget);
        search.go_down(budget);
        Found { open: search.open_bound(), checked: search.checked, best: search.best }
    } else {
        let top: Vec<u8> = heights.iter().map(|height| u8::try_from(height - 1).unwrap_or(u8::MAX)).collect();
        anytime::search(&judge, &top, settings.budget.unwrap_or(BUDGET))
    };
    let Some((sum, node)) = best else {
        return Err(match open {
            Some(_) => GlobalError::Budget { checked },
            None => GlobalError::None { limit: settings.limit },
        });
    };
    Ok(Optimum {
        levels: node.iter().map(|level| usize::from(*level)).collect(),
        score: costs.score(sum),
        bound: costs.score(open.unwrap_or(sum)),
        checked,
        lattice: nodes,
        classes: apply::classes(microdata, &grouper, &node, &settings.models, &costs),
    })
}

/// Protected units of all records.
fn units(microdata: &Microdata) -> u64 {
    let distinct = &microdata.distinct;
    if distinct.units.is_empty() {
        return microdata.records as u64;
    }
    let of_records = distinct.units.iter().zip(&distinct.counts).filter(|(_, count)| **count > 0);
    of_records.map(|(unit, _)| unit).collect::<std::collections::BTreeSet<_>>().len() as u64
}

/// What a search found.
struct Found {
    /// Sum of terms, levels.
    best: Option<(f64, Levels)>,
    /// The lowest bound of what was left open.
    open: Option<f64>,
    checked: u64,
}
