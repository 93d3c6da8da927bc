//! What a rule hides at once, and what every hidden cell then needs. Comes in: the system. Goes out: a state and a
//! floor a variable, a need a protected one. Deliberately absent: secondary suppression.
//!
//! `MinimumFrequency(threshold)` counts protected units: six cases of one family are one family.

use model::release::Zeros;

use super::circle::Circles;
use super::error::ProtectError;
use super::system::System;
use super::{EarlierForm, HiddenZeros, Insiders};

/// What a reader is told of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Published exactly, unless secondary suppression hides it.
    Open,
    /// Published exactly or impossible, now or before: nothing can hide it any more.
    Fixed,
    /// Hidden by a rule, as a zero, or before.
    Hidden,
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

/// The state before secondary suppression.
pub(super) struct Primary {
    pub states: Vec<State>,
    /// The least that a hidden variable can be for an honest reader: 1 where its table publishes zeros.
    pub floors: Vec<i64>,
    /// The most that a variable can be for a reader who sees it in a form that says so; none where it says nothing.
    pub ceilings: Vec<Option<i64>>,
    /// Hidden or derived variables that a single unit contributes to, and what that unit knows of itself.
    pub insiders: Circles,
    /// Of protected variables only.
    pub needs: Vec<Option<Need>>,
    /// Whether each planned table publishes its zeros in the end.
    pub zeros: Vec<Zeros>,
}

/// Applies the rules.
pub(super) fn primary(system: &System) -> Result<Primary, ProtectError> {
    let zeros = effective_zeros(system);
    let mut states = Vec::with_capacity(system.len());
    let mut floors = Vec::with_capacity(system.len());
    let mut needs = Vec::with_capacity(system.len());
    let derived_threshold = highest_threshold(system);
    let no_zero_shown =
        zeros.iter().chain(system.problem.earlier.iter().map(|cell| &cell.zeros)).all(|&zeros| zeros == Zeros::Hidden);
    for cell in 0..system.len() {
        let threshold = threshold(system, cell).unwrap_or(derived_threshold);
        let counts = system.counts[cell];
        let is_small = counts.protected > 0 && counts.protected < threshold;
        let state = state(system, cell, &zeros, is_small)?;
        let floor = floor(system, cell, &zeros);
        let is_zero = counts.counted == 0 && state == State::Hidden && floor == 0;
        let is_protected = (is_small && matches!(state, State::Hidden | State::Derived))
            || (is_zero && system.problem.hidden_zeros == HiddenZeros::Protected);
        // Where some table publishes zeros a difference may be pinned from below by cells known to be 1 or more.
        let is_deniable = floor == 0 && (state == State::Hidden || no_zero_shown);
        needs.push(is_protected.then(|| {
            let [count, largest, threshold] = [counts.counted, counts.largest, threshold].map(signed);
            let down = if is_deniable { largest } else { 0 };
            Need { up: (threshold - count).max(0), down, width: threshold.max(largest) }
        }));
        states.push(state);
        floors.push(floor);
    }
    let ceilings = vec![None; system.len()];
    let is_known_inside = |&cell: &u32| {
        system.problem.insiders == Insiders::Considered
            && system.counts[cell as usize].protected == 1
            && matches!(states[cell as usize], State::Hidden | State::Derived)
    };
    let is_zero = |cell: u32| states[cell as usize] == State::Fixed && system.counts[cell as usize].counted == 0;
    let insiders = Circles::new(system, (0_u32..).take(system.len()).filter(is_known_inside), &is_zero);
    Ok(Primary { states, floors, ceilings, insiders, needs, zeros })
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 4)
}

/// A table that says it publishes zeros can do so only while none of its zeros is hidden elsewhere: one hidden zero
/// beside published ones would tell a reader that it is at least 1, which is untrue.
fn effective_zeros(system: &System) -> Vec<Zeros> {
    let mut zeros: Vec<Zeros> = system.problem.tables.iter().map(|table| table.zeros).collect();
    loop {
        let mut moved = false;
        for (cell, origin) in system.origins.iter().enumerate() {
            if system.counts[cell].counted != 0 || origin.tables.is_empty() || is_impossible(system, cell) {
                continue;
            }
            let hidden_before = !origin.earlier.is_empty() && !is_known(system, cell);
            if hidden_before || origin.tables.iter().any(|&table| zeros[table as usize] == Zeros::Hidden) {
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
fn is_known(system: &System, cell: usize) -> bool {
    let origin = &system.origins[cell];
    let published = |&at: &u32| match system.problem.earlier[at as usize].form {
        EarlierForm::Count(_) | EarlierForm::StructuralZero => true,
        EarlierForm::Suppressed => false,
    };
    !origin.impossible.is_empty() || origin.earlier.iter().any(published)
}

/// Whether every reader knows that it is 0 because it cannot occur.
pub(super) fn is_impossible(system: &System, cell: usize) -> bool {
    let origin = &system.origins[cell];
    let before = |&at: &u32| system.problem.earlier[at as usize].form == EarlierForm::StructuralZero;
    !origin.impossible.is_empty() || origin.earlier.iter().any(before)
}

fn state(system: &System, cell: usize, zeros: &[Zeros], is_small: bool) -> Result<State, ProtectError> {
    let origin = &system.origins[cell];
    if is_known(system, cell) {
        if let (true, Some(&table), Some(&earlier)) = (is_small, origin.tables.first(), origin.earlier.first()) {
            return Err(ProtectError::AlreadyPublished {
                table: system.problem.tables[table as usize].id.clone(),
                place: system.place(cell),
                release: system.problem.earlier[earlier as usize].release.clone(),
            });
        }
        return Ok(State::Fixed);
    }
    if origin.is_derived() {
        return Ok(State::Derived);
    }
    if !origin.earlier.is_empty() || is_small {
        return Ok(State::Hidden);
    }
    if system.counts[cell].counted == 0 {
        let hidden = origin.tables.iter().any(|&table| zeros[table as usize] == Zeros::Hidden);
        return Ok(if hidden { State::Hidden } else { State::Fixed });
    }
    Ok(State::Open)
}

fn floor(system: &System, cell: usize, zeros: &[Zeros]) -> i64 {
    let origin = &system.origins[cell];
    let now = origin.tables.iter().any(|&table| zeros[table as usize] == Zeros::Shown);
    let before = origin.earlier.iter().any(|&at| system.problem.earlier[at as usize].zeros == Zeros::Shown);
    i64::from((now || before) && system.counts[cell].counted > 0)
}

/// The highest threshold under which a cell is or was published; none where it is in no table.
fn threshold(system: &System, cell: usize) -> Option<u64> {
    let origin = &system.origins[cell];
    let now = origin.tables.iter().map(|&at| system.problem.tables[at as usize].threshold);
    let before = origin.earlier.iter().map(|&at| system.problem.earlier[at as usize].threshold);
    now.chain(before).max()
}

fn highest_threshold(system: &System) -> u64 {
    let now = system.problem.tables.iter().map(|table| table.threshold);
    let before = system.problem.earlier.iter().map(|cell| cell.threshold);
    now.chain(before).max().unwrap_or(0)
}
