//! Sums of hidden cells that readers know, where something is summed. Comes in: a pattern, and what each unit contributes. Goes out:
//! sums in which one unit weighs too much, or of too few units, to be protected like cells. Deliberately absent: counts of people:
//! there each hidden cell could reach the threshold by itself, and its sums with it.
//!
//! A published figure less its published parts is what its hidden parts come to: as good as a cell, and no rule has looked at it.
//! Which sums there are depends on the pattern, and the pattern on the sums; so both are found in turn (4.2.3 of Hundepool et al.
//! 2012: one contributor in several hidden cells, and hidden cells that are each of one).
//!
//! | | B05 | B06 | B07 | B08 | B09 | all |
//! |---|---|---|---|---|---|---|
//! | of X | 900 | 700 | 500 | | | 2,100 |
//! | of others | 60 | 54 | 48 | 1,390 | 70 | 1,622 |
//!
//! Under p = 10 the first three are hidden, and are 3,722 - 1,390 - 70 = 2,262 together: X within 7.2 %, for everybody. Their sum is
//! a variable that needs to go as high as any cell of 2,262 in which X has 2,100; so B08 is hidden too.
//!
//! Looked at are the hidden parts of each published sum, of all units and of each unit alone, and of a unit's hidden cells in a sum or in
//! a table all together and every few: what is published may tie any of them to one another.

use std::collections::{BTreeMap, BTreeSet};

use super::primary::{Primary, State};
use super::rules::dominance::{Contributions, Dominance};
use super::rules::minimum_frequency;
use super::secondary::Outcome;
use super::system::{Origin, System};
use crate::tabulate::{Counts, Key};

/// Sums of hidden cells beyond which the tables are given up.
pub(super) const MOST: usize = 20_000;

/// The system with each of `sums` as a variable that a row makes of its cells.
pub(super) fn with_sums<'a>(system: System<'a>, sums: &[Vec<Key>]) -> System<'a> {
    if sums.is_empty() {
        return system;
    }
    let place: BTreeMap<&Key, u32> = system.keys.iter().zip(0_u32..).collect();
    let (mut keys, mut counts) = (system.keys.clone(), system.counts.clone());
    let mut contributions = system.contributions.clone();
    let mut rows: Vec<Vec<(u32, i64)>> =
        (0_u32..).take(system.rows.len()).map(|row| system.rows.of(row).to_vec()).collect();
    for sum in sums {
        let cells: Option<Vec<u32>> = sum.iter().map(|key| place.get(key).copied()).collect();
        let Some(cells) = cells else { continue };
        let of_units = Contributions::of_all(cells.iter().map(|&cell| &system.contributions[cell as usize]));
        let (Some(of_units), Some(first)) = (of_units, sum.first()) else { continue };
        let at = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        // No code names it; its first cell stands for it in messages.
        keys.push(first.clone());
        counts.push(counted(&of_units));
        contributions.push(of_units);
        rows.push(std::iter::once((at, -1)).chain(cells.into_iter().map(|cell| (cell, 1))).collect());
    }
    let (mut origins, mut adds_up) = (system.origins, system.adds_up);
    let (watched, lone) = (system.watched, system.lone);
    origins.resize_with(keys.len(), Origin::default);
    adds_up.resize(rows.len(), true);
    System { origins, watched, adds_up, lone, contributions, ..System::part(system.problem, keys, counts, rows) }
}

fn counted(of_units: &Contributions) -> Counts {
    let units = of_units.of_units();
    let largest = units.first().map_or(0, |&(_, largest)| largest);
    Counts { counted: of_units.total(), protected: units.len() as u64, largest }
}

