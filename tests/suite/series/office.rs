//! An office that releases one report after another, in process. Comes in: a configuration, exports, steps. Goes out: what
//! came of each step, by kind, and what a stranger finds in all folders together. Used by the series of the tests and of the
//! bench. Deliberately absent: a step that stops the series; a report that was refused is written down, and the next is tried.

#![allow(dead_code, reason = "test and bench each use their part")]

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use confidential::store::Store;
use confidential::store::erasure::Person;
use confidential::store::keys::WorkFactor;
use confidential::store::keys::people::{self, PublicKey};
use model::Verdict;
use model::claim::Finding;
use model::config::Configuration;
use takeup::pipeline::{Error, IngestMode, Passphrase, Reported, Workspace, verify};
use tempfile::TempDir;

const MANAGER: &str = "manager";
const SECOND: &str = "second";

/// Workspace, keys and two people, in a folder that goes with it.
pub struct Office {
    home: TempDir,
    manager: Workspace,
    second: Workspace,
    config: BTreeMap<String, String>,
    exports: usize,
}

/// One report that a series asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub period: String,
    /// One audience, or all.
    pub audience: Option<String>,
    /// Why the period is corrected, where it is.
    pub correct: Option<String>,
}

impl std::fmt::Display for Ask {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.period)?;
        if let Some(audience) = &self.audience {
            write!(out, " for {audience}")?;
        }
        if self.correct.is_some() { write!(out, ", corrected") } else { Ok(()) }
    }
}

/// A report of a period for all audiences.
pub fn ask(period: &str) -> Ask {
    Ask { period: period.to_owned(), audience: None, correct: None }
}

/// Why a report was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The exit code of the command.
    pub exit: u8,
    /// The error's variant, or the kinds of the findings.
    pub kind: String,
    pub text: String,
}

/// How much of a release its readers see hidden.
#[derive(Debug, Clone, PartialEq)]
pub struct Hidden {
    pub release: String,
    pub cells: usize,
    pub hidden: usize,
}

impl Hidden {
    pub fn percent(&self) -> f64 {
        100.0 * self.hidden as f64 / self.cells.max(1) as f64
    }
}

impl Office {
    /// A workspace of these files of `config/`. The key that breaks ties is of the seed, so that a series can be replayed.
    pub fn new(config: &BTreeMap<String, String>, seed: u64) -> Self {
        let mut home = tempfile::tempdir().expect("a temporary folder");
        home.disable_cleanup(std::env::var_os("TAKEUP_SERIES_KEEP").is_some());
        let folder = home.path().join("office");
        for (name, text) in config {
            let path = folder.join("config").join(name);
            fs::create_dir_all(path.parent().expect("below a folder")).expect("a folder of our own");
            fs::write(path, text).expect("a file of our own");
        }
        for name in ["keys", "store", "reports"] {
            fs::create_dir_all(folder.join(name)).expect("a folder of our own");
        }
        let key = people::new_data_key().expect("randomness");
        let mut tie_key = [0; 32];
        tie_key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut store =
            Store::create_with_tie_key(&folder.join("store/takeup.db"), &key, tie_key).expect("a new store");
        let keys: Vec<PublicKey> = [MANAGER, SECOND]
            .map(|name| {
                let public = people::add(&folder.join("keys"), name, name, WorkFactor::ForTests).expect("a new person");
                store.add_person(name, &public).expect("a new person");
                public
            })
            .into();
        people::share(&folder.join("keys"), &key, &keys).expect("both public keys are sound");
        drop(store);
        let (manager, second) = (opened(&folder, MANAGER), opened(&folder, SECOND));
        Self { home, manager, second, config: config.clone(), exports: 0 }
    }

    /// The workspace; the passphrase of each of the two is their name.
    pub fn folder(&self) -> PathBuf {
        self.home.path().join("office")
    }

    /// Takes in an export.
    ///
    /// # Panics
    /// Where it cannot be read: a series is about reports.
    pub fn ingest(&mut self, file_name: &str, bytes: &[u8], source: &str) {
        // A name of its own each time, as a service's exports have.
        self.exports += 1;
        let folder = self.home.path().join(format!("export-{}", self.exports));
        fs::create_dir_all(&folder).expect("a folder of our own");
        let path = folder.join(file_name);
        fs::write(&path, bytes).expect("a file of our own");
        self.manager.ingest(&[path], Some(source), IngestMode::default(), &|_| ()).expect("the export reads");
    }

