//! One case and one family under every spelling, also of a store that an older program filled; and cases whose deletion was
//! asked for.

use super::*;
use crate::ingest::Place;
use crate::store::erasure::Person;

/// A source whose references fold letter case, as sources do.
fn folding() -> Source {
    let mut source = source();
    source.fields[0].fold = Some(true);
    source.fields[1].fold = Some(true);
    source
}

fn import(bench: &mut Bench, source: &Source, file: &str, lines: &str, deleted: &[&str]) -> ImportOutcome {
    let recordings = recordings(file, lines);
    let digests = [(file.to_owned(), model::digest::sha256(lines.as_bytes()))];
    let batch = Batch {
        source,
        codes: &BTreeMap::new(),
        recordings: &recordings,
        digests: &digests,
        today_month: None,
        replace: false,
    };
    let place = |row| Place { file: file.to_owned(), sheet: String::new(), row, column: None };
    let deletions = deleted.iter().zip(2..).map(|(case, row)| ((*case).to_owned(), place(row))).collect();
    bench.store.import_and_restrict(batch, &Identified::new(deletions)).expect("an import")
}

fn families(bench: &Bench) -> BTreeMap<String, Option<u64>> {
    let mut families = BTreeMap::new();
    let visit = &mut |case: StoredCase<'_>| {
        families.insert(case.reference.to_owned(), case.family);
    };
    bench.store.scan("advice", &[], None, visit).expect("a readable store");
    families
}

#[test]
fn the_same_export_in_another_spelling_of_its_references_changes_nothing() {
    let mut bench = Bench::new();
    let source = folding();
    assert_eq!(
        import(&mut bench, &source, "a.csv", "SP-1 F1 2026-01-10 - ASD\nSP-2 F2 2026-02-10 - ASD", &[]).stored,
        2
    );
    let again = import(&mut bench, &source, "b.csv", "sp-1 f1 2026-01-10 - ASD\n'SP–2 F2 2026-02-10 - ASD", &[]);
    assert_eq!((again.stored, again.updated, again.unchanged), (0, 0, 2));
    let changed = import(&mut bench, &source, "c.csv", "sp-1 f2 2026-01-10 - ASD", &[]);
    assert_eq!((changed.stored, changed.updated), (0, 1));
    let families = families(&bench);
    assert_eq!(families["SP-1"], families["SP-2"]);
}

#[test]
fn a_store_of_an_older_program_knows_its_cases_and_families_under_their_canonical_form() {
    let mut bench = Bench::new();
    // Without folding, references are stored as an older program stored them.
    import(&mut bench, &source(), "a.csv", "sp-1 f1 2026-01-10 - ASD\nSP-2 F1 2026-02-10 - ASD", &[]);
    assert_ne!(families(&bench)["sp-1"], families(&bench)["SP-2"]);
    bench.store.connection.execute_batch("DELETE FROM meta WHERE name LIKE 'canonical%'").expect("an older store");
    let again = import(&mut bench, &folding(), "b.csv", "SP-1 F1 2026-01-10 - MLD", &[]);
    assert_eq!((again.stored, again.updated), (0, 1), "the case is known by its old spelling");
    assert_eq!(families(&bench)["sp-1"], families(&bench)["SP-2"], "and its family is one");
}

