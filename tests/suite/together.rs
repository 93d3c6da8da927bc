//! Two commands at once: one changes, the others wait, are told who works, or read beside it.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use takeup::pipeline::{Passphrase, Workspace};

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

/// What is kept opens for both, hangs together, and has nothing that nobody approved.
fn is_sound(office: &Office) -> Result<(), String> {
    for name in [MANAGER, DEPUTY] {
        let opened = Workspace::open_as(&office.folder, &Passphrase::new(name.to_owned()), Some(name));
        opened.and_then(|workspace| workspace.check()).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

/// Commands that write, with the stage at which they have something to do and who runs them.
fn writers(office: &Office) -> Vec<(&'static str, Vec<Stage>, Vec<String>)> {
    use Stage::{Built, Cases, Released};
    let late = office.late_cases(60);
    let pass = office.pass("third");
    let [late, pass] = [&late, &pass].map(|path| path.to_str().expect("plain").to_owned());
    let command = |stages: &[Stage], line: &str| {
        let words = line.split(' ').map(|word| word.replace("LATE", &late).replace("PASS", &pass)).collect();
        (stages.to_vec(), words)
    };
    let all = [
        ("ingest", command(&[Cases, Built, Released], "ingest LATE --source casework")),
        ("report", command(&[Cases, Built, Released], "report --period 2018-Q3")),
        ("the next report", command(&[Released], "report --period 2018-Q4")),
        ("approve", command(&[Built], "approve")),
        ("refuse", command(&[Built], "approve --refuse")),
        ("extract", command(&[Released], "extract --period 2018-Q3 --profile research")),
        ("keys add", command(&[Cases, Built], "keys add third --new-passphrase-file PASS")),
        ("plan", command(&[Cases, Released], "plan --period 2018-Q4")),
        ("store check", command(&[Built, Released], "store check")),
    ];
    all.into_iter().map(|(name, (stages, words))| (name, stages, words)).collect()
}

/// Every pair at every stage that suits both, or a few of them; `TAKEUP_PAIRS=all cargo test --release --test suite -- pair` runs all.
#[test]
fn of_every_pair_of_commands_at_once_each_is_done_or_refused_and_all_is_sound() {
    let names: Vec<_> = writers(&Office::empty()).into_iter().map(|(name, stages, _)| (name, stages)).collect();
    let mut pairs = Vec::new();
    for (at, (_, stages)) in names.iter().enumerate() {
        for (other, (_, also)) in names.iter().enumerate() {
            pairs.extend(stages.iter().filter(|stage| also.contains(stage)).map(|stage| (*stage, at, other)));
        }
    }
    assert!(pairs.len() > 60);
    let step = if std::env::var("TAKEUP_PAIRS").is_ok() { 1 } else { pairs.len() / 5 };
    for (stage, first, second) in pairs.into_iter().step_by(step) {
        let office = Office::at(stage);
        let commands = writers(&office);
        let run = |at: usize, who: &str| {
            started(&office, who, &commands[at].2.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let both = [run(first, MANAGER), run(second, DEPUTY)].map(|child| child.wait_with_output().expect("it ends"));
        let said = both.each_ref().map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
        let pair = format!("{stage:?}: {} and {}: {said:?}", commands[first].0, commands[second].0);
        for output in &both {
            assert!(matches!(output.status.code(), Some(0 | 2 | 5 | 8)), "{:?} {pair}", output.status);
        }
        assert_eq!(is_sound(&office), Ok(()), "{pair}");
    }
}

/// A second, or as many as `TAKEUP_BESIDE` says.
#[test]
fn eight_readers_beside_one_writer_read_at_once_and_see_a_whole_store() {
    let seconds = std::env::var("TAKEUP_BESIDE").map_or(1, |seconds| seconds.parse().expect("a number"));
    let office = Office::at(Stage::Cases);
    let end = Instant::now() + Duration::from_secs(seconds);
    let reading = || {
        let (mut reads, mut longest) = (0, Duration::ZERO);
        while Instant::now() < end {
            let begin = Instant::now();
            office.exits(DEPUTY, &["-q", "plan", "--period", "2018-Q3", "--audience", "council"], 0);
            (reads, longest) = (reads + 1, longest.max(begin.elapsed()));
        }
        (reads, longest)
    };
    let (reads, longest) = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..8).map(|_| scope.spawn(reading)).collect();
        let mut batch = 0;
        while Instant::now() < end {
            batch += 1;
            let lines =
                std::fs::read_to_string(office.late_cases(60)).expect("ours").replace("LATE-", &format!("B{batch}-"));
            let path = office.home().join("batch.csv");
            std::fs::write(&path, lines).expect("ours");
            office.exits(MANAGER, &["-q", "ingest", path.to_str().expect("plain"), "--source", "casework"], 0);
        }
        assert!(batch > 1, "it wrote meanwhile");
        readers
            .into_iter()
            .map(|reader| reader.join().expect("no panic"))
            .fold((0, Duration::ZERO), |all, one| (all.0 + one.0, all.1.max(one.1)))
    });
    #[expect(clippy::print_stdout, reason = "a long run is told")]
    {
        println!("{reads} reads by eight readers in {seconds} s, the longest took {} ms", longest.as_millis());
    }
    assert!(reads >= 8);
    assert_eq!(is_sound(&office), Ok(()));
}
