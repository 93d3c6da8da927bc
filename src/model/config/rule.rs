//! Checks and rules of a source. Comes in: `[checks]` and `[[rule]]` of a source file. Goes out: levels by check, and
//! rules over several fields of a case. Deliberately absent: carrying them out, which needs people's values.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::config::codes::CodeList;
use crate::config::dimension::{Dimension, Dimensions};
use crate::config::error::{ConfigError, Document};
use crate::config::impossible::{Codes, Impossible};
use crate::config::source::{Field, Kind, Level};

/// The checks that ingest makes of every export, each with what it says.
pub const CHECKS: &[(&str, &str)] = &[
    ("missing_required", "a required field is blank"),
    ("ragged_row", "a line has other columns than the header"),
    ("short_row", "a line whose last columns are left out; read as blank"),
    ("cut_off", "the file ends within a row, as one does that was not copied to its end: rows behind it are missing"),
    ("row_in_quotes", "a row that stands in quotation marks as a whole; read as the row within"),
    ("margin_note", "something beside the table, in a column without a header; it was not read"),
    ("footer_row", "a line that has words and nothing that a case has; it was not read"),
    ("totals_row", "a row of totals, or of numbers with nothing that a case must have; it was not read"),
    ("stray_quote", "a quotation mark that opens a cell and that nothing closes; taken off, but for notes"),
    ("odd_quotes", "quotation marks that do not pair within their cell"),
    ("nul_character", "a character that is none (NUL), which was left out"),
    ("bad_character", "bytes that are no character in the encoding of the file"),
    (
        "unlikely_letters",
        "letters that are unlikely in the encoding that the file seems to have; look whether names are right",
    ),
    ("header_again", "a header among the rows; from there on the columns are taken from it"),
    ("odd_identifier", "a reference of which a spreadsheet left a part only, or made a date; export it as text"),
    ("blank_word", "a word for nothing, such as NULL or NaN; read as missing"),
    ("html_entity", "a sign written as in HTML, such as &amp;; read as the sign"),
    ("bad_date", "not a date of the calendar in the order of its column"),
    ("ambiguous_date", "day and month could be exchanged; read in the order of the column"),
    (
        "mixed_date_order",
        "a column has dates that can only be day first and others that can only be month first, or one that is against all others; mend them, or say `order` in [dates] of the source",
    ),
    (
        "half_swapped_dates",
        "a spreadsheet exchanged day and month where it could: date cells have no day over 12, text only such",
    ),
    (
        "moved_midnights",
        "all times are midnight, or eleven in the evening of days in summer: a program moved midnights to another zone, and days are one too early; export days without times, or times with their zone",
    ),
    ("year_order", "a year of two digits may stand first or last; say `order` in [dates] of the source"),
    ("zone_unknown", "a time in another zone; say `time_zone` in service.toml"),
    ("two_digit_year", "a year of two digits, read in the window of the source"),
    ("placeholder_date", "a date that stands for none; read as missing"),
    ("date_out_of_range", "a date outside the range of the source"),
    ("bad_number", "not a whole number"),
    ("bad_minutes", "a length of time in a form that can be read in two ways, or in none"),
    (
        "hours_or_minutes",
        "hours or minutes, minutes or seconds? say `colon`, and `number` for numbers without a unit, in the field of the source",
    ),
    ("bad_bool", "neither yes nor no"),
    ("bad_postcode", "not a postcode; read as missing"),
    ("repaired_postcode", "a letter typed for a digit, or a digit for a letter"),
    ("error_cell", "an error value of the spreadsheet; read as missing"),
    ("formula_without_value", "a formula whose result the file does not hold; read as missing"),
    ("footnote_marker", "a footnote marker was taken off"),
    ("review_alias", "a spelling that a person should look at"),
    ("several_codes", "several codes in a field for one"),
    ("unknown_code", "neither a code of the list nor a known spelling"),
    ("formula_code", "a new code of an open list that a spreadsheet would run; no report could hold it"),
    ("added_code", "a code that was new to an open list"),
    ("two_spellings", "one code of an open list in several spellings; the most frequent was taken"),
    ("former_column", "a column by a name it had earlier"),
    ("repeated_case", "the same case again in this import, in other words; one row of it was taken"),
    (
        "undecided_case",
        "the same case again in this import, and no date of `later` says which row is the later; the one read last was taken",
    ),
    (
        "reference_differs_in_case",
        "two references that differ in capital and small letters only were taken for one; say `fold = false` in the field where they are two",
    ),
    (
        "other_person",
        "under the reference of another case is somebody else: family, day of birth and first contact all differ; look which is which, or say `other_person = \"warn\"` in [checks] where rows may replace each other so",
    ),
    (
        "older_than_stored",
        "a row whose state is older than what is stored; it changed nothing (`--replace` takes it all the same)",
    ),
    (
        "opened_again",
        "a row whose state is earlier than the stored one, as of a case that was opened again or whose closing was corrected; taken, because the import as a whole is newer than the store",
    ),
    (
        "family_blank",
        "a row that leaves the family blank of a case that has one; the family was kept (`--replace` takes it off)",
    ),
    (
        "stored_twice",
        "a case that an older program stored under two spellings of its reference; joined, the later state holds; of two people under one reference both stay",
    ),
    (
        "later_row_earlier",
        "of a case that comes again, the row read last has the earlier date; the one with the later date was taken",
    ),
    (
        "deletion_due",
        "a case whose deletion is asked for: restricted, in no figure that is not released yet, due to be erased",
    ),
    (
        "deletion_unknown",
        "a deletion is asked for and the store has no such case; look whether its reference is written as the store has it",
    ),
    (
        "deletion_unclear",
        "a deletion field that says neither yes nor no, or a reference that fits a case but for zeros in front; taken for a wish, so that the case is in no figure until somebody has looked",
    ),
    (
        "deletion_without_reference",
        "a deletion is asked for in a row without a reference; find its case and restrict it",
    ),
    (
        "no_family_column",
        "no column says which family a case is of; new cases of this file count together as one family",
    ),
    (
        "zeros_lost",
        "a reference that is another but for zeros in front: of a new case that is the same person's, or of a family; export the column as text, or say `pad` in the field",
    ),
    (
        "stored_under_other_references",
        "cases that the store has under other references, by family, birth and first contact, or by what is left without the signs and zeros; they would count twice. Export the references as before, or say `stored_under_other_references = \"warn\"` in [checks] where they are other cases",
    ),
    (
        "perhaps_stored_already",
        "a new case of the family, birth and first contact of a stored one of which this import says nothing; look whether its reference is written otherwise",
    ),
    (
        "facts_changed",
        "family, birth or first contact of many stored cases change; look whether the column is another, is read otherwise, or was sorted apart from the rest (`--replace` takes it all the same)",
    ),
    (
        "open_cases_unseen",
        "cases that the store has as open, of none of which this newer export says anything; where it lists other cases only, their closings are never read and are missing in figures",
    ),
    ("hidden_sheet", "a hidden sheet, which was not read"),
    ("other_sheet", "a sheet without a header of this source, which was not read"),
    (
        "damaged_sheet",
        "a sheet whose part is missing or damaged and that has no header of this source; it was not read",
    ),
    (
        "continued_sheet",
        "a sheet without a header whose rows are cases; read under the header of the sheet before it, or of the first",
    ),
    ("full_sheet", "a table that ends in the last row that its format has, so that it may have been cut off there"),
    ("other_count", "a sheet in which another reader finds another number of rows; look whether all cases are there"),
    (
        "merged_cells",
        "cells merged over several cases in a field that the source does not fill down, or over several fields of a case",
    ),
    ("headers_differ", "a sheet has other columns than the first one"),
    ("hidden_rows", "rows hidden in the sheet, which were read"),
    ("hidden_columns", "columns hidden in the sheet, which were read"),
    (
        IMPOSSIBLE,
        "codes that cannot stand together; the one that the rule of impossible.toml doubts counts as not recorded",
    ),
    ("cell_comments", "comments in the workbook, which were not read"),
];

