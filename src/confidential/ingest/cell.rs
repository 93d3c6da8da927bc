//! Makes a field's stored value of a cell. Comes in: a cell, the field's description. Goes out: the value, and notes of
//! checks. What a cell of text gives is remembered, because exports say the same few things many times.
//! Deliberately absent: places, levels and other fields.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use model::config::CodeList;
use model::config::fold::{blank, fold};
use model::config::source::{Field, Kind, Source, Unknown};
use model::formula;

use crate::ingest::table::Cell;
use crate::ingest::{date, number, postcode};

/// A check that a cell did not pass without remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) check: &'static str,
    /// Characters in the cell, which is all that a message may say of an unknown one.
    pub(super) length: usize,
}

/// What a cell gave; it cannot be printed.
#[derive(Default)]
pub(super) struct Cleaned {
    pub(super) value: Option<String>,
    /// Codes beyond the first, in a field for one.
    pub(super) rest: Vec<String>,
    pub(super) notes: Vec<Note>,
    pub(super) form: Option<date::Form>,
}

/// Distinct texts that are remembered a field; beyond it, each is worked out anew.
const REMEMBERED: usize = 50_000;

/// One field's reader.
pub(super) struct Reader<'a> {
    field: &'a Field,
    source: &'a Source,
    /// Code and whether a person should look, by folded text.
    spellings: HashMap<String, (String, bool)>,
    /// Place of a code in its list.
    order: HashMap<String, usize>,
    remembered: HashMap<String, Rc<Cleaned>>,
    from_1904: bool,
}

impl<'a> Reader<'a> {
    /// `list`: the field's code list; `learned`: codes of an open list that earlier imports brought.
    pub(super) fn new(
        field: &'a Field,
        source: &'a Source,
        list: Option<&CodeList>,
        learned: Option<&CodeList>,
    ) -> Self {
        let mut spellings = HashMap::new();
        let mut order = HashMap::new();
        let entries = || list.into_iter().chain(learned).flat_map(|list| list.entries.iter());
        let mut labels: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (at, entry) in entries().enumerate() {
            labels.entry(fold(&entry.label)).or_default().push(&entry.code);
            order.insert(entry.code.clone(), at);
        }
        // A label that two codes share says neither.
        for (label, codes) in labels.iter().filter(|(_, codes)| codes.len() == 1) {
            spellings.insert(label.clone(), (codes[0].to_owned(), false));
        }
        for (table, review) in [(&field.review, true), (&field.aliases, false)] {
            spellings.extend(table.iter().map(|(spelling, code)| (spelling.clone(), (code.clone(), review))));
        }
        spellings.extend(entries().map(|entry| (fold(&entry.code), (entry.code.clone(), false))));
        Self { field, source, spellings, order, remembered: HashMap::new(), from_1904: false }
    }

    /// A file's own way to count days.
    pub(super) fn set_from_1904(&mut self, from_1904: bool) {
        self.from_1904 = from_1904;
    }

    pub(super) fn read(&mut self, cell: Cell<'_>) -> Rc<Cleaned> {
        match cell {
            Cell::Text(text) => self.text(text),
            Cell::Blank => Rc::default(),
            Cell::Number(value) => Rc::new(self.number(value)),
            // What a person sees identifies a case; what is counted or dated is the number.
            Cell::Shown(value, shown) => match self.field.kind {
                Kind::Text | Kind::FreeText | Kind::Code | Kind::Multi | Kind::Postcode => self.text(shown),
                Kind::Date | Kind::Bool | Kind::Int | Kind::Minutes => Rc::new(self.number(value)),
            },
            Cell::Serial(days) if self.field.kind == Kind::Date => {
                Rc::new(self.date(date::serial(days, date::Form::Cell), 10))
            }
            Cell::Length(days) if self.field.kind == Kind::Minutes => {
                let value = number::minutes_of_days(days).map(|minutes| minutes.to_string());
                Rc::new(Cleaned { value, ..Cleaned::default() })
            }
            Cell::Serial(days) | Cell::Length(days) => {
                let date = date::serial(days, date::Form::Cell).map(|read| read.date.to_string());
                self.text(&date.unwrap_or_else(|| number::plain(days)))
            }
            Cell::Truth(truth) => self.text(if truth { "Y" } else { "N" }),
            Cell::Fault => Rc::new(noted(None, "error_cell", 0)),
            Cell::NoResult => Rc::new(noted(None, "formula_without_value", 0)),
        }
    }

    fn number(&self, value: f64) -> Cleaned {
        match self.field.kind {
            Kind::Date => {
                // In a declared date column a bare number is a number of days.
                let days = if self.from_1904 { value + 1462.0 } else { value };
                self.date(date::serial(days, date::Form::Serial), number::plain(value).len())
            }
            Kind::Text
            | Kind::Bool
            | Kind::Int
            | Kind::Minutes
            | Kind::Code
            | Kind::Multi
            | Kind::FreeText
            | Kind::Postcode => self.cleaned(&number::plain(value)),
        }
    }

