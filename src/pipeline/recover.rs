//! What a killed run left behind. Comes in: the workspace's folder, the ledger. Goes out: every approved release finished,
//! every one that awaits approval whole, or every trace of it gone. A release is in the ledger before its folder gets its
//! name, so the ledger always knows.

use std::fs;
use std::path::{Path, PathBuf};

use confidential::store::Store;
use confidential::store::ledger::{LedgerEntry, ReleaseState};

use super::Error;
use super::files::{failed, remove_folder};

/// Where releases wait until they passed their attack and a second person approved them.
pub(super) fn staging(workspace: &Path) -> PathBuf {
    workspace.join("staging")
}

/// Where releases lie.
pub(super) fn reports(workspace: &Path) -> PathBuf {
    workspace.join("reports")
}

pub(super) fn recover(workspace: &Path, store: &mut Store) -> Result<(), Error> {
    let ledger = store.ledger()?;
    let of = |state: ReleaseState| ledger.iter().filter(|entry| entry.state == state).collect::<Vec<_>>();
    let (approved, awaiting) = (of(ReleaseState::Pending), of(ReleaseState::Awaiting));
    let (staging, reports) = (staging(workspace), reports(workspace));
    if !approved.is_empty() {
        let complete = approved.iter().all(|entry| is_whole(&reports, entry) || is_whole(&staging, entry));
        let names: Vec<&str> = approved.iter().map(|entry| entry.name.as_str()).collect();
        if complete {
            publish(workspace, &names)?;
            store.mark_released(&names)?;
        } else {
            for entry in approved.iter().filter(|entry| is_whole(&reports, entry)) {
                remove_folder(&reports.join(&entry.name))?;
            }
            store.discard_pending(&names)?;
        }
    }
    if awaiting.is_empty() || !awaiting.iter().all(|entry| is_whole(&staging, entry)) {
        let names: Vec<&str> = awaiting.iter().map(|entry| entry.name.as_str()).collect();
        store.discard_pending(&names)?;
        return remove_folder(&staging);
    }
    Ok(())
}

fn is_whole(folder: &Path, entry: &LedgerEntry) -> bool {
    fs::read(folder.join(&entry.name).join("release.json"))
        .is_ok_and(|bytes| model::digest::sha256(&bytes) == entry.manifest_sha256)
}

/// Gives staged releases their names; those that have theirs already are left alone.
pub(super) fn publish(workspace: &Path, names: &[&str]) -> Result<(), Error> {
    for name in names {
        let (staged, released) = (staging(workspace).join(name), reports(workspace).join(name));
        if !released.exists() {
            fs::rename(&staged, &released).map_err(failed(&staged, "rename"))?;
        }
    }
    Ok(())
}
