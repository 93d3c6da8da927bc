//! Every command that writes, killed and refused by the disk at each of its operations in turn. Comes in: a small office, a shim
//! that counts operations. Goes out: a table of what was tried, survived, lost and published wrongly.
//!
//! After each fault: people can open the workspace; nothing stands in `reports/` that was not attacked; nothing that was stored
//! is gone; a command that said it is done is done, and one that said it failed is not; the same command again, undisturbed, comes
//! to what it comes to without a fault.
//!
//! What the program draws and which places are tried follow from one number, which is printed, and its clock begins at one moment; `TAKEUP_SEED` repeats
//! a run, or tries other places. A tenth of all places is tried, and no longer than a minute; `TAKEUP_FAULTS=all cargo test --release --test suite -- kills
//! --nocapture` tries every one and prints the table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use confidential::store::ledger::ReleaseState;

use crate::small_office::{BUILD, DEPUTY, MANAGER, Office, Stage};

mod images;
mod power;
mod small_disk;

/// What is done at the chosen operation.
#[derive(Debug, Clone, Copy)]
pub enum Fault<'a> {
    /// Nothing; all operations are written to a file.
    Log(&'a Path),
    /// Nothing; all changes are written to a file with their bytes.
    Record(&'a Path),
    KillBefore,
    KillAfter,
    /// The disk cannot read or write, once.
    Eio,
    /// The disk is full, from there on.
    Full,
    /// The disk can only be read, from there on.
    ReadOnly,
}

impl Fault<'_> {
    const fn name(self) -> &'static str {
        match self {
            Self::Log(_) | Self::Record(_) => "none",
            Self::KillBefore => "killed before",
            Self::KillAfter => "killed after",
            Self::Eio => "input/output error",
            Self::Full => "disk full",
            Self::ReadOnly => "read-only disk",
        }
    }
}

/// All that changes something on a disk.
const CHANGES: &str = "create,write,pwrite,fsync,ftruncate,rename,unlink,mkdir,utime";
/// All that needs room.
const GROWS: &str = "create,write,pwrite,rename,mkdir";
/// All that can be refused by a disk that cannot be read.
const EVERYTHING: &str = "open,openw,read,pread,create,write,pwrite,fsync,ftruncate,rename,unlink,mkdir,utime";

/// All that a disk refuses that can only be read.
pub const WRITES: &str = "openw,create,write,pwrite,ftruncate,rename,unlink,mkdir,utime";

/// The shim, compiled once; the store's engine needs a C compiler to be built at all.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/kills/shim.c");
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shim.so");
        let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
        let mut command = Command::new(compiler);
        command.args(["-O1", "-w", "-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl");
        let ended = command.output().expect("a C compiler");
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        library
    })
}

/// The number from which everything follows that a run would otherwise have by chance.
pub fn seed() -> u64 {
    std::env::var("TAKEUP_SEED").map_or(17, |seed| seed.parse().expect("a number"))
}

/// Lets operation number `at` (from 1; 0 for none) of these kinds below `root` fail.
pub fn shim<'c>(
    command: &'c mut Command,
    root: &Path,
    fault: Fault<'_>,
    operations: &str,
    at: usize,
) -> &'c mut Command {
    let (mode, error) = match fault {
        Fault::Log(path) => {
            command.env("FAULT_LOG", path);
            ("once", 0)
        }
        Fault::Record(path) => {
            command.env("FAULT_RECORD", path);
            ("once", 0)
        }
        Fault::KillBefore => ("kill", 0),
        Fault::KillAfter => ("killafter", 0),
        Fault::Eio => ("once", 5),
        Fault::Full => ("forever", 28),
        Fault::ReadOnly => ("forever", 30),
    };
    command.env("FAULT_SEED", seed().to_string());
    command.env("LD_PRELOAD", library()).env("FAULT_ROOT", root).env("FAULT_OPS", format!(",{operations},"));
    command.env("FAULT_MODE", mode).env("FAULT_ERR", error.to_string()).env("FAULT_N", at.to_string())
}

/// A command that writes, and where it starts.
struct Act {
    name: &'static str,
    stage: Option<Stage>,
    who: &'static str,
    arguments: fn(&Office) -> Vec<String>,
}

