//! Figures of one period that were published more than once: a correction makes a new edition of the months it corrects.
//!
//! Comes in: the published figures, the corrected periods in order. Goes out: a code for every edition, and the sums
//! among them: `first = kept + removed`, `revised = kept + added`, and the sums of periods within each edition.
//! Deliberately absent: counts. A release's number is another thing: the year's first release may hold a corrected quarter.

use std::collections::{BTreeMap, BTreeSet};

use crate::period::{Calendar, Part, Period, UnknownPeriod, period_sums};

/// Ends the code of what two versions have in common.
pub const KEPT: &str = "-kept";
/// Ends the code of what only the first of two versions has.
pub const REMOVED: &str = "-removed";
/// Ends the code of what only the second of two versions has.
pub const ADDED: &str = "-added";

/// The corrections of a service, in the order in which they were made. Edition 0 is before the first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Editions {
    corrected: Vec<Period>,
}

impl Editions {
    /// From the corrected periods in order.
    #[must_use]
    pub const fn new(corrected: Vec<Period>) -> Self {
        Self { corrected }
    }

    /// The edition after all corrections.
    #[must_use]
    pub const fn latest(&self) -> u32 {
        self.corrected.len() as u32
    }

    /// How many corrections up to `edition` touch any of `months`.
    #[must_use]
    pub fn vintage(&self, months: &[Period], edition: u32) -> u32 {
        self.touching(months).filter(|&at| at <= edition).count() as u32
    }

    /// The first edition in which `months` have been corrected `vintage` times.
    #[must_use]
    pub fn edition(&self, months: &[Period], vintage: u32) -> u32 {
        match vintage {
            0 => 0,
            _ => self.touching(months).nth(vintage as usize - 1).unwrap_or(self.latest()),
        }
    }

    /// The newest figures of a period.
    #[must_use]
    pub fn newest(&self, period: Period) -> Figures {
        Figures { period, vintage: self.vintage(&[period], self.latest()) }
    }

    fn touching(&self, months: &[Period]) -> impl Iterator<Item = u32> {
        let touched = |period: &Period| months.iter().any(|own| own.overlaps(*period));
        (1..).zip(&self.corrected).filter(move |(_, period)| touched(period)).map(|(at, _)| at)
    }
}

/// The figures of a period after so many corrections of any of its months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Figures {
    /// The months.
    pub period: Period,
    /// 0 for what was published first.
    pub vintage: u32,
}

impl Figures {
    /// The figures that were published first.
    #[must_use]
    pub const fn first(period: Period) -> Self {
        Self { period, vintage: 0 }
    }

    /// The code: `2018-Q3`, and `2018-Q3-v2` for the second version.
    #[must_use]
    pub fn name(self, calendar: Calendar) -> String {
        versioned(&self.period.name(calendar), self.vintage)
    }

    /// Reads a code.
    ///
    /// # Errors
    /// [`UnknownPeriod`] where what stands before the version is no period.
    pub fn parse(code: &str, calendar: Calendar) -> Result<Self, UnknownPeriod> {
        let version = |(_, number): &(&str, &str)| number.parse::<u32>().is_ok_and(|version| version >= 2);
        match code.rsplit_once("-v").filter(version) {
            Some((name, number)) => {
                let vintage = number.parse::<u32>().map_or(0, |version| version - 1);
                Ok(Self { period: Period::parse(name, calendar)?, vintage })
            }
            None => Ok(Self::first(Period::parse(code, calendar)?)),
        }
    }
}

fn versioned(name: &str, vintage: u32) -> String {
    if vintage == 0 { name.to_owned() } else { format!("{name}-v{}", vintage + 1) }
}

/// Which cases of its months a code holds. A case is in the figures from one edition on and until another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Those of an edition.
    At(u32),
    /// Those of two editions.
    Kept(u32, u32),
    /// Those of the first edition that the second has no more.
    Removed(u32, u32),
    /// Those of the second edition that the first did not have.
    Added(u32, u32),
}

impl Content {
    /// Whether a case is held that is in the figures of the editions from `since` up to before `until`.
    #[must_use]
    pub fn holds(self, since: u32, until: u32) -> bool {
        let at = |edition: u32| (since..until).contains(&edition);
        match self {
            Self::At(edition) => at(edition),
            Self::Kept(first, second) => at(first) && at(second),
            Self::Removed(first, second) => at(first) && !at(second),
            Self::Added(first, second) => !at(first) && at(second),
        }
    }
}

