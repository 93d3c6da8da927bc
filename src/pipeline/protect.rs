//! Tables of a statistician without the store: counts in, protected tables out. Comes in: a case's folder, options. Goes
//! out: a folder that is whole or not there, and a report for whoever protects. Deliberately absent: the clock in anything
//! that is passed on; only the report says how long it took.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub use confidential::protect::{HiddenZeros, Insiders, Weight};
pub use model::method::{CellKey, Method, Rounding, RoundingKind, SmallCounts};
pub use model::ptable::{PTable, PTableError};
pub use model::release::Zeros;

use confidential::case::{Case, TieKey};
use confidential::protect::{Problem, suppress};
use model::Attack;
use serde::Serialize;

use super::Error;
use super::files::{json, write_release};
use super::rounds::{Built, ROUNDS, until_open};
use super::verify::disclosure;

/// Hidden cells up to which the attack on one's own output takes seconds; above, it takes minutes and leaves cells open.
const ATTACKED: usize = 3_000;

/// Whether the written files are attacked as a stranger would attack them. The proof of every cell stands without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OwnAttack {
    /// Where it can be expected to end.
    #[default]
    WhereItEnds,
    /// In any case.
    Always,
    /// Never.
    Never,
}

/// What decides a pattern beside the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectOptions {
    /// How counts are protected.
    pub method: Method,
    /// Whether the tables publish their zeros.
    pub zeros: Zeros,
    /// What a reader may learn of a hidden zero.
    pub hidden_zeros: HiddenZeros,
    /// Whether a family that is a cell's only contributor is among the readers.
    pub insiders: Insiders,
    /// What the least shall be lost of.
    pub weight: Weight,
    /// Steps of search spent on a smaller loss.
    pub effort: u64,
    /// Steps spent on proving how little any pattern could cost.
    pub bound_effort: u64,
    /// Folders of releases that readers already have.
    pub earlier: Vec<PathBuf>,
    /// Whether what was written is attacked before it takes its name.
    pub attack: OwnAttack,
    /// Whether an output of an earlier run may be replaced.
    pub replace: bool,
    /// The file of the key that breaks ties; else in the case's folder.
    pub key: Option<PathBuf>,
}

/// How a pattern came about. For whoever protects, never for a reader: it says how many cells are small.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProtectReport {
    /// `MinimumFrequency(threshold)`.
    pub threshold: u64,
    /// `hidden` or `shown`, as asked for.
    pub zeros: &'static str,
    /// `protected` or `unprotected`.
    pub hidden_zeros: &'static str,
    /// `on` or `off`.
    pub insiders: &'static str,
    /// `count`, `sum` or `information`.
    pub weight: &'static str,
    /// Lines read, the header aside.
    pub lines: u64,
    /// Records in the case: the lines, or what their counts add up to.
    pub records: u64,
    /// Distinct combinations among them.
    pub combinations: usize,
    /// Tables written.
    pub tables: usize,
    /// Cells of all tables, a shared one once.
    pub cells: usize,
    /// Shown as a multiple of a base.
    pub rounded: usize,
    /// Hidden by the minimum frequency rule.
    pub primary: usize,
    /// Hidden so that others cannot be recovered.
    pub secondary: usize,
    /// Their counts, added up.
    pub secondary_sum: u64,
    /// What they cost in the weight: cells, their sum, or thousandths of information.
    pub cost: u64,
    /// No safe pattern costs less, proven; none where it was not looked for.
    pub lower_bound: Option<u64>,
    /// Hidden zeros.
    pub zeros_hidden: usize,
    /// Cells that exist only as a difference and were protected too.
    pub derived_protected: usize,
    /// Cells that the attack on the written files left open, neither cleared nor claimed; none where there was no attack.
    pub left_open: Option<u64>,
    /// Joint tables behind overlapping ones that the proofs are of too.
    pub joint_tables: usize,
    /// Those too large for it: what is proven of their margins is so for a reader of margins only.
    pub margins_only: usize,
    /// How the hidden cells were proven safe.
    pub certificates: Certificates,
    /// The file of the key that breaks ties, to be kept and to be shown to nobody.
    pub key: String,
    /// Whether the key was made now.
    pub is_key_new: bool,
    /// How long it took, from the first byte read to the last one written.
    pub seconds: f64,
    /// Seconds of it that reading took.
    pub seconds_read: f64,
    /// Seconds of it that counting, hiding and proving took.
    pub seconds_protect: f64,
}

/// Proofs by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Certificates {
    /// By a swap among hidden cells, or a table found for another cell.
    pub by_witness: usize,
    /// By a linear programme.
    pub by_programme: usize,
}

