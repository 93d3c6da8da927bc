//! Kinds of findings that no other test brings about, each planted once: a kind that nothing brings about may be dead, and nobody would
//! know. Small folders of a few lines, and copies of the demo's releases.

use std::fs;
use std::path::{Path, PathBuf};

use model::digest::sha256;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::demo::{files, workspace};
use crate::hostile::{TABLE, folder, kinds, lone};

const RELEASE: &str = "2025-26-Q4-public-r1";

/// What is found in a folder of this manifest and table.
fn found(manifest: &str, table: &str) -> Vec<String> {
    kinds(folder(manifest, &[("t.csv", table.as_bytes())]).path())
}

/// A copy of a release of the demo, changed by `change`, with new digests where its manifest lists a file.
fn altered(change: impl FnOnce(&Path, &mut Value)) -> TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    let copy = home.path().join(RELEASE);
    for (name, bytes) in files(&workspace().join("reports").join(RELEASE)) {
        let path = copy.join(&name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("a temporary folder");
        fs::write(path, bytes).expect("a temporary folder");
    }
    let path = copy.join("release.json");
    let mut manifest: Value =
        serde_json::from_slice(&fs::read(&path).expect("a manifest")).expect("a manifest of the demo");
    change(&copy, &mut manifest);
    let listed: Vec<String> = manifest["files"].as_object().expect("files").keys().cloned().collect();
    for file in listed {
        if let Ok(bytes) = fs::read(copy.join(&file)) {
            manifest["files"][&file] = json!(sha256(&bytes));
        }
    }
    fs::write(path, serde_json::to_vec(&manifest).expect("JSON")).expect("a temporary folder");
    home
}

/// What is found by whoever can write the release again, as `takeup verify` does.
fn found_again(home: &TempDir) -> Vec<String> {
    let folders: [PathBuf; 1] = [home.path().join(RELEASE)];
    let verdict = takeup::pipeline::verify(&folders, None, None, None).expect("a verdict");
    verdict.findings.into_iter().map(|finding| finding.kind).collect()
}

#[track_caller]
fn assert_has(found: &[String], kind: &str) {
    assert!(found.iter().any(|found| found == kind), "{kind} is not among {found:?}");
}

