//! Cells that a correction leaves as they were. Comes in: the axes, the cells published before and planned now, a counter.
//! Goes out: as known zeros, what was removed from them and added to them. Deliberately absent: what did change.
//!
//! Most cells do not change, and the reason of a correction says which may have. So a reader is taken to know where
//! nothing was removed and nothing added: there both versions are one figure, and what the first hid the second hides.

use std::collections::HashSet;

use crate::protect::{EarlierCell, EarlierForm};
use crate::tabulate::axes::{Axes, PERIOD};
use crate::tabulate::{Counter, Key};
use model::edition::{ADDED, REMOVED};

/// A version of a period and what the next took out and brought in, as codes of the axis of periods.
struct Split {
    first: u32,
    removed: u32,
    added: u32,
}

/// What a reader knows not to have changed, as cells that cannot occur.
pub(super) fn unchanged(
    axes: &Axes,
    planned: &[&Key],
    earlier: &[EarlierCell],
    counter: &dyn Counter,
) -> Vec<EarlierCell> {
    let Some(axis) = axes.position(PERIOD) else { return Vec::new() };
    let splits = splits(axes, axis);
    let Some(example) = earlier.first() else { return Vec::new() };
    let mut seen: HashSet<Key> = HashSet::new();
    let mut keys: Vec<Key> = Vec::new();
    for key in earlier.iter().map(|cell| &cell.key).chain(planned.iter().copied()) {
        for split in splits.iter().filter(|split| split.first == key[axis]) {
            let [removed, added] = [split.removed, split.added].map(|code| {
                let mut key = key.clone();
                key[axis] = code;
                key
            });
            if seen.insert(removed.clone()) {
                keys.extend([removed, added]);
            }
        }
    }
    let counts = counter.count(&keys);
    let pairs = keys.chunks_exact(2).zip(counts.chunks_exact(2));
    pairs
        .filter(|(_, counts)| counts.iter().all(|counts| counts.counted == 0))
        .flat_map(|(keys, _)| keys)
        .map(|key| EarlierCell { key: key.clone(), form: EarlierForm::StructuralZero, ..example.clone() })
        .collect()
}

fn splits(axes: &Axes, axis: usize) -> Vec<Split> {
    let axis = &axes.axes[axis];
    let split = |(first, children): &(u32, Vec<u32>)| {
        let (&removed, base) = children
            .iter()
            .find_map(|child| Some((child, axis.space.codes[*child as usize].strip_suffix(REMOVED)?)))?;
        let is_version = !axis.space.codes[*first as usize].ends_with(REMOVED);
        is_version.then_some(Split { first: *first, removed, added: axis.find(&format!("{base}{ADDED}"))? })
    };
    axis.space.sums.iter().filter_map(split).collect()
}
