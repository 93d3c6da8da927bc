//! What the columns of a tidy table mean, as CSV on the Web metadata beside it.
//!
//! Comes in: a table. Goes out: JSON. Deliberately absent: cells.
//! Source: W3C, Metadata Vocabulary for Tabular Data, 17 December 2015.

use model::release::{ReleaseParts, ReleasedTable};
use serde_json::{Value, json};

use crate::{RenderError, words};

/// The path of the metadata of `table`.
pub(crate) fn path(table: &ReleasedTable) -> String {
    format!("data/{}-metadata.json", table.id.to_lowercase())
}

/// The last column of every table.
pub(crate) fn symbol_column() -> Value {
    let symbols: Vec<String> = words::SYMBOLS
        .iter()
        .map(|(symbol, meaning)| format!("{}: {meaning}", symbol.trim_matches(['[', ']'])))
        .collect();
    json!({
        "name": "symbol", "titles": {"en": ["symbol"]}, "null": [""], "datatype": {"base": "string", "format": "[czx]"},
        "dc:description": symbols.join("; "),
    })
}

/// The metadata of `table`, pretty, keys in order, with a line end.
pub(crate) fn write(parts: &ReleaseParts, table: &ReleasedTable) -> Result<String, RenderError> {
    let mut columns: Vec<Value> = table
        .dims
        .iter()
        .map(|dim| {
            json!({
                "name": dim.name, "titles": {"en": [dim.name, dim.label]}, "datatype": "string", "required": true,
            })
        })
        .collect();
    let rounded = words::precision(table).map_or_else(String::new, |precision| format!(". {precision}"));
    columns.push(json!({
        "name": "value", "titles": {"en": ["value", table.unit]}, "null": [""],
        "datatype": {"base": "integer", "minimum": "0"},
        "dc:description": format!("Empty where no count is published; the symbol beside it says why{rounded}"),
    }));
    columns.push(symbol_column());
    let keys: Vec<&str> = table.dims.iter().map(|dim| dim.name.as_str()).collect();
    let mut metadata = json!({
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": format!("{}.csv", table.id.to_lowercase()),
        "dc:title": format!("{}, {}", table.title, table.subtitle),
        "dc:publisher": parts.service,
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": true, "lineTerminators": ["\n"]},
        "tableSchema": {"columns": columns, "primaryKey": keys},
    });
    // Whoever takes the file alone has its notes beside it: what does not add up, and what its base is.
    if !table.notes.is_empty() {
        metadata["dc:description"] = json!(table.notes.join(" "));
    }
    let fault = |error: serde_json::Error| RenderError::Json { file: path(table), fault: error.to_string() };
    let mut text = serde_json::to_string_pretty(&metadata).map_err(fault)?;
    text.push('\n');
    Ok(text)
}
