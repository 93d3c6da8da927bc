//! Zayatz (1991), Estimation of the number of unique population elements using a sample. Comes in: a sample. Goes out: uniques of
//! the population. Deliberately absent: an equation to solve; it always has an answer.

use super::{Sample, real};

/// s1 P(F = 1 | f = 1) N / n, where P(F = 1 | f = 1) follows by Bayes' rule from the shares of class sizes in the sample and the
/// hypergeometric chance that a class of j in the population shows one member in the sample.
pub(super) fn uniques(sample: &Sample<'_>) -> f64 {
    let (members, population) = (sample.members, sample.population);
    // The chance that one of j is in the sample is j n/N times the chance that the other j - 1 are not.
    let mut others = 1.0;
    let mut all = 0.0;
    let mut size = 1;
    for (wanted, classes) in &sample.sizes.counts {
        while size < *wanted && others > 0.0 {
            let gone = real(size - 1);
            others *= ((population - members - gone) / (population - 1.0 - gone)).max(0.0);
            // Below this nothing is added to a sum that begins near 1.
            if others < 1e-30 {
                others = 0.0;
            }
            size += 1;
        }
        all += real(*classes) * real(*wanted) * members / population * others;
    }
    let ones = sample.of_size(1);
    ones * (ones * members / population / all) / sample.fraction
}
