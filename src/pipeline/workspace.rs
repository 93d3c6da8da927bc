//! A workspace: `config/ store/ keys/ reports/`. Comes in: a folder and a passphrase. Goes out: a checked configuration
//! and an open store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use confidential::store::keys::people::{self, PublicKey};
use confidential::store::keys::{DataKey, KeyError, WorkFactor};
use confidential::store::{Store, log};
use model::config::{Configuration, Report};
use model::period::Period;

use super::files::read_texts;
use super::{Error, anchor, lock};

/// What unlocks the keys. Debug output shows nothing of it.
pub struct Passphrase(zeroize::Zeroizing<String>);

impl Passphrase {
    /// A passphrase as it was given.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(zeroize::Zeroizing::new(text))
    }
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Passphrase(..)")
    }
}

/// An open workspace.
#[derive(Debug)]
pub struct Workspace {
    pub(super) folder: PathBuf,
    pub(super) configuration: Configuration,
    pub(super) store: Store,
    /// Whose passphrase opened it.
    pub(super) person: String,
    key: DataKey,
    /// The digest of the key file that opened it.
    key_file: Option<String>,
    lost: bool,
}

/// The first person of a workspace, where no other name is given.
pub const FIRST_PERSON: &str = "manager";

/// Where the keys lie in a workspace.
pub(super) fn keys_path(folder: &Path) -> PathBuf {
    folder.join("keys")
}

/// Where the store lies in a workspace.
pub(super) fn store_path(folder: &Path) -> PathBuf {
    folder.join("store").join("takeup.db")
}

/// Reads the configuration of the workspace in `folder`.
pub(super) fn configuration(folder: &Path) -> Result<Configuration, Error> {
    let config = folder.join("config");
    if !disk::is_file(&config.join("service.toml"))? {
        return Err(Error::NoWorkspace(folder.to_owned()));
    }
    Ok(Configuration::read(&read_texts(&config)?)?)
}

/// Makes a person's identity, keeps the data key for everybody in the store and for them, and enters them in the store. In this
/// order: who is listed can open, and whoever was begun can be added again.
pub(super) fn enter(
    keys: &Path,
    store: &mut Store,
    data_key: &DataKey,
    (name, passphrase): (&str, &Passphrase),
    by: &str,
) -> Result<PublicKey, Error> {
    let identity = people::Identity::new(passphrase.expose(), WorkFactor::Production)?;
    identity.keep(keys, name)?;
    let public = identity.public();
    share(keys, store, data_key, (name, public))?;
    store.add_person_by(name, public, by, &identity.sha256())?;
    Ok(public.clone())
}

/// Keeps the data key for everybody in the store, and for `name` under this public key.
fn share(keys: &Path, store: &Store, data_key: &DataKey, (name, public): (&str, &PublicKey)) -> Result<(), Error> {
    let others = store.people()?.into_iter().filter(|(known, _)| known != name).map(|(_, key)| key);
    let all: Vec<PublicKey> = others.chain([public.clone()]).collect();
    Ok(people::share(keys, data_key, &all)?)
}

/// Opens the store. Where a killed command left a log and nobody is at work, the log is looked at first and every page after it
/// was moved in; beside the store, whether something of the log could not be read.
fn store(folder: &Path, key: &DataKey) -> Result<(Store, bool), Error> {
    let path = store_path(folder);
    // Whoever is at work has a log too, and it is not to be judged while they write.
    let alone = if disk::is_there(&path)? && log::is_left(&path)? && disk::is_writable(&path)? {
        lock::take_if_free(folder)?
    } else {
        None
    };
    if alone.is_none() {
        return Ok((Store::open(&path, key)?, false));
    }
    let is_whole = log::is_whole(&path)?;
    let store = Store::open(&path, key)?;
    store.check_pages()?;
    Ok((store, !is_whole))
}

impl Workspace {
    /// Opens the workspace in `folder`. What a killed run left behind is finished or dropped by the first command that changes
    /// anything.
    ///
    /// # Errors
    /// [`Error::Config`], [`Error::Store`], or [`Error::NoWorkspace`].
    pub fn open(folder: &Path, passphrase: &Passphrase) -> Result<Self, Error> {
        Self::open_as(folder, passphrase, None)
    }

    /// As [`Workspace::open`]; the passphrase must be `who`'s where they are named.
    ///
    /// # Errors
    /// As [`Workspace::open`]; [`Error::Stranger`] where the store does not know whose identity it is.
    pub fn open_as(folder: &Path, passphrase: &Passphrase, who: Option<&str>) -> Result<Self, Error> {
        let configuration = configuration(folder)?;
        let keys = keys_path(folder);
        let unlocked = people::open(&keys, passphrase.expose(), who)?;
        let (mut store, lost) = store(folder, &unlocked.key)?;
        let public = match unlocked.person {
            Some(public) => public,
            // Made before there were people: whoever knows the passphrase is the first of them.
            None => {
                let person = who.unwrap_or(FIRST_PERSON);
                let _held = lock::hold(folder, "keys", person)?;
                enter(&keys, &mut store, &unlocked.key, (person, passphrase), "")?
            }
        };
        // The first person of a workspace made before there were people, whose entry was cut short.
        if store.people()?.is_empty() {
            store.add_person(who.unwrap_or(FIRST_PERSON), &public)?;
        }
        // The name is the store's: a file can be copied under any other.
        let person = store.person(&public)?.ok_or(Error::Stranger)?;
        if who.is_some_and(|name| name != person) {
            return Err(KeyError::NoPerson { name: who.unwrap_or_default().to_owned() }.into());
        }
        anchor::check(folder, &store)?;
        let (folder, key_file) = (folder.to_owned(), unlocked.key_file_sha256);
        Ok(Self { folder, configuration, store, person, key: unlocked.key, key_file, lost })
    }

