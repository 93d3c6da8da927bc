//! First patterns: hides cells until every protected one is proven. Comes in: a game in which nothing is hidden. Goes out: the best
//! of several games in which everything is proven. Deliberately absent: losing less (`improve`).
//!
//! What is hidden for one cell serves the next, so the order of the cells decides what comes of it, and no order is the best for
//! all tables. A better start stays ahead of a worse one through all that follows; so a few are made where that is cheap.

use super::chance::Chance;
use super::error::ProtectError;
use super::improve;
use super::means::{CHEAP, FREE, HARD, LINEAR, Means, PAID, ROUTE, WIDE};
use super::play::Play;
use super::primary::{Primary, State};
use super::secondary::Stuck;
use super::system::System;
use super::touched;

/// Most first patterns.
const MOST: usize = 5;
/// They take no more than one part in so many of all steps, unless one alone does.
const SHARE: u64 = 4;

/// Clears what swaps among hidden cells clear.
pub(super) fn clear(play: &mut Play, is_flat: bool) {
    // Where there are slices they clear most cells, and what they leave is searched for in the whole only once.
    play.is_whole = is_flat;
    for at in 0..play.targets.len() {
        play.prove(play.targets[at], FREE);
    }
    play.is_whole = true;
}

/// The best two first patterns, or the one there is.
pub(super) fn starts<'a>(play: &Play<'a>, until: u64) -> Result<Vec<Play<'a>>, Stuck> {
    let begun = play.board.steps();
    let mut found = vec![start(play.clone(), 0, until)?];
    let mut spent = found[0].board.steps() - begun;
    let one = spent;
    for number in (1..MOST as u64).step_by(improve::PLAYERS) {
        if (spent + one * improve::PLAYERS as u64) * SHARE > until - begun {
            break;
        }
        let others = std::thread::scope(|scope| {
            let started: Vec<_> = (number..)
                .take(improve::PLAYERS)
                .map(|number| {
                    let play = play.clone();
                    scope.spawn(move || start(play, number, until))
                })
                .collect();
            started.into_iter().filter_map(|play| play.join().ok()?.ok()).collect::<Vec<_>>()
        });
        spent += others.iter().map(|play| play.board.steps() - begun).sum::<u64>();
        found.extend(others);
        found.sort_by_key(|play| play.cost);
        found.truncate(improve::PLAYERS);
    }
    for play in &found {
        play.board.set_steps(begun + spent);
    }
    Ok(found)
}

/// A first pattern, in the order of this number, without what it does not need.
fn start(mut play: Play, number: u64, until: u64) -> Result<Play, Stuck> {
    let effort = play.board.system.problem.effort;
    let end = until.saturating_add(effort.saturating_mul(PATIENCE).max(LEAST_PATIENCE));
    construct(&mut play, number, end)?;
    improve::clean_up(&mut play, until);
    Ok(play)
}

/// Budgets tried, each four times the one before, before a cell may cost what it wants.
const STAGES: usize = 3;

/// More cells than this are not looked at one by one in the slow and thorough way: it takes up to seconds for each.
const LAST_FEW: usize = 100;

/// A first pattern may take so many times the steps that are there to better it, and these in any case: some ten seconds.
const PATIENCE: u64 = 3;
const LEAST_PATIENCE: u64 = 100_000_000;

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

/// Hides cells until every protected one is proven; gives up after so many steps, for there is a way down too (`last_resort`).
fn construct(play: &mut Play, number: u64, end: u64) -> Result<(), Stuck> {
    let is_late = |play: &Play| play.board.steps() > end;
    let mut left: Vec<u32> = play.targets.iter().copied().filter(|&target| !play.is_safe(target)).collect();
    if number > 0 {
        Chance::new(&play.board.system.problem.tie_key, number).shuffle(&mut left);
    }
    left.retain(|&target| is_late(play) || !(play.has_routes(target) && keeps(play, target, ROUTE)));
    // The cheap ones first: what they hide makes the dear ones cheaper.
    let mut budget = first_budget(play);
    for _ in 0..STAGES {
        left.retain(|&target| is_late(play) || !keeps(play, target, CHEAP.at_most(budget)));
        budget = budget.saturating_mul(4);
    }
    // Most of what is hidden beside earlier releases was hidden by them, and the ways among it are long: the simplex method finds
    // them a hundred times sooner than the searches that begin with what is near.
    let has_past = touched::has_past(play.board.system);
    let has_end = |play: &Play, target: u32| has_past && play.has_end(target);
    let to_the_end = |play: &mut Play, left: &mut Vec<u32>| {
        left.retain(|&target| is_late(play) || !(has_end(play, target) && play.prove_thoroughly(target)));
    };
    to_the_end(play, &mut left);
    // Then swaps of other shapes for as little, and last the slow but thorough way among what is hidden by now.
    let wide = first_budget(play);
    left.retain(|&target| is_late(play) || !keeps(play, target, WIDE.at_most(wide)));
    // Programmes would be the last resort of each, so they are for all or for none.
    play.has_programmes = left.len() <= LAST_FEW;
    to_the_end(play, &mut left);
    if play.has_programmes {
        left.retain(|&target| is_late(play) || has_end(play, target) || !keeps(play, target, LINEAR));
    }
    // Giving back what one widening did not need can cost a cell proven before it: so once more, until all stand.
    for _ in 0..PASSES {
        for at in 0..play.targets.len() {
            let target = play.targets[at];
            if is_late(play) {
                return Err(stuck(play, target, &vec![true; play.board.system.len()]));
            }
            if play.prove(target, PAID) || play.prove(target, HARD) {
                continue;
            }
            play.has_programmes = true;
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
    Ok(())
}

/// Proves a cell, or leaves everything as it was.
fn keeps(play: &mut Play, target: u32, means: Means) -> bool {
    let mark = play.mark();
    let is_proven = play.prove(target, means);
    if !is_proven {
        play.back_to(mark);
    }
    is_proven
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
