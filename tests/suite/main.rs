//! One integration binary: the command line, the demo, the gate, weakened protection, real casework, planted faults and leaks, a statistician's cases, plans and the
//! house.

#![allow(clippy::disallowed_methods, reason = "tests bring about what they test")]

mod answers;
mod approval;
mod casework;
mod chance;
mod cli;
mod closings;
mod corrections;
#[cfg(target_os = "linux")]
mod damage;
mod demo;
mod earlier;
mod expectations;
mod extract;
mod extracts;
mod faults;
mod forced;
mod founded;
mod gaps;
mod gate;
mod hostile;
mod house;
mod impossible;
mod issues;
#[cfg(target_os = "linux")]
mod kills;
mod kinds;
mod known;
mod leaks;
mod mutations;
mod older_store;
mod people;
mod plan;
mod planted;
mod protect;
mod released;
mod rendering;
mod rows;
mod rules;
mod series;
mod small_office;
mod stocks;
mod stranger;
mod tamper;
mod together;
mod workbooks;
