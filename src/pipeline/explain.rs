//! Why a cell is hidden, for people inside. Comes in: a release, a table, a cell. Goes out: the reason in the words that a
//! reader would understand, and what may be told to one. Deliberately absent: the count of a hidden cell.

use std::collections::BTreeMap;

use confidential::protect::{EarlierForm, Reason};
use confidential::store::ledger::{LedgerCell, LedgerEntry};
use model::Manifest;
use serde::Serialize;

use super::{Error, Workspace};

/// What is said of one cell, or of a whole release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The release.
    pub release: String,
    /// The table; empty for a whole release.
    pub table: String,
    /// The cell in words; empty for a whole table or release.
    pub cell: String,
    /// Why, for people inside.
    pub reasons: Vec<String>,
    /// What may be told to a reader.
    pub to_a_reader: String,
}

/// One symbol stands for everything, so one answer does too.
const TO_A_READER: &str = "A figure marked [c] is hidden so that nobody can be recognised. It may be small, or may be hidden only \
    because a small one could be worked out from it, or because it is zero; the symbol does not say which, and nor do we.";

/// Cells that are named as the ones a secondary cell protects.
const MOST_NAMED: usize = 5;

impl Explanation {
    /// For people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let place: Vec<&str> = [&self.release, &self.table, &self.cell]
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        let mut text = format!("{}\n", place.join(", "));
        for reason in &self.reasons {
            text.push_str(&format!("  {reason}\n"));
        }
        text + &format!("To a reader: {}\n", self.to_a_reader)
    }
}

impl Workspace {
    /// Why cells of a release are hidden: all of them in counts, or the one that `cell` names (`need=ASD,sex=F`; a dimension
    /// left out stands at its total).
    ///
    /// # Errors
    /// [`Error::NoSuch`] where there is no such release, [`Error::NoCell`] where it has no such table or cell.
    pub fn explain(&self, release: &str, table: Option<&str>, cell: Option<&str>) -> Result<Explanation, Error> {
        let ledger = self.store.ledger()?;
        let Some(entry) = ledger.iter().find(|entry| entry.name == release) else {
            let allowed = ledger.iter().map(|entry| entry.name.clone()).collect::<Vec<_>>().join(", ");
            return Err(Error::NoSuch { what: "release", name: release.to_owned(), allowed });
        };
        let no_cell = |what: String| Error::NoCell { release: release.to_owned(), what };
        if let Some(name) = table
            && !entry.cells.iter().any(|cell| cell.table.eq_ignore_ascii_case(name))
        {
            return Err(no_cell(format!("table {name:?}")));
        }
        let own = |cell: &&LedgerCell| table.is_none_or(|name| cell.table.eq_ignore_ascii_case(name));
        let of_table: Vec<&LedgerCell> = entry.cells.iter().filter(own).collect();
        let mut explanation = Explanation {
            release: release.to_owned(),
            table: table.map_or_else(String::new, str::to_uppercase),
            cell: String::new(),
            reasons: Vec::new(),
            to_a_reader: TO_A_READER.to_owned(),
        };
        let Some(asked) = cell else {
            explanation.reasons = in_counts(&of_table, entry.threshold);
            return Ok(explanation);
        };
        let manifest: Manifest = serde_json::from_str(&entry.manifest_json).unwrap_or_else(|_| unreachable_manifest());
        let wanted = codes(&manifest, asked).map_err(no_cell)?;
        let named = |cell: &&&LedgerCell| at(cell, &manifest) == wanted;
        let found = of_table.iter().find(named).ok_or_else(|| no_cell(format!("cell {asked:?}")))?;
        explanation.cell = in_words(found, &manifest);
        explanation.reasons = because(entry, &manifest, found);
        if found.form != EarlierForm::Suppressed {
            explanation.to_a_reader = "The figure is published.".to_owned();
        }
        Ok(explanation)
    }
}

/// A manifest of the ledger that cannot be read names no codes, so no cell is found in it.
fn unreachable_manifest() -> Manifest {
    Manifest {
        release: String::new(),
        period: String::new(),
        audience: String::new(),
        threshold: 0,
        hierarchies: BTreeMap::new(),
        labels: BTreeMap::new(),
        tables: Vec::new(),
        relations: Vec::new(),
        impossible: Vec::new(),
        derived: Vec::new(),
        files: BTreeMap::new(),
        earlier: BTreeMap::new(),
        sensitive: Vec::new(),
        group_below: None,
        corrects: None,
        extract: None,
        presentation: None,
    }
}

/// `need=ASD,sex=F` as codes; labels will do. What stands at its total is left out.
fn codes(manifest: &Manifest, asked: &str) -> Result<BTreeMap<String, String>, String> {
    let mut codes = BTreeMap::new();
    for part in asked.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (dim, said) = part.split_once('=').ok_or_else(|| format!("{part:?} is not of the form dimension=code"))?;
        let hierarchy = manifest.hierarchies.get(dim).ok_or_else(|| format!("dimension {dim:?}"))?;
        let labels = manifest.labels.get(dim);
        let is_it = |(code, label): &(&String, &String)| *code == said || label.eq_ignore_ascii_case(said);
        let code = labels.into_iter().flatten().find(is_it).map(|(code, _)| code.clone());
        let code = code.ok_or_else(|| format!("code {said:?} of {dim}"))?;
        if code != hierarchy.total {
            codes.insert(dim.to_owned(), code);
        }
    }
    Ok(codes)
}

