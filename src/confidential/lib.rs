//! The only place where identified or unprotected values exist: ingest, store, tabulate, protect, referee.
//!
//! Comes in: exports, a key. Goes out: sealed releases, quality reports in counts and places, a referee's counts.
//! Deliberately absent: printing, and any value of a person in an error.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests bring about what they test"))]

pub mod assemble;
pub mod case;
#[cfg(test)]
mod draws;
pub mod extract;
pub mod identified;
pub mod ingest;
pub mod issues;
pub mod protect;
pub mod referee;
pub mod store;
pub mod tabulate;

pub use identified::Identified;
