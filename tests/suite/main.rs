//! One integration binary: the command line, the demo, the gate, weakened protection, real casework, planted faults and leaks, a statistician's cases, plans and the
//! house.

mod answers;
mod approval;
mod casework;
mod cli;
mod corrections;
mod demo;
mod expectations;
mod extract;
mod extracts;
mod faults;
mod forced;
mod gate;
mod hostile;
mod house;
mod impossible;
mod issues;
mod leaks;
mod mutations;
mod plan;
mod planted;
mod protect;
mod rules;
mod series;
mod stocks;
