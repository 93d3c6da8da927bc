//! The distribution of a count that has not been seen yet, and how far out in it an observed count lies. Comes in: a mean
//! and a variance. Goes out: tails, mid-p values, limits. Deliberately absent: where mean and variance come from.
//!
//! A Poisson count whose rate has a gamma distribution is negative binomial. With mean `m` and size `r` its variance is
//! `m + m^2 / r`, and `P(Y >= y) = I_x(y, r)` with `x = m / (m + r)`, the regularised incomplete beta function
//! (Johnson, Kemp and Kotz, Univariate Discrete Distributions, chapter 5). Without excess variance it is Poisson, and
//! `P(Y >= y)` is the regularised lower incomplete gamma function `P(y, m)`.

use statrs::function::beta::checked_beta_reg;
use statrs::function::gamma::checked_gamma_lr;

use super::number::real;

/// Beyond this size a negative binomial is Poisson in all digits that matter, and the beta function loses some.
const SIZE_MAX: f64 = 1e7;
/// A part of less weight changes no tail by more.
const WEIGHT_MIN: f64 = 1e-9;
/// No quantile is looked for beyond this count.
const COUNT_MAX: u64 = 1 << 40;

/// So many distributions are mixed at most.
pub const PARTS: usize = 12;

/// Negative binomial with a mean and a variance, Poisson where the variance is not larger than the mean; or a mixture of
/// some of one mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Predictive {
    mean: f64,
    /// Weight and size of each part; no size where it is Poisson.
    parts: [(f64, Option<f64>); PARTS],
}

impl Predictive {
    /// The distribution of that mean and variance. Both are finite and not negative; anything else counts as zero.
    #[must_use]
    pub fn new(mean: f64, variance: f64) -> Self {
        let mut parts = [(0.0, variance); PARTS];
        parts[0].0 = 1.0;
        Self::mixed(mean, parts)
    }

    /// A mixture of distributions of one mean: their weights, which add up to 1, and variances.
    #[must_use]
    pub fn mixed(mean: f64, parts: [(f64, f64); PARTS]) -> Self {
        let mean = if mean.is_finite() { mean.max(0.0) } else { 0.0 };
        let size = |variance: f64| {
            let size = mean * mean / (variance - mean);
            let is_negative_binomial = variance > mean && size.is_finite() && size > 0.0 && size < SIZE_MAX;
            is_negative_binomial.then_some(size)
        };
        Self { mean, parts: parts.map(|(weight, variance)| (weight, size(variance))) }
    }

    /// Its mean.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// The probability of `count` or more.
    #[must_use]
    pub fn at_least(&self, count: u64) -> f64 {
        if count == 0 {
            return 1.0;
        }
        if self.mean == 0.0 {
            return 0.0;
        }
        let tail = |size: Option<f64>| {
            let tail = match size {
                Some(size) => checked_beta_reg(real(count), size, self.mean / (self.mean + size)).ok(),
                None => checked_gamma_lr(real(count), self.mean).ok(),
            };
            // The arguments are in the functions' domains; were they not, nothing would be called unusual.
            tail.unwrap_or(1.0).clamp(0.0, 1.0)
        };
        let parts = self.parts.iter().filter(|(weight, _)| *weight > WEIGHT_MIN);
        parts.map(|(weight, size)| weight * tail(*size)).sum::<f64>().clamp(0.0, 1.0)
    }

    /// The probability of more than `count` and half that of `count` itself: with counts as small as these the plain tail
    /// would call too little unusual (Lancaster 1961).
    #[must_use]
    pub fn mid_upper(&self, count: u64) -> f64 {
        f64::midpoint(self.at_least(count), self.at_least(count + 1))
    }

    /// The probability of less than `count` and half that of `count` itself.
    #[must_use]
    pub fn mid_lower(&self, count: u64) -> f64 {
        1.0 - self.mid_upper(count)
    }

    /// The least count whose mid-p value in the upper tail is at most `level`.
    #[must_use]
    pub fn least_unusual(&self, level: f64) -> u64 {
        first_where(|count| self.mid_upper(count) <= level)
    }

    /// The largest count whose mid-p value in the lower tail is at most `level`; none where even zero is usual.
    #[must_use]
    pub fn most_unusual_low(&self, level: f64) -> Option<u64> {
        first_where(|count| self.mid_lower(count) > level).checked_sub(1)
    }

    /// The least count that is exceeded with a probability of at most `level`, as `qnbinom(1 - level)` in R.
    #[must_use]
    pub fn upper_quantile(&self, level: f64) -> u64 {
        first_where(|count| self.at_least(count + 1) <= level)
    }
}

/// The least count for which `holds`, which stays true once it is; [`COUNT_MAX`] where it never does.
fn first_where(holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, 1);
    while high < COUNT_MAX && !holds(high) {
        low = high;
        high *= 2;
    }
    if holds(0) {
        return 0;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(one: f64, other: f64) {
        assert!((one - other).abs() < 1e-9, "{one} and {other}");
    }

    #[test]
    fn the_poisson_tail_is_what_a_pencil_gives() {
        let one = Predictive::new(1.0, 1.0);
        let zero = (-1.0_f64).exp();
        near(one.at_least(1), 1.0 - zero);
        near(one.at_least(3), 1.0 - zero * 2.5);
        near(one.mid_upper(0), 1.0 - zero / 2.0);
    }

    #[test]
    fn the_negative_binomial_tail_is_what_a_pencil_gives() {
        // Mean 1, variance 2: size 1, the geometric distribution with one half.
        let geometric = Predictive::new(1.0, 2.0);
        near(geometric.at_least(1), 0.5);
        near(geometric.at_least(4), 0.0625);
        near(geometric.mid_lower(1), 0.625);
    }

    #[test]
    fn a_mixture_has_the_average_of_its_parts_tails() {
        let mut parts = [(0.0, 1.0); PARTS];
        (parts[0], parts[1]) = ((0.25, 1.0), (0.75, 2.0));
        let (poisson, geometric) = (Predictive::new(1.0, 1.0), Predictive::new(1.0, 2.0));
        let average = 0.25 * poisson.at_least(4) + 0.75 * geometric.at_least(4);
        near(Predictive::mixed(1.0, parts).at_least(4), average);
    }

    #[test]
    fn limits_are_the_first_counts_beyond_the_level() {
        let ten = Predictive::new(10.0, 10.0);
        let least = ten.least_unusual(0.01);
        assert!(ten.mid_upper(least) <= 0.01 && ten.mid_upper(least - 1) > 0.01);
        assert_eq!(ten.upper_quantile(0.05), 15, "qpois(0.95, 10) in R");
        assert_eq!(Predictive::new(2.0, 2.0).most_unusual_low(0.01), None, "zero of two is nothing unusual");
        assert_eq!(Predictive::new(0.0, 0.0).least_unusual(0.01), 1, "anything is unusual where nothing is expected");
    }

    #[test]
    fn a_little_excess_variance_goes_over_into_poisson_without_a_step() {
        let (just, none) = (Predictive::new(30.0, 30.001), Predictive::new(30.0, 30.0));
        assert!((just.at_least(45) / none.at_least(45) - 1.0).abs() < 1e-3);
    }
}
