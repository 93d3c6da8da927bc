//! Finds the best node. Comes in: a lattice, what groups rows, costs, a limit. Goes out: the optimum, with how many nodes
//! were checked. Deliberately absent: rows.

use super::grouper::{Grouper, Groups};
use super::lattice::{Lattice, Levels};
use crate::extract::metric::{Costs, Metric};
use crate::extract::model::Model;

/// The best node so far.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Best {
    /// Sum of terms; see [`Costs::score`].
    pub(super) sum: f64,
    pub(super) node: Levels,
}

/// Scores that differ by less than this share are alike.
const ROUNDING: f64 = 1e-12;

/// A search under way.
pub(super) struct Search<'s> {
    lattice: &'s Lattice,
    grouper: &'s Grouper<'s>,
    costs: &'s Costs,
    models: &'s [Model],
    /// Records that may be suppressed.
    limit: u64,
    /// By node: no score at the node is lower; infinite where it was checked or is ruled out.
    bounds: Vec<f64>,
    pub(super) best: Option<Best>,
    pub(super) checked: u64,
}

impl<'s> Search<'s> {
    pub(super) fn new(
        lattice: &'s Lattice,
        grouper: &'s Grouper<'s>,
        costs: &'s Costs,
        models: &'s [Model],
        limit: u64,
    ) -> Self {
        let mut bounds = vec![0.0; lattice.nodes()];
        let terms = costs.terms(&grouper.no_values());
        lattice.below(&lattice.top(), &terms, |node, sum| bounds[node] = sum);
        Self { lattice, grouper, costs, models, limit, bounds, best: None, checked: 0 }
    }

    /// Until no node is open, or `budget` nodes are checked.
    ///
    /// What a node suppresses is suppressed at every node below it too. So a check rules out best from above, and nodes are
    /// taken from the top of the lattice down: by the mean of their levels' relative heights, which never puts a node
    /// before one above it. Before that, a path from the bottom up finds a first incumbent.
    pub(super) fn run(&mut self, budget: u64) {
        if budget > 0 {
            self.resolve(0);
        }
        for node in self.from_the_top() {
            if self.checked >= budget {
                return;
            }
            if self.is_open(node) {
                self.check(&self.lattice.levels(node));
            }
        }
    }

    fn from_the_top(&self) -> Vec<usize> {
        let top = self.lattice.top();
        let relative: Vec<Vec<f64>> = top
            .iter()
            .map(|top| (0..=*top).map(|level| f64::from(level) / f64::from((*top).max(1))).collect())
            .collect();
        let mut heights = vec![0.0; self.lattice.nodes()];
        self.lattice.below(&top, &relative, |node, height| heights[node] = height);
        let mut order: Vec<usize> = (0..heights.len()).collect();
        order.sort_unstable_by(|a, b| heights[*b].total_cmp(&heights[*a]).then(b.cmp(a)));
        order
    }

    /// The lowest score that an unchecked node may have, where that is lower than the best found.
    pub(super) fn open_bound(&self) -> Option<f64> {
        let open = (0..self.bounds.len()).filter(|node| self.is_open(*node));
        open.map(|node| self.bounds[node]).min_by(f64::total_cmp)
    }

    /// Whether a node may still be better than the best found, by more than rounding.
    fn is_open(&self, node: usize) -> bool {
        let bound = self.bounds[node];
        bound.is_finite() && self.improves(bound)
    }

    fn improves(&self, sum: f64) -> bool {
        self.best.as_ref().is_none_or(|best| sum < best.sum - best.sum.abs() * ROUNDING)
    }

    /// Rules `node` out, by checking the most general node on a path up from it that does.
    fn resolve(&mut self, node: usize) {
        let path = self.path(node);
        let (mut low, mut high) = (0, path.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            self.check(&path[middle]);
            if self.is_open(node) { high = middle } else { low = middle + 1 }
        }
    }

    /// Up from `node` while nodes are open, each time to the one with the lowest bound.
    fn path(&self, node: usize) -> Vec<Levels> {
        let mut path = vec![self.lattice.levels(node)];
        loop {
            let at = &path[path.len() - 1];
            let above = (0..at.len()).map(|column| {
                let mut above = at.clone();
                above[column] += 1;
                above
            });
            let open = above.filter(|above| self.lattice.has(above) && self.is_open(self.lattice.index(above)));
            let bound = |levels: &Levels| self.bounds[self.lattice.index(levels)];
            match open.min_by(|a, b| bound(a).total_cmp(&bound(b))) {
                Some(next) => path.push(next),
                None => return path,
            }
        }
    }

    /// Groups the rows at `node`, and draws every conclusion from it: for the node, for all below, for all above.
    fn check(&mut self, node: &[u8]) {
        self.checked += 1;
        let by_column = self.costs.metric.is_by_column();
        let groups = self.grouper.group(node, self.models, self.limit, !by_column);
        let index = self.lattice.index(node);
        let ruled_out = groups.cut_short || groups.core > self.limit || (self.limit == 0 && groups.suppressed > 0);
        let (lattice, bounds) = (self.lattice, &mut self.bounds);
        if ruled_out {
            let zeros: Vec<Vec<f64>> = node.iter().map(|level| vec![0.0; usize::from(*level) + 1]).collect();
            lattice.below(node, &zeros, |below, _| bounds[below] = f64::INFINITY);
            return;
        }
        let terms = self.costs.terms(&groups.core_values);
        let allowed = groups.suppressed <= self.limit && !groups.absent_fails;
        let sum = if by_column {
            lattice.below(node, &terms, |below, sum| bounds[below] = bounds[below].max(sum));
            let here =
                if groups.suppressed_values.is_empty() { terms } else { self.costs.terms(&groups.suppressed_values) };
            here.iter().zip(node).map(|(terms, level)| terms[usize::from(*level)]).sum()
        } else {
            self.class_bounds(node, &groups)
        };
        self.bounds[index] = f64::INFINITY;
        if allowed && self.improves(sum) {
            self.best = Some(Best { sum, node: node.to_vec() });
        }
    }

    /// The score of a node whose metric looks at classes, and what it says of the nodes above and below.
    fn class_bounds(&mut self, node: &[u8], groups: &Groups) -> f64 {
        let records = self.costs.records;
        let (below, above, score) = match self.costs.metric {
            Metric::AverageClassSize => {
                // Nodes below keep no more records, in classes no smaller than the models allow; nodes above have no more groups.
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
        };
        let (lattice, bounds) = (self.lattice, &mut self.bounds);
        let zeros: Vec<Vec<f64>> = node.iter().map(|level| vec![0.0; usize::from(*level) + 1]).collect();
        lattice.below(node, &zeros, |at, _| bounds[at] = bounds[at].max(below));
        lattice.above(node, |at| bounds[at] = bounds[at].max(above));
        score
    }
}

#[allow(clippy::cast_precision_loss)]
const fn number(count: u64) -> f64 {
    count as f64
}
