//! Cases small enough for a pencil, written into a temporary folder.

use std::fs;

use model::release::{ReleasedCell, Zeros};
use proptest::prelude::*;
use tempfile::TempDir;

use super::{Case, CaseError, Earlier};
use crate::protect::{EarlierForm, Form, HiddenZeros, Problem, Weight, suppress};
use crate::tabulate::{Counter, Key};

const DESCRIPTION: &str = r#"{
 "threshold": 5,
 "hierarchies": {
  "area": {"total": "All", "sums": [["All", ["North", "South"]], ["North", ["N1", "N2"]], ["River", ["N2", "South"]]]},
  "age": {"total": "Any", "sums": [["Any", ["child", "adult"]]]}
 },
 "cols": {"area": ["county", "district"]},
 "tables": [{"file": "by_age.csv", "dims": ["area", "age"]}]
}"#;

const COUNTS: &str =
    "county,district,age,freq\nNorth,N1,child,6\nNorth,N1,adult,7\nNorth,N2,child,2\nSouth,South,adult,9\n";

fn folder(description: &str, counts: &str) -> TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    fs::write(home.path().join("case.json"), description).expect("a file of our own");
    fs::write(home.path().join("inner.csv"), counts).expect("a file of our own");
    home
}

fn case(description: &str, counts: &str) -> Result<Case, CaseError> {
    Case::read(folder(description, counts).path())
}

/// The fault without the path of the temporary folder.
fn fault(description: &str, counts: &str) -> String {
    let home = folder(description, counts);
    let text = Case::read(home.path()).expect_err("it is wrong").to_string();
    let path = home.path().to_str().expect("temporary folders have plain names");
    text.strip_prefix(path).expect("it begins with the file").trim_start_matches('/').to_owned()
}

/// The cell's key by codes, in the order of the dimensions' names.
fn key(case: &Case, age: &str, area: &str) -> Key {
    let at = |dimension: usize, code: &str| {
        let codes = &case.spaces[dimension].codes;
        u32::try_from(codes.iter().position(|known| known == code).expect("a code")).expect("few codes")
    };
    [at(0, age), at(1, area)].into()
}

#[test]
fn counts_are_added_up_to_groups_totals_and_overlapping_areas() {
    let case = case(DESCRIPTION, COUNTS).expect("a sound case");
    let cells = [
        ("Any", "All", 24),
        ("child", "All", 8),
        ("adult", "North", 7),
        ("Any", "North", 15),
        ("Any", "River", 11),
        ("child", "River", 2),
        ("child", "South", 0),
        ("adult", "N2", 0),
    ];
    let keys: Vec<Key> = cells.iter().map(|(age, area, _)| key(&case, age, area)).collect();
    let counted: Vec<u64> = case.count(&keys).iter().map(|counts| counts.counted).collect();
    assert_eq!(counted, cells.map(|(_, _, count)| count));
}

#[test]
fn codes_stand_in_the_order_of_a_printed_table() {
    let case = case(DESCRIPTION, COUNTS).expect("a sound case");
    assert_eq!(case.spaces[1].codes, ["All", "North", "N1", "N2", "South", "River"]);
}

#[test]
fn without_a_column_of_counts_every_line_is_one_record() {
    let case = case(DESCRIPTION, "district,age\nN1,child\nN1,child\nN2,adult\n").expect("a sound case");
    let keys = [key(&case, "Any", "All"), key(&case, "child", "North"), key(&case, "Any", "River")];
    let counted: Vec<u64> = case.count(&keys).iter().map(|counts| counts.counted).collect();
    assert_eq!(counted, [3, 2, 1]);
}

