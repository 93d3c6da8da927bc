use std::collections::BTreeMap;

use super::groups::Groups;
use super::{Ground, Risk, Risks, Sizes, Subsets, Terms, WORK};
use crate::extract::hierarchy::Hierarchy;
use crate::extract::microdata::{Microdata, Roles};
use crate::extract::outcome::{Classes, Label};
use crate::extract::table::Table;

const TERMS: Terms = Terms { threshold: Some(0.2), fraction: 0.5, work: Some(WORK) };

fn hierarchy(column: &str, values: &[&str]) -> Hierarchy {
    let rows: Vec<(u64, Vec<String>)> =
        values.iter().zip(1..).map(|(value, line)| (line, vec![(*value).to_owned(), "*".to_owned()])).collect();
    Hierarchy::new(column, &rows).expect("a sound hierarchy")
}

/// Six records of four families: two in a/x, one in a/y, three in b/x.
fn microdata(population: &str) -> Microdata {
    let records = "one,two,family\na,x,F1\na,x,F1\na,y,F2\nb,x,F1\nb,x,F3\nb,x,F4\n";
    let roles = |unit: Option<&str>| Roles {
        quasi: vec!["one".into(), "two".into()],
        sensitive: Vec::new(),
        unit: unit.map(str::to_owned),
    };
    let hierarchies = vec![hierarchy("one", &["a", "b"]), hierarchy("two", &["x", "y"])];
    let table = Table::parse(records.as_bytes()).expect("a table");
    let mut microdata = Microdata::new(&table, &roles(Some("family")), hierarchies).expect("sound");
    if !population.is_empty() {
        let population = Table::parse(population.as_bytes()).expect("a table");
        microdata.add_population(&population, &roles(None)).expect("sound");
    }
    microdata
}

/// `b` is one class, `a` another with `two` generalised; or `a` is suppressed.
fn classes(microdata: &Microdata, suppress: bool) -> Classes {
    let label = |text: &str, leaves| Label { text: text.into(), leaves };
    let is_b: Vec<bool> = microdata.distinct.codes[0].iter().map(|code| *code == 1).collect();
    Classes {
        // People of the population alone are in no class.
        of_row: is_b
            .iter()
            .map(|b| if *b { Some(0) } else { (!suppress).then_some(1) })
            .zip(&microdata.distinct.counts)
            .map(|(class, count)| class.filter(|_| *count > 0))
            .collect(),
        cells: if suppress { vec![vec![1], vec![0]] } else { vec![vec![1, 0], vec![0, 0]] },
        labels: vec![vec![label("a", 1), label("b", 1)], vec![label("*", 2)]],
        records: if suppress { vec![3] } else { vec![3, 3] },
        units: if suppress { vec![3] } else { vec![3, 2] },
    }
}

#[test]
fn prosecutor_risk_of_records_by_hand() {
    let risk = Risk::new(&microdata(""), &classes(&microdata(""), false), None, &TERMS);
    // Classes of 2, 1 and 3: one record is alone, the average is 3 classes in 6 records, all are above 1/5.
    let before = &risk.before;
    assert_eq!(before.class_sizes, Sizes { counts: vec![(1, 1), (2, 1), (3, 1)] });
    let told = before.risk.prosecutor;
    assert_eq!((told.highest, told.average, told.at_risk), (1.0, 0.5, Some(1.0)));
    let after = risk.after.risk.prosecutor;
    assert_eq!((after.highest, after.average), (1.0 / 3.0, 1.0 / 3.0));
}

#[test]
fn a_class_of_the_threshold_is_not_at_risk() {
    let groups = Groups { records: vec![4, 5], ..Groups::default() };
    let told = Risks::of_records(&groups, Ground::Estimated, &TERMS).prosecutor;
    assert_eq!(told.at_risk, Some(4.0 / 9.0));
}

#[test]
fn a_family_is_found_in_the_smallest_class_it_is_in() {
    let risk = Risk::new(&microdata(""), &classes(&microdata(""), false), None, &TERMS);
    // Before: a/x has F1 alone, a/y has F2 alone, b/x has F1, F3, F4. So F1 and F2 are found, F3 and F4 with 1/3.
    let families = risk.before.families.expect("families are known");
    assert_eq!((families.families, families.class_sizes.counts), (4, vec![(1, 2), (3, 1)]));
    let told = families.risk.prosecutor;
    assert_eq!(told.highest, 1.0);
    assert!((told.average - (1.0 + 1.0 + 1.0 / 3.0 + 1.0 / 3.0) / 4.0).abs() < 1e-12);
    // After: a has F1 and F2.
    let told = risk.after.families.expect("families are known").risk.prosecutor;
    assert_eq!(told.highest, 0.5);
    assert!((told.average - (0.5 + 0.5 + 1.0 / 3.0 + 1.0 / 3.0) / 4.0).abs() < 1e-12);
}

