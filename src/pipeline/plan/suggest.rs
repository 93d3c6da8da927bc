//! Which change of the report would hide less, found by trying. Comes in: a plan. Goes out: the changes that hid a smaller
//! share when the report was protected with them, with the line to change. Deliberately absent: any change that was not
//! tried. A trial is judged by what its readers would see hidden, nothing else.

use confidential::assemble::{AssembleError, Draft, Planned};
use confidential::protect::ProtectError;
use model::config::report::{Over, TableDimension, TablePlan};
use model::config::{Configuration, Dimension, Report};
use model::period::Period;
use serde::Serialize;

use super::{Share, TableSummary, share};
use crate::pipeline::{Error, Workspace};

/// Most tables whose changes are tried: those with the most cells hidden beyond the rules.
const TABLES: usize = 3;
/// Most changes that are tried in all. Each protects the whole report anew.
const TRIALS: usize = 8;

/// What was tried, and what would hide less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestions {
    /// The file that has the tables, `config/reports/quarterly.toml`.
    pub file: String,
    /// Changes tried.
    pub tried: usize,
    /// Changes with which the report could not be protected at all.
    pub impossible: usize,
    /// Those that would hide less, the smallest share first; those that leave a table out last.
    pub found: Vec<Suggestion>,
}

/// A change that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The table to change.
    pub table: String,
    /// What the change is, in words.
    pub change: String,
    /// The lines to write in its `[[table]]`.
    pub lines: Vec<String>,
    /// The report as it would be.
    pub report: Share,
    /// How many cells the other tables of the report would hide, and how many they hide as it stands.
    pub others: (usize, usize),
    /// Whether this report would be without the table.
    pub is_left_out: bool,
}

impl Suggestion {
    /// A table that is left out hides nothing, so what it does for the others decides; any other change has to hide
    /// fewer cells, and a smaller share.
    fn is_worth_it(&self, now: Share) -> bool {
        let (then, stands) = self.others;
        let is_smaller = self.report.hidden < now.hidden && self.report.percent() < now.percent();
        if self.is_left_out { then < stands } else { is_smaller }
    }
}

/// Which tables are counted.
type Wanted<'a> = &'a dyn Fn(&Planned) -> bool;

struct Change {
    words: String,
    lines: Vec<String>,
    plan: TablePlan,
    is_left_out: bool,
}

impl Workspace {
    pub(super) fn try_changes(
        &self,
        period: Period,
        audiences: &[String],
        tables: &[TableSummary],
        share_of: &dyn Fn(Wanted) -> Share,
        progress: &dyn Fn(&str),
    ) -> Result<Suggestions, Error> {
        let report = self.report_plan()?;
        let now = share_of(&|_| true);
        let stem = self.configuration.reports.keys().next().map_or("", String::as_str);
        let mut suggestions =
            Suggestions { file: format!("config/reports/{stem}.toml"), tried: 0, impossible: 0, found: Vec::new() };
        let mut worst: Vec<&TableSummary> = tables.iter().filter(|table| table.secondary > 0).collect();
        // A stable sort: among equals, the report's order.
        worst.sort_by_key(|table| std::cmp::Reverse((table.secondary, table.lost_sum)));
        let plans = worst.iter().take(TABLES).filter_map(|table| report.tables.iter().find(|plan| plan.id == table.id));
        let changes = plans.flat_map(|plan| changes(&self.configuration, plan, period));
        for change in changes.take(TRIALS) {
            suggestions.tried += 1;
            progress(&format!("trying {} of at most {TRIALS}", suggestions.tried));
            let changed = with(report, &change.plan);
            let is_other = |table: &Planned| table.plan.id != change.plan.id;
            let tried = Draft::new(&self.configuration, &changed, &self.store, period, audiences).and_then(|draft| {
                let pattern = draft.protect()?;
                let is_own = |table: &Planned| !is_other(table);
                let own = share(&draft, &pattern, is_own);
                Ok((share(&draft, &pattern, |_| true), share(&draft, &pattern, is_other), own.cells == 0))
            });
            match tried {
                Ok((report, others, is_empty)) => {
                    let found = Suggestion {
                        table: change.plan.id.clone(),
                        change: change.words,
                        lines: change.lines,
                        report,
                        others: (others.hidden, share_of(&is_other).hidden),
                        // Figures of a year of which there are none hide nothing.
                        is_left_out: change.is_left_out || is_empty,
                    };
                    suggestions.found.extend(Some(found).filter(|found| found.is_worth_it(now)));
                }
                Err(AssembleError::Protect(ProtectError::Impossible { .. }) | AssembleError::NoTables { .. }) => {
                    suggestions.impossible += 1;
                }
                Err(error) => return Err(error.into()),
            }
        }
        suggestions.found.sort_by(|one, other| {
            let share = |one: &Suggestion| one.report.percent();
            one.is_left_out.cmp(&other.is_left_out).then(share(one).total_cmp(&share(other)))
        });
        Ok(suggestions)
    }
}

