//! What hiding a cell costs. Comes in: the system. Goes out: a price a planned cell, in thousandths. Deliberately absent:
//! the counts of cells that a rule hides; a price is made only of a figure that would be published.

use super::Weight;
use super::system::System;

/// Prices are in thousandths.
const UNIT: u64 = 1_000;

/// How much dearer each dimension makes a cell that stands at its total, and at a group.
const TOTAL_TIMES: f64 = 3.0;
const GROUP_TIMES: f64 = 1.5;

/// How much cheaper a cell is that the releases before hid as well.
const RESERVED_TIMES_LESS: u64 = 2;

/// The price of each variable.
pub(super) fn prices(system: &System) -> Vec<u64> {
    let counts = (0..system.len()).map(|cell| u64::try_from(system.value(cell)).unwrap_or(0));
    let mut prices: Vec<u64> = match system.problem.weight {
        Weight::Information => information(system),
        Weight::Cells => counts.map(|_| UNIT).collect(),
        Weight::Sum => counts.map(|count| count * UNIT).collect(),
    };
    for (price, key) in prices.iter_mut().zip(&system.keys) {
        if *price > 0 && system.problem.reserved.contains(key) {
            *price = (*price / RESERVED_TIMES_LESS).max(1);
        }
    }
    prices
}

/// ln(1 + count), times more for margins, so that headline figures are hidden last. Variables in no planned table have
/// none.
fn information(system: &System) -> Vec<u64> {
    let varying: Vec<Vec<bool>> = system
        .problem
        .tables
        .iter()
        .map(|table| {
            let first = table.cells.first();
            (0..system.problem.spaces.len())
                .map(|at| table.cells.iter().any(|key| Some(key[at]) != first.map(|first| first[at])))
                .collect()
        })
        .collect();
    let is_group: Vec<Vec<bool>> = system
        .problem
        .spaces
        .iter()
        .map(|space| {
            let mut groups = vec![false; space.codes.len()];
            for (parent, _) in &space.sums {
                groups[*parent as usize] = true;
            }
            groups
        })
        .collect();
    (0..system.len())
        .map(|cell| {
            let mut times = 1.0;
            for (at, space) in system.problem.spaces.iter().enumerate() {
                if !system.origins[cell].tables.iter().any(|&table| varying[table as usize][at]) {
                    continue;
                }
                let code = system.keys[cell][at];
                if code == space.total {
                    times *= TOTAL_TIMES;
                } else if is_group[at][code as usize] {
                    times *= GROUP_TIMES;
                }
            }
            price(system.value(cell), times)
        })
        .collect()
}

/// Logarithms differ in the last bit between machines; thousandths do not.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
fn price(count: i64, times: f64) -> u64 {
    ((count as f64).ln_1p() * times * 1000.0).round() as u64
}
