//! Takes the rows of an import, one by one. Comes in: sheets with their headers. Goes out: recordings, and what the
//! checks remarked. Rows whose deletion was asked for are left out before anything else is looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use model::config::CodeList;
use model::config::fold::{fold, fold_header};
use model::config::source::{Level, Source};

use crate::identified::Identified;
use crate::ingest::cell::Reader;
use crate::ingest::error::IngestError;
use crate::ingest::header::{Header, Role};
use crate::ingest::place::Place;
use crate::ingest::report::{RejectedRow, RowCounts};
use crate::ingest::rules::Rules;
use crate::ingest::table::{Cell, Export, Sheet};
use crate::ingest::tally::Tally;
use crate::ingest::{Origin, Recording, learned_key};

/// Rejected rows that are listed.
const LISTED: usize = 500;

/// An import on its way.
pub(super) struct Intake<'a> {
    pub(super) source: &'a Source,
    pub(super) readers: Vec<Reader<'a>>,
    pub(super) tally: Tally<'a>,
    rules: Rules<'a>,
    pub(super) recordings: Vec<Recording>,
    pub(super) deletions: BTreeSet<String>,
    pub(super) counts: RowCounts,
    pub(super) rejected_rows: Vec<RejectedRow>,
    forms: Vec<[u64; 6]>,
    case: usize,
    deleted: Option<usize>,
}

/// One sheet under its header.
struct Context<'s> {
    export: &'s Export,
    sheet: &'s Sheet,
    header: &'s Header,
    /// Column of each field.
    positions: Vec<Option<usize>>,
}

impl Context<'_> {
    fn place(&self, row: u64, column: Option<usize>) -> Place {
        self.export.place(self.sheet, row, column.map(|at| at + 1))
    }
}

