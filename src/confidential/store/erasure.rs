//! Erasing a person. Comes in: a family's or a case's reference. Goes out: how many cases went. Deliberately absent: the
//! frozen counts of released periods. They name nobody and stay as they are: a released count that fell by one would
//! tell who was erased.

use rusqlite::{Connection, params};

use crate::ingest::reference::canonical;
use crate::store::references::family_number;
use crate::store::{Store, StoreError};

/// Whose cases are erased.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Person<'a> {
    /// A family, by the reference that exports give it.
    Family(&'a str),
    /// The person of one case, where a source declares each case to be its own unit.
    Case {
        /// Name of the source.
        source: &'a str,
        /// The case's reference.
        reference: &'a str,
    },
}

impl std::fmt::Debug for Person<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Family(_) => "Family(..)",
            Self::Case { .. } => "Case(..)",
        })
    }
}

impl Store {
    /// Erases every recording of a person, with what it said before. The counts of released periods stay.
    ///
    /// # Errors
    /// [`StoreError`] where the store refuses; then nothing is erased.
    pub fn erase(&mut self, person: Person<'_>) -> Result<usize, StoreError> {
        let family_key = self.family_key.clone();
        self.transact(|connection| match person {
            Person::Family(reference) => {
                let sql = "SELECT id FROM cases WHERE family = ?1
                           UNION SELECT case_id FROM history WHERE family = ?1";
                first_spelling(reference, |reference| erase(connection, sql, &[&family_number(&family_key, reference)]))
            }
            Person::Case { source, reference } => {
                let sql = "SELECT id FROM cases WHERE case_key = ?2
                           AND source = (SELECT id FROM sources WHERE name = ?1)";
                first_spelling(reference, |reference| erase(connection, sql, &[&source, &reference]))
            }
        })
    }
}

/// The first spelling of a reference under which there is anybody: as it is given, without what programs add to it, and
/// with case and dashes folded. Of the source's own way nothing is known here, and somebody else must not be met.
fn first_spelling(
    reference: &str,
    mut erase: impl FnMut(&str) -> Result<usize, StoreError>,
) -> Result<usize, StoreError> {
    for spelling in [reference.to_owned(), canonical(reference, false), canonical(reference, true)] {
        let erased = erase(&spelling)?;
        if erased > 0 {
            return Ok(erased);
        }
    }
    Ok(0)
}

fn erase(connection: &Connection, cases: &str, of: &[&dyn rusqlite::ToSql]) -> Result<usize, StoreError> {
    let mut statement = connection.prepare(cases)?;
    let ids = statement.query_map(of, |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
    for id in &ids {
        connection.execute("DELETE FROM restricted WHERE case_id = ?1", params![id])?;
        connection.execute("DELETE FROM history WHERE case_id = ?1", params![id])?;
        connection.execute("DELETE FROM cases WHERE id = ?1", params![id])?;
    }
    Ok(ids.len())
}
