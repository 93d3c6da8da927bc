//! Whether a folder is the one that was attacked. Comes in: where it should lie, its entry in the ledger. Goes out: absent, whole
//! or altered. Deliberately absent: what to do about it, and any trust in what the folder says of itself.
//!
//! The ledger has `release.json`, which has the digests of all other files. So every byte is compared wherever something becomes
//! released, is named as released, or counts as an earlier release.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use confidential::store::ledger::LedgerEntry;
use disk::Kind;
use model::Manifest;
use model::digest::sha256;

use super::Error;

/// The manifest's name in every release.
pub(super) const MANIFEST: &str = "release.json";

/// How a folder stands to its entry in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing of its name is there.
    Absent,
    /// The files and folders of the release, each byte of them, and nothing else.
    Whole,
    /// Anything else, with the first difference.
    Altered(Difference),
}

impl State {
    /// What is not as it was; none where nothing is.
    pub(super) fn difference(self) -> Option<Difference> {
        match self {
            Self::Whole => None,
            Self::Absent => Some(Difference::NoFolder),
            Self::Altered(difference) => Some(difference),
        }
    }
}

/// What is not as it was, by its path in the release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Nothing bears the release's name.
    NoFolder,
    /// Something does that is no folder.
    NotAFolder,
    /// The ledger's own copy of the manifest does not fit its digest.
    Ledger,
    /// A file or folder that is not of the release.
    Added(String),
    /// A link, a pipe, a device.
    NotPlain(String),
    /// A file that is not there.
    Gone(String),
    /// A file of other bytes.
    Changed(String),
}

impl fmt::Display for Difference {
    /// Names of files may have been given by anybody, so signs that a terminal obeys are spelt.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFolder => formatter.write_str("its folder is not there"),
            Self::NotAFolder => formatter.write_str("what bears its name is no folder"),
            Self::Ledger => formatter.write_str("the ledger's copy of its release.json is damaged"),
            Self::Added(file) => write!(formatter, "{} is not of it", file.escape_debug()),
            Self::NotPlain(file) => write!(formatter, "{} is no plain file", file.escape_debug()),
            Self::Gone(file) => write!(formatter, "{} is not there", file.escape_debug()),
            Self::Changed(file) => write!(formatter, "{} is changed", file.escape_debug()),
        }
    }
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
        Some(Kind::File | Kind::Other) => return Ok(State::Altered(Difference::NotAFolder)),
    }
    let Some(listed) = listed(entry) else { return Ok(State::Altered(Difference::Ledger)) };
    let folders: BTreeSet<&str> =
        listed.keys().flat_map(|file| file.match_indices('/').map(|(at, _)| &file[..at])).collect();
    let found = disk::tree(&folder)?.unwrap_or_default();
    for (path, kind) in found {
        match kind {
            Kind::File if listed.contains_key(&path) => {}
            Kind::Folder if folders.contains(path.as_str()) => {}
            Kind::File | Kind::Folder => return Ok(State::Altered(Difference::Added(path))),
            Kind::Other => return Ok(State::Altered(Difference::NotPlain(path))),
        }
    }
    for (file, digest) in listed {
        match disk::read_if_there(&folder.join(&file))? {
            Some(bytes) if sha256(&bytes) == digest => {}
            Some(_) => return Ok(State::Altered(Difference::Changed(file))),
            None => return Ok(State::Altered(Difference::Gone(file))),
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
        let said = |state: State| state.difference().map(|difference| difference.to_string()).unwrap_or_default();
        assert_eq!(said(after(write("data/t.csv", "13\n"))), "data/t.csv is changed");
        assert_eq!(said(after(write("release.json", "{}"))), "release.json is changed");
        assert_eq!(said(after(write("notes\u{1b}.txt", ""))), "notes\\u{1b}.txt is not of it");
        let away = |release: &Path| fs::remove_file(release.join("data/t.csv")).expect("ours");
        assert_eq!(said(after(away)), "data/t.csv is not there");
        assert_eq!(said(State::Absent), "its folder is not there");
        let folder = |release: &Path| fs::create_dir(release.join("data/Jane-Doe-born-2011-03-04")).expect("ours");
        let difference = Difference::Added("data/Jane-Doe-born-2011-03-04".to_owned());
        assert_eq!(after(folder), State::Altered(difference), "an empty folder says what its name says");
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
        for file in ["data/t.csv", "data"] {
            assert_eq!(after(away(file)), State::Altered(Difference::NotPlain(file.to_owned())));
        }
        assert_eq!(after(away("")), State::Altered(Difference::NotAFolder));
    }

    #[test]
    fn what_the_disk_does_not_tell_is_an_error() {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("file");
        fs::write(&file, "").expect("ours");
        assert!(matches!(state(&file, &entry()), Err(Error::System { .. })), "a file in the place of the folder above");
    }
}
