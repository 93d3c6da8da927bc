//! `takeup inspect`

use std::path::PathBuf;

use clap::Args;
use takeup::pipeline;

use super::failure::Failure;
use super::globals::Globals;
use super::output;

/// Look at an export without storing anything: sheets, header row, which column is which field
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup -C service inspect march.xlsx
  takeup -C service inspect march.xlsx --json

Shows no values of columns that name or describe a person.")]
pub struct Inspect {
    /// The export
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Inspect {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let inspection = pipeline::inspect(&self.file, globals.workspace())?;
        if globals.json { output::json(&inspection) } else { output::result(&inspection.to_text()) }
    }
}
