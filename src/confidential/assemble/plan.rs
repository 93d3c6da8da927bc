//! From a table's plan to its cells. Comes in: a plan, a period, the axes. Goes out: keys in the order of the page, each
//! planned, impossible or not available. Deliberately absent: counts.

use std::collections::HashSet;

use model::config::dimension::{Derivation, Measure, Unit};
use model::config::report::{NotRecorded, Over, TableDimension, TablePlan};
use model::config::{Configuration, Dimension};
use model::edition::Figures;
use model::period::{Calendar, Month, Period};
use model::release::{ReleasedCode, Zeros};

use crate::protect::{LowTotal, PlannedTable, Rules, Sensitive};
use crate::tabulate::axes::{Axes, MEASURE, PERIOD, Source};
use crate::tabulate::{Frame, Key, stock};

/// A cell before it is known whether it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedCell {
    /// To be counted.
    Counted(Key),
    /// Cannot occur: the code was not in use in the period, or its codes cannot stand together.
    Impossible(Key),
    /// Not collected in the period, or counted under another code when it was released.
    NotAvailable(Key),
}

impl PlannedCell {
    /// Its key, where it is to be counted.
    #[must_use]
    pub const fn counted(&self) -> Option<&Key> {
        match self {
            Self::Counted(key) => Some(key),
            Self::Impossible(_) | Self::NotAvailable(_) => None,
        }
    }

    /// Its key, where it cannot occur.
    #[must_use]
    pub const fn impossible(&self) -> Option<&Key> {
        match self {
            Self::Impossible(key) => Some(key),
            Self::Counted(_) | Self::NotAvailable(_) => None,
        }
    }
}

/// A dimension of a planned table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedDimension {
    /// The axis.
    pub axis: usize,
    /// Codes in the page's order.
    pub codes: Vec<(u32, ReleasedCode)>,
}

/// A table of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// As configured.
    pub plan: TablePlan,
    /// Under the table's title: when and what.
    pub subtitle: String,
    /// What one count is, for people.
    pub unit: String,
    /// The highest threshold among the audiences that get the table.
    pub threshold: u64,
    /// The last makes the columns.
    pub dims: Vec<PlannedDimension>,
    /// Axis and code of what stands still in the whole table.
    pub fixed: Vec<(usize, u32)>,
    /// Row-major over `dims`.
    pub cells: Vec<PlannedCell>,
}

impl From<&Planned> for PlannedTable {
    fn from(table: &Planned) -> Self {
        let (mut cells, mut impossible) = (Vec::new(), Vec::new());
        for cell in &table.cells {
            match cell {
                PlannedCell::Counted(key) => cells.push(key.clone()),
                PlannedCell::Impossible(key) => impossible.push(key.clone()),
                PlannedCell::NotAvailable(_) => {}
            }
        }
        let zeros: Zeros = table.plan.zeros;
        Self { id: table.plan.id.clone(), threshold: table.threshold, zeros, cells, impossible }
    }
}

/// The rules that the configuration asks for beyond the minimum frequency.
#[must_use]
pub fn rules(configuration: &Configuration, axes: &Axes, tables: &[Planned]) -> Rules {
    let group_below = configuration.service.group_below;
    let dimensions = configuration.dimensions.dimensions.iter().filter(|dimension| dimension.sensitive);
    let sensitive = dimensions.filter_map(|sensitive| {
        Some(Sensitive { dimension: axes.position(&sensitive.name)?, group_below: group_below? })
    });
    let low_total = |(table, planned): (usize, &Planned)| {
        let low = planned.plan.low_total.as_ref()?;
        let is_over = |dim: &TableDimension| match dim {
            TableDimension::Coded { name, .. } => *name == low.over,
            TableDimension::Period { .. } => false,
        };
        let at = planned.plan.dims.iter().position(is_over)?;
        Some(LowTotal { table, dimension: planned.dims.get(at)?.axis, below: low.below })
    };
    let low_totals = tables.iter().enumerate().filter_map(low_total).collect();
    // A report counts.
    Rules { sensitive: sensitive.collect(), low_totals, dominance: None }
}

