//! Worked examples. Each can be checked by hand. Deliberately absent: anything random.

use super::every_table::ranges;
use super::*;

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
    let primary = primary::primary(&system);
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

/// The year and its second half were published under a lower threshold: the first half, 4, is their difference. The report is made all
/// the same, and does not print what everybody can work out.
#[test]
fn what_earlier_releases_told_stays_told_and_stops_nothing() {
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
    let pattern = suppress(&problem, &counter).expect("there is always a next release");
    assert_eq!(hidden(&pattern), [(vec![1], Reason::MinimumFrequency)]);
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

/// Districts by age, zeros shown, and needs by district. All that need 1 has in district 1 are two young cases of one
/// family, which therefore knows that the young there are 2 or more. Five older ones are published: were the young
/// allowed to be 1 for it, need 2 could be 4 there, and is 5 or more.
#[test]
fn a_family_knows_its_own_cases_in_the_cells_of_other_tables_too() {
    let spaces = vec![flat("need", 2), flat("district", 2), flat("age", 2)];
    let cases: [(&[u32], &[u32]); 6] = [
        (&[1, 1, 1], &[0, 0]),
        (&[1, 2, 2], &[1, 3]),
        (&[2, 1, 1], &[1, 0, 0, 0, 1]),
        (&[2, 1, 2], &[3, 1, 0, 0, 0]),
        (&[2, 2, 1], &[1, 3]),
        (&[2, 2, 2], &[1, 0]),
    ];
    let rows = cases.iter().flat_map(|(codes, families)| families.iter().map(|&family| (codes.to_vec(), family, 1)));
    let counter = Families { spaces: &spaces, rows: rows.collect() };
    let tables = vec![
        PlannedTable { threshold: 3, ..table("T0", random::margin(&spaces, &[1, 2]), Zeros::Shown) },
        table("T1", random::margin(&spaces, &[0, 1]), Zeros::Hidden),
    ];
    let problem = Problem { spaces: spaces.clone(), tables, insiders: Insiders::Considered, ..plain() };
    let pattern = suppress(&problem, &counter).expect("everything can be hidden");
    assert_eq!(definition::judge(&problem, &pattern, &counter, &[]).breaches, Vec::<String>::new());
    let attacked = |problem: &Problem, pattern: &Pattern| {
        rules::insider::attack(problem, pattern, &counter).expect("a sound pattern").by_insiders
    };
    assert_eq!(attacked(&problem, &pattern), Vec::new());
    let without = Problem { insiders: Insiders::Ignored, ..problem.clone() };
    let pattern = suppress(&without, &counter).expect("everything can be hidden");
    assert!(!attacked(&problem, &pattern).is_empty(), "for strangers alone more would be shown");
}

/// Three families, each alone with its need; the third is alone in its district too and knows the zeros there. Were the
/// zeros of needs shown, each need would be 1 or more, and its case in the other district with it.
#[test]
fn three_families_alone_are_hidden_from_one_another() {
    let spaces = vec![flat("need", 3), flat("district", 2)];
    let rows = vec![(vec![1, 2], 0, 1), (vec![2, 2], 1, 1), (vec![3, 1], 2, 1)];
    let counter = Families { spaces: &spaces, rows };
    let tables =
        vec![table("T0", every_cell(&spaces), Zeros::Hidden), table("T1", random::margin(&spaces, &[0]), Zeros::Shown)];
    let problem = Problem { spaces: spaces.clone(), tables, insiders: Insiders::Considered, ..plain() };
    let pattern = suppress(&problem, &counter).expect("everything can be hidden");
    assert_eq!(definition::judge(&problem, &pattern, &counter, &[]).breaches, Vec::<String>::new());
    assert_eq!(pattern.zeros, [Zeros::Hidden, Zeros::Hidden]);
}

/// One family, three cases, one need, one district: everything is its own, and there is nobody to protect from it. Had it
/// to be kept from knowing itself, no pattern would do.
#[test]
fn a_family_alone_in_a_total_and_in_a_cell_below_it_is_no_reason_to_refuse() {
    let spaces = vec![flat("need", 2), flat("district", 2)];
    let rows = vec![(vec![1, 2], 0, 3)];
    let counter = Families { spaces: &spaces, rows };
    for zeros in [Zeros::Hidden, Zeros::Shown] {
        let tables = vec![table("T1", every_cell(&spaces), zeros)];
        let problem = Problem { spaces: spaces.clone(), tables, insiders: Insiders::Considered, ..plain() };
        let pattern = suppress(&problem, &counter).expect("everything can be hidden");
        assert!(pattern.cells.values().all(|shown| matches!(shown, Shown::Hidden(_) | Shown::Count(0))));
    }
}

/// The cases of families, without saying whose they are.
struct Nameless<'a>(&'a Families<'a>);

impl Counter for Nameless<'_> {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        self.0.count(keys)
    }

    fn rows(&self, keys: &[Key]) -> Vec<Row> {
        self.0.rows(keys).into_iter().filter(|row| !row.of.is_empty()).map(|row| Row { unit: None, ..row }).collect()
    }
}

