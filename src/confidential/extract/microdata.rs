//! What a recoding works on. Comes in: a table, the names of its quasi-identifiers, sensitive attributes and protected
//! unit, a hierarchy for each quasi-identifier. Goes out: distinct records in codes, with how many records each stands for.
//! Deliberately absent: every other column of the table.

pub(super) mod distinct;

use std::fmt;

use thiserror::Error;

use super::hierarchy::{Hierarchy, HierarchyError};
use super::table::{Column, Table};

/// Columns that cannot be used as asked.
#[derive(Debug, Error)]
pub enum MicrodataError {
    /// A name that the table does not have.
    #[error("there is no column {column:?}{}", .nearest.as_ref().map_or(String::new(), |name| format!("; the nearest is {name:?}")))]
    UnknownColumn {
        /// As asked.
        column: String,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// One column in two roles.
    #[error("the column {column:?} is named twice; one column has one role")]
    Twice {
        /// The column.
        column: String,
    },
    /// A value that a spreadsheet would run.
    #[error("column {column:?}, line {line}: a value that a spreadsheet would run as a formula")]
    FormulaValue {
        /// The column.
        column: String,
        /// The first line with one.
        line: u64,
    },
    /// A label of a hierarchy, or a name, that a spreadsheet would run.
    #[error("column {place}: its name, or a label of its hierarchy, would be run by a spreadsheet as a formula")]
    FormulaLabel {
        /// Its place among the columns named, from 1.
        place: usize,
    },
    /// No quasi-identifier.
    #[error("no quasi-identifier is named")]
    NoQuasi,
    /// The same of the population's file.
    #[error("in the file of the population: {fault}")]
    Population {
        /// What, and where in that file.
        fault: Box<MicrodataError>,
    },
    /// A value without a line in its hierarchy.
    #[error(transparent)]
    Hierarchy(#[from] HierarchyError),
}

/// The roles of a table's columns. What has none is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roles {
    /// Quasi-identifiers, in the order in which levels are told.
    pub quasi: Vec<String>,
    /// Sensitive attributes.
    pub sensitive: Vec<String>,
    /// The column whose value is the protected unit (a family); without one each record is its own unit.
    pub unit: Option<String>,
}

impl Roles {
    /// That each column is there, and has one role; `plain` are passed on as they are.
    ///
    /// # Errors
    /// [`MicrodataError`] names the column.
    pub fn check(&self, table: &Table, plain: &[String]) -> Result<(), MicrodataError> {
        if self.quasi.is_empty() {
            return Err(MicrodataError::NoQuasi);
        }
        let named: Vec<&String> = self.quasi.iter().chain(&self.sensitive).chain(&self.unit).chain(plain).collect();
        for (at, name) in named.iter().enumerate() {
            column(table, name)?;
            if named.iter().take(at).any(|earlier| earlier == name) {
                return Err(MicrodataError::Twice { column: (*name).clone() });
            }
        }
        Ok(())
    }
}

/// A sensitive attribute. Debug output shows how many values it has, never which.
#[derive(Clone, PartialEq, Eq)]
pub struct Sensitive {
    /// The column.
    pub name: String,
    /// Its values, in order of first appearance.
    pub values: Vec<String>,
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sensitive {{ name: {:?}, values: {} }}", self.name, self.values.len())
    }
}

/// Records in codes, each combination once.
#[derive(Debug, Clone)]
pub struct Microdata {
    /// One a quasi-identifier.
    pub hierarchies: Vec<Hierarchy>,
    /// The sensitive attributes.
    pub sensitive: Vec<Sensitive>,
    /// The distinct records.
    pub distinct: Distinct,
    /// How many records there are.
    pub records: usize,
}

/// Distinct combinations of quasi-identifiers, sensitive attributes and protected unit, in order of first appearance. Debug
/// output shows how many.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Distinct {
    /// `[quasi-identifier][row]`, code of level 0.
    pub codes: Vec<Vec<u32>>,
    /// `[sensitive attribute][row]`.
    pub sensitive: Vec<Vec<u32>>,
    /// `[row]`, the protected unit; empty where each record is its own.
    pub units: Vec<u32>,
    /// Records that each row stands for.
    pub counts: Vec<u32>,
    /// People of the population that each row stands for; empty without a population table.
    pub population: Vec<u32>,
    /// The row of each record.
    pub of_record: Vec<u32>,
}

impl fmt::Debug for Distinct {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Distinct {{ rows: {}, records: {} }}", self.rows(), self.of_record.len())
    }
}

impl Distinct {
    /// How many distinct rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.counts.len()
    }
}

