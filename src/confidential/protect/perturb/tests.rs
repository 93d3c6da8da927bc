//! Rounded pencil tables, and an oracle that tries every table a reader could think of.

mod cell_key;

use std::collections::HashMap;

use model::method::{Method, MethodError, Rounding, RoundingKind, SmallCounts};
use model::release::Zeros;
use proptest::prelude::*;

use crate::protect::{
    EarlierCell, EarlierForm, Form, HiddenZeros, Insiders, Pattern, PlannedTable, Problem, ProtectError, Reason, Shown,
    Space, suppress,
};
use crate::tabulate::{Counter, Counts, Key, Row};

/// A table of two dimensions, its counts row by row; each case is its own unit unless `families` says otherwise.
struct Square {
    counts: Vec<u64>,
    columns: usize,
    /// Cells (row, column from 1) all of whose cases are one family's.
    families: Vec<(u32, u32)>,
}

impl Square {
    fn new(counts: &[u64], columns: usize) -> Self {
        Self { counts: counts.to_vec(), columns, families: Vec::new() }
    }

    fn spaces(&self) -> Vec<Space> {
        let rows = self.counts.len() / self.columns;
        vec![flat("need", rows), flat("district", self.columns)]
    }

    /// Places of the inner cells below a key.
    fn inside(&self, key: &[u32]) -> Vec<usize> {
        let under = |code: u32, at: usize| code == 0 || code as usize == at + 1;
        let cells = 0..self.counts.len();
        cells.filter(|&at| under(key[0], at / self.columns) && under(key[1], at % self.columns)).collect()
    }

    fn every_cell(&self) -> Vec<Key> {
        let [rows, columns] =
            [self.counts.len() / self.columns, self.columns].map(|codes| 0..=u32::try_from(codes).expect("few"));
        rows.flat_map(|row| columns.clone().map(move |column| Key::from([row, column]))).collect()
    }

    fn problem(&self, rounding: Rounding, zeros: Zeros) -> Problem {
        let table =
            PlannedTable { id: "T1".into(), threshold: 5, zeros, cells: self.every_cell(), impossible: Vec::new() };
        Problem {
            spaces: self.spaces(),
            tables: vec![table],
            method: Method::Round(rounding),
            hidden_zeros: HiddenZeros::Unprotected,
            insiders: Insiders::Ignored,
            tie_key: [1; 32],
            ..Problem::default()
        }
    }
}

impl Counter for Square {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let count = |key: &Key| {
            let counted = self.inside(key).iter().map(|&at| self.counts[at]).sum();
            let is_one = self.families.iter().any(|&(row, column)| key[..] == [row, column]);
            let (protected, largest) = if is_one { (1, counted) } else { (counted, u64::from(counted > 0)) };
            Counts { counted, protected, largest }
        };
        keys.iter().map(count).collect()
    }

    /// Nobody inside is looked at here.
    fn rows(&self, _: &[Key]) -> Vec<Row> {
        Vec::new()
    }
}

fn flat(name: &str, leaves: usize) -> Space {
    let leaves = u32::try_from(leaves).expect("a handful");
    let codes = (0..=leaves).map(|code| format!("{name}{code}")).collect();
    Space { name: name.to_owned(), codes, total: 0, sums: vec![(0, (1..=leaves).collect())] }
}

const fn round(how: RoundingKind, base: u64, small: SmallCounts) -> Rounding {
    Rounding { how, base, small }
}

fn shown(pattern: &Pattern, row: u32, column: u32) -> Shown {
    pattern.cells[&Key::from([row, column])]
}

fn value(pattern: &Pattern, row: u32, column: u32) -> Option<u64> {
    match shown(pattern, row, column) {
        Shown::Rounded(form, _) => Some(form.value),
        Shown::Count(count) => Some(count),
        Shown::Hidden(_) | Shown::Impossible => None,
    }
}

/// | need | d1 | d2 | all |
/// |---|---|---|---|
/// | n1 | 3 | 12 | 15 |
/// | n2 | 9 | 20 | 29 |
/// | all | 12 | 32 | 44 |
const PENCIL: [u64; 4] = [3, 12, 9, 20];

#[test]
fn with_base_10_and_threshold_5_nothing_needs_to_be_hidden() {
    let square = Square::new(&PENCIL, 2);
    let rounding = round(RoundingKind::Nearest, 10, SmallCounts::Rounded);
    let pattern = suppress(&square.problem(rounding, Zeros::Shown), &square).expect("safe");
    let values: Vec<Option<u64>> = (0..3)
        .flat_map(|row| (0..3).map(move |column| (row, column)))
        .map(|(row, column)| value(&pattern, row, column))
        .collect();
    assert_eq!(values, [40, 10, 30, 10, 0, 10, 30, 10, 20].map(Some), "row by row, totals first");
    let none_to_five = Form { value: 0, lowest: 0, highest: 5 };
    assert_eq!(shown(&pattern, 1, 1), Shown::Rounded(none_to_five, Some(Reason::MinimumFrequency)));
}

