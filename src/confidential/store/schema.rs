//! The tables of the store. Comes in: a keyed connection. Goes out: a new schema, or the word that it is ours.
//! Deliberately absent: columns of any one source; a case's values are a list in the order of a versioned field list.

use std::path::Path;

use rusqlite::{Connection, params};

use crate::store::{StoreError, keys, named, unreadable};

/// `TKUP`: tells our files from other databases.
const APPLICATION_ID: i32 = 0x544B_5550;
/// Grows with every change of the tables.
const SCHEMA: i32 = 6;

/// The one source of a case's months is its counted month: a late case's differs from its date's.
const TABLES: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE field_lists (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES sources,
    version INTEGER NOT NULL,
    names TEXT NOT NULL,
    UNIQUE (source, version)
) STRICT;

CREATE TABLE imports (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES sources,
    stored INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    late INTEGER NOT NULL
) STRICT;

CREATE TABLE import_files (
    id INTEGER PRIMARY KEY,
    import INTEGER NOT NULL REFERENCES imports,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    content BLOB NOT NULL
) STRICT;
CREATE INDEX import_files_by_digest ON import_files (digest);

CREATE TABLE cases (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES sources,
    case_key TEXT NOT NULL,
    family INTEGER,
    opened TEXT,
    closed TEXT,
    counted_opened INTEGER,
    counted_closed INTEGER,
    field_list INTEGER NOT NULL REFERENCES field_lists,
    field_values TEXT NOT NULL,
    content BLOB NOT NULL,
    file INTEGER NOT NULL REFERENCES import_files,
    sheet TEXT NOT NULL,
    row INTEGER NOT NULL,
    UNIQUE (source, case_key)
) STRICT;
CREATE INDEX cases_by_opened ON cases (source, counted_opened);
CREATE INDEX cases_by_closed ON cases (source, counted_closed);

CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES cases,
    replaced_by INTEGER NOT NULL REFERENCES imports,
    family INTEGER,
    counted_opened INTEGER,
    counted_closed INTEGER,
    field_list INTEGER NOT NULL REFERENCES field_lists,
    field_values TEXT NOT NULL,
    file INTEGER NOT NULL REFERENCES import_files,
    sheet TEXT NOT NULL,
    row INTEGER NOT NULL
) STRICT;
CREATE INDEX history_by_case ON history (case_id);

CREATE TABLE releases (
    id INTEGER PRIMARY KEY,
    entered_with INTEGER NOT NULL,
    name TEXT NOT NULL UNIQUE,
    period_start INTEGER NOT NULL,
    period_end INTEGER NOT NULL,
    audience TEXT NOT NULL,
    threshold INTEGER NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'released')),
    manifest_sha256 TEXT NOT NULL,
    manifest TEXT NOT NULL,
    correction TEXT
) STRICT;

