//! What is usual: how often a code was used in the year before a report. Comes in: what was recorded before its period, and the
//! earlier releases. Goes out: that, and which months of it count. Deliberately absent: the period itself, of which a row must not
//! speak, and whatever a release hides.
//!
//! Worked example: reports come by the quarter, the threshold is 5, and a year was recorded before. A code that was used 40
//! times in it has a row, and one used 39 times has none.

use std::collections::{BTreeMap, BTreeSet};

use model::config::Configuration;
use model::config::dimension::Derivation;
use model::edition::Figures;
use model::period::Period;

use crate::protect::EarlierForm;
use crate::store::ledger::{LedgerCell, LedgerEntry};
use crate::tabulate::axes::{Axes, FAMILIES, MEASURE};
use crate::tabulate::derive::NESTED;
use crate::tabulate::fold::{Months, OTHER, Past, group_of};
use crate::tabulate::frame::Frame;
use crate::tabulate::stock::ENDS;

/// So many thresholds a code has in an average report. With one it would be small in nearly every second (44 in 100 of a Poisson
/// count with a mean of 5 are below 5), with two in one of 34.
const THRESHOLDS: u64 = 2;

/// What was recorded before a report, and what of it counts. `gaps`: what was not recorded; `shown`: the periods that this report and
/// all before it show; `reported`: the shortest one that earlier reports were about, in months. None before a first report where
/// less than one such period was recorded before everything that it shows.
pub(super) fn past(
    recorded: Frame,
    (event, gaps): (&str, &[Period]),
    (period, shown): (Period, &[Period]),
    (reported, told): (Option<i32>, Months),
    threshold: u64,
) -> Option<Past> {
    let shortest = reported.unwrap_or(period.months()).min(period.months()).unsigned_abs().max(1) as usize;
    let first_shown = shown.iter().map(|shown| shown.start).min().unwrap_or(period.start).min(period.start);
    let first = recorded.first_month().unwrap_or(first_shown);
    let was_kept = |month: &i32| !gaps.iter().any(|gap| (gap.start.0..gap.end.0).contains(month));
    let unseen: Vec<i32> = (first.0..first_shown.0).rev().filter(was_kept).collect();
    if reported.is_none() && unseen.len() < shortest {
        return None;
    }
    let event = event.to_owned();
    Some(Past { frame: recorded, event, unseen, told, shortest, usual: THRESHOLDS * threshold })
}

/// Cells of one release that differ in their code of one dimension alone: the dimension, the period and what is counted.
type Line<'a> = (&'a str, &'a str, &'a str);

/// The event whose uses count: that of the first measure.
pub(super) fn event(configuration: &Configuration) -> &str {
    configuration.dimensions.measures.first().map_or("", |measure| measure.event.as_str())
}

/// The months of which releases tell what was rare in a group, and none hides it. Of measures only those of the first one's event count.
pub(super) fn told(entries: &[LedgerEntry], configuration: &Configuration) -> Months {
    let (mut told, mut hidden) = (Months::new(), Months::new());
    let (measures, event) = (&configuration.dimensions.measures, event(configuration));
    let counts = |name: &str| {
        measures.iter().any(|measure| measure.name == name && measure.event == event && !measure.is_stock())
    };
    for entry in entries {
        for ((dimension, period, measure), line) in lines(&entry.cells) {
            let name = dimension.strip_suffix(FAMILIES).unwrap_or(dimension);
            let derivation = configuration.dimensions.find(name).map(|dimension| &dimension.derivation);
            let Ok(figures) = Figures::parse(period, configuration.service.calendar) else { continue };
            if !counts(measure) || !matches!(derivation, Some(Derivation::Nested { .. })) {
                continue;
            }
            let groups = line.keys().flat_map(|code| [*code, group_of(code)]).collect::<BTreeSet<_>>();
            for group in groups {
                let months = if tells_the_rest(&line, group) { &mut told } else { &mut hidden };
                let of_group = months.entry((name.to_owned(), group.to_owned())).or_default();
                of_group.extend(figures.period.start.0..figures.period.end.0);
            }
        }
    }
    for (group, months) in &mut told {
        months.retain(|month| !hidden.get(group).is_some_and(|hidden| hidden.contains(month)));
    }
    told
}

