//! Horizontal bars, one a row, in the table's own order.
//!
//! Comes in: the drawn rows. Goes out: an SVG, its geometry as the parent module describes it. Deliberately absent: a bar,
//! a length or a place that depends on a hidden cell; such a row has its symbol at the axis and nothing else.

use super::canvas::{
    Anchor, Canvas, FAINT, Fault, GREY, LABEL, Layer, MARGIN, SERIES, SMALL, SUBTITLE, TITLE, VALUE, WIDTH, count,
};
use super::{Plot, Scale};
use crate::cell::{published, text, thousands};

/// The widest that names of rows may make their column, in pixels.
const WIDEST_LABELS: i32 = 250;
/// How far a name is indented a level.
const INDENT: i32 = 14;
/// Room to the right of the longest bar for its figure.
const FIGURE: i32 = 62;
/// From the top of a row of one line to the next.
const ROW: i32 = 29;

/// A row, placed.
struct Bar {
    label: Vec<String>,
    indent: i32,
    /// The middle of the bar, in pixels.
    middle: i32,
    /// Half the height of the bar.
    half: i32,
    /// A row that has rows of its own below it.
    group: bool,
    value: Option<u64>,
    figure: String,
}

/// Where things stand, in pixels.
struct Layout {
    title: Vec<String>,
    subtitle: Vec<String>,
    source: Vec<String>,
    top: i32,
    left: i32,
    right: i32,
    bottom: i32,
    height: i32,
    bars: Vec<Bar>,
}

/// Draws the chart.
pub(super) fn draw(plot: &Plot<'_>) -> Result<String, Fault> {
    let layout = arrange(plot)?;
    let scale = plot.scale();
    let zoom = scale.zoom(layout.right - layout.left);
    let mut canvas = Canvas::new(zoom, layout.height)?;
    canvas.headings(&layout.title, &layout.subtitle)?;
    canvas.layer("axis", |layer| axis(layer, &layout, scale, zoom))?;
    canvas.layer("marks", |layer| bars(layer, &layout, scale, zoom))?;
    for bar in &layout.bars {
        canvas.layer("labels", |layer| label(layer, bar, zoom))?;
    }
    canvas.layer("values", |layer| figures(layer, &layout, scale, zoom))?;
    canvas.layer("source", |layer| {
        let first = (layout.bottom + 52) * zoom;
        layer.lines(&layout.source, (MARGIN * zoom, first), Anchor::Start, SMALL)
    })?;
    Ok(canvas.finish(&plot.table.id, &plot.table.title, &plot.description()))
}

fn arrange(plot: &Plot<'_>) -> Result<Layout, Fault> {
    let title = TITLE.wrap(&plot.title(), WIDTH - 2 * MARGIN)?;
    let subtitle = SUBTITLE.wrap(&plot.subtitle(), WIDTH - 2 * MARGIN)?;
    let source = SMALL.wrap(&plot.source(), WIDTH - 2 * MARGIN)?;
    let top = Canvas::headroom(&title, &subtitle) + 14;
    let shallowest = plot.rows.iter().map(|row| row.depth()).min().unwrap_or(0);
    let grouped = plot.rows.iter().any(|row| row.depth() > shallowest);
    let (mut widest, mut y, mut bars) = (0, top, Vec::new());
    for row in &plot.rows {
        let group = grouped && row.depth() == shallowest;
        let indent = i32::from(row.depth() - shallowest) * INDENT;
        let kind = if group { LABEL.bold() } else { LABEL };
        let label = kind.wrap(&row.label(), WIDEST_LABELS - indent)?;
        for line in &label {
            widest = widest.max(indent + kind.width(line)?);
        }
        if group && y > top {
            y += 8;
        }
        let height = ROW + (count(&label) - 1).max(0) * LABEL.leading();
        let half = if grouped && !group { 7 } else { 9 };
        let cell = row.cells[plot.column];
        bars.push(Bar {
            label,
            indent,
            middle: y + height / 2,
            half,
            group,
            value: published(cell),
            figure: text(cell),
        });
        y += height;
    }
    let left = MARGIN + widest.min(WIDEST_LABELS + 40) + 12;
    let height = y + 52 + count(&source) * SMALL.leading() + MARGIN / 2;
    Ok(Layout { title, subtitle, source, top, left, right: WIDTH - MARGIN - FIGURE, bottom: y, height, bars })
}

fn axis(layer: &Layer<'_>, layout: &Layout, scale: Scale, zoom: i32) -> Result<(), Fault> {
    let (left, right, y) = (layout.left * zoom, layout.right * zoom, (layout.bottom + 8) * zoom);
    layer.path(vec![(left, y), (right, y)], 10, FAINT)?;
    layer.path(vec![(right, y - 4 * zoom), (right, y + 4 * zoom)], 10, FAINT)?;
    layer.path(vec![(left, layout.top * zoom), (left, y + 4 * zoom)], 12, GREY)?;
    layer.text("0", (left, y + 14 * zoom), Anchor::Middle, SMALL)?;
    layer.text(&thousands(scale.end), (right, y + 14 * zoom), Anchor::Middle, SMALL)
}

fn bars(layer: &Layer<'_>, layout: &Layout, scale: Scale, zoom: i32) -> Result<(), Fault> {
    let (left, axis) = (layout.left * zoom, (layout.right - layout.left) * zoom);
    for bar in &layout.bars {
        if let Some(value) = bar.value {
            let end = left + scale.place(value, axis);
            let (top, bottom) = ((bar.middle - bar.half) * zoom, (bar.middle + bar.half) * zoom);
            layer.rect((left, top), (end, bottom), SERIES[0])?;
        }
    }
    Ok(())
}

fn label(layer: &Layer<'_>, bar: &Bar, zoom: i32) -> Result<(), Fault> {
    let kind = if bar.group { LABEL.bold() } else { LABEL };
    let first = bar.middle * zoom - (count(&bar.label) - 1) * kind.leading() * zoom / 2;
    let x = MARGIN + bar.indent;
    layer.lines(&bar.label, (x * zoom, first), Anchor::Start, kind)
}

fn figures(layer: &Layer<'_>, layout: &Layout, scale: Scale, zoom: i32) -> Result<(), Fault> {
    let (left, axis) = (layout.left * zoom, (layout.right - layout.left) * zoom);
    for bar in &layout.bars {
        let end = bar.value.map_or(0, |value| scale.place(value, axis));
        let kind = if bar.value.is_some() { VALUE } else { LABEL };
        layer.text(&bar.figure, (left + end + 7 * zoom, bar.middle * zoom), Anchor::Start, kind)?;
    }
    Ok(())
}
