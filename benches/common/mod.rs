//! What the benches share: a store filled with casework, and a clock around a piece of work. The sample in `fixtures/`
//! is the default; `TAKEUP_CASEWORK=/path/to/casework_2015_2018.csv.gz` names the whole file.

#![allow(dead_code, reason = "each bench uses its part")]
#![allow(clippy::print_stdout, reason = "a bench prints its figure")]

use std::path::PathBuf;
use std::time::Instant;

use confidential::assemble::Draft;
use confidential::ingest::{Reading, read};
use confidential::store::Store;
use confidential::store::import::Batch;
use confidential::store::keys::{self, WorkFactor};
use model::Period;
use model::config::Configuration;
use takeup::pipeline::Template;
use tempfile::TempDir;

/// The export to measure with.
pub fn export() -> PathBuf {
    std::env::var_os("TAKEUP_CASEWORK").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/casework_sample.csv.gz")),
        PathBuf::from,
    )
}

pub fn configuration() -> Configuration {
    Configuration::read(&Template::Casework.files()).expect("the template is sound")
}

pub fn reading(configuration: &Configuration) -> Reading {
    read(&[export()], &configuration.sources["casework"], &configuration.codes, &|_| ()).expect("the export reads")
}

/// A new store, in a folder that goes with the returned guard.
pub fn store() -> (TempDir, Store) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let key = keys::create(&home.path().join("key"), "bench", WorkFactor::ForTests).expect("a key");
    let store = Store::create(&home.path().join("takeup.db"), &key).expect("a store");
    (home, store)
}

pub fn import(store: &mut Store, configuration: &Configuration, reading: &Reading) {
    let source = &configuration.sources["casework"];
    let batch = Batch {
        source,
        codes: &configuration.codes,
        recordings: &reading.recordings,
        digests: &reading.digests,
        today_month: None,
        replace: false,
    };
    store.import(batch).expect("the batch is stored");
}

pub fn filled(configuration: &Configuration) -> (TempDir, Store) {
    let (home, mut store) = store();
    import(&mut store, configuration, &reading(configuration));
    (home, store)
}

/// The report of 2018-Q3 for all audiences, before anything is hidden.
pub fn draft(configuration: &Configuration, store: &Store) -> Draft {
    let period = Period::parse("2018-Q3", configuration.service.calendar).expect("a period");
    let audiences: Vec<String> = configuration.service.audiences.iter().map(|audience| audience.id.clone()).collect();
    let report = configuration.reports.values().next().expect("the template has a report");
    Draft::new(configuration, report, store, period, &audiences).expect("the quarter has cases")
}

/// Runs `work` `runs` times after one warm-up and prints least, median and most seconds.
pub fn measure<T>(name: &str, runs: usize, mut work: impl FnMut() -> T) -> T {
    let mut last = work();
    let mut seconds: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            last = work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    let (least, median, most) = (seconds[0], seconds[runs / 2], seconds[runs - 1]);
    println!("{name}: median {median:.3} s (least {least:.3}, most {most:.3}; {runs} runs)");
    last
}
