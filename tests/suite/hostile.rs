//! Folders that somebody made to mislead, to stop or to exhaust whoever verifies them: whatever lies there, the answer is a verdict or
//! an error with its place, within seconds. `TAKEUP_HOSTILE=10000` tries that many damaged releases in place of the few of every run.

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use model::Verdict;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::leaks::base::{Dice, base};

pub(crate) const TABLE: &str = "need,value,symbol\nTotal,30,\nA,10,\nB,20,\n";

/// No folder may keep anybody waiting for longer.
const LONGEST: Duration = Duration::from_secs(10);

fn manifest() -> Value {
    json!({
        "release": "", "threshold": 5, "hierarchies": {
            "need": {"total": "Total", "sums": [["Total", ["A", "B"]]]},
            "period": {"total": "2026", "sums": [["2026", ["Q1", "Q2"]]]},
            "measure": {"total": "cases", "sums": []},
        },
        "labels": {"need": {"A": "Advice"}},
        "tables": [
            {"id": "T1", "file": "t.csv", "dims": ["need"], "fixed": {"period": "Q1"}, "markers": {"": [0, null]}},
            {"id": "T2", "file": "u.csv", "dims": ["need", "period"], "rounding": {"base": 10, "mode": "nearest"}},
        ],
        "relations": [{"says": "no more", "terms": [[1, {"measure": "families"}], [-1, {"need": "A"}]], "is": "<="}],
    })
}

/// A folder with a manifest and files.
pub(crate) fn folder(manifest: &str, files: &[(&str, &[u8])]) -> TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    fs::write(home.path().join("release.json"), manifest).expect("a file of our own");
    for (name, bytes) in files {
        fs::write(home.path().join(name), bytes).expect("a file of our own");
    }
    home
}

/// The verdict on a folder; an error comes as text. Panics where it takes too long or panics itself.
fn verdict(path: &Path) -> Result<Verdict, String> {
    let (path, (tell, hear)) = (path.to_owned(), mpsc::channel());
    std::thread::spawn(move || {
        let answer = verify::verify(&[path]).map_err(|error| error.to_string());
        // Nobody hears an answer that comes too late.
        let _ = tell.send(Box::new(answer));
    });
    *hear.recv_timeout(LONGEST).expect("no panic, and an answer within ten seconds")
}

pub(crate) fn kinds(path: &Path) -> Vec<String> {
    verdict(path).expect("a folder with a manifest").findings.into_iter().map(|finding| finding.kind).collect()
}

