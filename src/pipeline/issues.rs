//! The issue list of a period, for people inside the service. Comes in: a workspace, a period. Goes out: findings and alarms as
//! text and as data; nothing is written. Deliberately absent: anything for an audience.

mod page;
mod released;
mod text;

use confidential::issues::{
    Alarm, Counting, Finding, Inside, IssuesError, Outlier, Panel, alarms, findings, findings_by, funnel, inside,
};
use confidential::store::ledger::{LedgerEntry, ReleaseState};
use model::period::Period;
use serde::Serialize;

pub use confidential::issues::{Level, Method};
pub use released::{ReleasedIssue, ReleasedIssues};

use super::{Error, Workspace};

/// The issue list of a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IssueList {
    /// The period's canonical name.
    pub period: String,
    /// The most pressing first.
    pub issues: Vec<Finding>,
    /// What to know before any of them is named.
    pub data_quality: Vec<Alarm>,
    /// The name of the first period looked at.
    #[serde(skip)]
    pub(super) first: String,
    #[serde(skip)]
    pub(super) latest: Period,
    #[serde(skip)]
    pub(super) panel: Panel,
    #[serde(skip)]
    pub(super) service: String,
    #[serde(skip)]
    pub(super) districts: Vec<Outlier>,
    #[serde(skip)]
    pub(super) inside: Vec<Inside>,
    #[serde(skip)]
    pub(super) tags: Vec<Finding>,
}

/// What an issue list is wanted of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueOptions {
    /// How finely issues are told apart.
    pub level: Level,
    /// How the latest period is judged.
    pub method: Method,
    /// An issue whose cases are wanted by district, phase and the like.
    pub within: Option<String>,
}

impl Workspace {
    /// The issue list of a quarter or a month.
    ///
    /// # Errors
    /// [`Error::Issues`]
    pub fn issues(&self, period: &str, options: &IssueOptions) -> Result<IssueList, Error> {
        let latest = self.period(period)?;
        let counting = Counting::load(&self.store, &self.configuration, latest)?;
        let panel = counting.issues(options.level)?;
        if !options.method.is_possible(&panel) {
            return Err(Error::Issues(IssuesError::TooShort));
        }
        let issues = findings_by(&panel, options.method);
        let data_quality = alarms(&counting, options.level, &issues)?;
        let districts = funnel(&counting)?;
        let inside = options.within.as_ref().map_or(Ok(Vec::new()), |code| inside(&counting, code))?;
        let tags = counting.tags(&self.store)?.map_or_else(Vec::new, |panel| findings(&panel));
        let period = latest.name(self.configuration.service.calendar);
        let service = self.configuration.service.name.clone();
        let back = i32::try_from(panel.periods().saturating_sub(1)).unwrap_or(0);
        let first = latest.before(back).name(self.configuration.service.calendar);
        Ok(IssueList { period, first, issues, data_quality, latest, panel, service, districts, inside, tags })
    }
}

impl Workspace {
    /// The table of expectations of a released period, as an audience has it.
    ///
    /// # Errors
    /// [`Error::NoSuch`] where the audience does not exist, or has no release of the period with such a table.
    pub fn released_issues(&self, period: &str, audience: &str) -> Result<ReleasedIssues, Error> {
        let period = self.period(period)?;
        self.audiences(Some(audience))?;
        let ledger = self.store.ledger()?;
        let is_asked = |entry: &&LedgerEntry| {
            entry.audience == audience
                && entry.state == ReleaseState::Released
                && (entry.period_start, entry.period_end) == (period.start.0, period.end.0)
        };
        let newest = ledger.iter().filter(is_asked).max_by_key(|entry| entry.version);
        let table = match newest {
            Some(entry) => released::released_issues(&self.folder.join("reports").join(&entry.name))?,
            None => None,
        };
        let name = period.name(self.configuration.service.calendar);
        let allowed = "releases with a table of expectations: `[[expectation]]` in `config/reports/`".to_owned();
        table.ok_or(Error::NoSuch { what: "such release", name, allowed })
    }
}

/// The process's exit code.
pub(super) fn exit_code(error: &IssuesError) -> u8 {
    use confidential::tabulate::TabulateError as Tabulate;
    match error {
        IssuesError::NoPlan => 3,
        IssuesError::NeitherQuarterNorMonth { .. } | IssuesError::NoSuchIssue { .. } | IssuesError::TooShort => 2,
        IssuesError::Empty { .. } | IssuesError::NotRecorded { .. } => 4,
        IssuesError::Panel(_) => 1,
        IssuesError::Tabulate(error) => match error {
            Tabulate::Store(error) => super::error::store_code(error),
            Tabulate::Frozen => 7,
            Tabulate::ForeignCode { .. } | Tabulate::Recoded | Tabulate::Contradicted { .. } => 3,
            Tabulate::Group(_) => 1,
        },
    }
}

/// What to do next.
pub(super) const fn remedy(error: &IssuesError) -> &'static str {
    match error {
        IssuesError::NoPlan => "`takeup init DIR` writes one to copy; it names the dimension whose codes are issues.",
        IssuesError::NeitherQuarterNorMonth { .. } => "Name a quarter (2026-Q3) or a month (2026-M07).",
        IssuesError::TooShort => "Leave --method out: the pooled method needs a year.",
        IssuesError::NoSuchIssue { .. } => "`takeup issues --json` lists the codes; --level says how finely.",
        IssuesError::NotRecorded { .. } => {
            "Name another period; or take it out of `not_recorded` once its cases were ingested."
        }
        IssuesError::Empty { .. } => "Ingest the exports of that period first, or name another period.",
        IssuesError::Panel(_) | IssuesError::Tabulate(_) => "Nothing was changed.",
    }
}
