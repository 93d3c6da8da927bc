//! Looks at all rows of a file before one of them is read. Comes in: cells by field. Goes out: one decision a column: the
//! order of its dates, whether its long numbers are cut off; and what contradicts each decision, by place. No cell is read
//! by a rule that another cell of its column refutes. Deliberately absent: stored values.

use std::collections::BTreeMap;

use model::config::fold::with_plain_signs;
use model::config::source::{Colon, Field, Kind, Order, Source};

use crate::ingest::cell::without_footnote;
use crate::ingest::date::{self, Form, Said};
use crate::ingest::place::Place;
use crate::ingest::table::{Cell, Export};
use crate::ingest::{duration, reference};

mod midnights;
mod numbers;
mod others;

use midnights::Midnights;
use numbers::{LongNumbers, ShortYears};
use others::{Others, lone};

/// Places that are kept of each finding.
const KEPT: usize = 20;
/// Below this chance a column that looks half swapped is no accident.
const CHANCE: f64 = 0.05;

/// Cells that say the same, the first of them by place.
#[derive(Default)]
struct Cells {
    count: u64,
    first: Vec<Place>,
}

impl Cells {
    fn add(&mut self, place: impl Fn() -> Place) {
        self.count += 1;
        if self.first.len() < KEPT {
            self.first.push(place());
        }
    }
}

/// What the cells of one column say together.
#[derive(Default)]
struct Column {
    /// Dates in figures, by how they are written.
    figures: BTreeMap<Figures, InFigures>,
    /// Dates that can be read in one way only.
    fixed: BTreeMap<Fixed, Days>,
    short: ShortYears,
    midnights: Midnights,
    /// `12:30`: all, those of ten and more, those of 24 and more.
    colons: Cells,
    colons_from_10: Cells,
    colons_from_24: Cells,
    /// Numbers that are not whole, those of them that are read as parts of a day, and of these the whole minutes of so many
    /// hours.
    broken: u64,
    fractions: u64,
    hours: Cells,
    /// Numbers without a unit, those of them that no working day has hours, and lengths of time that name their hours.
    bare: Cells,
    bare_above: u64,
    in_hours: u64,
    long: LongNumbers,
}

/// How a date in figures is written: what parts it, and whether its year has two digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Figures {
    separator: char,
    short_year: bool,
}

/// Dates in figures, written in one way.
#[derive(Default)]
struct InFigures {
    /// First above 12: `25/04/2025`.
    day_first: Cells,
    /// Second above 12: `04/25/2025`.
    month_first: Cells,
    either: u64,
    /// Of those, whose order matters: `04/04/2025` is one day in both.
    open: Cells,
    /// Whether a day or a month has one digit, as spreadsheets write it where nobody says otherwise.
    bare: bool,
}

/// How a date is written that no order can exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fixed {
    Cell,
    YearFirst,
    Number,
    Words,
}

/// Days of dates, up to 12 and above.
#[derive(Default)]
struct Days {
    to_12: u64,
    above: u64,
}

/// How a column is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) order: Order,
    /// Whether numbers over 15 digits lost their last ones.
    pub(super) cut_off: bool,
    /// Whether a reference that looks like a date is what somebody wrote.
    pub(super) as_written: bool,
    /// Whether numbers that are not whole are parts of a day.
    pub(super) in_days: bool,
}

impl Decision {
    /// Where no row speaks.
    pub(super) fn of(source: &Source) -> Self {
        Self { order: source.dates.order.unwrap_or(Order::DayFirst), cut_off: false, as_written: false, in_days: false }
    }
}

/// A decision, the evidence for it in words, and what contradicts it.
pub(super) struct Found {
    pub(super) decision: Decision,
    /// None where the column has nothing that can be read in two ways.
    pub(super) evidence: Option<String>,
    pub(super) against: Vec<Contradiction>,
}

/// What contradicts a decision.
pub(super) struct Contradiction {
    pub(super) check: &'static str,
    pub(super) count: u64,
    pub(super) first: Vec<Place>,
}

/// The columns of a file.
pub(super) struct Evidence<'a> {
    source: &'a Source,
    /// What the file adds to a number of days, and whether a text cell of it was always a text.
    days_more: f64,
    keeps_texts: bool,
    columns: BTreeMap<usize, Column>,
}

impl<'a> Evidence<'a> {
    /// Of a text file.
    const fn new(source: &'a Source) -> Self {
        Self { source, days_more: 0.0, keeps_texts: false, columns: BTreeMap::new() }
    }

    pub(super) fn of(source: &'a Source, export: &Export) -> Self {
        let days_more = if export.from_1904 { date::DAYS_1904 } else { 0.0 };
        Self { days_more, keeps_texts: export.delimiter.is_none(), ..Self::new(source) }
    }

