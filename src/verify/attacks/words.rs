//! Figures in the words of `release.json`: titles, labels, audiences, reasons. Comes in: a folder and its tables. Goes out:
//! findings by key, each with its text for whoever knows the report's own words; and how many words have to be taken on trust.
//! Deliberately absent: what the words mean; and words without a number, which nobody can judge who does not know the service.
//!
//! What stands in a label or title stands on the page too and is written again with it, so only its own text can give it away:
//! `Tamworth: 3 families`. A number that counts people, and is neither a published count nor the threshold, is a figure. Other
//! numbers in labels are names (`Level 4`, `16 to 18`), and notes explain (`a family with two children has several cases`).

use std::collections::BTreeSet;

use model::{Attack, Finding};

use crate::attacks::frame::NAMING;
use crate::readers::csv::{Reading, Table};
use crate::readers::folder::{Folder, MANIFEST};

/// A figure in a text, and the text, which is in no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worded {
    /// By key.
    pub finding: Finding,
    /// The whole text.
    pub text: String,
    /// Whether a configuration may have it: the reason of a correction stands in none.
    pub may_be_configured: bool,
}

/// What the words came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// Texts with a figure.
    pub worded: Vec<Worded>,
    /// Keys of texts with numbers that may be names or explanations.
    pub trusted: BTreeSet<String>,
}

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A code, a period, a release: all of it is a name.
    Name,
    /// For people: numbers are names that nobody can check.
    Label,
    /// A title, a heading: no number is needed but those of periods.
    Heading,
    /// A sentence that explains.
    Prose,
}

/// A number of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    /// In digits.
    Digits(u64),
    /// In letters.
    Letters(u64),
    /// In signs that no text of ours has: `③`.
    Odd,
}

