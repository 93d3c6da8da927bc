//! The program `takeup`: parse, call, print, exit.

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    cli::run()
}
