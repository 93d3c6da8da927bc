//! The range of a sum of whole numbers, 0 or more, that satisfy equations: a dense simplex method and branches over it. Comes in:
//! equations, a sum. Goes out: its least and its most. For a few hundred unknowns; shares no code with the program.

const SMALL: f64 = 1e-7;

/// `sum of factor x unknown = right side`.
#[derive(Debug, Clone, PartialEq)]
pub struct Equation {
    pub terms: Vec<(usize, i64)>,
    pub right: i64,
}

/// Unknowns and their equations, ready to be asked.
pub struct Ranges {
    unknowns: usize,
    equations: Vec<Equation>,
    start: Tableau,
}

/// What a search came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Most {
    Whole(i64),
    Unbounded,
    /// Not settled within the branches allowed.
    Open,
}

/// Rows of a basis, the objective last; the right side in the last column.
#[derive(Clone)]
struct Tableau {
    rows: Vec<Vec<f64>>,
    basis: Vec<usize>,
    columns: usize,
}

enum Solved {
    Best(f64, Vec<f64>),
    Unbounded,
    Infeasible,
}

impl Ranges {
    /// None where the equations have no solution.
    pub fn new(unknowns: usize, equations: Vec<Equation>) -> Option<Self> {
        let start = Tableau::feasible(unknowns, &equations)?;
        Some(Self { unknowns, equations, start })
    }

    /// The most that the sum of `terms` can be in whole numbers, looking at `branches` programmes at most.
    pub fn most(&self, terms: &[(usize, i64)], branches: usize) -> Most {
        let mut open: Vec<Vec<Equation>> = vec![Vec::new()];
        let mut best: Option<i64> = None;
        for _ in 0..branches {
            let Some(more) = open.pop() else { return best.map_or(Most::Open, Most::Whole) };
            let solved = if more.is_empty() { self.start.clone().maximise(terms) } else { self.branch(&more, terms) };
            let (value, point) = match solved {
                Solved::Infeasible => continue,
                Solved::Unbounded => return Most::Unbounded,
                Solved::Best(value, point) => (value, point),
            };
            let most = (value + SMALL).floor() as i64;
            if best.is_some_and(|best| most <= best) {
                continue;
            }
            let split = point[..self.unknowns].iter().position(|value| (value - value.round()).abs() > SMALL * 10.0);
            let Some(at) = split else {
                best = self.checked(&point, terms).max(best);
                continue;
            };
            // The unknown and a slack: at most its floor, or at least one more.
            let floor = point[at].floor() as i64;
            let slack = self.unknowns + more.len();
            for (sign, right) in [(1, floor), (-1, floor + 1)] {
                let mut deeper = more.clone();
                deeper.push(Equation { terms: vec![(at, 1), (slack, sign)], right });
                open.push(deeper);
            }
        }
        if open.is_empty() { best.map_or(Most::Open, Most::Whole) } else { Most::Open }
    }

    fn branch(&self, more: &[Equation], terms: &[(usize, i64)]) -> Solved {
        let equations: Vec<Equation> = self.equations.iter().chain(more).cloned().collect();
        Tableau::feasible(self.unknowns + more.len(), &equations)
            .map_or(Solved::Infeasible, |tableau| tableau.maximise(terms))
    }

    /// The sum at a point that was rounded, where it satisfies every equation exactly.
    fn checked(&self, point: &[f64], terms: &[(usize, i64)]) -> Option<i64> {
        let whole: Vec<i64> = point.iter().map(|value| value.round() as i64).collect();
        let sum = |terms: &[(usize, i64)]| terms.iter().map(|(at, factor)| whole[*at] * factor).sum::<i64>();
        let holds = self.equations.iter().all(|equation| sum(&equation.terms) == equation.right);
        (holds && whole[..self.unknowns].iter().all(|value| *value >= 0)).then(|| sum(terms))
    }
}

impl Tableau {
    /// A basis in which every unknown is 0 or more, found by driving out one artificial unknown an equation.
    fn feasible(unknowns: usize, equations: &[Equation]) -> Option<Self> {
        let columns = unknowns + equations.len();
        let mut rows = Vec::with_capacity(equations.len() + 1);
        for (at, equation) in equations.iter().enumerate() {
            let sign = if equation.right < 0 { -1.0 } else { 1.0 };
            let mut row = vec![0.0; columns + 1];
            equation.terms.iter().for_each(|(unknown, factor)| row[*unknown] += sign * *factor as f64);
            row[unknowns + at] = 1.0;
            row[columns] = sign * equation.right as f64;
            rows.push(row);
        }
        let mut objective = vec![0.0; columns + 1];
        for row in &rows {
            (0..unknowns).chain([columns]).for_each(|at| objective[at] += row[at]);
        }
        rows.push(objective);
        let basis = (unknowns..columns).collect();
        let mut tableau = Self { rows, basis, columns };
        tableau.run(unknowns);
        let left = tableau.rows.last().map_or(0.0, |row| row[columns]);
        (left < SMALL).then(|| tableau.without_artificial(unknowns))
    }