/// The periods that a table of `plan` publishes in a report for `period`.
#[must_use]
pub fn periods(plan: &TablePlan, period: Period, calendar: Calendar) -> Vec<Period> {
    let last = plan.dims.iter().find_map(|dim| match dim {
        TableDimension::Period { last } => Some(*last as i32),
        TableDimension::Coded { .. } => None,
    });
    match last {
        Some(last) => (0..last).rev().map(|steps| period.before(steps)).collect(),
        None => vec![over(plan, period, calendar)],
    }
}

fn over(plan: &TablePlan, period: Period, calendar: Calendar) -> Period {
    match plan.over {
        Over::Period => period,
        Over::YearToDate => Period { start: calendar.year_start(period.end.plus(-1)), end: period.end },
        Over::TwelveMonths => twelve_months(period),
        Over::CompleteYear => {
            let end = calendar.year_start(period.end);
            Period { start: end.plus(-12), end }
        }
    }
}

/// The twelve months that end with a period.
pub(super) fn twelve_months(period: Period) -> Period {
    Period { start: period.end.plus(-12), end: period.end }
}

/// A period as a column's heading: `2025-26 Q4`.
#[must_use]
pub fn heading(period: Period, calendar: Calendar) -> String {
    period.name(calendar).replace("-Q", " Q").replace("-M", " M").replace("..", " to ")
}

/// The heading of a period's figures: `2025-26 Q4, corrected`.
pub(super) fn figures_heading(figures: Figures, calendar: Calendar) -> String {
    let heading = heading(figures.period, calendar);
    if figures.vintage == 0 { heading } else { format!("{heading}, corrected") }
}

/// The cells of a table; `is_empty` says of which everybody knows that no case is in them.
#[must_use]
pub fn plan(
    configuration: &Configuration,
    (frame, axes): (&Frame, &Axes),
    is_empty: &dyn Fn(&Key) -> bool,
    plan: &TablePlan,
    period: Period,
) -> Planned {
    let calendar = configuration.service.calendar;
    let measure = configuration.dimensions.measure(&plan.measure);
    let axis_of = |name: &str| axes.position(&Axes::name_for(name, measure)).unwrap_or(0);
    let shown = periods(plan, period, calendar);
    let mut dims = Vec::new();
    for dim in &plan.dims {
        dims.push(match dim {
            TableDimension::Coded { name, depth } => {
                coded(axes, axis_of(name), *depth, &unlisted(configuration, frame, plan, name))
            }
            TableDimension::Period { .. } => {
                let axis = axis_of(PERIOD);
                let codes = shown.iter().filter_map(|period| {
                    let code = axes.period_code(*period, calendar);
                    let index = axes.axes[axis].find(&code)?;
                    let label = figures_heading(axes.editions.newest(*period), calendar);
                    Some((index, ReleasedCode { code, label, depth: 1 }))
                });
                PlannedDimension { axis, codes: codes.collect() }
            }
        });
    }
    let mut fixed = Vec::new();
    let measure_axis = axes.position(MEASURE).unwrap_or(0);
    fixed.extend(axes.axes[measure_axis].find(&plan.measure).map(|code| (measure_axis, code)));
    let by_period = plan.dims.iter().any(|dim| matches!(dim, TableDimension::Period { .. }));
    if !by_period {
        let axis = axis_of(PERIOD);
        let code = axes.period_code(over(plan, period, calendar), calendar);
        fixed.extend(axes.axes[axis].find(&code).map(|code| (axis, code)));
    }
    let label = measure.map_or("", |measure| measure.label.as_str());
    let when = match (by_period, shown.first(), shown.last()) {
        (true, Some(first), Some(last)) => Period { start: first.start, end: last.end }.words(),
        _ => words(axes, over(plan, period, calendar)),
    };
    let audiences = configuration.service.audiences.iter();
    let threshold =
        audiences.filter(|audience| plan.audiences.contains(&audience.id)).map(|audience| audience.threshold).max();
    let cells = cells(configuration, frame, axes, &dims, &fixed);
    let known = |cell: PlannedCell| match cell {
        PlannedCell::Counted(key) if is_empty(&key) => PlannedCell::Impossible(key),
        PlannedCell::Counted(_) | PlannedCell::Impossible(_) | PlannedCell::NotAvailable(_) => cell,
    };
    let cells = cells.into_iter().map(known).collect();
    let mut plan = plan.clone();
    plan.notes.extend(several(configuration, &plan.dims));
    if plan.not_recorded == NotRecorded::InTotal {
        plan.notes.push("Cases of which this is not recorded are in the total only.".to_owned());
    }
    if dims.iter().any(|dim| leaves_rests_out(frame, axes, dim)) {
        plan.notes.push("Codes that few had used before are in the totals only, and so is what is not recorded where that was rare.".to_owned());
    }
    Planned {
        plan,
        subtitle: format!("{label}, {when}"),
        unit: label.to_owned(),
        threshold: threshold.unwrap_or(u64::MAX),
        dims,
        fixed,
        cells,
    }
}