/// Checks that do not stop where a source does not name them, because they were made after sources were written.
const UNNAMED: &[(&str, Level)] = &[
    ("short_row", Level::Warn),
    ("row_in_quotes", Level::Warn),
    ("margin_note", Level::Warn),
    ("footer_row", Level::Warn),
    ("totals_row", Level::Warn),
    ("stray_quote", Level::Warn),
    ("damaged_sheet", Level::Warn),
    ("continued_sheet", Level::Warn),
    ("other_count", Level::Warn),
    ("odd_quotes", Level::Reject),
    ("nul_character", Level::Warn),
    ("bad_character", Level::Warn),
    ("unlikely_letters", Level::Warn),
    ("header_again", Level::Warn),
    ("odd_identifier", Level::Reject),
    ("blank_word", Level::Warn),
    ("html_entity", Level::Warn),
    ("later_row_earlier", Level::Warn),
    ("undecided_case", Level::Warn),
    ("reference_differs_in_case", Level::Warn),
    ("older_than_stored", Level::Warn),
    ("opened_again", Level::Warn),
    ("family_blank", Level::Warn),
    ("perhaps_stored_already", Level::Warn),
    ("open_cases_unseen", Level::Warn),
    ("stored_twice", Level::Warn),
    ("deletion_due", Level::Warn),
    ("deletion_unknown", Level::Warn),
    ("deletion_unclear", Level::Warn),
    ("deletion_without_reference", Level::Warn),
    ("no_family_column", Level::Warn),
];

