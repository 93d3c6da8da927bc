//! How much more counts vary than Poisson counts would: variance over mean, issue by issue. Comes in: counts and fitted
//! means. Goes out: dispersions, drawn towards what all issues together show, the more so the less an issue says itself.
//!
//! An issue's own figure is Pearson's: `X^2 / df` with `X^2 = sum w (y - m)^2 / m` (McCullagh and Nelder 1989, section 4.5).
//! With eight quarters it is off by half its size; and an issue that happened to be calm would raise alarms. What all issues
//! together show is a line over their means, `phi(m) = a + b m` with `a >= 1` and `b >= 0`: small counts are nearly Poisson,
//! large ones waver by a share of their size. Each issue's figure is an average of its own and the line's, weighted by
//! how much the figures differ from the line beyond chance (empirical Bayes by moments); it decides which past counts are
//! spikes. What the prediction takes is the whole distribution ([`super::mixture`]). The sampling variance of `X^2 / df`
//! is about `(2 phi^2 + k mean(1/m)) / df`, where `k m = phi (1 + 6 phi (phi - 1)) m` is the fourth cumulant of a negative
//! binomial count of mean `m` and variance `phi m`; so small issues take the line's.

use super::number::{median, real, size};

/// Standard errors above the line beyond which an issue is not like the others.
const FAR: f64 = 3.0;

/// Standard errors that a slope must have to be one.
const SLOPE_ERRORS: f64 = 2.0;

/// Rounds of the line's weights.
const LINE_ROUNDS: usize = 3;

/// What one issue says of its dispersion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excess {
    /// Weighted Pearson statistic.
    pub pearson: f64,
    /// Degrees of freedom; 0 where the issue says nothing.
    pub freedom: f64,
    /// Mean of one over the fitted means.
    pub reciprocal: f64,
    /// Mean of the fitted means.
    pub mean: f64,
}

impl Excess {
    /// The issue's own figure.
    #[must_use]
    pub fn own(&self) -> f64 {
        self.pearson / self.freedom
    }

    /// Variance of the issue's own figure where its true dispersion is `phi`.
    fn sampling_variance(&self, phi: f64) -> f64 {
        let fourth = phi * (1.0 + 6.0 * phi * (phi - 1.0));
        (2.0 * phi * phi + fourth * self.reciprocal) / self.freedom
    }
}

/// The excess of `counts` over fitted `means`, of which `parameters` were fitted.
#[must_use]
pub fn excess(counts: &[u64], means: &[f64], weights: &[f64], parameters: usize) -> Excess {
    let (mut pearson, mut weight_sum, mut reciprocals, mut sum, mut seen) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for ((count, mean), weight) in counts.iter().zip(means).zip(weights).filter(|((_, mean), _)| **mean > 0.0) {
        pearson += weight * (real(*count) - mean).powi(2) / mean;
        weight_sum += weight;
        reciprocals += mean.recip();
        sum += mean;
        seen += 1.0;
    }
    let freedom = (weight_sum - size(parameters)).max(0.0);
    let over = |sum: f64| if seen > 0.0 { sum / seen } else { 0.0 };
    Excess { pearson, freedom, reciprocal: over(reciprocals), mean: over(sum) }
}

fn telling(excesses: &[Excess]) -> impl Iterator<Item = &Excess> {
    excesses.iter().filter(|excess| excess.freedom >= 1.0 && excess.mean > 0.0)
}

/// A dispersion an issue before anything is known to be a spike, from medians, which spikes do not move.
#[must_use]
pub fn first_guess(excesses: &[Excess]) -> Vec<f64> {
    let least = median(telling(excesses).map(Excess::own).collect()).unwrap_or(1.0).max(1.0);
    let slope = median(telling(excesses).map(|excess| (excess.own() - 1.0) / excess.mean).collect());
    let slope = slope.unwrap_or(0.0).max(0.0);
    excesses.iter().map(|excess| least.max(1.0 + slope * excess.mean)).collect()
}

/// Whether an issue is far wilder than the others: then it does not say what is usual, and keeps its own.
fn is_far(line: Line, excess: &Excess) -> bool {
    let usual = line.at(excess.mean);
    excess.freedom >= 1.0 && excess.own() > usual + FAR * excess.sampling_variance(usual).sqrt()
}

/// The line of the issues that are not far from it, and those.
fn line(excesses: &[Excess]) -> (Line, Vec<Excess>) {
    let ordinary = |line: Line| excesses.iter().copied().filter(|excess| !is_far(line, excess)).collect::<Vec<_>>();
    let line = Line::through(&ordinary(Line::through(excesses)));
    let ordinary = ordinary(line);
    (Line::through(&ordinary), ordinary)
}

/// What all issues together show for the mean of each, at least 1.
#[must_use]
pub fn usual(excesses: &[Excess]) -> Vec<f64> {
    let (line, _) = line(excesses);
    excesses.iter().map(|excess| line.at(excess.mean)).collect()
}

