//! The plainest reader: tries every whole-numbered table there is. Comes in: what was published. Goes out: the least and
//! the most of every hidden cell. Deliberately absent: equations, bounds, anything clever.

use std::collections::HashMap;

use super::*;

/// The least and the most of every hidden cell over all whole-numbered tables that agree with what is shown; every
/// inner cell is tried up to the true grand total plus 10.
pub(super) fn ranges(problem: &Problem, pattern: &Pattern, counter: &Pencil) -> HashMap<Vec<u32>, (u64, u64)> {
    let shows_zero = |table: &PlannedTable| table.cells.iter().any(|key| pattern.cells[key] == Shown::Count(0));
    let mut least: HashMap<&Key, u64> = HashMap::new();
    for table in problem.tables.iter().filter(|table| shows_zero(table)) {
        least.extend(table.cells.iter().map(|key| (key, 1)));
    }
    let members: Vec<(&Key, Shown, Vec<usize>)> = pattern
        .cells
        .iter()
        .map(|(key, &shown)| {
            let inside = |(_, (codes, _)): &(usize, &(Vec<u32>, u64))| {
                codes.iter().enumerate().all(|(at, &leaf)| counter.is_under(at, key[at], leaf))
            };
            (key, shown, counter.inner.iter().enumerate().filter(inside).map(|(at, _)| at).collect())
        })
        .collect();
    let mut found = HashMap::new();
    let total: u64 = counter.inner.iter().map(|(_, count)| count).sum();
    let mut values = vec![0; counter.inner.len()];
    walk(&mut values, 0, total + 10, &members, &least, &mut found);
    found
}

pub(super) type Member<'a> = (&'a Key, Shown, Vec<usize>);

/// Sets one inner cell after the other, leaving as soon as a shown sum is passed or missed.
pub(super) fn walk(
    values: &mut Vec<u64>,
    at: usize,
    most: u64,
    members: &[Member],
    least: &HashMap<&Key, u64>,
    found: &mut HashMap<Vec<u32>, (u64, u64)>,
) {
    for (key, shown, inside) in members {
        let sum: u64 = inside.iter().filter(|&&member| member < at).map(|&member| values[member]).sum();
        let is_complete = inside.iter().all(|&member| member < at);
        let holds = match shown {
            Shown::Count(count) => sum == *count || (!is_complete && sum < *count),
            Shown::Rounded(form, _) => sum <= form.highest && (!is_complete || sum >= form.lowest),
            Shown::Hidden(_) => !is_complete || sum >= least.get(key).copied().unwrap_or(0),
            Shown::Impossible => sum == 0,
        };
        if !holds {
            return;
        }
    }
    if at == values.len() {
        for (key, shown, inside) in members {
            if matches!(shown, Shown::Hidden(_)) {
                let sum = inside.iter().map(|&member| values[member]).sum();
                let range: &mut (u64, u64) = found.entry(key.to_vec()).or_insert((sum, sum));
                *range = (range.0.min(sum), range.1.max(sum));
            }
        }
        return;
    }
    for value in 0..=most {
        values[at] = value;
        walk(values, at + 1, most, members, least, found);
    }
}
