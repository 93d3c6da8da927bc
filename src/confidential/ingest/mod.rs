//! Reads exports, messy as they are. Comes in: paths and a source. Goes out: recordings and a data-quality report that
//! speaks in places and counts. Deliberately absent: the store, and any value in a message.
//!
//! A format is a file here (`csv`, `workbook`) that makes sheets of cells of it (`table`); all that follows is one way
//! for all: `header` finds the columns, `cell` makes stored values, `rules` looks at cases, `intake` counts every row,
//! `settle` does what needs all rows.

mod apart;
mod book;
mod cell;
mod csv;
mod date;
mod decorated;
mod delimiter;
mod duration;
mod encoding;
mod entity;
mod error;
mod evidence;
mod format;
#[cfg(fuzzing)]
pub mod fuzzed;
mod header;
mod inspect;
mod intake;
mod merges;
mod number;
mod onward;
mod page;
mod place;
mod postcode;
mod propose;
mod quotes;
pub(crate) mod reference;
mod report;
mod rows;
pub(crate) mod rules;
mod second;
mod settle;
pub(crate) mod state;
mod stream;
mod table;
mod tally;
mod text;
mod values;
mod workbook;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use model::config::{CodeList, Source};

use crate::identified::Identified;
use crate::ingest::header::{Header, Role};
use crate::ingest::intake::Intake;
use crate::ingest::merges::Merges;
use crate::ingest::table::{Export, Sheet, SheetFault, Visibility};

pub use apart::{COMMAND, FAULT, MEMORY_BYTES, read_apart, serve};
pub use error::IngestError;
pub use inspect::{InspectedColumn, InspectedSheet, Inspection, Opened, inspect, matching_source};
pub use place::Place;
pub use propose::{Proposal, propose};
pub use report::{
    CheckReport, ColumnReport, FieldReport, FileReport, FirstPlace, Outcome, QualityReport, RejectedRow, RowCounts,
    SheetReport,
};
pub use second::serve as serve_count;
pub use values::Values;

/// Where a recording stood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// Name of the file, without its folder; all rows share it.
    pub file: Arc<str>,
    /// Name of the sheet; empty for text files.
    pub sheet: Arc<str>,
    /// Row of the sheet or line of the file, from 1.
    pub row: u64,
}

/// One case as read: a value a field of the source, in the source's order; stored forms as `Kind` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recording {
    /// One a field; none where blank.
    pub values: Identified<Values>,
    /// Where it stood.
    pub origin: Origin,
    /// Fields for which its file has no column, by their places: what a case said of them before still holds. A blank cell is
    /// another thing.
    pub absent: Arc<[usize]>,
}

impl Recording {
    /// Takes what another state of the same case says in fields for which this one has no column.
    pub(crate) fn keep_from<'v>(&mut self, other: impl Fn(usize) -> Option<&'v str>) {
        let own = std::mem::take(&mut self.values);
        let own = own.expose_identified();
        let value = |(at, value): (usize, _)| if self.absent.contains(&at) { other(at) } else { value };
        self.values = Identified::new(Values::of(own.iter().enumerate().map(value)));
    }

    /// Fields of which nobody knows what the case says: its file has no column for them, and no earlier state of it said anything.
    pub(crate) fn unknown(&self) -> Vec<usize> {
        let values = self.values.expose_identified();
        self.absent.iter().copied().filter(|at| values.get(*at).is_none()).collect()
    }

    /// The same with another row of the same import; what neither has a column for stays so.
    fn complete_from(&mut self, other: &Self) {
        if !self.absent.iter().all(|at| other.absent.contains(at)) {
            self.keep_from(|at| other.values.expose_identified().get(at));
            self.absent = self.absent.iter().copied().filter(|at| other.absent.contains(at)).collect();
        }
    }
}

/// References of cases that are to be deleted, in their canonical form, and where that was asked first.
pub type Deletions = Identified<BTreeMap<String, Place>>;

/// What an import gives to the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Each case once, in the order in which the cases first stood.
    pub recordings: Vec<Recording>,
    /// Cases whose deletion the exports ask for; none of them is among the recordings.
    pub deletion_requested: Deletions,
    /// What was found.
    pub report: QualityReport,
    /// Name and SHA-256 of each file; for the store only, never for a release.
    pub digests: Vec<(String, String)>,
}

