//! An issue's own season, beyond that of the whole service. Comes in: its weighted past by part of the year. Goes out: a
//! factor a part, drawn towards 1 as far as chance could have made it. Without it an issue that peaks every summer is
//! called new every summer (15 % false alarms at a nominal 1 %, measured); with too much of it every issue seems to have one.
//!
//! A factor has a gamma prior of mean 1 and shape `k`. Where the configuration knows a season, `k` is that of factors that
//! differ by a half. Where nobody knows, three years of history say it: with `X^2 = sum_q (Y_q - E_q)^2 / (phi E_q)`, chi-square
//! with `Q - 1` degrees of freedom if there is no season, `1 / k` is the variance that makes its excess (moments).

use statrs::function::gamma::checked_gamma_ur;

use super::number::size;

/// The shape of a known season's factors: a standard deviation of one half.
const KNOWN_SHAPE: f64 = 2.0;
/// A season that chance would show as often as this is taken in, shrunk.
const LEVEL: f64 = 0.3;

/// Factors of the parts of a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Season {
    factors: Vec<f64>,
    /// Shape of each factor's gamma distribution.
    information: Vec<f64>,
    /// How much of each factor is the prior's.
    borrowed: Vec<f64>,
    /// How often chance alone would show as much; none where the history is too short to say.
    pub p: Option<f64>,
}

impl Season {
    /// The factor of a part of the year.
    #[must_use]
    pub fn factor(&self, part: usize) -> f64 {
        self.factors.get(part).copied().unwrap_or(1.0)
    }

    /// Its squared relative error.
    #[must_use]
    pub fn squared_error(&self, part: usize) -> f64 {
        self.information.get(part).map_or(0.0, |information| information.recip())
    }

    /// How much of the expectation in a part of the year still hangs on the rate of the whole year.
    #[must_use]
    pub fn borrowed(&self, part: usize) -> f64 {
        self.borrowed.get(part).copied().unwrap_or(1.0)
    }
}

/// The season of an issue, from its weighted `(cases, exposure, part)`; none where nothing shows one.
#[must_use]
pub fn season(
    past: impl Iterator<Item = (f64, f64, usize)>,
    per_year: usize,
    dispersion: f64,
    may_show: bool,
    is_known: bool,
) -> Option<Season> {
    if !may_show && !is_known {
        return None;
    }
    let mut sums = vec![(0.0, 0.0); per_year];
    for (cases, exposure, part) in past {
        sums[part].0 += cases;
        sums[part].1 += exposure;
    }
    let (cases, exposure) = sums.iter().fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
    if cases <= 0.0 || exposure <= 0.0 {
        return None;
    }
    let expected: Vec<f64> = sums.iter().map(|(_, part)| cases / exposure * part / dispersion).collect();
    let observed: Vec<f64> = sums.iter().map(|(part, _)| part / dispersion).collect();
    let terms = observed.iter().zip(&expected).filter(|(_, e)| **e > 0.0);
    let statistic: f64 = terms.map(|(o, e)| (o - e) * (o - e) / e).sum();
    let freedom = size(per_year - 1);
    let p = checked_gamma_ur(freedom / 2.0, statistic / 2.0).unwrap_or(1.0);
    let excess = (statistic - freedom).max(0.0) / (expected.iter().sum::<f64>() * (1.0 - size(per_year).recip()));
    let shape = if is_known {
        KNOWN_SHAPE
    } else if p <= LEVEL && excess > 0.0 {
        excess.recip().min(KNOWN_SHAPE)
    } else {
        return None;
    };
    Some(Season {
        factors: observed.iter().zip(&expected).map(|(o, e)| (shape + o) / (shape + e)).collect(),
        information: observed.iter().map(|o| shape + o).collect(),
        borrowed: expected.iter().map(|e| shape / (shape + e)).collect(),
        p: may_show.then_some(p),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three years of the same four quarters.
    fn three_years(quarters: [f64; 4]) -> impl Iterator<Item = (f64, f64, usize)> {
        (0..12).map(move |at| (quarters[at % 4], 100.0, at % 4))
    }

    #[test]
    fn a_peak_every_summer_is_a_season_and_is_nearly_all_kept() {
        let season = season(three_years([10.0, 30.0, 10.0, 10.0]), 4, 1.0, true, false).expect("a season");
        assert!((1.85..2.0).contains(&season.factor(1)), "{}", season.factor(1));
        assert!(season.p.is_some_and(|p| p < 1e-6));
    }

    #[test]
    fn small_differences_are_no_season() {
        assert_eq!(season(three_years([10.0, 12.0, 9.0, 10.0]), 4, 1.0, true, false), None);
    }

    #[test]
    fn a_known_season_needs_no_three_years() {
        let season = season(three_years([10.0, 20.0, 10.0, 10.0]).take(4), 4, 1.0, false, true).expect("known");
        assert!((1.3..1.6).contains(&season.factor(1)), "{}", season.factor(1));
        assert_eq!(season.p, None);
    }
}
