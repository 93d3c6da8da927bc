//! The demo, from its command to its reports: the whole program on invented cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Content by path below `folder`.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).expect("a folder that the demo made") {
            let path = entry.expect("an entry of a folder that the demo made").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below the folder").to_string_lossy().into_owned();
                files.insert(name, fs::read(&path).expect("a file that the demo made"));
            }
        }
    }
    files
}

fn demo(out: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    let output = command.arg("demo").arg("--out").arg(out).stdin(Stdio::null()).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.lines().filter(|line| line.ends_with("index.html")).count(), 3, "one report an audience:\n{said}");
}

/// The demo's workspace, made once for all tests of this binary, and then given keys that cost no work; nobody writes into it.
pub fn workspace() -> &'static Path {
    &both()[0]
}

/// The demo made twice, at once: most tests wait for the first, and one holds the second against it.
fn both() -> &'static [PathBuf; 2] {
    static MADE: OnceLock<[PathBuf; 2]> = OnceLock::new();
    MADE.get_or_init(|| {
        let folders = ["demo", "demo-again"].map(|name| Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        std::thread::scope(|scope| {
            for folder in &folders {
                scope.spawn(move || {
                    if folder.exists() {
                        fs::remove_dir_all(folder).expect("an earlier run's demo can be removed");
                    }
                    demo(folder);
                });
            }
        });
        let words = |name: &str| fs::read_to_string(folders[0].join("keys").join(name)).expect("a passphrase");
        let [manager, deputy] = ["passphrase", "passphrase-of-deputy"].map(words);
        crate::founded::without_work(&folders[0], [("manager", manager.trim()), ("deputy", deputy.trim())]);
        folders
    })
}

#[test]
fn the_demo_reports_to_every_audience_and_the_same_seed_gives_the_same_bytes() {
    let [first, second] = both();
    let reports = files(&first.join("reports"));
    for audience in ["public", "authority", "advisory"] {
        let page = format!("2025-26-Q4-{audience}-r1/index.html");
        assert!(reports.contains_key(&page), "{page} is not among {:?}", reports.keys());
    }
    let again = files(&second.join("reports"));
    assert_eq!(reports.keys().collect::<Vec<_>>(), again.keys().collect::<Vec<_>>());
    for (name, bytes) in &reports {
        assert!(bytes == &again[name], "{name} differs between two runs");
    }
}

#[test]
fn the_passphrases_that_lie_in_the_demo_open_it() {
    let folder = &both()[1];
    for (who, name) in [("manager", "passphrase"), ("deputy", "passphrase-of-deputy")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
        command.arg("-C").arg(folder).arg("--passphrase-file").arg(folder.join("keys").join(name));
        let output = command.args(["--as", who, "keys", "list"]).stdin(Stdio::null()).output().expect("it starts");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "deputy\nmanager\n", "{who}");
    }
}

#[test]
fn no_file_of_a_release_tells_when_it_was_written() {
    let reports = workspace().join("reports");
    let release = reports.join("2025-26-Q4-public-r1");
    let mut days = std::collections::BTreeSet::new();
    for place in files(&release).keys().map(|name| release.join(name)).chain([release.clone(), release.join("data")]) {
        days.insert(fs::metadata(&place).and_then(|facts| facts.modified()).expect("a system with times"));
    }
    let first = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(3_652 * 86_400);
    assert_eq!(days.into_iter().collect::<Vec<_>>(), [first], "1 January 1980, as in the workbooks");
}
