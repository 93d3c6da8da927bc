//! Suppressed records by quasi-identifier and value. Comes in: entries of a base. Goes out: counts. Deliberately absent: why
//! they are suppressed.

use super::base::Base;
use super::grouper::Grouper;
use super::half::Half;

/// Records by code of each half.
pub(super) struct Tally {
    first: Vec<u64>,
    second: Vec<u64>,
}

impl Tally {
    pub(super) fn new(grouper: &Grouper<'_>) -> Self {
        Self { first: vec![0; grouper.half(0).codes], second: vec![0; grouper.half(1).codes] }
    }

    pub(super) fn add(&mut self, grouper: &Grouper<'_>, base: &Base, entries: &[u32]) {
        for entry in entries {
            let second = grouper.half_code(base.second[*entry as usize]);
            self.second[second as usize] += u64::from(base.counts[*entry as usize]);
            for row in base.rows_of(*entry) {
                let (first, count) = grouper.first_of(*row);
                self.first[first as usize] += u64::from(count);
            }
        }
    }

    /// `[quasi-identifier][value]`.
    pub(super) fn values(&self, grouper: &Grouper<'_>) -> Vec<Vec<u64>> {
        let mut values = grouper.no_values();
        for (half, counts) in [(grouper.half(0), &self.first), (grouper.half(1), &self.second)] {
            spread(half, counts, &mut values);
        }
        values
    }
}

fn spread(half: &Half, counts: &[u64], values: &mut [Vec<u64>]) {
    let seen: Vec<(usize, u64)> = counts.iter().copied().enumerate().filter(|(_, count)| *count > 0).collect();
    for (column, of_code) in half.columns.iter().zip(&half.values) {
        let values = &mut values[*column];
        for (code, count) in &seen {
            values[of_code[*code] as usize] += count;
        }
    }
}
