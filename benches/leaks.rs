//! Every planted leak in 25 random releases (`TAKEUP_SEEDS` says how many), changes of files that only writing again finds in as
//! many, 1,000 releases that must raise no alarm, 10,000 planted identifiers, and 100 MB against 50,000 identifiers. `cargo bench
//! --bench leaks` runs all, `-- plants`, `written`, `clean`, `people` or `speed` one part.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../tests/suite/leaks/mod.rs"]
mod leaks;

use std::collections::BTreeMap;
use std::time::Instant;

use leaks::base::{Dice, base};
use leaks::pack::Pack;
use leaks::people::{DRESSES, FORMATS, Person, dressed, file, invent, referee};
use leaks::rendered::CHANGES;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_asked = |part: &str| asked.is_empty() || asked.iter().any(|word| word == part);
    let mut failures = 0;
    if is_asked("plants") {
        failures += plants();
    }
    if is_asked("written") {
        failures += written();
    }
    if is_asked("clean") {
        failures += clean();
    }
    if is_asked("people") {
        failures += people();
    }
    if is_asked("speed") {
        speed();
    }
    if failures > 0 {
        println!("{failures} failures");
        std::process::exit(1);
    }
}

fn plants() -> usize {
    let seeds = std::env::var("TAKEUP_SEEDS").ok().map_or(25, |seeds| seeds.parse().expect("TAKEUP_SEEDS is a number"));
    let (start, before) = (Instant::now(), processor_seconds());
    let tally = leaks::run(1..=seeds);
    println!(
        "planted leaks in {seeds} releases, found / planted by kind, {:.0} s, {:.0} s of processor:\n{}",
        start.elapsed().as_secs_f64(),
        processor_seconds() - before,
        tally.text()
    );
    tally.missed.iter().for_each(|missed| println!("missed: {missed}"));
    tally.missed.len()
}

/// Changes that no table explains, found by reading the files and by writing them again.
fn written() -> usize {
    let start = Instant::now();
    let (mut planted, mut read, mut missed) = (0, 0, 0);
    for seed in 1..=25 {
        let clean = base(seed);
        for change in &CHANGES {
            let mut pack = Pack::new(&clean, seed);
            change.put(&mut pack);
            let (_home, folders, _) = pack.on_disk();
            planted += 1;
            let reading = verify::verify(&folders).expect("a folder of our own");
            read += usize::from(!reading.is_clean());
            let writing = takeup::pipeline::verify(&folders, None, None, None).expect("a folder of our own");
            if !writing.findings.iter().any(|finding| finding.kind == "rendering_differs") {
                println!("missed: {} of seed {seed}", change.kind);
                missed += 1;
            }
        }
    }
    println!(
        "{planted} changes of {} kinds: {read} found by reading, {} by writing again, {:.0} s",
        CHANGES.len(),
        planted - missed,
        start.elapsed().as_secs_f64()
    );
    missed
}

fn clean() -> usize {
    let start = Instant::now();
    let people = invent(10_000, 7);
    // Labels come from one list, so one referee knows the words of all releases.
    let vocabulary: Vec<String> = (1000..1040).flat_map(|seed| base(seed).labels).collect();
    let knowing = referee(&people, &vocabulary);
    let mut alarms = 0;
    for seed in 1000..2000 {
        let release = base(seed);
        let found = leaks::attacked(&release, seed);
        let hits = knowing.scan(&release.files.into_iter().collect::<Vec<_>>());
        if !found.is_empty() || !hits.is_empty() {
            println!("false alarm on seed {seed}: {found:?} {hits:?}");
            alarms += 1;
        }
    }
    println!("1000 clean releases: {alarms} false alarms, {:.0} s", start.elapsed().as_secs_f64());
    alarms
}

/// Every field of a person, in every dress and format, until 10,000 are planted.
fn people() -> usize {
    let start = Instant::now();
    let people = invent(10_000, 12);
    let knowing = referee(&people, &[]);
    let (mut planted, mut missed, mut dice) = (0, 0, Dice::new(9));
    while planted < 10_000 {
        let (format, dress) = (*dice.pick(&FORMATS), *dice.pick(&DRESSES));
        let person: &Person = dice.pick(&people);
        let field = dice.below(person.fields.len());
        let word = &person.fields[field];
        let dress = if format == "name" { "plain" } else { dress };
        planted += 1;
        if knowing.scan(&[file(format, &dressed(word, dress), word)]).is_empty() {
            println!("missed: field {field} as {dress} in {format}");
            missed += 1;
        }
    }
    println!("{planted} planted identifiers: {missed} missed, {:.0} s", start.elapsed().as_secs_f64());
    missed
}

fn speed() {
    let people = invent(10_000, 13);
    let start = Instant::now();
    let knowing = referee(&people, &[]);
    println!(
        "a referee of 10,000 people, {} identifiers: {:.1} s, the store included",
        70_000,
        start.elapsed().as_secs_f64()
    );
    let mut files = Vec::new();
    let mut bytes = 0;
    let mut seed = 3000;
    let mut release: Vec<(String, Vec<u8>)> = Vec::new();
    while bytes < 100_000_000 {
        if files.len() % 200 == 0 {
            seed += 1;
            release = base(seed).files.into_iter().collect();
        }
        for (name, content) in &release {
            bytes += content.len();
            files.push((format!("{}/{name}", files.len()), content.clone()));
        }
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, content) in &files {
        *kinds.entry(name.rsplit('.').next().unwrap_or_default()).or_default() += content.len();
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, bytes)| format!("{kind} {}", bytes / 1_000_000)).collect();
    for _ in 0..3 {
        let (start, before) = (Instant::now(), processor_seconds());
        let hits = knowing.scan(&files).len();
        let (seconds, spent) = (start.elapsed().as_secs_f64(), processor_seconds() - before);
        println!(
            "{} MB in {} files: {seconds:.1} s, {spent:.1} s of processor, {hits} hits; MB by kind: {}",
            bytes / 1_000_000,
            files.len(),
            kinds.join(", ")
        );
    }
}

/// Processor seconds of this process and its threads, in the kernel's ticks of 10 ms.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}
