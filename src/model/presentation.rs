//! What the files of a release say beside its figures, as `release.json` states it: words, headings, how deep a row stands.
//!
//! Comes in and goes out: JSON. With it whoever has the program can write every file of a release again from `release.json` and
//! the tidy tables, and hold each byte against the one that lies there: what no table and no word of the manifest says is then
//! in no file. Deliberately absent: figures, and anything that the manifest states elsewhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::release::ChartKind;

/// The way in which this program writes files. It grows whenever the same release would be written with other bytes, so that a
/// release of before is not taken for a changed one.
pub const FORMAT: u32 = 1;

/// Words and looks of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presentation {
    /// The way in which its files are written: [`FORMAT`] when they were.
    pub format: u32,
    /// The service's name.
    pub service: String,
    /// The report's title.
    pub title: String,
    /// The paragraph at the top of the page.
    pub introduction: String,
    /// The period in words.
    pub period: String,
    /// Last day of the period, ISO.
    pub period_end: String,
    /// The audience's name for people.
    pub audience: String,
    /// For people, by dimension: `District`.
    pub dimensions: BTreeMap<String, String>,
    /// By identifier, those of expectations included.
    pub tables: BTreeMap<String, TablePresentation>,
}

/// Words and looks of one table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TablePresentation {
    /// When and where.
    pub subtitle: String,
    /// What one unit of a count is.
    pub unit: String,
    /// Explanations, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How it is drawn, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<ChartKind>,
    /// By dimension, a sign for each code in the order of the table: `0` for the total, `1` for the coarsest level, up to `z`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub depths: BTreeMap<String, String>,
    /// Labels that differ from those of the manifest: dimension, code, label.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, BTreeMap<String, String>>,
    /// Where rounded figures add up, how far they may be from the truth for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adds_up: Option<AddsUp>,
}

/// How far from the truth a figure may be so that all of them add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddsUp {
    /// To a neighbouring multiple of the base.
    Neighbour,
    /// Less than two bases; the manifest then states twice the base.
    Near,
}

/// A depth as a sign; levels beyond the thirty-fifth stand with it.
#[must_use]
pub fn depth_sign(depth: u8) -> char {
    char::from_digit(u32::from(depth.min(35)), 36).unwrap_or('z')
}

/// The depth that a sign stands for; 0 for any other letter.
#[must_use]
pub fn depth_of(sign: char) -> u8 {
    sign.to_digit(36).and_then(|depth| u8::try_from(depth).ok()).unwrap_or(0)
}
