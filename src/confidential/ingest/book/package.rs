//! The zip archive that a workbook is. Comes in: bytes. Goes out: parts by the names that a workbook calls them by, in
//! UTF-8, unpacked no further than a limit. Names are folded, because programs write them with backslashes, in other case,
//! with `./` and `../`. Sizes are counted by unpacking, because the sizes that an archive states may be a lie.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

use encoding_rs::{Encoding, UTF_8};
use quick_xml::reader::Reader;
use zip::ZipArchive;

use crate::ingest::stream::Refused;

/// Parts of an archive; workbooks have some dozens.
const PARTS: usize = 10_000;
/// Bytes that all parts together unpack to; they are read as a stream, so that this is a matter of time, not of memory.
const UNPACKED: u64 = 2 << 30;

/// An opened archive.
pub(super) struct Package<'b> {
    archive: ZipArchive<Cursor<&'b [u8]>>,
    names: HashMap<String, usize>,
    budget: Budget,
}

/// Bytes that may still be unpacked.
#[derive(Clone)]
struct Budget(Rc<Cell<u64>>);

/// A part as XML.
pub(super) type Xml<'p> = Reader<Box<dyn BufRead + 'p>>;

impl<'b> Package<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Result<Self, Refused> {
        Self::within(UNPACKED, bytes)
    }

    fn within(limit: u64, bytes: &'b [u8]) -> Result<Self, Refused> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refused::Damaged)?;
        if archive.len() > PARTS {
            return Err(Refused::Parts);
        }
        let mut names = HashMap::new();
        for at in 0..archive.len() {
            // A part whose name or head is damaged is missing, and missed where it is needed.
            let Ok(entry) = archive.by_index_raw(at) else { continue };
            if entry.encrypted() {
                return Err(Refused::Password);
            }
            if let Ok(name) = entry.name() {
                names.insert(folded("", &name), at);
            }
        }
        Ok(Self { archive, names, budget: Budget(Rc::new(Cell::new(limit))) })
    }

    /// Whether unpacking came to its limit.
    pub(super) fn is_spent(&self) -> bool {
        self.budget.0.get() == 0
    }

    /// Names of the parts, folded, in their order.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<(&String, &usize)> = self.names.iter().collect();
        names.sort_by_key(|(_, at)| **at);
        names.into_iter().map(|(name, _)| name.clone()).collect()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// The bytes of a part.
    pub(super) fn bytes(&mut self, name: &str) -> Option<Box<dyn BufRead + '_>> {
        let entry = self.archive.by_index(*self.names.get(name)?).ok()?;
        Some(Box::new(BufReader::with_capacity(64 << 10, Counted { entry, budget: self.budget.clone() })))
    }

    /// A part as XML, whatever encoding it says it is in.
    pub(super) fn xml(&mut self, name: &str) -> Option<Xml<'_>> {
        let mut bytes = self.bytes(name)?;
        let encoding = encoding(bytes.fill_buf().ok()?);
        let text: Box<dyn BufRead + '_> = if encoding == UTF_8 {
            bytes
        } else {
            let mut whole = Vec::new();
            bytes.read_to_end(&mut whole).ok()?;
            let text = encoding.decode(&whole).0.into_owned();
            Box::new(Cursor::new(undeclared(&text).as_bytes().to_vec()))
        };
        Some(reader(text))
    }
}

/// XML as programs write it, an element without content like others.
pub(super) fn reader(text: Box<dyn BufRead + '_>) -> Xml<'_> {
    let mut reader = Reader::from_reader(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = false;
    reader
}

struct Counted<R> {
    entry: R,
    budget: Budget,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.entry.read(buffer)?;
        match self.budget.0.get().checked_sub(read as u64) {
            Some(left) if left > 0 || read == 0 => self.budget.0.set(left),
            Some(_) | None => {
                self.budget.0.set(0);
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
        Ok(read)
    }
}

/// The encoding of XML by its first bytes.
fn encoding(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    match bytes {
        [b'<', 0, ..] => return encoding_rs::UTF_16LE,
        [0, b'<', ..] => return encoding_rs::UTF_16BE,
        _ => {}
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let declared =
        head.strip_prefix("<?xml").and_then(|head| head.split_once("?>")).map(|(declaration, _)| declaration);
    let label = declared.and_then(|declaration| declaration.split_once("encoding")).and_then(|(_, rest)| {
        let quoted = rest.trim_start_matches([' ', '=']);
        let quote = quoted.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        quoted[1..].split(quote).next()
    });
    // XML that is declared as UTF-16 and has come as far as here is in single bytes.
    let found = label.and_then(|label| Encoding::for_label(label.as_bytes()));
    found.filter(|encoding| encoding.is_ascii_compatible()).unwrap_or(UTF_8)
}

/// XML without its declaration, which names an encoding that it is no longer in.
fn undeclared(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}');
    text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map_or(text, |(_, rest)| rest)
}

/// The name of a part as `target` in the folder of `base` calls it: no case, no backslash, no dots.
pub(super) fn folded(base: &str, target: &str) -> String {
    let target = unescaped(target).replace('\\', "/");
    let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    let from_root = target.starts_with('/');
    let steps = if from_root { "" } else { folder }.split('/').chain(target.split('/'));
    for step in steps {
        match step {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/").to_lowercase()
}

/// A target is an address, in which `%20` is a space.
fn unescaped(target: &str) -> String {
    let mut bytes = Vec::with_capacity(target.len());
    let mut rest = target.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn an_archive_that_unpacks_to_more_than_the_limit_is_read_no_further() {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer.start_file("xl/workbook.xml", options).expect("a new part");
        writer.write_all(&[b' '; 10_000]).expect("memory");
        let bytes = writer.finish().expect("memory").into_inner();
        assert!(bytes.len() < 500, "the bomb is small on disk");
        let read = |limit| {
            let mut package = Package::within(limit, &bytes).expect("an archive");
            let mut whole = Vec::new();
            let read = package.bytes("xl/workbook.xml").expect("the part").read_to_end(&mut whole);
            (read.is_ok(), package.is_spent())
        };
        assert_eq!((read(10_001), read(9_999)), ((true, false), (false, true)));
    }

    #[test]
    fn a_part_is_found_under_every_name_that_programs_give_it() {
        let names = ["worksheets/sheet1.xml", "./worksheets/sheet1.xml", "../xl/Worksheets/Sheet1.xml"];
        let more = ["/xl/worksheets/sheet1.xml", "worksheets\\sheet1.xml", "/XL/./worksheets/x/../sheet1%2Exml"];
        for name in names.into_iter().chain(more) {
            assert_eq!(folded("xl/workbook.xml", name), "xl/worksheets/sheet1.xml", "{name}");
        }
        assert_eq!(folded("workbook.xml", "sheet1.xml"), "sheet1.xml");
        assert_eq!(folded("", "../../etc/passwd"), "etc/passwd", "nothing is above the archive");
    }

    #[test]
    fn the_encoding_of_a_part_is_the_one_it_is_in() {
        assert_eq!(encoding(b"<?xml version='1.0' encoding='windows-1252'?>").name(), "windows-1252");
        assert_eq!(encoding(b"<?xml version=\"1.0\" encoding=\"UTF-16\"?>").name(), "UTF-8");
        assert_eq!((encoding(b"<\0w\0").name(), encoding(b"\xFE\xFF\0<").name()), ("UTF-16LE", "UTF-16BE"));
    }
}
