//! `tables.xlsx`: cover, contents, notes, and a sheet for each table.
//!
//! Comes in: the release. Goes out: a workbook in which numbers are numbers and symbols are text. Deliberately absent: an
//! author, a clock, formulas, merged cells, filters, frozen panes, hidden sheets, caches, anything below a table.
//! Source: Analysis Function, Releasing statistics in spreadsheets (freeze panes and filters are advised against).

use model::release::{ExpectationTable, ReleaseParts, ReleasedTable};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Table, TableColumn, TableStyle, Url, Workbook,
    Worksheet, XlsxError,
};

use crate::RenderError;
use crate::cell::{published, text};
use crate::expectation::{self, Said};
use crate::grid::{Grid, Row};
use crate::sheets::{self, OWN_SHEETS};

/// Dark blue, as on the page.
const BLUE: u32 = 0x0012_436D;
/// Names of rows may be as wide as this, in characters.
const WIDEST: usize = 48;

/// The workbook's bytes.
pub(crate) fn write(parts: &ReleaseParts) -> Result<Vec<u8>, RenderError> {
    let created = ExcelDateTime::parse_from_str(&parts.period_end).map_err(|_| RenderError::PeriodEnd)?;
    let fault = |error: XlsxError| RenderError::Workbook { fault: error.to_string() };
    build(parts, &created).map_err(fault)
}

fn build(parts: &ReleaseParts, created: &ExcelDateTime) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let properties = DocProperties::new()
        .set_title(format!("{}, {}", parts.title, parts.period_words))
        .set_subject(format!("{}, for: {}", parts.service, parts.audience.1))
        .set_creation_datetime(created);
    book.set_properties(&properties);
    let look = Look::new();
    cover(book.add_worksheet(), parts, &look)?;
    contents(book.add_worksheet(), parts, &look)?;
    notes(book.add_worksheet(), parts, &look)?;
    for table in &parts.tables {
        sheet(book.add_worksheet(), table, &look)?;
    }
    for table in &parts.expectations {
        expectations(book.add_worksheet(), table, &look)?;
    }
    book.save_to_buffer()
}

/// The formats of all sheets: one typeface, no fills but the tables' own.
struct Look {
    title: Format,
    heading: Format,
    body: Format,
    wrapped: Format,
    link: Format,
    column: Format,
    number_column: Format,
}

impl Look {
    fn new() -> Self {
        let body = Format::new().set_font_name("Arial").set_font_size(11).set_align(FormatAlign::Top);
        let column = body
            .clone()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Bottom)
            .set_border_bottom(FormatBorder::Medium);
        Self {
            title: body.clone().set_font_size(16).set_bold().set_font_color(BLUE),
            heading: body.clone().set_font_size(13).set_bold(),
            wrapped: body.clone().set_text_wrap(),
            link: body.clone().set_hyperlink(),
            number_column: column.clone().set_align(FormatAlign::Right),
            column,
            body,
        }
    }
    fn head(&self, depth: u8, total: bool) -> Format {
        let format = self.body.clone().set_indent(depth.saturating_sub(1));
        if total { format.set_bold() } else { format }
    }
    fn figure(&self, total: bool) -> Format {
        let format = self.body.clone().set_align(FormatAlign::Right).set_num_format("#,##0");
        if total { format.set_bold() } else { format }
    }
}

/// Name, paper and grid of a sheet.
fn prepare(sheet: &mut Worksheet, name: &str, first_width: f64) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    sheet.set_screen_gridlines(false);
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_column_width(0, first_width)?;
    Ok(())
}

/// Writes `text` and makes its row as high as its lines in a column `width` characters wide: readers other than Excel
/// do not work the height out.
fn paragraph(
    sheet: &mut Worksheet,
    place: (u32, u16),
    text: &str,
    width: usize,
    format: &Format,
) -> Result<(), XlsxError> {
    sheet.write_with_format(place.0, place.1, text, format)?;
    let lines = u16::try_from(text.chars().count().div_ceil(width).clamp(1, 25)).unwrap_or(1);
    sheet.set_row_height(place.0, f64::from(lines) * 14.5 + 3.5)?;
    Ok(())
}

fn headline(sheet: &mut Worksheet, text: &str, look: &Look) -> Result<(), XlsxError> {
    sheet.write_with_format(0, 0, text, &look.title)?;
    sheet.set_row_height(0, 26)?;
    Ok(())
}

