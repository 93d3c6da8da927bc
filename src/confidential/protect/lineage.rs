//! Who lies above whom along one dimension, and which sums lie between two codes. Comes in: a space. Goes out: ancestors, and
//! sums by their place in the space. Deliberately absent: cells and counts.
//!
//! A reader subtracts a town from its county whether or not a table shows the area between them. So a sum matters as soon as
//! one cell lies at or above its parent and another at or below one of its children.
//!
//! With these sums the difference itself needs no cell of its own. It is made of cells that stand in them, none of which is larger:
//! where the difference is of few, each of its parts is empty or of few, and is protected; and where a part could be of many, so
//! could the whole. (County 10, Town 8: the 2 are in Village or in South, and neither could be 5.)

use std::collections::HashMap;

use super::Space;

/// The ancestry of one dimension's codes.
pub(super) struct Lineage {
    /// By code: every code above it, rising.
    above: Vec<Vec<u32>>,
    /// By code: the sums of which it is the parent.
    sums_of: Vec<Vec<usize>>,
    between: HashMap<(u32, u32), Vec<usize>>,
}

impl Lineage {
    pub(super) fn new(space: &Space) -> Self {
        let size = space.codes.len();
        let (mut parents, mut sums_of) = (vec![Vec::new(); size], vec![Vec::new(); size]);
        for (at, (parent, children)) in space.sums.iter().enumerate() {
            sums_of[*parent as usize].push(at);
            children.iter().for_each(|&child| parents[child as usize].push(*parent));
        }
        let above = (0..size).map(|code| ancestors(&parents, code)).collect();
        Self { above, sums_of, between: HashMap::new() }
    }

    /// Every code above one, rising.
    pub(super) fn above(&self, code: u32) -> &[u32] {
        &self.above[code as usize]
    }

    /// Whether a code is the parent of any sum.
    pub(super) fn is_parent(&self, code: u32) -> bool {
        !self.sums_of[code as usize].is_empty()
    }

    /// Whether `upper` lies above `lower`.
    pub(super) fn is_above(&self, upper: u32, lower: u32) -> bool {
        self.above(lower).binary_search(&upper).is_ok()
    }

    /// The sums on the ways from `upper` down to `lower`: their parents at or below the one, a child at or above the other.
    pub(super) fn between(&mut self, space: &Space, upper: u32, lower: u32) -> &[usize] {
        if !self.between.contains_key(&(upper, lower)) {
            let mut found: Vec<usize> = Vec::new();
            for &parent in self.above(lower) {
                if parent == upper || self.is_above(upper, parent) {
                    let leads = |sum: &&usize| {
                        space.sums[**sum].1.iter().any(|&child| child == lower || self.is_above(child, lower))
                    };
                    found.extend(self.sums_of[parent as usize].iter().filter(leads));
                }
            }
            found.sort_unstable();
            self.between.insert((upper, lower), found);
        }
        &self.between[&(upper, lower)]
    }
}

fn ancestors(parents: &[Vec<u32>], code: usize) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    let mut open = parents[code].clone();
    while let Some(at) = open.pop() {
        if let Err(place) = found.binary_search(&at) {
            found.insert(place, at);
            open.extend(&parents[at as usize]);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// County = North + South, North = Town + Village.
    fn area() -> Space {
        let codes = ["County", "North", "South", "Town", "Village"].map(str::to_owned).to_vec();
        Space { name: "area".to_owned(), codes, total: 0, sums: vec![(0, vec![1, 2]), (1, vec![3, 4])] }
    }

    #[test]
    fn all_sums_on_the_way_lie_between_a_county_and_its_town() {
        let (space, mut lineage) = (area(), Lineage::new(&area()));
        assert_eq!(lineage.between(&space, 0, 3), [0, 1]);
        assert_eq!(lineage.between(&space, 0, 2), [0], "South has no towns");
        assert_eq!(lineage.between(&space, 1, 4), [1]);
        assert_eq!(lineage.above(4), [0, 1]);
        assert!(lineage.is_above(0, 3) && !lineage.is_above(2, 3));
    }
}
