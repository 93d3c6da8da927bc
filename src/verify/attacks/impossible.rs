//! Codes that cannot stand together. Comes in: what `release.json` states of them, and the cells. Goes out: cells that every
//! reader knows to be empty, and rows for tables that nobody publishes but in which most cells are empty. Deliberately absent:
//! trust; a figure that is published where there can be none is a finding.
//!
//! A ward lies in one town. Of each issue one table shows the wards, another the towns: they are the margins of a table of wards
//! by towns whose cells are variables here, those that cannot be left out. Wards that can lie in the same towns are taken
//! together, since any way to part what they have together is one.
//!
//! Worked example: of one issue one ward of Ash has 6, the other is hidden, Ash has 8, and of no case the town is not recorded.
//! All cases of the wards of Ash are in Ash, so the hidden ward has 2 at most.

use std::collections::{BTreeMap, BTreeSet};

use model::manifest::Impossible;
use model::{Attack, Finding};

use crate::attacks::closure::bit;
use crate::attacks::codes::Key;
use crate::attacks::system::{Cells, Part, State};

/// By place of a dimension: the codes of which no case has one of each.
type Sets = BTreeMap<usize, BTreeSet<u32>>;

/// The rules of one release in the space of all.
fn sets(cells: &Cells, part: &Part<'_>) -> Vec<Sets> {
    let set = |rule: &Impossible| {
        let of = |(name, codes): (&String, &Vec<String>)| {
            let place = cells.codes.place(name)?;
            let known: BTreeSet<u32> = codes.iter().filter_map(|code| cells.codes.known(place, code)).collect();
            (!known.is_empty()).then_some((place, known))
        };
        let sets: Option<Sets> = rule.codes.iter().map(of).collect();
        // A rule about one dimension, or about nothing that anybody shows, says nothing here.
        sets.filter(|sets| sets.len() > 1)
    };
    part.manifest.impossible.iter().filter_map(set).collect()
}

fn is_inside(cells: &Cells, sets: &Sets, key: Key) -> bool {
    sets.iter().all(|(&place, codes)| codes.contains(&cells.codes.at(key, place)))
}

