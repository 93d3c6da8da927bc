//! Controlled rounding: every count to one of its two neighbouring multiples, a multiple to itself, so that every published
//! sum holds among the published figures. Comes in: the system, a base. Goes out: multiples. Deliberately absent: trust in
//! the linear programme; every figure and every sum is checked in integers before one is used.
//!
//! A random rounding is drawn first, cell by cell as in `random`; of the additive roundings the one is taken that departs
//! from the draw where that costs least, so that the expected value of a figure stays near its count and nothing but the
//! draw decides among equals. That is a linear programme over which multiple each cell takes, and its vertices are whole in
//! two dimensions with a hierarchy in one of them (a network). In more dimensions a vertex may be fractional: then what is
//! whole is kept, one cell more is set, and the rest solved again; after a dead end another draw is tried. A table may have
//! no such rounding at all (Kelly, Golden and Assad 1993 show one in three dimensions): then the run stops and says so.
//!
//! Source: Cox (1987), A constructive procedure for unbiased controlled rounding, JASA 82, 520-524; Salazar-Gonzalez (2006),
//! Controlled rounding and cell perturbation, Mathematical Programming 105, 583-603.
//!
//! Base 5, conventionally and one of the controlled roundings:
//!
//! | count | a | b | all | | nearest | a | b | all | | controlled | a | b | all |
//! |---|---|---|---|---|---|---|---|---|---|---|---|---|---|
//! | | 7 | 7 | 14 | | | 5 | 5 | 15 | | | 5 | 10 | 15 |

use linear::{Answer, Bounds, Component, Programme, System as Linear};

use super::super::EarlierForm;
use super::super::error::ProtectError;
use super::super::system::System;
use super::random::Draw;
use super::{count, names};

/// Draws that are tried one after the other.
const DRAWS: usize = 6;

/// A solver's point this near to a whole number stands for it.
const WHOLE: f64 = 1e-4;

/// A multiple for every cell of this release's tables.
pub(super) fn round(system: &System, base: u64) -> Result<Vec<Option<u64>>, ProtectError> {
    let whole = multiples(system, base);
    let draw = Draw::new(&system.problem.tie_key);
    for attempt in 0..DRAWS {
        let costs: Vec<f64> = (0..system.len()).map(|cell| cost(system, cell, base, &draw, attempt)).collect();
        if let Some(found) = dive(whole.clone(), &costs).filter(|found| whole.holds(found)) {
            let value = |cell: usize| u64::try_from(found[cell]).unwrap_or(0) * base;
            return Ok(super::each(system, value));
        }
    }
    let table = system.problem.tables.first().map(|table| table.id.clone()).unwrap_or_default();
    Err(ProtectError::NotAdditive { table, base })
}

/// Which multiple each cell takes, and the sums all of whose cells are published now. Cells of no table take part in none.
fn multiples(system: &System, base: u64) -> Linear {
    let mut linear = Linear::default();
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    for cell in 0..system.len() {
        let count = count(system, cell);
        let rounded =
            system.origins[cell].earlier.iter().find_map(|&at| match system.problem.earlier[at as usize].form {
                EarlierForm::Rounded(form) if form.value.abs_diff(count) < base && form.value % base == 0 => {
                    Some(form.value / base)
                }
                EarlierForm::Rounded(_)
                | EarlierForm::Count(_)
                | EarlierForm::Suppressed
                | EarlierForm::StructuralZero => None,
            });
        let (low, high) = rounded.map_or((count / base, count.div_ceil(base)), |rounded| (rounded, rounded));
        linear.variable(signed(low), Some(signed(high)));
    }
    let is_shown = |cell: u32| !system.origins[cell as usize].tables.is_empty();
    for row in (0_u32..).take(system.rows.len()).map(|row| system.rows.of(row)) {
        if row.iter().all(|&(cell, _)| is_shown(cell)) {
            linear.equation(row.iter().map(|&(cell, coefficient)| (cell as usize, coefficient)), 0);
        }
    }
    linear
}

/// What the upper multiple costs: below nothing where the draw would take it.
#[allow(clippy::cast_precision_loss)] // Shares of a base, as coarse as they may be.
fn cost(system: &System, cell: usize, base: u64, draw: &Draw, attempt: usize) -> f64 {
    let drawn = draw.of(&format!("controlled rounding {attempt}"), &names(system, cell)) as f64 / u64::MAX as f64;
    drawn - (count(system, cell) % base) as f64 / base as f64
}

/// A whole-numbered point of `linear` that costs little; none where the way down ended in contradiction.
fn dive(mut linear: Linear, costs: &[f64]) -> Option<Vec<i64>> {
    // Every round sets a cell or more.
    for _ in 0..=linear.len() {
        let bounds = linear.propagate().ok()?;
        for (cell, &lower) in bounds.lower.iter().enumerate() {
            linear.lower[cell] = lower;
            linear.upper[cell] = bounds.upper[cell];
        }
        let components = linear.components(&bounds);
        if components.iter().all(|component| component.variables.is_empty()) {
            return Some(bounds.lower);
        }
        for component in &components {
            set(&mut linear, &bounds, component, costs)?;
        }
    }
    None
}

/// Sets the cells of a component that a point of least cost makes whole; where there is none, the one that is nearest.
fn set(linear: &mut Linear, bounds: &Bounds, component: &Component, costs: &[f64]) -> Option<()> {
    if component.rows.is_empty() {
        for &cell in &component.variables {
            let wanted = if costs[cell] < 0.0 { bounds.upper[cell] } else { Some(bounds.lower[cell]) };
            fix(linear, cell, wanted?);
        }
        return Some(());
    }
    let cost: Vec<(usize, f64)> = component.variables.iter().map(|&cell| (cell, costs[cell])).collect();
    let point = match Programme::new(linear, bounds, component).minimise(&cost) {
        Answer::Solved(solution) => solution.point,
        Answer::Infeasible | Answer::Unlimited | Answer::Unknown => return None,
    };
    let off = |&(_, value): &(usize, f64)| (value - value.round()).abs();
    for &(cell, value) in point.iter().filter(|entry| off(entry) < WHOLE) {
        fix(linear, cell, nearest(value));
    }
    let fractional = point.iter().filter(|entry| off(entry) >= WHOLE);
    if let Some(&(cell, value)) = fractional.min_by(|one, other| off(one).total_cmp(&off(other))) {
        fix(linear, cell, nearest(value));
    }
    Some(())
}

/// Multiples of a base in a count of people, far inside what an `i64` holds; the conversion saturates beyond.
#[allow(clippy::cast_possible_truncation)]
fn nearest(value: f64) -> i64 {
    value.round() as i64
}

fn fix(linear: &mut Linear, cell: usize, value: i64) {
    linear.lower[cell] = value;
    linear.upper[cell] = Some(value);
}
