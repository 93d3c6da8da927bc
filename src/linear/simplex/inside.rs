//! Pushes that each begin at one known point, some of whose variables are held there. Comes in: the point, and what is
//! held or let go. Goes out: points that differ from it in few variables. Deliberately absent: vertices; a push goes no
//! further than it is asked to.
//!
//! Outside the basis a variable may stand anywhere, so every basis fits the point, and that of the last push is a good
//! start for the next.

use super::{OUTSIDE, Simplex, nudge};
use crate::system::float;

/// Entries below this are not turned on where there is a choice.
const STEADY: f64 = 0.1;

impl Simplex {
    /// Stands at a point, to which [`Self::rest`] returns; `first` of the variables are likely to be pushed. False where
    /// the point is none.
    pub fn rest_at(&mut self, point: &[(usize, i64)], first: impl Fn(usize) -> bool) -> bool {
        let size = self.variables.len();
        for &(variable, value) in point {
            if let Some(at) = self.place.get(variable).copied().flatten() {
                self.value[at] = float(value);
            }
        }
        for at in size..self.value.len() {
            (self.value[at], self.high[at]) = (0.0, 0.0);
        }
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by_key(|&at| !first(self.variables[at]));
        let is_there = self.renew() && self.fill_basis(&order) && self.is_point();
        self.home = Some(self.value.clone());
        is_there
    }

    /// Back to where it rests.
    pub fn rest(&mut self) {
        if let Some(home) = &self.home {
            self.value.clone_from(home);
        }
    }

    /// Holds a variable where it rests.
    pub fn hold(&mut self, variable: usize) -> bool {
        let Some(at) = self.place.get(variable).copied().flatten() else { return true };
        self.rest();
        let value = self.value[at];
        (self.lower[at], self.upper[at], self.low[at], self.high[at]) = (value, value, value, value);
        let row = self.row_of[at];
        if row == OUTSIDE {
            return true;
        }
        let duals = self.inverse.solve_row(row);
        self.price(&duals);
        let free = self.touched.iter().filter(|&&other| self.row_of[other] == OUTSIDE && !self.is_held(other));
        let best = free.max_by(|&&one, &&other| self.tableau[one].abs().total_cmp(&self.tableau[other].abs()));
        match best.copied() {
            Some(entering) if self.tableau[entering].abs() > STEADY => {
                let column = self.tableau_column(entering);
                self.exchange(entering, row, &column)
            }
            Some(_) | None => true,
        }
    }

    /// Lets a variable go again, within its bounds.
    pub fn release(&mut self, variable: usize, lower: i64, upper: Option<i64>) -> bool {
        let Some(at) = self.place.get(variable).copied().flatten() else { return true };
        self.within(variable, lower, upper);
        if self.row_of[at] != OUTSIDE {
            return true;
        }
        let column = self.tableau_column(at);
        let held = column.iter().filter(|&&(row, _)| self.is_held(self.basis[row]));
        match held.max_by(|one, other| one.1.abs().total_cmp(&other.1.abs())) {
            Some(&(row, entry)) if entry.abs() > STEADY => self.exchange(at, row, &column),
            Some(_) | None => true,
        }
    }

    /// Sets other bounds, between which a variable rests, to one that is not held.
    pub fn within(&mut self, variable: usize, lower: i64, upper: Option<i64>) {
        let Some(at) = self.place.get(variable).copied().flatten() else { return };
        self.rest();
        (self.lower[at], self.upper[at]) = (float(lower), upper.map_or(f64::INFINITY, float));
        (self.low[at], self.high[at]) = (self.lower[at] - nudge(at), self.upper[at] + nudge(at));
    }

    fn is_held(&self, at: usize) -> bool {
        self.low[at] >= self.high[at]
    }
}
