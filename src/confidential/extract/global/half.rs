//! Some of the quasi-identifiers as one: each combination of their values that occurs has a code, and each combination of
//! levels a table from there to generalised codes. Comes in: columns of codes, hierarchies. Goes out: tables, made when
//! first asked for. Deliberately absent: records.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

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
    /// By levels of its columns. Kept up to [`TABLES_BYTES`]; what was dropped is made again.
    tables: Mutex<HashMap<Vec<u8>, Arc<Generalised>>>,
    /// `[column of this half][level][value]`, code of that level.
    levels: Vec<Vec<Vec<u32>>>,
}

/// Tables are kept up to this many bytes.
const TABLES_BYTES: usize = 64 << 20;

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
        let levels = columns
            .iter()
            .map(|column| hierarchies[*column].levels().iter().map(|level| level.codes.clone()).collect())
            .collect();
        (Self { columns, values, codes: count, tables: Mutex::default(), levels }, of_row)
    }

    /// The levels of a node along this half.
    pub(super) fn levels_of(&self, node: &[u8]) -> Vec<u8> {
        self.columns.iter().map(|column| node[*column]).collect()
    }

    /// The generalised codes at a node.
    pub(super) fn table(&self, node: &[u8]) -> Arc<Generalised> {
        let levels = self.levels_of(node);
        let lock = || self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&levels) {
            return known.clone();
        }
        let made = Arc::new(self.generalise(node));
        let mut tables = lock();
        if tables.len() * self.codes * 4 > TABLES_BYTES {
            tables.clear();
        }
        tables.insert(levels, made.clone());
        made
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
