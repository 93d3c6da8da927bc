//! From the store to a draft: every case scanned, coded, folded, and the cells of the quarter's tables planned.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

mod common;

fn main() {
    let configuration = common::configuration();
    let (_home, store) = common::filled(&configuration);
    common::measure("scan, code and plan", 5, || common::draft(&configuration, &store));
}
