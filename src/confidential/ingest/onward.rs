//! Tables that go on beyond their sheet. Comes in: a sheet without a header, the header of another; how many rows a sheet
//! has. Goes out: whether its rows are cases under that header, and whether a table ends where a format does.
//! Deliberately absent: reading those rows.

use std::ops::ControlFlow;

use model::config::source::Kind;

use crate::ingest::error::IngestError;
use crate::ingest::header::{Header, Role};
use crate::ingest::intake::Intake;
use crate::ingest::table::{Cell, Sheet};

/// Rows that are looked at.
const LOOKED_AT: u64 = 60;

/// Rows of the formats that cut a table off: of Excel until 2003, and since.
const FULL: [u64; 2] = [65_536, 1_048_576];

/// Whether a table whose last row has this number ends where its format does; a stray cell in that row is no table.
pub(super) fn is_full(sheet: &Sheet, last_row: u64) -> Result<bool, IngestError> {
    Ok(FULL.contains(&last_row) && filled(sheet)? * 2 > last_row)
}

/// Rows of a sheet in which something stands.
pub(super) fn filled(sheet: &Sheet) -> Result<u64, IngestError> {
    let mut filled = 0;
    sheet.rows.walk(&mut |_, cells| {
        filled += u64::from(cells.iter().any(|cell| *cell != Cell::Blank));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(filled)
}

/// The header under which the rows of a sheet without one go on, moved to the columns in which they stand; none where they are
/// something else: nine of ten have all that a case must have, in the form that the source says, and nothing beyond the columns.
pub(super) fn header(sheet: &Sheet, of: &Header, intake: &mut Intake<'_>) -> Result<Option<Header>, IngestError> {
    for shift in shifts(sheet, of)? {
        let header = moved(of, shift);
        let (mut rows, mut cases) = (0_u64, 0_u64);
        sheet.rows.walk(&mut |_, cells| {
            if cells.iter().any(|cell| *cell != Cell::Blank) {
                rows += 1;
                cases += u64::from(is_case(cells, &header, intake));
            }
            Ok(if rows < LOOKED_AT { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        if rows > 0 && cases * 10 >= rows * 9 {
            return Ok(Some(header));
        }
    }
    Ok(None)
}

/// How far the columns of a sheet may stand right of those of a header: not at all, or as far as its first filled column does.
fn shifts(sheet: &Sheet, of: &Header) -> Result<Vec<isize>, IngestError> {
    let (mut rows, mut first) = (0, usize::MAX);
    sheet.rows.walk(&mut |_, cells| {
        if let Some(at) = cells.iter().position(|cell| *cell != Cell::Blank) {
            (rows, first) = (rows + 1, first.min(at));
        }
        Ok(if rows < LOOKED_AT { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    let named = of.columns.iter().position(|(_, role)| *role != Role::Unnamed).unwrap_or(0);
    let shift = (rows > 0).then(|| first.cast_signed() - named.cast_signed());
    Ok([0].into_iter().chain(shift.filter(|shift| *shift != 0)).collect())
}

/// The header with its columns moved to the right, or to the left where nothing is named there.
fn moved(of: &Header, shift: isize) -> Header {
    let mut columns = of.columns.clone();
    if shift < 0 {
        columns.drain(..shift.unsigned_abs().min(columns.len()));
    }
    let blank = std::iter::repeat_n((String::new(), Role::Unnamed), shift.max(0).unsigned_abs());
    let columns: Vec<(String, Role)> = blank.chain(columns).collect();
    Header { rows: Vec::new(), second: None, width: columns.len(), columns, ..of.clone() }
}

fn is_case(cells: &[Cell<'_>], header: &Header, intake: &mut Intake<'_>) -> bool {
    let is_beyond = cells.iter().skip(header.columns.len()).any(|cell| *cell != Cell::Blank);
    let mut found = 0;
    for (at, (_, role)) in header.columns.iter().enumerate() {
        let cell = cells.get(at).copied().unwrap_or(Cell::Blank);
        let Role::Field(field) = *role else { continue };
        let described = &intake.source.fields[field];
        let (is_required, kind) = (described.required, described.kind);
        let read = intake.readers[field].read(cell);
        if is_required && read.value.is_none() {
            return false;
        }
        // Anything is a text; a date, a code or a number says that the columns are those.
        found += u64::from(read.value.is_some() && !matches!(kind, Kind::Text | Kind::FreeText));
    }
    !is_beyond && found > 0
}
