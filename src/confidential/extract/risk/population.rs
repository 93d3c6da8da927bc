//! How many of the population are unique, estimated from a sample. Comes in: class sizes of the sample, the sampling fraction.
//! Goes out: an estimate by each model, and the one that a rule picks. Deliberately absent: a number where a model has none.

mod pitman;
mod snb;
#[cfg(test)]
mod tests;
mod zayatz;

use serde::Serialize;

use super::{Sizes, real};

/// A model of how classes of the population come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimator {
    /// Bayes' rule, with the sample's class sizes in place of the population's. Source: Zayatz (1991).
    Zayatz,
    /// The Ewens-Pitman sampling formula. Source: Hoshino (2001).
    Pitman,
    /// The slide negative binomial. Source: Chen and McNulty (1998).
    Snb,
    /// Nothing to estimate: nobody is unique in the sample, or everybody is in it.
    Counted,
}

impl Estimator {
    /// Its name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zayatz => "Zayatz",
            Self::Pitman => "Pitman",
            Self::Snb => "slide negative binomial (SNB)",
            Self::Counted => "counted",
        }
    }
}

/// What a model says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Uniques of the population; none where the model has no answer.
    pub uniques: Option<f64>,
    /// The same as a share of the population.
    pub share: Option<f64>,
    /// Why there is none.
    pub why_not: Option<&'static str>,
}

/// Uniques of the population under each model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimates {
    /// Members of the population: those of the sample over the sampling fraction.
    pub population: u64,
    /// By Zayatz.
    pub zayatz: Estimate,
    /// By Pitman.
    pub pitman: Estimate,
    /// By the slide negative binomial.
    pub snb: Estimate,
    /// The one that is picked, and its estimate.
    pub picked: Estimator,
    /// What it says.
    pub estimate: Estimate,
}

/// A sample, as estimators see it.
#[derive(Debug)]
struct Sample<'s> {
    sizes: &'s Sizes,
    /// Members.
    members: f64,
    /// Classes.
    classes: f64,
    /// The share of the population that it is.
    fraction: f64,
    /// Members of the population.
    population: f64,
}

impl Sample<'_> {
    fn of_size(&self, size: u64) -> f64 {
        real(self.sizes.of_size(size))
    }
}

/// Up to this fraction Pitman's model is picked.
const SMALL: f64 = 0.1;

impl Estimates {
    /// Estimates of a sample with classes of `sizes`, which is `fraction` of the population (above 0, at most 1).
    ///
    /// Picked is Pitman's where the fraction is at most 0.1, else the smaller of the slide negative binomial's and Zayatz's; where
    /// the one wanted has no answer, Zayatz's.
    /// Source: Dankar, El Emam, Neisa and Roffey (2012), Estimating the re-identification risk of clinical data sets.
    #[must_use]
    pub fn new(sizes: &Sizes, fraction: f64) -> Self {
        let members = real(sizes.members());
        let population = (members / fraction).round().max(members);
        let sample = Sample { sizes, members, classes: real(sizes.classes()), fraction, population };
        let uniques = sample.of_size(1);
        if uniques == 0.0 || fraction >= 1.0 {
            let counted = told(Ok(uniques), &sample);
            return Self {
                population: whole(population),
                zayatz: counted,
                pitman: counted,
                snb: counted,
                picked: Estimator::Counted,
                estimate: counted,
            };
        }
        let zayatz = told(Ok(zayatz::uniques(&sample)), &sample);
        let pitman = told(pitman::uniques(&sample), &sample);
        let snb = told(snb::uniques(&sample), &sample);
        let (picked, estimate) = if fraction <= SMALL {
            if pitman.uniques.is_some() { (Estimator::Pitman, pitman) } else { (Estimator::Zayatz, zayatz) }
        } else {
            match (snb.uniques, zayatz.uniques) {
                (Some(one), Some(other)) if one <= other => (Estimator::Snb, snb),
                (Some(_) | None, _) => (Estimator::Zayatz, zayatz),
            }
        };
        Self { population: whole(population), zayatz, pitman, snb, picked, estimate }
    }
}

/// What no model may say: that there are more uniques than people, or fewer than none.
fn told(found: Result<f64, &'static str>, sample: &Sample<'_>) -> Estimate {
    match found {
        Ok(uniques) if (0.0..=sample.population).contains(&uniques) => {
            let share = if sample.population > 0.0 { uniques / sample.population } else { 0.0 };
            Estimate { uniques: Some(uniques), share: Some(share), why_not: None }
        }
        Ok(_) => Estimate { uniques: None, share: None, why_not: Some("the model's answer is no number of people") },
        Err(why_not) => Estimate { uniques: None, share: None, why_not: Some(why_not) },
    }
}

/// A population is a whole number, rounded before.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
const fn whole(population: f64) -> u64 {
    population as u64
}

/// Halves `[low, high]` until `is_below` has no place to be: the point up to which it holds.
fn halve(mut low: f64, mut high: f64, mut is_below: impl FnMut(f64) -> bool) -> f64 {
    // A double has no more bits to halve.
    for _ in 0..STEPS {
        let middle = f64::midpoint(low, high);
        if is_below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

const STEPS: usize = 64;
