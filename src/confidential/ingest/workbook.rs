//! Workbooks: XLSX, XLSB, XLS, ODS. Comes in: bytes. Goes out: sheets of cells, as another process read them (`apart`), or
//! why there are none. A hidden sheet is named and never read. Deliberately absent: the formats themselves (`book`).

use std::collections::BTreeMap;

use crate::ingest::apart::{self, Ended};
use crate::ingest::error::IngestError;
use crate::ingest::second::Counting;
use crate::ingest::stream::{Book, Kind, Refused};
use crate::ingest::table::{Export, Sheet, SheetFault};

/// What a kind of file is called.
const fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Xlsx => ("XLSX", "an XLSX workbook"),
        Kind::Xlsb => ("XLSB", "an XLSB workbook"),
        Kind::Xls => ("XLS", "an XLS workbook"),
        Kind::Ods => ("ODS", "an ODS spreadsheet"),
        Kind::OtherZip => ("a workbook", "a zip archive that is no workbook"),
        Kind::OtherCompound => ("a workbook", "a document of an older office program that is no workbook"),
    }
}

/// Opens a workbook; `ending` is the one of its file, in lower case.
pub(super) fn open(file: String, digest: String, ending: String, bytes: Vec<u8>) -> Result<Export, IngestError> {
    let (book, counted) = std::thread::scope(|scope| {
        let counting = Counting::start(scope, &bytes);
        let book = apart::cells(&bytes);
        if book.as_ref().is_ok_and(|book| book.refused.is_none()) {
            return (book, counting.rows());
        }
        counting.give_up();
        (book, BTreeMap::new())
    });
    let book = book.map_err(|ended| gone(&file, &ended))?;
    drop(bytes);
    let (format, content) = words(book.kind);
    let fits = matches!(
        (ending.as_str(), book.kind),
        ("xlsx" | "xlsm", Kind::Xlsx) | ("xlsb", Kind::Xlsb) | ("xls", Kind::Xls) | ("ods", Kind::Ods)
    );
    match book.refused {
        Some(Refused::Password) => return Err(IngestError::PasswordProtected { file }),
        Some(Refused::DefaultPassword) => return Err(IngestError::DefaultPassword { file }),
        Some(Refused::Unpacks) => {
            let what = "an archive that unpacks to very much";
            return Err(IngestError::TooLarge { file, what, limit: "2 GiB" });
        }
        Some(Refused::Parts) => {
            return Err(IngestError::TooLarge { file, what: "very many parts or sheets", limit: "10,000 or 2,000" });
        }
        // An archive that does not open may be any.
        Some(Refused::Damaged) if fits || book.kind == Kind::OtherZip => {
            return Err(IngestError::Damaged { file, format });
        }
        Some(Refused::Damaged) | None if !fits => return Err(IngestError::WrongContent { file, ending, content }),
        Some(Refused::Damaged) | None => {}
    }
    let Book { sheets, comments, from_1904, .. } = book;
    Ok(Export { file, digest, format, encoding: None, delimiter: None, sheets, comments, from_1904, counted })
}

fn gone(file: &str, ended: &Ended) -> IngestError {
    let file = file.to_owned();
    match ended {
        Ended::NotStarted(reason) => IngestError::NoReader { file, reason: *reason },
        Ended::Slow(seconds) => IngestError::TooSlow { file, seconds: *seconds },
        Ended::Killed => IngestError::TooLarge { file, what: "what needs very much memory", limit: "1 GiB" },
        Ended::Faulty => IngestError::Damaged { file, format: "a workbook" },
    }
}

/// The error of a sheet whose rows are wanted and that could not be read to its end.
pub(super) fn fault(export: &Export, sheet: &Sheet, fault: SheetFault) -> IngestError {
    let place = |row, column| Box::new(export.place(sheet, row, column));
    match fault {
        SheetFault::Missing => IngestError::MissingSheet { place: place(0, None) },
        SheetFault::Damaged { after_row } => IngestError::DamagedSheet { place: place(0, None), after_row },
        SheetFault::Far { row, column } => IngestError::FarCell { place: place(row, Some(column)) },
        SheetFault::Repeated { row } => IngestError::RepeatedRow { place: place(row, None) },
        SheetFault::Crowded { row, column } => IngestError::Crowded { place: place(row, Some(column)) },
    }
}
