//! Groups of points that become classes. Comes in: points, trees. Goes out: what each group is called and costs, and what it
//! would cost to bring two together. Deliberately absent: which should be.

use super::points::Points;
use super::tree::Tree;

/// Points and trees: what every step looks at.
pub(super) struct Ground<'g> {
    pub(super) points: &'g Points<'g>,
    pub(super) trees: &'g [Tree],
}

/// Points that are to be alike.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) members: Vec<u32>,
    /// `[quasi-identifier]`, the lowest node above all members.
    pub(super) nodes: Vec<u32>,
    pub(super) records: i64,
    /// What one record of it costs.
    pub(super) cost: u32,
}

impl Group {
    /// What all of its records cost.
    pub(super) fn total(&self) -> i64 {
        self.records * i64::from(self.cost)
    }
}

impl Ground<'_> {
    /// A group of one point.
    pub(super) fn one(&self, point: u32) -> Group {
        let nodes: Vec<u32> = self.points.nodes.iter().map(|nodes| nodes[point as usize]).collect();
        let records = i64::from(self.points.counts[point as usize]);
        Group { members: vec![point], cost: self.cost(&nodes), nodes, records }
    }

    /// A group of these points, at least one.
    pub(super) fn group(&self, members: &[u32]) -> Option<Group> {
        let (first, rest) = members.split_first()?;
        let mut group = self.one(*first);
        rest.iter().for_each(|point| self.put(&mut group, *point));
        Some(group)
    }

    /// Puts a point into a group.
    pub(super) fn put(&self, group: &mut Group, point: u32) {
        for ((node, tree), nodes) in group.nodes.iter_mut().zip(self.trees).zip(&self.points.nodes) {
            *node = tree.above(*node, nodes[point as usize]);
        }
        group.members.push(point);
        group.records += i64::from(self.points.counts[point as usize]);
        group.cost = self.cost(&group.nodes);
    }

    /// Puts all of `other` into `group`.
    pub(super) fn join(&self, group: &mut Group, other: &Group) {
        for ((node, other), tree) in group.nodes.iter_mut().zip(&other.nodes).zip(self.trees) {
            *node = tree.above(*node, *other);
        }
        group.members.extend_from_slice(&other.members);
        group.records += other.records;
        group.cost = self.cost(&group.nodes);
    }

    fn cost(&self, nodes: &[u32]) -> u32 {
        self.trees.iter().zip(nodes).map(|(tree, node)| tree.cost(*node, *node)).sum()
    }

    /// What all records cost more with `point` in the group.
    pub(super) fn growth(&self, group: &Group, point: u32) -> i64 {
        let columns = self.trees.iter().zip(&group.nodes).zip(&self.points.nodes);
        let cost: u32 = columns.map(|((tree, node), nodes)| tree.cost(*node, nodes[point as usize])).sum();
        (group.records + i64::from(self.points.counts[point as usize])) * i64::from(cost) - group.total()
    }
}

/// A group and what bringing another to it costs.
pub(super) struct Joined {
    pub(super) id: u32,
    /// Records of the group alone.
    pub(super) records: i64,
    /// What one record of both costs then.
    pub(super) cost: i64,
    /// What all records of both cost more.
    pub(super) growth: i64,
}

/// The nodes of groups, column by column, so that one is compared with all in a few passes. Groups leave by taking the last
/// one's place.
pub(super) struct Index {
    nodes: Vec<Vec<u32>>,
    records: Vec<i64>,
    totals: Vec<i64>,
    pub(super) ids: Vec<u32>,
    places: Vec<usize>,
    sums: Vec<u32>,
}

/// A group that is not in the index.
const NOWHERE: usize = usize::MAX;

impl Index {
    pub(super) fn new(columns: usize) -> Self {
        Self {
            nodes: vec![Vec::new(); columns],
            records: Vec::new(),
            totals: Vec::new(),
            ids: Vec::new(),
            places: Vec::new(),
            sums: Vec::new(),
        }
    }

    /// Enters the group `id`, or what has become of it.
    pub(super) fn set(&mut self, id: u32, group: &Group) {
        if self.places.len() <= id as usize {
            self.places.resize(id as usize + 1, NOWHERE);
        }
        let place = self.places[id as usize];
        if place == NOWHERE {
            self.places[id as usize] = self.ids.len();
            self.ids.push(id);
            self.records.push(group.records);
            self.totals.push(group.total());
            self.nodes.iter_mut().zip(&group.nodes).for_each(|(nodes, node)| nodes.push(*node));
        } else {
            self.records[place] = group.records;
            self.totals[place] = group.total();
            self.nodes.iter_mut().zip(&group.nodes).for_each(|(nodes, node)| nodes[place] = *node);
        }
    }

    /// Takes a group out.
    pub(super) fn remove(&mut self, id: u32) {
        let place = std::mem::replace(&mut self.places[id as usize], NOWHERE);
        self.nodes.iter_mut().for_each(|nodes| {
            nodes.swap_remove(place);
        });
        self.records.swap_remove(place);
        self.totals.swap_remove(place);
        self.ids.swap_remove(place);
        if let Some(moved) = self.ids.get(place) {
            self.places[*moved as usize] = place;
        }
    }

    /// Calls `see` with each other group as it would be with the group `own` of these nodes, records and total.
    pub(super) fn each(
        &mut self,
        trees: &[Tree],
        own: Option<u32>,
        nodes: &[u32],
        (records, total): (i64, i64),
        mut see: impl FnMut(Joined),
    ) {
        self.sums.clear();
        self.sums.resize(self.ids.len(), 0);
        for ((tree, node), others) in trees.iter().zip(nodes).zip(&self.nodes) {
            tree.add_costs(*node, others, &mut self.sums);
        }
        let others = self.sums.iter().zip(&self.records).zip(&self.totals).zip(&self.ids);
        for (((sum, other), other_total), id) in others {
            if Some(*id) != own {
                let cost = i64::from(*sum);
                let growth = (records + other) * cost - total - other_total;
                see(Joined { id: *id, records: *other, cost, growth });
            }
        }
    }

    /// The group that costs least to join, and what it costs; the first of equals.
    pub(super) fn nearest(
        &mut self,
        trees: &[Tree],
        own: Option<u32>,
        nodes: &[u32],
        size: (i64, i64),
    ) -> Option<(i64, u32)> {
        let mut best = (i64::MAX, u32::MAX);
        self.each(trees, own, nodes, size, |joined| best = best.min((joined.growth, joined.id)));
        (best.1 != u32::MAX).then_some(best)
    }
}
