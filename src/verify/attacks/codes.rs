//! One number for every cell of several releases. Comes in: the codes of all manifests and tables. Goes out: cells as
//! mixed-radix numbers, so that the neighbour along a dimension is one addition away. Deliberately absent: counts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::VerifyError;

/// The dimension of periods, whose codes mean the same months in every release.
pub const PERIOD: &str = "period";

/// A cell: one code a dimension, packed.
pub type Key = u128;

/// A dimension of all releases together.
#[derive(Debug, Clone, Default)]
pub struct Dimension {
    /// As in the manifests.
    pub name: String,
    /// The code at which a table stands that leaves the dimension out.
    pub total: u32,
    codes: Vec<String>,
    numbers: HashMap<String, u32>,
    stride: Key,
}

impl Dimension {
    /// How many codes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The number of `code`, which is new from here on if it was not known.
    fn number(&mut self, code: &str) -> u32 {
        if let Some(&number) = self.numbers.get(code) {
            return number;
        }
        let number = u32::try_from(self.codes.len()).unwrap_or(u32::MAX);
        self.codes.push(code.to_owned());
        self.numbers.insert(code.to_owned(), number);
        number
    }
}

/// All dimensions, in the order of their names.
#[derive(Debug, Clone, Default)]
pub struct Codes {
    /// By position.
    pub dimensions: Vec<Dimension>,
    places: BTreeMap<String, usize>,
}

impl Codes {
    /// Notes a dimension; the first total that is given for it names it.
    pub fn dimension(&mut self, name: &str, total: &str) {
        if !self.places.contains_key(name) {
            let mut dimension = Dimension { name: name.to_owned(), ..Dimension::default() };
            dimension.total = dimension.number(total);
            self.places.insert(name.to_owned(), self.dimensions.len());
            self.dimensions.push(dimension);
        }
    }

    /// Where a dimension stands.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The number of a code; new codes are taken until [`Codes::seal`].
    pub fn number(&mut self, dimension: usize, code: &str) -> u32 {
        self.dimensions[dimension].number(code)
    }

    /// The number of a code that is already known.
    #[must_use]
    pub fn known(&self, dimension: usize, code: &str) -> Option<u32> {
        self.dimensions[dimension].numbers.get(code).copied()
    }

    /// Fixes the packing: no code may be added after it.
    ///
    /// # Errors
    /// [`VerifyError::TooManyCodes`] where a packed cell would not fit.
    pub fn seal(&mut self) -> Result<(), VerifyError> {
        let mut stride: Key = 1;
        for dimension in &mut self.dimensions {
            dimension.stride = stride;
            stride = stride.checked_mul(dimension.codes.len() as Key).ok_or(VerifyError::TooManyCodes)?;
        }
        Ok(())
    }

    /// The cell at which every dimension stands at its total.
    #[must_use]
    pub fn totals(&self) -> Key {
        self.dimensions.iter().map(|dimension| Key::from(dimension.total) * dimension.stride).sum()
    }

    /// The code of `key` along `dimension`.
    #[must_use]
    pub fn at(&self, key: Key, dimension: usize) -> u32 {
        let dimension = &self.dimensions[dimension];
        let size = dimension.codes.len() as Key;
        u32::try_from(key / dimension.stride % size).unwrap_or(u32::MAX)
    }

    /// The text of a code; empty where there is none of that number.
    #[must_use]
    pub fn text(&self, dimension: usize, code: u32) -> &str {
        let codes = self.dimensions.get(dimension).map(|dimension| &dimension.codes);
        codes.and_then(|codes| codes.get(code as usize)).map_or("", String::as_str)
    }

    /// `key` moved to `code` along `dimension`.
    #[must_use]
    pub fn moved(&self, key: Key, dimension: usize, code: u32) -> Key {
        let stride = self.dimensions[dimension].stride;
        key - Key::from(self.at(key, dimension)) * stride + Key::from(code) * stride
    }

    /// The code of `key` in every dimension.
    #[must_use]
    pub fn codes_of(&self, key: Key) -> BTreeMap<String, String> {
        let code = |(name, &place): (&String, &usize)| {
            (name.clone(), self.dimensions[place].codes[self.at(key, place) as usize].clone())
        };
        self.places.iter().map(code).collect()
    }

    /// `dimension=code` for every dimension that does not stand at its total, in the order of the names.
    #[must_use]
    pub fn name(&self, key: Key) -> String {
        self.name_less(key, usize::MAX, &[])
    }

    /// The same of what is left of `key` along `dimension` when the codes `taken` are taken off:
    /// `area=County less Town, need=A`.
    #[must_use]
    pub fn name_less(&self, key: Key, dimension: usize, taken: &[u32]) -> String {
        let named = |(name, &place): (&String, &usize)| {
            let code = self.at(key, place);
            let text = self.text(place, code);
            if place == dimension {
                // The same however the releases were put together.
                let taken: BTreeSet<&str> = taken.iter().map(|&code| self.text(place, code)).collect();
                let taken: Vec<&str> = taken.into_iter().collect();
                return Some(format!("{name}={text} less {}", taken.join(" and ")));
            }
            (code != self.dimensions[place].total).then(|| format!("{name}={text}"))
        };
        self.places.iter().filter_map(named).collect::<Vec<String>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_named_by_the_dimensions_off_their_totals() {
        let mut codes = Codes::default();
        codes.dimension("period", "2018");
        codes.dimension("need", "Total");
        let quarter = codes.number(0, "2018-Q3");
        codes.number(1, "COG");
        codes.seal().expect("four cells fit");
        let key = codes.moved(codes.totals(), 0, quarter);
        assert_eq!(codes.name(key), "period=2018-Q3");
        assert_eq!(codes.name(codes.moved(key, 1, 1)), "need=COG, period=2018-Q3");
        assert_eq!(codes.name(codes.totals()), "");
    }
}
