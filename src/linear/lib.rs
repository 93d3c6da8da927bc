//! Sparse integer systems: bound propagation, connected components, independent rows, linear programmes.
//!
//! Comes in: equations with integer coefficients over integer variables with bounds. Goes out: tighter bounds, parts
//! that do not touch each other, points and proven bounds. Deliberately absent: tables, people, files.

mod basis;
pub mod cheapest;
pub mod component;
pub mod independent;
pub mod programme;
pub mod propagate;
pub mod simplex;
pub mod system;

pub use cheapest::{Cheapest, Limit, Way};
pub use component::Component;
pub use programme::{Answer, Programme, Solution};
pub use propagate::Bounds;
pub use simplex::{Push, Simplex};
pub use system::{Infeasible, Row, System};
