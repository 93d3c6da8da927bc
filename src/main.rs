//! The program `takeup`: parse, call, print, exit.

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests bring about what they test"))]

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    cli::run()
}
