//! The last resort by worked examples: what is let be where nobody can tell how much is left of a cell.

use super::super::last_resort::Relieved;
use super::super::parts::Parts;
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

fn key(quarter: u32, district: u32) -> Key {
    Box::new([quarter, district])
}

/// A report of the first quarter and of the rest of the year.
fn problem(spaces: &[Space]) -> Problem {
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
    Problem { spaces: spaces.to_vec(), tables, earlier: earlier.to_vec(), ..plain() }
}

#[test]
fn what_everybody_has_cuts_a_system_into_parts() {
    let (spaces, counts) = half_year();
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &counts) };
    let problem = problem(&spaces);
    let system = System::build(&problem, &counter).expect("the counts agree");
    let parts = Parts::of(&system, &primary::primary(&system));
    let place = |wanted: Key| {
        let cell = (0_u32..).zip(&system.keys).find(|(_, key)| **key == wanted).expect("it is a cell").0;
        parts.place(cell).map(|place| (place.part, parts.all()[place.part].cells[place.at] == cell))
    };
    for district in 0..3 {
        assert_eq!(place(key(1, district)), None, "everybody has the half year");
        let (quarter, rest) = (place(key(2, district)), place(key(4, district)));
        assert_eq!((quarter, rest), (place(key(2, 0)), place(key(4, 0))), "districts add up");
        assert!(quarter.is_some_and(|(_, is_there)| is_there) && quarter != rest, "nothing ties the two");
    }
    for part in parts.all() {
        for (at, by) in part.rows.iter().flat_map(|&row| parts.row(&system, row)) {
            assert!(at < part.cells.len() && by.abs() == 1, "a sum of one part has no cell of another");
        }
    }
}

#[test]
fn where_it_is_not_known_what_is_left_all_that_is_new_in_the_part_stays_hidden_and_no_more() {
    let (spaces, counts) = half_year();
    let counter = Pencil { spaces: &spaces, inner: inner(&spaces, &counts) };
    let problem = problem(&spaces);
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
