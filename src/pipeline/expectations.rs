//! Tables of expectations: counts beside what a reader of all releases could have expected. Comes in: sealed releases, and
//! the folders of earlier ones, opened as a stranger would. Goes out: the same releases with those tables. Deliberately
//! absent: the store; what is computed from released cells alone tells nothing that they do not tell.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ::verify::attacks::manifest;
use ::verify::readers::csv::{self, Reading};
use ::verify::readers::folder::{self, Folder};
use confidential::assemble::Sealed;
use confidential::issues::names_nothing;
use confidential::issues::reader::{PAST_MAX, Published, expectations};
use model::config::{Configuration, ExpectationPlan, Report};
use model::edition::Figures;
use model::period::{Calendar, Period};
use model::release::{ExpectationRow, ExpectationTable, ReleaseParts, ReleasedCell, ReleasedDimension, ReleasedTable};

use super::Error;

/// Adds to each release the tables of expectations that `report` has for its audience.
///
/// # Errors
/// [`Error::Verify`] where the folder of an earlier release cannot be read.
pub(super) fn add(
    reports: &Path,
    configuration: &Configuration,
    report: &Report,
    sealed: &mut [Sealed],
) -> Result<(), Error> {
    for one in sealed {
        let plans = report.expectations.iter().filter(|plan| plan.audiences.contains(&one.entry.audience));
        let plans: Vec<&ExpectationPlan> = plans.collect();
        if plans.is_empty() {
            continue;
        }
        let parts = one.release.parts();
        let mut earlier = Vec::new();
        for path in parts.earlier.keys().map(|name| reports.join(name)) {
            if !disk::is_folder(&path)? {
                continue;
            }
            let folder = folder::open(&path)?;
            if folder.manifest.audience == one.entry.audience {
                earlier.push(folder);
            }
        }
        let tables = plans.iter().filter_map(|plan| table(configuration, plan, parts, &earlier)).collect();
        one.release.add_expectations(tables);
    }
    Ok(())
}

/// Published counts by code and code of the period, the newest edition of each period's figures only.
struct Counts {
    calendar: Calendar,
    counts: BTreeMap<(String, String), u64>,
    /// The edition of each period, its code, and whether the report's own table has it.
    periods: BTreeMap<Period, (u32, String)>,
    releases: BTreeSet<String>,
}

impl Counts {
    fn note(&mut self, period: &str) {
        let Ok(figures) = Figures::parse(period, self.calendar) else { return };
        let known = self.periods.entry(figures.period).or_insert_with(|| (figures.vintage, period.to_owned()));
        if figures.vintage > known.0 {
            *known = (figures.vintage, period.to_owned());
        }
    }

    /// Takes the table `id` of an earlier release. What the report itself publishes is the same figure and stays.
    fn take(&mut self, folder: &Folder, id: &str, dim: &str) {
        let entry = folder.manifest.tables.iter().find(|table| table.id == id && table.dims == [dim, "period"]);
        let Some((entry, bytes)) = entry.and_then(|entry| Some((entry, folder.files.get(&entry.file)?))) else {
            return;
        };
        for row in csv::read(entry, bytes, &manifest::codes(folder)).rows {
            let (Reading::Count(count), [code, period]) = (row.reading, row.codes.as_slice()) else { continue };
            self.note(period);
            let key = (code.clone(), period.clone());
            if let Entry::Vacant(open) = self.counts.entry(key) {
                open.insert(count);
                self.releases.insert(folder.name.clone());
            }
        }
    }
}

/// The table, or none where the release has not the table that it comes from.
fn table(
    configuration: &Configuration,
    plan: &ExpectationPlan,
    parts: &ReleaseParts,
    earlier: &[Folder],
) -> Option<ExpectationTable> {
    let from = parts.tables.iter().find(|table| table.id == plan.from)?;
    let [dim, over] = from.dims.as_slice() else { return None };
    let calendar = configuration.service.calendar;
    let mut known = Counts { calendar, counts: BTreeMap::new(), periods: BTreeMap::new(), releases: BTreeSet::new() };
    for (row, code) in dim.codes.iter().enumerate() {
        for (column, period) in over.codes.iter().enumerate() {
            known.note(&period.code);
            if let Some(count) = count(from, row, column) {
                known.counts.insert((code.code.clone(), period.code.clone()), count);
            }
        }
    }
    for folder in earlier {
        known.take(folder, &plan.from, &dim.name);
    }
    let newest = over.codes.last()?;
    let now = Figures::parse(&newest.code, calendar).ok()?.period;
    let past = known.periods.iter().filter(|(period, _)| period.end <= now.start && period.months() == now.months());
    let mut periods: Vec<String> = past.rev().take(PAST_MAX).map(|(_, (_, code))| code.clone()).collect();
    periods.reverse();
    periods.push(newest.code.clone());
    let (rows, left_out) = leaves(configuration, parts, dim);
    let total = parts.hierarchies.get(&dim.name).map_or("", |hierarchy| hierarchy.total.as_str());
    let published = |code: &str| -> Published {
        periods.iter().map(|period| known.counts.get(&(code.to_owned(), period.clone())).copied()).collect()
    };
    let issues: Vec<Published> = rows.codes.iter().map(|code| published(&code.code)).collect();
    let last = over.codes.len().checked_sub(1)?;
    let cell = |code: &str| {
        let row = dim.codes.iter().position(|own| own.code == code)?;
        from.cells.get(from.index(&[row, last])).copied()
    };
    let said = expectations(&issues, &published(total)).into_iter().zip(&rows.codes);
    let said = said.map(|(said, code)| match said {
        Some((observed, range, flag)) => ExpectationRow::Counted { observed, range, flag },
        None => ExpectationRow::Blank(cell(&code.code).unwrap_or(ReleasedCell::Suppressed)),
    });
    Some(ExpectationTable {
        id: plan.id.clone(),
        title: plan.title.clone(),
        subtitle: parts.period_words.clone(),
        unit: from.unit.clone(),
        from: plan.from.clone(),
        rows: said.collect(),
        dim: rows,
        left_out,
        periods,
        releases: known.releases.into_iter().collect(),
        notes: plan.notes.clone(),
    })
}

fn count(table: &ReleasedTable, row: usize, column: usize) -> Option<u64> {
    match table.cells.get(table.index(&[row, column]))? {
        ReleasedCell::Count(count) | ReleasedCell::Approximate(count) => Some(*count),
        ReleasedCell::StructuralZero | ReleasedCell::Suppressed | ReleasedCell::NotAvailable => None,
    }
}

/// The codes that have none below them in the table, and those of them that name nothing.
fn leaves(
    configuration: &Configuration,
    parts: &ReleaseParts,
    dim: &ReleasedDimension,
) -> (ReleasedDimension, Vec<String>) {
    let hierarchy = parts.hierarchies.get(&dim.name);
    // Another table may go deeper; here a group without parts is as fine as it gets.
    let is_here = |part: &String| dim.codes.iter().any(|code| code.code == *part);
    let is_parent = |code: &str| {
        hierarchy.is_some_and(|hierarchy| {
            let mut sums = hierarchy.sums.iter();
            hierarchy.total == code || sums.any(|(parent, parts)| parent == code && parts.iter().any(is_here))
        })
    };
    let leaves = dim.codes.iter().filter(|code| !is_parent(&code.code));
    let (unnamed, named): (Vec<_>, Vec<_>) =
        leaves.cloned().partition(|code| names_nothing(configuration, &dim.name, &code.code));
    (ReleasedDimension { codes: named, ..dim.clone() }, unnamed.into_iter().map(|code| code.code).collect())
}
