//! Reads text exports. Comes in: bytes. Goes out: one sheet of lines, with the encoding and delimiter that were found.
//! What the bytes are written in is `encoding`'s, what parts the cells `delimiter`'s, whether quotation marks can be
//! believed `quotes`'s; reading itself is the crate `csv`'s, by RFC 4180, or by what of it the file keeps to.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::ingest::delimiter;
use crate::ingest::encoding;
use crate::ingest::error::IngestError;
use crate::ingest::place::Place;
use crate::ingest::quotes::{Dialect, Survey, survey};
use crate::ingest::table::{Cell, Doubt, EachRow, Export, Rows, Sheet, Visibility};
use model::config::fold::blank;

/// Bytes of a line; the longest note of a case is a thousandth of it.
const LINE_BYTES_MAX: usize = 16 << 20;

/// Opens a text export; `format` is its name in reports, `words` are the header words that sources know.
pub(super) fn open(
    file: String,
    digest: String,
    bytes: Vec<u8>,
    format: &'static str,
    words: &BTreeSet<String>,
) -> Result<Export, IngestError> {
    // A cell of a hundred MiB takes many times its size to be read in every way that is tried.
    if bytes.split(|byte| matches!(byte, b'\n' | b'\r')).any(|line| line.len() > LINE_BYTES_MAX) {
        return Err(IngestError::TooLarge { file, what: "a very long line", limit: "16 MiB" });
    }
    let encoding::Decoded { text, encoding, doubts } = encoding::decode(&file, bytes)?;
    if let Some(content) = other_content(&text) {
        let ending = file.rsplit('.').next().unwrap_or_default().to_lowercase();
        return Err(IngestError::WrongContent { file, ending, content });
    }
    let (delimiter, name) = match said(&text) {
        Some(delimiter) => (delimiter, "as the first line says"),
        None => found(&text, words).ok_or_else(|| IngestError::OneColumn { file: file.clone() })?,
    };
    let lines = Lines::of(&file, text, delimiter, doubts)?;
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
        delimiter: Some(name),
        sheets: vec![sheet],
        comments: 0,
        from_1904: false,
        counted: BTreeMap::new(),
    })
}

/// What parts the cells. A quotation mark that opens in the header swallows every delimiter; it is named by whoever looks
/// for marks, once the delimiter is known.
fn found(text: &str, words: &BTreeSet<String>) -> Option<(u8, &'static str)> {
    delimiter::find(text, words).or_else(|| delimiter::find(&text.replace('"', ""), words))
}

/// What a text is that is no table of cells.
fn other_content(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    // A column may be called ID; the second line tells a workbook of the old kind.
    let second = text.lines().nth(1).unwrap_or_default();
    if text.starts_with("ID;P") && ["B;", "C;", "F;", "O;", "P;", "NN;"].iter().any(|record| second.starts_with(record))
    {
        return Some("a SYLK workbook (an old format of spreadsheets)");
    }
    if text.starts_with("TABLE") && text.lines().nth(1).is_some_and(|line| line.trim() == "0,1") {
        return Some("a DIF workbook (an old format of spreadsheets)");
    }
    let starts = |sign: &str| text.starts_with(sign);
    if starts("<") {
        Some("a web page or XML")
    } else if starts("{\\rtf") {
        Some("a document of a word processor")
    } else if starts("{") || starts("[{") {
        Some("JSON")
    } else {
        None
    }
}

/// The delimiter of a first line `sep=;`, as spreadsheets write and read it.
fn said(text: &str) -> Option<u8> {
    let line = text.lines().next()?.trim_end();
    let sign = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?;
    sign.bytes().next().filter(|byte| sign.len() == 1 && byte.is_ascii() && !byte.is_ascii_alphanumeric())
}

struct Lines {
    file: String,
    text: String,
    dialect: Dialect,
    /// Rows as `quotes` counted them.
    counted: u64,
    usual_cells: usize,
    /// Lines of rows that are one cell in marks each.
    within_marks: Vec<u64>,
    cut_off: Option<u64>,
    doubts: Vec<Doubt>,
}

