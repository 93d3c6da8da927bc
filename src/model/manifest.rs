//! `release.json`: enough for anyone to attack a release without this program.
//!
//! Comes in and goes out: JSON. Deliberately absent: a hash of the input, a path, a host, a time of day, a seed, a key.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::extract::ExtractEntry;
use crate::hierarchy::Hierarchy;
use crate::presentation::Presentation;
use crate::scope::Scope;

/// What a release says of itself. Only `threshold`, `hierarchies` and `tables` are needed to attack it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// The folder's name: period, audience, version.
    #[serde(default)]
    pub release: String,
    /// The reporting period's name.
    #[serde(default)]
    pub period: String,
    /// For whom the release was made.
    #[serde(default)]
    pub audience: String,
    /// `MinimumFrequency(threshold)`: this many may be published, one fewer may not.
    #[serde(default = "default_threshold")]
    pub threshold: u64,
    /// Every dimension, with its total and its sums.
    pub hierarchies: BTreeMap<String, Hierarchy>,
    /// For people: dimension, code, label.
    #[serde(default)]
    pub labels: BTreeMap<String, BTreeMap<String, String>>,
    /// One entry a file of `data/`.
    pub tables: Vec<TableEntry>,
    /// Signed linear relations between cells beyond the sums.
    #[serde(default)]
    pub relations: Vec<Relation>,
    /// Codes that cannot stand together, because of how the world is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub impossible: Vec<Impossible>,
    /// How each share, rate or mean follows from released cells.
    #[serde(default)]
    pub derived: Vec<Derived>,
    /// Digest of every other file of the release, by path.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Digest of the manifest of every earlier release that this one was protected with.
    #[serde(default)]
    pub earlier: BTreeMap<String, String>,
    /// Dimensions of which nobody may learn that a whole small group has one code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitive: Vec<String>,
    /// Groups of fewer are small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_below: Option<u64>,
    /// The release that this one corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<Corrects>,
    /// The case-level file, where the release is one; then it has no tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extract: Option<ExtractEntry>,
    /// What its pages say in words, where it has pages and is one of this program's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presentation: Option<Presentation>,
}

/// Below this a threshold protects nobody: of two people in a cell each knows the other.
pub const LEAST_THRESHOLD: u64 = 3;

/// Above this a threshold is a slip of the hand: no service has as many families, and sums of counts of that size have an end.
pub const LARGEST_THRESHOLD: u64 = 1_000_000;

impl Manifest {
    /// Reads `release.json`. A byte order mark in front says nothing and is passed over.
    ///
    /// # Errors
    /// What the parser says, with line and column.
    pub fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(without_mark(bytes))
    }
}

/// The text behind a byte order mark.
#[must_use]
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// What a correction corrects, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrects {
    /// The release's name.
    pub release: String,
    /// As the service gave it, for everybody to read.
    pub reason: String,
    /// What may have changed: all else is as it was. None in releases that did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
}

/// A foreign manifest may leave the threshold out; the attack then takes the field's usual one.
const fn default_threshold() -> u64 {
    5
}

/// One published table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TableEntry {
    /// Its identifier, `T09`.
    #[serde(default)]
    pub id: String,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// Its tidy CSV, relative to `release.json`.
    pub file: String,
    /// The dimensions that are columns of the file; empty in a foreign manifest, where the file's header tells.
    #[serde(default)]
    pub dims: Vec<String>,
    /// Dimensions that stand at one code in the whole table.
    #[serde(default)]
    pub fixed: BTreeMap<String, String>,
    /// What a value that is no number tells: lowest and highest count. The empty value is a hidden cell.
    #[serde(default)]
    pub markers: BTreeMap<String, (u64, Option<u64>)>,
    /// Only where the table is rounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<Rounding>,
    /// Only where counts were perturbed by keys of their cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perturbation: Option<Perturbation>,
    /// Only where noise was added in another way: no published count is further from the truth than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<u64>,
}

impl TableEntry {
    /// Lowest and highest count that the table publishes as `value`, for whoever reads the manifest.
    #[must_use]
    pub fn says(&self, value: u64) -> (u64, u64) {
        match (&self.rounding, &self.perturbation, self.noise) {
            (Some(rounding), _, _) => rounding.says(value),
            (None, Some(perturbation), _) => perturbation.says(value),
            (None, None, Some(noise)) => (value.saturating_sub(noise), value.saturating_add(noise)),
            (None, None, None) => (value, value),
        }
    }

    /// Whether its counts are near the truth and not the truth.
    #[must_use]
    pub const fn is_approximate(&self) -> bool {
        self.rounding.is_some() || self.perturbation.is_some() || self.noise.is_some()
    }
}

