//! How cells of a report hang together beyond the sums. Comes in: the axes, the cells planned now and published before.
//! Goes out: relations for `protect`, and in words of codes for `release.json`. Deliberately absent: counts.
//!
//! Distinct families add up over nothing, but they are no more than the cases, no more in a part than in the whole, and no
//! more in the whole than in its parts together. So a published figure of families bounds hidden cases, and the families
//! of a year those of its quarters. What follows from two other relations is not stated.
//!
//! What ties several answers to a case is in `answers`, what ties stocks and flows in `stock`. Other tables of the two
//! templates are not related.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::config::dimension::Unit;
use model::manifest;

use crate::protect::Relation;
use crate::tabulate::Key;
use crate::tabulate::axes::{Axes, FAMILIES, MEASURE};

/// A measure of families, and that of the cases in which they came.
struct Pair {
    families: u32,
    cases: u32,
}

struct Related<'a> {
    axes: &'a Axes,
    measure: usize,
    /// Axes that add up, each with its twin for families.
    twins: Vec<(usize, usize)>,
    /// By axis that adds up: the codes that hold each code, itself and the total among them.
    holders: Vec<BTreeMap<u32, BTreeSet<u32>>>,
    cells: HashSet<&'a Key>,
}

/// The relations among `cells`.
pub(super) fn relations(axes: &Axes, cells: &[&Key]) -> Vec<Relation> {
    let Some(measure) = axes.position(MEASURE) else { return Vec::new() };
    let twins = (0..axes.axes.len())
        .filter_map(|at| Some((at, axes.position(&format!("{}{FAMILIES}", axes.axes[at].space.name))?)));
    let twins: Vec<(usize, usize)> = twins.collect();
    let holders = twins.iter().map(|&(at, _)| holders(axes, at)).collect();
    let related = Related { axes, measure, twins, holders, cells: cells.iter().copied().collect() };
    let mut found = BTreeSet::new();
    for pair in pairs(axes) {
        for cell in related.cells.iter().filter(|cell| cell[measure] == pair.families) {
            found.extend(related.at_most(cell, &pair));
            found.extend(related.at_most_its_parts(cell));
        }
    }
    found.into_iter().collect()
}

/// Measures of families and of cases that happen at the same moment.
fn pairs(axes: &Axes) -> Vec<Pair> {
    let of = |unit: Unit| {
        (0_u32..).zip(&axes.measures).filter(move |(_, measure)| measure.unit == unit && !measure.is_stock())
    };
    let mut pairs = Vec::new();
    for (families, measure) in of(Unit::Family) {
        let cases = of(Unit::Case).find(|(_, other)| other.event == measure.event);
        pairs.extend(cases.map(|(cases, _)| Pair { families, cases }));
    }
    pairs
}

fn holders(axes: &Axes, axis: usize) -> BTreeMap<u32, BTreeSet<u32>> {
    let space = &axes.axes[axis].space;
    let mut parents: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (parent, children) in &space.sums {
        children.iter().for_each(|&child| parents.entry(child).or_default().push(*parent));
    }
    let above = |code: u32| {
        let mut found = BTreeSet::from([code, space.total]);
        let mut open = vec![code];
        while let Some(at) = open.pop() {
            let next = parents.get(&at).into_iter().flatten().copied();
            open.extend(next.filter(|&parent| found.insert(parent)));
        }
        found
    };
    (0_u32..).take(space.codes.len()).map(|code| (code, above(code))).collect()
}

impl Related<'_> {
    /// `families <=` each smallest figure, of families or of cases, that holds all of them.
    fn at_most(&self, cell: &Key, pair: &Pair) -> Vec<Relation> {
        let mut above = vec![cell.clone()];
        for (&(_, twin), holders) in self.twins.iter().zip(&self.holders) {
            let Some(holders) = holders.get(&cell[twin]) else { continue };
            let moved = |key: &Key, code: u32| {
                let mut key = key.clone();
                key[twin] = code;
                key
            };
            above = above.iter().flat_map(|key| holders.iter().map(|&code| moved(key, code))).collect();
        }
        let cases = above.iter().map(|key| self.of_cases(key, pair));
        let all = above.iter().filter(|key| *key != cell).cloned().chain(cases);
        let known: Vec<Key> = all.filter(|key| self.cells.contains(key)).collect();
        let is_smallest = |key: &&Key| !known.iter().any(|other| other != *key && self.is_within(other, key, pair));
        known.iter().filter(is_smallest).map(|key| at_most(vec![(1, cell.clone()), (-1, key.clone())])).collect()
    }

    /// The cases in which the families of `key` came.
    fn of_cases(&self, key: &Key, pair: &Pair) -> Key {
        let mut cases = key.clone();
        cases[self.measure] = pair.cases;
        for &(axis, twin) in &self.twins {
            cases[axis] = key[twin];
            cases[twin] = self.axes.axes[twin].space.total;
        }
        cases
    }

    /// Whether all that `part` counts, or the cases of the families that it counts, are counted in `whole`.
    fn is_within(&self, part: &Key, whole: &Key, pair: &Pair) -> bool {
        let is_families = |key: &Key| key[self.measure] == pair.families;
        if is_families(whole) && !is_families(part) {
            return false;
        }
        let cases = |key: &Key| if is_families(key) { self.of_cases(key, pair) } else { key.clone() };
        let (part, whole) = (cases(part), cases(whole));
        let held = self.twins.iter().zip(&self.holders);
        held.into_iter()
            .all(|(&(axis, _), holders)| holders.get(&part[axis]).is_some_and(|holders| holders.contains(&whole[axis])))
    }

    /// `families of the whole <= families of its parts together`, where all of them are figures.
    fn at_most_its_parts(&self, cell: &Key) -> Vec<Relation> {
        let mut found = Vec::new();
        for &(axis, twin) in &self.twins {
            let sums = self.axes.axes[axis].space.sums.iter().filter(|(parent, _)| *parent == cell[twin]);
            for (_, children) in sums.filter(|(_, children)| children.len() > 1) {
                let part = |&code: &u32| {
                    let mut key = cell.clone();
                    key[twin] = code;
                    self.cells.contains(&key).then_some((-1, key))
                };
                let parts: Option<Vec<(i64, Key)>> = children.iter().map(part).collect();
                found.extend(parts.map(|parts| at_most([vec![(1, cell.clone())], parts].concat())));
            }
        }
        found
    }
}

