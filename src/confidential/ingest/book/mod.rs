//! Readers of workbooks, a file a format. Comes in: bytes, of which nothing is believed. Goes out: cells into a stream, in
//! the order in which they stand, so that none of these readers holds a table in memory. They run in a process of their own
//! (`apart`). Deliberately absent: files, fields and meaning.

mod compound;
mod numbers;
mod ods;
mod package;
mod password;
mod sheet_xml;
mod text;
mod xls;
mod xls_records;
mod xlsb;
mod xlsx;

use std::io::{self, Read, Write};

use package::Package;

use crate::ingest::stream::{Kind, Refused, Sender, Stop};
use crate::ingest::table::SheetFault;

/// Sheets of one workbook.
const SHEETS: usize = 2_000;

/// What a workbook looks like from outside.
pub(super) const COMPOUND: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Why a workbook is read no further.
enum Failed {
    Refused(Refused),
    Closed(io::Error),
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Closed(error)
    }
}

/// What holds for a whole workbook.
struct Whole {
    comments: u64,
    from_1904: bool,
}

/// Reads a workbook and sends its cells.
///
/// # Errors
/// Where nobody takes them.
pub(super) fn send(bytes: &[u8], out: impl Write) -> io::Result<()> {
    if bytes.starts_with(&COMPOUND) {
        return compound::send(bytes, out);
    }
    let mut package = match Package::new(bytes) {
        Ok(package) => package,
        Err(refused) => return Sender::new(out, Kind::OtherZip)?.refuse(refused),
    };
    let kind = kind(&mut package);
    let mut sender = Sender::new(out, kind)?;
    let whole = match kind {
        Kind::Xlsx => xlsx::send(&mut package, &mut sender),
        Kind::Xlsb => xlsb::send(&mut package, &mut sender),
        Kind::Ods => ods::send(&mut package, &mut sender),
        Kind::Xls | Kind::OtherZip | Kind::OtherCompound => Ok(Whole { comments: 0, from_1904: false }),
    };
    let spent = package.is_spent();
    finish(sender, whole, spent)
}

fn finish<W: Write>(sender: Sender<W>, whole: Result<Whole, Failed>, spent: bool) -> io::Result<()> {
    match whole {
        Ok(_) | Err(Failed::Refused(_)) if spent => sender.refuse(Refused::Unpacks),
        Ok(whole) => sender.end(whole.comments, whole.from_1904),
        Err(Failed::Refused(refused)) => sender.refuse(refused),
        Err(Failed::Closed(error)) => Err(error),
    }
}

/// What an archive is, by what it says of itself first and by its parts' names where it says nothing.
fn kind(package: &mut Package<'_>) -> Kind {
    let mut said = Vec::new();
    if let Some(part) = package.bytes("mimetype") {
        // The kind is a short word; whatever is longer is none.
        if part.take(100).read_to_end(&mut said).is_err() {
            return Kind::OtherZip;
        }
    }
    let said = said.trim_ascii_start();
    if said.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") {
        return Kind::Ods;
    }
    match xlsx::main_part(package) {
        Some(main) if xlsx::is_xml(package, &main) => Kind::Xlsx,
        Some(_) => Kind::Xlsb,
        None if said.is_empty() && package.has("content.xml") && package.has("meta-inf/manifest.xml") => Kind::Ods,
        None => Kind::OtherZip,
    }
}

/// The fault of a sheet, where the workbook itself goes on.
fn fault(stop: Stop) -> Result<SheetFault, Failed> {
    match stop {
        Stop::Sheet(fault) => Ok(fault),
        Stop::Closed(error) => Err(Failed::Closed(error)),
    }
}
