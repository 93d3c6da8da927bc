//! People: each has an identity of their own under a passphrase of their own, and the data key is kept for all of them.
//! Comes in: a folder of keys, a passphrase. Goes out: the data key, and whose passphrase it was. Deliberately absent: what
//! somebody may do; and names that are only names of files: a person is a public key that the store knows by name.
//!
//! `keys/NAME.age` is an X25519 identity under a passphrase, `keys/data-key.age` the data key for the public keys of all.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::str::FromStr;

use age::secrecy::{ExposeSecret, SecretString};
use age::{Decryptor, Encryptor, scrypt, x25519};
use zeroize::Zeroizing;

use super::{DataKey, KEY_BYTES, KEY_FILE_BYTES_MAX, KeyError, WORK_MAX, WorkFactor, for_owner_only, opened_with};

/// The file of the data key.
pub const DATA_KEY: &str = "data-key.age";
/// Names of people are short and plain, because files are called by them.
const NAME_LETTERS_MAX: usize = 32;

/// A person's public key, as text: `age1...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(pub String);

/// What a passphrase opened.
#[derive(Debug)]
pub struct Unlocked {
    /// The key of the store.
    pub key: DataKey,
    /// Whose it was; none where the data key lies under a passphrase alone, as in a workspace made before there were people.
    pub person: Option<PublicKey>,
}

/// Whether a person can be called so: lower-case letters, digits and hyphens.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty()
        && name.len() <= NAME_LETTERS_MAX
        && name.bytes().all(plain)
        && !name.starts_with('-')
        && format!("{name}.age") != DATA_KEY
}

/// A random data key.
///
/// # Errors
/// [`KeyError::NoRandomness`].
pub fn new_data_key() -> Result<DataKey, KeyError> {
    Ok(DataKey(super::random()?))
}

/// Makes a person's identity at `folder/NAME.age`, under `passphrase`.
///
/// # Errors
/// [`KeyError`] where a file is there already, the passphrase is empty or the system refuses. No half file is left.
pub fn add(folder: &Path, name: &str, passphrase: &str, work: WorkFactor) -> Result<PublicKey, KeyError> {
    if passphrase.is_empty() {
        return Err(KeyError::NoPassphrase);
    }
    let identity = x25519::Identity::generate();
    let secret = identity.to_string();
    let path = folder.join(format!("{name}.age"));
    super::seal(&path, passphrase, work, secret.expose_secret().as_bytes())?;
    Ok(PublicKey(identity.to_public().to_string()))
}

/// Keeps the data key for `people` and nobody else, in place of whoever could open it before.
///
/// # Errors
/// [`KeyError`] where a public key is none or the file cannot be written; then it is as it was.
pub fn share(folder: &Path, key: &DataKey, people: &[PublicKey]) -> Result<(), KeyError> {
    let path = folder.join(DATA_KEY);
    let damaged = || KeyError::Damaged { path: path.clone() };
    let io = |cause: std::io::Error| KeyError::Io { path: path.clone(), cause };
    let recipients: Vec<x25519::Recipient> = people
        .iter()
        .map(|person| x25519::Recipient::from_str(&person.0).map_err(|_| damaged()))
        .collect::<Result<_, _>>()?;
    let encryptor = Encryptor::with_recipients(recipients.iter().map(|recipient| recipient as &dyn age::Recipient))
        .map_err(|_| damaged())?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(io)?;
    writer.write_all(&key.0[..]).map_err(io)?;
    writer.finish().map_err(io)?;
    // Beside the old one first: a killed program leaves the one or the other, whole.
    let beside = folder.join(format!("{DATA_KEY}.new"));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    for_owner_only(&mut options);
    let mut file = options.open(&beside).map_err(io)?;
    file.write_all(&sealed).and_then(|()| file.sync_all()).map_err(io)?;
    fs::rename(&beside, &path).map_err(io)
}

