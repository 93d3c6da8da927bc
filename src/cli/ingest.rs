//! `takeup ingest`

use std::path::PathBuf;

use clap::Args;
use takeup::pipeline;

use super::failure::Failure;
use super::globals::Globals;
use super::output;

/// Read exports, check them and store them, all or nothing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup -C service ingest april.xlsx may.xlsx june.xlsx
  takeup -C service ingest june.xlsx --dry-run         the same checks, nothing stored
  takeup -C service ingest june.xlsx --html june.html  the data-quality report as a page

Reads CSV and TSV (UTF-8 or Windows-1252, also .gz), XLSX, XLS, XLSB and ODS. The same file
again changes nothing; a case that is there already is updated.")]
pub struct Ingest {
    /// The exports
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Which of config/sources describes them; needed where their columns do not tell
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Check everything and store nothing
    #[arg(long)]
    dry_run: bool,
    /// Take rows also where the store has a later state of their case, and families as they are written
    #[arg(long)]
    replace: bool,
    /// Write the data-quality report as an HTML page, too
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Overwrite the HTML page
    #[arg(long)]
    force: bool,
}

impl Ingest {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        if let Some(path) = self.html.as_deref().filter(|_| !self.force)
            && disk::behind(path)?.is_some()
        {
            let fact = format!("{} exists already", path.display());
            return Err(Failure::usage(&fact, "Nothing was stored. Name another file, or say --force to overwrite."));
        }
        let mut workspace = globals.open()?;
        let mode = pipeline::IngestMode { dry_run: self.dry_run, replace: self.replace };
        let bar = output::progress(globals, "{spinner} {human_pos} rows read ({elapsed})");
        let summary = workspace.ingest(&self.files, self.source.as_deref(), mode, &|rows| bar.set_position(rows));
        bar.finish_and_clear();
        match &summary {
            Ok(report) if self.dry_run => self.show(report, globals)?,
            Ok(report) => self.show(report, globals).map_err(Failure::after("The cases are stored"))?,
            // What was found until the import stopped is what the manager needs to mend the export.
            Err(pipeline::Error::Ingest(error)) => {
                if let Some(report) = error.report() {
                    self.show(report, globals)?;
                }
            }
            Err(_) => {}
        }
        let summary = summary?;
        let asked = summary.rows.skipped.get("deletion_requested").copied().unwrap_or(0);
        let older = summary.rows.skipped.get("older_than_stored").copied().unwrap_or(0);
        let unchanged = summary.rows.outcome.as_ref().is_some_and(|outcome| outcome.stored + outcome.updated == 0);
        // Of a case that is to be deleted, nothing in the store is as the export says.
        if unchanged && asked == 0 && older == 0 {
            output::talk(globals, "The store has all of it already; nothing was changed.");
        }
        if self.dry_run {
            output::talk(globals, "Dry run: nothing was stored.");
        } else {
            due(&workspace, globals)?;
        }
        Ok(())
    }

    fn show(&self, report: &pipeline::IngestSummary, globals: &Globals) -> Result<(), Failure> {
        if let Some(path) = &self.html {
            disk::put(path, report.to_html().as_bytes())?;
        }
        if globals.json { output::json(report) } else { output::result(&report.to_text()) }
    }
}

/// Says which cases wait to be erased, by the places at which that was asked for.
fn due(workspace: &pipeline::Workspace, globals: &Globals) -> Result<(), Failure> {
    const SHOWN: usize = 10;
    let due = workspace.due()?;
    if due.is_empty() {
        return Ok(());
    }
    let places: Vec<String> = due.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = due.len() - places.len();
    let more = if more == 0 { String::new() } else { format!(" and at {more} more") };
    let cases = if due.len() == 1 { "case is".to_owned() } else { format!("{} cases are", due.len()) };
    let one = if due.len() == 1 { "1 " } else { "" };
    output::talk(
        globals,
        &format!(
            "{one}{cases} restricted and due to be erased: in no figure that is not released yet. Deletion was asked for \
             at {}{more}.",
            places.join("; ")
        ),
    );
    Ok(())
}