/// A dispersion an issue, at least 1.
#[must_use]
pub fn shrunk(excesses: &[Excess]) -> Vec<f64> {
    let (line, ordinary) = line(excesses);
    let between = between(&ordinary, line);
    let of = |excess: &Excess| {
        let usual = line.at(excess.mean);
        if excess.freedom < 1.0 {
            return usual;
        }
        if is_far(line, excess) {
            return excess.own();
        }
        let (chance, between) = (excess.sampling_variance(usual), between * usual * usual);
        let own_weight = between / (between + chance);
        (own_weight * excess.own() + (1.0 - own_weight) * usual).max(1.0)
    };
    excesses.iter().map(of).collect()
}

/// The dispersion that all issues together show for a mean.
#[derive(Debug, Clone, Copy)]
struct Line {
    start: f64,
    slope: f64,
}

impl Line {
    fn at(self, mean: f64) -> f64 {
        (self.start + self.slope * mean).max(1.0)
    }

    /// Weighted least squares, the weights from the line of the round before.
    fn through(excesses: &[Excess]) -> Self {
        let mut line = Self { start: 1.0, slope: 0.0 };
        let (pearson, freedom) =
            telling(excesses).fold((0.0, 0.0), |sum, one| (sum.0 + one.pearson, sum.1 + one.freedom));
        if freedom > 0.0 {
            line.start = (pearson / freedom).max(1.0);
        }
        for _ in 0..LINE_ROUNDS {
            line = line.refitted(excesses);
        }
        line
    }

    fn refitted(self, excesses: &[Excess]) -> Self {
        let mut sums = [0.0; 5];
        for excess in telling(excesses) {
            let weight = excess.sampling_variance(self.at(excess.mean)).recip();
            let terms = [1.0, excess.mean, excess.mean * excess.mean, excess.own(), excess.own() * excess.mean];
            sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += weight * term);
        }
        let [w, x, xx, y, xy] = sums;
        if w <= 0.0 {
            return self;
        }
        let determinant = w * xx - x * x;
        let slope = if determinant > 1e-9 * w * xx { (w * xy - x * y) / determinant } else { 0.0 };
        // A slope that chance could have made would cost the large issues power for nothing.
        if slope <= 0.0 || slope * slope * determinant < SLOPE_ERRORS * SLOPE_ERRORS * w {
            return Self { start: (y / w).max(1.0), slope: 0.0 };
        }
        let start = (y - slope * x) / w;
        if start >= 1.0 {
            return Self { start, slope };
        }
        Self { start: 1.0, slope: ((xy - x) / xx).max(0.0) }
    }
}

/// The variance between issues that chance does not explain, relative to the line.
fn between(excesses: &[Excess], line: Line) -> f64 {
    // Each issue's squared distance estimates it plus its own sampling variance; the clearer ones count more.
    let (mut sum, mut weights) = (0.0, 0.0);
    for excess in telling(excesses) {
        let usual = line.at(excess.mean);
        let chance = excess.sampling_variance(usual) / (usual * usual);
        let weight = (chance * chance).recip();
        sum += weight * ((excess.own() / usual - 1.0).powi(2) - chance);
        weights += weight;
    }
    if weights > 0.0 { (sum / weights).max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pearson: f64, freedom: f64) -> Excess {
        Excess { pearson, freedom, reciprocal: 0.1, mean: 10.0 }
    }

    #[test]
    fn pearson_over_freedom_is_what_a_pencil_gives() {
        let excess = excess(&[8, 12, 10], &[10.0; 3], &[1.0; 3], 1);
        assert!((excess.own() - 0.4).abs() < 1e-12, "(4 + 4 + 0) / 10 / 2");
    }

    #[test]
    fn issues_that_differ_by_chance_alone_share_one_dispersion() {
        let dispersions = shrunk(&[of(10.0, 8.0), of(12.0, 8.0), of(14.0, 8.0)]);
        assert!(dispersions.iter().all(|dispersion| (dispersion - 1.5).abs() < 1e-9), "{dispersions:?}");
    }

    #[test]
    fn a_wild_issue_among_many_calm_ones_keeps_most_of_its_own() {
        let mut excesses = vec![of(15.0, 15.0); 19];
        excesses.push(of(90.0, 15.0));
        let dispersions = shrunk(&excesses);
        assert!(dispersions[19] > 4.0 && dispersions[0] < 1.5, "{dispersions:?}");
    }

    #[test]
    fn a_small_issue_is_not_as_wild_as_the_large_ones_around_it() {
        let large =
            |mean: f64| Excess { pearson: 15.0 * (1.0 + 0.05 * mean), freedom: 15.0, reciprocal: 1.0 / mean, mean };
        let mut excesses: Vec<Excess> = (1..15).map(|at| large(200.0 * f64::from(at))).collect();
        excesses.push(Excess { pearson: 15.0, freedom: 15.0, reciprocal: 0.5, mean: 2.0 });
        let dispersions = shrunk(&excesses);
        assert!((dispersions[0] - 11.0).abs() < 0.1 && dispersions[14] < 1.2, "{dispersions:?}");
    }

    #[test]
    fn no_dispersion_is_below_that_of_poisson_counts() {
        assert_eq!(shrunk(&[of(2.0, 8.0), of(1.0, 8.0)]), [1.0, 1.0]);
        assert_eq!(shrunk(&[of(0.0, 0.0)]), [1.0], "nothing known");
    }
}
