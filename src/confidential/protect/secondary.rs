//! Secondary suppression in its three layers: a constructive one, a clean-up that gives back what the proof does not need,
//! and an improvement by tearing down and building anew. Comes in: the system and the primary pattern. Goes out: cells
//! hidden beyond the rules, and certificates a protected cell. Deliberately absent: the check of those certificates.

use std::collections::BTreeSet;

use super::certificate::Certificate;
use super::cost::prices;
use super::error::ProtectError;
use super::improve;
use super::play::{CHEAP, FREE, HARD, LINEAR, PAID, Play, WIDE};
use super::primary::{Primary, State};
use super::slice::slices;
use super::system::System;

/// What came of it.
pub(super) struct Outcome {
    /// Cells hidden beyond the rules.
    pub secondary: Vec<bool>,
    /// Of protected cells, by variable: a pair for strangers, further ones for insiders whose cell the first moves.
    pub certificates: Vec<(u32, Vec<Certificate>)>,
    /// Cells that a swap found for another cell, or a swap among hidden cells, had cleared before anything was hidden.
    pub by_witness: usize,
    /// Swaps that took a linear programme.
    pub by_programme: usize,
    /// What the cells hidden beyond the rules cost, in thousandths.
    pub cost: u64,
}

/// A protected cell of which a reader knows too much whatever is hidden, and what to say of it.
#[derive(Debug)]
pub(super) struct Stuck {
    pub cell: u32,
    pub error: ProtectError,
}

/// Finds a safe pattern.
pub(super) fn protect(system: &System, primary: &Primary) -> Result<Outcome, Stuck> {
    let slices = slices(system, primary);
    let mut play = Play::new(system, primary, &slices);
    let by_witness = construct(&mut play, slices.is_empty())?;
    let until = play.board.steps().saturating_add(system.problem.effort);
    improve::clean_up(&mut play, until);
    improve::rebuild(&mut play, until);
    let certificates = play.targets.iter().map(|&at| (at, play.certificates(at)));
    let certificates: Vec<(u32, Vec<Certificate>)> =
        certificates.map(|(at, all)| (at, bare(system, at, all))).collect();
    let mut secondary = play.board.secondary.clone();
    let mut needed = vec![false; system.len()];
    for certificate in certificates.iter().flat_map(|(_, all)| all) {
        certificate.high.iter().chain(&certificate.low).for_each(|&(cell, _)| needed[cell as usize] = true);
    }
    for (is_hidden, is_needed) in secondary.iter_mut().zip(needed) {
        *is_hidden &= is_needed;
    }
    let hidden = prices(system).into_iter().zip(&secondary).filter(|&(_, &is_hidden)| is_hidden);
    let cost = hidden.map(|(price, _)| price).sum();
    Ok(Outcome { secondary, certificates, by_witness, by_programme: play.by_programme, cost })
}

/// Certificates without what has nothing to do with their cell: steps that were added up may leave a swap apart from it
/// behind, and whatever that moves would be hidden for nothing.
fn bare(system: &System, cell: u32, mut all: Vec<Certificate>) -> Vec<Certificate> {
    for certificate in &mut all {
        for table in [&mut certificate.high, &mut certificate.low] {
            let reached = joined(system, cell, table);
            table.retain(|(at, _)| reached.contains(at));
        }
    }
    all
}

/// The moved cells that sums join with `cell`; what is left of a balanced move without the others is balanced.
fn joined(system: &System, cell: u32, table: &[(u32, i64)]) -> BTreeSet<u32> {
    let moved: BTreeSet<u32> = table.iter().map(|&(at, _)| at).collect();
    let (mut reached, mut rows) = (BTreeSet::new(), BTreeSet::new());
    let mut open: Vec<u32> = moved.get(&cell).copied().into_iter().collect();
    reached.extend(open.iter().copied());
    while let Some(at) = open.pop() {
        for &(row, _) in system.rows_of.of(at) {
            if rows.insert(row) {
                let others = system.rows.of(row).iter().map(|&(other, _)| other);
                open.extend(others.filter(|other| moved.contains(other) && reached.insert(*other)));
            }
        }
    }
    reached
}

