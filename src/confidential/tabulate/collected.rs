//! What the exports had columns for. Comes in: for each case of a month, which dimensions its file had something to say of. Goes out:
//! the months in which most of them had not. Deliberately absent: whether a column was filled in; a blank cell is an answer too.
//!
//! A service that never asked for somebody's ethnicity has no children of no ethnicity: its table is `[x]`, not collected, where
//! zeros would be hidden and the one row that is left with them. Most, and not all, because one row that came from elsewhere must
//! not turn a quarter of hundreds into one of which something is known.

use std::collections::BTreeMap;

/// By month: its cases, and by dimension those that came with a column for it.
#[derive(Debug)]
pub(super) struct Collected {
    dimensions: usize,
    months: BTreeMap<i32, (u64, Vec<u64>)>,
}

impl Collected {
    /// Of no month yet.
    pub(super) const fn new(dimensions: usize) -> Self {
        Self { dimensions, months: BTreeMap::new() }
    }

    /// Takes in a case of `month`.
    pub(super) fn note(&mut self, month: i32, is_known: impl Fn(usize) -> bool) {
        let (all, known) = self.months.entry(month).or_insert_with(|| (0, vec![0; self.dimensions]));
        *all += 1;
        known.iter_mut().enumerate().for_each(|(at, known)| *known += u64::from(is_known(at)));
    }

    /// By dimension, the half-open intervals of months with cases of which fewer than half had a column for it.
    pub(super) fn hardly(&self) -> Vec<Vec<(i32, i32)>> {
        let of = |at: usize| {
            let mut found: Vec<(i32, i32)> = Vec::new();
            for (month, _) in self.months.iter().filter(|(_, (all, known))| 2 * known[at] < *all) {
                match found.last_mut() {
                    Some((_, end)) if *end == *month => *end += 1,
                    _ => found.push((*month, *month + 1)),
                }
            }
            found
        };
        (0..self.dimensions).map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_without_a_dimension_where_most_cases_came_without_its_column() {
        let mut collected = Collected::new(2);
        let cases = [
            (1, [true, false]),
            (2, [true, false]),
            (4, [true, false]),
            (4, [false, true]),
            (5, [false, false]),
            (5, [false, false]),
            (5, [true, true]),
        ];
        for (month, known) in cases {
            collected.note(month, |at| known[at]);
        }
        assert_eq!(collected.hardly(), [vec![(5, 6)], vec![(1, 3), (5, 6)]]);
    }
}
