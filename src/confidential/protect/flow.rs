//! The second way to find a swap: a linear programme over the surroundings of a cell, least price first. Comes in: a
//! board, a cell and how far it shall move. Goes out: a balanced move of whole numbers, or nothing. Deliberately absent:
//! trust in the solver: its point is rounded, and counts only if every sum and every floor then holds.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use linear::{Answer, Programme, System as Equations};

use super::board::Board;
use super::grain::Grain;
use super::relations;
use super::search::Move;

/// Cells taken into one programme: enough for a few steps in every direction, and solved in a fraction of a second.
const REGION: usize = 1_200;
/// The same where nothing new is hidden: cells that cost nothing are all worth trying.
const FREE_REGION: usize = 3_000;
/// What a step from one sum to the next weighs beside prices, in thousandths.
const RING: u64 = 5_000;
/// Steps of the other searches that a programme takes the time of, a variable.
const WORTH: usize = 200;
/// What a unit of any cell weighs beside the price of an open one, so that moves stay short.
const UNIT: f64 = 0.05;

/// Looks for a move of `cell` by `amount` (negative: downwards) among the cells around it.
pub(super) fn find(board: &Board, cell: u32, amount: i64) -> Option<Move> {
    find_free(board, cell, amount).or_else(|| find_paid(board, cell, amount))
}

/// Looks for a move of `cell` by `amount` that hides others for little.
pub(super) fn find_paid(board: &Board, cell: u32, amount: i64) -> Option<Move> {
    find_in(board, cell, amount, &region(board, cell, u64::MAX, REGION), 0)
}

/// Looks for a move of `cell` by `amount` among cells that cost nothing.
pub(super) fn find_free(board: &Board, cell: u32, amount: i64) -> Option<Move> {
    let free = region(board, cell, 0, FREE_REGION);
    (0..TRIES).find_map(|salt| find_in(board, cell, amount, &free, salt))
}

/// Other weights lead to other points among equals, and one of them is mostly whole.
const TRIES: u64 = 3;

/// Looks for a move of `cell` among the cells of `region`.
fn find_in(board: &Board, cell: u32, amount: i64, region: &[u32], salt: u64) -> Option<Move> {
    // In grains no less than what is asked for, which a cell at its end may not have.
    let grain = Grain::of(amount);
    let amount = grain.whole(amount);
    if board.reach(cell, amount).is_some_and(|reach| grain.within(reach) < amount.abs()) {
        return None;
    }
    let mut equations = Equations::default();
    let (mut parts, mut cost) = (HashMap::new(), Vec::new());
    for (rank, &member) in region.iter().enumerate() {
        let is_target = member == cell;
        let reach = |sign: i64| board.reach(member, sign).map(|reach| grain.within(reach));
        let (mut up, mut down) = ((0, reach(1)), (0, reach(-1)));
        if is_target {
            (up, down) = ((amount.max(0), Some(amount.max(0))), ((-amount).max(0), Some((-amount).max(0))));
        }
        let (up, down) = (equations.variable(up.0, up.1), equations.variable(down.0, down.1));
        parts.insert(member, (up, down));
        // Slightly different weights make the best point unique, and a unique best point is a vertex: mostly whole.
        let weight = (price(board, member) / size(amount)) + UNIT * (1.0 + fraction(rank, salt));
        cost.extend([(up, weight), (down, weight)]);
    }
    let mut rows: Vec<u32> =
        region.iter().flat_map(|&member| board.system.rows_of.of(member)).map(|&(row, _)| row).collect();
    rows.sort_unstable();
    rows.dedup();
    for row in rows {
        let inside = board.system.rows.of(row).iter().filter_map(|(member, coefficient)| {
            parts.get(member).map(|&(up, down)| [(up, *coefficient), (down, -coefficient)])
        });
        equations.equation(inside.flatten(), 0);
    }
    let bounds = equations.propagate().ok()?;
    let mut whole: HashMap<usize, f64> = HashMap::new();
    for component in equations.components(&bounds) {
        board.count_steps(component.variables.len() * WORTH);
        let Answer::Solved(solution) = Programme::new(&equations, &bounds, &component).minimise(&cost) else {
            return None;
        };
        whole.extend(solution.point);
    }
    let value = |at: usize| whole.get(&at).map_or(bounds.lower[at], |&value| rounded(value));
    let mut cells: Vec<(u32, i64)> = parts
        .iter()
        .map(|(&member, &(up, down))| (member, value(up) - value(down)))
        .filter(|&(_, deviation)| deviation != 0)
        .collect();
    cells.sort_unstable();
    let cells = grain.move_of(cells)?;
    holds(board, &cells).then(|| {
        let cost = cells.iter().filter_map(|&(member, _)| board.price(member)).sum();
        Move { cells, cost }
    })
}

