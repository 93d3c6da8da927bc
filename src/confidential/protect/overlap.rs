//! The tables behind overlapping ones. Comes in: a problem. Goes out: the cells of joint tables that bound cells of tables
//! more narrowly than the sums of these do. Deliberately absent: time; tables of several periods overlap in each by itself.
//!
//! Places by sexes, places by needs and sexes by needs are margins of a table of all three, which nobody publishes. Its counts
//! are whole and none is below zero, and that leaves less of a hidden cell open than the sums of the three tables: with the
//! joint cells as variables a certificate is two whole joint tables, and what it proves is so for a reader who thinks of them.
//!
//! Two tables of a common margin need none of it: whatever agrees with both is the margin of some joint table, because the cells
//! of each can be paired at will. That is so for any tables which can be taken away one after the other, each meeting the rest in
//! one of them alone (Beeri, Fagin, Maier and Yannakakis 1983; Graham's reduction finds out). What is left is a circle of
//! tables, and only circles have joint cells. Where a circle's table is large its cells are left out, and what is proven is
//! so for a reader of margins only; `Statistics::joint_left_out` says how many.
//!
//! Its attack: `verify/attacks/overlap`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{Problem, Space};
use crate::tabulate::Key;

/// A joint table of more cells is left out, and so are more in all.
const LARGEST: usize = 3_000;
const IN_ALL: usize = 9_000;

/// Joint cells, and how many joint tables there are with and without.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Joint {
    /// The finest cells of the tables that are followed.
    pub cells: Vec<Key>,
    /// Tables that are followed.
    pub tables: usize,
    /// Tables that are too large.
    pub left_out: usize,
}

/// A set of dimensions, a bit each.
type Dims = u64;

/// The joint tables behind those of `problem`, the smaller ones first.
pub(super) fn joint(problem: &Problem) -> Joint {
    let mut found: Vec<Vec<Key>> = Vec::new();
    let mut joint = Joint::default();
    // What is summed is judged by its contributors, and nobody is one of a cell that no table shows.
    let is_counted = problem.rules.dominance.is_none();
    for keys in alike(problem).values() {
        for core in circles(keys.keys().copied().collect()) {
            for cells in tables(problem, keys, &core) {
                match cells {
                    Some(cells) => found.push(cells),
                    None => joint.left_out += 1,
                }
            }
        }
    }
    found.sort_unstable_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    for cells in found {
        match is_counted && joint.cells.len() + cells.len() <= IN_ALL {
            true => {
                joint.tables += 1;
                joint.cells.extend(cells);
            }
            false => joint.left_out += 1,
        }
    }
    joint
}

/// By the codes along which nothing adds up: the cells that tables show, by the dimensions in which they are not at the
/// total.
fn alike(problem: &Problem) -> BTreeMap<Vec<u32>, BTreeMap<Dims, HashSet<&Key>>> {
    let mut alike: BTreeMap<Vec<u32>, BTreeMap<Dims, HashSet<&Key>>> = BTreeMap::new();
    let planned = problem.tables.iter().flat_map(|table| table.cells.iter().chain(&table.impossible));
    for key in planned.chain(problem.earlier.iter().map(|cell| &cell.key)) {
        let (mut still, mut dims) = (Vec::new(), 0);
        for (at, (space, &code)) in problem.spaces.iter().zip(key).enumerate() {
            match space.sums.is_empty() {
                true => still.push(code),
                false if at < Dims::BITS as usize => dims |= Dims::from(code != space.total) << at,
                false => {}
            }
        }
        alike.entry(still).or_default().entry(dims).or_default().insert(key);
    }
    alike
}

/// What is left of sets of dimensions when those are taken away that meet the rest in one other alone: each circle by itself.
fn circles(mut sets: Vec<Dims>) -> Vec<Vec<Dims>> {
    let all = sets.clone();
    loop {
        let before = sets.clone();
        for at in 0..sets.len() {
            let others = sets.iter().enumerate().filter(|(other, _)| *other != at).fold(0, |all, (_, set)| all | set);
            sets[at] &= others;
        }
        let is_inside = |at: usize| {
            let inside =
                |(other, set): (usize, &Dims)| other != at && sets[at] & !set == 0 && (sets[at] != *set || other < at);
            sets[at] == 0 || sets.iter().enumerate().any(inside)
        };
        sets = (0..sets.len()).filter(|&at| !is_inside(at)).map(|at| sets[at]).collect();
        if sets == before {
            break;
        }
    }
    let mut circles: Vec<Dims> = Vec::new();
    for set in sets {
        let (joined, apart): (Vec<Dims>, Vec<Dims>) = circles.into_iter().partition(|circle| circle & set != 0);
        circles = apart;
        circles.push(joined.into_iter().fold(set, |all, circle| all | circle));
    }
    // The tables that lie in a circle, the largest of those inside one another.
    let inside = |circle: Dims| -> Vec<Dims> {
        let within: Vec<Dims> = all.iter().map(|set| set & circle).collect();
        let is_largest = |set: &&Dims| !within.iter().any(|other| *set & !other == 0 && *set != other);
        let largest: BTreeSet<Dims> = within.iter().filter(is_largest).copied().collect();
        largest.into_iter().collect()
    };
    circles.into_iter().map(inside).collect()
}

