//! The records of an XLS workbook and the texts in them. Comes in: bytes. Goes out: records with what continues them, texts,
//! numbers. Nothing here fails on a length that is wrong: what is not there is none.

use encoding_rs::Encoding;

/// A record, and the records that continue it.
pub(super) struct Record<'b> {
    pub(super) kind: u16,
    /// Its own data first.
    pub(super) parts: Vec<&'b [u8]>,
}

impl<'b> Record<'b> {
    pub(super) fn data(&self) -> &'b [u8] {
        self.parts.first().copied().unwrap_or_default()
    }
}

/// Records one after another; ends early where one is cut off.
pub(super) struct Records<'b> {
    rest: &'b [u8],
    /// Whether the last record was whole.
    pub(super) is_cut: bool,
}

impl<'b> Records<'b> {
    pub(super) const fn new(rest: &'b [u8]) -> Self {
        Self { rest, is_cut: false }
    }

    fn one(&mut self) -> Option<(u16, &'b [u8])> {
        let (head, after) = self.rest.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let Some((data, after)) = after.split_at_checked(length) else {
            self.is_cut = true;
            self.rest = &[];
            return None;
        };
        self.rest = after;
        Some((u16::from_le_bytes([head[0], head[1]]), data))
    }
}

impl<'b> Iterator for Records<'b> {
    type Item = Record<'b>;

    fn next(&mut self) -> Option<Record<'b>> {
        const CONTINUE: [u8; 2] = [0x3C, 0];
        let (kind, data) = self.one()?;
        let mut parts = vec![data];
        while self.rest.starts_with(&CONTINUE) {
            parts.push(self.one()?.1);
        }
        Some(Record { kind, parts })
    }
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk::<2>().map(|bytes| u16::from_le_bytes(*bytes))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes))
}

pub(super) fn f64_at(bytes: &[u8], at: usize) -> Option<f64> {
    bytes.get(at..)?.first_chunk::<8>().map(|bytes| f64::from_le_bytes(*bytes))
}

/// A number in four bytes: its two lowest bits say whether it is whole, and whether it is to be divided by a hundred.
pub(super) fn short_number(bits: u32) -> f64 {
    let number =
        if bits & 2 == 0 { f64::from_bits(u64::from(bits & !3) << 32) } else { f64::from(bits.cast_signed() >> 2) };
    if bits & 1 == 0 { number } else { number / 100.0 }
}

/// Reads through the parts of a record as if they were one.
pub(super) struct Through<'r, 'b> {
    parts: &'r [&'b [u8]],
    part: usize,
    at: usize,
}

impl<'r, 'b> Through<'r, 'b> {
    pub(super) const fn new(parts: &'r [&'b [u8]], at: usize) -> Self {
        Self { parts, part: 0, at }
    }

    fn byte(&mut self) -> Option<u8> {
        loop {
            let part = self.parts.get(self.part)?;
            if let Some(byte) = part.get(self.at) {
                self.at += 1;
                return Some(*byte);
            }
            self.part += 1;
            self.at = 0;
        }
    }

    fn number(&mut self, bytes: usize) -> Option<u32> {
        (0..bytes).try_fold(0, |sum, at| Some(sum | u32::from(self.byte()?) << (8 * at)))
    }

    fn skip(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > 0 {
            let left = self.parts.get(self.part)?.len().saturating_sub(self.at);
            let step = left.min(bytes);
            self.at += step;
            bytes -= step;
            if bytes > 0 {
                self.part += 1;
                self.at = 0;
            }
        }
        Some(())
    }

    /// A text whose length is written in one or two bytes; where it goes on in another part, that part says anew how wide
    /// its characters are.
    pub(super) fn text(&mut self, length_bytes: usize) -> Option<String> {
        let length = self.number(length_bytes)? as usize;
        let mut flags = self.byte()?;
        let runs = if flags & 8 == 0 { 0 } else { self.number(2)? as usize };
        let extension = if flags & 4 == 0 { 0 } else { self.number(4)? as usize };
        let mut units: Vec<u16> = Vec::with_capacity(length.min(32_767));
        while units.len() < length {
            let part = self.parts.get(self.part)?;
            if self.at >= part.len() {
                self.part += 1;
                self.at = 0;
                flags = self.byte()?;
                continue;
            }
            let unit = if flags & 1 == 0 { u32::from(self.byte()?) } else { self.number(2)? };
            units.push(unit as u16);
        }
        self.skip(runs * 4)?;
        self.skip(extension)?;
        Some(String::from_utf16_lossy(&units))
    }

    /// A text of an older workbook, in single bytes.
    pub(super) fn bytes_text(&mut self, length_bytes: usize, encoding: &'static Encoding) -> Option<String> {
        let length = self.number(length_bytes)? as usize;
        let bytes: Vec<u8> = (0..length).map(|_| self.byte()).collect::<Option<_>>()?;
        Some(encoding.decode_without_bom_handling(&bytes).0.into_owned())
    }
}

/// The encoding that the number of a code page names.
pub(super) fn code_page(number: u16) -> &'static Encoding {
    match number {
        874 => encoding_rs::WINDOWS_874,
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        1250 => encoding_rs::WINDOWS_1250,
        1251 => encoding_rs::WINDOWS_1251,
        1253 => encoding_rs::WINDOWS_1253,
        1254 => encoding_rs::WINDOWS_1254,
        1255 => encoding_rs::WINDOWS_1255,
        1256 => encoding_rs::WINDOWS_1256,
        1257 => encoding_rs::WINDOWS_1257,
        1258 => encoding_rs::WINDOWS_1258,
        10_000 | 32_768 => encoding_rs::MACINTOSH,
        _ => encoding_rs::WINDOWS_1252,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_goes_on_in_the_record_that_continues_it() {
        // Four characters, of which two stand in each record, the second time in two bytes each.
        let parts: [&[u8]; 2] = [&[4, 0, 0, b'Z', b'o'], &[1, 0xEB, 0, b'!', 0]];
        assert_eq!(Through::new(&parts, 0).text(2).as_deref(), Some("Zoë!"));
        assert_eq!(Through::new(&parts[..1], 0).text(2), None, "what is cut off is no text");
    }

    #[test]
    fn a_number_in_four_bytes_is_whole_or_a_hundredth_or_neither() {
        assert_eq!((short_number(95 << 2 | 2), short_number(9_550 << 2 | 3)), (95.0, 95.5));
        assert_eq!(short_number((1.5_f64.to_bits() >> 32) as u32), 1.5);
        assert_eq!(short_number(((-7_i32) << 2).cast_unsigned() | 2), -7.0);
    }
}
