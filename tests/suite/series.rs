//! Series of reports: whatever a small service releases, corrects, erases and brings in late, and in whichever order, its next
//! report is released too, and a stranger with all of them finds nothing.
//!
//! `TAKEUP_SERIES=200` tries so many random series, `TAKEUP_SERIES_SEED=17` replays one and says what came of each step;
//! with `TAKEUP_SERIES_KEEP=1` its workspace stays, and the passphrase of `manager` is `manager`.

#![allow(clippy::print_stdout, reason = "a replayed series says what came of each step")]

mod folders;
mod office;
mod oracle;
mod simplex;
mod world;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use office::{Hidden, Office, Refusal, listed, processor_seconds};
use world::{Act, Series, Step};

/// Random series of an ordinary run: small ones, some ten seconds of one processor in all.
const SERIES: RangeInclusive<u64> = 3..=7;

/// What came of a series: the steps that policy does not explain, with what was said, and what was found at the end.
#[derive(Debug, Default)]
struct Told {
    released: usize,
    refused_by_policy: usize,
    checked: oracle::Checked,
    /// By kind, the step and what was said.
    faults: Vec<(String, String)>,
}

impl Told {
    fn note(&mut self, step: &str, outcome: Result<Vec<Hidden>, Refusal>) {
        match outcome {
            Ok(_) => self.released += 1,
            Err(refusal) if is_policy(&refusal) => self.refused_by_policy += 1,
            Err(Refusal { exit, kind, text }) => {
                self.faults.push((format!("exit {exit}, {}", without_numbers(&kind)), format!("{step}: {text}")));
            }
        }
    }

