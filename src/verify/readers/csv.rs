//! Reads the tidy CSV of a table, and of a foreign one. Comes in: bytes and the table's entry in the manifest. Goes
//! out: what each row says of one cell, and what is wrong with the file. Deliberately absent: what the cells add up to.

use std::collections::{BTreeMap, BTreeSet};

use model::manifest::TableEntry;
use model::{Attack, Finding};

/// What one row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A number.
    Count(u64),
    /// A value that is no number; the manifest's `markers` say what it tells. Empty for a hidden cell.
    Marker(String),
    /// Cannot occur: zero, and telling nothing.
    Impossible,
    /// Not collected: says nothing about a count.
    NotAvailable,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// A code for each of the table's `dims`.
    pub codes: Vec<String>,
    /// What stands there.
    pub reading: Reading,
    /// Published bounds, in foreign tables.
    pub bounds: (Option<u64>, Option<u64>),
    /// Line of the file, from 1.
    pub line: u64,
}

/// A table as its CSV says it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// The dimensions that are columns.
    pub dims: Vec<String>,
    /// In the file's order.
    pub rows: Vec<Row>,
    /// What is wrong with the file.
    pub findings: Vec<Finding>,
}

impl Table {
    /// Whether a zero that is not impossible is published.
    #[must_use]
    pub fn shows_zeros(&self) -> bool {
        self.rows.iter().any(|row| row.reading == Reading::Count(0))
    }

    /// Readings by the codes of the table's own dimensions.
    #[must_use]
    pub fn by_codes(&self) -> BTreeMap<&[String], &Reading> {
        self.rows.iter().map(|row| (row.codes.as_slice(), &row.reading)).collect()
    }
}

/// The columns of the header.
struct Columns {
    dims: Vec<usize>,
    value: usize,
    symbol: Option<usize>,
    lower: Option<usize>,
    upper: Option<usize>,
}

/// Reads the CSV of `entry`.
#[must_use]
pub fn read(entry: &TableEntry, bytes: &[u8], dimensions: &BTreeSet<&str>) -> Table {
    let mut table = Table::default();
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) || std::str::from_utf8(bytes).is_err() {
        table.find(entry, 0, "encoding", "not plain UTF-8");
    }
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(model::lines::LineEnds::new(bytes));
    let mut columns = None;
    for record in reader.byte_records() {
        let Ok(record) = record else {
            table.find(entry, 0, "not_csv", "cannot be read as CSV");
            break;
        };
        let line = record.position().map_or(0, csv::Position::line);
        let fields: Vec<String> = record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
        let Some(columns) = &columns else {
            columns = header(entry, &fields, dimensions, &mut table);
            if columns.is_none() {
                return table;
            }
            continue;
        };
        table.take(entry, columns, &fields, line);
    }
    if columns.is_none() {
        table.find(entry, 0, "not_csv", "has no header");
    }
    table.check_rows(entry);
    table
}

fn header(entry: &TableEntry, names: &[String], dimensions: &BTreeSet<&str>, table: &mut Table) -> Option<Columns> {
    let at = |wanted: &str| names.iter().position(|name| name == wanted);
    let mut columns =
        Columns { dims: Vec::new(), value: 0, symbol: at("symbol"), lower: at("lower"), upper: at("upper") };
    let Some(value) = at("value") else {
        table.find(entry, 1, "not_csv", "has no column named value");
        return None;
    };
    columns.value = value;
    let own = ["value", "symbol", "lower", "upper"];
    for (column, name) in names.iter().enumerate() {
        if dimensions.contains(name.as_str()) {
            columns.dims.push(column);
            table.dims.push(name.clone());
        } else if !own.contains(&name.as_str()) {
            table.find(entry, 1, "unknown_column", "a column that is no dimension of release.json");
        }
    }
    if !entry.dims.is_empty() {
        let stated: BTreeSet<&String> = entry.dims.iter().collect();
        if stated != table.dims.iter().collect() {
            table.find(entry, 1, "dimensions", "the columns are not the dimensions that release.json states");
        }
    }
    Some(columns)
}

impl Table {
    fn find(&mut self, entry: &TableEntry, line: u64, kind: &str, message: &str) {
        self.findings.push(Finding {
            attack: Attack::Leftover,
            kind: kind.to_owned(),
            file: entry.file.clone(),
            place: if line == 0 { String::new() } else { format!("line {line}") },
            message: message.to_owned(),
            claim: None,
        });
    }

