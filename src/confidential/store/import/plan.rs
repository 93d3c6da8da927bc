//! What an import would do. Comes in: a batch, the store as it is. Goes out: the cases to store and to update, and the rows that
//! change nothing, each with its reason. Deliberately absent: writing.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::Date;
use model::config::source::{Level, Source};
use model::period::{Month, Period};
use rusqlite::{Connection, Statement, params};
use sha2::Sha256;

use crate::identified::Identified;
use crate::ingest::state::{is_other_person, is_same_person, later};
use crate::ingest::{Recording, Values};
use crate::store::cases::{Value, positions};
use crate::store::import::{Batch, ImportOutcome};
use crate::store::keys::{KEY_BYTES, keyed};
use crate::store::references::{canonical_of, family_number};
use crate::store::{StoreError, unreadable};

/// Months that were released and are never counted again.
struct Frozen {
    periods: Vec<Period>,
    late_in: i32,
}

impl Frozen {
    fn holds(&self, month: i32) -> bool {
        self.periods.iter().any(|period| (period.start.0..period.end.0).contains(&month))
    }
    /// Where an event of `month` is counted.
    fn counted(&self, month: i32) -> i32 {
        if self.holds(month) { self.late_in } else { month }
    }
    /// Where an event is counted that was counted before: what is frozen stays, what did not change stays.
    fn recounted(&self, new: Option<i32>, old: Option<i32>, old_counted: Option<i32>) -> Option<i32> {
        match old_counted {
            Some(counted) if new == old || self.holds(counted) => Some(counted),
            Some(_) | None => new.map(|month| self.counted(month)),
        }
    }
}

/// A case as the store has it.
struct Known {
    id: i64,
    content: [u8; 16],
    months: [Option<i32>; 2],
    counted: [Option<i32>; 2],
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Store,
    Update,
}

/// A recording that changes the store.
pub(super) struct Change<'a> {
    pub(super) recording: Cow<'a, Recording>,
    pub(super) act: Act,
    pub(super) id: i64,
    /// The canonical form.
    pub(super) case_key: String,
    pub(super) family: Option<i64>,
    pub(super) dates: [Option<String>; 2],
    pub(super) counted: [Option<i32>; 2],
    pub(super) content: [u8; 16],
}

/// A file of the batch: its digest, and a digest of what was read from it.
pub(super) struct ReadFile {
    pub(super) digest: String,
    pub(super) content: Hmac<Sha256>,
    pub(super) known: bool,
}

pub(super) struct Plan<'a> {
    pub(super) changes: Vec<Change<'a>>,
    pub(super) files: BTreeMap<&'a str, (ReadFile, Vec<u8>)>,
    pub(super) outcome: ImportOutcome,
    /// Whether nothing may be stored.
    pub(super) stops: bool,
}

/// A recording with what the envelope takes from it.
struct Read<'a> {
    recording: Cow<'a, Recording>,
    case_key: String,
    months: [Option<i32>; 2],
    content: [u8; 16],
}

