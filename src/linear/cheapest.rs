//! The cheapest way to move one variable while every sum still holds. Comes in: sums without constants, how far each
//! variable can go and what that costs, and the move wanted. Goes out: a move in whole numbers.
//! Deliberately absent: proofs that there is none, and trust: whoever asks adds the move up again.
//!
//! The dual simplex method (Lemke 1954) from the point where nothing has moved: standing still is cheapest as long as nothing is
//! asked for, so there is no first phase, and only what the move touches is ever looked at. A point that is not whole is
//! made so by a dive: one variable after the other is bounded at the whole number beside it, which is what the method
//! takes best. Where that leads nowhere the last of them is bounded at its other neighbour (branch and bound, depth first).

use crate::basis::{Basis, Column};

/// Less than this is what rounding left of a zero, and nothing to turn on.
const NOISE: f64 = 1e-7;
/// How far from its bound a value may be.
const DRIFT: f64 = 1e-6;
/// A number this near to a whole one is meant to be it.
const WHOLE: f64 = 1e-4;

/// The cost is looked at once in so many pivots.
const LOOK: u64 = 16;

/// How far one variable can go from where it is, and what each unit costs either way.
#[derive(Debug, Clone, Copy, Default)]
pub struct Way {
    /// Downwards, not negative.
    pub down: f64,
    /// Upwards, not negative.
    pub up: f64,
    /// A unit, not negative.
    pub cost: f64,
}

/// How much may be spent on a move.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Moves that cost more, a unit each by [`Way::cost`], are of no interest.
    pub cost: f64,
    /// What all pivots may take together, by [`Cheapest::work`].
    pub work: usize,
    /// Whole numbers that a dive may take back for their neighbours.
    pub turns: usize,
}

/// Where a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Lower,
    Upper,
    Row(usize),
}

/// One half of a variable: it goes up by the first and down by the second, which has the same column negated; or what a
/// row lacks.
#[derive(Debug, Clone, Copy)]
struct Half {
    low: f64,
    high: f64,
    place: Place,
}

/// Sums without constants, ready to be asked.
#[derive(Debug, Clone)]
pub struct Cheapest {
    /// By row and by variable.
    rows: Vec<Column>,
    columns: Vec<Column>,
    /// Two a variable, then one a row.
    halves: Vec<Half>,
    ways: Vec<Way>,
    /// What the multipliers of the rows make of each variable.
    priced: Vec<f64>,
    basis: Basis,
    /// The half in each row of the basis, and its value.
    inside: Vec<usize>,
    value: Vec<f64>,
    tableau: Vec<f64>,
    touched: Vec<usize>,
    is_touched: Vec<bool>,
    /// Rows and entries of the basis that the pivots for the last move passed through.
    pub work: usize,
    pivots: u64,
}

/// A variable that a dive bounded at a whole number.
#[derive(Debug, Clone, Copy)]
struct Bounded {
    half: usize,
    /// Its bounds before.
    before: (f64, f64),
    /// Those at the neighbour of that number; none once they were taken.
    neighbour: Option<(f64, f64)>,
}

/// How a descent ended.
enum End {
    Cheapest,
    /// Nothing, nothing cheap enough, or not found.
    Nothing,
}

impl Cheapest {
    /// Takes the sums: each row is `(variable, coefficient)`.
    #[must_use]
    pub fn new(variables: usize, rows: Vec<Vec<(usize, f64)>>) -> Self {
        let mut columns = vec![Vec::new(); variables];
        for (row, terms) in rows.iter().enumerate() {
            for &(variable, coefficient) in terms {
                columns[variable].push((row, coefficient));
            }
        }
        let height = rows.len();
        let still = Half { low: 0.0, high: 0.0, place: Place::Lower };
        Self {
            halves: vec![still; 2 * variables + height],
            ways: vec![Way::default(); variables],
            priced: vec![0.0; variables],
            basis: Basis::identity(height),
            inside: Vec::new(),
            value: Vec::new(),
            tableau: vec![0.0; variables],
            touched: Vec::new(),
            is_touched: vec![false; variables],
            work: 0,
            pivots: 0,
            rows,
            columns,
        }
    }

    /// The cheapest whole move that takes `variable` by `amount`, as far as a dive finds it: `(variable, by)`.
    pub fn find(
        &mut self,
        variable: usize,
        amount: i64,
        way: impl Fn(usize) -> Way,
        limit: Limit,
    ) -> Option<Vec<(usize, i64)>> {
        self.stand_still(&way);
        self.ask(variable, crate::system::float(amount));
        let (mut dive, mut turns) = (Vec::new(), limit.turns);
        loop {
            match self.descend(limit) {
                End::Nothing => {
                    turns = turns.checked_sub(1)?;
                    if self.work >= limit.work || !self.turn(&mut dive) {
                        return None;
                    }
                }
                End::Cheapest => match self.least_broken() {
                    Some((row, value)) => dive.push(self.bound(row, value)),
                    None => return (self.cost() <= limit.cost + DRIFT).then(|| self.moved()),
                },
            }
        }
    }

