//! Keeps out of an extract what a spreadsheet would run. Comes in: the table, the roles of its columns, hierarchies. Goes out: the
//! first place of such a text. Deliberately absent: the text; and mending it, because a mark in front makes another value of it.

use model::formula;

use super::hierarchy::Hierarchy;
use super::microdata::{MicrodataError, Roles};
use super::table::Table;

/// That no name, label or value that may be written is a formula. `plain`: columns to pass on as they are.
///
/// Values of quasi-identifiers are the first level of their hierarchies, so those are looked at there.
///
/// # Errors
/// [`MicrodataError::FormulaValue`] with column and line, [`MicrodataError::FormulaLabel`] with the column.
pub fn check(table: &Table, roles: &Roles, plain: &[String], hierarchies: &[Hierarchy]) -> Result<(), MicrodataError> {
    let as_they_are: Vec<&String> = roles.sensitive.iter().chain(plain).collect();
    let names = roles.quasi.iter().chain(as_they_are.iter().copied());
    if let Some(at) = names.into_iter().position(|name| formula::runs(name)) {
        return Err(MicrodataError::FormulaLabel { place: at + 1 });
    }
    let runs = |hierarchy: &Hierarchy| {
        hierarchy.levels().iter().any(|level| level.labels.iter().any(|label| formula::runs(label)))
    };
    if let Some(at) = hierarchies.iter().position(runs) {
        return Err(MicrodataError::FormulaLabel { place: at + 1 });
    }
    for name in as_they_are {
        let Some(column) = table.column(name) else { continue };
        let runs: Vec<bool> = column.values.iter().map(|value| formula::runs(value)).collect();
        let is_formula = |code: &u32| runs.get(*code as usize) == Some(&true);
        if let Some(record) = column.codes.iter().position(is_formula) {
            return Err(MicrodataError::FormulaValue { column: name.clone(), line: table.line(record) });
        }
    }
    Ok(())
}
