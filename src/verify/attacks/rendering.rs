//! Whether every file of a release is what this program writes from its `release.json` and its tidy tables. Comes in: a folder,
//! and somebody who can write a release again. Goes out: a finding for each file with another byte, by place. Deliberately
//! absent: the writer itself. This crate shares no code with what it attacks, and its readers judge the files by themselves;
//! whoever has both hands the writer in.
//!
//! Words, looks, sizes, orders of parts and numbers beyond any cell may all say what no table says. No list of what may stand
//! there is complete; what is written again from figures that were attacked has nothing else in it.

use std::collections::BTreeMap;
use std::io::Cursor;

use model::digest::sha256;
use model::{Attack, Finding, Manifest};
use serde_json::Value;

use crate::readers::folder::{Folder, MANIFEST};
use crate::readers::package;

/// Writes a release again from its manifest and the files that lie beside it.
pub type Writer = fn(&Manifest, &BTreeMap<String, Vec<u8>>) -> Rewritten;

/// What came of writing again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rewritten {
    /// Every file by path, `release.json` too, and pictures left out.
    Files(BTreeMap<String, Vec<u8>>),
    /// It claims to be written by this program, and no release of this program looks like that.
    Refused(String),
    /// It does not claim to be written by this version of the program.
    NotOurs(String),
}

/// Files that nobody wrote again, because the release is not one of this version of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritten {
    /// The release's or its folder's name.
    pub release: String,
    /// Digest of its `release.json`.
    pub digest: String,
    /// Files beside the tidy tables.
    pub files: u64,
    /// Why.
    pub why: String,
}

/// What writing one folder again came to.
#[derive(Debug, Default)]
pub struct Held {
    /// Files with other bytes.
    pub findings: Vec<Finding>,
    /// Files that are byte for byte what is written.
    pub alike: u64,
    /// What could not be written again.
    pub unwritten: Option<Unwritten>,
}

/// Holds every file of `folder` against what `writer` makes of it.
#[must_use]
pub fn check(folder: &Folder, writer: Writer) -> Held {
    let mut held = Held::default();
    let written = match writer(&folder.manifest, &folder.files) {
        Rewritten::Files(files) => files,
        Rewritten::Refused(what) => {
            let message = format!("the program cannot have written this release: {what}");
            held.findings.push(finding("rendering_refused", MANIFEST, String::new(), message));
            return held;
        }
        Rewritten::NotOurs(why) => {
            let (release, digest) = (own_name(folder), folder.digest.clone());
            let files = beside_tables(folder);
            held.unwritten = (files > 0).then_some(Unwritten { release, digest, files, why });
            return held;
        }
    };
    for (file, bytes) in &folder.files {
        match written.get(file) {
            Some(own) if own == bytes => held.alike += 1,
            Some(own) => {
                let message = "a byte that release.json and the tidy tables do not give".to_owned();
                held.findings.push(finding("rendering_differs", file, place(file, own, bytes), message));
            }
            // Its own attack holds a picture against its drawing, pixel by pixel and packed again.
            None if is_picture_of(file, &written) => {}
            None => {
                let message = "a file that no release with this release.json has".to_owned();
                held.findings.push(finding("rendering_more", file, String::new(), message));
            }
        }
    }
    for file in written.keys().filter(|file| *file != MANIFEST && !folder.files.contains_key(*file)) {
        let message = "a file that a release with this release.json has, and this one has not".to_owned();
        held.findings.push(finding("rendering_less", file, String::new(), message));
    }
    match written.get(MANIFEST).map(|own| manifest_place(folder, own)) {
        Some(None) => held.alike += 1,
        Some(Some(place)) => {
            let message = "release.json says what this program does not write of these tables".to_owned();
            held.findings.push(finding("rendering_differs", MANIFEST, place, message));
        }
        None => {}
    }
    held
}

fn is_picture_of(file: &str, written: &BTreeMap<String, Vec<u8>>) -> bool {
    file.strip_suffix("png").is_some_and(|stem| written.contains_key(&format!("{stem}svg")))
}

fn own_name(folder: &Folder) -> String {
    if folder.manifest.release.is_empty() { folder.name.clone() } else { folder.manifest.release.clone() }
}

/// Files that are no tidy table and no rows of an extract: only those hold words and looks.
fn beside_tables(folder: &Folder) -> u64 {
    let manifest = &folder.manifest;
    let expectations = manifest.derived.iter().filter_map(|one| one.expectation.as_ref()).map(|one| &one.file);
    let tables: Vec<&String> = manifest.tables.iter().map(|entry| &entry.file).chain(expectations).collect();
    let extract = manifest.extract.as_ref();
    let is_rows = |file: &str| {
        extract.is_some_and(|rows| rows.file == file || crate::readers::microdata::metadata_file(rows) == file)
    };
    folder.files.keys().filter(|file| !tables.contains(file) && !is_rows(file)).count() as u64
}

