//! Somebody changes what lies in a workspace. Comes in: a small office with a released and an awaiting quarter. Goes out: a table of what
//! was tried and found, and what is not covered until the audit chain comes. Found means that `store check`, run by one person, or
//! opening the workspace ends with an error.
//!
//! A sample of bytes is tried; `TAKEUP_TAMPER=1 cargo test --release --test suite -- tamper --nocapture` tries every byte (hours),
//! `TAKEUP_TAMPER=100` every hundredth.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use takeup::pipeline::{Passphrase, Workspace};

use crate::small_office::{MANAGER, Office, Stage, copy};

const PAGE_BYTES: usize = 16_384;

/// An office with a released quarter and the next one built.
fn office() -> Office {
    let office = Office::at(Stage::Released);
    office.exits(MANAGER, &["report", "--period", "2018-Q4"], 0);
    office
}

/// Whether the manager finds something wrong, whoever's it is.
fn is_found(office: &Office) -> bool {
    let opened = Workspace::open_as(&office.folder, &Passphrase::new(MANAGER.to_owned()), Some(MANAGER));
    opened.and_then(|workspace| workspace.check()).is_err()
}

/// What a file of a workspace is, and whether each byte of it is covered.
fn kind(path: &str) -> Option<(&'static str, bool)> {
    let is_below = |folder: &str| path.starts_with(folder);
    match path {
        "store/takeup.db" => Some(("store", true)),
        "store/lock" => None,
        // Its last byte ends the line.
        "keys/anchor" => Some(("anchor", true)),
        _ if is_below("keys/") => Some(("keys", true)),
        _ if is_below("staging/") => Some(("staging", true)),
        _ if is_below("reports/") => Some(("releases", true)),
        _ if is_below("verdicts/") => Some(("verdicts", false)),
        _ if is_below("config/") => Some(("configuration", false)),
        other => panic!("{other} is of no kind"),
    }
}

#[derive(Default)]
struct Came {
    bytes: usize,
    tried: usize,
    found: usize,
    missed: Vec<String>,
}

#[test]
fn every_byte_of_store_keys_staging_and_releases_is_found_when_it_changes() {
    let step = std::env::var("TAKEUP_TAMPER").ok().map(|step| step.parse::<usize>().expect("a number"));
    let office = office();
    assert!(!is_found(&office), "it is sound before");
    let mut came: BTreeMap<(&str, bool), Came> = BTreeMap::new();
    // One byte in so many of all of a kind together, so that large files get no more than their part.
    let files: Vec<(String, Vec<u8>)> = office.below("").into_iter().collect();
    for (path, bytes) in &files {
        let Some(kind) = kind(path) else { continue };
        let came = came.entry(kind).or_default();
        let usual = step.unwrap_or(if kind.1 { 60_013 } else { usize::MAX });
        // Of short files some bytes are tried in every run.
        let short = if bytes.len() < 2_000 && kind.1 { 13 * (1 + bytes.len() / 100) } else { usize::MAX };
        let step = usual.min(short);
        let place = office.folder.join(path);
        for at in (0..bytes.len()).filter(|at| (at + came.bytes).is_multiple_of(step)) {
            if path == "keys/anchor" && at + 1 == bytes.len() {
                continue;
            }
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            fs::write(&place, &changed).expect("ours");
            came.tried += 1;
            if is_found(&office) {
                came.found += 1;
            } else {
                came.missed.push(format!("{path}, byte {at}"));
            }
        }
        came.bytes += bytes.len();
        fs::write(&place, bytes).expect("ours");
    }
    assert!(!is_found(&office), "all is as it was");
    let mut table = String::new();
    writeln!(table, "{:<16} {:>9} {:>8} {:>8} {:>12}", "what", "bytes", "tried", "found", "not covered")
        .expect("grows");
    for ((name, is_covered), came) in &came {
        let not_covered = if *is_covered { "0".to_owned() } else { "all of it".to_owned() };
        writeln!(table, "{name:<16} {:>9} {:>8} {:>8} {not_covered:>12}", came.bytes, came.tried, came.found)
            .expect("grows");
    }
    #[expect(clippy::print_stdout, reason = "the table is what the run is for")]
    {
        println!("{table}");
    }
    for ((name, is_covered), came) in &came {
        assert!(!is_covered || came.tried > 2, "{name}: nothing was tried\n{table}");
        assert!(!is_covered || came.missed.is_empty(), "{name}: {:?}\n{table}", came.missed);
    }
}

