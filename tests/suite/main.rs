//! One integration binary: the command line, the demo, real casework, planted faults and leaks, a statistician's cases, plans and the
//! house.

mod casework;
mod cli;
mod corrections;
mod demo;
mod faults;
mod house;
mod leaks;
mod plan;
mod planted;
mod protect;
mod rules;