#[test]
fn a_base_below_twice_the_threshold_is_refused_and_so_are_hidden_zeros_beside_rounded_small_counts() {
    let square = Square::new(&PENCIL, 2);
    let narrow = round(RoundingKind::Nearest, 5, SmallCounts::Rounded);
    let refused = suppress(&square.problem(narrow, Zeros::Shown), &square).expect_err("0 would say 0 to 2");
    let fault = MethodError::Narrow { base: 5, threshold: 5, least: 10 };
    assert_eq!(refused, ProtectError::Method { table: "T1".into(), fault });
    let wide = round(RoundingKind::Nearest, 10, SmallCounts::Rounded);
    let refused = suppress(&square.problem(wide, Zeros::Hidden), &square).expect_err("a 0 is published");
    assert_eq!(refused, ProtectError::Method { table: "T1".into(), fault: MethodError::Zeros });
}

#[test]
fn small_counts_that_are_hidden_need_no_other_cell_hidden_where_the_margins_are_rounded_enough() {
    let square = Square::new(&PENCIL, 2);
    let wide = round(RoundingKind::Nearest, 10, SmallCounts::Hidden);
    let pattern = suppress(&square.problem(wide, Zeros::Hidden), &square).expect("safe");
    assert_eq!(shown(&pattern, 1, 1), Shown::Hidden(Reason::MinimumFrequency));
    assert_eq!(pattern.cells.values().filter(|shown| matches!(shown, Shown::Hidden(_))).count(), 1);
    // Base 2 leaves all but nothing: n1 = 14 or 15, d2 of it 12 or 13 (ties down: 11 or 12).
    let fine = round(RoundingKind::Nearest, 2, SmallCounts::Hidden);
    let pattern = suppress(&square.problem(fine, Zeros::Hidden), &square).expect("safe");
    assert!(
        pattern.cells.values().filter(|shown| matches!(shown, Shown::Hidden(_))).count() > 1,
        "the audit failed once"
    );
    assert_eq!(shown(&pattern, 1, 1), Shown::Hidden(Reason::MinimumFrequency));
}

#[test]
fn sixteen_cases_of_one_family_are_hidden_because_their_rounded_form_is_narrower_than_the_family() {
    let square = Square { families: vec![(1, 1)], ..Square::new(&[6, 12, 13, 21], 2) };
    let pattern =
        suppress(&square.problem(round(RoundingKind::Nearest, 10, SmallCounts::Rounded), Zeros::Shown), &square);
    let pattern = pattern.expect("safe");
    // 10 says 6 to 15, nine wide, and reaches the threshold: that is what the table says of every 10.
    assert_eq!(value(&pattern, 1, 1), Some(10));
    let square = Square { families: vec![(1, 1)], ..Square::new(&[16, 12, 9, 20], 2) };
    let pattern =
        suppress(&square.problem(round(RoundingKind::Nearest, 10, SmallCounts::Rounded), Zeros::Shown), &square);
    // 20 says 16 to 25, narrower than the sixteen cases that the family holds.
    assert_eq!(shown(&pattern.expect("safe"), 1, 1), Shown::Hidden(Reason::MinimumFrequency));
}

#[test]
fn what_was_rounded_before_is_rounded_alike_later_and_hidden_where_the_base_has_changed() {
    let square = Square::new(&PENCIL, 2);
    let problem = square.problem(round(RoundingKind::Random, 10, SmallCounts::Rounded), Zeros::Shown);
    let first = suppress(&problem, &square).expect("safe");
    let before = |(key, shown): (&Key, &Shown)| EarlierCell {
        key: key.clone(),
        form: match *shown {
            Shown::Rounded(form, _) => EarlierForm::Rounded(form),
            Shown::Count(count) => EarlierForm::Count(count),
            Shown::Hidden(_) | Shown::Impossible => EarlierForm::Suppressed,
        },
        zeros: Zeros::Shown,
        threshold: 5,
        release: "r1".into(),
    };
    let earlier: Vec<EarlierCell> = first.cells.iter().map(before).collect();
    let again =
        suppress(&Problem { earlier: earlier.clone(), ..problem.clone() }, &square).expect("nothing new is said");
    assert_eq!(again.cells, first.cells);
    let coarser = Method::Round(round(RoundingKind::Random, 20, SmallCounts::Rounded));
    let later = suppress(&Problem { earlier, method: coarser, ..problem }, &square).expect("less is said");
    let total = shown(&first, 0, 0);
    assert!(
        shown(&later, 0, 0) == total || shown(&later, 0, 0) == Shown::Hidden(Reason::Earlier),
        "44 is 40 or 50 first"
    );
}

