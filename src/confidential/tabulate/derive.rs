//! From stored values to the code of a dimension: the field's own code, bands of numbers, of ages and of working days,
//! nested fields. Comes in: stored values. Goes out: an index into the dimension's leaves. Deliberately absent: rows.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::{Date, Weekday};
use model::config::dimension::{Derivation, SEPARATOR};
use model::config::{CodeList, Dimension};

pub use model::config::dimension::NESTED;

/// Turns the stored values of one dimension's fields into leaf codes.
#[derive(Debug)]
pub struct Deriver {
    /// The fields it needs, in the order in which it wants their values.
    pub fields: Vec<String>,
    how: How,
    /// Leaves met so far, in order of first meeting for open dimensions and in the list's order for closed ones.
    pub leaves: Vec<String>,
    known: HashMap<String, u32>,
    missing: u32,
    /// First and last month of use by leaf, both inclusive, of closed lists.
    in_use: Vec<(i32, i32)>,
}

#[derive(Debug)]
enum How {
    Code,
    Number(Vec<Band>),
    AgeYears(Vec<Band>),
    WorkingDays(Vec<Band>, BTreeSet<Date>),
    Nested(String),
    /// How many leaves are codes of the list; sets of answers follow.
    Answers(u32),
}

#[derive(Debug, Clone, Copy)]
struct Band {
    leaf: u32,
    lowest: i64,
    highest: i64,
}

impl Deriver {
    /// The deriver of a dimension.
    #[must_use]
    pub fn new(dimension: &Dimension, list: Option<&CodeList>, holidays: Option<&CodeList>) -> Self {
        let entries = list.map(|list| list.entries.as_slice()).unwrap_or_default();
        let mut leaves: Vec<String> = entries.iter().map(|entry| entry.code.clone()).collect();
        let bands = || {
            let bound = |text: Option<&String>, open: i64| match text.map(String::as_str) {
                None | Some("") => open,
                Some(text) => text.parse().unwrap_or(open),
            };
            let numbered = entries.iter().enumerate().filter(|(_, entry)| entry.code != dimension.missing);
            numbered
                .map(|(at, entry)| Band {
                    leaf: at as u32,
                    lowest: bound(entry.columns.get("min"), i64::MIN),
                    highest: bound(entry.columns.get("max"), i64::MAX),
                })
                .collect::<Vec<_>>()
        };
        let (fields, how) = match &dimension.derivation {
            Derivation::Code { field } => (vec![field.clone()], How::Code),
            Derivation::Band { field } => (vec![field.clone()], How::Number(bands())),
            Derivation::AgeYears { from, at } => (vec![from.clone(), at.clone()], How::AgeYears(bands())),
            Derivation::WorkingDays { from, at, .. } => {
                let days = holidays.map(|list| list.entries.as_slice()).unwrap_or_default();
                let days = days.iter().filter_map(|entry| entry.code.parse().ok()).collect();
                (vec![from.clone(), at.clone()], How::WorkingDays(bands(), days))
            }
            Derivation::Nested { fields } => (fields.clone(), How::Nested(dimension.missing.clone())),
            Derivation::Answers { fields, .. } => (fields.clone(), How::Answers(entries.len() as u32)),
        };
        if leaves.is_empty() {
            leaves.push(dimension.missing.clone());
        }
        let known: HashMap<String, u32> = leaves.iter().cloned().zip(0..).collect();
        let missing = known.get(&dimension.missing).copied().unwrap_or(0);
        let month = |period: Option<model::Period>, open: i32, last: bool| {
            period.map_or(open, |period| if last { period.end.0 - 1 } else { period.start.0 })
        };
        let in_use = entries
            .iter()
            .map(|entry| (month(entry.in_use.0, i32::MIN, false), month(entry.in_use.1, i32::MAX, true)))
            .collect();
        Self { fields, how, leaves, known, missing, in_use }
    }

