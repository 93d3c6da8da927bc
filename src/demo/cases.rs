//! The synthetic cases, quarter by quarter. Comes in: figures and a seed. Goes out: clean cases in the order of first
//! contact. Deliberately absent: typing.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use crate::demo::case::Case;
use crate::demo::children::{self, Child, FamilyTruth};
use crate::demo::dice::Dice;
use crate::demo::families::{Visit, visits};
use crate::demo::marginals::{Figures, Signal, shares_of};
use crate::demo::people::{SCHOOLS, WORKERS};
use crate::demo::planted;

/// The quarter, from 1, in which a new worker writes "other issue" whatever it was (S5).
pub const ARTEFACT_QUARTER: usize = 15;

/// Everything about the contact that the shares of its issue depend on.
struct Context<'a> {
    quarter: usize,
    district: &'a str,
    phase: &'a str,
    stage: &'a str,
}

/// Every case of every quarter, with the planted signals and risks in it.
#[must_use]
pub fn cases(figures: &Figures, seed: u64) -> Vec<Case> {
    let mut dice = Dice::new(seed, 1);
    let visits = visits(figures, &mut dice);
    let siblings = siblings(&visits);
    let first_day: Date = figures.marginals.start.parse().expect("an embedded ISO date, and a test reads it");
    let mut families: Vec<Option<FamilyTruth>> = vec![None; siblings.len()];
    let mut cases = Vec::with_capacity(visits.len());
    for visit in visits {
        let day = working_day_of(&mut dice, first_day, visit.quarter);
        let family = families[visit.family]
            .get_or_insert_with(|| children::family(figures, &mut dice, day, visit.family, siblings[visit.family]));
        cases.push(case(figures, &mut dice, &visit, day, family));
    }
    planted::risks(&mut cases, &mut dice);
    cases.sort_by_key(|case| case.opened);
    number(&mut cases);
    let last_day = first_day.saturating_add((3 * figures.marginals.quarters as i64).months()).saturating_sub(1.day());
    for case in &mut cases {
        hide_the_future(case, last_day);
    }
    cases
}

/// Number of children of every family, from the visits.
fn siblings(visits: &[Visit]) -> Vec<usize> {
    let families = visits.iter().map(|visit| visit.family + 1).max().unwrap_or(0);
    let mut siblings = vec![1; families];
    for visit in visits {
        siblings[visit.family] = siblings[visit.family].max(visit.child + 1);
    }
    siblings
}

/// References in the order of first contact, by calendar year.
fn number(cases: &mut [Case]) {
    let mut last = (0, 0);
    for case in cases {
        let year = case.opened.year();
        last = if last.0 == year { (year, last.1 + 1) } else { (year, 1) };
        case.reference = format!("PPS-{}-{:05}", last.0, last.1);
    }
}

/// What has not happened when the exports are made is not in them.
fn hide_the_future(case: &mut Case, last_day: Date) {
    case.responded = case.responded.filter(|day| *day <= last_day);
    if case.closed.is_some_and(|day| day > last_day) {
        case.closed = None;
        case.status = "OPEN".to_owned();
    }
    if case.closed.is_none() {
        case.outcome.clear();
        case.satisfaction.clear();
    }
}