#[test]
fn suppressed_records_are_no_class_and_are_told_apart() {
    let risk = Risk::new(&microdata(""), &classes(&microdata(""), true), None, &TERMS);
    assert_eq!((risk.after.records, risk.after.suppressed), (3, 3));
    assert_eq!(risk.after.class_sizes.counts, [(3, 1)]);
    // Two families are among the suppressed.
    assert_eq!((risk.before.suppressed_highest, risk.after.suppressed_highest), (None, Some(0.5)));
    assert_eq!(risk.after.families.expect("families are known").families, 3);
}

#[test]
fn journalist_risk_counts_the_people_of_the_population_table() {
    // Four people in a/x, one in a/y, five in b/x, two in b/y, whom no record is like.
    let population = "one,two\n".to_owned() + &"a,x\n".repeat(4) + "a,y\n" + &"b,x\n".repeat(5) + &"b,y\n".repeat(2);
    let microdata = microdata(&population);
    let risk = Risk::new(&microdata, &classes(&microdata, false), Some(&[0, 1]), &TERMS);
    assert_eq!((risk.population, risk.sampling_fraction), (Ground::Table, 0.5));
    let told = risk.before.risk;
    assert_eq!(told.journalist.highest, 1.0);
    let marketer = (2.0 / 4.0 + 1.0 + 3.0 / 5.0) / 6.0;
    assert!((told.marketer - marketer).abs() < 1e-12, "{}", told.marketer);
    // After, the people of b/y fall into class b: 5 in a, 7 in b.
    let told = risk.after.risk;
    assert_eq!(told.journalist.highest, 0.2);
    assert!((told.marketer - (3.0 / 5.0 + 3.0 / 7.0) / 6.0).abs() < 1e-12, "{}", told.marketer);
    // Without levels only those count who are alike to a record before recoding, and the risk is higher.
    let local = Risk::new(&microdata, &classes(&microdata, false), None, &TERMS).after.risk;
    assert!((local.marketer - (3.0 / 5.0 + 3.0 / 5.0) / 6.0).abs() < 1e-12, "{}", local.marketer);
}

#[test]
fn without_a_table_the_population_is_estimated_and_a_smaller_sample_is_safer() {
    let of = |fraction| {
        let microdata = microdata("");
        let terms = Terms { fraction, ..TERMS };
        Risk::new(&microdata, &classes(&microdata, false), None, &terms).before.risk
    };
    assert_eq!(of(1.0).journalist.highest, 1.0);
    assert!((of(0.5).journalist.highest - 2.0_f64.ln()).abs() < 1e-12);
    assert!(of(0.1).marketer < of(0.5).marketer && of(0.5).marketer < of(1.0).marketer);
    assert_eq!(of(1.0).marketer, of(1.0).prosecutor.average);
}

#[test]
fn distinction_and_separation_by_hand() {
    // The example of four records: (1, 2), (1, 3), (2, 2), (2, 2).
    let groups = Groups {
        names: vec!["one".into(), "two".into()],
        cells: vec![vec![1, 1, 2], vec![2, 3, 2]],
        records: vec![1, 1, 2],
        ..Groups::default()
    };
    let subsets = Subsets::new(&groups, WORK);
    let told: Vec<(Vec<&str>, u64, u64, f64, f64)> = subsets
        .all
        .iter()
        .map(|one| {
            let names = one.attributes.iter().map(String::as_str).collect();
            (names, one.classes, one.uniques, one.distinction, one.separation)
        })
        .collect();
    // Of the six pairs, `one` leaves two together, `two` three, both one.
    let known = [
        (vec!["one"], 2, 0, 0.5, 4.0 / 6.0),
        (vec!["two"], 2, 1, 0.5, 3.0 / 6.0),
        (vec!["one", "two"], 3, 2, 0.75, 5.0 / 6.0),
    ];
    assert_eq!(told, known);
    assert_eq!(subsets.attributes[1].uniqueness_without, Some(0.0));
    let worst: Vec<&[String]> = subsets.most.iter().map(|one| one.attributes.as_slice()).collect();
    assert_eq!(worst, [&["two".to_owned()][..], &["one".to_owned()], &["one".to_owned(), "two".to_owned()]]);
}

/// Numbers that look random and are the same on every machine.
fn draw(state: &mut u64, below: u64) -> u32 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    u32::try_from((*state >> 33) % below).expect("small")
}

