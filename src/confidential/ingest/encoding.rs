//! Decides in which encoding a text export is written, with the line of each doubt. Comes in: bytes. Goes out: text.
//! A mark at the beginning is believed; a stray byte in a UTF-8 file stays one stray byte; two encodings in one file stop.
//! Deliberately absent: cells. What encodings mean is `encoding_rs`'s, which of them letters are likely in is `chardetng`'s;
//! the code page of DOS is a table here.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{MACINTOSH, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::ingest::error::IngestError;
use crate::ingest::table::Doubt;

/// Doubts of one kind that are kept; a file in which every line is doubtful is not the better for a list of all.
const KEPT: usize = 10_000;

/// A text, and what it was written in.
#[derive(Debug, PartialEq)]
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) encoding: &'static str,
    pub(super) doubts: Vec<Doubt>,
}

/// Whether bytes without a mark are a text, also one with a stray NUL in it, or with many at its end, where a disk had room
/// for more than was written.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let bytes = without_padding(bytes);
    if !bytes.contains(&0) {
        return true;
    }
    let nuls = bytes.iter().filter(|byte| **byte == 0).count();
    wide(bytes).is_some() || nuls <= (bytes.len() / 100).max(1)
}

fn without_padding(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    // One belongs to the last letter of UTF-16.
    &bytes[..bytes.len().min(end + 1)]
}

/// UTF-16 without a mark: every other byte of a text of ASCII letters is zero.
fn wide(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    if !bytes.contains(&0) {
        return None;
    }
    let zeros = |first: usize| bytes.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), bytes.len() / 2);
    let most = |zeros: usize, others: usize| half >= 8 && zeros * 10 >= half * 6 && others * 50 <= half;
    if most(odd, even) {
        Some(UTF_16LE)
    } else if most(even, odd) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The text of a file.
///
/// # Errors
/// [`IngestError::TwoEncodings`] with the first line that is not as the others are.
pub(super) fn decode(file: &str, bytes: Vec<u8>) -> Result<Decoded, IngestError> {
    let mut decoded = if bytes.starts_with(&[0xFF, 0xFE]) {
        by(UTF_16LE, &bytes, "UTF-16")
    } else if bytes.starts_with(&[0xFE, 0xFF]) {
        by(UTF_16BE, &bytes, "UTF-16")
    } else if let Some(encoding) = wide(&bytes) {
        by(encoding, &bytes, "UTF-16 without a mark")
    } else {
        narrow(file, bytes)?
    };
    if decoded.text.ends_with('\0') {
        // Only their first line is named; how many there are says nothing.
        let end = decoded.text.trim_end_matches('\0').len();
        decoded.text.truncate(end + 1);
    }
    if decoded.text.contains('\0') {
        let lines = lines_where(decoded.text.as_bytes(), |line| line.contains(&0));
        decoded.doubts.extend(lines.map(|line| Doubt { check: "nul_character", line }).take(KEPT));
        decoded.text.retain(|character| character != '\0');
    }
    // DOS ended its files so.
    if decoded.text.ends_with('\u{1a}') {
        decoded.text.truncate(decoded.text.trim_end_matches('\u{1a}').len());
    }
    Ok(decoded)
}

fn by(encoding: &'static encoding_rs::Encoding, bytes: &[u8], name: &'static str) -> Decoded {
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    let text = text.into_owned();
    let doubts = bad_characters(&text);
    Decoded { text, encoding: name, doubts }
}

/// Lines of a decoded text in which something could not be decoded.
fn bad_characters(text: &str) -> Vec<Doubt> {
    if !text.contains('\u{fffd}') {
        return Vec::new();
    }
    let bad = |line: &[u8]| line.windows(3).any(|bytes| bytes == "\u{fffd}".as_bytes());
    lines_where(text.as_bytes(), bad).map(|line| Doubt { check: "bad_character", line }).take(KEPT).collect()
}

/// Lines of `ZoÃ«`: a program took UTF-8 for Windows-1252 before it wrote the file.
fn read_wrongly_before(text: &str) -> Vec<Doubt> {
    if text.is_ascii() {
        return Vec::new();
    }
    let sign = |next: char| !next.is_ascii() && !next.is_alphabetic();
    let found = |mark: &'static str| text.match_indices(mark).map(|(at, mark)| at + mark.len());
    let wrong = |end: &usize| text[*end..].starts_with(sign);
    let mut ends: Vec<usize> = found("Ã").chain(found("Â")).filter(wrong).chain(found("â€")).collect();
    ends.sort_unstable();
    let (mut from, mut line) = (0, 1);
    let mut doubts = Vec::new();
    for end in ends {
        line += line_ends(&text.as_bytes()[from..end]);
        from = end;
        doubts.push(Doubt { check: "unlikely_letters", line });
    }
    doubts.dedup();
    doubts.truncate(KEPT);
    doubts
}

