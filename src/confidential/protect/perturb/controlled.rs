//! Controlled rounding: every count to one of its two neighbouring multiples, a multiple to itself, so that every published
//! sum holds among the published figures. Comes in: the system, a base. Goes out: multiples. Deliberately absent: trust in
//! the linear programme; every figure and every sum is checked in integers before one is used.
//!
//! A random rounding is drawn first, cell by cell as in `random`; of the additive roundings the one is taken that departs
//! from the draw where that costs least, so that the expected value of a figure stays near its count and nothing but the
//! draw decides among equals. That is a linear programme over which multiple each cell takes, and its vertices are whole in
//! two dimensions with a hierarchy in one of them (a network). In more dimensions a vertex may be fractional: then what is
//! whole is kept, one cell more is set, and the rest solved again; after a dead end another draw is tried.
//!
//! A table may have no such rounding at all (Kelly, Golden and Assad 1993 show one in three dimensions; a test has one of
//! seven cells). Then a count may go one multiple further, so that its error stays below two bases, a zero still to itself,
//! and as few counts as the programme can manage do; what is published then says so of every figure. Where even that does
//! not add up the run stops and says so.
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
use model::method::RoundingKind;

use super::super::EarlierForm;
use super::super::error::ProtectError;
use super::super::system::System;
use super::random::Draw;
use super::{count, names};

/// Draws that are tried one after the other.
const DRAWS: usize = 6;

/// A solver's point this near to a whole number stands for it.
const WHOLE: f64 = 1e-4;

/// What it costs to go beyond the neighbouring multiples: more than all that a draw decides about a cell.
const BEYOND: f64 = 10.0;

/// A multiple for every cell of this release's tables, and whether they are neighbours.
pub(super) fn round(system: &System, base: u64) -> Result<(Vec<Option<u64>>, RoundingKind), ProtectError> {
    let draw = Draw::new(&system.problem.tie_key);
    for how in [RoundingKind::Controlled, RoundingKind::Widened] {
        let whole = multiples(system, base, how);
        for attempt in 0..DRAWS {
            let costs = costs(system, base, &whole, (&draw, attempt));
            if let Some(found) =
                dive(whole.linear.clone(), &costs, &whole.settled).filter(|found| whole.linear.holds(found))
            {
                let value = |cell: usize| u64::try_from(found[cell]).unwrap_or(0) * base;
                return Ok((super::each(system, value), how));
            }
        }
    }
    let table = system.problem.tables.first().map(|table| table.id.clone()).unwrap_or_default();
    Err(ProtectError::NotAdditive { table, base })
}

/// Which multiple each cell takes, and the sums that hold among them.
struct Multiples {
    /// The first variables are the cells, in their order.
    linear: Linear,
    /// By cell: its neighbouring multiple, and how far it goes above and below; the cell itself where it goes no further.
    parts: Vec<(usize, Option<[usize; 2]>)>,
    /// By variable: whether a programme that makes it whole has the last word. Neighbouring multiples have; how far a cell
    /// goes beyond has not, or the first programme, which may leave every cell half-way, would forbid all of them to.
    settled: Vec<bool>,
}

