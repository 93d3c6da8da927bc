//! Everything that the workspace keeps, looked at: pages of the store, what waits, what was released. Comes in: an open workspace. Goes
//! out: how much was looked at, or the first that is not as it was. Deliberately absent: mending; only a backup has what is gone.

use confidential::store::ledger::ReleaseState;
use serde::Serialize;

use super::attacked::{State, state};
use super::recover::{nothing_else_waits, reports, staging};
use super::{Error, Workspace, anchor, lock};

/// What was found to be as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sound {
    /// Pages of the store.
    pub pages: u64,
    /// Releases in `reports/`, each byte of them.
    pub released: usize,
    /// Folders in `staging/` that await a second person.
    pub awaiting: usize,
}

impl Workspace {
    /// Looks at every page of the store and how they hang together, and compares what waits and what was released with the ledger.
    ///
    /// # Errors
    /// [`Error::Store`] where the store is damaged, [`Error::OlderStore`] or [`Error::UnknownRelease`] where it is not the newest,
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
        let mut sound = Sound { pages: self.store.pages()?, released: 0, awaiting: 0 };
        for entry in &ledger {
            let release = entry.name.clone();
            match entry.state {
                ReleaseState::Released if state(&reports(&self.folder), entry)? == State::Whole => sound.released += 1,
                ReleaseState::Released => return Err(Error::Archive { release }),
                ReleaseState::Awaiting if state(&staging(&self.folder), entry)? == State::Whole => sound.awaiting += 1,
                ReleaseState::Awaiting => return Err(Error::Altered { release }),
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
