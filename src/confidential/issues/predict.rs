//! The test itself: how unusual is what came in a window, given the past. Comes in: a panel. Goes out: for each issue a
//! predictive distribution for the latest period and one for the latest year, with the observed counts. Deliberately
//! absent: deciding what to list.
//!
//! With baseline rate, season and dispersion the count of a window has mean `m = sum rate x offset x season` and variance
//! `phi m + m^2 (e_rate^2 + e_season^2 + e_offset^2)`: the spread of counts, and the squared relative errors of what they
//! are compared with. A negative binomial of that mean and variance, averaged over what `phi` may be ([`super::mixture`]),
//! is the predictive distribution; where `phi` is 1 and there is no season it is the gamma-Poisson one exactly.

use serde::Serialize;

use super::baseline::{Baseline, baselines};
use super::mixture::Mixture;
use super::number::real;
use super::offset::{Offset, offsets};
use super::prediction::Predictive;
use super::series::Panel;

/// How much of what a window shows must be there without its most extreme period.
const PERSISTENCE: f64 = 8.0;

/// Which periods are judged together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The latest period: what comes suddenly.
    Latest,
    /// The year that ends with it: what stays.
    Rolling,
}

impl Window {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Latest, Self::Rolling];

    /// Number of periods in it.
    #[must_use]
    pub const fn periods(self, per_year: usize) -> usize {
        match self {
            Self::Latest => 1,
            Self::Rolling => per_year,
        }
    }
}

/// One issue in one window.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// What came.
    pub observed: u64,
    /// What the past lets expect, and how surely.
    pub spread: Spread,
    /// How unusual it is that so many came: a mid-p value.
    pub p_up: f64,
    /// How unusual it is that so few came.
    pub p_down: f64,
    /// The baseline it rests on.
    pub baseline: Baseline,
}

/// What makes the variance of a window's count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Its mean.
    pub mean: f64,
    /// Variance over mean of counts: its distribution.
    pub dispersions: Mixture,
    /// Squared relative error of the mean.
    pub squared_error: f64,
}

impl Spread {
    /// The predictive distribution.
    #[must_use]
    pub fn predictive(&self) -> Predictive {
        let of_mean = self.mean * self.mean * self.squared_error;
        Predictive::mixed(self.mean, self.dispersions.map(|dispersion| dispersion * self.mean + of_mean))
    }
}

/// What the expectation of any periods of a window is made of.
struct Expectation<'a> {
    panel: &'a Panel,
    offset: &'a Offset,
    baseline: &'a Baseline,
    pooled_dispersion: f64,
}

/// Predictions of every issue for a window, from everything before it. `left_out` of the offsets: see [`offsets`].
#[must_use]
pub fn predictions(panel: &Panel, window: Window, left_out: &[bool]) -> Vec<Prediction> {
    let periods = panel.periods();
    let past = periods.saturating_sub(window.periods(panel.per_year()));
    let offsets = offsets(panel, left_out);
    let baselines = baselines(panel, &offsets, past);
    let dispersions = baselines.iter().map(|baseline| baseline.dispersions.mean()).collect();
    let pooled_dispersion = super::number::median(dispersions).unwrap_or(1.0);
    let issues = panel.series().iter().zip(&offsets).zip(baselines);
    issues
        .map(|((series, offset), baseline)| {
            let expectation = Expectation { panel, offset, baseline: &baseline, pooled_dispersion };
            let window: Vec<usize> = (past..periods).collect();
            let (spread, p_up, p_down) = expectation.judged(&series.counts, &window);
            let observed = series.counts.iter().skip(past).sum();
            Prediction { observed, spread, p_up, p_down, baseline }
        })
        .collect()
}

impl Expectation<'_> {
    /// The spread of a window, and how unusual its count is in each tail.
    ///
    /// What stays is more than one period: a window of several is as unusual as its sum, but no more than [`PERSISTENCE`]
    /// times less likely than what is left of it without its most extreme period.
    fn judged(&self, counts: &[u64], window: &[usize]) -> (Spread, f64, f64) {
        let sum = |periods: &[usize]| periods.iter().filter_map(|at| counts.get(*at)).sum::<u64>();
        let whole = self.spread(window);
        let p = whole.predictive().mid_upper(sum(window));
        if window.len() < 2 {
            return (whole, p, 1.0 - p);
        }
        let mut by_excess: Vec<(f64, usize)> = window
            .iter()
            .map(|at| {
                let one = self.spread(&[*at]);
                ((real(counts.get(*at).copied().unwrap_or(0)) - one.mean) / one.mean.max(f64::MIN_POSITIVE).sqrt(), *at)
            })
            .collect();
        by_excess.sort_by(|one, other| one.0.total_cmp(&other.0));
        let order: Vec<usize> = by_excess.into_iter().map(|(_, at)| at).collect();
        let (without_peak, without_trough) = (&order[..order.len() - 1], &order[1..]);
        let kept_up = self.spread(without_peak).predictive().mid_upper(sum(without_peak));
        let kept_down = self.spread(without_trough).predictive().mid_lower(sum(without_trough));
        (whole, p.max(kept_up / PERSISTENCE), (1.0 - p).max(kept_down / PERSISTENCE))
    }

    fn spread(&self, periods: &[usize]) -> Spread {
        let Self { panel, offset, baseline, .. } = self;
        let mut by_part = vec![0.0; panel.per_year()];
        let mut volume = 0.0;
        for at in periods {
            let part = panel.part_of_year(*at);
            let factor = baseline.season.as_ref().map_or(1.0, |season| season.factor(part));
            let exposure = offset.volume.get(*at).copied().unwrap_or(0.0);
            by_part[part] += baseline.rate * exposure * factor;
            volume += exposure;
        }
        let mean: f64 = by_part.iter().sum();
        if mean <= 0.0 {
            return Spread { mean: 0.0, dispersions: baseline.dispersions, squared_error: 0.0 };
        }
        let (mut seasonal, mut borrowed) = (0.0, 1.0);
        if let Some(season) = &baseline.season {
            let shares = || by_part.iter().enumerate().map(|(part, part_mean)| (part, part_mean / mean));
            seasonal = shares().map(|(part, share)| share * share * season.squared_error(part)).sum();
            borrowed = shares().map(|(part, share)| share * season.borrowed(part)).sum();
        }
        let of_rate = borrowed * borrowed / baseline.information;
        let of_offset = if offset.is_counted && volume > 0.0 { self.pooled_dispersion / volume } else { 0.0 };
        Spread { mean, dispersions: baseline.dispersions, squared_error: of_rate + seasonal + of_offset }
    }
}
