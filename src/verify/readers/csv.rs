//! Reads the tidy CSV of a table, and of a foreign one. Comes in: bytes and the table's entry in the manifest. Goes
//! out: what each row says of one cell, and what is wrong with the file. Deliberately absent: what the cells add up to.

use std::collections::{BTreeMap, BTreeSet};

use model::manifest::TableEntry;
use model::published::{self, Said};
use model::{Attack, Finding, formula};

/// What one row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A number.
    Count(u64),
    /// A value that is no number; the manifest's `markers` say what it tells. Empty for a hidden cell.
    Marker(String),
    /// A value that tells a range by itself, `<5`: lowest and highest count.
    Between(u64, Option<u64>),
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
    /// Values that were read past what stands beside their figures: footnotes, separators, blanks.
    pub decorated: u64,
    /// Values without a figure that the manifest does not explain, and that usually stand for a hidden cell.
    pub unexplained: u64,
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

/// The codes of each dimension.
pub type Codes<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The columns of the header.
struct Columns {
    dims: Vec<usize>,
    value: usize,
    symbol: Option<usize>,
    lower: Option<usize>,
    upper: Option<usize>,
}

/// Fields of one table; a million cells of four dimensions have fewer.
const MOST_FIELDS: usize = 6_000_000;

/// Reads the CSV of `entry`. `codes`: those of every dimension of the manifest that it explains.
#[must_use]
pub fn read(entry: &TableEntry, bytes: &[u8], codes: &Codes<'_>) -> Table {
    let mut table = Table::default();
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) || std::str::from_utf8(bytes).is_err() {
        table.find(entry, 0, "encoding", "not plain UTF-8");
    }
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(model::lines::LineEnds::new(bytes));
    let (mut columns, mut left) = (None, MOST_FIELDS);
    for record in reader.byte_records() {
        let Ok(record) = record else {
            table.find(entry, 0, "not_csv", "cannot be read as CSV");
            break;
        };
        let line = record.position().map_or(0, csv::Position::line);
        left = left.saturating_sub(record.len());
        if left == 0 {
            table.find(entry, line, "too_large", "more fields than a table of a release has; the rest was not read");
            break;
        }
        let fields: Vec<String> = record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
        let Some(columns) = &columns else {
            columns = header(entry, &fields, codes, &mut table);
            if columns.is_none() {
                return table;
            }
            continue;
        };
        table.take(entry, (columns, codes), &fields, line);
    }
    if columns.is_none() {
        table.find(entry, 0, "not_csv", "has no header");
    }
    table.check_rows(entry);
    table
}

