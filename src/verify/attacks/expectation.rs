//! Tables of expectations, worked out again from released counts: a figure that does not follow from them would tell something
//! else. Comes in: the table's CSV, and the counts of this and of earlier releases. Goes out: findings. Deliberately absent: any code
//! that the program made the table with; the tails of the distribution are summed up term by term.
//!
//! The rule, as every such table states it: with an issue's counts `y`, all others' counts `o` and `K >= 4` earlier periods in
//! which both are published, `r = sum y / sum o`, `E = r o`, `phi` the larger of Pearson's dispersion of all issues together, of
//! the issue's own and of 1, `V = phi E (1 + E (1 / sum y + 1 / o))`; the range holds the counts with a mid-p value over
//! `0.05 / J` in either tail of the negative binomial distribution of mean `E` and variance `V`.

use std::collections::{BTreeMap, BTreeSet};

use model::manifest::Expectation;
use model::{Attack, Finding};

use crate::readers::csv::{Reading, Table};
use crate::readers::expectation::{self, Row};
use crate::readers::folder::Folder;

/// A release of the run.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// Its folder.
    pub folder: &'a Folder,
    /// Its tables, as read.
    pub tables: &'a [Table],
}

impl<'a> Seen<'a> {
    fn table(self, id: &str) -> Option<&'a Table> {
        let tables = self.folder.manifest.tables.iter().zip(self.tables);
        tables.filter(|(entry, _)| entry.id == id).map(|(_, table)| table).next()
    }

    fn is_named(self, name: &str) -> bool {
        let own = &self.folder.manifest.release;
        if own.is_empty() { self.folder.name == name } else { own == name }
    }
}

/// No service's counts vary more; the terms of a distribution that does are not summed up, and its limits not believed.
const VARIANCE_MAX: f64 = 1e12;

/// What working the tables out again came to.
#[derive(Debug, Default)]
pub struct Worked {
    /// Figures that do not follow from released ones.
    pub findings: Vec<Finding>,
    /// Tables that rest on a release that is not at hand.
    pub not_run: Vec<String>,
    /// Figures worked out again.
    pub figures: u64,
}

/// Works out every table of expectations of `own` again; `others`: all releases of the run.
#[must_use]
pub fn check(own: Seen<'_>, others: &[Seen<'_>]) -> Worked {
    let mut worked = Worked::default();
    for derived in &own.folder.manifest.derived {
        let Some(stated) = &derived.expectation else {
            worked.not_run.push(format!("{}: what it says it derives was not worked out again", own.folder.name));
            continue;
        };
        let mut find = |kind: &str, place: &str, message: &str| {
            worked.findings.push(Finding {
                attack: Attack::Consistency,
                kind: kind.to_owned(),
                file: stated.file.clone(),
                place: place.to_owned(),
                message: message.to_owned(),
                claim: None,
            });
        };
        let rows = own.folder.files.get(&stated.file).and_then(|bytes| expectation::read(&stated.dim, bytes));
        let (Some(rows), Some(from)) = (rows, own.table(&stated.from)) else {
            find("expectation", "", "is no table of expectations, or comes from no table of release.json");
            continue;
        };
        let earlier: Vec<Seen<'_>> = stated
            .releases
            .iter()
            .filter_map(|name| others.iter().copied().find(|seen| seen.is_named(name)))
            .filter(|seen| seen.folder.manifest.audience == own.folder.manifest.audience)
            .collect();
        let is_whole = earlier.len() == stated.releases.len();
        let Some(expected) = rows_of(own, from, stated, &earlier) else {
            find("expectation", "", "does not judge the newest column of the table that it comes from");
            continue;
        };
        if !rows.iter().map(|row| &row.code).eq(expected.iter().map(|row| &row.code)) {
            find("expectation", "", "has other rows than the table that it comes from");
            continue;
        }
        for (row, expected) in rows.iter().zip(&expected) {
            worked.figures += row.figures.iter().filter(|figure| !figure.is_empty()).count() as u64;
            // What rests on a release that is not here cannot be told right from wrong, but for the count itself.
            let is_count_same = row.symbol == expected.symbol && row.figures[0] == expected.figures[0];
            let is_same = if is_whole { row == expected } else { is_count_same };
            if !is_same {
                find("expectation", &row.code, "a figure that does not follow from released ones");
            }
        }
        if !is_whole {
            let name = &own.folder.name;
            worked.not_run.push(format!("{name}: {} rests on a release that is not at hand", derived.table));
        }
    }
    worked
}

/// Counts by code and period: this release's, then what earlier ones add.
fn counts<'a>(own: &'a Table, stated: &Expectation, earlier: &[Seen<'a>]) -> BTreeMap<(&'a str, &'a str), u64> {
    let mut counts = BTreeMap::new();
    for table in std::iter::once(own).chain(earlier.iter().filter_map(|seen| seen.table(&stated.from))) {
        if table.dims != [stated.dim.as_str(), "period"] {
            continue;
        }
        for row in &table.rows {
            if let (Reading::Count(count), [code, period]) = (&row.reading, row.codes.as_slice()) {
                counts.entry((code.as_str(), period.as_str())).or_insert(*count);
            }
        }
    }
    counts
}

