//! A time of which the store has nothing: zeros that are hidden and hide others, until somebody says that nothing was kept. The real
//! program, on two quarters of the year of `corrections` with one between them whose export nobody read.

use std::collections::BTreeMap;
use std::fs;

use crate::corrections::{Made, folders, in_quarter, verified, year};

const REPORT: &str = r#"
title = "Casework report"
[[table]]
id = "C01"
title = "Cases opened"
dims = ["period"]
last = 3
audiences = ["public", "council"]
[[table]]
id = "C02"
title = "Broad issues"
dims = ["issue:complaint_type", "period"]
last = 2
audiences = ["public", "council"]
"#;

/// An office with the first and the third quarter.
fn office() -> Made {
    let made = Made::new();
    fs::write(made.folder.join("config/reports/quarterly.toml"), REPORT).expect("the workspace can be written");
    let year = year();
    made.ingest(&[in_quarter(&year, 1), in_quarter(&year, 3)].concat());
    made
}

/// Says in `service.toml` of which quarters nothing was kept.
fn declare(made: &Made, quarters: &str) {
    let path = made.folder.join("config/service.toml");
    let text = fs::read_to_string(&path).expect("the configuration");
    let rest = text.lines().filter(|line| !line.starts_with("not_recorded")).collect::<Vec<_>>().join("\n");
    fs::write(path, format!("not_recorded = [{quarters}]\n{rest}\n")).expect("the workspace can be written");
}

fn symbols(made: &Made, release: &str, quarter: &str) -> Vec<String> {
    let text = fs::read_to_string(made.reports().join(release).join("data/c02.csv")).expect("a table");
    let of = |line: &str| line.rsplit(',').next().unwrap_or_default().to_owned();
    text.lines().filter(|line| line.contains(quarter)).map(of).collect()
}

#[test]
fn what_was_not_recorded_is_not_available_and_is_counted_when_it_turns_up() {
    let made = office();
    let output = made.takeup(&["plan", "--period", "2018-Q3"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("No case at all is recorded in 2018-Q2."), "{said}");
    assert!(said.contains("`not_recorded = [\"2018-Q2\"]`"), "{said}");

    declare(&made, "\"2018-Q2\"");
    let output = made.takeup(&["plan", "--period", "2018-Q3"]);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("No case at all"));
    made.report(&["2018-Q3"]);
    let table = fs::read_to_string(made.reports().join("2018-Q3-public-r1/data/c01.csv")).expect("a table");
    assert!(table.contains("\n2018-Q2,,x"), "{table}");
    assert!(!table.contains(",c\n"), "two quarters of hundreds of cases: {table}");
    let before = symbols(&made, "2018-Q3-public-r1", "2018-Q2");
    assert!(before.len() > 3 && before.iter().all(|symbol| symbol == "x"), "{before:?}");

    // The export is found. Its cases are of their own quarter, and not late ones of the next.
    let second = in_quarter(&year(), 2);
    made.ingest(&second);
    made.ingest(&in_quarter(&year(), 4));
    declare(&made, "");
    made.report(&["2018-Q4"]);
    assert_eq!(made.cell("2018-Q4-public-r1", "c01.csv", "2018-Q2"), second.len().to_string());
    assert_eq!(verified(&folders(&made.reports())), (Some(0), BTreeMap::new()));
}

#[test]
fn without_a_word_the_zeros_are_hidden_and_hide_others() {
    let made = office();
    made.report(&["2018-Q3"]);
    let before = symbols(&made, "2018-Q3-public-r1", "2018-Q2");
    assert!(before.len() > 3 && before.iter().all(|symbol| symbol == "c"), "{before:?}");
}

#[test]
fn a_period_that_was_not_recorded_has_no_report() {
    let made = office();
    declare(&made, "\"2018-Q3\"");
    for period in ["2018-Q3", "2018"] {
        let output = made.takeup(&["report", "--period", period]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains(&format!("{period} was not recorded, or not all of it")), "{said}");
    }
}
