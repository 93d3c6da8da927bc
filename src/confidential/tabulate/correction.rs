//! What a correction takes out of released months and what it brings in. Comes in: cases as they were counted and as
//! they are recorded now, the codes that were listed then. Goes out: two frames of combinations, to be kept with the
//! correction. Deliberately absent: erased cases, which stay counted, and cases that came in late.

use std::collections::{BTreeMap, HashMap};

use model::config::Configuration;
use model::period::{Month, Period};
use serde::{Deserialize, Serialize};

use crate::store::Store;
use crate::store::cases::StoredCase;
use crate::store::corrections::Version;
use crate::tabulate::TabulateError;
use crate::tabulate::derive::{Deriver, NESTED};
use crate::tabulate::frame::{Frame, OTHER, counted_month, fields_of, packed, unit_of, unpacked};

/// Combinations that a correction takes out and brings in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Change {
    /// As they were counted.
    pub removed: Frame,
    /// As they are recorded now.
    pub added: Frame,
}

/// A combination: event, month, unit, leaves.
type Combination = (u32, i32, u64, Vec<u32>);

impl Change {
    /// Whether there is nothing to correct.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removed.count.is_empty() && self.added.count.is_empty()
    }

    /// As opaque bytes.
    ///
    /// # Errors
    /// [`TabulateError::Frozen`] where they cannot be written.
    pub fn pack(&self) -> Result<Vec<u8>, TabulateError> {
        packed(self)
    }

    /// From opaque bytes.
    pub(super) fn unpack(body: &[u8]) -> Result<Self, TabulateError> {
        unpacked(body)
    }
}

impl Frame {
    /// What was recorded of `period` since it was counted, in the codes that were listed then.
    pub(super) fn change(
        &self,
        store: &Store,
        configuration: &Configuration,
        derivers: &mut [Deriver],
        period: Period,
    ) -> Result<Change, TabulateError> {
        let mut sets: [BTreeMap<Combination, u32>; 2] = Default::default();
        let mut foreign = None;
        for (name, source) in &configuration.sources {
            let (fields, wanted) = fields_of(derivers);
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            store.changed(name, &fields, period, &mut |version, event, case| {
                let Some(combination) =
                    self.combination(configuration, derivers, &wanted, (event, source.family.is_some()), &case)
                else {
                    // A code that its list no longer has cannot have been found where it was counted either.
                    foreign = foreign.or(Some(()));
                    return;
                };
                let at = match version {
                    Version::Counted => 0,
                    Version::Recorded => 1,
                };
                if let Some((event, month, unit, codes)) = combination {
                    *sets[at].entry((event, month, unit, codes)).or_default() += 1;
                }
            })?;
        }
        if foreign.is_some() {
            return Err(TabulateError::Recoded);
        }
        let [mut removed, mut added] = sets;
        for (combination, out) in &mut removed {
            if let Some(back) = added.get_mut(combination) {
                let same = (*out).min(*back);
                (*out, *back) = (*out - same, *back - same);
            }
        }
        let [removed, added] = [removed, added].map(|set| self.of_combinations(derivers, set));
        Ok(Change { removed, added })
    }

    /// The combination of a changed case; none inside where no measure counts the event, none outside where a code is
    /// on no list.
    #[allow(clippy::option_option)] // Two ways of having none, both named above.
    fn combination(
        &self,
        configuration: &Configuration,
        derivers: &mut [Deriver],
        wanted: &[Vec<usize>],
        (event, has_families): (&str, bool),
        case: &StoredCase<'_>,
    ) -> Option<Option<Combination>> {
        let Some(number) = self.events.iter().position(|name| name == event) else { return Some(None) };
        let Some(month) = counted_month(case, event) else { return Some(None) };
        let mut codes = Vec::with_capacity(derivers.len());
        for (at, deriver) in derivers.iter_mut().enumerate() {
            let values: Vec<Option<&str>> = wanted[at].iter().map(|position| case.values[*position]).collect();
            let leaf = deriver.leaf(&values)?;
            let leaf = deriver.in_month(leaf, month);
            codes.push(self.listed_then(configuration, at, deriver, leaf, month));
        }
        Some(Some((number as u32, month, unit_of(case, has_families), codes)))
    }

    /// The leaf under which a released month counts a leaf: itself where it was listed then, else the rest of its group,
    /// else what is not recorded. A released month gets no new rows.
    fn listed_then(
        &self,
        configuration: &Configuration,
        at: usize,
        deriver: &mut Deriver,
        leaf: u32,
        month: i32,
    ) -> u32 {
        let dim = &self.dims[at];
        if dim.unavailable.iter().any(|(start, end)| (*start..*end).contains(&month)) {
            return 0;
        }
        let Some((_, listed)) = dim.listed.iter().find(|((start, end), _)| (*start..*end).contains(&month)) else {
            return leaf;
        };
        let code = deriver.leaves[leaf as usize].clone();
        if listed.contains(&code) {
            return leaf;
        }
        let missing = &configuration.dimensions.dimensions[at].missing;
        let mut group = code.rsplit_once(NESTED).map(|(group, _)| group);
        while let Some(parent) = group {
            for rest in [OTHER, missing.as_str()] {
                let candidate = format!("{parent}{NESTED}{rest}");
                if listed.contains(&candidate) {
                    return deriver.add(candidate);
                }
            }
            group = parent.rsplit_once(NESTED).map(|(group, _)| group);
        }
        let rest = if listed.contains(OTHER) { OTHER } else { missing };
        deriver.add(rest.to_owned())
    }

