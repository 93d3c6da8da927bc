//! Collects what the checks found. Comes in: a check, a field, a place. Goes out: counts with their first places, the
//! gravest first. Deliberately absent: values.

use std::collections::BTreeMap;

use model::config::rule::CHECKS;
use model::config::source::{Level, Source, Unknown};

use crate::ingest::place::Place;
use crate::ingest::report::{CheckReport, FirstPlace};

/// Places that are kept a check and field.
const FIRST: usize = 20;

#[derive(Default)]
struct Entry {
    count: u64,
    first: Vec<FirstPlace>,
}

/// Counts by check and field.
pub(super) struct Tally<'a> {
    source: &'a Source,
    entries: BTreeMap<(String, Option<usize>), Entry>,
}

impl<'a> Tally<'a> {
    pub(super) const fn new(source: &'a Source) -> Self {
        Self { source, entries: BTreeMap::new() }
    }

    /// What happens where a check fails in a field.
    pub(super) fn level(&self, check: &str, field: Option<usize>) -> Level {
        match (check, field.map(|field| self.source.fields[field].unknown)) {
            ("unknown_code", Some(Unknown::Stop | Unknown::Add)) => Level::Stop,
            ("unknown_code", Some(Unknown::Reject)) => Level::Reject,
            // No way out of the program lets it through, so no report could be made once it is stored.
            ("formula_code", _) => Level::Stop,
            // New codes of an open list are the source's own wish.
            ("added_code", _) => Level::Warn,
            _ => match self.source.level(check) {
                // Where no single row is at fault there is none to reject.
                Level::Reject if !about_a_row(self.source, check) => Level::Stop,
                level @ (Level::Stop | Level::Reject | Level::Warn) => level,
            },
        }
    }

    /// Counts one; the place is asked for only where it is among the first.
    pub(super) fn note(
        &mut self,
        check: &str,
        field: Option<usize>,
        length: Option<usize>,
        place: impl FnOnce() -> Place,
    ) {
        // A look-up without making the key would need a key type of its own; notes are few.
        let entry = self.entries.entry((check.to_owned(), field)).or_default();
        entry.count += 1;
        if entry.first.len() < FIRST {
            entry.first.push(FirstPlace { place: place(), length });
        }
    }

    /// Counts several, of which the first places are known.
    pub(super) fn note_all(&mut self, check: &str, field: Option<usize>, count: u64, first: Vec<Place>) {
        let entry = self.entries.entry((check.to_owned(), field)).or_default();
        entry.count += count;
        let room = FIRST.saturating_sub(entry.first.len());
        entry.first.extend(first.into_iter().take(room).map(|place| FirstPlace { place, length: None }));
    }

    /// The first finding that stops the run.
    pub(super) fn stop(&self) -> Option<(&str, Option<usize>, u64, &FirstPlace)> {
        let stops = |(check, field): &(String, Option<usize>)| self.level(check, *field) == Level::Stop;
        let ((check, field), entry) = self.entries.iter().find(|(key, _)| stops(key))?;
        entry.first.first().map(|first| (check.as_str(), *field, entry.count, first))
    }

    /// All findings, the gravest first.
    pub(super) fn reports(&self) -> Vec<CheckReport> {
        let mut reports: Vec<(u8, CheckReport)> = self
            .entries
            .iter()
            .map(|((check, field), entry)| {
                let (rank, level) = match self.level(check, *field) {
                    Level::Stop => (0, "stop"),
                    Level::Reject => (1, "reject"),
                    Level::Warn => (2, "warn"),
                };
                let says = CHECKS.iter().find(|(name, _)| name == check).map_or("", |(_, says)| *says);
                let field = field.map(|field| self.source.fields[field].name.clone());
                let (check, count, first) = (check.clone(), entry.count, entry.first.clone());
                (rank, CheckReport { check, says, level, field, count, first })
            })
            .collect();
        reports.sort_by_key(|(rank, _)| *rank);
        reports.into_iter().map(|(_, report)| report).collect()
    }
}

fn about_a_row(source: &Source, check: &str) -> bool {
    const OTHERS: [&str; 42] = [
        "footer_row",
        "cut_off",
        "totals_row",
        "header_again",
        "nul_character",
        "bad_character",
        "unlikely_letters",
        "mixed_date_order",
        "half_swapped_dates",
        "moved_midnights",
        "year_order",
        "hours_or_minutes",
        "later_row_earlier",
        "undecided_case",
        "deletion_unclear",
        "deletion_without_reference",
        "no_family_column",
        "reference_differs_in_case",
        "older_than_stored",
        "opened_again",
        "family_blank",
        "stored_twice",
        "zeros_lost",
        "stored_under_other_references",
        "perhaps_stored_already",
        "facts_changed",
        "open_cases_unseen",
        "former_column",
        "two_spellings",
        "repeated_case",
        "hidden_sheet",
        "other_sheet",
        "headers_differ",
        "hidden_rows",
        "hidden_columns",
        "cell_comments",
        "added_code",
        "merged_cells",
        "damaged_sheet",
        "continued_sheet",
        "full_sheet",
        "other_count",
    ];
    let near =
        |kind: &model::config::rule::RuleKind| matches!(kind, model::config::rule::RuleKind::NearDuplicate { .. });
    !OTHERS.contains(&check) && !source.rules.iter().any(|rule| rule.name == check && near(&rule.kind))
}
