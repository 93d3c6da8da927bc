//! What is usual for each issue: its rate for the others' volume, its season, its dispersion. Comes in: a panel, its offsets
//! and how many periods belong to the past. Goes out: a baseline an issue. Deliberately absent: the periods to be judged.
//!
//! Given its rate, a count has mean `m = rate x offset x season` and variance `phi m` (quasi-Poisson). The rate has a gamma
//! distribution: that of all issues' rates (by moments), worth half an average period at most, and the past. What is past and
//! stands out (residual over 2.58) counts less, as in Noufaily et al. (2013), Stat. Med. 32, 1206-1222: an outbreak that
//! was, must not hide the next one.

use super::dispersion::{self, Excess};
use super::mixture::{Mixture, Seen, mixtures};
use super::number::{real, size};
use super::offset::Offset;
use super::prediction::Predictive;
use super::season::{self, Season};
use super::series::{KnownSeason, Panel};

/// Residuals beyond this count less.
const SPIKE: f64 = 2.58;
/// What a normal residual beyond that has for a tail. Small counts are skewed, and their residuals beyond it are no rarity.
const SPIKE_TAIL: f64 = 0.001;
/// What the prior of a rate is worth, in average periods.
const PRIOR_PERIODS: f64 = 0.5;
/// Rounds of weights and dispersions; they settle after two.
const ROUNDS: usize = 3;
/// Years of history that may show a season.
pub const SEASON_YEARS: usize = 3;

/// What is usual for an issue.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// Cases for one case of the offset.
    pub rate: f64,
    /// What the rate is known by: the shape of its gamma distribution.
    pub information: f64,
    /// Variance over mean, at least 1: its distribution.
    pub dispersions: Mixture,
    /// The issue's own season; none where it has none that anybody knows or can see.
    pub season: Option<Season>,
    /// Weight of each past period, from 0 to 1.
    pub weights: Vec<f64>,
}

/// One issue's past.
struct Past<'a> {
    counts: Vec<u64>,
    offset: &'a [f64],
    parts: &'a [usize],
    per_year: usize,
    is_known: bool,
    /// 0 where a count is hidden, else 1.
    seen: Vec<f64>,
}

impl Past<'_> {
    fn sees_season(&self) -> bool {
        self.seen.iter().filter(|seen| **seen > 0.0).count() >= SEASON_YEARS * self.per_year
    }

    fn weighted<'a>(&'a self, weights: &'a [f64]) -> impl Iterator<Item = (f64, f64, usize)> + 'a {
        let terms = self.counts.iter().zip(self.offset).zip(self.parts).zip(weights);
        terms.map(|(((count, offset), part), weight)| (weight * real(*count), weight * offset, *part))
    }

    fn rate(&self, weights: &[f64]) -> f64 {
        let (cases, exposure) = self.weighted(weights).fold((0.0, 0.0), |sum, (y, o, _)| (sum.0 + y, sum.1 + o));
        if exposure > 0.0 { cases / exposure } else { 0.0 }
    }

    /// The rate of each part of the year by itself.
    fn rates_by_part(&self, weights: &[f64]) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); self.per_year];
        for (cases, exposure, part) in self.weighted(weights) {
            sums[part].0 += cases;
            sums[part].1 += exposure;
        }
        sums.into_iter().map(|(cases, exposure)| if exposure > 0.0 { cases / exposure } else { 0.0 }).collect()
    }

    /// Means without a season, and with each part of the year by itself where the past is long enough.
    fn means(&self, weights: &[f64]) -> (Vec<f64>, Option<Vec<f64>>) {
        let rate = self.rate(weights);
        let flat = self.offset.iter().map(|offset| rate * offset).collect();
        let seasonal = self.sees_season().then(|| {
            let rates = self.rates_by_part(weights);
            self.parts.iter().zip(self.offset).map(|(part, offset)| rates[*part] * offset).collect()
        });
        (flat, seasonal)
    }

    /// Weights from the residuals. A period stands out when it does so among all and among its part of the year: else the
    /// peak of a season would be taken for an outbreak.
    fn reweighted(&self, weights: &[f64], dispersion: f64) -> Vec<f64> {
        let (flat, seasonal) = self.means(weights);
        let periods = size(self.counts.len());
        let years = periods / size(self.per_year);
        let residual = |at: usize, mean: f64, leverage: f64| {
            let scale = (dispersion * (1.0 - leverage).max(0.1)).sqrt();
            anscombe(real(self.counts[at]), mean) / scale
        };
        let weight = |at: usize| {
            let mut least = residual(at, flat[at], 1.0 / periods);
            if let Some(seasonal) = &seasonal {
                least = least.min(residual(at, seasonal[at], 1.0 / years));
            }
            let is_rare = || Predictive::new(flat[at], dispersion * flat[at]).mid_upper(self.counts[at]) < SPIKE_TAIL;
            self.seen[at] * if least > SPIKE && is_rare() { (least * least).recip() } else { 1.0 }
        };
        (0..self.counts.len()).map(weight).collect()
    }

    /// Means by part of the year where that can be seen, else those of the whole year, and how many were fitted.
    fn fitted(&self, weights: &[f64]) -> (Vec<f64>, usize) {
        match self.means(weights) {
            (_, Some(seasonal)) => (seasonal, self.per_year),
            (flat, None) => (flat, 1),
        }
    }

    fn excess(&self, weights: &[f64]) -> Excess {
        let (means, parameters) = self.fitted(weights);
        dispersion::excess(&self.counts, &means, weights, parameters)
    }
}

