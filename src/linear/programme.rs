//! Linear programmes over one component, by an interior point method. Comes in: a system, proven bounds, a component, a
//! cost. Goes out: a point and a bound that its duals prove. Deliberately absent: integrality, and trust: whatever the
//! solver does not call solved is unknown.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettings, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, ZeroConeT};

use crate::component::Component;
use crate::independent::{Independent, independent_rows};
use crate::propagate::Bounds;
use crate::system::{System, float};

/// What a programme came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Solved.
    Solved(Solution),
    /// The cost has no limit, provided that any point exists: the caller must know one.
    Unlimited,
    /// No point exists.
    Infeasible,
    /// The solver did not get there. Nothing follows from it.
    Unknown,
}

/// A point of least (or most) cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// The cost at `point`, within the solver's tolerance; not proven.
    pub value: f64,
    /// No point costs less (when maximising: more), proven from the duals and moved outwards by more than what
    /// rounding can have done. None where a variable without a limit makes the duals prove nothing.
    pub bound: Option<f64>,
    /// `(variable, value)` for every variable of the component, in its order.
    pub point: Vec<(usize, f64)>,
    /// `(row of the system, multiplier)` for rows that do not follow from others; not proven. The cost less the multiples
    /// of the rows is what each variable's bounds are held against.
    pub duals: Vec<(usize, f64)>,
}

/// One component, ready to be asked again and again with other costs.
pub struct Programme {
    variables: Vec<usize>,
    /// Sparse independent rows in the component's own columns, for the proof of a bound.
    rows: Vec<SparseRow>,
    /// Rows that were left out because they follow come to something else than these say.
    is_contradiction: bool,
    /// Which rows of the system these are.
    row_of: Vec<usize>,
    lower: Vec<f64>,
    upper: Vec<Option<f64>>,
    place: Vec<Option<usize>>,
    /// In which the solver counts: its tolerances are those of numbers of some millions at most.
    unit: f64,
    solver: Option<DefaultSolver<f64>>,
}

/// Numbers up to this, far more than people, are handed to the solver as they are; larger ones as about [`HANDY`].
const LARGE: f64 = (1_u64 << 30) as f64;
const HANDY: f64 = 1024.0;

impl Programme {
    /// Readies `component` of `system` within `bounds`.
    #[must_use]
    pub fn new(system: &System, bounds: &Bounds, component: &Component) -> Self {
        let mut place = vec![None; system.len()];
        for (column, &variable) in component.variables.iter().enumerate() {
            place[variable] = Some(column);
        }
        let OwnRows { row_of, rows, is_contradiction } = own_rows(system, bounds, component, &place);
        let lower = component.variables.iter().map(|&variable| float(bounds.lower[variable])).collect();
        let upper = component.variables.iter().map(|&variable| bounds.upper[variable].map(float)).collect();
        // A bound that only follows from the rows would cost a cone each and say nothing new.
        let stated: Vec<usize> =
            (0..component.variables.len()).filter(|&at| system.upper[component.variables[at]].is_some()).collect();
        let variables = component.variables.clone();
        let mut programme =
            Self { variables, rows, is_contradiction, row_of, lower, upper, place, unit: 1.0, solver: None };
        programme.solver = programme.build(&stated);
        programme
    }

    /// The least that `cost` (a sum of `(variable, coefficient)`) comes to. Variables outside the component are ignored.
    pub fn minimise(&mut self, cost: &[(usize, f64)]) -> Answer {
        if self.is_contradiction {
            return Answer::Infeasible;
        }
        let mut dense = vec![0.0; self.variables.len()];
        for &(variable, coefficient) in cost {
            if let Some(column) = self.place.get(variable).copied().flatten() {
                dense[column] += coefficient;
            }
        }
        let Some(solver) = self.solver.as_mut() else { return Answer::Unknown };
        if solver.update_q(&dense).is_err() {
            return Answer::Unknown;
        }
        solver.solve();
        match solver.solution.status {
            SolverStatus::Solved => {}
            SolverStatus::PrimalInfeasible => return Answer::Infeasible,
            SolverStatus::DualInfeasible => return Answer::Unlimited,
            SolverStatus::Unsolved
            | SolverStatus::AlmostSolved
            | SolverStatus::AlmostPrimalInfeasible
            | SolverStatus::AlmostDualInfeasible
            | SolverStatus::MaxIterations
            | SolverStatus::MaxTime
            | SolverStatus::NumericalError
            | SolverStatus::InsufficientProgress
            | SolverStatus::CallbackTerminated => return Answer::Unknown,
        }
        let x = solver.solution.x.iter().zip(&self.lower);
        let values: Vec<f64> = x.map(|(above, lower)| above * self.unit + lower).collect();
        let duals: Vec<f64> = solver.solution.z[..self.rows.len()].iter().map(|dual| -dual).collect();
        let value = values.iter().zip(&dense).map(|(value, cost)| value * cost).sum();
        let bound = self.proven(&dense, &duals);
        let point = self.variables.iter().copied().zip(values).collect();
        let duals = self.row_of.iter().copied().zip(duals).collect();
        Answer::Solved(Solution { value, bound, point, duals })
    }

