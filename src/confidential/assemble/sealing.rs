//! From a pattern to the sealed release of each audience and the ledger entry that remembers it. Comes in: a draft, its
//! pattern. Goes out: releases and entries without the digest of their manifest, which render makes.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::config::{Audience, Configuration, Report};
use model::edition::Figures;
use model::hierarchy::Hierarchy;
use model::manifest::Corrects;
use model::release::{Precision, Release, ReleaseParts, ReleasedCell, ReleasedDimension, ReleasedTable, Zeros};

use super::plan::{Planned, PlannedCell, figures_heading};
use super::{AssembleError, Draft, answers, impossible, relations};
use crate::protect::{EarlierForm, Pattern, Shown, precision, seal};
use crate::store::ledger::{LedgerCell, LedgerEntry, ReleaseState};
use crate::tabulate::Key;
use crate::tabulate::axes::{Axes, Source};

/// A release and what the ledger will keep of it.
#[derive(Debug)]
pub struct Sealed {
    /// For render.
    pub release: Release,
    /// For the ledger; the manifest's text and digest are still blank.
    pub entry: LedgerEntry,
}

/// Seals one release an audience.
///
/// # Errors
/// [`AssembleError::Seal`] where the parts do not hold together.
pub fn seal_all(
    configuration: &Configuration,
    report: &Report,
    draft: &Draft,
    pattern: &Pattern,
) -> Result<Vec<Sealed>, AssembleError> {
    let audiences = configuration.service.audiences.iter().filter(|audience| draft.audiences.contains(&audience.id));
    audiences
        .filter(|audience| draft.tables.iter().any(|table| table.plan.audiences.contains(&audience.id)))
        .map(|audience| seal_one(configuration, report, draft, pattern, audience))
        .collect()
}

fn seal_one(
    configuration: &Configuration,
    report: &Report,
    draft: &Draft,
    pattern: &Pattern,
    audience: &Audience,
) -> Result<Sealed, AssembleError> {
    let calendar = configuration.service.calendar;
    let period = draft.period;
    let (tables, zeros): (Vec<&Planned>, Vec<Zeros>) = draft
        .tables
        .iter()
        .zip(&pattern.zeros)
        .filter(|(table, _)| table.plan.audiences.contains(&audience.id))
        .unzip();
    let newest = draft.newest.get(&audience.id);
    let version = newest.map_or(1, |(_, version)| version + 1);
    let name = format!("{}-{}-r{version}", period.name(calendar), audience.id);
    let correction = newest.zip(draft.reason.as_ref());
    let used = used_codes(&draft.axes, &tables);
    let hierarchies = hierarchies(&draft.axes, &used);
    let seen = seen(draft, &tables, &used);
    // What is known of some period can be worked out of others.
    let alike: HashSet<Key> = seen.iter().map(|key| answers::named(&draft.axes, key)).collect();
    let sensitive = configuration.dimensions.dimensions.iter().filter(|dimension| dimension.sensitive);
    let sensitive = sensitive.map(|dimension| dimension.name.clone()).filter(|name| hierarchies.contains_key(name));
    let parts = ReleaseParts {
        sensitive: (sensitive.collect(), configuration.service.group_below),
        name: name.clone(),
        service: configuration.service.name.clone(),
        title: report.title.clone(),
        introduction: report.introduction.clone(),
        period: period.name(calendar),
        period_words: period.words(),
        period_end: period.last_day(),
        audience: (audience.id.clone(), audience.label.clone()),
        threshold: audience.threshold,
        hierarchies,
        labels: labels(configuration, &draft.axes, &tables),
        relations: relations::stated(&draft.axes, &draft.relations, |relation, key| {
            match answers::is_of_answers(&draft.axes, relation) {
                true => alike.contains(&answers::named(&draft.axes, key)),
                false => seen.contains(key),
            }
        }),
        impossible: impossible::stated(&draft.axes, &draft.impossible, &used),
        tables: tables
            .iter()
            .zip(&zeros)
            .map(|(table, zeros)| {
                let precision = precision(&pattern.method, audience.threshold);
                released_table(&draft.axes, table, (*zeros, precision), pattern)
            })
            .collect(),
        expectations: Vec::new(),
        earlier: draft.earlier_releases.clone(),
        corrects: correction.map(|((release, _), reason)| Corrects {
            release: release.clone(),
            reason: reason.clone(),
            scope: draft.scope.clone(),
        }),
    };
    let entry = LedgerEntry {
        name,
        period_start: period.start.0,
        period_end: period.end.0,
        audience: audience.id.clone(),
        threshold: audience.threshold,
        version,
        correction: draft.reason.clone(),
        state: ReleaseState::Awaiting,
        manifest_sha256: String::new(),
        manifest_json: String::new(),
        built_by: String::new(),
        approved_by: String::new(),
        policy_sha256: String::new(),
        verdict: String::new(),
        cells: tables
            .iter()
            .zip(&zeros)
            .flat_map(|(table, zeros)| ledger_cells(&draft.axes, table, *zeros, pattern))
            .collect(),
    };
    Ok(Sealed { release: seal(parts)?, entry })
}

