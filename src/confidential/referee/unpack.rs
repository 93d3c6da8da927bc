//! What is packed inside bytes. Comes in: bytes. Goes out: the parts of archives, the texts of pictures, the runs of
//! base64 and hexadecimal digits, unpacked within bounds; and the bytes without what nobody reads as they stand. Deliberately
//! absent: reading what is in them.

use std::borrow::Cow;
use std::io::{Cursor, Read};
use std::ops::Range;

use flate2::bufread::{DeflateDecoder, ZlibDecoder};
use flate2::read::GzDecoder;

/// A part, or the word that it could not be unpacked within bounds.
pub(crate) struct Part {
    pub(crate) name: String,
    /// None where nobody knows what is in it.
    pub(crate) bytes: Option<Vec<u8>>,
}

/// Bytes that may still be unpacked of one file, and parts. What is larger is no report.
pub(crate) struct Budget {
    pub(crate) bytes: u64,
    pub(crate) parts: usize,
}

impl Budget {
    pub(crate) const fn of_a_file() -> Self {
        Self { bytes: 256 << 20, parts: 20_000 }
    }
    fn read(&mut self, from: impl Read) -> Option<Vec<u8>> {
        self.parts = self.parts.checked_sub(1)?;
        let mut bytes = Vec::new();
        // One byte more than is left tells that it was too much.
        from.take(self.bytes + 1).read_to_end(&mut bytes).ok()?;
        self.bytes = self.bytes.checked_sub(bytes.len() as u64)?;
        Some(bytes)
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The parts of a container; none where the bytes are none.
pub(crate) fn parts(bytes: &[u8], budget: &mut Budget) -> Vec<Part> {
    if bytes.starts_with(b"PK\x03\x04") {
        zip_parts(bytes, budget)
    } else if bytes.starts_with(&[0x1F, 0x8B]) {
        vec![Part { name: "gzip".to_owned(), bytes: budget.read(GzDecoder::new(bytes)) }]
    } else if bytes.starts_with(PNG) {
        png_texts(bytes, budget)
    } else {
        Vec::new()
    }
}

fn zip_parts(bytes: &[u8], budget: &mut Budget) -> Vec<Part> {
    let unknown = || vec![Part { name: "archive".to_owned(), bytes: None }];
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return unknown() };
    let mut parts = Vec::new();
    for at in 0..archive.len() {
        let Ok(entry) = archive.by_index(at) else { return unknown() };
        let name = format!("part {}", at + 1);
        let mut said = entry.name_raw().to_vec();
        said.push(b'\n');
        said.extend_from_slice(entry.comment().as_bytes());
        let bytes = budget.read(entry);
        // Names could hold a name; a place may not, so parts are numbered.
        parts.push(Part { name: format!("{name}, its name"), bytes: Some(said) });
        let whole = bytes.is_some();
        parts.push(Part { name, bytes });
        if !whole {
            break;
        }
    }
    parts
}

/// The chunks of a picture: kind, and the bytes of its body.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8], Range<usize>)> {
    let mut at = PNG.len();
    std::iter::from_fn(move || {
        let length = u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?) as usize;
        let kind = bytes.get(at + 4..at + 8)?;
        let body = at + 8..(at + 8).checked_add(length).filter(|end| *end <= bytes.len())?;
        at = body.end + 4;
        Some((kind, body))
    })
}

fn png_texts(bytes: &[u8], budget: &mut Budget) -> Vec<Part> {
    let mut parts = Vec::new();
    for (kind, body) in chunks(bytes) {
        let body = &bytes[body];
        let name = "picture text".to_owned();
        // Keyword, zero, one byte of method, deflated text; the international kind has more zeros before it.
        let deflated = match kind {
            b"zTXt" => body.iter().position(|byte| *byte == 0).and_then(|zero| body.get(zero + 2..)),
            b"iTXt" => {
                body.windows(2).position(|pair| pair == [0x78, 0x9C] || pair == [0x78, 0xDA]).map(|at| &body[at..])
            }
            _ => None,
        };
        if let Some(deflated) = deflated {
            parts.push(Part { name: name.clone(), bytes: budget.read(ZlibDecoder::new(deflated)) });
        }
        if matches!(kind, b"tEXt" | b"zTXt" | b"iTXt") {
            parts.push(Part { name, bytes: Some(body.to_vec()) });
        }
    }
    parts
}

/// The bytes with blanks in place of what is packed and looked at unpacked, and of runs of digits that are known to say nothing of
/// anybody: a digest of what is released, the typeface of the page. In hundreds of kilobytes of such noise somebody's postcode or
/// reference turns up by chance, and no reader would see it there.
pub(crate) fn without_noise(bytes: &[u8], is_known: impl Fn(&[u8]) -> bool) -> Cow<'_, [u8]> {
    let packed = if bytes.starts_with(b"PK\x03\x04") {
        packed_parts(bytes)
    } else if bytes.starts_with(PNG) {
        packed_pixels(bytes)
    } else {
        Vec::new()
    };
    let known = digit_runs(bytes).filter(|run| is_known(&bytes[run.clone()]));
    let noise: Vec<Range<usize>> = known.chain(packed).collect();
    if noise.is_empty() {
        return Cow::Borrowed(bytes);
    }
    let mut shown = bytes.to_vec();
    noise.into_iter().for_each(|noise| shown[noise].fill(b' '));
    Cow::Owned(shown)
}