/// What happens where a check fails that the source does not name: nothing is let pass unsaid.
#[must_use]
pub fn unnamed_level(check: &str) -> Level {
    UNNAMED.iter().find(|(name, _)| *name == check).map_or(Level::Stop, |(_, level)| *level)
}

/// The check of the rules of `impossible.toml`.
pub const IMPOSSIBLE: &str = "impossible_combination";

/// When a condition holds: one of `fields` holds one of `codes`, or is filled where no codes are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Any of them.
    pub fields: Vec<String>,
    /// Any of them; filled at all where empty.
    pub codes: Vec<String>,
}

/// What a rule asks of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleKind {
    /// A date is not before another; blank dates pass.
    NotBefore {
        /// The later one.
        field: String,
        /// The earlier one.
        after: String,
    },
    /// Two conditions hold together or not at all.
    ExactlyWhen {
        /// The one.
        when: Condition,
        /// The other.
        then: Condition,
    },
    /// Full years between two dates lie in a range.
    AgeBetween {
        /// Date of birth.
        from: String,
        /// Date at which the age is wanted.
        at: String,
        /// Lowest, inclusive.
        min: i64,
        /// Highest, inclusive.
        max: i64,
    },
    /// A code's usual age is near the full years between two dates.
    AgeNear {
        /// Date of birth.
        from: String,
        /// Date at which the age is wanted.
        at: String,
        /// The code field.
        field: String,
        /// The column of its code list that holds the usual age.
        column: String,
        /// Years by which they may differ.
        within: i64,
    },
    /// A code was in use at a date (columns `from` and `to` of its list).
    InUse {
        /// The code field.
        field: String,
        /// The date field.
        at: String,
    },
    /// A number lies in a range.
    NumberBetween {
        /// The number field.
        field: String,
        /// Lowest, inclusive.
        min: i64,
        /// Highest, inclusive.
        max: i64,
    },
    /// Codes of several dimensions do not stand together; blank fields pass.
    NotTogether {
        /// Each dimension with the codes meant.
        codes: Vec<(Dimension, Codes)>,
    },
    /// Different cases that agree in all of these fields may be one; none of them blank.
    NearDuplicate {
        /// What is compared.
        fields: Vec<String>,
    },
}

