//! Cells that name the same axes, found from the codes of a row. Comes in: keys. Goes out: those that hold a row.
//! Deliberately absent: counts.

use std::collections::{BTreeMap, HashMap};

use super::Key;
use super::axes::{Axes, Source};

/// Bits that a code takes in a packed key.
const BITS: u32 = 20;

/// Keys that name exactly these axes, by their packed codes.
pub(super) struct Shape {
    /// Axes, rising.
    pub axes: Vec<usize>,
    wanted: HashMap<u128, u32>,
}

impl Shape {
    /// The shapes of `keys`, whose places are kept.
    pub(super) fn all(axes: &Axes, keys: &[Key]) -> Vec<Self> {
        let mut shapes: BTreeMap<Vec<usize>, HashMap<u128, u32>> = BTreeMap::new();
        for (slot, key) in (0_u32..).zip(keys) {
            // The measure always counts: its total is a measure, not a sum of all.
            let named = |(axis, code): &(usize, &u32)| {
                let axis = &axes.axes[*axis];
                **code != axis.space.total || axis.source == Source::Events
            };
            let shape: Vec<usize> = key.iter().enumerate().filter(named).map(|(axis, _)| axis).collect();
            assert!(shape.len() * BITS as usize <= 128, "no table has more than six dimensions");
            let packed = shape.iter().enumerate().fold(0, |packed, (at, axis)| packed | pack(key[*axis], at));
            shapes.entry(shape).or_default().insert(packed, slot);
        }
        shapes.into_iter().map(|(axes, wanted)| Self { axes, wanted }).collect()
    }

    /// Calls `each` with the places of the keys that hold a row, whose code along an axis `code_of` gives, told the
    /// axis and its place in the shape. `partial` is a workspace.
    pub(super) fn holding(
        &self,
        axes: &Axes,
        code_of: impl Fn(usize, usize) -> i32,
        partial: &mut Vec<u128>,
        each: impl FnMut(u32),
    ) {
        partial.clear();
        partial.push(0);
        for (at, &axis) in self.axes.iter().enumerate() {
            let holders = axes.axes[axis].holders.get(&code_of(axis, at)).map(Vec::as_slice);
            let reached = partial.len();
            for code in holders.unwrap_or_default() {
                for prefix in 0..reached {
                    partial.push(partial[prefix] | pack(*code, at));
                }
            }
            partial.drain(..reached);
        }
        partial.iter().filter_map(|packed| self.wanted.get(packed)).copied().for_each(each);
    }
}

fn pack(code: u32, at: usize) -> u128 {
    u128::from(code) << (BITS * at as u32)
}
