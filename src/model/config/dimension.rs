//! `dimensions.toml`: what can be counted, and by what. Comes in: TOML. Goes out: measures and dimensions.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::config::codes::CodeList;
use crate::config::error::{ConfigError, Document};
use crate::config::source::{Kind, Source};

/// The code of every dimension's total.
pub const TOTAL: &str = "Total";
/// The code of the cases that gave any answer, in a dimension of several answers.
pub const ANSWERED: &str = "Answered";
/// Between a whole and a part of it: the code of who is in the one and not in the other.
pub const LESS: &str = " less ";
/// Before an answer: the code of who gave it, but not as the main one.
pub const FURTHER: &str = "further ";
/// Between the parts of a nested code.
pub const NESTED: &str = " > ";
/// The name under which rare codes of an open list are published.
pub const OTHER: &str = "Other, rarely used";
/// Between the codes of a stored field of several.
pub const SEPARATOR: char = ';';

/// How a case gets its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Derivation {
    /// The field's own code.
    Code {
        /// A code field.
        field: String,
    },
    /// The band of `codes` (columns `min`, `max`, both inclusive) that holds the field's number.
    Band {
        /// A number field.
        field: String,
    },
    /// The band of the full years between two date fields.
    AgeYears {
        /// Date of birth.
        from: String,
        /// Date at which the age is wanted.
        at: String,
    },
    /// The band of the working days between two date fields; weekends and the listed holidays do not count.
    WorkingDays {
        /// First day.
        from: String,
        /// Last day.
        at: String,
        /// Code list whose codes are the holidays, ISO dates.
        holidays: Option<String>,
    },
    /// Every answer of a case, the main one and further ones; a case counts once in each.
    Answers {
        /// The field of the main answer, then fields of further ones.
        fields: Vec<String>,
        /// What the cases that gave any answer are called.
        answered: String,
    },
    /// Fields from coarse to fine, each nested in the one before; codes as they come.
    Nested {
        /// Code fields of open lists.
        fields: Vec<String>,
    },
}

/// A dimension of the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// As in CSV headers: `need`.
    pub name: String,
    /// For people: `Primary need`.
    pub label: String,
    /// How a case gets its code.
    pub derivation: Derivation,
    /// Name of its code list; none for nested fields.
    pub codes: Option<String>,
    /// Names of the levels above the codes, from coarse to fine: columns of the code list, or all nested fields but the
    /// last.
    pub levels: Vec<String>,
    /// The code of a case that has none.
    pub missing: String,
    /// What the missing code is called where no code list does.
    pub missing_label: String,
    /// Whether nobody may learn that a whole small group has one code.
    pub sensitive: bool,
}

impl Dimension {
    /// How many levels of a table come before the first one that can be named: cases with any answer stand above all
    /// answers.
    #[must_use]
    pub const fn levels_before(&self) -> usize {
        if self.has_answers() { 1 } else { 0 }
    }

    /// Whether a case can stand in several codes, so that these do not add up.
    #[must_use]
    pub const fn has_answers(&self) -> bool {
        matches!(self.derivation, Derivation::Answers { .. })
    }

    /// The fields of which its codes are made.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        match &self.derivation {
            Derivation::Code { field } | Derivation::Band { field } => vec![field],
            Derivation::AgeYears { from, at } | Derivation::WorkingDays { from, at, .. } => vec![from, at],
            Derivation::Answers { fields, .. } | Derivation::Nested { fields } => {
                fields.iter().map(String::as_str).collect()
            }
        }
    }
}

/// The unit of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Counts add up over every dimension.
    Case,
    /// Distinct families: they add up over none.
    Family,
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// As in `release.json`: `cases`.
    pub name: String,
    /// For people: `Cases opened`.
    pub label: String,
    /// The source's event whose date decides the period.
    pub event: String,
    /// A stock: at the end of the period, the cases that have had `event` and not yet this one. None where what happens in
    /// the period is counted, a flow.
    pub less: Option<String>,
    /// What one count is.
    pub unit: Unit,
}

impl Measure {
    /// Whether it stands at the end of a period instead of happening in it. Stocks add up over no periods.
    #[must_use]
    pub const fn is_stock(&self) -> bool {
        self.less.is_some()
    }
}

