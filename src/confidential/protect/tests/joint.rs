//! Cells behind overlapping tables: what three tables force without a small count in sight, and what it takes to leave it open.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::definition::judge;
use super::oracle::Reader;
use super::random::margin;
use super::*;

/// Place 2, sex 2, need 3: of place 1, sex 1 has 6, 4, 12 and sex 2 has 0, 2, 6; of place 2, 12, 1, 2 and 8, 8, 6. All pairs
/// are 5 or more. Place 1, sex 2, need 2 holds 1 to 4, whatever the truth.
const COUNTS: [u64; 12] = [6, 4, 12, 0, 2, 6, 12, 1, 2, 8, 8, 6];
const PAIRS: [[usize; 2]; 3] = [[0, 1], [0, 2], [1, 2]];

fn spaces() -> Vec<Space> {
    vec![flat("place", 2), flat("sex", 2), flat("need", 3)]
}

fn problem(spaces: &[Space]) -> Problem {
    let tables = PAIRS.iter().map(|dims| table("T", margin(spaces, dims), Zeros::Hidden)).collect();
    Problem { spaces: spaces.to_vec(), tables, tie_key: [1; 32], effort: 200_000, ..plain() }
}

fn forced(spaces: &[Space]) -> JointCell {
    let at = [("place", "place1"), ("sex", "sex2"), ("need", "need2")];
    let at: BTreeMap<String, String> = at.map(|(name, code)| (name.to_owned(), code.to_owned())).into();
    let varies: BTreeSet<String> = at.keys().cloned().collect();
    JointCell::named(spaces, &at, &varies).expect("codes of the space")
}

/// How many cells are hidden, and what a reader who tries every table knows of the combination.
fn known(problem: &Problem) -> (usize, (i64, i64)) {
    let spaces = &problem.spaces;
    let counter = Pencil { spaces, inner: inner(spaces, &COUNTS) };
    let pattern = suppress(problem, &counter).expect("a safe pattern");
    let mut reader = Reader::new(problem, &pattern, &counter);
    let inside = reader.inside(spaces, &forced(spaces).key);
    (hidden(&pattern).len(), reader.range(&inside, &[]).expect("a dozen cells"))
}

#[test]
fn what_three_tables_force_is_left_open_once_it_is_named() {
    let spaces = spaces();
    let plain = problem(&spaces);
    assert_eq!(known(&plain), (0, (1, 4)), "nothing is hidden, and one to four cases are known");
    for insiders in [Insiders::Ignored, Insiders::Considered] {
        let named = Problem { joint: vec![forced(&spaces)], insiders, ..plain.clone() };
        let (hidden, (least, most)) = known(&named);
        assert!(hidden > 0 && least == 0 && most >= 5, "{hidden} cells are hidden, {least} to {most}");
    }
}

#[test]
fn other_cells_of_a_joint_table_need_nothing() {
    let spaces = spaces();
    let named = Problem { joint: vec![forced(&spaces)], ..problem(&spaces) };
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &COUNTS) };
    let system = system::System::build(&named, &counter).expect("counts that add up");
    let joint = system.origins.iter().filter(|origin| origin.is_joint).count();
    assert_eq!((joint, system.len()), (12, 12 + 9 + 12 + 12 - 3 - 3 - 4 + 1), "the joint table, and what pairs have");
    let primary = primary::primary(&system);
    assert_eq!(primary.needs.iter().filter(|need| need.is_some()).count(), 1, "of five small cells behind the tables");
}

#[test]
fn a_name_that_the_space_lacks_names_no_cell() {
    let at = BTreeMap::from([("place".to_owned(), "place9".to_owned())]);
    assert_eq!(JointCell::named(&spaces(), &at, &BTreeSet::new()), None);
    let at = BTreeMap::from([("county".to_owned(), "1".to_owned())]);
    assert_eq!(JointCell::named(&spaces(), &at, &BTreeSet::new()), None);
}

/// Cases of place 2, sex 3, need 3, in which margins alone leave a hidden 3 of two pairs open that the joint table bounds to 1 to 4.
const BOUNDED: [u64; 18] = [3, 7, 25, 0, 0, 0, 12, 10, 1, 0, 13, 0, 26, 14, 4, 3, 0, 0];

fn pairs_of(spaces: &[Space]) -> Problem {
    Problem { insiders: Insiders::Ignored, ..problem(spaces) }
}

