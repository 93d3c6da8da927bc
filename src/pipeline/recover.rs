//! What becomes released, and what a killed run left behind. Comes in: the workspace's folder, the ledger. Goes out: every approved
//! release finished where its folder is the one that was attacked. A release is in the ledger before its folder gets its name, so
//! the ledger always knows. Deliberately absent: removing anything from `reports/`, and any guess at what an altered folder was
//! to be: it stays where it is until a person refuses it.

use std::path::{Path, PathBuf};

use confidential::store::Store;
use confidential::store::ledger::{LedgerEntry, ReleaseState};

use super::attacked::{State, state};
use super::{Error, anchor};

/// Where releases wait until they passed their attack and a second person approved them.
pub(super) fn staging(workspace: &Path) -> PathBuf {
    workspace.join("staging")
}

/// Where releases lie.
pub(super) fn reports(workspace: &Path) -> PathBuf {
    workspace.join("reports")
}

/// Finishes what was approved; drops what awaits approval and is not there any more, and what nothing awaits.
pub(super) fn recover(workspace: &Path, store: &mut Store) -> Result<(), Error> {
    let ledger = store.ledger()?;
    let of = |state: ReleaseState| ledger.iter().filter(|entry| entry.state == state).cloned().collect::<Vec<_>>();
    let (approved, awaiting) = (of(ReleaseState::Pending), of(ReleaseState::Awaiting));
    let staging = staging(workspace);
    if !approved.is_empty() {
        match release(workspace, store, &approved) {
            // Whoever comes to it is told so by name; a command that has nothing to do with it goes on.
            Err(Error::Altered { .. } | Error::InTheWay { .. }) => return Ok(()),
            other => other?,
        }
    }
    for entry in &awaiting {
        if state(&staging, entry)? != State::Absent {
            return Ok(());
        }
    }
    if !awaiting.is_empty() {
        store.discard_pending(&names(&awaiting))?;
    }
    let is_kept = |name: &str| ledger.iter().any(|entry| entry.name == name && entry.state != ReleaseState::Awaiting);
    let built = disk::entries(&staging)?.unwrap_or_default().into_keys();
    let dropped = built.chain(awaiting.into_iter().map(|entry| entry.name)).filter(|name| !is_kept(name));
    forget_verdicts(workspace, &dropped.collect::<Vec<_>>())?;
    Ok(disk::remove_folder(&staging)?)
}

/// Where the verdict on each release lies.
pub(super) fn verdicts(workspace: &Path) -> PathBuf {
    workspace.join("verdicts")
}

/// What is written about a release, beside its name; `-risk.html` and `.json` about an extract.
const ABOUT: [&str; 3] = [".html", "-risk.html", ".json"];

/// Removes what was written about releases that never were.
pub(super) fn forget_verdicts(workspace: &Path, names: &[String]) -> Result<(), Error> {
    for name in names {
        for ending in ABOUT {
            disk::remove_file(&verdicts(workspace).join(format!("{name}{ending}")))?;
        }
    }
    Ok(())
}

/// The one way into `reports/`: gives approved releases their names and says so in the ledger; all, or nothing.
///
/// # Errors
/// [`Error::Altered`] where what waits is not what was attacked, [`Error::InTheWay`] where something else has the name; then
/// nothing got a name. [`Error::System`] where the disk refuses; then whoever opens the workspace next finishes it.
pub(super) fn release(workspace: &Path, store: &mut Store, approved: &[LedgerEntry]) -> Result<(), Error> {
    let (staging, reports) = (staging(workspace), reports(workspace));
    let mut waiting = Vec::new();
    for entry in approved {
        match state(&reports, entry)? {
            // A killed run gave it its name.
            State::Whole => {}
            State::Absent => match state(&staging, entry)?.difference() {
                None => waiting.push(entry),
                Some(difference) => return Err(Error::Altered { release: entry.name.clone(), difference }),
            },
            State::Altered(_) => return Err(Error::InTheWay { release: entry.name.clone() }),
        }
    }
    for entry in waiting {
        let staged = staging.join(&entry.name);
        disk::readable(&staged)?;
        disk::rename(&staged, &reports.join(&entry.name))?;
    }
    for entry in approved {
        if let Some(difference) = state(&reports, entry)?.difference() {
            return Err(Error::Altered { release: entry.name.clone(), difference });
        }
    }
    store.mark_released(&names(approved))?;
    // They are released; an anchor that cannot be written now is written by the next command that changes anything.
    let _ = anchor::advance(workspace, store);
    Ok(())
}

/// Takes back what a killed approval gave a name already, before all of it is refused: into staging, where the rest lies.
pub(super) fn withdraw(workspace: &Path, refused: &[LedgerEntry]) -> Result<(), Error> {
    let (staging, reports) = (staging(workspace), reports(workspace));
    for entry in refused.iter().filter(|entry| entry.state == ReleaseState::Pending) {
        if state(&reports, entry)? == State::Whole {
            disk::create_folder(&staging)?;
            disk::rename(&reports.join(&entry.name), &staging.join(format!("{}.withdrawn", entry.name)))?;
        }
    }
    Ok(())
}

/// That nothing lies in `staging/` but what awaits: what somebody put there would go with it.
pub(super) fn nothing_else_waits(workspace: &Path, entries: &[LedgerEntry]) -> Result<(), Error> {
    let staging = staging(workspace);
    let is_ours =
        |name: &str| entries.iter().any(|entry| name == entry.name || name == format!("{}.withdrawn", entry.name));
    let found = disk::entries(&staging)?.unwrap_or_default();
    match found.into_iter().find(|(name, _)| !is_ours(name)) {
        Some((name, _)) => Err(Error::NotOurs { path: staging.join(name) }),
        None => Ok(()),
    }
}

/// That nothing lies in `reports/` under the name of what is about to be released.
pub(super) fn nothing_in_the_way(workspace: &Path, entries: &[LedgerEntry]) -> Result<(), Error> {
    for entry in entries.iter().filter(|entry| entry.state == ReleaseState::Awaiting) {
        if state(&reports(workspace), entry)? != State::Absent {
            return Err(Error::InTheWay { release: entry.name.clone() });
        }
    }
    Ok(())
}

fn names(entries: &[LedgerEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.name.as_str()).collect()
}
