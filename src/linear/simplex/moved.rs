//! What pushes move, and nothing else. Comes in: the steps of a search from vertex to vertex. Goes out: the values that changed since
//! they were last told, and whether the rows and bounds that they stand in still hold. Deliberately absent: choosing steps.
//!
//! A push of a cell moves a few hundred of some 25,000 variables. Solving for all of them and going through every row after each push
//! took a tenth of a report on casework after a correction. So the values within the true bounds are kept beside those within the moved
//! ones, changed by the same steps, and solved for anew whenever the basis is factored.

use super::step::Step;
use super::{DRIFT, Simplex, ZERO, plain};

/// Values within the true bounds, kept from step to step.
#[derive(Debug, Clone)]
pub(super) struct Vertex {
    value: Vec<f64>,
    /// Whether a value is beyond a bound: the vertex is none without the little by which bounds were moved.
    is_outside: Vec<bool>,
    outside: usize,
    /// Whether a row was off when it was last looked at.
    is_off: bool,
    /// Changed since the rows were looked at; all are where `is_new`.
    unchecked: Marks,
    is_new: bool,
    /// Changed since the vertex was told.
    untold: Marks,
    /// Rows looked at in one check.
    rows: Marks,
}

/// Numbers, each once.
#[derive(Debug, Clone, Default)]
struct Marks {
    list: Vec<usize>,
    has: Vec<bool>,
}

impl Marks {
    fn none(size: usize) -> Self {
        Self { list: Vec::new(), has: vec![false; size] }
    }
    fn all(size: usize) -> Self {
        Self { list: (0..size).collect(), has: vec![true; size] }
    }
    fn add(&mut self, at: usize) {
        if !std::mem::replace(&mut self.has[at], true) {
            self.list.push(at);
        }
    }
    fn clear(&mut self) {
        self.list.drain(..).for_each(|at| self.has[at] = false);
    }
}

impl Simplex {
    /// Values that changed since this was last asked, of variables of the system; all of them at first. None where the search stands
    /// at a vertex that is none without the little by which the bounds were moved: then they are told with those of a later one.
    pub fn news(&mut self) -> Option<Vec<(usize, f64)>> {
        if self.vertex.is_none() {
            self.keep_vertex();
        }
        let vertex = self.vertex.as_mut().filter(|vertex| vertex.outside == 0 && !vertex.is_off)?;
        let told = vertex.untold.list.iter().map(|&at| (self.variables[at], vertex.value[at])).collect();
        vertex.untold.clear();
        Some(told)
    }

    /// Begins to keep the values within the true bounds.
    fn keep_vertex(&mut self) {
        let size = self.variables.len();
        let mut vertex = Vertex {
            value: self.within_bounds(),
            is_outside: vec![false; self.value.len()],
            outside: 0,
            is_off: false,
            unchecked: Marks::none(size),
            is_new: false,
            untold: Marks::all(size),
            rows: Marks::none(self.rows.len()),
        };
        vertex.is_off = !self.rows_hold(&vertex.value);
        (0..size).for_each(|at| self.look_at_bounds(&mut vertex, at));
        self.vertex = Some(vertex);
    }

    fn look_at_bounds(&self, vertex: &mut Vertex, at: usize) {
        let is_outside = vertex.value[at] < self.lower[at] - DRIFT || vertex.value[at] > self.upper[at] + DRIFT;
        if std::mem::replace(&mut vertex.is_outside[at], is_outside) != is_outside {
            vertex.outside = if is_outside { vertex.outside + 1 } else { vertex.outside - 1 };
        }
    }

    /// The values of a step that was taken, whose variables still have their places in the basis.
    pub(super) fn move_vertex(&mut self, step: &Step) {
        let Some(mut vertex) = self.vertex.take() else { return };
        let size = self.variables.len();
        step.column
            .iter()
            .map(|&(row, _)| self.basis[row])
            .chain([step.entering])
            .filter(|&at| at < size)
            .for_each(|at| vertex.unchecked.add(at));
        if let Some(by) = self.length_within_bounds(&vertex, step).filter(|by| *by != 0.0) {
            for &(row, entry) in &step.column {
                let at = self.basis[row];
                vertex.value[at] = plain(vertex.value[at] - entry * by);
            }
            vertex.value[step.entering] = plain(vertex.value[step.entering] + by);
            if let Some(leaving) = step.leaving.map(|row| self.basis[row]) {
                vertex.value[leaving] = self.true_bound(leaving).unwrap_or(vertex.value[leaving]);
            }
            let moved = step.column.iter().map(|&(row, _)| self.basis[row]).chain([step.entering]);
            for at in moved.filter(|&at| at < size) {
                vertex.untold.add(at);
                self.look_at_bounds(&mut vertex, at);
            }
        }
        self.vertex = Some(vertex);
    }

    /// By how much the entering variable moves where bounds are the true ones; none where a step ends at no bound.
    fn length_within_bounds(&self, vertex: &Vertex, step: &Step) -> Option<f64> {
        match step.leaving {
            None => Some(self.true_bound(step.entering)? - vertex.value[step.entering]),
            Some(row) => {
                let &(_, pivot) = step.column.iter().find(|&&(at, _)| at == row)?;
                let leaving = self.basis[row];
                Some((vertex.value[leaving] - self.true_bound(leaving)?) / pivot)
            }
        }
    }

    /// The true bound of a variable that stands at a moved one.
    fn true_bound(&self, at: usize) -> Option<f64> {
        if (self.value[at] - self.high[at]).abs() < ZERO {
            Some(self.upper[at])
        } else if (self.value[at] - self.low[at]).abs() < ZERO {
            Some(self.lower[at])
        } else {
            None
        }
    }

    /// Solves for the values anew, as those within the moved bounds were.
    pub(super) fn renew_vertex(&mut self) {
        let Some(mut vertex) = self.vertex.take() else { return };
        for (row, solved) in self.basic_values(&vertex.value).into_iter().enumerate() {
            let at = self.basis[row];
            vertex.value[at] = plain(solved);
        }
        vertex.is_new = true;
        (0..self.variables.len()).for_each(|at| self.look_at_bounds(&mut vertex, at));
        self.vertex = Some(vertex);
    }

    /// Whether the values satisfy every row and bound: those that changed since this was last asked are looked at, and their rows.
    pub(super) fn is_still_point(&mut self) -> bool {
        let Some(mut vertex) = self.vertex.take() else { return self.is_point() };
        let is_point = if vertex.is_new {
            vertex.is_off = !self.rows_hold(&vertex.value);
            self.is_point()
        } else {
            for at in &vertex.unchecked.list {
                self.rows_of[*at].iter().for_each(|&row| vertex.rows.add(row));
            }
            vertex.is_off |= !vertex.rows.list.iter().all(|&row| self.row_holds(row, &vertex.value));
            let are_within = vertex
                .unchecked
                .list
                .iter()
                .all(|&at| self.value[at] >= self.low[at] - DRIFT && self.value[at] <= self.high[at] + DRIFT);
            are_within && vertex.rows.list.iter().all(|&row| self.row_holds(row, &self.value))
        };
        vertex.rows.clear();
        vertex.unchecked.clear();
        vertex.is_new = false;
        self.vertex = Some(vertex);
        is_point
    }
}