/// The cells of these tables, and of earlier releases those that name no code but what these tables show: a relation with
/// another would tell its readers of a code.
fn seen<'a>(draft: &'a Draft, tables: &[&'a Planned], used: &BTreeMap<usize, BTreeSet<u32>>) -> HashSet<&'a Key> {
    let planned = tables.iter().flat_map(|table| &table.cells).filter_map(PlannedCell::counted);
    let is_used = |(at, code): (usize, &u32)| {
        let axis = &draft.axes.axes[at];
        let of_axis = used.get(&at);
        *code == axis.space.total || of_axis.is_some_and(|codes| axis.source == Source::Months || codes.contains(code))
    };
    let earlier = draft.earlier.iter().map(|cell| &cell.key).filter(|key| key.iter().enumerate().all(is_used));
    planned.chain(earlier).collect()
}

fn shown(pattern: &Pattern, cell: &PlannedCell) -> ReleasedCell {
    match cell {
        PlannedCell::NotAvailable(_) => ReleasedCell::NotAvailable,
        PlannedCell::Impossible(_) => ReleasedCell::StructuralZero,
        // A planned cell without a decision is hidden: the default must not weaken.
        PlannedCell::Counted(key) => match pattern.cells.get(key) {
            Some(Shown::Count(count)) => ReleasedCell::Count(*count),
            Some(Shown::Rounded(form, _)) => ReleasedCell::Approximate(form.value),
            Some(Shown::Impossible) => ReleasedCell::StructuralZero,
            Some(Shown::Hidden(_)) | None => ReleasedCell::Suppressed,
        },
    }
}

fn released_table(
    axes: &Axes,
    table: &Planned,
    (zeros, precision): (Zeros, Precision),
    pattern: &Pattern,
) -> ReleasedTable {
    let dims = table.dims.iter().map(|dim| {
        let axis = &axes.axes[dim.axis];
        let codes = dim.codes.iter().map(|(_, code)| code.clone()).collect();
        ReleasedDimension { name: axis.space.name.clone(), label: axis.label.clone(), codes }
    });
    let fixed = table.fixed.iter().map(|(axis, code)| {
        let space = &axes.axes[*axis].space;
        (space.name.clone(), space.codes[*code as usize].clone())
    });
    ReleasedTable {
        id: table.plan.id.clone(),
        title: table.plan.title.clone(),
        subtitle: table.subtitle.clone(),
        unit: table.unit.clone(),
        dims: dims.collect(),
        fixed: fixed.collect(),
        cells: table.cells.iter().map(|cell| shown(pattern, cell)).collect(),
        zeros,
        precision,
        notes: table.plan.notes.clone(),
        chart: table.plan.chart,
    }
}

/// Axis and codes that some table shows or stands at.
fn used_codes(axes: &Axes, tables: &[&Planned]) -> BTreeMap<usize, BTreeSet<u32>> {
    let mut used: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    for table in tables {
        for dim in &table.dims {
            used.entry(dim.axis).or_default().extend(dim.codes.iter().map(|(code, _)| *code));
        }
        for (axis, code) in &table.fixed {
            used.entry(*axis).or_default().insert(*code);
        }
    }
    for (at, axis) in axes.axes.iter().enumerate() {
        if axis.source == Source::Events {
            used.entry(at).or_default().insert(axis.space.total);
        }
    }
    used
}

/// The sums that a reader of these tables can use. Periods keep all of theirs, because earlier releases lie beside.
fn hierarchies(axes: &Axes, used: &BTreeMap<usize, BTreeSet<u32>>) -> BTreeMap<String, Hierarchy> {
    used.iter()
        .map(|(at, codes)| {
            let axis = &axes.axes[*at];
            let name = |code: &u32| axis.space.codes[*code as usize].clone();
            let usable = |(parent, children): &&(u32, Vec<u32>)| {
                axis.source == Source::Months
                    || codes.contains(parent) && children.iter().any(|child| codes.contains(child))
            };
            let sums = axis.space.sums.iter().filter(usable);
            let sums = sums.map(|(parent, children)| (name(parent), children.iter().map(name).collect())).collect();
            (axis.space.name.clone(), Hierarchy { total: name(&axis.space.total), sums })
        })
        .collect()
}

fn labels(
    configuration: &Configuration,
    axes: &Axes,
    tables: &[&Planned],
) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut labels: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for table in tables {
        for dim in &table.dims {
            let entry = labels.entry(axes.axes[dim.axis].space.name.clone()).or_default();
            entry.extend(dim.codes.iter().map(|(_, code)| (code.code.clone(), code.label.clone())));
        }
        for (axis, code) in &table.fixed {
            let axis = &axes.axes[*axis];
            let code = &axis.space.codes[*code as usize];
            let calendar = configuration.service.calendar;
            let label = match axis.source {
                Source::Months => Figures::parse(code, calendar).ok().map(|all| figures_heading(all, calendar)),
                Source::Events => configuration.dimensions.measure(code).map(|measure| measure.label.clone()),
                Source::Leaves(_) => None,
            };
            let entry = labels.entry(axis.space.name.clone()).or_default();
            entry.insert(code.clone(), label.unwrap_or_else(|| code.clone()));
        }
    }
    labels
}

