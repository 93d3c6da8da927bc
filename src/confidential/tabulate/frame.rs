//! The cases of all released and unreleased months as distinct combinations of the dimensions' leaves, with counts.
//!
//! Comes in: stored cases of months that are not frozen, frozen combinations of those that are. Goes out: columns of
//! indices. A released period is never counted again from live data: an erased person between two versions would be
//! the difference between them. Deliberately absent: names, dates of days, anything that identifies.

use std::collections::{BTreeMap, HashSet};

use model::config::Configuration;
use model::config::dimension::Derivation;
use model::config::source::Source;
use model::edition::Editions;
use model::period::{Month, Period};
use model::scope::Scope;
use serde::{Deserialize, Serialize};

use crate::store::Store;
use crate::store::cases::StoredCase;
use crate::store::record_keys::RecordKeys;
use crate::tabulate::TabulateError;
use crate::tabulate::closings::{CLOSED, ClosingField, Closings};
use crate::tabulate::collected::Collected;
use crate::tabulate::correction::Change;
use crate::tabulate::derive::{Deriver, NESTED};
use crate::tabulate::frozen::unpacked;
use crate::tabulate::impossible::{Edits, held};

/// The unit of a case that the source declares to be its own.
pub const OWN_UNIT: u64 = u64::MAX;
/// The one unit that all cases without a family key make together.
pub const UNKNOWN_FAMILY: u64 = 0;

/// A dimension as the frame holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameDimension {
    /// As in the configuration.
    pub name: String,
    /// Leaf codes by index.
    pub leaves: Vec<String>,
    /// Half-open month intervals that were frozen before this dimension existed, or in which most cases came without a column for it.
    pub unavailable: Vec<(i32, i32)>,
    /// Leaves that were listed when a half-open interval of months was frozen. A leaf that is not among them was
    /// counted elsewhere in those months, for ever.
    #[serde(skip)]
    pub listed: Vec<((i32, i32), HashSet<String>)>,
    /// Codes of an open list that no table shows: so few were counted under them before that a row would say of somebody.
    #[serde(skip)]
    pub unlisted: HashSet<String>,
}

impl FrameDimension {
    /// A dimension of which nothing is known yet.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            leaves: Vec::new(),
            unavailable: Vec::new(),
            listed: Vec::new(),
            unlisted: HashSet::new(),
        }
    }
}

/// Distinct combinations with counts, column by column.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Frame {
    /// Events by index: `opened`, `closed`.
    pub events: Vec<String>,
    /// The dimensions.
    pub dims: Vec<FrameDimension>,
    /// Event of each row.
    pub event: Vec<u32>,
    /// Month of each row.
    pub month: Vec<i32>,
    /// Protected unit of each row: [`OWN_UNIT`], [`UNKNOWN_FAMILY`] or a family's number.
    pub unit: Vec<u64>,
    /// Leaf of each row, by dimension.
    pub codes: Vec<Vec<u32>>,
    /// Cases of each row.
    pub count: Vec<u32>,
    /// The keys of the cases of each row, added modulo 2^32; empty where they are not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub record_key: Vec<u32>,
    /// Rows that a correction took out or brought in, with the editions in which they are in the figures: from the first
    /// up to before the second. Every other row is in all of them.
    #[serde(skip)]
    pub corrected: BTreeMap<usize, (u32, u32)>,
    /// The corrected periods in order, with what each correction says may have changed.
    #[serde(skip)]
    pub scopes: Vec<(Period, Scope)>,
    /// Months that were released.
    #[serde(skip)]
    pub frozen: HashSet<i32>,
    /// Rows that contradicted a rule about what cannot be, and are taken for not recorded.
    #[serde(skip)]
    pub doubted: u64,
    /// Events that nothing counted yet when a half-open interval of months was frozen, or that were not recorded in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uncounted: Vec<(String, (i32, i32))>,
}

/// What is made of live cases as they come by.
struct Sink<'a, 'b> {
    derivers: &'a mut [Deriver],
    edits: &'a mut Edits<'b>,
    collected: &'a mut Collected,
    closings: &'a mut Closings,
}

/// A frame, the corrections in it, and what a new one would change.
#[derive(Debug)]
pub struct Loaded {
    /// All rows of all editions.
    pub frame: Frame,
    /// The corrected periods in order, the new one last.
    pub editions: Editions,
    /// What the new correction changes, where one was asked for and anything was recorded.
    pub change: Option<Change>,
}

