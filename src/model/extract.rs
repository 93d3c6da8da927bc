//! What `release.json` says of a case-level file: its columns, what their labels cover, and what the file promises. Comes in
//! and goes out: JSON. Deliberately absent: rows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::hierarchy::Hierarchy;

/// What a suppressed cell says, and the name of every hierarchy's total.
pub const SUPPRESSED: &str = "*";

/// A case-level file for a named recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtractEntry {
    /// The rows: CSV, relative to `release.json`.
    pub file: String,
    /// Who gets it.
    pub recipient: String,
    /// The agreement under which they get it.
    pub agreement: String,
    /// The code of `measure` whose cases are the rows.
    pub measure: String,
    /// The code of `period`, as in tables, whose cases are the rows.
    pub period: String,
    /// What `k` and `l` count.
    pub unit: Unit,
    /// In the order of the file.
    pub columns: Vec<ExtractColumn>,
    /// By column: what each label covers. The total is `*`.
    pub hierarchies: BTreeMap<String, Hierarchy>,
    /// Lines, the header left out.
    pub rows: u64,
    /// Rows with `*` in every quasi-identifier because nothing else would have kept the promise.
    pub suppressed: u64,
    /// Units alike in all quasi-identifiers, at least: k-anonymity.
    pub k: u64,
    /// Values of each sensitive column in each class, at least: distinct l-diversity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub l: Option<u64>,
    /// No class is further from all rows: t-closeness with all values equally far from each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t: Option<f64>,
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractColumn {
    /// As in the header.
    pub name: String,
    /// What it tells.
    pub role: Role,
    /// The dimension of tables that has the same codes.
    pub dimension: String,
}

/// What a column tells a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Narrows to a person: somebody may know it from elsewhere.
    Quasi,
    /// What nobody may learn of a person.
    Sensitive,
}

/// What is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Each row.
    Case,
    /// Rows of one family count once, and no file says which those are.
    Family,
}

impl ExtractEntry {
    /// Names of the columns with a role, in the order of the file.
    pub fn named(&self, role: Role) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(move |column| column.role == role).map(|column| column.name.as_str())
    }
}
