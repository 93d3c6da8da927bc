//! The next step for errors of cases, ingest, store and keys. Comes in: an error. Goes out: a sentence or two that say what
//! happened to the data and what to do.

use confidential::case::CaseError;
use confidential::extract::global::GlobalError;
use confidential::extract::hierarchy::HierarchyError;
use confidential::extract::local::LocalError;
use confidential::extract::microdata::MicrodataError;
use confidential::extract::recode::ExtractError;
use confidential::extract::table::{TableError, TableFault};
use confidential::ingest::IngestError;
use confidential::store::StoreError;
use confidential::store::keys::KeyError;

pub(super) fn of_store(error: &StoreError) -> &'static str {
    match error {
        StoreError::Missing { .. } => {
            "Put it back from your backup; a missing store is never made anew on the way. `takeup init DIR` makes one elsewhere."
        }
        StoreError::WrongKey { .. } => "Put back the key file that was made with this store.",
        StoreError::Empty { .. } | StoreError::Damaged { .. } => {
            "Nothing was changed. Put the store back from your backup; do not delete the damaged file."
        }
        StoreError::NewerSchema { .. } => "Use the newer program that made it.",
        StoreError::Changed => "Nothing was built. Run again, on the store as it is now.",
        StoreError::InUse { .. } => "Wait until the other command has ended, then run again.",
        StoreError::Shape { .. } | StoreError::NoCaseKey { .. } => "Nothing was stored. Mend that row and run again.",
        StoreError::Key(error) => of_key(error),
        StoreError::AlreadyExists { .. } => "Choose another folder: a store is never made over another.",
        StoreError::OtherApplication { .. } => "Name the folder of a workspace that `takeup init` made.",
        StoreError::Pending { .. } => {
            "Nothing was stored. `takeup approve` releases it, by another person; `takeup approve --refuse` drops it."
        }
        StoreError::Unfinished { .. } => {
            "Nothing was read. Run any command once where the workspace can be written to; that finishes it."
        }
        StoreError::Io { .. } | StoreError::Disk { .. } => "Store and reports are as they were. See to the disk.",
        StoreError::Engine { .. }
        | StoreError::Unreadable { .. }
        | StoreError::NoDate { .. }
        | StoreError::NoField { .. }
        | StoreError::NoEvent { .. }
        | StoreError::NoDigest { .. }
        | StoreError::ReleaseExists { .. }
        | StoreError::NotPending { .. }
        | StoreError::NoPeriod { .. }
        | StoreError::AlreadyFrozen { .. } => "Store and reports are as they were.",
    }
}

pub(super) fn of_extract(error: &ExtractError) -> &'static str {
    match error {
        ExtractError::Table(error) => of_table(error),
        ExtractError::Hierarchy(error) | ExtractError::Microdata(MicrodataError::Hierarchy(error)) => {
            of_hierarchy(error)
        }
        ExtractError::Microdata(MicrodataError::Population { .. }) => {
            "Nothing was written. The population has the columns of --qi, with values that the hierarchies have."
        }
        ExtractError::Microdata(MicrodataError::Twice { .. }) => {
            "Nothing was written. A column is a quasi-identifier, sensitive, the unit, or passed on as it is."
        }
        ExtractError::Microdata(MicrodataError::FormulaValue { .. } | MicrodataError::FormulaLabel { .. }) => {
            "Nothing was written. Write the value in another way, in the data and in its hierarchy, and run again."
        }
        ExtractError::Microdata(_) => {
            "Nothing was written. Name columns as the first line of the data does, one with a comma in quotation marks of \
             its own: --qi '\"weight, kg\",age'."
        }
        ExtractError::NoFolder { .. } | ExtractError::NotQuasi { .. } => {
            "Nothing was written. Name a folder with --hierarchies, or a kind with --ready."
        }
        ExtractError::Model(_) | ExtractError::Share | ExtractError::Weight => {
            "Nothing was written. `takeup extract --help` lists the models and what they need."
        }
        ExtractError::Global(GlobalError::None { .. }) => {
            "Nothing was written. Allow more suppressed records, or ask for less of the models."
        }
        ExtractError::Global(GlobalError::Few { .. }) => {
            "Nothing was written. Take more records, such as those of a longer period, or ask for less of the models."
        }
        ExtractError::Global(GlobalError::Budget { .. }) => {
            "Nothing was written. Allow more checks, or take fewer quasi-identifiers or levels."
        }
        ExtractError::Local(LocalError::None) => "Nothing was written. Ask for less of the models.",
        ExtractError::Local(LocalError::Population | LocalError::Metric { .. } | LocalError::Budget) => {
            "Nothing was written. Leave that out, or take --model global."
        }
    }
}

