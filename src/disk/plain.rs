//! A folder that somebody else may have changed, read within bounds. Comes in: its path. Goes out: the plain files that a release could
//! have. Deliberately absent: what is wrong with all else.

use std::fs;
use std::path::Path;

use crate::{Failed, failed};

/// The bytes of every file of a folder that somebody else may have changed. Links, pipes, devices and files that no release has
/// are left out: the attack on the folder names them, and reading one could wait for ever.
///
/// # Errors
/// [`Failed`] where a folder or a file cannot be read.
pub fn read_plain(root: &Path) -> Result<Vec<(String, Vec<u8>)>, Failed> {
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
