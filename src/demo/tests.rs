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
fn a_service_can_be_of_any_size() {
    let small = Scale { cases_per_quarter: 25.0, quarters: 12 };
    let (exports, figures) = (generate_sized(7, small), small.figures());
    assert_eq!(exports.len(), 3);
    let cases = cases(&figures, 7);
    assert!((200..450).contains(&cases.len()), "{}", cases.len());
    assert!(cases.iter().all(|case| case.quarter <= 12));
    assert_eq!(generate_sized(7, Scale::of_the_demo()), generate(7));
}

#[test]
fn an_amended_export_differs_in_the_districts_of_one_quarter_alone() {
    let scale = Scale { cases_per_quarter: 60.0, quarters: 6 };
    let (first, second) = (generate_sized(7, scale), generate_amended(7, scale, 2, 3));
    assert!(first[0].bytes != second[0].bytes && first[1] == second[1]);
    let lines = |export: &DemoExport| encoding_rs::WINDOWS_1252.decode(&export.bytes).0.into_owned();
    let (first, second) = (lines(&first[0]), lines(&second[0]));
    let columns = |text: &str| text.split(';').map(str::to_owned).collect::<Vec<String>>();
    let (first, second) = (columns(&first), columns(&second));
    assert_eq!(first.len(), second.len());
    let changed = first.iter().zip(&second).filter(|(one, other)| one != other).map(|(_, other)| other.as_str());
    let changed: Vec<&str> = changed.collect();
    assert!((8..40).contains(&changed.len()), "{}", changed.len());
    assert!(changed.iter().all(|code| code.starts_with("E07") || ["x", "z"].contains(code)), "{changed:?}");
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

#[test]
fn every_year_has_its_own_shape() {
    let exports = generate(7);
    let starts = |year: usize, bytes: &[u8]| exports[year].bytes.starts_with(bytes);
    assert!(starts(0, b"case_ref;family_ref;") && std::str::from_utf8(&exports[0].bytes).is_err(), "Windows-1252");
    assert!(starts(1, b"\xef\xbb\xbfcase_ref,"), "a byte order mark");
    assert!(starts(2, b"\x1f\x8b"), "gzip");
    assert!((3..6).all(|year| starts(year, b"PK\x03\x04")), "workbooks");
}

#[test]
fn nobody_can_be_called_or_written_to() {
    let (_, cases) = truth();
    for case in &cases {
        assert!(case.phone.starts_with("01632 960") || case.phone.starts_with("07700 900"), "Ofcom's range for drama");
        assert!(case.email.ends_with("@example.org"));
    }
}

#[test]
fn rows_come_twice_and_codes_as_words_at_their_shares() {
    let (figures, cases) = truth();
    let of_year: Vec<&Case> = cases.iter().filter(|case| case.quarter <= 4).collect();
    let mut dice = Dice::new(1, 1);
    let mut rows = Vec::new();
    for case in &of_year {
        let style = Style { workbook: false, yes_no: ("Y", "N"), two_digit_years: false, phone_is_number: false };
        push_row(&mut rows, typed_row(case, style, &figures, &mut dice), &figures, &mut dice);
    }
    let twice = (rows.len() - of_year.len()) as f64 / of_year.len() as f64;
    assert!((twice - figures.noise("M18")).abs() < 0.012, "{twice}");
    let aliased = rows.iter().filter(|row| row[23] == Cell::Text("Autism".to_owned())).count();
    assert!(aliased > 0, "some needs are written as words");
}
