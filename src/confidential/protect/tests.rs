//! Pencil tables, and a brute-force oracle over every whole-numbered table a reader could think of.

use std::collections::HashMap;

use model::release::Zeros;
use proptest::prelude::*;

use super::*;
use crate::tabulate::Counts;

/// Counts of the finest combinations; each case is its own unit.
struct Pencil<'a> {
    spaces: &'a [Space],
    inner: Vec<(Vec<u32>, u64)>,
}

impl Pencil<'_> {
    fn is_under(&self, dimension: usize, code: u32, leaf: u32) -> bool {
        let space = &self.spaces[dimension];
        let below = |children: &Vec<u32>| children.iter().any(|&child| self.is_under(dimension, child, leaf));
        code == leaf || space.sums.iter().any(|(parent, children)| *parent == code && below(children))
    }
}

impl Counter for Pencil<'_> {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let inside = |key: &Key, codes: &[u32]| {
            codes.iter().enumerate().all(|(dimension, &leaf)| self.is_under(dimension, key[dimension], leaf))
        };
        keys.iter()
            .map(|key| {
                let counted = self.inner.iter().filter(|(codes, _)| inside(key, codes)).map(|(_, count)| count).sum();
                Counts { counted, protected: counted, largest: u64::from(counted > 0) }
            })
            .collect()
    }
}

/// A dimension of a total (code 0) and `leaves` below it.
fn flat(name: &str, leaves: u32) -> Space {
    let codes = (0..=leaves).map(|code| format!("{name}{code}")).collect();
    Space { name: name.to_owned(), codes, total: 0, sums: vec![(0, (1..=leaves).collect())] }
}

/// Total 0 of a group 1 and a leaf 2; the group of leaves 3 and 4.
fn grouped(name: &str) -> Space {
    let codes = (0..5).map(|code| format!("{name}{code}")).collect();
    Space { name: name.to_owned(), codes, total: 0, sums: vec![(0, vec![1, 2]), (1, vec![3, 4])] }
}

fn leaves(space: &Space) -> Vec<u32> {
    let is_parent = |code: &u32| space.sums.iter().any(|(parent, _)| parent == code);
    (0..u32::try_from(space.codes.len()).expect("a handful of codes")).filter(|code| !is_parent(code)).collect()
}

fn product(lists: &[Vec<u32>]) -> Vec<Key> {
    let mut keys: Vec<Vec<u32>> = vec![Vec::new()];
    for list in lists {
        keys = keys.iter().flat_map(|key| list.iter().map(|&code| [key.as_slice(), &[code]].concat())).collect();
    }
    keys.into_iter().map(Vec::into_boxed_slice).collect()
}

fn every_cell(spaces: &[Space]) -> Vec<Key> {
    let all = |space: &Space| (0..u32::try_from(space.codes.len()).expect("a handful of codes")).collect();
    product(&spaces.iter().map(all).collect::<Vec<_>>())
}

fn table(id: &str, cells: Vec<Key>, zeros: Zeros) -> PlannedTable {
    PlannedTable { id: id.to_owned(), threshold: 5, zeros, cells, impossible: Vec::new() }
}

fn inner(spaces: &[Space], counts: &[u64]) -> Vec<(Vec<u32>, u64)> {
    let keys = product(&spaces.iter().map(leaves).collect::<Vec<_>>());
    keys.into_iter().map(Vec::from).zip(counts.iter().copied().cycle()).collect()
}

fn hidden(pattern: &Pattern) -> Vec<(Vec<u32>, Reason)> {
    let mut cells: Vec<(Vec<u32>, Reason)> = pattern
        .cells
        .iter()
        .filter_map(|(key, shown)| match shown {
            Shown::Hidden(reason) => Some((key.to_vec(), *reason)),
            Shown::Count(_) | Shown::Rounded(..) | Shown::Impossible => None,
        })
        .collect();
    cells.sort_by(|left, right| left.0.cmp(&right.0));
    cells
}

/// ```text
///          1    2  all
///   1      3   12   15
///   2      9   20   29
///   all   12   32   44
/// ```
fn pencil() -> (Vec<Space>, Vec<u64>) {
    (vec![flat("district", 2), flat("age", 2)], vec![3, 12, 9, 20])
}

