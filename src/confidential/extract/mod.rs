//! Microdata extracts: rows in which nobody stands out, with the least detail lost.
//!
//! Comes in: microdata with quasi-identifiers and sensitive attributes, a generalisation hierarchy for each
//! quasi-identifier, privacy models, a measure of loss. Goes out: equivalence classes, what they lose, and the rows to
//! write. Deliberately absent: direct identifiers, and any value in an error.

pub mod formulas;
pub mod global;
pub mod hierarchy;
pub mod local;
pub mod loss;
pub mod metric;
pub mod microdata;
pub mod model;
pub mod outcome;
pub mod package;
mod rare;
pub mod recode;
pub mod risk;
mod separated;
pub mod stored;
pub mod table;
pub mod wanted;
pub mod words;
pub mod write;
