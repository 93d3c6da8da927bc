//! Brings points together until every group may be a class: agglomeration, the cheapest join first. Comes in: points. Goes
//! out: groups. Deliberately absent: taking anything apart again.
//! Source: Gionis and Tassa (2009), k-Anonymization with minimal loss of information.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::groups::{Ground, Group, Index};
use super::tree::number;

/// Groups of `points`, which together may be a class.
pub(super) fn cluster(ground: &Ground<'_>, points: &[u32]) -> Vec<Group> {
    let mut groups: Vec<Option<Group>> = points.iter().map(|point| Some(ground.one(*point))).collect();
    let mut index = Index::new(ground.trees.len());
    for (group, id) in groups.iter().zip(0..) {
        group.iter().for_each(|group| index.set(id, group));
    }
    // What was true when it was entered: cost, who, with whom, and how often each of them had changed.
    let mut heap = BinaryHeap::new();
    let mut changes = vec![0_u32; groups.len()];
    let mut open: Vec<u32> = (0..number(groups.len())).collect();
    open.retain(|id| groups[*id as usize].as_ref().is_some_and(|group| !ground.points.holds(&group.members)));
    let enter = |id: u32, group: &Group, index: &mut Index, heap: &mut BinaryHeap<_>, changes: &[u32]| {
        if let Some((cost, with)) = cheapest(ground, index, id, group) {
            heap.push(Reverse((cost, id, with, changes[id as usize], changes[with as usize])));
        }
    };
    for id in &open {
        groups[*id as usize].iter().for_each(|group| enter(*id, group, &mut index, &mut heap, &changes));
    }
    while let Some(Reverse((_, id, with, change, other_change))) = heap.pop() {
        if changes[id as usize] != change {
            continue;
        }
        if changes[with as usize] != other_change {
            groups[id as usize].iter().for_each(|group| enter(id, group, &mut index, &mut heap, &changes));
            continue;
        }
        let (Some(mut group), Some(other)) = (groups[id as usize].take(), groups[with as usize].take()) else {
            continue;
        };
        ground.join(&mut group, &other);
        changes[id as usize] += 1;
        changes[with as usize] += 1;
        index.remove(with);
        index.set(id, &group);
        if !ground.points.holds(&group.members) {
            enter(id, &group, &mut index, &mut heap, &changes);
        }
        groups[id as usize] = Some(group);
    }
    groups.into_iter().flatten().collect()
}

/// The group to join, and how dear that is. With a group that is too small itself both gain, so a record's further cost counts;
/// one that may be a class already only loses, so all that it costs is charged to those who join.
fn cheapest(ground: &Ground<'_>, index: &mut Index, id: u32, group: &Group) -> Option<(i64, u32)> {
    let mut best = (i64::MAX, u32::MAX);
    let least = i64::try_from(ground.points.least).unwrap_or(i64::MAX);
    index.each(ground.trees, Some(id), &group.nodes, (group.records, group.total()), |joined| {
        let dear = if joined.records < least {
            joined.cost - i64::from(group.cost)
        } else {
            joined.growth / group.records.max(1)
        };
        best = best.min((dear, joined.id));
    });
    (best.1 != u32::MAX).then_some(best)
}
