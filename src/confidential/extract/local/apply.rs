//! The classes that groups become. Comes in: groups. Goes out: [`Classes`]. Deliberately absent: whether they are good.

use std::collections::BTreeMap;

use super::groups::{Ground, Group};
use super::tree::number;
use crate::extract::microdata::Microdata;
use crate::extract::outcome::Classes;

/// Groups of one name are one class, because nobody who reads the file can tell them apart.
pub(super) fn classes(ground: &Ground<'_>, microdata: &Microdata, groups: Vec<Group>) -> Classes {
    let mut named: BTreeMap<Vec<u32>, Vec<u32>> = BTreeMap::new();
    for group in groups {
        let name = group.nodes.iter().zip(ground.trees).map(|(node, tree)| tree.name(*node)).collect();
        named.entry(name).or_default().extend(group.members);
    }
    let mut classes = Classes { of_row: vec![None; microdata.distinct.rows()], ..Classes::default() };
    for (members, class) in named.values().zip(0..) {
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