/// Line ends of any kind, one of two characters counted once.
fn line_ends(text: &[u8]) -> u64 {
    let ends = |at: usize| match text[at] {
        b'\n' => true,
        b'\r' => text.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    (0..text.len()).filter(|at| ends(*at)).count() as u64
}

fn narrow(file: &str, mut bytes: Vec<u8>) -> Result<Decoded, IngestError> {
    let marked = bytes.starts_with(&[0xEF, 0xBB, 0xBF]);
    if marked {
        bytes.drain(..3);
    }
    let name = if marked { "UTF-8 with a byte order mark" } else { "UTF-8" };
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => {
            let doubts = [bad_characters(&text), read_wrongly_before(&text)].concat();
            return Ok(Decoded { text, encoding: name, doubts });
        }
        Err(error) => error.into_bytes(),
    };
    let sound = lines_where(&bytes, |line| !line.is_ascii() && std::str::from_utf8(line).is_ok()).count();
    let mut unsound = lines_where(&bytes, |line| std::str::from_utf8(line).is_err());
    let first = unsound.next().unwrap_or(1);
    let unsound = 1 + unsound.count();
    // No text of one encoding is a text of UTF-8 by chance: two lines of it are no accident, and neither are many that
    // are none.
    if unsound > 2 && (sound > 1 || marked) && unsound * 10 >= sound {
        return Err(IngestError::TwoEncodings { file: file.to_owned(), line: first });
    }
    if marked || sound > 1 || (sound == 1 && unsound < 3) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let doubts = bad_characters(&text);
        return Ok(Decoded { text, encoding: name, doubts });
    }
    Ok(one_byte_each(&bytes))
}

