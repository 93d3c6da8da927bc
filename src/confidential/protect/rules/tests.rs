//! Each rule switched off: its attack finds the hole. On: it does not. All tables can be checked with a pencil.

use std::collections::BTreeSet;

use linear::{Answer, Programme};
use model::release::Zeros;

use super::super::primary::primary;
use super::super::system::System;
use super::super::tests::of_those_there;
use super::super::{
    EarlierCell, EarlierForm, HiddenZeros, Insiders, Pattern, PlannedTable, Problem, Shown, Space, suppress,
};
use super::insider::{attack, published};
use super::{LowTotal, Rules, Sensitive};
use crate::tabulate::{Counter, Counts, Key, Row};

/// Cases as the two codes of their cell and their family.
struct Pencil(Vec<([u32; 2], u32)>);

impl Pencil {
    /// A row a district, a column a category; every case is its own family.
    fn of(rows: &[&[u32]]) -> Self {
        let mut cases = Vec::new();
        for (district, row) in (1_u32..).zip(rows) {
            for (category, &count) in (1_u32..).zip(*row) {
                for _ in 0..count {
                    let family = u32::try_from(cases.len()).expect("a pencil table");
                    cases.push(([district, category], family));
                }
            }
        }
        Self(cases)
    }
}

impl Counter for Pencil {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let counts = |key: &Key| {
            let is_in = |codes: &[u32; 2]| key.iter().zip(codes).all(|(&wanted, &code)| wanted == 0 || wanted == code);
            let families: Vec<u32> =
                self.0.iter().filter(|(codes, _)| is_in(codes)).map(|&(_, family)| family).collect();
            let of = |family: u32| families.iter().filter(|&&other| other == family).count() as u64;
            let distinct: BTreeSet<u32> = families.iter().copied().collect();
            let largest = distinct.iter().map(|&family| of(family)).max().unwrap_or(0);
            Counts { counted: families.len() as u64, protected: distinct.len() as u64, largest }
        };
        keys.iter().map(counts).collect()
    }

    fn rows(&self, keys: &[Key]) -> Vec<Row> {
        let row = |&(codes, family): &([u32; 2], u32)| {
            let is_in = |key: &Key| key.iter().zip(&codes).all(|(&wanted, &code)| wanted == 0 || wanted == code);
            let of: Vec<u32> = (0_u32..).zip(keys).filter(|(_, key)| is_in(key)).map(|(at, _)| at).collect();
            let holders = codes.iter().map(|&code| vec![0, code]).collect();
            Row { unit: Some(u64::from(family)), holders, cases: 1, of }
        };
        of_those_there(self.0.iter().map(row).collect())
    }
}

fn flat(name: &str, leaves: u32) -> Space {
    let codes = (0..=leaves).map(|code| format!("{name}{code}")).collect();
    Space { name: name.to_owned(), codes, total: 0, sums: vec![(0, (1..=leaves).collect())] }
}

/// District by category with all margins, at threshold 5, under the minimum frequency rule alone, for strangers.
fn problem(districts: u32, categories: u32, zeros: Zeros) -> Problem {
    let cells = (0..=districts).flat_map(|district| (0..=categories).map(move |code| Key::from([district, code])));
    let table =
        PlannedTable { id: "T1".to_owned(), threshold: 5, zeros, cells: cells.collect(), impossible: Vec::new() };
    Problem {
        spaces: vec![flat("district", districts), flat("category", categories)],
        tables: vec![table],
        hidden_zeros: HiddenZeros::Unprotected,
        insiders: Insiders::Ignored,
        effort: 100_000,
        tie_key: [3; 32],
        ..Problem::default()
    }
}

fn sensitive(group_below: u64) -> Rules {
    Rules { sensitive: vec![Sensitive { dimension: 1, group_below }], ..Rules::default() }
}

fn low(below: u64) -> Rules {
    Rules { low_totals: vec![LowTotal { table: 0, dimension: 1, below }], ..Rules::default() }
}

