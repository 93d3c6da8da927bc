//! The workbook, part by part. Comes in: an XLSX. Goes out: the sheets as anyone sees them, and everything that nobody
//! sees. Deliberately absent: formulas are not worked out; there must be none.

use std::collections::{BTreeMap, BTreeSet};

use crate::readers::package::{self, Package};
use crate::readers::png::Fault;
use crate::readers::xml::{self, Element};

/// A cell that has something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookCell {
    /// `B7`.
    pub place: String,
    /// As stored.
    pub text: String,
    /// A number, not a text that looks like one.
    pub is_number: bool,
}

/// A sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Row by row.
    pub rows: Vec<Vec<BookCell>>,
}

/// The workbook.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Book {
    /// In order, hidden ones included.
    pub sheets: Vec<Sheet>,
    /// Texts outside of cells: properties, headers, table descriptions.
    pub texts: Vec<String>,
    /// What should not be there.
    pub faults: Vec<Fault>,
    /// Headers that marked tables keep beside their cells.
    pub marks: Vec<String>,
}

/// Parts that a workbook of tables needs. Caches, links, macros, comments, custom XML, printer settings, media and custom
/// properties are not among them.
fn is_needed(part: &str) -> bool {
    let exact = [
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/app.xml",
        "docProps/core.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/sharedStrings.xml",
        "xl/theme/theme1.xml",
    ];
    let numbered = |start: &str, end: &str| {
        let inner = part.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
        inner.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    exact.contains(&part)
        || numbered("xl/worksheets/sheet", ".xml")
        || numbered("xl/worksheets/_rels/sheet", ".xml.rels")
        || numbered("xl/tables/table", ".xml")
}

/// Elements of a sheet that hold nothing but its cells and its looks.
const SHEET_PARTS: [&str; 17] = [
    "sheetPr",
    "dimension",
    "sheetViews",
    "sheetFormatPr",
    "cols",
    "sheetData",
    "hyperlinks",
    "pageMargins",
    "pageSetup",
    "printOptions",
    "headerFooter",
    "tableParts",
    "mergeCells",
    "ignoredErrors",
    "rowBreaks",
    "colBreaks",
    "sheetCalcPr",
];

/// Elements whose words people see.
const SPOKEN: [&str; 9] =
    ["v", "t", "definedName", "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"];

/// Reads the workbook; none where it is no archive of well-formed parts.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Book> {
    let package = package::open(bytes)?;
    let mut book = Book { faults: package.faults.clone(), ..Book::default() };
    let mut documents = BTreeMap::new();
    for (name, part) in &package.parts {
        let document = xml::parse(part)?;
        if !is_needed(name) {
            book.faults.push(("workbook_part", "a part that tables do not need"));
        }
        if document.unseen > 0 {
            book.faults.push(("workbook_comment", "a comment or an instruction in a part"));
        }
        let has_values = name.starts_with("docProps/");
        if !has_values && document.root.has_words_outside(&SPOKEN) {
            book.faults.push(("workbook_string", "words outside of the cells"));
        }
        documents.insert(name.as_str(), document.root);
    }
    let strings = shared_strings(documents.get("xl/sharedStrings.xml"));
    let mut used = BTreeSet::new();
    let links = links(&package, &documents, &mut book);
    book.read_workbook(documents.get("xl/workbook.xml")?);
    for sheet in documents.get("xl/workbook.xml")?.named("sheets").flat_map(|sheets| sheets.named("sheet")) {
        let target = sheet.attribute("r:id").and_then(|id| links.get(id))?;
        let read = book.read_sheet(documents.get(target.as_str())?, &strings, &mut used);
        book.sheets.push(Sheet { name: sheet.attribute("name").unwrap_or_default().to_owned(), rows: read });
    }
    let sheets = documents.keys().filter(|name| name.starts_with("xl/worksheets/sheet")).count();
    if sheets != book.sheets.len() {
        book.faults.push(("workbook_part", "a sheet that the workbook does not name"));
    }
    if used.len() != strings.len() {
        book.faults.push(("workbook_string", "a text that no cell uses"));
    }
    for (name, document) in &documents {
        book.read_other(name, document);
    }
    let said: BTreeSet<&str> =
        book.sheets.iter().flat_map(|sheet| sheet.rows.iter().flatten()).map(|cell| cell.text.as_str()).collect();
    if book.marks.iter().any(|header| !said.contains(header.as_str())) {
        book.faults.push(("workbook_string", "a header of a table that no cell shows"));
    }
    book.faults.sort_unstable();
    book.faults.dedup();
    Some(book)
}

