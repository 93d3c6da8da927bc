//! Exports into the store, in one transaction. Comes in: paths. Goes out: a data-quality report whose rows add up.

use std::path::{Path, PathBuf};

use confidential::ingest::{Inspection, Origin, Place, QualityReport, matching_source, read_on};
use confidential::store::import::Batch;

use super::workspace::configuration;
use super::{Error, Workspace};

/// The process that reads workbooks: what it is called, what it may have, and its work.
pub mod reading {
    pub use confidential::ingest::{COMMAND, FAULT, MEMORY_BYTES, read_apart, serve, serve_count};
}

/// How an import is done.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mode {
    /// Everything but the storing.
    pub dry_run: bool,
    /// A row replaces what is stored also where its state is the older one.
    pub replace: bool,
}

/// What an import did, or would do.
pub type IngestSummary = QualityReport;

impl Workspace {
    /// Reads, checks and stores exports.
    ///
    /// # Errors
    /// [`Error::Ingest`] where the input is wrong; then nothing is stored.
    pub fn ingest(
        &mut self,
        files: &[PathBuf],
        source: Option<&str>,
        Mode { dry_run, replace }: Mode,
        progress: &dyn Fn(u64),
    ) -> Result<IngestSummary, Error> {
        // Whoever only compares changes nothing, and may do so while others work.
        let _held = if dry_run { None } else { Some(self.change("ingest")?) };
        let sources = &self.configuration.sources;
        let (name, opened) = match (source, files.first()) {
            (Some(name), _) => (name.to_owned(), None),
            (None, Some(first)) => {
                let (name, opened) = matching_source(first, sources)?;
                (name, Some(opened))
            }
            (None, None) => (String::new(), None),
        };
        let Some(source) = sources.get(&name) else {
            let allowed = sources.keys().cloned().collect::<Vec<_>>().join(", ");
            return Err(Error::NoSuch { what: "source", name, allowed });
        };
        let mut codes = self.configuration.codes.clone();
        codes.extend(self.store.learned(source)?);
        let mut reading = read_on(opened, files, source, &codes, progress)?;
        let batch = Batch {
            source,
            codes: &codes,
            recordings: &reading.recordings,
            digests: &reading.digests,
            today_month: None,
            replace,
        };
        let asked = self.store.asked(source, &reading.deletion_requested, &reading.recordings)?;
        let report = &mut reading.report;
        report.note(source, "deletion_due", &asked.due)?;
        report.note(source, "deletion_unclear", &asked.unclear)?;
        report.note(source, "deletion_unknown", &asked.unknown)?;
        let count = |rows: usize| rows as u64;
        let outcome = if dry_run {
            self.store.compare(batch)?
        } else {
            self.store.import_and_restrict(batch, &reading.deletion_requested)?
        };
        let older = outcome.older.len();
        // No row says it: the file is its place.
        let whole = reading.recordings.first().map(|row| Origin { row: 0, sheet: "".into(), ..row.origin.clone() });
        let whole = whole.filter(|_| outcome.open_unseen > 0).map(place);
        report.note_in(source, "open_cases_unseen", None, (count(outcome.open_unseen), whole.as_slice()))?;
        // What is only said comes first, so that a report which stops has it.
        let said = [
            ("stored_twice", outcome.doubled),
            ("perhaps_stored_already", outcome.perhaps_stored),
            ("family_blank", outcome.blank_families),
            ("opened_again", outcome.back),
            ("older_than_stored", outcome.older),
            ("zeros_lost", outcome.zeros),
            ("stored_under_other_references", outcome.respelled),
            ("other_person", outcome.others),
        ];
        let said = said.map(|(check, origins)| (check.to_owned(), origins));
        for (check, origins) in said.into_iter().chain(outcome.broken) {
            report.note(source, &check, &origins.into_iter().map(place).collect::<Vec<_>>())?;
        }
        for (field, origins) in outcome.facts_changed {
            let places = origins.into_iter().map(place).collect::<Vec<_>>();
            report.note_in(source, "facts_changed", Some(&field), (count(places.len()), &places))?;
        }
        let left_out = outcome.left_out.into_iter().map(|(check, rows)| (check, count(rows)));
        report.set_left_out(count(older), left_out);
        reading.report.set_outcome(count(outcome.stored), count(outcome.updated), count(outcome.unchanged));
        Ok(reading.report)
    }

    /// Where the deletion of every case was asked for that is due to be erased.
    ///
    /// # Errors
    /// [`Error`] where the store cannot be read.
    pub fn due(&self) -> Result<Vec<Place>, Error> {
        Ok(self.store.due()?.into_iter().map(place).collect())
    }
}

fn place(Origin { file, sheet, row }: Origin) -> Place {
    Place { file: file.to_string(), sheet: sheet.to_string(), row, column: None }
}

/// Writes a source file to start from for an export that nobody described, and a code list for each column of few values.
/// Nothing is overwritten. Gives the paths, below `config`.
///
/// # Errors
/// [`Error::Ingest`] where the file cannot be read, [`Error::OutputExists`] where one of the files is there already,
/// [`Error::System`] where it cannot be written.
pub fn propose(file: &Path, folder: &Path, target: &Path) -> Result<Vec<PathBuf>, Error> {
    let target = target.strip_prefix("config").unwrap_or(target);
    let name = target.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !named || target != Path::new("sources").join(format!("{name}.toml")) {
        let name = target.display().to_string();
        return Err(Error::NoSuch { what: "place for a source", name, allowed: "sources/NAME.toml".to_owned() });
    }
    let proposal = confidential::ingest::propose(file, name)?;
    let list = |(list, text): (String, String)| (Path::new("codes").join(format!("{list}.csv")), text);
    let mut files = vec![(target.to_owned(), proposal.source)];
    files.extend(proposal.codes.into_iter().map(list));
    let config = folder.join("config");
    for path in files.iter().map(|(path, _)| config.join(path)) {
        if disk::is_there(&path)? {
            return Err(Error::OutputExists(path));
        }
    }
    for (path, text) in &files {
        disk::put(&config.join(path), text.as_bytes())?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

/// Looks at a file without storing anything: sheets, header row, proposed mapping, field classes.
///
/// # Errors
/// [`Error::Ingest`] where the file cannot be read.
pub fn inspect(file: &Path, folder: &Path) -> Result<Inspection, Error> {
    let configuration = configuration(folder)?;
    Ok(confidential::ingest::inspect(file, &configuration.sources)?)
}
