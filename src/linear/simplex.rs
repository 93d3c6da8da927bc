//! From vertex to vertex over one component, by the simplex method. Comes in: a system, proven bounds, a component, and
//! a variable to push. Goes out: every point passed on the way, and a bound that the last one's duals prove.
//! Deliberately absent: trust: a vertex that left its equations by more than a tolerance ends the search.
//!
//! Worth it where many variables are asked about, one after the other: the next push starts where the last one ended,
//! and a vertex has most variables at a bound, which is half of what is asked about them.

use crate::basis::{Basis, Column};
use crate::component::Component;
use crate::independent::independent_rows;
use crate::propagate::Bounds;
use crate::system::System;

/// Less than this is zero.
const ZERO: f64 = 1e-9;

/// Less than this is what rounding left of a zero, and nothing to turn on.
const NOISE: f64 = 1e-6;

/// Has every number up to ten as a factor.
const DENOMINATOR: f64 = 5040.0;

/// Pivots in a row that moved nothing before the order of the variables decides.
const PATIENCE: u64 = 200;

/// How far a point may be from its equations and bounds.
const DRIFT: f64 = 1e-7;

/// Directions looked at before one is taken.
const LOOKS: usize = 6;

/// The same where none of them moves anything.
const MOST_LOOKS: usize = 24;

/// Where the next look begins.
const STRIDE: usize = 7_919;

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

/// What moves when one variable enters the basis.
#[derive(Debug, Default)]
struct Step {
    entering: usize,
    sense: f64,
    length: f64,
    /// Row of the basis that leaves it; none where the entering variable reaches its other bound first.
    leaving: Option<usize>,
    /// The column of the entering variable in terms of the basis.
    column: Vec<(usize, f64)>,
}

