//! Local recoding: each class has levels of its own, so that only records that stand out lose much. Comes in: microdata,
//! privacy models, weights. Goes out: classes. Deliberately absent: suppressed records, and a proof that no recoding is better.
//!
//! Points are cut into blocks along the hierarchies, brought together inside each block, the cheapest join first, and the
//! groups are then taken apart and put together again while that lowers the loss. A class is called, in each column, by the
//! lowest node of the hierarchy above its values. The regions of two classes may overlap; no two have the same name.

mod apply;
mod cluster;
mod groups;
mod partition;
mod points;
mod refine;
#[cfg(test)]
mod tests;
mod tree;

use std::sync::atomic::{AtomicUsize, Ordering};

use thiserror::Error;

use super::metric::Metric;
use super::microdata::Microdata;
use super::model::Model;
use super::outcome::Classes;
use groups::{Ground, Group};
use points::Points;
use tree::{Tree, number};

/// Why there is no local recoding.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum LocalError {
    /// All records in one class do not keep the models.
    #[error("even all records in one class do not keep the models")]
    None,
    /// A model that asks about people who are in no class.
    #[error("local recoding keeps no model that compares with a population (k-map, delta-presence)")]
    Population,
    /// A measure that local recoding does not lower.
    #[error("local recoding lowers loss or loss-arithmetic, not {metric}")]
    Metric {
        /// Its name.
        metric: &'static str,
    },
    /// A number of nodes, where no nodes are checked.
    #[error("local recoding checks no combinations of levels, so it takes no budget of them")]
    Budget,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// All must hold.
    pub models: Vec<Model>,
    /// [`Metric::Loss`] or [`Metric::LossArithmetic`]: the arithmetic mean is lowered for both.
    pub metric: Metric,
    /// One a quasi-identifier; empty where all weigh alike.
    pub weights: Vec<f64>,
}

/// Points of a block in which each is compared with each.
const BLOCK: usize = 1_000;

/// How often the groups of a block are gone over.
const ROUNDS: usize = 2;

/// Classes that lose little.
///
/// # Errors
/// [`LocalError`] where the models cannot be kept, or something is asked that local recoding does not do.
pub fn recode(microdata: &Microdata, settings: &Settings) -> Result<Classes, LocalError> {
    match settings.metric {
        Metric::Loss | Metric::LossArithmetic => {}
        Metric::Discernibility | Metric::AverageClassSize | Metric::Entropy | Metric::Precision => {
            return Err(LocalError::Metric { metric: settings.metric.name() });
        }
    }
    let of_people = |model: &Model| matches!(model, Model::KMap { .. } | Model::DeltaPresence { .. });
    if settings.models.iter().any(of_people) {
        return Err(LocalError::Population);
    }
    let all: f64 =
        if settings.weights.is_empty() { count(microdata.hierarchies.len()) } else { settings.weights.iter().sum() };
    let weight = |at: usize| settings.weights.get(at).copied().unwrap_or(1.0) / all;
    let trees: Vec<Tree> =
        microdata.hierarchies.iter().enumerate().map(|(at, hierarchy)| Tree::new(hierarchy, weight(at))).collect();
    let points = Points::new(microdata, &settings.models, &trees);
    let ground = Ground { points: &points, trees: &trees };
    let everything: Vec<u32> = (0..number(points.len())).collect();
    if !points.holds(&everything) {
        return Err(LocalError::None);
    }
    let blocks = partition::blocks(&ground, everything, BLOCK);
    Ok(apply::classes(&ground, microdata, in_blocks(&ground, &blocks)))
}

/// The groups of all blocks, in their order; two blocks at a time.
fn in_blocks(ground: &Ground<'_>, blocks: &[Vec<u32>]) -> Vec<Group> {
    let of_block = |block: &Vec<u32>| refine::refine(ground, cluster::cluster(ground, block), ROUNDS);
    let next = AtomicUsize::new(0);
    let take = || {
        let at = next.fetch_add(1, Ordering::Relaxed);
        blocks.get(at).map(|block| (at, block))
    };
    let work = || {
        let mut made = Vec::new();
        while let Some((at, block)) = take() {
            made.push((at, of_block(block)));
        }
        made
    };
    let mut made = std::thread::scope(|scope| {
        let other = scope.spawn(work);
        let mut made = work();
        match other.join() {
            Ok(others) => made.extend(others),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        made
    });
    made.sort_unstable_by_key(|(at, _)| *at);
    made.into_iter().flat_map(|(_, groups)| groups).collect()
}

#[allow(clippy::cast_precision_loss)]
const fn count(count: usize) -> f64 {
    count as f64
}
