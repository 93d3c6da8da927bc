//! The axis of several answers to a case: a case stands in each answer that it gave, once. Comes in: the configuration, the
//! sets of answers of a frame. Goes out: an axis and how its codes hang together. Deliberately absent: counts.
//!
//! Answers do not add up, but who gave one and who did not do. So each answer has a code beside it for the others of its
//! whole, `Answered less Placement`, and the two are a sum: whoever subtracts a published answer from the cases learns of
//! people, as of every other difference. `further Placement` are those who gave it, but not as the main one: what all who
//! raised it are more than those whose main issue it is. What then remains is one inequality, that all answers together
//! are no fewer than the cases that gave any; what they are more counts nobody.
//!
//! | case | main | others | Answered | A | B | Answered less A | further B |
//! |---|---|---|---|---|---|---|---|
//! | 1 | A | B | yes | yes | yes | | yes |
//! | 2 | B | | yes | | yes | yes | |

use std::collections::{BTreeMap, BTreeSet};

use model::config::dimension::{ANSWERED, Derivation, FURTHER, LESS, SEPARATOR, TOTAL};
use model::config::{Configuration, Dimension};
use model::release::ReleasedCode;

use crate::tabulate::axes::{Axis, Source, axis, groups, intern};
use crate::tabulate::frame::Frame;

/// How the codes of several answers hang together beyond the sums of their axis.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// A whole and the answers in it: no more than these together.
    pub parts: Vec<(u32, Vec<u32>)>,
    /// An answer, and who gave it but not as the main one.
    pub further: Vec<(u32, u32)>,
    /// Not recorded at all, and who gave answers, but no main one.
    pub missing: Option<(u32, u32)>,
    /// The dimension of the main answer alone, where there is one.
    pub main: Option<String>,
    /// Codes of that dimension that hold nothing but what is missing.
    pub main_missing: Vec<String>,
}

/// Codes by what holds them.
struct Tree {
    /// Every code that is shown or could be, by index, with the indices of itself and all above it, the total left out.
    paths: BTreeMap<String, Vec<u32>>,
    children: BTreeMap<u32, Vec<u32>>,
}

/// The axis of dimension number `at`.
pub(super) fn axis_of(
    configuration: &Configuration,
    frame: &Frame,
    (dimension, at): (&Dimension, usize),
    (fields, answered): (&[String], &str),
) -> Axis {
    let mut axis = axis(&dimension.name, &dimension.label, TOTAL, Source::Leaves(at));
    let mut shown: BTreeMap<u32, ReleasedCode> = BTreeMap::new();
    let tree = tree(configuration, dimension, answered, &mut axis, &mut shown);
    let mut answers = Answers::default();
    let mut others: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    for (&parent, children) in &tree.children {
        if parent == axis.space.total || children.len() == 1 {
            axis.space.sums.push((parent, children.clone()));
            continue;
        }
        for &child in children {
            let less = format!("{}{LESS}{}", axis.space.codes[parent as usize], axis.space.codes[child as usize]);
            let less = intern(&mut axis, &less);
            others.insert(child, (parent, less));
            axis.space.sums.push((parent, vec![child, less]));
        }
        answers.parts.push((parent, children.clone()));
    }
    let missing = axis.find(&dimension.missing);
    let all: BTreeSet<u32> = tree.paths.values().flatten().copied().collect();
    let answered = axis.find(ANSWERED);
    for code in all.into_iter().filter(|code| Some(*code) != answered) {
        let name = format!("{FURTHER}{}", axis.space.codes[code as usize]);
        let further = intern(&mut axis, &name);
        match Some(code) == missing {
            true => answers.missing = Some((code, further)),
            false => answers.further.push((code, further)),
        }
    }
    let main =
        |other: &&Dimension| matches!(&other.derivation, Derivation::Code { field } if fields.first() == Some(field));
    answers.main = configuration.dimensions.dimensions.iter().find(main).map(|other| other.name.clone());
    answers.main_missing = main_missing(configuration, dimension);
    for (leaf, set) in frame.dims[at].leaves.iter().enumerate() {
        let holders = holders(&tree, &others, &answers, set);
        axis.holders.insert(leaf as i32, holders.into_iter().collect());
    }
    let mut open = vec![axis.space.total];
    while let Some(code) = open.pop() {
        axis.display.extend(shown.remove(&code));
        open.extend(tree.children.get(&code).into_iter().flatten().rev());
    }
    axis.answers = Some(answers);
    axis
}

