//! The tables behind overlapping ones, for the cells of these. Comes in: releases and their cells. Goes out: variables for
//! the cells of joint tables, and rows for their sums. Deliberately absent: what a joint cell must hold; that is
//! `reconstruction`'s, which looks at cells that no table shows.
//!
//! Three tables of pairs, of which each hides some cells, are margins of one table of three. Its counts are whole and none is below
//! zero, so a hidden cell may be bounded more narrowly than by the sums of the three. Two tables alone bound nothing so: any two
//! that agree are the margins of some table.
//!
//! Worked example (the tests have it): b2 has 12 cases, 8 of them in c1, where nobody of a1 is. By the table of a and b alone
//! a1 and b2 may have 0 to 12 together; by all three tables 0 to 4.

use std::collections::BTreeSet;

use linear::System;

use crate::attacks::codes::Key;
use crate::attacks::reconstruction::{Axis, Joint, joints, keys, size};
use crate::attacks::system::{Cells, Part};
use crate::readers::csv::Table;

/// A joint table of more cells is left out.
const LARGEST: usize = 4_000;
/// Cells of joint tables in all.
const IN_ALL: usize = 24_000;

/// Adds the joint tables behind circles of tables, the smaller first. Gives how many there are with and without.
pub(super) fn add(cells: &mut Cells, parts: &[Part<'_>]) -> (usize, usize) {
    let (mut done, mut left_out, mut work) = (0, 0, 0);
    for ((release, _), joint) in &joints(cells, parts) {
        let (size, keys) = (size(joint), || keys(cells, joint));
        if !may_be_circle(cells, joint, &parts[*release]) {
            continue;
        }
        if size > LARGEST || work + size > IN_ALL {
            // Whether it is a circle is not looked at where it could not be followed.
            left_out += usize::from(size <= 10 * LARGEST && is_circle(cells, joint, &keys()));
            continue;
        }
        let keys = keys();
        if is_circle(cells, joint, &keys) {
            work += size;
            done += 1;
            follow(cells, joint, &keys, *release);
        }
    }
    (done, left_out)
}

/// The same by the columns of tables alone, which is soon seen: where these make no circle there is none.
fn may_be_circle(cells: &Cells, joint: &Joint, part: &Part<'_>) -> bool {
    let of_table = |table: &Table| {
        let places = table.dims.iter().filter_map(|name| cells.codes.place(name));
        places.filter(|&place| joint.axes.iter().any(|axis| axis.place == place)).collect()
    };
    are_circle(part.tables.iter().map(of_table).collect())
}

/// Whether tables show three sets of the dimensions or more, none inside another, so that none can be taken away.
fn is_circle(cells: &Cells, joint: &Joint, keys: &[Key]) -> bool {
    let mut shown: BTreeSet<BTreeSet<usize>> = BTreeSet::new();
    for &key in keys {
        let is_shown = cells.known.get(key).is_some_and(|at| cells.origins[at].is_some());
        if is_shown {
            let moves = |axis: &&Axis| cells.codes.at(key, axis.place) != cells.codes.at(joint.start, axis.place);
            shown.insert(joint.axes.iter().filter(moves).map(|axis| axis.place).collect());
        }
    }
    are_circle(shown)
}

/// Whether more than two sets are left when what stands in one of them alone, and what lies inside another, is taken away again
/// and again.
fn are_circle(sets: BTreeSet<BTreeSet<usize>>) -> bool {
    let mut sets: Vec<BTreeSet<usize>> = sets.into_iter().collect();
    loop {
        let before = sets.clone();
        for at in 0..sets.len() {
            let is_shared =
                |place: &usize| sets.iter().enumerate().any(|(other, set)| other != at && set.contains(place));
            sets[at] = sets[at].iter().copied().filter(|place| is_shared(place)).collect();
        }
        sets.sort();
        sets.dedup();
        let all = sets.clone();
        sets.retain(|set| !set.is_empty() && !all.iter().any(|other| other != set && set.is_subset(other)));
        if sets == before {
            return sets.len() > 2;
        }
    }
}

/// Variables for the cells that are none yet, and every sum along every dimension.
fn follow(cells: &mut Cells, joint: &Joint, keys: &[Key], release: usize) {
    let variable = |system: &mut System, known: Option<usize>| known.unwrap_or_else(|| system.variable(0, None));
    let at: Vec<usize> = keys.iter().map(|&key| variable(&mut cells.system, cells.known.get(key))).collect();
    for terms in joint.rows(keys.len()) {
        let is_new = terms.iter().any(|&(place, _)| at[place] >= cells.states.len());
        if is_new {
            cells.system.equation(terms.into_iter().map(|(place, factor)| (at[place], factor)), 0);
            cells.relations.push(vec![release]);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{kinds, write};
    use crate::{Attacked, attack};

    /// Three dimensions of two codes, a table of each pair.
    const MANIFEST: &str = r#"{"threshold": 5,
      "hierarchies": {"a": {"total": "T", "sums": [["T", ["a1", "a2"]]]},
                      "b": {"total": "T", "sums": [["T", ["b1", "b2"]]]},
                      "c": {"total": "T", "sums": [["T", ["c1", "c2"]]]}},
      "tables": [{"id": "ab", "file": "data/ab.csv", "dims": ["a", "b"], "markers": {"": [0, null]}},
                 {"id": "ac", "file": "data/ac.csv", "dims": ["a", "c"], "markers": {"": [0, null]}},
                 {"id": "bc", "file": "data/bc.csv", "dims": ["b", "c"], "markers": {"": [0, null]}}]}"#;

    /// Rows and columns in the order total, 1, 2; none where hidden.
    fn table(dims: [&str; 2], cells: [Option<u64>; 9]) -> String {
        let mut text = format!("{},{},value,symbol\n", dims[0], dims[1]);
        let code = |dim: &str, at: usize| if at == 0 { "T".to_owned() } else { format!("{dim}{at}") };
        for (at, cell) in cells.iter().enumerate() {
            let value = cell.map_or_else(|| ",c".to_owned(), |count| format!("{count},"));
            text.push_str(&format!("{},{},{value}\n", code(dims[0], at / 3), code(dims[1], at % 3)));
        }
        text
    }

    fn attacked(ab: [Option<u64>; 9], ac: [Option<u64>; 9], bc: [Option<u64>; 9]) -> Attacked {
        let place = tempfile::tempdir().expect("a temporary folder");
        let files = [table(["a", "b"], ab), table(["a", "c"], ac), table(["b", "c"], bc)];
        let files = [("data/ab.csv", files[0].as_str()), ("data/ac.csv", &files[1]), ("data/bc.csv", &files[2])];
        attack(&[write(place.path(), "r1", MANIFEST, &files)], &[]).expect("a release")
    }

    fn range(attacked: &Attacked, cell: &str) -> Option<(u64, Option<u64>)> {
        attacked.claims.iter().find(|claim| claim.cell == cell).map(|claim| (claim.lowest, claim.highest))
    }

    const HIDDEN: [Option<u64>; 9] = [Some(52), Some(40), Some(12), Some(30), None, None, Some(22), None, None];

    #[test]
    fn a_table_that_nobody_publishes_bounds_a_hidden_cell_of_one_that_is() {
        // a by c: a1 has 29 in c1 and 1 in c2. b by c: b2 has 7 in c1 and 5 in c2. Of the 5 of b2 in c2 a1 has 1 at most, of
        // the 7 in c1 any, so a1 and b2 have 0 to 8, and a2 and b2 have 4 at least of 12.
        let ac = [Some(52), Some(45), Some(7), Some(30), Some(29), Some(1), Some(22), Some(16), Some(6)];
        let bc = [Some(52), Some(45), Some(7), Some(40), Some(38), Some(2), Some(12), Some(7), Some(5)];
        let known = attacked(HIDDEN, ac, bc);
        let tried =
            known.verdict.tried.iter().any(|tried| tried.scope.contains("1 tables behind overlapping ones too"));
        assert!(tried, "{:?}", known.verdict.tried);
        // With the margins alone each of the four could be none.
        let narrower = [Some(52), Some(50), Some(2), Some(30), Some(30), Some(0), Some(22), Some(20), Some(2)];
        let of_few = [Some(52), Some(50), Some(2), Some(40), Some(40), Some(0), Some(12), Some(10), Some(2)];
        assert_eq!(range(&attacked(HIDDEN, narrower, of_few), "a=a2, b=b2"), None, "2 to 12");
        let most = [Some(52), Some(8), Some(44), Some(30), Some(0), Some(30), Some(22), Some(8), Some(14)];
        let rest = [Some(52), Some(8), Some(44), Some(40), Some(0), Some(40), Some(12), Some(8), Some(4)];
        // All 8 of b2 in c1 are a2's, so a1 and b2 have 4 at most.
        assert_eq!(range(&attacked(HIDDEN, most, rest), "a=a1, b=b2"), Some((0, Some(4))));
    }

    #[test]
    fn three_tables_that_hide_enough_for_each_sum_tell_of_one_to_four() {
        let manifest =
            MANIFEST.replace(r#""b1", "b2""#, r#""b1", "b2", "b3""#).replace(r#""c1", "c2""#, r#""c1", "c2", "c3""#);
        let table = |dims: [&str; 2], rows: &[&str]| {
            let mut text = format!("{},{},value,symbol\n", dims[0], dims[1]);
            for (at, row) in rows.iter().enumerate() {
                let code = |dim: &str, at: usize| if at == 0 { "T".to_owned() } else { format!("{dim}{at}") };
                for (column, value) in row.split(' ').enumerate() {
                    let value = if value == "c" { ",c".to_owned() } else { format!("{value},") };
                    text.push_str(&format!("{},{},{value}\n", code(dims[0], at), code(dims[1], column)));
                }
            }
            text
        };
        let ab = table(["a", "b"], &["118 c 44 c", "58 35 c 23", "60 c 44 c"]);
        let ac = table(["a", "c"], &["118 c 44 c", "58 15 17 26", "60 c 27 c"]);
        let bc = table(["b", "c"], &["118 c 44 c", "c c 20 25", "44 c 14 c", "c c 10 c"]);
        let place = tempfile::tempdir().expect("a temporary folder");
        let mut files = vec![("data/ab.csv", ab.as_str()), ("data/ac.csv", &ac), ("data/bc.csv", &bc)];
        let known = attack(&[write(place.path(), "r1", &manifest, &files)], &[]).expect("a release");
        assert_eq!(kinds(&known), ["suppressed_known_small_nonzero"]);
        assert_eq!(range(&known, "b=b3, c=c3"), Some((1, Some(4))));
        // Without the third table there is no circle, and nothing is known.
        files[1] = ("data/ac.csv", "a,c,value,symbol\nT,T,118,\n");
        let apart = tempfile::tempdir().expect("a temporary folder");
        let known = attack(&[write(apart.path(), "r1", &manifest, &files)], &[]).expect("a release");
        assert_eq!(kinds(&known), Vec::<&str>::new());
    }
}