    /// Whether anything can be said of a case with these fields known, by their places: of a span both its ends, else the first.
    #[must_use]
    pub fn is_known(&self, known: impl Fn(usize) -> bool) -> bool {
        match self.how {
            How::AgeYears(_) | How::WorkingDays(..) => (0..self.fields.len()).all(known),
            How::Code | How::Number(_) | How::Nested(_) | How::Answers(_) => known(0),
        }
    }

    /// The leaf of a case that has none.
    #[must_use]
    pub const fn missing(&self) -> u32 {
        self.missing
    }

    /// The leaf under which a case of `month` is counted: a code that was not in use then is not recorded.
    #[must_use]
    pub fn in_month(&mut self, leaf: u32, month: i32) -> u32 {
        let is_in_use = |in_use: &[(i32, i32)], leaf: u32| {
            in_use.get(leaf as usize).is_none_or(|(from, to)| (*from..=*to).contains(&month))
        };
        match self.how {
            How::Answers(listed) if leaf >= listed => {
                let in_use = std::mem::take(&mut self.in_use);
                let kept = self.kept(leaf, |answer| is_in_use(&in_use, answer));
                self.in_use = in_use;
                kept
            }
            How::Answers(_) | How::Code | How::Number(_) | How::AgeYears(_) | How::WorkingDays(..) | How::Nested(_) => {
                if is_in_use(&self.in_use, leaf) {
                    leaf
                } else {
                    self.missing
                }
            }
        }
    }

    /// A set of answers without those that are not `wanted`; what is not recorded where none is left. A main answer that
    /// falls out leaves the others without one.
    pub(super) fn kept(&mut self, leaf: u32, wanted: impl Fn(u32) -> bool) -> u32 {
        let parts: Vec<u32> =
            self.leaves[leaf as usize].split(SEPARATOR).filter_map(|code| self.known.get(code)).copied().collect();
        let (main, others) =
            parts.split_first().map_or((self.missing, [].as_slice()), |(main, others)| (*main, others));
        let main = if wanted(main) { main } else { self.missing };
        self.set_of(main, others.iter().copied().filter(|&other| wanted(other)).collect())
    }

    /// The leaf of a main answer, or what is missing in its place, and of further ones, each once.
    fn set_of(&mut self, main: u32, mut others: Vec<u32>) -> u32 {
        others.retain(|&other| other != main && other != self.missing);
        others.sort_unstable();
        others.dedup();
        let mut code = self.leaves[main as usize].clone();
        for other in others {
            code.push(SEPARATOR);
            code.push_str(&self.leaves[other as usize]);
        }
        self.add(code)
    }

    /// The leaf of a case, from the values of `fields`; none where a closed list does not hold the stored code.
    pub fn leaf(&mut self, values: &[Option<&str>]) -> Option<u32> {
        match &self.how {
            How::Code => match values[0] {
                None => Some(self.missing),
                Some(code) => self.known.get(code).copied(),
            },
            How::Answers(listed) => {
                let listed = *listed;
                let code = |code: &str| self.known.get(code).copied().filter(|&at| at < listed);
                let main = values[0].map_or(Some(self.missing), code)?;
                let others = values[1..].iter().flatten().flat_map(|codes| codes.split(SEPARATOR));
                let others = others.filter(|code| !code.is_empty()).map(code).collect::<Option<Vec<u32>>>()?;
                Some(self.set_of(main, others))
            }
            How::Number(bands) => {
                Some(band(bands, values[0].and_then(|text| text.parse().ok())).unwrap_or(self.missing))
            }
            How::AgeYears(bands) => {
                let years = dates(values).and_then(|(from, at)| full_years(from, at));
                Some(band(bands, years).unwrap_or(self.missing))
            }
            How::WorkingDays(bands, holidays) => {
                let days = dates(values).and_then(|(from, at)| working_days(from, at, holidays));
                Some(band(bands, days).unwrap_or(self.missing))
            }
            How::Nested(missing) => {
                let mut code = String::new();
                for value in values {
                    if !code.is_empty() {
                        code.push_str(NESTED);
                    }
                    code.push_str(value.unwrap_or(missing));
                    if value.is_none() {
                        break;
                    }
                }
                Some(match self.known.get(&code) {
                    Some(leaf) => *leaf,
                    None => self.add(code),
                })
            }
        }
    }

