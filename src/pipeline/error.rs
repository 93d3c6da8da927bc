//! Every error of the program with its exit code and the next step. Comes in: the crates' own errors. Goes out: one
//! enum. Deliberately absent: any value of a person.

use std::io::ErrorKind;
use std::path::PathBuf;

use ::verify::VerifyError;
use confidential::assemble::AssembleError;
use confidential::case::CaseError;
use confidential::extract::hierarchy::HierarchyError;
use confidential::extract::microdata::MicrodataError;
use confidential::extract::recode::ExtractError;
use confidential::extract::table::TableError;
use confidential::ingest::IngestError;
use confidential::issues::IssuesError;
use confidential::protect::ProtectError;
use confidential::store::StoreError;
use confidential::store::keys::KeyError;
use confidential::tabulate::TabulateError;
use model::Verdict;
use model::config::ConfigError;
use model::period::UnknownPeriod;
use model::release::SealError;
use thiserror::Error;

use super::attacked::Difference;
use super::{issues, remedy};
use codes::{assemble_code, extract_code, key_code, protect_code};

mod codes;

pub(super) use codes::store_code;

/// What stopped a command.
#[derive(Debug, Error)]
pub enum Error {
    /// `config/` is wrong.
    #[error("the configuration is wrong: {0}")]
    Config(#[from] Box<ConfigError>),
    /// An export is wrong.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The store cannot be opened or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key cannot be made or unlocked.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The report cannot be made.
    #[error(transparent)]
    Assemble(#[from] AssembleError),
    /// The issue list cannot be made.
    #[error(transparent)]
    Issues(#[from] IssuesError),
    /// A statistician's case is wrong.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// An extract cannot be made.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// A recipient would get rows of the same months twice.
    #[error("{0} holds rows of these months for the same recipient")]
    EarlierExtract(PathBuf),
    /// Rows of months whose figures are not released yet.
    #[error("not all of {period} has been released, so nobody has decided yet what may be told of it")]
    NotReported {
        /// As given.
        period: String,
    },
    /// A period without a case.
    #[error("the store has no case in {period}")]
    NoCases {
        /// As given.
        period: String,
    },
    /// The tables of a case cannot be protected.
    #[error(transparent)]
    Protect(#[from] ProtectError),
    /// The tables of a case do not hold together.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A page cannot be drawn.
    #[error(transparent)]
    Render(#[from] render::RenderError),
    /// A folder cannot be attacked.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The attack found a way in.
    #[error("verify {}", ::verify::verdict::found(.0))]
    Disclosure(Box<Verdict>),
    /// Tables force what no table shows, whatever else is hidden.
    #[error("after {rounds} rounds of hiding more, tables still force a few people in {}", combinations.join(" and in "))]
    Forced {
        /// Builds that hid more for what was forced before.
        rounds: usize,
        /// The combinations, by their codes.
        combinations: Vec<String>,
    },
    /// What was built waits for a second person.
    #[error("{} was built by {builder} and awaits approval", releases.join(" and "))]
    Awaiting {
        /// Names of the releases.
        releases: Vec<String>,
        /// Who built them.
        builder: String,
    },
    /// There is nothing to approve.
    #[error("nothing awaits approval")]
    NothingAwaits,
    /// Nobody approves their own work.
    #[error("{} was built by {builder}, who cannot approve it", releases.join(" and "))]
    OwnWork {
        /// Names of the releases.
        releases: Vec<String>,
        /// Who built them, and asks.
        builder: String,
    },
    /// Nobody approves what was built before they came.
    #[error("{release} was built before {person} was added, or had the key that they have now")]
    Newcomer {
        /// Who asks.
        person: String,
        /// What they were to approve.
        release: String,
    },
    /// Two people with one passphrase are one.
    #[error("the passphrase is that of somebody who can open the workspace already")]
    SamePassphrase,
    /// What lies in staging is not what was attacked.
    #[error("{release} is not as it was when it was attacked: {difference}")]
    Altered {
        /// The release.
        release: String,
        /// What is not.
        difference: Difference,
    },
    /// Something lies in `staging/` that nothing built.
    #[error("{} is none of the releases that await approval", path.display())]
    NotOurs {
        /// What lies there.
        path: PathBuf,
    },
    /// Something lies in `reports/` that was never released.
    #[error("{} is no release that anybody approved", path.display())]
    Unapproved {
        /// What lies there.
        path: PathBuf,
    },
    /// Something lies in `reports/` under the name of what was to be released.
    #[error("reports/ has something called {release} that is not what was attacked under that name")]
    InTheWay {
        /// The release.
        release: String,
    },
    /// The store of before a release was put back.
    #[error("the store is older than its anchor: releases were made that it does not know")]
    OlderStore,
    /// The same, told by a released folder.
    #[error("{release} was released, and the store does not know it")]
    UnknownRelease {
        /// The release.
        release: String,
    },
    /// Approved, and its last steps failed.
    #[error("the release is approved, and not finished: {0}")]
    Unfinished(Box<Error>),
    /// Somebody else changes the workspace.
    #[error("the workspace is in use: {holder}")]
    Busy {
        /// What is done, by whom, since when.
        holder: String,
    },
    /// An identity whose public key the store does not know.
    #[error("the store does not know whose identity this is")]
    Stranger,
    /// A name that no person can have.
    #[error("{0:?} is no name for a person here")]
    Name(String),
    /// A cell that no released table has.
    #[error("{release} has no such cell: {what}")]
    NoCell {
        /// The release.
        release: String,
        /// Which part of the question has no answer.
        what: String,
    },
    /// A period's name is none.
    #[error(transparent)]
    Period(#[from] UnknownPeriod),
    /// A name that the configuration does not have.
    #[error("there is no {what} called {name:?}; there are {allowed}")]
    NoSuch {
        /// `audience`, `source`, `report`.
        what: &'static str,
        /// As given.
        name: String,
        /// What there is.
        allowed: String,
    },
    /// The folder is no workspace.
    #[error("{0} is not a workspace: it has no config/service.toml")]
    NoWorkspace(PathBuf),
    /// A folder that was named as one of configuration and is none.
    #[error("{} holds no configuration: there is no service.toml", .0.display())]
    NoConfiguration(PathBuf),
    /// Something is in the way.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// Something of an earlier run is in the way.
    #[error("{0} exists already")]
    OutputExists(PathBuf),
    /// Something that no run of ours made is in the way.
    #[error("{0} is no folder that this program wrote: it has no release.json")]
    OutputForeign(PathBuf),
    /// A place that nothing may be written to.
    #[error("the report {0} would lie in the folder that is to be passed on")]
    ReportInside(PathBuf),
    /// A file in a folder that is not there.
    #[error("{0} cannot be written: its folder does not exist")]
    NoPlace(PathBuf),
    /// One file in two roles of one run.
    #[error("{0} is named for two things; one would be written over the other")]
    SamePlace(PathBuf),
    /// A release in the ledger that is not in its folder as it was released.
    #[error("{release} was released, and is not as it was: {difference}")]
    Archive {
        /// Its name.
        release: String,
        /// What is not.
        difference: Difference,
    },
    /// The reason of a correction is printed on its page.
    #[error("the reason of a correction is one line of at most {most} letters")]
    Reason {
        /// Letters.
        most: usize,
    },
    /// What a correction names as wrong cannot be read.
    #[error(transparent)]
    Scope(#[from] model::scope::ScopeError),
    /// Disk or system.
    #[error("could not {doing} {path}: {source}")]
    System {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::Config(Box::new(error))
    }
}

impl Error {
    /// The process's exit code; see the table in README.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            _ if self.unreadable().is_some_and(disk::is_of_disk) => 8,
            Self::Render(_) | Self::Seal(_) => 1,
            Self::Period(_)
            | Self::NoSuch { .. }
            | Self::NoWorkspace(_)
            | Self::NoConfiguration(_)
            | Self::Exists(_)
            | Self::Reason { .. }
            | Self::Scope(_) => 2,
            Self::OutputExists(_)
            | Self::OutputForeign(_)
            | Self::ReportInside(_)
            | Self::SamePlace(_)
            | Self::NoPlace(_) => 2,
            Self::NothingAwaits | Self::SamePassphrase | Self::Name(_) | Self::NoCell { .. } => 2,
            Self::Awaiting { .. } | Self::OwnWork { .. } | Self::Newcomer { .. } | Self::Forced { .. } => 5,
            Self::Altered { .. } | Self::InTheWay { .. } | Self::NotOurs { .. } | Self::Unapproved { .. } => 6,
            Self::Stranger | Self::OlderStore | Self::UnknownRelease { .. } => 7,
            Self::Unfinished(error) => error.exit_code(),
            Self::Config(_) => 3,
            Self::Ingest(_) | Self::Case(_) => 4,
            Self::Protect(ProtectError::NotFrozen { .. } | ProtectError::NotRelated { .. }) => 4,
            Self::Extract(error) => extract_code(error),
            Self::EarlierExtract(_) | Self::NotReported { .. } => 5,
            Self::NoCases { .. } => 4,
            Self::Protect(error) => protect_code(error),
            Self::Issues(error) => issues::exit_code(error),
            Self::Assemble(error) => assemble_code(error),
            Self::Disclosure(_) => 6,
            Self::Verify(_) => 2,
            Self::Store(error) => store_code(error),
            Self::Key(error) => key_code(error),
            Self::Archive { .. } => 7,
            Self::System { .. } | Self::Busy { .. } => 8,
        }
    }

    /// Why the system did not give a file that somebody named.
    fn unreadable(&self) -> Option<ErrorKind> {
        if let Self::Ingest(IngestError::Unreadable { reason, .. }) = self {
            return Some(*reason);
        }
        let (Self::Case(CaseError::Unreadable { source, .. })
        | Self::Extract(
            ExtractError::Table(TableError::Unreadable { source, .. })
            | ExtractError::Hierarchy(HierarchyError::Unreadable { source, .. })
            | ExtractError::Microdata(MicrodataError::Hierarchy(HierarchyError::Unreadable { source, .. })),
        )
        | Self::Verify(VerifyError::Unreadable { source, .. })) = self
        else {
            return None;
        };
        Some(source.kind())
    }

    /// What to do next.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        let text = match self {
            _ if self.unreadable().is_some_and(disk::is_of_disk) => {
                "Store and reports are as they were. See to the disk, then run again."
            }
            Self::Config(error) => return error.help.clone(),
            Self::Ingest(error) => remedy::of_ingest(error),
            Self::Case(error) => remedy::of_case(error),
            Self::Issues(error) => issues::remedy(error),
            Self::Extract(error) => remedy::of_extract(error),
            Self::EarlierExtract(_) => {
                "Nothing was written. Whoever compared two would see who came or went. Pass on the one that is there."
            }
            Self::NotReported { .. } => {
                "Nothing was written. Make and approve the reports of these months first: `takeup report --period P`."
            }
            Self::NoCases { .. } => {
                "Nothing was written. Ingest the exports of that period first, or name another period."
            }
            Self::Protect(ProtectError::Impossible { .. }) => {
                "Nothing was written. Make its categories coarser, or leave the table out."
            }
            Self::Protect(ProtectError::NotFrozen { .. }) => {
                "Nothing was written. Count a released period as its release did; corrections are codes of their own."
            }
            Self::Protect(ProtectError::NotRelated { .. }) => "Nothing was written. Mend the counts or the relation.",
            Self::Protect(ProtectError::Method { .. }) => {
                "Nothing was written. Take a larger base or a larger change, or leave small counts hidden."
            }
            Self::Protect(ProtectError::NotAdditive { .. })
            | Self::Assemble(AssembleError::Protect(ProtectError::NotAdditive { .. })) => {
                "Nothing was written. Round at random or to the nearest instead, or take another base."
            }
            Self::Protect(_) | Self::Seal(_) => "This is a fault of the program. Nothing was written.",
            Self::OutputExists(_) => "Nothing was written. Choose another place, or write over it with --force.",
            Self::NoPlace(_) => "Nothing was written. Make the folder, or name another.",
            Self::SamePlace(_) => "Nothing was written. Name another file for one of them.",
            Self::OutputForeign(_) => "Nothing was written. Choose another folder: --force replaces releases only.",
            Self::ReportInside(_) => {
                "Nothing was written. It says what a reader must not learn; name a file outside the folder."
            }
            Self::Store(error) | Self::Assemble(AssembleError::Store(error)) => remedy::of_store(error),
            Self::Key(error) => remedy::of_key(error),
            Self::Assemble(AssembleError::Empty { .. }) => {
                "Nothing was released. Ingest the exports of that period first, or name another period."
            }
            Self::Assemble(AssembleError::NotRecorded { .. }) => {
                "Nothing was released. Name another period; or take it out of `not_recorded` once its cases were ingested."
            }
            Self::Assemble(AssembleError::Protect(_)) => {
                "Nothing was released. Leave the named table out of the report, or make its categories coarser."
            }
            Self::Assemble(AssembleError::KnownCode { .. }) => {
                "Nothing was released. Codes stand there as in released tables; a code that no table shows bounds nothing, so leave its line out."
            }
            Self::Assemble(AssembleError::KnownOtherwise { .. }) => {
                "Nothing was released. Mend the figure, or leave its line out: what readers believe and is not so says nothing of the cases."
            }
            Self::Assemble(AssembleError::NoTables { .. }) => "Add a table for that audience to config/reports.",
            Self::Assemble(AssembleError::NotReleased { .. }) => {
                "Without --correct the period is reported for the first time."
            }
            Self::Assemble(AssembleError::Unchanged { .. }) => {
                "Ingest the corrected export first. Late cases are no correction: they are counted where they came in. Nor \
                 are dates: a case stays in the month in which it was counted."
            }
            Self::Assemble(AssembleError::TooFew { .. }) => {
                "Nothing was released. The store has it right. Correct it together with more, or not at all: the versions \
                 side by side would show what changed for these few."
            }
            Self::Assemble(AssembleError::Tabulate(TabulateError::Recoded)) => {
                "Put dimensions, codes and bands in config/ back as they were at the release; then correct."
            }
            Self::Scope(_) | Self::Assemble(AssembleError::Scope { .. }) => {
                "Name each dimension that was wrong, `--scope borough`, or with all codes among which cases moved, `--scope borough=Queens,Brooklyn`."
            }
            Self::Assemble(AssembleError::Tabulate(TabulateError::Contradicted { .. })) => {
                "Give the rule another sentence: then it is a new one, and holds for months that are not released yet."
            }
            Self::Reason { .. } => "Say in plain words what was wrong; it is printed on the page and names nobody.",
            Self::Assemble(AssembleError::Forgotten { .. }) => {
                "Put it back into config/: what was published once stays part of every later check."
            }
            Self::Assemble(_) | Self::Render(_) => "This is a fault of the program. Nothing was released.",
            Self::Awaiting { .. } => {
                "Nothing was made. `takeup approve` releases it, by another person; `takeup approve --refuse` drops it."
            }
            Self::Forced { .. } => {
                "Nothing was released. Leave out one of the tables that share these dimensions, or make it coarser."
            }
            Self::NothingAwaits => "`takeup report --period P` builds a release.",
            Self::OwnWork { .. } => {
                "Nothing was released. Another person must look at it; `takeup keys add NAME` adds one."
            }
            Self::Newcomer { .. } => {
                "Nothing was released. Somebody who was there then must look at it; or refuse it and build it again."
            }
            Self::SamePassphrase => "Nobody was added. Each person chooses one of their own, and tells nobody.",
            Self::Altered { .. } => "Nothing was released. `takeup approve --refuse` drops it; then build it again.",
            Self::InTheWay { .. } | Self::NotOurs { .. } => {
                "Nothing was released. Look at it, move it elsewhere, then approve again."
            }
            Self::Unapproved { .. } => "Move it elsewhere: whoever reads reports/ takes it for released.",
            Self::OlderStore | Self::UnknownRelease { .. } => {
                "Nothing was changed. Put the newest store back from your backup: what was released once is never counted anew."
            }
            Self::Unfinished(_) => "See to the disk. The next command that changes anything finishes it.",
            Self::Busy { .. } => "Nothing was changed. Try again when that is done.",
            Self::Stranger => "Somebody who can open the store adds a person with `takeup keys add NAME`.",
            Self::Name(_) => "Use lower-case letters, digits and hyphens, at most 32.",
            Self::NoCell { .. } => {
                "`release.json` and the files of data/ have the tables, their columns and their codes."
            }
            Self::Disclosure(_) => "Nothing was released. The findings above name the file and the place of each.",
            Self::NoConfiguration(_) => "Name the folder `config` of a workspace.",
            Self::NoWorkspace(_) => "`takeup init DIR` makes one; -C DIR names another folder.",
            Self::Exists(_) => "Choose another folder. A store or a key is never overwritten, with --force or without.",
            Self::Archive { .. } => "Put the folder back from your archive: a released period is never made anew.",
            Self::System { .. } => "Store and reports are as they were. See to the disk or the folder's rights.",
            Self::Verify(VerifyError::Register { .. } | VerifyError::RegisterColumns { .. }) => {
                "Nothing was attacked. A register is CSV with a header, and its columns are called as the extract's are."
            }
            Self::Verify(VerifyError::Unreadable { .. }) => "Nothing was attacked. See to the rights of the file.",
            Self::Verify(_) => "Name a folder that holds a release.json.",
            Self::Period(_) | Self::NoSuch { .. } => return None,
        };
        Some(text.to_owned())
    }
}
