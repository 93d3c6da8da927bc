//! The inverse of a basis as a product of sparse factors. Comes in: the columns of the basis, and each that enters it.
//! Goes out: solutions with the basis and with its transpose. Deliberately absent: values, bounds, prices.
//!
//! The product form of the inverse with reinversion (Orchard-Hays, "Advanced Linear-Programming Computing Techniques",
//! 1968). Columns and rows with one entry left are peeled off first and cost no fill; sums of counts leave little else.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Finding the next factor is taken to cost as much as passing so many that do nothing.
const DENSE: usize = 8;

/// A basis is factored anew after this many columns entered it.
const UPDATES: usize = 64;

/// The same for each so many rows: factoring a large basis costs as much as many solutions.
const ROWS_AN_UPDATE: usize = 100;

/// An entry this much smaller than the largest of its column is not turned on.
const STABLE: f64 = 0.05;

/// Less than this is what rounding left of a zero.
const NOISE: f64 = 1e-11;

/// A sparse column: `(row, entry)`.
pub type Column = Vec<(usize, f64)>;

/// The identity but for column `row`.
#[derive(Debug, Clone)]
struct Factor {
    row: usize,
    pivot: f64,
    /// Where its other entries are.
    start: usize,
    end: usize,
}

/// A factored basis.
#[derive(Debug, Clone)]
pub struct Basis {
    height: usize,
    factors: Vec<Factor>,
    /// By row, the factors that turn on it, in order.
    on_row: Vec<Vec<usize>>,
    /// By row, the factors that have an entry there, in order.
    with_row: Vec<Vec<usize>>,
    entries: Vec<(usize, f64)>,
    fresh: usize,
    passing: Passing,
}

/// Where a solution of few entries stands on its way through the factors; kept from one to the next, and empty between.
#[derive(Debug, Clone, Default)]
struct Passing {
    value: Vec<f64>,
    is_met: Vec<bool>,
    /// Rows that may hold something.
    met: Vec<usize>,
    /// Of each of them the next factor.
    ahead: BinaryHeap<Reverse<usize>>,
    /// The same on the way back, with the row.
    behind: BinaryHeap<(usize, usize)>,
}

impl Basis {
    /// The identity of `height` rows.
    pub fn identity(height: usize) -> Self {
        let passing = Passing { value: vec![0.0; height], is_met: vec![false; height], ..Passing::default() };
        let on_row = vec![Vec::new(); height];
        let with_row = on_row.clone();
        Self { height, factors: Vec::new(), on_row, with_row, entries: Vec::new(), fresh: 0, passing }
    }

    /// `B^-1 x` in place of `x`.
    pub fn solve(&self, x: &mut [f64]) {
        self.solve_from(0, x);
    }

    fn solve_from(&self, first: usize, x: &mut [f64]) {
        for factor in &self.factors[first..] {
            if x[factor.row] == 0.0 {
                continue;
            }
            let value = x[factor.row] / factor.pivot;
            x[factor.row] = value;
            for &(row, entry) in &self.entries[factor.start..factor.end] {
                x[row] -= entry * value;
            }
        }
    }

    /// `B^-1 column`, by row, without what is no larger than `least`. The same numbers as those of [`Basis::solve`]: only factors that
    /// turn on a row where nothing stands are left out, and they are not even looked at (hyper-sparse solution; Hall and McKinnon,
    /// Computational Optimization and Applications 32, 2005).
    pub fn solve_column(&mut self, column: &[(usize, f64)], least: f64) -> Column {
        let mut passing = std::mem::take(&mut self.passing);
        for &(row, entry) in column {
            passing.value[row] = entry;
            self.meet(&mut passing, row, 0);
        }
        let mut looked = 0;
        let mut is_sparse = true;
        while let Some(Reverse(at)) = passing.ahead.pop() {
            looked += 1;
            // So many that going through all that are left costs less than finding the next.
            if looked * DENSE > self.factors.len() {
                passing.ahead.clear();
                self.solve_from(at, &mut passing.value);
                is_sparse = false;
                break;
            }
            let factor = &self.factors[at];
            self.look_ahead(&mut passing, factor.row, at + 1);
            if passing.value[factor.row] == 0.0 {
                continue;
            }
            let value = passing.value[factor.row] / factor.pivot;
            passing.value[factor.row] = value;
            for &(row, entry) in &self.entries[factor.start..factor.end] {
                passing.value[row] -= entry * value;
                self.meet(&mut passing, row, at + 1);
            }
        }
        let solved = passing.taken(is_sparse, least, true);
        self.passing = passing;
        solved
    }

    /// A row holds something when the factors before `next` have been passed.
    fn meet(&self, passing: &mut Passing, row: usize, next: usize) {
        if !passing.is_met[row] {
            passing.is_met[row] = true;
            passing.met.push(row);
            self.look_ahead(passing, row, next);
        }
    }

