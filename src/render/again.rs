//! A release written again from what lies in its folder: `release.json` and the tidy tables.
//!
//! Comes in: the manifest as read, and bytes of files by path. Goes out: every file of the release as this program writes it, or
//! why it cannot. Reading is lenient, because whoever asks compares bytes: what was misread is written otherwise. Deliberately
//! absent: the comparison, and any file but tables; a word that stands on the page alone is not written again. Pictures are left
//! out: each is held against its drawing, pixel by pixel, by an attack of its own.

use std::collections::BTreeMap;

use model::Manifest;
use model::manifest::{Expectation, TableEntry};
use model::presentation::{AddsUp, FORMAT, Presentation, TablePresentation, depth_of};
use model::release::{
    ExpectationRow, ExpectationTable, Flag, Precision, Range, ReleaseParts, ReleasedCell, ReleasedCode,
    ReleasedDimension, ReleasedTable, Zeros,
};
use thiserror::Error;

use crate::{Pictures, RenderError, RenderedFile, expectation, write_all};

/// Why a release is not written again.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum NotAgain {
    /// Another program's, or one of ours from before its words stood in the manifest.
    #[error("its release.json has no presentation, so it does not say what its pages say in words")]
    NoPresentation,
    /// By a later or earlier version of this program.
    #[error("its files are written in the way {format}, and this program writes {FORMAT}")]
    OtherFormat {
        /// As its manifest states.
        format: u32,
    },
    /// No release of this program looks like it.
    #[error("{what}")]
    NoRelease {
        /// What is missing or odd; never a text of the release.
        what: &'static str,
    },
}

/// Longer texts stand in no configuration, and breaking their lines would take long.
const LONGEST_TEXT_BYTES: usize = 10_000;

/// Every file but pictures of the release that `manifest` and the tidy tables in `files` describe.
///
/// # Errors
/// [`NotAgain`] where the release was not written by this version of the program.
pub fn render_again(manifest: &Manifest, files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<RenderedFile>, NotAgain> {
    let words = manifest.presentation.as_ref().ok_or(NotAgain::NoPresentation)?;
    if words.format != FORMAT {
        return Err(NotAgain::OtherFormat { format: words.format });
    }
    if texts(manifest, words).any(|text| text.len() > LONGEST_TEXT_BYTES) {
        return Err(NotAgain::NoRelease { what: "a text of release.json is longer than any that is written" });
    }
    write_all(&parts(manifest, words, files)?, Pictures::LeftOut)
        .map_err(|error| NotAgain::NoRelease { what: fault(&error) })
}

/// The error without what it quotes of the release.
const fn fault(error: &RenderError) -> &'static str {
    match error {
        RenderError::Identifier { .. } => "a table has an identifier that names no file",
        RenderError::SameIdentifier { .. } => "two tables, or a table and a sheet, have one identifier",
        RenderError::Empty { .. } => "a table has no rows or no columns",
        RenderError::FormulaStart { .. } => "a code or label is one that a spreadsheet would run",
        RenderError::Workbook { .. } => "no workbook can be made of it",
        RenderError::PeriodEnd => "the last day of the period is not a date",
        RenderError::Chart { .. } => "a chart of it cannot be drawn",
        RenderError::Json { .. } => "its metadata cannot be written",
    }
}

/// Every text that is set in lines.
fn texts<'a>(manifest: &'a Manifest, words: &'a Presentation) -> impl Iterator<Item = &'a String> {
    let own = [&words.service, &words.title, &words.introduction, &words.period, &words.audience];
    let tables = words.tables.values().flat_map(|table| {
        let labels = table.labels.values().flat_map(BTreeMap::values);
        [&table.subtitle, &table.unit].into_iter().chain(&table.notes).chain(labels)
    });
    let labels = manifest.labels.values().flat_map(|labels| labels.iter().flat_map(|(code, label)| [code, label]));
    let titles = manifest.tables.iter().flat_map(|entry| [&entry.id, &entry.title]);
    own.into_iter().chain(words.dimensions.values()).chain(tables).chain(labels).chain(titles)
}

