use super::*;
use crate::store::tests::{bare_source, field};
use model::config::source::Class;

/// What is found in a column of kind `kind`, and the rows first named.
fn found(kind: Kind, cells: &[Cell<'_>]) -> (Decision, Vec<(&'static str, u64, u64)>) {
    let fields = vec![field("case", Kind::Text, Class::Direct), field("family", Kind::Text, Class::Direct)];
    let mut source = bare_source(fields);
    source.fields[1].kind = kind;
    source.fields[1].fold = (kind == Kind::Text).then_some(true);
    let mut evidence = Evidence::new(&source);
    for (row, cell) in cells.iter().enumerate() {
        let place = || Place { file: String::new(), sheet: String::new(), row: row as u64 + 2, column: None };
        evidence.hear(1, *cell, place);
    }
    let Found { decision, against, .. } = evidence.decide().remove(&1).expect("heard");
    (decision, against.into_iter().map(|found| (found.check, found.count, found.first[0].row)).collect())
}

fn dates(cells: &[&str]) -> (Order, Vec<(&'static str, u64, u64)>) {
    let cells: Vec<Cell<'_>> = cells.iter().map(|text| Cell::Text(text)).collect();
    let (decision, against) = found(Kind::Date, &cells);
    (decision.order, against)
}

#[test]
fn the_order_of_a_column_is_that_of_the_rows_that_have_only_one() {
    assert_eq!(dates(&["01/02/2025", "25/04/2025"]), (Order::DayFirst, vec![]));
    assert_eq!(dates(&["01/02/2025", "04/25/2025", "04/26/2025"]), (Order::MonthFirst, vec![]));
    assert_eq!(dates(&["01/02/2025", "03/04/2025"]), (Order::DayFirst, vec![]), "nothing tells");
}

#[test]
fn two_orders_in_one_column_are_said_with_the_rows_and_a_single_slip_is_none() {
    assert_eq!(dates(&["25/04/2025", "26/04/2025", "04/25/2025"]), (Order::DayFirst, vec![]));
    let both = ["25/04/2025", "26/04/2025", "27/04/2025", "04/25/2025", "04/26/2025"];
    assert_eq!(dates(&both), (Order::DayFirst, vec![("mixed_date_order", 2, 5)]));
}

#[test]
fn a_column_is_half_swapped_where_date_cells_and_texts_share_no_day() {
    // 45901 and 45932 are 1 September and 2 October.
    let swapped = [
        Cell::Serial(45901.0),
        Cell::Serial(45932.0),
        Cell::Text("25/01/2025"),
        Cell::Text("26/01/2025"),
        Cell::Text("13/02/2025"),
    ];
    assert_eq!(found(Kind::Date, &swapped).1, [("half_swapped_dates", 3, 4)]);
    let sound = [&swapped[..], &[Cell::Serial(45920.0)]].concat();
    assert_eq!(found(Kind::Date, &sound).1, [], "a date cell of the 20th");
    let sound = [&swapped[..], &[Cell::Text("01/02/2025")]].concat();
    assert_eq!(found(Kind::Date, &sound).1, [], "a text that would have been read");
    assert_eq!(found(Kind::Date, &swapped[1..3]).1, [], "one of each may be chance");
    let in_text = ["2025-09-01", "2025-10-02", "25/01/2025", "26/01/2025", "13/02/2025"];
    assert_eq!(dates(&in_text).1, [("half_swapped_dates", 3, 4)], "as a text file keeps them");
    let abroad = ["2025-09-01", "2025-10-02", "01/25/2025", "01/26/2025", "02/13/2025"];
    assert_eq!(dates(&abroad).1, [("half_swapped_dates", 3, 4)], "the other way about");
}

#[test]
fn a_column_is_half_swapped_in_whatever_way_the_exchanged_ones_are_written() {
    let left = ["25/01/2025", "26/01/2025", "13/02/2025", "14/02/2025"];
    for made in ["01-Sep-25", "01 September 2025", "45901", "2025/09/01", "20250901", "01-09-2025", "01/09/25"] {
        let column = [&[made, made][..], &left].concat();
        assert_eq!(dates(&column).1, [("half_swapped_dates", 4, 4)], "{made}");
    }
    let cells: Vec<Cell<'_>> = left.iter().map(|text| Cell::Text(text)).collect();
    let numbers = [&[Cell::Number(45901.0), Cell::Number(45932.0)], &cells[..]].concat();
    assert_eq!(found(Kind::Date, &numbers).1, [("half_swapped_dates", 4, 4)], "dates that lost their format");
    let dashed = ["2025-09-01", "2025-10-02", "25-01-25", "26-01-25", "13-02-25", "14-02-25"];
    assert_eq!(dates(&dashed).1, [("half_swapped_dates", 4, 4)], "a short year with dashes");
    // A spreadsheet of the other order shows `9/1/2025` of `09/01/25`, which is read as it was meant.
    let shown = ["9/1/2025", "12/1/2025", "25/01/25", "26/01/25", "13/02/25", "14/02/25"];
    assert_eq!(dates(&shown).1, []);
    let by_hand = [&["01-Sep-25"; 10][..], &["20-Sep-25"], &left, &left, &left, &["03/04/2025"]].concat();
    assert_eq!(dates(&by_hand).1, [("half_swapped_dates", 12, 13)], "a few that somebody wrote later");
    let words = ["01-Sep-25", "20-Sep-25", "25/01/2025", "26/01/2025", "13/02/2025"];
    assert_eq!(dates(&words).1, [], "days above 12 in both");
}

#[test]
fn years_of_two_digits_that_may_stand_first_are_asked_about() {
    let months: Vec<String> = (1..=12).map(|month| format!("25-{month:02}-{:02}", month * 2)).collect();
    let texts: Vec<&str> = months.iter().map(String::as_str).collect();
    assert_eq!(dates(&texts).1, [("year_order", 12, 2)]);
    assert_eq!(dates(&["99-04-07", "98-04-07"]).1, [("year_order", 2, 2)], "no day 99");
    assert_eq!(dates(&["07-04-25", "09-04-25", "11-05-25"]).1, [], "one year, many days");
    assert_eq!(dates(&["07-04-99", "12-04-10"]).1, [], "no day 99");
    assert_eq!(dates(&["07/04/25", "08/05/24"]).1, [], "as people here write");
    assert_eq!(dates(&["07-04-25", "08-05-24"]).1, [("year_order", 2, 2)], "as a machine might");
}

#[test]
fn lengths_with_a_colon_are_asked_about_where_hours_would_be_too_many() {
    let times = |cells: &[&str]| {
        let cells: Vec<Cell<'_>> = cells.iter().map(|text| Cell::Text(text)).collect();
        found(Kind::Minutes, &cells).1
    };
    assert_eq!(times(&["1:35", "45:30", "0:20"]), [("hours_or_minutes", 1, 3)]);
    assert_eq!(times(&["12:30", "8:15", "11:45"]), [("hours_or_minutes", 2, 2)]);
    assert_eq!(
        times(&["0.116666667", "1.5333333", "30"]),
        [("hours_or_minutes", 2, 2)],
        "7 minutes and 92, or 168 and 2208"
    );
    assert_eq!(times(&["0.0659722", "0.0833333"]), [], "95 minutes and two hours");
    let in_days = |cells: &[f64]| {
        let cells: Vec<Cell<'_>> = cells.iter().map(|number| Cell::Number(*number)).collect();
        found(Kind::Minutes, &cells).0.in_days
    };
    assert!(in_days(&[0.0423611, 0.0430556, 0.0451389, 0.0458333, 0.05]), "72 minutes among parts of a day");
    assert!(!in_days(&[0.5, 0.75, 1.5, 0.0423611]) && !in_days(&[0.5166667, 0.5333333, 0.55]), "hours");
    assert_eq!(times(&["1:35", "2:20", "0:40", "3:00", "1:00", "10:30"]), []);
    assert_eq!(times(&["01:35:00", "26:30:00"]), [], "with seconds there is no doubt");
}

#[test]
fn long_numbers_are_cut_off_where_all_of_them_end_in_zeros() {
    let cut = |cells: [&str; 3]| found(Kind::Text, &cells.map(Cell::Text)).0.cut_off;
    assert!(cut(["202504000001234000", "202504000001235000", "12"]));
    assert!(!cut(["202504000001234000", "202504000001235678", "12"]));
    assert!(cut(["2025040000012340", "2025040000012340", "2025040000012350"]), "one digit, and two are the same");
    assert!(!cut(["2025040000012340", "2025040000012350", "2025040000012360"]), "they count by tens");
}

/// What is found in several columns of dates, by their places.
fn columns(columns: &[&[&str]]) -> Vec<(Order, Vec<(&'static str, u64)>)> {
    let fields = (0..columns.len()).map(|at| field(&format!("date {at}"), Kind::Date, Class::Quasi));
    let source = bare_source(fields.collect());
    let mut evidence = Evidence::new(&source);
    for (at, cells) in columns.iter().enumerate() {
        for (row, text) in cells.iter().enumerate() {
            let place = || Place { file: String::new(), sheet: String::new(), row: row as u64 + 2, column: None };
            evidence.hear(at, Cell::Text(text), place);
        }
    }
    let against = |found: Found| found.against.into_iter().map(|found| (found.check, found.count)).collect();
    evidence.decide().into_values().map(|found| (found.decision.order, against(found))).collect()
}

#[test]
fn two_columns_that_contradict_each_other_do_not_decide_a_third() {
    let (days, months) = (["25/04/2025", "26/04/2025"], ["04/25/2025", "04/26/2025"]);
    let open = ["01/02/2025", "03/04/2025", "05/05/2025"];
    let found = columns(&[&days, &months, &open]);
    assert_eq!(found[0], (Order::DayFirst, vec![]));
    assert_eq!(found[1], (Order::MonthFirst, vec![]), "each can be read in one way");
    assert_eq!(found[2].1, [("mixed_date_order", 2)], "5 May is one day in both");
    let same = ["05/05/2025", "06/06/2025"];
    assert_eq!(columns(&[&days, &months, &same])[2].1, [], "nothing to ask");
    assert_eq!(columns(&[&days, &months[..1], &open])[2], (Order::DayFirst, vec![]), "one may be a slip");
    assert_eq!(columns(&[&days[..1], &months[..1], &open])[2].1, [("mixed_date_order", 2)]);
    assert_eq!(columns(&[&months, &months, &open])[2], (Order::MonthFirst, vec![]), "the others agree");
}

#[test]
fn one_outlier_does_not_answer_for_a_column_of_hours() {
    let lengths = |cells: &[&str]| {
        let cells: Vec<Cell<'_>> = cells.iter().map(|text| Cell::Text(text)).collect();
        found(Kind::Minutes, &cells).1
    };
    let hours = ["1", "2", "1.5", "3", "2", "40"];
    assert_eq!(lengths(&hours), [("hours_or_minutes", 5, 2)]);
    assert_eq!(lengths(&hours[..5]), [("hours_or_minutes", 5, 2)]);
    assert_eq!(lengths(&["10", "2", "1.5", "30", "20", "40"]), [], "most are longer than a day's work has hours");
    assert_eq!(lengths(&["30.5", "45.5", "95.5", "5", "7"]), [], "minutes with seconds are no hours");
    let parts = ["0.1166667", "1.1166667", "2.25", "0.8333333", "0.0437500"];
    assert_eq!(lengths(&parts).first().map(|found| found.0), Some("hours_or_minutes"));
}

#[test]
fn a_reference_that_counts_on_within_a_month_says_that_none_is_a_date() {
    let written = |cells: &[&str]| {
        let cells: Vec<Cell<'_>> = cells.iter().map(|text| Cell::Text(text)).collect();
        found(Kind::Text, &cells).0.as_written
    };
    assert!(written(&["2025/04/30", "2025/04/113"]) && written(&["2025/04/3", "2025/04/12"]));
    assert!(!written(&["2025/04/30", "2025/04/12", "SP-1"]));
}

#[test]
fn midnights_that_were_moved_to_another_zone_are_told_by_all_of_the_column() {
    let moved = ["2025-01-13 00:00:00", "2025-03-31 23:00:00", "2025-06-04T23:00:00.000", "2025-07-01"];
    assert_eq!(dates(&moved).1, [("moved_midnights", 2, 3)]);
    assert_eq!(dates(&["31/03/2025 23:00", "04/06/2025 23:00"]).1, [("moved_midnights", 2, 2)]);
    let cell = |days: f64, hours: f64| Cell::Serial(days + hours / 24.0);
    assert_eq!(
        found(Kind::Date, &[cell(45747.0, 23.0), cell(45812.0, 23.0), cell(45920.0, 0.0)]).1,
        [("moved_midnights", 2, 2)]
    );
    assert_eq!(dates(&[&moved[..], &["2025-06-05 09:30:00"]].concat()).1, [], "there are other times");
    assert_eq!(dates(&moved[..2]).1, [], "one may be somebody who rang late");
    assert_eq!(dates(&[&moved[..], &["2025-01-14 23:00:00"]].concat()).1, [], "a job that runs all the year");
    assert_eq!(dates(&["2025-03-31 11:00:00 PM", "2025-06-04 11:00 PM"]).1, [], "not known here");
}

#[test]
fn a_column_of_working_hours_is_asked_about_where_it_is_long() {
    let whole = |count: usize| (0..count).map(|at| (at % 7 + 1).to_string()).collect::<Vec<_>>();
    let asked = |cells: &[String]| {
        let cells: Vec<Cell<'_>> = cells.iter().map(|text| Cell::Text(text)).collect();
        found(Kind::Minutes, &cells).1
    };
    assert_eq!(asked(&whole(20)), [("hours_or_minutes", 20, 2)]);
    assert_eq!(asked(&whole(19)), []);
    assert_eq!(asked(&[whole(40), vec!["45".to_owned()]].concat()), [], "one of 45 is no working day's");
}