/// A vertex of one component, and how to leave it.
#[derive(Debug)]
pub struct Simplex {
    variables: Vec<usize>,
    /// Place of a system's variable in this component.
    place: Vec<Option<usize>>,
    /// By row; those of the artificial variables after them.
    columns: Vec<Column>,
    /// Those of the basis first; what follows from them after, for the check of a point only.
    rows: Vec<Vec<(usize, f64)>>,
    rhs: Vec<f64>,
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
                Some(column) => terms.push((column, float(coefficient))),
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
            self.price(&duals);
            // A variable that rises by one takes its entry of the tableau away from what is missing.
            let Some(step) = self.best_step(-1.0) else { return false };
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
        self.renew() && self.fill_basis(&order) && self.to_bounds(&order) && self.is_point()
    }

    /// Variables, first those with the most room, take the place of the artificial ones and stay where they are.
    fn fill_basis(&mut self, order: &[usize]) -> bool {
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
    fn to_bounds(&mut self, order: &[usize]) -> bool {
        for &at in order.iter().rev() {
            if self.row_of[at] != OUTSIDE {
                continue;
            }
            let (below, above) = (self.value[at] - self.low[at], self.high[at] - self.value[at]);
            if below <= 0.0 || above <= 0.0 {
                continue;
            }
            let sense = if below <= above { -1.0 } else { 1.0 };
            let mut step = self.step(at, sense, false);
            if step.leaving.is_none() || step.length >= below.min(above) {
                step.length = below.min(above);
                step.leaving = None;
            }
            if !self.take(step) {
                return false;
            }
        }
        true
    }

    /// What the work of a pivot is about proportional to.
    #[must_use]
    pub fn size(&self) -> u64 {
        (self.variables.len() + 4 * self.basis.len()) as u64
    }

    /// The vertex at which the search stands: a value for every variable of the component. None where it is none without
    /// the little by which the bounds were moved.
    #[must_use]
    pub fn point(&self) -> Option<Vec<(usize, f64)>> {
        let mut value: Vec<f64> = (0..self.value.len())
            .map(|at| if (self.value[at] - self.high[at]).abs() < ZERO { self.upper[at] } else { self.lower[at] })
            .collect();
        let solved = self.basic_values(&value);
        for (row, solved) in solved.into_iter().enumerate() {
            value[self.basis[row]] = plain(solved);
        }
        let is_one = self.holds(&value, &self.lower, &self.upper);
        is_one.then(|| self.variables.iter().copied().zip(value).collect())
    }

    /// Pushes `variable` up (`sense` 1) or down (-1) until it reaches `goal`, with at most `pivots` pivots.
    pub fn push(&mut self, variable: usize, sense: f64, pivots: u64, goal: f64) -> Push {
        let Some(at) = self.place.get(variable).copied().flatten() else { return Push::Unknown };
        let end = self.pivots + pivots;
        loop {
            let ended = |simplex: &Self, push: Push| if simplex.is_point() { push } else { Push::Lost };
            if sense * (self.value[at] - goal) > -NUDGED {
                return ended(self, Push::Reached);
            }
            let row = self.row_of[at];
            let step = if row == OUTSIDE {
                let (bound, proven) =
                    if sense > 0.0 { (self.high[at], self.upper[at]) } else { (self.low[at], self.lower[at]) };
                if (bound - self.value[at]).abs() < ZERO {
                    return ended(self, Push::End(Some(proven)));
                }
                self.step(at, sense, false)
            } else {
                let mut duals = vec![0.0; self.basis.len()];
                duals[row] = 1.0;
                self.inverse.solve_transposed(&mut duals);
                self.price(&duals);
                match self.best_step(sense) {
                    Some(step) => step,
                    None => return ended(self, Push::End(self.proven(at, sense, &duals))),
                }
            };
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

    /// The row of the tableau that `duals` make: a variable that rises by one moves what they stand for by minus its
    /// entry.
    fn price(&mut self, duals: &[f64]) {
        for at in self.touched.drain(..) {
            self.tableau[at] = 0.0;
        }
        for (row, &dual) in duals.iter().enumerate() {
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
    /// by index enters, and the first leaves: so the search cannot go round in circles.
    fn best_step(&self, sense: f64) -> Option<Step> {
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
        }
        match best {
            Some((step, gain)) if gain > ZERO || self.idle < PATIENCE => Some(step),
            Some(_) | None => Some(self.step(first.0, first.1, true)),
        }
    }

    /// How far `entering` can move, and what stops it.
    fn step(&self, entering: usize, sense: f64, by_index: bool) -> Step {
        let mut step = Step {
            entering,
            sense,
            length: self.high[entering] - self.low[entering],
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
    fn tableau_column(&self, at: usize) -> Column {
        let mut dense = vec![0.0; self.basis.len()];
        for &(row, coefficient) in &self.columns[at] {
            dense[row] = coefficient;
        }
        self.inverse.solve(&mut dense);
        dense.iter().copied().enumerate().filter(|&(_, entry)| entry.abs() > NOISE).collect()
    }

    /// Moves along `step`; false where the basis cannot be factored any more.
    fn take(&mut self, step: Step) -> bool {
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
            self.value[step.entering] = bound;
            return true;
        };
        let Some(&(_, pivot)) = step.column.iter().find(|&&(at, _)| at == row) else { return false };
        let leaving = self.basis[row];
        // It stands at one of its bounds but for rounding.
        let is_low = -step.sense * pivot < 0.0;
        self.value[leaving] = if is_low { self.low[leaving] } else { self.high[leaving] };
        self.exchange(step.entering, row, &step.column)
    }

    /// `entering`, which is `column` in terms of the basis, takes its place at `row`.
    fn exchange(&mut self, entering: usize, row: usize, column: &[(usize, f64)]) -> bool {
        self.row_of[self.basis[row]] = OUTSIDE;
        self.row_of[entering] = row;
        self.basis[row] = entering;
        self.inverse.enter(column, row);
        !self.inverse.is_worn() || self.renew()
    }

    /// Factors the basis anew, and takes its values from those outside it.
    fn renew(&mut self) -> bool {
        let columns: Vec<&Column> = self.basis.iter().map(|&at| &self.columns[at]).collect();
        let Some(order) = self.inverse.factor(&columns) else { return false };
        self.basis = order.into_iter().map(|place| self.basis[place]).collect();
        for (row, &at) in self.basis.iter().enumerate() {
            self.row_of[at] = row;
        }
        for (row, value) in self.basic_values(&self.value).into_iter().enumerate() {
            self.value[self.basis[row]] = value;
        }
        true
    }

    /// By row, the values of the basis that follow from those of `value` outside it.
    fn basic_values(&self, value: &[f64]) -> Vec<f64> {
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

    fn is_point(&self) -> bool {
        self.holds(&self.value, &self.low, &self.high)
    }

    /// Whether `value` satisfies every row, and these bounds.
    fn holds(&self, value: &[f64], lower: &[f64], upper: &[f64]) -> bool {
        let is_inside =
            (0..self.variables.len()).all(|at| value[at] >= lower[at] - DRIFT && value[at] <= upper[at] + DRIFT);
        is_inside
            && self.rows.iter().zip(&self.rhs).all(|(terms, rhs)| {
                let sum: f64 = terms.iter().map(|&(column, coefficient)| coefficient * value[column]).sum();
                (sum - rhs).abs() < DRIFT
            })
    }

    /// For any multipliers y, `x = y b + (x - y A x)`, and the last term is least at the variables' bounds.
    fn proven(&self, at: usize, sense: f64, duals: &[f64]) -> Option<f64> {
        let mut reduced = vec![0.0; self.variables.len()];
        reduced[at] = -sense;
        let (mut bound, mut magnitude) = (0.0, 0.0);
        for ((terms, rhs), dual) in self.rows.iter().zip(&self.rhs).zip(duals) {
            let dual = -sense * plain(*dual);
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
    let independent = independent_rows(&sparse, component.variables.len());
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

// Counts of people and sums of them are far below 2^53, where a float is exact.
#[allow(clippy::cast_precision_loss)]
fn float(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests;