#[test]
fn a_case_whose_deletion_is_asked_for_is_in_no_figure_at_once_and_is_due() {
    let mut bench = Bench::new();
    let source = folding();
    let two = "SP-1 F1 2026-01-10 - ASD\nSP-2 F2 2026-02-10 - ASD";
    import(&mut bench, &source, "a.csv", two, &[]);
    let places = |references: &[&str]| {
        let place = |row| Place { file: "b.csv".to_owned(), sheet: String::new(), row, column: None };
        Identified::new(references.iter().zip(2..).map(|(case, row)| ((*case).to_owned(), place(row))).collect())
    };
    let asked = bench.store.asked(&source, &places(&["SP-1", "ZZ-9"]), &[]).expect("a readable store");
    let rows = |places: &[Place]| places.iter().map(|place| place.row).collect::<Vec<_>>();
    assert_eq!((rows(&asked.due), rows(&asked.unknown)), (vec![2], vec![3]));
    import(&mut bench, &source, "b.csv", "", &["SP-1", "ZZ-9"]);
    assert_eq!(bench.cases(None).lines().count(), 1, "one case is left in the figures");
    let mut everybody = 0;
    bench.store.scan_all("advice", &[], &mut |_| everybody += 1).expect("a readable store");
    assert_eq!(everybody, 2, "whoever looks for names must know of both");
    let due = bench.store.due().expect("a readable store");
    assert_eq!(due, [Origin { file: "b.csv".into(), row: 2, ..Origin::default() }]);
    import(&mut bench, &source, "c.csv", &two.replace("ASD", "MLD"), &[]);
    assert_eq!(bench.cases(None).lines().count(), 1, "a later export does not bring it back");
    let person = Person::Case { source: "advice", reference: "'sp–1" };
    assert_eq!(bench.store.erase(person).expect("an erasure under another spelling"), 1);
    assert_eq!(bench.store.due().expect("a readable store"), []);
}

#[test]
fn a_restricted_case_changes_no_correction() {
    let mut bench = Bench::new();
    let source = folding();
    import(&mut bench, &source, "a.csv", "SP-1 F1 2026-01-10 - ASD\nSP-2 F2 2026-02-10 - ASD", &[]);
    bench.store.enter_pending(&[entry("Q1")], &[quarter(JANUARY)], None).expect("a frozen quarter");
    bench.store.mark_released(&["Q1"]).expect("released");
    import(&mut bench, &source, "b.csv", "SP-1 F1 2026-01-10 - MLD", &["SP-1"]);
    let mut seen = 0;
    let visit = &mut |_, _: &str, _: StoredCase<'_>| seen += 1;
    bench.store.changed("advice", &["need"], Period::starting(Month(JANUARY), 3), visit).expect("a readable store");
    assert_eq!(seen, 0, "it stays counted as it was, as an erased one does");
}

#[test]
fn a_deletion_whose_reference_lost_its_zeros_restricts_every_case_it_fits_and_is_said() {
    let mut bench = Bench::new();
    let source = folding();
    import(
        &mut bench,
        &source,
        "a.csv",
        "00042 F1 2026-01-10 - ASD\n0042 F2 2026-01-10 - ASD\n43 F3 2026-01-10 - ASD",
        &[],
    );
    let place = |row| Place { file: "b.csv".to_owned(), sheet: String::new(), row, column: None };
    let deletions = [("42", 2), ("043", 3), ("0077", 4), ("78", 5)].map(|(case, row)| (case.to_owned(), place(row)));
    let new = recordings("b.csv", "77 F4 2026-01-10 - ASD");
    let asked = bench.store.asked(&source, &Identified::new(deletions.into()), &new).expect("a readable store");
    let rows = |places: &[Place]| places.iter().map(|place| place.row).collect::<Vec<_>>();
    assert_eq!((rows(&asked.due), rows(&asked.unclear), rows(&asked.unknown)), (vec![], vec![2, 3, 4], vec![5]));
    import(
        &mut bench,
        &source,
        "b.csv",
        "77 F4 2026-01-10 - ASD\n79 F5 2026-01-10 - ASD",
        &["42", "043", "0077", "78"],
    );
    assert_eq!(bench.cases(None), "79 ASD 2026-M01 -\n");
    assert_eq!(bench.store.due().expect("a readable store").len(), 4);
    let asked = bench.store.asked(&source, &Identified::new([("43".to_owned(), place(2))].into()), &[]);
    assert_eq!(rows(&asked.expect("a readable store").due), [2], "as it is stored");
}