/// The name under which `codes` may hold the codes that earlier imports brought to an open list, so that a later import
/// spells them alike. No code list of the configuration can have it.
#[must_use]
pub fn learned_key(source: &str, field: &str) -> String {
    format!("{source}/{field}")
}

/// Reads exports by the description of `source`; of a case that comes several times, the last row in the order of
/// `files` is taken. `progress` hears of the rows read so far.
///
/// # Errors
/// [`IngestError`]; nothing may be stored then.
pub fn read(
    files: &[PathBuf],
    source: &Source,
    codes: &BTreeMap<String, CodeList>,
    progress: &dyn Fn(u64),
) -> Result<Reading, IngestError> {
    read_on(None, files, source, codes, progress)
}

/// Does what [`read`] does; a file that was opened to see whose it is need not be opened again, where it is the first.
///
/// # Errors
/// Those of [`read`].
pub fn read_on(
    opened: Option<Opened>,
    files: &[PathBuf],
    source: &Source,
    codes: &BTreeMap<String, CodeList>,
    progress: &dyn Fn(u64),
) -> Result<Reading, IngestError> {
    let mut intake = Intake::new(source, codes);
    let words = header::words([source]);
    let (mut reports, mut digests) = (Vec::new(), Vec::new());
    let mut opened = opened.map(|Opened(export)| export);
    for path in files {
        // One file at a time is in memory.
        let mut export = opened.take().map_or_else(|| format::open(path, &words), Ok)?;
        reports.push(file(&mut intake, &mut export, progress)?);
        digests.push((export.file, export.digest));
    }
    let fields = settle::settle(&mut intake);
    let report = QualityReport {
        source: source.name.clone(),
        files: reports,
        rows: intake.counts.clone(),
        checks: intake.tally.reports(),
        rejected_rows: intake.rejected_rows.clone(),
        dates: intake.date_forms(),
        fields,
    };
    refuse(&intake, source, &report)?;
    let deletion_requested = Identified::new(intake.deletions);
    Ok(Reading { recordings: intake.recordings, deletion_requested, report, digests })
}

/// Stops the run where a check says so, or where too many rows are rejected.
fn refuse(intake: &Intake<'_>, source: &Source, report: &QualityReport) -> Result<(), IngestError> {
    if let Some((check, field, count, first)) = intake.tally.stop() {
        let (place, report) = (Box::new(first.place.clone()), Box::new(report.clone()));
        let length = first.length.unwrap_or(0);
        return Err(match (check, field) {
            ("unknown_code", Some(field)) => {
                let field = source.fields[field].name.clone();
                IngestError::UnknownCode { field, place, length, count, report }
            }
            _ => IngestError::Stopped { check: check.to_owned(), place, count, report },
        });
    }
    let rejected: u64 = report.rows.rejected.values().sum();
    if rejected as f64 > source.reject_at_most * report.rows.read as f64 {
        return Err(IngestError::TooManyRejected {
            rejected,
            read: report.rows.read,
            allowed: source.reject_at_most,
            source_name: source.name.clone(),
            report: Box::new(report.clone()),
        });
    }
    Ok(())
}