    /// Erases a family; gives how many cases went.
    pub fn erase_family(&mut self, family: &str) -> usize {
        let (_, mut store) = self.inside();
        store.erase(Person::Family(family)).expect("the store is sound")
    }

    /// What only the service knows.
    pub fn inside(&self) -> (Configuration, Store) {
        let unlocked = people::open(&self.folder().join("keys"), MANAGER, Some(MANAGER)).expect("our own key");
        let store = Store::open(&self.folder().join("store/takeup.db"), &unlocked.key).expect("our own store");
        (Configuration::read(&self.config).expect("a sound configuration"), store)
    }

    /// Builds a report, and where it is not refused a second person approves it.
    pub fn release(&mut self, ask: &Ask) -> Result<Vec<Hidden>, Refusal> {
        let built = self.built(ask)?;
        let shares = self.manager.shares(&built.folders).map_err(|error| refusal(&error))?;
        if built.awaiting {
            self.second.approve().map_err(|error| refusal(&error))?;
        }
        let hidden = |(release, share): (String, takeup::pipeline::Share)| Hidden {
            release,
            cells: share.cells,
            hidden: share.hidden,
        };
        Ok(shares.into_iter().map(hidden).collect())
    }

    /// A panic is written down as the program's exit code for a fault, and the workspace opened anew.
    fn built(&mut self, ask: &Ask) -> Result<Reported, Refusal> {
        let Ask { period, audience, correct } = ask;
        let build = || match correct {
            Some(reason) => self.manager.correct(period, (reason, &[]), &|_| ()),
            None => self.manager.report(period, audience.as_deref(), &|_| ()),
        };
        match catch_unwind(AssertUnwindSafe(build)) {
            // A report that is made by hiding tables whole hides a fault of protection: here it is one.
            Ok(Ok(built)) if !built.withheld.is_empty() => {
                let text = built.withheld.join(", ");
                Err(Refusal { exit: 6, kind: "withheld".to_owned(), text })
            }
            Ok(built) => built.map_err(|error| refusal(&error)),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                self.manager = opened(&self.folder(), MANAGER);
                Err(Refusal { exit: 1, kind: "panic".to_owned(), text: text.unwrap_or_default() })
            }
        }
    }

    /// Every release folder, by name.
    pub fn releases(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder().join("reports")).expect("a folder of our own");
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        folders.sort();
        folders
    }

    /// What a stranger finds in all releases together: by kind, with what was left open, and the first finding.
    pub fn found(&self) -> Option<(String, String)> {
        let folders = self.releases();
        if folders.is_empty() {
            return None;
        }
        let verdict = verify(&folders, None, None, None).expect("releases can be attacked");
        let kinds = kinds(&verdict);
        (!kinds.is_empty()).then(|| (listed(&kinds), first(&verdict)))
    }
}

fn opened(folder: &Path, name: &str) -> Workspace {
    Workspace::open_as(folder, &Passphrase::new(name.to_owned()), Some(name)).expect("a workspace of our own")
}

fn first(verdict: &Verdict) -> String {
    let said = |finding: &Finding| format!("{}: {} ({})", finding.file, finding.place, finding.message);
    verdict.findings.first().map(said).unwrap_or_default()
}

/// Findings by kind; `left_open` where an attack did not get to its end.
fn kinds(verdict: &Verdict) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for finding in &verdict.findings {
        *kinds.entry(finding.kind.clone()).or_default() += 1;
    }
    let open: usize = verdict.tried.iter().map(|tried| tried.not_shown as usize).sum();
    if open > 0 {
        kinds.insert("left_open".to_owned(), open);
    }
    kinds
}

fn refusal(error: &Error) -> Refusal {
    let (kind, text) = if let Error::Disclosure(verdict) = error {
        (listed(&kinds(verdict)), first(verdict))
    } else {
        (variant(error), error.to_string())
    };
    Refusal { exit: error.exit_code(), kind, text }
}

/// `3 inconsistent_published, 1 small_count_narrow`.
pub fn listed(kinds: &BTreeMap<String, usize>) -> String {
    kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ")
}

/// The innermost variant of the error: `Impossible` of `Assemble(Protect(Impossible { .. }))`.
fn variant(error: &Error) -> String {
    let text = format!("{error:?}");
    let path = text.split(['{', '"']).next().unwrap_or_default().trim_end_matches([' ', '(', ')']);
    path.rsplit('(').next().unwrap_or_default().to_owned()
}

/// Processor seconds of this process and its threads, in the kernel's ticks of 10 ms; 0 where the system does not tell.
pub fn processor_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}
