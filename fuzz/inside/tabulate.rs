//! Only what cells are; whoever counts them needs polars.

#[path = "../../src/confidential/tabulate/cell.rs"]
mod cell;

pub use cell::{Counter, Counts, Key, Row, moved};