/// A file cut short, a page in the place of another, a folder away, under another name, with more or less in it.
#[test]
fn what_is_cut_swapped_moved_or_added_is_found() {
    let office = office();
    let whole = office.home().join("whole");
    copy(&office.folder, &whole);
    let before = Office::at(Stage::Released);
    let older = fs::read(before.folder.join("store/takeup.db")).expect("ours");
    let older_still = fs::read(Office::at(Stage::Cases).folder.join("store/takeup.db")).expect("ours");
    let [public, council] = ["2018-Q3-public-r1", "2018-Q3-council-r1"].map(|name| format!("reports/{name}"));
    let page = |bytes: &[u8], number: usize| bytes[number * PAGE_BYTES..(number + 1) * PAGE_BYTES].to_vec();
    let edit = |path: &Path, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = fs::read(path).expect("ours");
        change(&mut bytes);
        fs::write(path, bytes).expect("ours");
    };
    let swap = |one: &Path, other: &Path| {
        let [first, second] = [one, other].map(|path| fs::read(path).expect("ours"));
        fs::write(one, second).expect("ours");
        fs::write(other, first).expect("ours");
    };
    type Act<'a> = (&'a str, Box<dyn Fn(&Path) + 'a>);
    let store = |folder: &Path| folder.join("store/takeup.db");
    let acts: Vec<Act<'_>> = vec![
        (
            "a page of the store cut off",
            Box::new(|at| edit(&store(at), &|bytes| bytes.truncate(bytes.len() - PAGE_BYTES))),
        ),
        ("a page of the store added", Box::new(|at| edit(&store(at), &|bytes| bytes.extend_from_within(..PAGE_BYTES)))),
        (
            "two pages of the store swapped",
            Box::new(|at| {
                edit(&store(at), &|bytes| {
                    let (one, other) = (page(bytes, 9), page(bytes, 11));
                    bytes[9 * PAGE_BYTES..10 * PAGE_BYTES].copy_from_slice(&other);
                    bytes[11 * PAGE_BYTES..12 * PAGE_BYTES].copy_from_slice(&one);
                });
            }),
        ),
        ("the store of before the release", Box::new(|at| fs::write(store(at), &older_still).expect("ours"))),
        ("two identities swapped", Box::new(|at| swap(&at.join("keys/manager.age"), &at.join("keys/deputy.age")))),
        ("the data key of nobody", Box::new(|at| fs::write(at.join("keys/data-key.age"), b"").expect("ours"))),
        (
            "a file of a release cut short",
            Box::new(|at| edit(&at.join(&public).join("index.html"), &|bytes| bytes.truncate(100))),
        ),
        (
            "two files of a release swapped",
            Box::new(|at| swap(&at.join(&public).join("tables.xlsx"), &at.join(&public).join("tables.ods"))),
        ),
        (
            "a file of a release away",
            Box::new(|at| fs::remove_file(at.join(&public).join("tables.ods")).expect("ours")),
        ),
        (
            "a file more in a release",
            Box::new(|at| fs::write(at.join(&public).join("data/note.txt"), "Jane Doe").expect("ours")),
        ),
        (
            "an empty folder more in a release",
            Box::new(|at| fs::create_dir(at.join(&public).join("Jane-Doe")).expect("ours")),
        ),
        ("a release away", Box::new(|at| fs::remove_dir_all(at.join(&public)).expect("ours"))),
        (
            "a release under another name",
            Box::new(|at| fs::rename(at.join(&public), at.join("reports/2018-Q3-public")).expect("ours")),
        ),
        (
            "two releases swapped",
            Box::new(|at| {
                fs::rename(at.join(&public), at.join("away")).expect("ours");
                fs::rename(at.join(&council), at.join(&public)).expect("ours");
                fs::rename(at.join("away"), at.join(&council)).expect("ours");
            }),
        ),
        (
            "a folder that nobody approved",
            Box::new(|at| copy(&at.join(&public), &at.join("reports/2018-Q4-public-r1"))),
        ),
        (
            "a page that nobody approved",
            Box::new(|at| fs::write(at.join("reports/index.html"), "Jane Doe").expect("ours")),
        ),
        (
            "a page beside what awaits approval",
            Box::new(|at| fs::write(at.join("staging/note.txt"), "Jane Doe").expect("ours")),
        ),
        ("what awaits approval away", Box::new(|at| fs::remove_dir_all(at.join("staging")).expect("ours"))),
        (
            "a link in a release",
            Box::new(|at| {
                fs::rename(at.join(&public).join("index.html"), at.join("away.html")).expect("ours");
                #[cfg(unix)]
                std::os::unix::fs::symlink(at.join("away.html"), at.join(&public).join("index.html")).expect("a link");
            }),
        ),
    ];
    let again = || {
        fs::remove_dir_all(&office.folder).expect("ours");
        copy(&whole, &office.folder);
    };
    for (name, act) in &acts {
        act(&office.folder);
        assert!(is_found(&office), "{name}");
        again();
    }
    // Not covered until the audit chain comes: a store from before what awaits approval knows every release.
    fs::write(store(&office.folder), older).expect("ours");
    assert!(!is_found(&office), "if this is found, say so in docs/reliability.md");
}
