//! Attacks on case-level files, a file each. Comes in: what the readers read, and what somebody may know beside it. Goes out:
//! findings, counts, and how far each attack got. Deliberately absent: how the file was made; classes are formed from the
//! labels that stand in it.

pub mod classes;
pub mod columns;
pub mod inference;
pub mod linkage;
pub mod order;
mod overlap;
mod rare;
pub mod sequence;
pub mod tables;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use model::claim::Tried;
use model::{Attack, Finding};

use crate::readers::microdata::Microdata;

/// What the attacks on extracts came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// What must not be released.
    pub findings: Vec<Finding>,
    /// How far each attack got.
    pub tried: Vec<Tried>,
    /// Counts, for programs.
    pub counts: BTreeMap<String, u64>,
    /// What could not be tried.
    pub not_run: Vec<String>,
}

impl Found {
    fn find(&mut self, attack: Attack, kind: &str, file: &str, line: Option<usize>, message: String) {
        let place = line.map_or_else(String::new, |row| format!("line {}", row + 2));
        let (kind, file) = (kind.to_owned(), file.to_owned());
        self.findings.push(Finding { attack, kind, file, place, message, claim: None });
    }

    fn tried(&mut self, attack: Attack, scope: String) {
        self.tried.push(Tried { attack, scope, not_shown: 0 });
    }

    fn count(&mut self, name: &str, count: u64) {
        self.counts.insert(name.to_owned(), count);
    }
}

/// Attacks a file that nobody knows anything beside; `threshold`: that of its release.
#[must_use]
pub fn alone(data: &Microdata, threshold: u64) -> Found {
    let mut found = Found::default();
    columns::check(data, &mut found);
    order::check(data, &mut found);
    let classes = classes::classes(data);
    classes::check(data, &classes, &mut found);
    inference::check(data, &classes, &mut found);
    rare::check(data, threshold, &mut found);
    found
}
