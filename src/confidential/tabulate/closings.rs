//! Closings that nobody read. Comes in: of each case, when it was opened, when it was closed, and whether its export had a column
//! that says so; times of which nothing was kept. Goes out: the months of which too many closings are missing to tell how many
//! there were. Deliberately absent: which cases were closed; of single ones nothing is guessed.
//!
//! How many are missing follows from how long cases stay open, by the life table of those whose closing would be known (the
//! product-limit estimate of Kaplan and Meier, 1958, by whole months): a month misses `U(m) g(t - m)` of the `U(m)` cases of each
//! month `m` before it of which no closing was read, where `g` is the share that is closed so many months after the opening.
//!
//! Worked example: of 100 cases a month half are closed in the first month after, half in the second. The export of March had no
//! column. April then misses 50 of 100 closings, May another 50, June none: the closings of March, April and May are not known.

use std::collections::BTreeMap;

use jiff::civil::Date;
use model::config::source::{Source, WithoutClosing};
use model::period::{Month, Period};

use crate::store::cases::StoredCase;

/// The event.
pub(crate) const CLOSED: &str = "closed";

/// A figure that misses more than one in twenty of what it counts is not told.
const MISSED: f64 = 0.05;
/// Months whose openings stand for those of a time next to them of which nothing was kept.
const NEXT_TO: i32 = 12;

/// Where a source's cases say that they are closed.
pub(super) struct ClosingField {
    /// Its place among the fields that are read.
    at: usize,
    /// What a case is of whose export had no column for it.
    without: WithoutClosing,
}

impl ClosingField {
    /// The source's, with `fields` to be read for it; none where it has no closings.
    pub(super) fn of(source: &Source, fields: &mut Vec<String>) -> Option<Self> {
        let name = source.events.get(CLOSED)?;
        let at = fields.iter().position(|field| field == name).unwrap_or_else(|| {
            fields.push(name.clone());
            fields.len() - 1
        });
        Some(Self { at, without: source.without_closing })
    }

    /// The month in which a case was closed, wherever it is counted.
    pub(super) fn month(&self, case: &StoredCase<'_>) -> Option<i32> {
        let day: Date = case.values[self.at]?.parse().ok()?;
        Some(Month::new(i32::from(day.year()), day.month().cast_unsigned()).0)
    }

    fn is_read(&self, case: &StoredCase<'_>) -> bool {
        case.known[self.at] || self.without == WithoutClosing::Open
    }
}

/// What is known of the closings of the cases opened in a month.
#[derive(Debug, Default)]
struct Opened {
    /// Cases whose closing would be known, by the months until it; none for those that are open.
    known: BTreeMap<Option<i32>, f64>,
    /// Cases whose exports say nothing of closings.
    unread: f64,
}

impl Opened {
    fn all(&self) -> f64 {
        self.known.values().sum::<f64>() + self.unread
    }
}

/// The cases of all months up to an end.
#[derive(Debug)]
pub(super) struct Closings {
    /// Nothing is counted from here on.
    end: i32,
    opened: BTreeMap<i32, Opened>,
}

impl Closings {
    /// Of no case yet.
    pub(super) const fn until(end: i32) -> Self {
        Self { end, opened: BTreeMap::new() }
    }

    /// Takes in a case.
    pub(super) fn note(&mut self, case: &StoredCase<'_>, closing: &ClosingField) {
        if let Some(opened) = case.opened_month {
            self.enter(opened, closing.is_read(case).then(|| closing.month(case)));
        }
    }

    /// `closed` is none where nobody knows whether it is, and holds none where it is not.
    fn enter(&mut self, opened: i32, closed: Option<Option<i32>>) {
        if opened >= self.end {
            return;
        }
        let of = self.opened.entry(opened).or_default();
        match closed {
            None => of.unread += 1.0,
            Some(closed) => {
                let months = closed.filter(|closed| *closed < self.end).map(|closed| (closed - opened).max(0));
                *of.known.entry(months).or_default() += 1.0;
            }
        }
    }

    /// The half-open intervals of months of which too many closings are missing. `gaps`: times of which nothing was kept.
    pub(super) fn missed(&self, gaps: &[Period]) -> Vec<(i32, i32)> {
        let unread = self.unread(gaps);
        let Some((first, _)) = unread.first_key_value() else { return Vec::new() };
        let closed_after = self.closed_after();
        let expected = |of: &BTreeMap<i32, f64>, month: i32| -> f64 {
            let share = |since: i32| usize::try_from(since).ok().and_then(|at| closed_after.get(at)).unwrap_or(&0.0);
            of.range(..=month).map(|(opened, cases)| cases * share(month - opened)).sum()
        };
        let read: BTreeMap<i32, f64> =
            self.opened.iter().map(|(month, of)| (*month, of.known.values().sum::<f64>())).collect();
        // Where no closing was ever known, all are missing since the first that could have been.
        let is_missed = |month: &i32| {
            let (missing, read) = (expected(&unread, *month), expected(&read, *month));
            closed_after.is_empty() || missing > MISSED * (missing + read)
        };
        let mut found: Vec<(i32, i32)> = Vec::new();
        for month in (*first..self.end).filter(is_missed) {
            match found.last_mut() {
                Some((_, end)) if *end == month => *end += 1,
                _ => found.push((month, month + 1)),
            }
        }
        found
    }