fn cover(sheet: &mut Worksheet, parts: &ReleaseParts, look: &Look) -> Result<(), XlsxError> {
    prepare(sheet, OWN_SHEETS[0], 78.0)?;
    headline(sheet, &parts.title, look)?;
    sheet.write_with_format(1, 0, &parts.period_words, &look.heading)?;
    sheet.set_row_height(1, 22)?;
    let mut row = 2;
    for line in &sheets::cover(parts) {
        paragraph(sheet, (row, 0), line, 74, &look.wrapped)?;
        row += 1;
    }
    sheet.write_url_with_options(
        row,
        0,
        Url::new("internal:'Contents'!A1"),
        "Go to the contents",
        "",
        Some(&look.link),
    )?;
    Ok(())
}

fn contents(sheet: &mut Worksheet, parts: &ReleaseParts, look: &Look) -> Result<(), XlsxError> {
    prepare(sheet, OWN_SHEETS[1], 14.0)?;
    sheet.set_column_width(1, 80.0)?;
    headline(sheet, "Contents", look)?;
    sheet.write_with_format(1, 0, "This worksheet contains one table. Each sheet name is a link.", &look.body)?;
    let mut row = 3;
    for (name, title) in &sheets::contents(parts) {
        let target = Url::new(format!("internal:'{name}'!A1"));
        sheet.write_url_with_options(row, 0, target, name, "", Some(&look.link))?;
        paragraph(sheet, (row, 1), title, 76, &look.wrapped)?;
        row += 1;
    }
    let columns = [named("Sheet", &look.column), named("Title", &look.column)];
    sheet.add_table(2, 0, row - 1, 1, &marked("contents", "Sheets of this workbook").set_columns(&columns))?;
    Ok(())
}

fn notes(sheet: &mut Worksheet, parts: &ReleaseParts, look: &Look) -> Result<(), XlsxError> {
    prepare(sheet, OWN_SHEETS[2], 14.0)?;
    sheet.set_column_width(1, 90.0)?;
    headline(sheet, "Notes", look)?;
    sheet.write_with_format(1, 0, "This worksheet contains one table.", &look.body)?;
    let mut row = 3;
    for (about, note) in &sheets::notes(parts) {
        sheet.write_with_format(row, 0, about, &look.body)?;
        paragraph(sheet, (row, 1), note, 86, &look.wrapped)?;
        row += 1;
    }
    let columns = [named("About", &look.column), named("Note", &look.column)];
    sheet.add_table(2, 0, row - 1, 1, &marked("notes", "Notes on the tables").set_columns(&columns))?;
    Ok(())
}

fn sheet(sheet: &mut Worksheet, table: &ReleasedTable, look: &Look) -> Result<(), XlsxError> {
    let grid = Grid::of(table);
    prepare(sheet, &table.id, 12.0)?;
    if grid.columns.len() > 7 {
        sheet.set_landscape();
    }
    headline(sheet, &format!("{}: {}", table.id, table.title), look)?;
    let mut row = 1;
    for line in &sheets::above(table) {
        sheet.write_with_format(row, 0, line, &look.body)?;
        row += 1;
    }
    sheet.write_url_with_options(
        row,
        0,
        Url::new("internal:'Contents'!A1"),
        "Back to the contents",
        "",
        Some(&look.link),
    )?;
    grid_cells(sheet, table, &grid, row + 1, look)
}

fn expectations(sheet: &mut Worksheet, table: &ExpectationTable, look: &Look) -> Result<(), XlsxError> {
    prepare(sheet, &table.id, 12.0)?;
    headline(sheet, &format!("{}: {}", table.id, table.title), look)?;
    let mut row = 1;
    for line in &expectation::above(table) {
        sheet.write_with_format(row, 0, line, &look.body)?;
        row += 1;
    }
    let back = Url::new("internal:'Contents'!A1");
    sheet.write_url_with_options(row, 0, back, "Back to the contents", "", Some(&look.link))?;
    let top = row + 1;
    let mut columns = vec![named(&table.dim.label, &look.column)];
    columns.extend(expectation::COLUMNS.iter().map(|(_, title)| named(title, &look.number_column)));
    let (figure, tenths) = (look.figure(false), look.figure(false).set_num_format("#,##0.0"));
    let mut line = top;
    for (code, row) in table.dim.codes.iter().zip(&table.rows) {
        line += 1;
        sheet.write_with_format(line, 0, &code.label, &look.body)?;
        for (said, column) in expectation::cells(row).into_iter().zip(1..) {
            match said {
                Said::Count(count) => sheet.write_with_format(line, column, count, &figure)?,
                Said::Tenths(_) => {
                    sheet.write_with_format(line, column, said.plain().parse::<f64>().unwrap_or(0.0), &tenths)?
                }
                Said::Symbol(_) | Said::Word(_) => sheet.write_with_format(line, column, said.text(), &figure)?,
            };
        }
    }
    let name = format!("table_{}", table.id.replace('-', "_"));
    let marks = marked(&name, &format!("{}, {}", table.title, table.subtitle)).set_columns(&columns);
    sheet.add_table(top, 0, line, 5, &marks)?;
    sheet.set_repeat_rows(top, top)?;
    let longest = table.dim.codes.iter().map(|code| code.label.chars().count()).max().unwrap_or(0);
    sheet.set_column_width(0, width(longest, WIDEST))?;
    for column in 1..=5 {
        sheet.set_column_width(column, width(10, 24))?;
    }
    Ok(())
}