fn case(figures: &Figures, dice: &mut Dice, visit: &Visit, opened: Date, family: &FamilyTruth) -> Case {
    let child = &family.children[visit.child.min(family.children.len() - 1)];
    let quarter = visit.quarter + 1;
    let stage = stage_now(dice, child, visit.returning);
    let year_group = child.year_group(opened);
    let (school, phase) = school(dice, year_group);
    let context = Context { quarter, district: &family.district, phase, stage: &stage };
    let newcomer = quarter == ARTEFACT_QUARTER && dice.chance(0.2);
    let issue = if newcomer { "OTH".to_owned() } else { issue(figures, dice, &context) };
    let level = level(figures, dice, &issue);
    let dependence = &figures.marginals.dependence;
    let minutes = dependence.minutes_lognormal.get(&level).copied().unwrap_or([4.5, 0.8]);
    let days = dependence.duration_days_lognormal.get(&level).copied().unwrap_or([3.0, 1.0]);
    let closed = opened.saturating_add(dice.lognormal(days).clamp(0, 900).days());
    let inactive = dice.chance(0.06);
    let household = &family.household;
    let year = (quarter - 1) / 4;
    Case {
        quarter,
        reference: String::new(),
        family: format!("F{:05}", visit.family + 1),
        parent_name: format!("{} {}", household.parent, household.family_name),
        child_name: format!("{} {}", child.name, household.family_name),
        born: child.born,
        address: household.address.clone(),
        postcode: household.postcode.clone(),
        phone: household.phone.clone(),
        email: household.email.clone(),
        anonymous: family.anonymous,
        deletion_requested: dice.chance(figures.missing("deletion_requested_share")),
        consent: family.consent,
        opened,
        responded: Some(response(figures, dice, opened)),
        closed: (!inactive).then_some(closed),
        status: if inactive { "INACT".to_owned() } else { "CLOSED".to_owned() },
        contact_type: contact_type(dice, visit.returning).to_owned(),
        caller: if family.anonymous { "NR" } else { dice.code(figures.shares("caller_relationship")) }.to_owned(),
        referral: referral(figures, dice, visit.returning),
        channel: channel(figures, dice, year),
        issues_other: issues_other(figures, dice, &context, &issue),
        school_type: school_type(dice, &child.need, phase, &issue).to_owned(),
        level,
        need: child.need.clone(),
        needs_other: child.needs_other.clone(),
        stage,
        sex: child.sex.clone(),
        year_group: year_group.to_owned(),
        ethnicity: family.ethnicity.clone(),
        looked_after: child.looked_after,
        school: school.to_owned(),
        phase: phase.to_owned(),
        district: family.district.clone(),
        amended_district: None,
        worker: worker(dice, newcomer).to_owned(),
        role: dice.code(figures.shares("worker_role")).to_owned(),
        minutes: Some(u32::try_from(dice.lognormal(minutes).clamp(1, 6000)).expect("clamped")),
        outcome: dice.code(figures.shares("outcome")).to_owned(),
        satisfaction: dice.code(figures.shares("satisfaction")).to_owned(),
        notes: notes(dice, &household.family_name, &child.name, &issue),
        issue,
    }
}

/// A working day of the quarter, evenly.
fn working_day_of(dice: &mut Dice, first_day: Date, quarter: usize) -> Date {
    let months = i64::try_from(quarter).expect("a few quarters") * 3;
    let start = first_day.saturating_add(months.months());
    let end = start.saturating_add(3.months());
    let days =
        usize::try_from(start.until(end).map_or(91, |span| span.get_days() + span.get_months() * 30)).unwrap_or(91);
    loop {
        let day = start.saturating_add(i64::try_from(dice.below(days)).expect("a day of a quarter").days());
        if is_working_day(day) {
            return day;
        }
    }
}

fn is_working_day(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The day of the first answer, by the shares of the response bands.
fn response(figures: &Figures, dice: &mut Dice, opened: Date) -> Date {
    let mut left = match dice.code(figures.shares("response_band")) {
        "SAME" => 0,
        "1-2" => 1 + dice.below(2),
        "3-5" => 3 + dice.below(3),
        "6-10" => 6 + dice.below(5),
        _ => 11 + dice.below(15),
    };
    let mut day = opened;
    while left > 0 {
        day = day.saturating_add(1.day());
        left -= usize::from(is_working_day(day));
    }
    day
}

/// The main issue: the list's weight, times season, phase, stage and the planted signals.
fn issue(figures: &Figures, dice: &mut Dice, context: &Context<'_>) -> String {
    let dependence = &figures.marginals.dependence;
    let weights: Vec<f64> = figures
        .shares("issue")
        .iter()
        .map(|(code, weight)| {
            let factor = |table: &std::collections::BTreeMap<String, std::collections::BTreeMap<String, f64>>,
                          key: &str| {
                table.get(code).and_then(|by_key| by_key.get(key)).copied().unwrap_or(1.0)
            };
            weight
                * figures.season(code, (context.quarter - 1) % 4)
                * factor(&dependence.issue_multiplier_by_phase, context.phase)
                * factor(&dependence.issue_multiplier_by_stage, context.stage)
                * signal_factor(&figures.marginals.planted_signal, code, context)
        })
        .collect();
    figures.shares("issue")[dice.weighted(weights.iter().copied())].0.clone()
}

/// The product of the planted signals that raise `issue` there and then.
fn signal_factor(signals: &[Signal], issue: &str, context: &Context<'_>) -> f64 {
    signals
        .iter()
        .filter(|signal| signal.issue.as_deref() == Some(issue))
        .filter(|signal| signal.district.as_deref().is_none_or(|district| district == context.district))
        .filter(|signal| signal.from_quarter.is_none_or(|from| context.quarter >= from))
        .map(|signal| {
            let years = (context.quarter - 1) as f64 / 4.0;
            signal.factor.unwrap_or(1.0) * signal.per_year.map_or(1.0, |growth| growth.powf(years))
        })
        .product()
}

fn issues_other(figures: &Figures, dice: &mut Dice, context: &Context<'_>, main: &str) -> Vec<String> {
    let numbers = shares_of(&figures.marginals.dependence.extra_issues_per_case);
    let wanted: usize = dice.code(&numbers).parse().expect("the table's keys are numbers, and a test reads them");
    let mut others: Vec<String> = Vec::new();
    while others.len() < wanted {
        let other = issue(figures, dice, context);
        if other != main && !others.contains(&other) {
            others.push(other);
        }
    }
    others
}

fn level(figures: &Figures, dice: &mut Dice, issue: &str) -> String {
    match figures.marginals.dependence.level_given_issue.get(issue) {
        Some(shares) => dice.code(&shares_of(shares)).to_owned(),
        None => dice.code(figures.shares("intervention_level")).to_owned(),
    }
}

/// A child who comes again may have moved on towards a plan.
fn stage_now(dice: &mut Dice, child: &Child, returning: bool) -> String {
    match child.stage.as_str() {
        "SENS" if returning && dice.chance(0.3) => "ASSESS".to_owned(),
        "ASSESS" if returning && dice.chance(0.6) => "EHCP".to_owned(),
        stage => stage.to_owned(),
    }
}

fn contact_type(dice: &mut Dice, returning: bool) -> &'static str {
    match (returning, dice.chance(0.29)) {
        (false, _) => "NEW",
        (true, false) => "REP",
        (true, true) => "REO",
    }
}

