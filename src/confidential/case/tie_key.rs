//! The key that breaks ties in the tables of a case. Comes in: where it is kept. Goes out: the key, made at first. Deliberately
//! absent: the key in any output; only its place is told.
//!
//! Among patterns that cost the same one is chosen by this key. Whoever has the program, the method and the key tries every table
//! that agrees with the files and keeps those that would have been published so: of a few tables often one. So the key is
//! secret, and the same for ever: another key for the same counts would hide other cells, and both patterns together fewer.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::CaseError;

const BYTES: usize = 32;

/// Its name in the case's folder.
pub const FILE: &str = "tie.key";

/// A key and where it is kept.
#[derive(Debug)]
pub struct TieKey {
    /// The key.
    pub bytes: [u8; BYTES],
    /// Its file.
    pub path: PathBuf,
    /// Whether it was made just now.
    pub is_new: bool,
}

/// Bytes that a file of a key has at most; whoever edits it leaves a blank or two.
const LONGEST: u64 = 4096;

impl TieKey {
    /// The key in the file `given`, or else in the folder of the case; or else, where nothing can be written there, in the file
    /// `otherwise`. What is not there is made.
    ///
    /// # Errors
    /// [`CaseError::Key`] where the file is no key, [`CaseError::Unreadable`] where it can neither be read nor made.
    pub fn kept(given: Option<&Path>, case: &Path, otherwise: &Path) -> Result<Self, CaseError> {
        if let Some(path) = given {
            return Self::of(path)
                .map_err(|error| unreadable(path, error))?
                .ok_or(CaseError::Key { path: path.to_owned() });
        }
        let own = case.join(FILE);
        let found = match Self::of(&own) {
            // Somebody else's case, or one on a disk that cannot be written to.
            Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
                return Self::of(otherwise)
                    .map_err(|error| unreadable(otherwise, error))?
                    .ok_or(CaseError::Key { path: otherwise.to_owned() });
            }
            found => found,
        };
        found.map_err(|error| unreadable(&own, error))?.ok_or(CaseError::Key { path: own })
    }

    /// None where the file is no key.
    fn of(path: &Path) -> std::io::Result<Option<Self>> {
        match disk::read_given(path, LONGEST) {
            Ok(written) => {
                let text = written.and_then(|bytes| String::from_utf8(bytes).ok());
                Ok(text.and_then(|text| read(&text)).map(|bytes| Self { bytes, path: path.to_owned(), is_new: false }))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Self::make(path),
            Err(error) => Err(error),
        }
    }

    /// Whole or not there; where another run was first, that one's.
    fn make(path: &Path) -> std::io::Result<Option<Self>> {
        let mut bytes = [0; BYTES];
        disk::random::fill(&mut bytes)?;
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        if disk::write_first(path, format!("{text}\n").as_bytes()).map_err(|failed| failed.source)? {
            return Ok(Some(Self { bytes, path: path.to_owned(), is_new: true }));
        }
        let text = disk::read_given(path, LONGEST)?.and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(text.and_then(|text| read(&text)).map(|bytes| Self { bytes, path: path.to_owned(), is_new: false }))
    }
}

fn unreadable(path: &Path, source: std::io::Error) -> CaseError {
    CaseError::Unreadable { path: path.to_owned(), source }
}

/// 64 hexadecimal digits on one line.
fn read(text: &str) -> Option<[u8; BYTES]> {
    let digits = text.trim_end_matches(['\n', '\r']);
    if digits.len() != 2 * BYTES || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; BYTES];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_another_in_every_folder() {
        let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let kept = |folder: &Path| TieKey::kept(None, folder, &folder.join("unused")).expect("it can be written to");
        let (first, again, apart) = (kept(one.path()), kept(one.path()), kept(other.path()));
        assert!(first.is_new && !again.is_new);
        assert_eq!(first.bytes, again.bytes);
        assert_ne!(first.bytes, apart.bytes);
    }

    #[test]
    fn what_is_no_key_is_never_written_over_nor_taken_for_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        for text in ["", "secret", &"0".repeat(63), &"g".repeat(64)] {
            fs::write(&path, text).expect("it can be written to");
            let refused = TieKey::kept(None, folder.path(), &path).expect_err("no key");
            assert!(matches!(refused, CaseError::Key { .. }));
            assert_eq!(fs::read_to_string(&path).expect("it is there"), *text);
        }
    }
}
