//! From a draft to a pattern with all its certificates.

#![allow(clippy::print_stdout, reason = "a bench prints its figure")]

mod common;

fn main() {
    let configuration = common::configuration();
    let (_home, store) = common::filled(&configuration);
    let draft = common::draft(&configuration, &store);
    let pattern = common::measure("count, suppress and prove", 5, || draft.protect().expect("a safe pattern"));
    println!("{:?}", pattern.statistics);
}
