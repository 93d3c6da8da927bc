//! Groups the distinct rows at a node. Comes in: microdata, a node, the models. Goes out: which rows fail, and what classes
//! the others make. Deliberately absent: the lattice's other nodes, and what anything costs.
//!
//! The quasi-identifiers are cut into two halves. For each combination of levels of the first half the distinct rows are
//! rolled up once, in blocks; a node is then one pass over that base, with one look-up and one small array a block.

use std::sync::{Arc, Mutex, PoisonError};

use super::base::{Base, Rows};
use super::half::Half;
use super::payload::Payload;
use super::run::Run;
use super::tally::Tally;
use crate::extract::hierarchy::Hierarchy;
use crate::extract::metric::Costs;
use crate::extract::microdata::Microdata;
use crate::extract::model::Model;

/// What a node's classes are like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Groups {
    /// Records in classes that fail a core condition, so at every node below too.
    pub(super) core: u64,
    /// Records suppressed here, `core` and all.
    pub(super) suppressed: u64,
    /// `[quasi-identifier][value]`, records that fail a core condition.
    pub(super) core_values: Vec<Vec<u64>>,
    /// The same of all suppressed; empty where they are the same.
    pub(super) suppressed_values: Vec<Vec<u64>>,
    /// Classes that are kept.
    pub(super) classes: u64,
    /// Sum of their squared records.
    pub(super) squares: u64,
    /// Groups of records, those that fail too.
    pub(super) all_groups: u64,
    /// Sum of their squared records.
    pub(super) all_squares: u64,
    /// More failed than were allowed, so the rest was not looked at.
    pub(super) cut_short: bool,
    /// A class of the population alone that may not be there; nothing can be suppressed in it.
    pub(super) absent_fails: bool,
    /// What else is suppressed was chosen by a rule, and another choice might cost less.
    pub(super) by_rule: bool,
}

/// Groups rows at any node, remembering what it rolled up.
#[derive(Debug)]
pub(super) struct Grouper<'m> {
    microdata: &'m Microdata,
    halves: [Half; 2],
    /// By distinct row, the code of the first half.
    first: Vec<u32>,
    /// By distinct row, the code of the second half and the payload.
    second: Vec<u32>,
    /// What those codes are; none where no model looks inside a class.
    payload: Option<Payload>,
    seconds: usize,
    bases: Mutex<Vec<(Vec<u8>, Arc<Base>)>>,
}

/// Rolled-up rows are kept up to this many bytes.
const BASES_BYTES: usize = 96 << 20;

impl<'m> Grouper<'m> {
    pub(super) fn new(microdata: &'m Microdata, models: &[Model]) -> Self {
        let distinct = &microdata.distinct;
        let (first, second) = split(microdata);
        let (first, of_first) = Half::new(first, &distinct.codes, &microdata.hierarchies);
        let (second, of_second) = Half::new(second, &distinct.codes, &microdata.hierarchies);
        let inside = models.iter().any(Model::looks_inside) || !distinct.units.is_empty();
        let (payload, of_second) = if inside {
            let (payload, codes) = Payload::new(distinct, &of_second);
            (Some(payload), codes)
        } else {
            (None, of_second)
        };
        let seconds = payload.as_ref().map_or(second.codes, Payload::codes);
        let rows =
            Rows { first: &of_first, second: &of_second, counts: &distinct.counts, population: &distinct.population };
        let bottom = Base::bottom(&rows, first.codes, seconds);
        let levels = vec![0; first.columns.len()];
        let bases = Mutex::new(vec![(levels, Arc::new(bottom))]);
        Self { microdata, halves: [first, second], first: of_first, second: of_second, payload, seconds, bases }
    }

    /// How many distinct rows there are.
    pub(super) fn rows(&self) -> usize {
        self.microdata.distinct.rows()
    }

    pub(super) fn half(&self, at: usize) -> &Half {
        &self.halves[at]
    }

    /// The code of the second half, without payload.
    pub(super) fn half_code(&self, second: u32) -> u32 {
        self.payload.as_ref().map_or(second, |payload| payload.half[second as usize])
    }

    /// A row's code of the first half, and its records.
    pub(super) fn first_of(&self, row: u32) -> (u32, u32) {
        (self.first[row as usize], self.microdata.distinct.counts[row as usize])
    }

    /// Nothing suppressed.
    pub(super) fn no_values(&self) -> Vec<Vec<u64>> {
        self.microdata.hierarchies.iter().map(|hierarchy| vec![0; hierarchy.domain() as usize]).collect()
    }

    /// The base of a node: rolled up from the smallest one known below it.
    fn base(&self, node: &[u8]) -> Arc<Base> {
        let levels = self.halves[0].levels_of(node);
        let lock = || self.bases.lock().unwrap_or_else(PoisonError::into_inner);
        let nearest = {
            let bases = lock();
            let below = bases.iter().filter(|(known, _)| known.iter().zip(&levels).all(|(low, high)| low <= high));
            below.min_by_key(|(_, base)| base.len()).cloned()
        };
        let Some((known, nearest)) = nearest else { return Arc::default() };
        if known == levels {
            return nearest;
        }
        let base = Arc::new(nearest.roll_up(&self.halves[0].table(node), self.seconds));
        let mut bases = lock();
        // The first is every distinct row, from which all others can be made again.
        while bases.len() > 1 && bases.iter().map(|(_, base)| base.bytes()).sum::<usize>() > BASES_BYTES {
            bases.remove(1);
        }
        if !bases.iter().any(|(known, _)| *known == levels) {
            bases.push((levels, base.clone()));
        }
        base
    }