#[test]
fn a_case_that_an_older_program_stored_under_two_spellings_becomes_one_and_what_was_released_stays() {
    let mut bench = Bench::new();
    let two = "sp-1 f1 2026-01-10 2026-02-01 ASD\nSP-1 F1 2026-01-10 - MLD\nsp-2 F2 2026-02-10 - ASD\nSP-2 F2 2026-02-10 - MLD";
    import(&mut bench, &source(), "a.csv", two, &[]);
    bench.store.connection.execute_batch("DELETE FROM meta WHERE name LIKE 'canonical%'").expect("an older store");
    bench.store.enter_pending(&[entry("Q1")], &[quarter(JANUARY)], None).expect("a frozen quarter");
    bench.store.mark_released(&["Q1"]).expect("released");
    let folding = Source { later: vec!["last".to_owned()], ..folding() };
    let compared = recordings("b.csv", "SP-3 F3 2026-03-10 - ASD");
    let digests = [("b.csv".to_owned(), "d".to_owned())];
    let codes = BTreeMap::new();
    let batch = Batch {
        source: &folding,
        codes: &codes,
        recordings: &compared,
        digests: &digests,
        today_month: None,
        replace: false,
    };
    assert_eq!(
        bench.store.compare(batch).expect("a comparison").doubled.len(),
        2,
        "a comparison says it and joins none"
    );
    let outcome = import(&mut bench, &folding, "b.csv", "SP-3 F3 2026-03-10 - ASD", &[]);
    assert_eq!((outcome.stored, outcome.doubled.iter().map(|origin| origin.row).collect::<Vec<_>>()), (1, vec![3, 5]));
    assert_eq!(
        bench.cases(None).lines().map(|line| &line[..8]).collect::<Vec<_>>(),
        ["SP-3 ASD", "sp-1 ASD", "sp-2 ASD"]
    );
    let mut seen = 0;
    let visit = &mut |_, _: &str, _: StoredCase<'_>| seen += 1;
    bench.store.changed("advice", &["need"], Period::starting(Month(JANUARY), 3), visit).expect("a readable store");
    assert_eq!(seen, 0, "no correction takes the second for a change");
    let sql = "SELECT count(*) FROM history WHERE counted_opened IS NULL AND field_values LIKE '%MLD%'";
    let kept: i64 = bench.store.connection.query_row(sql, [], |row| row.get(0)).expect("a count");
    assert_eq!(kept, 2, "what the other states said is kept");
    assert_eq!(import(&mut bench, &folding, "c.csv", "SP-4 F3 2026-03-10 - ASD", &[]).doubled, [], "once");
    assert_eq!(bench.store.erase(Person::Family("F1")).expect("an erasure"), 1, "with its history");
}

#[test]
fn families_are_renumbered_once_a_source_and_the_store_is_marked() {
    let mut bench = Bench::new();
    import(&mut bench, &source(), "a.csv", "SP-1 f1 2026-01-10 - ASD\nSP-2 F1 2026-02-10 - ASD", &[]);
    let marks = |bench: &Bench| -> i64 {
        let sql =
            "SELECT count(*) FROM meta WHERE name IN ('canonical families 2 of advice', 'canonical cases 1 of advice')";
        bench.store.connection.query_row(sql, [], |row| row.get(0)).expect("a count")
    };
    assert_eq!(marks(&bench), 2);
    import(&mut bench, &folding(), "b.csv", "SP-3 F1 2026-03-10 - ASD", &[]);
    let before = families(&bench);
    assert_ne!(before["SP-1"], before["SP-2"], "a store with the mark is not looked at again");
    let older = "UPDATE meta SET name = 'canonical families 1 of advice' WHERE name = 'canonical families 2 of advice'";
    bench.store.connection.execute_batch(older).expect("a store of the program before");
    import(&mut bench, &folding(), "c.csv", "SP-4 F1 2026-03-10 - ASD", &[]);
    let after = families(&bench);
    assert!(after["SP-1"] == after["SP-2"] && after["SP-1"] == after["SP-4"] && marks(&bench) == 2);
}
