//! `takeup extract` from files, as the program does it; and a checker of its own that reads the written file, the hierarchies
//! and the report, and shares no code with the program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn takeup(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.args(arguments).stdin(Stdio::null()).output().expect("the program starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

/// Ages in bands of 10 and 30, four districts in two halves, two sexes.
fn hierarchies() -> [(&'static str, String); 3] {
    let ages =
        (0..90).map(|age| format!("{age};{}0s;{}-{};*\n", age / 10, age / 30 * 30, age / 30 * 30 + 29)).collect();
    let districts = "D1;North;*\nD2;North;*\nD3;South;*\nD4;South;*\n".to_owned();
    [("age", ages), ("district", districts), ("sex", "f;*\nm;*\n".to_owned())]
}

/// A service's records: numbers that look random and are the same on every machine.
fn records(count: usize) -> String {
    let mut state = 20_260_401_u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut lines = "age;name;district;sex;need\n".to_owned();
    for record in 0..count {
        let age = (draw(18) + draw(18) + draw(18)) % 90;
        let district = 1 + draw(4).min(draw(4));
        let sex = if draw(3) == 0 { 'm' } else { 'f' };
        lines.push_str(&format!("{age};Person {record};D{district};{sex};N{}\n", draw(5).min(draw(5))));
    }
    lines
}

/// Data and hierarchies in a folder of their own.
struct Data {
    home: TempDir,
}

impl Data {
    fn new(records: &str) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let data = Self { home };
        data.write("cases.csv", records.as_bytes());
        for (column, lines) in hierarchies() {
            data.write(&format!("cases_hierarchy_{column}.csv"), lines.as_bytes());
        }
        data
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).expect("a temporary folder can be written");
    }

    /// Runs the command into `out.csv` and `report.json`.
    fn extract(&self, options: &[&str]) -> Output {
        let (from, out, report) = (self.path("cases.csv"), self.path("out.csv"), self.path("report.json"));
        let paths = ["extract", "--from", text(&from), "--hierarchies", text(self.home.path()), "--force"];
        let risk = self.path("risk.html");
        let outputs =
            ["--out", text(&out), "--report", text(&report), "--risk", text(&risk), "--qi", "age,district,sex"];
        takeup(&[&paths[..], &outputs, options].concat())
    }

    fn made(&self, options: &[&str]) -> Written {
        let output = self.extract(options);
        assert_eq!(output.status.code(), Some(0), "{options:?}: {}", stderr(&output));
        let report = serde_json::from_slice(&fs::read(self.path("report.json")).expect("a report")).expect("JSON");
        let file = fs::read_to_string(self.path("out.csv")).expect("an extract");
        let mut lines = file.lines().map(|line| line.split(';').map(str::to_owned).collect::<Vec<_>>());
        let header = lines.next().expect("a header");
        Written { header, rows: lines.collect(), report }
    }
}

/// What was written.
struct Written {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    report: Value,
}

const QUASI: [&str; 3] = ["age", "district", "sex"];

impl Written {
    fn column(&self, name: &str) -> usize {
        self.header.iter().position(|column| column == name).expect("a column")
    }

    /// The cells of the quasi-identifiers of each row; none where it is suppressed. The report says which level a label is
    /// of, because one label may stand on several.
    fn cells(&self) -> Vec<Option<Vec<String>>> {
        let columns = QUASI.map(|name| self.column(name));
        let all_top =
            self.report["levels"].as_array().expect("levels").iter().zip(hierarchies()).all(|(level, (_, lines))| {
                level.as_u64() == Some(lines.lines().next().expect("a line").matches(';').count() as u64)
            });
        let cells = |row: &Vec<String>| {
            let cells: Vec<String> = columns.iter().map(|column| row[*column].clone()).collect();
            (all_top || cells.iter().any(|cell| cell != "*")).then_some(cells)
        };
        self.rows.iter().map(cells).collect()
    }

