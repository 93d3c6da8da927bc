//! A year of releases with year-to-date tables, in which a case comes late, two persons are erased and a quarter is
//! corrected. The real program, on invented cases that can be counted by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use confidential::assemble::{Draft, PlannedCell};
use confidential::protect::{Problem, Shown, suppress};
use confidential::store::Store;
use confidential::store::erasure::Person;
use confidential::store::keys::people::{self, Unlocked};
use model::config::Configuration;
use model::period::Period;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;
use serde_json::Value;
use tempfile::TempDir;

use crate::approval::approve;
use crate::demo::files;
use crate::founded::{PASSPHRASE, SAME_TIES, workspace};

pub(crate) const REASON: &str = "Cases of the Bronx were recorded under Queens";

const REPORT: &str = r#"
title = "Casework report"
[[table]]
id = "C01"
title = "Cases opened"
dims = ["period"]
last = 2
audiences = ["public", "council"]
[[table]]
id = "C02"
title = "Broad issues by borough"
dims = ["issue:complaint_type", "borough"]
audiences = ["public", "council"]
[[table]]
id = "C03"
title = "Boroughs, the year to date"
dims = ["borough"]
over = "year_to_date"
audiences = ["public", "council"]
"#;

const BOROUGHS: [&str; 5] = ["Bronx", "Brooklyn", "Manhattan", "Queens", "Staten Island"];
const ISSUES: [&str; 4] = ["Housing", "Schools", "Transport", "Benefits"];

/// A case of the year: its reference, month, borough and issue.
#[derive(Clone)]
pub(crate) struct Case {
    pub reference: String,
    pub month: usize,
    pub borough: &'static str,
    pub issue: &'static str,
}

/// A year of cases: between none and 16 a month in each borough and issue, few in Staten Island.
pub(crate) fn year() -> Vec<Case> {
    let mut cases = Vec::new();
    for month in 1..=12 {
        for (b, borough) in BOROUGHS.into_iter().enumerate() {
            for (i, issue) in ISSUES.into_iter().enumerate() {
                let more = if i == 0 { 6 } else { 0 };
                let fewer = if b == 4 { 5 } else { 0 };
                for _ in fewer..(7 * b + 3 * i + 5 * month) % 11 + more {
                    cases.push(Case { reference: format!("KEY-{:05}", cases.len() + 1), month, borough, issue });
                }
            }
        }
    }
    cases
}

pub(crate) fn in_quarter(cases: &[Case], quarter: usize) -> Vec<Case> {
    cases.iter().filter(|case| (case.month - 1) / 3 + 1 == quarter).cloned().collect()
}

pub(crate) struct Made {
    pub home: TempDir,
    pub folder: PathBuf,
    passphrase: PathBuf,
}

