//! The write-ahead log that a killed command left. Comes in: the path of the store. Goes out: whether there is one, and whether all
//! of it can be read. Deliberately absent: reading what it holds; the engine does that, and takes the first frame that does not
//! fit its checksum for the end, without a word.
//!
//! A log has a header of 32 bytes, then frames: 24 bytes and a page. Each frame bears the header's two salts and the checksum of all
//! frames up to it (<https://www.sqlite.org/fileformat2.html#walformat>). Of what a killed command wrote, every whole frame
//! fits. One that does not was changed since, or did not reach the disk when the power failed, or is of a transaction so large
//! that it was written in parts: in each case what the command was about to store is not there.

use std::io::{self, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use disk::failed;

use super::StoreError;

const HEADER: usize = 32;
const FRAME: usize = 24;
/// The header's first word; its last bit says how words are read for checksums.
const MAGIC: u32 = 0x377f_0682;
/// Pages of the engine.
const LARGEST_PAGE: usize = 65_536;

/// Where the log of a store lies.
#[must_use]
pub(super) fn path(store: &Path) -> PathBuf {
    let mut log = store.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// Whether somebody left a log, or is writing to one.
///
/// # Errors
/// [`StoreError::Io`] where the disk does not tell.
pub fn is_left(store: &Path) -> Result<bool, StoreError> {
    Ok(disk::read_start(&path(store), 1)?.is_some_and(|first| !first.is_empty()))
}

/// Whether every frame of the log that somebody left fits. To be asked while nobody writes.
///
/// # Errors
/// [`StoreError::Io`] where the log cannot be read.
pub fn is_whole(store: &Path) -> Result<bool, StoreError> {
    let path = path(store);
    let Some(log) = disk::open_if_there(&path)? else { return Ok(true) };
    Ok(fits(BufReader::new(log)).map_err(failed(&path, "read"))?)
}

/// Two running sums over words, as the engine makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Sums(u32, u32);

impl Sums {
    fn over(self, bytes: &[u8], is_big_endian: bool) -> Self {
        let word =
            |bytes: &[u8; 4]| if is_big_endian { u32::from_be_bytes(*bytes) } else { u32::from_le_bytes(*bytes) };
        let (words, _) = bytes.as_chunks::<4>();
        let (pairs, _) = words.as_chunks::<2>();
        pairs.iter().fold(self, |sums, [first, second]| {
            let one = sums.0.wrapping_add(word(first)).wrapping_add(sums.1);
            Self(one, sums.1.wrapping_add(word(second)).wrapping_add(one))
        })
    }

    /// As they stand in the file.
    fn at(bytes: &[u8], place: usize) -> Self {
        Self(number(bytes, place), number(bytes, place + 4))
    }
}

fn number(bytes: &[u8], place: usize) -> u32 {
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[place..place + 4]);
    u32::from_be_bytes(four)
}

/// Fills `buffer`; false where the file ends before.
fn filled(log: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(buffer) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        other => other.map(|()| true),
    }
}

fn fits(mut log: impl Read) -> io::Result<bool> {
    let mut header = [0; HEADER];
    // Cut off within its header, it has no frame.
    if !filled(&mut log, &mut header)? {
        return Ok(true);
    }
    let (magic, page) = (number(&header, 0), number(&header, 8) as usize);
    let is_big_endian = magic & 1 == 1;
    let mut sums = Sums::default().over(&header[..24], is_big_endian);
    if magic & !1 != MAGIC || page == 0 || page > LARGEST_PAGE || sums != Sums::at(&header, 24) {
        // The engine passes over all of it, so it must hold nothing.
        return Ok(!filled(&mut log, &mut [0])?);
    }
    let mut frame = vec![0; FRAME + page];
    while filled(&mut log, &mut frame)? {
        let next = sums.over(&frame[..8], is_big_endian).over(&frame[FRAME..], is_big_endian);
        match (frame[8..16] == header[16..24], next == Sums::at(&frame, 16)) {
            (true, true) => sums = next,
            // Left of an older log in the same file.
            (false, false) => return Ok(true),
            // A frame of this log, of which something is not as it was written.
            (true, false) | (false, true) => return Ok(false),
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::tests::{TWO_CASES, abandoned};

    /// Every bit of a small log would take minutes: one in each of the places that differ in kind, and a sample of the pages.
    #[test]
    fn a_flipped_bit_in_a_log_is_found_wherever_it_is() {
        let (home, _key) = abandoned(TWO_CASES);
        let store = home.path().join("takeup.db");
        let sound = fs::read(path(&store)).expect("a log that a killed program left");
        assert!(sound.len() > HEADER + FRAME && is_whole(&store).expect("it reads"));
        let frame = FRAME + number(&sound, 8) as usize;
        let heads = (HEADER..sound.len()).step_by(frame).flat_map(|start| start..start + FRAME);
        let places: Vec<usize> = (0..HEADER).chain(heads).chain((HEADER..sound.len()).step_by(1009)).collect();
        assert!(places.len() > 100);
        for place in places {
            let mut flipped = sound.clone();
            flipped[place] ^= 1 << (place % 8);
            assert!(!fits(flipped.as_slice()).expect("it reads"), "byte {place}");
        }
    }

    #[test]
    fn a_log_that_a_kill_cut_off_is_whole_and_so_is_what_an_older_one_left_behind_it() {
        let (home, _key) = abandoned(TWO_CASES);
        let sound = fs::read(path(&home.path().join("takeup.db"))).expect("a log that a killed program left");
        let frame = FRAME + number(&sound, 8) as usize;
        for length in [0, 7, HEADER, HEADER + 5, HEADER + frame, HEADER + frame + 100, sound.len()] {
            assert!(fits(&sound[..length]).expect("it reads"), "{length} bytes");
        }
        let mut older = sound.clone();
        for byte in &mut older[HEADER + frame + 8..] {
            *byte ^= 0x5a;
        }
        assert!(fits(older.as_slice()).expect("it reads"), "other salts and other sums");
    }
}
