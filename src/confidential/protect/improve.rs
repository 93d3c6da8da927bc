//! Losing less: gives back hidden cells that the proof does not need, then tears small parts of the pattern down and builds
//! them anew, keeping what costs no more. Comes in: a game in which every protected cell is proven. Goes out: a cheaper
//! one. Deliberately absent: clocks; the budget is counted in steps of search.
//!
//! The second part is a large neighbourhood search (Shaw 1998) that follows a pattern a little worse than the best so far,
//! ever less so (record-to-record travel, Dueck 1993). Because swaps that fall with a cell stand again when the
//! cell is hidden again, a round that gained nothing is undone without proving anything twice.

use super::chance::Chance;
use super::means::{CHEAP, CLEAN, CUBES, Means, WIDE};
use super::play::Play;

/// Gives back hidden cells, the dearest first, where the cells whose proof used them can be proven without.
pub(super) fn clean_up(play: &mut Play, until: u64) {
    let mut hidden = hidden(play);
    hidden.sort_by_key(|&cell| std::cmp::Reverse(play.board.worth(cell)));
    // Half the steps are left for what comes next.
    let until = until - until.saturating_sub(play.board.steps()) / 2;
    for cell in hidden {
        if play.board.steps() > until {
            break;
        }
        exchange(play, cell);
    }
    play.settle();
}

fn hidden(play: &Play) -> Vec<u32> {
    (0_u32..).zip(&play.board.secondary).filter(|(_, is_hidden)| **is_hidden).map(|(cell, _)| cell).collect()
}

/// Gives a cell back where the cells it helped to prove can be proven for less.
fn exchange(play: &mut Play, cell: u32) {
    if !play.board.is_hidden(cell) {
        return;
    }
    let (mark, before) = (play.mark(), play.cost);
    let lost = play.give_back(cell);
    play.board.hold(cell);
    let is_proven = lost.into_iter().all(|target| {
        play.prove(target, CHEAP.at_most((before - 1).saturating_sub(play.cost))) || play.prove(target, CLEAN)
    });
    play.board.let_go(cell);
    if !is_proven || play.cost >= before {
        play.back_to(mark);
    }
}

fn try_without(play: &mut Play, cell: u32, means: Means) -> bool {
    let mark = play.mark();
    let lost = play.give_back(cell);
    if lost.into_iter().all(|target| play.prove(target, means)) {
        return true;
    }
    play.back_to(mark);
    false
}

/// Most cells torn down in one round.
const MOST: usize = 8;
/// The same in one round of so many, to get out of a corner.
const MANY: usize = 40;
const SELDOM_MANY: usize = 8;
/// Rounds without a gain, a hidden cell, after which no more is to be expected.
const PATIENCE: usize = 25;
/// One round in so many may look for swaps of any shape, which is slow and finds what cubes do not; while that takes no
/// more than three quarters of all steps.
const SELDOM: usize = 6;
/// Swaps kept, a protected cell, before those that do not stand are forgotten.
const MEMORY: usize = 20;

/// Players, each with a chance of its own and on a core of its own. As many on every machine, so that the pattern is the same
/// on every machine.
pub(super) const PLAYERS: usize = 2;
/// Times they compare what they have; the best is where all go on from.
const LEGS: u64 = 4;

/// Tears down and builds anew, from the best or the best few first patterns, until a number of steps is reached.
pub(super) fn rebuild(mut starts: Vec<Play>, until: u64) -> Play {
    let begun = starts.iter().map(|play| play.board.steps()).max().unwrap_or(until);
    let leg = until.saturating_sub(begun) / LEGS / PLAYERS as u64;
    let key = starts[0].board.system.problem.tie_key;
    let mut chances: Vec<Chance> = (0..PLAYERS as u64).map(|player| Chance::new(&key, player)).collect();
    for to_come in (0..LEGS).rev() {
        let players: Vec<(Play, bool)> = std::thread::scope(|scope| {
            let started: Vec<_> = chances
                .iter_mut()
                .zip(starts.iter().cycle())
                .map(|(chance, start)| {
                    let mut player = start.clone();
                    scope.spawn(move || {
                        let is_tired = rebuild_alone(&mut player, leg, to_come, chance);
                        (player, is_tired)
                    })
                })
                .collect();
            started.into_iter().filter_map(|player| player.join().ok()).collect()
        });
        let are_tired = players.iter().all(|(_, is_tired)| *is_tired);
        // The first of equals.
        let best = players.into_iter().map(|(player, _)| player).min_by_key(|player| player.cost);
        starts.truncate(1);
        starts[0] = best.unwrap_or_else(|| starts[0].clone());
        if are_tired {
            break;
        }
    }
    starts.swap_remove(0)
}

