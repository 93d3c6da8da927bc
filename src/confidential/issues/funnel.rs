//! Districts against each other: which issue group is raised more, or less, than its share there over a year. Comes in: a table of
//! group by district. Goes out: the cells that stand out of the funnel. One quarter has too few cases for this: most cells
//! would expect one or two.
//!
//! A cell expects its row's share of its column's total, `E = row x column / all`. The limits are exact tails of a count with
//! that mean (Spiegelhalter 2005, Stat. Med. 24, 1185-1202: funnel plots), widened by the dispersion of the whole table,
//! which is Pearson's with each cell's part cut at its 10th and 90th percentile, as he does. All cells of both tails are one
//! Benjamini-Hochberg family.

use serde::Serialize;

use super::analysis::rounded;
use super::counting::{Codes, Counting, IssuesError, Level};
use super::judge::{CASES_MIN, Direction, FALSE_SHARE, FAMILIES_MIN};
use super::multiple::q_values;
use super::noticeable::LEVEL;
use super::number::{real, size};
use super::prediction::Predictive;

/// Part of the cells that is cut at either end before the dispersion is taken.
const CUT: f64 = 0.1;

/// One cell of the table, as counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    /// Cases of the year.
    pub cases: u64,
    /// Families among them.
    pub families: u64,
}

/// A cell outside the funnel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outlier {
    /// Label of the issue group.
    pub issue: String,
    /// Label of the district.
    pub district: String,
    /// Cases of the year.
    pub observed: u64,
    /// Its row's share of its column.
    pub expected: f64,
    /// Fewer are unusual.
    pub lower: u64,
    /// More are unusual.
    pub upper: u64,
    /// Mid-p value of its tail.
    pub p: f64,
    /// Benjamini-Hochberg value.
    pub q: f64,
}

/// What stands out of `cells`, row by row: row, column, direction, expected, dispersion, p and q.
#[must_use]
pub fn outside(cells: &[Vec<Cell>]) -> Vec<(usize, usize, Predictive, f64, f64)> {
    let expected = expected(cells);
    let dispersion = dispersion(cells, &expected);
    let mut tails = Vec::new();
    for (row, (cells, means)) in cells.iter().zip(&expected).enumerate() {
        for (column, (cell, mean)) in cells.iter().zip(means).enumerate().filter(|(_, (_, mean))| **mean > 0.0) {
            let predictive = Predictive::new(*mean, dispersion * mean);
            let up = predictive.mid_upper(cell.cases);
            tails.push((row, column, predictive, Direction::Up, up));
            tails.push((row, column, predictive, Direction::Down, 1.0 - up));
        }
    }
    let q = q_values(&tails.iter().map(|tail| tail.4).collect::<Vec<_>>());
    let is_enough = |cell: Cell, mean: f64, direction: Direction| match direction {
        Direction::Up => cell.cases >= CASES_MIN && cell.families >= FAMILIES_MIN,
        Direction::Down => mean >= real(CASES_MIN),
    };
    let tails = tails.into_iter().zip(q).filter(|((row, column, predictive, direction, _), q)| {
        *q <= FALSE_SHARE && is_enough(cells[*row][*column], predictive.mean(), *direction)
    });
    tails.map(|((row, column, predictive, _, p), q)| (row, column, predictive, p, q)).collect()
}

fn expected(cells: &[Vec<Cell>]) -> Vec<Vec<f64>> {
    let rows: Vec<f64> = cells.iter().map(|row| real(row.iter().map(|cell| cell.cases).sum())).collect();
    let width = cells.iter().map(Vec::len).max().unwrap_or(0);
    let column = |at: usize| real(cells.iter().filter_map(|row| row.get(at)).map(|cell| cell.cases).sum());
    let columns: Vec<f64> = (0..width).map(column).collect();
    let all: f64 = rows.iter().sum();
    rows.iter()
        .map(|row| columns.iter().map(|column| if all > 0.0 { row * column / all } else { 0.0 }).collect())
        .collect()
}

