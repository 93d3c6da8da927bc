//! Files and folders of the program's own: the one way to them. Comes in: paths and bytes. Goes out: bytes, or what the system
//! said, with the path; and what was written is on the disk when a function returns. Deliberately absent: what files mean.
//!
//! Beside them the other two things that a run has of its machine and that its input does not say: the [`clock`] and [`random`] bytes.
//! `clippy.toml` names what nothing else may call, so that whoever looks for either, or puts another in its place, looks here.
//!
//! Two rules that every caller would otherwise have to remember:
//! - Only what the system calls not found is absent. Any other error is one, because what is taken for absent is made anew or
//!   dropped.
//! - A file is synced before it has its name, and the folder after, because a ledger says next that it is there.
//!
//! What strangers hand over, to be attacked or read in, is not opened here: `verify` and `ingest` have bounds of their own.

#![expect(clippy::disallowed_methods, reason = "this is the place that everything else asks")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use thiserror::Error;

mod access;
pub mod clock;
mod plain;
pub mod random;

pub use access::readable;
pub use plain::read_plain;

/// What the system refused.
#[derive(Debug, Error)]
#[error("could not {doing} {}: {source}", path.display())]
pub struct Failed {
    /// What was tried: `read`, `write`.
    pub doing: &'static str,
    /// On what.
    pub path: PathBuf,
    /// Why not.
    pub source: io::Error,
}

/// For `map_err`: puts what was tried, and on what, to the system's word.
pub fn failed(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Failed {
    let path = path.to_owned();
    move |source| Failed { doing, path, source }
}

/// Whether the disk is at fault for not giving a file, and not whoever named it: no such file, not theirs to read, a folder, or not
/// what it should be.
#[must_use]
pub const fn is_of_disk(kind: ErrorKind) -> bool {
    !matches!(
        kind,
        ErrorKind::NotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::InvalidInput
            | ErrorKind::InvalidFilename
            | ErrorKind::InvalidData
            | ErrorKind::UnexpectedEof
    )
}

/// What lies at a path; a link is what it is, not what it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A plain file.
    File,
    /// A folder.
    Folder,
    /// A link, a pipe, a device, a socket.
    Other,
}

impl From<fs::FileType> for Kind {
    fn from(kind: fs::FileType) -> Self {
        if kind.is_file() {
            Self::File
        } else if kind.is_dir() {
            Self::Folder
        } else {
            Self::Other
        }
    }
}

/// `None` where nothing of that name is there, and only then.
fn absent<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        other => other.map(Some),
    }
}

/// What lies at `path`; none where nothing does.
///
/// # Errors
/// [`Failed`] where the system does not tell.
pub fn kind(path: &Path) -> Result<Option<Kind>, Failed> {
    let facts = absent(fs::symlink_metadata(path)).map_err(failed(path, "look at"))?;
    Ok(facts.map(|facts| facts.file_type().into()))
}

/// Whether anything lies at `path`.
///
/// # Errors
/// [`Failed`] where the system does not tell.
pub fn is_there(path: &Path) -> Result<bool, Failed> {
    Ok(kind(path)?.is_some())
}

/// What a path leads to, through links; none where it leads to nothing, such as through a folder that is a file.
///
/// # Errors
/// [`Failed`] where the system does not tell.
pub fn behind(path: &Path) -> Result<Option<Kind>, Failed> {
    match fs::metadata(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        told => told.map(|facts| Some(facts.file_type().into())).map_err(failed(path, "look at")),
    }
}

/// Whether a path leads to a plain file, through links too.
///
/// # Errors
/// As [`behind`].
pub fn is_file(path: &Path) -> Result<bool, Failed> {
    Ok(behind(path)? == Some(Kind::File))
}

/// Whether a path leads to a folder, through links too.
///
/// # Errors
/// As [`behind`].
pub fn is_folder(path: &Path) -> Result<bool, Failed> {
    Ok(behind(path)? == Some(Kind::Folder))
}

/// The one path of what has several: from the root, and through no link.
///
/// # Errors
/// What the system says, where nothing is there too.
pub fn whole(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// Opens what somebody named, to be read.
///
/// # Errors
/// What the system says.
pub fn open_given(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Opens a file to be read; none where it is not there.
///
/// # Errors
/// [`Failed`] where it is there and cannot be opened.
pub fn open_if_there(path: &Path) -> Result<Option<File>, Failed> {
    absent(File::open(path)).map_err(failed(path, "read"))
}

/// The bytes of a file.
///
/// # Errors
/// [`Failed`] where there is none, or it cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, Failed> {
    fs::read(path).map_err(failed(path, "read"))
}

/// The bytes of a file; none where it is not there.
///
/// # Errors
/// [`Failed`] where it is there and cannot be read.
pub fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, Failed> {
    absent(fs::read(path)).map_err(failed(path, "read"))
}

/// The bytes of a plain file that somebody named, through links too: a pipe may never end, nor may a device, and either would be waited
/// for. None where it has more than `most`.
///
/// # Errors
/// What the system says; [`ErrorKind::IsADirectory`] for a folder, [`ErrorKind::InvalidInput`] for what is no plain file.
pub fn read_given(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let facts = fs::metadata(path)?;
    if facts.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if !facts.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "a pipe or a device, and no plain file"));
    }
    let mut bytes = Vec::new();
    // Some files of the system say that they hold nothing and never end.
    File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= most))
}

