//! Keys without the store that they open.

#[path = "../../src/confidential/store/keys/mod.rs"]
pub mod keys;
