//! Options that every command understands. Comes in: arguments. Goes out: a folder, and how to speak.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Args;
use takeup::pipeline::Workspace;

use super::failure::Failure;
use super::output::complain;
use super::passphrase;

/// Options that stand before or after the command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Globals {
    /// The workspace; else the current folder
    #[arg(short = 'C', value_name = "DIR", global = true)]
    directory: Option<PathBuf>,
    /// Read the store's passphrase from the first line of a file
    #[arg(long, value_name = "FILE", global = true)]
    pub passphrase_file: Option<PathBuf>,
    /// Read the store's passphrase from an open file descriptor
    #[arg(long, value_name = "FD", global = true, conflicts_with = "passphrase_file")]
    pub passphrase_fd: Option<u32>,
    /// Who you are: a person of keys/; else whoever the passphrase belongs to
    #[arg(long = "as", value_name = "NAME", global = true)]
    pub person: Option<String>,
    /// Say nothing but errors and results
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Write results as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

const LOST: &str = "\
warning: a command was interrupted, and the log that it left is not whole.
What it was about to store is not there; everything before it is. Run that command again.";

impl Globals {
    /// The workspace's folder.
    pub fn workspace(&self) -> &Path {
        self.directory.as_deref().unwrap_or(Path::new("."))
    }

    /// Whether the arguments point at a workspace or at what unlocks one.
    pub fn names_a_workspace(&self) -> bool {
        self.directory.is_some() || self.passphrase_file.is_some() || self.passphrase_fd.is_some()
    }

    /// Opens the workspace, asking for the passphrase where nothing gives it.
    pub fn open(&self) -> Result<Workspace, Failure> {
        let passphrase = passphrase::existing(self)?;
        let workspace = Workspace::open_as(self.workspace(), &passphrase, self.person.as_deref())?;
        if workspace.has_lost() {
            // However quiet somebody wants it.
            complain(LOST);
        }
        Ok(workspace)
    }

    /// Whether to talk beside results and errors.
    pub fn talks(&self) -> bool {
        !self.quiet
    }

    /// Whether to draw moving bars: for a person who watches.
    pub fn shows_progress(&self) -> bool {
        self.talks() && std::io::stderr().is_terminal()
    }
}