fn pattern(problem: &Problem, counter: &dyn Counter) -> Pattern {
    suppress(problem, counter).expect("anything may be hidden")
}

fn shown(pattern: &Pattern, key: [u32; 2]) -> Option<u64> {
    match pattern.cells[key.as_slice()] {
        Shown::Count(count) => Some(count),
        Shown::Impossible => Some(0),
        Shown::Hidden(_) | Shown::Rounded(..) => None,
    }
}

/// The attack on groups: the most that can be in `whole` and not in `category`.
fn most_outside(problem: &Problem, pattern: &Pattern, counter: &dyn Counter, [whole, category]: [[u32; 2]; 2]) -> i64 {
    let system = System::build(problem, counter).expect("it adds up");
    let primary = primary(&system);
    let mut equations = published(&system, &primary, pattern);
    let at = |key: [u32; 2]| system.keys.iter().position(|have| have.as_ref() == key).expect("a cell of the table");
    let outside = equations.variable(0, None);
    equations.equation([(at(whole), -1), (at(category), 1), (outside, 1)], 0);
    let bounds = equations.propagate().expect("the truth solves it");
    let parts = equations.components(&bounds);
    let Some(part) = parts.iter().find(|part| part.variables.contains(&outside)) else { return bounds.lower[outside] };
    match Programme::new(&equations, &bounds, part).maximise(&[(outside, 1.0)]) {
        #[allow(clippy::cast_possible_truncation)] // A pencil table.
        Answer::Solved(solution) => (solution.value + 1e-6).floor() as i64,
        Answer::Unlimited => i64::MAX,
        other @ (Answer::Infeasible | Answer::Unknown) => panic!("not bounded: {other:?}"),
    }
}

const NORTH_WHITE: [[u32; 2]; 2] = [[1, 0], [1, 3]];

#[test]
fn minimum_frequency_off_the_table_shows_a_small_count_and_on_it_does_not() {
    let counter = Pencil::of(&[&[3, 12], &[9, 20]]);
    let mut problem = problem(2, 2, Zeros::Hidden);
    problem.tables[0].threshold = 1;
    assert_eq!(shown(&pattern(&problem, &counter), [1, 1]), Some(3));
    problem.tables[0].threshold = 5;
    assert_eq!(shown(&pattern(&problem, &counter), [1, 1]), None);
}

/// North: 4, 1 and nobody in the third; one more row of large counts.
#[test]
fn zeros_printed_beside_cells_that_were_hidden_as_if_they_could_be_zero_narrow_them() {
    let counter = Pencil::of(&[&[4, 1, 0, 30], &[20, 30, 25, 40]]);
    let (hiding, showing) = (problem(2, 4, Zeros::Hidden), problem(2, 4, Zeros::Shown));
    let mut printed = pattern(&hiding, &counter);
    for (key, shown) in &mut printed.cells {
        if *key.as_ref() == [1, 3] {
            *shown = Shown::Count(0);
        }
    }
    let off = attack(&showing, &printed, &counter).expect("it adds up");
    assert!(!off.by_strangers.is_empty());
    let on = attack(&showing, &pattern(&showing, &counter), &counter).expect("it adds up");
    assert_eq!((on.by_strangers, on.open), (Vec::new(), 0));
}

/// The worked example: of 8 families in North 6 are satisfied.
#[test]
fn a_low_total_off_gives_a_share_of_eight_families_and_on_hides_all_four_cells() {
    let counter = Pencil::of(&[&[6, 1, 1], &[20, 8, 9]]);
    let mut problem = problem(2, 3, Zeros::Hidden);
    let off = pattern(&problem, &counter);
    assert_eq!(shown(&off, [1, 0]), Some(8));
    problem.rules = low(20);
    let on = pattern(&problem, &counter);
    assert!((0..=3).all(|code| shown(&on, [1, code]).is_none()));
    assert_eq!(shown(&on, [0, 0]), Some(45));
    let insight = attack(&problem, &on, &counter).expect("it adds up");
    assert_eq!((insight.by_strangers, insight.open), (Vec::new(), 0), "the total may be 20 for all that is known");
}

