//! One integration binary: the command line, the demo, real casework, planted faults, a statistician's cases, plans and the
//! house.

mod casework;
mod cli;
mod corrections;
mod demo;
mod extract;
mod faults;
mod house;
mod plan;
mod protect;
mod rules;
