//! Chance that the key decides. Comes in: the key of a store, and a number. Goes out: numbers that look drawn by lot, the
//! same in every run. Deliberately absent: secrets; whoever has the key can draw the same.

/// SplitMix64 (Steele, Lea and Flood 2014).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(key: &[u8; 32], number: u64) -> Self {
        Self(key.chunks(8).fold(number, |seed, chunk| {
            let word = chunk.iter().fold(0_u64, |word, &byte| (word << 8) | u64::from(byte));
            seed.rotate_left(17) ^ word
        }))
    }

    /// From 0, below `limit`.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        usize::try_from(bits % u64::try_from(limit.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    /// Puts things into another order (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, things: &mut [T]) {
        for at in (1..things.len()).rev() {
            things.swap(at, self.below(at + 1));
        }
    }
}
