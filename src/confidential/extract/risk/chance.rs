//! The chance to pick the right one of a class of the population, where only the sample is known. Comes in: the sampling
//! fraction. Goes out: the expected value of 1/F for each class size in the sample. Deliberately absent: a population table.

/// The expected value of 1/F for classes of `sizes` members in the sample, where each member of the population is in the sample
/// with the chance `fraction`: F given f is negative binomial. `sizes` ascend and are 1 or more.
///
/// With r = (1 - fraction) / fraction it is the integral from 0 to 1 of s^(f-1) / (1 + r s): 1/f where everybody is in the
/// sample, ln(1 + r) / r for f = 1.
/// Source: Benedetti and Franconi (1998), Statistical and technological solutions for controlled data dissemination.
pub(super) fn expected(sizes: &[u64], fraction: f64) -> Vec<f64> {
    let r = (1.0 - fraction) / fraction;
    let last = sizes.last().copied().unwrap_or(0);
    let mut found = vec![0.0; sizes.len()];
    // value(f) + r value(f + 1) = 1 / f. Each way is taken in which an error becomes smaller.
    if r >= 1.0 {
        let mut at = sizes.iter().zip(&mut found).peekable();
        let mut value = r.ln_1p() / r;
        for size in 1..=last {
            while let Some((_, found)) = at.next_if(|(wanted, _)| **wanted == size) {
                *found = value;
            }
            value = (1.0 / super::real(size) - value) / r;
        }
    } else {
        let mut at = sizes.iter().zip(&mut found).rev().peekable();
        let far = last + 400;
        let mut value = 1.0 / (super::real(far) * (1.0 + r));
        for size in (1..=far).rev() {
            while let Some((_, found)) = at.next_if(|(wanted, _)| **wanted == size) {
                *found = value;
            }
            value = if size > 1 { 1.0 / super::real(size - 1) - r * value } else { value };
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::expected;

    #[test]
    fn a_sample_of_everybody_knows_the_class() {
        assert_eq!(expected(&[1, 2, 5], 1.0), [1.0, 0.5, 0.2]);
    }

    #[test]
    fn half_a_population_is_computed_by_hand() {
        // r = 1: ln 2; then 1 - ln 2; then 1/2 - (1 - ln 2).
        let ln2 = 2.0_f64.ln();
        let known = [ln2, 1.0 - ln2, ln2 - 0.5];
        for (value, known) in expected(&[1, 2, 3], 0.5).iter().zip(known) {
            assert!((value - known).abs() < 1e-12, "{value} {known}");
        }
    }

    #[test]
    fn both_ways_agree_with_the_sum_over_the_population() {
        for fraction in [0.05_f64, 0.3, 0.7, 0.95] {
            let values = expected(&[1, 3, 8], fraction);
            for (size, value) in [1_u32, 3, 8].into_iter().zip(values) {
                // The chance of F = j given f: (j-1 over f-1) p^f (1-p)^(j-f), from term to term.
                let mut chance = fraction.powi(i32::try_from(size).expect("small"));
                let mut sum = 0.0;
                for j in size..4_000 {
                    sum += chance / f64::from(j);
                    chance *= (1.0 - fraction) * f64::from(j) / f64::from(j + 1 - size);
                }
                assert!((sum - value).abs() < 1e-9, "{fraction} {size}: {sum} {value}");
            }
        }
    }
}
