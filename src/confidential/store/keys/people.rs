//! People: each has an identity of their own under a passphrase of their own, and the data key is kept for all of them.
//! Comes in: a folder of keys, a passphrase. Goes out: the data key, and whose passphrase it was. Deliberately absent: what
//! somebody may do; and names that are only names of files: a person is a public key that the store knows by name.
//!
//! `keys/NAME.age` is an X25519 identity under a passphrase, `keys/data-key.age` the data key for the public keys of all.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use age::secrecy::{ExposeSecret, SecretString};
use age::{Decryptor, Encryptor, scrypt, x25519};
use model::digest::sha256;
use zeroize::Zeroizing;

use super::{DataKey, KEY_BYTES, KeyError, WORK_MAX, WorkFactor, opened_with, read};

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
    /// The digest of their key file as it was opened, which shows that all of it is as it was made.
    pub key_file_sha256: Option<String>,
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

/// A person's identity under their passphrase, kept nowhere yet.
#[derive(Debug)]
pub struct Identity {
    public: PublicKey,
    sealed: Vec<u8>,
}

impl Identity {
    /// A new identity under `passphrase`.
    ///
    /// # Errors
    /// [`KeyError`] where the passphrase is empty.
    pub fn new(passphrase: &str, work: WorkFactor) -> Result<Self, KeyError> {
        if passphrase.is_empty() {
            return Err(KeyError::NoPassphrase);
        }
        let identity = x25519::Identity::generate();
        let secret = identity.to_string();
        let sealed = super::sealed(Path::new(""), passphrase, work, secret.expose_secret().as_bytes())?;
        Ok(Self { public: PublicKey(identity.to_public().to_string()), sealed })
    }

    /// Its public half.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The digest of the file that keeps it.
    #[must_use]
    pub fn sha256(&self) -> String {
        sha256(&self.sealed)
    }

    /// Keeps it at `folder/NAME.age`, in the place of whatever bears that name: one that the store does not know opens nothing.
    ///
    /// # Errors
    /// [`KeyError::Io`]; then the old file is there, whole.
    pub fn keep(&self, folder: &Path, name: &str) -> Result<(), KeyError> {
        Ok(disk::replace(&file(folder, name), &self.sealed)?)
    }
}

/// Where a person's identity is kept.
#[must_use]
pub fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.age"))
}

/// The public key of the identity at `folder/NAME.age`, where `passphrase` opens it.
///
/// # Errors
/// [`KeyError`] where it does not.
pub fn public(folder: &Path, name: &str, passphrase: &str) -> Result<PublicKey, KeyError> {
    Ok(PublicKey(identity(&file(folder, name), passphrase)?.0.to_public().to_string()))
}

/// Makes a person's identity at `folder/NAME.age`, under `passphrase`.
///
/// # Errors
/// [`KeyError`] where a file is there already, the passphrase is empty or the system refuses. No half file is left.
pub fn add(folder: &Path, name: &str, passphrase: &str, work: WorkFactor) -> Result<PublicKey, KeyError> {
    let identity = Identity::new(passphrase, work)?;
    super::keep_new(&file(folder, name), &identity.sealed)?;
    Ok(identity.public)
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
    // A killed program leaves the old one or the new one, whole.
    Ok(disk::replace(&path, &sealed)?)
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
        return Ok(Unlocked { key: super::unlock(&path, passphrase)?, person: None, key_file_sha256: None });
    }
    let mut refused = None;
    for name in names(folder, who)? {
        let (identity, key_file_sha256) = match identity(&file(folder, &name), passphrase) {
            Ok((identity, digest)) => (identity, Some(digest)),
            Err(error @ KeyError::Io { .. }) => return Err(error),
            Err(error) if who.is_some() => return Err(error),
            // Somebody else's; or no identity at all, and then nobody must be shut out by it.
            Err(_) => continue,
        };
        match age::decrypt(&identity, &sealed).map(Zeroizing::new) {
            Ok(opened) => {
                let person = Some(PublicKey(identity.to_public().to_string()));
                let key = data_key(&opened).ok_or(KeyError::Damaged { path })?;
                return Ok(Unlocked { key, person, key_file_sha256 });
            }
            Err(age::DecryptError::NoMatchingKeys) => refused = Some(KeyError::NotAmong { name }),
            Err(_) => return Err(KeyError::Damaged { path }),
        }
    }
    let wrong = || KeyError::WrongPassphrase { path: who.map_or(path, |name| file(folder, name)) };
    Err(refused.unwrap_or_else(wrong))
}

