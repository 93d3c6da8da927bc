//! One sentence about a table, where the released cells allow one.
//!
//! Comes in: a laid out table. Goes out: a sentence whose every number is printed in the table. Deliberately absent:
//! shares and differences, and any comparison in which a compared cell is hidden.

use model::release::ReleasedTable;

use crate::cell::{published, thousands};
use crate::grid::{Grid, Row};
use crate::words::lower_first;

/// The sentence, or nothing where a hidden cell would have to be compared, or two rows are equally large.
pub(crate) fn about(table: &ReleasedTable, grid: &Grid<'_>) -> Option<String> {
    largest(table, grid).or_else(|| latest(table, grid))
}

/// `Largest by issue: Statutory assessment, with 84 of 301 cases opened (April to June 2026).`
fn largest(table: &ReleasedTable, grid: &Grid<'_>) -> Option<String> {
    let [dim] = grid.rows_by else { return None };
    let column = grid.key_column();
    let groups: Vec<&Row<'_>> = grid.rows.iter().filter(|row| row.depth() == 1).collect();
    let counts: Option<Vec<u64>> = groups.iter().map(|row| published(row.cells[column])).collect();
    let counts = counts.filter(|counts| counts.len() > 1)?;
    let top = counts.iter().copied().max()?;
    if counts.iter().filter(|&&count| count == top).count() > 1 {
        return None;
    }
    let label = groups[counts.iter().position(|&count| count == top)?].label();
    let total = grid.rows.iter().find(|row| row.is_total()).and_then(|row| published(row.cells[column]));
    let of = total.map_or_else(String::new, |total| format!(" of {}", thousands(total)));
    let (by, unit) = (lower_first(&dim.label), lower_first(&table.unit));
    Some(format!("Largest by {by}: {label}, with {}{of} {unit}{}.", thousands(top), bracketed(grid, column)))
}

/// `Cases opened: 301 in April to June 2026; 287 in January to March 2026.`, for a table over periods.
fn latest(table: &ReleasedTable, grid: &Grid<'_>) -> Option<String> {
    let dim = grid.columns_by.filter(|dim| dim.name == "period")?;
    let first = grid.rows.first().filter(|row| row.depth() == 0)?;
    let [.., before, now] = first.cells else { return None };
    let [.., before_when, now_when] = dim.codes.as_slice() else { return None };
    let (before, now) = (published(*before)?, published(*now)?);
    let what = if grid.rows_by.iter().any(|dim| dim.name == "measure") { first.label() } else { table.unit.clone() };
    let (now, before) = (thousands(now), thousands(before));
    Some(format!("{what}: {now} in {}; {before} in {}.", now_when.label, before_when.label))
}

/// Which column a sentence speaks of, where there are several.
fn bracketed(grid: &Grid<'_>, column: usize) -> String {
    match grid.columns_by {
        Some(dim) if dim.codes[column].depth > 0 || dim.name == "period" => format!(" ({})", grid.columns[column]),
        Some(_) | None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::{code, dimension, table};
    use model::ReleasedCell::{self, Count, Suppressed};

    fn issues(cells: Vec<ReleasedCell>) -> ReleasedTable {
        let issue = dimension("issue", &[code("All", 0), code("Exclusion", 1), code("Placement", 1)]);
        table("T1", &[issue, dimension("period", &[code("2026-Q2", 0)])], cells)
    }

    #[test]
    fn the_largest_row_is_named_when_every_compared_cell_is_shown() {
        let table = issues(vec![Count(1301), Count(84), Count(60)]);
        let sentence = about(&table, &Grid::of(&table)).expect("all shown");
        assert_eq!(sentence, "Largest by issue: Exclusion, with 84 of 1,301 cases opened (2026-Q2).");
    }

    #[test]
    fn nothing_is_said_where_a_compared_cell_is_hidden_or_two_are_equal() {
        for cells in [vec![Count(90), Count(84), Suppressed], vec![Count(120), Count(60), Count(60)]] {
            let table = issues(cells);
            assert_eq!(about(&table, &Grid::of(&table)), None);
        }
    }

    #[test]
    fn a_hidden_total_is_left_out_of_the_sentence() {
        let table = issues(vec![Suppressed, Count(84), Count(60)]);
        let sentence = about(&table, &Grid::of(&table)).expect("both compared cells are shown");
        assert_eq!(sentence, "Largest by issue: Exclusion, with 84 cases opened (2026-Q2).");
    }
}
