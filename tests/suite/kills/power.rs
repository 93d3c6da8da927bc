//! The power fails at every moment of every command that writes. Comes in: what the program asked of the disk. Goes out: a table of
//! images that were tried, survived, lost and published wrongly.
//!
//! In each image: everybody listed opens the workspace; it is before or after, or approved and unfinished; once the command had
//! ended, it is after; whatever the ledger calls released lies in `reports/`, byte by byte, and whatever awaits in `staging/`; nothing
//! else lies in `reports/`. Of every twentieth image the same command is run again, and comes to what it comes to.
//!
//! A few dozen images of two commands are tried; `TAKEUP_IMAGES=10000 cargo test --release --test suite -- power --nocapture` tries
//! that many, of all commands. `TAKEUP_SEED` takes other ones.

use std::fmt::Write as _;
use std::fs;

use confidential::store::ledger::ReleaseState;
use takeup::pipeline::{IngestMode, Passphrase, Workspace};

use super::images::{Disk, Record};
use super::{ACTS, Act, CHANGES, Came, Clean, Fault, Seen, seed, seen, shim, wrongly_published};
use crate::leaks::base::Dice;
use crate::small_office::{MANAGER, Office};

/// A run of the command without a fault, and what it asked of the disk.
fn recorded(act: &Act) -> (Clean, Record) {
    let office = act.office();
    let before = act.stage.map(|_| seen(&office).expect("a workspace of ours opens"));
    fs::create_dir_all(&office.folder).expect("a folder of ours");
    let (disk, record) = (Disk::of(&office.folder), office.home().join("record"));
    let mut command = act.command(&office);
    let ended = shim(&mut command, &office.folder, Fault::Record(&record), CHANGES, 0).output().expect("it starts");
    assert_eq!(ended.status.code(), Some(0), "{}: {}", act.name, String::from_utf8_lossy(&ended.stderr));
    let record = Record::read(disk, &office.folder, &fs::read(record).expect("a record"));
    (Clean { operations: record.len(), before, after: seen(&office).expect("a workspace of ours opens") }, record)
}

/// As [`seen`], without starting the program.
fn seen_here(office: &Office) -> Result<Seen, String> {
    let open = |name: &str| {
        Workspace::open_as(&office.folder, &Passphrase::new(name.to_owned()), Some(name))
            .map_err(|error| format!("{name} cannot open it: {error}"))
    };
    let people = open(MANAGER)?.people().map_err(|error| error.to_string())?;
    for name in &people {
        open(name)?;
    }
    let mut workspace = open(MANAGER)?;
    // Whatever is not whole, and whatever lies there that nobody approved.
    workspace.check().map_err(|error| format!("what is kept is not sound: {error}"))?;
    let late = office.late_cases(60);
    let mode = IngestMode { dry_run: true, replace: false };
    let compared = workspace.ingest(&[late], Some("casework"), mode, &|_| ()).map_err(|error| error.to_string())?;
    let compared = serde_json::to_value(&compared).map_err(|error| error.to_string())?;
    let stored = compared["rows"]["outcome"]["unchanged"] == 60;
    drop(workspace);
    let ledger = office.ledger().into_iter().map(|entry| (entry.name, entry.manifest_sha256, entry.state)).collect();
    Ok(Seen { people, ledger, stored, reports: office.below("reports"), staging: office.below("staging") })
}

fn judged(act: &Act, clean: &Clean, office: &Office, has_ended: bool, again: bool) -> Result<(), String> {
    if let Some(before) = &clean.before {
        let now = seen_here(office)?;
        let is = |side: &Seen| now.ledger == side.ledger && now.people == side.people && now.stored == side.stored;
        let is_approved = now.ledger.iter().any(|(_, _, state)| *state == ReleaseState::Pending);
        if has_ended && !(is(&clean.after) && now.reports == clean.after.reports) {
            return Err(format!("what was acknowledged is gone: {:?}", now.ledger));
        }
        if !is_approved && !is(before) && !is(&clean.after) {
            return Err(format!("between: {:?} {:?} {}", now.ledger, now.people, now.stored));
        }
    } else if has_ended {
        seen_here(office)?;
    }
    if !again {
        return Ok(());
    }
    let ran = act.command(office).output().expect("it starts");
    let now = seen(office).map_err(|error| format!("nobody can open it after another run: {error}"))?;
    if now == clean.after || (act.stage.is_none() && now.people == clean.after.people) {
        Ok(())
    } else {
        Err(format!("another run comes to something else: {}", String::from_utf8_lossy(&ran.stderr)))
    }
}

