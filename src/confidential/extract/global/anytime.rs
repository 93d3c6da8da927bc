//! The search of a lattice that is too large to be numbered: branch and bound over boxes, the lowest bound first. Comes in:
//! what groups rows, costs, a limit, a budget of checks. Goes out: the best node found, and a bound that no node is below.
//! Deliberately absent: a clock; the same budget finds the same node.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};
use std::rc::Rc;

use super::Found;
use super::judge::{Judge, Seen};
use super::lattice::Levels;
use super::search::below;

/// All nodes between two, and what the check of the upper one says of them.
struct Region {
    bound: f64,
    /// In order of making, so that equal bounds come in the same order everywhere.
    number: u64,
    low: Levels,
    high: Levels,
    terms: Rc<Vec<Vec<f64>>>,
}

impl PartialEq for Region {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Region {}

impl Ord for Region {
    /// The lowest bound is the greatest; among equal bounds the newest, which is deepest.
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound.total_cmp(&self.bound).then(self.number.cmp(&other.number))
    }
}

impl PartialOrd for Region {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A search under way.
struct Anytime<'j, 's> {
    judge: &'j Judge<'s>,
    known: BTreeMap<Levels, Option<Rc<Vec<Vec<f64>>>>>,
    queue: BinaryHeap<Region>,
    best: Option<(f64, Levels)>,
    made: u64,
    /// The terms with nothing suppressed.
    floor: Vec<Vec<f64>>,
    /// No choice of what to suppress scores lower than this where a rule chose.
    ruled: f64,
}

/// Checks at most `budget` nodes of the lattice up to `top`.
///
/// What the upper corner of a box suppresses, every node in it suppresses too, and levels below the lower corner's occur
/// nowhere in it. So the terms of the upper corner at the levels of the lower one are a bound for the box.
pub(super) fn search(judge: &Judge<'_>, top: &[u8], budget: u64) -> Found {
    let known = BTreeMap::new();
    let floor = judge.costs.terms(&judge.grouper.no_values());
    let mut search =
        Anytime { judge, known, queue: BinaryHeap::new(), best: None, made: 0, floor, ruled: f64::INFINITY };
    search.open(vec![0; top.len()], top.to_vec());
    search.descend(top, budget / 4);
    search.exchange(budget / 2);
    while let Some(region) = search.queue.pop() {
        if !search.improves(region.bound) {
            break;
        }
        if search.checked() >= budget {
            return search.found(Some(region.bound));
        }
        let before = search.best.as_ref().map(|(sum, _)| *sum);
        search.split(&region);
        if search.best.as_ref().map(|(sum, _)| *sum) != before {
            search.exchange(budget);
        }
    }
    search.go_down(budget);
    search.found(None)
}

impl Anytime<'_, '_> {
    fn checked(&self) -> u64 {
        u64::try_from(self.known.len()).unwrap_or(u64::MAX)
    }

    fn improves(&self, sum: f64) -> bool {
        self.best.as_ref().is_none_or(|(best, _)| Judge::is_less(sum, *best))
    }

    /// The terms of a node, or none where it and all below it are ruled out.
    fn check(&mut self, node: &Levels) -> Option<Rc<Vec<Vec<f64>>>> {
        if let Some(known) = self.known.get(node) {
            return known.clone();
        }
        let terms = match self.judge.check(node) {
            Seen::RuledOut => None,
            Seen::Node { terms, sum, allowed, ruled, .. } => {
                self.ruled = ruled.map_or(self.ruled, |ruled| ruled.min(self.ruled));
                if allowed && Judge::is_preferred((sum, node), self.best.as_ref()) {
                    self.best = Some((sum, node.clone()));
                }
                Some(Rc::new(terms))
            }
        };
        self.known.insert(node.clone(), terms.clone());
        terms
    }

    fn found(self, open: Option<f64>) -> Found {
        let ruled = Some(self.ruled).filter(|ruled| ruled.is_finite() && self.improves(*ruled));
        let open = open.into_iter().chain(ruled).min_by(f64::total_cmp);
        Found { checked: self.checked(), best: self.best, open }
    }

