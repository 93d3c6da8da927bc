//! Intervals of whole numbers. Comes in: a hierarchy whose labels are intervals. Goes out: nodes, one an interval between two
//! values. Deliberately absent: intervals of codes, whose numbers mean no order.

use super::{number, whole};
use crate::extract::hierarchy::{Hierarchy, share};
use crate::extract::outcome::Label;

/// A node has the place of its first value in the upper half of its number, and that of its last value in the lower.
pub(in super::super) struct Intervals {
    /// By code of the value, its place in the order of numbers.
    places: Vec<u32>,
    /// By place, the value.
    values: Vec<String>,
    /// By number of values less one.
    costs: Vec<u32>,
}

/// Places fit into half a node.
const VALUES_MAX: usize = 1 << 16;

impl Intervals {
    /// None where values are no different whole numbers, or the labels between them and the top are no intervals in the order
    /// of their values.
    pub(super) fn new(hierarchy: &Hierarchy, weight: f64) -> Option<Self> {
        let [values, between @ .., _] = hierarchy.levels() else { return None };
        let numbers: Vec<u32> = values.labels.iter().map(|label| plain(label)).collect::<Option<_>>()?;
        let mut order: Vec<usize> = (0..numbers.len()).collect();
        order.sort_unstable_by_key(|code| numbers[*code]);
        let different = order.windows(2).all(|pair| numbers[pair[0]] != numbers[pair[1]]);
        if between.is_empty() || !different || numbers.len() > VALUES_MAX {
            return None;
        }
        for level in between {
            let limits: Vec<(u32, u32)> = level.labels.iter().map(|label| limits(label)).collect::<Option<_>>()?;
            // Published hierarchies put 5 into 0-4 and 100 into 95-99; that the order is kept is what counts.
            let of_value = |code: &usize| level.codes.get(*code).map(|group| (limits[*group as usize], *group));
            let groups: Vec<((u32, u32), u32)> = order.iter().filter_map(of_value).collect();
            if groups.windows(2).any(|pair| pair[0].1 != pair[1].1 && pair[0].0 >= pair[1].0) {
                return None;
            }
        }
        let mut places = vec![0; numbers.len()];
        order.iter().zip(0..).for_each(|(code, place)| places[*code] = place);
        let domain = hierarchy.domain();
        let costs = (1..=domain).map(|covered| whole(weight * share(covered, domain))).collect();
        Some(Self { places, values: order.iter().map(|code| values.labels[*code].clone()).collect(), costs })
    }

    pub(super) fn node(&self, code: u32) -> u32 {
        let place = self.places[code as usize];
        place << 16 | place
    }

    pub(super) fn above(a: u32, b: u32) -> u32 {
        let (low, high) = ((a >> 16).min(b >> 16), (a & 0xFFFF).max(b & 0xFFFF));
        low << 16 | high
    }

    pub(super) fn cost(&self, a: u32, b: u32) -> u32 {
        let (low, high) = ((a >> 16).min(b >> 16), (a & 0xFFFF).max(b & 0xFFFF));
        self.costs[(high - low) as usize]
    }

    /// 0 or 1: the lower or the upper half of the interval.
    pub(super) fn half(node: u32, value: u32) -> u32 {
        let middle = u32::midpoint(node >> 16, node & 0xFFFF);
        u32::from(value >> 16 > middle)
    }

    /// The value, or the first and the last.
    pub(super) fn label(&self, node: u32) -> Label {
        let (low, high) = ((node >> 16) as usize, (node & 0xFFFF) as usize);
        let text =
            if low == high { self.values[low].clone() } else { format!("{}-{}", self.values[low], self.values[high]) };
        Label { text, leaves: number(high + 1 - low) }
    }
}

/// A whole number in digits alone.
fn plain(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// 30-39, or one number.
fn limits(label: &str) -> Option<(u32, u32)> {
    match label.split_once('-') {
        Some((low, high)) => Some((plain(low)?, plain(high)?)),
        None => plain(label).map(|number| (number, number)),
    }
}
