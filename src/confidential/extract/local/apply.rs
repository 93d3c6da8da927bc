//! The classes that groups become. Comes in: groups. Goes out: [`Classes`]. Deliberately absent: whether they are good.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::groups::{Ground, Group};
use super::tree::number;
use crate::extract::microdata::Microdata;
use crate::extract::outcome::Classes;

type Named = BTreeMap<Vec<u32>, Group>;

/// Groups of one name are one, because nobody who reads the file can tell them apart. Where families count, two groups that may
/// be classes can make one that may not: a family in both counts once. Such a one joins the group that it costs least to join,
/// until there is none; all records together may be a class.
fn named(ground: &Ground<'_>, groups: Vec<Group>) -> Named {
    let mut named = Named::new();
    groups.into_iter().for_each(|group| enter(ground, &mut named, group));
    let holds = |group: &Group| ground.points.holds(&group.members);
    let mut failing: Vec<Vec<u32>> =
        named.iter().filter(|(_, group)| !holds(group)).map(|(name, _)| name.clone()).collect();
    while let Some(name) = failing.pop() {
        let Some(mut group) = named.remove(&name) else { continue };
        let growth = |other: &Group| {
            let mut both = group.clone();
            ground.join(&mut both, other);
            both.total() - other.total()
        };
        let nearest = named.iter().min_by_key(|(_, other)| growth(other)).map(|(name, _)| name.clone());
        if let Some(other) = nearest.and_then(|name| named.remove(&name)) {
            ground.join(&mut group, &other);
        }
        let name = name_of(ground, &group);
        enter(ground, &mut named, group);
        if named.len() > 1 && named.get(&name).is_some_and(|group| !holds(group)) {
            failing.push(name);
        }
    }
    named
}

fn name_of(ground: &Ground<'_>, group: &Group) -> Vec<u32> {
    group.nodes.iter().zip(ground.trees).map(|(node, tree)| tree.name(*node)).collect()
}

fn enter(ground: &Ground<'_>, named: &mut Named, group: Group) {
    match named.entry(name_of(ground, &group)) {
        Entry::Occupied(mut known) => ground.join(known.get_mut(), &group),
        Entry::Vacant(place) => {
            place.insert(group);
        }
    }
}

/// The classes of the groups.
pub(super) fn classes(ground: &Ground<'_>, microdata: &Microdata, groups: Vec<Group>) -> Classes {
    let named = named(ground, groups);
    let mut classes = Classes { of_row: vec![None; microdata.distinct.rows()], ..Classes::default() };
    for (group, class) in named.values().zip(0..) {
        let members = &group.members;
        classes.records.push(ground.points.records(members));
        classes.units.push(ground.points.units(members));
        for row in members.iter().flat_map(|point| ground.points.rows(*point)) {
            classes.of_row[*row as usize] = Some(class);
        }
    }
    for (column, tree) in ground.trees.iter().enumerate() {
        let mut used: Vec<u32> = named.keys().map(|name| name[column]).collect();
        used.sort_unstable();
        used.dedup();
        let place = |name: &Vec<u32>| number(used.partition_point(|used| *used < name[column]));
        classes.cells.push(named.keys().map(place).collect());
        classes.labels.push(used.iter().map(|name| tree.label(*name)).collect());
    }
    classes
}
