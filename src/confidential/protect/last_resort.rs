//! The pattern that is always there. Comes in: the system and what the rules hide. Goes out: a pattern in which every protected
//! cell is proven, and how much of what it needs earlier releases had left. Deliberately absent: failure.
//!
//! A release that hides all that is new tells nothing new: whatever counts agreed with everything published before agree with it
//! too. So from there, where each cell goes as far as any pattern lets it, the search comes down: what no proof moves is published.
//! A cell that does not get what it needs even with everything hidden was told before, by what earlier releases published, or by
//! what a family inside knows of itself. The duty of this release is then to leave it *no narrower*: what it needs is lowered
//! to how far it was found to go, and that much is proven for it as for every other cell. (`docs/always-a-next-release.md`)
//!
//! Worked example: twelve months of a district, 20 and then 17, released one quarter after the other by a program that did not
//! look ahead. The first quarter of the one less the last of the other is 3, so that quarter has at least 3 cases, whatever is
//! hidden now: one family of its 4 could never be absent. It stays so wide, and no release makes it narrower.

use super::improve;
use super::play::{FREE, Play};
use super::primary::{Need, Primary};
use super::secondary::{Outcome, outcome};
use super::system::System;
use super::witness::Standing;

/// A cell that does not get what it needs from anybody's point of view, or from an insider's, and what it gets.
struct Told {
    cell: u32,
    insider: Option<u32>,
    left: Need,
}

/// What the rules ask for, and no more of any cell than a release that hides everything new would leave of it.
pub(super) fn relieved(system: &System, mut primary: Primary) -> Primary {
    let mut asked: Option<Vec<u32>> = None;
    loop {
        let mut play = all_hidden(system, &primary);
        let targets = asked.unwrap_or_else(|| play.targets.clone());
        let told: Vec<Told> = targets.into_iter().filter_map(|cell| told(&mut play, cell)).collect();
        if told.is_empty() {
            return primary;
        }
        // What an insider gets comes after what everybody gets, and the next insider after that.
        asked = Some(told.iter().map(|told| told.cell).collect());
        for told in told {
            lower(&mut primary, &told);
        }
    }
}

fn lower(primary: &mut Primary, told: &Told) {
    match told.insider {
        Some(insider) => primary.insiders.note_told(insider, told.cell, told.left),
        None => {
            let need = &mut primary.needs[told.cell as usize];
            *need = need.map(|need| need.at_most(told.left));
        }
    }
}

fn all_hidden<'a>(system: &'a System<'a>, primary: &'a Primary) -> Play<'a> {
    let mut play = Play::new(system, primary, &[]);
    for cell in (0_u32..).take(system.len()) {
        play.hide(cell);
    }
    play.settle();
    play
}

/// A pattern that is found from the one that hides everything, and the needs that it meets.
pub(super) fn from_the_top(system: &System, mut primary: Primary) -> (Primary, Outcome) {
    loop {
        let short = match descend(system, &primary) {
            Ok(outcome) => return (primary, outcome),
            Err(short) => short,
        };
        // Found in another order: then a proof less was found on the way, and it is asked for that much.
        for told in short {
            lower(&mut primary, &told);
        }
    }
}

/// Hides everything, proves every cell and publishes what that leaves; or tells which cells fall short of what they need. What they
/// get is less each time, so that this comes to an end.
fn descend(system: &System, primary: &Primary) -> Result<Outcome, Vec<Told>> {
    let mut play = all_hidden(system, primary);
    let told: Vec<Told> = play.targets.clone().into_iter().filter_map(|cell| told(&mut play, cell)).collect();
    if !told.is_empty() {
        return Err(told);
    }
    give_back_unmoved(&mut play);
    let until = play.board.steps().saturating_add(system.problem.effort);
    improve::clean_up(&mut play, until);
    Ok(outcome(system, &improve::rebuild(vec![play], until)))
}

/// What a cell gets with everything hidden, where that is not what it needs: from anybody's point of view, or from that of the first
/// insider who knows too much.
fn told(play: &mut Play, cell: u32) -> Option<Told> {
    if play.prove(cell, FREE) {
        return None;
    }
    loop {
        let insider = match play.standing(cell) {
            Standing::Safe => return None,
            Standing::Short => None,
            Standing::Insider(insider) => Some(insider),
        };
        let (range, is_met) = play.stretch(cell, insider);
        if !is_met {
            let left = Need { up: range.up(), down: range.down(), width: range.up() + range.down() };
            return Some(Told { cell, insider, left });
        }
    }
}

/// Publishes what no proof moves.
fn give_back_unmoved(play: &mut Play) {
    let mut is_moved = vec![false; play.board.system.len()];
    for at in 0..play.targets.len() {
        for certificate in play.certificates(play.targets[at]) {
            certificate.high.iter().chain(&certificate.low).for_each(|&(cell, _)| is_moved[cell as usize] = true);
        }
    }
    for cell in (0_u32..).zip(is_moved).filter(|(_, is_moved)| !is_moved).map(|(cell, _)| cell) {
        let mark = play.mark();
        if !play.give_back(cell).is_empty() {
            play.back_to(mark);
        }
    }
    play.settle();
}
