//! What the store has before an import: cases by their references, months that nobody counts again, and the latest day of which
//! it knows. Deliberately absent: what a case says beyond its dates.

use std::collections::HashMap;

use jiff::civil::Date;
use model::config::source::Source;
use model::period::{Month, Period};
use rusqlite::Connection;

use crate::store::StoreError;
use crate::store::references::canonical_of;

/// Months that were released and are never counted again.
pub(super) struct Frozen {
    periods: Vec<Period>,
    late_in: i32,
}

impl Frozen {
    fn holds(&self, month: i32) -> bool {
        self.periods.iter().any(|period| (period.start.0..period.end.0).contains(&month))
    }
    /// Where an event of `month` is counted.
    pub(super) fn counted(&self, month: i32) -> i32 {
        if self.holds(month) { self.late_in } else { month }
    }
    /// Where an event is counted that was counted before: what is frozen stays, what did not change stays.
    pub(super) fn recounted(&self, new: Option<i32>, old: Option<i32>, old_counted: Option<i32>) -> Option<i32> {
        match old_counted {
            Some(counted) if new == old || self.holds(counted) => Some(counted),
            Some(_) | None => new.map(|month| self.counted(month)),
        }
    }
}

/// A case as the store has it.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) id: i64,
    pub(super) content: [u8; 16],
    pub(super) months: [Option<i32>; 2],
    pub(super) counted: [Option<i32>; 2],
    /// The day of its opening, as [`day_number`] has it.
    pub(super) first_day: Option<i32>,
}

pub(super) fn frozen(connection: &Connection, source: &str, today_month: Option<i32>) -> Result<Frozen, StoreError> {
    let mut statement = connection.prepare("SELECT period_start, period_end FROM frozen WHERE source = ?1")?;
    let periods =
        statement.query_map([source], |row| Ok(Period { start: Month(row.get(0)?), end: Month(row.get(1)?) }))?;
    let periods = periods.collect::<Result<Vec<_>, _>>()?;
    let after_all = periods.iter().map(|period| period.end.0).max().unwrap_or(i32::MIN);
    Ok(Frozen { periods, late_in: today_month.unwrap_or(i32::MIN).max(after_all) })
}

/// The cases of a source.
pub(super) struct KnownCases {
    /// By the canonical form of their reference. Where an older program stored a case under two spellings, the one whose
    /// reference is canonical already is the case, else the last that came in.
    pub(super) by_reference: HashMap<String, Known>,
    /// The last day on which anything happened to one of them, as [`last_day`] has it.
    pub(super) last_day: Option<i32>,
}

pub(super) fn known_cases(connection: &Connection, source: &Source) -> Result<KnownCases, StoreError> {
    let place = source.position(&source.case).unwrap_or(0);
    let sql = "SELECT case_key, id, content, opened, closed, counted_opened, counted_closed FROM cases
               WHERE source = (SELECT id FROM sources WHERE name = ?1) ORDER BY id";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([&source.name])?;
    let (mut by_reference, mut odd, mut days) = (HashMap::new(), Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let date_of =
            |column| -> rusqlite::Result<_> { Ok(row.get::<_, Option<String>>(column)?.as_deref().and_then(date)) };
        let dates = [date_of(3)?, date_of(4)?];
        days.extend(dates.into_iter().flatten().map(day_number));
        let months = dates.map(|date| date.map(month));
        let (counted, first_day) = ([row.get(5)?, row.get(6)?], dates[0].map(day_number));
        let written: String = row.get(0)?;
        let canonical = canonical_of(source, place, &written);
        let is_canonical = canonical == written;
        let case = (canonical, Known { id: row.get(1)?, content: row.get(2)?, months, counted, first_day });
        if is_canonical {
            by_reference.insert(case.0, case.1);
        } else {
            odd.push(case);
        }
    }
    for (canonical, case) in odd.into_iter().rev() {
        by_reference.entry(canonical).or_insert(case);
    }
    Ok(KnownCases { by_reference, last_day: last_day(days) })
}

/// The last of these days, but for one in a hundred: some of them are slips of the hand, such as 2035 for 2025.
pub(super) fn last_day(mut days: Vec<i32>) -> Option<i32> {
    const SLIPS: usize = 100;
    let at = days.len().checked_sub(1 + days.len() / SLIPS)?;
    Some(*days.select_nth_unstable(at).1)
}

/// A date as it is stored.
pub(super) fn date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

pub(super) fn month(date: Date) -> i32 {
    Month::new(i32::from(date.year()), date.month().cast_unsigned()).0
}

/// A number that grows with the day, and is of no other use.
pub(super) fn day_number(date: Date) -> i32 {
    const MOST_DAYS: i32 = 31;
    month(date) * MOST_DAYS + i32::from(date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_no_slip_of_the_hand_where_there_are_many_days() {
        let day = |text: &str| day_number(date(text).expect("a date"));
        assert!(day("2025-12-31") < day("2026-01-01") && day("2026-01-31") < day("2026-02-01"));
        assert_eq!(last_day(Vec::new()), None);
        assert_eq!(last_day(vec![3, 9, 5]), Some(9));
        let many = |slips: usize| last_day([vec![7; 200 - slips], vec![99; slips]].concat());
        assert_eq!([many(2), many(3)], [Some(7), Some(99)]);
    }
}
