//! Exports into the store, in one transaction. Comes in: paths. Goes out: a data-quality report whose rows add up.

use std::path::{Path, PathBuf};

use confidential::ingest::{Inspection, QualityReport, matching_source, read};
use confidential::store::import::Batch;

use super::workspace::configuration;
use super::{Error, Workspace};

/// The process that reads workbooks: what it is called, what it may have, and its work.
pub mod reading {
    pub use confidential::ingest::{COMMAND, FAULT, MEMORY_BYTES, read_apart, serve};
}

/// What an import did, or would do.
pub type IngestSummary = QualityReport;

impl Workspace {
    /// Reads, checks and stores exports; with `dry_run` everything but the storing.
    ///
    /// # Errors
    /// [`Error::Ingest`] where the input is wrong; then nothing is stored.
    pub fn ingest(
        &mut self,
        files: &[PathBuf],
        source: Option<&str>,
        dry_run: bool,
        progress: &dyn Fn(u64),
    ) -> Result<IngestSummary, Error> {
        // Whoever only compares changes nothing, and may do so while others work.
        let _held = if dry_run { None } else { Some(self.change("ingest")?) };
        let sources = &self.configuration.sources;
        let name = match (source, files.first()) {
            (Some(name), _) => name.to_owned(),
            (None, Some(first)) => matching_source(first, sources)?,
            (None, None) => String::new(),
        };
        let Some(source) = sources.get(&name) else {
            let allowed = sources.keys().cloned().collect::<Vec<_>>().join(", ");
            return Err(Error::NoSuch { what: "source", name, allowed });
        };
        let mut codes = self.configuration.codes.clone();
        codes.extend(self.store.learned(source)?);
        let mut reading = read(files, source, &codes, progress)?;
        let batch = Batch { source, recordings: &reading.recordings, digests: &reading.digests, today_month: None };
        let outcome = if dry_run { self.store.compare(batch)? } else { self.store.import(batch)? };
        let count = |rows: usize| rows as u64;
        reading.report.set_outcome(count(outcome.stored), count(outcome.updated), count(outcome.unchanged));
        Ok(reading.report)
    }
}

/// Looks at a file without storing anything: sheets, header row, proposed mapping, field classes.
///
/// # Errors
/// [`Error::Ingest`] where the file cannot be read.
pub fn inspect(file: &Path, folder: &Path) -> Result<Inspection, Error> {
    let configuration = configuration(folder)?;
    Ok(confidential::ingest::inspect(file, &configuration.sources)?)
}