fn header(entry: &TableEntry, names: &[String], codes: &Codes<'_>, table: &mut Table) -> Option<Columns> {
    // A padded name is the name; what runs as a formula is looked for before.
    if names.iter().any(|name| formula::runs(name)) {
        table.find(entry, 1, "formula", "a field that a spreadsheet would run as a formula");
    }
    let names: Vec<String> = names.iter().map(|name| name.trim().to_owned()).collect();
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
        if codes.contains_key(name.as_str()) {
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

    fn take(&mut self, entry: &TableEntry, (columns, known): (&Columns, &Codes<'_>), fields: &[String], line: u64) {
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
        if fields.iter().any(|field| formula::runs(field)) {
            self.find(entry, line, "formula", "a field that a spreadsheet would run as a formula");
        }
        let value = fields[columns.value].as_str();
        let symbol = columns.symbol.and_then(|column| fields.get(column)).map_or("", |symbol| symbol.trim());
        if !symbol.is_empty() && !value.trim().is_empty() {
            self.find(entry, line, "symbol", "a value stands beside a symbol that says there is none");
        }
        if columns.symbol.is_some() && value.trim().is_empty() && !matches!(symbol, "c" | "z" | "x") {
            self.find(entry, line, "symbol", "neither a value nor a known symbol");
        }
        let Some(reading) = self.reading(entry, (value, symbol), line) else { return };
        let dims = columns.dims.iter().zip(&self.dims);
        let codes = dims.map(|(&column, dim)| code(&fields[column], known.get(dim.as_str()))).collect();
        let lower = self.bound(entry, columns.lower.and_then(|column| fields.get(column)), line);
        let upper = self.bound(entry, columns.upper.and_then(|column| fields.get(column)), line);
        let bounds = (lower.map(|(lowest, _)| lowest), upper.and_then(|(_, highest)| highest));
        self.rows.push(Row { codes, reading, bounds, line });
    }

    /// What a value and its symbol say. None where a number counts nothing, which is a finding: then the row says nothing.
    fn reading(&mut self, entry: &TableEntry, (value, symbol): (&str, &str), line: u64) -> Option<Reading> {
        let read = published::read(value);
        let is_declared = entry.markers.contains_key(value) || entry.markers.contains_key(value.trim());
        let marker = || Some(Reading::Marker(value.trim().to_owned()));
        match (symbol, read.said) {
            // A figure beside a symbol is read all the same: whoever sees the file sees it.
            ("x", Said::Nothing) => Some(Reading::NotAvailable),
            ("z", Said::Nothing) => Some(Reading::Impossible),
            (_, Said::Count(count)) => {
                self.decorated += u64::from(!read.is_plain);
                if is_declared {
                    self.find(
                        entry,
                        line,
                        "marker_figure",
                        "a figure that release.json calls a sign for a hidden cell",
                    );
                }
                Some(Reading::Count(count))
            }
            (_, Said::Between(lowest, highest)) => {
                // Who reads both knows both.
                let stated = entry.markers.get(value).or_else(|| entry.markers.get(value.trim()));
                let (least, most) = stated.copied().unwrap_or((0, None));
                let most = match (highest, most) {
                    (Some(one), Some(other)) => Some(one.min(other)),
                    (one, other) => one.or(other),
                };
                Some(Reading::Between(lowest.max(least), most))
            }
            (_, Said::Nothing) => {
                self.unexplained += u64::from(!value.trim().is_empty() && !is_declared);
                marker()
            }
            (_, Said::NotACount) => {
                self.find(entry, line, "not_a_count", "a number that is not a count");
                None
            }
            (_, Said::Unclear) if is_declared => marker(),
            (_, Said::Unclear) => {
                let message =
                    "a value that is neither a figure nor a sign that release.json explains; it may be either";
                self.find(entry, line, "value_unclear", message);
                marker()
            }
        }
    }

    /// A published bound as a range; none where there is none.
    fn bound(&mut self, entry: &TableEntry, text: Option<&String>, line: u64) -> Option<(u64, Option<u64>)> {
        match published::read(text?).said {
            Said::Count(count) => Some((count, Some(count))),
            Said::Between(lowest, highest) => Some((lowest, highest)),
            Said::Nothing => None,
            Said::NotACount | Said::Unclear => {
                self.find(entry, line, "value_unclear", "a bound that is no figure");
                None
            }
        }
    }

    fn check_rows(&mut self, entry: &TableEntry) {
        let mut seen = BTreeSet::new();
        let twice: Vec<u64> = self.rows.iter().filter(|row| !seen.insert(&row.codes)).map(|row| row.line).collect();
        for line in twice {
            self.find(entry, line, "duplicate_row", "a cell that stands in the table twice");
        }
    }
}

/// A field as a code: as it stands where the manifest knows it so, else without the blanks around it, which no reader sees.
fn code(field: &str, known: Option<&BTreeSet<&str>>) -> String {
    if known.is_some_and(|known| known.contains(field)) { field.to_owned() } else { field.trim().to_owned() }
}

/// Counts of our own files are written as digits.
pub(crate) fn whole_number(text: &str) -> Option<u64> {
    let count = text.parse::<u64>().ok().filter(|count| *count <= 1_000_000_000_000_000_000)?;
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> TableEntry {
        serde_json::from_str(r#"{"file": "t.csv", "dims": ["place"]}"#).expect("an entry")
    }

    fn read_text(text: &str) -> Table {
        read(&entry(), text.as_bytes(), &Codes::from([("place", BTreeSet::new()), ("need", BTreeSet::new())]))
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

    #[test]
    fn a_figure_with_a_footnote_is_read_and_what_cannot_be_told_is_found() {
        let table =
            read_text("place , value,symbol\n A,3 (p),\nB,\"12,003\",\nC,<5,\nD,1-4,\nE,..,\nF,some,\nG,３,x\n");
        let readings: Vec<Reading> = table.rows.iter().map(|row| row.reading.clone()).collect();
        let (three, sign) = (Reading::Count(3), |text: &str| Reading::Marker(text.to_owned()));
        let ranges = [Reading::Between(0, Some(4)), Reading::Between(1, Some(4))];
        let [few, some] = ranges;
        assert_eq!(readings, [three.clone(), Reading::Count(12_003), few, some, sign(".."), sign("some"), three]);
        assert_eq!(table.rows[0].codes, ["A"], "blanks around a code are no code");
        let found = |at: usize| (table.findings[at].kind.as_str(), table.findings[at].place.as_str());
        assert_eq!((found(0), found(1)), (("value_unclear", "line 7"), ("symbol", "line 8")));
        assert_eq!((table.decorated, table.unexplained), (3, 1));
    }
}