    fn take(&mut self, entry: &TableEntry, columns: &Columns, fields: &[String], line: u64) {
        if fields.len() <= columns.value.max(columns.dims.iter().copied().max().unwrap_or(0)) {
            self.find(entry, line, "ragged", "fewer fields than the header");
            return;
        }
        let width = 1
            + columns.dims.len()
            + usize::from(columns.symbol.is_some())
            + usize::from(columns.lower.is_some())
            + usize::from(columns.upper.is_some());
        if fields.len() > width {
            self.find(entry, line, "ragged", "more fields than the header explains");
        }
        if fields.iter().any(|field| is_formula(field)) {
            self.find(entry, line, "formula", "a field that a spreadsheet would run as a formula");
        }
        let value = fields[columns.value].as_str();
        let symbol = columns.symbol.and_then(|column| fields.get(column)).map_or("", String::as_str);
        let reading = match (symbol, whole_number(value)) {
            ("x", _) => Reading::NotAvailable,
            ("z", _) => Reading::Impossible,
            (_, Some(count)) => Reading::Count(count),
            (_, None) => Reading::Marker(value.to_owned()),
        };
        if !symbol.is_empty() && !value.is_empty() {
            self.find(entry, line, "symbol", "a value stands beside a symbol that says there is none");
        }
        if columns.symbol.is_some() && value.is_empty() && !matches!(symbol, "c" | "z" | "x") {
            self.find(entry, line, "symbol", "neither a value nor a known symbol");
        }
        let looks_like_a_number = value.parse::<f64>().is_ok();
        if looks_like_a_number && matches!(reading, Reading::Marker(_)) {
            self.find(entry, line, "not_a_count", "a number that is not a count");
            return;
        }
        let bound =
            |column: Option<usize>| column.and_then(|column| fields.get(column)).and_then(|text| whole_number(text));
        self.rows.push(Row {
            codes: columns.dims.iter().map(|&column| fields[column].clone()).collect(),
            reading,
            bounds: (bound(columns.lower), bound(columns.upper)),
            line,
        });
    }

    fn check_rows(&mut self, entry: &TableEntry) {
        let mut seen = BTreeSet::new();
        let twice: Vec<u64> = self.rows.iter().filter(|row| !seen.insert(&row.codes)).map(|row| row.line).collect();
        for line in twice {
            self.find(entry, line, "duplicate_row", "a cell that stands in the table twice");
        }
    }
}

/// Counts are written as digits; a foreign table may write `12.0`.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(crate) fn whole_number(text: &str) -> Option<u64> {
    let is_written_as_digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if let Ok(count) = text.parse::<u64>() {
        return (is_written_as_digits && count <= 1_000_000_000_000_000_000).then_some(count);
    }
    let number = text.parse::<f64>().ok()?;
    let is_whole = number.fract() == 0.0 && (0.0..9e15).contains(&number);
    (is_whole && is_written_as_digits).then_some(number as u64)
}

/// Spreadsheets run what starts so (a hyphen alone is a dash).
fn is_formula(field: &str) -> bool {
    field.starts_with(['=', '+', '@', '\t', '\r', '\0']) || (field.starts_with('-') && field.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> TableEntry {
        serde_json::from_str(r#"{"file": "t.csv", "dims": ["place"]}"#).expect("an entry")
    }

    fn read_text(text: &str) -> Table {
        read(&entry(), text.as_bytes(), &BTreeSet::from(["place", "need"]))
    }

    #[test]
    fn suppressed_impossible_not_available_and_counted_are_four_things() {
        let table = read_text("place,value,symbol\nA,7,\nB,,c\nC,,z\nD,,x\n");
        let readings: Vec<Reading> = table.rows.iter().map(|row| row.reading.clone()).collect();
        let expected = [Reading::Count(7), Reading::Marker(String::new()), Reading::Impossible, Reading::NotAvailable];
        assert_eq!(readings, expected);
        assert!(table.findings.is_empty());
        assert_eq!(table.rows[1].line, 3);
    }

    #[test]
    fn what_a_table_must_not_carry_is_named() {
        let kinds =
            |text: &str| -> Vec<String> { read_text(text).findings.into_iter().map(|finding| finding.kind).collect() };
        assert_eq!(kinds("place,value,symbol\nA,3,c\n"), ["symbol"], "a value beside its symbol");
        assert_eq!(kinds("place,value,symbol\nA,,\n"), ["symbol"], "an unmarked gap");
        assert_eq!(kinds("place,value,symbol\nA,7,,3\n"), ["ragged"], "a column beyond the header");
        assert_eq!(kinds("place,value,symbol\n=A,7,\n"), ["formula"]);
        assert_eq!(kinds("place,value,symbol\nA,7,\nA,8,\n"), ["duplicate_row"]);
        assert_eq!(kinds("place,note,value,symbol\n"), ["unknown_column"]);
        assert_eq!(kinds("place,need,value,symbol\n"), ["dimensions"]);
        assert_eq!(kinds("place,value\nA,7.5\n"), ["not_a_count"]);
        assert_eq!(kinds("\u{feff}place,value\nA,7\n"), ["encoding"], "the mark is skipped, and named");
    }
}
