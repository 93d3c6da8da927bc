//! Microdata to frequency tables, the narrow waist: distinct combinations of the wanted dimensions, with counts of what
//! is counted and of what is protected. Comes in: stored cases. Goes out: counts by cell. Deliberately absent: polars
//! types in any signature, and rows.

/// A cell: one code index a dimension of the release's space, the total's index where the cell does not name one.
pub type Key = Box<[u32]>;

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

/// Counts any cells of a space, whether a table shows them or not.
pub trait Counter {
    /// One `Counts` a key, in the order of the keys.
    fn count(&self, keys: &[Key]) -> Vec<Counts>;
}