/// The most bytes of a file of rows or counts that somebody names.
pub const MOST_GIVEN: u64 = 4 << 30;

/// As [`read_given`], of at most [`MOST_GIVEN`] bytes.
///
/// # Errors
/// As [`read_given`]; [`ErrorKind::InvalidData`] for more.
pub fn read_all_given(path: &Path) -> io::Result<Vec<u8>> {
    let too_large = || io::Error::new(ErrorKind::InvalidData, "longer than 4 GiB");
    read_given(path, MOST_GIVEN)?.ok_or_else(too_large)
}

/// The first `most` bytes of a file; none where it is not there.
///
/// # Errors
/// [`Failed`] where it is there and cannot be read.
pub fn read_start(path: &Path, most: u64) -> Result<Option<Vec<u8>>, Failed> {
    let Some(file) = open_if_there(path)? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).map_err(failed(path, "read"))?;
    Ok(Some(bytes))
}

/// How long a file is, in bytes.
///
/// # Errors
/// [`Failed`] where the system does not tell.
pub fn length(path: &Path) -> Result<u64, Failed> {
    fs::metadata(path).map(|facts| facts.len()).map_err(failed(path, "look at"))
}

/// Whether a file that is there can be written to: not on a disk that is mounted to be read, and not where its rights forbid it. Not to be
/// asked of a database that this process has open: closing any handle of it gives back its locks.
///
/// # Errors
/// [`Failed`] where the system says anything else.
pub fn is_writable(path: &Path) -> Result<bool, Failed> {
    match fs::OpenOptions::new().write(true).open(path) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => Ok(false),
        Err(error) => Err(failed(path, "open")(error)),
    }
}

/// What lies in a folder, by name; none where there is no folder. A name that is no UTF-8 comes with a sign in its place.
///
/// # Errors
/// [`Failed`] where the folder cannot be read to its end.
pub fn entries(folder: &Path) -> Result<Option<BTreeMap<String, Kind>>, Failed> {
    let unreadable = || failed(folder, "read the folder");
    let Some(list) = absent(fs::read_dir(folder)).map_err(unreadable())? else { return Ok(None) };
    let mut found = BTreeMap::new();
    for entry in list {
        let entry = entry.map_err(unreadable())?;
        let kind = entry.file_type().map_err(failed(&entry.path(), "look at"))?;
        found.insert(entry.file_name().to_string_lossy().into_owned(), kind.into());
    }
    Ok(Some(found))
}

/// Everything below a folder, folders too, by path relative to it with forward slashes; none where there is no folder. No link
/// is followed.
///
/// # Errors
/// [`Failed`] where a folder cannot be read to its end.
pub fn tree(root: &Path) -> Result<Option<BTreeMap<String, Kind>>, Failed> {
    let Some(first) = entries(root)? else { return Ok(None) };
    let mut found = BTreeMap::new();
    let mut open: Vec<(String, Kind)> = first.into_iter().collect();
    while let Some((path, kind)) = open.pop() {
        if kind == Kind::Folder {
            let below = entries(&root.join(&path))?.unwrap_or_default();
            open.extend(below.into_iter().map(|(name, kind)| (format!("{path}/{name}"), kind)));
        }
        found.insert(path, kind);
    }
    Ok(Some(found))
}

/// Waits until the disk has what `folder` lists. Elsewhere than on Unix a folder cannot be opened like a file, and the system
/// keeps its own order; some network disks know no such thing.
///
/// # Errors
/// [`Failed`] where the disk refuses.
pub fn sync_folder(folder: &Path) -> Result<(), Failed> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match File::open(folder).and_then(|open| open.sync_all()) {
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        other => other.map_err(failed(folder, "write")),
    }
}

fn sync_parent(path: &Path) -> Result<(), Failed> {
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes a folder, and those above it, that its owner alone may open. One that is there stays as it is.
///
/// # Errors
/// [`Failed`] where the system refuses.
pub fn create_folder(folder: &Path) -> Result<(), Failed> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    // One by one, because each of them has to be on the disk.
    folder.parent().map_or(Ok(()), create_folder)?;
    access::private_folder().create(folder).map_err(failed(folder, "create the folder"))?;
    sync_parent(folder)
}

