//! A test a kind of cell, row or column that nobody would doubt and that was not taken, or that somebody should doubt and that
//! was. The exports are made as for `kinds`.

use super::advice;
use super::kinds::{HEADER, fault, opened, rows, taken};
use crate::ingest::cell::Reader;
use crate::ingest::table::Cell;

#[test]
fn words_for_no_family_and_for_no_date_yet_are_missing() {
    const NONE: [&str; 14] = [
        "as above",
        "n/r",
        "0000",
        "\u{2014}",
        "??",
        "N.A.",
        "n.a.",
        "(none)",
        "not applicable",
        "NR",
        "tbc.",
        "see notes",
        "anon",
        "---",
    ];
    let found = taken(&rows(40, |at, cells| cells[1] = NONE[at % NONE.len()].to_owned()));
    assert_eq!(found.column("family_ref"), ["-"; 40], "one family of forty would be hidden in no cell");
    assert_eq!(found.times("blank_word"), 40);
    const OPEN: [&str; 6] = ["ongoing", "Open", "No", "not yet", "withheld", "Not known."];
    let found = taken(&rows(40, |at, cells| cells[4] = OPEN[at % OPEN.len()].to_owned()));
    assert_eq!((found.column("date_closed"), found.times("blank_word")), (vec!["-"; 40], 40));
    let moved = taken(&rows(40, |at, cells| {
        if at == 7 {
            cells[4] = "Child Invented".to_owned()
        }
    }));
    assert_eq!((moved.rejected("bad_date"), moved.place("bad_date").as_str()), (1, "line 8, column 5"));
}

#[test]
fn a_date_with_odd_signs_in_it_is_read_and_its_column_with_it() {
    let dates = ["07\u{2013}04\u{2013}2025", "07/04/2025\u{a0}09:30", "07/04/2025*", "07/04/2025 (est)", "7APR2025"];
    let found = taken(&rows(40, |at, cells| cells[3] = dates[at % dates.len()].to_owned()));
    assert_eq!((found.column("date_first_contact"), found.times("footnote_marker")), (vec!["2025-04-07"; 40], 16));
    let marked = rows(8, |_, cells| cells[3] = "07/04/2025**".to_owned());
    assert_eq!(taken(&marked).column("date_first_contact"), ["2025-04-07"; 8], "of two marks the longer");
    let american = taken(&rows(40, |at, cells| cells[3] = format!("4\u{2013}{}\u{2013}2025*", at % 20 + 9)));
    assert!(american.column("date_first_contact").iter().all(|date| date.starts_with("2025-04")));
}

#[test]
fn a_row_with_fewer_columns_blanks_nothing_that_a_fuller_one_of_the_same_import_says() {
    let full = rows(20, |_, cells| cells[4] = "2026-02-01".to_owned());
    let narrow: String = rows(20, |_, _| ())
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            [cells[0], cells[3], cells[5], cells[6], cells[7]].join(",") + "\n"
        })
        .collect();
    let folder = tempfile::tempdir().expect("a folder");
    for files in [[("a.csv", &full), ("b.csv", &narrow)], [("a.csv", &narrow), ("b.csv", &full)]] {
        let files = files.map(|(name, text)| (name, text.as_bytes()));
        let found = opened(&folder, &files).expect("both");
        assert_eq!(found.column("date_closed"), ["2026-02-01"; 20]);
        assert_eq!(found.column("family_ref")[..2], ["F0001", "F0002"]);
        assert_eq!(found.skipped("exact_duplicate"), 20);
    }
}

#[test]
fn somebody_else_under_the_same_reference_stops_and_capitals_are_said() {
    let other = rows(40, |at, cells| {
        if at == 9 {
            cells[0] = "SP-00004".to_owned();
        }
    });
    assert!(fault(&other).starts_with("the check other_person stops the import: 1 times, first at cases.csv, line 10"));
    let small = taken(&rows(40, |at, cells| {
        if at == 9 {
            (cells[0], cells[1]) = ("sp-00004".to_owned(), "F0004".to_owned());
        }
    }));
    assert_eq!((small.times("reference_differs_in_case"), small.place("undecided_case")), (1, "line 10".to_owned()));
}

