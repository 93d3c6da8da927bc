//! What a reader of published figures could have expected of the newest: the method of table T24. Comes in: published counts,
//! with gaps where one is hidden. Goes out: an expectation, a range, a flag. Deliberately absent: everything that is not
//! published, seasons, and spikes; the issue list for the service itself ([`super::judge`]) has those.
//!
//! It is simple enough to be said in the report and computed again by whoever reads it, as `verify` does. With an issue's
//! counts `y_t`, those of all other cases `o_t` and `K >= 4` earlier periods in which both are known:
//!
//! - rate `r = sum y / sum o`; expectation now `E = r o`
//! - dispersion `phi = max(1, sum X^2 / sum (K - 1))` over all issues judged, `X^2 = sum (y_t - r o_t)^2 / (r o_t)`; for an
//!   issue of more, its own `X^2 / (K - 1)`
//! - variance `V = phi E + phi E^2 (1 / sum y + 1 / o)`: the spread of counts, and what rate and volume are known by
//! - the range holds the counts whose mid-p value in either tail of the negative binomial distribution of that mean and
//!   variance is above `0.05 / J`, for `J` issues judged: so at most one quiet quarter in ten has any issue outside of it
//!   (Bonferroni 1936).

use model::release::{Flag, Range};

use super::number::{real, size};
use super::prediction::Predictive;

/// Earlier periods without which nothing is expected.
pub const PAST_MIN: usize = 4;
/// Earlier periods looked at, at most: two years of quarters.
pub const PAST_MAX: usize = 8;
/// How often chance puts any issue above its range; and as often below it.
const ANY: f64 = 0.05;
/// Among so many of the largest...
const TOP: usize = 5;
/// ...in this share of the periods, three quarters, is recurring.
const OFTEN: (usize, usize) = (3, 4);

/// An issue's published counts, the judged period last; none where one is hidden or the volume of that period is.
pub type Published = Vec<Option<u64>>;

/// One issue's past as sums.
struct Past {
    rate: f64,
    cases: f64,
    pearson: f64,
    freedom: f64,
    now: (u64, f64),
}

impl Past {
    /// None where too little is known to judge the newest count.
    fn of(counts: &[Option<u64>], volume: &[Option<u64>]) -> Option<Self> {
        let pair = |(count, all): (&Option<u64>, &Option<u64>)| {
            let (count, all) = ((*count)?, (*all)?);
            Some((count, real(all.checked_sub(count)?)))
        };
        let mut pairs: Vec<Option<(u64, f64)>> = counts.iter().zip(volume).map(pair).collect();
        let now = pairs.pop()??;
        let known: Vec<(f64, f64)> = pairs.into_iter().flatten().map(|(count, others)| (real(count), others)).collect();
        let (cases, others) = known.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let is_sound = known.len() >= PAST_MIN && cases > 0.0 && now.1 > 0.0 && known.iter().all(|one| one.1 > 0.0);
        let rate = cases / others;
        let pearson = known.iter().map(|(count, others)| (count - rate * others).powi(2) / (rate * others)).sum();
        is_sound.then(|| Self { rate, cases, pearson, freedom: size(known.len()) - 1.0, now })
    }

    fn range(&self, pooled: f64, level: f64) -> Range {
        let expected = self.rate * self.now.1;
        let dispersion = pooled.max(self.pearson / self.freedom);
        let variance = dispersion * expected * (1.0 + expected * (self.cases.recip() + self.now.1.recip()));
        let predictive = Predictive::new(expected, variance);
        Range {
            expected_tenths: tenths(expected),
            lower: predictive.most_unusual_low(level).map_or(0, |count| count + 1),
            upper: predictive.least_unusual(level).saturating_sub(1),
        }
    }
}

