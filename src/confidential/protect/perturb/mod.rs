//! Rounding and perturbation instead of hiding. Comes in: the system and the method of the problem. Goes out: the published form of every
//! cell that a table shows, the states that follow from it, and the audit. Deliberately absent: the search and the check
//! of proofs, which serve every method.
//!
//! A published form is a statement about the truth: whoever reads `10`, rounded to the nearest multiple of 10, knows that
//! it is 6 to 15. So a rounded cell is a variable within a floor and a ceiling, and what the search for swaps finds among
//! such cells proves that a reader knows no more of a small count than of a hidden one.

mod audit;
mod cell_key;
mod controlled;
mod conventional;
mod random;
#[cfg(test)]
mod tests;

use model::method::{CellKey, Method, Rounding, RoundingKind, SmallCounts};
use model::release::Zeros;

pub(super) use audit::{Resort, audit};

use super::error::ProtectError;
use super::primary::{Primary, State};
use super::system::System;
use super::{EarlierForm, Problem};
use crate::tabulate::Counter;

/// What is published of a cell that is not hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The figure.
    pub value: u64,
    /// The lowest count that is published so.
    pub lowest: u64,
    /// The highest.
    pub highest: u64,
}

/// The form of every cell of this release's tables under the problem's method, none where counts are published as they
/// are; and the method as it could be carried out.
pub(super) fn forms(system: &System, counter: &dyn Counter) -> Result<(Vec<Option<Form>>, Method), ProtectError> {
    let method = &system.problem.method;
    match method {
        Method::Suppress => Ok((vec![None; system.len()], Method::Suppress)),
        Method::Round(rounding) => rounded(system, *rounding),
        Method::CellKey(perturbation) => {
            check_noise(system.problem, perturbation)?;
            Ok((cell_key::forms(system, perturbation, counter)?, method.clone()))
        }
    }
}

fn rounded(system: &System, mut rounding: Rounding) -> Result<(Vec<Option<Form>>, Method), ProtectError> {
    check(system.problem, rounding)?;
    let values = match rounding.how {
        RoundingKind::Nearest => each(system, |cell| conventional::nearest(count(system, cell), rounding.base)),
        RoundingKind::Random => {
            let draw = random::Draw::new(&system.problem.tie_key);
            each(system, |cell| draw.round(count(system, cell), rounding.base, &names(system, cell)))
        }
        RoundingKind::Controlled | RoundingKind::Widened => {
            let (values, how) = controlled::round(system, rounding.base)?;
            rounding.how = how;
            values
        }
    };
    let form = |(cell, value): (usize, Option<u64>)| value.map(|value| form(system, cell, rounding, value));
    Ok((values.into_iter().enumerate().map(form).collect(), Method::Round(rounding)))
}

fn count(system: &System, cell: usize) -> u64 {
    system.counts[cell].counted
}

/// Dimension and code of everything that does not stand at its total, by rising name: a dimension that the configuration
/// gains later, or the order of them, does not change what a cell is called.
fn names<'a>(system: &System<'a>, cell: usize) -> Vec<(&'a str, &'a str)> {
    let spaces = system.problem.spaces.iter().zip(&system.keys[cell]);
    let named = spaces.filter(|(space, code)| space.total != **code);
    let mut names: Vec<_> =
        named.map(|(space, &code)| (space.name.as_str(), space.codes[code as usize].as_str())).collect();
    names.sort_unstable();
    names
}

/// A value for every cell of this release's tables.
fn each(system: &System, value: impl Fn(usize) -> u64) -> Vec<Option<u64>> {
    (0..system.len()).map(|cell| (!system.origins[cell].tables.is_empty()).then(|| value(cell))).collect()
}

/// Whether the method can protect these tables at all.
fn check(problem: &Problem, rounding: Rounding) -> Result<(), ProtectError> {
    let refuse = |table: &str, fault| Err(ProtectError::Method { table: table.to_owned(), fault });
    for table in &problem.tables {
        if let Err(fault) = rounding.check(table.threshold) {
            return refuse(&table.id, fault);
        }
        if rounding.small == SmallCounts::Rounded && table.zeros == Zeros::Hidden {
            return refuse(&table.id, model::method::MethodError::Zeros);
        }
    }
    Ok(())
}

/// The same for noise.
fn check_noise(problem: &Problem, perturbation: &CellKey) -> Result<(), ProtectError> {
    for table in &problem.tables {
        let narrow = perturbation.check(table.threshold, table.threshold).err();
        let is_hidden = perturbation.small == SmallCounts::Rounded && table.zeros == Zeros::Hidden;
        if let Some(fault) = narrow.or_else(|| is_hidden.then_some(model::method::MethodError::Zeros)) {
            return Err(ProtectError::Method { table: table.id.clone(), fault });
        }
    }
    Ok(())
}

