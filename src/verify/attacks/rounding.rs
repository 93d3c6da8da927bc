//! Rounding that is too fine for the threshold. Comes in: a table as read and what its manifest says of its rounding or
//! noise. Goes out: a finding where a published figure says on its own that a count is small or none. Deliberately absent:
//! sums; what they add is the interval attack's business.
//!
//! Base 5 with threshold 5: a 0, rounded to the nearest multiple, says "0 to 2", which hides a small count from nobody who
//! knows that somebody is there. Base 10: "0 to 5", which may be the threshold.

use model::manifest::TableEntry;
use model::{Attack, Finding};

use crate::readers::csv::{Reading, Table};

/// The first figure of `table` that is no multiple of its base, or of half of it where any neighbour may stand: then it was not
/// rounded, and what it says is itself. So too where nobody knows how it was rounded.
#[must_use]
pub fn not_rounded(entry: &TableEntry, table: &Table) -> Option<Finding> {
    let rounding = entry.rounding.as_ref()?;
    let found = |kind: &str, place: String, message: String| {
        Some(Finding {
            attack: Attack::Manifest,
            kind: kind.to_owned(),
            file: entry.file.clone(),
            place,
            message,
            claim: None,
        })
    };
    if !["nearest", "any"].contains(&rounding.mode.as_str()) || rounding.base < 2 {
        let message = "release.json says that it is rounded, in a way that nobody knows: it may be exact".to_owned();
        return found("rounding_unknown", String::new(), message);
    }
    let is_multiple = |count: u64| {
        let halves = if rounding.mode == "nearest" { 1 } else { 2 };
        (u128::from(count) * halves) % u128::from(rounding.base) == 0
    };
    let figures = table.rows.iter().filter_map(|row| match row.reading {
        Reading::Count(count) => Some((row.line, count)),
        Reading::Marker(_) | Reading::Between(..) | Reading::Impossible | Reading::NotAvailable => None,
    });
    let (line, _) = figures.into_iter().find(|&(_, count)| !is_multiple(count))?;
    let base = rounding.base;
    let message = format!("release.json says that it is rounded to multiples of {base}, and this figure is none");
    found("not_rounded", format!("line {line}"), message)
}

/// The first figure of `table` that is known to lie below `threshold`, and may be more than none.
#[must_use]
pub fn narrow(entry: &TableEntry, table: &Table, threshold: u64) -> Option<Finding> {
    if !entry.is_approximate() {
        return None;
    }
    let told = table.rows.iter().filter_map(|row| match row.reading {
        Reading::Count(count) => Some((row.line, entry.says(count))),
        Reading::Marker(_) | Reading::Between(..) | Reading::Impossible | Reading::NotAvailable => None,
    });
    let is_small = |&(_, (lowest, highest)): &(u64, (u64, u64))| lowest < highest && highest < threshold;
    let (line, (lowest, highest)) = told.into_iter().find(is_small)?;
    Some(Finding {
        attack: Attack::Manifest,
        kind: "rounding_narrow".to_owned(),
        file: entry.file.clone(),
        place: format!("line {line}"),
        message: format!(
            "as it is rounded this figure says {lowest} to {highest}, which is below the threshold {threshold}"
        ),
        claim: None,
    })
}
