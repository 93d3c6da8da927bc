//! Ready-made hierarchies: ages, dates, postcodes, numbers, codes. Comes in: a column of the data. Goes out: a hierarchy of
//! its values, in their natural order. Deliberately absent: values that are none of the kind; their line is told.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::civil::Date;

use super::{Hierarchy, HierarchyError};
use crate::extract::table::{Column, Table};

/// The kinds, as they are named on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ready {
    /// Whole years: bands of 5, 10 and 20 years.
    Ages,
    /// `2026-04-17`: month, quarter, year.
    Dates,
    /// United Kingdom: sector, district, area.
    Postcodes,
    /// Whole numbers: bands of these widths, each a multiple of the one before.
    Numbers(Vec<u64>),
    /// Codes: their first letters, so many, fewer each time.
    Codes(Vec<usize>),
}

impl FromStr for Ready {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, numbers) = text.split_once(':').unwrap_or((text, ""));
        let numbers = || -> Option<Vec<u64>> { numbers.split('+').map(|number| number.parse().ok()).collect() };
        match (kind, text.contains(':')) {
            ("ages", false) => Ok(Self::Ages),
            ("dates", false) => Ok(Self::Dates),
            ("postcodes", false) => Ok(Self::Postcodes),
            ("numbers", true) => {
                let widths = numbers().ok_or(KINDS)?;
                let nested = widths.windows(2).all(|pair| pair[0] < pair[1] && pair[1].is_multiple_of(pair[0]));
                if nested && widths.first().is_some_and(|width| *width > 1) {
                    Ok(Self::Numbers(widths))
                } else {
                    Err(WIDTHS)
                }
            }
            ("codes", true) => {
                let lengths: Vec<usize> = numbers()
                    .ok_or(KINDS)?
                    .into_iter()
                    .map(|length| usize::try_from(length).unwrap_or(usize::MAX))
                    .collect();
                let falling = lengths.windows(2).all(|pair| pair[0] > pair[1]);
                if falling && lengths.last().is_some_and(|length| *length > 0) {
                    Ok(Self::Codes(lengths))
                } else {
                    Err(LENGTHS)
                }
            }
            (_, _) => Err(KINDS),
        }
    }
}

const KINDS: &str = "a ready-made hierarchy is ages, dates, postcodes, numbers:10+100 or codes:3+1";
const WIDTHS: &str = "the widths of numbers:10+100 grow, each a multiple of the one before, the first above 1";
const LENGTHS: &str = "the lengths of codes:3+1 fall, the last above 0";

impl Ready {
    /// What its values are, for an error.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Ages => "an age in whole years",
            Self::Dates => "a date like 2026-04-17",
            Self::Postcodes => "a postcode of the United Kingdom",
            Self::Numbers(_) => "a whole number, 0 or more",
            Self::Codes(_) => "a code as long as the first of the lengths",
        }
    }

    /// The hierarchy of the column's values. Of ages it has every year up to the highest.
    ///
    /// # Errors
    /// [`HierarchyError::NotOfKind`] with the line of the first value that is none.
    pub fn hierarchy(&self, column: &Column, table: &Table) -> Result<Hierarchy, HierarchyError> {
        let mut values: BTreeSet<(u64, String)> = BTreeSet::new();
        for (code, value) in (0_u32..).zip(&column.values) {
            let Some(place) = self.place(value) else {
                let record = column.codes.iter().position(|found| *found == code).unwrap_or(0);
                let (column, kind) = (column.name.clone(), self.kind());
                return Err(HierarchyError::NotOfKind { column, line: table.line(record), kind });
            };
            values.insert((place, value.clone()));
        }
        if *self == Self::Ages {
            let most = values.last().map_or(0, |(age, _)| *age);
            let known: BTreeSet<u64> = values.iter().map(|(age, _)| *age).collect();
            values.extend((0..=most).filter(|age| !known.contains(age)).map(|age| (age, age.to_string())));
        }
        let row = |(_, value): &(u64, String)| {
            let mut row = vec![value.clone()];
            row.extend(self.levels(value));
            row.push("*".to_owned());
            (0, row)
        };
        let rows: Vec<(u64, Vec<String>)> = values.iter().map(row).collect();
        Hierarchy::new(&column.name, &rows)
            .map_err(|fault| HierarchyError::Ready { column: column.name.clone(), fault })
    }

    /// Where a value stands among the others; none where it is none of the kind. Among equals the text decides.
    fn place(&self, value: &str) -> Option<u64> {
        match self {
            Self::Ages => value.parse().ok().filter(|age| *age <= AGE_MAX),
            Self::Numbers(_) => value.parse().ok(),
            Self::Dates => value.parse::<Date>().ok().filter(|_| value.len() == 10).map(|_| 0),
            Self::Postcodes => postcode(value).map(|_| 0),
            Self::Codes(lengths) => (value.chars().count() >= lengths.first().copied().unwrap_or(1)).then_some(0),
        }
    }

    /// The labels above a value, the top left out.
    fn levels(&self, value: &str) -> Vec<String> {
        let number = value.parse().unwrap_or(0);
        match self {
            Self::Ages => [5, 10, 20].map(|width| band(number, width)).to_vec(),
            Self::Numbers(widths) => widths.iter().map(|width| band(number, *width)).collect(),
            Self::Dates => {
                let (year, month) = (value.get(..4).unwrap_or_default(), value.get(5..7).unwrap_or_default());
                let quarter = month.parse::<u8>().unwrap_or(1).div_ceil(3);
                vec![format!("{year}-{month}"), format!("{year}-Q{quarter}"), year.to_owned()]
            }
            Self::Postcodes => postcode(value).map(Vec::from).unwrap_or_default(),
            Self::Codes(lengths) => lengths.iter().map(|length| value.chars().take(*length).collect()).collect(),
        }
    }
}

