//! `takeup plan`

use clap::Args;

use super::failure::Failure;
use super::globals::Globals;
use super::output;

/// Show what a report would hide, and why, and what would hide less; writes nothing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup -C service plan --period 2025-26-Q4
  takeup -C service plan --period 2025-26-Q4 --audience public
  takeup -C service plan --period 2025-26-Q4 --suggest

For people inside the service: a report never says why a figure is hidden.")]
pub struct Plan {
    /// The period: 2025-26-Q4, 2026-Q1, 2026-M03, 2025-26 or 2026
    #[arg(long, value_name = "PERIOD")]
    period: String,
    /// Only this audience of config/service.toml; else all
    #[arg(long, value_name = "NAME")]
    audience: Option<String>,
    /// Try changes of the tables that lose most, and say which would hide less. Each trial protects the whole report anew
    #[arg(long)]
    suggest: bool,
}

impl Plan {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let workspace = globals.open()?;
        let bar = output::progress(globals, "{spinner} {msg} ({elapsed})");
        let progress = |stage: &str| bar.set_message(stage.to_owned());
        let plan = workspace.plan(&self.period, self.audience.as_deref(), self.suggest, &progress);
        bar.finish_and_clear();
        let plan = plan?;
        if globals.json { output::json(&plan) } else { output::result(&plan.to_text()) }
    }
}
