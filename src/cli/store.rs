//! `takeup store`

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::globals::Globals;
use super::output;

/// Look whether everything that the workspace keeps is as it was written
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup -C service store check    every page of the store, every key file, what awaits approval, every release

Commands that change something look at the pages of the store before they do. Run this before a backup
replaces an older one. Exit 7 where the store, a key file or a release is not as it was, 6 where what
awaits is not, or something lies beside it or beside the releases.")]
pub struct Store {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read every page, and compare keys/, staging/ and reports/ with what the store knows of them
    Check,
}

impl Store {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let Command::Check = self.command;
        let sound = globals.open()?.check()?;
        if globals.json {
            return output::json(&sound);
        }
        let mut said = format!(
            "sound: {} pages of the store, {} key files, {} releases, {} awaiting approval",
            sound.pages, sound.keys, sound.released, sound.awaiting
        );
        if !sound.keys_not_known.is_empty() {
            // Whoever changes something has opened their own, so it is kept from then on.
            said += &format!(
                "\nnot known, until they next change something: the key files of {}",
                sound.keys_not_known.join(", ")
            );
        }
        output::result(&said)
    }
}