    /// The fields whose cells have to be seen.
    pub(super) fn fields(&self) -> Vec<usize> {
        let speaks = |field: &Field| matches!(field.kind, Kind::Date | Kind::Minutes) || field.fold.is_some();
        let fields = self.source.fields.iter().enumerate();
        fields.filter(|(_, field)| speaks(field)).map(|(at, _)| at).collect()
    }

    /// Hears a cell of a field.
    pub(super) fn hear(&mut self, field: usize, cell: Cell<'_>, place: impl Fn() -> Place) {
        let described = &self.source.fields[field];
        let column = self.columns.entry(field).or_default();
        match (described.kind, cell) {
            (Kind::Date, Cell::Serial(days)) => {
                column.counted(Fixed::Cell, days);
                column.at(days, place);
            }
            (Kind::Date, Cell::Number(days)) => column.counted(Fixed::Number, days + self.days_more),
            (Kind::Date, Cell::Text(text)) => {
                let text = with_plain_signs(reference::unguarded(text));
                // Most dates end in a digit.
                let marked = !text.ends_with(|last: char| last.is_ascii_alphanumeric());
                let bare = if marked { without_footnote(self.source, &text) } else { None };
                column.dated(bare.as_deref().unwrap_or(&text), place);
            }
            (Kind::Minutes, Cell::Number(number)) => {
                column.bare(number, &place);
                column.fraction(number, duration::of_number(number, duration::Said::default()), place);
            }
            (Kind::Minutes, Cell::Shown(_, text) | Cell::Text(text)) => {
                column.timed(reference::unguarded(text), place);
            }
            // What is a text in a workbook was never cut off as a number.
            (Kind::Text, Cell::Text(text)) if !self.keeps_texts => column.long.hear(text),
            _ => {}
        }
    }

    /// One decision a field, with its evidence and what contradicts it.
    pub(super) fn decide(self) -> BTreeMap<usize, Found> {
        let (source, keeps_texts) = (self.source, self.keeps_texts);
        let sides: BTreeMap<usize, [u64; 2]> =
            self.columns.iter().map(|(field, column)| (*field, column.sides())).collect();
        let others_than = |field: usize| {
            let others = sides.iter().filter(|(other, _)| **other != field);
            Others::of(others.map(|(_, sides)| *sides))
        };
        let of = |(field, column): (usize, Column)| {
            let minutes = source.fields[field].kind == Kind::Minutes;
            let mut found = if minutes {
                let decision = Decision { in_days: column.is_in_days(), ..Decision::of(source) };
                Found { decision, evidence: None, against: column.lengths(&source.fields[field]) }
            } else {
                column.decide(source, others_than(field))
            };
            // A spreadsheet keeps what it takes for a date as one.
            found.decision.as_written |= keeps_texts;
            (field, found)
        };
        self.columns.into_iter().map(of).collect()
    }
}

impl Column {
    fn fixed(&mut self, how: Fixed, day: i8) {
        let days = self.fixed.entry(how).or_default();
        *(if day <= 12 { &mut days.to_12 } else { &mut days.above }) += 1;
    }

    fn counted(&mut self, how: Fixed, days: f64) {
        if let Some(Said::Day(read)) = date::serial(days, Form::Cell) {
            self.fixed(how, read.date.day());
        }
    }

    /// The time of day of a date cell.
    fn at(&mut self, days: f64, place: impl Fn() -> Place) {
        if let (Some(seconds), Some(Said::Day(read))) = (date::seconds(days), date::serial(days, Form::Cell)) {
            self.midnights.hear(seconds, Some(read.date.month()), place);
        }
    }

