//! Readers who know how the world is: wards lie in towns, and no table shows wards by towns. Here the oracle knows which
//! finest cells are empty, and of the inequalities it knows nothing.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::chance::Chance;
use super::definition::{Verdict, judge};
use super::random::margin;
use super::*;

/// Wards 1 and 2 lie in town 1, ward 3 in town 2, and ward 4 is the one that is not recorded; so is town 3.
fn spaces() -> Vec<Space> {
    vec![flat("ward", 4), flat("town", 3), flat("issue", 2)]
}

fn rule(wards: &[u32], towns: &[u32]) -> Impossible {
    Impossible { codes: BTreeMap::from([(0, wards.iter().copied().collect()), (1, towns.iter().copied().collect())]) }
}

/// Tables of issues by ward and by town.
fn problem(spaces: &[Space]) -> Problem {
    let tables = [[0, 2], [1, 2]].iter().map(|dims| table("T", margin(spaces, dims), Zeros::Hidden)).collect();
    let impossible = vec![rule(&[1, 2], &[2]), rule(&[3], &[1])];
    let all = Problem { insiders: Insiders::Ignored, ..plain() };
    Problem { spaces: spaces.to_vec(), tables, impossible, tie_key: [3; 32], effort: 200_000, ..all }
}

/// Cases by ward, town and issue.
fn counter<'a>(spaces: &'a [Space], cases: &[([u32; 3], u64)]) -> Pencil<'a> {
    Pencil { spaces, inner: cases.iter().map(|(codes, count)| (codes.to_vec(), *count)).collect() }
}

/// What a reader who knows the places makes of a pattern, made with the rules or without.
fn verdict(cases: &[([u32; 3], u64)], knows: bool) -> Verdict {
    let spaces = spaces();
    let asked = problem(&spaces);
    let unruled = Problem { impossible: if knows { asked.impossible.clone() } else { Vec::new() }, ..asked.clone() };
    let counter = counter(&spaces, cases);
    let pattern = suppress(&unruled, &counter).expect("hiding everything would do");
    judge(&asked, &pattern, &counter, &[])
}

/// Nobody of ward 3 lies outside of town 2, and wards 1 and 2 share town 1.
const PLACES: [([u32; 3], u64); 7] = [
    ([1, 1, 1], 6),
    ([2, 1, 1], 2),
    ([3, 2, 1], 9),
    ([1, 1, 2], 30),
    ([2, 1, 2], 30),
    ([3, 2, 2], 30),
    ([4, 3, 2], 20),
];

#[test]
fn tables_that_are_safe_apart_tell_of_few_to_whoever_knows_the_places_unless_the_rule_is_kept() {
    let mut chance = Chance::new(&[5; 32], 1);
    let (mut tried, mut told) = (0, 0);
    for _ in 0..150 {
        // Mostly none, so that every table can be tried.
        let mut count = || if chance.below(5) < 3 { 0 } else { chance.below(9) as u64 };
        let cases: Vec<([u32; 3], u64)> = possible().into_iter().map(|place| (place, count())).collect();
        let [off, on] = [false, true].map(|knows| verdict(&cases, knows));
        if off.capped + on.capped == 0 {
            tried += 1;
            told += usize::from(!off.breaches.is_empty());
            assert_eq!(on.breaches, Vec::<String>::new());
        }
    }
    assert!(told > 0, "with the rule off nobody learns anything of {tried} services, so it protects nothing");
}

#[test]
fn a_cell_that_cannot_be_is_known_and_hides_nothing() {
    // One table with both: ward 3 is never in town 1, so nothing can be moved there.
    let spaces = spaces();
    let counter = counter(&spaces, &PLACES);
    let whole = vec![table("T", margin(&spaces, &[0, 1]), Zeros::Hidden)];
    let asked = Problem { tables: whole, ..problem(&spaces) };
    let pattern = suppress(&asked, &counter).expect("a pattern");
    assert_eq!(pattern.cells[&Key::from([3, 1, 0].as_slice())], Shown::Impossible);
    assert_eq!(judge(&asked, &pattern, &counter, &[]).breaches, Vec::<String>::new());
}

#[test]
fn counts_that_contradict_a_rule_stop_the_release() {
    let spaces = spaces();
    let counter = counter(&spaces, &[([1, 2, 1], 7), ([2, 1, 1], 9)]);
    let whole = vec![table("T", margin(&spaces, &[0, 1]), Zeros::Hidden)];
    let error = suppress(&Problem { tables: whole, ..problem(&spaces) }, &counter).expect_err("ward 1 in town 2");
    assert!(matches!(error, ProtectError::ImpossibleCounted { .. }), "{error}");
    let error = suppress(&problem(&spaces), &counter).expect_err("more in ward 1 than in its town");
    assert!(matches!(error, ProtectError::NotRelated { .. }), "{error}");
}

#[test]
fn a_group_is_meant_where_all_its_codes_are() {
    let space = grouped("area");
    assert_eq!(closed(&space, BTreeSet::from([3])), BTreeSet::from([3]));
    assert_eq!(closed(&space, BTreeSet::from([3, 4])), BTreeSet::from([1, 3, 4]));
    assert_eq!(closed(&space, BTreeSet::from([2, 3, 4])), BTreeSet::from([0, 1, 2, 3, 4]));
}

/// The combinations that can be.
fn possible() -> Vec<[u32; 3]> {
    let spaces = spaces();
    let rules = problem(&spaces).impossible;
    let all = product(&spaces.iter().map(leaves).collect::<Vec<_>>());
    let open = all.into_iter().filter(|key| !rules.iter().any(|rule| rule.holds(key)));
    open.map(|key| [key[0], key[1], key[2]]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 2_000, ..crate::draws::draws(40) })]

    #[test]
    fn nobody_who_knows_the_places_learns_of_few(counts in prop::collection::vec(prop_oneof![2 => Just(0_u64), 3 => 0_u64..14], 18)) {
        let cases: Vec<([u32; 3], u64)> = possible().into_iter().zip(counts).collect();
        let spaces = spaces();
        let asked = problem(&spaces);
        let counter = counter(&spaces, &cases);
        let pattern = suppress(&asked, &counter);
        prop_assert!(pattern.is_ok(), "nothing was published before, yet: {pattern:?}");
        let Ok(pattern) = pattern else { return Ok(()) };
        let verdict = judge(&asked, &pattern, &counter, &[]);
        prop_assume!(verdict.capped == 0, "too many tables to try");
        prop_assert!(verdict.breaches.is_empty(), "{}\nhidden: {:?}", verdict.breaches.join("\n"), hidden(&pattern));
    }
}
