//! Reads workbooks: XLSX, XLSB, XLS, ODS. Comes in: bytes. Goes out: sheets of cells. A hidden sheet is named and never
//! read. Deliberately absent: comments, drawings, macros, external links.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Dimensions, Ods, OdsError, Range, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsb, Xlsx};

use crate::ingest::archive;
use crate::ingest::error::IngestError;
use crate::ingest::parts::{self, SheetNotes};
use crate::ingest::table::{Cell, EachRow, Export, Merged, Rows, Sheet, Visibility};
use model::config::fold::blank;

/// Cells of the rectangle that a sheet spans; it lies in memory as a whole.
const AREA: u64 = 50_000_000;
/// Days between the two systems in which workbooks count days.
const DAYS_1904: f64 = 1462.0;

type Bytes = Cursor<Vec<u8>>;

pub(super) fn open_xlsx(file: String, digest: String, bytes: Vec<u8>) -> Result<Export, IngestError> {
    const FORMAT: &str = "XLSX";
    let damaged = || IngestError::Damaged { file: file.clone(), format: FORMAT };
    let mut archive = archive::sound(&file, FORMAT, &bytes)?;
    let notes = parts::sheets(&mut archive).ok_or_else(damaged)?;
    let comments = parts::comments(&mut archive);
    drop(archive);
    if notes.values().any(|notes| notes.area > AREA) {
        return Err(IngestError::TooLarge { file, what: "a sheet that spans very many cells", limit: "50 million" });
    }
    let mut workbook: Xlsx<Bytes> = Xlsx::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let from_1904 = workbook.has_1904_epoch();
    let mut merged = BTreeMap::new();
    for name in workbook.sheet_names() {
        let cells = workbook.merge_cells_by_sheet_name(&name).map_err(|_| damaged())?;
        merged.insert(name, cells);
    }
    let sheets = sheets(&mut workbook, &notes, |name| merged.get(name).cloned(), from_1904).map_err(|_| damaged())?;
    Ok(export(file, digest, FORMAT, sheets, comments, from_1904))
}

pub(super) fn open_xlsb(file: String, digest: String, bytes: Vec<u8>) -> Result<Export, IngestError> {
    const FORMAT: &str = "XLSB";
    let damaged = || IngestError::Damaged { file: file.clone(), format: FORMAT };
    archive::sound(&file, FORMAT, &bytes)?;
    let mut workbook: Xlsb<Bytes> = Xlsb::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let from_1904 = workbook.has_1904_epoch();
    let sheets = sheets(&mut workbook, &BTreeMap::new(), |_| None, from_1904).map_err(|_| damaged())?;
    Ok(export(file, digest, FORMAT, sheets, 0, from_1904))
}

pub(super) fn open_xls(file: String, digest: String, bytes: Vec<u8>) -> Result<Export, IngestError> {
    const FORMAT: &str = "XLS";
    let mut workbook: Xls<Bytes> = Xls::new(Cursor::new(bytes)).map_err(|error| {
        if matches!(error, XlsError::Password) {
            IngestError::PasswordProtected { file: file.clone() }
        } else {
            IngestError::Damaged { file: file.clone(), format: FORMAT }
        }
    })?;
    let from_1904 = workbook.has_1904_epoch();
    let names = workbook.sheet_names();
    let merged: BTreeMap<String, Vec<Dimensions>> = names
        .into_iter()
        .filter_map(|name| workbook.merge_cells_by_sheet_name(&name).ok().map(|cells| (name, cells)))
        .collect();
    let sheets = sheets(&mut workbook, &BTreeMap::new(), |name| merged.get(name).cloned(), from_1904)
        .map_err(|_| IngestError::Damaged { file: file.clone(), format: FORMAT })?;
    Ok(export(file, digest, FORMAT, sheets, 0, from_1904))
}

pub(super) fn open_ods(file: String, digest: String, bytes: Vec<u8>) -> Result<Export, IngestError> {
    const FORMAT: &str = "ODS";
    archive::sound(&file, FORMAT, &bytes)?;
    let mut workbook: Ods<Bytes> = Ods::new(Cursor::new(bytes)).map_err(|error| {
        if matches!(error, OdsError::Password) {
            IngestError::PasswordProtected { file: file.clone() }
        } else {
            IngestError::Damaged { file: file.clone(), format: FORMAT }
        }
    })?;
    let sheets = sheets(&mut workbook, &BTreeMap::new(), |_| None, false)
        .map_err(|_| IngestError::Damaged { file: file.clone(), format: FORMAT })?;
    Ok(export(file, digest, FORMAT, sheets, 0, false))
}