fn tree(
    configuration: &Configuration,
    dimension: &Dimension,
    answered: &str,
    axis: &mut Axis,
    shown: &mut BTreeMap<u32, ReleasedCode>,
) -> Tree {
    let mut tree = Tree { paths: BTreeMap::new(), children: BTreeMap::new() };
    shown.insert(axis.space.total, ReleasedCode { code: TOTAL.to_owned(), label: "Total".to_owned(), depth: 0 });
    let list = dimension.codes.as_ref().and_then(|name| configuration.codes.get(name));
    let entries = list.map(|list| list.entries.as_slice()).unwrap_or_default();
    let is_answer = |entry: &&model::config::CodeEntry| entry.code != dimension.missing;
    // What is not recorded stands beside all answers, whatever its own groups are.
    for entry in entries.iter().filter(is_answer).chain(entries.iter().filter(|entry| !is_answer(entry))) {
        let levels = groups(dimension, entry).map(|group| (group, group));
        let above = std::iter::once((ANSWERED, answered)).chain(levels).filter(|_| is_answer(&entry));
        let (mut path, mut parent) = (Vec::new(), axis.space.total);
        for ((code, label), depth) in above.chain([(entry.code.as_str(), entry.label.as_str())]).zip(1_u8..) {
            let is_fresh = axis.find(code).is_none();
            let index = intern(axis, code);
            if is_fresh {
                shown.insert(index, ReleasedCode { code: code.to_owned(), label: label.to_owned(), depth });
                tree.children.entry(parent).or_default().push(index);
            }
            path.push(index);
            parent = index;
        }
        tree.paths.insert(entry.code.clone(), path);
    }
    tree
}

/// Codes of the main answer's own dimension under which nothing stands but what is missing.
fn main_missing(configuration: &Configuration, dimension: &Dimension) -> Vec<String> {
    let list = dimension.codes.as_ref().and_then(|name| configuration.codes.get(name));
    let entries = list.map(|list| list.entries.as_slice()).unwrap_or_default();
    let groups = dimension.levels.iter().filter_map(|level| {
        let of = |entry: &&model::config::CodeEntry| entry.code == dimension.missing;
        let group = entries.iter().find(of)?.columns.get(level).filter(|group| !group.is_empty())?;
        let is_alone = entries.iter().filter(|entry| entry.columns.get(level) == Some(group)).count() == 1;
        is_alone.then(|| group.clone())
    });
    groups.chain([dimension.missing.clone()]).collect()
}

