//! Periods: half-open intervals of months, and the several ways in which people spell them.
//!
//! Comes in: names such as `2026-M07`, `2026-Q3`, `2026-27-Q1`, `2026-27`, `2026`. Goes out: intervals, canonical names
//! and the sums that hold among periods. Two names of one interval are one thing. No clock is ever asked.

use std::fmt;

use thiserror::Error;

/// A calendar month, counted from year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

impl Month {
    /// The month `month` (1 to 12) of `year`.
    #[must_use]
    pub const fn new(year: i32, month: u8) -> Self {
        Self(year * 12 + month as i32 - 1)
    }
    /// The calendar year that holds this month.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.0.div_euclid(12)
    }
    /// 1 for January to 12 for December.
    #[must_use]
    pub const fn month(self) -> u8 {
        (self.0.rem_euclid(12) + 1) as u8
    }
    /// The month that lies `months` later.
    #[must_use]
    pub const fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }
}

/// How the service counts its years: the first month of a year, 1 for calendar, 4 for financial, 9 for academic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// 1 to 12.
    pub year_starts_in: u8,
}

impl Calendar {
    /// The first month of the service's year that holds `month`.
    #[must_use]
    pub const fn year_start(self, month: Month) -> Month {
        month.plus(-(month.0 - self.year_starts_in as i32 + 1).rem_euclid(12))
    }
}

/// A half-open interval of whole months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The first month inside.
    pub start: Month,
    /// The first month after.
    pub end: Month,
}

/// A name that is no period.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{name:?} is not a period; write for example 2026-Q3, 2026-27-Q1, 2026-M07, 2026-27 or 2026")]
pub struct UnknownPeriod {
    /// The name as it was given.
    pub name: String,
}

