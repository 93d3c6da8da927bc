//! Puts a report together: which cells a period's tables have, what earlier releases published, the problem that
//! `protect` solves, and the sealed release of each audience with its ledger entry.
//!
//! Comes in: the configuration, the store, a period, audiences. Goes out: sealed releases and what the ledger keeps of
//! them. Deliberately absent: rendering, files, and any choice of what to hide.

mod answers;
mod earlier;
mod impossible;
mod known;
mod lacking;
mod listing;
mod loss;
mod plan;
mod recount;
mod relations;
mod reserve;
mod scope;
mod sealing;
mod stock;
mod unchanged;
mod usual;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::config::{Configuration, Report};
use model::method::Method;
use model::period::{Month, Period};
use model::release::SealError;
use model::scope::Scope;
use thiserror::Error;

pub use earlier::{published_codes, reported};
pub use impossible::Ruled;
pub use lacking::{Lacking, Misspelled};
pub use loss::Loss;
pub use plan::{Planned, PlannedCell, PlannedDimension};
pub use recount::{Fault, Recounted, recount};
pub use sealing::{Sealed, seal_all};
pub use usual::Usual;

use crate::protect::{
    EarlierCell, HiddenZeros, Insiders, JointCell, Pattern, PlannedTable, Problem, ProtectError, Relation, Rules,
    Weight, suppress,
};
use crate::store::corrections::Correction;
use crate::store::{Store, StoreError};
use crate::tabulate::correction::Change;
use crate::tabulate::fold::Listing;
use crate::tabulate::frame::Loaded;
use crate::tabulate::impossible::held;
use crate::tabulate::scope::Outside;
use crate::tabulate::{Axes, Frame, Key, TabulateError, Tabulation};

/// Steps of search that a report takes time for: one or two seconds on two cores.
const EFFORT: u64 = 20_000_000;

