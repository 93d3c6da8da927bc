//! What one node says. Comes in: a node. Goes out: its score, and what it says of the nodes below and above. Deliberately
//! absent: which node is next.

use super::grouper::{Grouper, Groups};
use super::lattice::Levels;
use crate::extract::metric::{Costs, Metric};
use crate::extract::model::Model;

/// Scores that differ by less than this share are alike.
const ROUNDING: f64 = 1e-12;

/// Judges nodes.
pub(super) struct Judge<'s> {
    pub(super) grouper: &'s Grouper<'s>,
    pub(super) costs: &'s Costs,
    pub(super) models: &'s [Model],
    /// Records that may be suppressed.
    pub(super) limit: u64,
}

/// A node after its rows were grouped.
pub(super) enum Seen {
    /// It suppresses too much, and so does every node below.
    RuledOut,
    /// What it says.
    Node {
        /// `[quasi-identifier][level]`: no node below scores lower than the sum over its levels.
        terms: Vec<Vec<f64>>,
        /// No node above scores lower.
        above: f64,
        /// Its score, as a sum of terms.
        sum: f64,
        /// Whether it keeps the limit.
        allowed: bool,
        /// Where what it suppresses was chosen by a rule: no choice at the node scores lower, as a sum of terms.
        ruled: Option<f64>,
    },
}

impl Judge<'_> {
    /// Whether a node and its sum are to be taken in place of the best: because it is better, or because it is alike and keeps
    /// more detail.
    pub(super) fn is_preferred((sum, node): (f64, &[u8]), best: Option<&(f64, Levels)>) -> bool {
        best.is_none_or(|(least, levels)| {
            let is_finer = levels != node && node.iter().zip(levels).all(|(level, best)| level <= best);
            Self::is_less(sum, *least) || (is_finer && !Self::is_less(*least, sum))
        })
    }

    /// Whether a sum is less than another by more than rounding.
    pub(super) fn is_less(sum: f64, best: f64) -> bool {
        sum < best - best.abs() * ROUNDING
    }

    /// Groups the rows at `node`, and draws every conclusion from it.
    pub(super) fn check(&self, node: &[u8]) -> Seen {
        let by_column = self.costs.metric.is_by_column();
        let groups = self.grouper.group(node, self.models, self.limit, self.costs);
        // Where every class of a node holds, so does every class of the nodes above: of each model, merging two classes
        // that hold makes one that does. So without suppression one class that fails rules out all below. And a class of
        // people without a record has one inside it at every node below.
        let fails = self.limit == 0 && groups.suppressed > 0;
        if groups.cut_short || groups.core > self.limit || fails || groups.absent_fails {
            return Seen::RuledOut;
        }
        let allowed = groups.suppressed <= self.limit;
        if !by_column {
            let (below, above, sum) = self.by_class(&groups);
            let mut terms: Vec<Vec<f64>> = node.iter().map(|level| vec![0.0; usize::from(*level) + 1]).collect();
            if let Some(first) = terms.first_mut() {
                first.fill(below);
            }
            let ruled = groups.by_rule.then_some(below.max(above));
            return Seen::Node { terms, above, sum, allowed, ruled };
        }
        let terms = self.costs.terms(&groups.core_values);
        let at = |terms: &[Vec<f64>]| terms.iter().zip(node).map(|(terms, level)| terms[usize::from(*level)]).sum();
        let sum = match groups.suppressed_values.as_slice() {
            [] => at(&terms),
            suppressed => at(&self.costs.terms(suppressed)),
        };
        let ruled = groups.by_rule.then(|| at(&terms));
        Seen::Node { terms, above: f64::NEG_INFINITY, sum, allowed, ruled }
    }

    /// Of a metric that looks at classes: the bound below, the bound above, the score.
    fn by_class(&self, groups: &Groups) -> (f64, f64, f64) {
        let records = self.costs.records;
        match self.costs.metric {
            Metric::AverageClassSize => {
                // Nodes below keep no more records, in classes no smaller than the models allow; nodes above have no more
                // groups.
                let least = number(self.models.iter().map(Model::units_min).max().unwrap_or(1));
                let most = (records - number(groups.core)) / least + 1.0;
                let here = number(groups.classes + u64::from(groups.suppressed > 0));
                (records / most, records / number(groups.all_groups), records / here)
            }
            Metric::Discernibility | Metric::Loss | Metric::LossArithmetic | Metric::Entropy | Metric::Precision => {
                // A suppressed record costs more than in any class, and merging groups costs.
                let score = number(groups.squares) + number(groups.suppressed) * records;
                (number(groups.core) * records, number(groups.all_squares), score)
            }
        }
    }
}

#[allow(clippy::cast_precision_loss)]
const fn number(count: u64) -> f64 {
    count as f64
}