#[test]
fn an_earlier_release_whose_manifest_is_none_is_a_finding_and_said_once() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let [before, now] = ["before", "now"].map(|name| home.path().join(name));
    for (path, manifest) in [(&before, "{".to_owned()), (&now, lone(r#", "earlier": {"before": "other"}"#))] {
        fs::create_dir(path).expect("a folder of our own");
        fs::write(path.join("release.json"), manifest).expect("a file of our own");
    }
    fs::write(now.join("t.csv"), TABLE).expect("a file of our own");
    for folders in [vec![now.clone()], vec![before, now]] {
        let verdict = verify::verify(&folders).expect("a verdict");
        let broken = verdict.findings.iter().filter(|finding| finding.kind == "manifest_unreadable");
        assert_eq!(broken.map(|finding| &*finding.file).collect::<Vec<_>>(), ["before/release.json"]);
    }
}

/// A manifest of one table of needs, with more keys.
pub(crate) fn lone(more: &str) -> String {
    format!(
        r#"{{"hierarchies": {{"need": {{"total": "Total", "sums": [["Total", ["A", "B"]]]}}}}, "tables": [{{"file": "t.csv", "dims": ["need"]}}]{more}}}"#
    )
}

#[test]
fn a_small_count_is_found_whatever_stands_beside_it() {
    for small in ["3", " 3", "3 ", "3\u{a0}", "3*", "(3)", "3 (p)", "3r", "'3", "３", "٣", "3.0", "three"] {
        let table = format!("need,value\nTotal,30\nA,{small}\nB,27\n");
        assert_eq!(
            kinds(folder(&lone(""), &[("t.csv", table.as_bytes())]).path()),
            ["small_counts_published"],
            "{small:?}"
        );
    }
    for unclear in ["~3", "3%", "some", "3 4", "12 (3)"] {
        let table = format!("need,value\nTotal,30\nA,{unclear}\nB,..\n");
        assert!(
            kinds(folder(&lone(""), &[("t.csv", table.as_bytes())]).path()).contains(&"value_unclear".to_owned()),
            "{unclear:?}"
        );
    }
    let table = "need,value\nTotal,\"12,003\"\nA,\"12,000\"\nB,..\n";
    assert!(!kinds(folder(&lone(""), &[("t.csv", table.as_bytes())]).path()).is_empty(), "three are left");
}

#[test]
fn what_a_manifest_claims_is_not_taken_for_so() {
    let found = |manifest: &str| kinds(folder(manifest, &[("t.csv", TABLE.as_bytes())]).path());
    assert_eq!(found(&lone("")), Vec::<String>::new());
    for low in ["0", "1", "2"] {
        assert_eq!(found(&lone(&format!(r#", "threshold": {low}"#))), ["threshold_low"]);
    }
    let fixed = |fixed: &str| lone("").replace(r#""dims""#, &format!(r#""fixed": {fixed}, "dims""#));
    assert_eq!(found(&fixed(r#"{"school": "S1"}"#)), ["fixed_unknown"]);
    assert_eq!(found(&fixed(r#"{"need": "A"}"#)), ["fixed_twice"]);
    assert!(found(&lone("").replace(r#"["A", "B"]"#, r#"["A", "C"]"#)).contains(&"unknown_code".to_owned()));
    assert_eq!(found(&format!("\u{feff}{}", lone(""))), Vec::<String>::new(), "a mark in front says nothing");
    let trusted = verdict(folder(&lone(""), &[("t.csv", TABLE.as_bytes())]).path()).expect("a manifest").trusted;
    let words: Vec<&str> = trusted.values().flatten().map(String::as_str).collect();
    assert_eq!(words[0], "the threshold: none is stated, so the usual 5 was taken");
}

#[test]
fn twenty_thousand_entries_are_no_more_work_than_few() {
    let entry = r#"{"file": "t.csv", "dims": ["need"]}"#;
    let many = lone("").replace(entry, &vec![entry; 20_000].join(","));
    assert_eq!(kinds(folder(&many, &[("t.csv", TABLE.as_bytes())]).path()), ["table_twice"]);
    let others: Vec<String> = (0..20_000).map(|at| format!(r#"{{"file": "t{at}.csv", "dims": ["need"]}}"#)).collect();
    let found = kinds(folder(&lone("").replace(entry, &others.join(",")), &[]).path());
    assert!(found.contains(&"table_twice".to_owned()) && found.contains(&"missing_table".to_owned()));
    for more in [
        format!(
            r#", "files": {{{}}}"#,
            (0..20_000).map(|at| format!(r#""f{at}.csv": """#)).collect::<Vec<_>>().join(",")
        ),
        format!(
            r#", "relations": [{}]"#,
            vec![r#"{"terms": [[1, {"need": "A"}], [-1, {"need": "B"}]], "is": "<="}"#; 20_000].join(",")
        ),
        format!(
            r#", "earlier": {{{}}}"#,
            (0..20_000).map(|at| format!(r#""r{at}": """#)).collect::<Vec<_>>().join(",")
        ),
        format!(
            r#", "labels": {{{}}}"#,
            (0..20_000).map(|at| format!(r#""d{at}": {{}}"#)).collect::<Vec<_>>().join(",")
        ),
    ] {
        assert!(verdict(folder(&lone(&more), &[("t.csv", TABLE.as_bytes())]).path()).is_ok());
    }
}

#[cfg(unix)]
#[test]
fn links_pipes_devices_and_endless_files_are_named_and_never_opened() {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    let listed = lone(r#", "files": {"t.csv": ""}"#);
    for manifest in [lone(""), listed] {
        let of = |put: &dyn Fn(&Path)| {
            let home = folder(&manifest, &[]);
            put(home.path());
            kinds(home.path())
        };
        let has = |found: Vec<String>, kind: &str| assert!(found.contains(&kind.to_owned()), "{kind}: {found:?}");
        let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
        has(of(&|home| pipe(&home.join("t.csv"))), "not_a_file");
        has(of(&|home| fs::create_dir(home.join("t.csv")).expect("a folder")), "missing_table");
        for target in ["/dev/zero", "/etc/passwd", "/proc/self/environ", "."] {
            has(of(&|home| symlink(target, home.join("t.csv")).expect("a link")), "link");
        }
        let sparse = |home: &Path| {
            let file = fs::File::create(home.join("t.csv")).expect("a file of our own");
            file.set_len(1 << 40).expect("a sparse file");
        };
        has(of(&sparse), "too_large");
    }
    // A link as the folder of a table, and as the manifest itself.
    let inside = lone("").replace("t.csv", "data/t.csv");
    let home = folder(&inside, &[]);
    let outside = folder(&lone(""), &[("t.csv", TABLE.as_bytes())]);
    symlink(outside.path(), home.path().join("data")).expect("a link");
    assert!(kinds(home.path()).contains(&"link".to_owned()));
    let home = tempfile::tempdir().expect("a temporary folder");
    symlink(outside.path().join("release.json"), home.path().join("release.json")).expect("a link");
    assert_eq!(kinds(home.path()), ["manifest_unreadable"], "no manifest of its own");
}

#[cfg(unix)]
#[test]
fn a_drawing_that_names_a_file_of_this_machine_opens_none() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let pipe = home.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let drawing = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'><image href='{}' width='4' height='4'/></svg>",
        pipe.display()
    );
    let release = folder(
        &lone(r#", "files": {"t.csv": "", "a.svg": "", "a.png": ""}"#),
        &[("t.csv", TABLE.as_bytes()), ("a.svg", drawing.as_bytes())],
    );
    fs::write(release.path().join("a.png"), &base(1).files["charts/t02.png"]).expect("a file of our own");
    assert!(kinds(release.path()).contains(&"picture_differs".to_owned()));
}

#[test]
fn deep_and_wide_pages_and_drawings_end() {
    let many = |text: &str| text.repeat(300_000).into_bytes();
    let attributes: String = (0..300_000).map(|at| format!(" a{at}")).collect();
    let uses = "<g id='a'><rect width='1' height='1'/></g>".to_owned()
        + &(b'a'..b'q')
            .map(|of| {
                format!(
                    "<g id='{}'>{}</g>",
                    char::from(of + 1),
                    format!("<use href='#{}'/>", char::from(of)).repeat(10)
                )
            })
            .collect::<String>();
    let uses = format!("<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'>{uses}</svg>");
    let files: [(&str, Vec<u8>); 7] = [
        ("attributes.html", format!("<p{attributes}>").into_bytes()),
        ("uses.svg", uses.into_bytes()),
        ("deep.html", many("<div>")),
        ("tables.html", many("<table><tr><td>")),
        ("wide.html", many("<p>1</p>")),
        ("deep.svg", many("<g>")),
        ("deep.json", many("[")),
    ];
    for (name, bytes) in &files {
        let manifest = lone(&format!(r#", "files": {{"t.csv": "", "{name}": ""}}"#));
        let picture = (name.replace(".svg", ".png"), base(1).files["charts/t02.png"].clone());
        let files = [("t.csv", TABLE.as_bytes()), (&picture.0, &picture.1), (name, bytes)];
        assert!(!kinds(folder(&manifest, &files).path()).is_empty(), "{name}");
    }
}

/// What a place of a manifest may be changed to.
fn nasty(dice: &mut Dice) -> Value {
    match dice.below(17) {
        0 => Value::Null,
        1 => json!(0),
        2 => json!(-1),
        3 => json!(u64::MAX),
        4 => json!(i64::MAX),
        5 => json!(1.5e300),
        6 => json!(""),
        7 => json!("../t.csv"),
        8 => json!("Total"),
        9 => json!("A".repeat(5_000)),
        10 => json!([]),
        11 => json!({}),
        12 => json!([["A", ["A"]], ["Total", ["Total", "A"]], ["A", ["Total"]]]),
        13 => json!([[9_000_000_000_000_000_i64, {"need": "A"}], [-1, {"need": "B"}]]),
        14 => json!({"": [5, 2], "3": [0, null], "c": [u64::MAX, u64::MAX]}),
        15 => json!({"base": 0, "mode": "nearest"}),
        _ => json!(["need", "need", "period", "\u{0}"]),
    }
}

/// Changes, doubles or drops one part of `value`, however far down.
fn damage(value: &mut Value, dice: &mut Dice) {
    match value {
        Value::Object(entries) if !entries.is_empty() && dice.below(6) > 0 => {
            let key = entries.keys().nth(dice.below(entries.len())).expect("an entry").clone();
            match dice.below(8) {
                0 => drop(entries.remove(&key)),
                1 => {
                    let copy = entries[&key].clone();
                    entries.insert(format!("{key}x"), copy);
                }
                _ => damage(&mut entries[&key], dice),
            }
        }
        Value::Array(items) if !items.is_empty() && dice.below(6) > 0 => {
            let at = dice.below(items.len());
            match dice.below(8) {
                0 => drop(items.remove(at)),
                1 => {
                    let copy = items[at].clone();
                    items.extend(std::iter::repeat_n(copy, dice.below(40)));
                }
                _ => damage(&mut items[at], dice),
            }
        }
        value @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => *value = nasty(dice),
    }
}

const FIELDS: [&str; 22] = [
    "Total",
    "A",
    "B",
    "Q1",
    "2026",
    "",
    "c",
    "x",
    "z",
    "0",
    "3",
    "30",
    "9000000000000000",
    "18446744073709551615",
    "-1",
    "<5",
    "1-4",
    "=1",
    "\"",
    "\u{feff}",
    "\r",
    "three",
];

fn table(dice: &mut Dice, header: &str) -> String {
    let columns = header.split(',').count();
    let mut text = format!("{header}\n");
    for _ in 0..dice.below(12) {
        let fields: Vec<&str> = (0..columns + dice.below(40) / 39).map(|_| *dice.pick(&FIELDS)).collect();
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    text
}

#[test]
fn damaged_manifests_and_tables_bring_neither_a_panic_nor_a_wait() {
    let tries = std::env::var("TAKEUP_HOSTILE").ok().and_then(|tries| tries.parse().ok()).unwrap_or(2_000_u64);
    let mut read = 0;
    for seed in 0..tries {
        let mut dice = Dice::new(seed);
        let mut own = manifest();
        for _ in 0..1 + dice.below(4) {
            damage(&mut own, &mut dice);
        }
        let mut text = own.to_string();
        if dice.below(20) == 0 {
            text.truncate(text.char_indices().nth(dice.below(400)).map_or(0, |(at, _)| at));
        }
        let tables = [table(&mut dice, "need,value,symbol"), table(&mut dice, "need,period,value,symbol,lower,upper")];
        let home = folder(&text, &[("t.csv", tables[0].as_bytes()), ("u.csv", tables[1].as_bytes())]);
        let answer = std::panic::catch_unwind(|| verdict(home.path()));
        let answer = answer.unwrap_or_else(|_| panic!("seed {seed}\n{text}\n{}\n{}", tables[0], tables[1]));
        read += u64::from(answer.is_ok());
    }
    assert!(read * 10 > tries, "{read} of {tries} were read at all: too few to say anything");
}

/// A value of some line of the table, replaced.
fn torn(table: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
    let at = dice.below(lines.len());
    let mut fields: Vec<&str> = lines[at].split(',').collect();
    let field = dice.below(fields.len());
    fields[field] = *dice.pick(&FIELDS);
    lines[at] = fields.join(",");
    lines.join("\n") + "\n"
}

#[test]
fn a_damaged_release_is_written_again_or_refused_without_a_panic() {
    let tries = std::env::var("TAKEUP_HOSTILE").ok().and_then(|tries| tries.parse().ok()).unwrap_or(100_u64);
    let clean = base(1);
    let own: Value = serde_json::from_slice(&clean.files["release.json"]).expect("JSON");
    let (mut written, mut refused) = (0, 0);
    for seed in 0..tries {
        let mut dice = Dice::new(seed);
        let (mut changed, mut files) = (own.clone(), clean.files.clone());
        // Most keys are labels and sums, which say little of how a table is written.
        let part = *dice.pick(&["tables", "presentation", "presentation", "labels", "derived", "corrects"]);
        match changed.get_mut(part) {
            Some(value) => damage(value, &mut dice),
            None => changed[part] = nasty(&mut dice),
        }
        let table = String::from_utf8(files["data/t02.csv"].clone()).expect("a text");
        files.insert("data/t02.csv".to_owned(), torn(&table, &mut dice).into_bytes());
        let Ok(manifest) = serde_json::from_value::<model::Manifest>(changed) else { continue };
        let again = std::panic::catch_unwind(|| render::render_again(&manifest, &files).is_ok());
        let again = again.unwrap_or_else(|_| panic!("seed {seed}, {part}"));
        written += u64::from(again);
        refused += u64::from(!again);
    }
    assert!(written > 0 && refused > 0, "{written} written and {refused} refused are too few to say anything");
}
