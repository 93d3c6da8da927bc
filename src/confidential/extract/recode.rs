//! Recodes microdata. Comes in: a file, hierarchies, what is wanted. Goes out: the rows to write and what they lose.
//! Deliberately absent: where the rows are written. A recoding is a module that makes [`Classes`]; the rest is the same for all.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::formulas;
use super::global::{self, GlobalError};
use super::hierarchy::{self, Hierarchy, HierarchyError, Ready};
use super::local::{self, LocalError};
use super::loss::{Loss, suppressed};
use super::metric::Metric;
use super::microdata::{Microdata, MicrodataError, Roles};
use super::model::{Class, Model, ModelError};
use super::outcome::Classes;
use super::table::{Table, TableError};
use super::wanted::{Ground, Wanted};
use super::write::{Remainder, write};

/// Why there is no extract.
#[derive(Debug, Error)]
pub enum ExtractError {
    /// The data, or the population.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A hierarchy.
    #[error(transparent)]
    Hierarchy(#[from] HierarchyError),
    /// The columns.
    #[error(transparent)]
    Microdata(#[from] MicrodataError),
    /// The models.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Nothing keeps the models.
    #[error(transparent)]
    Global(#[from] GlobalError),
    /// Local recoding does not do what is asked.
    #[error(transparent)]
    Local(#[from] LocalError),
    /// No folder of hierarchies, and none ready-made.
    #[error("the column {column:?} has no hierarchy: no folder is named, and none is ready-made")]
    NoFolder {
        /// The column.
        column: String,
    },
    /// A ready-made hierarchy of a column that needs none.
    #[error("the column {column:?} has a ready-made hierarchy and is no quasi-identifier")]
    NotQuasi {
        /// The column.
        column: String,
    },
    /// A share that is none.
    #[error("the share of records that may be suppressed must be from 0 to 1")]
    Share,
    /// Weights that do not fit.
    #[error("there must be a weight for each quasi-identifier: finite, 0 or more, and one of them above 0")]
    Weight,
}

/// How records are recoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Recoding {
    /// One level a quasi-identifier for all records.
    #[default]
    Global,
    /// Levels of its own for each class.
    Local,
}

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// The columns.
    pub roles: Roles,
    /// Columns to pass on as they are.
    pub plain: Vec<String>,
    /// Columns whose hierarchy is ready-made.
    pub ready: Vec<(String, Ready)>,
    /// The models.
    pub wanted: Wanted,
    /// How.
    pub recoding: Recoding,
    /// What is to be small.
    pub metric: Metric,
    /// One a quasi-identifier; empty where all weigh alike.
    pub weights: Vec<f64>,
    /// The share of records that may be suppressed, 0 to 1.
    pub suppress: f64,
    /// Nodes that may be checked; see [`global::Settings`].
    pub budget: Option<u64>,
}

/// Everything that a recoding works on, read and found consistent.
#[derive(Debug)]
pub struct Prepared {
    /// The file.
    pub table: Table,
    /// What is recoded of it.
    pub microdata: Microdata,
    /// All must hold.
    pub models: Vec<Model>,
    /// Records that may be suppressed.
    pub limit: u64,
}

/// A recoding and what it loses.
#[derive(Debug)]
pub struct Recoded {
    /// Who is alike.
    pub classes: Classes,
    /// One a quasi-identifier, where all records have the same.
    pub levels: Option<Vec<usize>>,
    /// Under the metric.
    pub score: f64,
    /// No recoding of this kind has a lower score, where that is known.
    pub bound: Option<f64>,
    /// Nodes whose classes were formed.
    pub checked: u64,
    /// Nodes of the lattice.
    pub lattice: u128,
    /// Loss, whatever the metric.
    pub loss: Loss,
    /// Records in no class.
    pub suppressed: usize,
}

impl Prepared {
    /// Reads the data, the hierarchies of quasi-identifiers and, where needed, of sensitive attributes, and the population.
    /// `hierarchies` may be missing where all are ready-made.
    ///
    /// # Errors
    /// [`ExtractError`] names file, column, line and level of what is wrong.
    pub fn read(
        from: &Path,
        hierarchies: Option<&Path>,
        population: Option<&Path>,
        request: &Request,
    ) -> Result<Self, ExtractError> {
        let table = Table::read(from)?;
        request.roles.check(&table, &request.plain)?;
        if let Some((column, _)) = request.ready.iter().find(|(name, _)| !request.roles.quasi.contains(name)) {
            return Err(ExtractError::NotQuasi { column: column.clone() });
        }
        let of_quasi = request.roles.quasi.iter().map(|name| one(&table, hierarchies, name, request));
        let of_quasi: Vec<Hierarchy> = of_quasi.collect::<Result<_, _>>()?;
        let mut of_sensitive = Vec::new();
        if let Some((ground, _)) = request.wanted.closeness {
            for name in request.roles.sensitive.iter().filter(|_| ground != Ground::Equal) {
                match one(&table, hierarchies, name, request) {
                    Ok(hierarchy) => of_sensitive.push(hierarchy),
                    // An order is taken from numbers or, where there is one, from a hierarchy.
                    Err(ExtractError::NoFolder { .. } | ExtractError::Hierarchy(HierarchyError::Missing { .. })) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        let population = population.map(Table::read).transpose()?;
        Self::new(table, of_quasi, &of_sensitive, population.as_ref(), request)
    }

    /// The same of what is in memory.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn new(
        table: Table,
        of_quasi: Vec<Hierarchy>,
        of_sensitive: &[Hierarchy],
        population: Option<&Table>,
        request: &Request,
    ) -> Result<Self, ExtractError> {
        if !(0.0..=1.0).contains(&request.suppress) {
            return Err(ExtractError::Share);
        }
        let is_weight = |weight: &f64| weight.is_finite() && *weight >= 0.0;
        let (weights, columns) = (request.weights.len(), request.roles.quasi.len());
        let some = weights == 0 || (weights == columns && request.weights.iter().any(|weight| *weight > 0.0));
        if !some || !request.weights.iter().all(is_weight) {
            return Err(ExtractError::Weight);
        }
        formulas::check(&table, &request.roles, &request.plain, &of_quasi)?;
        let mut microdata = Microdata::new(&table, &request.roles, of_quasi)?;
        if let Some(population) = population {
            microdata.add_population(population, &request.roles)?;
        }
        let models = request.wanted.models(&microdata, of_sensitive)?;
        let limit = share_of(request.suppress, microdata.records);
        Ok(Self { table, microdata, models, limit })
    }

    /// Recodes.
    ///
    /// # Errors
    /// [`ExtractError::Global`] or [`ExtractError::Local`] where nothing keeps the models.
    pub fn recode(&self, request: &Request) -> Result<Recoded, ExtractError> {
        match request.recoding {
            Recoding::Global => {
                let settings = global::Settings {
                    models: self.models.clone(),
                    metric: request.metric,
                    weights: request.weights.clone(),
                    limit: self.limit,
                    budget: request.budget,
                };
                let found = global::optimum(&self.microdata, &settings)?;
                Ok(Recoded {
                    loss: Loss::of(&self.microdata, &found.classes),
                    suppressed: suppressed(&self.microdata, &found.classes),
                    levels: Some(found.levels),
                    score: found.score,
                    bound: Some(found.bound),
                    checked: found.checked,
                    lattice: found.lattice,
                    classes: found.classes,
                })
            }
            Recoding::Local => self.locally(request),
        }
    }

    fn locally(&self, request: &Request) -> Result<Recoded, ExtractError> {
        if request.budget.is_some() {
            return Err(LocalError::Budget.into());
        }
        let settings =
            local::Settings { models: self.models.clone(), metric: request.metric, weights: request.weights.clone() };
        let classes = local::recode(&self.microdata, &settings)?;
        let loss = Loss::of(&self.microdata, &classes);
        let heights = self.microdata.hierarchies.iter().map(Hierarchy::height);
        Ok(Recoded {
            levels: None,
            score: loss.score(request.metric, &request.weights),
            bound: None,
            checked: 0,
            lattice: heights.fold(1_u128, |nodes, height| nodes.saturating_mul(height as u128)),
            suppressed: suppressed(&self.microdata, &classes),
            classes,
            loss,
        })
    }

    /// Whether the suppressed records together keep the models of a class.
    #[must_use]
    pub fn remainder(&self, classes: &Classes) -> Remainder {
        let distinct = &self.microdata.distinct;
        let gone =
            || classes.of_row.iter().enumerate().filter(|(row, class)| class.is_none() && distinct.counts[*row] > 0);
        let unit = |row: usize| distinct.units.get(row).copied();
        let mut units: Vec<u32> = gone().filter_map(|(row, _)| unit(row)).collect();
        units.sort_unstable();
        units.dedup();
        let records = gone().map(|(row, _)| u64::from(distinct.counts[row])).sum();
        let of_attribute = |codes: &Vec<u32>| {
            let mut pairs: Vec<(u32, u32, u64)> =
                gone().map(|(row, _)| (codes[row], unit(row).unwrap_or(0), u64::from(distinct.counts[row]))).collect();
            pairs.sort_unstable();
            if !distinct.units.is_empty() {
                pairs.dedup_by_key(|(value, unit, _)| (*value, *unit));
                pairs.iter_mut().for_each(|pair| pair.2 = 1);
            }
            let mut values: Vec<(u32, u64)> = Vec::new();
            for (value, _, count) in pairs {
                match values.last_mut() {
                    Some((last, sum)) if *last == value => *sum += count,
                    Some(_) | None => values.push((value, count)),
                }
            }
            values
        };
        let values: Vec<Vec<(u32, u64)>> = distinct.sensitive.iter().map(of_attribute).collect();
        let units = if distinct.units.is_empty() { records } else { units.len() as u64 };
        let population =
            gone().filter_map(|(row, _)| distinct.population.get(row)).map(|count| u64::from(*count)).sum();
        let class = Class { units, population, records, values: &values };
        if self.models.iter().all(|model| model.holds(&class)) { Remainder::Kept } else { Remainder::Hidden }
    }

    /// The file to pass on.
    #[must_use]
    pub fn write(&self, request: &Request, recoded: &Recoded) -> Vec<u8> {
        let remainder = self.remainder(&recoded.classes);
        write(&self.table, &self.microdata, &request.roles, &request.plain, &recoded.classes, remainder)
    }
}

/// The hierarchy of one column: ready-made where that is asked for, else from the folder.
fn one(table: &Table, folder: Option<&Path>, name: &str, request: &Request) -> Result<Hierarchy, ExtractError> {
    let ready = request.ready.iter().find(|(column, _)| column == name);
    if let (Some((_, ready)), Some(column)) = (ready, table.column(name)) {
        return Ok(ready.hierarchy(column, table)?);
    }
    let folder = folder.ok_or_else(|| ExtractError::NoFolder { column: name.to_owned() })?;
    let columns: Vec<&str> = table.columns().iter().map(|column| column.name.as_str()).collect();
    let path: PathBuf = hierarchy::find(folder, &columns, &[name])?.into_iter().collect();
    Ok(hierarchy::read(name, &path)?)
}

/// How many records a share is, at most; 2 % of 50 is one whatever binary fractions make of it.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn share_of(share: f64, records: usize) -> u64 {
    (share * records as f64 + 1e-9).floor() as u64
}
