//! A foreign export, read by its own source: nothing is hard-wired.

use std::io::Write;
use std::path::Path;

use super::{configured, root};
use crate::ingest::read;

#[test]
fn the_casework_sample_is_read_whole() {
    let (source, codes) = configured("casework", "casework");
    let reading = read(&[root().join("fixtures/casework_sample.csv.gz")], &source, &codes, &|_| {}).expect("real rows");
    let rows = &reading.report.rows;
    assert!(reading.report.adds_up());
    assert_eq!((rows.read, rows.accepted), (5000, reading.recordings.len() as u64));
    assert_eq!(reading.report.files[0].format, "text, gzip");
    assert!(reading.report.checks.iter().all(|check| check.level == "warn"), "{}", reading.report.to_text());
}

#[test]
fn the_most_frequent_spelling_of_an_open_code_wins_whatever_the_order_of_rows() {
    let (source, codes) = configured("casework", "casework");
    let rows = ["1,A,Form Letter", "2,A,FORM LETTER", "3,A,form  letter", "4,A,Form Letter"];
    let spellings = |rows: &mut dyn Iterator<Item = &&str>| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cases.csv");
        write(&path, rows);
        let reading = read(&[path], &source, &codes, &|_| {}).expect("sound rows");
        let at = source.position("descriptor").expect("a field");
        let found = reading.report.checks.iter().find(|check| check.check == "two_spellings").map(|check| check.count);
        let values =
            reading.recordings.iter().map(|recording| recording.values.expose_identified().get(at).map(str::to_owned));
        (values.collect::<Vec<_>>(), found)
    };
    let all = vec![Some("Form Letter".to_owned()); 4];
    assert_eq!(spellings(&mut rows.iter()), (all.clone(), Some(2)));
    assert_eq!(spellings(&mut rows.iter().rev()), (all, Some(2)));
}

#[test]
fn a_new_code_that_a_spreadsheet_would_run_stops_the_import_at_its_place() {
    let (source, codes) = configured("casework", "casework");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cases.csv");
    write(&path, &mut ["1,A,Form Letter", "2,A,-9", "3,A,=cmd|' /C calc'!A0"].iter());
    let error = read(&[path], &source, &codes, &|_| {}).expect_err("no report could hold it").to_string();
    assert!(error.contains("the check formula_code stops the import: 1 times, first at cases.csv, line 4"), "{error}");
    assert!(!error.contains("cmd"), "a message shows no value: {error}");
}

fn write(path: &Path, rows: &mut dyn Iterator<Item = &&str>) {
    let mut file = std::fs::File::create(path).expect("a file");
    writeln!(file, "unique_key,account,descriptor,opendate").expect("a line");
    for row in rows {
        writeln!(file, "{row},2018-01-02").expect("a line");
    }
}

/// A template as the program reads it, with what one file says to the sources of another.
fn whole(template: &str) -> model::config::Configuration {
    let root = root().join("config").join(template);
    let (mut files, mut open) = (std::collections::BTreeMap::new(), vec![root.clone()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let name = path.strip_prefix(&root).expect("below").to_string_lossy().into_owned();
                    files.insert(name, std::fs::read_to_string(&path).expect("a text"));
                }
            }
        }
    }
    model::config::Configuration::read(&files).expect("a sound configuration")
}

#[test]
fn a_case_in_a_district_of_another_borough_is_taken_and_named_by_its_row() {
    let configuration = whole("casework");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cases.csv");
    let rows = "unique_key,account,opendate,borough,council_dist\n1,A,2018-01-02,Manhattan,NYCC01\n\
                2,A,2018-01-02,Bronx,NYCC01\n3,A,2018-01-02,,NYCC01\n4,A,2018-01-02,Bronx,\n";
    std::fs::write(&path, rows).expect("a file");
    let source = &configuration.sources["casework"];
    let reading = read(&[path], source, &configuration.codes, &|_| {}).expect("sound rows");
    let found: Vec<_> = reading.report.checks.iter().filter(|check| check.check == "impossible_combination").collect();
    assert_eq!((found.len(), found[0].count, found[0].level), (1, 1, "warn"));
    assert_eq!(found[0].first[0].place.row, 3, "the line of the second case");
    assert_eq!(reading.recordings.len(), 4);
    assert!(!reading.report.to_text().contains("NYCC01"), "places, and no value");
}
