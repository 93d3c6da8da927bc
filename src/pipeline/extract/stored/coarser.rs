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

#[cfg(test)]
mod tests {
    use model::claim::{Attack, Claim, Finding};
    use model::config::profile::Sensitivity;

    use super::*;

    fn profile() -> Profile {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Profile {
            recipient: "Institute".to_owned(),
            agreement: "DSA 1".to_owned(),
            measure: "cases".to_owned(),
            quasi: names(&["month", "place", "age"]),
            sensitive: names(&["need"]),
            sensitivity: Sensitivity { l: Some(3), t: None },
            k: 5,
            suppress: 0.0,
            sampling_fraction: None,
            rare: model::config::profile::Rare::LeftOut,
        }
    }

    fn verdict(cells: &[Option<&str>]) -> Verdict {
        let finding = |cell: &Option<&str>| Finding {
            attack: Attack::Interval,
            kind: "small_count_narrow".to_owned(),
            file: String::new(),
            place: String::new(),
            message: String::new(),
            claim: cell.map(|cell| Claim { cell: cell.to_owned(), lowest: 1, highest: Some(1) }),
        };
        Verdict { findings: cells.iter().map(finding).collect(), ..Verdict::default() }
    }

    fn raised(cells: &[Option<&str>], floors: &[(&str, usize)]) -> Option<BTreeMap<String, usize>> {
        let mut floors = floors.iter().map(|(name, floor)| ((*name).to_owned(), *floor)).collect();
        let heights = ["month", "place", "age", "need"].map(|name| (name.to_owned(), 3)).into();
        raise(&mut floors, &heights, &profile(), &verdict(cells)).then_some(floors)
    }

    #[test]
    fn the_column_that_most_cells_have_in_common_gets_coarser() {
        let cells = [Some("age=old, place=N"), Some("period=2018-Q3, place=S"), Some("need=A")];
        assert_eq!(raised(&cells, &[]), Some(BTreeMap::from([("place".to_owned(), 1)])));
        // Place has no coarser level than its top; of the others the last of the profile rises.
        let floors = BTreeMap::from([("place".to_owned(), 2), ("need".to_owned(), 1)]);
        assert_eq!(raised(&cells, &[("place", 2)]), Some(floors));
    }

    #[test]
    fn what_no_column_mends_is_not_mended() {
        assert_eq!(raised(&[], &[]), None, "nothing was found");
        assert_eq!(raised(&[Some("place=N"), None], &[]), None, "a finding that is no cell");
        assert_eq!(raised(&[Some("period=2018-Q3, stage=X")], &[]), None, "no column of the profile");
    }
}