fn of_table(error: &TableError) -> &'static str {
    match error {
        TableError::Unreadable { .. } => "Nothing was written. Name a file that is there and can be read.",
        TableError::Wrong { fault: TableFault::Encoding { .. }, .. } => {
            "Nothing was written. Save the file as UTF-8 and run again."
        }
        TableError::Wrong { fault: TableFault::Empty, .. } => {
            "Nothing was written. The first line names the columns, each further one is a record."
        }
        TableError::Wrong { .. } => "Nothing was written. Mend that line and run again.",
    }
}

fn of_hierarchy(error: &HierarchyError) -> &'static str {
    match error {
        HierarchyError::Unreadable { .. } => {
            "Nothing was written. Name a folder or file that is there and can be read."
        }
        HierarchyError::Missing { .. } => "Nothing was written. Put the file there, or name a kind with --ready.",
        HierarchyError::UnknownColumn { .. } => {
            "Nothing was written. Call the file after the column, as the first line of the data has it."
        }
        HierarchyError::Two { .. } => "Nothing was written. Leave one of them in the folder.",
        HierarchyError::NotOfKind { .. } => "Nothing was written. Mend the value, or name a folder with --hierarchies.",
        HierarchyError::Gap { .. } | HierarchyError::Wrong { .. } | HierarchyError::Ready { .. } => {
            "Nothing was written. A hierarchy has a line for each value, an empty one too: value; level 1; up to one for all."
        }
    }
}

pub(super) fn of_key(error: &KeyError) -> &'static str {
    match error {
        KeyError::WrongPassphrase { .. } => {
            "Nothing was changed. It is the passphrase of nobody who can open this store."
        }
        KeyError::NoPerson { .. } => "`takeup keys list` names everybody; `takeup keys add NAME` adds a person.",
        KeyError::NotAmong { .. } => "Somebody who can open the store adds a person with `takeup keys add NAME`.",
        KeyError::NoPassphrase => "Give one of several words.",
        KeyError::Missing { .. } | KeyError::Damaged { .. } | KeyError::Changed { .. } => {
            "Put the key file back from your backup."
        }
        KeyError::ForFewer { .. } => {
            "Put the newest one back from your backup; or `takeup keys add NAME` lets each of them in again, with their own passphrase."
        }
        KeyError::AlreadyExists { .. } | KeyError::NoRandomness | KeyError::Io { .. } => {
            "Store and keys are as they were."
        }
    }
}

