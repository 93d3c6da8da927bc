//! Makes a field's stored value of a cell. Comes in: a cell, the field's description. Goes out: the value, and notes of
//! checks. What a cell of text gives is remembered, because exports say the same few things many times.
//! Deliberately absent: places, levels and other fields.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use model::config::CodeList;
use model::config::fold::{blank, fold};
use model::config::source::{Field, Kind, Source, Unknown};

use crate::ingest::evidence::Decision;
use crate::ingest::table::Cell;
use crate::ingest::{date, duration, entity, number, postcode, reference};

mod codes;

use codes::loose;

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
    /// Whether the canonical form of a reference is another than the written one.
    pub(super) respelled: bool,
}

/// From here on a spreadsheet no longer keeps every digit of a number.
const FIFTEEN_DIGITS: f64 = 1e15;
/// Distinct texts that are remembered a field; beyond it, each is worked out anew.
const REMEMBERED: usize = 50_000;

/// One field's reader.
pub(super) struct Reader<'a> {
    field: &'a Field,
    source: &'a Source,
    /// Code and whether a person should look, by folded text.
    spellings: HashMap<String, (String, bool)>,
    /// The same by what [`loose`] leaves of the spelling; none where several codes come to it.
    loose: HashMap<String, Option<(String, bool)>>,
    /// Place of a code in its list.
    order: HashMap<String, usize>,
    remembered: HashMap<String, Rc<Cleaned>>,
    from_1904: bool,
    way: date::Way<'a>,
    cut_off: bool,
    as_written: bool,
    in_days: bool,
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
        let mut by_loose: HashMap<String, Option<(String, bool)>> = HashMap::new();
        for (spelling, code) in &spellings {
            let same = by_loose.entry(loose(spelling)).or_insert_with(|| Some(code.clone()));
            if same.as_ref().is_some_and(|same| same.0 != code.0) {
                *same = None;
            }
        }
        // The configuration was read with the same list of zones.
        let zone = source.dates.zone.as_ref().and_then(|zone| jiff::tz::TimeZone::get(zone).ok());
        let Decision { order: first, cut_off, as_written, in_days } = Decision::of(source);
        let way = date::Way { dates: &source.dates, order: first, zone };
        let (remembered, from_1904) = (HashMap::new(), false);
        Self {
            field,
            source,
            spellings,
            loose: by_loose,
            order,
            remembered,
            from_1904,
            way,
            cut_off,
            as_written,
            in_days,
        }
    }

    /// How a file's column is read, as all of its rows say.
    pub(super) fn decide(&mut self, decision: Decision) {
        Decision { order: self.way.order, cut_off: self.cut_off, as_written: self.as_written, in_days: self.in_days } =
            decision;
        self.remembered.clear();
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
            Cell::Shown(value, _) if self.field.fold.is_some() && value.abs() >= FIFTEEN_DIGITS => {
                Rc::new(self.number(value))
            }
            // A format that adds a unit or a word changes what the number says to whoever looks at it.
            Cell::Shown(_, shown) if self.says_more(shown) => self.text(shown),
            Cell::Shown(value, shown) => match self.field.kind {
                Kind::Text | Kind::FreeText | Kind::Code | Kind::Multi | Kind::Postcode => self.text(shown),
                Kind::Date | Kind::Bool | Kind::Int | Kind::Minutes => Rc::new(self.number(value)),
            },
            Cell::Serial(days) | Cell::Length(days) => self.days(cell, days),
            Cell::Truth(_) if self.field.fold.is_some() => Rc::new(noted(None, "odd_identifier", 1)),
            // Where a text belongs, it is the word that a person sees there and a text file has.
            Cell::Truth(truth) => match self.field.kind {
                Kind::Text | Kind::FreeText | Kind::Postcode => self.text(if truth { "TRUE" } else { "FALSE" }),
                Kind::Date | Kind::Bool | Kind::Int | Kind::Minutes | Kind::Code | Kind::Multi => {
                    self.text(if truth { "Y" } else { "N" })
                }
            },
            Cell::Fault => Rc::new(noted(None, "error_cell", 0)),
            Cell::NoResult => Rc::new(noted(None, "formula_without_value", 0)),
        }
    }

    const fn lengths(&self) -> duration::Said {
        duration::Said { colon: self.field.colon, number: self.field.number, in_days: self.in_days }
    }

    fn says_more(&self, shown: &str) -> bool {
        matches!(self.field.kind, Kind::Minutes | Kind::Bool) && shown.chars().any(char::is_alphabetic)
    }

    /// A date, a time or a length of time.
    fn days(&mut self, cell: Cell<'_>, days: f64) -> Rc<Cleaned> {
        const LONGEST_DAYS: f64 = 31.0;
        match self.field.kind {
            Kind::Date if matches!(cell, Cell::Serial(_)) || days == 0.0 => {
                Rc::new(self.date(date::serial(days, date::Form::Cell), 10))
            }
            Kind::Minutes => {
                // More than a day, with a format that shows the time alone, is a date to whoever reads it.
                let from = if self.from_1904 && matches!(cell, Cell::Serial(_)) { date::DAYS_1904 } else { 0.0 };
                let is_length = matches!(cell, Cell::Length(_)) || days - from < LONGEST_DAYS;
                let minutes = is_length.then(|| duration::of_days(days - from)).flatten();
                Rc::new(minutes.map_or_else(|| noted(None, "bad_minutes", 10), |minutes| valued(minutes.to_string())))
            }
            Kind::Text if self.field.fold.is_some() => Rc::new(noted(None, "odd_identifier", 10)),
            Kind::Date
            | Kind::Text
            | Kind::Bool
            | Kind::Int
            | Kind::Code
            | Kind::Multi
            | Kind::FreeText
            | Kind::Postcode => {
                let said = date::serial(days, date::Form::Cell);
                let date = said.and_then(|said| match said {
                    date::Said::Day(read) => Some(read.date.to_string()),
                    date::Said::Nothing | date::Said::NoZone => None,
                });
                self.text(&date.unwrap_or_else(|| number::plain(days)))
            }
        }
    }

    fn number(&self, value: f64) -> Cleaned {
        if !value.is_finite() {
            return noted(None, "blank_word", 3);
        }
        match self.field.kind {
            Kind::Date if value == 0.0 => self.date(Some(date::Said::Nothing), 1),
            Kind::Minutes => match duration::of_number(value, self.lengths()) {
                Some(minutes) => valued(minutes.to_string()),
                None => noted(None, "bad_minutes", number::plain(value).len()),
            },
            Kind::Text if self.field.fold.is_some() && value.abs() >= FIFTEEN_DIGITS => {
                noted(None, "odd_identifier", number::plain(value).len())
            }
            Kind::Date => {
                // In a declared date column a bare number is a number of days.
                let days = if self.from_1904 { value + date::DAYS_1904 } else { value };
                self.date(date::serial(days, date::Form::Serial), number::plain(value).len())
            }
            Kind::Text | Kind::Bool | Kind::Int | Kind::Code | Kind::Multi | Kind::FreeText | Kind::Postcode => {
                self.cleaned(&number::plain(value))
            }
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
        let Some(behind) = reference::lone_mark(text) else { return self.cleaned_unmarked(text) };
        // In a note it is a sign like others.
        let kept = if self.field.kind == Kind::FreeText { text } else { behind };
        let mut cleaned = self.cleaned_unmarked(kept);
        cleaned.notes.push(Note { check: "stray_quote", length: text.chars().count() });
        cleaned
    }

    fn cleaned_unmarked(&self, text: &str) -> Cleaned {
        // A note may be written in any script, whose marks are a part of it; a reference has a canonical form of its own.
        let as_typed = self.field.kind == Kind::FreeText || self.field.fold.is_some();
        if let Some(seen) = if as_typed { None } else { reference::seen(text) } {
            return self.cleaned_as_seen(&seen);
        }
        self.cleaned_as_seen(text)
    }

    fn cleaned_as_seen(&self, text: &str) -> Cleaned {
        let Some(resolved) = entity::resolved(text) else { return self.plain(text) };
        let mut cleaned = self.plain(&resolved);
        cleaned.notes.push(Note { check: "html_entity", length: text.chars().count() });
        cleaned
    }

    fn plain(&self, text: &str) -> Cleaned {
        let length = text.chars().count();
        if !self.field.blanks.is_empty() && self.field.blanks.contains(&fold(text)) {
            return Cleaned::default();
        }
        if self.says_nothing(text, length) {
            return noted(None, "blank_word", length);
        }
        let text = self.unguarded(text);
        if text.chars().all(blank) {
            return Cleaned::default();
        }
        match self.field.kind {
            Kind::Text if self.field.fold.is_some() => self.reference(text, length),
            Kind::Text => valued(self.padded(collapsed(text))),
            Kind::FreeText => valued(text.trim_matches(blank).to_owned()),
            Kind::Date => self.date_of_text(text, length),
            Kind::Bool => self.truth(text, length),
            Kind::Int => self.measured(text, number::whole, "bad_number", length),
            Kind::Minutes => self.measured(text, |text| duration::minutes(text, self.lengths()), "bad_minutes", length),
            Kind::Postcode => match postcode::read(text) {
                Some((postcode, false)) => valued(postcode),
                Some((postcode, true)) => noted(Some(postcode), "repaired_postcode", length),
                None => noted(None, "bad_postcode", length),
            },
            Kind::Code => self.code(text, length),
            Kind::Multi => self.multi(text, length),
        }
    }

    /// Without what guarded the text from a spreadsheet. A name may begin with an apostrophe, a note with any sign.
    fn unguarded<'t>(&self, text: &'t str) -> &'t str {
        match self.field.kind {
            Kind::FreeText => text,
            Kind::Text if self.field.fold.is_some() || !text.starts_with("=\"") => text,
            Kind::Text
            | Kind::Date
            | Kind::Bool
            | Kind::Int
            | Kind::Minutes
            | Kind::Postcode
            | Kind::Code
            | Kind::Multi => reference::unguarded(text),
        }
    }

    /// Whether a program wrote a word where it had nothing. In a name the word must be as programs write it: there are
    /// people who are called Null.
    fn says_nothing(&self, text: &str, length: usize) -> bool {
        const LONGEST: usize = 20;
        const WRITTEN: [&str; 9] = ["NULL", "null", "(null)", "NaN", "nan", "NaT", "<NA>", "#N/A", "\\N"];
        if length > LONGEST {
            return false;
        }
        match self.field.kind {
            Kind::FreeText => false,
            Kind::Text if self.field.fold.is_none() => WRITTEN.contains(&text.trim()),
            Kind::Code | Kind::Multi if self.field.unknown == Unknown::Add => WRITTEN.contains(&text.trim()),
            Kind::Code | Kind::Multi => self.spelled(text).is_none() && reference::is_nothing(&fold(text)),
            // A person's `?` may mean yes.
            Kind::Bool => WRITTEN.contains(&text.trim()),
            Kind::Text => reference::is_nothing(&fold(text)) || reference::is_none_yet(&fold(text)),
            Kind::Date => reference::is_nothing(&fold(text)) || reference::is_no_date_yet(&fold(text)),
            Kind::Int | Kind::Minutes | Kind::Postcode => reference::is_nothing(&fold(text)),
        }
    }

    /// A reference as it was written; by what canonical form it is found is `reference`'s to say.
    fn reference(&self, text: &str, length: usize) -> Cleaned {
        let long = if self.cut_off { reference::longer_than_15_digits(text) } else { None };
        let cut_off = long.is_some_and(|number| reference::ends_in_zeros(&number));
        let is_none = reference::is_lost(text, self.as_written) || reference::is_several(text);
        if cut_off || text.contains('\u{fffd}') || is_none {
            return noted(None, "odd_identifier", length);
        }
        let written = collapsed(&reference::without_marks_of_no_width(text));
        let canonical = reference::canonical(&written, self.field.fold.unwrap_or(true));
        let padded = self.padded(canonical.clone());
        let respelled = canonical != written || padded != canonical;
        // Zeros are put back in both forms.
        let written = if padded == canonical { written } else { padded };
        Cleaned { respelled, value: Some(written).filter(|_| !canonical.is_empty()), ..Cleaned::default() }
    }

    fn truth(&self, text: &str, length: usize) -> Cleaned {
        let said = |truth| if truth { "Y" } else { "N" }.to_owned();
        if let Some(truth) = number::truth(&fold(text)) {
            return valued(said(truth));
        }
        match without_footnote(self.source, text).and_then(|text| number::truth(&fold(&text))) {
            Some(truth) => noted(Some(said(truth)), "footnote_marker", length),
            None => noted(None, "bad_bool", length),
        }
    }

    fn measured(&self, text: &str, read: impl Fn(&str) -> Option<i64>, check: &'static str, length: usize) -> Cleaned {
        if let Some(value) = read(text) {
            return valued(value.to_string());
        }
        match without_footnote(self.source, text).and_then(|text| read(&text)) {
            Some(value) => noted(Some(value.to_string()), "footnote_marker", length),
            None => noted(None, check, length),
        }
    }

    fn date_of_text(&self, text: &str, length: usize) -> Cleaned {
        if let said @ Some(_) = date::text(text, &self.way) {
            return self.date(said, length);
        }
        let said = without_footnote(self.source, text).and_then(|text| date::text(&text, &self.way));
        let mut cleaned = self.date(said, length);
        if said.is_some() {
            cleaned.notes.push(Note { check: "footnote_marker", length });
        }
        cleaned
    }

    fn date(&self, said: Option<date::Said>, length: usize) -> Cleaned {
        let read = match said {
            Some(date::Said::Day(read)) => read,
            Some(date::Said::Nothing) => return noted(None, "placeholder_date", length),
            Some(date::Said::NoZone) => return noted(None, "zone_unknown", length),
            None => return noted(None, "bad_date", length),
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
}

/// A text without the mark of a footnote that the source names; none where it has no such mark.
pub(super) fn without_footnote(source: &Source, text: &str) -> Option<String> {
    let text = collapsed(text);
    let lower = text.to_lowercase();
    let marks = source.footnotes.iter().filter(|marker| lower.ends_with(&marker.to_lowercase()));
    // Of `*` and `**` the longer one.
    let marker = marks.max_by_key(|marker| marker.chars().count())?;
    let rest = text.char_indices().rev().nth(marker.chars().count().checked_sub(1)?).map(|(at, _)| &text[..at])?;
    (!rest.trim().is_empty()).then(|| rest.trim().to_owned())
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
