//! The data-quality report: what was read, what was wrong, where. Comes in: notes of checks. Goes out: counts and first
//! places, as data; `text` and `page` show it. Deliberately absent: any value of anybody.

use std::collections::BTreeMap;

use serde::Serialize;

use model::config::Source;
use model::config::rule::CHECKS;
use model::config::source::Level;

use crate::ingest::error::IngestError;
use crate::ingest::place::Place;

/// What one import found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct QualityReport {
    /// The source by whose description the files were read.
    pub source: String,
    /// In the order in which they were read.
    pub files: Vec<FileReport>,
    /// Every row is in one of its counts.
    pub rows: RowCounts,
    /// What was remarked, the gravest first.
    pub checks: Vec<CheckReport>,
    /// Rows that were not taken, as many as are listed.
    pub rejected_rows: Vec<RejectedRow>,
    /// By field, how dates were written.
    pub dates: BTreeMap<String, BTreeMap<String, u64>>,
    /// In the source's order, of the rows that were taken.
    pub fields: Vec<FieldReport>,
}

/// One file.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FileReport {
    /// Its name, without its folder.
    pub file: String,
    /// How it was read: `XLSX`, `text`, `text, gzip`.
    pub format: String,
    /// Of text files.
    pub encoding: Option<String>,
    /// Of text files.
    pub delimiter: Option<String>,
    /// Whether the workbook counts its days from 1904.
    pub from_1904: bool,
    /// In the file's order.
    pub sheets: Vec<SheetReport>,
}

/// One sheet; a text file is one.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SheetReport {
    /// Empty for text files.
    pub sheet: String,
    /// `visible`, `hidden` or `very hidden`.
    pub visibility: &'static str,
    /// The header's rows; none where the sheet was not read. Two were joined.
    pub header_rows: Vec<u64>,
    /// Columns read: header, field, and the last month of use of a former header.
    pub columns: Vec<ColumnReport>,
    /// Fields for which it has no column: what the store has of them is kept.
    pub without_column: Vec<String>,
    /// Rows under the header, blank ones included; of a sheet that goes on without one, all of them.
    pub rows: u64,
    /// Rows of a visible sheet that was not read, blank ones left out.
    pub unread_rows: u64,
}

/// One column that is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnReport {
    /// As the export has it.
    pub column: String,
    /// The source's.
    pub field: String,
    /// Where the header is of the past, the last month in which it was in use.
    pub former_until: Option<String>,
}

/// Where the rows went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RowCounts {
    /// Rows under the headers.
    pub read: u64,
    /// Rows that go to the store.
    pub accepted: u64,
    /// By check.
    pub rejected: BTreeMap<String, u64>,
    /// By reason.
    pub skipped: BTreeMap<String, u64>,
    /// What the store did with the accepted ones; none before it was asked.
    pub outcome: Option<Outcome>,
}

/// What the store did with the accepted rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// New cases.
    pub stored: u64,
    /// Cases that said something else before.
    pub updated: u64,
    /// Cases that say what they said.
    pub unchanged: u64,
}

/// What one check found in one field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckReport {
    /// Its name.
    pub check: String,
    /// What it says, in words; empty for rules, whose names say it.
    pub says: &'static str,
    /// `stop`, `reject` or `warn`.
    pub level: &'static str,
    /// None where it is about rows or sheets.
    pub field: Option<String>,
    /// How often.
    pub count: u64,
    /// The first of them.
    pub first: Vec<FirstPlace>,
}

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FirstPlace {
    /// The cell or row.
    pub place: Place,
    /// Characters in the cell, where that is all that may be said of it.
    pub length: Option<usize>,
}

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectedRow {
    /// Where it stands.
    pub place: Place,
    /// The first check that rejected it.
    pub check: String,
}

