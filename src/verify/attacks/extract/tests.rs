//! Extracts small enough for a pencil, attacked as a stranger would.

use std::path::Path;

use crate::readers::register::Register;
use crate::run::{Outside, attack_knowing};
use crate::tests::{kinds, write};

/// Twelve cases of a quarter; two places, two ages, three needs. k = 3, l = 2.
const ROWS: [&str; 12] = [
    "N,*,A",
    "N,*,A",
    "N,*,B",
    "N,*,C",
    "S,old,A",
    "S,old,B",
    "S,old,C",
    "S,old,C",
    "S,young,A",
    "S,young,B",
    "S,young,B",
    "S,young,C",
];

const MANIFEST: &str = r#"{"threshold": 3, "hierarchies": {}, "tables": [], "extract": {
  "file": "data/extract.csv", "recipient": "Institute", "agreement": "DSA 1", "measure": "cases", "period": "2018-Q3",
  "unit": "case", "columns": [{"name": "place", "role": "quasi", "dimension": "place"},
    {"name": "age", "role": "quasi", "dimension": "age"}, {"name": "need", "role": "sensitive", "dimension": "need"}],
  "hierarchies": {"place": {"total": "*", "sums": [["*", ["N", "S", "E"]]]},
    "age": {"total": "*", "sums": [["young", ["0", "17"]], ["old", ["18", "40"]], ["*", ["young", "old"]]]},
    "need": {"total": "*", "sums": [["*", ["A", "B", "C"]]]},
    "month": {"total": "*", "sums": [["2018-Q3", ["2018-M07", "2018-M08", "2018-M09"]]]}},
  "rows": 12, "suppressed": 0, "k": 3, "l": 2}}"#;

fn text(rows: &[&str]) -> String {
    format!("place,age,need\n{}\n", rows.join("\n"))
}

fn folder(below: &Path, name: &str, rows: &[&str]) -> std::path::PathBuf {
    let manifest = MANIFEST.replace("\"rows\": 12", &format!("\"rows\": {}", rows.len()));
    write(below, name, &manifest, &[("data/extract.csv", &text(rows))])
}

fn found(rows: &[&str]) -> Vec<String> {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = folder(place.path(), "r1", rows);
    let attacked = crate::attack(&[folder], &[]).expect("a release");
    kinds(&attacked).into_iter().map(str::to_owned).collect()
}

/// The rows without those at `gone`, with `new` among them, in order.
fn but(gone: &[usize], new: &[&'static str]) -> Vec<&'static str> {
    let mut rows: Vec<&str> = ROWS
        .iter()
        .enumerate()
        .filter(|(at, _)| !gone.contains(at))
        .map(|(_, row)| *row)
        .chain(new.iter().copied())
        .collect();
    rows.sort_unstable();
    rows
}

#[test]
fn an_extract_that_keeps_its_promise_passes() {
    assert_eq!(found(&ROWS), Vec::<String>::new());
}

#[test]
fn a_row_alike_to_no_other_and_a_class_of_two_are_found() {
    let unique = found(&but(&[], &["E,old,A"]));
    assert!(unique.contains(&"extract_unique_row".to_owned()), "{unique:?}");
    assert_eq!(found(&but(&[], &["E,old,A", "E,old,B"])), ["extract_class_below_k"]);
    assert_eq!(found(&but(&[], &["*,*,A", "*,*,B"])), ["extract_remainder_below_k"]);
}

#[test]
fn a_class_of_one_value_tells_it_of_everybody() {
    let all = found(&but(&[0, 1, 2, 3], &["N,*,A", "N,*,A", "N,*,A"]));
    assert_eq!(all, ["extract_diversity", "extract_class_homogeneous"]);
    // A promise of two values is kept; whoever has the other value knows all others, as was promised.
    assert_eq!(found(&but(&[2, 3], &["N,*,A", "N,*,B"])), Vec::<String>::new());
}

#[test]
fn rows_in_another_order_than_their_own_are_found() {
    let mut rows = ROWS;
    rows.swap(2, 9);
    assert_eq!(found(&rows), ["extract_row_order"]);
}

#[test]
fn a_column_that_names_people_is_found_by_its_header_and_by_its_values() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let lines: Vec<String> = ROWS.iter().enumerate().map(|(at, row)| format!("{row},{}", 1000 + at)).collect();
    let table = format!("place,age,need,case_id\n{}\n", lines.join("\n"));
    let folder = write(place.path(), "r1", MANIFEST, &[("data/extract.csv", &table)]);
    let attacked = crate::attack(&[folder], &[]).expect("a release");
    let expected = ["extract_undeclared_column", "extract_identifier_column", "extract_identifier_values"];
    assert_eq!(kinds(&attacked), expected);
}

#[test]
fn a_file_that_no_reader_knows_and_labels_of_no_hierarchy_are_found() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let files = [("data/extract.csv", text(&ROWS)), ("notes.txt", "seen".to_owned())];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let folder = write(place.path(), "r1", MANIFEST, &files);
    assert_eq!(kinds(&crate::attack(&[folder], &[]).expect("a release")), ["unknown_format"]);
    let rows = but(&[0, 1, 2, 3], &["W,old,A", "W,old,B", "W,old,C"]);
    assert_eq!(found(&rows), ["extract_unknown_label"]);
    let rows: Vec<&str> = ROWS.into_iter().skip(1).collect();
    let folder = write(place.path(), "r2", MANIFEST, &[("data/extract.csv", &text(&rows))]);
    assert_eq!(kinds(&crate::attack(&[folder], &[]).expect("a release")), ["extract_count"]);
}

