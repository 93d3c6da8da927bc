//! Extracts of a store as releases: built, attacked with all tables, approved by a second person, linked with a register of
//! everybody in the store, and planted with leaks.

#![allow(clippy::print_stdout, reason = "the test prints found and planted by kind")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use confidential::extract::recode::{Prepared, Request};
use confidential::extract::stored::{Limits, of_frame};
use confidential::extract::wanted::{Diversity, Wanted};
use confidential::store::Store;
use confidential::store::keys::people;
use confidential::tabulate::Frame;
use model::config::Configuration;
use model::digest::sha256;
use model::edition::Editions;
use model::period::Period;
use serde_json::Value;
use tempfile::TempDir;

use crate::demo::{files, workspace};
use crate::small_office::{DEPUTY, MANAGER, Office, Stage};

fn takeup(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.args(arguments).stdin(Stdio::null()).output().expect("the program starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn plain(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

const NAME: &str = "2025-26-Q4-a-research-body-of-your-choice-r1";

/// The demo's workspace, to write into.
struct Service {
    _home: TempDir,
    folder: PathBuf,
}

impl Service {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = home.path().join("service");
        // With the rights of the files: a passphrase that others can read is refused.
        crate::small_office::copy(workspace(), &folder);
        Self { _home: home, folder }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let pass = self.folder.join("keys/passphrase");
        takeup(&[&["-C", plain(&self.folder), "--passphrase-file", plain(&pass)][..], arguments].concat())
    }

    fn extract(&self, period: &str, profile: &str) -> Output {
        self.run(&["extract", "--period", period, "--profile", profile])
    }

    fn approve(&self) -> Output {
        let pass = self.folder.join("keys/passphrase-of-deputy");
        let globals = ["-C", plain(&self.folder), "--passphrase-file", plain(&pass), "--as", "deputy"];
        takeup(&[&globals[..], &["approve"]].concat())
    }

    /// The research extract of the last quarter, released.
    fn released() -> (Self, PathBuf) {
        let service = Self::new();
        code(&service.extract("2025-26-Q4", "research"), 0);
        code(&service.approve(), 0);
        let folder = service.folder.join("reports").join(NAME);
        (service, folder)
    }

    fn opened(&self) -> (Configuration, Store) {
        opened(&self.folder, &self.folder.join("keys/passphrase"))
    }

    fn reports(&self) -> Vec<PathBuf> {
        reports(&self.folder)
    }
}

fn reports(workspace: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(workspace.join("reports")).expect("reports");
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder").path()).collect();
    folders.sort();
    folders
}

fn opened(workspace: &Path, passphrase: &Path) -> (Configuration, Store) {
    let config = files(&workspace.join("config")).into_iter();
    let config = config.map(|(name, bytes)| (name, String::from_utf8(bytes).expect("text"))).collect();
    let configuration = Configuration::read(&config).expect("a configuration that ships");
    let words = fs::read_to_string(passphrase).expect("a passphrase");
    let key = people::open(&workspace.join("keys"), words.trim(), Some("manager")).expect("the key").key;
    (configuration, Store::open(&workspace.join("store/takeup.db"), &key).expect("the store"))
}

/// Everybody of a period as the research profile's columns know them: a line a family and way of being known.
fn register((configuration, store): &(Configuration, Store), period: &str) -> String {
    let period = Period::parse(period, configuration.service.calendar).expect("a period");
    let frame = Frame::load(store, configuration, period.end, None).expect("cases").frame;
    let profile = &configuration.profiles["research"];
    let of = (&frame, &Editions::default());
    let stored = of_frame(configuration, of, profile, period, &Limits::default()).expect("levels").expect("cases");
    let columns: Vec<&str> = profile.quasi.iter().chain(&profile.sensitive).map(String::as_str).collect();
    let mut people = BTreeSet::new();
    for record in 0..stored.table.records() {
        let value = |name: &&str| {
            let column = stored.table.column(name).expect("a column of the profile");
            column.values[column.codes[record] as usize].clone()
        };
        let unit = stored.units.as_ref().map_or(record, |units| units[record] as usize);
        people.insert((unit, columns.iter().map(value).collect::<Vec<String>>()));
    }
    let quoted = |value: &String| {
        if value.contains([',', '"']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.clone() }
    };
    let line = |(_, values): (usize, Vec<String>)| values.iter().map(quoted).collect::<Vec<_>>().join(",");
    let lines: Vec<String> = people.into_iter().map(line).collect();
    format!("{}\n{}\n", columns.join(","), lines.join("\n"))
}

/// Links everybody in a store with the research extract beside its reports: what was promised, and no more.
fn linked(workspace: &Path, passphrase: &Path, period: &str) -> Value {
    let file = workspace.join("register.csv");
    fs::write(&file, register(&opened(workspace, passphrase), period)).expect("a folder of our own");
    let found = verdict(&reports(workspace), Some(&file));
    assert_eq!(kinds(&found), BTreeSet::new(), "with all reports, one extract and everybody in the store");
    let count = |name: &str| found["counts"][name].as_u64().expect(name);
    assert!(count("register_rows_min") >= 5, "the prosecutor is right at most once in five");
    assert!(count("register_people_min") >= 5, "and so is the journalist: five families fit every row");
    assert!(count("register_marketer_per_mille") <= 200, "and the marketer");
    assert_eq!(count("register_unmatched"), 0, "everybody in the store is in a class or suppressed");
    assert!(count("extract_smallest_class") >= 5 && count("extract_unique_rows") == 0);
    let counts = found["counts"].as_object().expect("counts").iter();
    let told: Vec<String> = counts
        .filter(|(name, _)| name.starts_with("extract") || name.starts_with("register"))
        .map(|(name, count)| format!("  {name} {count}"))
        .collect();
    println!("{period}:\n{}", told.join("\n"));
    found
}

/// Any workspace with an approved research extract, such as that of the whole casework.
#[test]
#[ignore = "needs a workspace: TAKEUP_WORKSPACE, TAKEUP_PASSPHRASE (a file), TAKEUP_PERIOD"]
fn a_register_made_from_a_workspace_finds_the_promised_risk_and_no_more() {
    let of = |name: &str| std::env::var(name).expect(name);
    linked(Path::new(&of("TAKEUP_WORKSPACE")), Path::new(&of("TAKEUP_PASSPHRASE")), &of("TAKEUP_PERIOD"));
}

#[test]
fn an_extract_of_real_casework_keeps_what_it_promises_against_everybody_who_came() {
    let office = Office::with_all_tables(Stage::Released);
    office.exits(MANAGER, &["extract", "--period", "2018-Q3", "--profile", "research"], 0);
    office.exits(DEPUTY, &["approve"], 0);
    linked(&office.folder, &office.pass(MANAGER), "2018-Q3");
}

fn code(output: &Output, expected: i32) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(expected), "{}\n{said}", stderr(output));
}

