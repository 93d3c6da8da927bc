//! Imports. Comes in: the recordings of some files, as ingest read them. Goes out: cases stored, updated with their
//! history, or found unchanged, in one transaction. Deliberately absent: reading a file, and judging a recording.
//!
//! First everything is decided by reading only, then it is written: a comparison is the first half alone.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::Date;
use model::config::source::Source;
use model::period::{Month, Period};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::Sha256;

use crate::ingest::{Deletions, Recording};
use crate::store::keys::{KEY_BYTES, keyed};
use crate::store::references::{canonical_of, family_number, renumber};
use crate::store::restriction::restrict;
use crate::store::{Store, StoreError};

/// What one run of ingest hands over.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// The source that read them.
    pub source: &'a Source,
    /// Every recording that is to be stored, in the order read.
    pub recordings: &'a [Recording],
    /// Name, as in the recordings' origins, and SHA-256 of every file read.
    pub digests: &'a [(String, String)],
    /// The month in which late cases are recorded; none for the first month after all frozen ones.
    pub today_month: Option<i32>,
}

/// What an import did, or a comparison would do. Stored, updated and unchanged add up to the recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportOutcome {
    /// Cases that are new.
    pub stored: usize,
    /// Cases that had other values before.
    pub updated: usize,
    /// Cases that are as they were.
    pub unchanged: usize,
    /// Stored or updated cases that are counted later than their date says, because that month is frozen.
    pub late: usize,
    /// Every file was imported before, and reads as it did then.
    pub already_imported: bool,
}

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
enum Act {
    Store,
    Update,
}

/// A recording that changes the store.
struct Change<'a> {
    recording: &'a Recording,
    act: Act,
    id: i64,
    /// The canonical form.
    case_key: String,
    family: Option<i64>,
    dates: [Option<&'a str>; 2],
    counted: [Option<i32>; 2],
    content: [u8; 16],
}

/// A file of the batch: its digest, and a digest of what was read from it.
struct ReadFile {
    digest: String,
    content: Hmac<Sha256>,
    known: bool,
}

struct Plan<'a> {
    changes: Vec<Change<'a>>,
    files: BTreeMap<&'a str, (ReadFile, Vec<u8>)>,
    outcome: ImportOutcome,
}

impl Store {
    /// What [`Store::import`] would do. Writes nothing.
    ///
    /// # Errors
    /// Those of the import.
    pub fn compare(&self, batch: Batch<'_>) -> Result<ImportOutcome, StoreError> {
        self.reading(|connection| Ok(plan(connection, &self.family_key, batch)?.outcome))
    }

    /// Stores a batch: all of it, or nothing.
    ///
    /// A file that was imported before and reads as it did then changes nothing, whatever came after it. A case that
    /// another export already brought is updated, and what it said before goes to its history.
    ///
    /// # Errors
    /// [`StoreError`] with the file and row where a recording cannot be stored; [`StoreError::Pending`] while a release
    /// is neither finished nor discarded. The store is then as it was.
    pub fn import(&mut self, batch: Batch<'_>) -> Result<ImportOutcome, StoreError> {
        self.import_and_restrict(batch, &Deletions::default())
    }

    /// Stores a batch, and restricts the cases whose deletion its files ask for: all of it, or nothing.
    ///
    /// # Errors
    /// Those of [`Store::import`].
    pub fn import_and_restrict(
        &mut self,
        batch: Batch<'_>,
        deletions: &Deletions,
    ) -> Result<ImportOutcome, StoreError> {
        let family_key = self.family_key.clone();
        self.transact(|connection| {
            let sql = "SELECT name FROM releases WHERE state = 'pending' ORDER BY id LIMIT 1";
            if let Some(name) = connection.query_row(sql, [], |row| row.get(0)).optional()? {
                return Err(StoreError::Pending { name });
            }
            renumber(connection, &family_key, batch.source)?;
            let plan = plan(connection, &family_key, batch)?;
            if !plan.outcome.already_imported {
                write(connection, batch.source, &plan)?;
            }
            restrict(connection, batch.source, deletions)?;
            Ok(plan.outcome)
        })
    }
}

