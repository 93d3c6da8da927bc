//! Opens a release folder as a stranger would. Comes in: a path. Goes out: the manifest, the bytes of every file, and
//! what is wrong with the folder itself: digests, files nobody listed, names and links. Deliberately absent: what the
//! files say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use model::digest::sha256;
use model::{Attack, Finding, Manifest};

use crate::error::VerifyError;
use crate::readers::disk::{self, Refused};
use crate::readers::manifest;

/// The manifest's name in every release.
pub const MANIFEST: &str = "release.json";

/// Hierarchies and labels of tens of thousands of areas are a few MiB.
const LARGEST_MANIFEST_BYTES: u64 = 24 << 20;
/// A tidy table of a million cells is smaller.
const LARGEST_TABLE_BYTES: u64 = 64 << 20;
/// Pages, drawings and workbooks take many times their size to read. No released one comes near this.
const LARGEST_FILE_BYTES: u64 = 8 << 20;
/// Of all files together.
const LARGEST_FOLDER_BYTES: u64 = 160 << 20;
/// Files and folders; a release has some hundred.
const MOST_ENTRIES: usize = 5_000;
/// Folders within folders; a release has one level.
const MOST_LEVELS: usize = 8;
/// Tables of one release.
const MOST_TABLES: usize = 2_000;

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
    /// Whether it states its threshold itself.
    pub states_threshold: bool,
    /// Whether its manifest has every key that one of this program has, so that it claims to be one.
    pub is_own: bool,
    /// Whether `release.json` is written as its content is.
    pub is_plain: bool,
    /// What is wrong with the folder.
    pub findings: Vec<Finding>,
    /// What the manifest says beyond what is understood here.
    pub not_understood: Vec<String>,
    /// Files that lie there and were not read, because the manifest lists none.
    pub unread: u64,
    bytes_left: u64,
    entries_left: usize,
}

/// Reads the folder at `path`.
///
/// A manifest with `files` closes the list: every file must be in it, and unchanged. Without, only the files of its
/// tables are read.
///
/// # Errors
/// [`VerifyError`] where there is no folder, no manifest, or the manifest does not parse.
pub fn open(path: &Path) -> Result<Folder, VerifyError> {
    if !disk::leads_to(path, fs::Metadata::is_dir)? {
        return Err(VerifyError::NotAFolder { path: path.to_owned() });
    }
    let place = path.join(MANIFEST);
    let bytes = disk::read(path, Path::new(MANIFEST), LARGEST_MANIFEST_BYTES).map_err(|refused| match refused {
        Refused::Missing => VerifyError::NoManifest { path: path.to_owned() },
        Refused::Unreadable(source) => VerifyError::Unreadable { path: place.clone(), source },
        other @ (Refused::Link | Refused::NotAFile | Refused::TooLarge) => {
            VerifyError::NotRead { path: place.clone(), what: other.said().1 }
        }
    })?;
    let read = manifest::read(&bytes).map_err(|error| VerifyError::Manifest {
        path: place,
        line: error.line(),
        column: error.column(),
        what: kind_of(&error),
    })?;
    let whole = disk::whole(path);
    let name = whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_listed = !read.manifest.files.is_empty();
    let mut folder = Folder {
        path: whole,
        name,
        digest: sha256(&bytes),
        is_listed,
        states_threshold: read.states_threshold,
        is_own: read.is_own,
        is_plain: read.is_plain,
        manifest: read.manifest,
        files: BTreeMap::new(),
        findings: Vec::new(),
        not_understood: read.not_understood,
        unread: 0,
        bytes_left: LARGEST_FOLDER_BYTES,
        entries_left: MOST_ENTRIES,
    };
    for name in &read.twice {
        folder.find("manifest_twice", MANIFEST, &format!("{name} stands there twice; readers may take either"));
    }
    folder.keep_own_tables();
    if is_listed {
        if read.has_mark {
            folder.find("encoding", MANIFEST, "a byte order mark, which a program of ours does not write");
        }
        folder.walk(&folder.path.clone(), "", 0)?;
        folder.check_list();
        folder.check_manifest();
    } else {
        folder.read_tables()?;
        folder.unread = folder.count_unread(&folder.path.clone(), "", 0)?;
    }
    Ok(folder)
}

