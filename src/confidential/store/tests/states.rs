//! States of a case that come in the wrong order, with fewer columns, or under the reference of somebody else.

use model::config::source::{Class, Kind, Level, Source};

use super::{Bench, field, recordings, source};
use crate::store::import::{Batch, ImportOutcome};

const JUNE: &str = "A1 F1 2026-01-10 2026-06-01 SEMH\n B2 F2 2026-01-09 - MLD";
const MARCH: &str = "A1 F1 2026-01-10 - ASD\n B2 F2 2026-01-09 - SEMH";

/// A source whose later closing is the later state.
fn dated() -> Source {
    Source { later: vec!["last".to_owned()], ..source() }
}

fn import(bench: &mut Bench, source: &Source, lines: &str, absent: &[usize], replace: bool) -> ImportOutcome {
    let mut recordings = recordings("a.csv", lines);
    for recording in &mut recordings {
        recording.absent = absent.into();
    }
    let digests = [("a.csv".to_owned(), format!("{lines}{absent:?}"))];
    let batch = Batch { source, recordings: &recordings, digests: &digests, today_month: None, replace };
    let compared = bench.store.compare(batch).expect("a comparison");
    let outcome = bench.store.import(batch).expect("an import");
    assert_eq!(compared, outcome);
    outcome
}

#[test]
fn an_older_state_changes_nothing_and_is_named_by_its_place() {
    let mut bench = Bench::new();
    import(&mut bench, &dated(), JUNE, &[], false);
    let outcome = import(&mut bench, &dated(), MARCH, &[], false);
    assert_eq!(
        (outcome.updated, outcome.unchanged, outcome.older.len()),
        (1, 0, 1),
        "no date says of B2 which is later"
    );
    assert_eq!(outcome.older[0].row, 2);
    assert_eq!(bench.cases(None), "A1 SEMH 2026-M01 2026-M06\nB2 SEMH 2026-M01 -\n");
    let outcome = import(&mut bench, &dated(), MARCH, &[], true);
    assert_eq!((outcome.updated, outcome.unchanged, outcome.older.len()), (1, 1, 0), "where somebody means it");
    assert_eq!(bench.cases(None), "A1 ASD 2026-M01 -\nB2 SEMH 2026-M01 -\n");
}

#[test]
fn a_column_that_is_missing_is_no_blank_cell() {
    let mut bench = Bench::new();
    import(&mut bench, &dated(), JUNE, &[], false);
    let narrow = "A1 - 2026-01-10 - SEMH\n B2 - 2026-01-09 - SPLD\n C3 - 2026-01-09 - SPLD";
    let outcome = import(&mut bench, &dated(), narrow, &[1, 3], false);
    assert_eq!((outcome.stored, outcome.updated, outcome.unchanged), (1, 1, 1));
    assert_eq!(bench.cases(None), "A1 SEMH 2026-M01 2026-M06\nB2 SPLD 2026-M01 -\nC3 SPLD 2026-M01 -\n");
    let sql = "SELECT field_values FROM cases WHERE case_key = 'B2'";
    let values: String = bench.store.connection.query_row(sql, [], |row| row.get(0)).expect("a case");
    assert_eq!(values, r#"["B2","F2","2026-01-09",null,"SPLD"]"#);
    let outcome = import(&mut bench, &dated(), "B2 - 2026-01-09 - SPLD", &[3], false);
    assert_eq!(outcome.updated, 1, "a blank cell of a column that is there says that there is no family");
}

#[test]
fn somebody_else_under_a_known_reference_stops_and_is_left_out_or_taken_where_the_source_says_so() {
    let mut bench = Bench::new();
    let mut source = dated();
    source.fields.push(field("born", Kind::Date, Class::Direct));
    import(&mut bench, &source, "A1 F1 2026-01-10 - ASD 2014-01-01\n B2 F2 2026-01-11 - ASD -", &[], false);
    let others = "A1 F9 2026-02-10 - MLD 2016-01-01\n B2 F2 2026-03-11 - MLD 2016-01-01\n C3 F3 2026-03-11 - MLD -";
    let outcome = import(&mut bench, &source, others, &[], false);
    assert_eq!((outcome.others.len(), outcome.others[0].row), (1, 2), "B2 is of the same family");
    assert_eq!(bench.cases(None), "A1 ASD 2026-M01 -\nB2 ASD 2026-M01 -\n", "nothing was stored");
    source.checks.insert("other_person".to_owned(), Level::Reject);
    let outcome = import(&mut bench, &source, others, &[], false);
    assert_eq!((outcome.stored, outcome.updated, outcome.others.len()), (1, 1, 1));
    assert_eq!(bench.cases(None), "A1 ASD 2026-M01 -\nB2 MLD 2026-M03 -\nC3 MLD 2026-M03 -\n");
    source.checks.insert("other_person".to_owned(), Level::Warn);
    let outcome = import(&mut bench, &source, &format!("{others} "), &[], false);
    assert_eq!((outcome.updated, outcome.unchanged, outcome.others.len()), (1, 2, 1));
}

#[test]
fn a_reference_that_lost_its_zeros_stops_where_the_store_has_the_person_and_is_new_where_it_has_not() {
    let mut bench = Bench::new();
    import(&mut bench, &dated(), "00001 F1 2026-01-10 - ASD\n 00002 F2 2026-01-11 - ASD", &[], false);
    let outcome = import(&mut bench, &dated(), "1 F1 2026-01-10 - MLD\n 2 F9 2026-03-11 - MLD", &[], false);
    assert_eq!((outcome.zeros.len(), outcome.zeros[0].row), (1, 2));
    assert_eq!(bench.cases(None), "00001 ASD 2026-M01 -\n00002 ASD 2026-M01 -\n", "nothing was stored");
    let outcome = import(&mut bench, &dated(), "2 F9 2026-03-11 - MLD", &[], false);
    assert_eq!((outcome.stored, outcome.zeros.len()), (1, 0), "somebody else");
}
