//! Which family comes in which quarter. Comes in: volumes and family sizes. Goes out: one visit a case. Deliberately
//! absent: what the visit is about.

use crate::demo::dice::Dice;
use crate::demo::marginals::{Figures, shares_of};

/// One case of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// Quarter, from 0.
    pub quarter: usize,
    /// Family, from 0.
    pub family: usize,
    /// Which of its children, from 0.
    pub child: usize,
    /// Whether the family was there in an earlier quarter.
    pub returning: bool,
}

/// A family and what is left of its visits.
struct Family {
    siblings: usize,
    visits_left: usize,
}

/// Every visit, quarter by quarter. A quarter has as many as its volume says, from families that return and new ones.
pub fn visits(figures: &Figures, dice: &mut Dice) -> Vec<Visit> {
    let sizes = shares_of(&figures.marginals.family.cases_per_family);
    let quarters = figures.marginals.quarters;
    let (mut visits, mut families) = (Vec::new(), Vec::new());
    let mut due: Vec<Vec<usize>> = vec![Vec::new(); quarters];
    for quarter in 0..quarters {
        let wanted = volume(figures, quarter, dice);
        let mut filled = 0;
        for family in std::mem::take(&mut due[quarter]) {
            let known: &mut Family = &mut families[family];
            let child = dice.below(known.siblings);
            visits.push(Visit { quarter, family, child, returning: true });
            filled += 1;
            known.visits_left -= 1;
            schedule(&mut due, quarter, family, known, dice);
        }
        while filled < wanted {
            let family = families.len();
            let cases: usize = dice.code(&sizes).parse().expect("the table's keys are numbers, and a test reads them");
            let siblings = 1 + usize::from(dice.chance(figures.marginals.family.siblings_share));
            let together = if siblings > 1 && dice.chance(0.5) { siblings } else { 1 };
            visits.extend((0..together).map(|child| Visit { quarter, family, child, returning: false }));
            filled += together;
            let mut known = Family { siblings, visits_left: cases - 1 };
            schedule(&mut due, quarter, family, &mut known, dice);
            families.push(known);
        }
    }
    visits
}

/// Puts a family's next visit one to four quarters later, where it has one.
fn schedule(due: &mut [Vec<usize>], quarter: usize, family: usize, known: &mut Family, dice: &mut Dice) {
    if known.visits_left == 0 {
        return;
    }
    let next = quarter + 1 + dice.below(4);
    if let Some(families) = due.get_mut(next) {
        families.push(family);
    }
}

/// Number of cases of a quarter: the seasonal mean with the stated overdispersion. The mean is above 200, where the normal
/// distribution is as good as any.
fn volume(figures: &Figures, quarter: usize, dice: &mut Dice) -> usize {
    let mean = expected_volume(figures, quarter);
    let spread = (mean * figures.marginals.volume.overdispersion).sqrt();
    (mean + spread * dice.normal()).round().max(1.0) as usize
}

/// The mean number of cases of a quarter, from 0.
#[must_use]
pub fn expected_volume(figures: &Figures, quarter: usize) -> f64 {
    let volume = &figures.marginals.volume;
    let year = i32::try_from(quarter / 4).expect("a few years");
    volume.cases_per_quarter * (1.0 + volume.growth_per_year).powi(year) * volume.season_q1_q4[quarter % 4]
}
