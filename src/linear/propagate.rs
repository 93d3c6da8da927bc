//! Bound propagation. Comes in: a system. Goes out: bounds every solution keeps. Deliberately absent: programmes; the
//! bounds found here are outer bounds.

use std::collections::VecDeque;

use crate::system::{Infeasible, Row, System};

/// How often a row may be looked at on average: long chains of ones would otherwise creep upwards a unit a visit.
const VISITS_PER_ROW: usize = 64;

/// Proven bounds of every variable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounds {
    /// Lowest value a variable.
    pub lower: Vec<i64>,
    /// Highest value a variable; none where nothing bounds it.
    pub upper: Vec<Option<i64>>,
}

impl Bounds {
    /// Whether the variable has one value left.
    #[must_use]
    pub fn is_fixed(&self, variable: usize) -> bool {
        self.upper[variable] == Some(self.lower[variable])
    }
}

/// Tightens the system's bounds by its rows.
pub(crate) fn propagate(system: &System) -> Result<Bounds, Infeasible> {
    let mut bounds = Bounds { lower: system.lower.clone(), upper: system.upper.clone() };
    let crossed = |bounds: &Bounds, at: usize| bounds.upper[at].is_some_and(|upper| upper < bounds.lower[at]);
    if (0..system.len()).any(|at| crossed(&bounds, at)) {
        return Err(Infeasible { row: system.rows.len() });
    }
    let mut rows_of = vec![Vec::new(); system.len()];
    for (at, row) in system.rows.iter().enumerate() {
        for &(variable, _) in &row.terms {
            rows_of[variable].push(at);
        }
    }
    let mut queue: VecDeque<usize> = (0..system.rows.len()).collect();
    let mut queued = vec![true; system.rows.len()];
    let mut visits = system.rows.len() * VISITS_PER_ROW;
    let mut moved = Vec::new();
    while let Some(at) = queue.pop_front() {
        queued[at] = false;
        if visits == 0 {
            break;
        }
        visits -= 1;
        moved.clear();
        tighten(&system.rows[at], &mut bounds, &mut moved).ok_or(Infeasible { row: at })?;
        for &variable in &moved {
            if crossed(&bounds, variable) {
                return Err(Infeasible { row: at });
            }
            for &row in &rows_of[variable] {
                if !queued[row] {
                    queued[row] = true;
                    queue.push_back(row);
                }
            }
        }
    }
    Ok(bounds)
}

/// The least and the most of a row's sum: a finite part and the number of terms without a limit.
struct Activity {
    least: i128,
    least_open: usize,
    most: i128,
    most_open: usize,
}

/// The least and most of one term; none where it has no limit.
fn term_range(bounds: &Bounds, variable: usize, coefficient: i64) -> (Option<i128>, Option<i128>) {
    let coefficient = i128::from(coefficient);
    let low = Some(coefficient * i128::from(bounds.lower[variable]));
    let high = bounds.upper[variable].map(|upper| coefficient * i128::from(upper));
    if coefficient > 0 { (low, high) } else { (high, low) }
}

fn activity(row: &Row, bounds: &Bounds) -> Activity {
    let mut sum = Activity { least: 0, least_open: 0, most: 0, most_open: 0 };
    for &(variable, coefficient) in &row.terms {
        match term_range(bounds, variable, coefficient) {
            (Some(least), Some(most)) => {
                sum.least += least;
                sum.most += most;
            }
            (Some(least), None) => {
                sum.least += least;
                sum.most_open += 1;
            }
            (None, Some(most)) => {
                sum.least_open += 1;
                sum.most += most;
            }
            (None, None) => {
                sum.least_open += 1;
                sum.most_open += 1;
            }
        }
    }
    sum
}