    /// Artificial unknowns that are left in the basis stand at 0: they are pivoted out, or their equation says nothing new.
    fn without_artificial(mut self, unknowns: usize) -> Self {
        self.rows.pop();
        let mut at = 0;
        while at < self.rows.len() {
            if self.basis[at] < unknowns {
                at += 1;
            } else if let Some(column) = (0..unknowns).find(|column| self.rows[at][*column].abs() > SMALL) {
                self.pivot(at, column);
            } else {
                self.rows.swap_remove(at);
                self.basis.swap_remove(at);
            }
        }
        let right = self.columns;
        for row in &mut self.rows {
            row[unknowns] = row[right].max(0.0);
            row.truncate(unknowns + 1);
        }
        self.columns = unknowns;
        self
    }

    fn maximise(mut self, terms: &[(usize, i64)]) -> Solved {
        let mut objective = vec![0.0; self.columns + 1];
        terms.iter().for_each(|(at, factor)| objective[*at] += *factor as f64);
        for (row, basic) in self.rows.iter().zip(&self.basis) {
            let factor = objective[*basic];
            if factor != 0.0 {
                objective.iter_mut().zip(row).for_each(|(to, from)| *to -= factor * from);
            }
        }
        self.rows.push(objective);
        if !self.run(self.columns) {
            return Solved::Unbounded;
        }
        let mut point = vec![0.0; self.columns];
        self.basis.iter().zip(&self.rows).for_each(|(basic, row)| point[*basic] = row[self.columns]);
        let value = terms.iter().map(|(at, factor)| point[*at] * *factor as f64).sum();
        Solved::Best(value, point)
    }

    /// Pivots until no column of the first `columns` is worth it; false where the objective grows without end.
    fn run(&mut self, columns: usize) -> bool {
        let last = self.rows.len() - 1;
        for step in 0.. {
            let objective = &self.rows[last];
            let worth = |column: &usize| objective[*column] > SMALL;
            // Largest gain first; after a while the first one, which cannot go in circles.
            let entering = if step < 300 {
                (0..columns).filter(worth).max_by(|one, other| objective[*one].total_cmp(&objective[*other]))
            } else {
                (0..columns).find(worth)
            };
            let Some(column) = entering else { return true };
            let ratios = (0..last).filter(|row| self.rows[*row][column] > SMALL);
            let ratio = |row: &usize| self.rows[*row][self.columns].max(0.0) / self.rows[*row][column];
            let leaving = ratios.min_by(|one, other| {
                ratio(one).total_cmp(&ratio(other)).then(self.basis[*one].cmp(&self.basis[*other]))
            });
            let Some(row) = leaving else { return false };
            self.pivot(row, column);
        }
        true
    }

    fn pivot(&mut self, row: usize, column: usize) {
        let factor = self.rows[row][column];
        self.rows[row].iter_mut().for_each(|value| *value /= factor);
        let pivot = self.rows[row].clone();
        for (at, other) in self.rows.iter_mut().enumerate() {
            let factor = other[column];
            if at != row && factor.abs() > 1e-12 {
                other.iter_mut().zip(&pivot).for_each(|(to, from)| *to -= factor * from);
                other[column] = 0.0;
            }
        }
        self.basis[row] = column;
    }
}

#[test]
fn the_range_of_a_small_sum_is_that_of_all_tables() {
    // Two by two with margins 3, 4 and 2, 5: the first cell is 0 to 2.
    let sum = |terms: &[usize], right| Equation { terms: terms.iter().map(|at| (*at, 1)).collect(), right };
    let equations = vec![sum(&[0, 1], 3), sum(&[2, 3], 4), sum(&[0, 2], 2), sum(&[1, 3], 5)];
    let ranges = Ranges::new(5, equations.clone()).expect("such tables exist");
    assert_eq!(ranges.most(&[(0, 1)], 50), Most::Whole(2));
    assert_eq!(ranges.most(&[(0, -1)], 50), Most::Whole(0));
    assert_eq!(ranges.most(&[(3, -1)], 50), Most::Whole(-2));
    assert_eq!(ranges.most(&[(4, 1)], 50), Most::Unbounded);
    assert!(Ranges::new(5, [equations.as_slice(), &[sum(&[0], 3)]].concat()).is_none());
    // A ring of three pairs, each 1: in halves it adds up, in whole numbers it does not.
    let ring = vec![sum(&[0, 1], 1), sum(&[1, 2], 1), sum(&[0, 2], 1)];
    assert_eq!(Ranges::new(3, ring).expect("halves exist").most(&[(0, 1)], 50), Most::Open);
}