/// Cells that can move, the nearest first; what lies behind a dear cell is far.
fn region(board: &Board, cell: u32, dearest: u64, most: usize) -> Vec<u32> {
    let system = board.system;
    let mut distances = vec![u64::MAX; system.len()];
    distances[cell as usize] = 0;
    let mut open = BinaryHeap::from([Reverse((0, cell))]);
    let mut region = Vec::new();
    while let Some(Reverse((distance, at))) = open.pop() {
        if distance > distances[at as usize] {
            continue;
        }
        region.push(at);
        if region.len() >= most {
            break;
        }
        for &(other, _) in system.rows_of.of(at).iter().flat_map(|&(row, _)| system.rows.of(row)) {
            let Some(price) = board.price(other).filter(|&price| price <= dearest) else { continue };
            let further = distance + price + RING;
            if further < distances[other as usize] {
                distances[other as usize] = further;
                open.push(Reverse((further, other)));
            }
        }
    }
    region
}

/// Whether every sum and every floor holds.
pub(super) fn holds(board: &Board, cells: &[(u32, i64)]) -> bool {
    !cells.is_empty() && is_within_reach(board, cells) && left_over(board, cells).is_some_and(|rows| rows.is_empty())
}

/// The move with what the room of each relation has to take up so that it holds; none where a sum does not, or a room is
/// too small. A room follows from the cells of its relation, so nothing is to be chosen.
pub(super) fn with_rooms(board: &Board, mut cells: Vec<(u32, i64)>) -> Option<Vec<(u32, i64)>> {
    if cells.is_empty() || !is_within_reach(board, &cells) {
        return None;
    }
    let plain = cells.len();
    for (row, left) in left_over(board, &cells)? {
        cells.push((relations::room_of(board.system, row)?, left.checked_neg()?));
    }
    cells[plain..].sort_unstable();
    let is_once = cells[plain..].windows(2).all(|pair| pair[0].0 != pair[1].0);
    if !is_once || !is_within_reach(board, &cells[plain..]) {
        return None;
    }
    cells.sort_unstable();
    Some(cells)
}

fn is_within_reach(board: &Board, cells: &[(u32, i64)]) -> bool {
    cells.iter().all(|&(cell, deviation)| {
        let is_too_far = board.reach(cell, deviation).is_some_and(|reach| reach < deviation.abs());
        !is_too_far && board.price(cell).is_some()
    })
}

/// By row: what a move changes it by, where that is not 0; none where it cannot be told.
fn left_over(board: &Board, cells: &[(u32, i64)]) -> Option<HashMap<u32, i64>> {
    let mut sums: HashMap<u32, i64> = HashMap::new();
    for &(cell, deviation) in cells {
        for &(row, coefficient) in board.system.rows_of.of(cell) {
            let sum = sums.entry(row).or_default();
            *sum = coefficient.checked_mul(deviation).and_then(|by| sum.checked_add(by))?;
        }
    }
    sums.retain(|_, sum| *sum != 0);
    Some(sums)
}

/// In units of the logarithm; exact, because prices are far below 2^53.
#[allow(clippy::cast_precision_loss)]
fn price(board: &Board, cell: u32) -> f64 {
    board.price(cell).unwrap_or(0) as f64 / 1000.0
}

#[allow(clippy::cast_precision_loss)]
fn size(amount: i64) -> f64 {
    amount.abs() as f64
}

/// Between 0 and 1, another for every rank and salt.
#[allow(clippy::cast_precision_loss)]
fn fraction(rank: usize, salt: u64) -> f64 {
    let mixed = (u64::try_from(rank).unwrap_or(0) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15 ^ (salt << 17));
    (mixed >> 32) as f64 / f64::from(u32::MAX)
}

#[allow(clippy::cast_possible_truncation)]
pub(super) fn rounded(value: f64) -> i64 {
    value.round() as i64
}