/// The lines of a release with no other category, and whether each of their cells is told.
fn lines(cells: &[LedgerCell]) -> BTreeMap<Line<'_>, BTreeMap<&str, bool>> {
    let mut lines: BTreeMap<Line<'_>, BTreeMap<&str, bool>> = BTreeMap::new();
    for cell in cells {
        let of = |wanted: &dyn Fn(&str) -> bool| cell.key.iter().find(|(dimension, _)| wanted(dimension));
        let (Some((_, period)), Some((_, measure))) =
            (of(&|name| name != ENDS && Axes::is_of_periods(name)), of(&|name| name == MEASURE))
        else {
            continue;
        };
        let mut others =
            cell.key.iter().filter(|(dimension, _)| dimension != MEASURE && !Axes::is_of_periods(dimension));
        let (Some((dimension, code)), None) = (others.next(), others.next()) else { continue };
        let is_told = matches!(cell.form, EarlierForm::Count(_) | EarlierForm::StructuralZero);
        lines.entry((dimension, period, measure)).or_default().insert(code, is_told);
    }
    lines
}

/// Whether a reader knows how many of a group have none of the codes that have a row: because they have one together, or because
/// everything else is told.
fn tells_the_rest(told: &BTreeMap<&str, bool>, group: &str) -> bool {
    let mut inside = told.iter().filter(|(code, _)| group_of(code) == group);
    match inside.clone().find(|(code, _)| code.rsplit(NESTED).next() == Some(OTHER)) {
        Some((_, is_told)) => *is_told,
        None => inside.all(|(_, is_told)| *is_told) && told.get(group).is_none_or(|is_told| *is_told),
    }
}

#[cfg(test)]
mod tests {
    use model::period::Month;

    use super::*;
    use crate::tabulate::axes::PERIOD;
    use crate::tabulate::frame::OWN_UNIT;

    /// Cases of one code, one in each month from `first` up to before `end`.
    fn monthly(first: i32, end: i32) -> Frame {
        let rows = (end - first).unsigned_abs() as usize;
        Frame {
            events: vec!["opened".into()],
            event: vec![0; rows],
            month: (first..end).collect(),
            unit: vec![OWN_UNIT; rows],
            count: vec![1; rows],
            ..Frame::default()
        }
    }

    /// Months that count, and the fewest uses, in a report from month 120 on that shows nothing but itself.
    fn months_and_least(recorded: Frame, reported: Option<i32>, months: i32) -> Option<(usize, u64)> {
        let period = Period { start: Month(120), end: Month(120 + months) };
        let past = past(recorded, ("opened", &[]), (period, &[period]), (reported, Months::new()), 5)?;
        let months = past.months_of(0, "").len();
        Some((months, past.least(months)))
    }

    #[test]
    fn a_code_has_a_row_where_it_comes_to_twice_the_threshold_in_an_average_report() {
        let ten_years = || monthly(0, 120);
        assert_eq!(months_and_least(ten_years(), Some(3), 3), Some((12, 40)), "four quarters of 10");
        assert_eq!(months_and_least(ten_years(), Some(12), 12), Some((12, 10)), "one year of 10");
        assert_eq!(months_and_least(ten_years(), Some(3), 12), Some((12, 40)), "its quarters have the same rows");
        assert_eq!(months_and_least(ten_years(), Some(12), 1), Some((12, 120)));
        assert_eq!(months_and_least(monthly(116, 120), Some(3), 3), Some((4, 14)), "13.33 in four months");
        assert_eq!(months_and_least(monthly(118, 120), Some(3), 3), Some((2, u64::MAX)), "less than one report");
    }

