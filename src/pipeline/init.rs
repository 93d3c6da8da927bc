//! A new workspace: whole, or begun anew by the next `init`. Comes in: a folder, a template, a person. Goes out: `config/ store/
//! keys/ reports/`. Deliberately absent: writing over a store or a key that anybody can open.
//!
//! Until the data key has its name nobody can open the store, so that is the last step. Before it all keys lie in `keys.new/`,
//! which tells a workspace that was begun from one that stands.

use std::path::Path;

use confidential::store::Store;
use confidential::store::keys::people;

use super::workspace::{Passphrase, enter, keys_path, store_path};
use super::{Error, Template};

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
    let (new_keys, store) = (folder.join("keys.new"), store_path(folder));
    clear(folder, &new_keys, &store, force)?;
    disk::create_folder(&new_keys)?;
    let files = template.files();
    let files = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
    disk::write_folder(&folder.join("config"), files, None)?;
    let reports = super::recover::reports(folder);
    disk::create_folder(&reports)?;
    disk::readable(&reports)?;
    disk::create_folder(store.parent().unwrap_or(folder))?;
    let data_key = people::new_data_key()?;
    let mut made = match tie_key {
        None => Store::create(&store, &data_key)?,
        Some(tie_key) => Store::create_with_tie_key(&store, &data_key, tie_key)?,
    };
    enter(&new_keys, &mut made, &data_key, (person, passphrase), "")?;
    drop(made);
    give_names(&new_keys, &keys_path(folder))
}

/// That nothing is in the way, once what an earlier `init` began is gone: nobody can open that store, since its key has no name.
fn clear(folder: &Path, new_keys: &Path, store: &Path, force: bool) -> Result<(), Error> {
    let data_key = keys_path(folder).join(people::DATA_KEY);
    if disk::is_there(&data_key)? {
        return Err(Error::Exists(data_key));
    }
    if disk::is_there(new_keys)? {
        for ending in ["", "-wal", "-shm"] {
            let mut name = store.as_os_str().to_owned();
            name.push(ending);
            disk::remove_file(Path::new(&name))?;
        }
        return Ok(disk::remove_folder(new_keys)?);
    }
    let config = folder.join("config");
    for (path, may_replace) in [(store, false), (config.as_path(), force)] {
        if disk::is_there(path)? && !may_replace {
            return Err(Error::Exists(path.to_owned()));
        }
    }
    Ok(())
}

/// The data key last.
fn give_names(new_keys: &Path, keys: &Path) -> Result<(), Error> {
    disk::create_folder(keys)?;
    let mut names: Vec<String> = disk::entries(new_keys)?.unwrap_or_default().into_keys().collect();
    names.sort_by_key(|name| name == people::DATA_KEY);
    for name in names {
        disk::rename(&new_keys.join(&name), &keys.join(&name))?;
    }
    // The workspace stands, whatever becomes of an empty folder.
    let _ = disk::remove_folder(new_keys);
    Ok(())
}
