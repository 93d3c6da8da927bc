//! A statistician without the store: `takeup protect`, then `takeup verify`, as the program itself does them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::demo::files;

fn takeup(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.args(arguments);
    if arguments.first() == Some(&"protect") && !arguments.contains(&"--tie-key") {
        // The same patterns on every machine.
        command.args(["--tie-key", concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/protect.key")]);
    }
    command.stdin(Stdio::null()).output().expect("the program starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tables").join(name)
}

/// A case of the fixtures, protected into a folder of its own.
struct Protected {
    home: TempDir,
    out: PathBuf,
}

impl Protected {
    fn new(name: &str, options: &[&str]) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let out = home.path().join("released");
        let output = takeup(&[&["protect", text(&fixture(name)), "--out", text(&out)], options].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        Self { home, out }
    }

    /// The exit code of `takeup verify`, and its counts.
    fn verified(&self) -> (Option<i32>, BTreeMap<String, u64>) {
        let output = takeup(&["verify", "--json", text(&self.out)]);
        let verdict: Value = serde_json::from_slice(&output.stdout).expect("a verdict");
        (output.status.code(), serde_json::from_value(verdict["counts"].clone()).expect("counts by kind"))
    }

    /// Writes a hidden cell's count into a table and lets `release.json` list no files, as a foreign one may.
    fn plant(&self, file: &str, cell: &str, count: u64) {
        let path = self.out.join(file);
        let table = fs::read_to_string(&path).expect("a table");
        let hidden = format!("\n{cell},,c\n");
        assert!(table.contains(&hidden), "{cell} is not hidden in\n{table}");
        fs::write(&path, table.replace(&hidden, &format!("\n{cell},{count},\n"))).expect("a file of our own");
        let path = self.out.join("release.json");
        let mut manifest: Value = serde_json::from_slice(&fs::read(&path).expect("a manifest")).expect("JSON");
        manifest["files"] = serde_json::json!({});
        fs::write(path, manifest.to_string()).expect("a file of our own");
    }
}

#[test]
fn what_protect_writes_verify_cannot_break() {
    for case in ["grouped_linked", "overlapping_areas"] {
        for zeros in ["hidden", "shown"] {
            for weight in ["count", "sum", "information"] {
                let protected = Protected::new(case, &["--zeros", zeros, "--weight", weight]);
                let (exit, counts) = protected.verified();
                assert_eq!(exit, Some(0), "{case} {zeros} {weight}: {counts:?}");
                assert!(counts["suppressed"] > 0, "there is something to break: {counts:?}");
            }
        }
    }
}

#[test]
fn where_hidden_zeros_are_protected_too_no_hidden_cell_is_narrow() {
    let protected = Protected::new("grouped_linked", &["--hidden-zeros", "protected"]);
    let (exit, counts) = protected.verified();
    assert_eq!((exit, counts["suppressed_narrow"], counts["suppressed_interval_exact"]), (Some(0), 0, 0), "{counts:?}");
}

#[test]
fn a_small_count_that_is_not_hidden_is_found() {
    let protected = Protected::new("grouped_linked", &[]);
    protected.plant("data/need-by-district.csv", "HI,D4", 2);
    let (exit, counts) = protected.verified();
    assert_eq!((exit, counts["small_counts_published"]), (Some(6), 1), "{counts:?}");
}

#[test]
fn the_same_case_gives_the_same_bytes_and_no_clock_or_path_is_in_them() {
    let (one, other) = (Protected::new("grouped_linked", &[]), Protected::new("grouped_linked", &[]));
    assert_eq!(files(&one.out), files(&other.out));
    let names: Vec<String> = files(&one.out).into_keys().collect();
    assert_eq!(names, ["data/need-by-district.csv", "data/need-by-quarter.csv", "release.json"]);
}

#[test]
fn the_report_says_what_it_cost_and_stays_outside_the_folder() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let (out, report) = (home.path().join("released"), home.path().join("report.json"));
    let case = fixture("grouped_linked");
    let arguments = ["protect", text(&case), "--out", text(&out), "--report"];
    let inside = takeup(&[&arguments[..], &[text(&out.join("report.json"))]].concat());
    assert_eq!(inside.status.code(), Some(2), "{}", stderr(&inside));
    assert!(!out.exists());

    let output = takeup(&[&arguments[..], &[text(&report), "--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let told: Value = serde_json::from_slice(&fs::read(&report).expect("a report")).expect("JSON");
    let printed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told, printed);
    let hidden: u64 =
        ["primary", "zeros_hidden", "secondary"].iter().map(|name| told[name].as_u64().expect("a count")).sum();
    let symbols = files(&out).into_iter().filter(|(name, _)| name.ends_with(".csv"));
    let lines = symbols
        .flat_map(|(_, bytes)| String::from_utf8(bytes).expect("UTF-8").lines().map(str::to_owned).collect::<Vec<_>>());
    // The two tables share the column of totals by need.
    let distinct: std::collections::BTreeSet<String> =
        lines.filter(|line| line.ends_with(",,c")).map(|line| line.replace(",2025,", ",Total,")).collect();
    assert_eq!(distinct.len() as u64, hidden);
}

#[test]
fn nothing_is_written_over_without_force_and_only_a_release_with_it() {
    let protected = Protected::new("overlapping_areas", &[]);
    let case = fixture("grouped_linked");
    let before = files(&protected.out);
    let arguments = ["protect", text(&case), "--out", text(&protected.out)];
    let refused = takeup(&arguments);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("exists already") && stderr(&refused).contains("--force"),
        "{}",
        stderr(&refused)
    );
    assert_eq!(files(&protected.out), before);

    let replaced = takeup(&[&arguments[..], &["--force"]].concat());
    assert_eq!(replaced.status.code(), Some(0), "{}", stderr(&replaced));
    assert!(protected.out.join("data/need-by-district.csv").exists());
    assert!(!protected.out.join("data/age-by-area.csv").exists());

    let letters = protected.home.path().join("letters");
    fs::create_dir(&letters).expect("a folder of our own");
    fs::write(letters.join("dear.txt"), "all").expect("a file of our own");
    let foreign = takeup(&["protect", text(&case), "--out", text(&letters), "--force"]);
    assert_eq!(foreign.status.code(), Some(2), "{}", stderr(&foreign));
    assert!(letters.join("dear.txt").exists());
}

#[test]
fn wrong_input_is_exit_4_names_its_place_and_writes_nothing() {
    let case = fixture("grouped_linked");
    let read = |name: &str| fs::read_to_string(case.join(name)).expect("a file of the case");
    let (description, counts) = (read("case.json"), read("inner.csv"));
    let wrong = [
        ("\"threshold\": 5", "\"threshold\": 0", "case.json, threshold: a threshold of 0 protects nobody"),
        (
            "\"dims\": [\"need\", \"quarter\"]",
            "\"dims\": [\"need\", \"sex\"]",
            "case.json, tables[1].dims: no hierarchy is called",
        ),
        (
            "[\"SEN\", [\"HI\"",
            "[\"SNE\", [\"HI\"",
            "case.json, hierarchies.need.sums[2]: \"HI\" is not below the total",
        ),
        ("\"tables\"", "\"talbes\"", "case.json line 10, column 9: unknown field"),
        ("COG,MLD,D1,Q2", "COG,Jane Doe,D1,Q2", "inner.csv line 3: column \"need\" holds 8 characters"),
        ("need_group,need,district", "need_group,need,place", "inner.csv line 1: there is no column \"district\""),
    ];
    for (sound, put, expected) in wrong {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mutated = |name: &str, text: &str| {
            fs::write(home.path().join(name), text.replacen(sound, put, 1)).expect("a file of our own");
        };
        assert!(description.contains(sound) || counts.contains(sound), "{sound}");
        mutated("case.json", &description);
        mutated("inner.csv", &counts);
        let out = home.path().join("released");
        let output = takeup(&["protect", text(home.path()), "--out", text(&out)]);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(4), "{put}: {told}");
        assert!(told.contains(expected) && told.contains("Nothing was written."), "{put}: {told}");
        assert!(!told.contains("Jane"), "{told}");
        assert_eq!(files(home.path()).len(), 2, "nothing but the case lies there");
    }
    let nothing = tempfile::tempdir().expect("a temporary folder");
    let output = takeup(&["protect", text(nothing.path()), "--out", text(&nothing.path().join("released"))]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(stderr(&output).contains("case.json is not there"), "{}", stderr(&output));
}

#[test]
fn cells_that_may_each_be_zero_but_not_all_of_them_are_found() {
    // 20 in all, 17 of them in one category: the three hidden ones lie in 0 to 3 each, and somebody is among them.
    let home = tempfile::tempdir().expect("a temporary folder");
    let sums = serde_json::json!([["All", ["A", "B", "C", "D"]]]);
    let manifest = serde_json::json!({
        "threshold": 5, "hierarchies": {"need": {"total": "All", "sums": sums}},
        "tables": [{"file": "t.csv", "sampled": 3}],
    });
    fs::write(home.path().join("release.json"), manifest.to_string()).expect("a file of our own");
    fs::write(home.path().join("t.csv"), "need,value\nAll,20\nA,17\nB,\nC,\nD,\n").expect("a file of our own");
    let output = takeup(&["verify", "--json", text(home.path())]);
    assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
    let verdict: Value = serde_json::from_slice(&output.stdout).expect("a verdict");
    assert_eq!(verdict["counts"]["suppressed_small_among"], 1);
    assert_eq!(verdict["findings"].as_array().map(Vec::len), Some(1));
    let not_run = verdict["not_run"].to_string();
    assert!(not_run.contains("3 hidden cells are known to lie below 5"), "{not_run}");
    assert!(
        not_run.contains("sampled") && not_run.contains("of table 1 of release.json is not understood"),
        "{not_run}"
    );
}

#[test]
fn rounded_tables_withstand_the_attack_and_every_figure_is_a_multiple() {
    for (method, base, others) in [
        ("round-nearest", "5", &[][..]),
        ("round-random", "5", &[]),
        ("round-controlled", "5", &[]),
        ("round-nearest", "10", &["--small", "rounded", "--zeros", "shown"]),
        ("round-controlled", "10", &["--small", "rounded", "--zeros", "shown"]),
    ] {
        let options = [&["--method", method, "--base", base], others].concat();
        let protected = Protected::new("grouped_linked", &options);
        let (exit, counts) = protected.verified();
        assert_eq!(exit, Some(0), "{options:?}: {counts:?}");
        assert!(counts["rounded_or_noisy"] > 0, "{options:?}: {counts:?}");
        let table = fs::read_to_string(protected.out.join("data/need-by-district.csv")).expect("a table");
        let base: u64 = base.parse().expect("a number");
        let values = table.lines().skip(1).filter_map(|line| line.split(',').nth(2)?.parse::<u64>().ok());
        assert!(values.clone().count() > 20 && values.clone().all(|value| value % base == 0), "{table}");
    }
}

#[test]
fn a_base_that_would_give_small_counts_away_is_refused() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let out = home.path().join("released");
    let case = fixture("grouped_linked");
    let arguments = ["protect", text(&case), "--out", text(&out), "--method", "round-nearest"];
    let without = takeup(&arguments);
    assert_eq!(without.status.code(), Some(2), "{}", stderr(&without));
    let narrow = takeup(&[&arguments[..], &["--base", "5", "--small", "rounded", "--zeros", "shown"]].concat());
    assert_eq!(narrow.status.code(), Some(5), "{}", stderr(&narrow));
    assert!(stderr(&narrow).contains("a base of 10 or more"), "{}", stderr(&narrow));
    assert!(!out.exists());
}

/// Two districts and their needs, every line with the sum of its records' keys.
fn keyed(home: &Path, record_key: &str) -> PathBuf {
    let case = home.join("case");
    fs::create_dir(&case).expect("a fresh folder");
    let description = format!(
        r#"{{"threshold": 5, {record_key}
            "hierarchies": {{"district": {{"total": "All", "sums": [["All", ["D1", "D2", "D3"]]]}},
                             "need": {{"total": "Any", "sums": [["Any", ["A", "B"]]]}}}},
            "tables": [{{"file": "t.csv", "dims": ["district", "need"]}}, {{"file": "d.csv", "dims": ["district"]}}]}}"#
    );
    fs::write(case.join("case.json"), description).expect("a folder of our own");
    let counts = "district,need,freq,key\nD1,A,3,1717\nD1,B,25,4000000000\nD2,A,30,2222222222\nD2,B,41,1234567890\n\
                  D3,B,17,3987654321\n";
    fs::write(case.join("inner.csv"), counts).expect("a folder of our own");
    case
}

