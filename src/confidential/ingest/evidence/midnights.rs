//! Midnights that a program moved to another zone without saying so. Comes in: the times of day of a column. Goes out: a doubt where none
//! is but midnight, and an hour before it on days of summer time. Deliberately absent: the day that was meant.
//!
//! A program that keeps days as midnights of its own zone and writes them in UTC makes `2025-03-31 23:00:00` of 1 April: a day, a month
//! and a year too early.

use super::{Cells, Contradiction};
use crate::ingest::place::Place;

/// An hour before midnight, in seconds.
const ELEVEN: u32 = 23 * 3600;

/// The times of a column.
#[derive(Default)]
pub(super) struct Midnights {
    moved: Cells,
    others: u64,
}

impl Midnights {
    /// A time in seconds since midnight, and its month where that is known already.
    pub(super) fn hear(&mut self, seconds: u32, month: Option<i8>, place: impl Fn() -> Place) {
        // In winter midnights stay where they are: a job that closes cases at eleven does so all the year.
        let is_winter = month.is_some_and(|month| matches!(month, 11 | 12 | 1 | 2));
        match seconds {
            0 => {}
            ELEVEN if !is_winter => self.moved.add(place),
            _ => self.others += 1,
        }
    }

    /// One time at eleven is one; two without any other but midnight are no times.
    pub(super) fn decide(&self) -> Option<Contradiction> {
        (self.moved.count > 1 && self.others == 0).then(|| self.moved.contradict("moved_midnights"))
    }
}