    fn text(&mut self, text: &str) -> Rc<Cleaned> {
        let repeats = match self.field.kind {
            Kind::Date | Kind::Bool | Kind::Int | Kind::Minutes | Kind::Code | Kind::Multi => true,
            Kind::Text | Kind::FreeText | Kind::Postcode => false,
        };
        if !repeats {
            return Rc::new(self.cleaned(text));
        }
        if let Some(known) = self.remembered.get(text) {
            return Rc::clone(known);
        }
        let cleaned = Rc::new(self.cleaned(text));
        if self.remembered.len() < REMEMBERED {
            self.remembered.insert(text.to_owned(), Rc::clone(&cleaned));
        }
        cleaned
    }

    fn cleaned(&self, text: &str) -> Cleaned {
        let length = text.chars().count();
        if !self.field.blanks.is_empty() && self.field.blanks.contains(&fold(text)) {
            return Cleaned::default();
        }
        match self.field.kind {
            Kind::Text => valued(self.padded(collapsed(text))),
            Kind::FreeText => valued(text.trim_matches(blank).to_owned()),
            Kind::Date => self.date(date::text(text, &self.source.dates), length),
            Kind::Bool => match number::truth(&fold(text)) {
                Some(truth) => valued(if truth { "Y" } else { "N" }.to_owned()),
                None => noted(None, "bad_bool", length),
            },
            Kind::Int => self.measured(text, number::whole, "bad_number", length),
            Kind::Minutes => self.measured(text, number::minutes, "bad_minutes", length),
            Kind::Postcode => match postcode::read(text) {
                Some((postcode, false)) => valued(postcode),
                Some((postcode, true)) => noted(Some(postcode), "repaired_postcode", length),
                None => noted(None, "bad_postcode", length),
            },
            Kind::Code => self.code(text, length),
            Kind::Multi => self.multi(text, length),
        }
    }

    fn measured(&self, text: &str, read: fn(&str) -> Option<i64>, check: &'static str, length: usize) -> Cleaned {
        if let Some(value) = read(text) {
            return valued(value.to_string());
        }
        match self.without_footnote(text).and_then(|text| read(&text)) {
            Some(value) => noted(Some(value.to_string()), "footnote_marker", length),
            None => noted(None, check, length),
        }
    }

    fn date(&self, read: Option<date::Read>, length: usize) -> Cleaned {
        let Some(read) = read else {
            return noted(None, "bad_date", length);
        };
        let dates = &self.source.dates;
        let value = read.date.to_string();
        let mut cleaned = Cleaned { form: Some(read.form), ..Cleaned::default() };
        if read.form == date::Form::Ambiguous {
            cleaned.notes.push(Note { check: "ambiguous_date", length });
        }
        if read.two_digits {
            cleaned.notes.push(Note { check: "two_digit_year", length });
        }
        if dates.placeholders.contains(&value) {
            cleaned.notes = vec![Note { check: "placeholder_date", length }];
            cleaned.form = None;
        } else if value < dates.first || value > dates.last {
            cleaned.notes.push(Note { check: "date_out_of_range", length });
        } else {
            cleaned.value = Some(value);
        }
        cleaned
    }

    /// Zeros that a spreadsheet took off a number are put back.
    fn padded(&self, text: String) -> String {
        match self.field.pad {
            Some(digits) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("{text:0>digits$}")
            }
            _ => text,
        }
    }

    fn without_footnote(&self, text: &str) -> Option<String> {
        let text = collapsed(text);
        let lower = text.to_lowercase();
        let marker = self.source.footnotes.iter().find(|marker| lower.ends_with(&marker.to_lowercase()))?;
        let rest = text.char_indices().rev().nth(marker.chars().count().checked_sub(1)?).map(|(at, _)| &text[..at])?;
        (!rest.trim().is_empty()).then(|| rest.trim().to_owned())
    }

    /// The code of one spelling, and the check to note.
    fn spelled(&self, text: &str) -> Option<(&str, Option<&'static str>)> {
        let known = |text: &str| {
            let folded = fold(text);
            let number = folded.strip_suffix(".0").unwrap_or(&folded);
            let padded = self.padded(folded.clone());
            [folded.as_str(), number, padded.as_str()].into_iter().find_map(|text| self.spellings.get(text))
        };
        if let Some((code, review)) = known(text) {
            return Some((code, review.then_some("review_alias")));
        }
        let (code, _) = known(&self.without_footnote(text)?)?;
        Some((code, Some("footnote_marker")))
    }

    fn code(&self, text: &str, length: usize) -> Cleaned {
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

    fn multi(&self, text: &str, length: usize) -> Cleaned {
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
    pub(super) fn knows(&self, code: &str) -> bool {
        self.spellings.contains_key(&fold(code))
    }

    /// Codes in the list's order, each once.
    pub(super) fn joined(&self, mut codes: Vec<String>) -> Option<String> {
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
            Some(mark) => text.split(mark.as_str()).all(|part| self.split(part, separator + 1, codes, notes)),
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
}

fn valued(value: String) -> Cleaned {
    Cleaned { value: Some(value).filter(|value| !value.is_empty()), ..Cleaned::default() }
}

fn noted(value: Option<String>, check: &'static str, length: usize) -> Cleaned {
    Cleaned { value, notes: vec![Note { check, length }], ..Cleaned::default() }
}

/// Trimmed, single spaces within.
fn collapsed(text: &str) -> String {
    // Most cells are clean already.
    let odd = |character: char| blank(character) && character != ' ';
    if !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ") && !text.contains(odd) {
        return text.to_owned();
    }
    text.split(blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
