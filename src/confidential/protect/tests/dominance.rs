//! Sums of minutes: the second largest contributor as the reader, and an oracle that tries every table of whole minutes.

use model::release::Zeros;
use proptest::prelude::*;

use crate::protect::rules::dominance::{Contributions, Dominance, best_guess};
use crate::protect::{
    HiddenZeros, Insiders, Pattern, PlannedTable, Problem, ProtectError, Reason, Rules, Shown, Space, suppress,
};
use crate::tabulate::{Counter, Counts, Key, Row};

/// Two districts by two needs: the minutes of each family, cell by cell; each family is in one cell.
struct Minutes([Vec<u64>; 4]);

impl Minutes {
    fn of(&self, key: &Key) -> Vec<u64> {
        self.of_families(key).into_iter().map(|(_, minutes)| minutes).collect()
    }

    /// Each family has a number of its own.
    fn of_families(&self, key: &Key) -> Vec<(u64, u64)> {
        let of_cell = |at: usize| (100 * at as u64..).zip(self.0[at].iter().copied());
        members(key).into_iter().flat_map(of_cell).collect()
    }

    fn problem(&self, dominance: Option<Dominance>) -> Problem {
        let flat = |name: &str| Space {
            name: name.to_owned(),
            codes: (0..3).map(|code| format!("{name}{code}")).collect(),
            total: 0,
            sums: vec![(0, vec![1, 2])],
        };
        let cells = (0..3).flat_map(|row| (0..3).map(move |column| Key::from([row, column]))).collect();
        let table = PlannedTable { id: "T1".into(), threshold: 3, zeros: Zeros::Hidden, cells, impossible: Vec::new() };
        Problem {
            spaces: vec![flat("district"), flat("need")],
            tables: vec![table],
            hidden_zeros: HiddenZeros::Unprotected,
            insiders: Insiders::Ignored,
            rules: Rules { dominance, ..Rules::default() },
            effort: 10_000,
            tie_key: [1; 32],
            ..Problem::default()
        }
    }
}

impl Counter for Minutes {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let counts = |of_units: Vec<u64>| Counts {
            counted: of_units.iter().sum(),
            protected: of_units.len() as u64,
            largest: of_units.iter().copied().max().unwrap_or(0),
        };
        keys.iter().map(|key| counts(self.of(key))).collect()
    }

    /// Nobody inside is looked at here.
    fn rows(&self, _: &[Key]) -> Vec<Row> {
        Vec::new()
    }

    fn contributions(&self, keys: &[Key]) -> Option<Vec<Vec<(u64, u64)>>> {
        Some(keys.iter().map(|key| self.of_families(key)).collect())
    }
}

/// The least and the most that a cell can be for who reads the pattern, over every table of minutes up to `most` a cell.
fn range(pattern: &Pattern, cell: &Key, most: u64) -> (u64, u64) {
    let shown: Vec<(Vec<usize>, u64)> = pattern
        .cells
        .iter()
        .filter_map(|(key, shown)| match shown {
            Shown::Count(count) => Some((members(key), *count)),
            Shown::Hidden(_) | Shown::Rounded(..) | Shown::Impossible => None,
        })
        .collect();
    let mut found = (u64::MAX, 0);
    walk(&mut Vec::new(), &shown, &members(cell), most, &mut found);
    found
}

fn members(key: &Key) -> Vec<usize> {
    let under = |code: u32, own: usize| code == 0 || code as usize == own + 1;
    (0..4).filter(|at| under(key[0], at / 2) && under(key[1], at % 2)).collect()
}

fn walk(table: &mut Vec<u64>, shown: &[(Vec<usize>, u64)], wanted: &[usize], most: u64, found: &mut (u64, u64)) {
    let sum = |members: &[usize]| -> u64 { members.iter().filter_map(|&at| table.get(at)).sum() };
    let is_known = |members: &[usize]| members.iter().all(|&at| at < table.len());
    if shown.iter().any(|(members, count)| sum(members) > *count || (is_known(members) && sum(members) < *count)) {
        return;
    }
    if table.len() == 4 {
        let value = sum(wanted);
        *found = (found.0.min(value), found.1.max(value));
        return;
    }
    for value in 0..=most {
        table.push(value);
        walk(table, shown, wanted, most, found);
        table.pop();
    }
}

