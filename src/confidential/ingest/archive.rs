//! Looks into a workbook's zip archive before a reader opens it. Comes in: bytes. Goes out: that it is sound and of a
//! bearable size. Sizes are counted by unpacking, because the sizes that an archive states may be a lie.

use std::io::{self, Cursor, Read};

use zip::ZipArchive;

use crate::ingest::error::IngestError;
use crate::ingest::format::{LIMIT, LIMIT_WORDS};

/// Parts of an archive; workbooks have some dozens.
const PARTS: usize = 10_000;

/// The archive, once every part of it has been unpacked and counted.
pub(super) fn sound<'b>(
    file: &str,
    format: &'static str,
    bytes: &'b [u8],
) -> Result<ZipArchive<Cursor<&'b [u8]>>, IngestError> {
    sound_within(LIMIT, file, format, bytes)
}

fn sound_within<'b>(
    limit: u64,
    file: &str,
    format: &'static str,
    bytes: &'b [u8],
) -> Result<ZipArchive<Cursor<&'b [u8]>>, IngestError> {
    let damaged = || IngestError::Damaged { file: file.to_owned(), format };
    let too_large = |what, limit| IngestError::TooLarge { file: file.to_owned(), what, limit };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > PARTS {
        return Err(too_large("very many parts", "10,000"));
    }
    let mut total = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| damaged())?;
        if entry.encrypted() {
            return Err(IngestError::PasswordProtected { file: file.to_owned() });
        }
        let stated = entry.size();
        let left = limit - total;
        if stated > left {
            return Err(too_large("an archive that unpacks to very much", LIMIT_WORDS));
        }
        let unpacked = io::copy(&mut entry.take(left + 1), &mut io::sink()).map_err(|_| damaged())?;
        if unpacked > left {
            return Err(too_large("an archive that unpacks to very much", LIMIT_WORDS));
        }
        total += unpacked;
    }
    Ok(archive)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn an_archive_that_unpacks_to_more_than_the_limit_is_refused_before_it_is_opened() {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer.start_file("xl/workbook.xml", options).expect("a new part");
        writer.write_all(&[b' '; 10_000]).expect("memory");
        let bytes = writer.finish().expect("memory").into_inner();
        assert!(bytes.len() < 500, "the bomb is small on disk");
        assert!(sound_within(10_000, "a.xlsx", "XLSX", &bytes).is_ok());
        let error = sound_within(9_999, "a.xlsx", "XLSX", &bytes).expect_err("a byte too many");
        assert!(matches!(error, IngestError::TooLarge { .. }), "{error}");
    }
}
