//! A test a kind of export that was read wrongly once, as people who do this work reported them. The exports are made here: a
//! header and rows, with the one oddity.

use std::path::PathBuf;

use super::{Taken, advice};
use crate::ingest::{IngestError, read};

pub(super) const HEADER: &str = "Case ref,Family ref,Child name,Date of first contact,Date closed,Case status,Contact channel,Primary issue,Minutes spent,Notes";

/// Cases 1 to `count`, opened on days of all months; a hand may alter each of the ten cells.
pub(super) fn rows(count: usize, alter: impl Fn(usize, &mut [String; 10])) -> String {
    let mut text = format!("{HEADER}\n");
    for at in 1..=count {
        let mut cells = [
            format!("SP-{at:05}"),
            format!("F{at:04}"),
            format!("Child{at} Invented"),
            format!("2025-{:02}-{:02}", at % 12 + 1, at % 28 + 1),
            String::new(),
            "OPEN".to_owned(),
            "TEL".to_owned(),
            "EHA".to_owned(),
            "30".to_owned(),
            format!("made-up note {at}"),
        ];
        alter(at, &mut cells);
        text += &format!("{}\n", cells.join(","));
    }
    text
}

pub(super) fn opened(folder: &tempfile::TempDir, files: &[(&str, &[u8])]) -> Result<Taken, IngestError> {
    let (source, codes) = advice();
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.path().join(name)).collect();
    for ((_, bytes), path) in files.iter().zip(&paths) {
        std::fs::write(path, bytes).expect("a file of our own");
    }
    let reading = read(&paths, &source, &codes, &|_| {})?;
    assert!(reading.report.adds_up(), "{:?}", reading.report.rows);
    Ok(Taken { reading, source })
}

fn attempt(text: &str) -> Result<Taken, IngestError> {
    opened(&tempfile::tempdir().expect("a folder"), &[("cases.csv", text.as_bytes())])
}

pub(super) fn taken(text: &str) -> Taken {
    attempt(text).expect("an export that is read")
}

pub(super) fn fault(text: &str) -> String {
    attempt(text).err().expect("an export that is not read").to_string()
}

#[test]
fn a_quotation_mark_that_nothing_closes_stops_with_its_line() {
    for column in [2, 7, 9] {
        let text = rows(60, |at, cells| {
            if at == 20 {
                cells[column].insert(0, '"')
            }
        });
        assert_eq!(
            fault(&text),
            "a quotation mark at cases.csv, line 21 opens a cell that nothing closes, or that holds whole rows",
            "column {column}"
        );
    }
    let swallowed = rows(60, |at, cells| match at {
        20 => cells[9] = "\"unhappy".to_owned(),
        40 => cells[9] = "content\"".to_owned(),
        _ => {}
    });
    assert!(fault(&swallowed).contains("line 21 opens"), "twenty rows in a note");
    let notes = rows(60, |_, cells| cells[9] = "\"saw mum, dad,\nand, then, the school\"".to_owned());
    assert_eq!(taken(&notes).column("case_ref").len(), 60, "notes of two lines are notes");
    let odd = taken(&rows(60, |at, cells| {
        if at == 20 {
            cells[2] = "\"Bob\" Made".to_owned()
        }
    }));
    assert_eq!(
        (odd.column("case_ref").len(), odd.rejected("odd_quotes"), odd.place("odd_quotes").as_str()),
        (59, 1, "line 21")
    );
}

#[test]
fn a_reference_that_lost_a_part_of_itself_is_rejected_at_its_cell() {
    for lost in ["2.02504E+14", "01/04/2025 09:30", "2025-04-01"] {
        let found = taken(&rows(40, |at, cells| {
            if at == 7 {
                cells[0] = lost.to_owned()
            }
        }));
        assert_eq!(
            (found.rejected("odd_identifier"), found.place("odd_identifier").as_str()),
            (1, "line 8, column 1"),
            "{lost}"
        );
    }
    let families =
        taken(&rows(40, |at, cells| cells[1] = if at % 2 == 0 { "12-Mar".to_owned() } else { "3-12".to_owned() }));
    assert_eq!(
        (families.rejected("odd_identifier"), families.place("odd_identifier").as_str()),
        (20, "line 3, column 2")
    );
    let cut_off = taken(&rows(40, |at, cells| cells[0] = format!("2025040000{:05}000", at / 4)));
    assert_eq!(cut_off.rejected("odd_identifier"), 40, "eighteen digits, of which three are zeros in all rows");
    let whole = taken(&rows(40, |at, cells| cells[0] = format!("2025040000{at:08}")));
    assert_eq!(whole.column("case_ref").len(), 40);
}

