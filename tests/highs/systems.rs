//! Random systems, given to `linear` and to HiGHS. What one says of bounds, ends and contradictions the other must say too.
//!
//! The relations, exactly. Let W be the whole-numbered points of a system and F its points in fractions.
//! - `propagate` may call only a system infeasible that has no point in W, and keeps every point of W within its bounds.
//! - Within the bounds of `propagate`, the ends that `Simplex` proves are those of F, moved outwards by less than `NEAR`; it calls
//!   F unlimited only where it is, and finds a vertex where and only where there is one.
//! - `Programme` leaves out upper bounds that nobody stated: its ends lie between those of F and of F without these, and so does what
//!   it calls infeasible or unlimited.
//! - What `Cheapest` finds keeps all sums and bounds and costs no less than the best in W; where it finds nothing nothing follows.

use linear::{Answer, Bounds, Component, Programme, Push, Simplex, System};

use crate::leaks::base::Dice;
use crate::solver::{End, Row, Solver};
use crate::tries;

/// How far two ends may be apart: both solvers have tolerances, and `linear` moves its ends outwards.
const NEAR: f64 = 1e-4;

/// What was compared.
#[derive(Default)]
struct Tally {
    infeasible: u64,
    ends: u64,
    unlimited: u64,
    /// Where `linear` gave no answer; nothing follows from that anywhere in the program.
    unknown: u64,
    programmes: u64,
    faults: Vec<String>,
}

/// Rows over a few variables: sums of a table with unknown cells, or any small factors. One system in three has a right side
/// that need not be met by anything.
fn system(dice: &mut Dice) -> System {
    let mut system = System::default();
    let size = 3 + dice.below(14);
    let mut truth = Vec::new();
    for _ in 0..size {
        let value = i64::try_from(dice.below(30)).expect("below 30");
        let lower = (value - i64::try_from(dice.below(12)).expect("below 12")).max(0) * i64::from(dice.below(3) == 0);
        let upper = (dice.below(3) == 0).then(|| value + i64::try_from(dice.below(20)).expect("below 20"));
        system.variable(lower, upper);
        truth.push(value);
    }
    let is_table = dice.below(2) == 0;
    let is_off = dice.below(3) == 0;
    for _ in 0..1 + dice.below(size) {
        let terms: Vec<(usize, i64)> = (0..2 + dice.below(5))
            .map(|_| (dice.below(size), if is_table { 1 } else { [1, 1, 1, -1, -1, 2, -3][dice.below(7)] }))
            .collect();
        let sum: i64 = terms.iter().map(|&(at, factor)| truth[at] * factor).sum();
        let off = if is_off { i64::try_from(dice.below(7)).expect("below 7") - 3 } else { 0 };
        system.equation(terms, sum + off);
    }
    system.rows.retain(|row| !row.terms.is_empty());
    system
}

fn rows(system: &System) -> Vec<Row> {
    system.rows.iter().map(|row| (row.terms.clone(), row.rhs)).collect()
}

/// What `propagate` says, against whole numbers; None where it finds a contradiction.
fn propagated(system: &System, tally: &mut Tally) -> Option<Bounds> {
    let mut whole = Solver::new(&system.lower, &system.upper, &rows(system), true);
    let Ok(bounds) = system.propagate() else {
        tally.infeasible += 1;
        if whole.least(0) != End::Infeasible {
            tally.faults.push(format!("propagation sees a contradiction that is none: {system:?}"));
        }
        return None;
    };
    let mut fractions = Solver::new(&system.lower, &system.upper, &rows(system), false);
    for at in 0..system.len() {
        for is_most in [false, true] {
            let ask = |solver: &mut Solver| if is_most { solver.most(at) } else { solver.least(at) };
            let End::At(_) = ask(&mut fractions) else { continue };
            let End::At(end) = ask(&mut whole) else { continue };
            let bound =
                if is_most { bounds.upper[at].map(|upper| upper as f64) } else { Some(bounds.lower[at] as f64) };
            let is_kept = bound.is_none_or(|bound| if is_most { end <= bound + NEAR } else { end >= bound - NEAR });
            if !is_kept {
                tally.faults.push(format!("propagation cuts {at} at {bound:?}, whole numbers reach {end}: {system:?}"));
            }
        }
    }
    tally.programmes += whole.programmes + fractions.programmes;
    Some(bounds)
}