/// The least and the most of every cell over all tables that agree with every published form and hidden floor.
fn ranges(square: &Square, pattern: &Pattern, zeros: Zeros) -> HashMap<Key, (u64, u64)> {
    let hidden_least = u64::from(zeros == Zeros::Shown);
    let members: Vec<(&Key, Vec<usize>, u64, u64)> = pattern
        .cells
        .iter()
        .map(|(key, shown)| {
            let (lowest, highest) = match *shown {
                Shown::Rounded(form, _) => (form.lowest, form.highest),
                Shown::Count(count) => (count, count),
                Shown::Hidden(_) => (hidden_least, u64::MAX),
                Shown::Impossible => (0, 0),
            };
            (key, square.inside(key), lowest, highest)
        })
        .collect();
    let mut found = HashMap::new();
    walk(&mut vec![0; square.counts.len()], 0, &members, &mut found);
    found
}

fn walk(
    values: &mut Vec<u64>,
    at: usize,
    members: &[(&Key, Vec<usize>, u64, u64)],
    found: &mut HashMap<Key, (u64, u64)>,
) {
    for (_, inside, lowest, highest) in members {
        let sum: u64 = inside.iter().filter(|&&member| member < at).map(|&member| values[member]).sum();
        if sum > *highest || (sum < *lowest && inside.iter().all(|&member| member < at)) {
            return;
        }
    }
    if at == values.len() {
        for (key, inside, ..) in members {
            let sum = inside.iter().map(|&member| values[member]).sum();
            let range: &mut (u64, u64) = found.entry((*key).clone()).or_insert((sum, sum));
            *range = (range.0.min(sum), range.1.max(sum));
        }
        return;
    }
    for value in 0..=30 {
        values[at] = value;
        walk(values, at + 1, members, found);
    }
}

proptest! {
    #![proptest_config(crate::draws::draws(64))]

    /// The oracle knows no equations: it tries every table.
    #[test]
    fn no_small_count_is_known_more_closely_through_rounded_figures_than_the_threshold_allows(
        counts in proptest::collection::vec(prop_oneof![2 => 0_u64..5, 2 => 5_u64..12], 4),
        how in prop_oneof![Just(RoundingKind::Nearest), Just(RoundingKind::Random), Just(RoundingKind::Controlled)],
        (base, small) in prop_oneof![
            Just((10, SmallCounts::Rounded)),
            Just((11, SmallCounts::Rounded)),
            Just((3, SmallCounts::Hidden)),
            Just((5, SmallCounts::Hidden)),
            Just((10, SmallCounts::Hidden)),
        ],
        is_shown: bool,
        key: [u8; 32],
    ) {
        let zeros = if is_shown || small == SmallCounts::Rounded { Zeros::Shown } else { Zeros::Hidden };
        let square = Square::new(&counts, 2);
        let problem = Problem { tie_key: key, ..square.problem(round(how, base, small), zeros) };
        let pattern = suppress(&problem, &square).expect("hiding everything would do");
        let found = ranges(&square, &pattern, pattern.zeros[0]);
        for (key, (low, high)) in found {
            let truth = square.count(std::slice::from_ref(&key))[0].counted;
            prop_assert!(low <= truth && truth <= high, "{key:?} is not told a lie");
            if truth > 0 && truth < 5 {
                prop_assert!(high >= 5 && high - low >= 5, "{key:?}: {low} to {high}");
                prop_assert!(low < truth || zeros == Zeros::Shown, "{key:?}: {low} to {high}");
            }
        }
    }
}

#[test]
fn controlled_rounding_adds_up_in_every_row_and_column_and_leaves_multiples_alone() {
    for key in 0..8_u8 {
        let square = Square::new(&[7, 7, 12, 20, 6, 1, 9, 13, 14, 3, 8, 11], 4);
        let problem = square.problem(round(RoundingKind::Controlled, 10, SmallCounts::Rounded), Zeros::Shown);
        let pattern = suppress(&Problem { tie_key: [key; 32], ..problem }, &square).expect("two dimensions");
        let at = |row, column| value(&pattern, row, column).expect("nothing is hidden");
        for row in 0..4 {
            assert_eq!((1..5).map(|column| at(row, column)).sum::<u64>(), at(row, 0), "row {row}, key {key}");
        }
        for column in 0..5 {
            assert_eq!((1..4).map(|row| at(row, column)).sum::<u64>(), at(0, column), "column {column}, key {key}");
        }
        assert_eq!(at(1, 4), 20, "a multiple stays");
        for cell in square.every_cell() {
            let truth = square.count(std::slice::from_ref(&cell))[0].counted;
            assert!(at(cell[0], cell[1]).abs_diff(truth) < 10, "{cell:?}");
        }
    }
}

