//! How stocks and flows hang together: what is open now is what was open before and what was opened since, less what was
//! closed. Comes in: the axes, the cells planned now and published before. Goes out: equations for `protect` and for
//! `release.json`. Deliberately absent: categories; the recording of a case may change while it is open.
//!
//! Worked example: 120 were open in March and 118 in June, and 30 were closed in between. Nobody publishes how many were
//! opened, and everybody knows it: 28. So that is a cell, and protected like any other.

use std::collections::{BTreeMap, BTreeSet};

use model::config::dimension::Unit;
use model::edition::Figures;
use model::period::{Calendar, Period};

use crate::protect::Relation;
use crate::tabulate::Key;
use crate::tabulate::axes::{Axes, MEASURE, PERIOD};
use crate::tabulate::stock::ENDS;

/// The equation of each two ends that follow one another, where the periods in play fill the time between them.
pub(super) fn relations(axes: &Axes, cells: &[&Key], calendar: Calendar) -> Vec<Relation> {
    let (Some(measure), Some(period), Some(ends)) =
        (axes.position(MEASURE), axes.position(PERIOD), axes.position(ENDS))
    else {
        return Vec::new();
    };
    let base: Key = axes.axes.iter().map(|axis| axis.space.total).collect();
    let of = |named: &[(usize, u32)]| {
        let mut key = base.clone();
        named.iter().for_each(|&(axis, code)| key[axis] = code);
        key
    };
    let flows = spans(axes, period, calendar);
    let mut found = Vec::new();
    for (stock, what) in (0_u32..).zip(&axes.measures).filter(|(_, measure)| measure.is_stock()) {
        let flow = |event: Option<&String>| {
            let flows = (0_u32..).zip(&axes.measures).filter(|(_, flow)| flow.unit == Unit::Case && !flow.is_stock());
            flows.into_iter().find(|(_, flow)| Some(&flow.event) == event).map(|(code, _)| code)
        };
        let (Some(into), Some(out_of)) = (flow(Some(&what.event)), flow(what.less.as_ref())) else { continue };
        let known: BTreeSet<u32> = cells.iter().filter(|key| key[measure] == stock).map(|key| key[ends]).collect();
        let known: BTreeMap<i32, u32> = spans(axes, ends, calendar)
            .into_iter()
            .filter(|(code, _)| known.contains(code))
            .map(|(code, span)| (span.end.0, code))
            .collect();
        let known: Vec<(i32, u32)> = known.into_iter().collect();
        for pair in known.windows(2) {
            let [(from, before), (to, now)] = [pair[0], pair[1]];
            let Some(between) = filled(&flows, from, to) else { continue };
            let at = |code: u32| of(&[(measure, stock), (ends, code)]);
            let mut terms = vec![(1, at(now)), (-1, at(before))];
            for code in between {
                terms.push((-1, of(&[(measure, into), (period, code)])));
                terms.push((1, of(&[(measure, out_of), (period, code)])));
            }
            found.push(Relation { terms, is_equal: true });
        }
    }
    found
}

/// Whether a relation is of these.
pub(super) fn is_of_stocks(axes: &Axes, relation: &Relation) -> bool {
    axes.position(ENDS)
        .is_some_and(|ends| relation.terms.iter().any(|(_, key)| key[ends] != axes.axes[ends].space.total))
}

/// The codes of an axis of periods that were counted first, and their months.
fn spans(axes: &Axes, axis: usize, calendar: Calendar) -> Vec<(u32, Period)> {
    let first = |name: &String| Figures::parse(name, calendar).ok().filter(|figures| figures.vintage == 0);
    let named = (0_u32..).zip(&axes.axes[axis].space.codes);
    named.filter_map(|(code, name)| Some((code, first(name)?.period))).collect()
}

/// Periods that fill the months from `from` up to before `to`, the longest that fits first; none where a gap is left.
fn filled(spans: &[(u32, Period)], from: i32, to: i32) -> Option<Vec<u32>> {
    let (mut at, mut codes) = (from, Vec::new());
    while at < to {
        let fits = spans.iter().filter(|(_, span)| span.start.0 == at && span.end.0 <= to);
        let (code, span) = fits.max_by_key(|(code, span)| (span.end, std::cmp::Reverse(*code)))?;
        codes.push(*code);
        at = span.end.0;
    }
    Some(codes)
}

#[cfg(test)]
mod tests {
    use model::edition::Editions;

    use super::*;
    use crate::assemble::relations::stated;
    use crate::tabulate::example::example_with_stocks;

    fn stated_of(ends_known: &[&str]) -> Vec<String> {
        let (axes, _) = example_with_stocks(&Editions::default());
        let key = |end: &&str| {
            let mut key: Key = axes.axes.iter().map(|axis| axis.space.total).collect();
            for (dimension, code) in [(MEASURE, "open"), (ENDS, *end)] {
                let axis = axes.position(dimension).expect("an axis");
                key[axis] = axes.axes[axis].find(code).expect("a code");
            }
            key
        };
        let keys: Vec<Key> = ends_known.iter().map(key).collect();
        let relations = relations(&axes, &keys.iter().collect::<Vec<_>>(), Calendar { year_starts_in: 1 });
        let term = |(factor, cell): &(i64, BTreeMap<String, String>)| {
            format!("{factor} {}", cell.values().map(String::as_str).collect::<Vec<_>>().join(" "))
        };
        let stated = stated(&axes, &relations, |_, _| true);
        let words = |relation: &model::manifest::Relation| {
            assert!(relation.is == "=" && relation.says.starts_with("what is open is what was open"), "{relation:?}");
            relation.terms.iter().map(term).collect::<Vec<_>>().join(", ")
        };
        stated.iter().map(words).collect()
    }

    #[test]
    fn what_is_open_follows_from_what_was_and_from_what_came_and_went() {
        let february = "1 open 2026-M02, -1 open 2026-M01, -1 2026-M02, 1 closed 2026-M02";
        assert_eq!(stated_of(&["2026-M01", "2026-M02"]), [february]);
        assert!(stated_of(&["2026-M02"]).is_empty(), "nothing to compare with");
    }

    #[test]
    fn ends_are_compared_where_periods_fill_the_time_between_them() {
        let month = |number: u8, months: i32| Period::starting(model::period::Month::new(2026, number), months);
        let spans = [(1, month(1, 3)), (2, month(4, 3)), (3, month(1, 6)), (4, month(7, 1))];
        let of = |from: u8, to: u8| filled(&spans, month(from, 1).start.0, month(to, 1).end.0);
        assert_eq!(of(1, 7), Some(vec![3, 4]), "the longest first");
        assert_eq!(of(4, 6), Some(vec![2]));
        assert_eq!(of(4, 8), None, "nobody counts August");
    }
}
