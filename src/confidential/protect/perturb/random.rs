//! Unbiased random rounding: a count goes to one of its two neighbouring multiples, up with the probability of its
//! remainder over the base, so that its expected value is the count. Comes in: a count, a base, a cell's codes. Goes out: a
//! multiple. Deliberately absent: a random number generator; a cell's draw is a keyed hash of its codes, so it is the same
//! in every table, every release and for ever, and nobody averages it away by asking again.
//!
//! Source: Fellegi (1975), Controlled random rounding, Survey Methodology 1, 123-135; Nargundkar and Saveland (1972).
//!
//! Base 5: 12 becomes 10 with probability 3/5 and 15 with 2/5: 10 x 3/5 + 15 x 2/5 = 12. 10 stays 10.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Draws of one key.
pub(super) struct Draw {
    mac: Option<Hmac<Sha256>>,
}

impl Draw {
    /// Draws under `key`, a key of the store; it never leaves it.
    pub(super) fn new(key: &[u8; 32]) -> Self {
        // Any length is a valid HMAC key, so there always is one.
        Self { mac: Hmac::<Sha256>::new_from_slice(key).ok() }
    }

    /// A number that is fixed for a cell and evenly distributed over cells.
    pub(super) fn of(&self, what: &str, names: &[(&str, &str)]) -> u64 {
        let Some(mut mac) = self.mac.clone() else { return 0 };
        // The length of each word before it: no two lists of words are one text.
        for word in [what].into_iter().chain(names.iter().flat_map(|&(name, code)| [name, code])) {
            mac.update(&(word.len() as u64).to_be_bytes());
            mac.update(word.as_bytes());
        }
        let bytes = mac.finalize().into_bytes();
        bytes.iter().take(8).fold(0, |number, &byte| (number << 8) | u64::from(byte))
    }

    /// One of the two multiples of `base` beside `count`, or `count` where it is one.
    pub(super) fn round(&self, count: u64, base: u64, names: &[(&str, &str)]) -> u64 {
        let (below, rest) = (count - count % base, count % base);
        // Even over 0 to base - 1, but for 1 part in 2^64 / base.
        let drawn = (u128::from(self.of("random rounding", names)) * u128::from(base)) >> 64;
        if drawn < u128::from(rest) { below + base } else { below }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_many_cells_the_mean_is_the_count() {
        let draw = Draw::new(&[3; 32]);
        let rounded =
            |count: u64| -> u64 { (0..5_000).map(|cell| draw.round(count, 5, &[("need", &format!("N{cell}"))])).sum() };
        for count in [1, 7, 12, 14] {
            // A cell's variance is at most 6.25, so five standard deviations of the sum are 884.
            assert!(rounded(count).abs_diff(5_000 * count) < 884, "{count}");
        }
        assert_eq!(rounded(10), 50_000, "a multiple stays");
    }

    #[test]
    fn a_cell_is_rounded_the_same_for_ever_and_another_key_draws_anew() {
        let cells: Vec<String> = (0..64).map(|cell| format!("N{cell}")).collect();
        let drawn = |key: u8| -> Vec<u64> {
            cells.iter().map(|code| Draw::new(&[key; 32]).round(12, 5, &[("need", code)])).collect()
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        assert!(drawn(1).iter().all(|value| [10, 15].contains(value)));
    }
}