/// A problem under the minimum frequency rule alone.
fn plain() -> Problem {
    Problem { hidden_zeros: HiddenZeros::Unprotected, insiders: Insiders::Ignored, ..Problem::default() }
}

/// A row of one zero beside large counts: whoever adds up the shown ones knows the zero, unless another is hidden.
#[test]
fn a_hidden_zero_is_known_unless_it_is_protected_like_a_small_count() {
    let spaces = vec![flat("need", 3)];
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &[0, 9, 20]) };
    let problem = |hidden_zeros| Problem {
        spaces: spaces.clone(),
        tables: vec![table("T1", every_cell(&spaces), Zeros::Hidden)],
        hidden_zeros,
        ..Problem::default()
    };
    let open = problem(HiddenZeros::Unprotected);
    let pattern = suppress(&open, &counter).expect("nothing is small");
    assert_eq!(hidden(&pattern), [(vec![1], Reason::HiddenZero)]);
    assert_eq!(ranges(&open, &pattern, &counter).get([1].as_slice()), Some(&(0, 0)));

    let kept = problem(HiddenZeros::Protected);
    let pattern = suppress(&kept, &counter).expect("one partner is enough");
    assert_eq!(hidden(&pattern), [(vec![1], Reason::HiddenZero), (vec![2], Reason::Secondary)]);
    assert_eq!(ranges(&kept, &pattern, &counter).get([1].as_slice()), Some(&(0, 9)));
}

#[test]
fn a_lone_suppressed_cell_gets_a_partner_in_its_row_its_column_and_across() {
    let (spaces, counts) = pencil();
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &counts) };
    let tables = vec![table("T1", every_cell(&spaces), Zeros::Hidden)];
    let problem = Problem { spaces: spaces.clone(), tables, earlier: Vec::new(), tie_key: [1; 32], ..plain() };
    let pattern = suppress(&problem, &counter).expect("three partners are enough");
    let expected = [
        (vec![1, 1], Reason::MinimumFrequency),
        (vec![1, 2], Reason::Secondary),
        (vec![2, 1], Reason::Secondary),
        (vec![2, 2], Reason::Secondary),
    ];
    assert_eq!(hidden(&pattern), expected);
}

#[test]
fn subtraction_recovers_the_cell_while_nothing_else_is_hidden() {
    let (spaces, counts) = pencil();
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &counts) };
    let tables = vec![table("T1", every_cell(&spaces), Zeros::Hidden)];
    let problem = Problem { spaces: spaces.clone(), tables, earlier: Vec::new(), tie_key: [1; 32], ..plain() };
    let mut open = suppress(&problem, &counter).expect("three partners are enough");
    for (key, shown) in &mut open.cells {
        if *shown == Shown::Hidden(Reason::Secondary) {
            *shown = Shown::Count(counter.count(std::slice::from_ref(key))[0].counted);
        }
    }
    let found = ranges(&problem, &open, &counter);
    assert_eq!(found.get([1, 1].as_slice()), Some(&(3, 3)));
}