/// What every table of several answers to a case says, whatever its own notes are.
fn several(configuration: &Configuration, dims: &[TableDimension]) -> Option<String> {
    let answered = dims.iter().find_map(|dim| match dim {
        TableDimension::Coded { name, .. } => match &configuration.dimensions.find(name)?.derivation {
            Derivation::Answers { answered, .. } => Some(answered),
            Derivation::Code { .. }
            | Derivation::Band { .. }
            | Derivation::AgeYears { .. }
            | Derivation::WorkingDays { .. }
            | Derivation::Nested { .. } => None,
        },
        TableDimension::Period { .. } => None,
    })?;
    Some(format!(
        "Several answers to a case: it counts once in each row that it belongs to, so the rows do not add up and together may come \
         to more than \u{201c}{answered}\u{201d}, which counts each of these cases once and is the base of any share."
    ))
}

/// `July to September 2018, corrected`.
fn words(axes: &Axes, period: Period) -> String {
    let corrected = if axes.editions.newest(period).vintage == 0 { "" } else { ", corrected" };
    format!("{}{corrected}", period.words())
}

/// The codes of a dimension that a table counts in its totals only.
fn unlisted(configuration: &Configuration, frame: &Frame, plan: &TablePlan, name: &str) -> HashSet<String> {
    let in_total = |_: &&Dimension| plan.not_recorded == NotRecorded::InTotal;
    let missing = configuration.dimensions.find(name).filter(in_total).map(|dimension| dimension.missing.clone());
    let rests = frame.dims.iter().find(|dim| dim.name == name).into_iter().flat_map(|dim| &dim.unlisted);
    rests.cloned().chain(missing).collect()
}

/// Whether a dimension of a table has groups, or a total, of which it does not show everything.
fn leaves_rests_out(frame: &Frame, axes: &Axes, dim: &PlannedDimension) -> bool {
    let axis = &axes.axes[dim.axis];
    let Source::Leaves(at) = axis.source else { return false };
    let is_shown = |code: u32| dim.codes.iter().any(|(shown, _)| *shown == code);
    let is_left_out = |code: &u32| frame.dims[at].unlisted.contains(&axis.space.codes[*code as usize]);
    let mut sums = axis.space.sums.iter().filter(|(parent, _)| is_shown(*parent));
    sums.any(|(_, children)| children.iter().any(|child| is_shown(*child)) && children.iter().any(is_left_out))
}

