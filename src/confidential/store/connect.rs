//! How the store's file is opened. Comes in: its path, its key, and whether it can be written to. Goes out: a connection with
//! everything set. Deliberately absent: what the tables are.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::keys::DataKey;
use super::{StoreError, named};

/// What the file is, by its first bytes.
pub(super) enum Head {
    SqliteInPlain,
    Salt([u8; 16]),
}

/// The first bytes of the file: a salt made from the key, so that a wrong key is told from a damaged page.
pub(super) fn head(path: &Path) -> Result<Head, StoreError> {
    let first = disk::read_start(path, 16)?.ok_or_else(|| StoreError::Missing { path: path.to_owned() })?;
    if first.is_empty() {
        return Err(StoreError::Empty { path: path.to_owned() });
    }
    if first == b"SQLite format 3\0" {
        return Ok(Head::SqliteInPlain);
    }
    first.try_into().map(Head::Salt).map_err(|_| StoreError::Damaged { path: path.to_owned() })
}

/// Of a page of the store.
pub(super) const PAGE_BYTES: u64 = 16_384;

/// Whether the store's file can be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Write,
    Read,
}

/// How long to wait for somebody who moves the log or commits.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Opens the file with its key, and sets what the engine shall do.
///
/// # Errors
/// A variant each for a key that does not fit, damage, a disk that refuses and a file in use.
pub(super) fn connect(path: &Path, key: &DataKey, access: Access) -> Result<Connection, StoreError> {
    let unlock = || -> rusqlite::Result<Connection> {
        let connection = match access {
            Access::Write => {
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                Connection::open_with_flags(path, flags)?
            }
            Access::Read => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                Connection::open_with_flags(unchanging(path), flags | OpenFlags::SQLITE_OPEN_URI)?
            }
        };
        connection.busy_timeout(PATIENCE)?;
        // A wrong key would otherwise be reported on stderr by the engine too.
        connection.execute_batch("PRAGMA cipher_log_level = NONE;")?;
        connection.execute_batch(&key.pragma())?;
        connection.execute_batch(&format!(
            "PRAGMA cipher_page_size = {PAGE_BYTES}; PRAGMA cipher_hmac_algorithm = HMAC_SHA256;"
        ))?;
        // The first read: here a page that does not fit the key shows itself.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        // One setting a statement: some answer with a row, at which a batch of several would stop.
        for setting in [
            "foreign_keys = ON",
            "trusted_schema = OFF",
            "cell_size_check = ON",
            "cache_size = -65536",
            // Sorting spills into memory, never into a plain file.
            "temp_store = MEMORY",
        ] {
            connection.execute_batch(&format!("PRAGMA {setting};"))?;
        }
        if access == Access::Write {
            for setting in ["secure_delete = ON", "journal_mode = WAL", "synchronous = FULL"] {
                connection.execute_batch(&format!("PRAGMA {setting};"))?;
            }
        }
        Ok(connection)
    };
    unlock().map_err(|error| named(error, path))
}

/// The address of a file that nobody changes while it is read: the engine makes neither a lock nor a log beside it.
fn unchanging(path: &Path) -> String {
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'?' | b'#' | b'%' => address.push_str(&format!("%{byte:02x}")),
            _ if byte.is_ascii() => address.push(char::from(*byte)),
            _ => address.push_str(&format!("%{byte:02x}")),
        }
    }
    address + "?immutable=1"
}
