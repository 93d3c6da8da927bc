//! What a report lacks because the store does. Comes in: a frame, the tables. Goes out: periods by name, for the service only.
//! Deliberately absent: what is done about it; the frame says what cannot be told, and these are the reasons.

use std::collections::{BTreeMap, BTreeSet};

use model::config::error::nearest;
use model::config::impossible::Codes;
use model::config::{Configuration, TablePlan};
use model::period::{Month, Period};
use serde::Serialize;

use super::plan;
use crate::tabulate::Frame;
use crate::tabulate::closings::CLOSED;
use crate::tabulate::derive::NESTED;

/// In a service of so many cases a month one without any is no chance: one in 20,000.
const USUAL: u64 = 10;

/// Times of which the store has too little, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Lacking {
    /// Periods of the tables, or months of them, that have not a single case of the first measure, though cases are known from
    /// before: more often an export that was never read than a time in which nobody came.
    pub cases: Vec<String>,
    /// Periods of the tables of which too many closings were never read.
    pub closings: Vec<String>,
    /// Periods that the configuration says were not recorded, and that were released with figures.
    pub told: Vec<String>,
    /// Codes of open lists in rules about what is impossible that no case has, though one has a code much like it that no rule names.
    pub misspelled: Vec<Misspelled>,
}

/// A code of a rule that is probably meant to be another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Misspelled {
    /// The dimension.
    pub dimension: String,
    /// As it is written in the rule.
    pub written: String,
    /// As cases have it.
    pub like: String,
}

impl Misspelled {
    /// Those of a frame whose rare codes still have their names.
    pub(super) fn of(configuration: &Configuration, frame: &Frame) -> Vec<Self> {
        let mut named: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (dimension, codes) in configuration.impossible.iter().flat_map(|rule| &rule.codes) {
            let (Codes::These(codes) | Codes::AllBut(codes)) = codes;
            named.entry(dimension).or_default().extend(codes.iter().map(String::as_str));
        }
        let is_open =
            |name: &str| configuration.dimensions.find(name).is_some_and(|dimension| dimension.codes.is_none());
        let mut found = Vec::new();
        for (name, written) in named.into_iter().filter(|(name, _)| is_open(name)) {
            let leaves = frame.dims.iter().filter(|dim| dim.name == name).flat_map(|dim| &dim.leaves);
            let there: BTreeSet<&str> = leaves.flat_map(|leaf| leaf.split(NESTED)).collect();
            for code in written.iter().filter(|code| !there.contains(*code)) {
                let like = nearest(code, there.iter().copied()).filter(|like| !written.contains(like));
                found.extend(like.map(|like| Self {
                    dimension: name.to_owned(),
                    written: (*code).to_owned(),
                    like: like.to_owned(),
                }));
            }
        }
        found
    }
}

impl Lacking {
    pub(super) fn of(
        (configuration, frame): (&Configuration, &Frame),
        plans: &[&TablePlan],
        period: Period,
        misspelled: Vec<Misspelled>,
    ) -> Self {
        let (service, dimensions) = (&configuration.service, &configuration.dimensions);
        let event = dimensions.measures.first().map_or("", |measure| measure.event.as_str());
        let named = |periods: BTreeSet<Period>| periods.iter().map(|period| period.name(service.calendar)).collect();
        let shown = |plan: &TablePlan| plan::periods(plan, period, service.calendar);
        let all: BTreeSet<Period> = plans.iter().flat_map(|plan| shown(plan)).collect();
        let (silent, heard): (BTreeSet<Period>, BTreeSet<Period>) = all
            .into_iter()
            .filter(|period| !service.has_gap_in(*period))
            .partition(|period| frame.is_silent(event, *period));
        let months = heard
            .iter()
            .flat_map(|period| (period.start.0..period.end.0).map(|month| Period::starting(Month(month), 1)));
        let is_lost = |month: &Period| {
            let near = Period { start: month.start.plus(-6), end: month.end.plus(6) };
            frame.is_silent(event, *month) && frame.cases_in(event, near) >= USUAL * 12
        };
        let cases = silent.into_iter().chain(months.filter(is_lost)).collect();
        let counts_closings = |plan: &&&TablePlan| {
            let measure = dimensions.measure(&plan.measure);
            measure.is_some_and(|measure| measure.event == CLOSED || measure.less.as_deref() == Some(CLOSED))
        };
        let is_unread = |period: &Period| !service.has_gap_in(*period) && frame.is_event_unavailable(CLOSED, *period);
        let closings = plans.iter().filter(counts_closings).flat_map(|plan| shown(plan)).filter(is_unread).collect();
        let told = service.not_recorded.iter().copied().filter(|gap| frame.is_told_in(*gap)).collect();
        Self { cases: named(cases), closings: named(closings), told: named(told), misspelled }
    }
}
