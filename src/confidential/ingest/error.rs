//! What can be wrong with an export. Comes in: facts and places. Goes out: one variant a fault, each naming its file.
//! Deliberately absent: any value, and what to do about it.

use thiserror::Error;

use crate::ingest::place::Place;
use crate::ingest::report::QualityReport;

/// An export that cannot be taken; nothing of it was stored.
#[derive(Debug, Error)]
pub enum IngestError {
    /// A folder where a file belongs.
    #[error("{file} is a folder, not an export")]
    Folder {
        /// Its name.
        file: String,
    },
    /// It could be waited for without end.
    #[error("{file} is a pipe or a device, and no plain file")]
    NotAFile {
        /// Its name.
        file: String,
    },
    /// The system does not give the file.
    #[error("{file} cannot be opened: {reason}")]
    Unreadable {
        /// Its name.
        file: String,
        /// What the system says.
        reason: std::io::ErrorKind,
    },
    /// No byte, or nothing but spaces.
    #[error("{file} is empty")]
    Empty {
        /// Its name.
        file: String,
    },
    /// A header and nothing under it.
    #[error("{file} has a header but no case under it")]
    NoRows {
        /// Its name.
        file: String,
    },
    /// An ending that no reader takes.
    #[error("{file} has the ending {ending:?}, which is no format of an export")]
    UnknownEnding {
        /// Its name.
        file: String,
        /// What stands after the last dot.
        ending: String,
    },
    /// The ending says one format, the bytes another.
    #[error("{file} ends in {ending:?} but holds {content}")]
    WrongContent {
        /// Its name.
        file: String,
        /// What stands after the last dot.
        ending: String,
        /// What the bytes are.
        content: &'static str,
    },
    /// Cut off or altered.
    #[error("{file} is damaged or cut off: it does not open as {format}")]
    Damaged {
        /// Its name.
        file: String,
        /// What it should be.
        format: &'static str,
    },
    /// Unpacks to more than a case export ever is.
    #[error("{file} holds {what}, more than the {limit} that are read")]
    TooLarge {
        /// Its name.
        file: String,
        /// What there is too much of.
        what: &'static str,
        /// The limit with its unit.
        limit: &'static str,
    },
    /// Encrypted by its program.
    #[error("{file} is protected by a password")]
    PasswordProtected {
        /// Its name.
        file: String,
    },
    /// A quotation mark that opens a cell and closes it nowhere, or rows later.
    #[error("a quotation mark at {place} opens a cell that nothing closes, or that holds whole rows")]
    OpenQuote {
        /// The line in which it opens.
        place: Box<Place>,
    },
    /// Lines of two encodings.
    #[error("{file}, line {line} is in another encoding than other lines")]
    TwoEncodings {
        /// Its name.
        file: String,
        /// The first such line.
        line: u64,
    },
    /// Another number of rows than an independent count finds.
    #[error("{file} was read as {read} rows, and has {counted}")]
    OtherCount {
        /// Its name.
        file: String,
        /// Rows that the reader gave.
        read: u64,
        /// Rows that were counted.
        counted: u64,
    },
    /// A text without columns.
    #[error("no line of {file} is parted into columns by a comma, semicolon, tab or bar")]
    OneColumn {
        /// Its name.
        file: String,
    },
    /// What an office program leaves beside a file that is open.
    #[error("{file} is the lock file of a document that is open, not an export")]
    LockFile {
        /// Its name.
        file: String,
    },
    /// Encrypted under the password that spreadsheet programs try by themselves, so that they ask for none.
    #[error(
        "{file} is encrypted under the password that spreadsheet programs use by themselves, and asks nobody for it"
    )]
    DefaultPassword {
        /// Its name.
        file: String,
    },
    /// The reading took longer than any export does.
    #[error("{file} could not be read within {seconds} seconds")]
    TooSlow {
        /// Its name.
        file: String,
        /// What it was given.
        seconds: u64,
    },
    /// The process that reads workbooks could not be started.
    #[error("{file} was not read, because the process that reads workbooks could not be started: {reason}")]
    NoReader {
        /// Its name.
        file: String,
        /// What the system says.
        reason: std::io::ErrorKind,
    },
    /// The workbook names a sheet that it does not hold.
    #[error("{place} is named in the workbook, but its part is missing")]
    MissingSheet {
        /// The sheet.
        place: Box<Place>,
    },
    /// A sheet that can be read only to a row.
    #[error("{place} is damaged after row {after_row}")]
    DamagedSheet {
        /// The sheet.
        place: Box<Place>,
        /// The last sound row.
        after_row: u64,
    },
    /// A cell so far from all others that the sheet is no table.
    #[error("{place} holds something very far from all other cells")]
    FarCell {
        /// The cell.
        place: Box<Place>,
    },
    /// A row that is said to stand there very many times.
    #[error("{place} is filled and stands more than 10,000 times in sequence")]
    RepeatedRow {
        /// The first of them.
        place: Box<Place>,
    },
    /// A sheet that holds more than a case export ever does.
    #[error("{place} is where the sheet holds more text, more cells or more merged blocks than are read")]
    Crowded {
        /// The cell.
        place: Box<Place>,
    },
    /// No row looks like the source's header.
    #[error("no row of {file} is the header of {source_name}: at most {matched} of its columns stand in one row")]
    NoHeader {
        /// Its name.
        file: String,
        /// The source.
        source_name: String,
        /// Columns of the best row.
        matched: usize,
    },
    /// The header lacks a required column.
    #[error("{place} lacks the column {column:?}, which {source_name} requires")]
    MissingColumn {
        /// The header row.
        place: Box<Place>,
        /// The column's current name, from the configuration.
        column: String,
        /// The source.
        source_name: String,
    },
    /// Two rows in sequence each look like a header.
    #[error("{first} and row {second} are both header rows")]
    TwoHeaderRows {
        /// The first.
        first: Box<Place>,
        /// The row of the second.
        second: u64,
    },
    /// A column that the source neither reads nor ignores.
    #[error("column {column:?} at {place} is not described in the source {source_name}")]
    UndescribedColumn {
        /// Its header.
        column: String,
        /// Where its header stands.
        place: Box<Place>,
        /// The source.
        source_name: String,
    },
    /// Values under a blank header.
    #[error("{place} holds something, but its column has no header")]
    UnnamedColumn {
        /// The first such cell.
        place: Box<Place>,
    },
    /// Two columns for one field.
    #[error("{first} and {second} are both columns of the field {field}")]
    DoubleColumn {
        /// One header.
        first: Box<Place>,
        /// The other.
        second: Box<Place>,
        /// The field.
        field: String,
    },
    /// A code that is a decision for a person.
    #[error(
        "{count} cells of the field {field} hold a code that no list or spelling knows, first {length} characters at {place}"
    )]
    UnknownCode {
        /// The field.
        field: String,
        /// The first such cell.
        place: Box<Place>,
        /// Characters in it.
        length: usize,
        /// Such cells.
        count: u64,
        /// Everything that was found.
        report: Box<QualityReport>,
    },
    /// A check of level `stop` failed.
    #[error("the check {check} stops the import: {count} times, first at {place}")]
    Stopped {
        /// Its name.
        check: String,
        /// The first place.
        place: Box<Place>,
        /// How often.
        count: u64,
        /// Everything that was found.
        report: Box<QualityReport>,
    },
    /// More rows rejected than the source allows.
    #[error("{rejected} of {read} rows are rejected, more than the share {allowed} that {source_name} allows")]
    TooManyRejected {
        /// Rows rejected.
        rejected: u64,
        /// Rows read.
        read: u64,
        /// The source's share.
        allowed: f64,
        /// The source.
        source_name: String,
        /// Everything that was found.
        report: Box<QualityReport>,
    },
    /// No source of the configuration fits.
    #[error("no source describes the columns of {file}")]
    NoSource {
        /// Its name.
        file: String,
    },
    /// Several sources fit as well.
    #[error("{file} fits several sources alike: {}", .sources.join(", "))]
    SeveralSources {
        /// Its name.
        file: String,
        /// Their names.
        sources: Vec<String>,
    },
}

