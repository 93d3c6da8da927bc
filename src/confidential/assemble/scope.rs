//! What a correction does to figures that were published before it. Comes in: the axes, the cells published before and planned
//! now, the scopes of all corrections. Goes out: cells of which nothing is shown, and cells that everybody knows to be as they
//! were. Deliberately absent: which of those few changed.
//!
//! A figure that a correction may have touched is shown where it differs from what it was by so many families that the threshold
//! is reached; where it differs by few it is hidden, and where by none it is hidden as well, or the difference between the two would
//! be the message. A figure that the correction cannot have touched stays what it was: shown as it was shown, hidden where it was.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::config::Configuration;
use model::edition::{ADDED, Figures, REMOVED};
use model::period::Period;
use model::scope::Scope;

use super::plan;
use crate::protect::{EarlierCell, EarlierForm, Relation};
use crate::tabulate::axes::{Axes, Axis, FAMILIES, PERIOD, Source};
use crate::tabulate::scope::Outside;
use crate::tabulate::{Counter, Counts, Key, moved};

/// What follows from the scopes.
#[derive(Debug, Default)]
pub(super) struct Scoped {
    /// Planned cells in which few or none changed, of those in which some may have.
    pub withheld: HashSet<Key>,
    /// Planned cells that cannot have changed, as they were published.
    pub known: Vec<EarlierCell>,
    /// That they have not, where they are hidden.
    pub relations: Vec<Relation>,
}

/// A code that a scope names and its dimension does not have, or not as something that cases move among.
pub(super) fn unknown(axes: &Axes, scope: &Scope) -> Option<Outside> {
    let of = |name: &str| axes.axes.iter().find(|axis| axis.space.name == name);
    scope.dimensions.iter().find_map(|(name, codes)| {
        let axis = of(name)?;
        let is_there = |code: &&String| axis.answers.is_none() && axis.find(code).is_some();
        let code = codes.iter().find(|code| !is_there(code))?;
        Some(Outside::NoCode { dimension: name.clone(), code: code.clone() })
    })
}

/// Two versions of a period's figures, as codes of the axis of periods.
struct Split {
    first: u32,
    revised: u32,
    removed: u32,
    added: u32,
}

/// Follows the scopes of the corrections for the `planned` cells.
pub(super) fn scoped(
    (configuration, axes): (&Configuration, &Axes),
    scopes: &[(Period, Scope)],
    (planned, earlier): (&[&Key], &[EarlierCell]),
    (counter, threshold): (&dyn Counter, u64),
) -> Scoped {
    let mut scoped = Scoped::default();
    let Some(axis) = axes.position(PERIOD).filter(|_| !scopes.is_empty()) else { return scoped };
    let versions = Versions::new(axes, axis, scopes);
    let published = published(earlier);
    let before = Before::new(configuration, axes, axis, earlier);
    let all: HashSet<&Key> = planned.iter().copied().collect();
    let mut asked: Vec<(Key, [Key; 2])> = Vec::new();
    for key in planned.iter().copied() {
        let Some(figures) = plan::figures_of(configuration, axes, key).filter(|figures| figures.vintage > 0) else {
            continue;
        };
        let may_have_changed = versions.may_have_changed(key, figures);
        for split in versions.of(key) {
            match published.get(&versions.at(key, split.first)) {
                Some(was) if !may_have_changed => scoped.stays(key, was),
                _ if may_have_changed && before.tells(key, figures) => {
                    asked.push((key.clone(), [split.removed, split.added].map(|code| versions.at(key, code))));
                }
                Some(_) | None => {}
            }
        }
        if versions.has_codes {
            let beside = unlisted(axes, key).into_iter().filter(|other| !all.contains(other));
            for other in beside.filter(|other| !versions.may_have_changed(other, figures)) {
                let firsts = versions.of(&other).map(|split| versions.at(&other, split.first));
                scoped.relations.extend(firsts.map(|first| same(&other, &first)));
            }
        }
    }
    scoped.withheld = few(asked, counter, threshold);
    scoped.relations.sort();
    scoped.relations.dedup();
    scoped
}