/// Windows-1252, unless another encoding of one byte a letter makes likelier words of it.
fn one_byte_each(bytes: &[u8]) -> Decoded {
    let text = WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
    let unlikely = letters(&text).filter(|letter| letter.is_unlikely()).count();
    let guessed = guessed(&text, bytes);
    if unlikely == 0 {
        // Letters of other languages that are letters here, too: what they are a person can say, and only that.
        let differ = |(name, other): (&'static str, String)| (other != text).then_some(name);
        let doubts = if guessed.and_then(differ).is_some() { beyond_ascii(bytes) } else { Vec::new() };
        return Decoded { text, encoding: "Windows-1252", doubts };
    }
    let (mut best, mut encoding) = ((unlikely, 0), "Windows-1252");
    let mut chosen = text;
    let others = [
        ("Mac Roman", MACINTOSH.decode_without_bom_handling(bytes).0.into_owned()),
        ("code page 850", bytes.iter().map(|byte| code_page_850(*byte)).collect()),
    ];
    for (name, text) in others.into_iter().chain(guessed) {
        let unlikely = letters(&text).filter(|letter| letter.is_unlikely()).count();
        let common: usize = letters(&text).map(|letter| letter.frequency()).sum();
        // Half as many unlikely ones, or as many and more of the letters that names have.
        let better = unlikely * 2 <= best.0 && (unlikely < best.0 || common > best.1);
        if better {
            (best, encoding, chosen) = ((unlikely, common), name, text);
        }
    }
    Decoded { text: chosen, encoding, doubts: beyond_ascii(bytes) }
}

fn beyond_ascii(bytes: &[u8]) -> Vec<Doubt> {
    let odd = lines_where(bytes, |line| !line.is_ascii());
    odd.map(|line| Doubt { check: "unlikely_letters", line }).take(KEPT).collect()
}

/// The text in the encoding in which its letters are likeliest, where that is another one of one byte a letter. `text` is
/// what Windows-1252 makes of it, whose signs (`£5`, `½`, dashes) are no letters of another encoding.
fn guessed(text: &str, bytes: &[u8]) -> Option<(&'static str, String)> {
    let mut signs = letters(text).map(|letter| !letter.itself.is_alphabetic() && !letter.is_unlikely());
    let heard: Vec<u8> =
        bytes.iter().map(|byte| if !byte.is_ascii() && signs.next() == Some(true) { b' ' } else { *byte }).collect();
    if heard.is_ascii() {
        return None;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&heard, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let is_other = encoding.is_single_byte() && encoding != WINDOWS_1252;
    is_other.then(|| (encoding.name(), encoding.decode_without_bom_handling(bytes).0.into_owned()))
}

/// A letter or sign beyond ASCII, with what stands beside it.
struct Letter {
    before: Option<char>,
    itself: char,
    after: Option<char>,
}

fn letters(text: &str) -> impl Iterator<Item = Letter> + '_ {
    text.char_indices().filter(|(_, itself)| !itself.is_ascii()).map(|(at, itself)| Letter {
        before: text[..at].chars().next_back(),
        itself,
        after: text[at + itself.len_utf8()..].chars().next(),
    })
}

impl Letter {
    /// Whether no word is written so: `cafŽ`, `Zo‘`, `Jˆrg`, `œ5`.
    fn is_unlikely(&self) -> bool {
        let letter = |character: Option<char>| character.is_some_and(char::is_alphabetic);
        let (before, after) = (letter(self.before), letter(self.after));
        match self.itself {
            '\u{80}'..='\u{9f}' | '\u{fffd}' | '\u{2500}'..='\u{259f}' => true,
            '’' | '–' | '—' | '…' | '´' | '·' | '\u{a0}' | '\u{ad}' => false,
            '£' | '¯' | '¥' => before || after,
            '‘' | '“' | '‚' | '„' | '‰' | 'ˆ' | '˜' | '‹' | '¸' | '¨' | '¬' | '¤' | '¶' => before,
            'ƒ' | '”' | '•' | '†' | '‡' | '›' | '×' | '÷' | '‗' => before && after,
            own if own.is_alphabetic() => {
                let digit = |beside: Option<char>| beside.is_some_and(|beside| beside.is_ascii_digit());
                let lower = self.before.is_some_and(char::is_lowercase);
                (own.is_uppercase() && lower) || digit(self.after) || (digit(self.before) && !matches!(own, 'º' | 'ª'))
            }
            // Another sign between two letters is no word.
            _ => before && after,
        }
    }

    /// How often names of these parts have the letter, roughly.
    fn frequency(&self) -> usize {
        match self.itself {
            'é' | 'É' => 10,
            'ë' | 'è' | 'ö' | 'ü' | '£' | '’' => 5,
            'á' | 'í' | 'ó' | 'ñ' | 'ç' | 'ï' | 'ä' | 'ê' | 'ô' => 4,
            'à' | 'â' | 'î' | 'ø' | 'å' | 'ú' | 'û' | 'Ö' | 'Ü' | 'Á' | 'Ó' => 2,
            _ => 0,
        }
    }
}

/// The code page of DOS in Western Europe, which `encoding_rs` does not have.
fn code_page_850(byte: u8) -> char {
    const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";
    match byte {
        0..=0x7F => char::from(byte),
        _ => UPPER.chars().nth(usize::from(byte - 0x80)).unwrap_or('\u{fffd}'),
    }
}

/// The numbers of the lines that are so, from 1.
fn lines_where(text: &[u8], is_so: impl Fn(&[u8]) -> bool) -> impl Iterator<Item = u64> {
    let (mut rest, mut number) = (Some(text), 0);
    std::iter::from_fn(move || {
        while let Some(text) = rest {
            let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(text.len());
            let both = text[end..].starts_with(b"\r\n");
            rest = text.get(end + 1 + usize::from(both)..);
            number += 1;
            if is_so(&text[..end]) {
                return Some(number);
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Decoded {
        decode("cases.csv", bytes.to_vec()).expect("one encoding")
    }

    fn doubts(decoded: &Decoded) -> Vec<(&str, u64)> {
        decoded.doubts.iter().map(|doubt| (doubt.check, doubt.line)).collect()
    }

    #[test]
    fn bytes_that_are_no_utf8_are_read_as_windows_1252() {
        let plain = decoded(b"Zo\xEB \x93caf\xE9\x94 \xA35, O\x92Neil, 5\xBD hours \x96 ok\x85");
        assert_eq!(plain.text, "Zoë “café” £5, O’Neil, 5½ hours – ok…");
        assert_eq!((plain.encoding, doubts(&plain)), ("Windows-1252", vec![]));
        let marked = decoded("\u{feff}Zoë".as_bytes());
        assert_eq!((marked.text.as_str(), marked.encoding), ("Zoë", "UTF-8 with a byte order mark"));
    }

    #[test]
    fn a_stray_byte_stays_one_stray_byte_and_its_line_is_said() {
        let mut bytes = "a,Zoë\r\nb,Zoë\r\nc,caf".as_bytes().to_vec();
        bytes.extend(b"\xE9\r\nd,Zo\xC3");
        let decoded = decoded(&bytes);
        assert_eq!(decoded.text, "a,Zoë\r\nb,Zoë\r\nc,caf\u{fffd}\r\nd,Zo\u{fffd}");
        assert_eq!((decoded.encoding, doubts(&decoded)), ("UTF-8", vec![("bad_character", 3), ("bad_character", 4)]));
    }

    #[test]
    fn what_another_program_lost_before_is_said() {
        assert_eq!(
            doubts(&decoded("a\nZoÃ«\nlater â€“ much\n".as_bytes())),
            [("unlikely_letters", 2), ("unlikely_letters", 3)]
        );
        assert_eq!(doubts(&decoded("a\nZo\u{fffd}\n".as_bytes())), [("bad_character", 2)]);
        assert_eq!(doubts(&decoded("São João, Ângela\n\u{1a}".as_bytes())), []);
        assert_eq!(decoded(b"a\n\x1a").text, "a\n");
    }

    #[test]
    fn two_encodings_stop_at_the_first_line_of_the_other() {
        for (utf8, others) in [(30, 30), (2, 40), (40, 4)] {
            let mut bytes = "Zoë\n".repeat(utf8).into_bytes();
            bytes.extend(b"Zo\xEB\n".repeat(others));
            let error = decode("cases.csv", bytes).expect_err("two");
            assert_eq!(
                error.to_string(),
                format!("cases.csv, line {} is in another encoding than other lines", utf8 + 1)
            );
        }
    }

    #[test]
    fn mac_roman_and_the_code_page_of_dos_are_known_by_unlikely_letters() {
        let mac = decoded(b"Zo\x91\ncaf\x8E\nJ\x9Arg\n");
        assert_eq!((mac.text.as_str(), mac.encoding), ("Zoë\ncafé\nJörg\n", "Mac Roman"));
        assert_eq!(doubts(&mac), [("unlikely_letters", 1), ("unlikely_letters", 2), ("unlikely_letters", 3)]);
        let dos = decoded(b"Zo\x89\ncaf\x82\nJ\x94rg\n\x9C5\n");
        assert_eq!((dos.text.as_str(), dos.encoding), ("Zoë\ncafé\nJörg\n£5\n", "code page 850"));
        assert_eq!(decoded(b"Zo\x91 I\n").text, "Zoë I\n", "a single one");
    }

    #[test]
    fn letters_of_central_europe_and_turkey_are_known_or_said() {
        let written = |text: &str, encoding: &'static encoding_rs::Encoding| {
            let text: String = ["Case ref,Child name", text, "SP-2,Ann Made"].join("\n");
            decoded(&encoding.encode(&text).0)
        };
        let polish = written("SP-1,Łukasz Żak\nSP-3,Małgorzata Wójcik", encoding_rs::WINDOWS_1250);
        assert_eq!(polish.encoding, "windows-1250");
        assert!(polish.text.contains("Łukasz Żak") && polish.text.contains("Małgorzata Wójcik"));
        assert_eq!(doubts(&polish), [("unlikely_letters", 2), ("unlikely_letters", 3)]);
        // Letters that are letters in both: nothing but a person tells.
        for (name, encoding) in [("Jiří Dvořák", encoding_rs::WINDOWS_1250), ("Ayşe Yıldız", encoding_rs::WINDOWS_1254)]
        {
            assert_eq!(doubts(&written(&format!("SP-1,{name}"), encoding)), [("unlikely_letters", 2)], "{name}");
        }
        let here = "SP-1,Zoë café René Müller Núñez François\nSP-3,£20 paid – 5½ hours at 20° °";
        let here = written(here, WINDOWS_1252);
        assert_eq!((here.encoding, doubts(&here)), ("Windows-1252", vec![]));
    }

    #[test]
    fn characters_that_are_none_at_the_end_of_a_file_are_left_out_and_said() {
        let mut bytes = b"Case ref,Notes\n1,a\n".to_vec();
        bytes.extend([0; 512]);
        assert!(is_text(&bytes));
        let padded = decoded(&bytes);
        assert_eq!((padded.text.as_str(), doubts(&padded)), ("Case ref,Notes\n1,a\n", vec![("nul_character", 3)]));
    }

    #[test]
    fn utf_16_is_known_without_its_mark_and_a_stray_nul_is_no_binary_file() {
        let wide: Vec<u8> = "Case ref,Notes\n1,a\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(is_text(&wide));
        assert_eq!(decoded(&wide).text, "Case ref,Notes\n1,a\n");
        let stray = b"Case ref,Notes\n1,a\0b\n";
        assert!(is_text(stray) && !is_text(&[0, 1, 2, 0, 3, 0, 0, 0, 4, 5, 0, 9]));
        let stray = decoded(stray);
        assert_eq!((stray.text.as_str(), doubts(&stray)), ("Case ref,Notes\n1,ab\n", vec![("nul_character", 2)]));
    }
}
