//! Full-domain generalisation: one level a quasi-identifier for all records, the best of all combinations. Comes in:
//! microdata, privacy models, a metric, a limit of suppression. Goes out: the levels, the classes, and whether they are
//! proven to be the best. Deliberately absent: reading and writing.

mod apply;
mod base;
mod grouper;
mod half;
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
use lattice::Lattice;
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
    /// Nodes that may be checked.
    pub budget: u64,
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
    /// The budget was used up before any node was found.
    #[error("no combination of levels was found in {checked} checks")]
    Budget {
        /// Nodes checked.
        checked: u64,
    },
    /// The lattice is too large to be numbered.
    #[error("the lattice has {nodes} nodes; at most {most} can be searched")]
    TooLarge {
        /// Its nodes.
        nodes: u128,
        /// The limit.
        most: usize,
    },
}

/// Nodes of the largest lattice that is searched as a whole.
const NODES_MAX: usize = 1 << 23;

/// The best node.
///
/// # Errors
/// [`GlobalError`] where no node keeps the models within the limit.
pub fn optimum(microdata: &Microdata, settings: &Settings) -> Result<Optimum, GlobalError> {
    let heights: Vec<usize> = microdata.hierarchies.iter().map(Hierarchy::height).collect();
    let nodes = heights.iter().fold(1_u128, |nodes, height| nodes.saturating_mul(*height as u128));
    let too_large = || GlobalError::TooLarge { nodes, most: NODES_MAX };
    let lattice = Lattice::new(&heights).filter(|lattice| lattice.nodes() <= NODES_MAX).ok_or_else(too_large)?;
    let costs = Costs::new(microdata, settings.metric, &settings.weights);
    let grouper = Grouper::new(microdata, &settings.models);
    let mut search = Search::new(&lattice, &grouper, &costs, &settings.models, settings.limit);
    search.run(settings.budget);
    let open = search.open_bound();
    let checked = search.checked;
    let Some(best) = search.best else {
        return Err(match open {
            Some(_) => GlobalError::Budget { checked },
            None => GlobalError::None { limit: settings.limit },
        });
    };
    Ok(Optimum {
        levels: best.node.iter().map(|level| usize::from(*level)).collect(),
        score: costs.score(best.sum),
        bound: costs.score(open.unwrap_or(best.sum)),
        checked,
        lattice: nodes,
        classes: apply::classes(microdata, &grouper, &best.node, &settings.models),
    })
}
