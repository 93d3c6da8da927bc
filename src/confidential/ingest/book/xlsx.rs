//! XLSX: the parts of the workbook and what they say of each other. Comes in: an archive. Goes out: cells. A part is found
//! by its relationship, as programs find it, and by its usual name where there is none. Deliberately absent: the cells of a
//! sheet (`sheet_xml`), drawings, macros, external links.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;

use quick_xml::events::Event;

use crate::ingest::book::numbers::{self, Format};
use crate::ingest::book::package::{Package, folded};
use crate::ingest::book::text::{attribute, elements, entity, without_escapes};
use crate::ingest::book::{Failed, SHEETS, Whole, fault, sheet_xml};
use crate::ingest::stream::{Notes, Refused, Sender, Stop};
use crate::ingest::table::{SheetFault, Visibility};

/// Formats of cells; spreadsheets have 64,000.
const FORMATS: usize = 200_000;

/// A relationship of a part: its kind, the last word of its type, and the part it leads to.
pub(super) struct Relationship {
    pub(super) kind: String,
    pub(super) target: String,
}

/// One sheet as the workbook names it.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) visibility: Visibility,
    /// Its part; none where the workbook holds none.
    pub(super) part: Option<String>,
}

/// The part that is the workbook; none where the archive is something else.
pub(super) fn main_part(package: &mut Package<'_>) -> Option<String> {
    let related = relationships(package, "").into_values().find(|related| related.kind == "officeDocument");
    let usual = || {
        let mut names = package.names();
        names.retain(|name| matches!(name.rsplit('/').next(), Some("workbook.xml" | "workbook.bin")));
        names.into_iter().min_by_key(String::len)
    };
    let found = related.map(|related| related.target).filter(|part| package.has(part)).or_else(usual)?;
    // A document or a presentation is an archive of the same make.
    let other = ["document.xml", "presentation.xml"].iter().any(|name| found.ends_with(name));
    (!other).then_some(found)
}

/// Whether a part is XML and not records.
pub(super) fn is_xml(package: &mut Package<'_>, part: &str) -> bool {
    use std::io::Read;
    let mut head = Vec::new();
    if let Some(bytes) = package.bytes(part) {
        // What cannot be read is no XML.
        let _ = bytes.take(8).read_to_end(&mut head);
    }
    !part.ends_with(".bin") && head.contains(&b'<')
}

/// The relationships of a part by their identifiers.
pub(super) fn relationships(package: &mut Package<'_>, part: &str) -> BTreeMap<String, Relationship> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let mut found = BTreeMap::new();
    let Some(mut xml) = package.xml(&folded("", &format!("{folder}/_rels/{name}.rels"))) else {
        return found;
    };
    // What cannot be read of them is missed where it is needed.
    let _ = elements(&mut xml, |element| {
        if element.local_name().as_ref() == "Relationship" && attribute(element, "TargetMode") != "External" {
            let kind = attribute(element, "Type");
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            let target = folded(part, &attribute(element, "Target"));
            found.insert(attribute(element, "Id"), Relationship { kind, target });
        }
        found.len() < SHEETS * 4
    });
    found
}

/// Sends the cells of all visible sheets.
pub(super) fn send<W: Write>(package: &mut Package<'_>, sender: &mut Sender<W>) -> Result<Whole, Failed> {
    let main = main_part(package).ok_or(Refused::Damaged)?;
    let related = relationships(package, &main);
    let Workbook { sheets, from_1904, uncomputed } = workbook(package, &main, &related).ok_or(Refused::Damaged)?;
    if sheets.len() > SHEETS {
        return Err(Refused::Parts.into());
    }
    let of_kind =
        |kind: &str| related.values().find(|related| related.kind == kind).map(|related| related.target.clone());
    let beside = |name: &str| folded(&main, name);
    let styles = of_kind("styles").unwrap_or_else(|| beside("styles.xml"));
    let formats = if package.has(&styles) { formats(package, &styles).ok_or(Refused::Damaged)? } else { Vec::new() };
    let texts = of_kind("sharedStrings").unwrap_or_else(|| beside("sharedStrings.xml"));
    if package.has(&texts) {
        shared_texts(package, &texts, sender)?;
    }
    let book = sheet_xml::Book { formats: &formats, from_1904, uncomputed };
    send_sheets(&sheets, sender, |part, sender, notes| {
        let mut xml = package.xml(part)?;
        Some(sheet_xml::send(&mut xml, &book, sender, notes))
    })?;
    Ok(Whole { comments: comments(package), from_1904 })
}

/// Sends the sheets in their order. `cells` sends those of one part; none where the workbook does not hold the part.
pub(super) fn send_sheets<W: Write>(
    sheets: &[Named],
    sender: &mut Sender<W>,
    mut cells: impl FnMut(&str, &mut Sender<W>, &mut Notes) -> Option<Result<(), Stop>>,
) -> Result<(), Failed> {
    let mut read = HashSet::new();
    for sheet in sheets {
        sender.sheet(&sheet.name, sheet.visibility)?;
        let mut notes = Notes::default();
        // A part that was read already is that sheet; read for every name, a small file could stand for very many rows.
        if sheet.part.is_some() && !read.insert(&sheet.part) {
            notes.fault = Some(SheetFault::Damaged { after_row: 0 });
        } else if sheet.visibility == Visibility::Visible {
            match sheet.part.as_ref().and_then(|part| cells(part, sender, &mut notes)) {
                None => notes.fault = Some(SheetFault::Missing),
                Some(Ok(())) => {}
                Some(Err(stop)) => notes.fault = Some(fault(stop)?),
            }
        }
        sender.end_sheet(&notes)?;
    }
    Ok(())
}

