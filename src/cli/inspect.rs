//! `takeup inspect`

use std::path::PathBuf;

use clap::Args;
use confidential::ingest::{InspectedSheet, Inspection};
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
  takeup -C service inspect other.xlsx --write sources/other.toml   a source file to start from

Shows no values of columns that name or describe a person.")]
pub struct Inspect {
    /// The export
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Propose a source file for the export, and code lists for its columns of few values, in the workspace's config
    #[arg(long, value_name = "sources/NAME.toml")]
    write: Option<PathBuf>,
}

impl Inspect {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        if let Some(target) = &self.write {
            let written = pipeline::propose(&self.file, globals.workspace(), target)?;
            let written: Vec<String> = written.iter().map(|path| format!("config/{}\n", path.display())).collect();
            output::result(&written.concat())?;
            output::talk(
                globals,
                "Look at each line, above all at those marked LOOK; `takeup ingest --dry-run` says what is left.",
            );
            return Ok(());
        }
        let inspection = pipeline::inspect(&self.file, globals.workspace())?;
        if globals.json { output::json(&inspection) } else { output::result(&text(&inspection)) }
    }
}

fn text(inspection: &Inspection) -> String {
    let mut text = format!("{}: {}", inspection.file, inspection.format);
    for (name, value) in [("encoding", &inspection.encoding), ("delimiter", &inspection.delimiter)] {
        if let Some(value) = value {
            text.push_str(&format!(", {name} {value}"));
        }
    }
    match &inspection.source {
        Some(source) => text.push_str(&format!("\nsource {source}\n")),
        None => text.push_str("\nno source of this workspace describes it\n"),
    }
    if !inspection.others.is_empty() {
        text.push_str(&format!("fits as well: {}\n", inspection.others.join(", ")));
    }
    if inspection.comments > 0 {
        text.push_str(&format!("{} comments, which are never read\n", inspection.comments));
    }
    for sheet in &inspection.sheets {
        describe(sheet, &mut text);
    }
    text
}

fn describe(sheet: &InspectedSheet, text: &mut String) {
    let name = if sheet.sheet.is_empty() { "the text" } else { &sheet.sheet };
    let rows: Vec<String> = sheet.header_rows.iter().map(u64::to_string).collect();
    text.push_str(&format!("\n{name} ({})", sheet.visibility));
    if rows.is_empty() {
        text.push_str(": no header found, not read\n");
        return;
    }
    text.push_str(&format!(": header in row {}\n", rows.join(" and ")));
    if sheet.hidden_rows + sheet.hidden_columns > 0 {
        text.push_str(&format!("  {} hidden rows, {} hidden columns\n", sheet.hidden_rows, sheet.hidden_columns));
    }
    if let Some(row) = sheet.second_header {
        text.push_str(&format!("  row {row} looks like a second header\n"));
    }
    for column in &sheet.columns {
        let what = match (&column.field, column.ignored, &column.kind, &column.class) {
            (Some(field), _, Some(kind), Some(class)) => format!("{field}  ({kind:?}, {class:?})").to_lowercase(),
            (Some(field), _, _, _) => field.clone(),
            (None, true, _, _) => "ignored".to_owned(),
            (None, false, _, _) => "NOT DESCRIBED".to_owned(),
        };
        text.push_str(&format!("  {:<24} {what}\n", column.column));
    }
    for missing in &sheet.missing {
        text.push_str(&format!("  missing: {missing}\n"));
    }
}
