//! How little any pattern could cost. Comes in: the system and the primary pattern. Goes out: a cost that no safe pattern
//! is below, proven. Deliberately absent: patterns.
//!
//! Fischetti and Salazar (2001): whatever is hidden, the reader's programme must let every protected cell reach its level.
//! Multipliers of the sums turn that into an inequality over the cells to hide, valid for any multipliers whatever found
//! them. The least cost under such inequalities, in fractions of cells, bounds the least cost of every pattern from below.

use linear::{Answer, Bounds, Programme, System as Equations};

use super::board::Board;
use super::grain::Grain;
use super::primary::Primary;
use super::system::System;
use super::witness::gcd;

/// `sum of coefficient x hidden(cell) >= rhs`.
struct Cut {
    terms: Vec<(u32, i64)>,
    rhs: i64,
}

/// A cell that must be able to move this far (negative: downwards).
#[derive(Debug, Clone, Copy)]
struct Level {
    cell: u32,
    by: i64,
}

/// Fractions of a hidden cell are counted in parts of this many.
const PARTS: i64 = 1_000;
/// Multipliers are rounded to parts of this many, which has every number up to ten as a factor.
const MULTIPLES: f64 = 2520.0;
/// A programme takes the time of one step of the other searches in so many squared variables.
const WORTH: usize = 10;
/// Most inequalities taken from one point.
const A_ROUND: usize = 200;

/// No safe pattern costs less than this, in the unit of `prices`. `budget` is in steps of search.
pub(super) fn lower_bound(system: &System, primary: &Primary, budget: u64) -> u64 {
    let board = Board::new(system, primary);
    let levels = levels(primary, &board);
    let mut cuts: Vec<Cut> = levels.iter().flat_map(|&level| simple_cuts(&board, level)).collect();
    let (mut best, mut next) = (0, 0);
    loop {
        let Some((bound, hidden)) = master(system, &board, &cuts) else { return best };
        best = best.max(bound);
        let before = cuts.len();
        for _ in 0..levels.len() {
            if board.steps() > budget || cuts.len() - before >= A_ROUND {
                break;
            }
            cuts.extend(separate(&board, levels[next], &hidden));
            next = (next + 1) % levels.len();
        }
        if cuts.len() == before {
            return best;
        }
    }
}

/// What the needs come to, a direction each.
fn levels(primary: &Primary, board: &Board) -> Vec<Level> {
    let mut levels = Vec::new();
    for (cell, need) in (0_u32..).zip(&primary.needs) {
        let Some(need) = need else { continue };
        let down = board.height(cell).map_or(need.down, |height| need.down.max(need.width - height));
        let both = [need.up.max(need.width - board.depth(cell)), -down];
        levels.extend(both.into_iter().filter(|&by| by != 0).map(|by| Level { cell, by }));
    }
    levels
}

/// One for each sum of a cell: the others must make up for it.
fn simple_cuts(board: &Board, level: Level) -> Vec<Cut> {
    let rows = board.system.rows_of.of(level.cell).iter();
    rows.filter_map(|&(row, own)| {
        let mut multiplied: Vec<(u32, i64)> = board.system.rows.of(row).to_vec();
        for (_, coefficient) in &mut multiplied {
            // The multiplier that gives the cell itself a weight of 1 in its direction.
            *coefficient *= own.signum() * level.by.signum();
        }
        cut(board, level, multiplied.into_iter())
    })
    .collect()
}

/// The inequality that `weights`, a multiple of the sums, prove: the cell's weight times its level is at most what the
/// others, moving against their weights, can make up for.
fn cut(board: &Board, level: Level, weights: impl Iterator<Item = (u32, i64)>) -> Option<Cut> {
    let (mut rhs, mut open) = (0_i64, Vec::new());
    for (cell, weight) in weights.filter(|&(_, weight)| weight != 0) {
        if cell == level.cell {
            rhs = rhs.checked_add(weight.checked_mul(level.by)?)?;
            continue;
        }
        if board.price(cell).is_none() {
            continue;
        }
        let reach = board.reach(cell, -weight);
        match board.price(cell) {
            Some(0) => rhs = rhs.checked_sub(reach?.checked_mul(weight.abs())?)?,
            Some(_) | None => open.push((cell, reach.and_then(|reach| reach.checked_mul(weight.abs())))),
        }
    }
    if rhs <= 0 {
        return None;
    }
    // One hidden cell is enough or not: what it could do beyond that says nothing.
    let mut terms: Vec<(u32, i64)> =
        open.into_iter().map(|(cell, most)| (cell, most.unwrap_or(rhs).min(rhs))).collect();
    terms.retain(|&(_, most)| most > 0);
    terms.sort_unstable();
    let divisor = terms.iter().fold(rhs, |divisor, &(_, most)| gcd(divisor, most)).min(rhs);
    // In grains, the right side rounded down and the others up, which a point meets that met it before.
    let grain = Grain::of(rhs / divisor);
    terms.iter_mut().for_each(|term| term.1 = grain.whole(term.1 / divisor));
    Some(Cut { terms, rhs: grain.part(rhs / divisor) })
}

