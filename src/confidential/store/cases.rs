//! Stored cases. Comes in: a source, wanted fields, a period. Goes out, to this crate only: one case after another.
//! Deliberately absent: counting, and any order that an import or a row number could change.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use model::period::Period;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use serde::de::{Deserialize, Deserializer, Visitor};

use crate::store::restriction::NOT_RESTRICTED;
use crate::store::{Store, StoreError, unreadable};

/// One case as it lies in the store. Identified: it never leaves this crate.
pub(crate) struct StoredCase<'a> {
    /// Its number in the store.
    pub(crate) case: u64,
    /// Its reference in its source, of which its record key is made.
    pub(crate) reference: &'a str,
    /// The number of its family, the same in every source; none where no family is known.
    pub(crate) family: Option<u64>,
    /// The month in which its opening is counted.
    pub(crate) opened_month: Option<i32>,
    /// The month in which its closing is counted.
    pub(crate) closed_month: Option<i32>,
    /// One a wanted field; none where blank or where the field was not yet known when the case came in.
    pub(crate) values: &'a [Option<&'a str>],
    /// One a wanted field: whether it was known when the case came in, because its file had a column for it.
    pub(crate) known: &'a [bool],
}

/// A value of a case's list, borrowed where the text has no escapes.
pub(super) struct Value<'a>(pub(super) Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Value<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("text or null")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Value(Some(Cow::Borrowed(text))))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Value(Some(Cow::Owned(text.to_owned()))))
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Value(None))
            }
        }
        deserializer.deserialize_any(Text)
    }
}

impl Store {
    /// The sources of which cases are stored, in order of name.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn sources(&self) -> Result<Vec<String>, StoreError> {
        self.reading(|connection| {
            let mut statement = connection.prepare("SELECT name FROM sources ORDER BY name")?;
            let names = statement.query_map([], |row| row.get(0))?;
            Ok(names.collect::<Result<_, _>>()?)
        })
    }

    /// Visits every case of `source` that may be in figures, in order of its case reference; with `counted`, those only that
    /// were opened or closed in that period. Restricted cases are none of them.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub(crate) fn scan(
        &self,
        source: &str,
        fields: &[&str],
        counted: Option<Period>,
        visit: &mut dyn FnMut(StoredCase<'_>),
    ) -> Result<(), StoreError> {
        self.reading(|connection| scan(connection, source, fields, (counted, NOT_RESTRICTED), visit))
    }

    /// Visits every case of `source`, restricted ones too: for what must know of everybody.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub(crate) fn scan_all(
        &self,
        source: &str,
        fields: &[&str],
        visit: &mut dyn FnMut(StoredCase<'_>),
    ) -> Result<(), StoreError> {
        self.reading(|connection| scan(connection, source, fields, (None, "true"), visit))
    }
}

fn scan(
    connection: &Connection,
    source: &str,
    fields: &[&str],
    (counted, condition): (Option<Period>, &str),
    visit: &mut dyn FnMut(StoredCase<'_>),
) -> Result<(), StoreError> {
    let lists = positions(connection, source, fields)?;
    // A period's cases are few and come by the index of months. For all cases, sorting what is read in the order of the
    // file is cheaper than fetching each from its page in the order of references.
    let months = "AND (counted_opened >= ?2 AND counted_opened < ?3 OR counted_closed >= ?2 AND counted_closed < ?3)";
    let sql = format!(
        "SELECT id, family, counted_opened, counted_closed, field_list, field_values, case_key FROM cases
         WHERE source = (SELECT id FROM sources WHERE name = ?1) AND {condition} {} ORDER BY +case_key",
        if counted.is_some() { months } else { "" }
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = match counted {
        Some(period) => statement.query((source, period.start.0, period.end.0))?,
        None => statement.query([source])?,
    };
    while let Some(row) = rows.next()? {
        show(row, &lists, visit)?;
    }
    Ok(())
}

/// Shows a row of `id, family, counted_opened, counted_closed, field_list, field_values, case_key`.
pub(super) fn show(
    row: &Row<'_>,
    lists: &HashMap<i64, Vec<Option<usize>>>,
    visit: &mut dyn FnMut(StoredCase<'_>),
) -> Result<(), StoreError> {
    let wanted = lists.get(&row.get::<_, i64>(4)?).ok_or(unreadable("a list of fields"))?;
    let all: Vec<Value<'_>> = serde_json::from_str(text(row, 5)?.unwrap_or_default()).map_err(|_| no_values())?;
    let values: Vec<Option<&str>> =
        wanted.iter().map(|place| place.and_then(|at| all.get(at)).and_then(|value| value.0.as_deref())).collect();
    let known: Vec<bool> = wanted.iter().map(Option::is_some).collect();
    visit(StoredCase {
        case: row.get::<_, i64>(0)?.cast_unsigned(),
        reference: text(row, 6)?.unwrap_or_default(),
        family: row.get::<_, Option<i64>>(1)?.map(i64::cast_unsigned),
        opened_month: row.get(2)?,
        closed_month: row.get(3)?,
        values: &values,
        known: &known,
    });
    Ok(())
}

const fn no_values() -> StoreError {
    unreadable("a list of values")
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<Option<&'a str>, StoreError> {
    match row.get_ref(column)? {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).map(Some).map_err(|_| no_values()),
        ValueRef::Null => Ok(None),
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => Err(no_values()),
    }
}

/// For each field list that the source ever had, where the wanted fields stand in it.
pub(super) fn positions(
    connection: &Connection,
    source: &str,
    fields: &[&str],
) -> Result<HashMap<i64, Vec<Option<usize>>>, StoreError> {
    let sql = "SELECT id, names FROM field_lists WHERE source = (SELECT id FROM sources WHERE name = ?1)";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([source])?;
    let mut lists = HashMap::new();
    while let Some(row) = rows.next()? {
        let names: Vec<String> =
            serde_json::from_str(&row.get::<_, String>(1)?).map_err(|_| unreadable("a list of fields"))?;
        let places = fields.iter().map(|field| names.iter().position(|name| name == field)).collect();
        lists.insert(row.get(0)?, places);
    }
    Ok(lists)
}
