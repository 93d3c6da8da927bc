//! The closed world of numbers: those that a text of a release may say. Comes in: manifests and tables. Goes out: whether
//! a text says another number. Deliberately absent: what a number means; a sentence must be made of released figures.

use std::collections::BTreeSet;

use model::Manifest;
use model::manifest::TableEntry;

use crate::readers::csv::{Reading, Table};

/// Words before a number that make it a name: `level 4`, `Section 19`.
pub(crate) const NAMING: [&str; 16] = [
    "level",
    "levels",
    "stage",
    "section",
    "sections",
    "part",
    "schedule",
    "chapter",
    "regulation",
    "article",
    "act",
    "table",
    "note",
    "year",
    "tier",
    "step",
];

/// Numbers that the released tables or their frame explain.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    numbers: BTreeSet<u64>,
}

impl Frame {
    /// Every published count, the threshold, the bounds of a method, every number in names and labels, and counts of tables,
    /// rows and cells.
    #[must_use]
    pub fn of(manifest: &Manifest, tables: &[Table]) -> Self {
        let mut frame = Self::default();
        frame.numbers.insert(manifest.threshold);
        frame.numbers.insert(tables.len() as u64);
        // The method is public.
        let methods = manifest.tables.iter();
        let bounds = methods.flat_map(|entry| [entry.rounding.as_ref().map(|rounding| rounding.base), noise(entry)]);
        frame.numbers.extend(bounds.flatten());
        for table in tables {
            let hidden = table
                .rows
                .iter()
                .filter(|row| matches!(row.reading, Reading::Marker(_) | Reading::Between(..)))
                .count();
            frame.numbers.extend([table.rows.len() as u64, hidden as u64]);
            let first: BTreeSet<&[String]> = table
                .rows
                .iter()
                .map(|row| row.codes.split_last().map_or(&row.codes[..], |(_, first)| first))
                .collect();
            frame.numbers.insert(first.len() as u64);
            for row in &table.rows {
                if let Reading::Count(count) = row.reading {
                    frame.numbers.insert(count);
                }
            }
        }
        let labels = manifest.labels.values().flat_map(|labels| labels.iter().flat_map(|(code, label)| [code, label]));
        let entries = manifest.tables.iter().flat_map(|table| [&table.id, &table.title]);
        let names = [&manifest.release, &manifest.period].into_iter().chain(manifest.earlier.keys());
        for text in labels.chain(entries).chain(names) {
            frame.allow(text);
        }
        frame
    }

    /// Takes every number of `text` into the frame.
    pub fn allow(&mut self, text: &str) {
        let found: Vec<u64> = numbers(text).into_iter().filter_map(|(_, value)| value).collect();
        self.numbers.extend(found);
    }

    /// Whether `text` says a number that nothing explains.
    #[must_use]
    pub fn is_exceeded_by(&self, text: &str) -> bool {
        numbers(text).into_iter().any(|(named, value)| {
            let explained = value.is_some_and(|value| (1900..=2100).contains(&value) || self.numbers.contains(&value));
            !named && !explained
        })
    }
}

/// How far a table's figures are from the truth, where it says so.
fn noise(entry: &TableEntry) -> Option<u64> {
    entry.perturbation.as_ref().map(|perturbation| perturbation.deviation).or(entry.noise)
}

/// The numbers of a text, whether a word before each makes it a name, and its value where it is a whole number.
///
/// Digits that touch a letter are part of a name (`Q3`, `T09`, `r1`), and a date is one.
fn numbers(text: &str) -> Vec<(bool, Option<u64>)> {
    let mut numbers = Vec::new();
    let mut before = String::new();
    let words: Vec<&str> = text.split_whitespace().collect();
    for (at, word) in words.iter().enumerate() {
        // A share is no count, so no published count explains it: `6 %` of a known whole is a count.
        let is_share = words.get(at + 1).is_some_and(|next| {
            let next = next.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '%').to_lowercase();
            next.starts_with('%')
                || next.starts_with("percent")
                || next == "per" && words.get(at + 2).is_some_and(|next| next.to_lowercase().starts_with("cent"))
        });
        let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '%');
        let is_named = NAMING.contains(&before.as_str());
        before = bare.to_lowercase();
        if is_date(bare) {
            continue;
        }
        let parts = bare.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, ',' | '.' | '%'));
        for part in parts.filter(|part| part.contains(|letter: char| letter.is_ascii_digit())) {
            if part.contains(char::is_alphabetic) {
                continue;
            }
            let part = part.trim_matches([',', '.']);
            let digits: String = part.chars().filter(|letter| *letter != ',').collect();
            numbers.push((is_named, if is_share { None } else { digits.parse().ok() }));
        }
    }
    numbers
}

/// `2026-06-30`.
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    parts.iter().map(|part| part.len()).eq([4, 2, 2]) && parts.iter().all(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exceeds(text: &str) -> bool {
        let frame = Frame { numbers: BTreeSet::from([5, 84, 1301]) };
        frame.is_exceeded_by(text)
    }

    #[test]
    fn a_sentence_of_released_figures_is_explained() {
        assert!(!exceeds("Largest by issue: Exclusion, with 84 of 1,301 cases opened (2026-Q2)."));
        assert!(!exceeds(
            "From advice (level 1) to an appeal (level 4), under Section 19; Release 2026-Q2-public-r1, 2026-06-30."
        ));
    }

    #[test]
    fn a_number_of_no_table_is_not() {
        for text in
            ["with 83 of 1,301", "83.", "(83)", "6 %", "84%", "84 %", "84 per cent", "1,301.5", "n=83", "3-5 families"]
        {
            assert!(exceeds(text), "{text}");
        }
    }
}
