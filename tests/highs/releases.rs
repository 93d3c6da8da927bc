//! Releases, bounded by HiGHS over sums that the tests' own reader found, against what `verify` says of the same folders.
//!
//! The relation, exactly. `verify` proves a range of every hidden cell. It lies within the whole numbers of the programme's range
//! in fractions, and holds every value that whole-numbered tables give the cell: where it is closer than the former, HiGHS
//! looks for a whole-numbered table outside of it, and there must be none.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::leaks::base::base;
use crate::solver::{End, Row, Solver};
use crate::stranger::reader::Reader;
use crate::stranger::small::{self, Truth};
use crate::stranger::under_test::intervals;
use crate::tries;

/// Tolerances of both solvers.
const NEAR: f64 = 1e-5;

#[derive(Default)]
struct Tally {
    cells: u64,
    /// Ranges that whole numbers made closer than fractions.
    closer: u64,
    /// Narrower than the threshold, and so of no use where the cell is to be protected.
    narrow: Vec<String>,
    programmes: u64,
    faults: Vec<String>,
}

/// A cell's ends in fractions, rounded inwards to whole numbers.
#[allow(clippy::cast_possible_truncation, reason = "counts of people are far below 2^53")]
fn whole(least: End, most: End) -> (i64, Option<i64>) {
    let End::At(least) = least else { panic!("counts are not below nothing: {least:?}") };
    let most = match most {
        End::At(most) => Some((most + NEAR).floor() as i64),
        End::Unlimited => None,
        End::Infeasible => panic!("there was a least"),
    };
    ((least - NEAR).ceil() as i64, most)
}

/// Whether `proven`, where it is closer than `fractions`, leaves out no whole-numbered table.
fn leaves_out_none(whole: &mut Solver, at: usize, proven: (i64, Option<i64>), fractions: (i64, Option<i64>)) -> bool {
    let is_within = proven.0 >= fractions.0 && fractions.1.is_none_or(|most| proven.1.is_some_and(|own| own <= most));
    let reaches = |end: End| if let End::At(end) = end { end } else { f64::NAN };
    let is_low = proven.0 == fractions.0 || reaches(whole.least(at)) >= proven.0 as f64 - NEAR;
    let is_high = proven.1 == fractions.1 || proven.1.is_some_and(|most| reaches(whole.most(at)) <= most as f64 + NEAR);
    is_within && is_low && is_high
}

/// Compares every hidden cell of folders that one reader has.
fn compare(folders: &[PathBuf], truth: &dyn Fn(&str) -> Option<Truth>, tally: &mut Tally) {
    let reader = Reader::open(folders);
    let proven = intervals(folders).expect("the truth is one of the tables");
    let rows: Vec<Row> = reader.rows.iter().map(|terms| (terms.clone(), 0)).collect();
    let mut fractions = Solver::new(&reader.lower, &reader.upper, &rows, false);
    let mut integers = Solver::new(&reader.lower, &reader.upper, &rows, true);
    let hidden: Vec<(usize, String)> = reader.hidden().collect();
    assert_eq!(hidden.len(), proven.len(), "{folders:?}: two readers see other hidden cells");
    for (at, name) in hidden {
        tally.cells += 1;
        let range = whole(fractions.least(at), fractions.most(at));
        let own = proven[&name];
        if own != range {
            tally.closer += 1;
            if !leaves_out_none(&mut integers, at, own, range) {
                tally.faults.push(format!("{name} of {folders:?}: verify {own:?}, HiGHS {range:?}"));
            }
        }
        let is_narrow = range.1.is_some_and(|most| most < reader.threshold || most - range.0 < reader.threshold);
        if is_narrow {
            tally.narrow.push(format!("{name} of {folders:?}: {range:?}"));
        }
        if let Some(truth) = truth(&name).filter(|truth| truth.is_protected) {
            let width = reader.threshold.max(truth.largest);
            let is_wide = range.1.is_none_or(|most| most >= reader.threshold && most - range.0 >= width);
            if !is_wide || range.0 > truth.count - truth.largest {
                tally.faults.push(format!("{name} of {folders:?} is {truth:?} and known to be {range:?}"));
            }
        }
    }
    tally.programmes += fractions.programmes + integers.programmes;
}

fn report(what: &str, tally: &Tally) {
    println!(
        "{what}: {} hidden cells alike, {} of them closer by whole numbers, {} narrow, {} programmes of HiGHS",
        tally.cells,
        tally.closer,
        tally.narrow.len(),
        tally.programmes
    );
    assert!(tally.faults.is_empty(), "{} faults:\n{}", tally.faults.len(), tally.faults.join("\n"));
}

#[test]
fn small_releases_keep_what_protection_promises_and_verify_bounds_them_as_highs_does() {
    let mut tally = Tally::default();
    for seed in 1_000..1_000 + tries(300) {
        let place = tempfile::tempdir().expect("a temporary folder");
        if let Some(small) = small::write(seed, place.path()) {
            compare(&[place.path().to_owned()], &|name| small.hidden.get(name).copied(), &mut tally);
        }
    }
    report("small releases", &tally);
    assert!(tally.cells > 1_000, "too little was compared");
}

#[test]
fn random_releases_of_five_tables_are_bounded_by_verify_as_by_highs() {
    let mut tally = Tally::default();
    for seed in 1..=tries(300).div_ceil(30) {
        let place = tempfile::tempdir().expect("a temporary folder");
        let base = base(seed);
        for (file, bytes) in base.files.iter().filter(|(file, _)| file.ends_with(".csv") || *file == "release.json") {
            let path = place.path().join(file);
            std::fs::create_dir_all(path.parent().expect("in the folder")).expect("a folder of our own");
            std::fs::write(path, bytes).expect("a folder of our own");
        }
        compare(&[place.path().to_owned()], &|_| None, &mut tally);
    }
    report("random releases of five tables", &tally);
    assert!(tally.cells > 100, "too little was compared");
}

/// Releases of the demo, in order; those of an audience with a higher threshold are read by everybody with a lower one.
fn demo() -> Vec<(i64, PathBuf)> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo-highs");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("an earlier run's demo can be removed");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    let status = command.args(["demo", "--quiet", "--out"]).arg(&folder).stdin(Stdio::null()).stdout(Stdio::null());
    assert!(status.status().expect("the program starts").success(), "the demo fails");
    let entries =
        std::fs::read_dir(folder.join("reports")).expect("reports").map(|entry| entry.expect("a folder").path());
    let mut releases: Vec<(i64, PathBuf)> = entries
        .filter_map(|path| {
            let manifest = std::fs::read(path.join("release.json")).ok()?;
            let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
            Some((manifest["threshold"].as_i64().expect("a threshold"), path))
        })
        .collect();
    releases.sort();
    releases
}

#[test]
fn the_demos_releases_all_together_are_bounded_by_verify_as_by_highs_and_nothing_is_narrow() {
    let releases = demo();
    let mut thresholds: Vec<i64> = releases.iter().map(|(threshold, _)| *threshold).collect();
    thresholds.dedup();
    for threshold in thresholds {
        let own = releases.iter().filter(|(of, _)| *of >= threshold);
        let folders: Vec<PathBuf> = own.map(|(_, path)| path.clone()).collect();
        let mut tally = Tally::default();
        compare(&folders, &|_| None, &mut tally);
        report(&format!("{} releases of the demo at threshold {threshold}", folders.len()), &tally);
        assert!(tally.narrow.is_empty(), "{}", tally.narrow.join("\n"));
        assert!(tally.cells > 50, "too little was compared");
    }
}
