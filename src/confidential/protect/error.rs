//! Why nothing can be released. Comes in: places. Goes out: facts. Deliberately absent: values; a place is a table, the
//! codes of a cell and a release, none of which is personal.

use model::method::MethodError;
use thiserror::Error;

/// A set of tables that cannot be protected, or a fault that protecting them brought to light.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProtectError {
    /// A cell names more or fewer codes than there are dimensions, or a code that a dimension does not have.
    #[error("a cell of {table} does not lie in the space of the release")]
    OutsideSpace {
        /// Table or earlier release.
        table: String,
    },
    /// The counts of one sum do not add up.
    #[error("the counts below {place} in {table} do not add up to it")]
    DoesNotAddUp {
        /// Table or earlier release.
        table: String,
        /// Codes of the parent cell.
        place: String,
    },
    /// The counts of a relation break it.
    #[error("the counts of {place} and its fellows break a relation that is stated of them")]
    NotRelated {
        /// Codes of the relation's first cell.
        place: String,
    },
    /// A cell that cannot occur was counted.
    #[error("{place} in {table} is declared impossible, yet cases are counted there")]
    ImpossibleCounted {
        /// Table or earlier release.
        table: String,
        /// Codes of the cell.
        place: String,
    },
    /// A released period is frozen, yet its counts moved.
    #[error("{place} is not counted as release {release} published it")]
    NotFrozen {
        /// The earlier release.
        release: String,
        /// Codes of the cell.
        place: String,
    },
    /// The method cannot protect a table.
    #[error("{table} cannot be protected so: {fault}")]
    Method {
        /// The planned table.
        table: String,
        /// Why not.
        fault: MethodError,
    },
    /// A rule of contributions without any.
    #[error("what each unit contributes is not known, so no rule of dominance can be held")]
    NoContributions,
    /// More sums of hidden cells tell too much of one unit than are looked after.
    #[error(
        "hidden cells add up to too many sums in which one unit weighs too much: use fewer or coarser codes, or a smaller percentage"
    )]
    ManySums,
    /// No multiples beside the counts add up.
    #[error("no rounding of {table} to neighbouring multiples of {base} was found that adds up")]
    NotAdditive {
        /// A table of this release.
        table: String,
        /// The base.
        base: u64,
    },
    /// Whatever is hidden, a reader still knows too much of a cell.
    #[error("{place} in {table} cannot be protected{}", earlier.as_ref().map(|name| format!(": release {name} is in the way")).unwrap_or_default())]
    Impossible {
        /// Table or earlier release; none of them for a cell that exists only as a difference.
        table: String,
        /// Codes of the cell.
        place: String,
        /// An earlier release whose published cells limit it.
        earlier: Option<String>,
    },
    /// The proof that the pattern is safe does not hold; a fault in the program.
    #[error("the proof for {place} in {table} does not hold: {fault}")]
    Unproven {
        /// Table or earlier release.
        table: String,
        /// Codes of the cell.
        place: String,
        /// What the check found.
        fault: &'static str,
    },
}
