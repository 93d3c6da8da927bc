//! Lowers what groups cost without adding to what they may not do. Comes in: groups that may be classes. Goes out: the same
//! points in groups that cost less and may be classes. Deliberately absent: a proof that none cost less.

use std::cmp::Reverse;

use super::groups::{Ground, Group, Index};
use super::tree::number;

/// How many groups are taken apart with a group.
const NEIGHBOURS: usize = 3;

/// Points of the largest pool that is tried from every point.
const POOL_MAX: usize = 40;

/// Goes over all groups `rounds` times, or until nothing changes.
pub(super) fn refine(ground: &Ground<'_>, groups: Vec<Group>, rounds: usize) -> Vec<Group> {
    let mut index = Index::new(ground.trees.len());
    for (group, id) in groups.iter().zip(0..) {
        index.set(id, group);
    }
    let (changed, tried) = (vec![0; groups.len()], vec![None; groups.len()]);
    let mut state = State { ground, groups: groups.into_iter().map(Some).collect(), index, changed, tried, round: 0 };
    for round in 0..rounds {
        state.round = round;
        let before = state.total();
        for id in 0..state.groups.len() {
            state.move_out(number(id));
        }
        for id in 0..state.groups.len() {
            state.regroup(number(id));
        }
        if state.total() == before {
            break;
        }
    }
    state.groups.into_iter().flatten().collect()
}

/// The nearest groups seen so far.
#[derive(Default)]
struct Nearest(Vec<(i64, u32)>);

impl Nearest {
    fn see(&mut self, growth: i64, id: u32) {
        if self.0.len() < NEIGHBOURS || self.0.last().is_some_and(|last| (growth, id) < *last) {
            self.0.insert(self.0.partition_point(|known| *known < (growth, id)), (growth, id));
            self.0.truncate(NEIGHBOURS);
        }
    }
}

struct State<'g> {
    ground: &'g Ground<'g>,
    groups: Vec<Option<Group>>,
    index: Index,
    /// The round in which each group was last made.
    changed: Vec<usize>,
    /// The round in which each group was last taken apart, in vain or not.
    tried: Vec<Option<usize>>,
    round: usize,
}