    /// The most that `cost` comes to.
    pub fn maximise(&mut self, cost: &[(usize, f64)]) -> Answer {
        let negated: Vec<(usize, f64)> = cost.iter().map(|&(variable, coefficient)| (variable, -coefficient)).collect();
        match self.minimise(&negated) {
            Answer::Solved(Solution { value, bound, point, mut duals }) => {
                duals.iter_mut().for_each(|(_, dual)| *dual = -*dual);
                Answer::Solved(Solution { value: -value, bound: bound.map(|bound| -bound), point, duals })
            }
            other @ (Answer::Unlimited | Answer::Infeasible | Answer::Unknown) => other,
        }
    }

    /// For any multipliers y, `cost x >= y b + (cost - y A) x`, and the last term is least at the variables' bounds.
    fn proven(&self, cost: &[f64], duals: &[f64]) -> Option<f64> {
        let mut reduced = cost.to_vec();
        let (mut bound, mut magnitude) = (0.0, 0.0);
        for ((terms, rhs), dual) in self.rows.iter().zip(duals) {
            bound += dual * rhs;
            magnitude += (dual * rhs).abs();
            for &(column, coefficient) in terms {
                reduced[column] -= dual * coefficient;
            }
        }
        for (column, &reduced) in reduced.iter().enumerate() {
            let end = if reduced >= 0.0 { self.lower[column] } else { self.upper[column]? };
            bound += reduced * end;
            magnitude += (reduced * end).abs() + end.abs() * f64::EPSILON * 64.0;
        }
        // Each of the few million additions at most errs by one part in 2^52 of what was added.
        bound.is_finite().then_some(bound - 1e-10 * (1.0 + magnitude))
    }

