//! Whether a folder is the one that was attacked. Comes in: where it should lie, its entry in the ledger. Goes out: absent, whole
//! or altered. Deliberately absent: what to do about it, and any trust in what the folder says of itself.
//!
//! The ledger has `release.json`, which has the digests of all other files. So every byte is compared wherever something becomes
//! released, is named as released, or counts as an earlier release.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use confidential::store::ledger::LedgerEntry;
use disk::Kind;
use model::Manifest;
use model::digest::sha256;

use super::Error;

/// The manifest's name in every release.
pub(super) const MANIFEST: &str = "release.json";

/// How a folder stands to its entry in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing of its name is there.
    Absent,
    /// The files and folders of the release, each byte of them, and nothing else.
    Whole,
    /// Anything else.
    Altered,
}

/// Compares `above/NAME` with the entry called so.
///
/// # Errors
/// [`Error::System`] where the disk does not tell: an error is no absence.
pub(super) fn state(above: &Path, entry: &LedgerEntry) -> Result<State, Error> {
    let folder = above.join(&entry.name);
    match disk::kind(&folder)? {
        None => return Ok(State::Absent),
        Some(Kind::Folder) => {}
        Some(Kind::File | Kind::Other) => return Ok(State::Altered),
    }
    let Some(listed) = listed(entry) else { return Ok(State::Altered) };
    let folders: BTreeSet<&str> =
        listed.keys().flat_map(|file| file.match_indices('/').map(|(at, _)| &file[..at])).collect();
    let found = disk::tree(&folder)?.unwrap_or_default();
    let is_expected = |(path, kind): (&String, &Kind)| match kind {
        Kind::File => listed.contains_key(path),
        Kind::Folder => folders.contains(path.as_str()),
        Kind::Other => false,
    };
    if found.len() != listed.len() + folders.len() || !found.iter().all(is_expected) {
        return Ok(State::Altered);
    }
    for (file, digest) in &listed {
        let bytes = disk::read_if_there(&folder.join(file))?;
        if bytes.is_none_or(|bytes| sha256(&bytes) != *digest) {
            return Ok(State::Altered);
        }
    }
    Ok(State::Whole)
}

/// Every file of a release with its digest, as the ledger has them; none where its own copy of the manifest does not fit.
fn listed(entry: &LedgerEntry) -> Option<BTreeMap<String, String>> {
    let manifest = entry.manifest_json.as_bytes();
    let fits = sha256(manifest) == entry.manifest_sha256;
    let mut files = fits.then(|| serde_json::from_slice::<Manifest>(manifest).ok()).flatten()?.files;
    files.insert(MANIFEST.to_owned(), entry.manifest_sha256.clone());
    Some(files)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const MANIFEST_TEXT: &str = r#"{"release":"r1","period":"2026","audience":"public","threshold":5,"hierarchies":{},"tables":[],
        "files":{"data/t.csv":"a1fb50e6c86fae1679ef3351296fd6713411a08cf8dd1790a4fd05fae8688164"}}"#;

    fn entry() -> LedgerEntry {
        LedgerEntry {
            name: "r1".to_owned(),
            period_start: 0,
            period_end: 1,
            audience: "public".to_owned(),
            threshold: 5,
            version: 1,
            correction: None,
            state: confidential::store::ledger::ReleaseState::Awaiting,
            manifest_sha256: sha256(MANIFEST_TEXT.as_bytes()),
            manifest_json: MANIFEST_TEXT.to_owned(),
            built_by: "ann".to_owned(),
            approved_by: String::new(),
            policy_sha256: String::new(),
            verdict: String::new(),
            cells: Vec::new(),
        }
    }

    /// A folder that is whole, changed by `change`, and how it stands then.
    fn after(change: impl FnOnce(&Path)) -> State {
        let home = tempfile::tempdir().expect("a folder");
        let release = home.path().join("r1");
        let files = [("release.json", MANIFEST_TEXT.as_bytes()), ("data/t.csv", b"12\n")];
        disk::write_folder(&release, files, None).expect("written");
        change(&release);
        state(home.path(), &entry()).expect("the disk tells")
    }

    #[test]
    fn only_the_bytes_that_were_attacked_are_whole() {
        assert_eq!(sha256(b"12\n"), "a1fb50e6c86fae1679ef3351296fd6713411a08cf8dd1790a4fd05fae8688164");
        assert_eq!(after(|_| ()), State::Whole);
        assert_eq!(after(|release| fs::remove_dir_all(release).expect("ours")), State::Absent);
        let write = |file: &'static str, text: &'static str| {
            move |release: &Path| fs::write(release.join(file), text).expect("a file of ours")
        };
        assert_eq!(after(write("data/t.csv", "13\n")), State::Altered);
        assert_eq!(after(write("release.json", "{}")), State::Altered);
        assert_eq!(after(write("notes.txt", "")), State::Altered);
        assert_eq!(after(|release| fs::remove_file(release.join("data/t.csv")).expect("ours")), State::Altered);
        let folder = |release: &Path| fs::create_dir(release.join("data/Jane-Doe-born-2011-03-04")).expect("ours");
        assert_eq!(after(folder), State::Altered, "an empty folder says what its name says");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_altered_whatever_it_leads_to() {
        use std::os::unix::fs::symlink;
        let away = |file: &'static str| {
            move |release: &Path| {
                let moved = release.with_file_name("moved");
                let place = if file.is_empty() { release.to_owned() } else { release.join(file) };
                fs::rename(&place, &moved).expect("ours");
                symlink(&moved, &place).expect("a link");
            }
        };
        assert_eq!(after(away("data/t.csv")), State::Altered);
        assert_eq!(after(away("data")), State::Altered);
        assert_eq!(after(away("")), State::Altered);
    }

    #[test]
    fn what_the_disk_does_not_tell_is_an_error() {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("file");
        fs::write(&file, "").expect("ours");
        assert!(matches!(state(&file, &entry()), Err(Error::System { .. })), "a file in the place of the folder above");
    }
}
