use super::*;

const PLENTY: Limit = Limit { cost: f64::INFINITY, work: usize::MAX, turns: 0 };

/// Whole numbers below a limit, the same for a seed.
fn dice(mut seed: u64) -> impl FnMut(u64) -> u64 {
    move |limit| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % limit
    }
}

/// Nine cells of a table whose margins are known: a row of the system for each row and column.
fn three_by_three() -> Cheapest {
    let row = |at: usize| (0..3).map(|column| (3 * at + column, 1.0)).collect();
    let column = |at: usize| (0..3).map(|row| (3 * row + at, 1.0)).collect();
    Cheapest::new(9, (0..3).map(row).chain((0..3).map(column)).collect())
}

/// What it costs by the unit, or none where the move breaks a limit.
fn cost(moved: &[i64; 9], ways: &[Way; 9]) -> Option<i64> {
    let one = |(&by, way): (&i64, &Way)| {
        let room = if by < 0 { way.down } else { way.up };
        (by.abs() <= whole(room)).then(|| by.abs() * whole(way.cost))
    };
    moved.iter().zip(ways).map(one).sum()
}

/// Four cells of a table with known margins decide the others.
fn every_move(amount: i64, ways: &[Way; 9]) -> Option<i64> {
    let range = -3..=3;
    let all = range.clone().flat_map(|b| range.clone().flat_map(move |d| (-3..=3).map(move |e| (b, d, e))));
    let costs = all.filter_map(|(b, d, e)| {
        let a = amount;
        cost(&[a, b, -a - b, d, e, -d - e, -a - d, -b - e, a + b + d + e], ways)
    });
    costs.min()
}

#[test]
fn no_move_of_a_table_is_cheaper() {
    let mut below = dice(1);
    let mut table = three_by_three();
    let mut found = 0;
    for _ in 0..300 {
        let mut ways = [Way::default(); 9];
        for way in &mut ways {
            let [down, up, cost] = [below(4), below(4), 1 + below(9)].map(|number| number as f64);
            *way = Way { down, up, cost };
        }
        // How far the cell itself can go is not asked: it is told to.
        ways[0] = Way { down: 3.0, up: 3.0, ..ways[0] };
        let amount = if below(2) == 0 { 2 } else { -1 };
        let got = table.find(0, amount, |at| ways[at], PLENTY).map(|cells| {
            let mut moved = [0; 9];
            cells.iter().for_each(|&(at, by)| moved[at] = by);
            cost(&moved, &ways).expect("no cell goes further than it can")
        });
        assert_eq!(got, every_move(amount, &ways));
        found += usize::from(got.is_some());
    }
    assert!((50..300).contains(&found), "{found} of 300 tables could be moved");
}

#[test]
fn a_point_of_halves_becomes_whole() {
    // t = x + y + z and x = y: half of each of x and y is cheapest, and no table of counts.
    let rows = vec![vec![(0, 1.0), (1, -1.0), (2, -1.0), (3, -1.0)], vec![(1, 1.0), (2, -1.0)]];
    let cost = |at: usize| if at == 3 { 9.0 } else { 1.0 };
    let way = |at: usize| Way { down: 1.0, up: 1.0, cost: cost(at) };
    let mut system = Cheapest::new(4, rows);
    let found = system.find(0, 1, way, PLENTY).expect("z alone does it, and so does z against x and y");
    let by = |at: usize| found.iter().find(|&&(other, _)| other == at).map_or(0, |&(_, by)| by);
    assert_eq!((by(0), by(1) - by(2), by(1) + by(2) + by(3)), (1, 0, 1));
    assert_eq!(system.find(0, 1, |at| if at == 3 { Way::default() } else { way(at) }, PLENTY), None);
}

/// Whether the first of seven numbers can be one, all others none or one either way.
fn can_be_moved(rows: &[Vec<(usize, f64)>], ways: &[Way]) -> bool {
    let all = (0..3_usize.pow(6)).map(|mut code| {
        let mut moved = vec![1.0];
        for _ in 0..6 {
            moved.push((code % 3) as f64 - 1.0);
            code /= 3;
        }
        moved
    });
    let is_within = |(&by, way): (&f64, &Way)| if by < 0.0 { -by <= way.down } else { by <= way.up };
    let mut fitting = all.filter(|moved| moved.iter().zip(ways).all(is_within));
    let sum = |row: &Vec<(usize, f64)>, moved: &[f64]| row.iter().map(|&(at, by)| by * moved[at]).sum::<f64>();
    fitting.any(|moved| rows.iter().all(|row| sum(row, &moved).abs() < DRIFT))
}

/// Four sums of four of seven numbers, some taken away: points of halves are common.
#[test]
fn a_dive_that_may_turn_back_misses_no_move() {
    let mut below = dice(7);
    let (mut there, mut at_once) = (0, 0);
    for _ in 0..2_000 {
        let mut row = || -> Vec<(usize, f64)> {
            let mut terms: Vec<(usize, f64)> = Vec::new();
            while terms.len() < 4 {
                let at = below(7) as usize;
                if terms.iter().all(|term| term.0 != at) {
                    terms.push((at, if below(2) == 0 { 1.0 } else { -1.0 }));
                }
            }
            terms
        };
        let rows: Vec<Vec<(usize, f64)>> = (0..4).map(|_| row()).collect();
        let ways: Vec<Way> = (0..7)
            .map(|_| Way { down: below(2) as f64, up: below(2) as f64, cost: 1.0 + below(5) as f64 })
            .map(|way| if way.up + way.down > 0.0 { way } else { Way { up: 1.0, ..way } })
            .enumerate()
            .map(|(at, way)| if at == 0 { Way { up: 1.0, ..way } } else { way })
            .collect();
        let found =
            |turns| Cheapest::new(7, rows.clone()).find(0, 1, |at| ways[at], Limit { turns, ..PLENTY }).is_some();
        let is_there = can_be_moved(&rows, &ways);
        assert_eq!(found(1_000), is_there);
        there += usize::from(is_there);
        at_once += usize::from(found(0));
    }
    assert!(at_once < there && there < 2_000, "{at_once} of {there} at once");
}

#[test]
fn what_costs_too_much_is_not_found() {
    let way = |_| Way { down: 9.0, up: 9.0, cost: 1.0 };
    // A cycle of four cells, each moved by 3.
    let mut table = three_by_three();
    let at_most = |cost: f64| Limit { cost, ..PLENTY };
    assert_eq!(table.find(4, 3, way, at_most(12.0)).map(|cells| cells.len()), Some(4));
    assert_eq!(table.find(4, 3, way, at_most(11.0)), None);
    assert_eq!(table.find(4, 3, way, Limit { cost: 12.0, work: 0, turns: 9 }), None);
}
