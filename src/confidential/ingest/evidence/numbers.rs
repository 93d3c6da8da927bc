//! Numbers of a column that mean something only together: long ones, and years of two digits. Comes in: each as it is written.
//! Goes out: whether the long ones lost their last digits, and whether a year stands first. Deliberately absent: places of others.

use std::collections::HashSet;

use super::{Cells, Contradiction};
use crate::ingest::place::Place;
use crate::ingest::reference;

/// Long numbers of a column that are held against each other.
const COMPARED: usize = 1_000;

/// Numbers over 15 digits, with zeros beyond and with others; and numbers that count on within a month.
#[derive(Default)]
pub(super) struct LongNumbers {
    zeros: u64,
    others: u64,
    /// The most digits.
    longest: usize,
    seen: HashSet<String>,
    /// Whether two of the first ones are the same.
    doubled: bool,
    /// Whether a reference has the shape of a date and is none, so that others of this shape are none either.
    running: bool,
}

/// Dates of three numbers of up to two digits.
#[derive(Default)]
pub(super) struct ShortYears {
    pub(super) all: Cells,
    /// The first is no day.
    pub(super) year_first: Cells,
    /// The last is no day.
    year_last: u64,
    dashed: u64,
    firsts: u128,
    lasts: u128,
}

impl LongNumbers {
    pub(super) fn hear(&mut self, text: &str) {
        self.running = self.running || reference::is_running(text);
        let Some(number) = reference::longer_than_15_digits(text) else { return };
        if !reference::ends_in_zeros(&number) {
            self.others += 1;
            return;
        }
        self.zeros += 1;
        self.longest = self.longest.max(number.len());
        if self.seen.len() < COMPARED && !self.seen.insert(number) {
            self.doubled = true;
        }
    }

    /// Whether what looks like a date is a year, a month and a number that counts on.
    pub(super) const fn are_running(&self) -> bool {
        self.running
    }

    /// Whether all lost their last digits. Where it is one digit, references that count by tens look the same; those that
    /// lost it are no longer told from each other.
    pub(super) fn are_cut_off(&self) -> bool {
        self.zeros > 0 && self.others == 0 && (self.longest > 16 || self.doubled)
    }
}

impl ShortYears {
    /// The first and the last of three numbers.
    pub(super) fn hear(&mut self, [first, last]: [u32; 2], is_dashed: bool, place: impl Fn() -> Place) {
        let is_day = |part: u32| (1..=31).contains(&part);
        // Parts have two digits at most.
        self.firsts |= 1 << first;
        self.lasts |= 1 << last;
        self.dashed += u64::from(is_dashed);
        self.year_last += u64::from(!is_day(last));
        if is_day(first) { self.all.add(place) } else { self.year_first.add(place) }
    }

    /// Where the year may stand first: `25-04-07`. Years are few and days are many, so what varies most is the day; where
    /// nothing tells, dashes are as a machine writes them and strokes as people here do.
    pub(super) fn decide(&self) -> Option<Contradiction> {
        let (firsts, lasts) = (self.firsts.count_ones(), self.lasts.count_ones());
        let doubtful = if self.year_first.count > 0 {
            true
        } else if self.year_last > 0 {
            false
        } else {
            lasts >= 3 * firsts && lasts > 3 || (self.dashed > 0 && firsts < 3 * lasts)
        };
        let cells = if self.year_first.count > 0 { &self.year_first } else { &self.all };
        (doubtful && cells.count > 0).then(|| cells.contradict("year_order"))
    }
}
