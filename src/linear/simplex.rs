//! From vertex to vertex over one component, by the simplex method. Comes in: a system, proven bounds, a component, and
//! a variable to push. Goes out: the vertex where the push ends, and a bound that its duals prove.
//! Deliberately absent: trust: a vertex that left its equations by more than a tolerance ends the search.
//!
//! Worth it where many variables are asked about, one after the other: the next push starts where the last one ended,
//! and a vertex has most variables at a bound, which is half of what is asked about them.

mod inside;
mod moved;
mod start;
mod step;

use self::moved::Vertex;
use self::step::Step;
use crate::basis::{Basis, Column};
use crate::component::Component;
use crate::independent::independent_rows;
use crate::propagate::Bounds;
use crate::system::{System, float};

/// Less than this is zero.
const ZERO: f64 = 1e-9;

/// Has every number up to ten as a factor.
const DENOMINATOR: f64 = 5040.0;

/// How far a point may be from its equations and bounds.
const DRIFT: f64 = 1e-7;

/// The least by which a bound is moved outwards; the most is twice that.
const NUDGE: f64 = 1e-7;

/// What all that together may come to, and far less than the least difference between two vertices.
const NUDGED: f64 = 1e-3;

/// Not in the basis.
const OUTSIDE: usize = usize::MAX;

/// How a push ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Push {
    /// The variable reached what was asked for.
    Reached,
    /// The variable goes no further than this, proven from the duals and moved outwards by more than what rounding can
    /// have done. None where they prove nothing.
    End(Option<f64>),
    /// The variable has no limit.
    Unlimited,
    /// Out of pivots. Nothing follows from it.
    Unknown,
    /// Rounding led away from the equations: no point of this search may be used.
    Lost,
}

/// A vertex of one component, and how to leave it.
#[derive(Debug, Clone)]
pub struct Simplex {
    variables: Vec<usize>,
    /// Place of a system's variable in this component.
    place: Vec<Option<usize>>,
    /// By row; those of the artificial variables after them.
    columns: Vec<Column>,
    /// Those of the basis first; what follows from them after, for the check of a point only.
    rows: Vec<Vec<(usize, f64)>>,
    rhs: Vec<f64>,
    /// By variable, its rows.
    rows_of: Vec<Vec<usize>>,
    /// Bounds of the variables, and of an artificial one a row after them.
    lower: Vec<f64>,
    upper: Vec<f64>,
    /// The same bounds, each moved outwards by a little of its own: no two steps end at once, so none stands still. What
    /// follows from them is taken back before a point is told.
    low: Vec<f64>,
    high: Vec<f64>,
    /// Values within those.
    value: Vec<f64>,
    basis: Vec<usize>,
    row_of: Vec<usize>,
    inverse: Basis,
    /// Entries of a row of the tableau, and which of them are set.
    tableau: Vec<f64>,
    touched: Vec<usize>,
    /// Pivots since the last that moved anything.
    idle: u64,
    /// Where pushes begin and end when they begin inside; then they also stop short of a vertex.
    home: Option<Vec<f64>>,
    /// Where the search stands without the little by which bounds were moved; once somebody asked for what changes.
    vertex: Option<Vertex>,
    /// Pivots done.
    pub pivots: u64,
}

impl Simplex {
    /// Readies `component` of `system` within `bounds`.
    #[must_use]
    pub fn new(system: &System, bounds: &Bounds, component: &Component) -> Self {
        let mut place = vec![None; system.len()];
        for (column, &variable) in component.variables.iter().enumerate() {
            place[variable] = Some(column);
        }
        let (rows, height) = ordered(system, component, &place);
        let size = component.variables.len();
        let mut simplex = Self {
            variables: component.variables.clone(),
            columns: vec![Vec::new(); size],
            rows: Vec::with_capacity(rows.len()),
            rhs: Vec::with_capacity(rows.len()),
            rows_of: vec![Vec::new(); size],
            lower: component.variables.iter().map(|&at| float(bounds.lower[at])).collect(),
            upper: component.variables.iter().map(|&at| bounds.upper[at].map_or(f64::INFINITY, float)).collect(),
            low: Vec::new(),
            high: Vec::new(),
            value: Vec::new(),
            basis: (size..size + height).collect(),
            row_of: vec![OUTSIDE; size],
            inverse: Basis::identity(height),
            tableau: vec![0.0; size],
            touched: Vec::new(),
            idle: 0,
            home: None,
            vertex: None,
            pivots: 0,
            place,
        };
        simplex.low = (0..size).map(|at| simplex.lower[at] - nudge(at)).collect();
        simplex.high = (0..size).map(|at| simplex.upper[at] + nudge(at)).collect();
        simplex.value = simplex.low.clone();
        for (at, &row) in rows.iter().enumerate() {
            simplex.add_row(system, bounds, row);
            if at < height {
                simplex.add_artificial(at);
            }
        }
        simplex
    }