#[test]
fn words_for_nothing_are_missing_and_people_called_null_are_people() {
    let found = taken(&rows(4, |at, cells| {
        cells[1] = ["NULL", "NaN", "N/A", "#N/A"][at - 1].to_owned();
        cells[2] = ["NULL", "Ann Null", "Null", "NaN"][at - 1].to_owned();
        cells[4] = "NULL".to_owned();
    }));
    assert_eq!(found.column("family_ref"), ["-"; 4]);
    assert_eq!(found.column("child_name"), ["-", "Ann Null", "Null", "-"]);
    assert_eq!(
        (found.column("date_closed"), found.times("blank_word"), found.times("error_cell")),
        (vec!["-"; 4], 9, 1)
    );
}

#[test]
fn one_case_under_several_spellings_is_one() {
    let spellings = ["sp-1", "SP-1", "\"=\"\"SP-1\"\"\"", "'SP-1", "\u{202a}SP-1\u{202c}", "SP–1"];
    let found = taken(&rows(6, |at, cells| {
        cells[0] = spellings[at - 1].to_owned();
        (cells[1], cells[2], cells[3], cells[9]) = ("F1".into(), "Child".into(), "2025-04-01".into(), "note".into());
    }));
    assert_eq!(
        (found.column("case_ref"), found.skipped("exact_duplicate")),
        (vec!["sp-1"], 5),
        "as it was written first"
    );
    let respelled =
        found.reading.report.fields.iter().find(|field| field.field == "case_ref").map(|field| field.respelled);
    assert_eq!(respelled, Some(5));
}

#[test]
fn signs_written_as_entities_are_the_signs() {
    let found = taken(&rows(1, |_, cells| cells[2] = "Siobhan O&#039;Made".to_owned()));
    assert_eq!((found.column("child_name"), found.times("html_entity")), (vec!["Siobhan O'Made"], 1));
}

#[test]
fn a_column_of_dates_has_one_order_and_two_stop_with_the_rows() {
    let date = |at: usize| {
        if at.is_multiple_of(2) { format!("04/{:02}/2025", at % 12 + 1) } else { format!("04/{}/2025", 13 + at % 15) }
    };
    let months = taken(&rows(40, |at, cells| cells[3] = date(at)));
    assert_eq!(months.column("date_first_contact")[..3], ["2025-04-14", "2025-04-03", "2025-04-16"]);
    let both = rows(40, |at, cells| cells[3] = if at < 38 { format!("{}/04/2025", 13 + at % 15) } else { date(at) });
    let both = both.replace("04/03/2025", "04/23/2025");
    let error = attempt(&both).err().expect("two orders").to_string();
    assert_eq!(error, "the check mixed_date_order stops the import: 2 times, first at cases.csv, line 39, column 4");
}

#[test]
fn days_and_months_that_a_spreadsheet_exchanged_where_it_could_stop() {
    // Days up to 12 became dates, with day and month exchanged; the others stayed text.
    let swapped = rows(40, |at, cells| {
        let (day, month) = (at % 28 + 1, at % 12 + 1);
        cells[3] = if day <= 12 { format!("2025-{day:02}-{month:02}") } else { format!("{day:02}/{month:02}/2025") };
    });
    assert!(
        fault(&swapped).starts_with("the check half_swapped_dates stops the import: 17 times"),
        "{}",
        fault(&swapped)
    );
}

#[test]
fn a_time_in_another_zone_falls_on_the_day_that_it_is_here() {
    let found = taken(&rows(1, |_, cells| cells[3] = "2025-06-30T23:00:00Z".to_owned()));
    assert_eq!(found.column("date_first_contact"), ["2025-07-01"]);
    assert_eq!(found.reading.report.dates["date_first_contact"]["moved from another time zone"], 1);
}

#[test]
fn years_of_two_digits_that_may_stand_first_stop() {
    let text = rows(24, |at, cells| cells[3] = format!("25-{:02}-{:02}", at % 12 + 1, at));
    assert!(
        fault(&text).contains("the check year_order stops the import: 24 times, first at cases.csv, line 2, column 4")
    );
}

#[test]
fn dates_that_stand_for_nothing_are_missing() {
    for nothing in ["0", "0000-00-00", "00/01/1900", "1899-12-30"] {
        let found = taken(&rows(3, |_, cells| cells[4] = nothing.to_owned()));
        assert_eq!((found.column("date_closed"), found.times("placeholder_date")), (vec!["-"; 3], 3), "{nothing}");
    }
}

