//! One pivot. Comes in: where the search stands, and what shall move. Goes out: the step there, and the search after it.
//! Deliberately absent: what the steps are for.

use super::{OUTSIDE, Simplex, ZERO};
use crate::basis::Column;

/// Less than this is what rounding left of a zero, and nothing to turn on.
const NOISE: f64 = 1e-6;

/// Pivots in a row that moved nothing before the order of the variables decides.
const PATIENCE: u64 = 200;

/// Directions looked at before one is taken.
const LOOKS: usize = 6;

/// The same where none of them moves anything.
const MOST_LOOKS: usize = 24;

/// Where the next look begins.
const STRIDE: usize = 7_919;

/// What moves when one variable enters the basis.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) entering: usize,
    pub(super) sense: f64,
    pub(super) length: f64,
    /// Row of the basis that leaves it; none where the entering variable reaches its other bound first.
    pub(super) leaving: Option<usize>,
    /// The column of the entering variable in terms of the basis.
    pub(super) column: Vec<(usize, f64)>,
}

impl Simplex {
    /// The row of the tableau that `duals` make: a variable that rises by one moves what they stand for by minus its
    /// entry.
    pub(super) fn price(&mut self, duals: &[(usize, f64)]) {
        for at in self.touched.drain(..) {
            self.tableau[at] = 0.0;
        }
        for &(row, dual) in duals {
            if dual.abs() > NOISE {
                for &(column, coefficient) in &self.rows[row] {
                    if self.tableau[column] == 0.0 {
                        self.touched.push(column);
                    }
                    self.tableau[column] += dual * coefficient;
                }
            }
        }
    }

    /// The best of a few steps that move what was priced in `sense`. Where none has moved it for long, the first variable
    /// by index enters, and the first leaves: so the search cannot go round in circles. A step that moves it by `enough` is not bettered.
    pub(super) fn best_step(&mut self, sense: f64, enough: f64) -> Option<Step> {
        let mut able: Vec<(usize, f64, f64)> = Vec::new();
        for &at in &self.touched {
            let by = -sense * self.tableau[at];
            if self.row_of[at] != OUTSIDE || by.abs() <= NOISE {
                continue;
            }
            let room = if by > 0.0 { self.high[at] - self.value[at] } else { self.value[at] - self.low[at] };
            if room > ZERO {
                able.push((at, by.signum(), by.abs()));
            }
        }
        let first = able.iter().map(|&(at, direction, _)| (at, direction)).min_by_key(|&(at, _)| at)?;
        let offset = usize::try_from(self.pivots).unwrap_or(0).wrapping_mul(STRIDE) % able.len();
        let mut best: Option<(Step, f64)> = None;
        for (look, &(at, direction, rate)) in able.iter().cycle().skip(offset).take(able.len()).enumerate() {
            let is_found = best.as_ref().is_some_and(|&(_, most)| most > ZERO);
            if look >= if is_found { LOOKS } else { MOST_LOOKS } {
                break;
            }
            let step = self.step(at, direction, false);
            let gain = step.length * rate;
            if best.as_ref().is_none_or(|&(_, most)| gain > most) {
                best = Some((step, gain));
            }
            if gain >= enough {
                break;
            }
        }
        match best {
            Some((step, gain)) if gain > ZERO || self.idle < PATIENCE => Some(step),
            Some(_) | None => Some(self.step(first.0, first.1, true)),
        }
    }

    /// How far `entering` can move, and what stops it.
    pub(super) fn step(&mut self, entering: usize, sense: f64, by_index: bool) -> Step {
        let mut step = Step {
            entering,
            sense,
            length: if sense > 0.0 {
                self.high[entering] - self.value[entering]
            } else {
                self.value[entering] - self.low[entering]
            },
            leaving: None,
            column: self.tableau_column(entering),
        };
        let mut pivot = 0.0;
        for &(row, entry) in &step.column {
            let at = self.basis[row];
            let by = -sense * entry;
            let room = if by > 0.0 { self.high[at] - self.value[at] } else { self.value[at] - self.low[at] };
            let length = (room / by.abs()).max(0.0);
            let is_tie = (length - step.length).abs() < ZERO;
            let is_preferred = match step.leaving {
                Some(other) if by_index => at < self.basis[other],
                Some(_) => entry.abs() > pivot,
                None => true,
            };
            if length < step.length - ZERO || (is_tie && is_preferred) {
                step.length = length.min(step.length);
                step.leaving = Some(row);
                pivot = entry.abs();
            }
        }
        step
    }

    /// The column of a variable in terms of the basis.
    pub(super) fn tableau_column(&mut self, at: usize) -> Column {
        self.inverse.solve_column(&self.columns[at], NOISE)
    }

    /// Moves along `step`; false where the basis cannot be factored any more.
    pub(super) fn take(&mut self, step: Step) -> bool {
        self.pivots += 1;
        let moved = step.sense * step.length;
        self.idle = if step.length > ZERO { 0 } else { self.idle + 1 };
        self.value[step.entering] += moved;
        for &(row, entry) in &step.column {
            let at = self.basis[row];
            self.value[at] -= entry * moved;
        }
        let Some(row) = step.leaving else {
            let bound = if step.sense > 0.0 { self.high[step.entering] } else { self.low[step.entering] };
            if (bound - self.value[step.entering]).abs() < ZERO {
                self.value[step.entering] = bound;
            }
            self.move_vertex(&step);
            return true;
        };
        let Some(&(_, pivot)) = step.column.iter().find(|&&(at, _)| at == row) else { return false };
        let leaving = self.basis[row];
        // It stands at one of its bounds but for rounding.
        let is_low = -step.sense * pivot < 0.0;
        self.value[leaving] = if is_low { self.low[leaving] } else { self.high[leaving] };
        self.move_vertex(&step);
        self.exchange(step.entering, row, &step.column)
    }

    /// `entering`, which is `column` in terms of the basis, takes its place at `row`.
    pub(super) fn exchange(&mut self, entering: usize, row: usize, column: &[(usize, f64)]) -> bool {
        self.row_of[self.basis[row]] = OUTSIDE;
        self.row_of[entering] = row;
        self.basis[row] = entering;
        self.inverse.enter(column, row);
        !self.inverse.is_worn() || self.renew()
    }

    /// Factors the basis anew, and takes its values from those outside it.
    pub(super) fn renew(&mut self) -> bool {
        let columns: Vec<&Column> = self.basis.iter().map(|&at| &self.columns[at]).collect();
        let Some(order) = self.inverse.factor(&columns) else { return false };
        self.basis = order.into_iter().map(|place| self.basis[place]).collect();
        for (row, &at) in self.basis.iter().enumerate() {
            self.row_of[at] = row;
        }
        for (row, value) in self.basic_values(&self.value).into_iter().enumerate() {
            self.value[self.basis[row]] = value;
        }
        self.renew_vertex();
        true
    }

    /// By row, the values of the basis that follow from those of `value` outside it.
    pub(super) fn basic_values(&self, value: &[f64]) -> Vec<f64> {
        let mut left: Vec<f64> = self.rhs[..self.basis.len()].to_vec();
        for (at, column) in self.columns.iter().enumerate() {
            if self.row_of[at] == OUTSIDE && value[at] != 0.0 {
                for &(row, coefficient) in column {
                    left[row] -= coefficient * value[at];
                }
            }
        }
        self.inverse.solve(&mut left);
        left
    }
}
