//! Tables checked against a published one and against what the conditions say.

use super::*;

fn share(row: &[(i64, u64)], change: i64) -> u64 {
    row.iter().find(|(at, _)| *at == change).map_or(0, |(_, probability)| *probability)
}

/// `create_cnt_ptable(D = 2, V = 1)` of ptable 1.0.0, as its vignette "Introduction to the ptable-Package" prints it.
#[test]
fn the_table_of_maximum_entropy_is_that_of_the_ptable_vignette() {
    let table = PTable::of_entropy(2, 1.0, 0).expect("a table");
    let published: [&[(i64, u64)]; 3] =
        [&[(0, 10_000)], &[(-1, 3_665), (0, 3_665), (1, 1_676), (2, 995)], &[(-2, 638), (0, 3_830), (2, 638)]];
    assert_eq!(table.rows().len(), 3, "0, 1, and 2 or more");
    for (row, published) in table.rows().iter().zip(published) {
        for &(change, expected) in published {
            // Printed with four digits (0.383 with three).
            let found = share(row, change);
            assert!(found.abs_diff(expected * 100_000) <= 60_000, "{change}: {found} where {expected} is printed");
        }
    }
    // Its variances: 0, 0.932 and 1.
    let variances: Vec<u64> = table.rows().iter().map(|row| variance(row) / 1_000_000).collect();
    assert_eq!(variances[0], 0);
    assert!((931..=932).contains(&variances[1]) && (999..=1_000).contains(&variances[2]), "{variances:?}");
}

#[test]
fn every_row_is_unbiased_bounded_and_never_publishes_what_it_must_not() {
    for (most, variance_wanted, never) in
        [(2, 1.0, 0), (2, 1.05, 1), (5, 3.0, 2), (5, 4.0, 0), (10, 12.5, 4), (15, 30.1, 0)]
    {
        let table = PTable::of_entropy(most, variance_wanted, never).expect("a table");
        assert_eq!(table.most(), most);
        for (row, count) in table.rows().iter().zip(0_i64..) {
            let mean: i64 = row.iter().map(|(change, share)| change * share.cast_signed()).sum();
            assert!(mean.abs() <= 200, "D {most}, count {count}: {mean} billionths");
            assert!(variance(row) <= (variance_wanted * 1e9) as u64 + 10_000, "D {most}, count {count}");
            for (change, _) in row {
                let figure = count + change;
                assert!(change.unsigned_abs() <= most && figure >= 0, "D {most}, count {count}");
                assert!(figure == 0 || figure.unsigned_abs() > never, "D {most}, count {count} becomes {figure}");
            }
        }
        let last = table.rows().last().expect("rows");
        assert!((variance(last) as f64 / 1e9 - variance_wanted).abs() < 1e-6, "large counts have the variance");
        assert!(last.iter().all(|&(change, share)| share == self::share(last, -change) || change == 0), "and are even");
    }
}

