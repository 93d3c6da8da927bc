//! Code lists and the levels above their codes. Comes in: `codes/*.csv`. Goes out: codes in order, with labels, coarser
//! levels, bands and the time in which each code was in use.

use std::collections::BTreeMap;

use crate::config::error::{ConfigError, Document};
use crate::period::{Calendar, Period};

/// One code of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeEntry {
    /// As stored and published.
    pub code: String,
    /// For people.
    pub label: String,
    /// Value of each further column, by its header: coarser levels, `min`, `max`.
    pub columns: BTreeMap<String, String>,
    /// First and last month of use, where the list has columns `from` and `to`.
    pub in_use: (Option<Period>, Option<Period>),
}

/// A code list in its order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeList {
    /// Path of its file, for messages.
    pub path: String,
    /// Further columns in the file's order.
    pub columns: Vec<String>,
    /// In the file's order, which is the order of pages.
    pub entries: Vec<CodeEntry>,
}

impl CodeList {
    /// Reads a list: a header with `code` and `label` and further columns, then a line a code.
    ///
    /// # Errors
    /// [`ConfigError`] with the line where a code is blank, comes twice, or a line has another number of columns.
    pub fn read(document: &Document, calendar: Calendar) -> Result<Self, ConfigError> {
        let mut lines = csv_lines(&document.text);
        let Some((header_span, header)) = lines.next() else {
            return Err(document.error(0..0, "the code list is empty").with_help("its first line is `code,label`"));
        };
        let position = |name: &str| header.iter().position(|column| column == name);
        let (Some(code_at), Some(label_at)) = (position("code"), position("label")) else {
            return Err(document.error(header_span, "the header has no `code` and `label`"));
        };
        let mut list = Self { path: document.path.to_string(), ..Self::default() };
        list.columns = header.iter().filter(|name| !["code", "label"].contains(&name.as_str())).cloned().collect();
        for (span, values) in lines {
            if values.len() != header.len() {
                let message = format!("{} columns where the header has {}", values.len(), header.len());
                return Err(document.error(span, message));
            }
            let code = values[code_at].clone();
            if code.is_empty() || list.find(&code).is_some() {
                let message = if code.is_empty() { "a blank code".to_owned() } else { format!("{code:?} comes twice") };
                return Err(document.error(span, message));
            }
            let columns: BTreeMap<String, String> = header
                .iter()
                .cloned()
                .zip(values.iter().cloned())
                .filter(|(name, _)| list.columns.contains(name))
                .collect();
            let month = |name: &str| match columns.get(name).filter(|text| !text.is_empty()) {
                None => Ok(None),
                Some(text) => Period::parse(text, calendar)
                    .map(Some)
                    .map_err(|error| document.error(span.clone(), error.to_string())),
            };
            let in_use = (month("from")?, month("to")?);
            list.entries.push(CodeEntry { code, label: values[label_at].clone(), columns, in_use });
        }
        Ok(list)
    }

    /// The entry of a code.
    #[must_use]
    pub fn find(&self, code: &str) -> Option<&CodeEntry> {
        self.entries.iter().find(|entry| entry.code == code)
    }
}

/// RFC 4180 records with the bytes they stand at; blank lines and lines that start with `#` are passed over.
pub(super) fn csv_lines(text: &str) -> impl Iterator<Item = (std::ops::Range<usize>, Vec<String>)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = &text[at..];
            if rest.is_empty() {
                return None;
            }
            let length = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
            let line = rest[..length].trim_end_matches(['\n', '\r']);
            let span = at..at + line.len();
            at += length;
            if !line.trim().is_empty() && !line.starts_with('#') {
                return Some((span, split_record(line)));
            }
        }
    })
}

fn split_record(line: &str) -> Vec<String> {
    let (mut values, mut value, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, quoted) {
            ('"', true) if characters.peek() == Some(&'"') => {
                characters.next();
                value.push('"');
            }
            ('"', _) => quoted = !quoted,
            (',', false) => values.push(std::mem::take(&mut value)),
            _ => value.push(character),
        }
    }
    values.push(value);
    values.iter().map(|value| value.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALENDAR: Calendar = Calendar { year_starts_in: 4 };

    #[test]
    fn a_list_keeps_its_order_its_levels_and_its_time() {
        let text = "code,label,group,from,to\nSA,\"School Action, early\",Support,,2014-M08\nNONE,None,,,\n";
        let list = CodeList::read(&Document::new("codes/stage.csv", text), CALENDAR).expect("a sound list");
        assert_eq!(list.entries[0].label, "School Action, early");
        assert_eq!(list.entries[0].columns["group"], "Support");
        assert_eq!(list.entries[0].in_use.1, Period::parse("2014-M08", CALENDAR).ok());
        assert_eq!(list.find("NONE").map(|entry| entry.label.as_str()), Some("None"));
    }

    #[test]
    fn a_code_that_comes_twice_is_named_with_its_line() {
        let document = Document::new("codes/need.csv", "code,label\nASD,Autism\nASD,Again\n");
        let error = CodeList::read(&document, CALENDAR).expect_err("a code comes twice");
        assert_eq!(error.line_and_column().0, 3);
    }
}