/// The verdict on folders as a stranger reaches it.
fn verdict(folders: &[PathBuf], register: Option<&Path>) -> Value {
    let mut arguments = vec!["verify", "--json"];
    arguments.extend(folders.iter().map(|folder| plain(folder)));
    if let Some(register) = register {
        arguments.extend(["--register", plain(register)]);
    }
    let output = takeup(&arguments);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)))
}

fn kinds(verdict: &Value) -> BTreeSet<String> {
    let findings = verdict["findings"].as_array().expect("findings").iter();
    findings.map(|finding| finding["kind"].as_str().expect("a kind").to_owned()).collect()
}

#[test]
fn an_extract_is_attacked_approved_by_another_and_tells_an_intruder_with_a_register_what_was_promised() {
    let service = Service::new();
    code(&service.extract("2025-26-Q4", "research"), 0);
    let staged = service.folder.join("staging").join(NAME);
    let rows = fs::read_to_string(staged.join("data/extract.csv")).expect("an extract");
    let mut sorted: Vec<&str> = rows.lines().skip(1).collect();
    sorted.sort_unstable();
    assert_eq!(rows.lines().skip(1).collect::<Vec<_>>(), sorted, "the order says nothing of when a case came in");
    assert!(sorted.len() > 100, "{} rows", sorted.len());

    code(&service.run(&["approve"]), 5);
    code(&service.extract("2025-26-Q4", "research"), 5);
    code(&service.approve(), 0);
    assert!(!staged.exists() && service.folder.join("reports").join(NAME).is_dir());
    assert!(service.folder.join("verdicts").join(format!("{NAME}.html")).is_file());
    let page =
        fs::read_to_string(service.folder.join("verdicts").join(format!("{NAME}-risk.html"))).expect("a risk report");
    assert!(page.contains("Families, each in the smallest class it is in"), "risk is told on families");

    linked(&service.folder, &service.folder.join("keys/passphrase"), "2025-26-Q4");
    // With the store the referee looks for everybody in the rows too.
    let with_store = service.run(&["verify", plain(&service.folder.join("reports").join(NAME))]);
    code(&with_store, 0);
}

