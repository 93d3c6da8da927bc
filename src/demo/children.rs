//! Children of the synthetic families. Comes in: shares and dice. Goes out: what stays the same from case to case.

use jiff::civil::{Date, date};

use crate::demo::dice::Dice;
use crate::demo::marginals::{Figures, shares_of};
use crate::demo::people::{GIVEN_NAMES, Household, household};

/// Year groups in order; a child moves up one each September.
pub const YEAR_GROUPS: [&str; 17] =
    ["N1", "N2", "R", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14"];

/// A family in the service.
#[derive(Debug, Clone)]
pub struct FamilyTruth {
    /// Who they are.
    pub household: Household,
    /// GSS code, `z` or `x`.
    pub district: String,
    /// Census code.
    pub ethnicity: String,
    /// The children the service knows.
    pub children: Vec<Child>,
    /// Sees no name and leaves none.
    pub anonymous: bool,
    /// May others be contacted.
    pub consent: bool,
}

/// A child.
#[derive(Debug, Clone)]
pub struct Child {
    /// The given name.
    pub name: String,
    /// Date of birth.
    pub born: Date,
    /// Position in [`YEAR_GROUPS`] in the academic year `academic_year`; beyond the list for older ones.
    pub year_index: usize,
    /// The academic year in which `year_index` was true, by its first calendar year.
    pub academic_year: i16,
    /// `M`, `F`, `U`.
    pub sex: String,
    /// Main need.
    pub need: String,
    /// Further needs.
    pub needs_other: Vec<String>,
    /// SEN stage at the first case.
    pub stage: String,
    /// In care.
    pub looked_after: bool,
}

/// The academic year that holds `day`.
#[must_use]
pub fn academic_year(day: Date) -> i16 {
    if day.month() >= 9 { day.year() } else { day.year() - 1 }
}

/// A family that comes for the first time on `day`.
pub fn family(figures: &Figures, dice: &mut Dice, day: Date, number: usize, siblings: usize) -> FamilyTruth {
    let district = dice.code(figures.shares("district")).to_owned();
    let household = household(dice, &district, number);
    let ethnicity = dice.code(figures.shares("ethnicity")).to_owned();
    let children = (0..siblings).map(|_| child(figures, dice, day)).collect();
    let anonymous = siblings == 1 && dice.chance(figures.missing("anonymous_caller_share"));
    FamilyTruth { household, district, ethnicity, children, anonymous, consent: dice.chance(0.82) }
}

fn child(figures: &Figures, dice: &mut Dice, day: Date) -> Child {
    let need = dice.code(figures.shares("need")).to_owned();
    let dependence = &figures.marginals.dependence;
    let sex = match dependence.sex_female_given_need.get(&need) {
        Some(_) if dice.chance(0.01) => "U",
        Some(female) if dice.chance(*female) => "F",
        Some(_) => "M",
        None => dice.code(figures.shares("sex")),
    };
    let stage = match dependence.stage_given_need.get(&need) {
        Some(shares) => dice.code(&shares_of(shares)).to_owned(),
        None => dice.code(figures.shares("sen_stage")).to_owned(),
    };
    let mut needs_other = Vec::new();
    if dice.chance(dependence.second_need_share) {
        let other = dice.code(figures.shares("need"));
        if other != need && other != "NR" {
            needs_other.push(other.to_owned());
        }
    }
    let group = dice.code(figures.shares("year_group"));
    // Beyond Year 14 the service knows young people of 19 to 21.
    let year_index =
        YEAR_GROUPS.iter().position(|name| *name == group).unwrap_or_else(|| YEAR_GROUPS.len() + dice.below(2));
    let academic_year = academic_year(day);
    Child {
        name: dice.pick(&GIVEN_NAMES).to_owned(),
        born: born(dice, year_index, academic_year),
        year_index,
        academic_year,
        sex: sex.to_owned(),
        need,
        needs_other,
        stage,
        looked_after: dice.chance(0.02),
    }
}

/// A birthday that puts a child into that year group in that academic year.
pub fn born(dice: &mut Dice, year_index: usize, academic_year: i16) -> Date {
    let age = i16::try_from(year_index).expect("fewer than twenty") + 2;
    let first = date(academic_year - age - 1, 9, 1);
    first.saturating_add(jiff::Span::new().days(i64::try_from(dice.below(365)).expect("a day of a year")))
}

impl Child {
    /// The year group on `day`.
    #[must_use]
    pub fn year_group(&self, day: Date) -> &'static str {
        let moved_up = usize::try_from(academic_year(day) - self.academic_year).unwrap_or(0);
        YEAR_GROUPS.get(self.year_index + moved_up).copied().unwrap_or("NR")
    }
}