/// Numbers of people in letters, beside those that a cell may have.
const LETTERS: [(&str, u64); 19] = [
    ("single", 1),
    ("couple", 2),
    ("dozen", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("hundred", 100),
];

/// What is counted: people, and what they bring.
const COUNTED: [&str; 44] = [
    "adult",
    "adults",
    "applicant",
    "applicants",
    "boy",
    "boys",
    "caller",
    "callers",
    "carer",
    "carers",
    "case",
    "cases",
    "child",
    "children",
    "client",
    "clients",
    "complaint",
    "complaints",
    "contact",
    "contacts",
    "families",
    "family",
    "girl",
    "girls",
    "household",
    "households",
    "man",
    "men",
    "mother",
    "mothers",
    "parent",
    "parents",
    "patient",
    "patients",
    "people",
    "person",
    "persons",
    "pupil",
    "pupils",
    "resident",
    "residents",
    "woman",
    "women",
    "users",
];
/// Between a number and what it counts.
const BETWEEN: [&str; 7] = ["different", "more", "new", "other", "separate", "such", "young"];
/// Spans of time are no people.
const TIME: [&str; 14] = [
    "day", "days", "hour", "hours", "minute", "minutes", "month", "months", "quarter", "quarters", "week", "weeks",
    "year", "years",
];

/// Looks through every word of the folder's manifest.
#[must_use]
pub fn check(folder: &Folder, tables: &[Table]) -> Words {
    let counts = tables.iter().flat_map(|table| &table.rows).filter_map(|row| match row.reading {
        Reading::Count(count) => Some(count),
        Reading::Marker(_) | Reading::Between(..) | Reading::Impossible | Reading::NotAvailable => None,
    });
    let threshold = folder.manifest.threshold;
    let known: BTreeSet<u64> = counts.filter(|count| *count >= threshold).chain([0, threshold]).collect();
    let mut words = Words::default();
    for (key, kind, text) in texts(folder) {
        match judged(text, kind, &known, threshold) {
            Judged::Plain => {}
            Judged::Trusted => drop(words.trusted.insert(key)),
            Judged::Figure => words.worded.push(Worded {
                may_be_configured: key != CORRECTS,
                finding: finding(key),
                text: text.to_owned(),
            }),
        }
    }
    words
}

const CORRECTS: &str = "the reason of the correction";

/// Key, purpose and text of every word.
fn texts(folder: &Folder) -> Vec<(String, Kind, &str)> {
    let manifest = &folder.manifest;
    let mut texts: Vec<(String, Kind, &str)> = vec![
        ("release".to_owned(), Kind::Name, manifest.release.as_str()),
        ("period".to_owned(), Kind::Name, manifest.period.as_str()),
        ("audience".to_owned(), Kind::Heading, manifest.audience.as_str()),
    ];
    for (at, (name, hierarchy)) in manifest.hierarchies.iter().enumerate() {
        let key = || format!("hierarchies, entry {}", at + 1);
        texts.push((key(), Kind::Name, name));
        let sums = hierarchy.sums.iter().flat_map(|(parent, children)| children.iter().chain([parent]));
        texts.extend(sums.chain([&hierarchy.total]).map(|code| (key(), Kind::Name, code.as_str())));
    }
    for (at, (name, labels)) in manifest.labels.iter().enumerate() {
        // What a table's columns are called is no news; any other name may be one.
        let is_column = manifest.tables.iter().any(|entry| entry.dims.contains(name));
        let key = || if is_column { format!("labels of {name:?}") } else { format!("labels, entry {}", at + 1) };
        let own = labels.iter().flat_map(|(code, label)| [(Kind::Name, code), (Kind::Label, label)]);
        texts.extend(own.map(|(kind, text)| (key(), kind, text.as_str())));
    }
    for (at, entry) in manifest.tables.iter().enumerate() {
        texts.push((format!("tables, entry {}, title", at + 1), Kind::Heading, &entry.title));
    }
    for (at, relation) in manifest.relations.iter().enumerate() {
        texts.push((format!("relations, entry {}, says", at + 1), Kind::Heading, &relation.says));
    }
    texts.extend(manifest.earlier.keys().map(|name| ("earlier".to_owned(), Kind::Name, name.as_str())));
    if let Some(corrects) = &manifest.corrects {
        texts.push((CORRECTS.to_owned(), Kind::Label, &corrects.reason));
    }
    texts.extend(presented(folder));
    texts
}

/// The words of the page.
fn presented(folder: &Folder) -> Vec<(String, Kind, &str)> {
    let Some(words) = &folder.manifest.presentation else { return Vec::new() };
    let key = |name: &str| format!("presentation, {name}");
    let mut texts: Vec<(String, Kind, &str)> = vec![
        (key("service"), Kind::Heading, &words.service),
        (key("title"), Kind::Heading, &words.title),
        (key("period"), Kind::Heading, &words.period),
        (key("audience"), Kind::Heading, &words.audience),
        (key("introduction"), Kind::Prose, &words.introduction),
    ];
    texts.extend(words.dimensions.values().map(|label| (key("dimensions"), Kind::Heading, label.as_str())));
    for (at, table) in words.tables.values().enumerate() {
        let key = |name: &str| format!("presentation, tables, entry {}, {name}", at + 1);
        texts.push((key("subtitle"), Kind::Heading, &table.subtitle));
        texts.push((key("unit"), Kind::Heading, &table.unit));
        texts.extend(table.notes.iter().map(|note| (key("notes"), Kind::Prose, note.as_str())));
        let labels = table.labels.values().flat_map(|labels| labels.values());
        texts.extend(labels.map(|label| (key("labels"), Kind::Label, label.as_str())));
    }
    texts
}

enum Judged {
    Plain,
    /// It has a number that may be a name or an explanation.
    Trusted,
    Figure,
}

fn judged(text: &str, kind: Kind, known: &BTreeSet<u64>, threshold: u64) -> Judged {
    let words: Vec<String> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let mut judged = Judged::Plain;
    for (at, word) in words.iter().enumerate() {
        let Some(number) = number(word) else { continue };
        let is_named = at.checked_sub(1).is_some_and(|before| NAMING.contains(&words[before].as_str()));
        let after = |steps: usize| words.get(at + steps).map_or("", String::as_str);
        let counted = COUNTED.contains(&after(1)) || BETWEEN.contains(&after(1)) && COUNTED.contains(&after(2));
        let (value, in_letters) = match number {
            Number::Odd => return Judged::Figure,
            Number::Digits(value) => (value, false),
            Number::Letters(value) => (value, true),
        };
        let is_small = (1..threshold).contains(&value);
        let is_figure = match kind {
            Kind::Prose => false,
            _ if counted => !known.contains(&value),
            _ if is_named || TIME.contains(&after(1)) => false,
            // `one` is a pronoun too.
            Kind::Heading if in_letters => value > 1 && !known.contains(&value),
            Kind::Heading | Kind::Label | Kind::Name => !in_letters && is_small && ends_a_list(text, word),
        };
        if is_figure {
            return Judged::Figure;
        }
        let is_published = counted && known.contains(&value);
        let says_nothing = is_published
            || kind == Kind::Name
            || is_named
            || (1900..=2100).contains(&value)
            || value == 1 && in_letters
            || value == threshold;
        if !says_nothing {
            judged = Judged::Trusted;
        }
    }
    judged
}

/// `Tamworth: 3`.
fn ends_a_list(text: &str, number: &str) -> bool {
    let before = text.trim_end_matches(|letter: char| !letter.is_alphanumeric()).strip_suffix(number);
    before.is_some_and(|before| before.trim_end().ends_with(':'))
}

/// A word as a number; digits that touch letters are part of a name.
fn number(word: &str) -> Option<Number> {
    if word.chars().any(|letter| !letter.is_ascii() && letter.is_numeric()) {
        return Some(Number::Odd);
    }
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Number::Digits(word.parse().unwrap_or(u64::MAX)));
    }
    // That there are none says nothing of anybody.
    let mut all = LETTERS.iter().chain(model::published::WORDS.iter().filter(|(_, value)| *value > 0));
    all.find(|(letters, _)| *letters == word).map(|(_, value)| Number::Letters(*value))
}