fn ledger_cells(axes: &Axes, table: &Planned, zeros: Zeros, pattern: &Pattern) -> Vec<LedgerCell> {
    let cell = |cell: &PlannedCell| {
        let (key, form, reason) = match cell {
            PlannedCell::NotAvailable(_) => return None,
            PlannedCell::Impossible(key) => (key, EarlierForm::StructuralZero, None),
            PlannedCell::Counted(key) => match pattern.cells.get(key) {
                Some(Shown::Count(count)) => (key, EarlierForm::Count(*count), None),
                Some(Shown::Rounded(form, reason)) => (key, EarlierForm::Rounded(*form), *reason),
                Some(Shown::Impossible) => (key, EarlierForm::StructuralZero, None),
                Some(Shown::Hidden(reason)) => (key, EarlierForm::Suppressed, Some(*reason)),
                None => (key, EarlierForm::Suppressed, None),
            },
        };
        let zeros_shown = zeros == Zeros::Shown;
        Some(LedgerCell { table: table.plan.id.clone(), key: named(axes, key), form, zeros_shown, reason })
    };
    table.cells.iter().filter_map(cell).collect()
}

/// Dimension and code of everything that does not stand at its total; the measure always.
fn named(axes: &Axes, key: &Key) -> Vec<(String, String)> {
    let axes = axes.axes.iter().zip(key);
    axes.filter(|(axis, code)| **code != axis.space.total || axis.source == Source::Events)
        .map(|(axis, code)| (axis.space.name.clone(), axis.space.codes[*code as usize].clone()))
        .collect()
}
