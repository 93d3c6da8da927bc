//! Cases that an older program stored twice. Comes in: a source, a store whose cases came in before references had a canonical
//! form. Goes out: each of them once. What was released stays as it was counted, as after an erasure. Deliberately absent: cases
//! of different people under one reference, which stay two and are only named.

use rusqlite::{Connection, OptionalExtension, params};

use model::config::source::Source;

use crate::ingest::Origin;
use crate::ingest::state::{is_other_person, later};
use crate::store::StoreError;
use crate::store::import::layout::Stored;
use crate::store::restriction::cases_by_reference;

/// A case that is stored again under another spelling of its reference.
pub(super) struct Doubled {
    /// The state that holds.
    stays: i64,
    goes: i64,
    /// Whether both may be one person's.
    is_one: bool,
    /// Where the one that goes stood.
    pub(super) origin: Origin,
}

/// Once a source, since no import makes another.
fn mark(source: &Source) -> String {
    format!("canonical cases 1 of {}", source.name)
}

/// Cases that are stored twice: of two states the one holds that has the later date, else the one that came in last.
pub(super) fn doubled(connection: &Connection, source: &Source) -> Result<Vec<Doubled>, StoreError> {
    let sql = "SELECT 1 FROM meta WHERE name = ?1";
    if connection.query_row(sql, [mark(source)], |_| Ok(())).optional()?.is_some() {
        return Ok(Vec::new());
    }
    let mut groups: Vec<Vec<i64>> = cases_by_reference(connection, source)?.into_values().collect();
    groups.retain(|group| group.len() > 1);
    groups.sort();
    let mut stored = Stored::of(connection, source)?;
    let mut found = Vec::new();
    for group in groups {
        let mut stays = group[0];
        for &other in &group[1..] {
            let (one, two) = (stored.recording(stays)?, stored.recording(other)?);
            let goes =
                if later(source, &one, &two) == Some(true) { other } else { std::mem::replace(&mut stays, other) };
            let is_one = !is_other_person(source, &one, &two);
            found.push(Doubled { stays, goes, is_one, origin: origin(connection, goes)? });
        }
    }
    Ok(found)
}

/// Joins them; gives where the states stood that do not hold, and those of different people, which stay.
pub(super) fn join(connection: &Connection, source: &Source) -> Result<Vec<Origin>, StoreError> {
    let found = doubled(connection, source)?;
    for Doubled { stays, goes, .. } in found.iter().filter(|doubled| doubled.is_one) {
        for sql in JOIN {
            connection.execute(sql, params![stays, goes])?;
        }
        for sql in ["DELETE FROM restricted WHERE case_id = ?1", "DELETE FROM cases WHERE id = ?1"] {
            connection.execute(sql, params![goes])?;
        }
    }
    connection.execute("INSERT OR IGNORE INTO meta VALUES (?1, x'01')", [mark(source)])?;
    Ok(found.into_iter().map(|doubled| doubled.origin).collect())
}

/// The state that does not hold is kept, with what it said before, in the history of the other: counted nowhere, so that no
/// correction takes for a change what was released as a second case. What restricts one restricts both.
const JOIN: [&str; 3] = [
    "UPDATE history SET case_id = ?1, counted_opened = NULL, counted_closed = NULL WHERE case_id = ?2",
    "INSERT INTO history (case_id, replaced_by, family, field_list, field_values, file, sheet, row)
     SELECT ?1, (SELECT max(id) FROM imports), family, field_list, field_values, file, sheet, row FROM cases WHERE id = ?2",
    "INSERT OR IGNORE INTO restricted (case_id, file, sheet, row)
     SELECT ?1, file, sheet, row FROM restricted WHERE case_id = ?2",
];

fn origin(connection: &Connection, id: i64) -> Result<Origin, StoreError> {
    let sql = "SELECT name, sheet, row FROM cases JOIN import_files ON import_files.id = file WHERE cases.id = ?1";
    Ok(connection.query_row(sql, [id], |row| {
        let (file, sheet): (String, String) = (row.get(0)?, row.get(1)?);
        Ok(Origin { file: file.into(), sheet: sheet.into(), row: row.get::<_, i64>(2)?.cast_unsigned() })
    })?)
}
