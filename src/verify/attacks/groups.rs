//! Groups in which one category holds everybody, or everybody but one. Comes in: the system, what is known of each cell.
//! Goes out: counts of all that are published so, and, in the dimensions that a release names as sensitive, the most
//! that can be outside a category. Deliberately absent: a judgement of dimensions that are not named; whether a category
//! may be known of a group is for whoever publishes to say (all pupils of a primary school are below twelve).

use std::collections::BTreeMap;

use linear::{Bounds, Row};

use crate::attacks::interval::Range;
use crate::attacks::system::{Cells, Part};

/// Known groups, by how one category fills them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Groups {
    /// One category holds all of the group.
    pub all: u64,
    /// And the group is smaller than twice the threshold.
    pub all_of_few: u64,
    /// One category holds all but one.
    pub all_but_one: u64,
}

/// Counts the groups among the sums of `rows`: a parent and two or more children, known exactly.
#[must_use]
pub fn groups(rows: &[Row], ranges: &[Range], threshold: u64) -> Groups {
    let mut groups = Groups::default();
    let known =
        |at: usize| ranges.get(at).filter(|range| range.highest == Some(range.lowest)).map(|range| range.lowest);
    let few = i64::try_from(threshold.saturating_mul(2)).unwrap_or(i64::MAX);
    for row in rows {
        let Some((parent, children)) = sum(row) else { continue };
        let Some(whole) = known(parent).filter(|&whole| whole > 0) else { continue };
        match children.filter_map(known).max() {
            Some(most) if most == whole => {
                groups.all += 1;
                groups.all_of_few += u64::from(whole < few);
            }
            Some(most) if most == whole - 1 => groups.all_but_one += 1,
            Some(_) | None => {}
        }
    }
    groups
}

/// The parent and the children of a sum of two or more; none where the row says something else.
fn sum(row: &Row) -> Option<(usize, impl Iterator<Item = usize>)> {
    let mut parents = row.terms.iter().filter(|&&(_, coefficient)| coefficient == -1);
    let &(parent, _) = parents.next()?;
    let children = row.terms.iter().filter(|&&(_, coefficient)| coefficient == 1);
    let is_sum = row.rhs == 0 && row.terms.len() >= 3 && children.clone().count() == row.terms.len() - 1;
    is_sum.then(|| (parent, children.map(|&(at, _)| at)))
}

/// Cases outside a category that make it no description of the group: one of them might be the reader's own.
pub const OUTSIDE: u64 = 2;

/// How a category describes a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Describes {
    /// It holds everybody.
    All,
    /// It holds everybody but one at most, who knows it of the others.
    AllButOne,
}

/// A group that may be small, a category of a sensitive dimension, and what lies outside as a variable of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Watched {
    /// The cell of the whole group.
    pub whole: usize,
    /// The cell of the category.
    pub category: usize,
    /// `whole - category`.
    pub outside: usize,
    /// Groups of fewer are small.
    pub below: u64,
}

impl Watched {
    /// The group, the category, and what lies outside.
    #[must_use]
    pub const fn variables(&self) -> [usize; 3] {
        [self.whole, self.category, self.outside]
    }

    /// What a reader can prove; nothing where the group may be larger, empty, or a single case.
    #[must_use]
    pub fn describes(&self, ranges: &[Range]) -> Option<Describes> {
        let (whole, category) = (ranges[self.whole], ranges[self.category]);
        let is_small = whole.highest.is_some_and(|highest| u64::try_from(highest).unwrap_or(0) < self.below);
        // Whoever is in a group of two or more, and not outside, is in the category.
        let is_somebody = category.lowest >= 1 || whole.lowest >= 2;
        match ranges[self.outside].highest {
            Some(..=0) if is_small && is_somebody => Some(Describes::All),
            Some(1) if is_small && is_somebody => Some(Describes::AllButOne),
            Some(_) | None => None,
        }
    }
}

/// Adds what lies outside each category of the sensitive dimensions that `parts` name, wherever the bounds so far leave
/// room for a description of a small group.
pub fn watch(cells: &mut Cells, parts: &[Part<'_>], bounds: &Bounds) -> Vec<Watched> {
    let mut sensitive: BTreeMap<usize, u64> = BTreeMap::new();
    for manifest in parts.iter().map(|part| part.manifest) {
        for place in manifest.sensitive.iter().filter_map(|name| cells.codes.place(name)) {
            let below = sensitive.entry(place).or_default();
            *below = (*below).max(manifest.group_below.unwrap_or(0));
        }
    }
    let mut found: Vec<(usize, usize, u64)> = Vec::new();
    for row in &cells.system.rows[..cells.sums] {
        let Some((whole, categories)) = sum(row) else { continue };
        let is_cell = |at: usize| at < cells.known.keys.len();
        for category in categories.filter(|&category| is_cell(category) && is_cell(whole)) {
            let [above, below] = [whole, category].map(|at| cells.known.keys[at]);
            let differs = |place: &usize| cells.codes.at(above, *place) != cells.codes.at(below, *place);
            let Some(limit) = sensitive.iter().find(|(place, _)| differs(place)).map(|(_, limit)| *limit) else {
                continue;
            };
            let may_be_small = u64::try_from(bounds.lower[whole]).unwrap_or(0) < limit;
            let may_hold_all = bounds.upper[category].is_none_or(|most| most >= 1 && bounds.lower[whole] - most < 2);
            if may_be_small && may_hold_all {
                found.push((whole, category, limit));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    let watched = found.into_iter().map(|(whole, category, below)| {
        let outside = cells.system.variable(0, None);
        cells.system.equation([(whole, -1), (category, 1), (outside, 1)], 0);
        Watched { whole, category, outside, below }
    });
    watched.collect()
}

#[cfg(test)]
mod tests {
    use linear::System;

    use super::*;

    #[test]
    fn a_group_is_known_where_one_category_holds_all_or_all_but_one_of_it() {
        let counted = |whole: i64, parts: [(i64, i64); 2]| {
            let mut system = System::default();
            let bounds = [(whole, whole), parts[0], parts[1]];
            let cells = bounds.map(|(lowest, highest)| system.variable(lowest, Some(highest)));
            system.equation([(cells[0], -1), (cells[1], 1), (cells[2], 1)], 0);
            let range = |(lowest, highest)| Range { lowest, highest: Some(highest), is_cleared: false, is_open: false };
            let Groups { all, all_of_few, all_but_one } = groups(&system.rows, &bounds.map(range), 5);
            (all, all_of_few, all_but_one)
        };
        assert_eq!(counted(30, [(30, 30), (0, 0)]), (1, 0, 0));
        assert_eq!(counted(9, [(0, 0), (9, 9)]), (1, 1, 0));
        assert_eq!(counted(9, [(8, 8), (1, 1)]), (0, 0, 1));
        assert_eq!(counted(9, [(7, 7), (2, 2)]), (0, 0, 0));
        assert_eq!(counted(9, [(0, 9), (0, 9)]), (0, 0, 0), "nobody knows which");
        assert_eq!(counted(0, [(0, 0), (0, 0)]), (0, 0, 0), "nobody is in it");
    }
}
