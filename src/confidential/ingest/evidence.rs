//! Looks at all rows of a file before one of them is read. Comes in: cells by field. Goes out: one decision a column: the
//! order of its dates, whether its long numbers are cut off; and what contradicts each decision, by place. No cell is read
//! by a rule that another cell of its column refutes. Deliberately absent: stored values.

use std::collections::BTreeMap;

use model::config::source::{Field, Kind, Order, Source};

use crate::ingest::date::{self, Form, Said};
use crate::ingest::place::Place;
use crate::ingest::table::Cell;
use crate::ingest::{duration, reference};

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
    fn add(&mut self, place: impl FnOnce() -> Place) {
        self.count += 1;
        if self.first.len() < KEPT {
            self.first.push(place());
        }
    }
}

/// What the cells of one column say together.
#[derive(Default)]
struct Column {
    /// In figures, first above 12: `25/04/2025`.
    day_first: Cells,
    /// In figures, second above 12: `04/25/2025`.
    month_first: Cells,
    /// In figures, either way.
    either: u64,
    /// As a spreadsheet or a machine keeps them: days up to 12, days above.
    kept_to_12: u64,
    kept_above: u64,
    short: ShortYears,
    /// `12:30`: all, those of ten and more, those of 24 and more.
    colons: Cells,
    colons_from_10: Cells,
    colons_from_24: Cells,
    /// Numbers that are read as parts of a day, and those of them that are whole minutes of so many hours.
    fractions: u64,
    hours: Cells,
    /// Numbers over 15 digits: with zeros beyond, with others.
    zeros: Cells,
    others: u64,
}

/// Dates of three numbers of up to two digits.
#[derive(Default)]
struct ShortYears {
    all: Cells,
    /// The first is no day.
    year_first: Cells,
    /// The last is no day.
    year_last: u64,
    dashed: u64,
    firsts: u128,
    lasts: u128,
}

/// How a column is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) order: Order,
    /// Whether numbers over 15 digits lost their last ones.
    pub(super) cut_off: bool,
}

impl Decision {
    /// Where no row speaks.
    pub(super) fn of(source: &Source) -> Self {
        Self { order: source.dates.order.unwrap_or(Order::DayFirst), cut_off: false }
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
    columns: BTreeMap<usize, Column>,
}

impl<'a> Evidence<'a> {
    pub(super) const fn new(source: &'a Source) -> Self {
        Self { source, columns: BTreeMap::new() }
    }

    /// The fields whose cells have to be seen.
    pub(super) fn fields(&self) -> Vec<usize> {
        let speaks = |field: &Field| matches!(field.kind, Kind::Date | Kind::Minutes) || field.fold.is_some();
        let fields = self.source.fields.iter().enumerate();
        fields.filter(|(_, field)| speaks(field)).map(|(at, _)| at).collect()
    }

    /// Hears a cell of a field.
    pub(super) fn hear(&mut self, field: usize, cell: Cell<'_>, place: impl FnOnce() -> Place) {
        let described = &self.source.fields[field];
        let column = self.columns.entry(field).or_default();
        match (described.kind, cell) {
            (Kind::Date, Cell::Serial(days)) => {
                if let Some(Said::Day(read)) = date::serial(days, Form::Cell) {
                    column.kept(read.date.day());
                }
            }
            (Kind::Date, Cell::Text(text)) => column.dated(text, place),
            (Kind::Minutes, Cell::Number(number)) => column.fraction(number, place),
            (Kind::Minutes, Cell::Text(text)) if described.colon.is_none() => column.timed(text, place),
            (Kind::Text, Cell::Text(text)) => match reference::zeros_beyond_15_digits(text) {
                Some(true) => column.zeros.add(place),
                Some(false) => column.others += 1,
                None => {}
            },
            _ => {}
        }
    }

    /// One decision a field, with its evidence and what contradicts it.
    pub(super) fn decide(self) -> BTreeMap<usize, Found> {
        let source = self.source;
        let of = |(field, column): (usize, Column)| {
            let minutes = source.fields[field].kind == Kind::Minutes;
            let found = if minutes {
                Found { decision: Decision::of(source), evidence: None, against: column.colons() }
            } else {
                column.decide(source)
            };
            (field, found)
        };
        self.columns.into_iter().map(of).collect()
    }
}

impl Column {
    fn kept(&mut self, day: i8) {
        *(if day <= 12 { &mut self.kept_to_12 } else { &mut self.kept_above }) += 1;
    }

