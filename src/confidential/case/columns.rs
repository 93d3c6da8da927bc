//! What each column of the counts is. Comes in: the header and the description. Goes out: where everything stands in a line,
//! and which columns nobody placed. Deliberately absent: guesses. A column that may hold counts and that nothing names is
//! asked about, because a line that stands for many records would be counted as one.

use std::collections::HashMap;

use super::codes::Dimension;
use super::description::Description;
use super::error::InnerFault;

/// The column of counts, where the description names no other.
const COUNT: &str = "freq";

/// What other tools call their counts by default, in small letters and without spaces around.
const ALSO_COUNTS: [&str; 8] = ["freq", "frequency", "count", "counts", "n", "nobs", "n_obs", "nrec"];

/// Where a dimension stands in a line.
pub(super) struct Columns<'a> {
    pub dimension: &'a Dimension,
    /// Its finest column; none where the dimension has a total only.
    finest: Option<usize>,
    /// Coarser columns that are there, to be held against the finest.
    coarser: Vec<usize>,
    codes: HashMap<&'a str, u32>,
}

/// Where everything stands in a line.
pub(super) struct Columned<'a> {
    pub columns: Vec<Columns<'a>>,
    pub count: Option<usize>,
    pub record_key: Option<usize>,
    /// Value and unit.
    pub sum: Option<(usize, usize)>,
    /// Columns that could be counts for all that is known, where a line is one record.
    pub unplaced: Vec<usize>,
}

/// Places the columns of `header`.
///
/// # Errors
/// [`InnerFault`] where a column is missing, stands there twice, or is called as counts are and nothing says what it is.
pub(super) fn columns<'a>(header: &[String], description: &'a Description) -> Result<Columned<'a>, InnerFault> {
    let columns = dimensions(header, description)?;
    let named = |column: &String, key: &'static str| {
        place(header, column)?.ok_or_else(|| InnerFault::NoColumn { column: column.clone(), key })
    };
    let record_key = description.record_key.as_ref().map(|column| named(column, "record_key")).transpose()?;
    let sum = description.magnitude.as_ref();
    let sum = sum.map(|sum| Ok((named(&sum.column, "magnitude")?, named(&sum.unit, "magnitude")?))).transpose()?;
    for column in &description.ignored {
        named(column, "ignore")?;
    }
    let count = match &description.count {
        Some(column) => Some(named(column, "count")?),
        None if description.ignored.iter().any(|ignored| ignored == COUNT) => None,
        None => place(header, COUNT)?,
    };
    if count.is_some() && sum.is_some() {
        return Err(InnerFault::CountOfSums);
    }
    let placed =
        [count, record_key].into_iter().flatten().chain(sum.into_iter().flat_map(|(value, unit)| [value, unit]));
    let placed: Vec<usize> = placed.collect();
    let is_known = |at: &usize| {
        placed.contains(at) || description.known.contains(&header[*at]) || description.ignored.contains(&header[*at])
    };
    let unplaced: Vec<usize> = (0..header.len()).filter(|at| !is_known(at)).collect();
    let is_called_so = |at: &&usize| ALSO_COUNTS.contains(&header[**at].trim().to_lowercase().as_str());
    if let Some(&at) = unplaced.iter().find(is_called_so) {
        return Err(InnerFault::CalledCounts { column: header[at].clone() });
    }
    // Beside a count other numbers are none, and where sums are asked for every line is one record.
    let unplaced = if count.is_some() || sum.is_some() { Vec::new() } else { unplaced };
    Ok(Columned { columns, count, record_key, sum, unplaced })
}

fn place(header: &[String], column: &str) -> Result<Option<usize>, InnerFault> {
    let mut places = header.iter().enumerate().filter(|(_, name)| *name == column).map(|(at, _)| at);
    match (places.next(), places.next()) {
        (Some(_), Some(_)) => Err(InnerFault::DoubleColumn { column: column.to_owned() }),
        (first, _) => Ok(first),
    }
}

fn dimensions<'a>(header: &[String], description: &'a Description) -> Result<Vec<Columns<'a>>, InnerFault> {
    let mut columns = Vec::new();
    for dimension in &description.dimensions {
        let codes = dimension.space.codes.iter().map(String::as_str).zip(0..).collect();
        let Some((last, coarser)) = dimension.columns.split_last() else { continue };
        let finest = place(header, last)?;
        if finest.is_none() && dimension.space.codes.len() > 1 {
            let (column, dimension) = (last.clone(), dimension.space.name.clone());
            return Err(InnerFault::MissingColumn { column, dimension });
        }
        let mut found = Vec::new();
        for column in coarser {
            found.extend(place(header, column)?);
        }
        columns.push(Columns { dimension, finest, coarser: found, codes });
    }
    Ok(columns)
}

impl Columns<'_> {
    /// The finest code of a line along the dimension.
    pub(super) fn finest(&self, header: &[String], record: &csv::StringRecord) -> Result<u32, InnerFault> {
        let Some(at) = self.finest else { return Ok(self.dimension.space.total) };
        let dimension = || self.dimension.space.name.clone();
        let code = *self.codes.get(&record[at]).ok_or_else(|| InnerFault::UnknownCode {
            column: header[at].clone(),
            dimension: dimension(),
            letters: record[at].chars().count(),
        })?;
        let above = &self.dimension.above[code as usize];
        if above.is_empty() {
            return Err(InnerFault::NotFinest { column: header[at].clone(), dimension: dimension() });
        }
        for &coarser in &self.coarser {
            let is_above = self.codes.get(&record[coarser]).is_some_and(|code| above.contains(code));
            if !is_above {
                return Err(InnerFault::NotAbove { column: header[coarser].clone(), finest: header[at].clone() });
            }
        }
        Ok(code)
    }
}
