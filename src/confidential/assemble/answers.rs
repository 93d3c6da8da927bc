//! How cells of several answers to a case hang together beyond the sums of their axis. Comes in: the axes, the cells planned
//! now and published before. Goes out: relations for `protect`. Deliberately absent: counts.
//!
//! Of the cases with an answer: no more than all answers together. That none of these is more than the cases is a sum of
//! the axis (`tabulate/answers`). And where the main answer has a table of its own: who gave an answer are those whose main
//! one it is and those who gave it as a further one, which nobody publishes, so that it is a cell like any difference.
//!
//! All of it holds in every set of cases, so also in what is left of a year. It is stated for each code of the periods;
//! `protect` uses what ties cells that somebody can know.

use std::collections::{BTreeSet, HashSet};

use crate::protect::Relation;
use crate::tabulate::answers::Answers;
use crate::tabulate::axes::{Axes, Axis, PERIOD};
use crate::tabulate::{Key, moved};

/// The relations among `cells`; `impossible` ones are known to be none.
pub(super) fn relations(axes: &Axes, cells: &[&Key], impossible: &HashSet<&Key>) -> BTreeSet<Relation> {
    let mut found = BTreeSet::new();
    let Some(period) = axes.position(PERIOD) else { return found };
    for (at, axis) in axes.axes.iter().enumerate() {
        let Some(answers) = &axis.answers else { continue };
        let of_axis = Related { axes, period, at, answers };
        // One of each shape and place; the periods follow.
        let used: Vec<Key> =
            cells.iter().filter(|key| key[at] != axis.space.total).map(|key| of_axis.bare(key)).collect();
        let bases: BTreeSet<Key> = used.into_iter().collect();
        for base in &bases {
            for code in 0..axes.axes[period].space.codes.len() {
                let base = moved(base, period, u32::try_from(code).unwrap_or(u32::MAX));
                found.extend(of_axis.together(&base, impossible));
                found.extend(of_axis.main(&base, cells));
            }
        }
    }
    found
}

/// Whether a relation is about several answers.
pub(super) fn is_of_answers(axes: &Axes, relation: &Relation) -> bool {
    let has_answers = |key: &Key| axes.axes.iter().zip(key).any(|(axis, code)| is_answer(axis, *code));
    relation.terms.iter().any(|(_, key)| has_answers(key))
}

fn is_answer(axis: &Axis, code: u32) -> bool {
    axis.answers.is_some() && code != axis.space.total
}

/// What is alike in cells whose readers know the others to be there: the period left out, and of what nobody publishes the
/// answer that it is about.
pub(super) fn named(axes: &Axes, key: &Key) -> Key {
    let mut named = key.clone();
    for (at, axis) in axes.axes.iter().enumerate() {
        if axis.space.name == PERIOD {
            named[at] = axis.space.total;
        }
        let further = axis.answers.iter().flat_map(|answers| answers.further.iter().chain(&answers.missing));
        if let Some((code, _)) = further.into_iter().find(|(_, further)| *further == key[at]) {
            named[at] = *code;
        }
    }
    named
}

struct Related<'a> {
    axes: &'a Axes,
    period: usize,
    at: usize,
    answers: &'a Answers,
}

impl Related<'_> {
    /// A cell without its answer and its period.
    fn bare(&self, key: &Key) -> Key {
        let total = |at: usize| self.axes.axes[at].space.total;
        moved(&moved(key, self.at, total(self.at)), self.period, total(self.period))
    }

    /// `cases with an answer <= its parts together`.
    fn together(&self, base: &Key, impossible: &HashSet<&Key>) -> Vec<Relation> {
        let relation = |(parent, children): &(u32, Vec<u32>)| {
            let children =
                children.iter().map(|&child| moved(base, self.at, child)).filter(|key| !impossible.contains(key));
            let terms = std::iter::once((1, moved(base, self.at, *parent))).chain(children.map(|key| (-1, key)));
            Relation { terms: terms.collect(), is_equal: false }
        };
        self.answers.parts.iter().map(relation).collect()
    }

    /// `all who gave an answer = those whose main one it is + those who gave it as a further one`, where tables count both
    /// somewhere.
    fn main(&self, base: &Key, cells: &[&Key]) -> Vec<Relation> {
        let Some(main) = self.answers.main.as_ref().and_then(|name| self.axes.position(name)) else {
            return Vec::new();
        };
        let is_known = |key: &Key| cells.iter().any(|cell| self.is_alike(cell, key));
        let axis = &self.axes.axes[self.at].space;
        let mut found = Vec::new();
        for &(code, further) in &self.answers.further {
            let Some(same) = self.axes.axes[main].find(&axis.codes[code as usize]) else { continue };
            let [all, further] = [code, further].map(|code| moved(base, self.at, code));
            let alone = moved(base, main, same);
            if is_known(&all) && is_known(&alone) {
                found.push(Relation { terms: vec![(-1, all), (1, alone), (1, further)], is_equal: true });
            }
        }
        // Who gave no main answer gave none, or only further ones.
        if let Some((missing, further)) = self.answers.missing {
            for same in self.answers.main_missing.iter().filter_map(|code| self.axes.axes[main].find(code)) {
                let [none, further] = [missing, further].map(|code| moved(base, self.at, code));
                let alone = moved(base, main, same);
                if is_known(&none) && is_known(&alone) {
                    found.push(Relation { terms: vec![(-1, alone), (1, none), (1, further)], is_equal: true });
                }
            }
        }
        found
    }

    /// Whether two cells are the same, in one period or in two of which one is part of a sum of the other.
    fn is_alike(&self, cell: &Key, key: &Key) -> bool {
        let is_same = |at: usize| at == self.period || cell[at] == key[at];
        (0..key.len()).all(is_same) && self.is_near(cell[self.period], key[self.period])
    }

    fn is_near(&self, one: u32, other: u32) -> bool {
        let is_in = |(parent, children): &(u32, Vec<u32>), code: u32| *parent == code || children.contains(&code);
        one == other || self.axes.axes[self.period].space.sums.iter().any(|sum| is_in(sum, one) && is_in(sum, other))
    }
}