impl Microdata {
    /// Reads the columns of `table` through `hierarchies`, one a quasi-identifier in the order of `roles`.
    ///
    /// # Errors
    /// [`MicrodataError`] where a name is unknown or a value has no line in its hierarchy.
    pub fn new(table: &Table, roles: &Roles, hierarchies: Vec<Hierarchy>) -> Result<Self, MicrodataError> {
        roles.check(table, &[])?;
        let mut quasi = Vec::with_capacity(roles.quasi.len());
        for (name, hierarchy) in roles.quasi.iter().zip(&hierarchies) {
            quasi.push(through(column(table, name)?, hierarchy, table)?);
        }
        let sensitive = roles.sensitive.iter().map(|name| column(table, name)).collect::<Result<Vec<_>, _>>()?;
        let unit = roles.unit.iter().map(|name| column(table, name)).collect::<Result<Vec<_>, _>>()?;
        let mut columns: Vec<&[u32]> = quasi.iter().map(Vec::as_slice).collect();
        columns.extend(sensitive.iter().chain(&unit).map(|column| column.codes.as_slice()));
        let (firsts, counts, of_record) = distinct::distinct(&columns);
        let take = |codes: &[u32]| firsts.iter().filter_map(|first| codes.get(*first as usize).copied()).collect();
        let distinct = Distinct {
            codes: quasi.iter().map(|codes| take(codes)).collect(),
            sensitive: sensitive.iter().map(|column| take(&column.codes)).collect(),
            units: unit.first().map(|column| take(&column.codes)).unwrap_or_default(),
            counts,
            population: Vec::new(),
            of_record,
        };
        let sensitive = sensitive
            .iter()
            .map(|column| Sensitive { name: column.name.clone(), values: column.values.clone() })
            .collect();
        Ok(Self { hierarchies, sensitive, distinct, records: table.records() })
    }
}

impl Microdata {
    /// Counts the people of `population` that are alike on the quasi-identifiers; combinations that only they have become
    /// rows without records.
    ///
    /// # Errors
    /// [`MicrodataError`] where a column is missing, or a value has no line in its hierarchy.
    pub fn add_population(&mut self, population: &Table, roles: &Roles) -> Result<(), MicrodataError> {
        let columns = roles.quasi.iter().zip(&self.hierarchies);
        let codes = columns
            .map(|(name, hierarchy)| through(column(population, name)?, hierarchy, population))
            .collect::<Result<Vec<_>, MicrodataError>>()
            .map_err(|fault| MicrodataError::Population { fault: Box::new(fault) })?;
        let columns: Vec<&[u32]> = codes.iter().map(Vec::as_slice).collect();
        let (firsts, counts, _) = distinct::distinct(&columns);
        let distinct = &mut self.distinct;
        let key = |columns: &[Vec<u32>], row: usize| -> Vec<u32> { columns.iter().map(|codes| codes[row]).collect() };
        // The people of a combination stand at the first of its rows; its other rows have other sensitive values.
        let mut rows = std::collections::HashMap::new();
        for row in 0..distinct.rows() {
            rows.entry(key(&distinct.codes, row)).or_insert(row);
        }
        distinct.population = vec![0; distinct.rows()];
        for (first, count) in firsts.iter().zip(counts) {
            let key = key(&codes, *first as usize);
            if let Some(row) = rows.get(&key) {
                distinct.population[*row] = count;
                continue;
            }
            distinct.codes.iter_mut().zip(key).for_each(|(codes, code)| codes.push(code));
            distinct.sensitive.iter_mut().for_each(|codes| codes.push(0));
            if !distinct.units.is_empty() {
                distinct.units.push(0);
            }
            distinct.counts.push(0);
            distinct.population.push(count);
        }
        Ok(())
    }

    /// By value of a sensitive attribute, how many protected units have it.
    #[must_use]
    pub fn units_by_value(&self, attribute: usize) -> Vec<u64> {
        let values = self.sensitive.get(attribute).map_or(0, |sensitive| sensitive.values.len());
        let codes = self.distinct.sensitive.get(attribute).map_or(&[][..], Vec::as_slice);
        let mut counts = vec![0; values];
        if self.distinct.units.is_empty() {
            for (code, count) in codes.iter().zip(&self.distinct.counts) {
                counts[*code as usize] += u64::from(*count);
            }
            return counts;
        }
        let rows = codes.iter().zip(&self.distinct.units).zip(&self.distinct.counts);
        let of_records = rows.filter(|(_, count)| **count > 0);
        let mut pairs: Vec<(u32, u32)> = of_records.map(|((code, unit), _)| (*code, *unit)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        for (code, _) in pairs {
            counts[code as usize] += 1;
        }
        counts
    }
}

/// The column of that name.
fn column<'t>(table: &'t Table, name: &str) -> Result<&'t Column, MicrodataError> {
    let unknown = || MicrodataError::UnknownColumn { column: name.to_owned(), nearest: nearest(table, name) };
    table.column(name).ok_or_else(unknown)
}

/// The name that differs in case or blanks only.
fn nearest(table: &Table, name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let same = |column: &&Column| column.name.to_lowercase().trim() == lower.trim();
    table.columns().iter().find(same).map(|column| column.name.clone())
}

/// The codes of a column's records in its hierarchy.
fn through(column: &Column, hierarchy: &Hierarchy, table: &Table) -> Result<Vec<u32>, MicrodataError> {
    let codes: Vec<Option<u32>> = column.values.iter().map(|value| hierarchy.code(value)).collect();
    if let Some(missing) = codes.iter().position(Option::is_none) {
        let record = column.codes.iter().position(|code| *code as usize == missing).unwrap_or(0);
        return Err(MicrodataError::Hierarchy(HierarchyError::Gap {
            column: column.name.clone(),
            line: table.line(record),
            letters: column.values.get(missing).map_or(0, |value| value.chars().count()),
        }));
    }
    let codes: Vec<u32> = codes.into_iter().flatten().collect();
    Ok(column.codes.iter().filter_map(|code| codes.get(*code as usize).copied()).collect())
}

#[cfg(test)]
mod tests;
