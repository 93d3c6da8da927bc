//! An older store put back: what was released once is not counted again with other figures.

use std::fs;
use std::path::PathBuf;

use crate::small_office::{BUILD, DEPUTY, MANAGER, Office, Stage};

/// An office that released a quarter, with the store of before it.
fn rolled_back() -> (Office, PathBuf) {
    let office = Office::at(Stage::Released);
    let newer = office.home().join("newer.db");
    fs::copy(office.folder.join("store/takeup.db"), &newer).expect("ours");
    let before = Office::at(Stage::Cases);
    fs::copy(before.folder.join("store/takeup.db"), office.folder.join("store/takeup.db")).expect("ours");
    (office, newer)
}

#[test]
fn a_store_that_is_older_than_its_anchor_is_not_opened() {
    let (office, newer) = rolled_back();
    let reports = office.below("reports");
    for arguments in [&BUILD[..], &["keys", "list"], &["approve"]] {
        let said = office.exits(MANAGER, arguments, 7);
        assert!(said.contains("older than its anchor"), "{said}");
    }
    assert!(office.below("reports") == reports);
    fs::copy(newer, office.folder.join("store/takeup.db")).expect("ours");
    office.exits(MANAGER, &BUILD, 0);
}

#[test]
fn reports_alone_know_too_what_an_older_store_does_not() {
    let (office, _) = rolled_back();
    fs::remove_file(office.folder.join("keys/anchor")).expect("ours");
    let late = office.late_cases(3);
    let said = office.exits(MANAGER, &["ingest", late.to_str().expect("plain"), "--source", "casework"], 7);
    assert!(said.contains("was released, and the store does not know it"), "{said}");
    office.exits(MANAGER, &BUILD, 7);
}

#[test]
fn the_anchor_alone_knows_it_where_the_reports_were_moved_away() {
    let (office, _) = rolled_back();
    fs::rename(office.folder.join("reports"), office.home().join("archive")).expect("ours");
    fs::create_dir(office.folder.join("reports")).expect("ours");
    office.exits(MANAGER, &BUILD, 7);
}

/// Whoever can write to `reports/` can put a pipe there, and nobody ever writes into it.
#[test]
fn a_pipe_in_place_of_a_manifest_is_not_waited_for() {
    let office = Office::at(Stage::Built);
    office.exits(DEPUTY, &["approve"], 0);
    let strange = office.folder.join("reports/strange");
    fs::create_dir(&strange).expect("ours");
    let made = std::process::Command::new("mkfifo").arg(strange.join("release.json")).status();
    assert!(made.expect("mkfifo is there").success());
    office.exits(MANAGER, &["keys", "list"], 0);
    let said = office.exits(MANAGER, &["report", "--period", "2018-Q4"], 0);
    assert!(!said.contains("strange"), "what is no release of ours is no earlier release: {said}");
}

/// A command that was killed between the ledger and the anchor leaves the anchor one release behind.
#[test]
fn an_anchor_that_stayed_behind_is_brought_up_to_date() {
    let office = Office::at(Stage::Built);
    let anchor = office.folder.join("keys/anchor");
    let behind = fs::read(&anchor).expect("an anchor from the first change on");
    office.exits(DEPUTY, &["approve"], 0);
    let ahead = fs::read(&anchor).expect("an anchor");
    assert_ne!(behind, ahead);
    fs::write(&anchor, &behind).expect("ours");
    office.exits(MANAGER, &["keys", "list"], 0);
    office.exits(MANAGER, &["report", "--period", "2018-Q4"], 0);
    assert_eq!(fs::read(&anchor).expect("an anchor"), ahead);
}
