//! The second way to find a swap: a linear programme over the surroundings of a cell, least price first. Comes in: a
//! board, a cell and how far it shall move. Goes out: a balanced move of whole numbers, or nothing. Deliberately absent:
//! trust in the solver: its point is rounded, and counts only if every sum and every floor then holds.

use std::collections::HashMap;

use linear::{Answer, Programme, System as Equations};

use super::board::Board;
use super::search::Move;

/// Cells taken into one programme: enough for a few steps in every direction, and solved in a fraction of a second.
const REGION: usize = 1_000;
/// What a unit of any cell weighs beside the price of an open one, so that moves stay short.
const UNIT: f64 = 0.05;

/// Looks for a move of `cell` by `amount` (negative: downwards) among the cells around it.
pub(super) fn find(board: &Board, cell: u32, amount: i64) -> Option<Move> {
    if amount < 0 && board.depth(cell) < -amount {
        return None;
    }
    let region = region(board, cell);
    let mut equations = Equations::default();
    let (mut parts, mut cost) = (HashMap::new(), Vec::new());
    for (rank, &member) in region.iter().enumerate() {
        let is_target = member == cell;
        let most = |limit: i64| if is_target { limit.max(0) } else { i64::MAX };
        let up = equations.variable(if is_target { amount.max(0) } else { 0 }, is_target.then(|| most(amount)));
        let down = equations
            .variable(if is_target { (-amount).max(0) } else { 0 }, Some(board.depth(member).min(most(-amount))));
        parts.insert(member, (up, down));
        // Slightly different weights make the best point unique, and a unique best point is a vertex: mostly whole.
        let weight = (price(board, member) / size(amount)) + UNIT * (1.0 + fraction(rank, region.len()));
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
    holds(board, &cells).then(|| {
        let cost = cells.iter().filter_map(|&(member, _)| board.price(member)).sum();
        Move { cells, cost }
    })
}

/// Cells that can move, ring by ring around one.
fn region(board: &Board, cell: u32) -> Vec<u32> {
    let mut seen = vec![false; board.system.len()];
    seen[cell as usize] = true;
    let mut region = vec![cell];
    let mut at = 0;
    while at < region.len() && region.len() < REGION {
        for &(row, _) in board.system.rows_of.of(region[at]) {
            for &(other, _) in board.system.rows.of(row) {
                if board.price(other).is_some() && !std::mem::replace(&mut seen[other as usize], true) {
                    region.push(other);
                }
            }
        }
        at += 1;
    }
    region
}

/// Whether every sum and every floor holds.
pub(super) fn holds(board: &Board, cells: &[(u32, i64)]) -> bool {
    let mut sums: HashMap<u32, i64> = HashMap::new();
    for &(cell, deviation) in cells {
        if board.price(cell).is_none() || deviation < -board.depth(cell) {
            return false;
        }
        for &(row, coefficient) in board.system.rows_of.of(cell) {
            *sums.entry(row).or_default() += coefficient * deviation;
        }
    }
    !cells.is_empty() && sums.values().all(|&sum| sum == 0)
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

#[allow(clippy::cast_precision_loss)]
fn fraction(rank: usize, of: usize) -> f64 {
    rank as f64 / of as f64
}

#[allow(clippy::cast_possible_truncation)]
fn rounded(value: f64) -> i64 {
    value.round() as i64
}
