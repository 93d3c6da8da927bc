//! `service.toml`: who the service is, its calendar, its audiences and their thresholds. No threshold is built in.

use serde::Deserialize;
use toml::Spanned;

use crate::config::error::{ConfigError, Document};
use crate::manifest::{LARGEST_THRESHOLD, LEAST_THRESHOLD};
use crate::period::{Calendar, Period};

const THRESHOLDS: std::ops::RangeInclusive<u64> = LEAST_THRESHOLD..=LARGEST_THRESHOLD;

/// The service.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its name, printed on every report.
    pub name: String,
    /// How it counts its years.
    pub calendar: Calendar,
    /// Who gets reports, in the file's order.
    pub audiences: Vec<Audience>,
    /// What an audience knows anyway; attacks use it.
    pub known: Vec<String>,
    /// Groups of fewer protected units must not be described by one code of a sensitive dimension.
    pub group_below: Option<u64>,
    /// Where it works, as `Europe/London`: a time that an export gives in another zone is moved here before its day is taken.
    pub time_zone: Option<String>,
    /// Periods of which nothing, or not everything, was kept: no figure is told of them.
    pub not_recorded: Vec<Period>,
}

/// How the periods of `not_recorded` are written.
const PERIODS: &str = "a year, quarter or month as --period takes it, and as the service counts its years: [\"2019\", \"2020-Q1\", \"2020-M05\"], or \"2019-20\" \
    where the year does not start in January";

/// Someone who gets reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// As in file names: `public`.
    pub id: String,
    /// For people: `The public`.
    pub label: String,
    /// `MinimumFrequency(threshold)`.
    pub threshold: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawService {
    name: String,
    year_starts_in: Spanned<u8>,
    #[serde(default)]
    known: Vec<String>,
    group_below: Option<Spanned<u64>>,
    time_zone: Option<Spanned<String>>,
    #[serde(default)]
    not_recorded: Vec<Spanned<String>>,
    audience: Vec<RawAudience>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAudience {
    id: Spanned<String>,
    label: String,
    threshold: Spanned<u64>,
}

impl Service {
    /// Reads `service.toml`.
    ///
    /// # Errors
    /// [`ConfigError`] where a month, an identifier or a threshold is out of range.
    pub fn read(document: &Document) -> Result<Self, ConfigError> {
        let raw: RawService = document.toml()?;
        if !(1..=12).contains(raw.year_starts_in.get_ref()) {
            let error = document.error(raw.year_starts_in.span(), "the year starts in a month from 1 to 12");
            return Err(error.with_help("1 for calendar years, 4 for financial years, 9 for academic years"));
        }
        let mut audiences: Vec<Audience> = Vec::new();
        for audience in raw.audience {
            let id = audience.id.get_ref();
            let sound = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            if !sound || audiences.iter().any(|other| other.id == *id) {
                let message = format!("{id:?} cannot name an audience: lower-case letters, each name once");
                return Err(document.error(audience.id.span(), message));
            }
            let wrong = match *audience.threshold.get_ref() {
                ..LEAST_THRESHOLD => Some("a threshold below 3 protects nobody: two people in a cell know each other"),
                LEAST_THRESHOLD..=LARGEST_THRESHOLD => None,
                _ => Some("a threshold above 1,000,000 hides every figure"),
            };
            if let Some(message) = wrong {
                let help = "the usual choices are 5 and 10";
                return Err(document.error(audience.threshold.span(), message).with_help(help));
            }
            let threshold = audience.threshold.into_inner();
            audiences.push(Audience { id: audience.id.into_inner(), label: audience.label, threshold });
        }
        if let Some(below) = raw.group_below.as_ref().filter(|below| !THRESHOLDS.contains(below.get_ref())) {
            let message = "`group_below` is 3 to 1,000,000: two families in a smaller group know each other";
            return Err(document.error(below.span(), message).with_help("20 is a usual choice"));
        }
        let group_below = raw.group_below.map(Spanned::into_inner);
        if let Some(zone) = raw.time_zone.as_ref().filter(|zone| jiff::tz::TimeZone::get(zone.get_ref()).is_err()) {
            let error = document.error(zone.span(), format!("no time zone is called {:?}", zone.get_ref()));
            return Err(error.with_help("write it like \"Europe/London\""));
        }
        let time_zone = raw.time_zone.map(Spanned::into_inner);
        let calendar = Calendar { year_starts_in: raw.year_starts_in.into_inner() };
        let gap = |name: &Spanned<String>| {
            let unknown =
                |error: crate::period::UnknownPeriod| document.error(name.span(), error.to_string()).with_help(PERIODS);
            Period::parse(name.get_ref(), calendar).map_err(unknown)
        };
        let not_recorded = raw.not_recorded.iter().map(gap).collect::<Result<_, _>>()?;
        Ok(Self { name: raw.name, calendar, audiences, known: raw.known, group_below, time_zone, not_recorded })
    }

    /// Whether something of a period was not recorded.
    #[must_use]
    pub fn has_gap_in(&self, period: Period) -> bool {
        self.not_recorded.iter().any(|gap| gap.overlaps(period))
    }

    /// The audience of an identifier.
    #[must_use]
    pub fn audience(&self, id: &str) -> Option<&Audience> {
        self.audiences.iter().find(|audience| audience.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(threshold: u64, group_below: u64) -> Result<Service, ConfigError> {
        let text = format!(
            "name = \"A\"\ngroup_below = {group_below}\nyear_starts_in = 4\n\
             [[audience]]\nid = \"public\"\nlabel = \"Public\"\nthreshold = {threshold}\n"
        );
        Service::read(&Document::new("service.toml", &text))
    }

    #[test]
    fn a_threshold_that_protects_nobody_or_hides_everything_is_named_by_its_line() {
        let sound = service(5, 20).expect("a service");
        assert_eq!((sound.audiences[0].threshold, sound.group_below), (5, Some(20)));
        for (threshold, group_below, line) in
            [(2, 20, 7), (1_000_001, 20, 7), (i64::MAX as u64, 20, 7), (5, 2, 2), (5, i64::MAX as u64, 2)]
        {
            let error = service(threshold, group_below).expect_err("out of range");
            assert_eq!(error.line_and_column().0, line, "{threshold}, {group_below}: {}", error.message);
        }
    }

    #[test]
    fn periods_that_were_not_recorded_are_read_as_the_service_counts_its_years() {
        let read = |periods: &str| {
            let text = format!(
                "name = \"A\"\nyear_starts_in = 4\nnot_recorded = {periods}\n\
                 [[audience]]\nid = \"public\"\nlabel = \"Public\"\nthreshold = 5\n"
            );
            Service::read(&Document::new("service.toml", &text))
        };
        let service = read("[\"2019-20\", \"2021-M05\"]").expect("two periods");
        let has_gap = |name: &str| service.has_gap_in(Period::parse(name, service.calendar).expect("a period"));
        assert_eq!(
            ["2019-Q1", "2019-20-Q1", "2019-20-Q4", "2020-21-Q1", "2021-22-Q1", "2021-22-Q2"].map(has_gap),
            [false, true, true, false, true, false]
        );
        assert_eq!(read("[\"2019-20\", \"May\"]").expect_err("no period").line_and_column().0, 3);
    }
}
