//! Counts any cells of a space from a frame. Comes in: keys. Goes out: n, f and m of each. Polars finds the distinct
//! combinations; the lattice above them is summed here. Deliberately absent: which cells will be published.

use std::collections::{BTreeMap, BTreeSet};

use model::config::dimension::{Measure, Unit};
use model::period::Month;
use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, Series};

use crate::tabulate::axes::{Axes, Axis, Source, moment_code};
use crate::tabulate::frame::{Frame, OWN_UNIT, UNKNOWN_FAMILY};
use crate::tabulate::shape::Shape;
use crate::tabulate::{Counter, Counts, Key, Row, TabulateError};

/// A frame ready to be counted over a space.
#[derive(Debug)]
pub struct Tabulation<'a> {
    pub(super) axes: &'a Axes,
    frame: DataFrame,
    /// Whether every row has the keys of its cases.
    pub(super) has_keys: bool,
    /// The place of the measure among the axes.
    measure: usize,
}

/// The column of record keys.
const RECORD_KEY: &str = "record_key";

/// Rows of distinct combinations: one code column a source, the unit, the number of cases; and the sum of their keys where it
/// was asked for.
pub(super) struct Combinations {
    codes: Vec<Vec<i32>>,
    pub(super) unit: Vec<u64>,
    pub(super) count: Vec<u32>,
    pub(super) record_keys: Vec<u64>,
}

impl<'a> Tabulation<'a> {
    /// Hands the frame's columns to polars.
    ///
    /// # Errors
    /// [`TabulateError::Group`] where the columns do not make a frame, a fault of the program.
    pub fn new(axes: &'a Axes, frame: &Frame) -> Result<Self, TabulateError> {
        let event: Vec<i32> = frame.event.iter().map(|event| *event as i32).collect();
        let mut month = frame.month.clone();
        let codes: BTreeMap<_, i32> = frame.moments().into_iter().zip(0..).collect();
        for (&row, &lifetime) in &frame.corrected {
            let moment = codes.get(&(Month(frame.month[row]), lifetime));
            moment.into_iter().for_each(|at| month[row] = moment_code(*at));
        }
        let mut columns: Vec<Column> = vec![
            Series::new("event".into(), event).into_column(),
            Series::new("month".into(), &month).into_column(),
            Series::new("unit".into(), &frame.unit).into_column(),
            Series::new("count".into(), &frame.count).into_column(),
        ];
        let has_keys = frame.record_key.len() == frame.count.len();
        if has_keys {
            // In 64 bits their sums cannot overflow.
            let record_keys: Vec<u64> = frame.record_key.iter().copied().map(u64::from).collect();
            columns.push(Series::new(RECORD_KEY.into(), record_keys).into_column());
        }
        for (at, codes) in frame.codes.iter().enumerate() {
            let codes: Vec<i32> = codes.iter().map(|code| *code as i32).collect();
            columns.push(Series::new(leaf_column(at).into(), codes).into_column());
        }
        let frame = DataFrame::new_infer_height(columns).map_err(fault)?;
        let measure = axes.axes.iter().position(|axis| axis.source == Source::Events).unwrap_or(0);
        Ok(Self { axes, frame, has_keys, measure })
    }

