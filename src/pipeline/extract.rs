//! Microdata of a statistician without the store: records and hierarchies in, an extract out. Comes in: paths, a request.
//! Goes out: a file that is whole or not there, and a report for whoever protects. Deliberately absent: the clock in what
//! is passed on; only the report says how long it took.

mod page;
mod risk;
mod stored;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub use confidential::extract::hierarchy::Ready;
pub use confidential::extract::metric::Metric;
pub use confidential::extract::microdata::Roles;
pub use confidential::extract::recode::{Recoding, Request};
pub use confidential::extract::risk::{FRACTION, Risk};
pub use confidential::extract::wanted::{Diversity, Ground, Wanted};

use confidential::extract::recode::{Prepared, Recoded};
use confidential::extract::write::Remainder;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use super::Error;
use super::files::json;

/// Where an extract comes from and goes to.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtractOptions {
    /// The data.
    pub from: PathBuf,
    /// The folder of hierarchies, for columns whose hierarchy is not ready-made.
    pub hierarchies: Option<PathBuf>,
    /// The population, for models that compare with one.
    pub population: Option<PathBuf>,
    /// The extract; gzip'd where the name ends in `.gz`.
    pub out: PathBuf,
    /// The report as JSON.
    pub report: Option<PathBuf>,
    /// The risk report as a page; with it the report has every subset of the quasi-identifiers.
    pub risk: Option<PathBuf>,
    /// The share of the population that the data are, above 0 and at most 1; a population table says it itself.
    pub fraction: f64,
    /// Whether an output of an earlier run may be replaced.
    pub replace: bool,
}

/// What an extract lost and how it was found. For whoever protects, never for a reader.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExtractReport {
    /// `global` or `local`.
    pub model: &'static str,
    /// The metric that was to be small.
    pub metric: &'static str,
    /// Its value.
    pub score: f64,
    /// No recoding of this kind has a lower one, where that is known.
    pub bound: Option<f64>,
    /// How far the score may be from the best, as a share of it.
    pub gap: Option<f64>,
    /// Loss, geometric mean over quasi-identifiers.
    pub loss: f64,
    /// Loss, arithmetic mean.
    pub loss_arithmetic: f64,
    /// The quasi-identifiers.
    pub qi: Vec<String>,
    /// The level of each; none where records have different ones.
    pub levels: Option<Vec<usize>>,
    /// Loss of each.
    pub loss_by_column: Vec<f64>,
    /// Records in the data.
    pub records: usize,
    /// Records suppressed.
    pub suppressed: usize,
    /// `kept`, or `hidden` where the suppressed records together would tell what no class may.
    pub suppressed_sensitive: &'static str,
    /// Equivalence classes; suppressed records are none.
    pub classes: usize,
    /// Protected units of the smallest.
    pub smallest_class: u64,
    /// Nodes of the lattice whose classes were formed.
    pub checked: u64,
    /// Nodes of the lattice.
    pub lattice: u128,
    /// Whether it is proven that none is better.
    pub optimal: bool,
    /// What was lost, in words: over all columns, and by column.
    pub loss_in_words: Vec<String>,
    /// The risk before and after; none where no report is asked for.
    pub risk: Option<Risk>,
    /// What measuring the risk took, of the seconds below.
    pub risk_seconds: Option<f64>,
    /// From the first byte read to the last one written, the report itself not counted.
    pub seconds: f64,
}

/// Makes an extract of a file.
///
/// # Errors
/// [`Error::Extract`] where the input is wrong or cannot be protected, [`Error::OutputExists`] where something is in the way.
pub fn extract(options: &ExtractOptions, request: &Request, progress: &dyn Fn(&str)) -> Result<ExtractReport, Error> {
    let start = disk::clock::start();
    check_places(options)?;
    progress("reading");
    let prepared =
        Prepared::read(&options.from, options.hierarchies.as_deref(), options.population.as_deref(), request)?;
    progress("recoding");
    let recoded = prepared.recode(request)?;
    progress("writing");
    let bytes = prepared.write(request, &recoded);
    write(&options.out, &bytes)?;
    let mut report = report(&prepared, request, &recoded);
    if options.report.is_some() || options.risk.is_some() {
        progress("measuring the risk");
        risk::measure(&mut report, &prepared, request, &recoded, options.fraction, options.risk.is_some());
    }
    report.seconds = start.elapsed().as_secs_f64();
    if let Some(path) = &options.risk {
        disk::put(path, page::to_html(&report).as_bytes())?;
    }
    if let Some(path) = &options.report {
        disk::put(path, &json(path, &report)?)?;
    }
    Ok(report)
}