impl Period {
    /// The period from `start` that is `months` long.
    #[must_use]
    pub const fn starting(start: Month, months: i32) -> Self {
        Self { start, end: start.plus(months) }
    }
    /// Number of months inside.
    #[must_use]
    pub const fn months(self) -> i32 {
        self.end.0 - self.start.0
    }
    /// Whether every month of `other` is inside.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start.0 <= other.start.0 && other.end.0 <= self.end.0
    }
    /// Whether the two share a month.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.start.0 < other.end.0 && other.start.0 < self.end.0
    }
    /// The period of the same length that ends where this one begins, `steps` times.
    #[must_use]
    pub const fn before(self, steps: i32) -> Self {
        let shift = -self.months() * steps;
        Self { start: self.start.plus(shift), end: self.end.plus(shift) }
    }

    /// Reads a period's name.
    ///
    /// # Errors
    /// [`UnknownPeriod`] where the name follows none of the spellings or names a quarter or month that does not exist.
    pub fn parse(name: &str, calendar: Calendar) -> Result<Self, UnknownPeriod> {
        let unknown = || UnknownPeriod { name: name.to_owned() };
        if let Some((first, last)) = name.split_once("..") {
            let (first, last) = (Self::parse(first, calendar)?, Self::parse(last, calendar)?);
            return if first.start < last.end {
                Ok(Self { start: first.start, end: last.end })
            } else {
                Err(unknown())
            };
        }
        let mut parts = name.split('-');
        let year = parts.next().filter(|year| year.len() == 4).and_then(digits).ok_or_else(unknown)?;
        let rest: Vec<&str> = parts.collect();
        let service_year = Month::new(year, calendar.year_starts_in);
        let spans_two = |short: &str| short.len() == 2 && digits(short) == Some((year + 1).rem_euclid(100));
        match rest.as_slice() {
            [] => Ok(Self::starting(Month::new(year, 1), 12)),
            [short] if spans_two(short) && calendar.year_starts_in > 1 => Ok(Self::starting(service_year, 12)),
            [part] => part_of(Month::new(year, 1), part).ok_or_else(unknown),
            [short, part] if spans_two(short) && calendar.year_starts_in > 1 => {
                part_of(service_year, part).ok_or_else(unknown)
            }
            _ => Err(unknown()),
        }
    }

    /// The canonical name: of the service's own year where the interval is a part of one, else of the calendar's.
    #[must_use]
    pub fn name(self, calendar: Calendar) -> String {
        let start = self.start;
        let first = calendar.year_start(start);
        let from_service_year = start.0 - first.0;
        let year = if calendar.year_starts_in == 1 {
            format!("{:04}", first.year())
        } else {
            format!("{:04}-{:02}", first.year(), (first.year() + 1).rem_euclid(100))
        };
        match self.months() {
            12 if from_service_year == 0 => year,
            12 if start.month() == 1 => format!("{:04}", start.year()),
            3 if from_service_year % 3 == 0 => format!("{year}-Q{}", from_service_year / 3 + 1),
            3 if start.month() % 3 == 1 => format!("{:04}-Q{}", start.year(), start.month() / 3 + 1),
            1 => format!("{:04}-M{:02}", start.year(), start.month()),
            _ => {
                let last = self.end.plus(-1);
                format!("{:04}-M{:02}..{:04}-M{:02}", start.year(), start.month(), last.year(), last.month())
            }
        }
    }

    /// ISO date of its last day.
    #[must_use]
    pub fn last_day(self) -> String {
        let last = self.end.plus(-1);
        let (year, month) = (last.year(), last.month());
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 31,
        };
        format!("{year:04}-{month:02}-{days:02}")
    }

    /// The period in words for a page: `January to March 2026`.
    #[must_use]
    pub fn words(self) -> String {
        let last = self.end.plus(-1);
        let month = |month: Month| MONTHS[usize::from(month.month() - 1)];
        if self.months() == 1 {
            format!("{} {}", month(self.start), self.start.year())
        } else if self.start.year() == last.year() {
            format!("{} to {} {}", month(self.start), month(last), last.year())
        } else {
            format!("{} {} to {} {}", month(self.start), self.start.year(), month(last), last.year())
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn digits(text: &str) -> Option<i32> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn part_of(year: Month, part: &str) -> Option<Period> {
    let number = digits(part.get(1..)?)?;
    match part.as_bytes()[0] {
        b'Q' if (1..=4).contains(&number) && part.len() == 2 => Some(Period::starting(year.plus((number - 1) * 3), 3)),
        // Months are the calendar's in every spelling, so `2026-27-M07` does not exist.
        b'M' if (1..=12).contains(&number) && part.len() == 3 && year.month() == 1 => {
            Some(Period::starting(year.plus(number - 1), 1))
        }
        _ => None,
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-M{:02}", self.year(), self.month())
    }
}

/// Months that a code of a sum stands for: a period, or what is left of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// `2018-Q3`, or `2018 less 2018-Q2, 2018-Q4`.
    pub name: String,
    /// Its months, as intervals in order.
    pub months: Vec<Period>,
}

impl Part {
    /// The whole of a period.
    #[must_use]
    pub fn whole(period: Period, calendar: Calendar) -> Self {
        Self { name: period.name(calendar), months: vec![period] }
    }
}

/// The sums that hold among `periods`, each parent split into the longest periods of the list inside it and what is
/// left over, so that a reader's subtraction is a cell of its own.
///
/// What is left over is one code, also where it has gaps: its name is `<parent> less <first>, <second>`. Periods that
/// overlap without one holding the other are split at each other's edges.
///
/// | periods | sums |
/// |---|---|
/// | 2018, 2018-Q3, 2018-Q4 | 2018 = 2018-Q3 + 2018-Q4 + 2018-M01..2018-M06 |
#[must_use]
pub fn period_sums(periods: &[Period], calendar: Calendar) -> Vec<(Part, Vec<Part>)> {
    let mut known: Vec<Period> = periods.to_vec();
    for &one in periods {
        for &other in periods {
            if one.overlaps(other) && !one.contains(other) && !other.contains(one) {
                known.push(Period { start: one.start.max(other.start), end: one.end.min(other.end) });
            }
        }
    }
    known.sort_by_key(|period| (-period.months(), period.start));
    known.dedup();
    let mut sums = Vec::new();
    for &parent in &known {
        let mut inside: Vec<Period> = Vec::new();
        for &child in &known {
            if child != parent && parent.contains(child) && !inside.iter().any(|other| other.overlaps(child)) {
                inside.push(child);
            }
        }
        if inside.is_empty() {
            continue;
        }
        inside.sort();
        let gaps = gaps(parent, &inside);
        let mut children: Vec<Part> = inside.iter().map(|child| Part::whole(*child, calendar)).collect();
        match gaps.as_slice() {
            [] => {}
            [gap] => children.push(Part::whole(*gap, calendar)),
            _ => {
                let names: Vec<&str> = children.iter().map(|child| child.name.as_str()).collect();
                let name = format!("{} less {}", parent.name(calendar), names.join(", "));
                children.push(Part { name, months: gaps });
            }
        }
        sums.push((Part::whole(parent, calendar), children));
    }
    for sum in periods.iter().filter_map(|period| in_finest_parts(*period, periods, calendar)) {
        if !sums.iter().any(|known| is_same(known, &sum)) {
            sums.push(sum);
        }
    }
    sums
}

/// A period that overlaps others without one holding the other, split at every edge inside: whatever two of them share is made of
/// the same parts then, in every pair of them.
fn in_finest_parts(parent: Period, periods: &[Period], calendar: Calendar) -> Option<(Part, Vec<Part>)> {
    let is_crossed = |other: &Period| parent.overlaps(*other) && !parent.contains(*other) && !other.contains(parent);
    if !periods.iter().any(is_crossed) {
        return None;
    }
    let edges = periods.iter().flat_map(|period| [period.start, period.end]);
    let mut edges: Vec<Month> = edges.filter(|edge| (parent.start..=parent.end).contains(edge)).collect();
    edges.sort_unstable();
    edges.dedup();
    let parts = edges.windows(2).map(|pair| Part::whole(Period { start: pair[0], end: pair[1] }, calendar));
    Some((Part::whole(parent, calendar), parts.collect()))
}

fn is_same(one: &(Part, Vec<Part>), other: &(Part, Vec<Part>)) -> bool {
    let names = |parts: &[Part]| parts.iter().map(|part| part.name.clone()).collect::<std::collections::BTreeSet<_>>();
    one.0 == other.0 && names(&one.1) == names(&other.1)
}

/// What is left of `parent` between periods inside it, which are in order and do not overlap.
fn gaps(parent: Period, inside: &[Period]) -> Vec<Period> {
    let mut gaps = Vec::new();
    let mut at = parent.start;
    for child in inside {
        if at < child.start {
            gaps.push(Period { start: at, end: child.start });
        }
        at = child.end;
    }
    if at < parent.end {
        gaps.push(Period { start: at, end: parent.end });
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALENDAR: Calendar = Calendar { year_starts_in: 1 };
    const FINANCIAL: Calendar = Calendar { year_starts_in: 4 };

    #[test]
    fn two_names_of_one_interval_are_one_thing() {
        let spelled = Period::parse("2026-Q3", FINANCIAL).expect("a calendar quarter");
        assert_eq!(spelled, Period::parse("2026-27-Q2", FINANCIAL).expect("a financial quarter"));
        assert_eq!(spelled.name(FINANCIAL), "2026-27-Q2");
        assert_eq!(spelled.name(CALENDAR), "2026-Q3");
        assert_eq!(spelled.words(), "July to September 2026");
    }

    #[test]
    fn every_name_is_read_back_as_the_same_period() {
        for name in ["2026", "2026-27", "2026-27-Q4", "2026-M07", "2025-M11..2026-M02", "1999-00-Q1"] {
            let period = Period::parse(name, FINANCIAL).expect(name);
            assert_eq!(Period::parse(&period.name(FINANCIAL), FINANCIAL), Ok(period), "{name}");
        }
    }

    #[test]
    fn a_name_that_is_no_period_is_refused() {
        for name in ["2026-Q5", "2026-28", "26-Q1", "2026-M13", "2026-27-M07", "", "2026-Q", "2026-é1", "2026-27-Q1-Q1"]
        {
            assert!(Period::parse(name, FINANCIAL).is_err(), "{name}");
        }
        assert!(Period::parse("2026-27", CALENDAR).is_err(), "a calendar year has one number");
    }

    fn names(periods: &[Period], calendar: Calendar) -> Vec<(String, Vec<String>)> {
        let names = |parts: Vec<Part>| parts.into_iter().map(|part| part.name).collect();
        period_sums(periods, calendar).into_iter().map(|(parent, parts)| (parent.name, names(parts))).collect()
    }

    #[test]
    fn a_year_less_two_quarters_is_a_period_of_its_own() {
        let periods = ["2018", "2018-Q3", "2018-Q4"].map(|name| Period::parse(name, CALENDAR).expect(name));
        let children = ["2018-Q3", "2018-Q4", "2018-M01..2018-M06"].map(str::to_owned).to_vec();
        assert_eq!(names(&periods, CALENDAR), [("2018".to_owned(), children)]);
    }

    #[test]
    fn what_is_left_of_a_year_with_gaps_is_one_cell() {
        let periods = ["2018", "2018-Q2", "2018-Q4"].map(|name| Period::parse(name, CALENDAR).expect(name));
        let sums = names(&periods, CALENDAR);
        assert_eq!(sums[0].1, ["2018-Q2", "2018-Q4", "2018 less 2018-Q2, 2018-Q4"]);
    }

    /// Two windows that roll by a quarter and a year that crosses both.
    #[test]
    fn windows_that_cross_are_split_at_every_edge_inside() {
        let periods = ["2018", "2018-M04..2019-M03", "2018-M07..2019-M06"];
        let periods = periods.map(|name| Period::parse(name, CALENDAR).expect(name));
        let sums = names(&periods, CALENDAR);
        let quarters = |first: usize| {
            let all = ["2018-Q1", "2018-Q2", "2018-M07..2018-M12", "2019-Q1", "2019-Q2"];
            all[first..first + 3].iter().map(|name| (*name).to_owned()).collect::<Vec<String>>()
        };
        for (parent, first) in [("2018", 0), ("2018-M04..2019-M03", 1), ("2018-M07..2019-M06", 2)] {
            assert!(sums.contains(&(parent.to_owned(), quarters(first))), "{parent}: {sums:?}");
        }
    }

    #[test]
    fn overlapping_years_are_split_at_each_others_edges() {
        let periods = ["2018", "2018-19"].map(|name| Period::parse(name, FINANCIAL).expect(name));
        let sums = names(&periods, FINANCIAL);
        assert_eq!(sums[0], ("2018".to_owned(), vec!["2018-M04..2018-M12".to_owned(), "2017-18-Q4".to_owned()]));
        assert_eq!(sums[1], ("2018-19".to_owned(), vec!["2018-M04..2018-M12".to_owned(), "2018-19-Q4".to_owned()]));
    }
}
