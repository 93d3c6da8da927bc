//! Takes the rows of an import, one by one. Comes in: sheets with their headers. Goes out: recordings, and what the
//! checks remarked. Rows whose deletion was asked for are left out before anything else is looked at.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::config::CodeList;
use model::config::fold::{fold, fold_header};
use model::config::source::{Level, Source};

use crate::identified::Identified;
use crate::ingest::cell::{Cleaned, Reader};
use crate::ingest::error::IngestError;
use crate::ingest::evidence::{Evidence, Found};
use crate::ingest::header::{Header, Role};
use crate::ingest::place::Place;
use crate::ingest::report::{RejectedRow, RowCounts};
use crate::ingest::rows::{self, Under};
use crate::ingest::rules::Rules;
use crate::ingest::table::{Cell, Export, Sheet};
use crate::ingest::tally::Tally;
use crate::ingest::{Origin, Recording, Values, date, learned_key, reference};

/// Why a cell gave no value.
pub(super) const MISSING: [&str; 5] =
    ["empty", "a word for nothing", "a date that stands for none", "an error of the spreadsheet", "not readable"];

fn missing(cell: Cell<'_>, cleaned: &Cleaned) -> usize {
    match cleaned.notes.first().map(|note| note.check) {
        None if cell == Cell::Blank => 0,
        None | Some("blank_word") => 1,
        Some("placeholder_date") => 2,
        Some("error_cell" | "formula_without_value") => 3,
        Some(_) => 4,
    }
}

/// Rejected rows that are listed.
const LISTED: usize = 500;

/// Whether a row asks for its case to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    No,
    Clearly,
    Perhaps,
}

