//! Proposes a source file for an export that nobody described. Comes in: a file. Goes out: the text of `sources/*.toml`, each
//! field with its evidence in counts, and a code list for each column of few values. A value stands in a list only where
//! many rows share it, so that no person's own words come into the configuration. Deliberately absent: writing files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::Path;

use model::config::fold::{blank, fold, fold_header};
use model::config::source::{Class, Dates, Kind, Order};

use crate::ingest::date::{self, Said, Way};
use crate::ingest::error::IngestError;
use crate::ingest::table::{Cell, Export, Sheet, Visibility};
use crate::ingest::{duration, format, number, postcode};

/// Rows that a value of a code list has at least.
const SHARED: usize = 5;
/// Values that a code list has at most.
const FEW: usize = 60;
/// Parts of headers of columns that name somebody.
const PERSONAL: &str = "name worker adviser advisor address phone mobile email";
/// Distinct texts that are told apart a column.
const TOLD_APART: usize = 5000;

/// Files to start from.
pub struct Proposal {
    /// `sources/<name>.toml`.
    pub source: String,
    /// `codes/<list>.csv` by list.
    pub codes: BTreeMap<String, String>,
}

/// What the cells of a column look like.
#[derive(Default)]
struct Column {
    header: String,
    filled: usize,
    dates: usize,
    truths: usize,
    wholes: usize,
    minutes: usize,
    postcodes: usize,
    letters: usize,
    values: BTreeMap<String, usize>,
}

/// Looks at every row of the sheet with the widest header, and proposes a field a column.
///
/// # Errors
/// [`IngestError`] where the file does not open or no row could be a header.
pub fn propose(file: &Path, name: &str) -> Result<Proposal, IngestError> {
    let export = format::open(file, &BTreeSet::new())?;
    let (columns, rows) = columns(&export)?;
    Ok(written(name, &export.file, &columns, rows))
}

