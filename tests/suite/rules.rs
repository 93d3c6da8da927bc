//! Rules that a statistician's case names, with the real binary: without the rule `takeup verify` finds the hole, with it
//! there is none.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// All ten families of North are in one category, in a table that shows zeros.
const COUNTS: &str = "district,origin,freq\nN,C,10\nS,A,20\nS,B,30\nS,C,40\n";

fn takeup(arguments: &[&str]) -> (Option<i32>, Vec<u8>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.args(arguments).stdin(std::process::Stdio::null());
    if arguments.first() == Some(&"protect") {
        // The same patterns on every machine.
        command.args(["--tie-key", concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/protect.key")]);
    }
    let output = command.output().expect("the program starts");
    (output.status.code(), output.stdout, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn description(rules: &Value) -> Value {
    let mut description = json!({
        "threshold": 5,
        "hierarchies": {
            "district": {"total": "All", "sums": [["All", ["N", "S"]]]},
            "origin": {"total": "All", "sums": [["All", ["A", "B", "C"]]]}
        },
        "tables": [{"file": "t1.csv", "dims": ["district", "origin"]}]
    });
    for (key, value) in rules.as_object().into_iter().flatten() {
        description[key] = value.clone();
    }
    description
}

/// Protects the case with `rules` and gives the folder.
fn protect(home: &Path, rules: &Value) -> std::path::PathBuf {
    let case = home.join("case");
    fs::create_dir_all(&case).expect("a temporary folder");
    fs::write(case.join("case.json"), description(rules).to_string()).expect("a file of our own");
    fs::write(case.join("inner.csv"), COUNTS).expect("a file of our own");
    let out = home.join("out");
    let (case, place) = (case.to_str().expect("a plain name"), out.to_str().expect("a plain name"));
    let (exit, _, talk) = takeup(&["protect", case, "--out", place, "--zeros", "shown"]);
    assert_eq!(exit, Some(0), "{talk}");
    out
}

fn verify(folder: &Path) -> (Option<i32>, Value) {
    let (exit, verdict, _) = takeup(&["verify", "--json", folder.to_str().expect("a plain name")]);
    (exit, serde_json::from_slice(&verdict).expect("a verdict"))
}

#[test]
fn a_group_of_ten_in_one_category_is_found_without_the_rule_and_hidden_by_it() {
    let rule = json!({"sensitive": ["origin"], "group_below": 20});
    let without = tempfile::tempdir().expect("a temporary folder");
    let off = protect(without.path(), &json!({}));
    // Nobody asked: the group is counted (so are A and B, all of them in South) and no finding.
    let (exit, verdict) = verify(&off);
    assert_eq!((exit, &verdict["counts"]["group_100pct"]), (Some(0), &json!(3)));
    let manifest = off.join("release.json");
    let mut text: Value = serde_json::from_slice(&fs::read(&manifest).expect("a manifest")).expect("JSON");
    (text["sensitive"], text["group_below"]) = (rule["sensitive"].clone(), rule["group_below"].clone());
    let text: model::Manifest = serde_json::from_value(text).expect("a manifest");
    fs::write(&manifest, serde_json::to_string_pretty(&text).expect("JSON") + "\n").expect("a file of our own");
    let (exit, verdict) = verify(&off);
    assert_eq!((exit, &verdict["findings"][0]["kind"]), (Some(6), &json!("sensitive_group_all")), "{verdict}");
    assert_eq!(verdict["findings"][0]["claim"]["cell"], "district=N, origin=C");

    let with = tempfile::tempdir().expect("a temporary folder");
    let on = protect(with.path(), &rule);
    let (exit, verdict) = verify(&on);
    assert_eq!((exit, &verdict["counts"]["sensitive_group_all"]), (Some(0), &json!(0)), "{verdict}");
    let manifest: Value =
        serde_json::from_slice(&fs::read(on.join("release.json")).expect("a manifest")).expect("JSON");
    assert_eq!((&manifest["sensitive"], &manifest["group_below"]), (&rule["sensitive"], &rule["group_below"]));
}

#[test]
fn a_low_total_is_printed_without_the_rule_and_hidden_with_its_row_by_it() {
    let rows_of_north = |rules: &Value| {
        let home = tempfile::tempdir().expect("a temporary folder");
        let table = fs::read_to_string(protect(home.path(), rules).join("data/t1.csv")).expect("a table");
        table.lines().filter(|line| line.starts_with("N,")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(rows_of_north(&json!({})).contains(&"N,All,10,".to_owned()));
    let low = json!([{"file": "t1.csv", "dims": ["district", "origin"], "low_total": {"over": "origin", "below": 20}}]);
    assert_eq!(rows_of_north(&json!({ "tables": low })), ["N,All,,c", "N,A,,c", "N,B,,c", "N,C,,c"]);
}

#[test]
fn sensitive_dimensions_without_a_size_of_groups_stop_the_run() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let case = home.path().join("case.json");
    fs::write(&case, description(&json!({"sensitive": ["origin"]})).to_string()).expect("a file of our own");
    fs::write(home.path().join("inner.csv"), COUNTS).expect("a file of our own");
    let place = home.path().to_str().expect("a plain name");
    let (exit, _, talk) = takeup(&["protect", place, "--out", &format!("{place}/out")]);
    assert!(exit != Some(0) && talk.contains("group_below"), "{exit:?} {talk}");
}
