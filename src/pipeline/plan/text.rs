//! A plan for a terminal. Comes in: a plan. Goes out: text. Deliberately absent: anything that the plan does not hold.

use std::fmt::Write as _;

use super::{Lacking, Plan, Proposal, Share, Suggestions, TableSummary, YearRow};

/// Most names of hidden totals that are printed for one table; `--json` has all.
const HEADLINES: usize = 5;

/// What to do about times of which the store has too little, a sentence or two each.
#[must_use]
pub fn lacking(lacking: &Lacking) -> Vec<String> {
    let Lacking { cases, closings, told, misspelled } = lacking;
    let meant = misspelled
        .iter()
        .map(|one| format!("{} {:?} ({:?}?)", one.dimension, one.written, one.like))
        .collect::<Vec<_>>();
    let quoted: Vec<String> = cases.iter().map(|name| format!("\"{name}\"")).collect();
    let said = [
        (
            cases,
            format!(
                "No case at all is recorded in {}. If nothing was kept then, write `not_recorded = [{}]` into config/service.toml, at \
             its top: the tables have [x] there, in place of zeros that must be hidden and hide others with them.",
                cases.join(", "),
                quoted.join(", ")
            ),
        ),
        (
            closings,
            format!(
                "Closings in {} are [x]: too many cases of that time or before it came with exports that have no column of closing dates, \
             or nothing was kept of them. Ingest exports that have it before this report is released. Do such exports list the open \
             cases only? Then write `without_closing = \"open\"` into the source file.",
                closings.join(", ")
            ),
        ),
        (
            told,
            format!(
                "`not_recorded` in config/service.toml names {}, of which figures are released already: they stay as they were told.",
                told.join(", ")
            ),
        ),
    ];
    let meant = (!meant.is_empty()).then(|| {
        format!("Rules of config/impossible.toml name codes that no case has, and that are much like one that some have: {}.", meant.join(", "))
    });
    said.into_iter().filter(|(periods, _)| !periods.is_empty()).map(|(_, words)| words).chain(meant).collect()
}

impl Plan {
    /// The plan as tables and sentences.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Writing into a string cannot fail.
        let mut text = format!("{} for {}\n\n", self.period, self.audiences.join(", "));
        self.tables(&mut text);
        for (audience, share) in &self.shares {
            let _ = writeln!(text, "{audience}: {}.", hidden(*share));
        }
        let _ = writeln!(text, "{} cells that only a subtraction would show are protected too.", self.derived);
        if !self.left_out.is_empty() {
            let tables = self.left_out.join(", ");
            let _ = writeln!(text, "Not for a service of this size (least_cases, most_cases): {tables}.");
        }
        for words in lacking(&self.lacking) {
            let _ = writeln!(text, "{words}");
        }
        self.tables.iter().for_each(|table| headlines(&mut text, table));
        text.push_str("\nThe year\n");
        let rows = self.year.iter().filter(|row| !self.left_out.contains(&row.id));
        rows.for_each(|row| year(&mut text, row));
        usual(&mut text, &self.usual);
        if let Some(tried) = &self.suggestions {
            suggestions(&mut text, tried, self.report);
        }
        text.push_str("\nFor the service only: a release never says why a cell is hidden.\n");
        text
    }

    fn tables(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "{:<12} {:>6} {:>6} {:>6} {:>6} {:>9} {:>7} {:>6} {:>7} {:>7} {:>7}  title",
            "table", "cells", "shown", "small", "zeros", "secondary", "earlier", "empty", "hidden", "lost", "told"
        );
        for table in &self.tables {
            let lost = Share {
                cells: usize::try_from(table.inner_sum).unwrap_or(usize::MAX),
                hidden: usize::try_from(table.lost_sum).unwrap_or(usize::MAX),
            };
            let told = Share { hidden: usize::try_from(table.shown_sum).unwrap_or(usize::MAX), ..lost };
            let _ = writeln!(
                text,
                "{:<12} {:>6} {:>6} {:>6} {:>6} {:>9} {:>7} {:>6} {:>5.1} % {:>5.1} % {:>5.1} %  {}",
                table.id,
                table.cells,
                table.shown,
                table.primary,
                table.zeros,
                table.secondary,
                table.earlier,
                table.empty,
                table.share().percent(),
                lost.percent(),
                told.percent(),
                table.title
            );
        }
        text.push_str(
            "\nhidden: of the cells that are not empty. lost: of what the finest cells count, the part that is hidden only\n\
             so that others cannot be worked out. told: the part that lies in figures that are shown.\n\n",
        );
    }
}

fn hidden(share: Share) -> String {
    format!("{} of {} cells hidden, {:.1} %", share.hidden, share.cells, share.percent())
}

fn headlines(text: &mut String, table: &TableSummary) {
    if table.headlines.is_empty() {
        return;
    }
    let shown = table.headlines.len().min(HEADLINES);
    let mut names = table.headlines[..shown].join("; ");
    if table.headlines.len() > shown {
        let _ = write!(names, "; {} more", table.headlines.len() - shown);
    }
    let _ = writeln!(text, "{} loses totals: {names}.", table.id);
}

fn year(text: &mut String, row: &YearRow) {
    let when = match (row.in_quarters, row.in_year) {
        (true, true) => "each quarter and the year",
        (true, false) => "each quarter",
        (false, true) => "the year",
        (false, false) => "neither a quarter nor the year",
    };
    let _ = writeln!(text, "{:<12} {:<26} {}", row.id, when, row.audiences.join(", "));
    let (Some(share), [first, second]) = (row.expected, row.mend.as_slice()) else { return };
    let from = row.expected_from.as_ref().map_or_else(|| "this plan".to_owned(), Clone::clone);
    let _ = writeln!(
        text,
        "  Expected small ({}, by {from}), yet it is in both: a reader of both subtracts.\n  \
         Write {first} or {second} in its [[table]].",
        hidden(share)
    );
}

/// Most proposals that are printed; `--json` has all.
const PROPOSALS: usize = 5;

fn usual(text: &mut String, proposals: &[Proposal]) {
    if proposals.is_empty() {
        return;
    }
    text.push_str(
        "\nEarlier releases show these together almost always. Only where it cannot be otherwise, and everybody knows it, is that a\n\
         rule: then write it in config/impossible.toml, with a sentence that says so.\n",
    );
    for proposal in proposals.iter().take(PROPOSALS) {
        let _ = write!(text, "{}:\n  {}\n", proposal.published, proposal.lines.trim_end().replace('\n', "\n  "));
    }
    if proposals.len() > PROPOSALS {
        let _ = writeln!(text, "{} more; --json has all.", proposals.len() - PROPOSALS);
    }
}

fn suggestions(text: &mut String, tried: &Suggestions, now: Share) {
    let _ = writeln!(text, "\nWhat would hide less: {} changes tried; as it stands, {}.", tried.tried, hidden(now));
    for found in &tried.found {
        let _ = writeln!(
            text,
            "{}: {}. Then {}; {} are shown in place of {}, and the other tables hide {} in place of {}.\n  In {}: {}",
            found.table,
            found.change,
            hidden(found.report),
            found.report.cells - found.report.hidden,
            now.cells - now.hidden,
            found.others.0,
            found.others.1,
            tried.file,
            found.lines.join("; ")
        );
    }
    if tried.found.is_empty() {
        text.push_str("None of them does.\n");
    }
    if tried.impossible > 0 {
        let _ = writeln!(text, "With {} of them the report could not be protected at all.", tried.impossible);
    }
}
