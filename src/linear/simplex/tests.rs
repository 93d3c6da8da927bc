use super::*;

fn simplex(system: &System) -> Simplex {
    let bounds = system.propagate().expect("solvable");
    let mut simplex = Simplex::new(system, &bounds, &system.components(&bounds)[0]);
    assert!(simplex.start(100));
    simplex
}

#[test]
fn the_range_of_a_hidden_cell_is_found_and_proven_from_outside() {
    // | a b | 3
    // | c d | 9
    //   5 7
    let mut system = System::default();
    let cells: Vec<usize> = (0..4).map(|_| system.variable(0, None)).collect();
    for (left, right, sum) in [(0, 1, 3), (2, 3, 9), (0, 2, 5), (1, 3, 7)] {
        system.equation([(cells[left], 1), (cells[right], 1)], sum);
    }
    let mut simplex = simplex(&system);
    for (at, least, most) in [(0, 0.0, 3.0), (1, 0.0, 3.0), (2, 2.0, 5.0), (3, 4.0, 7.0)] {
        for (sense, end) in [(1.0, most), (-1.0, least)] {
            let Push::End(Some(bound)) = simplex.push(at, sense, 50, sense * f64::INFINITY) else { panic!("no end") };
            assert!((bound - end).abs() < 1e-6 && sense * (bound - end) >= 0.0, "{at}: {bound} is not {end}");
            let point = simplex.point().expect("a vertex");
            assert!(point.iter().any(|&(variable, value)| variable == at && (value - end).abs() < 1e-9));
        }
    }
}

#[test]
fn a_cell_under_a_hidden_total_has_no_limit() {
    let mut system = System::default();
    let (total, cell, other) = (system.variable(0, None), system.variable(2, None), system.variable(0, None));
    system.equation([(total, -1), (cell, 1), (other, 1)], 0);
    let mut simplex = simplex(&system);
    assert_eq!(simplex.push(cell, 1.0, 50, f64::INFINITY), Push::Unlimited);
    assert_eq!(simplex.push(cell, -1.0, 50, f64::NEG_INFINITY), Push::End(Some(2.0)));
}

#[test]
fn a_push_stops_where_it_was_asked_to() {
    let mut system = System::default();
    let cells: Vec<usize> = (0..3).map(|_| system.variable(0, None)).collect();
    system.equation(cells.iter().map(|&cell| (cell, 1)), 9);
    let mut simplex = simplex(&system);
    assert_eq!(simplex.push(2, 1.0, 50, 4.0), Push::Reached);
    assert!(simplex.point().is_some_and(|point| point.contains(&(2, 9.0))), "at the next vertex after it");
    let end = simplex.push(2, 1.0, 0, f64::INFINITY);
    assert!(matches!(end, Push::End(Some(end)) if (9.0..9.000_001).contains(&end)), "no pivot is needed to see that");
    assert_eq!(simplex.push(2, -1.0, 0, f64::NEG_INFINITY), Push::Unknown);
}

#[test]
fn what_contradicts_itself_has_no_vertex() {
    // The rows sum to 12,000, the columns to 12,001: propagation would creep there by steps of one.
    let mut system = System::default();
    let cells: Vec<usize> = (0..4).map(|_| system.variable(0, None)).collect();
    for (left, right, sum) in [(0, 1, 3_000), (2, 3, 9_000), (0, 2, 5_000), (1, 3, 7_001)] {
        system.equation([(cells[left], 1), (cells[right], 1)], sum);
    }
    let bounds = system.propagate().expect("no single row contradicts");
    let mut simplex = Simplex::new(&system, &bounds, &system.components(&bounds)[0]);
    assert!(!simplex.start(100));
}

