//! The gate: what is built awaits a second person, and only what was attacked is released. The real program on a sample of
//! real casework.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use confidential::store::erasure::Person;
use serde_json::Value;

use crate::demo::{files, workspace};
use crate::small_office::{BUILD, DEPUTY, MANAGER, Office, Stage, sample_path};

fn takeup(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.args(arguments).stdin(Stdio::null()).output().expect("the program starts")
}

fn plain(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

fn talk(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn names(office: &Office, folder: &str) -> Vec<String> {
    office.below(folder).into_keys().collect()
}

#[test]
fn what_one_person_built_another_one_releases_and_nobody_else() {
    let office = Office::at(Stage::Cases);
    office.exits(MANAGER, &["approve"], 2);
    office.exits(MANAGER, &BUILD, 0);
    let staged = files(&office.folder.join("staging"));
    assert!(staged.contains_key("2018-Q3-public-r1/index.html"));
    assert_eq!(names(&office, "reports"), [""; 0], "nothing is released yet");

    let own = office.exits(MANAGER, &["approve"], 5);
    assert!(own.contains("manager, who cannot approve it"), "{own}");
    assert!(office.exits(MANAGER, &BUILD, 0).contains("staging"), "building again names what was built");
    assert!(office.exits(MANAGER, &["report", "--period", "2018-Q4"], 5).contains("awaits approval"));
    let ingested = office.exits(MANAGER, &["ingest", plain(&sample_path()), "--source", "casework"], 5);
    assert!(ingested.contains("neither released nor refused"), "{ingested}");
    assert_eq!(files(&office.folder.join("staging")), staged);

    let said = office.exits(DEPUTY, &["approve"], 0);
    assert!(said.contains("Released by deputy"), "{said}");
    assert_eq!(files(&office.folder.join("reports")), staged, "byte for byte");
    assert!(!office.folder.join("staging").exists());
    let verdicts = names(&office, "verdicts");
    assert_eq!(verdicts, ["2018-Q3-council-r1.html", "2018-Q3-public-r1.html"]);
    let page = fs::read_to_string(office.folder.join("verdicts/2018-Q3-public-r1.html")).expect("a page");
    for said in ["Not for release", "Singling out", "Linkability", "Inference", "found nothing"] {
        assert!(page.contains(said), "{said}");
    }
}

#[test]
fn a_byte_that_was_changed_after_the_attack_is_not_released() {
    let office = Office::at(Stage::Cases);
    office.exits(MANAGER, &BUILD, 0);
    let page = office.folder.join("staging/2018-Q3-public-r1/index.html");
    let text = fs::read_to_string(&page).expect("a page");
    fs::write(&page, text.replacen("</h1>", " </h1>", 1)).expect("the workspace can be written");
    office.exits(DEPUTY, &["approve"], 6);
    fs::write(&page, &text).expect("the workspace can be written");
    fs::write(office.folder.join("staging/2018-Q3-public-r1/notes.txt"), "3").expect("the workspace can be written");
    office.exits(DEPUTY, &["approve"], 6);
    assert_eq!(names(&office, "reports"), [""; 0]);
}

#[test]
fn what_is_refused_leaves_no_trace_and_can_be_built_again_to_the_byte() {
    let office = Office::at(Stage::Cases);
    office.exits(MANAGER, &BUILD, 0);
    let first = files(&office.folder.join("staging"));
    office.exits(DEPUTY, &["approve", "--refuse"], 0);
    assert!(!office.folder.join("staging").exists());
    office.exits(MANAGER, &BUILD, 0);
    assert_eq!(files(&office.folder.join("staging")), first);
}

#[test]
fn a_released_quarter_stays_what_it_was_when_somebody_is_taken_out_of_the_store() {
    let office = Office::at(Stage::Cases);
    office.exits(MANAGER, &BUILD, 0);
    office.exits(DEPUTY, &["approve"], 0);
    let released = files(&office.folder.join("reports"));
    let mut store = office.store();
    let erased = a_case_of_the_quarter();
    let person = Person::Case { source: "casework", reference: &erased };
    assert_eq!(store.erase(person).expect("an erasure"), 1);
    drop(store);
    let said = office.exits(MANAGER, &BUILD, 0);
    assert!(said.contains("reports") && said.contains("not counted again"), "{said}");
    assert_eq!(files(&office.folder.join("reports")), released);
    let refused =
        office.exits(MANAGER, &["report", "--period", "2018-Q3", "--correct", "One person asked to be erased"], 2);
    assert!(refused.contains("nothing was recorded"), "an erasure corrects no figure: {refused}");
    assert_eq!(files(&office.folder.join("reports")), released);
}

/// The reference of a case of the sample that was opened in the quarter.
fn a_case_of_the_quarter() -> String {
    let mut text = String::new();
    let file = fs::File::open(sample_path()).expect("the sample");
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("a text");
    let line = text.lines().find(|line| line.contains(",2018-08-")).expect("a case of August");
    line.split(',').next().expect("a first field").to_owned()
}

#[test]
fn the_demo_has_two_people_and_says_why_a_cell_is_hidden() {
    let run = |arguments: &[&str]| {
        let passphrase = workspace().join("keys/passphrase");
        let globals = ["-C", plain(workspace()), "--passphrase-file", plain(&passphrase)];
        let output = takeup(&[&globals, arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", talk(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert_eq!(run(&["keys", "list"]), "deputy\nmanager\n");
    let release = "2025-26-Q4-public-r1";
    let table = fs::read_to_string(workspace().join("reports").join(release).join("data/t02.csv")).expect("a table");
    let hidden: Vec<&str> = table.lines().filter(|line| line.ends_with(",,c")).collect();
    let mut reasons = String::new();
    for line in &hidden {
        let mut codes = line.split(',');
        let cell = format!("district={},period={}", codes.next().expect("a code"), codes.next().expect("a code"));
        let said: Value =
            serde_json::from_str(&run(&["explain", release, "--table", "T02", "--cell", &cell, "--json"]))
                .expect("JSON");
        reasons.push_str(said["reasons"][0].as_str().expect("a sentence"));
        assert!(said["to_a_reader"].as_str().expect("a sentence").contains("the symbol does not say which"));
        if reasons.contains("too few families") {
            break;
        }
    }
    assert!(reasons.contains("It is hidden because"), "{reasons}");
    let whole = run(&["explain", release]);
    assert!(whole.contains("cells are hidden") && whole.contains("another hidden figure"), "{whole}");
}

#[test]
fn a_release_that_was_changed_since_is_not_the_one_that_was_approved() {
    let name = "2025-26-Q4-public-r1";
    let passphrase = workspace().join("keys/passphrase");
    let globals = ["-C", plain(workspace()), "--passphrase-file", plain(&passphrase)];
    let verified = |folder: &Path| -> Value {
        let output = takeup(&[&globals[..], &["verify", "--json", plain(folder)]].concat());
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let kinds = |verdict: &Value| -> Vec<String> {
        let findings = verdict["findings"].as_array().expect("a list");
        findings.iter().map(|finding| finding["kind"].as_str().expect("a name").to_owned()).collect()
    };
    let own = verified(&workspace().join("reports").join(name));
    assert_eq!(kinds(&own), Vec::<String>::new());
    assert_eq!(own.get("trusted"), None, "what was approved need not be trusted");
    let home = tempfile::tempdir().expect("a temporary folder");
    let copy = home.path().join(name);
    let files = files(&workspace().join("reports").join(name));
    for (file, bytes) in &files {
        let path = copy.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder of our own");
        fs::write(path, bytes).expect("a file of our own");
    }
    let text = String::from_utf8(files["release.json"].clone()).expect("text");
    fs::write(copy.join("release.json"), text.replace("\"threshold\": 5", "\"threshold\": 3"))
        .expect("a file of our own");
    let (by_writing, others): (Vec<String>, Vec<String>) =
        kinds(&verified(&copy)).into_iter().partition(|kind| kind == "rendering_differs");
    assert_eq!(others, ["not_as_approved"]);
    assert!(!by_writing.is_empty(), "every page names the threshold");
}

#[test]
fn two_releases_are_compared_by_what_any_reader_of_both_knows() {
    let reports = workspace().join("reports");
    let [one, other] = ["2025-26-Q4-public-r1", "2025-26-Q4-authority-r1"].map(|name| reports.join(name));
    let output = takeup(&["compare", "--json", plain(&one), plain(&other)]);
    assert_eq!(output.status.code(), Some(0), "{}", talk(&output));
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(said["same"].as_u64().expect("a number") > 50, "{said}");
    assert_eq!(said["differ"], serde_json::json!([]), "one figure has one form");
    let follows = said["follows"].as_array().expect("a list");
    assert!(follows.iter().all(|claim| !(1..5).contains(&claim["lowest"].as_u64().expect("a number"))), "{follows:?}");
    let text = String::from_utf8_lossy(&takeup(&["compare", plain(&one), plain(&other)]).stdout).into_owned();
    assert!(text.contains("cells are published by both, alike"), "{text}");
}
