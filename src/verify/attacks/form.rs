//! Whether files are written as the program writes them. Comes in: a release that claims to be one of ours. Goes out: a finding for each file
//! whose bytes are not those that its own content gives. Deliberately absent: what the files say; and pages and workbooks,
//! which hold words that no stranger knows.
//!
//! Spaces, quotation marks, line ends, leading zeros and the order of keys are seen by nobody and can carry a word. What is read
//! and written again has none of them.

use std::collections::BTreeSet;

use model::{Attack, Finding};
use serde_json::Value;

use crate::readers::csv::Table;
use crate::readers::folder::{Folder, MANIFEST};

/// Every file of the release that is written in another way.
#[must_use]
pub fn check(folder: &Folder, tables: &[Table]) -> Vec<Finding> {
    let is_own = |file: &str, bytes: &[u8]| match file.rsplit('.').next().unwrap_or_default() {
        "csv" => is_plain_csv(bytes),
        "json" => is_plain_json(bytes),
        _ => true,
    };
    let written = folder.files.iter().filter(|(file, bytes)| !is_own(file, bytes)).map(|(file, _)| file.as_str());
    // `071` and `71.0` are fields like others to a reader of fields.
    let entries = folder.manifest.tables.iter().zip(tables);
    let decorated = entries.filter(|(_, table)| table.decorated > 0).map(|(entry, _)| entry.file.as_str());
    let manifest = (!folder.is_plain).then_some(MANIFEST);
    let files: BTreeSet<&str> = written.chain(decorated).chain(manifest).collect();
    files.into_iter().map(finding).collect()
}

/// Whether the lines are those that their fields give: fields in quotation marks where they must be and nowhere else, a line end
/// behind each line, nothing between.
fn is_plain_csv(bytes: &[u8]) -> bool {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut text = Vec::with_capacity(bytes.len());
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        for (at, field) in record.iter().enumerate() {
            if at > 0 {
                text.push(b',');
            }
            if field.trim_ascii() != field {
                return false;
            }
            push_field(&mut text, field);
        }
        text.push(b'\n');
    }
    text == bytes
}

fn push_field(text: &mut Vec<u8>, field: &[u8]) {
    if !field.iter().any(|byte| b"\",\n\r".contains(byte)) {
        text.extend_from_slice(field);
        return;
    }
    text.push(b'"');
    for byte in field {
        text.extend(std::iter::repeat_n(*byte, if *byte == b'"' { 2 } else { 1 }));
    }
    text.push(b'"');
}

/// Whether the text is what a writer makes of its content: keys in order, each once, two blanks a level, a line end.
fn is_plain_json(bytes: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return false };
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    bytes.strip_suffix(b"\n") == Some(text.as_bytes())
}

fn finding(file: &str) -> Finding {
    Finding {
        attack: Attack::Leftover,
        kind: "file_form".to_owned(),
        file: file.to_owned(),
        place: String::new(),
        message: "written in another way than its content is: blanks, quotation marks and orders can carry words"
            .to_owned(),
        claim: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_one_way_to_be_written() {
        assert!(is_plain_csv(b"need,value,symbol\n\"A, b\",71,\nC,,c\n"));
        for other in [
            "need,value\n\"A\",71\n",
            "need,value\r\nA,71\r\n",
            "need,value\n\nA,71\n",
            "need,value\nA,71",
            "need,value\nA, 71\n",
            "\u{feff}need,value\nA,71\n",
        ] {
            assert!(!is_plain_csv(other.as_bytes()), "{other:?}");
        }
    }

    #[test]
    fn metadata_have_one_way_to_be_written() {
        assert!(is_plain_json(b"{\n  \"a\": 1,\n  \"b\": []\n}\n"));
        for other in
            ["{\"a\": 1}\n", "{\n  \"a\": 1\n}", "{\n  \"b\": 1,\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\n  \"a\": 1\n}\n"]
        {
            assert!(!is_plain_json(other.as_bytes()), "{other}");
        }
    }
}