    /// Rows by class.
    fn classes(&self) -> BTreeMap<Vec<String>, Vec<&Vec<String>>> {
        let mut classes: BTreeMap<Vec<String>, Vec<&Vec<String>>> = BTreeMap::new();
        for (cells, row) in self.cells().into_iter().zip(&self.rows) {
            if let Some(cells) = cells {
                classes.entry(cells).or_default().push(row);
            }
        }
        classes
    }

    fn suppressed(&self) -> usize {
        self.cells().iter().filter(|cells| cells.is_none()).count()
    }

    /// Loss by column: of each cell, the values that its label covers at the level of the report.
    fn loss(&self) -> Vec<f64> {
        let column = |(at, (_, lines)): (usize, (&str, String))| {
            let level = self.report["levels"][at].as_u64().expect("a level") as usize;
            let labels: Vec<String> =
                lines.lines().map(|line| line.split(';').nth(level).expect("a level").to_owned()).collect();
            let lost = |cells: &Option<Vec<String>>| match cells {
                None => 1.0,
                Some(cells) => {
                    let covered = labels.iter().filter(|label| **label == cells[at]).count();
                    assert!(covered > 0, "a cell that is no label of level {level}");
                    (covered - 1) as f64 / (labels.len() - 1) as f64
                }
            };
            self.cells().iter().map(lost).sum::<f64>() / self.rows.len() as f64
        };
        hierarchies().into_iter().enumerate().map(column).collect()
    }

    /// That the report says what the file is.
    fn check(&self, k: usize) {
        let classes = self.classes();
        let smallest = classes.values().map(Vec::len).min().unwrap_or(0);
        assert!(smallest >= k, "a class of {smallest}");
        let suppressed = self.suppressed();
        assert!(suppressed == 0 || suppressed >= k, "{suppressed} suppressed records");
        assert_eq!(self.report["classes"], classes.len());
        assert_eq!(self.report["smallest_class"], smallest);
        assert_eq!(self.report["suppressed"], suppressed);
        let loss = self.loss();
        let geometric = loss.iter().map(|loss| 1.0 + loss).product::<f64>().powf(1.0 / 3.0) - 1.0;
        let arithmetic = loss.iter().sum::<f64>() / 3.0;
        assert!((self.report["loss"].as_f64().expect("a number") - geometric).abs() < 1e-9);
        assert!((self.report["loss_arithmetic"].as_f64().expect("a number") - arithmetic).abs() < 1e-9);
    }
}

#[test]
fn no_row_of_an_extract_is_alike_to_fewer_than_k_and_the_report_says_what_the_file_is() {
    let data = Data::new(&records(600));
    for suppress in ["0", "0.02", "0.1", "1"] {
        for metric in ["loss", "loss-arithmetic", "discernibility", "class-size", "entropy", "precision"] {
            let written = data.made(&["--k", "5", "--suppress", suppress, "--metric", metric]);
            written.check(5);
            assert_eq!(written.report["optimal"], true);
            let limit = (suppress.parse::<f64>().expect("a number") * 600.0) as usize;
            assert!(written.suppressed() <= limit, "{suppress} {metric}");
        }
    }
}

#[test]
fn only_the_named_columns_are_written_and_rows_stay_in_their_order() {
    let data = Data::new(&records(200));
    let written = data.made(&["--k", "3"]);
    assert_eq!(written.header, ["age", "district", "sex"], "names stay behind");
    let written = data.made(&["--k", "3", "--keep", "name"]);
    assert_eq!(written.header, ["age", "name", "district", "sex"]);
    assert_eq!(written.rows[17][1], "Person 17");
}

#[test]
fn the_same_data_give_the_same_bytes() {
    let data = Data::new(&records(300));
    let file = || {
        data.made(&["--k", "4", "--suppress", "0.05"]);
        fs::read(data.path("out.csv")).expect("an extract")
    };
    assert_eq!(file(), file());
}