    fn dated(&mut self, text: &str, place: impl Fn() -> Place) {
        let bytes = text.as_bytes();
        if bytes.len() > 10
            && let Some(seconds) = date::clock(text)
        {
            let month = text.get(5..7).filter(|_| bytes[4] == b'-').and_then(|month| month.parse().ok());
            self.midnights.hear(seconds, month, &place);
        }
        if bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' {
            // Most dates of most exports.
            if let Ok(day) = text.get(8..10).unwrap_or_default().parse() {
                self.fixed(Fixed::YearFirst, day);
            }
            return;
        }
        let Some((parts, separator)) = date::figures(text) else {
            if let Some((is_in_words, day)) = date::fixed_day(text) {
                self.fixed(if is_in_words { Fixed::Words } else { Fixed::Number }, day);
            }
            return;
        };
        let [first, second, third] = parts.map(|part| part.parse::<u32>().unwrap_or(0));
        if parts[0].len() > 2 || parts[1].len() > 2 {
            if let (4, Ok(day @ 1..=31)) = (parts[0].len(), i8::try_from(third)) {
                self.fixed(Fixed::YearFirst, day);
            }
            return;
        }
        let short_year = parts[2].len() <= 2;
        if short_year {
            self.short.hear([first, third], separator == '-', &place);
        }
        let figures = self.figures.entry(Figures { separator, short_year }).or_default();
        figures.bare |= parts[0].len() == 1 || parts[1].len() == 1;
        match (first > 12, second > 12) {
            (true, false) => figures.day_first.add(place),
            (false, true) => figures.month_first.add(place),
            (false, false) => {
                figures.either += 1;
                if first != second {
                    figures.open.add(place);
                }
            }
            (true, true) => {}
        }
    }

    fn timed(&mut self, text: &str, place: impl Fn() -> Place) {
        let Some(first) = duration::two_parts(text) else {
            self.in_hours += u64::from(duration::in_hours(text));
            if let Ok(number) = text.trim().parse() {
                self.bare(number, &place);
                self.fraction(number, duration::minutes(text, duration::Said::default()), place);
            }
            return;
        };
        self.colons.add(&place);
        if first >= 10 {
            self.colons_from_10.add(&place);
        }
        if first >= 24 {
            self.colons_from_24.add(place);
        }
    }

    /// A number without a unit: minutes, or hours?
    fn bare(&mut self, number: f64, place: impl Fn() -> Place) {
        const WORKING_DAY: f64 = 12.0;
        if number > WORKING_DAY {
            self.bare_above += 1;
        } else if number > 0.0 {
            self.bare.add(place);
        }
    }

    /// A part of a day, as it would be read, may be so many hours: `0.1166667` are seven minutes of an hour, or 168.
    fn fraction(&mut self, number: f64, minutes: Option<i64>, place: impl Fn() -> Place) {
        const TAIL: f64 = 0.001;
        if !number.is_finite() || (number - number.round()).abs() < TAIL || number > duration::LONGEST_HOURS {
            return;
        }
        self.broken += 1;
        if minutes.is_none() {
            return;
        }
        self.fractions += 1;
        if (number * 60.0 - (number * 60.0).round()).abs() < TAIL {
            self.hours.add(place);
        }
    }

    /// Whether numbers that are not whole are parts of a day: most can be nothing else, so that `0.05` among them is one too.
    const fn is_in_days(&self) -> bool {
        self.fractions >= 3 && self.fractions * 5 >= self.broken * 4 && self.hours.count * 2 < self.fractions
    }

    /// Whether the numbers without a unit are those of a working day's hours: all, but for one in five.
    const fn is_few(&self) -> bool {
        self.bare.count > 1 && self.bare_above * 4 <= self.bare.count
    }

    /// Whether a long column has nothing but what a working day has hours.
    const fn is_many_hours(&self) -> bool {
        const MANY: u64 = 20;
        self.bare_above == 0 && self.bare.count >= MANY
    }

    /// What asks whether lengths of time are hours: what is beside the numbers, or a colon.
    fn lengths(self, field: &Field) -> Vec<Contradiction> {
        let is_in_hours = self.in_hours > 0
            || self.broken > self.fractions
            || self.colons.count > 0 && field.colon != Some(Colon::Minutes);
        if field.number.is_none() && (self.is_few() && is_in_hours || self.is_many_hours()) && !self.is_in_days() {
            return vec![self.bare.contradict("hours_or_minutes")];
        }
        if field.colon.is_some() { Vec::new() } else { self.colons() }
    }

    /// Whether `12:30` are hours and minutes: a column with more than a day in a cell, or with ten hours in every fifth, is
    /// asked about.
    fn colons(self) -> Vec<Contradiction> {
        let Self { colons, colons_from_10, colons_from_24, fractions, hours, .. } = self;
        // Of parts of days one in 24 is a whole number of minutes of hours too; of hours four in five are, whatever else stands there.
        if hours.count > 1 && hours.count * 5 >= fractions * 4 {
            return vec![hours.contradict("hours_or_minutes")];
        }
        let often = colons.count > 2 && colons_from_10.count * 5 >= colons.count;
        let asked = if colons_from_24.count > 0 {
            colons_from_24
        } else if often {
            colons_from_10
        } else {
            return Vec::new();
        };
        vec![Contradiction { check: "hours_or_minutes", count: asked.count, first: asked.first }]
    }

    fn sides(&self) -> [u64; 2] {
        [self.sided(|cells| &cells.day_first).count, self.sided(|cells| &cells.month_first).count]
    }

    fn decide(self, source: &Source, others: Others) -> Found {
        let stated = source.dates.order;
        let year_order = stated.is_none().then(|| self.short.decide()).flatten();
        let half_swapped = self.half_swapped(year_order.is_some());
        let (days, months) = (self.sided(|cells| &cells.day_first), self.sided(|cells| &cells.month_first));
        let either: u64 = self.ordered().map(|(_, figures)| figures.either).sum();
        let says_nothing = days.count + months.count == 0;
        let doubt = match stated {
            Some(_) => None,
            // The other columns cannot say it where they contradict each other.
            None if says_nothing && others.differ => self.open().map(|open| open.contradict("mixed_date_order")),
            None => lone(&days, &months, either, others.dates),
        };
        let is_month_first = if says_nothing { others.dates[1] > others.dates[0] } else { months.count > days.count };
        let order = stated.unwrap_or(if is_month_first { Order::MonthFirst } else { Order::DayFirst });
        let evidence = self.evidence(order, stated.is_some(), [days.count, months.count]);
        let against = match order {
            Order::MonthFirst => days,
            Order::DayFirst | Order::YearFirst => months,
        };
        let mut contradictions = Vec::new();
        if let Some(half_swapped) = half_swapped {
            contradictions.push(half_swapped);
        } else if let Some(lone) = doubt {
            contradictions.push(lone);
        } else if against.count > 1 {
            // One cell may be a slip of the hand, and is rejected for itself; two are another order.
            contradictions.push(against.contradict("mixed_date_order"));
        }
        contradictions.extend(year_order);
        contradictions.extend(self.midnights.decide());
        let (cut_off, as_written) = (self.long.are_cut_off(), self.long.are_running());
        let decision = Decision { order, cut_off, as_written, in_days: false };
        Found { decision, evidence, against: contradictions }
    }

    /// Dates in figures that have a side, but for those with dashes and a short year, whose year may stand first.
    fn sided(&self, side: impl Fn(&InFigures) -> &Cells) -> Cells {
        let mut all = Cells::default();
        for (_, figures) in self.ordered() {
            all.count += side(figures).count;
            all.first.extend_from_slice(&side(figures).first);
        }
        all.first.sort();
        all.first.truncate(KEPT);
        all
    }

    /// Dates whose order matters and that say nothing of it.
    fn open(&self) -> Option<Cells> {
        Some(self.sided(|cells| &cells.open)).filter(|open| open.count > 0)
    }

    fn ordered(&self) -> impl Iterator<Item = (&Figures, &InFigures)> {
        self.figures.iter().filter(|(how, _)| !(how.short_year && how.separator == '-'))
    }

    /// `day first: 74 can be nothing else, 2 can only be month first, 120 either`.
    fn evidence(&self, order: Order, stated: bool, [days, months]: [u64; 2]) -> Option<String> {
        let short = self.short.all.count + self.short.year_first.count;
        let either: u64 = self.ordered().map(|(_, figures)| figures.either).sum();
        if days + months + either + short == 0 {
            return None;
        }
        let (name, with, other, against) = match order {
            Order::DayFirst => ("day first", days, "month first", months),
            Order::MonthFirst => ("month first", months, "day first", days),
            Order::YearFirst => ("year first", short, "day first", days),
        };
        let mut text = format!("{name}{}: ", if stated { ", as the source says" } else { "" });
        text += &format!("{with} can be nothing else, {against} can only be {other}, {either} either");
        if short > 0 {
            text += &format!("; {short} with a year of two digits");
        }
        Some(text)
    }

    /// A spreadsheet of another country made dates of the texts that it could read, with day and month exchanged, and left
    /// the others as they were: then of the dates in one way of writing every one can be read in one order only, and of
    /// those in another way no day is above 12. A few that a hand wrote later change nothing.
    fn half_swapped(&self, year_may_stand_first: bool) -> Option<Contradiction> {
        let few = |some: u64, others: u64| some * 10 <= others;
        let made: u64 = self.fixed.values().filter(|days| few(days.above, days.to_12)).map(|days| days.to_12).sum();
        let left = self.figures.iter().filter(|(how, _)| !(year_may_stand_first && how.short_year));
        for (how, figures) in left {
            let (days, months) = (&figures.day_first, &figures.month_first);
            let (sided, others) = if days.count >= months.count { (days, months) } else { (months, days) };
            if sided.count == 0 || !few(figures.either + others.count, sided.count) {
                continue;
            }
            // Of a date that it shows in its own order with its own digits, reading makes what it was.
            let is_back = |other: &InFigures, way: &Figures| other.bare && way.short_year != how.short_year;
            let exchanged = self.figures.iter().filter(|(way, other)| {
                *way != how && other.day_first.count + other.month_first.count == 0 && !is_back(other, way)
            });
            let made = made + exchanged.map(|(_, other)| other.either).sum::<u64>();
            // Twelve days of thirty may come by chance.
            let exponent = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
            let chance = 0.4_f64.powi(exponent(made)) * 0.6_f64.powi(exponent(sided.count));
            if made > 0 && chance < CHANCE {
                return Some(sided.contradict("half_swapped_dates"));
            }
        }
        None
    }
}

impl Cells {
    fn contradict(&self, check: &'static str) -> Contradiction {
        Contradiction { check, count: self.count, first: self.first.clone() }
    }
}

#[cfg(test)]
mod tests;