const fn at_most(terms: Vec<(i64, Key)>) -> Relation {
    Relation { terms, is_equal: false }
}

/// Those relations all of whose cells are known, as `release.json` states them.
pub(super) fn stated(
    axes: &Axes,
    relations: &[Relation],
    is_known: impl Fn(&Relation, &Key) -> bool,
) -> Vec<manifest::Relation> {
    let known = relations.iter().filter(|relation| relation.terms.iter().all(|(_, key)| is_known(relation, key)));
    let mut stated: Vec<manifest::Relation> = known.map(|relation| in_words(axes, relation)).collect();
    let terms = |relation: &manifest::Relation| relation.terms.clone();
    stated.sort_by_cached_key(terms);
    stated
}

fn in_words(axes: &Axes, relation: &Relation) -> manifest::Relation {
    let names = |(factor, key): &(i64, Key)| {
        let named = axes.axes.iter().zip(key).filter(|(axis, code)| **code != axis.space.total);
        let names = named.map(|(axis, &code)| (axis.space.name.clone(), axis.space.codes[code as usize].clone()));
        (*factor, names.collect())
    };
    let measure = axes.position(MEASURE).unwrap_or(0);
    let is_one_measure = relation.terms.windows(2).all(|pair| pair[0].1[measure] == pair[1].1[measure]);
    let says = match (relation.terms.len(), is_one_measure) {
        (_, _) if super::answers::is_of_answers(axes, relation) && relation.is_equal => {
            "who gave an answer gave it as the main one or as a further one"
        }
        (_, _) if super::answers::is_of_answers(axes, relation) => {
            "cases with an answer are no more than all answers together"
        }
        (_, _) if super::stock::is_of_stocks(axes, relation) => {
            "what is open is what was open before and what was opened since, less what was closed"
        }
        (2, false) => "families are no more than their cases",
        (2, true) => "families of a part are no more than families of the whole",
        (_, _) => "families of the whole are no more than families of its parts together",
    };
    let is = if relation.is_equal { "=" } else { "<=" };
    manifest::Relation { says: says.to_owned(), terms: relation.terms.iter().map(names).collect(), is: is.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tabulate::example::example;

    fn stated_of(cells: &[&[(&str, &str)]]) -> Vec<String> {
        let (axes, _) = example();
        let key = |cell: &&[(&str, &str)]| {
            let mut key: Key = axes.axes.iter().map(|axis| axis.space.total).collect();
            for (dimension, code) in *cell {
                let axis = axes.position(dimension).expect("an axis");
                key[axis] = axes.axes[axis].find(code).expect("a code");
            }
            key
        };
        let keys: Vec<Key> = cells.iter().map(key).collect();
        let relations = relations(&axes, &keys.iter().collect::<Vec<_>>());
        let term = |(factor, cell): &(i64, BTreeMap<String, String>)| {
            let codes = cell.values().map(String::as_str);
            format!("{factor} {}", codes.collect::<Vec<_>>().join(" "))
        };
        let words = |relation: manifest::Relation| relation.terms.iter().map(term).collect::<Vec<_>>().join(", ");
        stated(&axes, &relations, |_, _| true).into_iter().map(words).collect()
    }

    const FAMILIES: (&str, &str) = ("measure", "families");

    #[test]
    fn families_are_no_more_than_the_smallest_figure_that_holds_them() {
        let found = stated_of(&[
            &[FAMILIES, ("period_families", "2026-M01")],
            &[FAMILIES, ("period_families", "2026-M02")],
            &[FAMILIES, ("period_families", "2026")],
            &[("period", "2026-M01")],
            &[("period", "2026")],
        ]);
        // The cases of the year hold those of February too, but so do the families of the year, which are fewer.
        let expected = [
            "1 families 2026, -1 2026",
            "1 families 2026-M01, -1 2026-M01",
            "1 families 2026-M01, -1 families 2026",
            "1 families 2026-M02, -1 families 2026",
        ];
        assert_eq!(found.iter().collect::<BTreeSet<_>>(), expected.map(str::to_owned).iter().collect());
    }

    #[test]
    fn families_of_the_whole_are_no_more_than_those_of_all_parts_where_all_are_figures() {
        let north = |code| vec![FAMILIES, ("period_families", "2026-M01"), ("district_families", code)];
        let [whole, one, other] = ["North", "N1", "N2"].map(north);
        let found = stated_of(&[&whole, &one, &other]);
        assert_eq!(found.len(), 3);
        assert!(found.iter().any(|words| words.matches(',').count() == 2), "{found:?}");
        assert_eq!(stated_of(&[&whole, &one]).len(), 1);
    }
}
