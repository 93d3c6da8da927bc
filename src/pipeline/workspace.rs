//! A workspace: `config/ store/ keys/ reports/`. Comes in: a folder and a passphrase. Goes out: a checked configuration
//! and an open store, with whatever a killed run left behind finished or discarded.

use std::fs;
use std::path::{Path, PathBuf};

use confidential::store::Store;
use confidential::store::keys::people::{self, PublicKey};
use confidential::store::keys::{DataKey, KeyError, WorkFactor};
use model::config::{Configuration, Report};
use model::period::Period;

use super::files::{failed, read_texts, write_folder};
use super::{Error, Template, recover};

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
    if !config.join("service.toml").is_file() {
        return Err(Error::NoWorkspace(folder.to_owned()));
    }
    Ok(Configuration::read(&read_texts(&config)?)?)
}

/// Makes a workspace in `folder` from a template, with a new store and a new key.
///
/// # Errors
/// [`Error::Exists`] where the folder holds a workspace; a store or key is never overwritten, `force` or not.
pub fn init(
    folder: &Path,
    template: Template,
    (person, passphrase): (&str, &Passphrase),
    force: bool,
) -> Result<(), Error> {
    init_with(folder, template, (person, passphrase), force, None)
}

/// As [`init`]; with a key that breaks ties where the same input must give the same bytes in two stores.
pub(super) fn init_with(
    folder: &Path,
    template: Template,
    (person, passphrase): (&str, &Passphrase),
    force: bool,
    tie_key: Option<[u8; 32]>,
) -> Result<(), Error> {
    if !people::is_name(person) {
        return Err(Error::Name(person.to_owned()));
    }
    let (key, store) = (keys_path(folder).join(people::DATA_KEY), store_path(folder));
    for path in [&key, &store] {
        if path.exists() {
            return Err(Error::Exists(path.clone()));
        }
    }
    let config = folder.join("config");
    if config.exists() && !force {
        return Err(Error::Exists(config));
    }
    let files = template.files();
    write_folder(&config, files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())))?;
    for path in [&key, &store, &folder.join("reports").join("-")] {
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(failed(parent, "create the folder"))?;
    }
    let data_key = people::new_data_key()?;
    let mut store = match tie_key {
        None => Store::create(&store, &data_key)?,
        Some(tie_key) => Store::create_with_tie_key(&store, &data_key, tie_key)?,
    };
    enter(&keys_path(folder), &mut store, &data_key, (person, passphrase))?;
    Ok(())
}

/// Makes a person's identity, enters it in the store and keeps the data key for everybody in there.
fn enter(
    keys: &Path,
    store: &mut Store,
    data_key: &DataKey,
    (name, passphrase): (&str, &Passphrase),
) -> Result<PublicKey, Error> {
    let public = people::add(keys, name, passphrase.expose(), WorkFactor::Production)?;
    store.add_person(name, &public)?;
    let all: Vec<PublicKey> = store.people()?.into_iter().map(|(_, key)| key).collect();
    people::share(keys, data_key, &all)?;
    Ok(public)
}

impl Workspace {
    /// Opens the workspace in `folder`, and finishes or discards what a killed run left behind.
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
        let mut store = Store::open(&store_path(folder), &unlocked.key)?;
        let public = match unlocked.person {
            Some(public) => public,
            // Made before there were people: whoever knows the passphrase is the first of them.
            None => enter(&keys, &mut store, &unlocked.key, (who.unwrap_or(FIRST_PERSON), passphrase))?,
        };
        // The name is the store's: a file can be copied under any other.
        let person = store.person(&public)?.ok_or(Error::Stranger)?;
        if who.is_some_and(|name| name != person) {
            return Err(KeyError::NoPerson { name: who.unwrap_or_default().to_owned() }.into());
        }
        recover::recover(folder, &mut store)?;
        Ok(Self { folder: folder.to_owned(), configuration, store, person, key: unlocked.key })
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
        let keys = keys_path(&self.folder);
        if keys.join(format!("{name}.age")).exists() || self.people()?.iter().any(|known| known == name) {
            return Err(Error::Exists(keys.join(format!("{name}.age"))));
        }
        enter(&keys, &mut self.store, &self.key, (name, passphrase))?;
        Ok(())
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
