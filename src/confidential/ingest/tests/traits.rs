//! A test a trait of messy exports.

use super::{advice, attempt, fixture, taken};
use crate::ingest::inspect;

#[test]
fn m01_the_header_under_title_rows_is_found_and_its_row_said() {
    let found = taken("M01_title_rows/cases.xlsx");
    assert_eq!(found.reading.report.files[0].sheets[0].header_rows, [4]);
    assert_eq!(found.column("case_ref"), ["C1", "C2"]);
    assert_eq!(found.reading.recordings[0].origin.row, 5);
}

#[test]
fn m02_a_merged_header_of_two_rows_is_joined_and_that_is_said() {
    let found = taken("M02_merged_header/cases.xlsx");
    assert_eq!(found.reading.report.files[0].sheets[0].header_rows, [1, 2]);
    assert_eq!((found.column("child_name"), found.column("child_dob")), (vec!["Tom Example"], vec!["2014-03-01"]));
    assert!(found.reading.report.to_text().contains("header joined of rows 1 and 2"));
}

#[test]
fn m03_all_monthly_sheets_are_read_and_a_sheet_of_notes_is_named() {
    let found = taken("M03_sheet_per_month/cases.xlsx");
    assert_eq!(found.column("case_ref"), ["C1", "C2", "C3"]);
    assert_eq!((&*found.reading.recordings[2].origin.sheet, found.reading.recordings[2].origin.row), ("May 2025", 2));
    assert_eq!((found.times("other_sheet"), found.place("other_sheet").as_str()), (1, "sheet Read me"));
}

#[test]
fn m04_hidden_sheets_are_listed_and_not_read() {
    let found = taken("M04_hidden_sheets/cases.xlsx");
    assert_eq!((found.column("case_ref"), found.times("hidden_sheet")), (vec!["C1"], 2));
    let text = found.reading.report.to_text();
    assert!(
        text.contains("sheet admin: hidden, not read") && text.contains("sheet secret: very hidden, not read"),
        "{text}"
    );
}

#[test]
fn m05_hidden_rows_and_columns_are_read_and_counted() {
    let found = taken("M05_hidden_rows/cases.xlsx");
    assert_eq!((found.column("case_ref").len(), found.times("hidden_rows"), found.times("hidden_columns")), (3, 2, 1));
}

#[test]
fn m06_numbers_of_days_are_dates_in_either_system() {
    for path in ["M06_serial_dates/cases.xlsx", "M06_serial_dates_1904/cases.xlsx"] {
        let found = taken(path);
        assert_eq!(found.column("date_first_contact"), ["2025-04-01", "2025-04-02"], "{path}");
        assert_eq!(found.reading.report.dates["date_first_contact"]["number of days"], 1, "{path}");
    }
}

#[test]
fn m07_dates_typed_as_text_are_read_day_first_and_ambiguous_ones_counted() {
    let found = taken("M07_dates_as_text/cases.csv");
    assert_eq!(found.column("date_first_contact"), ["2025-02-01", "2025-04-12", "2025-04-25"]);
    assert_eq!((found.times("ambiguous_date"), found.rejected("bad_date")), (2, 1));
    assert_eq!(found.place("bad_date"), "line 5, column 2");
}

#[test]
fn m08_years_of_two_digits_fall_in_the_window_and_are_counted() {
    let found = taken("M08_two_digit_years/cases.csv");
    assert_eq!(
        (found.column("date_first_contact"), found.times("two_digit_year")),
        (vec!["2009-04-01", "1985-04-30"], 2)
    );
}

#[test]
fn m09_the_encoding_is_found_and_said() {
    let found = taken("M09_windows_1252/cases.csv");
    assert_eq!(found.column("notes"), ["Zoë at the “café”, £5"]);
    assert_eq!(found.reading.report.files[0].encoding.as_deref(), Some("Windows-1252"));
    let marked = taken("M09_utf8_mark/cases.csv");
    assert_eq!((marked.column("notes"), marked.column("case_ref")), (vec!["Zoë, café, £"], vec!["C1"]));
    assert_eq!(marked.reading.report.files[0].encoding.as_deref(), Some("UTF-8 with a byte order mark"));
}

