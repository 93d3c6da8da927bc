//! Cases whose deletion was asked for. Comes in: references in their canonical form, and where they stood. Goes out: which of
//! them the store has. A restricted case is in no figure that is not released yet, at once, and is due to be erased.
//! Deliberately absent: erasing, which a person does; and what was released, which stays as it is.

use std::collections::HashMap;

use model::config::source::Source;
use rusqlite::{Connection, params};

use crate::ingest::reference::without_zeros;
use crate::ingest::{Deletions, Origin, Place, Recording};
use crate::store::references::canonical_of;
use crate::store::{Store, StoreError};

/// That a row of `cases` is not restricted.
pub(super) const NOT_RESTRICTED: &str = "NOT EXISTS (SELECT 1 FROM restricted WHERE restricted.case_id = cases.id)";

/// Places at which deletions are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// Of cases that the store has.
    pub due: Vec<Place>,
    /// Of cases that it has, or that come in with the deletion, but for zeros in front of the reference: restricted like the others.
    pub unclear: Vec<Place>,
    /// Of cases that it has not.
    pub unknown: Vec<Place>,
}

impl Store {
    /// Where the deletion of a case is asked for that the store has, and where of one that it has not. Recordings are those that
    /// are about to be stored.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn asked(&self, source: &Source, deletions: &Deletions, recordings: &[Recording]) -> Result<Asked, StoreError> {
        let deletions = deletions.expose_identified();
        if deletions.is_empty() {
            return Ok(Asked::default());
        }
        self.reading(|connection| {
            let mut known = References::of(cases_by_reference(connection, source)?);
            known.expect(source, recordings);
            let mut asked = Asked::default();
            for (reference, place) in deletions {
                let places = match known.find(reference) {
                    Found::Case(_) => &mut asked.due,
                    Found::ButForZeros(_) => &mut asked.unclear,
                    Found::Nobody => &mut asked.unknown,
                };
                places.push(place.clone());
            }
            for places in [&mut asked.due, &mut asked.unclear, &mut asked.unknown] {
                // In the order of the files' rows, which says nothing of a reference.
                places.sort();
            }
            Ok(asked)
        })
    }

    /// Where the deletion of every case was asked for that is due to be erased, in the order in which they were stored.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn due(&self) -> Result<Vec<Origin>, StoreError> {
        self.reading(|connection| {
            let mut statement = connection.prepare("SELECT file, sheet, row FROM restricted ORDER BY case_id")?;
            let rows = statement.query_map([], |row| {
                let row_number: i64 = row.get(2)?;
                Ok(Origin { file: row.get(0)?, sheet: row.get(1)?, row: row_number.cast_unsigned() })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// Restricts the cases whose deletion is asked for.
pub(super) fn restrict(connection: &Connection, source: &Source, deletions: &Deletions) -> Result<(), StoreError> {
    let deletions = deletions.expose_identified();
    if deletions.is_empty() {
        return Ok(());
    }
    let known = References::of(cases_by_reference(connection, source)?);
    let sql = "INSERT OR IGNORE INTO restricted (case_id, file, sheet, row) VALUES (?1, ?2, ?3, ?4)";
    let mut restrict = connection.prepare(sql)?;
    for (reference, place) in deletions {
        let ids = match known.find(reference) {
            Found::Case(ids) => ids.to_vec(),
            Found::ButForZeros(ids) => ids,
            Found::Nobody => Vec::new(),
        };
        for id in ids {
            restrict.execute(params![id, place.file, place.sheet, place.row.cast_signed()])?;
        }
    }
    Ok(())
}

/// Cases by their references, also by those that lost zeros.
struct References {
    cases: HashMap<String, Vec<i64>>,
    /// References by what is left of them without zeros in front.
    bare: HashMap<String, Vec<String>>,
}

/// Whom a reference fits.
enum Found<'r> {
    Case(&'r [i64]),
    /// Nobody, and these but for zeros in front. A row whose case is to be deleted is not looked at, so that nothing tells whether
    /// it is theirs: what is left out can be taken again, what was shown cannot be hidden.
    ButForZeros(Vec<i64>),
    Nobody,
}

impl References {
    fn of(cases: HashMap<String, Vec<i64>>) -> Self {
        let mut references = Self { cases: HashMap::new(), bare: HashMap::new() };
        for (reference, ids) in cases {
            references.add(reference, ids);
        }
        references
    }

    /// Adds cases that have no number yet.
    fn expect(&mut self, source: &Source, recordings: &[Recording]) {
        let place = source.position(&source.case).unwrap_or(0);
        for recording in recordings {
            let written = recording.values.expose_identified().get(place).unwrap_or_default();
            let reference = canonical_of(source, place, written);
            if !self.cases.contains_key(&reference) {
                self.add(reference, Vec::new());
            }
        }
    }

    fn add(&mut self, reference: String, ids: Vec<i64>) {
        let bare = without_zeros(&reference);
        if !bare.is_empty() {
            self.bare.entry(bare.to_owned()).or_default().push(reference.clone());
        }
        self.cases.insert(reference, ids);
    }

    fn find(&self, reference: &str) -> Found<'_> {
        if let Some(ids) = self.cases.get(reference) {
            return Found::Case(ids);
        }
        match self.bare.get(without_zeros(reference)) {
            Some(others) => {
                let mut ids: Vec<i64> =
                    others.iter().filter_map(|other| self.cases.get(other)).flatten().copied().collect();
                ids.sort_unstable();
                Found::ButForZeros(ids)
            }
            None => Found::Nobody,
        }
    }
}

/// The cases of a source by the canonical form of their reference; one reference may have several where an older program
/// stored it under several spellings.
pub(super) fn cases_by_reference(
    connection: &Connection,
    source: &Source,
) -> Result<HashMap<String, Vec<i64>>, StoreError> {
    let place = source.position(&source.case).unwrap_or(0);
    let sql = "SELECT id, case_key FROM cases WHERE source = (SELECT id FROM sources WHERE name = ?1) ORDER BY id";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([&source.name])?;
    let mut cases: HashMap<String, Vec<i64>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let written: String = row.get(1)?;
        cases.entry(canonical_of(source, place, &written)).or_default().push(row.get(0)?);
    }
    Ok(cases)
}
