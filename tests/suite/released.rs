//! What becomes released is what was attacked, whatever lies in the way, whenever somebody is killed, and whatever the disk says.

use std::fs;

use confidential::store::ledger::ReleaseState::{Awaiting, Released};

use crate::small_office::{BUILD, COUNCIL, DEPUTY, MANAGER, Office, PUBLIC, Stage};

fn all(office: &Office, state: confidential::store::ledger::ReleaseState) -> bool {
    let states = office.states();
    states.len() == 2 && states.iter().all(|(_, found)| *found == state)
}

#[test]
fn what_somebody_put_into_staging_stops_the_approval_and_stays() {
    let office = Office::at(Stage::Built);
    let notes = office.folder.join("staging/notes.txt");
    fs::write(&notes, "mine").expect("a file of ours");
    let refused = office.run(DEPUTY, &["approve"]);
    assert_eq!(refused.status.code(), Some(6), "{}", String::from_utf8_lossy(&refused.stderr));
    assert_eq!(fs::read_to_string(&notes).expect("it stays"), "mine");
    fs::remove_file(&notes).expect("ours");
    assert_eq!(office.run(DEPUTY, &["approve"]).status.code(), Some(0));
}

#[test]
fn a_folder_that_lay_there_before_is_never_taken_for_the_release() {
    let office = Office::at(Stage::Built);
    let staged = office.below("staging");
    let before = office.folder.join("reports").join(PUBLIC);
    fs::create_dir_all(&before).expect("a folder of ours");
    for text in [None, Some("Jane Doe, 3 Mill Lane")] {
        if let Some(text) = text {
            fs::write(before.join("index.html"), text).expect("a file of ours");
        }
        let said = office.exits(DEPUTY, &["approve"], 6);
        assert!(said.contains(&format!("reports/ has something called {PUBLIC}")), "{said}");
        assert_eq!(office.below("staging"), staged, "what was attacked stays");
        assert!(all(&office, Awaiting));
    }
    fs::rename(&before, office.home().join("moved")).expect("ours");
    office.exits(DEPUTY, &["approve"], 0);
    assert_eq!(office.below("reports"), staged);
    assert!(all(&office, Released));
}

#[cfg(unix)]
#[test]
fn links_folders_and_files_that_nobody_listed_are_not_released() {
    let office = Office::at(Stage::Built);
    let page = office.staged("index.html");
    let away = office.home().join("away.html");
    fs::rename(&page, &away).expect("ours");
    std::os::unix::fs::symlink(&away, &page).expect("a link");
    office.exits(DEPUTY, &["approve"], 6);
    fs::rename(&away, &page).expect("ours");
    let folder = office.staged("data/Jane-Doe-born-2011-03-04");
    fs::create_dir(&folder).expect("ours");
    office.exits(DEPUTY, &["approve"], 6);
    fs::remove_dir(&folder).expect("ours");
    fs::write(office.staged("data/.more"), "").expect("ours");
    office.exits(DEPUTY, &["approve"], 6);
    fs::remove_file(office.staged("data/.more")).expect("ours");
    office.exits(DEPUTY, &["approve"], 0);
}

#[test]
fn what_awaits_approval_and_was_changed_stays_until_somebody_refuses_it() {
    for change in [
        |office: &Office| fs::write(office.staged("release.json"), "{}").expect("ours"),
        |office: &Office| fs::remove_file(office.staged("release.json")).expect("ours"),
        |office: &Office| fs::remove_dir_all(office.staged("data")).expect("ours"),
        |office: &Office| fs::remove_dir_all(office.staged("")).expect("ours"),
    ] {
        let office = Office::at(Stage::Built);
        change(&office);
        let left = office.below("staging");
        let said = office.exits(DEPUTY, &["approve"], 6);
        assert!(said.contains("is not as it was when it was attacked"), "{said}");
        office.exits(MANAGER, &BUILD, 6);
        office.exits(MANAGER, &["keys", "list"], 0);
        assert_eq!(office.below("staging"), left, "nothing is removed that a person may want to see");
        assert!(all(&office, Awaiting));
        office.exits(DEPUTY, &["approve", "--refuse"], 0);
        assert!(office.states().is_empty() && !office.folder.join("staging").exists());
        office.exits(MANAGER, &BUILD, 0);
    }
}

#[test]
fn a_build_of_which_nothing_is_there_is_forgotten() {
    let office = Office::at(Stage::Built);
    fs::remove_dir_all(office.folder.join("staging")).expect("ours");
    office.exits(DEPUTY, &["approve"], 2);
    assert!(office.states().is_empty());
    office.exits(MANAGER, &BUILD, 0);
}

#[test]
fn an_earlier_release_that_is_gone_or_changed_stops_the_next_report() {
    let office = Office::at(Stage::Released);
    let place = office.folder.join("reports").join(COUNCIL);
    let away = office.home().join("archive");
    fs::rename(&place, &away).expect("ours");
    let next = ["report", "--period", "2018-Q4"];
    let said = office.exits(MANAGER, &next, 7);
    assert!(said.contains(COUNCIL) && said.contains("Put the folder back"), "{said}");
    fs::rename(&away, &place).expect("ours");
    let page = place.join("index.html");
    let text = fs::read_to_string(&page).expect("a page");
    fs::write(&page, text.clone() + " ").expect("ours");
    office.exits(MANAGER, &next, 7);
    fs::write(&page, text).expect("ours");
    office.exits(MANAGER, &next, 0);
}

#[cfg(target_os = "linux")]
mod killed {
    use super::*;
    use crate::kills::{Fault, shim};

