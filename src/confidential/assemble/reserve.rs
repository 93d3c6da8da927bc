//! Room kept for the tables to come. Comes in: planned cells, the cells that earlier releases published. Goes out: those
//! of the planned cells that releases of the year before hid at the same place. Deliberately absent: why a cell was
//! hidden, and any count.
//!
//! Where a quarter hides the cells that the quarters before it hid, a reader of the series loses no more, and the year,
//! which sums over them, has several hidden cells at one place in place of one hidden cell at several. What is reserved
//! is made of published patterns only, so that the choice says nothing that a reader does not know.

use std::collections::HashSet;

use model::edition::Figures;
use model::period::{Calendar, Period};

use crate::protect::{EarlierCell, EarlierForm};
use crate::tabulate::Key;
use crate::tabulate::axes::{Axes, Source};

/// How many months of releases are looked back on: a year of a series.
const MONTHS: i32 = 12;

/// The planned cells of `period` that were hidden in a period as long, in the year before.
pub(super) fn reserved(
    axes: &Axes,
    planned: &[&Key],
    earlier: &[EarlierCell],
    period: Period,
    calendar: Calendar,
) -> HashSet<Key> {
    let periods: Vec<usize> = (0..axes.axes.len()).filter(|&axis| axes.axes[axis].source == Source::Months).collect();
    let mut reserved = HashSet::new();
    for &axis in &periods {
        let space = &axes.axes[axis].space;
        let at = |code: u32| Figures::parse(&space.codes[code as usize], calendar).ok().map(|figures| figures.period);
        let is_recent = |before: Period| {
            before.months() == period.months()
                && before.end <= period.start
                && period.start.0 - before.start.0 <= MONTHS
        };
        let place = |key: &Key| {
            let mut place = key.clone();
            place[axis] = space.total;
            place
        };
        let hidden: HashSet<Key> = earlier
            .iter()
            .filter(|cell| cell.form == EarlierForm::Suppressed && at(cell.key[axis]).is_some_and(is_recent))
            .map(|cell| place(&cell.key))
            .collect();
        let same = planned.iter().filter(|key| at(key[axis]) == Some(period) && hidden.contains(&place(key)));
        reserved.extend(same.map(|key| (*key).clone()));
    }
    reserved
}
