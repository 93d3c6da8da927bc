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
  takeup protect case --out released --method cell-key --deviation 4 --variance 2.5
                                                         hides small counts, changes the others a little
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
  \"magnitude\": { \"column\": \"minutes\", \"unit\": \"family\", \"p\": 10 }
                       sums of a column in place of counts, one record a line: fewer units than
                       the threshold are hidden, and where one could tell another's part to
                       within p percent; or \"n\": 2, \"k\": 85
  \"record_key\": \"key\"    the column of record keys for --method cell-key: whole numbers below 2^32,
                       one a record and for ever the same; of several records their sum
inner.csv.gz or inner.csv holds the counts: a column for each finest code (the last of \"cols\",
else the dimension's name) and \"freq\"; without \"freq\" every line is one record. A column that may
be counts under another name is asked about: \"count\": \"n\" in case.json says that it is, \"ignore\":
[\"n\"] that it is not; and \"repeated\": \"add\" that lines alike in all but the count are added up.

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
    /// Millions of search steps spent on losing less; 100 take one to three seconds
    #[arg(long, value_name = "N", default_value_t = 200)]
    effort: u32,
    /// Millions of steps spent on proving how little any pattern could cost
    #[arg(long, value_name = "N", default_value_t = 30)]
    bound: u32,
    /// How counts are protected; rounding needs --base, cell-key needs --deviation and --variance or --p-table
    #[arg(long, value_enum, default_value_t = Method::Suppress)]
    method: Method,
    /// Round counts to multiples of N; to round small ones too it is at least twice the threshold
    #[arg(long, value_name = "N", required_if_eq_any = [
        ("method", "round-nearest"), ("method", "round-random"), ("method", "round-controlled"),
    ])]
    base: Option<u64>,
    /// Change counts by N at most; to change small ones too it is at least the threshold
    #[arg(long, value_name = "N", requires = "variance", conflicts_with = "base")]
    deviation: Option<u64>,
    /// The variance of the change, of the distribution of greatest entropy
    #[arg(long, value_name = "V", requires = "deviation")]
    variance: Option<f64>,
    /// Never publish a figure from 1 to N
    #[arg(long, value_name = "N", requires = "deviation", default_value_t = 0)]
    no_figures_to: u64,
    /// Change counts as this table says: CSV with columns i, v and p, as the package ptable writes it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["base", "deviation"])]
    p_table: Option<PathBuf>,
    /// What becomes of small counts where the others are rounded or changed
    #[arg(long, value_enum, default_value_t = Small::Hidden)]
    small: Small,
    /// The file of the secret key that breaks ties, made at first; else tie.key in CASE_DIR
    #[arg(long, value_name = "FILE")]
    tie_key: Option<PathBuf>,
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
    /// Changed a little, by the keys of the records in a cell
    CellKey,
}

/// What becomes of small counts.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Small {
    /// Hidden, as without rounding
    Hidden,
    /// Rounded or changed like the others; needs --zeros shown
    #[value(alias = "perturbed")]
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
    fn method(&self) -> Result<pipeline::Method, Failure> {
        let small = match self.small {
            Small::Hidden => pipeline::SmallCounts::Hidden,
            Small::Rounded => pipeline::SmallCounts::Rounded,
        };
        let is_perturbing = self.deviation.is_some() || self.p_table.is_some();
        if is_perturbing != (self.method == Method::CellKey) {
            let next = "Say --method cell-key with --deviation and --variance, or with --p-table.";
            return Err(Failure::usage("--method and by how much counts change do not fit together", next));
        }
        let how = match self.method {
            Method::Suppress if small == pipeline::SmallCounts::Rounded => {
                let next = "Say by which --method counts are rounded or changed.";
                return Err(Failure::usage("small counts are not rounded where the others are not", next));
            }
            Method::Suppress => return Ok(pipeline::Method::Suppress),
            Method::CellKey => return Ok(pipeline::Method::CellKey(pipeline::CellKey { table: self.table()?, small })),
            Method::RoundNearest => pipeline::RoundingKind::Nearest,
            Method::RoundRandom => pipeline::RoundingKind::Random,
            Method::RoundControlled => pipeline::RoundingKind::Controlled,
        };
        // Whoever rounds has named a base; a base of none is refused later.
        Ok(pipeline::Method::Round(pipeline::Rounding { how, base: self.base.unwrap_or(0), small }))
    }

    /// By how much counts change, and how often.
    fn table(&self) -> Result<pipeline::PTable, Failure> {
        let made = match (&self.p_table, self.deviation, self.variance) {
            (Some(path), ..) => {
                let failed = |source| Failure::System { doing: "read", path: path.clone(), source };
                let bytes = disk::read_all_given(path).map_err(failed)?;
                let text = String::from_utf8(bytes).map_err(|error| failed(std::io::Error::other(error)))?;
                pipeline::PTable::from_csv(&text)
            }
            (None, Some(most), Some(variance)) => pipeline::PTable::of_entropy(most, variance, self.no_figures_to),
            (None, None, _) | (None, Some(_), None) => Err(pipeline::PTableError::Empty),
        };
        let next = "Nothing was written. Change --deviation and --variance, or mend the table.";
        made.map_err(|fault: pipeline::PTableError| Failure::usage(&fault.to_string(), next))
    }

    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let options = ProtectOptions {
            method: self.method()?,
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
            key: self.tie_key.clone(),
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
        if report.is_key_new {
            let key = &report.key;
            output::talk(globals, &format!("Made {key}: keep it beside the case, and show it to nobody."));
        }
        output::talk(globals, &format!("Every protected cell is proven safe; {attack}."));
        Ok(())
    }
}
