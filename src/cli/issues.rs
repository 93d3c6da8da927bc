//! `takeup issues`

use clap::{Args, ValueEnum};
use takeup::pipeline;

use super::failure::Failure;
use super::globals::Globals;
use super::output;

/// Show which issues emerge, grow, ease or come back, and the smallest rise that could have been noticed
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup -C service issues --period 2025-26-Q4
  takeup -C service issues --period 2025-26-Q4 --level group --json

For people inside the service: it counts what a report may have to hide. An issue is compared with all others, so a busy
quarter is no news; of what is listed at most a tenth is chance. Recording is looked at first: a new worker who writes
\"other\" for everything looks like a new issue.")]
pub struct Issues {
    /// The quarter or the month: 2025-26-Q4, 2026-Q1 or 2026-M03
    #[arg(long, value_name = "PERIOD")]
    period: String,
    /// How finely issues are told apart
    #[arg(long, value_enum, default_value_t = Level::Issue)]
    level: Level,
}

/// `--level`
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    /// Groups of issues
    Group,
    /// Issues one by one
    Issue,
}

impl Issues {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let level = match self.level {
            Level::Group => pipeline::Level::Group,
            Level::Issue => pipeline::Level::Issue,
        };
        let list = globals.open()?.issues(&self.period, level)?;
        if globals.json { output::json(&list) } else { output::result(&list.to_text()) }
    }
}
