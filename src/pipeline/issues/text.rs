//! The issue list on a terminal. Comes in: a list. Goes out: lines.

use std::fmt::Write as _;

use confidential::issues::{Finding, Recurrence, Status, Window};
use model::period::Period;

use super::IssueList;

/// Labels are cut to so many letters, so that columns stay columns.
const LABEL_LETTERS: usize = 44;
/// So many districts are named; a page has room for all.
const DISTRICTS_SHOWN: usize = 10;
/// So many issues that come back, those that do so most clearly.
const RECURRING_SHOWN: usize = 12;

impl IssueList {
    /// For a terminal.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("Issues in {} ({})\n", self.period, self.latest.words());
        let periods = self.panel.periods();
        let unit = if self.panel.per_year() == 12 { "months" } else { "quarters" };
        let _ =
            writeln!(text, "{} followed over {periods} {unit}. For people inside the service.\n", self.issues.len());
        if !self.data_quality.is_empty() {
            text.push_str("FIRST: recording may have changed\n");
            for alarm in &self.data_quality {
                let _ = writeln!(text, "  {}", alarm.message);
            }
            text.push('\n');
        }
        for status in [Status::Emerging, Status::Growing, Status::Easing] {
            for finding in self.of(status) {
                let _ = writeln!(text, "{}", self.line(finding));
            }
        }
        let recurring = self.come_back();
        for finding in recurring.iter().take(RECURRING_SHOWN) {
            let _ = writeln!(text, "{}", self.line(finding));
        }
        if recurring.len() > RECURRING_SHOWN {
            let _ = writeln!(text, "{:<10} and {} more; --html has all", "", recurring.len() - RECURRING_SHOWN);
        }
        if self.issues.iter().all(|finding| finding.status > Status::Recurring) {
            text.push_str("Nothing stands out.\n");
        }
        self.around(&mut text);
        let _ = writeln!(text, "\nSteady: {} of {}.", self.of(Status::Steady).count(), self.issues.len());
        let too_few = self.of(Status::TooFew).count();
        let _ = writeln!(text, "Not enough cases to judge: {too_few} of {}.", self.issues.len());
        if self.panel.periods() < self.panel.per_year() + 1 {
            text.push_str("The history is short: nothing is tested with fewer than four earlier periods.\n");
        }
        text
    }

    /// Districts, one issue from within, and tags of the case notes.
    fn around(&self, text: &mut String) {
        if !self.districts.is_empty() {
            text.push_str("\nIssue groups that stand out in a district, over twelve months\n");
        }
        for one in self.districts.iter().take(DISTRICTS_SHOWN) {
            let (issue, district, expected) = (&one.issue, &one.district, short(one.expected));
            let (lower, upper, observed) = (one.lower, one.upper, one.observed);
            let _ = writeln!(
                text,
                "  {issue}, {district}: seen {observed}, expected {expected} (usual {lower} to {upper})"
            );
        }
        if self.districts.len() > DISTRICTS_SHOWN {
            let _ = writeln!(text, "  and {} more; --html has all", self.districts.len() - DISTRICTS_SHOWN);
        }
        for inside in &self.inside {
            let _ = writeln!(text, "\nWithin the issue, by {}", inside.dimension.to_lowercase());
            for finding in inside.findings.iter().filter(|finding| finding.observed > 0) {
                let _ = writeln!(text, "  {}", self.line(finding));
            }
        }
        if !self.tags.is_empty() {
            text.push_str("\nCases whose notes have a tag\n");
        }
        for finding in &self.tags {
            let _ = writeln!(text, "  {}", self.line(finding));
        }
    }

    fn of(&self, status: Status) -> impl Iterator<Item = &Finding> {
        self.issues.iter().filter(move |finding| finding.status == status)
    }

    /// Issues that come back, those that do so most clearly first.
    pub(crate) fn come_back(&self) -> Vec<&Finding> {
        let mut found: Vec<&Finding> = self.of(Status::Recurring).collect();
        found.sort_by_key(|finding| match finding.recurrence {
            Some(Recurrence::Seasonal { years, .. }) => std::cmp::Reverse(years),
            Some(Recurrence::Persistent) | None => std::cmp::Reverse(usize::MAX),
        });
        found
    }

    fn line(&self, finding: &Finding) -> String {
        let label: String = finding.label.chars().take(LABEL_LETTERS).collect();
        let mut line = format!("{:<10} {label:<LABEL_LETTERS$}", status_word(finding.status));
        if let (Status::Recurring, Some(recurrence)) = (finding.status, finding.recurrence) {
            let _ = write!(line, " {}", self.recurs(recurrence));
            return line;
        }
        if let (Some(expected), Some(lower), Some(upper)) = (finding.expected, finding.lower, finding.upper) {
            let observed = finding.observed;
            let _ = write!(line, " seen {observed}, expected {} (usual {lower} to {upper})", short(expected));
        }
        if finding.window == Window::Rolling {
            line.push_str(" over twelve months");
        }
        if let (Some(p), Some(q)) = (finding.p, finding.q) {
            let _ = write!(line, ", p {}, q {}", short(p), short(q));
        }
        if let Some(factor) = finding.noticeable_factor {
            let _ = write!(line, "; would notice x{factor:.1}");
        }
        line
    }

    /// How an issue comes back, in words.
    pub(crate) fn recurs(&self, recurrence: Recurrence) -> String {
        match recurrence {
            Recurrence::Persistent => "among the five largest in at least six quarters of the last eight".to_owned(),
            Recurrence::Seasonal { part, years } => {
                let (months, per_year) = (self.latest.months(), self.panel.per_year());
                let last = self.panel.part_of_year(self.panel.periods() - 1);
                let back = (last + per_year - part) % per_year;
                let peak = (0..back).fold(self.latest, |period: Period, _| period.before(1));
                let words = peak.words();
                let when = words.rsplit_once(' ').map_or(words.as_str(), |(when, _)| when);
                let kept = self.panel.periods() / per_year;
                debug_assert!(months == 1 || months == 3, "a quarter or a month");
                match years {
                    0 => format!("peaks in {when}, all years taken together"),
                    years => format!("peaks in {when}, clearly so in {years} of the last {} years", kept.min(4)),
                }
            }
        }
    }
}

/// A status as a heading.
pub(crate) const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Emerging => "EMERGING",
        Status::Growing => "GROWING",
        Status::Easing => "EASING",
        Status::Recurring => "RECURRING",
        Status::Steady => "STEADY",
        Status::TooFew => "TOO FEW",
    }
}

/// Two figures after the point above one; below it as many as it takes.
pub(crate) fn short(number: f64) -> String {
    if number >= 10.0 {
        format!("{number:.0}")
    } else if number >= 1.0 {
        format!("{number:.1}")
    } else if number >= 0.001 {
        format!("{number:.3}")
    } else if number > 0.0 {
        format!("{number:.0e}")
    } else {
        "0".to_owned()
    }
}
