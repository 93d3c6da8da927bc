//! From the store to series, through the narrow interface of tabulate: cells in, counts of cases and families out. Comes in:
//! a store, a configuration, a period. Goes out: panels by issue, by any other dimension, and within one issue.
//! Deliberately absent: rows.

use model::config::{Configuration, IssuesPlan};
use model::edition::Figures;
use model::period::Period;
use thiserror::Error;

use super::series::{KnownSeason, Naming, Panel, PanelError, Series};
use crate::store::Store;
use crate::tabulate::axes::PERIOD;
use crate::tabulate::derive::NESTED;
use crate::tabulate::frame::Loaded;
use crate::tabulate::tags::tagged;
use crate::tabulate::{Axes, Counter, Counts, Frame, Key, TabulateError, Tabulation};

/// The longest history that is looked at, in years: what was usual longer ago is not usual now.
const YEARS_MAX: usize = 7;

/// What stops an analysis.
#[derive(Debug, Error)]
pub enum IssuesError {
    /// The store cannot be counted.
    #[error(transparent)]
    Tabulate(#[from] TabulateError),
    /// The configuration follows no issues.
    #[error("the configuration has no issues.toml")]
    NoPlan,
    /// Issues are followed by quarter or month.
    #[error("issues are followed by quarter or by month, and {period} is neither")]
    NeitherQuarterNorMonth {
        /// As given, in its canonical spelling.
        period: String,
    },
    /// Nothing was recorded.
    #[error("the store has no case of {period}")]
    Empty {
        /// As given, in its canonical spelling.
        period: String,
    },
    /// There is no issue of that code.
    #[error("there is no issue {code:?} at that level")]
    NoSuchIssue {
        /// As given on the command line.
        code: String,
    },
    /// The configuration says that it was not recorded.
    #[error("{period} was not recorded, or not all of it: config/service.toml says so (`not_recorded`)")]
    NotRecorded {
        /// The period's name.
        period: String,
    },
    /// The method asks for more history.
    #[error("that method needs the months of four years")]
    TooShort,
    /// The counts make no panel: a fault of the program.
    #[error(transparent)]
    Panel(#[from] PanelError),
}

/// How finely issues are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The coarsest level of the dimension.
    Group,
    /// Its codes.
    Issue,
}

/// Codes of an axis with their labels.
pub(super) type Codes = Vec<(u32, String, String)>;

/// Everything that can be counted for an analysis of a period.
#[derive(Debug)]
pub struct Counting<'a> {
    pub(super) configuration: &'a Configuration,
    pub(super) plan: &'a IssuesPlan,
    axes: Axes,
    frame: Frame,
    /// Of equal length, the latest last.
    pub(super) periods: Vec<Period>,
    year: Period,
}

impl<'a> Counting<'a> {
    /// Loads what `store` holds up to the end of `period`.
    ///
    /// # Errors
    /// [`IssuesError`]
    pub fn load(store: &Store, configuration: &'a Configuration, period: Period) -> Result<Self, IssuesError> {
        let calendar = configuration.service.calendar;
        let plan = configuration.issues.as_ref().ok_or(IssuesError::NoPlan)?;
        let name = || period.name(calendar);
        if period.months() != 1 && period.months() != 3 {
            return Err(IssuesError::NeitherQuarterNorMonth { period: name() });
        }
        let Loaded { frame, editions, .. } = Frame::load(store, configuration, period.end, None)?;
        if configuration.service.has_gap_in(period) {
            return Err(IssuesError::NotRecorded { period: name() });
        }
        if !frame.has_cases_in(period) {
            return Err(IssuesError::Empty { period: name() });
        }
        // What was not recorded is no calm time: the past begins after it.
        let recorded = configuration.service.not_recorded.iter().filter(|gap| gap.start.0 < period.end.0);
        let first = frame.first_month().map_or(period.start.0, |month| month.0);
        let first = recorded.map(|gap| gap.end.0).fold(first, i32::max);
        let whole = (period.start.0 - first).max(0) / period.months();
        let most = (YEARS_MAX * 12) as i32 / period.months();
        let periods: Vec<Period> = (0..=whole.min(most)).rev().map(|steps| period.before(steps)).collect();
        let year = Period { start: period.end.plus(-12), end: period.end };
        let mut figures: Vec<Figures> = periods.iter().map(|period| editions.newest(*period)).collect();
        figures.push(editions.newest(year));
        let axes = Axes::new(configuration, &frame, &figures, &editions);
        Ok(Self { configuration, plan, axes, frame, periods, year })
    }