/// North/ASD is 90 + 8 + 1 + 1; the other cells are of many alike.
///
/// | district | ASD | MLD | all |
/// |---|---|---|---|
/// | North | 100 | 60 | 160 |
/// | South | 100 | 100 | 200 |
/// | all | 200 | 160 | 360 |
fn pencil() -> Minutes {
    Minutes([vec![1, 90, 8, 1], vec![10; 6], vec![40, 30, 20, 10], vec![25; 4]])
}

#[test]
fn a_family_that_dominates_a_sum_is_not_told_to_the_second_largest() {
    let minutes = pencil();
    let north = Key::from([1, 1]);
    let of_north = Contributions::new(minutes.of_families(&north)).expect("minutes");
    // Off: four families are enough for the threshold of 3, so 100 is shown, and 100 - 8 is within 3 % of 90.
    let off = suppress(&minutes.problem(None), &minutes).expect("nothing is small");
    assert_eq!(off.cells[&north], Shown::Count(100));
    assert_eq!(best_guess(&of_north), 92);
    // On: the cell and others with it are hidden, and the second largest cannot say less than 99.
    let rule = Dominance::Percent { percent: 10 };
    let on = suppress(&minutes.problem(Some(rule)), &minutes).expect("there is room");
    assert_eq!(on.cells[&north], Shown::Hidden(Reason::Dominance));
    assert_eq!(rule.upper_level(&of_north), 7, "10 % of 90 less the 2 of the others");
    let (low, high) = range(&on, &north, 200);
    assert!(high - 8 >= 99 && low <= 93, "{low} to {high}");
    assert_eq!(on.cells[&Key::from([0, 0])], Shown::Count(360), "all of it stays");
}

#[test]
fn the_share_of_the_largest_is_a_rule_too() {
    let minutes = pencil();
    let rule = Dominance::Share { units: 1, percent: 80 };
    let pattern = suppress(&minutes.problem(Some(rule)), &minutes).expect("there is room");
    assert_eq!(pattern.cells[&Key::from([1, 1])], Shown::Hidden(Reason::Dominance));
    let (_, high) = range(&pattern, &Key::from([1, 1]), 200);
    // 90 must be able to be no more than 80 % of it.
    assert!(80 * high >= 100 * 90, "{high}");
    let hidden = pattern.cells.values().filter(|shown| matches!(shown, Shown::Hidden(_))).count();
    assert_eq!(hidden, 4, "the four inner cells");
}

/// Counts without contributions.
struct Bare(Minutes);

impl Counter for Bare {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        self.0.count(keys)
    }

    /// Nobody inside is looked at here.
    fn rows(&self, _: &[Key]) -> Vec<Row> {
        Vec::new()
    }
}

#[test]
fn a_rule_of_contributions_without_any_is_refused() {
    let bare = Bare(pencil());
    let problem = bare.0.problem(Some(Dominance::Percent { percent: 10 }));
    assert_eq!(suppress(&problem, &bare).expect_err("refused"), ProtectError::NoContributions);
}

proptest! {
    #![proptest_config(crate::draws::draws(48))]

    /// The oracle knows neither sums nor levels: it tries every table.
    #[test]
    fn no_contributor_bounds_another_within_p_percent_from_above(
        cells in prop::array::uniform4(prop::collection::vec(1_u64..7, 0..5)), percent in 5_u64..60,
    ) {
        let minutes = Minutes(cells);
        let problem = minutes.problem(Some(Dominance::Percent { percent }));
        let pattern = suppress(&problem, &minutes).expect("hiding everything would do");
        for key in &problem.tables[0].cells {
            let mut of_units = minutes.of(key);
            of_units.sort_unstable_by_key(|&of_unit| std::cmp::Reverse(of_unit));
            let (largest, second) = match of_units[..] {
                [] => continue,
                [only] => (only, 0),
                [largest, second, ..] => (largest, second),
            };
            let (low, high) = range(&pattern, key, 30);
            let total: u64 = of_units.iter().sum();
            prop_assert!(low <= total && total <= high, "{key:?} is not told a lie");
            let guess = high - second;
            prop_assert!(100 * (guess - largest) >= percent * largest, "{key:?}: {low} to {high}");
            if of_units.len() < 3 {
                prop_assert!(low < total, "{key:?}: {low} to {high}");
            }
        }
    }
}