/// Every moment in turn, as often as it takes.
fn tried(act: &Act, images: usize, seed: u64, table: &mut String) -> Vec<String> {
    let (clean, record) = recorded(act);
    let (mut came, mut wrong) = ([0; 3], Vec::new());
    let mut dice = Dice::new(seed);
    for image in 0..images {
        // The end, where everything was acknowledged, as often as any ten other moments.
        let asked = if image % 10 == 0 { record.len() } else { dice.below(record.len() + 1) };
        let office = Office::empty();
        record.image(asked, &mut dice).write(&office.folder);
        let has_ended = asked == record.len();
        let (one, said) = match wrongly_published(&office, &clean) {
            Some(wrong) => (Came::PublishedWrongly, wrong),
            None => match judged(act, &clean, &office, has_ended, image % 20 == 7) {
                Ok(()) => (Came::Survived, String::new()),
                Err(said) => (Came::Lost, said),
            },
        };
        came[one as usize] += 1;
        if one != Came::Survived {
            wrong.push(format!("{}, image {image} of seed {seed}, {asked} of {}: {said}", act.name, record.len()));
        }
    }
    let ([survived, lost, published], of) = (came, record.len());
    writeln!(table, "{:<16} {:<18} {of:>10} {images:>6} {survived:>8} {lost:>5} {published:>17}", act.name, "power")
        .expect("a text grows");
    wrong
}

#[test]
fn every_command_that_writes_survives_a_power_cut() {
    let asked = std::env::var("TAKEUP_IMAGES").ok().map(|images| images.parse::<usize>().expect("a number"));
    let only = std::env::var("TAKEUP_FAULTS_OF").ok();
    let seed = seed();
    // Keys that cost work are made by the others, a second each.
    let is_quick = |act: &&Act| ["ingest", "approve"].contains(&act.name);
    let is_asked = |act: &&Act| only.as_deref().map_or(asked.is_some() || is_quick(act), |name| act.name == name);
    let acts: Vec<&Act> = ACTS.iter().filter(is_asked).collect();
    let (mut table, mut wrong) = (String::new(), Vec::new());
    writeln!(table, "command          fault                 changes images survived  lost published wrongly")
        .expect("a text grows");
    for act in &acts {
        wrong.extend(tried(act, asked.map_or(21, |images| images.div_ceil(acts.len())), seed, &mut table));
    }
    #[expect(clippy::print_stdout, reason = "the table is what the run is for")]
    {
        println!("TAKEUP_SEED={seed}\n{table}");
    }
    assert!(wrong.is_empty(), "TAKEUP_SEED={seed}: {} wrong:\n{}\n{table}", wrong.len(), wrong.join("\n"));
}

/// A test that drops nothing would pass whatever the program does.
#[test]
fn an_image_lacks_what_nobody_waited_for_and_keeps_what_somebody_did() {
    let home = tempfile::tempdir().expect("a folder");
    let root = home.path().join("root");
    fs::create_dir(&root).expect("ours");
    fs::write(root.join("old"), "old").expect("ours");
    let line = |operation: &str, path: &str, to: &str, at: usize, data: &str| {
        let to = if to.is_empty() { String::new() } else { format!("{}/{to}", root.display()) };
        format!("{operation}\t{}/{path}\t{to}\t{at}\t{}\n{data}", root.display(), data.len())
    };
    let synced = line("create", "a", "", 0, "") + &line("write", "a", "", 0, "one") + &line("fsync", "a", "", 0, "");
    let named = line("rename", "a", "old", 0, "") + &line("fsync", "", "", 0, "");
    let mut seen = std::collections::BTreeSet::new();
    let whole = Record::read(Disk::of(&root), &root, (synced.clone() + &named).as_bytes());
    let unsynced = Record::read(Disk::of(&root), &root, (synced + &line("rename", "a", "old", 0, "")).as_bytes());
    for seed in 0..40 {
        let text = |record: &Record| {
            let place = home.path().join(format!("image-{seed}"));
            record.image(record.len(), &mut Dice::new(seed)).write(&place);
            let text = fs::read_to_string(place.join("old")).expect("it is there");
            fs::remove_dir_all(place).expect("ours");
            text
        };
        assert_eq!(text(&whole), "one", "both were waited for");
        seen.insert(text(&unsynced));
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["old", "one"], "the name may be missing, its bytes may not");
}
