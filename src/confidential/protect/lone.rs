//! Who is alone in a cell, and all cells that count its cases, there or elsewhere. Comes in: the variables and a counter.
//! Goes out: groups of cases that one unit alone knows. Deliberately absent: what that unit makes of it (`insider`).

use std::collections::{BTreeSet, HashMap};

use super::system::signed;
use super::{Problem, Space};
use crate::tabulate::{Counter, Counts, Key, Row};

/// Cases alike in every dimension, all of one protected unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lone {
    /// Whose they are, where a family is known.
    pub unit: Option<u64>,
    /// The cells in which that unit is alone and that count these cases, rising.
    pub alone: Vec<u32>,
    /// All variables that count the cases, rising.
    pub inside: Vec<u32>,
    pub cases: i64,
}

/// The cases of those who are alone in a cell, and all cells that count them.
pub(super) fn lone(problem: &Problem, counter: &dyn Counter, keys: &[Key], counts: &[Counts]) -> Vec<Lone> {
    let alone: Vec<u32> =
        (0_u32..).zip(counts).filter(|(_, counts)| counts.protected == 1).map(|(cell, _)| cell).collect();
    let rows = counter.rows(&alone.iter().map(|&cell| keys[cell as usize].clone()).collect::<Vec<Key>>());
    let index: HashMap<&Key, u32> = keys.iter().zip(0_u32..).collect();
    let shape = |key: &Key| key.iter().zip(&problem.spaces).map(|(&code, space)| code != space.total).collect();
    let shapes: BTreeSet<Vec<bool>> = keys.iter().map(shape).collect();
    let lone = |row: Row| {
        let mut inside = Vec::new();
        for shape in &shapes {
            let codes = |(is_named, (space, holders)): (&bool, (&Space, &Vec<u32>))| -> Vec<u32> {
                holders.iter().copied().filter(|&code| (code != space.total) == *is_named).collect()
            };
            let lists: Vec<Vec<u32>> = shape.iter().zip(problem.spaces.iter().zip(&row.holders)).map(codes).collect();
            inside.extend(product(&lists).iter().filter_map(|key| index.get(key)));
        }
        inside.sort_unstable();
        let alone = row.of.iter().map(|&at| alone[at as usize]).collect();
        Lone { unit: row.unit, alone, inside, cases: signed(row.cases) }
    };
    // What a family brought years ago and nobody publishes is in no cell.
    rows.into_iter().map(lone).filter(|lone| !lone.inside.is_empty()).collect()
}

/// Every key of one code from each list.
fn product(lists: &[Vec<u32>]) -> Vec<Key> {
    let mut keys: Vec<Vec<u32>> = vec![Vec::new()];
    for list in lists {
        keys = keys.iter().flat_map(|key| list.iter().map(|&code| [key.as_slice(), &[code]].concat())).collect();
    }
    keys.into_iter().map(Vec::into_boxed_slice).collect()
}