    /// Takes back the latest whole number that has a neighbour left, and goes there; false where all were tried.
    fn turn(&mut self, dive: &mut Vec<Bounded>) -> bool {
        while let Some(Bounded { half, before, neighbour }) = dive.pop() {
            (self.halves[half].low, self.halves[half].high) = neighbour.unwrap_or(before);
            if neighbour.is_some() {
                dive.push(Bounded { half, before, neighbour: None });
                // Others outside the basis stand at bounds that are other ones now.
                return self.renew();
            }
        }
        false
    }

    /// Nothing has moved, and every row lacks nothing.
    fn stand_still(&mut self, way: impl Fn(usize) -> Way) {
        let (size, height) = (self.columns.len(), self.rows.len());
        for at in 0..size {
            let way = way(at);
            self.ways[at] = way;
            self.halves[2 * at] = Half { low: 0.0, high: way.up, place: Place::Lower };
            self.halves[2 * at + 1] = Half { low: 0.0, high: way.down, place: Place::Lower };
        }
        for row in 0..height {
            self.halves[2 * size + row] = Half { low: 0.0, high: 0.0, place: Place::Row(row) };
        }
        (self.work, self.pivots) = (0, 0);
        self.priced.fill(0.0);
        self.basis = Basis::identity(height);
        self.inside = (2 * size..2 * size + height).collect();
        self.value = vec![0.0; height];
    }

    /// The variable stands where it is asked to be; its rows lack that.
    fn ask(&mut self, variable: usize, amount: f64) {
        let (up, down) = (amount.max(0.0), (-amount).max(0.0));
        self.halves[2 * variable] = Half { low: up, high: up, place: Place::Lower };
        self.halves[2 * variable + 1] = Half { low: down, high: down, place: Place::Lower };
        for &(row, coefficient) in &self.columns[variable] {
            self.value[row] -= coefficient * amount;
        }
    }

    /// Until every value is within its bounds.
    fn descend(&mut self, limit: Limit) -> End {
        loop {
            let Some((row, beyond)) = self.worst() else { return End::Cheapest };
            if self.work >= limit.work || (self.pivots.is_multiple_of(LOOK) && self.cost() > limit.cost) {
                return End::Nothing;
            }
            self.pivots += 1;
            self.work += self.rows.len() + self.basis.fill();
            self.tableau_row(row);
            let Some(entering) = self.entering(beyond.signum()) else { return End::Nothing };
            if !self.pivot(row, beyond, entering) {
                return End::Nothing;
            }
        }
    }

    /// The row whose value is furthest out of its bounds, and by how much.
    fn worst(&self) -> Option<(usize, f64)> {
        let mut worst = None;
        let mut most = DRIFT;
        for (row, (&half, &value)) in self.inside.iter().zip(&self.value).enumerate() {
            let Half { low, high, .. } = self.halves[half];
            let beyond = if value > high { value - high } else { (value - low).min(0.0) };
            if beyond.abs() > most {
                (worst, most) = (Some((row, beyond)), beyond.abs());
            }
        }
        worst
    }

    /// What every unit moved costs by now; never more than in the end.
    fn cost(&self) -> f64 {
        let moved = |variable: usize| self.at(2 * variable) + self.at(2 * variable + 1);
        self.ways.iter().enumerate().map(|(variable, way)| way.cost * moved(variable)).sum()
    }

    fn tableau_row(&mut self, row: usize) {
        for at in self.touched.drain(..) {
            self.tableau[at] = 0.0;
            self.is_touched[at] = false;
        }
        let mut multipliers = vec![0.0; self.rows.len()];
        multipliers[row] = 1.0;
        self.basis.solve_transposed(&mut multipliers);
        for (row, &multiplier) in multipliers.iter().enumerate() {
            if multiplier.abs() > NOISE {
                for &(column, coefficient) in &self.rows[row] {
                    if !std::mem::replace(&mut self.is_touched[column], true) {
                        self.touched.push(column);
                    }
                    self.tableau[column] += multiplier * coefficient;
                }
            }
        }
    }

    /// The half that puts a row right (its value is too high, `sense` 1, or too low) for the least.
    fn entering(&self, sense: f64) -> Option<usize> {
        let mut best: Option<(usize, f64, f64)> = None;
        for &variable in &self.touched {
            for (half, sign) in [(2 * variable, 1.0), (2 * variable + 1, -1.0)] {
                let Half { low, high, place } = self.halves[half];
                let towards = match place {
                    Place::Lower => 1.0,
                    Place::Upper => -1.0,
                    Place::Row(_) => continue,
                };
                let entry = sign * self.tableau[variable];
                if low >= high || sense * entry * towards <= NOISE {
                    continue;
                }
                let reduced = self.ways[variable].cost - sign * self.priced[variable];
                let ratio = (reduced * towards).max(0.0) / entry.abs();
                let is_better = best.is_none_or(|(_, least, pivot)| {
                    ratio < least - DRIFT || (ratio < least + DRIFT && entry.abs() > pivot + NOISE)
                });
                if is_better {
                    best = Some((half, ratio, entry.abs()));
                }
            }
        }
        best.map(|(half, _, _)| half)
    }

