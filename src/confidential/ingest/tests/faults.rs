//! Bad input: each kind has its own error, which names file and place.

use super::{advice, attempt, fixture};
use crate::ingest::{IngestError, matching_source, read};

fn fault(path: &str) -> (IngestError, String) {
    let error = attempt(path).expect_err(path);
    let message = error.to_string();
    (error, message)
}

#[test]
fn a_truncated_workbook_is_damaged() {
    let (error, message) = fault("bad_truncated_xlsx/cases.xlsx");
    assert!(matches!(error, IngestError::Damaged { .. }), "{message}");
}

#[test]
fn a_protected_workbook_says_so() {
    let (error, message) = fault("bad_password/cases.xlsx");
    assert!(matches!(error, IngestError::PasswordProtected { .. }), "{message}");
}

#[test]
fn a_missing_column_is_named() {
    let (_, message) = fault("bad_missing_column/cases.csv");
    assert_eq!(message, "cases.csv, line 1 lacks the column \"Primary issue\", which cases requires");
}

#[test]
fn two_header_rows_are_both_named() {
    let (_, message) = fault("bad_two_headers/cases.csv");
    assert_eq!(message, "cases.csv, line 1 and row 2 are both header rows");
}

#[test]
fn the_bytes_decide_what_a_file_is() {
    let (_, message) = fault("bad_ending/cases.xlsx");
    assert_eq!(message, "cases.xlsx ends in \"xlsx\" but holds text");
    let (error, message) = fault("make.py");
    assert!(matches!(error, IngestError::UnknownEnding { .. }), "{message}");
}

#[test]
fn nothing_and_a_header_alone_are_two_faults() {
    assert!(matches!(fault("bad_empty/cases.csv").0, IngestError::Empty { .. }));
    assert!(matches!(fault("bad_no_rows/cases.csv").0, IngestError::NoRows { .. }));
}

#[test]
fn a_folder_and_a_file_that_is_not_there_are_no_exports() {
    assert!(matches!(fault("bad_empty").0, IngestError::Folder { .. }));
    assert!(matches!(fault("nowhere.csv").0, IngestError::Unreadable { .. }));
}

#[test]
fn an_undescribed_column_is_named_with_its_place() {
    let (_, message) = fault("bad_undescribed_column/cases.csv");
    assert_eq!(message, "column \"Sex at intake\" at cases.csv, line 1, column 6 is not described in the source cases");
}

#[test]
fn values_under_a_blank_header_stop_the_run() {
    let (_, message) = fault("bad_unnamed_column/cases.csv");
    assert_eq!(message, "cases.csv, line 2, column 6 holds something, but its column has no header");
}

#[test]
fn two_columns_of_one_field_are_both_named() {
    let (error, message) = fault("bad_double_column/cases.csv");
    assert!(matches!(error, IngestError::DoubleColumn { .. }), "{message}");
}

#[test]
fn a_file_without_any_header_fits_no_source() {
    let (error, message) = fault("bad_no_header/cases.csv");
    assert!(matches!(error, IngestError::NoHeader { matched: 0, .. }), "{message}");
    let sources = std::collections::BTreeMap::from([("cases".to_owned(), advice().0)]);
    let found = matching_source(&fixture("bad_no_header/cases.csv"), &sources);
    assert!(matches!(found, Err(IngestError::NoSource { .. })));
    assert_eq!(
        matching_source(&fixture("M22_printed_page/cases.csv"), &sources).ok().map(|(name, _)| name).as_deref(),
        Some("cases")
    );
}

#[test]
fn too_many_rejected_rows_stop_the_run_and_the_report_says_which() {
    let (mut source, codes) = advice();
    source.reject_at_most = 0.05;
    let error = read(&[fixture("M07_dates_as_text/cases.csv")], &source, &codes, &|_| {}).expect_err("one of four");
    assert!(matches!(error, IngestError::TooManyRejected { rejected: 1, read: 4, .. }), "{error}");
    assert_eq!(error.report().expect("rows were read").rejected_rows[0].place.row, 5);
}

#[test]
fn a_check_of_level_stop_stops_and_names_its_first_place() {
    let (mut source, codes) = advice();
    source.checks.remove("ambiguous_date");
    let error = read(&[fixture("M07_dates_as_text/cases.csv")], &source, &codes, &|_| {}).expect_err("a stop");
    let message = error.to_string();
    assert_eq!(message, "the check ambiguous_date stops the import: 2 times, first at cases.csv, line 2, column 2");
}
