//! Prosecutor, journalist and marketer risk. Comes in: groups, the sampling fraction. Goes out: the chance that a reader picks
//! the right one. Deliberately absent: what the reader would learn then.
//!
//! Source: El Emam (2013), Guide to the De-Identification of Personal Health Information; Dankar and El Emam (2010).

use serde::Serialize;

use super::chance::expected;
use super::groups::Groups;
use super::{Sizes, Terms, real};

/// Against what journalist and marketer risk are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// A table of the population: classes have the people that the table has.
    Table,
    /// The sampling fraction: what is expected of the class in the population.
    Estimated,
}

/// The risk under one kind of attack. All are chances, 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Attack {
    /// Of the one most at risk.
    pub highest: f64,
    /// The mean.
    pub average: f64,
    /// The share whose risk is above the threshold; none without one.
    pub at_risk: Option<f64>,
}

/// Under the three kinds of attack.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Risks {
    /// The target is known to be in the data: one over the size of the class.
    pub prosecutor: Attack,
    /// The target is not known to be in the data: one over the people of the population who are alike.
    pub journalist: Attack,
    /// Everybody is a target: the share of all that would be linked rightly with the population.
    pub marketer: f64,
}

impl Risks {
    /// Of records.
    pub(super) fn of_records(groups: &Groups, ground: Ground, terms: &Terms) -> Self {
        let sizes = Sizes::new(&groups.records);
        let members: Vec<(f64, f64)> = sizes.counts.iter().map(|(size, count)| of_size(*size, size * count)).collect();
        let prosecutor = attack(&members, terms.threshold);
        let (mut journalist, people) = match ground {
            Ground::Table => {
                let chances = groups.people.iter().zip(&groups.records);
                let members: Vec<(f64, f64)> =
                    chances.map(|(people, records)| (1.0 / real(*people), real(*records))).collect();
                (attack(&members, terms.threshold), real(groups.people.iter().sum()))
            }
            Ground::Estimated => {
                (attack(&estimated(&sizes, terms.fraction), terms.threshold), real(sizes.members()) / terms.fraction)
            }
        };
        let marketer = journalist.average;
        // An intruder may also start from the population: how many classes among how many people.
        if people > 0.0 {
            journalist.average = journalist.average.max(real(sizes.classes()) / people);
        }
        Self { prosecutor, journalist, marketer }
    }

    /// Of families: each at the smallest class it is in, because there it is found soonest. The population of families is
    /// estimated always; a table has people.
    pub(super) fn of_families(groups: &Groups, terms: &Terms) -> Self {
        let of_group = |pair: &(u32, u32)| groups.units.get(pair.1 as usize).copied().unwrap_or(1);
        let alone = |pairs: &[(u32, u32)]| pairs.iter().map(of_group).min().unwrap_or(1);
        let smallest: Vec<u64> = groups.pairs.chunk_by(|one, next| one.0 == next.0).map(alone).collect();
        // Here a size is how large the class of a family is, and a count how many families.
        let sizes = Sizes::new(&smallest);
        let prosecutor: Vec<(f64, f64)> = sizes.counts.iter().map(|(size, count)| of_size(*size, *count)).collect();
        let values: Vec<u64> = sizes.counts.iter().map(|(size, _)| *size).collect();
        let chances = expected(&values, terms.fraction);
        let journalist: Vec<(f64, f64)> =
            chances.into_iter().zip(&sizes.counts).map(|(chance, (_, count))| (chance, real(*count))).collect();
        let journalist = attack(&journalist, terms.threshold);
        Self { prosecutor: attack(&prosecutor, terms.threshold), journalist, marketer: journalist.average }
    }
}

fn of_size(size: u64, members: u64) -> (f64, f64) {
    (1.0 / real(size), real(members))
}

/// Expected chance, and members, by size.
fn estimated(sizes: &Sizes, fraction: f64) -> Vec<(f64, f64)> {
    let values: Vec<u64> = sizes.counts.iter().map(|(size, _)| *size).collect();
    let chances = expected(&values, fraction);
    chances.into_iter().zip(&sizes.counts).map(|(chance, (size, count))| (chance, real(size * count))).collect()
}

/// `members`: chance, and how many have it.
fn attack(members: &[(f64, f64)], threshold: Option<f64>) -> Attack {
    let all: f64 = members.iter().map(|(_, count)| count).sum();
    if all == 0.0 {
        return Attack { at_risk: threshold.map(|_| 0.0), ..Attack::default() };
    }
    let above = |threshold: f64| {
        members.iter().filter(|(chance, _)| *chance > threshold).fold(0.0, |sum, (_, count)| sum + count) / all
    };
    Attack {
        highest: members.iter().map(|(chance, _)| *chance).fold(0.0, f64::max),
        average: members.iter().map(|(chance, count)| chance * count).sum::<f64>() / all,
        at_risk: threshold.map(above),
    }
}
