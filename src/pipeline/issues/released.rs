//! Table T24 for an audience: emerging and recurring issues as a reader of its releases could work them out. Comes in: release
//! folders, opened as a stranger would. Goes out: observed, expected, limits and flag, or `[c]`. Deliberately absent: the
//! store. What is computed from released cells alone tells nothing that they do not tell; and an issue whose count is hidden
//! has no expectation, no limit and no flag.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use ::verify::readers::csv::{self, Reading};
use ::verify::readers::folder::{self, Folder};
use confidential::issues::{Finding, KnownSeason, Level, Naming, Panel, Series, Status, Window, findings};
use model::config::{Configuration, IssuesPlan};
use model::edition::Figures;
use model::period::Period;
use serde::Serialize;

use super::text::{short, status_word};
use crate::pipeline::Error;

/// Table T24.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReleasedIssues {
    /// The period's canonical name.
    pub period: String,
    /// For whom.
    pub audience: String,
    /// The releases it was computed from.
    pub releases: Vec<String>,
    /// In the order of the released table.
    pub issues: Vec<ReleasedIssue>,
}

/// One issue of T24.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReleasedIssue {
    /// As released.
    pub code: String,
    /// As released.
    pub label: String,
    /// `c` where the count is hidden; then there is nothing else.
    pub symbol: Option<&'static str>,
    /// The released count of the latest period, or of twelve months of released counts.
    pub observed: Option<u64>,
    /// What released counts let expect.
    pub expected: Option<f64>,
    /// Fewer would have been unusual.
    pub lower: Option<u64>,
    /// More would have been unusual.
    pub upper: Option<u64>,
    /// Over which periods.
    pub window: Option<Window>,
    /// What a reader may say of it.
    pub flag: Option<Status>,
}

/// Released counts by issue and period: those that stand in a release as exact counts.
#[derive(Debug, Default)]
struct Released {
    names: BTreeSet<String>,
    counts: BTreeMap<(String, Period), (u32, Option<u64>)>,
    labels: BTreeMap<String, String>,
    order: Vec<String>,
    parents: BTreeSet<String>,
    groups: BTreeSet<String>,
    total: String,
}

/// T24 of `period` for `audience`, from its releases in `reports`.
///
/// # Errors
/// [`Error::NoSuch`] where the period was not released to that audience; [`Error::Verify`] where a folder cannot be read.
pub fn released_issues(
    reports: &Path,
    configuration: &Configuration,
    plan: &IssuesPlan,
    period: Period,
    audience: &str,
    level: Level,
) -> Result<ReleasedIssues, Error> {
    let calendar = configuration.service.calendar;
    let name = period.name(calendar);
    let mut released = Released::default();
    let mut folders: Vec<_> = std::fs::read_dir(reports)
        .map(|entries| entries.flatten().map(|entry| entry.path()).filter(|path| path.join("release.json").is_file()))
        .map(Iterator::collect)
        .unwrap_or_default();
    folders.sort();
    for path in folders {
        let folder = folder::open(&path)?;
        let own = Period::parse(&folder.manifest.period, calendar).ok();
        let is_before = own.is_some_and(|own| own.end <= period.end && own.months() == period.months());
        if folder.manifest.audience == audience && is_before {
            released.take(&folder, configuration, &plan.dimension, period);
        }
    }
    if released.counts.keys().all(|(_, of)| *of != period) {
        let allowed = "those of which `reports/` has a table by issue and period".to_owned();
        return Err(Error::NoSuch { what: "released period", name, allowed });
    }
    let panel = released.panel(configuration, plan, period, level)?;
    let findings = findings(&panel);
    let mut issues: Vec<(usize, ReleasedIssue)> =
        findings.iter().map(|finding| (finding.series, issue(finding, &panel))).collect();
    issues.sort_by_key(|(series, _)| *series);
    Ok(ReleasedIssues {
        period: name,
        audience: audience.to_owned(),
        releases: released.names.into_iter().collect(),
        issues: issues.into_iter().map(|(_, issue)| issue).collect(),
    })
}

impl Released {
    /// Takes the tables by issue and period of a release. The newest version of a period's figures holds.
    fn take(&mut self, folder: &Folder, configuration: &Configuration, dimension: &str, period: Period) {
        let manifest = &folder.manifest;
        let Some(hierarchy) = manifest.hierarchies.get(dimension) else { return };
        let counted = configuration.dimensions.measures.first().map(|measure| measure.name.as_str());
        for table in &manifest.tables {
            let mut dims: Vec<&str> = table.dims.iter().map(String::as_str).collect();
            dims.sort_unstable();
            let is_counted = table.fixed.get("measure").map(String::as_str) == counted;
            let Some(bytes) = folder.files.get(&table.file).filter(|_| dims == [dimension, "period"] && is_counted)
            else {
                continue;
            };
            self.names.insert(folder.name.clone());
            self.total.clone_from(&hierarchy.total);
            self.parents.extend(hierarchy.sums.iter().map(|(parent, _)| parent.clone()));
            let groups = hierarchy.sums.iter().filter(|(parent, _)| *parent == hierarchy.total);
            self.groups.extend(groups.flat_map(|(_, children)| children.iter().cloned()));
            let issue_first = table.dims.first().is_some_and(|first| first == dimension);
            for row in csv::read(table, bytes, &BTreeSet::from([dimension, "period"])).rows {
                let [one, other] = row.codes.as_slice() else { continue };
                let (issue, code) = if issue_first { (one, other) } else { (other, one) };
                let Ok(figures) = Figures::parse(code, configuration.service.calendar) else { continue };
                if figures.period.months() != period.months() || figures.period.end > period.end {
                    continue;
                }
                let exact = match row.reading {
                    Reading::Count(count) if !table.is_approximate() => Some(count),
                    Reading::Impossible => Some(0),
                    Reading::Count(_) | Reading::Marker(_) | Reading::NotAvailable => None,
                };
                self.note(issue, figures, exact);
            }
            let labels = manifest.labels.get(dimension).into_iter().flatten();
            self.labels.extend(labels.map(|(code, label)| (code.clone(), label.clone())));
        }
    }

