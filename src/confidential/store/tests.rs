//! The store as its callers see it: what it keeps, what it refuses, and what an attacker of the file finds.

mod corrections;
mod references;
mod states;
mod together;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use model::config::source::{Class, Dates, Field, Kind, Source, Unknown, WithoutClosing};
use model::period::{Month, Period};
use tempfile::TempDir;

use crate::identified::Identified;
use crate::ingest::{Origin, Recording, Values};
use crate::protect::{EarlierForm, Reason};
use crate::store::cases::StoredCase;
use crate::store::erasure::Person;
use crate::store::import::{Batch, ImportOutcome};
use crate::store::keys::{self, DataKey, WorkFactor};
use crate::store::ledger::{FrozenPeriod, LedgerCell, LedgerEntry, ReleaseState};
use crate::store::{Store, StoreError};

pub(crate) fn field(name: &str, kind: Kind, class: Class) -> Field {
    Field {
        name: name.to_owned(),
        columns: vec![name.to_owned()],
        kind,
        class,
        required: false,
        codes: None,
        unknown: Unknown::Stop,
        aliases: BTreeMap::new(),
        blanks: Vec::new(),
        pad: None,
        fill_down: false,
        former: BTreeMap::new(),
        review: BTreeMap::new(),
        separators: Vec::new(),
        rest: None,
        fold: None,
        colon: None,
        number: None,
    }
}

/// A source of these fields without events; the first is the case, the second the family.
pub(crate) fn bare_source(fields: Vec<Field>) -> Source {
    Source {
        name: "advice".to_owned(),
        label: "Advice".to_owned(),
        case: fields[0].name.clone(),
        family: Some(fields[1].name.clone()),
        events: BTreeMap::new(),
        without_closing: WithoutClosing::default(),
        fields,
        ignore: Vec::new(),
        checks: BTreeMap::new(),
        reject_at_most: 0.0,
        deleted: None,
        later: Vec::new(),
        dates: Dates {
            first: "1900-01-01".to_owned(),
            last: "2099-12-31".to_owned(),
            two_digit_from: 1930,
            placeholders: Vec::new(),
            order: None,
            zone: None,
        },
        footnotes: Vec::new(),
        totals: Vec::new(),
        rules: Vec::new(),
    }
}

/// A source with a reference, a family, an opening, a closing and a need.
fn source() -> Source {
    let events = [("opened", "first"), ("closed", "last")].map(|(event, field)| (event.to_owned(), field.to_owned()));
    let fields = vec![
        field("case_ref", Kind::Text, Class::Direct),
        field("family_ref", Kind::Text, Class::Direct),
        field("first", Kind::Date, Class::Quasi),
        field("last", Kind::Date, Class::Quasi),
        field("need", Kind::Code, Class::Sensitive),
    ];
    Source { events: events.into(), ..bare_source(fields) }
}

/// Lines of `case family first last need`; `-` is a blank.
fn recordings(file: &str, lines: &str) -> Vec<Recording> {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .enumerate()
        .map(|(row, line)| Recording {
            values: Identified::new(Values::of(line.split_whitespace().map(|word| (word != "-").then_some(word)))),
            origin: Origin { file: file.into(), row: row as u64 + 2, ..Origin::default() },
            absent: [].into(),
        })
        .collect()
}

struct Bench {
    folder: TempDir,
    key: DataKey,
    store: Store,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = keys::create(&folder.path().join("data.age"), "passphrase", WorkFactor::ForTests).expect("a key");
        let store = Store::create(&folder.path().join("takeup.db"), &key).expect("a new store");
        Self { folder, key, store }
    }
    fn path(&self) -> PathBuf {
        self.folder.path().join("takeup.db")
    }
    fn import(&mut self, file: &str, lines: &str) -> Result<ImportOutcome, StoreError> {
        let (source, recordings) = (source(), recordings(file, lines));
        let digests = [(file.to_owned(), model::digest::sha256(lines.as_bytes()))];
        self.store.import(Batch {
            source: &source,
            codes: &BTreeMap::new(),
            recordings: &recordings,
            digests: &digests,
            today_month: None,
            replace: false,
        })
    }
    /// `case need opened-month closed-month`, a line a case.
    fn cases(&self, counted: Option<Period>) -> String {
        let mut text = String::new();
        let month = |month: Option<i32>| month.map_or("-".to_owned(), |month| Month(month).to_string());
        self.store
            .scan("advice", &["need", "case_ref"], counted, &mut |case| {
                let value = |at: usize| case.values[at].unwrap_or("-").to_owned();
                let (opened, closed) = (month(case.opened_month), month(case.closed_month));
                text += &format!("{} {} {opened} {closed}\n", value(1), value(0));
            })
            .expect("a scan");
        text
    }
    fn closed(self) -> (TempDir, DataKey, PathBuf) {
        let path = self.path();
        (self.folder, self.key, path)
    }
}