/// What stops a report before anything is written.
#[derive(Debug, Error)]
pub enum AssembleError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The cases could not be counted.
    #[error(transparent)]
    Tabulate(#[from] TabulateError),
    /// No pattern protects the tables.
    #[error(transparent)]
    Protect(#[from] ProtectError),
    /// The parts do not hold together: a fault of the program.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Nothing to report.
    #[error("no case falls into {period}")]
    Empty {
        /// The period's name.
        period: String,
    },
    /// It was not recorded.
    #[error("{period} was not recorded, or not all of it: config/service.toml says so (`not_recorded`)")]
    NotRecorded {
        /// The period's name.
        period: String,
    },
    /// No table of the report is for these audiences.
    #[error("the report has no table for {audiences}")]
    NoTables {
        /// Audience identifiers.
        audiences: String,
    },
    /// The configuration no longer describes what was published.
    #[error("the release {release} has the {what} {name:?}, which the configuration no longer describes")]
    Forgotten {
        /// The earlier release.
        release: String,
        /// `dimension` or `code`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Only what was released can be corrected.
    #[error("{period} was not released to {audience}, so there is nothing to correct")]
    NotReleased {
        /// The period's name.
        period: String,
        /// The audience's identifier.
        audience: String,
    },
    /// A correction that changes nothing of what the newest release of the period shows.
    #[error("nothing was recorded about {period} since it was counted")]
    Unchanged {
        /// The period's name.
        period: String,
    },
    /// Whoever compares the two versions would see what changed for a few.
    #[error("the correction of {period} is of fewer than {threshold} families")]
    TooFew {
        /// The period's name.
        period: String,
        /// The highest of its audiences.
        threshold: u64,
    },
    /// The scope that was named does not hold all that changed.
    #[error("the scope is not that of what changed: {}", outside_words(outside))]
    Scope {
        /// What lies outside.
        outside: Outside,
    },
    /// A figure that readers know is of a code that no table could have.
    #[error("config/{file}, line {line}: the dimension {dimension:?} has no code {code:?}")]
    KnownCode {
        /// Relative to `config/`.
        file: String,
        /// From 1.
        line: u64,
        /// Its name.
        dimension: String,
        /// As it is written there.
        code: String,
    },
    /// A figure that readers know is not what was counted.
    #[error("config/{file}, line {line}: the store counts another number of cases")]
    KnownOtherwise {
        /// Relative to `config/`.
        file: String,
        /// From 1.
        line: u64,
    },
    /// An earlier release's manifest cannot be read back from the ledger.
    #[error("the ledger's copy of the manifest of {release} cannot be read")]
    Manifest {
        /// The earlier release.
        release: String,
    },
}

fn outside_words(outside: &Outside) -> String {
    match outside {
        Outside::NoDimension(name) => format!("there is no dimension {name:?}"),
        Outside::NoCode { dimension, code } => format!("the dimension {dimension:?} has no code {code:?}"),
        Outside::More(names) => format!("cases moved along {} beyond it", names.join(", ")),
        Outside::Corrected => {
            "these figures were corrected with another report already, and what was said then holds; leave it out"
                .to_owned()
        }
        Outside::Cases => "cases came or went, so that any figure may have changed".to_owned(),
    }
}

/// A report before anything is hidden.
#[derive(Debug)]
pub struct Draft {
    /// The reporting period.
    pub period: Period,
    /// The audiences it is made for, in the service's order.
    pub audiences: Vec<String>,
    /// The space.
    pub axes: Axes,
    /// The tables in the report's order.
    pub tables: Vec<Planned>,
    /// Every cell of every earlier release.
    pub earlier: Vec<EarlierCell>,
    /// What ties cells beyond the sums.
    pub relations: Vec<Relation>,
    /// Codes that cannot stand together.
    pub impossible: Vec<Ruled>,
    /// What earlier releases show to go together almost always, and no rule is about.
    pub usual: Vec<Usual>,
    /// Cells of no table that the attack found to be forced to a few, in rounds before.
    pub joint: Vec<JointCell>,
    /// Planned cells that the same tables hid in the year before: what series readers have lost already.
    pub reserved: HashSet<Key>,
    /// Tables that the report leaves out for a service of so few, or so many, cases.
    pub left_out: Vec<String>,
    /// Times of which the store has too little, for the service only.
    pub lacking: Lacking,
    /// Tables of which nothing is to be shown.
    pub withheld: BTreeSet<String>,
    /// Cells of corrected figures in which few or none changed, of those that the correction may have touched.
    pub untold: HashSet<Key>,
    /// Cases that contradict a rule about what cannot be, once in each month and event; they count as not recorded.
    pub doubted: u64,
    /// What the correction says may have changed; none where it corrects nothing.
    pub scope: Option<Scope>,
    /// Name and manifest digest of every earlier release.
    pub earlier_releases: BTreeMap<String, String>,
    /// Months that this report freezes, as half-open intervals.
    pub freezes: Vec<Period>,
    /// The newest release of the period by audience: its name and number.
    pub newest: BTreeMap<String, (String, u32)>,
    /// Why this report corrects those; none where it corrects nothing.
    pub reason: Option<String>,
    rules: Rules,
    method: Method,
    change: Option<Change>,
    frame: Frame,
    tie_key: [u8; 32],
}

impl Draft {
    /// Plans `report` for `period` and `audiences` over everything the store and its ledger hold.
    ///
    /// # Errors
    /// [`AssembleError`]; nothing has been written.
    pub fn new(
        configuration: &Configuration,
        report: &Report,
        store: &Store,
        period: Period,
        audiences: &[String],
    ) -> Result<Self, AssembleError> {
        Self::plan(configuration, report, store, period, (audiences, None))
    }

    /// Plans a correction of a released period: a new edition of its figures, with what was recorded since.
    ///
    /// # Errors
    /// [`AssembleError::NotReleased`] and [`AssembleError::Unchanged`] besides those of [`Draft::new`].
    pub fn correcting(
        configuration: &Configuration,
        report: &Report,
        store: &Store,
        period: Period,
        audiences: &[String],
        correction: (&str, Option<&Scope>),
    ) -> Result<Self, AssembleError> {
        Self::plan(configuration, report, store, period, (audiences, Some(correction)))
    }

    fn plan(
        configuration: &Configuration,
        report: &Report,
        store: &Store,
        period: Period,
        (audiences, correction): (&[String], Option<(&str, Option<&Scope>)>),
    ) -> Result<Self, AssembleError> {
        let calendar = configuration.service.calendar;
        let wanted = |plan: &&model::config::TablePlan| {
            plan.is_in_report_of(period.months()) && plan.audiences.iter().any(|name| audiences.contains(name))
        };
        let reason = correction.map(|(reason, _)| reason);
        if configuration.service.has_gap_in(period) {
            return Err(AssembleError::NotRecorded { period: period.name(calendar) });
        }
        let history = earlier::History::read(store)?;
        let newest = history.newest_of(period, audiences);
        if let (Some(_), Some(audience)) = (reason, audiences.iter().find(|name| !newest.contains_key(*name))) {
            return Err(AssembleError::NotReleased { period: period.name(calendar), audience: audience.clone() });
        }
        let Loaded { mut frame, editions, mut change } =
            Self::load(store, configuration, period, (&history, &newest, reason.is_some()))?;
        if !frame.has_cases_in(period) {
            return Err(AssembleError::Empty { period: period.name(calendar) });
        }
        let size = size(configuration, &frame, period);
        let (plans, others): (Vec<_>, Vec<_>) =
            report.tables.iter().filter(wanted).partition(|plan| plan.is_for_service_of(size));
        let left_out = others.into_iter().map(|plan| plan.id.clone()).collect();
        if plans.is_empty() {
            return Err(AssembleError::NoTables { audiences: audiences.join(", ") });
        }
        let mut figures = history.figures(calendar);
        let threshold = highest_threshold(configuration);
        let shown: Vec<Period> = plans.iter().flat_map(|plan| plan::periods(plan, period, calendar)).collect();
        let recorded = Frame::recorded(store, configuration, period.start)?;
        let all_shown: Vec<Period> =
            shown.iter().copied().chain(figures.iter().map(|figures| figures.period)).collect();
        let counting = (listing::event(configuration), &configuration.service.not_recorded[..]);
        let told = (history.shortest(), listing::told(&history.entries, configuration));
        let past = listing::past(recorded, counting, (period, &all_shown), told, threshold);
        let published = &history.labels;
        let misspelled = Misspelled::of(configuration, &frame);
        frame.fold_rare(configuration, Listing { threshold, published, before: past.as_ref() });
        let lacking = Lacking::of((configuration, &frame), &plans, period, misspelled);
        let known = known::until(configuration, period)?;
        figures.extend(known::figures(&known));
        figures.extend(shown.iter().map(|period| editions.newest(*period)));
        let axes = Axes::new(configuration, &frame, &figures, &editions);
        if let Some((_, Some(scope))) = correction {
            let change = change.as_mut().ok_or(AssembleError::Scope { outside: Outside::Corrected })?;
            let outside = scope::unknown(&axes, scope).or_else(|| change.outside(configuration, scope));
            if let Some(outside) = outside {
                return Err(AssembleError::Scope { outside });
            }
            change.named = Some(scope.clone());
        }
        frame.scopes.extend(change.iter().map(|change| (period, change.scope())));
        let ruled = impossible::ruled(configuration, &frame, &axes, &held(store, configuration)?);
        let empty = impossible::sets(&ruled);
        let is_empty = |key: &Key| empty.iter().any(|rule| rule.holds(key));
        let tables: Vec<Planned> =
            plans.iter().map(|plan| plan::plan(configuration, (&frame, &axes), &is_empty, plan, period)).collect();
        let rules = plan::rules(configuration, &axes, &tables);
        let mut earlier = history.cells(configuration, &axes, &frame)?;
        let usual = usual::usual(&axes, &earlier, &empty);
        let planned: Vec<&Key> =
            tables.iter().flat_map(|table| &table.cells).filter_map(PlannedCell::counted).collect();
        let counter = Tabulation::new(&axes, &frame)?;
        earlier.extend(known::cells((configuration, &frame, &axes), &known, (&counter, threshold))?);
        let scoped = scope::scoped((configuration, &axes), &frame.scopes, (&planned, &earlier), (&counter, threshold));
        earlier.extend(scoped.known);
        earlier.extend(unchanged::unchanged(&axes, &planned, &earlier, &counter));
        let published: Vec<&Key> = planned.iter().copied().chain(earlier.iter().map(|cell| &cell.key)).collect();
        let mut relations = relations::relations(&axes, &published);
        relations.extend(scoped.relations);
        let cannot_occur = tables.iter().flat_map(|table| &table.cells).filter_map(PlannedCell::impossible).collect();
        relations.extend(answers::relations(&axes, &published, &cannot_occur));
        relations.extend(stock::relations(&axes, &published, calendar));
        let reserved = reserve::reserved(&axes, &planned, &earlier, period, calendar);
        let stock_to = publishes_stocks(configuration, &plans).then_some(period.end);
        let mut old: Vec<(i32, i32)> = store.frozen()?.iter().map(|old| (old.start, old.end)).collect();
        // Of what was not recorded no figure is told, so that it can still be counted where it turns up.
        old.extend(configuration.service.not_recorded.iter().map(|gap| (gap.start.0, gap.end.0)));
        let freezes = freezes(&frame, &shown, stock_to, &old);
        let tie_key = store.tie_key();
        let scope = reason.map(|_| scope_of(&frame, period));
        let audiences = audiences.to_vec();
        let earlier_releases = history.releases;
        let reason = reason.map(str::to_owned);
        Ok(Self {
            period,
            audiences,
            axes,
            tables,
            earlier,
            relations,
            impossible: ruled,
            usual,
            joint: Vec::new(),
            reserved,
            left_out,
            lacking,
            withheld: BTreeSet::new(),
            untold: scoped.withheld,
            doubted: frame.doubted,
            scope,
            earlier_releases,
            freezes,
            newest,
            reason,
            rules,
            method: report.method.clone(),
            change,
            frame,
            tie_key,
        })
    }

    /// The cases as they were counted, with what a correction changes in them where enough was recorded anew. Where it was not, an
    /// edition that another report was corrected with is new to the readers of this one all the same.
    fn load(
        store: &Store,
        configuration: &Configuration,
        period: Period,
        (history, newest, is_correction): (&earlier::History, &BTreeMap<String, (String, u32)>, bool),
    ) -> Result<Loaded, AssembleError> {
        let load = |correct: Option<Period>| Frame::load(store, configuration, period.end, correct);
        if !is_correction {
            return Ok(load(None)?);
        }
        let loaded = load(Some(period))?;
        let (calendar, threshold) = (configuration.service.calendar, highest_threshold(configuration));
        // Figures that so few change would be hidden one by one; but that there is a second version, and why, says
        // already that something changed for somebody.
        let is_few = loaded.change.as_ref().is_some_and(|change| change.units() < threshold);
        if loaded.change.is_some() && !is_few {
            return Ok(loaded);
        }
        let kept = if is_few { load(None)? } else { loaded };
        let mut releases = newest.values().map(|(release, _)| release);
        if releases.any(|release| history.is_corrected_since(release, period, &kept.editions, calendar)) {
            return Ok(kept);
        }
        let period = period.name(calendar);
        Err(if is_few { AssembleError::TooFew { period, threshold } } else { AssembleError::Unchanged { period } })
    }

    /// The problem that decides what is hidden.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let withheld = self.tables.iter().filter(|table| self.withheld.contains(&table.plan.id));
        Problem {
            withheld: withheld
                .flat_map(|table| &table.cells)
                .filter_map(PlannedCell::counted)
                .chain(&self.untold)
                .cloned()
                .collect(),
            spaces: self.axes.axes.iter().map(|axis| axis.space.clone()).collect(),
            tables: self.tables.iter().map(PlannedTable::from).collect(),
            earlier: self.earlier.clone(),
            relations: self.relations.clone(),
            impossible: impossible::sets(&self.impossible),
            joint: self.joint.clone(),
            reserved: self.reserved.clone(),
            method: self.method.clone(),
            hidden_zeros: HiddenZeros::Protected,
            insiders: Insiders::Considered,
            rules: self.rules.clone(),
            weight: Weight::Information,
            effort: EFFORT,
            bound_effort: 0,
            tie_key: self.tie_key,
        }
    }

    /// Decides what is hidden.
    ///
    /// # Errors
    /// [`AssembleError::Protect`] where no pattern is safe.
    pub fn protect(&self) -> Result<Pattern, AssembleError> {
        Ok(suppress(&self.problem(), &self.tabulation()?)?)
    }

    /// Counts any cell of the draft's space.
    ///
    /// # Errors
    /// [`AssembleError::Tabulate`] where the cases cannot be counted.
    pub fn tabulation(&self) -> Result<Tabulation<'_>, AssembleError> {
        Ok(Tabulation::new(&self.axes, &self.frame)?)
    }

    /// The correction that goes into the ledger with the releases; none where the newest figures are already kept.
    ///
    /// # Errors
    /// [`AssembleError::Tabulate`] where it cannot be written.
    pub fn correction(&self) -> Result<Option<Correction>, AssembleError> {
        let keep = |change: &Change| Ok(Correction { period: self.period, body: change.pack()? });
        self.change.as_ref().map(keep).transpose()
    }

    /// The frozen combinations that go into the ledger with the releases.
    ///
    /// # Errors
    /// [`AssembleError::Tabulate`] where they cannot be written.
    pub fn frozen(&self) -> Result<Vec<(Period, Vec<u8>)>, AssembleError> {
        self.freezes.iter().map(|period| Ok((*period, self.frame.freeze(*period)?))).collect()
    }
}

