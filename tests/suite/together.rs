//! Two commands at once: one changes, the others wait, are told who works, or read beside it.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use crate::small_office::{BUILD, DEPUTY, MANAGER, Office, Stage};

/// The lock as a command that takes long holds it.
fn hold(folder: &Path, holder: &str) -> File {
    let path = folder.join("store/lock");
    let mut file = File::options().read(true).write(true).create(true).truncate(true).open(path).expect("ours");
    file.lock().expect("nobody holds it");
    file.write_all(holder.as_bytes()).expect("ours");
    file
}

#[test]
fn whoever_would_change_something_meanwhile_is_told_who_works_and_changes_nothing() {
    let office = Office::at(Stage::Cases);
    let late = office.late_cases(60);
    let late = late.to_str().expect("a plain name");
    let held = hold(&office.folder, "`report` by manager, since 2026-07-01 09:00 UTC\n");
    std::fs::create_dir(office.folder.join("staging")).expect("what the other command builds");
    for arguments in [&["ingest", late, "--source", "casework"][..], &BUILD, &["approve"], &["approve", "--refuse"]] {
        let said = office.exits(DEPUTY, arguments, 8);
        assert!(said.contains("in use: `report` by manager, since 2026-07-01 09:00 UTC"), "{said}");
    }
    for arguments in [&["keys", "list"][..], &["plan", "--period", "2018-Q3"], &["ingest", "--dry-run", late]] {
        office.exits(DEPUTY, arguments, 0);
    }
    assert!(office.folder.join("staging").exists(), "it is the other command's");
    drop(held);
    office.exits(DEPUTY, &["ingest", late, "--source", "casework"], 0);
    assert!(!office.folder.join("staging").exists(), "nobody's any more");
}

fn started(office: &Office, who: &str, arguments: &[&str]) -> Child {
    office.command(who, arguments).spawn().expect("the program starts")
}

/// Either the cases come first and are counted, or the report does and they are refused as long as it awaits approval.
#[test]
fn an_import_beside_a_report_is_counted_or_refused() {
    for head_start in [0, 60, 150, 300] {
        let office = Office::at(Stage::Cases);
        let late = office.late_cases(60);
        let report = started(&office, MANAGER, &BUILD);
        std::thread::sleep(Duration::from_millis(head_start));
        let ingest = started(&office, DEPUTY, &["ingest", late.to_str().expect("plain"), "--source", "casework"]);
        let [report, ingest] = [report, ingest].map(|child| child.wait_with_output().expect("it ends"));
        let say = |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(report.status.code(), Some(0), "{}", say(&report));
        let pattern = |office: &Office| office.below("staging");
        let stored = match ingest.status.code() {
            Some(0) => true,
            Some(5 | 8) => false,
            other => panic!("{other:?}: {}", say(&ingest)),
        };
        let alone = Office::at(Stage::Cases);
        if stored {
            let late = alone.late_cases(60);
            alone.exits(DEPUTY, &["ingest", late.to_str().expect("plain"), "--source", "casework"], 0);
        }
        alone.exits(MANAGER, &BUILD, 0);
        assert!(pattern(&office) == pattern(&alone), "stored: {stored}");
    }
}

#[test]
fn of_two_reports_at_once_one_is_built() {
    let office = Office::at(Stage::Cases);
    let begin = Instant::now();
    let both = [("2018-Q3", MANAGER), ("2018-Q2", DEPUTY)]
        .map(|(period, who)| started(&office, who, &["report", "--period", period]));
    let both = both.map(|child| child.wait_with_output().expect("it ends"));
    let exits: Vec<Option<i32>> = both.iter().map(|output| output.status.code()).collect();
    let refused: Vec<String> = both.iter().map(|output| String::from_utf8_lossy(&output.stderr).into_owned()).collect();
    assert_eq!(exits.iter().filter(|exit| **exit == Some(0)).count(), 1, "{refused:?}");
    assert!(exits.iter().any(|exit| matches!(exit, Some(5 | 8))), "{refused:?}");
    let names: Vec<String> = office.ledger().into_iter().map(|entry| entry.name).collect();
    let staged = office.below("staging");
    assert!(!names.is_empty() && begin.elapsed() < Duration::from_secs(60));
    for name in names {
        assert!(staged.contains_key(&format!("{name}/release.json")), "{name} is in the ledger and not in staging");
    }
}
