//! Everything that the workspace keeps, looked at: pages of the store, what waits, what was released. Comes in: an open workspace. Goes
//! out: how much was looked at, or the first that is not as it was. Deliberately absent: mending; only a backup has what is gone.

use confidential::store::ledger::ReleaseState;
use serde::Serialize;

use super::attacked::state;
use super::recover::{nothing_else_waits, reports, staging};
use super::{Error, Workspace, anchor, lock};

/// What was found to be as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sound {
    /// Pages of the store.
    pub pages: u64,
    /// Releases in `reports/`, each byte of them.
    pub released: usize,
    /// Folders in `staging/` that await a second person.
    pub awaiting: usize,
    /// People's key files, each byte of them.
    pub keys: usize,
    /// People of whose key file nobody kept what it was; it is kept from their next change on.
    pub keys_not_known: Vec<String>,
}

impl Workspace {
    /// Looks at every page of the store and how they hang together, and compares what waits and what was released with the ledger.
    ///
    /// # Errors
    /// [`Error::Store`] where the store is damaged, [`Error::Key`] where somebody's key file is, [`Error::OlderStore`] or [`Error::UnknownRelease`] where it is not the newest,
    /// [`Error::Archive`] or [`Error::Altered`] where a folder is not as it was, [`Error::Unapproved`] where `reports/` has something that
    /// nobody approved, [`Error::NotOurs`] where `staging/` has something beside what awaits.
    pub fn check(&self) -> Result<Sound, Error> {
        // A page that somebody is writing could be taken for a damaged one.
        let _held =
            self.store.can_write().then(|| lock::hold(&self.folder, "store check", &self.person)).transpose()?;
        self.store.check()?;
        anchor::check(&self.folder, &self.store)?;
        let ledger = self.store.ledger()?;
        anchor::knows_all(&self.folder, &ledger)?;
        let (keys, keys_not_known) = self.check_keys()?;
        let mut sound = Sound { pages: self.store.pages()?, released: 0, awaiting: 0, keys, keys_not_known };
        for entry in &ledger {
            let release = entry.name.clone();
            match entry.state {
                ReleaseState::Released => match state(&reports(&self.folder), entry)?.difference() {
                    None => sound.released += 1,
                    Some(difference) => return Err(Error::Archive { release, difference }),
                },
                ReleaseState::Awaiting => match state(&staging(&self.folder), entry)?.difference() {
                    None => sound.awaiting += 1,
                    Some(difference) => return Err(Error::Altered { release, difference }),
                },
                // Some of it may have its name already; the next command that changes anything compares it.
                ReleaseState::Pending => {}
            }
        }
        // Without any that awaits, what lies there is a killed command's, and the next one's to remove.
        let awaiting: Vec<_> = ledger.iter().filter(|entry| entry.state == ReleaseState::Awaiting).cloned().collect();
        if !awaiting.is_empty() {
            nothing_else_waits(&self.folder, &awaiting)?;
        }
        for name in disk::entries(&reports(&self.folder))?.unwrap_or_default().into_keys() {
            if !ledger.iter().any(|entry| entry.name == name && entry.state != ReleaseState::Awaiting) {
                return Err(Error::Unapproved { path: reports(&self.folder).join(name) });
            }
        }
        Ok(sound)
    }
}
