//! A released table as people see it: rows with headers, columns with headers, cells between.
//!
//! Comes in: a table of any number of dimensions. Goes out: the same cells in the same order. The last dimension makes the
//! columns; a table of one dimension has a row a code and one column, headed by the unit. Deliberately absent: sorting.

use std::collections::BTreeMap;

use model::ReleasedCell;
use model::release::{ReleasedCode, ReleasedDimension, ReleasedTable};

/// Whether the codes of a dimension are periods: of cases, or of what is counted in periods of its own (`period_families`).
pub(crate) fn is_period(dim: &ReleasedDimension) -> bool {
    dim.name == "period" || dim.name.starts_with("period_")
}

/// How a sentence says when: a stock stands at the end of a period, everything else happens in it.
pub(crate) fn when(dim: &ReleasedDimension) -> &'static str {
    if dim.name == "period_end" { "at the end of" } else { "in" }
}

/// A table, laid out.
pub(crate) struct Grid<'a> {
    /// The dimensions that make the rows; never none.
    pub rows_by: &'a [ReleasedDimension],
    /// The dimension that makes the columns, unless the unit does.
    pub columns_by: Option<&'a ReleasedDimension>,
    /// One header a column, no two alike.
    pub columns: Vec<String>,
    /// In the release's order.
    pub rows: Vec<Row<'a>>,
}

/// A row of a laid out table.
pub(crate) struct Row<'a> {
    /// One code a dimension of `rows_by`.
    pub heads: Vec<&'a ReleasedCode>,
    /// One cell a column.
    pub cells: &'a [ReleasedCell],
}

impl Row<'_> {
    /// How deep the row stands: the depth of its last header.
    pub fn depth(&self) -> u8 {
        self.heads.last().map_or(0, |code| code.depth)
    }
    /// Whether every dimension of the row stands at its total.
    pub fn is_total(&self) -> bool {
        self.heads.iter().all(|code| code.depth == 0)
    }
    /// The row's headers as one text.
    pub fn label(&self) -> String {
        let labels: Vec<&str> = self.heads.iter().map(|code| code.label.as_str()).collect();
        labels.join(", ")
    }
}

impl<'a> Grid<'a> {
    /// Lays `table` out. Every dimension has a code, which `render` has checked.
    pub fn of(table: &'a ReleasedTable) -> Self {
        let (rows_by, columns_by) = match table.dims.as_slice() {
            [rows @ .., columns] if !rows.is_empty() => (rows, Some(columns)),
            only => (only, None),
        };
        let columns = columns_by.map_or_else(|| vec![table.unit.clone()], headers);
        let rows = table
            .cells
            .chunks(columns.len())
            .enumerate()
            .map(|(number, cells)| Row { heads: heads(rows_by, number), cells })
            .collect();
        Self { rows_by, columns_by, columns, rows }
    }

    /// Whether the rows are periods and nothing else: one figure at a time.
    pub fn is_by_period_alone(&self) -> bool {
        self.columns_by.is_none() && matches!(self.rows_by, [dim] if is_period(dim))
    }

    /// The column that charts and sentences speak of: the last where columns are periods, else the total, else the last.
    pub fn key_column(&self) -> usize {
        let last = self.columns.len() - 1;
        match self.columns_by {
            Some(dim) if !is_period(dim) => dim.codes.iter().position(|code| code.depth == 0).unwrap_or(last),
            Some(_) | None => last,
        }
    }
}

/// The codes of row `number`, the last dimension varying fastest.
fn heads(rows_by: &[ReleasedDimension], number: usize) -> Vec<&ReleasedCode> {
    let mut rest = number;
    let mut heads: Vec<&ReleasedCode> = Vec::with_capacity(rows_by.len());
    for dim in rows_by.iter().rev() {
        heads.push(&dim.codes[rest % dim.codes.len()]);
        rest /= dim.codes.len();
    }
    heads.reverse();
    heads
}

/// The labels of a dimension's codes; where two are alike (spreadsheets ignore case) the code stands beside them.
fn headers(dim: &ReleasedDimension) -> Vec<String> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for code in &dim.codes {
        *times.entry(code.label.to_lowercase()).or_default() += 1;
    }
    let header = |code: &ReleasedCode| {
        if times.get(&code.label.to_lowercase()).is_some_and(|&times| times > 1) {
            format!("{} ({})", code.label, code.code)
        } else {
            code.label.clone()
        }
    };
    dim.codes.iter().map(header).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::{code, dimension, table};
    use ReleasedCell::Count;

    #[test]
    fn the_last_dimension_makes_the_columns_and_varies_fastest() {
        let level = dimension("level", &[code("Total", 0), code("L1", 1)]);
        let sex = dimension("sex", &[code("F", 1), code("M", 1)]);
        let period = dimension("period", &[code("Q1", 0), code("Q2", 0)]);
        let table = table("T1", &[level, sex, period], (10..18).map(Count).collect());
        let grid = Grid::of(&table);
        let rows: Vec<(String, &[ReleasedCell])> = grid.rows.iter().map(|row| (row.label(), row.cells)).collect();
        assert_eq!(rows[1], ("Total, M".to_owned(), &[Count(12), Count(13)][..]));
        assert_eq!(rows[2], ("L1, F".to_owned(), &[Count(14), Count(15)][..]));
        assert_eq!(grid.key_column(), 1, "columns are periods, so the last");
    }

    #[test]
    fn one_dimension_makes_rows_and_the_unit_heads_the_column() {
        let table = table("T1", &[dimension("level", &[code("L1", 1), code("L2", 1)])], vec![Count(5), Count(6)]);
        let grid = Grid::of(&table);
        assert_eq!((grid.columns, grid.rows.len()), (vec!["Cases opened".to_owned()], 2));
    }

    #[test]
    fn columns_of_one_name_are_told_apart_by_their_codes() {
        let mut dim = dimension("need", &[code("A", 1), code("B", 1)]);
        for code in &mut dim.codes {
            code.label = "Not known".into();
        }
        assert_eq!(headers(&dim), ["Not known (A)", "Not known (B)"]);
    }
}
