//! `takeup report`

use clap::Args;

use super::failure::Failure;
use super::globals::Globals;
use super::output;

/// Protect the figures, write the reports, attack them; all or nothing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup -C service report --period 2025-26-Q4
  takeup -C service report --period 2025-26-Q4 --audience public

Prints the folders of the release. Where the attack finds a way in, nothing is released
(exit 6).")]
pub struct Report {
    /// The period: 2025-26-Q4, 2026-Q1, 2026-M03, 2025-26 or 2026
    #[arg(long, value_name = "PERIOD")]
    period: String,
    /// Only this audience of config/service.toml; else all
    #[arg(long, value_name = "NAME")]
    audience: Option<String>,
}

impl Report {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let mut workspace = globals.open()?;
        let bar = output::progress(globals, "{spinner} {msg} ({elapsed})");
        let folders =
            workspace.report(&self.period, self.audience.as_deref(), &|stage: &str| bar.set_message(stage.to_owned()));
        bar.finish_and_clear();
        let folders = folders?;
        if globals.json {
            return output::json(&serde_json::json!({ "releases": folders }));
        }
        for folder in &folders {
            output::result(&folder.display().to_string())?;
        }
        output::talk(globals, "Attacked before release, together with all earlier releases; nothing was found.");
        Ok(())
    }
}