/// Where an archive has deflated parts, each up to its last byte: what follows within a part is looked at as it stands.
fn packed_parts(bytes: &[u8]) -> Vec<Range<usize>> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Vec::new() };
    let mut budget = Budget::of_a_file();
    let places = (0..archive.len()).filter_map(|at| {
        let entry = archive.by_index_raw(at).ok()?;
        let start = usize::try_from(entry.data_start()?).ok()?;
        let place = start..start.checked_add(usize::try_from(entry.compressed_size()).ok()?)?;
        let mut rest = bytes.get(place.clone()).filter(|_| entry.compression() == zip::CompressionMethod::Deflated)?;
        budget.read(DeflateDecoder::new(&mut rest)).filter(|_| rest.is_empty()).map(|_| place)
    });
    places.collect()
}

/// Where a picture has its pixels, where they end with the last of its chunks.
fn packed_pixels(bytes: &[u8]) -> Vec<Range<usize>> {
    let places: Vec<Range<usize>> = chunks(bytes).filter(|(kind, _)| *kind == b"IDAT").map(|(_, body)| body).collect();
    let pixels: Vec<u8> = places.iter().flat_map(|place| &bytes[place.clone()]).copied().collect();
    let mut rest = pixels.as_slice();
    let unpacked = Budget::of_a_file().read(ZlibDecoder::new(&mut rest));
    if unpacked.is_some() && rest.is_empty() { places } else { Vec::new() }
}

/// Shorter runs of digits spell no more than a few letters.
const RUN_MIN: usize = 12;

/// Digits of base64, plain and for addresses.
const IS_DIGIT: [bool; 256] = {
    let mut is_digit = [false; 256];
    let mut byte = 0_u8;
    loop {
        is_digit[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
        if byte == u8::MAX {
            break is_digit;
        }
        byte += 1;
    }
};

/// The runs of digits of base64 that are long enough to spell something.
fn digit_runs(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let is_digit = |at: usize| bytes.get(at).is_some_and(|byte| IS_DIGIT[usize::from(*byte)]);
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            // A run that begins in the next bytes and is long enough has its digit here.
            let probe = at + RUN_MIN - 1;
            if !is_digit(probe) {
                at = probe + 1;
                continue;
            }
            let start = (at..probe).rev().find(|at| !is_digit(*at)).map_or(at, |before| before + 1);
            let length = (start..).take_while(|at| is_digit(*at)).count();
            at = start + length + 1;
            if length >= RUN_MIN {
                return Some(start..start + length);
            }
        }
        None
    })
}

/// Base64 and hexadecimal runs of a text that spell a text or a container.
pub(crate) fn runs(text: &str) -> Vec<Part> {
    let bytes = text.as_bytes();
    let spelled = digit_runs(bytes).flat_map(|place| {
        let (start, run) = (place.start, &bytes[place]);
        [("hexadecimal", hexadecimal(run)), ("base64", base64(run))].into_iter().filter_map(move |(name, bytes)| {
            let bytes = bytes.filter(|bytes| is_legible(bytes))?;
            Some(Part { name: format!("{name} at byte {start}"), bytes: Some(bytes) })
        })
    });
    spelled.collect()
}

/// A container, or text through and through.
fn is_legible(bytes: &[u8]) -> bool {
    let container = [PNG, b"PK\x03\x04", &[0x1F, 0x8B]].iter().any(|magic| bytes.starts_with(magic));
    container
        || std::str::from_utf8(bytes)
            .is_ok_and(|text| !text.chars().any(|letter| letter.is_control() && !letter.is_whitespace()))
}

fn hexadecimal(run: &[u8]) -> Option<Vec<u8>> {
    if !run.len().is_multiple_of(2) {
        return None;
    }
    run.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

fn base64(run: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(run.len() / 4 * 3);
    for chunk in run.chunks(4) {
        let mut bits = 0_u32;
        for byte in chunk {
            let digit = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' | b'-' => 62,
                b'/' | b'_' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(digit);
        }
        bits <<= 6 * (4 - chunk.len());
        // Four digits are three bytes, three two, two one; one is none.
        out.extend_from_slice(&bits.to_be_bytes()[1..chunk.len().max(1)]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Vec<String> {
        let bytes = runs(text).into_iter().filter_map(|part| part.bytes);
        bytes.map(|bytes| String::from_utf8(bytes).expect("text")).collect()
    }

    #[test]
    fn runs_of_digits_that_spell_a_text_are_spelled_out() {
        assert_eq!(spelled("x,SmFuZSBFeGFtcGxl;"), ["Jane Example"]);
        assert_eq!(spelled("src=SmFuZSBFeGFtcGxlcw=="), ["Jane Examples"]);
        assert_eq!(spelled("4a616e65204578616d706c65"), ["Jane Example"]);
    }

    #[test]
    fn a_digest_and_a_long_word_spell_nothing() {
        assert_eq!(spelled(&model::digest::sha256(b"")), [""; 0]);
        assert_eq!(spelled("Representativeness of correspondence/acknowledgements"), [""; 0]);
    }

    #[test]
    fn an_archive_larger_than_the_budget_is_not_inspected() {
        let mut budget = Budget { bytes: 10, parts: 5 };
        let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut zipped, &[b'a'; 1000]).expect("a vector takes all");
        let parts = parts(&zipped.finish().expect("a vector takes all"), &mut budget);
        assert!(parts[0].bytes.is_none());
    }
}
