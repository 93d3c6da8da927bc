//! What a report would hide, and why, in counts; which reports have which tables; and what would hide less. Comes in: a
//! workspace, a period. Goes out: a summary a table; nothing is written. For people inside the service: it says how many
//! cells are primary, which a release never does.

mod suggest;
mod text;
mod year;

use std::collections::BTreeMap;

use confidential::assemble::{Draft, Lacking, Loss, Planned, PlannedCell, Usual};
use confidential::protect::{Pattern, Reason, Shown};
use serde::Serialize;

pub use suggest::{Suggestion, Suggestions};
pub use text::lacking;
pub use year::{Kind, YearRow};

use super::{Error, Workspace};

/// What a report would hide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The period's canonical name.
    pub period: String,
    /// The audiences.
    pub audiences: Vec<String>,
    /// One a table, in the report's order.
    pub tables: Vec<TableSummary>,
    /// Cells that only a subtraction would show, protected like any other.
    pub derived: usize,
    /// Cells of the report, one that several tables share counted once.
    pub report: Share,
    /// The same for each audience.
    pub shares: BTreeMap<String, Share>,
    /// Which report of a year has which table.
    pub year: Vec<YearRow>,
    /// Tables that the report leaves out for a service of so few, or so many, cases.
    pub left_out: Vec<String>,
    /// Times of which the store has too little.
    pub lacking: Lacking,
    /// What earlier releases show to go together almost always: rules, if somebody who knows says that it cannot be otherwise.
    pub usual: Vec<Proposal>,
    /// What would hide less, where it was asked for.
    pub suggestions: Option<Suggestions>,
}

/// Codes that published figures show together almost always, with the rule that would say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// What was published, in words.
    pub published: String,
    /// Lines for `impossible.toml`.
    pub lines: String,
}

impl From<&Usual> for Proposal {
    fn from(usual: &Usual) -> Self {
        let Usual { dimension, code, other, with, of, together } = usual;
        Self {
            published: format!("{together} of {of} published cases of {dimension} {code:?} have {other} {with:?}"),
            lines: format!(
                "[[impossible]]\nsays = \"...\"\nwhere = {{ {dimension} = [{code:?}] }}\nunless = {{ {other} = [{with:?}] }}\n"
            ),
        }
    }
}

/// How many of the cells that can be published are hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Share {
    /// Cells that are neither impossible nor unavailable.
    pub cells: usize,
    /// Hidden, for whatever reason.
    pub hidden: usize,
}

impl Share {
    /// In percent, 0 where there is no cell.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "no report has 2^52 cells")]
    pub fn percent(self) -> f64 {
        if self.cells == 0 { 0.0 } else { self.hidden as f64 * 100.0 / self.cells as f64 }
    }
}

/// One table of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TableSummary {
    /// `T09`.
    pub id: String,
    /// For people.
    pub title: String,
    /// All cells.
    pub cells: usize,
    /// Cells that would be shown.
    pub shown: usize,
    /// Hidden for too few families, or cases where each is its own unit.
    pub primary: usize,
    /// Hidden zeros.
    pub zeros: usize,
    /// Hidden so that others cannot be recovered.
    pub secondary: usize,
    /// Hidden because an earlier release hid them.
    pub earlier: usize,
    /// Impossible or not available.
    pub empty: usize,
    /// The counts of the cells that have no part in the table, added up.
    pub inner_sum: u64,
    /// Those of them that secondary suppression hides, added up.
    pub lost_sum: u64,
    /// Those of them that are shown, added up.
    pub shown_sum: u64,
    /// Totals that secondary suppression hides, by their codes.
    pub headlines: Vec<String>,
}

impl TableSummary {
    /// How many of its cells are hidden.
    #[must_use]
    pub const fn share(&self) -> Share {
        Share { cells: self.cells - self.empty, hidden: self.cells - self.empty - self.shown }
    }
}

impl Workspace {
    /// What a report would hide, and why; with changes tried that would hide less, where `suggest` asks for them.
    ///
    /// # Errors
    /// As `report`, before anything is rendered.
    pub fn plan(
        &self,
        period: &str,
        audience: Option<&str>,
        suggest: bool,
        progress: &dyn Fn(&str),
    ) -> Result<Plan, Error> {
        let period = self.period(period)?;
        let audiences = self.audiences(audience)?;
        let report = self.report_plan()?;
        progress("counting");
        let draft = Draft::new(&self.configuration, report, &self.store, period, &audiences)?;
        progress("protecting");
        let pattern = draft.protect()?;
        let losses = draft.losses(&pattern)?;
        let tables: Vec<TableSummary> =
            draft.tables.iter().zip(losses).map(|(table, loss)| summary(table, loss, &pattern)).collect();
        let share_of = |wanted: &dyn Fn(&Planned) -> bool| share(&draft, &pattern, wanted);
        let of = |audience: &String| share_of(&|table| table.plan.audiences.contains(audience));
        let shares = audiences.iter().map(|audience| (audience.clone(), of(audience))).collect();
        let year = year::year(&self.configuration, report, &tables, &self.store.ledger()?);
        let suggestions =
            suggest.then(|| self.try_changes(period, &audiences, &tables, &share_of, progress)).transpose()?;
        Ok(Plan {
            period: period.name(self.configuration.service.calendar),
            audiences,
            tables,
            derived: pattern.statistics.derived,
            report: share_of(&|_| true),
            shares,
            year,
            left_out: draft.left_out.clone(),
            lacking: draft.lacking.clone(),
            usual: draft.usual.iter().map(Proposal::from).collect(),
            suggestions,
        })
    }
}

/// The cells of the tables that are `wanted`, each once.
fn share(draft: &Draft, pattern: &Pattern, wanted: impl Fn(&Planned) -> bool) -> Share {
    let tables = draft.tables.iter().filter(|table| wanted(table));
    let keys = tables.flat_map(|table| &table.cells).filter_map(PlannedCell::counted);
    let keys: std::collections::HashSet<_> = keys.collect();
    let mut share = Share::default();
    for key in keys {
        match pattern.cells.get(key) {
            Some(Shown::Impossible) => {}
            Some(Shown::Count(_) | Shown::Rounded(..)) => share.cells += 1,
            Some(Shown::Hidden(_)) | None => {
                share.cells += 1;
                share.hidden += 1;
            }
        }
    }
    share
}

fn summary(table: &Planned, loss: Loss, pattern: &Pattern) -> TableSummary {
    let mut summary = TableSummary {
        id: table.plan.id.clone(),
        title: table.plan.title.clone(),
        cells: table.cells.len(),
        inner_sum: loss.inner,
        lost_sum: loss.lost,
        shown_sum: loss.shown,
        headlines: loss.headlines,
        ..TableSummary::default()
    };
    for cell in &table.cells {
        let shown = match cell {
            PlannedCell::Counted(key) => pattern.cells.get(key),
            PlannedCell::Impossible(_) | PlannedCell::NotAvailable(_) => Some(&Shown::Impossible),
        };
        let slot = match shown {
            Some(Shown::Count(_) | Shown::Rounded(..)) => &mut summary.shown,
            Some(Shown::Impossible) => &mut summary.empty,
            Some(Shown::Hidden(Reason::MinimumFrequency | Reason::Group | Reason::LowTotal | Reason::Dominance)) => {
                &mut summary.primary
            }
            Some(Shown::Hidden(Reason::HiddenZero)) => &mut summary.zeros,
            Some(Shown::Hidden(Reason::Earlier)) => &mut summary.earlier,
            Some(Shown::Hidden(Reason::Secondary)) | None => &mut summary.secondary,
        };
        *slot += 1;
    }
    summary
}
