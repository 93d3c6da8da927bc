//! Lines over the columns, at most four, each named at its end.
//!
//! Comes in: the drawn rows. Goes out: an SVG, its geometry as the parent module describes it. Deliberately absent: any
//! stroke over a column whose cell is hidden; the line has a gap there, and the symbol stands above the plot.

use super::canvas::{
    Anchor, Canvas, FAINT, Fault, GREY, LABEL, Layer, MARGIN, SERIES, SMALL, SUBTITLE, TITLE, VALUE, WHITE, WIDTH,
    count,
};
use super::{Plot, Scale};
use crate::cell::{published, text, thousands};

/// How high the axis is, in pixels.
const PLOT: i32 = 220;
/// The widest that names at the ends of lines may be.
const WIDEST_NAMES: i32 = 170;
/// From one line of symbols above the plot to the next.
const STRIP: i32 = 20;
/// A figure and the name under it, at the end of a line.
const NAME_BLOCK: i32 = 20;

/// Where things stand, in pixels.
struct Layout {
    title: Vec<String>,
    subtitle: Vec<String>,
    source: Vec<String>,
    strip: i32,
    top: i32,
    left: i32,
    right: i32,
    columns: Vec<Vec<String>>,
    height: i32,
    zoom: i32,
}

impl Layout {
    /// The middle of a column, in coordinates.
    fn x(&self, column: usize) -> i32 {
        let (left, right) = ((self.left + 26) * self.zoom, (self.right - 26) * self.zoom);
        let last = i32::try_from(self.columns.len()).unwrap_or(1) - 1;
        let at = i32::try_from(column).unwrap_or(0);
        if last == 0 { i32::midpoint(left, right) } else { left + (right - left) / last * at }
    }
    /// The height of a value, in coordinates.
    fn y(&self, scale: Scale, value: u64) -> i32 {
        (self.top + PLOT) * self.zoom - scale.place(value, PLOT * self.zoom)
    }
}

/// Draws the chart.
pub(super) fn draw(plot: &Plot<'_>) -> Result<String, Fault> {
    let scale = plot.scale();
    let layout = arrange(plot, scale)?;
    let zoom = layout.zoom;
    let mut canvas = Canvas::new(zoom, layout.height)?;
    canvas.headings(&layout.title, &layout.subtitle)?;
    canvas.layer("axis", |layer| axis(layer, &layout, scale))?;
    canvas.layer("columns", |layer| {
        let y = (layout.top + PLOT + 18) * zoom;
        for (column, label) in layout.columns.iter().enumerate() {
            layer.lines(label, (layout.x(column), y), Anchor::Middle, SMALL)?;
        }
        Ok(())
    })?;
    for series in 0..plot.rows.len() {
        canvas.layer("strokes", |layer| strokes(layer, plot, &layout, scale, series))?;
    }
    for series in 0..plot.rows.len() {
        canvas.layer("marks", |layer| marks(layer, plot, &layout, scale, series))?;
        canvas.layer("markers", |layer| markers(layer, plot, &layout, scale, series))?;
    }
    canvas.layer("hidden", |layer| hidden(layer, plot, &layout))?;
    canvas.layer("values", |layer| values(layer, plot, &layout, scale))?;
    canvas.layer("source", |layer| {
        let first = layout.height - MARGIN / 2 - count(&layout.source) * SMALL.leading();
        layer.lines(&layout.source, (MARGIN * zoom, first * zoom), Anchor::Start, SMALL)
    })?;
    Ok(canvas.finish(&plot.table.id, &plot.table.title, &plot.description()))
}

/// The rows that have a cell without a count, by their place.
fn rows_with_gaps(plot: &Plot<'_>) -> Vec<usize> {
    let has_gap = |row: usize| plot.rows[row].cells.iter().any(|&cell| published(cell).is_none());
    (0..plot.rows.len()).filter(|&row| has_gap(row)).collect()
}

fn arrange(plot: &Plot<'_>, scale: Scale) -> Result<Layout, Fault> {
    let title = TITLE.wrap(&plot.title(), WIDTH - 2 * MARGIN)?;
    let subtitle = SUBTITLE.wrap(&plot.subtitle(), WIDTH - 2 * MARGIN)?;
    let source = SMALL.wrap(&plot.source(), WIDTH - 2 * MARGIN)?;
    let lines = |count: usize| i32::try_from(count).unwrap_or(0);
    let strip = Canvas::headroom(&title, &subtitle) + 16;
    let top = strip + lines(rows_with_gaps(plot).len()) * STRIP + 12;
    let mut names = 0;
    for row in &plot.rows {
        for line in LABEL.wrap(&row.label(), WIDEST_NAMES)? {
            names = names.max(LABEL.width(&line)?);
        }
    }
    let figures = if plot.rows.len() == 1 { 0 } else { VALUE.width(&thousands(scale.end))? + 6 };
    let left = MARGIN + SMALL.width(&thousands(scale.end))? + 10;
    let right = WIDTH - MARGIN - names.min(WIDEST_NAMES + 60) - figures + 8;
    let pitch = (right - left) / lines(plot.grid.columns.len()).max(1);
    let mut columns = Vec::new();
    for label in &plot.grid.columns {
        columns.push(SMALL.wrap(label, pitch - 8)?);
    }
    let deepest = lines(columns.iter().map(Vec::len).max().unwrap_or(1));
    let below = 26 + deepest * SMALL.leading() + count(&source) * SMALL.leading() + MARGIN;
    let zoom = scale.zoom(PLOT);
    Ok(Layout { title, subtitle, source, strip, top, left, right, columns, height: top + PLOT + below, zoom })
}

