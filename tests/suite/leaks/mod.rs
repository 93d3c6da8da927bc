//! The table of planted leaks: what must never leave, put into releases in every format that it fits, and the attack that is
//! meant to find it. `plants()` is the list; the suite runs it on a sample of random releases and prints found / planted by
//! kind, `cargo bench --bench leaks` on all.

#![allow(dead_code, reason = "the suite and the bench each use their part")]

mod archives;
pub mod base;
mod books;
mod figures;
mod files;
mod leftovers;
pub mod pack;
mod pages;
pub mod people;
pub mod rendered;
mod told;

use std::collections::BTreeMap;

use base::{Base, base};
use pack::Pack;

/// Puts one leak into a release; false where this release has no place for it.
pub type Put = fn(&mut Pack) -> bool;

/// A leak: its kind, the format it is put into, the findings that the attack meant for it may name, and how it is put.
pub struct Plant {
    pub kind: &'static str,
    pub format: &'static str,
    /// Where the finding must be; empty where the leak is in no one file.
    pub file: &'static str,
    pub finds: &'static [&'static str],
    pub put: Put,
}

/// Every leak in every format.
pub fn plants() -> Vec<Plant> {
    [
        files::plants(),
        figures::plants(),
        pages::plants(),
        books::plants(),
        archives::plants(),
        leftovers::plants(),
        told::plants(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Found and planted by kind and format; kinds that were not found say what was found instead.
#[derive(Default)]
pub struct Tally {
    pub counts: BTreeMap<(&'static str, &'static str), (usize, usize)>,
    pub missed: Vec<String>,
}

impl Tally {
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for ((kind, format), (found, planted)) in &self.counts {
            kinds.entry(kind).or_default().push(format!("{format} {found}/{planted}"));
        }
        for (kind, formats) in &kinds {
            text.push_str(&format!("  {kind:<34} {}\n", formats.join(", ")));
        }
        let (found, planted) = self.counts.values().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
        text + &format!("{} kinds, found {found} of {planted} planted\n", kinds.len())
    }
}

/// Plants every leak in the releases of `seeds`, each alone, and attacks.
pub fn run(seeds: impl Iterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let clean = base(seed);
        let untouched = Pack::new(&clean, seed).found();
        if !untouched.is_empty() {
            tally.missed.push(format!("seed {seed}: the release itself is not clean: {untouched:?}"));
            continue;
        }
        for plant in plants() {
            one(&mut tally, &clean, seed, &plant);
        }
    }
    tally
}

/// What the stranger finds in a release as it is.
pub fn attacked(release: &Base, seed: u64) -> std::collections::BTreeSet<(String, String)> {
    Pack::new(release, seed).found()
}

fn one(tally: &mut Tally, clean: &Base, seed: u64, plant: &Plant) {
    let mut pack = Pack::new(clean, seed);
    if !(plant.put)(&mut pack) {
        return;
    }
    let found = pack.found();
    let is_it = |(kind, file): &(String, String)| {
        plant.finds.contains(&kind.as_str()) && (plant.file.is_empty() || file == plant.file)
    };
    let counts = tally.counts.entry((plant.kind, plant.format)).or_default();
    counts.1 += 1;
    if found.iter().any(is_it) {
        counts.0 += 1;
    } else {
        tally.missed.push(format!("{} in {} of seed {seed}: found {found:?}", plant.kind, plant.format));
    }
}
