//! The encrypted store. Comes in: recordings, ledger entries, a key. Goes out: the same, to this crate.
//! Deliberately absent: plain files, creating a store by opening one, and a value of a person in any error.
//!
//! Every page is encrypted and authenticated by SQLCipher under a random key. What that does not find is an old page put
//! back; the anchor of the audit chain is for that.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode};
use thiserror::Error;
use zeroize::Zeroizing;

pub mod cases;
mod connect;
pub mod corrections;
mod doubled;
pub mod erasure;
pub mod identifiers;
pub mod import;
pub mod keys;
pub mod learned;
pub mod ledger;
pub mod log;
pub mod people;
pub(crate) mod record_keys;
mod references;
pub mod restriction;
mod schema;
#[cfg(test)]
pub(crate) mod tests;

use connect::{Access, Head, PAGE_BYTES, PATIENCE, connect, head};
use keys::{DataKey, KEY_BYTES, KeyError};

/// Why the store could not do what it was asked to. Every variant leaves the store as it was.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A store is never made over something else.
    #[error("{} is there already", path.display())]
    AlreadyExists {
        /// Where the store was to be made.
        path: PathBuf,
    },
    /// A store is never made by opening it.
    #[error("there is no store at {}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// An empty file would open as a new store under any key.
    #[error("the store {} is an empty file", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The first bytes of the file do not follow from the key.
    #[error("the key does not belong to the store {}", path.display())]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
    /// The key fits and a page does not, or pages are gone.
    #[error("the store {} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// A database, and not one of ours.
    #[error("{} is a database of another application", path.display())]
    OtherApplication {
        /// The file.
        path: PathBuf,
    },
    /// Made by a later version of the program.
    #[error("the store {} has schema {found}; this program knows schemas up to {known}", path.display())]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i32,
        /// Ours.
        known: i32,
    },
    /// Another program holds it.
    #[error("the store {} is in use by another program", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// Somebody else wrote to it since the snapshot that this was to follow from.
    #[error("the store was changed by another program while this one worked")]
    Changed,
    /// The random keys inside could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The file could not be made or read.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A killed command left a log, and here nothing can be written.
    #[error("the store {} cannot be written to here, and an interrupted command left it unfinished", path.display())]
    Unfinished {
        /// The file.
        path: PathBuf,
    },
    /// The disk is full or failing.
    #[error("the disk refused to read or write {}", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
    },
    /// The engine refused. Its message names tables and columns, never values.
    #[error("the store refused ({code:?})")]
    Engine {
        /// The engine's class of error.
        code: Option<ErrorCode>,
    },
    /// A stored form that this program did not write.
    #[error("the store holds {what} that cannot be read")]
    Unreadable {
        /// What it is: a list of values, cells of the ledger.
        what: &'static str,
    },
    /// A recording has another number of values than its source has fields.
    #[error("{file}, row {row}: {found} values where source {source_name} has {expected} fields")]
    Shape {
        /// File of the recording.
        file: String,
        /// Its row.
        row: u64,
        /// Name of the source.
        source_name: String,
        /// Values given.
        found: usize,
        /// Fields of the source.
        expected: usize,
    },
    /// Without a case reference a later export cannot update the case.
    #[error("{file}, row {row}: the case reference {field:?} is blank")]
    NoCaseKey {
        /// File of the recording.
        file: String,
        /// Its row.
        row: u64,
        /// The field that names the case.
        field: String,
    },
    /// A date of an event is not in the stored form.
    #[error("{file}, row {row}: {field:?} is not a date in the form 2026-03-31")]
    NoDate {
        /// File of the recording.
        file: String,
        /// Its row.
        row: u64,
        /// The field.
        field: String,
    },
    /// A source names a field that it does not describe.
    #[error("source {source_name} names the field {field:?} and does not describe it")]
    NoField {
        /// Name of the source.
        source_name: String,
        /// The field.
        field: String,
    },
    /// Periods are kept for the opening and the closing of a case.
    #[error("source {source_name} has the event {event:?}; cases are counted by `opened` and `closed`")]
    NoEvent {
        /// Name of the source.
        source_name: String,
        /// The event.
        event: String,
    },
    /// A recording names a file without a digest.
    #[error("{file} has no digest")]
    NoDigest {
        /// The file.
        file: String,
    },
    /// Cases that come in between could fall in a period that is being frozen.
    #[error("release {name} was built and is neither released nor refused")]
    Pending {
        /// Its name.
        name: String,
    },
    /// A release's name says which one it is.
    #[error("release {name} is in the ledger already")]
    ReleaseExists {
        /// Its name.
        name: String,
    },
    /// Only a pending release can be finished or discarded.
    #[error("release {name} is not pending")]
    NotPending {
        /// Its name.
        name: String,
    },
    /// A period that holds no month.
    #[error("months {start} to {end} are no period")]
    NoPeriod {
        /// First month.
        start: i32,
        /// First month after.
        end: i32,
    },
    /// A frozen period is never counted again.
    #[error("months {start} to {end} of source {source_name} are frozen already, in part or whole")]
    AlreadyFrozen {
        /// Name of the source.
        source_name: String,
        /// First month of the period asked for.
        start: i32,
        /// First month after it.
        end: i32,
    },
}