    fn after_a_kill_before_the_first_rename() -> Office {
        let office = Office::at(Stage::Built);
        let mut command = office.command(DEPUTY, &["approve"]);
        let ended = shim(&mut command, &office.folder, Fault::KillBefore, "rename", 1).output().expect("it starts");
        assert_eq!(ended.status.code(), None, "{}", String::from_utf8_lossy(&ended.stderr));
        office
    }

    #[test]
    fn an_approval_that_was_killed_is_finished_by_the_next_change() {
        let office = after_a_kill_before_the_first_rename();
        let staged = office.below("staging");
        assert_eq!(office.below("reports").len(), 0);
        office.exits(MANAGER, &["keys", "list"], 0);
        assert_eq!(office.below("staging"), staged, "whoever only reads leaves all as it is");
        let late = office.late_cases(1);
        office.exits(MANAGER, &["ingest", late.to_str().expect("plain"), "--source", "casework"], 0);
        assert_eq!(office.below("reports"), staged);
        assert!(all(&office, Released));
    }

    #[test]
    fn an_approval_that_was_killed_is_not_finished_with_other_bytes() {
        let office = after_a_kill_before_the_first_rename();
        let page = office.staged("index.html");
        let text = fs::read_to_string(&page).expect("a page");
        fs::write(&page, text.replacen("<p>", "<p>Jane Doe of 3 Mill Lane. ", 1)).expect("ours");
        office.exits(MANAGER, &["keys", "list"], 0);
        let late = office.late_cases(1);
        let said = office.exits(MANAGER, &["ingest", late.to_str().expect("plain"), "--source", "casework"], 5);
        assert!(said.contains("neither released nor refused"), "{said}");
        office.exits(MANAGER, &["report", "--period", "2018-Q4"], 5);
        office.exits(DEPUTY, &["approve"], 6);
        assert_eq!(office.below("reports").len(), 0, "nothing is released");
        office.exits(DEPUTY, &["approve", "--refuse"], 0);
        assert!(office.states().is_empty());
        office.exits(MANAGER, &BUILD, 0);
    }

    #[test]
    fn what_a_killed_approval_released_in_part_is_taken_back_when_it_is_refused() {
        let office = Office::at(Stage::Built);
        let mut command = office.command(DEPUTY, &["approve"]);
        shim(&mut command, &office.folder, Fault::KillAfter, "rename", 1).output().expect("it starts");
        assert_eq!(fs::read_dir(office.folder.join("reports")).expect("ours").count(), 1);
        let left = fs::read_dir(office.folder.join("staging")).expect("ours").next().expect("one").expect("ours");
        fs::write(left.path().join("index.html"), "").expect("ours");
        office.exits(DEPUTY, &["approve"], 6);
        office.exits(DEPUTY, &["approve", "--refuse"], 0);
        assert_eq!(fs::read_dir(office.folder.join("reports")).expect("ours").count(), 0);
        office.exits(MANAGER, &BUILD, 0);
        office.exits(DEPUTY, &["approve"], 0);
        assert!(all(&office, Released));
    }

    /// Whatever cannot be read is not taken for absent: at each read of the command in turn the disk refuses once.
    #[test]
    fn a_disk_that_refuses_once_removes_nothing() {
        let office = Office::at(Stage::Built);
        let log = office.home().join("log");
        let mut command = office.command(DEPUTY, &["approve", "--refuse"]);
        // Killed before it removes anything, so that the operations are known and nothing has changed.
        shim(&mut command, &office.folder, Fault::Log(&log), "open", 0);
        command.output().expect("it starts");
        let opens = fs::read_to_string(&log).expect("a log");
        let office = Office::at(Stage::Built);
        let staged = office.below("staging");
        let mut tried = 0;
        for (at, _) in
            opens.lines().enumerate().filter(|(_, line)| line.contains("/staging") || line.contains("/reports"))
        {
            let mut command = office.command(MANAGER, &BUILD);
            let ended = shim(&mut command, &office.folder, Fault::Eio, "open", at + 1).output().expect("it starts");
            let said = String::from_utf8_lossy(&ended.stderr).into_owned();
            assert!(matches!(ended.status.code(), Some(0 | 8)), "{said}");
            assert_eq!(office.below("staging"), staged, "open {at}: {said}");
            assert!(all(&office, Awaiting), "open {at}: {said}");
            tried += usize::from(ended.status.code() == Some(8));
        }
        assert!(tried > 0, "no read of staging was hit");
    }
}

#[test]
fn what_was_written_about_a_release_that_never_was_goes_with_it() {
    let written = |office: &Office| office.below("verdicts").into_keys().collect::<Vec<_>>();
    let pages = [COUNCIL, PUBLIC].map(|name| format!("{name}.html"));
    let office = Office::at(Stage::Built);
    fs::write(office.folder.join("verdicts/mine.html"), "mine").expect("ours");
    assert_eq!(written(&office), [&pages[..], &["mine.html".to_owned()]].concat());
    office.exits(DEPUTY, &["approve", "--refuse"], 0);
    assert_eq!(written(&office), ["mine.html"], "refused");
    let office = Office::at(Stage::Built);
    fs::remove_dir_all(office.folder.join("staging")).expect("ours");
    office.exits(DEPUTY, &["approve"], 2);
    assert_eq!(written(&office), [""; 0], "gone");
    let office = Office::at(Stage::Built);
    office.exits(DEPUTY, &["approve"], 0);
    office.exits(DEPUTY, &["approve"], 2);
    assert_eq!(written(&office), pages, "released");
}
