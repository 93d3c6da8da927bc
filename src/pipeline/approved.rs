//! Holds released folders against the ledger: what lies there must be what a second person approved. Comes in: a verdict,
//! folders, the ledger. Goes out: findings, and what need not be taken on trust any more. Deliberately absent: the attack.
//!
//! The ledger has the digest of each `release.json`, which has those of all other files. So a threshold that was lowered since, a
//! word on the page or a byte of a picture that was changed is found, and nothing of it has to be understood for that.

use std::path::{Path, PathBuf};

use confidential::store::ledger::LedgerEntry;
use model::Verdict;
use model::claim::{Attack, Finding, Tried};
use model::digest::sha256;

use super::Error;
use super::files::read_manifest;

/// Compares each folder of `verdict` with its entry in the ledger.
///
/// # Errors
/// [`Error::System`] where the disk does not give a manifest.
pub(super) fn compare(
    verdict: &mut Verdict,
    folders: &[PathBuf],
    ledger: &[LedgerEntry],
    reports: &Path,
) -> Result<(), Error> {
    let mut compared = 0;
    for folder in folders {
        // One that could not be attacked is not the one that was approved.
        let bytes = read_manifest(folder)?.unwrap_or_default();
        let digest = sha256(&bytes);
        let name = model::Manifest::read(&bytes).map(|manifest| manifest.release).unwrap_or_default();
        let own = disk::whole(folder).ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
        let is_of_reports = || {
            let (above, reports) = (disk::whole(folder), disk::whole(reports));
            above.is_ok_and(|path| reports.is_ok_and(|reports| path.parent() == Some(reports.as_path())))
        };
        // The name of the folder and the name in the manifest are claims both.
        let is_named = |entry: &&LedgerEntry| entry.name == name || own.as_ref() == Some(&entry.name);
        if ledger.iter().any(|entry| entry.manifest_sha256 == digest) {
            verdict.trusted.remove(&name);
            compared += 1;
        } else if ledger.iter().any(|entry| is_named(&entry)) {
            verdict.findings.push(finding(&name, "not_as_approved", "release.json is not the one that was approved"));
            compared += 1;
        } else if is_of_reports() {
            verdict.findings.push(finding(&name, "not_approved", "a folder of reports that nobody approved"));
        } else {
            let name = own.unwrap_or(name);
            verdict.not_run.push(format!("comparison with what was approved: the ledger has no release {name}"));
        }
    }
    verdict.tried.push(Tried {
        attack: Attack::Manifest,
        scope: format!("{compared} release.json compared with what was approved"),
        not_shown: 0,
    });
    Ok(())
}

fn finding(release: &str, kind: &str, message: &str) -> Finding {
    let file = if release.is_empty() { "release.json".to_owned() } else { format!("{release}/release.json") };
    Finding {
        attack: Attack::Manifest,
        kind: kind.to_owned(),
        file,
        place: String::new(),
        message: message.to_owned(),
        claim: None,
    }
}
