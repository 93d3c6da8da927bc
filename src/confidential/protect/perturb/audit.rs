//! The audit of what is published: the search for swaps, among hidden cells and within rounded ones. Comes in: the system
//! with its forms. Goes out: a pattern in which every protected cell is proven. Deliberately absent: a second kind of
//! proof; certificates are those of suppression.
//!
//! A rounded cell is never hidden unless the audit fails. Where it does (a base that is small against the threshold leaves
//! totals almost exact) cells around the open one are hidden as well, with `c` like all others: a figure less is better than
//! no report. What turns out not to be needed is rounded again. At the end of that stands the pattern that protects the tables without rounding; it does so with rounding too,
//! because a rounded cell tells less than an exact one. Only what no pattern can protect is refused.

use super::super::error::ProtectError;
use super::super::last_resort::Relieved;
use super::super::parts::Parts;
use super::super::primary::{Primary, State, primary};
use super::super::secondary::{self, Outcome};
use super::super::system::{System, signed};
use super::super::touched;
use super::{Form, apply};
use model::method::Method;
use model::release::Zeros;

/// Cells found open, one after the other, before the pattern of suppression is taken.
const REPAIRS: usize = 12;

/// What may be done where no search finds a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resort {
    /// Nothing: something else will be tried.
    None,
    /// Come down from hiding everything; what earlier releases told stays told.
    Top,
}

/// Proves every protected cell, hiding rounded ones where it must.
///
/// # Errors
/// [`ProtectError::Impossible`] where no search finds a pattern, unless there is the last resort.
pub(crate) fn audit(
    system: &System,
    mut before: Primary,
    forms: &[Option<Form>],
    resort: Resort,
) -> Result<(Primary, Outcome), ProtectError> {
    if system.problem.method == Method::Suppress {
        return found(system, before, resort);
    }
    let mut hidden = vec![false; system.len()];
    for _ in 0..=REPAIRS {
        let open = match secondary::protect(system, &before) {
            Ok(outcome) => return Ok(give_back(system, (before, outcome), forms, hidden)),
            Err(stuck) => stuck.cell as usize,
        };
        if !hide_around(system, &mut before, open, &mut hidden) {
            break;
        }
    }
    let (exact, pattern) = found(system, unrounded(system, forms), resort)?;
    for cell in 0..system.len() {
        if pattern.secondary[cell] || exact.states[cell] == State::Hidden {
            hide(&mut before, cell, &mut hidden, system);
        }
    }
    let outcome = match secondary::protect(system, &before) {
        Ok(outcome) => outcome,
        Err(stuck) if resort == Resort::None => return Err(stuck.error),
        Err(_) => {
            for cell in 0..system.len() {
                hide(&mut before, cell, &mut hidden, system);
            }
            let outcome;
            (before, outcome) = Relieved::of(system, before).come_down(system);
            outcome
        }
    };
    Ok(give_back(system, (before, outcome), forms, hidden))
}

/// What the search finds, or else the last resort's own pattern. Where earlier releases have a say, or the search finds nothing, it is
/// asked for no more than is left of each cell.
fn found(system: &System, primary: Primary, resort: Resort) -> Result<(Primary, Outcome), ProtectError> {
    // A part of which the simplex method cannot tell what is left is kept hidden as a whole: so the search comes first there.
    if resort == Resort::None || !touched::has_past(system) || Parts::of(system, &primary).are_out_of_reach() {
        match secondary::protect(system, &primary) {
            Ok(outcome) => return Ok((primary, outcome)),
            Err(stuck) if resort == Resort::None => return Err(stuck.error),
            Err(_) => {}
        }
    }
    let relieved = Relieved::of(system, primary);
    match secondary::protect_knowing(system, &relieved.primary, &relieved.known) {
        Ok(outcome) => Ok((relieved.primary, outcome)),
        Err(_) => Ok(relieved.come_down(system)),
    }
}

/// Rounds again what was hidden and need not be: all of it at once, else each half for itself, and so on down to single
/// cells, the largest counts first. Each try is a whole proof, so large systems have few.
fn give_back(
    system: &System,
    (mut primary, mut outcome): (Primary, Outcome),
    forms: &[Option<Form>],
    mut hidden: Vec<bool>,
) -> (Primary, Outcome) {
    let mut all: Vec<usize> = (0..system.len()).filter(|&cell| hidden[cell]).collect();
    all.sort_by_key(|&cell| (std::cmp::Reverse(system.counts[cell].counted), cell));
    let mut tries = PROVEN / system.len().max(1);
    let mut open = vec![all];
    while let Some(part) = open.pop() {
        if part.is_empty() || tries == 0 {
            continue;
        }
        tries -= 1;
        part.iter().for_each(|&cell| show(&mut primary, cell, forms));
        if let Ok(proven) = secondary::protect(system, &primary) {
            outcome = proven;
            part.iter().for_each(|&cell| hidden[cell] = false);
            continue;
        }
        for &cell in &part {
            hidden[cell] = false;
            hide(&mut primary, cell, &mut hidden, system);
        }
        if part.len() > 1 {
            let (first, second) = part.split_at(part.len() / 2);
            open.extend([second.to_vec(), first.to_vec()]);
        }
    }
    with(primary, outcome, &hidden)
}

/// Cells times proofs that are spent on rounding hidden figures again.
const PROVEN: usize = 60_000;

/// A hidden cell in its form again.
fn show(primary: &mut Primary, cell: usize, forms: &[Option<Form>]) {
    if let Some(form) = forms[cell] {
        primary.states[cell] = State::Rounded;
        primary.floors[cell] = signed(form.lowest);
        primary.ceilings[cell] = Some(signed(form.highest));
    }
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
fn unrounded(system: &System, forms: &[Option<Form>]) -> Primary {
    let mut primary = primary(system);
    apply(system, &vec![None; forms.len()], &mut primary);
    primary
}
