//! One integration binary: the command line, the demo, the house, and planted faults.

mod cli;
mod demo;