    /// The row without constants.
    fn add_row(&mut self, system: &System, bounds: &Bounds, row: usize) {
        let row = &system.rows[row];
        let (mut terms, mut rhs) = (Vec::with_capacity(row.terms.len()), row.rhs);
        for &(variable, coefficient) in &row.terms {
            match self.place[variable] {
                Some(column) => {
                    terms.push((column, float(coefficient)));
                    self.rows_of[column].push(self.rows.len());
                }
                None => rhs -= coefficient * bounds.lower[variable],
            }
        }
        self.rhs.push(float(rhs));
        self.rows.push(terms);
    }

    /// A variable that makes up for what is missing in row `at` while the others stand at their lower bounds.
    fn add_artificial(&mut self, at: usize) {
        let mut missing = self.rhs[at];
        for &(column, coefficient) in &self.rows[at] {
            self.columns[column].push((at, coefficient));
            missing -= coefficient * self.low[column];
        }
        self.columns.push(vec![(at, if missing < 0.0 { -1.0 } else { 1.0 })]);
        self.lower.push(0.0);
        self.upper.push(0.0);
        self.low.push(0.0);
        self.high.push(f64::INFINITY);
        self.value.push(missing.abs());
        self.row_of.push(at);
    }

    /// What the work of a pivot is about proportional to.
    #[must_use]
    pub fn size(&self) -> u64 {
        (self.variables.len() + 4 * self.basis.len()) as u64
    }

    /// What the time of a pivot is about proportional to, now: the entries of the factored basis.
    #[must_use]
    pub fn fill(&self) -> usize {
        self.inverse.fill()
    }

    /// The vertex at which the search stands: a value for every variable of the component. None where it is none without
    /// the little by which the bounds were moved.
    #[must_use]
    pub fn point(&self) -> Option<Vec<(usize, f64)>> {
        let value = self.within_bounds();
        let is_one = self.holds(&value, &self.lower, &self.upper);
        is_one.then(|| self.variables.iter().copied().zip(value).collect())
    }

    /// Values without the little by which bounds were moved.
    fn within_bounds(&self) -> Vec<f64> {
        let mut value: Vec<f64> = (0..self.value.len())
            .map(|at| match self.value[at] {
                value if (value - self.high[at]).abs() < ZERO => self.upper[at],
                value if (value - self.low[at]).abs() < ZERO => self.lower[at],
                value => value,
            })
            .collect();
        let solved = self.basic_values(&value);
        for (row, solved) in solved.into_iter().enumerate() {
            value[self.basis[row]] = plain(solved);
        }
        value
    }

    /// Pushes `variable` up (`sense` 1) or down (-1) until it reaches `goal`, with at most `pivots` pivots.
    pub fn push(&mut self, variable: usize, sense: f64, pivots: u64, goal: f64) -> Push {
        let Some(at) = self.place.get(variable).copied().flatten() else { return Push::Unknown };
        let end = self.pivots + pivots;
        loop {
            let ended = |simplex: &mut Self, push: Push| if simplex.is_still_point() { push } else { Push::Lost };
            if sense * (self.value[at] - goal) > -NUDGED {
                return ended(self, Push::Reached);
            }
            let row = self.row_of[at];
            let mut step = if row == OUTSIDE {
                let (bound, proven) =
                    if sense > 0.0 { (self.high[at], self.upper[at]) } else { (self.low[at], self.lower[at]) };
                if (bound - self.value[at]).abs() < ZERO {
                    return ended(self, Push::End(Some(proven)));
                }
                self.step(at, sense, false)
            } else {
                let duals = self.inverse.solve_row(row);
                self.price(&duals);
                // From a point inside, where a push stops as soon as it may, the longest step of a few leads furthest from the others.
                let enough = if self.home.is_some() { f64::INFINITY } else { (goal - self.value[at]).abs() };
                match self.best_step(sense, enough) {
                    Some(step) => step,
                    None => {
                        let proven = self.proven(at, sense, &duals);
                        return ended(self, Push::End(proven));
                    }
                }
            };
            if self.home.is_some() {
                self.shorten(&mut step, at, goal);
            }
            if step.length.is_infinite() {
                return ended(self, Push::Unlimited);
            }
            if self.pivots >= end {
                return ended(self, Push::Unknown);
            }
            if !self.take(step) {
                return Push::Lost;
            }
        }
    }

