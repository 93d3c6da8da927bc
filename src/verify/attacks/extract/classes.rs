//! Uniqueness: who is alike to too few. Comes in: a case-level file. Goes out: its equivalence classes, formed anew from the
//! labels in it, and classes smaller than the file promises. Deliberately absent: families; a file does not say which rows are
//! of one, so a class of enough rows may still be of too few families, which is counted inside the wall.
//!
//! Source: Samarati and Sweeney (1998), Protecting privacy when disclosing information: k-anonymity.

use std::collections::BTreeMap;

use model::Attack;
use model::extract::Role;

use super::Found;
use crate::readers::microdata::Microdata;

/// Rows alike on all quasi-identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// A label's number for each quasi-identifier.
    pub labels: Vec<u32>,
    /// Positions of the rows.
    pub rows: Vec<usize>,
    /// Whether nothing is said of them: suppressed rows, who may be anybody.
    pub is_suppressed: bool,
}

/// The classes, by their labels' numbers.
#[must_use]
pub fn classes(data: &Microdata) -> Vec<Class> {
    let quasi = data.with(Role::Quasi);
    let mut classes: BTreeMap<Vec<u32>, Vec<usize>> = BTreeMap::new();
    for (at, row) in data.rows.iter().enumerate() {
        let labels = quasi.iter().filter_map(|column| row.get(*column).copied()).collect();
        classes.entry(labels).or_default().push(at);
    }
    let class = |(labels, rows): (Vec<u32>, Vec<usize>)| {
        let is_suppressed = rows.first().is_some_and(|row| data.is_suppressed(*row));
        Class { labels, rows, is_suppressed }
    };
    classes.into_iter().map(class).collect()
}

/// Holds the classes against the promise.
pub(super) fn check(data: &Microdata, classes: &[Class], found: &mut Found) {
    let (k, file) = (usize::try_from(data.entry.k).unwrap_or(usize::MAX), data.entry.file.as_str());
    let told = || classes.iter().filter(|class| !class.is_suppressed);
    let smallest = classes.iter().map(|class| class.rows.len()).min().unwrap_or(0);
    let unique: Vec<&Class> = told().filter(|class| class.rows.len() == 1).collect();
    let few: Vec<&Class> = told().filter(|class| class.rows.len() > 1 && class.rows.len() < k).collect();
    let remainder = classes.iter().find(|class| class.is_suppressed);
    found.count("extract_rows", data.rows.len() as u64);
    found.count("extract_classes", told().count() as u64);
    found.count("extract_suppressed", remainder.map_or(0, |class| class.rows.len() as u64));
    found.count("extract_smallest_class", smallest as u64);
    found.count("extract_unique_rows", unique.len() as u64);
    found.count("extract_classes_below_k", (unique.len() + few.len()) as u64);
    found.tried(
        Attack::Uniqueness,
        format!("{} rows in {} classes, the smallest of {smallest}", data.rows.len(), told().count()),
    );
    if k < 2 {
        found.find(
            Attack::Uniqueness,
            "extract_no_promise",
            file,
            None,
            "the file promises no class of two".to_owned(),
        );
    }
    let first = |classes: &[&Class]| classes.first().and_then(|class| class.rows.first().copied());
    if !unique.is_empty() {
        let message = format!("{} rows are alike to no other", unique.len());
        found.find(Attack::Uniqueness, "extract_unique_row", file, first(&unique), message);
    }
    if !few.is_empty() {
        let message = format!("{} classes have fewer than {k} rows", few.len());
        found.find(Attack::Uniqueness, "extract_class_below_k", file, first(&few), message);
    }
    // Whoever is in none of the classes, and known to be in the file, is among these.
    if let Some(class) = remainder.filter(|class| class.rows.len() < k) {
        let message = format!("fewer than {k} rows are suppressed");
        found.find(Attack::Uniqueness, "extract_remainder_below_k", file, class.rows.first().copied(), message);
    }
}
