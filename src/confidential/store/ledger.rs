//! The ledger of releases. Comes in: what is about to be released, with the reason of every hidden cell and the counts
//! that it freezes. Goes out: the same, for later releases. Deliberately absent: judging a cell.
//!
//! A release is entered when it is built and has passed its attack, and awaits a second person. Once approved it is pending
//! until its folder has its name: whoever finds a pending one looks whether the folder is there, and finishes or discards
//! it.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::protect::{EarlierForm, Form, Reason};
use crate::store::corrections::{self, Correction};
use crate::store::people::KNEW;
use crate::store::{Store, StoreError, unreadable};

/// How far a release has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseState {
    /// Built and attacked; a second person has not approved it.
    Awaiting,
    /// Approved; its folder may or may not stand.
    Pending,
    /// Its folder stands.
    Released,
}

/// A cell as it was released, with what the release does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerCell {
    /// The table's identifier: `T09`.
    pub table: String,
    /// Dimension and code, of the dimensions only that do not stand at their total.
    pub key: Vec<(String, String)>,
    /// How it was published.
    pub form: EarlierForm,
    /// Whether its table publishes zeros.
    pub zeros_shown: bool,
    /// Why it is hidden; none where it is not.
    pub reason: Option<Reason>,
}

/// A release as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The folder's name: `2026-Q3-public-r1`.
    pub name: String,
    /// Number of the first month.
    pub period_start: i32,
    /// Number of the first month after.
    pub period_end: i32,
    /// The audience's identifier.
    pub audience: String,
    /// `MinimumFrequency(threshold)`.
    pub threshold: u64,
    /// 1 for the first release of the period to the audience.
    pub version: u32,
    /// Why it corrects the release before it; none for a first release.
    pub correction: Option<String>,
    /// How far it has come.
    pub state: ReleaseState,
    /// Digest of `release.json`.
    pub manifest_sha256: String,
    /// `release.json` itself.
    pub manifest_json: String,
    /// Who built it: a name among the people.
    pub built_by: String,
    /// Who approved it; empty as long as nobody has.
    pub approved_by: String,
    /// Digest of the configuration under which it was made.
    pub policy_sha256: String,
    /// What its attack came to, as JSON.
    pub verdict: String,
    /// Every cell of every table. They come back table by table, tables in the order in which they first appear.
    pub cells: Vec<LedgerCell>,
}

/// The counts of a released period: what later tables count from, in place of live cases.
#[derive(Clone, PartialEq, Eq)]
pub struct FrozenPeriod {
    /// Number of the first month.
    pub start: i32,
    /// Number of the first month after.
    pub end: i32,
    /// Name of the source.
    pub source: String,
    /// Distinct combinations with their counts, as `tabulate` writes them.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for FrozenPeriod {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The body holds counts that nobody protected.
        let Self { start, end, source, body: _ } = self;
        write!(formatter, "FrozenPeriod({source}, {start}..{end})")
    }
}