/// The first key of `release.json` that says something else than what is written, and none where all say the same. Digests are
/// those of the files that lie there: each file is compared by itself.
fn manifest_place(folder: &Folder, own: &[u8]) -> Option<String> {
    if sha256(own) == folder.digest {
        return None;
    }
    let Ok(mut own) = Manifest::read(own) else { return Some(String::new()) };
    own.files.clone_from(&folder.manifest.files);
    if own == folder.manifest {
        // Blanks and the order of keys are `form`'s.
        return (!folder.is_plain).then(String::new);
    }
    let value = |manifest: &Manifest| serde_json::to_value(manifest).unwrap_or_default();
    let (own, found) = (value(&own), value(&folder.manifest));
    let keys = own.as_object().into_iter().chain(found.as_object()).flat_map(|keys| keys.keys());
    let differs = |key: &&String| own.get(key.as_str()) != found.get(key.as_str());
    keys.into_iter().find(differs).map(|key| format!("{key:?}{}", entry_place(own.get(key), found.get(key))))
}

/// Of two lists the first entry that differs, counted from 1.
fn entry_place(own: Option<&Value>, found: Option<&Value>) -> String {
    let (Some(own), Some(found)) = (own.and_then(Value::as_array), found.and_then(Value::as_array)) else {
        return String::new();
    };
    let first = own.iter().zip(found).position(|(own, found)| own != found).unwrap_or(own.len().min(found.len()));
    format!(", entry {}", first + 1)
}

/// Where two files begin to differ: part and cell of a workbook, section of the page, line of a text.
fn place(file: &str, own: &[u8], found: &[u8]) -> String {
    match file.rsplit('.').next().unwrap_or_default() {
        "xlsx" | "ods" => archive_place(own, found),
        _ => text_place(own, found),
    }
}

fn differs_at(own: &[u8], found: &[u8]) -> usize {
    own.iter().zip(found).position(|(own, found)| own != found).unwrap_or(own.len().min(found.len()))
}

fn text_place(own: &[u8], found: &[u8]) -> String {
    let at = differs_at(own, found);
    let before = &own[..at];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = at - before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1) + 1;
    let place = format!("line {line}, byte {column}");
    match last_named(before, " id=\"") {
        Some(section) => format!("{place}, in {section}"),
        None => place,
    }
}

/// What the last attribute that starts with `mark` says, in what is written: so it is no text of the folder.
fn last_named(before: &[u8], mark: &str) -> Option<String> {
    let text = String::from_utf8_lossy(before);
    let named = &text[text.rfind(mark)? + mark.len()..];
    named.split_once('"').map(|(name, _)| name.to_owned())
}

fn archive_place(own: &[u8], found: &[u8]) -> String {
    let (Some(own_parts), Some(found_parts)) = (package::open(own), package::open(found)) else {
        return "not an archive that can be read".to_owned();
    };
    for (name, part) in &own_parts.parts {
        match found_parts.parts.get(name) {
            None => return format!("{name} is missing"),
            Some(other) if other != part => {
                let before = &part[..differs_at(part, other)];
                let sheet = last_named(before, " table:name=\"");
                let cell = last_named(before, "<c r=\"").or(sheet).map(|cell| format!(", {cell}"));
                return format!("{name}{}, {}", cell.unwrap_or_default(), text_place(part, other));
            }
            Some(_) => {}
        }
    }
    if own_parts.parts.len() < found_parts.parts.len() {
        return "a part more than is written".to_owned();
    }
    match order(own) == order(found) {
        true => "the archive's own records: days, sizes, the way it is packed".to_owned(),
        false => "the order of its parts".to_owned(),
    }
}

fn order(bytes: &[u8]) -> Vec<String> {
    let archive = zip::ZipArchive::new(Cursor::new(bytes));
    archive
        .map(|archive| archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect())
        .unwrap_or_default()
}

fn finding(kind: &str, file: &str, place: String, message: String) -> Finding {
    Finding { attack: Attack::Rendering, kind: kind.to_owned(), file: file.to_owned(), place, message, claim: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_differs_in_a_line_and_below_a_name_that_was_written() {
        let own = b"<h1>Report</h1>\n<section id=\"t02\"><p>Seven</p></section>\n";
        let found = b"<h1>Report</h1>\n<section id=\"t02\"><p>Three in Tamworth</p></section>\n";
        assert_eq!(text_place(own, found), "line 2, byte 22, in t02");
        assert_eq!(text_place(b"a\nb\n", b"a\nb"), "line 2, byte 2");
    }
}
