//! Lines over the columns, at most four, each named at its end; or one line over the rows of a table by period.
//!
//! Comes in: the drawn rows. Goes out: an SVG, its geometry as the parent module describes it. Deliberately absent: any
//! stroke over a column whose cell is hidden; the line has a gap there, and the symbol stands above the plot.

use super::canvas::{
    Anchor, Canvas, FAINT, Fault, GREY, LABEL, Layer, MARGIN, SERIES, SMALL, SUBTITLE, TITLE, VALUE, WHITE, WIDTH,
    count,
};
use super::{Plot, Scale, Series};
use crate::cell::{published, text, thousands};
use model::ReleasedCell;

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
    /// The lines of each column's name; none where it would touch the next.
    columns: Vec<Vec<String>>,
    series: Vec<Series>,
    /// A line that needs no name: the title says it.
    unnamed: bool,
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
    /// The height of a line of symbols above the plot, in coordinates.
    fn strip_line(&self, line: usize) -> i32 {
        (self.strip + i32::try_from(line).unwrap_or(0) * STRIP) * self.zoom
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
    for number in 0..layout.series.len() {
        canvas.layer("strokes", |layer| strokes(layer, &layout, scale, number))?;
    }
    for (number, series) in layout.series.iter().enumerate() {
        let all: Vec<(usize, ReleasedCell)> = series.cells.iter().copied().enumerate().collect();
        // A group a row of the table, whether the row is a line or a point of one.
        let groups: Vec<&[(usize, ReleasedCell)]> =
            if plot.is_over_rows() { all.chunks(1).collect() } else { vec![&all] };
        for cells in groups {
            canvas.layer("marks", |layer| marks(layer, &layout, scale, number, cells))?;
        }
        canvas.layer("markers", |layer| markers(layer, &layout, scale, number))?;
    }
    canvas.layer("hidden", |layer| hidden(layer, &layout))?;
    canvas.layer("values", |layer| values(layer, &layout, scale))?;
    canvas.layer("source", |layer| {
        let first = layout.height - MARGIN / 2 - count(&layout.source) * SMALL.leading();
        layer.lines(&layout.source, (MARGIN * zoom, first * zoom), Anchor::Start, SMALL)
    })?;
    Ok(canvas.finish(&plot.table.id, &plot.table.title, &plot.description()))
}

/// The lines that have a cell without a count, by their place.
fn with_gaps(series: &[Series]) -> Vec<usize> {
    let has_gap = |number: usize| series[number].cells.iter().any(|&cell| published(cell).is_none());
    (0..series.len()).filter(|&number| has_gap(number)).collect()
}

fn arrange(plot: &Plot<'_>, scale: Scale) -> Result<Layout, Fault> {
    let title = TITLE.wrap(&plot.title(), WIDTH - 2 * MARGIN)?;
    let subtitle = SUBTITLE.wrap(&plot.subtitle(), WIDTH - 2 * MARGIN)?;
    let source = SMALL.wrap(&plot.source(), WIDTH - 2 * MARGIN)?;
    let (series, unnamed) = (plot.series(), plot.is_over_rows());
    let lines = |count: usize| i32::try_from(count).unwrap_or(0);
    let strip = Canvas::headroom(&title, &subtitle) + 16;
    let top = strip + lines(with_gaps(&series).len()) * STRIP + 12;
    let mut names = 0;
    for series in series.iter().filter(|_| !unnamed) {
        for line in LABEL.wrap(&series.name, WIDEST_NAMES)? {
            names = names.max(LABEL.width(&line)?);
        }
    }
    let figures = if series.len() == 1 { 0 } else { VALUE.width(&thousands(scale.end))? + 6 };
    let left = MARGIN + SMALL.width(&thousands(scale.end))? + 10;
    let right = if unnamed { WIDTH - MARGIN + 2 } else { WIDTH - MARGIN - names.min(WIDEST_NAMES + 60) - figures + 8 };
    let columns = name_columns(&plot.columns(), right - left)?;
    let deepest = lines(columns.iter().map(Vec::len).max().unwrap_or(1));
    let below = 26 + deepest * SMALL.leading() + count(&source) * SMALL.leading() + MARGIN;
    let (zoom, height) = (scale.zoom(PLOT), top + PLOT + below);
    Ok(Layout { title, subtitle, source, strip, top, left, right, columns, series, unnamed, height, zoom })
}

/// The names below the axis in lines; where they would touch, every second, third, ... of them, the last always.
fn name_columns(labels: &[String], width: i32) -> Result<Vec<Vec<String>>, Fault> {
    let pitch = (width - 52) / i32::try_from(labels.len().saturating_sub(1)).unwrap_or(1).max(1);
    let mut named = Vec::new();
    for every in 1..=labels.len() {
        let room = pitch.min(width) * i32::try_from(every).unwrap_or(1) - 4;
        named.clear();
        let mut widest = 0;
        for (at, label) in labels.iter().enumerate() {
            let is_named = (labels.len() - 1 - at).is_multiple_of(every);
            let lines = if is_named { SMALL.wrap(label, room)? } else { Vec::new() };
            for line in &lines {
                widest = widest.max(SMALL.width(line)?);
            }
            named.push(lines);
        }
        if widest <= room {
            break;
        }
    }
    Ok(named)
}

