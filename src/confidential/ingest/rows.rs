//! Walks the rows under a header. Comes in: a sheet with its header. Goes out: each row with the columns that hold for it;
//! a header among the rows, as where two exports were put together, changes them from there on. Deliberately absent: what
//! a row says.

use std::ops::ControlFlow;
use std::sync::Arc;

use model::config::Source;

use crate::ingest::error::IngestError;
use crate::ingest::header::{self, Header, Names, Role};
use crate::ingest::place::Place;
use crate::ingest::table::{Cell, Export, Sheet};

/// The header under which a row stands.
pub(super) struct Under<'s> {
    pub(super) export: &'s Export,
    pub(super) sheet: &'s Sheet,
    /// Their names, as every recording has them.
    pub(super) file_name: Arc<str>,
    pub(super) sheet_name: Arc<str>,
    pub(super) header: Header,
    /// Column of each field.
    pub(super) positions: Vec<Option<usize>>,
    /// Fields without one, as every recording has them.
    pub(super) absent: Arc<[usize]>,
}

impl Under<'_> {
    pub(super) fn place(&self, row: u64, column: Option<usize>) -> Place {
        self.export.place(self.sheet, row, column.map(|at| at + 1))
    }
}

/// A row, and whether it is a header; one that says something else than the one before is another.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) number: u64,
    pub(super) is_header: bool,
    pub(super) is_other: bool,
}

/// What a row is handed to.
pub(super) type Each<'r> = dyn FnMut(&Under<'_>, Row, &[Cell<'_>]) -> Result<(), IngestError> + 'r;

/// Hands every row under the header to `each`.
///
/// # Errors
/// Those of the headers and of `each`.
pub(super) fn walk(
    (export, sheet): (&Export, &Sheet),
    header: &Header,
    source: &Source,
    each: &mut Each<'_>,
) -> Result<(), IngestError> {
    let names = Names::of(source);
    let last = header.rows.last().copied().unwrap_or(0);
    let positions = header.positions(export, sheet, source)?;
    let (file_name, sheet_name) = (Arc::from(export.file.as_str()), Arc::from(sheet.name.as_str()));
    let absent = without_column(&positions);
    let mut under = Under { export, sheet, file_name, sheet_name, header: header.clone(), positions, absent };
    sheet.rows.walk(&mut |number, cells| {
        if number > last {
            // The second half of a header of two rows is none by itself.
            let single = under.header.rows.len() == 1;
            let found = single.then(|| header::among(number, cells, &names, source)).flatten();
            let is_other = found.as_ref().is_some_and(|found| roles(found) != roles(&under.header));
            let row = Row { number, is_header: found.is_some(), is_other };
            if let Some(found) = found.filter(|_| is_other) {
                under.positions = found.positions(export, sheet, source)?;
                under.absent = without_column(&under.positions);
                under.header = found;
            }
            each(&under, row, cells)?;
        }
        Ok(ControlFlow::Continue(()))
    })
}

fn without_column(positions: &[Option<usize>]) -> Arc<[usize]> {
    positions.iter().enumerate().filter(|(_, column)| column.is_none()).map(|(field, _)| field).collect()
}

fn roles(header: &Header) -> Vec<Role> {
    header.columns.iter().map(|(_, role)| *role).collect()
}
