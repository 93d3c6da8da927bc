//! Two rows under one reference. Comes in: their stored values, the source. Goes out: which is the later state of the case, and
//! whether they are two people's. The same within an import and against the store. Deliberately absent: what is done then.

use model::config::source::{Class, Field, Kind, Source};

use crate::ingest::{Recording, reference};

/// Things that tell people apart and that two rows both have to say.
const LEAST: usize = 2;

/// Whether a row has a later state of its case than another, by the dates that the source chose; none where they are equal.
/// A date is later than none: a case is closed after it was open.
pub(crate) fn later(source: &Source, one: &Recording, other: &Recording) -> Option<bool> {
    let (one, other) = (one.values.expose_identified(), other.values.expose_identified());
    let mut by = source.later.iter().filter_map(|field| source.position(field));
    // Stored dates sort as text, and no date before all.
    let order = by.find_map(|at| Some(one.get(at).cmp(&other.get(at))).filter(|order| order.is_ne()))?;
    Some(order.is_gt())
}

/// Whether two rows under different references may be of one person: nothing of what tells people apart differs, and two of it
/// are the same.
pub(crate) fn is_same_person(source: &Source, one: &Recording, other: &Recording) -> bool {
    let (same, others) = compared(source, one, other);
    same >= LEAST && others == 0
}

/// Whether two rows are of different people: they differ in everything that tells people apart and that both say, which is the
/// family, the day of birth and the first contact, and two of these at the least. One of them may be a correction.
pub(crate) fn is_other_person(source: &Source, one: &Recording, other: &Recording) -> bool {
    let (same, others) = compared(source, one, other);
    same == 0 && others >= LEAST
}

/// How much of what tells people apart, and that both rows say, is the same, and how much is not.
fn compared(source: &Source, one: &Recording, other: &Recording) -> (usize, usize) {
    let said: Vec<bool> = facts(source).iter().filter_map(|fact| fact.is_same(one, other)).collect();
    let same = said.iter().filter(|same| **same).count();
    (same, said.len() - same)
}

/// A field that tells people apart.
pub(crate) struct Fact {
    /// Its place among the fields.
    pub(crate) at: usize,
    fold: Option<bool>,
}

impl Fact {
    /// Whether two rows say the same of it; none where one of them says nothing.
    pub(crate) fn is_same(&self, one: &Recording, other: &Recording) -> Option<bool> {
        let [one, other] = [one, other].map(|row| row.values.expose_identified().get(self.at));
        let canonical =
            |written: &str| self.fold.map_or_else(|| written.to_owned(), |fold| reference::canonical(written, fold));
        Some(canonical(one?) == canonical(other?))
    }
}

/// What tells people apart: the family, the day of birth, and the first contact.
pub(crate) fn facts(source: &Source) -> Vec<Fact> {
    let opened = source.events.get("opened");
    let is_fact = |field: &Field| {
        let is_birth = field.kind == Kind::Date && field.class == Class::Direct;
        is_birth || source.family.as_ref() == Some(&field.name) || opened == Some(&field.name)
    };
    let fields = source.fields.iter().enumerate().filter(|(_, field)| is_fact(field));
    fields.map(|(at, field)| Fact { at, fold: field.fold }).collect()
}
