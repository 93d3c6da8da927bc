//! `sources/*.toml`: how the columns of an export become fields. Comes in: TOML. Goes out: a checked [`Source`].
//! Deliberately absent: a value of anybody; reading an export is `confidential`'s.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::config::codes::CodeList;
use crate::config::dates::RawDates;
pub use crate::config::dates::{Bare, Colon, Dates, Order};
use crate::config::error::{ConfigError, Document};
use crate::config::fold::{fold, fold_header};
use crate::config::rule::{self, Rule};

/// What a field holds. The stored form of every kind is text; see [`Field::kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Any text, trimmed, spaces collapsed.
    Text,
    /// Stored `2026-03-31`.
    Date,
    /// Stored `Y` or `N`.
    Bool,
    /// Stored in digits.
    Int,
    /// Stored in minutes, digits; typed as `95`, `1h35`, `1.5 hrs`.
    Minutes,
    /// Stored as a code of the list, or as typed where the list is open.
    Code,
    /// Codes of the list, stored in the list's order, joined by `;`.
    Multi,
    /// Narrative; never read into any output.
    FreeText,
    /// UK postcode, stored `ST16 1AA`.
    Postcode,
}

/// What a field may do to a person if it gets out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Names the person.
    Direct,
    /// Narrows to the person.
    Quasi,
    /// What is protected.
    Sensitive,
    /// May hold anything.
    FreeText,
    /// How the service works.
    Operational,
}

/// What happens where a check fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nothing is stored.
    Stop,
    /// The row is listed and not stored.
    Reject,
    /// Said and stored.
    Warn,
}

/// What an unknown code does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// The run stops: a new code is a decision.
    #[default]
    Stop,
    /// The row is listed and not stored.
    Reject,
    /// The list is open: taken as typed, and listed.
    Add,
}

/// One field of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in the store.
    pub name: String,
    /// Headers it goes by in exports, the current one first; compared as [`fold_header`] writes them.
    pub columns: Vec<String>,
    /// Those of `columns` that are of the past, with the last month in which each was in use.
    pub former: BTreeMap<String, String>,
    /// What it holds.
    pub kind: Kind,
    /// What it may do.
    pub class: Class,
    /// Whether a blank is a fault.
    pub required: bool,
    /// Name of its code list; none where the list is open from the start.
    pub codes: Option<String>,
    /// What an unknown code does.
    pub unknown: Unknown,
    /// Spellings of this field's codes: value as [`fold`] writes it, then code.
    pub aliases: BTreeMap<String, String>,
    /// The same, for spellings that a person should look at.
    pub review: BTreeMap<String, String>,
    /// Values that mean a blank, as [`fold`] writes them: `n/k`, `select one`.
    pub blanks: Vec<String>,
    /// What parts the codes of one cell, the surest first.
    pub separators: Vec<String>,
    /// The field of several codes that takes the second and later code of a cell.
    pub rest: Option<String>,
    /// Digits to which a number that lost its leading zeros is padded.
    pub pad: Option<usize>,
    /// Whether it refers to a case or a family (or to anything else that has to be found again under any spelling), and
    /// then whether letter case and the kind of a dash are no difference.
    pub fold: Option<bool>,
    /// What `45:30` is in a field of minutes; none where nobody said.
    pub colon: Option<Colon>,
    /// What a number without a unit is in a field of minutes; none where nobody said.
    pub number: Option<Bare>,
    /// Whether a cell merged over several rows holds in each of them.
    pub fill_down: bool,
}

/// What a case is whose export has no column of closing dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutClosing {
    /// Open or closed: nobody knows.
    #[default]
    Unknown,
    /// Open: such an export lists the open cases.
    Open,
}

