//! What a report would hide, the year's tables and the changes tried. The real program, on invented cases that can be
//! counted by hand.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::approval::approve;
use crate::founded::{SAME_TIES, workspace};

const REPORT: &str = r#"
title = "Casework report"
[[table]]
id = "C01"
title = "Cases opened"
dims = ["period"]
last = 1
audiences = ["public", "council"]
[[table]]
id = "C02"
title = "Issues by borough"
dims = ["issue", "borough"]
audiences = ["council"]
"#;

/// Cases a quarter by broad issue, specific issue and borough: one small count, 2, in Schools/Places/Bronx.
///
/// | issue            | Bronx | Queens | Total |
/// |---|---|---|---|
/// | Housing          |    30 |     40 |    70 |
/// | Schools          |    14 |     28 |    42 |
/// | Schools, Meals   |    12 |     20 |    32 |
/// | Schools, Places  |     2 |      8 |    10 |
/// | Total            |    44 |     68 |   112 |
const CASES: [(&str, &str, &str, usize); 6] = [
    ("Housing", "Repairs", "Bronx", 30),
    ("Housing", "Repairs", "Queens", 40),
    ("Schools", "Meals", "Bronx", 12),
    ("Schools", "Meals", "Queens", 20),
    ("Schools", "Places", "Bronx", 2),
    ("Schools", "Places", "Queens", 8),
];

/// The same issues, each of a few in the Bronx.
const SPARSE: [(&str, &str, &str, usize); 6] = [
    ("Housing", "Repairs", "Bronx", 3),
    ("Housing", "Repairs", "Queens", 40),
    ("Schools", "Meals", "Bronx", 3),
    ("Schools", "Meals", "Queens", 20),
    ("Schools", "Places", "Bronx", 2),
    ("Schools", "Places", "Queens", 8),
];

struct Made {
    cases: &'static [(&'static str, &'static str, &'static str, usize)],
    home: TempDir,
    folder: PathBuf,
    passphrase: PathBuf,
}

impl Made {
    /// A workspace with the cases of [`CASES`] in each of the quarters.
    fn new(report: &str, quarters: &[usize]) -> Self {
        Self::of(report, &CASES, quarters)
    }

    fn of(
        report: &str,
        cases: &'static [(&'static str, &'static str, &'static str, usize)],
        quarters: &[usize],
    ) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = home.path().join("office");
        let passphrase = workspace(&folder, "casework", Some(SAME_TIES));
        fs::write(folder.join("config/reports/quarterly.toml"), report).expect("the workspace can be written");
        let made = Self { cases, home, folder, passphrase };
        made.ingest(quarters);
        made
    }

    fn ingest(&self, quarters: &[usize]) {
        let mut text = String::from(
            "unique_key,account,opendate,closedate,complaint_type,descriptor,zip,borough,city,council_dist,community_board\n",
        );
        for quarter in quarters {
            let month = quarter * 3;
            let mut case = 0;
            for &(broad, specific, borough, cases) in self.cases {
                for _ in 0..cases {
                    case += 1;
                    writeln!(
                        text,
                        "KEY-{quarter}-{case:04},NYCC01,2018-{month:02}-15,,{broad},{specific},,{borough},,,"
                    )
                    .expect("a string");
                }
            }
        }
        let file = self.home.path().join("export.csv");
        fs::write(&file, text).expect("a temporary folder can be written");
        done(&self.takeup(&["ingest", plain(&file), "--source", "casework"]));
    }

    fn takeup(&self, arguments: &[&str]) -> Output {
        let globals = ["-C", plain(&self.folder), "--passphrase-file", plain(&self.passphrase)];
        takeup(&[&globals, arguments].concat())
    }

    fn plan(&self, arguments: &[&str]) -> Value {
        let text = done(&self.takeup(&[&["plan", "--json", "--period"], arguments].concat()));
        serde_json::from_str(&text).expect("a plan")
    }
}

fn takeup(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_takeup"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the program can be started")
}

fn done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn plain(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

fn row<'a>(plan: &'a Value, list: &str, id: &str) -> &'a Value {
    plan[list].as_array().expect("a list").iter().find(|row| row["id"] == id).expect("a table")
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a count")
}

#[test]
fn a_plan_says_what_each_table_hides_and_what_its_readers_lose() {
    let made = Made::new(REPORT, &[1]);
    let plan = made.plan(&["2018-Q1"]);
    let table = row(&plan, "tables", "C02");
    let count = |name: &str| number(&table[name]);
    assert_eq!(
        (count("cells"), count("zeros")),
        (18, 0),
        "six rows, three columns: nothing is rare, and no row stands for it"
    );
    assert_eq!(count("primary"), 1, "the two cases of Schools, Places, Bronx: {table}");
    assert!(count("secondary") >= 3, "a lone small count is a subtraction away: {table}");
    assert_eq!(count("cells"), count("shown") + count("primary") + count("zeros") + count("secondary"), "{table}");
    assert_eq!(count("inner_sum"), 112, "the finest cells hold every case once");
    assert!(count("lost_sum") > 0 && count("lost_sum") <= 110, "the two small cases are lost to a rule: {table}");
    assert_eq!(row(&plan, "tables", "C01")["shown"], 1);
    // The quarter's total is a cell of both tables, counted once.
    assert_eq!(number(&plan["report"]["cells"]), count("cells"));
    assert_eq!(plan["shares"]["public"]["cells"], 1);
    assert_eq!(plan["shares"]["council"], plan["report"]);
}

