//! Which attributes single people out: every subset of the quasi-identifiers, as an intruder might know it. Comes in: groups.
//! Goes out: classes, uniques, distinction and separation of each subset. Deliberately absent: which values do it.
//!
//! Source: Motwani and Xu (2007), Efficient algorithms for masking and finding quasi-identifiers.

mod measure;

use std::cmp::{Ordering, Reverse};

use serde::Serialize;

use super::groups::Groups;
use super::real;
use measure::{Measured, Rows};

/// How far the search went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scope {
    /// Quasi-identifiers.
    pub attributes: usize,
    /// Subsets that they have, without the empty one.
    pub possible: u128,
    /// Subsets that were examined.
    pub examined: u64,
    /// All subsets of up to so many attributes were examined.
    pub complete_to: usize,
    /// What is counted: `families` where they are known, else `records`.
    pub counted: &'static str,
}

/// A subset of the quasi-identifiers, and how it tells people apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Singled {
    /// Its attributes, in the order of the quasi-identifiers.
    pub attributes: Vec<String>,
    /// Classes.
    pub classes: u64,
    /// Members who are alone in their class.
    pub uniques: u64,
    /// The same as a share of all members.
    pub uniqueness: f64,
    /// The highest risk: one over the size of the smallest class.
    pub highest: f64,
    /// The average risk: classes per member.
    pub average: f64,
    /// The largest alpha for which removing a share of 1 - alpha of all members makes the subset a key: classes per member.
    pub distinction: f64,
    /// The share of pairs of members that differ in the subset.
    pub separation: f64,
}

/// One quasi-identifier by itself, and all others without it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Classes of it alone.
    pub classes: u64,
    /// Distinction of it alone.
    pub distinction: f64,
    /// Separation of it alone.
    pub separation: f64,
    /// Uniqueness if it were not there; none where that subset was not examined.
    pub uniqueness_without: Option<f64>,
}

/// The attribute subsets of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Subsets {
    /// How far the search went.
    pub scope: Scope,
    /// Attribute by attribute.
    pub attributes: Vec<Attribute>,
    /// Of each number of attributes those that single out most, the worst first: by uniqueness, then by distinction.
    pub most: Vec<Singled>,
    /// All that were examined, where they are not too many to list; else none.
    pub all: Vec<Singled>,
}

/// So many of each number of attributes are told.
const TOLD: usize = 5;

/// Up to so many subsets are all listed: those of ten attributes.
const LISTED: usize = 1_023;

impl Subsets {
    /// Examines subsets with `work` entries to count, at most. Where all subsets would take more, all of up to as many attributes as
    /// can be done are.
    pub(super) fn new(groups: &Groups, work: u64) -> Self {
        let rows = Rows::new(groups);
        let (mut found, complete_to) = measure::all(&rows, work);
        // By size, and in the order of the attributes: reversed, the first attribute's bit is the highest.
        found.sort_unstable_by_key(|measured| (measured.mask.count_ones(), Reverse(measured.mask.reverse_bits())));
        let named = |measured: &Measured| Singled::new(measured, &groups.names);
        let mut most = Vec::new();
        for size in found.chunk_by(|one, next| one.mask.count_ones() == next.mask.count_ones()) {
            let mut worst: Vec<&Measured> = size.iter().collect();
            worst.sort_by(|one, other| one.more_than(other));
            most.extend(worst.into_iter().take(TOLD).map(named));
        }
        let columns = groups.names.len();
        Self {
            scope: Scope {
                attributes: columns,
                possible: 1_u128
                    .checked_shl(u32::try_from(columns).unwrap_or(u32::MAX))
                    .map_or(u128::MAX, |all| all - 1),
                examined: found.len() as u64,
                complete_to,
                counted: if groups.has_units() { "families" } else { "records" },
            },
            attributes: groups
                .names
                .iter()
                .enumerate()
                .map(|(at, name)| attribute(at, name, &found, columns))
                .collect(),
            most,
            all: if found.len() <= LISTED { found.iter().map(named).collect() } else { Vec::new() },
        }
    }
}

fn attribute(at: usize, name: &str, found: &[Measured], columns: usize) -> Attribute {
    let alone = found.iter().find(|measured| measured.mask == 1 << at);
    let rest = measure::full(columns) & !(1 << at);
    let without = found.iter().find(|measured| measured.mask == rest);
    Attribute {
        name: name.to_owned(),
        classes: alone.map_or(0, |alone| alone.classes),
        distinction: alone.map_or(0.0, Measured::distinction),
        separation: alone.map_or(0.0, Measured::separation),
        uniqueness_without: if columns == 1 { Some(0.0) } else { without.map(Measured::uniqueness) },
    }
}

impl Measured {
    fn uniqueness(&self) -> f64 {
        if self.members == 0 { 0.0 } else { real(self.uniques) / real(self.members) }
    }

    fn distinction(&self) -> f64 {
        if self.members == 0 { 0.0 } else { real(self.classes) / real(self.members) }
    }

    /// Of fewer than two members no pair is alike.
    #[allow(clippy::cast_precision_loss)]
    fn separation(&self) -> f64 {
        let pairs = u128::from(self.members) * u128::from(self.members.saturating_sub(1));
        if pairs == 0 { 1.0 } else { (pairs - self.together.min(pairs)) as f64 / pairs as f64 }
    }

    /// The worse one first.
    fn more_than(&self, other: &Self) -> Ordering {
        let uniqueness = other.uniqueness().total_cmp(&self.uniqueness());
        uniqueness.then(other.distinction().total_cmp(&self.distinction()))
    }
}

impl Singled {
    fn new(measured: &Measured, names: &[String]) -> Self {
        let inside = names.iter().enumerate().filter(|(at, _)| measured.mask >> at & 1 == 1);
        Self {
            attributes: inside.map(|(_, name)| name.clone()).collect(),
            classes: measured.classes,
            uniques: measured.uniques,
            uniqueness: measured.uniqueness(),
            highest: if measured.smallest == 0 { 0.0 } else { 1.0 / real(measured.smallest) },
            average: measured.distinction(),
            distinction: measured.distinction(),
            separation: measured.separation(),
        }
    }
}
