//! The system itself. Comes in: variables and equations. Goes out: the same, by index. Deliberately absent: solving.

use thiserror::Error;

use crate::component::{Component, components};
use crate::propagate::{Bounds, propagate};

/// `sum of coefficient x variable = rhs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `(variable, coefficient)`, by rising variable, no coefficient 0 and no variable twice.
    pub terms: Vec<(usize, i64)>,
    /// The right-hand side.
    pub rhs: i64,
}

/// Equations over integer variables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct System {
    /// Lowest value a variable.
    pub lower: Vec<i64>,
    /// Highest value a variable; none where nothing bounds it.
    pub upper: Vec<Option<i64>>,
    /// The equations.
    pub rows: Vec<Row>,
}

/// No integers satisfy the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the equations contradict each other (row {row})")]
pub struct Infeasible {
    /// The row in which the contradiction showed itself; bounds of one variable that cross count as the row after the last.
    pub row: usize,
}

impl System {
    /// Adds a variable and returns its index.
    pub fn variable(&mut self, lower: i64, upper: Option<i64>) -> usize {
        self.lower.push(lower);
        self.upper.push(upper);
        self.lower.len() - 1
    }

    /// Adds `sum of terms = rhs`; terms of one variable are added up.
    pub fn equation(&mut self, terms: impl IntoIterator<Item = (usize, i64)>, rhs: i64) {
        let mut terms: Vec<(usize, i64)> = terms.into_iter().collect();
        terms.sort_unstable_by_key(|&(variable, _)| variable);
        terms.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        terms.retain(|&(_, coefficient)| coefficient != 0);
        self.rows.push(Row { terms, rhs });
    }

    /// Adds `sum of terms <= rhs` by a slack variable, whose index it returns.
    pub fn at_most(&mut self, terms: impl IntoIterator<Item = (usize, i64)>, rhs: i64) -> usize {
        let slack = self.variable(0, None);
        self.equation(terms.into_iter().chain([(slack, 1)]), rhs);
        slack
    }

    /// Number of variables.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lower.len()
    }

    /// Whether there is no variable.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lower.is_empty()
    }

    /// The bounds as they were stated.
    #[must_use]
    pub fn stated(&self) -> Bounds {
        Bounds { lower: self.lower.clone(), upper: self.upper.clone() }
    }

    /// The bounds that follow from the rows one at a time, repeated until nothing moves or the work is used up.
    /// They are proven, not tight.
    ///
    /// # Errors
    /// [`Infeasible`] where bounds cross.
    pub fn propagate(&self) -> Result<Bounds, Infeasible> {
        propagate(self)
    }

    /// The parts of the system that do not touch each other once variables with equal bounds are taken for constants.
    #[must_use]
    pub fn components(&self, bounds: &Bounds) -> Vec<Component> {
        components(self, bounds)
    }

    /// Whether `point`, one value a variable, satisfies every bound and row.
    #[must_use]
    pub fn holds(&self, point: &[i64]) -> bool {
        let inside =
            |(at, &value): (usize, &i64)| self.lower[at] <= value && self.upper[at].is_none_or(|upper| value <= upper);
        point.len() == self.len()
            && point.iter().enumerate().all(inside)
            && self.rows.iter().all(|row| {
                let sum: i128 =
                    row.terms.iter().map(|&(at, coefficient)| i128::from(coefficient) * i128::from(point[at])).sum();
                sum == i128::from(row.rhs)
            })
    }
}

/// Exact: counts of people and sums of them are far below 2^53.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn float(value: i64) -> f64 {
    value as f64
}
