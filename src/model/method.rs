//! How a report protects its counts: by hiding, by rounding, by noise. Comes in: what the configuration or the command
//! line says. Goes out: a method that can be carried out. Deliberately absent: carrying it out, and the truth.

use thiserror::Error;

use crate::ptable::PTable;

/// How the counts of all tables of a report are protected. One method for all: a cell that two tables share has one
/// published form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Method {
    /// Small counts are hidden, and others with them.
    #[default]
    Suppress,
    /// Counts become multiples of a base.
    Round(Rounding),
    /// Counts change a little, by the keys of the cases in a cell.
    CellKey(CellKey),
}

/// Perturbation by cell keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellKey {
    /// By how much, how often.
    pub table: PTable,
    /// What becomes of small counts.
    pub small: SmallCounts,
}

/// Rounding to multiples of a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounding {
    /// To which multiple.
    pub how: RoundingKind,
    /// Published counts are multiples of this; at least 2.
    pub base: u64,
    /// What becomes of small counts.
    pub small: SmallCounts,
}

/// To which multiple of the base a count goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundingKind {
    /// To the nearest; half-way counts go down.
    Nearest,
    /// To one of the two neighbours, by chance, so that the expected value is the count.
    Random,
    /// To one of the two neighbours, so that the published tables add up.
    Controlled,
    /// So that they add up, less than two bases away: what becomes of controlled rounding where no neighbours add up.
    Widened,
}

/// What becomes of counts below the threshold in a rounded or perturbed table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SmallCounts {
    /// Hidden, as without rounding; a published count other than zero then stands for at least the threshold.
    #[default]
    Hidden,
    /// Rounded or perturbed like all others: the base has to be at least twice the threshold, the largest change at least
    /// the threshold, or the form says too much.
    Rounded,
}

/// Why a method cannot protect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MethodError {
    /// Multiples of 1 are the counts themselves.
    #[error("rounding to base {base} publishes the counts themselves; a base is at least 2")]
    Base {
        /// The base.
        base: u64,
    },
    /// A rounded small count would be known to be small.
    #[error(
        "rounded to base {base}, a count below the threshold {threshold} is known to be small; round small counts only \
         to a base of {least} or more, or hide them"
    )]
    Narrow {
        /// The base.
        base: u64,
        /// The highest threshold among those who get the tables.
        threshold: u64,
        /// Twice that.
        least: u64,
    },
    /// A perturbed small count would be known to be small.
    #[error(
        "changed by {most} at most, a count below the threshold {threshold} is known to be small; perturb small counts \
         only by up to {threshold} or more, or hide them"
    )]
    NarrowNoise {
        /// The largest change.
        most: u64,
        /// The highest threshold among those who get the tables.
        threshold: u64,
    },
    /// A published 0 would stand for none and for many.
    #[error(
        "where small counts are hidden, a count of {threshold} changed by {most} is published as 0; let figures change by \
         less than the threshold, or perturb small counts too"
    )]
    WideNoise {
        /// The largest change.
        most: u64,
        /// The lowest threshold among those who get the tables.
        threshold: u64,
    },
    /// Whoever counts has no keys of the cases.
    #[error("perturbation by cell keys needs a key of every case, and these counts have none")]
    NoKeys,
    /// Where small counts are rounded, zeros are.
    #[error(
        "where small counts are rounded or perturbed, a zero is published as 0 and never hidden; the table has to say that it shows zeros"
    )]
    Zeros,
}

impl Rounding {
    /// Checks that a rounded small count stays as uncertain as a hidden one, where the highest threshold is `threshold`.
    ///
    /// With base 2 x threshold and ties going down, a 0 says `[0, threshold]`: it may reach the threshold, and its range
    /// is as wide.
    ///
    /// # Errors
    /// [`MethodError`] where it cannot.
    pub const fn check(self, threshold: u64) -> Result<(), MethodError> {
        if self.base < 2 {
            return Err(MethodError::Base { base: self.base });
        }
        let least = threshold.saturating_mul(2);
        match self.small {
            SmallCounts::Rounded if self.base < least => Err(MethodError::Narrow { base: self.base, threshold, least }),
            SmallCounts::Rounded | SmallCounts::Hidden => Ok(()),
        }
    }
}

impl CellKey {
    /// Checks that a perturbed small count stays as uncertain as a hidden one, where thresholds go from `lowest` to
    /// `highest`.
    ///
    /// A 0 says `[0, D]`: it may reach the threshold where D is at least that. Where small counts are hidden, D is below it,
    /// so that no figure is 0 but none.
    ///
    /// # Errors
    /// [`MethodError`] where it cannot.
    pub const fn check(&self, lowest: u64, highest: u64) -> Result<(), MethodError> {
        let most = self.table.most();
        match self.small {
            SmallCounts::Rounded if most < highest => Err(MethodError::NarrowNoise { most, threshold: highest }),
            SmallCounts::Hidden if most >= lowest => Err(MethodError::WideNoise { most, threshold: lowest }),
            SmallCounts::Rounded | SmallCounts::Hidden => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_counts_are_perturbed_by_the_threshold_or_more_and_hidden_below_it() {
        let by = |most, small| CellKey { table: PTable::of_entropy(most, 1.0, 0).expect("a table"), small };
        assert_eq!(by(5, SmallCounts::Rounded).check(5, 5), Ok(()));
        let narrow = MethodError::NarrowNoise { most: 5, threshold: 10 };
        assert_eq!(by(5, SmallCounts::Rounded).check(5, 10), Err(narrow));
        assert_eq!(by(4, SmallCounts::Hidden).check(5, 10), Ok(()));
        let wide = MethodError::WideNoise { most: 5, threshold: 5 };
        assert_eq!(by(5, SmallCounts::Hidden).check(5, 10), Err(wide));
    }

    #[test]
    fn rounded_small_counts_want_a_base_of_twice_the_threshold_and_hidden_ones_do_not() {
        let rounding = |base, small| Rounding { how: RoundingKind::Nearest, base, small };
        assert_eq!(rounding(10, SmallCounts::Rounded).check(5), Ok(()));
        let narrow = MethodError::Narrow { base: 5, threshold: 5, least: 10 };
        assert_eq!(rounding(5, SmallCounts::Rounded).check(5), Err(narrow));
        assert_eq!(rounding(5, SmallCounts::Hidden).check(5), Ok(()));
        assert_eq!(rounding(1, SmallCounts::Hidden).check(5), Err(MethodError::Base { base: 1 }));
    }
}
