//! Workbooks are read by a process of their own, because no reader is trusted with what it is given. Comes in: the bytes of
//! a workbook. Goes out: its cells, or why there are none. The process is this program, started anew with an empty
//! environment, the workbook as its input and limits that it sets itself before it reads a byte; it opens no file, so that
//! neither store nor keys are within its reach. What it sends is believed only as far as it was checked (`stream`).
//! Deliberately absent: setting those limits, which is the program's (`cli`), and what a workbook looks like (`book`).

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use crate::ingest::book;
use crate::ingest::stream::{Book, Broken, Gather};

/// The command by which the program is asked to read a workbook; nobody types it.
pub const COMMAND: &str = "read-cells";
/// Bytes of address space of the reading process.
pub const MEMORY_BYTES: u64 = 1 << 30;
/// The exit code of a reading process that found a fault in itself.
pub const FAULT: u8 = 101;

/// Seconds that any workbook may take, and those that each MiB of it adds.
const SECONDS: u64 = 15;
const SECONDS_A_MIB: u64 = 2;
const CHUNK: usize = 256 << 10;
/// Chunks that wait to be looked at.
const WAITING: usize = 16;

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Says which program reads workbooks from now on: this one, by its path. Where nobody says so, as in the tests of this
/// crate, they are read in this process.
pub fn read_apart(program: PathBuf) {
    // Whoever says it twice says the same.
    let _ = PROGRAM.set(program);
}

/// The work of the reading process: a workbook comes in, its cells go out.
///
/// # Errors
/// Where the input cannot be read or nobody listens to the output.
pub fn serve(mut input: impl Read, output: impl Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    book::send(&bytes, io::BufWriter::with_capacity(CHUNK, output))
}

/// How the reading ended before the last cell.
#[derive(Debug)]
pub(super) enum Ended {
    /// The system does not start another process.
    NotStarted(io::ErrorKind),
    /// It took longer than the seconds that a workbook of this length may take.
    Slow(u64),
    /// It asked for more memory than it may have, or was ended by the system.
    Killed,
    /// It found a fault in itself, or what it sent makes no sense.
    Faulty,
}

impl From<Broken> for Ended {
    fn from(_: Broken) -> Self {
        Self::Faulty
    }
}

/// The program that reads workbooks, where one was named.
pub(super) fn program() -> Option<PathBuf> {
    PROGRAM.get().cloned()
}

/// The seconds that a workbook may take.
pub(super) const fn seconds(bytes: &[u8]) -> u64 {
    SECONDS + SECONDS_A_MIB * (bytes.len() as u64 >> 20)
}

/// The cells of a workbook, by another process where one was named.
pub(super) fn cells(bytes: &[u8]) -> Result<Book, Ended> {
    match program() {
        Some(program) => by(program, bytes),
        None => here(bytes),
    }
}

fn here(bytes: &[u8]) -> Result<Book, Ended> {
    struct Into(Gather);
    impl Write for Into {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.take(bytes).map(|()| bytes.len()).map_err(|_| io::ErrorKind::InvalidData.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut gather = Into(Gather::default());
    book::send(bytes, io::BufWriter::with_capacity(CHUNK, &mut gather)).map_err(|_| Ended::Faulty)?;
    Ok(gather.0.book()?)
}

/// Starts a process that is given a workbook, with the ends to write it to and to read its answer from.
pub(super) fn spawn(program: PathBuf, seconds: u64, more: &[&str]) -> io::Result<(Child, ChildStdin, ChildStdout)> {
    let mut child = Command::new(program)
        .args([COMMAND, &seconds.to_string()])
        .args(more)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // What a library says of a fault may quote a cell.
        .stderr(Stdio::null())
        .spawn()?;
    match (child.stdin.take(), child.stdout.take()) {
        (Some(input), Some(output)) => Ok((child, input, output)),
        (_, None) | (None, _) => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

fn by(program: PathBuf, bytes: &[u8]) -> Result<Book, Ended> {
    let seconds = seconds(bytes);
    let (mut child, mut input, output) =
        spawn(program, seconds, &[]).map_err(|error| Ended::NotStarted(error.kind()))?;
    thread::scope(|scope| {
        // Where the child ends early its exit says why; a pipe that nobody reads is no news.
        scope.spawn(move || input.write_all(bytes));
        let (send, receive) = sync_channel(WAITING);
        scope.spawn(move || pass_on(output, &send));
        let gathered = gathered(&receive, Duration::from_secs(seconds));
        if gathered.is_err() {
            // It may have ended by itself already.
            let _ = child.kill();
        }
        // Ends the thread that waits for somebody to take what it read.
        drop(receive);
        let status = child.wait();
        match gathered {
            Ok(gather) => gather.book().map_err(|_| ended(&status)),
            Err(Gave::Time) => Err(Ended::Slow(seconds)),
            Err(Gave::Nonsense) => Err(Ended::Faulty),
        }
    })
}

enum Gave {
    Time,
    Nonsense,
}

fn gathered(receive: &Receiver<Vec<u8>>, limit: Duration) -> Result<Gather, Gave> {
    let started = disk::clock::start();
    let mut gather = Gather::default();
    loop {
        let left = limit.checked_sub(started.elapsed()).ok_or(Gave::Time)?;
        match receive.recv_timeout(left) {
            Ok(bytes) => gather.take(&bytes).map_err(|_| Gave::Nonsense)?,
            Err(RecvTimeoutError::Timeout) => return Err(Gave::Time),
            Err(RecvTimeoutError::Disconnected) => return Ok(gather),
        }
    }
}

fn pass_on(mut output: impl Read, send: &SyncSender<Vec<u8>>) {
    loop {
        let mut chunk = vec![0; CHUNK];
        match output.read(&mut chunk) {
            Ok(0) => return,
            Ok(length) => {
                chunk.truncate(length);
                if send.send(chunk).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// What an exit before the end of the stream means.
fn ended(status: &io::Result<ExitStatus>) -> Ended {
    match status {
        // A signal: the system, or the program's own end where no memory is left.
        Ok(status) if status.code().is_none() => signalled(status),
        Ok(_) | Err(_) => Ended::Faulty,
    }
}

#[cfg(unix)]
fn signalled(status: &ExitStatus) -> Ended {
    use std::os::unix::process::ExitStatusExt;
    /// The number of the signal of a process that has used up its time, on every system that has the limit.
    const TIME: i32 = 24;
    if status.signal() == Some(TIME) { Ended::Slow(SECONDS) } else { Ended::Killed }
}

#[cfg(not(unix))]
const fn signalled(_: &ExitStatus) -> Ended {
    Ended::Killed
}
