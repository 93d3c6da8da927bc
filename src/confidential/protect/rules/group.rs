//! Group disclosure: nobody may learn the category of a whole small group. Comes in: sensitive dimensions, and the size
//! from which a group is no longer small. Goes out: categories to hide, and for each what lies outside it as a variable of
//! its own with a need. Deliberately absent: any search; whatever protects a cell protects a group then.
//!
//! Where one category of a sensitive dimension holds all of a group, its members are described without a small count in
//! sight. Where it holds all but one family, that family knows it of the others. So the category and one other (the
//! smallest, ties by the store's key) are primary, and a table must exist with two or more families outside the category,
//! or one more than are there.
//!
//! The cells outside are added up in a variable, `group = category + outside`, which makes "outside" a cell like any
//! other to search, certificates and proof. Where only one cell lies outside, it is that cell.
//!
//! How many families are outside is not counted, because distinct families do not add up. At least as many as in any cell
//! there, as the group has more than the category, and as its cases divided by the most that one family holds: where
//! these leave room for a single family, it may be one.
//!
//! Source: Hundepool et al. (2012), 4.2.2 (group attribute disclosure); Langsrud and Bøvelstad (2022), k-disclosure.
//!
//! | district | Asian | Black | White | all |
//! |---|---|---|---|---|
//! | North    |     0 |     1 |     9 |  10 |
//!
//! Below 20, White and Asian are primary: the family counted under Black must not know of the others.
//!
//! Its attack: for each group, the most that can be outside a category (`group_all` and `group_all_but_one` in verify).

use std::collections::BTreeMap;

use super::super::primary::Need;
use super::super::system::{Origin, System};
use super::super::{Problem, Reason};
use super::Rulings;
use super::dominance::Contributions;
use super::zeros::is_known;
use crate::tabulate::{Counts, Key};

/// Families outside a category that make it no description of the group.
const OUTSIDE: i64 = 2;

/// A group and a category that describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Group {
    dimension: usize,
    /// The cell of the whole group.
    whole: u32,
    /// The category that holds all of it, or all but one family.
    category: u32,
    /// What else is in the group and may still be hidden.
    others: Vec<u32>,
    /// Cases outside the category.
    outside: i64,
}

/// A group of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Watched {
    category: u32,
    /// Hidden with the category.
    partner: u32,
    /// What lies outside, as one variable.
    outside: u32,
    /// Cases there.
    count: i64,
}

/// The groups that a category describes.
pub(in super::super) fn described(system: &System) -> Vec<Group> {
    let mut groups = Vec::new();
    for sensitive in &system.problem.rules.sensitive {
        for row in system.rows_along(sensitive.dimension) {
            let Some((&(whole, _), parts)) = row.split_first() else { continue };
            // Nobody is told of a table behind others, nor of the groups in it.
            if parts.iter().any(|&(part, _)| system.origins[part as usize].is_joint) {
                continue;
            }
            let families = system.counts[whole as usize].protected;
            if families == 0 || families >= sensitive.group_below {
                continue;
            }
            let parts: Vec<u32> = parts.iter().map(|&(part, _)| part).collect();
            for &category in &parts {
                let others: Vec<u32> = parts.iter().copied().filter(|&part| part != category).collect();
                let may_be_alone = may_be_one_family(system, whole, category, &others);
                if system.counts[category as usize].counted == 0 || !may_be_alone {
                    continue;
                }
                groups.extend(group(system, sensitive.dimension, whole, category, &others));
            }
        }
    }
    groups
}

/// Whether one family at most may be outside `category`.
fn may_be_one_family(system: &System, whole: u32, category: u32, others: &[u32]) -> bool {
    let [whole, category] = [whole, category].map(|cell| system.counts[cell as usize]);
    let in_one_cell = others.iter().map(|&other| system.counts[other as usize].protected).max().unwrap_or(0);
    let by_cases = (whole.counted - category.counted).div_ceil(whole.largest.max(1));
    in_one_cell.max(by_cases).max(whole.protected.saturating_sub(category.protected)) <= 1
}

