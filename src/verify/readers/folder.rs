//! Opens a release folder as a stranger would. Comes in: a path. Goes out: the manifest, the bytes of every file, and
//! what is wrong with the folder itself: digests, files nobody listed, names and links. Deliberately absent: what the
//! files say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use model::digest::sha256;
use model::{Attack, Finding, Manifest};
use serde_json::Value;

use crate::error::VerifyError;

/// The manifest's name in every release.
pub const MANIFEST: &str = "release.json";

/// No released file comes near this; what does is not read.
const LARGEST_FILE_BYTES: u64 = 256 << 20;

/// A release folder, read whole.
#[derive(Debug)]
pub struct Folder {
    /// Where it lies.
    pub path: PathBuf,
    /// The folder's own name.
    pub name: String,
    /// What it says of itself.
    pub manifest: Manifest,
    /// Digest of `release.json`, as later releases state it.
    pub digest: String,
    /// Bytes by path relative to the folder, `release.json` excepted.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Whether the manifest lists its files, so that the list can be closed.
    pub is_listed: bool,
    /// What is wrong with the folder.
    pub findings: Vec<Finding>,
    /// What the manifest says beyond what is understood here.
    pub not_understood: Vec<String>,
}

/// Reads the folder at `path`.
///
/// A manifest with `files` closes the list: every file must be in it, and unchanged. Without, only the files of its
/// tables are read.
///
/// # Errors
/// [`VerifyError`] where there is no folder, no manifest, or the manifest does not parse.
pub fn open(path: &Path) -> Result<Folder, VerifyError> {
    if !path.is_dir() {
        return Err(VerifyError::NotAFolder { path: path.to_owned() });
    }
    let place = path.join(MANIFEST);
    if !place.is_file() {
        return Err(VerifyError::NoManifest { path: path.to_owned() });
    }
    let bytes = fs::read(&place).map_err(|source| VerifyError::Unreadable { path: place.clone(), source })?;
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| VerifyError::Manifest {
        path: place,
        line: error.line(),
        column: error.column(),
        what: kind_of(&error),
    })?;
    let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_listed = !manifest.files.is_empty();
    let mut folder = Folder {
        path: whole,
        name,
        digest: sha256(&bytes),
        is_listed,
        manifest,
        files: BTreeMap::new(),
        findings: Vec::new(),
        not_understood: not_understood(&bytes),
    };
    if is_listed {
        folder.walk(&folder.path.clone(), "")?;
        folder.check_list();
        folder.check_manifest();
    } else {
        folder.read_tables();
    }
    Ok(folder)
}

/// Keys of the manifest and its tables that this program does not know: a foreign release may state, say, how it was sampled.
fn not_understood(bytes: &[u8]) -> Vec<String> {
    const OWN: [&str; 15] = [
        "release",
        "period",
        "audience",
        "threshold",
        "hierarchies",
        "labels",
        "tables",
        "relations",
        "derived",
        "files",
        "earlier",
        "corrects",
        "sensitive",
        "group_below",
        "extract",
    ];
    const TABLE: [&str; 9] = ["id", "title", "file", "dims", "fixed", "markers", "rounding", "perturbation", "noise"];
    const EXTRACT: [&str; 13] = [
        "file",
        "recipient",
        "agreement",
        "measure",
        "period",
        "unit",
        "columns",
        "hierarchies",
        "rows",
        "suppressed",
        "k",
        "l",
        "t",
    ];
    let Ok(Value::Object(manifest)) = serde_json::from_slice(bytes) else { return Vec::new() };
    let named = |key: &str| if is_plain_name(key) { format!("{key:?}") } else { "a key".to_owned() };
    let own =
        manifest.keys().filter(|key| !OWN.contains(&key.as_str())).map(|key| format!("{} of release.json", named(key)));
    let tables = manifest.get("tables").and_then(Value::as_array).into_iter().flatten();
    let of_tables =
        tables.zip(1..).filter_map(|(table, number)| Some((table.as_object()?, number))).flat_map(|(table, number)| {
            let foreign = table.keys().filter(|key| !TABLE.contains(&key.as_str()));
            foreign.map(move |key| format!("{} of table {number} of release.json", named(key)))
        });
    let of_extract = manifest.get("extract").and_then(Value::as_object).into_iter().flat_map(|extract| extract.keys());
    let of_extract = of_extract.filter(|key| !EXTRACT.contains(&key.as_str()));
    let of_extract = of_extract.map(|key| format!("{} of extract of release.json", named(key)));
    own.chain(of_tables).chain(of_extract).collect()
}

/// The parser's sentence without the text it stumbled over: a foreign manifest may hold anything.
fn kind_of(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Io => "cannot be read",
        serde_json::error::Category::Syntax => "is not JSON",
        serde_json::error::Category::Data => "is not a release manifest: a part is missing or of the wrong type",
        serde_json::error::Category::Eof => "ends too early",
    }
    .to_owned()
}