/// Nobody is older.
const AGE_MAX: u64 = 130;

fn band(number: u64, width: u64) -> String {
    let low = number / width * width;
    format!("{low}-{}", low.saturating_add(width - 1))
}

/// Sector, district and area: `ST13 5`, `ST13`, `ST`. Letters may be small and the blank may be missing.
fn postcode(value: &str) -> Option<[String; 3]> {
    let letters: String =
        value.chars().filter(|letter| *letter != ' ').map(|letter| letter.to_ascii_uppercase()).collect();
    let cut = letters.len().checked_sub(3)?;
    let (outward, inward) = (letters.get(..cut)?, letters.get(cut..)?);
    let area: String = outward.chars().take_while(char::is_ascii_uppercase).collect();
    let district = outward.get(area.len()..)?;
    let mut unit = inward.chars();
    let sector = unit.next().filter(char::is_ascii_digit)?;
    let is_sound = (1..=2).contains(&area.len())
        && (1..=2).contains(&district.len())
        && district.starts_with(|letter: char| letter.is_ascii_digit())
        && district.chars().all(|letter| letter.is_ascii_alphanumeric())
        && unit.all(|letter| letter.is_ascii_uppercase());
    is_sound.then(|| [format!("{outward} {sector}"), outward.to_owned(), area])
}

#[cfg(test)]
mod tests {
    use super::Ready;
    use crate::extract::hierarchy::{Hierarchy, HierarchyError};
    use crate::extract::table::Table;

    fn made(kind: &str, values: &[&str]) -> Result<Hierarchy, HierarchyError> {
        let table = Table::parse(format!("v\n{}\n", values.join("\n")).as_bytes()).expect("a table");
        kind.parse::<Ready>().expect(kind).hierarchy(&table.columns()[0], &table)
    }

    fn path(hierarchy: &Hierarchy, value: &str) -> Vec<String> {
        let code = hierarchy.code(value).expect("a value") as usize;
        hierarchy.levels().iter().map(|level| level.labels[level.codes[code] as usize].clone()).collect()
    }

    #[test]
    fn each_kind_has_the_levels_that_people_use() {
        let ages = made("ages", &["7", "12"]).expect("ages");
        assert_eq!(path(&ages, "7"), ["7", "5-9", "0-9", "0-19", "*"]);
        assert_eq!(ages.domain(), 13, "every year up to the highest");
        let dates = made("dates", &["2026-05-17", "2025-12-01"]).expect("dates");
        assert_eq!(path(&dates, "2026-05-17"), ["2026-05-17", "2026-05", "2026-Q2", "2026", "*"]);
        let postcodes = made("postcodes", &["ST13 5AA", "sw1a1aa", "M1 1AE"]).expect("postcodes");
        assert_eq!(path(&postcodes, "ST13 5AA"), ["ST13 5AA", "ST13 5", "ST13", "ST", "*"]);
        assert_eq!(path(&postcodes, "sw1a1aa"), ["sw1a1aa", "SW1A 1", "SW1A", "SW", "*"]);
        let numbers = made("numbers:10+100", &["7", "123", "9"]).expect("numbers");
        assert_eq!(path(&numbers, "123"), ["123", "120-129", "100-199", "*"]);
        assert_eq!(numbers.levels()[0].labels, ["7", "9", "123"]);
        let codes = made("codes:3+1", &["F84.0", "G40"]).expect("codes");
        assert_eq!(path(&codes, "F84.0"), ["F84.0", "F84", "F", "*"]);
    }

    #[test]
    fn what_is_none_of_the_kind_is_told_by_its_line() {
        let wrong =
            [("ages", "12.5"), ("ages", "400"), ("dates", "17.5.2026"), ("postcodes", "Leek"), ("codes:3", "F8")];
        for (kind, value) in wrong {
            let error = made(kind, &[value]).expect_err(value);
            assert!(matches!(error, HierarchyError::NotOfKind { line: 2, .. }), "{kind}: {error}");
        }
        for kind in ["age", "numbers", "numbers:10+15", "numbers:1", "codes:1+3", "ages:5"] {
            assert!(kind.parse::<Ready>().is_err(), "{kind}");
        }
    }
}
