//! Counts again what a sealed release publishes. Comes in: a draft, its sealed releases. Goes out: figures that are not the
//! truth, and figures of too few families, as places. Deliberately absent: the pattern. What was decided is not asked, only
//! what came out of it.

use std::collections::BTreeMap;

use model::ReleasedCell;
use model::release::ReleasedTable;

use super::plan::{Planned, PlannedCell};
use super::{AssembleError, Draft, Sealed};
use crate::tabulate::{Counter, Counts, Key};

/// A published figure that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The release's name.
    pub release: String,
    /// The table's identifier.
    pub table: String,
    /// Its codes, in the order of the dimensions.
    pub place: String,
    /// `too_few_families`, `wrong_count` or `impossible_counted`.
    pub kind: &'static str,
    /// What is wrong, in a sentence.
    pub message: &'static str,
}

/// What a recount came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recounted {
    /// Published figures that were counted.
    pub counted: usize,
    /// Those that must not be.
    pub faults: Vec<Fault>,
}

/// Counts every published figure of `sealed` again.
///
/// # Errors
/// [`AssembleError::Tabulate`] where the cases cannot be counted.
pub fn recount(draft: &Draft, sealed: &[Sealed]) -> Result<Recounted, AssembleError> {
    let tabulation = draft.tabulation()?;
    let keys: Vec<Key> = draft.tables.iter().flat_map(|table| &table.cells).filter_map(key).cloned().collect();
    let counts: BTreeMap<Key, Counts> = keys.iter().cloned().zip(tabulation.count(&keys)).collect();
    let mut recounted = Recounted::default();
    for one in sealed {
        let parts = one.release.parts();
        for table in &parts.tables {
            let Some(planned) = draft.tables.iter().find(|planned| planned.plan.id == table.id) else { continue };
            recounted.table(&parts.name, parts.threshold, (planned, table), &counts);
        }
    }
    Ok(recounted)
}

const fn key(cell: &PlannedCell) -> Option<&Key> {
    match cell {
        PlannedCell::Counted(key) | PlannedCell::Impossible(key) => Some(key),
        PlannedCell::NotAvailable(_) => None,
    }
}

impl Recounted {
    fn table(
        &mut self,
        release: &str,
        threshold: u64,
        (planned, table): (&Planned, &ReleasedTable),
        counts: &BTreeMap<Key, Counts>,
    ) {
        for (at, (cell, published)) in planned.cells.iter().zip(&table.cells).enumerate() {
            let Some(truth) = key(cell).and_then(|key| counts.get(key)) else { continue };
            let fault = match published {
                ReleasedCell::Count(count) => {
                    self.counted += 1;
                    let is_few = truth.protected > 0 && truth.protected < threshold;
                    match (is_few, *count == truth.counted) {
                        (true, _) => Some(("too_few_families", "a published figure has too few families behind it")),
                        (false, false) => Some(("wrong_count", "a published figure is not the count")),
                        (false, true) => None,
                    }
                }
                ReleasedCell::StructuralZero if truth.counted > 0 => {
                    Some(("impossible_counted", "a combination that cannot occur was counted"))
                }
                // How far a rounded figure may be from the truth is the attack's question.
                ReleasedCell::Approximate(_)
                | ReleasedCell::StructuralZero
                | ReleasedCell::Suppressed
                | ReleasedCell::NotAvailable => None,
            };
            if let Some((kind, message)) = fault {
                let place = place(table, at);
                self.faults.push(Fault { release: release.to_owned(), table: table.id.clone(), place, kind, message });
            }
        }
    }
}

fn place(table: &ReleasedTable, at: usize) -> String {
    let mut rest = at;
    let mut codes: Vec<&str> = Vec::new();
    for dim in table.dims.iter().rev() {
        codes.push(&dim.codes[rest % dim.codes.len()].code);
        rest /= dim.codes.len();
    }
    codes.reverse();
    codes.join(", ")
}