    fn look_ahead(&self, passing: &mut Passing, row: usize, next: usize) {
        let on_row = &self.on_row[row];
        let place = on_row.partition_point(|&factor| factor < next);
        passing.ahead.extend(on_row.get(place).copied().map(Reverse));
    }

    /// `y B^-1` in place of `y`.
    pub fn solve_transposed(&self, y: &mut [f64]) {
        self.solve_transposed_from(self.factors.len(), y);
    }

    fn solve_transposed_from(&self, end: usize, y: &mut [f64]) {
        self.factors[..end].iter().rev().for_each(|factor| self.turn_back(factor, y));
    }

    fn turn_back(&self, factor: &Factor, y: &mut [f64]) {
        let others = &self.entries[factor.start..factor.end];
        let sum: f64 = others.iter().map(|&(row, entry)| y[row] * entry).sum();
        y[factor.row] = (y[factor.row] - sum) / factor.pivot;
    }

    /// Row `row` of `B^-1`, without zeros: the same numbers as those of [`Basis::solve_transposed`] of a unit vector. Only factors with
    /// an entry where something stands are looked at.
    pub fn solve_row(&mut self, row: usize) -> Column {
        let mut passing = std::mem::take(&mut self.passing);
        passing.value[row] = 1.0;
        self.meet_behind(&mut passing, row, self.factors.len());
        let mut last = self.factors.len();
        let mut looked = 0;
        let mut is_sparse = true;
        while let Some((at, row)) = passing.behind.pop() {
            if at < last {
                last = at;
                looked += 1;
                // So many that going through all that are left costs less than finding the next.
                if looked * DENSE > self.factors.len() {
                    passing.behind.clear();
                    self.solve_transposed_from(at + 1, &mut passing.value);
                    is_sparse = false;
                    break;
                }
                let factor = &self.factors[at];
                self.turn_back(factor, &mut passing.value);
                if passing.value[factor.row] != 0.0 {
                    self.meet_behind(&mut passing, factor.row, at);
                }
            }
            self.look_behind(&mut passing, row, at);
        }
        let solved = passing.taken(is_sparse, 0.0, false);
        self.passing = passing;
        solved
    }

    /// A row holds something when the factors from `next` on have been passed.
    fn meet_behind(&self, passing: &mut Passing, row: usize, next: usize) {
        if !passing.is_met[row] {
            passing.is_met[row] = true;
            passing.met.push(row);
            self.look_behind(passing, row, next);
        }
    }

    fn look_behind(&self, passing: &mut Passing, row: usize, next: usize) {
        let with_row = &self.with_row[row];
        let place = with_row.partition_point(|&factor| factor < next);
        passing.behind.extend(place.checked_sub(1).map(|place| (with_row[place], row)));
    }

    /// Entries that a solution passes through.
    pub fn fill(&self) -> usize {
        self.factors.len() + self.entries.len()
    }

    /// A column enters at `row`; `column` is what it is in terms of the basis before.
    pub fn enter(&mut self, column: &[(usize, f64)], row: usize) {
        let start = self.entries.len();
        let mut pivot = 1.0;
        for &(at, entry) in column {
            self.with_row[at].push(self.factors.len());
            if at == row {
                pivot = entry;
            } else {
                self.entries.push((at, entry));
            }
        }
        self.on_row[row].push(self.factors.len());
        self.factors.push(Factor { row, pivot, start, end: self.entries.len() });
    }

    /// So many columns entered since it was factored that factoring anew pays.
    pub fn is_worn(&self) -> bool {
        self.factors.len() >= self.fresh + UPDATES.max(self.height / ROWS_AN_UPDATE)
    }

    /// Factors the basis of `columns` anew. Answers which column stands at each row; none where they are dependent.
    pub fn factor(&mut self, columns: &[&Column]) -> Option<Vec<usize>> {
        self.factors.clear();
        self.entries.clear();
        self.on_row.iter_mut().chain(&mut self.with_row).for_each(Vec::clear);
        let mut peel = Peel::new(columns, self.height);
        let last = peel.columns_first();
        let first = peel.rows_first();
        let mut at_row = vec![None; self.height];
        for &(column, row) in &first {
            at_row[row] = Some(column);
            self.enter(columns[column], row);
        }
        self.kernel(columns, &peel, &mut at_row)?;
        for &(column, row) in last.iter().rev() {
            at_row[row] = Some(column);
            self.enter(columns[column], row);
        }
        self.fresh = self.factors.len();
        at_row.into_iter().collect()
    }