fn with(report: &Report, changed: &TablePlan) -> Report {
    let mut report = report.clone();
    for plan in &mut report.tables {
        if plan.id == changed.id {
            plan.clone_from(changed);
        }
    }
    report
}

/// The changes of a table that are worth a trial, the smallest first.
fn changes(configuration: &Configuration, plan: &TablePlan, period: Period) -> Vec<Change> {
    let mut changes = coarser(configuration, plan);
    changes.extend(whole_year(configuration, plan, period));
    changes.extend(other_report(plan, period));
    changes
}

/// Each dimension without its finest level.
fn coarser(configuration: &Configuration, plan: &TablePlan) -> Vec<Change> {
    let mut changes = Vec::new();
    for (at, dim) in plan.dims.iter().enumerate() {
        let TableDimension::Coded { name, depth } = dim else { continue };
        // Above all answers there is nothing to stop at.
        let before = configuration.dimensions.find(name).map_or(0, Dimension::levels_before);
        if *depth < 2 + before {
            continue;
        }
        let mut changed = plan.clone();
        changed.dims[at] = TableDimension::Coded { name: name.clone(), depth: depth - 1 };
        let line = dims_line(configuration, &changed.dims);
        let words = format!("stop {name} at a coarser level");
        changes.push(Change { words, lines: vec![line], plan: changed, is_left_out: false });
    }
    changes
}

/// A whole year in place of a shorter period, for a table that shows one period. Not the last twelve months: those of two reports
/// overlap, and what the one hides the other gives away.
fn whole_year(configuration: &Configuration, plan: &TablePlan, period: Period) -> Option<Change> {
    if period.months() >= 12 || plan.over != Over::Period {
        return None;
    }
    let mut changed = plan.clone();
    changed.over = Over::CompleteYear;
    changed.dims.retain(|dim| match dim {
        TableDimension::Period { last } => *last > 1,
        TableDimension::Coded { .. } => true,
    });
    let is_left = |dim: &TableDimension| matches!(dim, TableDimension::Period { .. });
    if changed.dims.is_empty() || changed.dims.iter().any(is_left) {
        return None;
    }
    let mut lines = vec!["over = \"complete_year\"".to_owned()];
    if changed.dims.len() < plan.dims.len() {
        lines.push(dims_line(configuration, &changed.dims));
    }
    let words = "count the newest complete year, not this period alone".to_owned();
    Some(Change { words, lines, plan: changed, is_left_out: false })
}

/// The table in the year's report only, or in the shorter ones only.
fn other_report(plan: &TablePlan, period: Period) -> Option<Change> {
    let mut changed = plan.clone();
    let (words, line) = if period.months() < 12 {
        changed.shortest_months = Some(12);
        changed.longest_months = None;
        ("leave it to the year's report", "shortest_months = 12")
    } else {
        changed.longest_months = Some(3);
        changed.shortest_months = None;
        ("leave it to the quarters' reports", "longest_months = 3")
    };
    Some(Change { words: words.to_owned(), lines: vec![line.to_owned()], plan: changed, is_left_out: true })
}

/// `dims = ["issue:group", "district"]`.
fn dims_line(configuration: &Configuration, dims: &[TableDimension]) -> String {
    let name = |dim: &TableDimension| match dim {
        TableDimension::Period { .. } => "\"period\"".to_owned(),
        TableDimension::Coded { name, depth } => {
            let found = configuration.dimensions.find(name);
            let levels = found.map_or(&[][..], |dimension| &dimension.levels);
            let before = found.map_or(0, Dimension::levels_before);
            levels.get(depth - 1 - before).map_or_else(|| format!("\"{name}\""), |level| format!("\"{name}:{level}\""))
        }
    };
    format!("dims = [{}]", dims.iter().map(name).collect::<Vec<_>>().join(", "))
}