    /// Periods in a year.
    #[must_use]
    pub fn per_year(&self) -> usize {
        self.periods.last().map_or(4, |latest| if latest.months() == 1 { 12 } else { 4 })
    }

    /// All issues of a level.
    ///
    /// # Errors
    /// [`IssuesError::Tabulate`]
    pub fn issues(&self, level: Level) -> Result<Panel, IssuesError> {
        let codes = self.codes(&self.plan.dimension, level);
        self.panel(&self.plan.dimension, &codes, &[])
    }

    /// The codes of a dimension: its first level, or those that have none below them.
    pub(super) fn codes(&self, dimension: &str, level: Level) -> Codes {
        let Some(axis) = self.axes.position(dimension).and_then(|at| self.axes.axes.get(at)) else { return Vec::new() };
        let sums = &axis.space.sums;
        let has_parts = |code: u32| sums.iter().any(|(parent, _)| *parent == code);
        let wanted = |depth: u8, code: u32| match level {
            Level::Group => depth == 1,
            Level::Issue => depth > 0 && !has_parts(code),
        };
        let listed = axis.display.iter().filter_map(|shown| Some((axis.find(&shown.code)?, shown)));
        let wanted = listed.filter(|(code, shown)| wanted(shown.depth, *code));
        wanted.map(|(code, shown)| (code, shown.code.clone(), label(&shown.code, &shown.label))).collect()
    }

    /// One series a code of `dimension`, for the cases that have `fixed` codes elsewhere.
    pub(super) fn panel(&self, dimension: &str, codes: &Codes, fixed: &[(usize, u32)]) -> Result<Panel, IssuesError> {
        let axis = self.axes.position(dimension).unwrap_or(0);
        let mut periods: Vec<Period> = self.periods.clone();
        periods.push(self.year);
        let counts = self.count(axis, codes, &periods, fixed)?;
        let series = codes.iter().zip(counts.chunks(periods.len()));
        let series = series
            .map(|((_, code, label), counts)| {
                let (year, counts) = counts.split_last().unwrap_or((&EMPTY, &[]));
                Series {
                    code: code.clone(),
                    label: label.clone(),
                    counts: counts.iter().map(|count| count.counted).collect(),
                    families: counts.iter().map(|count| count.protected).collect(),
                    families_of_year: year.protected,
                    season: if names(&self.plan.seasons, code) { KnownSeason::Known } else { KnownSeason::Unknown },
                    naming: if self.names_nothing(dimension, code) { Naming::Unnamed } else { Naming::Named },
                    hidden: Vec::new(),
                }
            })
            .collect();
        Ok(Panel::new(self.per_year(), self.first_of_year(), series)?)
    }

    /// The cells of the year that ends with the latest period, one a code.
    pub(super) fn year(
        &self,
        dimension: &str,
        codes: &Codes,
        fixed: &[(usize, u32)],
    ) -> Result<Vec<super::funnel::Cell>, IssuesError> {
        let axis = self.axes.position(dimension).unwrap_or(0);
        let counts = self.count(axis, codes, &[self.year], fixed)?;
        let cell = |counts: &Counts| super::funnel::Cell { cases: counts.counted, families: counts.protected };
        Ok(counts.iter().map(cell).collect())
    }

