//! Stocks: what is open at the end of a period. Comes in: the periods in play, a frame. Goes out: the axis of ends, and which
//! rows are taken off. Deliberately absent: rows of its own. A stock is what was opened before the end less what was closed
//! before it, of the same rows that the flows are counted from, frozen or live, so that stock and flow agree for ever.
//!
//! Worked example: of 5 cases opened in January and 3 in February, 4 closed in February. Open are 5 at the end of January and
//! 4 at the end of February: 5 + 3 - 4.
//!
//! It follows that an erased person's case which was counted as opened and never as closed stays open in the figures, and
//! that a case which was reopened after its closing was released is taken off twice. The other way would be worse: whoever
//! has both flows would see in the stock that somebody was erased.

use std::collections::BTreeSet;

use model::config::dimension::Measure;
use model::edition::{Content, Editions, Figures, period_codes};
use model::period::{Calendar, Month, Period};

use super::axes::{Axis, Source, axis, intern, moment_code};
use super::frame::Frame;

/// The name of the axis of ends, on which nothing adds up.
pub const ENDS: &str = "period_end";

/// The ends of the periods in play, each of which holds everything before it.
///
/// A correction changes flows of months before an end and not its stock: nothing would say how the two agree. So ends have
/// the first figures only, and `is_told` says which of them hold.
pub(super) fn ends_axis(figures: &[Figures], editions: &Editions, frame: &Frame, calendar: Calendar) -> Axis {
    let mut ends = axis(ENDS, "End of period", model::config::dimension::TOTAL, Source::Months);
    let months: BTreeSet<i32> = frame.month.iter().copied().collect();
    let moments = frame.moments();
    for code in period_codes(figures, editions, calendar).codes {
        let Ok(of) = Figures::parse(&code.name, calendar) else { continue };
        let at = intern(&mut ends, &code.name);
        let before = of.period.end.0;
        if code.content == Content::At(0) {
            for &month in months.range(..before) {
                ends.holders.entry(month).or_default().push(at);
            }
            for ((month, (since, until)), number) in moments.iter().zip(0..) {
                if month.0 < before && code.content.holds(*since, *until) {
                    ends.holders.entry(moment_code(number)).or_default().push(at);
                }
            }
        }
    }
    ends
}

/// By measure: the event whose rows are taken off, where it is a stock.
pub(super) fn less(measures: &[Measure], frame: &Frame) -> Vec<Option<i32>> {
    let event = |name: &String| frame.events.iter().position(|event| event == name).map(|at| at as i32);
    measures.iter().map(|measure| measure.less.as_ref().and_then(event)).collect()
}

/// Whether the stock at the end of `period` can be told: nothing before it was corrected, and both its events were counted
/// whenever months before it were frozen.
#[must_use]
pub fn is_told(measure: &Measure, frame: &Frame, editions: &Editions, period: Period) -> bool {
    let before = Period { start: Month(i32::MIN), end: period.end };
    let is_heard = |event: &str| !frame.is_event_unavailable(event, before);
    editions.vintage(&[before], editions.latest()) == 0
        && is_heard(&measure.event)
        && measure.less.as_deref().is_none_or(is_heard)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tabulate::example::example_with_stocks;
    use crate::tabulate::frame::UNKNOWN_FAMILY;
    use crate::tabulate::{Axes, Counter, Key, Tabulation};

    fn key(axes: &Axes, cell: &[(&str, &str)]) -> Key {
        let mut key: Key = axes.axes.iter().map(|axis| axis.space.total).collect();
        for (dimension, code) in cell {
            let axis = axes.position(dimension).expect("an axis");
            key[axis] = axes.axes[axis].find(code).expect("a code");
        }
        key
    }

    fn open(axes: &Axes, frame: &Frame, end: &str) -> (u64, u64, u64) {
        let key = key(axes, &[("measure", "open"), (ENDS, end)]);
        let counts = Tabulation::new(axes, frame).expect("columns of one length").count(&[key])[0];
        (counts.counted, counts.protected, counts.largest)
    }

    #[test]
    fn what_is_open_was_opened_before_the_end_and_not_closed_before_it() {
        let (axes, frame) = example_with_stocks(&Editions::default());
        // Opened: 3 of family 7 and 1 of family 8; 2 of family 7 were closed.
        assert_eq!(open(&axes, &frame, "2026-M01"), (2, 2, 1));
        // One more of family 7, three of nobody known; family 8 has none left.
        assert_eq!(open(&axes, &frame, "2026-M02"), (5, 2, 3));
        assert_eq!(open(&axes, &frame, "2026"), (5, 2, 3));
    }

    #[test]
    fn a_case_closed_twice_is_taken_off_twice_so_that_stock_and_flow_agree() {
        let (axes, mut frame) = example_with_stocks(&Editions::default());
        let closings = frame.count.len() - 1;
        frame.count[closings] = 2;
        assert_eq!(open(&axes, &frame, "2026-M02"), (4, 2, 3), "family 8 has one less than nothing");
    }

    #[test]
    fn cases_of_their_own_are_counted_one_by_one() {
        let (axes, mut frame) = example_with_stocks(&Editions::default());
        frame.unit.fill(crate::tabulate::frame::OWN_UNIT);
        assert_eq!(open(&axes, &frame, "2026-M02"), (5, 5, 1));
        frame.unit.fill(UNKNOWN_FAMILY);
        assert_eq!(open(&axes, &frame, "2026-M02"), (5, 1, 5));
    }

    #[test]
    fn the_cell_key_of_a_stock_is_that_of_the_open_cases() {
        let (axes, mut frame) = example_with_stocks(&Editions::default());
        frame.record_key = vec![1, 20, 300, 4_000, 50_000, 1, 300];
        let tabulation = Tabulation::new(&axes, &frame).expect("columns of one length");
        let ends = ["2026-M01", "2026-M02"].map(|end| key(&axes, &[("measure", "open"), (ENDS, end)]));
        assert_eq!(tabulation.cell_keys(&ends), Some(vec![320, 54_020]));
    }

    #[test]
    fn no_row_stands_in_a_stock() {
        let (axes, frame) = example_with_stocks(&Editions::default());
        let january = key(&axes, &[("measure", "open"), (ENDS, "2026-M01")]);
        let tabulation = Tabulation::new(&axes, &frame).expect("columns of one length");
        assert_eq!(tabulation.rows(std::slice::from_ref(&january)), []);
        let south = key(&axes, &[("district", "S")]);
        let measure = axes.position("measure").expect("an axis");
        let rows = tabulation.rows(&[south]);
        assert!(rows.iter().all(|row| !row.holders[measure].contains(&january[measure])), "{rows:?}");
    }

    #[test]
    fn nothing_is_told_after_a_correction_nor_where_closings_were_not_counted_yet() {
        let january = Period { start: Month::new(2026, 1), end: Month::new(2026, 2) };
        let february = Period { start: Month::new(2026, 2), end: Month::new(2026, 3) };
        let (axes, mut frame) = example_with_stocks(&Editions::default());
        let open = axes.measures.iter().find(|measure| measure.is_stock()).expect("one");
        let corrected = Editions::new(vec![february]);
        assert!(is_told(open, &frame, &Editions::default(), february));
        assert!(!is_told(open, &frame, &corrected, february));
        assert!(is_told(open, &frame, &corrected, january), "before what was corrected");
        frame.uncounted = vec![("closed".to_owned(), (january.start.0, january.end.0))];
        assert!(!is_told(open, &frame, &Editions::default(), february), "what was closed in January is not known");
        assert!(!is_told(open, &frame, &Editions::default(), january));
    }
}
