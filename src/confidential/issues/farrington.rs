//! The improved Farrington algorithm, for months with four years or more behind them, as R's package surveillance has it
//! (`farringtonFlexible`, Salmon, Schumacher and Hoehle 2016, J. Stat. Softw. 70(10)). Comes in: counts, and exposures where
//! wanted. Goes out: what was expected, an upper bound and a p-value for the last count. Written from the papers, and at
//! parity with the figures of R in `fixtures/farrington`.
//!
//! A log-linear quasi-Poisson regression with a trend and a factor for the season is fitted to the past around the same
//! time of earlier years (Farrington et al. 1996, J. R. Stat. Soc. A 159, 547-563). Past counts with an Anscombe residual over
//! 2.58 are weighted by its inverse square, the trend stays only where it is significant and does not run away, and the
//! bound is a negative binomial quantile (Noufaily et al. 2013, Stat. Med. 32, 1206-1222).

use statrs::function::beta::checked_beta_reg;
use statrs::function::erf::{erfc, erfc_inv};

use super::number::{real, size};
use super::prediction::Predictive;
use super::regression::{Fit, fit};

/// Residuals beyond this are weighted down.
const SPIKE: f64 = 2.58;
/// Years without which no trend is fitted.
const TREND_YEARS: usize = 3;

/// How the bound is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// Normal after a two-thirds power, with the error of the mean (Farrington et al. 1996).
    Delta,
    /// A quantile of the negative binomial with the fitted mean and dispersion.
    NegativeBinomial,
}

/// What the algorithm is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Control {
    /// Periods in a year.
    pub per_year: usize,
    /// Years of the past that are used.
    pub years: usize,
    /// Periods on either side of the same time of an earlier year.
    pub half_window: usize,
    /// Parts of the year that have a factor of their own; 1 uses the windows alone.
    pub parts: usize,
    /// Latest periods that are not used, lest an outbreak that has begun be taken for usual.
    pub left_out: usize,
    /// One-sided level of the bound.
    pub level: f64,
    /// A trend is kept where chance would show it less often than this; 1 keeps it always (Noufaily).
    pub trend_level: f64,
    /// How the bound is computed.
    pub threshold: Threshold,
}

/// What the algorithm says of the last count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// The count that the past lets expect.
    pub expected: f64,
    /// Counts above it are unusual.
    pub upper: f64,
    /// Variance over mean, at least 1.
    pub dispersion: f64,
    /// The probability of the last count or more.
    pub p: f64,
    /// Whether a trend was kept.
    pub has_trend: bool,
    /// The standard error of the logarithm of what was expected: that of a mean of n cases is one over the root of n. R has none;
    /// its p-values take what was expected for known.
    pub log_error: f64,
    /// Past periods that it rests on.
    pub periods: usize,
}

impl Verdict {
    /// Whether the past can bear it: what is expected is known as well as a mean of one case is, and is a case at least in as many
    /// periods as were looked at. A trend from many cases to none lets expect a millionth of one, which nobody has seen.
    #[must_use]
    pub fn is_borne(&self) -> bool {
        self.log_error <= 1.0 && self.expected * size(self.periods) >= 1.0
    }
}

/// One row of the regression.
#[derive(Debug, Clone, Copy)]
struct Row {
    at: usize,
    part: usize,
    count: f64,
    exposure: f64,
}

/// What is to be said of the last of `counts`; none where the past is too short or cannot be fitted. `exposures` go into
/// the regression as offsets; without them every period has the same.
#[must_use]
pub fn farrington(counts: &[u64], exposures: Option<&[f64]>, control: &Control) -> Option<Verdict> {
    let now = counts.len().checked_sub(1)?;
    let parts = parts(now, control)?;
    let exposure = |at: usize| exposures.map_or(Some(1.0), |all| all.get(at).copied().filter(|one| *one > 0.0));
    let mut rows = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        if let (Some(part), true) = (part, at + control.left_out < now) {
            rows.push(Row { at, part: *part, count: real(*counts.get(at)?), exposure: exposure(at)? });
        }
    }
    let latest = Row {
        at: now,
        part: control.parts.saturating_sub(1),
        count: real(*counts.get(now)?),
        exposure: exposure(now)?,
    };
    let with_trend = Model::fitted(&rows, true, control);
    let keeps_trend = |model: &Model| {
        let most = rows.iter().map(|row| row.count).fold(0.0, f64::max);
        control.years >= TREND_YEARS && model.trend_p() < control.trend_level && model.mean(&latest) <= most
    };
    let (model, has_trend) = match with_trend.filter(keeps_trend) {
        Some(model) => (model, true),
        None => (Model::fitted(&rows, false, control)?, false),
    };
    Some(model.verdict(&latest, has_trend, control))
}