/// Compares an end that `linear` proved with what HiGHS says of the narrower and of the wider of two systems; none proved says
/// nothing.
fn compare(what: &str, proven: Option<Option<f64>>, highs: [End; 2], sense: f64, tally: &mut Tally) {
    let beyond =
        |end: f64, highs: End| if let End::At(value) = highs { sense * (end - value) } else { f64::NEG_INFINITY };
    let is_same = match proven {
        None => {
            tally.unknown += 1;
            return;
        }
        Some(None) => {
            tally.unlimited += 1;
            highs[1] == End::Unlimited
        }
        Some(Some(end)) => {
            tally.ends += 1;
            highs[0] != End::Unlimited && beyond(end, highs[0]) > -1e-6 && beyond(end, highs[1]) < NEAR
        }
    };
    if !is_same {
        tally.faults.push(format!("{what}: linear {proven:?}, HiGHS {highs:?}"));
    }
}

fn pushed(simplex: &mut Simplex, at: usize, sense: f64) -> Option<Option<f64>> {
    match simplex.push(at, sense, 10_000, sense * f64::INFINITY) {
        Push::End(end) => end.map(Some),
        Push::Unlimited => Some(None),
        Push::Reached | Push::Unknown | Push::Lost => None,
    }
}

fn programmed(programme: &mut Programme, at: usize, sense: f64) -> Option<Option<f64>> {
    let answer = if sense > 0.0 { programme.maximise(&[(at, 1.0)]) } else { programme.minimise(&[(at, 1.0)]) };
    match answer {
        Answer::Solved(solution) => solution.bound.map(Some),
        Answer::Unlimited => Some(None),
        Answer::Infeasible | Answer::Unknown => None,
    }
}

fn component(system: &System, bounds: &Bounds, component: &Component, tally: &mut Tally) {
    if component.rows.is_empty() {
        return;
    }
    let of_part: Vec<Row> =
        component.rows.iter().map(|&row| (system.rows[row].terms.clone(), system.rows[row].rhs)).collect();
    let mut highs = Solver::new(&bounds.lower, &bounds.upper, &of_part, false);
    // Constants keep their bounds: they are no variables of the part.
    let is_stated = |at: usize| system.upper[at].is_some() || bounds.is_fixed(at);
    let stated: Vec<Option<i64>> = (0..system.len()).map(|at| bounds.upper[at].filter(|_| is_stated(at))).collect();
    let mut wider = Solver::new(&bounds.lower, &stated, &of_part, false);
    let mut simplex = Simplex::new(system, bounds, component);
    let mut programme = Programme::new(system, bounds, component);
    let (has_vertex, answer) = (simplex.start(10_000), programme.minimise(&[]));
    if highs.least(component.variables[0]) == End::Infeasible {
        tally.infeasible += 1;
        let is_out = matches!(answer, Answer::Infeasible | Answer::Unknown);
        let is_seen = !has_vertex && (is_out || wider.least(component.variables[0]) != End::Infeasible);
        tally.unknown += u64::from(answer == Answer::Unknown);
        if !is_seen {
            tally.faults.push(format!("HiGHS sees a contradiction, linear {answer:?}, {has_vertex}: {system:?}"));
        }
        return;
    }
    if answer == Answer::Infeasible || !has_vertex {
        tally.faults.push(format!("HiGHS sees a point, linear {answer:?}, {has_vertex}: {system:?}"));
        return;
    }
    for &at in &component.variables {
        for sense in [1.0, -1.0] {
            let [end, far] = [&mut highs, &mut wider].map(|of| if sense > 0.0 { of.most(at) } else { of.least(at) });
            let what = |by: &str| format!("{by} pushes {at} by {sense} in {system:?}");
            compare(&what("the simplex method"), pushed(&mut simplex, at, sense), [end, end], sense, tally);
            compare(&what("the programme"), programmed(&mut programme, at, sense), [end, far], sense, tally);
        }
    }
    tally.programmes += highs.programmes + wider.programmes;
}

#[test]
fn random_systems_have_the_same_ends_and_contradictions_in_linear_and_in_highs() {
    let mut tally = Tally::default();
    for seed in 0..tries(400) {
        let system = system(&mut Dice::new(seed));
        if let Some(bounds) = propagated(&system, &mut tally) {
            system.components(&bounds).iter().for_each(|part| component(&system, &bounds, part, &mut tally));
        }
    }
    println!(
        "{} ends alike, {} unlimited, {} contradictions, {} without an answer, {} programmes of HiGHS",
        tally.ends, tally.unlimited, tally.infeasible, tally.unknown, tally.programmes
    );
    assert!(tally.faults.is_empty(), "{} faults, the first: {}", tally.faults.len(), tally.faults[0]);
    assert!(tally.ends > 1_000 && tally.infeasible > 10 && tally.unlimited > 10, "too little was compared");
    assert!(tally.unknown * 10 < tally.ends, "linear often has no answer");
}
