//! Every sum that holds among cells. Comes in: the sums of all manifests and the cells of all tables. Goes out:
//! equations, and the cells that no table shows but a reader can work out. Deliberately absent: bounds.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::attacks::codes::{Codes, Key};

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
const SHARED: &str = "period";

/// `parent = sum of children` along one dimension.
#[derive(Debug, Clone)]
struct Sum {
    parent: u32,
    children: Vec<u32>,
    stated_by: Releases,
}

/// The sums of one dimension.
#[derive(Debug, Clone, Default)]
struct Sums {
    shared: bool,
    sums: Vec<Sum>,
    by_parent: HashMap<u32, Vec<usize>>,
    by_first_child: HashMap<u32, Vec<usize>>,
    explained_by: HashMap<u32, Releases>,
}

impl Sums {
    fn holds(&self, sum: &Sum, releases: Releases) -> bool {
        let explained = self.explained_by.get(&sum.parent).copied().unwrap_or(0);
        self.shared || sum.stated_by & releases != 0 || explained & releases == 0 && self.is_agreed(sum.parent)
    }

    /// Whether all releases that explain a parent explain it alike.
    fn is_agreed(&self, parent: u32) -> bool {
        let explained = self.explained_by.get(&parent).copied().unwrap_or(0);
        self.by_parent.get(&parent).into_iter().flatten().all(|&at| self.sums[at].stated_by == explained)
    }
}

impl Sums {
    /// The children of those sums of `parent` that `common` is not in.
    fn other_sums(&self, parent: u32, common: u32) -> impl Iterator<Item = u32> {
        let sums = self.by_parent.get(&parent).into_iter().flatten().map(|&at| &self.sums[at]);
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
    by_dimension: Vec<Sums>,
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
}

impl Hierarchies {
    /// Notes one release's sum.
    pub fn add(&mut self, codes: &mut Codes, dimension: usize, parent: &str, children: &[String], release: usize) {
        self.by_dimension.resize_with(self.by_dimension.len().max(dimension + 1), Sums::default);
        let parent = codes.number(dimension, parent);
        let mut children: Vec<u32> = children.iter().map(|child| codes.number(dimension, child)).collect();
        children.sort_unstable();
        let sums = &mut self.by_dimension[dimension];
        sums.shared = codes.dimensions[dimension].name == SHARED;
        *sums.explained_by.entry(parent).or_default() |= bit(release);
        let same = |at: &&usize| sums.sums[**at].children == children;
        if let Some(&at) = sums.by_parent.get(&parent).and_then(|known| known.iter().find(same)) {
            sums.sums[at].stated_by |= bit(release);
            return;
        }
        let at = sums.sums.len();
        sums.by_parent.entry(parent).or_default().push(at);
        if let Some(&first) = children.first() {
            sums.by_first_child.entry(first).or_default().push(at);
        }
        sums.sums.push(Sum { parent, children, stated_by: bit(release) });
    }

    /// Parents that no table shows although it shows all of their children, again and again until there are none.
    pub fn add_parents(&self, codes: &Codes, known: &mut Known) {
        let mut at = 0;
        while at < known.keys.len() {
            let key = known.keys[at];
            for (dimension, sums) in self.by_dimension.iter().enumerate() {
                let here = codes.at(key, dimension);
                for &sum in sums.by_first_child.get(&here).into_iter().flatten() {
                    let sum = &sums.sums[sum];
                    let parent = codes.moved(key, dimension, sum.parent);
                    if known.get(parent).is_some() {
                        continue;
                    }
                    let children: Option<Vec<usize>> =
                        sum.children.iter().map(|&child| known.get(codes.moved(key, dimension, child))).collect();
                    let Some(children) = children else { continue };
                    let releases = children.iter().fold(0, |all, &child| all | known.releases[child]);
                    if sums.holds(sum, releases) {
                        known.add(parent, releases);
                    }
                }
            }
            at += 1;
        }
    }

    /// Children that no table shows of two parents that are known: `first = kept + removed`, `revised = kept + added`.
    /// Where other sums explain both parents, what differs between the two shows among their parts.
    pub fn add_shared(&self, codes: &Codes, known: &mut Known) {
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

    /// Every sum whose parent and at least one child are known; children that were not known are added.
    pub fn equations(&self, codes: &Codes, known: &mut Known) -> Vec<Equation> {
        let mut found: Vec<(usize, Vec<Key>)> = Vec::new();
        for (at, &key) in known.keys.iter().enumerate() {
            for (dimension, sums) in self.by_dimension.iter().enumerate() {
                for &sum in sums.by_parent.get(&codes.at(key, dimension)).into_iter().flatten() {
                    let sum = &sums.sums[sum];
                    if !sums.holds(sum, known.releases[at]) {
                        continue;
                    }
                    let children: Vec<Key> =
                        sum.children.iter().map(|&child| codes.moved(key, dimension, child)).collect();
                    if children.iter().any(|&child| known.get(child).is_some()) {
                        found.push((at, children));
                    }
                }
            }
        }
        let mut equations = Vec::with_capacity(found.len());
        for (parent, children) in found {
            let releases = known.releases[parent];
            let children = children.into_iter().map(|child| known.add(child, releases).0).collect();
            equations.push(Equation { parent, children });
        }
        equations
    }

    /// Parents of one dimension that several releases explain differently, by dimension name: their sums stay apart.
    #[must_use]
    pub fn differing(&self, codes: &Codes) -> BTreeMap<String, usize> {
        let mut differing = BTreeMap::new();
        for (dimension, sums) in self.by_dimension.iter().enumerate().filter(|(_, sums)| !sums.shared) {
            let several = |known: &&Vec<usize>| {
                let all: Vec<Releases> = known.iter().map(|&at| sums.sums[at].stated_by).collect();
                all.len() > 1 && all.windows(2).any(|pair| pair[0] != pair[1])
            };
            let count = sums.by_parent.values().filter(several).count();
            if count > 0 {
                differing.insert(codes.dimensions[dimension].name.clone(), count);
            }
        }
        differing
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
            hierarchies.equations(&codes, &mut known).len()
        };
        assert_eq!(equations(&["Noise", "Other"]), 1);
        assert_eq!(equations(&["Litter", "Noise", "Other"]), 0);
    }

    /// Figures of these periods, under the sums of a correction of Q1 and of a half year before and after it.
    fn closed(published: &[&str]) -> (usize, usize) {
        let mut codes = Codes::default();
        codes.dimension("period", "Total");
        let mut hierarchies = Hierarchies::default();
        let sums: [(&str, &[&str]); 6] = [
            ("Q1", &["kept", "removed"]),
            ("Q1-v2", &["kept", "added"]),
            ("H1", &["Q1", "Q2"]),
            ("H1-v2", &["Q1-v2", "Q2"]),
            ("H1", &["H1-kept", "H1-removed"]),
            ("H1-v2", &["H1-kept", "H1-added"]),
        ];
        for (parent, children) in sums {
            let children: Vec<String> = children.iter().map(|child| (*child).to_owned()).collect();
            hierarchies.add(&mut codes, 0, parent, &children, 0);
        }
        codes.seal().expect("a dozen cells fit");
        let mut known = Known::default();
        for code in published {
            let code = codes.known(0, code).expect("a code");
            known.add(codes.moved(codes.totals(), 0, code), 1);
        }
        hierarchies.add_shared(&codes, &mut known);
        let equations = hierarchies.equations(&codes, &mut known).len();
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
}
