//! Opens release folders as a stranger would, and attacks them.
//!
//! Comes in: folders with a `release.json`. Goes out: a verdict, and claims about hidden cells for whoever knows the
//! truth. Deliberately absent: the store, the configuration, and any knowledge of how a release was made; the equations
//! are built from `release.json` alone.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests bring about what they test"))]

pub mod attacks;
pub mod compare;
pub mod error;
pub mod readers;
pub mod run;
pub mod times;
pub mod verdict;

pub use attacks::reconstruction::Forced;
pub use compare::{Comparison, compare};
pub use error::VerifyError;
pub use readers::register::Register;
pub use run::{Attacked, Outside, attack, attack_knowing, attack_with, verify};

#[cfg(test)]
mod tests;
