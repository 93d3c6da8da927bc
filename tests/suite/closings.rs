//! Closings that an export does not tell: they are no zeros, and once a report has said that they are not known they are nobody
//! else's. The real program, on the year of `corrections`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use crate::corrections::{Case, Made, folders, in_quarter, verified, year};

const REPORT: &str = r#"
title = "Casework report"
[[table]]
id = "C01"
title = "Cases closed"
measure = "closed"
dims = ["period"]
last = 4
audiences = ["public", "council"]
"#;

/// An office with a table of closings.
fn office() -> Made {
    let made = Made::new();
    fs::write(made.folder.join("config/reports/quarterly.toml"), REPORT).expect("the workspace can be written");
    made
}

/// Half of the cases are closed a month after they came, the others two months after.
fn closed(case: &Case) -> Option<usize> {
    let number: usize = case.reference.trim_start_matches("KEY-").parse().expect("a number");
    Some(case.month + 1 + number % 2).filter(|month| *month <= 12)
}

fn closed_in(cases: &[Case], quarter: usize) -> usize {
    cases.iter().filter_map(closed).filter(|month| (month - 1) / 3 + 1 == quarter).count()
}

/// An export without a column of closing dates.
fn without_closings(cases: &[Case]) -> String {
    let mut text = "unique_key,account,opendate,complaint_type,descriptor,borough\n".to_owned();
    for Case { reference, month, borough, issue } in cases {
        writeln!(text, "{reference},NYCC01,2018-{month:02}-15,{issue},General,{borough}").expect("a string");
    }
    text
}

/// What the table of a release says of a quarter, its symbol behind it.
fn told(made: &Made, release: &str, quarter: &str) -> String {
    let text = fs::read_to_string(made.reports().join(release).join("data/c01.csv")).expect("a table");
    let line = text.lines().find(|line| line.starts_with(quarter)).expect("its row");
    line.split(',').skip(1).collect::<Vec<_>>().join(",").trim_end_matches(',').to_owned()
}

#[test]
fn closings_that_nobody_read_are_not_available_and_are_counted_nowhere_when_they_come() {
    let made = office();
    let year = year();
    let quarters = [1, 2, 3, 4].map(|quarter| in_quarter(&year, quarter));
    made.ingest_text(&without_closings(&quarters[0]));
    made.ingest_closed(&quarters[1], &closed);
    let output = made.takeup(&["plan", "--period", "2018-Q2"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Closings in 2018-Q1, 2018-Q2 are [x]"), "{said}");
    made.report(&["2018-Q2"]);
    assert_eq!(
        [told(&made, "2018-Q2-public-r1", "2018-Q1"), told(&made, "2018-Q2-public-r1", "2018-Q2")],
        [",x", ",x"]
    );

    made.ingest_closed(&quarters[2], &closed);
    made.report(&["2018-Q3"]);
    let read = [&quarters[1][..], &quarters[2]].concat();
    assert_eq!(told(&made, "2018-Q3-public-r1", "2018-Q3"), closed_in(&read, 3).to_string());

    // The first quarter is exported again, with the column. Its closings are of months that were said not to be known.
    made.ingest_closed(&quarters[0], &closed);
    made.ingest_closed(&quarters[3], &closed);
    made.report(&["2018-Q4"]);
    let last = ["2018-Q1", "2018-Q2", "2018-Q3", "2018-Q4"].map(|quarter| told(&made, "2018-Q4-public-r1", quarter));
    let count = |quarter| closed_in(&year, quarter).to_string();
    assert_eq!(last, [",x".to_owned(), ",x".to_owned(), count(3), count(4)]);
    assert_eq!(verified(&folders(&made.reports())), (Some(0), BTreeMap::new()));
}

#[test]
fn an_export_of_open_cases_needs_no_column_where_its_source_says_so() {
    for (says_so, expected) in [(true, true), (false, false)] {
        let made = office();
        let path = made.folder.join("config/sources/casework.toml");
        let text = fs::read_to_string(&path).expect("the source");
        let line = if says_so { "without_closing = \"open\"\n" } else { "" };
        fs::write(path, text.replace("[events]", &format!("{line}[events]"))).expect("the workspace can be written");
        let half = year().into_iter().filter(|case| case.month <= 6);
        let (shut, open): (Vec<Case>, Vec<Case>) = half.partition(|case| closed(case).is_some_and(|month| month <= 6));
        made.ingest_closed(&shut, &closed);
        made.ingest_text(&without_closings(&open));
        made.report(&["2018-Q2"]);
        let of_quarter = told(&made, "2018-Q2-public-r1", "2018-Q2");
        assert_eq!(of_quarter == closed_in(&shut, 2).to_string(), expected, "{of_quarter}");
    }
}

#[test]
fn closings_after_a_time_of_which_nothing_was_kept_are_not_available() {
    let made = office();
    let path = made.folder.join("config/service.toml");
    let text = fs::read_to_string(&path).expect("the configuration");
    fs::write(path, format!("not_recorded = [\"2018-Q2\"]\n{text}")).expect("the workspace can be written");
    let year = year();
    made.ingest_closed(&in_quarter(&year, 1), &|case| closed(case).filter(|month| *month <= 3));
    made.ingest_closed(&[in_quarter(&year, 3), in_quarter(&year, 4)].concat(), &closed);
    made.report(&["2018-Q4"]);
    let said = ["2018-Q2", "2018-Q3", "2018-Q4"].map(|quarter| told(&made, "2018-Q4-public-r1", quarter));
    assert_eq!(said, [",x".to_owned(), ",x".to_owned(), closed_in(&year, 4).to_string()]);
}