#[test]
fn nobody_gets_rows_of_the_same_months_twice_or_of_months_that_are_not_reported() {
    let (service, folder) = Service::released();
    // The quarter is inside the year: whoever had both could subtract.
    for period in ["2025-26-Q4", "2025-26", "2026-M02"] {
        let output = service.extract(period, "research");
        code(&output, 5);
        assert!(stderr(&output).contains(NAME), "{}", stderr(&output));
    }
    code(&service.extract("2019-20-Q1", "research"), 4);
    let unknown = service.extract("2025-26-Q4", "resarch");
    code(&unknown, 2);
    assert!(stderr(&unknown).contains("research"), "{}", stderr(&unknown));
    assert!(!service.folder.join("staging").exists(), "nothing was left");
    let early = service.extract("2020-21-Q3", "research");
    code(&early, 5);
    assert!(stderr(&early).contains("released"), "{}", stderr(&early));

    // Nobody who reads a report is told who got rows.
    for report in service.reports().iter().filter(|path| **path != folder) {
        let manifest = fs::read_to_string(report.join("release.json")).expect("a manifest");
        assert!(!manifest.contains("research"), "{}", report.display());
    }
}

#[test]
fn another_recipient_gets_the_same_rows_but_none_that_say_more_beside_them() {
    let (service, _) = Service::released();
    let profiles = service.folder.join("config/profiles");
    let own = fs::read_to_string(profiles.join("research.toml")).expect("a profile");
    let put = |name: &str, text: &str| fs::write(profiles.join(name), text).expect("a folder of our own");
    let other = own.replace("A research body of your choice", "Another body");
    put("other.toml", &other);
    code(&service.extract("2025-26-Q4", "other"), 0);
    code(&service.approve(), 0);
    let made = service.folder.join("reports/2025-26-Q4-another-body-r1/data/extract.csv");
    let first = service.folder.join("reports").join(NAME).join("data/extract.csv");
    assert!(fs::read(made).expect("rows") == fs::read(first).expect("rows"), "the same rows");

    // Other columns of the same cases: whoever is in a class of each is one of fewer than three values.
    let quasi = "quasi = [\"month\", \"district\", \"age\", \"sex\", \"phase\"]";
    assert!(other.contains(quasi), "{other}");
    put(
        "third.toml",
        &other.replace("Another", "A third").replace(quasi, "quasi = [\"caller\", \"response\", \"level\"]"),
    );
    let refused = service.extract("2025-26-Q4", "third");
    code(&refused, 6);
    assert!(!service.folder.join("staging").exists(), "nothing was left");
}

#[test]
fn a_column_that_would_give_hidden_cells_away_is_left_out() {
    let service = Service::new();
    // Cases from outside the area are few, so tables hide them; classes of three would show them by what is left.
    let profile = "recipient = \"Another body\"\nagreement = \"DSA 1\"\nmeasure = \"cases\"\n\
                   quasi = [\"district\", \"month\"]\nk = 3\nsuppress = 0.1\n";
    fs::write(service.folder.join("config/profiles/three.toml"), profile).expect("a folder of our own");
    code(&service.extract("2025-26-Q4", "three"), 0);
    let rows = fs::read_to_string(service.folder.join("staging/2025-26-Q4-another-body-r1/data/extract.csv"));
    assert!(rows.expect("an extract").starts_with("month\n"), "the district is left out, and all rows are kept");
}

/// The cases of the last quarter and what the research profile asks for, for extracts with a rule taken away.
struct Bench {
    service: Service,
    released: PathBuf,
    configuration: Configuration,
    frame: Frame,
}

impl Bench {
    fn new() -> Self {
        let (service, released) = Service::released();
        let (configuration, store) = service.opened();
        let period = Period::parse("2025-26-Q4", configuration.service.calendar).expect("a period");
        let frame = Frame::load(&store, &configuration, period.end, None).expect("cases").frame;
        Self { service, released, configuration, frame }
    }

    /// What a stranger with all reports finds in rows made with a rule taken away.
    fn found(&self, name: &str, weaken: impl FnOnce(&mut Request), sort: bool) -> BTreeSet<String> {
        let strictest = self.configuration.service.audiences.iter().map(|audience| audience.threshold).max();
        self.found_with(name, strictest.unwrap_or(0), weaken, sort)
    }

