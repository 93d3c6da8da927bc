//! The cases of a period as microdata. Comes in: the frame of the store's cases, a profile. Goes out: a table of codes, its
//! hierarchies, and which column is the family. Deliberately absent: fields; only dimensions can be named, so a direct
//! identifier is out of reach.

use std::collections::BTreeMap;

use model::config::profile::MONTH;
use model::config::{Configuration, Profile};
use model::edition::Editions;
use model::period::{Month, Period};

use super::hierarchy::{Hierarchy, HierarchyError, SUPPRESSED};
use super::microdata::Roles;
use super::rare::rare;
use super::table::{Column, Table};
use crate::tabulate::axes::Axes;
use crate::tabulate::frame::{Frame, OWN_UNIT};

/// Microdata of the store. Debug output shows how many records, and nothing of them.
pub struct Stored {
    /// A line a case, in no order that says anything about when or by whom it was recorded once it is sorted.
    pub table: Table,
    /// One a quasi-identifier.
    pub hierarchies: Vec<Hierarchy>,
    /// Which column is what. The family is among them and never written.
    pub roles: Roles,
    /// Of every dimension of the profile, and of the months whether the profile has them or not: what each label covers, from
    /// the values of the store up.
    pub whole: Vec<Hierarchy>,
    /// Protected unit of each record; none where each is its own.
    pub units: Option<Vec<u32>>,
    /// By sensitive column, the records of cells that tables hide (what a table does not say, rows do not say either) and of
    /// values that few families have.
    pub silent: Vec<(String, Vec<usize>)>,
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Stored({} records)", self.table.records())
    }
}

/// A cell that a table hides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenCell {
    /// The months whose cases it counts.
    pub period: Period,
    /// Dimension and code, of the dimensions only that do not stand at their total; period and measure are not among them.
    pub at: BTreeMap<String, String>,
}

/// How much of the profile may be written.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Cells that tables hide.
    pub hidden: Vec<HiddenCell>,
    /// The lowest level that a column may have. One at its top is left out.
    pub floors: BTreeMap<String, usize>,
    /// Families that a sensitive value must have to be shown; 0 where rare ones are kept.
    pub least: u64,
}

/// The column of families. No dimension is called so: names of dimensions have no blank.
const FAMILY: &str = "protected unit";

/// The cases of `period` with the dimensions of `profile`, within `limits`; none where the period has no case.
///
/// # Errors
/// [`HierarchyError`] where a dimension's levels do not nest.
pub fn of_frame(
    configuration: &Configuration,
    (frame, editions): (&Frame, &Editions),
    profile: &Profile,
    period: Period,
    limits: &Limits,
) -> Result<Option<Stored>, HierarchyError> {
    let cases = cases(configuration, frame, profile, period);
    if cases.is_empty() {
        return Ok(None);
    }
    let axes = Axes::new(configuration, frame, &[], &Editions::default());
    let name = |period: Period| editions.newest(period).name(configuration.service.calendar);
    let mut stored = Stored {
        table: Table::of_columns(Vec::new()),
        hierarchies: Vec::new(),
        roles: Roles::default(),
        whole: Vec::new(),
        units: None,
        silent: Vec::new(),
    };
    let mut columns = Vec::new();
    for dimension in profile.quasi.iter().chain(&profile.sensitive) {
        let is_quasi = profile.quasi.contains(dimension);
        let (column, whole) = if dimension == MONTH {
            (months(&name, frame, &cases), of_months(&name, configuration, period)?)
        } else {
            let Some(at) = frame.dims.iter().position(|dim| dim.name == *dimension) else { continue };
            let codes = cases.iter().map(|row| frame.codes[at][*row]).collect();
            let values = frame.dims[at].leaves.clone();
            let whole = of_dimension(&axes, dimension, &values)?;
            (Column { name: dimension.clone(), values, codes }, whole)
        };
        let floor = limits.floors.get(dimension).copied().unwrap_or(0);
        stored.whole.push(whole.clone());
        if floor + 1 >= whole.height() {
            continue;
        }
        let (column, hierarchy) = if floor == 0 { (column, whole) } else { raised(&column, &whole, floor)? };
        columns.push(column);
        if is_quasi {
            stored.roles.quasi.push(dimension.clone());
            stored.hierarchies.push(hierarchy);
        } else {
            stored.roles.sensitive.push(dimension.clone());
        }
    }
    if !profile.quasi.iter().any(|name| name == MONTH) {
        stored.whole.push(of_months(&name, configuration, period)?);
    }
    for sensitive in &stored.roles.sensitive {
        let cells = limits.hidden.iter().filter(|cell| cell.at.contains_key(sensitive));
        let cells: Vec<_> = cells.filter_map(|cell| Inside::new(&axes, frame, profile, cell)).collect();
        let hidden = |(_, row): &(usize, &usize)| cells.iter().any(|cell| cell.has(frame, **row));
        stored.silent.push((sensitive.clone(), cases.iter().enumerate().filter(hidden).map(|(at, _)| at).collect()));
    }
    let unit = families(frame, &cases);
    stored.units = unit.as_ref().map(|column| column.codes.clone());
    stored.roles.unit = unit.as_ref().map(|column| column.name.clone());
    for (name, silent) in &mut stored.silent {
        let Some(column) = columns.iter().find(|column| column.name == *name) else { continue };
        silent.extend(rare(&column.codes, stored.units.as_deref(), silent, limits.least));
        silent.sort_unstable();
    }
    columns.extend(unit);
    stored.table = Table::of_columns(columns);
    Ok(Some(stored))
}

