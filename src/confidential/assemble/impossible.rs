//! Codes that cannot stand together, in the space of a report. Comes in: the rules of the configuration with the months for
//! which they hold, the axes. Goes out: cells that are known to be empty, and what `release.json` states. Deliberately
//! absent: cases; that they hold to the rules is `tabulate`'s work.

use std::collections::{BTreeMap, BTreeSet};

use model::config::Configuration;
use model::config::impossible::is_about;
use model::edition::Figures;
use model::manifest;

use crate::protect::{Impossible, closed};
use crate::tabulate::Frame;
use crate::tabulate::axes::{Axes, Axis, FAMILIES, Source};
use crate::tabulate::impossible::Held;

/// A rule in the space: as it is of cases, and as it is of the families who came in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruled {
    says: String,
    /// The dimensions that it is about, by name: one that no table has is stated without codes.
    dimensions: Vec<String>,
    sets: Vec<Impossible>,
}

/// The rules in the space of `axes`.
pub(super) fn ruled(configuration: &Configuration, frame: &Frame, axes: &Axes, held: &[Held]) -> Vec<Ruled> {
    let of = |held: &Held| {
        let dimensions = held.rule.codes.iter().map(|(name, _)| name.clone()).collect();
        let sets = ["", FAMILIES].into_iter().filter_map(|twin| in_space(configuration, frame, axes, held, twin));
        Ruled { says: held.rule.says.clone(), dimensions, sets: sets.collect() }
    };
    held.iter().map(of).collect()
}

/// A rule on the axes whose names end in `twin`; none where there are none, or it is about no code of theirs.
fn in_space(configuration: &Configuration, frame: &Frame, axes: &Axes, held: &Held, twin: &str) -> Option<Impossible> {
    let mut codes = BTreeMap::new();
    for (name, about) in &held.rule.codes {
        let dimension = configuration.dimensions.find(name)?;
        // The twin has the same codes, and no sums that would say what they hold.
        let axis = &axes.axes[axes.position(name)?];
        let Source::Leaves(at) = axis.source else { return None };
        let leaves = frame.dims[at].leaves.iter().filter(|leaf| is_about(about, dimension, &configuration.codes, leaf));
        let found: BTreeSet<u32> = leaves.filter_map(|leaf| axis.find(leaf)).collect();
        codes.insert(axes.position(&format!("{name}{twin}"))?, closed(&axis.space, found));
    }
    if let Some(from) = held.from {
        let calendar = configuration.service.calendar;
        let is_later =
            |code: &&String| Figures::parse(code, calendar).is_ok_and(|figures| figures.period.start >= from);
        let at = axes.position(&format!("{}{twin}", crate::tabulate::axes::PERIOD))?;
        let axis = &axes.axes[at];
        codes.insert(at, axis.space.codes.iter().filter(is_later).filter_map(|code| axis.find(code)).collect());
    }
    Some(Impossible { codes }).filter(|rule| rule.codes.values().all(|codes| !codes.is_empty()))
}

/// Every set of codes that cannot stand together, for `protect`.
pub(super) fn sets(rules: &[Ruled]) -> Vec<Impossible> {
    rules.iter().flat_map(|rule| &rule.sets).cloned().collect()
}

/// The rules in words of the codes that a release's tables show, given by axis; periods with all of theirs. A code that no
/// table shows is told to nobody, a rule of which no code is left is still stated: later releases know by it that the
/// figures held to it.
pub(super) fn stated(axes: &Axes, rules: &[Ruled], used: &BTreeMap<usize, BTreeSet<u32>>) -> Vec<manifest::Impossible> {
    let name = |axis: &Axis, code: u32| axis.space.codes[code as usize].clone();
    let in_words = |rule: &Ruled, set: &Impossible| {
        let of_axis = |(&at, codes): (&usize, &BTreeSet<u32>)| {
            let axis = &axes.axes[at];
            let is_told =
                |code: &&u32| axis.source == Source::Months || used.get(&at).is_some_and(|used| used.contains(code));
            (axis.space.name.clone(), codes.iter().filter(is_told).map(|&code| name(axis, code)).collect())
        };
        manifest::Impossible { says: rule.says.clone(), codes: set.codes.iter().map(of_axis).collect() }
    };
    let mut stated: Vec<manifest::Impossible> = Vec::new();
    for rule in rules {
        let told = rule.sets.iter().map(|set| in_words(rule, set));
        let told: Vec<manifest::Impossible> =
            told.filter(|rule| rule.codes.values().all(|codes| !codes.is_empty())).collect();
        if told.is_empty() && !stated.iter().any(|other| other.says == rule.says) {
            let codes = rule.dimensions.iter().map(|name| (name.clone(), Vec::new())).collect();
            stated.push(manifest::Impossible { says: rule.says.clone(), codes });
        }
        stated.extend(told);
    }
    stated
}