/// Raw Anscombe residual of a Poisson count (McCullagh and Nelder 1989, section 2.4): near normal where the mean is small.
fn anscombe(count: f64, mean: f64) -> f64 {
    if mean > 0.0 { 1.5 * (count.powf(2.0 / 3.0) * mean.powf(-1.0 / 6.0) - mean.sqrt()) } else { 0.0 }
}

/// The gamma distribution of the issues' rates.
struct Prior {
    mean: f64,
    shape: f64,
}

impl Prior {
    /// By moments of the rates of the issues that were ever seen.
    fn from(rates: &[f64]) -> Self {
        let seen: Vec<f64> = rates.iter().copied().filter(|rate| *rate > 0.0).collect();
        let count = size(seen.len().max(1));
        let mean = seen.iter().sum::<f64>() / count;
        let variance = seen.iter().map(|rate| (rate - mean).powi(2)).sum::<f64>() / count;
        Self { mean, shape: if variance > 0.0 { mean * mean / variance } else { 1.0 } }
    }

    /// Shape and exposure of the prior, worth no more than `exposure_max`.
    fn worth(&self, exposure_max: f64) -> (f64, f64) {
        if self.mean <= 0.0 {
            return (0.0, 0.0);
        }
        let exposure = (self.shape / self.mean).min(exposure_max);
        (exposure * self.mean, exposure)
    }
}

/// The baselines of all issues from the first `past` periods of a panel, with their offsets.
#[must_use]
pub fn baselines(panel: &Panel, offsets: &[Offset], past: usize) -> Vec<Baseline> {
    let parts: Vec<usize> = (0..past).map(|at| panel.part_of_year(at)).collect();
    let issues: Vec<Past<'_>> = panel
        .series()
        .iter()
        .zip(offsets)
        .enumerate()
        .map(|(issue, (series, offset))| Past {
            counts: series.counts.iter().take(past).copied().collect(),
            offset: &offset.volume[..past.min(offset.volume.len())],
            parts: &parts,
            per_year: panel.per_year(),
            is_known: series.season == KnownSeason::Known,
            seen: (0..past).map(|at| if panel.is_hidden(issue, at) { 0.0 } else { 1.0 }).collect(),
        })
        .collect();
    let mut weights: Vec<Vec<f64>> = issues.iter().map(|issue| issue.seen.clone()).collect();
    let excesses = |weights: &[Vec<f64>]| -> Vec<Excess> {
        issues.iter().zip(weights).map(|(issue, weights)| issue.excess(weights)).collect()
    };
    let mut dispersions = dispersion::first_guess(&excesses(&weights));
    for _ in 0..ROUNDS {
        for ((issue, weights), dispersion) in issues.iter().zip(&mut weights).zip(&dispersions) {
            *weights = issue.reweighted(weights, *dispersion);
        }
        dispersions = dispersion::shrunk(&excesses(&weights));
    }
    let excesses = excesses(&weights);
    let seen = issues.iter().zip(&weights).zip(excesses.iter().zip(dispersion::usual(&excesses)));
    let seen = seen.map(|((issue, weights), (excess, line))| {
        let (means, parameters) = issue.fitted(weights);
        let own = (excess.freedom >= 1.0).then(|| excess.own());
        Seen { counts: &issue.counts, means, weights, parameters, line, own }
    });
    let mixtures = mixtures(&seen.collect::<Vec<_>>());
    let rates: Vec<f64> = issues.iter().zip(&weights).map(|(issue, weights)| issue.rate(weights)).collect();
    let prior = Prior::from(&rates);
    let finish =
        |((issue, weights), mixture): ((&Past<'_>, Vec<f64>), Mixture)| finished(issue, weights, mixture, &prior);
    issues.iter().zip(weights).zip(mixtures).map(finish).collect()
}

fn finished(issue: &Past<'_>, weights: Vec<f64>, dispersions: Mixture, prior: &Prior) -> Baseline {
    let dispersion = dispersions.mean();
    let season =
        season::season(issue.weighted(&weights), issue.per_year, dispersion, issue.sees_season(), issue.is_known);
    // With a season a case counts against the exposure that its part of the year gives it.
    let adjusted = |part: usize| season.as_ref().map_or(1.0, |season| season.factor(part));
    let (mut cases, mut exposure) = (0.0, 0.0);
    for (y, o, part) in issue.weighted(&weights) {
        cases += y;
        exposure += o * adjusted(part);
    }
    let average = issue.offset.iter().sum::<f64>() / size(issue.offset.len().max(1));
    let (shape, prior_exposure) = prior.worth(PRIOR_PERIODS * average / dispersion);
    let information = shape + cases / dispersion;
    let worth = prior_exposure + exposure / dispersion;
    let rate = if worth > 0.0 { information / worth } else { 0.0 };
    Baseline { rate, information, dispersions, season, weights }
}
