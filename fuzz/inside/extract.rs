//! Data files and hierarchies.

#[path = "../../src/confidential/extract/hierarchy/mod.rs"]
pub mod hierarchy;
#[path = "../../src/confidential/extract/separated.rs"]
mod separated;
#[path = "../../src/confidential/extract/table.rs"]
pub mod table;