/// A code of the dimension of periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodCode {
    /// `2018-Q3-v1-v2-removed`.
    pub name: String,
    /// Its months.
    pub months: Vec<Period>,
    /// Which of their cases.
    pub content: Content,
}

/// All codes of the dimension of periods, and the sums among them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeriodCodes {
    /// Each once.
    pub codes: Vec<PeriodCode>,
    /// `[parent, [children]]`, each once.
    pub sums: Vec<(String, Vec<String>)>,
    known: BTreeSet<String>,
}

/// The codes and sums that `published` figures bring.
///
/// Within an edition a period is the sum of the periods inside it, each at its own newest version. Between two
/// editions, whatever changed is split in what was kept, removed and added.
///
/// | published | sums |
/// |---|---|
/// | Q1, Q1-v2 | Q1 = kept + removed; Q1-v2 = kept + added |
/// | Q1, Q1-v2, H1 after the correction | also H1-v2 = Q1-v2 + Q2 |
#[must_use]
pub fn period_codes(published: &[Figures], editions: &Editions, calendar: Calendar) -> PeriodCodes {
    let mut all = PeriodCodes::default();
    let mut figures = published.to_vec();
    figures.sort_unstable();
    figures.dedup();
    let periods: BTreeSet<Period> = figures.iter().map(|figures| figures.period).collect();
    let sums = period_sums(&periods.iter().copied().collect::<Vec<_>>(), calendar);
    let mut played = BTreeSet::new();
    for figures in &figures {
        let edition = editions.edition(&[figures.period], figures.vintage);
        played.insert(edition);
        all.at(editions, &Part::whole(figures.period, calendar), edition);
    }
    for &edition in &played {
        for (parent, children) in &sums {
            let parent = all.at(editions, parent, edition);
            let children = children.iter().map(|child| all.at(editions, child, edition)).collect();
            all.sum(parent, children);
        }
    }
    let mut parts: BTreeMap<&str, &Part> = BTreeMap::new();
    let whole: Vec<Part> = periods.iter().map(|period| Part::whole(*period, calendar)).collect();
    let in_sums = sums.iter().flat_map(|(parent, children)| std::iter::once(parent).chain(children));
    parts.extend(whole.iter().chain(in_sums).map(|part| (part.name.as_str(), part)));
    for &first in &played {
        for &second in played.range(first + 1..) {
            all.compare(editions, (first, second), &parts, &sums);
        }
    }
    all
}

impl PeriodCodes {
    fn code(&mut self, name: String, part: &Part, content: Content) -> String {
        if self.known.insert(name.clone()) {
            self.codes.push(PeriodCode { name: name.clone(), months: part.months.clone(), content });
        }
        name
    }

    fn at(&mut self, editions: &Editions, part: &Part, edition: u32) -> String {
        let vintage = editions.vintage(&part.months, edition);
        let edition = editions.edition(&part.months, vintage);
        self.code(versioned(&part.name, vintage), part, Content::At(edition))
    }

    fn sum(&mut self, parent: String, children: Vec<String>) {
        let sum = (parent, children);
        if !self.sums.contains(&sum) {
            self.sums.push(sum);
        }
    }

    /// Kept, removed and added of every part that changed between two editions, and their sums over the parts inside.
    fn compare(
        &mut self,
        editions: &Editions,
        pair: (u32, u32),
        parts: &BTreeMap<&str, &Part>,
        sums: &[(Part, Vec<Part>)],
    ) {
        for part in parts.values() {
            let Some([kept, removed, added]) = self.split(editions, pair, part) else { continue };
            let (first, second) = (self.at(editions, part, pair.0), self.at(editions, part, pair.1));
            self.sum(first, vec![kept.clone(), removed]);
            self.sum(second, vec![kept, added]);
        }
        for (parent, children) in sums {
            let Some(whole) = self.split(editions, pair, parent) else { continue };
            let mut inside: [Vec<String>; 3] = Default::default();
            for child in children {
                match self.split(editions, pair, child) {
                    Some(split) => inside.iter_mut().zip(split).for_each(|(list, code)| list.push(code)),
                    None => inside[0].push(self.at(editions, child, pair.0)),
                }
            }
            for (parent, children) in whole.into_iter().zip(inside) {
                self.sum(parent, children);
            }
        }
    }

