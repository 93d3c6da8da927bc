//! Whole series of reports: quarter after quarter with their years and corrections, each report attacked with all before
//! it, and what came of each. A report that is refused is written down and the series goes on; then the exit is 1, as where anything
//! is found in all releases together.
//!
//! `cargo bench --bench series` with, in the environment: `TAKEUP_PARTS=demo,invented,casework` (else all three);
//! `TAKEUP_SEEDS`, how many seeds after the demo's own (else 2); `TAKEUP_SIZES=25,100,400,1500`, cases a quarter of the invented services;
//! `TAKEUP_CASEWORK`, the whole file of casework (else the sample of `fixtures/`), and `TAKEUP_YEARS`, how many years of it (else 4).

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints its figures")]

#[path = "common/mod.rs"]
mod common;
#[path = "../tests/suite/series/office.rs"]
mod office;

use std::collections::BTreeMap;
use std::process::ExitCode;

use office::{Ask, Hidden, Office, Refusal, ask, listed, processor_seconds};
use takeup::demo::{DemoExport, Scale, default_seed, generate_amended, generate_sized};
use takeup::pipeline::Template;

const REASON: &str = "Cases were recorded under a wrong district";

/// One case in so many of a corrected quarter was recorded wrongly.
const ONE_IN: usize = 10;

/// A step of a schedule.
enum Step {
    Report(String),
    /// The export of the year in which this quarter of the service lies was amended and is read again.
    Amend(usize),
    Correct(String),
}

/// What came of a series.
struct Series {
    office: Office,
    steps: Vec<(Ask, f64, Result<Vec<Hidden>, Refusal>)>,
}

impl Series {
    fn new(template: Template, seed: u64) -> Self {
        Self { office: Office::new(&template.files(), seed), steps: Vec::new() }
    }

    fn release(&mut self, ask: Ask) {
        let before = processor_seconds();
        let outcome = self.office.release(&ask);
        let seconds = processor_seconds() - before;
        eprintln!("  {ask}: {seconds:.1} s, {}", outcome.as_ref().map_or_else(said, |_| "released".to_owned()));
        self.steps.push((ask, seconds, outcome));
    }

    fn seconds(&self, is_wanted: impl Fn(&Ask) -> bool) -> Vec<f64> {
        self.steps.iter().filter(|(ask, ..)| is_wanted(ask)).map(|(_, seconds, _)| *seconds).collect()
    }

    /// The row of the series, and a line for each report that was not released; whether all were, and nothing was found in them.
    fn print(&self, name: &str) -> bool {
        let released: Vec<&Vec<Hidden>> = self.steps.iter().filter_map(|(.., outcome)| outcome.as_ref().ok()).collect();
        let mut refused: BTreeMap<String, usize> = BTreeMap::new();
        for refusal in self.steps.iter().filter_map(|(.., outcome)| outcome.as_ref().err()) {
            *refused.entry(format!("exit {}", refusal.exit)).or_default() += 1;
        }
        let quarters = self.seconds(|ask| ask.period.contains("-Q") && ask.correct.is_none());
        let worst = self.seconds(|_| true).into_iter().fold(0.0, f64::max);
        let all: f64 = self.seconds(|_| true).iter().sum();
        let [first, last] = [released.first(), released.last()].map(|one| one.map_or(String::new(), |one| shares(one)));
        let found = self.office.found();
        println!(
            "{name:<22} {:>5} {:>8}  {:<18} {:>6.1} {:>6.1} {worst:>6.1} {all:>7.1}  {first:<42} {last:<42} {}",
            self.steps.len(),
            released.len(),
            if refused.is_empty() { "none".to_owned() } else { listed(&refused) },
            quarters.first().unwrap_or(&0.0),
            quarters.last().unwrap_or(&0.0),
            found.as_ref().map_or("none", |(kinds, _)| kinds),
        );
        for (ask, _, outcome) in &self.steps {
            if let Err(refusal) = outcome {
                println!("    {ask}: {}", said(refusal));
            }
        }
        if let Some((_, first)) = &found {
            println!("    found in all together: {first}");
        }
        released.len() == self.steps.len() && found.is_none()
    }
}

fn said(refusal: &Refusal) -> String {
    format!("exit {}, {}: {}", refusal.exit, refusal.kind, refusal.text)
}