#[test]
fn lengths_of_time_are_minutes_in_every_form_and_asked_about_where_they_may_be_seconds() {
    let forms = ["01:35:00", "94.99999999999999", "0.0659722", "1:35"];
    let found = taken(&rows(4, |at, cells| cells[8] = forms[at - 1].to_owned()));
    assert_eq!(found.column("minutes_spent"), ["95"; 4]);
    let seconds = rows(4, |_, cells| cells[8] = "45:30".to_owned());
    assert!(fault(&seconds).starts_with("the check hours_or_minutes stops the import: 4 times"));
}

#[test]
fn a_header_among_the_rows_changes_the_columns_from_there_on() {
    let other = "Case ref,Child name,Family ref,Date of first contact,Date closed,Case status,Contact channel,Primary issue,Minutes spent,Notes";
    let second = rows(2, |at, cells| {
        cells[0] = format!("TP-{at}");
        cells.swap(1, 2);
    });
    let found = taken(&(rows(2, |_, _| {}) + &second.replace(HEADER, other)));
    assert_eq!(found.column("family_ref"), ["F0001", "F0002", "F0001", "F0002"]);
    assert_eq!((found.times("header_again"), found.place("header_again").as_str()), (1, "line 4"));
}

#[test]
fn a_case_that_says_header_words_is_a_case() {
    let text = "Case ref,Date opened,Status,Channel,Relationship,Issue\nC1,2025-04-07,Closed,Email,Parent,EHA\n\
                C2,2025-04-07,Open,Telephone,Grandparent,EHA\n";
    let found = taken(text);
    // `Parent` is no code of the list, and a name of a column as `Closed` and `Email` are.
    assert_eq!((found.column("contact_channel"), found.rejected("unknown_code")), (vec!["TEL"], 1));
}

#[test]
fn blank_cells_left_out_at_the_end_of_a_line_are_blank_and_a_line_broken_in_two_is_no_case() {
    let cut = |at: usize| (8..=12).contains(&at);
    let text = rows(20, |at, cells| {
        if cut(at) {
            cells[9].clear()
        }
    })
    .replace(",30,\n", ",30\n");
    let found = taken(&text);
    assert_eq!(
        (found.column("case_ref").len(), found.times("short_row"), found.place("short_row").as_str()),
        (20, 5, "line 9")
    );
    let broken = rows(20, |at, cells| {
        if at == 8 {
            cells[2] = "Child8\nInvented".to_owned();
        }
    });
    let found = taken(&broken);
    assert_eq!((found.column("case_ref").len(), found.rejected("ragged_row")), (19, 2));
}

#[test]
fn a_text_that_ends_within_a_row_stops_and_words_without_a_line_end_are_a_footer() {
    let text = rows(20, |_, _| ());
    let cut = |behind: &str| fault(&text[..text.rfind(behind).expect("it stands there") + 2]);
    let stops = "the check cut_off stops the import: 1 times, first at cases.csv, line 21";
    for behind in ["F0020", "OPEN", "EHA"] {
        assert!(cut(behind).starts_with(stops), "{behind}");
    }
    let footer = taken(&format!("{text}End of report"));
    assert_eq!((footer.column("case_ref").len(), footer.skipped("footer_row")), (20, 1));
    assert_eq!(taken(text.trim_end()).column("case_ref").len(), 20, "a last line without its end");
    let tabs = text.replace(',', "\t").replace("made-up note 20", "");
    assert_eq!(taken(tabs.trim_end()).times("short_row"), 1, "blank cells of tabs that were taken off");
}

#[test]
fn rows_in_quotation_marks_as_a_whole_are_rows_and_are_said() {
    let text: String = rows(20, |_, _| ())
        .lines()
        .enumerate()
        .map(|(at, row)| if at % 7 == 3 { format!("\"{row}\"\n") } else { format!("{row}\n") })
        .collect();
    let found = taken(&text);
    assert_eq!((found.column("case_ref").len(), found.times("row_in_quotes")), (20, 3));
    assert_eq!((found.place("row_in_quotes").as_str(), found.times("footer_row")), ("line 4", 0));
}

#[test]
fn a_label_with_commas_behind_others_with_commas_is_one() {
    let labels =
        ["Behaviour, restraint or seclusion, Bullying", "Bullying, Behaviour, restraint or seclusion,", "BEH, BUL"];
    let text = super::doubts::with_first(&rows(30, |_, _| ()), "Other issues", |at| format!("\"{}\"", labels[at % 3]));
    assert_eq!(taken(&text).column("issues_other"), ["BEH;BUL"; 30]);
    let unknown =
        super::doubts::with_first(&rows(1, |_, _| ()), "Other issues", |_| "\"Behaviour, restraint, Bullying\"".into());
    assert_eq!(taken(&unknown).rejected("unknown_code"), 1, "a label is known as a whole");
}