impl<'a> Intake<'a> {
    pub(super) fn new(source: &'a Source, codes: &'a BTreeMap<String, CodeList>) -> Self {
        let reader = |field: &'a model::config::source::Field| {
            let list = field.codes.as_ref().and_then(|name| codes.get(name));
            Reader::new(field, source, list, codes.get(&learned_key(&source.name, &field.name)))
        };
        Self {
            source,
            readers: source.fields.iter().map(reader).collect(),
            tally: Tally::new(source),
            rules: Rules::new(source, codes),
            recordings: Vec::new(),
            deletions: BTreeSet::new(),
            counts: RowCounts::default(),
            rejected_rows: Vec::new(),
            forms: vec![[0; 6]; source.fields.len()],
            case: source.position(&source.case).unwrap_or(0),
            deleted: source.deleted.as_ref().and_then(|field| source.position(field)),
        }
    }

    /// Reads the rows under a header; gives how many there were.
    pub(super) fn sheet(
        &mut self,
        export: &Export,
        sheet: &Sheet,
        header: &Header,
        progress: &dyn Fn(u64),
    ) -> Result<u64, IngestError> {
        const STEP: u64 = 4096;
        let positions = header.positions(export, sheet, self.source)?;
        for reader in &mut self.readers {
            reader.set_from_1904(export.from_1904);
        }
        let context = Context { export, sheet, header, positions };
        let last = header.rows.last().copied().unwrap_or(0);
        let before = self.counts.read;
        sheet.rows.walk(&mut |row, cells| {
            if row > last {
                self.counts.read += 1;
                if self.counts.read.is_multiple_of(STEP) {
                    progress(self.counts.read);
                }
                self.row(&context, row, cells)?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        progress(self.counts.read);
        Ok(self.counts.read - before)
    }

    fn row(&mut self, context: &Context<'_>, row: u64, cells: &[Cell<'_>]) -> Result<(), IngestError> {
        let cell = |field: usize| context.positions[field].and_then(|at| cells.get(at)).copied().unwrap_or(Cell::Blank);
        if let Some(at) = self.deleted {
            // First of all, so that no other part of the row is looked at.
            if self.readers[at].read(cell(at)).value.as_deref() == Some("Y") {
                if let Some(case) = &self.readers[self.case].read(cell(self.case)).value {
                    self.deletions.insert(case.clone());
                }
                self.skip("deletion_requested");
                return Ok(());
            }
        }
        if let Some(reason) = self.no_case(context, cells) {
            self.skip(reason);
            return Ok(());
        }
        let mut failed = self.shape(context, row, cells)?;
        let values = self.values(context, row, &cell, &mut failed);
        for rule in self.rules.broken(&values).collect::<Vec<_>>() {
            self.tally.note(&rule.name, None, None, || context.place(row, None));
            failed.add(self.tally.level(&rule.name, None), &rule.name);
        }
        if let Some(check) = failed.0 {
            if self.rejected_rows.len() < LISTED {
                self.rejected_rows.push(RejectedRow { place: context.place(row, None), check: check.clone() });
            }
            *self.counts.rejected.entry(check).or_insert(0) += 1;
            return Ok(());
        }
        let origin = Origin { file: context.export.file.clone(), sheet: context.sheet.name.clone(), row };
        self.recordings.push(Recording { values: Identified::new(values), origin });
        Ok(())
    }

    pub(super) fn skip(&mut self, reason: &str) {
        *self.counts.skipped.entry(reason.to_owned()).or_insert(0) += 1;
    }

    /// Why a row is no case, where it is none.
    fn no_case(&self, context: &Context<'_>, cells: &[Cell<'_>]) -> Option<&'static str> {
        let Some(first) = cells.iter().find(|cell| **cell != Cell::Blank) else {
            return Some("blank_row");
        };
        let at = |field: usize| context.positions[field].and_then(|at| cells.get(at)).copied().unwrap_or(Cell::Blank);
        let case = at(self.case);
        if let (Cell::Text(text), Some(position)) = (case, context.positions[self.case]) {
            let name = &context.header.columns[position].0;
            // A long header may be the joined one of two rows; its child row is not looked for.
            if text.trim().len() == name.len() && repeats(context.header, cells) {
                return Some("repeated_header");
            }
        }
        if let Cell::Text(text) = first
            && (case == Cell::Blank || case == *first)
        {
            let folded = fold(text);
            let starts = |word: &String| {
                folded.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ':']))
            };
            if self.source.totals.iter().any(starts) {
                return Some("totals_row");
            }
        }
        let required = self.source.fields.iter().enumerate().filter(|(_, field)| field.required);
        let blank = required.map(|(field, _)| at(field)).all(|cell| matches!(cell, Cell::Blank | Cell::NoResult));
        blank.then_some("totals_row")
    }

    /// Faults of the row as a whole.
    fn shape(&mut self, context: &Context<'_>, row: u64, cells: &[Cell<'_>]) -> Result<Failed, IngestError> {
        let mut failed = Failed(None);
        let columns = &context.header.columns;
        let filled = |at: usize| cells.get(at).is_some_and(|cell| *cell != Cell::Blank);
        let unnamed = columns.iter().enumerate().find(|(at, (_, role))| *role == Role::Unnamed && filled(*at));
        if let Some((at, _)) = unnamed {
            return Err(IngestError::UnnamedColumn { place: Box::new(context.place(row, Some(at))) });
        }
        let text_file = context.export.delimiter.is_some();
        let beyond = (columns.len()..cells.len()).any(filled);
        if beyond || (text_file && cells.len() < columns.len()) {
            self.tally.note("ragged_row", None, None, || context.place(row, None));
            failed.add(self.tally.level("ragged_row", None), "ragged_row");
        }
        Ok(failed)
    }

    fn values<'c>(
        &mut self,
        context: &Context<'_>,
        row: u64,
        cell: &dyn Fn(usize) -> Cell<'c>,
        failed: &mut Failed,
    ) -> Vec<Option<String>> {
        let mut values = Vec::with_capacity(self.source.fields.len());
        let mut rest: Vec<(usize, Vec<String>)> = Vec::new();
        for (at, field) in self.source.fields.iter().enumerate() {
            let cleaned = self.readers[at].read(cell(at));
            for note in &cleaned.notes {
                let level = self.tally.level(note.check, Some(at));
                self.tally.note(note.check, Some(at), Some(note.length), || context.place(row, context.positions[at]));
                failed.add(level, note.check);
                // Whether the row is to be forgotten cannot be guessed.
                if note.check == "bad_bool" && self.deleted == Some(at) {
                    failed.add(Level::Reject, note.check);
                }
            }
            if let Some(form) = cleaned.form {
                self.forms[at][form as usize] += 1;
            }
            if field.required && cleaned.value.is_none() {
                self.tally.note("missing_required", Some(at), None, || context.place(row, context.positions[at]));
                failed.add(self.tally.level("missing_required", Some(at)), "missing_required");
            }
            if let (Some(into), false) = (&field.rest, cleaned.rest.is_empty()) {
                rest.extend(self.source.position(into).map(|into| (into, cleaned.rest.clone())));
            }
            values.push(cleaned.value.clone());
        }
        for (into, codes) in rest {
            let own = values[into].iter().flat_map(|value| value.split(';')).map(str::to_owned);
            let codes = own.chain(codes).collect();
            values[into] = self.readers[into].joined(codes);
        }
        values
    }

    /// How dates were written, by field.
    pub(super) fn date_forms(&self) -> BTreeMap<String, BTreeMap<String, u64>> {
        use crate::ingest::date::Form;
        const FORMS: [Form; 6] = [Form::Iso, Form::Cell, Form::Serial, Form::DayFirst, Form::Ambiguous, Form::Words];
        let counted = |counts: &[u64; 6]| {
            let form = |form: Form| (form.name().to_owned(), counts[form as usize]);
            FORMS.into_iter().map(form).filter(|(_, count)| *count > 0).collect::<BTreeMap<_, _>>()
        };
        let fields = self.source.fields.iter().zip(&self.forms);
        fields
            .map(|(field, counts)| (field.name.clone(), counted(counts)))
            .filter(|(_, forms)| !forms.is_empty())
            .collect()
    }
}

/// The first check that keeps a row from being taken.
struct Failed(Option<String>);

impl Failed {
    fn add(&mut self, level: Level, check: &str) {
        if level != Level::Warn && self.0.is_none() {
            self.0 = Some(check.to_owned());
        }
    }
}

/// Whether a row says what the header says.
fn repeats(header: &Header, cells: &[Cell<'_>]) -> bool {
    header.columns.iter().enumerate().all(|(at, (name, _))| match cells.get(at) {
        Some(Cell::Text(text)) => fold_header(text) == fold_header(name),
        Some(Cell::Blank) | None => name.is_empty(),
        Some(
            Cell::Number(_)
            | Cell::Shown(..)
            | Cell::Serial(_)
            | Cell::Length(_)
            | Cell::Truth(_)
            | Cell::Fault
            | Cell::NoResult,
        ) => false,
    })
}
