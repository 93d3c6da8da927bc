//! `takeup read-cells`: the process that reads workbooks for another one of this program (`confidential::ingest::apart`). Comes
//! in: a workbook on stdin. Goes out: its cells on stdout. It sets its own limits before it reads a byte, and says nothing
//! else to anybody. Deliberately absent: workspace, store, keys.

use std::io;
use std::process::ExitCode;

use clap::Args;
use takeup::pipeline::reading;

/// The process that reads workbooks; another one of this program starts it
#[derive(Debug, Args)]
pub struct ReadCells {
    /// Seconds of computing that it may take
    seconds: u64,
    /// Count rows with another reader, and send no cell
    #[arg(long)]
    count: bool,
}

impl ReadCells {
    /// Runs the command.
    pub fn run(&self) -> ExitCode {
        // What a library says of a fault may quote a cell.
        std::panic::set_hook(Box::new(|_| {}));
        confine(self.seconds);
        let work = || match self.count {
            true => reading::serve_count(io::stdin().lock(), io::stdout().lock()),
            false => reading::serve(io::stdin().lock(), io::stdout().lock()),
        };
        match std::panic::catch_unwind(work) {
            Ok(Ok(())) => ExitCode::SUCCESS,
            Ok(Err(_)) | Err(_) => ExitCode::from(reading::FAULT),
        }
    }
}

/// No more memory and time than a workbook needs, no file written, none opened but the three that are open, no other
/// process. A system that refuses one of these has its own rules; the other process still waits no longer than its own limit.
#[cfg(unix)]
fn confine(seconds: u64) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none_opened = 3;
    let limits = [
        (Resource::As, reading::MEMORY_BYTES),
        (Resource::Cpu, seconds),
        (Resource::Fsize, 0),
        (Resource::Nofile, none_opened),
        (Resource::Nproc, 0),
        (Resource::Core, 0),
    ];
    for (resource, most) in limits {
        // The signal that says that time is up comes at the first of two limits of it.
        let last = if resource == Resource::Cpu { most + 5 } else { most };
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(last) });
    }
}

/// Elsewhere the time limit of the process that waits, and the bounds of the readers, are all there is.
#[cfg(not(unix))]
const fn confine(_: u64) {}
