//! What is wrong with a hierarchy. Comes in: places. Goes out: facts. Deliberately absent: the values.

use std::path::PathBuf;

use thiserror::Error;

/// A hierarchy that cannot be used, by file and column.
#[derive(Debug, Error)]
pub enum HierarchyError {
    /// The folder or file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A quasi-identifier without a file.
    #[error("{folder} has no *_hierarchy_{column}.csv for the quasi-identifier {column:?}", folder = folder.display())]
    Missing {
        /// Where it was looked for.
        folder: PathBuf,
        /// The column.
        column: String,
    },
    /// Which of the two is meant?
    #[error("the column {column:?} has two hierarchies: {first} and {second}", first = first.display(), second = second.display())]
    Two {
        /// The column.
        column: String,
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A file for a column that the data do not have.
    #[error("{path} is for a column {column:?} that the data do not have", path = path.display())]
    UnknownColumn {
        /// The file.
        path: PathBuf,
        /// What its name says.
        column: String,
    },
    /// What stands in the file is wrong.
    #[error("the hierarchy of {column:?} ({path}): {fault}", path = path.display())]
    Wrong {
        /// The column.
        column: String,
        /// The file.
        path: PathBuf,
        /// What, and where.
        fault: Fault,
    },
    /// A value of the data that the hierarchy does not have.
    #[error(
        "the hierarchy of {column:?} has no line for the value on line {line} of the file ({letters} letters): level 0 has a gap"
    )]
    Gap {
        /// The column.
        column: String,
        /// Line in the data; the header is line 1.
        line: u64,
        /// The length of the value.
        letters: usize,
    },
    /// A value of the data that a ready-made hierarchy cannot place.
    #[error("the value of {column:?} on line {line} of the file is not {kind}")]
    NotOfKind {
        /// The column.
        column: String,
        /// Line in the data; the header is line 1.
        line: u64,
        /// What it should be.
        kind: &'static str,
    },
    /// A ready-made hierarchy that came out wrong.
    #[error("the ready-made hierarchy of {column:?}: {fault}")]
    Ready {
        /// The column.
        column: String,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong in a hierarchy file, and where. Lines count from 1, levels from 0 (the values).
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No line.
    #[error("the file is empty")]
    Empty,
    /// Not UTF-8.
    #[error("line {line}, level {level}: not UTF-8")]
    Encoding {
        /// Its line.
        line: u64,
        /// Its field.
        level: usize,
    },
    /// A quotation mark that is never closed.
    #[error("line {line}: a quotation mark is not closed")]
    Quote {
        /// Where it opens.
        line: u64,
    },
    /// No separator, so no level above the values.
    #[error("line {line}: no level above the values; the separator is one of ; , | or a tab")]
    OneLevel {
        /// Its line.
        line: u64,
    },
    /// More or fewer levels than the first line.
    #[error("line {line}: {fields} levels, but the first line has {expected}")]
    Ragged {
        /// Its line.
        line: u64,
        /// Fields on it.
        fields: usize,
        /// Fields on the first.
        expected: usize,
    },
    /// A level is left out.
    #[error("line {line}, level {level}: the cell is empty")]
    EmptyCell {
        /// Its line.
        line: u64,
        /// Its level.
        level: usize,
    },
    /// The first line names the column.
    #[error("line {line}, level 0: the column's own name; a hierarchy has no header")]
    Header {
        /// Its line.
        line: u64,
    },
    /// The sign of a suppressed row.
    #[error("line {line}, level 0: `*` stands for a suppressed row and cannot be a value")]
    Reserved {
        /// Its line.
        line: u64,
    },
    /// One value twice.
    #[error("line {line}, level 0: the value of line {first} again")]
    Duplicate {
        /// The second.
        line: u64,
        /// The first.
        first: u64,
    },
    /// A group that lies in two groups one level up.
    #[error("line {line}, level {level}: this group has another parent on level {} than on line {first}", level + 1)]
    SeveralParents {
        /// The second.
        line: u64,
        /// Where the group has its first parent.
        first: u64,
        /// The level of the group.
        level: usize,
    },
    /// Not everything comes together at the top.
    #[error("level {level}, the last, has {labels} groups; it must be one for all values")]
    NoTop {
        /// The last level.
        level: usize,
        /// How many.
        labels: usize,
    },
}
