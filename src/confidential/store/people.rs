//! Who may open the store, by name. Comes in: a name and a public key. Goes out: the same. Deliberately absent: what
//! somebody may do, and anything about them but their name.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension;

use crate::store::keys::people::PublicKey;
use crate::store::{Store, StoreError};

impl Store {
    /// Everybody, by name.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn people(&self) -> Result<Vec<(String, PublicKey)>, StoreError> {
        self.reading(|connection| {
            let mut statement = connection.prepare("SELECT name, public_key FROM people ORDER BY name")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, PublicKey(row.get(1)?))))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The name under which the store knows a public key; none where it does not.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn person(&self, key: &PublicKey) -> Result<Option<String>, StoreError> {
        self.reading(|connection| {
            let sql = "SELECT name FROM people WHERE public_key = ?1";
            Ok(connection.query_row(sql, [&key.0], |row| row.get(0)).optional()?)
        })
    }

    /// Who added each of them; empty for the first person, and where a program added them that did not keep it.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn added_by(&self) -> Result<BTreeMap<String, String>, StoreError> {
        self.reading(|connection| {
            let mut statement = connection.prepare("SELECT name, added_by FROM people")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The digest of each person's key file as it was when it was made; none where that was not kept.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn key_files(&self) -> Result<BTreeMap<String, Option<String>>, StoreError> {
        self.reading(|connection| {
            let mut statement = connection.prepare("SELECT name, nullif(key_file_sha256, '') FROM people")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Keeps the digest of the key file that somebody has just opened.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be written.
    pub fn keep_key_file(&mut self, name: &str, sha256: &str) -> Result<(), StoreError> {
        self.transact(|connection| {
            connection.execute("UPDATE people SET key_file_sha256 = ?2 WHERE name = ?1", [name, sha256])?;
            Ok(())
        })
    }

    /// Enters the first person.
    ///
    /// # Errors
    /// [`StoreError`] where the key is somebody else's.
    pub fn add_person(&mut self, name: &str, key: &PublicKey) -> Result<(), StoreError> {
        self.add_person_by(name, key, "", "")
    }

    /// Enters a person whom `by` adds, with the digest of their key file; one of that name has this key from then on.
    ///
    /// # Errors
    /// [`StoreError`] where the key is somebody else's.
    pub fn add_person_by(&mut self, name: &str, key: &PublicKey, by: &str, sha256: &str) -> Result<(), StoreError> {
        self.transact(|connection| {
            let sql = "INSERT INTO people (name, public_key, added_by, key_file_sha256) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT (name) DO UPDATE SET public_key = excluded.public_key,
                       added_by = excluded.added_by, key_file_sha256 = excluded.key_file_sha256";
            connection.execute(sql, [name, &key.0, by, sha256])?;
            Ok(())
        })
    }

    /// Whether the store knew this person, under the key that they have now, when `release` was built. Who was added since may
    /// be the builder under another name.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn knew(&self, release: &str, person: &str) -> Result<bool, StoreError> {
        self.reading(|connection| {
            let sql = format!("SELECT 1 FROM releases WHERE name = ?1 AND {KNEW}");
            Ok(connection.prepare(&sql)?.exists([release, person])?)
        })
    }
}

/// That a row of `releases` was entered when the person `?2` had the key that they have now.
pub(super) const KNEW: &str = "(known IS NULL OR EXISTS (
    SELECT 1 FROM json_each(known) WHERE value = (SELECT public_key FROM people WHERE people.name = ?2)))";
