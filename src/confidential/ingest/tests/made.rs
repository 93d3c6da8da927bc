//! Workbooks made for tests, the same table in four formats. Comes in: rows. Goes out: bytes.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

/// A cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Made {
    Blank,
    Text(&'static str),
    Number(f64),
    /// A number with a date format.
    Day(f64),
    /// A number with the format `"SP-"00000`.
    Code(f64),
    Fault,
    /// A formula, with its result where a program computed it.
    Formula(Option<f64>),
}

/// A sheet; rows and columns from 0.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    pub(super) name: &'static str,
    pub(super) rows: Vec<Vec<Made>>,
    /// First and last row, column.
    pub(super) merged: Vec<(usize, usize, usize)>,
    /// Row, first and last column.
    pub(super) merged_across: Vec<(usize, usize, usize)>,
    pub(super) hidden: Vec<usize>,
    /// One more cell, somewhere.
    pub(super) far: Option<(usize, usize)>,
}

pub(super) const FORMATS: [&str; 4] = ["xlsx", "xlsb", "xls", "ods"];

pub(super) const HEAD: [Made; 7] = [
    Made::Text("Case ref"),
    Made::Text("Family ref"),
    Made::Text("Date of first contact"),
    Made::Text("Case status"),
    Made::Text("Contact channel"),
    Made::Text("Primary issue"),
    Made::Text("School name"),
];

/// A case as exports have it.
pub(super) fn case(number: usize) -> Vec<Made> {
    let texts = [Made::Text("OPEN"), Made::Text("TEL"), Made::Text("EHA"), Made::Text("Elm & Road")];
    [&[Made::Code(number as f64), Made::Text("F1"), Made::Day(45_748.0 + (number % 1_000) as f64)][..], &texts].concat()
}

/// A sheet of cases under their header.
pub(super) fn cases(name: &'static str, numbers: std::ops::Range<usize>) -> Sheet {
    let rows = [HEAD.to_vec()].into_iter().chain(numbers.map(case)).collect();
    Sheet { name, rows, ..Sheet::default() }
}

pub(super) fn make(format: &str, sheets: &[Sheet]) -> Vec<u8> {
    match format {
        "xlsx" => zipped(&xlsx(sheets)),
        "xlsb" => zipped(&xlsb(sheets)),
        "ods" => zipped(&ods(sheets)),
        _ => xls(sheets),
    }
}

pub(super) type Parts = Vec<(String, Vec<u8>)>;