impl Frame {
    /// All cases of the store up to `end`: frozen months from the ledger with their corrections, the others live.
    /// `correct`: what was recorded of that period since it was counted becomes an edition of its own.
    ///
    /// # Errors
    /// [`TabulateError`] where the store cannot be read or holds a code that its list no longer has.
    pub fn load(
        store: &Store,
        configuration: &Configuration,
        end: Month,
        correct: Option<Period>,
    ) -> Result<Loaded, TabulateError> {
        let mut derivers = derivers(configuration);
        let held = held(store, configuration)?;
        let mut edits = Edits::new(configuration, &held);
        let mut frame = Self::empty(configuration);
        let mut frozen_months = HashSet::new();
        for period in store.frozen()? {
            frozen_months.extend(period.start..period.end);
            if period.body.is_empty() {
                // The combinations of all sources lie with the first one.
                continue;
            }
            let record_keys = store.record_keys("frozen combinations");
            frame.append_frozen(&unpacked(&period.body)?, (period.start, period.end), (&mut derivers, &record_keys));
        }
        let mut corrected = Vec::new();
        for correction in store.corrections()? {
            corrected.push(correction.period);
            let change = Change::unpack(&correction.body)?;
            frame.scopes.push((correction.period, change.scope()));
            frame.correct(&change, correction.period, corrected.len() as u32, &mut derivers)?;
        }
        let mut change = None;
        if let Some(period) = correct {
            let recorded = frame.change(store, configuration, (&mut derivers, &mut edits), period)?;
            if !recorded.is_empty() {
                corrected.push(period);
                frame.correct(&recorded, period, corrected.len() as u32, &mut derivers)?;
                change = Some(recorded);
            }
        }
        let live = frame.append_all(store, configuration, (&mut derivers, &mut edits), &frozen_months, end)?;
        frame.doubted = edits.doubted;
        frame.leave_out(configuration, &live, &frozen_months);
        frame.frozen = frozen_months;
        frame.check_rules(&mut edits, &derivers)?;
        for (dim, deriver) in frame.dims.iter_mut().zip(derivers) {
            dim.leaves = deriver.leaves;
        }
        Ok(Loaded { frame, editions: Editions::new(corrected), change })
    }

    /// All cases up to `end` in the codes in which they were recorded, whatever was published of them.
    ///
    /// # Errors
    /// [`TabulateError`] where the store cannot be read or holds a code that its list no longer has.
    pub fn recorded(store: &Store, configuration: &Configuration, end: Month) -> Result<Self, TabulateError> {
        let mut derivers = derivers(configuration);
        let held = held(store, configuration)?;
        let mut edits = Edits::new(configuration, &held);
        let mut frame = Self::empty(configuration);
        frame.append_all(store, configuration, (&mut derivers, &mut edits), &HashSet::new(), end)?;
        for (dim, deriver) in frame.dims.iter_mut().zip(derivers) {
            dim.leaves = deriver.leaves;
        }
        Ok(frame)
    }

    fn empty(configuration: &Configuration) -> Self {
        let mut events: Vec<String> =
            configuration.dimensions.measures.iter().map(|measure| measure.event.clone()).collect();
        events.extend(configuration.dimensions.measures.iter().filter_map(|measure| measure.less.clone()));
        events.sort();
        events.dedup();
        let dims: Vec<FrameDimension> = configuration
            .dimensions
            .dimensions
            .iter()
            .map(|dimension| FrameDimension::named(&dimension.name))
            .collect();
        let codes = vec![Vec::new(); dims.len()];
        Self { events, dims, codes, ..Self::default() }
    }

