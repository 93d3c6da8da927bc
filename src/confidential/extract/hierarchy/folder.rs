//! Finds hierarchy files by name: `*_hierarchy_<column>.csv`. Comes in: a folder, the columns of the
//! data, the quasi-identifiers. Goes out: a file for each. Deliberately absent: reading them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::HierarchyError;

/// Before the column's name.
const MARK: &str = "_hierarchy_";

/// The hierarchy file of each of `wanted`, in that order.
///
/// # Errors
/// [`HierarchyError`] where a file is missing, perhaps because one is for no column of the data, or there are two.
pub fn find(folder: &Path, columns: &[&str], wanted: &[&str]) -> Result<Vec<PathBuf>, HierarchyError> {
    let unreadable = |source| HierarchyError::Unreadable { path: folder.to_owned(), source };
    let names = disk::entries(folder).map_err(|failed| unreadable(failed.source))?;
    let names = names.ok_or_else(|| unreadable(std::io::ErrorKind::NotFound.into()))?.into_keys();
    let mut found: BTreeMap<String, PathBuf> = BTreeMap::new();
    // A folder may serve several files of data; only where one is missing is another likely to be it, misspelt.
    let mut stray = None;
    for name in names {
        let path = folder.join(&name);
        let Some(stem) = name.strip_suffix(".csv") else { continue };
        // The data may lie in the same folder under any name; only what says that it is a hierarchy is taken at its word.
        let Some((_, column)) = stem.split_once(MARK) else { continue };
        if !columns.contains(&column) {
            stray = stray.or_else(|| Some((path.clone(), column.to_owned())));
            continue;
        }
        if let Some(first) = found.insert(column.to_owned(), path.clone()) {
            return Err(HierarchyError::Two { column: column.to_owned(), first, second: path });
        }
    }
    let file = |column: &&str| {
        let missing = || match &stray {
            Some((path, column)) => HierarchyError::UnknownColumn { path: path.clone(), column: column.clone() },
            None => HierarchyError::Missing { folder: folder.to_owned(), column: (*column).to_owned() },
        };
        found.get(*column).cloned().ok_or_else(missing)
    };
    wanted.iter().map(file).collect()
}
