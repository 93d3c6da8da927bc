//! The second person of a test's workspace.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What the second person is called.
pub const SECOND: &str = "second";
/// The second person's passphrase.
pub const WORDS_OF_SECOND: &str = "the second person's passphrase";

fn takeup(folder: &Path, passphrase: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.arg("-C").arg(folder).arg("--passphrase-file").arg(passphrase).args(arguments);
    command.stdin(Stdio::null()).output().expect("the program starts")
}

/// Where the second person of a workspace keeps the passphrase.
pub fn file_of_second(folder: &Path) -> PathBuf {
    folder.with_file_name("pass-of-second.txt")
}

/// Runs a command as the second person.
pub fn as_second(folder: &Path, arguments: &[&str]) -> Output {
    takeup(folder, &file_of_second(folder), &[&["--as", SECOND], arguments].concat())
}

/// Approves what awaits it; where nothing does, nothing happens.
pub fn approve(folder: &Path) {
    if folder.join("staging").exists() {
        let output = as_second(folder, &["approve"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
