//! Reading and writing folders, with the path in every error. Comes in: paths. Goes out: bytes; or a folder that is
//! whole or not there.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::Error;

pub(super) fn failed(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::System { doing, path, source }
}

/// Every file below `root`, by path relative to it with forward slashes.
pub(super) fn walk(root: &Path) -> Result<BTreeMap<String, PathBuf>, Error> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(failed(&folder, "read the folder"))? {
            let path = entry.map_err(failed(&folder, "read the folder"))?.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(relative) = path.strip_prefix(root) {
                let parts: Vec<String> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
                found.insert(parts.join("/"), path);
            }
        }
    }
    Ok(found)
}

/// The text of every file below `root`.
pub(super) fn read_texts(root: &Path) -> Result<BTreeMap<String, String>, Error> {
    let paths = walk(root)?;
    let read = |(name, path): (String, PathBuf)| {
        let text = fs::read_to_string(&path).map_err(failed(&path, "read"))?;
        Ok((name, text))
    };
    paths.into_iter().map(read).collect()
}

/// The bytes of every file of a folder that somebody else may have changed. Links, pipes, devices and files that no release has
/// are left out: the attack on the folder names them, and reading one could wait for ever.
pub(super) fn read_plain(root: &Path) -> Result<Vec<(String, Vec<u8>)>, Error> {
    const MOST_BYTES: u64 = 64 << 20;
    const MOST_FILES: usize = 5_000;
    const MOST_LEVELS: usize = 8;
    let (mut found, mut left) = (Vec::new(), 4 * MOST_BYTES);
    let mut open = vec![(root.to_owned(), 0)];
    while let Some((folder, level)) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(failed(&folder, "read the folder"))?.take(MOST_FILES) {
            let entry = entry.map_err(failed(&folder, "read the folder"))?;
            let path = entry.path();
            let facts = fs::symlink_metadata(&path).map_err(failed(&path, "read"))?;
            if facts.is_dir() && level < MOST_LEVELS {
                open.push((path, level + 1));
            } else if facts.is_file() && facts.len() <= MOST_BYTES.min(left) && found.len() < MOST_FILES {
                let name = path.strip_prefix(root).unwrap_or(&path);
                let parts: Vec<String> = name.iter().map(|part| part.to_string_lossy().into_owned()).collect();
                let bytes = fs::read(&path).map_err(failed(&path, "read"))?;
                left -= (bytes.len() as u64).min(left);
                found.push((parts.join("/"), bytes));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The bytes of every file below `root`.
pub(super) fn read_bytes(root: &Path) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let paths = walk(root)?;
    let read = |(name, path): (String, PathBuf)| Ok((name, fs::read(&path).map_err(failed(&path, "read"))?));
    paths.into_iter().map(read).collect()
}

/// Writes `files` into `folder`, which must not be there yet, and waits until the disk has them.
pub(super) fn write_folder<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(failed(folder, "create the folder"))?;
    for (name, bytes) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed(parent, "create the folder"))?;
        }
        let mut file = fs::File::create(&path).map_err(failed(&path, "write"))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed(&path, "write"))?;
    }
    Ok(())
}

/// The first day that an archive can name, in seconds of Unix; the parts of workbooks bear it too.
const DAY: u64 = 315_532_800;

/// Gives every file below `folder`, and every folder, one day: when they were written is no business of whoever gets them.
pub(super) fn date_alike(folder: &Path) -> Result<(), Error> {
    let day = SystemTime::UNIX_EPOCH + Duration::from_secs(DAY);
    let files = walk(folder)?;
    for path in files.values() {
        let file = fs::OpenOptions::new().write(true).open(path);
        file.and_then(|file| file.set_modified(day)).map_err(failed(path, "date"))?;
    }
    // Elsewhere a folder cannot be opened like a file.
    #[cfg(unix)]
    for path in files.values().flat_map(|path| path.ancestors().skip(1).take_while(|above| above.starts_with(folder))) {
        fs::File::open(path).and_then(|file| file.set_modified(day)).map_err(failed(path, "date"))?;
    }
    Ok(())
}

/// Removes a folder of ours where it is there.
pub(super) fn remove_folder(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(folder, "remove")(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a file that its owner alone may read, where the system knows owners.
pub(super) fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed(path, "write"))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed(path, "write"))
}