    fn note(&mut self, issue: &str, figures: Figures, exact: Option<u64>) {
        if !self.order.iter().any(|code| code == issue) {
            self.order.push(issue.to_owned());
        }
        let known = self.counts.entry((issue.to_owned(), figures.period)).or_insert((figures.vintage, exact));
        if figures.vintage > known.0 || (figures.vintage == known.0 && known.1.is_none()) {
            *known = (figures.vintage, exact);
        }
    }

    fn count(&self, issue: &str, period: Period) -> Option<u64> {
        self.counts.get(&(issue.to_owned(), period)).and_then(|(_, count)| *count)
    }

    /// A panel with gaps: a hidden count is known to nobody, and a period without a released total is hidden whole.
    fn panel(
        &self,
        configuration: &Configuration,
        plan: &IssuesPlan,
        period: Period,
        level: Level,
    ) -> Result<Panel, Error> {
        let first = self.counts.keys().map(|(_, of)| of.start).min().unwrap_or(period.start);
        let steps = (period.start.0 - first.0).max(0) / period.months();
        let periods: Vec<Period> = (0..=steps).rev().map(|step| period.before(step)).collect();
        let missing = configuration.dimensions.find(&plan.dimension).map(|found| found.missing.clone());
        let listed = |list: &[String], code: &str| list.iter().any(|name| name == code);
        let is_wanted = |code: &&String| match level {
            Level::Issue => **code != self.total && !self.parents.contains(*code),
            Level::Group => self.groups.contains(*code),
        };
        let series = self.order.iter().filter(is_wanted).map(|code| {
            let counts: Vec<Option<u64>> =
                periods.iter().map(|of| self.count(&self.total, *of).and_then(|_| self.count(code, *of))).collect();
            let known: Vec<u64> = counts.iter().map(|count| count.unwrap_or(0)).collect();
            let is_unnamed = listed(&plan.unnamed, code) || missing.as_ref() == Some(code);
            Series {
                code: code.clone(),
                label: self.labels.get(code).cloned().unwrap_or_else(|| code.clone()),
                families_of_year: known.iter().sum(),
                families: known.clone(),
                counts: known,
                season: if listed(&plan.seasons, code) { KnownSeason::Known } else { KnownSeason::Unknown },
                naming: if is_unnamed { Naming::Unnamed } else { Naming::Named },
                hidden: counts.iter().map(Option::is_none).collect(),
            }
        });
        let per_year = if period.months() == 1 { 12 } else { 4 };
        let first_of_year = periods.first().map_or(0, |first| first.start.0.rem_euclid(12) / first.months());
        let volume = periods.iter().map(|of| self.count(&self.total, *of).unwrap_or(0)).collect();
        let panel = Panel::new(per_year, first_of_year.unsigned_abs() as usize, series.collect());
        Ok(panel.and_then(|panel| panel.with_volume(volume)).map_err(confidential::issues::IssuesError::from)?)
    }
}

fn issue(finding: &Finding, panel: &Panel) -> ReleasedIssue {
    let (code, label) = (finding.code.clone(), finding.label.clone());
    if panel.is_hidden(finding.series, panel.periods().saturating_sub(1)) {
        let none = (None, None, None);
        return ReleasedIssue {
            code,
            label,
            symbol: Some("c"),
            observed: None,
            expected: none.0,
            lower: none.1,
            upper: none.2,
            window: None,
            flag: None,
        };
    }
    ReleasedIssue {
        code,
        label,
        symbol: None,
        observed: Some(finding.observed),
        expected: finding.expected,
        lower: finding.lower,
        upper: finding.upper,
        window: Some(finding.window),
        flag: Some(finding.status),
    }
}

impl ReleasedIssues {
    /// For a terminal.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("T24 Emerging and recurring issues, {}, for {}\n", self.period, self.audience);
        let _ = writeln!(text, "Computed from the released figures of {} alone.\n", self.releases.join(", "));
        for issue in &self.issues {
            let label: String = issue.label.chars().take(44).collect();
            let _ = write!(text, "{label:<44} ");
            match (issue.observed, issue.flag) {
                (Some(observed), Some(flag)) => {
                    let _ = write!(text, "{observed:>6}");
                    if let (Some(expected), Some(lower), Some(upper)) = (issue.expected, issue.lower, issue.upper) {
                        let _ = write!(text, "  expected {:>5} (usual {lower} to {upper})", short(expected));
                    }
                    let over = if issue.window == Some(Window::Rolling) { ", twelve months" } else { "" };
                    let _ = writeln!(text, "  {}{over}", status_word(flag).to_lowercase());
                }
                _ => text.push_str("   [c]\n"),
            }
        }
        text
    }
}
