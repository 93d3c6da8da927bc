//! The layers of secondary suppression, each on tables that can be checked by hand. Deliberately absent: whether a whole
//! pattern is safe; `safety` asks that of all of them together.

use proptest::prelude::*;

use super::random::{Drawn, Shape, Tables, system};
use super::*;
use crate::protect::board::Board;
use crate::protect::cube::{self, Cubes, Width};
use crate::protect::search::Move;
use crate::protect::witness::{Standing, Witnesses};
use crate::protect::{bound, primary, secondary};

const WIDE: Width = Width { trades: 20, steps: 1_000 };

/// The system of one whole table, with its primary pattern.
fn with_table(counts: &[u64], spaces: &[Space], insiders: Insiders, look: impl Fn(&system::System, &primary::Primary)) {
    let counter = Pencil { spaces, inner: inner(spaces, counts) };
    let tables = vec![table("T1", every_cell(spaces), Zeros::Hidden)];
    let problem = Problem { spaces: spaces.to_vec(), tables, insiders, weight: Weight::Sum, ..plain() };
    let system = system::System::build(&problem, &counter).expect("it adds up");
    let primary = primary::primary(&system);
    look(&system, &primary);
}

fn at(system: &system::System, key: [u32; 2]) -> u32 {
    (0_u32..).zip(&system.keys).find(|(_, have)| have.as_ref() == key).map(|(at, _)| at).expect("a cell of the table")
}

fn by_key(system: &system::System, found: &Move) -> Vec<(Vec<u32>, i64)> {
    let mut cells: Vec<(Vec<u32>, i64)> =
        found.cells.iter().map(|&(cell, by)| (system.keys[cell as usize].to_vec(), by)).collect();
    cells.sort();
    cells
}

/// ```text
///          1    2    3  all
///   1      3   12    6   21
///   2      9   20    7   36
///   all   12   32   13   57
/// ```
#[test]
fn the_cheapest_cube_takes_the_smallest_corners_that_have_room() {
    with_table(&[3, 12, 6, 9, 20, 7], &[flat("district", 2), flat("age", 3)], Insiders::Ignored, |system, primary| {
        let board = Board::new(system, primary);
        let cubes = Cubes::new(system);
        let found = cubes.find(&board, at(system, [1, 1]), 2, 1 << 40, WIDE).expect("there are two cubes");
        // 6 + 9 + 7 = 22 rather than 12 + 9 + 20.
        let corners = [(vec![1, 1], 2), (vec![1, 3], -2), (vec![2, 1], -2), (vec![2, 3], 2)];
        assert_eq!((by_key(system, &found), found.cost), (corners.to_vec(), 22_000));
        assert!(cubes.find(&board, at(system, [1, 1]), 2, 21_999, WIDE).is_none(), "nor for less");
        assert!(cubes.find(&board, at(system, [1, 1]), -4, 1 << 40, WIDE).is_none(), "3 cannot go down by 4");
    });
}

/// A row of 3, 6 and 7 over one of 9, 8 and 8: no cube raises the 3 by 10, one of 6 and one of 4 do.
#[test]
fn several_cubes_carry_a_cell_further_than_one() {
    with_table(&[3, 6, 7, 19, 8, 8], &[flat("district", 2), flat("age", 3)], Insiders::Ignored, |system, primary| {
        let mut board = Board::new(system, primary);
        let cubes = Cubes::new(system);
        let cell = at(system, [1, 1]);
        // All inner cells, and no total.
        let budget = 48_000;
        assert!(cubes.find(&board, cell, 10, budget, WIDE).is_none());
        let found = cube::climb(&cubes, &mut board, cell, 10, budget, WIDE).expect("in two steps");
        let raised = by_key(system, &found);
        assert!(raised.contains(&(vec![1, 1], 10)) && raised.contains(&(vec![2, 1], -10)), "{raised:?}");
        assert!((0_u32..).take(system.len()).all(|cell| !board.is_hidden(cell)), "the board is as it was");
    });
}

