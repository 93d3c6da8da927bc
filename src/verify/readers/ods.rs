//! The OpenDocument workbook, part by part. Comes in: an ODS. Goes out: the sheets as anyone sees them, and everything that
//! nobody sees. Deliberately absent: a full reader of the format; elements and attributes that tables do not need are
//! named, not understood.

use std::collections::BTreeSet;

use crate::readers::package;
use crate::readers::workbook::{Book, BookCell, Sheet};
use crate::readers::xml::{self, Element};

/// Parts that a workbook of tables needs. Settings, thumbnails, scripts, embedded objects and versions are not among them.
const PARTS: [&str; 5] = ["mimetype", "META-INF/manifest.xml", "meta.xml", "styles.xml", "content.xml"];
const TYPE: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

/// Where the names of elements and attributes may come from.
const SPACES: [&str; 3] =
    ["urn:oasis:names:tc:opendocument:xmlns:", "http://www.w3.org/1999/xlink", "http://purl.org/dc/elements/1.1/"];

/// Elements of cells and looks. Annotations, drawings, links to data, tracked changes, named ranges and forms are not
/// among them.
const ELEMENTS: [&str; 39] = [
    "office:document-content",
    "office:document-styles",
    "office:document-meta",
    "office:automatic-styles",
    "office:styles",
    "office:master-styles",
    "office:body",
    "office:spreadsheet",
    "office:meta",
    "style:default-style",
    "style:style",
    "style:master-page",
    "style:page-layout",
    "style:page-layout-properties",
    "style:table-properties",
    "style:table-column-properties",
    "style:table-row-properties",
    "style:table-cell-properties",
    "style:paragraph-properties",
    "style:text-properties",
    "number:number-style",
    "number:number",
    "table:table",
    "table:table-column",
    "table:table-header-rows",
    "table:table-row",
    "table:table-cell",
    "text:p",
    "text:a",
    "text:s",
    "dc:title",
    "dc:subject",
    "dc:description",
    "dc:language",
    "dc:creator",
    "meta:creation-date",
    "meta:initial-creator",
    "manifest:manifest",
    "manifest:file-entry",
];

/// Attributes that place, paint and say.
const ATTRIBUTES: [&str; 46] = [
    "office:version",
    "office:value-type",
    "office:value",
    "table:name",
    "table:style-name",
    "style:name",
    "style:family",
    "style:parent-style-name",
    "style:data-style-name",
    "style:master-page-name",
    "style:page-layout-name",
    "style:print-orientation",
    "style:scale-to-X",
    "style:scale-to-Y",
    "style:vertical-align",
    "style:column-width",
    "style:row-height",
    "style:use-optimal-row-height",
    "fo:page-width",
    "fo:page-height",
    "fo:font-family",
    "fo:font-size",
    "fo:font-weight",
    "fo:font-style",
    "fo:color",
    "fo:background-color",
    "fo:language",
    "fo:country",
    "fo:wrap-option",
    "fo:text-align",
    "fo:margin-left",
    "fo:border-bottom",
    "fo:border-top",
    "fo:border",
    "fo:padding",
    "number:decimal-places",
    "number:min-decimal-places",
    "number:min-integer-digits",
    "number:grouping",
    "xlink:type",
    "xlink:href",
    "manifest:version",
    "manifest:full-path",
    "manifest:media-type",
    "meta:name",
    "text:c",
];

/// Reads the workbook; none where it is no archive of well-formed parts.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Book> {
    let package = package::open(bytes)?;
    let mut book = Book { faults: package.faults.clone(), ..Book::default() };
    for (name, part) in &package.parts {
        if !PARTS.contains(&name.as_str()) {
            book.faults.push(("workbook_part", "a part that tables do not need"));
            continue;
        }
        if name == "mimetype" {
            if part != TYPE {
                book.faults.push(("workbook_part", "a type that is not a spreadsheet's"));
            }
            continue;
        }
        let document = xml::parse(part)?;
        if document.unseen > 0 {
            book.faults.push(("workbook_comment", "a comment or an instruction in a part"));
        }
        if name != "meta.xml" && document.root.has_words_outside(&["p", "a", "span"]) {
            book.faults.push(("workbook_string", "words outside of the cells"));
        }
        for element in document.root.all() {
            book.check_ods(element);
        }
        match name.as_str() {
            "content.xml" => book.read_content(&document.root),
            "meta.xml" => book.read_meta(&document.root),
            _ => {}
        }
    }
    book.faults.sort_unstable();
    book.faults.dedup();
    package.parts.contains_key("content.xml").then_some(book)
}

