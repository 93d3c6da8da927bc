//! Synthetic exports for the demo: the cases of an advice service that does not exist. Comes in: a seed. Goes out: files
//! as such a service's systems would export them over six years, each in another shape, messy as real ones are, with
//! signals and disclosure risks planted in them. Deliberately absent: real people, clocks, files on disk.

mod case;
mod cases;
mod children;
mod dice;
mod families;
mod marginals;
mod people;
mod planted;
mod spellings;
#[cfg(test)]
mod tests;
mod text_files;
mod typing;
mod workbooks;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::demo::case::Case;
use crate::demo::dice::Dice;
use crate::demo::marginals::Figures;
use crate::demo::text_files::Encoding;
use crate::demo::typing::{CASE_REF, COLUMNS, Cell, Style, typed_row};
use crate::demo::workbooks::{Oddities, Sheet};

/// One export file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoExport {
    /// Its name: `cases-2023-24.xlsx`.
    pub file_name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The seed that the demo takes where none is given.
#[must_use]
pub fn default_seed() -> u64 {
    Figures::embedded().marginals.seed
}

/// How large the invented service is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Mean number of cases of a quarter in the first year; more than 0.
    pub cases_per_quarter: f64,
    /// How many quarters from April 2020 on.
    pub quarters: usize,
}

impl Scale {
    /// The demo's own.
    #[must_use]
    pub fn of_the_demo() -> Self {
        let marginals = Figures::embedded().marginals;
        Self { cases_per_quarter: marginals.volume.cases_per_quarter, quarters: marginals.quarters }
    }

    /// The figures of the demo, at this scale.
    fn figures(self) -> Figures {
        let mut figures = Figures::embedded();
        figures.marginals.volume.cases_per_quarter = self.cases_per_quarter;
        figures.marginals.quarters = self.quarters;
        figures
    }
}

/// The exports of all quarters, oldest first: the same bytes for the same seed, on every machine.
#[must_use]
pub fn generate(seed: u64) -> Vec<DemoExport> {
    generate_sized(seed, Scale::of_the_demo())
}

/// The exports of a service of another size, one a year, oldest first.
#[must_use]
pub fn generate_sized(seed: u64, scale: Scale) -> Vec<DemoExport> {
    let figures = scale.figures();
    exports(&figures, seed, &cases::cases(&figures, seed))
}

/// The same exports after a quarter, counted from 1, was looked through: every `every`th of its cases was recorded under a
/// wrong district. Nothing else in them differs.
#[must_use]
pub fn generate_amended(seed: u64, scale: Scale, quarter: usize, every: usize) -> Vec<DemoExport> {
    let figures = scale.figures();
    let mut cases = cases::cases(&figures, seed);
    let districts = figures.shares("district");
    for case in cases.iter_mut().filter(|case| case.quarter == quarter).step_by(every) {
        let at = districts.iter().position(|(code, _)| *code == case.district).unwrap_or_default();
        case.amended_district = Some(districts[(at + 1) % districts.len()].0.clone());
    }
    exports(&figures, seed, &cases)
}

fn exports(figures: &Figures, seed: u64, cases: &[Case]) -> Vec<DemoExport> {
    (0..figures.marginals.quarters.div_ceil(4))
        .map(|year| {
            let of_year: Vec<&Case> = cases.iter().filter(|case| (case.quarter - 1) / 4 == year).collect();
            let mut dice = Dice::new(seed, 2 + year as u64);
            export(year, &of_year, figures, &mut dice)
        })
        .collect()
}

/// Cases by main issue and quarter, as the exports of that seed hold them: what an analyst of the demo should see, without the
/// exports between. By code; the families of each quarter beside the cases.
#[must_use]
pub fn issue_counts(seed: u64) -> BTreeMap<String, Vec<(u64, u64)>> {
    let figures = Figures::embedded();
    let mut counts: BTreeMap<String, Vec<(u64, BTreeSet<String>)>> = BTreeMap::new();
    for case in cases::cases(&figures, seed).into_iter().filter(|case| !case.deletion_requested) {
        let quarters =
            counts.entry(case.issue).or_insert_with(|| vec![(0, BTreeSet::new()); figures.marginals.quarters]);
        if let Some((count, families)) = quarters.get_mut(case.quarter - 1) {
            *count += 1;
            families.insert(case.family);
        }
    }
    let sizes = |quarters: Vec<(u64, BTreeSet<String>)>| {
        quarters.into_iter().map(|(count, families)| (count, families.len() as u64)).collect()
    };
    counts.into_iter().map(|(issue, quarters)| (issue, sizes(quarters))).collect()
}