/// Of planned cells, each with what was removed from it and added to it: those that differ from what they were by few or none.
///
/// Who moved along another dimension is taken out of a figure and brought into it again: by so many more than came as left, or
/// fewer, families changed in it at least.
fn few(asked: Vec<(Key, [Key; 2])>, counter: &dyn Counter, threshold: u64) -> HashSet<Key> {
    let keys: Vec<Key> = asked.iter().flat_map(|(_, parts)| parts).cloned().collect();
    let counts = counter.count(&keys);
    let net = |parts: &[Counts]| parts[0].protected.abs_diff(parts[1].protected);
    let few = asked.into_iter().zip(counts.chunks_exact(2).map(net)).filter(|(_, changed)| *changed < threshold);
    few.map(|((key, _), _)| key).collect()
}

/// That two cells hold the same.
fn same(one: &Key, other: &Key) -> Relation {
    Relation { terms: vec![(1, one.clone()), (-1, other.clone())], is_equal: true }
}

/// The versions of figures, and what each correction may have touched.
struct Versions<'a> {
    /// The axis of periods.
    axis: usize,
    splits: Vec<Split>,
    touched: Vec<(&'a Period, Touched)>,
    /// Whether any scope names codes: only then something is known of what no table shows.
    has_codes: bool,
}

impl<'a> Versions<'a> {
    fn new(axes: &Axes, axis: usize, scopes: &'a [(Period, Scope)]) -> Self {
        let touched = scopes.iter().map(|(period, scope)| (period, Touched::new(axes, scope))).collect();
        let has_codes = scopes.iter().any(|(_, scope)| scope.dimensions.values().any(|codes| !codes.is_empty()));
        Self { axis, splits: splits(&axes.axes[axis]), touched, has_codes }
    }

    fn may_have_changed(&self, key: &Key, figures: Figures) -> bool {
        self.touched.iter().any(|(period, touched)| period.overlaps(figures.period) && touched.holds(key))
    }

    /// The versions before that of a cell.
    fn of(&self, key: &Key) -> impl Iterator<Item = &Split> {
        let revised = key[self.axis];
        self.splits.iter().filter(move |split| split.revised == revised)
    }

    /// The same cell at another code of periods.
    fn at(&self, key: &Key, code: u32) -> Key {
        moved(key, self.axis, code)
    }
}

/// What lies right below a cell along each dimension of codes: among it what no table shows, and everybody knows by the rest.
fn unlisted(axes: &Axes, key: &Key) -> Vec<Key> {
    let mut below = Vec::new();
    for (at, axis) in axes.axes.iter().enumerate().filter(|(_, axis)| matches!(axis.source, Source::Leaves(_))) {
        let children =
            axis.space.sums.iter().filter(|(parent, _)| *parent == key[at]).flat_map(|(_, children)| children);
        below.extend(children.map(|&child| moved(key, at, child)));
    }
    below
}

/// Each published cell, as the release says that says most of it.
fn published(earlier: &[EarlierCell]) -> HashMap<&Key, &EarlierCell> {
    let mut published: HashMap<&Key, &EarlierCell> = HashMap::new();
    for cell in earlier {
        let known = published.entry(&cell.key).or_insert(cell);
        if known.form == EarlierForm::Suppressed {
            *known = cell;
        }
    }
    published
}

impl Scoped {
    /// What cannot have changed is known as far as it was.
    fn stays(&mut self, key: &Key, was: &EarlierCell) {
        if was.form == EarlierForm::Suppressed {
            self.relations.push(same(key, &was.key));
        }
        self.known.push(EarlierCell { key: key.clone(), ..was.clone() });
    }
}

/// Which codes a scope splits: cases may have moved into them or out of them.
struct Touched {
    /// By axis that the scope names: its codes that are split.
    split: Vec<(usize, BTreeSet<u32>)>,
    all: bool,
}

