//! One pass over a base at one node. Comes in: a base, the table of the second half. Goes out: entries that fail, counts of
//! classes. Deliberately absent: what it costs, and any other node.

use super::base::Base;
use super::grouper::Groups;
use super::half::Generalised;
use super::payload::Payload;
use crate::extract::model::{Class, Model};

/// One class as it was found, for those who need them all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) units: u64,
    pub(super) records: u64,
    block: u32,
    id: u32,
    /// One of its entries.
    pub(super) entry: u32,
}

/// A pass and what it has found so far.
pub(super) struct Run<'a> {
    pub(super) base: &'a Base,
    table: &'a Generalised,
    /// By code of the second half with payload, the code of the second half; the same where there is no payload.
    half: Option<&'a [u32]>,
    most: u64,
    pub(super) groups: Groups,
    /// Entries that fail a core condition.
    pub(super) core: Vec<u32>,
    /// Entries that are suppressed without failing one.
    pub(super) more: Vec<u32>,
    /// Classes that are kept, where they were asked for; once sorted, the smallest last.
    pub(super) found: Vec<Found>,
}

impl<'a> Run<'a> {
    pub(super) fn new(base: &'a Base, table: &'a Generalised, most: u64) -> Self {
        Self {
            base,
            table,
            half: None,
            most,
            groups: Groups::default(),
            core: Vec::new(),
            more: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Classes by how many records they have; those below `least` fail. `STATS`: whether classes are counted, `KEEP`:
    /// whether each is remembered.
    pub(super) fn sizes<const STATS: bool, const KEEP: bool>(&mut self, least: u64) {
        let least = u32::try_from(least).unwrap_or(u32::MAX);
        let ids = self.table.ids.as_slice();
        let mut sizes = vec![0_u32; self.table.count];
        for (block, range) in (0_u32..).zip(self.base.blocks.windows(2)) {
            let &[from, to] = range else { continue };
            let entries = from as usize..to as usize;
            let (seconds, counts) = (&self.base.second[entries.clone()], &self.base.counts[entries]);
            for (second, count) in seconds.iter().zip(counts) {
                let size = &mut sizes[ids[*second as usize] as usize];
                // All records together are fewer than 2^32.
                *size = size.wrapping_add(*count);
            }
            for ((second, count), entry) in seconds.iter().zip(counts).zip(from..) {
                if sizes[ids[*second as usize] as usize] < least {
                    self.groups.core += u64::from(*count);
                    self.core.push(entry);
                }
            }
            for (second, entry) in seconds.iter().zip(from..) {
                let id = ids[*second as usize];
                let size = std::mem::take(&mut sizes[id as usize]);
                if STATS && size > 0 {
                    let records = u64::from(size);
                    self.count(records, size >= least);
                    if KEEP && size >= least {
                        self.found.push(Found { units: records, records, block, id, entry });
                    }
                }
            }
            if self.groups.core > self.most {
                self.groups.cut_short = true;
                return;
            }
        }
    }

    fn count(&mut self, records: u64, kept: bool) {
        self.groups.all_groups += 1;
        self.groups.all_squares += records * records;
        if kept {
            self.groups.classes += 1;
            self.groups.squares += records * records;
        }
    }

    /// Classes by what they have inside.
    pub(super) fn inside(&mut self, payload: &'a Payload, models: &[Model], keep: bool) {
        self.half = Some(&payload.half);
        let mut places = vec![u32::MAX; self.table.count];
        let mut inside = Inside::default();
        let mut more = 0;
        for block in (0_u32..).take(self.base.blocks.len().saturating_sub(1)) {
            inside.clear();
            for entry in self.base.block(block) {
                let second = self.base.second[entry] as usize;
                let place = &mut places[self.table.ids[payload.half[second] as usize] as usize];
                if *place == u32::MAX {
                    let id = self.table.ids[payload.half[second] as usize];
                    *place = inside.open(id, u32::try_from(entry).unwrap_or(u32::MAX));
                }
                let population = self.base.population.get(entry).copied().unwrap_or(0);
                inside.add(*place, payload.has[second], self.base.counts[entry], population);
            }
            // A node that suppresses too much is no answer, so of its other classes only what holds below too is of use.
            let over = self.groups.core + more > self.most;
            inside.judge(payload, models, over);
            for entry in self.base.block(block) {
                let second = self.base.second[entry] as usize;
                let place = places[self.table.ids[payload.half[second] as usize] as usize] as usize;
                let judged = &inside.classes[place];
                if judged.records > 0 && !judged.holds {
                    let at = u32::try_from(entry).unwrap_or(u32::MAX);
                    if judged.core {
                        more += u64::from(self.base.counts[entry]);
                        self.more.push(at);
                    } else {
                        self.groups.core += u64::from(self.base.counts[entry]);
                        self.core.push(at);
                    }
                }
            }
            for class in &inside.classes {
                places[class.id as usize] = u32::MAX;
                if class.records == 0 {
                    self.groups.absent_fails |= !class.absent_holds;
                    continue;
                }
                self.count(class.records, class.holds);
                if keep && class.holds {
                    let Judged { id, entry, units, records, .. } = *class;
                    self.found.push(Found { units, records, block, id, entry });
                }
            }
            if self.groups.core > self.most {
                self.groups.cut_short = true;
                return;
            }
        }
    }

    /// Records of these entries.
    pub(super) fn records(&self, entries: &[u32]) -> u64 {
        entries.iter().map(|entry| u64::from(self.base.counts[*entry as usize])).sum()
    }

    /// Suppresses the smallest classes until the average risk of the others is low enough. No other choice keeps as many
    /// records: a class counts against the average the more, the smaller it is.
    pub(super) fn lower_average(&mut self, models: &[Model]) {
        for model in models {
            let Model::AverageRisk { most } = model else { continue };
            let mut units: u64 = self.found.iter().map(|class| class.units).sum();
            while let Some(smallest) = self.found.last() {
                if number(self.found.len() as u64) <= number(units) * most * (1.0 + 1e-12) {
                    break;
                }
                units -= smallest.units;
                self.suppress(self.found.len() - 1);
            }
        }
    }

    /// Suppresses the class at a place among those found.
    pub(super) fn suppress(&mut self, at: usize) {
        let class = self.found.remove(at);
        for entry in self.base.block(class.block) {
            let second = self.base.second[entry] as usize;
            let second = self.half.map_or(second, |half| half[second] as usize);
            if self.table.ids[second] == class.id {
                self.more.push(u32::try_from(entry).unwrap_or(u32::MAX));
            }
        }
        self.groups.suppressed += class.records;
        self.groups.classes -= 1;
        self.groups.squares -= class.records * class.records;
    }
}

/// The classes of one block, and what is in them.
#[derive(Default)]
struct Inside {
    classes: Vec<Judged>,
    /// Class, combination of sensitive values and unit, records.
    parts: Vec<(u32, u32, u32)>,
}

/// A class of a block.
#[derive(Default)]
struct Judged {
    id: u32,
    /// Its first entry.
    entry: u32,
    records: u64,
    units: u64,
    population: u64,
    core: bool,
    holds: bool,
    /// Of a class without records: whether it may be so.
    absent_holds: bool,
}

impl Inside {
    fn clear(&mut self) {
        self.classes.clear();
        self.parts.clear();
    }

    fn open(&mut self, id: u32, entry: u32) -> u32 {
        self.classes.push(Judged { id, entry, ..Judged::default() });
        u32::try_from(self.classes.len() - 1).unwrap_or(u32::MAX)
    }

    fn add(&mut self, class: u32, has: u32, records: u32, population: u32) {
        let judged = &mut self.classes[class as usize];
        judged.records += u64::from(records);
        judged.population += u64::from(population);
        if records > 0 {
            self.parts.push((class, has, records));
        }
    }

    /// `core_only`: a class that fails no core condition is taken to hold.
    fn judge(&mut self, payload: &Payload, models: &[Model], core_only: bool) {
        if core_only && payload.units.is_empty() && !models.iter().any(Model::core_looks_inside) {
            for class in &mut self.classes {
                let Judged { records, population, .. } = *class;
                let seen = Class { units: records, population, records, values: &[] };
                class.core = models.iter().all(|model| model.core_holds(&seen));
                class.holds = class.core;
                class.absent_holds = records > 0 || absent_holds(models, &seen);
            }
            return;
        }
        self.parts.sort_unstable();
        let mut rest = self.parts.as_slice();
        let mut values: Vec<Vec<(u32, u64)>> = vec![Vec::new(); payload.values.len()];
        let mut pairs: Vec<(u32, u32, u64)> = Vec::new();
        for (class, at) in self.classes.iter_mut().zip(0_u32..) {
            let (here, later) = rest.split_at(rest.iter().take_while(|part| part.0 == at).count());
            rest = later;
            class.units = units(here, payload, class.records);
            for (values, of) in values.iter_mut().zip(&payload.values) {
                pairs.clear();
                pairs.extend(here.iter().map(|(_, has, records)| {
                    let unit = payload.units.get(*has as usize).copied().unwrap_or(0);
                    (of[*has as usize], unit, u64::from(*records))
                }));
                tally(&mut pairs, !payload.units.is_empty(), values);
            }
            let seen =
                Class { units: class.units, population: class.population, records: class.records, values: &values };
            class.core = models.iter().all(|model| model.core_holds(&seen));
            class.holds = class.core && (core_only || models.iter().all(|model| model.holds(&seen)));
            class.absent_holds = class.records > 0 || absent_holds(models, &seen);
        }
    }
}

/// Whether people of the population may have no record at all.
fn absent_holds(models: &[Model], class: &Class<'_>) -> bool {
    let mut presence = models.iter().filter(|model| matches!(model, Model::DeltaPresence { .. }));
    presence.all(|model| model.holds(class))
}

/// How many units are among the parts of a class.
fn units(parts: &[(u32, u32, u32)], payload: &Payload, records: u64) -> u64 {
    if payload.units.is_empty() {
        return records;
    }
    let mut units: Vec<u32> = parts.iter().map(|(_, has, _)| payload.units[*has as usize]).collect();
    units.sort_unstable();
    units.dedup();
    units.len() as u64
}

/// By value, records, or units where a unit counts once a value.
fn tally(pairs: &mut Vec<(u32, u32, u64)>, by_unit: bool, values: &mut Vec<(u32, u64)>) {
    values.clear();
    pairs.sort_unstable();
    if by_unit {
        pairs.dedup_by_key(|(value, unit, _)| (*value, *unit));
    }
    for (value, _, records) in pairs.iter() {
        let more = if by_unit { 1 } else { *records };
        match values.last_mut() {
            Some((last, count)) if last == value => *count += more,
            Some(_) | None => values.push((*value, more)),
        }
    }
}

#[allow(clippy::cast_precision_loss)]
const fn number(count: u64) -> f64 {
    count as f64
}