impl From<disk::Failed> for StoreError {
    fn from(disk::Failed { path, source, doing: _ }: disk::Failed) -> Self {
        Self::Io { path, cause: source }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        // The message itself is dropped: a failed constraint or conversion could quote what was stored.
        let extended = error.sqlite_error().map(|error| error.extended_code);
        if extended == Some(rusqlite::ffi::SQLITE_BUSY_SNAPSHOT) {
            return Self::Changed;
        }
        Self::Engine { code: error.sqlite_error_code() }
    }
}

/// An open store. Closing it leaves one file and no write-ahead log.
pub struct Store {
    connection: Connection,
    path: PathBuf,
    access: Access,
    family_key: Zeroizing<[u8; KEY_BYTES]>,
    tie_key: Zeroizing<[u8; KEY_BYTES]>,
    id: String,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Store").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Store {
    /// Makes a new, empty store at `path`, where nothing may be yet.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] where something is; what the system said where the file cannot be made. No half
    /// store is left.
    pub fn create(path: &Path, key: &DataKey) -> Result<Self, StoreError> {
        Self::make(path, key, None)
    }

    /// As [`Store::create`], with the key that breaks ties given: two stores that are to give the same bytes share it.
    ///
    /// # Errors
    /// Those of [`Store::create`].
    pub fn create_with_tie_key(path: &Path, key: &DataKey, tie_key: [u8; KEY_BYTES]) -> Result<Self, StoreError> {
        Self::make(path, key, Some(tie_key))
    }

    fn make(path: &Path, key: &DataKey, tie_key: Option<[u8; KEY_BYTES]>) -> Result<Self, StoreError> {
        if disk::is_there(path)? {
            return Err(StoreError::AlreadyExists { path: path.to_owned() });
        }
        // Empty, and its owner's alone: the engine would make a file that others may read.
        disk::replace(path, b"")?;
        let made = Self::fill(path, key, tie_key);
        if made.is_err() {
            // What went wrong is the news; a file that cannot be removed either is refused as empty or damaged later.
            let _ = disk::remove_file(path);
        }
        made
    }

    fn fill(path: &Path, key: &DataKey, tie_key: Option<[u8; KEY_BYTES]>) -> Result<Self, StoreError> {
        let connection = connect(path, key, Access::Write)?;
        schema::create(&connection).map_err(|error| named(error, path))?;
        if let Some(tie_key) = tie_key {
            schema::set_meta(&connection, "tie_key", &tie_key).map_err(|error| at(error, path))?;
        }
        let store = Self::with_keys(connection, path, Access::Write)?;
        store.settle()?;
        Ok(store)
    }

    /// Opens the store at `path`. Never makes one. Where nothing can be written, it can be read.
    ///
    /// # Errors
    /// A variant each for a missing file, an empty one, a key that does not fit, damage, a database of another
    /// application, and a newer schema.
    pub fn open(path: &Path, key: &DataKey) -> Result<Self, StoreError> {
        match head(path)? {
            Head::SqliteInPlain => return Err(StoreError::OtherApplication { path: path.to_owned() }),
            Head::Salt(salt) if salt != key.salt() => return Err(StoreError::WrongKey { path: path.to_owned() }),
            Head::Salt(_) => {}
        }
        let access = if disk::is_writable(path)? { Access::Write } else { Access::Read };
        if access == Access::Read && log::is_left(path)? {
            return Err(StoreError::Unfinished { path: path.to_owned() });
        }
        let connection = connect(path, key, access)?;
        schema::check(&connection, path)?;
        let store = Self::with_keys(connection, path, access)?;
        // A log left by a killed program is read by now; it must not stay. An empty one is left alone: it may be beginning anew
        // under a snapshot of another program, which would then be taken for an old one. One that somebody else is writing to
        // is theirs to move, and not waited for.
        if log::is_left(path)? {
            store.connection.busy_timeout(std::time::Duration::ZERO).map_err(|error| named(error, path))?;
            store.settle()?;
            store.connection.busy_timeout(PATIENCE).map_err(|error| named(error, path))?;
        }
        Ok(store)
    }