fn shared_strings(table: Option<&Element>) -> Vec<String> {
    table.into_iter().flat_map(|table| table.named("si")).map(Element::whole_text).collect()
}

/// The sheets' parts by their relation to the workbook; every relation that leads out is named.
fn links(package: &Package, documents: &BTreeMap<&str, Element>, book: &mut Book) -> BTreeMap<String, String> {
    let mut sheets = BTreeMap::new();
    for (name, document) in documents.iter().filter(|(name, _)| name.ends_with(".rels")) {
        for relation in document.named("Relationship") {
            let target = relation.attribute("Target").unwrap_or_default();
            if relation.attribute("TargetMode") == Some("External") {
                book.faults.push(("workbook_link", "a link that leads out of the workbook"));
            }
            let part = format!("xl/{}", target.trim_start_matches("/xl/").trim_start_matches("xl/"));
            if *name == "xl/_rels/workbook.xml.rels" && package.parts.contains_key(&part) {
                sheets.insert(relation.attribute("Id").unwrap_or_default().to_owned(), part);
            }
        }
    }
    sheets
}

impl Book {
    fn read_workbook(&mut self, workbook: &Element) {
        for element in workbook.all() {
            match element.local() {
                "sheet" if element.attribute("state").is_some_and(|state| state != "visible") => {
                    self.faults.push(("hidden_sheet", "a hidden sheet"));
                }
                "definedName" => {
                    let name = element.attribute("name").unwrap_or_default();
                    let is_print = matches!(name, "_xlnm.Print_Titles" | "_xlnm.Print_Area");
                    if !is_print || element.attribute("hidden").is_some() {
                        self.faults.push(("workbook_name", "a defined name that printing does not need"));
                    }
                }
                "workbook" | "fileVersion" | "workbookPr" | "bookViews" | "workbookView" | "sheets" | "sheet"
                | "definedNames" | "calcPr" => {}
                // A path of the author, a link, a cache, a view of other data.
                _ => self.faults.push(("workbook_part", "an element that a workbook of tables does not need")),
            }
        }
    }

    fn read_sheet(&mut self, sheet: &Element, strings: &[String], used: &mut BTreeSet<usize>) -> Vec<Vec<BookCell>> {
        for part in &sheet.children {
            match part.local() {
                "headerFooter" => self.texts.extend(part.all().into_iter().map(|element| element.text.clone())),
                "extLst" => self.faults.push(("workbook_part", "an extension of a sheet")),
                name if !SHEET_PARTS.contains(&name) => {
                    self.faults.push(("workbook_part", "a sheet's part that a table does not need"));
                }
                _ => {}
            }
        }
        for column in sheet.named("cols").flat_map(|cols| cols.named("col")) {
            let is_flat =
                column.attribute("width").and_then(|width| width.parse::<f64>().ok()).is_some_and(|width| width < 0.5);
            if is_true(column.attribute("hidden")) || is_flat {
                self.faults.push(("hidden_column", "a hidden column"));
            }
        }
        for link in sheet.named("hyperlinks").flat_map(|links| links.named("hyperlink")) {
            self.texts
                .extend(["display", "tooltip"].into_iter().filter_map(|name| link.attribute(name)).map(str::to_owned));
        }
        let rows = sheet.named("sheetData").flat_map(|data| data.named("row"));
        rows.map(|row| self.read_row(row, strings, used)).collect()
    }

