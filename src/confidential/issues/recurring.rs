//! Issues that come back: with the season, or because they never leave. Comes in: a panel. Goes out: how each issue recurs.
//! These are descriptions, not tests: whoever plans a year wants to know them whether or not chance had a hand in one of them.

use super::number::{real, size};
use super::offset::offsets;
use super::season::{Season, season};
use super::series::{KnownSeason, Naming, Panel};

/// A part of the year with so many times its share of cases is a peak.
const PEAK: f64 = 1.5;
/// The same for a season that is known, which needs no proof.
const KNOWN_PEAK: f64 = 1.25;
/// A season that chance would show as often as this has shown itself.
const SHOWN: f64 = 0.01;
/// Years looked at, and years in which the peak must be there.
const YEARS: (usize, usize) = (4, 3);
/// No peak has fewer cases than this.
const CASES_MIN: u64 = 5;
/// Among so many issues with most cases, where there are more than twice as many...
const TOP: usize = 5;
/// ...in so many periods of the last two years, of eight.
const PERSISTENT: usize = 6;

/// How an issue recurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recurrence {
    /// It peaks in the same part of the year.
    Seasonal {
        /// 0 to `per_year - 1`.
        part: usize,
        /// In how many of the last four years.
        years: usize,
    },
    /// It has been among the five largest in six of the last eight quarters.
    Persistent,
}

/// How each issue recurs, in the order of the panel's series.
#[must_use]
pub fn recurring(panel: &Panel) -> Vec<Option<Recurrence>> {
    let persistent = persistent(panel);
    let offsets = offsets(panel, &vec![false; panel.series().len()]);
    let issues = panel.series().iter().zip(&offsets).zip(persistent);
    issues
        .map(|((series, offset), persistent)| {
            if series.naming == Naming::Unnamed {
                return None;
            }
            let is_known = series.season == KnownSeason::Known;
            let terms = series.counts.iter().zip(&offset.volume).enumerate();
            let terms = terms.map(|(at, (count, volume))| (real(*count), *volume, panel.part_of_year(at)));
            let may_show = panel.periods() >= YEARS.1 * panel.per_year();
            // A dispersion of 1.5 stands for what baselines find; the season here is described, not predicted with.
            let pooled = season(terms, panel.per_year(), 1.5, may_show, is_known);
            let peak = peak(panel, &series.counts, &offset.volume, pooled.as_ref(), is_known);
            peak.or(persistent.then_some(Recurrence::Persistent))
        })
        .collect()
}

/// The part of the year in which the issue peaks: over one and a half times its share in three of the last four years, or
/// over all years together where the season is known or has shown itself.
fn peak(panel: &Panel, counts: &[u64], volume: &[f64], pooled: Option<&Season>, is_known: bool) -> Option<Recurrence> {
    let per_year = panel.per_year();
    let years = (panel.periods() / per_year).min(YEARS.0);
    let has_peak = |year: usize, part: usize| {
        let end = panel.periods() - year * per_year;
        let range = end - per_year..end;
        let share = |at: usize| if volume[at] > 0.0 { real(counts[at]) / volume[at] } else { 0.0 };
        let mean = range.clone().map(share).sum::<f64>() / size(per_year);
        range.clone().any(|at| panel.part_of_year(at) == part && counts[at] >= CASES_MIN && share(at) > PEAK * mean)
    };
    let years_with = |part: usize| (0..years).filter(|year| has_peak(*year, part)).count();
    let best = (0..per_year).max_by_key(|part| (years_with(*part), per_year - part))?;
    if years_with(best) >= YEARS.1 {
        return Some(Recurrence::Seasonal { part: best, years: years_with(best) });
    }
    let pooled = pooled?;
    let highest = (0..per_year).max_by(|one, other| pooled.factor(*one).total_cmp(&pooled.factor(*other)))?;
    let has_shown = pooled.p.is_some_and(|p| p < SHOWN);
    let mean_cases = real(counts.iter().sum()) / size(panel.periods().max(1));
    let needed = if is_known { KNOWN_PEAK } else { PEAK };
    let is_peak = (is_known && years > 0 || has_shown) && pooled.factor(highest) >= needed;
    let enough = mean_cases * pooled.factor(highest) >= real(CASES_MIN);
    (is_peak && enough).then(|| Recurrence::Seasonal { part: highest, years: years_with(highest) })
}

fn persistent(panel: &Panel) -> Vec<bool> {
    let (periods, of) = (panel.periods(), 2 * panel.per_year());
    if periods < of || panel.series().len() <= 2 * TOP {
        return vec![false; panel.series().len()];
    }
    let mut times = vec![0; panel.series().len()];
    for at in periods - of..periods {
        let counts = || panel.series().iter().map(|series| series.counts.get(at).copied().unwrap_or(0));
        let mut sorted: Vec<u64> = counts().collect();
        sorted.sort_unstable_by(|one, other| other.cmp(one));
        let fifth = sorted.get(TOP - 1).copied().unwrap_or(0).max(CASES_MIN);
        for (times, count) in times.iter_mut().zip(counts()) {
            *times += usize::from(count >= fifth);
        }
    }
    // Six of eight quarters, or three quarters of two years of months.
    times.into_iter().map(|times| times * 8 >= PERSISTENT * of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issues::Series;

    fn panel(first: &[u64]) -> Panel {
        let mut series = vec![Series::of_cases("A", first)];
        series.extend((0..12).map(|at| Series::of_cases(&format!("B{at}"), &vec![20 + at; first.len()])));
        Panel::new(4, 0, series).expect("equal lengths")
    }

    #[test]
    fn an_issue_that_peaks_every_summer_recurs_in_the_summer() {
        let found = recurring(&panel(&[6, 15, 5, 4, 7, 16, 6, 5, 5, 14, 6, 6, 6, 15, 7, 5]));
        assert_eq!(found[0], Some(Recurrence::Seasonal { part: 1, years: 4 }));
    }

    #[test]
    fn the_five_largest_recur_because_they_stay() {
        let found = recurring(&panel(&[10; 16]));
        assert_eq!(found.iter().filter(|found| **found == Some(Recurrence::Persistent)).count(), 5);
        assert_eq!(found[0], None, "and a small steady one does not");
    }

    #[test]
    fn one_summer_is_no_season() {
        assert_eq!(recurring(&panel(&[6, 40, 5, 4]))[0], None);
    }
}
