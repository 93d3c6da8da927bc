//! Carries out the rules over several fields of one case. Comes in: stored values. Goes out: whether a rule holds.
//! A rule whose fields are blank holds: nothing contradicts it.

use model::config::dimension::{Dimension, NESTED};
use model::config::impossible::{Codes, names};
use model::config::rule::{Condition, Rule, RuleKind};
use model::config::source::Source;
use model::config::{CodeEntry, CodeList};
use model::period::Month;

use std::collections::BTreeMap;

/// The rules of a source, ready for its rows.
pub(crate) struct Rules<'a> {
    source: &'a Source,
    codes: &'a BTreeMap<String, CodeList>,
}

impl<'a> Rules<'a> {
    pub(crate) const fn new(source: &'a Source, codes: &'a BTreeMap<String, CodeList>) -> Self {
        Self { source, codes }
    }

    /// The rules that a case breaks; in fields that are `absent`, by their places, its export has no column, and it says nothing of them.
    pub(crate) fn broken(&self, values: &[Option<String>], absent: &[usize]) -> impl Iterator<Item = &'a Rule> {
        let is_broken = |rule: &&Rule| self.holds(&rule.kind, values) == Some(false);
        self.source.rules.iter().filter(is_broken).filter(|rule| !self.is_about(&rule.kind, absent))
    }

    /// Whether a rule needs to know that one of these fields is blank.
    fn is_about(&self, kind: &RuleKind, absent: &[usize]) -> bool {
        let RuleKind::ExactlyWhen { when, then } = kind else { return false };
        let mut fields = when.fields.iter().chain(&then.fields);
        fields.any(|field| self.source.position(field).is_some_and(|at| absent.contains(&at)))
    }

    fn value<'v>(&self, field: &str, values: &'v [Option<String>]) -> Option<&'v str> {
        values[self.source.position(field)?].as_deref()
    }

    fn entry(&self, field: &str, values: &[Option<String>]) -> Option<&'a CodeEntry> {
        let at = self.source.position(field)?;
        self.codes.get(self.source.fields[at].codes.as_ref()?)?.find(values[at].as_deref()?)
    }

    /// None where a field that the rule needs is blank.
    fn holds(&self, kind: &RuleKind, values: &[Option<String>]) -> Option<bool> {
        match kind {
            // Stored dates sort as text.
            RuleKind::NotBefore { field, after } => Some(self.value(field, values)? >= self.value(after, values)?),
            RuleKind::ExactlyWhen { when, then } => Some(self.met(when, values) == self.met(then, values)),
            RuleKind::AgeBetween { from, at, min, max } => {
                let age = age_years(self.value(from, values)?, self.value(at, values)?)?;
                Some((*min..=*max).contains(&age))
            }
            RuleKind::AgeNear { from, at, field, column, within } => {
                let age = age_years(self.value(from, values)?, self.value(at, values)?)?;
                let usual: i64 = self.entry(field, values)?.columns.get(column)?.parse().ok()?;
                Some((age - usual).abs() <= *within)
            }
            RuleKind::InUse { field, at } => {
                let (from, to) = self.entry(field, values)?.in_use;
                let month = month(self.value(at, values)?)?;
                Some(from.is_none_or(|from| from.start <= month) && to.is_none_or(|to| month < to.end))
            }
            RuleKind::NumberBetween { field, min, max } => {
                Some((*min..=*max).contains(&self.value(field, values)?.parse().ok()?))
            }
            RuleKind::NotTogether { codes } => {
                let hold = codes.iter().map(|(dimension, codes)| self.is_of(dimension, codes, values));
                Some(!hold.collect::<Option<Vec<bool>>>()?.into_iter().all(|is_one| is_one))
            }
            // This one needs all cases; it is carried out when they are all there.
            RuleKind::NearDuplicate { .. } => None,
        }
    }

    /// Whether the code of a case is one of those; none where a field is blank.
    fn is_of(&self, dimension: &Dimension, codes: &Codes, values: &[Option<String>]) -> Option<bool> {
        let fields = dimension.fields();
        let parts: Option<Vec<&str>> = fields.iter().map(|field| self.value(field, values)).collect();
        Some(codes.hold(names(dimension, self.codes, &parts?.join(NESTED))))
    }

    fn met(&self, condition: &Condition, values: &[Option<String>]) -> bool {
        condition.fields.iter().filter_map(|field| self.value(field, values)).any(|value| {
            // A field of several codes holds each of them; a field of one holds no `;`.
            condition.codes.is_empty() || value.split(';').any(|code| condition.codes.iter().any(|other| other == code))
        })
    }
}

/// Full years between two stored dates.
fn age_years(from: &str, at: &str) -> Option<i64> {
    let year = |date: &str| date.get(..4)?.parse::<i64>().ok();
    Some(year(at)? - year(from)? - i64::from(at.get(5..)? < from.get(5..)?))
}

fn month(date: &str) -> Option<Month> {
    Some(Month::new(date.get(..4)?.parse().ok()?, date.get(5..7)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_age_turns_on_the_birthday() {
        assert_eq!(super::age_years("2014-03-10", "2025-03-09"), Some(10));
        assert_eq!(super::age_years("2014-03-10", "2025-03-10"), Some(11));
        assert_eq!(super::age_years("2026-03-10", "2025-03-10"), Some(-1));
    }
}
