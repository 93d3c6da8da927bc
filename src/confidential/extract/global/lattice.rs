//! The generalisation lattice: every combination of one level a quasi-identifier. Comes in: heights. Goes out: numbers for
//! nodes, and boxes of nodes above or below one. Deliberately absent: what a node costs.

/// Levels, one a quasi-identifier. A node is below another when none of its levels is higher.
pub(super) type Levels = Vec<u8>;

/// All nodes, numbered in mixed radix; the first quasi-identifier varies slowest.
#[derive(Debug, Clone)]
pub(super) struct Lattice {
    heights: Vec<u8>,
    strides: Vec<usize>,
}

impl Lattice {
    /// None where the nodes cannot be numbered.
    pub(super) fn new(heights: &[usize]) -> Option<Self> {
        let heights = heights.iter().map(|height| u8::try_from(*height).ok()).collect::<Option<Vec<u8>>>()?;
        let mut strides = vec![1_usize; heights.len()];
        for at in (1..heights.len()).rev() {
            strides[at - 1] = strides[at].checked_mul(usize::from(heights[at]))?;
        }
        strides.first().copied().unwrap_or(1).checked_mul(usize::from(heights.first().copied().unwrap_or(1)))?;
        Some(Self { heights, strides })
    }

    pub(super) fn nodes(&self) -> usize {
        self.heights.iter().map(|height| usize::from(*height)).product()
    }

    pub(super) fn top(&self) -> Levels {
        self.heights.iter().map(|height| height - 1).collect()
    }

    /// Whether the lattice goes up to these levels.
    pub(super) fn has(&self, levels: &[u8]) -> bool {
        levels.iter().zip(&self.heights).all(|(level, height)| level < height)
    }

    pub(super) fn index(&self, levels: &[u8]) -> usize {
        levels.iter().zip(&self.strides).map(|(level, stride)| usize::from(*level) * stride).sum()
    }

    pub(super) fn levels(&self, index: usize) -> Levels {
        let level = |(stride, height): (&usize, &u8)| (index / stride) % usize::from(*height);
        self.strides.iter().zip(&self.heights).map(|pair| u8::try_from(level(pair)).unwrap_or(0)).collect()
    }

    /// Visits every node below `levels` (itself included) with the sum of `table[quasi-identifier][level]` over its levels.
    pub(super) fn below(&self, levels: &[u8], table: &[Vec<f64>], mut visit: impl FnMut(usize, f64)) {
        let ranges: Vec<(usize, usize)> = levels.iter().map(|level| (0, usize::from(*level))).collect();
        self.walk(&ranges, 0, 0, 0.0, &|at, level| table[at][level], &mut visit);
    }

    /// Visits every node above `levels`, itself included.
    pub(super) fn above(&self, levels: &[u8], mut visit: impl FnMut(usize)) {
        let ranges: Vec<(usize, usize)> = levels
            .iter()
            .zip(&self.heights)
            .map(|(level, height)| (usize::from(*level), usize::from(*height) - 1))
            .collect();
        self.walk(&ranges, 0, 0, 0.0, &|_, _| 0.0, &mut |index, _| visit(index));
    }

    fn walk(
        &self,
        ranges: &[(usize, usize)],
        at: usize,
        index: usize,
        sum: f64,
        term: &impl Fn(usize, usize) -> f64,
        visit: &mut impl FnMut(usize, f64),
    ) {
        let Some(&(low, high)) = ranges.get(at) else { return visit(index, sum) };
        for level in low..=high {
            let (index, sum) = (index + level * self.strides[at], sum + term(at, level));
            if at + 1 == ranges.len() {
                visit(index, sum);
            } else {
                self.walk(ranges, at + 1, index, sum, term, visit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lattice;

    #[test]
    fn a_box_below_a_node_has_every_combination_of_lower_levels_once() {
        let lattice = Lattice::new(&[2, 3, 2]).expect("twelve nodes");
        assert_eq!((lattice.nodes(), lattice.top()), (12, vec![1, 2, 1]));
        let table = vec![vec![0.0, 100.0], vec![0.0, 10.0, 20.0], vec![0.0, 1.0]];
        let mut seen = Vec::new();
        lattice.below(&[1, 1, 0], &table, |index, sum| seen.push((lattice.levels(index), sum)));
        let expected = [([0, 0, 0], 0.0), ([0, 1, 0], 10.0), ([1, 0, 0], 100.0), ([1, 1, 0], 110.0)];
        assert_eq!(seen, expected.map(|(levels, sum)| (levels.to_vec(), sum)));
        let mut above = 0;
        lattice.above(&[1, 1, 0], |index| above += usize::from(lattice.index(&lattice.levels(index)) == index));
        assert_eq!(above, 4);
    }
}
