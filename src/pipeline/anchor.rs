//! What the store has released, kept outside of it: an older store put back is told from the one that knows all releases. Comes in:
//! the ledger, `keys/anchor`, `reports/`. Goes out: nothing, or which of the two knows more. Deliberately absent: a defence against
//! whoever puts all three back together.
//!
//! The anchor is a chain of digests over the releases of one store, in the order in which they were released.

use std::path::{Path, PathBuf};

use confidential::store::Store;
use confidential::store::ledger::{LedgerEntry, ReleaseState};
use disk::Kind;
use model::Manifest;
use model::digest::sha256;

use super::Error;
use super::attacked::MANIFEST;
use super::recover::reports;
use super::workspace::keys_path;

fn path(workspace: &Path) -> PathBuf {
    keys_path(workspace).join("anchor")
}

/// The anchor as it was after no release, after one, and so on to the last one.
fn chain(store: &str, ledger: &[LedgerEntry]) -> Vec<String> {
    let mut chain = vec![sha256(store.as_bytes())];
    for entry in ledger.iter().filter(|entry| entry.state == ReleaseState::Released) {
        let last = chain.last().map_or("", String::as_str);
        chain.push(sha256(format!("{last} {} {}", entry.name, entry.manifest_sha256).as_bytes()));
    }
    chain
}

/// That the store knows what the anchor knows.
///
/// # Errors
/// [`Error::OlderStore`] where it does not.
pub(super) fn check(workspace: &Path, store: &Store) -> Result<(), Error> {
    // The anchor first: a release that is entered meanwhile is in the ledger before it is in the anchor.
    let Some(anchor) = disk::read_if_there(&path(workspace))? else { return Ok(()) };
    let anchor = String::from_utf8_lossy(&anchor).trim().to_owned();
    if chain(store.id(), &store.ledger()?).contains(&anchor) { Ok(()) } else { Err(Error::OlderStore) }
}

/// Writes the anchor where the store has come further; a command that was killed may have left it behind.
pub(super) fn advance(workspace: &Path, store: &Store) -> Result<(), Error> {
    let head = chain(store.id(), &store.ledger()?).pop().unwrap_or_default() + "\n";
    let path = path(workspace);
    if disk::read_if_there(&path)?.is_none_or(|anchor| anchor != head.as_bytes()) {
        disk::replace(&path, head.as_bytes())?;
    }
    Ok(())
}

/// That `reports/` knows no release that the ledger does not: none of its folders, and none that a folder names as earlier.
///
/// # Errors
/// [`Error::UnknownRelease`] where it does.
pub(super) fn knows_all(workspace: &Path, ledger: &[LedgerEntry]) -> Result<(), Error> {
    let is_known = |digest: &str| ledger.iter().any(|entry| entry.manifest_sha256 == digest);
    let reports = reports(workspace);
    for (name, kind) in disk::entries(&reports)?.unwrap_or_default() {
        if kind != Kind::Folder {
            continue;
        }
        // A pipe would never end; what stands there in place of a file is found where releases are compared and attacked.
        let path = reports.join(&name).join(MANIFEST);
        if disk::kind(&path)? != Some(Kind::File) {
            continue;
        }
        let bytes = disk::read(&path)?;
        // A folder that the ledger has under this name and with other bytes is found where releases are compared.
        let is_ours = ledger.iter().any(|entry| entry.name == name);
        if !is_known(&sha256(&bytes)) && !is_ours {
            return Err(Error::UnknownRelease { release: name });
        }
        let earlier = Manifest::read(&bytes).map(|manifest| manifest.earlier).unwrap_or_default();
        if let Some((release, _)) = earlier.into_iter().find(|(_, digest)| !is_known(digest)) {
            return Err(Error::UnknownRelease { release });
        }
    }
    Ok(())
}