    fn combinations(&self, sources: &[&Source], with_keys: bool) -> Result<Combinations, TabulateError> {
        let names: Vec<String> = sources
            .iter()
            .map(|source| match source {
                Source::Months => "month".to_owned(),
                Source::Events => "event".to_owned(),
                Source::Leaves(at) => leaf_column(*at),
            })
            .collect();
        let by = names.iter().map(String::as_str).chain(["unit"]);
        let grouped = self.frame.group_by_stable(by).map_err(fault)?;
        #[allow(
            deprecated,
            reason = "the eager sum is all that is wanted; the lazy engine would cost minutes of compile"
        )]
        let summed = if with_keys { grouped.select(["count", RECORD_KEY]) } else { grouped.select(["count"]) }
            .sum()
            .map_err(fault)?;
        let codes = names
            .iter()
            .map(|name| Ok(summed.column(name)?.i32()?.into_no_null_iter().collect()))
            .collect::<Result<_, polars::prelude::PolarsError>>()
            .map_err(fault)?;
        let unit = summed.column("unit").and_then(Column::u64).map_err(fault)?.into_no_null_iter().collect();
        let count = summed.column("count_sum").and_then(Column::u32).map_err(fault)?.into_no_null_iter().collect();
        let record_keys = if with_keys {
            let column = summed.column(&format!("{RECORD_KEY}_sum"));
            column.and_then(Column::u64).map_err(fault)?.into_no_null_iter().collect()
        } else {
            Vec::new()
        };
        Ok(Combinations { codes, unit, count, record_keys })
    }

    /// Visits the rows of every key of a shape: its place among the keys, the rows, and which row.
    pub(super) fn visit_shape(
        &self,
        shape: &Shape,
        with_keys: bool,
        visit: &mut dyn FnMut(u32, &Combinations, usize),
    ) -> Result<(), TabulateError> {
        let sources: Vec<&Source> = shape.axes.iter().map(|axis| &self.axes.axes[*axis].source).collect();
        let rows = self.combinations(&sources, with_keys)?;
        let mut partial: Vec<u128> = Vec::new();
        // Rows of which a correction took every case are still there, with none.
        for row in (0..rows.count.len()).filter(|row| rows.count[*row] > 0) {
            let code = |_, at: usize| rows.codes[at][row];
            shape.holding(self.axes, code, &mut partial, |slot| visit(slot, &rows, row));
        }
        Ok(())
    }

    /// Counts the keys of one shape.
    fn count_shape(&self, shape: &Shape, keys: &[Key], counts: &mut [Counts]) -> Result<(), TabulateError> {
        let mut shares: Vec<(u32, u64, i64)> = Vec::new();
        self.visit_shape(shape, false, &mut |slot, rows, row| {
            let cases = i64::from(rows.count[row]);
            let is_taken = self.is_taken(&keys[slot as usize], shape, rows, row);
            shares.push((slot, rows.unit[row], if is_taken { -cases } else { cases }));
        })?;
        shares.sort_unstable();
        let mut owed: BTreeMap<u32, u64> = BTreeMap::new();
        for group in shares.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let (slot, unit, _) = group[0];
            let cases: i64 = group.iter().map(|share| share.2).sum();
            match u64::try_from(cases) {
                // All of it was taken off again.
                Ok(0) => {}
                Ok(cases) => add(&mut counts[slot as usize], unit, cases),
                // Closed twice: whoever that was has nothing in the stock, and the stock is less.
                Err(_) => *owed.entry(slot).or_default() += cases.unsigned_abs(),
            }
        }
        for (slot, owed) in owed {
            let counts = &mut counts[slot as usize];
            counts.counted = counts.counted.saturating_sub(owed);
        }
        Ok(())
    }

    /// Whether a row is taken off what a key of a shape counts: a stock loses what was closed.
    pub(super) fn is_taken(&self, key: &Key, shape: &Shape, rows: &Combinations, row: usize) -> bool {
        let Some(less) = self.axes.less.get(key[self.measure] as usize).copied().flatten() else { return false };
        let event = shape.axes.iter().position(|axis| *axis == self.measure);
        event.is_some_and(|event| rows.codes[event][row] == less)
    }

    /// What a cell counts.
    pub(super) fn measure_of(&self, key: &Key) -> Option<&Measure> {
        self.axes.measures.get(key[self.measure] as usize)
    }

    pub(super) fn unit_of(&self, key: &Key) -> Option<Unit> {
        self.measure_of(key).map(|measure| measure.unit)
    }

    /// One `Counts` a key.
    ///
    /// # Errors
    /// [`TabulateError::Group`] where polars fails, a fault of the program.
    pub fn try_count(&self, keys: &[Key]) -> Result<Vec<Counts>, TabulateError> {
        let mut counts = vec![Counts::default(); keys.len()];
        for shape in Shape::all(self.axes, keys) {
            self.count_shape(&shape, keys, &mut counts)?;
        }
        for (key, counts) in keys.iter().zip(&mut counts) {
            if self.unit_of(key) == Some(Unit::Family) {
                counts.counted = counts.protected;
                counts.largest = counts.largest.min(1);
            }
        }
        Ok(counts)
    }

    /// What is counted in any of `keys` and all else of the families there, cases alike together. A stock counts no rows: it
    /// takes some off. Whoever is alone in one knows it all the same.
    ///
    /// # Errors
    /// [`TabulateError::Group`] where polars fails, a fault of the program.
    pub fn try_rows(&self, keys: &[Key]) -> Result<Vec<Row>, TabulateError> {
        let shapes = Shape::all(self.axes, keys);
        if shapes.is_empty() {
            return Ok(Vec::new());
        }
        let mut sources: Vec<&Source> = Vec::new();
        let place = |axis: &Axis, sources: &[&Source]| sources.iter().position(|source| **source == axis.source);
        for axis in &self.axes.axes {
            if place(axis, &sources).is_none() {
                sources.push(&axis.source);
            }
        }
        // The twins that count families find their codes where the others do.
        let column: Vec<usize> = self.axes.axes.iter().filter_map(|axis| place(axis, &sources)).collect();
        let rows = self.combinations(&sources, false)?;
        let mut partial = Vec::new();
        let mut counted_in = |row: usize| {
            let mut of = Vec::new();
            for shape in &shapes {
                shape.holding(self.axes, |axis, _| rows.codes[column[axis]][row], &mut partial, |slot| of.push(slot));
            }
            of.retain(|slot| !self.measure_of(&keys[*slot as usize]).is_some_and(Measure::is_stock));
            of.sort_unstable();
            of
        };
        let all: Vec<usize> = (0..rows.count.len()).filter(|row| rows.count[*row] > 0).collect();
        let all: Vec<(usize, Vec<u32>)> = all.into_iter().map(|row| (row, counted_in(row))).collect();
        let there = all.iter().filter(|(_, of)| !of.is_empty());
        let families: BTreeSet<u64> = there.filter_map(|(row, _)| family(rows.unit[*row])).collect();
        let found = |(row, of): (usize, Vec<u32>)| {
            let unit = family(rows.unit[row]);
            if of.is_empty() && !unit.is_some_and(|unit| families.contains(&unit)) {
                return None;
            }
            let codes = self.axes.axes.iter().zip(&column).map(|(axis, &column)| (axis, rows.codes[column][row]));
            let mut holders: Vec<Vec<u32>> = codes.map(|(axis, code)| axis.holding(code)).collect();
            holders[self.measure].retain(|code| !self.axes.measures[*code as usize].is_stock());
            Some(Row { unit, holders, cases: u64::from(rows.count[row]), of })
        };
        Ok(all.into_iter().filter_map(found).collect())
    }
}

