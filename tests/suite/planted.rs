//! Planted leaks and planted people, a sample of each; `cargo bench --bench leaks` takes all.

#![allow(clippy::print_stdout, reason = "the test prints found and planted by kind")]

use crate::leaks::base::{Dice, base};
use crate::leaks::people::{DRESSES, FORMATS, dressed, file, invent, referee};
use crate::leaks::{plants, run};

#[test]
fn every_planted_leak_is_found_by_the_attack_meant_for_it() {
    let kinds: std::collections::BTreeSet<&str> = plants().iter().map(|plant| plant.kind).collect();
    assert!(kinds.len() >= 40, "{} kinds", kinds.len());
    let tally = run(1..=2);
    println!("planted leaks, found / planted by kind:\n{}", tally.text());
    assert!(tally.missed.is_empty(), "{}", tally.missed.join("\n"));
}

#[test]
fn random_releases_whose_labels_are_names_raise_no_alarm() {
    let people = invent(2_000, 11);
    for seed in 100..110 {
        let base = base(seed);
        let referee = referee(&people, &base.labels);
        let files: Vec<(String, Vec<u8>)> = base.files.into_iter().collect();
        assert_eq!(referee.scan(&files), [], "seed {seed}");
    }
}

#[test]
fn planted_identifiers_are_found_in_every_format_and_dress() {
    let people = invent(1_000, 12);
    let referee = referee(&people, &[]);
    let mut dice = Dice::new(5);
    let mut missed = Vec::new();
    for format in FORMATS {
        for dress in DRESSES {
            let person = dice.pick(&people);
            for (at, word) in person.fields.iter().enumerate() {
                if format == "name" && (dress != "plain" || word.contains('/')) {
                    continue;
                }
                let planted = file(format, &dressed(word, dress), word);
                if referee.scan(&[planted]).is_empty() {
                    missed.push(format!("field {at} as {dress} in {format}"));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
