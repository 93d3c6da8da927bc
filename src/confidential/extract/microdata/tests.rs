//! Distinct records by hand.

use super::{Microdata, MicrodataError, Roles};
use crate::extract::hierarchy::Hierarchy;
use crate::extract::table::Table;

fn hierarchy(column: &str, lines: &[&str]) -> Hierarchy {
    let cut = |line: &&str| line.split(';').map(str::to_owned).collect();
    let rows: Vec<(u64, Vec<String>)> = (1..).zip(lines.iter().map(cut)).collect();
    Hierarchy::new(column, &rows).expect("a hierarchy")
}

fn table() -> Table {
    Table::parse(b"sex;age;need\nf;30;A\nm;40;A\nf;30;B\nf;30;A\n").expect("a table")
}

fn roles(sensitive: &[&str]) -> Roles {
    let sensitive = sensitive.iter().map(|name| (*name).to_owned()).collect();
    Roles { quasi: vec!["age".into(), "sex".into()], sensitive, unit: None }
}

#[test]
fn equal_records_are_one_row_with_a_count() {
    let hierarchies = || vec![hierarchy("age", &["40;all", "30;all"]), hierarchy("sex", &["f;all", "m;all"])];
    let plain = Microdata::new(&table(), &roles(&[]), hierarchies()).expect("microdata");
    assert_eq!(plain.distinct.codes, [[1, 0], [0, 1]]);
    assert_eq!((&plain.distinct.counts[..], &plain.distinct.of_record[..]), (&[3, 1][..], &[0, 1, 0, 0][..]));
    let with_need = Microdata::new(&table(), &roles(&["need"]), hierarchies()).expect("microdata");
    assert_eq!(with_need.distinct.counts, [2, 1, 1]);
    assert_eq!(with_need.distinct.sensitive, [[0, 0, 1]]);
}

#[test]
fn a_value_without_a_line_is_told_by_column_and_line() {
    let hierarchies = vec![hierarchy("age", &["30;all", "50;all"]), hierarchy("sex", &["f;all", "m;all"])];
    let error = Microdata::new(&table(), &roles(&[]), hierarchies).expect_err("40 is missing");
    assert_eq!(
        error.to_string(),
        "the hierarchy of \"age\" has no line for the value on line 3 of the file (2 letters): level 0 has a gap"
    );
}

#[test]
fn a_column_has_one_role() {
    let hierarchies = vec![hierarchy("age", &["40;all", "30;all"]), hierarchy("sex", &["f;all", "m;all"])];
    let error = Microdata::new(&table(), &roles(&["sex"]), hierarchies.clone()).expect_err("twice");
    assert!(matches!(error, MicrodataError::Twice { column } if column == "sex"));
    let error = Microdata::new(&table(), &roles(&["NEED"]), hierarchies).expect_err("unknown");
    assert!(matches!(error, MicrodataError::UnknownColumn { nearest: Some(name), .. } if name == "need"));
}