fn referral(figures: &Figures, dice: &mut Dice, returning: bool) -> String {
    if returning && dice.chance(0.5) {
        return "PREV".to_owned();
    }
    dice.code(figures.shares("referral_source")).to_owned()
}

/// Telephone falls by two points a year, e-mail rises by two.
fn channel(figures: &Figures, dice: &mut Dice, year: usize) -> String {
    let shift = 0.02 * (year as f64 - 2.5);
    let shares = figures.shares("contact_channel");
    let weight = |(code, weight): &(String, f64)| match code.as_str() {
        "TEL" => weight - shift,
        "EML" => weight + shift,
        _ => *weight,
    };
    shares[dice.weighted(shares.iter().map(weight))].0.clone()
}

fn worker(dice: &mut Dice, newcomer: bool) -> &'static str {
    let (new, usual) = WORKERS.split_last().expect("the list is not empty");
    if newcomer { new } else { dice.pick(usual) }
}

/// A school of the right phase, and its phase.
fn school(dice: &mut Dice, year_group: &str) -> (&'static str, &'static str) {
    if dice.chance(0.03) {
        return ("", "NONE");
    }
    let index = children::YEAR_GROUPS.iter().position(|name| *name == year_group).unwrap_or(usize::MAX);
    let phase = match index {
        0 | 1 => "EY",
        7..=10 if dice.chance(0.07) => "MID",
        2..=13 if dice.chance(0.01) => "ALL",
        2..=8 => "PRI",
        9..=13 => "SEC",
        _ => "P16",
    };
    let schools: Vec<_> = SCHOOLS.iter().filter(|(_, of)| *of == phase).collect();
    *dice.pick(&schools)
}

fn school_type(dice: &mut Dice, need: &str, phase: &str, issue: &str) -> &'static str {
    let special = if matches!(need, "SLD" | "PMLD" | "MSI") { 0.75 } else { 0.07 };
    match phase {
        "NONE" if issue == "EHE" || dice.chance(0.5) => "EHE",
        "NONE" => "NR",
        "EY" if dice.chance(0.6) => "PVI",
        _ if dice.chance(special) => "SPM",
        "P16" if dice.chance(0.6) => "FE",
        _ if dice.chance(0.005) => "NMSS",
        _ if dice.chance(0.03) => "IND",
        _ if dice.chance(0.02) => "AP",
        _ if dice.chance(0.5) => "MM",
        _ => "ACM",
    }
}

/// A narrative as workers write it: names, other people, quotation marks, lines.
fn notes(dice: &mut Dice, family_name: &str, child: &str, issue: &str) -> String {
    match dice.below(6) {
        0 => String::new(),
        1 => format!("Rang about {issue}. Wants a call back; \"any day but Monday\".\nSpoke to the SENCO as well."),
        2 => format!("{child} is unhappy at school, says the parent. Café meeting agreed – travel £4.20."),
        3 => format!("Family {family_name} have had no answer since the letter.\nDr Placebo’s report is awaited."),
        4 => format!("See also the file of {child}’s cousin; asked not to write to the other parent."),
        _ => "Sent leaflet, explained the next steps; will ring again.".to_owned(),
    }
}
