//! The nodes of a hierarchy. Comes in: the hierarchy. Goes out: the lowest node above two. Deliberately absent: any node that
//! the hierarchy does not have.

use std::collections::BTreeMap;

use super::{number, whole};
use crate::extract::hierarchy::{Hierarchy, share};
use crate::extract::outcome::Label;

/// Nodes of the largest tree whose pairs are kept in a table.
const TABLE_MAX: usize = 1_024;

/// A tree. The nodes of a level come before those of the next, so the values are nodes 0 to domain - 1 and a node's number is
/// lower than its parent's.
pub(in super::super) struct Nodes {
    /// The top is its own parent.
    parents: Vec<u32>,
    costs: Vec<u32>,
    label_of: Vec<u32>,
    /// Each text once, in order.
    labels: Vec<Label>,
    /// `[node * nodes + node]`, the cost of the lowest node above both; empty where there are too many nodes.
    table: Vec<u32>,
}

impl Nodes {
    /// One text may name nodes of several levels. Whoever reads it must take it for all of them, so it counts as covering
    /// every value that any of them covers.
    pub(super) fn new(hierarchy: &Hierarchy, weight: f64) -> Self {
        let mut parents = Vec::new();
        let mut texts: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        let mut names: Vec<&str> = Vec::new();
        for level in hierarchy.levels() {
            let next = number(parents.len() + level.labels.len());
            parents
                .extend((0..level.labels.len()).map(|code| level.parents.get(code).map_or(next - 1, |up| next + up)));
            names.extend(level.labels.iter().map(String::as_str));
            for (code, value) in level.codes.iter().zip(0..) {
                if let Some(text) = level.labels.get(*code as usize) {
                    texts.entry(text).or_default().push(value);
                }
            }
        }
        let label = |(text, mut covered): (&str, Vec<u32>)| {
            covered.sort_unstable();
            covered.dedup();
            Label { text: text.to_owned(), leaves: number(covered.len()) }
        };
        let labels: Vec<Label> = texts.into_iter().map(label).collect();
        let place = |name: &&str| labels.binary_search_by(|label| label.text.as_str().cmp(name)).unwrap_or(0);
        let label_of: Vec<u32> = names.iter().map(|name| number(place(name))).collect();
        let cost = |label: &u32| whole(weight * share(labels[*label as usize].leaves, hierarchy.domain()));
        let costs = label_of.iter().map(cost).collect();
        let mut nodes = Self { parents, costs, label_of, labels, table: Vec::new() };
        let all = number(nodes.parents.len());
        if nodes.parents.len() <= TABLE_MAX {
            nodes.table =
                (0..all).flat_map(|a| (0..all).map(move |b| (a, b))).map(|(a, b)| nodes.climb(a, b)).collect();
        }
        nodes
    }

    pub(super) fn above(&self, mut a: u32, mut b: u32) -> u32 {
        while a != b {
            if a > b {
                std::mem::swap(&mut a, &mut b);
            }
            a = self.parents[a as usize];
        }
        a
    }

    fn climb(&self, a: u32, b: u32) -> u32 {
        self.costs[self.above(a, b) as usize]
    }

    pub(super) fn cost(&self, a: u32, b: u32) -> u32 {
        if self.table.is_empty() { self.climb(a, b) } else { self.table[a as usize * self.parents.len() + b as usize] }
    }

    pub(super) fn add_costs(&self, node: u32, others: &[u32], sums: &mut [u32]) {
        let nodes = self.parents.len();
        if self.table.is_empty() {
            sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += self.climb(node, *other));
        } else {
            let row = &self.table[node as usize * nodes..][..nodes];
            sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += row[*other as usize]);
        }
    }

    /// The node right below `node` that is above `value`; `node` itself where it is the value.
    pub(super) fn child(&self, node: u32, value: u32) -> u32 {
        let mut at = value;
        while at != node && self.parents[at as usize] != node {
            at = self.parents[at as usize];
        }
        at
    }

    pub(super) fn name(&self, node: u32) -> u32 {
        self.label_of[node as usize]
    }

    pub(super) fn label(&self, name: u32) -> Label {
        self.labels[name as usize].clone()
    }
}