fn finding(key: String) -> Finding {
    Finding {
        attack: Attack::Manifest,
        kind: "figure_in_words".to_owned(),
        file: MANIFEST.to_owned(),
        place: key,
        message: "a number that counts people, and that no table publishes".to_owned(),
        claim: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, kind: Kind) -> &'static str {
        match judged(text, kind, &BTreeSet::from([0, 5, 84]), 5) {
            Judged::Plain => "plain",
            Judged::Trusted => "trusted",
            Judged::Figure => "figure",
        }
    }

    #[test]
    fn a_number_of_people_in_a_label_or_title_is_a_figure() {
        for text in
            ["Tamworth: 3 families", "Three families in Tamworth", "Tamworth: 3", "Tamworth, 13 other cases", "③"]
        {
            assert_eq!((of(text, Kind::Label), of(text, Kind::Heading)), ("figure", "figure"), "{text}");
        }
        for text in ["Take-up by district, three outside", "public: three outside", "Two had been counted twice"] {
            assert_eq!(of(text, Kind::Heading), "figure", "{text}");
        }
        assert_eq!(of("One family in Tamworth", Kind::Heading), "figure");
    }

    #[test]
    fn names_periods_and_published_counts_are_none() {
        for text in ["Level 4", "Year 3", "January to March 2026", "84 families", "fewer than 5 families", "E07000192"]
        {
            assert_eq!((of(text, Kind::Label), of(text, Kind::Heading)), ("plain", "plain"), "{text}");
        }
        for text in ["16 to 18", "3 or more contacts", "2025-26 Q4", "Within 4 weeks"] {
            assert_eq!(of(text, Kind::Label), "trusted", "{text}");
        }
        assert_eq!(of("2025-26-Q4", Kind::Name), "plain");
        assert_eq!(of("A family with two children has several cases.", Kind::Prose), "trusted");
        assert_eq!(of("One person asked to be erased", Kind::Heading), "figure");
    }
}
