//! takeup: reports how a confidential advice service is used, and proves that nobody can be recognised in the report.
//!
//! The program's own crate: the command line, the pipeline, the demo. Everything that knows identified or unprotected
//! values is in `confidential`; everything that knows only released ones in `render` and `verify`.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests bring about what they test"))]

pub mod demo;
pub mod pipeline;
