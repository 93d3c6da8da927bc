//! Rows that say something new. Comes in: sparse rows with their right-hand sides. Goes out: the indices of a set of independent ones,
//! and whether a row that follows from them comes to something else than they say.
//! Deliberately absent: floating point; ranks are taken modulo a prime of 61 bits, where independence is independence
//! over the integers too (a row wrongly called dependent has a chance of about 2^-60 a pivot).

/// 2^61 - 1.
const PRIME: u64 = (1 << 61) - 1;

/// What rows say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Independent {
    /// Indices of rows, in order, of which none follows from the ones before it.
    pub rows: Vec<usize>,
    /// The left side of some row follows from the ones before it, and its right side is another than they make of it: no point
    /// satisfies all rows, whatever its bounds.
    pub is_contradiction: bool,
}

/// Looks through rows.
///
/// `rows`: `(column, coefficient)` by rising column. `sides`: what each row comes to. `columns`: their number.
#[must_use]
pub fn independent_rows(rows: &[Vec<(usize, i64)>], sides: &[i64], columns: usize) -> Independent {
    // The right-hand sides are one column more, in which nothing turns.
    let side = columns;
    let mut uses = vec![0_usize; columns];
    for &(column, _) in rows.iter().flatten() {
        uses[column] += 1;
    }
    let mut pivot_of: Vec<Option<usize>> = vec![None; columns + 1];
    let mut pivots: Vec<Vec<(usize, u64)>> = Vec::new();
    let mut dense = vec![0_u64; columns + 1];
    let mut independent = Independent { rows: Vec::new(), is_contradiction: false };
    for (at, (row, &sum)) in rows.iter().zip(sides).enumerate() {
        let mut touched: Vec<usize> = Vec::with_capacity(row.len() + 1);
        dense[side] = residue(sum);
        touched.push(side);
        let mut pending = std::collections::BTreeSet::new();
        for &(column, coefficient) in row {
            dense[column] = residue(coefficient);
            touched.push(column);
            if let Some(pivot) = pivot_of[column] {
                pending.insert(pivot);
            }
        }
        // A pivot row holds no pivot column of an earlier pivot, so going upwards each is dealt with once.
        while let Some(pivot) = pending.pop_first() {
            subtract(&pivots[pivot], &mut dense, &mut touched, |column| {
                if let Some(later) = pivot_of[column]
                    && later > pivot
                {
                    pending.insert(later);
                }
            });
        }
        let left = touched.iter().copied().filter(|&column| column != side && dense[column] != 0);
        if let Some(column) = left.min_by_key(|&column| (uses[column], column)) {
            let scale = inverse(dense[column]);
            touched.sort_unstable();
            touched.dedup();
            let mut reduced = vec![(column, 1)];
            for &other in touched.iter().filter(|&&other| other != column && dense[other] != 0) {
                reduced.push((other, multiply(dense[other], scale)));
            }
            pivot_of[column] = Some(pivots.len());
            pivots.push(reduced);
            independent.rows.push(at);
        } else {
            independent.is_contradiction |= dense[side] != 0;
        }
        for column in touched {
            dense[column] = 0;
        }
    }
    independent
}

/// Takes the multiple of a pivot row away that clears its pivot column (its first term, of coefficient 1).
fn subtract(pivot: &[(usize, u64)], dense: &mut [u64], touched: &mut Vec<usize>, mut filled: impl FnMut(usize)) {
    let factor = dense[pivot[0].0];
    if factor == 0 {
        return;
    }
    for &(column, coefficient) in pivot {
        let before = dense[column];
        let after = (before + PRIME - multiply(coefficient, factor)) % PRIME;
        dense[column] = after;
        if before == 0 {
            touched.push(column);
            filled(column);
        }
    }
}

fn residue(value: i64) -> u64 {
    let residue = i128::from(value).rem_euclid(i128::from(PRIME));
    u64::try_from(residue).unwrap_or_default()
}

fn multiply(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right) % u128::from(PRIME);
    u64::try_from(product).unwrap_or_default()
}

/// By Fermat: `value^(PRIME - 2)`.
fn inverse(value: u64) -> u64 {
    let (mut result, mut base, mut exponent) = (1, value, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(result, base);
        }
        base = multiply(base, base);
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows and columns of a 2 x 2 table: the last sum follows from the other three.
    #[test]
    fn one_margin_of_a_table_follows_from_the_others() {
        let rows = [vec![(0, 1), (1, 1)], vec![(2, 1), (3, 1)], vec![(0, 1), (2, 1)], vec![(1, 1), (3, 1)]];
        let sums = |last| independent_rows(&rows, &[3, 9, 5, last], 4);
        assert_eq!(sums(7), Independent { rows: vec![0, 1, 2], is_contradiction: false });
        assert!(sums(8).is_contradiction, "rows sum to 12, columns to 13");
    }

    #[test]
    fn a_multiple_says_nothing_new_and_an_empty_row_neither() {
        let rows = [vec![(0, 2), (1, -4)], vec![(0, -3), (1, 6)], vec![], vec![(1, 5)]];
        let sides = |of: [i64; 4]| independent_rows(&rows, &of, 2);
        assert_eq!(sides([4, -6, 0, 5]), Independent { rows: vec![0, 3], is_contradiction: false });
        assert!(sides([4, -5, 0, 5]).is_contradiction && sides([4, -6, 1, 5]).is_contradiction);
    }
}