    /// What could not be peeled: short columns first, each turned on where the fewest others are.
    fn kernel(&mut self, columns: &[&Column], peel: &Peel, at_row: &mut [Option<usize>]) -> Option<()> {
        let mut left: Vec<usize> = (0..columns.len()).filter(|&column| peel.has_column[column]).collect();
        left.sort_by_key(|&column| (peel.in_column[column], column));
        for column in left {
            let turned = self.solve_column(columns[column], NOISE);
            let open = || turned.iter().filter(|&&(row, _)| peel.has_row[row] && at_row[row].is_none());
            let most = open().map(|&(_, entry)| entry.abs()).fold(0.0, f64::max);
            let stable = open().filter(|&&(_, entry)| entry.abs() >= STABLE * most);
            let &(row, _) = stable.min_by_key(|&&(row, _)| (peel.in_row[row], row))?;
            at_row[row] = Some(column);
            self.enter(&turned, row);
        }
        Some(())
    }
}

impl Passing {
    /// What came of it, by row, `in_order` of rows; nothing is left behind.
    fn taken(&mut self, is_sparse: bool, least: f64, in_order: bool) -> Column {
        let entries = |&(_, entry): &(usize, f64)| entry.abs() > least;
        let solved = if is_sparse {
            if in_order {
                self.met.sort_unstable();
            }
            let solved = self.met.iter().map(|&row| (row, self.value[row])).filter(entries).collect();
            self.met.iter().for_each(|&row| self.value[row] = 0.0);
            solved
        } else {
            let solved = self.value.iter().copied().enumerate().filter(entries).collect();
            self.value.fill(0.0);
            solved
        };
        self.met.drain(..).for_each(|row| self.is_met[row] = false);
        solved
    }
}

/// Which columns and rows are not pivots yet, and how many entries among those each has.
struct Peel<'a> {
    columns: &'a [&'a Column],
    /// The columns of every row, one row after the other, and where each begins.
    by_row: Vec<usize>,
    begins: Vec<usize>,
    in_column: Vec<usize>,
    in_row: Vec<usize>,
    has_column: Vec<bool>,
    has_row: Vec<bool>,
}