/// The digest of the folder's manifest, where it has one.
///
/// # Errors
/// [`VerifyError::Unreadable`] where the disk does not tell.
pub fn digest_of(path: &Path) -> Result<Option<String>, VerifyError> {
    match disk::read(path, Path::new(MANIFEST), LARGEST_MANIFEST_BYTES) {
        Ok(bytes) => Ok(Some(sha256(&bytes))),
        Err(Refused::Unreadable(source)) => Err(VerifyError::Unreadable { path: path.join(MANIFEST), source }),
        Err(Refused::Missing | Refused::Link | Refused::NotAFile | Refused::TooLarge) => Ok(None),
    }
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

    /// A file is one table. Whoever lists it twice says two things of the same figures.
    fn keep_own_tables(&mut self) {
        let mut known = BTreeSet::new();
        let before = self.manifest.tables.len();
        self.manifest.tables.retain(|entry| known.len() < MOST_TABLES && known.insert(entry.file.clone()));
        if self.manifest.tables.len() < before {
            let message =
                "a file that is listed as several tables, or more tables than a release has; only the first were read";
            self.find("table_twice", MANIFEST, message);
        }
    }

    fn walk(&mut self, at: &Path, below: &str, level: usize) -> Result<(), VerifyError> {
        let unreadable = |source| VerifyError::Unreadable { path: at.to_owned(), source };
        let mut entries = Vec::new();
        for entry in disk::entries(at).map_err(unreadable)? {
            if self.entries_left == 0 || level > MOST_LEVELS {
                self.find("too_many_files", below, "more files or folders than a release has; the rest was not read");
                break;
            }
            self.entries_left -= 1;
            entries.push(entry.map_err(unreadable)?);
        }
        if entries.is_empty() && level > 0 {
            self.find("empty_folder", below, "a folder without a file, of which only the name says anything");
        }
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let file = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
            if !is_plain_name(&name) {
                self.find("file_name", &file, "a name outside the closed pattern: a-z, A-Z, 0-9, '.', '-', '_'");
            }
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_dir() {
                self.walk(&entry.path(), &file, level + 1)?;
            } else if file != MANIFEST {
                self.take(at, &file, Path::new(&entry.file_name()))?;
            }
        }
        Ok(())
    }

    /// Reads `path` below `at`, which the release calls `file`, if it is a file of a size that a release has. A disk that does not
    /// give it is no finding: the release may be sound.
    fn take(&mut self, at: &Path, file: &str, path: &Path) -> Result<(), VerifyError> {
        let is_table = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let most = if is_table { LARGEST_TABLE_BYTES } else { LARGEST_FILE_BYTES };
        match disk::read(at, path, most.min(self.bytes_left)) {
            Ok(bytes) => {
                self.bytes_left -= bytes.len() as u64;
                self.files.insert(file.to_owned(), bytes);
            }
            // The table's own reader says that it is missing.
            Err(Refused::Missing) => {}
            Err(Refused::Unreadable(source)) => return Err(VerifyError::Unreadable { path: at.join(path), source }),
            Err(refused) => {
                let (kind, message) = refused.said();
                self.find(kind, file, message);
            }
        }
        Ok(())
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

    fn read_tables(&mut self) -> Result<(), VerifyError> {
        let tables = self.manifest.tables.iter().map(|table| &table.file);
        let files: Vec<String> =
            tables.chain(self.manifest.extract.iter().map(|extract| &extract.file)).cloned().collect();
        for file in files {
            let inside = |part| matches!(part, std::path::Component::Normal(_));
            if file.is_empty() || !Path::new(&file).components().all(inside) {
                self.find("file_name", &file, "a table outside the folder");
            } else {
                self.take(&self.path.clone(), &file, Path::new(&file))?;
            }
        }
        Ok(())
    }
}

impl Folder {
    /// Files below `at` that are neither the manifest nor a table that was read.
    fn count_unread(&self, at: &Path, below: &str, level: usize) -> Result<u64, VerifyError> {
        let unreadable = |source| VerifyError::Unreadable { path: at.to_owned(), source };
        let mut unread = 0;
        for entry in disk::entries(at).map_err(unreadable)?.take(MOST_ENTRIES) {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let file = if below.is_empty() { name } else { format!("{below}/{name}") };
            unread += match entry.file_type().map_err(unreadable)? {
                kind if kind.is_dir() && level < MOST_LEVELS => self.count_unread(&entry.path(), &file, level + 1)?,
                _ => u64::from(file != MANIFEST && !self.files.contains_key(&file)),
            };
        }
        Ok(unread)
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
