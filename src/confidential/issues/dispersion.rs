//! How much more counts vary than Poisson counts would: variance over mean, issue by issue. Comes in: counts and fitted
//! means. Goes out: dispersions, drawn towards what all issues together show, the more so the less an issue says itself.
//!
//! An issue's own figure is Pearson's: `X^2 / df` with `X^2 = sum w (y - m)^2 / m` (McCullagh and Nelder 1989, section 4.5).
//! With eight quarters it is off by half its size; and an issue that happened to be calm would raise alarms. So each is
//! an average of its own and the pooled figure, weighted by how much the figures differ beyond chance (empirical Bayes by
//! moments). The sampling variance of `X^2 / df` is about `(2 phi^2 + k mean(1/m)) / df`, where `k m = phi (1 + 6 phi (phi - 1)) m` is
//! the fourth cumulant of a negative binomial count of mean `m` and variance `phi m`; so small issues take the pool's.

use super::number::{median, real, size};

/// Standard errors that are added to a dispersion: one that is taken too low raises more false alarms than one as much too
/// high saves.
const CAUTION: f64 = 0.75;

/// What one issue says of its dispersion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excess {
    /// Weighted Pearson statistic.
    pub pearson: f64,
    /// Degrees of freedom; 0 where the issue says nothing.
    pub freedom: f64,
    /// Mean of one over the fitted means.
    pub reciprocal: f64,
}

impl Excess {
    fn own(&self) -> f64 {
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
    let (mut pearson, mut weight_sum, mut reciprocals, mut seen) = (0.0, 0.0, 0.0, 0.0);
    for ((count, mean), weight) in counts.iter().zip(means).zip(weights).filter(|((_, mean), _)| **mean > 0.0) {
        pearson += weight * (real(*count) - mean).powi(2) / mean;
        weight_sum += weight;
        reciprocals += mean.recip();
        seen += 1.0;
    }
    let freedom = (weight_sum - size(parameters)).max(0.0);
    Excess { pearson, freedom, reciprocal: if seen > 0.0 { reciprocals / seen } else { 0.0 } }
}

/// A dispersion an issue before anything is known to be a spike: the median for all.
#[must_use]
pub fn first_guess(excesses: &[Excess]) -> Vec<f64> {
    let own = excesses.iter().filter(|excess| excess.freedom >= 1.0).map(Excess::own).collect();
    vec![median(own).unwrap_or(1.0).max(1.0); excesses.len()]
}

/// A dispersion an issue, at least 1.
#[must_use]
pub fn shrunk(excesses: &[Excess]) -> Vec<f64> {
    let (pooled, between) = pool(excesses);
    let of = |excess: &Excess| {
        if excess.freedom < 1.0 {
            return pooled;
        }
        let chance = excess.sampling_variance(pooled);
        let own_weight = between / (between + chance);
        let best = own_weight * excess.own() + (1.0 - own_weight) * pooled;
        (best + CAUTION * (own_weight * chance).sqrt()).max(1.0)
    };
    excesses.iter().map(of).collect()
}

/// The dispersion of all together, at least 1, and the variance between issues that chance does not explain.
fn pool(excesses: &[Excess]) -> (f64, f64) {
    let telling: Vec<&Excess> = excesses.iter().filter(|excess| excess.freedom >= 1.0).collect();
    let freedom: f64 = telling.iter().map(|excess| excess.freedom).sum();
    if freedom < 1.0 {
        return (1.0, 0.0);
    }
    let pooled = (telling.iter().map(|excess| excess.pearson).sum::<f64>() / freedom).max(1.0);
    // Each issue's squared distance estimates `between` plus its own sampling variance; the clearer ones count more.
    let (mut sum, mut weights) = (0.0, 0.0);
    for excess in telling {
        let chance = excess.sampling_variance(pooled);
        let weight = (chance * chance).recip();
        sum += weight * ((excess.own() - pooled).powi(2) - chance);
        weights += weight;
    }
    (pooled, (sum / weights).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pearson: f64, freedom: f64) -> Excess {
        Excess { pearson, freedom, reciprocal: 0.1 }
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
    fn no_dispersion_is_below_that_of_poisson_counts() {
        assert_eq!(shrunk(&[of(2.0, 8.0), of(1.0, 8.0)]), [1.0, 1.0]);
        assert_eq!(shrunk(&[of(0.0, 0.0)]), [1.0], "nothing known");
    }
}
