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
    let batch = Batch { source, recordings: &recordings, digests: &digests, today_month: None, replace: false };
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
    let asked = bench.store.asked(&source, &places(&["SP-1", "ZZ-9"])).expect("a readable store");
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