    fn of_combinations(&self, derivers: &[Deriver], set: BTreeMap<Combination, u32>) -> Self {
        let mut frame = Self { events: self.events.clone(), dims: self.dims.clone(), ..Self::default() };
        for (dim, deriver) in frame.dims.iter_mut().zip(derivers) {
            dim.leaves.clone_from(&deriver.leaves);
        }
        frame.codes = vec![Vec::new(); self.dims.len()];
        for ((event, month, unit, codes), count) in set.into_iter().filter(|(_, count)| *count > 0) {
            frame.push((event, month, unit), codes, count);
        }
        frame
    }

    fn push(&mut self, (event, month, unit): (u32, i32, u64), codes: Vec<u32>, count: u32) {
        self.event.push(event);
        self.month.push(month);
        self.unit.push(unit);
        self.count.push(count);
        for (column, code) in self.codes.iter_mut().zip(codes) {
            column.push(code);
        }
    }

    /// Makes edition `edition` of `period`: what the change removes is in the figures until then, what it adds from then on.
    pub(super) fn correct(
        &mut self,
        change: &Change,
        period: Period,
        edition: u32,
        derivers: &mut [Deriver],
    ) -> Result<(), TabulateError> {
        let mut rows: HashMap<Combination, Vec<usize>> = HashMap::new();
        for row in (0..self.count.len()).filter(|row| (period.start.0..period.end.0).contains(&self.month[*row])) {
            if self.lifetime(row).1 == u32::MAX {
                let codes = self.codes.iter().map(|column| column[row]).collect();
                rows.entry((self.event[row], self.month[row], self.unit[row], codes)).or_default().push(row);
            }
        }
        for (combination, count) in self.translated(&change.removed, derivers) {
            let mut left = count;
            for &row in rows.get(&combination).into_iter().flatten() {
                let taken = left.min(self.count[row]);
                if taken == 0 {
                    continue;
                }
                left -= taken;
                self.count[row] -= taken;
                let (event, month, unit, codes) = combination.clone();
                let since = self.lifetime(row).0;
                self.corrected.insert(self.count.len(), (since, edition));
                self.push((event, month, unit), codes, taken);
            }
            if left > 0 {
                return Err(TabulateError::Recoded);
            }
        }
        for ((event, month, unit, codes), count) in self.translated(&change.added, derivers) {
            self.corrected.insert(self.count.len(), (edition, u32::MAX));
            self.push((event, month, unit), codes, count);
        }
        Ok(())
    }

    /// The combinations of a kept frame in the codes of this one.
    fn translated(&self, kept: &Self, derivers: &mut [Deriver]) -> Vec<(Combination, u32)> {
        let maps: Vec<Option<Vec<u32>>> = self
            .dims
            .iter()
            .zip(derivers)
            .map(|(dim, deriver)| {
                let old = kept.dims.iter().find(|old| old.name == dim.name)?;
                Some(old.leaves.iter().map(|leaf| deriver.add(leaf.clone())).collect())
            })
            .collect();
        let places: Vec<Option<usize>> =
            self.dims.iter().map(|dim| kept.dims.iter().position(|old| old.name == dim.name)).collect();
        (0..kept.count.len())
            .filter_map(|row| {
                let name = &kept.events[kept.event[row] as usize];
                let event = self.events.iter().position(|event| event == name)? as u32;
                let code = |(map, place): (&Option<Vec<u32>>, &Option<usize>)| match (map, place) {
                    (Some(map), Some(place)) => map[kept.codes[*place][row] as usize],
                    (_, _) => 0,
                };
                let codes = maps.iter().zip(&places).map(code).collect();
                Some(((event, kept.month[row], kept.unit[row], codes), kept.count[row]))
            })
            .collect()
    }

    /// The editions in which a row is in the figures: from the first up to before the second.
    #[must_use]
    pub fn lifetime(&self, row: usize) -> (u32, u32) {
        self.corrected.get(&row).copied().unwrap_or((0, u32::MAX))
    }

    /// The months and editions of rows that a correction touched, each once, in order: what stands for them where
    /// rows are grouped by month.
    #[must_use]
    pub fn moments(&self) -> Vec<(Month, (u32, u32))> {
        let mut moments: Vec<(Month, (u32, u32))> =
            self.corrected.iter().map(|(row, lifetime)| (Month(self.month[*row]), *lifetime)).collect();
        moments.sort_unstable();
        moments.dedup();
        moments
    }
}