#[test]
fn closeness_is_measured_from_the_rows() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let with = |t: &str| {
        let manifest = MANIFEST.replace("\"l\": 2", &format!("\"l\": 2, \"t\": {t}"));
        let folder = write(place.path(), &format!("t{t}"), &manifest, &[("data/extract.csv", &text(&ROWS))]);
        kinds(&crate::attack(&[folder], &[]).expect("a release")).len()
    };
    // A, B, C are 4, 4, 4 of 12; N says 2, 1, 1 of 4: half of 1/6 + 1/12 + 1/12.
    assert_eq!((with("0.17"), with("0.16")), (0, 1));
}

fn register(people: &[(&str, &str, &str)]) -> Register {
    let columns = ["place", "age", "need"].map(str::to_owned).to_vec();
    let person = |(place, age, need): &(&str, &str, &str)| [*place, *age, *need].map(str::to_owned).to_vec();
    Register { columns, people: people.iter().map(person).collect() }
}

#[test]
fn three_intruders_with_a_register_come_to_what_is_promised_and_no_more() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = folder(place.path(), "r1", &ROWS);
    // Eight people of N, whoever they are; two old ones and one young one of S; one who is nowhere.
    let mut people = vec![("N", "40", "A"); 8];
    people.extend([("S", "18", "C"), ("S", "40", "A"), ("S", "17", "B"), ("E", "17", "A")]);
    let outside = Outside { also: Vec::new(), register: Some(register(&people)), impossible: Vec::new() };
    let attacked =
        attack_knowing(&mut crate::attacks::picture::Easel::default(), &[folder], &[], &outside).expect("a release");
    assert_eq!(kinds(&attacked), Vec::<&str>::new());
    let count = |name: &str| attacked.verdict.counts[name];
    assert_eq!((count("register_people"), count("register_matched"), count("register_unmatched")), (12, 11, 1));
    // The prosecutor faces four rows or more; the journalist's least group is the one young person of S.
    assert_eq!((count("register_rows_min"), count("register_people_min")), (4, 1));
    // 4 rows dealt among 8 people, 4 among 2 (at most all are right) and 4 among 1: 0.5 + 2 + 4 of 12.
    assert_eq!(count("register_marketer_per_mille"), 542);
    // The commonest are A in N (8 people right), C among the old (1 of 2), B among the young (1).
    assert_eq!((count("register_inferred"), count("register_inferred_of")), (10, 11));
}

#[test]
fn a_register_singles_out_whom_too_few_rows_fit() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = folder(place.path(), "r1", &but(&[], &["E,young,A"]));
    let outside = Outside {
        also: Vec::new(),
        register: Some(register(&[("E", "17", "A"), ("N", "0", "B")])),
        impossible: Vec::new(),
    };
    let attacked =
        attack_knowing(&mut crate::attacks::picture::Easel::default(), &[folder], &[], &outside).expect("a release");
    let found = kinds(&attacked);
    assert!(found.contains(&"register_singled_out") && found.contains(&"register_inferred"), "{found:?}");
}