    /// By month of opening: cases of which no closing was read. Of a time of which nothing was kept, as many as in the months next
    /// to it.
    fn unread(&self, gaps: &[Period]) -> BTreeMap<i32, f64> {
        let unread = self.opened.iter().filter(|(_, of)| of.unread > 0.0);
        let mut unread: BTreeMap<i32, f64> = unread.map(|(month, of)| (*month, of.unread)).collect();
        let is_kept = |month: i32| !gaps.iter().any(|gap| (gap.start.0..gap.end.0).contains(&month));
        for gap in gaps {
            let near =
                self.opened.range(gap.start.0 - NEXT_TO..gap.end.0 + NEXT_TO).filter(|(month, _)| is_kept(**month));
            let near: Vec<f64> = near.map(|(_, of)| of.all()).collect();
            let usual = near.iter().sum::<f64>() / near.len().max(1) as f64;
            for month in gap.start.0..gap.end.0.min(self.end) {
                let there = self.opened.get(&month).map_or(0.0, Opened::all);
                let missing = (usual - there).max(0.0);
                if missing > 0.0 {
                    *unread.entry(month).or_default() += missing;
                }
            }
        }
        unread
    }

    /// The share of cases that are closed so many months after their opening; empty where no closing is known.
    fn closed_after(&self) -> Vec<f64> {
        let longest = self.opened.values().flat_map(|of| of.known.keys().flatten()).max();
        let mut still_open = 1.0;
        let at = |months: i32| {
            let (mut at_risk, mut closed) = (0.0, 0.0);
            // Of a case that was opened too late nobody knows yet whether it is open after so many months.
            for (_, of) in self.opened.range(..self.end - months) {
                at_risk += of
                    .known
                    .iter()
                    .filter(|(after, _)| after.is_none_or(|after| after >= months))
                    .map(|(_, cases)| cases)
                    .sum::<f64>();
                closed += of.known.get(&Some(months)).unwrap_or(&0.0);
            }
            let share = if at_risk > 0.0 { still_open * closed / at_risk } else { 0.0 };
            still_open -= share;
            share
        };
        longest.map_or_else(Vec::new, |longest| (0..=*longest).map(at).collect())
    }
}

#[cfg(test)]
mod tests {
    use model::period::Month;

    use super::*;

    /// A hundred cases a month up to before `end`, half of them closed one month after and half two; nothing is known of those that were
    /// opened in `unread`, and nothing was kept of those in `gap`.
    fn closings(end: i32, unread: &[i32], gap: &[i32]) -> Closings {
        let mut closings = Closings::until(end);
        for month in (0..end).filter(|month| !gap.contains(month)) {
            for case in 0..100 {
                let closed = Some(month + 1 + case % 2).filter(|closed| *closed < end);
                closings.enter(month, (!unread.contains(&month)).then_some(closed));
            }
        }
        closings
    }

    fn gap(start: i32, end: i32) -> [Period; 1] {
        [Period { start: Month(start), end: Month(end) }]
    }

    #[test]
    fn where_all_was_read_nothing_is_missed() {
        assert!(closings(24, &[], &[]).missed(&[]).is_empty());
    }

    #[test]
    fn the_months_after_an_export_without_closings_miss_them() {
        assert_eq!(closings(24, &[10], &[]).missed(&[]), [(11, 13)]);
        assert_eq!(closings(24, &[10, 11, 20], &[]).missed(&[]), [(11, 14), (21, 23)]);
    }

    #[test]
    fn the_months_after_a_gap_miss_the_closings_of_what_was_not_kept() {
        assert_eq!(closings(24, &[], &[8, 9, 10]).missed(&gap(8, 11)), [(9, 13)]);
        // What came in of that time all the same is not missing.
        assert!(closings(24, &[], &[]).missed(&gap(8, 11)).is_empty());
    }

    #[test]
    fn where_no_closing_is_known_all_are_missed() {
        assert_eq!(closings(6, &[2, 3, 4, 5], &[0, 1]).missed(&[]), [(2, 6)]);
        assert_eq!(closings(1, &[], &[]).missed(&[]), [], "a column was there, and nothing was closed");
    }

    #[test]
    fn how_long_cases_stay_open_is_not_taken_from_those_that_just_came() {
        let closed_after = closings(3, &[], &[]).closed_after();
        assert!((closed_after[1] - 0.5).abs() < 1e-9 && (closed_after[2] - 0.5).abs() < 1e-9, "{closed_after:?}");
    }

    #[test]
    fn one_row_that_came_from_elsewhere_changes_nothing() {
        let mut closings = closings(24, &[], &[]);
        (0..5).for_each(|_| closings.enter(10, None));
        assert!(closings.missed(&[]).is_empty());
    }
}
