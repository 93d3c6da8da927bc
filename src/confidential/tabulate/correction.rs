//! What a correction takes out of released months and what it brings in. Comes in: cases as they were counted and as
//! they are recorded now, the codes that were listed then. Goes out: two frames of combinations, to be kept with the
//! correction. Deliberately absent: erased cases, which stay counted, and cases that came in late.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::config::Configuration;
use model::period::{Month, Period};
use model::scope::Scope;
use serde::{Deserialize, Serialize};

use crate::store::Store;
use crate::store::cases::StoredCase;
use crate::store::corrections::Version;
use crate::tabulate::TabulateError;
use crate::tabulate::closings::{CLOSED, ClosingField};
use crate::tabulate::derive::{Deriver, NESTED};
use crate::tabulate::fold::OTHER;
use crate::tabulate::frame::{Frame, OWN_UNIT, counted_month, fields_of, unit_of};
use crate::tabulate::frozen::{packed, unpacked};
use crate::tabulate::impossible::Edits;

/// Combinations that a correction takes out and brings in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Change {
    /// As they were counted.
    pub removed: Frame,
    /// As they are recorded now.
    pub added: Frame,
    /// What the service said may have changed; none where it named nothing.
    #[serde(default)]
    pub named: Option<Scope>,
}

/// A combination: event, month, unit, leaves.
type Combination = (u32, i32, u64, Vec<u32>);

/// The cases of a combination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Cases {
    /// How many.
    count: u32,
    /// Their record keys, added modulo 2^32.
    key: u32,
}

impl Cases {
    const fn with(self, more: Self) -> Self {
        Self { count: self.count + more.count, key: self.key.wrapping_add(more.key) }
    }

    /// What goes out and comes in where some of both are alike. Where all of both are, the figure stays, and its key with
    /// it: another key would be another noise, which says that something changed.
    fn less_what_is_in_both(self, back: Self) -> (Self, Self) {
        let net =
            |one: Self, other: Self| Self { count: one.count - other.count, key: one.key.wrapping_sub(other.key) };
        match self.count.cmp(&back.count) {
            std::cmp::Ordering::Less => (Self::default(), net(back, self)),
            std::cmp::Ordering::Equal => (Self::default(), Self::default()),
            std::cmp::Ordering::Greater => (net(self, back), Self::default()),
        }
    }
}