#[test]
fn perturbed_tables_withstand_the_attack_and_a_cell_has_one_figure_by_every_route() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let case = keyed(home.path(), r#""record_key": "key","#);
    let protect = |name: &str, options: &[&str]| {
        let out = home.path().join(name);
        let arguments = ["protect", text(&case), "--out", text(&out), "--method", "cell-key"];
        (takeup(&[&arguments[..], options].concat()), out)
    };
    for (name, options) in [
        ("hidden", &["--deviation", "4", "--variance", "2.5"][..]),
        ("shown", &["--deviation", "5", "--variance", "4", "--small", "perturbed", "--zeros", "shown"]),
        (
            "js",
            &[
                "--deviation",
                "6",
                "--variance",
                "5",
                "--no-figures-to",
                "2",
                "--small",
                "perturbed",
                "--zeros",
                "shown",
            ],
        ),
    ] {
        let (done, out) = protect(name, options);
        assert_eq!(done.status.code(), Some(0), "{options:?}: {}", stderr(&done));
        let verified = takeup(&["verify", "--json", text(&out)]);
        assert_eq!(verified.status.code(), Some(0), "{options:?}: {}", String::from_utf8_lossy(&verified.stdout));
        let table = fs::read_to_string(out.join("data/t.csv")).expect("a table");
        let figure = |line: &str| table.lines().find_map(|own| own.strip_prefix(line)).map(str::to_owned);
        // All of D3 has need B: the same records, counted as a cell and as a total.
        assert_eq!(figure("D3,B,"), figure("D3,Any,"), "{table}");
        let districts = fs::read_to_string(out.join("data/d.csv")).expect("a table");
        let total = figure("D2,Any,").expect("a line");
        assert!(districts.contains(&format!("\nD2,{total}\n")), "in another table too: {districts}");
    }
    let (refused, out) =
        protect("narrow", &["--deviation", "4", "--variance", "2.5", "--small", "perturbed", "--zeros", "shown"]);
    assert_eq!(refused.status.code(), Some(5), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("only by up to 5 or more") && !out.exists(), "{}", stderr(&refused));
    let (without, _) = protect("unsaid", &[]);
    assert_eq!(without.status.code(), Some(2), "{}", stderr(&without));
}

