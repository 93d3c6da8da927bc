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

use crate::tabulate::axes::{Axis, Source, axis, intern};
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
        let levels = dimension.levels.iter().filter_map(|level| entry.columns.get(level)).map(|group| (group, group));
        let (any, any_label) = (ANSWERED.to_owned(), answered.to_owned());
        let above = std::iter::once((&any, &any_label)).chain(levels).filter(|_| is_answer(&entry));
        let (mut path, mut parent) = (Vec::new(), axis.space.total);
        for ((code, label), depth) in above.chain([(&entry.code, &entry.label)]).zip(1_u8..) {
            let is_fresh = axis.find(code).is_none();
            let index = intern(axis, code);
            if is_fresh {
                shown.insert(index, ReleasedCode { code: code.clone(), label: label.clone(), depth });
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
        let group = entries.iter().find(of)?.columns.get(level)?;
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
