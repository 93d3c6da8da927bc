//! Record keys and cell keys. Comes in: a frame with the keys of its cases, cells. Goes out: the sum of the keys of all that a
//! cell counts, modulo 2^32. Deliberately absent: what is made of a cell key.
//!
//! A record key is not drawn and kept but derived: a keyed hash of source and case reference, under a key that never leaves
//! the store. So a case has one key in every import, correction and period, also when it is erased and comes back or the
//! store is made anew from a backup of its key, and there is no list of keys to lose, to copy or to forget a case in. Where a
//! period is frozen the sums lie with its combinations, because an erased case stays counted, with its noise.
//!
//! A cell of cases sums over cases; a cell of families over families, each once, however many cases it has there.

use std::collections::HashSet;

use model::config::dimension::Unit;

use crate::tabulate::count::Tabulation;
use crate::tabulate::frame::{Frame, OWN_UNIT};
use crate::tabulate::{Key, TabulateError};

impl Tabulation<'_> {
    /// The key of each cell; none where the frame has no record keys.
    ///
    /// # Errors
    /// [`TabulateError::Group`] where polars fails, a fault of the program.
    pub fn try_cell_keys(&self, keys: &[Key]) -> Result<Option<Vec<u32>>, TabulateError> {
        if !self.has_keys {
            return Ok(None);
        }
        let of_families: Vec<bool> = keys.iter().map(|key| self.unit_of(key) == Some(Unit::Family)).collect();
        let mut sums = vec![0_u32; keys.len()];
        for (shape, keys) in self.shapes(keys) {
            let mut seen: HashSet<(u32, u64)> = HashSet::new();
            self.visit_shape(&shape, &keys, true, &mut |slot, rows, row| {
                let (place, unit) = (keys[slot as usize].0, rows.unit[row]);
                let more = if of_families[place] && unit != OWN_UNIT {
                    if seen.insert((slot, unit)) { of_unit(unit) } else { 0 }
                } else {
                    low(rows.record_keys[row])
                };
                sums[place] = sums[place].wrapping_add(more);
            })?;
        }
        Ok(Some(sums))
    }
}

impl Frame {
    /// Whether every row has the keys of its cases.
    #[must_use]
    pub fn has_record_keys(&self) -> bool {
        self.record_key.len() == self.count.len()
    }
}

/// A family's number is a keyed hash already, and as secret.
fn of_unit(unit: u64) -> u32 {
    low(unit >> 32)
}

/// Modulo 2^32.
#[allow(clippy::cast_possible_truncation, reason = "keys are added modulo 2^32")]
pub(super) fn low(sum: u64) -> u32 {
    sum as u32
}
