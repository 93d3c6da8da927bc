//! Who may open the store, by name. Comes in: a name and a public key. Goes out: the same. Deliberately absent: what
//! somebody may do, and anything about them but their name.

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

    /// Enters a person.
    ///
    /// # Errors
    /// [`StoreError`] where the name or the key is taken.
    pub fn add_person(&mut self, name: &str, key: &PublicKey) -> Result<(), StoreError> {
        self.transact(|connection| {
            connection.execute("INSERT INTO people (name, public_key) VALUES (?1, ?2)", [name, &key.0])?;
            Ok(())
        })
    }
}
