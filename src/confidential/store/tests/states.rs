//! States of a case that come in the wrong order, with fewer columns, or under the reference of somebody else.

use std::collections::BTreeMap;

use model::config::rule::{Rule, RuleKind};
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
    let batch = Batch {
        source,
        codes: &BTreeMap::new(),
        recordings: &recordings,
        digests: &digests,
        today_month: None,
        replace,
    };
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
    let sql = "SELECT field_values FROM cases WHERE case_key = ?1";
    let values =
        |key: &str| -> String { bench.store.connection.query_row(sql, [key], |row| row.get(0)).expect("a case") };
    assert_eq!(values("B2"), r#"["B2","F2","2026-01-09",null,"SPLD"]"#);
    assert_eq!(values("C3"), r#"["C3","2026-01-09","SPLD"]"#, "nobody knows its family, nor whether it was closed");
}

/// The families of all cases in order of reference: the first of each, by its number in that order.
fn families(bench: &Bench) -> Vec<Option<usize>> {
    let (mut numbers, mut families) = (Vec::new(), Vec::new());
    let visit = &mut |case: crate::store::cases::StoredCase<'_>| {
        families.push(case.family.map(|family| {
            numbers.iter().position(|number| *number == family).unwrap_or_else(|| {
                numbers.push(family);
                numbers.len() - 1
            })
        }));
    };
    bench.store.scan("advice", &[], None, visit).expect("a readable store");
    families
}