impl Lines {
    fn of(file: &str, text: String, delimiter: u8, mut doubts: Vec<Doubt>) -> Result<Self, IngestError> {
        let (text, dialect, survey) = believed(text, delimiter);
        if let Some(line) = survey.open.first() {
            let place = Place { file: file.to_owned(), sheet: String::new(), row: *line, column: None };
            return Err(IngestError::OpenQuote { place: Box::new(place) });
        }
        doubts.extend(survey.odd.iter().map(|line| Doubt { check: "odd_quotes", line: *line }));
        doubts.extend(survey.halves.iter().map(|line| Doubt { check: "ragged_row", line: *line }));
        doubts.extend(survey.within_marks.iter().map(|line| Doubt { check: "row_in_quotes", line: *line }));
        doubts.sort_by_key(|doubt| doubt.line);
        doubts.dedup();
        let Survey { rows: counted, usual_cells, within_marks, cut_off, .. } = survey;
        // Whoever takes spaces off the end of a text takes the tabs of blank cells with them.
        let cut_off = cut_off.filter(|_| !delimiter.is_ascii_whitespace());
        Ok(Self { file: file.to_owned(), text, dialect, counted, usual_cells, within_marks, cut_off, doubts })
    }

    fn reader<'t>(&self, text: &'t str) -> csv::Reader<&'t [u8]> {
        let Dialect { delimiter, mark, quoted, backslash } = self.dialect;
        csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quote(mark)
            .quoting(quoted)
            .escape(backslash.then_some(b'\\'))
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes())
    }

    /// The cells of a row that is one cell in marks, as the reader has it: without them.
    fn within(&self, row: &csv::StringRecord) -> csv::StringRecord {
        let mut record = csv::StringRecord::new();
        // What the survey counted can be read.
        self.reader(&row[0]).read_record(&mut record).unwrap_or(false);
        record
    }
}

/// The way of quoting by which the file has the fewest faults: RFC 4180, with a space before the mark, with a mark
/// escaped by a backslash as databases write it, or, in a file of tabs, none.
fn believed(text: String, delimiter: u8) -> (String, Dialect, Survey) {
    let text = with_plain_marks(&text, char::from(delimiter)).unwrap_or(text);
    let dialect = Dialect { delimiter, mark: b'"', quoted: true, backslash: false };
    let mut best = (dialect, None::<String>, survey(&text, dialect));
    if best.2.sound == 0 && best.2.faults() == 0 && has_header_in(&text, char::from(delimiter), ['\'', '\'']) {
        let dialect = Dialect { mark: b'\'', ..dialect };
        let found = survey(&text, dialect);
        return (text, dialect, found);
    }
    if let Some(close) = without_spaces_before_quotes(&text, delimiter) {
        let found = survey(&close, best.0);
        if found.faults() < best.2.faults() || (found.faults() == 0 && found.sound > best.2.sound) {
            best = (best.0, Some(close), found);
        }
    }
    let text = |close: &Option<String>| close.clone().map_or(Cow::Borrowed(text.as_str()), Cow::Owned);
    if best.2.faults() > 0 && text(&best.1).contains("\\\"") {
        let dialect = Dialect { backslash: true, ..best.0 };
        let found = survey(&text(&best.1), dialect);
        if found.faults() < best.2.faults() {
            best = (dialect, best.1, found);
        }
    }
    if best.2.faults() > 0 && delimiter == b'\t' && best.2.sound == 0 {
        let dialect = Dialect { quoted: false, ..best.0 };
        let found = survey(&text(&best.1), dialect);
        if found.all_alike {
            best = (dialect, best.1, found);
        }
    }
    let (dialect, close, found) = best;
    (close.unwrap_or(text(&None).into_owned()), dialect, found)
}

/// Whether one of the first lines has cells of which every one stands between such marks.
fn has_header_in(text: &str, delimiter: char, [open, close]: [char; 2]) -> bool {
    const LINES: usize = 20;
    const FEWEST: usize = 3;
    let is_marked = |cell: &str| cell.len() > 2 && cell.starts_with(open) && cell.ends_with(close);
    text.lines().take(LINES).any(|line| {
        let mut cells = line.trim().split(delimiter);
        line.starts_with(open) && cells.clone().count() >= FEWEST && cells.all(is_marked)
    })
}