/// By the codes of a circle's common dimensions: the tables that have cells there, and the codes of the other dimensions.
type Slices = BTreeMap<Vec<u32>, (BTreeSet<Dims>, BTreeMap<usize, BTreeSet<u32>>, Key)>;

/// The joint tables of one circle: where every table of it has a dimension, its codes are apart. None for one too large.
fn tables(problem: &Problem, keys: &BTreeMap<Dims, HashSet<&Key>>, circle: &[Dims]) -> Vec<Option<Vec<Key>>> {
    let all = circle.iter().fold(0, |all, set| all | set);
    let common = circle.iter().fold(all, |common, set| common & set);
    let places = |dims: Dims| (0..problem.spaces.len()).filter(move |&at| at < 64 && dims >> at & 1 == 1);
    let mut slices = Slices::new();
    for (&dims, keys) in keys.iter().filter(|(dims, _)| circle.contains(dims)) {
        for key in keys {
            let slice = places(common).map(|at| key[at]).collect();
            let mut base = (*key).clone();
            places(all & !common).for_each(|at| base[at] = problem.spaces[at].total);
            let (seen, codes, _) = slices.entry(slice).or_insert_with(|| (BTreeSet::new(), BTreeMap::new(), base));
            seen.insert(dims);
            for at in places(dims & !common) {
                codes.entry(at).or_default().insert(key[at]);
            }
        }
    }
    let whole = slices.into_values().filter(|(seen, _, _)| seen.len() == circle.len());
    whole.map(|(_, codes, base)| product(problem, &codes, base)).collect()
}

/// Every combination of the finest codes; none where there are too many.
fn product(problem: &Problem, codes: &BTreeMap<usize, BTreeSet<u32>>, base: Key) -> Option<Vec<Key>> {
    let finest: Vec<(usize, Vec<u32>)> =
        codes.iter().map(|(&at, codes)| (at, finest(&problem.spaces[at], codes))).collect();
    // Totals and groups become variables too.
    let size = codes.values().try_fold(1_usize, |size, codes| size.checked_mul(codes.len() + 1));
    size.filter(|&size| size <= LARGEST)?;
    let mut cells = vec![base];
    for (at, codes) in finest {
        let with = |cell: &Key, code: u32| {
            let mut cell = cell.clone();
            cell[at] = code;
            cell
        };
        cells = cells.iter().flat_map(|cell| codes.iter().map(move |&code| with(cell, code))).collect();
    }
    Some(cells)
}

/// The codes that have none of the others below them.
fn finest(space: &Space, codes: &BTreeSet<u32>) -> Vec<u32> {
    let is_parent = |code: &u32| {
        space.sums.iter().any(|(parent, children)| parent == code && children.iter().any(|child| codes.contains(child)))
    };
    codes.iter().copied().filter(|code| !is_parent(code)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sets: &[Dims]) -> Vec<Vec<Dims>> {
        circles(sets.to_vec())
    }

    #[test]
    fn only_circles_of_tables_are_left() {
        assert_eq!(found(&[0b011, 0b101, 0b110]), [vec![0b011, 0b101, 0b110]], "each with each");
        assert_eq!(found(&[0b011, 0b110]), Vec::<Vec<Dims>>::new(), "a chain");
        assert_eq!(found(&[0b011, 0b101, 0b110, 0b111]), Vec::<Vec<Dims>>::new(), "the joint table is published");
        assert_eq!(found(&[0b0011, 0b0110, 0b1100, 0b1001]).len(), 1, "four in a ring");
        assert_eq!(found(&[0b10011, 0b10101, 0b10110, 0b0001]), [vec![0b10011, 0b10101, 0b10110]], "in every period");
    }
}
