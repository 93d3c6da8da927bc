//! What comes after a release: changes, corrections, erasures, and a store that an earlier program made.

use super::*;
use crate::store::corrections::{Correction, Version};
use crate::store::erasure::Person;
use crate::store::keys::people::PublicKey;

#[test]
fn what_an_import_changed_after_the_release_is_shown_as_it_was_counted_and_as_it_is() {
    let mut bench = Bench::new();
    bench.import("a.csv", TWO_CASES).expect("an import");
    bench.import("b.csv", "A1 F1 2026-01-10 2026-02-01 MLD").expect("a change before the release");
    bench.store.enter_pending(&[entry("Q1")], &[quarter(JANUARY)], None).expect("a frozen quarter");
    bench.store.mark_released(&["Q1"]).expect("released");
    bench.import("c.csv", "A1 F1 2026-01-10 2026-02-01 SPLD").expect("a change after it");
    let changed = |store: &Store| {
        let mut seen = Vec::new();
        let quarter = Period::starting(Month(JANUARY), 3);
        let visit = &mut |version, event: &str, case: StoredCase<'_>| {
            seen.push((version, event.to_owned(), case.values[0].unwrap_or_default().to_owned()));
        };
        store.changed("advice", &["need"], quarter, visit).expect("a readable store");
        seen
    };
    let expected = [
        (Version::Counted, "closed", "MLD"),
        (Version::Counted, "opened", "MLD"),
        (Version::Recorded, "closed", "SPLD"),
        (Version::Recorded, "opened", "SPLD"),
    ];
    assert_eq!(
        changed(&bench.store),
        expected.map(|(version, event, need)| (version, event.to_owned(), need.to_owned()))
    );

    let body = b"counts".to_vec();
    let correction = Correction { period: Period::starting(Month(JANUARY), 3), body };
    bench.store.enter_pending(&[entry("Q1-r2")], &[], Some(&correction)).expect("a correction");
    assert_eq!(changed(&bench.store), [], "it is counted by then");
    bench.store.discard_pending(&["Q1-r2"]).expect("pending");
    assert_eq!(bench.store.corrections().expect("a readable store"), []);
    assert_eq!(changed(&bench.store).len(), 4);
}

#[test]
fn an_erased_family_is_gone_with_its_history_and_its_frozen_counts_stay() {
    let mut bench = Bench::new();
    bench.import("a.csv", TWO_CASES).expect("an import");
    bench.import("b.csv", "A1 F1 2026-01-10 2026-02-01 MLD").expect("a change");
    bench.store.enter_pending(&[entry("Q1")], &[quarter(JANUARY)], None).expect("a frozen quarter");
    bench.store.mark_released(&["Q1"]).expect("released");
    let frozen = bench.store.frozen().expect("a readable store");
    assert_eq!(bench.store.erase(Person::Family("F1")).expect("an erasure"), 2);
    let mut left = 0;
    bench.store.scan("advice", &["need"], None, &mut |_| left += 1).expect("a readable store");
    assert_eq!((left, bench.store.frozen().expect("a readable store")), (0, frozen));
    assert_eq!(bench.store.erase(Person::Family("F1")).expect("nothing to erase"), 0);
}

#[test]
fn a_store_of_the_first_schema_is_brought_up_to_date_when_it_is_opened() {
    let mut bench = Bench::new();
    bench.import("a.csv", TWO_CASES).expect("an import");
    bench.store.enter_pending(&[entry("Q1")], &[quarter(JANUARY)], None).expect("a frozen quarter");
    bench.store.mark_released(&["Q1"]).expect("released");
    let first = "DROP TABLE corrections; ALTER TABLE frozen DROP COLUMN imports;
                 ALTER TABLE releases DROP COLUMN correction; ALTER TABLE history DROP COLUMN family;
                 DROP TABLE restricted; DROP TABLE people; ALTER TABLE releases DROP COLUMN built_by;
                 ALTER TABLE releases DROP COLUMN approved_by; ALTER TABLE releases DROP COLUMN policy_sha256;
                 ALTER TABLE releases DROP COLUMN verdict; ALTER TABLE releases DROP COLUMN known;
                 PRAGMA user_version = 1;";
    bench.store.connection.execute_batch(first).expect("the first schema");
    let (_folder, key, path) = bench.closed();
    let store = Store::open(&path, &key).expect("a store of the first schema");
    assert_eq!(store.corrections().expect("a table of its own"), []);
    assert_eq!(store.ledger().expect("a ledger")[0].correction, None);
    drop(store);
    Store::open(&path, &key).expect("nothing is left to do");
}

#[test]
fn a_store_that_kept_no_digests_of_key_files_keeps_them_from_now_on() {
    let mut bench = Bench::new();
    bench.import("a.csv", TWO_CASES).expect("an import");
    bench.store.add_person("ann", &PublicKey("age1ann".to_owned())).expect("a person");
    let before = "ALTER TABLE people DROP COLUMN key_file_sha256; PRAGMA user_version = 5;";
    bench.store.connection.execute_batch(before).expect("the schema of before");
    let (_folder, key, path) = bench.closed();
    let mut store = Store::open(&path, &key).expect("a store of the schema of before");
    let kept = |store: &Store| store.key_files().expect("people")["ann"].clone();
    assert_eq!(kept(&store), None);
    store.keep_key_file("ann", "ab12").expect("kept");
    assert_eq!(kept(&store), Some("ab12".to_owned()));
    // Whoever is entered anew has another file.
    store.add_person("ann", &PublicKey("age1anew".to_owned())).expect("a person");
    assert_eq!(kept(&store), None);
}