#[test]
fn tables_without_record_keys_are_not_perturbed() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let case = keyed(home.path(), "");
    let out = home.path().join("released");
    let arguments =
        ["protect", text(&case), "--out", text(&out), "--method", "cell-key", "--deviation", "4", "--variance", "2"];
    let refused = takeup(&arguments);
    assert_eq!(refused.status.code(), Some(5), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("needs a key of every case") && !out.exists(), "{}", stderr(&refused));
}

/// Minutes by family: in D1/A one family has 90 of 100.
fn minutes(home: &Path, rule: &str) -> PathBuf {
    let case = home.join("case");
    fs::create_dir(&case).expect("a fresh folder");
    let description = format!(
        r#"{{"threshold": 3, {rule}
            "hierarchies": {{"district": {{"total": "All", "sums": [["All", ["D1", "D2"]]]}},
                             "need": {{"total": "Any", "sums": [["Any", ["A", "B"]]]}}}},
            "tables": [{{"file": "t.csv", "dims": ["district", "need"]}}]}}"#
    );
    fs::write(case.join("case.json"), description).expect("a folder of our own");
    let cells = [("D1,A", &[90, 8, 1, 1][..]), ("D1,B", &[10; 6]), ("D2,A", &[40, 30, 20, 10]), ("D2,B", &[25; 4])];
    let mut lines = "district,need,family,minutes\n".to_owned();
    for (cell, of_families) in cells {
        for (family, minutes) in of_families.iter().enumerate() {
            // A family has two records: what it contributes is their sum.
            let name = format!("{}{family}", cell.replace(',', ""));
            lines += &format!("{cell},{name},{}\n{cell},{name},1\n", minutes - 1);
        }
    }
    fs::write(case.join("inner.csv"), lines).expect("a folder of our own");
    case
}