/// Protects the case in `folder` and writes its tables and `release.json` into `out`, all or nothing; `report` is a file
/// for the report as JSON.
///
/// # Errors
/// [`Error::Case`] where the input is wrong, [`Error::Protect`] where it cannot be protected, [`Error::OutputExists`]
/// where something is in the way.
pub fn protect(
    folder: &Path,
    out: &Path,
    report: Option<&Path>,
    options: &ProtectOptions,
    progress: &dyn Fn(&str),
) -> Result<ProtectReport, Error> {
    let start = disk::clock::start();
    // `.` and `..` have no name to stage beside.
    let out = &std::path::absolute(out).map_err(disk::failed(out, "find"))?;
    check_places(out, report, options.replace)?;
    progress("reading");
    let case = Case::read(folder)?;
    let read = start.elapsed().as_secs_f64();
    progress("protecting");
    let key = TieKey::kept(options.key.as_deref(), folder, &beside(out, "tie.key"))?;
    let earlier = case.earlier(&options.earlier)?;
    let plain = case.problem(options.zeros, options.hidden_zeros, options.weight);
    let problem = Problem {
        relations: plain.relations.iter().chain(&earlier.relations).cloned().collect(),
        earlier: earlier.cells.clone(),
        insiders: options.insiders,
        effort: options.effort,
        bound_effort: options.bound_effort,
        method: options.method.clone(),
        tie_key: key.bytes,
        ..plain
    };
    let staged = staged(out, "partial");
    let mut seconds_protect = 0.0;
    let built = until_open(ROUNDS, &problem.spaces, |joint| {
        let begun = disk::clock::start();
        let pattern = suppress(&Problem { joint: joint.to_vec(), ..problem.clone() }, &case)?;
        seconds_protect += begun.elapsed().as_secs_f64();
        progress("writing");
        let files = render::render_tables(&case.release(&pattern, &earlier)?)?;
        disk::remove_folder(&staged)?;
        write_release(&staged, files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice())))?;
        progress("attacking");
        let statistics = pattern.statistics;
        let is_attacked = match options.attack {
            OwnAttack::Always => true,
            OwnAttack::WhereItEnds => statistics.primary + statistics.zeros + statistics.secondary <= ATTACKED,
            OwnAttack::Never => false,
        };
        if !is_attacked {
            return Ok(Built::Safe((pattern, None)));
        }
        Ok(match attacked(&staged, &options.earlier, &case.small_cells(&pattern))? {
            Built::Safe(left_open) => Built::Safe((pattern, Some(left_open))),
            Built::Forced(forced) => Built::Forced(forced),
        })
    });
    let result = built.and_then(|(pattern, left_open)| {
        let loss = case.loss(&pattern);
        let statistics = pattern.statistics;
        let told = ProtectReport {
            threshold: case.threshold(),
            zeros: zeros_word(options.zeros),
            hidden_zeros: hidden_zeros_word(options.hidden_zeros),
            insiders: insiders_word(options.insiders),
            weight: weight_word(options.weight),
            lines: loss.lines,
            records: loss.records,
            combinations: loss.combinations,
            tables: problem.tables.len(),
            cells: statistics.cells,
            rounded: statistics.rounded,
            primary: statistics.primary,
            secondary: statistics.secondary,
            secondary_sum: loss.secondary_sum,
            cost: in_unit(statistics.cost, options.weight),
            lower_bound: (options.bound_effort > 0).then(|| in_unit(statistics.lower_bound, options.weight)),
            zeros_hidden: statistics.zeros,
            derived_protected: statistics.derived,
            left_open,
            joint_tables: statistics.joint_tables,
            margins_only: statistics.joint_left_out,
            certificates: Certificates { by_witness: statistics.by_witness, by_programme: statistics.by_programme },
            key: key.path.display().to_string(),
            is_key_new: key.is_new,
            seconds: start.elapsed().as_secs_f64(),
            seconds_read: read,
            seconds_protect,
        };
        publish(&staged, out, report, &told)?;
        Ok(told)
    });
    if result.is_err() {
        disk::remove_folder(&staged)?;
    }
    result
}

/// Attacks the folder as a stranger would, beside the earlier releases, and holds what the stranger claims against the
/// cells that are `small`. Gives how many cells the attack left open: the proof stands without it.
///
/// # Errors
/// [`Error::Disclosure`] where anything is found but what tables force.
fn attacked(folder: &Path, earlier: &[PathBuf], small: &BTreeSet<String>) -> Result<Built<u64>, Error> {
    let attacked = ::verify::attack(&[folder.to_owned()], earlier)?;
    let mut verdict = attacked.verdict;
    let disclosed = attacked.claims.iter().filter(|claim| small.contains(&claim.cell));
    verdict.findings.extend(disclosed.map(disclosure));
    if verdict.findings.is_empty() {
        Ok(Built::Safe(verdict.tried.iter().map(|tried| tried.not_shown).sum()))
    } else if verdict.findings.iter().all(|finding| finding.attack == Attack::Reconstruction) {
        Ok(Built::Forced(attacked.forced))
    } else {
        Err(Error::Disclosure(Box::new(verdict)))
    }
}

