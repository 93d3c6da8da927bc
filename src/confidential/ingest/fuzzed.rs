//! What fuzz targets call (`fuzz/`), compiled for nobody else. Comes in: bytes. Goes out: nothing; whoever calls learns only
//! whether a reader survives them.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use model::config::fold::fold_header;

use crate::ingest::stream::Gather;
use crate::ingest::table::{Cell, Rows};
use crate::ingest::{csv, date, duration, number, postcode, reference};

/// What the other process sends.
pub fn stream(bytes: &[u8]) {
    let mut gather = Gather::default();
    if bytes.chunks(1 << 10).try_for_each(|chunk| gather.take(chunk)).is_err() {
        return;
    }
    if let Ok(book) = gather.book() {
        book.sheets.iter().for_each(|sheet| walk(&*sheet.rows));
    }
}

/// A text export, and each of its cells as a reference, a number, a length of time.
pub fn text(bytes: &[u8]) {
    let words: BTreeSet<String> = ["Case ref", "Date opened", "Notes"].map(fold_header).into();
    let export = csv::open("cases.csv".to_owned(), String::new(), bytes.to_vec(), "text", &words);
    export.iter().flat_map(|export| &export.sheets).for_each(|sheet| walk(&*sheet.rows));
}

fn walk(rows: &dyn Rows) {
    // A count of rows that differs is an error that an import says.
    let _ = rows.walk(&mut |_, cells| {
        cells.iter().for_each(|cell| read(*cell));
        Ok(ControlFlow::Continue(()))
    });
}

fn read(cell: Cell<'_>) {
    let Cell::Text(text) = cell else { return };
    let canonical = reference::canonical(text, true);
    assert_eq!(reference::canonical(&canonical, true), canonical, "a canonical form is its own");
    reference::is_lost(text, false);
    number::whole(text);
    duration::minutes(text, duration::Said::default());
    postcode::read(text);
    date::figures(text);
    date::fixed_day(text);
}
