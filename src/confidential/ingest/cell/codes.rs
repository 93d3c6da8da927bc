//! The codes of a cell. Comes in: its text, the spellings that a field knows. Goes out: a code, several, or none where a person
//! has to look. Deliberately absent: what a code means.

use model::config::fold::{blank, dash, fold};
use model::config::source::Unknown;
use model::formula;
use unicode_normalization::UnicodeNormalization;

use super::{Cleaned, Note, Reader, collapsed, noted, valued, without_footnote};

impl Reader<'_> {
    /// The code of one spelling, and the check to note.
    pub(super) fn spelled(&self, text: &str) -> Option<(&str, Option<&'static str>)> {
        if let Some((code, review)) = self.known(text).or_else(|| self.twice_said(text)) {
            return Some((code, review.then_some("review_alias")));
        }
        let (code, _) = self.known(&without_footnote(self.source, text)?)?;
        Some((code, Some("footnote_marker")))
    }

    /// A code and whether a person should look, by a spelling.
    fn known(&self, text: &str) -> Option<(&str, bool)> {
        let folded = fold(text);
        let number = folded.strip_suffix(".0").unwrap_or(&folded);
        let padded = self.padded(folded.clone());
        let found = [folded.as_str(), number, padded.as_str()].into_iter().find_map(|text| self.spellings.get(text));
        // `06` of a closed list without it is its `6`, and a space its dash, where only one code comes to that.
        let of_list = || self.loose.get(&loose(number)).filter(|_| self.field.unknown != Unknown::Add)?.as_ref();
        let (code, review) = found.or_else(of_list)?;
        Some((code, *review))
    }

    /// `TRN - Home to school transport`, `Home to school transport (TRN)`: a code with its label.
    fn twice_said(&self, text: &str) -> Option<(&str, bool)> {
        if self.field.unknown == Unknown::Add {
            return None;
        }
        let folded = fold(text);
        let in_brackets = folded.strip_suffix(')').and_then(|text| text.rsplit_once(" ("));
        let parted = [" - ", ": "].into_iter().filter_map(|sign| folded.split_once(sign));
        parted.chain(in_brackets).find_map(|(one, other)| {
            let (one, other) = (self.known(one)?, self.known(other)?);
            (one.0 == other.0).then_some((one.0, one.1 || other.1))
        })
    }

    pub(super) fn code(&self, text: &str, length: usize) -> Cleaned {
        if let Some((code, check)) = self.spelled(text) {
            let notes = check.map(|check| Note { check, length }).into_iter().collect();
            return Cleaned { value: Some(code.to_owned()), notes, ..Cleaned::default() };
        }
        if self.field.unknown == Unknown::Add {
            let code = self.padded(collapsed(text));
            return if formula::runs(&code) { noted(None, "formula_code", length) } else { valued(code) };
        }
        let mut parts = Vec::new();
        let mut notes = Vec::new();
        if self.split(text, 0, &mut parts, &mut notes) && parts.len() > 1 {
            notes.push(Note { check: "several_codes", length });
            let value = Some(parts.remove(0));
            return Cleaned { value, rest: parts, notes, ..Cleaned::default() };
        }
        noted(None, "unknown_code", length)
    }

    pub(super) fn multi(&self, text: &str, length: usize) -> Cleaned {
        let mut parts = Vec::new();
        let mut notes = Vec::new();
        if !self.split(text, 0, &mut parts, &mut notes) {
            notes.push(Note { check: "unknown_code", length });
            return Cleaned { notes, ..Cleaned::default() };
        }
        let value = self.joined(parts);
        Cleaned { value, notes, ..Cleaned::default() }
    }

    /// Whether a code stands in the field's list, or came with an earlier import.
    pub(in crate::ingest) fn knows(&self, code: &str) -> bool {
        self.spellings.contains_key(&fold(code))
    }

    /// Codes in the list's order, each once.
    pub(in crate::ingest) fn joined(&self, mut codes: Vec<String>) -> Option<String> {
        codes.sort_by_cached_key(|code| (self.order.get(code).copied().unwrap_or(usize::MAX), code.clone()));
        codes.dedup();
        (!codes.is_empty()).then(|| codes.join(";"))
    }

    /// Parts a cell by the surest separator first, so that a label with a comma in it stays whole.
    fn split(&self, text: &str, separator: usize, codes: &mut Vec<String>, notes: &mut Vec<Note>) -> bool {
        if text.chars().all(blank) {
            return true;
        }
        if let Some((code, check)) = self.spelled(text) {
            notes.extend(check.map(|check| Note { check, length: text.chars().count() }));
            if !codes.iter().any(|other| other == code) {
                codes.push(code.to_owned());
            }
            return true;
        }
        match self.field.separators.get(separator) {
            Some(mark) => {
                let parts: Vec<&str> = text.split(mark.as_str()).collect();
                let (known, said) = (codes.len(), notes.len());
                if parts.iter().all(|part| self.split(part, separator + 1, codes, notes)) {
                    return true;
                }
                codes.truncate(known);
                notes.truncate(said);
                self.unite(&parts, mark, codes, notes)
            }
            None if self.field.unknown == Unknown::Add => {
                let code = collapsed(text);
                if formula::runs(&code) {
                    notes.push(Note { check: "formula_code", length: text.chars().count() });
                } else {
                    codes.push(code);
                }
                true
            }
            None => false,
        }
    }

    /// The codes of parts of which some are pieces of one label, as where labels with commas in them stand behind each other
    /// with commas: the longest that is known is one.
    fn unite(&self, parts: &[&str], mark: &str, codes: &mut Vec<String>, notes: &mut Vec<Note>) -> bool {
        /// Pieces of the longest label.
        const PIECES: usize = 8;
        if self.field.unknown == Unknown::Add {
            return false;
        }
        let mut at = 0;
        while at < parts.len() {
            let ends = (at + 1..=parts.len().min(at + PIECES)).rev();
            let whole = |end: &usize| {
                let text = parts[at..*end].join(mark);
                self.spelled(&text).is_some() || text.chars().all(blank)
            };
            let Some(end) = { ends }.find(whole) else { return false };
            self.split(&parts[at..end].join(mark), usize::MAX, codes, notes);
            at = end;
        }
        true
    }
}

/// A folded spelling without the differences that a keyboard of another country or a hurry makes: wide digits, a space for a dash,
/// zeros in front of a number.
pub(super) fn loose(folded: &str) -> String {
    let mut left = String::with_capacity(folded.len());
    let mut signs = folded.nfkc().map(|sign| if dash(sign) { ' ' } else { sign }).peekable();
    while let Some(sign) = signs.next() {
        let starts = !left.ends_with(|last: char| last.is_ascii_digit());
        let is_zero = sign == '0' && starts && signs.peek().is_some_and(char::is_ascii_digit);
        if !(is_zero || sign == ' ' && left.ends_with(' ')) {
            left.push(sign);
        }
    }
    left.truncate(left.trim_end().len());
    left
}
