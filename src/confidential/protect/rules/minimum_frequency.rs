//! `MinimumFrequency(threshold)`: a count that fewer protected units make up is hidden. Comes in: a cell's counts and the
//! threshold. Goes out: whether it is primary, and what "safe" asks of it. Deliberately absent: zeros.
//!
//! Protected units are families: six cases of one family are one family. 5 may be published under
//! `MinimumFrequency(5)`, 4 may not.
//!
//! Source: Hundepool et al. (2012), Statistical Disclosure Control, 4.2.1 (the frequency rule).
//!
//! | district | under 18 | adult | all |
//! |---|---|---|---|
//! | North    |        3 |    12 |  15 |
//!
//! Under `MinimumFrequency(5)` North/under 18 is primary and nothing else.
//!
//! Its attack: reading the table.

use super::super::primary::Need;
use super::super::system::{System, signed};
use crate::tabulate::Counts;

/// Whether a cell is too small to be shown.
pub(in super::super) const fn is_small(counts: Counts, threshold: u64) -> bool {
    counts.protected > 0 && counts.protected < threshold
}

/// What a protected cell needs: a table in which it reaches the threshold, and, where it could be denied, one in which
/// any one family is absent.
pub(in super::super) fn need(counts: Counts, threshold: u64, is_deniable: bool) -> Need {
    let [count, largest, threshold] = [counts.counted, counts.largest, threshold].map(signed);
    let down = if is_deniable { largest } else { 0 };
    Need { up: (threshold - count).max(0), down, width: threshold.max(largest) }
}

/// The highest threshold under which a cell is or was published; none where it is in no table.
pub(in super::super) fn threshold(system: &System, cell: usize) -> Option<u64> {
    let origin = &system.origins[cell];
    let now = origin.tables.iter().map(|&at| system.problem.tables[at as usize].threshold);
    let before = origin.earlier.iter().map(|&at| system.problem.earlier[at as usize].threshold);
    now.chain(before).max()
}

/// The highest threshold under which a cell is to be published now; none where no planned table has it.
pub(in super::super) fn planned_threshold(system: &System, cell: usize) -> Option<u64> {
    system.origins[cell].tables.iter().map(|&at| system.problem.tables[at as usize].threshold).max()
}

/// What cells are held to that are in no table.
pub(in super::super) fn highest_threshold(system: &System) -> u64 {
    let now = system.problem.tables.iter().map(|table| table.threshold);
    let before = system.problem.earlier.iter().map(|cell| cell.threshold);
    now.chain(before).max().unwrap_or(0)
}
