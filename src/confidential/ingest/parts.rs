//! What the parts of an XLSX workbook say that its reader does not: hidden rows and columns, comments, extents.
//! Comes in: the archive. Goes out: counts by sheet. Deliberately absent: values, and the text of comments.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use zip::ZipArchive;

/// What is noteworthy about one sheet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SheetNotes {
    pub(super) hidden_rows: u64,
    pub(super) hidden_columns: u64,
    /// Cells of the rectangle that holds every cell.
    pub(super) area: u64,
}

type Archive<'b> = ZipArchive<Cursor<&'b [u8]>>;

/// Notes by the name of the sheet; none where a part is not XML.
pub(super) fn sheets(archive: &mut Archive<'_>) -> Option<BTreeMap<String, SheetNotes>> {
    let mut targets = BTreeMap::new();
    elements(&text(archive, "xl/_rels/workbook.xml.rels")?, |element| {
        if element.local_name().as_ref() == "Relationship" {
            targets.insert(attribute(element, "Id"), attribute(element, "Target"));
        }
    })?;
    let mut named = Vec::new();
    elements(&text(archive, "xl/workbook.xml")?, |element| {
        if element.local_name().as_ref() == "sheet" {
            named.push((attribute(element, "name"), attribute(element, "id")));
        }
    })?;
    let mut notes = BTreeMap::new();
    for (name, id) in named {
        let target = targets.get(&id)?;
        let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        notes.insert(name, sheet(&text(archive, &path)?)?);
    }
    Some(notes)
}

/// Comments in the workbook, of both kinds.
pub(super) fn comments(archive: &mut Archive<'_>) -> u64 {
    let paths: Vec<String> = archive.file_names().flatten().map(|name| name.into_owned()).collect();
    let mut count = 0;
    for path in paths.iter().filter(|path| path.starts_with("xl/comments") || path.contains("threadedComment")) {
        let counted = text(archive, path).and_then(|text| {
            elements(&text, |element| {
                if matches!(element.local_name().as_ref(), "comment" | "threadedComment") {
                    count += 1;
                }
            })
        });
        // A part of comments that cannot be read is one comment at least.
        count += u64::from(counted.is_none());
    }
    count
}

fn sheet(text: &str) -> Option<SheetNotes> {
    let mut notes = SheetNotes::default();
    let (mut rows, mut columns) = (0_u64, 0_u64);
    elements(text, |element| match element.local_name().as_ref() {
        "row" => notes.hidden_rows += u64::from(hidden(element)),
        "col" if hidden(element) => {
            let number = |name| attribute(element, name).parse::<u64>().unwrap_or(0);
            notes.hidden_columns += (number("max") + 1).saturating_sub(number("min"));
        }
        "c" => {
            let (column, row) = reference(&attribute(element, "r"));
            rows = rows.max(row);
            columns = columns.max(column);
        }
        _ => {}
    })?;
    notes.area = rows.saturating_mul(columns);
    Some(notes)
}

fn hidden(element: &BytesStart<'_>) -> bool {
    matches!(attribute(element, "hidden").as_str(), "1" | "true")
}

/// Column and row of a reference such as `D17`, both from 1.
fn reference(text: &str) -> (u64, u64) {
    let split = text.find(|character: char| character.is_ascii_digit()).unwrap_or(text.len());
    let letter = |sum: u64, byte: u8| sum.saturating_mul(26).saturating_add(u64::from(byte.saturating_sub(b'A')) + 1);
    (text[..split].bytes().fold(0, letter), text[split..].parse().unwrap_or(0))
}

fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    let found = element.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name);
    // A value with an entity that XML does not have is left as it stands: it then names nothing.
    let value = |raw: &str| unescape(raw).map_or_else(|_| raw.to_owned(), |value| value.into_owned());
    found.map(|attribute| value(&attribute.value)).unwrap_or_default()
}

fn text(archive: &mut Archive<'_>, path: &str) -> Option<String> {
    let mut text = String::new();
    archive.by_name(path).ok()?.read_to_string(&mut text).ok()?;
    Some(text)
}

fn elements(text: &str, mut each: impl FnMut(&BytesStart<'_>)) -> Option<()> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) => each(&element),
            Event::Eof => return Some(()),
            Event::End(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
}
