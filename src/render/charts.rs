//! Charts as SVG, drawn from the released table and from nothing else.
//!
//! Comes in: a table that asks for a chart. Goes out: one SVG, which the page holds inline byte for byte. Deliberately
//! absent: interpolation, sorting by size, axis limits from anything hidden.
//!
//! # Reading a chart back
//!
//! A chart is one `<svg>` with `<title>`, `<desc>` and groups `<g class="...">`. Its coordinates are whole numbers.
//!
//! - `axis`: its first `<polyline>` is the value axis, `points="x1,y1 x2,y2 "` from value 0 to the axis end; its first
//!   `<text>` is `0`, its last `<text>` the axis end, printed as every number is (`1,500`).
//! - Bars: one group `marks` with a `<rect>` for each drawn row that shows a count, in the order of the rows;
//!   `value = round(width * axis_end / (x2 - x1))`, and every bar starts at `x1`.
//!   One group `values` with a `<text>` for each drawn row, in order: the count or `[c]`, `[z]`, `[x]`; its `y` lies
//!   within the `<rect>` of its row. One group `labels` a drawn row, in order: the row's label, a `<text>` a line.
//! - Lines: one group `marks` for each drawn row, in order, with a `<circle>` for each column that shows a count, in the
//!   order of the columns; `value = round((y1 - cy) * axis_end / (y1 - y2))`. The group `columns` has a
//!   `<text>` a line of each named column's label, at the `cx` of its circles (of many columns some are not named). The
//!   group `hidden` has a `<text>` (`[c]`, `[z]` or `[x]`) for each cell without a count, row by row, at the `cx` of its
//!   column. A table by period alone is one line over its rows: each row is a column then, and its group `marks` holds
//!   one circle or none.
//!
//! The axis is at least twice as long as its end is large, so rounding to whole coordinates moves a value by no more than
//! a quarter of one, up to 10,000,000.

mod bars;
mod canvas;
mod lines;

use model::ReleasedCell;
use model::release::{ChartKind, ReleaseParts, ReleasedTable};

use crate::RenderError;
use crate::cell::{published, text};
use crate::grid::{Grid, Row, is_period};
use crate::words;

/// A chart of more bars tells a reader nothing that the table does not, so it is not drawn.
const MOST_BARS: usize = 60;
/// With more bars than this the finer levels of the rows are left to the table.
const MOST_BARS_OF_ALL_LEVELS: usize = 40;
/// More lines than this cannot be told apart.
const MOST_LINES: usize = 4;

/// The path of a table's chart in the format `ending`.
pub(crate) fn path(table: &ReleasedTable, ending: &str) -> String {
    format!("charts/{}.{ending}", table.id.to_lowercase())
}

/// The chart of `table`, where it asks for one and one can be read.
pub(crate) fn draw(parts: &ReleaseParts, table: &ReleasedTable) -> Result<Option<String>, RenderError> {
    let grid = Grid::of(table);
    let Some(kind) = kind(table, &grid) else { return Ok(None) };
    let rows = drawn_rows(kind, &grid);
    if rows.is_empty() {
        return Ok(None);
    }
    let column = grid.key_column();
    let plot = Plot { parts, table, kind, grid: &grid, rows, column };
    let fault = |fault: canvas::Fault| RenderError::Chart { table: table.id.clone(), fault: fault.to_string() };
    match kind {
        ChartKind::Bars => bars::draw(&plot).map(Some).map_err(fault),
        ChartKind::Lines => lines::draw(&plot).map(Some).map_err(fault),
    }
}

/// How the table is drawn. A line joins periods or columns, never the rows of anything else.
fn kind(table: &ReleasedTable, grid: &Grid<'_>) -> Option<ChartKind> {
    let unordered = grid.columns_by.is_none() && !grid.is_by_period_alone();
    table.chart.map(|kind| if unordered { ChartKind::Bars } else { kind })
}

/// What a chart is drawn from.
struct Plot<'a> {
    parts: &'a ReleaseParts,
    table: &'a ReleasedTable,
    kind: ChartKind,
    grid: &'a Grid<'a>,
    rows: Vec<&'a Row<'a>>,
    /// The column that bars show.
    column: usize,
}

/// One line of a chart.
struct Series {
    name: String,
    cells: Vec<ReleasedCell>,
}

/// The rows that are drawn, in their order.
///
/// Bars leave totals out where there is anything below them: a total would dwarf its parts. Lines take the first four,
/// or every row where the rows are the periods of one line.
fn drawn_rows<'a>(kind: ChartKind, grid: &'a Grid<'a>) -> Vec<&'a Row<'a>> {
    match kind {
        ChartKind::Lines if grid.is_by_period_alone() => grid.rows.iter().collect(),
        ChartKind::Lines => grid.rows.iter().take(MOST_LINES).collect(),
        ChartKind::Bars => {
            let below: Vec<&Row<'_>> = grid.rows.iter().filter(|row| !row.is_total()).collect();
            let mut rows = if below.is_empty() { grid.rows.iter().collect() } else { below };
            if rows.len() > MOST_BARS_OF_ALL_LEVELS && rows.iter().any(|row| row.depth() == 1) {
                rows.retain(|row| row.depth() == 1);
            }
            if rows.len() > MOST_BARS { Vec::new() } else { rows }
        }
    }
}

