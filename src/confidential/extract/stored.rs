//! The cases of a period as microdata. Comes in: the frame of the store's cases, a profile. Goes out: a table of codes, its
//! hierarchies, and which column is the family. Deliberately absent: fields; only dimensions can be named, so a direct
//! identifier is out of reach.

use model::config::profile::MONTH;
use model::config::{Configuration, Profile};
use model::edition::Editions;
use model::period::{Month, Period};

use super::hierarchy::{Hierarchy, HierarchyError, SUPPRESSED};
use super::microdata::Roles;
use super::table::{Column, Table};
use crate::tabulate::axes::Axes;
use crate::tabulate::frame::{Frame, OWN_UNIT};

/// Microdata of the store.
#[derive(Debug)]
pub struct Stored {
    /// A line a case, in no order that says anything about when or by whom it was recorded once it is sorted.
    pub table: Table,
    /// One a quasi-identifier.
    pub hierarchies: Vec<Hierarchy>,
    /// Which column is what. The family is among them and never written.
    pub roles: Roles,
}

/// The column of families. No dimension is called so: names of dimensions have no blank.
const FAMILY: &str = "protected unit";

/// The cases of `period` with the dimensions of `profile`; none where the period has no case.
///
/// # Errors
/// [`HierarchyError`] where a dimension's levels do not nest.
pub fn of_frame(
    configuration: &Configuration,
    frame: &Frame,
    profile: &Profile,
    period: Period,
) -> Result<Option<Stored>, HierarchyError> {
    let event = configuration.dimensions.measure(&profile.measure).map(|measure| measure.event.as_str());
    let event = frame.events.iter().position(|name| Some(name.as_str()) == event);
    let is_in = |row: &usize| {
        let newest = frame.corrected.get(row).is_none_or(|(_, until)| *until == u32::MAX);
        let months = period.start.0..period.end.0;
        newest && Some(frame.event[*row] as usize) == event && months.contains(&frame.month[*row])
    };
    // One line a case.
    let cases: Vec<usize> = (0..frame.count.len())
        .filter(is_in)
        .flat_map(|row| std::iter::repeat_n(row, frame.count[row] as usize))
        .collect();
    if cases.is_empty() {
        return Ok(None);
    }
    let axes = Axes::new(configuration, frame, &[], &Editions::default());
    let mut columns = Vec::new();
    let mut hierarchies = Vec::new();
    for name in profile.quasi.iter().chain(&profile.sensitive) {
        let is_quasi = hierarchies.len() < profile.quasi.len();
        if name == MONTH {
            columns.push(months(configuration, frame, &cases));
            hierarchies.push(of_months(configuration, period)?);
            continue;
        }
        let Some(at) = frame.dims.iter().position(|dim| dim.name == *name) else { continue };
        let codes = cases.iter().map(|row| frame.codes[at][*row]).collect();
        columns.push(Column { name: name.clone(), values: frame.dims[at].leaves.clone(), codes });
        if is_quasi {
            hierarchies.push(of_dimension(&axes, name, &frame.dims[at].leaves)?);
        }
    }
    let unit = families(frame, &cases);
    let roles = Roles {
        quasi: profile.quasi.clone(),
        sensitive: profile.sensitive.clone(),
        unit: unit.as_ref().map(|column| column.name.clone()),
    };
    columns.extend(unit);
    Ok(Some(Stored { table: Table::of_columns(columns), hierarchies, roles }))
}

/// The family of each case. Cases that are their own unit each have a number of their own; where all are, none is needed.
fn families(frame: &Frame, cases: &[usize]) -> Option<Column> {
    if cases.iter().all(|row| frame.unit[*row] == OWN_UNIT) {
        return None;
    }
    let mut numbers = std::collections::HashMap::new();
    let mut next = 0_u32;
    let mut codes = Vec::with_capacity(cases.len());
    for row in cases {
        let unit = frame.unit[*row];
        let fresh = next;
        let code = if unit == OWN_UNIT { fresh } else { *numbers.entry(unit).or_insert(fresh) };
        next += u32::from(code == fresh);
        codes.push(code);
    }
    // The numbers are in order of appearance and are never written.
    let values = (0..next).map(|number| number.to_string()).collect();
    Some(Column { name: FAMILY.to_owned(), values, codes })
}

fn months(configuration: &Configuration, frame: &Frame, cases: &[usize]) -> Column {
    let mut column = Column { name: MONTH.to_owned(), values: Vec::new(), codes: Vec::with_capacity(cases.len()) };
    for row in cases {
        let name = Period::starting(Month(frame.month[*row]), 1).name(configuration.service.calendar);
        let code = column.values.iter().position(|known| *known == name).unwrap_or_else(|| {
            column.values.push(name);
            column.values.len() - 1
        });
        column.codes.push(u32::try_from(code).unwrap_or(u32::MAX));
    }
    column
}

/// Month, quarter, the service's year.
fn of_months(configuration: &Configuration, period: Period) -> Result<Hierarchy, HierarchyError> {
    let calendar = configuration.service.calendar;
    let row = |month: i32| {
        let year = calendar.year_start(Month(month));
        let quarter = year.plus((month - year.0) / 3 * 3);
        let parts = [Period::starting(Month(month), 1), Period::starting(quarter, 3), Period::starting(year, 12)];
        let mut row: Vec<String> = parts.iter().map(|part| part.name(calendar)).collect();
        row.push(SUPPRESSED.to_owned());
        (0, row)
    };
    let rows: Vec<(u64, Vec<String>)> = (period.start.0..period.end.0).map(row).collect();
    made(MONTH, &rows)
}

/// A dimension's codes with the groups above them, as tables have them; in the order in which pages show them.
fn of_dimension(axes: &Axes, name: &str, leaves: &[String]) -> Result<Hierarchy, HierarchyError> {
    let mut paths: Vec<(usize, Vec<String>)> = Vec::new();
    let axis = axes.position(name).and_then(|at| axes.axes.get(at));
    for (leaf, number) in leaves.iter().zip(0..) {
        let codes = axis.and_then(|axis| axis.holders.get(&number).map(|codes| (axis, codes)));
        // From the leaf up. A code that no list places stands under nothing but the top.
        let path: Vec<String> = codes.map_or_else(
            || vec![leaf.clone()],
            |(axis, codes)| codes.iter().rev().map(|code| axis.space.codes[*code as usize].clone()).collect(),
        );
        let place = axis.and_then(|axis| axis.display.iter().position(|shown| Some(&shown.code) == path.first()));
        paths.push((place.unwrap_or(usize::MAX), path));
    }
    paths.sort();
    let height = paths.iter().map(|(_, path)| path.len()).max().unwrap_or(1);
    let row = |(_, path): &(usize, Vec<String>)| {
        // A leaf that stands higher than others is its own group until they have come up to it.
        let lift = height - path.len();
        let mut row: Vec<String> = std::iter::repeat_n(path[0].clone(), lift).chain(path.iter().cloned()).collect();
        row.push(SUPPRESSED.to_owned());
        (0, row)
    };
    made(name, &paths.iter().map(row).collect::<Vec<_>>())
}

fn made(column: &str, rows: &[(u64, Vec<String>)]) -> Result<Hierarchy, HierarchyError> {
    Hierarchy::new(column, rows).map_err(|fault| HierarchyError::Ready { column: column.to_owned(), fault })
}
