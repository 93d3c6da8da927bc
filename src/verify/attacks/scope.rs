//! What corrections say did not change. Comes in: the scopes that manifests state, and the cells. Goes out: rows by which a figure
//! and its later version are the same, and versions that differ where they cannot. Deliberately absent: trust; where a correction
//! is not among the releases, or its scope names codes that nobody explains, nothing is taken from it.
//!
//! A correction that moved cases between Elm and Oak leaves Ash as it was. So whoever holds both versions reads in either what the
//! other hides of Ash.
//!
//! Worked example: 40 cases, first with Ash 17 and the others hidden, then with Elm 20 and the others hidden. Ash has 17 in both,
//! so Oak has 3 in the second.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use model::edition::{ADDED, REMOVED};
use model::{Attack, Finding};

use crate::attacks::codes::{Key, PERIOD};
use crate::attacks::system::{Cells, Part, State};

/// Ends the name of a dimension that counts families by the codes of another.
const TWIN: &str = "_families";

/// Adds a row for every figure that no correction between two versions of it can have touched; those that differ all the same are
/// findings instead.
pub(super) fn unchanged(cells: &mut Cells, parts: &[Part<'_>]) {
    let Some(axis) = cells.codes.place(PERIOD).filter(|_| are_all_there(parts)) else { return };
    let history = History::new(parts);
    for (first, revised, corrections) in history.versions() {
        let known = |code: &str| cells.codes.known(axis, code);
        let (Some(first), Some(revised)) = (known(first), known(revised)) else { continue };
        let scopes: Vec<Touched> = corrections.iter().map(|&at| Touched::new(cells, &parts[at])).collect();
        for at in 0..cells.len() {
            let key = cells.known.keys[at];
            if cells.codes.at(key, axis) != revised || scopes.iter().any(|scope| scope.holds(cells, key)) {
                continue;
            }
            if let Some(before) = cells.known.get(cells.codes.moved(key, axis, first)) {
                same(cells, parts, (before, at), &corrections);
            }
        }
    }
}

/// Whether every earlier release for the same readers is among them: a correction that is not could have touched anything.
fn are_all_there(parts: &[Part<'_>]) -> bool {
    let names: BTreeSet<&str> = parts.iter().map(|part| part.manifest.release.as_str()).collect();
    let is_there = |part: &Part<'_>| {
        let own = format!("-{}-r", part.manifest.audience);
        part.manifest.earlier.keys().filter(|name| name.contains(&own)).all(|name| names.contains(name.as_str()))
    };
    parts.iter().all(is_there)
}

/// Notes that two cells hold the same.
fn same(cells: &mut Cells, parts: &[Part<'_>], (before, after): (usize, usize), corrections: &[usize]) {
    let are_published = [before, after].iter().all(|&at| cells.states[at] == State::Published);
    if !are_published {
        cells.system.equation([(before, -1), (after, 1)], 0);
        cells.relations.push(corrections.to_vec());
    } else if cells.system.lower[before] != cells.system.lower[after] {
        let (file, place) = cells.place_of(parts, after);
        let message = "a correction changed a figure that its scope leaves as it was".to_owned();
        let kind = "outside_scope".to_owned();
        cells.findings.push(Finding { attack: Attack::Consistency, kind, file, place, message, claim: None });
    }
}

/// The corrections of all releases, and the versions of figures that came of them.
struct History<'a> {
    /// By index among the releases: for whom, and the period that was corrected.
    corrections: Vec<(usize, &'a str, &'a str)>,
    /// The parts of periods, whoever states them.
    parts_of: Around<'a>,
    wholes_of: Around<'a>,
}

/// By code of a period: those next to it, one way.
type Around<'a> = HashMap<&'a str, BTreeSet<&'a str>>;

impl<'a> History<'a> {
    fn new(parts: &[Part<'a>]) -> Self {
        let corrected = |(at, part): (usize, &Part<'a>)| {
            part.manifest.corrects.as_ref()?;
            Some((at, part.manifest.audience.as_str(), part.manifest.period.as_str()))
        };
        let corrections = parts.iter().enumerate().filter_map(corrected).collect();
        let (mut parts_of, mut wholes_of) = (Around::new(), Around::new());
        for part in parts {
            let periods = part.manifest.hierarchies.get(PERIOD);
            for (whole, parts) in periods.iter().flat_map(|periods| &periods.sums) {
                for part in parts {
                    parts_of.entry(whole).or_default().insert(part);
                    wholes_of.entry(part).or_default().insert(whole);
                }
            }
        }
        Self { corrections, parts_of, wholes_of }
    }

    /// The code of a figure, that of a later version of it, and the corrections between the two; only where all of those are known.
    fn versions(&self) -> Vec<(&'a str, &'a str, Vec<usize>)> {
        let removed = self.wholes_of.keys().filter(|code| code.ends_with(REMOVED));
        let of = |&removed: &&'a str| {
            let stem = removed.strip_suffix(REMOVED)?;
            let added = self.wholes_of.keys().find(|code| code.strip_suffix(ADDED) == Some(stem))?;
            let whole = |part: &str| {
                let mut wholes = self.wholes_of.get(part)?.iter().filter(|whole| !is_part(whole));
                wholes.next().copied().filter(|_| wholes.next().is_none())
            };
            Some((whole(removed)?, whole(added)?, self.between(removed)?))
        };
        let mut versions: Vec<_> = removed.filter_map(of).collect();
        versions.sort_unstable();
        versions
    }

    /// The corrections that took `removed` out; none where one of them is not known.
    fn between(&self, removed: &'a str) -> Option<Vec<usize>> {
        let mut between = BTreeSet::new();
        for leaf in self.below(removed).into_iter().filter(|leaf| !self.parts_of.contains_key(leaf)) {
            let (base, last) = versions_of(leaf)?;
            let around: BTreeSet<&str> = self.below(base).into_iter().chain(self.above(base)).collect();
            let mut by_audience: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for &(at, audience, _) in self.corrections.iter().filter(|(_, _, period)| around.contains(period)) {
                by_audience.entry(audience).or_default().push(at);
            }
            // The third version is there by two corrections: where one of them is in none of the releases, its scope is not known.
            by_audience.values().find(|known| known.len() + 1 >= last)?;
            between.extend(by_audience.into_values().flatten());
        }
        Some(between.into_iter().collect())
    }

    fn below(&self, code: &'a str) -> BTreeSet<&'a str> {
        reached(&self.parts_of, code)
    }

    fn above(&self, code: &'a str) -> BTreeSet<&'a str> {
        reached(&self.wholes_of, code)
    }
}

/// A code and all that lie that way from it.
fn reached<T: Copy + Ord + Hash>(next: &HashMap<T, BTreeSet<T>>, code: T) -> BTreeSet<T> {
    let (mut seen, mut open) = (BTreeSet::from([code]), vec![code]);
    while let Some(code) = open.pop() {
        open.extend(next.get(&code).into_iter().flatten().copied().filter(|code| seen.insert(*code)));
    }
    seen
}

fn is_part(code: &str) -> bool {
    code.ends_with(REMOVED) || code.ends_with(ADDED)
}

/// `2018-Q3-v1-v2-removed`: the figures, and the number of their later version.
fn versions_of(removed: &str) -> Option<(&str, usize)> {
    let (rest, last) = removed.strip_suffix(REMOVED)?.rsplit_once("-v")?;
    let (base, _) = rest.rsplit_once("-v")?;
    Some((base, last.parse().ok()?))
}

/// Which cells a correction may have touched.
struct Touched {
    /// By place of a dimension: its codes into which cases may have moved or out of which.
    split: Vec<(usize, BTreeSet<u32>)>,
    all: bool,
}

impl Touched {
    fn new(cells: &Cells, part: &Part<'_>) -> Self {
        let scope = part.manifest.corrects.as_ref().and_then(|corrects| corrects.scope.as_ref());
        let Some(scope) = scope.filter(|scope| !scope.cases) else { return Self { split: Vec::new(), all: true } };
        let mut split = Vec::new();
        for (place, dimension) in cells.codes.dimensions.iter().enumerate() {
            let name = dimension.name.strip_suffix(TWIN).unwrap_or(&dimension.name);
            if let Some(named) = scope.dimensions.get(name) {
                split.push((place, touched(cells, part, place, named)));
            }
        }
        Self { split, all: false }
    }

    fn holds(&self, cells: &Cells, key: Key) -> bool {
        self.all || self.split.iter().any(|(place, codes)| codes.contains(&cells.codes.at(key, *place)))
    }
}

/// The codes along a dimension that do not hold all of what is `named`, as far as the correction explains it, and may hold some;
/// all but the total where it names none, or one that it explains nowhere.
fn touched(cells: &Cells, part: &Part<'_>, place: usize, named: &[String]) -> BTreeSet<u32> {
    let dimension = &cells.codes.dimensions[place];
    let mut below: HashMap<u32, BTreeSet<u32>> = HashMap::new();
    for (parent, children) in part.manifest.hierarchies.get(&dimension.name).iter().flat_map(|stated| &stated.sums) {
        let children = children.iter().filter_map(|child| cells.codes.known(place, child));
        if let Some(parent) = cells.codes.known(place, parent) {
            below.entry(parent).or_default().extend(children);
        }
    }
    let explained = reached(&below, dimension.total);
    let named: Option<Vec<u32>> =
        named.iter().map(|code| cells.codes.known(place, code).filter(|code| explained.contains(code))).collect();
    let named = named.filter(|named| !named.is_empty());
    let is_touched = |&code: &u32| {
        let Some(named) = &named else { return true };
        let own = reached(&below, code);
        let holds_all = named.iter().all(|named| own.contains(named));
        let is_apart = explained.contains(&code)
            && named.iter().all(|&named| !own.contains(&named) && !reached(&below, named).contains(&code));
        !holds_all && !is_apart
    };
    let codes = (0_u32..).take(dimension.len());
    codes.filter(|&code| code != dimension.total).filter(is_touched).collect()
}

#[cfg(test)]
mod tests {
    use crate::tests::{kinds, write};
    use crate::{Attacked, attack};

    /// Three places, Elm and Oak in one area, before and after a correction of 2018-Q3.
    fn corrected(scope: &str, before: [&str; 3], after: [&str; 3]) -> Attacked {
        corrected_at("2018-Q3-v2", scope, before, after)
    }

    fn corrected_at(revised: &str, scope: &str, before: [&str; 3], after: [&str; 3]) -> Attacked {
        let place = tempfile::tempdir().expect("a temporary folder");
        let part = |word: &str| format!("2018-Q3-v1-{}-{word}", revised.rsplit('-').next().expect("a version"));
        let [kept, removed, added] = ["kept", "removed", "added"].map(part);
        let sums = format!(r#"[["2018-Q3", ["{kept}", "{removed}"]], ["{revised}", ["{kept}", "{added}"]]]"#);
        let release = |name: &str, code: &str, more: &str, sums: &str, [ash, elm, oak]: [&str; 3]| {
            let manifest = format!(
                r#"{{"threshold": 5, "period": "2018-Q3", "audience": "public"{more},
                    "hierarchies": {{"period": {{"total": "Total", "sums": {sums}}},
                        "town": {{"total": "All", "sums": [["All", ["Ash", "Area"]], ["Area", ["Elm", "Oak"]]]}}}},
                    "tables": [{{"file": "data/t.csv", "dims": ["period", "town"], "markers": {{"": [0, null]}}}}]}}"#
            );
            let rows = [("All", "40,"), ("Ash", ash), ("Elm", elm), ("Oak", oak)];
            let rows: String = rows.iter().map(|(town, cell)| format!("{code},{town},{cell}\n")).collect();
            write(place.path(), name, &manifest, &[("data/t.csv", &format!("period,town,value,symbol\n{rows}"))])
        };
        let first = release("r1", "2018-Q3", "", "[]", before);
        let more = format!(r#", "corrects": {{"release": "r1", "reason": "wrong towns"{scope}}}"#);
        let second = release("r2", revised, &more, &sums, after);
        attack(&[first, second], &[]).expect("releases")
    }

    const AREA: &str = r#", "scope": {"dimensions": {"town": ["Elm", "Oak"]}}"#;
    const TOWNS: &str = r#", "scope": {"dimensions": {"town": []}}"#;
    const CASES: &str = r#", "scope": {"dimensions": {}, "cases": true}"#;
    const OTHER: &str = r#", "scope": {"dimensions": {"need": []}}"#;
    const UNKNOWN: &str = r#", "scope": {"dimensions": {"town": ["Elm", "Fir"]}}"#;

    #[test]
    fn a_figure_that_cannot_have_changed_is_read_in_either_version() {
        let known = |scope: &str| kinds(&corrected(scope, ["17,", ",c", ",c"], [",c", "20,", ",c"])).len();
        assert_eq!(known(AREA), 1, "Oak has 3 in the second, whatever it had");
        assert_eq!(known(TOWNS), 0, "Ash may have changed");
        assert_eq!(known(CASES), 0);
        assert_eq!(known(""), 0, "of a release that does not say");
        assert_eq!(known(UNKNOWN), 0, "nobody explains where Fir lies");
    }

    #[test]
    fn what_holds_all_that_moved_cannot_have_changed() {
        // Elm and Oak together have 23 in both; along another dimension nothing moves between towns.
        let first = corrected(AREA, ["17,", "19,", ",c"], [",c", ",c", ",c"]);
        assert_eq!(kinds(&first), ["suppressed_linear_exact"], "the first alone tells of Oak, nothing of the second");
        let (before, after) = (["17,", ",c", ",c"], [",c", "19,", ",c"]);
        assert_eq!(kinds(&corrected(OTHER, before, after)), ["suppressed_linear_exact"; 2], "Oak is 4 in both");
    }

    #[test]
    fn a_figure_that_changed_outside_the_scope_is_a_finding() {
        let changed = |scope: &str| {
            kinds(&corrected(scope, ["17,", "12,", "11,"], ["18,", "12,", "10,"])).contains(&"outside_scope")
        };
        assert!(changed(AREA) && changed(OTHER));
        assert!(!changed(TOWNS) && !changed(CASES));
    }

    #[test]
    fn nothing_is_taken_from_a_correction_where_another_is_not_among_the_releases() {
        let third = corrected_at("2018-Q3-v3", AREA, ["17,", ",c", ",c"], [",c", "20,", ",c"]);
        assert_eq!(kinds(&third), [""; 0]);
    }
}
