//! `takeup compare`

use std::path::PathBuf;

use clap::Args;
use takeup::pipeline;

use super::failure::Failure;
use super::globals::Globals;
use super::output;

/// Say what a reader of two releases can difference
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup compare reports/2025-26-Q3-public-r1 reports/2025-26-Q4-public-r1
  takeup compare --json reports/2018-Q2-public-r1 reports/2018-Q2-public-r2

Needs no workspace: it knows what any reader of both folders knows. What follows from both
is no finding in itself; `takeup verify` on both judges it.")]
pub struct Compare {
    /// A folder with a release.json
    #[arg(value_name = "A")]
    first: PathBuf,
    /// Another
    #[arg(value_name = "B")]
    second: PathBuf,
}

impl Compare {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let comparison = pipeline::compare(&self.first, &self.second)?;
        if globals.json { output::json(&comparison) } else { output::result(&pipeline::comparison_text(&comparison)) }
    }
}
