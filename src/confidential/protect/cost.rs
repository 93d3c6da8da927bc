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

/// What the search goes by. Where all cells weigh the same, a choice among equals would be left to chance, and small cells
/// move others less: so they are a little cheaper there.
pub(super) fn guides(system: &System) -> Vec<u64> {
    let mut guides = prices(system);
    match system.problem.weight {
        Weight::Information | Weight::Sum => {}
        Weight::Cells => {
            for (cell, guide) in guides.iter_mut().enumerate() {
                *guide += price(system.value(cell), 1.0);
            }
        }
    }
    guides
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::protect::{PlannedTable, Problem, Space};
    use crate::tabulate::{Counter, Counts, Key, Row};

    /// Ten cases in each of two parts, twenty in their total.
    struct Tens;

    impl Counter for Tens {
        fn count(&self, keys: &[Key]) -> Vec<Counts> {
            let counted = |key: &Key| if key[0] == 0 { 20 } else { 10 };
            keys.iter().map(|key| Counts { counted: counted(key), protected: counted(key), largest: 1 }).collect()
        }

        /// Nobody inside is looked at here.
        fn rows(&self, _: &[Key]) -> Vec<Row> {
            Vec::new()
        }
    }

    #[test]
    fn what_earlier_releases_hid_is_half_as_dear_to_hide_again() {
        let cells: Vec<Key> = (0..3).map(|code| Key::from([code].as_slice())).collect();
        let codes = ["Total", "North", "South"].map(str::to_owned).to_vec();
        let table = PlannedTable { cells: cells.clone(), ..example() };
        let problem = Problem {
            spaces: vec![Space { name: "place".to_owned(), codes, total: 0, sums: vec![(0, vec![1, 2])] }],
            tables: vec![table],
            weight: Weight::Sum,
            reserved: HashSet::from([cells[1].clone()]),
            ..Problem::default()
        };
        let system = System::build(&problem, &Tens).expect("the parts add up");
        let mut priced: Vec<(u32, u64)> = system.keys.iter().map(|key| key[0]).zip(prices(&system)).collect();
        priced.sort_unstable();
        assert_eq!(priced, [(0, 20_000), (1, 5_000), (2, 10_000)]);
    }

    fn example() -> PlannedTable {
        let zeros = model::release::Zeros::Hidden;
        PlannedTable { id: "T".to_owned(), threshold: 5, zeros, cells: Vec::new(), impossible: Vec::new() }
    }
}
