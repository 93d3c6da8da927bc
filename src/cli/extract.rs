//! `takeup extract`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use takeup::pipeline::{self, ExtractOptions, Ready, Request, Roles, Wanted};

use super::failure::Failure;
use super::globals::Globals;
use super::names::{Names, all, names};
use super::output;

/// Rows in which nobody stands out: k-anonymity and its relatives, with the least detail lost
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
#[command(after_help = "\
Examples:
  takeup -C service extract --period 2025-26-Q4 --profile research
  takeup extract --from cases.csv --hierarchies levels --qi age,district --k 5 --out extract.csv
  takeup extract --from cases.csv --hierarchies levels --qi age,district --k 5 --suppress 0.02 \\
                 --sensitive need --l 3 --out extract.csv --report report.json --risk risk.html

  takeup extract --from cases.csv --ready age=ages --ready day=dates --qi age,day --k 5 --out extract.csv

From the store, a profile in config/profiles names the recipient, the dimensions and what must
hold. The months must have been reported. The rows are attacked together with all tables and lie in
staging/ until a second person approves them (`takeup approve`); what they lost and the
risk report are in verdicts/.

From a file, --hierarchies names a folder with a file *_hierarchy_<column>.csv for each column of --qi: no
header, a line a value: value; level 1; level 2; up to one for all. Separator: ; , | or a tab.