    /// The same with sensitive values of fewer families than `least` left out.
    fn found_with(&self, name: &str, least: u64, weaken: impl FnOnce(&mut Request), sort: bool) -> BTreeSet<String> {
        let profile = &self.configuration.profiles["research"];
        let period = Period::parse("2025-26-Q4", self.configuration.service.calendar).expect("a period");
        let of = (&self.frame, &Editions::default());
        let stored = of_frame(&self.configuration, of, profile, period, &Limits { least, ..Limits::default() })
            .expect("levels")
            .expect("cases");
        let wanted = Wanted { k: Some(5), diversity: Some((Diversity::Distinct, 3.0)), ..Wanted::default() };
        let mut request = Request { roles: stored.roles.clone(), wanted, suppress: 0.05, ..Request::default() };
        weaken(&mut request);
        let mut prepared =
            Prepared::new(stored.table.clone(), stored.hierarchies.clone(), &[], None, &request).expect("sound");
        let recoded = prepared.recode(&request).expect("classes");
        for (column, records) in &stored.silent {
            prepared.table.silence(column, records);
        }
        let bytes = prepared.write(&request, &recoded);
        let text = String::from_utf8(bytes).expect("text");
        let rows: Vec<Vec<String>> = text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
        let folder = replanted(&self.released, &self.service.folder.join("weak"), name, &rows, sort);
        let mut folders = self.service.reports();
        folders.retain(|path| *path != self.released);
        folders.push(folder);
        kinds(&verdict(&folders, None))
    }
}

#[test]
fn whichever_rule_is_off_an_attack_wins() {
    let bench = Bench::new();
    // Without the rule for rare values, which leaves out most of what tables hide as well.
    let hidden = bench.found_with("hidden", 0, |_| (), true);
    let narrow = ["suppressed_interval_exact", "suppressed_linear_exact", "suppressed_known_small_nonzero"];
    assert!(narrow.iter().any(|kind| hidden.contains(*kind)), "rows that show what tables hide: {hidden:?}");
    assert!(hidden.contains("extract_rare_value"), "a need of few: {hidden:?}");
    let kept = bench.found("kept", |_| (), true);
    assert!(!kept.iter().any(|kind| kind.starts_with("extract")), "and nothing else is wrong with them: {kept:?}");
    let two = |request: &mut Request| {
        request.wanted = Wanted { k: Some(2), diversity: Some((Diversity::Distinct, 2.0)), ..Wanted::default() };
    };
    let few = bench.found("two", two, true);
    assert!(few.contains("extract_class_below_k") && few.contains("extract_diversity"), "{few:?}");
    let ordered = bench.found("order", |_| (), false);
    assert!(ordered.contains("extract_row_order"), "{ordered:?}");
}

/// What is put into the rows of an extract.
type Plant = fn(&mut Vec<Vec<String>>);

/// Kinds of leaks, how each is put, and the finding of the attack that is meant for it.
fn plants() -> Vec<(&'static str, Plant, &'static str)> {
    vec![
        ("a row alike to no other", |rows| rows[1][1] = "E07000199".to_owned(), "extract_unique_row"),
        (
            "a class of three",
            |rows| (1..4).for_each(|row| rows[row][1] = "E07000199".to_owned()),
            "extract_class_below_k",
        ),
        ("one value in a class", |rows| same_value(rows, 0), "extract_class_homogeneous"),
        ("one value but for a row", |rows| same_value(rows, 1), "extract_class_nearly_homogeneous"),
        ("two values where three are promised", |rows| two_values(rows), "extract_diversity"),
        (
            "a column that names cases",
            |rows| add(rows, "case_id", |row| format!("C{row}")),
            "extract_identifier_column",
        ),
        (
            "values that tell rows apart",
            |rows| add(rows, "weight", |row| format!("{row}")),
            "extract_identifier_values",
        ),
        (
            "a column of postcodes",
            |rows| add(rows, "place", |row| format!("ST{} 2LH", row % 20)),
            "extract_identifier_values",
        ),
        ("rows in another order", |rows| rows[1..].reverse(), "extract_row_order"),
        ("a finer label of no hierarchy", |rows| rows[1][2] = "7".to_owned(), "extract_unknown_label"),
        (
            "a need of one row of all",
            |rows| rows[1].last_mut().expect("a need").replace_range(.., "MSI"),
            "extract_rare_value",
        ),
        ("a row too few", |rows| rows.truncate(rows.len() - 1), "extract_count"),
    ]
}

