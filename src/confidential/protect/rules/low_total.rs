//! Low totals: a distribution of few is hidden whole. Comes in: the tables that ask for it, and over which dimension. Goes
//! out: the total and every cell that it is the sum of, as primary. Deliberately absent: shares; whoever publishes the
//! share publishes the counts.
//!
//! The other rules look at one cell at a time. They leave a distribution over three answers of 8 families as `8 = 6 + c +
//! c`: its shares have a base of 8. Tables of satisfaction or outcome ask for a base (20 in the report tables of this
//! field); and in a table that shows zeros, a hidden total beside `0, c, 0` says which answer all of its families gave,
//! however few they are. So totals from 1 to `below - 1` are hidden, and everything below them, zeros included; a table
//! that shows zeros hides them then. A total of 0 is nobody, and is a zero like any other.
//!
//! Source: the practice of hiding "totals of 0 to 4 with the whole row" in small-area tables of school censuses, and the
//! base rule for percentages (Office for National Statistics, Policy on protecting confidentiality in tables, 2009).
//!
//! | district | satisfied | neither | not | all |
//! |---|---|---|---|---|
//! | North    |         6 |       1 |   1 |   8 |
//! | South    |        20 |       8 |   9 |  37 |
//!
//! With `below = 20` over the answers, all four cells of North are hidden, and with `below = 5` only the two ones are.
//!
//! Its attack: divide by the total. What is hidden for its sake cannot be narrowed to less than the threshold, and the
//! total may be as high as `below`.

use super::super::Reason;
use super::super::primary::Need;
use super::super::system::{System, signed};
use super::Rulings;
use super::minimum_frequency::threshold;
use super::zeros::is_impossible;

/// Hides low totals and what they are the sum of.
pub(super) fn rule(system: &System, rulings: &mut Rulings) {
    for &low in &system.problem.rules.low_totals {
        let table = u32::try_from(low.table).unwrap_or(u32::MAX);
        let is_in = |cell: u32| system.origins[cell as usize].tables.contains(&table);
        for row in system.rows_along(low.dimension) {
            let Some((&(total, _), parts)) = row.split_first() else { continue };
            let counts = system.counts[total as usize];
            if counts.protected == 0 || counts.protected >= low.below || !is_in(total) {
                continue;
            }
            hide(system, rulings, total, (signed(low.below) - signed(counts.counted)).max(0));
            for &(part, _) in parts.iter().filter(|(part, _)| is_in(*part)) {
                hide(system, rulings, part, 0);
            }
        }
    }
}

fn hide(system: &System, rulings: &mut Rulings, cell: u32, up: i64) {
    if is_impossible(system, cell as usize) {
        return;
    }
    rulings.hide(cell, Reason::LowTotal);
    let counts = system.counts[cell as usize];
    // A zero is protected as the problem says for all hidden zeros, a small count as the minimum frequency asks.
    if counts.counted > 0 {
        let threshold = threshold(system, cell as usize).unwrap_or(0);
        rulings.require(cell, Need { up, down: 0, width: up.max(signed(threshold.max(counts.largest))) });
    }
}
