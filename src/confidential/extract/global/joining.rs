//! Which classes are suppressed with records that fail. Comes in: a pass and what it found. Goes out: the pass, with whole
//! classes suppressed until those who are missing are one of many and the average risk is kept; and whether that is the best
//! that could be done. Deliberately absent: what fails.
//!
//! Every class that is kept has as many units as a class must have, so one more is enough for records that are too few. The
//! cheapest is found by looking at each: by what it would cost, not by its size, because a large family is one unit and a class
//! whose cells say little loses little. For an average risk there is a rule only, the smallest first.

use super::grouper::Grouper;
use super::judge::Judge;
use super::run::{Found, Run};
use super::tally::Tally;
use crate::extract::metric::{Costs, Metric};
use crate::extract::model::Model;

impl Grouper<'_> {
    /// Suppresses what must go with the records that fail; `least`: the units that a class must have.
    pub(super) fn join(&self, run: &mut Run<'_>, node: &[u8], (models, costs): (&[Model], &Costs), least: u64) {
        self.sort(run, node);
        let found = run.found.len();
        run.lower_average(models);
        let is_average = models.iter().any(|model| matches!(model, Model::AverageRisk { .. }));
        while run.groups.suppressed > 0 && self.units(run) < least {
            // A class taken out changes the average of the others, for which the smallest is the safe choice.
            let last = run.found.len().checked_sub(1);
            let at = if is_average { last } else { self.cheapest(run, node, costs) };
            let Some(at) = at else { break };
            run.suppress(at);
        }
        run.groups.by_rule = is_average && run.found.len() < found;
    }

    /// The place of the class that costs least to suppress; among equals the smallest.
    fn cheapest(&self, run: &Run<'_>, node: &[u8], costs: &Costs) -> Option<usize> {
        let mut tally = Tally::new(self);
        tally.add(self, run.base, &run.core);
        tally.add(self, run.base, &run.more);
        let standing = costs.standing(node, &tally.values(self));
        let cost = |class: &Found| match costs.metric {
            Metric::Discernibility => number(class.records) * (costs.records - number(class.records)),
            // One class less and, with the first suppressed record, one more, whichever it is.
            Metric::AverageClassSize => 0.0,
            Metric::Loss | Metric::LossArithmetic | Metric::Entropy | Metric::Precision => {
                let values: Vec<u32> = self.values_of_entry(run.base, class.entry).collect();
                costs.with_class(node, &standing, &values, class.records)
            }
        };
        let mut best: Option<(usize, f64)> = None;
        for (at, class) in run.found.iter().enumerate().rev() {
            let cost = cost(class);
            if best.is_none_or(|(_, least)| Judge::is_less(cost, least)) {
                best = Some((at, cost));
            }
        }
        best.map(|(at, _)| at)
    }
}

#[allow(clippy::cast_precision_loss)]
const fn number(count: u64) -> f64 {
    count as f64
}
