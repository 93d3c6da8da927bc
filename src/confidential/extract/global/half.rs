//! Some of the quasi-identifiers as one: each combination of their values that occurs has a code, and each combination of
//! levels a table from there to generalised codes. Comes in: columns of codes, hierarchies. Goes out: tables, made when
//! first asked for. Deliberately absent: records.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::extract::hierarchy::Hierarchy;

/// Quasi-identifiers taken together.
#[derive(Debug)]
pub(super) struct Half {
    /// Which quasi-identifiers.
    pub(super) columns: Vec<usize>,
    /// `[column of this half][code]`, codes of level 0.
    pub(super) values: Vec<Vec<u32>>,
    /// How many combinations occur.
    pub(super) codes: usize,
    /// Heights of the columns.
    heights: Vec<usize>,
    /// By number of the combination of levels.
    tables: Vec<OnceLock<Arc<Generalised>>>,
    /// `[column of this half][level][value]`, code of that level.
    levels: Vec<Vec<Vec<u32>>>,
}

/// The codes of a half at one combination of levels.
#[derive(Debug)]
pub(super) struct Generalised {
    /// By code of the half.
    pub(super) ids: Vec<u32>,
    /// How many there are.
    pub(super) count: usize,
}

impl Half {
    /// The half and the code of each row.
    pub(super) fn new(columns: Vec<usize>, codes: &[Vec<u32>], hierarchies: &[Hierarchy]) -> (Self, Vec<u32>) {
        let rows = codes.first().map_or(0, Vec::len);
        let mut of_row = vec![0_u32; rows];
        let mut count = 1;
        // Column by column: the pair of what is known so far and the next value becomes the next code.
        for &column in &columns {
            let domain = hierarchies[column].domain();
            let mut pairs = Pairs::new(count, domain as usize);
            for (code, value) in of_row.iter_mut().zip(&codes[column]) {
                *code = pairs.code(*code, *value);
            }
            count = pairs.count();
        }
        let mut values = vec![vec![0_u32; count]; columns.len()];
        for (at, &column) in columns.iter().enumerate() {
            for (code, value) in of_row.iter().zip(&codes[column]) {
                values[at][*code as usize] = *value;
            }
        }
        let heights: Vec<usize> = columns.iter().map(|column| hierarchies[*column].height()).collect();
        let levels = columns
            .iter()
            .map(|column| hierarchies[*column].levels().iter().map(|level| level.codes.clone()).collect())
            .collect();
        let tables = (0..heights.iter().product()).map(|_| OnceLock::new()).collect();
        (Self { columns, values, codes: count, heights, tables, levels }, of_row)
    }

    /// The number of a node's levels along this half.
    pub(super) fn number(&self, node: &[u8]) -> usize {
        self.columns
            .iter()
            .zip(&self.heights)
            .fold(0, |number, (column, height)| number * height + usize::from(node[*column]))
    }

    /// The generalised codes at a node.
    pub(super) fn table(&self, node: &[u8]) -> Arc<Generalised> {
        self.tables[self.number(node)].get_or_init(|| Arc::new(self.generalise(node))).clone()
    }

    fn generalise(&self, node: &[u8]) -> Generalised {
        let mut ids = vec![0_u32; self.codes];
        let mut count = 1;
        for (at, &column) in self.columns.iter().enumerate() {
            let codes = &self.levels[at][usize::from(node[column])];
            let domain = codes.iter().max().map_or(0, |most| *most as usize) + 1;
            if domain == 1 {
                continue;
            }
            let mut pairs = Pairs::new(count, domain);
            for (id, value) in ids.iter_mut().zip(&self.values[at]) {
                *id = pairs.code(*id, codes[*value as usize]);
            }
            count = pairs.count();
        }
        Generalised { ids, count }
    }
}

/// Gives pairs of codes consecutive codes, in order of first appearance.
pub(super) struct Pairs {
    width: usize,
    dense: Vec<u32>,
    sparse: HashMap<u64, u32>,
    count: u32,
}

/// Pairs up to this many are looked up in an array.
const DENSE: usize = 1 << 22;

impl Pairs {
    /// For codes below `first` and `second`.
    pub(super) fn new(first: usize, second: usize) -> Self {
        let cells = first.saturating_mul(second);
        let dense = if cells <= DENSE { vec![u32::MAX; cells] } else { Vec::new() };
        Self { width: second, dense, sparse: HashMap::new(), count: 0 }
    }

    /// How many pairs have a code.
    pub(super) fn count(&self) -> usize {
        self.count as usize
    }

    pub(super) fn code(&mut self, first: u32, second: u32) -> u32 {
        let next = self.count;
        let cell = if self.dense.is_empty() {
            self.sparse.entry(u64::from(first) << 32 | u64::from(second)).or_insert(next)
        } else {
            let cell = &mut self.dense[first as usize * self.width + second as usize];
            if *cell == u32::MAX {
                *cell = next;
            }
            cell
        };
        self.count += u32::from(*cell == next);
        *cell
    }
}