#[test]
fn the_share_that_was_planned_is_the_share_that_the_report_prints() {
    let made = Made::new(REPORT, &[1]);
    let planned = made.plan(&["2018-Q1"])["report"].clone();
    let output = made.takeup(&["report", "--period", "2018-Q1"]);
    done(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    let line = format!("2018-Q1-council-r1: {} of {} cells hidden", planned["hidden"], planned["cells"]);
    assert!(said.contains(&line), "{line}: {said}");
    assert!(said.contains("2018-Q1-public-r1: 0 of 1 cells hidden, 0.0 %"), "{said}");
}

#[test]
fn a_coarser_issue_is_suggested_because_it_was_tried_and_writing_its_line_keeps_the_promise() {
    let made = Made::new(REPORT, &[1]);
    let before = made.plan(&["2018-Q1", "--suggest"]);
    let suggestions = &before["suggestions"];
    assert_eq!(suggestions["tried"], 3, "coarser, the complete year, the year's report: {suggestions}");
    let found = suggestions["found"].as_array().expect("a list");
    let line = r#"dims = ["issue:complaint_type", "borough"]"#;
    // Of the year before there are no cases, and without the table the other one, which hides nothing, hides no less.
    assert_eq!(found.len(), 1, "{suggestions}");
    let coarser = &found[0];
    assert_eq!(coarser["lines"][0], line);
    assert_eq!(coarser["report"], serde_json::json!({ "cells": 9, "hidden": 0 }), "no broad issue is rare: {coarser}");
    let text = done(&made.takeup(&["plan", "--period", "2018-Q1", "--suggest"]));
    assert!(text.contains(line) && text.contains("config/reports/quarterly.toml"), "{text}");

    let changed = REPORT.replace(r#"dims = ["issue", "borough"]"#, line);
    fs::write(made.folder.join("config/reports/quarterly.toml"), changed).expect("the workspace can be written");
    assert_eq!(made.plan(&["2018-Q1"])["report"], coarser["report"]);
}

#[test]
fn a_table_of_small_cells_in_both_the_quarter_and_the_year_is_warned_of_until_a_line_parts_them() {
    let made = Made::of(REPORT, &SPARSE, &[1]);
    let plan = made.plan(&["2018-Q1"]);
    let both = row(&plan, "year", "C02");
    let [cells, hidden] = ["cells", "hidden"].map(|name| number(&both["expected"][name]));
    assert!(cells == 18 && 3 * hidden > cells, "more than a third: {both}");
    assert_eq!(both["mend"], serde_json::json!(["longest_months = 3", "shortest_months = 12"]));
    assert_eq!(row(&plan, "year", "C01")["mend"], Value::Array(Vec::new()), "its one cell is shown");

    for (line, quarters, year) in [("longest_months = 3", true, false), ("shortest_months = 12", false, true)] {
        let changed = format!("{REPORT}{line}\n");
        fs::write(made.folder.join("config/reports/quarterly.toml"), changed).expect("the workspace can be written");
        let plan = made.plan(&["2018-Q1"]);
        let parted = row(&plan, "year", "C02");
        assert_eq!((&parted["in_quarters"], &parted["in_year"]), (&Value::Bool(quarters), &Value::Bool(year)));
        assert_eq!(parted["mend"], Value::Array(Vec::new()));
        let planned = plan["tables"].as_array().expect("a list").iter().any(|table| table["id"] == "C02");
        assert_eq!(planned, quarters, "what the plan of the year says is what the quarter has");
    }
    let changed = format!("{REPORT}longest_months = 3\nshortest_months = 12\n");
    fs::write(made.folder.join("config/reports/quarterly.toml"), changed).expect("the workspace can be written");
    assert_eq!(made.takeup(&["plan", "--period", "2018-Q1"]).status.code(), Some(3), "no report could have it");
}

#[test]
fn a_quarter_hides_where_the_quarters_before_hid() {
    let made = Made::new(REPORT, &[1, 2]);
    let hidden = |quarter: &str| {
        done(&made.takeup(&["report", "--period", quarter]));
        approve(&made.folder);
        let file = made.folder.join(format!("reports/{quarter}-council-r1/data/c02.csv"));
        let text = fs::read_to_string(file).expect("a table");
        text.lines().filter(|line| line.ends_with(",c")).map(str::to_owned).collect::<Vec<_>>()
    };
    let first = hidden("2018-Q1");
    assert!(!first.is_empty());
    assert_eq!(first, hidden("2018-Q2"), "the cases are the same, and so are the places");
}