fn coded(axes: &Axes, axis: usize, depth: usize, unlisted: &HashSet<String>) -> PlannedDimension {
    let is_shown = |code: &&ReleasedCode| usize::from(code.depth) <= depth && !unlisted.contains(&code.code);
    let shown = axes.axes[axis].display.iter().filter(is_shown);
    let codes = shown.filter_map(|code| Some((axes.axes[axis].find(&code.code)?, code.clone()))).collect();
    PlannedDimension { axis, codes }
}

fn cells(
    configuration: &Configuration,
    frame: &Frame,
    axes: &Axes,
    dims: &[PlannedDimension],
    fixed: &[(usize, u32)],
) -> Vec<PlannedCell> {
    let mut base: Key = axes.axes.iter().map(|axis| axis.space.total).collect();
    for (axis, code) in fixed {
        base[*axis] = *code;
    }
    let mut keys = vec![base];
    for dim in dims {
        keys = keys
            .iter()
            .flat_map(|key| {
                dim.codes.iter().map(|(code, _)| {
                    let mut key = key.clone();
                    key[dim.axis] = *code;
                    key
                })
            })
            .collect();
    }
    let first = frame.first_month();
    keys.into_iter().map(|key| classify(configuration, frame, axes, first, key)).collect()
}

fn classify(configuration: &Configuration, frame: &Frame, axes: &Axes, first: Option<Month>, key: Key) -> PlannedCell {
    let Some(figures) = figures_of(configuration, axes, &key) else { return PlannedCell::Counted(key) };
    let period = figures.period;
    // Distinct families add up over nothing, not even over what was kept and what was added, so that what a second
    // version tells beside the first could not be protected.
    if figures.vintage > 0 && axes.measures.get(key[measure_axis(axes)] as usize).is_some_and(counts_families) {
        return PlannedCell::NotAvailable(key);
    }
    let measure = axes.measures.get(key[measure_axis(axes)] as usize);
    let is_told = |measure: &Measure| match measure.is_stock() {
        true => stock::is_told(measure, frame, &axes.editions, period),
        false => !frame.is_event_unavailable(&measure.event, period),
    };
    if !measure.is_none_or(is_told) {
        return PlannedCell::NotAvailable(key);
    }
    if first.is_none_or(|first| period.end <= first) {
        return PlannedCell::NotAvailable(key);
    }
    let mut impossible = false;
    for (axis, code) in axes.axes.iter().zip(&key) {
        let Source::Leaves(at) = axis.source else { continue };
        if *code == axis.space.total {
            continue;
        }
        let code = &axis.space.codes[*code as usize];
        let dimension = &configuration.dimensions.dimensions[at];
        let entry = dimension.codes.as_ref().and_then(|list| configuration.codes.get(list)?.find(code));
        let before = entry.and_then(|entry| entry.in_use.0).is_some_and(|from| period.end <= from.start);
        let after = entry.and_then(|entry| entry.in_use.1).is_some_and(|to| to.end <= period.start);
        if frame.is_dimension_unavailable(at, period) {
            return PlannedCell::NotAvailable(key);
        }
        // A coarser level of a closed list is in no frozen period's leaves; only its codes are judged.
        let is_level = dimension.codes.is_some() && entry.is_none();
        if !is_level && frame.is_unavailable(at, code, period) {
            return PlannedCell::NotAvailable(key);
        }
        impossible |= before || after;
    }
    if impossible { PlannedCell::Impossible(key) } else { PlannedCell::Counted(key) }
}

fn measure_axis(axes: &Axes) -> usize {
    axes.position(MEASURE).unwrap_or(0)
}

fn counts_families(measure: &Measure) -> bool {
    measure.unit == Unit::Family
}

/// The figures at which a key stands, on whichever of the two axes of periods names some.
pub(super) fn figures_of(configuration: &Configuration, axes: &Axes, key: &Key) -> Option<Figures> {
    axes.axes
        .iter()
        .zip(key)
        .filter(|(axis, code)| axis.source == Source::Months && **code != axis.space.total)
        .find_map(|(axis, code)| Figures::parse(&axis.space.codes[*code as usize], configuration.service.calendar).ok())
}
