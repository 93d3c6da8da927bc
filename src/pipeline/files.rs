//! Folders as the pipeline reads and writes them. Comes in: paths. Goes out: texts of a configuration, bytes of a folder that
//! somebody else may have changed, a dated folder. Deliberately absent: how files are read and written; that is `disk`'s.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use disk::{Kind, failed};
use model::config::{ConfigError, Document};

use super::Error;
use super::attacked::MANIFEST;

impl From<disk::Failed> for Error {
    fn from(disk::Failed { doing, path, source }: disk::Failed) -> Self {
        Self::System { doing, path, source }
    }
}

/// The text of every file below `root`, by path relative to it with forward slashes. What begins with a dot is an editor's or a
/// system's, and left alone.
///
/// # Errors
/// [`Error::Config`] where something is no text, or no file; a link to a folder could lead in a circle.
pub(super) fn read_texts(root: &Path) -> Result<BTreeMap<String, String>, Error> {
    let nothing = || Error::from(failed(root, "read the folder")(std::io::ErrorKind::NotFound.into()));
    let found = disk::tree(root)?.ok_or_else(nothing)?;
    let is_ours = |name: &str| !name.split('/').any(|part| part.starts_with('.'));
    let mut texts = BTreeMap::new();
    for (name, kind) in found.into_iter().filter(|(name, _)| is_ours(name)) {
        let path = root.join(&name);
        match kind {
            Kind::Folder => continue,
            Kind::File => {}
            Kind::Other if disk::is_file(&path)? => {}
            Kind::Other => {
                return Err(wrong(&name, "is a link to a folder, or no file", "Put files and folders there."));
            }
        }
        if name.contains(char::REPLACEMENT_CHARACTER) {
            return Err(wrong(&name, "has a name that is not UTF-8", "Give it another name, or move it elsewhere."));
        }
        texts.insert(name.clone(), text(&name, disk::read(&path)?)?);
    }
    Ok(texts)
}

fn wrong(name: &str, fact: &str, help: &str) -> Error {
    let document = Document::new(name, "");
    let (message, help) = (format!("{name} {fact}"), Some(help.to_owned()));
    ConfigError { document, span: None, message, help }.into()
}

/// The text of a file of the configuration.
fn text(name: &str, bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let document = Document::new(name, &String::from_utf8_lossy(error.as_bytes()));
        let error = document.error(at..at + char::REPLACEMENT_CHARACTER.len_utf8(), "not UTF-8 text");
        error.with_help("Save the file as UTF-8.").into()
    })
}

/// The bytes of a folder's `release.json`; none where it is none that could be attacked: a link, a pipe, not there, or of a size that no
/// release has.
///
/// # Errors
/// [`Error::System`] where the disk does not tell.
pub(super) fn read_manifest(folder: &Path) -> Result<Option<Vec<u8>>, Error> {
    const MOST_BYTES: u64 = 24 << 20;
    let path = folder.join(MANIFEST);
    match disk::kind(&path)? {
        Some(Kind::File) if disk::length(&path)? <= MOST_BYTES => Ok(Some(disk::read(&path)?)),
        _ => Ok(None),
    }
}

/// The first day that an archive can name, in seconds of Unix; the parts of workbooks bear it too.
const DAY: u64 = 315_532_800;

/// Writes a release. All its files and folders bear one day: when they were written is no business of whoever gets them.
pub(super) fn write_release<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<(), Error> {
    let day = SystemTime::UNIX_EPOCH + Duration::from_secs(DAY);
    Ok(disk::write_folder(folder, files, Some(day))?)
}

/// A value as the text of a JSON file that is to lie at `path`.
pub(super) fn json(path: &Path, value: &impl serde::Serialize) -> Result<Vec<u8>, Error> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| Error::System {
        doing: "write as JSON to",
        path: path.to_owned(),
        source: error.into(),
    })?;
    text.push(b'\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn config() -> tempfile::TempDir {
        let home = tempfile::tempdir().expect("a folder");
        disk::write_folder(home.path(), [("service.toml", &b"name = 1"[..]), ("codes/a.csv", b"code")], None)
            .expect("ours");
        home
    }

    #[test]
    fn what_begins_with_a_dot_is_left_alone() {
        let home = config();
        fs::write(home.path().join(".DS_Store"), b"\xff\xfe").expect("ours");
        fs::create_dir(home.path().join(".git")).expect("ours");
        fs::write(home.path().join(".git/HEAD"), "x").expect("ours");
        let names: Vec<String> = read_texts(home.path()).expect("texts").into_keys().collect();
        assert_eq!(names, ["codes/a.csv", "service.toml"]);
    }

    #[test]
    fn a_text_that_is_not_utf_8_is_named_with_line_and_column() {
        let home = config();
        fs::write(home.path().join("service.toml"), b"name = 1\n# caf\xe9\n").expect("ours");
        let Err(Error::Config(error)) = read_texts(home.path()) else { panic!("it is not UTF-8") };
        assert_eq!((&*error.document.path, error.line_and_column()), ("service.toml", (2, 6)));
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_circle_and_names_that_are_no_text_are_named() {
        use std::os::unix::ffi::OsStrExt;
        let home = config();
        let link = home.path().join("a");
        std::os::unix::fs::symlink("..", &link).expect("a link");
        assert!(
            matches!(read_texts(home.path()), Err(Error::Config(error)) if error.message.starts_with("a is a link"))
        );
        fs::remove_file(&link).expect("ours");
        std::os::unix::fs::symlink(home.path().join("service.toml"), &link).expect("a link to a file");
        assert_eq!(read_texts(home.path()).expect("texts")["a"], "name = 1");
        fs::write(home.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9.csv")), "x").expect("ours");
        assert!(matches!(read_texts(home.path()), Err(Error::Config(error)) if error.message.contains("not UTF-8")));
    }
}