/// The store of a program that was killed once these cases were committed and before it could move them out of the log.
pub(crate) fn abandoned(lines: &str) -> (TempDir, DataKey) {
    let mut bench = Bench::new();
    bench.import("a.csv", lines).expect("an import");
    let again = "BEGIN; UPDATE cases SET row = row + 1; UPDATE imports SET late = late + 1; COMMIT;";
    bench.store.connection.execute_batch(again).expect("a change that nobody moves out of the log");
    let home = tempfile::tempdir().expect("a folder");
    for file in ["takeup.db", "takeup.db-wal"] {
        fs::copy(bench.folder.path().join(file), home.path().join(file)).expect("a copy");
    }
    (home, bench.key)
}

fn quarter(start: i32) -> FrozenPeriod {
    FrozenPeriod { start, end: start + 3, source: "advice".to_owned(), body: b"counts".to_vec() }
}

fn entry(name: &str) -> LedgerEntry {
    let cell = |table: &str, code: &str, form, reason| LedgerCell {
        table: table.to_owned(),
        key: vec![("need".to_owned(), code.to_owned())],
        form,
        zeros_shown: false,
        reason,
    };
    LedgerEntry {
        name: name.to_owned(),
        period_start: JANUARY,
        period_end: JANUARY + 3,
        audience: "public".to_owned(),
        threshold: 5,
        version: 1,
        correction: None,
        state: ReleaseState::Pending,
        manifest_sha256: "ab".repeat(32),
        manifest_json: "{}".to_owned(),
        built_by: "ann".to_owned(),
        approved_by: "bob".to_owned(),
        policy_sha256: "cd".repeat(32),
        verdict: "{}".to_owned(),
        cells: vec![
            cell("T02", "ASD", EarlierForm::Count(12), None),
            cell("T02", "MLD", EarlierForm::Suppressed, Some(Reason::Secondary)),
            cell("T01", "PMLD", EarlierForm::StructuralZero, None),
        ],
    }
}

const JANUARY: i32 = Month::new(2026, 1).0;
pub(crate) const TWO_CASES: &str = "
    B2 F1 2026-01-09 -          MLD
    A1 F1 2026-01-10 2026-02-01 ASD";

#[test]
fn cases_come_back_in_order_of_reference_with_the_months_of_their_events() {
    let mut bench = Bench::new();
    let outcome = bench.import("a.csv", TWO_CASES).expect("an import");
    assert_eq!(outcome, ImportOutcome { stored: 2, ..ImportOutcome::default() });
    assert_eq!(bench.cases(None), "A1 ASD 2026-M01 2026-M02\nB2 MLD 2026-M01 -\n");
    let february = Period::starting(Month(JANUARY + 1), 1);
    assert_eq!(bench.cases(Some(february)), "A1 ASD 2026-M01 2026-M02\n");
    assert_eq!(bench.store.sources().expect("sources"), ["advice"]);
}

#[test]
fn two_cases_of_one_family_have_one_family_number() {
    let mut bench = Bench::new();
    bench.import("a.csv", &format!("{TWO_CASES}\n C3 F2 2026-01-09 - MLD\n D4 - 2026-01-09 - MLD")).expect("an import");
    let mut families = Vec::new();
    bench.store.scan("advice", &[], None, &mut |case| families.push(case.family)).expect("a scan");
    assert_eq!(families[0], families[1]);
    assert_ne!(families[1], families[2]);
    assert_eq!(families[3], None);
}

