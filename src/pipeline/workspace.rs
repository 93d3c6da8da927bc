//! A workspace: `config/ store/ keys/ reports/`. Comes in: a folder and a passphrase. Goes out: a checked configuration
//! and an open store, with whatever a killed run left behind finished or discarded.

use std::fs;
use std::path::{Path, PathBuf};

use confidential::store::Store;
use confidential::store::keys::{self, WorkFactor};
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
}

/// Where the data key lies in a workspace.
pub(super) fn key_path(folder: &Path) -> PathBuf {
    folder.join("keys").join("data-key.age")
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
pub fn init(folder: &Path, template: Template, passphrase: &Passphrase, force: bool) -> Result<(), Error> {
    init_with(folder, template, passphrase, force, None)
}

/// As [`init`]; with a key that breaks ties where the same input must give the same bytes in two stores.
pub(super) fn init_with(
    folder: &Path,
    template: Template,
    passphrase: &Passphrase,
    force: bool,
    tie_key: Option<[u8; 32]>,
) -> Result<(), Error> {
    let (key, store) = (key_path(folder), store_path(folder));
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
    let data_key = keys::create(&key, passphrase.expose(), WorkFactor::Production)?;
    match tie_key {
        None => Store::create(&store, &data_key)?,
        Some(tie_key) => Store::create_with_tie_key(&store, &data_key, tie_key)?,
    };
    Ok(())
}

impl Workspace {
    /// Opens the workspace in `folder`, and finishes or discards what a killed run left behind.
    ///
    /// # Errors
    /// [`Error::Config`], [`Error::Store`], or [`Error::NoWorkspace`].
    pub fn open(folder: &Path, passphrase: &Passphrase) -> Result<Self, Error> {
        let configuration = configuration(folder)?;
        let key = keys::unlock(&key_path(folder), passphrase.expose())?;
        let mut store = Store::open(&store_path(folder), &key)?;
        recover::recover(&folder.join("reports"), &mut store)?;
        Ok(Self { folder: folder.to_owned(), configuration, store })
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