impl Touched {
    fn new(axes: &Axes, scope: &Scope) -> Self {
        let is_of =
            |axis: &Axis, name: &str| axis.space.name.strip_suffix(FAMILIES).unwrap_or(&axis.space.name) == name;
        let named = scope.dimensions.iter().flat_map(|(name, codes)| {
            axes.axes
                .iter()
                .enumerate()
                .filter(|(_, axis)| is_of(axis, name))
                .map(|(at, axis)| (at, split(axis, codes)))
        });
        Self { split: named.collect(), all: scope.cases }
    }

    /// Whether cases may have moved into a cell or out of it.
    fn holds(&self, key: &Key) -> bool {
        self.all || self.split.iter().any(|(axis, codes)| codes.contains(&key[*axis]))
    }
}

/// The codes of an axis that hold some of what lies in `named`, but not all of it; all codes are meant where none is named.
fn split(axis: &Axis, named: &[String]) -> BTreeSet<u32> {
    let codes: Vec<u32> = named.iter().filter_map(|code| axis.find(code)).collect();
    let is_named = |holders: &[u32]| named.is_empty() || holders.iter().any(|code| codes.contains(code));
    let leaves: Vec<&Vec<u32>> = axis.holders.values().filter(|holders| is_named(holders)).collect();
    let mut held: HashMap<u32, usize> = HashMap::new();
    for code in leaves.iter().copied().flatten() {
        *held.entry(*code).or_default() += 1;
    }
    held.into_iter()
        .filter(|&(code, held)| code != axis.space.total && held < leaves.len())
        .map(|(code, _)| code)
        .collect()
}

/// What earlier releases published of months before a correction of theirs.
struct Before {
    /// Keys without their period, and the figures that were published of them.
    figures: HashMap<Key, Vec<Figures>>,
    axis: usize,
}

impl Before {
    fn new(configuration: &Configuration, axes: &Axes, axis: usize, earlier: &[EarlierCell]) -> Self {
        let mut figures: HashMap<Key, Vec<Figures>> = HashMap::new();
        for cell in earlier.iter().filter(|cell| cell.form != EarlierForm::StructuralZero) {
            if let Some(found) = plan::figures_of(configuration, axes, &cell.key) {
                figures.entry(without(&cell.key, axis)).or_default().push(found);
            }
        }
        Self { figures, axis }
    }

    /// Whether the same cell was published of some of the months before they were corrected: only then there are two versions to
    /// hold side by side.
    fn tells(&self, key: &Key, revised: Figures) -> bool {
        let is_older = |other: &Figures| other.period.overlaps(revised.period) && other.vintage < revised.vintage;
        self.figures.get(&without(key, self.axis)).is_some_and(|found| found.iter().any(is_older))
    }
}

fn without(key: &Key, axis: usize) -> Key {
    moved(key, axis, u32::MAX)
}

fn splits(axis: &Axis) -> Vec<Split> {
    let mut parts: BTreeMap<&str, [Option<u32>; 4]> = BTreeMap::new();
    for (parent, children) in &axis.space.sums {
        for &child in children {
            let name = axis.space.codes[child as usize].as_str();
            let is_part = |code: &str| code.ends_with(REMOVED) || code.ends_with(ADDED);
            if is_part(&axis.space.codes[*parent as usize]) {
                continue;
            }
            if let Some(base) = name.strip_suffix(REMOVED) {
                let part = parts.entry(base).or_default();
                (part[0], part[2]) = (Some(*parent), Some(child));
            } else if let Some(base) = name.strip_suffix(ADDED) {
                let part = parts.entry(base).or_default();
                (part[1], part[3]) = (Some(*parent), Some(child));
            }
        }
    }
    let whole =
        |part: [Option<u32>; 4]| Some(Split { first: part[0]?, revised: part[1]?, removed: part[2]?, added: part[3]? });
    parts.into_values().filter_map(whole).collect()
}
