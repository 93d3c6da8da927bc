//! Slices along a dimension in which releases are stacked, such as periods. A move inside one finest period that every
//! period around it repeats keeps all sums: a swap that was safe in a quarter is safe in the year too, if the year hides
//! the same places. Comes in: the board. Goes out: moves found in two dimensions and carried over to the third, where a
//! search of the whole would lose its way. Deliberately absent: moves that are not the same in every period they touch.

use std::collections::{BTreeSet, HashMap};

use super::board::Board;
use super::insider::Insiders;
use super::primary::{Primary, State};
use super::search::{Effort, Move, climb, find};
use super::system::System;
use super::{Problem, flow};
use crate::tabulate::{Counts, Key};

/// One finest code and all that hold it: its places are moved in all of them at once.
pub(super) struct Slice<'a> {
    /// The places as variables, a depth each in place of a count, and the sums among them.
    system: System<'a>,
    /// Which places cannot move.
    primary: Primary,
    /// The cells of each place in the whole system.
    members: Vec<Vec<u32>>,
}

/// The slices of a system in which some sum joins cells of an earlier release with new ones; else none.
pub(super) fn slices<'a>(system: &System<'a>, primary: &Primary) -> Vec<Slice<'a>> {
    let mut slices = Vec::new();
    for dimension in stacked(system) {
        let sums = &system.problem.spaces[dimension].sums;
        let mut leaves: Vec<u32> = sums.iter().flat_map(|(_, children)| children).copied().collect();
        leaves.retain(|leaf| sums.iter().all(|(parent, _)| parent != leaf));
        leaves.sort_by_key(|&leaf| &system.problem.spaces[dimension].codes[leaf as usize]);
        leaves.dedup();
        slices.extend(leaves.into_iter().map(|leaf| slice(system, primary, dimension, leaf)));
    }
    slices
}

/// The dimension along which a row adds up.
fn direction(system: &System, row: &[(u32, i64)]) -> Option<usize> {
    let (parent, child) = (row.first()?.0, row.get(1)?.0);
    let keys = (&system.keys[parent as usize], &system.keys[child as usize]);
    keys.0.iter().zip(keys.1).position(|(above, below)| above != below)
}

fn stacked(system: &System) -> BTreeSet<usize> {
    let is_new = |cell: u32| {
        let origin = &system.origins[cell as usize];
        origin.earlier.is_empty() && !origin.tables.is_empty()
    };
    let is_old = |cell: u32| !system.origins[cell as usize].earlier.is_empty();
    let rows = (0_u32..).take(system.rows.len()).map(|row| system.rows.of(row));
    let mixed =
        rows.filter(|row| row.iter().any(|&(cell, _)| is_new(cell)) && row.iter().any(|&(cell, _)| is_old(cell)));
    mixed.filter_map(|row| direction(system, row)).collect()
}

fn slice<'a>(system: &System<'a>, primary: &Primary, dimension: usize, leaf: u32) -> Slice<'a> {
    let problem: &'a Problem = system.problem;
    let holders = holders(&problem.spaces[dimension].sums, leaf);
    let mut index: HashMap<Key, u32> = HashMap::new();
    let mut place_of = vec![None; system.len()];
    let (mut keys, mut members): (Vec<Key>, Vec<Vec<u32>>) = (Vec::new(), Vec::new());
    for (cell, key) in (0_u32..).zip(&system.keys) {
        if !holders.contains(&key[dimension]) {
            continue;
        }
        let mut key = key.clone();
        key[dimension] = leaf;
        let place = *index.entry(key).or_insert_with_key(|key| {
            keys.push(key.clone());
            members.push(Vec::new());
            u32::try_from(members.len() - 1).unwrap_or(u32::MAX)
        });
        members[place as usize].push(cell);
        place_of[cell as usize] = Some(place);
    }
    let mut rows: Vec<Vec<(u32, i64)>> = Vec::new();
    for row in (0_u32..).take(system.rows.len()).map(|row| system.rows.of(row)) {
        if direction(system, row) != Some(dimension) {
            let line = row.iter().map(|&(cell, by)| Some((place_of[cell as usize]?, by)));
            rows.extend(line.collect::<Option<Vec<_>>>());
        }
    }
    rows.sort_unstable();
    rows.dedup();
    let depth = |cells: &Vec<u32>| {
        let depths = cells.iter().map(|&cell| system.value(cell as usize) - primary.floors[cell as usize]);
        u64::try_from(depths.min().unwrap_or(0)).unwrap_or(0)
    };
    let counts = members.iter().map(|cells| Counts { counted: depth(cells), ..Counts::default() }).collect();
    let is_fixed = |cells: &Vec<u32>| cells.iter().any(|&cell| primary.states[cell as usize] == State::Fixed);
    let states = members.iter().map(|cells| if is_fixed(cells) { State::Fixed } else { State::Open }).collect();
    let height = |cells: &Vec<u32>| {
        let heights =
            cells.iter().filter_map(|&cell| Some(primary.ceilings[cell as usize]? - system.value(cell as usize)));
        heights.min()
    };
    let ceilings = members.iter().map(|cells| Some(height(cells)? + depth(cells).cast_signed())).collect();
    let (floors, needs) = (vec![0; members.len()], vec![None; members.len()]);
    let insiders = Insiders::none(members.len());
    let primary = Primary { states, floors, ceilings, insiders, needs, zeros: Vec::new() };
    Slice { system: System::part(problem, keys, counts, rows), primary, members }
}

