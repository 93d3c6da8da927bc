//! Witnesses without a programme: one cell pushed down and up from a point inside, others giving way. Comes in: a point
//! that satisfies everything, and a cell. Goes out: points that do too. Deliberately absent: any claim that a cell which
//! could not be pushed is narrow.
//!
//! A step is a direction that leaves every sum as it is: the cell moves by one, and row by row the cell with the most room
//! gives way, those first that mend two rows at once (in a plain table this is the swap of four hidden cells).

use linear::{Bounds, System};

use crate::attacks::nearby::Point;

/// Cells that may give way in one direction.
const LONGEST: usize = 48;

/// Directions a push may take, one after the other.
const STEPS: usize = 96;

/// Less than this is no step.
const LEAST: f64 = 0.002;

/// A cell without a limit has this much room.
const FAR: f64 = 64.0;

/// A free variable's part in a row.
type Term = (usize, f64);

/// Pushes cells of one system.
#[derive(Debug)]
pub struct Walker {
    rows_of: Vec<Vec<Term>>,
    rows: Vec<Vec<Term>>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    residual: Vec<f64>,
    is_moving: Vec<bool>,
}

#[allow(clippy::cast_precision_loss)]
fn float(value: i64) -> f64 {
    value as f64
}

impl Walker {
    /// Readies the free variables of every row.
    #[must_use]
    pub fn new(system: &System, bounds: &Bounds) -> Self {
        let mut rows_of = vec![Vec::new(); system.len()];
        let mut rows = Vec::with_capacity(system.rows.len());
        for (at, row) in system.rows.iter().enumerate() {
            let free: Vec<Term> = row
                .terms
                .iter()
                .filter(|&&(variable, _)| !bounds.is_fixed(variable))
                .map(|&(variable, coefficient)| (variable, float(coefficient)))
                .collect();
            for &(variable, coefficient) in &free {
                rows_of[variable].push((at, coefficient));
            }
            rows.push(free);
        }
        Self {
            rows_of,
            residual: vec![0.0; rows.len()],
            rows,
            lower: bounds.lower.iter().map(|&lower| float(lower)).collect(),
            upper: bounds.upper.iter().map(|upper| upper.map_or(f64::INFINITY, float)).collect(),
            is_moving: vec![false; system.len()],
        }
    }

    /// How far a variable can go at `point`.
    fn room(&self, point: &[f64], variable: usize, sense: f64) -> f64 {
        let room =
            if sense > 0.0 { self.upper[variable] - point[variable] } else { point[variable] - self.lower[variable] };
        room.clamp(0.0, FAR)
    }

    /// Pushes `at` from `centre` as far as it goes, at most by `far`, and returns what has moved and to where. `centre` is
    /// as it was when this returns.
    pub fn push(&mut self, centre: &mut [f64], at: usize, sense: f64, far: f64) -> Point {
        let start = centre[at];
        let mut before: Vec<Term> = Vec::new();
        for _ in 0..STEPS {
            if (centre[at] - start).abs() >= far {
                break;
            }
            let Some(direction) = self.direction(centre, at, sense) else { break };
            let reach = |&(variable, by): &Term| self.room(centre, variable, by) / by.abs();
            let step = direction.iter().map(reach).fold(FAR, f64::min);
            if step < LEAST {
                break;
            }
            for (variable, by) in direction {
                before.push((variable, centre[variable]));
                centre[variable] += step * by;
            }
        }
        let mut reached: Point = before.iter().map(|&(variable, _)| (variable, centre[variable])).collect();
        reached.sort_unstable_by_key(|&(variable, _)| variable);
        reached.dedup_by_key(|&mut (variable, _)| variable);
        for (variable, value) in before.into_iter().rev() {
            centre[variable] = value;
        }
        reached
    }

    /// A direction that moves `at` by `sense` and keeps every row.
    fn direction(&mut self, point: &[f64], at: usize, sense: f64) -> Option<Vec<Term>> {
        let mut direction = vec![(at, sense)];
        let mut open: Vec<usize> = Vec::new();
        let mut touched: Vec<usize> = Vec::new();
        self.is_moving[at] = true;
        self.shift(at, sense, &mut open, &mut touched);
        let mut is_found = true;
        let mut next = 0;
        while let Some(&row) = open.get(next) {
            next += 1;
            if self.residual[row] == 0.0 {
                continue;
            }
            let giving = if direction.len() < LONGEST { self.giving(point, row) } else { None };
            let Some((variable, by)) = giving else {
                is_found = false;
                break;
            };
            self.is_moving[variable] = true;
            direction.push((variable, by));
            self.shift(variable, by, &mut open, &mut touched);
        }
        for &(variable, _) in &direction {
            self.is_moving[variable] = false;
        }
        for row in touched {
            self.residual[row] = 0.0;
        }
        is_found.then_some(direction)
    }

    fn shift(&mut self, variable: usize, by: f64, open: &mut Vec<usize>, touched: &mut Vec<usize>) {
        for &(row, coefficient) in &self.rows_of[variable] {
            self.residual[row] += coefficient * by;
            open.push(row);
            touched.push(row);
        }
    }

    /// Who gives way in `row`: whoever breaks the fewest other rows, and has the most room.
    fn giving(&self, point: &[f64], row: usize) -> Option<Term> {
        let mut best: Option<(Term, i32, f64)> = None;
        for &(variable, coefficient) in &self.rows[row] {
            if self.is_moving[variable] {
                continue;
            }
            let by = -self.residual[row] / coefficient;
            let room = self.room(point, variable, by) / by.abs();
            if room < LEAST {
                continue;
            }
            let broken = self.rows_of[variable].iter().map(|&(other, coefficient)| {
                let (old, new) = (self.residual[other], self.residual[other] + coefficient * by);
                i32::from(new != 0.0) - i32::from(old != 0.0)
            });
            let broken: i32 = broken.sum();
            let is_better = best.is_none_or(|(_, least, most)| broken < least || (broken == least && room > most));
            if is_better {
                best = Some(((variable, by), broken, room));
            }
        }
        best.map(|(term, _, _)| term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_keeps_every_sum_and_every_bound() {
        // | a b | 6      a is pushed from 3 down to 0, and up to 6, where nothing is left for b.
        // | c d | 8
        //   7 7
        let mut system = System::default();
        let cells: Vec<usize> = (0..4).map(|_| system.variable(0, None)).collect();
        for (left, right, sum) in [(0, 1, 6), (2, 3, 8), (0, 2, 7), (1, 3, 7)] {
            system.equation([(cells[left], 1), (cells[right], 1)], sum);
        }
        let bounds = system.propagate().expect("3, 3, 4 and 4 solve it");
        let mut walker = Walker::new(&system, &bounds);
        let mut centre = vec![3.0, 3.0, 4.0, 4.0];
        assert_eq!(walker.push(&mut centre, 0, -1.0, 9.0), [(0, 0.0), (1, 6.0), (2, 7.0), (3, 1.0)]);
        assert_eq!(walker.push(&mut centre, 0, 1.0, 9.0), [(0, 6.0), (1, 0.0), (2, 1.0), (3, 7.0)]);
        assert_eq!(centre, [3.0, 3.0, 4.0, 4.0], "the point inside stays");
    }
}
