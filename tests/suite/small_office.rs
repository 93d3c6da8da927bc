//! A small office for tests of kills, faults, people at work at once and the gate: two people whose keys cost no work, a sample of
//! real casework, two tables for two audiences, or all of the template. Each stage is made once by the program itself, and every test
//! gets a copy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use confidential::store::Store;
use confidential::store::keys::people;
use confidential::store::ledger::{LedgerEntry, ReleaseState};
use tempfile::TempDir;

use crate::demo::files;

pub const MANAGER: &str = "manager";
pub const DEPUTY: &str = "deputy";
pub const BUILD: [&str; 3] = ["report", "--period", "2018-Q3"];
pub const PUBLIC: &str = "2018-Q3-public-r1";
pub const COUNCIL: &str = "2018-Q3-council-r1";

/// How far an office has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Cases are stored.
    Cases,
    /// A quarter was built by the manager and awaits approval.
    Built,
    /// The deputy approved it.
    Released,
}

/// Which tables its report has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// Two: enough where it does not matter which there are.
    Two,
    /// All of the template. Building a quarter takes half a minute of processor.
    All,
}

pub struct Office {
    home: TempDir,
    pub folder: PathBuf,
}

impl Office {
    /// A copy of an office at this stage.
    pub fn at(stage: Stage) -> Self {
        Self::of(Plan::Two, stage)
    }

    /// The same with all tables of the template.
    pub fn with_all_tables(stage: Stage) -> Self {
        Self::of(Plan::All, stage)
    }

    fn of(plan: Plan, stage: Stage) -> Self {
        static STAGES: [[OnceLock<PathBuf>; 3]; 2] = [const { [const { OnceLock::new() }; 3] }; 2];
        let made = STAGES[plan as usize][stage as usize].get_or_init(|| {
            let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("small-office-{plan:?}-{stage:?}"));
            if place.exists() {
                fs::remove_dir_all(&place).expect("an earlier run's office can be removed");
            }
            copy(&make(plan, stage).folder, &place);
            place
        });
        let office = Self::empty();
        copy(made, &office.folder);
        office
    }

    /// No workspace yet.
    pub fn empty() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = home.path().join("office");
        let office = Self { home, folder };
        for name in [MANAGER, DEPUTY] {
            office.pass(name);
        }
        office
    }

    /// Beside the workspace, for files of the test.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A file with somebody's passphrase, which is their name.
    pub fn pass(&self, name: &str) -> PathBuf {
        let path = self.home().join(format!("pass-of-{name}"));
        // Several threads may start the program at once.
        if !path.exists() {
            private(&path, name);
        }
        path
    }

    /// The program as `who`, ready to start.
    pub fn command(&self, who: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
        command.arg("-C").arg(&self.folder).arg("--passphrase-file").arg(self.pass(who)).args(["--as", who]);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, who: &str, arguments: &[&str]) -> Output {
        self.command(who, arguments).output().expect("the program starts")
    }

    /// Runs a command that must end so, and gives what it said.
    pub fn exits(&self, who: &str, arguments: &[&str], exit: i32) -> String {
        let output = self.run(who, arguments);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(exit), "{who} {arguments:?}: {said}");
        said
    }

    pub fn staged(&self, file: &str) -> PathBuf {
        self.folder.join("staging").join(PUBLIC).join(file)
    }

    /// Everything below a folder of the workspace, with its bytes.
    pub fn below(&self, name: &str) -> std::collections::BTreeMap<String, Vec<u8>> {
        let folder = self.folder.join(name);
        if folder.exists() { files(&folder) } else { Default::default() }
    }

    pub fn store(&self) -> Store {
        let key = people::open(&self.folder.join("keys"), MANAGER, Some(MANAGER)).expect("our own key").key;
        Store::open(&self.folder.join("store/takeup.db"), &key).expect("our own store")
    }

    pub fn ledger(&self) -> Vec<LedgerEntry> {
        self.store().ledger().expect("the ledger reads")
    }

    /// How far the releases of the ledger have come.
    pub fn states(&self) -> Vec<(String, ReleaseState)> {
        self.ledger().into_iter().map(|entry| (entry.name, entry.state)).collect()
    }

    /// An export of `count` new cases that were opened in the quarter.
    pub fn late_cases(&self, count: usize) -> PathBuf {
        let path = self.home().join("late.csv");
        let lines = (0..count).map(|at| format!("LATE-{at},2018-08-{:02}", 1 + at % 28));
        fs::write(&path, export(lines)).expect("a file of ours");
        path
    }
}

/// Rows of an export as the sample's are, for references and days.
fn export(cases: impl Iterator<Item = String>) -> String {
    let sample = sample();
    let mut lines = sample.lines();
    let header = lines.next().expect("a header");
    let row = lines.find(|line| line.contains(",2018-08-")).expect("a case of August");
    let mut text = format!("{header}\n");
    for case in cases {
        let (reference, day) = case.split_once(',').expect("a reference and a day");
        let columns: Vec<&str> = row.split(',').collect();
        let changed = columns.iter().enumerate().map(|(at, column)| match at {
            0 => reference,
            _ if column.starts_with("2018-08-") => day,
            _ => column,
        });
        text.push_str(&changed.collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    text
}

fn sample() -> String {
    let bytes = fs::read(sample_path()).expect("the sample");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(bytes.as_slice()), &mut text).expect("a text");
    text
}

pub fn sample_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/casework_sample.csv.gz")
}

fn make(plan: Plan, stage: Stage) -> Office {
    let office = match stage {
        Stage::Cases => {
            let office = Office::empty();
            found(&office.folder, plan);
            let sample = sample_path();
            office.exits(MANAGER, &["-q", "ingest", sample.to_str().expect("a plain name"), "--source", "casework"], 0);
            return office;
        }
        Stage::Built => Office::of(plan, Stage::Cases),
        Stage::Released => Office::of(plan, Stage::Built),
    };
    match stage {
        Stage::Built => office.exits(MANAGER, &BUILD, 0),
        Stage::Cases | Stage::Released => office.exits(DEPUTY, &["approve"], 0),
    };
    office
}

/// A workspace with two people and no case.
fn found(folder: &Path, plan: Plan) {
    crate::founded::found(folder, "casework", [(MANAGER, MANAGER), (DEPUTY, DEPUTY)], None);
    let report = folder.join("config/reports/quarterly.toml");
    let text = fs::read_to_string(&report).expect("the template's report");
    let third = text.match_indices("\n[[table]]\n").nth(2).expect("more than two tables").0;
    if plan == Plan::Two {
        fs::write(report, &text[..third]).expect("a file of ours");
    }
}

/// Copies a folder, links as links.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder of ours");
    for entry in fs::read_dir(from).expect("a folder of ours") {
        let entry = entry.expect("an entry");
        let (kind, to) = (entry.file_type().expect("a kind"), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), &to).expect("a file of ours");
        }
    }
}

/// Writes a file that its owner alone may read.
pub fn private(path: &Path, text: &str) {
    fs::write(path, format!("{text}\n")).expect("a temporary folder can be written");
    #[cfg(unix)]
    {
        let rights = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(path, rights).expect("a file of ours");
    }
}