/// Bounds every cell in which codes meet that cannot; where a release says that there is somebody, that is a finding.
pub(super) fn empty(cells: &mut Cells, parts: &[Part<'_>]) {
    let rules: BTreeSet<Sets> = parts.iter().flat_map(|part| sets(cells, part)).collect();
    if rules.is_empty() {
        return;
    }
    for at in 0..cells.len() {
        let key = cells.known.keys[at];
        if !rules.iter().any(|sets| is_inside(cells, sets, key)) {
            continue;
        }
        if cells.system.lower[at] > 0 {
            let (file, place) = cells.place_of(parts, at);
            cells.findings.push(Finding {
                attack: Attack::Consistency,
                kind: "impossible_counted".to_owned(),
                file,
                place,
                message: "cases are published where release.json says that there can be none".to_owned(),
                claim: None,
            });
            continue;
        }
        cells.empty.push(at);
        cells.system.upper[at] = Some(0);
        cells.states[at] = State::Published;
    }
}

/// Adds a row for every margin of a table that no release shows and that rules leave mostly empty.
pub(super) fn between(cells: &mut Cells, parts: &[Part<'_>]) {
    for (at, part) in parts.iter().enumerate() {
        let rules = sets(cells, part);
        let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
        for rule in &rules {
            let places: Vec<usize> = rule.keys().copied().collect();
            for (number, &one) in places.iter().enumerate() {
                pairs.extend(places[number + 1..].iter().map(|&other| (one, other)));
            }
        }
        for pair in pairs {
            let known = Known::of(cells, part, at, pair);
            for place in known.places(cells) {
                let ones = known.parts(cells, 0, place);
                let others = known.parts(cells, 1, place);
                add(cells, &rules, (pair, place), (&ones, &others), parts.len());
            }
        }
    }
}

/// What one release shows along two dimensions.
struct Known {
    pair: [usize; 2],
    totals: [u32; 2],
    /// By dimension: parent and children, as the release states them.
    sums: [Vec<(u32, Vec<u32>)>; 2],
    /// Sums along the others, by place.
    beside: Vec<(usize, u32, Vec<u32>)>,
    shown: BTreeSet<Key>,
}

impl Known {
    fn of(cells: &Cells, part: &Part<'_>, at: usize, (one, other): (usize, usize)) -> Self {
        let sums_of = |name: &str, place: usize| -> Vec<(u32, Vec<u32>)> {
            let number = |code: &String| cells.codes.known(place, code);
            let sum = |(parent, children): &(String, Vec<String>)| {
                Some((number(parent)?, children.iter().map(number).collect::<Option<Vec<u32>>>()?))
            };
            let hierarchy = part.manifest.hierarchies.get(name);
            hierarchy.iter().flat_map(|hierarchy| &hierarchy.sums).filter_map(sum).collect()
        };
        let name = |place: usize| cells.codes.dimensions[place].name.as_str();
        let total = |place: usize| {
            let stated = part.manifest.hierarchies.get(name(place));
            let stated = stated.and_then(|hierarchy| cells.codes.known(place, &hierarchy.total));
            stated.unwrap_or(cells.codes.dimensions[place].total)
        };
        let mut beside = Vec::new();
        for name in part.manifest.hierarchies.keys() {
            let Some(place) = cells.codes.place(name).filter(|&place| place != one && place != other) else { continue };
            beside.extend(sums_of(name, place).into_iter().map(|(parent, children)| (place, parent, children)));
        }
        let is_shown = |cell: &usize| {
            cells.known.releases[*cell] & bit(at) != 0 && cells.origins.get(*cell).is_some_and(Option::is_some)
        };
        let shown = (0..cells.len()).filter(is_shown).map(|cell| cells.known.keys[cell]).collect();
        Self {
            pair: [one, other],
            totals: [total(one), total(other)],
            sums: [sums_of(name(one), one), sums_of(name(other), other)],
            beside,
            shown,
        }
    }

    /// The cells, both dimensions at their total, below which the release shows each of the two and nowhere both together; of
    /// a whole all of whose parts are such cells nothing more follows.
    fn places(&self, cells: &Cells) -> Vec<Key> {
        let mut found: [BTreeSet<Key>; 3] = Default::default();
        for &key in &self.shown {
            let is_below = [0, 1].map(|side| cells.codes.at(key, self.pair[side]) != self.totals[side]);
            let top = [0, 1].iter().fold(key, |key, &side| cells.codes.moved(key, self.pair[side], self.totals[side]));
            match is_below {
                [true, false] => found[0].insert(top),
                [false, true] => found[1].insert(top),
                [true, true] => found[2].insert(top),
                [false, false] => false,
            };
        }
        let [one, other, both] = found;
        let is_place = |key: &&Key| other.contains(*key) && !both.contains(*key) && self.shown.contains(*key);
        let places: BTreeSet<Key> = one.iter().filter(is_place).copied().collect();
        let has_parts = |key: Key| {
            self.beside.iter().any(|(place, parent, children)| {
                cells.codes.at(key, *place) == *parent
                    && children.iter().all(|&child| places.contains(&cells.codes.moved(key, *place, child)))
            })
        };
        places.iter().copied().filter(|&key| !has_parts(key)).collect()
    }

    /// The finest codes that make up a place along one of the dimensions.
    fn parts(&self, cells: &Cells, side: usize, place: Key) -> Vec<u32> {
        let is_shown = |code: u32| self.shown.contains(&cells.codes.moved(place, self.pair[side], code));
        let below = |code: u32| {
            // Whether anything at or below a code is shown.
            let (mut seen, mut open) = (BTreeSet::new(), vec![code]);
            while let Some(next) = open.pop() {
                if is_shown(next) {
                    return true;
                }
                let of_next = self.sums[side].iter().filter(|(parent, _)| *parent == next);
                open.extend(of_next.flat_map(|(_, children)| children).filter(|child| seen.insert(**child)));
            }
            false
        };
        let (mut parts, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut open = vec![self.totals[side]];
        while let Some(code) = open.pop() {
            // A stranger's sums may run in a circle.
            if !seen.insert(code) {
                continue;
            }
            let mut of_code = self.sums[side].iter().filter(|(parent, _)| *parent == code);
            match of_code.find(|(_, children)| children.iter().any(|&child| below(child))) {
                Some((_, children)) => open.extend(children),
                None => {
                    parts.insert(code);
                }
            }
        }
        parts.into_iter().collect()
    }
}

/// The variables of one such table, and its margins as rows. Everybody knows the rule, so each row is everybody's.
fn add(
    cells: &mut Cells,
    rules: &[Sets],
    ((one, other), place): ((usize, usize), Key),
    (ones, others): (&[u32], &[u32]),
    releases: usize,
) {
    let is_open = |cells: &Cells, a: u32, b: u32| {
        let key = cells.codes.moved(cells.codes.moved(place, one, a), other, b);
        !rules.iter().any(|sets| is_inside(cells, sets, key))
    };
    let kinds_of_one = kinds(ones, others, |a, b| is_open(cells, a, b));
    let kinds_of_other = kinds(others, ones, |b, a| is_open(cells, a, b));
    if kinds_of_one.keys().all(|open| open.len() == others.len()) {
        return;
    }
    let mut margins: Vec<Vec<(usize, i64)>> = Vec::new();
    let mut of_other: Vec<Vec<(usize, i64)>> = vec![Vec::new(); kinds_of_other.len()];
    for (open, codes) in &kinds_of_one {
        let mut margin = margin(cells, (place, one), codes);
        for (codes, of_other) in kinds_of_other.values().zip(&mut of_other) {
            if codes.first().is_some_and(|code| open.contains(code)) {
                let inside = cells.system.variable(0, None);
                margin.push((inside, -1));
                of_other.push((inside, -1));
            }
        }
        margins.push(margin);
    }
    for (codes, inside) in kinds_of_other.values().zip(of_other) {
        let mut margin = margin(cells, (place, other), codes);
        margin.extend(inside);
        margins.push(margin);
    }
    for margin in margins {
        cells.system.equation(margin, 0);
        cells.relations.push((0..releases).collect());
    }
}

/// Codes by the codes of the other dimension with which they can stand.
fn kinds(codes: &[u32], others: &[u32], is_open: impl Fn(u32, u32) -> bool) -> BTreeMap<BTreeSet<u32>, Vec<u32>> {
    let mut kinds: BTreeMap<BTreeSet<u32>, Vec<u32>> = BTreeMap::new();
    for &code in codes {
        let open = others.iter().copied().filter(|&other| is_open(code, other)).collect();
        kinds.entry(open).or_default().push(code);
    }
    kinds
}

/// The cells of some codes; of one that is no cell nothing is known.
fn margin(cells: &mut Cells, (place, dimension): (Key, usize), codes: &[u32]) -> Vec<(usize, i64)> {
    let cell = |&code: &u32| {
        let known = cells.known.get(cells.codes.moved(place, dimension, code));
        (known.unwrap_or_else(|| cells.system.variable(0, None)), 1)
    };
    codes.iter().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use crate::attacks::picture::Easel;
    use crate::tests::{kinds, write};
    use crate::{Attacked, Outside, attack, attack_knowing};
    use model::manifest::Impossible;

    /// Two wards of Ash, one of Elm; the third town is not recorded.
    const MANIFEST: &str = r#"{"threshold": 5,
      "hierarchies": {"ward": {"total": "All", "sums": [["All", ["1", "2", "3"]]]},
                      "town": {"total": "All", "sums": [["All", ["Ash", "Elm", "NR"]]]}},
      "tables": [{"file": "data/wards.csv", "dims": ["ward"], "markers": {"": [0, null]}},
                 {"file": "data/towns.csv", "dims": ["town"], "markers": {"": [0, null]}}],
      "impossible": [RULES]}"#;

    const RULES: &str = r#"{"says": "Wards 1 and 2 lie in Ash.", "codes": {"ward": ["1", "2"], "town": ["Elm"]}},
      {"says": "Ward 3 lies in Elm.", "codes": {"ward": ["3"], "town": ["Ash"]}}"#;

    /// Ward 1 has 6, wards 2 and 3 are hidden and have 12 together.
    const WARDS: &str = "ward,value,symbol\nAll,18,\n1,6,\n2,,c\n3,,c\n";

    fn attacked(rules: &str, wards: &str, towns: [u64; 3]) -> Attacked {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folder = folder(place.path(), rules, wards, towns);
        attack(&[folder], &[]).expect("a release")
    }

    fn folder(below: &std::path::Path, rules: &str, wards: &str, [ash, elm, none]: [u64; 3]) -> std::path::PathBuf {
        let towns = format!("town,value,symbol\nAll,18,\nAsh,{ash},\nElm,{elm},\nNR,{none},\n");
        let files = [("data/wards.csv", wards), ("data/towns.csv", towns.as_str())];
        write(below, "r1", &MANIFEST.replace("RULES", rules), &files)
    }

    fn claimed(attacked: &Attacked) -> Vec<(&str, u64, Option<u64>)> {
        attacked.claims.iter().map(|claim| (claim.cell.as_str(), claim.lowest, claim.highest)).collect()
    }

    #[test]
    fn a_hidden_ward_has_no_more_than_its_town_leaves() {
        let known = attacked(RULES, WARDS, [8, 10, 0]);
        assert_eq!(claimed(&known), [("ward=2", 2, Some(2)), ("ward=3", 10, Some(10))], "8 less 6 in Ash");
        assert!(kinds(&known).contains(&"suppressed_interval_exact"), "of which the first is small");
        assert_eq!(claimed(&attacked("", WARDS, [8, 10, 0])), [], "who does not know where wards lie");
        // Of five cases the town is not recorded: they may be of ward 2.
        assert_eq!(claimed(&attacked(RULES, WARDS, [8, 5, 5])), []);
    }

    #[test]
    fn figures_in_both_places_at_once_contradict_the_rule() {
        assert!(kinds(&attacked(RULES, WARDS, [3, 15, 0])).contains(&"infeasible"), "ward 1 alone has 6");
        assert!(!kinds(&attacked("", WARDS, [3, 15, 0])).contains(&"infeasible"), "who does not know where wards lie");
    }

    #[test]
    fn a_rule_from_outside_counts_like_one_that_is_stated_and_is_left_when_it_is_refuted() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let impossible: Vec<Impossible> = serde_json::from_str(&format!("[{RULES}]")).expect("rules");
        let outside = Outside { impossible, ..Outside::default() };
        let folder = folder(place.path(), "", WARDS, [8, 10, 0]);
        let known = attack_knowing(&mut Easel::default(), &[folder], &[], &outside).expect("a release");
        assert_eq!(claimed(&known).len(), 2);
        let other = tempfile::tempdir().expect("a temporary folder");
        let folder = self::folder(other.path(), "", WARDS, [3, 15, 0]);
        let refuted = attack_knowing(&mut Easel::default(), &[folder], &[], &outside).expect("a release");
        assert!(!kinds(&refuted).contains(&"infeasible"));
        assert!(refuted.verdict.not_run.iter().any(|note| note.contains("contradict the published figures")));
    }

    /// One table with both dimensions, of which a cell cannot be.
    fn both(value: &str) -> Attacked {
        let manifest = r#"{"threshold": 5,
          "hierarchies": {"ward": {"total": "All", "sums": [["All", ["1", "2"]]]},
                          "town": {"total": "All", "sums": [["All", ["Ash", "Elm"]]]}},
          "tables": [{"file": "data/both.csv", "dims": ["ward", "town"], "markers": {"": [0, null]}}],
          "impossible": [{"codes": {"ward": ["1"], "town": ["Elm"]}}]}"#;
        let table = format!(
            "ward,town,value,symbol\nAll,All,40,\nAll,Ash,,c\nAll,Elm,,c\n1,All,,c\n1,Ash,,c\n1,Elm,{value}\n2,All,,c\n2,Ash,,c\n2,Elm,,c\n"
        );
        let place = tempfile::tempdir().expect("a temporary folder");
        attack(&[write(place.path(), "r1", manifest, &[("data/both.csv", &table)])], &[]).expect("a release")
    }

    #[test]
    fn a_figure_where_there_can_be_none_is_a_finding_and_a_sign_there_is_not() {
        assert!(kinds(&both("7,")).contains(&"impossible_counted"));
        assert_eq!(kinds(&both(",c")), Vec::<&str>::new());
        assert_eq!(kinds(&both(",z")), Vec::<&str>::new());
    }

    #[test]
    fn sums_that_run_in_a_circle_end() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let manifest = MANIFEST
            .replace("RULES", RULES)
            .replace(r#"["All", ["1", "2", "3"]]"#, r#"["All", ["1", "2", "3"]], ["1", ["All"]]"#);
        let files =
            [("data/wards.csv", WARDS), ("data/towns.csv", "town,value,symbol\nAll,18,\nAsh,8,\nElm,10,\nNR,0,\n")];
        attack(&[write(place.path(), "r1", &manifest, &files)], &[]).expect("an end");
    }
}
