//! The data key and the file that keeps it. Comes in: a passphrase. Goes out: a key that shows itself to nobody.
//! Deliberately absent: a passphrase read from anywhere, and cryptography of our own: the file is an `age` file.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use age::secrecy::SecretString;
use age::{DecryptError, scrypt};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

pub mod people;

/// Length of a key.
pub const KEY_BYTES: usize = 32;
/// An age file of one key is some 250 bytes; a key file longer than this is something else.
const KEY_FILE_BYTES_MAX: u64 = 65_536;
/// The most work that a key file may ask for, about four times our own; a made-up file could ask for hours.
const WORK_MAX: u8 = 20;

/// How much work it is to try a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkFactor {
    /// About a second and 256 MiB a try; fixed, so that every machine makes the same kind of file.
    Production,
    /// Next to none. A key made with it protects nothing.
    ForTests,
}

impl WorkFactor {
    const fn log_n(self) -> u8 {
        match self {
            Self::Production => 18,
            Self::ForTests => 2,
        }
    }
}

/// Why there is no key.
#[derive(Debug, Error)]
pub enum KeyError {
    /// A key file is never made over another: the store under the old key could not be opened any more.
    #[error("{} is there already", path.display())]
    AlreadyExists {
        /// Where the key file was to be made.
        path: PathBuf,
    },
    /// No key file.
    #[error("there is no key file at {}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The passphrase opens nothing.
    #[error("the passphrase does not open the key file {}", path.display())]
    WrongPassphrase {
        /// The key file.
        path: PathBuf,
    },
    /// Not an age file of one key under a passphrase, or no longer.
    #[error("the key file {} is damaged, or is not a key file", path.display())]
    Damaged {
        /// The key file.
        path: PathBuf,
    },
    /// A key file that still may be one, and other bytes than were written.
    #[error("the key file {} is not as it was when it was made", path.display())]
    Changed {
        /// The key file.
        path: PathBuf,
    },
    /// An older data key put back: whoever was added since is shut out.
    #[error("the key file {} is kept for {kept} of the {people} people whom the store knows", path.display())]
    ForFewer {
        /// The key file.
        path: PathBuf,
        /// For how many.
        kept: usize,
        /// Of how many.
        people: usize,
    },
    /// Nobody has an identity of that name.
    #[error("there is nobody called {name:?} among the keys")]
    NoPerson {
        /// As given.
        name: String,
    },
    /// An identity without the right to the data key.
    #[error("the key of the store is not kept for {name}")]
    NotAmong {
        /// Whose identity it is.
        name: String,
    },
    /// An empty passphrase keeps nobody out.
    #[error("the passphrase is empty")]
    NoPassphrase,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    NoRandomness,
    /// The file could not be made or read.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The key file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl From<disk::Failed> for KeyError {
    fn from(disk::Failed { path, source, doing: _ }: disk::Failed) -> Self {
        Self::Io { path, cause: source }
    }
}

/// The key of a store. Wiped from memory when dropped; shows itself to nobody.
pub struct DataKey(Zeroizing<[u8; KEY_BYTES]>);

impl fmt::Debug for DataKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DataKey(..)")
    }
}

impl DataKey {
    /// The first 16 bytes of the store's file. Made from the key, so that a key that does not fit is told from damage;
    /// a salt keeps nothing secret, and the key under it is random.
    pub(super) fn salt(&self) -> [u8; 16] {
        let mac = keyed(&self.0, b"takeup: salt of the store");
        let mut salt = [0; 16];
        salt.copy_from_slice(&mac[..16]);
        salt
    }

    /// The statement that hands key and salt to the engine.
    pub(super) fn pragma(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(128));
        text.push_str("PRAGMA key = \"x'");
        for byte in self.0.iter().chain(&self.salt()) {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
        }
        text.push_str("'\";");
        text
    }
}

/// Makes a random data key and keeps it at `path`, under `passphrase`.
///
/// # Errors
/// [`KeyError`] where a file is there already, the passphrase is empty or the system refuses. No half file is left.
pub fn create(path: &Path, passphrase: &str, work: WorkFactor) -> Result<DataKey, KeyError> {
    if passphrase.is_empty() {
        return Err(KeyError::NoPassphrase);
    }
    let key = DataKey(random()?);
    keep_new(path, &sealed(path, passphrase, work, &key.0[..])?)?;
    Ok(key)
}

