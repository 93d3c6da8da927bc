//! The last step before a report could be refused: tables of which nothing is shown. Comes in: what the attack found in a build.
//! Goes out: the tables that the next build hides whole. Deliberately absent: protecting and attacking themselves.
//!
//! Protection proves every cell that it knows of, and the attack looks at what a stranger knows. Where the stranger finds a tie
//! that protection does not know, that is a fault to be mended; but the manager's report need not wait for it. The tables in
//! question are hidden whole, then all of them: a release that hides all that is new tells nothing new.

use std::collections::BTreeSet;

use confidential::assemble::Draft;
use model::claim::{Attack, Finding};
use model::config::report::TableDimension;

use super::Error;

/// Which tables are hidden whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Withheld {
    /// None, as it should be.
    #[default]
    Nothing,
    /// These, by their identifiers.
    Tables(BTreeSet<String>),
    /// Every one.
    All,
}

impl Withheld {
    /// The tables of `draft` that are hidden whole.
    pub(super) fn tables(&self, draft: &Draft) -> BTreeSet<String> {
        match self {
            Self::Nothing => BTreeSet::new(),
            Self::Tables(tables) => tables.clone(),
            Self::All => draft.tables.iter().map(|table| table.plan.id.clone()).collect(),
        }
    }

    /// What to hide after a build ended with `error`; none where hiding more is no answer to it, or nothing is left to hide.
    pub(super) fn more(&self, error: &Error, draft: &Draft) -> Option<Self> {
        let cells = narrowed(error)?;
        match self {
            Self::Nothing => {
                let tables = tables_of(&cells, draft);
                Some(if tables.is_empty() { Self::All } else { Self::Tables(tables) })
            }
            Self::Tables(_) => Some(Self::All),
            Self::All => None,
        }
    }
}

/// The cells that a build left too narrow, where that is all that is wrong with it.
fn narrowed(error: &Error) -> Option<Vec<String>> {
    if let Error::Forced { combinations, .. } = error {
        return Some(combinations.clone());
    }
    let Error::Disclosure(verdict) = error else { return None };
    let is_narrow =
        |finding: &Finding| matches!(finding.attack, Attack::Subtraction | Attack::Interval | Attack::Reconstruction);
    let cells = verdict.findings.iter().map(|finding| Some(finding.claim.as_ref()?.cell.clone()));
    verdict.findings.iter().all(is_narrow).then(|| cells.flatten().collect())
}

/// The tables that have a dimension in common with any of the cells, `district=E07000192, need=MLD`.
fn tables_of(cells: &[String], draft: &Draft) -> BTreeSet<String> {
    let names: BTreeSet<&str> =
        cells.iter().flat_map(|cell| cell.split(", ")).filter_map(|part| Some(part.split_once('=')?.0)).collect();
    let has_one = |dim: &TableDimension| match dim {
        TableDimension::Coded { name, .. } => names.contains(name.as_str()),
        TableDimension::Period { .. } => false,
    };
    let tables = draft.tables.iter().filter(|table| table.plan.dims.iter().any(has_one));
    tables.map(|table| table.plan.id.clone()).collect()
}