/// That no output takes the place of another or of what is read, and that each has a folder to lie in.
fn check_places(options: &ExtractOptions) -> Result<(), Error> {
    let read = [&options.from].into_iter().chain(&options.population);
    let mut taken: Vec<PathBuf> = read.map(|path| plain(path)).collect();
    for path in [&options.out].into_iter().chain(&options.report).chain(&options.risk) {
        let place = plain(path);
        if taken.contains(&place) {
            return Err(Error::SamePlace(path.clone()));
        }
        taken.push(place);
        if !options.replace && disk::behind(path)?.is_some() {
            return Err(Error::OutputExists(path.clone()));
        }
        if let Some(folder) = folder(path)
            && !disk::is_folder(folder)?
        {
            return Err(Error::NoPlace(path.clone()));
        }
    }
    Ok(())
}

/// The folder that a path names, if it names one.
fn folder(path: &Path) -> Option<&Path> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty())
}

/// A path by which two names of one file are told to be the same, whether the file is there or not.
fn plain(path: &Path) -> PathBuf {
    let folder = folder(path).unwrap_or(Path::new("."));
    let through = || Some(disk::whole(folder).ok()?.join(path.file_name()?));
    disk::whole(path).ok().or_else(through).unwrap_or_else(|| path.to_owned())
}

fn report(prepared: &Prepared, request: &Request, recoded: &Recoded) -> ExtractReport {
    let model = match request.recoding {
        Recoding::Global => "global",
        Recoding::Local => "local",
    };
    let suppressed_sensitive = match prepared.remainder(&recoded.classes) {
        Remainder::Kept => "kept",
        Remainder::Hidden => "hidden",
    };
    let gap = recoded.bound.map(|bound| if recoded.score > 0.0 { 1.0 - bound / recoded.score } else { 0.0 });
    ExtractReport {
        model,
        metric: request.metric.name(),
        score: recoded.score,
        bound: recoded.bound,
        gap,
        loss: recoded.loss.geometric,
        loss_arithmetic: recoded.loss.arithmetic,
        qi: request.roles.quasi.clone(),
        levels: recoded.levels.clone(),
        loss_by_column: recoded.loss.columns.clone(),
        records: prepared.microdata.records,
        suppressed: recoded.suppressed,
        suppressed_sensitive,
        classes: recoded.classes.len(),
        smallest_class: recoded.classes.units.iter().min().copied().unwrap_or(0),
        checked: recoded.checked,
        lattice: recoded.lattice,
        optimal: recoded.bound.is_some_and(|bound| bound >= recoded.score),
        loss_in_words: risk::loss_in_words(prepared, recoded),
        risk: None,
        risk_seconds: None,
        seconds: 0.0,
    }
}

/// Writes the rows, gzip'd where the name says so.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if path.extension().is_some_and(|ending| ending == "gz") {
        let zipped = gzip(bytes).map_err(disk::failed(path, "write"))?;
        return Ok(disk::put(path, &zipped)?);
    }
    Ok(disk::put(path, bytes)?)
}

/// Without name or time, so the same rows are the same bytes.
fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    std::io::Write::write_all(&mut encoder, bytes)?;
    encoder.finish()
}

impl ExtractReport {
    /// The report for a terminal.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: String| {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{name:<28} {value:>12}");
        };
        line("records", self.records.to_string());
        line("suppressed", self.suppressed.to_string());
        line("classes", self.classes.to_string());
        line("smallest class", self.smallest_class.to_string());
        line("loss", format!("{:.6}", self.loss));
        line("loss, arithmetic", format!("{:.6}", self.loss_arithmetic));
        if self.metric != Metric::Loss.name() {
            line(self.metric, format!("{:.6}", self.score));
        }
        for (column, level) in self.qi.iter().zip(self.levels.iter().flatten()) {
            line(&format!("level of {column}"), level.to_string());
        }
        if let Some(risk) = &self.risk {
            for (when, side) in [("before", &risk.before), ("after", &risk.after)] {
                line(&format!("highest risk {when}"), format!("{:.6}", side.risk.prosecutor.highest));
                line(&format!("average risk {when}"), format!("{:.6}", side.risk.prosecutor.average));
                line(&format!("unique in the data {when}"), side.class_sizes.of_size(1).to_string());
            }
        }
        line("nodes", self.lattice.to_string());
        line("checked", self.checked.to_string());
        match self.bound {
            Some(_) if self.optimal => line("best possible", "proven".to_owned()),
            Some(bound) => line(&format!("least possible {}", self.metric), format!(">= {bound:.6}")),
            None => {}
        }
        line("seconds", format!("{:.2}", self.seconds));
        text
    }
}
