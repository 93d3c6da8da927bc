//! Another reader of workbooks, held against ours: calamine, on every sound workbook of the fixtures.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, SheetType, SheetVisible, open_workbook_auto};

use super::made::{self, Made, Sheet};
use super::root;
use crate::ingest::format;
use crate::ingest::second;
use crate::ingest::table::Cell;

type Cells = BTreeMap<(String, u64, usize), String>;

/// Workbooks of the fixtures that open.
fn workbooks() -> Vec<PathBuf> {
    let folders = fs::read_dir(root().join("fixtures/ingest")).expect("the fixtures").flatten();
    let files = folders.filter_map(|folder| fs::read_dir(folder.path()).ok()).flatten().flatten();
    let is_workbook = |path: &PathBuf| {
        let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned()).unwrap_or_default();
        matches!(ending.as_str(), "xlsx" | "xls" | "xlsb" | "ods") && !path.to_string_lossy().contains("/bad_")
    };
    let mut paths: Vec<PathBuf> = files.map(|file| file.path()).filter(is_workbook).collect();
    paths.sort();
    paths
}

fn ours(path: &Path) -> Cells {
    let export = format::open(path, &std::collections::BTreeSet::new()).unwrap_or_else(|error| panic!("{error}"));
    let mut cells = Cells::new();
    for sheet in &export.sheets {
        let walked = sheet.rows.walk(&mut |row, found| {
            for (column, cell) in found.iter().enumerate() {
                let text = match cell {
                    Cell::Blank | Cell::NoResult => continue,
                    Cell::Text(text) => (*text).to_owned(),
                    Cell::Number(number) | Cell::Shown(number, _) | Cell::Length(number) => number.to_string(),
                    Cell::Serial(days) if export.from_1904 => (days - 1462.0).to_string(),
                    Cell::Serial(days) => days.to_string(),
                    Cell::Truth(truth) => truth.to_string(),
                    Cell::Fault => "fault".to_owned(),
                };
                cells.insert((sheet.name.clone(), row, column), text);
            }
            Ok(ControlFlow::Continue(()))
        });
        walked.expect("sound rows");
    }
    cells
}

fn theirs(path: &Path) -> Cells {
    let mut workbook = open_workbook_auto(path).expect("it opens");
    let mut cells = Cells::new();
    for sheet in workbook.sheets_metadata().to_vec() {
        if sheet.visible != SheetVisible::Visible || sheet.typ != SheetType::WorkSheet {
            continue;
        }
        let range = workbook.worksheet_range(&sheet.name).expect("a sheet");
        let start = range.start().unwrap_or_default();
        for (row, column, cell) in range.used_cells() {
            let text = match cell {
                Data::Empty => continue,
                Data::String(text) | Data::DurationIso(text) => text.clone(),
                Data::DateTimeIso(date) => {
                    let date: jiff::civil::Date = date.parse().expect("a date");
                    let days = date.since(jiff::civil::date(1899, 12, 30)).expect("days").get_days();
                    days.to_string()
                }
                Data::Int(number) => number.to_string(),
                Data::Float(number) => number.to_string(),
                Data::DateTime(time) => time.as_f64().to_string(),
                Data::Bool(truth) => truth.to_string(),
                Data::Error(_) => "fault".to_owned(),
            };
            if text.trim().is_empty() {
                continue;
            }
            cells.insert((sheet.name.clone(), u64::from(start.0) + row as u64 + 1, start.1 as usize + column), text);
        }
    }
    cells
}

#[test]
fn another_reader_finds_the_same_cells_in_every_sound_workbook() {
    let paths = workbooks();
    assert!(paths.len() > 15, "{} workbooks", paths.len());
    for path in paths {
        let (ours, theirs) = (ours(&path), theirs(&path));
        assert!(!ours.is_empty());
        assert_eq!(ours, theirs, "{}", path.display());
    }
}

#[test]
fn the_smallest_files_that_show_what_the_other_reader_refuses_are_read_here() {
    let head = Sheet { name: "S", rows: vec![vec![Made::Text("a"), Made::Text("b")]], ..Sheet::default() };
    let altered = |from: &str, to: &str| {
        let parts = made::xlsx(&[Sheet { rows: vec![vec![Made::Text("a"), Made::Fault]], ..head.clone() }]);
        let change = |bytes: Vec<u8>| String::from_utf8(bytes).expect("XML").replace(from, to).into_bytes();
        made::zipped(&parts.into_iter().map(|(name, bytes)| (name, change(bytes))).collect())
    };
    let counted = |bytes: &[u8]| second::rows(bytes).expect("it opens").get("S").copied();
    let folder = tempfile::tempdir().expect("a folder");
    let read = |bytes: &[u8]| {
        let path = folder.path().join("a.xlsx");
        fs::write(&path, bytes).expect("a file");
        ours(&path).into_values().collect::<Vec<_>>()
    };
    let sound = altered("", "");
    assert_eq!((counted(&sound), read(&sound)), (Some(1), vec!["a".to_owned(), "fault".to_owned()]));
    // One cell with an error value that is younger than 2010: the whole sheet is refused.
    for fault in ["#SPILL!", "#CALC!", "#FIELD!", "#BUSY!", "#BLOCKED!", "#CONNECT!", "#GETTING_DATA", "#NV"] {
        let bytes = altered("#N/A", fault);
        assert_eq!((counted(&bytes), read(&bytes)), (None, vec!["a".to_owned(), "fault".to_owned()]), "{fault}");
    }
    // The way to a part begins with `./` or goes up and down again: the sheet is not found.
    for target in ["./worksheets/", "../xl/worksheets/"] {
        let bytes = altered("Target=\"worksheets/", &format!("Target=\"{target}"));
        assert_eq!((counted(&bytes), read(&bytes)), (None, vec!["a".to_owned(), "fault".to_owned()]), "{target}");
    }
}