/// Decides what becomes of every recording.
pub(super) fn plan<'a>(
    connection: &Connection,
    key: &[u8; KEY_BYTES],
    batch: Batch<'a>,
) -> Result<Plan<'a>, StoreError> {
    let layout = Layout::of(batch.source)?;
    let read = batch.recordings.iter().map(|recording| layout.read(key, Cow::Borrowed(recording)));
    let mut read = read.collect::<Result<Vec<_>, _>>()?;
    let files = read_files(connection, key, batch, &read)?;
    // In order of reference, so that the order of rows in an export shows nowhere in the store, and so that the index
    // grows at its end. Several recordings of one case stay in the order read.
    read.sort_by(|one, other| one.case_key.cmp(&other.case_key));
    let known = known_cases(connection, batch.source)?;
    let zeros = known.iter().map(|(key, case)| (bare(key), case.id)).filter(|(key, _)| !key.is_empty()).collect();
    let mut planner = Planner {
        key,
        batch,
        layout,
        frozen: frozen(connection, &batch.source.name, batch.today_month)?,
        stored: Stored::of(connection, batch.source)?,
        zeros,
        next_id: connection.query_row("SELECT ifnull(max(id), 0) + 1 FROM cases", [], |row| row.get(0))?,
        plan: Plan { changes: Vec::new(), files, outcome: ImportOutcome::default(), stops: false },
    };
    // What was planned last is the only one that the next may be about again.
    let mut last: Option<Known> = None;
    for row in read {
        let changed = planner.plan.changes.last();
        let again = last.as_ref().filter(|_| changed.is_some_and(|change| change.case_key == row.case_key));
        let now = match again.or_else(|| known.get(&row.case_key)) {
            None => planner.new_case(row)?,
            Some(old) => planner.known_case(row, old, again.is_some())?,
        };
        last = now.or(last);
    }
    Ok(planner.plan.finished())
}

/// An import on its way.
struct Planner<'p, 'a> {
    key: &'p [u8; KEY_BYTES],
    batch: Batch<'a>,
    layout: Layout<'a>,
    frozen: Frozen,
    stored: Stored<'p>,
    /// Cases of the store whose references are numbers, by these without the zeros in front.
    zeros: HashMap<&'p str, i64>,
    next_id: i64,
    plan: Plan<'a>,
}

impl<'a> Planner<'_, 'a> {
    /// A case that the store does not have; gives what it will have then.
    fn new_case(&mut self, row: Read<'a>) -> Result<Option<Known>, StoreError> {
        if self.plan.files[&*row.recording.origin.file].0.known {
            // Whoever is not there any more was erased.
            self.plan.outcome.unchanged += 1;
            return Ok(None);
        }
        if let Some(other) = self.zeros.get(bare(&row.case_key)).copied()
            && is_same_person(self.batch.source, &self.stored.recording(other)?, &row.recording)
        {
            self.plan.outcome.zeros.push(row.recording.origin.clone());
            self.plan.stops |= self.batch.source.level("zeros_lost") != Level::Warn;
        }
        let counted = row.months.map(|month| month.map(|month| self.frozen.counted(month)));
        self.plan.outcome.stored += 1;
        let now = self.change(row, (Act::Store, self.next_id), counted, [None; 2]);
        self.next_id += 1;
        Ok(Some(now))
    }

    /// A case that the store has, or that the row before was about (`again`); gives what it will have then, where it changes.
    fn known_case(&mut self, row: Read<'a>, old: &Known, again: bool) -> Result<Option<Known>, StoreError> {
        if old.content == row.content {
            self.plan.outcome.unchanged += 1;
            return Ok(None);
        }
        let before = match self.plan.changes.last().filter(|_| again) {
            Some(change) => change.recording.clone().into_owned(),
            None => self.stored.recording(old.id)?,
        };
        let row = match self.judge(row, old, &before)? {
            Judged::Changes(row) => row,
            Judged::Other(row) => {
                let level = self.batch.source.level("other_person");
                self.plan.outcome.others.push(row.recording.origin.clone());
                self.plan.stops |= level == Level::Stop;
                if level != Level::Warn {
                    return Ok(None);
                }
                row
            }
            Judged::Unchanged => {
                self.plan.outcome.unchanged += 1;
                return Ok(None);
            }
            Judged::Older(row) => {
                self.plan.outcome.older.push(row.recording.origin.clone());
                return Ok(None);
            }
        };
        let counted = [0, 1].map(|at| self.frozen.recounted(row.months[at], old.months[at], old.counted[at]));
        self.plan.outcome.updated += 1;
        Ok(Some(self.change(row, (Act::Update, old.id), counted, old.counted)))
    }

    fn judge(&self, mut row: Read<'a>, old: &Known, before: &Recording) -> Result<Judged<'a>, StoreError> {
        let source = self.batch.source;
        if !row.recording.absent.is_empty() {
            let mut merged = row.recording.into_owned();
            merged.keep_from(|at| before.values.expose_identified().get(at));
            row = self.layout.read(self.key, Cow::Owned(merged))?;
            if row.content == old.content {
                return Ok(Judged::Unchanged);
            }
        }
        let is_other = is_other_person(source, before, &row.recording);
        // Of somebody else's case nobody can say which state is the later.
        let is_taken = !is_other || source.level("other_person") == Level::Warn;
        if is_taken && !self.batch.replace && later(source, before, &row.recording) == Some(true) {
            return Ok(Judged::Older(row));
        }
        Ok(if is_other { Judged::Other(row) } else { Judged::Changes(row) })
    }

    /// Plans a change; gives what the store will have then.
    fn change(
        &mut self,
        row: Read<'a>,
        (act, id): (Act, i64),
        counted: [Option<i32>; 2],
        was: [Option<i32>; 2],
    ) -> Known {
        let Read { recording, case_key, months, content } = row;
        self.plan.outcome.late += usize::from((0..2).any(|at| counted[at] != months[at] && counted[at] != was[at]));
        let (family, dates) = (self.layout.family(self.key, &recording), self.layout.dates(&recording));
        self.plan.changes.push(Change { recording, act, id, case_key, family, dates, counted, content });
        Known { id, content, months, counted }
    }
}