impl Plot<'_> {
    /// The title: what the bars count and by what; the table's own where lines are measures of one thing.
    fn title(&self) -> String {
        match self.kind {
            ChartKind::Lines => self.table.title.clone(),
            ChartKind::Bars => {
                let by: Vec<String> = self.grid.rows_by.iter().map(|dim| words::lower_first(&dim.label)).collect();
                format!("{} by {}", self.table.unit, by.join(" and "))
            }
        }
    }

    /// The line under the title: what is counted, and when where the columns tell.
    fn subtitle(&self) -> String {
        match (self.kind, self.grid.columns_by) {
            (ChartKind::Bars, Some(dim)) if is_period(dim) => self.grid.columns[self.column].clone(),
            (ChartKind::Bars, _) => self.table.subtitle.clone(),
            (ChartKind::Lines, _) if self.table.subtitle.starts_with(&self.table.unit) => self.table.subtitle.clone(),
            (ChartKind::Lines, _) => format!("{}, {}", self.table.unit, self.table.subtitle),
        }
    }

    /// Whether the rows are the periods of one line.
    fn is_over_rows(&self) -> bool {
        self.kind == ChartKind::Lines && self.grid.is_by_period_alone()
    }

    /// What stands below a line chart, from left to right.
    fn columns(&self) -> Vec<String> {
        if self.is_over_rows() { self.rows.iter().map(|row| row.label()).collect() } else { self.grid.columns.clone() }
    }

    /// The lines of a line chart.
    fn series(&self) -> Vec<Series> {
        if self.is_over_rows() {
            let cells = self.rows.iter().map(|row| row.cells[self.column]).collect();
            return vec![Series { name: self.table.unit.clone(), cells }];
        }
        self.rows.iter().map(|row| Series { name: row.label(), cells: row.cells.to_vec() }).collect()
    }

    /// The chart in words, for who cannot see it: every drawn cell, as released.
    fn description(&self) -> String {
        let columns = self.columns();
        let line = |series: &Series| {
            let point = |(column, &cell): (&String, &ReleasedCell)| format!("{column} {}", text(cell));
            let points: Vec<String> = columns.iter().zip(&series.cells).map(point).collect();
            format!("{}: {}", series.name, points.join(", "))
        };
        let bar = |row: &&Row<'_>| format!("{} {}", row.label(), text(row.cells[self.column]));
        let (kind, drawn): (&str, Vec<String>) = match self.kind {
            ChartKind::Lines => ("Line chart", self.series().iter().map(line).collect()),
            ChartKind::Bars => ("Bar chart", self.rows.iter().map(bar).collect()),
        };
        format!(
            "{kind}. {}. {}. {}. A mark [c] is a hidden figure. Table {} has all figures.",
            self.title(),
            self.subtitle(),
            drawn.join("; "),
            self.table.id
        )
    }

    /// The line below the chart: whose figures these are, so that a picture can travel alone.
    fn source(&self) -> String {
        let parts = self.parts;
        let mut source =
            format!("{}, {}, {}. Table {}.", parts.service, parts.title, parts.period_words, self.table.id);
        for (symbol, meaning) in words::SYMBOLS {
            if self.drawn_cells().any(|cell| text(cell) == symbol) {
                source.push_str(&format!(" {symbol} {meaning}."));
            }
        }
        source
    }

    /// Every cell that the chart shows.
    fn drawn_cells(&self) -> impl Iterator<Item = ReleasedCell> + '_ {
        let lines = self.kind == ChartKind::Lines;
        self.rows.iter().flat_map(move |row| {
            row.cells.iter().enumerate().filter(move |(at, _)| lines || *at == self.column).map(|(_, &cell)| cell)
        })
    }

    /// The axis: from zero to the first round step at or above the largest published count.
    fn scale(&self) -> Scale {
        Scale::up_to(self.drawn_cells().filter_map(published).max().unwrap_or(0))
    }
}

/// A value axis from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Scale {
    /// Between two marks of the axis: 1, 2 or 5 times a power of ten.
    step: u64,
    /// Where the axis ends, a multiple of the step.
    end: u64,
}

impl Scale {
    /// Five steps or fewer; an axis without any count still has a length.
    fn up_to(largest: u64) -> Self {
        let mut step: u64 = 1;
        for factor in [2, 5, 10].into_iter().cycle() {
            if step.saturating_mul(5) >= largest {
                break;
            }
            step = 10_u64.pow(step.ilog10()).saturating_mul(factor);
        }
        Self { step, end: largest.div_ceil(step).max(1).saturating_mul(step) }
    }

    /// Coordinates a drawn pixel: more where the axis has to hold large counts. 560 is the most at which the title stays
    /// below 10,000 coordinates high, beyond which browsers draw no text larger.
    fn zoom(self, axis_px: i32) -> i32 {
        let fine = |zoom: &i32| {
            u64::from(zoom.unsigned_abs()) * u64::from(axis_px.unsigned_abs()) >= self.end.saturating_mul(2)
        };
        [100, 560, 1_000, 10_000].into_iter().find(fine).unwrap_or(100_000)
    }

    /// How far along an axis of length `axis` the value stands, to the nearest whole coordinate.
    fn place(self, value: u64, axis: i32) -> i32 {
        let along = (u128::from(value) * u128::from(axis.unsigned_abs()) * 2 + u128::from(self.end))
            / (u128::from(self.end) * 2);
        i32::try_from(along).unwrap_or(axis)
    }
}

#[cfg(test)]
mod tests;
