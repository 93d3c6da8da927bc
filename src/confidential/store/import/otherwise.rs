//! Exports that write otherwise what the store has. Comes in: new cases, the stored ones that an import says nothing of, rows beside
//! the stored states of their cases. Goes out: new cases that the store has under another reference; facts that do not change by
//! themselves and that an import changes in many cases. One case under two references is counted twice, and one family under two
//! hides less. Deliberately absent: what is done then.

use std::collections::{BTreeMap, HashMap};

use model::config::source::Source;

use crate::ingest::reference::parts;
use crate::ingest::state::{Fact, facts, is_same_person};
use crate::ingest::{Origin, Recording};
use crate::store::StoreError;
use crate::store::import::known::Known;
use crate::store::import::layout::Stored;
use crate::store::import::plan::{Act, Change};

/// Fewer cases are slips, twins, or two matters of one child on one day.
const MANY: usize = 3;
/// One case in so many is no slip any more.
const ONE_IN: usize = 5;

/// Whether so many of so many are more than slips.
pub(super) const fn are_many(found: usize, of: usize) -> bool {
    found >= MANY && found * ONE_IN >= of
}

/// New cases, by their place among the changes, that a stored case of which the import says nothing is but for its reference: of the
/// same first day, and of the same person, or under a reference of the same parts.
pub(super) fn under_another_reference(
    source: &Source,
    stored: &mut Stored<'_>,
    unseen: &HashMap<&str, &Known>,
    changes: &[Change<'_>],
) -> Result<Vec<usize>, StoreError> {
    let mut new: HashMap<i32, Vec<usize>> = HashMap::new();
    for (at, change) in changes.iter().enumerate() {
        if let (Act::Store, Some(day)) = (change.act, change.first_day) {
            new.entry(day).or_default().push(at);
        }
    }
    // In the order in which they were stored, so that the same is found every time.
    let mut candidates: Vec<(i64, &str, i32)> = unseen
        .iter()
        .filter_map(|(key, case)| Some((case.id, *key, case.first_day.filter(|day| new.contains_key(day))?)))
        .collect();
    candidates.sort_unstable();
    let mut found = Vec::new();
    for (id, reference, day) in candidates {
        let Some(of_the_day) = new.get_mut(&day).filter(|of_the_day| !of_the_day.is_empty()) else { continue };
        let (recording, parts_of_it) = (stored.recording(id)?, parts(reference));
        let is_it = |at: &usize| {
            let change = &changes[*at];
            !parts_of_it.is_empty() && parts(&change.case_key) == parts_of_it
                || is_same_person(source, &recording, &change.recording)
        };
        if let Some(place) = of_the_day.iter().position(is_it) {
            found.push(of_the_day.swap_remove(place));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Facts of stored cases that do not change by themselves: the family, the day of birth, the first contact.
pub(super) struct Facts {
    facts: Vec<Fact>,
    /// How many rows of stored cases say each.
    said: BTreeMap<usize, usize>,
    /// Of these the rows that say another than the store.
    changed: BTreeMap<usize, Vec<Origin>>,
}

impl Facts {
    pub(super) fn of(source: &Source) -> Self {
        Self { facts: facts(source), said: BTreeMap::new(), changed: BTreeMap::new() }
    }

    /// Which of them a row says otherwise than the stored case, as far as both say them.
    pub(super) fn differing(&self, before: &Recording, row: &Recording) -> Vec<usize> {
        let differs = |fact: &&Fact| fact.is_same(before, row) == Some(false);
        self.facts.iter().filter(differs).map(|fact| fact.at).collect()
    }

    /// Takes in a row of a stored case, with what it changes.
    pub(super) fn take(&mut self, row: &Recording, differing: &[usize]) {
        for Fact { at, .. } in &self.facts {
            if row.values.expose_identified().get(*at).is_some() {
                *self.said.entry(*at).or_default() += 1;
            }
        }
        for at in differing {
            self.changed.entry(*at).or_default().push(row.origin.clone());
        }
    }

    /// Those that change in many cases, with the rows.
    pub(super) fn many(self) -> impl Iterator<Item = (usize, Vec<Origin>)> {
        let said = self.said;
        self.changed.into_iter().filter(move |(at, rows)| are_many(rows.len(), said.get(at).copied().unwrap_or(0)))
    }
}