/// `public 23.8, authority 31.0`: percent hidden.
fn shares(releases: &[Hidden]) -> String {
    let share = |one: &Hidden| {
        let audience = one.release.rsplit('-').nth(1).unwrap_or_default();
        format!("{audience} {:.1}", one.percent())
    };
    releases.iter().map(share).collect::<Vec<_>>().join(", ")
}

fn main() -> ExitCode {
    let parts = std::env::var("TAKEUP_PARTS").unwrap_or_else(|_| "demo,invented,casework".to_owned());
    println!(
        "{:<22} {:>5} {:>8}  {:<18} {:>6} {:>6} {:>6} {:>7}  {:<42} {:<42} found in all together",
        "series",
        "tried",
        "released",
        "refused",
        "first",
        "last",
        "worst",
        "all",
        "hidden at first, %",
        "hidden at last, %"
    );
    let seeds = (0..=number("TAKEUP_SEEDS", 2)).map(|more| default_seed() + more);
    let mut clean = Vec::new();
    if parts.contains("demo") {
        clean.extend(seeds.clone().map(demo));
    }
    if parts.contains("invented") {
        let sizes = std::env::var("TAKEUP_SIZES").unwrap_or_else(|_| "25,100,400,1500".to_owned());
        for size in sizes.split(',').filter_map(|size| size.parse().ok()) {
            clean.extend(seeds.clone().map(|seed| invented(seed, size)));
        }
    }
    if parts.contains("casework") {
        clean.push(casework());
    }
    ExitCode::from(u8::from(clean.contains(&false)))
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Two years of the demo's service in order, each year after its fourth quarter, and two corrections: of a quarter of the first
/// year when that year is out, and of one of the second at the end.
fn demo(seed: u64) -> bool {
    let report = |period: &str| Step::Report(period.to_owned());
    let mut steps: Vec<Step> = (1..=4).map(|quarter| report(&format!("2024-25-Q{quarter}"))).collect();
    steps.extend([report("2024-25"), Step::Amend(18), Step::Correct("2024-25-Q2".to_owned())]);
    steps.extend((1..=4).map(|quarter| report(&format!("2025-26-Q{quarter}"))));
    steps.extend([report("2025-26"), Step::Amend(23), Step::Correct("2025-26-Q3".to_owned())]);
    service(&format!("demo {seed}"), seed, Scale::of_the_demo(), &steps)
}

/// Three years of a service of another size.
fn invented(seed: u64, cases_per_quarter: f64) -> bool {
    let mut steps = Vec::new();
    for year in ["2020-21", "2021-22", "2022-23"] {
        steps.extend((1..=4).map(|quarter| Step::Report(format!("{year}-Q{quarter}"))));
        steps.push(Step::Report(year.to_owned()));
    }
    let scale = Scale { cases_per_quarter, quarters: 12 };
    service(&format!("{cases_per_quarter} cases {seed}"), seed, scale, &steps)
}

fn service(name: &str, seed: u64, scale: Scale, steps: &[Step]) -> bool {
    eprintln!("{name}");
    let mut series = Series::new(Template::Advice, seed);
    let read = |series: &mut Series, export: &DemoExport| {
        series.office.ingest(&export.file_name, &export.bytes, "cases");
    };
    generate_sized(seed, scale).iter().for_each(|export| read(&mut series, export));
    for step in steps {
        match step {
            Step::Report(period) => series.release(ask(period)),
            Step::Amend(quarter) => {
                read(&mut series, &generate_amended(seed, scale, *quarter, ONE_IN)[(quarter - 1) / 4]);
            }
            Step::Correct(period) => series.release(Ask { correct: Some(REASON.to_owned()), ..ask(period) }),
        }
    }
    series.print(name)
}

/// Years of casework, four or as many as are asked for.
fn casework() -> bool {
    let (name, path) = ("casework", common::export());
    eprintln!("{name}");
    let mut series = Series::new(Template::Casework, 0);
    let bytes = std::fs::read(&path).expect("the export can be read");
    let file_name = path.file_name().unwrap_or_default().to_string_lossy();
    series.office.ingest(&file_name, &bytes, "casework");
    for year in (2015..).take(usize::try_from(number("TAKEUP_YEARS", 4)).unwrap_or(4)) {
        for quarter in 1..=4 {
            series.release(ask(&format!("{year}-Q{quarter}")));
        }
        series.release(ask(&year.to_string()));
    }
    series.print(name)
}
