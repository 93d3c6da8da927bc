//! Rows a second from a gzip'd CSV into the encrypted store: reading, checking, storing.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![allow(clippy::print_stdout, reason = "a bench prints its figure")]

mod common;

fn main() {
    let configuration = common::configuration();
    let reading = common::measure("read and check", 5, || common::reading(&configuration));
    common::measure("store", 5, || {
        let (home, mut store) = common::store();
        common::import(&mut store, &configuration, &reading);
        (home, store)
    });
    println!("{} rows", reading.report.rows.read);
}