fn form(system: &System, cell: usize, rounding: Rounding, value: u64) -> Form {
    let (below, above) = match rounding.how {
        RoundingKind::Nearest => conventional::reach(rounding.base),
        RoundingKind::Random | RoundingKind::Controlled => (rounding.base - 1, rounding.base - 1),
        RoundingKind::Widened => (2 * rounding.base - 1, 2 * rounding.base - 1),
    };
    let (lowest, highest) = (value.saturating_sub(below), value + above);
    match rounding.small {
        SmallCounts::Rounded => Form { value, lowest, highest },
        // A zero that is published where small counts are hidden can be taken for nothing else.
        SmallCounts::Hidden if count(system, cell) == 0 => Form { value, lowest: 0, highest: 0 },
        // Whoever is told that small counts are hidden knows that this is none.
        SmallCounts::Hidden => Form { value, lowest: lowest.max(threshold(system, cell)), highest },
    }
}

/// The highest threshold of the tables that show a cell; smaller counts of protected units are hidden in all of them.
fn threshold(system: &System, cell: usize) -> u64 {
    let tables = system.origins[cell].tables.iter();
    let threshold = tables.map(|&table| system.problem.tables[table as usize].threshold).max().unwrap_or(0);
    // One audience's lower threshold does not show a cell that another's hides, yet a count of it is no lower bound.
    threshold.min(count(system, cell))
}

/// Takes what forms say, now and before, into the states: rounded cells may move between their floor and ceiling.
pub(super) fn apply(system: &System, forms: &[Option<Form>], primary: &mut Primary) {
    for (cell, form) in forms.iter().enumerate() {
        let earlier = &system.origins[cell].earlier;
        let mut before = earlier.iter().filter_map(|&at| match system.problem.earlier[at as usize].form {
            EarlierForm::Rounded(form) => Some(form),
            EarlierForm::Count(_) | EarlierForm::Suppressed | EarlierForm::StructuralZero => None,
        });
        let first = before.clone().next();
        let was_hidden = before.clone().count() < earlier.len();
        let agrees = before.all(|before| form.is_none_or(|form| form.value == before.value));
        let is_shown = primary.states[cell] != State::Fixed && !was_hidden && agrees;
        match (form, first) {
            // In no table now: still as it was published.
            (None, Some(_)) if is_shown && system.origins[cell].tables.is_empty() => {
                primary.states[cell] = State::Rounded;
            }
            (Some(form), _) if is_shown && may_be_rounded(system, cell, *form, primary) => {
                primary.states[cell] = State::Rounded;
                // What `c` says is not what a figure says.
                primary.floors[cell] = 0;
                narrow(primary, cell, *form);
                if count(system, cell) == 0 {
                    primary.needs[cell] = None;
                }
            }
            // What would be shown in two forms, which say more than either, is hidden like all that was published before.
            (None | Some(_), None | Some(_)) => {}
        }
        for &at in earlier {
            if let EarlierForm::Rounded(before) = system.problem.earlier[at as usize].form {
                narrow(primary, cell, before);
            }
        }
        relax(system, cell, primary);
    }
    primary.find_insiders(system);
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 4)
}

fn narrow(primary: &mut Primary, cell: usize, form: Form) {
    primary.floors[cell] = primary.floors[cell].max(signed(form.lowest));
    let ceiling = signed(form.highest);
    primary.ceilings[cell] = Some(primary.ceilings[cell].map_or(ceiling, |before| before.min(ceiling)));
}

/// Whether the form of a cell leaves what the cell needs. A small count whose own form says too much (six cases of one
/// family are at least 6) is hidden as it would be without rounding.
fn may_be_rounded(system: &System, cell: usize, form: Form, primary: &Primary) -> bool {
    let small = match &system.problem.method {
        Method::Suppress => return false,
        Method::Round(rounding) => rounding.small,
        Method::CellKey(perturbation) => perturbation.small,
    };
    match (primary.states[cell], small) {
        (State::Fixed | State::Derived, _) => false,
        (State::Open | State::Rounded, _) => true,
        // Hidden under no rule but that it was published before, in this form.
        (State::Hidden, SmallCounts::Hidden) => primary.needs[cell].is_none() && count(system, cell) > 0,
        (State::Hidden, SmallCounts::Rounded) => primary.needs[cell].is_none_or(|need| {
            let (value, lowest, highest) = (system.value(cell), signed(form.lowest), signed(form.highest));
            count(system, cell) == 0 || highest - value >= need.up && highest - lowest >= need.width
        }),
    }
}

/// A form that says "one or more", as `c` does in a table that shows its zeros, says it to everybody: nothing can make
/// any one family deniable then, and nothing needs to.
fn relax(system: &System, cell: usize, primary: &mut Primary) {
    let floor = primary.floors[cell];
    let depth = system.value(cell) - floor;
    if let Some(need) = &mut primary.needs[cell]
        && floor > 0
        && depth < need.down
    {
        need.down = 0;
    }
}
