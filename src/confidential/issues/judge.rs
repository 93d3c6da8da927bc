//! Which issues are listed. Comes in: a panel. Goes out: for each issue its tests, each with p and q. Every issue is tested
//! upwards in both windows and downwards over the year; all these tests are one family, so that a quiet quarter lists anything
//! at all in about one of ten. Deliberately absent: words.

use super::farrington::{Control, Threshold, farrington};
use super::mixture::Mixture;
use super::multiple::q_values;
use super::offset::offsets;
use super::predict::{Prediction, Window, predictions};
use super::series::{Naming, Panel, Series};

/// The share of a list that may be false.
pub const FALSE_SHARE: f64 = 0.10;
/// An issue as unusual as this is left out of the others' offset.
const LEFT_OUT: f64 = 0.01;
/// Years of months that the improved Farrington algorithm needs.
const FARRINGTON_YEARS: usize = 4;
/// Past periods without which nothing is tested.
pub const PAST_PERIODS: usize = 4;
/// A rise to fewer cases than this is not listed.
pub const CASES_MIN: u64 = 5;
/// Nor is one of fewer families.
pub const FAMILIES_MIN: u64 = 3;

/// How the latest period is judged; the latest year always is by the pooled prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The pooled gamma-Poisson prediction of [`predictions`].
    Pooled,
    /// Each issue by itself, with trend and season, by [`farrington`].
    Farrington,
}

impl Method {
    /// Whether the history of a panel is long enough for it.
    #[must_use]
    pub fn is_possible(self, panel: &Panel) -> bool {
        self == Self::Pooled || (panel.per_year() == 12 && panel.periods() >= FARRINGTON_YEARS * 12)
    }
}

/// Which way a count is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More than expected.
    Up,
    /// Fewer.
    Down,
}

/// One test of one issue.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Which periods.
    pub window: Window,
    /// Which tail.
    pub direction: Direction,
    /// Observed and expected.
    pub prediction: Prediction,
    /// Mid-p value.
    pub p: f64,
    /// Benjamini-Hochberg value over all tests.
    pub q: f64,
    /// Whether it is listed: `q` is low enough, and there are cases and families enough.
    pub is_listed: bool,
}

/// The tests of every issue, in the order of the panel's series; none for an issue that never had a case, or where the past
/// is too short.
#[must_use]
pub fn judge(panel: &Panel) -> Vec<Vec<Test>> {
    judge_by(panel, Method::Pooled)
}

/// As [`judge`], by a method of one's own choice.
#[must_use]
pub fn judge_by(panel: &Panel, method: Method) -> Vec<Vec<Test>> {
    let tests = |left_out: &[bool]| tests(panel, method, left_out);
    let first = tests(&vec![false; panel.series().len()]);
    let stands_out = |tests: &Vec<Test>| tests.iter().any(|test| test.p < LEFT_OUT);
    let left_out: Vec<bool> = first.iter().map(stands_out).collect();
    let mut tests = if left_out.contains(&true) { tests(&left_out) } else { first };
    let enough: Vec<bool> = panel
        .series()
        .iter()
        .zip(&tests)
        .flat_map(|(series, tests)| tests.iter().map(|test| is_enough(panel, series, test)))
        .collect();
    // What cannot be listed takes no rank, or it would let others in: its p-value is 1, and it still counts as a test.
    let p: Vec<f64> =
        tests.iter().flatten().zip(&enough).map(|(test, enough)| if *enough { test.p } else { 1.0 }).collect();
    for ((test, q), is_enough) in tests.iter_mut().flatten().zip(q_values(&p)).zip(enough) {
        test.q = q;
        test.is_listed = q <= FALSE_SHARE && is_enough;
    }
    tests
}

/// Whether there are cases and families enough to list a test, however unusual it is.
fn is_enough(panel: &Panel, series: &Series, test: &Test) -> bool {
    let past = panel.periods() - test.window.periods(panel.per_year());
    let families = match test.window {
        Window::Latest => series.families.get(past).copied().unwrap_or(0),
        Window::Rolling => series.families_of_year,
    };
    match test.direction {
        Direction::Up => test.prediction.observed >= CASES_MIN && families >= FAMILIES_MIN,
        Direction::Down => test.prediction.spread.mean >= super::number::real(CASES_MIN),
    }
}