fn parts(
    manifest: &Manifest,
    words: &Presentation,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<ReleaseParts, NotAgain> {
    let tables = manifest.tables.iter().map(|entry| table(manifest, words, entry, files)).collect::<Result<_, _>>()?;
    let stated = manifest.derived.iter().filter_map(|one| Some((&one.table, one.expectation.as_ref()?)));
    let expectations = stated.map(|(id, stated)| expectations(manifest, words, (id, stated), files));
    Ok(ReleaseParts {
        name: manifest.release.clone(),
        service: words.service.clone(),
        title: words.title.clone(),
        introduction: words.introduction.clone(),
        period: manifest.period.clone(),
        period_words: words.period.clone(),
        period_end: words.period_end.clone(),
        audience: (manifest.audience.clone(), words.audience.clone()),
        threshold: manifest.threshold,
        hierarchies: manifest.hierarchies.clone(),
        labels: manifest.labels.clone(),
        relations: manifest.relations.clone(),
        impossible: manifest.impossible.clone(),
        tables,
        expectations: expectations.collect::<Result<_, _>>()?,
        earlier: manifest.earlier.clone(),
        sensitive: (manifest.sensitive.clone(), manifest.group_below),
        corrects: manifest.corrects.clone(),
    })
}

fn table(
    manifest: &Manifest,
    words: &Presentation,
    entry: &TableEntry,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<ReleasedTable, NotAgain> {
    let own = words.tables.get(&entry.id).ok_or(NotAgain::NoRelease { what: "a table without its words" })?;
    let (header, lines) = lines(files, &entry.file)?;
    let [dims @ .., value, symbol] = header.as_slice() else {
        return Err(NotAgain::NoRelease { what: "a table without its columns" });
    };
    if dims != entry.dims || (value.as_str(), symbol.as_str()) != ("value", "symbol") {
        return Err(NotAgain::NoRelease { what: "a table with other columns than release.json states" });
    }
    let mut codes: Vec<Vec<String>> = vec![Vec::new(); dims.len()];
    let mut places: Vec<BTreeMap<&str, usize>> = vec![BTreeMap::new(); dims.len()];
    for line in &lines {
        for ((field, codes), places) in line.iter().zip(&mut codes).zip(&mut places) {
            places.entry(field).or_insert_with(|| {
                codes.push(field.clone());
                codes.len() - 1
            });
        }
    }
    let whole = codes.iter().try_fold(1_usize, |product, codes| product.checked_mul(codes.len()));
    if whole != Some(lines.len()) {
        return Err(NotAgain::NoRelease { what: "a table whose rows are not all combinations of its codes" });
    }
    let precision = precision(entry, own);
    let mut cells = vec![ReleasedCell::Suppressed; lines.len()];
    for line in &lines {
        let at = places.iter().zip(line).zip(&codes).fold(0, |at, ((places, field), codes)| {
            at * codes.len() + places.get(field.as_str()).copied().unwrap_or(0)
        });
        cells[at] = cell(&line[dims.len()], &line[dims.len() + 1], precision);
    }
    let dims = dims.iter().zip(codes).map(|(name, codes)| dimension(manifest, words, own, (name, codes)));
    Ok(ReleasedTable {
        id: entry.id.clone(),
        title: entry.title.clone(),
        subtitle: own.subtitle.clone(),
        unit: own.unit.clone(),
        dims: dims.collect(),
        fixed: entry.fixed.clone(),
        cells,
        zeros: if entry.markers.get("").is_some_and(|(lowest, _)| *lowest > 0) { Zeros::Shown } else { Zeros::Hidden },
        precision,
        notes: own.notes.clone(),
        chart: own.chart,
    })
}

fn dimension(
    manifest: &Manifest,
    words: &Presentation,
    own: &TablePresentation,
    (name, codes): (&String, Vec<String>),
) -> ReleasedDimension {
    let label = |code: &String| {
        let here = own.labels.get(name).and_then(|labels| labels.get(code));
        here.or_else(|| manifest.labels.get(name)?.get(code)).unwrap_or(code).clone()
    };
    let mut depths = own.depths.get(name).map(String::as_str).unwrap_or_default().chars().map(depth_of);
    let codes = codes.into_iter().map(|code| {
        let (label, depth) = (label(&code), depths.next().unwrap_or(0));
        ReleasedCode { code, label, depth }
    });
    ReleasedDimension {
        name: name.clone(),
        label: words.dimensions.get(name).unwrap_or(name).clone(),
        codes: codes.collect(),
    }
}

/// How near the counts are, as the manifest states it for a reader.
fn precision(entry: &TableEntry, own: &TablePresentation) -> Precision {
    if let Some(perturbation) = &entry.perturbation {
        return Precision::CellKey { most: perturbation.deviation, least: perturbation.least };
    }
    let Some(rounding) = &entry.rounding else { return Precision::Exact };
    let (base, least) = (rounding.base, rounding.least);
    match (rounding.mode.as_str(), own.adds_up) {
        ("nearest", _) => Precision::Nearest { base, least },
        (_, Some(AddsUp::Near)) => Precision::Near { base: base / 2, least },
        (_, sums) => Precision::Neighbour { base, least, adds_up: sums == Some(AddsUp::Neighbour) },
    }
}

fn cell(value: &str, symbol: &str, precision: Precision) -> ReleasedCell {
    match (value.parse(), symbol, precision) {
        (Ok(count), _, Precision::Exact) => ReleasedCell::Count(count),
        (Ok(count), _, _) => ReleasedCell::Approximate(count),
        (Err(_), "z", _) => ReleasedCell::StructuralZero,
        (Err(_), "x", _) => ReleasedCell::NotAvailable,
        (Err(_), _, _) => ReleasedCell::Suppressed,
    }
}

fn expectations(
    manifest: &Manifest,
    words: &Presentation,
    (id, stated): (&String, &Expectation),
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<ExpectationTable, NotAgain> {
    let own = words.tables.get(id).ok_or(NotAgain::NoRelease { what: "a table without its words" })?;
    let (header, lines) = lines(files, &stated.file)?;
    if header.len() != expectation::COLUMNS.len() + 2 {
        return Err(NotAgain::NoRelease { what: "a table without its columns" });
    }
    let codes = lines.iter().map(|line| line[0].clone()).collect();
    Ok(ExpectationTable {
        id: id.clone(),
        title: stated.title.clone(),
        subtitle: own.subtitle.clone(),
        unit: own.unit.clone(),
        from: stated.from.clone(),
        dim: dimension(manifest, words, own, (&stated.dim, codes)),
        left_out: stated.left_out.clone(),
        periods: stated.periods.clone(),
        releases: stated.releases.clone(),
        rows: lines.iter().map(|line| row(line)).collect(),
        notes: own.notes.clone(),
    })
}

/// Code, observed, expected, lower, upper, flag, symbol.
fn row(line: &[String]) -> ExpectationRow {
    let [_, observed, expected, lower, upper, flag, symbol] = line else {
        return ExpectationRow::Blank(ReleasedCell::Suppressed);
    };
    let Ok(observed) = observed.parse() else {
        return ExpectationRow::Blank(cell("", symbol, Precision::Exact));
    };
    let range = || {
        let (whole, tenths) = expected.split_once('.')?;
        let whole: u64 = whole.parse().ok()?;
        let expected_tenths = whole.checked_mul(10)?.checked_add(tenths.parse().ok()?)?;
        Some(Range { expected_tenths, lower: lower.parse().ok()?, upper: upper.parse().ok()? })
    };
    let flag = Flag::ALL.into_iter().find(|own| own.word() == flag).unwrap_or(Flag::TooFew);
    ExpectationRow::Counted { observed, range: range(), flag }
}

type Line = Vec<String>;

/// Header and lines of a tidy table, all of one length.
fn lines(files: &BTreeMap<String, Vec<u8>>, file: &str) -> Result<(Line, Vec<Line>), NotAgain> {
    let bytes = files.get(file).ok_or(NotAgain::NoRelease { what: "a table whose file is missing" })?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
    let read: Result<Vec<Line>, csv::Error> = reader.deserialize().collect();
    let mut lines = read.map_err(|_| NotAgain::NoRelease { what: "a table that cannot be read line by line" })?;
    if lines.is_empty() {
        return Err(NotAgain::NoRelease { what: "a table without its columns" });
    }
    let header = lines.remove(0);
    Ok((header, lines))
}

#[cfg(test)]
mod tests;
