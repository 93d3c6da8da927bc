//! What a file of counts leaves open, so that it is asked and not guessed. Comes in: its lines. Goes out: a question, as a
//! fault that says what answers it. Deliberately absent: answers; `case.json` has them.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::columns::Columned;
use super::description::Description;
use super::error::InnerFault;

/// What was seen so far.
#[derive(Default)]
pub(super) struct Asked {
    /// By unplaced column: lines with a number, and lines with anything else than nothing.
    numbers: Vec<(u64, u64)>,
    /// Lines by all they hold beside the count: a clash of two in 2^64 would only ask for nothing.
    seen: HashSet<u64>,
    is_once: bool,
    /// The first line whose combination was counted before. What is wrong with a line is said before what is asked.
    repeated: Option<u64>,
}

impl Asked {
    /// Nothing yet. Lines alike are asked about where each is a combination with its count; records alike are many.
    pub(super) fn new(description: &Description, columned: &Columned<'_>) -> Self {
        let is_once = columned.count.is_some() && columned.record_key.is_none() && !description.adds_repeated;
        Self { numbers: vec![(0, 0); columned.unplaced.len()], is_once, ..Self::default() }
    }

    /// Takes note of what stands in line `line`.
    pub(super) fn take(&mut self, columned: &Columned<'_>, record: &csv::StringRecord, line: u64) {
        for (&at, (numbers, others)) in columned.unplaced.iter().zip(&mut self.numbers) {
            let field = &record[at];
            if is_number(field) {
                *numbers += 1;
            } else if !field.trim().is_empty() {
                *others += 1;
            }
        }
        if !self.is_once || self.repeated.is_some() {
            return;
        }
        let mut hasher = DefaultHasher::new();
        for (at, field) in record.iter().enumerate() {
            if columned.count != Some(at) {
                field.hash(&mut hasher);
            }
        }
        if !self.seen.insert(hasher.finish()) {
            self.repeated = Some(line);
        }
    }

    /// What is left to ask once all lines are read, and of which line.
    ///
    /// # Errors
    /// [`InnerFault::Repeated`] where a combination was counted twice, [`InnerFault::Numbers`] where a column that nobody placed
    /// holds mostly numbers.
    pub(super) fn done(&self, columned: &Columned<'_>, header: &[String]) -> Result<(), (u64, InnerFault)> {
        if let Some(line) = self.repeated {
            return Err((line, InnerFault::Repeated));
        }
        let mut columns = columned.unplaced.iter().zip(&self.numbers);
        let first = columns.find(|(_, (numbers, others))| numbers > others);
        first.map_or(Ok(()), |(&at, _)| Err((1, InnerFault::Numbers { column: header[at].clone() })))
    }
}

/// Also with thousands parted, as people write them.
fn is_number(field: &str) -> bool {
    let plain: String =
        field.chars().filter(|letter| !matches!(letter, ' ' | '\u{a0}' | '\u{202f}' | ',' | '\'')).collect();
    plain.starts_with(|letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '+' | '.'))
        && plain.parse::<f64>().is_ok()
}