fn add(rows: &mut [Vec<String>], name: &str, value: impl Fn(usize) -> String) {
    for (at, row) in rows.iter_mut().enumerate() {
        row.push(if at == 0 { name.to_owned() } else { value(at) });
    }
}

/// Positions of the rows of the first class that says something in all rows.
fn class(rows: &[Vec<String>]) -> Vec<usize> {
    let mut classes: BTreeMap<&[String], Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate().skip(1) {
        classes.entry(&row[..5]).or_default().push(at);
    }
    classes.into_iter().find(|(key, _)| key.iter().any(|cell| cell != "*")).expect("a class").1
}

/// All rows of a class but the last `but` say the same need.
fn same_value(rows: &mut [Vec<String>], but: usize) {
    let class = class(rows);
    let (all, rest) = class.split_at(class.len() - but);
    all.iter().for_each(|row| rows[*row][5] = "ASD".to_owned());
    rest.iter().for_each(|row| rows[*row][5] = "SEMH".to_owned());
}

fn two_values(rows: &mut [Vec<String>]) {
    for (at, row) in class(rows).into_iter().enumerate() {
        rows[row][5] = if at % 2 == 0 { "ASD".to_owned() } else { "SEMH".to_owned() };
    }
}

/// Writes an extract beside `from` with other rows and the digests made again.
fn replanted(from: &Path, below: &Path, name: &str, rows: &[Vec<String>], sort: bool) -> PathBuf {
    let folder = below.join(name);
    fs::create_dir_all(folder.join("data")).expect("a folder of our own");
    let lines = |row: &Vec<String>| row.join(",");
    let mut body: Vec<String> = rows[1..].iter().map(lines).collect();
    if sort {
        body.sort_unstable();
    }
    let text = format!("{}\n{}\n", lines(&rows[0]), body.join("\n"));
    let mut manifest: Value =
        serde_json::from_slice(&fs::read(from.join("release.json")).expect("a manifest")).expect("JSON");
    let metadata = fs::read(from.join("data/extract-metadata.json")).expect("a description");
    let metadata = String::from_utf8(metadata).expect("text").replace(NAME, name).into_bytes();
    manifest["release"] = name.into();
    manifest["files"]["data/extract.csv"] = sha256(text.as_bytes()).into();
    manifest["files"]["data/extract-metadata.json"] = sha256(&metadata).into();
    fs::write(folder.join("data/extract-metadata.json"), metadata).expect("a folder of our own");
    fs::write(folder.join("data/extract.csv"), text).expect("a folder of our own");
    let manifest: model::Manifest = serde_json::from_value(manifest).expect("a manifest");
    let text = serde_json::to_string_pretty(&manifest).expect("JSON") + "\n";
    fs::write(folder.join("release.json"), text).expect("a folder of our own");
    folder
}

fn cells(folder: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(folder.join("data/extract.csv")).expect("rows");
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn every_leak_planted_in_an_extract_is_found_by_the_attack_meant_for_it() {
    let (service, folder) = Service::released();
    let place = service.folder.join("planted");
    let rows = cells(&folder);
    let clean = replanted(&folder, &place, "clean", &rows, true);
    assert_eq!(kinds(&verdict(&[clean], None)), BTreeSet::new(), "written again without a leak");
    let mut missed = Vec::new();
    let plants = plants();
    for (at, (kind, put, finds)) in plants.iter().enumerate() {
        let mut rows = rows.clone();
        put(&mut rows);
        let planted = replanted(&folder, &place, &format!("p{at}"), &rows, *finds != "extract_row_order");
        let found = kinds(&verdict(&[planted], None));
        if !found.contains(*finds) {
            missed.push(format!("{kind}: found {found:?}"));
        }
    }
    // One family leaves a class of more than k: by itself the second extract is as good as the first.
    let class = class(&rows);
    let mut fewer = rows.clone();
    fewer.remove(class[0]);
    let second = replanted(&folder, &place, "p-second", &fewer, true);
    let both = kinds(&verdict(&[folder.clone(), second], None));
    if !both.contains("extracts_difference") {
        missed.push(format!("a second extract that differs by one row: found {both:?}"));
    }
    println!("planted in extracts: {} of {} found", plants.len() + 1 - missed.len(), plants.len() + 1);
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
