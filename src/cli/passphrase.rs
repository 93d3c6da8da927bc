//! Where a passphrase comes from: a file, a file descriptor, or a prompt on a terminal. Deliberately absent: arguments and
//! environment variables, which other users of the machine can read.

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::path::Path;

use takeup::pipeline::Passphrase;

use super::failure::Failure;
use super::globals::Globals;

/// No passphrase is longer.
const BYTES_MAX: u64 = 4096;

/// The passphrase of a store that exists.
pub fn existing(globals: &Globals) -> Result<Passphrase, Failure> {
    match given(globals)? {
        Some(text) => checked(text),
        None => checked(prompt("Passphrase: ")?),
    }
}

/// The passphrase of a store that is about to be made; a prompt asks twice.
pub fn new(globals: &Globals) -> Result<Passphrase, Failure> {
    if let Some(text) = given(globals)? {
        return checked(text);
    }
    let first = prompt("New passphrase: ")?;
    if prompt("The same again: ")? != first {
        return Err(Failure::usage("the two passphrases differ", "Nothing was written. Try again."));
    }
    checked(first)
}

/// The passphrase of somebody else, who is to be added; a prompt asks twice.
pub fn of_another(file: Option<&Path>) -> Result<Passphrase, Failure> {
    let Some(path) = file else {
        let first = prompt("The new person's passphrase: ")?;
        if prompt("The same again: ")? != first {
            return Err(Failure::usage("the two passphrases differ", "Nobody was added. Try again."));
        }
        return checked(first);
    };
    let failed = |source| Failure::System { doing: "read the passphrase file", path: path.to_owned(), source };
    let opened = disk::open_given(path).map_err(failed)?;
    refuse_if_others_can_read(&opened, path)?;
    checked(first_line(opened).map_err(failed)?)
}

fn checked(text: String) -> Result<Passphrase, Failure> {
    if text.is_empty() {
        let next = "Put it on the first line of the file, or type it at the prompt.";
        return Err(Failure::usage("the passphrase is empty", next));
    }
    Ok(Passphrase::new(text))
}

fn given(globals: &Globals) -> Result<Option<String>, Failure> {
    if let Some(path) = &globals.passphrase_file {
        let failed = |source| Failure::System { doing: "read the passphrase file", path: path.clone(), source };
        let file = disk::open_given(path).map_err(failed)?;
        refuse_if_others_can_read(&file, path)?;
        return first_line(file).map(Some).map_err(failed);
    }
    let Some(number) = globals.passphrase_fd else { return Ok(None) };
    // The system's own name for an open descriptor; taking one by number would need unsafe code.
    let path = Path::new("/dev/fd").join(number.to_string());
    let failed = |source| Failure::System { doing: "read the passphrase from", path: path.clone(), source };
    disk::open_given(&path).and_then(first_line).map(Some).map_err(failed)
}

fn first_line(file: impl Read) -> std::io::Result<String> {
    let mut line = String::new();
    BufReader::new(file.take(BYTES_MAX)).read_line(&mut line)?;
    line.truncate(line.trim_end_matches(['\n', '\r']).len());
    Ok(line)
}

fn prompt(question: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        let next = "Give --passphrase-file FILE or --passphrase-fd FD; without a terminal nothing is asked.";
        return Err(Failure::usage("there is no passphrase", next));
    }
    let failed = |source| Failure::System { doing: "read the passphrase from", path: "the terminal".into(), source };
    rpassword::prompt_password(question).map_err(failed)
}

/// Whoever can read the passphrase can read the store, so it is none.
#[cfg(unix)]
fn refuse_if_others_can_read(file: &File, path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let failed = |source| Failure::System { doing: "look at the passphrase file", path: path.to_owned(), source };
    let facts = file.metadata().map_err(failed)?;
    if facts.is_file() && facts.permissions().mode() & 0o077 != 0 {
        let path = path.display();
        let next =
            format!("Nothing was done. `chmod 600 {path}` keeps it yours; choose a new passphrase if others had it.");
        return Err(Failure::usage(&format!("other users can read the passphrase file {path}"), &next));
    }
    Ok(())
}

#[cfg(not(unix))]
const fn refuse_if_others_can_read(_file: &File, _path: &Path) -> Result<(), Failure> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_passphrase_whatever_ends_it() {
        for text in ["open sesame", "open sesame\n", "open sesame\r\nand a remark\n"] {
            assert_eq!(first_line(text.as_bytes()).expect("bytes can be read"), "open sesame");
        }
    }

    #[test]
    fn spaces_are_part_of_a_passphrase() {
        assert_eq!(first_line(" a b \n".as_bytes()).expect("bytes can be read"), " a b ");
    }
}
