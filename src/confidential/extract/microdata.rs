//! What a recoding works on. Comes in: a table, the names of its quasi-identifiers, sensitive attributes and protected
//! unit, a hierarchy for each quasi-identifier. Goes out: distinct records in codes, with how many records each stands for.
//! Deliberately absent: every other column of the table.

mod distinct;

use thiserror::Error;

use super::hierarchy::{Hierarchy, HierarchyError};
use super::table::{Column, Table};

/// Columns that cannot be used as asked.
#[derive(Debug, Error)]
pub enum MicrodataError {
    /// A name that the table does not have.
    #[error("the data have no column {column:?}{}", .nearest.as_ref().map_or(String::new(), |name| format!("; the nearest is {name:?}")))]
    UnknownColumn {
        /// As asked.
        column: String,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// One column in two roles.
    #[error("the column {column:?} is named twice")]
    Twice {
        /// The column.
        column: String,
    },
    /// No quasi-identifier.
    #[error("no quasi-identifier is named")]
    NoQuasi,
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

/// A sensitive attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sensitive {
    /// The column.
    pub name: String,
    /// Its values, in order of first appearance.
    pub values: Vec<String>,
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

/// Distinct combinations of quasi-identifiers, sensitive attributes and protected unit, in order of first appearance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
        if roles.quasi.is_empty() {
            return Err(MicrodataError::NoQuasi);
        }
        let named: Vec<&String> = roles.quasi.iter().chain(&roles.sensitive).chain(&roles.unit).collect();
        if let Some((_, column)) =
            named.iter().enumerate().find(|(at, name)| named.iter().take(*at).any(|n| n == *name))
        {
            return Err(MicrodataError::Twice { column: (**column).clone() });
        }
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
