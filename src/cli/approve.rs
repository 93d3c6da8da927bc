//! `takeup approve`

use clap::Args;

use super::failure::Failure;
use super::globals::Globals;
use super::output;

/// Release what a second person has looked at, or drop it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup -C service --as deputy approve             releases what awaits approval
  takeup -C service --as deputy approve --refuse    drops it; it can be built again

What `report` built lies in staging/ and its verdict in verdicts/. Whoever built it cannot approve
it (exit 5); `takeup keys add NAME` adds a person with a passphrase of their own.")]
pub struct Approve {
    /// Drop it instead; whoever built it may do that too
    #[arg(long)]
    refuse: bool,
}

impl Approve {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let mut workspace = globals.open()?;
        if self.refuse {
            let names = workspace.refuse()?;
            let untold = Failure::after("It is dropped");
            if globals.json {
                return output::json(&serde_json::json!({ "refused": names })).map_err(untold);
            }
            output::result(&names.join("\n")).map_err(untold)?;
            output::talk(globals, "Dropped. Nothing was released.");
            return Ok(());
        }
        let folders = workspace.approve()?;
        let untold = Failure::after("It is released");
        if globals.json {
            return output::json(&serde_json::json!({ "releases": folders })).map_err(untold);
        }
        for folder in &folders {
            output::result(&folder.display().to_string()).map_err(&untold)?;
        }
        output::talk(globals, &format!("Released by {}. These figures are frozen now.", workspace.person()));
        Ok(())
    }
}
