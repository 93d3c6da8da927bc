//! Random choices that are the same on every machine. Comes in: a seed and a stream. Goes out: choices. Deliberately
//! absent: the system's randomness.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;

/// A stream of choices.
pub struct Dice(ChaCha12Rng);

impl Dice {
    /// The stream `stream` of `seed`. Each purpose has a stream of its own, so that other spellings are not other cases.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha12Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(generator)
    }

    /// Evenly from 0 (included) to 1 (excluded).
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Evenly one of 0 to `count - 1`; `count` is at least 1.
    pub fn below(&mut self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count - 1)
    }

    /// True with probability `share`.
    pub fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// One of `choices`, evenly; there is at least one.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// An index of `weights`, by weight; the last where rounding leaves a rest.
    pub fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut left = self.unit() * weights.clone().sum::<f64>();
        let mut last = 0;
        for (index, weight) in weights.enumerate() {
            if weight > 0.0 {
                last = index;
            }
            if left < weight {
                return index;
            }
            left -= weight;
        }
        last
    }

    /// A code of `shares`, by share.
    pub fn code<'a>(&mut self, shares: &'a [(String, f64)]) -> &'a str {
        &shares[self.weighted(shares.iter().map(|(_, share)| *share))].0
    }

    /// The standard normal distribution, as the sum of twelve even choices less six: no logarithm whose last digit
    /// differs between machines.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// The lognormal distribution with the given mean and spread of the logarithm, rounded.
    pub fn lognormal(&mut self, [mean, spread]: [f64; 2]) -> i64 {
        (mean + spread * self.normal()).exp().round() as i64
    }
}
