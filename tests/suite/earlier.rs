//! Releases that readers already have, as a statistician hands them in: two folders of one name, fewer dimensions, manifests that
//! claim what they should not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

fn takeup(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_takeup")).args(arguments).output().expect("the program starts")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a name that we chose")
}

/// A case of districts, in quarters where `period` names one; without, of the whole year and without the dimension.
fn case(home: &Path, name: &str, period: Option<&str>) -> PathBuf {
    let case = home.join(name);
    fs::create_dir_all(&case).expect("a folder of our own");
    let district = json!({"total": "All", "sums": [["All", ["D1", "D2", "D3"]]]});
    let quarters = json!({"total": "Year", "sums": [["Year", ["Q1", "Q2"]]]});
    let (hierarchies, fixed, counts) = match period {
        Some(period) => (
            json!({"district": district, "period": quarters}),
            json!({"period": period}),
            "district,period,freq\nD1,Q1,8\nD1,Q2,2\nD2,Q1,20\nD2,Q2,30\nD3,Q1,9\nD3,Q2,11\n",
        ),
        None => (json!({"district": district}), json!({}), "district,freq\nD1,10\nD2,50\nD3,20\n"),
    };
    let tables = json!([{"file": "t.csv", "dims": ["district"], "fixed": fixed}]);
    let description = json!({"threshold": 5, "hierarchies": hierarchies, "tables": tables});
    fs::write(case.join("case.json"), description.to_string()).expect("a folder of our own");
    fs::write(case.join("inner.csv"), counts).expect("a folder of our own");
    case
}

fn protect(case: &Path, out: &Path, earlier: &[&Path]) -> Output {
    let mut arguments = vec!["protect", text(case), "--out", text(out)];
    arguments.extend(earlier.iter().flat_map(|folder| ["--earlier", text(folder)]));
    takeup(&arguments)
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn two_earlier_folders_of_one_name_are_both_taken_into_account_and_no_path_is_told() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let of = |name: &str| home.path().join(name);
    for (at, quarter) in ["Q1", "Q2"].into_iter().enumerate() {
        let own = case(home.path(), quarter, Some(quarter));
        fs::create_dir_all(of(&format!("h{at}"))).expect("a folder of our own");
        let output = protect(&own, &of(&format!("h{at}/out")), &[]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
    let (first, second) = (of("h0/out"), of("h1/out"));
    let year = case(home.path(), "year", Some("Year"));
    let output = protect(&year, &of("next"), &[&first, &second]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let manifest = fs::read_to_string(of("next/release.json")).expect("a manifest");
    assert!(!manifest.contains("h0") && !manifest.contains("h1"), "{manifest}");
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    let names: Vec<&String> = manifest["earlier"].as_object().expect("names").keys().collect();
    assert!(names.len() == 2 && names[0] == "out" && names[1].starts_with("out-"), "{names:?}");
    let together = takeup(&["verify", text(&of("next")), text(&first), text(&second)]);
    assert_eq!(together.status.code(), Some(0), "{}", said(&together));
    // The same folder twice is a slip of the hand.
    let twice = protect(&year, &of("twice"), &[&first, &first]);
    assert_eq!(twice.status.code(), Some(4), "{}", said(&twice));
}

#[test]
fn an_earlier_release_over_fewer_dimensions_stands_at_their_totals() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let of = |name: &str| home.path().join(name);
    let year = case(home.path(), "year", None);
    assert_eq!(protect(&year, &of("before"), &[]).status.code(), Some(0));
    let quarter = case(home.path(), "quarter", Some("Q1"));
    assert_eq!(protect(&quarter, &of("alone"), &[]).status.code(), Some(0));
    let beside = protect(&quarter, &of("beside"), &[&of("before")]);
    assert_eq!(beside.status.code(), Some(0), "{}", said(&beside));
    // Ten in the year: eight in its first quarter leave two.
    let table = |name: &str| fs::read_to_string(of(name).join("data/t.csv")).expect("a table");
    assert!(table("alone").contains("D1,8,"), "{}", table("alone"));
    assert!(table("beside").contains("D1,,c"), "{}", table("beside"));
}

#[test]
fn what_an_earlier_manifest_claims_is_checked_as_the_new_one_is() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let of = |name: &str| home.path().join(name);
    let first = case(home.path(), "q1", Some("Q1"));
    assert_eq!(protect(&first, &of("before"), &[]).status.code(), Some(0));
    let manifest = fs::read_to_string(of("before/release.json")).expect("a manifest");
    let year = case(home.path(), "year", Some("Year"));
    let claims = [("\"threshold\": 2", "threshold_low"), ("\"threshold\": 5, \"truth\": 3", "manifest_key")];
    for (claim, kind) in claims {
        let changed = manifest.replace("\"threshold\": 5", claim);
        assert_ne!(changed, manifest);
        fs::write(of("before/release.json"), changed).expect("a file of our own");
        let output = protect(&year, &of("next"), &[&of("before")]);
        assert_eq!(output.status.code(), Some(6), "{claim}: {}", said(&output));
        assert!(said(&output).contains(kind), "{claim}: {}", said(&output));
        assert!(!of("next").exists());
    }
}
