//! Secondary suppression in its three layers: a constructive one, a clean-up that gives back what the proof does not need,
//! and an improvement by tearing down and building anew. Comes in: the system and the primary pattern. Goes out: cells
//! hidden beyond the rules, and certificates a protected cell. Deliberately absent: the check of those certificates.

use super::certificate::Certificate;
use super::cost::prices;
use super::error::ProtectError;
use super::improve;
use super::play::Play;
use super::primary::Primary;
use super::search::Move;
use super::slice::slices;
use super::start;
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
    protect_knowing(system, primary, &[])
}

/// The same where moves are known that prove cells while all that they move is hidden.
pub(super) fn protect_knowing(system: &System, primary: &Primary, known: &[Move]) -> Result<Outcome, Stuck> {
    if primary.needs.iter().all(Option::is_none) {
        let (secondary, certificates) = (vec![false; system.len()], Vec::new());
        return Ok(Outcome { secondary, certificates, by_witness: 0, by_programme: 0, cost: 0 });
    }
    let slices = slices(system, primary);
    let mut play = Play::new(system, primary, &slices);
    play.recall(known);
    start::clear(&mut play, slices.is_empty());
    play.by_witness = play.targets.iter().filter(|&&target| play.is_safe(target)).count();
    let until = play.board.steps().saturating_add(system.problem.effort);
    let play = improve::rebuild(start::starts(&play, until)?, until);
    Ok(outcome(system, &play))
}

/// What a game came to, with nothing hidden that no certificate moves.
pub(super) fn outcome(system: &System, play: &Play) -> Outcome {
    let mut around = Around::new(system);
    let certificates = play.targets.iter().map(|&at| (at, play.certificates(at)));
    let certificates: Vec<(u32, Vec<Certificate>)> =
        certificates.map(|(at, all)| (at, bare(&mut around, at, all))).collect();
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
    Outcome { secondary, certificates, by_witness: play.by_witness, by_programme: play.by_programme, cost }
}

/// Certificates without what has nothing to do with their cell: steps that were added up may leave a swap apart from it
/// behind, and whatever that moves would be hidden for nothing.
fn bare(around: &mut Around, cell: u32, mut all: Vec<Certificate>) -> Vec<Certificate> {
    for certificate in &mut all {
        for table in [&mut certificate.high, &mut certificate.low] {
            around.keep_joined(cell, table);
        }
    }
    all
}

/// What sums join with a cell, for one table after the other. A service of many insiders has tens of thousands of tables: what was
/// seen is noted by the number of the table, so that nothing has to be forgotten between them.
struct Around<'a> {
    system: &'a System<'a>,
    /// By cell: the last table that moves it, and the last in which it was reached.
    moved: Vec<u32>,
    reached: Vec<u32>,
    /// By sum: the last table in which it was gone through.
    gone: Vec<u32>,
    /// The table at hand, from 1.
    table: u32,
    open: Vec<u32>,
}

impl<'a> Around<'a> {
    fn new(system: &'a System<'a>) -> Self {
        let (moved, reached, gone) = (vec![0; system.len()], vec![0; system.len()], vec![0; system.rows.len()]);
        Self { system, moved, reached, gone, table: 0, open: Vec::new() }
    }

    /// Keeps the moved cells that sums join with `cell`; what is left of a balanced move without the others is balanced.
    fn keep_joined(&mut self, cell: u32, table: &mut Vec<(u32, i64)>) {
        self.table += 1;
        for &(at, _) in table.iter() {
            self.moved[at as usize] = self.table;
        }
        self.reach(cell);
        while let Some(at) = self.open.pop() {
            for &(row, _) in self.system.rows_of.of(at) {
                if std::mem::replace(&mut self.gone[row as usize], self.table) != self.table {
                    self.system.rows.of(row).iter().for_each(|&(other, _)| self.reach(other));
                }
            }
        }
        table.retain(|&(at, _)| self.reached[at as usize] == self.table);
    }

    /// Notes a cell that is moved and was not reached before.
    fn reach(&mut self, cell: u32) {
        let at = cell as usize;
        if self.moved[at] == self.table && std::mem::replace(&mut self.reached[at], self.table) != self.table {
            self.open.push(cell);
        }
    }
}
