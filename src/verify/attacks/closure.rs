//! Every sum that holds among cells. Comes in: the sums of all manifests and the cells of all tables. Goes out:
//! equations, and the cells that no table shows but a reader can work out. Deliberately absent: bounds.
//!
//! A sum along a dimension is an equation wherever a cell lies above its parent, or is it, and a cell lies at or below one
//! of its children: levels and periods that no table shows are passed through. What the equations add are cells too, and
//! the search goes on from them until nothing is new.
//!
//! Worked example: a table has County, another Town, and no table the area North between. County = North + South and
//! North = Town + Village both hold, and North, South and Village become cells.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use crate::attacks::codes::{Codes, Key, PERIOD};
use crate::attacks::line::Line;

/// Releases as a set of bits; more than 64 share the last.
pub type Releases = u64;

/// The bit of release number `at`.
#[must_use]
pub fn bit(at: usize) -> Releases {
    1 << at.min(63)
}

/// Periods mean the same months in every release, so their sums hold across all. A code list may grow between
/// releases, so another dimension's sums hold for the cells of the releases that state them, and for cells of releases
/// that do not explain the parent if those that do agree: "other" is not the same everywhere.
const SHARED: &str = PERIOD;

/// `parent = sum of children` along one dimension.
#[derive(Debug, Clone)]
pub(super) struct Sum {
    pub(super) parent: u32,
    /// By rising code.
    pub(super) children: Vec<u32>,
    stated_by: Releases,
    /// Whether it holds for cells of every release: all that explain the parent explain it alike.
    pub(super) is_general: bool,
}

impl Sum {
    /// Whether the sum holds for a cell of these releases.
    pub(super) const fn holds(&self, releases: Releases) -> bool {
        self.is_general || self.stated_by & releases != 0
    }

    /// The releases whose cells the children of a cell of these releases are.
    pub(super) const fn passed(&self, releases: Releases) -> Releases {
        if self.is_general { releases } else { self.stated_by & releases }
    }
}

/// The sums of one dimension.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    pub(super) sums: Vec<Sum>,
    by_parent: HashMap<u32, Vec<usize>>,
    by_child: HashMap<u32, Vec<usize>>,
    explained_by: HashMap<u32, Releases>,
}

impl Sums {
    /// The sums of a parent, by number.
    pub(super) fn of_parent(&self, parent: u32) -> &[usize] {
        self.by_parent.get(&parent).map_or(&[], Vec::as_slice)
    }

    /// The sums that a code is a part of, by number.
    pub(super) fn of_child(&self, child: u32) -> &[usize] {
        self.by_child.get(&child).map_or(&[], Vec::as_slice)
    }

    fn is_in_a_sum(&self, code: u32) -> bool {
        self.by_parent.contains_key(&code) || self.by_child.contains_key(&code)
    }

    /// Sums of one parent hold everywhere where all releases that explain it explain it alike.
    fn settle(&mut self, parent: u32, is_shared: bool) {
        let explained = self.explained_by.get(&parent).copied().unwrap_or(0);
        let own = self.by_parent.get(&parent).map_or(&[][..], Vec::as_slice);
        let is_agreed = own.iter().all(|&at| self.sums[at].stated_by == explained);
        for &at in own {
            self.sums[at].is_general = is_shared || is_agreed;
        }
    }

    /// The children of those sums of `parent` that `common` is not in.
    fn other_sums(&self, parent: u32, common: u32) -> impl Iterator<Item = u32> {
        let sums = self.of_parent(parent).iter().map(|&at| &self.sums[at]);
        sums.filter(move |sum| !sum.children.contains(&common)).flat_map(|sum| sum.children.iter().copied())
    }

    /// By code: the other parents with which it has a child in common, and that child.
    fn shared_children(&self) -> HashMap<u32, Vec<(u32, u32)>> {
        let mut parents: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for sum in &self.sums {
            for &child in &sum.children {
                parents.entry(child).or_default().insert(sum.parent);
            }
        }
        let mut shared: HashMap<u32, Vec<(u32, u32)>> = HashMap::new();
        for (child, parents) in parents {
            for &one in &parents {
                let others = parents.iter().filter(|&&other| other != one);
                shared.entry(one).or_default().extend(others.map(|&other| (other, child)));
            }
        }
        shared
    }
}

/// All sums of all manifests.
#[derive(Debug, Clone, Default)]
pub struct Hierarchies {
    pub(super) by_dimension: Vec<Sums>,
}

