//! The words and looks of a release that no other part of `release.json` states, so that it can be written again from there.
//!
//! Comes in: the release. Goes out: [`Presentation`]. Deliberately absent: cells, and what reads it back ([`crate::again`]).

use std::collections::BTreeMap;

use model::presentation::{AddsUp, FORMAT, Presentation, TablePresentation, depth_sign};
use model::release::{ExpectationTable, Precision, ReleaseParts, ReleasedDimension, ReleasedTable};

type Labels = BTreeMap<String, BTreeMap<String, String>>;

/// Of the whole release.
pub(crate) fn of(parts: &ReleaseParts) -> Presentation {
    let tables = parts.tables.iter().map(|table| (table.id.clone(), of_table(table, &parts.labels)));
    let expectations = parts.expectations.iter().map(|table| (table.id.clone(), of_expectation(table, &parts.labels)));
    let dims = parts.tables.iter().flat_map(|table| &table.dims);
    let dims = dims.chain(parts.expectations.iter().map(|table| &table.dim));
    Presentation {
        format: FORMAT,
        service: parts.service.clone(),
        title: parts.title.clone(),
        introduction: parts.introduction.clone(),
        period: parts.period_words.clone(),
        period_end: parts.period_end.clone(),
        audience: parts.audience.1.clone(),
        dimensions: dims.map(|dim| (dim.name.clone(), dim.label.clone())).collect(),
        tables: tables.chain(expectations).collect(),
    }
}

fn of_table(table: &ReleasedTable, labels: &Labels) -> TablePresentation {
    TablePresentation {
        subtitle: table.subtitle.clone(),
        unit: table.unit.clone(),
        notes: table.notes.clone(),
        chart: table.chart,
        depths: table.dims.iter().map(depths).collect(),
        labels: table.dims.iter().filter_map(|dim| own_labels(dim, labels)).collect(),
        adds_up: match table.precision {
            Precision::Neighbour { adds_up: true, .. } => Some(AddsUp::Neighbour),
            Precision::Near { .. } => Some(AddsUp::Near),
            Precision::Exact
            | Precision::Nearest { .. }
            | Precision::Neighbour { adds_up: false, .. }
            | Precision::CellKey { .. } => None,
        },
    }
}

/// Depths are not drawn there.
fn of_expectation(table: &ExpectationTable, labels: &Labels) -> TablePresentation {
    TablePresentation {
        subtitle: table.subtitle.clone(),
        unit: table.unit.clone(),
        notes: table.notes.clone(),
        labels: own_labels(&table.dim, labels).into_iter().collect(),
        ..TablePresentation::default()
    }
}

fn depths(dim: &ReleasedDimension) -> (String, String) {
    (dim.name.clone(), dim.codes.iter().map(|code| depth_sign(code.depth)).collect())
}

/// The labels of this table that a reader of the manifest would not guess: it has others, or none and the label is not the code.
fn own_labels(dim: &ReleasedDimension, labels: &Labels) -> Option<(String, BTreeMap<String, String>)> {
    let stated = labels.get(&dim.name);
    let is_own = |code: &&model::release::ReleasedCode| {
        stated.and_then(|stated| stated.get(&code.code)).unwrap_or(&code.code) != &code.label
    };
    let own: BTreeMap<String, String> =
        dim.codes.iter().filter(is_own).map(|code| (code.code.clone(), code.label.clone())).collect();
    (!own.is_empty()).then(|| (dim.name.clone(), own))
}
