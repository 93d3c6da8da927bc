//! Records by their quasi-identifiers. Comes in: microdata, models. Goes out: each combination once, with its records, and
//! whether some of them together may be a class. Deliberately absent: what they cost.

use super::tree::{Tree, number};
use crate::extract::microdata::Microdata;
use crate::extract::model::{Class, Model};

/// Combinations of quasi-identifiers, in the order of their codes, so that the order of the file decides nothing.
pub(super) struct Points<'m> {
    microdata: &'m Microdata,
    models: &'m [Model],
    /// `[quasi-identifier][point]`, the node of the value.
    pub(super) nodes: Vec<Vec<u32>>,
    /// Records of each.
    pub(super) counts: Vec<u32>,
    /// Distinct rows by point; point `p` has `rows[starts[p]..starts[p + 1]]`.
    rows: Vec<u32>,
    starts: Vec<usize>,
    /// The fewest protected units of a class.
    pub(super) least: u64,
    /// Whether the number of records says it all.
    by_count: bool,
}

impl<'m> Points<'m> {
    pub(super) fn new(microdata: &'m Microdata, models: &'m [Model], trees: &[Tree]) -> Self {
        let distinct = &microdata.distinct;
        let mut rows: Vec<u32> =
            (0..number(distinct.rows())).filter(|row| distinct.counts[*row as usize] > 0).collect();
        let key = |row: u32| distinct.codes.iter().map(move |codes| codes[row as usize]);
        rows.sort_by(|a, b| key(*a).cmp(key(*b)));
        let (mut starts, mut counts) = (Vec::new(), Vec::<u32>::new());
        let mut nodes: Vec<Vec<u32>> = vec![Vec::new(); trees.len()];
        for (at, row) in rows.iter().enumerate() {
            if at == 0 || !key(rows[at - 1]).eq(key(*row)) {
                starts.push(at);
                counts.push(0);
                let values = trees.iter().zip(key(*row)).map(|(tree, code)| tree.node(code));
                nodes.iter_mut().zip(values).for_each(|(nodes, node)| nodes.push(node));
            }
            if let Some(count) = counts.last_mut() {
                *count += distinct.counts[*row as usize];
            }
        }
        starts.push(rows.len());
        let least = models.iter().map(least).max().unwrap_or(1);
        let by_count = distinct.units.is_empty() && !models.iter().any(Model::looks_inside);
        Self { microdata, models, nodes, counts, rows, starts, least, by_count }
    }

    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// The distinct rows of a point.
    pub(super) fn rows(&self, point: u32) -> &[u32] {
        &self.rows[self.starts[point as usize]..self.starts[point as usize + 1]]
    }

    pub(super) fn records(&self, points: &[u32]) -> u64 {
        points.iter().map(|point| u64::from(self.counts[*point as usize])).sum()
    }

    /// Protected units among the records of `points`.
    pub(super) fn units(&self, points: &[u32]) -> u64 {
        let distinct = &self.microdata.distinct;
        if distinct.units.is_empty() {
            return self.records(points);
        }
        let rows = points.iter().flat_map(|point| self.rows(*point));
        let mut units: Vec<u32> = rows.map(|row| distinct.units[*row as usize]).collect();
        units.sort_unstable();
        units.dedup();
        units.len() as u64
    }

    /// Whether the records of `points` may be a class.
    pub(super) fn holds(&self, points: &[u32]) -> bool {
        if self.by_count {
            return self.records(points) >= self.least;
        }
        let units = self.units(points);
        if units < self.least {
            return false;
        }
        let distinct = &self.microdata.distinct;
        let rows = || points.iter().flat_map(|point| self.rows(*point)).map(|row| *row as usize);
        let of_attribute = |codes: &Vec<u32>| {
            // A unit counts once for each value it has.
            let mut units: Vec<(u32, u32, u64)> = rows()
                .map(|row| match distinct.units.get(row) {
                    Some(unit) => (codes[row], *unit, 1),
                    None => (codes[row], number(row), u64::from(distinct.counts[row])),
                })
                .collect();
            units.sort_unstable();
            units.dedup_by_key(|(value, unit, _)| (*value, *unit));
            let mut values: Vec<(u32, u64)> = Vec::new();
            for (value, _, count) in units {
                match values.last_mut() {
                    Some((last, sum)) if *last == value => *sum += count,
                    Some(_) | None => values.push((value, count)),
                }
            }
            values
        };
        let values: Vec<Vec<(u32, u64)>> = distinct.sensitive.iter().map(of_attribute).collect();
        let class = Class { units, population: 0, records: self.records(points), values: &values };
        self.models.iter().all(|model| model.holds(&class))
    }
}

/// The fewest units that a class may have. An average risk is kept by keeping it in every class.
fn least(model: &Model) -> u64 {
    match model {
        Model::AverageRisk { most } => Model::HighestRisk { most: *most }.units_min(),
        Model::KAnonymity { .. }
        | Model::KMap { .. }
        | Model::DistinctDiversity { .. }
        | Model::EntropyDiversity { .. }
        | Model::RecursiveDiversity { .. }
        | Model::TCloseness(_)
        | Model::DeltaPresence { .. }
        | Model::HighestRisk { .. } => model.units_min(),
    }
}
