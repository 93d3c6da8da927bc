//! Generalisation hierarchies as equations. Comes in: codes. Goes out: which code is the sum of which.

use serde::{Deserialize, Serialize};

/// A dimension's total and the sums that hold among its codes, as `release.json` states them.
///
/// `sums` is any list of `[parent, [children]]`; a dimension whose rows do not add up has none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hierarchy {
    /// The code at which a table stands that leaves this dimension out.
    pub total: String,
    /// `[parent, [children]]`: in every cell, the parent's count is the sum of its children's.
    pub sums: Vec<(String, Vec<String>)>,
}

impl Hierarchy {
    /// A dimension of one code and no sums, such as `measure`.
    #[must_use]
    pub fn flat(total: &str) -> Self {
        Self { total: total.to_owned(), sums: Vec::new() }
    }

    /// The codes that no sum explains any further, in the order in which they are named.
    #[must_use]
    pub fn leaves(&self) -> Vec<&str> {
        let mut leaves = Vec::new();
        for code in self.sums.iter().flat_map(|(_, children)| children) {
            let is_parent = self.sums.iter().any(|(parent, _)| parent == code);
            if !is_parent && !leaves.contains(&code.as_str()) {
                leaves.push(code.as_str());
            }
        }
        leaves
    }
}