/// Each condition of the definition is broken once, in the pencil table with its four inner cells hidden.
#[test]
fn the_check_refuses_every_kind_of_false_certificate() {
    let (spaces, counts) = pencil();
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &counts) };
    let tables = vec![table("T1", every_cell(&spaces), Zeros::Hidden)];
    let problem = Problem { spaces: spaces.clone(), tables, earlier: Vec::new(), tie_key: [1; 32], ..plain() };
    let system = system::System::build(&problem, &counter).expect("the pencil table adds up");
    let primary = primary::primary(&system).expect("nothing was published before");
    let at = |key: [u32; 2]| {
        (0_u32..)
            .zip(&system.keys)
            .find(|(_, have)| have.as_ref() == key)
            .map(|(at, _)| at)
            .expect("a cell of the table")
    };
    let inner = [at([1, 1]), at([1, 2]), at([2, 1]), at([2, 2])];
    let is_inner: Vec<bool> = (0_u32..).take(system.len()).map(|cell| inner.contains(&cell)).collect();
    let sparse = |by: [i64; 4], more: &[(u32, i64)]| {
        let mut cells: Vec<(u32, i64)> = inner.into_iter().zip(by).chain(more.iter().copied()).collect();
        cells.retain(|cell| cell.1 != 0);
        cells.sort_unstable();
        cells
    };
    let cell = inner[0] as usize;
    let need = primary.needs[cell].expect("3 is small");
    let mut checker = certificate::Checker::new(&system, &primary, &is_inner);
    let mut fault = |high: Vec<(u32, i64)>, low: Vec<(u32, i64)>| match checker.check(
        cell,
        need,
        &certificate::Certificate { high, low },
    ) {
        Ok(()) => "none",
        Err(ProtectError::Unproven { fault, .. }) => fault,
        Err(other) => panic!("another error: {other}"),
    };
    let (high, low) = (sparse([3, -3, -3, 3], &[]), sparse([-3, 3, 3, -3], &[]));
    assert_eq!(fault(high.clone(), low.clone()), "none");
    assert_eq!(fault(sparse([3, -3, 0, 0], &[]), low.clone()), "a sum no longer holds");
    assert_eq!(fault(sparse([3, -3, -3, 3], &[(at([0, 0]), 1)]), low.clone()), "it changes a published cell");
    assert_eq!(fault(high.clone(), sparse([-4, 4, 4, -4], &[])), "it takes a cell below its least count");
    assert_eq!(fault(sparse([1, -1, -1, 1], &[]), low), "it does not reach the threshold");
    assert_eq!(fault(high.clone(), Vec::new()), "one family could not be absent");
    assert_eq!(fault(high, sparse([-1, 1, 1, -1], &[])), "its range is narrow");
}

/// The year was published, 3 of its 10 cases fall in the second half; showing the first half would give them away.
#[test]
fn a_difference_from_an_earlier_release_is_protected_like_a_cell() {
    let spaces = vec![flat("half", 2)];
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &[7, 3]) };
    let earlier = vec![EarlierCell {
        key: [0].into(),
        form: EarlierForm::Count(10),
        zeros: Zeros::Hidden,
        threshold: 5,
        release: "year".to_owned(),
    }];
    let tables = vec![table("T1", vec![[1].into()], Zeros::Hidden)];
    let problem = Problem { spaces: spaces.clone(), tables, earlier, tie_key: [1; 32], ..plain() };
    let pattern = suppress(&problem, &counter).expect("hiding the first half protects the second");
    assert_eq!(hidden(&pattern), [(vec![1], Reason::Secondary)]);
    assert_eq!(pattern.statistics.derived, 1);
}

/// The year and its second half were published under a lower threshold: the first half, 4, is their difference.
#[test]
fn what_an_earlier_release_forces_stops_the_run_and_names_it() {
    let spaces = vec![flat("half", 2)];
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &[4, 3]) };
    let before = |key: u32, form| EarlierCell {
        key: [key].into(),
        form,
        zeros: Zeros::Hidden,
        threshold: 3,
        release: "year".to_owned(),
    };
    let earlier = vec![before(0, EarlierForm::Count(7)), before(2, EarlierForm::Count(3))];
    let tables = vec![table("T1", vec![[1].into()], Zeros::Hidden)];
    let problem = Problem { spaces: spaces.clone(), tables, earlier, tie_key: [1; 32], ..plain() };
    let expected = ProtectError::Impossible {
        table: "T1".to_owned(),
        place: "half=half1".to_owned(),
        earlier: Some("year".to_owned()),
    };
    assert_eq!(suppress(&problem, &counter).map(|pattern| pattern.statistics), Err(expected));
}

#[test]
fn an_earlier_count_that_moved_is_reported_without_a_value() {
    let spaces = vec![flat("half", 2)];
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &[7, 8]) };
    let earlier = vec![EarlierCell {
        key: [0].into(),
        form: EarlierForm::Count(14),
        zeros: Zeros::Hidden,
        threshold: 5,
        release: "r1".to_owned(),
    }];
    let problem = Problem { spaces: spaces.clone(), tables: Vec::new(), earlier, tie_key: [1; 32], ..plain() };
    let error = suppress(&problem, &counter).expect_err("15 is not 14");
    assert_eq!(error.to_string(), "the total is not counted as release r1 published it");
}

