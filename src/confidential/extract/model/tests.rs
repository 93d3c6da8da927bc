//! Models by hand.

use super::{Class, Closeness, Distance, Model};

fn holds(model: &Model, counts: &[u64]) -> bool {
    let values: Vec<(u32, u64)> = (0..).zip(counts.iter().copied()).filter(|(_, count)| *count > 0).collect();
    let units = counts.iter().sum();
    model.holds(&Class { units, population: 10, records: units, values: &[values] })
}

#[test]
fn k_counts_units() {
    assert!(holds(&Model::KAnonymity { k: 5 }, &[5]) && !holds(&Model::KAnonymity { k: 5 }, &[4]));
    assert!(holds(&Model::HighestRisk { most: 0.2 }, &[5]) && !holds(&Model::HighestRisk { most: 0.2 }, &[4]));
    assert_eq!(Model::HighestRisk { most: 0.3 }.units_min(), 4);
}

#[test]
fn the_fewest_units_of_any_risk_are_the_first_that_hold_and_are_not_counted_up_to() {
    let least = |most: f64| Model::HighestRisk { most }.units_min();
    let holds = |units: u64, most: f64| {
        Model::HighestRisk { most }.holds(&Class { units, population: 0, records: units, values: &[] })
    };
    for most in (1..2_000).map(|part| f64::from(part) / 2_000.0).chain([1e-9, 1e-10, 1e-12, 3e-15]) {
        let units = least(most);
        assert!(holds(units, most) && (units == 1 || !holds(units - 1, most)), "{most}: {units}");
    }
    assert_eq!((least(1.0), least(1e-300)), (1, u64::MAX));
}

#[test]
fn the_population_may_hide_whom_the_data_do_not() {
    assert!(holds(&Model::KMap { k: 10 }, &[1]) && !holds(&Model::KMap { k: 11 }, &[1]));
    let presence = Model::DeltaPresence { low: 0.1, high: 0.5 };
    assert!(holds(&presence, &[5]) && !holds(&presence, &[6]));
}

#[test]
fn diversity_by_values_entropy_and_recursion() {
    let distinct = Model::DistinctDiversity { attribute: 0, l: 3 };
    assert!(holds(&distinct, &[1, 1, 9]) && !holds(&distinct, &[5, 0, 9]));
    // Three equal values have an entropy of log 3; 8 : 1 : 1 has 0.64, which is less than log 2 = 0.69.
    assert!(holds(&Model::EntropyDiversity { attribute: 0, l: 3.0 }, &[4, 4, 4]));
    assert!(!holds(&Model::EntropyDiversity { attribute: 0, l: 2.0 }, &[8, 1, 1]));
    // 4 < 2 (2 + 1), but 6 is not.
    let recursive = Model::RecursiveDiversity { attribute: 0, c: 2.0, l: 2 };
    assert!(holds(&recursive, &[4, 2, 1]) && !holds(&recursive, &[6, 2, 1]));
}

fn close(distance: Distance, overall: &[u64], class: &[u64]) -> f64 {
    let values: Vec<(u32, u64)> = (0..).zip(class.iter().copied()).collect();
    Closeness { attribute: 0, t: 0.0, distance, overall: overall.to_vec() }.of(&values)
}

#[test]
fn distances_of_the_paper() {
    // Salaries 3k to 11k in nine steps; the paper's example has 0.375 for {3k, 4k, 5k} and 0.167 for {6k, 8k, 11k}.
    let order: Vec<u32> = (0..9).collect();
    let low = close(Distance::Ordered(order.clone()), &[1; 9], &[1, 1, 1, 0, 0, 0, 0, 0, 0]);
    let wide = close(Distance::Ordered(order), &[1; 9], &[0, 0, 0, 1, 0, 1, 0, 0, 1]);
    assert!((low - 0.375).abs() < 1e-12 && (wide - 1.0 / 6.0).abs() < 1e-12, "{low} {wide}");
    assert!((close(Distance::Equal, &[1, 1, 1, 1], &[1, 1, 0, 0]) - 0.5).abs() < 1e-12);
}

#[test]
fn what_is_settled_in_a_small_group_is_carried_less_far() {
    // a, b in one group, c, d in another, two levels above the values.
    let levels = || Distance::Hierarchical(vec![vec![0, 1, 2, 3], vec![0, 0, 1, 1], vec![0, 0, 0, 0]]);
    // All of b's half is carried to a: at height 1 of 2.
    assert!((close(levels(), &[1, 1, 0, 0], &[1, 0, 0, 0]) - 0.25).abs() < 1e-12);
    assert!((close(levels(), &[1, 0, 1, 0], &[1, 0, 0, 0]) - 0.5).abs() < 1e-12);
}