/// A cell within its table, as stored.
#[derive(Serialize, Deserialize)]
struct StoredCell {
    #[serde(rename = "k")]
    key: Vec<(String, String)>,
    #[serde(rename = "f")]
    form: StoredForm,
    #[serde(rename = "z", default, skip_serializing_if = "std::ops::Not::not")]
    zeros_shown: bool,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    reason: Option<StoredReason>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredForm {
    Count(u64),
    /// Value, lowest and highest count.
    Rounded(u64, u64, u64),
    Suppressed,
    StructuralZero,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredReason {
    MinimumFrequency,
    HiddenZero,
    Group,
    LowTotal,
    Dominance,
    Secondary,
    Earlier,
}

impl Store {
    /// Enters releases as pending, with the periods that they freeze and what they correct: all, or nothing.
    ///
    /// # Errors
    /// [`StoreError::ReleaseExists`] where a name is taken, [`StoreError::AlreadyFrozen`] where a period of the source
    /// shares a month with a frozen one.
    pub fn enter_pending(
        &mut self,
        entries: &[LedgerEntry],
        frozen: &[FrozenPeriod],
        correction: Option<&Correction>,
    ) -> Result<(), StoreError> {
        self.transact(|connection| {
            let sql = "SELECT 1 + max(ifnull((SELECT max(entered_with) FROM releases), 0),
                                      ifnull((SELECT max(entered_with) FROM frozen), 0),
                                      ifnull((SELECT max(entered_with) FROM corrections), 0))";
            let group: i64 = connection.query_row(sql, [], |row| row.get(0))?;
            for entry in entries {
                enter(connection, entry, group)?;
            }
            for period in frozen {
                freeze(connection, period, group)?;
            }
            match correction {
                Some(correction) => corrections::enter(connection, correction, group),
                None => Ok(()),
            }
        })
    }

    /// Approves releases that await it, in the name of `person`.
    ///
    /// # Errors
    /// [`StoreError::NotPending`] where one does not await it, or `person` built it or came after; then none is approved.
    pub fn approve(&mut self, names: &[&str], person: &str) -> Result<(), StoreError> {
        self.transact(|connection| {
            for name in names {
                let sql = format!(
                    "UPDATE releases SET approved_by = ?2 WHERE name = ?1 AND state = 'pending' AND approved_by = ''
                     AND built_by <> ?2 AND ?2 <> '' AND {KNEW}"
                );
                if connection.execute(&sql, [name, &person])? == 0 {
                    return Err(StoreError::NotPending { name: (*name).to_owned() });
                }
            }
            Ok(())
        })
    }

    /// Marks approved releases as released.
    ///
    /// # Errors
    /// [`StoreError::NotPending`] where one is not pending or nobody approved it; then none is marked.
    pub fn mark_released(&mut self, names: &[&str]) -> Result<(), StoreError> {
        self.transact(|connection| {
            for name in names {
                let sql = "UPDATE releases SET state = 'released'
                           WHERE name = ?1 AND state = 'pending' AND approved_by <> ''";
                if connection.execute(sql, [name])? == 0 {
                    return Err(StoreError::NotPending { name: (*name).to_owned() });
                }
            }
            Ok(())
        })
    }

    /// Forgets pending releases, and the periods frozen with them once none of those entered together is left.
    ///
    /// # Errors
    /// [`StoreError::NotPending`] where one is not; then none is forgotten.
    pub fn discard_pending(&mut self, names: &[&str]) -> Result<(), StoreError> {
        self.transact(|connection| {
            for name in names {
                if connection.execute("DELETE FROM releases WHERE name = ?1 AND state = 'pending'", [name])? == 0 {
                    return Err(StoreError::NotPending { name: (*name).to_owned() });
                }
            }
            for table in ["frozen", "corrections"] {
                let sql = format!("DELETE FROM {table} WHERE entered_with NOT IN (SELECT entered_with FROM releases)");
                connection.execute(&sql, [])?;
            }
            Ok(())
        })
    }

    /// Every release, in the order in which they were entered.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn ledger(&self) -> Result<Vec<LedgerEntry>, StoreError> {
        self.reading(ledger)
    }

    /// Every frozen period, by source and time.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn frozen(&self) -> Result<Vec<FrozenPeriod>, StoreError> {
        self.reading(frozen)
    }
}

fn ledger(connection: &Connection) -> Result<Vec<LedgerEntry>, StoreError> {
    let sql =
        "SELECT id, name, period_start, period_end, audience, threshold, version, state, manifest_sha256, manifest,
               correction, built_by, approved_by, policy_sha256, verdict FROM releases ORDER BY id";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let released = row.get::<_, String>(7)? == "released";
        let approved_by: String = row.get(12)?;
        entries.push(LedgerEntry {
            name: row.get(1)?,
            period_start: row.get(2)?,
            period_end: row.get(3)?,
            audience: row.get(4)?,
            threshold: row.get::<_, i64>(5)?.cast_unsigned(),
            version: row.get(6)?,
            state: match (released, approved_by.is_empty()) {
                (true, _) => ReleaseState::Released,
                (false, true) => ReleaseState::Awaiting,
                (false, false) => ReleaseState::Pending,
            },
            manifest_sha256: row.get(8)?,
            manifest_json: row.get(9)?,
            correction: row.get(10)?,
            built_by: row.get(11)?,
            approved_by,
            policy_sha256: row.get(13)?,
            verdict: row.get(14)?,
            cells: cells(connection, row.get(0)?)?,
        });
    }
    Ok(entries)
}

fn frozen(connection: &Connection) -> Result<Vec<FrozenPeriod>, StoreError> {
    let sql = "SELECT period_start, period_end, source, body FROM frozen ORDER BY source, period_start";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut periods = Vec::new();
    while let Some(row) = rows.next()? {
        let body = inflated(row.get(3)?)?;
        periods.push(FrozenPeriod { start: row.get(0)?, end: row.get(1)?, source: row.get(2)?, body });
    }
    Ok(periods)
}