/// A zero that one table hides cannot be told apart in another that would show it.
#[test]
fn a_table_shows_no_zero_while_another_hides_one_of_them() {
    let spaces = vec![flat("district", 3)];
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &[0, 9, 8]) };
    let tables = vec![table("T1", every_cell(&spaces), Zeros::Shown), table("T2", vec![[1].into()], Zeros::Hidden)];
    let problem = Problem { spaces: spaces.clone(), tables, earlier: Vec::new(), tie_key: [1; 32], ..plain() };
    let pattern = suppress(&problem, &counter).expect("a hidden zero needs no partner");
    assert_eq!(pattern.zeros, [Zeros::Hidden, Zeros::Hidden]);
    assert_eq!(hidden(&pattern), [(vec![1], Reason::HiddenZero)]);
}

/// Codes 1 and 2 of the first dimension are quarters, 3 is the rest of the year, 0 the year: each released in turn.
fn quarters_then_year(spaces: &[Space], counter: &Pencil, tie_key: [u8; 32]) -> Vec<(Problem, Pattern)> {
    let mut earlier: Vec<EarlierCell> = Vec::new();
    let mut releases = Vec::new();
    for period in [1, 2, 0] {
        let cells = every_cell(spaces).into_iter().filter(|key| key[0] == period).collect();
        let tables = vec![table("T1", cells, Zeros::Hidden)];
        let problem = Problem { spaces: spaces.to_vec(), tables, earlier: earlier.clone(), tie_key, ..plain() };
        let pattern = suppress(&problem, counter).expect("what was hidden in the quarters can be hidden in the year");
        earlier.extend(pattern.cells.iter().map(|(key, shown)| EarlierCell {
            key: key.clone(),
            form: match *shown {
                Shown::Count(count) => EarlierForm::Count(count),
                Shown::Rounded(form, _) => EarlierForm::Rounded(form),
                Shown::Hidden(_) => EarlierForm::Suppressed,
                Shown::Impossible => EarlierForm::StructuralZero,
            },
            zeros: Zeros::Hidden,
            threshold: 5,
            release: format!("period {period}"),
        }));
        releases.push((problem, pattern));
    }
    releases
}

#[test]
fn a_year_after_two_quarters_gives_no_small_count_of_either_away() {
    let spaces = vec![flat("period", 3), flat("need", 2), flat("district", 2)];
    let counts = [1, 6, 7, 0, 0, 8, 9, 2, 2, 5, 6, 1];
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &counts) };
    let releases = quarters_then_year(&spaces, &counter, [1; 32]);
    let mut all = Pattern::default();
    all.cells.extend(every_cell(&spaces).into_iter().map(|key| (key, Shown::Hidden(Reason::Secondary))));
    for (_, pattern) in &releases {
        all.cells.extend(pattern.cells.iter().map(|(key, shown)| (key.clone(), *shown)));
    }
    for (key, (low, high)) in ranges(&releases[2].0, &all, &counter) {
        let truth = counter.count(&[key.clone().into()])[0].counted;
        if truth > 0 && truth < 5 {
            assert!(low < truth && high >= 5 && high - low >= 5, "{key:?} {low} {high}");
        }
    }
}

/// Fourteen needs in twenty districts, two of three cells empty: every protected cell has its certificate, or `suppress`
/// would have failed.
#[test]
fn a_sparse_year_is_never_refused_for_quarters_that_were_safe() {
    let spaces = vec![flat("period", 3), flat("need", 14), flat("district", 20)];
    for seed in 1..4_u64 {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        let counts: Vec<u64> = (0..3 * 14 * 20).map(|_| if next() % 3 == 0 { next() % 9 } else { 0 }).collect();
        let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &counts) };
        assert_eq!(quarters_then_year(&spaces, &counter, [1; 32]).len(), 3);
    }
}

