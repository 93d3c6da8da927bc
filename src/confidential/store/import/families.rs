//! References that lost zeros. Comes in: a reference that is a number. Goes out: whether the store has it but for zeros in front,
//! as a spreadsheet takes them off. To take one family for two would hide less. Deliberately absent: what is done then.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use crate::ingest::reference::without_zeros;
use crate::store::StoreError;
use crate::store::keys::KEY_BYTES;
use crate::store::references::family_number;

/// Digits to which references are filled up.
const LONGEST: usize = 12;

/// The families of the store, of every source, by their numbers.
pub(super) struct Families<'c> {
    connection: &'c Connection,
    key: &'c [u8; KEY_BYTES],
    /// Read where the first reference is a number.
    known: Option<HashSet<i64>>,
    /// What was found of references so far.
    found: HashMap<String, bool>,
}

impl<'c> Families<'c> {
    pub(super) fn of(connection: &'c Connection, key: &'c [u8; KEY_BYTES]) -> Self {
        Self { connection, key, known: None, found: HashMap::new() }
    }

    /// Whether nobody has this canonical reference, and somebody one that differs from it in zeros in front.
    pub(super) fn lost_zeros(&mut self, reference: &str) -> Result<bool, StoreError> {
        let bare = without_zeros(reference);
        if bare.is_empty() {
            return Ok(false);
        }
        if let Some(found) = self.found.get(reference) {
            return Ok(*found);
        }
        let known = match &mut self.known {
            Some(known) => known,
            none @ None => none.insert(numbers(self.connection)?),
        };
        let is_known = |reference: &str| known.contains(&family_number(self.key, reference));
        let others = || (bare.len()..=LONGEST).map(|digits| format!("{bare:0>digits$}"));
        let found = !known.is_empty() && !is_known(reference) && others().any(|other| is_known(&other));
        self.found.insert(reference.to_owned(), found);
        Ok(found)
    }
}

fn numbers(connection: &Connection) -> Result<HashSet<i64>, StoreError> {
    let mut statement = connection.prepare("SELECT DISTINCT family FROM cases WHERE family IS NOT NULL")?;
    let numbers = statement.query_map([], |row| row.get(0))?;
    Ok(numbers.collect::<Result<_, _>>()?)
}