fn export(
    file: String,
    digest: String,
    format: &'static str,
    sheets: Vec<Sheet>,
    comments: u64,
    from_1904: bool,
) -> Export {
    Export { file, digest, format, encoding: None, delimiter: None, sheets, comments, from_1904 }
}

fn sheets<W: Reader<Bytes>>(
    workbook: &mut W,
    notes: &BTreeMap<String, SheetNotes>,
    merged: impl Fn(&str) -> Option<Vec<Dimensions>>,
    from_1904: bool,
) -> Result<Vec<Sheet>, W::Error> {
    let mut sheets = Vec::new();
    for sheet in workbook.sheets_metadata().to_vec() {
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        let visibility = match sheet.visible {
            SheetVisible::Visible => Visibility::Visible,
            SheetVisible::Hidden => Visibility::Hidden,
            SheetVisible::VeryHidden => Visibility::VeryHidden,
        };
        let grid = if visibility == Visibility::Visible {
            let cells = workbook.worksheet_range(&sheet.name)?;
            let formulas = workbook.worksheet_formula(&sheet.name)?;
            Grid { cells, formulas, from_1904 }
        } else {
            Grid { cells: Range::empty(), formulas: Range::empty(), from_1904 }
        };
        let notes = notes.get(&sheet.name).copied().unwrap_or_default();
        sheets.push(Sheet {
            visibility,
            rows: Box::new(grid),
            merged: merged(&sheet.name).map(|cells| cells.iter().map(block).collect()),
            hidden_rows: notes.hidden_rows,
            hidden_columns: notes.hidden_columns,
            name: sheet.name,
        });
    }
    Ok(sheets)
}

fn block(cells: &Dimensions) -> Merged {
    let row = |row: u32| u64::from(row) + 1;
    let column = |column: u32| column as usize + 1;
    Merged { rows: (row(cells.start.0), row(cells.end.0)), columns: (column(cells.start.1), column(cells.end.1)) }
}

struct Grid {
    cells: Range<Data>,
    formulas: Range<String>,
    from_1904: bool,
}

impl Rows for Grid {
    fn walk(&self, each: &mut EachRow<'_>) -> Result<(), IngestError> {
        let Some((first_row, first_column)) = self.cells.start() else {
            return Ok(());
        };
        // Where a formula has no result and stands beyond every value, the range of values ends before it.
        let last = [self.cells.end(), self.formulas.end()].into_iter().flatten();
        let (last_row, last_column) = last.fold((0, 0), |most, end| (most.0.max(end.0), most.1.max(end.1)));
        for row in first_row..=last_row {
            let cells: Vec<Cell<'_>> = (0..first_column)
                .map(|_| Cell::Blank)
                .chain((first_column..=last_column).map(|at| self.at(row, at)))
                .collect();
            if each(u64::from(row) + 1, &cells)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl Grid {
    fn at(&self, row: u32, column: u32) -> Cell<'_> {
        let formula = || self.formulas.get_value((row, column)).is_some_and(|formula| !formula.is_empty());
        match self.cells.get_value((row, column)) {
            None | Some(Data::Empty) if formula() => Cell::NoResult,
            None | Some(Data::Empty) => Cell::Blank,
            Some(Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text)) => {
                if text.chars().all(blank) {
                    Cell::Blank
                } else {
                    Cell::Text(text)
                }
            }
            Some(Data::Int(number)) => Cell::Number(*number as f64),
            Some(Data::Float(number)) => Cell::Number(*number),
            Some(Data::Bool(truth)) => Cell::Truth(*truth),
            Some(Data::Error(_)) => Cell::Fault,
            Some(Data::DateTime(time)) if time.is_duration() || time.as_f64() < 1.0 => Cell::Length(time.as_f64()),
            Some(Data::DateTime(time)) => {
                Cell::Serial(if self.from_1904 { time.as_f64() + DAYS_1904 } else { time.as_f64() })
            }
        }
    }
}