impl IngestError {
    /// The data-quality report as far as it got, where rows were read before the import stopped.
    #[must_use]
    pub fn report(&self) -> Option<&QualityReport> {
        match self {
            Self::UnknownCode { report, .. } | Self::Stopped { report, .. } | Self::TooManyRejected { report, .. } => {
                Some(report)
            }
            Self::Folder { .. }
            | Self::NotAFile { .. }
            | Self::Unreadable { .. }
            | Self::Empty { .. }
            | Self::OpenQuote { .. }
            | Self::TwoEncodings { .. }
            | Self::OtherCount { .. }
            | Self::OneColumn { .. }
            | Self::LockFile { .. }
            | Self::NoRows { .. }
            | Self::UnknownEnding { .. }
            | Self::WrongContent { .. }
            | Self::Damaged { .. }
            | Self::TooLarge { .. }
            | Self::PasswordProtected { .. }
            | Self::DefaultPassword { .. }
            | Self::TooSlow { .. }
            | Self::NoReader { .. }
            | Self::MissingSheet { .. }
            | Self::DamagedSheet { .. }
            | Self::FarCell { .. }
            | Self::RepeatedRow { .. }
            | Self::Crowded { .. }
            | Self::NoHeader { .. }
            | Self::MissingColumn { .. }
            | Self::TwoHeaderRows { .. }
            | Self::UndescribedColumn { .. }
            | Self::UnnamedColumn { .. }
            | Self::DoubleColumn { .. }
            | Self::NoSource { .. }
            | Self::SeveralSources { .. } => None,
        }
    }
}
