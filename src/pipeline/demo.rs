//! The whole job on synthetic exports, in a fresh workspace. Comes in: a seed. Goes out: a workspace like any other, and
//! the reports of five quarters and a year. Deliberately absent: any step that a real service's exports would not go through.

use std::path::{Path, PathBuf};

use model::digest::sha256;
use serde::Serialize;

use super::init::init_with;
use super::workspace::{FIRST_PERSON, Passphrase, Workspace};
use super::{Error, IngestMode, Template};

/// What the demo made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoSummary {
    /// The workspace.
    pub workspace: PathBuf,
    /// The file that unlocks it: the demo's store holds nobody.
    pub passphrase_file: PathBuf,
    /// Cases in the store.
    pub cases: u64,
    /// The release folders of the last quarter.
    pub reports: Vec<PathBuf>,
    /// How many others lie beside them: of the quarters before, and of the year.
    pub others: usize,
}

/// The person of the demo who approves what the first one built.
pub const SECOND_PERSON: &str = "deputy";

/// A second person, who opens the workspace too.
fn second(folder: &Path, workspace: &mut Workspace, words: &str) -> Result<Workspace, Error> {
    let passphrase = Passphrase::new(words[16..32].to_owned());
    disk::write_new(&folder.join("keys").join("passphrase-of-deputy"), &words.as_bytes()[16..32])?;
    workspace.add_person(SECOND_PERSON, &passphrase)?;
    Workspace::open_as(folder, &passphrase, Some(SECOND_PERSON))
}

/// What the demo reports, in the order of the job: so the window of five quarters on the last page is one that earlier
/// releases showed, quarter by quarter.
pub const PERIODS: [&str; 6] = ["2024-25-Q4", "2025-26-Q1", "2025-26-Q2", "2025-26-Q3", LAST_QUARTER, "2025-26"];

/// The last quarter that the demo's exports hold.
pub const LAST_QUARTER: &str = "2025-26-Q4";

/// Generates the exports of a seed, ingests them and reports five quarters and the year for each audience.
///
/// # Errors
/// As the commands it runs; [`Error::Exists`] where `out` is there already.
pub fn demo(out: Option<&Path>, seed: u64, progress: &dyn Fn(&str)) -> Result<DemoSummary, Error> {
    let folder = out.unwrap_or_else(|| Path::new("takeup-demo"));
    if disk::is_there(folder)? {
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
    disk::write_folder(&folder.join("exports"), files, None)?;
    let passphrase_file = folder.join("keys").join("passphrase");
    disk::write_new(&passphrase_file, &words.as_bytes()[..16])?;
    let mut workspace = Workspace::open(folder, &passphrase)?;
    let mut cases = 0;
    for export in &exports {
        progress(&format!("reading {}", export.file_name));
        let report = workspace.ingest(
            &[folder.join("exports").join(&export.file_name)],
            None,
            IngestMode::default(),
            &|_| (),
        )?;
        cases += report.rows.outcome.map_or(0, |outcome| outcome.stored);
    }
    let mut second = second(folder, &mut workspace, &words)?;
    let (mut reports, mut earlier) = (Vec::new(), 0);
    for period in PERIODS {
        workspace.report(period, None, &|stage| progress(&format!("{period}: {stage}")))?;
        let released = second.approve()?;
        match period {
            LAST_QUARTER => reports = released,
            _ => earlier += released.len(),
        }
    }
    Ok(DemoSummary { workspace: folder.to_owned(), passphrase_file, cases, reports, others: earlier })
}