/// The part of the year of every period that is used; the last part is that of the windows around now.
fn parts(now: usize, control: &Control) -> Option<Vec<Option<usize>>> {
    let (window, last) = (control.half_window, control.parts.checked_sub(1)?);
    let mut parts = vec![None; now + 1];
    let mut mark = |from: usize, to: usize, part: usize| {
        for place in parts.iter_mut().take(to.min(now) + 1).skip(from) {
            *place = Some(part);
        }
    };
    mark(now.saturating_sub(window), now, last);
    for year in 1..=control.years {
        let reference = now.checked_sub(year * control.per_year)?;
        mark(reference.checked_sub(window)?, reference + window, last);
        let between = control.per_year.checked_sub(2 * window + 1)?;
        // One part for all years has no blocks.
        if let (Some(length), Some(rest)) = (between.checked_div(last), between.checked_rem(last)) {
            // What lies between two windows is cut into blocks of equal length, the first of them longer by the rest.
            let mut start = reference + window + 1;
            for block in 0..last {
                let end = start + length + usize::from(block < rest);
                if end > start {
                    mark(start, end - 1, block);
                }
                start = end;
            }
        }
    }
    Some(parts)
}

/// A fitted regression with its weights.
struct Model {
    fit: Fit,
    /// Estimated from the weighted fit, at least 1.
    dispersion: f64,
    /// The dispersion by which R judges the trend and the error of the mean: its prediction takes the weights of past
    /// spikes for those of the fit.
    error_dispersion: f64,
    first: usize,
    parts: Vec<usize>,
}

impl Model {
    fn fitted(rows: &[Row], with_trend: bool, control: &Control) -> Option<Self> {
        let first = rows.first()?.at;
        let mut parts: Vec<usize> = rows.iter().map(|row| row.part).collect();
        parts.sort_unstable();
        parts.dedup();
        if !parts.contains(&control.parts.saturating_sub(1)) {
            return None;
        }
        let design: Vec<Vec<f64>> = rows.iter().map(|row| terms(row, first, &parts, with_trend)).collect();
        let counts: Vec<f64> = rows.iter().map(|row| row.count).collect();
        let exposures: Vec<f64> = rows.iter().map(|row| row.exposure).collect();
        let plain = fit(&design, &counts, &exposures, &vec![1.0; rows.len()])?;
        let dispersion = plain.dispersion(&counts, &vec![1.0; rows.len()]).max(1.0);
        let weights = weights(&plain.residuals(&counts, dispersion));
        let fit = fit(&design, &counts, &exposures, &weights)?;
        let dispersion = fit.dispersion(&counts, &weights).max(1.0);
        let error_dispersion = fit.relative_dispersion(&counts, &weights);
        Some(Self { fit, dispersion, error_dispersion, first, parts })
    }

    fn terms(&self, row: &Row) -> Vec<f64> {
        terms(row, self.first, &self.parts, self.fit.coefficients.len() > self.parts.len())
    }

    fn linear(&self, row: &Row) -> f64 {
        self.terms(row).iter().zip(&self.fit.coefficients).map(|(term, coefficient)| term * coefficient).sum()
    }

    fn mean(&self, row: &Row) -> f64 {
        self.linear(row).exp() * row.exposure
    }

    /// Two-sided p-value of the trend, by Student's t.
    fn trend_p(&self) -> f64 {
        let freedom = self.fit.freedom;
        let (Some(slope), Some(variance)) =
            (self.fit.coefficients.get(1), self.fit.covariance.get(1).and_then(|row| row.get(1)))
        else {
            return 1.0;
        };
        let t_squared = slope * slope / (variance * self.error_dispersion);
        if freedom <= 0.0 || !t_squared.is_finite() {
            return if t_squared > 0.0 { 0.0 } else { 1.0 };
        }
        checked_beta_reg(freedom / 2.0, 0.5, freedom / (freedom + t_squared)).unwrap_or(1.0)
    }

    fn verdict(&self, latest: &Row, has_trend: bool, control: &Control) -> Verdict {
        let expected = self.mean(latest);
        let count = latest.count;
        let (upper, p) = match control.threshold {
            Threshold::Delta => {
                let terms = self.terms(latest);
                let error = expected * (self.fit.quadratic(&terms) * self.error_dispersion).sqrt();
                let spread = (4.0 / 9.0 * expected.cbrt() * (self.dispersion + error * error / expected)).sqrt();
                let centre = expected.powf(2.0 / 3.0);
                let quantile = std::f64::consts::SQRT_2 * erfc_inv(2.0 * control.level);
                let z = (count.powf(2.0 / 3.0) - centre) / spread;
                ((centre + quantile * spread).powf(1.5), 0.5 * erfc(z / std::f64::consts::SQRT_2))
            }
            Threshold::NegativeBinomial => {
                let predictive = Predictive::new(expected, self.dispersion * expected);
                let upper = real(predictive.upper_quantile(control.level));
                (upper, predictive.at_least(whole(count)))
            }
        };
        let log_error = (self.fit.quadratic(&self.terms(latest)) * self.dispersion).sqrt();
        Verdict { expected, upper, dispersion: self.dispersion, p, has_trend, log_error, periods: self.fit.means.len() }
    }
}

