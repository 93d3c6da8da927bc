//! `known/*.csv`: figures that readers know anyway. Comes in: CSV with a column for each dimension and one for the count. Goes out: counts of
//! cells, with their places. Deliberately absent: whether they are right; who counts the cases compares.
//!
//! An authority knows how many cases it sent itself, in each district and quarter. Whoever takes these off what is published has the
//! others, so a release must be safe from a reader with both.

use std::collections::BTreeMap;

use crate::config::codes::csv_lines;
use crate::config::dimension::{Dimensions, Measure, Unit};
use crate::config::error::{ConfigError, Document};

/// The folder under `config/`.
pub const FOLDER: &str = "known/";

/// The column of the count.
const COUNT: &str = "count";
/// Columns that are no dimension of `dimensions.toml`.
const OWN: [&str; 2] = ["period", "measure"];

/// A figure that readers know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFigure {
    /// Its file, as `known/council.csv`.
    pub file: String,
    /// Line of the file, from 1.
    pub line: u64,
    /// Code by dimension, as released tables have them; what is not named stands at its total.
    pub codes: BTreeMap<String, String>,
    /// Cases.
    pub count: u64,
}

/// Reads one file.
///
/// # Errors
/// [`ConfigError`] at a column that is no dimension, at a measure that counts no cases, at a line without a period, and at a count that
/// is no whole number.
pub fn read(path: &str, document: &Document, dimensions: &Dimensions) -> Result<Vec<KnownFigure>, ConfigError> {
    let text = &document.text;
    let mut lines = csv_lines(text);
    let Some((head, columns)) = lines.next() else {
        return Err(document.error(0..0, "the file is empty").with_help(EXAMPLE));
    };
    let is_dimension = |name: &str| OWN.contains(&name) || dimensions.find(name).is_some();
    if let Some(unknown) = columns.iter().find(|name| *name != COUNT && !is_dimension(name)) {
        let message = format!("the column {unknown:?} is no dimension of dimensions.toml");
        return Err(document.error(head, message).with_help(EXAMPLE));
    }
    if let Some(twice) = columns.iter().enumerate().find(|(at, name)| columns[..*at].contains(name)) {
        return Err(document.error(head, format!("the column {:?} comes twice", twice.1)));
    }
    if !["period", COUNT].iter().all(|needed| columns.iter().any(|name| name == needed)) {
        return Err(document.error(head, "the columns `period` and `count` are needed").with_help(EXAMPLE));
    }
    let mut figures = Vec::new();
    for (span, values) in lines {
        if values.len() != columns.len() {
            let message = format!("{} values under {} columns", values.len(), columns.len());
            return Err(document.error(span, message));
        }
        let line = text[..span.start].matches('\n').count() as u64 + 1;
        let mut codes: BTreeMap<String, String> = columns.iter().cloned().zip(values).collect();
        let Ok(count) = codes.remove(COUNT).unwrap_or_default().parse() else {
            return Err(document.error(span, "`count` is a whole number of cases"));
        };
        codes.retain(|_, code| !code.is_empty());
        if !codes.contains_key("period") {
            return Err(document
                .error(span, "the line does not say its period")
                .with_help("as --period takes it: 2025-26-Q1"));
        }
        let is_of_cases = |measure: &Measure| measure.unit == Unit::Case && !measure.is_stock();
        if codes.get("measure").is_some_and(|name| !dimensions.measure(name).is_some_and(is_of_cases)) {
            let of_cases =
                dimensions.measures.iter().filter(|measure| is_of_cases(measure)).map(|measure| measure.name.as_str());
            let message = format!("`measure` is one that counts cases: {}", of_cases.collect::<Vec<_>>().join(", "));
            return Err(document.error(span, message));
        }
        figures.push(KnownFigure { file: path.to_owned(), line, codes, count });
    }
    Ok(figures)
}

const EXAMPLE: &str =
    "a first line like `period,referral,count` and a line like `2025-26-Q1,LA,31`; a blank code is the total";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::dimension::{Derivation, Dimension};

    fn figures(text: &str) -> Result<Vec<KnownFigure>, String> {
        let measure = |name: &str, unit| Measure {
            name: name.to_owned(),
            label: name.to_owned(),
            event: "opened".to_owned(),
            less: None,
            unit,
        };
        let need = Dimension {
            name: "need".to_owned(),
            label: "Need".to_owned(),
            derivation: Derivation::Code { field: "need".to_owned() },
            codes: None,
            levels: Vec::new(),
            missing: "NR".to_owned(),
            missing_label: String::new(),
            sensitive: false,
        };
        let measures = vec![measure("cases", Unit::Case), measure("families", Unit::Family)];
        let dimensions = Dimensions { measures, dimensions: vec![need] };
        let document = Document::new("known/council.csv", text);
        read("known/council.csv", &document, &dimensions).map_err(|error| error.message)
    }

    #[test]
    fn a_line_is_a_cell_and_blanks_are_totals() {
        let figures = figures("period,need,count\n# all\n2025-Q1,,31\n\n2025-Q1,5+,12\n").expect("sound");
        let said: Vec<_> = figures.iter().map(|figure| (figure.line, figure.codes.len(), figure.count)).collect();
        assert_eq!(said, [(3, 1, 31), (5, 2, 12)]);
    }

    #[test]
    fn what_is_no_figure_is_said() {
        for (text, says) in [
            ("period,nede,count\n", "no dimension"),
            ("period,need\n2025-Q1,5+\n", "are needed"),
            ("period,period,count\n", "twice"),
            ("period,need,count\n2025-Q1,5+,about 12\n", "whole number"),
            ("period,need,count\n2025-Q1,5+\n", "2 values under 3 columns"),
            ("period,need,count\n,5+,3\n", "its period"),
            ("period,measure,count\n2025-Q1,families,3\n", "counts cases: cases"),
            ("", "empty"),
        ] {
            let message = figures(text).expect_err(says);
            assert!(message.contains(says), "{message}");
        }
    }
}
