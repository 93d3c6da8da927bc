//! Readers of `confidential` for fuzzing: the same files as in `src/confidential`, and of its parts that need an engine none.

#[path = "../../src/confidential/case/mod.rs"]
pub mod case;
pub mod extract;
#[path = "../../src/confidential/protect/mod.rs"]
mod protect;
pub mod store;
mod tabulate;
