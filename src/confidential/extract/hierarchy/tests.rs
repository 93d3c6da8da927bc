//! Hierarchies by hand, and the ways in which one can be wrong.

use std::path::Path;

use super::read::rows;
use super::{Fault, Hierarchy, find};

fn parse(bytes: &[u8]) -> Result<Hierarchy, Fault> {
    Hierarchy::new("place", &rows(bytes)?)
}

#[test]
fn levels_nest_and_codes_are_in_order_of_appearance() {
    let hierarchy = parse(b"Leek;North;*\nStone;South;*\nBiddulph;North;*\n").expect("a hierarchy");
    let levels = hierarchy.levels();
    assert_eq!((hierarchy.height(), hierarchy.domain()), (3, 3));
    assert_eq!((&levels[1].codes[..], &levels[1].leaves[..]), (&[0, 1, 0][..], &[2, 1][..]));
    assert_eq!((&levels[0].parents[..], &levels[1].parents[..]), (&[0, 1, 0][..], &[0, 0][..]));
    assert_eq!((hierarchy.code("Stone"), hierarchy.code("North")), (Some(1), None));
    assert_eq!(
        [hierarchy.loss(0, 0), hierarchy.loss(1, 0), hierarchy.loss(1, 1), hierarchy.loss(2, 0)],
        [0.0, 0.5, 0.0, 1.0]
    );
}

#[test]
fn the_separator_is_found() {
    for text in
        ["a;b;*\nc;b;*\n", "a,b,*\nc,b,*\n", "a\tb\t*\r\nc\tb\t*\r\n", "a|b|*\nc|b|*", "\"a\",\"b\",\"*\"\nc,b,*\n"]
    {
        assert_eq!(parse(text.as_bytes()).expect(text).height(), 3, "{text}");
    }
    let ranges = parse(b"1;[0, 5[;[0, 9[\n6;[5, 9[;[0, 9[\n").expect("commas in labels");
    assert_eq!(ranges.levels()[1].labels, ["[0, 5[", "[5, 9["]);
}

#[test]
fn one_label_on_two_levels_is_two_groups() {
    let hierarchy = parse(b"a;x;y;*\nb;y;y;*\n").expect("as in census hierarchies");
    assert_eq!(hierarchy.levels()[2].leaves, [2]);
}

#[test]
fn what_is_wrong_is_told_by_line_and_level() {
    let wrong: [(&[u8], Fault); 11] = [
        (b"", Fault::Empty),
        (b"a\nb\n", Fault::OneLevel { line: 1 }),
        (b"a:x:*\nb:x:*\n", Fault::OneLevel { line: 1 }),
        (b"a;x;*\nb;*\n", Fault::Ragged { line: 2, fields: 2, expected: 3 }),
        (b"a;x;*\n;;*\n", Fault::EmptyCell { line: 2, level: 1 }),
        (b"a;x;*\nb;;*\n", Fault::EmptyCell { line: 2, level: 1 }),
        (b"place;district;all\na;x;*\n", Fault::Header { line: 1 }),
        (b"a;x;*\nb;x;*\na;x;*\n", Fault::Duplicate { line: 3, first: 1 }),
        (b"a;x;p;*\nb;x;q;*\n", Fault::SeveralParents { line: 2, first: 1, level: 1 }),
        (b"a;x\nb;y\n", Fault::NoTop { level: 1, labels: 2 }),
        (b"a;x;*\n*;x;*\n", Fault::Reserved { line: 2 }),
    ];
    for (bytes, fault) in wrong {
        assert_eq!(parse(bytes).expect_err("a fault"), fault, "{}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(parse(b"a;x;*\nb;\xe9;*\n").expect_err("Latin-1"), Fault::Encoding { line: 2, level: 1 });
    assert_eq!(parse(b"a;x;*\n\"b;x;*\n").expect_err("open"), Fault::Quote { line: 2 });
}

#[test]
fn a_message_shows_no_value() {
    let fault = parse(b"a;x;*\nb;x;*\nb;x;*\n").expect_err("twice");
    assert_eq!(fault.to_string(), "line 3, level 0: the value of line 2 again");
}

#[test]
fn files_are_found_by_the_column_in_their_name() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str| std::fs::write(home.path().join(name), "a;*\nb;*\n").expect("a file of our own");
    let found = |wanted: &[&str]| find(home.path(), &["age", "sex"], wanted).map_err(|error| error.to_string());
    write("set.csv");
    write("set_hierarchy_age.csv");
    let age = found(&["age"]).expect("a file");
    assert!(age[0].ends_with("set_hierarchy_age.csv"));
    assert!(found(&["sex"]).expect_err("none").contains("no *_hierarchy_sex.csv"));
    write("other_hierarchy_age.csv");
    assert!(found(&["age"]).expect_err("two").contains("has two hierarchies"));
    std::fs::remove_file(home.path().join("other_hierarchy_age.csv")).expect("a file of our own");
    write("set_hierarchy_seks.csv");
    assert!(found(&["sex"]).expect_err("a misspelt name").contains("do not have"));
    assert!(found(&["age"]).is_ok(), "one for other data is in nobody's way");
    assert!(find(Path::new("/nowhere/at/all"), &[], &[]).is_err());
}