fn columns(export: &Export) -> Result<(Vec<Column>, usize), IngestError> {
    let mut best: Option<(&Sheet, u64, Vec<String>)> = None;
    for sheet in export.sheets.iter().filter(|sheet| sheet.visibility == Visibility::Visible) {
        let header = widest(sheet)?;
        if let Some((row, names)) = header
            && best.as_ref().is_none_or(|(_, _, other)| names.len() > other.len())
        {
            best = Some((sheet, row, names));
        }
    }
    let Some((sheet, header, names)) = best else {
        let source_name = "a source to be proposed".to_owned();
        return Err(IngestError::NoHeader { file: export.file.clone(), source_name, matched: 0 });
    };
    let mut columns: Vec<Column> = names.into_iter().map(|header| Column { header, ..Column::default() }).collect();
    let mut rows = 0;
    let dates = unbounded();
    let way = Way { dates: &dates, order: Order::DayFirst, zone: None };
    sheet.rows.walk(&mut |row, cells| {
        if row > header && cells.iter().any(|cell| *cell != Cell::Blank) {
            rows += 1;
            for (column, cell) in columns.iter_mut().zip(cells) {
                column.hear(*cell, &way);
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok((columns, rows))
}

/// The row with the most names among the first, where no cell is a value.
fn widest(sheet: &Sheet) -> Result<Option<(u64, Vec<String>)>, IngestError> {
    const SEARCHED: usize = 30;
    let (mut seen, mut best) = (0, None::<(u64, Vec<String>)>);
    sheet.rows.walk(&mut |row, cells| {
        seen += 1;
        let names: Option<Vec<String>> = cells.iter().map(name).collect();
        if let Some(mut names) = names {
            while names.last().is_some_and(String::is_empty) {
                names.pop();
            }
            let distinct: BTreeSet<String> = names.iter().map(|name| fold_header(name)).collect();
            let sound = names.len() > 1 && distinct.len() == names.len() && !names.iter().any(String::is_empty);
            if sound && best.as_ref().is_none_or(|(_, other)| names.len() > other.len()) {
                best = Some((row, names));
            }
        }
        Ok(if seen < SEARCHED { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(best)
}

/// A name of a column; none where the cell is a value.
fn name(cell: &Cell<'_>) -> Option<String> {
    let Cell::Text(text) = cell else { return (!cell.is_typed()).then(String::new) };
    let text = text.split(blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    (text.len() <= 60 && text.chars().any(char::is_alphabetic)).then_some(text)
}

fn unbounded() -> Dates {
    Dates {
        first: "1900-01-01".to_owned(),
        last: "2099-12-31".to_owned(),
        two_digit_from: 1980,
        placeholders: Vec::new(),
        order: None,
        zone: None,
    }
}

impl Column {
    fn hear(&mut self, cell: Cell<'_>, way: &Way<'_>) {
        let text = match cell {
            Cell::Blank | Cell::Fault | Cell::NoResult => return,
            Cell::Serial(_) => {
                (self.filled, self.dates) = (self.filled + 1, self.dates + 1);
                return;
            }
            Cell::Length(_) => {
                (self.filled, self.minutes) = (self.filled + 1, self.minutes + 1);
                return;
            }
            Cell::Truth(truth) => if truth { "Y" } else { "N" }.to_owned(),
            Cell::Number(number) => number::plain(number),
            Cell::Text(text) | Cell::Shown(_, text) => text.trim_matches(blank).to_owned(),
        };
        self.filled += 1;
        let month_first = Way { order: Order::MonthFirst, ..way.clone() };
        let is_date = |way: &Way<'_>| matches!(date::text(&text, way), Some(Said::Day(_) | Said::NoZone));
        // Five digits may be a number of days, and are a number first.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        self.dates += usize::from(!digits && (is_date(way) || is_date(&month_first)));
        self.truths += usize::from(number::truth(&fold(&text)).is_some());
        self.wholes += usize::from(number::whole(&text).is_some());
        self.minutes += usize::from(duration::minutes(&text, duration::Said::default()).is_some());
        self.postcodes += usize::from(postcode::read(&text).is_some());
        self.letters += text.chars().count();
        if self.values.len() < TOLD_APART || self.values.contains_key(&text) {
            *self.values.entry(text).or_insert(0) += 1;
        }
    }

    fn says(&self, words: &[&str]) -> bool {
        let header = fold_header(&self.header);
        words.iter().any(|word| header.contains(word))
    }

    /// What nearly all cells are.
    fn guess(&self) -> Kind {
        const LONG: usize = 40;
        let most = |count: usize| self.filled > 0 && count * 20 >= self.filled * 19;
        let (few, long) = (self.values.len() <= FEW, self.letters > LONG * self.filled);
        if most(self.dates) {
            Kind::Date
        } else if most(self.truths) && self.values.len() < 5 {
            Kind::Bool
        } else if most(self.postcodes) {
            Kind::Postcode
        } else if most(self.minutes) && self.says(&["minute", "time", "duration", "hours"]) {
            Kind::Minutes
        } else if self.is_reference() || PERSONAL.split(' ').any(|word| self.says(&[word])) || self.are_names() {
            // Few people are no categories either.
            Kind::Text
        } else if long && self.filled > 0 {
            Kind::FreeText
        } else if few && self.values.len() * SHARED <= self.filled {
            Kind::Code
        } else if most(self.wholes) {
            Kind::Int
        } else {
            Kind::Text
        }
    }

    /// Whether most distinct values are written as names of people are: two or three words, each with one capital in front.
    fn are_names(&self) -> bool {
        let is_word = |word: &str| {
            let rest = word.trim_start_matches(|first: char| first.is_uppercase());
            word.chars().next().is_some_and(char::is_uppercase)
                && rest.chars().any(char::is_lowercase)
                && word.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '\'' | '-' | '\u{2019}' | '.'))
        };
        let is_name = |value: &&String| {
            let words: Vec<&str> = value.split(' ').collect();
            (2..=3).contains(&words.len()) && words.iter().all(|word| is_word(word))
        };
        self.values.len() > 1 && self.values.keys().filter(is_name).count() * 5 >= self.values.len() * 4
    }

    fn is_reference(&self) -> bool {
        self.says(&["ref", "number", "casekey", "uniquekey", "caseid", "familyid"])
    }

    /// `date_opened` of `Date opened`.
    fn field(&self) -> String {
        let mut field = String::new();
        for character in self.header.to_lowercase().chars() {
            if character.is_ascii_alphanumeric() {
                field.push(character);
            } else if !field.ends_with('_') && !field.is_empty() {
                field.push('_');
            }
        }
        let field = field.trim_end_matches('_').to_owned();
        if field.starts_with(|first: char| first.is_ascii_lowercase()) { field } else { format!("column_{field}") }
    }
}

/// Which column is what to the source as a whole.
struct Parts<'c> {
    case: &'c Column,
    family: Option<&'c Column>,
    opened: Option<&'c Column>,
    closed: Option<&'c Column>,
}

impl<'c> Parts<'c> {
    fn of(columns: &'c [Column], rows: usize) -> Option<Self> {
        let each_its_own = |column: &&Column| column.filled == rows && column.values.len() == rows.min(TOLD_APART);
        let references = || columns.iter().filter(|column| column.guess() == Kind::Text);
        let named = references().find(|column| column.is_reference() && column.says(&["case", "ref", "key"]));
        let case = named.filter(|column| each_its_own(column)).or_else(|| references().find(each_its_own)).or(named)?;
        let is_case = |column: &&Column| std::ptr::eq(*column, case);
        let family = references().find(|column| !is_case(column) && column.says(&["family", "household"]));
        let dates = || columns.iter().filter(|column| column.guess() == Kind::Date && !column.says(&["birth", "dob"]));
        let starts = ["open", "firstcontact", "start", "received", "created", "referr"];
        let opened = dates().find(|column| column.says(&starts)).or_else(|| dates().next());
        let closed = dates().find(|column| column.says(&["clos", "ended"]));
        Some(Self { case, family, opened, closed })
    }
}

fn written(name: &str, file: &str, columns: &[Column], rows: usize) -> Proposal {
    let mut proposal = Proposal { source: String::new(), codes: BTreeMap::new() };
    let parts = Parts::of(columns, rows);
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = head(&mut text, file, rows, parts.as_ref());
    let mut names = BTreeSet::new();
    for column in columns {
        let mut field = column.field();
        while !names.insert(field.clone()) {
            field.push('_');
        }
        let list = (column.guess() == Kind::Code).then(|| format!("{name}_{field}"));
        let list =
            list.filter(|list| column.list().is_some_and(|codes| proposal.codes.insert(list.clone(), codes).is_none()));
        let _ = one_field(&mut text, column, &field, list.as_deref(), parts.as_ref());
    }
    proposal.source = text;
    proposal
}

fn head(text: &mut String, file: &str, rows: usize, parts: Option<&Parts<'_>>) -> std::fmt::Result {
    writeln!(
        text,
        "# Proposed from {rows} rows of {}. Look at each line; what begins with LOOK is a guess.\n",
        quoted(file)
    )?;
    writeln!(text, "label = \"Cases\"")?;
    match parts {
        Some(parts) => {
            writeln!(text, "case = \"{}\"            # LOOK: names a case for ever", parts.case.field())?;
            match parts.family {
                Some(family) => writeln!(text, "family = \"{}\"        # LOOK: who is protected", family.field())?,
                None => writeln!(
                    text,
                    "unit = \"case\"          # LOOK: no column of families was found; each case is its own"
                )?,
            }
            if let Some(closed) = parts.closed {
                writeln!(
                    text,
                    "later = [\"{}\"]   # of several rows of a case, the one with the later date holds",
                    closed.field()
                )?;
            }
        }
        None => writeln!(text, "case = \"\"             # LOOK: no column has another reference in every row")?,
    }
    writeln!(text, "reject_at_most = 0.02\ntotals = [\"total\", \"grand total\"]\n\n[events]")?;
    for (event, column) in parts.into_iter().flat_map(|parts| [("opened", parts.opened), ("closed", parts.closed)]) {
        if let Some(column) = column {
            writeln!(text, "{event} = \"{}\"   # LOOK", column.field())?;
        }
    }
    writeln!(text, "\n[dates]\nfirst = \"2000-01-01\"\nlast = \"2040-12-31\"\ntwo_digit_from = 1980")?;
    writeln!(text, "placeholders = [\"1900-01-01\", \"9999-12-31\"]\n\n[checks]")?;
    for (check, level) in LEVELS {
        writeln!(text, "{check} = \"{level}\"")?;
    }
    Ok(())
}

/// Levels to start from; a check that is not named here has the level of one that no source names.
const LEVELS: [(&str, &str); 18] = [
    ("missing_required", "reject"),
    ("ragged_row", "reject"),
    ("bad_date", "reject"),
    ("date_out_of_range", "reject"),
    ("ambiguous_date", "warn"),
    ("two_digit_year", "warn"),
    ("placeholder_date", "warn"),
    ("bad_number", "warn"),
    ("bad_minutes", "warn"),
    ("bad_bool", "warn"),
    ("bad_postcode", "warn"),
    ("repaired_postcode", "warn"),
    ("error_cell", "warn"),
    ("formula_without_value", "warn"),
    ("two_spellings", "warn"),
    ("repeated_case", "warn"),
    ("other_sheet", "warn"),
    ("headers_differ", "warn"),
];

fn one_field(
    text: &mut String,
    column: &Column,
    field: &str,
    list: Option<&str>,
    parts: Option<&Parts<'_>>,
) -> std::fmt::Result {
    let guess = column.guess();
    let is = |other: Option<&Column>| other.is_some_and(|other| std::ptr::eq(other, column));
    let is_case = is(parts.map(|parts| parts.case));
    let class = match guess {
        Kind::Date if !column.says(&["birth", "dob"]) => Class::Quasi,
        Kind::Date | Kind::Postcode | Kind::Text => Class::Direct,
        Kind::Bool | Kind::Minutes | Kind::Int => Class::Operational,
        Kind::Code | Kind::Multi => Class::Sensitive,
        Kind::FreeText => Class::FreeText,
    };
    let (kind, class) = (quoted_word(&guess), quoted_word(&class));
    writeln!(text, "\n# {}", column.evidence())?;
    writeln!(
        text,
        "[[field]]\nname = \"{field}\"\ncolumns = [{}]\nkind = {kind}\nclass = {class}",
        quoted(&column.header)
    )?;
    if is_case || is(parts.and_then(|parts| parts.opened)) {
        writeln!(text, "required = true")?;
    }
    match (guess, list) {
        (Kind::Code, Some(list)) => writeln!(text, "codes = \"{list}\"\nunknown = \"reject\""),
        (Kind::Code, None) => {
            writeln!(text, "unknown = \"add\"   # LOOK: no value is shared by enough rows for a list")
        }
        _ => Ok(()),
    }
}

impl Column {
    /// Counts only: `412 of 430 rows are filled; 412 dates; 30 different values`.
    fn evidence(&self) -> String {
        let parts = [
            ("dates", self.dates),
            ("yes or no", self.truths),
            ("whole numbers", self.wholes),
            ("lengths of time", self.minutes),
            ("postcodes", self.postcodes),
        ];
        let found = parts.into_iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{count} {what}"));
        let mut said = vec![format!("{} cells are filled", self.filled)];
        said.extend(found);
        let more = if self.values.len() < TOLD_APART { "" } else { "at least " };
        said.push(format!("{more}{} different values", self.values.len()));
        said.join("; ")
    }

    /// A code list of the values that many rows share; none where there is none.
    fn list(&self) -> Option<String> {
        let mut labels: BTreeMap<String, (&str, usize)> = BTreeMap::new();
        for (value, count) in &self.values {
            let entry = labels.entry(fold(value)).or_insert((value, 0));
            entry.1 += count;
        }
        let shared: Vec<&str> =
            labels.values().filter(|(_, count)| *count >= SHARED).map(|(label, _)| *label).collect();
        if shared.is_empty() {
            return None;
        }
        let mut text =
            "# LOOK: where these are people, delete the list and make its field one of kind text.\ncode,label\n"
                .to_owned();
        let mut codes = BTreeSet::new();
        for label in shared {
            let mut code: String =
                label.chars().filter(char::is_ascii_alphanumeric).take(12).collect::<String>().to_uppercase();
            if code.is_empty() {
                code.push('C');
            }
            let stem = code.clone();
            let mut number = 2;
            while !codes.insert(code.clone()) {
                code = format!("{stem}{number}");
                number += 1;
            }
            let label = label.replace(['\n', '\r'], " ").replace('"', "\"\"");
            text += &format!("{code},\"{label}\"\n");
        }
        Some(text)
    }
}

/// A word of the configuration, as TOML writes it.
fn quoted_word(word: &impl serde::Serialize) -> String {
    // A variant without fields is a text in JSON, and a text of letters is the same in TOML.
    serde_json::to_string(word).unwrap_or_default()
}

/// A text of TOML.
fn quoted(text: &str) -> String {
    let plain: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}