/// An import on its way.
pub(super) struct Intake<'a> {
    pub(super) source: &'a Source,
    pub(super) readers: Vec<Reader<'a>>,
    pub(super) tally: Tally<'a>,
    rules: Rules<'a>,
    pub(super) recordings: Vec<Recording>,
    /// References of cases that are to be deleted, in their canonical form, with the first place of each.
    pub(super) deletions: BTreeMap<String, Place>,
    /// By field, in what order the dates of each file are and why.
    pub(super) evidence: Vec<Vec<String>>,
    /// By field, why a cell gave nothing.
    pub(super) missing: Vec<[u64; MISSING.len()]>,
    /// References whose canonical form is another than the written one, by field.
    pub(super) respelled: Vec<u64>,
    pub(super) counts: RowCounts,
    pub(super) rejected_rows: Vec<RejectedRow>,
    forms: Vec<[u64; date::FORMS.len()]>,
    /// The last number of a first column without a header.
    row_name: Option<i64>,
    case: usize,
    /// Whether a case must have more than its reference.
    required_beside_case: bool,
    deleted: Option<usize>,
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
            deletions: BTreeMap::new(),
            evidence: vec![Vec::new(); source.fields.len()],
            missing: vec![[0; MISSING.len()]; source.fields.len()],
            respelled: vec![0; source.fields.len()],
            counts: RowCounts::default(),
            rejected_rows: Vec::new(),
            forms: vec![[0; date::FORMS.len()]; source.fields.len()],
            row_name: None,
            case: source.position(&source.case).unwrap_or(0),
            required_beside_case: source.fields.iter().any(|field| field.required && field.name != source.case),
            deleted: source.deleted.as_ref().and_then(|field| source.position(field)),
        }
    }

    /// Hears what the rows of a file say of its columns, before any of them is read.
    pub(super) fn decide(
        &mut self,
        export: &Export,
        sheets: &[(&Sheet, Header)],
    ) -> Result<BTreeMap<usize, Found>, IngestError> {
        let mut evidence = Evidence::of(self.source, export);
        let fields = evidence.fields();
        for (sheet, header) in sheets {
            rows::walk((export, sheet), header, self.source, &mut |under, row, cells| {
                // Of a row that is to be forgotten no other cell is looked at.
                if row.is_header || self.asked_deletion(under, cells) != Asked::No {
                    return Ok(());
                }
                for field in &fields {
                    if let Some((at, cell)) = under.positions[*field].and_then(|at| Some((at, *cells.get(at)?))) {
                        evidence.hear(*field, cell, || under.place(row.number, Some(at)));
                    }
                }
                Ok(())
            })?;
        }
        let decided = evidence.decide();
        for (field, found) in &decided {
            self.readers[*field].decide(found.decision);
        }
        Ok(decided)
    }

    /// Says what was decided, why, and what contradicts it.
    pub(super) fn say(&mut self, export: &Export, decided: BTreeMap<usize, Found>) {
        for (field, found) in decided {
            self.evidence[field].extend(found.evidence.map(|evidence| format!("{}: {evidence}", export.file)));
            for contradiction in found.against {
                self.tally.note_all(contradiction.check, Some(field), contradiction.count, contradiction.first);
            }
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
        for reader in &mut self.readers {
            reader.set_from_1904(export.from_1904);
        }
        for doubt in sheet.rows.doubts() {
            self.tally.note(doubt.check, None, None, || export.place(sheet, doubt.line, None));
        }
        let before = self.counts.read;
        self.row_name = None;
        rows::walk((export, sheet), header, self.source, &mut |under, row, cells| {
            self.counts.read += 1;
            if self.counts.read.is_multiple_of(STEP) {
                progress(self.counts.read);
            }
            if !row.is_header {
                return self.row(under, row.number, cells);
            }
            if row.is_other {
                self.tally.note("header_again", None, None, || under.place(row.number, None));
            }
            self.skip("repeated_header");
            Ok(())
        })?;
        progress(self.counts.read);
        Ok(self.counts.read - before)
    }

    fn row(&mut self, context: &Under<'_>, row: u64, cells: &[Cell<'_>]) -> Result<(), IngestError> {
        let cell = |field: usize| context.positions[field].and_then(|at| cells.get(at)).copied().unwrap_or(Cell::Blank);
        // First of all, so that no other part of the row is looked at.
        let asked = self.asked_deletion(context, cells);
        if asked == Asked::Clearly {
            self.delete(context, row, cell(self.case));
            self.skip("deletion_requested");
            return Ok(());
        }
        if let Some(reason) = self.no_case(context, cells) {
            // A row that is left out is named by its line.
            if matches!(reason, "footer_row" | "totals_row") {
                self.tally.note(reason, None, None, || context.place(row, None));
            }
            self.skip(reason);
            return Ok(());
        }
        if asked == Asked::Perhaps {
            self.tally.note("deletion_unclear", self.deleted, None, || {
                context.place(row, self.deleted.and_then(|field| context.positions[field]))
            });
            self.delete(context, row, cell(self.case));
            self.skip("deletion_requested");
            return Ok(());
        }
        let mut failed = self.shape(context, row, cells)?;
        let values = self.values(context, row, &cell, &mut failed);
        for rule in self.rules.broken(&values, &context.absent).collect::<Vec<_>>() {
            self.tally.note(&rule.name, None, None, || context.place(row, None));
            failed.add(self.tally.level(&rule.name, None), &rule.name);
        }
        if let Some(check) = failed.0 {
            self.reject(context.place(row, None), &check);
            return Ok(());
        }
        let origin = Origin { file: Arc::clone(&context.file_name), sheet: Arc::clone(&context.sheet_name), row };
        let values = Identified::new(Values::of(values));
        self.recordings.push(Recording { values, origin, absent: Arc::clone(&context.absent) });
        Ok(())
    }

    /// The rules that a recording breaks.
    pub(super) fn broken(&self, recording: &Recording) -> Vec<&'a str> {
        let values: Vec<_> =
            recording.values.expose_identified().iter().map(|value| value.map(str::to_owned)).collect();
        self.rules.broken(&values, &recording.absent).map(|rule| rule.name.as_str()).collect()
    }

    /// Whether a row asks for its case to be deleted. What is neither blank nor a clear no may be a wish, and is taken for one:
    /// a case that is left out can be taken again, one that was shown cannot be hidden.
    fn asked_deletion(&mut self, context: &Under<'_>, cells: &[Cell<'_>]) -> Asked {
        let Some(field) = self.deleted else { return Asked::No };
        let cell = context.positions[field].and_then(|at| cells.get(at)).copied().unwrap_or(Cell::Blank);
        let cleaned = self.readers[field].read(cell);
        let is_blank = || cleaned.notes.iter().all(|note| note.check == "blank_word");
        match cleaned.value.as_deref() {
            Some("Y") => Asked::Clearly,
            Some(_) => Asked::No,
            None if is_blank() => Asked::No,
            None => Asked::Perhaps,
        }
    }

    /// Remembers that a case is to be deleted; one whose reference cannot be read is said, so that a person looks.
    fn delete(&mut self, context: &Under<'_>, row: u64, cell: Cell<'_>) {
        match &self.readers[self.case].read(cell).value {
            Some(written) => {
                let fold = self.source.fields[self.case].fold.unwrap_or(true);
                let case = reference::canonical(written, fold);
                self.deletions.entry(case).or_insert_with(|| context.place(row, None));
            }
            None => self.tally.note("deletion_without_reference", None, None, || context.place(row, None)),
        }
    }

    /// Counts and lists a row that is not taken.
    pub(super) fn reject(&mut self, place: Place, check: &str) {
        if self.rejected_rows.len() < LISTED {
            self.rejected_rows.push(RejectedRow { place, check: check.to_owned() });
        }
        *self.counts.rejected.entry(check.to_owned()).or_insert(0) += 1;
    }

    /// Rows read that were none of a case.
    pub(super) fn no_cases(&self) -> u64 {
        const REASONS: [&str; 4] = ["blank_row", "totals_row", "footer_row", "repeated_header"];
        REASONS.iter().filter_map(|reason| self.counts.skipped.get(*reason)).sum()
    }

    pub(super) fn skip(&mut self, reason: &str) {
        *self.counts.skipped.entry(reason.to_owned()).or_insert(0) += 1;
    }

    /// Why a row is no case, where it is none.
    fn no_case(&self, context: &Under<'_>, cells: &[Cell<'_>]) -> Option<&'static str> {
        let Some(first) = cells.iter().find(|cell| **cell != Cell::Blank) else {
            return Some("blank_row");
        };
        let at = |field: usize| context.positions[field].and_then(|at| cells.get(at)).copied().unwrap_or(Cell::Blank);
        if cells.iter().all(|cell| *cell == Cell::Blank || is_line(cell)) {
            return Some("blank_row");
        }
        let case = at(self.case);
        if let (Cell::Text(text), Some(position)) = (case, context.positions[self.case]) {
            let name = &context.header.columns[position].0;
            // A long header may be the joined one of two rows; its child row is not looked for.
            if text.trim().len() == name.len() && repeats(&context.header, cells) {
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
            if self.source.totals.iter().any(starts) && !self.is_whole(&at) {
                return Some("totals_row");
            }
        }
        let required = self.source.fields.iter().enumerate().filter(|(_, field)| field.required);
        let is_blank = |field: usize| matches!(at(field), Cell::Blank | Cell::NoResult);
        let mut filled = required.map(|(field, _)| field).filter(|field| !is_blank(*field)).peekable();
        if filled.peek().is_none() {
            let mut others = cells.iter().filter(|cell| **cell != Cell::Blank);
            if others.clone().all(is_number) {
                return Some("totals_row");
            }
            // Words in several cells may be what is left of a case, and are no footer.
            return others.nth(1).is_none().then_some("footer_row");
        }
        // Of all that a case must have nothing but words stands there: `End of report`, `(10 rows affected)`.
        let alone = filled.all(|field| field == self.case);
        let words =
            matches!(case, Cell::Text(text) if text.contains(' ') || !text.bytes().any(|byte| byte.is_ascii_digit()));
        (alone && words && self.required_beside_case).then_some("footer_row")
    }

    /// Whether a cell without a header is the number of its row, as statistics programs write it in the first column.
    fn is_row_name(&mut self, context: &Under<'_>, at: usize, cell: Cell<'_>) -> bool {
        let number = match cell {
            Cell::Text(text) => text.trim().parse().ok(),
            Cell::Number(number) => (number.fract() == 0.0).then_some(number as i64),
            Cell::Blank
            | Cell::Shown(..)
            | Cell::Serial(_)
            | Cell::Length(_)
            | Cell::Truth(_)
            | Cell::Fault
            | Cell::NoResult => None,
        };
        let is_first = context.header.columns[..at].iter().all(|(_, role)| *role == Role::Unnamed);
        let Some(number) =
            number.filter(|number| is_first && self.row_name.map_or(*number >= 0, |last| *number > last))
        else {
            return false;
        };
        self.row_name = Some(number);
        true
    }

    /// Whether a row has everything beside its reference that a case must have.
    fn is_whole<'c>(&self, at: &dyn Fn(usize) -> Cell<'c>) -> bool {
        let fields = self.source.fields.iter().enumerate();
        let mut beside = fields.filter(|(at, field)| field.required && *at != self.case);
        self.required_beside_case && beside.all(|(field, _)| at(field) != Cell::Blank)
    }

    /// Faults of the row as a whole.
    fn shape(&mut self, context: &Under<'_>, row: u64, cells: &[Cell<'_>]) -> Result<Failed, IngestError> {
        let mut failed = Failed(None);
        let columns = &context.header.columns;
        let filled = |at: usize| cells.get(at).is_some_and(|cell| *cell != Cell::Blank);
        let unnamed = columns.iter().enumerate().find(|(at, (_, role))| *role == Role::Unnamed && filled(*at));
        if let Some((at, _)) = unnamed.filter(|(at, _)| !self.is_row_name(context, *at, cells[*at])) {
            return Err(IngestError::UnnamedColumn { place: Box::new(context.place(row, Some(at))) });
        }
        let doubts = context.sheet.rows.doubts();
        let from = doubts.partition_point(|doubt| doubt.line < row);
        for doubt in doubts[from..].iter().take_while(|doubt| doubt.line == row) {
            failed.add(self.tally.level(doubt.check, None), doubt.check);
        }
        let is_half = doubts[from..].iter().any(|doubt| doubt.line == row && doubt.check == "ragged_row");
        // Of a text, the reader gives every cell that stands in the line.
        let usual = context.sheet.rows.usual_cells();
        let beyond = (columns.len()..cells.len()).find(|at| filled(*at));
        let is_longer = usual.is_some_and(|usual| cells.len() > usual.max(context.header.width));
        let check = if is_longer || beyond == Some(columns.len()) {
            "ragged_row"
        } else if let Some(beyond) = beyond {
            // Beside the table, with a gap that no shifted row leaves: somebody's remark.
            self.tally.note("margin_note", None, None, || context.place(row, Some(beyond)));
            failed.add(self.tally.level("margin_note", None), "margin_note");
            return Ok(failed);
        } else if usual.is_some() && cells.len() < columns.len() && !is_half {
            if context.sheet.rows.cut_off() == Some(row) { "cut_off" } else { "short_row" }
        } else {
            return Ok(failed);
        };
        self.tally.note(check, None, None, || context.place(row, None));
        failed.add(self.tally.level(check, None), check);
        Ok(failed)
    }

    fn values<'c>(
        &mut self,
        context: &Under<'_>,
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
            }
            self.respelled[at] += u64::from(cleaned.respelled);
            if cleaned.value.is_none() {
                self.missing[at][missing(cell(at), &cleaned)] += 1;
            }
            if let Some(form) = cleaned.form {
                self.forms[at][form as usize] += 1;
            }
            // A cell that was rejected for what it says is not missing as well.
            let is_said = cleaned.notes.iter().any(|note| self.tally.level(note.check, Some(at)) != Level::Warn);
            if field.required && cleaned.value.is_none() && !is_said {
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
        let counted = |counts: &[u64; date::FORMS.len()]| {
            let form = |form: date::Form| (form.name().to_owned(), counts[form as usize]);
            date::FORMS.into_iter().map(form).filter(|(_, count)| *count > 0).collect::<BTreeMap<_, _>>()
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

/// Whether a cell is a part of a drawn line, as some programs draw one under the header.
fn is_line(cell: &Cell<'_>) -> bool {
    matches!(cell, Cell::Text(text) if text.len() > 1 && text.bytes().all(|byte| matches!(byte, b'-' | b'=' | b'+' | b'_')))
}

/// Whether a cell holds a number, as sums are.
fn is_number(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Text(text) => text.contains(|sign: char| sign.is_ascii_digit()) && !text.contains(char::is_alphabetic),
        Cell::Number(_) | Cell::Shown(..) | Cell::Length(_) | Cell::NoResult | Cell::Fault => true,
        Cell::Blank | Cell::Serial(_) | Cell::Truth(_) => false,
    }
}

/// Whether a row says what the header says.
fn repeats(header: &Header, cells: &[Cell<'_>]) -> bool {
    header.columns.iter().enumerate().all(|(at, (name, _))| match cells.get(at) {
        Some(Cell::Text(text)) => fold_header(text) == fold_header(name),
        other => name.is_empty() && !other.is_some_and(Cell::is_typed),
    })
}
