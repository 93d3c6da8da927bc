//! Witnesses from a cell's neighbourhood. Comes in: a point that satisfies everything, and a cell. Goes out: points that
//! differ from it near the cell only. Deliberately absent: proofs that there are no others; a cell that no neighbourhood
//! clears is asked about in the whole of its component.

use std::collections::VecDeque;

use linear::{Answer, Bounds, Component, Programme, System};

/// Steps a unit: bounds of a system are integers, those around a point are not. They are rounded inwards.
const STEPS: f64 = 1024.0;

/// How far a cell without a limit may move, in units.
const FAR: f64 = 64.0;

/// The surroundings of points of one system.
#[derive(Debug)]
pub struct Surroundings<'a> {
    system: &'a System,
    bounds: &'a Bounds,
    rows_of: Vec<Vec<usize>>,
    place: Vec<usize>,
}

/// Values by variable.
pub type Point = Vec<(usize, f64)>;

#[allow(clippy::cast_precision_loss)]
fn float(value: i64) -> f64 {
    value as f64
}

/// Slack is at most [`FAR`] units, so the steps fit by far.
#[allow(clippy::cast_possible_truncation)]
fn steps(slack: f64) -> i64 {
    (slack.clamp(0.0, FAR) * STEPS).floor() as i64
}

impl<'a> Surroundings<'a> {
    /// Readies the rows of every variable.
    #[must_use]
    pub fn new(system: &'a System, bounds: &'a Bounds) -> Self {
        let mut rows_of = vec![Vec::new(); system.len()];
        for (at, row) in system.rows.iter().enumerate() {
            for &(variable, _) in row.terms.iter().filter(|(variable, _)| !bounds.is_fixed(*variable)) {
                rows_of[variable].push(at);
            }
        }
        Self { system, bounds, rows_of, place: vec![usize::MAX; system.len()] }
    }

    /// At least `size` variables around `at` where there are so many, nearest first, whole rows at a time.
    fn around(&mut self, at: usize, size: usize) -> Vec<usize> {
        let mut local = vec![at];
        self.place[at] = 0;
        let mut queue = VecDeque::from([at]);
        while let Some(from) = queue.pop_front() {
            for &row in &self.rows_of[from] {
                for &(variable, _) in &self.system.rows[row].terms {
                    if self.place[variable] == usize::MAX && !self.bounds.is_fixed(variable) {
                        self.place[variable] = local.len();
                        local.push(variable);
                        queue.push_back(variable);
                    }
                }
                if local.len() >= size {
                    return local;
                }
            }
        }
        local
    }

    /// The lowest and the highest value of `at` that moving about `size` variables around it reaches, as points: what
    /// they do not name stays as in `centre`.
    pub fn ends(&mut self, centre: &[f64], at: usize, size: usize) -> Vec<Point> {
        let local = self.around(at, size);
        let mut system = System::default();
        let mut rows: Vec<usize> = Vec::new();
        for &variable in &local {
            let below = steps(centre[variable] - float(self.bounds.lower[variable]));
            let above = self.bounds.upper[variable].map_or(FAR, |upper| float(upper) - centre[variable]);
            system.variable(-below, Some(steps(above)));
            rows.extend(&self.rows_of[variable]);
        }
        rows.sort_unstable();
        rows.dedup();
        for row in rows {
            let terms = &self.system.rows[row].terms;
            let near = terms.iter().filter(|(variable, _)| self.place[*variable] != usize::MAX);
            system.equation(near.map(|&(variable, coefficient)| (self.place[variable], coefficient)), 0);
        }
        for &variable in &local {
            self.place[variable] = usize::MAX;
        }
        // Standing still satisfies every row, so bounds cannot cross.
        let Ok(bounds) = system.propagate() else { return Vec::new() };
        if bounds.is_fixed(0) {
            return Vec::new();
        }
        let Some(component) = system.components(&bounds).into_iter().find(|part| part.variables.first() == Some(&0))
        else {
            return Vec::new();
        };
        ask(&system, &bounds, &component).into_iter().map(|moves| moved(centre, &local, &moves)).collect()
    }
}

fn ask(system: &System, bounds: &Bounds, component: &Component) -> Vec<Point> {
    let mut programme = Programme::new(system, bounds, component);
    let mut found = Vec::new();
    for sense in [1.0, -1.0] {
        if let Answer::Solved(solution) = programme.minimise(&[(0, sense)]) {
            found.push(solution.point);
        }
    }
    found
}

fn moved(centre: &[f64], local: &[usize], moves: &[(usize, f64)]) -> Point {
    moves.iter().map(|&(place, by)| (local[place], centre[local[place]] + by / STEPS)).collect()
}
