//! Weakened protection. Each mutation takes one check of protect away, or lets one thing through that it hid, on the demo's
//! cases; verify or the recount must catch every one. What the seal would refuse is written past it, and verify alone must
//! catch it. The checks themselves are tested where they stand.

#![allow(clippy::print_stdout, reason = "the test prints what caught each")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use confidential::assemble::{Draft, Planned, Sealed, recount, seal_all};
use confidential::protect::{Pattern, Problem, Reason, Shown, suppress};
use confidential::store::Store;
use confidential::store::keys::people;
use confidential::tabulate::{Counter, Counts, Key, Row};
use model::config::{Configuration, Report};
use model::period::Period;

use crate::demo::{files, workspace};

/// What the tests share: the demo's cases, their last quarter drafted.
struct Bench {
    home: tempfile::TempDir,
    configuration: Configuration,
    draft: Draft,
    problem: Problem,
    sound: Pattern,
    /// Cells of too few families, as a stranger spells them.
    small: BTreeSet<String>,
}

fn takeup(arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    let output = command.args(arguments).stdin(Stdio::null()).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

fn plain(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

impl Bench {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = home.path().join("service");
        let passphrase = crate::founded::workspace(&folder, "advice", None);
        let globals = ["-C", plain(&folder), "--passphrase-file", plain(&passphrase)];
        let exports = workspace().join("exports");
        for name in files(&exports).keys() {
            takeup(&[&globals[..], &["ingest", plain(&exports.join(name)), "--source", "cases"]].concat());
        }
        let config = files(&folder.join("config")).into_iter();
        let config = config.map(|(name, bytes)| (name, String::from_utf8(bytes).expect("text"))).collect();
        let configuration = Configuration::read(&config).expect("a configuration that ships");
        let key = people::open(&folder.join("keys"), crate::founded::PASSPHRASE, Some("manager")).expect("the key").key;
        let store = Store::open(&folder.join("store/takeup.db"), &key).expect("the store");
        let period = Period::parse("2025-26-Q4", configuration.service.calendar).expect("a period");
        let audiences: Vec<String> =
            configuration.service.audiences.iter().map(|audience| audience.id.clone()).collect();
        let report = configuration.reports.values().next().expect("a report").clone();
        let draft = Draft::new(&configuration, &report, &store, period, &audiences).expect("a draft");
        let problem = Problem { effort: 300_000, ..draft.problem() };
        let sound = suppress(&problem, &draft.tabulation().expect("counts")).expect("a safe pattern");
        let mut bench = Self { home, configuration, draft, problem, sound, small: BTreeSet::new() };
        let sealed = bench.sealed(&bench.sound).expect("a sound pattern can be sealed");
        bench.small = sealed.iter().flat_map(|one| &one.entry.cells).filter_map(small_name).collect();
        bench
    }

    fn report(&self) -> &Report {
        self.configuration.reports.values().next().expect("a report")
    }

    /// The releases of a pattern; none where the seal itself refuses them, as it does small counts.
    fn sealed(&self, pattern: &Pattern) -> Option<Vec<Sealed>> {
        seal_all(&self.configuration, self.report(), &self.draft, pattern).ok()
    }

    fn solved(&self, problem: &Problem) -> Pattern {
        suppress(problem, &self.draft.tabulation().expect("counts")).expect("a pattern")
    }

    fn truth(&self, keys: &[Key]) -> Vec<Counts> {
        self.draft.tabulation().expect("counts").count(keys)
    }

    /// Writes tables and `release.json` of a pattern; past the seal, in the releases of the sound one, where it refuses.
    fn written(&self, pattern: &Pattern) -> (tempfile::TempDir, Vec<PathBuf>, Option<Vec<Sealed>>) {
        let place = tempfile::tempdir_in(self.home.path()).expect("a folder of our own");
        let sealed = self.sealed(pattern);
        let sound = sealed.is_none().then(|| self.sealed(&self.sound).expect("a sound pattern can be sealed"));
        let mut folders = Vec::new();
        for one in sealed.iter().chain(&sound).flatten() {
            let folder = place.path().join(&one.entry.name);
            for mut file in render::render_tables(&one.release).expect("files") {
                if sound.is_some() {
                    file.bytes = self.past_the_seal(pattern, &file.path, file.bytes);
                }
                let path = folder.join(&file.path);
                fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder of our own");
                fs::write(path, file.bytes).expect("a file of our own");
            }
            folders.push(folder);
        }
        (place, folders, sealed)
    }

    /// A table with what `pattern` shows in place of what the sound one shows; `release.json` without its list of files.
    fn past_the_seal(&self, pattern: &Pattern, file: &str, bytes: Vec<u8>) -> Vec<u8> {
        let text = String::from_utf8(bytes).expect("text");
        if file == "release.json" {
            let mut manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            manifest["files"] = serde_json::json!({});
            return manifest.to_string().into_bytes();
        }
        let is_own = |table: &&Planned| file == format!("data/{}.csv", table.plan.id.to_lowercase());
        let planned = self.draft.tables.iter().find(is_own).expect("a table of the draft");
        let mut lines = text.lines();
        let mut put = lines.next().expect("a header").to_owned() + "\n";
        for (line, cell) in lines.zip(&planned.cells) {
            let shown = cell.counted().and_then(|key| Some((self.sound.cells.get(key)?, pattern.cells.get(key)?)));
            let (codes, _) =
                line.rsplit_once(',').and_then(|(rest, _)| rest.rsplit_once(',')).expect("two last columns");
            match shown {
                Some((sound, Shown::Count(count))) if *sound != Shown::Count(*count) => {
                    put.push_str(&format!("{codes},{count},\n"));
                }
                _ => put.push_str(&format!("{line}\n")),
            }
        }
        put.into_bytes()
    }

    /// The kinds of what is found in releases of a pattern, and whether it had to go past the seal.
    fn found(&self, pattern: &Pattern) -> (BTreeSet<String>, bool) {
        let (_place, folders, sealed) = self.written(pattern);
        let attacked = verify::attack(&folders, &[self.home.path().join("service/reports")]).expect("releases");
        let mut kinds: BTreeSet<String> =
            attacked.verdict.findings.iter().map(|finding| finding.kind.clone()).collect();
        if attacked.claims.iter().any(|claim| self.small.contains(&claim.cell)) {
            kinds.insert("small_count_narrow".to_owned());
        }
        if let Some(sealed) = &sealed {
            let faults = recount(&self.draft, sealed).expect("counts").faults;
            kinds.extend(faults.iter().map(|fault| fault.kind.to_owned()));
        }
        if kinds.is_empty() && !attacked.verdict.is_clean() {
            kinds.insert("left_open".to_owned());
        }
        (kinds, sealed.is_none())
    }

    /// The sound pattern with some of its cells changed; `change` gets the cell and its truth.
    fn changed(&self, mut change: impl FnMut(Shown, Counts) -> Option<Shown>) -> Pattern {
        let mut pattern = self.sound.clone();
        let mut keys: Vec<Key> = pattern.cells.keys().cloned().collect();
        keys.sort();
        let counts = self.truth(&keys);
        for (key, counts) in keys.into_iter().zip(counts) {
            let shown = pattern.cells[&key];
            if let Some(put) = change(shown, counts) {
                pattern.cells.insert(key, put);
            }
        }
        pattern
    }

    /// The problem with one thing taken away, solved.
    fn without(&self, take: impl FnOnce(&mut Problem)) -> Pattern {
        let mut problem = self.problem.clone();
        take(&mut problem);
        self.solved(&problem)
    }

    fn sums_of(&self, dimension: &str) -> usize {
        let at = self.problem.spaces.iter().position(|space| space.name == dimension);
        at.expect("a dimension of the demo")
    }
}

fn small_name(cell: &confidential::store::ledger::LedgerCell) -> Option<String> {
    let named = cell.key.iter().filter(|(name, code)| name != "measure" || code != "cases");
    let named: std::collections::BTreeMap<&str, &str> =
        named.map(|(name, code)| (name.as_str(), code.as_str())).collect();
    let name = named.iter().map(|(name, code)| format!("{name}={code}")).collect::<Vec<_>>().join(", ");
    (cell.reason == Some(Reason::MinimumFrequency)).then_some(name)
}

/// Counts as a counter that takes every case for a family of its own.
struct EveryCase<C>(C);

impl<C: Counter> Counter for EveryCase<C> {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let each = |counts: Counts| Counts { protected: counts.counted, largest: counts.largest.min(1), ..counts };
        self.0.count(keys).into_iter().map(each).collect()
    }

    fn rows(&self, keys: &[Key]) -> Vec<Row> {
        self.0.rows(keys)
    }
}

