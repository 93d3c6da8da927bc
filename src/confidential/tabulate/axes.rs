//! The space of a release: every dimension with all its codes, the sums among them, and which leaves and months each
//! code holds. Comes in: the configuration, a frame, the periods in play. Goes out: axes. Deliberately absent: counts.

use std::collections::{BTreeMap, HashMap};

use model::config::dimension::{Derivation, Measure, TOTAL, Unit};
use model::config::{Configuration, Dimension};
use model::edition::{Editions, Figures, period_codes};
use model::period::{Calendar, Period};
use model::release::ReleasedCode;

use crate::protect::Space;
use crate::tabulate::answers::{self, Answers};
use crate::tabulate::derive::NESTED;
use crate::tabulate::frame::{Frame, ancestor};
use crate::tabulate::stock::{self, ENDS};

/// The name of the dimension of periods.
pub const PERIOD: &str = "period";
/// The name of the dimension of measures.
pub const MEASURE: &str = "measure";
/// Added to a dimension's name where distinct families are counted, which add up over nothing.
pub const FAMILIES: &str = "_families";

/// Where an axis finds the code of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The row's month.
    Months,
    /// The row's event.
    Events,
    /// The row's leaf of a dimension of the frame.
    Leaves(usize),
}

/// One dimension of the space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// Name, codes, total and sums, for `protect`.
    pub space: Space,
    /// Where a row's code comes from.
    pub source: Source,
    /// Codes, other than the total, that hold each month, event or leaf.
    pub holders: HashMap<i32, Vec<u32>>,
    /// What pages show, in their order, with depths; the total first. Empty for periods and measures.
    pub display: Vec<ReleasedCode>,
    /// For people.
    pub label: String,
    /// How the codes hang together where a case can stand in several.
    pub answers: Option<Answers>,
    index: HashMap<String, u32>,
}

impl Axis {
    /// The index of a code.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<u32> {
        self.index.get(code).copied()
    }

    /// Every code that holds a month, event or leaf, the total too where it is the sum of all; rising.
    #[must_use]
    pub fn holding(&self, code: i32) -> Vec<u32> {
        let total = (self.source != Source::Events).then_some(self.space.total);
        let mut holders: Vec<u32> = self.holders.get(&code).into_iter().flatten().copied().chain(total).collect();
        holders.sort_unstable();
        holders.dedup();
        holders
    }
}

/// All axes of a release, and the measures behind the codes of the measure's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axes {
    /// Period first, measure second, then coded dimensions, then those of families, then the ends of periods.
    pub axes: Vec<Axis>,
    /// By code of the measure axis.
    pub measures: Vec<Measure>,
    /// By code of the measure axis: the event whose rows a stock takes off.
    pub(super) less: Vec<Option<i32>>,
    /// The corrections so far.
    pub editions: Editions,
}

/// What stands in place of the month in rows of the corrected moment number `at`. Months are never negative.
#[must_use]
pub const fn moment_code(at: i32) -> i32 {
    -1 - at
}

impl Axes {
    /// The axes that `configuration` and `frame` make with `figures`, shown or published before.
    #[must_use]
    pub fn new(configuration: &Configuration, frame: &Frame, figures: &[Figures], editions: &Editions) -> Self {
        let calendar = configuration.service.calendar;
        let mut axes = vec![period_axis(figures, editions, frame, calendar), measure_axis(configuration, frame)];
        for (at, dimension) in configuration.dimensions.dimensions.iter().enumerate() {
            axes.push(match &dimension.derivation {
                Derivation::Answers { fields, answered } => {
                    answers::axis_of(configuration, frame, (dimension, at), (fields, answered))
                }
                Derivation::Code { .. }
                | Derivation::Band { .. }
                | Derivation::AgeYears { .. }
                | Derivation::WorkingDays { .. }
                | Derivation::Nested { .. } => coded_axis(configuration, frame, dimension, at),
            });
        }
        if configuration.dimensions.measures.iter().any(|measure| measure.unit == Unit::Family) {
            let additive = axes.clone();
            for axis in additive.iter().filter(|axis| axis.source != Source::Events) {
                let mut twin = axis.clone();
                twin.space.name = format!("{}{FAMILIES}", axis.space.name);
                twin.space.sums.clear();
                // No table counts families by several answers.
                twin.answers = None;
                axes.push(twin);
            }
        }
        let measures = configuration.dimensions.measures.clone();
        if measures.iter().any(Measure::is_stock) {
            axes.push(stock::ends_axis(figures, editions, frame, calendar));
        }
        let less = stock::less(&measures, frame);
        Self { axes, measures, less, editions: editions.clone() }
    }

