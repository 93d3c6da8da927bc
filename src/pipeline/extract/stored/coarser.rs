//! Rows beside tables. Comes in: the cells that tables hide, and what an attack on the rows found. Goes out: what the rows must
//! leave out, and which column is to be coarser. Deliberately absent: a choice made from a hidden count; what is coarser
//! depends on which cells were found, and those are found by what is in the files.

use std::collections::BTreeMap;

use confidential::extract::stored::HiddenCell;
use confidential::protect::EarlierForm;
use model::Verdict;
use model::config::Profile;
use model::config::profile::MONTH;
use model::edition::Figures;

use super::Source;
use crate::pipeline::{Error, Workspace};

const PERIOD: &str = "period";
const MEASURE: &str = "measure";

impl Workspace {
    /// Cells of the extract's months and measure that any release hides.
    pub(super) fn hidden(&self, source: &Source) -> Result<Vec<HiddenCell>, Error> {
        let calendar = self.configuration.service.calendar;
        let first = self.configuration.dimensions.measures.first().map(|measure| measure.name.as_str());
        let mut hidden: Vec<HiddenCell> = Vec::new();
        for entry in self.store.ledger()? {
            for cell in entry.cells.iter().filter(|cell| cell.form == EarlierForm::Suppressed) {
                let mut at: BTreeMap<String, String> = cell.key.iter().cloned().collect();
                let measure = at.remove(MEASURE);
                let code = at.remove(PERIOD).unwrap_or_default();
                let Ok(figures) = Figures::parse(&code, calendar) else { continue };
                let is_newest = source.editions.newest(figures.period) == figures;
                let is_inside = source.months.start <= figures.period.start && figures.period.end <= source.months.end;
                if measure.as_deref().or(first) == Some(&source.profile.measure) && is_newest && is_inside {
                    let cell = HiddenCell { period: figures.period, at };
                    if !hidden.contains(&cell) {
                        hidden.push(cell);
                    }
                }
            }
        }
        Ok(hidden)
    }
}

/// Raises the floor of the column that most of the found cells have in common; false where none is left to raise, or where
/// something was found that no coarser column mends.
pub(super) fn raise(
    floors: &mut BTreeMap<String, usize>,
    heights: &BTreeMap<String, usize>,
    profile: &Profile,
    verdict: &Verdict,
) -> bool {
    if verdict.findings.is_empty() || verdict.findings.iter().any(|finding| finding.claim.is_none()) {
        return false;
    }
    let can_rise = |name: &&String| {
        let floor = floors.get(*name).copied().unwrap_or(0);
        heights.get(*name).is_some_and(|height| floor + 1 < *height)
    };
    let mut found: BTreeMap<&String, usize> = BTreeMap::new();
    for claim in verdict.findings.iter().filter_map(|finding| finding.claim.as_ref()) {
        let names: Vec<&str> = claim.cell.split(", ").filter_map(|part| Some(part.split_once('=')?.0)).collect();
        for name in profile.quasi.iter().chain(&profile.sensitive).filter(can_rise) {
            *found.entry(name).or_default() += usize::from(names.contains(&name.as_str()));
        }
    }
    // Whatever narrows a cell of a whole period, months do not; they come last. Of equals the last of the profile rises.
    let rank = |(at, name): &(usize, &String)| (found.get(*name).copied().unwrap_or(0), *at);
    let columns = profile.quasi.iter().chain(&profile.sensitive).enumerate();
    let best = columns.filter(|(_, name)| can_rise(name) && *name != MONTH).max_by_key(rank);
    match best {
        Some((_, name)) if found.get(name).is_some_and(|count| *count > 0) => {
            *floors.entry(name.clone()).or_default() += 1;
            true
        }
        Some(_) | None => false,
    }
}
