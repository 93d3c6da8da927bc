//! How much of a release is hidden, as any reader of it could count. Comes in: release folders. Goes out: cells and
//! hidden cells of each. Deliberately absent: why.

use std::collections::BTreeMap;
use std::path::PathBuf;

use confidential::protect::EarlierForm;

use super::plan::Share;
use super::{Error, Workspace};

impl Workspace {
    /// Name and share of the releases in `folders`, a cell that several tables share counted once.
    ///
    /// # Errors
    /// [`Error::Store`] where the ledger cannot be read.
    pub fn shares(&self, folders: &[PathBuf]) -> Result<Vec<(String, Share)>, Error> {
        let ledger = self.store.ledger()?;
        let names = folders.iter().filter_map(|folder| folder.file_name()).map(|name| name.to_string_lossy());
        let entries = names.filter_map(|name| ledger.iter().find(|entry| entry.name == name));
        Ok(entries
            .map(|entry| {
                let cells: BTreeMap<_, _> = entry.cells.iter().map(|cell| (&cell.key, cell.form)).collect();
                let mut share = Share::default();
                for form in cells.values() {
                    share.cells += usize::from(*form != EarlierForm::StructuralZero);
                    share.hidden += usize::from(*form == EarlierForm::Suppressed);
                }
                (entry.name.clone(), share)
            })
            .collect())
    }
}