    /// The code of a period's newest figures.
    #[must_use]
    pub fn period_code(&self, period: Period, calendar: Calendar) -> String {
        self.editions.newest(period).name(calendar)
    }

    /// The position of an axis.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.axes.iter().position(|axis| axis.space.name == name)
    }

    /// The name of the axis that a table of `measure` uses for `dimension`.
    #[must_use]
    pub fn name_for(dimension: &str, measure: Option<&Measure>) -> String {
        match measure.map(|measure| (measure.unit, measure.is_stock())) {
            Some((Unit::Case, true)) if dimension == PERIOD => ENDS.to_owned(),
            None | Some((Unit::Case, _)) => dimension.to_owned(),
            Some((Unit::Family, _)) => format!("{dimension}{FAMILIES}"),
        }
    }

    /// Whether a name is that of periods: those in which something happens, or their twins.
    #[must_use]
    pub fn is_of_periods(name: &str) -> bool {
        name == ENDS || name.strip_suffix(FAMILIES).unwrap_or(name) == PERIOD
    }
}

pub(super) fn axis(name: &str, label: &str, total: &str, source: Source) -> Axis {
    let space = Space { name: name.to_owned(), codes: vec![total.to_owned()], total: 0, sums: Vec::new() };
    let index = HashMap::from([(total.to_owned(), 0)]);
    Axis { space, source, holders: HashMap::new(), display: Vec::new(), label: label.to_owned(), answers: None, index }
}

pub(super) fn intern(axis: &mut Axis, code: &str) -> u32 {
    if let Some(at) = axis.index.get(code) {
        return *at;
    }
    let at = axis.space.codes.len() as u32;
    axis.space.codes.push(code.to_owned());
    axis.index.insert(code.to_owned(), at);
    at
}

fn period_axis(figures: &[Figures], editions: &Editions, frame: &Frame, calendar: Calendar) -> Axis {
    let mut axis = axis(PERIOD, "Period", TOTAL, Source::Months);
    let all = period_codes(figures, editions, calendar);
    let moments = frame.moments();
    for code in &all.codes {
        let at = intern(&mut axis, &code.name);
        for period in &code.months {
            if code.content.holds(0, u32::MAX) {
                (period.start.0..period.end.0).for_each(|month| axis.holders.entry(month).or_default().push(at));
            }
            for ((month, (since, until)), number) in moments.iter().zip(0..) {
                if (period.start..period.end).contains(month) && code.content.holds(*since, *until) {
                    axis.holders.entry(moment_code(number)).or_default().push(at);
                }
            }
        }
    }
    for (parent, children) in &all.sums {
        let parent = intern(&mut axis, parent);
        let children = children.iter().map(|child| intern(&mut axis, child)).collect();
        axis.space.sums.push((parent, children));
    }
    axis
}

fn measure_axis(configuration: &Configuration, frame: &Frame) -> Axis {
    let measures = &configuration.dimensions.measures;
    let first = measures.first().map_or("cases", |measure| measure.name.as_str());
    let mut axis = axis(MEASURE, "Measure", first, Source::Events);
    for measure in measures {
        let code = intern(&mut axis, &measure.name);
        for name in std::iter::once(&measure.event).chain(&measure.less) {
            if let Some(event) = frame.events.iter().position(|event| event == name) {
                axis.holders.entry(event as i32).or_default().push(code);
            }
        }
    }
    axis
}

fn coded_axis(configuration: &Configuration, frame: &Frame, dimension: &Dimension, at: usize) -> Axis {
    let mut axis = axis(&dimension.name, &dimension.label, TOTAL, Source::Leaves(at));
    axis.display.push(ReleasedCode { code: TOTAL.to_owned(), label: "Total".to_owned(), depth: 0 });
    let paths = match &dimension.derivation {
        Derivation::Nested { .. } => nested_paths(frame, dimension, at),
        Derivation::Code { .. }
        | Derivation::Band { .. }
        | Derivation::AgeYears { .. }
        | Derivation::Answers { .. }
        | Derivation::WorkingDays { .. } => listed_paths(configuration, frame, dimension, at),
    };
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (leaf, path) in paths {
        let mut parent = 0;
        for (depth, (code, label)) in path.iter().enumerate() {
            let fresh = axis.find(code).is_none();
            let index = intern(&mut axis, code);
            if fresh {
                axis.display.push(ReleasedCode { code: code.clone(), label: label.clone(), depth: depth as u8 + 1 });
                children.entry(parent).or_default().push(index);
            }
            axis.holders.entry(leaf as i32).or_default().push(index);
            parent = index;
        }
    }
    axis.space.sums = children.into_iter().collect();
    sort_as_tree(&mut axis);
    axis
}