/// What a row is to the stored state of its case, from which it differs.
enum Judged<'a> {
    Changes(Read<'a>),
    /// Of somebody else.
    Other(Read<'a>),
    Unchanged,
    Older(Read<'a>),
}

impl Plan<'_> {
    fn finished(mut self) -> Self {
        for places in [&mut self.outcome.older, &mut self.outcome.others, &mut self.outcome.zeros] {
            // In the order of the files' rows, which says nothing of a reference.
            places.sort_by(|one, other| (&one.file, &one.sheet, one.row).cmp(&(&other.file, &other.sheet, other.row)));
        }
        self.outcome.already_imported =
            self.changes.is_empty() && !self.files.is_empty() && self.files.values().all(|(file, _)| file.known);
        self
    }
}

/// A reference that is a number, without the zeros in front; nothing for others.
fn bare(case_key: &str) -> &str {
    if case_key.bytes().all(|byte| byte.is_ascii_digit()) { case_key.trim_start_matches('0') } else { "" }
}

/// What stored cases say, in the source's order of fields.
struct Stored<'c> {
    statement: Statement<'c>,
    fields: usize,
    lists: HashMap<i64, Vec<Option<usize>>>,
}

impl<'c> Stored<'c> {
    fn of(connection: &'c Connection, source: &Source) -> Result<Self, StoreError> {
        let names: Vec<&str> = source.fields.iter().map(|field| field.name.as_str()).collect();
        let statement = connection.prepare("SELECT field_list, field_values FROM cases WHERE id = ?1")?;
        Ok(Self { statement, fields: names.len(), lists: positions(connection, &source.name, &names)? })
    }

    fn recording(&mut self, id: i64) -> Result<Recording, StoreError> {
        let (list, text): (i64, String) = self.statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let places = self.lists.get(&list).ok_or(unreadable("a list of fields"))?;
        let all: Vec<Value<'_>> = serde_json::from_str(&text).map_err(|_| unreadable("a list of values"))?;
        let value = |at: usize| places[at].and_then(|place| all.get(place)).and_then(|value| value.0.as_deref());
        Ok(Recording { values: Identified::new(Values::of((0..self.fields).map(value))), ..Recording::default() })
    }
}

/// Where the fields that the envelope needs stand in a recording.
struct Layout<'a> {
    source: &'a Source,
    case: usize,
    family: Option<usize>,
    events: [Option<usize>; 2],
    /// Every field's place, in order of name, so that a new order of fields changes no case.
    by_name: Vec<usize>,
}