#[test]
fn a_push_from_the_truth_goes_as_far_as_asked_and_not_through_what_is_held() {
    // | a b | 6    told as moves from a truth of | 3 3 |, so every sum is 0.
    // | c d | 8                                  | 4 4 |
    let mut system = System::default();
    let cells: Vec<usize> = [3, 3, 4, 4].map(|depth| system.variable(-depth, None)).into();
    for (left, right) in [(0, 1), (2, 3), (0, 2), (1, 3)] {
        system.equation([(cells[left], 1), (cells[right], 1)], 0);
    }
    let bounds = system.stated();
    let mut simplex = Simplex::new(&system, &bounds, &system.components(&bounds)[0]);
    assert!(simplex.rest_at(&[(0, 0), (1, 0), (2, 0), (3, 0)], |_| true));
    let moved = |simplex: &Simplex| {
        let point = simplex.point().expect("a point");
        point.into_iter().map(|(_, by)| by.round()).collect::<Vec<_>>()
    };
    assert_eq!(simplex.push(0, 1.0, 50, 2.0), Push::Reached);
    assert_eq!(moved(&simplex), [2.0, -2.0, -2.0, 2.0]);
    simplex.rest();
    assert!(simplex.hold(3));
    assert!(matches!(simplex.push(0, 1.0, 50, 2.0), Push::End(_)), "the fourth cell is published");
    assert_eq!(moved(&simplex), [0.0; 4]);
    assert!(simplex.release(3, -4, None));
    assert!(matches!(simplex.push(0, -1.0, 50, -9.0), Push::End(_)), "there are only three to take away");
    assert_eq!(moved(&simplex), [-3.0, 3.0, 3.0, -3.0]);
}

/// Tables of a few rows and columns with their sums, and a second table that shares a side, filled by a seed.
fn random_tables(seed: u64) -> System {
    let mut state = seed;
    let mut dice = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let (height, width, depth) = (2 + dice(4) as usize, 2 + dice(4) as usize, 2 + dice(3) as usize);
    let mut system = System::default();
    let cells: Vec<(usize, i64)> = (0..height * width * depth)
        .map(|_| {
            let truth = i64::try_from(dice(9)).expect("below nine");
            (system.variable(0, (dice(3) > 0).then(|| truth + i64::try_from(dice(5)).expect("below five"))), truth)
        })
        .collect();
    let mut sum = |held: &dyn Fn(usize) -> bool| {
        let terms: Vec<_> = (0..cells.len()).filter(|&at| held(at)).map(|at| cells[at]).collect();
        system.equation(terms.iter().map(|&(cell, _)| (cell, 1)), terms.iter().map(|(_, truth)| truth).sum());
    };
    for (row, column) in (0..height).flat_map(|row| (0..width).map(move |column| (row, column))) {
        sum(&|at| at % height == row && at / height % width == column);
    }
    for (row, layer) in (0..height).flat_map(|row| (0..depth).map(move |layer| (row, layer))) {
        sum(&|at| at % height == row && at / height / width == layer);
    }
    (0..width).for_each(|column| sum(&|at| at / height % width == column));
    system
}

#[test]
fn what_is_told_of_each_push_comes_to_the_vertex_where_it_ended() {
    let (mut ends, mut news, mut all) = (0, 0, 0);
    for seed in 0..60 {
        let system = random_tables(seed);
        let bounds = system.propagate().expect("solvable: it was filled");
        for component in system.components(&bounds) {
            let mut simplex = Simplex::new(&system, &bounds, &component);
            if component.rows.is_empty() || !simplex.start(1_000) {
                continue;
            }
            let mut known = vec![f64::NAN; system.len()];
            for (&at, sense) in component.variables.iter().flat_map(|at| [(at, 1.0), (at, -1.0)]) {
                let push = simplex.push(at, sense, 200, sense * f64::INFINITY);
                assert_ne!(push, Push::Lost, "seed {seed}");
                let (point, told) = (simplex.point(), simplex.news());
                assert_eq!(point.is_some(), told.is_some(), "seed {seed}");
                let (Some(point), Some(told)) = (point, told) else { continue };
                (ends, news, all) = (ends + 1, news + told.len(), all + point.len());
                told.into_iter().for_each(|(at, value)| known[at] = value);
                assert!(point.iter().all(|&(at, value)| (known[at] - value).abs() < 1e-9), "seed {seed}");
            }
        }
    }
    assert!(ends > 1_000 && news * 2 < all, "{news} of {all} values at {ends} ends");
}
