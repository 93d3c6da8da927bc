//! The later exports, as workbooks made for people. Comes in: typed rows by month. Goes out: bytes of an XLSX file with title
//! rows, a sheet a month, a totals row and a hidden sheet. Deliberately absent: the time of day.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Formula, Note, Workbook, Worksheet, XlsxError};

use crate::demo::typing::Cell;

/// A sheet: its name and its rows.
pub type Sheet = (String, Vec<Vec<Cell>>);

/// What else is odd about a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Oddities {
    /// `Child` stands merged over `Name` and `DOB`.
    pub merged_header: bool,
    /// Blank rows and the header again, as on printed pages.
    pub pages: bool,
    /// A comment at a cell.
    pub comment: bool,
    /// A row that a filter hid.
    pub hidden_row: bool,
}

/// Columns that the merged header covers.
const CHILD: (usize, usize) = (3, 4);
/// Rows of a printed page.
const PAGE: usize = 40;

/// The bytes of a workbook.
///
/// # Errors
/// [`XlsxError`] where a sheet's name or a cell is beyond what the format allows; the generator's are not.
pub fn bytes(headers: &[String], sheets: &[Sheet], oddities: Oddities) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // Every property is fixed, so that the same seed gives the same bytes.
    let created = ExcelDateTime::from_ymd(2026, 4, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    for (name, rows) in sheets {
        fill(workbook.add_worksheet(), name, headers, rows, oddities)?;
    }
    let admin = workbook.add_worksheet().set_name("admin")?.set_very_hidden(true);
    for (row, name) in (0..).zip(["Worker", "Aoife Sampleworth", "Marek Mocksley"]) {
        admin.write_string(row, 0, name)?;
    }
    workbook.save_to_buffer()
}

fn fill(
    sheet: &mut Worksheet,
    name: &str,
    headers: &[String],
    rows: &[Vec<Cell>],
    oddities: Oddities,
) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    let day = Format::new().set_num_format("dd/mm/yyyy");
    sheet.write_string(0, 0, format!("CASE EXPORT - {name}"))?;
    let mut at = write_header(sheet, 2, headers, oddities.merged_header)?;
    let first = at;
    for (position, row) in rows.iter().enumerate() {
        if oddities.pages && position > 0 && position % PAGE == 0 {
            at = write_header(sheet, at + 1, headers, oddities.merged_header)?;
        }
        for (column, cell) in (0..).zip(row) {
            write_cell(sheet, (at, column), cell, &day)?;
        }
        at += 1;
    }
    sheet.write_string(at, 0, "TOTAL")?;
    sheet.write_number(at, 1, rows.len() as f64)?;
    if oddities.comment && !rows.is_empty() {
        sheet.insert_note(first, 0, &Note::new("Ask Aoife Sampleworth about this one").set_author("Worker"))?;
    }
    if oddities.hidden_row && rows.len() > 3 {
        sheet.set_row_hidden(first + 2)?;
    }
    Ok(())
}

fn write_cell(sheet: &mut Worksheet, (row, column): (u32, u16), cell: &Cell, day: &Format) -> Result<(), XlsxError> {
    match cell {
        Cell::Blank => {}
        Cell::Text(text) => {
            sheet.write_string(row, column, text)?;
        }
        Cell::Number(number) => {
            sheet.write_number(row, column, *number)?;
        }
        Cell::Date(date) => {
            let year = u16::try_from(date.year()).unwrap_or(1900);
            let value = ExcelDateTime::from_ymd(year, date.month().unsigned_abs(), date.day().unsigned_abs())?;
            sheet.write_datetime_with_format(row, column, &value, day)?;
        }
        Cell::Error => {
            sheet.write_formula(row, column, Formula::new("=NA()").set_result("#N/A"))?;
        }
    }
    Ok(())
}

/// Writes the header at `row` and returns the row after it.
fn write_header(sheet: &mut Worksheet, row: u32, headers: &[String], merged: bool) -> Result<u32, XlsxError> {
    if !merged {
        for (column, header) in (0..).zip(headers) {
            sheet.write_string(row, column, header)?;
        }
        return Ok(row + 1);
    }
    for (column, header) in headers.iter().enumerate() {
        let at = u16::try_from(column).unwrap_or(u16::MAX);
        if column == CHILD.0 {
            sheet.merge_range(row, at, row, at + 1, "Child", &Format::new())?;
            sheet.write_string(row + 1, at, "Name")?;
            sheet.write_string(row + 1, at + 1, "DOB")?;
        } else if column != CHILD.1 {
            sheet.write_string(row, at, header)?;
        }
    }
    Ok(row + 2)
}
