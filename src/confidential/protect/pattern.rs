//! From an outcome to the pattern. Comes in: the system, its states, what else is hidden, certificates. Goes out: proof
//! or error, then what may be shown of every planned cell. Deliberately absent: decisions.

use model::release::Zeros;

use super::certificate::Checker;
use super::error::ProtectError;
use super::primary::{Primary, State};
use super::rules::zeros::is_impossible;
use super::rules::{Rulings, minimum_frequency};
use super::secondary::Outcome;
use super::system::System;
use super::{Form, Pattern, Reason, Shown};

/// Checks that every protected cell has a certificate that holds.
pub(super) fn prove(system: &System, primary: &Primary, outcome: &Outcome) -> Result<(), ProtectError> {
    let mut checker = Checker::new(system, primary, &outcome.secondary);
    let mut proven = vec![false; system.len()];
    for (cell, certificates) in &outcome.certificates {
        let cell = *cell as usize;
        if let Some(need) = primary.needs[cell] {
            checker.check_all(cell, need, certificates)?;
            proven[cell] = true;
        }
    }
    match (0..system.len()).find(|&cell| primary.needs[cell].is_some() && !proven[cell]) {
        Some(cell) => {
            Err(ProtectError::Unproven { table: system.table(cell), place: system.place(cell), fault: "there is none" })
        }
        None => Ok(()),
    }
}

/// What may be shown.
pub(super) fn pattern(system: &System, primary: &Primary, outcome: &Outcome, forms: &[Option<Form>]) -> Pattern {
    let mut pattern = Pattern { zeros: primary.zeros.clone(), ..Pattern::default() };
    let rulings = Rulings::of(system);
    let statistics = &mut pattern.statistics;
    statistics.by_witness = outcome.by_witness;
    statistics.by_programme = outcome.by_programme;
    statistics.cost = outcome.cost;
    for (cell, &form) in forms.iter().enumerate() {
        let origin = &system.origins[cell];
        if origin.tables.is_empty() && origin.impossible.is_empty() {
            statistics.derived += usize::from(primary.states[cell] == State::Derived && primary.needs[cell].is_some());
            continue;
        }
        let shown = shown(system, primary, outcome, (rulings.reasons[cell], form), cell);
        statistics.cells += 1;
        match shown {
            Shown::Hidden(Reason::MinimumFrequency | Reason::Group | Reason::LowTotal | Reason::Dominance) => {
                statistics.primary += 1;
            }
            Shown::Hidden(Reason::HiddenZero) => statistics.zeros += 1,
            Shown::Hidden(Reason::Secondary) => statistics.secondary += 1,
            Shown::Rounded(..) => statistics.rounded += 1,
            Shown::Hidden(Reason::Earlier) | Shown::Count(_) | Shown::Impossible => {}
        }
        pattern.cells.insert(system.keys[cell].clone(), shown);
    }
    pattern
}

fn shown(
    system: &System,
    primary: &Primary,
    outcome: &Outcome,
    (rule, form): (Option<Reason>, Option<Form>),
    cell: usize,
) -> Shown {
    let origin = &system.origins[cell];
    let count = system.counts[cell].counted;
    let is_small = |threshold| minimum_frequency::is_small(system.counts[cell], threshold);
    // A count that everybody knows already still has the form of its table.
    let known = form.filter(|_| count > 0).map_or(Shown::Count(count), |form| Shown::Rounded(form, None));
    match primary.states[cell] {
        State::Open | State::Derived if outcome.secondary[cell] => Shown::Hidden(Reason::Secondary),
        State::Open | State::Derived => Shown::Count(count),
        // Without a form of this release it is not shown by it.
        State::Rounded => form.map_or(Shown::Hidden(Reason::Earlier), |form| {
            // What an earlier release left as it is needs nothing any more, and is small all the same.
            let was_small = origin.is_settled && minimum_frequency::threshold(system, cell).is_some_and(is_small);
            let is_small = was_small || primary.needs[cell].is_some();
            Shown::Rounded(form, is_small.then_some(Reason::MinimumFrequency))
        }),
        State::Hidden if outcome.secondary[cell] => Shown::Hidden(Reason::Secondary),
        State::Hidden if !origin.earlier.is_empty() => Shown::Hidden(Reason::Earlier),
        State::Hidden if count == 0 => Shown::Hidden(Reason::HiddenZero),
        State::Hidden if minimum_frequency::threshold(system, cell).is_some_and(is_small) => {
            Shown::Hidden(Reason::MinimumFrequency)
        }
        // Withheld, or beside what cannot be proven.
        State::Hidden => Shown::Hidden(rule.unwrap_or(Reason::Secondary)),
        State::Fixed if is_impossible(system, cell) => Shown::Impossible,
        // Published before, under a lower threshold: what everybody has cannot be hidden, but this table does not print it.
        State::Fixed if minimum_frequency::planned_threshold(system, cell).is_some_and(is_small) => {
            Shown::Hidden(Reason::Earlier)
        }
        // Published before as a zero, yet a table that hides its zeros shows none.
        State::Fixed if count == 0 && origin.tables.iter().any(|&at| primary.zeros[at as usize] == Zeros::Hidden) => {
            Shown::Hidden(Reason::HiddenZero)
        }
        State::Fixed => known,
    }
}