#[test]
fn m10_odd_spaces_make_no_new_code() {
    assert_eq!(taken("M10_odd_spaces/cases.csv").column("need_primary"), ["ASD", "ASD", "MLD"]);
}

#[test]
fn m11_labels_and_spellings_are_one_code_and_doubtful_ones_are_listed() {
    let found = taken("M11_codes_and_labels/cases.csv");
    assert_eq!(found.column("need_primary"), ["ASD"; 5]);
    assert_eq!((found.times("review_alias"), found.place("review_alias").as_str()), (1, "line 6, column 6"));
}

#[test]
fn m12_several_codes_in_a_cell_are_parted_and_counted_apart_from_cases() {
    let found = taken("M12_several_values/cases.csv");
    assert_eq!(found.column("needs_other"), ["ASD;SEMH", "ASD;SEMH", "ASD;SEMH;VI"]);
    assert_eq!(found.column("need_primary"), ["PD", "-", "HI"]);
    let field = found.reading.report.fields.iter().find(|field| field.field == "needs_other").expect("the field");
    assert_eq!((field.filled, field.responses, found.times("several_codes")), (3, Some(7), 1));
}

#[test]
fn m13_postcodes_are_put_right_by_safe_exchanges_only() {
    let found = taken("M13_postcodes/cases.csv");
    assert_eq!(found.column("postcode"), ["ST16 1AA", "ST16 1AA", "ST16 0AA", "-"]);
    assert_eq!((found.times("repaired_postcode"), found.times("bad_postcode")), (2, 1));
}

#[test]
fn m14_a_telephone_number_is_dropped_where_it_is_ignored_and_never_said() {
    let found = taken("M14_phone_as_number/cases.xlsx");
    assert_eq!(found.column("phone"), ["01785278000", "01785 000000"]);
    assert!(!found.reading.report.to_text().contains("278000"));
    let (mut source, codes) = advice();
    source.fields.retain(|field| field.name != "phone");
    source.ignore.push("Phone".to_owned());
    let reading =
        crate::ingest::read(&[fixture("M14_phone_as_number/cases.xlsx")], &source, &codes, &|_| {}).expect("read");
    let values = reading.recordings[0].values.expose_identified();
    assert!(!values.iter().flatten().any(|value| value.contains("1785")));
}

#[test]
fn m15_leading_zeros_are_put_back_by_rule() {
    assert_eq!(taken("M15_leading_zeros/cases.csv").column("phone"), ["01785000000", "01785000001"]);
}

#[test]
fn m16_error_cells_are_missing_with_a_reason_by_column() {
    let found = taken("M16_error_cells/cases.xlsx");
    assert_eq!((found.column("need_primary"), found.column("minutes_spent")), (vec!["-", "ASD"], vec!["-", "-"]));
    let counts: Vec<(Option<&str>, u64)> = found
        .reading
        .report
        .checks
        .iter()
        .filter(|check| check.check == "error_cell")
        .map(|check| (check.field.as_deref(), check.count))
        .collect();
    assert_eq!(counts, [(Some("need_primary"), 1), (Some("minutes_spent"), 2)]);
}

#[test]
fn m17_a_formula_without_its_value_is_no_silent_blank() {
    let found = taken("M17_formula_without_value/cases.xlsx");
    assert_eq!(found.column("minutes_spent"), ["-", "95"]);
    assert_eq!(found.place("formula_without_value"), "Cases!F2");
}

#[test]
fn m18_exact_duplicates_are_dropped_and_counted() {
    let found = taken("M18_exact_duplicates/cases.csv");
    assert_eq!((found.column("case_ref"), found.skipped("exact_duplicate")), (vec!["C1", "C2"], 2));
}

