//! What to know before any issue is named: whether recording itself has changed. Comes in: counts. Goes out: alarms. A new
//! worker who writes "other" for everything looks like a new issue, and like a fall of all the others.
//!
//! Four things are looked at: the share of "other" and "not recorded" in each dimension; a code that ends while another
//! begins; one recorder who accounts for a rise; one recorder who begins or stops.

use serde::Serialize;

use super::analysis::{Finding, Status, rounded};
use super::counting::{Counting, IssuesError, Level};
use super::number::real;
use super::predict::{Prediction, Window, predictions};
use super::series::{Naming, Panel};

/// An alarm is raised where chance would do so as often as this.
const LEVEL: f64 = 0.001;
/// And where the share of all cases moved by this at least.
const SHARE_MOVED: f64 = 0.02;
/// Fewer cases than this raise no alarm.
const CASES_MIN: f64 = 10.0;
/// A code that ends and one that begins are one where their counts differ by no more than this factor.
const ALIKE: f64 = 2.0;
/// A recorder with this share of a rise accounts for it.
const SHARE_OF_RISE: f64 = 0.8;

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// More or fewer cases under a code that names nothing.
    Unnamed,
    /// One code may have taken the place of another.
    Recoded,
    /// One recorder accounts for the rise of an issue.
    OneRecorder,
    /// A recorder records much more or much less than before.
    RecorderVolume,
}

/// One alarm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alarm {
    /// What changed.
    pub change: Change,
    /// In which dimension.
    pub dimension: String,
    /// Under which code.
    pub code: String,
    /// For people.
    pub label: String,
    /// Cases in the latest period.
    pub observed: u64,
    /// Cases that the past lets expect.
    pub expected: f64,
    /// In a sentence.
    pub message: String,
}

/// The alarms for the latest period; `findings` are those of the issues.
///
/// # Errors
/// [`IssuesError::Tabulate`]
pub fn alarms(counting: &Counting<'_>, level: Level, findings: &[Finding]) -> Result<Vec<Alarm>, IssuesError> {
    let mut alarms = Vec::new();
    for dimension in &counting.configuration.dimensions.dimensions {
        if !counting.is_available(&dimension.name) {
            continue;
        }
        let is_issue = dimension.name == counting.plan.dimension;
        let codes = counting.codes(&dimension.name, if is_issue { Level::Issue } else { Level::Group });
        let panel = counting.panel(&dimension.name, &codes, &[])?;
        alarms.extend(unnamed(&dimension.name, &dimension.label, &panel));
        if is_issue {
            alarms.extend(recoded(&dimension.name, &panel));
        }
    }
    if let Some(recorder) = counting.plan.recorder.as_ref().filter(|name| counting.is_available(name)) {
        let codes = counting.codes(recorder, Level::Issue);
        let panel = counting.panel(recorder, &codes, &[])?;
        alarms.extend(volumes(recorder, &panel));
        for finding in findings.iter().filter(|finding| is_rise(finding)) {
            alarms.extend(one_recorder(counting, level, recorder, finding)?);
        }
    }
    Ok(alarms)
}

fn is_rise(finding: &Finding) -> bool {
    matches!(finding.status, Status::Emerging | Status::Growing)
}

/// Codes that name nothing, against all others.
pub fn unnamed(dimension: &str, label: &str, panel: &Panel) -> Vec<Alarm> {
    let all = latest_volume(panel);
    let moved = |prediction: &Prediction| {
        let difference = (real(prediction.observed) - prediction.spread.mean).abs();
        is_unusual(prediction) && difference >= (SHARE_MOVED * all).max(CASES_MIN)
    };
    let named = panel.series().iter().zip(latest(panel));
    named
        .filter(|(series, prediction)| series.naming == Naming::Unnamed && moved(prediction))
        .map(|(series, prediction)| {
            let more = if real(prediction.observed) > prediction.spread.mean { "more" } else { "fewer" };
            let message = format!(
                "{label}: {more} cases than before are recorded as {:?} ({} where {:.0} were to be expected). Issues may \
                 look new, or gone, for that alone.",
                series.label, prediction.observed, prediction.spread.mean
            );
            alarm(Change::Unnamed, dimension, (&series.code, &series.label), &prediction, message)
        })
        .collect()
}

/// A code that ends while another of about its size begins.
pub fn recoded(dimension: &str, panel: &Panel) -> Vec<Alarm> {
    let last = panel.periods().saturating_sub(1);
    let before = |counts: &[u64]| counts.iter().take(last).sum::<u64>();
    let all: Vec<_> = panel.series().iter().zip(latest(panel)).collect();
    let ended = |prediction: &Prediction| {
        prediction.spread.mean >= CASES_MIN && real(prediction.observed) <= prediction.spread.mean / 10.0
    };
    let mut alarms = Vec::new();
    for (old, gone) in all.iter().filter(|(_, prediction)| ended(prediction)) {
        let begins = |series: &super::Series, now: u64| before(&series.counts) * 10 <= now && real(now) >= CASES_MIN;
        let alike = |now: u64| (ALIKE.recip()..=ALIKE).contains(&(real(now) / gone.spread.mean));
        let new = all.iter().find(|(series, new)| begins(series, new.observed) && alike(new.observed));
        if let Some((new, _)) = new {
            let message = format!(
                "{:?} ends ({} cases where {:.0} were to be expected) as {:?} begins: one may be the other under a new name.",
                old.label, gone.observed, gone.spread.mean, new.label
            );
            alarms.push(alarm(Change::Recoded, dimension, (&old.code, &old.label), gone, message));
        }
    }
    alarms
}