/// Nothing that is there is written over, unless it is a release and may be replaced.
fn check_places(out: &Path, report: Option<&Path>, replace: bool) -> Result<(), Error> {
    let is_empty = || disk::entries(out).is_ok_and(|entries| entries.is_some_and(|entries| entries.is_empty()));
    if disk::is_there(out)? && !is_empty() {
        if !replace {
            return Err(Error::OutputExists(out.to_owned()));
        }
        if !disk::is_file(&out.join("release.json"))? {
            return Err(Error::OutputForeign(out.to_owned()));
        }
    }
    let Some(report) = report else { return Ok(()) };
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if whole(report).starts_with(whole(out)) {
        return Err(Error::ReportInside(report.to_owned()));
    }
    if !replace && disk::behind(report)?.is_some() {
        return Err(Error::OutputExists(report.to_owned()));
    }
    Ok(())
}

/// What is kept beside `path` under its name.
fn beside(path: &Path, what: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{name}.{what}"))
}

/// A folder beside `path`, so that taking its name is one step.
fn staged(path: &Path, what: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{what}"))
}

/// Gives the staged folder its name, and the report its own.
fn publish(folder: &Path, out: &Path, report: Option<&Path>, told: &ProtectReport) -> Result<(), Error> {
    if let Some(report) = report {
        disk::put(report, &json(report, told)?)?;
    }
    // What is replaced goes last, so that there is a whole folder at every moment.
    let replaced = staged(out, "replaced");
    disk::remove_folder(&replaced)?;
    if disk::is_there(out)? {
        disk::rename(out, &replaced)?;
    }
    if let Err(error) = disk::rename(folder, out) {
        // Where even this fails the old folder keeps its other name.
        let _ = disk::rename(&replaced, out);
        return Err(error.into());
    }
    // The new one stands, whatever becomes of the old; the next run removes it.
    let _ = disk::remove_folder(&replaced);
    Ok(())
}

const fn zeros_word(zeros: Zeros) -> &'static str {
    match zeros {
        Zeros::Hidden => "hidden",
        Zeros::Shown => "shown",
    }
}

const fn hidden_zeros_word(hidden_zeros: HiddenZeros) -> &'static str {
    match hidden_zeros {
        HiddenZeros::Protected => "protected",
        HiddenZeros::Unprotected => "unprotected",
    }
}

/// Cells and counts are whole, so a bound between two of them is the higher one.
const fn in_unit(cost: u64, weight: Weight) -> u64 {
    match weight {
        Weight::Information => cost,
        Weight::Cells | Weight::Sum => cost.div_ceil(1_000),
    }
}

const fn insiders_word(insiders: Insiders) -> &'static str {
    match insiders {
        Insiders::Considered => "on",
        Insiders::Ignored => "off",
    }
}

const fn weight_word(weight: Weight) -> &'static str {
    match weight {
        Weight::Information => "information",
        Weight::Cells => "count",
        Weight::Sum => "sum",
    }
}

impl ProtectReport {
    /// The report for a terminal.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: String| {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{name:<18} {value:>10}");
        };
        line("lines read", self.lines.to_string());
        line("records", self.records.to_string());
        line("tables", self.tables.to_string());
        line("cells", self.cells.to_string());
        line("rounded", self.rounded.to_string());
        line("primary", self.primary.to_string());
        line("zeros hidden", self.zeros_hidden.to_string());
        line("secondary", self.secondary.to_string());
        line("sum of secondary", self.secondary_sum.to_string());
        if let Some(bound) = self.lower_bound {
            line("cost", self.cost.to_string());
            line("least possible", format!(">= {bound}"));
        }
        line("derived protected", self.derived_protected.to_string());
        if self.joint_tables + self.margins_only > 0 {
            line("joint tables", self.joint_tables.to_string());
            line("margins only", self.margins_only.to_string());
        }
        line("proven by witness", self.certificates.by_witness.to_string());
        line("proven by programme", self.certificates.by_programme.to_string());
        line("attack left open", self.left_open.map_or_else(|| "not run".to_owned(), |open| open.to_string()));
        line("seconds", format!("{:.2}", self.seconds));
        text
    }
}
