//! `tables.ods`: the workbook again, as OpenDocument, for whoever has no Excel.
//!
//! Comes in: the release. Goes out: an archive of five parts: type, list, properties, styles, content. Numbers are numbers
//! and symbols are text. Deliberately absent: an author, a program's name, a clock, formulas, repeated or spanned cells,
//! hidden sheets, annotations, named ranges, settings, thumbnails.
//! Source: OASIS, Open Document Format for Office Applications 1.3 (2021), parts 2 and 3.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use model::release::{ExpectationTable, ReleaseParts, ReleasedTable};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::RenderError;
use crate::cell::{published, text};
use crate::expectation::{self, Said};
use crate::grid::Grid;
use crate::sheets::{self, OWN_SHEETS};

const TYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
/// Wider tables are printed on their side.
const WIDEST_UPRIGHT: usize = 7;
/// Names of rows may be as wide as this, in characters.
const WIDEST: usize = 48;

const NAMES: &str = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
    xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
    xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
    xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\" \
    xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\" \
    xmlns:number=\"urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0\" \
    xmlns:xlink=\"http://www.w3.org/1999/xlink\" office:version=\"1.3\"";

/// The workbook's bytes.
pub(crate) fn write(parts: &ReleaseParts) -> Result<Vec<u8>, RenderError> {
    let files = [
        ("META-INF/manifest.xml", list()),
        ("meta.xml", meta(parts)),
        ("styles.xml", styles()),
        ("content.xml", content(parts)),
    ];
    pack(&files).map_err(|error| RenderError::Workbook { fault: error.to_string() })
}