/// Published in place of hidden.
fn published(counts: Counts) -> Option<Shown> {
    Some(Shown::Count(counts.counted))
}

type Mutation = (&'static str, fn(&Bench) -> Pattern);

const MUTATIONS: [Mutation; 15] = [
    ("the threshold is one lower", |bench| {
        bench.without(|problem| problem.tables.iter_mut().for_each(|table| table.threshold -= 1))
    }),
    ("there is no threshold", |bench| {
        bench.without(|problem| problem.tables.iter_mut().for_each(|table| table.threshold = 1))
    }),
    ("every case is taken for a family", |bench| {
        let counter = EveryCase(bench.draft.tabulation().expect("counts"));
        suppress(&bench.problem, &counter).expect("a pattern")
    }),
    ("nothing is hidden for another's sake", |bench| {
        bench.changed(|shown, counts| (shown == Shown::Hidden(Reason::Secondary)).then(|| published(counts)).flatten())
    }),
    ("half of what is hidden for another's sake is shown", |bench| {
        let mut at = 0;
        bench.changed(|shown, counts| {
            at += usize::from(shown == Shown::Hidden(Reason::Secondary));
            (shown == Shown::Hidden(Reason::Secondary) && at % 2 == 0).then(|| published(counts)).flatten()
        })
    }),
    ("the larger ones hidden for another's sake are shown", |bench| {
        bench.changed(|shown, counts| {
            (shown == Shown::Hidden(Reason::Secondary) && counts.counted > 12).then(|| published(counts)).flatten()
        })
    }),
    ("hidden zeros are printed", |bench| {
        bench.changed(|shown, _| (shown == Shown::Hidden(Reason::HiddenZero)).then_some(Shown::Count(0)))
    }),
    ("one hidden zero is printed", |bench| {
        let mut done = false;
        bench.changed(|shown, _| {
            let is_it = shown == Shown::Hidden(Reason::HiddenZero) && !std::mem::replace(&mut done, true);
            is_it.then_some(Shown::Count(0))
        })
    }),
    ("one small count is printed", |bench| {
        let mut done = false;
        bench.changed(|shown, counts| {
            let is_it = shown == Shown::Hidden(Reason::MinimumFrequency) && counts.counted < 5;
            (is_it && !std::mem::replace(&mut done, true)).then(|| published(counts)).flatten()
        })
    }),
    ("small counts are called impossible", |bench| {
        bench.changed(|shown, _| (shown == Shown::Hidden(Reason::MinimumFrequency)).then_some(Shown::Impossible))
    }),
    ("a published figure is one too high", |bench| {
        let mut done = false;
        bench.changed(|shown, counts| {
            let is_it = matches!(shown, Shown::Count(count) if count > 20) && !std::mem::replace(&mut done, true);
            is_it.then_some(Shown::Count(counts.counted + 1))
        })
    }),
    ("each table is protected alone", |bench| {
        let mut pattern = bench.sound.clone();
        let all = &bench.problem.tables;
        for table in all {
            let mut problem = bench.problem.clone();
            problem.tables = vec![table.clone()];
            problem.earlier.clear();
            let alone = bench.solved(&problem);
            pattern.cells.extend(alone.cells);
        }
        pattern
    }),
    ("the sums of issues are forgotten", |bench| {
        let at = bench.sums_of("issue");
        bench.without(|problem| problem.spaces[at].sums.clear())
    }),
    ("the sums of districts are forgotten", |bench| {
        let at = bench.sums_of("district");
        bench.without(|problem| problem.spaces[at].sums.clear())
    }),
    ("the sums of periods are forgotten", |bench| {
        let at = bench.sums_of("period");
        bench.without(|problem| problem.spaces[at].sums.clear())
    }),
];

#[test]
fn whatever_is_taken_away_from_protection_is_found_by_verification() {
    let bench = Bench::new();
    assert_eq!(bench.found(&bench.sound), (BTreeSet::new(), false), "with all its checks nothing is found");
    assert!(MUTATIONS.len() >= 12);
    let mut missed = Vec::new();
    for (name, mutate) in MUTATIONS {
        let (found, is_past) = bench.found(&mutate(&bench));
        let past = if is_past { " (past the seal)" } else { "" };
        println!("{name}{past}: {}", found.iter().cloned().collect::<Vec<_>>().join(", "));
        if found.is_empty() {
            missed.push(name);
        }
    }
    assert_eq!(missed, [""; 0]);
}
