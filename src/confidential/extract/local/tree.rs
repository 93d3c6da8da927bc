//! What two values of a column have in common, and what that costs. Comes in: a hierarchy, the column's weight. Goes out: the
//! lowest node above two, its label and its cost. Deliberately absent: records.
//!
//! Where the hierarchy's own labels are intervals of whole numbers (30-34, 30-39), a node is any interval between two values,
//! so that a class of 34 to 36 is called that. Anywhere else a node is one of the hierarchy's.

mod interval;
mod nodes;

use crate::extract::hierarchy::Hierarchy;
use crate::extract::outcome::Label;
use interval::Intervals;
use nodes::Nodes;

/// What a record loses by being suppressed in all columns. Costs are whole numbers, so that sums do not depend on their order.
const ALL: f64 = 16_777_216.0;

/// A column's nodes. Which number a node has is known to the column alone.
pub(super) enum Tree {
    Nodes(Nodes),
    Intervals(Intervals),
}

impl Tree {
    /// `weight`: the column's share of the loss, 0 to 1.
    pub(super) fn new(hierarchy: &Hierarchy, weight: f64) -> Self {
        match Intervals::new(hierarchy, weight) {
            Some(intervals) => Self::Intervals(intervals),
            None => Self::Nodes(Nodes::new(hierarchy, weight)),
        }
    }

    /// The node of a value.
    pub(super) fn node(&self, code: u32) -> u32 {
        match self {
            Self::Nodes(_) => code,
            Self::Intervals(intervals) => intervals.node(code),
        }
    }

    /// The lowest node above both, which may be one of them.
    pub(super) fn above(&self, a: u32, b: u32) -> u32 {
        match self {
            Self::Nodes(nodes) => nodes.above(a, b),
            Self::Intervals(_) => Intervals::above(a, b),
        }
    }

    /// What a record costs at the lowest node above both.
    pub(super) fn cost(&self, a: u32, b: u32) -> u32 {
        match self {
            Self::Nodes(nodes) => nodes.cost(a, b),
            Self::Intervals(intervals) => intervals.cost(a, b),
        }
    }

    /// Adds to `sums` what a record costs at the lowest node above `node` and each of `others`.
    pub(super) fn add_costs(&self, node: u32, others: &[u32], sums: &mut [u32]) {
        match self {
            Self::Nodes(nodes) => nodes.add_costs(node, others, sums),
            Self::Intervals(intervals) => {
                sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += intervals.cost(node, *other));
            }
        }
    }

    /// Which part of `node` the value's node lies in.
    pub(super) fn part(&self, node: u32, value: u32) -> u32 {
        match self {
            Self::Nodes(nodes) => nodes.child(node, value),
            Self::Intervals(_) => Intervals::half(node, value),
        }
    }

    /// A number that two nodes share where they are called the same.
    pub(super) fn name(&self, node: u32) -> u32 {
        match self {
            Self::Nodes(nodes) => nodes.name(node),
            Self::Intervals(_) => node,
        }
    }

    /// What is written for a name.
    pub(super) fn label(&self, name: u32) -> Label {
        match self {
            Self::Nodes(nodes) => nodes.label(name),
            Self::Intervals(intervals) => intervals.label(name),
        }
    }
}

pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A share of the loss as a whole number. A share is 1 at most, so nothing is cut off.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(share: f64) -> u32 {
    (share * ALL).round() as u32
}