impl Folder {
    fn find(&mut self, kind: &str, file: &str, message: &str) {
        self.findings.push(Finding {
            attack: Attack::Folder,
            kind: kind.to_owned(),
            file: file.to_owned(),
            place: String::new(),
            message: message.to_owned(),
            claim: None,
        });
    }

    fn walk(&mut self, at: &Path, below: &str) -> Result<(), VerifyError> {
        let unreadable = |source| VerifyError::Unreadable { path: at.to_owned(), source };
        let mut entries = Vec::new();
        for entry in fs::read_dir(at).map_err(unreadable)? {
            entries.push(entry.map_err(unreadable)?);
        }
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let file = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
            if !is_plain_name(&name) {
                self.find("file_name", &file, "a name outside the closed pattern: a-z, A-Z, 0-9, '.', '-', '_'");
            }
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_symlink() {
                self.find("link", &file, "a link, which leads out of the release");
            } else if kind.is_dir() {
                self.walk(&entry.path(), &file)?;
            } else if file != MANIFEST {
                self.take(&file, &entry.path());
            }
        }
        Ok(())
    }

    fn take(&mut self, file: &str, path: &Path) {
        if fs::metadata(path).is_ok_and(|facts| facts.len() > LARGEST_FILE_BYTES) {
            self.find("too_large", file, "too large to be part of a release; it was not read");
            return;
        }
        match fs::read(path) {
            Ok(bytes) => {
                self.files.insert(file.to_owned(), bytes);
            }
            Err(_) => self.find("unreadable", file, "cannot be read"),
        }
    }

    fn check_list(&mut self) {
        let mut wrong = Vec::new();
        for file in self.files.keys() {
            if !self.manifest.files.contains_key(file) {
                wrong.push(("unlisted_file", file.clone(), "a file that release.json does not list"));
            }
        }
        for (file, digest) in &self.manifest.files {
            match self.files.get(file) {
                None => wrong.push(("missing_file", file.clone(), "release.json lists a file that is not here")),
                Some(bytes) if sha256(bytes) != *digest => {
                    wrong.push(("digest", file.clone(), "the file is not the one that release.json lists"));
                }
                Some(_) => {}
            }
        }
        let expectations = self.manifest.derived.iter().filter_map(|derived| derived.expectation.as_ref());
        let tables = self.manifest.tables.iter().map(|table| &table.file).chain(expectations.map(|one| &one.file));
        for file in tables.filter(|file| !self.manifest.files.contains_key(*file)) {
            wrong.push(("unlisted_table", file.clone(), "a table whose file release.json does not list"));
        }
        // Tables protected without a store have no name that a later release could call them by.
        if !self.manifest.release.is_empty() && self.manifest.release != self.name {
            wrong.push(("folder_name", MANIFEST.to_owned(), "the folder does not have the release's name"));
        }
        for (kind, file, message) in wrong {
            self.find(kind, &file, message);
        }
    }

    /// A release with a list of files is a whole one: its manifest has no keys of its own making, and names no code that no
    /// table has.
    fn check_manifest(&mut self) {
        for key in std::mem::take(&mut self.not_understood) {
            self.find("manifest_key", MANIFEST, &format!("{key} is no part of a manifest"));
        }
        let dims: BTreeSet<&String> =
            self.manifest.tables.iter().flat_map(|table| table.dims.iter().chain(table.fixed.keys())).collect();
        let columns = self.manifest.extract.iter().flat_map(|extract| &extract.columns).map(|column| &column.name);
        let dims: BTreeSet<&String> = dims.into_iter().chain(columns).collect();
        if self.manifest.labels.keys().any(|dim| !dims.contains(dim)) {
            self.find("manifest_label", MANIFEST, "labels of a dimension that no table has");
        }
    }

    fn read_tables(&mut self) {
        let tables = self.manifest.tables.iter().map(|table| &table.file);
        let files: Vec<String> =
            tables.chain(self.manifest.extract.iter().map(|extract| &extract.file)).cloned().collect();
        for file in files {
            let leaves = Path::new(&file).components().any(|part| !matches!(part, std::path::Component::Normal(_)));
            if leaves {
                self.find("file_name", &file, "a table outside the folder");
            } else {
                self.take(&file, &self.path.join(&file));
            }
        }
    }
}

/// Letters, digits, dots, hyphens and underscores, not starting with a dot: no dotfiles, backups or lock files.
fn is_plain_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !name.starts_with('.') && !name.is_empty() && name.bytes().all(plain) && !name.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::is_plain_name;

    #[test]
    fn names_that_editors_and_systems_leave_behind_are_not_plain() {
        for name in [".DS_Store", "t01.csv~", "~$tables.xlsx", "Thumbs db", "é.csv", "a."] {
            assert!(!is_plain_name(name), "{name}");
        }
        for name in ["index.html", "t01-metadata.json", "2018-Q3.svg"] {
            assert!(is_plain_name(name), "{name}");
        }
    }
}