/// The marked table, its header in row `top`.
fn grid_cells(
    sheet: &mut Worksheet,
    table: &ReleasedTable,
    grid: &Grid<'_>,
    top: u32,
    look: &Look,
) -> Result<(), XlsxError> {
    let heads = u16::try_from(grid.rows_by.len()).unwrap_or(u16::MAX);
    let mut columns: Vec<TableColumn> = grid.rows_by.iter().map(|dim| named(&dim.label, &look.column)).collect();
    columns.extend(grid.columns.iter().map(|column| named(column, &look.number_column)));
    let mut line = top;
    for row in &grid.rows {
        line += 1;
        let mut column = 0;
        for code in &row.heads {
            sheet.write_with_format(line, column, &code.label, &look.head(code.depth, row.is_total()))?;
            column += 1;
        }
        let format = look.figure(row.is_total());
        for &cell in row.cells {
            match published(cell) {
                // Counts beyond 2^53 do not exist in a service, so nothing is lost in a spreadsheet's number.
                Some(count) => sheet.write_with_format(line, column, count, &format)?,
                None => sheet.write_with_format(line, column, text(cell), &format)?,
            };
            column += 1;
        }
    }
    let name = format!("table_{}", table.id.replace('-', "_"));
    let marks = marked(&name, &format!("{}, {}", table.title, table.subtitle)).set_columns(&columns);
    let last = heads + u16::try_from(grid.columns.len()).unwrap_or(u16::MAX) - 1;
    sheet.add_table(top, 0, line, last, &marks)?;
    sheet.set_repeat_rows(top, top)?;
    widths(sheet, grid, top)
}

/// Column widths, and the height of the header in row `top`, which wraps.
fn widths(sheet: &mut Worksheet, grid: &Grid<'_>, top: u32) -> Result<(), XlsxError> {
    let mut column = 0;
    let mut lines = 1;
    for (at, dim) in grid.rows_by.iter().enumerate() {
        let head = |row: &Row<'_>| row.heads[at].label.chars().count() + 2 * usize::from(row.heads[at].depth);
        let longest = grid.rows.iter().map(head).max().unwrap_or(0).max(dim.label.chars().count());
        sheet.set_column_width(column, width(longest, WIDEST))?;
        column += 1;
    }
    for header in &grid.columns {
        // Headers wrap, so a column is as wide as its longest word or ten digits.
        let word = header.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
        let wide = word.clamp(10, 24);
        lines = lines.max(wrapped_lines(header, wide));
        sheet.set_column_width(column, width(wide, 24))?;
        column += 1;
    }
    sheet.set_row_height(top, f64::from(u16::try_from(lines.min(8)).unwrap_or(1)) * 14.5 + 4.0)?;
    Ok(())
}

/// How many lines `text` takes where a line holds `wide` characters.
fn wrapped_lines(text: &str, wide: usize) -> usize {
    let (mut lines, mut used) = (1, 0);
    for word in text.split_whitespace().map(|word| word.chars().count()) {
        if used > 0 && used + 1 + word > wide {
            lines += 1;
            used = word;
        } else {
            used += word + usize::from(used > 0);
        }
    }
    lines
}

/// A width in characters of the default font, with a little air.
fn width(characters: usize, most: usize) -> f64 {
    f64::from(u16::try_from(characters.min(most)).unwrap_or(0)) * 1.15 + 2.0
}

fn named(header: &str, format: &Format) -> TableColumn {
    TableColumn::new().set_header(header).set_header_format(format)
}

/// A marked table without filter buttons and without coloured bands.
fn marked(name: &str, description: &str) -> Table {
    Table::new()
        .set_name(name)
        .set_alt_text(description)
        .set_autofilter(false)
        .set_banded_rows(false)
        .set_style(TableStyle::Light1)
}
