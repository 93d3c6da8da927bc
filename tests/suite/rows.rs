//! An intruder who asks why a row is there. A code of an open list has its row for a reason, and everybody can read which: so a row
//! tells whatever the reason looks at. The intruder takes every number of cases that a quarter could have had, and looks which of
//! them gives the rows that are published. The real program, on cases that can be counted by hand.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use crate::corrections::Made;

const REPORT: &str = r#"
title = "Casework report"
[[table]]
id = "C01"
title = "Broad issues"
dims = ["issue:complaint_type", "period"]
last = 2
audiences = ["public", "council"]
"#;

/// What is rare, and could be seen to be there.
const RARE: &str = "Noise";

/// The codes with a row in the report of the third quarter, where the rare one was used so often in each quarter; nothing at all was
/// recorded of a quarter of none.
fn rows(rare: [Option<usize>; 3]) -> BTreeSet<String> {
    let made = Made::new();
    fs::write(made.folder.join("config/reports/quarterly.toml"), REPORT).expect("the workspace can be written");
    let mut text = "unique_key,account,opendate,closedate,complaint_type,descriptor,borough\n".to_owned();
    for (quarter, rare) in (0..).zip(rare).filter_map(|(quarter, rare)| Some((quarter, rare?))) {
        for (issue, cases) in [("Housing", 40), ("Schools", 30), (RARE, rare)] {
            for case in 0..cases {
                let month = 1 + 3 * quarter + case % 3;
                writeln!(text, "{issue}-{quarter}-{case},NYCC01,2018-{month:02}-15,,{issue},General,Queens")
                    .expect("a string");
            }
        }
    }
    made.ingest_text(&text);
    made.report(&["2018-Q3"]);
    let table = fs::read_to_string(made.reports().join("2018-Q3-public-r1/data/c01.csv")).expect("a table");
    table.lines().skip(1).filter_map(|line| line.split(',').next()).map(str::to_owned).collect()
}

/// Whether the rows are the same whatever one quarter had.
fn tell_nothing(worlds: impl Iterator<Item = [Option<usize>; 3]>) -> bool {
    worlds.map(rows).collect::<BTreeSet<_>>().len() == 1
}

#[test]
fn rows_tell_nothing_of_the_quarter_nor_of_the_one_beside_it() {
    // The first quarter is before everything that the report shows: nine uses are one too few for a row, ten are enough.
    for (before, has_row) in [(9, false), (10, true)] {
        assert_eq!(rows([Some(before), Some(0), Some(0)]).contains(RARE), has_row);
        let uses = [0, 1, 4, 5, 11, 30];
        assert!(tell_nothing(uses.iter().map(|&rare| [Some(before), Some(3), Some(rare)])), "of its own quarter");
        assert!(tell_nothing(uses.iter().map(|&rare| [Some(before), Some(rare), Some(3)])), "of the one beside it");
    }
}

#[test]
fn the_intruder_wins_where_all_that_is_recorded_decides() {
    // A first report without a past: its rows say that the threshold was reached in all that is recorded, as the docs say.
    assert!(!tell_nothing([4, 5].into_iter().map(|rare| [None, None, Some(rare)])));
    assert!(tell_nothing([5, 11, 30].into_iter().map(|rare| [None, None, Some(rare)])));
}