#[test]
fn what_a_pattern_hides_is_sealed_hidden_and_what_it_shows_is_shown() {
    let case = case(DESCRIPTION, COUNTS).expect("a sound case");
    for zeros in [Zeros::Hidden, Zeros::Shown] {
        let problem = case.problem(zeros, HiddenZeros::Unprotected, Weight::Cells);
        let pattern = suppress(&problem, &case).expect("a safe pattern");
        let release = case.release(&pattern, &Earlier::default()).expect("parts that hold together");
        let table = &release.parts().tables[0];
        assert_eq!((table.id.as_str(), table.cells.len(), table.zeros), ("by-age", 6 * 3, zeros));
        // Area by age: N2 is the fourth area, child the second age; two children live there.
        assert_eq!(table.cells[3 * 3 + 1], ReleasedCell::Suppressed);
        let hidden = table.cells.iter().filter(|cell| **cell == ReleasedCell::Suppressed).count();
        let statistics = pattern.statistics;
        assert_eq!(hidden, statistics.primary + statistics.zeros + statistics.secondary);
    }
}

#[test]
fn a_table_may_stand_at_one_code_of_a_dimension() {
    let fixed = DESCRIPTION.replace(r#"["area", "age"]"#, r#"["area"], "fixed": {"age": "adult"}"#);
    let case = case(&fixed, COUNTS).expect("a sound case");
    let problem = case.problem(Zeros::Hidden, HiddenZeros::Unprotected, Weight::Cells);
    let Problem { tables, .. } = &problem;
    let counted: Vec<u64> = case.count(&tables[0].cells).iter().map(|counts| counts.counted).collect();
    assert_eq!(counted, [16, 7, 7, 0, 9, 9], "All, North, N1, N2, South, River");
}

#[test]
fn a_wrong_description_is_named_by_its_place() {
    let wrong = [
        ("\"threshold\": 5", "\"threshold\": 0", "threshold: a threshold of 0 protects nobody"),
        (
            "\"threshold\": 5",
            "\"threshold\": 9223372036854775808",
            "threshold: a threshold of 9223372036854775808 protects",
        ),
        ("\"threshold\": 5,", "", "missing field `threshold`"),
        ("\"threshold\"", "\"thresold\"", "line 2, column 11: unknown field `thresold`"),
        (
            r#"["area", "age"]"#,
            r#"["area", "sex"]"#,
            "tables[0].dims: no hierarchy is called \"sex\"; there are age, area",
        ),
        (r#"["area", "age"]"#, r#"["age", "age"]"#, "tables[0].dims: \"age\" stands there twice"),
        (r#"["area", "age"]"#, "[]", "tables[0].dims: the table has no dimensions"),
        (
            r#"["area", "age"]}"#,
            r#"["area"], "fixed": {"age": "old"}}"#,
            "tables[0].fixed: the hierarchy \"age\" has no code",
        ),
        (r#"{"file": "by_age.csv", "dims": ["area", "age"]}"#, "", "tables: there is no table"),
        ("by_age.csv", "../by_age.csv", "tables[0].file: \"../by_age.csv\" cannot name a table"),
        ("\"cols\": {\"area\"", "\"cols\": {\"aera\"", "cols: no hierarchy is called \"aera\""),
        (
            r#"["North", ["N1"#,
            r#"["Nroth", ["N1"#,
            "hierarchies.area.sums[1]: \"N1\" is not below the total \"All\": no sum leads from there to its parent \"Nroth\"",
        ),
        (r#"["N1", "N2"]"#, r#"["N1", "All"]"#, "hierarchies.area.sums[1]: \"All\" is below itself: All > North > All"),
        (r#"["N1", "N2"]"#, "[]", "hierarchies.area.sums[1]: \"North\" is a sum of nothing"),
        (r#"["N1", "N2"]"#, r#"["N1", "N1"]"#, "hierarchies.area.sums[1]: \"N1\" stands there twice"),
        (
            r#"["North", "South"]"#,
            r#"["North", "South", "N2"]"#,
            "hierarchies.area.sums[0]: the sum of \"All\" counts \"N2\" twice",
        ),
        (r#"["River", ["#, r#"["North", ["#, "hierarchies.area.sums[2]: \"North\" has two sums"),
        (r#"["N1", "N2"]"#, r#"["=N1", "N2"]"#, "hierarchies.area.sums[1]: \"=N1\" begins as a formula"),
        ("\"age\"", "\"value\"", "hierarchies.value: \"value\" cannot name a dimension"),
    ];
    for (sound, put, expected) in wrong {
        assert!(DESCRIPTION.contains(sound), "{sound}");
        let text = fault(&DESCRIPTION.replace(sound, put), COUNTS);
        assert!(text.starts_with("case.json") && text.contains(expected), "{put}: {text}");
    }
}

#[test]
fn wrong_counts_are_named_by_line_and_column_and_never_shown() {
    let wrong = [
        ("N2,child,2", "Secret,child,2", "line 4: column \"district\" holds 6 characters that are no code"),
        ("N2,child,2", "North,child,2", "line 4: column \"district\" holds a code of \"area\" that is a sum of others"),
        (
            "North,N2",
            "South,N2",
            "line 4: column \"county\" holds no code that stands above the one of column \"district\"",
        ),
        ("N2,child,2", "N2,child,-2", "line 4: column \"freq\" holds 2 characters that are no whole number"),
        ("N2,child,2", "N2,child,2.5", "line 4: column \"freq\" holds 3 characters"),
        ("N2,child,2", "N2,child,9999999999999", "line 4: column \"freq\""),
        ("N2,child,2", "N2,child", "line 4: it cannot be read as CSV in UTF-8 with 4 fields a line"),
        (
            "county,district,age",
            "county,place,age",
            "line 1: there is no column \"district\", which the dimension \"area\" needs",
        ),
        ("county,district,age", "age,district,age", "line 1: two columns are called \"age\""),
    ];
    for (sound, put, expected) in wrong {
        assert!(COUNTS.contains(sound), "{sound}");
        let text = fault(DESCRIPTION, &COUNTS.replace(sound, put));
        assert!(text.starts_with("inner.csv ") && text.contains(expected), "{put}: {text}");
        assert!(!text.contains("Secret"), "{text}");
    }
    assert!(fault(DESCRIPTION, "").contains("inner.csv line 1: there is no header"));
}

#[test]
fn counts_as_floating_point_tools_write_them_are_read() {
    let case = case(DESCRIPTION, "district,age,freq\nN1,child,12.0\nN2,adult,1e+05\n").expect("a sound case");
    assert_eq!(case.count(&[key(&case, "Any", "All")])[0].counted, 100_012);
}

#[test]
fn two_files_of_counts_are_one_too_many() {
    let home = folder(DESCRIPTION, COUNTS);
    fs::write(home.path().join("inner.csv.gz"), []).expect("a file of our own");
    assert!(matches!(Case::read(home.path()), Err(CaseError::TwoInner { .. })));
}

proptest! {
    #![proptest_config(crate::draws::draws(256))]

    /// Against a sum over all lines for every cell.
    #[test]
    fn the_roll_up_counts_as_a_scan_of_all_lines_does(
        rows in prop::collection::vec((0_usize..3, 0_usize..2, 0_u64..9), 0..30)
    ) {
        let (districts, ages) = (["N1", "N2", "South"], ["child", "adult"]);
        let lines: String =
            rows.iter().map(|&(area, age, count)| format!("{},{},{count}\n", districts[area], ages[age])).collect();
        let added = DESCRIPTION.replace("\"threshold\": 5", "\"threshold\": 5, \"repeated\": \"add\"");
        let case = case(&added, &format!("district,age,freq\n{lines}")).expect("a sound case");
        let below = [
            ("All", &districts[..]), ("North", &["N1", "N2"]), ("River", &["N2", "South"]), ("N1", &["N1"]), ("South", &["South"]),
        ];
        for (area, held) in below {
            for age in ["Any", "child", "adult"] {
                let inside = rows.iter().filter(|row| held.contains(&districts[row.0]) && (age == "Any" || age == ages[row.1]));
                let expected: u64 = inside.map(|row| row.2).sum();
                prop_assert_eq!(case.count(&[key(&case, age, area)])[0].counted, expected, "{} {}", area, age);
            }
        }
    }
}

#[test]
fn an_earlier_release_is_placed_cell_by_cell_or_refused_with_its_line() {
    let case = case(DESCRIPTION, COUNTS).expect("a sound case");
    let home = tempfile::tempdir().expect("a temporary folder");
    let manifest = r#"{"threshold": 6, "tables": [{"file": "t.csv", "fixed": {"age": "child"}}],
        "hierarchies": {"area": {"total": "All", "sums": []}, "age": {"total": "Any", "sums": []}}}"#;
    fs::write(home.path().join("release.json"), manifest).expect("a file of our own");
    let read = |table: &str| {
        fs::write(home.path().join("t.csv"), table).expect("a file of our own");
        case.earlier(&[home.path().to_owned()])
    };
    let earlier = read("area,value,symbol\nAll,24,\nNorth,,c\nRiver,,x\nN2,,z\n").expect("a release");
    let cells: Vec<(Key, EarlierForm)> = earlier.cells.iter().map(|cell| (cell.key.clone(), cell.form)).collect();
    let at = |area: &str| key(&case, "child", area);
    let expected = [
        (at("All"), EarlierForm::Count(24)),
        (at("North"), EarlierForm::Suppressed),
        (at("N2"), EarlierForm::StructuralZero),
    ];
    assert_eq!(cells, expected);
    assert!(earlier.cells.iter().all(|cell| cell.threshold == 6 && cell.zeros == Zeros::Hidden));
    let said = read("area ,value\n All,\"24 (p)\"\nNorth,1-4\nN1,３*\nN2,..\n").expect("figures with footnotes");
    let forms: Vec<EarlierForm> = said.cells.iter().map(|cell| cell.form).collect();
    let few = EarlierForm::Rounded(Form { value: 1, lowest: 1, highest: 4 });
    assert_eq!(forms, [EarlierForm::Count(24), few, EarlierForm::Count(3), EarlierForm::Suppressed]);
    let shown = read("area,value,symbol\nAll,24,\nN1,0,\n").expect("a release");
    assert!(shown.cells.iter().all(|cell| cell.zeros == Zeros::Shown), "whoever sees a zero knows of the others");
    for (table, place) in [
        ("area,value\nAll,24\nElsewhere,3\n", "line 3: the hierarchy \"area\" of case.json has no code \"Elsewhere\""),
        ("area,value\nAll,2.5\n", "line 2: column 2: a value that is a number and no count"),
        ("area,value\nAll,24\nN1,~3\n", "line 3: column 2: a value that is neither a figure nor a sign"),
        ("area,value,symbol\nAll,24,\nN1,3,x\n", "line 3: column 3: the symbol does not go with the value"),
        ("area,value,symbol\nAll,24,\nN1,,q\n", "line 3: column 3: the symbol does not go with the value"),
        ("area,year,value\nAll,2018,3\n", "line 1: case.json has no dimension \"year\""),
    ] {
        let error = read(table).expect_err("it cannot be placed").to_string();
        assert!(error.contains(place), "{error}");
    }
}

#[test]
fn a_relation_names_cells_of_the_case_and_is_published() {
    let relation = r#""threshold": 5, "relations": [{"is": "<=", "terms": [[1, {"age": "child"}], [-1, {}]]}],"#;
    let related = DESCRIPTION.replace(r#""threshold": 5,"#, relation);
    let found = case(&related, COUNTS).expect("a sound case");
    let problem = found.problem(Zeros::Hidden, HiddenZeros::Unprotected, Weight::Cells);
    assert_eq!(problem.relations[0].terms, [(1, key(&found, "child", "All")), (-1, key(&found, "Any", "All"))]);
    let pattern = suppress(&problem, &found).expect("no more children than people");
    let release = found.release(&pattern, &Earlier::default()).expect("parts that hold together");
    assert_eq!(release.parts().relations.len(), 1);
    for (wrong, said) in [("\"<=\"", "not \">=\""), ("\"child\"}]", "no code \"chill\""), ("[1, {", "factor")] {
        let mended = match said {
            "factor" => related.replacen(wrong, "[0, {", 1),
            said => related.replacen(
                wrong,
                &wrong.replace("<=", ">=").replace("child", said.split('"').nth(1).expect("a word")),
                1,
            ),
        };
        let error = case(&mended, COUNTS).expect_err("a relation that nobody understands").to_string();
        assert!(error.contains("relations[0]") && error.contains(said), "{error}");
    }
}

const MINUTES: &str = "county,district,age,family,minutes\nNorth,N1,child,A,900\nNorth,N1,child,B,50\nNorth,N1,adult,A,30\n\
                       North,N2,child,C,20\nSouth,South,adult,D,70\nSouth,South,adult,B,0\n";

fn of_minutes(rule: &str) -> String {
    let magnitude = format!(r#""threshold": 5, "magnitude": {{"column": "minutes", "unit": "family", {rule}}}"#);
    DESCRIPTION.replace(r#""threshold": 5"#, &magnitude)
}

#[test]
fn minutes_are_summed_and_a_family_contributes_once_to_each_cell() {
    let case = case(&of_minutes(r#""p": 10"#), MINUTES).expect("a sound case");
    let cells = [("Any", "All"), ("child", "North"), ("Any", "N1"), ("adult", "South"), ("child", "South")];
    let keys = cells.map(|(age, area)| key(&case, age, area));
    let counts = case.count(&keys).into_iter().map(|counts| (counts.counted, counts.protected, counts.largest));
    // Family A has 930 in N1, over both ages; B spent nothing in the south.
    let expected = [(1_070, 4, 930), (970, 3, 900), (980, 2, 930), (70, 1, 70), (0, 0, 0)];
    assert_eq!(counts.collect::<Vec<_>>(), expected);
    let of_units = &case.contributions(&keys).expect("sums")[0];
    let mut of_units: Vec<u64> = of_units.iter().map(|&(_, minutes)| minutes).collect();
    of_units.sort_unstable();
    assert_eq!(of_units, [20, 50, 70, 930]);
}

#[test]
fn sums_without_a_sound_rule_or_column_are_refused_by_their_place() {
    for (description, counts, expected) in [
        (of_minutes(r#""p": 0"#), MINUTES.to_owned(), "case.json"),
        (of_minutes(r#""n": 2"#), MINUTES.to_owned(), "\"n\" from 1 to 10 and \"k\" from 1 to 100"),
        (of_minutes(r#""p": 10"#), COUNTS.to_owned(), "there is no column \"minutes\""),
        (of_minutes(r#""p": 10"#), MINUTES.replace(",900", ",9.5"), "line 2: column \"minutes\" holds 3 characters"),
        (of_minutes(r#""p": 10"#), MINUTES.replace("minutes\n", "minutes,freq\n"), "there is a column of counts"),
        (
            DESCRIPTION.replace(r#""threshold": 5"#, r#""threshold": 5, "record_key": "key""#),
            COUNTS.to_owned(),
            "\"key\"",
        ),
    ] {
        let said = fault(&description, &counts);
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn record_keys_are_summed_by_every_route() {
    let description = DESCRIPTION.replace(r#""threshold": 5"#, r#""threshold": 5, "record_key": "key""#);
    let counts = "county,district,age,freq,key\nNorth,N1,child,6,4000000000\nNorth,N2,child,2,300000000\n\
                  South,South,adult,9,5\n";
    let case = case(&description, counts).expect("a sound case");
    let cells = [("child", "North"), ("Any", "North"), ("Any", "South"), ("adult", "All"), ("adult", "North")];
    let keys = case.cell_keys(&cells.map(|(age, area)| key(&case, age, area)));
    // 4,300,000,000 less 4,294,967,296.
    assert_eq!(keys, Some(vec![5_032_704, 5_032_704, 5, 5, 0]));
    let without = self::case(DESCRIPTION, COUNTS).expect("a sound case");
    assert_eq!(without.cell_keys(&[key(&without, "Any", "All")]), None);
}

/// The description with one more key.
fn with(key: &str) -> String {
    DESCRIPTION.replace(r#""threshold": 5"#, &format!(r#""threshold": 5, {key}"#))
}

#[test]
fn counts_under_another_name_are_asked_about_and_never_taken_for_single_records() {
    for name in ["Freq", "FREQ", " freq", "frequency", "Count", "n", "N", "nobs"] {
        let said = fault(DESCRIPTION, &format!("district,age,{name}\nN1,child,6\nN2,adult,7\n"));
        assert!(said.starts_with("inner.csv line 1: column ") && said.contains("\"count\": "), "{name}: {said}");
    }
    // Beside the counts too: which of the two is meant?
    let said = fault(DESCRIPTION, "district,age,freq,Count\nN1,child,6,6\n");
    assert!(said.contains("is called as counts are"), "{said}");
    // Where the name says nothing the numbers do, with thousands parted or not.
    for numbers in ["6", "6.0", "1e3", "\"1,200\"", "1 200"] {
        let said = fault(DESCRIPTION, &format!("district,age,personen\nN1,child,{numbers}\nN2,adult,\n"));
        assert!(said.starts_with("inner.csv line 1: column \"personen\" holds numbers"), "{said}");
    }
}

#[test]
fn what_is_asked_about_counts_is_answered_in_the_description() {
    let lines = "district,age,Freq,year\nN1,child,6,2026\nN2,adult,7,2026\n";
    let records = |key: &str, lines: &str| case(&with(key), lines).map(|case| case.inner.records());
    assert_eq!(records(r#""count": "Freq""#, lines).expect("counts"), 13);
    assert_eq!(records(r#""ignore": ["Freq", "year"]"#, lines).expect("records"), 2);
    let said = fault(&with(r#""count": "freq""#), lines);
    assert!(said.contains("there is no column \"freq\", which \"count\" of case.json names"), "{said}");
    // A column of words is nobody's count, and a dimension that no table uses is known.
    let words = "district,age,note\nN1,child,one\nN2,adult,6\nN2,adult,two\n";
    assert_eq!(case(DESCRIPTION, words).expect("records").inner.records(), 3);
}

#[test]
fn a_combination_that_is_counted_twice_is_asked_about_with_its_line() {
    let twice = format!("{COUNTS}North,N1,child,6\n");
    assert!(fault(DESCRIPTION, &twice).starts_with("inner.csv line 6: all but the count stands there"));
    assert_eq!(case(&with(r#""repeated": "add""#), &twice).expect("added up").inner.records(), 30);
    // Lines that differ in something else are parts of a finer table.
    let finer = "district,age,sex,freq\nN1,child,m,6\nN1,child,f,7\n";
    assert_eq!(case(DESCRIPTION, finer).expect("added up").inner.records(), 13);
}

#[test]
fn a_line_is_counted_alike_with_any_line_ends_and_after_blank_lines() {
    let bad = ["district,age,freq", "N1,child,6", "", "N1,adult,six", "N2,child,7"];
    for end in ["\n", "\r\n", "\r"] {
        let said = fault(DESCRIPTION, &bad.join(end));
        assert!(said.starts_with("inner.csv line 4: column \"freq\" holds 3 characters"), "{end:?}: {said}");
    }
}

#[test]
fn sums_have_limits_that_are_said() {
    let minutes = |values: &[&str]| {
        let lines: String = values.iter().enumerate().map(|(at, value)| format!("N1,child,f{at},{value}\n")).collect();
        format!("district,age,family,minutes\n{lines}")
    };
    let description = of_minutes(r#""p": 10"#);
    let case = case(&description, &minutes(&["1000000000000000", "9007199254740992", "1e15", "0"]));
    let sums = case.expect("large values").count(&[[0, 0].into()]);
    assert_eq!(sums[0].counted, 11_007_199_254_740_992);
    for (values, expected) in [
        (vec!["5", "-20"], "line 3: column \"minutes\" holds a number below zero"),
        (vec!["9007199254740993"], "line 2: column \"minutes\" holds 16 characters that are no whole number"),
        (vec!["9007199254740992"; 112], "line 113: column \"minutes\" adds up to more than 1000000000000000000"),
    ] {
        let said = fault(&description, &minutes(&values));
        assert!(said.contains(expected), "{said}");
    }
}