/// Which cells there are.
#[derive(Debug, Default)]
pub struct Known {
    /// Every cell, in the order in which it was found.
    pub keys: Vec<Key>,
    /// The releases that a cell comes from.
    pub releases: Vec<Releases>,
    places: HashMap<Key, usize>,
}

impl Known {
    /// The index of a cell.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<usize> {
        self.places.get(&key).copied()
    }

    /// The index of a cell, new if need be, and whether it is new.
    pub fn add(&mut self, key: Key, releases: Releases) -> (usize, bool) {
        let next = self.keys.len();
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.keys.push(key);
            self.releases.push(releases);
        } else {
            self.releases[place] |= releases;
        }
        (place, place == next)
    }
}

/// A parent and its children, as cell indices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equation {
    /// The sum.
    pub parent: usize,
    /// Its parts.
    pub children: Vec<usize>,
    /// The releases that state it.
    pub stated_by: Releases,
}

impl Hierarchies {
    /// Notes one release's sum.
    pub fn add(&mut self, codes: &mut Codes, dimension: usize, parent: &str, children: &[String], release: usize) {
        self.by_dimension.resize_with(self.by_dimension.len().max(dimension + 1), Sums::default);
        let parent = codes.number(dimension, parent);
        let mut children: Vec<u32> = children.iter().map(|child| codes.number(dimension, child)).collect();
        children.sort_unstable();
        let sums = &mut self.by_dimension[dimension];
        *sums.explained_by.entry(parent).or_default() |= bit(release);
        let same = |at: &&usize| sums.sums[**at].children == children;
        match sums.by_parent.get(&parent).and_then(|known| known.iter().find(same)) {
            Some(&at) => sums.sums[at].stated_by |= bit(release),
            None => {
                let at = sums.sums.len();
                sums.by_parent.entry(parent).or_default().push(at);
                let mut distinct = children.clone();
                distinct.dedup();
                for child in distinct {
                    sums.by_child.entry(child).or_default().push(at);
                }
                sums.sums.push(Sum { parent, children, stated_by: bit(release), is_general: true });
            }
        }
        sums.settle(parent, codes.dimensions[dimension].name == SHARED);
    }

    /// Every sum among the cells, those that follow included; all codes of all these sums become cells.
    #[must_use]
    pub fn close(&self, codes: &Codes, known: &mut Known) -> Vec<Equation> {
        let shown = known.keys.len();
        let mut closure = Closure {
            codes,
            hierarchies: self,
            known,
            shown,
            introduced: 0,
            missing: HashMap::new(),
            lines: HashMap::new(),
            queue: VecDeque::new(),
            equations: Vec::new(),
        };
        closure.introduce();
        self.add_shared(codes, closure.known);
        closure.queue = (0..closure.known.keys.len()).collect();
        closure.follow();
        closure.equations
    }

    /// Children that no table shows of two parents that are known: `first = kept + removed`, `revised = kept + added`.
    /// Where other sums explain both parents, what differs between the two shows among their parts.
    fn add_shared(&self, codes: &Codes, known: &mut Known) {
        let shared: Vec<_> = self.by_dimension.iter().map(Sums::shared_children).collect();
        let shown = known.keys.len();
        let mut at = 0;
        while at < known.keys.len() {
            let key = known.keys[at];
            for (dimension, shared) in shared.iter().enumerate() {
                for &(other, child) in shared.get(&codes.at(key, dimension)).into_iter().flatten() {
                    let here = codes.at(key, dimension);
                    let sums = &self.by_dimension[dimension];
                    let explained = |parent| {
                        sums.other_sums(parent, child)
                            .any(|part| known.get(codes.moved(key, dimension, part)).is_some_and(|part| part < shown))
                    };
                    let is_explained = explained(here) && explained(other);
                    if let Some(other) = known.get(codes.moved(key, dimension, other)).filter(|_| !is_explained) {
                        let releases = known.releases[at] | known.releases[other];
                        known.add(codes.moved(key, dimension, child), releases);
                    }
                }
            }
            at += 1;
        }
    }

    /// Parents of one dimension that several releases explain differently, by dimension name: their sums stay apart.
    #[must_use]
    pub fn differing(&self, codes: &Codes) -> BTreeMap<String, usize> {
        let mut differing = BTreeMap::new();
        for (dimension, sums) in self.by_dimension.iter().enumerate() {
            let is_apart = |known: &&Vec<usize>| known.iter().any(|&at| !sums.sums[at].is_general);
            let count = sums.by_parent.values().filter(is_apart).count();
            if count > 0 {
                differing.insert(codes.dimensions[dimension].name.clone(), count);
            }
        }
        differing
    }
}

