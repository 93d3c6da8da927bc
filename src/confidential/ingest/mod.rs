//! Reads exports, messy as they are. Comes in: paths and a source. Goes out: recordings and a data-quality report that
//! speaks in places and counts. Deliberately absent: the store, and any value in a message.

use crate::identified::Identified;

/// Where a recording stood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// Name of the file, without its folder.
    pub file: String,
    /// Name of the sheet; empty for text files.
    pub sheet: String,
    /// Row of the sheet or line of the file, from 1.
    pub row: u64,
}

/// One case as read: a value a field of the source, in the source's order; stored forms as `Kind` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recording {
    /// One a field; none where blank.
    pub values: Identified<Vec<Option<String>>>,
    /// Where it stood.
    pub origin: Origin,
}