/// The rows of an export with one more column before all others.
pub(super) fn with_first(text: &str, header: &str, cell: impl Fn(usize) -> String) -> String {
    let lines = text.lines().enumerate();
    lines.map(|(at, line)| format!("{},{line}\n", if at == 0 { header.to_owned() } else { cell(at) })).collect()
}

#[test]
fn what_is_no_clear_no_in_a_deletion_field_restricts_its_case() {
    let answer = |wish: &str| {
        let wishes = with_first(&rows(20, |_, _| ()), "Deletion requested", |at| {
            if at == 3 { wish.to_owned() } else { String::new() }
        });
        taken(&wishes)
    };
    for wish in ["Yes - by email 3 March", "Requested", "X", "2025-03-03", "WAHR", "pending", "\u{fffd}"] {
        let found = answer(wish);
        assert_eq!((found.column("case_ref").len(), found.skipped("deletion_requested")), (19, 1), "{wish}");
        assert_eq!(found.place("deletion_unclear"), "line 4, column 1", "{wish}");
        assert!(found.reading.deletion_requested.expose_identified().contains_key("SP-00003"), "{wish}");
    }
    for (wish, cases) in [
        ("-1", 19),
        ("Yes*", 19),
        ("Yes.", 19),
        ("No.", 20),
        ("none", 20),
        ("Not requested", 20),
        ("Checked", 19),
        ("no", 20),
        ("0", 20),
        ("n/k", 20),
        ("NULL", 20),
    ] {
        let found = answer(wish);
        assert_eq!((found.column("case_ref").len(), found.times("deletion_unclear")), (cases, 0), "{wish}");
    }
}

#[test]
fn only_a_row_of_totals_is_left_out_as_one_and_each_is_named_by_its_line() {
    let sums = format!("{}Total,,,,,,,,1200,\n,,,,,,,,1200,\n", rows(40, |_, _| ()));
    let found = taken(&sums);
    assert_eq!(
        (found.skipped("totals_row"), found.times("totals_row"), found.place("totals_row")),
        (2, 2, "line 42".to_owned())
    );
    let named = taken(&rows(40, |at, cells| {
        if at == 6 {
            cells[0] = "Total 6".to_owned()
        }
    }));
    assert_eq!((named.column("case_ref").len(), named.skipped("totals_row")), (40, 0), "a whole case");
    let carried_on = taken(&format!("{},,,,,,,,,and more of it\n", rows(40, |_, _| ())));
    assert_eq!((carried_on.skipped("footer_row"), carried_on.place("footer_row")), (1, "line 42".to_owned()));
    let rest = taken(&format!("{},F0001,Child Invented,,,,,,,and more of it\n", rows(40, |_, _| ())));
    assert_eq!(rest.rejected("missing_required"), 1);
    assert_eq!(
        fault(&format!("{HEADER}\n,,,,,,,,,\nTotal,,,,,,,,0,\n")),
        "cases.csv has a header but no case under it"
    );
}

#[test]
fn numbers_that_may_be_hours_stop_and_the_source_says_what_they_are() {
    let columns: [&[&str]; 3] =
        [&["0.5", "1.0", "1.5", "2.0"], &["1:30", "2", "0:45", "1"], &["1.5 h", "2", "2 h", "3"]];
    for lengths in columns {
        let text = rows(40, |at, cells| cells[8] = lengths[at % lengths.len()].to_owned());
        assert!(fault(&text).starts_with("the check hours_or_minutes stops the import"), "{lengths:?}");
    }
    let sound = ["95", "1h35", "1:35", "5", "20"];
    let found = taken(&rows(40, |at, cells| cells[8] = sound[at % sound.len()].to_owned()));
    assert_eq!(found.column("minutes_spent")[..5], ["95", "95", "5", "20", "95"]);
}

