//! Every table of whole numbers that a reader cannot rule out. Comes in: variables with bounds, rows that come to 0. Goes out: the
//! least and the most of each variable over all tables of its part of the system. Deliberately absent: anything clever; parts
//! with too many tables are left out and counted.

/// Tables of one part that are tried at most.
const TABLES: usize = 3_000;
/// Choices on the way to them.
const CHOICES: usize = 10_000;

/// Bounds of every variable; none above where nothing bounds it.
type Bounds = Vec<(i64, Option<i64>)>;

/// `sum of factor x variable = 0`.
type Row = Vec<(usize, i64)>;

/// The ranges of those variables whose part of the system could be tried whole.
pub struct Tried {
    pub ranges: Vec<Option<(i64, i64)>>,
    /// Parts with something to find out, tried and left out.
    pub parts: (usize, usize),
}

struct Search<'a> {
    rows: Vec<&'a Row>,
    variables: Vec<usize>,
    seen: Vec<(i64, i64)>,
    tables: usize,
    choices: usize,
}

/// Tries every table; None where there is none.
pub fn every_table(lower: &[i64], upper: &[Option<i64>], rows: &[Row]) -> Option<Tried> {
    let mut bounds: Bounds = lower.iter().copied().zip(upper.iter().copied()).collect();
    let all: Vec<&Row> = rows.iter().collect();
    tighten(&all, &mut bounds)?;
    let mut tried = Tried { ranges: vec![None; bounds.len()], parts: (0, 0) };
    for (at, &(low, high)) in bounds.iter().enumerate() {
        tried.ranges[at] = (high == Some(low)).then_some((low, low));
    }
    for variables in parts(rows, &bounds) {
        let is_of = |row: &&Row| row.iter().any(|(at, _)| variables.contains(at));
        let own: Vec<&Row> = rows.iter().filter(is_of).collect();
        let size = bounds.len();
        let mut search = Search { rows: own, variables, seen: vec![(i64::MAX, i64::MIN); size], tables: 0, choices: 0 };
        if search.variables.iter().any(|&at| bounds[at].1.is_none()) || !search.go(&bounds) {
            tried.parts.1 += 1;
            continue;
        }
        if search.tables == 0 {
            return None;
        }
        tried.parts.0 += 1;
        search.variables.iter().for_each(|&at| tried.ranges[at] = Some(search.seen[at]));
    }
    Some(tried)
}

impl Search<'_> {
    /// Goes through all tables within `bounds`; false where there are too many.
    fn go(&mut self, bounds: &Bounds) -> bool {
        let width = |at: &usize| bounds[*at].1.map_or(i64::MAX, |high| high - bounds[*at].0);
        let Some(&next) = self.variables.iter().filter(|at| width(at) > 0).min_by_key(|at| width(at)) else {
            self.tables += 1;
            for &at in &self.variables {
                let value = bounds[at].0;
                self.seen[at] = (self.seen[at].0.min(value), self.seen[at].1.max(value));
            }
            return self.tables <= TABLES;
        };
        (bounds[next].0..=bounds[next].0 + width(&next)).all(|value| {
            self.choices += 1;
            let mut chosen = bounds.clone();
            chosen[next] = (value, Some(value));
            self.choices <= CHOICES && (tighten(&self.rows, &mut chosen).is_none() || self.go(&chosen))
        })
    }
}

/// Follows every row until no bound moves, a hundred times at most; None where bounds cross.
fn tighten(rows: &[&Row], bounds: &mut Bounds) -> Option<()> {
    for _ in 0..100 {
        let mut has_moved = false;
        for row in rows {
            for &(at, factor) in *row {
                let others = || row.iter().filter(|(other, _)| *other != at);
                // factor x variable = -(sum of the others), which lies between these.
                let least: Option<i64> = others().map(|&(other, factor)| end(bounds, other, -factor, false)).sum();
                let most: Option<i64> = others().map(|&(other, factor)| end(bounds, other, -factor, true)).sum();
                let (least, most) =
                    if factor > 0 { (least, most) } else { (most.map(|end| -end), least.map(|end| -end)) };
                let size = factor.abs();
                let (low, high) = bounds[at];
                let lower =
                    least.map_or(low, |least| low.max(least.div_euclid(size) + i64::from(least.rem_euclid(size) > 0)));
                let upper = high.into_iter().chain(most.map(|most| most.div_euclid(size))).min();
                if upper.is_some_and(|upper| upper < lower) {
                    return None;
                }
                has_moved |= (lower, upper) != (low, high);
                bounds[at] = (lower, upper);
            }
        }
        if !has_moved {
            return Some(());
        }
    }
    Some(())
}

/// The least or the most of `factor x variable`.
fn end(bounds: &Bounds, at: usize, factor: i64, upwards: bool) -> Option<i64> {
    let (low, high) = bounds[at];
    if (factor > 0) == upwards { high.map(|high| factor * high) } else { Some(factor * low) }
}

/// Variables that are not known, by the rows that join them.
fn parts(rows: &[Row], bounds: &Bounds) -> Vec<Vec<usize>> {
    let is_open = |at: usize| bounds[at].1 != Some(bounds[at].0);
    let mut part: Vec<usize> = (0..bounds.len()).collect();
    loop {
        let before = part.clone();
        for row in rows {
            let open: Vec<usize> = row.iter().map(|&(at, _)| at).filter(|&at| is_open(at)).collect();
            let least = open.iter().map(|&at| part[at]).min();
            open.iter().for_each(|&at| part[at] = least.unwrap_or(part[at]));
        }
        if part == before {
            break;
        }
    }
    let named = |name: usize| (0..part.len()).filter(|&at| is_open(at) && part[at] == name).collect::<Vec<_>>();
    (0..part.len()).map(named).filter(|variables| !variables.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Row sums 3 and 9, column sums 5 and 7: the first cell lies in 0 to 3, the last in 4 to 7.
    #[test]
    fn the_tables_of_a_square_can_be_counted_by_hand() {
        let lower = [0, 0, 0, 0, 3, 9, 5, 7];
        let upper = [None, None, None, None, Some(3), Some(9), Some(5), Some(7)];
        let rows: Vec<Row> = [(0, 1, 4), (2, 3, 5), (0, 2, 6), (1, 3, 7)]
            .map(|(one, other, sum)| vec![(one, 1), (other, 1), (sum, -1)])
            .into();
        let tried = every_table(&lower, &upper, &rows).expect("1, 2, 4 and 5 solve it");
        assert_eq!(tried.ranges[..4], [Some((0, 3)), Some((0, 3)), Some((2, 5)), Some((4, 7))]);
        assert_eq!(tried.parts, (1, 0));
        let odd = [0, 0, 0, 0, 3, 9, 5, 8];
        let upper = [None, None, None, None, Some(3), Some(9), Some(5), Some(8)];
        assert!(every_table(&odd, &upper, &rows).is_none(), "rows sum to 12, columns to 13");
    }
}