/// How well a field is filled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FieldReport {
    /// Its name.
    pub field: String,
    /// Rows in which it says something.
    pub filled: u64,
    /// Rows in which it does not.
    pub blank: u64,
    /// Answers, in a field that may have several a case.
    pub responses: Option<u64>,
    /// References that were found under another spelling than the canonical one.
    pub respelled: u64,
    /// Of dates in figures, by file: in what order they are, and how many rows say so.
    pub evidence: Vec<String>,
    /// Cells of all rows read that gave no value, by reason.
    pub missing: BTreeMap<String, u64>,
}

impl RowCounts {
    /// Whether every row read is in one of the counts, before and after the store was asked.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let rejected: u64 = self.rejected.values().sum();
        let skipped: u64 = self.skipped.values().sum();
        let accepted =
            self.outcome.is_none_or(|outcome| outcome.stored + outcome.updated + outcome.unchanged == self.accepted);
        accepted && self.read == self.accepted + rejected + skipped
    }
}

impl QualityReport {
    /// Says what the store did with the accepted rows.
    pub fn set_outcome(&mut self, stored: u64, updated: u64, unchanged: u64) {
        self.rows.outcome = Some(Outcome { stored, updated, unchanged });
    }

    /// Counts rows that the store did not take: older ones, and others by the check that says so.
    pub fn set_left_out(&mut self, older: u64, others: impl IntoIterator<Item = (String, u64)>) {
        if older > 0 {
            self.rows.accepted -= older;
            *self.rows.skipped.entry("older_than_stored".to_owned()).or_insert(0) += older;
        }
        for (check, count) in others {
            self.rows.accepted -= count;
            *self.rows.rejected.entry(check).or_insert(0) += count;
        }
    }

    /// Adds what the store found.
    ///
    /// # Errors
    /// [`IngestError::Stopped`] where the source lets the check stop the run.
    pub fn note(&mut self, source: &Source, check: &str, places: &[Place]) -> Result<(), IngestError> {
        self.note_in(source, check, None, (places.len() as u64, places))
    }

    /// The same of a field, with how often it is, of which the places are some.
    ///
    /// # Errors
    /// [`IngestError::Stopped`] where the source lets the check stop the run.
    pub fn note_in(
        &mut self,
        source: &Source,
        check: &str,
        field: Option<&str>,
        (count, places): (u64, &[Place]),
    ) -> Result<(), IngestError> {
        const FIRST: usize = 20;
        let Some(first) = places.first() else { return Ok(()) };
        let (level, name) = (source.level(check), check.to_owned());
        let is_of_a_row = check == "other_person" || source.rules.iter().any(|rule| rule.name == check);
        let is_left_out = level == Level::Reject && is_of_a_row;
        let says = CHECKS.iter().find(|(known, _)| *known == check).map_or("", |(_, says)| *says);
        let places = places.iter().map(|place| FirstPlace { place: place.clone(), length: None });
        let first_places: Vec<_> = places.take(FIRST).collect();
        match self.checks.iter_mut().find(|known| known.check == check && known.field.as_deref() == field) {
            Some(known) => {
                known.count += count;
                known.first.extend(first_places);
            }
            None => {
                let level = if level == Level::Warn {
                    "warn"
                } else if is_left_out {
                    "reject"
                } else {
                    "stop"
                };
                let field = field.map(str::to_owned);
                self.checks.push(CheckReport { check: name, says, level, field, count, first: first_places });
            }
        }
        // There is no row to reject: what the store has to do with a case is not the row's doing.
        if level == Level::Warn || is_left_out {
            return Ok(());
        }
        let (place, report) = (Box::new(first.clone()), Box::new(self.clone()));
        Err(IngestError::Stopped { check: check.to_owned(), place, count, report })
    }

    /// Whether every row read is in one of the counts.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.rows.adds_up()
    }

    /// The report for a terminal.
    #[must_use]
    pub fn to_text(&self) -> String {
        crate::ingest::text::text(self)
    }

    /// The report as a page of its own, for the service's own eyes.
    #[must_use]
    pub fn to_html(&self) -> String {
        crate::ingest::page::page(self)
    }
}
