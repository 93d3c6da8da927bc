//! The counts of every issue over time: what all methods here work on. Comes in: counts of cases and of families by issue
//! and period. Goes out: a panel, checked for its shape. Deliberately absent: rows, and how the counts were made.

use thiserror::Error;

/// Whether an issue is known to have a season of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KnownSeason {
    /// The configuration says so: home to school transport peaks before every autumn.
    Known,
    /// Nobody said so; three years of history may show it.
    #[default]
    Unknown,
}

/// Whether a code names an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Naming {
    /// It does.
    #[default]
    Named,
    /// "Other" or "not recorded": what rises there is how cases are recorded, not what they are about.
    Unnamed,
}

/// One issue over time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Series {
    /// As stored.
    pub code: String,
    /// For people.
    pub label: String,
    /// Cases, one a period, the latest last.
    pub counts: Vec<u64>,
    /// Families (or cases where each is its own unit), as many.
    pub families: Vec<u64>,
    /// Different families in the year that ends with the latest period.
    pub families_of_year: u64,
    /// Whether it is known to have a season.
    pub season: KnownSeason,
    /// Whether it names an issue at all.
    pub naming: Naming,
    /// Periods whose count is not known to whoever looks; empty where all are.
    pub hidden: Vec<bool>,
}

impl Series {
    /// A series of which every case is its own family, as tests and simulations have it.
    #[must_use]
    pub fn of_cases(code: &str, counts: &[u64]) -> Self {
        Self {
            code: code.to_owned(),
            label: code.to_owned(),
            counts: counts.to_vec(),
            families: counts.to_vec(),
            families_of_year: counts.iter().rev().take(4).sum(),
            ..Self::default()
        }
    }
}

/// All issues of a service over the same periods. Every case is in one series, so that the others' volume is an offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    per_year: usize,
    first_of_year: usize,
    series: Vec<Series>,
    volume: Option<Vec<u64>>,
}

/// What makes no panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PanelError {
    /// A year has 4 quarters or 12 months.
    #[error("issues are followed by quarter or by month")]
    Frequency,
    /// All series have the same periods.
    #[error("the series have different lengths")]
    Lengths,
}

impl Panel {
    /// A panel. `per_year`: 4 for quarters, 12 for months. `first_of_year`: which of them the first period is, from 0.
    ///
    /// # Errors
    /// [`PanelError`] where the series cannot be one panel.
    pub fn new(per_year: usize, first_of_year: usize, series: Vec<Series>) -> Result<Self, PanelError> {
        if per_year != 4 && per_year != 12 {
            return Err(PanelError::Frequency);
        }
        let length = series.first().map_or(0, |first| first.counts.len());
        let sound = |one: &Series| {
            let hidden = one.hidden.len();
            one.counts.len() == length && one.families.len() == length && (hidden == 0 || hidden == length)
        };
        if !series.iter().all(sound) {
            return Err(PanelError::Lengths);
        }
        Ok(Self { per_year, first_of_year: first_of_year % per_year, series, volume: None })
    }

    /// The same panel where the volume of all issues together is known apart from them, because some counts are hidden.
    ///
    /// # Errors
    /// [`PanelError::Lengths`] where it has not one volume a period.
    pub fn with_volume(self, volume: Vec<u64>) -> Result<Self, PanelError> {
        let sound = self.series.is_empty() || volume.len() == self.periods();
        if sound { Ok(Self { volume: Some(volume), ..self }) } else { Err(PanelError::Lengths) }
    }

    /// The volume that was given, where one was.
    #[must_use]
    pub fn volume(&self) -> Option<&[u64]> {
        self.volume.as_deref()
    }

    /// Whether the count of a series in a period is not known.
    #[must_use]
    pub fn is_hidden(&self, series: usize, at: usize) -> bool {
        self.series.get(series).and_then(|series| series.hidden.get(at)).copied().unwrap_or(false)
    }

    /// Periods in a year.
    #[must_use]
    pub const fn per_year(&self) -> usize {
        self.per_year
    }

    /// The series, in the order given.
    #[must_use]
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// Number of periods.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.series.first().map_or(0, |first| first.counts.len())
    }

    /// Which part of the year the period number `at` is: 0 to `per_year - 1`.
    #[must_use]
    pub const fn part_of_year(&self, at: usize) -> usize {
        (self.first_of_year + at) % self.per_year
    }

    /// The same panel up to and without the period number `end`: what was known then.
    #[must_use]
    pub fn up_to(&self, end: usize) -> Self {
        let cut = |one: &Series| Series {
            counts: one.counts.iter().take(end).copied().collect(),
            families: one.families.iter().take(end).copied().collect(),
            hidden: one.hidden.iter().take(end).copied().collect(),
            ..one.clone()
        };
        let volume = self.volume.as_ref().map(|volume| volume.iter().take(end).copied().collect());
        Self { series: self.series.iter().map(cut).collect(), volume, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_of_different_lengths_are_no_panel() {
        let series = vec![Series::of_cases("A", &[1, 2]), Series::of_cases("B", &[1])];
        assert_eq!(Panel::new(4, 0, series), Err(PanelError::Lengths));
        assert_eq!(Panel::new(52, 0, Vec::new()), Err(PanelError::Frequency));
    }

    #[test]
    fn parts_of_the_year_go_round() {
        let panel = Panel::new(4, 3, vec![Series::of_cases("A", &[0; 6])]).expect("one series");
        assert_eq!((0..6).map(|at| panel.part_of_year(at)).collect::<Vec<_>>(), [3, 0, 1, 2, 3, 0]);
        assert_eq!(panel.up_to(4).periods(), 4);
    }
}
