//! What can be traded for what along one dimension: every way to raise a code by one and put the sums right again. Comes in:
//! the system. Goes out: the ways of a code, the shortest first, made when they are first asked for. Deliberately absent: cells.
//!
//! A way is the line of sums above one leaf, less the line above another, or the line up to the top alone. There are as many as
//! pairs of leaves, and only the shortest are looked at; leaves with the same sums above them are alike in length, so whole
//! groups of leaves are compared and not each with each.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::OnceLock;

use crate::protect::system::System;

/// Most ways of one code that are looked at.
const MOST: usize = 160;

/// The ways of one code: other codes, and whether each rises (1) or falls (-1) with it.
#[derive(Debug, Default)]
pub(super) struct Ways {
    steps: Vec<(u32, i8)>,
    /// Where each way ends.
    ends: Vec<u32>,
}

impl Ways {
    pub(super) fn iter(&self) -> impl Iterator<Item = &[(u32, i8)]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(from, &to)| &self.steps[from as usize..to as usize])
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn close(&mut self) {
        self.ends.push(u32::try_from(self.steps.len()).unwrap_or(u32::MAX));
    }
}

/// Leaves with the same codes above them.
#[derive(Debug)]
struct Siblings {
    /// Rising.
    above: Vec<u32>,
    /// Places in the order of the leaves, rising.
    leaves: Vec<u32>,
}

/// One dimension.
#[derive(Debug)]
pub(super) struct Trades {
    /// Leaves that some cell has, in an order that the key decides, each with its siblings.
    leaves: Vec<(u32, u32)>,
    siblings: Vec<Siblings>,
    /// By code, the places of the leaves at or below it, rising.
    below: Vec<Vec<u32>>,
    ways: Vec<OnceLock<Ways>>,
}

/// The ways of one length from one leaf: to leaves of these siblings, or, where there are none, up to the top.
struct Alike {
    length: usize,
    own: u32,
    to: Vec<u32>,
}

impl Trades {
    pub(super) fn new(system: &System, dimension: usize) -> Self {
        let space = &system.problem.spaces[dimension];
        let size = space.codes.len();
        let (mut parents, mut is_leaf) = (vec![Vec::new(); size], vec![true; size]);
        for (parent, children) in &space.sums {
            is_leaf[*parent as usize] = false;
            children.iter().for_each(|&child| parents[child as usize].push(*parent));
        }
        let ranks = ranks(system, dimension);
        let is_used = |&code: &u32| is_leaf[code as usize] && ranks[code as usize] < u32::MAX;
        let mut used: Vec<u32> = (0_u32..).take(size).filter(is_used).collect();
        used.sort_by_key(|&leaf| ranks[leaf as usize]);
        let mut trades =
            Self { leaves: Vec::new(), siblings: Vec::new(), below: vec![Vec::new(); size], ways: Vec::new() };
        trades.ways.resize_with(size, OnceLock::new);
        let mut known: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
        for (place, leaf) in (0_u32..).zip(used) {
            let above = ancestors(&parents, leaf);
            for &code in above.iter().chain([&leaf]) {
                trades.below[code as usize].push(place);
            }
            let next = u32::try_from(trades.siblings.len()).unwrap_or(u32::MAX);
            let own = *known.entry(above).or_insert_with_key(|above| {
                trades.siblings.push(Siblings { above: above.clone(), leaves: Vec::new() });
                next
            });
            trades.siblings[own as usize].leaves.push(place);
            trades.leaves.push((leaf, own));
        }
        trades
    }

    /// The ways of a code, the shortest first, equals in the order of the key.
    pub(super) fn of(&self, code: u32) -> &Ways {
        self.ways[code as usize].get_or_init(|| self.made(code))
    }

    fn made(&self, code: u32) -> Ways {
        let mut alike: Vec<Alike> = self.below[code as usize].iter().flat_map(|&own| self.alike(code, own)).collect();
        alike.sort_by_key(|alike| (alike.length, alike.own, alike.to.is_empty()));
        let mut ways = Ways::default();
        for alike in alike {
            if ways.ends.len() >= MOST {
                break;
            }
            if alike.to.is_empty() {
                self.add(&mut ways, code, alike.own, None);
            }
            for other in self.merged(&alike.to, alike.own).take(MOST - ways.ends.len()) {
                self.add(&mut ways, code, alike.own, Some(other));
            }
        }
        ways
    }

    /// The ways from one leaf at or below `code` by their length.
    fn alike(&self, code: u32, own: u32) -> impl Iterator<Item = Alike> {
        let above = &self.siblings[self.leaves[own as usize].1 as usize].above;
        let mut by_length: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        for (at, other) in (0_u32..).zip(&self.siblings) {
            if other.above.binary_search(&code).is_err() {
                // The leaves themselves differ too, and the code is no part of its own way.
                let length = 1 + missing(above, &other.above) + missing(&other.above, above);
                by_length.entry(length).or_default().push(at);
            }
        }
        let to = by_length.into_iter().map(move |(length, to)| Alike { length, own, to });
        to.chain([Alike { length: above.len(), own, to: Vec::new() }])
    }

    /// The leaves of several groups of siblings in one order, without one.
    fn merged(&self, groups: &[u32], own: u32) -> impl Iterator<Item = u32> {
        let leaf = |group: u32, at: usize| self.siblings[group as usize].leaves.get(at).copied();
        let mut next: BinaryHeap<Reverse<(u32, u32, usize)>> =
            groups.iter().filter_map(|&group| Some(Reverse((leaf(group, 0)?, group, 0)))).collect();
        std::iter::from_fn(move || {
            let Reverse((place, group, at)) = next.pop()?;
            next.extend(leaf(group, at + 1).map(|place| Reverse((place, group, at + 1))));
            Some(place)
        })
        .filter(move |&place| place != own)
    }

    /// The line of sums above `own` without `code`, less that above `other`.
    fn add(&self, ways: &mut Ways, code: u32, own: u32, other: Option<u32>) {
        let line = |place: u32| {
            let (leaf, siblings) = self.leaves[place as usize];
            let above = &self.siblings[siblings as usize].above;
            let mut line = above.clone();
            let at = line.partition_point(|&code| code < leaf);
            line.insert(at, leaf);
            line
        };
        let (own, other) = (line(own), other.map(line).unwrap_or_default());
        let is_in = |line: &[u32], code: u32| line.binary_search(&code).is_ok();
        ways.steps.extend(own.iter().filter(|&&at| at != code && !is_in(&other, at)).map(|&at| (at, 1)));
        ways.steps.extend(other.iter().filter(|&&at| !is_in(&own, at)).map(|&at| (at, -1)));
        ways.close();
    }
}

/// How many codes of `these` are not among `those`; both rise.
fn missing(these: &[u32], those: &[u32]) -> usize {
    these.iter().filter(|code| those.binary_search(code).is_err()).count()
}

/// Every code above one, rising.
fn ancestors(parents: &[Vec<u32>], code: u32) -> Vec<u32> {
    let mut found = std::collections::BTreeSet::new();
    let mut open = parents[code as usize].clone();
    while let Some(at) = open.pop() {
        if found.insert(at) {
            open.extend(&parents[at as usize]);
        }
    }
    found.into_iter().collect()
}

/// Each code's place in an order that the key decides: the first variable that has it.
fn ranks(system: &System, dimension: usize) -> Vec<u32> {
    let mut ranks = vec![u32::MAX; system.problem.spaces[dimension].codes.len()];
    for (cell, key) in (0_u32..).zip(&system.keys) {
        let rank = &mut ranks[key[dimension] as usize];
        *rank = (*rank).min(cell);
    }
    ranks
}
