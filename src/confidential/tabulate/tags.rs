//! Keyword tags of free text, counted. Comes in: stored cases, a fixed list of words. Goes out: for each tag the cases and
//! families of each month. Deliberately absent: any word of a text in what goes out.

use std::collections::{BTreeMap, BTreeSet};

use model::config::Configuration;
use model::config::issues::Tags;
use model::period::Period;

use super::{Counts, TabulateError};
use crate::store::Store;
use crate::tabulate::frame::{OWN_UNIT, unit_of};

/// For each tag the counts of each of `periods`, of cases opened in it.
///
/// # Errors
/// [`TabulateError::Store`]
pub fn tagged(
    store: &Store,
    configuration: &Configuration,
    tags: &Tags,
    periods: &[Period],
) -> Result<Vec<Vec<Counts>>, TabulateError> {
    let matchers: Vec<Matcher> = tags.tags.iter().map(|tag| Matcher::new(&tag.words)).collect();
    let mut units: BTreeMap<(usize, usize), (u64, u64, BTreeSet<u64>)> = BTreeMap::new();
    for (name, source) in &configuration.sources {
        if source.fields.iter().all(|field| field.name != tags.field) {
            continue;
        }
        store.scan(name, &[tags.field.as_str()], None, &mut |case| {
            let (Some(month), Some(Some(text))) = (case.opened_month, case.values.first()) else { return };
            let held = |period: &Period| (period.start.0..period.end.0).contains(&month);
            let Some(period) = periods.iter().position(held) else { return };
            let words = words(text);
            for (tag, _) in matchers.iter().enumerate().filter(|(_, matcher)| matcher.is_in(&words)) {
                let (cases, own, families) = units.entry((tag, period)).or_default();
                *cases += 1;
                match unit_of(&case, source.family.is_some()) {
                    OWN_UNIT => *own += 1,
                    family => {
                        families.insert(family);
                    }
                }
            }
        })?;
    }
    let counts = |tag: usize, period: usize| {
        units.get(&(tag, period)).map_or_else(Counts::default, |(cases, own, families)| Counts {
            counted: *cases,
            protected: own + families.len() as u64,
            largest: 0,
        })
    };
    Ok((0..matchers.len()).map(|tag| (0..periods.len()).map(|period| counts(tag, period)).collect()).collect())
}

/// The phrases of a tag, each a list of words; whether a word may have any ending.
struct Matcher(Vec<Vec<(String, bool)>>);

impl Matcher {
    fn new(phrases: &[String]) -> Self {
        let word = |word: &str| (word.trim_end_matches('*').to_lowercase(), word.ends_with('*'));
        Self(phrases.iter().map(|phrase| phrase.split_whitespace().map(word).collect()).collect())
    }

    fn is_in(&self, text: &[String]) -> bool {
        let fits = |(wanted, any_ending): &(String, bool), word: &String| {
            if *any_ending { word.starts_with(wanted.as_str()) } else { word == wanted }
        };
        self.0.iter().any(|phrase| {
            !phrase.is_empty()
                && text
                    .windows(phrase.len())
                    .any(|words| phrase.iter().zip(words).all(|(wanted, word)| fits(wanted, word)))
        })
    }
}

/// The words of a text in lower case.
fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_words_and_phrases_and_not_parts_of_words() {
        let matcher = Matcher::new(&["no answer".to_owned(), "refus*".to_owned()]);
        assert!(matcher.is_in(&words("They had NO\nanswer since.")));
        assert!(matcher.is_in(&words("Child is refusing school")));
        assert!(!matcher.is_in(&words("There is no reason to answer; casino answered")));
    }
}
