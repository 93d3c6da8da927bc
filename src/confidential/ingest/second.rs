//! A second count of a workbook's rows, by a reader that shares no code with ours: calamine. Comes in: the bytes of a workbook.
//! Goes out: of each sheet how many rows hold something; none where that reader does not open the workbook, and it opens
//! fewer than ours. It runs in a process of its own with the same limits (`apart`), beside the first. Deliberately absent: the
//! cells; what is stored comes from one reader.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write};
use std::process::{Child, ChildStdout};
use std::thread::Scope;

use calamine::{Data, Reader, open_workbook_auto_from_rs};

use crate::ingest::apart;

/// By name of a sheet: its rows in which something stands.
pub(super) type Rows = BTreeMap<String, u64>;

/// What the reading process is asked for in place of cells.
pub const COUNT: &str = "--count";

/// Bytes of a count: more sheets than that no export has.
const MOST: u64 = 1 << 20;

/// The work of the counting process: a workbook comes in, its counts go out.
///
/// # Errors
/// Where the input cannot be read or nobody listens to the output.
pub fn serve(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let rows = rows(&bytes).unwrap_or_default();
    output.write_all(&serde_json::to_vec(&rows)?)
}

/// The counts of every sheet that the other reader can read; none where it cannot open the workbook.
pub(super) fn rows(bytes: &[u8]) -> Option<Rows> {
    let mut workbook = open_workbook_auto_from_rs(Cursor::new(bytes)).ok()?;
    let mut counted = Rows::new();
    for name in workbook.sheet_names() {
        let Ok(range) = workbook.worksheet_range(&name) else { continue };
        let filled = range.rows().filter(|row| row.iter().any(is_filled)).count();
        counted.insert(name, filled as u64);
    }
    Some(counted)
}

fn is_filled(cell: &Data) -> bool {
    match cell {
        Data::Empty => false,
        Data::String(text) => !text.trim().is_empty(),
        Data::Int(_)
        | Data::Float(_)
        | Data::Bool(_)
        | Data::DateTime(_)
        | Data::DateTimeIso(_)
        | Data::DurationIso(_)
        | Data::Error(_) => true,
    }
}

/// A count that another process is at, where there is one that reads workbooks.
pub(super) struct Counting {
    process: Option<(Child, ChildStdout)>,
}

impl Counting {
    /// Starts it; what it is given is written by a thread of `scope`.
    pub(super) fn start<'scope>(scope: &'scope Scope<'scope, '_>, bytes: &'scope [u8]) -> Self {
        let seconds = apart::seconds(bytes);
        let started = apart::program().and_then(|program| apart::spawn(program, seconds, &[COUNT]).ok());
        let process = started.map(|(child, mut input, output)| {
            // Where the process ends early there is no count; a pipe that nobody reads is no news.
            scope.spawn(move || input.write_all(bytes));
            (child, output)
        });
        Self { process }
    }

    /// The counts. It computes from its first to its last moment, so its own limit of time ends it.
    pub(super) fn rows(self) -> Rows {
        let Some((mut child, output)) = self.process else { return Rows::new() };
        let mut text = Vec::new();
        let is_read = output.take(MOST).read_to_end(&mut text).is_ok();
        let is_sound = child.wait().is_ok_and(|status| status.success());
        if is_read && is_sound { serde_json::from_slice(&text).unwrap_or_default() } else { Rows::new() }
    }

    /// Ends it: nobody asks for the rows of what cannot be read.
    pub(super) fn give_up(self) {
        let Some((mut child, _)) = self.process else { return };
        // It may have ended by itself already.
        let _ = child.kill();
        let _ = child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_workbook_has_no_count() {
        assert_eq!(rows(b"case_ref,date\n1,2025-04-01\n"), None);
        let mut answer = Vec::new();
        serve(&b"PK\x03\x04"[..], &mut answer).expect("an answer");
        assert_eq!(answer, b"{}");
    }
}
