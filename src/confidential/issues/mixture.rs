//! How an issue's dispersion is distributed, given its counts and what all other issues show: empirical Bayes. Comes in:
//! counts, fitted means, the line that all issues show together. Goes out: dispersions with their probabilities, an issue each.
//!
//! One figure an issue is not enough. Of a few small counts nobody can tell a calm issue from a wild one, and a tail taken at
//! the average of both is too thin: with 160 cells of dispersions from 1 to 3.5 and one figure each, a quarter of all
//! quiet quarters listed something. So the tail is averaged over what the dispersion may be.
//!
//! An issue's dispersion is one of [`PARTS`] multiples of the line. Their shares among issues are found by maximum likelihood
//! (Laird 1978, J. Am. Stat. Assoc. 73, 805-811: the EM algorithm), from a start that holds as much as four issues, so that a
//! handful of issues cannot make them up. The likelihood is that of negative binomial counts of variance `phi m` at the fitted
//! means, with `phi^(p/2)` for the `p` means that were fitted (Cox and Reid 1987, J. R. Stat. Soc. B 49, 1-39).

use statrs::function::gamma::ln_gamma;

use super::number::{real, size};
use super::prediction::PARTS;

/// The least and the largest multiple of the line.
const RATIOS: (f64, f64) = (0.4, 4.5);
/// Standard deviation of the logarithm of the multiples at the start.
const START_SPREAD: f64 = 0.25;
/// How many issues the start is worth.
const START_ISSUES: f64 = 4.0;
/// Rounds of the EM algorithm.
const ROUNDS: usize = 30;

/// Dispersions with their probabilities, which add up to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mixture {
    parts: [(f64, f64); PARTS],
}

impl Mixture {
    /// A dispersion that is known.
    #[must_use]
    pub fn point(dispersion: f64) -> Self {
        let mut parts = [(0.0, dispersion); PARTS];
        parts[0].0 = 1.0;
        Self { parts }
    }

    /// Its mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.parts.iter().map(|(weight, dispersion)| weight * dispersion).sum()
    }

    /// Probabilities, and what `of` makes of each dispersion.
    #[must_use]
    pub fn map(&self, of: impl Fn(f64) -> f64) -> [(f64, f64); PARTS] {
        self.parts.map(|(weight, dispersion)| (weight, of(dispersion)))
    }
}

/// One issue's past.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    /// Cases a period.
    pub counts: &'a [u64],
    /// What was fitted to them.
    pub means: Vec<f64>,
    /// Of each period, from 0 to 1.
    pub weights: &'a [f64],
    /// How many means were fitted.
    pub parameters: usize,
    /// The line at the issue's mean.
    pub line: f64,
    /// The issue's own figure; none where it says nothing.
    pub own: Option<f64>,
}

impl Seen<'_> {
    fn dispersions(&self) -> [f64; PARTS] {
        std::array::from_fn(|at| (self.line * ratio(at)).max(1.0))
    }

    /// Likelihoods of the dispersions, up to a factor.
    fn likelihoods(&self) -> [f64; PARTS] {
        let logs = self.dispersions().map(|dispersion| self.log_likelihood(dispersion));
        let highest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        logs.map(|log| (log - highest).exp())
    }

    fn log_likelihood(&self, dispersion: f64) -> f64 {
        let terms = self.counts.iter().zip(&self.means).zip(self.weights).filter(|((_, mean), _)| **mean > 0.0);
        let sum: f64 = terms.map(|((count, mean), weight)| weight * log_probability(*count, *mean, dispersion)).sum();
        sum + 0.5 * size(self.parameters) * dispersion.ln()
    }
}

fn ratio(at: usize) -> f64 {
    let (low, high) = (RATIOS.0.ln(), RATIOS.1.ln());
    (low + (high - low) * size(at) / size(PARTS - 1)).exp()
}

/// Of a count of that mean and a variance of `dispersion` times the mean.
fn log_probability(count: u64, mean: f64, dispersion: f64) -> f64 {
    let count = real(count);
    if dispersion < 1.0 + 1e-6 {
        return count * mean.ln() - mean - ln_gamma(count + 1.0);
    }
    let shape = mean / (dispersion - 1.0);
    ln_gamma(count + shape) - ln_gamma(shape) - ln_gamma(count + 1.0) - shape * dispersion.ln()
        + count * ((dispersion - 1.0) / dispersion).ln()
}

