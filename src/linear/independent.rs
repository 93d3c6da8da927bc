//! Rows that say something new. Comes in: sparse rows. Goes out: the indices of a set of independent ones.
//! Deliberately absent: floating point; ranks are taken modulo a prime of 61 bits, where independence is independence
//! over the integers too (a row wrongly called dependent has a chance of about 2^-60 a pivot).

/// 2^61 - 1.
const PRIME: u64 = (1 << 61) - 1;

/// Indices of rows, in order, of which none follows from the ones before it.
///
/// `rows`: `(column, coefficient)` by rising column. `columns`: their number.
#[must_use]
pub fn independent_rows(rows: &[Vec<(usize, i64)>], columns: usize) -> Vec<usize> {
    let mut uses = vec![0_usize; columns];
    for &(column, _) in rows.iter().flatten() {
        uses[column] += 1;
    }
    let mut pivot_of: Vec<Option<usize>> = vec![None; columns];
    let mut pivots: Vec<Vec<(usize, u64)>> = Vec::new();
    let mut dense = vec![0_u64; columns];
    let mut independent = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let mut touched: Vec<usize> = Vec::with_capacity(row.len());
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
        let column =
            touched.iter().copied().filter(|&column| dense[column] != 0).min_by_key(|&column| (uses[column], column));
        if let Some(column) = column {
            let scale = inverse(dense[column]);
            touched.sort_unstable();
            touched.dedup();
            let mut reduced = vec![(column, 1)];
            for &other in touched.iter().filter(|&&other| other != column && dense[other] != 0) {
                reduced.push((other, multiply(dense[other], scale)));
            }
            pivot_of[column] = Some(pivots.len());
            pivots.push(reduced);
            independent.push(at);
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
        assert_eq!(independent_rows(&rows, 4), [0, 1, 2]);
    }

    #[test]
    fn a_multiple_says_nothing_new_and_an_empty_row_neither() {
        let rows = [vec![(0, 2), (1, -4)], vec![(0, -3), (1, 6)], vec![], vec![(1, 5)]];
        assert_eq!(independent_rows(&rows, 2), [0, 3]);
    }
}
