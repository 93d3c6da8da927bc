//! Who may approve, and what keys survive.

use std::fs;

use crate::small_office::{DEPUTY, MANAGER, Office, Stage};

fn add(office: &Office, who: &str, name: &str, pass: &str, exit: i32) -> String {
    let pass = office.pass(pass);
    office.exits(who, &["keys", "add", name, "--new-passphrase-file", pass.to_str().expect("a plain name")], exit)
}

#[test]
fn a_second_self_that_was_added_after_the_build_approves_nothing() {
    let office = Office::at(Stage::Built);
    add(&office, MANAGER, "me-too", "me-too", 0);
    let said = office.exits("me-too", &["approve"], 5);
    assert!(said.contains("was built before me-too was added"), "{said}");
    let listed = office.exits(MANAGER, &["keys", "list", "--json"], 0);
    assert!(listed.contains("\"me-too\": \"manager\""), "who added whom: {listed}");
    office.exits(DEPUTY, &["approve"], 0);
    // The next build knows them.
    office.exits(MANAGER, &["report", "--period", "2018-Q4"], 0);
    office.exits("me-too", &["approve"], 0);
}

#[test]
fn whose_key_was_made_anew_after_the_build_is_as_if_they_came_after_it() {
    let office = Office::at(Stage::Built);
    fs::remove_file(office.folder.join("keys/deputy.age")).expect("ours");
    add(&office, MANAGER, DEPUTY, DEPUTY, 0);
    office.exits(DEPUTY, &["approve"], 5);
}

#[test]
fn two_people_have_two_passphrases() {
    let office = Office::at(Stage::Cases);
    add(&office, MANAGER, "third", MANAGER, 2);
    add(&office, MANAGER, "third", DEPUTY, 2);
    assert_eq!(office.exits(MANAGER, &["-q", "keys", "list"], 0), "deputy\nmanager\n");
}

#[test]
fn what_is_no_key_shuts_nobody_out_and_a_key_that_was_begun_can_be_added_again() {
    let office = Office::at(Stage::Cases);
    let keys = office.folder.join("keys");
    fs::copy(keys.join("data-key.age"), keys.join("data-key-old.age")).expect("ours");
    // As an older program left them: begun, and never shared.
    fs::write(keys.join("third.age"), "").expect("ours");
    office.exits(MANAGER, &["keys", "list"], 0);
    add(&office, DEPUTY, "third", "third", 0);
    office.exits("third", &["keys", "list"], 0);
    assert!(add(&office, DEPUTY, "third", "another", 2).contains("exists already"));
}