/// Writes `files` into `folder`, all of them bearing `day` where one is given, and waits until the disk has them.
///
/// # Errors
/// [`Failed`] where the disk refuses; what was written until then stays.
pub fn write_folder<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    day: Option<SystemTime>,
) -> Result<(), Failed> {
    create_folder(folder)?;
    let mut folders = BTreeSet::from([folder.to_owned()]);
    for (name, bytes) in files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        create_folder(parent)?;
        folders.extend(parent.ancestors().take_while(|above| above.starts_with(folder)).map(Path::to_owned));
        fill(&path, bytes, day)?;
    }
    // From the inside out: a folder is dated after what lies in it.
    for folder in folders.iter().rev() {
        #[cfg(unix)]
        if let Some(day) = day {
            File::open(folder).and_then(|open| open.set_modified(day)).map_err(failed(folder, "date"))?;
        }
        sync_folder(folder)?;
    }
    sync_parent(folder)
}

/// Writes a file, dates it, and waits until the disk has it.
fn fill(path: &Path, bytes: &[u8], day: Option<SystemTime>) -> Result<(), Failed> {
    let mut file = access::private_file().open(path).map_err(failed(path, "write"))?;
    let written = file.write_all(bytes).and_then(|()| day.map_or(Ok(()), |day| file.set_modified(day)));
    written.and_then(|()| file.sync_all()).map_err(failed(path, "write"))
}

/// Writes a new file that its owner alone may read. Nothing is left of it where that fails.
///
/// # Errors
/// [`Failed`] where something is there already or the disk refuses.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failed> {
    if is_there(path)? {
        return Err(failed(path, "write")(ErrorKind::AlreadyExists.into()));
    }
    replace(path, bytes)
}

/// Writes a file that its owner alone may read where there is none yet, whole or not at all. False where somebody else was first;
/// then theirs is there, whole.
///
/// # Errors
/// [`Failed`] where the disk refuses.
pub fn write_first(path: &Path, bytes: &[u8]) -> Result<bool, Failed> {
    // Two runs may be at it, each under a name of its own.
    let beside = beside(path).with_extension(std::process::id().to_string());
    let linked = fill(&beside, bytes, None).and_then(|()| match fs::hard_link(&beside, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        other => other.map(|()| true).map_err(failed(path, "write")),
    });
    let removed = remove_file(&beside);
    let is_first = linked?;
    removed?;
    sync_parent(path)?;
    Ok(is_first)
}

/// Writes a file that its owner alone may read, in the place of whatever bears its name: the old one or the new one is there at
/// every moment, whole.
///
/// # Errors
/// [`Failed`] where the disk refuses; then the old one is there.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failed> {
    let beside = beside(path);
    let written = fill(&beside, bytes, None);
    let named = written.and_then(|()| fs::rename(&beside, path).map_err(failed(path, "write")));
    if named.is_err() {
        // What went wrong is the news; what stays beside is written over the next time.
        let _ = fs::remove_file(&beside);
        return named;
    }
    sync_parent(path)
}

/// Writes what somebody asked for, where they asked for it: a file is replaced whole, anything else, such as a terminal or a
/// pipe, is written into.
///
/// # Errors
/// [`Failed`] where the disk refuses.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), Failed> {
    match kind(path)? {
        Some(Kind::File) | None => replace(path, bytes),
        Some(Kind::Folder | Kind::Other) => fs::write(path, bytes).map_err(failed(path, "write")),
    }
}

/// What a file is called until it is whole.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.new"))
}

/// Opens the file of a lock to read and write, and makes it where it is not there.
///
/// # Errors
/// [`Failed`] where the system refuses.
pub fn open_lock(path: &Path) -> Result<File, Failed> {
    path.parent().map_or(Ok(()), create_folder)?;
    access::private_file().truncate(false).read(true).open(path).map_err(failed(path, "open"))
}

/// Gives a file or a folder another name, and waits until the disk has it under that one.
///
/// # Errors
/// [`Failed`] where something else has the name, or the disk refuses.
pub fn rename(from: &Path, to: &Path) -> Result<(), Failed> {
    fs::rename(from, to).map_err(failed(from, "rename"))?;
    sync_parent(to)?;
    sync_parent(from)
}

/// Removes a folder and all that lies in it, where it is there.
///
/// # Errors
/// [`Failed`] where something stays.
pub fn remove_folder(folder: &Path) -> Result<(), Failed> {
    if absent(fs::remove_dir_all(folder)).map_err(failed(folder, "remove"))?.is_some() {
        sync_parent(folder)?;
    }
    Ok(())
}

/// Removes a file, where it is there.
///
/// # Errors
/// [`Failed`] where it stays.
pub fn remove_file(path: &Path) -> Result<(), Failed> {
    if absent(fs::remove_file(path)).map_err(failed(path, "remove"))?.is_some() {
        sync_parent(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
