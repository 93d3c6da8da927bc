//! One change of a workspace at a time. Comes in: its folder, what is done and by whom. Goes out: a lock that the system gives back
//! when it is dropped, or the process ends in whatever way. Deliberately absent: waiting for what takes long, and a lock on
//! reading: whoever reads has a snapshot of the store, and folders that get their names whole.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use disk::{clock, failed};

use super::Error;

/// How long to wait for somebody who is done at once, and how often to look.
const PATIENCE: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(50);

/// Holds the workspace as long as it lives.
#[derive(Debug)]
pub(super) struct Held(File);

impl Drop for Held {
    fn drop(&mut self) {
        // Nobody holds it any more, so nobody is named; the system gives the lock back even where this fails.
        let _ = self.0.set_len(0);
    }
}

/// Takes the workspace in `folder` for `doing`, as `person`.
///
/// # Errors
/// [`Error::Busy`] with who has it and since when; [`Error::System`] where the file of the lock cannot be made.
pub(super) fn hold(folder: &Path, doing: &str, person: &str) -> Result<Held, Error> {
    let path = path(folder);
    let mut file = disk::open_lock(&path)?;
    let mut left = PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(source)) => return Err(failed(&path, "lock")(source).into()),
            Err(TryLockError::WouldBlock) if left.is_zero() => return Err(Error::Busy { holder: holder(&mut file) }),
            Err(TryLockError::WouldBlock) => {
                sleep(LOOK);
                left = left.saturating_sub(LOOK);
            }
        }
    }
    let since = jiff::Timestamp::try_from(clock::now()).unwrap_or_default().strftime("%Y-%m-%d %H:%M UTC");
    let who = format!("`{doing}` by {person}, since {since}\n");
    // Who holds it is only told; a full disk must not stop what could make room.
    let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(who.as_bytes()));
    Ok(Held(file))
}

fn path(folder: &Path) -> PathBuf {
    folder.join("store").join("lock")
}

/// Takes the workspace for a look that is over at once; none where somebody is at work.
///
/// # Errors
/// [`Error::System`] where the file of the lock cannot be made or locked.
pub(super) fn take_if_free(folder: &Path) -> Result<Option<File>, Error> {
    let path = path(folder);
    let file = disk::open_lock(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(failed(&path, "lock")(source).into()),
    }
}

/// What the holder wrote; some systems let nobody read a locked file.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(200).read_to_string(&mut text));
    let line = text.lines().next().unwrap_or_default().trim();
    if read.is_err() || line.is_empty() { "another command".to_owned() } else { line.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_second_is_told_who_works_and_comes_in_once_that_is_done() {
        let home = tempfile::tempdir().expect("a folder");
        let first = hold(home.path(), "report", "manager").expect("nobody holds it");
        let second = hold(home.path(), "ingest", "deputy");
        let Err(Error::Busy { holder }) = second else { panic!("two at once: {second:?}") };
        assert!(holder.starts_with("`report` by manager, since 20"), "{holder}");
        drop(first);
        hold(home.path(), "ingest", "deputy").expect("nobody holds it any more");
    }
}
