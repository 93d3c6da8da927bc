//! `takeup keys`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::globals::Globals;
use super::{output, passphrase};

/// People who can open the workspace, each with a passphrase of their own
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup -C service keys add deputy                          asks for the deputy's passphrase twice
  takeup -C service keys add deputy --new-passphrase-file f  reads it from the first line of f
  takeup -C service keys list                                everybody who can open the workspace

A release needs two people: one who builds it and one who was there when it was built and approves it. `keys
list --json` also says who added whom.")]
pub struct Keys {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a person: an identity in keys/ under their own passphrase
    Add {
        /// What the person is called here: lower-case letters, digits and hyphens
        #[arg(value_name = "NAME")]
        name: String,
        /// Read the new person's passphrase from the first line of a file
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Name everybody who can open the workspace
    List,
}

impl Keys {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let mut workspace = globals.open()?;
        match &self.command {
            Command::Add { name, new_passphrase_file } => {
                let theirs = passphrase::of_another(new_passphrase_file.as_deref())?;
                workspace.add_person(name, &theirs)?;
                let untold = Failure::after("The person is added");
                if globals.json {
                    return output::json(&serde_json::json!({ "added": name })).map_err(untold);
                }
                output::result(name).map_err(untold)?;
                output::talk(globals, "Keep keys/ and both passphrases safe, each with its own person.");
                Ok(())
            }
            Command::List => {
                let people = workspace.people()?;
                if globals.json {
                    let (you, added_by) = (workspace.person(), workspace.added_by()?);
                    return output::json(&serde_json::json!({ "people": people, "you": you, "added_by": added_by }));
                }
                output::result(&people.join("\n"))
            }
        }
    }
}