#[test]
fn a_register_of_other_columns_is_refused() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let folder = folder(place.path(), "r1", &ROWS);
    let register = Register { columns: vec!["shoe".to_owned()], people: vec![vec!["41".to_owned()]] };
    let outside = Outside { also: Vec::new(), register: Some(register), impossible: Vec::new() };
    assert!(attack_knowing(&mut crate::attacks::picture::Easel::default(), &[folder], &[], &outside).is_err());
}

#[test]
fn two_extracts_that_differ_by_one_family_tell_who_left() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let first = folder(place.path(), "r1", &ROWS);
    let same = folder(place.path(), "r2", &ROWS);
    let pair = |one: &Path, other: &Path| {
        let attacked = crate::attack(&[one.to_owned(), other.to_owned()], &[]).expect("releases");
        kinds(&attacked).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(pair(&first, &same), Vec::<String>::new(), "the same rows tell nothing new");
    let fewer = folder(place.path(), "r3", &but(&[10], &[]));
    assert!(pair(&first, &fewer).contains(&"extracts_difference".to_owned()), "one has left");
    // The other's labels are coarser: ages of S joined. The one who left is still seen.
    let joined: Vec<String> = but(&[10], &[]).iter().map(|row| row.replace("old", "*").replace("young", "*")).collect();
    let mut joined: Vec<&str> = joined.iter().map(String::as_str).collect();
    joined.sort_unstable();
    let coarser = folder(place.path(), "r4", &joined);
    assert!(pair(&first, &coarser).contains(&"extracts_difference".to_owned()), "and is still seen");
}

#[test]
fn classes_of_two_extracts_that_share_one_value_tell_it_of_whoever_is_in_both() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let first = folder(place.path(), "r1", &ROWS);
    // Whoever is old and in S is in the second's class of the old: A or B; and in the first's: A, B or C.
    let other = ["*,old,A", "*,old,A", "*,old,D", "*,young,A", "*,young,B", "*,young,B", "*,young,C", "*,young,C"];
    let manifest =
        MANIFEST.replace("\"rows\": 12", "\"rows\": 8").replace("\"A\", \"B\", \"C\"", "\"A\", \"B\", \"C\", \"D\"");
    let second = write(place.path(), "r2", &manifest, &[("data/extract.csv", &text(&other))]);
    let attacked = crate::attack(&[first, second], &[]).expect("releases");
    assert!(kinds(&attacked).contains(&"extracts_composed"), "{:?}", kinds(&attacked));
}

#[test]
fn a_class_less_a_smaller_one_of_another_extract_leaves_too_few() {
    let place = tempfile::tempdir().expect("a temporary folder");
    // One says: six of 17, four old. The other says of the old that three are 18, and one is 40.
    let one = ["*,17,A", "*,17,A", "*,17,B", "*,17,B", "*,17,C", "*,17,C", "*,old,A", "*,old,B", "*,old,C", "*,old,C"];
    let other = ["*,17,A", "*,17,A", "*,17,B", "*,17,B", "*,17,C", "*,17,C", "*,18,A", "*,18,B", "*,18,C", "*,40,C"];
    let (one, other) = (folder(place.path(), "r1", &one), folder(place.path(), "r2", &other));
    let alone = crate::attack(std::slice::from_ref(&one), &[]).expect("a release");
    assert_eq!(kinds(&alone), Vec::<&str>::new());
    let other_alone = crate::attack(std::slice::from_ref(&other), &[]).expect("a release");
    assert!(kinds(&other_alone).contains(&"extract_unique_row"));
    // The second leaves its lone row out: what is left of the old is that row.
    let fewer = ["*,17,A", "*,17,A", "*,17,B", "*,17,B", "*,17,C", "*,17,C", "*,18,A", "*,18,B", "*,18,C"];
    let fewer = folder(place.path(), "r3", &fewer);
    let attacked = crate::attack(&[one, fewer], &[]).expect("releases");
    assert!(kinds(&attacked).contains(&"extracts_overlap"), "{:?}", kinds(&attacked));
}