/// Opens the data key of `folder` with a passphrase: `who`'s where they are named, else whoever's it is.
///
/// # Errors
/// [`KeyError::WrongPassphrase`] where it opens nobody's identity, [`KeyError::NotAmong`] where the data key is not kept for
/// that person any more, [`KeyError::NoPerson`] where nobody is called so.
pub fn open(folder: &Path, passphrase: &str, who: Option<&str>) -> Result<Unlocked, KeyError> {
    let path = folder.join(DATA_KEY);
    let sealed = read(&path)?;
    let decryptor = Decryptor::new(sealed.as_slice()).map_err(|_| KeyError::Damaged { path: path.clone() })?;
    if decryptor.is_scrypt() {
        return Ok(Unlocked { key: super::unlock(&path, passphrase)?, person: None });
    }
    for name in names(folder, who)? {
        let own = folder.join(format!("{name}.age"));
        let identity = match identity(&own, passphrase) {
            Err(KeyError::WrongPassphrase { .. }) => continue,
            other => other?,
        };
        let opened = age::decrypt(&identity, &sealed).map(Zeroizing::new).map_err(|error| {
            if matches!(error, age::DecryptError::NoMatchingKeys) {
                KeyError::NotAmong { name: name.clone() }
            } else {
                KeyError::Damaged { path: path.clone() }
            }
        })?;
        let person = Some(PublicKey(identity.to_public().to_string()));
        return Ok(Unlocked { key: data_key(&opened).ok_or(KeyError::Damaged { path })?, person });
    }
    Err(KeyError::WrongPassphrase { path: who.map_or(path, |name| folder.join(format!("{name}.age"))) })
}

fn data_key(bytes: &[u8]) -> Option<DataKey> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    (bytes.len() == KEY_BYTES).then(|| key.copy_from_slice(bytes))?;
    Some(DataKey(key))
}

fn identity(path: &Path, passphrase: &str) -> Result<x25519::Identity, KeyError> {
    let sealed = read(path)?;
    let mut with = scrypt::Identity::new(SecretString::from(passphrase));
    with.set_max_work_factor(WORK_MAX);
    let opened = opened_with(&with, &sealed, path)?;
    let damaged = || KeyError::Damaged { path: path.to_owned() };
    let text = std::str::from_utf8(&opened).map_err(|_| damaged())?;
    x25519::Identity::from_str(text.trim()).map_err(|_| damaged())
}

/// Whose identities to try, in the order of their names.
fn names(folder: &Path, who: Option<&str>) -> Result<Vec<String>, KeyError> {
    if let Some(name) = who {
        let there = is_name(name) && folder.join(format!("{name}.age")).is_file();
        return if there { Ok(vec![name.to_owned()]) } else { Err(KeyError::NoPerson { name: name.to_owned() }) };
    }
    let io = |cause| KeyError::Io { path: folder.to_owned(), cause };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let name = entry.map_err(io)?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".age").filter(|name| is_name(name)).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

fn read(path: &Path) -> Result<Vec<u8>, KeyError> {
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(KEY_FILE_BYTES_MAX).read_to_end(&mut bytes));
    read.map_err(|cause| {
        if cause.kind() == std::io::ErrorKind::NotFound {
            KeyError::Missing { path: path.to_owned() }
        } else {
            KeyError::Io { path: path.to_owned(), cause }
        }
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_opens_the_one_key_with_their_own_passphrase() {
        let home = tempfile::tempdir().expect("a folder");
        let key = new_data_key().expect("randomness");
        let [ann, bob] =
            ["ann", "bob"].map(|name| add(home.path(), name, &format!("{name}'s"), WorkFactor::ForTests).expect(name));
        share(home.path(), &key, &[ann.clone(), bob.clone()]).expect("shared");
        for (passphrase, person) in [("ann's", &ann), ("bob's", &bob)] {
            let opened = open(home.path(), passphrase, None).expect("opened");
            assert_eq!((opened.key.0, opened.person.as_ref()), (key.0.clone(), Some(person)));
        }
        assert!(matches!(open(home.path(), "carl's", None), Err(KeyError::WrongPassphrase { .. })));
        assert!(matches!(open(home.path(), "ann's", Some("bob")), Err(KeyError::WrongPassphrase { .. })));
        assert!(matches!(open(home.path(), "ann's", Some("carl")), Err(KeyError::NoPerson { .. })));
        share(home.path(), &key, &[bob]).expect("shared anew");
        assert!(matches!(open(home.path(), "ann's", None), Err(KeyError::NotAmong { .. })));
    }

    #[test]
    fn a_copied_identity_is_the_same_person_under_another_name() {
        let home = tempfile::tempdir().expect("a folder");
        let key = new_data_key().expect("randomness");
        let ann = add(home.path(), "ann", "ann's", WorkFactor::ForTests).expect("ann");
        share(home.path(), &key, std::slice::from_ref(&ann)).expect("shared");
        fs::copy(home.path().join("ann.age"), home.path().join("bob.age")).expect("copied");
        assert_eq!(open(home.path(), "ann's", Some("bob")).expect("opened").person, Some(ann));
    }

    #[test]
    fn names_are_plain() {
        for (name, good) in
            [("deputy", true), ("ann-2", true), ("Ann", false), ("../a", false), ("data-key", false), ("", false)]
        {
            assert_eq!(is_name(name), good, "{name}");
        }
    }
}
