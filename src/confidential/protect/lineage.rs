//! Who lies above whom along one dimension, and which sums lie between two codes. Comes in: a space. Goes out: ancestors, and
//! sums by their place in the space. Deliberately absent: cells and counts.
//!
//! A reader subtracts a town from its county whether or not a table shows the area between them. So a sum matters as soon as
//! one cell lies at or above its parent and another at or below one of its children.
//!
//! With these sums the difference itself needs no cell of its own. It is made of cells that stand in them, none of which is larger:
//! where the difference is of few, each of its parts is empty or of few, and is protected; and where a part could be of many, so
//! could the whole. (County 10, Town 8: the 2 are in Village or in South, and neither could be 5.)

use std::collections::{HashMap, HashSet};

use super::Space;

/// The ancestry of one dimension's codes.
pub(super) struct Lineage {
    /// By code: every code above it, rising.
    above: Vec<Vec<u32>>,
    /// By code: whether it is the parent of any sum.
    is_parent: Vec<bool>,
    /// By code: the sums of which it is a child, and their parents.
    sums_with: Vec<Vec<(usize, u32)>>,
    between: HashMap<(u32, u32), Vec<usize>>,
    /// Cells with codes further down whose sums have been told for them.
    told: HashSet<(u32, u32)>,
}

impl Lineage {
    pub(super) fn new(space: &Space) -> Self {
        let size = space.codes.len();
        let (mut sums_with, mut is_parent) = (vec![Vec::new(); size], vec![false; size]);
        for (at, (parent, children)) in space.sums.iter().enumerate() {
            is_parent[*parent as usize] = true;
            children.iter().for_each(|&child| sums_with[child as usize].push((at, *parent)));
        }
        let above = (0..size).map(|code| ancestors(&sums_with, code)).collect();
        Self { above, is_parent, sums_with, between: HashMap::new(), told: HashSet::new() }
    }

    /// Every code above one, rising.
    pub(super) fn above(&self, code: u32) -> &[u32] {
        &self.above[code as usize]
    }

    /// Whether a code is the parent of any sum.
    pub(super) fn is_parent(&self, code: u32) -> bool {
        self.is_parent[code as usize]
    }

    /// Whether `upper` lies above `lower`.
    pub(super) fn is_above(&self, upper: u32, lower: u32) -> bool {
        self.above(lower).binary_search(&upper).is_ok()
    }

    /// The sums on the ways from the cell `at`, whose code is `upper`, down to `lower`, but for such as were told for `at` before: where
    /// one sum alone has `lower`, and the way to its parent was told, there is no other. A chain of codes would take their cube.
    pub(super) fn untold(&mut self, at: u32, upper: u32, lower: u32) -> &[usize] {
        self.told.insert((at, lower));
        let is_short = match self.sums_with[lower as usize][..] {
            [(_, parent)] => parent != upper && self.told.contains(&(at, parent)),
            _ => false,
        };
        if is_short {
            return std::slice::from_ref(&self.sums_with[lower as usize][0].0);
        }
        self.between(upper, lower)
    }

    /// The sums on the ways from `upper` down to `lower`: their parents at or below the one, a child at or above the other.
    fn between(&mut self, upper: u32, lower: u32) -> &[usize] {
        if !self.between.contains_key(&(upper, lower)) {
            let children = self.above(lower).iter().chain([&lower]);
            let sums = children.flat_map(|&child| &self.sums_with[child as usize]);
            let is_between = |parent: u32| parent == upper || self.is_above(upper, parent);
            let mut found: Vec<usize> = sums.filter(|&&(_, parent)| is_between(parent)).map(|&(sum, _)| sum).collect();
            found.sort_unstable();
            found.dedup();
            self.between.insert((upper, lower), found);
        }
        &self.between[&(upper, lower)]
    }
}

fn ancestors(sums_with: &[Vec<(usize, u32)>], code: usize) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    let mut open = vec![code];
    while let Some(at) = open.pop() {
        for &(_, parent) in &sums_with[at] {
            if let Err(place) = found.binary_search(&parent) {
                found.insert(place, parent);
                open.push(parent as usize);
            }
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
        let mut lineage = Lineage::new(&area());
        assert_eq!(lineage.between(0, 3), [0, 1]);
        assert_eq!(lineage.between(0, 2), [0], "South has no towns");
        assert_eq!(lineage.between(1, 4), [1]);
        assert_eq!(lineage.above(4), [0, 1]);
        assert!(lineage.is_above(0, 3) && !lineage.is_above(2, 3));
    }

    #[test]
    fn what_was_told_of_the_way_to_a_parent_is_not_told_again() {
        let mut lineage = Lineage::new(&area());
        assert_eq!(lineage.untold(7, 0, 1), [0], "County to North");
        assert_eq!(lineage.untold(7, 0, 3), [1], "and from there to Town");
        assert_eq!(lineage.untold(8, 0, 3), [0, 1], "for another cell all of it");
    }
}