fn file(intake: &mut Intake<'_>, export: &mut Export, progress: &dyn Fn(u64)) -> Result<FileReport, IngestError> {
    let headers = headers(intake, export)?;
    merged(intake, export, &headers)?;
    let export = &*export;
    let whole = || Place { file: export.file.clone(), sheet: String::new(), row: 0, column: None };
    for _ in 0..export.comments {
        intake.tally.note("cell_comments", None, None, whole);
    }
    let mut sheets: Vec<SheetReport> = Vec::new();
    let (mut rows, mut first_fields, mut matched) = (0, None, 0);
    let none_before = intake.no_cases();
    for (sheet, header) in export.sheets.iter().zip(&headers) {
        let report = one_sheet(intake, export, sheet, header.as_ref(), progress)?;
        rows += report.rows;
        if header.is_some() {
            let fields: BTreeSet<&str> = report.columns.iter().map(|column| column.field.as_str()).collect();
            let fields: BTreeSet<String> = fields.into_iter().map(str::to_owned).collect();
            if *first_fields.get_or_insert_with(|| fields.clone()) != fields {
                intake.tally.note("headers_differ", None, None, || export.place(sheet, 0, None));
            }
        } else if sheet.visibility == Visibility::Visible && report.rows == 0 {
            matched = matched.max(header::most_matched(sheet, intake.source)?);
        }
        sheets.push(report);
    }
    if first_fields.is_none() {
        // Where a sheet could not be read, that is why no header was found.
        let sheets = export.sheets.iter().filter(|sheet| sheet.visibility == Visibility::Visible);
        if let Some((sheet, fault)) = sheets.into_iter().find_map(|sheet| sheet.fault.map(|fault| (sheet, fault))) {
            return Err(workbook::fault(export, sheet, fault));
        }
        let source_name = intake.source.name.clone();
        return Err(IngestError::NoHeader { file: export.file.clone(), source_name, matched });
    }
    // Blank rows, headers and totals are no cases either.
    if rows == intake.no_cases() - none_before {
        return Err(IngestError::NoRows { file: export.file.clone() });
    }
    cut_off(intake, export, &sheets)?;
    Ok(FileReport {
        file: export.file.clone(),
        format: export.format.to_owned(),
        encoding: export.encoding.map(str::to_owned),
        delimiter: export.delimiter.map(str::to_owned),
        from_1904: export.from_1904,
        sheets,
    })
}

/// The header of each sheet that people see and that has one.
fn headers(intake: &mut Intake<'_>, export: &Export) -> Result<Vec<Option<Header>>, IngestError> {
    let found = |sheet: &Sheet| match sheet.visibility {
        Visibility::Visible => header::find(sheet, intake.source),
        Visibility::Hidden | Visibility::VeryHidden => Ok(None),
    };
    let mut headers = export.sheets.iter().map(found).collect::<Result<Vec<_>, IngestError>>()?;
    let best = headers.iter().flatten().map(|header| header.matched).max().unwrap_or(0);
    for header in &mut headers {
        header.take_if(|header| header::is_of_another_table(header, intake.source, best));
    }
    decided(intake, export, headers)
}

/// Fills cells merged downwards where the source says so; the others are remarked on.
fn merged(intake: &mut Intake<'_>, export: &mut Export, headers: &[Option<Header>]) -> Result<(), IngestError> {
    for (at, header) in headers.iter().enumerate() {
        let sheet = &export.sheets[at];
        if let Some(header) = header {
            recounted(intake, export, sheet)?;
            let mut merges = Merges::of(sheet, header, intake.source)?;
            for (field, row, column) in &merges.others {
                let place = || export.place(sheet, *row, Some(column + 1));
                intake.tally.note("merged_cells", Some(*field), None, place);
            }
            let sheet = &mut export.sheets[at];
            let rows = std::mem::replace(&mut sheet.rows, Box::new(table::NoRows));
            sheet.rows = merges.filled(rows);
        }
    }
    Ok(())
}

/// The headers with those of sheets that go on without one, each column decided from the rows of all: under the header before
/// them, or under the first where none stands before them.
fn decided(
    intake: &mut Intake<'_>,
    export: &Export,
    mut headers: Vec<Option<Header>>,
) -> Result<Vec<Option<Header>>, IngestError> {
    let found = |headers: &[Option<Header>]| {
        let sheets = export.sheets.iter().zip(headers);
        sheets.filter_map(|(sheet, header)| Some((sheet, header.clone()?))).collect::<Vec<_>>()
    };
    let mut decided = intake.decide(export, &found(&headers))?;
    let mut of = headers.iter().flatten().next().cloned();
    let mut goes_on = false;
    for (sheet, header) in export.sheets.iter().zip(&mut headers) {
        match (&header, &of) {
            (Some(own), _) => of = Some(own.clone()),
            (None, Some(of)) if sheet.visibility == Visibility::Visible => {
                *header = onward::header(sheet, of, intake)?;
                goes_on |= header.is_some();
            }
            (None, _) => {}
        }
    }
    if goes_on {
        decided = intake.decide(export, &found(&headers))?;
    }
    intake.say(export, decided);
    Ok(headers)
}