    #[test]
    fn a_first_report_goes_by_what_is_there_where_nothing_as_long_was_recorded_before() {
        assert_eq!(months_and_least(monthly(118, 120), None, 3), None);
        assert_eq!(months_and_least(monthly(117, 120), None, 3), Some((3, 10)));
        assert_eq!(months_and_least(monthly(0, 120), None, 3), Some((12, 40)));
    }

    #[test]
    fn what_a_report_shows_itself_or_was_not_recorded_does_not_decide_its_rows() {
        let period = Period { start: Month(120), end: Month(123) };
        let window = [Period { start: Month(108), end: Month(111) }, period];
        let gap = Period { start: Month(105), end: Month(108) };
        let of = |told: Months| {
            let past = past(monthly(0, 120), ("opened", &[gap]), (period, &window), (Some(3), told), 5);
            past.expect("a past").months_of(0, "").into_iter().collect::<Vec<i32>>()
        };
        assert_eq!(of(Months::new()), (93..105).collect::<Vec<i32>>());
        let told = Months::from([((String::new(), String::new()), (110..114).collect())]);
        assert_eq!(of(told), (97..105).chain(110..114).collect::<Vec<i32>>(), "what an earlier release told does");
    }

    fn line(cells: &[(&'static str, bool)]) -> BTreeMap<&'static str, bool> {
        cells.iter().copied().collect()
    }

    #[test]
    fn what_is_rare_is_told_by_its_own_row_or_by_all_others() {
        let rest = "Housing > Other, rarely used";
        assert!(tells_the_rest(&line(&[("Housing", false), ("Housing > Rats", false), (rest, true)]), "Housing"));
        assert!(!tells_the_rest(&line(&[("Housing", true), ("Housing > Rats", true), (rest, false)]), "Housing"));
        assert!(tells_the_rest(&line(&[("Housing", true), ("Housing > Rats", true)]), "Housing"));
        assert!(!tells_the_rest(&line(&[("Housing", true), ("Housing > Rats", false)]), "Housing"));
        assert!(!tells_the_rest(&line(&[("Housing", false), ("Housing > Rats", true)]), "Housing"));
        assert!(tells_the_rest(&line(&[("Housing", true), ("Schools", true)]), ""));
        assert!(!tells_the_rest(&line(&[("Housing", true), ("Schools", false)]), ""));
    }

    /// A released cell of a topic in a quarter, and of a borough where one is named.
    fn cell(quarter: &str, topic: &str, borough: Option<&str>, form: EarlierForm) -> LedgerCell {
        let named = [(PERIOD, quarter), (MEASURE, "opened"), ("topic", topic)].into_iter();
        let key = named.chain(borough.map(|code| ("borough", code)));
        let key = key.map(|(dimension, code)| (dimension.to_owned(), code.to_owned())).collect();
        LedgerCell { table: "T1".to_owned(), key, form, zeros_shown: false, reason: None }
    }

    #[test]
    fn lines_are_those_of_one_category_alone() {
        let shown = EarlierForm::Count(12);
        let cells = vec![
            cell("2018-Q1", "Housing", None, shown),
            cell("2018-Q1", "Schools", None, EarlierForm::Suppressed),
            cell("2018-Q2", "Schools", None, EarlierForm::StructuralZero),
            cell("2018-Q1", "Housing", Some("Bronx"), EarlierForm::Suppressed),
        ];
        let found: Vec<(Line<'_>, BTreeMap<&str, bool>)> = lines(&cells).into_iter().collect();
        assert_eq!(
            found,
            [
                (("topic", "2018-Q1", "opened"), line(&[("Housing", true), ("Schools", false)])),
                (("topic", "2018-Q2", "opened"), line(&[("Schools", true)])),
            ]
        );
    }
}