fn owned(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|argument| (*argument).to_owned()).collect()
}

const ACTS: [Act; 7] = [
    Act {
        name: "ingest",
        stage: Some(Stage::Cases),
        who: DEPUTY,
        arguments: |office| owned(&["ingest", office.late_cases(60).to_str().expect("plain"), "--source", "casework"]),
    },
    Act { name: "report", stage: Some(Stage::Cases), who: MANAGER, arguments: |_| owned(&BUILD) },
    Act { name: "approve", stage: Some(Stage::Built), who: DEPUTY, arguments: |_| owned(&["approve"]) },
    Act {
        name: "approve --refuse",
        stage: Some(Stage::Built),
        who: DEPUTY,
        arguments: |_| owned(&["approve", "--refuse"]),
    },
    Act {
        name: "extract",
        stage: Some(Stage::Released),
        who: MANAGER,
        arguments: |_| owned(&["extract", "--period", "2018-Q3", "--profile", "research"]),
    },
    Act {
        name: "keys add",
        stage: Some(Stage::Cases),
        who: MANAGER,
        arguments: |office| {
            let pass = office.pass("third");
            owned(&["keys", "add", "third", "--new-passphrase-file", pass.to_str().expect("plain")])
        },
    },
    Act {
        name: "init",
        stage: None,
        who: MANAGER,
        arguments: |office| owned(&["init", office.folder.to_str().expect("plain"), "--template", "casework"]),
    },
];

impl Act {
    fn office(&self) -> Office {
        self.stage.map_or_else(Office::empty, Office::at)
    }

