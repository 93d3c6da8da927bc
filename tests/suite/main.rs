//! One integration binary: the command line, the demo, the gate, real casework, planted faults and leaks, a statistician's cases, plans and the
//! house.

mod approval;
mod casework;
mod cli;
mod corrections;
mod demo;
mod faults;
mod gate;
mod house;
mod leaks;
mod plan;
mod planted;
mod protect;
mod rules;