/// Groups that differ, of the given number of values a column.
fn random(domains: &[u64], rows: usize, with_units: bool) -> Groups {
    let mut state = 5;
    let mut known = BTreeMap::new();
    while known.len() < rows {
        let cells: Vec<u32> = domains.iter().map(|domain| draw(&mut state, *domain)).collect();
        known.insert(cells, u64::from(1 + draw(&mut state, 3)));
    }
    let cells = (0..domains.len()).map(|column| known.keys().map(|cells| cells[column]).collect()).collect();
    let names = (0..domains.len()).map(|column| format!("c{column}")).collect();
    let mut groups = Groups { names, cells, records: known.values().copied().collect(), ..Groups::default() };
    if with_units {
        let of_group = |group: u32| (0..2).map(move |_| group);
        groups.pairs = (0..u32::try_from(rows).expect("few"))
            .flat_map(of_group)
            .map(|group| (draw(&mut state, 9), group))
            .collect();
        groups.pairs.sort_unstable();
        groups.pairs.dedup();
        groups.units = vec![0; rows];
        groups.pairs.iter().for_each(|(_, group)| groups.units[*group as usize] += 1);
    }
    groups
}

/// Every subset from scratch: classes, uniques, members.
fn brute(groups: &Groups, names: &[String]) -> (u64, u64, u64) {
    let columns: Vec<usize> =
        names.iter().map(|name| groups.names.iter().position(|known| known == name).expect("a column")).collect();
    let cells = |group: usize| columns.iter().map(|column| groups.cells[*column][group]).collect::<Vec<u32>>();
    let mut counts: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
    if groups.has_units() {
        let seen: std::collections::BTreeSet<(Vec<u32>, u32)> =
            groups.pairs.iter().map(|(unit, group)| (cells(*group as usize), *unit)).collect();
        seen.into_iter().for_each(|(cells, _)| *counts.entry(cells).or_default() += 1);
    } else {
        groups.records.iter().enumerate().for_each(|(group, records)| {
            *counts.entry(cells(group)).or_default() += records;
        });
    }
    let ones = counts.values().filter(|count| **count == 1).count() as u64;
    (counts.len() as u64, ones, counts.values().sum())
}

#[test]
fn every_subset_is_what_counting_it_from_scratch_says() {
    // Nine columns of up to 300 values need keys of more than 64 bits.
    let wide = [300; 9];
    for (domains, rows, with_units) in
        [(&[2, 7, 3, 4, 2][..], 60, false), (&[2, 7, 3, 4, 2], 60, true), (&wide, 300, false)]
    {
        let groups = random(domains, rows, with_units);
        let subsets = Subsets::new(&groups, WORK);
        assert_eq!(subsets.all.len(), (1 << domains.len()) - 1);
        assert_eq!((subsets.scope.examined, subsets.scope.complete_to), ((1 << domains.len()) - 1, domains.len()));
        for one in &subsets.all {
            let (classes, uniques, members) = brute(&groups, &one.attributes);
            assert_eq!((one.classes, one.uniques), (classes, uniques), "{:?}", one.attributes);
            assert_eq!(one.distinction, classes as f64 / members as f64);
        }
    }
}

#[test]
fn with_too_much_to_count_the_small_subsets_are_all_examined_and_it_says_so() {
    for with_units in [false, true] {
        let groups = random(&[2, 7, 3, 4, 2], 60, with_units);
        let rows = if with_units { groups.pairs.len() } else { 60 } as u64;
        // Five single columns and ten pairs.
        let some = Subsets::new(&groups, 15 * rows);
        assert_eq!((some.scope.possible, some.scope.examined, some.scope.complete_to), (31, 16, 2));
        let all = Subsets::new(&groups, WORK);
        for one in &some.all {
            assert!(all.all.contains(one), "{:?}", one.attributes);
        }
    }
}

#[test]
fn twenty_five_attributes_are_examined_as_far_as_the_work_goes() {
    let groups = random(&[3; 25], 100, false);
    let subsets = Subsets::new(&groups, 100 * 3_000);
    // 25 + 300 + 2,300 = 2,625 subsets of up to three; the full one is there too.
    assert_eq!((subsets.scope.complete_to, subsets.scope.examined), (3, 2_626));
    assert!(subsets.all.is_empty() && subsets.most.last().is_some_and(|one| one.attributes.len() == 25));
}

#[test]
fn sizes_come_in_bands_that_add_up() {
    let sizes = Sizes::new(&[1, 1, 2, 4, 7, 7, 30]);
    let bands: Vec<(u64, Option<u64>, u64, u64)> =
        sizes.bands().iter().map(|band| (band.from, band.to, band.classes, band.members)).collect();
    let known = [
        (1, Some(1), 2, 2),
        (2, Some(2), 1, 2),
        (3, Some(4), 1, 4),
        (5, Some(9), 2, 14),
        (10, Some(19), 0, 0),
        (20, Some(49), 1, 30),
    ];
    assert_eq!(bands, known);
    // Of 52 members the 26th is in the class of 30.
    assert_eq!((sizes.median_of_members(), sizes.uniqueness()), (30, 2.0 / 52.0));
}
