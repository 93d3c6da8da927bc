//! Who is alike, before and after. Comes in: microdata, classes. Goes out: groups with their records, families and people of
//! the population, and a code a quasi-identifier. Deliberately absent: what a code means.

use std::collections::HashMap;

use crate::extract::microdata::Microdata;
use crate::extract::microdata::distinct::distinct;
use crate::extract::outcome::Classes;

/// Groups of records that are alike on all quasi-identifiers.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// The quasi-identifiers.
    pub(super) names: Vec<String>,
    /// `[quasi-identifier][group]`, equal where a reader sees the same.
    pub(super) cells: Vec<Vec<u32>>,
    /// Records of each group, 1 or more.
    pub(super) records: Vec<u64>,
    /// Families of each group; empty where they are not known.
    pub(super) units: Vec<u64>,
    /// Family and group, each pair once, in order; empty where families are not known.
    pub(super) pairs: Vec<(u32, u32)>,
    /// People of the population in each group, at least as many as records; empty without a population table.
    pub(super) people: Vec<u64>,
    /// Records in no group.
    pub(super) suppressed_records: u64,
    /// Families with a record in no group, or those records where families are not known.
    pub(super) suppressed_units: u64,
}

impl Groups {
    /// The records as they came.
    pub(super) fn before(microdata: &Microdata) -> Self {
        let distinct = &microdata.distinct;
        let columns: Vec<&[u32]> = distinct.codes.iter().map(Vec::as_slice).collect();
        let (firsts, _, of_row) = self::distinct(&columns);
        let cells = |codes: &Vec<u32>| firsts.iter().map(|first| codes[*first as usize]).collect();
        let cells = distinct.codes.iter().map(cells).collect();
        let of_row: Vec<Option<u32>> = of_row.into_iter().map(Some).collect();
        let people = |groups: usize| {
            let mut people = vec![0; groups];
            for (group, count) in of_row.iter().zip(&distinct.population) {
                people[group.unwrap_or(0) as usize] += u64::from(*count);
            }
            people
        };
        Self::new(microdata, cells, &of_row, people(firsts.len()))
    }

    /// The records as they go out. `levels`: see [`super::Risk::new`].
    pub(super) fn after(microdata: &Microdata, classes: &Classes, levels: Option<&[usize]>) -> Self {
        let distinct = &microdata.distinct;
        let cells: Vec<Vec<u32>> = classes
            .cells
            .iter()
            .zip(&classes.labels)
            .map(|(cells, labels)| {
                // Two labels of one text look the same.
                let mut known = HashMap::new();
                let code: Vec<u32> =
                    labels.iter().zip(0..).map(|(label, at)| *known.entry(&label.text).or_insert(at)).collect();
                cells.iter().map(|cell| code[*cell as usize]).collect()
            })
            .collect();
        let mut people = vec![0_u64; classes.len()];
        let by_cells = levels.map(|levels| (levels, by_cells(classes)));
        for (row, count) in distinct.population.iter().enumerate().filter(|(_, count)| **count > 0) {
            let class = classes.of_row[row].or_else(|| {
                let (levels, known) = by_cells.as_ref()?;
                let cell = |(column, level): (usize, &usize)| {
                    let level = microdata.hierarchies[column].levels().get(*level)?;
                    level.codes.get(distinct.codes[column][row] as usize).copied()
                };
                known.get(&levels.iter().enumerate().map(cell).collect::<Option<Vec<u32>>>()?).copied()
            });
            if let Some(people) = class.and_then(|class| people.get_mut(class as usize)) {
                *people += u64::from(*count);
            }
        }
        Self::new(microdata, cells, &classes.of_row, people)
    }

    fn new(microdata: &Microdata, cells: Vec<Vec<u32>>, of_row: &[Option<u32>], people: Vec<u64>) -> Self {
        let distinct = &microdata.distinct;
        let groups = people.len();
        let names = microdata.hierarchies.iter().map(|hierarchy| hierarchy.column().to_owned()).collect();
        let mut found = Self { names, cells, records: vec![0; groups], ..Self::default() };
        let mut gone: Vec<u32> = Vec::new();
        for (row, count) in distinct.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let unit = distinct.units.get(row);
            match of_row.get(row).copied().flatten() {
                Some(group) => {
                    found.records[group as usize] += u64::from(*count);
                    found.pairs.extend(unit.map(|unit| (*unit, group)));
                }
                None => {
                    found.suppressed_records += u64::from(*count);
                    gone.extend(unit);
                }
            }
        }
        found.pairs.sort_unstable();
        found.pairs.dedup();
        gone.sort_unstable();
        gone.dedup();
        let has_units = !distinct.units.is_empty();
        found.suppressed_units = if has_units { gone.len() as u64 } else { found.suppressed_records };
        if has_units {
            found.units = vec![0; groups];
            found.pairs.iter().for_each(|(_, group)| found.units[*group as usize] += 1);
        }
        if !distinct.population.is_empty() {
            // A table that has fewer people than there are records is out of date.
            found.people = people.iter().zip(&found.records).map(|(people, records)| *people.max(records)).collect();
        }
        found.without_empty()
    }

    /// Groups of the population alone are left out; nobody of them is in the file.
    fn without_empty(mut self) -> Self {
        if self.records.iter().all(|records| *records > 0) {
            return self;
        }
        let kept: Vec<usize> = (0..self.records.len()).filter(|group| self.records[*group] > 0).collect();
        let mut new = vec![0_u32; self.records.len()];
        kept.iter().zip(0..).for_each(|(old, at)| new[*old] = at);
        self.cells.iter_mut().for_each(|cells| *cells = kept.iter().map(|group| cells[*group]).collect());
        for counts in [&mut self.records, &mut self.units, &mut self.people] {
            if !counts.is_empty() {
                *counts = kept.iter().map(|group| counts[*group]).collect();
            }
        }
        self.pairs.iter_mut().for_each(|(_, group)| *group = new[*group as usize]);
        self
    }

    /// Whether families are known.
    pub(super) fn has_units(&self) -> bool {
        !self.units.is_empty()
    }

    /// Families in a group.
    pub(super) fn families(&self) -> u64 {
        self.pairs.chunk_by(|one, next| one.0 == next.0).count() as u64
    }

    /// Sizes in what is protected: families where known, else records.
    pub(super) fn protected_sizes(&self) -> super::Sizes {
        super::Sizes::new(if self.has_units() { &self.units } else { &self.records })
    }
}

/// The class of each combination of labels.
fn by_cells(classes: &Classes) -> HashMap<Vec<u32>, u32> {
    let cells = |class: usize| classes.cells.iter().map(|cells| cells[class]).collect();
    (0..classes.len()).zip(0..).map(|(class, number)| (cells(class), number)).collect()
}