impl Book {
    fn check_ods(&mut self, element: &Element) {
        if !ELEMENTS.contains(&element.name.as_str()) {
            let kind = match element.name.as_str() {
                "office:annotation" => ("workbook_comment", "a comment of a cell"),
                "table:named-expressions" | "table:named-range" => ("workbook_name", "a defined name"),
                _ => ("workbook_part", "an element that a table does not need"),
            };
            self.faults.push(kind);
        }
        for (name, value) in &element.attributes {
            let squeezed = value.trim().to_lowercase();
            match name.as_str() {
                _ if name.starts_with("xmlns:") && SPACES.iter().any(|space| value.starts_with(space)) => {}
                _ if name.starts_with("xmlns:") => {
                    self.faults.push(("workbook_part", "a name space of another format"));
                }
                "table:formula" => self.faults.push(("formula", "a formula")),
                "table:visibility" | "table:display" => {
                    let (kind, message) = match element.local() {
                        "table-column" => ("hidden_column", "a hidden column"),
                        "table-row" => ("hidden_row", "a hidden row"),
                        _ => ("hidden_sheet", "a hidden sheet"),
                    };
                    self.faults.push((kind, message));
                }
                "text:display" => self.faults.push(("hidden_text", "a text that cannot be seen")),
                "fo:color" if matches!(squeezed.as_str(), "#ffffff" | "#fff" | "transparent") => {
                    self.faults.push(("hidden_text", "a text in the colour of its ground"));
                }
                "fo:font-size" if squeezed.starts_with('0') || squeezed.starts_with("1pt") => {
                    self.faults.push(("hidden_text", "a text too small to be seen"));
                }
                "style:column-width" | "style:row-height" if is_flat(&squeezed) => {
                    let is_column = name == "style:column-width";
                    self.faults.push(if is_column {
                        ("hidden_column", "a column too narrow to be seen")
                    } else {
                        ("hidden_row", "a row too low to be seen")
                    });
                }
                "xlink:href" if !value.starts_with('#') => {
                    self.faults.push(("workbook_link", "a link that leads out of the workbook"));
                }
                _ if !ATTRIBUTES.contains(&name.as_str()) => {
                    self.faults.push(("workbook_part", "an attribute that a table does not need"));
                }
                "style:name" | "table:style-name" => self.texts.push(value.clone()),
                _ => {}
            }
        }
        // A style of numbers without a digit shows nothing of them.
        if element.name == "number:number-style" && element.named("number").next().is_none() {
            self.faults.push(("hidden_format", "a number format that shows nothing"));
        }
        if element.name == "style:table-properties" && element.attribute("table:display").is_some() {
            self.faults.push(("hidden_sheet", "a hidden sheet"));
        }
    }

    fn read_content(&mut self, root: &Element) {
        let sheets = root.named("body").flat_map(|body| body.named("spreadsheet"));
        for sheet in sheets.flat_map(|spreadsheet| spreadsheet.named("table")) {
            let name = sheet.attribute("table:name").unwrap_or_default().to_owned();
            let mut rows = Vec::new();
            let all = sheet.all();
            for row in all.into_iter().filter(|element| element.local() == "table-row") {
                let cells = row.named("table-cell").enumerate();
                let place = rows.len() + 1;
                rows.push(cells.filter_map(|(column, cell)| self.read_ods_cell(cell, column, place)).collect());
            }
            self.sheets.push(Sheet { name, rows });
        }
        let names: BTreeSet<&String> = self.sheets.iter().map(|sheet| &sheet.name).collect();
        if names.len() < self.sheets.len() {
            self.faults.push(("workbook_part", "two sheets of one name"));
        }
    }

    /// A number must be shown as it is stored.
    fn read_ods_cell(&mut self, cell: &Element, column: usize, row: usize) -> Option<BookCell> {
        let shown = cell.named("p").map(Element::whole_text).collect::<Vec<_>>().join("\n");
        let value = cell.attribute("office:value");
        let is_number = cell.attribute("office:value-type") == Some("float");
        let digits = |text: &str| text.chars().filter(|letter| *letter != ',').collect::<String>();
        if value.is_some() != is_number || value.is_some_and(|value| digits(value) != digits(&shown)) {
            self.faults.push(("hidden_value", "a cell that shows something else than it holds"));
        }
        let text = value.map_or(shown, str::to_owned);
        (!text.is_empty()).then(|| BookCell { place: format!("{}{row}", letters(column)), text, is_number })
    }

    fn read_meta(&mut self, root: &Element) {
        for property in root.named("meta").flat_map(|meta| &meta.children) {
            let text = property.whole_text();
            match property.name.as_str() {
                "dc:title" | "dc:subject" | "dc:description" => self.texts.push(text),
                "meta:creation-date" if text.ends_with("T00:00:00") => {}
                "dc:language" => {}
                _ => self.faults.push(("document_property", "a property that names a person, a program or a time")),
            }
        }
    }
}

/// `0.1mm`: too little to be seen.
fn is_flat(length: &str) -> bool {
    let digits: String = length.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    let number = digits.parse::<f64>().unwrap_or(0.0);
    let millimetres = match &length[digits.len()..] {
        "cm" => number * 10.0,
        "in" => number * 25.4,
        "pt" => number * 0.3528,
        _ => number,
    };
    millimetres < 1.0
}

/// `0` is A, `25` Z, `26` AA.
fn letters(column: usize) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    }

    #[test]
    fn lengths_too_small_to_be_seen_are_flat() {
        for (length, flat) in [("35mm", false), ("0mm", true), ("0.05cm", true), ("0.5in", false), ("2pt", true)] {
            assert_eq!(is_flat(length), flat, "{length}");
        }
    }
}
