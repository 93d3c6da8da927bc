//! What a workbook says outside its tables, in XLSX and in ODS alike.
//!
//! Comes in: the release. Goes out: lines and pairs of texts, in order. Deliberately absent: looks, and any cell.

use model::ReleasedCell;
use model::release::{ReleaseParts, ReleasedTable};

use crate::cell::text;
use crate::{expectation, words};

/// The sheets that are no tables.
pub(crate) const OWN_SHEETS: [&str; 3] = ["Cover", "Contents", "Notes"];

/// The lines of the cover below title and period.
pub(crate) fn cover(parts: &ReleaseParts) -> Vec<String> {
    let mut lines = vec![parts.service.clone(), format!("For: {}", parts.audience.1)];
    lines.extend(words::correction(parts));
    if !parts.introduction.trim().is_empty() {
        lines.push(parts.introduction.clone());
    }
    lines.push(format!("Last day of the period: {}. Release: {}.", parts.period_end, parts.name));
    lines
}

/// Name and title of every sheet after the contents.
pub(crate) fn contents(parts: &ReleaseParts) -> Vec<(String, String)> {
    let mut entries = vec![("Notes".to_owned(), "How to read the tables, and what protects people".to_owned())];
    entries.extend(parts.tables.iter().map(|table| (table.id.clone(), format!("{}, {}", table.title, table.subtitle))));
    let expectations = parts.expectations.iter();
    entries.extend(expectations.map(|table| (table.id.clone(), format!("{}, {}", table.title, table.subtitle))));
    entries
}

/// What the notes are about, and the notes.
pub(crate) fn notes(parts: &ReleaseParts) -> Vec<(String, String)> {
    let mut entries: Vec<(String, String)> =
        words::SYMBOLS.iter().map(|(symbol, meaning)| ((*symbol).to_owned(), (*meaning).to_owned())).collect();
    entries.push(("Hidden figures".into(), words::HIDDEN.into()));
    entries.push(("Adding up".into(), words::ADDING_UP.into()));
    entries.extend(words::protection(parts).into_iter().map(|text| ("Protection".to_owned(), text)));
    for table in &parts.tables {
        entries.extend(remarks(table).into_iter().map(|note| (table.id.clone(), note)));
    }
    for table in &parts.expectations {
        let notes = expectation::how(table).into_iter().chain(table.notes.iter().cloned());
        entries.extend(notes.map(|note| (table.id.clone(), note)));
    }
    entries
}

/// The lines above a table, its title left out.
pub(crate) fn above(table: &ReleasedTable) -> Vec<String> {
    let symbols = words::SYMBOLS.iter().filter(|(symbol, _)| table.cells.iter().any(|&cell| text(cell) == *symbol));
    let mut above =
        vec![format!("{}. {}.", table.unit, table.subtitle), "This worksheet contains one table.".to_owned()];
    above.extend(symbols.map(|(symbol, meaning)| format!("{symbol} {meaning}.")));
    if table.cells.contains(&ReleasedCell::Suppressed) {
        above.push(words::ADDING_UP.to_owned());
    }
    above.extend(remarks(table));
    above
}

/// What is to be said of one table only.
fn remarks(table: &ReleasedTable) -> Vec<String> {
    let zeros = words::zeros(table).map(str::to_owned);
    words::precision(table).into_iter().chain(zeros).chain(table.notes.iter().cloned()).collect()
}