With --model global all records get the same level in a column; with local each class has its
own, and ages in bands such as 30-34 become any interval. The extract has the columns that are named, in the
order of the data; every other is left out. A suppressed record has * in all of --qi, and in
--sensitive too where the suppressed records together would tell what no class may. They are
none, or at least as many as a class must have.")]
pub struct Extract {
    /// The period of an extract from the store: 2025-26-Q4, 2026-Q1, 2026-M03, 2025-26 or 2026
    #[arg(long, value_name = "PERIOD", requires = "profile")]
    period: Option<String>,
    /// The profile of config/profiles that says who gets what
    #[arg(long, value_name = "NAME", requires = "period")]
    profile: Option<String>,
    /// The data: CSV with a header, also gzip'd
    #[arg(long, value_name = "FILE", required_unless_present = "period", conflicts_with = "period")]
    from: Option<PathBuf>,
    /// The folder of hierarchies
    #[arg(long, value_name = "DIR", requires = "from")]
    hierarchies: Option<PathBuf>,
    /// A ready-made hierarchy: ages, dates, postcodes, numbers:10+100 (widths) or codes:3+1 (lengths)
    #[arg(long, value_name = "COLUMN=KIND", value_parser = ready, requires = "from")]
    ready: Vec<(String, Ready)>,
    /// The quasi-identifiers, parted by commas; one with a comma in quotation marks: '"weight, kg",age'
    #[arg(long, value_name = "COLUMN", value_parser = names, required_unless_present = "period")]
    qi: Vec<Names>,
    /// Each class has at least K records: k-anonymity
    #[arg(long, value_name = "K", requires = "from")]
    k: Option<u64>,
    /// The share of records that may be suppressed
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    suppress: f64,
    /// How records are recoded
    #[arg(long, value_enum, default_value_t = Model::Global)]
    model: Model,
    /// The sensitive attributes; each needs --l or --t
    #[arg(long, value_name = "COLUMN", value_parser = names, requires = "from")]
    sensitive: Vec<Names>,
    /// Each class has L values of every sensitive attribute: l-diversity; a missing one counts as a value
    #[arg(long, value_name = "L", requires = "sensitive")]
    l: Option<f64>,
    /// What L counts
    #[arg(long, value_enum, default_value_t = Diversity::Distinct, requires = "l")]
    diversity: Diversity,
    /// The C of recursive (c,l)-diversity
    #[arg(long, value_name = "C", required_if_eq("diversity", "recursive"))]
    c: Option<f64>,
    /// No class differs from all records by more than T: t-closeness
    #[arg(long, value_name = "T", requires = "sensitive")]
    t: Option<f64>,
    /// How far two sensitive values are from each other
    #[arg(long, value_enum, default_value_t = Distance::Equal, requires = "t")]
    distance: Distance,
    /// The population that the records are from: CSV with the columns of --qi
    #[arg(long, value_name = "FILE", requires = "from")]
    population: Option<PathBuf>,
    /// Each class has at least K people of the population: k-map
    #[arg(long, value_name = "K", requires = "population")]
    k_map: Option<u64>,
    /// From LOW to HIGH of each class of the population are in the data: delta-presence
    #[arg(long, value_name = "LOW,HIGH", value_parser = limits, requires = "population")]
    presence: Option<(f64, f64)>,
    /// The highest average risk: classes per record
    #[arg(long, value_name = "RISK", requires = "from")]
    average_risk: Option<f64>,
    /// The highest risk of any record: one over the size of its class
    #[arg(long, value_name = "RISK", requires = "from")]
    highest_risk: Option<f64>,
    /// The column that names the protected unit, such as a family: classes and values count units
    #[arg(long, value_name = "COLUMN", requires = "from")]
    unit: Option<String>,
    /// Columns to pass on as they are
    #[arg(long, value_name = "COLUMN", value_parser = names, requires = "from")]
    keep: Vec<Names>,
    /// What is to be small
    #[arg(long, value_enum, default_value_t = Metric::Loss)]
    metric: Metric,
    /// How much each column of --qi weighs, in the same order
    #[arg(long, value_name = "WEIGHT", value_delimiter = ',', requires = "from")]
    weights: Vec<f64>,
    /// Combinations of levels that may be tried; without it as many as the proof takes, or 20000 where there are
    /// millions of combinations
    #[arg(long, value_name = "N", requires = "from")]
    budget: Option<u64>,
    /// The file to write; gzip'd where its name ends in .gz
    #[arg(long, value_name = "FILE", required_unless_present = "period")]
    out: Option<PathBuf>,
    /// Also write the report as JSON to this file: what was lost, the risk before and after
    #[arg(long, value_name = "FILE", requires = "from")]
    report: Option<PathBuf>,
    /// Also write the risk report as a page to this file, with every subset of --qi; the JSON then has them too
    #[arg(long, value_name = "FILE", requires = "from")]
    risk: Option<PathBuf>,
    /// The share of the population that the data are; the estimates of the risk use it
    #[arg(long, value_name = "SHARE", default_value_t = pipeline::FRACTION, value_parser = share, requires = "from")]
    sampling_fraction: f64,
    /// Replace what an earlier run wrote
    #[arg(long)]
    force: bool,
}

/// `COLUMN=KIND`.
fn ready(text: &str) -> Result<(String, Ready), &'static str> {
    let (column, kind) = text.split_once('=').ok_or("write COLUMN=KIND, such as age=ages")?;
    Ok((column.to_owned(), kind.parse()?))
}

/// Above 0, at most 1.
fn share(text: &str) -> Result<f64, &'static str> {
    let share = text.parse().ok().filter(|share: &f64| *share > 0.0 && *share <= 1.0);
    share.ok_or("write a share above 0 and at most 1, such as 0.1")
}

/// `LOW,HIGH`.
fn limits(text: &str) -> Result<(f64, f64), &'static str> {
    let number = |text: &str| text.trim().parse().map_err(|_| "write two numbers, such as 0,0.5");
    let (low, high) = text.split_once(',').ok_or("write two numbers, such as 0,0.5")?;
    Ok((number(low)?, number(high)?))
}

/// How records are recoded.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Model {
    /// One level a column for all records, proven to be the best
    Global,
    /// Levels of its own for each class: far less is lost, nothing suppressed, and nothing proven
    Local,
}

/// What diversity counts.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Diversity {
    /// Values
    Distinct,
    /// Values, as if all were as common
    Entropy,
    /// The commonest is rarer than C times all from the L-th on
    Recursive,
}