/// How one system's exports are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The file's stem.
    pub name: String,
    /// For people.
    pub label: String,
    /// The field that identifies a case.
    pub case: String,
    /// The field that identifies a family; none where each case is declared to be its own unit.
    pub family: Option<String>,
    /// The yes-or-no field that says that the row is to be left out and forgotten.
    pub deleted: Option<String>,
    /// Date fields that say which of several rows of a case is the later one, the first that differs; where there is none,
    /// the row that is read last.
    pub later: Vec<String>,
    /// Date field by event: `opened`, `closed`.
    pub events: BTreeMap<String, String>,
    /// What a case is whose export has no column of closing dates.
    pub without_closing: WithoutClosing,
    /// In the file's order, which is the order of stored values.
    pub fields: Vec<Field>,
    /// Columns that are known and not wanted; dropped as they are read.
    pub ignore: Vec<String>,
    /// How dates are read.
    pub dates: Dates,
    /// Markers at the end of a cell that are no part of its value: `*`, `(est)`.
    pub footnotes: Vec<String>,
    /// First words of a row of totals, as [`fold`] writes them.
    pub totals: Vec<String>,
    /// Level by check name; see [`Source::level`].
    pub checks: BTreeMap<String, Level>,
    /// Checks over several fields of a case.
    pub rules: Vec<Rule>,
    /// More rejected rows than this share stop the run.
    pub reject_at_most: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSource {
    label: String,
    case: Spanned<String>,
    family: Option<Spanned<String>>,
    unit: Option<Spanned<String>>,
    deleted: Option<Spanned<String>>,
    #[serde(default)]
    later: Vec<Spanned<String>>,
    reject_at_most: Spanned<f64>,
    events: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    without_closing: WithoutClosing,
    dates: RawDates,
    #[serde(default)]
    ignore: Vec<Spanned<String>>,
    #[serde(default)]
    footnotes: Vec<String>,
    #[serde(default)]
    totals: Vec<String>,
    checks: BTreeMap<Spanned<String>, Level>,
    field: Vec<RawField>,
    #[serde(default)]
    rule: Vec<rule::RawRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    name: Spanned<String>,
    columns: Vec<Spanned<String>>,
    #[serde(default)]
    former: BTreeMap<String, String>,
    kind: Kind,
    class: Class,
    #[serde(default)]
    required: bool,
    codes: Option<Spanned<String>>,
    #[serde(default)]
    unknown: Unknown,
    #[serde(default)]
    aliases: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    review: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    blanks: Vec<String>,
    separators: Option<Vec<String>>,
    rest: Option<Spanned<String>>,
    pad: Option<usize>,
    fold: Option<Spanned<bool>>,
    colon: Option<Spanned<Colon>>,
    number: Option<Spanned<Bare>>,
    #[serde(default)]
    fill_down: bool,
}

impl Source {
    /// The position of a field.
    #[must_use]
    pub fn position(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|candidate| candidate.name == field)
    }

    /// What happens where a check fails. Most that the file does not name stop the run.
    #[must_use]
    pub fn level(&self, check: &str) -> Level {
        let rule = || self.rules.iter().find(|rule| rule.name == check).map(|rule| rule.level);
        self.checks.get(check).copied().or_else(rule).unwrap_or_else(|| rule::unnamed_level(check))
    }

    /// Reads one source file.
    ///
    /// # Errors
    /// [`ConfigError`] where a field, code list, event or check is not what it may be.
    pub fn read(name: &str, document: &Document, codes: &BTreeMap<String, CodeList>) -> Result<Self, ConfigError> {
        let raw: RawSource = document.toml()?;
        let mut fields = fields(document, raw.field, codes)?;
        let known = |name: &Spanned<String>, kinds: &[Kind]| known(document, name, &fields, kinds);
        let case = known(&raw.case, &[Kind::Text])?;
        if let Some(field) = fields.iter().find(|field| field.name == case && !field.required) {
            let message = format!("the field {:?} identifies the case, so it must be `required`", field.name);
            return Err(document.error(raw.case.span(), message));
        }
        let family = match (&raw.family, &raw.unit) {
            (Some(family), None) => Some(known(family, &[Kind::Text])?),
            (None, Some(unit)) if unit.get_ref() == "case" => None,
            (None, Some(unit)) => return Err(document.not_one_of("unit", unit, ["case"])),
            (Some(_), Some(unit)) => {
                return Err(document.error(unit.span(), "a source with a `family` field needs no `unit`"));
            }
            (None, None) => {
                let error = document.error(raw.case.span(), "the source does not say whom it protects");
                return Err(error.with_help("give `family`, or declare `unit = \"case\"`: each case its own"));
            }
        };
        let later = raw.later.iter().map(|field| known(field, &[Kind::Date])).collect::<Result<_, _>>()?;
        let deleted = raw.deleted.as_ref().map(|field| known(field, &[Kind::Bool])).transpose()?;
        let mut events = BTreeMap::new();
        for (event, field) in &raw.events {
            events.insert(event.clone(), known(field, &[Kind::Date])?);
        }
        if events.is_empty() {
            return Err(document.error(0..0, "no event says which date decides the period"));
        }
        if !(0.0..=1.0).contains(raw.reject_at_most.get_ref()) {
            return Err(document.error(raw.reject_at_most.span(), "a share lies between 0 and 1"));
        }
        for field in fields.iter_mut().filter(|field| field.name == case || family.as_ref() == Some(&field.name)) {
            field.fold.get_or_insert(true);
        }
        let ignore = ignored(document, raw.ignore, &fields)?;
        let checks = rule::checks(document, raw.checks)?;
        let rules = rule::rules(document, raw.rule, &fields, codes)?;
        let dates = raw.dates.read(document)?;
        let totals = raw.totals.iter().map(|word| fold(word)).collect();
        let (label, footnotes, reject_at_most) = (raw.label, raw.footnotes, raw.reject_at_most.into_inner());
        let name = name.to_owned();
        Ok(Self {
            name,
            label,
            case,
            family,
            deleted,
            later,
            events,
            without_closing: raw.without_closing,
            fields,
            ignore,
            dates,
            footnotes,
            totals,
            checks,
            rules,
            reject_at_most,
        })
    }
}

