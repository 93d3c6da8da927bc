//! What a chart gives away that its table does not. Comes in: a chart as read and its table. Goes out: places where the
//! drawing and the table differ. Deliberately absent: looks.

use std::collections::BTreeMap;

use model::Manifest;
use model::manifest::TableEntry;

use crate::attacks::consistency::{plain, shown};
use crate::readers::csv::Table;
use crate::readers::svg::{Bar, Chart};

/// A drawn value may be off by this much: coordinates are whole.
const OFF: f64 = 0.5;

/// A place in the drawing and what is wrong there.
pub type Difference = (String, &'static str);

/// A row of the table: its name, and what its cells say.
struct Row {
    name: String,
    cells: Vec<String>,
}

/// Holds the chart against the table.
#[must_use]
pub fn compare(chart: &Chart, manifest: &Manifest, entry: &TableEntry, table: &Table) -> Vec<Difference> {
    let rows = rows(manifest, table);
    let mut differences = Vec::new();
    if !chart.bars.is_empty() {
        bars(chart, &rows, &mut differences);
    }
    if !chart.lines.is_empty() {
        lines(chart, &rows, &mut differences);
    }
    if chart.bars.is_empty() && chart.lines.is_empty() {
        differences.push((entry.id.clone(), "a chart without marks"));
    }
    let drawn: Vec<f64> = chart
        .bars
        .iter()
        .filter_map(|bar| bar.value)
        .chain(chart.lines.iter().flatten().map(|point| point.1))
        .collect();
    let largest = drawn.iter().copied().fold(0.0, f64::max);
    // The axis ends at the first of its marks beyond what is drawn: any longer, and something hidden made it so.
    if chart.end > 1.0 && largest + OFF < chart.end - chart.step {
        differences.push(("axis".to_owned(), "an axis that reaches further than what is drawn"));
    }
    differences
}

fn rows(manifest: &Manifest, table: &Table) -> Vec<Row> {
    let heads = table.dims.len().saturating_sub(1).max(1);
    let label = |(dim, code): (&String, &String)| {
        manifest.labels.get(dim).and_then(|labels| labels.get(code)).unwrap_or(code).clone()
    };
    let mut rows: Vec<(&[String], Row)> = Vec::new();
    for row in &table.rows {
        let codes = &row.codes[..heads.min(row.codes.len())];
        if rows.last().is_none_or(|(last, _)| *last != codes) {
            let names: Vec<String> = table.dims.iter().zip(codes).map(label).collect();
            rows.push((codes, Row { name: names.join(", "), cells: Vec::new() }));
        }
        if let Some((_, last)) = rows.last_mut() {
            last.cells.push(shown(&row.reading));
        }
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// One column of the table, and rows of it in their order, must explain every bar and every printed figure.
fn bars(chart: &Chart, rows: &[Row], differences: &mut Vec<Difference>) {
    for (at, bar) in chart.bars.iter().enumerate() {
        let printed = plain(&bar.text).parse::<f64>().ok();
        let agrees = match (bar.value, printed) {
            (Some(value), Some(printed)) => (value - printed).abs() <= OFF,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !agrees {
            differences.push((format!("bar {}", at + 1), "a bar that is not as long as its figure says"));
        }
    }
    let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    if !(0..columns).any(|column| explains(&chart.bars, rows, column)) {
        differences.push(("bars".to_owned(), "figures that no column of the table explains"));
    }
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

fn explains(bars: &[Bar], rows: &[Row], column: usize) -> bool {
    let mut rest = rows.iter();
    bars.iter().all(|bar| {
        let is_it =
            |row: &Row| squeezed(&row.name) == squeezed(&bar.label) && row.cells.get(column) == Some(&plain(&bar.text));
        rest.any(is_it)
    })
}

/// Every line is the row of the same place; a point stands in the column of its figure.
fn lines(chart: &Chart, rows: &[Row], differences: &mut Vec<Difference>) {
    let mut places: BTreeMap<i64, usize> = BTreeMap::new();
    for (place, _) in chart.lines.iter().flatten() {
        places.insert(rounded(*place), 0);
    }
    let mut hidden = 0;
    for (at, line) in chart.lines.iter().enumerate() {
        let Some(row) = rows.get(at) else {
            differences.push((format!("line {}", at + 1), "a line without a row"));
            continue;
        };
        let counts: Vec<(usize, f64)> =
            row.cells.iter().enumerate().filter_map(|(column, cell)| Some((column, cell.parse().ok()?))).collect();
        hidden += row.cells.len() - counts.len();
        if counts.len() != line.len() || counts.iter().zip(line).any(|(count, point)| (count.1 - point.1).abs() > OFF) {
            differences.push((format!("line {}", at + 1), "points that are not the row's figures"));
            continue;
        }
        for ((column, _), (place, _)) in counts.iter().zip(line) {
            let known = places.entry(rounded(*place)).or_default();
            if *known != 0 && *known != column + 1 {
                differences.push((format!("line {}", at + 1), "a point in another column than its figure"));
            }
            *known = column + 1;
        }
    }
    if hidden != chart.hidden {
        differences.push(("hidden".to_owned(), "another number of symbols than hidden figures"));
    }
}

/// Coordinates are whole.
#[allow(clippy::cast_possible_truncation)]
fn rounded(place: f64) -> i64 {
    place.round() as i64
}