impl Change {
    /// Whether there is nothing to correct.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removed.count.is_empty() && self.added.count.is_empty()
    }

    /// The protected units whose figures change, at least: families, all cases of no known family as one, and cases that
    /// are their own unit. One of these may be in what is removed and in what is added, and in both events.
    #[must_use]
    pub fn units(&self) -> u64 {
        let units = self.removed.unit.iter().chain(&self.added.unit);
        let families: BTreeSet<u64> = units.copied().filter(|unit| *unit != OWN_UNIT).collect();
        let own = [&self.removed, &self.added].into_iter().flat_map(Frame::own_units).max().unwrap_or(0);
        families.len() as u64 + own
    }

    /// What everybody may know to have changed.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.named.clone().unwrap_or_else(|| self.widest_scope())
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
        (derivers, edits): (&mut [Deriver], &mut Edits<'_>),
        period: Period,
    ) -> Result<Change, TabulateError> {
        let mut sets: [BTreeMap<Combination, Cases>; 2] = Default::default();
        let mut fault = None;
        for (name, source) in &configuration.sources {
            let (mut fields, wanted) = fields_of(derivers);
            let closing = ClosingField::of(source, &mut fields);
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            let record_keys = store.record_keys(name);
            store.changed(name, &fields, period, &mut |version, event, case| {
                if event == CLOSED && closing.as_ref().is_some_and(|closing| self.is_moved(&case, closing)) {
                    return;
                }
                let of = (event, source.family.is_some());
                let set = match version {
                    Version::Counted => &mut sets[0],
                    Version::Recorded => &mut sets[1],
                };
                match self.combination(configuration, (derivers, edits), &wanted, of, &case) {
                    Ok(Some(combination)) => {
                        let cases = set.entry(combination).or_default();
                        *cases = cases.with(Cases { count: 1, key: record_keys.of(case.reference) });
                    }
                    Ok(None) => {}
                    Err(error) => fault = Some(error),
                }
            })?;
        }
        if let Some(error) = fault {
            return Err(error);
        }
        let [mut removed, mut added] = sets;
        for (combination, out) in &mut removed {
            if let Some(back) = added.get_mut(combination) {
                (*out, *back) = out.less_what_is_in_both(*back);
            }
        }
        let [removed, added] = [removed, added].map(|set| self.of_combinations(derivers, set));
        Ok(Change { removed, added, named: None })
    }

    /// The combination of a changed case; none where no measure counts the event.
    fn combination(
        &self,
        configuration: &Configuration,
        (derivers, edits): (&mut [Deriver], &mut Edits<'_>),
        wanted: &[Vec<usize>],
        (event, has_families): (&str, bool),
        case: &StoredCase<'_>,
    ) -> Result<Option<Combination>, TabulateError> {
        let Some(number) = self.events.iter().position(|name| name == event) else { return Ok(None) };
        let Some(month) = counted_month(case, event) else { return Ok(None) };
        let mut codes = Vec::with_capacity(derivers.len());
        for (at, deriver) in derivers.iter_mut().enumerate() {
            let values: Vec<Option<&str>> = wanted[at].iter().map(|position| case.values[*position]).collect();
            // A code that its list no longer has cannot be found where it was counted either.
            let leaf = deriver.leaf(&values).ok_or(TabulateError::Recoded)?;
            codes.push(deriver.in_month(leaf, month));
        }
        edits.apply(&mut codes, month, derivers);
        for (at, (code, deriver)) in codes.iter_mut().zip(derivers).enumerate() {
            *code = self.listed_then(configuration, at, deriver, *code, month);
        }
        Ok(Some((number as u32, month, unit_of(case, has_families), codes)))
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
        if configuration.dimensions.dimensions[at].has_answers() {
            let codes = configuration.dimensions.dimensions[at].codes.as_ref();
            let entries =
                codes.and_then(|name| configuration.codes.get(name)).map_or([].as_slice(), |list| &list.entries);
            let then = |answer: u32| entries.get(answer as usize).is_some_and(|entry| listed.contains(&entry.code));
            return deriver.kept(leaf, then);
        }
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

    /// Cases that are their own unit, by event.
    fn own_units(&self) -> Vec<u64> {
        let mut own = vec![0; self.events.len()];
        for row in (0..self.count.len()).filter(|row| self.unit[*row] == OWN_UNIT) {
            own[self.event[row] as usize] += u64::from(self.count[row]);
        }
        own
    }

    fn of_combinations(&self, derivers: &[Deriver], set: BTreeMap<Combination, Cases>) -> Self {
        let mut frame = Self { events: self.events.clone(), dims: self.dims.clone(), ..Self::default() };
        for (dim, deriver) in frame.dims.iter_mut().zip(derivers) {
            dim.leaves.clone_from(&deriver.leaves);
        }
        frame.codes = vec![Vec::new(); self.dims.len()];
        for ((event, month, unit, codes), cases) in set.into_iter().filter(|(_, cases)| cases.count > 0) {
            frame.push((event, month, unit), codes, cases);
        }
        frame
    }

    fn push(&mut self, (event, month, unit): (u32, i32, u64), codes: Vec<u32>, cases: Cases) {
        self.event.push(event);
        self.month.push(month);
        self.unit.push(unit);
        self.count.push(cases.count);
        self.record_key.push(cases.key);
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
        // A frame without keys has none in its corrections either.
        self.record_key.resize(self.count.len(), 0);
        let mut rows: HashMap<Combination, Vec<usize>> = HashMap::new();
        for row in (0..self.count.len()).filter(|row| (period.start.0..period.end.0).contains(&self.month[*row])) {
            if self.lifetime(row).1 == u32::MAX {
                let codes = self.codes.iter().map(|column| column[row]).collect();
                rows.entry((self.event[row], self.month[row], self.unit[row], codes)).or_default().push(row);
            }
        }
        for (combination, cases) in self.translated(&change.removed, derivers) {
            let Cases { count: mut left, mut key } = cases;
            for &row in rows.get(&combination).into_iter().flatten() {
                let taken = left.min(self.count[row]);
                if taken == 0 {
                    continue;
                }
                left -= taken;
                self.count[row] -= taken;
                // Whichever of the rows it came from: only their sum is ever asked for.
                self.record_key[row] = self.record_key[row].wrapping_sub(key);
                let (event, month, unit, codes) = combination.clone();
                let since = self.lifetime(row).0;
                self.corrected.insert(self.count.len(), (since, edition));
                self.push((event, month, unit), codes, Cases { count: taken, key: std::mem::take(&mut key) });
            }
            if left > 0 {
                return Err(TabulateError::Recoded);
            }
        }
        for ((event, month, unit, codes), cases) in self.translated(&change.added, derivers) {
            self.corrected.insert(self.count.len(), (edition, u32::MAX));
            self.push((event, month, unit), codes, cases);
        }
        Ok(())
    }

    /// The combinations of a kept frame in the codes of this one.
    fn translated(&self, kept: &Self, derivers: &mut [Deriver]) -> Vec<(Combination, Cases)> {
        let maps: Vec<Option<(usize, Vec<u32>)>> = self
            .dims
            .iter()
            .zip(derivers)
            .map(|(dim, deriver)| {
                let place = kept.dims.iter().position(|old| old.name == dim.name)?;
                let leaves = kept.dims[place].leaves.iter();
                Some((place, leaves.map(|leaf| deriver.add(leaf.clone())).collect()))
            })
            .collect();
        (0..kept.count.len())
            .filter_map(|row| {
                let name = &kept.events[kept.event[row] as usize];
                let event = self.events.iter().position(|event| event == name)? as u32;
                // A dimension that came later stands at its first leaf in frozen rows, too.
                let code = |map: &Option<(usize, Vec<u32>)>| {
                    map.as_ref().map_or(0, |(place, map)| map[kept.codes[*place][row] as usize])
                };
                let codes = maps.iter().map(code).collect();
                let key = kept.record_key.get(row).copied().unwrap_or_default();
                Some(((event, kept.month[row], kept.unit[row], codes), Cases { count: kept.count[row], key }))
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

#[cfg(test)]
mod tests {
    use model::config::Dimension;
    use model::config::dimension::Derivation;

    use super::*;
    use crate::tabulate::frame::FrameDimension;

    const JULY: i32 = Month::new(2018, 7).0;

    fn quarter() -> Period {
        Period::starting(Month(JULY), 3)
    }

    fn deriver() -> Deriver {
        let dimension = Dimension {
            sensitive: false,
            name: "district".into(),
            label: "District".into(),
            derivation: Derivation::Nested { fields: vec!["district".into()] },
            codes: None,
            levels: Vec::new(),
            missing: "NR".into(),
            missing_label: "Not recorded".into(),
        };
        let mut deriver = Deriver::new(&dimension, None, None);
        for leaf in ["North", "South"] {
            deriver.add(leaf.to_owned());
        }
        deriver
    }

    /// Cases of family 7 in July, by district.
    fn frame(counts: &[(&str, u32)]) -> Frame {
        let mut frame = Frame {
            events: vec!["opened".into()],
            dims: vec![FrameDimension {
                leaves: ["NR", "North", "South"].map(str::to_owned).to_vec(),
                ..FrameDimension::named("district")
            }],
            codes: vec![Vec::new()],
            ..Frame::default()
        };
        for (district, count) in counts {
            let code = frame.dims[0].leaves.iter().position(|leaf| leaf == district).expect("a district");
            let key = count.wrapping_mul(1_000_000_007);
            frame.push((0, JULY, 7), vec![code as u32], Cases { count: *count, key });
        }
        frame
    }

    /// Cases in a district and an edition.
    fn counted(frame: &Frame, district: u32, edition: u32) -> u32 {
        let inside = |row: &usize| {
            let (since, until) = frame.lifetime(*row);
            frame.codes[0][*row] == district && (since..until).contains(&edition)
        };
        (0..frame.count.len()).filter(inside).map(|row| frame.count[row]).sum()
    }

    #[test]
    fn a_correction_moves_cases_and_leaves_the_first_edition_as_it_was() {
        let mut derivers = [deriver()];
        let mut corrected = frame(&[("North", 5), ("South", 2)]);
        let change = Change { removed: frame(&[("North", 2)]), added: frame(&[("South", 2)]), named: None };
        corrected.correct(&change, quarter(), 1, &mut derivers).expect("two cases to take out");
        let back = Change { removed: frame(&[("South", 1)]), added: frame(&[("North", 1)]), named: None };
        corrected.correct(&back, quarter(), 2, &mut derivers).expect("one case to take out");
        let editions = [0, 1, 2].map(|edition| (counted(&corrected, 1, edition), counted(&corrected, 2, edition)));
        assert_eq!(editions, [(5, 2), (3, 4), (4, 3)]);
    }

    #[test]
    fn a_change_is_of_as_many_families_as_are_in_it_and_a_case_of_its_own_counts_once() {
        let change = Change { removed: frame(&[("North", 2)]), added: frame(&[("South", 2)]), named: None };
        assert_eq!(change.units(), 1, "two cases of one family, before and after");
        let own = |counts: &[(&str, u32)]| {
            let mut frame = frame(counts);
            frame.unit.fill(OWN_UNIT);
            frame
        };
        let change = Change { removed: own(&[("North", 2)]), added: own(&[("South", 2), ("North", 1)]), named: None };
        assert_eq!(change.units(), 3, "two that moved and one that was left out");
    }

    #[test]
    fn a_corrected_case_takes_its_key_along_and_one_for_another_leaves_the_figure_as_it_was() {
        let mut derivers = [deriver()];
        let mut corrected = frame(&[("North", 5), ("South", 2)]);
        let keys = |frame: &Frame, district: u32, edition: u32| {
            let inside = |row: &usize| {
                let (since, until) = frame.lifetime(*row);
                frame.codes[0][*row] == district && (since..until).contains(&edition)
            };
            (0..frame.count.len()).filter(inside).fold(0, |sum: u32, row| sum.wrapping_add(frame.record_key[row]))
        };
        let [north, south] = [1, 2].map(|district| keys(&corrected, district, 0));
        let change = Change { removed: frame(&[("North", 2)]), added: frame(&[("South", 2)]), named: None };
        corrected.correct(&change, quarter(), 1, &mut derivers).expect("two cases to take out");
        let moved = 2_000_000_014;
        assert_eq!([1, 2].map(|district| keys(&corrected, district, 0)), [north, south], "the first edition stays");
        let expected = [north.wrapping_sub(moved), south.wrapping_add(moved)];
        assert_eq!([1, 2].map(|district| keys(&corrected, district, 1)), expected);
        let [one, another] = [3, 11].map(|key| Cases { count: 1, key });
        assert_eq!(one.less_what_is_in_both(another), Default::default());
        let two = Cases { count: 2, key: 14 };
        assert_eq!(two.less_what_is_in_both(one), (another, Cases::default()));
    }

    #[test]
    fn what_was_never_counted_cannot_be_taken_out() {
        let change = Change { removed: frame(&[("North", 6)]), added: Frame::default(), named: None };
        let error = frame(&[("North", 5)]).correct(&change, quarter(), 1, &mut [deriver()]);
        assert!(matches!(error, Err(TabulateError::Recoded)));
    }

    #[test]
    fn what_is_kept_of_a_correction_is_read_back_the_same() {
        let change = Change { removed: frame(&[("North", 2)]), added: frame(&[("South", 2)]), named: None };
        assert_eq!(Change::unpack(&change.pack().expect("bytes")).expect("a change"), change);
    }
}
