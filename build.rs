//! Builds the program again when a configuration template changes; the macro that embeds them cannot tell cargo so.

#[allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
fn main() {
    println!("cargo::rerun-if-changed=config");
}
