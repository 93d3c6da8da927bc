//! `takeup explain`

use clap::Args;

use super::failure::Failure;
use super::globals::Globals;
use super::output;

/// Say why a cell of a release is hidden
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup -C service explain 2025-26-Q4-public-r1
  takeup -C service explain 2025-26-Q4-public-r1 --table T02
  takeup -C service explain 2025-26-Q4-public-r1 --table T02 --cell district=Tamworth

For people inside the service: a report never says why a figure is hidden. The last line says
what may be told to a reader.")]
pub struct Explain {
    /// The release's name
    #[arg(value_name = "RELEASE")]
    release: String,
    /// One of its tables; else all
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
    /// A cell: dimension=code or label, with commas between; what is left out stands at its total
    #[arg(long, value_name = "CELL", requires = "table")]
    cell: Option<String>,
}

impl Explain {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let workspace = globals.open()?;
        let explanation = workspace.explain(&self.release, self.table.as_deref(), self.cell.as_deref())?;
        if globals.json { output::json(&explanation) } else { output::result(&explanation.to_text()) }
    }
}