#[test]
fn a_sum_that_one_family_dominates_is_hidden_and_the_attack_finds_nothing() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let rule = r#""magnitude": {"column": "minutes", "unit": "family", "p": 10},"#;
    let case = minutes(home.path(), rule);
    let out = home.path().join("released");
    let done = takeup(&["protect", text(&case), "--out", text(&out)]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    assert_eq!(takeup(&["verify", text(&out)]).status.code(), Some(0));
    let table = fs::read_to_string(out.join("data/t.csv")).expect("a table");
    assert!(table.contains("D1,A,,c\n") && table.contains("All,Any,360,\n"), "{table}");
    // Four families are enough for the threshold: without the rule the sum of 100 is shown, and 100 - 8 is near 90.
    fs::remove_dir_all(&case).expect("a folder of our own");
    let weak = r#""magnitude": {"column": "minutes", "unit": "family", "p": 2},"#;
    let case = minutes(home.path(), weak);
    let out = home.path().join("weak");
    let done = takeup(&["protect", text(&case), "--out", text(&out)]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let table = fs::read_to_string(out.join("data/t.csv")).expect("a table");
    assert!(table.contains("D1,A,100,\n"), "2 % of 90 is less than the 2 of the others: {table}");
}

#[test]
fn sums_of_any_size_are_protected_and_the_attack_finds_nothing() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let case = minutes(home.path(), r#""magnitude": {"column": "minutes", "unit": "family", "p": 10},"#);
    let out = home.path().join("released");
    // All alike, and one among small ones: both were refused or ended in a panic.
    for (power, others) in [8, 10, 12, 15].into_iter().flat_map(|power| [(power, power), (power, 2)]) {
        let sum = |power: u32, more: u64| 10_u64.pow(power) + more;
        let mut lines = "district,need,family,minutes\n".to_owned();
        for (at, cell) in ["D1,A", "D1,B", "D2,A", "D2,B"].into_iter().enumerate() {
            for family in 0..[2, 9, 4, 12][at] {
                let power = if at + family == 0 { power } else { others };
                lines += &format!("{cell},{at}-{family},{}\n", sum(power, family as u64));
            }
        }
        fs::write(case.join("inner.csv"), lines).expect("a folder of our own");
        let done = takeup(&["protect", text(&case), "--out", text(&out), "--force", "--effort", "5", "--bound", "5"]);
        assert_eq!(done.status.code(), Some(0), "10^{power}: {}", stderr(&done));
        let table = fs::read_to_string(out.join("data/t.csv")).expect("a table");
        assert!(table.contains("D1,A,,c\n"), "{table}");
    }
}

/// Two districts and two quarters: 8 cases of the first quarter and 2 of the second in D1, many in D2.
fn quarters(home: &Path, name: &str, period: &str) -> PathBuf {
    let case = home.join(name);
    fs::create_dir(&case).expect("a fresh folder");
    let description = serde_json::json!({
        "threshold": 5,
        "hierarchies": {"district": {"total": "All", "sums": [["All", ["D1", "D2", "D3"]]]},
                        "period": {"total": "Year", "sums": [["Year", ["Q1", "Q2"]]]}},
        "tables": [{"file": "t.csv", "dims": ["district"], "fixed": {"period": period}}],
    });
    fs::write(case.join("case.json"), description.to_string()).expect("a folder of our own");
    let counts = "district,period,freq\nD1,Q1,8\nD1,Q2,2\nD2,Q1,20\nD2,Q2,30\nD3,Q1,9\nD3,Q2,11\n";
    fs::write(case.join("inner.csv"), counts).expect("a folder of our own");
    case
}

#[test]
fn a_year_beside_its_first_quarter_hides_what_a_subtraction_would_give_away() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let first = quarters(home.path(), "case-q1", "Q1");
    let year = quarters(home.path(), "case-year", "Year");
    let out = |name: &str| text(&home.path().join(name)).to_owned();
    let run = |case: &Path, name: &str, more: &[&str]| {
        takeup(&[&["protect", text(case), "--out", &out(name)], more].concat())
    };
    assert_eq!(run(&first, "q1", &[]).status.code(), Some(0));
    assert_eq!(run(&year, "alone", &[]).status.code(), Some(0), "nothing is small in it");
    // Ten in the year, eight in its first quarter: two in the second.
    assert_eq!(takeup(&["verify", &out("q1"), &out("alone")]).status.code(), Some(6));
    let beside = run(&year, "beside", &["--earlier", &out("q1")]);
    assert_eq!(beside.status.code(), Some(0), "{}", stderr(&beside));
    assert!(stderr(&beside).contains("the attack on the files found nothing"), "{}", stderr(&beside));
    let both = takeup(&["verify", &out("beside")]);
    assert_eq!(both.status.code(), Some(0), "{}", String::from_utf8_lossy(&both.stdout));
    let manifest = fs::read_to_string(home.path().join("beside/release.json")).expect("a manifest");
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    assert_eq!(
        manifest["earlier"].as_object().map(|earlier| earlier.keys().collect::<Vec<_>>()),
        Some(vec![&"q1".to_owned()])
    );
}

