//! One sentence about a table, where the released cells allow one.
//!
//! Comes in: a laid out table. Goes out: a sentence whose every number is printed in the table. Deliberately absent:
//! shares and differences, and any comparison with a hidden cell.

use model::release::{ReleasedDimension, ReleasedTable};

use crate::cell::{published, thousands};
use crate::grid::{Grid, Row, is_period, when};
use crate::words::lower_first;

/// The sentence, or nothing where the released cells allow none.
pub(crate) fn about(table: &ReleasedTable, grid: &Grid<'_>) -> Option<String> {
    match grid.rows_by {
        [dim] if is_period(dim) => newest(table, grid, dim),
        [dim] if dim.name == "measure" => latest(grid),
        [dim] => largest(table, grid, dim),
        _ => None,
    }
}

/// `Largest by issue: Statutory assessment, with 84 of 301 cases opened (April to June 2026).` Where some are hidden only
/// the shown ones are compared, and the sentence says so. Nothing where two are equally large.
fn largest(table: &ReleasedTable, grid: &Grid<'_>, dim: &ReleasedDimension) -> Option<String> {
    let column = grid.key_column();
    let groups: Vec<&Row<'_>> = grid.rows.iter().filter(|row| row.depth() == 1).collect();
    let counts: Vec<Option<u64>> = groups.iter().map(|row| published(row.cells[column])).collect();
    let top = counts.iter().flatten().copied().max()?;
    let shown = counts.iter().flatten().count();
    if shown < 2 || counts.iter().filter(|&&count| count == Some(top)).count() > 1 {
        return None;
    }
    let label = groups[counts.iter().position(|&count| count == Some(top))?].label();
    let total = grid.rows.iter().find(|row| row.is_total()).and_then(|row| published(row.cells[column]));
    let of = total.map_or_else(String::new, |total| format!(" of {}", thousands(total)));
    let all = if shown == counts.len() { "Largest" } else { "Largest figure shown" };
    let (by, unit) = (lower_first(&dim.label), lower_first(&table.unit));
    Some(format!("{all} by {by}: {label}, with {}{of} {unit}{}.", thousands(top), bracketed(grid, column)))
}

/// `Cases opened: 301 in April to June 2026, after 287 in January to March 2026.`, for a table by period alone.
fn newest(table: &ReleasedTable, grid: &Grid<'_>, dim: &ReleasedDimension) -> Option<String> {
    let [.., before, now] = grid.rows.as_slice() else { return None };
    let (was, is) = (published(before.cells[0])?, published(now.cells[0])?);
    Some(over_time(&table.unit, dim, (is, &now.label()), (was, &before.label())))
}

/// The same for the first row of a table of measures over periods.
fn latest(grid: &Grid<'_>) -> Option<String> {
    let dim = grid.columns_by.filter(|dim| is_period(dim))?;
    let first = grid.rows.first()?;
    let [.., before, now] = first.cells else { return None };
    let [.., before_when, now_when] = dim.codes.as_slice() else { return None };
    let (was, is) = (published(*before)?, published(*now)?);
    Some(over_time(&first.label(), dim, (is, &now_when.label), (was, &before_when.label)))
}

fn over_time(what: &str, dim: &ReleasedDimension, now: (u64, &str), before: (u64, &str)) -> String {
    let at = when(dim);
    format!("{what}: {} {at} {}, after {} {at} {}.", thousands(now.0), now.1, thousands(before.0), before.1)
}

/// Which column a sentence speaks of, where there are several.
fn bracketed(grid: &Grid<'_>, column: usize) -> String {
    match grid.columns_by {
        Some(dim) if dim.codes[column].depth > 0 || is_period(dim) => format!(" ({})", grid.columns[column]),
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
    fn hidden_rows_are_not_compared_and_the_sentence_says_so() {
        let alone = issues(vec![Count(190), Count(84), Suppressed]);
        assert_eq!(about(&alone, &Grid::of(&alone)), None, "one figure alone is not the largest of anything");
        let issue = dimension("issue", &["All", "A", "B", "C"].map(|name| code(name, u8::from(name != "All"))));
        let table = table("T1", &[issue], vec![Count(190), Count(84), Suppressed, Count(60)]);
        let sentence = about(&table, &Grid::of(&table)).expect("two are shown");
        assert_eq!(sentence, "Largest figure shown by issue: A, with 84 of 190 cases opened.");
    }

    #[test]
    fn nothing_is_said_where_two_are_equal() {
        let table = issues(vec![Count(120), Count(60), Count(60)]);
        assert_eq!(about(&table, &Grid::of(&table)), None);
    }

    #[test]
    fn a_table_by_period_is_told_by_its_newest_two_periods() {
        let quarters = dimension("period", &["2026-Q1", "2026-Q2", "2026-Q3"].map(|name| code(name, 0)));
        let table = table("T1", &[quarters], vec![Count(9), Count(436), Count(421)]);
        let sentence = about(&table, &Grid::of(&table)).expect("both are shown");
        assert_eq!(sentence, "Cases opened: 421 in 2026-Q3, after 436 in 2026-Q2.");
    }

    #[test]
    fn a_stock_stands_at_the_end_of_its_periods() {
        let quarters = dimension("period_end", &["2026-Q2", "2026-Q3"].map(|name| code(name, 0)));
        let table = table("T1", &[quarters], vec![Count(436), Count(421)]);
        let sentence = about(&table, &Grid::of(&table)).expect("both are shown");
        assert_eq!(sentence, "Cases opened: 421 at the end of 2026-Q3, after 436 at the end of 2026-Q2.");
    }

    #[test]
    fn a_hidden_total_is_left_out_of_the_sentence() {
        let table = issues(vec![Suppressed, Count(84), Count(60)]);
        let sentence = about(&table, &Grid::of(&table)).expect("both compared cells are shown");
        assert_eq!(sentence, "Largest by issue: Exclusion, with 84 cases opened (2026-Q2).");
    }
}