/// Pearson's dispersion of the table with its extreme cells cut, at least 1.
fn dispersion(cells: &[Vec<Cell>], expected: &[Vec<f64>]) -> f64 {
    let residual = |(cell, mean): (&Cell, &f64)| (*mean > 0.0).then(|| (real(cell.cases) - mean) / mean.sqrt());
    let mut residuals: Vec<f64> =
        cells.iter().zip(expected).flat_map(|(cells, means)| cells.iter().zip(means)).filter_map(residual).collect();
    if residuals.is_empty() {
        return 1.0;
    }
    residuals.sort_by(f64::total_cmp);
    let cut = ((CUT * size(residuals.len())).floor() as usize).min(residuals.len() - 1);
    let (low, high) = (residuals[cut], residuals[residuals.len() - 1 - cut]);
    let used = size(cells.len().saturating_sub(1)) * size(cells.first().map_or(0, Vec::len).saturating_sub(1));
    let pearson: f64 = residuals.iter().map(|residual| residual.clamp(low.min(high), high.max(low)).powi(2)).sum();
    if used > 0.0 { (pearson / used).max(1.0) } else { 1.0 }
}

/// Issue groups by district over the year that ends with the period; nothing where the configuration names no district.
///
/// # Errors
/// [`IssuesError::Tabulate`]
pub fn funnel(counting: &Counting<'_>) -> Result<Vec<Outlier>, IssuesError> {
    let Some(district) = &counting.plan.district else { return Ok(Vec::new()) };
    let issue = &counting.plan.dimension;
    let named = |dimension: &str| -> Codes {
        let codes = counting.codes(dimension, Level::Group);
        codes.into_iter().filter(|(_, code, _)| !counting.names_nothing(dimension, code)).collect()
    };
    let (issues, districts) = (named(issue), named(district));
    let mut cells = Vec::new();
    for (_, code, _) in &issues {
        let place: Vec<(usize, u32)> = counting.place(issue, code).into_iter().collect();
        cells.push(counting.year(district, &districts, &place)?);
    }
    let outliers = outside(&cells).into_iter().filter_map(|(row, column, predictive, p, q)| {
        Some(Outlier {
            issue: issues.get(row)?.2.clone(),
            district: districts.get(column)?.2.clone(),
            observed: cells.get(row)?.get(column)?.cases,
            expected: rounded(predictive.mean()),
            lower: predictive.most_unusual_low(LEVEL).map_or(0, |count| count + 1),
            upper: predictive.least_unusual(LEVEL).saturating_sub(1),
            p: rounded(p),
            q: rounded(q),
        })
    });
    let mut outliers: Vec<Outlier> = outliers.collect();
    outliers.sort_by(|one, other| one.p.total_cmp(&other.p));
    Ok(outliers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: [[u64; 4]; 4]) -> Vec<Vec<Cell>> {
        rows.iter().map(|row| row.iter().map(|cases| Cell { cases: *cases, families: *cases }).collect()).collect()
    }

    #[test]
    fn a_table_in_proportion_has_nothing_outside_its_funnel() {
        assert!(outside(&table([[20, 21, 19, 20], [10, 9, 11, 10], [30, 31, 29, 30], [5, 5, 5, 5]])).is_empty());
    }

    #[test]
    fn one_raised_cell_stands_out_and_is_named() {
        let found = outside(&table([[20, 21, 19, 20], [10, 9, 11, 45], [30, 31, 29, 30], [25, 24, 25, 25]]));
        assert!(found.iter().any(|(row, column, ..)| (*row, *column) == (1, 3)), "{found:?}");
    }

    #[test]
    fn an_empty_table_has_no_funnel() {
        assert!(outside(&[]).is_empty());
        assert!(outside(&table([[0; 4]; 4])).is_empty());
    }
}
