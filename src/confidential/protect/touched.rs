//! What a new release can change for a reader. Comes in: the system of all releases. Goes out: the part of it that new cells
//! touch. Deliberately absent: any decision about what to hide.
//!
//! Sums tie hidden cells together, and a figure that everybody has cuts the tie: what lies behind it is as it was. So the hidden
//! cells fall into parts, and a part in which the new release has no cell is what it was when its own release was proven. Its
//! cells need nothing any more, and its sums say nothing new: without them a quarter costs as much in the fourth year as in
//! the first. What stays of such a part are the cells that the report prints once more, and those in which one family is alone:
//! it knows its own cases, which may be counted in cells of other parts too.

use std::collections::HashSet;

use model::release::Zeros;

use super::EarlierForm;
use super::rules::zeros::is_known;
use super::system::System;
use crate::tabulate::Key;

/// The system without what no new cell touches.
pub(super) fn touched(system: System) -> System {
    if system.problem.earlier.is_empty() {
        return system;
    }
    let known: Vec<bool> = (0..system.len()).map(|cell| is_known(&system, cell)).collect();
    let parts = parts(&system, &known);
    // What the attack found to be forced is looked at anew; a joint table behind earlier ones is as it was like these.
    let forced: HashSet<&Key> = system.problem.joint.iter().map(|cell| &cell.key).collect();
    let mut is_new = vec![false; system.len()];
    for (cell, origin) in system.origins.iter().enumerate().filter(|&(cell, _)| !known[cell]) {
        let is_planned = !origin.tables.is_empty() && origin.earlier.is_empty();
        is_new[parts[cell] as usize] |= is_planned || forced.contains(&system.keys[cell]) || says_more(&system, cell);
    }
    let is_touched = |cell: usize| !known[cell] && is_new[parts[cell] as usize];
    let rows: Vec<u32> = (0_u32..)
        .take(system.rows.len())
        .filter(|&row| system.rows.of(row).iter().any(|&(cell, _)| is_touched(cell as usize)))
        .collect();
    let mut kept = vec![false; system.len()];
    for &(cell, _) in rows.iter().flat_map(|&row| system.rows.of(row)) {
        kept[cell as usize] = true;
    }
    for (cell, origin) in system.origins.iter().enumerate() {
        let is_printed = !origin.tables.is_empty() || !origin.impossible.is_empty();
        let is_of_one = !known[cell] && system.counts[cell].protected == 1;
        kept[cell] |= is_printed || is_of_one || is_touched(cell);
    }
    let settled: Vec<bool> = (0..system.len()).map(|cell| !known[cell] && !is_touched(cell)).collect();
    system.restricted(&kept, &rows, &settled)
}

/// Whether a table of this release says of a cell that it is one or more, by the sign for hidden figures beside zeros that are shown,
/// where no release has said so.
fn says_more(system: &System, cell: usize) -> bool {
    let origin = &system.origins[cell];
    let shows_zeros = |&table: &u32| system.problem.tables[table as usize].zeros == Zeros::Shown;
    let said_so = |&at: &u32| system.problem.earlier[at as usize].zeros == Zeros::Shown;
    origin.tables.iter().any(shows_zeros) && !origin.earlier.iter().any(said_so)
}

/// Whether earlier releases say anything of what the new one touches: only then can they have told too much.
pub(super) fn has_past(system: &System) -> bool {
    let rows = (0_u32..).take(system.rows.len()).flat_map(|row| system.rows.of(row));
    let mut origins = rows.map(|&(cell, _)| &system.origins[cell as usize]);
    // What cannot have occurred, and what relations leave, is of no release.
    origins.any(|origin| {
        origin.earlier.iter().any(|&at| system.problem.earlier[at as usize].form != EarlierForm::StructuralZero)
    })
}

/// By cell: the first of the cells that sums tie it to, cells that are not known alone.
pub(super) fn parts(system: &System, known: &[bool]) -> Vec<u32> {
    let mut first: Vec<u32> = (0_u32..).take(system.len()).collect();
    let find = |first: &mut Vec<u32>, mut at: u32| {
        while first[at as usize] != at {
            first[at as usize] = first[first[at as usize] as usize];
            at = first[at as usize];
        }
        at
    };
    for row in (0_u32..).take(system.rows.len()) {
        let mut open = system.rows.of(row).iter().map(|&(cell, _)| cell).filter(|&cell| !known[cell as usize]);
        let Some(one) = open.next() else { continue };
        for other in open {
            let (one, other) = (find(&mut first, one), find(&mut first, other));
            first[one.max(other) as usize] = one.min(other);
        }
    }
    (0_u32..).take(system.len()).map(|cell| find(&mut first, cell)).collect()
}