/// The codes of a cell in its table's dimensions, those at their total left out.
fn at(cell: &LedgerCell, manifest: &Manifest) -> BTreeMap<String, String> {
    let dims = manifest.tables.iter().find(|table| table.id == cell.table).map(|table| table.dims.as_slice());
    let dims = dims.unwrap_or_default();
    let stands = |(name, code): &&(String, String)| {
        dims.contains(name) && manifest.hierarchies.get(name).is_none_or(|hierarchy| hierarchy.total != *code)
    };
    cell.key.iter().filter(stands).cloned().collect()
}

fn in_words(cell: &LedgerCell, manifest: &Manifest) -> String {
    let own = at(cell, manifest);
    let label = |(dim, code): (&String, &String)| {
        let label = manifest.labels.get(dim).and_then(|labels| labels.get(code)).unwrap_or(code);
        format!("{dim} {label}")
    };
    let words: Vec<String> = own.iter().map(label).collect();
    if words.is_empty() { "the total".to_owned() } else { words.join(", ") }
}

const fn why(reason: Reason) -> &'static str {
    match reason {
        Reason::MinimumFrequency => "too few families stand behind it",
        Reason::HiddenZero => "it is zero, and zeros are hidden like small figures",
        Reason::Group => "it would describe everybody, or everybody but one, of a small group",
        Reason::LowTotal => "it is part of the distribution of a small total",
        Reason::Dominance => "one contributes so much to it that another could tell how much",
        Reason::Secondary => "another hidden figure could be worked out from it",
        Reason::Earlier => "an earlier release hides it, and what was hidden once stays hidden",
    }
}

fn in_counts(cells: &[&LedgerCell], threshold: u64) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let hidden: Vec<&&LedgerCell> = cells.iter().filter(|cell| cell.form == EarlierForm::Suppressed).collect();
    for reason in hidden.iter().filter_map(|cell| cell.reason) {
        *counts.entry(why(reason)).or_default() += 1;
    }
    let mut lines = vec![format!(
        "{} of {} cells are hidden; a figure is shown where {threshold} or more families stand behind it.",
        hidden.len(),
        cells.len()
    )];
    lines.extend(counts.into_iter().map(|(why, count)| format!("{count:>6} because {why}")));
    lines
}

fn because(entry: &LedgerEntry, manifest: &Manifest, cell: &LedgerCell) -> Vec<String> {
    if cell.form != EarlierForm::Suppressed {
        return vec!["It is published.".to_owned()];
    }
    let Some(reason) = cell.reason else { return vec!["No decision was made about it, so it is hidden.".to_owned()] };
    let mut lines = vec![format!("It is hidden because {}.", why(reason))];
    if reason == Reason::MinimumFrequency {
        lines.push(format!("The rule: {} separate families, or more, behind a figure that is shown.", entry.threshold));
    }
    if reason == Reason::Secondary {
        let protects = protects(entry, manifest, cell);
        let more = protects.len().saturating_sub(MOST_NAMED);
        for (other, line) in protects.into_iter().take(MOST_NAMED) {
            lines.push(format!("With it, {other} could be worked out or bounded, as {line} adds up."));
        }
        if more > 0 {
            lines.push(format!("And {more} others in the same rows and columns."));
        }
    }
    lines
}

/// Cells hidden by a rule that stand in one sum with this one, and the sum.
fn protects(entry: &LedgerEntry, manifest: &Manifest, cell: &LedgerCell) -> Vec<(String, String)> {
    let by_key: BTreeMap<Vec<(String, String)>, &LedgerCell> =
        entry.cells.iter().map(|other| (sorted(&other.key), other)).collect();
    let own: BTreeMap<String, String> = cell.key.iter().cloned().collect();
    let mut found: Vec<(String, String)> = Vec::new();
    for (dim, hierarchy) in &manifest.hierarchies {
        let code = own.get(dim).unwrap_or(&hierarchy.total);
        for (parent, children) in &hierarchy.sums {
            if parent != code && !children.contains(code) {
                continue;
            }
            for other in std::iter::once(parent).chain(children).filter(|other| *other != code) {
                let mut key = own.clone();
                if *other == hierarchy.total {
                    key.remove(dim);
                } else {
                    key.insert(dim.clone(), other.clone());
                }
                let there = by_key.get(&sorted(&key.into_iter().collect::<Vec<_>>()));
                let ruled = there.filter(|other| other.reason.is_some_and(|reason| reason != Reason::Secondary));
                let line =
                    format!("{dim} {}", manifest.labels.get(dim).and_then(|all| all.get(parent)).unwrap_or(parent));
                found.extend(ruled.map(|other| (in_words(other, manifest), line)));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn sorted(key: &[(String, String)]) -> Vec<(String, String)> {
    let mut key = key.to_vec();
    key.sort();
    key
}
