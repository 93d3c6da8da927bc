//! What was published before, as the ledger keeps it. Comes in: the store. Goes out: cells in the space of the present
//! report. Deliberately absent: files; the ledger is believed, not the folder.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::Manifest;
use model::config::Configuration;
use model::edition::{Editions, Figures};
use model::period::{Calendar, Period};
use model::release::Zeros;

use super::AssembleError;
use crate::protect::{EarlierCell, EarlierForm};
use crate::store::Store;
use crate::store::ledger::LedgerEntry;
use crate::tabulate::axes::{Axes, FAMILIES, Source};
use crate::tabulate::stock::ENDS;
use crate::tabulate::{Frame, Key, moved};

/// Dimension and codes that were published as rows or columns: rare codes among them stay codes of their own.
///
/// # Errors
/// [`AssembleError`] where the store cannot be read.
pub fn published_codes(store: &Store) -> Result<BTreeMap<String, HashSet<String>>, AssembleError> {
    Ok(History::read(store)?.labels)
}

/// The periods of which something was published that happened in them. Months that were frozen for a stock alone, which
/// counts everything before its end, are not among them.
///
/// # Errors
/// [`AssembleError`] where the store cannot be read.
pub fn reported(store: &Store, calendar: Calendar) -> Result<Vec<Period>, AssembleError> {
    let history = History::read(store)?;
    let flows = history.named(|dimension| dimension != ENDS && Axes::is_of_periods(dimension));
    Ok(flows.into_iter().filter_map(|name| Figures::parse(name, calendar).ok()).map(|figures| figures.period).collect())
}

/// Every earlier release.
pub(super) struct History {
    pub(super) entries: Vec<LedgerEntry>,
    /// Name and manifest digest.
    pub releases: BTreeMap<String, String>,
    /// Dimension and codes that were published as rows or columns.
    pub labels: BTreeMap<String, HashSet<String>>,
}

impl History {
    pub fn read(store: &Store) -> Result<Self, AssembleError> {
        let entries = store.ledger()?;
        let mut labels: BTreeMap<String, HashSet<String>> = BTreeMap::new();
        let mut releases = BTreeMap::new();
        for entry in &entries {
            let manifest: Manifest = serde_json::from_str(&entry.manifest_json)
                .map_err(|_| AssembleError::Manifest { release: entry.name.clone() })?;
            for (dimension, codes) in manifest.labels {
                let name = dimension.strip_suffix(FAMILIES).unwrap_or(&dimension).to_owned();
                labels.entry(name).or_default().extend(codes.into_keys());
            }
            // Who got rows is nobody's business who reads a report; the gate attacks with those all the same.
            if manifest.extract.is_none() {
                releases.insert(entry.name.clone(), entry.manifest_sha256.clone());
            }
        }
        Ok(Self { entries, releases, labels })
    }

    /// Months of the shortest period that a report was about; none before the first.
    pub fn shortest(&self) -> Option<i32> {
        self.entries.iter().map(|entry| entry.period_end - entry.period_start).min()
    }

    /// The figures of all published cells.
    pub fn figures(&self, calendar: Calendar) -> Vec<Figures> {
        let names = self.named(Axes::is_of_periods);
        names.into_iter().filter_map(|name| Figures::parse(name, calendar).ok()).collect()
    }

    /// Whether a release shows figures of any months of `period` that have a newer edition.
    pub fn is_corrected_since(&self, release: &str, period: Period, editions: &Editions, calendar: Calendar) -> bool {
        let shown = named_in(self.entries.iter().filter(|entry| entry.name == release), Axes::is_of_periods);
        let mut figures = shown.into_iter().filter_map(|name| Figures::parse(name, calendar).ok());
        figures.any(|figures| figures.period.overlaps(period) && figures != editions.newest(figures.period))
    }

    /// The codes of published cells along some dimensions, each once.
    fn named(&self, wanted: impl Fn(&str) -> bool) -> Vec<&str> {
        named_in(self.entries.iter(), wanted)
    }

    /// The newest release of a period by audience: its name and number.
    pub fn newest_of(&self, period: Period, audiences: &[String]) -> BTreeMap<String, (String, u32)> {
        let mut newest: BTreeMap<String, (String, u32)> = BTreeMap::new();
        for entry in &self.entries {
            let same = (entry.period_start, entry.period_end) == (period.start.0, period.end.0);
            let is_newer = newest.get(&entry.audience).is_none_or(|(_, version)| *version < entry.version);
            if same && is_newer && audiences.contains(&entry.audience) {
                newest.insert(entry.audience.clone(), (entry.name.clone(), entry.version));
            }
        }
        newest
    }

    /// The published cells, and as impossible the cells that a reader of an earlier release knows to be empty because
    /// their code was not listed then.
    pub fn cells(
        &self,
        configuration: &Configuration,
        axes: &Axes,
        frame: &Frame,
    ) -> Result<Vec<EarlierCell>, AssembleError> {
        let mut cells: Vec<EarlierCell> = Vec::new();
        for entry in &self.entries {
            for cell in &entry.cells {
                let key = key_of(axes, &entry.name, &cell.key)?;
                let zeros = if cell.zeros_shown { Zeros::Shown } else { Zeros::Hidden };
                let (threshold, release) = (entry.threshold, entry.name.clone());
                cells.push(EarlierCell { key, form: cell.form, zeros, threshold, release });
            }
        }
        let mut known: HashSet<Key> = cells.iter().map(|cell| cell.key.clone()).collect();
        let children: Vec<HashMap<u32, &[u32]>> = axes
            .axes
            .iter()
            .map(|axis| axis.space.sums.iter().map(|(parent, kids)| (*parent, kids.as_slice())).collect())
            .collect();
        for at in 0..cells.len() {
            let cell = cells[at].clone();
            let Some(Figures { period, .. }) = super::plan::figures_of(configuration, axes, &cell.key) else {
                continue;
            };
            for (position, axis) in axes.axes.iter().enumerate() {
                let Source::Leaves(dim) = axis.source else { continue };
                for child in children[position].get(&cell.key[position]).copied().unwrap_or_default() {
                    let is_open = configuration.dimensions.dimensions[dim].codes.is_none();
                    if !is_open || !frame.is_unlisted(dim, &axis.space.codes[*child as usize], period) {
                        continue;
                    }
                    let key = moved(&cell.key, position, *child);
                    if known.insert(key.clone()) {
                        cells.push(EarlierCell { key, form: EarlierForm::StructuralZero, ..cell.clone() });
                    }
                }
            }
        }
        Ok(cells)
    }
}

/// The codes of the cells of some releases along some dimensions, each once.
fn named_in<'a>(entries: impl Iterator<Item = &'a LedgerEntry>, wanted: impl Fn(&str) -> bool) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for cell in entries.flat_map(|entry| &entry.cells) {
        for (_, code) in cell.key.iter().filter(|(dimension, _)| wanted(dimension)) {
            if !names.contains(&code.as_str()) {
                names.push(code);
            }
        }
    }
    names
}

fn key_of(axes: &Axes, release: &str, named: &[(String, String)]) -> Result<Key, AssembleError> {
    let forgotten =
        |what, name: &str| AssembleError::Forgotten { release: release.to_owned(), what, name: name.to_owned() };
    let mut key: Key = axes.axes.iter().map(|axis| axis.space.total).collect();
    for (dimension, code) in named {
        let axis = axes.position(dimension).ok_or_else(|| forgotten("dimension", dimension))?;
        key[axis] = axes.axes[axis].find(code).ok_or_else(|| forgotten("code", code))?;
    }
    Ok(key)
}