#[test]
fn a_low_total_of_nobody_or_at_the_limit_is_left_alone() {
    let counter = Pencil::of(&[&[10, 10], &[0, 0], &[30, 30]]);
    let mut problem = problem(3, 2, Zeros::Shown);
    problem.rules = low(20);
    let pattern = pattern(&problem, &counter);
    assert_eq!(shown(&pattern, [1, 0]), Some(20));
    assert_eq!(shown(&pattern, [2, 0]), Some(0));
}

/// All four families of North gave the second answer: with zeros shown the table said so, however few they were.
#[test]
fn a_low_total_in_a_table_that_shows_zeros_hides_the_zeros_of_its_row_and_so_all_zeros() {
    let counter = Pencil::of(&[&[0, 4, 0], &[30, 40, 50]]);
    let mut problem = problem(2, 3, Zeros::Shown);
    let off = pattern(&problem, &counter);
    assert_eq!([shown(&off, [1, 1]), shown(&off, [1, 2]), shown(&off, [1, 3])], [Some(0), None, Some(0)]);
    problem.rules = low(5);
    let on = pattern(&problem, &counter);
    assert!((0..=3).all(|code| shown(&on, [1, code]).is_none()));
    assert_eq!(on.zeros, [Zeros::Hidden]);
}

/// All ten families of North are in one category; the hidden zeros beside it hide nothing.
#[test]
fn a_group_rule_off_tells_the_category_of_everybody_and_on_leaves_room_for_two() {
    let counter = Pencil::of(&[&[0, 0, 10], &[20, 30, 40]]);
    let mut problem = problem(2, 3, Zeros::Hidden);
    let off = pattern(&problem, &counter);
    assert_eq!(most_outside(&problem, &off, &counter, NORTH_WHITE), 0);
    problem.rules = sensitive(20);
    let on = pattern(&problem, &counter);
    assert_eq!(shown(&on, [1, 3]), None);
    assert!(most_outside(&problem, &on, &counter, NORTH_WHITE) >= 2);
}

/// One family of North is outside, which knows it, and is told that the nine others are inside.
#[test]
fn a_group_with_one_family_outside_is_protected_from_that_family() {
    let counter = Pencil::of(&[&[0, 1, 9], &[20, 30, 40]]);
    let mut problem = problem(2, 3, Zeros::Shown);
    let off = pattern(&problem, &counter);
    let alone = [[1, 1], [1, 2]].map(|key| shown(&off, key));
    assert_eq!(alone, [Some(0), None], "whoever is the one knows that it is one");
    problem.rules = sensitive(20);
    problem.insiders = Insiders::Considered;
    let on = pattern(&problem, &counter);
    assert_eq!((shown(&on, [1, 1]), shown(&on, [1, 3]), on.zeros.as_slice()), (None, None, [Zeros::Hidden].as_slice()));
    // The family takes its own case away: two or more must be left for all that it knows.
    let system = System::build(&problem, &counter).expect("it adds up");
    let primary = primary(&system);
    let mut equations = published(&system, &primary, &on);
    let own = system.keys.iter().position(|key| key.as_ref() == [1, 2]).expect("its cell");
    let zero = system.keys.iter().position(|key| key.as_ref() == [1, 1]).expect("the other");
    (equations.lower[own], equations.upper[own], equations.lower[zero]) = (1, Some(1), 1);
    assert!(equations.propagate().is_ok(), "one more may be outside");
}

#[test]
fn groups_that_are_large_or_have_two_families_outside_are_left_alone() {
    let counter = Pencil::of(&[&[0, 0, 10], &[20, 30, 40]]);
    let mut problem = problem(2, 3, Zeros::Hidden);
    problem.rules = sensitive(10);
    assert_eq!(shown(&pattern(&problem, &counter), [1, 3]), Some(10), "ten are not below ten");
    let counter = Pencil::of(&[&[5, 5, 10], &[20, 30, 40]]);
    problem.rules = sensitive(50);
    assert_eq!(shown(&pattern(&problem, &counter), [1, 3]), Some(10));
}