/// A code and every code that holds it.
fn holders(sums: &[(u32, Vec<u32>)], leaf: u32) -> BTreeSet<u32> {
    let mut holders = BTreeSet::from([leaf]);
    let mut open = vec![leaf];
    while let Some(code) = open.pop() {
        for (parent, _) in sums.iter().filter(|(_, children)| children.contains(&code)) {
            if holders.insert(*parent) {
                open.push(*parent);
            }
        }
    }
    holders
}

/// Slices with their boards.
#[derive(Clone)]
pub(super) struct Stack<'a> {
    slices: &'a [Slice<'a>],
    boards: Vec<Board<'a>>,
    /// Slice and place of each cell of the whole system.
    places: Vec<Vec<(u32, u32)>>,
}

impl<'a> Stack<'a> {
    pub(super) fn new(slices: &'a [Slice<'a>], whole: &Board) -> Self {
        let mut places = vec![Vec::new(); whole.system.len()];
        let mut boards = Vec::with_capacity(slices.len());
        for (at, slice) in (0_u32..).zip(slices) {
            for (place, cells) in (0_u32..).zip(&slice.members) {
                for &cell in cells {
                    places[cell as usize].push((at, place));
                }
            }
            let prices = slice.members.iter().map(|cells| price(whole, cells)).collect();
            boards.push(Board::priced(&slice.system, &slice.primary, prices));
        }
        Self { slices, boards, places }
    }

    /// Takes note that a cell was hidden or given back.
    pub(super) fn refresh(&mut self, whole: &Board, cell: u32) {
        for &(slice, place) in &self.places[cell as usize] {
            let price = price(whole, &self.slices[slice as usize].members[place as usize]);
            self.boards[slice as usize].reprice(place, price);
        }
    }

    /// The cheapest move of a cell that a search of its slices finds.
    pub(super) fn find(&mut self, whole: &Board, cell: u32, amount: i64, effort: Effort) -> Option<Move> {
        self.cheapest(whole, cell, |board, place| find(board, place, amount, effort))
    }

    /// A move of a cell among hidden ones, step by step.
    pub(super) fn climb(&mut self, whole: &Board, cell: u32, amount: i64, effort: Effort) -> Option<Move> {
        self.cheapest(whole, cell, |board, place| climb(board, place, amount, effort))
    }

    /// The cheapest move of a cell that a linear programme a slice finds.
    pub(super) fn programme(&mut self, whole: &Board, cell: u32, amount: i64) -> Option<Move> {
        self.cheapest(whole, cell, |board, place| flow::find(board, place, amount))
    }

    fn cheapest(&mut self, whole: &Board, cell: u32, look: impl Fn(&mut Board, u32) -> Option<Move>) -> Option<Move> {
        let mut best: Option<Move> = None;
        for &(slice, place) in &self.places[cell as usize] {
            let Some(found) = look(&mut self.boards[slice as usize], place) else { continue };
            let members = &self.slices[slice as usize].members;
            let carried =
                found.cells.iter().flat_map(|&(place, by)| members[place as usize].iter().map(move |&at| (at, by)));
            let mut cells: Vec<(u32, i64)> = carried.collect();
            cells.sort_unstable();
            if best.as_ref().is_none_or(|best| found.cost < best.cost) && flow::holds(whole, &cells) {
                best = Some(Move { cells, cost: found.cost });
            }
            if best.as_ref().is_some_and(|best| best.cost == 0) {
                break;
            }
        }
        best
    }
}

/// What hiding a place in all its periods costs. Places that cannot move are priced too; their state keeps them out.
fn price(whole: &Board, cells: &[u32]) -> u64 {
    cells.iter().filter_map(|&cell| whole.price(cell)).sum()
}