#[test]
fn hidden_cells_of_three_tables_are_open_for_who_thinks_of_the_table_behind_them() {
    let spaces = vec![flat("place", 2), flat("sex", 3), flat("need", 3)];
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &BOUNDED) };
    let problem = pairs_of(&spaces);
    let pattern = suppress(&problem, &counter).expect("a safe pattern");
    assert_eq!((pattern.statistics.joint_tables, pattern.statistics.joint_left_out), (1, 0));
    assert_eq!(judge(&problem, &pattern, &counter, &[]).breaches, Vec::<String>::new());
}

#[test]
fn one_table_and_tables_that_make_no_circle_have_no_joint_cells() {
    let spaces = vec![flat("place", 2), flat("sex", 3), flat("need", 3)];
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &BOUNDED) };
    for dims in
        [vec![vec![0, 1, 2]], vec![vec![0, 1], vec![1, 2]], vec![vec![0, 1, 2], vec![0, 1], vec![1, 2], vec![0, 2]]]
    {
        let tables = dims.iter().map(|dims| table("T", margin(&spaces, dims), Zeros::Hidden)).collect();
        let problem = Problem { tables, ..pairs_of(&spaces) };
        let system = system::System::build(&problem, &counter).expect("counts that add up");
        assert!(!system.origins.iter().any(|origin| origin.is_joint), "{dims:?}");
    }
}

/// The three tables of one quarter after those of another, of which all inner cells stay hidden.
#[test]
fn the_table_behind_earlier_ones_is_looked_at_again_only_where_a_new_cell_touches_it() {
    let pairs = [flat("place", 2), flat("sex", 3), flat("need", 3)];
    let quarters =
        |sums| Space { name: "quarter".to_owned(), codes: ["Y", "1", "2"].map(str::to_owned).into(), total: 0, sums };
    let joint_of_first = |sums: Vec<(u32, Vec<u32>)>| {
        let spaces = [&pairs[..], &[quarters(sums)]].concat();
        let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &BOUNDED) };
        let cells = |quarter: u32| -> Vec<Vec<Key>> {
            let of = |dims: &[usize; 2]| {
                margin(&pairs, dims).iter().map(|key| [&key[..], &[quarter]].concat().into()).collect()
            };
            PAIRS.iter().map(of).collect()
        };
        let is_total = |key: &Key| key.iter().filter(|&&code| code != 0).count() < 3;
        let earlier = cells(1).concat().into_iter().map(|key| {
            let form = if is_total(&key) {
                EarlierForm::Count(counter.count(std::slice::from_ref(&key))[0].counted)
            } else {
                EarlierForm::Suppressed
            };
            EarlierCell { key, form, zeros: Zeros::Hidden, threshold: 5, release: "r1".to_owned() }
        });
        let tables = cells(2).into_iter().chain([margin(&spaces, &[0, 1])]);
        let tables = tables.map(|cells| table("T", cells, Zeros::Hidden)).collect();
        let problem = Problem { tables, earlier: earlier.collect(), spaces: spaces.clone(), ..pairs_of(&spaces) };
        let system = system::System::build(&problem, &counter).expect("counts that add up");
        system.keys.iter().zip(&system.origins).filter(|(key, origin)| origin.is_joint && key[3] == 1).count()
    };
    assert_eq!(joint_of_first(Vec::new()), 0, "nothing ties the quarters together");
    assert_eq!(joint_of_first(vec![(0, vec![1, 2])]), 18, "the year of places by sexes does");
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 2_000, ..crate::draws::draws(40) })]

    #[test]
    fn no_joint_table_bounds_a_small_count(counts in prop::collection::vec(prop_oneof![2 => Just(0_u64), 3 => 0_u64..9], 18)) {
        let spaces = vec![flat("place", 2), flat("sex", 3), flat("need", 3)];
        let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &counts) };
        let problem = pairs_of(&spaces);
        let pattern = suppress(&problem, &counter);
        prop_assert!(pattern.is_ok(), "nothing was published before, yet: {pattern:?}");
        let Ok(pattern) = pattern else { return Ok(()) };
        let verdict = judge(&problem, &pattern, &counter, &[]);
        prop_assume!(verdict.capped == 0, "too many tables to try");
        prop_assert!(verdict.breaches.is_empty(), "{}\nhidden: {:?}", verdict.breaches.join("\n"), hidden(&pattern));
    }
}