/// The group, where the category says something, because every other one might have been, and where anything can be hidden: what
/// earlier releases have told of a group stays told.
fn group(system: &System, dimension: usize, whole: u32, category: u32, others: &[u32]) -> Option<Group> {
    let others: Vec<u32> = others.iter().copied().filter(|&other| !is_known(system, other as usize)).collect();
    let is_told = is_known(system, whole as usize) && is_known(system, category as usize);
    let outside = system.value(whole as usize) - system.value(category as usize);
    (!others.is_empty() && !is_told).then_some(Group { dimension, whole, category, others, outside })
}

/// A problem in which what lies outside a category has a code of its own.
pub(in super::super) struct Widened {
    problem: Problem,
    /// By dimension, the group's code and the category's.
    codes: BTreeMap<(usize, u32, u32), u32>,
}

/// Gives `Total without White` a code, with sums that say how a case moves between it and its neighbours.
pub(in super::super) fn widened(system: &System, groups: &[Group]) -> Widened {
    let mut widened = Widened { problem: system.problem.clone(), codes: BTreeMap::new() };
    for group in groups {
        let [whole, category] = codes(system, group);
        let space = &mut widened.problem.spaces[group.dimension];
        let code = u32::try_from(space.codes.len()).unwrap_or(u32::MAX);
        if *widened.codes.entry((group.dimension, whole, category)).or_insert(code) != code {
            continue;
        }
        let sum = space.sums.iter().find(|(parent, children)| *parent == whole && children.contains(&category));
        let others =
            sum.iter().flat_map(|(_, children)| children).copied().filter(|&other| other != category).collect();
        space.codes.push(format!("{} without {}", space.codes[whole as usize], space.codes[category as usize]));
        space.sums.extend([(whole, vec![category, code]), (code, others)]);
    }
    widened
}

fn codes(system: &System, group: &Group) -> [u32; 2] {
    [group.whole, group.category].map(|cell| system.keys[cell as usize][group.dimension])
}

/// The system with what lies outside each category as a variable.
pub(in super::super) fn watch<'a>(system: System<'a>, widened: &'a Widened, groups: &[Group]) -> System<'a> {
    let (mut keys, mut counts) = (system.keys.clone(), system.counts.clone());
    let mut rows: Vec<Vec<(u32, i64)>> =
        (0_u32..).take(system.rows.len()).map(|row| system.rows.of(row).to_vec()).collect();
    let mut places: BTreeMap<Key, u32> = BTreeMap::new();
    let mut watched = Vec::with_capacity(groups.len());
    for group in groups {
        let smallest = group.others.iter().copied().min_by_key(|&other| (system.value(other as usize), other));
        let Some(partner) = smallest else { continue };
        let outside = if group.others.len() == 1 {
            partner
        } else {
            let [whole, category] = codes(&system, group);
            let mut key = system.keys[group.whole as usize].clone();
            key[group.dimension] = widened.codes.get(&(group.dimension, whole, category)).copied().unwrap_or(whole);
            *places.entry(key).or_insert_with_key(|key| {
                let at = u32::try_from(keys.len()).unwrap_or(u32::MAX);
                keys.push(key.clone());
                // Its families are not known, and it is no cell that the minimum frequency speaks of.
                counts.push(Counts { counted: group.outside.unsigned_abs(), protected: 0, largest: 0 });
                rows.push(vec![(group.whole, -1), (group.category, 1), (at, 1)]);
                at
            })
        };
        watched.push(Watched { category: group.category, partner, outside, count: group.outside });
    }
    let (mut origins, mut adds_up) = (system.origins, system.adds_up);
    let (lone, dominated, mut contributions) = (system.lone, system.dominated, system.contributions);
    // What is outside is looked at for its families alone.
    contributions.resize_with(if contributions.is_empty() { 0 } else { keys.len() }, Contributions::default);
    origins.resize_with(keys.len(), Origin::default);
    adds_up.resize(rows.len(), true);
    System {
        origins,
        watched,
        adds_up,
        lone,
        dominated,
        contributions,
        ..System::part(&widened.problem, keys, counts, rows)
    }
}

/// Hides what describes a group, and its partner; requires that others could be outside.
pub(super) fn rule(system: &System, rulings: &mut Rulings) {
    for watched in &system.watched {
        rulings.hide(watched.category, Reason::Group);
        rulings.hide(watched.partner, Reason::Group);
        let up = (OUTSIDE - watched.count).max(1);
        rulings.require(watched.outside, Need { up, down: 0, width: up });
    }
}