/// What there is to say of each issue's newest count; none where that is not published. `volume`: all cases, as published.
#[must_use]
pub fn expectations(issues: &[Published], volume: &Published) -> Vec<Option<(u64, Option<Range>, Flag)>> {
    let pasts: Vec<Option<Past>> = issues.iter().map(|counts| Past::of(counts, volume)).collect();
    let judged = || pasts.iter().flatten();
    let (pearson, freedom) = judged().fold((0.0, 0.0), |sum, past| (sum.0 + past.pearson, sum.1 + past.freedom));
    let pooled = if freedom > 0.0 { (pearson / freedom).max(1.0) } else { 1.0 };
    let level = ANY / size(judged().count().max(1));
    let recurring = recurring(issues);
    let rows = issues.iter().zip(&pasts).zip(recurring);
    rows.map(|((counts, past), recurs)| {
        let observed = counts.last().copied().flatten()?;
        let range = past.as_ref().map(|past| past.range(pooled, level));
        let flag = match range {
            None => Flag::TooFew,
            Some(range) if observed > range.upper => Flag::Emerging,
            Some(range) if observed < range.lower => Flag::Easing,
            Some(_) if recurs => Flag::Recurring,
            Some(_) => Flag::Steady,
        };
        Some((observed, range, flag))
    })
    .collect()
}

/// Which issues were among the five largest in three quarters of the periods; none where there are not twice as many.
fn recurring(issues: &[Published]) -> Vec<bool> {
    let periods = issues.first().map_or(0, Vec::len);
    let mut times = vec![0; issues.len()];
    for at in (0..periods).filter(|_| issues.len() > 2 * TOP) {
        let count = |counts: &Published| counts.get(at).copied().flatten().unwrap_or(0);
        let mut largest: Vec<u64> = issues.iter().map(count).collect();
        largest.sort_unstable_by(|one, other| other.cmp(one));
        let fifth = largest.get(TOP - 1).copied().unwrap_or(0).max(1);
        for (times, counts) in times.iter_mut().zip(issues) {
            *times += usize::from(count(counts) >= fifth);
        }
    }
    times.into_iter().map(|times| periods > PAST_MIN && OFTEN.1 * times >= OFTEN.0 * periods).collect()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an expectation is no more than all cases")]
fn tenths(expected: f64) -> u64 {
    (10.0 * expected).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(counts: &[u64]) -> Published {
        counts.iter().copied().map(Some).collect()
    }

    fn of_first(first: Published) -> Option<(u64, Option<Range>, Flag)> {
        let mut issues = vec![first];
        issues.extend([10, 12, 14, 16].map(|usual| known(&[usual, usual + 1, usual, usual - 1, usual])));
        expectations(&issues, &known(&[100; 5]))[0]
    }

    #[test]
    fn an_issue_that_was_ten_of_a_hundred_is_expected_to_be_ten() {
        let (observed, range, flag) = of_first(known(&[10, 10, 10, 10, 12])).expect("published");
        // Ten for ninety others; eighty-eight others came now.
        assert_eq!((observed, range.map(|range| range.expected_tenths), flag), (12, Some(98), Flag::Steady));
        // Poisson of 9.8 with a quarter more for the rate: a mid-p value of 0.01 lies at 19 and 2.
        assert!(
            range.is_some_and(|range| (18..=21).contains(&range.upper) && (1..=3).contains(&range.lower)),
            "{range:?}"
        );
    }

    #[test]
    fn three_times_as_many_emerge_and_none_at_all_ease() {
        assert_eq!(of_first(known(&[10, 10, 10, 10, 30])).map(|row| row.2), Some(Flag::Emerging));
        assert_eq!(of_first(known(&[30, 30, 30, 30, 0])).map(|row| row.2), Some(Flag::Easing));
    }

    #[test]
    fn a_hidden_count_has_no_expectation_and_three_earlier_ones_are_too_few() {
        assert_eq!(of_first(vec![Some(10), Some(10), Some(10), Some(10), None]), None);
        let gap = of_first(vec![Some(10), None, Some(10), Some(10), Some(30)]);
        assert_eq!(gap, Some((30, None, Flag::TooFew)));
    }

    #[test]
    fn the_five_largest_of_eleven_recur() {
        let issues: Vec<Published> = (0..11).map(|at| known(&[10 + at; 5])).collect();
        let flags: Vec<Flag> =
            expectations(&issues, &known(&[300; 5])).into_iter().flatten().map(|row| row.2).collect();
        assert_eq!(flags.iter().filter(|flag| **flag == Flag::Recurring).count(), 5);
        assert_eq!((flags[0], flags[10]), (Flag::Steady, Flag::Recurring));
    }
}
