//! Dominance: totals of magnitudes (minutes spent) in which one contributor weighs too much. Comes in: what each protected
//! unit contributes to a cell. Goes out: whether the cell may be shown, and how far it must then be from what a reader can
//! bound. Deliberately absent: a threshold of units; `MinimumFrequency` holds for sums as well. Only a statistician's case
//! sums so far: minutes in reports are published in bands.
//!
//! Source: p % rule and (n, k) rule, 4.2.2 of Hundepool et al. (2012); why p % is the better of the two, Cox (1981).
//!
//! | cell | minutes by family | total | without the two largest | p = 10 | (1, 80) |
//! |---|---|---|---|---|---|
//! | North/ASD | 900, 80, 15, 5 | 1000 | 20 | primary: 20 is less than 90 | primary: 90 % |
//! | South/ASD | 400, 300, 200, 100 | 1000 | 300 | shown | shown: 40 % |
//!
//! A primary cell needs a table in which it is so much higher that the second largest contributor, who takes its own from
//! the highest value, overstates the largest by p % (the upper protection level of the rule: `p x1 / 100 - rest`), and one
//! in which it is as much lower. Under (n, k) the level is `100 / k` of what the n largest contribute, less the total.
//!
//! The need belongs to every sum of hidden cells that readers know, and each contributor is a reader who knows what it brought to
//! every cell (4.2.3 of the handbook; `told`, `insider`). Worked example: North is 1,000 and five of 1, South is 900 and five of 1,
//! both hidden alone in their row, which says 1,910. The largest of the north takes its 1,000 off and has 910 for 900.
//!
//! Its attack: the second largest contributor takes its own from the total and has the largest within p %
//! ([`best_guess`]).

use std::collections::BTreeMap;

use super::super::Reason;
use super::super::error::ProtectError;
use super::super::primary::Need;
use super::super::system::{System, signed};
use super::super::told;
use super::Rulings;
use crate::tabulate::{Counter, Key};

/// What protected units contribute to one cell, each unit once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contributions {
    /// Units and what they contribute, the largest first.
    sorted: Vec<(u64, u64)>,
    total: u64,
}

impl Contributions {
    /// The units of a cell and what they contribute, in any order; none where that adds up to more than can be counted.
    #[must_use]
    pub fn new(mut of_units: Vec<(u64, u64)>) -> Option<Self> {
        of_units.sort_unstable_by_key(|&(unit, of_unit)| (std::cmp::Reverse(of_unit), unit));
        let total = of_units.iter().try_fold(0_u64, |sum, &(_, of_unit)| sum.checked_add(of_unit))?;
        Some(Self { sorted: of_units, total })
    }

    /// Those of several cells that have nothing in common.
    pub(in super::super) fn of_all<'a>(cells: impl Iterator<Item = &'a Self>) -> Option<Self> {
        let mut of_units: BTreeMap<u64, u64> = BTreeMap::new();
        for &(unit, of_unit) in cells.flat_map(|cell| &cell.sorted) {
            let sum = of_units.entry(unit).or_default();
            *sum = sum.checked_add(of_unit)?;
        }
        Self::new(of_units.into_iter().collect())
    }

    /// Units and what they contribute, the largest first.
    pub(in super::super) fn of_units(&self) -> &[(u64, u64)] {
        &self.sorted
    }

    pub(in super::super) fn total(&self) -> u64 {
        self.total
    }

    fn largest(&self, at: usize) -> u64 {
        self.sorted.get(at).map_or(0, |&(_, of_unit)| of_unit)
    }
}

/// A rule for magnitudes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dominance {
    /// Primary where some contributor can estimate another's contribution to within `percent` of it.
    Percent {
        /// p.
        percent: u64,
    },
    /// Primary where the `units` largest contribute more than `percent` of the total.
    Share {
        /// n.
        units: usize,
        /// k.
        percent: u64,
    },
}

impl Dominance {
    /// Whether a cell is primary. A cell of nothing is not.
    #[must_use]
    pub fn is_primary(self, cell: &Contributions) -> bool {
        let wide = u128::from;
        match self {
            Self::Percent { percent } => {
                let rest = wide(cell.total) - wide(cell.largest(0)) - wide(cell.largest(1));
                100 * rest < wide(percent) * wide(cell.largest(0))
            }
            Self::Share { units, percent } => {
                let top: u128 = cell.sorted.iter().take(units).map(|&(_, of_unit)| wide(of_unit)).sum();
                100 * top > wide(percent) * wide(cell.total)
            }
        }
    }
}

impl Dominance {
    /// How much higher a reader has to take a primary cell to be possible; at least 1.
    #[must_use]
    pub fn upper_level(self, cell: &Contributions) -> u64 {
        let wide = u128::from;
        let level = match self {
            Self::Percent { percent } => {
                let rest = wide(cell.total) - wide(cell.largest(0)) - wide(cell.largest(1));
                (wide(percent) * wide(cell.largest(0))).div_ceil(100).saturating_sub(rest)
            }
            Self::Share { units, percent } => {
                let top: u128 = cell.sorted.iter().take(units).map(|&(_, of_unit)| wide(of_unit)).sum();
                (100 * top).div_ceil(wide(percent).max(1)).saturating_sub(wide(cell.total))
            }
        };
        u64::try_from(level).unwrap_or(u64::MAX).max(1)
    }
}