/// The search for sums. Every cell is looked at once on each of its lines, and again only where more releases turn out
/// to have it.
struct Closure<'a> {
    codes: &'a Codes,
    hierarchies: &'a Hierarchies,
    known: &'a mut Known,
    /// Cells up to this one are of tables, and of the releases that publish them: no sum makes them any other's.
    shown: usize,
    /// Cells up to this one have been counted among the children of their parents.
    introduced: usize,
    /// Children that are no cells yet, by dimension, number of the sum and cell of the parent, which is no cell yet.
    missing: HashMap<(usize, usize, Key), usize>,
    /// By dimension and the cell at its code 0.
    lines: HashMap<(usize, Key), Line>,
    queue: VecDeque<usize>,
    equations: Vec<Equation>,
}

impl Closure<'_> {
    /// A cell by these releases, each of which states lists of codes that hold for it: those that publish it; for a part those of
    /// the whole, which know every code of its parts; for a whole those that know all of its parts.
    fn add(&mut self, key: Key, releases: Releases) -> usize {
        let before = self.known.get(key).map(|at| self.known.releases[at]);
        if let Some(at) = self.known.get(key).filter(|at| *at < self.shown) {
            return at;
        }
        let (at, _) = self.known.add(key, releases);
        if before != Some(self.known.releases[at]) {
            self.queue.push_back(at);
        }
        at
    }

    /// Takes in new cells; a parent of which all children are cells becomes one.
    fn introduce(&mut self) {
        while self.introduced < self.known.keys.len() {
            let key = self.known.keys[self.introduced];
            self.introduced += 1;
            let hierarchies = self.hierarchies;
            for (dimension, sums) in hierarchies.by_dimension.iter().enumerate() {
                for &at in sums.of_child(self.codes.at(key, dimension)) {
                    self.count_child(key, dimension, at);
                }
            }
        }
    }

    fn count_child(&mut self, key: Key, dimension: usize, at: usize) {
        let sum = &self.hierarchies.by_dimension[dimension].sums[at];
        let parent = self.codes.moved(key, dimension, sum.parent);
        if self.known.get(parent).is_some() {
            return;
        }
        let missing = self.missing.entry((dimension, at, parent)).or_insert_with(|| {
            let mut distinct = sum.children.clone();
            distinct.dedup();
            distinct.len()
        });
        *missing -= 1;
        if *missing > 0 {
            return;
        }
        let known = |&child: &u32| self.known.get(self.codes.moved(key, dimension, child));
        let releases =
            sum.children.iter().filter_map(known).fold(Releases::MAX, |all, child| all & self.known.releases[child]);
        if sum.holds(releases) {
            self.add(parent, releases);
        }
    }

    /// From cell to cell until nothing is new.
    fn follow(&mut self) {
        while let Some(at) = self.queue.pop_front() {
            self.introduce();
            let (key, releases) = (self.known.keys[at], self.known.releases[at]);
            let hierarchies = self.hierarchies;
            for (dimension, sums) in hierarchies.by_dimension.iter().enumerate() {
                let code = self.codes.at(key, dimension);
                if !sums.is_in_a_sum(code) {
                    continue;
                }
                let start = self.codes.moved(key, dimension, 0);
                let found = self.lines.entry((dimension, start)).or_default().add(sums, code, releases);
                for (sum, releases, is_new) in found {
                    self.equate(dimension, start, &sums.sums[sum], (releases, is_new));
                }
            }
        }
    }

    fn equate(&mut self, dimension: usize, start: Key, sum: &Sum, (releases, is_new): (Releases, bool)) {
        let parent = self.add(self.codes.moved(start, dimension, sum.parent), releases);
        let passed = sum.passed(releases);
        let cell = |&child: &u32| self.add(self.codes.moved(start, dimension, child), passed);
        let children = sum.children.iter().map(cell).collect();
        if is_new {
            self.equations.push(Equation { parent, children, stated_by: sum.stated_by });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two quarters fold other codes into "Other"; the year has the parent alone, which neither list explains.
    #[test]
    fn lists_that_differ_explain_nothing_in_a_release_that_has_none() {
        let equations = |second: &[&str]| {
            let mut codes = Codes::default();
            for (name, total) in [("period", "Year"), ("issue", "All")] {
                codes.dimension(name, total);
            }
            let mut hierarchies = Hierarchies::default();
            for (release, children) in [["Noise", "Other"].as_slice(), second].into_iter().enumerate() {
                let children: Vec<String> = children.iter().map(|child| (*child).to_owned()).collect();
                hierarchies.add(&mut codes, 1, "Environment", &children, release);
            }
            codes.seal().expect("few codes");
            let mut known = Known::default();
            for (code, releases) in [("Environment", bit(2)), ("Noise", bit(2))] {
                let code = codes.known(1, code).expect("a code");
                known.add(codes.moved(codes.totals(), 1, code), releases);
            }
            hierarchies.close(&codes, &mut known).len()
        };
        assert_eq!(equations(&["Noise", "Other"]), 1);
        assert_eq!(equations(&["Litter", "Noise", "Other"]), 0);
    }

    /// Figures of these periods, under the sums of a correction of Q1 and of a half year before and after it.
    fn closed(published: &[&str]) -> (usize, usize) {
        let sums: [(&str, &[&str]); 6] = [
            ("Q1", &["kept", "removed"]),
            ("Q1-v2", &["kept", "added"]),
            ("H1", &["Q1", "Q2"]),
            ("H1-v2", &["Q1-v2", "Q2"]),
            ("H1", &["H1-kept", "H1-removed"]),
            ("H1-v2", &["H1-kept", "H1-added"]),
        ];
        closed_with(&sums, published)
    }

    /// Cells that follow from those of these periods, and equations.
    fn closed_with(sums: &[(&str, &[&str])], published: &[&str]) -> (usize, usize) {
        let mut codes = Codes::default();
        codes.dimension("period", "Total");
        let mut hierarchies = Hierarchies::default();
        for (parent, children) in sums {
            let children: Vec<String> = children.iter().map(|child| (*child).to_owned()).collect();
            hierarchies.add(&mut codes, 0, parent, &children, 0);
        }
        codes.seal().expect("a few cells fit");
        let mut known = Known::default();
        for code in published {
            let code = codes.known(0, code).expect("a code");
            known.add(codes.moved(codes.totals(), 0, code), 1);
        }
        let equations = hierarchies.close(&codes, &mut known).len();
        (known.keys.len() - published.len(), equations)
    }

    #[test]
    fn two_versions_of_a_figure_bound_what_was_kept_removed_and_added() {
        assert_eq!(closed(&["Q1"]), (0, 0), "one version alone says nothing");
        assert_eq!(closed(&["Q1", "Q1-v2"]), (3, 2));
    }

    #[test]
    fn versions_that_other_sums_explain_differ_only_where_their_parts_do() {
        assert_eq!(closed(&["Q1", "Q1-v2", "Q2", "H1", "H1-v2"]), (3, 4));
        assert_eq!(closed(&["H1", "H1-v2"]), (6, 4), "their parts are not known: they share Q2 and what was kept");
    }

    #[test]
    fn sums_through_a_level_that_nobody_shows_hold() {
        let closed =
            |shown: &[&str]| closed_with(&[("County", &["North", "South"]), ("North", &["Town", "Village"])], shown);
        assert_eq!(closed(&["County", "Town"]), (3, 2), "North, South and Village follow");
        assert_eq!(closed(&["County"]), (0, 0));
        assert_eq!(closed(&["Town", "South"]), (0, 0), "nothing lies above both");
    }

    #[test]
    fn what_follows_makes_cells_of_more() {
        // Two windows of four quarters, their common part, and the last quarter of that.
        let sums: [(&str, &[&str]); 3] =
            [("Q1-Q4", &["Q1", "Q2-Q4"]), ("Q2-Q5", &["Q2-Q4", "Q5"]), ("Q2-Q4", &["Q2-Q3", "Q4"])];
        assert_eq!(closed_with(&sums, &["Q1-Q4", "Q4"]), (3, 2));
        assert_eq!(closed_with(&sums, &["Q1-Q4", "Q2-Q5", "Q4"]), (4, 3));
        // The half year is no cell before the quarters are that both the windows and the year have.
        let half: [(&str, &[&str]); 3] = [("Year", &["H1", "H2"]), ("H1", &["Q1", "Q2"]), ("H1-v2", &["Q1", "Q2-v2"])];
        assert_eq!(closed_with(&half, &["Year", "Q2", "Q2-v2"]), (4, 3), "H1-v2 of Q1, which follows");
    }

    #[test]
    fn a_chain_of_thousands_of_levels_is_followed_once() {
        let names: Vec<String> = (0..5_000).map(|level| format!("level {level}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let sums: Vec<(&str, &[&str])> = names.windows(2).map(|pair| (pair[0], &pair[1..])).collect();
        assert_eq!(closed_with(&sums, &["level 0", "level 4999"]), (4_998, 4_999));
    }
}