/// Budgets tried, each four times the one before, before a cell may cost what it wants.
const STAGES: usize = 3;

/// Times every protected cell is looked at before the search gives up.
const PASSES: usize = 4;

/// A proof of a dozen small cells.
fn first_budget(play: &Play) -> u64 {
    let mut prices: Vec<u64> = (0_u32..)
        .take(play.board.system.len())
        .filter_map(|cell| play.board.price(cell))
        .filter(|&price| price > 0)
        .collect();
    prices.sort_unstable();
    prices.get(prices.len() / 10).map_or(0, |price| price * 6)
}

/// Hides cells until every protected one is proven. Gives how many needed none.
fn construct(play: &mut Play, is_flat: bool) -> Result<usize, Stuck> {
    // Where there are slices they clear most cells, and what they leave is searched for in the whole only once.
    play.is_whole = is_flat;
    for at in 0..play.targets.len() {
        play.prove(play.targets[at], FREE);
    }
    play.is_whole = true;
    let by_witness = play.targets.iter().filter(|&&target| play.is_safe(target)).count();
    // The cheap ones first: what they hide makes the dear ones cheaper.
    let mut budget = first_budget(play);
    let mut left: Vec<u32> = play.targets.iter().copied().filter(|&target| !play.is_safe(target)).collect();
    for _ in 0..STAGES {
        left.retain(|&target| {
            let mark = play.mark();
            let is_proven = play.prove(target, CHEAP.at_most(budget));
            if !is_proven {
                play.back_to(mark);
            }
            !is_proven
        });
        budget = budget.saturating_mul(4);
    }
    // Then swaps of other shapes for as little, and last the slow but thorough way among what is hidden by now.
    for means in [WIDE.at_most(first_budget(play)), LINEAR] {
        left.retain(|&target| {
            let mark = play.mark();
            let is_proven = play.prove(target, means);
            if !is_proven {
                play.back_to(mark);
            }
            !is_proven
        });
    }
    // Giving back what one widening did not need can cost a cell proven before it: so once more, until all stand.
    for _ in 0..PASSES {
        for at in 0..play.targets.len() {
            let target = play.targets[at];
            if play.prove(target, PAID) || play.prove(target, HARD) {
                continue;
            }
            if let Err(seen) = play.widen(target) {
                return Err(stuck(play, target, &seen));
            }
        }
        if play.targets.iter().all(|&target| play.is_safe(target)) {
            break;
        }
    }
    if let Some(&target) = play.targets.iter().find(|&&target| !play.is_safe(target)) {
        return Err(stuck(play, target, &vec![true; play.board.system.len()]));
    }
    play.settle();
    Ok(by_witness)
}

fn stuck(play: &Play, cell: u32, seen: &[bool]) -> Stuck {
    let (system, primary) = (play.board.system, play.board.primary);
    let (table, place) = (system.table(cell as usize), system.place(cell as usize));
    Stuck { cell, error: ProtectError::Impossible { table, place, earlier: in_the_way(system, primary, seen) } }
}

/// An earlier release that published a cell in a sum with one of `cells`.
fn in_the_way(system: &System, primary: &Primary, cells: &[bool]) -> Option<String> {
    let fixed = (0_u32..).take(system.len()).filter(|&cell| primary.states[cell as usize] == State::Fixed);
    let mut names = fixed.filter(|&cell| {
        let rows = system.rows_of.of(cell).iter();
        rows.flat_map(|&(row, _)| system.rows.of(row)).any(|&(other, _)| cells[other as usize])
    });
    names.find_map(|cell| {
        let earlier = system.origins[cell as usize].earlier.first()?;
        Some(system.problem.earlier[*earlier as usize].release.clone())
    })
}
