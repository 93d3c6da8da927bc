//! The line on which something stands in a text that a CSV reader takes apart. Comes in: a text with any line ends. Goes out:
//! the same with line feeds, one at its end too. Deliberately absent: a CSV reader.
//!
//! A reader's own count is that of the place where the record before ended: between a carriage return and its line feed, or
//! before blank lines. Where a record ends is certain, so its line is counted back from there.

use std::io::{BufReader, Read, Result};

/// Hands a text on with every `\r\n` and `\r` as `\n`, and with a line end at its end.
#[derive(Debug)]
pub struct LineEnds<R: Read> {
    inner: BufReader<R>,
    /// The byte before, for a carriage return is half of a line end or a whole one.
    last: Option<u8>,
    is_done: bool,
}

impl<R: Read> LineEnds<R> {
    /// Of `inner`, which needs no buffer.
    pub fn new(inner: R) -> Self {
        Self { inner: BufReader::with_capacity(1 << 16, inner), last: None, is_done: false }
    }

    /// Moves what is left of `taken`, and gives how much that is.
    fn settle(&mut self, into: &mut [u8], taken: usize) -> usize {
        let mut kept = 0;
        for at in 0..taken {
            let byte = into[at];
            if byte != b'\n' || self.last != Some(b'\r') {
                into[kept] = if byte == b'\r' { b'\n' } else { byte };
                kept += 1;
            }
            self.last = Some(byte);
        }
        kept
    }
}

impl<R: Read> Read for LineEnds<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        while !into.is_empty() && !self.is_done {
            let taken = self.inner.read(into)?;
            if taken == 0 {
                self.is_done = true;
                if self.last.is_some_and(|last| !matches!(last, b'\r' | b'\n')) {
                    into[0] = b'\n';
                    return Ok(1);
                }
            }
            // A line feed alone may leave nothing, which is not the end.
            let kept = self.settle(into, taken);
            if kept > 0 {
                return Ok(kept);
            }
        }
        Ok(0)
    }
}

/// The line, from 1, on which a record begins, where its reader of [`LineEnds`] stands on line `end` after it.
pub fn line_of<'a>(end: u64, fields: impl Iterator<Item = &'a str>) -> u64 {
    let inside: usize = fields.map(|field| field.bytes().filter(|byte| *byte == b'\n').count()).sum();
    end.saturating_sub(1).saturating_sub(inside as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands on a byte at a time, as a slow disk might.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            (into[0], self.0) = (*first, rest);
            Ok(1)
        }
    }

    #[test]
    fn every_line_end_is_a_line_feed_and_the_last_line_has_one() {
        for text in ["a\nb\n\nc", "a\r\nb\r\n\r\nc\r\n", "a\rb\r\rc\r", "a\r\nb\n\rc"] {
            for mut reader in [
                Box::new(LineEnds::new(text.as_bytes())) as Box<dyn Read>,
                Box::new(LineEnds::new(Slow(text.as_bytes()))),
            ] {
                let mut read = String::new();
                reader.read_to_string(&mut read).expect("bytes in memory");
                assert_eq!(read, "a\nb\n\nc\n", "{text:?}");
            }
        }
        assert_eq!(LineEnds::new(&b""[..]).read(&mut [0; 8]).expect("nothing"), 0);
    }

    #[test]
    fn a_record_of_three_lines_begins_on_its_first() {
        assert_eq!(line_of(8, ["a\nb", "c\n"].into_iter()), 5);
    }
}