/// Each year's file has the shape that the system of that time gave it.
fn export(year: usize, cases: &[&Case], figures: &Figures, dice: &mut Dice) -> DemoExport {
    let text = |yes_no, two_digit_years| Style { workbook: false, yes_no, two_digit_years, phone_is_number: false };
    let workbook = |yes_no, phone_is_number| Style { workbook: true, yes_no, two_digit_years: false, phone_is_number };
    let plain = Oddities::default();
    let (ending, bytes) = match year {
        0 => ("csv", text_export(cases, text(("Yes", "No"), true), Encoding::Windows1252, figures, dice)),
        1 => ("csv", text_export(cases, text(("Y", "N"), false), Encoding::Utf8WithMark, figures, dice)),
        2 => ("csv.gz", text_export(cases, text(("TRUE", "FALSE"), false), Encoding::Gzip, figures, dice)),
        3 => ("xlsx", workbook_export(cases, workbook(("Y", "N"), true), plain, figures, dice)),
        4 => {
            let oddities = Oddities { merged_header: true, comment: true, ..plain };
            ("xlsx", workbook_export(cases, workbook(("1", "0"), false), oddities, figures, dice))
        }
        _ => {
            let oddities = Oddities { pages: true, hidden_row: true, ..plain };
            ("xlsx", workbook_export(cases, workbook(("yes", "no"), true), oddities, figures, dice))
        }
    };
    let first = 2020 + year;
    DemoExport { file_name: format!("cases-{first}-{:02}.{ending}", (first + 1) % 100), bytes }
}

/// One list, in the order of first contact. The column of the need was called `Need` then.
fn text_export(cases: &[&Case], style: Style, encoding: Encoding, figures: &Figures, dice: &mut Dice) -> Vec<u8> {
    let headers: Vec<String> =
        COLUMNS.iter().map(|column| (if *column == "need_primary" { "need" } else { column }).to_owned()).collect();
    let mut rows = Vec::new();
    for case in cases {
        push_row(&mut rows, typed_row(case, style, figures, dice), figures, dice);
    }
    text_files::bytes(&headers, &rows, encoding)
}

/// A sheet a month; some open cases stand on the next month's sheet too, as they are by then.
fn workbook_export(cases: &[&Case], style: Style, oddities: Oddities, figures: &Figures, dice: &mut Dice) -> Vec<u8> {
    let headers: Vec<String> = COLUMNS.iter().map(|column| in_words(column)).collect();
    let months = months_of(cases);
    let mut sheets: Vec<Sheet> = months.iter().map(|month| (month.strftime("%B %Y").to_string(), Vec::new())).collect();
    for case in cases {
        let Some(month) = months.iter().position(|month| *month == case.opened.first_of_month()) else { continue };
        let carried = month + 1 < months.len() && dice.chance(figures.noise("M20"));
        let now = if carried { still_open(case) } else { (*case).clone() };
        push_row(&mut sheets[month].1, typed_row(&now, style, figures, dice), figures, dice);
        if carried {
            sheets[month + 1].1.push(typed_row(case, style, figures, dice));
        }
    }
    workbooks::bytes(&headers, &sheets, oddities)
        .expect("names and cells are within the format, and a test writes them")
}

/// A row, and now and then the same row again.
fn push_row(rows: &mut Vec<Vec<Cell>>, row: Vec<Cell>, figures: &Figures, dice: &mut Dice) {
    debug_assert!(matches!(row.get(CASE_REF), Some(Cell::Text(_))), "every case has its reference");
    if dice.chance(figures.noise("M18")) {
        rows.push(row.clone());
    }
    rows.push(row);
}

/// The case as it stood at the end of its first month.
fn still_open(case: &Case) -> Case {
    let mut early = case.clone();
    early.status = "OPEN".to_owned();
    early.closed = None;
    early.outcome.clear();
    early.satisfaction.clear();
    early
}

/// First days of the months in which cases were opened, in order.
fn months_of(cases: &[&Case]) -> Vec<Date> {
    let mut months: Vec<Date> = cases.iter().map(|case| case.opened.first_of_month()).collect();
    months.sort();
    months.dedup();
    debug_assert!(months.windows(2).all(|pair| pair[0] < pair[1]), "a sheet a month");
    months
}

/// `case_ref` as `Case ref`.
fn in_words(column: &str) -> String {
    let mut words = column.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}