    /// The half of `row` goes to the bound it is beyond, and `entering` takes its place.
    fn pivot(&mut self, row: usize, beyond: f64, entering: usize) -> bool {
        let (variable, sign) = (entering / 2, sign(entering));
        let signed: Column = self.columns[variable].iter().map(|&(row, by)| (row, sign * by)).collect();
        let column = self.basis.solve_column(&signed, NOISE);
        let pivot = column.iter().find(|&&(at, _)| at == row).map_or(0.0, |&(_, entry)| entry);
        if (pivot - sign * self.tableau[variable]).abs() > DRIFT || pivot.abs() < NOISE {
            return false;
        }
        let by = beyond / pivot;
        for &(at, entry) in &column {
            self.value[at] -= by * entry;
        }
        let from = self.at(entering);
        let leaving = self.inside[row];
        self.halves[leaving].place = if beyond > 0.0 { Place::Upper } else { Place::Lower };
        self.halves[entering].place = Place::Row(row);
        (self.inside[row], self.value[row]) = (entering, from + by);
        // The row's multipliers, so much of them that the entering half's reduced cost is none.
        let reduced = self.ways[variable].cost - sign * self.priced[variable];
        let rate = reduced / pivot;
        for &at in &self.touched {
            self.priced[at] += rate * self.tableau[at];
        }
        self.basis.enter(&column, row);
        !self.basis.is_worn() || self.renew()
    }

    /// Factors the basis anew, and takes its values from the halves outside it.
    fn renew(&mut self) -> bool {
        let structural = 2 * self.columns.len();
        let columns: Vec<Column> = self
            .inside
            .iter()
            .map(|&half| match half.checked_sub(structural) {
                Some(row) => vec![(row, 1.0)],
                None => self.columns[half / 2].iter().map(|&(row, by)| (row, sign(half) * by)).collect(),
            })
            .collect();
        let Some(order) = self.basis.factor(&columns.iter().collect::<Vec<_>>()) else { return false };
        self.inside = order.into_iter().map(|place| self.inside[place]).collect();
        let mut left = vec![0.0; self.rows.len()];
        for half in (0..structural).filter(|&half| !matches!(self.halves[half].place, Place::Row(_))) {
            let value = sign(half) * self.at(half);
            self.columns[half / 2].iter().for_each(|&(row, by)| left[row] -= by * value);
        }
        self.basis.solve(&mut left);
        for (row, &half) in self.inside.iter().enumerate() {
            self.halves[half].place = Place::Row(row);
        }
        self.value = left;
        true
    }

    /// Where a half stands.
    fn at(&self, half: usize) -> f64 {
        match self.halves[half].place {
            Place::Lower => self.halves[half].low,
            Place::Upper => self.halves[half].high,
            Place::Row(row) => self.value[row],
        }
    }

    /// The row with the variable that is nearest to a whole number without being one.
    fn least_broken(&self) -> Option<(usize, f64)> {
        let structural = 2 * self.columns.len();
        let broken = (0..self.inside.len()).filter(|&row| self.inside[row] < structural);
        let broken = broken.map(|row| (row, self.value[row]));
        broken
            .filter(|(_, value)| (value - value.round()).abs() > WHOLE)
            .min_by(|one, other| (one.1 - one.1.round()).abs().total_cmp(&(other.1 - other.1.round()).abs()))
    }

    /// No further from here than the nearest whole number.
    fn bound(&mut self, row: usize, value: f64) -> Bounded {
        let at = self.inside[row];
        let half = &mut self.halves[at];
        let (before, nearest) = ((half.low, half.high), value.round());
        let (this, other) = if nearest > value {
            ((nearest, half.high), (half.low, nearest - 1.0))
        } else {
            ((half.low, nearest), (nearest + 1.0, half.high))
        };
        (half.low, half.high) = this;
        Bounded { half: at, before, neighbour: (other.0 <= other.1).then_some(other) }
    }

    fn moved(&self) -> Vec<(usize, i64)> {
        (0..self.columns.len())
            .map(|variable| (variable, whole(self.at(2 * variable) - self.at(2 * variable + 1))))
            .filter(|&(_, by)| by != 0)
            .collect()
    }
}

/// Upwards or downwards.
fn sign(half: usize) -> f64 {
    if half.is_multiple_of(2) { 1.0 } else { -1.0 }
}

#[allow(clippy::cast_possible_truncation)]
fn whole(value: f64) -> i64 {
    value.round() as i64
}

#[cfg(test)]
mod tests;