impl Counter for Tabulation<'_> {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        self.try_count(keys).expect("a frame whose columns were all given can be grouped by them")
    }

    fn rows(&self, keys: &[Key]) -> Vec<Row> {
        self.try_rows(keys).expect("a frame whose columns were all given can be grouped by them")
    }

    fn cell_keys(&self, keys: &[Key]) -> Option<Vec<u32>> {
        self.try_cell_keys(keys).expect("a frame whose columns were all given can be grouped by them")
    }
}

/// The family of a unit, where it is known.
fn family(unit: u64) -> Option<u64> {
    Some(unit).filter(|unit| ![OWN_UNIT, UNKNOWN_FAMILY].contains(unit))
}

fn add(counts: &mut Counts, unit: u64, cases: u64) {
    counts.counted += cases;
    if unit == OWN_UNIT {
        counts.protected += cases;
        counts.largest = counts.largest.max(1);
    } else {
        counts.protected += 1;
        counts.largest = counts.largest.max(cases);
    }
}

fn leaf_column(at: usize) -> String {
    format!("leaf{at}")
}

fn fault(error: impl std::fmt::Display) -> TabulateError {
    TabulateError::Group(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tabulate::example::example;

    fn count(cell: &[(&str, &str)]) -> (u64, u64, u64) {
        let (axes, frame) = example();
        let mut key: Key = axes.axes.iter().map(|axis| axis.space.total).collect();
        for (dimension, code) in cell {
            let axis = axes.position(dimension).expect("an axis");
            key[axis] = axes.axes[axis].find(code).expect("a code");
        }
        let tabulation = Tabulation::new(&axes, &frame).expect("columns of one length");
        let counts = tabulation.count(&[key])[0];
        (counts.counted, counts.protected, counts.largest)
    }

    #[test]
    fn a_family_in_two_districts_is_one_family_in_their_region() {
        assert_eq!(count(&[("period", "2026-M01"), ("district", "N1")]), (2, 1, 2));
        assert_eq!(count(&[("period", "2026-M01"), ("district", "N2")]), (2, 2, 1));
        assert_eq!(count(&[("period", "2026-M01"), ("district", "North")]), (4, 2, 3));
        assert_eq!(count(&[("period", "2026"), ("district", "North")]), (5, 2, 4));
    }

    #[test]
    fn cases_without_a_family_are_together_one_family_at_most() {
        assert_eq!(count(&[("period", "2026-M02"), ("district", "S")]), (3, 1, 3));
        assert_eq!(count(&[("period", "2026")]), (8, 3, 4));
    }

    #[test]
    fn distinct_families_are_counted_once_however_many_cases_they_have() {
        assert_eq!(count(&[("period_families", "2026"), ("measure", "families")]), (3, 3, 1));
    }

    #[test]
    fn the_rows_of_a_cell_say_where_else_its_cases_are_counted() {
        let (axes, frame) = example();
        let mut key: Key = axes.axes.iter().map(|axis| axis.space.total).collect();
        let district = axes.position("district").expect("an axis");
        let named = |code: &str| axes.axes[district].find(code).expect("a code");
        key[district] = named("N1");
        let other = Key::from(vec![u32::MAX >> 12; key.len()]);
        let rows = Tabulation::new(&axes, &frame).expect("columns of one length").rows(&[other, key]);
        // Two cases alike, and the two others of their family, counted elsewhere; of nobody else.
        let found: Vec<_> = rows.iter().map(|row| (row.unit, row.cases, row.of.as_slice())).collect();
        assert_eq!(found, [(Some(7), 2, [1].as_slice()), (Some(7), 1, &[]), (Some(7), 1, &[])]);
        let mut holders = vec![axes.axes[district].space.total, named("North"), named("N1")];
        holders.sort_unstable();
        assert_eq!(rows[0].holders[district], holders);
        let twin = axes.position("district_families").expect("an axis");
        assert_eq!(rows[0].holders[twin], holders);
        // Cases and families are two measures of one event.
        assert_eq!(rows[0].holders[axes.position("measure").expect("an axis")], vec![0, 1]);
    }

    #[test]
    fn what_is_left_of_the_year_is_a_cell_that_can_be_counted() {
        assert_eq!(count(&[("period", "2026-M03..2026-M12")]), (0, 0, 0));
    }
}
