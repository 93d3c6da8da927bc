//! `takeup init`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use takeup::pipeline;

use super::failure::Failure;
use super::globals::Globals;
use super::{output, passphrase};

/// Make a workspace: a commented configuration, a new encrypted store and its key
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup init service                              asks for a new passphrase
  takeup init service --passphrase-file pass.txt   reads it from the first line of pass.txt
  takeup init offices --template casework --passphrase-file pass.txt

The first person is called manager, or what --as says. A release needs a second one: takeup keys add.
Keep the passphrase and a copy of keys/ safe: without both, nobody can read the store again.")]
pub struct Init {
    /// The folder to make
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The configuration to start from
    #[arg(long, value_enum, default_value_t = Template::Advice)]
    template: Template,
    /// Overwrite a configuration that is there; a store or key never is
    #[arg(long)]
    force: bool,
}

/// A configuration that is built in.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Template {
    /// A parent advice service: special educational needs, England
    Advice,
    /// Constituent casework: each case its own unit, open lists of categories
    Casework,
}

impl Init {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let template = match self.template {
            Template::Advice => pipeline::Template::Advice,
            Template::Casework => pipeline::Template::Casework,
        };
        let passphrase = passphrase::new(globals)?;
        let person = globals.person.as_deref().unwrap_or(pipeline::FIRST_PERSON);
        pipeline::init(&self.folder, template, (person, &passphrase), self.force)?;
        let folder = self.folder.display();
        if globals.json {
            return output::json(&serde_json::json!({ "workspace": self.folder }));
        }
        output::result(&folder.to_string())?;
        output::talk(globals, &format!("Next: look through {folder}/config, then `takeup -C {folder} ingest FILE`."));
        Ok(())
    }
}