#[test]
fn one_slip_turns_no_column_of_dates() {
    let slip = |lone: &'static str, born: &'static str| {
        let text = rows(20, |at, cells| {
            cells[3] = if at == 9 { lone.to_owned() } else { format!("0{}/0{}/2025", at % 9 + 1, at % 8 + 1) }
        });
        with_first(&text, "Date of birth", |at| if at > 8 { born.to_owned() } else { String::new() })
    };
    let stops = "the check mixed_date_order stops the import: 1 times, first at cases.csv, line 10";
    assert!(fault(&slip("04/23/2025", "23/04/2014")).starts_with(stops));
    assert!(fault(&slip("23/04/2025", "04/23/2014")).starts_with(stops));
    assert!(fault(&slip("04/23/2025", "2014-04-23")).starts_with(stops), "nothing else says so");
    assert_eq!(taken(&slip("23/04/2025", "23/04/2014")).column("date_first_contact").len(), 20);
    assert_eq!(taken(&slip("23/04/2025", "2014-04-23")).column("date_first_contact").len(), 20);
    let undecided = taken(&slip("04/03/2025", "04/23/2014"));
    assert_eq!(undecided.column("date_first_contact")[8], "2025-04-03", "as the other column of the file");
}

#[test]
fn numbers_of_rows_without_a_header_are_no_column_and_codes_have_their_usual_spellings() {
    let numbered = taken(&with_first(&rows(40, |_, _| ()), "\"\"", |at| (at + 6).to_string()));
    assert_eq!(numbered.column("case_ref").len(), 40);
    let noted = with_first(&rows(40, |_, _| ()), "", |at| (at % 7).to_string());
    assert!(fault(&noted).contains("has no header"));
    const YEARS: [(&str, &str); 6] =
        [("06", "6"), ("Yr 6", "6"), ("Rec", "R"), ("Y 6", "6"), ("6.0", "6"), ("Year R", "R")];
    let found = taken(&with_first(&rows(12, |_, _| ()), "Year group", |at| YEARS[at % 6].0.to_owned()));
    assert_eq!(found.column("year_group"), (1..=12).map(|at| YEARS[at % 6].1).collect::<Vec<_>>());
    const LEVELS: [(&str, &str); 5] = [("2", "L2"), ("3", "L3"), ("Level 1", "L1"), ("Level 3", "L3"), ("2.0", "L2")];
    let found = taken(&with_first(&rows(10, |_, _| ()), "Intervention level", |at| LEVELS[at % 5].0.to_owned()));
    assert_eq!(found.column("intervention_level"), (1..=10).map(|at| LEVELS[at % 5].1).collect::<Vec<_>>());
}

#[test]
fn a_remark_beside_the_header_is_not_told_and_a_column_nobody_described_is() {
    let marked = |end: &str| rows(40, |_, _| ()).replacen('\n', &format!("{end}\n"), 1);
    let remark = fault(&marked(",,Zed Invented moved"));
    assert!(remark.contains("column \"(18 characters)\" at cases.csv, line 1, column 12"), "{remark}");
    assert!(!remark.contains("Zed"), "{remark}");
    assert!(fault(&marked(",sex at intake")).contains("column \"sex at intake\""));
}

#[test]
fn a_line_drawn_under_the_header_is_no_case() {
    let dashes = ["--------"; 10].join(",");
    let found = taken(&rows(40, |_, _| ()).replacen('\n', &format!("\n{dashes}\n"), 1));
    assert_eq!((found.column("case_ref").len(), found.skipped("blank_row")), (40, 1));
}

#[test]
fn a_number_that_its_cell_shows_with_a_unit_or_a_word_says_what_the_cell_shows() {
    let (source, _) = advice();
    let read = |name: &str, number: f64, shown: &str| {
        let field = &source.fields[source.position(name).expect(name)];
        Reader::new(field, &source, None, None).read(Cell::Shown(number, shown)).value.clone()
    };
    assert_eq!(read("minutes_spent", 2.0, "2 hrs").as_deref(), Some("120"));
    assert_eq!(read("minutes_spent", 95.0, "95 min").as_deref(), Some("95"));
    assert_eq!(read("minutes_spent", 95.0, "00095").as_deref(), Some("95"));
    assert_eq!(read("minutes_spent", 2.0, "2 visits"), None, "no length of time");
    assert_eq!(read("deletion_requested", 1.0, "No").as_deref(), Some("N"));
    assert_eq!(read("deletion_requested", 0.0, "Yes").as_deref(), Some("Y"));
}

#[test]
fn an_export_without_a_column_of_families_says_so() {
    let whole = rows(20, |_, _| ());
    let without = |line: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        cells.remove(1);
        cells.join(",") + "\n"
    };
    let found = taken(&whole.lines().map(without).collect::<String>());
    assert_eq!((found.times("no_family_column"), found.column("family_ref")), (1, vec!["-"; 20]));
    assert_eq!(taken(&whole).times("no_family_column"), 0);
}

