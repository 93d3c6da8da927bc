//! Attacks, a file each. Comes in: what the readers read. Goes out: findings, claims, and how far each attack got.

pub mod before;
pub mod chart;
pub mod closure;
pub mod codes;
pub mod consistency;
pub mod expectation;
pub mod extract;
pub mod form;
pub mod frame;
pub mod groups;
mod impossible;
pub mod interval;
pub mod judge;
mod line;
pub mod manifest;
pub mod narrow;
pub mod order;
mod overlap;
pub mod picture;
pub mod reconstruction;
pub mod relations;
pub mod rendering;
pub mod rests;
pub mod rounding;
pub mod scene;
mod scope;
pub mod subtraction;
pub mod system;
pub mod words;

#[cfg(test)]
mod tests;
