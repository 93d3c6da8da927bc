//! The issue list of a period, for people inside the service. Comes in: a workspace, a period. Goes out: findings and alarms as
//! text and as data; nothing is written. Deliberately absent: anything for an audience.

mod text;

use confidential::issues::{Alarm, Counting, Finding, IssuesError, Panel, alarms, findings};
use model::period::Period;
use serde::Serialize;

pub use confidential::issues::Level;

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
    #[serde(skip)]
    pub(super) latest: Period,
    #[serde(skip)]
    pub(super) panel: Panel,
    #[serde(skip)]
    pub(super) service: String,
}

impl Workspace {
    /// The issue list of a quarter or a month.
    ///
    /// # Errors
    /// [`Error::Issues`]
    pub fn issues(&self, period: &str, level: Level) -> Result<IssueList, Error> {
        let latest = self.period(period)?;
        let counting = Counting::load(&self.store, &self.configuration, latest)?;
        let panel = counting.issues(level)?;
        let issues = findings(&panel);
        let data_quality = alarms(&counting, level, &issues)?;
        let period = latest.name(self.configuration.service.calendar);
        let service = self.configuration.service.name.clone();
        Ok(IssueList { period, issues, data_quality, latest, panel, service })
    }
}

/// The process's exit code.
pub(super) fn exit_code(error: &IssuesError) -> u8 {
    use confidential::tabulate::TabulateError as Tabulate;
    match error {
        IssuesError::NoPlan => 3,
        IssuesError::NeitherQuarterNorMonth { .. } | IssuesError::NoSuchIssue { .. } => 2,
        IssuesError::Empty { .. } => 4,
        IssuesError::Panel(_) => 1,
        IssuesError::Tabulate(error) => match error {
            Tabulate::Store(_) | Tabulate::Frozen => 7,
            Tabulate::ForeignCode { .. } | Tabulate::Recoded => 3,
            Tabulate::Group(_) => 1,
        },
    }
}

/// What to do next.
pub(super) const fn remedy(error: &IssuesError) -> &'static str {
    match error {
        IssuesError::NoPlan => "`takeup init DIR` writes one to copy; it names the dimension whose codes are issues.",
        IssuesError::NeitherQuarterNorMonth { .. } => "Name a quarter (2026-Q3) or a month (2026-M07).",
        IssuesError::NoSuchIssue { .. } => "`takeup issues --json` lists the codes; --level says how finely.",
        IssuesError::Empty { .. } => "Ingest the exports of that period first, or name another period.",
        IssuesError::Panel(_) | IssuesError::Tabulate(_) => "Nothing was changed.",
    }
}
