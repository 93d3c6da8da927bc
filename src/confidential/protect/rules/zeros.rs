//! Zeros: hidden, shown or impossible, as the table says. Comes in: the system and what other rules hide. Goes out:
//! whether each table publishes its zeros in the end, and the least that a hidden cell can be for an honest reader.
//! Deliberately absent: counts above zero.
//!
//! Source: 2.3 and 4.2 of Hundepool et al. (2012); that a shown zero speaks of every hidden cell beside it is the
//! "honest reader" of GaussSuppression's interval mode (Langsrud 2024).
//!
//! | district | COG | SEMH | all |        | district | COG | SEMH | all |
//! |---|---|---|---|---|---|---|---|---|
//! | North    | `[c]` | `[c]` | 6 |      | North    | `[c]` | 0 | 6 |
//!
//! On the left the two hidden cells may be 0 and 6. On the right, where zeros are shown, the hidden one is 6, and even
//! with two hidden ones a reader knows that each is at least 1.
//!
//! Its attack: whoever publishes zeros and claims that a hidden cell may be one (`zeros_shown` in verify).

use model::release::Zeros;

use super::super::EarlierForm;
use super::super::system::System;
use super::Rulings;

/// A table that says it publishes zeros can do so only while none of its zeros is hidden, elsewhere or by another rule:
/// one hidden zero beside published ones would tell a reader that it is at least 1, which is untrue.
pub(in super::super) fn effective(system: &System, rulings: &Rulings) -> Vec<Zeros> {
    let mut zeros: Vec<Zeros> = system.problem.tables.iter().map(|table| table.zeros).collect();
    loop {
        let mut moved = false;
        for (cell, origin) in system.origins.iter().enumerate() {
            if system.counts[cell].counted != 0 || origin.tables.is_empty() || is_impossible(system, cell) {
                continue;
            }
            let hidden_before = !origin.earlier.is_empty() && !is_known(system, cell);
            let hidden_by_rule = rulings.reasons[cell].is_some() && !is_known(system, cell);
            let hidden_elsewhere = origin.tables.iter().any(|&table| zeros[table as usize] == Zeros::Hidden);
            if hidden_before || hidden_by_rule || hidden_elsewhere {
                for &table in &origin.tables {
                    moved |= zeros[table as usize] == Zeros::Shown;
                    zeros[table as usize] = Zeros::Hidden;
                }
            }
        }
        if !moved {
            return zeros;
        }
    }
}

/// Whether an earlier release published it, or it cannot occur.
pub(in super::super) fn is_known(system: &System, cell: usize) -> bool {
    let origin = &system.origins[cell];
    let published = |&at: &u32| match system.problem.earlier[at as usize].form {
        EarlierForm::Count(_) | EarlierForm::StructuralZero => true,
        EarlierForm::Suppressed | EarlierForm::Rounded(_) => false,
    };
    origin.is_empty || !origin.impossible.is_empty() || origin.earlier.iter().any(published)
}

/// Whether every reader knows that it is 0 because it cannot occur.
pub(in super::super) fn is_impossible(system: &System, cell: usize) -> bool {
    let origin = &system.origins[cell];
    let before = |&at: &u32| system.problem.earlier[at as usize].form == EarlierForm::StructuralZero;
    origin.is_empty || !origin.impossible.is_empty() || origin.earlier.iter().any(before)
}

/// The least that a hidden cell can be: 1 where a table that publishes zeros hides it.
pub(in super::super) fn floor(system: &System, cell: usize, zeros: &[Zeros]) -> i64 {
    let origin = &system.origins[cell];
    let now = origin.tables.iter().any(|&table| zeros[table as usize] == Zeros::Shown);
    let before = origin.earlier.iter().any(|&at| system.problem.earlier[at as usize].zeros == Zeros::Shown);
    i64::from((now || before) && system.counts[cell].counted > 0)
}