/// Needs 1 and 2 are of one family, two cases each; need 3 is of two others, need 4 of twenty. From the total and need 4
/// everybody knows that the first three are 6; who knows only that need 1 is 2 leaves need 3 a range of 0 to 4, but the
/// family knows need 2 too.
#[test]
fn a_family_alone_in_two_cells_knows_both_though_no_case_is_in_both() {
    let spaces = vec![flat("need", 4)];
    let own = [(vec![1], 0, 2), (vec![2], 0, 2)];
    let others = (1..=2).map(|family| (vec![3], family, 1)).chain((3..23).map(|family| (vec![4], family, 1)));
    let counter = Families { spaces: &spaces, rows: own.into_iter().chain(others).collect() };
    let tables = vec![PlannedTable { threshold: 3, ..table("T0", every_cell(&spaces), Zeros::Hidden) }];
    let problem = Problem { spaces: spaces.clone(), tables, insiders: Insiders::Considered, ..plain() };
    let pattern = suppress(&problem, &Nameless(&counter)).expect("everything can be hidden");
    assert_eq!(hidden(&pattern).len(), 3, "as if two families knew a cell each");
    let breaches = definition::judge(&problem, &pattern, &counter, &[]).breaches;
    assert_eq!(breaches.len(), 1, "{breaches:?}");
    assert!(breaches[0].contains("[3]"), "{breaches:?}");
    let pattern = suppress(&problem, &counter).expect("everything can be hidden");
    assert_eq!(hidden(&pattern).len(), 4);
    assert_eq!(definition::judge(&problem, &pattern, &counter, &[]).breaches, Vec::<String>::new());
}

/// x and z are hidden beside zeros that are hidden; to show zeros beside them would say that both are one or more, of 5 together.
#[test]
fn a_table_that_shows_its_zeros_says_more_of_what_was_hidden_before_and_is_protected_for_it() {
    let spaces = vec![flat("k", 3)];
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &[3, 8, 2]) };
    let form = |shown: Option<u64>| shown.map_or(EarlierForm::Suppressed, EarlierForm::Count);
    let earlier = [(0_u32, Some(13)), (1, None), (2, Some(8)), (3, None)].map(|(code, shown)| EarlierCell {
        key: Box::new([code]),
        form: form(shown),
        zeros: Zeros::Hidden,
        threshold: 5,
        release: "first".to_owned(),
    });
    let tables = vec![table("T1", every_cell(&spaces), Zeros::Shown)];
    let problem = Problem { spaces: spaces.clone(), tables, earlier: earlier.to_vec(), ..plain() };
    let pattern = suppress(&problem, &counter).expect("there is a next release");
    assert_eq!(pattern.zeros, [Zeros::Hidden], "the signs for hidden figures say no more than they did");
}
