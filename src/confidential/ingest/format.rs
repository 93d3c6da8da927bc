//! Opens an export of any format. Comes in: a path. Goes out: its sheets, or why it is none. The bytes decide what a
//! file is; an ending that says otherwise is a fault, because somebody was mistaken about the file.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use model::digest::sha256;
use model::formula;

use crate::ingest::book::COMPOUND;
use crate::ingest::error::IngestError;
use crate::ingest::table::Export;
use crate::ingest::{csv, encoding, workbook};

/// Unpacked bytes that are read of one file; case exports of a county over ten years stay below a tenth of it.
pub(super) const LIMIT: u64 = 512 << 20;
pub(super) const LIMIT_WORDS: &str = "512 MiB";

/// What the first bytes of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Text,
    Gzip,
    /// A zip archive or a compound file, which is looked into by another process.
    Workbook,
    Pdf,
    Markup,
    Binary,
}

impl Content {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Gzip => "gzip data",
            Self::Workbook => "an archive, as a workbook is",
            Self::Pdf => "a PDF",
            Self::Markup => "a web page or XML",
            Self::Binary => "binary data",
        }
    }
}

/// Opens the file at `path`; `words` are the header words that sources know. Its name and those of its sheets stand in the report, so they are made inert.
pub(super) fn open(path: &Path, words: &BTreeSet<String>) -> Result<Export, IngestError> {
    let mut export = opened(path, words)?;
    export.file = formula::inert(&export.file);
    export.sheets.iter_mut().for_each(|sheet| sheet.name = formula::inert(&sheet.name));
    Ok(export)
}

fn opened(path: &Path, words: &BTreeSet<String>) -> Result<Export, IngestError> {
    let file = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    if file.starts_with("~$") || file.starts_with(".~lock.") {
        return Err(IngestError::LockFile { file });
    }
    let bytes = match disk::read_given(path, LIMIT) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Err(IngestError::TooLarge { file, what: "a very long file", limit: LIMIT_WORDS }),
        Err(error) if error.kind() == ErrorKind::IsADirectory => return Err(IngestError::Folder { file }),
        Err(error) if error.kind() == ErrorKind::InvalidInput => return Err(IngestError::NotAFile { file }),
        Err(error) => return Err(IngestError::Unreadable { file, reason: error.kind() }),
    };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(IngestError::Empty { file });
    }
    let digest = sha256(&bytes);
    let ending = path.extension().map_or_else(String::new, |ending| ending.to_string_lossy().to_lowercase());
    let content = content(&bytes);
    match (ending.as_str(), content) {
        ("csv" | "tsv" | "tab" | "txt", Content::Text) => csv::open(file, digest, bytes, "text", words),
        ("gz", Content::Gzip) => {
            let text = unpacked(&file, &bytes)?;
            let inner = self::content(&text);
            if text.iter().all(u8::is_ascii_whitespace) {
                Err(IngestError::Empty { file })
            } else if inner == Content::Text {
                csv::open(file, digest, text, "text, gzip", words)
            } else {
                Err(IngestError::WrongContent { file, ending, content: inner.words() })
            }
        }
        ("xlsx" | "xlsm" | "xlsb" | "xls" | "ods", Content::Workbook) => workbook::open(file, digest, ending, bytes),
        ("csv" | "tsv" | "tab" | "txt" | "gz" | "xlsx" | "xlsm" | "xlsb" | "xls" | "ods", other) => {
            Err(IngestError::WrongContent { file, ending, content: other.words() })
        }
        _ => Err(IngestError::UnknownEnding { file, ending }),
    }
}

fn unpacked(file: &str, bytes: &[u8]) -> Result<Vec<u8>, IngestError> {
    let mut text = Vec::new();
    let read = MultiGzDecoder::new(bytes).take(LIMIT + 1).read_to_end(&mut text);
    if text.len() as u64 > LIMIT {
        return Err(IngestError::TooLarge { file: file.to_owned(), what: "very long text", limit: LIMIT_WORDS });
    }
    read.map(|_| text).map_err(|_| IngestError::Damaged { file: file.to_owned(), format: "gzip data" })
}

fn content(bytes: &[u8]) -> Content {
    if is_archive(bytes) || bytes.starts_with(&COMPOUND) {
        return Content::Workbook;
    }
    if bytes.starts_with(&[0x1F, 0x8B]) {
        return Content::Gzip;
    }
    if bytes.starts_with(b"%PDF") {
        return Content::Pdf;
    }
    if bytes.trim_ascii_start().starts_with(b"<") {
        return Content::Markup;
    }
    let wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    if wide || encoding::is_text(bytes) { Content::Text } else { Content::Binary }
}

/// Whether bytes are a zip archive, also one before which something else was put on its way.
fn is_archive(bytes: &[u8]) -> bool {
    const BEGIN: &[u8] = b"PK\x03\x04";
    const END: &[u8] = b"PK\x05\x06";
    // The end of an archive, and a remark of 64 KiB at most behind it.
    let tail = &bytes[bytes.len().saturating_sub(22 + (64 << 10))..];
    let holds = |bytes: &[u8], mark: &[u8]| bytes.windows(mark.len()).any(|window| window == mark);
    bytes.starts_with(BEGIN) || (holds(tail, END) && bytes.contains(&0) && holds(bytes, BEGIN))
}
