//! The way to a first vertex. Comes in: a search that stands nowhere yet. Goes out: one that stands at a vertex, or the
//! news that none was found. Deliberately absent: proofs that there is none.

use super::{OUTSIDE, Simplex, ZERO};

impl Simplex {
    /// Looks for a first vertex with at most `pivots` pivots. Not finding one proves nothing.
    pub fn start(&mut self, pivots: u64) -> bool {
        let size = self.variables.len();
        if !self.renew() {
            return false;
        }
        let end = self.pivots + pivots;
        loop {
            let missing: f64 = self.value[size..].iter().sum();
            if missing < ZERO {
                break;
            }
            let mut duals: Vec<f64> = self.basis.iter().map(|&at| if at < size { 0.0 } else { 1.0 }).collect();
            self.inverse.solve_transposed(&mut duals);
            self.price(&duals.into_iter().enumerate().collect::<Vec<_>>());
            // A variable that rises by one takes its entry of the tableau away from what is missing.
            let Some(step) = self.best_step(-1.0, f64::INFINITY) else { return false };
            if self.pivots >= end || !self.take(step) {
                return false;
            }
        }
        for at in size..self.value.len() {
            (self.value[at], self.high[at]) = (0.0, 0.0);
        }
        self.is_point()
    }

    /// Goes from a point inside to a vertex near it. `inside` holds a value for every variable of the component.
    pub fn start_at(&mut self, inside: &[(usize, f64)]) -> bool {
        let size = self.variables.len();
        for &(variable, value) in inside {
            if let Some(at) = self.place.get(variable).copied().flatten() {
                self.value[at] = value.clamp(self.low[at], self.high[at]);
            }
        }
        for at in size..self.value.len() {
            (self.value[at], self.high[at]) = (0.0, 0.0);
        }
        let room =
            |simplex: &Self, at: usize| (simplex.value[at] - simplex.low[at]).min(simplex.high[at] - simplex.value[at]);
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|&one, &other| room(self, other).total_cmp(&room(self, one)).then(one.cmp(&other)));
        self.renew() && self.fill_basis(&order) && self.go_to_bounds(&order) && self.is_point()
    }

    /// Variables, first those with the most room, take the place of the artificial ones and stay where they are.
    pub(super) fn fill_basis(&mut self, order: &[usize]) -> bool {
        let size = self.variables.len();
        let mut artificial = self.basis.len();
        for &at in order {
            if artificial == 0 {
                break;
            }
            let column = self.tableau_column(at);
            let best = column
                .iter()
                .filter(|&&(row, _)| self.basis[row] >= size)
                .max_by(|one, other| one.1.abs().total_cmp(&other.1.abs()));
            let Some(&(row, _)) = best else { continue };
            artificial -= 1;
            if !self.exchange(at, row, &column) {
                return false;
            }
        }
        artificial == 0
    }

    /// Variables outside the basis that stand at no bound go to the nearer one, or until one of the basis stands at its.
    fn go_to_bounds(&mut self, order: &[usize]) -> bool {
        for &at in order.iter().rev() {
            if self.row_of[at] != OUTSIDE {
                continue;
            }
            let (below, above) = (self.value[at] - self.low[at], self.high[at] - self.value[at]);
            let step = self.step(at, if below <= above { -1.0 } else { 1.0 }, false);
            if step.length > 0.0 && !self.take(step) {
                return false;
            }
        }
        true
    }
}
