//! `release.json`: what a stranger needs to attack the release, and the digest of every other file.
//!
//! Comes in: the release and its rendered files. Goes out: JSON in a fixed order. Deliberately absent: why a cell is
//! hidden, and a marker that promises more doubt than the table leaves.

use std::collections::BTreeMap;

use model::Manifest;
use model::digest::sha256;
use model::manifest::{Derived, Expectation, Perturbation, Rounding, TableEntry};
use model::presentation::Presentation;
use model::release::{ExpectationTable, Precision, ReleaseParts, ReleasedTable, Zeros};

use crate::{RenderError, RenderedFile, expectation};

/// Where the manifest lies.
pub(crate) const PATH: &str = "release.json";

/// The manifest of `parts` and `files`, pretty, with a line end. `presentation`: where `files` has pages.
pub(crate) fn write(
    parts: &ReleaseParts,
    files: &[RenderedFile],
    presentation: Option<Presentation>,
) -> Result<String, RenderError> {
    let manifest = Manifest {
        release: parts.name.clone(),
        period: parts.period.clone(),
        audience: parts.audience.0.clone(),
        threshold: parts.threshold,
        hierarchies: parts.hierarchies.clone(),
        labels: parts.labels.clone(),
        tables: parts.tables.iter().map(entry).collect(),
        relations: parts.relations.clone(),
        impossible: parts.impossible.clone(),
        derived: parts.expectations.iter().map(derived).collect(),
        files: files.iter().map(|file| (file.path.clone(), sha256(&file.bytes))).collect(),
        earlier: parts.earlier.clone(),
        sensitive: parts.sensitive.0.clone(),
        group_below: parts.sensitive.1.filter(|_| !parts.sensitive.0.is_empty()),
        extract: None,
        corrects: parts.corrects.clone(),
        presentation,
    };
    let fault = |error: serde_json::Error| RenderError::Json { file: PATH.into(), fault: error.to_string() };
    let mut text = serde_json::to_string_pretty(&manifest).map_err(fault)?;
    text.push('\n');
    Ok(text)
}

fn derived(table: &ExpectationTable) -> Derived {
    let expectation = Expectation {
        title: table.title.clone(),
        file: table.file(),
        from: table.from.clone(),
        dim: table.dim.name.clone(),
        left_out: table.left_out.clone(),
        periods: table.periods.clone(),
        releases: table.releases.clone(),
    };
    Derived { table: table.id.clone(), how: expectation::how(table).join(" "), expectation: Some(expectation) }
}

fn entry(table: &ReleasedTable) -> TableEntry {
    let lowest = match table.zeros {
        Zeros::Hidden => 0,
        // Whoever sees every zero knows that a hidden cell is none.
        Zeros::Shown => 1,
    };
    TableEntry {
        id: table.id.clone(),
        title: table.title.clone(),
        file: table.file(),
        dims: table.dims.iter().map(|dim| dim.name.clone()).collect(),
        fixed: table.fixed.clone(),
        markers: BTreeMap::from([(String::new(), (lowest, None))]),
        rounding: rounding(table.precision),
        perturbation: perturbation(table.precision),
        noise: None,
    }
}

/// How far a published count may be from the truth, as a stranger needs it to attack the table.
fn rounding(precision: Precision) -> Option<Rounding> {
    match precision {
        Precision::Exact | Precision::CellKey { .. } => None,
        Precision::Nearest { base, least } => {
            Some(Rounding { base, mode: "nearest".into(), ties: Some("down".into()), least })
        }
        Precision::Neighbour { base, least, adds_up: _ } => {
            Some(Rounding { base, mode: "any".into(), ties: None, least })
        }
        // To a reader it is the base that bounds the error.
        Precision::Near { base, least } => {
            Some(Rounding { base: base.saturating_mul(2), mode: "any".into(), ties: None, least })
        }
    }
}

/// The same of counts that were perturbed.
fn perturbation(precision: Precision) -> Option<Perturbation> {
    match precision {
        Precision::CellKey { most, least } => Some(Perturbation { method: "cell-key".into(), deviation: most, least }),
        Precision::Exact | Precision::Nearest { .. } | Precision::Neighbour { .. } | Precision::Near { .. } => None,
    }
}
