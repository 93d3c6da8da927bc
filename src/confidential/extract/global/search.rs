//! Finds the best node. Comes in: a lattice, what groups rows, costs, a limit. Goes out: the optimum, with how many nodes
//! were checked. Deliberately absent: rows.

use super::judge::{Judge, Seen};
use super::lattice::{Lattice, Levels};

/// From so many distinct rows on, two nodes are checked at the same time; with fewer a thread costs more than a check. What
/// is found never depends on how many cores there are.
const ROWS_FOR_TWO: usize = 150_000;

/// A search under way.
pub(super) struct Search<'s> {
    lattice: &'s Lattice,
    judge: &'s Judge<'s>,
    /// By node: no score at the node is lower; infinite where it was checked or is ruled out.
    bounds: Vec<f64>,
    /// Sum of terms, levels.
    pub(super) best: Option<(f64, Levels)>,
    pub(super) checked: u64,
    /// No choice of what to suppress scores lower than this where a rule chose.
    pub(super) ruled: f64,
}

impl<'s> Search<'s> {
    pub(super) fn new(lattice: &'s Lattice, judge: &'s Judge<'s>) -> Self {
        let mut bounds = vec![0.0; lattice.nodes()];
        let terms = judge.costs.terms(&judge.grouper.no_values());
        lattice.below(&lattice.top(), &terms, |node, sum| bounds[node] = sum);
        Self { lattice, judge, bounds, best: None, checked: 0, ruled: f64::INFINITY }
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
        let pairs = self.judge.grouper.rows() >= ROWS_FOR_TWO;
        let mut waiting: Option<usize> = None;
        for node in self.top_first() {
            if self.checked >= budget {
                return;
            }
            if !self.is_open(node) {
                continue;
            }
            let Some(first) = waiting.take().filter(|first| self.is_open(*first)) else {
                waiting = Some(node);
                if !pairs {
                    self.check_waiting(&mut waiting);
                }
                continue;
            };
            let (one, other) = (self.lattice.levels(first), self.lattice.levels(node));
            let is_below = one.iter().zip(&other).all(|(one, other)| other <= one);
            if is_below || budget - self.checked < 2 {
                // The check of the first may rule the second out.
                self.check(&one);
                waiting = self.is_open(node).then_some(node);
            } else {
                self.check_both(&one, &other);
            }
        }
        if self.checked < budget {
            self.check_waiting(&mut waiting);
        }
    }

    /// From the best node down as long as that costs nothing, within `budget` checks: of levels alike in cost those that keep
    /// most detail.
    pub(super) fn go_down(&mut self, budget: u64) {
        while let Some((_, at)) = self.best.clone() {
            for node in (0..at.len()).filter(|column| at[*column] > 0).map(|column| below(&at, column)) {
                let bound = self.bounds[self.lattice.index(&node)];
                let may_tie =
                    bound.is_finite() && self.best.as_ref().is_some_and(|(best, _)| !Judge::is_less(*best, bound));
                if may_tie && self.checked < budget {
                    self.check(&node);
                }
            }
            if self.best.as_ref().is_some_and(|(_, best)| *best == at) {
                return;
            }
        }
    }

    fn check_waiting(&mut self, waiting: &mut Option<usize>) {
        if let Some(node) = waiting.take().filter(|node| self.is_open(*node)) {
            self.check(&self.lattice.levels(node));
        }
    }

    /// Checks two nodes of which neither is below the other, at the same time, and notes them in this order.
    fn check_both(&mut self, one: &[u8], other: &[u8]) {
        let judge = self.judge;
        let (first, second) = std::thread::scope(|scope| {
            let second = scope.spawn(|| judge.check(other));
            (judge.check(one), second.join())
        });
        // A fault in the other thread is one here too.
        let second = second.unwrap_or_else(|fault| std::panic::resume_unwind(fault));
        self.note(one, &first);
        self.note(other, &second);
    }

    fn top_first(&self) -> Vec<usize> {
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

    /// The lowest score that an unchecked node may have, or one at which a rule chose what to suppress, where that is lower than
    /// the best found.
    pub(super) fn open_bound(&self) -> Option<f64> {
        let open = (0..self.bounds.len()).filter(|node| self.is_open(*node)).map(|node| self.bounds[node]);
        let ruled = Some(self.ruled).filter(|ruled| ruled.is_finite() && self.improves(*ruled));
        open.chain(ruled).min_by(f64::total_cmp)
    }

    /// Whether a node may still be better than the best found, by more than rounding.
    fn is_open(&self, node: usize) -> bool {
        let bound = self.bounds[node];
        bound.is_finite() && self.improves(bound)
    }

    fn improves(&self, sum: f64) -> bool {
        self.best.as_ref().is_none_or(|(best, _)| Judge::is_less(sum, *best))
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

    /// Checks `node`, and notes what it says of itself, of all below and of all above.
    fn check(&mut self, node: &[u8]) {
        let seen = self.judge.check(node);
        self.note(node, &seen);
    }

    fn note(&mut self, node: &[u8], seen: &Seen) {
        self.checked += 1;
        let (lattice, bounds) = (self.lattice, &mut self.bounds);
        match seen {
            Seen::RuledOut => {
                let zeros: Vec<Vec<f64>> = node.iter().map(|level| vec![0.0; usize::from(*level) + 1]).collect();
                lattice.below(node, &zeros, |below, _| bounds[below] = f64::INFINITY);
            }
            Seen::Node { terms, above, sum, allowed, ruled } => {
                self.ruled = ruled.map_or(self.ruled, |ruled| ruled.min(self.ruled));
                lattice.below(node, terms, |at, sum| bounds[at] = bounds[at].max(sum));
                if *above > f64::NEG_INFINITY {
                    lattice.above(node, |at| bounds[at] = bounds[at].max(*above));
                }
                bounds[lattice.index(node)] = f64::INFINITY;
                if *allowed && Judge::is_preferred((*sum, node), self.best.as_ref()) {
                    self.best = Some((*sum, node.to_vec()));
                }
            }
        }
    }
}

/// The node one level down in one column.
pub(super) fn below(at: &[u8], column: usize) -> Levels {
    let mut below = at.to_vec();
    below[column] -= 1;
    below
}
