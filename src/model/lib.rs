//! Plain words that both sides of the wall share: periods, hierarchies, the table plan, released cells, the
//! manifest of a release, claims, verdicts, and the configuration with the place of every value.
//!
//! Comes in: text. Goes out: values. Deliberately absent: files, clocks, identified or unprotected values.

pub mod claim;
pub mod config;
pub mod digest;
pub mod edition;
pub mod extract;
pub mod formula;
pub mod hierarchy;
pub mod lines;
pub mod manifest;
pub mod method;
pub mod period;
pub mod presentation;
pub mod ptable;
pub mod published;
pub mod release;
pub mod scope;

pub use claim::{Attack, Claim, Finding, Verdict};
pub use hierarchy::Hierarchy;
pub use manifest::Manifest;
pub use period::{Calendar, Month, Period};
pub use release::{Release, ReleasedCell, ReleasedTable};
