//! The last resort by worked examples: what is let be where nobody can tell how much is left of a cell.

use super::super::last_resort::Relieved;
use super::super::primary::{self, State};
use super::super::system::System;
use super::*;

/// Three quarters of two districts, of which earlier releases gave all cases of the first half year and none of its quarters.
fn half_year() -> (Vec<Space>, Vec<u64>) {
    let quarters = Space {
        name: "quarter".to_owned(),
        codes: ["year", "half", "q1", "q2", "rest"].map(str::to_owned).to_vec(),
        total: 0,
        sums: vec![(0, vec![1, 4]), (1, vec![2, 3])],
    };
    // By quarter q1, q2 and the rest: two districts each.
    (vec![quarters, flat("district", 2)], vec![3, 20, 17, 20, 30, 40])
}

#[test]
fn where_it_is_not_known_what_is_left_all_that_is_new_in_the_part_stays_hidden_and_no_more() {
    let (spaces, counts) = half_year();
    let inner = inner(&spaces, &counts);
    let counter = Pencil { spaces: &spaces, inner };
    let key = |quarter: u32, district: u32| -> Key { Box::new([quarter, district]) };
    let earlier = [(1, 1, 20), (1, 2, 40), (1, 0, 60)].map(|(quarter, district, count)| EarlierCell {
        key: key(quarter, district),
        form: EarlierForm::Count(count),
        zeros: Zeros::Hidden,
        threshold: 5,
        release: "half".to_owned(),
    });
    let cells: Vec<Key> =
        [2, 4].iter().flat_map(|&quarter| (0..3).map(move |district| key(quarter, district))).collect();
    let tables = vec![table("T1", cells, Zeros::Hidden)];
    let problem = Problem { spaces: spaces.clone(), tables, earlier: earlier.to_vec(), ..plain() };
    let system = System::build(&problem, &counter).expect("the counts agree");
    let at = |wanted: &Key| (0..system.len()).find(|&cell| system.keys[cell] == *wanted).expect("it is a cell");
    let small = at(&key(2, 1));
    let mut relieved = Relieved { primary: primary::primary(&system), known: Vec::new() };
    assert!(relieved.primary.needs[small].is_some(), "three cases need a proof");
    relieved.keep_hidden(&system, &[u32::try_from(small).expect("a handful")]);
    for district in 0..3 {
        let (beside, apart) = (at(&key(2, district)), at(&key(4, district)));
        assert_eq!(relieved.primary.states[beside], State::Hidden, "district {district} of the quarter");
        assert_eq!(relieved.primary.states[apart], State::Open, "nothing ties the rest of the year to it");
    }
    assert!(relieved.primary.needs.iter().all(Option::is_none), "what tells nothing needs no proof");
}
