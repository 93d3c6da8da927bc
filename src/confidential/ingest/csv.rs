//! Reads text exports. Comes in: bytes. Goes out: one sheet of lines, with the encoding and delimiter that were found.
//! UTF-8 with or without a mark, UTF-16 with one, else Windows-1252; commas, semicolons, tabs or bars; RFC 4180 quotes.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::ingest::error::IngestError;
use crate::ingest::table::{Cell, EachRow, Export, Rows, Sheet, Visibility};
use model::config::fold::blank;

const DELIMITERS: [(u8, &str); 4] = [(b',', "comma"), (b';', "semicolon"), (b'\t', "tab"), (b'|', "bar")];

/// Opens a text export; `format` is its name in reports.
pub(super) fn open(file: String, digest: String, bytes: Vec<u8>, format: &'static str) -> Result<Export, IngestError> {
    let (text, encoding) = decoded(bytes);
    let (delimiter, words) = delimiter(&text);
    let lines = Lines { text, delimiter };
    let sheet = Sheet {
        name: String::new(),
        visibility: Visibility::Visible,
        rows: Box::new(lines),
        merged: None,
        hidden_rows: 0,
        hidden_columns: 0,
        fault: None,
    };
    Ok(Export {
        file,
        digest,
        format,
        encoding: Some(encoding),
        delimiter: Some(words),
        sheets: vec![sheet],
        comments: 0,
        from_1904: false,
    })
}

fn decoded(mut bytes: Vec<u8>) -> (String, &'static str) {
    let wide = |encoding: &'static encoding_rs::Encoding, bytes: &[u8]| encoding.decode(bytes).0.into_owned();
    if bytes.starts_with(&[0xFF, 0xFE]) {
        return (wide(UTF_16LE, &bytes), "UTF-16");
    }
    if bytes.starts_with(&[0xFE, 0xFF]) {
        return (wide(UTF_16BE, &bytes), "UTF-16");
    }
    let marked = bytes.starts_with(&[0xEF, 0xBB, 0xBF]);
    if marked {
        bytes.drain(..3);
    }
    match String::from_utf8(bytes) {
        Ok(text) if marked => (text, "UTF-8 with a byte order mark"),
        Ok(text) => (text, "UTF-8"),
        Err(error) => (WINDOWS_1252.decode_without_bom_handling(error.as_bytes()).0.into_owned(), "Windows-1252"),
    }
}

/// The delimiter by which the first records have the most columns alike.
fn delimiter(text: &str) -> (u8, &'static str) {
    const RECORDS: usize = 50;
    let score = |delimiter: u8| {
        let mut widths = std::collections::BTreeMap::new();
        for record in reader(text, delimiter).into_records().take(RECORDS).flatten() {
            *widths.entry(record.len()).or_insert(0_usize) += 1;
        }
        // Squared, because lines alike say more than columns many.
        widths.into_iter().map(|(width, records)| (width - 1) * records * records).max().unwrap_or(0)
    };
    // The first of the best: commas where nothing parts the lines.
    DELIMITERS.into_iter().rev().max_by_key(|(delimiter, _)| score(*delimiter)).unwrap_or(DELIMITERS[0])
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

struct Lines {
    text: String,
    delimiter: u8,
}

impl Rows for Lines {
    fn walk(&self, each: &mut EachRow<'_>) -> Result<(), IngestError> {
        let mut reader = reader(&self.text, self.delimiter);
        let mut record = csv::StringRecord::new();
        // The reader's own count of lines stops between a carriage return and its line feed.
        let (mut line, mut counted) = (1, 0);
        // The text is in memory and is UTF-8, so that the reader has nothing left to fail at.
        while reader.read_record(&mut record).unwrap_or(false) {
            let from = record.position().map_or(0, |position| position.byte() as usize);
            line += line_ends(&self.text.as_bytes()[counted..], from - counted, &mut counted);
            let cells: Vec<Cell<'_>> = record.iter().map(cell).collect();
            if each(line, &cells)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// Line ends in `text` up to `to` and on to the next byte that is none, which `counted` moves to.
fn line_ends(text: &[u8], to: usize, counted: &mut usize) -> u64 {
    let (mut at, mut ends) = (0, 0);
    while at < text.len() && (at < to || matches!(text[at], b'\r' | b'\n')) {
        let alone = text[at] == b'\r' && text.get(at + 1) != Some(&b'\n');
        ends += u64::from(alone || text[at] == b'\n');
        at += 1;
    }
    *counted += at;
    ends
}

fn cell(text: &str) -> Cell<'_> {
    const FAULTS: [&str; 8] = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"];
    if text.chars().all(blank) {
        Cell::Blank
    } else if text.starts_with('#') && FAULTS.contains(&text.trim()) {
        Cell::Fault
    } else {
        Cell::Text(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_parts_the_lines_alike() {
        assert_eq!(delimiter("a;b;c\n1;\"x, y, z, u, v\";3\n").1, "semicolon");
        assert_eq!(delimiter("a,b,c\n1,\"ASD; SEMH; PD; HI\",3\n").1, "comma");
        assert_eq!(delimiter("a\tb\n1,5\t2\n").1, "tab");
        assert_eq!(delimiter("alone\n1\n").1, "comma");
    }

    #[test]
    fn bytes_that_are_no_utf8_are_read_as_windows_1252() {
        assert_eq!(decoded(b"Zo\xEB \x93caf\xE9\x94 \xA35".to_vec()), ("Zoë “café” £5".to_owned(), "Windows-1252"));
        assert_eq!(decoded("\u{feff}Zoë".into()), ("Zoë".to_owned(), "UTF-8 with a byte order mark"));
    }
}