CREATE TABLE ledger_cells (
    release INTEGER NOT NULL REFERENCES releases ON DELETE CASCADE,
    position INTEGER NOT NULL,
    table_id TEXT NOT NULL,
    cells BLOB NOT NULL,
    PRIMARY KEY (release, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE frozen (
    id INTEGER PRIMARY KEY,
    entered_with INTEGER NOT NULL,
    source TEXT NOT NULL,
    period_start INTEGER NOT NULL,
    period_end INTEGER NOT NULL CHECK (period_end > period_start),
    imports INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
";

/// What was frozen once and corrected since. `imports`, here and above: the last import that was counted.
const CORRECTIONS: &str = "
CREATE TABLE corrections (
    id INTEGER PRIMARY KEY,
    entered_with INTEGER NOT NULL,
    period_start INTEGER NOT NULL,
    period_end INTEGER NOT NULL CHECK (period_end > period_start),
    imports INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
";

/// Who is who, and who built and who approved a release. A pending release that nobody approved waits for it.
const GATE: &str = "
CREATE TABLE people (name TEXT PRIMARY KEY, public_key TEXT NOT NULL UNIQUE) STRICT, WITHOUT ROWID;
ALTER TABLE releases ADD COLUMN built_by TEXT NOT NULL DEFAULT '';
ALTER TABLE releases ADD COLUMN approved_by TEXT NOT NULL DEFAULT '';
ALTER TABLE releases ADD COLUMN policy_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE releases ADD COLUMN verdict TEXT NOT NULL DEFAULT '';
";

/// Who added whom, and whose public keys the store knew when a release was built; none for one that an older program built.
const ADDED: &str = "
ALTER TABLE people ADD COLUMN added_by TEXT NOT NULL DEFAULT '';
ALTER TABLE releases ADD COLUMN known TEXT;
";

/// Cases whose deletion was asked for: in no figure that is not released yet, and due to be erased. Where it was asked.
const RESTRICTED: &str = "
CREATE TABLE restricted (
    case_id INTEGER PRIMARY KEY REFERENCES cases,
    file TEXT NOT NULL,
    sheet TEXT NOT NULL,
    row INTEGER NOT NULL
) STRICT;
";

/// Digests of the files in which people keep their identities; empty where a file was made before this was kept.
const KEY_FILES: &str = "
ALTER TABLE people ADD COLUMN key_file_sha256 TEXT NOT NULL DEFAULT '';
";

/// From schema 1, which knew no corrections: what it froze is taken as counted from the store as it is now.
const FROM_1: &str = "
ALTER TABLE history ADD COLUMN family INTEGER;
UPDATE history SET family = (SELECT family FROM cases WHERE cases.id = case_id);
ALTER TABLE releases ADD COLUMN correction TEXT;
ALTER TABLE frozen ADD COLUMN imports INTEGER NOT NULL DEFAULT 0;
UPDATE frozen SET imports = (SELECT ifnull(max(id), 0) FROM imports);
";

/// Makes the tables and the keys that live inside.
pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    let random = || keys::random().map_err(|_| rusqlite::Error::InvalidQuery);
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.execute_batch(CORRECTIONS)?;
    transaction.execute_batch(GATE)?;
    transaction.execute_batch(ADDED)?;
    transaction.execute_batch(RESTRICTED)?;
    transaction.execute_batch(KEY_FILES)?;
    for name in ["store_id", "family_key", "tie_key"] {
        let key = random()?;
        let length = if name == "store_id" { 16 } else { key.len() };
        transaction.execute("INSERT INTO meta VALUES (?1, ?2)", params![name, &key[..length]])?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA)?;
    transaction.commit()
}

/// Whether the database is ours and of a schema we know.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    if number("application_id").map_err(|error| named(error, path))? != APPLICATION_ID {
        return Err(StoreError::OtherApplication { path: path.to_owned() });
    }
    let found = number("user_version").map_err(|error| named(error, path))?;
    if found > SCHEMA {
        return Err(StoreError::NewerSchema { path: path.to_owned(), found, known: SCHEMA });
    }
    if found < SCHEMA { upgrade(connection, found).map_err(|error| named(error, path)) } else { Ok(()) }
}

/// Brings an older schema up to date: all of it, or nothing.
fn upgrade(connection: &Connection, found: i32) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    if found < 2 {
        transaction.execute_batch(FROM_1)?;
        transaction.execute_batch(CORRECTIONS)?;
    }
    if found < 3 {
        transaction.execute_batch(GATE)?;
    }
    if found < 4 {
        transaction.execute_batch(ADDED)?;
    }
    if found < 5 {
        transaction.execute_batch(RESTRICTED)?;
    }
    transaction.execute_batch(KEY_FILES)?;
    transaction.pragma_update(None, "user_version", SCHEMA)?;
    transaction.commit()
}

/// Replaces a value of the store about itself.
pub(super) fn set_meta(connection: &Connection, name: &str, value: &[u8]) -> Result<(), StoreError> {
    connection.execute("UPDATE meta SET value = ?2 WHERE name = ?1", (name, value))?;
    Ok(())
}

/// A value of the store about itself.
pub(super) fn meta(connection: &Connection, name: &str) -> Result<Vec<u8>, StoreError> {
    let value = connection.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0));
    value.map_err(|error| {
        let nothing = matches!(error, rusqlite::Error::QueryReturnedNoRows);
        if nothing { unreadable("no key of its own, or one") } else { error.into() }
    })
}
