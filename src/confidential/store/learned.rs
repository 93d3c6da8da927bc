//! Codes that earlier imports brought to open lists. Comes in: a source. Goes out: a code list a field, so that a later
//! export spells a category as the stored cases do. Deliberately absent: fields that are not categories.

use std::collections::{BTreeMap, BTreeSet};

use model::config::source::Unknown;
use model::config::{CodeEntry, CodeList, Source};

use crate::ingest::learned_key;
use crate::store::{Store, StoreError};

impl Store {
    /// The stored codes of each open list of `source`, under the names by which `ingest::read` looks for them.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn learned(&self, source: &Source) -> Result<BTreeMap<String, CodeList>, StoreError> {
        let open = source.fields.iter().filter(|field| field.unknown == Unknown::Add);
        let fields: Vec<&str> = open.map(|field| field.name.as_str()).collect();
        let mut codes: Vec<BTreeSet<String>> = vec![BTreeSet::new(); fields.len()];
        self.scan_all(&source.name, &fields, &mut |case| {
            for (codes, value) in codes.iter_mut().zip(case.values) {
                if let Some(value) = value.filter(|value| !codes.contains(*value)) {
                    codes.insert(value.to_owned());
                }
            }
        })?;
        let entry = |code: String| CodeEntry { label: code.clone(), code, ..CodeEntry::default() };
        let list = |codes: BTreeSet<String>| CodeList {
            path: "the store".to_owned(),
            columns: Vec::new(),
            entries: codes.into_iter().map(entry).collect(),
        };
        let named = fields.iter().zip(codes);
        Ok(named.map(|(field, codes)| (learned_key(&source.name, field), list(codes))).collect())
    }
}