/// The rows that the table must have; none where it judges another period than the newest.
fn rows_of(own: Seen<'_>, from: &Table, stated: &Expectation, earlier: &[Seen<'_>]) -> Option<Vec<Row>> {
    let hierarchy = own.folder.manifest.hierarchies.get(&stated.dim)?;
    let now = stated.periods.last()?;
    if from.rows.last()?.codes.last()? != now || from.dims != [stated.dim.as_str(), "period"] {
        return None;
    }
    let mut codes: Vec<&str> = from.rows.iter().filter_map(|row| row.codes.first()).map(String::as_str).collect();
    codes.dedup();
    let known: BTreeSet<&str> = codes.iter().copied().collect();
    let is_known = |part: &String| known.contains(part.as_str());
    let sums = hierarchy.sums.iter().filter(|(_, parts)| parts.iter().any(is_known));
    let parents: BTreeSet<&str> = sums.map(|(parent, _)| parent.as_str()).chain([hierarchy.total.as_str()]).collect();
    codes.retain(|code| !parents.contains(code) && !stated.left_out.iter().any(|left| left == code));
    let counts = counts(from, stated, earlier);
    let series = |code: &str| -> Vec<Option<u64>> {
        stated.periods.iter().map(|period| counts.get(&(code, period.as_str())).copied()).collect()
    };
    let volume = series(&hierarchy.total);
    let issues: Vec<Vec<Option<u64>>> = codes.iter().map(|code| series(code)).collect();
    let figures = figures(&issues, &volume);
    let readings = from.by_codes();
    let row = |(code, figures): (&&str, Option<[String; 5]>)| {
        let place = [(*code).to_owned(), now.clone()];
        let symbol = match (&figures, readings.get(place.as_slice())) {
            (Some(_), _) => "",
            (None, Some(Reading::Impossible)) => "z",
            (None, Some(Reading::NotAvailable)) => "x",
            (None, Some(Reading::Count(_) | Reading::Between(..) | Reading::Marker(_)) | None) => "c",
        };
        Row { code: (*code).to_owned(), figures: figures.unwrap_or_default(), symbol: symbol.to_owned() }
    };
    Some(codes.iter().zip(figures).map(row).collect())
}

/// Sums over the earlier periods of an issue.
struct Past {
    cases: f64,
    rate: f64,
    pearson: f64,
    periods: f64,
    others_now: f64,
}

fn past(counts: &[Option<u64>], volume: &[Option<u64>]) -> Option<Past> {
    let others = |at: usize| Some(real(volume.get(at).copied()??.checked_sub(counts.get(at).copied()??)?));
    let last = counts.len().checked_sub(1)?;
    let others_now = others(last)?;
    let known: Vec<(f64, f64)> =
        (0..last).filter_map(|at| Some((real(counts.get(at).copied()??), others(at)?))).collect();
    let cases: f64 = known.iter().map(|one| one.0).sum();
    let exposure: f64 = known.iter().map(|one| one.1).sum();
    if known.len() < 4 || cases <= 0.0 || others_now <= 0.0 || known.iter().any(|one| one.1 <= 0.0) {
        return None;
    }
    let rate = cases / exposure;
    let mut pearson = 0.0;
    for (count, others) in &known {
        let mean = rate * others;
        pearson += (count - mean) * (count - mean) / mean;
    }
    let periods = known.iter().map(|_| 1.0).sum();
    Some(Past { cases, rate, pearson, periods, others_now })
}

/// Observed, expected, lower, upper and flag of each issue, as they must be printed; none where its count is not published.
fn figures(issues: &[Vec<Option<u64>>], volume: &[Option<u64>]) -> Vec<Option<[String; 5]>> {
    let pasts: Vec<Option<Past>> = issues.iter().map(|counts| past(counts, volume)).collect();
    let (mut pearson, mut freedom, mut judged) = (0.0, 0.0, 0.0);
    for past in pasts.iter().flatten() {
        pearson += past.pearson;
        freedom += past.periods - 1.0;
        judged += 1.0;
    }
    let level = 0.05 / f64::max(judged, 1.0);
    let figures = |(at, counts): (usize, &Vec<Option<u64>>)| {
        let observed = counts.last().copied().flatten()?;
        let Some(past) = pasts.get(at)?.as_ref() else {
            let blank = String::new;
            return Some([observed.to_string(), blank(), blank(), blank(), "too few".to_owned()]);
        };
        let dispersion = f64::max(1.0, f64::max(pearson / freedom, past.pearson / (past.periods - 1.0)));
        let mean = past.rate * past.others_now;
        let variance = dispersion * mean * (1.0 + mean * (1.0 / past.cases + 1.0 / past.others_now));
        let (lower, upper) = limits(mean, variance, level);
        let flag = if observed > upper {
            "emerging"
        } else if observed < lower {
            "easing"
        } else if recurs(issues, at) {
            "recurring"
        } else {
            "steady"
        };
        Some([observed.to_string(), tenths(mean), lower.to_string(), upper.to_string(), flag.to_owned()])
    };
    issues.iter().enumerate().map(figures).collect()
}

