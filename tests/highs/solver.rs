//! HiGHS, asked for one variable after the other. Comes in: bounds, rows, and whether values must be whole. Goes out: how far a
//! variable goes. Deliberately absent: answers that HiGHS does not vouch for; they panic.

use highs::{Col, HighsModelStatus, Model, RowProblem, Sense};

/// `sum of factor x variable = right side`.
pub type Row = (Vec<(usize, i64)>, i64);

/// How far a variable goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum End {
    At(f64),
    Unlimited,
    /// There is no point at all.
    Infeasible,
}

/// A system, ready to be asked; each answer is where the next search starts.
pub struct Solver {
    problem: RowProblem,
    model: Option<Model>,
    columns: Vec<Col>,
    asked: usize,
    is_whole: bool,
    /// Programmes solved.
    pub programmes: u64,
}

#[allow(clippy::cast_precision_loss, reason = "counts of people are far below 2^53")]
fn float(value: i64) -> f64 {
    value as f64
}

impl Solver {
    /// `is_whole`: only whole numbers count.
    pub fn new(lower: &[i64], upper: &[Option<i64>], rows: &[Row], is_whole: bool) -> Self {
        let mut problem = RowProblem::default();
        let column = |(&low, &high): (&i64, &Option<i64>)| {
            problem.add_column_with_integrality(0.0, float(low)..=high.map_or(f64::INFINITY, float), is_whole)
        };
        let columns: Vec<Col> = lower.iter().zip(upper).map(column).collect();
        for (terms, rhs) in rows {
            let terms: Vec<(Col, f64)> = terms.iter().map(|&(at, factor)| (columns[at], float(factor))).collect();
            problem.add_row(float(*rhs)..=float(*rhs), &terms);
        }
        // Presolve may end with "unbounded or infeasible", which is no answer.
        let model = ready(&problem, is_whole);
        Self { problem, model: Some(model), columns, asked: 0, is_whole, programmes: 0 }
    }

    /// The least of a variable.
    pub fn least(&mut self, at: usize) -> End {
        self.end(at, Sense::Minimise)
    }

    /// The most of a variable.
    pub fn most(&mut self, at: usize) -> End {
        self.end(at, Sense::Maximise)
    }

    fn end(&mut self, at: usize, sense: Sense) -> End {
        let model = self.model.take().expect("put back below");
        self.solve(model, at, sense)
            // Now and then the search loses its way from where the last ended; then it starts anew.
            .or_else(|_| self.solve(ready(&self.problem, true), at, sense))
            .unwrap_or_else(|status| panic!("HiGHS ended with {status:?} for {at}, {sense:?}"))
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "whatever else the solver ends with is no end, also what it comes to know later"
    )]
    fn solve(&mut self, mut model: Model, at: usize, sense: Sense) -> Result<End, HighsModelStatus> {
        model.change_column_cost(self.columns[self.asked], 0.0);
        model.change_column_cost(self.columns[at], 1.0);
        model.set_sense(sense);
        self.asked = at;
        self.programmes += 1;
        let solved = model.solve();
        let end = match solved.status() {
            HighsModelStatus::Optimal => End::At(solved.objective_value()),
            HighsModelStatus::Unbounded => End::Unlimited,
            HighsModelStatus::Infeasible => End::Infeasible,
            // Of whole numbers only those are asked for that fractions bound.
            HighsModelStatus::UnboundedOrInfeasible if self.is_whole => End::Infeasible,
            status => return Err(status),
        };
        self.model = Some(solved.into());
        Ok(end)
    }
}

fn ready(problem: &RowProblem, presolves: bool) -> Model {
    let mut model = problem.clone().optimise(Sense::Minimise);
    model.make_quiet();
    model.set_option("threads", 1);
    model.set_option("presolve", if presolves { "on" } else { "off" });
    model
}