/// A named check over several fields of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// As in reports: `closed_before_opened`.
    pub name: String,
    /// What happens where it fails.
    pub level: Level,
    /// What it asks.
    pub kind: RuleKind,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCondition {
    fields: Vec<Spanned<String>>,
    #[serde(default)]
    codes: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    name: Spanned<String>,
    kind: Spanned<String>,
    level: Level,
    field: Option<Spanned<String>>,
    after: Option<Spanned<String>>,
    from: Option<Spanned<String>>,
    at: Option<Spanned<String>>,
    column: Option<Spanned<String>>,
    min: Option<i64>,
    max: Option<i64>,
    within: Option<i64>,
    when: Option<RawCondition>,
    then: Option<RawCondition>,
    fields: Option<Vec<Spanned<String>>>,
}

impl Rule {
    /// The rule of `impossible.toml` on the recordings of a source. It only warns, unless the source says more.
    #[must_use]
    pub fn impossible(rule: &Impossible, dimensions: &Dimensions) -> Self {
        let of = |(name, codes): &(String, Codes)| Some((dimensions.find(name)?.clone(), codes.clone()));
        let codes = rule.codes.iter().filter_map(of).collect();
        Self { name: IMPOSSIBLE.to_owned(), level: Level::Warn, kind: RuleKind::NotTogether { codes } }
    }
}

const KINDS: [&str; 7] =
    ["not_before", "exactly_when", "age_between", "age_near", "in_use", "number_between", "near_duplicate"];

/// Reads `[checks]`; every name must be one of [`CHECKS`].
pub(super) fn checks(
    document: &Document,
    raw: BTreeMap<Spanned<String>, Level>,
) -> Result<BTreeMap<String, Level>, ConfigError> {
    let mut levels = BTreeMap::new();
    for (name, level) in raw {
        if !CHECKS.iter().any(|(known, _)| known == name.get_ref()) {
            return Err(document.not_one_of("check", &name, CHECKS.iter().map(|(known, _)| *known)));
        }
        levels.insert(name.into_inner(), level);
    }
    Ok(levels)
}

/// Reads `[[rule]]` against the source's fields.
pub(super) fn rules(
    document: &Document,
    raw: Vec<RawRule>,
    fields: &[Field],
    codes: &BTreeMap<String, CodeList>,
) -> Result<Vec<Rule>, ConfigError> {
    let mut rules: Vec<Rule> = Vec::new();
    for raw in raw {
        let name = raw.name.get_ref();
        if rules.iter().any(|other| other.name == *name) || CHECKS.iter().any(|(check, _)| check == name) {
            return Err(document.error(raw.name.span(), "this name is taken by another check"));
        }
        let kind = Reader { document, raw: &raw, fields, codes }.kind()?;
        rules.push(Rule { name: raw.name.into_inner(), level: raw.level, kind });
    }
    Ok(rules)
}

struct Reader<'a> {
    document: &'a Document,
    raw: &'a RawRule,
    fields: &'a [Field],
    codes: &'a BTreeMap<String, CodeList>,
}