/// How far sensitive values are from each other.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Distance {
    /// All alike
    Equal,
    /// By their places: as finite numbers, or in the attribute's hierarchy
    Ordered,
    /// By the level at which they come together in the attribute's hierarchy
    Hierarchical,
}

/// What is to be small.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Metric {
    /// Share of detail lost, geometric mean over columns
    Loss,
    /// The same, arithmetic mean
    LossArithmetic,
    /// Squared class sizes; a suppressed record costs as many as there are
    Discernibility,
    /// Records per class
    ClassSize,
    /// Bits lost, by how common values are
    Entropy,
    /// Heights of the levels
    Precision,
}

impl Extract {
    fn request(&self) -> Request {
        let diversity = match self.diversity {
            Diversity::Distinct => pipeline::Diversity::Distinct,
            Diversity::Entropy => pipeline::Diversity::Entropy,
            // Whoever asks for it has named one; none at all is refused later.
            Diversity::Recursive => pipeline::Diversity::Recursive { c: self.c.unwrap_or(0.0) },
        };
        let ground = match self.distance {
            Distance::Equal => pipeline::Ground::Equal,
            Distance::Ordered => pipeline::Ground::Ordered,
            Distance::Hierarchical => pipeline::Ground::Hierarchical,
        };
        Request {
            roles: Roles { quasi: all(&self.qi), sensitive: all(&self.sensitive), unit: self.unit.clone() },
            plain: all(&self.keep),
            ready: self.ready.clone(),
            wanted: Wanted {
                k: self.k,
                k_map: self.k_map,
                diversity: self.l.map(|l| (diversity, l)),
                closeness: self.t.map(|t| (ground, t)),
                presence: self.presence,
                average_risk: self.average_risk,
                highest_risk: self.highest_risk,
            },
            recoding: match self.model {
                Model::Global => pipeline::Recoding::Global,
                Model::Local => pipeline::Recoding::Local,
            },
            metric: match self.metric {
                Metric::Loss => pipeline::Metric::Loss,
                Metric::LossArithmetic => pipeline::Metric::LossArithmetic,
                Metric::Discernibility => pipeline::Metric::Discernibility,
                Metric::ClassSize => pipeline::Metric::AverageClassSize,
                Metric::Entropy => pipeline::Metric::Entropy,
                Metric::Precision => pipeline::Metric::Precision,
            },
            weights: self.weights.clone(),
            suppress: self.suppress,
            budget: self.budget,
        }
    }

    /// Runs the command.
    pub fn run(&self, globals: &Globals) -> Result<(), Failure> {
        let bar = output::progress(globals, "{spinner} {msg} ({elapsed})");
        let progress = |stage: &str| bar.set_message(stage.to_owned());
        let (folder, report) = match (&self.period, &self.profile, &self.from, &self.out) {
            (Some(period), Some(profile), _, _) => {
                let (folder, report) = globals.open()?.extract(period, profile, &progress)?;
                (Some(folder), report)
            }
            (_, _, Some(from), Some(out)) => {
                let options = ExtractOptions {
                    from: from.clone(),
                    hierarchies: self.hierarchies.clone(),
                    population: self.population.clone(),
                    out: out.clone(),
                    report: self.report.clone(),
                    risk: self.risk.clone(),
                    fraction: self.sampling_fraction,
                    replace: self.force,
                };
                (None, pipeline::extract(&options, &self.request(), &progress)?)
            }
            // The definition of the arguments lets nothing else through.
            (_, _, _, _) => return Ok(()),
        };
        bar.finish_and_clear();
        if globals.json {
            output::json(&report)?;
        } else {
            output::result(&report.to_text())?;
        }
        if let Some(folder) = folder {
            output::talk(
                globals,
                &format!("{}: it awaits approval, and is for the recipient alone.", folder.display()),
            );
        }
        Ok(())
    }
}