/// Entropy is greatest: moving a little probability along any direction that keeps sum and mean, and does not raise the
/// variance or break the order, lowers it.
#[test]
fn no_neighbouring_row_that_meets_the_conditions_has_more_entropy() {
    let table = PTable::of_entropy(3, 2.0, 0).expect("a table");
    let entropy = |row: &[f64]| -> f64 { -row.iter().map(|share| share * share.ln()).sum::<f64>() };
    for row in &table.rows()[1..] {
        let shares: Vec<f64> = row.iter().map(|(_, share)| *share as f64 / 1e9).collect();
        let spread = |shares: &[f64]| -> f64 {
            row.iter().zip(shares).map(|((change, _), share)| (change * change) as f64 * share).sum()
        };
        let is_in_order = |shares: &[f64]| {
            row.iter().zip(shares).all(|((change, _), share)| {
                let inner = row.iter().position(|(other, _)| *other == change - change.signum()).expect("no gaps");
                *share <= shares[inner] + 1e-12
            })
        };
        for first in 0..row.len() {
            for (second, third) in (0..row.len()).flat_map(|second| (0..row.len()).map(move |third| (second, third))) {
                let [a, b, c] = [first, second, third].map(|at| row[at].0 as f64);
                if first >= second || second == third || first == third || a == c {
                    continue;
                }
                // One step of b, made up for by a and c so that sum and mean stay.
                for step in [1e-5, -1e-5] {
                    let mut moved = shares.clone();
                    let of_a = step * (b - c) / (c - a);
                    moved[second] += step;
                    moved[first] += of_a;
                    moved[third] -= step + of_a;
                    let holds = moved.iter().all(|share| *share > 0.0) && is_in_order(&moved);
                    if holds && spread(&moved) <= spread(&shares) + 1e-12 {
                        assert!(entropy(&moved) <= entropy(&shares) + 1e-9, "{row:?} at {a}, {b}, {c}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_a_figure_stands_for_is_what_the_table_can_make_it_from() {
    let table = PTable::of_entropy(2, 1.05, 1).expect("a table");
    assert_eq!(
        [0, 1, 2, 3, 9].map(|value| table.counts_of(value)),
        [Some((0, 2)), None, Some((1, 4)), Some((1, 5)), Some((7, 11)),]
    );
    for count in 0..20 {
        for key in (0..u32::MAX).step_by(40_000_003) {
            let value = table.perturbed(count, key);
            let (lowest, highest) = table.counts_of(value).expect("it was published");
            assert!((lowest..=highest).contains(&count), "{count} as {value}");
        }
    }
}

#[test]
fn over_all_keys_each_change_comes_as_often_as_its_probability_says() {
    let table = PTable::of_entropy(3, 2.0, 0).expect("a table");
    let keys = 1 << 16;
    let mut mean = 0_i64;
    let mut of_three = 0_u64;
    for key in 0..keys {
        let value = table.perturbed(7, key << 16);
        mean += i64::try_from(value).expect("small") - 7;
        of_three += u64::from(value == 10);
    }
    assert!(mean.abs() < 20, "{mean} over {keys} keys");
    assert!(of_three.abs_diff(share(&table.rows()[3], 3) * u64::from(keys) / WHOLE) <= 1);
}

const FILE: &str = "i,j,p,v,p_int_lb,p_int_ub,type\n0,0,1,0,0,1,all\n1,0,0.5,-1,0,0.5,all\n1,2,0.5,1,0.5,1,all\n\
                    2,1,0.25,-1,0,0.25,all\n2,2,0.5,0,0.25,0.75,all\n2,3,0.25,1,0.75,1,all\n";

#[test]
fn a_table_as_ptable_writes_it_is_read_and_its_variance_may_not_fall() {
    // Small counts that vary more than large ones would be the ones that stand out.
    assert_eq!(PTable::from_csv(FILE), Err(PTableError::Variance { count: 1 }));
    let even = FILE.replace("1,0,0.5,-1,0,0.5,all", "1,0,0.25,-1,0,0.25,all\n1,1,0.5,0,0.25,0.75,all");
    let even = even.replace("1,2,0.5,1,0.5,1,all", "1,2,0.25,1,0.75,1,all");
    let table = PTable::from_csv(&even).expect("a table");
    assert_eq!((table.most(), table.counts_of(0), table.counts_of(1)), (1, Some((0, 1)), Some((1, 2))));
}

#[test]
fn a_table_that_is_none_is_refused_for_what_is_wrong_with_it() {
    let refused = |text: &str| PTable::from_csv(text).expect_err("refused");
    let even = "1,-1,0.25\n1,0,0.5\n1,1,0.25\n";
    assert_eq!(refused(""), PTableError::Empty);
    assert_eq!(refused("i,v,p\n0,0,1\n"), PTableError::Empty);
    assert_eq!(refused(&format!("i,v,p\n0,0,0.5\n0,1,0.5\n{even}")), PTableError::ZeroMoves);
    assert_eq!(refused("i,v,p\n0,0,1\n1,-1,0.25\n1,0,0.5\n1,1,0.2\n"), PTableError::Sum { count: 1, sum: 950_000_000 });
    assert_eq!(
        refused("i,v,p\n0,0,1\n1,-1,0.25\n1,0,0.45\n1,1,0.3\n"),
        PTableError::Bias { count: 1, bias: 50_000_000 }
    );
    assert_eq!(refused("i,v,p\n0,0,1\n1,-2,0.25\n1,0,0.5\n1,2,0.25\n"), PTableError::Negative { count: 1 });
    assert_eq!(refused("i,v,p\n0,0,1\n2,0,1\n"), PTableError::Missing { count: 1 });
    assert_eq!(
        refused(&format!("i,v,p,weight\n0,0,1\n{even}")),
        PTableError::Line { line: 1, what: "columns are i, v, p, and j, p_int_lb, p_int_ub, type" }
    );
    // 0 is made of 0 and 2, never of 1: whoever knows that there is somebody knows that there are two.
    let gap = "i,v,p\n0,0,1\n1,0,1\n2,-2,0.2\n2,0,0.6\n2,2,0.2\n";
    assert_eq!(refused(gap), PTableError::Gap { value: 0 });
    assert_eq!(PTable::of_entropy(5, 1.0, 2), Err(PTableError::TooQuiet { count: 1, least_thousandths: 2_000 }));
    assert_eq!(
        PTable::of_entropy(5, f64::NAN, 0).map(|_| ()),
        Err(PTableError::TooQuiet { count: 1, least_thousandths: 1 })
    );
    assert_eq!(PTable::of_entropy(2, 1.0, 3), Err(PTableError::Deviation));
}