/// `secret` under `passphrase`, as the bytes of a key file.
fn sealed(path: &Path, passphrase: &str, work: WorkFactor, secret: &[u8]) -> Result<Vec<u8>, KeyError> {
    let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase));
    recipient.set_work_factor(work.log_n());
    let io = |error| KeyError::Io { path: path.to_owned(), cause: io::Error::other(error) };
    age::encrypt(&recipient, secret).map_err(io)
}

/// Keeps `bytes` at `path`, where nothing may be yet. No half file is left, whenever the program is killed.
fn keep_new(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    if disk::is_there(path)? {
        return Err(KeyError::AlreadyExists { path: path.to_owned() });
    }
    Ok(disk::replace(path, bytes)?)
}

/// Reads the data key at `path`.
///
/// # Errors
/// [`KeyError::WrongPassphrase`] where the passphrase opens nothing (a change of the 32 bytes that it opens looks the
/// same), [`KeyError::Damaged`] where anything else is wrong with the file.
pub fn unlock(path: &Path, passphrase: &str) -> Result<DataKey, KeyError> {
    let damaged = || KeyError::Damaged { path: path.to_owned() };
    let sealed = read(path)?;
    let mut identity = scrypt::Identity::new(SecretString::from(passphrase));
    identity.set_max_work_factor(WORK_MAX);
    let opened = opened_with(&identity, &sealed, path)?;
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    if opened.len() != KEY_BYTES {
        return Err(damaged());
    }
    key.copy_from_slice(&opened);
    Ok(DataKey(key))
}

/// The bytes of a key file.
fn read(path: &Path) -> Result<Vec<u8>, KeyError> {
    let bytes = disk::read_start(path, KEY_FILE_BYTES_MAX)?;
    bytes.ok_or_else(|| KeyError::Missing { path: path.to_owned() })
}

/// What lies under a passphrase.
fn opened_with(identity: &scrypt::Identity, sealed: &[u8], path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    age::decrypt(identity, sealed).map(Zeroizing::new).map_err(|error| {
        if matches!(error, DecryptError::KeyDecryptionFailed | DecryptError::DecryptionFailed) {
            KeyError::WrongPassphrase { path: path.to_owned() }
        } else {
            KeyError::Damaged { path: path.to_owned() }
        }
    })
}

/// 32 bytes from the system's generator.
pub(super) fn random() -> Result<Zeroizing<[u8; KEY_BYTES]>, KeyError> {
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    disk::random::fill(&mut *bytes).map_err(|_| KeyError::NoRandomness)?;
    Ok(bytes)
}

/// HMAC-SHA256.
pub(super) fn keyed(key: &[u8; KEY_BYTES], message: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_key_comes_back_under_its_passphrase_and_under_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("data.age");
        let made = create(&path, "correct horse", WorkFactor::ForTests).expect("a key");
        assert_eq!(unlock(&path, "correct horse").expect("the key").0, made.0);
        assert!(matches!(unlock(&path, "correct house"), Err(KeyError::WrongPassphrase { .. })));
        assert!(matches!(create(&path, "x", WorkFactor::ForTests), Err(KeyError::AlreadyExists { .. })));
        assert_eq!(format!("{made:?}"), "DataKey(..)");
    }

    #[test]
    fn a_damaged_key_file_is_not_called_a_wrong_passphrase() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("data.age");
        create(&path, "correct horse", WorkFactor::ForTests).expect("a key");
        let sound = fs::read(&path).expect("the key file");
        let mut flipped = sound.clone();
        let last = flipped.len() - 1;
        flipped[last] ^= 1;
        for bytes in [&b""[..], b"not a key file", &sound[..sound.len() - 1], &flipped] {
            fs::write(&path, bytes).expect("a damaged key file");
            assert!(matches!(unlock(&path, "correct horse"), Err(KeyError::Damaged { .. })), "{} bytes", bytes.len());
        }
        assert!(matches!(unlock(&folder.path().join("other"), "x"), Err(KeyError::Missing { .. })));
    }

    #[test]
    fn an_empty_passphrase_makes_no_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("data.age");
        assert!(matches!(create(&path, "", WorkFactor::ForTests), Err(KeyError::NoPassphrase)));
        assert!(!path.exists());
    }
}