#[test]
fn the_same_file_again_changes_nothing_but_what_a_later_export_changed() {
    let mut bench = Bench::new();
    bench.import("a.csv", TWO_CASES).expect("an import");
    let again = bench.import("renamed.csv", TWO_CASES).expect("the same file");
    assert_eq!(again, ImportOutcome { unchanged: 2, already_imported: true, ..ImportOutcome::default() });
    bench.import("b.csv", "A1 F1 2026-01-10 2026-02-01 SEMH").expect("a later export");
    let again = bench.import("renamed.csv", TWO_CASES).expect("the same file");
    assert_eq!(again, ImportOutcome { updated: 1, unchanged: 1, ..ImportOutcome::default() });
    assert_eq!(bench.cases(None), "A1 ASD 2026-M01 2026-M02\nB2 MLD 2026-M01 -\n");
    bench.store.erase(Person::Family("F1")).expect("an erasure");
    let again = bench.import("renamed.csv", TWO_CASES).expect("the same file");
    assert_eq!(again, ImportOutcome { unchanged: 2, already_imported: true, ..ImportOutcome::default() });
    assert_eq!(bench.cases(None), "", "an erased person does not come back with a file that is known");
}

#[test]
fn a_case_in_a_later_export_is_updated_and_its_history_kept() {
    let mut bench = Bench::new();
    bench.import("a.csv", TWO_CASES).expect("an import");
    let outcome = bench.import("b.csv", "B2 F1 2026-01-09 2026-03-03 MLD\n A1 F1 2026-01-10 2026-02-01 ASD");
    let expected = ImportOutcome { updated: 1, unchanged: 1, ..ImportOutcome::default() };
    assert_eq!(outcome.expect("a later export"), expected);
    assert_eq!(bench.cases(None), "A1 ASD 2026-M01 2026-M02\nB2 MLD 2026-M01 2026-M03\n");
    let sql = "SELECT field_values, replaced_by FROM history";
    let old: (String, i64) =
        bench.store.connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("one line of history");
    assert_eq!(old, (r#"["B2","F1","2026-01-09",null,"MLD"]"#.to_owned(), 2));
}

#[test]
fn a_comparison_says_what_an_import_would_do_and_writes_nothing() {
    let mut bench = Bench::new();
    bench.import("a.csv", TWO_CASES).expect("an import");
    let (source, recordings) = (source(), recordings("b.csv", "A1 F1 2026-01-10 - ASD\n C3 - 2026-01-10 - ASD"));
    let digests = [("b.csv".to_owned(), "d".to_owned())];
    let batch = Batch {
        source: &source,
        codes: &BTreeMap::new(),
        recordings: &recordings,
        digests: &digests,
        today_month: None,
        replace: false,
    };
    let before = fs::read(bench.path()).expect("the file");
    let outcome = bench.store.compare(batch).expect("a comparison");
    assert_eq!(outcome, ImportOutcome { stored: 1, updated: 1, ..ImportOutcome::default() });
    assert_eq!(fs::read(bench.path()).expect("the file"), before);
    assert_eq!(bench.store.import(batch).expect("an import"), outcome);
}

#[test]
fn a_field_that_is_new_and_blank_updates_no_case_and_old_lists_are_still_read() {
    let mut bench = Bench::new();
    bench.import("a.csv", TWO_CASES).expect("an import");
    let mut wider = source();
    wider.fields.insert(0, field("district", Kind::Code, Class::Quasi));
    let recordings = recordings("b.csv", "- A1 F1 2026-01-10 2026-02-01 ASD\n E09 C3 F1 2026-01-10 - MLD");
    let digests = [("b.csv".to_owned(), "d".to_owned())];
    let batch = Batch {
        source: &wider,
        codes: &BTreeMap::new(),
        recordings: &recordings,
        digests: &digests,
        today_month: None,
        replace: false,
    };
    let outcome = bench.store.import(batch).expect("an import");
    assert_eq!(outcome, ImportOutcome { stored: 1, unchanged: 1, ..ImportOutcome::default() });
    assert_eq!(bench.cases(None), "A1 ASD 2026-M01 2026-M02\nB2 MLD 2026-M01 -\nC3 MLD 2026-M01 -\n");
}

#[test]
fn a_batch_with_one_faulty_recording_stores_none() {
    let mut bench = Bench::new();
    bench.import("a.csv", TWO_CASES).expect("an import");
    let before = fs::read(bench.path()).expect("the file");
    for (lines, row) in [
        ("C3 F1 2026-01-09 - MLD\n - F1 2026-01-09 - MLD", 3),
        ("C3 F1 2026-01-09 - MLD\n D4 F1 09/01/2026 - MLD", 3),
        ("C3 F1 2026-01-09", 2),
    ] {
        let error = bench.import("b.csv", lines).expect_err("a faulty recording");
        assert!(error.to_string().starts_with(&format!("b.csv, row {row}")), "{error}");
        assert_eq!(fs::read(bench.path()).expect("the file"), before);
    }
}

#[test]
fn a_late_case_is_counted_after_the_last_frozen_month() {
    let mut bench = Bench::new();
    bench.store.enter_pending(&[entry("Q1")], &[quarter(JANUARY)], None).expect("a frozen quarter");
    assert!(matches!(bench.import("a.csv", TWO_CASES), Err(StoreError::Pending { .. })));
    bench.store.mark_released(&["Q1"]).expect("released");
    let outcome = bench.import("a.csv", "A1 - 2026-02-10 2026-05-01 ASD\n B2 - 2025-12-31 - ASD").expect("an import");
    assert_eq!((outcome.stored, outcome.late), (2, 1));
    assert_eq!(bench.cases(None), "A1 ASD 2026-M04 2026-M05\nB2 ASD 2025-M12 -\n");
}

#[test]
fn an_update_moves_no_event_out_of_a_frozen_month_and_none_into_one() {
    let mut bench = Bench::new();
    let lines = "A1 - 2026-02-10 - ASD\n B2 - 2026-05-10 - ASD\n C3 - 2026-05-10 - ASD";
    bench.import("a.csv", lines).expect("an import");
    bench.store.enter_pending(&[entry("Q1")], &[quarter(JANUARY)], None).expect("a frozen quarter");
    bench.store.mark_released(&["Q1"]).expect("released");
    // A1: the opening was frozen in February, so its new date does not count; its closing is late.
    // B2: its opening may move; C3: into the frozen quarter it may not.
    let lines = "A1 - 2026-06-10 2026-03-01 ASD\n B2 - 2026-06-10 - ASD";
    assert_eq!(bench.import("b.csv", lines).expect("a later export").updated, 2);
    assert_eq!(bench.import("c.csv", "C3 - 2026-03-10 - ASD").expect("another").updated, 1);
    assert_eq!(bench.cases(None), "A1 ASD 2026-M02 2026-M04\nB2 ASD 2026-M06 -\nC3 ASD 2026-M04 -\n");
}

#[test]
fn the_ledger_gives_back_what_was_entered() {
    let mut bench = Bench::new();
    bench.store.enter_pending(&[entry("first"), entry("second")], &[quarter(JANUARY)], None).expect("entered");
    assert_eq!(bench.store.ledger().expect("a ledger"), [entry("first"), entry("second")]);
    assert_eq!(bench.store.frozen().expect("frozen"), [quarter(JANUARY)]);
    bench.store.mark_released(&["first", "second"]).expect("released");
    let (_folder, key, path) = bench.closed();
    let ledger = Store::open(&path, &key).expect("the store").ledger().expect("a ledger");
    assert!(ledger.iter().all(|entry| entry.state == ReleaseState::Released));
}

#[test]
fn a_discarded_release_leaves_nothing_frozen_and_a_released_one_cannot_be_discarded() {
    let mut bench = Bench::new();
    bench.store.enter_pending(&[entry("a"), entry("b")], &[quarter(JANUARY)], None).expect("entered");
    bench.store.discard_pending(&["a"]).expect("discarded");
    assert_eq!(bench.store.frozen().expect("frozen").len(), 1, "b still needs it");
    bench.store.discard_pending(&["b"]).expect("discarded");
    assert!(bench.store.ledger().expect("a ledger").is_empty() && bench.store.frozen().expect("frozen").is_empty());
    bench.store.enter_pending(&[entry("a")], &[quarter(JANUARY)], None).expect("entered again");
    bench.store.mark_released(&["a"]).expect("released");
    assert!(matches!(bench.store.discard_pending(&["a"]), Err(StoreError::NotPending { .. })));
    assert!(matches!(bench.store.enter_pending(&[entry("a")], &[], None), Err(StoreError::ReleaseExists { .. })));
}

#[test]
fn a_frozen_month_cannot_be_frozen_again() {
    let mut bench = Bench::new();
    bench.store.enter_pending(&[entry("a")], &[quarter(JANUARY)], None).expect("entered");
    let error = bench.store.enter_pending(&[entry("b")], &[quarter(JANUARY + 2)], None).expect_err("March is frozen");
    assert!(matches!(error, StoreError::AlreadyFrozen { .. }));
    assert_eq!(bench.store.ledger().expect("a ledger").len(), 1, "b was not entered either");
    bench.store.enter_pending(&[entry("b")], &[quarter(JANUARY + 3)], None).expect("April is not");
}

#[test]
fn nothing_readable_is_on_the_disk() {
    let mut bench = Bench::new();
    bench.import("canary-file.csv", "CANARYCASE CANARYFAMILY 2026-01-09 - CANARYNEED").expect("an import");
    bench.store.enter_pending(&[entry("CANARYRELEASE")], &[quarter(JANUARY)], None).expect("entered");
    let mut names: Vec<String> = Vec::new();
    for file in fs::read_dir(bench.folder.path()).expect("the folder") {
        let file = file.expect("a file");
        let bytes = fs::read(file.path()).expect("its bytes");
        for canary in ["CANARY", "canary", "SQLite", "CREATE TABLE", "passphrase"] {
            let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!found, "{canary} in {}", file.path().display());
        }
        names.push(file.file_name().into_string().expect("a name"));
    }
    let log = fs::metadata(bench.folder.path().join("takeup.db-wal")).map_or(0, |log| log.len());
    assert_eq!(log, 0, "the log is empty after each act");
    let (folder, _, _) = bench.closed();
    let mut left: Vec<_> =
        fs::read_dir(folder.path()).expect("the folder").map(|file| file.expect("a file").file_name()).collect();
    left.sort();
    assert_eq!(left, ["data.age", "takeup.db"]);
}

#[test]
fn a_flipped_byte_is_found_wherever_it_is() {
    let mut bench = Bench::new();
    bench.import("a.csv", TWO_CASES).expect("an import");
    let (_folder, key, path) = bench.closed();
    let sound = fs::read(&path).expect("the file");
    Store::open(&path, &key).and_then(|store| store.check()).expect("a sound store");
    // One place a page or so, and every byte of the salt.
    let places = (0..16).chain((16..sound.len()).step_by(4099));
    for place in places {
        let mut flipped = sound.clone();
        flipped[place] ^= 1;
        fs::write(&path, &flipped).expect("a flipped byte");
        let found = Store::open(&path, &key).and_then(|store| store.check()).expect_err("a flipped byte");
        let right = if place < 16 { matches!(found, StoreError::WrongKey { .. }) } else { is_damage(&found) };
        assert!(right, "byte {place}: {found}");
    }
}

#[test]
fn a_store_that_was_cut_short_is_damaged_and_an_empty_one_is_no_new_store() {
    let mut bench = Bench::new();
    bench.import("a.csv", TWO_CASES).expect("an import");
    let (_folder, key, path) = bench.closed();
    let sound = fs::read(&path).expect("the file");
    for length in [7, 100, 16384, sound.len() / 2, sound.len() - 16384, sound.len() - 1] {
        fs::write(&path, &sound[..length]).expect("a shorter file");
        let found = Store::open(&path, &key).and_then(|store| store.check()).expect_err("a shorter file");
        assert!(is_damage(&found), "{length} bytes: {found}");
    }
    fs::write(&path, b"").expect("an empty file");
    assert!(matches!(Store::open(&path, &key), Err(StoreError::Empty { .. })));
    assert_eq!(fs::metadata(&path).expect("still there").len(), 0);
    fs::remove_file(&path).expect("removed");
    assert!(matches!(Store::open(&path, &key), Err(StoreError::Missing { .. })));
    assert!(!path.exists());
}

fn is_damage(error: &StoreError) -> bool {
    matches!(error, StoreError::Damaged { .. })
}

#[test]
fn a_damaged_page_met_by_a_scan_is_called_damage() {
    let mut bench = Bench::new();
    let lines: String = (0..500).map(|case| format!("C{case} F1 2026-01-09 - MLD\n")).collect();
    bench.import("a.csv", &lines).expect("an import");
    let (_folder, key, path) = bench.closed();
    let mut bytes = fs::read(&path).expect("the file");
    // The first pages hold what opening reads.
    let last = bytes.len() / 16384 - 1;
    for page in bytes.chunks_mut(16384).skip(last.min(24)) {
        page[100] ^= 1;
    }
    fs::write(&path, &bytes).expect("a damaged file");
    let store = Store::open(&path, &key).expect("what opening reads is sound");
    let scanned = store.scan("advice", &["need"], None, &mut |_| ());
    assert!(is_damage(&scanned.expect_err("damage")));
}

#[test]
fn what_a_killed_program_committed_is_there_and_what_it_had_not_is_not() {
    let mut bench = Bench::new();
    bench.import("a.csv", TWO_CASES).expect("an import");
    let killed = |bench: &Bench, name: &str| {
        let folder = bench.folder.path().join(name);
        fs::create_dir(&folder).expect("a folder");
        for file in ["takeup.db", "takeup.db-wal"] {
            fs::copy(bench.folder.path().join(file), folder.join(file)).expect("a copy");
        }
        let store = Store::open(&folder.join("takeup.db"), &bench.key).expect("the store of a killed program");
        assert_eq!(fs::metadata(folder.join("takeup.db-wal")).map_or(0, |log| log.len()), 0, "the log is emptied");
        store.connection.query_row("SELECT count(*) FROM cases", [], |row| row.get::<_, i64>(0)).expect("a count")
    };
    bench.store.connection.execute_batch("BEGIN").expect("a transaction");
    bench.store.connection.execute_batch("DELETE FROM cases WHERE case_key = 'A1'").expect("a deletion");
    assert_eq!(killed(&bench, "before"), 2);
    bench.store.connection.execute_batch("COMMIT").expect("the deletion");
    assert_eq!(killed(&bench, "after"), 1);
}

#[test]
fn the_order_of_rows_in_an_export_leaves_no_trace() {
    let numbers = |lines: &str| {
        let mut bench = Bench::new();
        bench.import("a.csv", lines).expect("an import");
        let mut numbers = Vec::new();
        let mut visit = |case: StoredCase<'_>| numbers.push((case.case, case.values[0].map(str::to_owned)));
        bench.store.scan("advice", &["case_ref"], None, &mut visit).expect("a scan");
        numbers
    };
    let reversed: Vec<&str> = TWO_CASES.lines().rev().collect();
    assert_eq!(numbers(TWO_CASES), numbers(&reversed.join("\n")));
}

#[test]
fn a_store_opens_under_its_own_key_only_and_is_never_overwritten() {
    let bench = Bench::new();
    let other =
        keys::create(&bench.folder.path().join("other.age"), "passphrase", WorkFactor::ForTests).expect("a key");
    let path = bench.path();
    assert!(matches!(Store::open(&path, &other), Err(StoreError::WrongKey { .. })));
    assert!(matches!(Store::create(&path, &other), Err(StoreError::AlreadyExists { .. })));
    assert!(Store::open(&path, &bench.key).is_ok());
}

#[test]
fn a_newer_schema_and_a_foreign_database_are_told_apart() {
    let bench = Bench::new();
    bench.store.connection.pragma_update(None, "user_version", 99).expect("a newer schema");
    assert!(matches!(Store::open(&bench.path(), &bench.key), Err(StoreError::NewerSchema { found: 99, .. })));
    bench.store.connection.pragma_update(None, "application_id", 1).expect("another application");
    assert!(matches!(Store::open(&bench.path(), &bench.key), Err(StoreError::OtherApplication { .. })));
    let plain = bench.folder.path().join("plain.db");
    rusqlite::Connection::open(&plain).and_then(|plain| plain.execute_batch("CREATE TABLE t (x)")).expect("a database");
    assert!(matches!(Store::open(Path::new(&plain), &bench.key), Err(StoreError::OtherApplication { .. })));
}

#[test]
fn the_pages_are_encrypted_by_the_cipher_we_name() {
    let bench = Bench::new();
    let asked = |pragma: &str| -> String {
        bench
            .store
            .connection
            .query_row(&format!("PRAGMA {pragma}"), [], |row| {
                row.get::<_, String>(0).or_else(|_| row.get::<_, i64>(0).map(|number| number.to_string()))
            })
            .expect(pragma)
    };
    assert!(asked("cipher_version").starts_with('4'));
    assert_eq!(asked("cipher_hmac_algorithm"), "HMAC_SHA256");
    assert_eq!(asked("page_size"), "16384");
    assert_eq!(asked("secure_delete"), "1");
    assert_eq!(asked("journal_mode"), "wal");
    assert_eq!(asked("synchronous"), "2");
}
