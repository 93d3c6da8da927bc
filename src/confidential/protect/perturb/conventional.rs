//! Conventional rounding: every count to the nearest multiple of the base. Comes in: a count, a base. Goes out: a
//! multiple. Deliberately absent: chance, and additivity; rounded parts need not add up to their rounded total.
//!
//! Half-way counts go down: then a published 0 says "0 to base / 2", and with a base of twice the threshold a small count
//! may, for all that a reader can tell, reach the threshold. Rounded up, 0 would say "0 to threshold - 1".
//!
//! Source: Willenborg and de Waal (2001), Elements of Statistical Disclosure Control, section 9.2; Hundepool et al. (2012).
//!
//! | count | 0 | 3 | 5 | 6 | 14 | 15 | 16 |
//! |---|---|---|---|---|---|---|---|
//! | base 10 | 0 | 0 | 0 | 10 | 10 | 10 | 20 |

/// The nearest multiple of `base`, the lower one of two.
pub(super) const fn nearest(count: u64, base: u64) -> u64 {
    let (below, rest) = (count - count % base, count % base);
    if rest > base / 2 { below + base } else { below }
}

/// How far below and above a multiple the counts lie that are rounded to it.
pub(super) const fn reach(base: u64) -> (u64, u64) {
    ((base - 1) / 2, base / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_way_counts_go_down() {
        assert_eq!([0, 3, 5, 6, 14, 15, 16].map(|count| nearest(count, 10)), [0, 0, 0, 10, 10, 10, 20]);
        assert_eq!([1, 2, 3, 7, 8].map(|count| nearest(count, 5)), [0, 0, 5, 5, 10]);
    }

    /// 5.5 of the Handbook on Statistical Disclosure Control (second edition, 2024), population counts by sex and the same rounded to
    /// base 5. It prints 35 for the 32 of area C, which is not the nearest multiple; that figure alone is put right here.
    #[test]
    fn population_counts_by_sex_are_rounded_as_in_the_handbook() {
        let counts = [[1, 0, 1], [3, 3, 6], [12, 20, 32], [16, 23, 39]];
        let rounded = counts.map(|row| row.map(|count| nearest(count, 5)));
        assert_eq!(rounded, [[0, 0, 0], [5, 5, 5], [10, 20, 30], [15, 25, 40]]);
    }

    #[test]
    fn reach_is_exactly_the_counts_that_are_rounded_to_a_multiple() {
        for base in 2..13 {
            let (below, above) = reach(base);
            let same: Vec<u64> = (0..60).filter(|&count| nearest(count, base) == 2 * base).collect();
            assert_eq!(same, (2 * base - below..=2 * base + above).collect::<Vec<_>>(), "base {base}");
        }
    }
}