    fn command(&self, office: &Office) -> Command {
        let arguments = (self.arguments)(office);
        office.command(self.who, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

/// All that must be before or after, and never between.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    people: Vec<String>,
    ledger: Vec<(String, String, ReleaseState)>,
    /// Cases of the export that are stored already.
    stored: bool,
    reports: BTreeMap<String, Vec<u8>>,
    staging: BTreeMap<String, Vec<u8>>,
}

/// What can be seen of a workspace, by whoever opens it; an error where nobody can.
fn seen(office: &Office) -> Result<Seen, String> {
    let output = office.run(MANAGER, &["keys", "list"]);
    if output.status.code() != Some(0) {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let people = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    let ledger = office.ledger().into_iter().map(|entry| (entry.name, entry.manifest_sha256, entry.state)).collect();
    let late = office.late_cases(60);
    let output =
        office.run(MANAGER, &["ingest", "--dry-run", "--json", late.to_str().expect("plain"), "--source", "casework"]);
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let stored = said["rows"]["outcome"]["unchanged"] == 60;
    Ok(Seen { people, ledger, stored, reports: office.below("reports"), staging: office.below("staging") })
}

/// What came of one fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    Survived,
    Lost,
    PublishedWrongly,
}

/// The command once without a fault: how many operations it has, and what it comes to.
struct Clean {
    operations: usize,
    before: Option<Seen>,
    after: Seen,
}

fn clean(act: &Act, operations: &str) -> Clean {
    let office = act.office();
    let before = act.stage.map(|_| seen(&office).expect("a workspace of ours opens"));
    let log = office.home().join("log");
    let mut command = act.command(&office);
    let ended = shim(&mut command, &office.folder, Fault::Log(&log), operations, 0).output().expect("it starts");
    assert_eq!(ended.status.code(), Some(0), "{}: {}", act.name, String::from_utf8_lossy(&ended.stderr));
    let operations = fs::read_to_string(&log).expect("a log").lines().count();
    Clean { operations, before, after: seen(&office).expect("a workspace of ours opens") }
}

/// Tries one fault at one place; beside what came of it, what was seen that was not right.
fn tried(act: &Act, clean: &Clean, (fault, operations): (Fault<'_>, &str), at: usize) -> (Came, String) {
    let office = act.office();
    let mut command = act.command(&office);
    let ended = shim(&mut command, &office.folder, fault, operations, at).output().expect("it starts");
    if let Some(wrong) = wrongly_published(&office, clean) {
        return (Came::PublishedWrongly, wrong);
    }
    // The engine calls a page that it could not read damaged; nothing may be lost by that either.
    let is_misnamed = matches!(fault, Fault::Eio) && ended.status.code() == Some(7);
    match judged(act, clean, &office, &ended, is_misnamed) {
        Ok(()) => (Came::Survived, String::new()),
        Err(wrong) => (Came::Lost, wrong),
    }
}

/// A file in `reports/` that was there neither before nor is there after a run without a fault.
fn wrongly_published(office: &Office, clean: &Clean) -> Option<String> {
    let earlier = clean.before.as_ref().map(|before| &before.reports);
    let is_known = |(name, bytes): &(&String, &Vec<u8>)| {
        clean.after.reports.get(*name) == Some(*bytes) || earlier.and_then(|earlier| earlier.get(*name)) == Some(*bytes)
    };
    office.below("reports").iter().find(|file| !is_known(file)).map(|(name, _)| format!("{name} was not attacked"))
}

/// Says what was lost, or went between.
fn judged(act: &Act, clean: &Clean, office: &Office, ended: &Output, is_misnamed: bool) -> Result<(), String> {
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    match ended.status.code() {
        None | Some(0 | 8) => {}
        Some(_) if is_misnamed && ["is damaged", "cannot be read"].iter().any(|word| said.contains(word)) => {}
        other => return Err(format!("exit {other:?}: {said}")),
    }
    if let Some(before) = &clean.before {
        let now = seen(office).map_err(|error| format!("nobody can open it: {error}"))?;
        let is = |side: &Seen| now.ledger == side.ledger && now.people == side.people && now.stored == side.stored;
        // Approved and not finished: said so, and finished below.
        let is_approved = now.ledger.iter().any(|(_, _, state)| *state == ReleaseState::Pending);
        match ended.status.code() {
            Some(0) if !is(&clean.after) => return Err("said to be done, and is not".to_owned()),
            Some(7 | 8) if is_approved && !said.contains("approved") => {
                return Err(format!("approved in silence: {said}"));
            }
            Some(7 | 8) if !is_approved && !is(before) => {
                return Err(format!("said to have failed, and is done: {said}"));
            }
            None if !is_approved && !is(before) && !is(&clean.after) => return Err(format!("between: {now:?}")),
            _ => {}
        }
    }
    let again = act.command(office).output().expect("it starts");
    let now = seen(office).map_err(|error| format!("nobody can open it after another run: {error}"))?;
    // What was done already can be refused, in words; it must have come to the same.
    if now == clean.after || (act.stage.is_none() && now.people == clean.after.people) {
        Ok(())
    } else {
        let said = String::from_utf8_lossy(&again.stderr).into_owned();
        Err(format!("another run ends with {:?} and comes to something else: {said}", again.status.code()))
    }
}

const FAULTS: [(Fault<'_>, &str); 4] =
    [(Fault::KillBefore, CHANGES), (Fault::KillAfter, CHANGES), (Fault::Eio, EVERYTHING), (Fault::Full, GROWS)];

/// What a run tries: every so-manieth place, of these commands, until then.
struct Share<'a> {
    step: usize,
    acts: Vec<&'a Act>,
    /// When the run begins, and how long it may take.
    most: Option<(Instant, Duration)>,
}

impl Share<'static> {
    /// A tenth of all in a minute, or what `TAKEUP_FAULTS` and `TAKEUP_FAULTS_OF` say.
    fn asked() -> Self {
        let (step, most) = match std::env::var("TAKEUP_FAULTS").as_deref() {
            Ok("all") => (1, None),
            Ok(other) => (other.parse().expect("a number, or `all`"), None),
            Err(_) => (10, Some((Instant::now(), Duration::from_secs(60)))),
        };
        let only = std::env::var("TAKEUP_FAULTS_OF").ok();
        let acts = ACTS.iter().filter(|act| only.as_deref().is_none_or(|name| act.name == name)).collect();
        Self { step, acts, most }
    }

    /// Whether the part of the time is over that ends with line number `line` of the table.
    fn is_over(&self, line: usize) -> bool {
        let lines = (self.acts.len() * FAULTS.len()) as u32;
        self.most.is_some_and(|(begin, most)| begin.elapsed() > most / lines * (line as u32 + 1))
    }

    /// Tries one kind of fault in one command, and adds its line to the table.
    fn try_one(&self, act: &Act, clean: &Clean, (kind, line): (usize, usize), table: &mut String) -> Vec<String> {
        let (fault, mut came, mut wrong) = (FAULTS[kind], [0; 3], Vec::new());
        // Other places for each kind of fault, so that a quick run sees more of them.
        let first = 1 + (kind * 3 + seed() as usize) % self.step;
        for at in (first..=clean.operations).step_by(self.step) {
            if self.is_over(line) {
                break;
            }
            let (one, said) = tried(act, clean, fault, at);
            came[one as usize] += 1;
            if one != Came::Survived {
                wrong.push(format!("{}, {}, operation {at} of seed {}: {said}", act.name, fault.0.name(), seed()));
            }
        }
        let ([survived, lost, published], of) = (came, clean.operations);
        let (tried, name) = (came.iter().sum::<usize>(), fault.0.name());
        writeln!(table, "{:<16} {name:<18} {of:>10} {tried:>6} {survived:>8} {lost:>5} {published:>17}", act.name)
            .expect("a text grows");
        wrong
    }
}

#[test]
fn every_command_that_writes_survives_kills_and_disks_that_refuse() {
    let share = Share::asked();
    let (mut table, mut wrong, mut line) = (String::new(), Vec::new(), 0);
    writeln!(
        table,
        "{:<16} {:<18} {:>10} {:>6} {:>8} {:>5} {:>17}",
        "command", "fault", "operations", "tried", "survived", "lost", "published wrongly"
    )
    .expect("a text grows");
    for act in &share.acts {
        let cleans = [CHANGES, EVERYTHING, GROWS].map(|operations| (operations, clean(act, operations)));
        for (kind, (_, operations)) in FAULTS.iter().enumerate() {
            let (_, clean) = cleans.iter().find(|(of, _)| of == operations).expect("one of the three");
            wrong.extend(share.try_one(act, clean, (kind, line), &mut table));
            line += 1;
        }
    }
    #[expect(clippy::print_stdout, reason = "the table is what the run is for")]
    {
        println!("TAKEUP_SEED={}\n{table}", seed());
    }
    assert!(wrong.is_empty(), "TAKEUP_SEED={}\n{}\n{table}", seed(), wrong.join("\n"));
}

/// What a run that is to be repeated could have by chance: keys, the clock, and in which order it asks for what.
#[test]
fn a_seed_repeats_a_run_and_another_does_not() {
    // The same store under the same keys; each office is a copy of one.
    let run = |seed: u64| {
        let office = Office::at(Stage::Cases);
        let (folder, log, pass) = (&office.folder, office.home().join("log"), office.pass("third"));
        let pass = pass.to_str().expect("plain");
        let mut command = office.command(MANAGER, &["keys", "add", "third", "--new-passphrase-file", pass]);
        shim(&mut command, folder, Fault::Log(&log), CHANGES, 0).env("FAULT_SEED", seed.to_string());
        let ended = command.output().expect("it starts");
        assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
        let read = |name: &str| fs::read(folder.join(name)).expect(name);
        let asked = fs::read_to_string(log).expect("a log").replace(folder.to_str().expect("plain"), "");
        ([read("keys/third.age"), read("keys/data-key.age")], asked)
    };
    let ran = std::thread::scope(|scope| {
        let started = [5, 5, 6].map(|seed| scope.spawn(move || run(seed)));
        started.map(|one| one.join().expect("it ran"))
    });
    assert_eq!(ran[0], ran[1]);
    assert!(ran[0].0[0] != ran[2].0[0] && ran[0].0[1] != ran[2].0[1], "another seed, other keys");
    assert_eq!(ran[0].1, ran[2].1, "and the same is asked for");
}

#[test]
fn the_shim_sees_what_the_program_and_the_engine_write() {
    let act = &ACTS[0];
    let office = act.office();
    let log = office.home().join("log");
    let mut command = act.command(&office);
    shim(&mut command, &office.folder, Fault::Log(&log), CHANGES, 0).output().expect("it starts");
    let log = fs::read_to_string(&log).expect("a log");
    for seen in ["pwrite", "fsync", "takeup.db-wal", "store/lock"] {
        assert!(log.contains(seen), "{seen} is not among\n{log}");
    }
}
