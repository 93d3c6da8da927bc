//! `takeup issues`

use std::path::PathBuf;

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
  takeup -C service issues --period 2025-26-Q4 --html issues.html   with a small picture an issue
  takeup -C service issues --period 2025-26-Q4 --within ATT         one issue by district, phase and need
  takeup -C service issues --period 2025-26-Q4 --audience authority table T24 of its released report

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
    /// How the latest period is judged
    #[arg(long, value_enum, default_value_t = Method::Pooled)]
    method: Method,
    /// Show the cases of this issue by district and the like, with the same tests
    #[arg(long, value_name = "CODE")]
    within: Option<String>,
    /// Table T24 of a released period as this audience has it
    #[arg(long, value_name = "NAME", conflicts_with_all = ["level", "method", "within", "html"])]
    audience: Option<String>,
    /// Write the list as an HTML page, too
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Overwrite the HTML page
    #[arg(long, requires = "html")]
    force: bool,
}

/// `--method`
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Method {
    /// All issues lend each other strength
    Pooled,
    /// Each issue by itself, by the improved Farrington algorithm; for months of four years
    Farrington,
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
        if let Some(audience) = &self.audience {
            let table = globals.open()?.released_issues(&self.period, audience)?;
            return if globals.json { output::json(&table) } else { output::result(&table.to_text()) };
        }
        let level = match self.level {
            Level::Group => pipeline::Level::Group,
            Level::Issue => pipeline::Level::Issue,
        };
        let method = match self.method {
            Method::Pooled => pipeline::IssueMethod::Pooled,
            Method::Farrington => pipeline::IssueMethod::Farrington,
        };
        let options = pipeline::IssueOptions { level, method, within: self.within.clone() };
        let list = globals.open()?.issues(&self.period, &options)?;
        if let Some(path) = &self.html {
            output::page(path, &list.to_html(), self.force)?;
        }
        if globals.json { output::json(&list) } else { output::result(&list.to_text()) }
    }
}