fn one_sheet(
    intake: &mut Intake<'_>,
    export: &Export,
    sheet: &Sheet,
    header: Option<&Header>,
    progress: &dyn Fn(u64),
) -> Result<SheetReport, IngestError> {
    let mut report = SheetReport { sheet: sheet.name.clone(), visibility: visible(sheet), ..SheetReport::default() };
    let whole = || export.place(sheet, 0, None);
    if sheet.visibility != Visibility::Visible {
        intake.tally.note("hidden_sheet", None, None, whole);
        return Ok(report);
    }
    let Some(header) = header else {
        report.unread_rows = onward::filled(sheet)?;
        let check = match sheet.fault {
            // Where reading came to its bounds nobody can say what stands there.
            Some(fault @ SheetFault::Crowded { .. }) => return Err(workbook::fault(export, sheet, fault)),
            Some(SheetFault::Missing | SheetFault::Damaged { .. }) => "damaged_sheet",
            Some(SheetFault::Far { .. } | SheetFault::Repeated { .. }) | None => "other_sheet",
        };
        intake.tally.note(check, None, None, whole);
        return Ok(report);
    };
    if let Some(fault) = sheet.fault {
        return Err(workbook::fault(export, sheet, fault));
    }
    if header.rows.is_empty() {
        intake.tally.note("continued_sheet", None, None, whole);
    }
    for _ in 0..sheet.hidden_rows {
        intake.tally.note("hidden_rows", None, None, whole);
    }
    for _ in 0..sheet.hidden_columns {
        intake.tally.note("hidden_columns", None, None, whole);
    }
    report.rows = intake.sheet(export, sheet, header, progress)?;
    report.columns = columns(intake, export, sheet, header);
    report.without_column = without_column(intake, &report.columns, || export.place(sheet, 0, None));
    report.header_rows.clone_from(&header.rows);
    Ok(report)
}

/// Remarks on a sheet in which another reader found another number of rows.
fn recounted(intake: &mut Intake<'_>, export: &Export, sheet: &Sheet) -> Result<(), IngestError> {
    if let Some(&counted) = export.counted.get(&sheet.name)
        && sheet.fault.is_none()
        && onward::filled(sheet)? != counted
    {
        intake.tally.note("other_count", None, None, || export.place(sheet, 0, None));
    }
    Ok(())
}

/// Remarks on tables that end where their format does, and after which no other sheet goes on.
fn cut_off(intake: &mut Intake<'_>, export: &Export, sheets: &[SheetReport]) -> Result<(), IngestError> {
    for (at, (sheet, report)) in export.sheets.iter().zip(sheets).enumerate() {
        let goes_on = sheets[at + 1..].iter().any(|later| later.rows > 0);
        let last = report.header_rows.last().copied().unwrap_or(0) + report.rows;
        if report.rows > 0 && !goes_on && onward::is_full(sheet, last)? {
            intake.tally.note("full_sheet", None, None, || export.place(sheet, last, None));
        }
    }
    Ok(())
}

const fn visible(sheet: &Sheet) -> &'static str {
    match sheet.visibility {
        Visibility::Visible => "visible",
        Visibility::Hidden => "hidden",
        Visibility::VeryHidden => "very hidden",
    }
}

/// Fields that a sheet has no column for; a family's is remarked on.
fn without_column(intake: &mut Intake<'_>, columns: &[ColumnReport], place: impl FnOnce() -> Place) -> Vec<String> {
    let fields = intake.source.fields.iter().map(|field| &field.name);
    let without = fields.filter(|name| !columns.iter().any(|column| column.field == **name));
    let without: Vec<String> = without.cloned().collect();
    if intake.source.family.as_ref().is_some_and(|family| without.contains(family)) {
        intake.tally.note("no_family_column", None, None, place);
    }
    without
}

fn columns(intake: &mut Intake<'_>, export: &Export, sheet: &Sheet, header: &Header) -> Vec<ColumnReport> {
    let mut columns = Vec::new();
    for (at, (name, role)) in header.columns.iter().enumerate() {
        let Role::Field(field) = *role else {
            continue;
        };
        let described = &intake.source.fields[field];
        let same =
            |former: &&String| model::config::fold::fold_header(former) == model::config::fold::fold_header(name);
        let former_until = described.former.keys().find(same).and_then(|former| described.former.get(former)).cloned();
        if former_until.is_some() {
            let row = header.rows.last().copied().unwrap_or(0);
            intake.tally.note("former_column", Some(field), None, || export.place(sheet, row, Some(at + 1)));
        }
        columns.push(ColumnReport { column: name.clone(), field: described.name.clone(), former_until });
    }
    columns
}