    /// Keeps the digest of the key file that opened the workspace, where a program made it that kept none.
    pub(super) fn keep_key_file(&mut self) -> Result<(), Error> {
        let Some(digest) = &self.key_file else { return Ok(()) };
        if self.store.key_files()?.get(&self.person).is_some_and(Option::is_none) {
            self.store.keep_key_file(&self.person, digest)?;
        }
        Ok(())
    }

    /// Compares every person's key file with what it was when it was made; gives the names of those of whom that is not known.
    pub(super) fn check_keys(&self) -> Result<(usize, Vec<String>), Error> {
        let (folder, files) = (keys_path(&self.folder), self.store.key_files()?);
        let (mut compared, mut not_known) = (0, Vec::new());
        for (name, kept) in &files {
            let digest = people::digest(&folder, name)?;
            match kept {
                None => not_known.push(name.clone()),
                Some(kept) if *kept == digest => compared += 1,
                Some(_) => return Err(KeyError::Changed { path: people::file(&folder, name) }.into()),
            }
        }
        // That it is whole is shown by having opened it. One that is being added may be among those it is kept for already.
        let (kept, people) = (people::kept_for(&folder)?, files.len());
        if kept < people {
            return Err(KeyError::ForFewer { path: folder.join(people::DATA_KEY), kept, people }.into());
        }
        Ok((compared, not_known))
    }

    /// Whether a command was interrupted, and what it was about to store is not there because its log was not whole.
    #[must_use]
    pub const fn has_lost(&self) -> bool {
        self.lost
    }

    /// Whose passphrase opened the workspace.
    #[must_use]
    pub fn person(&self) -> &str {
        &self.person
    }

    /// Everybody who can open it, by name.
    ///
    /// # Errors
    /// [`Error::Store`] where the store cannot be read.
    pub fn people(&self) -> Result<Vec<String>, Error> {
        Ok(self.store.people()?.into_iter().map(|(name, _)| name).collect())
    }

    /// Lets another person open the workspace, with a passphrase of their own.
    ///
    /// # Errors
    /// [`Error::Name`] where nobody can be called so, [`Error::Exists`] where somebody is.
    pub fn add_person(&mut self, name: &str, passphrase: &Passphrase) -> Result<(), Error> {
        if !people::is_name(name) {
            return Err(Error::Name(name.to_owned()));
        }
        let _held = self.change("keys add")?;
        let keys = keys_path(&self.folder);
        let known = self.store.people()?.into_iter().find(|(known, _)| known == name);
        let file = people::file(&keys, name);
        if let Some((_, public)) = known.filter(|_| disk::is_there(&file).unwrap_or(true)) {
            // Adding them may have been cut short before the data key was kept for them; for anybody else it changes nothing.
            if people::public(&keys, name, passphrase.expose()).ok().as_ref() != Some(&public) {
                return Err(Error::Exists(file));
            }
            return share(&keys, &self.store, &self.key, (name, &public));
        }
        self.is_of_nobody(passphrase)?;
        enter(&keys, &mut self.store, &self.key, (name, passphrase), &self.person)?;
        Ok(())
    }

    /// That a passphrase opens nothing for somebody whom the store knows.
    fn is_of_nobody(&self, passphrase: &Passphrase) -> Result<(), Error> {
        let opened = people::open(&keys_path(&self.folder), passphrase.expose(), None).ok();
        let Some(public) = opened.and_then(|opened| opened.person) else { return Ok(()) };
        if self.store.person(&public)?.is_some() { Err(Error::SamePassphrase) } else { Ok(()) }
    }

    /// Who added each person; empty for the first one.
    ///
    /// # Errors
    /// [`Error::Store`] where the store cannot be read.
    pub fn added_by(&self) -> Result<BTreeMap<String, String>, Error> {
        Ok(self.store.added_by()?)
    }

    pub(super) fn period(&self, name: &str) -> Result<Period, Error> {
        Ok(Period::parse(name, self.configuration.service.calendar)?)
    }

    /// The audiences that a command is for: the named one, or all.
    pub(super) fn audiences(&self, named: Option<&str>) -> Result<Vec<String>, Error> {
        let all: Vec<String> =
            self.configuration.service.audiences.iter().map(|audience| audience.id.clone()).collect();
        match named {
            None => Ok(all),
            Some(name) if all.iter().any(|id| id == name) => Ok(vec![name.to_owned()]),
            Some(name) => Err(Error::NoSuch { what: "audience", name: name.to_owned(), allowed: all.join(", ") }),
        }
    }

    /// The workspace's report. The configuration holds one; a second one would need a name on the command line.
    pub(super) fn report_plan(&self) -> Result<&Report, Error> {
        let none = || Error::NoSuch { what: "report", name: "reports/*.toml".to_owned(), allowed: "none".to_owned() };
        self.configuration.reports.values().next().ok_or_else(none)
    }
}