impl<'a> Layout<'a> {
    fn of(source: &'a Source) -> Result<Self, StoreError> {
        let place = |field: &str| {
            let missing = || StoreError::NoField { source_name: source.name.clone(), field: field.to_owned() };
            source.position(field).ok_or_else(missing)
        };
        if let Some(event) = source.events.keys().find(|event| !["opened", "closed"].contains(&event.as_str())) {
            return Err(StoreError::NoEvent { source_name: source.name.clone(), event: event.clone() });
        }
        let event = |name: &str| source.events.get(name).map(|field| place(field)).transpose();
        let mut by_name: Vec<usize> = (0..source.fields.len()).collect();
        by_name.sort_by_key(|&at| &source.fields[at].name);
        Ok(Self {
            source,
            case: place(&source.case)?,
            family: source.family.as_deref().map(place).transpose()?,
            events: [event("opened")?, event("closed")?],
            by_name,
        })
    }

    fn read<'r>(&self, key: &[u8; KEY_BYTES], recording: Cow<'r, Recording>) -> Result<Read<'r>, StoreError> {
        let content = self.content(key, &recording)?;
        let months = [self.month(&recording, 0)?, self.month(&recording, 1)?];
        let case_key = canonical_of(self.source, self.case, self.case_key(&recording)?);
        Ok(Read { recording, case_key, months, content })
    }

    fn value(recording: &Recording, place: usize) -> Option<&str> {
        recording.values.expose_identified().get(place).filter(|text| !text.is_empty())
    }

    fn case_key<'r>(&self, recording: &'r Recording) -> Result<&'r str, StoreError> {
        Self::value(recording, self.case).ok_or_else(|| StoreError::NoCaseKey {
            file: recording.origin.file.to_string(),
            row: recording.origin.row,
            field: self.source.case.clone(),
        })
    }

    fn family(&self, key: &[u8; KEY_BYTES], recording: &Recording) -> Option<i64> {
        let place = self.family?;
        Some(family_number(key, &canonical_of(self.source, place, Self::value(recording, place)?)))
    }

    fn dates(&self, recording: &Recording) -> [Option<String>; 2] {
        self.events.map(|place| place.and_then(|place| Self::value(recording, place)).map(str::to_owned))
    }

    fn month(&self, recording: &Recording, event: usize) -> Result<Option<i32>, StoreError> {
        let Some(place) = self.events[event] else { return Ok(None) };
        let Some(text) = Self::value(recording, place) else { return Ok(None) };
        month(text).map(Some).ok_or_else(|| StoreError::NoDate {
            file: recording.origin.file.to_string(),
            row: recording.origin.row,
            field: self.source.fields[place].name.clone(),
        })
    }

    /// A keyed digest of what the recording says: every value with its field's name, blanks left out, so that a field
    /// that is new and blank changes no case; references in their canonical form, so that another spelling changes none.
    fn content(&self, key: &[u8; KEY_BYTES], recording: &Recording) -> Result<[u8; 16], StoreError> {
        let values = recording.values.expose_identified();
        if values.len() != self.source.fields.len() {
            return Err(StoreError::Shape {
                file: recording.origin.file.to_string(),
                row: recording.origin.row,
                source_name: self.source.name.clone(),
                found: values.len(),
                expected: self.source.fields.len(),
            });
        }
        let mut message = Vec::with_capacity(512);
        for &place in &self.by_name {
            let Some(value) = Self::value(recording, place) else { continue };
            let value = match self.source.fields[place].fold {
                Some(_) => Cow::Owned(canonical_of(self.source, place, value)),
                None => Cow::Borrowed(value),
            };
            for text in [self.source.fields[place].name.as_str(), &value] {
                message.extend_from_slice(&(text.len() as u64).to_be_bytes());
                message.extend_from_slice(text.as_bytes());
            }
        }
        let mut content = [0; 16];
        content.copy_from_slice(&keyed(key, &message)[..16]);
        Ok(content)
    }
}