    /// Groups the rows at `node`. Stops when more than `most` records fail a core condition.
    pub(super) fn group(&self, node: &[u8], models: &[Model], most: u64, costs: &Costs) -> Groups {
        let stats = !costs.metric.is_by_column();
        let base = self.base(node);
        let table = self.halves[1].table(node);
        let least = models.iter().map(Model::units_min).max().unwrap_or(1);
        let average = models.iter().any(|model| matches!(model, Model::AverageRisk { .. }));
        let mut run = Run::new(&base, &table, most);
        match &self.payload {
            None if average => run.sizes::<true, true>(least),
            None if stats => run.sizes::<true, false>(least),
            None => run.sizes::<false, false>(least),
            Some(payload) => run.inside(payload, models, average),
        }
        if run.groups.cut_short {
            return run.groups;
        }
        run.groups.suppressed = run.groups.core + run.records(&run.more);
        let few = |run: &Run<'_>| run.groups.suppressed > 0 && self.units(run) < least;
        if run.found.is_empty() && few(&run) {
            run = Run::new(&base, &table, u64::MAX);
            match &self.payload {
                None => run.sizes::<true, true>(least),
                Some(payload) => run.inside(payload, models, true),
            }
            run.groups.suppressed = run.groups.core + run.records(&run.more);
        }
        self.join(&mut run, node, (models, costs), least);
        let is_answer = run.groups.suppressed <= most;
        self.values(&mut run, is_answer);
        run.groups
    }

    /// Puts the smallest class last. Among classes alike in size that is the one whose cells come first in their
    /// hierarchies, so that the order of the records decides nothing.
    pub(super) fn sort(&self, run: &mut Run<'_>, node: &[u8]) {
        let base = run.base;
        let cells = |entry: u32| {
            let cell = |((value, hierarchy), level): ((u32, &Hierarchy), &u8)| {
                hierarchy.levels()[usize::from(*level)].codes[value as usize]
            };
            self.values_of_entry(base, entry).zip(&self.microdata.hierarchies).zip(node).map(cell)
        };
        run.found.sort_unstable_by(|a, b| {
            (b.units, b.records).cmp(&(a.units, a.records)).then_with(|| cells(b.entry).cmp(cells(a.entry)))
        });
    }

    /// The values of one of an entry's rows, one a quasi-identifier.
    pub(super) fn values_of_entry(&self, base: &Base, entry: u32) -> impl Iterator<Item = u32> {
        let row = base.rows_of(entry).first().map_or(0, |row| *row as usize);
        self.microdata.distinct.codes.iter().map(move |codes| codes[row])
    }

    /// Protected units of the suppressed records.
    pub(super) fn units(&self, run: &Run<'_>) -> u64 {
        let units = &self.microdata.distinct.units;
        if units.is_empty() {
            return run.groups.suppressed;
        }
        let entries = run.core.iter().chain(&run.more);
        let rows = entries.flat_map(|entry| run.base.rows_of(*entry)).map(|row| *row as usize);
        let of_records = rows.filter(|row| self.microdata.distinct.counts[*row] > 0);
        let mut hidden: Vec<u32> = of_records.map(|row| units[row]).collect();
        hidden.sort_unstable();
        hidden.dedup();
        hidden.len() as u64
    }

    /// Counts the suppressed records by quasi-identifier and value; of a node that is no answer those of the core alone.
    fn values(&self, run: &mut Run<'_>, is_answer: bool) {
        let mut tally = Tally::new(self);
        tally.add(self, run.base, &run.core);
        run.groups.core_values = tally.values(self);
        if is_answer && !run.more.is_empty() {
            tally.add(self, run.base, &run.more);
            run.groups.suppressed_values = tally.values(self);
        }
    }

    /// The class of each distinct row at `node`, where it is kept: block and code of the second half.
    pub(super) fn classes(&self, node: &[u8], models: &[Model], costs: &Costs) -> Vec<Option<(u32, u32)>> {
        let base = self.base(node);
        let table = self.halves[1].table(node);
        let first = self.halves[0].table(node);
        let least = models.iter().map(Model::units_min).max().unwrap_or(1);
        let mut run = Run::new(&base, &table, u64::MAX);
        match &self.payload {
            None => run.sizes::<true, true>(least),
            Some(payload) => run.inside(payload, models, true),
        }
        run.groups.suppressed = run.groups.core + run.records(&run.more);
        self.join(&mut run, node, (models, costs), least);
        let key = |(first_code, second): (&u32, &u32)| {
            Some((first.ids[*first_code as usize], table.ids[self.half_code(*second) as usize]))
        };
        let mut classes: Vec<Option<(u32, u32)>> = self.first.iter().zip(&self.second).map(key).collect();
        for row in run.core.iter().chain(&run.more).flat_map(|entry| base.rows_of(*entry)) {
            classes[*row as usize] = None;
        }
        classes
    }
}

/// Which quasi-identifiers make the first half: those with most values, until their levels make about the square root of
/// the lattice. They are what makes rows distinct, so rolling up along them leaves few.
fn split(microdata: &Microdata) -> (Vec<usize>, Vec<usize>) {
    let mut columns: Vec<usize> = (0..microdata.hierarchies.len()).collect();
    columns.sort_by_key(|column| std::cmp::Reverse(microdata.hierarchies[*column].domain()));
    let heights = |columns: &[usize]| -> f64 {
        columns
            .iter()
            .map(|column| f64::from(u32::try_from(microdata.hierarchies[*column].height()).unwrap_or(u32::MAX)))
            .product()
    };
    let all = heights(&columns).sqrt();
    let cut = (1..columns.len()).find(|cut| heights(&columns[..*cut]) >= all).unwrap_or(columns.len());
    let second = columns.split_off(cut);
    (columns, second)
}