pub(super) fn zipped(parts: &Parts) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in parts {
        writer.start_file(name.as_str(), options).expect("a new part");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn related(list: &[(String, &str, String)]) -> Vec<u8> {
    let mut xml =
        String::from("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
    for (id, kind, target) in list {
        write!(xml, "<Relationship Id=\"{id}\" Type=\"{TYPES}/{kind}\" Target=\"{target}\"/>").expect("memory");
    }
    (xml + "</Relationships>").into_bytes()
}

fn letters(column: usize) -> String {
    let (mut rest, mut text) = (column + 1, String::new());
    while rest > 0 {
        rest -= 1;
        text.insert(0, char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

pub(super) fn xlsx(sheets: &[Sheet]) -> Parts {
    let mut workbook = format!("<workbook xmlns:r=\"{TYPES}\"><sheets>");
    let mut relations = vec![("rId99".to_owned(), "styles", "styles.xml".to_owned())];
    let mut parts = Vec::new();
    for (at, sheet) in (1..).zip(sheets) {
        write!(workbook, "<sheet name=\"{}\" sheetId=\"{at}\" r:id=\"rId{at}\"/>", sheet.name).expect("memory");
        relations.push((format!("rId{at}"), "worksheet", format!("worksheets/sheet{at}.xml")));
        parts.push((format!("xl/worksheets/sheet{at}.xml"), sheet_xml(sheet).into_bytes()));
    }
    workbook.push_str("</sheets></workbook>");
    let styles = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"&quot;SP-&quot;00000\"/></numFmts><cellXfs>\
                  <xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>";
    let main = [("rId1".to_owned(), "officeDocument", "xl/workbook.xml".to_owned())];
    parts.extend([
        ("_rels/.rels".to_owned(), related(&main)),
        ("xl/workbook.xml".to_owned(), workbook.into_bytes()),
        ("xl/_rels/workbook.xml.rels".to_owned(), related(&relations)),
        ("xl/styles.xml".to_owned(), styles.as_bytes().to_vec()),
    ]);
    parts
}

fn sheet_xml(sheet: &Sheet) -> String {
    let mut xml = String::from("<worksheet><sheetData>");
    for (row, cells) in (1..).zip(&sheet.rows) {
        let hidden = if sheet.hidden.contains(&(row - 1)) { " hidden=\"1\"" } else { "" };
        write!(xml, "<row r=\"{row}\"{hidden}>").expect("memory");
        for (column, cell) in cells.iter().enumerate() {
            let place = format!("{}{row}", letters(column));
            match cell {
                Made::Blank => Ok(()),
                Made::Text(text) => {
                    let text = escaped(text);
                    write!(xml, "<c r=\"{place}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>")
                }
                Made::Number(number) => write!(xml, "<c r=\"{place}\"><v>{number}</v></c>"),
                Made::Day(number) => write!(xml, "<c r=\"{place}\" s=\"1\"><v>{number}</v></c>"),
                Made::Code(number) => write!(xml, "<c r=\"{place}\" s=\"2\"><v>{number}</v></c>"),
                Made::Fault => write!(xml, "<c r=\"{place}\" t=\"e\"><v>#N/A</v></c>"),
                Made::Formula(result) => {
                    let result = result.map(|number| number.to_string()).unwrap_or_default();
                    write!(xml, "<c r=\"{place}\"><f>1+1</f><v>{result}</v></c>")
                }
            }
            .expect("memory");
        }
        xml.push_str("</row>");
    }
    if let Some((row, column)) = sheet.far {
        let row = row + 1;
        write!(xml, "<row r=\"{row}\"><c r=\"{}{row}\"><v>1</v></c></row>", letters(column)).expect("memory");
    }
    xml.push_str("</sheetData><mergeCells>");
    for (first, last, column) in &sheet.merged {
        let column = letters(*column);
        write!(xml, "<mergeCell ref=\"{column}{}:{column}{}\"/>", first + 1, last + 1).expect("memory");
    }
    for (row, first, last) in &sheet.merged_across {
        let row = row + 1;
        write!(xml, "<mergeCell ref=\"{}{row}:{}{row}\"/>", letters(*first), letters(*last)).expect("memory");
    }
    xml + "</mergeCells></worksheet>"
}

fn record_b(number: u32, content: &[u8]) -> Vec<u8> {
    let short = |mut number: u32| {
        let mut bytes = Vec::new();
        while number > 127 {
            bytes.push((number & 127 | 128) as u8);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    };
    [short(number), short(content.len() as u32), content.to_vec()].concat()
}

fn longs(numbers: &[usize]) -> Vec<u8> {
    numbers.iter().flat_map(|number| (*number as u32).to_le_bytes()).collect()
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    [longs(&[units.len()]), units.iter().flat_map(|unit| unit.to_le_bytes()).collect()].concat()
}

fn xlsb(sheets: &[Sheet]) -> Parts {
    let mut workbook = Vec::new();
    let mut relations = vec![("rId99".to_owned(), "styles", "styles.bin".to_owned())];
    let mut parts = Vec::new();
    for (at, sheet) in (1..).zip(sheets) {
        let id = format!("rId{at}");
        workbook.extend(record_b(156, &[longs(&[0, at]), wide(&id), wide(sheet.name)].concat()));
        relations.push((id, "worksheet", format!("worksheets/sheet{at}.bin")));
        parts.push((format!("xl/worksheets/sheet{at}.bin"), sheet_bin(sheet)));
    }
    let look = |format: u8| record_b(47, &[&[0xFF, 0xFF, format, 0][..], &[0; 12]].concat());
    let styles = [
        record_b(44, &[&[164, 0][..], &wide("\"SP-\"00000")].concat()),
        record_b(617, &[]),
        look(0),
        look(14),
        look(164),
        record_b(618, &[]),
    ];
    let main = [("rId1".to_owned(), "officeDocument", "xl/workbook.bin".to_owned())];
    parts.extend([
        ("_rels/.rels".to_owned(), related(&main)),
        ("xl/workbook.bin".to_owned(), workbook),
        ("xl/_rels/workbook.bin.rels".to_owned(), related(&relations)),
        ("xl/styles.bin".to_owned(), styles.concat()),
    ]);
    parts
}

fn sheet_bin(sheet: &Sheet) -> Vec<u8> {
    let row = |at: usize| {
        let hidden = if sheet.hidden.contains(&at) { 0x10 } else { 0 };
        record_b(0, &[longs(&[at, 0]), vec![0, 0, 0, hidden, 0, 0]].concat())
    };
    let number = |column: usize, look: usize, number: f64| {
        record_b(5, &[longs(&[column, look]), number.to_le_bytes().to_vec()].concat())
    };
    let mut bytes = record_b(145, &[]);
    for (at, cells) in sheet.rows.iter().enumerate() {
        bytes.extend(row(at));
        for (column, cell) in cells.iter().enumerate() {
            bytes.extend(match cell {
                Made::Blank => record_b(1, &longs(&[column, 0])),
                Made::Text(text) => record_b(6, &[longs(&[column, 0]), wide(text)].concat()),
                Made::Number(value) => number(column, 0, *value),
                Made::Day(value) => number(column, 1, *value),
                Made::Code(value) => number(column, 2, *value),
                Made::Fault => record_b(3, &[longs(&[column, 0]), vec![0x2A]].concat()),
                // This format has no formula without a result.
                Made::Formula(result) => number(column, 0, result.unwrap_or_default()),
            });
        }
    }
    if let Some((at, column)) = sheet.far {
        bytes.extend([row(at), number(column, 0, 1.0)].concat());
    }
    bytes.extend(record_b(146, &[]));
    for (first, last, column) in &sheet.merged {
        bytes.extend(record_b(176, &longs(&[*first, *last, *column, *column])));
    }
    for (row, first, last) in &sheet.merged_across {
        bytes.extend(record_b(176, &longs(&[*row, *row, *first, *last])));
    }
    bytes
}

fn record(number: u16, content: &[u8]) -> Vec<u8> {
    [&number.to_le_bytes()[..], &(content.len() as u16).to_le_bytes(), content].concat()
}

fn shorts(numbers: &[usize]) -> Vec<u8> {
    numbers.iter().flat_map(|number| (*number as u16).to_le_bytes()).collect()
}

fn xls(sheets: &[Sheet]) -> Vec<u8> {
    let begin = |kind: usize| record(0x0809, &shorts(&[0x0600, kind, 0, 0, 0, 0, 0, 0]));
    let code = "\"SP-\"00000";
    let format = [shorts(&[164, code.len()]), vec![0], code.as_bytes().to_vec()].concat();
    let look = |format: usize| record(0x00E0, &[shorts(&[0, format]), vec![0; 16]].concat());
    let head = [begin(5), record(0x041E, &format), look(0), look(14), look(164)].concat();
    let named = |sheet: &Sheet, start: usize| {
        let name = [vec![0, 0, sheet.name.len() as u8, 0], sheet.name.as_bytes().to_vec()].concat();
        record(0x0085, &[longs(&[start]), name].concat())
    };
    let end = record(0x000A, &[]);
    let bodies: Vec<Vec<u8>> =
        sheets.iter().map(|sheet| [begin(0x10), sheet_records(sheet), end.clone()].concat()).collect();
    let names: usize = sheets.iter().map(|sheet| named(sheet, 0).len()).sum();
    let mut start = head.len() + names + end.len();
    let mut stream = head;
    for (sheet, body) in sheets.iter().zip(&bodies) {
        stream.extend(named(sheet, start));
        start += body.len();
    }
    stream.extend(end);
    stream.extend(bodies.concat());
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory");
    file.create_stream("/Workbook").and_then(|mut part| part.write_all(&stream)).expect("memory");
    file.flush().expect("memory");
    file.into_inner().into_inner()
}

fn sheet_records(sheet: &Sheet) -> Vec<u8> {
    let mut bytes = Vec::new();
    let number = |row, column, look, number: f64| {
        record(0x0203, &[shorts(&[row, column, look]), number.to_le_bytes().to_vec()].concat())
    };
    for (row, cells) in sheet.rows.iter().enumerate() {
        let flags = if sheet.hidden.contains(&row) { 0x120 } else { 0x100 };
        bytes.extend(record(0x0208, &shorts(&[row, 0, cells.len(), 255, 0, 0, flags, 0])));
        for (column, cell) in cells.iter().enumerate() {
            bytes.extend(match cell {
                Made::Blank => record(0x0201, &shorts(&[row, column, 0])),
                Made::Text(text) => {
                    let label = [shorts(&[row, column, 0, text.len()]), vec![0], text.as_bytes().to_vec()].concat();
                    record(0x0204, &label)
                }
                Made::Number(value) => number(row, column, 0, *value),
                Made::Day(value) => number(row, column, 1, *value),
                Made::Code(value) => number(row, column, 2, *value),
                Made::Fault => record(0x0205, &[shorts(&[row, column, 0]), vec![0x2A, 1]].concat()),
                Made::Formula(result) => {
                    // An empty text, as programs write it that do not compute.
                    let result = result.map_or([3, 0, 0, 0, 0, 0, 0xFF, 0xFF], f64::to_le_bytes);
                    let tokens = [0, 0, 0, 0, 0, 0, 3, 0, 0x1E, 1, 0];
                    record(0x0006, &[shorts(&[row, column, 0]), result.to_vec(), tokens.to_vec()].concat())
                }
            });
        }
    }
    if let Some((row, column)) = sheet.far {
        bytes.extend(number(row, column, 0, 1.0));
    }
    for (first, last, column) in &sheet.merged {
        bytes.extend(record(0x00E5, &shorts(&[1, *first, *last, *column, *column])));
    }
    for (row, first, last) in &sheet.merged_across {
        bytes.extend(record(0x00E5, &shorts(&[1, *row, *row, *first, *last])));
    }
    bytes
}

pub(super) fn ods(sheets: &[Sheet]) -> Parts {
    let mut xml = String::from(
        "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\" xmlns:calcext=\"c\">\
         <office:body><office:spreadsheet>",
    );
    sheets.iter().for_each(|sheet| ods_sheet(sheet, &mut xml));
    xml.push_str("</office:spreadsheet></office:body></office:document-content>");
    vec![
        ("mimetype".to_owned(), b"application/vnd.oasis.opendocument.spreadsheet".to_vec()),
        ("content.xml".to_owned(), xml.into_bytes()),
        ("META-INF/manifest.xml".to_owned(), b"<manifest/>".to_vec()),
    ]
}

fn ods_sheet(sheet: &Sheet, xml: &mut String) {
    write!(xml, "<table:table table:name=\"{}\">", sheet.name).expect("memory");
    for (row, cells) in sheet.rows.iter().enumerate() {
        let hidden = if sheet.hidden.contains(&row) { " table:visibility=\"filter\"" } else { "" };
        write!(xml, "<table:table-row{hidden}>").expect("memory");
        for (column, cell) in cells.iter().enumerate() {
            let block = sheet.merged.iter().find(|(first, _, at)| (*first, *at) == (row, column));
            let across = sheet.merged_across.iter().find(|(at, first, _)| (*at, *first) == (row, column));
            let columns = across.map_or(1, |(_, first, last)| last - first + 1);
            let rows = block.map_or(1, |(first, last, _)| last - first + 1);
            let spans = if rows * columns > 1 {
                format!(" table:number-columns-spanned=\"{columns}\" table:number-rows-spanned=\"{rows}\"")
            } else {
                String::new()
            };
            xml.push_str(&ods_cell(*cell, &spans));
        }
        xml.push_str("</table:table-row>");
    }
    if let Some((row, column)) = sheet.far {
        let rows = row - sheet.rows.len();
        write!(
            xml,
            "<table:table-row table:number-rows-repeated=\"{rows}\"><table:table-cell/></table:table-row><table:table-row>\
             <table:table-cell table:number-columns-repeated=\"{column}\"/>{}</table:table-row>",
            ods_cell(Made::Number(1.0), "")
        )
        .expect("memory");
    }
    xml.push_str("</table:table>");
}

fn ods_cell(cell: Made, spans: &str) -> String {
    let float = |number: f64, shown: &str| {
        format!(
            "<table:table-cell{spans} office:value-type=\"float\" office:value=\"{number}\"><text:p>{shown}</text:p></table:table-cell>"
        )
    };
    match cell {
        Made::Blank => format!("<table:table-cell{spans}/>"),
        Made::Text(text) => format!(
            "<table:table-cell{spans} office:value-type=\"string\"><text:p>{}</text:p></table:table-cell>",
            escaped(text)
        ),
        Made::Number(number) => float(number, &number.to_string()),
        Made::Code(number) => float(number, &format!("SP-{number:05}")),
        Made::Day(days) => {
            let date = jiff::civil::date(1899, 12, 30) + jiff::Span::new().days(days as i64);
            format!(
                "<table:table-cell{spans} office:value-type=\"date\" office:date-value=\"{date}\"><text:p>x</text:p></table:table-cell>"
            )
        }
        Made::Formula(None) => format!("<table:table-cell{spans} table:formula=\"of:=1+1\"/>"),
        Made::Formula(Some(result)) => format!(
            "<table:table-cell{spans} table:formula=\"of:=1+1\" office:value-type=\"float\" office:value=\"{result}\"><text:p>{result}</text:p></table:table-cell>"
        ),
        Made::Fault => "<table:table-cell office:value-type=\"string\" office:string-value=\"\" \
                        calcext:value-type=\"error\"><text:p>#N/A</text:p></table:table-cell>"
            .to_owned(),
    }
}
