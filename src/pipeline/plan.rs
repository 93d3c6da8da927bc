//! What a report would hide, and why, in counts. Comes in: a workspace, a period. Goes out: a summary a table; nothing is
//! written. For people inside the service: it says how many cells are primary, which a release never does.

use std::fmt::Write;

use confidential::assemble::{Draft, Planned, PlannedCell};
use confidential::protect::{Pattern, Reason, Shown};
use serde::Serialize;

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
}

impl Workspace {
    /// What a report would hide, and why.
    ///
    /// # Errors
    /// As `report`, before anything is rendered.
    pub fn plan(&self, period: &str, audience: Option<&str>) -> Result<Plan, Error> {
        let period = self.period(period)?;
        let audiences = self.audiences(audience)?;
        let draft = Draft::new(&self.configuration, self.report_plan()?, &self.store, period, &audiences)?;
        let pattern = draft.protect()?;
        Ok(Plan {
            period: period.name(self.configuration.service.calendar),
            audiences,
            tables: draft.tables.iter().map(|table| summary(table, &pattern)).collect(),
            derived: pattern.statistics.derived,
        })
    }
}

fn summary(table: &Planned, pattern: &Pattern) -> TableSummary {
    let mut summary = TableSummary {
        id: table.plan.id.clone(),
        title: table.plan.title.clone(),
        cells: table.cells.len(),
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
            Some(Shown::Hidden(Reason::MinimumFrequency)) => &mut summary.primary,
            Some(Shown::Hidden(Reason::HiddenZero)) => &mut summary.zeros,
            Some(Shown::Hidden(Reason::Earlier)) => &mut summary.earlier,
            Some(Shown::Hidden(Reason::Secondary)) | None => &mut summary.secondary,
        };
        *slot += 1;
    }
    summary
}

impl Plan {
    /// The plan as a table for a terminal.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{} for {}\n\n", self.period, self.audiences.join(", "));
        let _ = writeln!(
            text,
            "{:<12} {:>7} {:>7} {:>7} {:>7} {:>9} {:>8} {:>6}  title",
            "table", "cells", "shown", "small", "zeros", "secondary", "earlier", "empty"
        );
        for table in &self.tables {
            let _ = writeln!(
                text,
                "{:<12} {:>7} {:>7} {:>7} {:>7} {:>9} {:>8} {:>6}  {}",
                table.id,
                table.cells,
                table.shown,
                table.primary,
                table.zeros,
                table.secondary,
                table.earlier,
                table.empty,
                table.title
            );
        }
        let _ = writeln!(text, "\n{} cells that only a subtraction would show are protected too.", self.derived);
        text.push_str("For the service only: a release never says why a cell is hidden.\n");
        text
    }
}
