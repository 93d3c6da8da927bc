//! Rows and stored cases as an import compares them. Comes in: a source, recordings, cases by their number. Goes out: references in
//! their canonical form, months, a digest of what each says. Deliberately absent: what is done with them.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::civil::Date;
use model::config::source::Source;
use rusqlite::{Connection, Statement};

use crate::identified::Identified;
use crate::ingest::{Recording, Values};
use crate::store::cases::{Value, positions};
use crate::store::import::known::{date, day_number, month};
use crate::store::keys::{KEY_BYTES, keyed};
use crate::store::references::{canonical_of, family_number};
use crate::store::{StoreError, unreadable};

/// A recording with what the envelope takes from it.
pub(super) struct Read<'a> {
    pub(super) recording: Cow<'a, Recording>,
    /// The canonical form.
    pub(super) case_key: String,
    /// Of opening and closing, none where it has no date.
    pub(super) months: [Option<i32>; 2],
    /// Of these the days.
    pub(super) days: [Option<i32>; 2],
    pub(super) content: [u8; 16],
}

/// What stored cases say, in the source's order of fields.
pub(in crate::store) struct Stored<'c> {
    statement: Statement<'c>,
    fields: usize,
    lists: HashMap<i64, Vec<Option<usize>>>,
}

impl<'c> Stored<'c> {
    pub(in crate::store) fn of(connection: &'c Connection, source: &Source) -> Result<Self, StoreError> {
        let names: Vec<&str> = source.fields.iter().map(|field| field.name.as_str()).collect();
        let statement = connection.prepare("SELECT field_list, field_values FROM cases WHERE id = ?1")?;
        Ok(Self { statement, fields: names.len(), lists: positions(connection, &source.name, &names)? })
    }

    pub(in crate::store) fn recording(&mut self, id: i64) -> Result<Recording, StoreError> {
        let (list, text): (i64, String) = self.statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let places = self.lists.get(&list).ok_or(unreadable("a list of fields"))?;
        let all: Vec<Value<'_>> = serde_json::from_str(&text).map_err(|_| unreadable("a list of values"))?;
        let value = |at: usize| places[at].and_then(|place| all.get(place)).and_then(|value| value.0.as_deref());
        let values = Identified::new(Values::of((0..self.fields).map(value)));
        let absent = (0..self.fields).filter(|at| places[*at].is_none()).collect();
        Ok(Recording { values, absent, ..Recording::default() })
    }
}

/// Where the fields that the envelope needs stand in a recording.
pub(super) struct Layout<'a> {
    source: &'a Source,
    case: usize,
    /// Where the family's reference stands.
    pub(super) family: Option<usize>,
    events: [Option<usize>; 2],
    /// Every field's place, in order of name, so that a new order of fields changes no case.
    by_name: Vec<usize>,
}

impl<'a> Layout<'a> {
    pub(super) fn of(source: &'a Source) -> Result<Self, StoreError> {
        let place = |field: &str| {
            let missing = || StoreError::NoField { source_name: source.name.clone(), field: field.to_owned() };
            source.position(field).ok_or_else(missing)
        };
        if let Some(event) = source.events.keys().find(|event| !["opened", "closed"].contains(&event.as_str())) {
            return Err(StoreError::NoEvent { source_name: source.name.clone(), event: event.clone() });
        }
        let event = |name: &str| source.events.get(name).map(|field| place(field)).transpose();
        let mut by_name: Vec<usize> = (0..source.fields.len()).collect();
        by_name.sort_by_key(|&at| &source.fields[at].name);
        Ok(Self {
            source,
            case: place(&source.case)?,
            family: source.family.as_deref().map(place).transpose()?,
            events: [event("opened")?, event("closed")?],
            by_name,
        })
    }

    pub(super) fn read<'r>(
        &self,
        key: &[u8; KEY_BYTES],
        recording: Cow<'r, Recording>,
    ) -> Result<Read<'r>, StoreError> {
        let content = self.content(key, &recording)?;
        let dates = [self.date(&recording, 0)?, self.date(&recording, 1)?];
        let (months, days) = (dates.map(|date| date.map(month)), dates.map(|date| date.map(day_number)));
        let case_key = canonical_of(self.source, self.case, self.case_key(&recording)?);
        Ok(Read { recording, case_key, months, days, content })
    }

    pub(super) fn value(recording: &Recording, place: usize) -> Option<&str> {
        recording.values.expose_identified().get(place).filter(|text| !text.is_empty())
    }

    fn case_key<'r>(&self, recording: &'r Recording) -> Result<&'r str, StoreError> {
        Self::value(recording, self.case).ok_or_else(|| StoreError::NoCaseKey {
            file: recording.origin.file.to_string(),
            row: recording.origin.row,
            field: self.source.case.clone(),
        })
    }

    /// Where the day of closing stands.
    pub(super) const fn closed(&self) -> Option<usize> {
        self.events[1]
    }

    /// The canonical form of a family's reference.
    pub(super) fn family_reference(&self, recording: &Recording) -> Option<String> {
        let place = self.family?;
        Some(canonical_of(self.source, place, Self::value(recording, place)?))
    }

    pub(super) fn family(&self, key: &[u8; KEY_BYTES], recording: &Recording) -> Option<i64> {
        Some(family_number(key, &self.family_reference(recording)?))
    }

    pub(super) fn dates(&self, recording: &Recording) -> [Option<String>; 2] {
        self.events.map(|place| place.and_then(|place| Self::value(recording, place)).map(str::to_owned))
    }

    fn date(&self, recording: &Recording, event: usize) -> Result<Option<Date>, StoreError> {
        let Some(place) = self.events[event] else { return Ok(None) };
        let Some(text) = Self::value(recording, place) else { return Ok(None) };
        date(text).map(Some).ok_or_else(|| StoreError::NoDate {
            file: recording.origin.file.to_string(),
            row: recording.origin.row,
            field: self.source.fields[place].name.clone(),
        })
    }

    /// A keyed digest of what the recording says: every value with its field's name, blanks left out, so that a field
    /// that is new and blank changes no case; references in their canonical form, so that another spelling changes none.
    fn content(&self, key: &[u8; KEY_BYTES], recording: &Recording) -> Result<[u8; 16], StoreError> {
        let values = recording.values.expose_identified();
        if values.len() != self.source.fields.len() {
            return Err(StoreError::Shape {
                file: recording.origin.file.to_string(),
                row: recording.origin.row,
                source_name: self.source.name.clone(),
                found: values.len(),
                expected: self.source.fields.len(),
            });
        }
        let mut message = Vec::with_capacity(512);
        for &place in &self.by_name {
            let Some(value) = Self::value(recording, place) else { continue };
            let value = match self.source.fields[place].fold {
                Some(_) => Cow::Owned(canonical_of(self.source, place, value)),
                None => Cow::Borrowed(value),
            };
            for text in [self.source.fields[place].name.as_str(), &value] {
                message.extend_from_slice(&(text.len() as u64).to_be_bytes());
                message.extend_from_slice(text.as_bytes());
            }
        }
        let mut content = [0; 16];
        content.copy_from_slice(&keyed(key, &message)[..16]);
        Ok(content)
    }
}