    /// `12 released, 1 refused by policy, 40 small cells judged; faults: 2 exit 5, Impossible`.
    fn line(&self) -> String {
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        self.faults.iter().for_each(|(kind, _)| *kinds.entry(kind.clone()).or_default() += 1);
        let Self { released, refused_by_policy, checked, .. } = self;
        let faults = listed(&kinds);
        let cells = match checked.left_alone {
            0 => format!("{} small cells judged", checked.cells),
            _ => "too large to judge cells".to_owned(),
        };
        format!("{released} released, {refused_by_policy} refused by policy, {cells}; faults: {faults}")
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn is_replayed() -> bool {
    number("TAKEUP_SERIES_SEED").is_some()
}

/// The seeds to try: the one that is replayed, or as many as are asked for.
fn seeds(otherwise: RangeInclusive<u64>) -> RangeInclusive<u64> {
    match (number("TAKEUP_SERIES_SEED"), number("TAKEUP_SERIES")) {
        (Some(seed), _) => seed..=seed,
        (None, Some(last)) => 1..=last,
        (None, None) => otherwise,
    }
}

/// Whether the policy explains why nothing was released. A correction of a few would show what changed for them; one of a
/// period that is not out, or of cases that are not in it any more, corrects nothing.
fn is_policy(refusal: &Refusal) -> bool {
    ["TooFew", "Unchanged", "NotReleased", "Empty"].contains(&refusal.kind.as_str())
}

fn told(series: &Series) -> Told {
    let mut office = Office::new(&series.service.config(), series.seed);
    let mut told = Told::default();
    for (at, step) in series.steps.iter().enumerate() {
        match step {
            Step::Ingest(_, cases) | Step::Amend(cases) if cases.is_empty() => {}
            Step::Ingest(_, cases) | Step::Amend(cases) => {
                office.ingest("cases.csv", world::export(cases).as_bytes(), "cases");
            }
            Step::Erase(family) => {
                office.erase_family(&world::family_name(*family));
            }
            Step::Release(ask) => {
                let before = processor_seconds();
                let outcome = office.release(ask);
                if is_replayed() {
                    println!("{:>2}. {step}: {:.2} s, {outcome:?}", at + 1, processor_seconds() - before);
                    println!("    found in all together: {:?}", office.found());
                }
                told.note(&format!("{}. {step}", at + 1), outcome);
            }
        }
    }
    told.checked = oracle::check(&office, is_replayed());
    if is_replayed() {
        println!("in {}", office.folder().display());
        told.checked.faults.iter().for_each(|(sort, said)| println!("known too closely, {sort}: {said}"));
    }
    let faults = told.checked.faults.iter();
    told.faults.extend(faults.map(|(sort, said)| (format!("known too closely, {sort}"), said.clone())));
    if let Some((kinds, first)) = office.found() {
        let kind = format!("found in all together, {}", without_numbers(&kinds));
        told.faults.push((kind, format!("{kinds}; {first}")));
    }
    told
}

fn tried(series: impl Iterator<Item = Series>) -> Vec<(Series, Told)> {
    let mut tried = Vec::new();
    for series in series {
        let before = processor_seconds();
        let told = told(&series);
        println!("seed {}: {}; {:.1} s", series.seed, told.line(), processor_seconds() - before);
        tried.push((series, told));
    }
    tried
}

/// Kinds of findings without how many there are of each.
fn without_numbers(kind: &str) -> String {
    kind.split(", ")
        .map(|one| one.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ' '))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Fails with the faults by kind, the seeds of each, and the first series of each in words.
fn judge(tried: &[(Series, Told)]) {
    let mut kinds: BTreeMap<&str, Vec<(&Series, &str)>> = BTreeMap::new();
    for (series, told) in tried {
        for (kind, said) in &told.faults {
            kinds.entry(kind).or_default().push((series, said));
        }
    }
    if kinds.is_empty() {
        return;
    }
    let mut text = "not every series can be released\n".to_owned();
    for (kind, cases) in kinds {
        let mut seeds: Vec<u64> = cases.iter().map(|(series, _)| series.seed).collect();
        seeds.dedup();
        let (first, said) = cases[0];
        writeln!(text, "{kind}: {} times, seeds {seeds:?}; the first:\n{first}  failed: {said}\n", cases.len())
            .expect("a string");
    }
    panic!("{text}");
}

#[test]
fn every_report_of_a_random_series_is_released_unless_policy_refuses_it() {
    let tried = tried(seeds(SERIES).map(world::series));
    let released: usize = tried.iter().map(|(_, told)| told.released).sum();
    let refused: usize = tried.iter().map(|(_, told)| told.refused_by_policy).sum();
    let faults: usize = tried.iter().map(|(_, told)| told.faults.len()).sum();
    println!("{} series: {released} released, {refused} refused by policy, {faults} faults", tried.len());
    let sum = |of: fn(&oracle::Checked) -> usize| tried.iter().map(|(_, told)| of(&told.checked)).sum::<usize>();
    println!(
        "{} small cells in {} series beside the truth; {} were known as closely before they were cells, {} not settled",
        sum(|checked| checked.cells),
        tried.len() - sum(|checked| checked.left_alone),
        sum(|checked| checked.known_before),
        sum(|checked| checked.open)
    );
    judge(&tried);
}

/// A schedule of hand, tried with one seed or as many as are asked for.
fn schedule(acts: &[Act]) {
    judge(&tried(seeds(1..=1).map(|seed| world::named(seed, acts))));
}

#[test]
fn the_oracle_finds_a_small_count_that_is_published_after_all() {
    let series = world::named(1, &[Act::Quarter(0), Act::Report("2023-Q1")]);
    let mut office = Office::new(&series.service.config(), 1);
    let mut cases = Vec::new();
    for step in &series.steps {
        match step {
            Step::Ingest(_, new) | Step::Amend(new) => {
                office.ingest("cases.csv", world::export(new).as_bytes(), "cases");
                cases.extend(new);
            }
            Step::Release(ask) => assert!(office.release(ask).is_ok(), "the first report"),
            Step::Erase(_) => {}
        }
    }
    let before = oracle::check(&office, false);
    assert!(before.cells > 0 && before.faults.is_empty(), "{before:?}");
    // The third need is a group of its own.
    let rare = |district: usize| cases.iter().filter(|case| case.need == 2 && case.district == district).count();
    let (district, count) = (0..3)
        .map(|district| (district, rare(district)))
        .find(|(_, count)| (1..5).contains(count))
        .expect("a small cell");
    let table = office.folder().join("reports/2023-Q1-public-r1/data/s03.csv");
    let text = std::fs::read_to_string(&table).expect("a table");
    let hidden = format!("Rare,D{district},,c");
    assert!(text.contains(&hidden), "{text}");
    std::fs::write(&table, text.replace(&hidden, &format!("Rare,D{district},{count},"))).expect("a folder of our own");
    let after = oracle::check(&office, false);
    assert!(
        after.faults.iter().any(|(_, said)| said.contains(&format!("district=D{district}, need=Rare"))),
        "{after:?}"
    );
}

#[test]
fn a_year_after_its_four_quarters() {
    use Act::{Quarter, Report};
    schedule(&[
        Quarter(0),
        Report("2023-Q1"),
        Quarter(1),
        Report("2023-Q2"),
        Quarter(2),
        Report("2023-Q3"),
        Quarter(3),
        Report("2023-Q4"),
        Report("2023"),
    ]);
}

#[test]
fn a_correction_after_the_year() {
    use Act::{Correct, Quarter, Report};
    schedule(&[
        Quarter(0),
        Quarter(1),
        Quarter(2),
        Quarter(3),
        Report("2023-Q2"),
        Report("2023-Q4"),
        Report("2023"),
        Correct(8, 1, "2023-Q2"),
        Quarter(4),
        Report("2024-Q1"),
    ]);
}

#[test]
fn the_public_one_quarter_later_than_the_authority() {
    use Act::{Quarter, To};
    schedule(&[
        Quarter(0),
        To("authority", "2023-Q1"),
        Quarter(1),
        To("authority", "2023-Q2"),
        To("public", "2023-Q1"),
        Quarter(2),
        To("authority", "2023-Q3"),
        To("public", "2023-Q2"),
        Quarter(3),
        To("authority", "2023-Q4"),
        To("public", "2023-Q3"),
    ]);
}

#[test]
fn months_after_their_quarter() {
    use Act::{Quarter, Report};
    schedule(&[
        Quarter(0),
        Report("2023-Q1"),
        Report("2023-M01"),
        Report("2023-M02"),
        Report("2023-M03"),
        Quarter(1),
        Report("2023-M04"),
        Report("2023-Q2"),
    ]);
}

#[test]
fn windows_of_twelve_months_in_a_row() {
    use Act::{Quarter, Report};
    let quarters: Vec<Act> = (0..4).map(Quarter).collect();
    let rest = [
        Report("2023-Q4"),
        Quarter(4),
        Report("2024-Q1"),
        Quarter(5),
        Report("2024-Q2"),
        Quarter(6),
        Report("2024-Q3"),
    ];
    schedule(&[quarters.as_slice(), &rest].concat());
}