impl Dominance {
    /// What a cell needs from the point of view of somebody who contributes `own` to it (of unit `who`, where it is known), or of
    /// whoever is best placed; none where nobody's part is told.
    pub(in super::super) fn need(self, cell: &Contributions, reader: Option<(Option<u64>, u64)>) -> Option<Need> {
        let Some((who, own)) = reader else {
            return self.is_primary(cell).then(|| {
                let up = signed(self.upper_level(cell));
                Self::needed(up, signed(cell.total))
            });
        };
        let left = signed(cell.total.saturating_sub(own));
        let up = match self {
            Self::Percent { percent } => {
                // The largest of the others; a reader of another name may be it, and is then asked about itself: no less is hidden.
                let &(_, other) = cell.sorted.iter().find(|&&(unit, _)| who != Some(unit))?;
                let highest = (u128::from(100 + percent) * u128::from(other)).div_ceil(100) + u128::from(own);
                i64::try_from(highest.saturating_sub(u128::from(cell.total))).unwrap_or(i64::MAX)
            }
            Self::Share { .. } if self.is_primary(cell) => signed(self.upper_level(cell)),
            Self::Share { .. } => 0,
        };
        (up > 0).then(|| Self::needed(up, left))
    }

    fn needed(up: i64, most_down: i64) -> Need {
        let down = up.min(most_down);
        Need { up, down, width: up.saturating_add(down) }
    }
}

/// Finds the cells in which one unit weighs too much, those included that exist only as a difference or as one of `sums` of cells that
/// readers know.
///
/// # Errors
/// [`ProtectError::NoContributions`] where the rule is asked for and nothing is known of units.
pub(in super::super) fn judged<'a>(
    mut system: System<'a>,
    counter: &dyn Counter,
    sums: &[Vec<Key>],
) -> Result<System<'a>, ProtectError> {
    let Some(rule) = system.problem.rules.dominance else { return Ok(system) };
    let contributions = counter.contributions(&system.keys).ok_or(ProtectError::NoContributions)?;
    // What is more than can be counted was refused when the sums were checked.
    let contributions: Option<Vec<Contributions>> = contributions.into_iter().map(Contributions::new).collect();
    system.contributions = contributions.ok_or(ProtectError::NoContributions)?;
    let mut system = told::with_sums(system, sums);
    for (cell, of_units) in (0_u32..).zip(&system.contributions) {
        if let Some(need) = rule.need(of_units, None) {
            system.dominated.push((cell, need));
        }
    }
    Ok(system)
}

/// Hides them.
pub(super) fn rule(system: &System, rulings: &mut Rulings) {
    for &(cell, need) in &system.dominated {
        rulings.hide(cell, Reason::Dominance);
        rulings.require(cell, need);
    }
}

/// The attack: what the second largest contributor can say of the largest, as the most that it can be. The error is what
/// all others contribute.
#[must_use]
pub fn best_guess(cell: &Contributions) -> u64 {
    cell.total - cell.largest(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn minutes(of_families: &[u64]) -> Contributions {
        Contributions::new((0..).zip(of_families.iter().copied()).collect()).expect("minutes of a service")
    }

    #[test]
    fn the_cells_of_the_worked_example_are_judged_as_it_says() {
        let (north, south) = (minutes(&[80, 900, 5, 15]), minutes(&[100, 200, 300, 400]));
        for rule in [Dominance::Percent { percent: 10 }, Dominance::Share { units: 1, percent: 80 }] {
            assert!(rule.is_primary(&north) && !rule.is_primary(&south));
        }
        assert_eq!(best_guess(&north), 920, "within 10 % of 900");
        assert_eq!(best_guess(&south), 700, "far from 400");
    }

    #[test]
    fn one_or_two_families_are_always_primary_under_a_percentage_and_nobody_never() {
        let rule = Dominance::Percent { percent: 1 };
        assert!(rule.is_primary(&minutes(&[30])) && rule.is_primary(&minutes(&[30, 30])));
        assert!(!rule.is_primary(&minutes(&[])) && !rule.is_primary(&minutes(&[0, 0])));
    }

    #[test]
    fn a_share_of_exactly_the_limit_may_be_shown() {
        let rule = Dominance::Share { units: 2, percent: 75 };
        assert!(!rule.is_primary(&minutes(&[50, 25, 25])));
        assert!(rule.is_primary(&minutes(&[51, 25, 24])));
    }

    #[test]
    fn contributions_that_cannot_be_added_up_are_refused() {
        assert_eq!(Contributions::new(vec![(1, u64::MAX), (2, 1)]), None);
    }

    proptest! {
        /// The rule is its attack: a cell is shown exactly where nobody's guess of another comes within p %.
        #[test]
        fn a_cell_is_shown_only_where_no_contributor_guesses_another_within_p_percent(
            of_families in prop::collection::vec(1_u64..500, 0..7), percent in 1_u64..60,
        ) {
            let total: u64 = of_families.iter().sum();
            let guesses = (0..of_families.len()).flat_map(|own| {
                let of_families = &of_families;
                (0..of_families.len()).filter(move |&other| other != own).map(move |other| {
                    let guess = total - of_families[own];
                    100 * (guess - of_families[other]) < percent * of_families[other]
                })
            });
            let is_guessed = of_families.len() == 1 || guesses.into_iter().any(|is_close| is_close);
            let rule = Dominance::Percent { percent };
            prop_assert_eq!(rule.is_primary(&minutes(&of_families)), is_guessed);
        }
    }
}