/// Tables of the same quarter: needs by place, N and S hidden for A and B. The threshold is 3.
const TABLES: &str = r#"{"threshold": 3,
  "hierarchies": {"place": {"total": "All", "sums": [["All", ["N", "S"]]]},
                  "need": {"total": "All", "sums": [["All", ["A", "B", "C"]]]},
                  "measure": {"total": "cases", "sums": []},
                  "period": {"total": "Total", "sums": [["2018", ["2018-Q3", "2018-Q4"]]]}},
  "tables": [{"id": "T01", "file": "data/t01.csv", "dims": ["place", "need"],
              "fixed": {"period": "PERIOD", "measure": "cases"}, "markers": {"": [0, null]}}]}"#;

fn tables(below: &Path, name: &str, period: &str, rows: &str) -> std::path::PathBuf {
    let table = format!("place,need,value,symbol\n{rows}");
    write(below, name, &TABLES.replace("PERIOD", period), &[("data/t01.csv", &table)])
}

/// | | A | B | C | All |
/// |---|---|---|---|---|
/// | N | c | c | c | 4 |
/// | S | c | c | c | 8 |
/// | All | 4 | 4 | 4 | 12 |
const HIDDEN: &str =
    "All,All,12,\nAll,A,4,\nAll,B,4,\nAll,C,4,\nN,All,4,\nN,A,,c\nN,B,,c\nN,C,,c\nS,All,8,\nS,A,,c\nS,B,,c\nS,C,,c\n";

#[test]
fn rows_that_show_what_a_table_of_the_same_quarter_hides_are_found() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let table = tables(place.path(), "t1", "2018-Q3", HIDDEN);
    let alone = crate::attack(std::slice::from_ref(&table), &[]).expect("a release");
    assert_eq!(kinds(&alone), Vec::<&str>::new(), "the table by itself tells nothing");
    let rows = folder(place.path(), "r1", &ROWS);
    let attacked = crate::attack(&[table.clone(), rows], &[]).expect("releases");
    let found = kinds(&attacked);
    // N/A is 2, N/B and N/C are 1, S/A is 2; the other hidden cells are not small.
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found.iter().all(|kind| *kind == "suppressed_interval_exact"), "{found:?}");
    // Where the rows keep their needs to themselves, and places are joined, nothing is told.
    let silent: Vec<String> = ROWS.iter().map(|row| format!("*,{}", row.split_once(',').expect("three").1)).collect();
    let mut silent: Vec<&str> = silent.iter().map(String::as_str).collect();
    silent.sort_unstable();
    let rows = folder(place.path(), "r2", &silent);
    let attacked = crate::attack(&[table, rows], &[]).expect("releases");
    assert_eq!(kinds(&attacked), Vec::<&str>::new());
}

#[test]
fn a_small_rest_of_a_year_less_the_rows_of_a_quarter_is_found() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let year = "All,All,40,\nAll,A,20,\nAll,B,10,\nAll,C,10,\nN,All,6,\nN,A,,c\nN,B,,c\nN,C,,c\nS,All,34,\nS,A,,c\nS,B,,c\nS,C,,c\n";
    let table = tables(place.path(), "t1", "2018", year);
    let rows = folder(place.path(), "r1", &ROWS);
    let attacked = crate::attack(&[table, rows], &[]).expect("releases");
    let rest = attacked.verdict.findings.iter().find(|finding| finding.kind == "extract_rest_small").expect("a rest");
    let claim = rest.claim.as_ref().expect("a cell");
    // Six of N in the year, four rows of N in the quarter.
    assert_eq!((claim.lowest, claim.highest), (2, Some(2)));
    assert!(claim.cell.starts_with("period=2018, place=N less"), "{}", claim.cell);
}

#[test]
fn a_need_that_few_rows_of_all_have_is_found_and_one_that_is_left_out_is_not() {
    let few = found(&but(&[3, 6, 7], &["N,*,B", "S,old,A", "S,old,B"]));
    assert_eq!(few, ["extract_rare_value"], "one C of twelve");
    assert_eq!(found(&but(&[3, 6, 7, 11], &["N,*,B", "S,old,A", "S,old,B", "S,young,*"])), Vec::<String>::new());
}
