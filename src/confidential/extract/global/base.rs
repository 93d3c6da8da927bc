//! The distinct rows rolled up along one half. Comes in: a finer base. Goes out: blocks of rows that are alike on the first
//! half, each row with what it has on the second and how many records it stands for. Deliberately absent: the second half's
//! levels, which the check looks up.

use super::half::Generalised;

/// Rows in blocks by the generalised code of the first half.
#[derive(Debug, Default)]
pub(super) struct Base {
    /// Where each block begins; one more than there are blocks.
    pub(super) blocks: Vec<u32>,
    /// Code of the second half, with the payload where there is one.
    pub(super) second: Vec<u32>,
    /// Records.
    pub(super) counts: Vec<u32>,
    /// Records of the population; empty without one.
    pub(super) population: Vec<u32>,
    /// Where the distinct rows of each entry begin; one more than there are entries.
    pub(super) starts: Vec<u32>,
    /// Distinct rows, by entry.
    pub(super) rows: Vec<u32>,
    /// By block, a code of the first half that lies in it.
    examples: Vec<u32>,
}

/// What the distinct rows have, by row.
pub(super) struct Rows<'r> {
    pub(super) first: &'r [u32],
    pub(super) second: &'r [u32],
    pub(super) counts: &'r [u32],
    pub(super) population: &'r [u32],
}

impl Base {
    /// Every distinct row, in blocks by its code of the first half. `first` and `second`: how many codes there are.
    pub(super) fn bottom(rows: &Rows<'_>, first: usize, second: usize) -> Self {
        let by_second = order(rows.second, second, &identity(rows.counts.len()));
        let sorted = order(rows.first, first, &by_second);
        let mut base = Self { rows: sorted, examples: identity(first), ..Self::default() };
        let mut last = None;
        for (at, row) in (0_u32..).zip(&base.rows) {
            let row = *row as usize;
            let (block, second) = (rows.first[row], rows.second[row]);
            if last != Some((block, second)) {
                while base.blocks.len() <= block as usize {
                    base.blocks.push(place(base.second.len()));
                }
                base.second.push(second);
                base.counts.push(0);
                base.starts.push(at);
                if !rows.population.is_empty() {
                    base.population.push(0);
                }
                last = Some((block, second));
            }
            if let Some(count) = base.counts.last_mut() {
                *count += rows.counts[row];
            }
            if let Some(count) = base.population.last_mut() {
                *count += rows.population[row];
            }
        }
        while base.blocks.len() <= first {
            base.blocks.push(place(base.second.len()));
        }
        base.starts.push(place(base.rows.len()));
        base
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.second.len()
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        4 * (self.blocks.len() + self.second.len() * 3 + self.population.len() + self.rows.len() + self.examples.len())
    }

    /// The blocks that are alike at `table` become one, and equal entries in them too. `seconds`: how many codes the
    /// second half has.
    pub(super) fn roll_up(&self, table: &Generalised, seconds: usize) -> Self {
        let ids: Vec<u32> = self.examples.iter().map(|example| table.ids[*example as usize]).collect();
        let blocks = order(&ids, table.count, &identity(ids.len()));
        let mut base = Self { rows: Vec::with_capacity(self.rows.len()), ..Self::default() };
        let mut known = vec![u32::MAX; seconds];
        let (mut merged, mut ends): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
        let mut rest = blocks.as_slice();
        while let Some(&leader) = rest.first() {
            let id = ids[leader as usize];
            let alike = rest.iter().take_while(|block| ids[**block as usize] == id).count();
            let (here, later) = rest.split_at(alike);
            rest = later;
            let begins = base.second.len();
            base.blocks.push(place(begins));
            base.examples.push(self.examples[leader as usize]);
            merged.clear();
            ends.clear();
            for entry in here.iter().flat_map(|block| self.block(*block)) {
                let second = self.second[entry];
                let at = known[second as usize];
                let at = if at as usize >= begins && at != u32::MAX {
                    at as usize
                } else {
                    let at = base.second.len();
                    known[second as usize] = place(at);
                    base.second.push(second);
                    base.counts.push(0);
                    if !self.population.is_empty() {
                        base.population.push(0);
                    }
                    ends.push(0);
                    at
                };
                base.counts[at] += self.counts[entry];
                if let (Some(sum), Some(more)) = (base.population.get_mut(at), self.population.get(entry)) {
                    *sum += more;
                }
                merged.push(place(at - begins));
                ends[at - begins] += self.starts[entry + 1] - self.starts[entry];
            }
            // Lengths become places, and the rows go there.
            let mut at = place(base.rows.len());
            for end in &mut ends {
                base.starts.push(at);
                let length = *end;
                *end = at;
                at += length;
            }
            base.rows.resize(at as usize, 0);
            for (entry, new) in here.iter().flat_map(|block| self.block(*block)).zip(&merged) {
                let from = &self.rows[self.starts[entry] as usize..self.starts[entry + 1] as usize];
                let to = ends[*new as usize] as usize;
                base.rows[to..to + from.len()].copy_from_slice(from);
                ends[*new as usize] += place(from.len());
            }
        }
        base.blocks.push(place(base.second.len()));
        base.starts.push(place(base.rows.len()));
        base
    }

    /// The distinct rows of an entry.
    pub(super) fn rows_of(&self, entry: u32) -> &[u32] {
        &self.rows[self.starts[entry as usize] as usize..self.starts[entry as usize + 1] as usize]
    }

    /// The entries of a block.
    pub(super) fn block(&self, block: u32) -> std::ops::Range<usize> {
        self.blocks[block as usize] as usize..self.blocks[block as usize + 1] as usize
    }
}

/// `places` in order of `codes`, stable. `count`: how many codes there are.
fn order(codes: &[u32], count: usize, places: &[u32]) -> Vec<u32> {
    let mut starts = vec![0_u32; count + 1];
    for code in codes {
        starts[*code as usize + 1] += 1;
    }
    for at in 0..count {
        starts[at + 1] += starts[at];
    }
    let mut sorted = vec![0; places.len()];
    for place in places {
        let start = &mut starts[codes[*place as usize] as usize];
        sorted[*start as usize] = *place;
        *start += 1;
    }
    sorted
}

fn identity(count: usize) -> Vec<u32> {
    (0..).take(count).collect()
}

/// Records are fewer than 2^32, and so is everything counted here.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
