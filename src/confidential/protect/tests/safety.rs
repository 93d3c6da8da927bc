//! The promise, for one release: whatever small system is drawn, a pattern is found, and nobody learns too much from it.
//! Deliberately absent: earlier releases.

use proptest::prelude::*;

use super::definition::judge;
use super::random::{Drawn, Shape, Tables, system, system_for};
use super::*;
use crate::draws::draws;

fn is_safe(drawn: &Drawn) -> Result<(), TestCaseError> {
    let counter = drawn.counter();
    let pattern = suppress(&drawn.problem, &counter);
    prop_assert!(pattern.is_ok(), "nothing was published before, yet: {pattern:?}");
    let Ok(pattern) = pattern else { return Ok(()) };
    let verdict = judge(&drawn.problem, &pattern, &counter, &[]);
    prop_assume!(verdict.capped == 0, "too many tables to try");
    prop_assert!(verdict.breaches.is_empty(), "{}\nhidden: {:?}", verdict.breaches.join("\n"), hidden(&pattern));
    Ok(())
}

proptest! {
    #![proptest_config(draws(150))]

    #[test]
    fn nobody_learns_too_much_from_a_table(
        drawn in system(
            &[Shape::Flat, Shape::Grouped, Shape::TwoGroups, Shape::Overlapping],
            &[Tables::Whole, Tables::Twice],
        ),
    ) {
        is_safe(&drawn)?;
    }
}

proptest! {
    #![proptest_config(draws(60))]

    #[test]
    fn nobody_learns_too_much_from_a_cube(
        drawn in system(&[Shape::Cube, Shape::GroupedCube], &[Tables::Whole, Tables::Twice]),
    ) {
        is_safe(&drawn)?;
    }

    #[test]
    fn nobody_learns_too_much_from_tables_that_share_a_margin(
        drawn in system(&[Shape::Cube, Shape::GroupedCube], &[Tables::Chain]),
    ) {
        is_safe(&drawn)?;
    }
}

proptest! {
    #![proptest_config(draws(60))]

    #[test]
    fn a_family_alone_in_a_cell_learns_nothing_of_others_from_a_table(
        drawn in system_for(
            Insiders::Considered,
            &[Shape::Flat, Shape::Grouped, Shape::TwoGroups],
            &[Tables::Whole, Tables::Twice],
        ),
    ) {
        is_safe(&drawn)?;
    }

    #[test]
    fn a_family_alone_in_a_cell_learns_nothing_of_others_from_a_cube(
        drawn in system_for(Insiders::Considered, &[Shape::Cube], &[Tables::Whole, Tables::Chain]),
    ) {
        is_safe(&drawn)?;
    }
}

proptest! {
    #![proptest_config(draws(6))]

    #[test]
    fn nobody_learns_too_much_in_four_dimensions(
        drawn in system(&[Shape::Tesseract], &[Tables::Whole, Tables::Twice, Tables::Chain]),
    ) {
        is_safe(&drawn)?;
    }
}
