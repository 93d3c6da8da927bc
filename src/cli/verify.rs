//! `takeup verify`

use std::path::PathBuf;

use clap::Args;
use takeup::pipeline;

use super::failure::Failure;
use super::globals::Globals;
use super::output;

/// Attack what lies in release folders, as a stranger would
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup verify reports/2025-26-Q4-public-r1     as a stranger: the folder alone
  takeup verify reports/*                        several releases together
  takeup -C service verify service/reports/*     also looks for every name in the store
  takeup verify FOLDER --page verdict.html       the verdict as a page to file; not for release
  takeup verify reports/* --config service/config   also by what is impossible and older releases do not state
  takeup verify EXTRACT --register people.csv    an extract, and people that an intruder knows

With --register, the verdict says how often three intruders are right: the prosecutor, who knows that
a person is in the file, the journalist, who takes any row, and the marketer, who links all.

Works on any folder with a release.json. Exit 6 where something was found.")]
pub struct Verify {
    /// Folders with a release.json
    #[arg(value_name = "PACK", required = true)]
    folders: Vec<PathBuf>,
    /// Also write the verdict as an internal page
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// People as somebody outside knows them, to link with the rows of an extract: CSV with columns of the extract
    #[arg(long, value_name = "FILE")]
    register: Option<PathBuf>,
    /// A folder of configuration: its rules about what is impossible, and figures that readers know (known/*.csv), are used beside what the
    /// releases state
    #[arg(long, value_name = "DIR")]
    config: Option<PathBuf>,
}

impl Verify {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let workspace = if globals.names_a_workspace() { Some(globals.open()?) } else { None };
        let verdict =
            pipeline::verify(&self.folders, workspace.as_ref(), self.register.as_deref(), self.config.as_deref())?;
        if let Some(path) = &self.page {
            let names: Vec<String> = self
                .folders
                .iter()
                .filter_map(|folder| folder.file_name())
                .map(|name| name.to_string_lossy().into_owned())
                .collect();
            disk::put(path, pipeline::verdict_page(&verdict, &names).as_bytes())?;
        }
        if globals.json {
            output::json(&verdict)?;
        } else {
            output::result(&pipeline::verdict_text(&verdict))?;
        }
        if verdict.is_clean() {
            return Ok(());
        }
        Err(Failure::Disclosure { found: pipeline::verdict_found(&verdict), is_left_open: verdict.findings.is_empty() })
    }
}
