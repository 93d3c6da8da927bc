//! The program `takeup`.

fn main() {}