/// The least and the most of every hidden cell over all whole-numbered tables that agree with what is shown; every
/// inner cell is tried up to the true grand total plus 10.
fn ranges(problem: &Problem, pattern: &Pattern, counter: &Pencil) -> HashMap<Vec<u32>, (u64, u64)> {
    let shows_zero = |table: &PlannedTable| table.cells.iter().any(|key| pattern.cells[key] == Shown::Count(0));
    let mut least: HashMap<&Key, u64> = HashMap::new();
    for table in problem.tables.iter().filter(|table| shows_zero(table)) {
        least.extend(table.cells.iter().map(|key| (key, 1)));
    }
    let members: Vec<(&Key, Shown, Vec<usize>)> = pattern
        .cells
        .iter()
        .map(|(key, &shown)| {
            let inside = |(_, (codes, _)): &(usize, &(Vec<u32>, u64))| {
                codes.iter().enumerate().all(|(at, &leaf)| counter.is_under(at, key[at], leaf))
            };
            (key, shown, counter.inner.iter().enumerate().filter(inside).map(|(at, _)| at).collect())
        })
        .collect();
    let mut found = HashMap::new();
    let total: u64 = counter.inner.iter().map(|(_, count)| count).sum();
    let mut values = vec![0; counter.inner.len()];
    walk(&mut values, 0, total + 10, &members, &least, &mut found);
    found
}

type Member<'a> = (&'a Key, Shown, Vec<usize>);

