//! The issue list of a period. Comes in: a panel. Goes out: a finding an issue, the most pressing first. Deliberately absent:
//! layout.

use serde::Serialize;

use super::judge::{Direction, Method, Test, judge_by};
use super::noticeable::{LEVEL, noticeable_factor};
use super::predict::Window;
use super::recurring::{Recurrence, recurring};
use super::series::Panel;

/// An issue of which even a rise by this factor would go unnoticed cannot be judged.
const TOO_FEW_FACTOR: f64 = 4.0;

/// What is to be said of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Far more than expected in the latest period.
    Emerging,
    /// More than expected over the latest year.
    Growing,
    /// Fewer than expected over the latest year.
    Easing,
    /// Comes back with the season, or never leaves.
    Recurring,
    /// Neither, and there are cases enough to say so.
    Steady,
    /// Not enough cases to judge.
    TooFew,
}

/// One issue of the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// As stored.
    pub code: String,
    /// For people.
    pub label: String,
    /// What is to be said.
    pub status: Status,
    /// Which periods the figures are of.
    pub window: Window,
    /// Cases in the window.
    pub observed: u64,
    /// Cases that the past lets expect; none where there is no past to speak of.
    pub expected: Option<f64>,
    /// Fewer than this would have been unusual.
    pub lower: Option<u64>,
    /// More than this would have been unusual.
    pub upper: Option<u64>,
    /// How often chance alone would go as far.
    pub p: Option<f64>,
    /// At which share of false entries it would be listed.
    pub q: Option<f64>,
    /// The smallest rise that would have been noticed.
    pub noticeable_factor: Option<f64>,
    /// How it recurs; said in words, not in the JSON.
    #[serde(skip)]
    pub recurrence: Option<Recurrence>,
    /// Where its series stands in the panel.
    #[serde(skip)]
    pub series: usize,
}

/// The findings of a panel: the most pressing first, then by p-value.
#[must_use]
pub fn findings(panel: &Panel) -> Vec<Finding> {
    findings_by(panel, Method::Pooled)
}

/// As [`findings`], by a method of one's own choice.
#[must_use]
pub fn findings_by(panel: &Panel, method: Method) -> Vec<Finding> {
    let judged = judge_by(panel, method).into_iter().zip(recurring(panel)).enumerate();
    let mut findings: Vec<Finding> =
        judged.map(|(at, (tests, recurrence))| finding(panel, at, &tests, recurrence)).collect();
    findings.sort_by(|one, other| {
        let p = |finding: &Finding| finding.p.unwrap_or(1.0);
        one.status.cmp(&other.status).then(p(one).total_cmp(&p(other))).then(one.series.cmp(&other.series))
    });
    findings
}

fn finding(panel: &Panel, at: usize, tests: &[Test], recurrence: Option<Recurrence>) -> Finding {
    let least = |direction: Direction| {
        let listed = tests.iter().filter(|test| test.is_listed && test.direction == direction);
        listed.min_by(|one, other| one.p.total_cmp(&other.p))
    };
    let latest = tests.iter().find(|test| test.window == Window::Latest);
    let factor = |test: &Test| noticeable_factor(&test.prediction.spread);
    let (status, test) = match (least(Direction::Up), least(Direction::Down), latest) {
        (Some(test), _, _) if test.window == Window::Latest => (Status::Emerging, Some(test)),
        (Some(test), _, _) => (Status::Growing, Some(test)),
        (None, Some(test), _) => (Status::Easing, Some(test)),
        (None, None, _) if recurrence.is_some() => (Status::Recurring, latest),
        (None, None, Some(test)) if factor(test).is_some_and(|factor| factor <= TOO_FEW_FACTOR) => {
            (Status::Steady, latest)
        }
        (None, None, _) => (Status::TooFew, latest),
    };
    let series = panel.series().get(at);
    let predictive = test.map(|test| test.prediction.spread.predictive());
    let last = series.and_then(|series| series.counts.last()).copied().unwrap_or(0);
    Finding {
        code: series.map(|series| series.code.clone()).unwrap_or_default(),
        label: series.map(|series| series.label.clone()).unwrap_or_default(),
        status,
        window: test.map_or(Window::Latest, |test| test.window),
        observed: test.map_or(last, |test| test.prediction.observed),
        expected: test.map(|test| rounded(test.prediction.spread.mean)),
        lower: predictive.map(|predictive| predictive.most_unusual_low(LEVEL).map_or(0, |count| count + 1)),
        upper: predictive.map(|predictive| predictive.least_unusual(LEVEL).saturating_sub(1)),
        p: test.map(|test| rounded(test.p)),
        q: test.map(|test| rounded(test.q)),
        noticeable_factor: test.and_then(factor).map(rounded),
        recurrence,
        series: at,
    }
}

/// Four significant figures: what follows differs between machines and means nothing.
#[must_use]
pub fn rounded(number: f64) -> f64 {
    format!("{number:.3e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issues::Series;

    fn panel(first: &[u64]) -> Panel {
        let mut series = vec![Series::of_cases("A", first)];
        let usual = [14, 11, 17, 15, 13, 16, 12, 15];
        for at in 0..9_usize {
            let counts: Vec<u64> = (0..first.len()).map(|quarter| usual[(quarter + at) % 8]).collect();
            series.push(Series::of_cases(&format!("B{at}"), &counts));
        }
        Panel::new(4, 0, series).expect("equal lengths")
    }

    fn status(first: &[u64]) -> Status {
        let findings = findings(&panel(first));
        findings.iter().find(|finding| finding.code == "A").expect("A").status
    }

    #[test]
    fn a_sudden_threefold_rise_is_emerging() {
        assert_eq!(status(&[8, 9, 7, 8, 10, 8, 7, 9, 8, 8, 9, 7, 30]), Status::Emerging);
    }

    #[test]
    fn a_rise_that_stays_for_a_year_is_growing() {
        assert_eq!(status(&[8, 9, 7, 8, 10, 8, 7, 9, 8, 15, 16, 14, 16]), Status::Growing);
    }

    #[test]
    fn what_halves_for_a_year_is_easing() {
        assert_eq!(status(&[20, 22, 19, 20, 23, 20, 19, 21, 20, 9, 8, 9, 10]), Status::Easing);
    }

    #[test]
    fn one_spike_in_a_year_is_not_a_growing_issue() {
        assert_eq!(status(&[8, 9, 7, 8, 10, 8, 7, 9, 8, 8, 30, 8, 7]), Status::Steady);
    }

    #[test]
    fn one_case_now_and_then_cannot_be_judged() {
        assert_eq!(status(&[1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1]), Status::TooFew);
        assert_eq!(status(&[0; 13]), Status::TooFew, "nor can none at all");
    }

    #[test]
    fn a_code_that_appears_for_the_first_time_is_emerging() {
        assert_eq!(status(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12]), Status::Emerging);
    }

    #[test]
    fn a_history_of_three_quarters_says_nothing() {
        assert_eq!(status(&[8, 9, 30]), Status::TooFew);
    }

    #[test]
    fn four_figures_are_kept() {
        assert_eq!((rounded(12.345_678), rounded(0.0), rounded(1e-300)), (12.35, 0.0, 1e-300));
    }
}