/// Puts every code right after its parent's earlier children, so that a page reads as a tree.
fn sort_as_tree(axis: &mut Axis) {
    let by_code: HashMap<&str, &ReleasedCode> = axis.display.iter().map(|shown| (shown.code.as_str(), shown)).collect();
    let children: HashMap<u32, &Vec<u32>> = axis.space.sums.iter().map(|(parent, kids)| (*parent, kids)).collect();
    let mut sorted = Vec::with_capacity(axis.display.len());
    let mut open = vec![0_u32];
    while let Some(code) = open.pop() {
        if let Some(shown) = by_code.get(axis.space.codes[code as usize].as_str()) {
            sorted.push((*shown).clone());
        }
        if let Some(kids) = children.get(&code) {
            open.extend(kids.iter().rev());
        }
    }
    axis.display = sorted;
}

type Path = Vec<(String, String)>;

/// Leaf and path of each code of a closed list, in the list's order.
fn listed_paths(configuration: &Configuration, frame: &Frame, dimension: &Dimension, at: usize) -> Vec<(usize, Path)> {
    let Some(list) = dimension.codes.as_ref().and_then(|name| configuration.codes.get(name)) else { return Vec::new() };
    let leaf = |code: &str| frame.dims[at].leaves.iter().position(|leaf| leaf == code);
    let path = |entry: &model::config::CodeEntry| {
        let levels = groups(dimension, entry).map(|group| (group.to_owned(), group.to_owned()));
        levels.chain([(entry.code.clone(), entry.label.clone())]).collect()
    };
    list.entries.iter().filter_map(|entry| Some((leaf(&entry.code)?, path(entry)))).collect()
}

/// The groups that a code stands in, the coarsest first. Where its list leaves a level blank it has none there: the code stands
/// beside the groups of that level.
pub(super) fn groups<'a>(
    dimension: &'a Dimension,
    entry: &'a model::config::CodeEntry,
) -> impl Iterator<Item = &'a str> {
    dimension
        .levels
        .iter()
        .filter_map(|level| entry.columns.get(level))
        .map(String::as_str)
        .filter(|group| !group.is_empty())
}

/// Leaf and path of each code of an open list, by name, with what is missing and what is rare at the end.
fn nested_paths(frame: &Frame, dimension: &Dimension, at: usize) -> Vec<(usize, Path)> {
    let mut paths: Vec<(usize, Path)> = frame.dims[at]
        .leaves
        .iter()
        .enumerate()
        .map(|(leaf, code)| {
            let depths = code.matches(NESTED).count() + 1;
            let path = (1..=depths).map(|depth| {
                let code = ancestor(code, depth);
                let label = code.rsplit(NESTED).next().unwrap_or(code);
                let label = if label == dimension.missing { dimension.missing_label.as_str() } else { label };
                (code.to_owned(), label.to_owned())
            });
            (leaf, path.collect())
        })
        .collect();
    let last = |part: &str| {
        let name = part.rsplit(NESTED).next().unwrap_or(part);
        (name == dimension.missing, name == super::fold::OTHER)
    };
    paths.sort_by_cached_key(|(_, path)| {
        path.iter().map(|(code, label)| (last(code), label.to_lowercase(), code.clone())).collect::<Vec<_>>()
    });
    paths
}

#[cfg(test)]
mod tests {
    use model::period::Month;

    use super::*;

    const CALENDAR: Calendar = Calendar { year_starts_in: 1 };

    #[test]
    fn what_is_left_of_a_year_holds_the_months_of_no_published_quarter() {
        let periods = ["2018", "2018-Q2", "2018-Q4"].map(|name| Period::parse(name, CALENDAR).expect(name));
        let axis = period_axis(&periods.map(Figures::first), &Editions::default(), &Frame::default(), CALENDAR);
        let rest = axis.find("2018 less 2018-Q2, 2018-Q4").expect("a code of its own");
        let months: Vec<i32> =
            (1..=12).filter(|month| axis.holders[&Month::new(2018, *month as u8).0].contains(&rest)).collect();
        assert_eq!(months, [1, 2, 3, 7, 8, 9]);
    }
}
