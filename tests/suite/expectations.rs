//! Tables of expectations: in the demo's release for the authority, and what verify makes of a figure in them that does
//! not follow from released ones.

use std::fs;
use std::path::{Path, PathBuf};

use model::digest::sha256;

use crate::demo::{files, workspace};

const RELEASE: &str = "2025-26-Q4-authority-r1";
const CSV: &str = "data/t24.csv";

fn released() -> PathBuf {
    workspace().join("reports").join(RELEASE)
}

fn text(file: &str) -> String {
    fs::read_to_string(released().join(file)).expect("a file of the release")
}

/// A copy of the release in which `file` says something else, and `release.json` has its new digest.
fn altered(home: &Path, file: &str, from: &str, to: &str) -> PathBuf {
    let folder = home.join(RELEASE);
    let all = files(&released());
    let old = all.get(file).expect("the file is in the release");
    let said = String::from_utf8(old.clone()).expect("text");
    assert!(said.contains(from), "{file} has {from:?}");
    let new = said.replacen(from, to, 1);
    for (name, bytes) in &all {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("a temporary folder");
        let bytes = if name == file {
            new.clone().into_bytes()
        } else if name == "release.json" {
            let manifest = String::from_utf8(bytes.clone()).expect("text");
            manifest.replace(&sha256(old), &sha256(new.as_bytes())).into_bytes()
        } else {
            bytes.clone()
        };
        fs::write(path, bytes).expect("a temporary folder");
    }
    // What the table goes by: what was published before for the same readers.
    for earlier in fs::read_dir(workspace().join("reports")).expect("the demo's reports").flatten() {
        let name = earlier.file_name().to_string_lossy().into_owned();
        if name.contains("-authority-") && name.as_str() < RELEASE && !name.starts_with("2025-26-authority") {
            for (file, bytes) in files(&earlier.path()) {
                let path = home.join(&name).join(file);
                fs::create_dir_all(path.parent().expect("below the folder")).expect("a temporary folder");
                fs::write(path, bytes).expect("a temporary folder");
            }
        }
    }
    folder
}

fn kinds(folder: &Path) -> Vec<String> {
    let verdict = verify::verify(&[folder.to_owned()]).expect("a folder that can be read");
    let mut kinds: Vec<String> = verdict.findings.into_iter().map(|finding| finding.kind).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

/// The first line with a range: code, observed, expected, lower, upper, flag.
fn judged() -> (String, Vec<String>) {
    let text = text(CSV);
    let line = text.lines().skip(1).find(|line| line.split(',').take(6).all(|field| !field.is_empty()));
    let line = line.expect("an issue with a range").to_owned();
    (line.clone(), line.split(',').map(str::to_owned).collect())
}

#[test]
fn the_authority_has_expectations_for_its_issues_and_the_public_has_none() {
    let lines = text(CSV);
    assert!(lines.starts_with("issue,observed,expected,lower,upper,flag,symbol\n"));
    let (_, fields) = judged();
    let number = |at: usize| fields[at].parse::<f64>().expect("a number");
    assert!(number(3) <= number(2) && number(2) <= number(4), "expected lies within its limits: {fields:?}");
    // What table T08 hides has nothing here, and what it shows stands here too.
    let detail = text("data/t08.csv");
    for line in lines.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let start = format!("{},2025-26-Q4,", fields[0]);
        let cell = detail.lines().find(|line| line.starts_with(&start)).expect("the same issue");
        assert_eq!(cell.trim_start_matches(&start), format!("{},{}", fields[1], fields[6]), "{line}");
        assert!(fields[6].is_empty() || fields[1..6].iter().all(|field| field.is_empty()), "{line}");
    }
    assert!(lines.lines().all(|line| !line.starts_with("OTH,")), "other issues are not judged");
    let public = workspace().join("reports/2025-26-Q4-public-r1");
    assert!(!public.join(CSV).exists());
    assert_eq!(kinds(&released()), Vec::<String>::new());
}

#[test]
fn a_figure_that_does_not_follow_from_released_ones_is_a_finding() {
    let (line, fields) = judged();
    for at in 2..6 {
        let mut other = fields.clone();
        other[at] = match at {
            2 => format!("{:.1}", fields[2].parse::<f64>().expect("a number") + 0.1),
            5 => "easing".to_owned(),
            _ => (fields[at].parse::<u64>().expect("a count") + 1).to_string(),
        };
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = altered(home.path(), CSV, &line, &other.join(","));
        assert!(kinds(&folder).contains(&"expectation".to_owned()), "column {at}");
    }
}

#[test]
fn the_page_must_say_what_the_csv_says() {
    let (_, fields) = judged();
    let home = tempfile::tempdir().expect("a temporary folder");
    let cell = |text: &str| format!("<td>{text}</td>");
    let page = text("index.html");
    let section = &page[page.find("id=\"t24\"").expect("the table is on the page")..];
    assert!(section.contains(&cell(&fields[2])), "{}", fields[2]);
    let folder = altered(home.path(), "index.html", &cell(&fields[2]), &cell("999.9"));
    assert_eq!(kinds(&folder), ["inconsistent_cell"]);
}

#[test]
fn a_hidden_count_may_not_have_a_range() {
    let lines = text(CSV);
    // Hidden, or too few before it: either has no range.
    let hidden = lines.lines().find(|line| line.contains(",,,,")).expect("an issue without a range");
    let code = hidden.split(',').next().expect("a code");
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = altered(home.path(), CSV, hidden, &format!("{code},,3.1,0,9,steady,c"));
    assert!(kinds(&folder).contains(&"expectation".to_owned()));
}
