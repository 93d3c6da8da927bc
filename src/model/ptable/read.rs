//! Perturbation tables from a file, as the package ptable writes them. Comes in: CSV with columns `i`, `v` and `p`. Goes
//! out: a table. Deliberately absent: where the file lies.

use super::{PTable, PTableError, Row, WHOLE};

/// What rounded decimals may miss of 1, in billionths.
const ROUNDED: u64 = 20_000;

/// Columns that ptable writes beside those that say it all.
const BESIDE: [&str; 4] = ["j", "p_int_lb", "p_int_ub", "type"];

impl PTable {
    /// Reads a table: a line a count `i` and change `v` with its probability `p`, in order of `i`; the last `i` serves all
    /// larger counts. Lines that start with `#` are passed over.
    ///
    /// # Errors
    /// [`PTableError`] with the line, or with the count whose row is none.
    pub fn from_csv(text: &str) -> Result<Self, PTableError> {
        let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty() && !line.starts_with('#'));
        let mut lines =
            lines.map(|(line, number)| (line.split(',').map(|field| field.trim().trim_matches('"')), number));
        let wrong = |line, what| PTableError::Line { line, what };
        let Some((header, line)) = lines.next() else { return Err(PTableError::Empty) };
        let header: Vec<&str> = header.collect();
        if header.iter().any(|name| !["i", "v", "p"].contains(name) && !BESIDE.contains(name)) {
            return Err(wrong(line, "columns are i, v, p, and j, p_int_lb, p_int_ub, type"));
        }
        let place = |name| header.iter().position(|column| *column == name);
        let (Some(count), Some(change), Some(probability)) = (place("i"), place("v"), place("p")) else {
            return Err(wrong(line, "the header has no i, v and p"));
        };
        let mut rows: Vec<Row> = Vec::new();
        for (fields, line) in lines {
            let fields: Vec<&str> = fields.collect();
            let field = |at: usize| fields.get(at).copied().unwrap_or_default();
            let count: usize = field(count).parse().map_err(|_| wrong(line, "i is a count"))?;
            let change: i64 = field(change).parse().map_err(|_| wrong(line, "v is a whole number"))?;
            let probability = field(probability).parse().ok().and_then(billionths);
            let probability = probability.ok_or_else(|| wrong(line, "p is a probability"))?;
            if fields.len() != header.len() || !(-100..=100).contains(&change) {
                return Err(wrong(line, "not as many columns as the header has, or a change by more than 100"));
            }
            if count > rows.len() || count + 1 < rows.len() {
                return Err(PTableError::Missing { count: rows.len() as u64 });
            }
            if count == rows.len() {
                rows.push(Row::new());
            }
            if rows[count].last().is_some_and(|(before, _)| *before >= change) {
                return Err(wrong(line, "the changes of a count rise from line to line"));
            }
            if probability > 0 {
                rows[count].push((change, probability));
            }
        }
        Self::new(rows.into_iter().map(rounded).collect())
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "billionths of 1")]
fn billionths(probability: f64) -> Option<u64> {
    (0.0..=1.0).contains(&probability).then(|| (probability * 1e9).round() as u64)
}

/// A row whose decimals were rounded, made whole; others stay as they are and are refused.
fn rounded(row: Row) -> Row {
    let sum: u64 = row.iter().map(|(_, probability)| probability).sum();
    if sum.abs_diff(WHOLE) <= ROUNDED { whole(row) } else { row }
}

/// The likeliest change, and the least of several, takes what is missing of 1.
pub(super) fn whole(mut row: Row) -> Row {
    let sum: u64 = row.iter().map(|(_, probability)| probability).sum();
    let likeliest = row.iter().map(|(_, probability)| *probability).max();
    let place = row.iter_mut().filter(|(_, probability)| Some(*probability) == likeliest);
    if let Some((_, probability)) = place.min_by_key(|(change, _)| change.unsigned_abs()) {
        *probability = (*probability + WHOLE).saturating_sub(sum);
    }
    row
}
