//! What the store has nothing of, and no zeros either: a time of which nothing was kept, a column that no export had. The real
//! program, on the year of `corrections`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use crate::corrections::{Case, Made, folders, in_quarter, verified, year};

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

/// An export of cases with a column for the borough, or without.
fn export(cases: &[Case], has_borough: bool) -> String {
    let columns = if has_borough { ",borough" } else { "" };
    let mut text = format!("unique_key,account,opendate,closedate,complaint_type,descriptor{columns}\n");
    for Case { reference, month, borough, issue } in cases {
        let borough = if has_borough { format!(",{borough}") } else { String::new() };
        writeln!(text, "{reference},NYCC01,2018-{month:02}-15,,{issue},General{borough}").expect("a string");
    }
    text
}

#[test]
fn a_column_that_no_export_had_is_not_collected_and_a_blank_one_is() {
    let made = Made::new();
    let report = REPORT.replace("issue:complaint_type", "borough");
    fs::write(made.folder.join("config/reports/quarterly.toml"), report).expect("the workspace can be written");
    let [first, second, third, fourth] = [1, 2, 3, 4].map(|quarter| in_quarter(&year(), quarter));
    made.ingest_text(&export(&first, false));
    made.ingest_text(&export(&second, true));
    let blank =
        second.iter().map(|case| Case { reference: format!("B{}", case.reference), borough: "", ..case.clone() });
    made.ingest_text(&export(&blank.collect::<Vec<_>>(), true));
    made.report(&["2018-Q2"]);
    let release = "2018-Q2-public-r1";
    let before = symbols(&made, release, "2018-Q1");
    assert_eq!(before.iter().filter(|symbol| *symbol != "x").count(), 1, "all but the total: {before:?}");
    assert_eq!(made.cell(release, "c01.csv", "2018-Q1"), first.len().to_string());
    assert!(symbols(&made, release, "2018-Q2").len() > 5, "the boroughs have rows by what is there: they have no past");
    let blank = made.cell(release, "c02.csv", "NR,2018-Q2");
    assert_eq!(blank, second.len().to_string(), "a column was there for it");

    // One of two exports of a quarter has the column: what the other has is not recorded.
    let half = |rest: usize| third.iter().skip(rest).step_by(2).cloned().collect::<Vec<_>>();
    made.ingest_text(&export(&half(0), true));
    made.ingest_text(&export(&half(1), false));
    made.report(&["2018-Q3"]);
    assert!(!symbols(&made, "2018-Q3-public-r1", "2018-Q3").contains(&"x".to_owned()));

    // What an export says for the first time of stored cases is theirs.
    made.ingest_text(&export(&fourth, false));
    made.ingest_text(&export(&fourth, true));
    made.report(&["2018-Q4"]);
    assert!(!symbols(&made, "2018-Q4-public-r1", "2018-Q4").contains(&"x".to_owned()));
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
    for (command, period) in [("report", "2018-Q3"), ("report", "2018"), ("issues", "2018-Q3")] {
        let output = made.takeup(&[command, "--period", period]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains(&format!("{period} was not recorded, or not all of it")), "{said}");
    }
}
