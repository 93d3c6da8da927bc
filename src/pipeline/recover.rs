//! What a killed run left behind. Comes in: the reports folder, the ledger. Goes out: every pending release finished, or
//! every trace of it gone. A release is entered as pending before its folder gets its name, so the ledger always knows.

use std::fs;
use std::path::{Path, PathBuf};

use confidential::store::Store;
use confidential::store::ledger::{LedgerEntry, ReleaseState};

use super::Error;
use super::files::{failed, remove_folder};

/// Where releases wait until they passed their attack.
pub(super) fn staging(reports: &Path) -> PathBuf {
    reports.join(".staging")
}

pub(super) fn recover(reports: &Path, store: &mut Store) -> Result<(), Error> {
    let pending: Vec<LedgerEntry> =
        store.ledger()?.into_iter().filter(|entry| entry.state == ReleaseState::Pending).collect();
    if !pending.is_empty() {
        let whole = |folder: &Path, entry: &LedgerEntry| {
            fs::read(folder.join(&entry.name).join("release.json"))
                .is_ok_and(|bytes| model::digest::sha256(&bytes) == entry.manifest_sha256)
        };
        let complete = pending.iter().all(|entry| whole(reports, entry) || whole(&staging(reports), entry));
        let names: Vec<&str> = pending.iter().map(|entry| entry.name.as_str()).collect();
        if complete {
            publish(reports, &names)?;
            store.mark_released(&names)?;
        } else {
            for entry in pending.iter().filter(|entry| whole(reports, entry)) {
                remove_folder(&reports.join(&entry.name))?;
            }
            store.discard_pending(&names)?;
        }
    }
    remove_folder(&staging(reports))
}

/// Gives staged releases their names; those that have theirs already are left alone.
pub(super) fn publish(reports: &Path, names: &[&str]) -> Result<(), Error> {
    for name in names {
        let (staged, released) = (staging(reports).join(name), reports.join(name));
        if !released.exists() {
            fs::rename(&staged, &released).map_err(failed(&staged, "rename"))?;
        }
    }
    Ok(())
}