fn axis(layer: &Layer<'_>, layout: &Layout, scale: Scale) -> Result<(), Fault> {
    let zoom = layout.zoom;
    let (left, right) = (layout.left * zoom, layout.right * zoom);
    layer.path(vec![(left, layout.y(scale, 0)), (left, layout.y(scale, scale.end))], 10, WHITE)?;
    let mut value = 0;
    while value <= scale.end {
        let y = layout.y(scale, value);
        let colour = if value == 0 { GREY } else { FAINT };
        layer.path(vec![(left, y), (right, y)], 10, colour)?;
        layer.text(&thousands(value), (left - 8 * zoom, y), Anchor::End, SMALL)?;
        value += scale.step;
    }
    Ok(())
}

fn strokes(layer: &Layer<'_>, plot: &Plot<'_>, layout: &Layout, scale: Scale, series: usize) -> Result<(), Fault> {
    let mut run: Vec<(i32, i32)> = Vec::new();
    let cells = plot.rows[series].cells;
    // One step beyond the last column, so that the last run is drawn too.
    for column in 0..=cells.len() {
        match cells.get(column).copied().and_then(published) {
            Some(value) => run.push((layout.x(column), layout.y(scale, value))),
            None if run.len() > 1 => layer.path(std::mem::take(&mut run), 24, SERIES[series])?,
            None => run.clear(),
        }
    }
    Ok(())
}

fn marks(layer: &Layer<'_>, plot: &Plot<'_>, layout: &Layout, scale: Scale, series: usize) -> Result<(), Fault> {
    for (column, &cell) in plot.rows[series].cells.iter().enumerate() {
        if let Some(value) = published(cell) {
            layer.disc((layout.x(column), layout.y(scale, value)), if series < 2 { 45 } else { 55 }, SERIES[series])?;
        }
    }
    Ok(())
}

/// What tells the series apart without colour: a full disc, a ring, a disc with a dot, a thin ring.
fn markers(layer: &Layer<'_>, plot: &Plot<'_>, layout: &Layout, scale: Scale, series: usize) -> Result<(), Fault> {
    let Some(hole) = [0, 25, 16, 40].get(series).copied().filter(|&hole| hole > 0) else { return Ok(()) };
    for (column, &cell) in plot.rows[series].cells.iter().enumerate() {
        if let Some(value) = published(cell) {
            layer.disc((layout.x(column), layout.y(scale, value)), hole, WHITE)?;
        }
    }
    Ok(())
}

fn hidden(layer: &Layer<'_>, plot: &Plot<'_>, layout: &Layout) -> Result<(), Fault> {
    let zoom = layout.zoom;
    for (line, &row) in rows_with_gaps(plot).iter().enumerate() {
        let y = (layout.strip + i32::try_from(line).unwrap_or(0) * STRIP) * zoom;
        for (column, &cell) in plot.rows[row].cells.iter().enumerate() {
            if published(cell).is_none() {
                layer.text(&text(cell), (layout.x(column), y), Anchor::Middle, LABEL)?;
            }
        }
    }
    Ok(())
}

/// The name of each line beside its end, with the last figure; every figure where there is one line only.
fn values(layer: &Layer<'_>, plot: &Plot<'_>, layout: &Layout, scale: Scale) -> Result<(), Fault> {
    let zoom = layout.zoom;
    let single = plot.rows.len() == 1;
    if single {
        for (column, &cell) in plot.rows[0].cells.iter().enumerate() {
            if let Some(value) = published(cell) {
                let at = (layout.x(column), layout.y(scale, value) - 16 * zoom);
                layer.text(&text(cell), at, Anchor::Middle, VALUE)?;
            }
        }
    }
    let gaps = rows_with_gaps(plot);
    // Which line a symbol above the plot belongs to; with one line there is no question.
    for (line, &row) in gaps.iter().enumerate().filter(|_| !single) {
        let y = (layout.strip + i32::try_from(line).unwrap_or(0) * STRIP) * zoom;
        let label = LABEL.wrap(&plot.rows[row].label(), WIDEST_NAMES)?;
        let first = label.first().map_or("", String::as_str);
        layer.text(first, ((layout.right - 8) * zoom, y), Anchor::Start, SMALL)?;
    }
    for (row, y) in ends(plot, layout, scale)? {
        let mut x = (layout.right - 8) * zoom;
        let last = plot.rows[row].cells.last().copied().filter(|&cell| published(cell).is_some());
        if let Some(cell) = last.filter(|_| !single) {
            layer.text(&text(cell), (x, y), Anchor::Start, VALUE)?;
            x += (VALUE.width(&text(cell))? + 6) * zoom;
        }
        let label = LABEL.wrap(&plot.rows[row].label(), WIDEST_NAMES)?;
        layer.lines(&label, (x, y), Anchor::Start, LABEL)?;
    }
    Ok(())
}

/// Where the name of each row stands: at its last shown point, pushed apart where two would touch.
fn ends(plot: &Plot<'_>, layout: &Layout, scale: Scale) -> Result<Vec<(usize, i32)>, Fault> {
    let mut ends: Vec<(usize, i32)> = Vec::new();
    for (row, drawn) in plot.rows.iter().enumerate() {
        if let Some(value) = drawn.cells.iter().rev().copied().find_map(published) {
            ends.push((row, layout.y(scale, value)));
        }
    }
    ends.sort_by_key(|&(row, y)| (y, row));
    let mut free = i32::MIN;
    for (row, y) in &mut ends {
        *y = (*y).max(free);
        let lines = LABEL.wrap(&plot.rows[*row].label(), WIDEST_NAMES)?.len();
        let block = (i32::try_from(lines).unwrap_or(1) - 1) * LABEL.leading() + NAME_BLOCK;
        free = *y + block * layout.zoom;
    }
    Ok(ends)
}