impl State<'_> {
    fn total(&self) -> i64 {
        self.groups.iter().flatten().map(Group::total).sum()
    }

    fn store(&mut self, id: u32, group: Group) {
        self.index.set(id, &group);
        self.changed[id as usize] = self.round;
        self.groups[id as usize] = Some(group);
    }

    /// Moves points of a group to the groups that grow least by them, while that costs less; then all of them together.
    fn move_out(&mut self, id: u32) {
        let ground = self.ground;
        let Some(mut group) = self.groups[id as usize].clone().filter(|group| group.cost > 0) else { return };
        let mut at = 0;
        let (mut away, mut all) = (Vec::new(), 0);
        while let Some(point) = group.members.get(at).copied() {
            let alone = ground.one(point);
            let size = (alone.records, alone.total());
            let Some((growth, with)) = self.index.nearest(ground.trees, Some(id), &alone.nodes, size) else { return };
            let rest: Vec<u32> = group.members.iter().copied().filter(|member| *member != point).collect();
            let smaller = ground.group(&rest).filter(|_| ground.points.holds(&rest));
            match (smaller, self.groups[with as usize].clone()) {
                (Some(smaller), Some(mut other)) if growth < group.total() - smaller.total() => {
                    ground.put(&mut other, point);
                    if !ground.points.holds(&other.members) {
                        at += 1;
                        continue;
                    }
                    self.store(with, other);
                    self.store(id, smaller.clone());
                    group = smaller;
                }
                (_, _) => {
                    away.push((point, with));
                    all += growth;
                    at += 1;
                }
            }
        }
        if all < group.total() && away.len() == group.members.len() {
            self.dissolve(id, &group, &away);
        }
    }

    /// Gives every point away, where the others then cost less than the group did. Two points may go to one group, so the
    /// growth is counted again.
    fn dissolve(&mut self, id: u32, group: &Group, away: &[(u32, u32)]) {
        let mut changed: Vec<(u32, Group)> = Vec::new();
        let mut cost = -group.total();
        for (point, with) in away {
            let known = changed.iter().position(|(id, _)| id == with);
            let at = known.unwrap_or(changed.len());
            if known.is_none() {
                let Some(other) = self.groups[*with as usize].clone() else { return };
                changed.push((*with, other));
            }
            let Some((_, other)) = changed.get_mut(at) else { return };
            cost += self.ground.growth(other, *point);
            self.ground.put(other, *point);
        }
        if cost < 0 && changed.iter().all(|(_, group)| self.ground.points.holds(&group.members)) {
            changed.into_iter().for_each(|(id, group)| self.store(id, group));
            self.groups[id as usize] = None;
            self.index.remove(id);
        }
    }

    /// The groups that cost least to join with this one, the nearest first.
    fn near_group(&mut self, id: u32, group: &Group) -> Vec<u32> {
        let mut near = Nearest::default();
        let size = (group.records, group.total());
        self.index.each(self.ground.trees, Some(id), &group.nodes, size, |joined| near.see(joined.growth, joined.id));
        near.0.into_iter().map(|(_, id)| id).collect()
    }

    /// The groups that are near to most members.
    fn near_members(&mut self, id: u32, group: &Group) -> Vec<u32> {
        let mut named: Vec<(Reverse<usize>, i64, u32)> = Vec::new();
        for point in &group.members {
            let alone = self.ground.one(*point);
            let mut near = Nearest::default();
            let size = (alone.records, alone.total());
            self.index
                .each(self.ground.trees, Some(id), &alone.nodes, size, |joined| near.see(joined.growth, joined.id));
            for (growth, other) in near.0 {
                match named.iter_mut().find(|(_, _, known)| *known == other) {
                    Some((times, least, _)) => (times.0, *least) = (times.0 + 1, (*least).min(growth)),
                    None => named.push((Reverse(1), growth, other)),
                }
            }
        }
        named.sort_unstable();
        named.into_iter().take(NEIGHBOURS).map(|(_, _, id)| id).collect()
    }

    /// Takes a group and its nearest apart and puts the points together anew, from each of them in turn; the cheapest way
    /// stands if it is cheaper than what was.
    fn regroup(&mut self, id: u32) {
        let ground = self.ground;
        let Some(group) = self.groups[id as usize].clone().filter(|group| group.cost > 0) else { return };
        // Two ways to say who is near; what one does not find the other may.
        let near =
            if self.round.is_multiple_of(2) { self.near_group(id, &group) } else { self.near_members(id, &group) };
        let newest = near.iter().chain([&id]).map(|id| self.changed[*id as usize]).max().unwrap_or(0);
        // Two rounds ago the same was tried.
        if self.tried[id as usize].replace(self.round).is_some_and(|tried| tried > 0 && newest + 1 < tried) {
            return;
        }
        for taken in 0..=near.len() {
            let ids: Vec<u32> = std::iter::once(id).chain(near.iter().take(taken).copied()).collect();
            let old: Vec<&Group> = ids.iter().filter_map(|id| self.groups[*id as usize].as_ref()).collect();
            let pool: Vec<u32> = old.iter().flat_map(|group| group.members.iter().copied()).collect();
            if pool.len() > POOL_MAX {
                return;
            }
            let before: i64 = old.iter().map(|group| group.total()).sum();
            let mut best = (before, Vec::new());
            for seed in 0..pool.len() {
                if let Some((cost, groups)) = from_seed(ground, &pool, seed, best.0) {
                    best = (cost, groups);
                }
            }
            if !best.1.is_empty() {
                for id in &ids {
                    self.index.remove(*id);
                    self.groups[*id as usize] = None;
                }
                let mut free = ids.into_iter();
                for group in best.1 {
                    let id = free.next().unwrap_or_else(|| number(self.groups.len()));
                    if id as usize == self.groups.len() {
                        self.groups.push(None);
                        self.changed.push(self.round);
                        self.tried.push(None);
                    }
                    self.store(id, group);
                }
                return;
            }
        }
    }
}

/// Groups of the pool that cost less than `most` together: one grown from the seed by the point that costs least until it may
/// be a class, the next from the point that is furthest from it, and so on; what is left joins where it costs least.
/// Source: Byun, Kamra, Bertino and Li (2007), Efficient k-anonymization using clustering techniques.
fn from_seed(ground: &Ground<'_>, pool: &[u32], seed: usize, most: i64) -> Option<(i64, Vec<Group>)> {
    let mut left = pool.to_vec();
    let mut groups: Vec<Group> = Vec::new();
    let mut next = seed;
    let mut cost = 0;
    while !left.is_empty() {
        let mut group = ground.one(left.swap_remove(next));
        while !ground.points.holds(&group.members) {
            let growth = |at: &usize| (ground.growth(&group, left[*at]), left[*at]);
            let Some(at) = (0..left.len()).min_by_key(growth) else { break };
            let point = left.swap_remove(at);
            ground.put(&mut group, point);
        }
        if ground.points.holds(&group.members) {
            cost += group.total();
            let far = |at: &usize| (ground.growth(&group, left[*at]), left[*at]);
            next = (0..left.len()).max_by_key(far).unwrap_or(0);
            groups.push(group);
        } else {
            for point in group.members {
                let growth = |group: &&mut Group| ground.growth(group, point);
                let into = groups.iter_mut().min_by_key(growth)?;
                cost += ground.growth(into, point);
                ground.put(into, point);
            }
        }
        if cost >= most {
            return None;
        }
    }
    groups.iter().all(|group| ground.points.holds(&group.members)).then_some((cost, groups))
}
