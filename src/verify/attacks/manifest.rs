//! What `release.json` claims and its own tables do not bear out. Comes in: a folder as read. Goes out: findings: a threshold
//! that protects nobody, codes that nothing explains, a cell that is no cell, signs that tell hidden cells apart, doubt that
//! the tables do not leave. Deliberately absent: what only somebody inside could contradict; the verdict says what was taken on
//! trust.

use std::collections::{BTreeMap, BTreeSet};

use model::manifest::{LARGEST_THRESHOLD, LEAST_THRESHOLD, TableEntry};
use model::{Attack, Finding};

use crate::attacks::rounding;
use crate::readers::csv::{Codes, Reading, Table};
use crate::readers::folder::{Folder, MANIFEST};

/// The codes of every dimension that sums or labels explain.
#[must_use]
pub fn codes(folder: &Folder) -> Codes<'_> {
    let mut codes = Codes::new();
    for (name, hierarchy) in &folder.manifest.hierarchies {
        let sums = hierarchy.sums.iter().flat_map(|(parent, children)| children.iter().chain([parent]));
        let all = sums.chain([&hierarchy.total]).map(String::as_str);
        codes.entry(name).or_default().extend(all);
    }
    for (name, labels) in &folder.manifest.labels {
        if let Some(codes) = codes.get_mut(name.as_str()) {
            codes.extend(labels.keys().map(String::as_str));
        }
    }
    codes
}

/// Raises a threshold that protects nobody to the least that protects somebody, so that the attack is one; and takes one that no
/// service has for the largest.
pub fn raise_threshold(folder: &mut Folder) {
    let threshold = folder.manifest.threshold;
    if threshold < LEAST_THRESHOLD {
        let message = format!(
            "a threshold of {threshold} protects nobody: of two people in a cell each knows the other; attacked at {LEAST_THRESHOLD}"
        );
        folder.findings.push(finding(MANIFEST, "", "threshold_low", &message));
        folder.manifest.threshold = LEAST_THRESHOLD;
    }
    if threshold > LARGEST_THRESHOLD {
        let message = format!("no service has a threshold of {threshold}; attacked at {LARGEST_THRESHOLD}");
        folder.findings.push(finding(MANIFEST, "", "threshold_high", &message));
        folder.manifest.threshold = LARGEST_THRESHOLD;
    }
}

/// Everything that the manifest claims of its tables and that does not hold.
#[must_use]
pub fn check(folder: &Folder, tables: &[Table]) -> Vec<Finding> {
    let known = codes(folder);
    let mut findings = Vec::new();
    for (entry, table) in folder.manifest.tables.iter().zip(tables) {
        findings.extend(fixed(folder, entry, table, &known));
        findings.extend(unknown_codes(folder, entry, table, &known));
        findings.extend(signs(entry, table));
        findings.extend(rounding::not_rounded(entry, table));
        findings.extend(rounding::narrow(entry, table, folder.manifest.threshold));
        findings.extend(zeros(entry, table));
    }
    findings
}

/// A table that stands at a code of a dimension which is not there, or which is one of its columns.
fn fixed(folder: &Folder, entry: &TableEntry, table: &Table, known: &Codes<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, code) in &entry.fixed {
        if !folder.manifest.hierarchies.contains_key(name) {
            let message = "release.json fixes a dimension that it does not explain, so the table's place is unknown";
            findings.push(finding(&entry.file, "", "fixed_unknown", message));
        } else if table.dims.contains(name) {
            let message = "release.json fixes a dimension that is a column of the table";
            findings.push(finding(&entry.file, "", "fixed_twice", message));
        } else if adds_up(folder, name) && known.get(name.as_str()).is_some_and(|codes| !codes.contains(code.as_str()))
        {
            findings.push(finding(&entry.file, "", "unknown_code", UNKNOWN));
        }
    }
    findings
}

const UNKNOWN: &str = "a code that no sum of release.json has, so what adds up to it was not attacked";

/// Whether the manifest says what the codes of a dimension add up to.
fn adds_up(folder: &Folder, name: &str) -> bool {
    folder.manifest.hierarchies.get(name).is_some_and(|hierarchy| !hierarchy.sums.is_empty())
}

/// The first row of each dimension with a code that the manifest does not have.
fn unknown_codes(folder: &Folder, entry: &TableEntry, table: &Table, known: &Codes<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, name) in table.dims.iter().enumerate().filter(|(_, name)| adds_up(folder, name)) {
        let Some(known) = known.get(name.as_str()) else { continue };
        let is_unknown = |code: &String| !known.contains(code.as_str());
        if let Some(row) = table.rows.iter().find(|row| row.codes.get(at).is_some_and(is_unknown)) {
            findings.push(finding(&entry.file, &format!("line {}", row.line), "unknown_code", UNKNOWN));
        }
    }
    findings
}

/// Two signs of which each may be any hidden cell tell one kind of hidden cell from another, which may be small from large.
fn signs(entry: &TableEntry, table: &Table) -> Option<Finding> {
    let used: BTreeSet<&str> = table
        .rows
        .iter()
        .filter_map(|row| match &row.reading {
            Reading::Marker(sign) => Some(sign.as_str()),
            Reading::Count(_) | Reading::Between(..) | Reading::Impossible | Reading::NotAvailable => None,
        })
        .collect();
    let mut ranges = BTreeMap::new();
    let alike = used.into_iter().any(|sign| {
        let range = entry.markers.get(sign).copied().unwrap_or((0, None));
        ranges.insert(range, sign).is_some()
    });
    let message = "several signs for hidden cells of which release.json says the same: they tell hidden cells apart";
    alike.then(|| finding(&entry.file, "", "signs_differ", message))
}

/// Who publishes zeros cannot claim that a hidden cell may be one. A foreign manifest claims nothing without markers.
fn zeros(entry: &TableEntry, table: &Table) -> Option<Finding> {
    let claims_none = entry.markers.values().any(|&(lowest, _)| lowest == 0);
    let message = "the table publishes zeros, and release.json claims that a hidden cell may be zero";
    (table.shows_zeros() && entry.says(0) == (0, 0) && claims_none)
        .then(|| finding(&entry.file, "", "zeros_shown", message))
}

fn finding(file: &str, place: &str, kind: &str, message: &str) -> Finding {
    Finding {
        attack: Attack::Manifest,
        kind: kind.to_owned(),
        file: file.to_owned(),
        place: place.to_owned(),
        message: message.to_owned(),
        claim: None,
    }
}
