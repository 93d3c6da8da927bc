//! Groups in which one category holds everybody, or everybody but one. Comes in: the system, what is known of each cell.
//! Goes out: counts. Deliberately absent: a judgement; whether a category may be known of a group is for whoever
//! publishes to say, and for most it may (all pupils of a primary school are below twelve).

use linear::Row;

use crate::attacks::interval::Range;

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
