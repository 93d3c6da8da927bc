//! A workbook as the archive it is. Comes in: bytes. Goes out: its parts, and what the archive carries beside them.
//! Deliberately absent: what the parts say.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use crate::readers::png::Fault;

/// Parts that unpack to more than this together are not read: no workbook of ours comes near it.
const LARGEST_BYTES: u64 = 64 << 20;

/// The archive's parts by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Package {
    /// Inflated.
    pub parts: BTreeMap<String, Vec<u8>>,
    /// What should not be there.
    pub faults: Vec<Fault>,
}

/// Opens the archive; none where it is none.
#[must_use]
pub fn open(bytes: &[u8]) -> Option<Package> {
    let mut package = Package::default();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    if !archive.comment().is_empty() {
        package.faults.push(("zip_comment", "a comment of the archive"));
    }
    let mut spans: Vec<(u64, u64)> = Vec::new();
    let mut left = LARGEST_BYTES;
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).ok()?;
        let name = file.name().ok()?.into_owned();
        if file.encrypted() || file.size() > left {
            package.faults.push(("zip_part", "a part that cannot be read"));
            continue;
        }
        if !file.comment().is_empty() || file.extra_data().is_some_and(|extra| !extra.is_empty()) {
            package.faults.push(("zip_comment", "a comment or an extra field of a part"));
        }
        let end = file.data_start()? + file.compressed_size();
        let sums = [file.crc32(), u32::try_from(file.compressed_size()).ok()?, u32::try_from(file.size()).ok()?];
        let header = usize::try_from(file.header_start()).ok()?;
        if bytes.get(header + 28..header + 30) != Some(&[0, 0]) {
            package.faults.push(("zip_comment", "a comment or an extra field of a part"));
        }
        // The directory's time and the part's own; a day is the release's, a time of day is somebody's.
        let is_timed = file.last_modified().is_some_and(|at| (at.hour(), at.minute(), at.second()) != (0, 0, 0));
        if is_timed || bytes.get(header + 10..header + 12) != Some(&[0, 0]) {
            package.faults.push(("zip_time", "a time of day in the archive"));
        }
        let is_streamed = bytes.get(header + 6).is_some_and(|flags| flags & 8 != 0);
        spans.push((file.header_start(), if is_streamed { end + trailer(bytes, end, sums)? } else { end }));
        let mut part = Vec::new();
        (&mut file).take(left).read_to_end(&mut part).ok()?;
        left -= part.len() as u64;
        if package.parts.insert(name, part).is_some() {
            package.faults.push(("zip_part", "two parts of one name"));
        }
    }
    if has_gaps(bytes, spans) {
        package.faults.push(("zip_gap", "data that belongs to no part"));
    }
    Some(package)
}

/// Bytes of the record after a streamed part: a mark and what the directory says too. None where it says otherwise.
fn trailer(bytes: &[u8], at: u64, sums: [u32; 3]) -> Option<u64> {
    let record: Vec<u8> = b"PK\x07\x08".iter().copied().chain(sums.into_iter().flat_map(u32::to_le_bytes)).collect();
    let at = usize::try_from(at).ok()?;
    (bytes.get(at..at + record.len())? == record).then_some(record.len() as u64)
}

/// Whether anything stands before, between or after the parts, their directory and its end.
fn has_gaps(bytes: &[u8], mut spans: Vec<(u64, u64)>) -> bool {
    spans.sort_unstable();
    let touching =
        spans.first().is_none_or(|first| first.0 == 0) && spans.windows(2).all(|pair| pair[0].1 == pair[1].0);
    let last = spans.last().map_or(0, |last| last.1);
    let end_record = bytes.len().checked_sub(22).filter(|&at| bytes[at..].starts_with(b"PK\x05\x06"));
    let Some(end) = end_record else { return true };
    let word = |at: usize| u64::from(u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]));
    let (size, start) = (word(end + 12), word(end + 16));
    !touching || start != last || start + size != end as u64
}
