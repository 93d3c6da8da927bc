//! Two programs on one store, and who came when.

use super::*;
use crate::store::keys::people::PublicKey;

fn second(bench: &Bench) -> Store {
    Store::open(&bench.path(), &bench.key).expect("the store opens twice")
}

#[test]
fn a_snapshot_reads_what_was_there_when_it_began_and_writes_nothing_on_top_of_what_came_since() {
    let mut bench = Bench::new();
    bench.import("a.csv", TWO_CASES).expect("an import");
    let mut reporting = second(&bench);
    reporting.begin_snapshot().expect("a snapshot");
    bench.import("b.csv", "C3 F1 2026-01-10 - ASD").expect("an import beside it");
    let cases = |store: &Store| {
        let mut count = 0;
        store.scan("advice", &["need"], None, &mut |_| count += 1).expect("a readable store");
        count
    };
    assert_eq!((cases(&bench.store), cases(&reporting)), (3, 2));
    let late = reporting.enter_pending(&[entry("Q1")], &[quarter(JANUARY)], None);
    assert!(matches!(late, Err(StoreError::Changed)), "{late:?}");
    assert!(reporting.ledger().expect("a ledger").is_empty() && cases(&reporting) == 3, "the snapshot has ended");
    reporting.begin_snapshot().expect("another");
    assert_eq!(cases(&second(&bench)), 3, "who only opens the store and reads changes nothing");
    reporting.enter_pending(&[entry("Q1")], &[quarter(JANUARY)], None).expect("nobody wrote since");
    assert_eq!(bench.store.ledger().expect("a ledger").len(), 1);
}

#[test]
fn who_came_after_a_build_or_has_another_key_since_cannot_approve_it() {
    let mut bench = Bench::new();
    let key = |text: &str| PublicKey(format!("age1{text}"));
    for name in ["ann", "bob", "carl"] {
        bench.store.add_person_by(name, &key(name), "ann", "").expect("a person");
    }
    let awaiting = LedgerEntry { state: ReleaseState::Awaiting, approved_by: String::new(), ..entry("Q1") };
    bench.store.enter_pending(&[awaiting], &[], None).expect("built by ann");
    bench.store.add_person_by("dora", &key("dora"), "ann", "").expect("added since");
    bench.store.add_person_by("carl", &key("carl-anew"), "ann", "").expect("added anew since");
    for (person, knew) in [("bob", true), ("carl", false), ("dora", false), ("nobody", false)] {
        assert_eq!(bench.store.knew("Q1", person).expect("a readable store"), knew, "{person}");
    }
    for person in ["ann", "carl", "dora"] {
        assert!(matches!(bench.store.approve(&["Q1"], person), Err(StoreError::NotPending { .. })), "{person}");
    }
    bench.store.approve(&["Q1"], "bob").expect("bob was there");
    assert_eq!(bench.store.added_by().expect("a readable store")["dora"], "ann");
}