    /// All live cases of all sources; in months in which most came without a column for a dimension it was not collected.
    fn append_all(
        &mut self,
        store: &Store,
        configuration: &Configuration,
        (derivers, edits): (&mut [Deriver], &mut Edits<'_>),
        frozen: &HashSet<i32>,
        end: Month,
    ) -> Result<Closings, TabulateError> {
        let (mut collected, mut closings) = (Collected::new(derivers.len()), Closings::until(end.0));
        for source in configuration.sources.values() {
            let sink = Sink { derivers, edits, collected: &mut collected, closings: &mut closings };
            self.append_live(store, source, sink, frozen, end)?;
        }
        for (dim, months) in self.dims.iter_mut().zip(collected.hardly()) {
            dim.unavailable.extend(months);
        }
        Ok(closings)
    }

    /// Nobody knows how often anything was in periods of which nothing was kept, nor how many cases were closed in months of which
    /// too many closings were never read. What was told of a frozen month stays told.
    fn leave_out(&mut self, configuration: &Configuration, closings: &Closings, frozen: &HashSet<i32>) {
        let gaps = &configuration.service.not_recorded;
        let gap_months = gaps.iter().flat_map(|gap| gap.start.0..gap.end.0).filter(|month| !frozen.contains(month));
        let all = gap_months.flat_map(|month| self.events.iter().map(move |event| (event.clone(), (month, month + 1))));
        self.uncounted.extend(all.collect::<Vec<_>>());
        if self.events.iter().any(|event| event == CLOSED) {
            let missed = closings.missed(gaps).into_iter().flat_map(|(start, end)| start..end);
            let missed = missed.filter(|month| !frozen.contains(month));
            self.uncounted.extend(missed.map(|month| (CLOSED.to_owned(), (month, month + 1))));
        }
    }

    fn append_frozen(
        &mut self,
        frozen: &Self,
        months: (i32, i32),
        (derivers, record_keys): (&mut [Deriver], &RecordKeys),
    ) {
        let events: Vec<Option<u32>> = frozen
            .events
            .iter()
            .map(|name| self.events.iter().position(|event| event == name).map(|at| at as u32))
            .collect();
        let uncounted = self.events.iter().filter(|event| !frozen.events.contains(event));
        self.uncounted.extend(uncounted.map(|event| (event.clone(), months)));
        self.uncounted.extend(frozen.uncounted.iter().cloned());
        let kept: Vec<usize> =
            (0..frozen.count.len()).filter(|row| events[frozen.event[*row] as usize].is_some()).collect();
        for (at, deriver) in derivers.iter_mut().enumerate() {
            match frozen.dims.iter().position(|dim| dim.name == self.dims[at].name) {
                Some(old) => {
                    let map: Vec<u32> = frozen.dims[old].leaves.iter().map(|leaf| deriver.add(leaf.clone())).collect();
                    self.codes[at].extend(kept.iter().map(|row| map[frozen.codes[old][*row] as usize]));
                    self.dims[at].unavailable.extend(&frozen.dims[old].unavailable);
                    let leaves = frozen.dims[old].leaves.iter();
                    let codes = leaves
                        .flat_map(|leaf| (1..=leaf.matches(NESTED).count() + 1).map(|depth| ancestor(leaf, depth)));
                    self.dims[at].listed.push((months, codes.map(str::to_owned).collect()));
                }
                None => {
                    self.dims[at].unavailable.push(months);
                    self.codes[at].extend(kept.iter().map(|_| 0));
                }
            }
        }
        self.event.extend(kept.iter().filter_map(|row| events[frozen.event[*row] as usize]));
        self.month.extend(kept.iter().map(|row| frozen.month[*row]));
        self.unit.extend(kept.iter().map(|row| frozen.unit[*row]));
        self.count.extend(kept.iter().map(|row| frozen.count[*row]));
        let key_of = |row: &usize| match frozen.record_key.get(*row) {
            Some(key) => *key,
            // Frozen before there were record keys: the combination has one, for ever as well.
            None => record_keys.of(&frozen.name_of(*row)),
        };
        self.record_key.extend(kept.iter().map(key_of));
    }

    /// Event, month, unit and leaves of a row: no other row of a frozen frame has the same.
    fn name_of(&self, row: usize) -> String {
        let leaves = self.dims.iter().zip(&self.codes).map(|(dim, codes)| dim.leaves[codes[row] as usize].clone());
        let event = self.events[self.event[row] as usize].clone();
        let when_and_who = [self.month[row].to_string(), self.unit[row].to_string()];
        [event].into_iter().chain(when_and_who).chain(leaves).collect::<Vec<_>>().join("\n")
    }

    fn append_live(
        &mut self,
        store: &Store,
        source: &Source,
        Sink { derivers, edits, collected, closings }: Sink<'_, '_>,
        frozen: &HashSet<i32>,
        end: Month,
    ) -> Result<(), TabulateError> {
        let (mut fields, wanted) = fields_of(derivers);
        let closing = ClosingField::of(source, &mut fields);
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let mut foreign = None;
        let mut leaves = vec![0; derivers.len()];
        let mut then = Vec::with_capacity(derivers.len());
        let record_keys = store.record_keys(&source.name);
        store.scan(&source.name, &fields, None, &mut |case| {
            closing.iter().for_each(|closing| closings.note(&case, closing));
            let is_moved = closing.as_ref().is_some_and(|closing| self.is_moved(&case, closing));
            let months: Vec<(u32, i32)> = self
                .events
                .iter()
                .enumerate()
                .filter_map(|(event, name)| Some((event as u32, counted_month(&case, name)?)))
                .filter(|(_, month)| *month < end.0 && !frozen.contains(month))
                .filter(|(event, _)| !(is_moved && self.events[*event as usize] == CLOSED))
                .collect();
            if months.is_empty() {
                return;
            }
            let mut values = Vec::with_capacity(4);
            for (at, deriver) in derivers.iter_mut().enumerate() {
                values.clear();
                values.extend(wanted[at].iter().map(|position| case.values[*position]));
                match deriver.leaf(&values) {
                    Some(leaf) => leaves[at] = leaf,
                    None => foreign = foreign.or(Some(at)),
                }
            }
            let unit = unit_of(&case, source.family.is_some());
            let record_key = record_keys.of(case.reference);
            // Once, by the opening: a case that is closed in a month may have come in with the export of another.
            if let Some(month) = case.opened_month.filter(|opened| months.iter().any(|(_, month)| month == opened)) {
                collected.note(month, |at| derivers[at].is_known(|field| case.known[wanted[at][field]]));
            }
            for (event, month) in months {
                self.event.push(event);
                self.month.push(month);
                self.unit.push(unit);
                self.count.push(1);
                self.record_key.push(record_key);
                then.clear();
                then.extend(leaves.iter().zip(derivers.iter_mut()).map(|(leaf, of)| of.in_month(*leaf, month)));
                edits.apply(&mut then, month, derivers);
                self.codes.iter_mut().zip(&then).for_each(|(column, leaf)| column.push(*leaf));
            }
        })?;
        match foreign {
            None => Ok(()),
            Some(at) => Err(TabulateError::ForeignCode { dimension: self.dims[at].name.clone() }),
        }
    }

    /// Whether a closing that came in late is of a month of which no report tells the closings: then it is no other month's either.
    pub(super) fn is_moved(&self, case: &StoredCase<'_>, closing: &ClosingField) -> bool {
        let of_month = |month: i32| Period { start: Month(month), end: Month(month + 1) };
        let happened = closing.month(case).filter(|month| case.closed_month != Some(*month));
        happened.is_some_and(|month| self.is_event_unavailable(CLOSED, of_month(month)))
    }

    /// Every row holds to the rules that the releases of its month state. Where a dimension came later nothing is known of it.
    fn check_rules(&self, edits: &mut Edits<'_>, derivers: &[Deriver]) -> Result<(), TabulateError> {
        let mut leaves = vec![0; self.codes.len()];
        for row in 0..self.count.len() {
            let month = self.month[row];
            for (leaf, (column, (dim, deriver))) in
                leaves.iter_mut().zip(self.codes.iter().zip(self.dims.iter().zip(derivers)))
            {
                let is_later = dim.unavailable.iter().any(|(start, end)| (*start..*end).contains(&month));
                *leaf = if is_later { deriver.missing() } else { column[row] };
            }
            if let Some(held) = edits.contradicted(&leaves, month, derivers) {
                return Err(TabulateError::Contradicted { says: held.rule.says.clone() });
            }
        }
        Ok(())
    }

    /// Whether `code` of dimension `at` cannot be told for `period`: the dimension or the code came later than the
    /// freezing of some of its months.
    #[must_use]
    pub fn is_unavailable(&self, at: usize, code: &str, period: Period) -> bool {
        let overlaps = |months: (i32, i32)| months.0 < period.end.0 && period.start.0 < months.1;
        let dim = &self.dims[at];
        self.is_dimension_unavailable(at, period)
            || dim.listed.iter().any(|(months, codes)| overlaps(*months) && !codes.contains(code))
    }

    /// Whether `code` of dimension `at` was listed in no month of `period`, all of which are frozen: then nobody is counted under it
    /// there, for ever. A code that some of its months have is no such code: the others count it elsewhere.
    #[must_use]
    pub fn is_unlisted(&self, at: usize, code: &str, period: Period) -> bool {
        let listed = &self.dims[at].listed;
        let is_without = |month: i32| {
            let mut of_month = listed.iter().filter(|((start, end), _)| (*start..*end).contains(&month)).peekable();
            of_month.peek().is_some() && of_month.all(|(_, codes)| !codes.contains(code))
        };
        (period.start.0..period.end.0).all(is_without)
    }

    /// Whether dimension `at` came later than the freezing of some months of `period`, so that none of its codes can be told.
    #[must_use]
    pub fn is_dimension_unavailable(&self, at: usize, period: Period) -> bool {
        self.dims[at].unavailable.iter().any(|months| months.0 < period.end.0 && period.start.0 < months.1)
    }

    /// Whether `event` was not recorded in some months of `period`, or came later than their freezing, so that nobody knows how
    /// often it was then.
    #[must_use]
    pub fn is_event_unavailable(&self, event: &str, period: Period) -> bool {
        let overlaps = |months: &(i32, i32)| months.0 < period.end.0 && period.start.0 < months.1;
        self.uncounted.iter().any(|(name, months)| name == event && overlaps(months))
    }

    /// Whether figures of any month of `period` were released and told how many cases there were.
    #[must_use]
    pub fn is_told_in(&self, period: Period) -> bool {
        let told = |month: &&i32| (period.start.0..period.end.0).contains(*month) && self.frozen.contains(*month);
        self.month.iter().any(|month| told(&month))
    }

    /// First month with a case of any event; none where the frame is empty.
    #[must_use]
    pub fn first_month(&self) -> Option<Month> {
        self.month.iter().min().map(|month| Month(*month))
    }

    /// Cases of which `event` fell into `period`, as they were counted first.
    #[must_use]
    pub fn cases_in(&self, event: &str, period: Period) -> u64 {
        let is_first = |row: &usize| self.corrected.get(row).is_none_or(|(since, _)| *since == 0);
        let is_inside = |row: &usize| {
            self.events[self.event[*row] as usize] == event
                && (period.start.0..period.end.0).contains(&self.month[*row])
        };
        (0..self.count.len()).filter(is_first).filter(is_inside).map(|row| u64::from(self.count[row])).sum()
    }

    /// Whether `event` was recorded before `period` and never in it.
    #[must_use]
    pub fn is_silent(&self, event: &str, period: Period) -> bool {
        let of_event = |row: &usize| self.events[self.event[*row] as usize] == event;
        let mut months = (0..self.count.len()).filter(of_event).map(|row| self.month[row]);
        let inside = period.start.0..period.end.0;
        months.clone().any(|month| month < inside.start) && !months.any(|month| inside.contains(&month))
    }

    /// Whether any case falls into `period`.
    #[must_use]
    pub fn has_cases_in(&self, period: Period) -> bool {
        self.month.iter().any(|month| (period.start.0..period.end.0).contains(month))
    }
}

/// Every field that the derivers need, each once, and where each deriver finds its own.
pub(super) fn fields_of(derivers: &[Deriver]) -> (Vec<String>, Vec<Vec<usize>>) {
    let mut fields: Vec<String> = Vec::new();
    let mut wanted: Vec<Vec<usize>> = Vec::new();
    for deriver in derivers {
        let mut positions = Vec::new();
        for name in &deriver.fields {
            let at = fields.iter().position(|field| field == name).unwrap_or_else(|| {
                fields.push(name.clone());
                fields.len() - 1
            });
            positions.push(at);
        }
        wanted.push(positions);
    }
    (fields, wanted)
}

/// The protected unit of a case.
pub(super) fn unit_of(case: &StoredCase<'_>, has_families: bool) -> u64 {
    if has_families { case.family.map_or(UNKNOWN_FAMILY, |family| family.max(1)) } else { OWN_UNIT }
}

/// The month in which an event of a case is counted. The store knows two events.
pub(super) fn counted_month(case: &StoredCase<'_>, event: &str) -> Option<i32> {
    match event {
        "opened" => case.opened_month,
        CLOSED => case.closed_month,
        _ => None,
    }
}

/// The first `depth` parts of a nested code.
#[must_use]
pub fn ancestor(leaf: &str, depth: usize) -> &str {
    leaf.match_indices(NESTED).nth(depth - 1).map_or(leaf, |(end, _)| &leaf[..end])
}

fn derivers(configuration: &Configuration) -> Vec<Deriver> {
    let list = |name: Option<&String>| name.and_then(|name| configuration.codes.get(name));
    let holidays = |derivation: &Derivation| match derivation {
        Derivation::WorkingDays { holidays, .. } => holidays.clone(),
        Derivation::Code { .. }
        | Derivation::Band { .. }
        | Derivation::AgeYears { .. }
        | Derivation::Answers { .. }
        | Derivation::Nested { .. } => None,
    };
    let dimensions = &configuration.dimensions.dimensions;
    dimensions
        .iter()
        .map(|dimension| {
            let days = holidays(&dimension.derivation);
            Deriver::new(dimension, list(dimension.codes.as_ref()), list(days.as_ref()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_frozen_is_read_back_the_same() {
        let frame = crate::tabulate::fold::tests::frame();
        let whole = Period { start: Month(24_000), end: Month(24_002) };
        assert_eq!(unpacked::<Frame>(&frame.freeze(whole).expect("bytes")).expect("a frame"), frame);
        let first = Period { start: Month(24_000), end: Month(24_001) };
        assert_eq!(unpacked::<Frame>(&frame.freeze(first).expect("bytes")).expect("a frame").count, [1, 2]);
    }
}
