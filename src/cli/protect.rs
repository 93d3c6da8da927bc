//! `takeup protect`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use takeup::pipeline::{self, ProtectOptions};

use super::failure::Failure;
use super::globals::Globals;
use super::output;

/// Protect a statistician's own tables: counts and hierarchies in, safe tables out; needs no store
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeup protect case --out released                     hides the fewest cells
  takeup protect case --out released --weight sum        hides the smallest counts
  takeup protect case --out released --zeros shown       publishes zeros; costs far more cells
  takeup protect case --out released --method round-random --base 5
                                                         hides small counts, rounds the others
  takeup protect half --out h1 && takeup protect year --out y1 --earlier h1
                                                         protects the year beside its first half
  takeup protect case --out released --report cost.json  keeps the report beside it
  takeup verify released                                 attacks what was written

A case is a folder with two files. case.json says what is published:
  { \"threshold\": 5,
    \"hierarchies\": { \"need\": { \"total\": \"Total\", \"sums\": [[\"Total\", [\"COG\", \"PHY\"]],
                                                          [\"COG\", [\"MLD\", \"SLD\"]]] } },
    \"cols\": { \"need\": [\"need_group\", \"need\"] },
    \"tables\": [ { \"file\": \"needs.csv\", \"dims\": [\"need\"] } ] }
A table may stand at a code: \"fixed\": { \"period\": \"2026-Q1\" }; and hide what is of few:
\"low_total\": { \"over\": \"need\", \"below\": 20 }. Beside the tables there may be
  \"sensitive\": [\"need\"], \"group_below\": 20           no small group described by one code
  \"relations\": [ { \"is\": \"<=\", \"terms\": [ [1, { \"event\": \"closed\" }], [-1, { \"event\": \"opened\" }] ] } ]
                       what readers know beyond the sums: factors and cells, against 0; or \"=\"
inner.csv.gz or inner.csv holds the counts: a column for each finest code (the last of \"cols\",
else the dimension's name) and \"freq\"; without \"freq\" every line is one record.

Writes data/*.csv and release.json. The report is for you alone: it says how many cells are small.")]
pub struct Protect {
    /// The case's folder
    #[arg(value_name = "CASE_DIR")]
    case: PathBuf,
    /// The folder to make
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folders of releases that readers already have: what they show stays known, what they hide stays hidden
    #[arg(long, value_name = "DIR", num_args = 1..)]
    earlier: Vec<PathBuf>,
    /// Whether what was written is attacked before it takes its name
    #[arg(long, value_enum, default_value_t = Attack::Auto)]
    attack: Attack,
    /// Whether a zero carries the symbol of a small count
    #[arg(long, value_enum, default_value_t = Zeros::Hidden)]
    zeros: Zeros,
    /// What a reader may learn of a hidden zero
    #[arg(long, value_enum, default_value_t = HiddenZeros::Unprotected)]
    hidden_zeros: HiddenZeros,
    /// Whether somebody who is a cell's only record is among the readers
    #[arg(long, value_enum, default_value_t = Insiders::On)]
    insiders: Insiders,
    /// What the least shall be lost of
    #[arg(long, value_enum, default_value_t = Weight::Count)]
    weight: Weight,
    /// Millions of search steps spent on losing less; 10 take about a second
    #[arg(long, value_name = "N", default_value_t = 60)]
    effort: u32,
    /// Millions of steps spent on proving how little any pattern could cost
    #[arg(long, value_name = "N", default_value_t = 60)]
    bound: u32,
    /// How counts are protected; rounding needs --base
    #[arg(long, value_enum, default_value_t = Method::Suppress)]
    method: Method,
    /// Round counts to multiples of N; to round small ones too it is at least twice the threshold
    #[arg(long, value_name = "N", required_if_eq_any = [
        ("method", "round-nearest"), ("method", "round-random"), ("method", "round-controlled"),
    ])]
    base: Option<u64>,
    /// What becomes of small counts where the others are rounded
    #[arg(long, value_enum, default_value_t = Small::Hidden, requires = "base")]
    small: Small,
    /// Also write the report as JSON to this file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Replace what an earlier run wrote
    #[arg(long)]
    force: bool,
}

/// How counts are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Small counts are hidden, and others with them
    Suppress,
    /// To the nearest multiple of the base
    RoundNearest,
    /// Up or down by chance, right on average
    RoundRandom,
    /// Up or down so that the tables add up
    RoundControlled,
}

/// What becomes of small counts.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Small {
    /// Hidden, as without rounding
    Hidden,
    /// Rounded like the others; needs --zeros shown
    Rounded,
}

/// Whether zeros are published.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Zeros {
    /// A zero looks like a small count; a hidden cell says zero or more
    Hidden,
    /// Zeros are printed; every hidden cell then says one or more
    Shown,
}

/// How far hidden zeros are protected.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum HiddenZeros {
    /// It may turn out to be zero: the minimum frequency rule alone
    Unprotected,
    /// It could be a count at the threshold, for all that a reader can tell
    Protected,
}

/// Whether a cell's only record reads.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Insiders {
    /// It knows its own cell, and every other one must be safe from it too
    On,
    /// Strangers only
    Off,
}

/// Whether the output is attacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Attack {
    /// On up to 3,000 hidden cells; more take minutes
    Auto,
    /// As `takeup verify` does; what it finds stops the run with exit 6
    On,
    /// Not: every protected cell is proven without it
    Off,
}

/// What a hidden cell costs.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Weight {
    /// Every cell alike: the fewest cells
    Count,
    /// Its own count: the smallest sum
    Sum,
    /// What a reader would miss: totals and groups last
    Information,
}

impl Protect {
    fn method(&self) -> pipeline::Method {
        let how = match self.method {
            Method::Suppress => return pipeline::Method::Suppress,
            Method::RoundNearest => pipeline::RoundingKind::Nearest,
            Method::RoundRandom => pipeline::RoundingKind::Random,
            Method::RoundControlled => pipeline::RoundingKind::Controlled,
        };
        let small = match self.small {
            Small::Hidden => pipeline::SmallCounts::Hidden,
            Small::Rounded => pipeline::SmallCounts::Rounded,
        };
        // Whoever rounds has named a base; a base of none is refused later.
        pipeline::Method::Round(pipeline::Rounding { how, base: self.base.unwrap_or(0), small })
    }

    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let options = ProtectOptions {
            method: self.method(),
            zeros: match self.zeros {
                Zeros::Hidden => pipeline::Zeros::Hidden,
                Zeros::Shown => pipeline::Zeros::Shown,
            },
            hidden_zeros: match self.hidden_zeros {
                HiddenZeros::Unprotected => pipeline::HiddenZeros::Unprotected,
                HiddenZeros::Protected => pipeline::HiddenZeros::Protected,
            },
            insiders: match self.insiders {
                Insiders::On => pipeline::Insiders::Considered,
                Insiders::Off => pipeline::Insiders::Ignored,
            },
            effort: u64::from(self.effort) * 1_000_000,
            bound_effort: u64::from(self.bound) * 1_000_000,
            weight: match self.weight {
                Weight::Count => pipeline::Weight::Cells,
                Weight::Sum => pipeline::Weight::Sum,
                Weight::Information => pipeline::Weight::Information,
            },
            earlier: self.earlier.clone(),
            attack: match self.attack {
                Attack::Auto => pipeline::OwnAttack::WhereItEnds,
                Attack::On => pipeline::OwnAttack::Always,
                Attack::Off => pipeline::OwnAttack::Never,
            },
            replace: self.force,
        };
        let bar = output::progress(globals, "{spinner} {msg} ({elapsed})");
        let report = pipeline::protect(&self.case, &self.out, self.report.as_deref(), &options, &|stage: &str| {
            bar.set_message(stage.to_owned());
        });
        bar.finish_and_clear();
        let report = report?;
        if globals.json {
            output::json(&report)?;
        } else {
            output::result(&report.to_text())?;
        }
        let out = self.out.display();
        let attack = match report.left_open {
            Some(0) => "and the attack on the files found nothing".to_owned(),
            Some(open) => format!("the attack found nothing and left {open} cells open"),
            None => format!("the files were not attacked. Next: `takeup verify {out}`"),
        };
        output::talk(globals, &format!("Every protected cell is proven safe; {attack}."));
        Ok(())
    }
}