fn axis(layer: &Layer<'_>, layout: &Layout, scale: Scale) -> Result<(), Fault> {
    let zoom = layout.zoom;
    // Where names begin the grid has ended.
    let (left, right) = (layout.left * zoom, (layout.right - 15) * zoom);
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

fn strokes(layer: &Layer<'_>, layout: &Layout, scale: Scale, number: usize) -> Result<(), Fault> {
    let mut run: Vec<(i32, i32)> = Vec::new();
    let cells = &layout.series[number].cells;
    // One step beyond the last column, so that the last run is drawn too.
    for column in 0..=cells.len() {
        match cells.get(column).copied().and_then(published) {
            Some(value) => run.push((layout.x(column), layout.y(scale, value))),
            None if run.len() > 1 => layer.path(std::mem::take(&mut run), 24, SERIES[number])?,
            None => run.clear(),
        }
    }
    Ok(())
}

fn marks(
    layer: &Layer<'_>,
    layout: &Layout,
    scale: Scale,
    number: usize,
    cells: &[(usize, ReleasedCell)],
) -> Result<(), Fault> {
    for &(column, cell) in cells {
        if let Some(value) = published(cell) {
            layer.disc((layout.x(column), layout.y(scale, value)), if number < 2 { 45 } else { 55 }, SERIES[number])?;
        }
    }
    Ok(())
}

/// What tells the series apart without colour: a full disc, a ring, a disc with a dot, a thin ring.
fn markers(layer: &Layer<'_>, layout: &Layout, scale: Scale, number: usize) -> Result<(), Fault> {
    let Some(hole) = [0, 25, 16, 40].get(number).copied().filter(|&hole| hole > 0) else { return Ok(()) };
    for (column, &cell) in layout.series[number].cells.iter().enumerate() {
        if let Some(value) = published(cell) {
            layer.disc((layout.x(column), layout.y(scale, value)), hole, WHITE)?;
        }
    }
    Ok(())
}

fn hidden(layer: &Layer<'_>, layout: &Layout) -> Result<(), Fault> {
    for (line, &number) in with_gaps(&layout.series).iter().enumerate() {
        let y = layout.strip_line(line);
        for (column, &cell) in layout.series[number].cells.iter().enumerate() {
            if published(cell).is_none() {
                layer.text(&text(cell), (layout.x(column), y), Anchor::Middle, LABEL)?;
            }
        }
    }
    Ok(())
}

/// The name of each line beside its end, with the last figure; every figure where there is one line only.
fn values(layer: &Layer<'_>, layout: &Layout, scale: Scale) -> Result<(), Fault> {
    let zoom = layout.zoom;
    if let [only] = layout.series.as_slice() {
        figures(layer, layout, scale, only)?;
        if layout.unnamed {
            return Ok(());
        }
    }
    let single = layout.series.len() == 1;
    // Which line a symbol above the plot belongs to; with one line there is no question.
    for (line, &number) in with_gaps(&layout.series).iter().enumerate().filter(|_| !single) {
        let label = LABEL.wrap(&layout.series[number].name, WIDEST_NAMES)?;
        let first = label.first().map_or("", String::as_str);
        layer.text(first, ((layout.right - 8) * zoom, layout.strip_line(line)), Anchor::Start, SMALL)?;
    }
    for (number, y) in ends(layout, scale)? {
        let mut x = (layout.right - 8) * zoom;
        let last = layout.series[number].cells.last().copied().filter(|&cell| published(cell).is_some());
        if let Some(cell) = last.filter(|_| !single) {
            layer.text(&text(cell), (x, y), Anchor::Start, VALUE)?;
            x += (VALUE.width(&text(cell))? + 6) * zoom;
        }
        let label = LABEL.wrap(&layout.series[number].name, WIDEST_NAMES)?;
        layer.lines(&label, (x, y), Anchor::Start, LABEL)?;
    }
    Ok(())
}

/// The figure of each named column above its point, or below it where both strokes go up from there.
fn figures(layer: &Layer<'_>, layout: &Layout, scale: Scale, only: &Series) -> Result<(), Fault> {
    let count = |column: Option<usize>| column.and_then(|at| only.cells.get(at)).copied().and_then(published);
    for (column, &cell) in only.cells.iter().enumerate().filter(|(column, _)| !layout.columns[*column].is_empty()) {
        if let Some(value) = published(cell) {
            let beside = [count(column.checked_sub(1)), count(Some(column + 1))];
            let lowest = beside.iter().flatten().count() > 0 && beside.iter().flatten().all(|&other| other > value);
            let room = layout.y(scale, 0) - layout.y(scale, value) > 26 * layout.zoom;
            let offset = if lowest && room { 16 } else { -16 };
            let at = (layout.x(column), layout.y(scale, value) + offset * layout.zoom);
            layer.text(&text(cell), at, Anchor::Middle, VALUE)?;
        }
    }
    Ok(())
}

/// Where the name of each line stands: at its last shown point, pushed apart where two would touch, and up again where
/// that would push one below the axis.
fn ends(layout: &Layout, scale: Scale) -> Result<Vec<(usize, i32)>, Fault> {
    let mut ends: Vec<(usize, i32, i32)> = Vec::new();
    for (number, series) in layout.series.iter().enumerate() {
        if let Some(value) = series.cells.iter().rev().copied().find_map(published) {
            let lines = LABEL.wrap(&series.name, WIDEST_NAMES)?.len();
            let block = (i32::try_from(lines).unwrap_or(1) - 1) * LABEL.leading() + NAME_BLOCK;
            ends.push((number, layout.y(scale, value), block * layout.zoom));
        }
    }
    ends.sort_by_key(|&(number, y, _)| (y, number));
    let mut free = i32::MIN;
    for (_, y, block) in &mut ends {
        *y = (*y).max(free);
        free = *y + *block;
    }
    let mut lowest = (layout.top + PLOT + NAME_BLOCK - 9) * layout.zoom;
    for (_, y, block) in ends.iter_mut().rev() {
        *y = (*y).min(lowest - *block);
        lowest = *y;
    }
    Ok(ends.into_iter().map(|(number, y, _)| (number, y)).collect())
}