/// Tightens every variable of one row; none where the row cannot hold.
fn tighten(row: &Row, bounds: &mut Bounds, moved: &mut Vec<usize>) -> Option<()> {
    let sum = activity(row, bounds);
    let rhs = i128::from(row.rhs);
    if (sum.least_open == 0 && sum.least > rhs) || (sum.most_open == 0 && sum.most < rhs) {
        return None;
    }
    for &(variable, coefficient) in &row.terms {
        let (least, most) = term_range(bounds, variable, coefficient);
        // What the other terms leave for this one.
        let at_most = others(sum.least, sum.least_open, least).map(|rest| rhs - rest);
        let at_least = others(sum.most, sum.most_open, most).map(|rest| rhs - rest);
        let divisor = i128::from(coefficient);
        let (low, high) = if divisor > 0 {
            (at_least.map(|value| ceil(value, divisor)), at_most.map(|value| floor(value, divisor)))
        } else {
            (at_most.map(|value| ceil(value, divisor)), at_least.map(|value| floor(value, divisor)))
        };
        let mut changed = false;
        if let Some(low) = low.and_then(|low| i64::try_from(low).ok())
            && low > bounds.lower[variable]
        {
            bounds.lower[variable] = low;
            changed = true;
        }
        if let Some(high) = high.and_then(|high| i64::try_from(high).ok())
            && bounds.upper[variable].is_none_or(|upper| high < upper)
        {
            bounds.upper[variable] = Some(high);
            changed = true;
        }
        if changed {
            moved.push(variable);
        }
    }
    Some(())
}

/// The sum without one term; none where another term has no limit.
fn others(total: i128, open: usize, own: Option<i128>) -> Option<i128> {
    match own {
        Some(own) => (open == 0).then_some(total - own),
        None => (open == 1).then_some(total),
    }
}

fn floor(value: i128, divisor: i128) -> i128 {
    let quotient = value / divisor;
    if value % divisor != 0 && (value < 0) != (divisor < 0) { quotient - 1 } else { quotient }
}

fn ceil(value: i128, divisor: i128) -> i128 {
    -floor(-value, divisor)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two hidden cells in a row that sums to 4, one of them in a column that sums to 3 with a shown 1.
    #[test]
    fn a_cell_alone_in_its_column_is_found_and_its_neighbour_with_it() {
        let mut system = System::default();
        let (left, right) = (system.variable(0, None), system.variable(0, None));
        system.equation([(left, 1), (right, 1)], 4);
        system.equation([(left, 1)], 3);
        let bounds = system.propagate().expect("3 and 1 solve it");
        assert_eq!((bounds.lower, bounds.upper), (vec![3, 1], vec![Some(3), Some(1)]));
    }

    #[test]
    fn a_hidden_cell_is_at_most_what_its_row_leaves() {
        let mut system = System::default();
        let cells = [system.variable(1, None), system.variable(1, None), system.variable(1, None)];
        system.equation(cells.map(|cell| (cell, 1)), 5);
        let bounds = system.propagate().expect("1, 1 and 3 solve it");
        assert_eq!(bounds.upper, vec![Some(3); 3]);
    }

    #[test]
    fn a_parent_without_a_limit_is_at_least_its_children() {
        let mut system = System::default();
        let (parent, child) = (system.variable(0, None), system.variable(2, Some(6)));
        let other = system.variable(3, None);
        system.equation([(parent, -1), (child, 1), (other, 1)], 0);
        let bounds = system.propagate().expect("5, 2 and 3 solve it");
        assert_eq!((bounds.lower[parent], bounds.upper[parent]), (5, None));
    }

    #[test]
    fn coefficients_round_inwards() {
        let mut system = System::default();
        let (left, right) = (system.variable(0, None), system.variable(0, None));
        system.equation([(left, 2), (right, 3)], 7);
        let bounds = system.propagate().expect("2 and 1 solve it");
        // At most 3 left, so at least 1 right, so at most 2 left: nothing else is whole.
        assert_eq!((bounds.lower, bounds.upper), (vec![2, 1], vec![Some(2), Some(1)]));
    }

    #[test]
    fn a_total_below_its_parts_is_a_contradiction() {
        let mut system = System::default();
        let cells = [system.variable(2, None), system.variable(2, None)];
        system.equation(cells.map(|cell| (cell, 1)), 3);
        assert_eq!(system.propagate(), Err(Infeasible { row: 0 }));
    }
}