    fn read_row(&mut self, row: &Element, strings: &[String], used: &mut BTreeSet<usize>) -> Vec<BookCell> {
        let is_flat =
            row.attribute("ht").and_then(|height| height.parse::<f64>().ok()).is_some_and(|height| height < 1.0);
        if is_true(row.attribute("hidden")) || is_flat {
            self.faults.push(("hidden_row", "a hidden row"));
        }
        let mut cells = Vec::new();
        for cell in row.named("c") {
            if cell.named("f").next().is_some() {
                self.faults.push(("formula", "a formula"));
            }
            let value = cell.named("v").map(Element::whole_text).next();
            let kind = cell.attribute("t").unwrap_or("n");
            let text = match (kind, value) {
                ("s", Some(value)) => {
                    let at = value.trim().parse::<usize>().ok();
                    used.extend(at.filter(|&at| at < strings.len()));
                    at.and_then(|at| strings.get(at)).cloned().unwrap_or_default()
                }
                // A number shown as a text of its own choosing, an error or a date is none of ours.
                ("str" | "e" | "d" | "b", _) => {
                    self.faults.push(("formula", "a cell of a kind that only formulas have"));
                    continue;
                }
                ("inlineStr", _) => cell.named("is").map(Element::whole_text).collect(),
                (_, Some(value)) => value,
                (_, None) => continue,
            };
            cells.push(BookCell {
                place: cell.attribute("r").unwrap_or_default().to_owned(),
                text,
                is_number: kind == "n",
            });
        }
        cells
    }

    fn read_other(&mut self, name: &str, document: &Element) {
        match name {
            "xl/styles.xml" => self.read_styles(document),
            "docProps/core.xml" | "docProps/app.xml" => self.read_properties(document),
            _ if name.starts_with("xl/tables/") => {
                self.read_marks(document);
                let described = ["altText", "altTextSummary", "comment"];
                let spoken = |element: &&Element| {
                    described.iter().filter_map(|name| element.attribute(name)).map(str::to_owned).collect::<Vec<_>>()
                };
                self.texts.extend(document.all().iter().flat_map(spoken));
            }
            _ => {}
        }
    }

    /// A format shows a number where it has a place for a digit in every part, and says nothing of its own.
    fn read_styles(&mut self, styles: &Element) {
        for element in styles.all() {
            if element.local() == "numFmt" {
                let code = element.attribute("formatCode").unwrap_or_default();
                let shows = |part: &str| part.contains(['0', '#', '@']) || part == "General";
                if !code.split(';').all(shows) || code.contains('"') {
                    self.faults.push(("hidden_format", "a number format that shows something else than the number"));
                }
            }
            let fonts = (element.local() == "font").then(|| element.named("color")).into_iter().flatten();
            let is_white = |color: &Element| {
                color.attribute("theme") == Some("0")
                    || color.attribute("rgb").is_some_and(|rgb| rgb.to_lowercase().ends_with("ffffff"))
            };
            if fonts.into_iter().any(is_white) {
                self.faults.push(("hidden_text", "a text in the colour of its ground"));
            }
            let size = (element.local() == "font").then(|| element.named("sz").next()).flatten();
            let points = size.and_then(|size| size.attribute("val")).and_then(|size| size.parse::<f64>().ok());
            if points.is_some_and(|points| points < 3.0) {
                self.faults.push(("hidden_text", "a text too small to be seen"));
            }
        }
    }

    /// A marked table has columns and a look; a formula of its own, a sum or a query would be more.
    fn read_marks(&mut self, marks: &Element) {
        const NEEDED: [&str; 6] = ["table", "tableColumns", "tableColumn", "tableStyleInfo", "extLst", "ext"];
        for element in marks.all() {
            if !NEEDED.contains(&element.local()) {
                self.faults.push(("workbook_part", "a marked table with more than its columns"));
            }
            self.marks.extend(
                (element.local() == "tableColumn").then(|| element.attribute("name")).flatten().map(str::to_owned),
            );
        }
    }

    /// Who wrote it, when to the minute, for which company: nobody, never, none.
    fn read_properties(&mut self, document: &Element) {
        const PERSONAL: [&str; 9] = [
            "creator",
            "lastModifiedBy",
            "Company",
            "Manager",
            "Template",
            "HyperlinkBase",
            "TotalTime",
            "revision",
            "lastPrinted",
        ];
        for property in &document.children {
            let text = property.whole_text();
            let is_zero = text.trim().is_empty() || text.trim() == "0";
            if PERSONAL.contains(&property.local()) && !is_zero {
                self.faults.push(("document_property", "a property that names a person, a company or a time"));
            }
            if matches!(property.local(), "created" | "modified") && !text.ends_with("T00:00:00Z") {
                self.faults.push(("document_property", "a time of day"));
            }
            if matches!(property.local(), "title" | "subject" | "description" | "keywords" | "category") {
                self.texts.push(text);
            }
        }
    }
}

fn is_true(attribute: Option<&str>) -> bool {
    matches!(attribute, Some("1" | "true"))
}
