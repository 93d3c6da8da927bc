//! The attack of a family that is a cell's only contributor and so knows that cell. Comes in: a pattern and the truth, for
//! nobody outside can tell which hidden cells are such. Goes out: the protected cells that somebody who knows one more
//! bounds too tightly. Deliberately absent: the search and the certificates; here cells are bounded by linear programmes.
//!
//! Source: the singleton problem, 4.3.3 of Hundepool et al. (2012).
//!
//! | need     | North | South | East | all |
//! |---|---|---|---|---|
//! | hearing  | `[c]` 1 | `[c]` 4 | 0 | 5 |
//!
//! A stranger bounds both hidden cells by 0 and 5. The family in North takes 1 from 5 and knows South exactly.

use linear::{Answer, Bounds, Component, Infeasible, Programme, System as Equations};

use super::super::error::ProtectError;
use super::super::insider::Insiders;
use super::super::primary::{Need, Primary, State, primary};
use super::super::relations;
use super::super::system::System;
use super::super::{Pattern, Problem, Shown};
use crate::tabulate::{Counter, Key};

/// A solver's point may be off by this much.
const TOLERANCE: f64 = 1e-6;

/// What knowing one cell more than the release tells comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Insight {
    /// Hidden cells with a single contributor, each known to somebody.
    pub insiders: usize,
    /// Protected cells that are too narrow even for a stranger.
    pub by_strangers: Vec<Key>,
    /// The cell that an insider knows, and another that is too narrow for that insider and for no stranger.
    pub by_insiders: Vec<(Key, Key)>,
    /// Pairs that the solver left open; nothing is shown about them.
    pub open: usize,
}

/// Attacks `pattern` as each insider would: slowly, a pair of programmes for each insider and protected cell.
///
/// # Errors
/// [`ProtectError`] where the counts contradict each other or the pattern.
pub fn attack(problem: &Problem, pattern: &Pattern, counter: &dyn Counter) -> Result<Insight, ProtectError> {
    if let Some(widened) = relations::widened(problem) {
        let dimensions = problem.spaces.len();
        return attack_all(&widened, &relations::wide(pattern), &relations::Narrow { counter, dimensions });
    }
    attack_all(problem, pattern, counter)
}

fn attack_all(problem: &Problem, pattern: &Pattern, counter: &dyn Counter) -> Result<Insight, ProtectError> {
    let system = System::build(problem, counter)?;
    let primary = primary(&system);
    let mut equations = published(&system, &primary, pattern);
    let contradiction =
        |_: Infeasible| ProtectError::DoesNotAddUp { table: "the release".to_owned(), place: "the pattern".to_owned() };
    let bounds = equations.propagate().map_err(contradiction)?;
    let mut insight = Insight::default();
    let mut safe = vec![false; system.len()];
    let all: Vec<usize> = targets(&system, &primary).collect();
    for (cell, verdict) in verdicts(&equations, &bounds, &system, &|cell| primary.needs[cell], &all) {
        match verdict {
            Some(verdict) => safe[cell] = verdict,
            None => insight.open += 1,
        }
    }
    let narrow = targets(&system, &primary).filter(|&cell| !safe[cell]);
    insight.by_strangers = narrow.map(|cell| system.keys[cell].clone()).collect();
    let insiders = Insiders::of(&system, &primary.states, &primary.floors);
    for insider in insiders.all() {
        let known = insiders.known_by(insider);
        insight.insiders += 1;
        let before = (equations.lower.clone(), equations.upper.clone());
        for (at, own) in insiders.own(insider) {
            equations.lower[at as usize] = equations.lower[at as usize].max(own);
        }
        for &at in known {
            let truth = system.value(at as usize);
            (equations.lower[at as usize], equations.upper[at as usize]) = (truth, Some(truth));
        }
        let bounds = equations.propagate().map_err(contradiction)?;
        let needs = |cell: usize| {
            let at = u32::try_from(cell).unwrap_or(u32::MAX);
            Some(insiders.need(insider, at, primary.needs[cell]?)).filter(|_| !insiders.knows(insider, at))
        };
        let others: Vec<usize> = (0..system.len()).filter(|&cell| safe[cell] && needs(cell).is_some()).collect();
        for (cell, verdict) in verdicts(&equations, &bounds, &system, &needs, &others) {
            match verdict {
                Some(true) => {}
                Some(false) => {
                    insight.by_insiders.push((system.keys[insider as usize].clone(), system.keys[cell].clone()));
                }
                None => insight.open += 1,
            }
        }
        (equations.lower, equations.upper) = before;
    }
    Ok(insight)
}

/// What the released cells say of every variable.
pub(super) fn published(system: &System, primary: &Primary, pattern: &Pattern) -> Equations {
    let mut equations = Equations::default();
    for cell in 0..system.len() {
        let truth = system.value(cell);
        let (lower, upper) = match pattern.cells.get(&system.keys[cell]) {
            Some(Shown::Count(_) | Shown::Impossible) => (truth, Some(truth)),
            Some(Shown::Rounded(form, _)) => (form.lowest.cast_signed(), Some(form.highest.cast_signed())),
            None if primary.states[cell] == State::Fixed => (truth, Some(truth)),
            Some(Shown::Hidden(_)) | None => (primary.floors[cell], None),
        };
        equations.variable(lower, upper);
    }
    for row in (0_u32..).take(system.rows.len()).map(|row| system.rows.of(row)) {
        equations.equation(row.iter().map(|&(cell, coefficient)| (cell as usize, coefficient)), 0);
    }
    equations
}

fn targets<'a>(system: &System, primary: &'a Primary) -> impl Iterator<Item = usize> + use<'a> {
    (0..system.len()).filter(|&cell| primary.needs[cell].is_some())
}

/// Whether each of `cells` is safe; none where the solver does not say.
fn verdicts(
    equations: &Equations,
    bounds: &Bounds,
    system: &System,
    needs: &dyn Fn(usize) -> Option<Need>,
    cells: &[usize],
) -> Vec<(usize, Option<bool>)> {
    let parts: Vec<Component> = equations.components(bounds);
    // A cell that has one value left is in no component.
    let mut verdicts: Vec<(usize, Option<bool>)> =
        cells.iter().filter(|&&cell| bounds.is_fixed(cell)).map(|&cell| (cell, Some(false))).collect();
    for part in &parts {
        let mut programme = Programme::new(equations, bounds, part);
        for &cell in cells.iter().filter(|cell| part.variables.contains(cell)) {
            verdicts.push((cell, is_safe(&mut programme, system, cell, needs(cell))));
        }
    }
    verdicts
}

fn is_safe(programme: &mut Programme, system: &System, cell: usize, need: Option<Need>) -> Option<bool> {
    let Need { up, down, width } = need?;
    // Thresholds and counts are far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let [up, down, width, truth] = [up, down, width, system.value(cell)].map(|value| value as f64);
    let end = |answer: Answer, unlimited: f64| match answer {
        Answer::Solved(solution) => Some(solution.bound.unwrap_or(solution.value)),
        // The truth is a point, so there is one.
        Answer::Unlimited => Some(unlimited),
        Answer::Infeasible | Answer::Unknown => None,
    };
    let lowest = (end(programme.minimise(&[(cell, 1.0)]), f64::NEG_INFINITY)? - TOLERANCE).ceil();
    let highest = (end(programme.maximise(&[(cell, 1.0)]), f64::INFINITY)? + TOLERANCE).floor();
    Some(highest - truth >= up && truth - lowest >= down && highest - lowest >= width)
}