fn data_key(bytes: &[u8]) -> Option<DataKey> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    (bytes.len() == KEY_BYTES).then(|| key.copy_from_slice(bytes))?;
    Some(DataKey(key))
}

/// The identity in a key file, and the digest of the file.
fn identity(path: &Path, passphrase: &str) -> Result<(x25519::Identity, String), KeyError> {
    let sealed = read(path)?;
    let mut with = scrypt::Identity::new(SecretString::from(passphrase));
    with.set_max_work_factor(WORK_MAX);
    let opened = opened_with(&with, &sealed, path)?;
    let damaged = || KeyError::Damaged { path: path.to_owned() };
    let text = std::str::from_utf8(&opened).map_err(|_| damaged())?;
    Ok((x25519::Identity::from_str(text.trim()).map_err(|_| damaged())?, sha256(&sealed)))
}

/// The digest of the key file of `name`.
///
/// # Errors
/// [`KeyError::Missing`] where there is none.
pub fn digest(folder: &Path, name: &str) -> Result<String, KeyError> {
    Ok(sha256(&read(&file(folder, name))?))
}

/// For how many people the data key is kept. Whose keys they are it does not say to anybody else.
///
/// # Errors
/// [`KeyError::Missing`] where there is none.
pub fn kept_for(folder: &Path) -> Result<usize, KeyError> {
    let sealed = read(&folder.join(DATA_KEY))?;
    let head = String::from_utf8_lossy(&sealed);
    Ok(head.lines().take_while(|line| !line.starts_with("---")).filter(|line| line.starts_with("-> X25519 ")).count())
}

/// Whose identities to try, in the order of their names.
fn names(folder: &Path, who: Option<&str>) -> Result<Vec<String>, KeyError> {
    if let Some(name) = who {
        let there = is_name(name) && disk::is_there(&file(folder, name))?;
        return if there { Ok(vec![name.to_owned()]) } else { Err(KeyError::NoPerson { name: name.to_owned() }) };
    }
    let found = disk::entries(folder)?.unwrap_or_default();
    let files = found.iter().filter(|(_, kind)| **kind == disk::Kind::File);
    let names = files.filter_map(|(name, _)| name.strip_suffix(".age").filter(|name| is_name(name)));
    Ok(names.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

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
    fn the_data_key_says_for_how_many_it_is_kept_and_a_key_file_what_it_was_when_it_opened() {
        let home = tempfile::tempdir().expect("a folder");
        let key = new_data_key().expect("randomness");
        let [ann, bob] = ["ann", "bob"].map(|name| add(home.path(), name, name, WorkFactor::ForTests).expect(name));
        for people in [vec![ann.clone()], vec![ann, bob]] {
            share(home.path(), &key, &people).expect("shared");
            assert_eq!(kept_for(home.path()).expect("it is there"), people.len());
        }
        let opened = open(home.path(), "bob", None).expect("opened");
        assert_eq!(opened.key_file_sha256, Some(digest(home.path(), "bob").expect("it is there")));
        assert!(matches!(digest(home.path(), "carl"), Err(KeyError::Missing { .. })));
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
    fn a_file_that_is_no_identity_shuts_nobody_out() {
        let home = tempfile::tempdir().expect("a folder");
        let key = new_data_key().expect("randomness");
        let ann = add(home.path(), "ann", "ann's", WorkFactor::ForTests).expect("ann");
        share(home.path(), &key, std::slice::from_ref(&ann)).expect("shared");
        fs::copy(home.path().join(DATA_KEY), home.path().join("a-copy.age")).expect("copied");
        fs::write(home.path().join("aaa.age"), "").expect("written");
        fs::create_dir(home.path().join("aab.age")).expect("made");
        assert_eq!(open(home.path(), "ann's", None).expect("opened").person, Some(ann));
        assert!(matches!(open(home.path(), "ann's", Some("aaa")), Err(KeyError::Damaged { .. })));
        assert!(matches!(open(home.path(), "carl's", None), Err(KeyError::WrongPassphrase { .. })));
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
