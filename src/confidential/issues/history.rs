//! What could have been said at each earlier time: for a picture of observed counts between their limits. Comes in: a panel. Goes
//! out: for each issue and period what was expected then, from nothing but what came before it.

use super::judge::PAST_PERIODS;
use super::noticeable::LEVEL;
use super::predict::{Window, predictions};
use super::series::Panel;

/// Expectation and limits of one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// What was to be expected.
    pub expected: f64,
    /// Fewer would have been unusual.
    pub lower: u64,
    /// More would have been unusual.
    pub upper: u64,
}

/// By series, then period; none where the past was too short.
#[must_use]
pub fn history(panel: &Panel) -> Vec<Vec<Option<Band>>> {
    let mut bands = vec![vec![None; panel.periods()]; panel.series().len()];
    for at in PAST_PERIODS..panel.periods() {
        let then = panel.up_to(at + 1);
        let predictions = predictions(&then, Window::Latest, &vec![false; panel.series().len()]);
        for (bands, prediction) in bands.iter_mut().zip(predictions) {
            let predictive = prediction.spread.predictive();
            if let Some(band) = bands.get_mut(at).filter(|_| prediction.spread.mean > 0.0) {
                *band = Some(Band {
                    expected: prediction.spread.mean,
                    lower: predictive.most_unusual_low(LEVEL).map_or(0, |count| count + 1),
                    upper: predictive.least_unusual(LEVEL).saturating_sub(1),
                });
            }
        }
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issues::Series;

    #[test]
    fn the_first_year_has_no_limits_and_no_band_knows_its_own_count() {
        let panel = |last: u64| {
            let mut counts = vec![10; 8];
            counts.push(last);
            let series = vec![Series::of_cases("A", &counts), Series::of_cases("B", &[50; 9])];
            Panel::new(4, 0, series).expect("equal lengths")
        };
        let calm = history(&panel(10));
        assert_eq!(calm[0][..4], [None; 4]);
        assert_eq!(calm[0][8], history(&panel(99))[0][8]);
    }
}