/// The text with plain marks at both ends of cells, where a word processor made typographic ones of them; none where it did not.
fn with_plain_marks(text: &str, delimiter: char) -> Option<String> {
    const MARKS: [char; 2] = ['“', '”'];
    if !text.contains(MARKS[0]) || !has_header_in(text, delimiter, MARKS) {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    let (mut before, mut within) = ('\n', false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_end = |letter: char| letter == delimiter || matches!(letter, '\r' | '\n');
        let opens = !within && letter == MARKS[0] && is_end(before);
        let closes = within && letter == MARKS[1] && letters.peek().is_none_or(|next| is_end(*next));
        within = opens || within && !closes;
        match letter {
            _ if opens || closes => plain.push('"'),
            '"' if within => plain.push_str("\"\""),
            letter => plain.push(letter),
        }
        before = letter;
    }
    Some(plain)
}

/// The text without the spaces that some programs write between a delimiter and a quotation mark; none where it has none.
fn without_spaces_before_quotes(text: &str, delimiter: u8) -> Option<String> {
    // Most files have none, and looking for a text is quick.
    if !text.contains(" \"") {
        return None;
    }
    let bytes = text.as_bytes();
    let mut kept = String::new();
    let (mut from, mut at, mut within) = (0, 0, false);
    while at < bytes.len() {
        if bytes[at] == b'"' {
            within = !within;
        } else if !within && bytes[at] == delimiter {
            let spaces = bytes[at + 1..].iter().take_while(|byte| **byte == b' ').count();
            if spaces > 0 && bytes.get(at + 1 + spaces) == Some(&b'"') {
                kept.push_str(&text[from..=at]);
                from = at + 1 + spaces;
                at += spaces;
            }
        }
        at += 1;
    }
    (from > 0).then(|| kept + &text[from..])
}

impl Rows for Lines {
    fn walk(&self, each: &mut EachRow<'_>) -> Result<(), IngestError> {
        let mut reader = self.reader(&self.text);
        let mut record = csv::StringRecord::new();
        let skipped = u64::from(said(&self.text).is_some());
        // The reader's own count of lines stops between a carriage return and its line feed.
        let (mut line, mut counted, mut read) = (1, 0, 0);
        // The text is in memory and is UTF-8, so that the reader has nothing left to fail at.
        while reader.read_record(&mut record).unwrap_or(false) {
            let from = record.position().map_or(0, |position| position.byte() as usize);
            line += line_ends(&self.text.as_bytes()[counted..], from - counted, &mut counted);
            read += 1;
            if read <= skipped {
                continue;
            }
            let within = self.within_marks.binary_search(&line).is_ok().then(|| self.within(&record));
            let cells: Vec<Cell<'_>> = within.as_ref().unwrap_or(&record).iter().map(cell).collect();
            if each(line, &cells)?.is_break() {
                return Ok(());
            }
        }
        let (file, counted) = (self.file.clone(), self.counted);
        if read == counted { Ok(()) } else { Err(IngestError::OtherCount { file, read, counted }) }
    }

    fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }

    fn usual_cells(&self) -> Option<usize> {
        Some(self.usual_cells)
    }

    fn cut_off(&self) -> Option<u64> {
        self.cut_off
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

/// The error values of spreadsheets, as they stand in a text.
const FAULTS: [&str; 17] = [
    "[Error]",
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BUSY!",
    "#GETTING_DATA",
    "#BLOCKED!",
    "#CONNECT!",
    "#UNKNOWN!",
    "#EXTERNAL!",
];

fn cell(text: &str) -> Cell<'_> {
    // A column too narrow for its number was written as it showed.
    let narrow = |text: &str| text.len() > 2 && text.bytes().all(|byte| byte == b'#');
    if text.chars().all(blank) {
        Cell::Blank
    } else if text.starts_with(['#', '[']) && (FAULTS.contains(&text.trim()) || narrow(text.trim())) {
        Cell::Fault
    } else {
        Cell::Text(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::ControlFlow;

    fn read(text: &str, delimiter: u8) -> Vec<String> {
        let lines = Lines::of("cases.csv", text.to_owned(), delimiter, Vec::new()).expect("marks that pair");
        let mut rows = Vec::new();
        let mut each = |line: u64, cells: &[Cell<'_>]| {
            let text = |cell: &Cell<'_>| if let Cell::Text(text) = cell { (*text).to_owned() } else { "-".to_owned() };
            rows.push(format!("{line} {}", cells.iter().map(text).collect::<Vec<_>>().join("/")));
            Ok(ControlFlow::Continue(()))
        };
        lines.walk(&mut each).expect("as many rows as counted");
        rows
    }

    #[test]
    fn a_row_that_is_one_cell_in_marks_is_read_as_the_row_within() {
        let text = "r,a,b,c,d\n\"1,x,\"\"y, z\"\",,w\"\n2,x,y,z,w\n3,x,y,z,w\n";
        assert_eq!(read(text, b','), ["1 r/a/b/c/d", "2 1/x/y, z/-/w", "3 2/x/y/z/w", "4 3/x/y/z/w"]);
    }

    #[test]
    fn where_every_cell_of_the_header_is_in_single_marks_these_quote() {
        let text = "'r','a','b'\n'1','x, y','it''s'\n2,'O''Made',\n";
        assert_eq!(read(text, b','), ["1 r/a/b", "2 1/x, y/it's", "3 2/O'Made/-"]);
        assert_eq!(read("r,a,b\n1,'x','y'\n", b','), ["1 r/a/b", "2 1/'x'/'y'"], "a value may begin with one");
    }

    #[test]
    fn where_a_word_processor_curled_the_marks_of_every_header_they_quote() {
        let text = "“r”,“a”,“b”\r\n“1”,“x, y”,“said “no” and \"yes\"”\n2,a “b”,“”\n";
        assert_eq!(read(text, b','), ["1 r/a/b", "2 1/x, y/said “no” and \"yes\"", "3 2/a “b”/-"]);
        assert_eq!(read("r,a,b\n1,“x”,y\n", b','), ["1 r/a/b", "2 1/“x”/y"], "a value may have them");
    }

    #[test]
    fn marks_behind_a_space_are_marks() {
        assert_eq!(read("a, b, c\n1, \"x, y\", \"z\"\n", b','), ["1 a/ b/ c", "2 1/x, y/z"]);
        assert_eq!(read("a, b\n1, \"x\" is it\n", b','), ["1 a/ b", "2 1/ \"x\" is it"], "and here they are not");
    }

    #[test]
    fn marks_behind_a_backslash_are_marks_within_the_cell() {
        assert_eq!(read("a,b\n1,\"said \\\"no\\\", twice\"\n", b','), ["1 a/b", "2 1/said \"no\", twice"]);
        assert_eq!(read("a,b\n1,\"C:\\dir\\\"\n", b','), ["1 a/b", "2 1/C:\\dir\\"]);
    }

    #[test]
    fn a_file_of_tabs_may_have_marks_that_quote_nothing() {
        assert_eq!(read("a\tb\n1\t\"unhappy\n2\tx\n", b'\t'), ["1 a/b", "2 1/\"unhappy", "3 2/x"]);
        assert_eq!(read("a\tb\n1\t\"x\ty\"\n", b'\t'), ["1 a/b", "2 1/x\ty"]);
    }

    #[test]
    fn a_mark_that_opens_in_the_header_is_named_and_hides_no_delimiter() {
        let text = "\"a,b,c\n1,2,3\n4,5,6\n";
        assert_eq!(found(text, &BTreeSet::new()).map(|(delimiter, _)| delimiter), Some(b','));
        let error = Lines::of("cases.csv", text.to_owned(), b',', Vec::new()).err().expect("nothing closes it");
        assert!(error.to_string().starts_with("a quotation mark at cases.csv, line 1 opens"), "{error}");
    }

    #[test]
    fn a_first_line_that_names_the_delimiter_is_believed_and_is_no_row() {
        assert_eq!(said("sep=;\r\na;b\n"), Some(b';'));
        assert_eq!(read("sep=;\r\na;b\r\n1;2\r\n", b';'), ["2 a/b", "3 1/2"]);
    }

    #[test]
    fn a_count_that_is_another_stops() {
        let mut lines = Lines::of("cases.csv", "a,b\n1,2\n".to_owned(), b',', Vec::new()).expect("sound");
        lines.counted = 3;
        let error = lines.walk(&mut |_, _| Ok(ControlFlow::Continue(()))).expect_err("two rows are not three");
        assert_eq!(error.to_string(), "cases.csv was read as 2 rows, and has 3");
    }

    #[test]
    fn what_is_no_table_is_called_by_its_name() {
        assert!(other_content("ID;PWXL;N;E\nC;Y1;X1;K\"Case ref\"\n").is_some_and(|what| what.contains("SYLK")));
        assert!(other_content("\u{feff}\n<html>").is_some_and(|what| what.contains("web page")));
        assert_eq!(other_content("ID;Place;Opened\n1;x;2025-01-01\n"), None, "a header may begin so");
    }

    #[test]
    fn a_line_that_no_case_has_is_refused_and_a_long_file_of_lines_is_not() {
        let opened = |bytes: Vec<u8>| open("a.csv".to_owned(), String::new(), bytes, "text", &BTreeSet::new());
        let line = |length| [b"ref,note\n1,".as_slice(), &vec![b'a'; length], b"\n"].concat();
        let refused = opened(line(LINE_BYTES_MAX)).err().expect("too long");
        assert_eq!(refused.to_string(), "a.csv holds a very long line, more than the 16 MiB that are read");
        assert!(opened(line(LINE_BYTES_MAX / 4).repeat(5)).is_ok());
    }
}