/// A mixture an issue. One that is wilder than any multiple of the line keeps its own figure.
#[must_use]
pub fn mixtures(issues: &[Seen<'_>]) -> Vec<Mixture> {
    let likelihoods: Vec<[f64; PARTS]> = issues.iter().map(Seen::likelihoods).collect();
    let telling = issues.iter().zip(&likelihoods).filter(|(issue, _)| issue.own.is_some());
    let shares = shares(&telling.map(|(_, likelihoods)| *likelihoods).collect::<Vec<_>>());
    let of = |(issue, likelihoods): (&Seen<'_>, &[f64; PARTS])| {
        if let Some(own) = issue.own.filter(|own| *own > RATIOS.1 * issue.line) {
            return Mixture::point(own);
        }
        let joint = products(likelihoods, &shares);
        let total: f64 = joint.iter().sum();
        let dispersions = issue.dispersions();
        Mixture { parts: std::array::from_fn(|at| (joint[at] / total, dispersions[at])) }
    };
    issues.iter().zip(&likelihoods).map(of).collect()
}

/// The share of issues at each multiple.
fn shares(likelihoods: &[[f64; PARTS]]) -> [f64; PARTS] {
    let start = normed(std::array::from_fn(|at| (-0.5 * (ratio(at).ln() / START_SPREAD).powi(2)).exp()));
    let mut shares = start;
    for _ in 0..ROUNDS {
        let mut sums = start.map(|share| share * START_ISSUES);
        for one in likelihoods {
            let joint = normed(products(one, &shares));
            sums.iter_mut().zip(joint).for_each(|(sum, part)| *sum += part);
        }
        shares = normed(sums);
    }
    shares
}

fn products(one: &[f64; PARTS], other: &[f64; PARTS]) -> [f64; PARTS] {
    std::array::from_fn(|at| one[at] * other[at])
}

fn normed(parts: [f64; PARTS]) -> [f64; PARTS] {
    let total: f64 = parts.iter().sum();
    parts.map(|part| part / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(counts: &[u64]) -> Seen<'_> {
        let mean = counts.iter().map(|count| real(*count)).sum::<f64>() / size(counts.len());
        Seen { counts, means: vec![mean; counts.len()], weights: &[1.0; 8], parameters: 1, line: 1.5, own: Some(1.5) }
    }

    const CALM: [u64; 8] = [9, 11, 10, 8, 12, 10, 9, 11];
    const WILD: [u64; 8] = [2, 19, 5, 25, 1, 16, 4, 8];

    #[test]
    fn a_probability_is_what_a_pencil_gives() {
        // Mean 1 and variance 2: the geometric distribution with one half.
        assert!((log_probability(3, 1.0, 2.0) - 0.0625_f64.ln()).abs() < 1e-9);
        assert!((log_probability(2, 1.0, 1.0) - (0.5_f64.ln() - 1.0)).abs() < 1e-9);
    }

    #[test]
    fn a_wild_issue_among_calm_ones_is_told_from_them() {
        let mut issues = vec![seen(&CALM); 9];
        issues.push(seen(&WILD));
        let mixtures = mixtures(&issues);
        assert!(mixtures[0].mean() < 1.3, "{}", mixtures[0].mean());
        assert!(mixtures[9].mean() > 2.5, "{}", mixtures[9].mean());
    }

    #[test]
    fn an_issue_that_says_nothing_may_be_any_of_the_others() {
        let silent = Seen { own: None, ..seen(&[]) };
        let wild_among = |wild: usize| {
            let mut issues = vec![seen(&CALM); 10 - wild];
            issues.extend(vec![seen(&WILD); wild]);
            issues.push(silent.clone());
            mixtures(&issues)[10].mean()
        };
        assert!(wild_among(5) > wild_among(1) + 0.5, "{} and {}", wild_among(5), wild_among(1));
    }

    #[test]
    fn one_beyond_every_multiple_keeps_its_own() {
        let issue = Seen { own: Some(20.0), ..seen(&WILD) };
        assert_eq!(mixtures(&[issue]), [Mixture::point(20.0)]);
    }
}
