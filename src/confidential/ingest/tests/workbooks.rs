//! Workbooks of every format: the same table gives the same cases, and what is odd about it is said alike.

use std::fs;

use model::config::Source;
use model::config::source::Level;

use super::made::{self, FORMATS, HEAD, Made, Sheet, case, cases, make, zipped};
use super::{Taken, advice};
use crate::ingest::{IngestError, read};

fn attempt_as(source: Source, ending: &str, bytes: &[u8]) -> Result<Taken, IngestError> {
    let (_, codes) = advice();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(format!("cases.{ending}"));
    fs::write(&path, bytes).expect("a file");
    read(&[path], &source, &codes, &|_| {}).map(|reading| {
        assert!(reading.report.adds_up(), "{:?}", reading.report.rows);
        Taken { reading, source }
    })
}

fn attempt(ending: &str, bytes: &[u8]) -> Result<Taken, IngestError> {
    attempt_as(advice().0, ending, bytes)
}

fn taken(ending: &str, bytes: &[u8]) -> Taken {
    attempt(ending, bytes).unwrap_or_else(|error| panic!("{ending}: {error}"))
}

fn fault(ending: &str, bytes: &[u8]) -> String {
    match attempt(ending, bytes) {
        Ok(_) => panic!("{ending} is read"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_same_table_in_every_format_gives_the_same_cases_as_a_person_sees_them() {
    for format in FORMATS {
        let mut sheet = cases("Cases", 1..4);
        sheet.rows[2][6] = Made::Fault;
        sheet.rows[3][1] = Made::Blank;
        sheet.hidden = vec![2];
        let found = taken(format, &make(format, &[sheet]));
        assert_eq!(found.column("case_ref"), ["SP-00001", "SP-00002", "SP-00003"], "{format}");
        assert_eq!(found.column("date_first_contact"), ["2025-04-02", "2025-04-03", "2025-04-04"], "{format}");
        assert_eq!(found.column("school_name"), ["Elm & Road", "-", "Elm & Road"], "{format}");
        assert_eq!(found.column("family_ref"), ["F1", "F1", "-"], "{format}");
        assert_eq!((found.times("hidden_rows"), found.place("error_cell").as_str()), (1, "Cases!G3"), "{format}");
        assert_eq!(found.reading.report.dates["date_first_contact"]["date cell"], 3, "{format}");
    }
}

#[test]
fn cells_merged_over_several_cases_stop_where_the_source_does_not_fill_them_down() {
    for format in FORMATS {
        let mut sheet = cases("Cases", 1..7);
        sheet.merged = vec![(1, 3, 1), (4, 6, 1)];
        for row in [2, 3, 5, 6] {
            sheet.rows[row][1] = Made::Blank;
        }
        sheet.rows[4][1] = Made::Text("F2");
        let bytes = make(format, &[sheet]);
        let message = fault(format, &bytes);
        let first = format!("the check merged_cells stops the import: 2 times, first at cases.{format}, Cases!B2");
        assert_eq!(message, first, "{format}");
        let (mut source, _) = advice();
        let family = source.position("family_ref").expect("a field");
        source.fields[family].fill_down = true;
        let found = attempt_as(source.clone(), format, &bytes).unwrap_or_else(|error| panic!("{format}: {error}"));
        assert_eq!(found.column("family_ref"), ["F1", "F1", "F1", "F2", "F2", "F2"], "{format}");
        assert_eq!(found.times("merged_cells"), 0, "{format}");
    }
}

#[test]
fn cells_merged_over_several_fields_of_a_case_stop_and_totals_and_headings_do_not() {
    for format in FORMATS {
        let mut sheet = cases("Cases", 1..5);
        sheet.rows[2][6] = Made::Blank;
        sheet.merged_across = vec![(2, 5, 6)];
        let message = fault(format, &make(format, &[sheet]));
        let first = format!("the check merged_cells stops the import: 1 times, first at cases.{format}, Cases!G3");
        assert_eq!(message, first, "{format}");
        let mut sheet = cases("Cases", 1..5);
        for (words, blanks) in [("All cases", 4), ("Total", 5)] {
            let blanks = std::iter::repeat_n(Made::Blank, blanks);
            sheet.rows.push([Made::Text(words)].into_iter().chain(blanks).chain([Made::Number(4.0)]).collect());
        }
        sheet.merged_across = vec![(5, 0, 4), (6, 0, 5)];
        let found = taken(format, &make(format, &[sheet]));
        assert_eq!((found.column("case_ref").len(), found.times("merged_cells")), (4, 0), "{format}");
    }
}

#[test]
fn a_sheet_that_goes_on_may_stand_first_or_begin_in_another_column() {
    let moved = |number: usize| [vec![Made::Blank], case(number)].concat();
    let on = |rows: Vec<Vec<Made>>| Sheet { name: "Cases2", rows, ..Sheet::default() };
    let first = taken("xlsx", &make("xlsx", &[on((4..9).map(case).collect()), cases("Cases", 1..4)]));
    assert_eq!((first.column("case_ref").len(), first.times("continued_sheet")), (8, 1));
    let shifted = taken("xlsx", &make("xlsx", &[cases("Cases", 1..4), on((4..9).map(moved).collect())]));
    assert_eq!((shifted.column("case_ref").len(), shifted.times("continued_sheet")), (8, 1));
    assert_eq!(shifted.column("school_name"), ["Elm & Road"; 8]);
    let mut headed = cases("Cases", 1..4);
    headed.rows.iter_mut().for_each(|row| row.insert(0, Made::Blank));
    let back = taken("xlsx", &make("xlsx", &[headed, on((4..9).map(case).collect())]));
    assert_eq!((back.column("case_ref").len(), back.times("continued_sheet")), (8, 1));
    let mut merged = on((4..9).map(case).collect());
    merged.merged = vec![(0, 2, 1)];
    let message = fault("xlsx", &make("xlsx", &[cases("Cases", 1..4), merged]));
    assert!(message.starts_with("the check merged_cells stops"), "{message}");
}

#[test]
fn words_beside_the_table_are_said_and_a_row_moved_to_the_right_is_rejected() {
    let mut sheet = cases("Cases", 1..6);
    sheet.rows[2].extend([Made::Blank, Made::Text("ask Sam")]);
    sheet.rows[3].push(Made::Text("Elm & Road"));
    let found = taken("xlsx", &make("xlsx", &[sheet]));
    assert_eq!((found.column("case_ref").len(), found.rejected("ragged_row")), (4, 1));
    assert_eq!((found.times("margin_note"), found.place("margin_note").as_str()), (1, "Cases!I3"));
}

#[test]
fn a_remark_of_several_merged_lines_below_the_table_is_no_value_of_a_case() {
    let mut sheet = cases("Cases", 1..3);
    sheet.rows.push(vec![Made::Blank]);
    sheet.rows.push(vec![Made::Blank, Made::Text("Source: the office")]);
    sheet.rows.extend([vec![Made::Blank], vec![Made::Blank]]);
    sheet.merged = vec![(4, 6, 1)];
    let found = taken("xlsx", &make("xlsx", &[sheet]));
    assert_eq!((found.column("case_ref").len(), found.times("merged_cells")), (2, 0));
}

#[test]
fn a_cell_far_from_all_others_is_named_and_on_another_sheet_it_is_no_matter() {
    for (format, far, place) in [
        ("xlsx", (1_048_575, 16_383), "XFD1048576"),
        ("xlsb", (1_048_575, 16_383), "XFD1048576"),
        ("ods", (999_999, 799), "ADT1000000"),
    ] {
        let sheet = Sheet { far: Some(far), ..cases("Cases", 1..4) };
        let message = fault(format, &make(format, &[sheet]));
        let named = format!("cases.{format}, Cases!{place} holds something very far from all other cells");
        assert_eq!(message, named);
        let solver = Sheet { name: "Solver", rows: vec![vec![Made::Text("x")]], far: Some(far), ..Sheet::default() };
        let found = taken(format, &make(format, &[cases("Cases", 1..4), solver]));
        assert_eq!((found.column("case_ref").len(), found.times("other_sheet")), (3, 1), "{format}");
    }
    // A sheet of XLS is so small that a cell in its last corner is a row like others.
    let sheet = Sheet { far: Some((65_535, 255)), ..cases("Cases", 1..4) };
    let found = taken("xls", &make("xls", &[sheet]));
    assert_eq!((found.column("case_ref").len(), found.skipped("totals_row")), (3, 1));
}

#[test]
fn a_sheet_that_goes_on_without_a_header_is_read_on_and_other_sheets_are_said_with_their_rows() {
    for format in FORMATS {
        let rows = (4..9).map(case).collect();
        let second = Sheet { name: "Cases2", rows, ..Sheet::default() };
        let notes = vec![vec![Made::Text("How to read this")], vec![Made::Text("Ask"), Made::Text("Sam")]];
        let third = Sheet { name: "Help", rows: notes, ..Sheet::default() };
        let found = taken(format, &make(format, &[cases("Cases", 1..4), second, third]));
        assert_eq!(found.column("case_ref").len(), 8, "{format}");
        assert_eq!(found.reading.recordings[3].origin.row, 1, "{format}");
        assert_eq!((found.times("continued_sheet"), found.place("continued_sheet").as_str()), (1, "sheet Cases2"));
        assert_eq!((found.times("other_sheet"), found.place("other_sheet").as_str()), (1, "sheet Help"));
        let text = found.reading.report.to_text();
        assert!(text.contains("sheet Cases2: no header, read under that of another sheet, 5 rows"), "{text}");
        assert!(text.contains("sheet Help: no header of this source, 2 rows not read"), "{text}");
    }
}

#[test]
fn a_table_that_ends_in_the_last_row_of_its_format_stops_unless_a_sheet_goes_on() {
    let full = cases("Cases", 1..65_536);
    let message = fault("xls", &make("xls", std::slice::from_ref(&full)));
    assert_eq!(message, "the check full_sheet stops the import: 1 times, first at cases.xls, Cases!65536");
    let rows = (65_536..65_540).map(case).collect();
    let found = taken("xls", &make("xls", &[full, Sheet { name: "Cases2", rows, ..Sheet::default() }]));
    assert_eq!((found.column("case_ref").len(), found.times("full_sheet")), (65_539, 0));
    assert_eq!(taken("xls", &make("xls", &[cases("Cases", 1..65_535)])).times("full_sheet"), 0, "one row less");
}

#[test]
fn an_odd_cell_is_the_fault_of_that_cell_and_the_rest_is_read() {
    let sheet = cases("Cases", 1..12);
    let mut parts = made::xlsx(&[sheet]);
    let xml = String::from_utf8(parts[0].1.clone()).expect("text");
    let odd = [
        "t=\"e\"><v>#SPILL!</v>",
        "t=\"e\"><v>#BUSY!</v>",
        "t=\"e\"><v>#N/V</v>",
        "t=\"e\"><v>anything</v>",
        "t=\"n\"><v>1,5</v>",
        "t=\"n\"><v>1 500</v>",
        "t=\"n\"><v>NaN</v>",
        "t=\"b\"><v>maybe</v>",
        "t=\"s\"><v>12</v>",
        "t=\"odd\"><v>1</v>",
    ];
    let mut changed = xml;
    for (row, odd) in (2..).zip(odd) {
        let whole = format!("r=\"G{row}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">Elm &amp; Road</t></is>");
        assert!(changed.contains(&whole));
        changed = changed.replace(&whole, &format!("r=\"G{row}\" {odd}"));
    }
    parts[0].1 = changed.into_bytes();
    let found = taken("xlsx", &zipped(&parts));
    assert_eq!((found.times("error_cell"), found.place("error_cell").as_str()), (10, "Cases!G2"));
    assert_eq!(found.column("school_name")[10], "Elm & Road");
}

#[test]
fn a_formula_that_no_program_computed_has_no_value_though_the_file_says_zero() {
    let mut sheet = cases("Cases", 1..4);
    sheet.rows[0].push(Made::Text("Minutes spent"));
    for (row, result) in [(1, 0.0), (2, 95.0), (3, 0.0)] {
        sheet.rows[row].push(if row == 3 { Made::Number(0.0) } else { Made::Formula(Some(result)) });
    }
    let minutes = |says: &str| {
        let mut parts = made::xlsx(std::slice::from_ref(&sheet));
        let book = parts.iter_mut().find(|(name, _)| name == "xl/workbook.xml").expect("the workbook");
        book.1 = replaced(&book.1, "</sheets>", says);
        let found = taken("xlsx", &zipped(&parts));
        (found.column("minutes_spent").join(" "), found.times("formula_without_value"))
    };
    assert_eq!(minutes("</sheets><calcPr calcId=\"124519\" fullCalcOnLoad=\"1\"/>"), ("- 95 0".to_owned(), 1));
    assert_eq!(minutes("</sheets><calcPr calcId=\"191029\"/>"), ("0 95 0".to_owned(), 0), "a computed one");
}

/// A package with one thing changed in all of its parts.
fn renamed(change: impl Fn(&str, Vec<u8>) -> (String, Vec<u8>)) -> Vec<u8> {
    zipped(&made::xlsx(&[cases("Cases", 1..4)]).into_iter().map(|(name, bytes)| change(&name, bytes)).collect())
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replace(from, to).into_bytes()
}

#[test]
fn valid_but_unusual_packages_open() {
    let utf16 = |bytes: &[u8]| {
        let text = format!("<?xml version=\"1.0\" encoding=\"UTF-16\"?>{}", String::from_utf8_lossy(bytes));
        [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    let at = "worksheets/sheet1.xml";
    let root = |name: &str, bytes: Vec<u8>| match name {
        "_rels/.rels" => (name.to_owned(), replaced(&bytes, "xl/workbook.xml", "/workbook.xml")),
        "xl/_rels/workbook.xml.rels" => ("_rels/workbook.xml.rels".to_owned(), replaced(&bytes, at, "/sheet1.xml")),
        _ => (name.rsplit('/').next().expect("a name").to_owned(), bytes),
    };
    let unusual: Vec<(&str, Vec<u8>)> = vec![
        (
            "another name of the main part",
            renamed(|name, bytes| (name.replace("workbook", "book2"), replaced(&bytes, "xl/workbook", "xl/book2"))),
        ),
        ("backslashes", renamed(|name, bytes| (name.replace('/', "\\"), bytes))),
        ("a dot", renamed(|name, bytes| (name.to_owned(), replaced(&bytes, at, "./worksheets/sheet1.xml")))),
        ("two dots", renamed(|name, bytes| (name.to_owned(), replaced(&bytes, at, "../xl/worksheets/sheet1.xml")))),
        ("from the root", renamed(|name, bytes| (name.to_owned(), replaced(&bytes, at, "/xl/worksheets/sheet1.xml")))),
        ("capitals", renamed(|name, bytes| (name.replace("sheets", "SHEETS"), bytes))),
        ("UTF-16", renamed(|name, bytes| (name.to_owned(), utf16(&bytes)))),
        ("a mark", renamed(|name, bytes| (name.to_owned(), [&[0xEF, 0xBB, 0xBF][..], &bytes].concat()))),
        ("no folder", renamed(root)),
        (
            "bytes before it",
            [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), renamed(|name, bytes| (name.to_owned(), bytes))].concat(),
        ),
        (
            "prefixes",
            renamed(|name, bytes| {
                let prefixed = replaced(&replaced(&bytes, "<", "<x:"), "<x:/", "</x:");
                (name.to_owned(), if name.contains("sheet") { prefixed } else { bytes })
            }),
        ),
    ];
    for (what, bytes) in unusual {
        let found = attempt("xlsx", &bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(found.column("case_ref").len(), 3, "{what}");
    }
}

#[test]
fn a_sheet_without_its_part_is_named_and_the_others_are_read() {
    let without = |part: &str| {
        let mut parts = made::xlsx(&[cases("Cases", 1..4), cases("Gone", 4..7)]);
        parts.retain(|(name, _)| !name.ends_with(part));
        zipped(&parts)
    };
    let found = taken("xlsx", &without("sheet2.xml"));
    assert_eq!((found.column("case_ref").len(), found.place("damaged_sheet").as_str()), (3, "sheet Gone"));
    let mut alone = made::xlsx(&[cases("Cases", 1..4)]);
    alone.retain(|(name, _)| !name.ends_with("sheet1.xml"));
    assert_eq!(
        fault("xlsx", &zipped(&alone)),
        "cases.xlsx, sheet Cases is named in the workbook, but its part is missing"
    );
}

#[test]
fn a_part_that_several_sheets_name_is_read_once() {
    let mut parts = made::xlsx(&[cases("Cases", 1..4)]);
    let book = parts.iter_mut().find(|(name, _)| name == "xl/workbook.xml").expect("the workbook");
    let named = "<sheet name=\"Again\" sheetId=\"2\" r:id=\"rId1\"/>";
    book.1 = replaced(&book.1, "</sheets>", &format!("{}</sheets>", named.repeat(1_000)));
    let found = taken("xlsx", &zipped(&parts));
    assert_eq!((found.column("case_ref").len(), found.times("damaged_sheet")), (3, 1_000));
}

#[test]
fn a_sheet_that_breaks_off_among_its_cases_stops_and_names_the_row() {
    let mut parts = made::xlsx(&[cases("Cases", 1..9)]);
    let half = parts[0].1.len() / 2;
    parts[0].1.truncate(half);
    let message = fault("xlsx", &zipped(&parts));
    assert!(message.starts_with("cases.xlsx, sheet Cases is damaged after row "), "{message}");
}

#[test]
fn a_workbook_that_is_cut_off_anywhere_is_damaged_and_never_shorter() {
    for format in FORMATS {
        let whole = make(format, &[cases("Cases", 1..200)]);
        let mut damaged = 0;
        for part in 1..40 {
            match attempt(format, &whole[..whole.len() * part / 40]) {
                // What was cut off of a compound file may have been no part of the workbook.
                Ok(found) => assert_eq!((format, found.column("case_ref").len()), ("xls", 199), "{part} of 40"),
                Err(error) => {
                    assert!(error.to_string().contains("damaged"), "{format}, {part} of 40: {error}");
                    damaged += 1;
                }
            }
        }
        assert!(damaged > 30, "{format}: {damaged}");
    }
}

#[test]
fn a_long_text_in_very_many_cells_is_refused_at_the_cell_where_it_is_too_much() {
    let mut parts = made::xlsx(&[cases("Cases", 1..2)]);
    let text = "a".repeat(1_000_000);
    parts.push(("xl/sharedStrings.xml".to_owned(), format!("<sst><si><t>{text}</t></si></sst>").into_bytes()));
    let xml = String::from_utf8(parts[0].1.clone()).expect("text");
    let rows: String =
        (3..2_000).map(|row| format!("<row r=\"{row}\"><c r=\"A{row}\" t=\"s\"><v>0</v></c></row>")).collect();
    parts[0].1 = xml.replace("</sheetData>", &format!("{rows}</sheetData>")).into_bytes();
    let message = fault("xlsx", &zipped(&parts));
    assert!(message.starts_with("cases.xlsx, Cases!A539 is where the sheet holds more text"), "{message}");
}

#[test]
fn blank_rows_of_very_many_sheets_are_not_walked_through() {
    let rows = vec![vec![Made::Number(1.0)]];
    let far = Sheet { name: "Solver", rows, far: Some((1_048_575, 0)), ..Sheet::default() };
    let with = |many: usize| {
        let sheets: Vec<Sheet> = [cases("Cases", 1..4)].into_iter().chain(vec![far.clone(); many]).collect();
        make("xlsx", &sheets)
    };
    let found = taken("xlsx", &with(10));
    assert_eq!((found.column("case_ref").len(), found.times("other_sheet")), (3, 10));
    let message = fault("xlsx", &with(20));
    assert!(message.starts_with("cases.xlsx, Solver!A1048576 is where the sheet holds more"), "{message}");
}

#[test]
fn a_filled_row_that_repeats_without_end_is_refused_before_it_is_kept() {
    let mut parts = made::ods(&[cases("Cases", 1..4)]);
    let xml = String::from_utf8(parts[1].1.clone()).expect("text");
    let at = xml.rfind("<table:table-row>").expect("a row");
    parts[1].1 = format!("{}<table:table-row table:number-rows-repeated=\"1048000\">{}", &xml[..at], &xml[at + 17..])
        .into_bytes();
    assert_eq!(
        fault("ods", &zipped(&parts)),
        "cases.ods, Cases!4 is filled and stands more than 10,000 times in sequence"
    );
}

#[test]
fn times_of_an_ods_sheet_are_lengths_of_time() {
    let mut parts = made::ods(&[Sheet {
        name: "Cases",
        rows: [HEAD.to_vec(), case(1)].map(|row| [row, vec![Made::Text("Minutes spent")]].concat()).to_vec(),
        ..Sheet::default()
    }]);
    let xml = String::from_utf8(parts[1].1.clone()).expect("text");
    let at = xml.rfind("<table:table-cell").expect("a cell");
    let time = "<table:table-cell office:value-type=\"time\" office:time-value=\"PT01H35M00S\"><text:p>01:35</text:p></table:table-cell>";
    let end = xml[at..].find("</table:table-row>").expect("its row") + at;
    parts[1].1 = format!("{}{time}{}", &xml[..at], &xml[end..]).into_bytes();
    assert_eq!(taken("ods", &zipped(&parts)).column("minutes_spent"), ["95"]);
}

#[test]
fn comments_shapes_and_tracked_changes_of_an_ods_sheet_are_no_text_of_a_cell() {
    let mut parts = made::ods(&[cases("Cases", 1..3)]);
    let around = "<office:annotation><text:p>Ask Tom Example</text:p></office:annotation>\
                  <draw:frame><draw:text-box><text:p>a box</text:p></draw:text-box></draw:frame>";
    let tracked =
        "<table:tracked-changes><table:table-cell><text:p>was</text:p></table:table-cell></table:tracked-changes>";
    let xml = String::from_utf8(parts[1].1.clone()).expect("text");
    let xml = xml.replacen("<text:p>F1", &format!("{around}<text:p>F<text:s text:c=\"2\"/>1"), 1);
    parts[1].1 = xml.replacen("<table:table ", &format!("{tracked}<table:table "), 1).into_bytes();
    let found = taken("ods", &zipped(&parts));
    assert_eq!((found.column("family_ref"), found.times("cell_comments")), (vec!["F 1", "F1"], 1));
}

#[test]
fn a_check_may_let_merged_cells_pass_as_they_stand() {
    let (mut source, _) = advice();
    source.checks.insert("merged_cells".to_owned(), Level::Warn);
    let mut sheet = cases("Cases", 1..4);
    sheet.merged = vec![(1, 3, 1)];
    sheet.rows[2][1] = Made::Blank;
    sheet.rows[3][1] = Made::Blank;
    let found = attempt_as(source, "xls", &make("xls", &[sheet])).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((found.column("family_ref"), found.times("merged_cells")), (vec!["F1", "-", "-"], 1));
}

#[test]
fn a_list_beside_the_cases_is_no_table_of_cases_and_a_case_is_no_header() {
    for format in FORMATS {
        let workers = vec![
            vec![Made::Text("Caseworker"), Made::Text("District"), Made::Text("Desk")],
            vec![Made::Text("Pat"), Made::Text("Elm"), Made::Text("One")],
        ];
        let workers = Sheet { name: "Workers", rows: workers, ..Sheet::default() };
        // What a case says may be the names of columns.
        let mut words = case(9);
        (words[3], words[4], words[5], words[6]) =
            (Made::Text("Worker"), Made::Text("District"), Made::Text("School"), Made::Text("Notes"));
        let second = Sheet { name: "More", rows: vec![words, case(10), case(11)], ..Sheet::default() };
        let found = taken(format, &make(format, &[cases("Cases", 1..4), workers, second]));
        let text = found.reading.report.to_text();
        assert!(text.contains("sheet Workers: no header of this source"), "{format}: {text}");
        assert!(!text.contains("SP-0000"), "{format}: no value");
    }
}

#[test]
fn a_formula_without_a_result_is_said_at_its_place_and_an_empty_text_among_results_is_a_blank() {
    for format in ["xlsx", "xls", "ods"] {
        let with = |results: [Option<f64>; 2]| {
            let mut sheet = cases("Cases", 1..4);
            sheet.rows[0][6] = Made::Text("Minutes spent");
            for (row, result) in (1..).zip(results) {
                sheet.rows[row][6] = Made::Formula(result);
            }
            sheet.rows[3][6] = Made::Number(7.0);
            taken(format, &make(format, &[sheet]))
        };
        let none = with([None, None]);
        assert_eq!(
            (none.times("formula_without_value"), none.place("formula_without_value").as_str()),
            (2, "Cases!G2"),
            "{format}"
        );
        assert_eq!(none.column("minutes_spent"), ["-", "-", "7"], "{format}");
        let one = with([Some(30.0), None]);
        assert_eq!(one.column("minutes_spent"), ["30", "-", "7"], "{format}");
        // In this format an empty text is written as no result is.
        assert_eq!(one.times("formula_without_value"), u64::from(format != "xls"), "{format}");
    }
}

#[test]
fn a_text_cell_that_looks_like_a_day_is_a_reference_and_a_day_is_none() {
    for format in FORMATS {
        let mut sheet = cases("Cases", 1..30);
        sheet.rows[3][0] = Made::Text("2025/04/30");
        sheet.rows[4][0] = Made::Text("12-Mar");
        sheet.rows[5][0] = Made::Day(45_777.0);
        let found = taken(format, &make(format, &[sheet]));
        assert_eq!((found.column("case_ref").len(), found.rejected("odd_identifier")), (28, 1), "{format}");
        assert_eq!(found.place("odd_identifier"), "Cases!A6", "{format}");
    }
}
