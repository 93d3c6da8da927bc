//! How large numbers are taken by searches that reckon in floating point: in grains, so that what they move is always small
//! whole numbers. Comes in: an amount. Goes out: the grain in which it is looked for, and reaches in that grain.
//! Deliberately absent: trust: what is found is made of whole grains, so that it adds up, and is checked all the same.

/// Bits of an amount that are looked for at once, far fewer than a float holds.
const BITS: u32 = 24;
/// Bits from one grain to the next: what is left of an amount by one is enough for the next finer one to be exact.
const STEP: u32 = 16;
/// No cell has to move further than this many grains for an amount of [`BITS`].
const FAR: i64 = 1 << 40;

/// So many units are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grain(i64);

impl Grain {
    /// Units as they are.
    pub(super) const ONE: Self = Self(1);

    /// The coarsest grain that `amount` needs. A count of people is no such amount: its grain is one.
    pub(super) fn of(amount: i64) -> Self {
        let bits = u64::BITS - amount.unsigned_abs().leading_zeros();
        Self(1 << (bits.saturating_sub(BITS).div_ceil(STEP) * STEP))
    }

    /// The next finer one; none below [`Self::ONE`].
    pub(super) fn finer(self) -> Option<Self> {
        (self != Self::ONE).then_some(Self(self.0 >> STEP))
    }

    /// Whole grains that a reach has, which is not negative.
    pub(super) fn within(self, reach: i64) -> i64 {
        (reach / self.0).min(FAR)
    }

    /// Grains of an amount, towards zero.
    pub(super) fn part(self, amount: i64) -> i64 {
        amount / self.0
    }

    /// Grains that are no less than an amount, away from zero.
    pub(super) fn whole(self, amount: i64) -> i64 {
        let part = amount / self.0;
        if part * self.0 == amount { part } else { part + amount.signum() }
    }

    /// Units of so many grains; none where nothing can count them.
    pub(super) fn units(self, grains: i64) -> Option<i64> {
        grains.checked_mul(self.0)
    }

    /// A move of grains in units.
    pub(super) fn move_of(self, cells: Vec<(u32, i64)>) -> Option<Vec<(u32, i64)>> {
        cells.into_iter().map(|(cell, by)| Some((cell, self.units(by)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_people_are_looked_for_as_they_are() {
        assert_eq!(Grain::of(0), Grain::ONE);
        assert_eq!(Grain::of(-16_000_000), Grain::ONE);
    }

    #[test]
    fn an_amount_of_any_size_has_few_bits_in_its_grain_and_nothing_is_lost_on_the_way_down() {
        for amount in [1_i64 << 24, 1_000_000_000_000_000, i64::MAX, i64::MIN + 1] {
            let mut grain = Grain::of(amount);
            assert!(grain.part(amount).abs() <= 1 << BITS);
            let mut left = amount;
            loop {
                left -= grain.units(grain.part(left)).expect("no more than the amount");
                match grain.finer() {
                    Some(finer) => grain = finer,
                    None => break,
                }
            }
            assert_eq!(left, 0);
        }
    }

    #[test]
    fn a_reach_is_rounded_down_and_what_is_asked_for_up() {
        let grain = Grain::of(1 << 30);
        assert_eq!((grain.within((2 << 16) + 5), grain.whole((2 << 16) + 5), grain.whole(-(2 << 16) - 5)), (2, 3, -3));
    }
}
