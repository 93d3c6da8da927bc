//! The key figures: the newest period of every table by period alone, large, and a year before, small.
//!
//! Comes in: the release. Goes out: a section. Deliberately absent: differences and percentages, because every number on
//! the page is a released cell; the words say which way it went.

use maud::{Markup, html};
use model::ReleasedCell;
use model::period::{Calendar, Period};
use model::release::{ReleaseParts, ReleasedCode, ReleasedDimension};

use crate::cell::{published, text, thousands};
use crate::grid::{self, Grid, Row, is_period};
use crate::words::upper_first;

/// Headline figures beyond these are left to the tables.
const MOST_FIGURES: usize = 4;

/// One headline figure.
struct Figure {
    what: String,
    cell: ReleasedCell,
    /// Its period, or the column it stands in, with what leads to it: `in 2025-26 Q4`.
    when: String,
    /// The count, and that of the same period a year before, where both are published.
    year_before: Option<(u64, u64)>,
}

/// The section.
pub(super) fn section(parts: &ReleaseParts) -> Markup {
    let figures = figures(parts);
    html! {
        @if !figures.is_empty() {
            section.figures aria-labelledby="key-figures" {
                h2 #key-figures { "Key figures" }
                dl {
                    @for figure in figures.iter().take(MOST_FIGURES) {
                        div {
                            dt { (figure.what) }
                            dd.figure { (text(figure.cell)) }
                            dd.beside { (beside(figure)) }
                        }
                    }
                }
            }
        }
    }
}

/// A figure a table by period alone; where there is no such table, the first rows of the first table.
fn figures(parts: &ReleaseParts) -> Vec<Figure> {
    let grids: Vec<(&str, Grid<'_>)> =
        parts.tables.iter().map(|table| (table.unit.as_str(), Grid::of(table))).collect();
    let newest = |(unit, grid): &(&str, Grid<'_>)| {
        let [dim] = grid.rows_by else { return None };
        let cells: Vec<ReleasedCell> = grid.rows.iter().map(|row| row.cells[0]).collect();
        over_periods(unit, dim, &cells)
    };
    let headline: Vec<Figure> = grids.iter().filter(|(_, grid)| grid.is_by_period_alone()).filter_map(newest).collect();
    match (headline.is_empty(), grids.first()) {
        (true, Some((_, first))) => rows(first),
        _ => headline,
    }
}

fn rows(grid: &Grid<'_>) -> Vec<Figure> {
    let column = grid.key_column();
    let periods = grid.columns_by.filter(|dim| is_period(dim));
    let when = format!("in {}", grid.columns[column]);
    let plain = |what: String, cell| Figure { what, cell, when: when.clone(), year_before: None };
    let figure = |row: &Row<'_>| {
        let over = periods.and_then(|dim| over_periods(&row.label(), dim, row.cells));
        over.unwrap_or_else(|| plain(row.label(), row.cells[column]))
    };
    grid.rows.iter().map(figure).collect()
}

/// The last of `cells`, and the one a year before it.
fn over_periods(what: &str, dim: &ReleasedDimension, cells: &[ReleasedCell]) -> Option<Figure> {
    let (code, &cell) = (dim.codes.last()?, cells.last()?);
    let year_before = year_before(&dim.codes).and_then(|at| Some((published(cell)?, published(*cells.get(at)?)?)));
    Some(Figure { what: what.to_owned(), cell, when: format!("{} {}", grid::when(dim), code.label), year_before })
}

/// The place of the period that lies a year before the last.
fn year_before(codes: &[ReleasedCode]) -> Option<usize> {
    // Codes of one table are spelled alike, so any calendar tells which two are a year apart.
    let calendar = Calendar { year_starts_in: 4 };
    let periods: Vec<Option<Period>> = codes.iter().map(|code| Period::parse(&code.code, calendar).ok()).collect();
    let last = (*periods.last()?)?;
    let wanted = Period { start: last.start.plus(-12), end: last.end.plus(-12) };
    periods.iter().position(|period| *period == Some(wanted))
}

/// What stands under the figure: its period, and the same period a year before.
fn beside(figure: &Figure) -> String {
    let when = match published(figure.cell) {
        Some(_) => upper_first(&figure.when),
        None => format!("Not shown {}", figure.when),
    };
    let Some((now, before)) = figure.year_before else { return when };
    let way = match now.cmp(&before) {
        std::cmp::Ordering::Greater => "up from",
        std::cmp::Ordering::Less => "down from",
        std::cmp::Ordering::Equal => "the same as",
    };
    format!("{when}, {way} {} a year before", thousands(before))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::{code, dimension, release, table};
    use ReleasedCell::{Count, Suppressed};

    fn said(cells: Vec<ReleasedCell>) -> Vec<(String, String)> {
        let quarters = ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1"].map(|name| code(name, 0));
        let release = release(vec![table("T1", &[dimension("period_families", &quarters)], cells)]);
        figures(release.parts()).iter().map(|figure| (text(figure.cell), beside(figure))).collect()
    }

    #[test]
    fn the_newest_period_is_the_figure_and_the_year_before_stands_beside_it() {
        let said = said(vec![Count(1412), Count(7), Count(8), Count(9), Count(1421)]);
        assert_eq!(said, [("1,421".into(), "In 2026-Q1, up from 1,412 a year before".into())]);
    }

    #[test]
    fn what_is_open_stands_at_the_end_of_its_period() {
        let quarters = ["2025-Q4", "2026-Q1"].map(|name| code(name, 0));
        let stock = table("T1", &[dimension("period_end", &quarters)], vec![Count(48), Count(50)]);
        let release = release(vec![stock]);
        assert_eq!(beside(&figures(release.parts())[0]), "At the end of 2026-Q1");
    }

    #[test]
    fn nothing_is_compared_where_one_of_the_two_is_hidden() {
        let before = said(vec![Suppressed, Count(7), Count(8), Count(9), Count(21)]);
        assert_eq!(before, [("21".into(), "In 2026-Q1".into())]);
        let now = said(vec![Count(21), Count(7), Count(8), Count(9), Suppressed]);
        assert_eq!(now, [("[c]".into(), "Not shown in 2026-Q1".into())]);
    }

    #[test]
    fn without_a_table_by_period_the_first_table_speaks() {
        let release = release(vec![crate::example::districts()]);
        let figures = figures(release.parts());
        assert_eq!((figures[0].what.as_str(), text(figures[0].cell)), ("Total", "31".into()));
    }
}
