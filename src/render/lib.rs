//! Writes a sealed release down: page, charts, workbook, tidy tables, manifest. A file per output format.
//!
//! Comes in: a [`Release`], whose cells are all that may be told. Goes out: files in memory, the same bytes for the same
//! release. Deliberately absent: the disk, a clock, the network, system fonts, and everything `confidential` knows; sums,
//! axes, orders and sentences are made of released cells only, and rows keep the order in which the release has them.

mod again;
mod cell;
mod charts;
mod csv;
mod csvw;
mod expectation;
mod fonts;
mod grid;
mod manifest;
mod ods;
mod page;
mod png;
mod presentation;
mod sentence;
mod sheets;
mod words;
mod workbook;

#[cfg(test)]
mod example;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use model::Release;
use model::release::{ReleaseParts, ReleasedTable};
use thiserror::Error;

pub use again::{NotAgain, render_again};
pub use fonts::faces;
pub use png::Drawn;

/// A file of the release, by its path inside the release's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    /// With `/` between folders.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Why a release cannot be written down.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RenderError {
    /// File, sheet and element names are made of identifiers.
    #[error("table {table:?} has an identifier that is not made of letters, digits and hyphens, or is longer than 31")]
    Identifier {
        /// As given.
        table: String,
    },
    /// Two tables would write the same file, or a table the sheet of the cover, contents or notes.
    #[error("table {table} has the identifier of another table or of a sheet of its own")]
    SameIdentifier {
        /// As given.
        table: String,
    },
    /// A table without a dimension, or with a dimension without codes, has nothing to show.
    #[error("table {table} has no rows or no columns")]
    Empty {
        /// Its identifier.
        table: String,
    },
    /// A spreadsheet would run such a code.
    #[error("table {table} has a code or label of dimension {dimension} that a spreadsheet would run as a formula")]
    FormulaStart {
        /// The table's identifier.
        table: String,
        /// The dimension's name.
        dimension: String,
    },
    /// The workbook's writer refused something.
    #[error("the workbook cannot be written: {fault}")]
    Workbook {
        /// What the writer says.
        fault: String,
    },
    /// The last day of the period is the only date in the files, so it must be one.
    #[error("the last day of the period is not an ISO date")]
    PeriodEnd,
    /// The drawing library refused something.
    #[error("the chart of table {table} cannot be drawn: {fault}")]
    Chart {
        /// The table's identifier.
        table: String,
        /// What the library says.
        fault: String,
    },
    /// JSON could not be written.
    #[error("{file} cannot be written as JSON: {fault}")]
    Json {
        /// Its path.
        file: String,
        /// What the writer says.
        fault: String,
    },
}

/// Every file of the release, sorted by path, but `release.json`, which holds the digests of all others, last.
///
/// # Errors
/// [`RenderError`] names the table and what of it cannot be written.
pub fn render(release: &Release) -> Result<Vec<RenderedFile>, RenderError> {
    render_beside(release, &mut Drawn::default())
}

/// The same beside other releases, whose pictures are not drawn again.
///
/// # Errors
/// As [`render`].
pub fn render_beside(release: &Release, drawn: &mut Drawn) -> Result<Vec<RenderedFile>, RenderError> {
    write_all(release.parts(), Pictures::Drawn(drawn))
}

/// Whether drawings become pictures too, which takes half of the time.
#[derive(Debug)]
enum Pictures<'a> {
    Drawn(&'a mut Drawn),
    LeftOut,
}

fn write_all(parts: &ReleaseParts, mut pictures: Pictures<'_>) -> Result<Vec<RenderedFile>, RenderError> {
    check(parts, &sheets::OWN_SHEETS)?;
    let mut files = Vec::new();
    let mut drawings = BTreeMap::new();
    for table in &parts.tables {
        files.push(RenderedFile { path: table.file(), bytes: csv::write(table)?.into_bytes() });
        files.push(RenderedFile { path: csvw::path(table), bytes: csvw::write(parts, table)?.into_bytes() });
        if let Some(svg) = charts::draw(parts, table)? {
            if let Pictures::Drawn(drawn) = &mut pictures {
                files.push(RenderedFile { path: charts::path(table, "png"), bytes: drawn.picture(table, &svg)? });
            }
            files.push(RenderedFile { path: charts::path(table, "svg"), bytes: svg.clone().into_bytes() });
            drawings.insert(table.id.clone(), svg);
        }
    }
    for table in &parts.expectations {
        files.push(RenderedFile { path: table.file(), bytes: expectation::csv(table)?.into_bytes() });
        let bytes = expectation::metadata(parts, table)?.into_bytes();
        files.push(RenderedFile { path: expectation::metadata_path(table), bytes });
    }
    files.push(RenderedFile { path: "tables.ods".into(), bytes: ods::write(parts)? });
    files.push(RenderedFile { path: "tables.xlsx".into(), bytes: workbook::write(parts)? });
    files.push(RenderedFile { path: "index.html".into(), bytes: page::write(parts, &drawings).into_bytes() });
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let manifest = manifest::write(parts, &files, Some(presentation::of(parts)))?;
    files.push(RenderedFile { path: manifest::PATH.into(), bytes: manifest.into_bytes() });
    Ok(files)
}

/// Only the tidy tables and `release.json`, in the same order: for whoever writes the report elsewhere.
///
/// # Errors
/// [`RenderError`] names the table and what of it cannot be written.
pub fn render_tables(release: &Release) -> Result<Vec<RenderedFile>, RenderError> {
    let parts = release.parts();
    check(parts, &[])?;
    let file = |table: &ReleasedTable| Ok(RenderedFile { path: table.file(), bytes: csv::write(table)?.into_bytes() });
    let mut files: Vec<RenderedFile> = parts.tables.iter().map(file).collect::<Result<_, RenderError>>()?;
    for table in &parts.expectations {
        files.push(RenderedFile { path: table.file(), bytes: expectation::csv(table)?.into_bytes() });
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let manifest = manifest::write(parts, &files, None)?;
    files.push(RenderedFile { path: manifest::PATH.into(), bytes: manifest.into_bytes() });
    Ok(files)
}

/// Refuses tables whose identifiers or shape would break a file, a sheet or a link.
fn check(parts: &ReleaseParts, own_sheets: &[&str]) -> Result<(), RenderError> {
    let mut taken: BTreeSet<String> = own_sheets.iter().map(|name| name.to_lowercase()).collect();
    let expectations = parts.expectations.iter().map(|table| &table.id);
    for id in parts.tables.iter().map(|table| &table.id).chain(expectations) {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        // A sheet's name holds at most 31 characters.
        if id.is_empty() || id.len() > 31 || !id.chars().all(plain) {
            return Err(RenderError::Identifier { table: id.clone() });
        }
        if !taken.insert(id.to_lowercase()) {
            return Err(RenderError::SameIdentifier { table: id.clone() });
        }
    }
    for table in &parts.tables {
        if table.dims.is_empty() || table.dims.iter().any(|dim| dim.codes.is_empty()) {
            return Err(RenderError::Empty { table: table.id.clone() });
        }
    }
    Ok(())
}
