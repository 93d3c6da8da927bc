//! A table on the page: its title, its chart, its cells, its notes, its files.
//!
//! Comes in: a table and its chart. Goes out: a section. Deliberately absent: cells that span others, since a program
//! that reads the page back must find one cell a released cell, in the release's order.

use maud::{Markup, PreEscaped, html};
use model::release::{ReleasedCode, ReleasedTable};

use crate::cell::{published, text};
use crate::grid::{Grid, Row};
use crate::words::{self, lower_first};
use crate::{charts, sentence};

/// Longer tables are closed until a reader opens them.
const LONGEST_OPEN: usize = 60;
/// Wider tables are printed on their side.
const WIDEST_UPRIGHT: usize = 7;
/// Shorter tables are kept on one sheet of paper.
const LONGEST_WHOLE: usize = 24;

/// The section of `table`.
pub(super) fn section(table: &ReleasedTable, drawing: Option<&String>) -> Markup {
    let grid = Grid::of(table);
    let id = table.id.to_lowercase();
    let class = match (grid.columns.len() > WIDEST_UPRIGHT, grid.rows.len() <= LONGEST_WHOLE) {
        (true, _) => "table wide",
        (false, true) => "table short",
        (false, false) => "table",
    };
    html! {
        section class=(class) id=(id) aria-labelledby=(format!("{id}-title")) {
            h3 id=(format!("{id}-title")) { span.number { (table.id) } " " (table.title) }
            p.when { (table.subtitle) }
            @if let Some(sentence) = sentence::about(table, &grid) { p.said { (sentence) } }
            @if let Some(svg) = drawing {
                figure role="region" tabindex="0" aria-label=(format!("Chart of table {}", table.id)) { (PreEscaped(svg)) }
            }
            @if grid.rows.len() > LONGEST_OPEN {
                details {
                    summary { (summary(&grid)) }
                    (cells(table, &grid, &id))
                }
            } @else {
                (cells(table, &grid, &id))
            }
            (notes(table))
            (files(table, drawing.is_some()))
        }
    }
}

/// `All 1,300 rows by issue and district, from All issues to Other issue`, so that a closed table can be judged.
fn summary(grid: &Grid<'_>) -> String {
    let by: Vec<String> = grid.rows_by.iter().map(|dim| lower_first(&dim.label)).collect();
    let end = |row: Option<&Row<'_>>| row.map_or_else(String::new, Row::label);
    let (first, last) = (end(grid.rows.first()), end(grid.rows.last()));
    let rows = crate::cell::thousands(u64::try_from(grid.rows.len()).unwrap_or(0));
    format!("All {rows} rows by {}, from {first} to {last}", by.join(" and "))
}

fn cells(table: &ReleasedTable, grid: &Grid<'_>, id: &str) -> Markup {
    let has_groups = grid.rows_by.len() == 1 && grid.rows.iter().any(|row| row.depth() > 1);
    html! {
        div.scroll role="region" tabindex="0" aria-labelledby=(format!("{id}-caption")) {
            table {
                caption id=(format!("{id}-caption")) { (caption(table, grid)) }
                thead {
                    tr {
                        @for dim in grid.rows_by { th scope="col" { (dim.label) } }
                        @for column in &grid.columns { th.n scope="col" { (column) } }
                    }
                }
                tbody { @for row in &grid.rows { (line(row, has_groups)) } }
            }
        }
    }
}

/// `Table T09. Cases opened by issue group and district`: what a cell counts and what its row and column say.
fn caption(table: &ReleasedTable, grid: &Grid<'_>) -> String {
    let dims = grid.rows_by.iter().chain(grid.columns_by);
    let by: Vec<String> = dims.map(|dim| lower_first(&dim.label)).collect();
    format!("Table {}. {} by {}", table.id, table.unit, by.join(" and "))
}

fn line(row: &Row<'_>, has_groups: bool) -> Markup {
    let class = match (row.is_total(), has_groups && row.depth() == 1) {
        (true, _) => Some("total"),
        (false, true) => Some("group"),
        (false, false) => None,
    };
    html! {
        tr class=[class] {
            @for code in &row.heads { (head(code)) }
            @for &cell in row.cells {
                @if published(cell).is_some() { td { (text(cell)) } } @else { td.symbol { (text(cell)) } }
            }
        }
    }
}

fn head(code: &ReleasedCode) -> Markup {
    let depth = code.depth.min(4);
    html! { th scope="row" class=[(depth > 1).then(|| format!("d{depth}"))] { (code.label) } }
}

fn notes(table: &ReleasedTable) -> Markup {
    let (precision, zeros) = (words::precision(table), words::zeros(table));
    html! {
        @if precision.is_some() || zeros.is_some() || !table.notes.is_empty() {
            ul.notes {
                @if let Some(precision) = precision { li { (precision) } }
                @if let Some(zeros) = zeros { li { (zeros) } }
                @for note in &table.notes { li { (note) } }
            }
        }
    }
}

fn files(table: &ReleasedTable, drawn: bool) -> Markup {
    html! {
        p.files {
            "Table " (table.id) " as "
            a href=(table.file()) { "CSV" }
            @if drawn {
                ", chart as " a href=(charts::path(table, "svg")) { "SVG" }
                " or " a href=(charts::path(table, "png")) { "PNG" }
            }
        }
    }
}
