//! Opens files of a folder that somebody else made. Comes in: a path and a size. Goes out: bytes, or why there are none.
//! Deliberately absent: waiting and following; a pipe has no end, a link leads elsewhere, and a file may say that it is
//! larger than any memory.

#![expect(clippy::disallowed_methods, reason = "this is the place that everything else in `verify` asks")]

use std::fs::{self, File, ReadDir};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use crate::error::VerifyError;

/// Why a file was not read.
#[derive(Debug)]
pub enum Refused {
    /// Nothing of that name.
    Missing,
    /// A link, or a path through one.
    Link,
    /// A pipe, a device, a socket or a folder.
    NotAFile,
    /// Larger than a release's file can be.
    TooLarge,
    /// The disk refused.
    Unreadable(std::io::Error),
}

impl Refused {
    /// A stable name of the kind and a sentence.
    #[must_use]
    pub const fn said(&self) -> (&'static str, &'static str) {
        match self {
            Self::Missing => ("missing_file", "is not here"),
            Self::Link => ("link", "a link, which leads out of the release; it was not followed"),
            Self::NotAFile => ("not_a_file", "no plain file; it was not opened"),
            Self::TooLarge => ("too_large", "too large to be part of a release; it was not read"),
            Self::Unreadable(_) => ("unreadable", "cannot be read"),
        }
    }
}

/// Whether `path` leads to something that `is` so; links are followed.
///
/// # Errors
/// [`VerifyError::Unreadable`] where the disk does not tell: an error is no absence.
pub fn leads_to(path: &Path, is: impl Fn(&fs::Metadata) -> bool) -> Result<bool, VerifyError> {
    match fs::metadata(path) {
        Err(error) if is_missing(&error) => Ok(false),
        told => {
            told.map(|facts| is(&facts)).map_err(|source| VerifyError::Unreadable { path: path.to_owned(), source })
        }
    }
}

/// The one path of what has several; as it was given where the system does not tell.
#[must_use]
pub fn whole(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// What lies in a folder, in the system's order. How much of it is looked at is the caller's to bound.
///
/// # Errors
/// What the system says.
pub fn entries(folder: &Path) -> std::io::Result<ReadDir> {
    fs::read_dir(folder)
}

/// The bytes of a file that whoever runs the attack named.
///
/// # Errors
/// What the system says.
pub fn read_given(path: &Path) -> std::io::Result<Vec<u8>> {
    fs::read(path)
}

fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidInput)
}

/// The bytes of `file` below `folder`, of which no part may be a link; at most `most` of them.
///
/// # Errors
/// [`Refused`]; what is refused was not opened.
pub fn read(folder: &Path, file: &Path, most: u64) -> Result<Vec<u8>, Refused> {
    let mut path = folder.to_owned();
    let mut size = None;
    for part in file.components() {
        let Component::Normal(name) = part else { return Err(Refused::Link) };
        path.push(name);
        let facts = fs::symlink_metadata(&path)
            .map_err(|error| if is_missing(&error) { Refused::Missing } else { Refused::Unreadable(error) })?;
        if facts.file_type().is_symlink() {
            return Err(Refused::Link);
        }
        size = facts.is_file().then_some(facts.len());
    }
    let size = size.ok_or(Refused::NotAFile)?;
    if size > most {
        return Err(Refused::TooLarge);
    }
    let mut bytes = Vec::new();
    // Some files of the system say that they hold nothing and never end.
    let open = File::open(&path).and_then(|file| file.take(most.saturating_add(1)).read_to_end(&mut bytes));
    open.map_err(Refused::Unreadable)?;
    if bytes.len() as u64 > most { Err(Refused::TooLarge) } else { Ok(bytes) }
}
