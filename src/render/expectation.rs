//! Tables of expectations, in every format: what is the same in all of them, and their CSV.
//!
//! Comes in: a table computed from released cells. Goes out: figures a row, lines of text. Deliberately absent: computing.

use model::release::{ExpectationRow, ExpectationTable, ReleaseParts, ReleasedCell};
use serde_json::{Value, json};

use crate::cell::{text, thousands};
use crate::{RenderError, words};

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Said {
    /// A whole number of cases.
    Count(u64),
    /// Tenths of a case.
    Tenths(u64),
    /// A symbol.
    Symbol(String),
    /// The flag.
    Word(&'static str),
}

impl Said {
    /// For people.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Count(count) => thousands(*count),
            Self::Tenths(tenths) => format!("{}.{}", thousands(tenths / 10), tenths % 10),
            Self::Symbol(symbol) => symbol.clone(),
            Self::Word(word) => (*word).to_owned(),
        }
    }

    /// For programs: no separators, nothing for a symbol.
    pub(crate) fn plain(&self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Tenths(tenths) => format!("{}.{}", tenths / 10, tenths % 10),
            Self::Symbol(_) => String::new(),
            Self::Word(word) => (*word).to_owned(),
        }
    }
}

/// Names of the columns after the code, for programs and for people.
pub(crate) const COLUMNS: [(&str, &str); 5] = [
    ("observed", "Observed"),
    ("expected", "Expected"),
    ("lower", "Lower limit"),
    ("upper", "Upper limit"),
    ("flag", "Flag"),
];

/// The five cells of a row. A row without a count has one symbol in all of them.
pub(crate) fn cells(row: &ExpectationRow) -> [Said; 5] {
    let not_available = || Said::Symbol(text(ReleasedCell::NotAvailable));
    match *row {
        ExpectationRow::Blank(cell) => std::array::from_fn(|_| Said::Symbol(text(cell))),
        ExpectationRow::Counted { observed, range: None, flag } => {
            [Said::Count(observed), not_available(), not_available(), not_available(), Said::Word(flag.word())]
        }
        ExpectationRow::Counted { observed, range: Some(range), flag } => [
            Said::Count(observed),
            Said::Tenths(range.expected_tenths),
            Said::Count(range.lower),
            Said::Count(range.upper),
            Said::Word(flag.word()),
        ],
    }
}

/// How the figures follow from released ones: enough for a reader to work them out again.
pub(crate) fn how(table: &ExpectationTable) -> Vec<String> {
    vec![
        format!(
            "Computed from published figures of table {} alone, those of earlier reports included; a reader of the reports can work it out \
             again. Expected: the share that the issue had in all other cases of the earlier periods, times all other \
             cases now.",
            table.from
        ),
        "Limits: by chance alone any issue at all would lie outside of its limits in at most one quiet period of ten \
         (negative binomial distribution, variance as all issues showed it before, Bonferroni's bound)."
            .to_owned(),
        "Emerging: above the upper limit. Easing: below the lower limit. Recurring: within them, and among the five \
         largest in three quarters of the periods. Too few: fewer than four earlier periods have a published figure."
            .to_owned(),
        "A season that an issue has of its own is not taken out, and counts were published only where they were high \
         enough: so a flag is a reason to ask, not an answer."
            .to_owned(),
    ]
}

/// Lines above the table, after its title.
pub(crate) fn above(table: &ExpectationTable) -> Vec<String> {
    let mut lines =
        vec![format!("{}. {}.", table.unit, table.subtitle), "This worksheet contains one table.".to_owned()];
    let has = |symbol: &str| table.rows.iter().flat_map(cells).any(|said| said.text() == symbol);
    let symbols = words::SYMBOLS.iter().filter(|(symbol, _)| has(symbol));
    lines.extend(symbols.map(|(symbol, meaning)| format!("{symbol} {meaning}.")));
    lines.extend(how(table));
    lines.extend(table.notes.iter().cloned());
    lines
}

/// The lines of the CSV, the header first.
pub(crate) fn csv(table: &ExpectationTable) -> Result<String, RenderError> {
    crate::csv::refuse_formulas(&table.id, &table.dim)?;
    let names: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
    let mut lines = format!("{},{},symbol\n", crate::csv::field(&table.dim.name), names.join(","));
    for (code, row) in table.dim.codes.iter().zip(&table.rows) {
        let figures: Vec<String> = cells(row).iter().map(Said::plain).collect();
        let symbol = match row {
            ExpectationRow::Counted { .. } => "",
            ExpectationRow::Blank(cell) => cell.symbol(),
        };
        lines.push_str(&format!("{},{},{symbol}\n", crate::csv::field(&code.code), figures.join(",")));
    }
    Ok(lines)
}

/// The path of its metadata.
pub(crate) fn metadata_path(table: &ExpectationTable) -> String {
    format!("data/{}-metadata.json", table.id.to_lowercase())
}

/// What the columns of its CSV mean.
pub(crate) fn metadata(parts: &ReleaseParts, table: &ExpectationTable) -> Result<String, RenderError> {
    let mut columns = vec![json!({
        "name": table.dim.name, "titles": {"en": [table.dim.name, table.dim.label]}, "datatype": "string", "required": true,
    })];
    columns.extend(COLUMNS.iter().map(|(name, title)| {
        let datatype = match *name {
            "flag" => json!({"base": "string"}),
            "expected" => json!({"base": "decimal", "minimum": "0"}),
            _ => json!({"base": "integer", "minimum": "0"}),
        };
        json!({"name": name, "titles": {"en": [name, title]}, "null": [""], "datatype": datatype})
    }));
    columns.push(crate::csvw::symbol_column());
    let metadata: Value = json!({
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": format!("{}.csv", table.id.to_lowercase()),
        "dc:title": format!("{}, {}", table.title, table.subtitle),
        "dc:description": how(table).join(" "),
        "dc:publisher": parts.service,
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": true, "lineTerminators": ["\n"]},
        "tableSchema": {"columns": columns, "primaryKey": [table.dim.name]},
    });
    let fault = |error: serde_json::Error| RenderError::Json { file: metadata_path(table), fault: error.to_string() };
    let mut text = serde_json::to_string_pretty(&metadata).map_err(fault)?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::expectation;

    #[test]
    fn a_line_has_five_figures_or_a_symbol() {
        let lines = "issue,observed,expected,lower,upper,flag,symbol\nEXF,1402,1234.5,1100,1401,emerging,\nATT,,,,,,c\n\
            NEW,7,,,,too few,\n";
        assert_eq!(csv(&expectation()).expect("no formula"), lines);
    }

    #[test]
    fn people_read_separators_and_symbols() {
        let said: Vec<Vec<String>> =
            expectation().rows.iter().map(|row| cells(row).iter().map(Said::text).collect()).collect();
        assert_eq!(said[0], ["1,402", "1,234.5", "1,100", "1,401", "emerging"]);
        assert_eq!(said[1], ["[c]"; 5]);
        assert_eq!(said[2], ["7", "[x]", "[x]", "[x]", "too few"]);
    }
}