/// Whether an issue is among the five largest in three quarters of the periods, of eleven issues or more.
fn recurs(issues: &[Vec<Option<u64>>], at: usize) -> bool {
    let periods = issues.get(at).map_or(0, Vec::len);
    if issues.len() < 11 || periods < 5 {
        return false;
    }
    let count = |issue: usize, period: usize| issues[issue].get(period).copied().flatten().unwrap_or(0);
    let is_large = |period: &usize| {
        let own = count(at, *period);
        own > 0 && (0..issues.len()).filter(|other| count(*other, *period) > own).count() < 5
    };
    4 * (0..periods).filter(is_large).count() >= 3 * periods
}

/// The least and the largest count that neither tail calls unusual at `level`.
///
/// The terms of the negative binomial distribution are `p(k + 1) / p(k) = (k + s) / (k + 1) x E / (E + s)` with
/// `s = E^2 / (V - E)`; they are summed from the mode outwards, so that nothing underflows.
fn limits(mean: f64, variance: f64, level: f64) -> (u64, u64) {
    if !variance.is_finite() || variance > VARIANCE_MAX {
        return (0, 0);
    }
    let size = mean * mean / (variance - mean);
    let ratio = |count: f64| (count + size) / (count + 1.0) * (mean / (mean + size));
    let mode = if size > 1.0 { (mean * (size - 1.0) / size).floor() } else { 0.0 };
    let (mut above, mut count, mut term) = (Vec::new(), mode, 1.0_f64);
    while term > 1e-18 {
        above.push(term);
        term *= ratio(count);
        count += 1.0;
    }
    let (mut terms, mut count, mut term) = (Vec::new(), mode, 1.0_f64);
    while count > 0.0 && term > 1e-18 {
        count -= 1.0;
        term /= ratio(count);
        terms.push(term);
    }
    let first = whole(count);
    terms.reverse();
    terms.extend(above);
    let total: f64 = terms.iter().sum();
    let edge = |terms: &mut dyn Iterator<Item = &f64>| {
        let mut beyond = 0.0;
        terms
            .take_while(|term| {
                let is_unusual = (beyond + *term / 2.0) / total <= level;
                beyond += *term;
                is_unusual
            })
            .count() as u64
    };
    let (below, beyond) = (edge(&mut terms.iter()), edge(&mut terms.iter().rev()));
    (first + below, first + (terms.len() as u64 - 1).saturating_sub(beyond))
}

fn tenths(mean: f64) -> String {
    let tenths = whole((10.0 * mean).round());
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[allow(clippy::cast_precision_loss, reason = "no release has 2^53 cases")]
const fn real(count: u64) -> f64 {
    count as f64
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and tenths of counts, never negative"
)]
const fn whole(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_of_a_geometric_distribution_are_what_a_pencil_gives() {
        // Mean 1 and variance 2: p(k) = 2^-(k+1); half of p(0) is 0.25, so zero is usual. P(Y > k) + p(k) / 2 is
        // 0.75 x 2^-k: 0.0117 at 6 and 0.0059 at 7.
        assert_eq!(limits(1.0, 2.0, 0.01), (0, 6));
        assert_eq!(limits(1.0, 2.0, 0.3), (1, 1));
    }

    #[test]
    fn large_means_do_not_underflow() {
        let (lower, upper) = limits(5_000.0, 5_000.0 * 1.5, 0.01);
        assert!((4_790..4_810).contains(&lower) && (5_195..5_215).contains(&upper), "{lower} {upper}");
    }

    #[test]
    fn a_hidden_count_has_nothing_and_three_earlier_ones_are_too_few() {
        let volume = [Some(100); 5];
        let of = |counts: [Option<u64>; 5]| figures(&[counts.to_vec()], &volume)[0].clone();
        assert_eq!(of([Some(10), Some(10), Some(10), Some(10), None]), None);
        let few = of([Some(10), None, Some(10), Some(10), Some(30)]).expect("a count");
        assert_eq!(few, ["30", "", "", "", "too few"]);
        let steady = of([Some(10), Some(10), Some(10), Some(10), Some(12)]).expect("a count");
        assert_eq!((steady[0].as_str(), steady[1].as_str(), steady[4].as_str()), ("12", "9.8", "steady"));
    }
}
