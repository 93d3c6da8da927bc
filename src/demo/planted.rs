//! Disclosure risks on purpose, for the program to find. Comes in: cases. Goes out: the same cases with K1, K2 and K6 in
//! them. K3, K4 and K5 are properties of tables and releases, not of cases: every report has them.

use crate::demo::case::Case;
use crate::demo::children::{YEAR_GROUPS, academic_year, born};
use crate::demo::dice::Dice;

/// K1: the district and quarter of the only girl of Year 9 with a multi-sensory impairment.
pub const UNIQUE_CHILD: (&str, usize) = ("E07000197", 24);
/// K2: the district and quarter in which every case ends alike.
pub const ONE_OUTCOME: (&str, usize, &str) = ("E07000198", 22, "INFO");
/// K6: the district, quarter and need of three siblings who are the whole cell.
pub const SIBLINGS: (&str, usize, &str) = ("E07000192", 24, "VI");

/// Plants K1, K2 and K6.
pub fn risks(cases: &mut Vec<Case>, dice: &mut Dice) {
    unique_child(cases, dice);
    one_outcome(cases);
    siblings(cases);
}

/// K1: no other case of the district shares the three traits; one family of the quarter gets them.
fn unique_child(cases: &mut [Case], dice: &mut Dice) {
    let (district, quarter) = UNIQUE_CHILD;
    for case in cases.iter_mut().filter(|case| case.need == "MSI" && case.sex == "F" && case.district == district) {
        case.need = "VI".to_owned();
    }
    let Some(case) = cases.iter_mut().find(|case| is_ordinary(case, district, quarter)) else { return };
    let ninth = YEAR_GROUPS.iter().position(|group| *group == "9").unwrap_or_default();
    case.born = born(dice, ninth, academic_year(case.opened));
    case.year_group = "9".to_owned();
    case.phase = "SEC".to_owned();
    case.school = "Makebelieve High School".to_owned();
    case.need = "MSI".to_owned();
    case.sex = "F".to_owned();
    case.stage = "EHCP".to_owned();
}

/// A family that is there, named, and new.
fn is_ordinary(case: &Case, district: &str, quarter: usize) -> bool {
    let named = !case.anonymous && !case.deletion_requested && case.contact_type == "NEW";
    named && case.district == district && case.quarter == quarter
}

/// K2: closed, all with one outcome, in a cell that is not small.
fn one_outcome(cases: &mut [Case]) {
    let (district, quarter, outcome) = ONE_OUTCOME;
    for case in cases.iter_mut().filter(|case| case.district == district && case.quarter == quarter) {
        case.outcome = outcome.to_owned();
        case.status = "CLOSED".to_owned();
        case.closed = Some(case.opened.saturating_add(jiff::Span::new().days(14)));
    }
}

/// K6: the count is 3, the family is one.
fn siblings(cases: &mut Vec<Case>) {
    let (district, quarter, need) = SIBLINGS;
    for case in cases.iter_mut().filter(|case| case.need == need && case.district == district) {
        case.need = "HI".to_owned();
    }
    let first = cases.iter().find(|case| is_ordinary(case, district, quarter) && case.need != "HI");
    let Some(eldest) = first.cloned() else { return };
    let family = eldest.family.clone();
    cases.retain(|case| case.family != family);
    let surname = eldest.parent_name.rsplit(' ').next().unwrap_or_default().to_owned();
    for name in ["Dilys", "Gethin", "Keziah"] {
        let mut sibling = eldest.clone();
        sibling.child_name = format!("{name} {surname}");
        sibling.need = need.to_owned();
        sibling.needs_other.clear();
        sibling.notes.clear();
        cases.push(sibling);
    }
}
