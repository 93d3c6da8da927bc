//! Record keys and cell keys. Comes in: a frame with the keys of its cases, cells. Goes out: the sum of the keys of all that a
//! cell counts, modulo 2^32. Deliberately absent: what is made of a cell key.
//!
//! A record key is not drawn and kept but derived: a keyed hash of source and case reference, under a key that never leaves
//! the store. So a case has one key in every import, correction and period, also when it is erased and comes back or the
//! store is made anew from a backup of its key, and there is no list of keys to lose, to copy or to forget a case in. Where a
//! period is frozen the sums lie with its combinations, because an erased case stays counted, with its noise.
//!
//! A cell of cases sums over cases; a cell of families over families, each once, however many cases it has there; a stock
//! over what was opened less what was closed, which leaves the keys of the cases that are open.

use std::collections::HashSet;

use model::config::dimension::Unit;

use crate::tabulate::count::Tabulation;
use crate::tabulate::frame::{Frame, OWN_UNIT};
use crate::tabulate::shape::Shape;
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
        for shape in Shape::all(self.axes, keys) {
            let mut seen: HashSet<(u32, u64)> = HashSet::new();
            self.visit_shape(&shape, true, &mut |slot, rows, row| {
                let (place, unit) = (slot as usize, rows.unit[row]);
                let more = if of_families[place] && unit != OWN_UNIT {
                    if seen.insert((slot, unit)) { of_unit(unit) } else { 0 }
                } else {
                    low(rows.record_keys[row])
                };
                let is_taken = self.is_taken(&keys[place], &shape, rows, row);
                sums[place] = if is_taken { sums[place].wrapping_sub(more) } else { sums[place].wrapping_add(more) };
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

#[cfg(test)]
mod tests {
    use model::period::{Month, Period};

    use super::*;
    use crate::tabulate::example::example;
    use crate::tabulate::{Axes, Counter};

    /// The example's five rows: N1 and N2 of family 7 in January, N2 of family 8; N2 of family 7 in February, S unknown.
    fn keyed() -> (Axes, Frame) {
        let (axes, mut frame) = example();
        frame.record_key = vec![4_000_000_000, 20, 300, 4_000, 50_000];
        (axes, frame)
    }

    fn cell_key(frame: &Frame, axes: &Axes, cell: &[(&str, &str)]) -> Option<u32> {
        let mut key: Key = axes.axes.iter().map(|axis| axis.space.total).collect();
        for (dimension, code) in cell {
            let axis = axes.position(dimension).expect("an axis");
            key[axis] = axes.axes[axis].find(code).expect("a code");
        }
        Some(Tabulation::new(axes, frame).expect("columns of one length").cell_keys(&[key])?[0])
    }

    #[test]
    fn a_cell_has_the_sum_of_the_keys_of_its_cases_by_whatever_route() {
        let (axes, frame) = keyed();
        let key = |cell: &[(&str, &str)]| cell_key(&frame, &axes, cell);
        assert_eq!(key(&[("period", "2026-M01"), ("district", "N2")]), Some(320));
        assert_eq!(key(&[("period", "2026-M01"), ("district", "North")]), Some(4_000_000_320));
        assert_eq!(key(&[("period", "2026"), ("district", "North")]), Some(4_000_004_320));
        // Only the south came without a family in February: two routes to the same cases.
        assert_eq!(key(&[("period", "2026-M02"), ("district", "S")]), key(&[("period", "2026"), ("district", "S")]));
        assert_eq!(key(&[("period", "2026-M03..2026-M12")]), Some(0), "nobody");
    }

    #[test]
    fn keys_are_added_modulo_two_to_the_thirty_second() {
        let (axes, mut frame) = keyed();
        frame.record_key[1] = 4_000_000_000;
        // 8,000,000,300 less 4,294,967,296.
        let january = cell_key(&frame, &axes, &[("period", "2026-M01"), ("district", "North")]);
        assert_eq!(january, Some(3_705_033_004));
    }

    #[test]
    fn a_family_counts_once_in_a_cell_of_families_however_many_cases_it_has() {
        let (axes, mut frame) = keyed();
        frame.unit = frame.unit.iter().map(|unit| unit << 32).collect();
        let families = [("period_families", "2026"), ("measure", "families")];
        assert_eq!(cell_key(&frame, &axes, &families), Some(7 + 8));
    }

    #[test]
    fn what_is_frozen_keeps_its_keys_and_a_frame_without_keys_has_no_cell_keys() {
        let (axes, frame) = keyed();
        let year = Period { start: Month::new(2026, 1), end: Month::new(2027, 1) };
        let kept: Frame = crate::tabulate::frozen::unpacked(&frame.freeze(year).expect("bytes")).expect("a frame");
        let mut keys = kept.record_key.clone();
        keys.sort_unstable();
        assert_eq!(keys, [20, 300, 4_000, 50_000, 4_000_000_000]);
        let (_, without) = example();
        assert_eq!(cell_key(&without, &axes, &[("period", "2026")]), None);
    }
}