/// The type comes first and unpacked, so that any program can tell what the file is.
fn pack(files: &[(&str, String)]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("mimetype", SimpleFileOptions::default().compression_method(CompressionMethod::Stored))?;
    archive.write_all(TYPE.as_bytes())?;
    for (name, text) in files {
        archive.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated))?;
        archive.write_all(text.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

fn list() -> String {
    let mut text = format!(
        "{HEAD}<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" \
         manifest:version=\"1.3\"><manifest:file-entry manifest:full-path=\"/\" manifest:version=\"1.3\" \
         manifest:media-type=\"{TYPE}\"/>"
    );
    for part in ["meta.xml", "styles.xml", "content.xml"] {
        text.push_str(&format!(
            "<manifest:file-entry manifest:full-path=\"{part}\" manifest:media-type=\"text/xml\"/>"
        ));
    }
    text + "</manifest:manifest>"
}

fn meta(parts: &ReleaseParts) -> String {
    format!(
        "{HEAD}<office:document-meta xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:meta=\"urn:oasis:names:tc:opendocument:xmlns:meta:1.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         office:version=\"1.3\"><office:meta><dc:title>{}</dc:title><dc:subject>{}</dc:subject>\
         <meta:creation-date>{}T00:00:00</meta:creation-date><dc:language>en-GB</dc:language></office:meta>\
         </office:document-meta>",
        escaped(&format!("{}, {}", parts.title, parts.period_words)),
        escaped(&format!("{}, for: {}", parts.service, parts.audience.1)),
        escaped(&parts.period_end)
    )
}

/// Paper and typeface: the same for every sheet.
fn styles() -> String {
    let paper = |name: &str, width: &str, height: &str, way: &str| {
        format!(
            "<style:page-layout style:name=\"{name}\"><style:page-layout-properties fo:page-width=\"{width}\" \
             fo:page-height=\"{height}\" style:print-orientation=\"{way}\" style:scale-to-X=\"1\" style:scale-to-Y=\"0\"/>\
             </style:page-layout>"
        )
    };
    format!(
        "{HEAD}<office:document-styles {NAMES}><office:styles><style:default-style style:family=\"table-cell\">\
         <style:text-properties fo:font-family=\"Arial\" fo:font-size=\"11pt\" fo:language=\"en\" fo:country=\"GB\"/>\
         </style:default-style></office:styles><office:automatic-styles>{}{}</office:automatic-styles>\
         <office:master-styles><style:master-page style:name=\"Upright\" style:page-layout-name=\"upright\"/>\
         <style:master-page style:name=\"Wide\" style:page-layout-name=\"wide\"/></office:master-styles>\
         </office:document-styles>",
        paper("upright", "21cm", "29.7cm", "portrait"),
        paper("wide", "29.7cm", "21cm", "landscape")
    )
}

fn content(parts: &ReleaseParts) -> String {
    let mut book = Book::default();
    book.cover(parts);
    book.pairs(OWN_SHEETS[1], ("Contents", "Sheet", "Title"), &sheets::contents(parts), true);
    book.pairs(OWN_SHEETS[2], ("Notes", "About", "Note"), &sheets::notes(parts), false);
    for table in &parts.tables {
        book.table(table);
    }
    for table in &parts.expectations {
        book.expectations(table);
    }
    format!(
        "{HEAD}<office:document-content {NAMES}><office:automatic-styles>{FORMATS}{}{}</office:automatic-styles>\
         <office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>",
        if parts.expectations.is_empty() { "" } else { TENTHS },
        book.widths(),
        book.text
    )
}

/// The looks of sheets, rows and cells; `d1` to `d9` are names of rows, set in by their depth, `b` where they are totals.
const FORMATS: &str = "<number:number-style style:name=\"count\"><number:number number:decimal-places=\"0\" \
    number:min-integer-digits=\"1\" number:grouping=\"true\"/></number:number-style>\
    <style:style style:name=\"upright\" style:family=\"table\" style:master-page-name=\"Upright\"/>\
    <style:style style:name=\"wide\" style:family=\"table\" style:master-page-name=\"Wide\"/>\
    <style:style style:name=\"row\" style:family=\"table-row\"><style:table-row-properties \
    style:use-optimal-row-height=\"true\"/></style:style>\
    <style:style style:name=\"title\" style:family=\"table-cell\"><style:text-properties fo:font-size=\"16pt\" \
    fo:font-weight=\"bold\" fo:color=\"#12436d\"/></style:style>\
    <style:style style:name=\"heading\" style:family=\"table-cell\"><style:text-properties fo:font-size=\"13pt\" \
    fo:font-weight=\"bold\"/></style:style>\
    <style:style style:name=\"wrapped\" style:family=\"table-cell\"><style:table-cell-properties \
    fo:wrap-option=\"wrap\" style:vertical-align=\"top\"/></style:style>\
    <style:style style:name=\"body\" style:family=\"table-cell\"><style:table-cell-properties \
    style:vertical-align=\"top\"/></style:style>\
    <style:style style:name=\"column\" style:family=\"table-cell\"><style:table-cell-properties fo:wrap-option=\"wrap\" \
    style:vertical-align=\"bottom\" fo:border-bottom=\"1.5pt solid #000000\"/><style:text-properties \
    fo:font-weight=\"bold\"/></style:style>\
    <style:style style:name=\"figures\" style:family=\"table-cell\" style:parent-style-name=\"Default\">\
    <style:table-cell-properties fo:wrap-option=\"wrap\" style:vertical-align=\"bottom\" \
    fo:border-bottom=\"1.5pt solid #000000\"/><style:paragraph-properties fo:text-align=\"end\"/>\
    <style:text-properties fo:font-weight=\"bold\"/></style:style>\
    <style:style style:name=\"figure\" style:family=\"table-cell\" style:data-style-name=\"count\">\
    <style:table-cell-properties style:vertical-align=\"top\"/><style:paragraph-properties fo:text-align=\"end\"/>\
    </style:style>\
    <style:style style:name=\"figureb\" style:family=\"table-cell\" style:data-style-name=\"count\">\
    <style:table-cell-properties style:vertical-align=\"top\"/><style:paragraph-properties fo:text-align=\"end\"/>\
    <style:text-properties fo:font-weight=\"bold\"/></style:style>";

/// The look of an expectation.
const TENTHS: &str = "<number:number-style style:name=\"tenth\"><number:number number:decimal-places=\"1\" \
    number:min-integer-digits=\"1\" number:grouping=\"true\"/></number:number-style>\
    <style:style style:name=\"tenths\" style:family=\"table-cell\" style:data-style-name=\"tenth\">\
    <style:table-cell-properties style:vertical-align=\"top\"/><style:paragraph-properties fo:text-align=\"end\"/>\
    </style:style>";

/// Sheets on their way to be written.
#[derive(Default)]
struct Book {
    text: String,
    /// Widths of columns, in characters, and how deep names of rows stand.
    columns: BTreeSet<usize>,
    depths: BTreeSet<(u8, bool)>,
}

impl Book {
    /// Styles of the column widths and row names that some sheet has.
    fn widths(&self) -> String {
        let mut text = String::new();
        for characters in &self.columns {
            // Eleven points of Arial are some two millimetres a character.
            push(
                &mut text,
                format_args!(
                    "<style:style style:name=\"w{characters}\" style:family=\"table-column\"><style:table-column-properties \
                 style:column-width=\"{}mm\"/></style:style>",
                    characters * 21 / 10 + 6
                ),
            );
        }
        for (depth, bold) in &self.depths {
            let weight = if *bold { "<style:text-properties fo:font-weight=\"bold\"/>" } else { "" };
            push(
                &mut text,
                format_args!(
                    "<style:style style:name=\"{}\" style:family=\"table-cell\"><style:table-cell-properties \
                 style:vertical-align=\"top\"/><style:paragraph-properties fo:margin-left=\"{}mm\"/>{weight}</style:style>",
                    head_style(*depth, *bold),
                    u32::from(depth.saturating_sub(1)) * 4
                ),
            );
        }
        text
    }

    fn open(&mut self, name: &str, style: &str, widths: &[usize]) {
        push(
            &mut self.text,
            format_args!("<table:table table:name=\"{}\" table:style-name=\"{style}\">", escaped(name)),
        );
        for width in widths {
            self.columns.insert(*width);
            push(&mut self.text, format_args!("<table:table-column table:style-name=\"w{width}\"/>"));
        }
    }

    fn row(&mut self, cells: &[(&str, &str)]) {
        self.text.push_str("<table:table-row table:style-name=\"row\">");
        for (style, text) in cells {
            self.words(style, text);
        }
        self.text.push_str("</table:table-row>");
    }

    fn words(&mut self, style: &str, said: &str) {
        push(
            &mut self.text,
            format_args!(
                "<table:table-cell table:style-name=\"{style}\" office:value-type=\"string\"><text:p>{}</text:p></table:table-cell>",
                escaped(said)
            ),
        );
    }

    fn link(&mut self, sheet: &str, said: &str) {
        push(
            &mut self.text,
            format_args!(
                "<table:table-cell table:style-name=\"body\" office:value-type=\"string\"><text:p><text:a \
             xlink:type=\"simple\" xlink:href=\"#{}.A1\">{}</text:a></text:p></table:table-cell>",
                escaped(sheet),
                escaped(said)
            ),
        );
    }

    fn link_row(&mut self, sheet: &str, said: &str) {
        self.text.push_str("<table:table-row table:style-name=\"row\">");
        self.link(sheet, said);
        self.text.push_str("</table:table-row>");
    }

    fn close(&mut self) {
        self.text.push_str("</table:table>");
    }

    fn cover(&mut self, parts: &ReleaseParts) {
        self.open(OWN_SHEETS[0], "upright", &[78]);
        self.row(&[("title", &parts.title)]);
        self.row(&[("heading", &parts.period_words)]);
        for line in sheets::cover(parts) {
            self.row(&[("wrapped", &line)]);
        }
        self.link_row(OWN_SHEETS[1], "Go to the contents");
        self.close();
    }

    /// A sheet of two columns; in the first one names of sheets are links.
    fn pairs(
        &mut self,
        name: &str,
        (title, first, second): (&str, &str, &str),
        pairs: &[(String, String)],
        links: bool,
    ) {
        self.open(name, "upright", &[14, 86]);
        self.row(&[("title", title)]);
        self.row(&[("body", "This worksheet contains one table.")]);
        self.row(&[("column", first), ("column", second)]);
        for (one, other) in pairs {
            self.text.push_str("<table:table-row table:style-name=\"row\">");
            if links {
                self.link(one, one);
            } else {
                self.words("body", one);
            }
            self.words("wrapped", other);
            self.text.push_str("</table:table-row>");
        }
        self.close();
    }

    fn expectations(&mut self, table: &ExpectationTable) {
        let longest = table.dim.codes.iter().map(|code| code.label.chars().count()).max().unwrap_or(0).min(WIDEST);
        self.open(&table.id, "upright", &[longest, 10, 10, 10, 10, 10]);
        self.row(&[("title", &format!("{}: {}", table.id, table.title))]);
        for line in expectation::above(table) {
            self.row(&[("body", &line)]);
        }
        self.link_row(OWN_SHEETS[1], "Back to the contents");
        self.text.push_str("<table:table-header-rows>");
        let figures = expectation::COLUMNS.iter().map(|(_, title)| ("figures", *title));
        self.row(&std::iter::once(("column", table.dim.label.as_str())).chain(figures).collect::<Vec<_>>());
        self.text.push_str("</table:table-header-rows>");
        for (code, row) in table.dim.codes.iter().zip(&table.rows) {
            self.text.push_str("<table:table-row table:style-name=\"row\">");
            self.words("body", &code.label);
            for said in expectation::cells(row) {
                match said {
                    Said::Count(_) | Said::Tenths(_) => push(
                        &mut self.text,
                        format_args!(
                            "<table:table-cell table:style-name=\"{}\" office:value-type=\"float\" \
                         office:value=\"{}\"><text:p>{}</text:p></table:table-cell>",
                            if matches!(said, Said::Tenths(_)) { "tenths" } else { "figure" },
                            said.plain(),
                            said.text()
                        ),
                    ),
                    Said::Symbol(_) | Said::Word(_) => self.words("figure", &said.text()),
                }
            }
            self.text.push_str("</table:table-row>");
        }
        self.close();
    }

    fn table(&mut self, table: &ReleasedTable) {
        let grid = Grid::of(table);
        let style = if grid.columns.len() > WIDEST_UPRIGHT { "wide" } else { "upright" };
        let widths: Vec<usize> = widths(&grid);
        self.open(&table.id, style, &widths);
        self.row(&[("title", &format!("{}: {}", table.id, table.title))]);
        for line in sheets::above(table) {
            self.row(&[("body", &line)]);
        }
        self.link_row(OWN_SHEETS[1], "Back to the contents");
        self.text.push_str("<table:table-header-rows>");
        let heads: Vec<(&str, &str)> = grid
            .rows_by
            .iter()
            .map(|dim| ("column", dim.label.as_str()))
            .chain(grid.columns.iter().map(|column| ("figures", column.as_str())))
            .collect();
        self.row(&heads);
        self.text.push_str("</table:table-header-rows>");
        for row in &grid.rows {
            self.text.push_str("<table:table-row table:style-name=\"row\">");
            let bold = row.is_total();
            for code in &row.heads {
                self.depths.insert((code.depth, bold));
                self.words(&head_style(code.depth, bold), &code.label);
            }
            let style = if bold { "figureb" } else { "figure" };
            for &cell in row.cells {
                match published(cell) {
                    Some(count) => push(
                        &mut self.text,
                        format_args!(
                            "<table:table-cell table:style-name=\"{style}\" office:value-type=\"float\" \
                         office:value=\"{count}\"><text:p>{}</text:p></table:table-cell>",
                            text(cell)
                        ),
                    ),
                    None => self.words(style, &text(cell)),
                }
            }
            self.text.push_str("</table:table-row>");
        }
        self.close();
    }
}

fn head_style(depth: u8, bold: bool) -> String {
    format!("d{depth}{}", if bold { "b" } else { "" })
}

/// Characters a column: a name's longest, a header's longest word or ten digits.
fn widths(grid: &Grid<'_>) -> Vec<usize> {
    let mut widths = Vec::new();
    for (at, dim) in grid.rows_by.iter().enumerate() {
        let heads = grid.rows.iter().map(|row| &row.heads[at]);
        let longest = heads.map(|code| code.label.chars().count() + 2 * usize::from(code.depth)).max().unwrap_or(0);
        widths.push(longest.max(dim.label.chars().count()).min(WIDEST));
    }
    let word = |header: &String| header.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
    widths.extend(grid.columns.iter().map(|header| word(header).clamp(10, 24)));
    widths
}

fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
    // Writing into a string cannot fail.
    let _ = text.write_fmt(more);
}

/// Text between tags and in attributes; control characters do not exist in XML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}
