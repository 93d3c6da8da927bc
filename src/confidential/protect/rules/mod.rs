//! Primary rules: what is hidden before anything is hidden for its sake. Comes in: the system. Goes out: for each variable
//! the rule that hides it and what it then needs. Deliberately absent: secondary suppression, and the symbol of a cell; a
//! reader sees the same one whatever the rule was.
//!
//! A file a rule, each with its source, an example small enough for a pencil, and the attack that wins without it.

pub mod dominance;
pub(super) mod group;
pub mod insider;
pub(super) mod low_total;
pub(super) mod minimum_frequency;
#[cfg(test)]
mod tests;
pub(super) mod zeros;

use super::Reason;
use super::primary::Need;
use super::system::System;

/// The rules beyond the minimum frequency, which every table has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Dimensions of which nobody may learn a whole group's category.
    pub sensitive: Vec<Sensitive>,
    /// Distributions that are hidden whole where they are of few.
    pub low_totals: Vec<LowTotal>,
    /// When one unit weighs too much in a sum; none where cases are counted.
    pub dominance: Option<dominance::Dominance>,
}

/// A sensitive dimension (group disclosure).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sensitive {
    /// Its place among the spaces.
    pub dimension: usize,
    /// Groups of fewer protected units are protected; in larger ones a common category is taken to be known anyway.
    pub group_below: u64,
}

/// A table whose distributions over one dimension are hidden whole where their total is low.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LowTotal {
    /// Its place among the planned tables.
    pub table: usize,
    /// The dimension over which the table distributes.
    pub dimension: usize,
    /// Totals of fewer protected units are low.
    pub below: u64,
}

/// What the rules beyond the minimum frequency say, by variable.
pub(super) struct Rulings {
    /// The rule that hides it.
    pub reasons: Vec<Option<Reason>>,
    /// What it needs on top of what the minimum frequency asks.
    pub needs: Vec<Option<Need>>,
}

impl Rulings {
    /// Applies the rules.
    pub(super) fn of(system: &System) -> Self {
        let mut rulings = Self { reasons: vec![None; system.len()], needs: vec![None; system.len()] };
        low_total::rule(system, &mut rulings);
        group::rule(system, &mut rulings);
        dominance::rule(system, &mut rulings);
        rulings
    }

    /// Hides a variable; the first rule to do so is the reason.
    fn hide(&mut self, cell: u32, reason: Reason) {
        self.reasons[cell as usize].get_or_insert(reason);
    }

    fn require(&mut self, cell: u32, need: Need) {
        let kept = &mut self.needs[cell as usize];
        *kept = stricter(*kept, Some(need));
    }
}

/// Whatever both ask for.
pub(super) fn stricter(one: Option<Need>, other: Option<Need>) -> Option<Need> {
    match (one, other) {
        (Some(one), Some(other)) => {
            Some(Need { up: one.up.max(other.up), down: one.down.max(other.down), width: one.width.max(other.width) })
        }
        (one, other) => one.or(other),
    }
}