/// One player's leg, with so many more to come. Gives whether it stopped because nothing more is to be expected.
fn rebuild_alone(play: &mut Play, leg: u64, to_come: u64, chance: &mut Chance) -> bool {
    let mut cells = hidden(play);
    let (mut least, mut idle, mut wide) = (play.cost, 0, 0);
    let until = play.board.steps() + leg;
    while !cells.is_empty() && idle <= PATIENCE * cells.len() && play.board.steps() < until {
        let left = (until - play.board.steps() + leg * to_come) * 1_000 / (leg * LEGS).max(1);
        let slack = least / u64::try_from(cells.len()).unwrap_or(1) * left / 1_000;
        let chosen = choose(play, &cells, chance);
        let begun = play.board.steps();
        let is_wide = chance.below(SELDOM) == 0 && wide * 4 <= (begun + leg - until) * 3;
        let means = if is_wide { WIDE } else { CUBES };
        let mark = play.mark();
        if round(play, &chosen, least + slack, (means, begun + leg), chance) {
            play.changed_since(mark).for_each(|cell| follow(&mut cells, cell, play.board.is_hidden(cell)));
        }
        wide += if is_wide { play.board.steps() - begun } else { 0 };
        idle += 1;
        if play.cost < least {
            (least, idle) = (play.cost, 0);
            play.settle();
        }
        if play.witnesses.len() > MEMORY * play.targets.len() + 1_000 {
            play.back_to(0);
            cells = hidden(play);
            play.witnesses.compact();
        }
    }
    play.back_to(0);
    play.board.steps() < until
}

/// Keeps a rising list of hidden cells up with one of them.
fn follow(cells: &mut Vec<u32>, cell: u32, is_hidden: bool) {
    match (cells.binary_search(&cell), is_hidden) {
        (Err(at), true) => cells.insert(at, cell),
        (Ok(at), false) => {
            cells.remove(at);
        }
        (Ok(_), true) | (Err(_), false) => {}
    }
}

/// A few hidden cells that swaps join.
fn choose(play: &Play, cells: &[u32], chance: &mut Chance) -> Vec<u32> {
    let (one, other) = (cells[chance.below(cells.len())], cells[chance.below(cells.len())]);
    let mut chosen = vec![if play.board.worth(one) < play.board.worth(other) { other } else { one }];
    let most = if chance.below(SELDOM_MANY) == 0 { MANY } else { MOST };
    let wanted = 1 + chance.below(most);
    for _ in 0..4 * wanted {
        if chosen.len() >= wanted {
            break;
        }
        let from = chosen[chance.below(chosen.len())];
        let partners: Vec<u32> = play.witnesses.partners(from).collect();
        if partners.is_empty() {
            break;
        }
        let first = partners[chance.below(partners.len())];
        let second: Vec<u32> =
            play.witnesses.partners(first).filter(|&cell| play.board.secondary[cell as usize]).collect();
        if second.is_empty() {
            continue;
        }
        let next = second[chance.below(second.len())];
        if !chosen.contains(&next) {
            chosen.push(next);
        }
    }
    chosen
}

/// Whether the pattern without `chosen`, built anew, costs at most `most`, found within a number of steps. Now and then one or two of them may not come
/// back, or the same cells would.
fn round(play: &mut Play, chosen: &[u32], most: u64, (means, until): (Means, u64), chance: &mut Chance) -> bool {
    let mark = play.mark();
    let mut lost = Vec::new();
    for &cell in chosen {
        lost.extend(play.give_back(cell));
    }
    lost.sort_by_key(|&target| play.ranks[target as usize]);
    lost.dedup();
    // Most demanding first is a good order, and not the only one.
    if chance.below(2) == 0 {
        chance.shuffle(&mut lost);
    }
    let barred: Vec<u32> = chosen.iter().copied().take(chance.below(3)).collect();
    for &cell in &barred {
        play.board.hold(cell);
    }
    let is_built = lost.into_iter().all(|target| {
        play.cost <= most && play.board.steps() < until && play.prove(target, means.at_most(most - play.cost))
    });
    for &cell in &barred {
        play.board.let_go(cell);
    }
    if !is_built || play.cost > most {
        play.back_to(mark);
        return false;
    }
    for cell in play.hidden_since(mark) {
        try_without(play, cell, CUBES);
    }
    true
}