/// A recording with what the envelope takes from it.
struct Read<'a> {
    recording: &'a Recording,
    case_key: String,
    months: [Option<i32>; 2],
    content: [u8; 16],
}

fn plan<'a>(connection: &Connection, key: &[u8; KEY_BYTES], batch: Batch<'a>) -> Result<Plan<'a>, StoreError> {
    let layout = Layout::of(batch.source)?;
    let read = batch.recordings.iter().map(|recording| layout.read(key, recording));
    let mut read = read.collect::<Result<Vec<_>, _>>()?;
    let files = read_files(connection, key, batch, &read)?;
    let mut plan = Plan { changes: Vec::new(), files, outcome: ImportOutcome::default() };
    plan.outcome.already_imported = !plan.files.is_empty() && plan.files.values().all(|(file, _)| file.known);
    if plan.outcome.already_imported {
        plan.outcome.unchanged = read.len();
        return Ok(plan);
    }
    // In order of reference, so that the order of rows in an export shows nowhere in the store, and so that the index
    // grows at its end. Several recordings of one case stay in the order read.
    read.sort_by(|one, other| one.case_key.cmp(&other.case_key));
    let frozen = frozen(connection, &batch.source.name, batch.today_month)?;
    let known = known_cases(connection, batch.source)?;
    // What was planned last is the only one that the next may be about again.
    let mut last: Option<(String, Known)> = None;
    let mut next_id = connection.query_row("SELECT ifnull(max(id), 0) + 1 FROM cases", [], |row| row.get(0))?;
    for Read { recording, case_key, months, content } in read {
        let again = last.as_ref().filter(|(key, _)| *key == case_key).map(|(_, known)| known);
        let old = again.or_else(|| known.get(&case_key));
        let in_known_file = plan.files[&*recording.origin.file].0.known;
        if in_known_file || old.is_some_and(|old| old.content == content) {
            plan.outcome.unchanged += 1;
            continue;
        }
        let (act, id, counted) = match old {
            None => (Act::Store, next_id, months.map(|month| month.map(|month| frozen.counted(month)))),
            Some(old) => {
                (Act::Update, old.id, [0, 1].map(|at| frozen.recounted(months[at], old.months[at], old.counted[at])))
            }
        };
        match act {
            Act::Store => (plan.outcome.stored, next_id) = (plan.outcome.stored + 1, next_id + 1),
            Act::Update => plan.outcome.updated += 1,
        }
        let was = old.map_or([None; 2], |old| old.counted);
        plan.outcome.late += usize::from((0..2).any(|at| counted[at] != months[at] && counted[at] != was[at]));
        last = Some((case_key.clone(), Known { id, content, months, counted }));
        let (family, dates) = (layout.family(key, recording), layout.dates(recording));
        plan.changes.push(Change { recording, act, id, case_key, family, dates, counted, content });
    }
    Ok(plan)
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

    fn read<'r>(&self, key: &[u8; KEY_BYTES], recording: &'r Recording) -> Result<Read<'r>, StoreError> {
        let content = self.content(key, recording)?;
        let months = [self.month(recording, 0)?, self.month(recording, 1)?];
        let case_key = canonical_of(self.source, self.case, self.case_key(recording)?);
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

    fn dates<'r>(&self, recording: &'r Recording) -> [Option<&'r str>; 2] {
        self.events.map(|place| place.and_then(|place| Self::value(recording, place)))
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

fn write(connection: &Connection, source: &Source, plan: &Plan<'_>) -> Result<(), StoreError> {
    connection.execute("INSERT INTO sources (name) VALUES (?1) ON CONFLICT DO NOTHING", [&source.name])?;
    let source_id: i64 =
        connection.query_row("SELECT id FROM sources WHERE name = ?1", [&source.name], |row| row.get(0))?;
    let field_list = field_list(connection, source_id, source)?;
    let ImportOutcome { stored, updated, unchanged, late, already_imported: _ } = plan.outcome;
    connection.execute(
        "INSERT INTO imports (source, stored, updated, unchanged, late) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![source_id, stored as i64, updated as i64, unchanged as i64, late as i64],
    )?;
    let import = connection.last_insert_rowid();
    let files = write_files(connection, import, plan)?;
    // One statement that inserts or updates would journal every page it touches: four times the work.
    let mut store = connection.prepare(STORE)?;
    let mut update = connection.prepare(UPDATE)?;
    let mut remember = connection.prepare(REMEMBER)?;
    for change in &plan.changes {
        let statement = match change.act {
            Act::Store => &mut store,
            Act::Update => {
                remember.execute([change.id, import])?;
                &mut update
            }
        };
        let origin = &change.recording.origin;
        let values: Vec<Option<&str>> = change.recording.values.expose_identified().iter().collect();
        let values = serde_json::to_string(&values);
        statement.execute(params![
            change.id,
            source_id,
            change.case_key,
            change.family,
            change.dates[0],
            change.dates[1],
            change.counted[0],
            change.counted[1],
            field_list,
            values.map_err(|_| super::unreadable("a list of values"))?,
            change.content,
            files[&*origin.file],
            origin.sheet,
            origin.row.cast_signed(),
        ])?;
    }
    Ok(())
}

const STORE: &str = "
    INSERT INTO cases (id, source, case_key, family, opened, closed, counted_opened, counted_closed, field_list,
        field_values, content, file, sheet, row)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
const UPDATE: &str = "
    UPDATE cases SET family = ?4, opened = ?5, closed = ?6, counted_opened = ?7, counted_closed = ?8, field_list = ?9,
        field_values = ?10, content = ?11, file = ?12, sheet = ?13, row = ?14
    WHERE id = ?1 AND source = ?2";
const REMEMBER: &str = "
    INSERT INTO history (case_id, replaced_by, family, counted_opened, counted_closed, field_list, field_values, file,
        sheet, row)
    SELECT id, ?2, family, counted_opened, counted_closed, field_list, field_values, file, sheet, row
    FROM cases WHERE id = ?1";

/// Enters the files that are new; their numbers by name.
fn write_files<'p>(
    connection: &Connection,
    import: i64,
    plan: &'p Plan<'_>,
) -> Result<HashMap<&'p str, i64>, StoreError> {
    let mut files = HashMap::new();
    for (name, (file, content)) in plan.files.iter().filter(|(_, (file, _))| !file.known) {
        connection.execute(
            "INSERT INTO import_files (import, name, digest, content) VALUES (?1, ?2, ?3, ?4)",
            params![import, name, file.digest, content],
        )?;
        files.insert(*name, connection.last_insert_rowid());
    }
    Ok(files)
}

/// The number of the source's list of fields; a new version where it is not the last one.
fn field_list(connection: &Connection, source_id: i64, source: &Source) -> Result<i64, StoreError> {
    let names: Vec<&str> = source.fields.iter().map(|field| field.name.as_str()).collect();
    let names = serde_json::to_string(&names).map_err(|_| super::unreadable("a list of fields"))?;
    let sql = "SELECT id FROM field_lists WHERE source = ?1 AND names = ?2 ORDER BY version DESC LIMIT 1";
    if let Some(id) = connection.query_row(sql, params![source_id, names], |row| row.get(0)).optional()? {
        return Ok(id);
    }
    let sql = "INSERT INTO field_lists (source, version, names)
               SELECT ?1, ifnull(max(version), 0) + 1, ?2 FROM field_lists WHERE source = ?1";
    connection.execute(sql, params![source_id, names])?;
    Ok(connection.last_insert_rowid())
}