/// Sums of hidden cells that a rule would hide and that are no variables yet, each by its cells.
pub(super) fn sums(system: &System, primary: &Primary, outcome: &Outcome, before: &[Vec<Key>]) -> Vec<Vec<Key>> {
    let Some(rule) = system.problem.rules.dominance else { return Vec::new() };
    let is_hidden = |cell: u32| match primary.states[cell as usize] {
        State::Open => outcome.secondary[cell as usize],
        State::Hidden | State::Derived => true,
        State::Fixed | State::Rounded => false,
    };
    let mut found: BTreeSet<Vec<Key>> = BTreeSet::new();
    let mut looked = |cells: &[u32]| {
        if cells.len() > 1 && is_told(system, rule, cells) {
            let mut keys: Vec<Key> = cells.iter().map(|&cell| system.keys[cell as usize].clone()).collect();
            keys.sort_unstable();
            found.insert(keys);
        }
    };
    for row in (0_u32..).take(system.rows.len()).filter(|&row| system.adds_up[row as usize]) {
        let Some((&(parent, _), parts)) = system.rows.of(row).split_first() else { continue };
        // What a sum variable is made up of is no published sum.
        if is_hidden(parent) || system.rows.of(row).iter().any(|&(_, coefficient)| coefficient.abs() != 1) {
            continue;
        }
        let hidden: Vec<u32> = parts.iter().map(|&(part, _)| part).filter(|&part| is_hidden(part)).collect();
        looked(&hidden);
        for cells in by_unit(system, &hidden).values() {
            looked(cells);
            every_few(cells).iter().for_each(|few| looked(few));
        }
    }
    let finest = finest(system).filter(|&cell| is_hidden(cell));
    let mut tables: BTreeMap<Vec<bool>, Vec<u32>> = BTreeMap::new();
    for cell in finest {
        let spaces = &system.problem.spaces;
        let shape = system.keys[cell as usize].iter().zip(spaces).map(|(&code, space)| code != space.total).collect();
        tables.entry(shape).or_default().push(cell);
    }
    for cells in tables.values() {
        for cells in by_unit(system, cells).values() {
            looked(cells);
            every_few(cells).iter().for_each(|few| looked(few));
        }
    }
    before.iter().for_each(|sum| {
        found.remove(sum);
    });
    found.into_iter().collect()
}

/// Cells that no sum makes of others.
fn finest<'a>(system: &'a System) -> impl Iterator<Item = u32> + 'a {
    let mut is_sum = vec![false; system.len()];
    for row in (0_u32..).take(system.rows.len()).map(|row| system.rows.of(row)) {
        row.iter().filter(|(_, coefficient)| *coefficient < 0).for_each(|&(cell, _)| is_sum[cell as usize] = true);
    }
    (0_u32..).zip(is_sum).filter(|(_, is_sum)| !is_sum).map(|(cell, _)| cell)
}

/// The cells of `among` to which each unit contributes.
fn by_unit(system: &System, among: &[u32]) -> BTreeMap<u64, Vec<u32>> {
    let mut by_unit: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    for &cell in among {
        for &(unit, _) in system.contributions[cell as usize].of_units() {
            by_unit.entry(unit).or_default().push(cell);
        }
    }
    by_unit
}

/// Cells of one unit of which every set is looked at; of more only the pairs.
const FEW: usize = 7;

/// Sets of two or more of `cells`, but for all of them.
fn every_few(cells: &[u32]) -> Vec<Vec<u32>> {
    if cells.len() > FEW {
        let after = |at: usize| cells[at + 1..].iter();
        return (0..cells.len()).flat_map(|at| after(at).map(move |&other| vec![cells[at], other])).collect();
    }
    let chosen = |set: u32| (0..cells.len()).filter(move |at| set >> at & 1 == 1).map(|at| cells[at]).collect();
    (1_u32..1 << cells.len()).filter(|set| set.count_ones() > 1).map(chosen).collect()
}

/// Whether a rule would hide the sum of `cells` were it one.
fn is_told(system: &System, rule: Dominance, cells: &[u32]) -> bool {
    let Some(of_units) = Contributions::of_all(cells.iter().map(|&cell| &system.contributions[cell as usize])) else {
        return true;
    };
    let thresholds = cells.iter().filter_map(|&cell| minimum_frequency::threshold(system, cell as usize));
    let threshold = thresholds.max().unwrap_or_else(|| minimum_frequency::highest_threshold(system));
    rule.is_primary(&of_units) || minimum_frequency::is_small(counted(&of_units), threshold)
}