impl Made {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = home.path().join("office");
        let passphrase = workspace(&folder, "casework", Some(SAME_TIES));
        fs::write(folder.join("config/reports/quarterly.toml"), REPORT).expect("the workspace can be written");
        Self { home, folder, passphrase }
    }

    fn unlocked(&self) -> Unlocked {
        people::open(&self.folder.join("keys"), PASSPHRASE, Some("manager")).expect("the key")
    }

    pub(crate) fn takeup(&self, arguments: &[&str]) -> Output {
        let globals = ["-C", plain(&self.folder), "--passphrase-file", plain(&self.passphrase)];
        takeup(&[&globals, arguments].concat())
    }

    pub(crate) fn ingest(&self, cases: &[Case]) -> String {
        self.ingest_closed(cases, &|_| None)
    }

    /// Cases with the month in which each was closed.
    pub(crate) fn ingest_closed(&self, cases: &[Case], closed: &dyn Fn(&Case) -> Option<usize>) -> String {
        let mut text = String::new();
        for case in cases {
            let Case { reference, month, borough, issue } = case;
            let closed = closed(case).map(|month| format!("2018-{month:02}-20")).unwrap_or_default();
            writeln!(text, "{reference},NYCC01,2018-{month:02}-15,{closed},{issue},General,,{borough},,,")
                .expect("a string");
        }
        self.ingest_lines(&text)
    }

    /// A case of a day.
    pub(crate) fn ingest_dated(&self, reference: &str, day: &str) {
        self.ingest_lines(&format!("{reference},NYCC01,{day},,Housing,General,,Bronx,,,\n"));
    }

    fn ingest_lines(&self, lines: &str) -> String {
        let columns = "unique_key,account,opendate,closedate,complaint_type,descriptor,zip,borough,city,council_dist,community_board";
        self.ingest_text(&format!("{columns}\n{lines}"))
    }

    /// An export as it lies in its file.
    pub(crate) fn ingest_text(&self, text: &str) -> String {
        let file = self.home.path().join("export.csv");
        fs::write(&file, text).expect("a temporary folder can be written");
        done(&self.takeup(&["ingest", plain(&file), "--source", "casework"]))
    }

    pub(crate) fn report(&self, arguments: &[&str]) {
        done(&self.takeup(&[&["report", "--period"], arguments].concat()));
        approve(&self.folder);
    }

    pub(crate) fn erase(&self, reference: &str) {
        let mut store = Store::open(&self.folder.join("store/takeup.db"), &self.unlocked().key).expect("the store");
        let person = Person::Case { source: "casework", reference };
        assert_eq!(store.erase(person).expect("an erasure"), 1);
    }

    pub(crate) fn reports(&self) -> PathBuf {
        self.folder.join("reports")
    }

    /// The value of the line of a table that starts with `codes`; empty where it is hidden.
    pub(crate) fn cell(&self, release: &str, table: &str, codes: &str) -> String {
        let text = fs::read_to_string(self.reports().join(release).join("data").join(table)).expect("a table");
        let line = text.lines().find_map(|line| line.strip_prefix(codes)?.strip_prefix(','));
        let line = line.unwrap_or_else(|| panic!("{table} of {release} has no {codes}:\n{text}"));
        line.split(',').next().unwrap_or_default().to_owned()
    }
}

pub(crate) fn takeup(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.args(arguments).stdin(Stdio::null()).output().expect("the program starts")
}

fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn plain(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

/// What `verify` says of these folders as a stranger: its exit code and how often it found each kind.
pub(crate) fn verified(folders: &[PathBuf]) -> (Option<i32>, BTreeMap<String, usize>) {
    let folders: Vec<&str> = folders.iter().map(|folder| plain(folder)).collect();
    let output = takeup(&[&["verify", "--json"], folders.as_slice()].concat());
    let verdict: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut kinds = BTreeMap::new();
    for finding in verdict["findings"].as_array().expect("a list") {
        *kinds.entry(finding["kind"].as_str().expect("a name").to_owned()).or_default() += 1;
    }
    (output.status.code(), kinds)
}

pub(crate) fn folders(reports: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(reports).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    folders.sort();
    folders
}

/// Every third case of the Bronx was in truth one of Queens.
pub(crate) fn corrected(quarter: &[Case]) -> Vec<Case> {
    let mut cases = quarter.to_vec();
    let bronx = cases.iter_mut().filter(|case| case.borough == "Bronx");
    bronx.step_by(3).for_each(|case| case.borough = "Queens");
    cases
}

/// One case of an issue moves to another borough.
fn moved(cases: &mut [Case], issue: &str, from: &str, to: &'static str) {
    let is_it = |case: &&mut Case| case.borough == from && case.issue == issue;
    cases.iter_mut().find(is_it).expect("each borough has a case of each issue").borough = to;
}

#[test]
fn a_year_with_a_late_case_a_correction_and_erased_persons_gives_nobody_away() {
    let (made, year) = (Made::new(), year());
    let quarters: Vec<Vec<Case>> = (1..=4).map(|quarter| in_quarter(&year, quarter)).collect();
    for (cases, period) in quarters.iter().zip(["2018-Q1", "2018-Q2", "2018-Q3"]) {
        made.ingest(cases);
        made.report(&[period]);
    }
    let released = files(&made.reports());
    // One erased person of the quarter that will be corrected, and one of another.
    for quarter in [0, 1] {
        made.erase(&quarters[quarter][0].reference);
    }
    let mut recorded = corrected(&quarters[1]);
    recorded.remove(0);
    made.ingest(&recorded);
    let late = Case { reference: "KEY-99999".to_owned(), ..quarters[0][1].clone() };
    made.ingest(&[late]);

    made.report(&["2018-Q2"]);
    assert!(files(&made.reports()) == released, "without --correct a released period stays as it is");
    made.report(&["2018-Q2", "--correct", REASON]);
    made.ingest(&quarters[3]);
    made.report(&["2018-Q4"]);

    let total = |count: usize| count.to_string();
    let second = quarters[1].len();
    assert_eq!(made.cell("2018-Q2-public-r1", "c01.csv", "2018-Q2"), total(second));
    assert_eq!(made.cell("2018-Q2-public-r2", "c01.csv", "2018-Q2-v2"), total(second), "the erased stay counted");
    assert_eq!(made.cell("2018-Q4-public-r1", "c01.csv", "2018-Q4"), total(quarters[3].len() + 1), "and the late case");
    assert_eq!(made.cell("2018-Q4-public-r1", "c03.csv", "Total"), total(year.len() + 1));
    let count = |cases: &[Case]| cases.iter().filter(|case| case.borough == "Bronx").count();
    assert_eq!(made.cell("2018-Q2-public-r1", "c02.csv", "Total,Bronx"), total(count(&quarters[1])));
    assert_eq!(made.cell("2018-Q2-public-r2", "c02.csv", "Total,Bronx"), total(count(&recorded) + 1));

    let sentence = format!("This release corrects 2018-Q2-public-r1: {REASON}.");
    let page = fs::read_to_string(made.reports().join("2018-Q2-public-r2/index.html")).expect("a page");
    assert!(page.contains(&sentence));
    let all = folders(&made.reports());
    assert_eq!(all.len(), 10, "{all:?}");
    assert_eq!(verified(&all), (Some(0), BTreeMap::new()));
}

#[test]
fn a_correction_that_says_nothing_of_the_first_version_is_found() {
    let (made, year) = (Made::new(), year());
    let quarter = in_quarter(&year, 2);
    made.ingest(&quarter);
    made.report(&["2018-Q2"]);
    made.ingest(&corrected(&quarter));
    made.report(&["2018-Q2", "--correct", REASON]);
    // The second version under the first one's code, as if it had been counted anew.
    let naive = made.home.path().join("naive/2018-Q2-public-r2");
    for (name, bytes) in files(&made.reports().join("2018-Q2-public-r2")) {
        if name == "release.json" || name.starts_with("data/") && name.ends_with(".csv") {
            let text = String::from_utf8(bytes).expect("text").replace("-v2\"", "\"").replace("-v2,", ",");
            let text = if name == "release.json" { as_new(&text) } else { text };
            let path = naive.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder of our own");
            fs::write(path, text).expect("a file of our own");
        }
    }
    let (exit, kinds) = verified(&[made.reports().join("2018-Q2-public-r1"), naive]);
    assert_eq!(exit, Some(6));
    assert!(kinds.get("inconsistent_published").is_some_and(|found| *found > 0), "{kinds:?}");
    assert_eq!(verified(&folders(&made.reports())), (Some(0), BTreeMap::new()), "with the sums nothing is found");
}

/// A manifest without its list of files, and without the sums of versions.
fn as_new(manifest: &str) -> String {
    let mut manifest: Value = serde_json::from_str(manifest).expect("JSON");
    manifest["files"] = serde_json::json!({});
    manifest["earlier"] = serde_json::json!({});
    manifest["hierarchies"]["period"]["sums"] = serde_json::json!([]);
    manifest.to_string()
}

#[test]
fn a_correction_of_one_case_is_refused_and_one_of_five_hides_every_figure_that_fewer_change() {
    let (made, year) = (Made::new(), year());
    let mut quarter = in_quarter(&year, 2);
    made.ingest(&quarter);
    made.report(&["2018-Q2"]);
    moved(&mut quarter, "Housing", "Bronx", "Queens");
    made.ingest(&quarter);
    let before = files(&made.reports());
    let refused = made.takeup(&["report", "--period", "2018-Q2", "--correct", REASON]);
    assert_eq!(refused.status.code(), Some(5));
    let said = String::from_utf8_lossy(&refused.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("the correction of 2018-Q2 is of fewer than 5 families"), "{said}");
    assert!(files(&made.reports()) == before, "something was released");

    for issue in ["Schools", "Transport", "Benefits"] {
        moved(&mut quarter, issue, "Bronx", "Queens");
    }
    moved(&mut quarter, "Housing", "Brooklyn", "Manhattan");
    made.ingest(&quarter);
    made.report(&["2018-Q2", "--correct", REASON]);
    let changed = ["Total,Bronx", "Total,Queens", "Housing,Bronx", "Housing,Queens", "Housing,Brooklyn"];
    let of = |release: &str| changed.map(|codes| made.cell(release, "c02.csv", codes));
    assert_ne!(of("2018-Q2-public-r1"), [""; 5], "some of them were published");
    assert_eq!(of("2018-Q2-public-r2"), [""; 5], "four cases more or less would be seen");
    let total = |release: &str| made.cell(release, "c02.csv", "Total,Total");
    // It may be hidden for another's sake; another figure it cannot be.
    assert!(["", &total("2018-Q2-public-r1")].contains(&total("2018-Q2-public-r2").as_str()), "nobody came or went");
}

#[test]
fn a_year_is_corrected_after_its_quarter_with_what_the_quarter_was_corrected_with() {
    let (made, year) = (Made::new(), year());
    made.ingest(&year);
    for period in ["2018-Q2", "2018"] {
        made.report(&[period]);
    }
    made.ingest(&corrected(&in_quarter(&year, 2)));
    made.report(&["2018-Q2", "--correct", REASON, "--scope", "borough=Bronx,Queens"]);
    // Of the rest of the year too little is recorded anew for a correction of its own.
    let mut third = in_quarter(&year, 3);
    moved(&mut third, "Housing", "Brooklyn", "Manhattan");
    made.ingest(&third);
    let correct = |more: &[&str]| made.takeup(&[&["report", "--period", "2018", "--correct", REASON], more].concat());
    let said =
        |output: &Output| String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    let scoped = correct(&["--scope", "borough"]);
    assert_eq!(scoped.status.code(), Some(2));
    assert!(said(&scoped).contains("were corrected with another report already"), "{}", said(&scoped));
    done(&correct(&[]));
    approve(&made.folder);
    let count = |borough: &str, cases: &[Case]| cases.iter().filter(|case| case.borough == borough).count();
    let moved_out = count("Bronx", &in_quarter(&year, 2)) - count("Bronx", &corrected(&in_quarter(&year, 2)));
    let of = |release: &str, borough: &str| made.cell(release, "c03.csv", borough);
    assert_eq!(of("2018-public-r1", "Bronx"), count("Bronx", &year).to_string());
    // A figure may be hidden for another's sake; another one it cannot be.
    let now = [("Bronx", count("Bronx", &year) - moved_out), ("Queens", count("Queens", &year) + moved_out)];
    for (borough, count) in now {
        assert!(["", &count.to_string()].contains(&of("2018-public-r2", borough).as_str()), "{borough}");
    }
    for borough in ["Brooklyn", "Manhattan"] {
        assert_eq!(of("2018-public-r2", borough), of("2018-public-r1", borough), "the one case of the third quarter");
    }
    assert_eq!(made.cell("2018-public-r2", "c01.csv", "2018-v2"), year.len().to_string(), "a version of its own");
    let page = fs::read_to_string(made.reports().join("2018-public-r2/index.html")).expect("a page");
    assert!(page.contains("figures by "), "it says what may have changed");
    assert_eq!(verified(&folders(&made.reports())), (Some(0), BTreeMap::new()));
    // Now the newest edition is out, and what is left is of one family.
    let again = correct(&[]);
    assert_eq!(again.status.code(), Some(5));
    assert!(said(&again).contains("of fewer than 5 families"), "{}", said(&again));
}

#[test]
fn what_cannot_be_corrected_says_why_and_releases_nothing() {
    let (made, year) = (Made::new(), year());
    let quarter = in_quarter(&year, 2);
    made.ingest(&quarter);
    let refused = |arguments: &[&str], exit: i32| {
        let before = files(&made.reports());
        let output = made.takeup(&[&["report", "--period", "2018-Q2", "--correct"], arguments].concat());
        assert_eq!(output.status.code(), Some(exit), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(files(&made.reports()) == before, "something was released");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(refused(&[REASON], 2).contains("was not released"));
    made.report(&["2018-Q2"]);
    assert!(refused(&[REASON], 2).contains("nothing was recorded"));
    refused(&[" "], 2);
    refused(&[REASON, "--audience", "public"], 2);
    made.ingest(&corrected(&quarter));
    refused(&[&format!("The case {} was put under Queens", quarter[3].reference)], 6);
    assert_eq!(verified(&folders(&made.reports())), (Some(0), BTreeMap::new()));
}

#[test]
fn a_second_extract_after_a_correction_would_show_who_was_moved_and_is_refused() {
    let (made, year) = (Made::new(), year());
    for (quarter, period) in [(1, "2018-Q1"), (2, "2018-Q2")] {
        made.ingest(&in_quarter(&year, quarter));
        made.report(&[period]);
    }
    let extract = |period: &str, profile: &str| made.takeup(&["extract", "--period", period, "--profile", profile]);
    done(&extract("2018-Q2", "research"));
    approve(&made.folder);
    // Later reports are attacked with the rows that somebody has, and other months are nobody's second.
    made.ingest(&in_quarter(&year, 3));
    made.report(&["2018-Q3"]);
    done(&extract("2018-Q3", "research"));
    approve(&made.folder);

    let profiles = made.folder.join("config/profiles");
    let own = fs::read_to_string(profiles.join("research.toml")).expect("a profile");
    let other = own.replace("A research body of your choice", "Another body");
    fs::write(profiles.join("other.toml"), other).expect("the workspace can be written");
    let mut moved = in_quarter(&year, 2);
    // Six families in all, as a correction needs, but three a move.
    for (from, to) in [("Bronx", "Queens"), ("Brooklyn", "Manhattan")] {
        moved.iter_mut().filter(|case| case.borough == from).take(3).for_each(|case| case.borough = to);
    }
    made.ingest(&moved);
    made.report(&["2018-Q2", "--correct", REASON]);
    let before = files(&made.reports());
    let refused = extract("2018-Q2", "other");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(6), "{said}");
    assert!(said.contains("extracts_difference"), "{said}");
    assert!(!said.contains(" lies in ") && !said.contains(" is known"), "a place and no count: {said}");
    assert!(files(&made.reports()) == before && !made.folder.join("staging").exists(), "nothing was released");
}

/// What a reader of both versions makes of the figures that the second hides and the first does not, and how often it is right.
#[derive(Default)]
struct Guesses {
    /// Newly hidden figures, and those among them in which one to four cases changed.
    hidden: (usize, usize),
    /// Figures of the first version in which so few or none changed, and those in which any did.
    all: (usize, usize),
}

impl Guesses {
    fn add(&mut self, is_hidden: bool, is_changed: bool) {
        let more = usize::from(is_changed);
        self.all = (self.all.0 + 1, self.all.1 + more);
        if is_hidden {
            self.hidden = (self.hidden.0 + 1, self.hidden.1 + more);
        }
    }

    /// Points by which who takes every newly hidden figure for a changed one is right more often than by the base rate.
    fn gain(&self) -> f64 {
        let percent = |(of, right): (usize, usize)| 100.0 * right as f64 / of.max(1) as f64;
        percent(self.hidden) - percent(self.all)
    }
}

/// A quarter with so many cases moved from one borough to another, by chance; and by issue and borough how many moved, the most of
/// those that left and those that came.
fn shuffled(
    quarter: &[Case],
    moves: usize,
    chance: &mut ChaCha12Rng,
) -> (Vec<Case>, BTreeMap<(String, String), usize>) {
    let mut cases = quarter.to_vec();
    let mut below = |count: usize| (chance.next_u64() % count as u64) as usize;
    let mut moved: BTreeMap<(String, String), [usize; 2]> = BTreeMap::new();
    for _ in 0..moves {
        let case = &mut cases[below(quarter.len())];
        let to = BOROUGHS[below(BOROUGHS.len())];
        for (side, borough) in [case.borough, to].into_iter().enumerate().filter(|_| case.borough != to) {
            for issue in [case.issue, "Total"] {
                moved.entry((issue.to_owned(), borough.to_owned())).or_default()[side] += 1;
            }
        }
        case.borough = to;
    }
    (cases, moved.into_iter().map(|(cell, [out, back])| (cell, out.max(back))).collect())
}

impl Made {
    fn correction(&self) -> Draft {
        let config = files(&self.folder.join("config")).into_iter();
        let config = config.map(|(name, bytes)| (name, String::from_utf8(bytes).expect("text"))).collect();
        let configuration = Configuration::read(&config).expect("a configuration that ships");
        let store = Store::open(&self.folder.join("store/takeup.db"), &self.unlocked().key).expect("the store");
        let report = configuration.reports.values().next().expect("a report");
        let period = Period::parse("2018-Q2", configuration.service.calendar).expect("a period");
        let audiences = ["public", "council"].map(str::to_owned);
        Draft::correcting(&configuration, report, &store, period, &audiences, (REASON, None)).expect("a draft")
    }
}

/// The figures of issues by borough that a draft would show.
fn shown(draft: &Draft) -> BTreeSet<(String, String)> {
    let problem = Problem { effort: 300_000, ..draft.problem() };
    let pattern = suppress(&problem, &draft.tabulation().expect("counts")).expect("a pattern");
    let table = draft.tables.iter().find(|table| table.plan.id == "C02").expect("a table");
    let [rows, columns] = table.dims.as_slice() else { panic!("a table of two dimensions") };
    let codes = rows.codes.iter().flat_map(|(_, row)| columns.codes.iter().map(move |(_, column)| (row, column)));
    let is_shown =
        |cell: &PlannedCell| cell.counted().is_some_and(|key| matches!(pattern.cells.get(key), Some(Shown::Count(_))));
    let named = codes.zip(&table.cells).filter(|(_, cell)| is_shown(cell));
    named.map(|((row, column), _)| (row.code.clone(), column.code.clone())).collect()
}

#[test]
fn what_a_correction_hides_does_not_say_where_few_cases_changed() {
    let (made, year) = (Made::new(), year());
    let quarter = in_quarter(&year, 2);
    made.ingest(&quarter);
    made.report(&["2018-Q2"]);
    let mut chance = ChaCha12Rng::seed_from_u64(5);
    let (mut with, mut without) = (Guesses::default(), Guesses::default());
    for moves in [9, 12, 15, 11, 13, 10] {
        // Every export holds all cases, so that each correction is one of the first version.
        let (cases, moved) = shuffled(&quarter, moves, &mut chance);
        made.ingest(&cases);
        let mut draft = made.correction();
        let second = shown(&draft);
        draft.untold.clear();
        let naive = shown(&draft);
        for issue in ISSUES.iter().copied().chain(["Total"]) {
            for borough in BOROUGHS {
                let cell = (issue.to_owned(), borough.to_owned());
                let changed = moved.get(&cell).copied().unwrap_or(0);
                let was_shown = !made.cell("2018-Q2-public-r1", "c02.csv", &format!("{issue},{borough}")).is_empty();
                if was_shown && changed < 5 {
                    with.add(!second.contains(&cell), changed > 0);
                    without.add(!naive.contains(&cell), changed > 0);
                }
            }
        }
    }
    assert!(with.all.1 > 20 && with.all.0 > with.all.1 + 20, "{:?}: something must be there to guess", with.all);
    assert!(with.gain() <= 5.0, "{:?} of {:?}", with.hidden, with.all);
    assert!(without.gain() > 20.0, "the rule is off: {:?} of {:?}", without.hidden, without.all);
}

#[test]
fn who_moves_along_one_dimension_shows_no_figure_that_one_other_changed() {
    let (made, year) = (Made::new(), year());
    let mut quarter = in_quarter(&year, 2);
    made.ingest(&quarter);
    made.report(&["2018-Q2"]);
    // Eight of housing move between boroughs, and one more becomes a case of schools.
    let mut housing = quarter.iter_mut().filter(|case| case.issue == "Housing" && case.borough == "Queens");
    housing.by_ref().take(8).for_each(|case| case.borough = "Manhattan");
    housing.next().expect("nine cases").issue = "Schools";
    made.ingest(&quarter);
    made.report(&["2018-Q2", "--correct", REASON]);
    let of = |release: &str| ["Housing,Total", "Schools,Total"].map(|codes| made.cell(release, "c02.csv", codes));
    assert!(of("2018-Q2-public-r1").iter().all(|figure| !figure.is_empty()), "both were published");
    assert_eq!(of("2018-Q2-public-r2"), ["", ""], "one case more or less would be seen");
    assert_eq!(verified(&folders(&made.reports())), (Some(0), BTreeMap::new()));
}

#[test]
fn what_a_correction_says_may_have_changed_does_not_follow_from_one_case() {
    let said = |also: bool| {
        let (made, year) = (Made::new(), year());
        let mut quarter = in_quarter(&year, 2);
        made.ingest(&quarter);
        made.report(&["2018-Q2"]);
        for case in quarter.iter_mut().filter(|case| case.issue == "Housing" && case.borough == "Queens").take(8) {
            case.borough = "Manhattan";
        }
        if also {
            quarter.iter_mut().find(|case| case.issue == "Schools").expect("a case").issue = "Transport";
        }
        made.ingest(&quarter);
        made.report(&["2018-Q2", "--correct", REASON]);
        let manifest = fs::read(made.reports().join("2018-Q2-public-r2/release.json")).expect("a manifest");
        serde_json::from_slice::<Value>(&manifest).expect("JSON")["corrects"].clone()
    };
    assert_eq!(said(false), said(true));
}

#[test]
fn a_scope_says_what_stays_as_it_was_and_is_held_to_it() {
    let (made, year) = (Made::new(), year());
    let quarter = in_quarter(&year, 2);
    made.ingest(&quarter);
    made.report(&["2018-Q2"]);
    made.ingest(&corrected(&quarter));
    let refused = |scope: &str| {
        let output = made.takeup(&["report", "--period", "2018-Q2", "--correct", REASON, "--scope", scope]);
        assert_eq!(output.status.code(), Some(2), "{scope}");
        String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(refused("issue").contains("cases moved along borough"));
    assert!(refused("borough=Brooklyn,Queens").contains("cases moved along borough beyond it"));
    assert!(refused("borough=Bronx,Quens").contains("no code \"Quens\""));
    assert!(refused("borough=Bronx").contains("at least two codes"));
    assert!(refused("colour").contains("no dimension \"colour\""));
    made.report(&["2018-Q2", "--correct", REASON, "--scope", "borough=Bronx,Queens"]);
    let rows = ISSUES.iter().copied().chain(["Total"]);
    for codes in rows.flat_map(|issue| ["Brooklyn", "Manhattan", "Total"].map(|borough| format!("{issue},{borough}"))) {
        let of = |release: &str| made.cell(release, "c02.csv", &codes);
        assert_eq!(of("2018-Q2-public-r1"), of("2018-Q2-public-r2"), "{codes} is as it was");
    }
    let page = fs::read_to_string(made.reports().join("2018-Q2-public-r2/index.html")).expect("a page");
    assert!(page.contains("It may have changed figures by borough (Bronx, Queens)"));
    assert_eq!(verified(&folders(&made.reports())), (Some(0), BTreeMap::new()));
}