#[test]
fn m19_cases_that_may_be_one_are_listed_by_place_for_a_person() {
    let found = taken("M19_near_duplicates/cases.csv");
    let check = found.reading.report.checks.iter().find(|check| check.check == "same_child_same_day").expect("listed");
    let lines: Vec<u64> = check.first.iter().map(|first| first.place.row).collect();
    assert_eq!((lines, found.column("case_ref").len()), (vec![2, 3], 3));
}

#[test]
fn m20_of_a_case_on_two_sheets_the_later_row_wins() {
    let found = taken("M20_same_case_on_two_sheets/cases.xlsx");
    assert_eq!((found.column("case_ref"), found.column("date_closed")), (vec!["C1", "C2"], vec!["2025-05-20", "-"]));
    assert_eq!((found.skipped("superseded_by_later_row"), found.place("repeated_case").as_str()), (1, "May 2025!2"));
}

#[test]
fn m21_rows_of_totals_are_no_cases() {
    let found = taken("M21_totals_row/cases.xlsx");
    assert_eq!((found.column("case_ref"), found.skipped("totals_row")), (vec!["C1", "C2"], 2));
}

#[test]
fn m22_blank_rows_and_repeated_headers_are_skipped_and_counted() {
    let found = taken("M22_printed_page/cases.csv");
    assert_eq!(
        (found.column("case_ref"), found.skipped("blank_row"), found.skipped("repeated_header")),
        (vec!["C1", "C2"], 1, 1)
    );
}

#[test]
fn m23_yes_and_no_come_in_a_closed_set_of_words() {
    let found = taken("M23_yes_and_no/cases.csv");
    assert_eq!(found.column("looked_after"), ["Y", "Y", "Y", "Y", "Y", "N", "N", "N", "-"]);
    assert_eq!(found.times("bad_bool"), 1);
}

#[test]
fn m24_lengths_of_time_in_mixed_units_are_minutes_and_doubtful_ones_are_listed() {
    let found = taken("M24_mixed_units/cases.csv");
    assert_eq!(found.column("minutes_spent"), ["95", "95", "90", "-"]);
    assert_eq!(found.place("bad_minutes"), "line 5, column 6");
}

#[test]
fn m25_placeholder_dates_are_missing_with_a_reason() {
    let found = taken("M25_placeholder_dates/cases.csv");
    assert_eq!((found.column("child_dob"), found.column("date_closed")), (vec!["-", "2014-03-01"], vec!["-", "-"]));
    assert_eq!(found.times("placeholder_date"), 2);
}

#[test]
fn m26_footnote_markers_are_taken_off_and_counted() {
    let found = taken("M26_footnotes/cases.csv");
    assert_eq!((found.column("need_primary"), found.column("minutes_spent")), (vec!["ASD"; 2], vec!["12"; 2]));
    assert_eq!(found.times("footnote_marker"), 2);
}

#[test]
fn m27_delimiters_are_found_and_quoted_lines_stay_in_their_cell() {
    let found = taken("M27_semicolons/cases.csv");
    assert_eq!(found.column("notes"), ["One line,\nanother; and \"a third\"", "short"]);
    assert_eq!(found.reading.recordings[1].origin.row, 4, "the line of the file, not the count of records");
    let windows = taken("M27_crlf/cases.csv");
    let rows: Vec<u64> = windows.reading.recordings.iter().map(|recording| recording.origin.row).collect();
    assert_eq!((windows.column("case_ref"), rows), (vec!["C1", "C2", "C3"], vec![2, 4, 6]));
    assert_eq!(taken("M27_tabs/cases.tsv").column("case_ref"), ["C1"]);
    let ragged = taken("M27_ragged/cases.csv");
    assert_eq!((ragged.column("case_ref"), ragged.rejected("ragged_row")), (vec!["C1"], 1));
}