fn tests(panel: &Panel, method: Method, left_out: &[bool]) -> Vec<Vec<Test>> {
    let mut all: Vec<Vec<Test>> = vec![Vec::new(); panel.series().len()];
    for window in Window::ALL {
        let past = panel.periods().saturating_sub(window.periods(panel.per_year()));
        if past < PAST_PERIODS.max(2 * window.periods(panel.per_year())) {
            continue;
        }
        let judged = all.iter_mut().zip(predictions(panel, window, left_out)).enumerate();
        for (at, (tests, mut prediction)) in judged {
            if !can_be_judged(panel, at, past, &prediction) {
                continue;
            }
            if method == Method::Farrington && window == Window::Latest {
                by_farrington(panel, at, left_out, &mut prediction);
            }
            let (up, down) = (Direction::Up, Direction::Down);
            let test =
                |direction, p| Test { window, direction, prediction: prediction.clone(), p, q: 1.0, is_listed: false };
            tests.push(test(up, prediction.p_up));
            if window == Window::Rolling {
                tests.push(test(down, prediction.p_down));
            }
        }
    }
    all
}

/// Puts what Farrington's algorithm says in the place of the pooled prediction, where it says anything that
/// the past can bear: windows of three
/// months, three further parts of the year, the latest quarter left out, a trend always, the others' volume as offset.
fn by_farrington(panel: &Panel, at: usize, left_out: &[bool], prediction: &mut Prediction) {
    let (Some(series), Some(offset)) = (panel.series().get(at), offsets(panel, left_out).into_iter().nth(at)) else {
        return;
    };
    let control = Control {
        per_year: panel.per_year(),
        years: ((panel.periods() - 2) / panel.per_year()).min(5),
        half_window: 1,
        parts: 4,
        left_out: 3,
        level: super::noticeable::LEVEL,
        trend_level: 1.0,
        threshold: Threshold::NegativeBinomial,
    };
    let Some(verdict) = farrington(&series.counts, Some(&offset.volume), &control) else { return };
    // A past of next to no cases lets expect anything from nothing to some; the pooled prediction knows that.
    if !verdict.is_borne() {
        return;
    }
    prediction.spread.mean = verdict.expected;
    prediction.spread.dispersions = Mixture::point(verdict.dispersion);
    prediction.spread.squared_error = 0.0;
    prediction.p_up = verdict.p;
    prediction.p_down = 1.0 - verdict.p;
}

/// Whether an issue can be tested in the window that begins after `past`: it names something, something was expected, and
/// nothing in the window is hidden, nor all but a few periods before it.
fn can_be_judged(panel: &Panel, at: usize, past: usize, prediction: &Prediction) -> bool {
    let is_named = panel.series().get(at).is_some_and(|series| series.naming == Naming::Named);
    let is_seen = (past..panel.periods()).all(|period| !panel.is_hidden(at, period));
    let seen_before = (0..past).filter(|period| !panel.is_hidden(at, *period)).count();
    is_named && is_seen && seen_before >= PAST_PERIODS && prediction.spread.mean > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six years of months: eight steady issues, one that rose and some that never were until now.
    fn panel(new: usize, cases: u64) -> Panel {
        let usual = [24, 27, 22, 25, 29, 26, 23, 28, 25, 24, 27];
        let steady = |at: usize| -> Vec<u64> { (0..72).map(|month| usual[(month * (at + 1) + at) % 11]).collect() };
        let mut series: Vec<Series> = (0..8).map(|at| Series::of_cases(&format!("S{at}"), &steady(at))).collect();
        let mut eased = steady(8);
        eased[60..].iter_mut().for_each(|count| *count = *count * 17 / 20);
        series.push(Series::of_cases("E", &eased));
        let rare: Vec<u64> = (0..72).map(|month| if month == 71 { cases } else { 0 }).collect();
        series.extend((0..new).map(|at| Series::of_cases(&format!("N{at}"), &rare)));
        Panel::new(12, 0, series).expect("equal lengths")
    }

    #[test]
    fn one_case_after_years_of_none_is_no_more_unusual_than_the_past_can_tell() {
        for cases in [1, 9] {
            let tests = judge_by(&panel(1, cases), Method::Farrington);
            let latest = tests[9].iter().find(|test| test.window == Window::Latest).expect("it is tested");
            assert!(latest.prediction.spread.mean > 1e-3, "{:?}", latest.prediction.spread);
            assert!(latest.p > if cases == 1 { 1e-3 } else { 1e-20 }, "{}", latest.p);
        }
    }

    #[test]
    fn what_cannot_be_listed_lets_nothing_else_into_the_list() {
        for method in [Method::Pooled, Method::Farrington] {
            let q = |new: usize| {
                let tests = judge_by(&panel(new, 1), method);
                tests[8].iter().map(|test| test.q).fold(1.0, f64::min)
            };
            assert!(q(12) >= q(0), "{} and {}", q(12), q(0));
            let tests = judge_by(&panel(12, 1), method);
            assert!(tests[9..].iter().flatten().all(|test| !test.is_listed && test.q > FALSE_SHARE));
        }
    }
}