    /// No further than `at` is asked to go.
    fn shorten(&self, step: &mut Step, at: usize, goal: f64) {
        let row = self.row_of[at];
        let entry = step.column.iter().find(|&&(other, _)| other == row).map_or(0.0, |&(_, entry)| entry);
        let rate = if row == OUTSIDE { 1.0 } else { entry.abs() };
        let left = (goal - self.value[at]).abs() / rate;
        if left < step.length {
            (step.length, step.leaving) = (left, None);
        }
    }

    /// Whether the values satisfy every row and bound.
    fn is_point(&self) -> bool {
        self.holds(&self.value, &self.low, &self.high)
    }

    /// Whether `value` satisfies every row, and these bounds.
    fn holds(&self, value: &[f64], lower: &[f64], upper: &[f64]) -> bool {
        let is_inside =
            (0..self.variables.len()).all(|at| value[at] >= lower[at] - DRIFT && value[at] <= upper[at] + DRIFT);
        is_inside && self.rows_hold(value)
    }

    fn rows_hold(&self, value: &[f64]) -> bool {
        (0..self.rows.len()).all(|row| self.row_holds(row, value))
    }

    fn row_holds(&self, row: usize, value: &[f64]) -> bool {
        let sum: f64 = self.rows[row].iter().map(|&(column, coefficient)| coefficient * value[column]).sum();
        (sum - self.rhs[row]).abs() < DRIFT
    }

    /// For any multipliers y, `x = y b + (x - y A x)`, and the last term is least at the variables' bounds.
    fn proven(&self, at: usize, sense: f64, duals: &[(usize, f64)]) -> Option<f64> {
        let mut reduced = vec![0.0; self.variables.len()];
        reduced[at] = -sense;
        let (mut bound, mut magnitude) = (0.0, 0.0);
        for &(row, dual) in duals {
            let (terms, rhs) = (&self.rows[row], self.rhs[row]);
            let dual = -sense * plain(dual);
            bound += dual * rhs;
            magnitude += (dual * rhs).abs();
            for &(column, coefficient) in terms {
                reduced[column] -= dual * coefficient;
            }
        }
        for (column, &reduced) in reduced.iter().enumerate() {
            if reduced != 0.0 {
                let end = if reduced > 0.0 { self.lower[column] } else { self.upper[column] };
                bound += reduced * end;
                magnitude += (reduced * end).abs() + end.abs() * f64::EPSILON * 64.0;
            }
        }
        let bound = -sense * (bound - 1e-10 * (1.0 + magnitude));
        bound.is_finite().then_some(bound)
    }
}

/// The component's rows, independent ones first, and the number of those.
fn ordered(system: &System, component: &Component, place: &[Option<usize>]) -> (Vec<usize>, usize) {
    let own = |&row: &usize| -> Vec<(usize, i64)> {
        let terms = system.rows[row].terms.iter();
        terms.filter_map(|&(variable, coefficient)| place[variable].map(|column| (column, coefficient))).collect()
    };
    let sparse: Vec<Vec<(usize, i64)>> = component.rows.iter().map(own).collect();
    // What contradicts itself has no vertex anyway.
    let independent = independent_rows(&sparse, &vec![0; sparse.len()], component.variables.len()).rows;
    let mut is_independent = vec![false; sparse.len()];
    for &at in &independent {
        is_independent[at] = true;
    }
    let others = (0..sparse.len()).filter(|&at| !is_independent[at]);
    let rows = independent.iter().copied().chain(others).map(|at| component.rows[at]).collect();
    (rows, independent.len())
}

/// The vertices of sums of whole numbers are fractions with few and small denominators. What nearly is such a fraction is
/// set to it, so that errors do not add up; what that gets wrong, the check of the point would show.
fn plain(entry: f64) -> f64 {
    let near = (entry * DENOMINATOR).round() / DENOMINATOR;
    if (near - entry).abs() < ZERO { near } else { entry }
}

/// By how much the bounds of a variable are moved outwards: for each another part of [`NUDGE`], the same in every run.
fn nudge(at: usize) -> f64 {
    let mixed = (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 44;
    NUDGE * (1.0 + mixed as f64 / (1 << 20) as f64)
}

#[cfg(test)]
mod tests;