#[test]
fn a_family_that_a_later_export_leaves_blank_is_kept_and_said_and_taken_off_where_somebody_means_it() {
    let mut bench = Bench::new();
    import(&mut bench, &dated(), "A1 F1 2026-01-10 - ASD\n B2 F1 2026-01-09 - MLD", &[], false);
    let blank = "A1 - 2026-01-10 - SEMH\n B2 - 2026-01-09 - MLD\n C3 - 2026-01-09 - MLD";
    let outcome = import(&mut bench, &dated(), blank, &[], false);
    assert_eq!((outcome.stored, outcome.updated, outcome.unchanged), (1, 1, 1));
    assert_eq!(outcome.blank_families.iter().map(|origin| origin.row).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(families(&bench), [Some(0), Some(0), None]);
    assert_eq!(bench.cases(None), "A1 SEMH 2026-M01 -\nB2 MLD 2026-M01 -\nC3 MLD 2026-M01 -\n", "the rest is taken");
    let outcome = import(&mut bench, &dated(), blank, &[], true);
    assert_eq!((outcome.updated, outcome.blank_families.len()), (2, 0));
    assert_eq!(families(&bench), [None, None, None]);
}

#[test]
fn families_that_lost_their_zeros_stop_and_stay_where_the_source_lets_them_pass() {
    let mut bench = Bench::new();
    let mut source = dated();
    import(&mut bench, &source, "A1 0042 2026-01-10 - ASD\n B2 0043 2026-01-09 - MLD", &[], false);
    let lost = "A1 42 2026-01-10 - SEMH\n B2 0043 2026-01-09 - MLD\n C3 043 2026-01-11 - MLD\n D4 44 2026-01-11 - MLD";
    let outcome = import(&mut bench, &source, lost, &[], false);
    assert_eq!(outcome.zeros.iter().map(|origin| origin.row).collect::<Vec<_>>(), [2, 4], "a case, and a new one");
    assert_eq!(bench.cases(None), "A1 ASD 2026-M01 -\nB2 MLD 2026-M01 -\n", "nothing was stored");
    source.checks.insert("zeros_lost".to_owned(), Level::Warn);
    let outcome = import(&mut bench, &source, lost, &[], false);
    assert_eq!((outcome.stored, outcome.updated, outcome.zeros.len()), (2, 1, 2));
    assert_eq!(families(&bench), [Some(0), Some(1), Some(2), Some(3)], "A1 is of its family, C3 as its row says");
    let sql = "SELECT field_values FROM cases WHERE case_key = 'A1'";
    let values: String = bench.store.connection.query_row(sql, [], |row| row.get(0)).expect("a case");
    assert_eq!(values, r#"["A1","0042","2026-01-10",null,"SEMH"]"#);
    let outcome = import(&mut bench, &source, "A1 42 2026-01-10 - SEMH\n D4 44 2026-01-11 - MLD", &[], true);
    assert_eq!((outcome.updated, outcome.unchanged, outcome.zeros.len()), (1, 1, 0), "where somebody means it");
}

#[test]
fn a_newer_export_as_a_whole_opens_a_case_again_and_an_older_one_does_not() {
    let mut bench = Bench::new();
    import(&mut bench, &dated(), JUNE, &[], false);
    let july = "A1 F1 2026-01-10 - ASD\n B2 F2 2026-01-09 2026-07-03 MLD\n C3 F3 2026-07-02 - MLD";
    let outcome = import(&mut bench, &dated(), july, &[], false);
    assert_eq!((outcome.stored, outcome.updated, outcome.older.len()), (1, 2, 0));
    assert_eq!(outcome.back.iter().map(|origin| origin.row).collect::<Vec<_>>(), [2], "said by its place");
    assert_eq!(bench.cases(None), "A1 ASD 2026-M01 -\nB2 MLD 2026-M01 2026-M07\nC3 MLD 2026-M07 -\n");
    let corrected = "B2 F2 2026-01-09 2026-06-30 MLD\n D4 F3 2026-07-09 - MLD";
    assert_eq!(import(&mut bench, &dated(), corrected, &[], false).back.len(), 1, "a closing that was corrected");
    let june = "B2 F2 2026-01-09 - MLD\n C3 F3 2026-01-02 - MLD\n E5 F3 2026-06-20 - MLD";
    let outcome = import(&mut bench, &dated(), june, &[], false);
    assert_eq!((outcome.stored, outcome.back.len(), outcome.older.len()), (1, 0, 1), "it knows no later day");
    let slip = "A1 F1 2026-01-10 2029-06-20 MLD\n B2 F2 2026-01-09 - MLD\n C3 F3 2026-07-02 - MLD";
    import(&mut bench, &dated(), "C3 F3 2026-07-02 2026-07-20 MLD", &[], false);
    let outcome = import(&mut bench, &dated(), slip, &[], false);
    assert_eq!(
        (outcome.back.len(), outcome.older.len()),
        (0, 2),
        "more cases go back than forward, whatever one date says"
    );
}

#[test]
fn rules_are_asked_about_what_is_stored_once_missing_columns_are_kept() {
    let rule = |level| Rule {
        name: "closed_before_opened".to_owned(),
        level,
        kind: RuleKind::NotBefore { field: "last".to_owned(), after: "first".to_owned() },
    };
    // The row alone keeps the rule: it has no closing.
    let later = "A1 F1 2026-08-10 - ASD\n B2 F2 2026-01-09 - SPLD";
    for (level, said) in [(Level::Stop, (2, 0)), (Level::Reject, (1, 1)), (Level::Warn, (2, 0))] {
        let mut bench = Bench::new();
        import(&mut bench, &dated(), JUNE, &[], false);
        let source = Source { rules: vec![rule(level)], ..dated() };
        let outcome = import(&mut bench, &source, later, &[3], false);
        assert_eq!(outcome.broken["closed_before_opened"].iter().map(|origin| origin.row).collect::<Vec<_>>(), [2]);
        assert_eq!(
            (outcome.updated, outcome.left_out.values().sum::<usize>()),
            if level == Level::Stop { (1, 1) } else { said }
        );
        let opened = if level == Level::Warn { "08" } else { "01" };
        let need = if level == Level::Stop { "MLD" } else { "SPLD" };
        let cases = format!(
            "A1 {} 2026-M{opened} 2026-M06\nB2 {need} 2026-M01 -\n",
            if level == Level::Warn { "ASD" } else { "SEMH" }
        );
        assert_eq!(bench.cases(None), cases, "{level:?}");
        let known = "A1 F1 2026-07-10 2026-06-01 ASD";
        let outcome = import(&mut bench, &source, known, &[], false);
        assert!(outcome.broken.is_empty(), "what a row says alone was said when it was read");
    }
}

#[test]
fn somebody_else_under_a_known_reference_stops_and_is_left_out_or_taken_where_the_source_says_so() {
    let mut bench = Bench::new();
    let mut source = dated();
    source.fields.push(field("born", Kind::Date, Class::Direct));
    import(&mut bench, &source, "A1 F1 2026-01-10 - ASD 2014-01-01\n B2 F2 2026-01-11 - ASD -", &[], false);
    let narrow = import(&mut bench, &source, "A1 - 2026-02-10 - MLD 2016-01-01", &[1], false);
    assert_eq!(narrow.others.len(), 1, "the family that is kept is not what the row says");
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

/// `prefix` and a number, of three cases of two families.
fn three(prefix: &str) -> String {
    format!("{prefix}1 F1 2026-01-10 - ASD\n {prefix}2 F1 2026-01-09 - MLD\n {prefix}3 F2 2026-01-09 - MLD")
}

#[test]
fn cases_that_come_again_under_other_references_stop() {
    for prefix in ["SP/0", "SP", "SP-000", "N"] {
        let mut bench = Bench::new();
        let mut source = dated();
        import(&mut bench, &source, &three("SP-0"), &[], false);
        let again = three(prefix) + "\n NEW4 F4 2026-02-01 - MLD";
        let outcome = import(&mut bench, &source, &again, &[], false);
        let rows = |origins: &[crate::ingest::Origin]| origins.iter().map(|origin| origin.row).collect::<Vec<_>>();
        assert_eq!((rows(&outcome.respelled), outcome.perhaps_stored.len()), (vec![2, 3, 4], 0), "{prefix}");
        assert_eq!(bench.cases(None).lines().count(), 3, "{prefix}: nothing was stored");
        source.checks.insert("stored_under_other_references".to_owned(), Level::Warn);
        let outcome = import(&mut bench, &source, &again, &[], false);
        assert_eq!((outcome.stored, outcome.respelled.len()), (4, 3), "{prefix}: where the source lets them pass");
    }
}

#[test]
fn one_new_case_of_a_family_on_the_day_of_a_stored_one_is_said_and_stored() {
    let mut bench = Bench::new();
    import(&mut bench, &dated(), &three("A"), &[], false);
    let outcome = import(&mut bench, &dated(), "B9 F1 2026-01-10 - SEMH\n C9 F9 2026-01-10 - SEMH", &[], false);
    assert_eq!((outcome.stored, outcome.respelled.len()), (2, 0));
    assert_eq!(outcome.perhaps_stored.iter().map(|origin| origin.row).collect::<Vec<_>>(), [2]);
    let whole = three("A") + "\n D9 F1 2026-01-09 - SEMH";
    assert!(import(&mut bench, &dated(), &whole, &[], false).perhaps_stored.is_empty(), "both are in the export");
}

#[test]
fn families_and_first_days_that_change_in_many_cases_stop() {
    let before = three("A") + "\n A4 F1 2026-01-09 - ASD\n A5 F3 2026-01-05 - ASD";
    for (field, from, to) in [("family_ref", "F1", "F7"), ("first", "-09", "-19")] {
        let mut bench = Bench::new();
        let mut source = dated();
        import(&mut bench, &source, &before, &[], false);
        let after = before.replace(from, to);
        let outcome = import(&mut bench, &source, &after, &[], false);
        let changed: Vec<_> = outcome.facts_changed.iter().map(|(field, rows)| (field.as_str(), rows.len())).collect();
        assert_eq!(changed, [(field, 3)]);
        let history = "SELECT count(*) FROM history";
        let written: i64 = bench.store.connection.query_row(history, [], |row| row.get(0)).expect("a count");
        assert_eq!(written, 0, "nothing was stored");
        let outcome = import(&mut bench, &source, &after, &[], true);
        assert_eq!((outcome.updated, outcome.facts_changed.len()), (3, 0), "where somebody means it");
        source.checks.insert("facts_changed".to_owned(), Level::Warn);
        assert_eq!(import(&mut bench, &source, &before, &[], false).updated, 3, "where the source lets them pass");
    }
    let mut bench = Bench::new();
    import(&mut bench, &dated(), &before, &[], false);
    let outcome = import(&mut bench, &dated(), &before.replace("A3 F2", "A3 F1"), &[], false);
    assert_eq!((outcome.updated, outcome.facts_changed.len()), (1, 0), "a correction");
}

#[test]
fn a_newer_export_that_knows_nothing_of_any_open_case_is_said() {
    let five: String = (1..=5).map(|at| format!("A{at} F{at} 2026-01-1{at} - ASD\n")).collect();
    let open_unseen = |later: &str, absent: &[usize]| {
        let mut bench = Bench::new();
        import(&mut bench, &dated(), &five, &[], false);
        import(&mut bench, &dated(), later, absent, false).open_unseen
    };
    let later = "B1 F9 2026-04-01 2026-04-02 ASD\n B2 F8 2026-04-03 - ASD";
    assert_eq!(open_unseen(later, &[]), 5);
    assert_eq!(open_unseen(later, &[3]), 0, "it has no column of closings, which is said elsewhere");
    assert_eq!(open_unseen(&format!("{later}\n A3 F3 2026-01-13 2026-03-01 ASD"), &[]), 0, "it brings closings");
    assert_eq!(open_unseen("B1 F9 2026-01-02 - ASD", &[]), 0, "it is not newer");
}