#[test]
fn m28_a_column_by_its_former_name_is_read_and_said() {
    let found = taken("M28_renamed_column/cases.csv");
    assert_eq!(
        (found.column("need_primary"), found.place("former_column").as_str()),
        (vec!["ASD"], "line 1, column 6")
    );
    assert!(found.reading.report.to_text().contains("column \"Need\", in use until 2014-M08, read as need_primary"));
}

#[test]
fn m29_older_and_open_formats_give_the_same_cases() {
    let whole = |path: &str| {
        let found = taken(path);
        let columns = ["case_ref", "date_first_contact", "child_dob", "need_primary"];
        columns.map(|column| found.column(column).join(" "))
    };
    assert_eq!(whole("M29_other_formats/cases.csv")[2], "2014-03-01 -");
    for ending in ["xls", "xlsb", "ods"] {
        assert_eq!(
            whole(&format!("M29_other_formats/cases.{ending}")),
            whole("M29_other_formats/cases.csv"),
            "{ending}"
        );
    }
}

#[test]
fn m30_a_code_used_after_its_time_is_said() {
    let found = taken("M30_old_codes/cases.csv");
    assert_eq!(found.column("sen_stage"), ["SA", "SA"]);
    assert_eq!((found.times("sen_stage_not_in_use"), found.place("sen_stage_not_in_use").as_str()), (1, "line 2"));
}

#[test]
fn m31_a_name_in_a_code_column_reaches_no_output() {
    let found = taken("M31_name_in_a_code/cases.csv");
    assert_eq!((found.column("case_ref"), found.rejected("unknown_code")), (vec!["C2"], 1));
    let report = &found.reading.report;
    let json = serde_json::to_string(report).expect("a report is data");
    for output in [report.to_text(), report.to_html(), json, format!("{:?}", found.reading)] {
        assert!(!output.contains("Smith") && !output.contains("Other - see"), "{output}");
    }
    assert!(report.to_text().contains("line 2, column 6 (21 characters)"));
    // Where the source says stop, the error names the place and the length, and no more.
    let (mut source, codes) = advice();
    let need = source.position("need_primary").expect("a field");
    source.fields[need].unknown = model::config::source::Unknown::Stop;
    let error =
        crate::ingest::read(&[fixture("M31_name_in_a_code/cases.csv")], &source, &codes, &|_| {}).expect_err("a stop");
    assert!(error.to_string().contains("line 2, column 6") && !format!("{error:?}{error}").contains("Smith"));
}

#[test]
fn m32_comments_are_counted_and_never_copied() {
    let found = taken("M32_comments/cases.xlsx");
    assert_eq!(found.times("cell_comments"), 2);
    assert!(!found.reading.report.to_html().contains("Example"));
}

#[test]
fn a_case_whose_deletion_was_asked_for_is_forgotten_in_all_its_rows() {
    let found = taken("deletion_requested/cases.csv");
    assert_eq!((found.column("case_ref"), found.skipped("deletion_requested")), (vec!["C2"], 2));
    assert!(found.reading.deletion_requested.expose_identified().contains_key("C1"));
}

#[test]
fn inspecting_shows_headers_and_fields_and_no_value() {
    let (source, _) = advice();
    let sources = std::collections::BTreeMap::from([("cases".to_owned(), source)]);
    let found = inspect(&fixture("M02_merged_header/cases.xlsx"), &sources).expect("it opens");
    assert_eq!((found.source.as_deref(), found.sheets[0].header_rows.as_slice()), (Some("cases"), &[1, 2][..]));
    let child = &found.sheets[0].columns[5];
    assert_eq!((child.column.as_str(), child.field.as_deref()), ("Child First name", Some("child_name")));
    assert!(!serde_json::to_string(&found).expect("data").contains("Tom"));
}

#[test]
fn reading_twice_gives_the_same_report() {
    let report = |path| attempt(path).expect(path).report.to_html();
    assert_eq!(report("M19_near_duplicates/cases.csv"), report("M19_near_duplicates/cases.csv"));
}