pub(super) fn of_ingest(error: &IngestError) -> &'static str {
    match error {
        IngestError::Folder { .. } => "Nothing was stored. Name the files in it.",
        IngestError::Empty { .. } | IngestError::NoRows { .. } => "Nothing was stored. Export the cases again.",
        IngestError::OpenQuote { .. } => {
            "Nothing was stored. Close the quotation mark in that line, or take it out, in the program that holds the cases; \
             rows that somebody pasted into a note cannot be told from cases, so take them out of it."
        }
        IngestError::TwoEncodings { .. } => {
            "Nothing was stored. The file was put together of two; export it again, as UTF-8, or ingest the two apart."
        }
        IngestError::OtherCount { .. } => "Nothing was stored. Send us the first lines of a file without persons.",
        IngestError::OneColumn { .. } => {
            "Nothing was stored. Export the cases as CSV with all their columns, or as XLSX."
        }
        IngestError::LockFile { .. } => "Nothing was stored. Leave it out; the export lies beside it, without the `~`.",
        IngestError::UnknownEnding { .. } | IngestError::WrongContent { .. } => {
            "Nothing was stored. Save a copy as XLSX or CSV from the program that made it."
        }
        IngestError::Damaged { .. } => "Nothing was stored. Copy or export the file again.",
        IngestError::TooLarge { .. } => "Nothing was stored. A real export does not unpack to that; look who sent it.",
        IngestError::PasswordProtected { .. } => {
            "Nothing was stored. Open it with its password and save a copy without one, on an encrypted disk. Where it \
             opens without asking, its structure is protected: take that off under Review, Protect Workbook."
        }
        IngestError::DefaultPassword { .. } => {
            "Nothing was stored. Open it, take the protection of the workbook off (Review, Protect Workbook), save a copy."
        }
        IngestError::TooSlow { .. } => {
            "Nothing was stored. A real export is read in seconds: look who sent it, or try again on a machine at rest."
        }
        IngestError::NoReader { .. } => "Nothing was stored. See to the memory and the processes of the machine.",
        IngestError::MissingSheet { .. } | IngestError::DamagedSheet { .. } => {
            "Nothing was stored. Copy or export the file again; opening it in a spreadsheet program may repair it."
        }
        IngestError::FarCell { .. } => {
            "Nothing was stored. Look at that cell, delete its row and its column, save and run again."
        }
        IngestError::RepeatedRow { .. } | IngestError::Crowded { .. } => {
            "Nothing was stored. Look at that place; a real export holds far less. Delete what is no case, save, run again."
        }
        IngestError::UndescribedColumn { .. } => {
            "Nothing was stored. Describe the column in that source, or list it under `ignore`, then run again."
        }
        IngestError::UnknownCode { .. } => {
            "Nothing was stored. Add the spelling to the field's aliases or the code to its list, or mend the cell."
        }
        IngestError::NoSource { .. } => {
            "Nothing was stored. Add the headers of this file to the `columns` of the source that it is of, or let `takeup \
             inspect FILE --write sources/NAME.toml` propose a source; then run again."
        }
        IngestError::SeveralSources { .. } => "Nothing was stored. Name the source with --source.",
        IngestError::NotAFile { .. } => "Nothing was stored. Save it as a file, then name that.",
        IngestError::Unreadable { .. }
        | IngestError::NoHeader { .. }
        | IngestError::MissingColumn { .. }
        | IngestError::TwoHeaderRows { .. }
        | IngestError::UnnamedColumn { .. }
        | IngestError::DoubleColumn { .. }
        | IngestError::Stopped { .. }
        | IngestError::TooManyRejected { .. } => {
            "Nothing was stored. Mend the export, then run again; `takeup inspect FILE` shows how it is read."
        }
    }
}

pub(super) fn of_case(error: &CaseError) -> &'static str {
    match error {
        CaseError::Missing { .. } => {
            "Nothing was written. A case is a folder with case.json and inner.csv.gz or inner.csv; see README."
        }
        CaseError::TwoInner { .. } => "Nothing was written. Remove the one that is not meant.",
        CaseError::Unreadable { .. } => "Nothing was written. See to the file, or copy it again.",
        CaseError::NotJson { .. } | CaseError::Description { .. } => {
            "Nothing was written. Mend the description, then run again."
        }
        CaseError::Key { .. } => {
            "Nothing was written. Name the file of the key with --tie-key, or a file that is not there yet."
        }
        CaseError::Earlier { .. } => {
            "Nothing was written. case.json has to know every dimension and code that was published before."
        }
        CaseError::Inner { .. } => "Nothing was written. Mend that line or the description, then run again.",
    }
}