#[test]
fn a_manifest_that_says_a_thing_twice_or_beyond_reason() {
    assert_has(&found(&lone(r#", "labels": {"need": {"A": "Advice", "A": "Autism"}}"#), TABLE), "manifest_twice");
    assert_has(&found(&lone(r#", "threshold": 2000000"#), TABLE), "threshold_high");
    let marked = lone("").replace(r#""dims""#, r#""markers": {"10": [0, null]}, "dims""#);
    assert_has(&found(&marked, TABLE), "marker_figure");
    let unlisted = lone(r#", "files": {"other.csv": ""}"#);
    assert_has(&found(&unlisted, TABLE), "unlisted_table");
}

#[test]
fn a_table_that_is_none_and_one_that_is_not_rounded_as_it_says() {
    assert_has(&found(&lone(""), "need,count\nA,10\n"), "not_csv");
    let rounded = |how: &str| lone("").replace(r#""dims""#, &format!(r#""rounding": {how}, "dims""#));
    let nearest = |base: u64| rounded(&format!(r#"{{"base": {base}, "mode": "nearest"}}"#));
    assert_has(&found(&nearest(7), TABLE), "not_rounded");
    assert_has(&found(&rounded(r#"{"base": 10, "mode": "upwards"}"#), TABLE), "rounding_unknown");
    // 11 to 13 in all and 8 to 12 in B: A is 0 to 2 where it has at least one.
    let close = "need,value,symbol\nTotal,12,\nA,3,\nB,9,\n";
    assert_has(&found(&nearest(3), close), "rounded_small_bounded");
}

#[test]
fn folders_without_files_and_folders_without_end() {
    let home = folder(&lone(r#", "files": {"t.csv": ""}"#), &[("t.csv", TABLE.as_bytes())]);
    fs::create_dir(home.path().join("Jane Testwick")).expect("a temporary folder");
    assert_has(&kinds(home.path()), "empty_folder");
    let deep = (0..12).fold(home.path().to_owned(), |path, level| path.join(level.to_string()));
    fs::create_dir_all(&deep).expect("a temporary folder");
    fs::write(deep.join("x.csv"), "").expect("a temporary folder");
    assert_has(&kinds(home.path()), "too_many_files");
}

#[test]
fn pages_and_drawings_that_cannot_be_read() {
    let deep = format!("<!doctype html>{}", "<div>".repeat(5_000));
    let beside = |name: &str, bytes: &str| {
        let listed = lone(&format!(r#", "files": {{"t.csv": "", "{name}": ""}}"#));
        kinds(folder(&listed, &[("t.csv", TABLE.as_bytes()), (name, bytes.as_bytes())]).path())
    };
    assert_has(&beside("index.html", &deep), "html_deep");
    assert_has(&beside("a.svg", "<svg><g></svg>"), "not_svg");
}

#[test]
fn a_release_of_ours_with_a_file_too_many_or_too_few() {
    let less = altered(|copy, manifest| {
        fs::remove_file(copy.join("tables.ods")).expect("it is there");
        manifest["files"].as_object_mut().expect("files").remove("tables.ods");
    });
    assert_has(&found_again(&less), "rendering_less");
    let more = altered(|copy, manifest| {
        fs::copy(copy.join("data/t01.csv"), copy.join("data/t99.csv")).expect("a temporary folder");
        manifest["files"]["data/t99.csv"] = json!("");
    });
    assert_has(&found_again(&more), "rendering_more");
    // The workbook has no sheet of a table that release.json adds, and the page one cell more than a table that lost its last line.
    let table = altered(|copy, manifest| {
        let mut more = manifest["tables"][0].clone();
        let file = more["file"].as_str().expect("a file").to_owned();
        fs::copy(copy.join(&file), copy.join("data/more.csv")).expect("a temporary folder");
        more["id"] = json!("T98");
        more["file"] = json!("data/more.csv");
        manifest["files"]["data/more.csv"] = json!("");
        manifest["tables"].as_array_mut().expect("tables").push(more);
        let text = fs::read_to_string(copy.join(&file)).expect("a table");
        let (short, _) = text.trim_end().rsplit_once('\n').expect("several lines");
        fs::write(copy.join(&file), format!("{short}\n")).expect("a temporary folder");
    });
    let found = found_again(&table);
    assert_has(&found, "missing_sheet");
    assert_has(&found, "inconsistent_cells");
}

#[test]
fn rows_that_promise_nothing_or_are_not_what_is_listed() {
    let manifest = |columns: &str, more: &str| {
        format!(
            r#"{{"threshold": 3, "hierarchies": {{}}, "tables": [{more}], "extract": {{"file": "rows.csv", "recipient": "Institute",
              "agreement": "DSA 1", "measure": "cases", "period": "2018-Q3", "unit": "case", "columns": [{columns}],
              "hierarchies": {{}}, "rows": 3, "suppressed": 0, "k": 1}}}}"#
        )
    };
    let place = r#"{"name": "place", "role": "quasi", "dimension": "place"}"#;
    let rows = |manifest: &str| kinds(folder(manifest, &[("rows.csv", b"place\nE\nE\nE\n")]).path());
    assert_has(&rows(&manifest(place, "")), "extract_no_promise");
    let two = format!(r#"{place}, {{"name": "age", "role": "quasi", "dimension": "age"}}"#);
    assert_has(&rows(&manifest(&two, "")), "extract_columns");
    let beside = r#"{"file": "t.csv", "dims": []}"#;
    assert_has(&rows(&manifest(place, beside)), "extract_beside_tables");
}