    /// The codes of what was kept, removed and added; none where nothing was corrected.
    fn split(&mut self, editions: &Editions, (first, second): (u32, u32), part: &Part) -> Option<[String; 3]> {
        let vintages = (editions.vintage(&part.months, first), editions.vintage(&part.months, second));
        if vintages.0 == vintages.1 {
            return None;
        }
        let [one, other] = [vintages.0, vintages.1].map(|vintage| editions.edition(&part.months, vintage));
        let base = format!("{}-v{}-v{}", part.name, vintages.0 + 1, vintages.1 + 1);
        Some([
            self.code(format!("{base}{KEPT}"), part, Content::Kept(one, other)),
            self.code(format!("{base}{REMOVED}"), part, Content::Removed(one, other)),
            self.code(format!("{base}{ADDED}"), part, Content::Added(one, other)),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALENDAR: Calendar = Calendar { year_starts_in: 1 };

    fn figures(code: &str) -> Figures {
        Figures::parse(code, CALENDAR).expect(code)
    }

    fn sums(codes: &[&str], corrected: &[&str]) -> Vec<(String, Vec<String>)> {
        let published: Vec<Figures> = codes.iter().map(|code| figures(code)).collect();
        let editions = Editions::new(corrected.iter().map(|code| figures(code).period).collect());
        period_codes(&published, &editions, CALENDAR).sums
    }

    fn sum(parent: &str, children: &[&str]) -> (String, Vec<String>) {
        (parent.to_owned(), children.iter().map(|child| (*child).to_owned()).collect())
    }

    #[test]
    fn a_code_says_its_version_and_is_read_back() {
        for code in ["2018-Q3", "2018-Q3-v2", "2018-M01..2018-M06-v3"] {
            assert_eq!(figures(code).name(CALENDAR), code);
        }
        assert!(Figures::parse("2018-Q3-v1", CALENDAR).is_err(), "the first version carries no number");
    }

    #[test]
    fn a_correction_splits_both_versions_in_what_was_kept_and_what_was_not() {
        assert_eq!(
            sums(&["2018-Q3", "2018-Q3-v2"], &["2018-Q3"]),
            [
                sum("2018-Q3", &["2018-Q3-v1-v2-kept", "2018-Q3-v1-v2-removed"]),
                sum("2018-Q3-v2", &["2018-Q3-v1-v2-kept", "2018-Q3-v1-v2-added"]),
            ]
        );
    }

    #[test]
    fn a_year_after_a_correction_sums_over_the_corrected_quarter_and_one_before_it_over_the_first() {
        let sums = sums(&["2018-M01..2018-M06", "2018-Q1", "2018-Q2", "2018-Q2-v2", "2018-v2"], &["2018-Q2"]);
        assert!(sums.contains(&sum("2018-M01..2018-M06", &["2018-Q1", "2018-Q2"])), "{sums:?}");
        assert!(sums.contains(&sum("2018-v2", &["2018-M01..2018-M06-v2", "2018-M07..2018-M12"])), "{sums:?}");
        assert!(sums.contains(&sum("2018-M01..2018-M06-v2", &["2018-Q1", "2018-Q2-v2"])), "{sums:?}");
        let removed = sum("2018-M01..2018-M06-v1-v2-removed", &["2018-Q2-v1-v2-removed"]);
        assert!(sums.contains(&removed), "what a half year lost is what its quarter lost: {sums:?}");
    }

    #[test]
    fn every_two_versions_are_compared_not_only_neighbours() {
        let sums = sums(&["2018-Q3", "2018-Q3-v2", "2018-Q3-v3"], &["2018-Q3", "2018-Q3"]);
        assert!(sums.contains(&sum("2018-Q3-v3", &["2018-Q3-v1-v3-kept", "2018-Q3-v1-v3-added"])), "{sums:?}");
        assert_eq!(sums.len(), 6);
    }

    #[test]
    fn a_case_taken_out_by_the_second_correction_is_kept_by_the_first() {
        let (since, until) = (0, 2);
        assert!(Content::Kept(0, 1).holds(since, until));
        assert!(Content::Removed(1, 2).holds(since, until) && Content::Removed(0, 2).holds(since, until));
        assert!(!Content::At(2).holds(since, until) && !Content::Added(0, 1).holds(since, until));
    }
}
