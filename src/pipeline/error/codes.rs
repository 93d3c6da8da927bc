//! The exit code of each error of a crate. Comes in: the error. Goes out: the code, as README lists them. Deliberately absent: words.

use confidential::assemble::AssembleError;
use confidential::extract::global::GlobalError;
use confidential::extract::local::LocalError;
use confidential::extract::microdata::MicrodataError;
use confidential::extract::recode::ExtractError;
use confidential::protect::ProtectError;
use confidential::store::StoreError;
use confidential::store::keys::KeyError;
use confidential::tabulate::TabulateError;

/// A disk that refuses, and somebody who is at work, pass; what is wrong with the store itself does not.
pub(in crate::pipeline) fn store_code(error: &StoreError) -> u8 {
    match error {
        StoreError::Pending { .. } => 5,
        StoreError::Io { .. } | StoreError::Disk { .. } | StoreError::Unfinished { .. } => 8,
        StoreError::InUse { .. } | StoreError::Changed => 8,
        StoreError::Key(error) => key_code(error),
        StoreError::AlreadyExists { .. }
        | StoreError::Missing { .. }
        | StoreError::Empty { .. }
        | StoreError::WrongKey { .. }
        | StoreError::Damaged { .. }
        | StoreError::OtherApplication { .. }
        | StoreError::NewerSchema { .. }
        | StoreError::Engine { .. }
        | StoreError::Unreadable { .. }
        | StoreError::Shape { .. }
        | StoreError::NoCaseKey { .. }
        | StoreError::NoDate { .. }
        | StoreError::NoField { .. }
        | StoreError::NoEvent { .. }
        | StoreError::NoDigest { .. }
        | StoreError::ReleaseExists { .. }
        | StoreError::NotPending { .. }
        | StoreError::NoPeriod { .. }
        | StoreError::AlreadyFrozen { .. } => 7,
    }
}

pub(super) fn key_code(error: &KeyError) -> u8 {
    match error {
        KeyError::Io { .. } | KeyError::NoRandomness => 8,
        KeyError::AlreadyExists { .. }
        | KeyError::Missing { .. }
        | KeyError::WrongPassphrase { .. }
        | KeyError::Damaged { .. }
        | KeyError::Changed { .. }
        | KeyError::ForFewer { .. }
        | KeyError::NoPerson { .. }
        | KeyError::NotAmong { .. }
        | KeyError::NoPassphrase => 7,
    }
}

pub(super) fn extract_code(error: &ExtractError) -> u8 {
    match error {
        ExtractError::Table(_) | ExtractError::Hierarchy(_) => 4,
        ExtractError::Microdata(
            MicrodataError::Hierarchy(_)
            | MicrodataError::Population { .. }
            | MicrodataError::FormulaValue { .. }
            | MicrodataError::FormulaLabel { .. },
        ) => 4,
        ExtractError::Microdata(
            MicrodataError::UnknownColumn { .. } | MicrodataError::Twice { .. } | MicrodataError::NoQuasi,
        ) => 2,
        ExtractError::Model(_) | ExtractError::Share | ExtractError::Weight => 2,
        ExtractError::NoFolder { .. } | ExtractError::NotQuasi { .. } => 2,
        ExtractError::Global(GlobalError::None { .. } | GlobalError::Few { .. } | GlobalError::Budget { .. }) => 5,
        ExtractError::Local(LocalError::None) => 5,
        ExtractError::Local(LocalError::Population | LocalError::Metric { .. } | LocalError::Budget) => 2,
    }
}

pub(super) fn protect_code(error: &ProtectError) -> u8 {
    let is_refused = matches!(
        error,
        ProtectError::Impossible { .. } | ProtectError::NotAdditive { .. } | ProtectError::Method { .. }
    );
    if is_refused { 5 } else { 1 }
}

pub(super) fn assemble_code(error: &AssembleError) -> u8 {
    match error {
        AssembleError::Store(error) | AssembleError::Tabulate(TabulateError::Store(error)) => store_code(error),
        AssembleError::Manifest { .. } | AssembleError::Tabulate(TabulateError::Frozen) => 7,
        AssembleError::Tabulate(TabulateError::ForeignCode { .. }) | AssembleError::Forgotten { .. } => 3,
        AssembleError::NoTables { .. } | AssembleError::KnownCode { .. } | AssembleError::KnownOtherwise { .. } => 3,
        AssembleError::Tabulate(TabulateError::Recoded | TabulateError::Contradicted { .. }) => 3,
        AssembleError::NotReleased { .. } | AssembleError::Unchanged { .. } | AssembleError::Scope { .. } => 2,
        AssembleError::TooFew { .. } => 5,
        AssembleError::Empty { .. } | AssembleError::NotRecorded { .. } => 4,
        AssembleError::Protect(error) => protect_code(error),
        AssembleError::Seal(_) => 1,
        AssembleError::Tabulate(TabulateError::Group(_)) => 1,
    }
}
