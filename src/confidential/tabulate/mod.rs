//! Microdata to frequency tables, the narrow waist: distinct combinations of the wanted dimensions, with counts of what
//! is counted and of what is protected. Comes in: stored cases. Goes out: counts by cell. Deliberately absent: polars
//! types in any signature, and rows.

pub mod answers;
pub mod axes;
mod cell;
pub(crate) mod closings;
mod collected;
pub mod correction;
pub mod count;
pub mod derive;
#[cfg(test)]
pub(crate) mod example;
pub mod fold;
pub mod frame;
mod frozen;
pub mod impossible;
mod keys;
pub mod scope;
mod shape;
pub mod stock;
pub mod tags;

pub use axes::{Axes, Axis};
pub use cell::{Counter, Counts, Key, Row, moved};
pub use count::Tabulation;
pub use frame::{Frame, FrameDimension};

use thiserror::Error;

/// What stops a tabulation.
#[derive(Debug, Error)]
pub enum TabulateError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// The group-by failed: a fault of the program.
    #[error("the cases could not be grouped: {0}")]
    Group(String),
    /// A frozen period's counts cannot be read back.
    #[error("the frozen counts of an earlier release cannot be read")]
    Frozen,
    /// What changed in released months cannot be found where it was counted.
    #[error("the configuration no longer counts the cases of the corrected months as their release did")]
    Recoded,
    /// Released months hold cases that contradict a rule which their releases state.
    #[error("cases that were counted in released months contradict the rule {says:?} of impossible.toml")]
    Contradicted {
        /// The rule's sentence.
        says: String,
    },
    /// A dimension's code list has no such code.
    #[error("the store holds cases whose code the list of the dimension {dimension:?} does not have any more")]
    ForeignCode {
        /// The dimension.
        dimension: String,
    },
}
