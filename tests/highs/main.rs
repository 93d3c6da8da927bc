//! The program's own linear programmes held against HiGHS, a solver in C++ that shares nothing with it. Builder and stranger both
//! rest on the crate `linear`: a fault in there would blind the one to what the other does. Here
//!
//! - random systems go to `linear` and to HiGHS, and must have the same ends or none (`systems`);
//! - releases are read, and their sums closed, by a reader of the tests' own; HiGHS bounds every hidden cell over these, and
//!   `verify` must have said the same (`releases`).
//!
//! Built with the feature `highs` alone, since it needs cmake and a C++ compiler. `TAKEUP_HIGHS` is how many systems and
//! releases are tried.

#![allow(clippy::print_stdout, reason = "the tests print what was compared")]
#![allow(clippy::disallowed_methods, reason = "tests bring about what they test")]

#[path = "../suite/leaks"]
mod leaks {
    #![allow(dead_code, reason = "the suite uses what these tests do not")]
    pub mod base;
}
mod releases;
mod solver;
#[path = "../suite/stranger"]
mod stranger {
    pub mod reader;
    pub mod small;
    pub mod under_test;
}
mod systems;

/// How many are tried.
fn tries(usual: u64) -> u64 {
    std::env::var("TAKEUP_HIGHS").ok().map_or(usual, |tries| tries.parse().expect("TAKEUP_HIGHS is a number"))
}
