//! Which reports of a year have which tables, and which tables should not be in both kinds. Comes in: the report's
//! configuration, what was released, this plan. Goes out: a row a table. Deliberately absent: the counts that are to be
//! hidden: what is expected small is what readers saw hidden before, and before the first release what this plan would
//! show them hidden.

use std::collections::BTreeMap;

use confidential::protect::EarlierForm;
use confidential::store::ledger::LedgerEntry;
use model::config::report::{Over, TableDimension, TablePlan};
use model::config::{Configuration, Report};
use serde::Serialize;

use super::{Share, TableSummary};

/// From this share of hidden cells on, in percent, a table is taken to be one of small cells: a third.
const MANY_PERCENT: f64 = 100.0 / 3.0;

/// The two kinds of report that a service makes over the same months, by their length.
const QUARTER: i32 = 3;
const YEAR: i32 = 12;

/// A table in a year of reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct YearRow {
    /// `T09`.
    pub id: String,
    /// Whether each quarter's report has it.
    pub in_quarters: bool,
    /// Whether the year's report has it.
    pub in_year: bool,
    /// Audience identifiers.
    pub audiences: Vec<String>,
    /// How many of its cells are expected to be hidden in a quarter; none where nothing is known of it.
    pub expected: Option<Share>,
    /// What that was taken from: the name of a release, or none for this plan.
    pub expected_from: Option<String>,
    /// Lines of configuration, of which one would mend that a table of small cells is in both.
    pub mend: Vec<String>,
}

/// What a table's figures are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of the report's own period: the quarters add up to the year.
    Own,
    /// Of a longer one: the year's figures are the last quarter's.
    Longer,
}

impl Kind {
    /// What `plan` counts.
    #[must_use]
    pub fn of(plan: &TablePlan) -> Self {
        let by_period = plan.dims.iter().any(|dim| match dim {
            TableDimension::Period { .. } => true,
            TableDimension::Coded { .. } => false,
        });
        match plan.over {
            Over::YearToDate | Over::TwelveMonths | Over::CompleteYear if !by_period => Self::Longer,
            Over::Period | Over::YearToDate | Over::TwelveMonths | Over::CompleteYear => Self::Own,
        }
    }
}

pub(super) fn year(
    configuration: &Configuration,
    report: &Report,
    tables: &[TableSummary],
    ledger: &[LedgerEntry],
) -> Vec<YearRow> {
    let known = |plan: &&TablePlan| configuration.service.audiences.iter().any(|one| plan.audiences.contains(&one.id));
    report.tables.iter().filter(known).map(|plan| row(plan, tables, ledger)).collect()
}

fn row(plan: &TablePlan, tables: &[TableSummary], ledger: &[LedgerEntry]) -> YearRow {
    let (in_quarters, in_year) = (plan.is_in_report_of(QUARTER), plan.is_in_report_of(YEAR));
    let released = released(plan, ledger);
    let planned = tables.iter().find(|table| table.id == plan.id).map(TableSummary::share);
    let expected = released.as_ref().map(|(_, share)| *share).or(planned);
    let is_small = expected.is_some_and(|share| share.percent() >= MANY_PERCENT);
    let mend = if in_quarters && in_year && is_small && Kind::of(plan) == Kind::Own {
        vec![format!("longest_months = {QUARTER}"), format!("shortest_months = {YEAR}")]
    } else {
        Vec::new()
    };
    YearRow {
        id: plan.id.clone(),
        in_quarters,
        in_year,
        audiences: plan.audiences.clone(),
        expected,
        expected_from: released.map(|(name, _)| name),
        mend,
    }
}

/// What the newest release of a quarter showed and hid of a table.
fn released(plan: &TablePlan, ledger: &[LedgerEntry]) -> Option<(String, Share)> {
    let quarters = ledger.iter().filter(|entry| entry.period_end - entry.period_start == QUARTER);
    let newest = quarters
        .filter(|entry| entry.cells.iter().any(|cell| cell.table == plan.id))
        .max_by_key(|entry| (entry.period_end, entry.version, &entry.name))?;
    let own = newest.cells.iter().filter(|cell| cell.table == plan.id);
    let forms: BTreeMap<_, EarlierForm> = own.map(|cell| (&cell.key, cell.form)).collect();
    let count = |wanted: fn(&EarlierForm) -> bool| forms.values().filter(|form| wanted(form)).count();
    let share = Share {
        cells: count(|form| *form != EarlierForm::StructuralZero),
        hidden: count(|form| *form == EarlierForm::Suppressed),
    };
    Some((newest.name.clone(), share))
}