#[test]
fn every_class_has_l_values_and_suppressed_rows_do_not_tell_theirs() {
    let data = Data::new(&records(600));
    let written = data.made(&["--k", "4", "--suppress", "0.1", "--sensitive", "need", "--l", "4"]);
    written.check(4);
    let need = written.column("need");
    for class in written.classes().values() {
        assert!(class.iter().map(|row| &row[need]).collect::<BTreeSet<_>>().len() >= 4);
    }
    let gone: BTreeSet<&String> = written
        .rows
        .iter()
        .zip(written.cells())
        .filter(|(_, cells)| cells.is_none())
        .map(|(row, _)| &row[need])
        .collect();
    assert!(gone.len() >= 4 || gone.iter().all(|need| *need == "*"), "{gone:?}");
}

#[test]
fn no_class_is_further_than_t_from_all_records() {
    let records = records(900);
    let data = Data::new(&records);
    let written = data.made(&["--k", "2", "--suppress", "0.05", "--sensitive", "need", "--t", "0.25"]);
    written.check(2);
    let need = written.column("need");
    let share = |rows: &[String]| {
        let mut shares: BTreeMap<String, f64> = BTreeMap::new();
        rows.iter().for_each(|need| *shares.entry(need.clone()).or_default() += 1.0 / rows.len() as f64);
        shares
    };
    let all: Vec<String> =
        records.lines().skip(1).filter_map(|line| line.split(';').nth(4).map(str::to_owned)).collect();
    let all = share(&all);
    for class in written.classes().values() {
        let here = share(&class.iter().map(|row| row[need].clone()).collect::<Vec<_>>());
        let far: f64 =
            all.iter().map(|(need, share)| (share - here.get(need).unwrap_or(&0.0)).abs()).sum::<f64>() / 2.0;
        assert!(far <= 0.25 + 1e-9, "{far}");
    }
}

#[test]
fn every_wrong_hierarchy_is_told_by_its_place_and_never_by_its_values() {
    let records = records(50);
    let sound = |column: &str| hierarchies().into_iter().find(|(name, _)| *name == column).expect("one").1;
    let district = "cases_hierarchy_district.csv";
    let edited = |from: &str, to: &str| sound("district").replacen(from, to, 1).into_bytes();
    let wrong: [(&str, Vec<u8>, &[&str]); 15] = [
        (district, Vec::new(), &["\"district\"", "empty"]),
        (district, b"D1\nD2\nD3\nD4\n".to_vec(), &["\"district\"", "line 1", "no level"]),
        (
            district,
            edited(";", "/").into_iter().map(|b| if b == b';' { b'/' } else { b }).collect(),
            &["\"district\"", "line 1"],
        ),
        (district, edited("D2;North;*", "D2;*"), &["\"district\"", "line 2", "2 levels", "has 3"]),
        (district, edited("D2;North;*", "D2;North;*;"), &["\"district\"", "line 2", "4 levels"]),
        // An empty value is one; then the data's is missing.
        (district, edited("D3;South", ";South"), &["\"district\"", "of the file", "level 0"]),
        (district, edited("South;*", "South;"), &["\"district\"", "line 3", "level 2", "empty"]),
        (district, edited("D3;South", "D3;"), &["\"district\"", "line 3", "level 1", "empty"]),
        (district, edited("D4;", "D1;"), &["\"district\"", "line 4", "line 1", "level 0"]),
        (
            district,
            b"D1;a;b;*\nD2;a;b;*\nD3;c;b;*\nD4;a;d;*\n".to_vec(),
            &["\"district\"", "line 4", "line 1", "level 1"],
        ),
        (district, edited("D4;South;*", "D4;South;any"), &["\"district\"", "line 4", "level 1", "parent"]),
        (district, b"D1;x\nD2;x\nD3;y\nD4;y\n".to_vec(), &["\"district\"", "level 1", "2 groups"]),
        (district, [b"district;half;all\n".to_vec(), edited("", "")].concat(), &["\"district\"", "line 1", "header"]),
        (district, edited("D2;North;*\n", ""), &["\"district\"", "line 4 of the file", "level 0"]),
        (
            district,
            [edited("", ""), b"D\xe9;North;*\n".to_vec()].concat(),
            &["\"district\"", "line 5", "level 0", "UTF-8"],
        ),
    ];
    for (file, bytes, places) in wrong {
        let data = Data::new(&records);
        data.write(file, &bytes);
        refuses(&data, &["--k", "3"], 4, places);
    }
}

