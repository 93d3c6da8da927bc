//! Hidden cells that cannot reach the threshold: are they all zeros? Comes in: the system, those cells. Goes out: the sets
//! that hold a small count for certain. Deliberately absent: the truth, so which cell of a set it is stays open.
//!
//! A table may hide zeros without protecting them; then a cell that lies below the threshold for certain may be one of
//! them, and nothing is lost. If not all such cells of a connected part can be zero at once, one of them is a small
//! count, and its rule was meant to keep it possible that it is not.

use linear::{Answer, Bounds, Programme, System};

/// Each set of `narrow` cells in one connected part that cannot all be zero, by rising cell.
#[must_use]
pub fn hold_a_small_count(system: &System, bounds: &Bounds, narrow: &[usize]) -> Vec<Vec<usize>> {
    if narrow.is_empty() {
        return Vec::new();
    }
    let mut is_narrow = vec![false; system.len()];
    for &at in narrow {
        is_narrow[at] = true;
    }
    let mut emptied = system.clone();
    let mut found = Vec::new();
    for component in system.components(bounds) {
        let set: Vec<usize> = component.variables.iter().copied().filter(|&at| is_narrow[at]).collect();
        for &at in &set {
            emptied.upper[at] = Some(0);
        }
        if !set.is_empty() && !can_be_zero(&emptied, &component.variables) {
            found.push(set.clone());
        }
        for &at in &set {
            emptied.upper[at] = system.upper[at];
        }
    }
    found
}

/// Whether `emptied` has a solution as far as `variables` go; where a programme does not answer it may have one.
fn can_be_zero(emptied: &System, variables: &[usize]) -> bool {
    let Ok(bounds) = emptied.propagate() else { return false };
    emptied.components(&bounds).iter().filter(|part| variables.binary_search(&part.variables[0]).is_ok()).all(|part| {
        part.rows.is_empty() || {
            let answer = Programme::new(emptied, &bounds, part).minimise(&[]);
            match answer {
                Answer::Infeasible => false,
                Answer::Solved(_) | Answer::Unlimited | Answer::Unknown => true,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of three hidden cells that add up to `sum`, none of them above 3.
    fn row(sum: i64) -> System {
        let mut system = System::default();
        let cells: Vec<usize> = (0..3).map(|_| system.variable(0, Some(3))).collect();
        system.equation(cells.into_iter().map(|cell| (cell, 1)), sum);
        system
    }

    #[test]
    fn three_hidden_cells_that_add_up_to_three_hold_a_small_count() {
        let system = row(3);
        let bounds = system.propagate().expect("three ones");
        assert_eq!(hold_a_small_count(&system, &bounds, &[0, 1, 2]), [[0, 1, 2]]);
        assert_eq!(hold_a_small_count(&system, &bounds, &[]), [[0; 0]; 0]);
        // The third may be the one.
        assert_eq!(hold_a_small_count(&system, &bounds, &[0, 1]), [[0; 0]; 0]);
    }

    #[test]
    fn what_only_two_rows_together_rule_out_is_found_too() {
        // a + b = c + d = e + 2 and a + c = e + 1: with a, b at zero, e would be below it.
        let mut system = System::default();
        let [a, b, c, d, e] = std::array::from_fn(|_| system.variable(0, Some(4)));
        system.equation([(a, 1), (b, 1), (e, -1)], 2);
        system.equation([(c, 1), (d, 1), (e, -1)], 2);
        let bounds = system.propagate().expect("e at none, the others at one");
        assert_eq!(hold_a_small_count(&system, &bounds, &[a, b]), [[a, b]]);
        assert_eq!(hold_a_small_count(&system, &bounds, &[a, c]), [[0; 0]; 0]);
    }
}