/// Cases in the twelve months up to the end of `period`, as the first measure counts them and the first edition did: what tables
/// are left out by. A report publishes these totals whatever tables it has. Of a service that began later than that, as many as
/// twelve months like those would have.
fn size(configuration: &Configuration, frame: &Frame, period: Period) -> u64 {
    let event = configuration.dimensions.measures.first().map_or("", |measure| measure.event.as_str());
    let year = plan::twelve_months(period);
    let begun = frame.first_month().map_or(year.start, |first| first.max(year.start));
    let months = u64::try_from((year.end.0 - begun.0).max(1)).unwrap_or(1);
    frame.cases_in(event, year) * 12 / months
}

fn highest_threshold(configuration: &Configuration) -> u64 {
    configuration.service.audiences.iter().map(|audience| audience.threshold).max().unwrap_or(0)
}

/// What all corrections of any of the months of `period` say may have changed.
fn scope_of(frame: &Frame, period: Period) -> Scope {
    let of_period = frame.scopes.iter().filter(|(corrected, _)| corrected.overlaps(period));
    of_period.fold(Scope::default(), |all, (_, scope)| all.with(scope))
}

fn publishes_stocks(configuration: &Configuration, plans: &[&model::config::TablePlan]) -> bool {
    let measures = plans.iter().filter_map(|plan| configuration.dimensions.measure(&plan.measure));
    measures.into_iter().any(model::config::dimension::Measure::is_stock)
}

/// The months that `shown` publishes and no earlier release froze, from the first month with a case on; and where a stock is
/// published all months up to before `stock_to`, also those without any case: what is recorded of them later comes late.
fn freezes(frame: &Frame, shown: &[Period], stock_to: Option<Month>, frozen: &[(i32, i32)]) -> Vec<Period> {
    let Some(first) = frame.first_month() else { return Vec::new() };
    let published = shown.iter().flat_map(|period| period.start.0.max(first.0)..period.end.0);
    let before = stock_to.into_iter().flat_map(|end| 0..end.0);
    let is_new = |month: &i32| !frozen.iter().any(|(start, end)| (*start..*end).contains(month));
    let months: BTreeSet<i32> = published.chain(before).filter(is_new).collect();
    let months: Vec<i32> = months.into_iter().collect();
    months
        .chunk_by(|one, next| one + 1 == *next)
        .map(|run| Period { start: Month(run[0]), end: Month(run[run.len() - 1] + 1) })
        .collect()
}
