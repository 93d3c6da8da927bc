//! `takeup report`

use clap::Args;
use takeup::pipeline::{Reported, Share, Workspace, lacking as said};

use super::failure::Failure;
use super::globals::Globals;
use super::output;

/// Protect the figures, write the reports, attack them; a second person then approves
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup -C service report --period 2025-26-Q4
  takeup -C service report --period 2025-26-Q4 --audience public
  takeup -C service report --period 2025-26-Q4 --correct \"Two offices were confused in March\" \\
      --scope office=East,West

Prints the folders in staging/, where they await a second person: `takeup approve`. Where the
attack finds a way in, nothing is left (exit 6). A released period is never counted again:
without --correct its folders are named.")]
pub struct Report {
    /// The period: 2025-26-Q4, 2026-Q1, 2026-M03, 2025-26 or 2026
    #[arg(long, value_name = "PERIOD")]
    period: String,
    /// Only this audience of config/service.toml; else all
    #[arg(long, value_name = "NAME")]
    audience: Option<String>,
    /// Correct a released period with what was recorded since, as a new release for all who have it. The REASON is
    /// public: it is printed on the page, so it must name nobody
    #[arg(long, value_name = "REASON", conflicts_with = "audience")]
    correct: Option<String>,
    /// What was wrong: a dimension, with the codes among which cases moved (again for a further dimension). Public like the
    /// reason. Figures that it may have touched are hidden where they differ by few or none, all others stay as they were; left
    /// out, it is every dimension
    #[arg(long, value_name = "DIMENSION[=CODE,CODE]", requires = "correct")]
    scope: Vec<String>,
}

/// What a correction that names nothing costs its readers.
const WITHOUT_SCOPE: &str = "\
Without --scope any figure may be wrong, so all that the correction changes by few or none are hidden. Was it some codes only, such as
two districts? `takeup approve --refuse` drops this one; then name them: --scope DIMENSION=CODE,CODE, dimensions as in config/dimensions.toml.";

impl Report {
    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let mut workspace = globals.open()?;
        let bar = output::progress(globals, "{spinner} {msg} ({elapsed})");
        let progress = |stage: &str| bar.set_message(stage.to_owned());
        let folders = match &self.correct {
            Some(reason) => workspace.correct(&self.period, (reason, &self.scope), &progress),
            None => workspace.report(&self.period, self.audience.as_deref(), &progress),
        };
        bar.finish_and_clear();
        let reported = folders?;
        Self::show(&workspace, &reported, globals)
            .map_err(Failure::after("What was asked for is built, or was before"))?;
        if self.correct.is_some() && self.scope.is_empty() && reported.awaiting {
            output::talk(globals, WITHOUT_SCOPE);
        }
        Ok(())
    }

    fn show(workspace: &Workspace, reported: &Reported, globals: &Globals) -> Result<(), Failure> {
        let Reported { folders, awaiting, withheld, doubted, lacking } = reported;
        if globals.json {
            return output::json(
                &serde_json::json!({ "releases": folders, "awaiting_approval": awaiting, "withheld": withheld, "doubted": doubted, "lacking": lacking }),
            );
        }
        for folder in folders {
            output::result(&folder.display().to_string())?;
        }
        for (release, share) in workspace.shares(folders)? {
            let Share { cells, hidden } = share;
            output::talk(globals, &format!("{release}: {hidden} of {cells} cells hidden, {:.1} %", share.percent()));
        }
        if *doubted > 0 {
            let words = format!(
                "{doubted} times a stored case contradicts a rule of config/impossible.toml: there it counts as not recorded, and figures are \
                 that much smaller. `takeup ingest --dry-run` with its export names the rows. Is a rule wrong? Refuse this report, mend it, \
                 and build again."
            );
            output::talk(globals, &words);
        }
        said(lacking).iter().for_each(|words| output::talk(globals, words));
        if !withheld.is_empty() {
            let tables = withheld.join(", ");
            let words = format!(
                "Nothing is shown of {tables}: the attack could narrow a figure that protection took for safe. That is a fault of the \
                 program; please report it. Nothing else of the report is touched by it."
            );
            output::talk(globals, &words);
        }
        if *awaiting {
            output::talk(globals, "Attacked together with all earlier releases; nothing was found.");
            output::talk(globals, "Next: a second person looks at it and runs `takeup --as NAME approve`.");
        } else {
            output::talk(globals, "Released before; a released period is not counted again.");
        }
        Ok(())
    }
}