fn enter(connection: &Connection, entry: &LedgerEntry, group: i64) -> Result<(), StoreError> {
    if connection.prepare("SELECT 1 FROM releases WHERE name = ?1")?.exists([&entry.name])? {
        return Err(StoreError::ReleaseExists { name: entry.name.clone() });
    }
    let state = match entry.state {
        ReleaseState::Awaiting | ReleaseState::Pending => "pending",
        ReleaseState::Released => return Err(StoreError::NotPending { name: entry.name.clone() }),
    };
    connection.execute(
        "INSERT INTO releases (entered_with, name, period_start, period_end, audience, threshold, version, state,
         manifest_sha256, manifest, correction, built_by, approved_by, policy_sha256, verdict, known)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
         (SELECT json_group_array(public_key) FROM people))",
        params![
            group,
            entry.name,
            entry.period_start,
            entry.period_end,
            entry.audience,
            entry.threshold.cast_signed(),
            entry.version,
            state,
            entry.manifest_sha256,
            entry.manifest_json,
            entry.correction,
            entry.built_by,
            entry.approved_by,
            entry.policy_sha256,
            entry.verdict
        ],
    )?;
    let release = connection.last_insert_rowid();
    let mut tables: Vec<(&str, Vec<StoredCell>)> = Vec::new();
    for cell in &entry.cells {
        let place = tables.iter().rposition(|(table, _)| *table == cell.table).unwrap_or_else(|| {
            tables.push((&cell.table, Vec::new()));
            tables.len() - 1
        });
        tables[place].1.push(stored(cell));
    }
    for (position, (table, cells)) in tables.iter().enumerate() {
        let body = serde_json::to_vec(cells).map_err(|_| unreadable("cells of the ledger"))?;
        let sql = "INSERT INTO ledger_cells (release, position, table_id, cells) VALUES (?1, ?2, ?3, ?4)";
        connection.execute(sql, params![release, position as i64, table, deflated(&body)?])?;
    }
    Ok(())
}

fn freeze(connection: &Connection, period: &FrozenPeriod, group: i64) -> Result<(), StoreError> {
    let &FrozenPeriod { start, end, .. } = period;
    if start >= end {
        return Err(StoreError::NoPeriod { start, end });
    }
    let sql = "SELECT 1 FROM frozen WHERE source = ?1 AND period_start < ?3 AND ?2 < period_end";
    if connection.prepare(sql)?.exists(params![period.source, start, end])? {
        return Err(StoreError::AlreadyFrozen { source_name: period.source.clone(), start, end });
    }
    connection.execute(
        "INSERT INTO frozen (entered_with, source, period_start, period_end, imports, body)
         SELECT ?1, ?2, ?3, ?4, ifnull(max(id), 0), ?5 FROM imports",
        params![group, period.source, start, end, deflated(&period.body)?],
    )?;
    Ok(())
}

fn cells(connection: &Connection, release: i64) -> Result<Vec<LedgerCell>, StoreError> {
    let sql = "SELECT table_id, cells FROM ledger_cells WHERE release = ?1 ORDER BY position";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([release])?;
    let mut cells = Vec::new();
    while let Some(row) = rows.next()? {
        let table: String = row.get(0)?;
        let body: Vec<StoredCell> =
            serde_json::from_slice(&inflated(row.get(1)?)?).map_err(|_| unreadable("cells of the ledger"))?;
        cells.extend(body.into_iter().map(|cell| LedgerCell {
            table: table.clone(),
            key: cell.key,
            form: match cell.form {
                StoredForm::Count(count) => EarlierForm::Count(count),
                StoredForm::Rounded(value, lowest, highest) => EarlierForm::Rounded(Form { value, lowest, highest }),
                StoredForm::Suppressed => EarlierForm::Suppressed,
                StoredForm::StructuralZero => EarlierForm::StructuralZero,
            },
            zeros_shown: cell.zeros_shown,
            reason: cell.reason.map(|reason| match reason {
                StoredReason::MinimumFrequency => Reason::MinimumFrequency,
                StoredReason::HiddenZero => Reason::HiddenZero,
                StoredReason::Group => Reason::Group,
                StoredReason::LowTotal => Reason::LowTotal,
                StoredReason::Dominance => Reason::Dominance,
                StoredReason::Secondary => Reason::Secondary,
                StoredReason::Earlier => Reason::Earlier,
            }),
        }));
    }
    Ok(cells)
}

fn stored(cell: &LedgerCell) -> StoredCell {
    StoredCell {
        key: cell.key.clone(),
        form: match cell.form {
            EarlierForm::Count(count) => StoredForm::Count(count),
            EarlierForm::Rounded(Form { value, lowest, highest }) => StoredForm::Rounded(value, lowest, highest),
            EarlierForm::Suppressed => StoredForm::Suppressed,
            EarlierForm::StructuralZero => StoredForm::StructuralZero,
        },
        zeros_shown: cell.zeros_shown,
        reason: cell.reason.map(|reason| match reason {
            Reason::MinimumFrequency => StoredReason::MinimumFrequency,
            Reason::HiddenZero => StoredReason::HiddenZero,
            Reason::Group => StoredReason::Group,
            Reason::LowTotal => StoredReason::LowTotal,
            Reason::Dominance => StoredReason::Dominance,
            Reason::Secondary => StoredReason::Secondary,
            Reason::Earlier => StoredReason::Earlier,
        }),
    }
}

pub(super) fn deflated(body: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).and_then(|()| encoder.finish()).map_err(|_| unreadable("a body"))
}

pub(super) fn inflated(body: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    // The body was written by us and is authenticated page by page, so its size needs no bound.
    DeflateDecoder::new(body.as_slice()).read_to_end(&mut bytes).map_err(|_| unreadable("a body"))?;
    Ok(bytes)
}
