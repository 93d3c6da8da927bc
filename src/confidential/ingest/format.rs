//! Opens an export of any format. Comes in: a path. Goes out: its sheets, or why it is none. The bytes decide what a
//! file is; an ending that says otherwise is a fault, because somebody was mistaken about the file.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use model::digest::sha256;
use model::formula;

use crate::ingest::error::IngestError;
use crate::ingest::table::Export;
use crate::ingest::{csv, encoding, workbook};

/// Unpacked bytes that are read of one file; case exports of a county over ten years stay below a tenth of it.
pub(super) const LIMIT: u64 = 512 << 20;
pub(super) const LIMIT_WORDS: &str = "512 MiB";

/// What the bytes of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Text,
    Gzip,
    Xlsx,
    Xls,
    Xlsb,
    Ods,
    OtherZip,
    CutZip,
    EncryptedOffice,
    Pdf,
    Markup,
    Binary,
}

impl Content {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Gzip => "gzip data",
            Self::Xlsx => "an XLSX workbook",
            Self::Xls => "an XLS workbook",
            Self::Xlsb => "an XLSB workbook",
            Self::Ods => "an ODS spreadsheet",
            Self::OtherZip => "a zip archive that is no workbook",
            Self::CutZip => "the beginning of a zip archive",
            Self::EncryptedOffice => "an encrypted workbook",
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
    if path.is_dir() {
        return Err(IngestError::Folder { file });
    }
    let length = fs::metadata(path).map(|metadata| metadata.len());
    let bytes = match length {
        Ok(length) if length > LIMIT => {
            return Err(IngestError::TooLarge { file, what: "a very long file", limit: LIMIT_WORDS });
        }
        Ok(_) => fs::read(path),
        Err(error) => Err(error),
    };
    let bytes = bytes.map_err(|error| IngestError::Unreadable { file: file.clone(), reason: error.kind() })?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(IngestError::Empty { file });
    }
    let digest = sha256(&bytes);
    let ending = path.extension().map_or_else(String::new, |ending| ending.to_string_lossy().to_lowercase());
    let content = content(&bytes);
    match (ending.as_str(), content) {
        ("xlsx" | "xlsm" | "xlsb" | "xls", Content::EncryptedOffice) => Err(IngestError::PasswordProtected { file }),
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
        ("xlsx" | "xlsm", Content::Xlsx) => workbook::open_xlsx(file, digest, bytes),
        ("xlsb", Content::Xlsb) => workbook::open_xlsb(file, digest, bytes),
        ("xls", Content::Xls) => workbook::open_xls(file, digest, bytes),
        ("ods", Content::Ods) => workbook::open_ods(file, digest, bytes),
        ("xlsx" | "xlsm" | "xlsb" | "ods", Content::CutZip) => Err(IngestError::Damaged { file, format: "a workbook" }),
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
    const OLE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    if bytes.starts_with(b"PK\x03\x04") {
        return zip_content(bytes);
    }
    if bytes.starts_with(&OLE) {
        // The names in an OLE directory are UTF-16; only an encrypted package has a stream of this one.
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encrypted = bytes.windows(name.len()).any(|window| window == name);
        return if encrypted { Content::EncryptedOffice } else { Content::Xls };
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

fn zip_content(bytes: &[u8]) -> Content {
    let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) else {
        return Content::CutZip;
    };
    if archive.index_for_name("xl/workbook.bin").is_some() {
        return Content::Xlsb;
    }
    if archive.index_for_name("xl/workbook.xml").is_some() {
        return Content::Xlsx;
    }
    let mut kind = Vec::new();
    if let Ok(entry) = archive.by_name("mimetype") {
        // The kind is a short word; whatever is longer is none.
        if entry.take(100).read_to_end(&mut kind).is_err() {
            return Content::OtherZip;
        }
    }
    if kind.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") { Content::Ods } else { Content::OtherZip }
}
