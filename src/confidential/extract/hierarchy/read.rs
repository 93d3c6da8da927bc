//! Reads one hierarchy file. Comes in: its path. Goes out: a [`Hierarchy`]. Deliberately absent: a header.

use std::path::Path;

use super::{Fault, Hierarchy, HierarchyError};
use crate::extract::separated::{SEPARATORS, Separated, line_of};

/// Reads the hierarchy of `column`.
///
/// # Errors
/// [`HierarchyError`] names the file, the column, the line and the level.
pub fn read(column: &str, path: &Path) -> Result<Hierarchy, HierarchyError> {
    let bytes =
        disk::read_all_given(path).map_err(|source| HierarchyError::Unreadable { path: path.to_owned(), source })?;
    let wrong = |fault| HierarchyError::Wrong { column: column.to_owned(), path: path.to_owned(), fault };
    let rows = rows(&bytes).map_err(wrong)?;
    Hierarchy::new(column, &rows).map_err(wrong)
}

/// The lines with their numbers, cut into fields.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<(u64, Vec<String>)>, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| encoding(bytes, error.valid_up_to()))?;
    let text = Separated::new(text, usize::MAX).map_err(|line| Fault::Quote { line })?;
    let mut rows = Vec::new();
    text.each(|line, fields| {
        rows.push((line, fields.map(str::to_owned).collect()));
        Ok::<(), Fault>(())
    })?;
    Ok(rows)
}

/// The line and field of the byte at `at`. Which mark separates is not known yet; the commonest before it is taken.
fn encoding(bytes: &[u8], at: usize) -> Fault {
    let before = bytes.get(..at).unwrap_or_default();
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let field = before.get(start..).unwrap_or_default();
    let marks = |mark: &char| field.iter().filter(|byte| char::from(**byte) == *mark).count();
    Fault::Encoding { line: line_of(bytes, at), level: SEPARATORS.iter().map(marks).max().unwrap_or(0) }
}
