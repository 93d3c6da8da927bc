//! The smallest rise that could have been noticed: what an analyst has to know before "nothing rose" means anything. Comes
//! in: what was expected, and how surely. Goes out: a factor. Deliberately absent: what was observed.

use super::judge::CASES_MIN;
use super::number::real;
use super::predict::Spread;

/// A rise counts as noticed where its p-value would be at most this.
pub const LEVEL: f64 = 0.01;
/// And where that would happen so often.
const POWER: f64 = 0.8;
/// No factor beyond this is of any use.
const FACTOR_MAX: f64 = 1_000.0;

/// The least factor by which the expected count would have to rise to be noticed four times in five; none where even a
/// thousandfold rise would not be.
///
/// A rise by `f` makes the count negative binomial with mean `f m` and variance `phi f m + (f m)^2 e^2`, and it is noticed
/// where it reaches the least count whose mid-p value is at most 0.01.
#[must_use]
pub fn noticeable_factor(spread: &Spread) -> Option<f64> {
    let count = spread.predictive().least_unusual(LEVEL).max(CASES_MIN);
    if spread.mean <= 0.0 {
        return None;
    }
    let power = |factor: f64| Spread { mean: spread.mean * factor, ..*spread }.predictive().at_least(count);
    let (mut low, mut high) = (1.0, (real(count) / spread.mean).max(1.0) * 2.0);
    while power(high) < POWER {
        low = high;
        high *= 2.0;
        if high > FACTOR_MAX {
            return None;
        }
    }
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if power(middle) < POWER { low = middle } else { high = middle }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issues::mixture::Mixture;

    fn poisson(mean: f64) -> Spread {
        Spread { mean, dispersions: Mixture::point(1.0), squared_error: 0.0 }
    }

    #[test]
    fn many_cases_let_a_small_rise_be_noticed_and_few_only_a_large_one() {
        let factor = |mean| noticeable_factor(&poisson(mean)).expect("a factor");
        assert!(factor(100.0) < 1.4 && factor(10.0) > 1.9 && factor(1.0) > 5.0);
        assert_eq!(noticeable_factor(&poisson(0.0)), None);
    }

    #[test]
    fn at_the_factor_the_rise_is_noticed_four_times_in_five() {
        let spread = poisson(9.0);
        let factor = noticeable_factor(&spread).expect("a factor");
        let count = spread.predictive().least_unusual(LEVEL);
        let power = poisson(9.0 * factor).predictive().at_least(count);
        assert!((power - 0.8).abs() < 1e-6, "{power}");
    }
}