#[test]
fn a_rule_about_a_blank_field_says_nothing_where_there_is_no_column_of_it() {
    const RULE: &str = "closed_without_date_or_date_without_closing";
    let closed = rows(20, |_, cells| (cells[4], cells[5]) = (String::new(), "Closed".to_owned()));
    assert_eq!(taken(&closed).times(RULE), 20);
    let without = |line: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        cells.remove(4);
        cells.join(",") + "\n"
    };
    assert_eq!(taken(&closed.lines().map(without).collect::<String>()).times(RULE), 0);
}

#[test]
fn a_second_header_with_more_columns_hides_no_row_above_it() {
    let narrow = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        [cells[0], cells[3], cells[5], cells[6], cells[7]].join(",") + "\n"
    };
    let two: String = rows(40, |_, _| ()).lines().take(11).map(narrow).collect();
    let found = taken(&(two + &rows(40, |at, cells| cells[0] = format!("SP-9{at:04}"))));
    assert_eq!((found.column("case_ref").len(), found.times("header_again")), (50, 1));
    let titles = "How these cases came about\n".repeat(75);
    assert_eq!(taken(&(titles + &rows(40, |_, _| ()))).column("case_ref").len(), 40, "a header far down");
}

#[test]
fn names_of_rows_in_front_of_a_header_that_has_none_for_them_are_no_column() {
    let shifted = |name: &dyn Fn(usize) -> String| -> String {
        let whole = rows(40, |_, _| ());
        let lines = whole.lines().enumerate();
        lines.map(|(at, line)| if at == 0 { format!("{line}\n") } else { format!("{},{line}\n", name(at)) }).collect()
    };
    let numbered = taken(&shifted(&|at| format!("\"{at}\"")));
    assert_eq!((numbered.column("case_ref").len(), numbered.column("date_first_contact")[0]), (40, "2025-02-02"));
    assert!(numbered.reading.report.rows.rejected.is_empty());
    let message = fault(&shifted(&|at| format!("row{}", at * 7 % 5)));
    assert_eq!(message, "cases.csv, line 2, column 1 holds something, but its column has no header");
    let quoted = |line: &str| line.split(',').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(" ") + "\n";
    let blanks = taken(&shifted(&|at| at.to_string()).lines().map(quoted).collect::<String>());
    assert_eq!(blanks.column("case_ref").len(), 40, "parted by blanks, as R does where nobody says otherwise");
    let behind = rows(40, |_, cells| cells[9] += ",,");
    assert_eq!(taken(&behind).column("case_ref").len(), 40, "cells behind the last column are none in front");
}

#[test]
fn what_a_program_puts_around_every_name_of_a_header_is_no_part_of_it() {
    let around = |name: &dyn Fn(&str) -> String| {
        let header = HEADER.split(',').map(name).collect::<Vec<_>>().join(",");
        rows(20, |_, _| ()).replacen(HEADER, &header, 1)
    };
    for text in [
        around(&|name| format!("Cases[{name}]")),
        around(&|name| format!("cases.{}", name.to_lowercase().replace(' ', "_"))),
        around(&|name| format!("{name} / Enw {}", name.len())),
        around(&|name| format!("{name} (current)")),
    ] {
        let found = taken(&text);
        assert_eq!((found.column("case_ref").len(), found.column("minutes_spent")[3]), (20, "30"));
    }
    assert!(
        fault(&around(&|name| format!("Our {name}"))).contains("no row of cases.csv is the header"),
        "no sign parts it"
    );
}

#[test]
fn codes_are_found_by_spellings_that_nobody_would_doubt_and_by_no_other() {
    let read = |name: &str, text: &str| {
        let (source, codes) = advice();
        let field = &source.fields[source.position(name).expect(name)];
        let list = field.codes.as_ref().and_then(|list| codes.get(list));
        Reader::new(field, &source, list, None).read(Cell::Text(text)).value.clone()
    };
    for (field, text, code) in [
        ("year_group", "Y06", "6"),
        ("year_group", "\u{ff16}", "6"),
        ("year_group", "Year 06", "6"),
        ("district", "Newcastle under Lyme", "E07000195"),
        ("issue_primary", "Suspension (fixed term exclusion)", "EXF"),
        ("issue_primary", "EHA - Request for EHC needs (statutory) assessment", "EHA"),
        ("issue_primary", "EHA: Request for EHC needs (statutory) assessment", "EHA"),
        ("issue_primary", "Home to school transport (TRN)", "TRN"),
        ("intervention_level", "Level 3", "L3"),
    ] {
        assert_eq!(read(field, text).as_deref(), Some(code), "{text}");
    }
    for (field, text) in [
        ("year_group", "6A"),
        ("district", "Stafford Borough"),
        ("issue_primary", "EHA - Home to school transport"),
        ("issue_primary", "TRN - moved"),
    ] {
        assert_eq!(read(field, text), None, "{text}");
    }
}

