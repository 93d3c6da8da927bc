//! The whole job on synthetic exports, in a fresh workspace. Comes in: a seed. Goes out: a workspace like any other, and
//! the reports of its last quarter. Deliberately absent: any step that a real service's exports would not go through.

use std::path::{Path, PathBuf};

use model::digest::sha256;
use serde::Serialize;

use super::files::{write_folder, write_secret};
use super::workspace::{FIRST_PERSON, Passphrase, Workspace, init_with};
use super::{Error, Template};

/// What the demo made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoSummary {
    /// The workspace.
    pub workspace: PathBuf,
    /// The file that unlocks it: the demo's store holds nobody.
    pub passphrase_file: PathBuf,
    /// Cases in the store.
    pub cases: u64,
    /// The release folders.
    pub reports: Vec<PathBuf>,
}

/// The person of the demo who approves what the first one built.
pub const SECOND_PERSON: &str = "deputy";

/// A second person opens the workspace and approves what waits there.
fn approved_by_a_second(folder: &Path, mut workspace: Workspace, words: &str) -> Result<Vec<PathBuf>, Error> {
    let passphrase = Passphrase::new(words[16..32].to_owned());
    write_secret(&folder.join("keys").join("passphrase-of-deputy"), &words.as_bytes()[16..32])?;
    workspace.add_person(SECOND_PERSON, &passphrase)?;
    drop(workspace);
    Workspace::open_as(folder, &passphrase, Some(SECOND_PERSON))?.approve()
}

/// The last quarter that the demo's exports hold.
pub const LAST_QUARTER: &str = "2025-26-Q4";

/// Generates the exports of a seed, ingests them and reports their last quarter for each audience.
///
/// # Errors
/// As the commands it runs; [`Error::Exists`] where `out` is there already.
pub fn demo(out: Option<&Path>, seed: u64, progress: &dyn Fn(&str)) -> Result<DemoSummary, Error> {
    let folder = out.unwrap_or_else(|| Path::new("takeup-demo"));
    if folder.exists() {
        return Err(Error::Exists(folder.to_owned()));
    }
    progress("inventing cases");
    let exports = crate::demo::generate(seed);
    let words = sha256(format!("takeup demo {seed}").as_bytes());
    let passphrase = Passphrase::new(words[..16].to_owned());
    // The key that breaks ties comes from the seed, so that the same seed gives the same bytes.
    let tie_key: Vec<u8> = sha256(words.as_bytes()).into_bytes();
    let tie_key: [u8; 32] = std::array::from_fn(|at| tie_key[at]);
    progress("making a workspace");
    init_with(folder, Template::Advice, (FIRST_PERSON, &passphrase), false, Some(tie_key))?;
    let files = exports.iter().map(|export| (export.file_name.as_str(), export.bytes.as_slice()));
    write_folder(&folder.join("exports"), files)?;
    let passphrase_file = folder.join("keys").join("passphrase");
    write_secret(&passphrase_file, &words.as_bytes()[..16])?;
    let mut workspace = Workspace::open(folder, &passphrase)?;
    let mut cases = 0;
    for export in &exports {
        progress(&format!("reading {}", export.file_name));
        let report = workspace.ingest(&[folder.join("exports").join(&export.file_name)], None, false, &|_| ())?;
        cases += report.rows.outcome.map_or(0, |outcome| outcome.stored);
    }
    workspace.report(LAST_QUARTER, None, progress)?;
    progress("approving");
    let reports = approved_by_a_second(folder, workspace, &words)?;
    Ok(DemoSummary { workspace: folder.to_owned(), passphrase_file, cases, reports })
}