/// Which multiple each cell takes, and the sums all of whose cells are published now. Cells of no table take part in none.
fn multiples(system: &System, base: u64, how: RoundingKind) -> Multiples {
    let further = u64::from(how == RoundingKind::Widened);
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let mut linear = Linear::default();
    let neighbours: Vec<(i64, i64, bool)> = (0..system.len())
        .map(|cell| {
            let count = count(system, cell);
            let before = before(system, cell, base, (1 + further) * base);
            let (low, high) = before.map_or((count / base, count.div_ceil(base)), |before| (before, before));
            (signed(low), signed(high), before.is_none() && count > 0 && further > 0)
        })
        .collect();
    for &(low, high, may_go_further) in &neighbours {
        let more = i64::from(may_go_further);
        linear.variable((low - more).max(0), Some(high + more));
    }
    let is_shown = |cell: u32| !system.origins[cell as usize].tables.is_empty();
    for row in (0_u32..).take(system.rows.len()).map(|row| system.rows.of(row)) {
        if row.iter().all(|&(cell, _)| is_shown(cell)) {
            linear.equation(row.iter().map(|&(cell, coefficient)| (cell as usize, coefficient)), 0);
        }
    }
    let part = |(cell, (low, high, may_go_further)): (usize, (i64, i64, bool))| {
        if !may_go_further {
            return (cell, None);
        }
        let neighbour = linear.variable(low, Some(high));
        let beyond = [linear.variable(0, Some(1)), linear.variable(0, Some(1))];
        linear.equation([(cell, -1), (neighbour, 1), (beyond[0], 1), (beyond[1], -1)], 0);
        (neighbour, Some(beyond))
    };
    let parts: Vec<(usize, Option<[usize; 2]>)> = neighbours.into_iter().enumerate().map(part).collect();
    let mut settled = vec![false; linear.len()];
    parts.iter().for_each(|&(neighbour, _)| settled[neighbour] = true);
    Multiples { linear, parts, settled }
}

/// The multiple that an earlier release published, if it is less than `reach` away.
fn before(system: &System, cell: usize, base: u64, reach: u64) -> Option<u64> {
    let count = count(system, cell);
    system.origins[cell].earlier.iter().find_map(|&at| match system.problem.earlier[at as usize].form {
        EarlierForm::Rounded(form) if form.value.abs_diff(count) < reach && form.value % base == 0 => {
            Some(form.value / base)
        }
        EarlierForm::Rounded(_) | EarlierForm::Count(_) | EarlierForm::Suppressed | EarlierForm::StructuralZero => None,
    })
}

/// What a unit of each variable costs.
fn costs(system: &System, base: u64, whole: &Multiples, (draw, attempt): (&Draw, usize)) -> Vec<f64> {
    let mut costs = vec![0.0; whole.linear.len()];
    for (cell, &(neighbour, beyond)) in whole.parts.iter().enumerate() {
        costs[neighbour] = cost(system, cell, base, draw, attempt);
        beyond.into_iter().flatten().for_each(|at| costs[at] = BEYOND);
    }
    costs
}

/// What the upper multiple costs: below nothing where the draw would take it.
#[allow(clippy::cast_precision_loss)] // Shares of a base, as coarse as they may be.
fn cost(system: &System, cell: usize, base: u64, draw: &Draw, attempt: usize) -> f64 {
    let drawn = draw.of(&format!("controlled rounding {attempt}"), &names(system, cell)) as f64 / u64::MAX as f64;
    drawn - (count(system, cell) % base) as f64 / base as f64
}

/// A whole-numbered point of `linear` that costs little; none where the way down ended in contradiction.
fn dive(mut linear: Linear, costs: &[f64], settled: &[bool]) -> Option<Vec<i64>> {
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
            set(&mut linear, &bounds, component, (costs, settled))?;
        }
    }
    None
}

/// Sets the cells of a component that a point of least cost makes whole; where there is none, the one that is nearest.
fn set(linear: &mut Linear, bounds: &Bounds, component: &Component, (costs, settled): (&[f64], &[bool])) -> Option<()> {
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
    let is_whole = point.iter().all(|entry| off(entry) < WHOLE);
    for &(cell, value) in point.iter().filter(|entry| off(entry) < WHOLE && (is_whole || settled[entry.0])) {
        fix(linear, cell, nearest(value));
    }
    let fractional = point.iter().filter(|entry| off(entry) >= WHOLE);
    let order = |one: &&(usize, f64), other: &&(usize, f64)| {
        (!settled[one.0]).cmp(&!settled[other.0]).then(off(one).total_cmp(&off(other)))
    };
    if let Some(&(cell, value)) = fractional.min_by(order) {
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
