//! The audit of what is published: the search for swaps, among hidden cells and within rounded ones. Comes in: the system
//! with its forms. Goes out: a pattern in which every protected cell is proven. Deliberately absent: a second kind of
//! proof; certificates are those of suppression.
//!
//! A rounded cell is never hidden unless the audit fails. Where it does (a base that is small against the threshold leaves
//! totals almost exact) cells around the open one are hidden as well, with `c` like all others: a figure less is better than
//! no report. At the end of that stands the pattern that protects the tables without rounding; it does so with rounding too,
//! because a rounded cell tells less than an exact one. Only what no pattern can protect is refused.

use super::super::error::ProtectError;
use super::super::primary::{Primary, State, primary};
use super::super::secondary::{self, Outcome};
use super::super::system::System;
use super::{Form, apply};
use model::method::Method;
use model::release::Zeros;

/// Cells found open, one after the other, before the pattern of suppression is taken.
const REPAIRS: usize = 12;

/// Proves every protected cell, hiding rounded ones where it must.
pub(crate) fn audit(
    system: &System,
    mut before: Primary,
    forms: &[Option<Form>],
) -> Result<(Primary, Outcome), ProtectError> {
    let mut hidden = vec![false; system.len()];
    for _ in 0..=REPAIRS {
        let (table, place) = match secondary::protect(system, &before) {
            Ok(outcome) => return Ok(with(before, outcome, &hidden)),
            Err(ProtectError::Impossible { table, place, .. }) if system.problem.method != Method::Suppress => {
                (table, place)
            }
            Err(error) => return Err(error),
        };
        let open = (0..system.len()).find(|&cell| system.place(cell) == place && system.table(cell) == table);
        let Some(open) = open.filter(|&cell| hide_around(system, &mut before, cell, &mut hidden)) else { break };
        hide(&mut before, open, &mut hidden, system);
    }
    let exact = unrounded(system, forms)?;
    let pattern = secondary::protect(system, &exact)?;
    for cell in 0..system.len() {
        if pattern.secondary[cell] || exact.states[cell] == State::Hidden {
            hide(&mut before, cell, &mut hidden, system);
        }
    }
    let outcome = secondary::protect(system, &before)?;
    Ok(with(before, outcome, &hidden))
}

/// The outcome with what was hidden here.
fn with(primary: Primary, mut outcome: Outcome, hidden: &[bool]) -> (Primary, Outcome) {
    for (cell, _) in hidden.iter().enumerate().filter(|(_, is_hidden)| **is_hidden) {
        outcome.secondary[cell] = true;
    }
    (primary, outcome)
}

/// Hides the rounded cells of the sums of a cell; whether there was one.
fn hide_around(system: &System, primary: &mut Primary, open: usize, hidden: &mut [bool]) -> bool {
    let mut is_any = hide(primary, open, hidden, system);
    for &(row, _) in system.rows_of.of(u32::try_from(open).unwrap_or(u32::MAX)) {
        for &(cell, _) in system.rows.of(row) {
            is_any |= hide(primary, cell as usize, hidden, system);
        }
    }
    is_any
}

/// Hides a rounded cell of this release; what an earlier one published stays known. A zero stays where zeros are
/// published: hidden, it would make "one or more" of `c` a lie.
fn hide(primary: &mut Primary, cell: usize, hidden: &mut [bool], system: &System) -> bool {
    let origin = &system.origins[cell];
    let shows_zeros = origin.tables.iter().any(|&table| primary.zeros[table as usize] == Zeros::Shown);
    let is_kept = system.counts[cell].counted == 0 && shows_zeros;
    if primary.states[cell] != State::Rounded || is_kept || origin.tables.is_empty() || !origin.earlier.is_empty() {
        return false;
    }
    primary.states[cell] = State::Hidden;
    primary.floors[cell] = i64::from(shows_zeros);
    primary.ceilings[cell] = None;
    hidden[cell] = true;
    true
}

/// The states as they are where nothing of this release is rounded, and what earlier ones rounded is known.
fn unrounded(system: &System, forms: &[Option<Form>]) -> Result<Primary, ProtectError> {
    let mut primary = primary(system)?;
    apply(system, &vec![None; forms.len()], &mut primary);
    Ok(primary)
}
