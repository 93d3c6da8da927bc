//! Whoever contributes to sums, in several cells each, as readers of one another. The oracle knows neither rules nor levels: it takes
//! what a contributor brought off every cell, and bounds what each other one can have brought to any hidden cells together, by
//! a simplex method that the program does not have.

use proptest::prelude::*;

#[path = "../../../../tests/suite/series/simplex.rs"]
#[allow(dead_code, reason = "written for counts; here only ranges are asked for")]
mod simplex;

use self::simplex::{Equation, Most, Ranges};
use super::*;
use crate::protect::rules::dominance::Dominance;

/// What each contributor brought to each finest cell.
#[derive(Debug, Clone)]
struct Parts {
    spaces: Vec<Space>,
    /// By finest cell, in the order of [`product`]: unit and amount.
    cells: Vec<Vec<(u64, u64)>>,
    threshold: u64,
    percent: u64,
}

impl Parts {
    fn leaves(&self) -> Vec<Key> {
        product(&self.spaces.iter().map(leaves).collect::<Vec<_>>())
    }

    /// Finest cells of a cell.
    fn inside(&self, key: &Key) -> Vec<usize> {
        let is_in =
            |leaf: &Key| leaf.iter().zip(key).zip(&self.spaces).all(|((&leaf, &code), of)| under(of, code, leaf));
        self.leaves().iter().enumerate().filter(|(_, leaf)| is_in(leaf)).map(|(at, _)| at).collect()
    }

    fn of(&self, unit: u64, cell: usize) -> u64 {
        self.cells[cell].iter().filter(|(other, _)| *other == unit).map(|(_, amount)| amount).sum()
    }

    fn units(&self) -> BTreeSet<u64> {
        self.cells.iter().flatten().map(|&(unit, _)| unit).collect()
    }

    fn problem(&self, dominance: Option<Dominance>) -> Problem {
        let cells = every_cell(&self.spaces);
        let tables = vec![PlannedTable { threshold: self.threshold, ..table("T1", cells, Zeros::Hidden) }];
        let rules = Rules { dominance, ..Rules::default() };
        Problem { spaces: self.spaces.clone(), tables, rules, effort: 20_000, tie_key: [1; 32], ..plain() }
    }
}

impl Counter for Parts {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let counts = |of_units: Vec<(u64, u64)>| Counts {
            counted: of_units.iter().map(|(_, amount)| amount).sum(),
            protected: of_units.len() as u64,
            largest: of_units.iter().map(|&(_, amount)| amount).max().unwrap_or(0),
        };
        self.contributions(keys).into_iter().flatten().map(counts).collect()
    }

    /// Nobody is alone here: contributors are.
    fn rows(&self, _: &[Key]) -> Vec<Row> {
        Vec::new()
    }

    fn contributions(&self, keys: &[Key]) -> Option<Vec<Vec<(u64, u64)>>> {
        let of_key = |key: &Key| {
            let inside = self.inside(key);
            let of_unit = |unit: u64| inside.iter().map(|&cell| self.of(unit, cell)).sum::<u64>();
            self.units().into_iter().map(|unit| (unit, of_unit(unit))).filter(|&(_, amount)| amount > 0).collect()
        };
        Some(keys.iter().map(of_key).collect())
    }
}