/// Intercept, trend where wanted, and one indicator for each part of the year but the first.
fn terms(row: &Row, first: usize, parts: &[usize], with_trend: bool) -> Vec<f64> {
    let mut terms = vec![1.0];
    if with_trend {
        terms.push(size(row.at) - size(first));
    }
    terms.extend(parts.iter().skip(1).map(|part| if *part == row.part { 1.0 } else { 0.0 }));
    terms
}

/// Weights that add up to the number of residuals, smaller by the inverse square for those beyond 2.58.
fn weights(residuals: &[f64]) -> Vec<f64> {
    let raw: Vec<f64> = residuals.iter().map(|s| if *s > SPIKE { (s * s).recip() } else { 1.0 }).collect();
    let scale = size(raw.len()) / raw.iter().sum::<f64>();
    raw.into_iter().map(|weight| weight * scale).collect()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was a count before it became real")]
const fn whole(count: f64) -> u64 {
    count as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTROL: Control = Control {
        per_year: 4,
        years: 3,
        half_window: 1,
        parts: 1,
        left_out: 0,
        level: 0.01,
        trend_level: 1.0,
        threshold: Threshold::NegativeBinomial,
    };

    #[test]
    fn ten_series_get_the_figures_of_r() {
        let fixture = include_str!("../../../fixtures/farrington/farrington_flexible_quarterly.csv");
        let mut compared = 0;
        for line in fixture.lines().skip(1) {
            let columns: Vec<&str> = line.split(',').collect();
            let number = |at: usize| columns[at].parse::<f64>().expect("a number");
            let counts: Vec<u64> = columns[2].split(' ').map(|count| count.parse().expect("a count")).collect();
            let is_delta = columns[1] == "delta";
            let threshold = if is_delta { Threshold::Delta } else { Threshold::NegativeBinomial };
            let verdict = farrington(&counts, None, &Control { threshold, ..CONTROL }).expect(line);
            let bound = if is_delta { 0.005 * number(3) } else { 0.0 };
            assert!((verdict.upper - number(3)).abs() <= bound, "upper bound {verdict:?} of {line}");
            assert!((verdict.p - number(6)).abs() < 1e-4, "p {verdict:?} of {line}");
            assert!((verdict.expected - number(4)).abs() < 1e-4, "expected {verdict:?} of {line}");
            assert!((verdict.dispersion / number(5) - 1.0).abs() < 1e-4, "dispersion {verdict:?} of {line}");
            assert_eq!(verdict.has_trend, columns[8] == "1", "{line}");
            compared += 1;
        }
        assert_eq!(compared, 20);
    }

    #[test]
    fn four_parts_of_a_year_of_months_lie_around_the_windows() {
        let control = Control { per_year: 12, years: 1, half_window: 1, parts: 4, ..CONTROL };
        let parts = parts(13, &control).expect("a year");
        let shown: Vec<Option<usize>> = parts;
        let expected = [3, 3, 3, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3].map(Some);
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_past_too_short_gives_no_verdict() {
        assert_eq!(farrington(&[3; 12], None, &CONTROL), None);
        assert_eq!(farrington(&[], None, &CONTROL), None);
    }

    #[test]
    fn what_few_or_no_cases_let_expect_is_borne_by_no_past() {
        let monthly = Control { per_year: 12, years: 5, parts: 4, left_out: 3, ..CONTROL };
        let verdict = |count: &dyn Fn(usize) -> u64| {
            let counts: Vec<u64> = (0..72).map(count).collect();
            farrington(&counts, None, &monthly).filter(Verdict::is_borne)
        };
        assert_eq!(verdict(&|_| 0), None, "never");
        assert_eq!(verdict(&|at| u64::from(at % 12 == 5) * 30), None, "never at this time of the year");
        assert!(verdict(&|_| 1).is_some() && verdict(&|_| 9).is_some(), "often enough to tell");
        // None for three years and a half, then one: whatever trend that is, one in so many periods is no rarer than that.
        let eased = verdict(&|at| if at < 30 { 40 } else { u64::from(at == 71) });
        assert!(eased.is_none_or(|verdict| verdict.p > 0.01), "{eased:?}");
    }

    #[test]
    fn a_past_of_zeros_makes_any_count_unusual_and_no_fault() {
        let mut counts = vec![0; 17];
        assert!(farrington(&counts, None, &CONTROL).is_none_or(|verdict| verdict.p >= 0.5));
        counts[16] = 9;
        assert!(farrington(&counts, None, &CONTROL).is_none_or(|verdict| verdict.p < 0.01));
    }
}