#[test]
fn of_a_case_on_several_sheets_or_files_the_state_of_the_later_date_holds() {
    let open = rows(3, |_, _| {});
    let closed = rows(3, |_, cells| (cells[4], cells[5]) = ("2026-01-31".into(), "CLOSED".into()));
    let folder = tempfile::tempdir().expect("a folder");
    for (first, second, against) in [(&closed, &open, 3), (&open, &closed, 0)] {
        let found = opened(&folder, &[("a.csv", first.as_bytes()), ("b.csv", second.as_bytes())]).expect("two files");
        assert_eq!((found.column("case_status"), found.times("later_row_earlier")), (vec!["CLOSED"; 3], against));
    }
}

#[test]
fn a_deletion_is_asked_for_whatever_the_spelling_and_one_that_names_nobody_is_said() {
    let asked = format!("{HEADER},Deletion requested\n'SP-00001,,,,,,,,,,Yes\n2.02504E+14,,,,,,,,,,Yes\n");
    let text = asked + &rows(1, |_, cells| cells[9] += ",No").replace(&format!("{HEADER}\n"), "");
    let found = taken(&text);
    assert_eq!((found.column("case_ref"), found.skipped("deletion_requested")), (vec![""; 0], 3));
    assert!(found.reading.deletion_requested.expose_identified().contains_key("SP-00001"));
    assert_eq!(found.place("deletion_without_reference"), "line 3");
}

#[test]
fn other_delimiters_and_other_files_are_known_by_what_they_are() {
    let carets = rows(3, |_, _| {}).replace(',', "^");
    assert_eq!(taken(&carets).reading.report.files[0].delimiter.as_deref(), Some("caret"));
    let folder = tempfile::tempdir().expect("a folder");
    let lock = opened(&folder, &[("~$cases.xlsx", b"\x05Ann")]).err().expect("no export").to_string();
    assert_eq!(lock, "~$cases.xlsx is the lock file of a document that is open, not an export");
    assert_eq!(
        fault("Case ref\nC1\nC2\n"),
        "no line of cases.csv is parted into columns by a comma, semicolon, tab or bar"
    );
    let sylk = fault("ID;PWXL;N;E\nC;Y1;X1;K\"Case ref\"\nC;Y1;X2;K\"Notes\"\n");
    assert_eq!(sylk, "cases.csv ends in \"csv\" but holds a SYLK workbook (an old format of spreadsheets)");
}

#[test]
fn words_for_no_reference_yet_make_no_family() {
    for word in ["Unknown", "TBC", "(blank)", "[NULL]", "not recorded", "0"] {
        let found = taken(&rows(30, |at, cells| {
            if at % 2 == 0 {
                cells[1] = word.to_owned();
            }
        }));
        let families = found.column("family_ref");
        assert_eq!(families.iter().filter(|family| **family != "-").count(), 15, "{word}");
    }
}

#[test]
fn words_under_the_table_are_no_case_and_say_so_and_half_a_case_is_rejected() {
    let short = rows(10, |_, _| {});
    for words in ["End of report", "(10 rows affected)", "CONFIDENTIAL", "Printed on,01/07/2025", "Page 1 of 1"] {
        let found = taken(&format!("{short}\n{words}\n"));
        assert_eq!((found.column("case_ref").len(), found.skipped("footer_row")), (10, 1), "{words}");
        assert!(found.place("footer_row").starts_with("line "), "{words}");
    }
    let found = taken(&format!("{short}SP-00011\n"));
    assert_eq!((found.column("case_ref").len(), found.rejected("missing_required")), (10, 1), "a reference is none");
}

#[test]
fn a_mark_that_only_opens_a_cell_of_a_file_of_tabs_is_kept_in_notes_and_said() {
    let text = rows(60, |at, cells| match at {
        20 => cells[9].insert(0, '"'),
        30 => cells[2].insert(0, '"'),
        _ => {}
    });
    let folder = tempfile::tempdir().expect("a folder");
    let found = opened(&folder, &[("cases.tsv", text.replace(',', "\t").as_bytes())]).expect("tabs");
    assert_eq!((found.column("case_ref").len(), found.times("stray_quote")), (60, 2));
    assert_eq!((found.column("notes")[19], found.column("child_name")[29]), ("\"made-up note 20", "Child30 Invented"));
}

