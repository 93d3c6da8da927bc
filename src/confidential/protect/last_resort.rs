//! The pattern that is always there. Comes in: the system and what the rules hide. Goes out: a pattern in which every protected
//! cell is proven, and how much of what it needs earlier releases had left. Deliberately absent: failure.
//!
//! A release that hides all that is new tells nothing new: whatever counts agreed with everything published before agree with it
//! too. So from there, where each cell goes as far as any pattern lets it, the search comes down: what no proof moves is published.
//! A cell that does not get what it needs even with everything hidden was told before, by what earlier releases published, or by
//! what a family inside knows of itself. The duty of this release is then to leave it *no narrower*: what it needs is lowered
//! to how far it was found to go, and that much is proven for it as for every other cell. (`docs/always-a-next-release.md`)
//!
//! "No further" must be proven too, or a weak search would pass for what earlier releases told. Where it is not, because the cell's
//! part is too large for the simplex method or an end is not whole, all that is new in the part stays hidden: a part is what sums
//! tie together, so this is the release that tells nothing, and nothing in it needs a proof.
//!
//! Worked example: twelve months of a district, 20 and then 17, released one quarter after the other by a program that did not
//! look ahead. The first quarter of the one less the last of the other is 3, so that quarter has at least 3 cases, whatever is
//! hidden now: one family of its 4 could never be absent. It stays so wide, and no release makes it narrower.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::improve;
use super::means::FREE;
use super::parts::Parts;
use super::play::Play;
use super::primary::{Need, Primary, State};
use super::search::Move;
use super::secondary::{Outcome, outcome};
use super::system::System;

/// A cell that does not get what it needs from anybody's point of view, or from an insider's.
struct Told {
    cell: u32,
    insider: Option<u32>,
    /// What it gets; none where it is not known whether there is more.
    left: Option<Need>,
}

/// What the rules ask for, and no more of any cell than a release that hides everything new leaves of it.
pub(super) struct Relieved {
    pub primary: Primary,
    /// Moves that prove it with everything new hidden.
    pub known: Vec<Move>,
}

impl Relieved {
    /// Looks how far every protected cell goes with everything new hidden.
    pub(super) fn of(system: &System, primary: Primary) -> Self {
        let mut relieved = Self { primary, known: Vec::new() };
        let mut asked: Option<Vec<u32>> = None;
        loop {
            let (told, known) = {
                let mut play = relieved.all_hidden(system);
                let targets = asked.take().unwrap_or_else(|| play.targets.clone());
                (all_told(&mut play, targets), moves(&play))
            };
            relieved.known = known;
            if told.is_empty() {
                return relieved;
            }
            // What an insider gets comes after what everybody gets, and the next insider after that.
            asked = Some(relieved.note(system, told));
        }
    }

    /// Asks no more of a cell than there is of it; where that is not known nothing new is told of its part. Gives the cells to look
    /// at again.
    fn note(&mut self, system: &System, told: Vec<Told>) -> Vec<u32> {
        let unknown: Vec<u32> = told.iter().filter(|told| told.left.is_none()).map(|told| told.cell).collect();
        self.keep_hidden(system, &unknown);
        for told in &told {
            match (told.left, told.insider) {
                (None, _) => {}
                (Some(left), Some(insider)) => self.primary.insiders.note_told(insider, told.cell, left),
                (Some(left), None) => {
                    let need = &mut self.primary.needs[told.cell as usize];
                    *need = need.map(|need| need.at_most(left));
                }
            }
        }
        let cells = told.into_iter().map(|told| told.cell);
        cells.filter(|&cell| self.primary.needs[cell as usize].is_some()).collect()
    }

    /// Hides all that is new in the parts of `cells`; then no cell there needs a proof.
    pub(super) fn keep_hidden(&mut self, system: &System, cells: &[u32]) {
        if cells.is_empty() {
            return;
        }
        let parts = Parts::of(system, &self.primary);
        let kept: BTreeSet<usize> =
            cells.iter().filter_map(|&cell| parts.place(cell)).map(|place| place.part).collect();
        for cell in kept.into_iter().flat_map(|part| &parts.all()[part].cells).map(|&cell| cell as usize) {
            self.primary.needs[cell] = None;
            if self.primary.states[cell] == State::Open {
                self.primary.states[cell] = State::Hidden;
            }
        }
    }

    fn all_hidden<'a>(&'a self, system: &'a System<'a>) -> Play<'a> {
        let mut play = Play::new(system, &self.primary, &[]);
        for cell in (0_u32..).take(system.len()) {
            play.hide(cell);
        }
        play.settle();
        play.recall(&self.known);
        play
    }

    /// A pattern that is found from the one that hides everything, and the needs that it meets.
    pub(super) fn come_down(mut self, system: &System) -> (Primary, Outcome) {
        loop {
            match self.descend(system) {
                Ok(outcome) => return (self.primary, outcome),
                // Each time something is asked for less, or a part is let be: this comes to an end.
                Err(told) => self.note(system, told),
            };
        }
    }

    /// Hides everything, proves every cell and publishes what that leaves; or tells which cells fall short of what they need.
    fn descend(&self, system: &System) -> Result<Outcome, Vec<Told>> {
        let mut play = self.all_hidden(system);
        let targets = play.targets.clone();
        let told = all_told(&mut play, targets);
        if !told.is_empty() {
            return Err(told);
        }
        give_back_unmoved(&mut play);
        let until = play.board.steps().saturating_add(system.problem.effort);
        improve::clean_up(&mut play, until);
        Ok(outcome(system, &improve::rebuild(vec![play], until)))
    }
}

/// What of `cells` is told with everything hidden. A part in which that is not known of one cell is let be: nothing new will be told of it.
fn all_told(play: &mut Play, cells: Vec<u32>) -> Vec<Told> {
    let parts = Arc::clone(&play.parts);
    let (mut all, mut unknown) = (Vec::new(), BTreeSet::new());
    for cell in cells {
        let part = parts.place(cell).map(|place| place.part);
        if unknown.contains(&part) {
            continue;
        }
        if let Some(told) = told(play, cell) {
            if told.left.is_none() {
                unknown.insert(part);
            }
            all.push(told);
        }
    }
    all
}

/// What a cell gets with everything hidden, where that is not what it needs: from anybody's point of view, or from that of the first
/// insider who knows too much.
fn told(play: &mut Play, cell: u32) -> Option<Told> {
    if play.prove(cell, FREE) {
        return None;
    }
    if !play.has_end(cell) {
        return Some(Told { cell, insider: None, left: None });
    }
    let (insider, stretch) = play.falls_short(cell)?;
    let (up, down) = (stretch.range.up(), stretch.range.down());
    Some(Told { cell, insider, left: stretch.is_all.then_some(Need { up, down, width: up + down }) })
}

fn moves(play: &Play) -> Vec<Move> {
    play.witnesses.units().map(|cells| Move { cells: cells.to_vec(), cost: 0 }).collect()
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