#[test]
fn an_earlier_release_that_the_counts_contradict_is_exit_4() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let first = quarters(home.path(), "case-q1", "Q1");
    let out = home.path().join("q1");
    assert_eq!(takeup(&["protect", text(&first), "--out", text(&out)]).status.code(), Some(0));
    let inner = first.join("inner.csv");
    let counts = fs::read_to_string(&inner).expect("just written");
    fs::write(&inner, counts.replace("D2,Q1,20", "D2,Q1,21")).expect("a folder of our own");
    let again = home.path().join("again");
    let output = takeup(&["protect", text(&first), "--out", text(&again), "--earlier", text(&out)]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(stderr(&output).contains("is not counted as release q1 published it"), "{}", stderr(&output));
    assert!(!again.exists());
}

#[test]
fn what_the_attack_finds_beside_an_earlier_release_is_exit_6_and_nothing_is_written() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let first = quarters(home.path(), "case-q1", "Q1");
    let out = home.path().join("q1");
    assert_eq!(takeup(&["protect", text(&first), "--out", text(&out)]).status.code(), Some(0));
    // This description forgets that the first quarter is a part of the year; the earlier release says it.
    let year = quarters(home.path(), "case-year", "Year");
    let description = fs::read_to_string(year.join("case.json")).expect("just written");
    let forgetful = description.replace(
        r#"{"sums":[["Year",["Q1","Q2"]]],"total":"Year"}"#,
        r#"{"sums":[["Any",["Q1","Year"]]],"total":"Any"}"#,
    );
    assert_ne!(description, forgetful);
    fs::write(year.join("case.json"), forgetful).expect("a folder of our own");
    let counts = "district,period,freq\nD1,Q1,8\nD1,Year,10\nD2,Q1,20\nD2,Year,50\nD3,Q1,9\nD3,Year,20\n";
    fs::write(year.join("inner.csv"), counts).expect("a folder of our own");
    let next = home.path().join("next");
    let arguments = ["protect", text(&year), "--out", text(&next), "--earlier", text(&out)];
    let output = takeup(&arguments);
    assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
    assert!(!next.exists());
    let output = takeup(&[&arguments[..], &["--attack", "off"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(takeup(&["verify", text(&next)]).status.code(), Some(6));
}

#[test]
fn what_three_tables_force_goes_back_to_protection_and_is_left_open() {
    // Every figure of the three tables is 5 or more, so that at first nothing is hidden; but they leave one to four cases
    // of need B among the men of the north. One round of hiding more leaves that open.
    let plain = Protected::new("three_pairs", &["--attack", "off"]);
    let (exit, counts) = plain.verified();
    let forced = counts["joint_small_exact"] + counts["joint_small_bounded"];
    assert_eq!((exit, counts["suppressed"], forced), (Some(6), 0, 1), "{counts:?}");
    let rounds = Protected::new("three_pairs", &[]);
    let (exit, counts) = rounds.verified();
    assert_eq!(exit, Some(0), "{counts:?}");
    assert!(counts["suppressed"] > 0, "{counts:?}");
}

#[test]
fn what_a_released_table_forces_for_ever_ends_with_the_combination_named() {
    // The three tables have been released as they are; a fourth changes nothing of what they force.
    let released = Protected::new("three_pairs", &["--attack", "off"]);
    let (case, out) = (fixture("three_pairs"), released.home.path().join("again"));
    let output = takeup(&["protect", text(&case), "--out", text(&out), "--earlier", text(&released.out)]);
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(!out.exists());
    let said = stderr(&output);
    assert!(["need=B", "place=North", "sex=M"].iter().all(|code| said.contains(code)), "{said}");
}

#[test]
fn the_key_that_breaks_ties_is_made_once_beside_the_case_and_is_in_no_output() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let case = home.path().join("case");
    fs::create_dir(&case).expect("a temporary folder");
    let entries = fs::read_dir(fixture("grouped_linked")).expect("a fixture").flatten();
    // Whoever has tried the fixture has a key there.
    for entry in entries.filter(|entry| entry.file_name() != "tie.key") {
        fs::copy(entry.path(), case.join(entry.file_name())).expect("a temporary folder can be written");
    }
    let run = |out: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
        command.args(["protect", text(&case), "--out", text(out)]).output().expect("the program starts")
    };
    let (first, second) = (home.path().join("first"), home.path().join("second"));
    assert!(stderr(&run(&first)).contains("tie.key"), "it says where the key is");
    let key = fs::read_to_string(case.join("tie.key")).expect("it is kept");
    assert!(!stderr(&run(&second)).contains("tie.key"), "it is there");
    assert_eq!(fs::read_to_string(case.join("tie.key")).expect("it is kept"), key);
    assert_eq!(files(&first), files(&second), "the same key hides the same cells");
    let is_told = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).contains(key.trim());
    assert!(!files(&first).values().any(is_told));
    let text_of_key = key.trim().to_owned();
    fs::write(case.join("tie.key"), &text_of_key[1..]).expect("a temporary folder can be written");
    let refused = run(&home.path().join("third"));
    assert_eq!(refused.status.code(), Some(4), "{}", stderr(&refused));
    assert!(!stderr(&refused).contains(&text_of_key[1..]));
}