    fn build(&mut self, stated: &[usize]) -> Option<DefaultSolver<f64>> {
        let (columns, equations) = (self.variables.len(), self.rows.len());
        let cones = columns + stated.len();
        let (mut at_row, mut at_column, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let mut rhs = Vec::with_capacity(equations + cones);
        let mut entry = |row: usize, column: usize, value: f64| {
            at_row.push(row);
            at_column.push(column);
            values.push(value);
        };
        for (row, (terms, total)) in self.rows.iter().enumerate() {
            for &(column, coefficient) in terms {
                entry(row, column, coefficient);
            }
            // Columns count from their lower bounds.
            rhs.push(total - terms.iter().map(|&(column, coefficient)| coefficient * self.lower[column]).sum::<f64>());
        }
        for column in 0..columns {
            entry(equations + column, column, -1.0);
            rhs.push(0.0);
        }
        for (offset, &column) in stated.iter().enumerate() {
            entry(equations + columns + offset, column, 1.0);
            rhs.push(self.upper[column].unwrap_or(f64::INFINITY) - self.lower[column]);
        }
        // A power of two, so that nothing is lost; multipliers of rows are what they were.
        let largest = rhs.iter().filter(|side| side.is_finite()).fold(0.0_f64, |most, side| most.max(side.abs()));
        if largest > LARGE {
            self.unit = (largest / HANDY).log2().ceil().exp2();
            rhs.iter_mut().for_each(|side| *side /= self.unit);
        }
        let matrix = CscMatrix::new_from_triplets(equations + cones, columns, at_row, at_column, values);
        let none = CscMatrix::zeros((columns, columns));
        let settings = DefaultSettings { verbose: false, presolve_enable: false, max_threads: 1, ..Default::default() };
        let cones = [ZeroConeT(equations), NonnegativeConeT(cones)];
        DefaultSolver::new(&none, &vec![0.0; columns], &matrix, &rhs, &cones, settings).ok()
    }
}

/// `(column, coefficient)` and the right-hand side.
type SparseRow = (Vec<(usize, f64)>, f64);

struct OwnRows {
    row_of: Vec<usize>,
    rows: Vec<SparseRow>,
    is_contradiction: bool,
}

/// The component's rows without constants, and without those that follow from others.
fn own_rows(system: &System, bounds: &Bounds, component: &Component, place: &[Option<usize>]) -> OwnRows {
    let mut sparse = Vec::with_capacity(component.rows.len());
    let mut totals = Vec::with_capacity(component.rows.len());
    for &row in &component.rows {
        let row = &system.rows[row];
        let mut total = row.rhs;
        let mut terms = Vec::with_capacity(row.terms.len());
        for &(variable, coefficient) in &row.terms {
            match place[variable] {
                Some(column) => terms.push((column, coefficient)),
                None => total -= coefficient * bounds.lower[variable],
            }
        }
        sparse.push(terms);
        totals.push(total);
    }
    let Independent { rows, is_contradiction } = independent_rows(&sparse, &totals, component.variables.len());
    let floats = |terms: &[(usize, i64)]| terms.iter().map(|&(column, value)| (column, float(value))).collect();
    let (row_of, rows) =
        rows.into_iter().map(|at| (component.rows[at], (floats(&sparse[at]), float(totals[at])))).unzip();
    OwnRows { row_of, rows, is_contradiction }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 2 x 2 table of hidden cells with row sums 3 and 9 and column sums 5 and 7: the first lies in 0 to 3.
    fn square() -> (System, Bounds) {
        let mut system = System::default();
        let cells: Vec<usize> = (0..4).map(|_| system.variable(0, None)).collect();
        for (left, right, sum) in [(0, 1, 3), (2, 3, 9), (0, 2, 5), (1, 3, 7)] {
            system.equation([(cells[left], 1), (cells[right], 1)], sum);
        }
        let bounds = system.propagate().expect("1, 2, 4 and 5 solve it");
        (system, bounds)
    }

    fn solved(answer: Answer) -> (f64, f64) {
        match answer {
            Answer::Solved(Solution { value, bound, .. }) => (value, bound.expect("every cell has a limit")),
            other @ (Answer::Unlimited | Answer::Infeasible | Answer::Unknown) => panic!("not solved: {other:?}"),
        }
    }

    #[test]
    fn the_range_of_a_hidden_cell_is_found_and_proven_from_outside() {
        let (system, bounds) = square();
        let component = &system.components(&bounds)[0];
        let mut programme = Programme::new(&system, &bounds, component);
        let (least, proven_least) = solved(programme.minimise(&[(0, 1.0)]));
        let (most, proven_most) = solved(programme.maximise(&[(0, 1.0)]));
        assert!(least.abs() < 1e-6 && (most - 3.0).abs() < 1e-6);
        assert!((-1e-6..=0.0).contains(&proven_least) && (3.0..3.000_001).contains(&proven_most));
    }

    /// The same square in thousands of millions of millions.
    #[test]
    fn the_range_of_a_large_sum_is_found_and_no_contradiction_seen() {
        let mut system = System::default();
        let cells: Vec<usize> = (0..4).map(|_| system.variable(0, None)).collect();
        let sums = [(0, 1, 3, 7), (2, 3, 9, 1), (0, 2, 5, 5), (1, 3, 7, 3)];
        for (left, right, sum, more) in sums {
            system.equation([(cells[left], 1), (cells[right], 1)], sum * 1_000_000_000_000_000 + more);
        }
        let bounds = system.propagate().expect("whole numbers solve it");
        let mut programme = Programme::new(&system, &bounds, &system.components(&bounds)[0]);
        let (most, proven) = solved(programme.maximise(&[(0, 1.0)]));
        assert!((most / 3e15 - 1.0).abs() < 1e-6 && (3e15..3.01e15).contains(&proven), "{most} {proven}");
    }

    /// One sum of the square follows from the other three. Propagation would creep to the contradiction by steps of one.
    #[test]
    fn a_sum_that_follows_from_others_and_says_otherwise_is_no_solution() {
        let mut system = System::default();
        let cells: Vec<usize> = (0..4).map(|_| system.variable(0, None)).collect();
        for (left, right, sum) in [(0, 1, 3_000), (2, 3, 9_000), (0, 2, 5_000), (1, 3, 7_001)] {
            system.equation([(cells[left], 1), (cells[right], 1)], sum);
        }
        let bounds = system.propagate().expect("no sum alone shows it");
        let mut programme = Programme::new(&system, &bounds, &system.components(&bounds)[0]);
        assert_eq!(programme.minimise(&[(0, 1.0)]), Answer::Infeasible);
    }

    #[test]
    fn a_sum_of_cells_can_be_asked_for() {
        let (system, bounds) = square();
        let component = &system.components(&bounds)[0];
        let mut programme = Programme::new(&system, &bounds, component);
        // The first and the last rise together: from 0 + 4 to 3 + 7.
        let (most, _) = solved(programme.maximise(&[(0, 1.0), (3, 1.0)]));
        assert!((most - 10.0).abs() < 1e-6);
    }

    #[test]
    fn a_cell_under_a_hidden_total_has_no_limit() {
        let mut system = System::default();
        let (total, cell) = (system.variable(0, None), system.variable(0, None));
        system.equation([(total, -1), (cell, 1)], 0);
        let bounds = system.propagate().expect("0 and 0 solve it");
        let mut programme = Programme::new(&system, &bounds, &system.components(&bounds)[0]);
        assert_eq!(programme.maximise(&[(cell, 1.0)]), Answer::Unlimited);
    }

    #[test]
    fn a_slack_keeps_families_at_or_below_cases() {
        let mut system = System::default();
        let (families, cases) = (system.variable(0, None), system.variable(0, Some(6)));
        system.at_most([(families, 1), (cases, -1)], 0);
        let bounds = system.propagate().expect("0 and 0 solve it");
        assert_eq!(bounds.upper[families], Some(6));
        let mut programme = Programme::new(&system, &bounds, &system.components(&bounds)[0]);
        let (most, _) = solved(programme.maximise(&[(families, 1.0)]));
        assert!((most - 6.0).abs() < 1e-6);
    }
}