/// Every code that a case with a set of answers is counted in, the total left out.
fn holders(tree: &Tree, others: &BTreeMap<u32, (u32, u32)>, answers: &Answers, set: &str) -> BTreeSet<u32> {
    let mut parts = set.split(SEPARATOR);
    let path = |code: &str| tree.paths.get(code).map_or([].as_slice(), Vec::as_slice);
    let main: BTreeSet<u32> = parts.next().map(path).into_iter().flatten().copied().collect();
    let further: BTreeSet<u32> = parts.flat_map(path).copied().collect();
    let has_main = answers.missing.is_none_or(|(missing, _)| !main.contains(&missing));
    let given: BTreeSet<u32> = match (has_main, further.is_empty()) {
        (false, true) => return main,
        (false, false) => further,
        (true, _) => main.union(&further).copied().collect(),
    };
    let mut holders = given.clone();
    holders.extend(
        others
            .iter()
            .filter(|(child, (parent, _))| given.contains(parent) && !given.contains(child))
            .map(|(_, (_, less))| less),
    );
    holders.extend(
        answers
            .further
            .iter()
            .filter(|(code, _)| given.contains(code) && !main.contains(code))
            .map(|(_, further)| further),
    );
    holders.extend(answers.missing.filter(|_| !has_main).map(|(_, further)| further));
    holders
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::config::ConfigError;
    use model::edition::{Editions, Figures};
    use model::period::{Month, Period};

    use super::*;
    use crate::tabulate::derive::Deriver;
    use crate::tabulate::frame::FrameDimension;
    use crate::tabulate::{Axes, Counter, Key, Tabulation};

    const SOURCE: &str = r#"
        label = "Cases"
        case = "ref"
        family = "family"
        reject_at_most = 0.1
        field = [
            { name = "ref", columns = ["ref"], kind = "text", class = "direct", required = true },
            { name = "family", columns = ["family"], kind = "text", class = "direct" },
            { name = "day", columns = ["day"], kind = "date", class = "quasi", required = true },
            { name = "main", columns = ["main"], kind = "code", class = "sensitive", codes = "issue" },
            { name = "others", columns = ["others"], kind = "multi", class = "sensitive", codes = "issue" },
        ]
        [events]
        opened = "day"
        [dates]
        first = "2000-01-01"
        last = "2099-12-31"
        two_digit_from = 2000
        [checks]
    "#;

    const DIMENSIONS: &str = r#"
        measure = [
            { name = "cases", label = "Cases", event = "opened", unit = "case" },
            { name = "families", label = "Families", event = "opened", unit = "family" },
        ]
        [[dimension]]
        name = "issue"
        label = "Main issue"
        field = "main"
        codes = "issue"
        levels = ["group"]
        missing = "NR"
        [[dimension]]
        name = "raised"
        label = "Issue raised"
        answers = ["main", "others"]
        answered = "With an issue"
        codes = "issue"
        levels = ["group"]
        missing = "NR"
    "#;

    const CODES: &str =
        "code,label,group,from\nA1,A one,A,\nA2,A two,A,\nB,B,Bs,2020-M01\nC,C,Cs,\nNR,Not recorded,None,\n";

    fn configured(dimensions: &str, report: &str) -> Result<Configuration, ConfigError> {
        let files = [
            (
                "service.toml",
                "name = 'Test'\nyear_starts_in = 1\ngroup_below = 9\n[[audience]]\nid = 'p'\nlabel = 'P'\nthreshold = 5",
            ),
            ("codes/issue.csv", CODES),
            ("sources/cases.toml", SOURCE),
            ("dimensions.toml", dimensions),
            ("reports/r.toml", report),
        ];
        let files: BTreeMap<String, String> =
            files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        Configuration::read(&files)
    }

    fn report(dims: &str, more: &str) -> String {
        format!("title = 'R'\n[[table]]\nid = 'T'\ntitle = 'T'\ndims = {dims}\naudiences = ['p']\n{more}")
    }

    fn deriver(configuration: &Configuration) -> Deriver {
        Deriver::new(&configuration.dimensions.dimensions[1], configuration.codes.get("issue"), None)
    }

    #[test]
    fn a_set_of_answers_has_each_once_and_the_main_one_first() {
        let configuration = configured(DIMENSIONS, &report("['raised']", "")).expect("sound");
        let mut deriver = deriver(&configuration);
        let mut set = |main: Option<&str>, others: Option<&str>| {
            let leaf = deriver.leaf(&[main, others])?;
            Some(deriver.leaves[leaf as usize].clone())
        };
        assert_eq!(set(Some("B"), Some("A1;B;C;A1")).as_deref(), Some("B;A1;C"));
        assert_eq!(set(Some("B"), None).as_deref(), Some("B"));
        assert_eq!(set(None, None).as_deref(), Some("NR"));
        assert_eq!(set(None, Some("NR;C")).as_deref(), Some("NR;C"), "no main one");
        assert_eq!(set(Some("C"), Some("NR")).as_deref(), Some("C"), "a blank beside an answer is none");
        assert_eq!(set(Some("C"), Some("A1;XX")), None, "a code that the list does not have");
    }

    #[test]
    fn an_answer_that_was_not_in_use_is_not_counted_and_the_others_are() {
        let configuration = configured(DIMENSIONS, &report("['raised']", "")).expect("sound");
        let mut deriver = deriver(&configuration);
        let before = Month::new(2019, 1).0;
        let mut counted = |main: &str, others: Option<&str>| {
            let leaf = deriver.leaf(&[Some(main), others]).expect("listed codes");
            let leaf = deriver.in_month(leaf, before);
            deriver.leaves[leaf as usize].clone()
        };
        assert_eq!(counted("B", Some("C")), "NR;C");
        assert_eq!(counted("C", Some("B")), "C");
        assert_eq!(counted("B", None), "NR");
    }

    /// Cases: A1 with A2, twice, of family 1; B with A1; C alone; none at all; none but B.
    #[test]
    fn a_case_counts_once_in_each_answer_and_in_each_group_of_answers() {
        let configuration = configured(DIMENSIONS, &report("['raised']", "")).expect("sound");
        let leaves = ["A1", "A2", "B", "C", "NR", "A1;A2", "B;A1", "NR;B"].map(str::to_owned).to_vec();
        let main = ["A1", "A2", "B", "C", "NR"].map(str::to_owned).to_vec();
        let dim = |name: &str, leaves: Vec<String>| FrameDimension { leaves, ..FrameDimension::named(name) };
        let january = Month::new(2026, 1);
        let frame = Frame {
            events: vec!["opened".into()],
            dims: vec![dim("issue", main), dim("raised", leaves)],
            event: vec![0; 5],
            month: vec![january.0; 5],
            unit: vec![1, 2, 3, 4, 5],
            codes: vec![vec![0, 2, 3, 4, 4], vec![5, 6, 3, 4, 7]],
            count: vec![2, 1, 1, 1, 1],
            ..Frame::default()
        };
        let figures = [Figures::first(Period::starting(january, 1))];
        let axes = Axes::new(&configuration, &frame, &figures, &Editions::default());
        let at = axes.position("raised").expect("an axis");
        let keys: Vec<(&str, Key)> = [
            "Total",
            "Answered",
            "NR",
            "A",
            "A1",
            "A2",
            "Bs",
            "Answered less A",
            "A less A2",
            "further A",
            "further A1",
            "further A2",
            "further Bs",
            "further NR",
        ]
        .into_iter()
        .map(|code| {
            let mut key: Key = axes.axes.iter().map(|axis| axis.space.total).collect();
            key[at] = axes.axes[at].find(code).expect(code);
            (code, key)
        })
        .collect();
        let only: Vec<Key> = keys.iter().map(|(_, key)| key.clone()).collect();
        let counts = Tabulation::new(&axes, &frame).expect("columns of one length").count(&only);
        let counted: Vec<(&str, u64, u64)> =
            keys.iter().zip(&counts).map(|((code, _), counts)| (*code, counts.counted, counts.protected)).collect();
        let expected = [
            ("Total", 6, 5),
            ("Answered", 5, 4),
            ("NR", 1, 1),
            ("A", 3, 2),
            ("A1", 3, 2),
            ("A2", 2, 1),
            ("Bs", 2, 2),
            ("Answered less A", 2, 2),
            ("A less A2", 1, 1),
            ("further A", 1, 1),
            ("further A1", 1, 1),
            ("further A2", 2, 1),
            ("further Bs", 1, 1),
            ("further NR", 1, 1),
        ];
        assert_eq!(counted, expected);
        let shown: Vec<(&str, u8)> =
            axes.axes[at].display.iter().map(|shown| (shown.code.as_str(), shown.depth)).collect();
        let page = [
            ("Total", 0),
            ("Answered", 1),
            ("A", 2),
            ("A1", 3),
            ("A2", 3),
            ("Bs", 2),
            ("B", 3),
            ("Cs", 2),
            ("C", 3),
            ("NR", 1),
        ];
        assert_eq!(shown, page);
    }

    #[test]
    fn what_would_not_be_protected_is_refused() {
        let refused = |dimensions: &str, report: &str| {
            configured(dimensions, report).expect_err("something that nothing would protect").to_string()
        };
        let crossed = refused(DIMENSIONS, &report("['raised', 'issue']", ""));
        assert!(crossed.contains("cannot be crossed"), "{crossed}");
        let families = refused(DIMENSIONS, &report("['raised']", "measure = 'families'"));
        assert!(families.contains("families cannot be counted by several answers"), "{families}");
        let low = refused(DIMENSIONS, &report("['raised']", "low_total = { over = 'raised', below = 20 }"));
        assert!(low.contains("low_total"), "{low}");
        let plain = report("['raised']", "");
        let sensitive = refused(&format!("{DIMENSIONS}\nsensitive = true"), &plain);
        assert!(sensitive.contains("cannot be sensitive"), "{sensitive}");
        let beside = refused(&DIMENSIONS.replacen("levels = [\"group\"]", "", 1), &plain);
        assert!(beside.contains("counts one of these answers otherwise"), "{beside}");
        let kinds = refused(&DIMENSIONS.replace("\"main\", \"others\"", "\"others\", \"main\""), &plain);
        assert!(kinds.contains("kind"), "{kinds}");
    }
}