#[test]
fn what_guards_a_date_from_a_spreadsheet_is_no_part_of_it() {
    let found = taken(&rows(20, |at, cells| {
        (cells[3], cells[8]) = (format!("'{:02}/04/2025", at + 10), "'30".to_owned());
        cells[4] = "\"=\"\"2025-12-01\"\"\"".to_owned();
    }));
    assert_eq!((found.column("date_first_contact")[0], found.column("minutes_spent")[0]), ("2025-04-11", "30"));
    assert_eq!((found.column("date_closed")[19], found.times("bad_date")), ("2025-12-01", 0));
}

#[test]
fn references_that_look_odd_and_are_whole_are_references() {
    let references: [fn(usize) -> String; 3] =
        [|at| format!("MAR-{at:03}"), |at| format!("{at}-DEC"), |at| format!("202504000001{at:03}0")];
    for reference in references {
        let found = taken(&rows(40, |at, cells| cells[0] = reference(at)));
        assert_eq!(found.column("case_ref").len(), 40, "{}", reference(1));
    }
    let ditto = taken(&rows(40, |at, cells| {
        if at % 2 == 0 {
            cells[1] = "\"\"\"\"".to_owned();
        }
    }));
    assert_eq!(ditto.rejected("odd_identifier"), 20, "the same as above is said of no reference");
}

#[test]
fn a_cell_that_is_rejected_for_what_it_says_is_not_missing_as_well() {
    let found = taken(&rows(40, |at, cells| {
        if at == 7 {
            cells[0] = "2.02504E+14".to_owned();
        }
    }));
    assert_eq!((found.times("odd_identifier"), found.times("missing_required")), (1, 0));
}

#[test]
fn in_a_column_of_parts_of_a_day_every_number_is_one() {
    let found = taken(&rows(40, |at, cells| {
        cells[8] = format!("{:.7}", (at as f64 + 40.0) / 1440.0).trim_end_matches('0').to_owned()
    }));
    let minutes: Vec<String> = (41..=80).map(|minutes| minutes.to_string()).collect();
    assert_eq!(
        (found.column("minutes_spent"), found.times("bad_minutes")),
        (minutes.iter().map(String::as_str).collect(), 0)
    );
}

#[test]
fn deletions_in_another_file_of_the_same_run_forget_its_cases_in_whatever_order_they_come() {
    let cases = rows(5, |_, _| {});
    let asked = format!("{HEADER},Deletion requested\nsp-00002,,,,,,,,,,Yes\n");
    let folder = tempfile::tempdir().expect("a folder");
    for files in [[("a.csv", &cases), ("b.csv", &asked)], [("a.csv", &asked), ("b.csv", &cases)]] {
        let found = opened(&folder, &files.map(|(name, text)| (name, text.as_bytes()))).expect("two files");
        assert_eq!((found.column("case_ref").len(), found.skipped("deletion_requested")), (4, 2));
        assert!(found.reading.deletion_requested.expose_identified().contains_key("SP-00002"));
    }
}

#[test]
fn a_cell_with_several_references_is_no_reference() {
    let found = taken(&rows(30, |at, cells| match at {
        3 => cells[0] = "SP-00003; SP-90003".to_owned(),
        4 => cells[0] = "SP-00004 & SP-90004".to_owned(),
        5 => cells[0] = "\"SP-00005\nSP-90005\"".to_owned(),
        6 => cells[1] = "A&B-6".to_owned(),
        7 => cells[1] = "[Error]".to_owned(),
        _ => {}
    }));
    assert_eq!((found.rejected("odd_identifier"), found.place("odd_identifier").as_str()), (3, "line 4, column 1"));
    assert_eq!((found.times("error_cell"), found.column("family_ref")[2]), (1, "A&B-6"));
}

#[test]
fn a_weekday_that_the_date_is_not_is_no_date() {
    let found = taken(&rows(40, |at, cells| match at {
        1 => cells[3] = "Thursday 5 June 2025".to_owned(),
        2 => cells[3] = "Monday 5 June 2025".to_owned(),
        3 => cells[3] = "Thu 05/06/2025".to_owned(),
        4 => cells[3] = "05/06/2025 (Fri)".to_owned(),
        _ => {}
    }));
    assert_eq!((found.times("bad_date"), found.place("bad_date").as_str()), (2, "line 3, column 4"));
    assert_eq!([found.column("date_first_contact")[0], found.column("date_first_contact")[1]], ["2025-06-05"; 2]);
}
