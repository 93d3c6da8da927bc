//! Which hidden cells follow from the published ones by adding and subtracting alone. Comes in: equations and which
//! variables are known. Goes out: the determined variables. Deliberately absent: bounds; a count below zero is allowed.
//!
//! Elimination is exact: it runs modulo the prime 2^61 - 1, and a variable is determined if and only if it is zero in a
//! random solution of the homogeneous equations. (A wrong answer needs a minor of these matrices of ones that the prime
//! divides, or a random residue that is zero: chances around 2^-61 each.)

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use linear::System;

const PRIME: u64 = (1 << 61) - 1;

/// Entries that elimination may touch before it gives up; one quarter of real casework needs far below a million.
const WORK: u64 = 60_000_000;

fn times(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    let folded = (product & u128::from(PRIME)) + (product >> 61);
    u64::try_from(folded % u128::from(PRIME)).unwrap_or(0)
}

fn plus(one: u64, other: u64) -> u64 {
    (one + other) % PRIME
}

fn minus(value: u64) -> u64 {
    (PRIME - value) % PRIME
}

fn inverse(value: u64) -> u64 {
    let (mut result, mut base, mut exponent) = (1, value, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    result
}

fn residue(coefficient: i64) -> u64 {
    let size = coefficient.unsigned_abs() % PRIME;
    if coefficient < 0 { minus(size) } else { size }
}

/// A fixed sequence (splitmix64): the same answer on every machine.
fn random(at: usize) -> u64 {
    let mut state = (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (state ^ (state >> 31)) % (PRIME - 1) + 1
}

type Entries = Vec<(usize, u64)>;

/// A matrix on its way to echelon form.
struct Elimination {
    rows: Vec<Option<Entries>>,
    /// Rows that may hold the column.
    columns: Vec<Vec<usize>>,
    /// Rows that do.
    counts: Vec<usize>,
    /// Pivot column and its row, in the order of elimination.
    steps: Vec<(usize, Entries)>,
    shortest: BinaryHeap<Reverse<(usize, usize)>>,
    lone: Vec<usize>,
    work: u64,
}

/// Whether each variable follows from the equations and the `known` ones; none where the work was used up.
#[must_use]
pub fn determined(system: &System, known: &[bool]) -> Option<Vec<bool>> {
    let mut elimination = Elimination::new(system, known);
    while let Some((row, column)) = elimination.next_pivot() {
        elimination.eliminate(row, column);
        if elimination.work > WORK {
            return None;
        }
    }
    let mut values: Vec<u64> = (0..system.len()).map(|at| if known[at] { 0 } else { random(at) }).collect();
    for (pivot, entries) in elimination.steps.iter().rev() {
        let (mut own, mut rest) = (1, 0);
        for &(column, value) in entries {
            if column == *pivot {
                own = value;
            } else {
                rest = plus(rest, times(value, values[column]));
            }
        }
        values[*pivot] = times(minus(rest), inverse(own));
    }
    Some(values.into_iter().map(|value| value == 0).collect())
}

impl Elimination {
    fn new(system: &System, known: &[bool]) -> Self {
        let mut columns = vec![Vec::new(); system.len()];
        let mut rows = Vec::with_capacity(system.rows.len());
        let mut shortest = BinaryHeap::new();
        for (at, row) in system.rows.iter().enumerate() {
            let entries: Entries = row
                .terms
                .iter()
                .filter(|&&(column, _)| !known[column])
                .map(|&(column, coefficient)| (column, residue(coefficient)))
                .collect();
            for &(column, _) in &entries {
                columns[column].push(at);
            }
            shortest.push(Reverse((entries.len(), at)));
            rows.push((!entries.is_empty()).then_some(entries));
        }
        let counts: Vec<usize> = columns.iter().map(Vec::len).collect();
        let lone = (0..counts.len()).filter(|&column| counts[column] == 1).collect();
        Self { rows, columns, counts, steps: Vec::new(), shortest, lone, work: 0 }
    }

    /// A column alone in its row first (nothing is filled in), then the shortest row's rarest column.
    fn next_pivot(&mut self) -> Option<(usize, usize)> {
        while let Some(column) = self.lone.pop() {
            let holds = |row: &&usize| self.entry(**row, column).is_some();
            if self.counts[column] == 1
                && let Some(&row) = self.columns[column].iter().find(holds)
            {
                return Some((row, column));
            }
        }
        while let Some(Reverse((length, row))) = self.shortest.pop() {
            let Some(entries) = &self.rows[row] else { continue };
            if entries.len() == length {
                let column = entries.iter().map(|&(column, _)| column).min_by_key(|&column| self.counts[column])?;
                return Some((row, column));
            }
        }
        None
    }

    fn entry(&self, row: usize, column: usize) -> Option<u64> {
        let entries = self.rows[row].as_ref()?;
        entries.binary_search_by_key(&column, |&(column, _)| column).ok().map(|at| entries[at].1)
    }

    fn eliminate(&mut self, row: usize, column: usize) {
        let Some(pivot) = self.rows[row].take() else { return };
        for &(other, _) in &pivot {
            self.leave(other);
        }
        let own = pivot.iter().find(|&&(at, _)| at == column).map_or(1, |&(_, value)| value);
        let scale = inverse(own);
        for other in std::mem::take(&mut self.columns[column]) {
            if let Some(value) = self.entry(other, column) {
                self.combine(other, &pivot, times(minus(value), scale));
            }
        }
        self.steps.push((column, pivot));
    }

    fn leave(&mut self, column: usize) {
        self.counts[column] -= 1;
        if self.counts[column] == 1 {
            self.lone.push(column);
        }
    }

    /// Adds `factor` times `pivot` to a row.
    fn combine(&mut self, row: usize, pivot: &Entries, factor: u64) {
        let Some(old) = self.rows[row].take() else { return };
        let mut new = Entries::with_capacity(old.len() + pivot.len());
        self.work += (old.len() + pivot.len()) as u64;
        let (mut left, mut right) = (old.into_iter().peekable(), pivot.iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(one), Some(other)) => one.0.cmp(&other.0),
            };
            let from_left = if order.is_le() { left.next() } else { None };
            let from_right = if order.is_ge() { right.next() } else { None };
            match (from_left, from_right) {
                (Some((column, value)), Some(&(_, added))) => {
                    let sum = plus(value, times(added, factor));
                    if sum == 0 {
                        self.leave(column);
                    } else {
                        new.push((column, sum));
                    }
                }
                (Some(entry), None) => new.push(entry),
                (None, Some(&(column, added))) => {
                    new.push((column, times(added, factor)));
                    self.counts[column] += 1;
                    self.columns[column].push(row);
                }
                (None, None) => {}
            }
        }
        if !new.is_empty() {
            self.shortest.push(Reverse((new.len(), row)));
            self.rows[row] = Some(new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells a b / c d hidden in a 2 x 2 table whose margins are published: one degree of freedom remains.
    fn square() -> System {
        let mut system = System::default();
        let cells: Vec<usize> = (0..4).map(|_| system.variable(0, None)).collect();
        for (left, right) in [(0, 1), (2, 3), (0, 2), (1, 3)] {
            system.equation([(cells[left], 1), (cells[right], 1)], 9);
        }
        system
    }

    #[test]
    fn a_square_of_hidden_cells_keeps_its_secret_until_one_is_told() {
        assert_eq!(determined(&square(), &[false; 4]), Some(vec![false; 4]));
        let told = [true, false, false, false];
        assert_eq!(determined(&square(), &told), Some(vec![true; 4]));
    }

    #[test]
    fn three_sums_of_pairs_tell_all_three_cells() {
        let mut system = System::default();
        let cells: Vec<usize> = (0..4).map(|_| system.variable(0, None)).collect();
        for (left, right) in [(0, 1), (1, 2), (0, 2)] {
            system.equation([(cells[left], 1), (cells[right], 1)], 9);
        }
        // No row has one unknown, so looking at rows one at a time finds nothing; the fourth cell is in no row.
        assert_eq!(determined(&system, &[false; 4]), Some(vec![true, true, true, false]));
    }
}