/// How published counts were perturbed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Perturbation {
    /// `cell-key`: the same cases have the same noise in every table and release.
    pub method: String,
    /// D: no published count is further from the truth than this.
    pub deviation: u64,
    /// A published count other than 0 stands for at least this many.
    pub least: u64,
}

impl Perturbation {
    /// Lowest and highest count that are published as `value`, for whoever reads the manifest.
    ///
    /// D 5, least 1: 0 says 0 to 5, 3 says 1 to 8. D 4, least 5, because smaller counts are hidden: 0 says 0 alone, 3 says 5
    /// to 7, 20 says 16 to 24.
    #[must_use]
    pub fn says(&self, value: u64) -> (u64, u64) {
        let (lowest, highest) = (value.saturating_sub(self.deviation), value.saturating_add(self.deviation));
        match value {
            0 if highest < self.least => (0, 0),
            0 => (0, highest),
            _ => (lowest.max(self.least), highest.max(self.least)),
        }
    }
}

/// How published counts were rounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rounding {
    /// Published counts are multiples of this, or of half of it where no others add up.
    pub base: u64,
    /// `nearest`, or `any` where the error is below the base.
    pub mode: String,
    /// `down` where half-way counts go to the lower neighbour; none where the manifest does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ties: Option<String>,
    /// A published count other than 0 stands for at least this many, because smaller ones are hidden; none where the
    /// manifest does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<u64>,
}

impl Rounding {
    /// Lowest and highest count that are published as `value`, for whoever reads the manifest.
    ///
    /// Base 10, nearest, ties down: 0 says 0 to 5, 10 says 6 to 15. Base 10, any: 0 says 0 to 9, 10 says 1 to 19. Where
    /// counts below 5 are hidden, base 10 any: 10 says 5 to 19; and base 5 nearest: 0 says 0 alone.
    #[must_use]
    pub fn says(&self, value: u64) -> (u64, u64) {
        let down = self.ties.as_deref() == Some("down");
        let (below, above) = match (self.mode == "nearest", down) {
            (true, true) => (self.base.saturating_sub(1) / 2, self.base / 2),
            (true, false) => (self.base / 2, self.base / 2),
            (false, _) => (self.base.saturating_sub(1), self.base.saturating_sub(1)),
        };
        let (lowest, highest) = (value.saturating_sub(below), value.saturating_add(above));
        match self.least {
            Some(least) if value > 0 => (lowest.max(least), highest.max(least)),
            Some(least) if highest < least => (0, 0),
            Some(_) | None => (lowest, highest),
        }
    }
}

/// `sum of factor x cell` compared with 0.
///
/// `{"says": "families <= cases", "terms": [[1, {"measure": "families", "period_families": "2018-Q2"}],
/// [-1, {"period": "2018-Q2"}]], "is": "<="}`: in 2018-Q2 no more families came than cases were opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// For people; nothing reads it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub says: String,
    /// Factors and cells; a cell names only the dimensions that do not stand at their total.
    pub terms: Vec<(i64, BTreeMap<String, String>)>,
    /// `=` or `<=`, against 0.
    pub is: String,
}

/// Codes of several dimensions that cannot stand together: a cell in which each dimension stands at one of its own is empty,
/// whether a table shows it or not. A dimension without codes has none here that a table shows.
///
/// `{"says": "A nursery takes small children.", "codes": {"type": ["PVI"], "phase": ["PRI", "SEC"]}}`
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Impossible {
    /// For people; later releases know the rule by it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub says: String,
    /// By dimension: the codes, groups of which all codes are among them included.
    pub codes: BTreeMap<String, Vec<String>>,
}

/// A share, rate or mean that is printed beside counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Derived {
    /// The table it stands in.
    pub table: String,
    /// In words: `share of the column's total, from released cells`.
    pub how: String,
    /// What a program needs to compute a table of expectations again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expectation: Option<Expectation>,
}

/// Counts beside what all releases let expect; see [`crate::release::ExpectationTable`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// Its title.
    pub title: String,
    /// Its CSV, relative to `release.json`.
    pub file: String,
    /// The table whose counts are judged, by identifier.
    pub from: String,
    /// The dimension of that table whose codes are the rows.
    pub dim: String,
    /// Codes that are not judged.
    #[serde(default)]
    pub left_out: Vec<String>,
    /// Codes of the periods looked at, the judged one last.
    pub periods: Vec<String>,
    /// Earlier releases in which the same table has further counts.
    #[serde(default)]
    pub releases: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perturbed_figure_says_its_range_and_that_it_is_not_none() {
        let says = |deviation, least, value| Perturbation { method: "cell-key".into(), deviation, least }.says(value);
        assert_eq!([0, 3, 20].map(|value| says(5, 1, value)), [(0, 5), (1, 8), (15, 25)]);
        assert_eq!([0, 3, 20].map(|value| says(4, 5, value)), [(0, 0), (5, 7), (16, 24)]);
    }
}