    /// The index of a leaf, which is added where it is new.
    pub fn add(&mut self, code: String) -> u32 {
        if let Some(leaf) = self.known.get(&code) {
            return *leaf;
        }
        let leaf = self.leaves.len() as u32;
        self.leaves.push(code.clone());
        self.known.insert(code, leaf);
        leaf
    }
}

fn band(bands: &[Band], number: Option<i64>) -> Option<u32> {
    let number = number?;
    bands.iter().find(|band| (band.lowest..=band.highest).contains(&number)).map(|band| band.leaf)
}

fn dates(values: &[Option<&str>]) -> Option<(Date, Date)> {
    Some((values[0]?.parse().ok()?, values[1]?.parse().ok()?))
}

/// Birthdays passed; a child born on 29 February has its birthday on 1 March in other years.
fn full_years(from: Date, at: Date) -> Option<i64> {
    let before_birthday = (at.month(), at.day()) < (from.month(), from.day());
    let years = i64::from(at.year()) - i64::from(from.year()) - i64::from(before_birthday);
    (years >= 0).then_some(years)
}

/// Working days after `from` up to and including `at`: 0 on the same day, 1 from Friday to Monday.
fn working_days(from: Date, at: Date, holidays: &BTreeSet<Date>) -> Option<i64> {
    const LONGEST_DAYS: usize = 3_660;
    if at < from {
        return None;
    }
    let mut days = 0;
    let mut day = from;
    for _ in 0..LONGEST_DAYS {
        if day >= at {
            return Some(days);
        }
        day = day.tomorrow().ok()?;
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        days += i64::from(!weekend && !holidays.contains(&day));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn friday_to_tuesday_over_a_bank_holiday_is_one_working_day() {
        let holidays = BTreeSet::from([date("2026-05-25")]);
        assert_eq!(working_days(date("2026-05-22"), date("2026-05-26"), &holidays), Some(1));
        assert_eq!(working_days(date("2026-05-22"), date("2026-05-22"), &holidays), Some(0));
        assert_eq!(working_days(date("2026-05-22"), date("2026-05-21"), &holidays), None);
    }

    #[test]
    fn an_age_grows_on_the_birthday_and_not_before() {
        assert_eq!(full_years(date("2014-03-01"), date("2025-02-28")), Some(10));
        assert_eq!(full_years(date("2014-03-01"), date("2025-03-01")), Some(11));
        assert_eq!(full_years(date("2016-02-29"), date("2017-02-28")), Some(0));
    }

    #[test]
    fn nested_fields_make_one_code_and_stop_at_the_first_blank() {
        let dimension = Dimension {
            sensitive: false,
            name: "issue".into(),
            label: "Issue".into(),
            derivation: Derivation::Nested { fields: vec!["type".into(), "detail".into()] },
            codes: None,
            levels: vec!["type".into()],
            missing: "Not recorded".into(),
            missing_label: "Not recorded".into(),
        };
        let mut deriver = Deriver::new(&dimension, None, None);
        let leaf = deriver.leaf(&[Some("Housing"), Some("Repairs")]).expect("open");
        assert_eq!(deriver.leaves[leaf as usize], "Housing > Repairs");
        let leaf = deriver.leaf(&[Some("Housing"), None]).expect("open");
        assert_eq!(deriver.leaves[leaf as usize], "Housing > Not recorded");
        let leaf = deriver.leaf(&[None, Some("Repairs")]).expect("open");
        assert_eq!(deriver.leaves[leaf as usize], "Not recorded");
    }
}
