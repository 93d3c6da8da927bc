//! Imports. Comes in: the recordings of some files, as ingest read them. Goes out: cases stored, updated with their
//! history, or found unchanged, in one transaction. Deliberately absent: reading a file, and judging a recording.
//!
//! First everything is decided by reading only (`plan`), then it is written: a comparison is the first half alone.

mod families;
mod known;
pub(super) mod layout;
mod otherwise;
mod plan;

use std::collections::{BTreeMap, HashMap, HashSet};

use model::config::CodeList;
use model::config::source::Source;
use rusqlite::{Connection, OptionalExtension, params};

use crate::ingest::{Deletions, Origin, Recording};
use crate::store::doubled::{doubled, join};
use crate::store::import::plan::{Act, Plan};
use crate::store::references::renumber;
use crate::store::restriction::restrict;
use crate::store::{Store, StoreError};

/// What one run of ingest hands over.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// The source that read them.
    pub source: &'a Source,
    /// Code lists, for rules over what is stored.
    pub codes: &'a BTreeMap<String, CodeList>,
    /// Every recording that is to be stored, in the order read.
    pub recordings: &'a [Recording],
    /// Name, as in the recordings' origins, and SHA-256 of every file read.
    pub digests: &'a [(String, String)],
    /// The month in which late cases are recorded; none for the first month after all frozen ones.
    pub today_month: Option<i32>,
    /// Whether a row replaces what is stored also where its state is the older one.
    pub replace: bool,
}

/// What an import did, or a comparison would do. Stored, updated, unchanged, older and left out ones add up to the recordings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportOutcome {
    /// Cases that are new.
    pub stored: usize,
    /// Cases that had other values before.
    pub updated: usize,
    /// Cases that are as they were.
    pub unchanged: usize,
    /// Stored or updated cases that are counted later than their date says, because that month is frozen.
    pub late: usize,
    /// Rows that change nothing, because what is stored is a later state of their case.
    pub older: Vec<Origin>,
    /// Rows whose state is earlier than the stored one and that are among the updated ones all the same, because the import as a
    /// whole is newer than the store: of cases that were opened again, or whose closing was corrected to an earlier day.
    pub back: Vec<Origin>,
    /// Rows whose reference is that of a stored case of somebody else. Where the source stops at them, nothing was stored; where
    /// it rejects them, they were left out; else they are among the updated ones.
    pub others: Vec<Origin>,
    /// New cases whose reference is that of a stored case but for zeros in front, with the same person's dates; and rows whose
    /// family is a stored one but for zeros in front. Where the source does not let them pass, nothing was stored.
    pub zeros: Vec<Origin>,
    /// New cases that the store has under another reference, where they are many; else it is not sure. Where the source does not
    /// let the many pass, nothing was stored.
    pub respelled: Vec<Origin>,
    /// The same where they are few.
    pub perhaps_stored: Vec<Origin>,
    /// Rows that say another family, day of birth or first contact than the store, by the field, where they are many. Where the
    /// source does not let them pass, nothing was stored.
    pub facts_changed: BTreeMap<String, Vec<Origin>>,
    /// How many stored cases are open, where the import knows later days and closings, and says nothing of any of them.
    pub open_unseen: usize,
    /// Rows that leave the family blank of a case that has one. It was kept.
    pub blank_families: Vec<Origin>,
    /// Rows that break a rule together with what is kept of the stored case, by the rule.
    pub broken: BTreeMap<String, Vec<Origin>>,
    /// How many rows were left out, by the check that says so.
    pub left_out: BTreeMap<String, usize>,
    /// Cases that an older program stored under two spellings of a reference, by the place of the second.
    pub doubled: Vec<Origin>,
    /// Every file was imported before, and reads as it did then.
    pub already_imported: bool,
}

impl Store {
    /// What [`Store::import`] would do. Writes nothing.
    ///
    /// # Errors
    /// Those of the import.
    pub fn compare(&self, batch: Batch<'_>) -> Result<ImportOutcome, StoreError> {
        self.reading(|connection| {
            let doubled = doubled(connection, batch.source)?.into_iter().map(|doubled| doubled.origin).collect();
            Ok(ImportOutcome { doubled, ..plan::plan(connection, &self.family_key, batch)?.outcome })
        })
    }

    /// Stores a batch: all of it, or nothing.
    ///
    /// A file that was imported before and reads as it did then brings back no case that was erased since. A case that the store
    /// has is updated, unless what is stored is a later state of it, and what it said before goes to its history. In a field
    /// for which the file has no column it stays as it is.
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
            let doubled = join(connection, batch.source)?;
            let mut plan = plan::plan(connection, &family_key, batch)?;
            plan.outcome.doubled = doubled;
            if plan.stops {
                return Ok(plan.outcome);
            }
            if !plan.outcome.already_imported {
                write(connection, batch.source, &plan)?;
            }
            restrict(connection, batch.source, deletions)?;
            Ok(plan.outcome)
        })
    }
}

fn write(connection: &Connection, source: &Source, plan: &Plan<'_>) -> Result<(), StoreError> {
    connection.execute("INSERT INTO sources (name) VALUES (?1) ON CONFLICT DO NOTHING", [&source.name])?;
    let source_id: i64 =
        connection.query_row("SELECT id FROM sources WHERE name = ?1", [&source.name], |row| row.get(0))?;
    let mut lists: HashMap<Vec<usize>, i64> = HashMap::new();
    let ImportOutcome { stored, updated, unchanged, late, older, .. } = &plan.outcome;
    let (stored, updated, unchanged, late) = (*stored, *updated, *unchanged + older.len(), *late);
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
        let unknown = change.recording.unknown();
        let field_list = match lists.get(&unknown) {
            Some(list) => *list,
            None => *lists.entry(unknown.clone()).or_insert(field_list(connection, (source_id, source), &unknown)?),
        };
        let values = change.recording.values.expose_identified().iter().enumerate();
        let values: Vec<Option<&str>> =
            values.filter(|(at, _)| !unknown.contains(at)).map(|(_, value)| value).collect();
        let values = serde_json::to_string(&values);
        statement.execute(params![
            change.id,
            source_id,
            change.case_key,
            change.family,
            change.dates[0].as_deref(),
            change.dates[1].as_deref(),
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

/// Enters the files that are new, or change something again; their numbers by name.
fn write_files<'p>(
    connection: &Connection,
    import: i64,
    plan: &'p Plan<'_>,
) -> Result<HashMap<&'p str, i64>, StoreError> {
    let mut files = HashMap::new();
    let changing: HashSet<&str> = plan.changes.iter().map(|change| &*change.recording.origin.file).collect();
    for (name, (file, content)) in plan.files.iter().filter(|(name, (file, _))| !file.known || changing.contains(*name))
    {
        connection.execute(
            "INSERT INTO import_files (import, name, digest, content) VALUES (?1, ?2, ?3, ?4)",
            params![import, name, file.digest, content],
        )?;
        files.insert(*name, connection.last_insert_rowid());
    }
    Ok(files)
}

/// The number of the source's list of fields without those `unknown` to a case; a new version where there is none yet.
fn field_list(
    connection: &Connection,
    (source_id, source): (i64, &Source),
    unknown: &[usize],
) -> Result<i64, StoreError> {
    let known = source.fields.iter().enumerate().filter(|(at, _)| !unknown.contains(at));
    let names: Vec<&str> = known.map(|(_, field)| field.name.as_str()).collect();
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
