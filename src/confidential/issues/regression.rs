//! Log-linear quasi-Poisson regression by iteratively reweighted least squares (McCullagh and Nelder 1989, chapter 2). Comes
//! in: a design, counts, exposures, prior weights. Goes out: coefficients, their covariance for a dispersion of 1, fitted
//! means, leverages. Few terms, so the normal equations are solved directly.

use super::number::size;

/// Rounds without which nothing converges that will.
const ROUNDS: usize = 50;
/// Relative change of the deviance at which R stops too.
const ENOUGH: f64 = 1e-8;

/// A fitted regression.
#[derive(Debug, Clone)]
pub struct Fit {
    /// One a column of the design.
    pub coefficients: Vec<f64>,
    /// Inverse of the weighted normal matrix.
    pub covariance: Vec<Vec<f64>>,
    /// One a row.
    pub means: Vec<f64>,
    /// Diagonal of the hat matrix.
    pub leverages: Vec<f64>,
    /// Rows less columns.
    pub freedom: f64,
}

/// Fits `log(mean / exposure) = design x coefficients`; none where it does not converge or the design is singular.
#[must_use]
pub fn fit(design: &[Vec<f64>], counts: &[f64], exposures: &[f64], weights: &[f64]) -> Option<Fit> {
    let columns = design.first()?.len();
    let mut means: Vec<f64> = counts.iter().map(|count| count + 0.1).collect();
    let mut deviance = f64::INFINITY;
    for _ in 0..ROUNDS {
        let working = |row: usize| (means[row] / exposures[row]).ln() + (counts[row] - means[row]) / means[row];
        let matrix = normal_matrix(design, &means, weights, columns);
        let mut right = vec![0.0; columns];
        for (row, terms) in design.iter().enumerate() {
            let weighted = weights[row] * means[row] * working(row);
            right.iter_mut().zip(terms).for_each(|(sum, term)| *sum += weighted * term);
        }
        let covariance = inverse(matrix)?;
        let coefficients: Vec<f64> = covariance.iter().map(|row| dot(row, &right)).collect();
        means =
            design.iter().zip(exposures).map(|(terms, exposure)| dot(terms, &coefficients).exp() * exposure).collect();
        if means.iter().any(|mean| !mean.is_finite() || *mean <= 0.0) {
            return None;
        }
        let before = deviance;
        deviance = (0..counts.len()).map(|row| weights[row] * unit_deviance(counts[row], means[row])).sum();
        if (deviance - before).abs() / (deviance.abs() + 0.1) < ENOUGH {
            // R's covariance is that of the weights with which the last round began; these differ by less than it shows.
            let covariance = inverse(normal_matrix(design, &means, weights, columns))?;
            let quadratic = |terms: &[f64]| quadratic(&covariance, terms);
            let leverages = (0..counts.len()).map(|row| weights[row] * means[row] * quadratic(&design[row])).collect();
            let freedom = size(counts.len()) - size(columns);
            return Some(Fit { coefficients, covariance, means, leverages, freedom });
        }
    }
    None
}

impl Fit {
    /// Pearson's dispersion: `sum w (y - m)^2 / m` over the degrees of freedom.
    #[must_use]
    pub fn dispersion(&self, counts: &[f64], weights: &[f64]) -> f64 {
        self.over_freedom(counts, weights, |mean| mean)
    }

    /// `sum w ((y - m) / m)^2` over the degrees of freedom.
    #[must_use]
    pub fn relative_dispersion(&self, counts: &[f64], weights: &[f64]) -> f64 {
        self.over_freedom(counts, weights, |mean| mean * mean)
    }

    fn over_freedom(&self, counts: &[f64], weights: &[f64], variance: impl Fn(f64) -> f64) -> f64 {
        let terms = counts.iter().zip(&self.means).zip(weights);
        let sum: f64 = terms.map(|((count, mean), weight)| weight * (count - mean).powi(2) / variance(*mean)).sum();
        if self.freedom > 0.0 { sum / self.freedom } else { 1.0 }
    }

    /// Anscombe residuals, standardised.
    #[must_use]
    pub fn residuals(&self, counts: &[f64], dispersion: f64) -> Vec<f64> {
        let terms = counts.iter().zip(&self.means).zip(&self.leverages);
        terms
            .map(|((count, mean), leverage)| {
                let raw = 1.5 * (count.powf(2.0 / 3.0) * mean.powf(-1.0 / 6.0) - mean.sqrt());
                raw / (dispersion * (1.0 - leverage).max(f64::EPSILON)).sqrt()
            })
            .collect()
    }

    /// The variance of the linear predictor of `terms` for a dispersion of 1.
    #[must_use]
    pub fn quadratic(&self, terms: &[f64]) -> f64 {
        quadratic(&self.covariance, terms)
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

fn quadratic(matrix: &[Vec<f64>], terms: &[f64]) -> f64 {
    matrix.iter().zip(terms).map(|(row, term)| term * dot(row, terms)).sum()
}

fn unit_deviance(count: f64, mean: f64) -> f64 {
    let log = if count > 0.0 { count * (count / mean).ln() } else { 0.0 };
    2.0 * (log - (count - mean))
}

fn normal_matrix(design: &[Vec<f64>], means: &[f64], weights: &[f64], columns: usize) -> Vec<Vec<f64>> {
    let mut matrix = vec![vec![0.0; columns]; columns];
    for ((terms, mean), weight) in design.iter().zip(means).zip(weights) {
        for (row, one) in matrix.iter_mut().zip(terms) {
            row.iter_mut().zip(terms).for_each(|(sum, other)| *sum += weight * mean * one * other);
        }
    }
    matrix
}

/// Gauss and Jordan with pivots; none where the matrix is singular.
fn inverse(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let order = matrix.len();
    for (at, row) in matrix.iter_mut().enumerate() {
        row.extend((0..order).map(|column| if column == at { 1.0 } else { 0.0 }));
    }
    for column in 0..order {
        let pivot =
            (column..order).max_by(|one, other| matrix[*one][column].abs().total_cmp(&matrix[*other][column].abs()))?;
        let scale = matrix[pivot][column];
        if !scale.is_finite() || scale.abs() < 1e-12 {
            return None;
        }
        matrix.swap(column, pivot);
        matrix[column].iter_mut().for_each(|value| *value /= scale);
        let pivot_row = matrix[column].clone();
        for (_, row) in matrix.iter_mut().enumerate().filter(|(at, _)| *at != column) {
            let factor = row[column];
            row.iter_mut().zip(&pivot_row).for_each(|(value, pivot)| *value -= factor * pivot);
        }
    }
    Some(matrix.into_iter().map(|row| row[order..].to_vec()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_terms_the_mean_is_the_mean() {
        let counts = [2.0, 4.0, 6.0];
        let fitted = fit(&[vec![1.0], vec![1.0], vec![1.0]], &counts, &[1.0; 3], &[1.0; 3]).expect("converges");
        assert!((fitted.means[0] - 4.0).abs() < 1e-9);
        assert!((fitted.dispersion(&counts, &[1.0; 3]) - 1.0).abs() < 1e-9, "(4 + 0 + 4) / 4 / 2");
        assert!((fitted.leverages.iter().sum::<f64>() - 1.0).abs() < 1e-9, "one coefficient");
    }

    #[test]
    fn two_terms_that_are_one_cannot_be_told_apart() {
        let design = vec![vec![1.0, 1.0]; 4];
        assert!(fit(&design, &[1.0, 2.0, 3.0, 4.0], &[1.0; 4], &[1.0; 4]).is_none());
    }
}
