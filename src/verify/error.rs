//! What keeps a folder from being attacked at all. Comes in: paths. Goes out: facts with their place. Anything wrong
//! inside a release that can be read is a finding, not an error.

use std::path::PathBuf;

use model::{Attack, Finding};
use thiserror::Error;

use crate::readers::folder::MANIFEST;

/// A folder that cannot be attacked.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// The path leads to nothing, or to a file.
    #[error("{path} is not a folder", path = path.display())]
    NotAFolder {
        /// As given.
        path: PathBuf,
    },
    /// Nothing says what the files are.
    #[error("{path} has no release.json", path = path.display())]
    NoManifest {
        /// The folder.
        path: PathBuf,
    },
    /// The manifest is no file that can be read: a link, a pipe, or far too large.
    #[error("{path}: {what}", path = path.display())]
    NotRead {
        /// The manifest.
        path: PathBuf,
        /// Why not.
        what: &'static str,
    },
    /// The manifest does not parse.
    #[error("{path} line {line}, column {column}: {what}", path = path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What the parser expected.
        what: String,
    },
    /// The outside register is no table.
    #[error("{path} line {line}: not a CSV file with a header and as many fields in every line", path = path.display())]
    Register {
        /// The register.
        path: PathBuf,
        /// Counted from 1; 0 where no line can be named.
        line: u64,
    },
    /// A register that says nothing about any column of an extract.
    #[error("the register has none of the columns of an extract: {columns}")]
    RegisterColumns {
        /// What the extracts have.
        columns: String,
    },
    /// The disk refused.
    #[error("{path} cannot be read", path = path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// More combinations of codes than a cell's number can hold.
    #[error("the manifests name more dimensions and codes than can be attacked together")]
    TooManyCodes,
    /// No folder was given.
    #[error("no folder to verify was given")]
    NoFolder,
}

impl VerifyError {
    /// What is wrong, as a finding: the folder is one, its manifest is there, and nobody can tell from it what lies beside it. None for
    /// what is wrong with the question.
    pub(crate) fn as_finding(&self) -> Option<Finding> {
        let (path, place, what) = match self {
            Self::NotRead { path, what } => (path, String::new(), (*what).to_owned()),
            Self::Manifest { path, line, column, what } => {
                (path, format!("line {line}, column {column}"), what.clone())
            }
            Self::NotAFolder { .. }
            | Self::NoManifest { .. }
            | Self::Register { .. }
            | Self::RegisterColumns { .. }
            | Self::Unreadable { .. }
            | Self::TooManyCodes
            | Self::NoFolder => return None,
        };
        let name = path.parent().and_then(|folder| folder.file_name()).unwrap_or_default().to_string_lossy();
        Some(Finding {
            attack: Attack::Manifest,
            kind: "manifest_unreadable".to_owned(),
            file: format!("{name}/{MANIFEST}"),
            place,
            message: format!("{what}; nothing beside it was attacked"),
            claim: None,
        })
    }
}
