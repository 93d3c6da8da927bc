//! How large classes are. Comes in: a size a class. Goes out: how many classes have each size, and bands for people.
//! Deliberately absent: what a class says.

use serde::{Serialize, Serializer};

use super::real;

/// Classes by their size, the smallest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Size, and how many classes have it. Sizes are 1 or more.
    pub counts: Vec<(u64, u64)>,
}

/// Classes of similar size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Band {
    /// The least size.
    pub from: u64,
    /// The largest size; none in the last band.
    pub to: Option<u64>,
    /// Classes.
    pub classes: u64,
    /// Their members.
    pub members: u64,
    /// Members as a share of all.
    pub share: f64,
}

/// The sizes at which bands begin: one, two, too few for the usual 5, 10 and 20, and powers of ten.
const BANDS: [u64; 10] = [1, 2, 3, 5, 10, 20, 50, 100, 1_000, 10_000];

impl Sizes {
    /// Of a size a class.
    #[must_use]
    pub fn new(sizes: &[u64]) -> Self {
        let mut sorted: Vec<u64> = sizes.iter().copied().filter(|size| *size > 0).collect();
        sorted.sort_unstable();
        let mut counts: Vec<(u64, u64)> = Vec::new();
        for size in sorted {
            match counts.last_mut() {
                Some((last, count)) if *last == size => *count += 1,
                Some(_) | None => counts.push((size, 1)),
            }
        }
        Self { counts }
    }

    /// How many classes there are.
    #[must_use]
    pub fn classes(&self) -> u64 {
        self.counts.iter().map(|(_, classes)| classes).sum()
    }

    /// How many members they have together.
    #[must_use]
    pub fn members(&self) -> u64 {
        self.counts.iter().map(|(size, classes)| size * classes).sum()
    }

    /// Classes of one size.
    #[must_use]
    pub fn of_size(&self, size: u64) -> u64 {
        self.counts.iter().find(|(known, _)| *known == size).map_or(0, |(_, classes)| *classes)
    }

    /// The smallest class; 0 where there is none.
    #[must_use]
    pub fn smallest(&self) -> u64 {
        self.counts.first().map_or(0, |(size, _)| *size)
    }

    /// The largest class; 0 where there is none.
    #[must_use]
    pub fn largest(&self) -> u64 {
        self.counts.last().map_or(0, |(size, _)| *size)
    }

    /// Members that are alone in their class, as a share of all: uniqueness in the sample.
    #[must_use]
    pub fn uniqueness(&self) -> f64 {
        let members = self.members();
        if members == 0 { 0.0 } else { real(self.of_size(1)) / real(members) }
    }

    /// The size for which half of all members are in a class of this size or a smaller one; 0 without a class.
    #[must_use]
    pub fn median_of_members(&self) -> u64 {
        let half = self.members().div_ceil(2);
        let mut seen = 0;
        for (size, classes) in &self.counts {
            seen += size * classes;
            if seen >= half {
                return *size;
            }
        }
        0
    }

    /// Classes in bands; bands without a class are there too, up to the last with one.
    #[must_use]
    pub fn bands(&self) -> Vec<Band> {
        let members = real(self.members().max(1));
        let ends = BANDS.iter().skip(1).map(|next| Some(next - 1)).chain([None]);
        let mut bands: Vec<Band> = BANDS
            .iter()
            .zip(ends)
            .map(|(from, to)| {
                let inside = self.counts.iter().filter(|(size, _)| size >= from && to.is_none_or(|to| *size <= to));
                let (mut classes, mut sum) = (0, 0);
                for (size, count) in inside {
                    classes += count;
                    sum += size * count;
                }
                Band { from: *from, to, classes, members: sum, share: real(sum) / members }
            })
            .collect();
        while bands.last().is_some_and(|band| band.classes == 0) {
            bands.pop();
        }
        bands
    }
}

impl Serialize for Sizes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Told {
            classes: u64,
            smallest: u64,
            largest: u64,
            average: f64,
            median_of_members: u64,
            uniques: u64,
            uniqueness: f64,
            bands: Vec<Band>,
        }
        let classes = self.classes();
        Told {
            classes,
            smallest: self.smallest(),
            largest: self.largest(),
            average: if classes == 0 { 0.0 } else { real(self.members()) / real(classes) },
            median_of_members: self.median_of_members(),
            uniques: self.of_size(1),
            uniqueness: self.uniqueness(),
            bands: self.bands(),
        }
        .serialize(serializer)
    }
}