/// Sets one inner cell after the other, leaving as soon as a shown sum is passed or missed.
fn walk(
    values: &mut Vec<u64>,
    at: usize,
    most: u64,
    members: &[Member],
    least: &HashMap<&Key, u64>,
    found: &mut HashMap<Vec<u32>, (u64, u64)>,
) {
    for (key, shown, inside) in members {
        let sum: u64 = inside.iter().filter(|&&member| member < at).map(|&member| values[member]).sum();
        let is_complete = inside.iter().all(|&member| member < at);
        let holds = match shown {
            Shown::Count(count) => sum == *count || (!is_complete && sum < *count),
            Shown::Rounded(form, _) => sum <= form.highest && (!is_complete || sum >= form.lowest),
            Shown::Hidden(_) => !is_complete || sum >= least.get(key).copied().unwrap_or(0),
            Shown::Impossible => sum == 0,
        };
        if !holds {
            return;
        }
    }
    if at == values.len() {
        for (key, shown, inside) in members {
            if matches!(shown, Shown::Hidden(_)) {
                let sum = inside.iter().map(|&member| values[member]).sum();
                let range: &mut (u64, u64) = found.entry(key.to_vec()).or_insert((sum, sum));
                *range = (range.0.min(sum), range.1.max(sum));
            }
        }
        return;
    }
    for value in 0..=most {
        values[at] = value;
        walk(values, at + 1, most, members, least, found);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// The oracle knows no equations: it tries every table.
    #[test]
    fn no_small_count_can_be_bounded_by_a_reader_who_tries_every_table(
        counts in proptest::collection::vec(prop_oneof![3 => 0_u64..5, 2 => 5_u64..9], 6),
        is_grouped: bool,
        is_shown: bool,
        key: [u8; 32],
    ) {
        let rows = if is_grouped { grouped("need") } else { flat("need", 3) };
        let spaces = vec![rows, flat("district", 2)];
        let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &counts) };
        let zeros = if is_shown { Zeros::Shown } else { Zeros::Hidden };
        let tables = vec![table("T1", every_cell(&spaces), zeros)];
        let problem = Problem { spaces: spaces.clone(), tables, earlier: Vec::new(), tie_key: key, ..plain() };
        let pattern = suppress(&problem, &counter).expect("nothing was published before");
        // A hidden grand total leaves too many tables to try; the certificates cover it.
        let total = pattern.cells[[0, 0].as_slice()];
        prop_assume!(matches!(total, Shown::Count(_)));
        let found = ranges(&problem, &pattern, &counter);
        for (key, reason) in hidden(&pattern) {
            let truth = counter.count(&[key.clone().into()])[0].counted;
            let (low, high) = found[&key];
            prop_assert!(low <= truth && truth <= high);
            if truth > 0 && truth < 5 {
                prop_assert!(high >= 5 && high - low >= 5, "{key:?} {reason:?} {low} {high}");
                prop_assert!(is_shown && low <= truth || low < truth, "{key:?} cannot be denied");
            }
        }
        for (key, shown) in &pattern.cells {
            if let Shown::Count(count) = shown {
                prop_assert!(*count == 0 && is_shown || *count >= 5, "{key:?} is published");
            }
        }
    }

    /// First half, then year: what the second half holds is in no table, and is found by whoever subtracts.
    #[test]
    fn a_year_after_its_first_half_gives_no_small_count_of_the_second_away(
        counts in proptest::collection::vec(prop_oneof![1 => 0_u64..5, 2 => 5_u64..12], 4),
        key: [u8; 32],
    ) {
        let spaces = vec![flat("need", 2), flat("half", 2)];
        let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &counts) };
        let of = |half: u32| every_cell(&spaces).into_iter().filter(|key| key[1] == half).collect::<Vec<Key>>();
        let problem = |half, earlier| Problem {
            spaces: spaces.clone(),
            tables: vec![table("T1", of(half), Zeros::Hidden)],
            earlier,
            tie_key: key,
            ..plain()
        };
        let first = suppress(&problem(1, Vec::new()), &counter).expect("nothing was published before");
        let form = |shown: Shown| match shown {
            Shown::Count(count) => EarlierForm::Count(count),
            Shown::Rounded(form, _) => EarlierForm::Rounded(form),
            Shown::Hidden(_) => EarlierForm::Suppressed,
            Shown::Impossible => EarlierForm::StructuralZero,
        };
        let earlier: Vec<EarlierCell> = of(1)
            .into_iter()
            .map(|key| EarlierCell {
                form: form(first.cells[&key]),
                key,
                zeros: Zeros::Hidden,
                threshold: 5,
                release: "first half".to_owned(),
            })
            .collect();
        let second = suppress(&problem(0, earlier), &counter).expect("the whole year can be hidden");
        let mut all = Pattern::default();
        for key in every_cell(&spaces) {
            let shown = first.cells.get(&key).or(second.cells.get(&key)).copied();
            all.cells.insert(key, shown.unwrap_or(Shown::Hidden(Reason::Secondary)));
        }
        let year = all.cells[[0, 0].as_slice()];
        prop_assume!(matches!(year, Shown::Count(_)));
        for (key, (low, high)) in ranges(&problem(0, Vec::new()), &all, &counter) {
            let truth = counter.count(&[key.clone().into()])[0].counted;
            if truth > 0 && truth < 5 {
                prop_assert!(low < truth && high >= 5 && high - low >= 5, "{key:?} {low} {high}");
            }
        }
    }

    /// Three dimensions, and the order of tables, cells and codes decides nothing.
    #[test]
    fn permuting_cells_and_codes_changes_nothing(
        counts in proptest::collection::vec(prop_oneof![3 => 0_u64..5, 2 => 5_u64..30], 12),
    ) {
        let spaces = vec![flat("need", 3), flat("district", 2), flat("half", 2)];
        let cells = every_cell(&spaces);
        let turned = vec![spaces[2].clone(), spaces[0].clone(), spaces[1].clone()];
        let turn = |key: &Key| -> Key { [key[2], key[0], key[1]].into() };
        let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &counts) };
        let inner_turned = counter.inner.iter().map(|(key, count)| (turn(&key.clone().into()).to_vec(), *count)).collect();
        let counter_turned = Pencil { spaces: &turned, inner: inner_turned };
        let turned_cells: Vec<Key> = cells.iter().rev().map(turn).collect();
        let problem = |spaces: &[Space], cells| Problem {
            spaces: spaces.to_vec(),
            tables: vec![table("T1", cells, Zeros::Hidden)],
            earlier: Vec::new(),
            tie_key: [3; 32],
            ..plain()
        };
        let plain = suppress(&problem(&spaces, cells), &counter).expect("nothing was published before");
        let other = suppress(&problem(&turned, turned_cells), &counter_turned).expect("nothing was published before");
        for (key, shown) in &plain.cells {
            prop_assert_eq!(*shown, other.cells[&turn(key)]);
        }
    }
}