fn known(document: &Document, name: &Spanned<String>, fields: &[Field], kinds: &[Kind]) -> Result<String, ConfigError> {
    let suits = |field: &&Field| kinds.contains(&field.kind);
    if fields.iter().filter(suits).any(|field| field.name == *name.get_ref()) {
        return Ok(name.get_ref().clone());
    }
    let allowed = fields.iter().filter(suits).map(|field| field.name.as_str());
    Err(document.not_one_of("field of a suitable kind", name, allowed))
}

fn ignored(document: &Document, raw: Vec<Spanned<String>>, fields: &[Field]) -> Result<Vec<String>, ConfigError> {
    for column in &raw {
        let folded = fold_header(column.get_ref());
        if fields.iter().any(|field| field.columns.iter().any(|other| fold_header(other) == folded)) {
            return Err(document.error(column.span(), "a field reads this column, so it cannot be ignored"));
        }
    }
    Ok(raw.into_iter().map(Spanned::into_inner).collect())
}

fn fields(
    document: &Document,
    raw: Vec<RawField>,
    codes: &BTreeMap<String, CodeList>,
) -> Result<Vec<Field>, ConfigError> {
    let several: Vec<String> =
        raw.iter().filter(|field| field.kind == Kind::Multi).map(|field| field.name.get_ref().clone()).collect();
    let mut fields: Vec<Field> = Vec::new();
    for raw in raw {
        if fields.iter().any(|other| other.name == *raw.name.get_ref()) {
            return Err(document.error(raw.name.span(), "this field comes twice"));
        }
        for column in &raw.columns {
            let folded = fold_header(column.get_ref());
            if fields.iter().any(|other| other.columns.iter().any(|other| fold_header(other) == folded)) {
                return Err(document.error(column.span(), "another field reads this column"));
            }
        }
        if let Some(rest) = raw.rest.as_ref().filter(|rest| !several.contains(rest.get_ref())) {
            return Err(document.not_one_of("field of kind multi", rest, several.iter().map(String::as_str)));
        }
        fields.push(field(document, raw, codes)?);
    }
    Ok(fields)
}

fn field(document: &Document, raw: RawField, codes: &BTreeMap<String, CodeList>) -> Result<Field, ConfigError> {
    let coded = matches!(raw.kind, Kind::Code | Kind::Multi);
    let list = match &raw.codes {
        Some(name) if !coded => return Err(document.error(name.span(), "only kinds code and multi have a code list")),
        Some(name) => match codes.get(name.get_ref()) {
            Some(list) => Some(list),
            None => return Err(document.not_one_of("code list", name, codes.keys().map(String::as_str))),
        },
        None if coded && raw.unknown != Unknown::Add => {
            let error = document.error(raw.name.span(), "this field has no code list");
            return Err(error.with_help("name its list by `codes`, or declare it open by `unknown = \"add\"`"));
        }
        None => None,
    };
    if let Some(fold) = raw.fold.as_ref().filter(|_| raw.kind != Kind::Text) {
        return Err(document.error(fold.span(), "only a field of kind text is a reference"));
    }
    let lengths = [raw.colon.as_ref().map(Spanned::span), raw.number.as_ref().map(Spanned::span)];
    if let Some(span) = lengths.into_iter().flatten().next().filter(|_| raw.kind != Kind::Minutes) {
        return Err(document.error(span, "only a field of kind minutes has lengths of time"));
    }
    let spellings = |table: BTreeMap<String, Spanned<String>>| {
        let mut folded = BTreeMap::new();
        for (spelling, code) in table {
            if let Some(list) = list.filter(|list| list.find(code.get_ref()).is_none()) {
                return Err(document.not_one_of("code", &code, list.entries.iter().map(|entry| entry.code.as_str())));
            }
            folded.insert(fold(&spelling), code.into_inner());
        }
        Ok(folded)
    };
    let mut columns: Vec<String> = raw.columns.into_iter().map(Spanned::into_inner).collect();
    columns.extend(raw.former.keys().filter(|name| !columns.contains(name)).cloned().collect::<Vec<_>>());
    if columns.is_empty() {
        return Err(document.error(raw.name.span(), "this field names no column"));
    }
    let separators = raw.separators.unwrap_or_else(|| [";", "\n", "/", ","].map(str::to_owned).to_vec());
    Ok(Field {
        name: raw.name.into_inner(),
        columns,
        former: raw.former,
        kind: raw.kind,
        class: raw.class,
        required: raw.required,
        codes: raw.codes.map(Spanned::into_inner),
        unknown: raw.unknown,
        aliases: spellings(raw.aliases)?,
        review: spellings(raw.review)?,
        blanks: raw.blanks.iter().map(|value| fold(value)).collect(),
        separators,
        rest: raw.rest.map(Spanned::into_inner),
        pad: raw.pad,
        fold: raw.fold.map(Spanned::into_inner),
        colon: raw.colon.map(Spanned::into_inner),
        number: raw.number.map(Spanned::into_inner),
        fill_down: raw.fill_down,
    })
}

#[cfg(test)]
mod tests;
