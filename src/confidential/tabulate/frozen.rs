//! A released period as it was counted, to be kept. Comes in: a frame, a period. Goes out: opaque bytes, and what is in them.
//! Deliberately absent: names of people or cases; what is kept are combinations and how many cases each has.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use model::period::Period;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::TabulateError;
use super::frame::Frame;

/// Event, month, unit and codes of cases that are frozen together.
type Combination = (u32, i32, u64, Vec<u32>);

impl Frame {
    /// The combinations of the months inside `period`, to be frozen with a release, as opaque bytes.
    ///
    /// # Errors
    /// [`TabulateError::Frozen`] where they cannot be written.
    pub fn freeze(&self, period: Period) -> Result<Vec<u8>, TabulateError> {
        let mut combinations: BTreeMap<Combination, (u32, u32)> = BTreeMap::new();
        for row in (0..self.count.len()).filter(|row| (period.start.0..period.end.0).contains(&self.month[*row])) {
            let codes = self.codes.iter().map(|column| column[row]).collect();
            let kept = combinations.entry((self.event[row], self.month[row], self.unit[row], codes)).or_default();
            let key = self.record_key.get(row).copied().unwrap_or_default();
            *kept = (kept.0 + self.count[row], kept.1.wrapping_add(key));
        }
        let mut kept = Self { events: self.events.clone(), dims: self.dims.clone(), ..Self::default() };
        kept.codes = vec![Vec::new(); self.dims.len()];
        for ((event, month, unit, codes), (count, key)) in combinations {
            if self.has_record_keys() {
                kept.record_key.push(key);
            }
            kept.event.push(event);
            kept.month.push(month);
            kept.unit.push(unit);
            kept.count.push(count);
            for (column, code) in kept.codes.iter_mut().zip(codes) {
                column.push(code);
            }
        }
        let inside = |(event, (start, end)): &(String, (i32, i32))| {
            let (start, end) = ((*start).max(period.start.0), (*end).min(period.end.0));
            (start < end).then(|| (event.clone(), (start, end)))
        };
        // An event that no month of it counts is told by its name alone.
        kept.uncounted = self.uncounted.iter().filter_map(inside).collect();
        packed(&kept)
    }
}

pub(super) fn packed(body: &impl Serialize) -> Result<Vec<u8>, TabulateError> {
    let text = serde_json::to_vec(body).map_err(|_| TabulateError::Frozen)?;
    let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(&text).and_then(|()| packer.finish()).map_err(|_| TabulateError::Frozen)
}

pub(super) fn unpacked<T: DeserializeOwned>(body: &[u8]) -> Result<T, TabulateError> {
    let mut text = Vec::new();
    flate2::read::DeflateDecoder::new(body).read_to_end(&mut text).map_err(|_| TabulateError::Frozen)?;
    serde_json::from_slice(&text).map_err(|_| TabulateError::Frozen)
}
