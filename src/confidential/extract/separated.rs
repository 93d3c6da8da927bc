//! Text in lines and fields, with the separator found. Comes in: text. Goes out: fields of each line with the line's
//! number. Deliberately absent: what fields mean.

/// What may stand between fields, the first preferred.
pub(super) const SEPARATORS: [char; 4] = [';', '\t', '|', ','];

/// A text whose separator is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Separated<'t> {
    text: &'t str,
    separator: char,
    quoted: bool,
}

impl<'t> Separated<'t> {
    /// The separator that cuts the first `sample` lines into equally many fields, two or more; else the one that cuts the
    /// first line most often, so that the error names the line that differs.
    ///
    /// # Errors
    /// The line of a quotation mark that is not closed.
    pub(super) fn new(text: &'t str, sample: usize) -> Result<Self, u64> {
        let text = text.trim_start_matches('\u{feff}');
        let marks = text.bytes().filter(|byte| *byte == b'"').count();
        if marks % 2 == 1 {
            return Err(line_of(text.as_bytes(), text.rfind('"').unwrap_or(0)));
        }
        let mut best = Self { text, separator: SEPARATORS[0], quoted: marks > 0 };
        let mut most = 1;
        for separator in SEPARATORS {
            let candidate = Self { separator, ..best };
            let (first, even) = candidate.shape(sample);
            if even && first > 1 {
                return Ok(candidate);
            }
            if first > most {
                (best, most) = (candidate, first);
            }
        }
        Ok(best)
    }

    pub(super) fn separator(&self) -> char {
        self.separator
    }

    /// The fields of the first line, and whether the lines after it have as many.
    fn shape(&self, sample: usize) -> (usize, bool) {
        let (mut first, mut seen) = (0, 0);
        let even = self.each(|_, fields| {
            let fields = fields.count();
            first = if seen == 0 { fields } else { first };
            seen += 1;
            // An error ends the walk: here also once enough has been seen.
            if fields != first {
                Err(false)
            } else if seen >= sample {
                Err(true)
            } else {
                Ok(())
            }
        });
        (first, even.err().unwrap_or(true))
    }

    /// Calls `line` with the number and the fields of each line that is not blank.
    ///
    /// # Errors
    /// The first error of `line`.
    pub(super) fn each<E>(
        &self,
        mut line: impl FnMut(u64, &mut dyn Iterator<Item = &str>) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.quoted {
            for (text, number) in self.text.split('\n').zip(1..) {
                let text = text.strip_suffix('\r').unwrap_or(text);
                if !text.is_empty() {
                    line(number, &mut text.split(self.separator))?;
                }
            }
            return Ok(());
        }
        let delimiter = u8::try_from(self.separator).unwrap_or(b';');
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(self.text.as_bytes());
        let mut record = csv::StringRecord::new();
        // A record's place is where the one before ended, so before the line break where that is two bytes, and before
        // any blank lines.
        let bytes = self.text.as_bytes();
        let (mut at, mut number) = (0, 1);
        // Reading from memory, text that is UTF-8, with any number of fields: nothing can fail.
        while reader.read_record(&mut record).unwrap_or(false) {
            let begins = record.position().map_or(0, csv::Position::byte);
            let begins = usize::try_from(begins).unwrap_or(usize::MAX).max(at);
            let breaks = bytes.iter().skip(begins).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let begins = begins.saturating_add(breaks).min(bytes.len());
            number += line_of(bytes.get(at..begins).unwrap_or_default(), usize::MAX) - 1;
            at = begins;
            line(number, &mut record.iter())?;
        }
        Ok(())
    }
}

/// The line, from 1, of the byte at `at`.
pub(super) fn line_of(bytes: &[u8], at: usize) -> u64 {
    let breaks = bytes.iter().take(at).filter(|byte| **byte == b'\n').count();
    u64::try_from(breaks).unwrap_or(u64::MAX - 1) + 1
}