/// Rows of the frame, one a case of the profile's measure in the newest figures of `period`.
fn cases(configuration: &Configuration, frame: &Frame, profile: &Profile, period: Period) -> Vec<usize> {
    let event = configuration.dimensions.measure(&profile.measure).map(|measure| measure.event.as_str());
    let event = frame.events.iter().position(|name| Some(name.as_str()) == event);
    let is_in = |row: &usize| {
        let newest = frame.corrected.get(row).is_none_or(|(_, until)| *until == u32::MAX);
        let months = period.start.0..period.end.0;
        newest && Some(frame.event[*row] as usize) == event && months.contains(&frame.month[*row])
    };
    (0..frame.count.len()).filter(is_in).flat_map(|row| std::iter::repeat_n(row, frame.count[row] as usize)).collect()
}

/// A cell of tables as rows of the frame see it.
struct Inside {
    /// Dimension of the frame, and for each of its leaves whether it is at the cell's code.
    at: Vec<(usize, Vec<bool>)>,
    period: Period,
}

impl Inside {
    /// None where the cell has a dimension that the profile has not: no reader of rows can find its cases.
    fn new(axes: &Axes, frame: &Frame, profile: &Profile, cell: &HiddenCell) -> Option<Self> {
        let mut at = Vec::new();
        for (name, code) in &cell.at {
            if !profile.quasi.contains(name) && !profile.sensitive.contains(name) {
                return None;
            }
            let dim = frame.dims.iter().position(|dim| dim.name == *name)?;
            let axis = axes.axes.get(axes.position(name)?)?;
            let wanted = axis.find(code)?;
            let is_at = |(leaf, number): (&String, i32)| match axis.holders.get(&number) {
                Some(codes) => codes.contains(&wanted),
                None => leaf == code,
            };
            at.push((dim, frame.dims[dim].leaves.iter().zip(0..).map(is_at).collect()));
        }
        Some(Self { at, period: cell.period })
    }

    fn has(&self, frame: &Frame, row: usize) -> bool {
        let months = self.period.start.0..self.period.end.0;
        months.contains(&frame.month[row])
            && self.at.iter().all(|(dim, is_at)| is_at.get(frame.codes[*dim][row] as usize).copied().unwrap_or(false))
    }
}

/// A column with the labels of `level` for values, and the hierarchy from there on.
fn raised(column: &Column, whole: &Hierarchy, level: usize) -> Result<(Column, Hierarchy), HierarchyError> {
    let Some(values) = whole.levels().get(level) else { return Ok((column.clone(), whole.clone())) };
    let of = |value: &String| whole.code(value).and_then(|leaf| values.codes.get(leaf as usize)).copied();
    let of: Vec<u32> = column.values.iter().map(|value| of(value).unwrap_or(0)).collect();
    let codes = column.codes.iter().filter_map(|code| of.get(*code as usize).copied()).collect();
    let row = |label: u32| {
        let leaf = values.codes.iter().position(|code| *code == label).unwrap_or(0);
        let at = |level: &super::hierarchy::Level| level.labels[level.codes[leaf] as usize].clone();
        (0, whole.levels()[level..].iter().map(at).collect::<Vec<String>>())
    };
    let rows: Vec<(u64, Vec<String>)> = (0..).take(values.labels.len()).map(row).collect();
    let column = Column { name: column.name.clone(), values: values.labels.clone(), codes };
    let hierarchy = made(&column.name, &rows)?;
    Ok((column, hierarchy))
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

fn months(name: &dyn Fn(Period) -> String, frame: &Frame, cases: &[usize]) -> Column {
    let mut column = Column { name: MONTH.to_owned(), values: Vec::new(), codes: Vec::with_capacity(cases.len()) };
    for row in cases {
        let name = name(Period::starting(Month(frame.month[*row]), 1));
        let code = column.values.iter().position(|known| *known == name).unwrap_or_else(|| {
            column.values.push(name);
            column.values.len() - 1
        });
        column.codes.push(u32::try_from(code).unwrap_or(u32::MAX));
    }
    column
}

/// Month, quarter, the service's year.
fn of_months(
    name: &dyn Fn(Period) -> String,
    configuration: &Configuration,
    period: Period,
) -> Result<Hierarchy, HierarchyError> {
    let calendar = configuration.service.calendar;
    let row = |month: i32| {
        let year = calendar.year_start(Month(month));
        let quarter = year.plus((month - year.0) / 3 * 3);
        let parts = [Period::starting(Month(month), 1), Period::starting(quarter, 3), Period::starting(year, 12)];
        let mut row: Vec<String> = parts.iter().map(|part| name(*part)).collect();
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
