//! What the rules hide at once, and what every hidden cell then needs. Comes in: the system. Goes out: a state and a
//! floor a variable, a need a protected one. Deliberately absent: the rules themselves (`rules/`), and secondary
//! suppression.

use std::collections::HashSet;

use model::release::Zeros;

use super::HiddenZeros;
use super::insider::Insiders;
use super::rules::{self, Rulings, minimum_frequency, zeros};
use super::system::System;
use crate::tabulate::Key;

/// What a reader is told of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Published exactly, unless secondary suppression hides it.
    Open,
    /// Published exactly or impossible, now or before: nothing can hide it any more.
    Fixed,
    /// Hidden by a rule, as a zero, or before.
    Hidden,
    /// Published near the truth, between its floor and its ceiling.
    Rounded,
    /// In no table; a reader may still work it out.
    Derived,
}

/// The definition of "safe" for one cell, as deviations from its true count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Need {
    /// A table must exist in which it is at least this much higher: it reaches the threshold.
    pub up: i64,
    /// Another in which it is at least this much lower: any one family could be absent.
    pub down: i64,
    /// And between the two at least this much: max(threshold, the most that one family holds).
    pub width: i64,
}

impl Need {
    /// No more than `left`.
    pub(super) fn at_most(self, left: Self) -> Self {
        Self { up: self.up.min(left.up), down: self.down.min(left.down), width: self.width.min(left.width) }
    }
}

/// The state before secondary suppression.
#[derive(Clone)]
pub(super) struct Primary {
    pub states: Vec<State>,
    /// The least that a hidden variable can be for an honest reader: 1 where its table publishes zeros.
    pub floors: Vec<i64>,
    /// The most that a variable can be for a reader who sees it in a form that says so; none where it says nothing.
    pub ceilings: Vec<Option<i64>>,
    /// Who knows what from the inside.
    pub insiders: Insiders,
    /// Of protected variables only.
    pub needs: Vec<Option<Need>>,
    /// Whether each planned table publishes its zeros in the end.
    pub zeros: Vec<Zeros>,
}

/// Applies the rules.
pub(super) fn primary(system: &System) -> Primary {
    let rulings = Rulings::of(system);
    let zeros = zeros::effective(system, &rulings);
    let mut states = Vec::with_capacity(system.len());
    let mut floors = Vec::with_capacity(system.len());
    let mut needs = Vec::with_capacity(system.len());
    let derived_threshold = minimum_frequency::highest_threshold(system);
    let no_zero_shown =
        zeros.iter().chain(system.problem.earlier.iter().map(|cell| &cell.zeros)).all(|&zeros| zeros == Zeros::Hidden);
    let forced: HashSet<&Key> = system.problem.joint.iter().map(|cell| &cell.key).collect();
    for cell in 0..system.len() {
        let threshold = minimum_frequency::threshold(system, cell).unwrap_or(derived_threshold);
        let counts = system.counts[cell];
        let is_small = minimum_frequency::is_small(counts, threshold);
        let is_primary = is_small || rulings.reasons[cell].is_some();
        let state = state(system, cell, &zeros, is_primary);
        let floor = zeros::floor(system, cell, &zeros);
        let is_zero = counts.counted == 0 && state == State::Hidden && floor == 0;
        let is_told = !system.origins[cell].is_joint || forced.contains(&system.keys[cell]);
        let is_protected = (is_small && is_told && matches!(state, State::Hidden | State::Derived))
            || (is_zero && system.problem.hidden_zeros == HiddenZeros::Protected);
        // Where some table publishes zeros a difference may be pinned from below by cells known to be 1 or more.
        let is_deniable = floor == 0 && (state == State::Hidden || no_zero_shown);
        let need = is_protected.then(|| minimum_frequency::need(counts, threshold, is_deniable));
        let need = rules::stricter(need, rulings.needs[cell].filter(|_| state != State::Fixed));
        needs.push(need.filter(|_| !system.origins[cell].is_settled));
        states.push(state);
        floors.push(floor);
    }
    let ceilings = vec![None; system.len()];
    let insiders = Insiders::none(system.len());
    let mut primary = Primary { states, floors, ceilings, insiders, needs, zeros };
    primary.find_insiders(system);
    primary
}

impl Primary {
    /// Takes note of who knows what, from the states as they are.
    pub(super) fn find_insiders(&mut self, system: &System) {
        self.insiders = match system.problem.insiders {
            super::Insiders::Considered => Insiders::of(system, &self.states, &self.floors),
            super::Insiders::Ignored => Insiders::none(system.len()),
        };
        // A rule of contributions is about contributors, whoever else reads.
        self.insiders.add_contributors(system, &self.states, &self.floors);
    }
}

fn state(system: &System, cell: usize, zeros: &[Zeros], is_primary: bool) -> State {
    let origin = &system.origins[cell];
    if zeros::is_known(system, cell) {
        return State::Fixed;
    }
    if origin.is_derived() {
        return State::Derived;
    }
    if !origin.earlier.is_empty() || is_primary || system.problem.withheld.contains(&system.keys[cell]) {
        return State::Hidden;
    }
    if system.counts[cell].counted == 0 {
        let hidden = origin.tables.iter().any(|&table| zeros[table as usize] == Zeros::Hidden);
        return if hidden { State::Hidden } else { State::Fixed };
    }
    State::Open
}