/// Seven counts of 5 in a table of 3 x 2 x 2, each in two lines with one other of them: a ring.
struct Ring;

const RING: [[u32; 3]; 7] = [[1, 1, 1], [2, 1, 1], [2, 2, 1], [3, 2, 1], [3, 2, 2], [3, 1, 2], [1, 1, 2]];

impl Counter for Ring {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let is_in = |key: &Key, at: &[u32; 3]| key.iter().zip(at).all(|(&code, &leaf)| code == 0 || code == leaf);
        let count = |key: &Key| 5 * RING.iter().filter(|at| is_in(key, at)).count() as u64;
        let counts = |counted: u64| Counts { counted, protected: counted, largest: counted.min(1) };
        keys.iter().map(|key| counts(count(key))).collect()
    }

    /// Nobody inside is looked at here.
    fn rows(&self, _: &[Key]) -> Vec<Row> {
        Vec::new()
    }
}

fn of_ring(base: u64) -> (Problem, Pattern) {
    let spaces = vec![flat("a", 3), flat("b", 2), flat("c", 2)];
    let mut cells: Vec<Key> = Vec::new();
    for (a, b, c) in (0..4).flat_map(|a| (0..3).flat_map(move |b| (0..3).map(move |c| (a, b, c)))) {
        cells.push(Key::from([a, b, c].as_slice()));
    }
    let table = PlannedTable { id: "T1".into(), threshold: 5, zeros: Zeros::Shown, cells, impossible: Vec::new() };
    let problem = Problem {
        spaces,
        tables: vec![table],
        method: Method::Round(round(RoundingKind::Controlled, base, SmallCounts::Rounded)),
        hidden_zeros: HiddenZeros::Unprotected,
        insiders: Insiders::Ignored,
        tie_key: [1; 32],
        ..Problem::default()
    };
    let pattern = suppress(&problem, &Ring).expect("nothing is small");
    (problem, pattern)
}

/// With base 10 each pair of neighbours makes 10, which is a multiple and would stay: one of them goes to 0 and the other to
/// 10, and so on around the ring, which an odd number cannot.
#[test]
fn where_no_neighbouring_multiples_add_up_figures_go_less_than_two_bases_away_and_say_so() {
    let (problem, pattern) = of_ring(10);
    assert_eq!(pattern.method, Method::Round(round(RoundingKind::Widened, 10, SmallCounts::Rounded)));
    let value = |key: &Key| match pattern.cells[key] {
        Shown::Rounded(form, _) => form.value,
        Shown::Count(count) => count,
        Shown::Hidden(_) | Shown::Impossible => panic!("nothing is hidden"),
    };
    let mut far = 0;
    for key in &problem.tables[0].cells {
        let count = Ring.count(std::slice::from_ref(key))[0].counted;
        assert!(value(key) % 10 == 0 && value(key).abs_diff(count) < 20, "{key:?}");
        far += usize::from(value(key).abs_diff(count) >= 10);
        if count == 0 {
            assert_eq!(value(key), 0);
        } else if let Shown::Rounded(form, _) = pattern.cells[key] {
            assert_eq!((form.lowest, form.highest), (value(key).saturating_sub(19), value(key) + 19));
        }
        for (at, space) in problem.spaces.iter().enumerate().filter(|(at, _)| key[*at] == 0) {
            let part = |code: &u32| {
                let mut part = key.clone();
                part[at] = *code;
                value(&part)
            };
            assert_eq!(space.sums[0].1.iter().map(part).sum::<u64>(), value(key), "{key:?}");
        }
    }
    assert!((1..=8).contains(&far), "one pair and what it is in, not all: {far}");
}

#[test]
fn what_the_audit_hid_around_an_open_cell_and_does_not_need_is_rounded_again() {
    // Base 2 leaves a unit in each figure. The sums of the small count have seven cells; four partners are enough.
    let square = Square::new(&[3, 12, 40, 9, 20, 50, 30, 41, 60], 3);
    let fine = round(RoundingKind::Nearest, 2, SmallCounts::Hidden);
    let pattern = suppress(&square.problem(fine, Zeros::Hidden), &square).expect("safe");
    let hidden = pattern.cells.values().filter(|shown| matches!(shown, Shown::Hidden(_))).count();
    assert!((2..=5).contains(&hidden), "{hidden} of 16");
}
