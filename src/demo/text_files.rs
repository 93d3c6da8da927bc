//! The older exports, as text. Comes in: typed rows. Goes out: bytes: Windows-1252 with semicolons, UTF-8 with a byte order
//! mark, or gzip. Deliberately absent: cells with types.

use std::io::Write;

use encoding_rs::WINDOWS_1252;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::demo::typing::Cell;

/// How a text export is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Windows-1252, columns apart by semicolons.
    Windows1252,
    /// UTF-8 with a byte order mark, columns apart by commas.
    Utf8WithMark,
    /// UTF-8 with commas, compressed.
    Gzip,
}

/// The bytes of a file: the headers, then a record a row, RFC 4180 quotes.
pub fn bytes(headers: &[String], rows: &[Vec<Cell>], encoding: Encoding) -> Vec<u8> {
    let delimiter = if encoding == Encoding::Windows1252 { ';' } else { ',' };
    let mut text = String::new();
    let titles: Vec<Cell> = headers.iter().cloned().map(Cell::Text).collect();
    push_record(&mut text, &titles, delimiter);
    for row in rows {
        push_record(&mut text, row, delimiter);
    }
    match encoding {
        Encoding::Windows1252 => WINDOWS_1252.encode(&text).0.into_owned(),
        Encoding::Utf8WithMark => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        Encoding::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(text.as_bytes()).expect("a vector takes all bytes");
            encoder.finish().expect("a vector takes all bytes")
        }
    }
}

fn push_record(text: &mut String, row: &[Cell], delimiter: char) {
    for (position, cell) in row.iter().enumerate() {
        if position > 0 {
            text.push(delimiter);
        }
        let value = match cell {
            Cell::Blank => String::new(),
            Cell::Text(value) => value.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Date(day) => day.to_string(),
            Cell::Error => "#N/A".to_owned(),
        };
        if value.contains(['"', '\n', '\r', delimiter]) {
            text.push('"');
            text.push_str(&value.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&value);
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_lines_and_accents_survive_in_the_old_encoding() {
        let rows = [vec![Cell::Text("Zoë; \"ill\"\nagain".to_owned()), Cell::Blank]];
        let bytes = bytes(&["a".to_owned(), "b".to_owned()], &rows, Encoding::Windows1252);
        assert_eq!(bytes, b"a;b\r\n\"Zo\xeb; \"\"ill\"\"\nagain\";\r\n");
    }
}