impl<'a> Peel<'a> {
    fn new(columns: &'a [&'a Column], height: usize) -> Self {
        let mut in_row = vec![0; height];
        columns.iter().flat_map(|column| column.iter()).for_each(|&(row, _)| in_row[row] += 1);
        // One list for all rows: a basis of 20,000 rows is factored hundreds of times.
        let mut begins = Vec::with_capacity(height + 1);
        begins.push(0);
        for count in &in_row {
            begins.push(begins.last().copied().unwrap_or(0) + count);
        }
        let mut next = begins.clone();
        let mut by_row = vec![0; begins[height]];
        for (column, entries) in columns.iter().enumerate() {
            for &(row, _) in *entries {
                by_row[next[row]] = column;
                next[row] += 1;
            }
        }
        Self {
            columns,
            in_column: columns.iter().map(|entries| entries.len()).collect(),
            in_row,
            by_row,
            begins,
            has_column: vec![true; columns.len()],
            has_row: vec![true; height],
        }
    }

    /// Columns of one entry, as `(column, row)`: each has other entries in rows of earlier ones only.
    fn columns_first(&mut self) -> Vec<(usize, usize)> {
        let mut queue: Vec<usize> = (0..self.columns.len()).filter(|&column| self.in_column[column] == 1).collect();
        let mut peeled = Vec::new();
        while let Some(column) = queue.pop() {
            let row = self.columns[column].iter().map(|&(row, _)| row).find(|&row| self.has_row[row]);
            let Some(row) = row.filter(|_| self.has_column[column]) else { continue };
            self.take(column, row);
            peeled.push((column, row));
            for &other in &self.by_row[self.begins[row]..self.begins[row + 1]] {
                self.in_column[other] -= 1;
                if self.in_column[other] == 1 && self.has_column[other] {
                    queue.push(other);
                }
            }
        }
        peeled
    }

    /// Rows of one entry: no later column has one in them.
    fn rows_first(&mut self) -> Vec<(usize, usize)> {
        let mut queue: Vec<usize> =
            (0..self.has_row.len()).filter(|&row| self.has_row[row] && self.in_row[row] == 1).collect();
        let mut peeled = Vec::new();
        while let Some(row) = queue.pop() {
            let mut columns = self.by_row[self.begins[row]..self.begins[row + 1]].iter().copied();
            let column = columns.find(|&column| self.has_column[column]);
            let Some(column) = column.filter(|_| self.has_row[row]) else { continue };
            self.take(column, row);
            peeled.push((column, row));
            queue.extend(
                self.columns[column]
                    .iter()
                    .map(|&(other, _)| other)
                    .filter(|&other| self.has_row[other] && self.in_row[other] == 1),
            );
        }
        peeled
    }

    fn take(&mut self, column: usize, row: usize) {
        self.has_column[column] = false;
        self.has_row[row] = false;
        for &(other, _) in self.columns[column] {
            self.in_row[other] -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// | 2 1 0 |   a kernel of two columns, and a column that is peeled off
    /// | 1 1 0 |
    /// | 0 3 4 |
    fn columns() -> Vec<Column> {
        vec![vec![(0, 2.0), (1, 1.0)], vec![(0, 1.0), (1, 1.0), (2, 3.0)], vec![(2, 4.0)]]
    }

    fn product(columns: &[Column], at_row: &[usize], by_row: &[f64]) -> Vec<f64> {
        let mut sum = vec![0.0; at_row.len()];
        for (row, &column) in at_row.iter().enumerate() {
            for &(other, entry) in &columns[column] {
                sum[other] += entry * by_row[row];
            }
        }
        sum
    }

    #[test]
    fn a_solution_with_the_basis_gives_the_right_hand_side_back() {
        let columns = columns();
        let mut basis = Basis::identity(3);
        let at_row = basis.factor(&columns.iter().collect::<Vec<_>>()).expect("the columns are independent");
        let mut x = vec![5.0, 3.0, 10.0];
        basis.solve(&mut x);
        assert_eq!(product(&columns, &at_row, &x), [5.0, 3.0, 10.0]);
        // y B = the unit vector of row 0: the column that stands there gives one, the others none.
        let mut y = vec![1.0, 0.0, 0.0];
        basis.solve_transposed(&mut y);
        let priced = |column: usize| columns[column].iter().map(|&(row, entry)| y[row] * entry).sum::<f64>();
        assert_eq!(at_row.iter().map(|&column| priced(column)).collect::<Vec<_>>(), [1.0, 0.0, 0.0]);
    }

    /// Bases of a few hundred rows, some peeled and some turned on, before and after columns entered.
    #[test]
    fn a_column_or_row_of_few_entries_is_solved_as_any_other_to_the_last_bit() {
        let mut state = 7_u64;
        let mut dice = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let (height, mut sparse, mut few) = (300, 0, 0);
        let mut column = |own: Option<usize>| -> Column {
            let mut rows: Vec<usize> = (0..dice(3)).map(|_| dice(height)).chain(own).collect();
            rows.sort_unstable();
            rows.dedup();
            rows.into_iter().map(|row| (row, if dice(4) == 0 { 2.0 } else { 1.0 })).collect()
        };
        let columns: Vec<Column> = (0..height).map(|row| column(Some(row))).collect();
        let mut basis = Basis::identity(height);
        assert!(basis.factor(&columns.iter().collect::<Vec<_>>()).is_some(), "independent");
        for entered in 0..200 {
            let asked = column(Some(entered));
            let mut dense = vec![0.0; height];
            asked.iter().for_each(|&(row, entry)| dense[row] = entry);
            basis.solve(&mut dense);
            let all: Column = dense.iter().copied().enumerate().filter(|&(_, entry)| entry.abs() > NOISE).collect();
            let solved = basis.solve_column(&asked, NOISE);
            assert_eq!(solved, all, "after {entered}");
            sparse += usize::from(solved.len() * DENSE < height);
            let mut unit = vec![0.0; height];
            unit[entered] = 1.0;
            basis.solve_transposed(&mut unit);
            let all: Column = unit.iter().copied().enumerate().filter(|&(_, entry)| entry != 0.0).collect();
            let mut row = basis.solve_row(entered);
            few += usize::from(row.len() * DENSE < height);
            row.sort_by_key(|&(row, _)| row);
            assert_eq!(row, all, "back, after {entered}");
            let largest = solved.iter().max_by(|one, other| one.1.abs().total_cmp(&other.1.abs()));
            if let Some(&(row, _)) = largest.filter(|_| entered % 3 == 0) {
                basis.enter(&solved, row);
            }
        }
        assert!(sparse > 10 && sparse < 200, "both ways were gone: {sparse}");
        assert!(few > 10 && few < 200, "and back: {few}");
    }

    #[test]
    fn a_column_that_enters_takes_the_place_of_the_one_that_stood_there() {
        let mut basis = Basis::identity(2);
        // (1, 2) enters at row 1 of the identity: the basis is | 1 1 |
        //                                                      | 0 2 |
        basis.enter(&[(0, 1.0), (1, 2.0)], 1);
        let mut x = vec![4.0, 6.0];
        basis.solve(&mut x);
        assert_eq!(x, [1.0, 3.0], "1 x (1, 0) + 3 x (1, 2) is (4, 6)");
    }

    #[test]
    fn dependent_columns_have_no_inverse() {
        let columns: [Column; 2] = [vec![(0, 1.0), (1, 1.0)], vec![(0, 2.0), (1, 2.0)]];
        assert!(Basis::identity(2).factor(&columns.iter().collect::<Vec<_>>()).is_none());
    }
}