#[test]
fn a_yes_or_no_cell_and_a_day_are_no_reference_and_no_number() {
    let (source, _) = advice();
    let read = |name: &str, cell: Cell<'_>| {
        let field = &source.fields[source.position(name).expect(name)];
        let cleaned = Reader::new(field, &source, None, None).read(cell);
        (cleaned.value.clone(), cleaned.notes.first().map(|note| note.check))
    };
    assert_eq!(read("school_name", Cell::Truth(true)), (Some("TRUE".to_owned()), None), "as a text file has it");
    assert_eq!(read("notes", Cell::Truth(false)), (Some("FALSE".to_owned()), None));
    assert_eq!(read("minutes_spent", Cell::Truth(true)), (None, Some("bad_minutes")));
    assert_eq!(read("case_ref", Cell::Truth(true)), (None, Some("odd_identifier")));
    assert_eq!(read("case_ref", Cell::Serial(45_777.0)), (None, Some("odd_identifier")));
    assert_eq!(read("case_ref", Cell::Text("2025/04/30")), (None, Some("odd_identifier")), "alone, in a text");
    let running = taken(&rows(40, |at, cells| cells[0] = format!("2025/04/{at}")));
    assert_eq!(running.column("case_ref").len(), 40, "others count on beyond the days of a month");
}

#[test]
fn references_that_are_one_but_for_zeros_stop_within_one_import() {
    let numbers = |alter: &dyn Fn(usize, &mut [String; 10])| {
        rows(40, |at, cells| {
            (cells[0], cells[1]) = (format!("{at:05}"), format!("{:04}", at / 2));
            alter(at, cells);
        })
    };
    let family = fault(&numbers(&|at, cells| {
        if at == 9 {
            cells[1] = "5".to_owned();
        }
    }));
    assert!(
        family.starts_with("the check zeros_lost stops the import: 1 times, first at cases.csv, line 10"),
        "{family}"
    );
    let again = rows(40, |_, _| ());
    let case =
        fault(&(numbers(&|_, _| ()) + &again.lines().nth(7).expect("a row").replacen("SP-00007,F0007", "7,0003", 1)));
    assert!(case.starts_with("the check zeros_lost stops the import: 1 times, first at cases.csv, line 42"), "{case}");
    let other = numbers(&|_, _| ()) + &again.lines().nth(8).expect("a row").replacen("SP-00008,F0008", "7,0003", 1);
    assert_eq!(taken(&other).column("case_ref").len(), 41, "somebody else");
    assert_eq!(taken(&rows(40, |at, cells| cells[0] = at.to_string())).column("case_ref").len(), 40, "no zeros at all");
}

#[test]
fn rules_are_asked_about_rows_that_were_completed_from_others() {
    let full = rows(20, |_, cells| (cells[4], cells[5]) = ("2026-02-01".to_owned(), "Closed".to_owned()));
    // Alone it has no closing, and says that the case was opened after it.
    let narrow: String = rows(20, |at, cells| {
        cells[5] = "Closed".to_owned();
        if at == 5 {
            cells[3] = "2026-03-01".to_owned();
        }
    })
    .lines()
    .map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        [&cells[..4], &cells[5..]].concat().join(",") + "\n"
    })
    .collect();
    let folder = tempfile::tempdir().expect("a folder");
    let found = opened(&folder, &[("a.csv", full.as_bytes()), ("b.csv", narrow.as_bytes())]).expect("both");
    assert_eq!((found.rejected("closed_before_opened"), found.column("case_ref").len()), (1, 19));
    assert_eq!(found.place("closed_before_opened"), "line 6");
}
