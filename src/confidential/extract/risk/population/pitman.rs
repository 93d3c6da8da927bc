//! Hoshino (2001), Applying Pitman's sampling formula to microdata disclosure risk assessment. Comes in: a sample. Goes out: uniques
//! of the population. Deliberately absent: parameters outside of 0 < alpha < 1, where the sample has no power law.

use statrs::function::gamma::{digamma, ln_gamma};

use super::{STEPS, Sample, halve, real};

/// Gamma(theta + 1) / Gamma(theta + alpha) N^alpha with the likeliest theta and alpha: what the expected number of classes of one
/// comes to in a large population of N under Pitman's sampling formula. (It is too high where theta is not small beside N.)
///
/// # Errors
/// Why there is no answer.
pub(super) fn uniques(sample: &Sample<'_>) -> Result<f64, &'static str> {
    let (theta, alpha) = parameters(sample)?;
    let logarithm = ln_gamma(theta + 1.0) - ln_gamma(theta + alpha) + alpha * sample.population.ln();
    Ok(logarithm.exp())
}

/// Theta and alpha at which both derivatives of the logarithm of the likelihood vanish.
///
/// For each alpha the derivative by theta falls from above to below zero, so theta is found by halving; along this line the
/// derivative by alpha ends below zero at 1, so alpha is found in the same way where it begins above.
pub(super) fn parameters(sample: &Sample<'_>) -> Result<(f64, f64), &'static str> {
    if sample.classes >= sample.members || sample.classes < 2.0 {
        return Err("all are unique in the sample, or all alike");
    }
    let by_alpha = |alpha: f64| {
        let theta = theta(sample, alpha)?;
        Some((theta, slope(sample, theta, alpha)))
    };
    if by_alpha(LEAST).is_none_or(|(_, slope)| slope <= 0.0) {
        return Err("the likelihood has no maximum with alpha above 0");
    }
    let alpha = halve(LEAST, 1.0 - LEAST, |alpha| by_alpha(alpha).is_some_and(|(_, slope)| slope > 0.0));
    let theta = theta(sample, alpha).ok_or("no theta was found")?;
    if holds(sample, theta, alpha) { Ok((theta, alpha)) } else { Err("the solver did not converge") }
}

/// Alpha stays away from 0 and 1, where the derivatives do not exist, by this.
const LEAST: f64 = 1e-6;

/// Where the derivative by theta vanishes, above -alpha.
fn theta(sample: &Sample<'_>, alpha: f64) -> Option<f64> {
    let above = |distance: f64| {
        let theta = distance - alpha;
        classes_sum(sample, distance, alpha) > digamma(theta + sample.members) - digamma(theta + 1.0)
    };
    // Distances from -alpha are searched by their logarithm.
    // Beyond 10^10 the digits of the two sums are those of rounding.
    let (low, high) = (-25.0, 23.0);
    if !above(f64::exp(low)) || above(f64::exp(high)) {
        return None;
    }
    Some(halve(low, high, |logarithm| above(logarithm.exp())).exp() - alpha)
}

/// The sum of 1 / (theta + i alpha) over i = 1 to u - 1, where theta is `distance` - alpha: near -alpha theta itself has no digits.
fn classes_sum(sample: &Sample<'_>, distance: f64, alpha: f64) -> f64 {
    (digamma(sample.classes - 1.0 + distance / alpha) - digamma(distance / alpha)) / alpha
}

/// The derivative by alpha.
fn slope(sample: &Sample<'_>, theta: f64, alpha: f64) -> f64 {
    let classes = (sample.classes - 1.0 - theta * classes_sum(sample, theta + alpha, alpha)) / alpha;
    let base = digamma(1.0 - alpha);
    let members = sample.sizes.counts.iter().filter(|(size, _)| *size > 1);
    classes - members.map(|(size, count)| real(*count) * (digamma(real(*size) - alpha) - base)).sum::<f64>()
}

/// That both derivatives vanish, by the sums themselves: the digamma function loses digits where theta / alpha is large.
fn holds(sample: &Sample<'_>, theta: f64, alpha: f64) -> bool {
    let (mut by_theta, mut by_alpha, mut scale) = (0.0, 0.0, 0.0);
    for at in 1..sample.sizes.classes() {
        let term = 1.0 / (theta + real(at) * alpha);
        by_theta += term;
        by_alpha += real(at) * term;
    }
    let (all_theta, all_alpha) = (by_theta, by_alpha);
    for at in 1..sample.sizes.members() {
        by_theta -= 1.0 / (theta + real(at));
    }
    let mut below = 1;
    for (size, count) in &sample.sizes.counts {
        while below < *size {
            scale += 1.0 / (real(below) - alpha);
            below += 1;
        }
        by_alpha -= real(*count) * scale;
    }
    by_theta.abs() <= 1e-6 * all_theta && by_alpha.abs() <= 1e-6 * all_alpha
}

/// Halving that often leaves less than the check above allows.
const _: () = assert!(STEPS >= 50);