    fn dated(&mut self, text: &str, place: impl FnOnce() -> Place) {
        let bytes = text.as_bytes();
        if bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' {
            // Most dates of most exports.
            if let Ok(day) = text.get(8..10).unwrap_or_default().parse() {
                self.kept(day);
            }
            return;
        }
        let Some((parts, separator)) = date::figures(text) else { return };
        if parts[0].len() > 2 || parts[1].len() > 2 {
            return;
        }
        let [first, second, third] = parts.map(|part| part.parse::<u32>().unwrap_or(0));
        if parts[2].len() <= 2 {
            let day = |part: u32| (1..=31).contains(&part);
            let short = &mut self.short;
            short.firsts |= 1 << first;
            short.lasts |= 1 << third;
            short.dashed += u64::from(separator == '-');
            short.year_last += u64::from(!day(third));
            if day(first) {
                short.all.add(place);
            } else {
                short.year_first.add(place);
            }
            if separator == '-' {
                // Which of the three is the day is still to be found.
                return;
            }
            match (first > 12, second > 12) {
                (true, false) => self.day_first.count += 1,
                (false, true) => self.month_first.count += 1,
                (false, false) => self.either += 1,
                (true, true) => {}
            }
            return;
        }
        match (first > 12, second > 12) {
            (true, false) => self.day_first.add(place),
            (false, true) => self.month_first.add(place),
            (false, false) => self.either += 1,
            (true, true) => {}
        }
    }

    fn timed(&mut self, text: &str, place: impl FnOnce() -> Place) {
        let Some(first) = duration::two_parts(text) else {
            if let Ok(number) = text.trim().parse() {
                self.fraction(number, place);
            }
            return;
        };
        let place = place();
        self.colons.add(|| place.clone());
        if first >= 10 {
            self.colons_from_10.add(|| place.clone());
        }
        if first >= 24 {
            self.colons_from_24.add(|| place);
        }
    }

    /// A part of a day, as it would be read, may be so many hours: `0.1166667` are seven minutes of an hour, or 168.
    fn fraction(&mut self, number: f64, place: impl FnOnce() -> Place) {
        const TAIL: f64 = 0.001;
        if (number - number.round()).abs() < TAIL || duration::of_number(number).is_none() {
            return;
        }
        self.fractions += 1;
        if (number * 60.0 - (number * 60.0).round()).abs() < TAIL {
            self.hours.add(place);
        }
    }