    /// One series a keyword tag of the case notes; none where the configuration has no tags. Every other case is in a
    /// series of its own that names nothing, because a case can have several tags.
    ///
    /// # Errors
    /// [`IssuesError::Tabulate`]
    pub fn tags(&self, store: &Store) -> Result<Option<Panel>, IssuesError> {
        let Some(tags) = &self.plan.tags else { return Ok(None) };
        let counts = tagged(store, self.configuration, tags, &self.periods)?;
        let series = tags.tags.iter().zip(counts).map(|(tag, counts)| Series {
            code: tag.name.clone(),
            label: tag.name.clone(),
            families: counts.iter().map(|count| count.protected).collect(),
            families_of_year: counts.iter().rev().take(self.per_year()).map(|count| count.protected).max().unwrap_or(0),
            counts: counts.into_iter().map(|count| count.counted).collect(),
            ..Series::default()
        });
        let issues = self.issues(Level::Issue)?;
        let sum = |at: usize| issues.series().iter().filter_map(|series| series.counts.get(at)).sum();
        let volume = (0..issues.periods()).map(sum).collect();
        Ok(Some(Panel::new(self.per_year(), self.first_of_year(), series.collect())?.with_volume(volume)?))
    }

    fn first_of_year(&self) -> usize {
        let first = self.periods.first().map_or(0, |first| first.start.0.rem_euclid(12) / first.months().max(1));
        first.unsigned_abs() as usize
    }

    /// Axis and code of a dimension.
    pub(super) fn place(&self, dimension: &str, code: &str) -> Option<(usize, u32)> {
        let axis = self.axes.position(dimension)?;
        Some((axis, self.axes.axes.get(axis)?.find(code)?))
    }

    /// Whether every leaf of a dimension could be told in all periods looked at.
    pub(super) fn is_available(&self, dimension: &str) -> bool {
        let dims = &self.configuration.dimensions.dimensions;
        let Some(at) = dims.iter().position(|known| known.name == dimension) else { return false };
        let missing = dims.get(at).map_or("", |dimension| dimension.missing.as_str());
        self.periods.iter().all(|period| !self.frame.is_unavailable(at, missing, *period))
    }

    /// Whether a code of a dimension is that of what is not recorded, or one of those that name no issue.
    pub(super) fn names_nothing(&self, dimension: &str, code: &str) -> bool {
        names_nothing(self.configuration, dimension, code)
    }

    /// Code by code, one a period.
    fn count(
        &self,
        axis: usize,
        codes: &Codes,
        periods: &[Period],
        fixed: &[(usize, u32)],
    ) -> Result<Vec<Counts>, IssuesError> {
        let calendar = self.configuration.service.calendar;
        let period_axis = self.axes.position(PERIOD).unwrap_or(0);
        let mut keys: Vec<Key> = Vec::with_capacity(codes.len() * periods.len());
        for (code, _, _) in codes {
            for period in periods {
                let mut key: Key = self.axes.axes.iter().map(|axis| axis.space.total).collect();
                let name = self.axes.period_code(*period, calendar);
                let found = self.axes.axes.get(period_axis).and_then(|axis| axis.find(&name));
                let places = fixed.iter().copied().chain([(axis, *code)]).chain(found.map(|code| (period_axis, code)));
                for (axis, code) in places {
                    if let Some(place) = key.get_mut(axis) {
                        *place = code;
                    }
                }
                keys.push(key);
            }
        }
        Ok(Tabulation::new(&self.axes, &self.frame)?.count(&keys))
    }
}

const EMPTY: Counts = Counts { counted: 0, protected: 0, largest: 0 };

/// Whether a code of a dimension is that of what is not recorded, or of the dimension of issues and names none.
#[must_use]
pub fn names_nothing(configuration: &Configuration, dimension: &str, code: &str) -> bool {
    let last = code.rsplit(NESTED).next().unwrap_or(code);
    let is_missing = configuration.dimensions.find(dimension).is_some_and(|known| known.missing == last);
    let plan = configuration.issues.as_ref().filter(|plan| plan.dimension == dimension);
    is_missing || plan.is_some_and(|plan| names(&plan.unnamed, code))
}

/// Whether one of `list` is `code` or the last part of it.
fn names(list: &[String], code: &str) -> bool {
    let last = code.rsplit(NESTED).next().unwrap_or(code);
    list.iter().any(|name| name == code || name == last)
}

/// A nested code is its own label, whole; a listed one has a label of its own.
fn label(code: &str, label: &str) -> String {
    if code.contains(NESTED) { code.to_owned() } else { label.to_owned() }
}
