//! Another stranger: one who tries every table of whole numbers, and shares no code with the program. What protection and
//! `verify` make of small releases is held against that; `tests/highs` does the same for large ones with another solver.

#![allow(clippy::print_stdout, reason = "the test prints what was tried")]

mod every_table;
pub mod reader;
pub mod small;
pub mod under_test;

use std::fs;
use std::path::Path;

use every_table::{Tried, every_table};
use reader::Reader;
use small::Truth;
use under_test::intervals;

/// What trying every table of a folder came to.
#[derive(Default)]
struct Tally {
    cells: usize,
    /// Cells that sums of fractions leave wider than sums of whole numbers.
    wider: usize,
    parts: (usize, usize),
    faults: Vec<String>,
}

fn tried(folder: &Path) -> (Reader, Option<Tried>) {
    let reader = Reader::open(&[folder.to_owned()]);
    let tried = every_table(&reader.lower, &reader.upper, &reader.rows);
    (reader, tried)
}

/// Whether the tables that a reader cannot rule out are as many as the definition asks for.
fn is_safe(truth: Truth, threshold: i64, (least, most): (i64, i64)) -> bool {
    let width = threshold.max(truth.largest);
    most >= threshold && most - least >= width && least <= truth.count - truth.largest
}

/// One release: what `verify` proves must be true of every table, and what the program hides must be safe.
fn check(seed: u64, tally: &mut Tally) -> bool {
    let place = tempfile::tempdir().expect("a temporary folder");
    let Some(small) = small::write(seed, place.path()) else { return false };
    let (reader, tried) = tried(place.path());
    let tried = tried.expect("the truth is one of the tables");
    let proven = intervals(&[place.path().to_owned()]).expect("the truth is one of the tables");
    let hidden: Vec<(usize, String)> = reader.hidden().collect();
    assert_eq!(hidden.len(), small.hidden.len(), "seed {seed}: another reader sees other hidden cells");
    assert_eq!(hidden.len(), proven.len(), "seed {seed}: verify sees other hidden cells");
    for (at, name) in hidden {
        let Some((least, most)) = tried.ranges[at] else { continue };
        let (truth, (lowest, highest)) = (small.hidden[&name], proven[&name]);
        tally.cells += 1;
        if least < lowest || highest.is_some_and(|highest| highest < most) {
            tally
                .faults
                .push(format!("seed {seed}: {name} may be {least} to {most}, verify says {lowest} to {highest:?}"));
        }
        tally.wider += usize::from((least, Some(most)) != (lowest, highest));
        if truth.is_protected && !is_safe(truth, reader.threshold, (least, most)) {
            tally.faults.push(format!("seed {seed}: {name} is {truth:?} and known to be {least} to {most}"));
        }
    }
    tally.parts = (tally.parts.0 + tried.parts.0, tally.parts.1 + tried.parts.1);
    true
}

#[test]
fn every_table_of_small_releases_says_what_verify_says_and_what_protection_promises() {
    let mut tally = Tally::default();
    let written = (1..=60).filter(|&seed| check(seed, &mut tally)).count();
    println!(
        "{written} releases, {} cells, {} bounded closer by whole numbers than by verify; parts tried, too large: {:?}",
        tally.cells, tally.wider, tally.parts
    );
    assert!(tally.faults.is_empty(), "{}", tally.faults.join("\n"));
    assert!(written > 40 && tally.cells > 100 && tally.parts.0 > 15, "too little was tried");
}

/// The search must be able to lose: where one more cell is shown, some protected cell is known too closely.
#[test]
fn a_secondary_cell_that_is_shown_gives_a_protected_one_away() {
    let mut caught = 0;
    for seed in 1..=20 {
        let place = tempfile::tempdir().expect("a temporary folder");
        let Some(small) = small::write(seed, place.path()) else { continue };
        let Some((name, truth)) = small.hidden.iter().find(|(_, truth)| !truth.is_protected) else { continue };
        show(place.path(), name, truth.count);
        let (reader, tried) = tried(place.path());
        let tried = tried.expect("the truth is one of the tables");
        let known = |(at, name): (usize, String)| {
            let truth = small.hidden[&name];
            tried.ranges[at].is_some_and(|range| truth.is_protected && !is_safe(truth, reader.threshold, range))
        };
        caught += usize::from(reader.hidden().any(known));
    }
    assert!(caught >= 3, "{caught} of 20 releases with a hole were seen through");
}

/// Writes the count of a hidden cell into every table that has it.
fn show(folder: &Path, name: &str, count: i64) {
    for table in fs::read_dir(folder).expect("a release").map(|entry| entry.expect("a file").path()) {
        if table.extension().is_none_or(|ending| ending != "csv") {
            continue;
        }
        let text = fs::read_to_string(&table).expect("a table");
        let header: Vec<&str> = text.lines().next().expect("a header").split(',').collect();
        let line = |line: &str| {
            let off = header
                .iter()
                .zip(line.split(','))
                .filter(|(dim, code)| !["value", "symbol"].contains(dim) && **code != format!("{dim}0"));
            let own: Vec<String> = off.map(|(dim, code)| format!("{dim}={code}")).collect();
            if own.join(", ") == name { line.replace(",,c", &format!(",{count},")) } else { line.to_owned() }
        };
        let shown: Vec<String> = text.lines().map(line).collect();
        fs::write(&table, shown.join("\n") + "\n").expect("a folder of our own");
    }
}