    /// Whether `12:30` are hours and minutes: a column with more than a day in a cell, or with ten hours in every fifth, is
    /// asked about.
    fn colons(self) -> Vec<Contradiction> {
        let Self { colons, colons_from_10, colons_from_24, fractions, hours, .. } = self;
        // Of parts of days one in 24 is a whole number of minutes of hours too.
        if fractions > 1 && hours.count == fractions {
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

    fn decide(self, source: &Source) -> Found {
        let half_swapped = self.half_swapped();
        let stated = source.dates.order;
        let months = self.month_first.count > self.day_first.count;
        let order = stated.unwrap_or(if months { Order::MonthFirst } else { Order::DayFirst });
        let evidence = self.evidence(order, stated.is_some());
        let (with, against) = match order {
            Order::MonthFirst => (self.month_first, self.day_first),
            Order::DayFirst | Order::YearFirst => (self.day_first, self.month_first),
        };
        let mut contradictions = Vec::new();
        if half_swapped {
            let text = if with.count > 0 { with } else { against };
            contradictions.push(text.contradict("half_swapped_dates"));
        } else if against.count > 1 {
            // One cell may be a slip of the hand, and is rejected for itself; two are another order.
            contradictions.push(against.contradict("mixed_date_order"));
        }
        if stated.is_none() {
            contradictions.extend(self.short.decide());
        }
        let decision = Decision { order, cut_off: self.zeros.count > 0 && self.others == 0 };
        Found { decision, evidence, against: contradictions }
    }

    /// `day first: 74 can be nothing else, 2 can only be month first, 120 either`.
    fn evidence(&self, order: Order, stated: bool) -> Option<String> {
        let (days, months) = (self.day_first.count, self.month_first.count);
        let short = self.short.all.count + self.short.year_first.count;
        if days + months + self.either + short == 0 {
            return None;
        }
        let (name, with, other, against) = match order {
            Order::DayFirst => ("day first", days, "month first", months),
            Order::MonthFirst => ("month first", months, "day first", days),
            Order::YearFirst => ("year first", short, "day first", days),
        };
        let mut text = format!("{name}{}: ", if stated { ", as the source says" } else { "" });
        text += &format!("{with} can be nothing else, {against} can only be {other}, {} either", self.either);
        if short > 0 {
            text += &format!("; {short} with a year of two digits");
        }
        Some(text)
    }

    /// A spreadsheet of another country made dates of the texts that it could read, with day and month exchanged, and left
    /// the others: then no day of a date cell is above 12, and no text could have been read otherwise.
    fn half_swapped(&self) -> bool {
        let (days, months) = (self.day_first.count, self.month_first.count);
        let apart = self.either == 0 && self.kept_above == 0 && (days > 0) != (months > 0);
        // Twelve days of thirty may come by chance.
        let exponent = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
        let chance = 0.4_f64.powi(exponent(self.kept_to_12)) * 0.6_f64.powi(exponent(days + months));
        apart && self.kept_to_12 > 0 && chance < CHANCE
    }
}

impl Cells {
    fn contradict(self, check: &'static str) -> Contradiction {
        Contradiction { check, count: self.count, first: self.first }
    }
}

impl ShortYears {
    /// Where the year may stand first: `25-04-07`. Years are few and days are many, so what varies most is the day; where
    /// nothing tells, dashes are as a machine writes them and strokes as people here do.
    fn decide(self) -> Option<Contradiction> {
        let (firsts, lasts) = (self.firsts.count_ones(), self.lasts.count_ones());
        let doubtful = if self.year_first.count > 0 {
            true
        } else if self.year_last > 0 {
            false
        } else {
            lasts >= 3 * firsts && lasts > 3 || (self.dashed > 0 && firsts < 3 * lasts)
        };
        let cells = if self.year_first.count > 0 { self.year_first } else { self.all };
        (doubtful && cells.count > 0).then(|| cells.contradict("year_order"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{bare_source, field};
    use model::config::source::Class;

    /// What is found in a column of kind `kind`, and the rows first named.
    fn found(kind: Kind, cells: &[Cell<'_>]) -> (Decision, Vec<(&'static str, u64, u64)>) {
        let fields = vec![field("case", Kind::Text, Class::Direct), field("family", Kind::Text, Class::Direct)];
        let mut source = bare_source(fields);
        source.fields[1].kind = kind;
        source.fields[1].fold = (kind == Kind::Text).then_some(true);
        let mut evidence = Evidence::new(&source);
        for (row, cell) in cells.iter().enumerate() {
            let place = || Place { file: String::new(), sheet: String::new(), row: row as u64 + 2, column: None };
            evidence.hear(1, *cell, place);
        }
        let Found { decision, against, .. } = evidence.decide().remove(&1).expect("heard");
        (decision, against.into_iter().map(|found| (found.check, found.count, found.first[0].row)).collect())
    }

    fn dates(cells: &[&str]) -> (Order, Vec<(&'static str, u64, u64)>) {
        let cells: Vec<Cell<'_>> = cells.iter().map(|text| Cell::Text(text)).collect();
        let (decision, against) = found(Kind::Date, &cells);
        (decision.order, against)
    }

    #[test]
    fn the_order_of_a_column_is_that_of_the_rows_that_have_only_one() {
        assert_eq!(dates(&["01/02/2025", "25/04/2025"]), (Order::DayFirst, vec![]));
        assert_eq!(dates(&["01/02/2025", "04/25/2025", "04/26/2025"]), (Order::MonthFirst, vec![]));
        assert_eq!(dates(&["01/02/2025", "03/04/2025"]), (Order::DayFirst, vec![]), "nothing tells");
    }

    #[test]
    fn two_orders_in_one_column_are_said_with_the_rows_and_a_single_slip_is_none() {
        assert_eq!(dates(&["25/04/2025", "26/04/2025", "04/25/2025"]), (Order::DayFirst, vec![]));
        let both = ["25/04/2025", "26/04/2025", "27/04/2025", "04/25/2025", "04/26/2025"];
        assert_eq!(dates(&both), (Order::DayFirst, vec![("mixed_date_order", 2, 5)]));
    }

    #[test]
    fn a_column_is_half_swapped_where_date_cells_and_texts_share_no_day() {
        // 45901 and 45932 are 1 September and 2 October.
        let swapped = [
            Cell::Serial(45901.0),
            Cell::Serial(45932.0),
            Cell::Text("25/01/2025"),
            Cell::Text("26/01/2025"),
            Cell::Text("13/02/2025"),
        ];
        assert_eq!(found(Kind::Date, &swapped).1, [("half_swapped_dates", 3, 4)]);
        let sound = [&swapped[..], &[Cell::Serial(45920.0)]].concat();
        assert_eq!(found(Kind::Date, &sound).1, [], "a date cell of the 20th");
        let sound = [&swapped[..], &[Cell::Text("01/02/2025")]].concat();
        assert_eq!(found(Kind::Date, &sound).1, [], "a text that would have been read");
        assert_eq!(found(Kind::Date, &swapped[1..3]).1, [], "one of each may be chance");
        let in_text = ["2025-09-01", "2025-10-02", "25/01/2025", "26/01/2025", "13/02/2025"];
        assert_eq!(dates(&in_text).1, [("half_swapped_dates", 3, 4)], "as a text file keeps them");
        let abroad = ["2025-09-01", "2025-10-02", "01/25/2025", "01/26/2025", "02/13/2025"];
        assert_eq!(dates(&abroad).1, [("half_swapped_dates", 3, 4)], "the other way about");
    }

    #[test]
    fn years_of_two_digits_that_may_stand_first_are_asked_about() {
        let months: Vec<String> = (1..=12).map(|month| format!("25-{month:02}-{:02}", month * 2)).collect();
        let texts: Vec<&str> = months.iter().map(String::as_str).collect();
        assert_eq!(dates(&texts).1, [("year_order", 12, 2)]);
        assert_eq!(dates(&["99-04-07", "98-04-07"]).1, [("year_order", 2, 2)], "no day 99");
        assert_eq!(dates(&["07-04-25", "09-04-25", "11-05-25"]).1, [], "one year, many days");
        assert_eq!(dates(&["07-04-99", "12-04-10"]).1, [], "no day 99");
        assert_eq!(dates(&["07/04/25", "08/05/24"]).1, [], "as people here write");
        assert_eq!(dates(&["07-04-25", "08-05-24"]).1, [("year_order", 2, 2)], "as a machine might");
    }

    #[test]
    fn lengths_with_a_colon_are_asked_about_where_hours_would_be_too_many() {
        let times = |cells: &[&str]| {
            let cells: Vec<Cell<'_>> = cells.iter().map(|text| Cell::Text(text)).collect();
            found(Kind::Minutes, &cells).1
        };
        assert_eq!(times(&["1:35", "45:30", "0:20"]), [("hours_or_minutes", 1, 3)]);
        assert_eq!(times(&["12:30", "8:15", "11:45"]), [("hours_or_minutes", 2, 2)]);
        assert_eq!(
            times(&["0.116666667", "1.5333333", "30"]),
            [("hours_or_minutes", 2, 2)],
            "7 minutes and 92, or 168 and 2208"
        );
        assert_eq!(times(&["0.0659722", "0.0833333"]), [], "95 minutes and two hours");
        assert_eq!(times(&["1:35", "2:20", "0:40", "3:00", "1:00", "10:30"]), []);
        assert_eq!(times(&["01:35:00", "26:30:00"]), [], "with seconds there is no doubt");
    }

    #[test]
    fn long_numbers_are_cut_off_where_all_of_them_end_in_zeros() {
        let cut = |cells: [&str; 3]| found(Kind::Text, &cells.map(Cell::Text)).0.cut_off;
        assert!(cut(["202504000001234000", "202504000001235000", "12"]));
        assert!(!cut(["202504000001234000", "202504000001235678", "12"]));
    }
}