/// Six cases outside, all of one family: still one family.
#[test]
fn a_family_of_many_cases_outside_is_one_family() {
    let mut cases: Vec<([u32; 2], u32)> = (0..10).map(|family| ([1, 2], family)).collect();
    cases.extend((0..6).map(|_| ([1, 1], 10)));
    cases.extend((11..61).flat_map(|family| [([2, 1], family), ([2, 2], family)]));
    let counter = Pencil(cases);
    let mut problem = problem(2, 2, Zeros::Hidden);
    problem.rules = sensitive(20);
    let system = System::build(&problem, &counter).expect("it adds up");
    let groups = super::group::described(&system);
    assert_eq!(groups.len(), 1);
    let on = pattern(&problem, &counter);
    assert!(most_outside(&problem, &on, &counter, [[1, 0], [1, 2]]) >= 7, "one case more than the family has");
}

#[test]
fn a_group_that_an_earlier_release_described_stays_described_and_stops_nothing() {
    let counter = Pencil::of(&[&[0, 0, 10], &[20, 30, 40]]);
    let mut problem = problem(2, 3, Zeros::Hidden);
    let before = |key: [u32; 2]| EarlierCell {
        key: key.into(),
        form: EarlierForm::Count(10),
        zeros: Zeros::Hidden,
        threshold: 5,
        release: "2017".to_owned(),
    };
    problem.earlier = NORTH_WHITE.map(before).to_vec();
    problem.rules = sensitive(20);
    let on = pattern(&problem, &counter);
    assert_eq!(shown(&on, [1, 3]), Some(10), "everybody has it");
}

/// Groups add variables; the search must meet them at every size of group and with every kind of zero.
#[test]
fn groups_are_safe_together_with_small_counts_hidden_zeros_and_insiders() {
    let counter = Pencil::of(&[&[0, 1, 9, 0], &[2, 0, 0, 0], &[0, 14, 0, 0], &[20, 30, 40, 12]]);
    for hidden_zeros in [HiddenZeros::Protected, HiddenZeros::Unprotected] {
        let mut problem = problem(4, 4, Zeros::Hidden);
        (problem.hidden_zeros, problem.insiders) = (hidden_zeros, Insiders::Considered);
        problem.rules = sensitive(20);
        let on = pattern(&problem, &counter);
        for group in [[[1, 0], [1, 3]], [[2, 0], [2, 1]], [[3, 0], [3, 2]]] {
            assert!(most_outside(&problem, &on, &counter, group) >= 2, "{group:?}");
        }
        let insight = attack(&problem, &on, &counter).expect("it adds up");
        assert_eq!((insight.by_strangers, insight.by_insiders, insight.open), (Vec::new(), Vec::new(), 0));
    }
}

/// North and South hide a lone family each beside larger cells: a stranger is left in doubt, those two are not.
#[test]
fn insiders_ignored_narrow_cells_that_strangers_cannot_and_considered_they_narrow_none() {
    let counter = Pencil::of(&[&[1, 4, 20], &[1, 25, 30], &[22, 4, 28]]);
    let mut problem = problem(3, 3, Zeros::Hidden);
    let off = attack(&problem, &pattern(&problem, &counter), &counter).expect("it adds up");
    assert_eq!((off.insiders, off.by_strangers.len(), off.open), (2, 0, 0));
    assert!(!off.by_insiders.is_empty());
    problem.insiders = Insiders::Considered;
    let on = attack(&problem, &pattern(&problem, &counter), &counter).expect("it adds up");
    assert_eq!((on.insiders, on.by_strangers.len(), on.by_insiders, on.open), (2, 0, Vec::new(), 0));
}