/// The least cost under all inequalities, proven, and a point that has it, in [`PARTS`].
fn master(system: &System, board: &Board, cuts: &[Cut]) -> Option<(u64, Vec<i64>)> {
    let mut equations = Equations::default();
    let mut column = vec![None; system.len()];
    let mut cost = Vec::new();
    for cut in cuts {
        let terms: Vec<(usize, i64)> = cut
            .terms
            .iter()
            .map(|&(cell, coefficient)| {
                let at = *column[cell as usize].get_or_insert_with(|| {
                    let at = equations.variable(0, Some(1));
                    cost.push((at, price(board, cell)));
                    at
                });
                (at, coefficient)
            })
            .collect();
        let most: i64 = terms.iter().map(|&(_, coefficient)| coefficient).sum();
        let spare = equations.variable(0, Some(most - cut.rhs));
        equations.equation(terms.into_iter().chain([(spare, -1)]), cut.rhs);
    }
    let bounds = stated(&equations);
    let (mut least, mut hidden) = (0.0, vec![0; system.len()]);
    let mut value = vec![0.0; equations.len()];
    for component in equations.components(&bounds) {
        board.count_steps(component.variables.len() * 200);
        match Programme::new(&equations, &bounds, &component).minimise(&cost) {
            Answer::Solved(solution) => {
                least += solution.bound?;
                for (at, point) in solution.point {
                    value[at] = point;
                }
            }
            Answer::Unlimited | Answer::Infeasible | Answer::Unknown => return None,
        }
    }
    for (cell, at) in column.iter().enumerate() {
        hidden[cell] = at.map_or(0, |at| parts(value[at]));
    }
    Some((whole(least), hidden))
}

/// An inequality that a point breaks, if the reader's programme finds one for this level.
fn separate(board: &Board, level: Level, hidden: &[i64]) -> Option<Cut> {
    let system = board.system;
    let grain = Grain::of(level.by);
    let by = grain.part(level.by).abs();
    let mut equations = Equations::default();
    for cell in (0_u32..).take(system.len()) {
        let share = match board.price(cell) {
            None => 0,
            Some(0) => PARTS,
            Some(_) => hidden[cell as usize],
        };
        let most = |sign: i64| {
            let far = by * 8;
            board.reach(cell, sign).map_or(far, |reach| grain.within(reach).min(far)) * share
        };
        let (mut down, mut up) = (-most(-1), most(1));
        if cell == level.cell {
            (down, up) = (down.max(-by * PARTS), up.min(by * PARTS));
        }
        equations.variable(down, Some(up));
    }
    for row in (0_u32..).take(system.rows.len()) {
        equations.equation(system.rows.of(row).iter().map(|&(cell, by)| (cell as usize, by)), 0);
    }
    let bounds = stated(&equations);
    let components = equations.components(&bounds);
    let own = components.iter().find(|part| part.variables.binary_search(&(level.cell as usize)).is_ok())?;
    board.count_steps(own.variables.len().pow(2) / WORTH);
    let sign = if level.by > 0 { -1.0 } else { 1.0 };
    let Answer::Solved(found) = Programme::new(&equations, &bounds, own).minimise(&[(level.cell as usize, sign)])
    else {
        return None;
    };
    if -found.value >= float(by * PARTS) * 0.999 {
        return None;
    }
    let mut weights = vec![0_i64; system.len()];
    for (row, multiplier) in found.duals {
        let multiplier = multiple(multiplier);
        for &(cell, coefficient) in system.rows.of(u32::try_from(row).ok()?) {
            weights[cell as usize] = multiplier.checked_mul(coefficient)?.checked_add(weights[cell as usize])?;
        }
    }
    // The duals' sign is a convention; the cell's own weight has the sign of its level in the inequality wanted.
    if weights[level.cell as usize].signum() != level.by.signum() {
        weights.iter_mut().for_each(|weight| *weight = -*weight);
    }
    cut(board, level, (0_u32..).zip(weights))
}

/// The bounds as they are: the multipliers of rows are wanted, also of those that alone would settle a variable.
fn stated(equations: &Equations) -> Bounds {
    Bounds { lower: equations.lower.clone(), upper: equations.upper.clone() }
}

#[allow(clippy::cast_precision_loss)]
pub(super) fn float(value: i64) -> f64 {
    value as f64
}

/// Prices are far below 2^53.
#[allow(clippy::cast_precision_loss)]
fn price(board: &Board, cell: u32) -> f64 {
    board.price(cell).unwrap_or(0) as f64
}

#[allow(clippy::cast_possible_truncation)]
fn parts(value: f64) -> i64 {
    (value.clamp(0.0, 1.0) * float(PARTS)).round() as i64
}

#[allow(clippy::cast_possible_truncation)]
fn multiple(value: f64) -> i64 {
    (value * MULTIPLES).round() as i64
}

/// Costs are whole: what is above a whole number by more than rounding is above it by one.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(value: f64) -> u64 {
    (value - 1e-6).ceil().max(0.0) as u64
}