impl Reader<'_> {
    fn kind(&self) -> Result<RuleKind, ConfigError> {
        const DATES: &[Kind] = &[Kind::Date];
        const CODES: &[Kind] = &[Kind::Code];
        const NUMBERS: &[Kind] = &[Kind::Int, Kind::Minutes];
        let raw = self.raw;
        Ok(match raw.kind.get_ref().as_str() {
            "not_before" => RuleKind::NotBefore {
                field: self.field("field", raw.field.as_ref(), DATES)?,
                after: self.field("after", raw.after.as_ref(), DATES)?,
            },
            "exactly_when" => RuleKind::ExactlyWhen {
                when: self.condition("when", raw.when.as_ref())?,
                then: self.condition("then", raw.then.as_ref())?,
            },
            "age_between" => RuleKind::AgeBetween {
                from: self.field("from", raw.from.as_ref(), DATES)?,
                at: self.field("at", raw.at.as_ref(), DATES)?,
                min: self.number("min", raw.min)?,
                max: self.number("max", raw.max)?,
            },
            "age_near" => RuleKind::AgeNear {
                from: self.field("from", raw.from.as_ref(), DATES)?,
                at: self.field("at", raw.at.as_ref(), DATES)?,
                field: self.field("field", raw.field.as_ref(), CODES)?,
                column: self.column()?,
                within: self.number("within", raw.within)?,
            },
            "in_use" => RuleKind::InUse {
                field: self.field("field", raw.field.as_ref(), CODES)?,
                at: self.field("at", raw.at.as_ref(), DATES)?,
            },
            "number_between" => RuleKind::NumberBetween {
                field: self.field("field", raw.field.as_ref(), NUMBERS)?,
                min: self.number("min", raw.min)?,
                max: self.number("max", raw.max)?,
            },
            "near_duplicate" => {
                let names =
                    raw.fields.as_ref().filter(|names| !names.is_empty()).ok_or_else(|| self.lacks("fields"))?;
                let fields = names.iter().map(|name| self.known(name, &[])).collect::<Result<_, _>>()?;
                RuleKind::NearDuplicate { fields }
            }
            _ => return Err(self.document.not_one_of("kind of rule", &raw.kind, KINDS)),
        })
    }

    fn lacks(&self, key: &str) -> ConfigError {
        let message = format!("a rule of kind {:?} needs `{key}`", self.raw.kind.get_ref());
        self.document.error(self.raw.name.span(), message)
    }

    fn number(&self, key: &str, value: Option<i64>) -> Result<i64, ConfigError> {
        value.ok_or_else(|| self.lacks(key))
    }

    fn field(&self, key: &str, name: Option<&Spanned<String>>, kinds: &[Kind]) -> Result<String, ConfigError> {
        self.known(name.ok_or_else(|| self.lacks(key))?, kinds)
    }

    /// A field's name, of one of `kinds` where any are given.
    fn known(&self, name: &Spanned<String>, kinds: &[Kind]) -> Result<String, ConfigError> {
        let suits = |field: &&Field| kinds.is_empty() || kinds.contains(&field.kind);
        if self.fields.iter().filter(suits).any(|field| field.name == *name.get_ref()) {
            return Ok(name.get_ref().clone());
        }
        let allowed = self.fields.iter().filter(suits).map(|field| field.name.as_str());
        Err(self.document.not_one_of("field of a suitable kind", name, allowed))
    }

    fn list_of(&self, field: &str) -> Option<&CodeList> {
        let field = self.fields.iter().find(|candidate| candidate.name == field)?;
        self.codes.get(field.codes.as_ref()?)
    }

    fn column(&self) -> Result<String, ConfigError> {
        let column = self.raw.column.as_ref().ok_or_else(|| self.lacks("column"))?;
        let list = self.raw.field.as_ref().and_then(|field| self.list_of(field.get_ref()));
        match list {
            Some(list) if list.columns.contains(column.get_ref()) => Ok(column.get_ref().clone()),
            Some(list) => Err(self.document.not_one_of("column", column, list.columns.iter().map(String::as_str))),
            None => Err(self.document.error(column.span(), "the field has no code list with columns")),
        }
    }

    fn condition(&self, key: &str, raw: Option<&RawCondition>) -> Result<Condition, ConfigError> {
        let raw = raw.filter(|raw| !raw.fields.is_empty()).ok_or_else(|| self.lacks(key))?;
        let fields: Vec<String> = raw.fields.iter().map(|name| self.known(name, &[])).collect::<Result<_, _>>()?;
        for code in &raw.codes {
            let lists: Vec<&CodeList> = fields.iter().filter_map(|field| self.list_of(field)).collect();
            if !lists.is_empty() && !lists.iter().any(|list| list.find(code.get_ref()).is_some()) {
                let allowed = lists.iter().flat_map(|list| list.entries.iter().map(|entry| entry.code.as_str()));
                return Err(self.document.not_one_of("code", code, allowed));
            }
        }
        Ok(Condition { fields, codes: raw.codes.iter().map(|code| code.get_ref().clone()).collect() })
    }
}
