//! `takeup demo`

use std::path::PathBuf;

use clap::Args;
use takeup::pipeline;

use super::failure::Failure;
use super::globals::Globals;
use super::output;

/// Do the whole job on invented cases, in a fresh workspace
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup demo                   six years of invented exports and six reports, in ./takeup-demo
  takeup demo --out /tmp/look   the same elsewhere
  takeup demo --seed 7          other cases; the same seed always gives the same reports")]
pub struct Demo {
    /// The folder to make; it must not exist yet
    #[arg(long, value_name = "DIR", default_value = "takeup-demo")]
    out: PathBuf,
    /// Which cases to invent
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

impl Demo {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let seed = self.seed.unwrap_or_else(takeup::demo::default_seed);
        let bar = output::progress(globals, "{spinner} {msg} ({elapsed})");
        let summary = pipeline::demo(Some(&self.out), seed, &|stage: &str| bar.set_message(stage.to_owned()));
        bar.finish_and_clear();
        let summary = summary?;
        if globals.json {
            return output::json(&summary);
        }
        let mut text = format!("workspace  {}\n", summary.workspace.display());
        text.push_str(&format!("passphrase {}\n", summary.passphrase_file.display()));
        for folder in &summary.reports {
            text.push_str(&format!("report     {}\n", folder.join("index.html").display()));
        }
        output::result(&text)?;
        let cases = summary.cases;
        let others = summary.others;
        output::talk(
            globals,
            &format!(
                "Open a report in a browser; {others} more, of the quarters before and of the year, lie beside them. All {cases} cases in \
                 the store are invented."
            ),
        );
        Ok(())
    }
}