/// What the main part says.
#[derive(Default)]
struct Workbook {
    sheets: Vec<Named>,
    from_1904: bool,
    /// Whether it asks for all of its formulas to be computed: a program wrote them that computes nothing.
    uncomputed: bool,
}

fn workbook(package: &mut Package<'_>, main: &str, related: &BTreeMap<String, Relationship>) -> Option<Workbook> {
    let Workbook { mut sheets, mut from_1904, mut uncomputed } = Workbook::default();
    let is_true = |text: &str| matches!(text, "1" | "true");
    elements(&mut package.xml(main)?, |element| {
        match element.local_name().as_ref() {
            "workbookPr" => from_1904 = is_true(&attribute(element, "date1904")),
            "calcPr" => uncomputed = is_true(&attribute(element, "fullCalcOnLoad")),
            "sheet" => {
                let visibility = match attribute(element, "state").as_str() {
                    "hidden" => Visibility::Hidden,
                    "veryHidden" => Visibility::VeryHidden,
                    _ => Visibility::Visible,
                };
                // The identifier of the sheet has no prefix; that of its relationship has one.
                let id = attribute(element, "id");
                let target = related.get(&id);
                if target.is_none_or(|target| target.kind == "worksheet") {
                    let usual = || folded(main, &format!("worksheets/sheet{}.xml", sheets.len() + 1));
                    let part = target.map(|target| target.target.clone()).or_else(|| related.is_empty().then(usual));
                    sheets.push(Named { name: attribute(element, "name"), visibility, part });
                }
            }
            _ => {}
        }
        sheets.len() <= SHEETS
    })?;
    Some(Workbook { sheets, from_1904, uncomputed })
}

/// The format of each kind of cell.
fn formats(package: &mut Package<'_>, part: &str) -> Option<Vec<Format>> {
    let mut codes: HashMap<u32, Format> = HashMap::new();
    let (mut formats, mut in_cells) = (Vec::new(), false);
    let mut xml = package.xml(part)?;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = xml.read_event_into(&mut buffer).ok()?;
        if matches!(event, Event::Eof) {
            return Some(formats);
        } else if let Event::End(element) = event {
            in_cells &= element.local_name().as_ref() != "cellXfs";
        } else if let Event::Start(element) = event {
            match element.local_name().as_ref() {
                "cellXfs" => in_cells = true,
                "numFmt" if codes.len() < FORMATS => {
                    if let Ok(id) = attribute(&element, "numFmtId").parse() {
                        codes.insert(id, Format::of(&attribute(&element, "formatCode")));
                    }
                }
                "xf" if in_cells && formats.len() < FORMATS => {
                    let id = attribute(&element, "numFmtId").parse().unwrap_or(0);
                    formats.push(codes.get(&id).cloned().unwrap_or_else(|| numbers::built_in(id)));
                }
                _ => {}
            }
        }
    }
}

/// Sends the texts that cells refer to, one after another.
fn shared_texts<W: Write>(package: &mut Package<'_>, part: &str, sender: &mut Sender<W>) -> Result<(), Failed> {
    let mut xml = package.xml(part).ok_or(Refused::Damaged)?;
    let mut buffer = Vec::new();
    let mut text = Rich::default();
    loop {
        buffer.clear();
        let event = xml.read_event_into(&mut buffer).map_err(|_| Refused::Damaged)?;
        text.event(&event);
        if matches!(event, Event::Eof) {
            return Ok(());
        } else if matches!(&event, Event::Start(element) if element.local_name().as_ref() == "si") {
            text.clear();
        } else if matches!(&event, Event::End(element) if element.local_name().as_ref() == "si") {
            sender.share(&text.whole)?;
        }
    }
}

/// A text of several runs, each with its look; what says how to pronounce it is left out.
#[derive(Default)]
pub(super) struct Rich {
    pub(super) whole: String,
    run: String,
    in_text: bool,
    keeps_spaces: bool,
    phonetic: bool,
}

impl Rich {
    pub(super) fn clear(&mut self) {
        self.whole.clear();
        (self.in_text, self.phonetic) = (false, false);
    }

    pub(super) fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(element) => match element.local_name().as_ref() {
                "rPh" => self.phonetic = true,
                "t" if !self.phonetic => {
                    self.run.clear();
                    self.in_text = true;
                    self.keeps_spaces = attribute(element, "space") == "preserve";
                }
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "rPh" => self.phonetic = false,
                "t" if self.in_text => {
                    self.in_text = false;
                    let run = self.run.as_str();
                    let run = if self.keeps_spaces { run } else { run.trim_matches([' ', '\t', '\r', '\n']) };
                    self.whole.push_str(&without_escapes(run));
                }
                _ => {}
            },
            Event::Text(text) if self.in_text => self.run.push_str(&text.xml10_content()),
            Event::CData(text) if self.in_text => self.run.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) if self.in_text => entity(reference, &mut self.run),
            Event::Eof
            | Event::Empty(_)
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

/// Comments in the workbook, of both kinds.
fn comments(package: &mut Package<'_>) -> u64 {
    let mut count = 0;
    let is_part = |name: &String| {
        let file = name.rsplit('/').next().unwrap_or_default();
        name.ends_with(".xml") && (file.starts_with("comment") || name.contains("threadedcomment"))
    };
    for name in package.names().iter().filter(|name| is_part(name)) {
        let counted = package.xml(name).and_then(|mut xml| {
            elements(&mut xml, |element| {
                count += u64::from(matches!(element.local_name().as_ref(), "comment" | "threadedComment"));
                true
            })
        });
        // A part of comments that cannot be read is one comment at least.
        count += u64::from(counted.is_none());
    }
    count
}