    /// From the best node down as long as that costs nothing, within `budget` checks.
    fn go_down(&mut self, budget: u64) {
        while let Some((best, at)) = self.best.clone() {
            for node in (0..at.len()).filter(|column| at[*column] > 0).map(|column| below(&at, column)) {
                if self.checked() < budget && !Judge::is_less(best, sum(&self.floor, &node)) {
                    self.check(&node);
                }
            }
            if self.best.as_ref().is_some_and(|(_, best)| *best == at) {
                return;
            }
        }
    }

    /// From the top, each time one level down where that gains most, as long as the models are kept.
    fn descend(&mut self, top: &[u8], budget: u64) {
        let mut at = top.to_vec();
        while self.checked() < budget {
            let before = self.best.as_ref().map(|(sum, _)| *sum);
            let mut next: Option<(f64, Levels)> = None;
            for column in (0..at.len()).filter(|column| at[*column] > 0) {
                let mut down = at.clone();
                down[column] -= 1;
                let Some(terms) = self.check(&down) else { continue };
                let sum = sum(&terms, &down);
                if next.as_ref().is_none_or(|(best, _)| sum < *best) {
                    next = Some((sum, down));
                }
            }
            // Once a step down loses more to suppression than it gains, so do most after it.
            let Some((_, down)) = next.filter(|_| self.best.as_ref().map(|(sum, _)| *sum) != before) else { break };
            at = down;
        }
    }

    /// From the best node found: one column a level down, alone or with another a level up, as long as that is better.
    fn exchange(&mut self, budget: u64) {
        let mut last = None;
        while let Some((_, at)) = self.best.clone().filter(|best| last.as_ref() != Some(best)) {
            last.clone_from(&self.best);
            for node in neighbours(&at) {
                if self.checked() >= budget {
                    return;
                }
                // A node whose own bound from the first check is too high needs no check.
                if self.promises(&node) {
                    self.check(&node);
                }
            }
        }
    }

    /// Whether the levels alone, with nothing suppressed, would be better than the best.
    fn promises(&self, node: &Levels) -> bool {
        node.iter().zip(&self.floor).all(|(level, terms)| usize::from(*level) < terms.len())
            && self.improves(sum(&self.floor, node))
    }

    /// Makes a box of what lies between two nodes, unless it is ruled out.
    fn open(&mut self, low: Levels, high: Levels) {
        if let Some(terms) = self.check(&high) {
            self.enqueue(low, high, terms);
        }
    }

    fn enqueue(&mut self, low: Levels, high: Levels, terms: Rc<Vec<Vec<f64>>>) {
        let bound = sum(&terms, &low);
        if self.improves(bound) && low != high {
            self.made += 1;
            self.queue.push(Region { bound, number: self.made, low, high, terms });
        }
    }

    /// Cuts a box in two along the column whose levels differ most in what they cost: its highest level, and the rest.
    fn split(&mut self, region: &Region) {
        let Region { low, high, terms, .. } = region;
        let gain = |column: &usize| {
            let terms = &terms[*column];
            terms[usize::from(high[*column])] - terms[usize::from(low[*column])]
        };
        let wide = (0..low.len()).filter(|column| low[*column] < high[*column]);
        let Some(column) = wide.max_by(|a, b| gain(a).total_cmp(&gain(b))) else { return };
        let mut raised = low.clone();
        raised[column] = high[column];
        self.enqueue(raised, high.clone(), terms.clone());
        let mut lowered = high.clone();
        lowered[column] -= 1;
        self.open(low.clone(), lowered);
    }
}

/// Every node that is one level down in one column, and at most one level up in another.
fn neighbours(at: &[u8]) -> Vec<Levels> {
    let mut nodes = Vec::new();
    for down in (0..at.len()).filter(|column| at[*column] > 0) {
        let mut lower = at.to_vec();
        lower[down] -= 1;
        nodes.push(lower.clone());
        for up in (0..at.len()).filter(|column| *column != down) {
            let mut node = lower.clone();
            node[up] += 1;
            nodes.push(node);
        }
    }
    nodes
}

fn sum(terms: &[Vec<f64>], levels: &[u8]) -> f64 {
    terms.iter().zip(levels).map(|(terms, level)| terms[usize::from(*level)]).sum()
}
