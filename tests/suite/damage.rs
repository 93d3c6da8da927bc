//! What a disk does to what lies on it: a bit that flips, a log that is not whole, a disk that can only be read, one that does not give
//! a file. Each is found before anything is built on it, and called by its name.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use confidential::store::keys::people;

use crate::kills::{Fault, WRITES, shim};
use crate::small_office::{BUILD, DEPUTY, MANAGER, Office, PUBLIC, Stage};

fn store(office: &Office) -> PathBuf {
    office.folder.join("store/takeup.db")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const PAGE_BYTES: usize = 16_384;

#[test]
fn a_flipped_bit_is_found_before_anything_is_changed_also_on_a_page_that_no_command_reads() {
    let office = Office::at(Stage::Cases);
    let sound = fs::read(store(&office)).expect("ours");
    let pages = sound.len() / PAGE_BYTES;
    for page in (0..pages).step_by(pages / 8) {
        let mut flipped = sound.clone();
        flipped[page * PAGE_BYTES + 16 + page * 977 % (PAGE_BYTES - 16)] ^= 1 << (page % 8);
        fs::write(store(&office), &flipped).expect("ours");
        let refused = office.exits(DEPUTY, &["approve"], 7);
        assert!(refused.contains("takeup.db is damaged"), "page {page}: {refused}");
        assert!(fs::read(store(&office)).expect("ours") == flipped, "page {page}: nothing was changed");
    }
    fs::write(store(&office), &sound[..sound.len() - PAGE_BYTES]).expect("ours");
    office.exits(DEPUTY, &["approve"], 7);
    fs::write(store(&office), &sound).expect("ours");
    assert!(office.exits(DEPUTY, &["store", "check"], 0).contains(&format!("sound: {pages} pages")));
}

#[test]
fn a_damaged_key_file_is_named_whoever_looks_and_one_of_which_nothing_was_kept_is_not_known() {
    let office = Office::at(Stage::Cases);
    let check = ["store", "check"];
    assert!(office.exits(MANAGER, &check, 0).contains("2 key files"));
    let theirs = office.folder.join("keys/deputy.age");
    let sound = fs::read(&theirs).expect("ours");
    for place in [0, sound.len() / 2, sound.len() - 1] {
        let mut flipped = sound.clone();
        flipped[place] ^= 1;
        fs::write(&theirs, flipped).expect("ours");
        let refused = office.exits(MANAGER, &check, 7);
        assert!(refused.contains("keys/deputy.age is not as it was"), "byte {place}: {refused}");
    }
    fs::remove_file(&theirs).expect("ours");
    assert!(office.exits(MANAGER, &check, 7).contains("there is no key file at"));
    fs::write(&theirs, &sound).expect("ours");

    let key = || people::open(&office.folder.join("keys"), MANAGER, Some(MANAGER)).expect("our own key");
    let shared = fs::read(office.folder.join("keys/data-key.age")).expect("ours");
    let only = key().person.expect("a person");
    people::share(&office.folder.join("keys"), &key().key, &[only]).expect("shared");
    let refused = office.exits(MANAGER, &check, 7);
    assert!(refused.contains("is kept for 1 of the 2 people"), "{refused}");
    fs::write(office.folder.join("keys/data-key.age"), shared).expect("ours");

    // As a program left it that kept no digests; whoever changes something has shown that their own file is whole.
    office.store().keep_key_file(DEPUTY, "").expect("entered");
    let said = office.exits(MANAGER, &check, 0);
    assert!(
        said.contains("1 key files") && said.contains("not known") && said.contains("key files of deputy"),
        "{said}"
    );
    office.exits(DEPUTY, &["approve", "--refuse"], 2);
    assert!(office.exits(MANAGER, &check, 0).contains("2 key files"));
}

#[test]
fn a_damaged_release_is_named_with_its_file_and_is_no_way_to_learn() {
    let office = Office::at(Stage::Released);
    let page = office.folder.join("reports").join(PUBLIC).join("index.html");
    let sound = fs::read(&page).expect("ours");
    fs::write(&page, &sound[..sound.len() - 1]).expect("ours");
    for command in [&["store", "check"][..], &["report", "--period", "2018-Q4"]] {
        let refused = office.exits(MANAGER, command, 7);
        assert!(
            refused.contains(&format!("{PUBLIC} was released, and is not as it was: index.html is changed")),
            "{refused}"
        );
    }
    let release = page.parent().expect("a release").to_str().expect("plain").to_owned();
    let stranger = |release: &str| {
        let ended = Command::new(env!("CARGO_BIN_EXE_takeup")).args(["verify", release]).output().expect("it starts");
        assert_eq!(ended.status.code(), Some(6));
        said(&ended)
    };
    let told = stranger(&release);
    assert!(told.contains("in the release") && !told.contains("to learn more"), "{told}");
}

/// An office in which an import was killed once it was committed: all of it is in the log.
fn killed_before_it_moved_its_log() -> Office {
    let count = Office::at(Stage::Cases);
    let log = count.home().join("log");
    let import = |office: &Office| {
        let late = office.late_cases(60);
        office.command(MANAGER, &["ingest", late.to_str().expect("plain"), "--source", "casework"])
    };
    let mut command = import(&count);
    shim(&mut command, &count.folder, Fault::Log(&log), "pwrite", 0).output().expect("it starts");
    let log = fs::read_to_string(log).expect("a log");
    let first_into_the_store = log.lines().position(|line| line.ends_with("takeup.db")).expect("the log is moved") + 1;
    let office = Office::at(Stage::Cases);
    let mut command = import(&office);
    let ended = shim(&mut command, &office.folder, Fault::KillBefore, "pwrite", first_into_the_store).output();
    assert_eq!(ended.expect("it starts").status.code(), None, "killed");
    office
}

#[test]
fn what_was_lost_with_a_damaged_log_is_said_and_what_a_whole_one_holds_is_there() {
    let office = killed_before_it_moved_its_log();
    let log = office.folder.join("store/takeup.db-wal");
    let (whole, before) = (fs::read(&log).expect("a log"), fs::read(store(&office)).expect("ours"));
    let outcome = |office: &Office| {
        let late = office.late_cases(60);
        let arguments = ["-q", "ingest", "--dry-run", "--json", late.to_str().expect("plain"), "--source", "casework"];
        let output = office.run(MANAGER, &arguments);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
        (said(&output), report["rows"]["outcome"]["unchanged"] == 60)
    };
    for place in (0..whole.len()).step_by(whole.len() / 7) {
        let mut flipped = whole.clone();
        flipped[place] ^= 1 << (place % 8);
        fs::write(&log, &flipped).expect("ours");
        fs::write(store(&office), &before).expect("ours");
        // However quiet somebody wants it.
        let named = said(&office.run(DEPUTY, &["-q", "keys", "list"]));
        assert!(named.contains("the log that it left is not whole"), "byte {place}: {named}");
        assert_eq!(outcome(&office), (String::new(), false), "it is said once, and the import can be run again");
    }
    fs::write(&log, &whole).expect("ours");
    fs::write(store(&office), &before).expect("ours");
    assert_eq!(outcome(&office), (String::new(), true));
    assert_eq!(fs::metadata(&log).map_or(0, |facts| facts.len()), 0, "no log stays");
}

#[test]
fn a_command_leaves_no_log_behind() {
    let office = Office::at(Stage::Built);
    for arguments in [&["keys", "list"][..], &["approve"], &["plan", "--period", "2018-Q4"], &["store", "check"]] {
        office.exits(DEPUTY, arguments, 0);
        assert!(!office.folder.join("store/takeup.db-wal").exists(), "{arguments:?}");
    }
}

#[test]
fn a_workspace_on_a_disk_that_can_only_be_read_is_read() {
    let office = Office::at(Stage::Released);
    let report = office.folder.join("reports").join(PUBLIC);
    let read_only = |arguments: &[&str]| {
        let mut command = office.command(MANAGER, arguments);
        shim(&mut command, &office.folder, Fault::ReadOnly, WRITES, 1).output().expect("it starts")
    };
    for arguments in [
        &["keys", "list"][..],
        &["plan", "--period", "2018-Q4"],
        &["explain", PUBLIC],
        &["issues", "--period", "2018-Q3"],
        &["verify", report.to_str().expect("plain")],
        &["store", "check"],
    ] {
        let output = read_only(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", said(&output));
    }
    let before = office.below("");
    for arguments in [&["report", "--period", "2018-Q4"][..], &["approve"], &["approve", "--refuse"]] {
        let output = read_only(arguments);
        assert_eq!(output.status.code(), Some(8), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains("Read-only file system"), "{}", said(&output));
    }
    assert!(office.below("") == before);
    let killed = killed_before_it_moved_its_log();
    let mut command = killed.command(MANAGER, &["keys", "list"]);
    let output = shim(&mut command, &killed.folder, Fault::ReadOnly, WRITES, 1).output().expect("it starts");
    assert_eq!(output.status.code(), Some(8), "{}", said(&output));
    assert!(said(&output).contains("left it unfinished"), "{}", said(&output));
}

/// A disk that does not give a file says nothing about the release.
#[test]
fn a_file_that_the_disk_does_not_give_is_no_finding_and_no_absence() {
    let office = Office::at(Stage::Released);
    let report = office.folder.join("reports").join(PUBLIC);
    let log = office.home().join("log");
    let verify = || office.command(MANAGER, &["verify", report.to_str().expect("plain")]);
    // What lies in `config/` and `store/` has errors of its own.
    let mut command = verify();
    shim(&mut command, &report, Fault::Log(&log), "open", 0).output().expect("it starts");
    let opened = fs::read_to_string(&log).expect("a log").lines().count();
    assert!(opened > 20, "every file of the release is opened");
    for at in (1..=opened).step_by(opened / 8) {
        let mut command = verify();
        let output = shim(&mut command, &report, Fault::Eio, "open", at).output().expect("it starts");
        assert_eq!(output.status.code(), Some(8), "file {at}: {}", said(&output));
    }
}

#[test]
fn an_export_that_the_disk_does_not_give_is_no_fault_of_the_export() {
    let office = Office::at(Stage::Cases);
    let late = office.late_cases(3);
    let import = |name: &str| office.command(MANAGER, &["ingest", "--dry-run", name, "--source", "casework"]);
    let mut command = import(late.to_str().expect("plain"));
    let output = shim(&mut command, &late, Fault::Eio, "read", 1).output().expect("it starts");
    assert_eq!(output.status.code(), Some(8), "{}", said(&output));
    let missing = import("nowhere.csv").output().expect("it starts");
    assert_eq!(missing.status.code(), Some(4), "{}", said(&missing));
    let pipe = office.home().join("pipe.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    for never_ending in [pipe.to_str().expect("plain"), "/dev/zero"] {
        let output = import(never_ending).output().expect("it starts");
        assert_eq!(output.status.code(), Some(4), "{}", said(&output));
        assert!(said(&output).contains("no plain file"), "{}", said(&output));
    }
}

#[test]
fn a_manifest_that_is_none_is_a_finding_and_the_other_releases_are_attacked() {
    let office = Office::at(Stage::Released);
    let reports = office.folder.join("reports");
    let [broken, sound] = ["2018-Q3-council-r1", PUBLIC].map(|name| reports.join(name));
    let manifest = broken.join("release.json");
    for (text, place) in [("{\n  \"release\": ", "line 2, column 13"), ("[1]", "line 1, column")] {
        fs::write(&manifest, text).expect("ours");
        let mut stranger = Command::new(env!("CARGO_BIN_EXE_takeup"));
        let folders = [broken.to_str().expect("plain"), sound.to_str().expect("plain")];
        let told = [
            office.run(MANAGER, &["verify", folders[0], folders[1]]),
            stranger.arg("verify").args(folders).output().expect("it starts"),
        ];
        for output in told {
            assert_eq!(output.status.code(), Some(6), "{}", said(&output));
            let verdict = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(verdict.contains("manifest_unreadable") && verdict.contains(place), "{verdict}");
        }
    }
    fs::remove_file(&manifest).expect("ours");
    assert!(Command::new("mkfifo").arg(&manifest).status().expect("mkfifo").success());
    let output = office.run(MANAGER, &["verify", broken.to_str().expect("plain")]);
    assert_eq!(output.status.code(), Some(6), "a pipe is not waited for: {}", said(&output));
    office.exits(MANAGER, &BUILD, 7);
}
