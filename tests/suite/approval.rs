//! The second person of a test's workspace.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What the second person is called.
pub const SECOND: &str = "second";

fn takeup(folder: &Path, passphrase: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeup"));
    command.arg("-C").arg(folder).arg("--passphrase-file").arg(passphrase).args(arguments);
    command.stdin(Stdio::null()).output().expect("the program starts")
}

/// Adds the second person where they are not there yet, and runs a command as them.
pub fn as_second(folder: &Path, passphrase: &Path, arguments: &[&str]) -> Output {
    let file = folder.with_file_name("pass-of-second.txt");
    if !folder.join("keys").join(format!("{SECOND}.age")).exists() {
        fs::write(&file, "the second person's passphrase\n").expect("a temporary folder can be written");
        let path = file.to_str().expect("temporary folders have plain names");
        let added = takeup(folder, passphrase, &["keys", "add", SECOND, "--new-passphrase-file", path]);
        assert_eq!(added.status.code(), Some(0), "{}", String::from_utf8_lossy(&added.stderr));
    }
    takeup(folder, &file, &[&["--as", SECOND], arguments].concat())
}

/// Approves what awaits it; where nothing does, nothing happens.
pub fn approve(folder: &Path, passphrase: &Path) {
    if folder.join("staging").exists() {
        let output = as_second(folder, passphrase, &["approve"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