/// The error names the places, shows no value, and nothing is written.
fn refuses(data: &Data, options: &[&str], exit: i32, places: &[&str]) {
    let output = data.extract(options);
    // A temporary folder's name is drawn, and may hold a value by chance.
    let error = stderr(&output).replace(text(data.home.path()), "");
    assert_eq!(output.status.code(), Some(exit), "{places:?}: {error}");
    for place in places {
        assert!(error.contains(place), "{place:?} is not in\n{error}");
    }
    for value in ["D1", "D2", "D3", "D4", "North", "South", "Person"] {
        assert!(!error.contains(value), "{value} is in\n{error}");
    }
    assert!(!data.path("out.csv").exists() && !data.path("report.json").exists());
}

#[test]
fn a_hierarchy_that_is_missing_twice_there_or_for_no_column_is_named() {
    let data = Data::new(&records(50));
    fs::remove_file(data.path("cases_hierarchy_district.csv")).expect("it is there");
    refuses(&data, &["--k", "3"], 4, &["_hierarchy_district.csv", "district"]);
    let data = Data::new(&records(50));
    data.write("old_hierarchy_district.csv", b"D1;*\n");
    refuses(&data, &["--k", "3"], 4, &["two hierarchies", "district"]);
    let data = Data::new(&records(50));
    fs::rename(data.path("cases_hierarchy_district.csv"), data.path("cases_hierarchy_distrikt.csv"))
        .expect("it is there");
    refuses(&data, &["--k", "3"], 4, &["distrikt", "do not have"]);
    // One for other data in the same folder is in nobody's way.
    let data = Data::new(&records(50));
    data.write("others_hierarchy_ward.csv", b"W1;*\n");
    assert!(data.extract(&["--k", "3"]).status.success());
}

#[test]
fn no_output_takes_the_place_of_another_or_of_the_data() {
    let data = Data::new(&records(50));
    let before = fs::read(data.path("cases.csv")).expect("the data");
    for (out, report) in [("same.csv", "same.csv"), ("cases.csv", "other.json"), ("o.csv", "nowhere/r.json")] {
        let run = |out: &str, report: &str| {
            let paths = ["cases.csv", out, report].map(|name| data.path(name).display().to_string());
            let home = data.home.path().display().to_string();
            let [from, out, report] = &paths;
            takeup(&[
                "extract",
                "--from",
                from,
                "--hierarchies",
                &home,
                "--qi",
                "age,district,sex",
                "--k",
                "3",
                "--out",
                out,
                "--report",
                report,
                "--force",
            ])
        };
        let refused = run(out, report);
        assert_eq!(refused.status.code(), Some(2), "{out} {report}: {}", String::from_utf8_lossy(&refused.stderr));
        assert!(!data.path("same.csv").exists() && !data.path("o.csv").exists(), "{out} {report}");
    }
    assert_eq!(fs::read(data.path("cases.csv")).expect("the data"), before);
}