/// Recorders who record much more or much less than before.
pub fn volumes(dimension: &str, panel: &Panel) -> Vec<Alarm> {
    let all = latest_volume(panel);
    let recorders = panel.series().iter().zip(latest(panel));
    let moved = |prediction: &Prediction| {
        let difference = (real(prediction.observed) - prediction.spread.mean).abs();
        is_unusual(prediction) && difference >= (SHARE_MOVED * all).max(CASES_MIN)
    };
    recorders
        .filter(|(_, prediction)| moved(prediction))
        .map(|(series, prediction)| {
            let message = format!(
                "{} recorded {} cases where {:.0} were to be expected: issues that it records more than others do move with it.",
                series.label, prediction.observed, prediction.spread.mean
            );
            alarm(Change::RecorderVolume, dimension, (&series.code, &series.label), &prediction, message)
        })
        .collect()
}

/// Whether one recorder accounts for a rise.
fn one_recorder(
    counting: &Counting<'_>,
    level: Level,
    recorder: &str,
    finding: &Finding,
) -> Result<Option<Alarm>, IssuesError> {
    let Some(place) = counting.place(&counting.plan.dimension, &finding.code) else { return Ok(None) };
    let codes = counting.codes(recorder, level);
    let panel = counting.panel(recorder, &codes, &[place])?;
    let predictions = latest(&panel);
    let excess = |prediction: &Prediction| real(prediction.observed) - prediction.spread.mean;
    let rise = real(finding.observed) - finding.expected.unwrap_or(0.0);
    let most =
        panel.series().iter().zip(&predictions).max_by(|(_, one), (_, other)| excess(one).total_cmp(&excess(other)));
    let Some((series, prediction)) = most else { return Ok(None) };
    if finding.window != Window::Latest
        || rise <= 0.0
        || excess(prediction) < (SHARE_OF_RISE * rise).max(CASES_MIN / 2.0)
    {
        return Ok(None);
    }
    let message = format!(
        "{}: {} of the {} cases were recorded by {}; look at how they were recorded before calling it a rise.",
        finding.label, prediction.observed, finding.observed, series.label
    );
    Ok(Some(alarm(Change::OneRecorder, recorder, (&series.code, &series.label), prediction, message)))
}

fn alarm(change: Change, dimension: &str, (code, label): (&str, &str), of: &Prediction, message: String) -> Alarm {
    let (dimension, code, label) = (dimension.to_owned(), code.to_owned(), label.to_owned());
    Alarm { change, dimension, code, label, observed: of.observed, expected: rounded(of.spread.mean), message }
}

fn latest(panel: &Panel) -> Vec<Prediction> {
    predictions(panel, Window::Latest, &vec![false; panel.series().len()])
}

fn latest_volume(panel: &Panel) -> f64 {
    real(panel.series().iter().filter_map(|series| series.counts.last()).sum())
}

fn is_unusual(prediction: &Prediction) -> bool {
    prediction.p_up.min(prediction.p_down) < LEVEL && prediction.spread.mean > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issues::Series;

    fn panel(first: [u64; 9], second: [u64; 9]) -> Panel {
        let mut series = vec![Series::of_cases("A", &first), Series::of_cases("B", &second)];
        series.extend((0..6).map(|at| Series::of_cases(&format!("C{at}"), &[30, 32, 29, 31, 30, 28, 33, 30, 30])));
        series[0].naming = Naming::Unnamed;
        Panel::new(4, 0, series).expect("equal lengths")
    }

    #[test]
    fn a_worker_who_writes_other_for_everything_raises_the_alarm() {
        let shifted = panel([3, 2, 4, 3, 2, 3, 3, 2, 60], [20; 9]);
        assert_eq!(unnamed("issue", "Issue", &shifted).len(), 1);
        let quiet = panel([3, 2, 4, 3, 2, 3, 3, 2, 6], [20; 9]);
        assert!(unnamed("issue", "Issue", &quiet).is_empty(), "three more is nothing");
    }

    #[test]
    fn a_code_that_ends_as_another_begins_may_be_the_same() {
        let mut series = vec![
            Series::of_cases("Old", &[20, 22, 19, 21, 20, 20, 21, 19, 0]),
            Series::of_cases("New", &[0, 0, 0, 0, 0, 0, 0, 0, 21]),
        ];
        series.extend((0..6).map(|at| Series::of_cases(&format!("C{at}"), &[30, 32, 29, 31, 30, 28, 33, 30, 30])));
        let panel = Panel::new(4, 0, series).expect("equal lengths");
        let alarms = recoded("issue", &panel);
        assert_eq!(alarms.iter().map(|alarm| alarm.code.as_str()).collect::<Vec<_>>(), ["Old"]);
    }
}