/// Readers, contributors and hidden cells of which the one knows the other's part to within p %, from above.
fn known(parts: &Parts, pattern: &Pattern) -> Vec<String> {
    let cells = parts.cells.len();
    let mut known = Vec::new();
    for reader in parts.units().into_iter().map(Some).chain([None]) {
        let own = |cell: usize| reader.map_or(0, |unit| parts.of(unit, cell));
        let told = pattern.cells.iter().filter_map(|(key, shown)| match shown {
            Shown::Count(count) => Some((parts.inside(key), *count)),
            Shown::Hidden(_) | Shown::Rounded(..) | Shown::Impossible => None,
        });
        let equations = told.map(|(inside, count)| {
            let left = count - inside.iter().map(|&cell| own(cell)).sum::<u64>();
            Equation { terms: inside.into_iter().map(|cell| (cell, 1)).collect(), right: signed(left) }
        });
        let ranges = Ranges::new(cells, equations.collect()).expect("the truth is one of the tables");
        for unit in parts.units().into_iter().filter(|&unit| Some(unit) != reader) {
            let of: Vec<usize> = (0..cells).filter(|&cell| parts.of(unit, cell) > 0).collect();
            for chosen in 1_u32..1 << of.len() {
                let among: Vec<usize> = (0..of.len()).filter(|at| chosen >> at & 1 == 1).map(|at| of[at]).collect();
                let brought: u64 = among.iter().map(|&cell| parts.of(unit, cell)).sum();
                let terms: Vec<(usize, i64)> = among.iter().map(|&cell| (cell, 1)).collect();
                let is_close = match ranges.most(&terms, 200) {
                    Most::Whole(most) => 100 * most < signed((100 + parts.percent) * brought),
                    Most::Unbounded => false,
                    Most::Open => panic!("nine cells are few"),
                };
                if is_close {
                    known.push(format!("{reader:?} of {unit} in {among:?}"));
                }
            }
        }
    }
    known
}

fn signed(amount: u64) -> i64 {
    i64::try_from(amount).expect("small amounts")
}

fn drawn() -> impl Strategy<Value = Parts> {
    let amount = prop_oneof![3 => 1_u64..12, 2 => 50_u64..1_000];
    let cell = prop::collection::vec((0_u64..14, amount), 0..9);
    (any::<bool>(), prop::collection::vec(cell, 9), prop_oneof![Just(1_u64), Just(3), Just(5)], 3_u64..40).prop_map(
        |(is_one, mut cells, threshold, percent)| {
            let spaces = if is_one { vec![flat("k", 5)] } else { vec![flat("a", 3), flat("b", 3)] };
            cells.truncate(if is_one { 5 } else { 9 });
            for cell in &mut cells {
                cell.sort_unstable();
                cell.dedup_by_key(|(unit, _)| *unit);
            }
            Parts { spaces, cells, threshold, percent }
        },
    )
}

/// One dimension of four codes with a large contributor in each of the first two.
fn two() -> Parts {
    let many = |first: u64, amount: u64| (first..first + 12).map(|unit| (unit, amount)).collect::<Vec<_>>();
    let few =
        |unit: u64, amount: u64| [vec![(unit, amount)], (unit + 1..unit + 6).map(|unit| (unit, 1)).collect()].concat();
    let cells = vec![few(1, 1_000), few(11, 900), many(100, 300), many(200, 310)];
    Parts { spaces: vec![flat("k", 4)], cells, threshold: 5, percent: 10 }
}

#[test]
fn two_large_contributors_in_one_row_do_not_have_each_other() {
    let parts = two();
    let off = suppress(&parts.problem(None), &parts).expect("nothing is small");
    assert!(!known(&parts, &off).is_empty(), "without the rule they have");
    let on = suppress(&parts.problem(Some(Dominance::Percent { percent: 10 })), &parts).expect("there is room");
    assert_eq!(known(&parts, &on), Vec::<String>::new());
}

#[test]
fn the_sum_of_several_hidden_cells_of_one_contributor_is_protected_like_a_cell() {
    let mut parts = two();
    // One name in both: 1,900 of 1,910.
    parts.cells[1][0].0 = 1;
    let on = suppress(&parts.problem(Some(Dominance::Percent { percent: 10 })), &parts).expect("there is room");
    assert_eq!(known(&parts, &on), Vec::<String>::new());
}

proptest! {
    #![proptest_config(crate::draws::draws(64))]

    #[test]
    fn no_contributor_has_another_within_p_percent_in_any_hidden_cells_together(parts in drawn()) {
        let problem = parts.problem(Some(Dominance::Percent { percent: parts.percent }));
        let pattern = suppress(&problem, &parts).expect("hiding everything would do");
        let known = known(&parts, &pattern);
        prop_assert!(known.is_empty(), "{}\nhidden {:?}", known.join("\n"), hidden(&pattern));
    }
}