/// `dimensions.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dimensions {
    /// In the file's order; the first is the one that a table counts when it names none.
    pub measures: Vec<Measure>,
    /// In the file's order.
    pub dimensions: Vec<Dimension>,
}

impl Dimensions {
    /// The dimension of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Dimension> {
        self.dimensions.iter().find(|dimension| dimension.name == name)
    }
    /// The measure of a name.
    #[must_use]
    pub fn measure(&self, name: &str) -> Option<&Measure> {
        self.measures.iter().find(|measure| measure.name == name)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    measure: Vec<RawMeasure>,
    dimension: Vec<RawDimension>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMeasure {
    name: Spanned<String>,
    label: String,
    event: Spanned<String>,
    less: Option<Spanned<String>>,
    unit: Unit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDimension {
    name: Spanned<String>,
    label: String,
    field: Option<Spanned<String>>,
    band: Option<Spanned<String>>,
    age_from: Option<Spanned<String>>,
    working_days_from: Option<Spanned<String>>,
    nested: Option<Vec<Spanned<String>>>,
    answers: Option<Vec<Spanned<String>>>,
    answered: Option<Spanned<String>>,
    at: Option<Spanned<String>>,
    holidays: Option<Spanned<String>>,
    codes: Option<Spanned<String>>,
    #[serde(default)]
    levels: Vec<Spanned<String>>,
    missing: Spanned<String>,
    missing_label: Option<String>,
    sensitive: Option<Spanned<bool>>,
}

/// A stock is of two flows that are measures too, so that whoever has both flows and one stock finds the other stated.
fn check_stock(
    document: &Document,
    file: &Dimensions,
    (measure, less): (&RawMeasure, &Spanned<String>),
    events: &[&str],
) -> Result<(), ConfigError> {
    if !events.contains(&less.get_ref().as_str()) {
        return Err(document.not_one_of("event", less, events.iter().copied()));
    }
    if measure.unit == Unit::Family {
        return Err(document.error(less.span(), "a stock is of cases: families come and go with several of them"));
    }
    let is_flow = |event: &str| {
        let flows = file.measures.iter().filter(|other| other.unit == Unit::Case && !other.is_stock());
        flows.into_iter().any(|other| other.event == event)
    };
    match [measure.event.get_ref(), less.get_ref()].into_iter().find(|event| !is_flow(event)) {
        Some(event) => {
            let message = format!("no measure before this one counts the cases that were {event}");
            let help =
                "stock and flow must agree: give each of the two events a measure of its own, of cases, above this one";
            Err(document.error(less.span(), message).with_help(help))
        }
        None if measure.event.get_ref() == less.get_ref() => {
            Err(document.error(less.span(), "what begins and ends with the same event is nothing"))
        }
        None => Ok(()),
    }
}

/// Reads `dimensions.toml` against the code lists and sources it names.
///
/// # Errors
/// [`ConfigError`] at the name that does not exist, and where a dimension says two ways to get its code, or none, or is
/// sensitive where nothing says which groups are small.
pub fn read(
    document: &Document,
    codes: &BTreeMap<String, CodeList>,
    sources: &BTreeMap<String, Source>,
    group_below: Option<u64>,
) -> Result<Dimensions, ConfigError> {
    let raw: RawFile = document.toml()?;
    let mut file = Dimensions::default();
    for measure in raw.measure {
        let events: Vec<&str> = sources.values().flat_map(|source| source.events.keys().map(String::as_str)).collect();
        if !events.contains(&measure.event.get_ref().as_str()) {
            return Err(document.not_one_of("event", &measure.event, events));
        }
        if file.measure(measure.name.get_ref()).is_some() {
            return Err(document.error(measure.name.span(), "this measure comes twice"));
        }
        if let Some(less) = &measure.less {
            check_stock(document, &file, (&measure, less), &events)?;
        }
        let (name, event) = (measure.name.into_inner(), measure.event.into_inner());
        let less = measure.less.map(Spanned::into_inner);
        file.measures.push(Measure { name, label: measure.label, event, less, unit: measure.unit });
    }
    if file.measures.is_empty() {
        return Err(document.error(0..0, "no measure says what is counted"));
    }
    let mut spans = Vec::new();
    for dimension in raw.dimension {
        let name = dimension.name.get_ref().as_str();
        if file.find(name).is_some() || ["period", "measure", "value", "symbol"].contains(&name) {
            return Err(document.error(dimension.name.span(), "this name is taken"));
        }
        if let (Some(sensitive), None) = (dimension.sensitive.as_ref().filter(|raw| *raw.get_ref()), group_below) {
            let message = "a sensitive dimension needs `group_below` in service.toml";
            let help = "it says below which number of families a group is small; 20 is a usual choice";
            return Err(document.error(sensitive.span(), message).with_help(help));
        }
        let span = dimension.name.span();
        let dimension = checked(document, dimension, codes, sources)?;
        if dimension.has_answers() {
            check_answers(&dimension, codes).map_err(|message| document.error(span.clone(), message))?;
        }
        spans.push(span);
        file.dimensions.push(dimension);
    }
    for (dimension, span) in file.dimensions.iter().zip(spans).filter(|(dimension, _)| dimension.has_answers()) {
        check_beside(dimension, &file.dimensions).map_err(|message| document.error(span, message))?;
    }
    Ok(file)
}

fn checked(
    document: &Document,
    raw: RawDimension,
    codes: &BTreeMap<String, CodeList>,
    sources: &BTreeMap<String, Source>,
) -> Result<Dimension, ConfigError> {
    let derivation = derivation(document, &raw, codes, sources)?;
    let nested = match &derivation {
        Derivation::Nested { fields } => Some(fields.clone()),
        Derivation::Code { .. }
        | Derivation::Band { .. }
        | Derivation::AgeYears { .. }
        | Derivation::WorkingDays { .. }
        | Derivation::Answers { .. } => None,
    };
    let mut levels = Vec::new();
    let list_name = match (&nested, &raw.codes) {
        (Some(fields), None) => {
            levels.extend(fields[..fields.len() - 1].iter().cloned());
            None
        }
        (None, Some(name)) => {
            let Some(list) = codes.get(name.get_ref()) else {
                return Err(document.not_one_of("code list", name, codes.keys().map(String::as_str)));
            };
            for level in &raw.levels {
                if !list.columns.contains(level.get_ref()) {
                    return Err(document.not_one_of("column", level, list.columns.iter().map(String::as_str)));
                }
                levels.push(level.get_ref().clone());
            }
            if list.find(raw.missing.get_ref()).is_none() {
                let allowed = list.entries.iter().map(|entry| entry.code.as_str());
                return Err(document.not_one_of("code", &raw.missing, allowed));
            }
            if list.find(TOTAL).is_some() {
                return Err(document.error(name.span(), "the code \"Total\" is the dimension's own"));
            }
            Some(name.get_ref().clone())
        }
        (Some(_), Some(name)) => return Err(document.error(name.span(), "nested fields bring their own codes")),
        (None, None) => return Err(document.error(raw.name.span(), "this dimension names no code list")),
    };
    Ok(Dimension {
        sensitive: raw.sensitive.is_some_and(Spanned::into_inner),
        name: raw.name.into_inner(),
        label: raw.label,
        derivation,
        codes: list_name,
        levels,
        missing_label: raw.missing_label.unwrap_or_else(|| raw.missing.get_ref().clone()),
        missing: raw.missing.into_inner(),
    })
}

/// What the codes made for answers could be taken for, and what nothing would protect.
fn check_answers(dimension: &Dimension, codes: &BTreeMap<String, CodeList>) -> Result<(), String> {
    if dimension.sensitive {
        return Err(
            "a dimension of several answers cannot be sensitive: groups are protected by sums, and answers have \
                    none"
                .to_owned(),
        );
    }
    let Some(list) = dimension.codes.as_ref().and_then(|name| codes.get(name)) else { return Ok(()) };
    let groups =
        list.entries.iter().flat_map(|entry| dimension.levels.iter().filter_map(|level| entry.columns.get(level)));
    let is_taken = |code: &&String| {
        *code == ANSWERED || code.contains(LESS) || code.starts_with(FURTHER) || code.contains(SEPARATOR)
    };
    match list.entries.iter().map(|entry| &entry.code).chain(groups).find(is_taken) {
        Some(code) => Err(format!("the code {code:?} cannot be an answer: such names are made for what lies between")),
        None => Ok(()),
    }
}

/// What other dimensions make of the same fields must be told apart and tied together.
fn check_beside(answers: &Dimension, all: &[Dimension]) -> Result<(), String> {
    let fields = answers.fields();
    let beside = all
        .iter()
        .filter(|other| other.name != answers.name && other.fields().iter().any(|field| fields.contains(field)));
    for other in beside {
        let is_main =
            matches!(&other.derivation, Derivation::Code { field } if fields.first() == Some(&field.as_str()));
        if !is_main
            || other.codes != answers.codes
            || other.levels != answers.levels
            || other.missing != answers.missing
        {
            return Err(format!(
                "the dimension {:?} counts one of these answers otherwise: only the main one alone, by the same codes and levels and \
                 with the same missing code, can be tied to all of them",
                other.name
            ));
        }
        if other.sensitive {
            return Err(format!(
                "the dimension {:?} is sensitive, and groups of several answers are not protected",
                other.name
            ));
        }
    }
    Ok(())
}

fn derivation(
    document: &Document,
    raw: &RawDimension,
    codes: &BTreeMap<String, CodeList>,
    sources: &BTreeMap<String, Source>,
) -> Result<Derivation, ConfigError> {
    let known = |field: &Spanned<String>| {
        let names = || sources.values().flat_map(|source| source.fields.iter().map(|field| field.name.as_str()));
        if names().any(|name| name == field.get_ref()) {
            Ok(field.get_ref().clone())
        } else {
            Err(document.not_one_of("field", field, names()))
        }
    };
    let at = || {
        let missing = || document.error(raw.name.span(), "`at` names the date field that the time runs to");
        raw.at.as_ref().ok_or_else(missing).and_then(&known)
    };
    if raw.answers.is_none()
        && let Some(label) = &raw.answered
    {
        return Err(document.error(label.span(), "`answered` names the cases with any of several `answers`"));
    }
    if let (Some(fields), None, None, None, None, None) =
        (&raw.answers, &raw.field, &raw.band, &raw.age_from, &raw.working_days_from, &raw.nested)
    {
        let message = "`answers` names the field of the main answer and one or more of further ones";
        let fields = fields.iter().map(known).collect::<Result<Vec<_>, _>>()?;
        if fields.len() < 2 {
            return Err(document.error(raw.name.span(), message));
        }
        for (at, field) in fields.iter().enumerate() {
            let kinds = || sources.values().flat_map(|source| &source.fields).filter(|other| other.name == *field);
            let suits = |kind: Kind| if at == 0 { kind == Kind::Code } else { kind == Kind::Multi };
            if kinds().any(|other| !suits(other.kind)) {
                let message = "the first of `answers` is a field of kind code, the others are of kind multi";
                return Err(document.error(raw.name.span(), message));
            }
        }
        let answered =
            raw.answered.as_ref().map_or_else(|| "With any answer".to_owned(), |label| label.get_ref().clone());
        return Ok(Derivation::Answers { fields, answered });
    }
    if let Some(fields) = &raw.answers {
        let span = fields.first().map_or_else(|| raw.name.span(), Spanned::span);
        return Err(document.error(span, "this dimension says two ways to get its code"));
    }
    match (&raw.field, &raw.band, &raw.age_from, &raw.working_days_from, &raw.nested) {
        (Some(field), None, None, None, None) => Ok(Derivation::Code { field: known(field)? }),
        (None, Some(field), None, None, None) => Ok(Derivation::Band { field: known(field)? }),
        (None, None, Some(from), None, None) => Ok(Derivation::AgeYears { from: known(from)?, at: at()? }),
        (None, None, None, Some(from), None) => {
            if let Some(name) = raw.holidays.as_ref().filter(|name| !codes.contains_key(name.get_ref())) {
                return Err(document.not_one_of("code list", name, codes.keys().map(String::as_str)));
            }
            let holidays = raw.holidays.as_ref().map(|name| name.get_ref().clone());
            Ok(Derivation::WorkingDays { from: known(from)?, at: at()?, holidays })
        }
        (None, None, None, None, Some(fields)) if !fields.is_empty() => {
            Ok(Derivation::Nested { fields: fields.iter().map(known).collect::<Result<_, _>>()? })
        }
        _ => Err(document
            .error(raw.name.span(), "this dimension does not say one way to get its code")
            .with_help("give exactly one of field, band, age_from, working_days_from, nested, answers")),
    }
}
