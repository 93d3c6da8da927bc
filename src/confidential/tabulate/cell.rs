//! Cells, what they hold, and whoever counts them. Comes in: nothing. Goes out: the words in which everything after counts is written.
//! Deliberately absent: how anything is counted.

/// A cell: one code index a dimension of the release's space, the total's index where the cell does not name one.
pub type Key = Box<[u32]>;

/// The cell at another code of a dimension.
#[must_use]
pub fn moved(key: &Key, dimension: usize, code: u32) -> Key {
    let mut key = key.clone();
    key[dimension] = code;
    key
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// What the table counts (n).
    pub counted: u64,
    /// Protected units among them: families, or cases where each is declared its own unit (f).
    pub protected: u64,
    /// The most that one protected unit holds (m).
    pub largest: u64,
}

/// Cases alike in every dimension and of one family, and where they are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Whose the cases are. None where each case is its own unit, and where its family is not known: cases of nobody known
    /// may be anybody's, and nobody knows them all.
    pub unit: Option<u64>,
    /// By dimension: the codes that hold them, the total included where it does; rising.
    pub holders: Vec<Vec<u32>>,
    /// How many.
    pub cases: u64,
    /// Which of the keys asked for count them, rising; none of them where only their family is counted there.
    pub of: Vec<u32>,
}

/// Counts any cells of a space, whether a table shows them or not.
pub trait Counter {
    /// One `Counts` a key, in the order of the keys.
    fn count(&self, keys: &[Key]) -> Vec<Counts>;

    /// What is counted in any of `keys`, and all else that is of the families there; a row for cases alike, in an order that
    /// the keys and the cases decide.
    fn rows(&self, keys: &[Key]) -> Vec<Row>;

    /// The key of each cell: the sum of the record keys of all that is counted in it, modulo 2^32. None where there are no
    /// record keys: nothing is perturbed by them then.
    fn cell_keys(&self, _keys: &[Key]) -> Option<Vec<u32>> {
        None
    }

    /// Where something is summed and not counted (minutes): each protected unit and what it contributes to each cell, in any
    /// order. None where cases are counted.
    fn contributions(&self, _keys: &[Key]) -> Option<Vec<Vec<(u64, u64)>>> {
        None
    }
}
