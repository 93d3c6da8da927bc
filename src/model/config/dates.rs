//! `[dates]` of a source: how its dates are read. Comes in: TOML. Goes out: checked [`Dates`]. Deliberately absent: what the
//! rows of a column say about their order; that is ingest's to find.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::config::error::{ConfigError, Document};

/// Which part of a date in figures comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// `25/04/2025`.
    DayFirst,
    /// `04/25/2025`.
    MonthFirst,
    /// `25-04-07` is 7 April 2025.
    YearFirst,
}

/// What two numbers with a colon are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub enum Colon {
    /// Hours and minutes.
    #[serde(rename = "h:mm")]
    Hours,
    /// Minutes and seconds.
    #[serde(rename = "mm:ss")]
    Minutes,
}

/// What a number without a unit is in a field of minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bare {
    /// `1.5` are 90 minutes.
    Hours,
    /// `2` are two minutes, whatever stands beside it.
    Minutes,
}

/// How the dates of a source are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dates {
    /// Earliest sound date.
    pub first: String,
    /// Latest sound date.
    pub last: String,
    /// A year of two digits is one of the hundred from here on.
    pub two_digit_from: i16,
    /// Dates that stand for none.
    pub placeholders: Vec<String>,
    /// The order of dates in figures; none where each column says by its rows.
    pub order: Option<Order>,
    /// The service's time zone, from `service.toml`.
    pub zone: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDates {
    first: Spanned<String>,
    last: Spanned<String>,
    two_digit_from: i16,
    #[serde(default)]
    placeholders: Vec<Spanned<String>>,
    order: Option<Order>,
}

impl RawDates {
    pub(super) fn read(self, document: &Document) -> Result<Dates, ConfigError> {
        let date = |text: &Spanned<String>| match text.get_ref().parse::<jiff::civil::Date>() {
            Ok(date) => Ok(date.to_string()),
            Err(_) => Err(document.error(text.span(), "not a date; write it like \"2026-03-31\"")),
        };
        let (first, last) = (date(&self.first)?, date(&self.last)?);
        if first > last {
            return Err(document.error(self.last.span(), "the last date lies before the first"));
        }
        let placeholders = self.placeholders.iter().map(date).collect::<Result<_, _>>()?;
        let (two_digit_from, order) = (self.two_digit_from, self.order);
        Ok(Dates { first, last, two_digit_from, placeholders, order, zone: None })
    }
}