/// The files of the batch, and which of them were imported before and read as they did then. (A file that reads
/// otherwise, because a code list was corrected, is a new import.)
fn read_files<'a>(
    connection: &Connection,
    key: &[u8; KEY_BYTES],
    batch: Batch<'a>,
    read: &[Read<'_>],
) -> Result<BTreeMap<&'a str, (ReadFile, Vec<u8>)>, StoreError> {
    let mut files: BTreeMap<&str, ReadFile> = BTreeMap::new();
    for (name, digest) in batch.digests {
        let content = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
        let file = files.entry(name).or_insert_with(|| ReadFile { digest: String::new(), content, known: false });
        // Two files of one name in two folders are one thing here.
        file.digest.push_str(digest);
    }
    for Read { recording, content, .. } in read {
        let name = &*recording.origin.file;
        let file = files.get_mut(name).ok_or_else(|| StoreError::NoDigest { file: name.to_owned() })?;
        file.content.update(content);
    }
    let sql = "SELECT 1 FROM import_files JOIN imports ON imports.id = import JOIN sources ON sources.id = source
               WHERE digest = ?1 AND content = ?2 AND sources.name = ?3";
    let mut statement = connection.prepare(sql)?;
    let mut known = BTreeMap::new();
    for (name, mut file) in files {
        let content = file.content.clone().finalize().into_bytes().to_vec();
        file.known = statement.exists(params![file.digest, content, batch.source.name])?;
        known.insert(name, (file, content));
    }
    Ok(known)
}

fn frozen(connection: &Connection, source: &str, today_month: Option<i32>) -> Result<Frozen, StoreError> {
    let mut statement = connection.prepare("SELECT period_start, period_end FROM frozen WHERE source = ?1")?;
    let periods =
        statement.query_map([source], |row| Ok(Period { start: Month(row.get(0)?), end: Month(row.get(1)?) }))?;
    let periods = periods.collect::<Result<Vec<_>, _>>()?;
    let after_all = periods.iter().map(|period| period.end.0).max().unwrap_or(i32::MIN);
    Ok(Frozen { periods, late_in: today_month.unwrap_or(i32::MIN).max(after_all) })
}

/// The cases of a source by the canonical form of their reference. Where an older program stored a case under two
/// spellings, the one whose reference is canonical already is the case, else the last that came in.
fn known_cases(connection: &Connection, source: &Source) -> Result<HashMap<String, Known>, StoreError> {
    let place = source.position(&source.case).unwrap_or(0);
    let sql = "SELECT case_key, id, content, opened, closed, counted_opened, counted_closed FROM cases
               WHERE source = (SELECT id FROM sources WHERE name = ?1) ORDER BY id";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([&source.name])?;
    let (mut known, mut odd) = (HashMap::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let month_of =
            |column| -> rusqlite::Result<_> { Ok(row.get::<_, Option<String>>(column)?.and_then(|text| month(&text))) };
        let months = [month_of(3)?, month_of(4)?];
        let written: String = row.get(0)?;
        let canonical = canonical_of(source, place, &written);
        let is_canonical = canonical == written;
        let case =
            (canonical, Known { id: row.get(1)?, content: row.get(2)?, months, counted: [row.get(5)?, row.get(6)?] });
        if is_canonical {
            known.insert(case.0, case.1);
        } else {
            odd.push(case);
        }
    }
    for (canonical, case) in odd.into_iter().rev() {
        known.entry(canonical).or_insert(case);
    }
    Ok(known)
}

/// The month of an ISO date.
fn month(text: &str) -> Option<i32> {
    let date: Date = (text.len() == 10).then(|| text.parse().ok()).flatten()?;
    Some(Month::new(i32::from(date.year()), date.month().cast_unsigned()).0)
}
