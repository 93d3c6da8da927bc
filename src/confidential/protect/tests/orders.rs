//! What may decide a pattern: the counts and the key, nothing else. Deliberately absent: whether the pattern is safe.

use proptest::prelude::*;

use super::definition::judge;
use super::random::{Drawn, Shape, Tables, system};
use super::*;

/// Everything in another order: dimensions, codes, sums, tables, cells, cases.
fn turned(drawn: &Drawn) -> Drawn {
    let spaces = &drawn.problem.spaces;
    let turn_key = |key: &[u32]| turn(spaces, key);
    let turn_keys = |keys: &[Key]| keys.iter().rev().map(|key| turn_key(key).into_boxed_slice()).collect();
    let turn_table = |table: &PlannedTable| PlannedTable {
        cells: turn_keys(&table.cells),
        impossible: turn_keys(&table.impossible),
        ..table.clone()
    };
    let problem = Problem {
        spaces: spaces.iter().rev().map(turn_space).collect(),
        tables: drawn.problem.tables.iter().rev().map(turn_table).collect(),
        ..drawn.problem.clone()
    };
    let rows = drawn.rows.iter().rev().map(|(codes, family, count)| (turn_key(codes), *family, *count)).collect();
    Drawn { problem, rows }
}

fn turn_space(space: &Space) -> Space {
    let code = |code: &u32| flip(space, *code);
    let sum = |(parent, children): &(u32, Vec<u32>)| (code(parent), children.iter().rev().map(code).collect());
    Space {
        name: space.name.clone(),
        codes: space.codes.iter().rev().cloned().collect(),
        total: flip(space, space.total),
        sums: space.sums.iter().rev().map(sum).collect(),
    }
}

fn flip(space: &Space, code: u32) -> u32 {
    u32::try_from(space.codes.len()).expect("a handful of codes") - 1 - code
}

fn turn(spaces: &[Space], key: &[u32]) -> Vec<u32> {
    spaces.iter().zip(key).rev().map(|(space, &code)| flip(space, code)).collect()
}

/// A pattern as text, cell by cell.
fn written(pattern: &Pattern) -> String {
    let cells: std::collections::BTreeMap<&Key, &Shown> = pattern.cells.iter().collect();
    format!("{cells:?} {:?} {:?}", pattern.zeros, pattern.statistics)
}

fn nothing_decides(drawn: &Drawn) -> Result<(), TestCaseError> {
    let other = turned(drawn);
    let pattern = suppress(&drawn.problem, &drawn.counter()).expect("nothing was published before");
    let turned = suppress(&other.problem, &other.counter()).expect("nothing was published before");
    for (key, shown) in &pattern.cells {
        let key = turn(&drawn.problem.spaces, key).into_boxed_slice();
        prop_assert_eq!(*shown, turned.cells[&key]);
    }
    prop_assert_eq!(pattern.zeros.into_iter().rev().collect::<Vec<_>>(), turned.zeros);
    Ok(())
}

proptest! {
    #![proptest_config(crate::draws::draws(80))]

    #[test]
    fn the_order_of_dimensions_codes_tables_cells_and_cases_decides_nothing(
        drawn in system(
            &[Shape::Flat, Shape::Grouped, Shape::TwoGroups, Shape::Overlapping],
            &[Tables::Whole, Tables::Twice],
        ),
    ) {
        nothing_decides(&drawn)?;
    }

    #[test]
    fn the_order_of_the_dimensions_of_a_cube_decides_nothing(
        drawn in system(&[Shape::Cube, Shape::GroupedCube], &[Tables::Whole, Tables::Chain]),
    ) {
        nothing_decides(&drawn)?;
    }

    /// Three dimensions, and the order of tables, cells and codes decides nothing.
    #[test]
    fn permuting_cells_and_dimensions_of_a_plain_cube_changes_nothing(
        counts in proptest::collection::vec(prop_oneof![3 => 0_u64..5, 2 => 5_u64..30], 12),
    ) {
        let spaces = vec![flat("need", 3), flat("district", 2), flat("half", 2)];
        let cells = every_cell(&spaces);
        let turned = vec![spaces[2].clone(), spaces[0].clone(), spaces[1].clone()];
        let turn = |key: &Key| -> Key { [key[2], key[0], key[1]].into() };
        let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &counts) };
        let inner_turned = counter.inner.iter().map(|(key, count)| (turn(&key.clone().into()).to_vec(), *count)).collect();
        let counter_turned = Pencil { spaces: &turned, inner: inner_turned };
        let turned_cells: Vec<Key> = cells.iter().rev().map(turn).collect();
        let problem = |spaces: &[Space], cells| Problem {
            spaces: spaces.to_vec(),
            tables: vec![table("T1", cells, Zeros::Hidden)],
            earlier: Vec::new(),
            tie_key: [3; 32],
            ..plain()
        };
        let plain = suppress(&problem(&spaces, cells), &counter).expect("nothing was published before");
        let other = suppress(&problem(&turned, turned_cells), &counter_turned).expect("nothing was published before");
        for (key, shown) in &plain.cells {
            prop_assert_eq!(*shown, other.cells[&turn(key)]);
        }
    }

    #[test]
    fn the_same_input_gives_the_same_bytes_and_another_key_a_pattern_as_safe(
        drawn in system(&[Shape::Flat, Shape::Grouped, Shape::Cube], &[Tables::Whole, Tables::Chain]),
        key: [u8; 32],
    ) {
        let counter = drawn.counter();
        let once = suppress(&drawn.problem, &counter).expect("nothing was published before");
        let again = suppress(&drawn.problem, &counter).expect("nothing was published before");
        prop_assert_eq!(written(&once), written(&again));
        let problem = Problem { tie_key: key, ..drawn.problem.clone() };
        let other = suppress(&problem, &counter).expect("nothing was published before");
        let verdict = judge(&problem, &other, &counter, &[]);
        prop_assume!(verdict.capped == 0, "too many tables to try");
        prop_assert!(verdict.breaches.is_empty(), "{}", verdict.breaches.join("\n"));
    }
}

/// Two cells of 20 could each hide the 3; which of them does is the key's choice, so some key must choose the other.
#[test]
fn the_key_breaks_a_tie() {
    let spaces = vec![flat("need", 3)];
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &[3, 20, 20]) };
    let partner = |key: u8| {
        let tables = vec![table("T1", every_cell(&spaces), Zeros::Hidden)];
        let problem = Problem { spaces: spaces.clone(), tables, tie_key: [key; 32], ..plain() };
        hidden(&suppress(&problem, &counter).expect("one partner is enough"))
    };
    let partners: Vec<_> = (0..16).map(partner).collect();
    assert!(partners.iter().all(|cells| cells.len() == 2));
    assert!(partners.contains(&vec![(vec![1], Reason::MinimumFrequency), (vec![2], Reason::Secondary)]));
    assert!(partners.contains(&vec![(vec![1], Reason::MinimumFrequency), (vec![3], Reason::Secondary)]));
}
