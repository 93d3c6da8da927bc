//! What the generator promises, checked on the default seed.

use super::cases::{ARTEFACT_QUARTER, cases};
use super::families::expected_volume;
use super::planted::{ONE_OUTCOME, SIBLINGS, UNIQUE_CHILD};
use super::*;

fn truth() -> (Figures, Vec<Case>) {
    let figures = Figures::embedded();
    let cases = cases(&figures, figures.marginals.seed);
    (figures, cases)
}

/// Share of `cases` for which `is` holds.
fn share(cases: &[&Case], is: impl Fn(&Case) -> bool) -> f64 {
    cases.iter().filter(|case| is(case)).count() as f64 / cases.len() as f64
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let first = generate(7);
    assert_eq!(first, generate(7));
    assert_eq!(first.len(), 6);
    for (one, other) in first.iter().zip(generate(8)) {
        assert_eq!(one.file_name, other.file_name);
        assert_ne!(one.bytes, other.bytes, "{}", one.file_name);
    }
}

#[test]
fn every_quarter_has_about_its_volume() {
    let (figures, cases) = truth();
    for quarter in 0..figures.marginals.quarters {
        let count = cases.iter().filter(|case| case.quarter == quarter + 1).count() as f64;
        let mean = expected_volume(&figures, quarter);
        let spread = (mean * figures.marginals.volume.overdispersion).sqrt();
        assert!((count - mean).abs() < 5.0 * spread, "quarter {quarter}: {count} cases for {mean}");
    }
    assert!(cases.len() > 7_000);
}

#[test]
fn needs_follow_their_weights_within_sampling_error() {
    let (figures, cases) = truth();
    let all: Vec<&Case> = cases.iter().collect();
    for (code, weight) in figures.shares("need") {
        let observed = share(&all, |case| case.need == *code);
        // Cases of one family share a need, so the error is that of fewer, say two thirds as many.
        let error = (weight * (1.0 - weight) / (all.len() as f64 * 0.66)).sqrt();
        assert!((observed - weight).abs() < 4.5 * error + 0.002, "{code}: {observed} for {weight}");
    }
}

#[test]
fn stages_depend_on_needs() {
    let (_, cases) = truth();
    let of = |need: &str| cases.iter().filter(|case| case.need == need).collect::<Vec<_>>();
    assert!(share(&of("SLD"), |case| case.stage == "EHCP") > 0.8);
    assert!(share(&of("SPLD"), |case| case.stage == "EHCP") < 0.2);
}

#[test]
fn families_come_again_and_bring_siblings() {
    let (_, cases) = truth();
    let mut families: Vec<&str> = cases.iter().map(|case| case.family.as_str()).collect();
    families.sort_unstable();
    families.dedup();
    let cases_per_family = cases.len() as f64 / families.len() as f64;
    assert!((1.2..1.4).contains(&cases_per_family), "{cases_per_family}");
}

#[test]
fn a_sudden_signal_stands_out_in_its_district() {
    let (_, cases) = truth();
    let late = |here: bool| {
        let of = |case: &&Case| case.quarter >= 21 && (case.district == "E07000199") == here;
        share(&cases.iter().filter(of).collect::<Vec<_>>(), |case| case.issue == "EXF")
    };
    assert!(late(true) > 1.5 * late(false), "{} and {}", late(true), late(false));
}

#[test]
fn a_sustained_signal_lasts_to_the_end() {
    let (_, cases) = truth();
    let of =
        |from: usize, to: usize| cases.iter().filter(|case| (from..=to).contains(&case.quarter)).collect::<Vec<_>>();
    let (before, after) =
        (share(&of(1, 17), |case| case.issue == "EHT"), share(&of(18, 24), |case| case.issue == "EHT"));
    assert!(after > 1.4 * before, "{before} and {after}");
}

#[test]
fn a_new_worker_fills_one_quarter_with_other_issues() {
    let (_, cases) = truth();
    let others = |quarter: usize| cases.iter().filter(|case| case.quarter == quarter && case.issue == "OTH").count();
    assert!(others(ARTEFACT_QUARTER) > 4 * others(ARTEFACT_QUARTER + 1).max(5));
}

#[test]
fn one_child_is_unique_on_three_traits() {
    let (_, cases) = truth();
    let (district, quarter) = UNIQUE_CHILD;
    let alike =
        |case: &&Case| case.need == "MSI" && case.sex == "F" && case.year_group == "9" && case.district == district;
    let found: Vec<&Case> = cases.iter().filter(alike).collect();
    assert_eq!(found.iter().map(|case| case.quarter).collect::<Vec<_>>(), [quarter]);
}

#[test]
fn one_district_has_one_outcome_without_a_small_cell() {
    let (_, cases) = truth();
    let (district, quarter, outcome) = ONE_OUTCOME;
    let there: Vec<&Case> = cases.iter().filter(|case| case.district == district && case.quarter == quarter).collect();
    assert!(there.len() >= 10);
    assert!(there.iter().all(|case| case.outcome == outcome && case.closed.is_some()));
}

#[test]
fn three_siblings_are_a_cell_of_three_and_one_family() {
    let (_, cases) = truth();
    let (district, quarter, need) = SIBLINGS;
    let cell = |case: &&Case| case.district == district && case.quarter == quarter && case.need == need;
    let found: Vec<&Case> = cases.iter().filter(cell).collect();
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|case| case.family == found[0].family));
    assert_ne!(found[0].child_name, found[1].child_name);
}

#[test]
fn every_case_is_closed_after_it_was_opened_and_every_child_is_young() {
    let (_, cases) = truth();
    for case in &cases {
        assert!(case.closed.is_none_or(|closed| closed >= case.opened));
        let days = case.born.until(case.opened).map_or(-1, |span| span.get_days());
        assert!((0..26 * 366).contains(&days), "{days} days old");
    }
}
