//! Many issues tested at once. Comes in: p-values. Goes out: q-values. Source: Benjamini and Hochberg (1995), J. R. Stat.
//! Soc. B 57, 289-300: listing everything with `q <= 0.10` makes at most a tenth of a list false, on average.

use super::number::size;

/// The q-value of each p-value: the least share of false entries at which it would be listed. In the order given.
///
/// | p | 0.01 | 0.04 | 0.03 | 0.5 |
/// |---|---|---|---|---|
/// | q | 0.04 | 0.0533 | 0.0533 | 0.5 |
#[must_use]
pub fn q_values(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|one, other| p_values[*one].total_cmp(&p_values[*other]));
    let mut q_values = vec![1.0; p_values.len()];
    let mut least: f64 = 1.0;
    for (rank, at) in order.iter().enumerate().rev() {
        least = least.min(p_values[*at] * size(p_values.len()) / size(rank + 1));
        q_values[*at] = least;
    }
    q_values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_table() {
        let q: Vec<f64> = q_values(&[0.01, 0.04, 0.03, 0.5]).iter().map(|q| (q * 1e4).round() / 1e4).collect();
        assert_eq!(q, [0.04, 0.0533, 0.0533, 0.5]);
    }

    #[test]
    fn nothing_tested_is_nothing_listed() {
        assert!(q_values(&[]).is_empty());
    }
}