    fn with_keys(connection: Connection, path: &Path, access: Access) -> Result<Self, StoreError> {
        let read = || -> Result<_, StoreError> {
            let id = schema::meta(&connection, "store_id")?;
            let key = |name| schema::meta(&connection, name)?.try_into().map_err(|_| unreadable("a key"));
            Ok((id, Zeroizing::new(key("family_key")?), Zeroizing::new(key("tie_key")?)))
        };
        let (id, family_key, tie_key) = read().map_err(|error| at(error, path))?;
        let id = id.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { connection, path: path.to_owned(), access, family_key, tie_key, id })
    }

    /// A random name that tells this store from every other.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether its file can be written to.
    #[must_use]
    pub const fn can_write(&self) -> bool {
        matches!(self.access, Access::Write)
    }

    /// The key that breaks ties in a pattern, so that they do not speak of the truth.
    #[must_use]
    pub fn tie_key(&self) -> [u8; KEY_BYTES] {
        *self.tie_key
    }

    /// That every page is as it was written and none is gone. What no command reads would be copied into backups for years.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where a page was changed or is gone.
    pub fn check_pages(&self) -> Result<(), StoreError> {
        self.is_sound("cipher_integrity_check", |found| found.is_none())?;
        let bytes = self.pages()? * PAGE_BYTES;
        let is_whole = bytes == disk::length(&self.path)? || log::is_left(&self.path)?;
        if is_whole { Ok(()) } else { Err(self.damaged()) }
    }

    /// As [`Store::check_pages`], and that pages and tables hang together.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where they do not.
    pub fn check(&self) -> Result<(), StoreError> {
        self.check_pages()?;
        self.is_sound("integrity_check", |found| found == Some("ok"))
    }

    /// How many pages it has.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn pages(&self) -> Result<u64, StoreError> {
        let pages = self.connection.pragma_query_value(None, "page_count", |row| row.get::<_, i64>(0));
        pages.map(i64::cast_unsigned).map_err(|error| named(error, &self.path))
    }

    fn is_sound(&self, check: &str, is_sound: impl Fn(Option<&str>) -> bool) -> Result<(), StoreError> {
        let first = || -> rusqlite::Result<Option<String>> {
            let mut statement = self.connection.prepare(&format!("PRAGMA {check}"))?;
            let mut rows = statement.query([])?;
            rows.next()?.map(|row| row.get(0)).transpose()
        };
        if first().is_ok_and(|found| is_sound(found.as_deref())) { Ok(()) } else { Err(self.damaged()) }
    }

    fn damaged(&self) -> StoreError {
        StoreError::Damaged { path: self.path.clone() }
    }

    /// Moves the write-ahead log into the file and empties it: erased text would stay readable in it, and a flipped bit
    /// there drops commits in silence.
    fn settle(&self) -> Result<(), StoreError> {
        // A reader elsewhere can keep the log in use; then the last one to close empties it.
        self.connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(|error| named(error, &self.path))
    }

    /// Runs `work`, which only reads; a damaged page that it meets is called by its name.
    fn reading<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        work(&self.connection).map_err(|error| at(error, &self.path))
    }

    /// From here on everything is read as the store is now, whatever others write; and the next transaction of this store is
    /// refused with [`StoreError::Changed`] where they did. It ends with that transaction.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn begin_snapshot(&mut self) -> Result<(), StoreError> {
        // With an empty log nobody who only opens the store has a reason to move it.
        if self.access == Access::Write {
            self.settle()?;
        }
        let begin = "BEGIN DEFERRED; SELECT count(*) FROM meta;";
        self.connection.execute_batch(begin).map_err(|error| named(error, &self.path))
    }

    /// Ends a snapshot that no transaction ended. Nothing was written in it.
    pub fn end_snapshot(&mut self) {
        if !self.connection.is_autocommit() {
            // A connection that cannot even roll back does so when it is closed.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    /// Runs `work` in one transaction: all of it is stored, or nothing.
    fn transact<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let path = &self.path;
        if self.connection.is_autocommit() {
            self.connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| named(error, path))?;
        }
        let done = work(&self.connection).map_err(|error| at(error, path));
        let is_written = done.is_ok();
        let done = done.and_then(|done| {
            self.connection.execute_batch("COMMIT").map_err(|error| named(error, path))?;
            Ok(done)
        });
        self.end_snapshot();
        if is_written {
            // Committed, it is stored, and a log that cannot be moved now is moved by whoever opens the store next. Refused by the
            // disk, it must not stay in the log, where the next start would take what reached it for committed.
            let _ = self.settle();
        }
        done
    }
}

/// Puts the file's name to the engine's errors that have one.
fn named(error: rusqlite::Error, path: &Path) -> StoreError {
    at(error.into(), path)
}

fn at(error: StoreError, path: &Path) -> StoreError {
    let StoreError::Engine { code: Some(code) } = &error else { return error };
    let path = path.to_owned();
    if matches!(code, ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) {
        StoreError::Damaged { path }
    } else if matches!(code, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) {
        StoreError::InUse { path }
    } else if matches!(
        code,
        ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly
    ) {
        StoreError::Disk { path }
    } else {
        error
    }
}

const fn unreadable(what: &'static str) -> StoreError {
    StoreError::Unreadable { what }
}
