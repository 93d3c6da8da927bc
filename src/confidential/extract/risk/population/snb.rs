//! Chen and McNulty (1998), The slide negative binomial. Comes in: a sample. Goes out: uniques of the population. Deliberately
//! absent: Newton's method, which ends at whatever is near where it begins.

use super::{Sample, halve, real};

/// K beta^alpha, where F - 1 of each of the K classes of the population is negative binomial with alpha and beta, such that the
/// expected numbers of classes of one and of two in the sample are those of the sample.
///
/// With d = (1 - f)(1 - beta) these are K f (beta / (1 - d))^alpha (1 + alpha d / (1 - d)), and
/// K f^2 / 2 alpha (1 - beta) beta^alpha / (1 - d)^(alpha + 2) (2 - (1 - alpha) d).
///
/// # Errors
/// Why there is no answer.
pub(super) fn uniques(sample: &Sample<'_>) -> Result<f64, &'static str> {
    of_classes(sample, classes(sample))
}

/// The same where the number of classes in the population is known.
pub(super) fn of_classes(sample: &Sample<'_>, classes: f64) -> Result<f64, &'static str> {
    let (ones, twos) = (sample.of_size(1), sample.of_size(2));
    if twos == 0.0 {
        return Err("no class of two in the sample");
    }
    if !classes.is_finite() || classes <= 0.0 {
        return Err("the number of classes in the population has no estimate");
    }
    let fraction = sample.fraction;
    let above = |beta: f64| {
        let alpha = alpha(beta, fraction, twos / ones);
        let d = (1.0 - fraction) * (1.0 - beta);
        let expected = alpha * (beta / (1.0 - d)).ln() + (alpha * d / (1.0 - d)).ln_1p();
        (classes * fraction / ones).ln() + expected > 0.0
    };
    // Beta is searched by the logarithm of beta / (1 - beta), so that both ends have room.
    let beta = |logit: f64| 1.0 / (1.0 + (-logit).exp());
    let grid: Vec<f64> = (-GRID..=GRID).map(|at| f64::from(at) / 20.0).collect();
    let changes: Vec<&[f64]> = grid.windows(2).filter(|pair| above(beta(pair[0])) != above(beta(pair[1]))).collect();
    match changes.as_slice() {
        [] => Err("its two equations have no solution"),
        [pair] => {
            let begins = above(beta(pair[0]));
            let beta = beta(halve(pair[0], pair[1], |logit| above(beta(logit)) == begins));
            Ok(classes * beta.powf(alpha(beta, fraction, twos / ones)))
        }
        [_, _, ..] => Err("its two equations have more than one solution"),
    }
}

/// Logits from -15 to 15, in twentieths.
const GRID: i32 = 300;

/// The one positive alpha for which classes of two are to classes of one as `ratio`: a quadratic equation, whose roots have
/// different signs.
fn alpha(beta: f64, fraction: f64, ratio: f64) -> f64 {
    let d = (1.0 - fraction) * (1.0 - beta);
    let weight = fraction / 2.0 * (1.0 - beta) / (1.0 - d);
    let (a, b, c) = (weight * d, weight * (2.0 - d) - ratio * d, -ratio * (1.0 - d));
    let root = (b * b - 4.0 * a * c).sqrt();
    // Of the two forms of the root, the one that subtracts nothing from its like.
    if b > 0.0 { -2.0 * c / (b + root) } else { (root - b) / (2.0 * a) }
}

/// Shlosser's estimator of the number of classes in the population, as Haas and Stokes (1998) modified it.
pub(super) fn classes(sample: &Sample<'_>) -> f64 {
    let f = sample.fraction;
    let (mut squared, mut mixed, mut unseen, mut single) = (0.0, 0.0, 0.0, 0.0);
    for (size, count) in &sample.sizes.counts {
        let (size, count) = (real(*size), real(*count));
        let not = (1.0 - f).powf(size);
        let not_squared = (1.0 - f * f).powf(size - 1.0);
        squared += size * f * f * not_squared * count;
        // (1 - f)^i ((1 + f)^i - 1), without a power that overflows.
        mixed += ((1.0 - f * f).powf(size) - not) * count;
        unseen += not * count;
        single += size * f * (1.0 - f).powf(size - 1.0) * count;
    }
    sample.classes + sample.of_size(1) * (squared / mixed) * (unseen / single).powi(2)
}
