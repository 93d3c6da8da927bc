//! References as the store compares them. Comes in: a source, a store that an older program filled. Goes out: canonical
//! references and family numbers. The stored values keep each reference as it was written; what finds it again is its
//! canonical form, in every store, also in one whose cases came in before there was one.

use rusqlite::{Connection, OptionalExtension, params};

use model::config::source::Source;

use crate::ingest::reference::canonical;
use crate::store::cases::{Value, positions};
use crate::store::keys::{KEY_BYTES, keyed};
use crate::store::{StoreError, unreadable};

/// The number of the family of this reference. One reference is one family in every source: to take two families for one
/// hides more, to take one for two would hide less.
pub(super) fn family_number(key: &[u8; KEY_BYTES], reference: &str) -> i64 {
    let mac = keyed(key, format!("family {reference}").as_bytes());
    i64::from_be_bytes([mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], mac[6], mac[7]])
}

/// The canonical form of a reference in a field of a source; other fields' values are what they are.
pub(super) fn canonical_of(source: &Source, place: usize, written: &str) -> String {
    source.fields[place].fold.map_or_else(|| written.to_owned(), |fold| canonical(written, fold))
}

/// Gives families of cases that an older program stored the number that they have now, once a source: before, a family
/// was another under each spelling of its reference.
pub(super) fn renumber(connection: &Connection, key: &[u8; KEY_BYTES], source: &Source) -> Result<(), StoreError> {
    // The number is that of what a canonical form is; with a new one every family is looked at again.
    let done = format!("canonical families 2 of {}", source.name);
    let is_done = connection.query_row("SELECT 1 FROM meta WHERE name = ?1", [&done], |_| Ok(())).optional()?;
    let place = source.family.as_deref().and_then(|field| source.position(field));
    if let (None, Some(place), Some(family)) = (is_done, place, &source.family) {
        let lists = positions(connection, &source.name, &[family])?;
        for table in ["cases", "history"] {
            let of = if table == "cases" { "source" } else { "(SELECT source FROM cases WHERE cases.id = case_id)" };
            let sql = format!(
                "SELECT id, family, field_list, field_values FROM {table}
                 WHERE {of} = (SELECT id FROM sources WHERE name = ?1) AND family IS NOT NULL"
            );
            let mut moved = Vec::new();
            let mut statement = connection.prepare(&sql)?;
            let mut rows = statement.query([&source.name])?;
            while let Some(row) = rows.next()? {
                let text: String = row.get(3)?;
                let values: Vec<Value<'_>> = serde_json::from_str(&text).map_err(|_| unreadable("a list of values"))?;
                let at = lists.get(&row.get::<_, i64>(2)?).and_then(|places| places[0]);
                let written = at.and_then(|at| values.get(at)).and_then(|value| value.0.as_deref());
                let number = written.map(|written| family_number(key, &canonical_of(source, place, written)));
                if let Some(number) = number.filter(|number| row.get(1) != Ok(*number)) {
                    moved.push((row.get::<_, i64>(0)?, number));
                }
            }
            let mut update = connection.prepare(&format!("UPDATE {table} SET family = ?2 WHERE id = ?1"))?;
            for (id, number) in moved {
                update.execute([id, number])?;
            }
        }
    }
    connection.execute("INSERT OR IGNORE INTO meta VALUES (?1, x'01')", params![done])?;
    Ok(())
}
