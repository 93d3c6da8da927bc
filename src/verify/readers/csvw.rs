//! The metadata beside a tidy table. Comes in: JSON. Goes out: its texts, and what does not fit the table. Deliberately
//! absent: a full reader of the vocabulary; what is not expected is named.

use serde_json::Value;

use crate::readers::png::Fault;

/// Keys that describe a table and its columns.
const KEYS: [&str; 26] = [
    "@context",
    "@language",
    "url",
    "dc:title",
    "dc:description",
    "dc:publisher",
    "dc:license",
    "dialect",
    "encoding",
    "delimiter",
    "header",
    "lineTerminators",
    "tableSchema",
    "columns",
    "primaryKey",
    "name",
    "titles",
    "en",
    "null",
    "datatype",
    "base",
    "minimum",
    "format",
    "required",
    "aboutUrl",
    "maximum",
];

/// What the format itself says.
const FIXED: [&str; 2] = ["http://www.w3.org/ns/csvw", "utf-8"];

/// Metadata as read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// The table's file, beside this one.
    pub url: String,
    /// Column names.
    pub columns: Vec<String>,
    /// Every text.
    pub texts: Vec<String>,
    /// What should not be there.
    pub faults: Vec<Fault>,
}

/// Reads the metadata; none where it is no JSON object.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Metadata> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let url = value.get("url")?.as_str()?.to_owned();
    let columns = value.get("tableSchema")?.get("columns")?.as_array()?;
    let columns =
        columns.iter().filter_map(|column| column.get("name")).filter_map(Value::as_str).map(str::to_owned).collect();
    let mut metadata = Metadata { url, columns, ..Metadata::default() };
    metadata.walk(&value);
    Some(metadata)
}

impl Metadata {
    fn walk(&mut self, value: &Value) {
        match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    if !KEYS.contains(&key.as_str()) {
                        self.faults.push(("metadata_key", "a key that describes no table or column"));
                    }
                    // A count is never negative: that says nothing about any.
                    if !(key == "minimum" && value == "0") {
                        self.walk(value);
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.walk(value)),
            Value::String(text) if FIXED.contains(&text.as_str()) => {}
            Value::String(text) => self.texts.push(text.clone()),
            Value::Number(number) => self.texts.push(number.to_string()),
            Value::Null | Value::Bool(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_texts_are_read_and_other_keys_are_named() {
        let text =
            br#"{"url": "t01.csv", "tableSchema": {"columns": [{"name": "place"}, {"name": "value"}]}, "rows": 3}"#;
        let metadata = read(text).expect("metadata");
        assert_eq!((metadata.url.as_str(), metadata.columns.len()), ("t01.csv", 2));
        assert_eq!(metadata.faults, [("metadata_key", "a key that describes no table or column")]);
        assert_eq!(read(b"[]"), None);
    }
}