#[test]
fn a_swap_falls_with_a_cell_that_is_published_and_stands_again_when_it_is_hidden() {
    with_table(&[3, 12, 9, 20], &[flat("district", 2), flat("age", 2)], Insiders::Ignored, |system, primary| {
        let mut board = Board::new(system, primary);
        let mut witnesses = Witnesses::new(system.len());
        let [one, two, three, four] = [[1, 1], [1, 2], [2, 1], [2, 2]].map(|key| at(system, key));
        let need = primary.needs[one as usize].expect("3 is small");
        for cell in [two, three, four] {
            board.hide(cell);
        }
        let mut swap = vec![(one, 1), (two, -1), (three, -1), (four, 1)];
        swap.sort_unstable();
        witnesses.add(&board, &swap);
        assert_eq!(witnesses.standing(one, need, &primary.insiders), Standing::Safe);
        board.give_back(two);
        assert_eq!(witnesses.published(two, &board), [one]);
        assert_eq!(witnesses.standing(one, need, &primary.insiders), Standing::Short);
        let recalled = witnesses.recall(&board, one, 2, 1 << 40).expect("it is remembered");
        assert_eq!(recalled.cost, 12_000, "for what hiding 12 costs");
        board.hide(two);
        witnesses.hidden(two, &board);
        assert_eq!(witnesses.standing(one, need, &primary.insiders), Standing::Safe);
    });
}

/// A 1 beside a 4: the family that is the 1 must not be needed for the proof of the 4.
#[test]
fn a_proof_that_moves_what_an_insider_knows_does_not_hold_against_the_insider() {
    with_table(&[1, 4, 9, 20], &[flat("district", 2), flat("age", 2)], Insiders::Considered, |system, primary| {
        let mut board = Board::new(system, primary);
        let mut witnesses = Witnesses::new(system.len());
        let [one, four, nine, twenty] = [[1, 1], [1, 2], [2, 1], [2, 2]].map(|key| at(system, key));
        for cell in [nine, twenty] {
            board.hide(cell);
        }
        let mut swap = vec![(one, 1), (four, -1), (nine, -1), (twenty, 1)];
        swap.sort_unstable();
        witnesses.add(&board, &swap);
        let standing = |cell: u32| {
            witnesses.standing(cell, primary.needs[cell as usize].expect("both are small"), &primary.insiders)
        };
        assert_eq!(standing(one), Standing::Safe, "nobody else is alone in a cell that moves");
        assert_eq!(standing(four), Standing::Insider(one));
    });
}

/// The best pattern of the pencil table is known: 12 + 9 + 20 is the only way to hide the 3.
#[test]
fn the_bound_of_the_pencil_table_is_its_only_pattern() {
    with_table(&[3, 12, 9, 20], &[flat("district", 2), flat("age", 2)], Insiders::Ignored, |system, primary| {
        assert_eq!(bound::lower_bound(system, primary, 1_000_000), 41_000);
        let outcome = secondary::protect(system, primary).expect("it can be protected");
        assert_eq!(outcome.cost, 41_000);
    });
}

proptest! {
    #![proptest_config(crate::draws::draws(60))]

    /// A bound above a pattern that exists would be a lie, and more search never costs more.
    #[test]
    fn no_pattern_costs_less_than_the_bound_nor_more_after_a_longer_search(
        drawn in system(&[Shape::Flat, Shape::Grouped, Shape::Cube], &[Tables::Whole]),
    ) {
        let Drawn { problem, .. } = &drawn;
        let counter = drawn.counter();
        let cost = |effort| {
            let problem = Problem { effort, bound_effort: 300_000, ..problem.clone() };
            suppress(&problem, &counter).map(|pattern| (pattern.statistics.cost, pattern.statistics.lower_bound))
        };
        let (Ok((first, bound)), Ok((longer, _))) = (cost(0), cost(200_000)) else { return Ok(()) };
        prop_assert!(bound <= longer, "{bound} is above {longer}");
        prop_assert!(longer <= first, "{longer} after {first}");
    }
}