#[test]
fn a_missing_value_is_a_value_where_its_hierarchy_has_a_line_for_it() {
    let data = Data::new(&(records(60) + ";Person;D1;f;N1\n;Person;D1;f;N1\n;Person;D1;f;N1\n"));
    refuses(&data, &["--k", "3"], 4, &["line 62", "no line", "0 letters"]);
    let ages = fs::read_to_string(data.path("cases_hierarchy_age.csv")).expect("a hierarchy");
    let levels = ages.lines().next().expect("a line").matches(';').count();
    data.write("cases_hierarchy_age.csv", format!("{ages}{}\n", ";*".repeat(levels)).as_bytes());
    let run = data.extract(&["--k", "3"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn what_makes_no_sense_is_wrong_usage_and_what_cannot_be_kept_is_refused() {
    let data = Data::new(&records(50));
    refuses(&data, &[], 2, &["no privacy model"]);
    refuses(&data, &["--k", "1"], 2, &["2 or more"]);
    refuses(&data, &["--k", "3", "--suppress", "2"], 2, &["from 0 to 1"]);
    refuses(&data, &["--k", "3", "--sensitive", "need"], 2, &["need", "no model of its own"]);
    refuses(&data, &["--k", "3", "--sensitive", "Need", "--l", "2"], 2, &["Need", "nearest is \"need\""]);
    refuses(&data, &["--k", "3", "--keep", "age"], 2, &["age", "twice"]);
    refuses(&data, &["--k", "51"], 5, &["too few for any extract"]);
}

#[test]
fn nothing_is_written_over_without_force() {
    let data = Data::new(&records(50));
    data.made(&["--k", "3"]);
    let (from, out) = (data.path("cases.csv"), data.path("out.csv"));
    let before = fs::read(&out).expect("an extract");
    let arguments =
        ["extract", "--from", text(&from), "--hierarchies", text(data.home.path()), "--qi", "age", "--k", "3"];
    let output = takeup(&[&arguments[..], &["--out", text(&out)]].concat());
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(fs::read(&out).expect("it is still there"), before);
}

/// Sizes of classes of these rows, by the cells of the columns.
fn sizes(rows: &[Vec<String>], columns: &[usize]) -> Vec<usize> {
    let mut classes: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    for row in rows {
        *classes.entry(columns.iter().map(|column| row[*column].as_str()).collect()).or_default() += 1;
    }
    classes.into_values().collect()
}

/// That a side of the risk report is what these rows are: the whole, and each subset of the quasi-identifiers.
fn check_risk(side: &Value, header: &[String], rows: &[Vec<String>], k: usize) {
    let columns = QUASI.map(|name| header.iter().position(|column| column == name).expect("a column"));
    let is = |value: &Value, known: f64| {
        assert!((value.as_f64().expect("a number") - known).abs() < 1e-12, "{value} is not {known}")
    };
    let all = sizes(rows, &columns);
    let records = rows.len() as f64;
    assert_eq!(side["records"], rows.len());
    is(&side["risk"]["prosecutor"]["average"], all.len() as f64 / records);
    is(&side["risk"]["prosecutor"]["highest"], 1.0 / *all.iter().min().expect("a class") as f64);
    is(&side["risk"]["prosecutor"]["at_risk"], all.iter().filter(|size| **size < k).sum::<usize>() as f64 / records);
    assert_eq!(side["class_sizes"]["uniques"], all.iter().filter(|size| **size == 1).count());
    let subsets = side["subsets"]["all"].as_array().expect("subsets");
    assert_eq!(subsets.len(), 7);
    for subset in subsets {
        let names: Vec<&str> =
            subset["attributes"].as_array().expect("names").iter().filter_map(Value::as_str).collect();
        let columns: Vec<usize> = (0..3).filter(|at| names.contains(&QUASI[*at])).map(|at| columns[at]).collect();
        let sizes = sizes(rows, &columns);
        assert_eq!(subset["classes"], sizes.len(), "{names:?}");
        assert_eq!(subset["uniques"], sizes.iter().filter(|size| **size == 1).count(), "{names:?}");
        let alike: usize = sizes.iter().map(|size| size * (size - 1)).sum();
        is(&subset["separation"], 1.0 - alike as f64 / (records * (records - 1.0)));
    }
}

#[test]
fn the_risk_report_is_what_the_two_files_are() {
    let data = Data::new(&records(400));
    for options in [&["--k", "5", "--suppress", "0.1"][..], &["--k", "4", "--model", "local"]] {
        let made = data.made(options);
        let before = fs::read_to_string(data.path("cases.csv")).expect("the data");
        let mut lines = before.lines().map(|line| line.split(';').map(str::to_owned).collect::<Vec<_>>());
        let header = lines.next().expect("a header");
        let k = options[1].parse().expect("a number");
        check_risk(&made.report["risk"]["before"], &header, &lines.collect::<Vec<_>>(), k);
        let kept: Vec<Vec<String>> = if options.contains(&"local") {
            made.rows.clone()
        } else {
            made.rows
                .iter()
                .zip(made.cells())
                .filter(|(_, cells)| cells.is_some())
                .map(|(row, _)| row.clone())
                .collect()
        };
        check_risk(&made.report["risk"]["after"], &made.header, &kept, k);
        assert_eq!(made.report["risk"]["after"]["suppressed"], made.rows.len() - kept.len());
        assert_eq!(made.report["loss_in_words"].as_array().expect("sentences").len(), 1 + QUASI.len());
    }
}

#[test]
fn the_risk_page_is_one_file_without_scripts_or_values() {
    let data = Data::new(&records(400));
    data.made(&["--k", "5", "--suppress", "0.1"]);
    let page = fs::read_to_string(data.path("risk.html")).expect("a page");
    for word in ["<script", "http:", "https:", "src=", "@import", "url("] {
        assert!(!page.contains(word), "{word}");
    }
    for value in ["D1", "D4", "North", "South", "Person 1", "N0"] {
        assert!(!page.contains(value), "{value}");
    }
    for said in
        ["Internal.", "lang=\"en\"", "Prosecutor", "Journalist", "Marketer", "Zayatz", "1 in 5", "scope=\"row\""]
    {
        assert!(page.contains(said), "{said}");
    }
}

#[test]
fn a_sampling_fraction_that_is_none_is_wrong_usage() {
    let data = Data::new(&records(50));
    refuses(&data, &["--k", "3", "--sampling-fraction", "0"], 2, &["sampling-fraction", "above 0"]);
    refuses(&data, &["--k", "3", "--sampling-fraction", "1.5"], 2, &["sampling-fraction", "above 0"]);
}

/// What the written file of a local recoding says: no report is needed to know what a label covers, because a label is a value,
/// a label of the hierarchy wherever it stands, or an interval of values.
#[test]
fn local_recoding_loses_less_than_global_and_the_file_says_so() {
    let data = Data::new(&records(600));
    let global = data.made(&["--k", "5", "--metric", "loss-arithmetic", "--suppress", "1"]);
    let local = data.made(&["--k", "5", "--metric", "loss-arithmetic", "--model", "local"]);
    let columns = QUASI.map(|name| local.column(name));
    let mut classes: BTreeMap<Vec<&String>, usize> = BTreeMap::new();
    let mut lost = 0.0;
    let source = records(600);
    for (row, record) in local.rows.iter().zip(source.lines().skip(1)) {
        let values: Vec<&str> = record.split(';').collect();
        *classes.entry(columns.iter().map(|column| &row[*column]).collect()).or_default() += 1;
        for ((column, (name, lines)), at) in columns.iter().zip(hierarchies()).zip([0, 2, 3]) {
            let label = &row[*column];
            let covered: Vec<&str> = lines
                .lines()
                .filter(|line| line.split(';').any(|text| text == label))
                .filter_map(|line| line.split(';').next())
                .collect();
            assert!(covered.contains(&values[at]), "{label} does not cover the {name} of its record");
            lost += (covered.len() - 1) as f64 / (lines.lines().count() - 1) as f64;
        }
    }
    let smallest = classes.values().min().copied().expect("classes");
    assert!(smallest >= 5, "a class of {smallest}");
    assert_eq!(local.report["classes"], classes.len());
    assert_eq!(local.report["smallest_class"], smallest);
    assert_eq!(local.report["suppressed"], 0);
    assert_eq!((&local.report["model"], &local.report["levels"]), (&Value::from("local"), &Value::Null));
    assert_eq!((&local.report["optimal"], &local.report["bound"]), (&Value::from(false), &Value::Null));
    let told = local.report["loss_arithmetic"].as_f64().expect("a number");
    assert!((told - lost / 3.0 / 600.0).abs() < 1e-9, "{told}");
    assert!(told < global.report["loss_arithmetic"].as_f64().expect("a number") / 2.0, "{told}");
}

#[test]
fn local_recoding_refuses_what_it_does_not_do() {
    let data = Data::new(&records(50));
    refuses(&data, &["--k", "3", "--model", "local", "--metric", "entropy"], 2, &["not entropy"]);
    refuses(&data, &["--k", "3", "--model", "local", "--budget", "9"], 2, &["no budget"]);
    refuses(&data, &["--k", "51", "--model", "local"], 5, &["in one class"]);
}
